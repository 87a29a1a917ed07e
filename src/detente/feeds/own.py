"""The user's own events: a table with a header (and, if need be, a map of its columns), or JSON lines of Event rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import IO

import numpy as np

from detente.errors import UnknownDate, UnreadableInput, WrongUse
from detente.events import Event, event_id, validated
from detente.feeds import rows
from detente.feeds.blocks import whole_lines
from detente.feeds.dates import form_of_dates, read_date
from detente.feeds.feed import Batch, Converted, Head, Layout, Quarantined, Reading
from detente.feeds.rows import NO_DAY, Columns, Flags
from detente.ontology import ACTS, Status
from detente.periods import parse_day
from detente.provenance import content_id

NAMES = (
    "source",
    "target",
    "act",
    "cameo",
    "day",
    "published",
    "status",
    "goldstein",
    "confidence",
    "id",
    "url",
)
_SAME = {
    "source_raw": "source",
    "event_id": "id",
    "document_id": "url",
    "type": "act",
    "plover": "act",
    "cameo_code": "cameo",
}
SYSTEMS = ("iso3", "cameo", "cow", "gw", "fips", "iso2", "cow_abb", "name")


class OwnTable:
    """A table parted by commas, semicolons or tabs whose header names, or is told to name, our columns.

    `columns` of the reading says `ours=theirs`, and `codes=cow` in which system the actors are written;
    without it they are our ids, ISO codes or exact names.
    """

    name = "own table"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        theirs = {one.strip().casefold(): at for at, one in enumerate(head.fields)}
        wanted = {ours: name for ours, name in reading.columns.items() if ours in NAMES}
        if unknown := [name for name in wanted.values() if name.casefold() not in theirs]:
            if len(head.fields) > 1 and len(unknown) < len(wanted):
                raise WrongUse(
                    f'{head.name} has no column "{unknown[0]}"',
                    near=", ".join(head.fields[:40]),
                    try_="mend --columns",
                )
            return None
        columns = [f"_{at}" for at in range(len(head.fields))]
        for one, at in theirs.items():
            ours = _SAME.get(one, one)
            if ours in NAMES and ours not in columns:
                columns[at] = ours
        for ours, name in wanted.items():
            columns = [f"_{at}" if one == ours else one for at, one in enumerate(columns)]
            columns[theirs[name.casefold()]] = ours
        if not {"source", "target"} <= set(columns) or not {"act", "cameo"} & set(columns):
            return None
        if not {"day", "published"} & set(columns):
            return None
        form = form_of_dates(
            head, columns.index("day" if "day" in columns else "published"), reading.columns.get("dates")
        )
        return Layout(
            "own",
            f"a table of events, {len(columns)} columns",
            f"a header with source, target and act; dates as {form}",
            head.delimiter or ",",
            {len(columns): tuple(columns)},
            header=1,
            wanted=NAMES,
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        form = layout.reason.rpartition("dates as ")[2]
        system = reading.columns.get("codes")
        if system and system not in SYSTEMS:
            raise WrongUse(f'"{system}" is no code system', near=", ".join(SYSTEMS))
        return rows.read_with(stream, layout, reading, lambda c, lay, r: _rows(c, r, form, system))


def _rows(columns: Columns, reading: Reading, form: str, system: str | None) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    size = columns.size
    flags = Flags(size)
    days = columns.numbers("day", lambda text: read_date(text, form))
    published = columns.numbers("published", lambda text: read_date(text, form))
    told = published != NO_DAY
    given = reading.given_date
    basis = "document" if "published" in columns else "given" if given else "event"
    fallback = given.toordinal() - date(1970, 1, 1).toordinal() if given else None
    published = np.where(told, published, days if fallback is None else fallback)
    codes, at_code = rows.pairs(columns.coded("cameo"), columns.coded("act"), lambda code, act: (code, act))
    made = [_act(code, act) for code, act in codes]
    take = pa.array(at_code)
    acts = pa.array([act for act, *_ in made], pa.string()).take(take)
    for words in sorted({flag for *_, flag in made if flag}):
        flags.add(np.array([flag == words for *_, flag in made])[at_code], words)
    status = columns.mapped("status", lambda text: text.casefold() or "happened", pa.string())
    bad: dict[int, str] = {}
    unreadable = columns.mapped("day", bool, pa.bool_()).to_numpy(zero_copy_only=False) & (days == NO_DAY)
    strange = ~columns.marks("status", frozenset({"", *(str(one) for one in Status)}))
    neither = np.array([act is None and not code for act, code, _ in made] or [False])[at_code]
    for mask, reason in (
        (unreadable, "the day is no day"),
        (strange, "unknown status"),
        (neither, "no act that PLOVER or CAMEO knows"),
    ):
        for at in np.flatnonzero(mask):
            bad.setdefault(int(at), reason)
    known = np.where(days != NO_DAY, days, np.where(published != NO_DAY, published, 0))
    whom = reading.whom

    def who(text: str, day: date | None) -> str | None:
        if system and system != "name":
            return whom.code(system, text, day)
        if system is None and text in whom.actors.actors:
            return text
        return (whom.code("iso3", text, day) if system is None else None) or whom.name(text, day)

    cells = zip(
        *(
            columns.text(one, null=False).to_pylist()
            for one in ("source", "target", "act", "cameo", "day", "published", "url", "status")
        ),
        strict=True,
    )
    own = columns.text("id", null=False).to_pylist()
    ids = [
        f"own:{content_id(*cell)}" if not name else f"own:{name}:{cell[4] or cell[5]}"
        for name, cell in zip(own, cells, strict=True)
    ]
    table = rows.event_rows(
        {
            "event_id": pa.array(ids, pa.string()),
            "day": rows.days_array(days),
            "day_precision": pc.if_else(pa.array(days != NO_DAY), "day", "none"),
            "published": rows.days_array(published),
            "published_basis": pc.if_else(
                pa.array(told),
                "document",
                pa.scalar(None if basis == "document" and fallback is None else basis, pa.string()),
            ),
            "source": whom.mapped(f"own-{system}", columns.coded("source"), known, who),
            "target": whom.mapped(f"own-{system}", columns.coded("target"), known, who),
            "source_raw": columns.text("source", null=False),
            "target_raw": columns.text("target", null=False),
            "act": acts,
            "status": status,
            "cameo": pa.array([code for _, code, _ in made], pa.string()).take(take),
            "mode": pa.array([rows.mode_of(code) for _, code, _ in made], pa.string()).take(take),
            **rows.act_columns(acts),
            "goldstein": columns.mapped("goldstein", rows.goldstein, pa.float32()),
            "confidence": columns.mapped("confidence", _probability, pa.float32()),
            "feed": "own",
            "document_id": columns.text("url"),
            "flags": flags.column(),
        },
        size,
    )
    return Converted(rows.without(table, bad), bad, flags.notes)


def _act(code: str, act: str) -> tuple[str | None, str | None, str | None]:
    """Act, CAMEO code and flag from what a row gives of them."""
    if act.upper() in ACTS:
        return act.upper(), code or None, None
    if not code and act.isdigit():
        code = act
    form, flag = rows.cameo_text(code, "")
    return rows.act_of(form), form, flag


def _probability(text: str) -> float | None:
    value = rows.number(text)
    return value if value is not None and 0 <= value <= 1 else None


class EventLines:
    """JSON lines of Event rows, as `detente code` prints them."""

    name = "event lines"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        first = next((line for line in head.lines if line.strip()), "")
        if not first.lstrip().startswith("{"):
            return None
        try:
            row = json.loads(first)
        except ValueError:
            return None
        if not isinstance(row, dict) or not {"event_id", "act", "status"} <= row.keys():
            return None
        return Layout(
            "events",
            "event rows, JSON lines",
            'objects with "event_id", "act" and "status"',
            "",
            {1: ("json",)},
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        import pyarrow as pa

        import detente.events as room

        number = 0
        for data, overlong in whole_lines(stream, 4 << 20):
            good: list[Event] = []
            bad: list[Quarantined] = []
            blank = lines = 0
            for line in data[:-1].split(b"\n"):
                number, lines = number + 1, lines + 1
                if overlong:
                    bad.append(Quarantined(number, overlong, line))
                elif not line.strip():
                    blank += 1
                else:
                    try:
                        good.append(_event_of(line))
                    except (
                        UnreadableInput,
                        UnknownDate,
                        ValueError,
                        TypeError,
                        OverflowError,
                        RecursionError,
                    ) as fault:
                        bad.append(Quarantined(number, str(getattr(fault, "what", fault))[:200], line))
            table = room.events_table(good).append_column("flags", pa.nulls(len(good), pa.string()))
            yield Batch("events", table.cast(rows.feed_events()), lines, 0, blank, tuple(bad), Counter())


_FIELDS = frozenset(one.name for one in fields(Event))
_TEXTS = frozenset(
    "event_id day_precision published_basis source target source_raw target_raw act status mode cameo attributed_to feed "
    "document_id sentence trigger group".split()
)


def _event_of(line: bytes) -> Event:
    row = json.loads(line.decode("utf-8-sig"))
    if not isinstance(row, dict):
        raise UnreadableInput("not an object")
    facts = {name: value for name, value in row.items() if name in _FIELDS}
    for name in _TEXTS & facts.keys():
        if facts[name] is not None and not isinstance(facts[name], str):
            raise UnreadableInput(f'"{name}" must be text')
    for name in ("start", "end"):
        if facts.get(name) is not None and not (isinstance(facts[name], int) and 0 <= facts[name] < 1 << 31):
            raise UnreadableInput(f'"{name}" must be a whole number')
    for name in ("day", "published"):
        facts[name] = parse_day(str(facts[name])) if facts.get(name) else None
    facts.setdefault("day_precision", "day" if facts["day"] else "none")
    facts.setdefault("published_basis", "document" if facts["published"] else None)
    for name in ("source", "target"):
        facts[name] = facts.get(name) or None
        facts[f"{name}_raw"] = facts.get(f"{name}_raw") or facts[name] or ""
    value = facts.get("goldstein")
    if value is not None and not (isinstance(value, int | float) and -10 <= value <= 10):
        raise UnreadableInput("goldstein lies outside -10 to 10")
    value = facts.get("confidence")
    if value is not None and not isinstance(value, int | float):
        raise UnreadableInput("confidence is no number")
    if not isinstance(facts.get("event_id"), str) or not facts["event_id"]:
        facts["event_id"] = event_id(
            "own", None, None, str(facts["source"]), str(facts["target"]), str(facts.get("act"))
        )
    return validated(Event(**facts))
