"""ACLED, import only: a file that the user got under ACLED's terms. Names, not codes; two-sided events only as far as they go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

import numpy as np

from detente.feeds import rows
from detente.feeds.dates import form_of_dates, read_date
from detente.feeds.feed import Batch, Converted, Head, Layout, Reading
from detente.feeds.rows import NO_DAY, Columns, Flags
from detente.feeds.whom import EPOCH

_USED = (
    "event_id_cnty data_id event_date time_precision disorder_type event_type sub_event_type actor1 actor2 timestamp"
).split()
_STATE_FORCES = re.compile(
    r"(?:Military Forces|Police Forces|Government|Armed Forces|Air Force|Navy) of (?:the )?(.+?)(?: \(\d{4}-(?:\d{4})?\).*)?$"
)
_SPELLING = {"demostrations": "Demonstrations"}  # ACLED's own export of 2022 writes it so
_DISORDER = {
    "Political violence",
    "Demonstrations",
    "Strategic developments",
    "Political violence; Demonstrations",
    "",
}
ACTS_OF = {
    "Battles": ("ASSAULT", None),
    "Explosions/Remote violence": ("ASSAULT", "explosives"),
    "Violence against civilians": ("ASSAULT", None),
    "Protests": ("PROTEST", "demo"),
    "Riots": ("PROTEST", "riot"),
}
_SUB_ACTS = {
    "Air/drone strike": ("ASSAULT", "aerial"),
    "Shelling/artillery/missile attack": ("ASSAULT", "heavy-weapons"),
    "Suicide bomb": ("ASSAULT", "suicide-attack"),
    "Abduction/forced disappearance": ("ASSAULT", "abduct"),
    "Sexual violence": ("ASSAULT", "sexual"),
    "Agreement": ("AGREE", None),
    "Arrests": ("COERCE", "arrest"),
    "Disrupted weapons use": ("COERCE", "seize"),
    "Looting/property destruction": ("ASSAULT", "destroy"),
    "Non-violent transfer of territory": ("RETREAT", "withdraw"),
    "Headquarters or base established": ("MOBILIZE", "troops"),
    "Change to group/activity": (None, None),
    "Other": (None, None),
}


class Acled:
    name = "acled"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        fields = tuple(one.strip().casefold() for one in head.fields)
        if not {"event_date", "event_type", "sub_event_type", "actor1", "actor2"} <= set(fields):
            return None
        form = form_of_dates(head, fields.index("event_date"), reading.columns.get("dates"))
        return Layout(
            "acled",
            f"ACLED export, {len(fields)} columns",
            f'a header with "event_type", "sub_event_type", "actor1" and "actor2"; dates as {form}',
            head.delimiter or ",",
            {len(fields): fields},
            header=1,
            wanted=tuple(_USED),
            plain=frozenset({"event_id_cnty"}),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        form = layout.reason.rpartition("dates as ")[2]
        return rows.read_with(stream, layout, reading, lambda c, lay, r: _rows(c, r, form))


def _act(kind: str, sub: str) -> tuple[str | None, str | None, str | None]:
    found = _SUB_ACTS.get(sub) or ACTS_OF.get(kind)
    return (*found, None) if found else (None, None, f'unknown event type "{kind[:40]}"')


def _rows(columns: Columns, reading: Reading, form: str) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    size = columns.size
    flags = Flags(size)
    days = columns.numbers("event_date", lambda text: read_date(text, form))
    added = columns.numbers("timestamp", _stamp)
    ids = columns.text("event_id_cnty" if "event_id_cnty" in columns else "data_id", null=False)
    bad: dict[int, str] = {int(at): "event_date is no day" for at in np.flatnonzero(days == NO_DAY)}
    for at in np.flatnonzero(pc.equal(ids, "").to_numpy(zero_copy_only=False)):
        bad.setdefault(int(at), "no event id")
    found, at_act = rows.pairs(columns.coded("event_type"), columns.coded("sub_event_type"), _act)
    for words in sorted({flag for *_, flag in found if flag}):
        flags.add(np.array([flag == words for *_, flag in found])[at_act], words)
    spelt = columns.mapped("disorder_type", lambda t: t.casefold() in _SPELLING, pa.bool_())
    flags.add(spelt.to_numpy(zero_copy_only=False), "disorder_type misspelt at the source")
    strange = columns.mapped(
        "disorder_type", lambda t: t not in _DISORDER and t.casefold() not in _SPELLING, pa.bool_()
    )
    flags.add(strange.to_numpy(zero_copy_only=False), "unknown disorder_type")
    take = pa.array(at_act)
    acts = pa.array([act for act, *_ in found], pa.string()).take(take)
    known = np.where(days == NO_DAY, 0, days)
    precision = columns.mapped(
        "time_precision", lambda t: {"2": "week", "3": "month"}.get(t, "day"), pa.string()
    )
    exact = pc.equal(precision, "day")
    whom = reading.whom
    sides: dict[str, object] = {}
    for side, name in (("source", "actor1"), ("target", "actor2")):
        sides[side] = whom.mapped(
            "acled", columns.coded(name), known, lambda text, day: _state(text, day, reading)
        )
        sides[f"{side}_raw"] = columns.text(name, null=False)
    told = added != NO_DAY
    table = rows.event_rows(
        {
            "event_id": pc.binary_join_element_wise(
                "acled", ids, columns.mapped("event_date", lambda t: t.replace("-", ""), pa.string()), ":"
            ),
            "day": pc.if_else(exact, rows.days_array(days), pa.scalar(None, pa.date32())),
            "day_precision": precision,
            "published": rows.days_array(np.where(told, np.maximum(added, days), days)),
            "published_basis": pc.if_else(pa.array(told), "added", "event"),
            **sides,
            "act": acts,
            "status": "happened",
            "mode": pa.array([mode for _, mode, _ in found], pa.string()).take(take),
            **rows.act_columns(acts),
            "feed": "acled",
            "flags": flags.column(),
        },
        size,
    )
    return Converted(rows.without(table, bad), bad, flags.notes)


def _stamp(text: str) -> int:
    """The day of a time in seconds; ACLED moves it when a row is corrected."""
    if not text.isdigit() or len(text) > 11:
        return NO_DAY
    return datetime.fromtimestamp(int(text), UTC).date().toordinal() - EPOCH


def _state(name: str, day: object, reading: Reading) -> str | None:
    """Forces and governments of a state stand for it; so does an exact name. Protesters and civilians do not."""
    forces = _STATE_FORCES.match(name)
    return reading.whom.name(forces[1] if forces else name, day)  # type: ignore[arg-type]
