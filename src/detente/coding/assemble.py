"""From what a coder found in a sentence to rows of events, expectations, conditionals and what stayed uncoded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from detente.coding.dates import when
from detente.coding.modality import EXPECTING, conditional, expectation_window
from detente.coding.reader import Party
from detente.documents import Document
from detente.events import Coding, Conditional, Event, Expectation, Sentence, Uncoded, event_id, validated
from detente.ontology import UNORDERED, Status
from detente.provenance import content_id

_FUTURE = (Status.PLANNED, Status.EXPECTED, Status.HYPOTHETICAL)


@dataclass(frozen=True, slots=True)
class Found:
    """One act between two actors of a sentence. `trigger`: span within the sentence; target None: nobody named."""

    source: str
    target: str | None
    act: str
    status: str
    trigger: tuple[int, int]
    confidence: float
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence with its parties and what was found in it; `reason` says why nothing was, if so."""

    sentence: Sentence
    parties: tuple[Party, ...]
    found: tuple[Found, ...]
    reason: str = ""


def assemble(document: Document, readings: Sequence[Reading], *, coder: str) -> Coding:
    """Turn the readings of all sentences into the coding of the document."""
    events: list[Event] = []
    expectations: list[Expectation] = []
    conditionals: list[Conditional] = []
    uncoded: list[Uncoded] = []
    for reading in _coming_meetings([_expected(one) for one in readings]):
        sentence = reading.sentence
        rows = _events(document, reading)
        events += rows
        for row in rows:
            if row.status == Status.EXPECTED:
                expectations.append(_expectation(row, sentence))
        halves = conditional(sentence.text)
        if halves and reading.parties:
            conditionals.append(_conditional(reading, halves.condition, halves.consequence, halves.marker))
        if reading.parties and not rows:
            actors = tuple(one.actor for one in reading.parties)
            reason = reading.reason or (
                "only one actor is named" if len(actors) == 1 else "no act between these actors was found"
            )
            uncoded.append(Uncoded(sentence.text, sentence.start, sentence.end, actors, reason))
    return Coding(
        document=document,
        sentences=tuple(one.sentence for one in readings),
        events=tuple(events),
        expectations=tuple(expectations),
        conditionals=tuple(conditionals),
        uncoded=tuple(uncoded),
        warnings=tuple(_warnings(document, readings, events)),
    )


_NOUN_MEETING = re.compile(r"\b(?:meetings?|talks|summit|visit|trip|dialogue)\b", re.I)


def _expected(reading: Reading) -> Reading:
    """An act governed by "is expected to", "will probably" and their like is expected, not planned.

    The words must stand before the trigger, in the same clause and within 80 characters.
    """
    text = reading.sentence.text

    def governed(found: Found) -> bool:
        if found.status not in (Status.PLANNED, Status.HYPOTHETICAL):
            return False
        head = text[max(0, found.trigger[0] - 120) : found.trigger[0]]
        marks = list(EXPECTING.finditer(head))
        return (
            bool(marks)
            and len(head) - marks[-1].end() <= 80
            and not re.search(r"[;:]|, (?:but|which|who|while|and (?!to\b))\b", head[marks[-1].end() :])
        )

    return replace(
        reading,
        found=tuple(replace(one, status=Status.EXPECTED) if governed(one) else one for one in reading.found),
    )


def _coming_meetings(readings: Sequence[Reading]) -> list[Reading]:
    """A meeting named only by its noun is the one that the same text says is still to come.

    "Xi's meeting with Putin is an endorsement. ... Putin and Xi will meet": one meeting, planned.
    """
    coming = {
        frozenset((one.source, one.target)): one.confidence
        for reading in readings
        for one in reading.found
        if one.act == "CONSULT" and one.status == Status.PLANNED and one.target
    }

    def same(reading: Reading, one: Found) -> bool:
        pair = frozenset((one.source, one.target or ""))
        words = reading.sentence.text[slice(*one.trigger)]
        return (
            one.act == "CONSULT"
            and one.status in (Status.HAPPENED, Status.ONGOING)
            and coming.get(pair, 0.0) > one.confidence
            and bool(_NOUN_MEETING.fullmatch(words.strip()))
        )

    return [
        replace(
            reading,
            found=tuple(
                replace(one, status=Status.PLANNED) if same(reading, one) else one for one in reading.found
            ),
        )
        for reading in readings
    ]


def _events(document: Document, reading: Reading) -> list[Event]:
    by_actor = {one.actor: one for one in reading.parties}
    sentence = reading.sentence
    rows = []
    for found, group in _grouped(reading):
        source, target = by_actor[found.source], by_actor.get(found.target or "")
        words = sentence.text[slice(*found.trigger)]
        day = when(
            sentence.text, document.published, future=found.status in _FUTURE, trigger_at=found.trigger[0]
        )
        certainty = source.certainty * (target.certainty if target else 1.0)
        rows.append(
            validated(
                Event(
                    event_id=event_id(
                        document.document_id,
                        sentence.start,
                        sentence.end,
                        found.source,
                        found.target or "",
                        found.act,
                    ),
                    day=day.day,
                    day_precision=day.precision,
                    published=document.published,
                    published_basis=document.published_basis,
                    source=found.source,
                    target=found.target,
                    source_raw=source.raw,
                    target_raw=target.raw if target else "",
                    act=found.act,
                    status=found.status,
                    attributed_to=found.speaker,
                    confidence=round(min(1.0, found.confidence * certainty), 4),
                    document_id=document.document_id,
                    sentence=sentence.text,
                    start=sentence.start,
                    end=sentence.end,
                    trigger=words,
                    group=group,
                )
            )
        )
    return rows


