"""When it happened, as the sentence says it: a day or a period with its precision, never a guess dressed as a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from detente.periods import Precision

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_DAYS = {
    name: n
    for n, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
_MONTH = r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
_FULL = re.compile(
    rf"\b(?:{_MONTH}\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y1>(?:19|20)\d\d))?|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.replace('month', 'month2')}(?:,?\s+(?P<y2>(?:19|20)\d\d))?)\b"
)
_MONTH_YEAR = re.compile(
    rf"\b(?:in|since|during|until|by|of|early|late|mid-)?\s*{_MONTH}(?:\s+of)?\s+(?P<year>(?:19|20)\d\d)\b"
)
_IN_MONTH = re.compile(rf"\b(?P<prep>(?i:in|since|last|next|this))\s+{_MONTH}\b(?!\s*\d)")
_YEAR = re.compile(
    r"\b(?:in|since|the|of|during|from|until)\s+(?:early\s+|late\s+|mid-?)?(?:the\s+)?(?P<year>(?:19|20)\d\d)\b(?!s)"
)
_FIRST_SINCE = re.compile(r"\bfirst\b[^.;]{0,40}\bsince\b[^.;]{0,12}$", re.I)
_WEEKDAY = re.compile(
    r"\b(?P<prep>last|next|this|on)?\s*(?P<day>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
# How many days, weeks, months or years away, by the calendar.
_RELATIVE: tuple[tuple[re.Pattern[str], int, Precision], ...] = (
    (re.compile(r"\byesterday\b", re.I), -1, Precision.DAY),
    (
        re.compile(r"\b(?:today|tonight|earlier in the day|this (?:morning|afternoon|evening))\b", re.I),
        0,
        Precision.DAY,
    ),
    (re.compile(r"\btomorrow\b", re.I), 1, Precision.DAY),
    (re.compile(r"\blast week\b", re.I), -1, Precision.WEEK),
    (re.compile(r"\b(?:this week|in recent days)\b", re.I), 0, Precision.WEEK),
    (re.compile(r"\bnext week\b", re.I), 1, Precision.WEEK),
    (re.compile(r"\blast month\b", re.I), -1, Precision.MONTH),
    (re.compile(r"\bthis month\b", re.I), 0, Precision.MONTH),
    (re.compile(r"\bnext month\b", re.I), 1, Precision.MONTH),
    (re.compile(r"\blast year\b", re.I), -1, Precision.YEAR),
    (re.compile(r"\b(?:this year|earlier this year)\b", re.I), 0, Precision.YEAR),
    (re.compile(r"\bnext year\b", re.I), 1, Precision.YEAR),
)
_AGO = re.compile(
    r"\b(?P<n>\d{1,5}|a|an|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?P<unit>day|week|month|year)s?\s+(?:ago|earlier)\b",
    re.I | re.A,
)
_NUMBER = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_VAGUE_PAST = re.compile(
    r"\b(?:in the past|historically|previously|for (?:years|decades|months)|long ago|in recent (?:years|months|weeks)|over the years|decades ago|years ago)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class When:
    """A day with its precision, and the words that say it; day None: the text does not tell."""

    day: date | None
    precision: Precision
    words: str = ""


UNKNOWN = When(None, Precision.NONE)


def when(
    sentence: str, published: date | None, *, future: bool = False, trigger_at: int | None = None
) -> When:
    """When the act of a sentence took place.

    Of several dates the one nearest to the trigger counts. Weekdays and "last week" need the day of
    publication; without it they stay unknown. A month or year stands for itself: its day is the first
    of the period and the precision says so.

    >>> when("They met on 4 February 2022.", None).day
    datetime.date(2022, 2, 4)
    >>> when("Russia has in the past asked for help.", date(2022, 9, 14)).precision.value
    'none'
    """
    if _VAGUE_PAST.search(sentence):
        vague = _VAGUE_PAST.search(sentence)
        return When(None, Precision.NONE, vague.group() if vague else "")
    found = [(match_at, one) for match_at, one in _all(sentence, published, future)]
    if not found:
        return UNKNOWN
    at = trigger_at if trigger_at is not None else 0
    return min(found, key=lambda pair: (abs(pair[0] - at), _FINENESS[pair[1].precision]))[1]


_FINENESS = {Precision.DAY: 0, Precision.WEEK: 1, Precision.MONTH: 2, Precision.YEAR: 3, Precision.NONE: 4}


def _all(sentence: str, published: date | None, future: bool) -> list[tuple[int, When]]:
    found: list[tuple[int, When]] = []
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a or b <= start for a, b in taken)

    def add(match: re.Match[str], day: date | None, precision: Precision) -> None:
        if free(match.start(), match.end()):
            taken.append((match.start(), match.end()))
            found.append(
                (match.start(), When(day, precision if day else Precision.NONE, match.group().strip()))
            )

    for m in _FULL.finditer(sentence):
        name = (m["month"] or m["month2"]).rstrip(".").lower()
        number, year = int(m["d1"] or m["d2"]), m["y1"] or m["y2"]
        month = _MONTHS[name]
        add(m, _resolve_day(year, month, number, published, future), Precision.DAY)
    for m in _MONTH_YEAR.finditer(sentence):
        add(m, date(int(m["year"]), _MONTHS[m["month"].rstrip(".").lower()], 1), Precision.MONTH)
    for m in _IN_MONTH.finditer(sentence):
        month = _MONTHS[m["month"].rstrip(".").lower()]
        day = _resolve_day(None, month, 1, published, future or m["prep"] == "next")
        add(m, day, Precision.MONTH)
    for m in _YEAR.finditer(sentence):
        if not _FIRST_SINCE.search(sentence[: m.end()]):
            add(m, date(int(m["year"]), 1, 1), Precision.YEAR)
    if published:
        for pattern, count, precision in _RELATIVE:
            for m in pattern.finditer(sentence):
                add(m, _shift(published, count, precision), precision)
        for m in _AGO.finditer(sentence):
            count = _NUMBER.get(m["n"].lower()) or int(m["n"])
            precision = Precision(m["unit"].lower())
            add(m, _shift(published, -count, precision), precision)
        for m in _WEEKDAY.finditer(sentence):
            add(m, _weekday(_DAYS[m["day"].lower()], published, m["prep"], future), Precision.DAY)
    return found


def _resolve_day(
    year: str | None, month: int, number: int, published: date | None, future: bool
) -> date | None:
    """A day and month; without a year the one nearest to the publication on the right side of it.

    None for a day that is not in the calendar. A 29 February without a year may lie years away.
    """
    if year is not None:
        return _calendar_day(int(year), month, number)
    if published is None:
        return None
    step = 1 if future else -1
    for base in range(published.year, published.year + 9 * step, step):
        day = _calendar_day(base, month, number)
        if day and ((day - published).days >= -31 if future else (day - published).days <= 7):
            return day
    return None


def _calendar_day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _weekday(day: int, published: date, prep: str | None, future: bool) -> date | None:
    """The weekday of the week before the publication, that day included; ahead of it for acts to come.

    "Last" and "next" leave out the day of publication.
    """
    try:
        if future or prep == "next":
            ahead = (day - published.weekday()) % 7
            return published + timedelta(days=ahead or 7 * (prep == "next"))
        back = (published.weekday() - day) % 7
        return published - timedelta(days=back or 7 * (prep == "last"))
    except OverflowError:
        return None


def _shift(published: date, count: int, precision: Precision) -> date | None:
    """First day of the day, week, month or year that lies `count` of them after the publication."""
    try:
        if precision is Precision.YEAR:
            return date(published.year + count, 1, 1)
        if precision is Precision.MONTH:
            years, month = divmod(published.year * 12 + published.month - 1 + count, 12)
            return date(years, month + 1, 1)
        if precision is Precision.WEEK:
            return published - timedelta(days=published.weekday()) + timedelta(weeks=count)
        return published + timedelta(days=count)
    except (OverflowError, ValueError):
        return None
