"""How a file writes its days: proved from the file, never guessed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from detente.errors import UnreadableInput
from detente.feeds.feed import Head
from detente.feeds.rows import NO_DAY
from detente.feeds.whom import EPOCH

_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T].*)?\Z")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?\Z")
_WORDS = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})\Z")
_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


def form_of(texts: Iterable[str], where: str = "") -> str:
    """`year-month-day`, `month/day/year` or `day/month/year`, whichever the days prove.

    Raises
    ------
    UnreadableInput : both slashed readings fit every day, or neither does.

    >>> form_of(["01/31/2017", "02/01/2017"]), form_of(["2017-01-31"])
    ('month/day/year', 'year-month-day')
    """
    slashed = [found for one in texts if (found := _SLASHED.match(one.strip()))]
    if not slashed:
        return "year-month-day"
    firsts, seconds = [int(one[1]) for one in slashed], [int(one[2]) for one in slashed]
    if max(firsts) > 12 and max(seconds) <= 12:
        return "day/month/year"
    if max(seconds) > 12 and max(firsts) <= 12:
        return "month/day/year"
    if max(firsts) > 12:
        raise UnreadableInput(
            "its days are written month first in some lines and day first in others", where=where
        )
    raise UnreadableInput(
        "its days can be read month first or day first, and nothing in the file tells which",
        where=where,
        try_="say it: --columns dates=month/day/year (or day/month/year)",
    )


def form_of_dates(head: Head, at: int, given: str | None = None) -> str:
    """The form of the days in one column of a file: the one given, else what its first lines, else all its lines prove."""
    if given in ("month/day/year", "day/month/year", "year-month-day"):
        return given
    try:
        return form_of(_cells(head, head.lines[1:], at), head.name)
    except UnreadableInput:
        return form_of(_cells(head, head.more(), at), head.name)


def _cells(head: Head, lines: Iterable[str], at: int) -> list[str]:
    """The different texts of one column."""
    if head.delimiter == "\t":
        found: Iterator[list[str]] = (line.split("\t") for line in lines)
    else:
        found = (row for row in csv.reader(lines, delimiter=head.delimiter or ","))
    return list(dict.fromkeys(row[at] for row in found if len(row) > at and _SLASHED.match(row[at].strip())))


@lru_cache(100_000)
def read_date(text: str, form: str = "year-month-day") -> int:
    """Days since 1970-01-01, or NO_DAY.

    >>> read_date("2018-06-01"), read_date("6/1/2018", "month/day/year"), read_date("16 May 2025")
    (17683, 17683, 20224)
    """
    text = text.strip()
    try:
        if found := _ISO.match(text):
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif len(text) == 8 and text.isdigit():
            day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        elif found := _WORDS.match(text):
            day = date(int(found[3]), _MONTHS[found[2][:3].lower()], int(found[1]))
        elif (found := _SLASHED.match(text)) and form != "year-month-day":
            first, second = int(found[1]), int(found[2])
            month, of = (first, second) if form == "month/day/year" else (second, first)
            day = date(int(found[3]), month, of)
        else:
            return NO_DAY
    except (ValueError, KeyError):
        return NO_DAY
    return day.toordinal() - EPOCH
