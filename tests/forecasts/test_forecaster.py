"""Our own forecasts: never from the future, never certain, never falling with the window, always explained."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.dynamics.calibration import logit
from detente.events import events_table
from detente.forecasts import Question, forecast, on_record
from making import ACTORS, FIRST_DAY, made_event

AS_OF = date(2023, 1, 15)


def record(events, as_of=AS_OF):
    return on_record(events_table(events), as_of=as_of)


def asked(source="CHN", target="RUS", acts=("SUPPORT",), days=30, **more):
    return Question(source, target, acts, more.pop("opened", AS_OF), days, **more)


def busy(n=2600, seed=1):
    rng = np.random.default_rng(seed)
    acts = ("SUPPORT", "CONSULT", "THREATEN", "ACCUSE")
    events = []
    for i in range(n):
        source, target = rng.choice(ACTORS, 2, replace=False).tolist()
        published = FIRST_DAY + timedelta(days=int(rng.integers(0, 380)))
        events.append(made_event(source, target, str(rng.choice(acts)), published=published, origin=str(i)))
    return events


BUSY = busy()


def whole(one):
    return sum(value for _, value in one.parts)


def test_no_history_gives_a_small_chance_and_says_so():
    one = forecast(record([]), asked())
    assert 0 < one.chance < 0.2
    assert one.basis == "base rate"
    assert "base rate" in one.note


def test_one_event_moves_the_chance_up_from_none():
    none, single = (forecast(record(events), asked()) for events in ([], [made_event(published=AS_OF)]))
    assert single.chance > none.chance
    assert single.evidence


def test_actors_never_heard_of_get_the_lowest_base_rate():
    known = forecast(record(BUSY), asked())
    unknown = forecast(record(BUSY), asked("FJI", "PER"))
    assert 0 < unknown.chance < known.chance
    assert unknown.basis == "base rate"


def test_an_act_that_never_occurred_still_has_a_chance():
    one = forecast(record(BUSY), asked(acts=("MOBILIZE",)))
    assert 0 < one.chance < 0.3
    assert "base rate" in one.note


def test_later_news_in_the_file_changes_nothing():
    early = [one for one in BUSY if one.published <= date(2022, 9, 1)]
    question = asked(opened=date(2022, 9, 1))
    one = forecast(record(early, date(2022, 9, 1)), question)
    other = forecast(record(BUSY, date(2022, 9, 1)), question)
    assert one == other


def test_rows_in_another_order_and_given_twice_change_nothing():
    shuffled = [*BUSY[::-1]]
    assert forecast(record(BUSY), asked()) == forecast(record(shuffled), asked())


@given(
    st.sampled_from(ACTORS),
    st.sampled_from([("SUPPORT",), ("CONSULT",), ("THREATEN", "ACCUSE"), ("AID",)]),
    st.integers(1, 3650),
    st.integers(1, 3650),
    st.booleans(),
)
def test_the_chance_never_falls_with_the_window_and_never_reaches_the_ends(source, acts, one, other, few):
    target = ACTORS[(ACTORS.index(source) + 1) % len(ACTORS)]
    kept = FEW if few else FULL
    short, long = (forecast(kept, asked(source, target, acts, days)).chance for days in sorted((one, other)))
    assert 0 < short <= long < 1


FULL, FEW = record(BUSY), record(BUSY[:60])


@pytest.mark.parametrize("kept", [FULL, FEW], ids=["curves", "base rate"])
@pytest.mark.parametrize("days", [1, 10, 30, 1000])
def test_the_parts_add_up_to_the_whole(kept, days):
    one = forecast(kept, asked(days=days))
    assert whole(one) == pytest.approx(float(logit(np.array(one.chance))), abs=1e-6)


def test_a_busy_store_is_answered_by_curves_and_rules():
    one = forecast(FULL, asked())
    assert one.basis == "curves"
    assert any("against" in rule and "cases" in rule for rule in one.rules)
    assert one.cases
    assert one.evidence
    assert set(one.rivals) == {"climatology", "persistence"}


def test_a_window_longer_than_was_fitted_says_so():
    assert "longer than" in forecast(FULL, asked(days=1000)).note


def test_a_record_that_ended_long_ago_says_so():
    later = date(2025, 1, 1)
    one = forecast(record(BUSY, later), asked(opened=later))
    assert "not known here" in one.note


def test_swapping_two_countries_swaps_their_chances():
    other = {"CHN": "RUS", "RUS": "CHN"}
    swapped = [
        made_event(
            other.get(e.source, e.source),
            other.get(e.target, e.target),
            e.act,
            published=e.published,
            origin=e.document_id,
        )
        for e in BUSY
    ]
    one = forecast(FULL, asked("CHN", "RUS"))
    two = forecast(record(swapped), asked("RUS", "CHN"))
    assert one.chance == pytest.approx(two.chance, abs=1e-9)


def test_more_than_one_act_is_less_likely_than_one():
    assert forecast(FULL, asked(least=3)).chance < forecast(FULL, asked()).chance
