"""Days, and spans of days. A span includes its first day and leaves out its last."""

from __future__ import annotations

import re
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


# Not date.fromisoformat: it also reads a week ("2022-W37") as its Monday.
_DAY = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)(?=[T ]|\Z)|(\d{4})(\d\d)(\d\d)\Z)", re.ASCII)


def parse_day(text: str, *, where: str = "") -> date:
    """Read an ISO day, `YYYY-MM-DD` (a time after it is dropped) or `YYYYMMDD`.

    Raises
    ------
    UnknownDate : the text is no day of the calendar.

    >>> parse_day("2022-09-14T08:00:00Z")
    datetime.date(2022, 9, 14)
    """
    match = _DAY.match(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        return date(*(int(one) for one in match.groups() if one))
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
