"""Laws of a tie that outlive the way it is estimated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.events import events_table
from detente.relations import ties
from making import ACTORS, FIRST_DAY, events, made_event

AS_OF = FIRST_DAY + timedelta(days=250)
many = st.lists(events(), min_size=1, max_size=10)
few = settings(max_examples=8)


def ties_of(found, as_of=AS_OF):
    return {
        frozenset((one.first, one.second)): one
        for one in ties(ibis.memtable(events_table(found)), as_of=as_of)
    }


@few
@given(many)
def test_a_tie_as_of_a_day_ignores_later_news(found):
    assert ties_of(found) == ties_of([one for one in found if one.published <= AS_OF])


@few
@given(many)
def test_swapping_two_countries_swaps_their_ties(found):
    other = {**{one: one for one in ACTORS}, "CHN": "USA", "USA": "CHN"}
    swapped = ties_of(
        [replace(one, source=other[one.source], target=one.target and other[one.target]) for one in found]
    )
    plain = ties_of(found)
    assert {frozenset(other[one] for one in pair) for pair in plain} == set(swapped)
    for pair, tie in plain.items():
        mirrored = swapped[frozenset(other[one] for one in pair)]
        for name in ("alignment", "low", "high"):
            assert getattr(mirrored, name) == pytest.approx(getattr(tie, name), abs=1e-9)


@few
@given(many)
def test_the_interval_holds_the_value_and_stays_on_the_scale(found):
    for tie in ties_of(found).values():
        assert -1 <= tie.low <= tie.alignment <= tie.high <= 1


def test_few_acts_leave_a_wide_band_and_many_a_narrow_one():
    def width(count: int) -> float:
        found = [
            made_event("CHN", "RUS", "AID", published=AS_OF - timedelta(days=n), start=n)
            for n in range(count)
        ]
        (tie,) = ties_of(found).values()
        return tie.high - tie.low

    assert width(2) > 0.5
    assert width(60) < width(10) < width(2)


def test_friends_stand_higher_than_foes():
    friendly = [
        made_event("CHN", "RUS", "AID", published=AS_OF - timedelta(days=7 * n), start=n) for n in range(9)
    ]
    hostile = [
        made_event("IND", "USA", "ASSAULT", published=AS_OF - timedelta(days=7 * n), start=n)
        for n in range(9)
    ]
    found = ties_of([*friendly, *hostile])
    assert found[frozenset(("IND", "USA"))].high < 0 < found[frozenset(("CHN", "RUS"))].low


def test_pairs_without_an_act_have_no_tie():
    assert ties_of([made_event(published=date(2024, 1, 1))]) == {}