def _grouped(reading: Reading) -> list[tuple[Found, str | None]]:
    """The acts of a sentence, unordered ones with the first-named actor as source, several-sided ones in a group."""
    order = {one.actor: place for place, one in enumerate(reading.parties)}
    sides: dict[tuple[str, str], list[set[str]]] = {}
    best: dict[tuple[str, str, frozenset[str]], Found] = {}
    ordered: list[Found] = []
    for found in reading.found:
        if found.act in UNORDERED and found.target:
            pair = frozenset((found.source, found.target))
            key = (found.act, found.status, pair)
            if key not in best or best[key].confidence < found.confidence:
                best[key] = found
        else:
            ordered.append(found)
    for act, status, pair in best:
        circles = sides.setdefault((act, status), [])
        joined = [one for one in circles if one & pair]
        for one in joined:
            circles.remove(one)
        circles.append(set(pair).union(*joined))
    rows: list[tuple[Found, str | None]] = []
    for (act, status), circles in sides.items():
        for circle in circles:
            first, *others = sorted(circle, key=order.__getitem__)
            group = _group_id(reading, act, status, first) if len(others) > 1 else None
            known = [one for (a, s, pair), one in best.items() if a == act and s == status and pair <= circle]
            for other in others:
                exact = best.get((act, status, frozenset((first, other))))
                base = exact or max(
                    (one for one in known if other in (one.source, one.target)), key=lambda f: f.confidence
                )
                rows.append((replace(base, source=first, target=other), group))
    many: dict[tuple[str, str, tuple[int, int]], set[tuple[str, str | None]]] = {}
    for found in ordered:
        many.setdefault((found.act, found.status, found.trigger), set()).add((found.source, found.target))
    for found in ordered:
        shared = len(many[found.act, found.status, found.trigger]) > 1
        rows.append(
            (found, _group_id(reading, found.act, found.status, str(found.trigger)) if shared else None)
        )
    return _one_row_each(rows)


def _one_row_each(rows: Sequence[tuple[Found, str | None]]) -> list[tuple[Found, str | None]]:
    """One row per pair and act, as the id asks: one that holds a group together, else the likelier."""
    best: dict[tuple[str, str | None, str], tuple[Found, str | None]] = {}
    for found, group in rows:
        key = (found.source, found.target, found.act)
        before = best.get(key)
        if before is None or (group is not None, found.confidence) > (
            before[1] is not None,
            before[0].confidence,
        ):
            best[key] = (found, group)
    return list(best.values())


def _group_id(reading: Reading, *parts: str) -> str:
    return content_id(reading.sentence.text, str(reading.sentence.start), *parts, length=12)


def _expectation(row: Event, sentence: Sentence) -> Expectation:
    marker = EXPECTING.search(sentence.text)
    return Expectation(
        claimant=row.attributed_to or "author",
        event=row,
        marker=marker.group() if marker else (row.trigger or ""),
        window=expectation_window(sentence.text),
        sentence=sentence.text,
        start=sentence.start,
        end=sentence.end,
    )


def _conditional(
    reading: Reading, condition: tuple[int, int], consequence: tuple[int, int], marker: str
) -> Conditional:
    def named(span: tuple[int, int]) -> tuple[str, ...]:
        return tuple(
            one.actor
            for one in reading.parties
            if any(m.start < span[1] and m.end > span[0] for m in one.mentions)
        )

    text = reading.sentence.text
    speakers = [one.speaker for one in reading.found if one.speaker]
    return Conditional(
        condition=text[slice(*condition)],
        consequence=text[slice(*consequence)],
        marker=marker,
        condition_actors=named(condition),
        consequence_actors=named(consequence),
        claimant=speakers[0] if speakers else "author",
        sentence=text,
        start=reading.sentence.start,
        end=reading.sentence.end,
    )


def _warnings(document: Document, readings: Sequence[Reading], events: Sequence[Event]) -> list[str]:
    """Why nothing came out of a text that is not empty: the three likeliest causes, the likeliest first."""
    if events:
        return []
    if not readings:
        return ["nothing is left of the text once links, bylines and other additions are taken out"]
    named = [one for one in readings if one.parties]
    several = [one for one in named if len(one.parties) > 1]
    causes = []
    if document.language == "other":
        causes.append("the text does not look English")
    if not named:
        causes.append(
            f"none of its {len(readings)} sentences names an actor of the tables (try --actors FILE)"
        )
    elif not several:
        causes.append("no sentence names two actors")
    else:
        causes.append(f"{len(several)} sentences name two actors, but no act between them was found")
    upper = sum(map(str.isupper, document.text)) / max(1, sum(map(str.isalpha, document.text)))
    if upper > 0.6:
        causes.append("it is set in capitals, which hides names")
    if len(re.findall(r"[.!?]", document.text)) < len(readings) / 2:
        causes.append("it reads like a list or a table, not like sentences")
    causes.append("it may tell of home affairs, sport or business only")
    return ["no event was found; likeliest causes: " + "; ".join(causes[:3])]
