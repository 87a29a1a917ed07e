"""What the brief says, before it is drawn: every line with the sentence it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from detente.actors import Gazetteer
from detente.events import Coding, Event
from detente.ontology import ACTS, Status
from detente.relations import Tie


@dataclass(frozen=True, slots=True)
class ActorLine:
    """Who is in the text: id, name, how often and by which words it is named."""

    id: str
    name: str
    mentions: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Acts of one kind, under a heading a reader understands."""

    key: str
    heading: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """All that the brief of one document says."""

    coding: Coding
    actors: tuple[ActorLine, ...]
    sections: tuple[Section, ...]
    ties: tuple[Tie, ...]
    ties_as_of: date | None
    names: Mapping[str, str]
    coder: str
    store_note: str = ""

    @property
    def title(self) -> str:
        return self.coding.document.title or "Untitled text"

    @property
    def headline(self) -> str:
        """One sentence with the counts, to stand on top."""
        acts = len({event.group or event.event_id for event in self.coding.events})
        return (
            f"{_count(len(self.actors), 'actor')}, {_count(acts, 'act')}, "
            f"{_count(len(self.coding.expectations), 'expectation')} and "
            f"{_count(len(self.coding.conditionals), 'conditional')} in "
            f"{_count(len(self.coding.sentences), 'sentence')}"
        )

    @property
    def shown_ties(self) -> tuple[Tie, ...]:
        """The ties worth a reader's two minutes: of pairs that do something in the text, then by weight; twelve at most."""
        acting = {frozenset(event.actors) for event in self.coding.events}
        ranked = sorted(
            (one for one in self.ties if one.acts),
            key=lambda one: (
                frozenset((one.first, one.second)) not in acting,
                -one.acts,
                one.first,
                one.second,
            ),
        )
        return tuple(ranked[:12])

    def name(self, actor: str | None) -> str:
        if actor is None:
            return "nobody named"
        return self.names.get(actor, actor)

    def as_json(self) -> dict[str, Any]:
        """The shape of `detente brief --json`."""
        coding = self.coding
        document = coding.document
        return {
            "document": {
                "id": document.document_id,
                "title": document.title,
                "publisher": document.publisher,
                "author": document.author,
                "published": document.published.isoformat() if document.published else None,
                "published_basis": document.published_basis,
                "url": document.url,
                "language": document.language,
                "sentences": len(coding.sentences),
                "removed": [{"line": line, "reason": reason} for line, reason in document.removed],
                "notes": [*document.notes, *coding.warnings],
                "coder": self.coder,
            },
            "actors": [
                {"id": one.id, "name": one.name, "mentions": one.mentions, "words": list(one.words)}
                for one in self.actors
            ],
            "events": [event.as_json() for event in coding.events],
            "expectations": [
                {
                    "claimant": one.claimant,
                    "source": one.event.source,
                    "target": one.event.target,
                    "act": one.event.act,
                    "window": one.window,
                    "marker": one.marker,
                    "sentence": one.sentence,
                    "start": one.start,
                    "end": one.end,
                    "confidence": one.event.confidence,
                }
                for one in coding.expectations
            ],
            "conditionals": [
                {
                    "if": one.condition,
                    "then": one.consequence,
                    "marker": one.marker,
                    "if_actors": list(one.condition_actors),
                    "then_actors": list(one.consequence_actors),
                    "claimant": one.claimant,
                    "sentence": one.sentence,
                    "start": one.start,
                    "end": one.end,
                }
                for one in coding.conditionals
            ],
            "claims": [],
            "ties": [_tie_json(one) for one in self.ties],
            "ties_as_of": self.ties_as_of.isoformat() if self.ties_as_of else None,
            "blocs": [],
            "related": [{"title": one.title, "url": one.url} for one in document.related],
            "uncoded": [asdict(one) for one in coding.uncoded],
        }


def _tie_json(one: Tie) -> dict[str, Any]:
    row = asdict(one)
    for name in ("as_of", "last"):
        row[name] = row[name].isoformat() if row[name] else None
    return {**row, "verdict": one.verdict}


_SECTIONS: tuple[tuple[str, str], ...] = (
    ("done", "What was done"),
    ("asked", "What was asked"),
    ("refused", "What was refused"),
    ("said", "What was promised, praised or blamed"),
    ("planned", "What is planned"),
    ("expected", "What is expected"),
    ("doubtful", "What is only possible, denied or called off"),
)


