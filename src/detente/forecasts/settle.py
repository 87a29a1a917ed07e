"""Answer questions from events: yes with the deciding evidence, no once the time is over, open until then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from detente.events import Event, fold_echoes
from detente.forecasts.ledger import Ledger, Settlement
from detente.forecasts.question import Question
from detente.ontology import Status


def deciding(question: Question, events: Iterable[Event], *, known_until: date) -> list[Event]:
    """Events that count towards yes, earliest first, one per act and day; nothing published later is looked at."""
    fitting = []
    for event in events:
        if event.published is None or event.act not in question.acts or not Status(event.status).counts:
            continue
        if not question.opened < event.published <= min(question.closes, known_until):
            continue
        if event.day is not None and not question.opened < event.day <= question.closes:
            continue  # news of an old act, or a misread date
        if (event.source, event.target) == (question.source, question.target) or (
            event.symmetric and (event.target, event.source) == (question.source, question.target)
        ):
            fitting.append(event)
    folded = [one.first for one in fold_echoes(fitting)]
    return sorted(folded, key=lambda one: (str(one.published), one.event_id))


def answer(question: Question, events: Iterable[Event], *, known_until: date) -> Settlement | None:
    """How a question ended as far as known on a day; None while it is open."""
    found = deciding(question, events, known_until=known_until)
    if len(found) >= question.least:
        first = found[: question.least]
        return Settlement(
            question.question_id,
            True,
            known_until,
            reason=f"{len(found)} such act{'s' * (len(found) != 1)} from {first[0].published} on",
            evidence=tuple(one.event_id for one in first),
        )
    if known_until >= question.closes:
        return Settlement(
            question.question_id,
            False,
            known_until,
            reason=f"{len(found)} of {question.least} such acts up to {question.closes}",
            evidence=tuple(one.event_id for one in found),
        )
    return None


def settle(ledger: Ledger, events: Sequence[Event], *, known_until: date) -> list[Settlement]:
    """Settlements of all questions that can be answered now and were not before."""
    by_pair: dict[frozenset[str], list[Event]] = {}
    for event in events:
        if event.source and event.target:
            by_pair.setdefault(frozenset((event.source, event.target)), []).append(event)
    settled = ledger.settlements
    found = []
    for question in ledger.questions.values():
        if question.question_id in settled:
            continue
        own = by_pair.get(frozenset((question.source, question.target)), [])
        if (one := answer(question, own, known_until=known_until)) is not None:
            found.append(one)
    return found
