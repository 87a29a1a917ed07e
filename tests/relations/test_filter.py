from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import NothingFound, WrongUse
from detente.events import Event, events_table, validated
from detente.relations import (
    Weeks,
    changed,
    directed_ties,
    fit_memory,
    shipped_model,
    tie,
    tie_draws,
    tie_network,
    ties,
)
from detente.relations.filter import alignment_of, level_of, states
from detente.relations.outlook import fit_outlook, forecast

DAY = date(2022, 6, 30)
ACTS = ("SUPPORT", "CONSULT", "AID", "ACCUSE", "SANCTION", "ASSAULT")


def made_events(rows):
    many = [
        validated(
            Event(
                event_id=f"e{at:04d}",
                day=day,
                day_precision="day",
                published=day,
                published_basis="given",
                source=source,
                target=target,
                source_raw=source,
                target_raw=target,
                act=act,
                status="happened",
            )
        )
        for at, (day, source, target, act) in enumerate(rows)
    ]
    return ibis.memtable(events_table(many))


days = st.integers(0, 400).map(lambda n: DAY - timedelta(days=n))
rows_of_events = st.lists(
    st.tuples(
        days,
        st.sampled_from(["FRA", "DEU", "RUS"]),
        st.sampled_from(["FRA", "DEU", "CHN"]),
        st.sampled_from(ACTS),
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None)
@given(rows_of_events)
def test_exchanging_two_names_everywhere_exchanges_their_ties(rows):
    swap = {"DEU": "RUS", "RUS": "DEU"}
    turned = [(day, swap.get(a, a), swap.get(b, b), act) for day, a, b, act in rows]
    one = {frozenset((t.first, t.second)): t for t in ties(made_events(rows), as_of=DAY)}
    other = {frozenset((t.first, t.second)): t for t in ties(made_events(turned), as_of=DAY)}
    assert len(one) == len(other)
    for pair, t in one.items():
        twin = other[frozenset(swap.get(who, who) for who in pair)]
        assert (t.alignment, t.low, t.high) == pytest.approx((twin.alignment, twin.low, twin.high), abs=1e-9)
        assert (t.acts, t.cooperative, t.conflictual) == (twin.acts, twin.cooperative, twin.conflictual)


@settings(max_examples=25, deadline=None)
@given(rows_of_events, st.integers(1, 300))
def test_what_changed_adds_up_and_each_act_pulls_its_own_way(rows, back):
    events = made_events(rows)
    since = DAY - timedelta(days=back)
    found = changed(events, "DEU", "FRA", since=since, as_of=DAY)
    total = found.before + found.fading + sum(one.added for one in found.contributions)
    assert total == pytest.approx(found.after, abs=1e-12)
    assert all((one.added > 0) == one.friendly for one in found.contributions)
    assert all(since < one.day <= DAY for one in found.contributions)
    now = [t for t in ties(events, as_of=DAY) if (t.first, t.second) == ("DEU", "FRA")]
    if now:
        assert found.after == pytest.approx(now[0].alignment, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(rows_of_events, st.integers(0, 300))
def test_a_tie_as_of_a_day_ignores_later_news(rows, back):
    day = DAY - timedelta(days=back)
    early = [row for row in rows if row[0] <= day]
    one = {(t.first, t.second): t for t in ties(made_events(rows), as_of=day)}
    other = {(t.first, t.second): t for t in ties(made_events(early), as_of=day)}
    assert one == other


def test_a_pair_never_seen_says_so_and_three_acts_leave_a_wide_band():
    never = tie("A", "B", [], as_of=DAY)
    assert never.verdict == "nothing on record"
    assert never.high - never.low > 1.2
    three = tie("A", "B", [(DAY - timedelta(days=9 * n), 0, 1) for n in range(3)], as_of=DAY)
    assert three.alignment < 0
    assert three.high - three.low > 0.6
    many = tie("A", "B", [(DAY - timedelta(days=7 * n), 0, 4) for n in range(40)], as_of=DAY)
    assert many.verdict == "hostile"
    assert many.high - many.low < three.high - three.low


def test_a_loud_week_counts_less_than_the_same_acts_over_many_weeks():
    loud = tie("A", "B", [(DAY, 20, 0)], as_of=DAY)
    steady = tie("A", "B", [(DAY - timedelta(days=7 * n), 1, 0) for n in range(20)], as_of=DAY)
    assert loud.weight < steady.weight
    louder = tie("A", "B", [(DAY, 200, 200)], as_of=DAY)
    assert abs(louder.alignment) < 0.2


def test_friendlier_acts_never_make_a_tie_more_hostile():
    base = [(DAY - timedelta(days=3), 2, 3)]
    assert (
        tie("A", "B", [(DAY - timedelta(days=3), 3, 2)], as_of=DAY).alignment
        > tie("A", "B", base, as_of=DAY).alignment
    )


def test_direction_and_channel_are_kept_apart():
    events = made_events(
        [(DAY, "FRA", "DEU", "AID"), (DAY, "DEU", "FRA", "ACCUSE"), (DAY, "FRA", "DEU", "CONSULT")]
    )
    found = directed_ties(events, as_of=DAY)
    assert [(t.first, t.second, t.acts) for t in found["material"]] == [("FRA", "DEU", 1)]
    verbal = {(t.first, t.second): t for t in found["verbal"]}
    assert verbal["DEU", "FRA"].conflictual == 1
    assert verbal["FRA", "DEU"].conflictual == 0
    assert verbal["FRA", "DEU"].cooperative == verbal["DEU", "FRA"].cooperative == 1


def test_draws_are_the_same_for_the_same_seed_and_keep_to_the_interval():
    many = [tie("A", f"N{n}", [(DAY, n, 3)], as_of=DAY) for n in range(5)]
    one, other = tie_draws(many), tie_draws(many)
    assert one.shape == (200, 5)
    assert (one == other).all()
    assert not (one == tie_draws(many, seed=1)).all()
    big = tie_draws(many, draws=4000)
    assert np.quantile(big, 0.05, axis=0) == pytest.approx([t.low for t in many], abs=0.05)
    assert (np.abs(big) <= 1).all()


def test_a_network_of_ties_can_be_centred_on_the_usual_mix():
    many = [tie("A", "B", [(DAY, 3, 1)], as_of=DAY), tie("A", "C", [], as_of=DAY)]
    plain = tie_network(many, nodes=["D"])
    assert plain.nodes == ("A", "B", "D")
    usual = float(level_of(np.array(shipped_model()["all"].prior)))
    centred = tie_network(many, centre=usual)
    assert centred.weight[0] < plain.weight[0]
    assert alignment_of(level_of(np.array([0.3])))[0] == pytest.approx(0.3)


def simulated(rng, pairs=250, weeks=40, half_life=6.0):
    """Pairs whose latent level wanders, with counts drawn from it."""
    level = rng.normal(0.8, 1.0, pairs)
    home, keep = level.copy(), 0.5 ** (1 / half_life)
    rate = rng.gamma(0.8, 2.0, pairs)
    good, bad = np.zeros((pairs, weeks)), np.zeros((pairs, weeks))
    for t in range(weeks):
        acts = rng.poisson(rate)
        good[:, t] = rng.binomial(acts, 1 / (1 + np.exp(-level)))
        bad[:, t] = acts - good[:, t]
        level = home + keep * (level - home) + rng.normal(0, 0.3, pairs)
    return Weeks(good, bad)


def test_the_fit_is_more_likely_than_other_half_lives_and_needs_enough_data():
    weeks = simulated(np.random.default_rng(1))
    memory = fit_memory(weeks)
    assert 7 < memory.half_life_days < 5000
    assert 0 < memory.likeness < 0.3
    assert memory.friendly > memory.hostile
    good, bad = states(weeks, memory)
    assert good.shape == (250, 41)
    assert (good[:, 0] == memory.friendly).all()
    assert (bad > 0).all()
    with pytest.raises(NothingFound, match="too few"):
        fit_memory(Weeks(weeks.friendly[:20], weeks.hostile[:20]))
    with pytest.raises(WrongUse):
        Weeks(np.zeros((2, 3)), np.zeros((3, 2)))


def test_next_weeks_draws_cover_next_week():
    rng = np.random.default_rng(2)
    weeks = simulated(rng, pairs=300)
    first, second = rng.integers(0, 10, 300), rng.integers(10, 20, 300)
    past = Weeks(weeks.friendly[:, :-1], weeks.hostile[:, :-1])
    outlook = fit_outlook(past, first, second)
    drawn = forecast(outlook, past, first, second, draws=300, rng=rng)
    truth = np.log1p(weeks.friendly[:, -1]) - np.log1p(weeks.hostile[:, -1])
    low, high = np.quantile(drawn, (0.05, 0.95), axis=1)
    assert ((truth >= low - 1e-9) & (truth <= high + 1e-9)).mean() > 0.85
    assert np.corrcoef(drawn.mean(axis=1), truth)[0, 1] > 0.4