def _section_of(event: Event) -> str:
    status = Status(event.status)
    if status is Status.PLANNED:
        return "planned"
    if status is Status.EXPECTED:
        return "expected"
    if status in (Status.HYPOTHETICAL, Status.DENIED, Status.NEGATED):
        return "doubtful"
    if event.act == "REQUEST":
        return "asked"
    if event.act == "REJECT":
        return "refused"
    if event.act is not None and not ACTS[event.act].quad.material and event.act != "CONSULT":
        return "said"
    return "done"


def make_brief(
    coding: Coding,
    tables: Gazetteer,
    *,
    coder: str,
    ties: Sequence[Tie] = (),
    ties_as_of: date | None = None,
    store_note: str = "",
) -> Brief:
    """Order what was coded for a reader with two minutes."""
    counts: dict[str, list[str]] = {}
    for sentence in coding.sentences:
        for mention in sentence.mentions:
            if mention.resolution.actor and mention.resolution.reading == "actor":
                counts.setdefault(mention.resolution.actor, []).append(mention.text)
    names = {actor: tables.actors[actor].name for actor in tables.actors}
    actors = tuple(
        ActorLine(actor, names.get(actor, actor), len(words), tuple(dict.fromkeys(words)))
        for actor, words in sorted(counts.items(), key=lambda item: (-len(item[1]), item[0]))
    )
    sections = tuple(
        Section(key, heading, tuple(one for one in coding.events if _section_of(one) == key))
        for key, heading in _SECTIONS
    )
    return Brief(
        coding=coding,
        actors=actors,
        sections=tuple(one for one in sections if one.events),
        ties=tuple(sorted(ties, key=lambda one: (-one.acts, one.first, one.second))),
        ties_as_of=ties_as_of,
        names=names,
        coder=coder,
        store_note=store_note,
    )


def event_line(brief: Brief, events: Sequence[Event]) -> str:
    """One act in words; events of a group are one line."""
    first = events[0]
    sources = _listed([brief.name(one) for one in dict.fromkeys(event.source for event in events)])
    targets = _listed(
        [brief.name(one) for one in dict.fromkeys(event.target for event in events if event.target)]
    )
    verb = ACTS[first.act].verb if first.act else "spoke of"
    joined = f"{sources} and {targets}" if first.symmetric and targets else ""
    if joined:
        verb = {
            "CONSULT": "met or talked",
            "AGREE": "came to terms or made offers",
            "COOPERATE": "acted together",
        }[first.act or ""]
    status = {
        "happened": "",
        "ongoing": " (going on)",
        "planned": " (planned)",
        "expected": " (expected)",
        "hypothetical": " (only a possibility)",
        "denied": " (denied)",
        "negated": " (did not happen)",
    }[first.status]
    words = f"{joined} {verb}" if joined else f"{sources} {verb} {targets}".rstrip()
    return words + status


def grouped(events: Sequence[Event]) -> list[list[Event]]:
    """Rows of one act together, in the order of the text."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(event.group or event.event_id, []).append(event)
    return sorted(groups.values(), key=lambda many: (many[0].start or 0, many[0].event_id))


def when_text(event: Event) -> str:
    """The day of an act with its precision, in words."""
    if event.day is None:
        return "day not said"
    if event.day_precision == "day":
        return event.day.isoformat()
    if event.day_precision == "week":
        return f"week of {event.day.isoformat()}"
    return event.day.strftime("%B %Y" if event.day_precision == "month" else "%Y")


def speaker_text(brief: Brief, event: Event) -> str:
    """Who says so."""
    if event.attributed_to and event.attributed_to != "author":
        return f"according to {brief.name(event.attributed_to)}"
    return "the text's own words"


def tie_sentence(brief: Brief, one: Tie) -> str:
    """A tie in words with its range."""
    pair = f"{brief.name(one.first)} and {brief.name(one.second)}"
    if one.acts == 0:
        return f"{pair}: nothing on record"
    trend = ""
    if one.trend is not None and abs(one.trend) >= 0.1:
        trend = f", {'warmer' if one.trend > 0 else 'colder'} by {abs(one.trend):.2f} than half a year before"
    acts = f"{_count(one.acts, 'act')} ({one.cooperative} friendly, {one.conflictual} hostile)"
    return (
        f"{pair}: {one.verdict}, {one.alignment:+.2f} (90 % between {one.low:+.2f} and {one.high:+.2f}) "
        f"from {acts}{trend}"
    )


def times(count: int) -> str:
    """How often, in words: once, or a number of times."""
    return "once" if count == 1 else f"{count} times"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= 1:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]
