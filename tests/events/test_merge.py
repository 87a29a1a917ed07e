"""Echoes of one act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from detente.events import fold_echoes
from making import made_event

some_days = st.none() | st.sampled_from([date(2022, 9, 1), date(2022, 9, 2)])
# Few actors, acts and days, so that echoes are common.
reports_of = st.builds(
    lambda pair, act, day, published, start: made_event(
        *pair, act, day=day, day_precision="day" if day else "none", published=published, start=start
    ),
    st.sampled_from([("CHN", "RUS"), ("RUS", "CHN")]),
    st.sampled_from(["AID", "CONSULT"]),
    some_days,
    some_days,
    st.integers(0, 1000),
)
many = st.lists(reports_of, max_size=10)


@given(many)
def test_folding_loses_no_report(reports):
    folded = [one for echo in fold_echoes(reports) for one in echo.reports]
    assert sorted(one.event_id for one in folded) == sorted(one.event_id for one in reports)


@given(many)
def test_folding_what_is_folded_changes_nothing(reports):
    firsts = [echo.first for echo in fold_echoes(reports)]
    assert sorted(echo.first.event_id for echo in fold_echoes(firsts)) == sorted(
        one.event_id for one in firsts
    )


@given(many)
def test_the_first_report_is_the_earliest_published(reports):
    for echo in fold_echoes(reports):
        dated = [one.published for one in echo.reports if one.published]
        assert echo.first.published == (min(dated) if dated else None)


def test_two_reports_of_one_act_on_one_day_are_one_act():
    first, second = made_event(origin="a"), made_event(origin="b")
    (echo,) = fold_echoes([first, second])
    assert set(echo.reports) == {first, second}


def test_a_meeting_is_the_same_meeting_told_from_either_side():
    one = made_event("CHN", "RUS", "CONSULT", origin="a")
    other = made_event("RUS", "CHN", "CONSULT", origin="b")
    assert len(fold_echoes([one, other])) == 1


def test_help_given_back_is_another_act():
    assert len(fold_echoes([made_event("CHN", "RUS", "AID"), made_event("RUS", "CHN", "AID")])) == 2


def test_undated_reports_are_never_folded():
    event = made_event(published=None)
    assert len(fold_echoes([event, replace(event, event_id="other")])) == 2


def test_reports_of_one_day_published_on_two_days_are_one_act():
    on = {"day": date(2022, 9, 1), "day_precision": "day"}
    early = made_event(origin="a", published=date(2022, 9, 2), **on)
    late = made_event(origin="b", published=date(2022, 9, 5), **on)
    (echo,) = fold_echoes([late, early])
    assert echo.first == early
