"""Questions drafted from what a text expects, and the forecasts its writers thereby made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from detente.errors import WrongUse
from detente.events import Coding, Expectation
from detente.forecasts.ledger import Forecast
from detente.forecasts.question import Question, checked
from detente.forecasts.words import term_of

DEFAULT_DAYS = 90  # where the text names no time
_SPANS = (
    (r"\b(today|tonight)\b", 1),
    (r"\btomorrow\b", 2),
    (r"\b(this|coming|the) weekend\b", 7),
    (
        r"\b(this|coming|next) week\b|\bin the coming days\b|\bwithin days\b|\bmonday|tuesday|wednesday|thursday|friday|saturday|sunday\b",
        10,
    ),
    (r"\b(in the )?coming weeks\b|\bthis month\b|\bshortly\b|\bsoon\b", 30),
    (r"\bnext month\b", 60),
    (r"\bcoming months\b|\bthis (spring|summer|autumn|fall|winter)\b", 120),
    (r"\bthis year\b|\bby the end of the year\b", 365),
    (r"\bnext year\b", 730),
)
_COUNTED = re.compile(r"\b(?:in|within|over the next|the next)\s+(\w+)\s+(day|week|month|year)s?\b")
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12}
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}


def window_days(window: str | None) -> int:
    """How many days a text's own words for a time span; DEFAULT_DAYS where it gives none that is known.

    >>> window_days("within two weeks"), window_days("next month"), window_days(None)
    (14, 60, 90)
    """
    text = (window or "").lower()
    if counted := _COUNTED.search(text):
        number = _NUMBERS.get(counted[1]) or (int(counted[1]) if counted[1].isdigit() else 0)
        if number:
            return min(max(1, number * _UNITS[counted[2]]), 3650)
    for pattern, days in _SPANS:
        if re.search(pattern, text):
            return days
    return DEFAULT_DAYS


@dataclass(frozen=True, slots=True)
class Draft:
    """A question drafted from an expectation, with the chance its claimant's words stand for; or why there is none."""

    expectation: Expectation
    question: Question | None
    claim: Forecast | None
    why_not: str = ""


def claimant_name(expectation: Expectation, *, publisher: str | None, author: str | None) -> str:
    """Who made the forecast: the actor quoted, else the author by name, else the publisher, else "author"."""
    if expectation.claimant != "author":
        return expectation.claimant
    return f"author: {author}" if author else f"publisher: {publisher}" if publisher else "author"


def draft(
    expectation: Expectation, *, opened: date, publisher: str | None = None, author: str | None = None
) -> Draft:
    """A question that the expectation answers, opened on the day the text was published."""
    event = expectation.event
    if not (event.source and event.target and event.act):
        return Draft(expectation, None, None, "it names no act between two known actors")
    days = window_days(expectation.window)
    if event.day is not None and event.day > opened and expectation.window:
        days = max(days if days != DEFAULT_DAYS else 1, (event.day - opened).days + 7)
    name = claimant_name(expectation, publisher=publisher, author=author)
    try:
        question = checked(
            Question(
                event.source,
                event.target,
                (event.act,),
                opened,
                min(days, 3650),
                statement=expectation.sentence,
                claimant=name,
                publisher=publisher,
                author=author,
                marker=expectation.marker,
                document_id=event.document_id,
                sentence=expectation.sentence,
            )
        )
    except WrongUse as fault:
        return Draft(expectation, None, None, fault.what)
    term = term_of(expectation.marker)
    claim = Forecast(
        question.question_id,
        name,
        opened,
        term.middle,
        "words of estimative probability",
        low=term.low,
        high=term.high,
        basis=f'"{expectation.marker}" read as {term.low:.0%} to {term.high:.0%} ({term.source})',
    )
    return Draft(expectation, question, claim)


def drafts_of(coding: Coding, *, opened: date | None = None) -> list[Draft]:
    """Drafts of all expectations of a document; none for a document without a day."""
    day = opened or coding.document.published
    if day is None:
        return [Draft(one, None, None, "the text has no date to count from") for one in coding.expectations]
    return [
        draft(one, opened=day, publisher=coding.document.publisher, author=coding.document.author)
        for one in coding.expectations
    ]
