"""When it happened, never a guess dressed as a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detente.coding.dates import when
from detente.periods import Precision

PUBLISHED = date(2022, 9, 14)  # a Wednesday
words = st.sampled_from(
    [
        "on",
        "in",
        "last",
        "next",
        "March",
        "Sept.",
        "29 February",
        "31 June",
        "2022",
        "1999",
        "Friday",
        "yesterday",
        "ten",
        "400",
        "days",
        "months",
        "ago",
        "week",
        "year",
        "month",
        "tomorrow",
        "the",
        "4th of May",
    ]
)
texts = st.text(st.characters()) | st.lists(words, max_size=8).map(" ".join)
published_days = st.dates() | st.sampled_from([date.min, date.max, date(2020, 2, 29)])


@given(texts, st.none() | published_days, st.booleans(), st.none() | st.integers(0, 50))
@example("9" * 5000 + " days ago", PUBLISHED, False, None)
@example("\u017fix days ago", PUBLISHED, False, None)  # a long s, which case-blind patterns take for an s
@example("on March 3 and Sunday, two years ago, next month", date.min, False, None)
@example("on March 3 and Sunday, next year, next month, tomorrow", date.max, True, None)
def test_any_text_has_a_day_or_none_and_its_precision_says_which(sentence, published, future, at):
    found = when(sentence, published, future=future, trigger_at=at)
    assert (found.day is None) == (found.precision is Precision.NONE)
    assert found.words in sentence


@given(texts, published_days)
def test_a_week_month_or_year_is_given_by_its_first_day(sentence, published):
    found = when(sentence, published)
    if found.precision is Precision.MONTH:
        assert found.day.day == 1
    if found.precision is Precision.YEAR:
        assert (found.day.month, found.day.day) == (1, 1)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.none() | published_days)
def test_a_full_date_needs_no_day_of_publication(day, published):
    for text in (f"on {day:%B} {day.day}, {day.year}", f"on {day.day} {day:%B} {day.year}"):
        found = when(f"They met {text}.", published)
        assert (found.day, found.precision) == (day, Precision.DAY)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_last_and_next_month_and_year_follow_the_calendar(published):
    first = published.replace(day=1)
    last_month = (first - timedelta(days=1)).replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    assert when("They met last month.", published).day == last_month
    assert when("They will meet next month.", published, future=True).day == next_month
    assert when("They met last year.", published).day == date(published.year - 1, 1, 1)
    assert when("They will meet next year.", published, future=True).day == date(published.year + 1, 1, 1)
    assert when("They met a month ago.", published).day == last_month


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 6))
def test_a_weekday_of_the_news_lies_in_the_week_before_it_and_a_coming_one_in_the_week_after(published, n):
    name = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][n]
    past, coming = when(f"They met on {name}.", published).day, when(f"on {name}", published, future=True).day
    assert past.weekday() == coming.weekday() == n
    assert 0 <= (published - past).days <= 6
    assert 0 <= (coming - published).days <= 6
    assert 1 <= (published - when(f"They met last {name}.", published).day).days <= 7


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(2001, 1, 1), date(2001, 12, 31)))
def test_a_day_without_a_year_is_the_nearest_on_its_side_of_the_news(published, other):
    text = f"on {other:%B} {other.day}"
    assert -7 <= (published - when(text, published).day).days <= 366
    assert -31 <= (when(text, published, future=True).day - published).days <= 366


@pytest.mark.parametrize(
    ("sentence", "day", "precision"),
    [
        ("They met yesterday.", date(2022, 9, 13), "day"),
        ("They met on Feb. 4 in Beijing.", date(2022, 2, 4), "day"),
        ("They met on the 4th of February 2021.", date(2021, 2, 4), "day"),
        ("They met in February 2021.", date(2021, 2, 1), "month"),
        ("They met in February.", date(2022, 2, 1), "month"),
        ("They met in October.", date(2021, 10, 1), "month"),
        ("They have met since 2014.", date(2014, 1, 1), "year"),
        ("They met last week.", date(2022, 9, 5), "week"),
        ("They met two weeks ago.", date(2022, 8, 29), "week"),
        ("They met three years earlier.", date(2019, 1, 1), "year"),
        ("They met on 29 February.", date(2020, 2, 29), "day"),
        ("They met on 31 June 2022.", None, "none"),
        ("In the past they met often.", None, "none"),
        ("They met.", None, "none"),
        ("China may march on.", None, "none"),
    ],
)
def test_the_words_of_a_sentence_give_its_day(sentence, day, precision):
    found = when(sentence, PUBLISHED)
    assert (found.day, found.precision) == (day, precision)


@pytest.mark.parametrize("sentence", ["They met on Friday.", "They met yesterday.", "They met on 4 May."])
def test_without_a_day_of_publication_a_relative_date_stays_unknown(sentence):
    assert when(sentence, None).day is None


def test_of_two_dates_the_one_nearest_to_the_deciding_words_counts():
    sentence = "After the visit of 4 February 2021 the two sides signed the accord on 9 May 2022."
    assert when(sentence, None, trigger_at=sentence.index("visit")).day == date(2021, 2, 4)
    assert when(sentence, None, trigger_at=sentence.index("signed")).day == date(2022, 5, 9)
