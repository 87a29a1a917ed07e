"""Days and spans of days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import UnknownDate
from detente.periods import Period, days_before, parse_day

periods = st.builds(
    lambda a, b: Period(*sorted((a, b))) if a and b else Period(a, b),
    st.none() | st.dates(),
    st.none() | st.dates(),
)


@given(st.dates())
def test_a_day_written_either_way_reads_back_as_itself(day):
    assert parse_day(day.isoformat()) == parse_day(day.strftime("%Y%m%d").rjust(8, "0")) == day


@given(st.datetimes())
def test_a_time_after_the_day_is_dropped(moment):
    assert parse_day(moment.isoformat()) == parse_day(moment.isoformat(" ")) == moment.date()


@given(st.text())
def test_any_text_is_a_day_or_an_unknown_date(text):
    try:
        day = parse_day(text)
    except UnknownDate:
        return
    assert day.isoformat() in text or day.strftime("%Y%m%d").rjust(8, "0") in text


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2022", "2022-9-14", "14.09.2022", "2022-09-14x"),
        *("2022-02-30", "20220230", "0000-01-01"),
        *("2022-W37", "2022-W37-3", "2022W373"),
        *("²²²²²²²²", "２０２２-０９-１４"),
    ],
)
def test_what_is_no_day_is_refused_with_advice_and_its_place(text):
    with pytest.raises(UnknownDate) as fault:
        parse_day(text, where="line 3")
    assert "YYYY-MM-DD" in str(fault.value)
    assert "line 3" in str(fault.value)


@given(periods, st.dates())
def test_a_span_holds_its_first_day_and_not_its_last(period, day):
    assert period.holds(day) == (
        (period.since is None or period.since <= day) and (period.until is None or day < period.until)
    )


@given(periods)
def test_an_unknown_day_lies_in_every_span(period):
    assert period.holds(None)


@given(periods, periods)
def test_overlap_looks_the_same_from_both_sides(one, other):
    assert one.overlaps(other) == other.overlaps(one)


@given(periods, periods, st.dates())
def test_spans_that_share_a_day_overlap(one, other, day):
    if one.holds(day) and other.holds(day):
        assert one.overlaps(other)


def test_spans_that_only_touch_do_not_overlap():
    border = date(2022, 9, 1)
    assert not Period(None, border).overlaps(Period(border, None))


@given(st.dates(), st.integers(0, 10**12))
def test_days_before_never_leaves_the_calendar(day, days):
    earlier = days_before(day, days)
    assert earlier == (day - timedelta(days=days) if days <= (day - date.min).days else date.min)
