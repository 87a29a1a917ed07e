"""Corrections: judgements kept beside the data, never written into it, applied when it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

from detente.errors import NothingFound, WrongUse
from detente.events import Event, validated
from detente.ontology import ACTS, Status
from detente.periods import parse_day
from detente.provenance import content_id
from detente.store.tables import CORRECTIONS, EVENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from detente.store.store import Store

CORRECTABLE = ("act", "mode", "source", "target", "status", "day", "attributed_to")


@dataclass(frozen=True, slots=True)
class Correction:
    """One field of one event as somebody judged it, what it was, and why."""

    correction_id: str
    event_id: str
    field: str
    value: str | None
    was: str | None
    why: str
    made: str
    day: date | None
    source: str | None
    target: str | None


def correct(
    store: Store, event_id: str, changes: dict[str, str | None], *, why: str, made: str
) -> tuple[Event, Event]:
    """Keep a correction of one event; gives the event before and after.

    Raises
    ------
    NothingFound : no such event. WrongUse : a value that the field cannot have, or no reason given.
    """
    if not why.strip():
        raise WrongUse("a correction needs its reason", try_='say it with --why "..."')
    if not changes:
        raise WrongUse("nothing is corrected", near=", ".join(CORRECTABLE), try_="for example --act CONSULT")
    snapshot = store.snapshot()
    before = snapshot.event(event_id)
    if before is None:
        raise NothingFound(
            f'the store holds no event "{event_id}"',
            where=str(store.folder),
            try_="take the id from detente pair --json",
        )
    after = applied(before, changes)
    original = snapshot.table("events")
    row = original.filter(original.event_id == event_id).limit(1).to_pyarrow().to_pylist()[0]
    rows = [
        Correction(
            content_id(event_id, name, str(value), why, made),
            event_id,
            name,
            value,
            _text(getattr(before, name)),
            why,
            made,
            row["published"],
            row["source"],
            row["target"],
        )
        for name, value in changes.items()
    ]
    with store.loading() as under_way:
        under_way.add("corrections", pa.Table.from_pylist([asdict(one) for one in rows], schema=CORRECTIONS))
        under_way.commit({"corrected": event_id, "why": why})
    return before, after


def applied(event: Event, changes: dict[str, str | None]) -> Event:
    """The event with some fields changed, quad and symmetry following.

    Raises
    ------
    WrongUse : an unknown field, act or status.
    """
    facts: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in CORRECTABLE:
            raise WrongUse(f'"{name}" cannot be corrected', near=", ".join(CORRECTABLE))
        if name == "act" and value is not None and value not in ACTS:
            raise WrongUse(f'"{value}" is no PLOVER act', near=", ".join(ACTS), try_="use one of these")
        if name == "status" and value not in {*(str(one) for one in Status)}:
            raise WrongUse(f'"{value}" is no status', near=", ".join(Status))
        if name == "day":
            facts["day"] = parse_day(value) if value else None
            facts["day_precision"] = "day" if value else "none"
        else:
            facts[name] = value
    return validated(replace(event, **facts))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def latest(corrections: pa.Table) -> dict[str, dict[str, str | None]]:
    """The judgement in force for each event: of several on one field the last made."""
    found: dict[str, dict[str, str | None]] = {}
    for row in sorted(corrections.to_pylist(), key=lambda one: (one["made"], one["correction_id"])):
        found.setdefault(row["event_id"], {})[row["field"]] = row["value"]
    return found


def corrected(
    events: ir.Table, corrections: pa.Table, *, here: ir.Table, small: Callable[[pa.Table], ir.Table]
) -> ir.Table:
    """The events with the corrections in force.

    here : the same events in this process; small : hands a few rows to the engine of `events`.

    Only the days of corrected events are read: which report of an act counts first may change there.
    """
    judged = latest(corrections)
    days = sorted({one for one in corrections["day"].to_pylist() if one is not None})

    def chosen(table: ir.Table) -> ir.BooleanValue:
        on_those_days = table.published.isin(days) if days else ibis.literal(False)
        undated = table.published.isnull() & table.event_id.isin(sorted(judged))
        return ibis.coalesce(on_those_days, ibis.literal(False)) | undated

    touched = here.filter(chosen(here)).select(*events.columns).to_pyarrow()
    names = [one.name for one in fields(Event)]
    changed = []
    for row in touched.to_pylist():
        if row["event_id"] in judged:
            before = Event(**{name: row[name] for name in names})
            row.update(asdict(applied(before, judged[row["event_id"]])))
        changed.append(row)
    if "same_act" in touched.column_names:
        _flag_again(changed)
    schema = pa.schema([one for one in EVENTS if one.name in touched.column_names])
    fresh = small(pa.Table.from_pylist(changed, schema=schema))
    rest = events.filter(~chosen(events)).select(*schema.names)
    return rest.union(fresh.cast({one: rest[one].type() for one in schema.names}).select(*schema.names))


def _flag_again(rows: list[dict[str, Any]]) -> None:
    """Settle anew which row of one act by one pair on one day counts: the first, by id."""
    seen: set[tuple[object, ...]] = set()
    for row in sorted(rows, key=lambda one: str(one["event_id"])):
        row["same_act"] = False
        if (
            row["status"] in (Status.HAPPENED, Status.ONGOING)
            and row["act"]
            and row["source"]
            and row["target"]
            and row["published"]
            and row["source"] != row["target"]
        ):
            key = (
                frozenset((row["source"], row["target"])),
                None if row["symmetric"] else row["source"],
                row["act"],
                row["published"],
            )
            row["same_act"] = key in seen
            seen.add(key)
