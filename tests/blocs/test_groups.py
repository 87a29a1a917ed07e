"""Cohesion, pivots, power, hedging, repair, exits, bargaining."""

from __future__ import annotations

import csv
import itertools
import json
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.actors import Membership
from detente.blocs import (
    Record,
    Stake,
    bargain,
    cohesion,
    drift,
    fit_exits,
    hedging,
    pivots,
    power,
    records,
    repair,
    side_by_side,
    weakening,
)
from detente.errors import NothingFound, WrongUse
from detente.relations import Tie, signed_network, tie_network


def made_ties(seed: int, names: str = "ABCDEF") -> list[Tie]:
    rng = np.random.default_rng(seed)
    found = []
    for a, b in itertools.combinations(names, 2):
        friendly, hostile = rng.uniform(0.5, 20, 2)
        mean = (friendly - hostile) / (friendly + hostile)
        found.append(
            Tie(a, b, date(2020, 1, 1), mean, -1, 1, 9, 9.0, 5, 4, date(2020, 1, 1), None, friendly, hostile)
        )
    return found


def swapped(many: list[Tie], swap: dict[str, str]) -> list[Tie]:
    from dataclasses import replace

    found = []
    for one in many:
        a, b = sorted((swap.get(one.first, one.first), swap.get(one.second, one.second)))
        found.append(replace(one, first=a, second=b))
    return found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_swapping_two_names_swaps_all_results(seed):
    swap = {"A": "E", "E": "A"}
    many = made_ties(seed)
    one, other = tie_network(many), tie_network(swapped(many, swap))
    group, turned = ["A", "B", "C"], ["E", "B", "C"]
    a, b = cohesion(one, group, groups=0), cohesion(other, turned, groups=0)
    for name in ("within", "outside", "cohesion", "frustration"):
        x, y = getattr(a, name), getattr(b, name)
        assert (x.value, x.low, x.high) == pytest.approx((y.value, y.low, y.high), abs=1e-9)
    losses = {swap.get(p.actor, p.actor): p.leaves.value for p in pivots(one, group)}
    assert losses == pytest.approx({p.actor: p.leaves.value for p in pivots(other, turned)}, abs=1e-9)
    assert repair(one, group).cost == pytest.approx(repair(other, turned).cost, abs=1e-9)
    order = [other.place(swap.get(name, name)) for name in one.nodes]
    assert side_by_side(one) == pytest.approx(side_by_side(other)[np.ix_(order, order)], abs=1e-9)


def test_cohesion_is_within_less_outside_and_has_an_interval():
    network = tie_network(made_ties(1))
    found = cohesion(network, ["A", "B", "C"])
    assert found.cohesion.value == pytest.approx(found.within.value - found.outside.value)
    assert found.cohesion.low < found.cohesion.value < found.cohesion.high
    assert (found.pairs, found.known) == (3, 3)
    assert 0 <= found.rank <= 1


def test_a_bloc_of_one_and_a_bloc_without_ties_say_what_they_mean():
    network = signed_network([("A", "B", 0.5)], nodes=["C", "D"])
    with pytest.raises(WrongUse, match="bloc of one"):
        cohesion(network, ["A"])
    with pytest.raises(NothingFound, match="no tie"):
        cohesion(network, ["C", "D"])
    with pytest.raises(WrongUse, match="not in this network"):
        cohesion(network, ["A", "Z"])
    with pytest.raises(WrongUse, match="at least three"):
        pivots(network, ["A", "B"])


def test_the_member_all_hang_on_is_the_pivot():
    rows = [("HUB", one, 0.9) for one in "ABC"] + [
        ("A", "B", -0.2),
        ("B", "C", -0.2),
        ("A", "C", -0.2),
        ("A", "X", 0.1),
    ]
    found = pivots(signed_network(rows), ["HUB", "A", "B", "C"])
    assert found[0].actor == "HUB"
    assert found[0].first == 1.0


def test_drift_and_weakening_need_the_member_in_both_networks():
    now = tie_network(made_ties(1))
    before = tie_network(made_ties(2, "ABC"), nodes=["D"], seed=1)
    moved = drift(now, before, ["A", "B", "C"])
    assert all(one is not None and one.low <= one.high for one in moved.values())
    assert drift(now, before, ["A", "D"])["D"] is None
    assert 0 <= weakening(now, before, ["A", "B", "C"])["A"] <= 1


@pytest.mark.data
def test_power_indices_equal_the_textbook(alignment_data):
    expected = json.loads((alignment_data / "power_indices" / "reference.json").read_text())
    eec = expected["EEC_1958"]
    found = power(dict(zip(eec["members"], eec["weights"], strict=True)), eec["quota"])
    assert [one.swings for one in found.values()] == eec["banzhaf_swings"]
    assert [one.shapley for one in found.values()] == [Fraction(one) for one in eec["shapley_shubik"]]
    council = power({f"P{n}": 7 for n in range(5)} | {f"E{n}": 1 for n in range(10)}, 39)
    assert (council["P0"].swings, council["E0"].swings) == (848, 84)
    assert float(council["P0"].shapley) == pytest.approx(0.19627, abs=1e-5)
    assert float(council["E0"].shapley) == pytest.approx(0.0018648, abs=1e-5)
    assert council["P0"].banzhaf == pytest.approx(0.0517578125)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=6), st.integers(1, 20))
