"""What was read in a document: its sentences, events, expectations and conditionals, and what stayed uncoded."""

from __future__ import annotations

from dataclasses import dataclass, field

from detente.actors import Mention
from detente.documents import Document
from detente.events.event import Event


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document: where it stands, its words, and who is named in it."""

    index: int
    start: int
    end: int
    text: str
    mentions: tuple[Mention, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Expectation:
    """What somebody says is to come: an event not yet held, and who expects it.

    claimant : actor id, or "author". window : the time it speaks of, in the text's own words, or None.
    marker : the words that make it an expectation.
    """

    claimant: str
    event: Event
    marker: str
    window: str | None
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """An "if ... then ..." of the text: both halves in its words, and the actors of each."""

    condition: str
    consequence: str
    marker: str
    condition_actors: tuple[str, ...]
    consequence_actors: tuple[str, ...]
    claimant: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Uncoded:
    """A sentence that names actors and gave no event, and why."""

    sentence: str
    start: int
    end: int
    actors: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Coding:
    """All that a coder read in one document."""

    document: Document
    sentences: tuple[Sentence, ...]
    events: tuple[Event, ...]
    expectations: tuple[Expectation, ...] = ()
    conditionals: tuple[Conditional, ...] = ()
    uncoded: tuple[Uncoded, ...] = ()
    warnings: tuple[str, ...] = ()
