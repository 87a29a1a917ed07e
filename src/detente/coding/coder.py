"""What a coder is asked for and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from detente.coding.sentences import Sentence
from detente.documents import Document
from detente.events import Event


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


class Coder(Protocol):
    """Anything that turns documents into events."""

    name: str

    def code(self, document: Document, *, day: date | None = None) -> Coding:
        """Code one document; `day` is the day its names are read on (default: its own date)."""
        ...
