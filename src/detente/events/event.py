"""One event (`Event`) and many (`EVENTS`), and the rules a row must keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from detente.errors import UnreadableInput
from detente.ontology import ACTS, UNORDERED, Status
from detente.periods import Precision
from detente.provenance import content_id

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what to whom, when, according to whom, and the words that say so. Fields as in EVENTS."""

    event_id: str
    day: date | None
    day_precision: str
    published: date | None
    published_basis: str | None
    source: str | None
    target: str | None
    source_raw: str
    target_raw: str
    act: str | None
    status: str
    mode: str | None = None
    cameo: str | None = None
    quad: int | None = None
    goldstein: float | None = None
    attributed_to: str | None = None
    confidence: float | None = None
    feed: str = "text"
    document_id: str | None = None
    sentence: str | None = None
    start: int | None = None
    end: int | None = None
    trigger: str | None = None
    group: str | None = None
    symmetric: bool = False

    @property
    def actors(self) -> tuple[str, ...]:
        return tuple(one for one in (self.source, self.target) if one)

    def as_json(self) -> dict[str, Any]:
        """Plain values; days as ISO text."""
        row = asdict(self)
        for name in ("day", "published"):
            row[name] = row[name].isoformat() if row[name] else None
        return row


@cache
def _events_schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(
                "event_id", pa.string(), nullable=False
            ),  # document or feed row, span, source, target, act
            pa.field("day", pa.date32()),  # when it happened; null: the text does not say
            pa.field("day_precision", pa.string()),  # day, week, month, year, none
            pa.field("published", pa.date32()),  # when the world could read of it
            pa.field(
                "published_basis", pa.string()
            ),  # document, given, added, event: what `published` rests on
            pa.field("source", pa.string()),  # actor id; null: unresolved
            pa.field("target", pa.string()),  # actor id; null: unresolved, or aimed at nobody
            pa.field("source_raw", pa.string()),  # the words of the text or feed
            pa.field("target_raw", pa.string()),
            pa.field("act", pa.string()),  # PLOVER type; null: CAMEO 01 and 02
            pa.field(
                "status", pa.string()
            ),  # happened, ongoing, planned, expected, denied, negated, hypothetical
            pa.field("mode", pa.string()),
            pa.field("cameo", pa.string()),  # text with its leading zeros
            pa.field("quad", pa.int8()),  # PLOVER quad, 1 to 4
            pa.field("goldstein", pa.float32()),  # [-10, 10]; null: the feed gave none
            pa.field("attributed_to", pa.string()),  # actor id, "author", or null
            pa.field(
                "confidence", pa.float32()
            ),  # probability that the row is right; null: the feed gives none
            pa.field("feed", pa.string()),
            pa.field("document_id", pa.string()),
            pa.field("sentence", pa.string()),
            pa.field("start", pa.int32()),  # code points of the sentence in Document.text, half-open
            pa.field("end", pa.int32()),
            pa.field("trigger", pa.string()),  # the words that decided
            pa.field("group", pa.string()),  # rows of one multilateral act share it and count once as an act
            pa.field("symmetric", pa.bool_()),  # unordered act, stored once
        ]
    )


def __getattr__(name: str) -> Any:
    if name == "EVENTS":  # pyarrow is heavy: the schema is made when first asked for
        return _events_schema()
    raise AttributeError(name)


def event_id(origin: str, start: int | None, end: int | None, source: str, target: str, act: str) -> str:
    """A name that stays when the coder changes: origin (document, or feed and native id), span, pair, act."""
    return content_id(origin, str(start), str(end), source, target, act)


def validated(event: Event, *, where: str = "") -> Event:
    """The event with quad and symmetry filled in, if it keeps the rules.

    Raises
    ------
    UnreadableInput : unknown act, status or precision, or a confidence outside [0, 1].
    """
    if event.act is not None and event.act not in ACTS:
        raise UnreadableInput(f'unknown act "{event.act}"', where=where, near=", ".join(ACTS))
    if event.status not in set(Status):
        raise UnreadableInput(f'unknown status "{event.status}"', where=where, near=", ".join(Status))
    if event.day_precision not in set(Precision):
        raise UnreadableInput(f'unknown precision "{event.day_precision}"', where=where)
    if event.confidence is not None and not 0 <= event.confidence <= 1:
        raise UnreadableInput(f"confidence {event.confidence} is no probability", where=where)
    quad = int(ACTS[event.act].quad) if event.act else None
    return replace(event, quad=quad, symmetric=event.act in UNORDERED)


def events_table(events: Iterable[Event]) -> pa.Table:
    """Events as an Arrow table with the columns of EVENTS."""
    import pyarrow as pa

    return pa.Table.from_pylist([asdict(one) for one in events], schema=_events_schema())


def from_table(table: pa.Table) -> list[Event]:
    """The rows of an EVENTS table as events."""
    names = _events_schema().names
    return [Event(**row) for row in table.select(names).to_pylist()]