def test_shapley_shares_sum_to_one_and_swings_match_counting(weights, quota):
    if not 0 < quota <= sum(weights):
        return
    found = power({str(at): weight for at, weight in enumerate(weights)}, quota)
    assert sum(one.shapley for one in found.values()) == 1
    for at in range(len(weights)):
        rest = [weight for other, weight in enumerate(weights) if other != at]
        sums = [sum(c) for r in range(len(rest) + 1) for c in itertools.combinations(rest, r)]
        assert found[str(at)].swings == sum(quota - weights[at] <= one < quota for one in sums)


def test_weights_and_quotas_that_cannot_be_are_refused():
    for weights, quota in (({}, 1), ({"A": 1}, 2), ({"A": -1}, 1), ({"A": 0.5}, 1)):
        with pytest.raises(WrongUse):
            power(weights, quota)


def test_a_state_with_one_pole_does_not_hedge_and_leaning_both_ways_does():
    firm = hedging({"votes": (1.0, -1.0), "verbal": (1.0, -1.0)})
    torn = hedging({"votes": (1.0, -1.0), "verbal": (-1.0, 1.0)})
    assert firm.hedging.value == 0
    assert firm.dispersion.value == 0
    assert torn.dispersion.value == 1
    assert "own measure" in firm.label
    with pytest.raises(WrongUse):
        hedging({})


def test_repair_raises_the_ties_of_the_member_that_would_leave():
    rows = [("A", "B", 0.5), ("A", "C", -0.4), ("B", "C", -0.2), ("C", "X", 0.3)]
    found = repair(signed_network(rows), ["A", "B", "C"], alternatives={"x": ["X"]})
    assert found.possible
    assert found.cost == pytest.approx(0.9)  # C has -0.6 inside and 0.3 with X
    assert dict(found.binding).keys() == {"C"}
    assert "C" in found.tie
    hopeless = repair(
        signed_network([("A", "B", -1), ("A", "X", 1), ("A", "Y", 1)]), ["A", "B"], alternatives={"xy": "XY"}
    )
    assert not hopeless.possible
    assert hopeless.lacking["A"] == pytest.approx(3)


def test_exits_are_anchored_to_the_base_rate():
    many = [Record(f"G{n}", 200.0, n % 2) for n in range(20)] + [Record("NEVER", 170.0, 0)]
    model = fit_exits(many)
    assert 0 < model.rate("NEVER") < model.base
    assert model.rate(None) == pytest.approx(model.base)
    assert 0 < model.chance("NEVER", 1) < model.chance("NEVER", 5) < 0.05
    assert model.chance_of_any("NEVER", 10, 5) > model.chance("NEVER", 5)
    assert model.upper("NEVER") == pytest.approx(3 / 170, rel=0.01)
    with pytest.raises(NothingFound):
        fit_exits([])


def test_exits_after_the_day_are_not_seen():
    seats = [
        Membership("A", "G", date(2000, 1, 1), date(2010, 1, 1)),
        Membership("B", "G", date(2000, 1, 1)),
        Membership("B", "G", date(2008, 1, 1), date(2009, 1, 1), "suspended"),
    ]
    assert records(seats, as_of=date(2007, 1, 1))[0].exits == 0
    assert records(seats, as_of=date(2008, 6, 1))[0].exits == 1
    late = records(seats, as_of=date(2012, 1, 1))[0]
    assert (late.exits, round(late.years)) == (2, 22)


@pytest.mark.data
def test_the_emission_case_has_its_mean_and_a_spread_from_7_to_10(alignment_data):
    with (alignment_data / "eu_emission" / "actors.csv").open() as handle:
        stakes = [
            Stake(
                row["actor"], float(row["position_years"]), float(row["salience"]), float(row["capability"])
            )
            for row in csv.DictReader(handle)
        ]
    found = bargain(stakes)
    assert found.weighted_mean == pytest.approx(7.38996, abs=1e-4)
    assert found.weighted_median == pytest.approx(7.0)
    assert found.mean == pytest.approx(6.7)
    assert (found.condorcet_linear, found.condorcet_squared) == pytest.approx((7.51, 7.88), abs=0.005)
    assert found.low <= 7.0
    assert found.high >= 10.0
    values = [value for _, value in found.challenge]
    assert any(value == pytest.approx(7.0) for value in values)
    assert any(value == pytest.approx(10.0) for value in values)


def test_an_issue_without_actors_twice_an_actor_or_nobody_who_cares_is_refused():
    for stakes in (
        [],
        [Stake("A", 1, 1, 1), Stake("A", 2, 1, 1)],
        [Stake("A", 1, 0, 1)],
        [Stake("A", float("nan"), 1, 1)],
    ):
        with pytest.raises(WrongUse):
            bargain(stakes)
    assert bargain([Stake("A", 3, 1, 1)]).high == 3
