"""Days, and spans of days. A span includes its first day and leaves out its last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from detente.errors import UnknownDate


class Precision(StrEnum):
    """How closely a day is known."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, `since` included, `until` left out; None is open.

    >>> Period(date(2022, 9, 1), date(2022, 10, 1)).holds(date(2022, 9, 30))
    True
    """

    since: date | None = None
    until: date | None = None

    def holds(self, day: date | None) -> bool:
        """Whether the day lies in the span; an unknown day (None) lies in every span."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def overlaps(self, other: Period) -> bool:
        """Whether some day lies in both spans."""
        starts = [day for day in (self.since, other.since) if day is not None]
        ends = [day for day in (self.until, other.until) if day is not None]
        return not starts or not ends or max(starts) < min(ends)


def parse_day(text: str, *, where: str = "") -> date:
    """Read an ISO day, `YYYY-MM-DD` (a time after it is dropped) or `YYYYMMDD`.

    Raises
    ------
    UnknownDate : the text is no day of the calendar.

    >>> parse_day("2022-09-14T08:00:00Z")
    datetime.date(2022, 9, 14)
    """
    text = text.strip()
    try:
        if len(text) == 8 and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        head = text[:10]
        if len(text) > 10 and text[10] not in "T ":
            raise ValueError(text)
        return date.fromisoformat(head)
    except ValueError:
        raise UnknownDate(
            f'"{text[:40]}" is not a day',
            where=where,
            try_="write the day as YYYY-MM-DD, for example 2022-09-14",
        ) from None


def days_before(day: date, days: int) -> date:
    """The day that many days earlier, never before year 1."""
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return date.min
