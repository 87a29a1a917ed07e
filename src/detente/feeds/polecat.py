"""POLECAT: PLOVER acts, ISO countries, a line of tabs with a header of 40 names (39 in some releases).

Written from the documented header; no real row was found in public, so the pages of the project say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

import numpy as np

from detente.feeds import rows
from detente.feeds.dates import form_of_dates, read_date
from detente.feeds.feed import Batch, Converted, Head, Layout, Reading
from detente.feeds.rows import NO_DAY, Columns, Flags
from detente.ontology import ACTS

COLUMNS = (
    "Event ID|Event Date|Event Type|Event Mode|Intensity|Quad Code|Contexts|Actor Name|Actor Country|Actor COW"
    "|Primary Actor Sector|Actor Sectors|Actor Title|Actor Name Raw|Wikipedia Actor ID|Recipient Name|Recipient Country"
    "|Recipient COW|Primary Recipient Sector|Recipient Sectors|Recipient Title|Recipient Name Raw|Wikipedia Recipient ID"
    "|Placename|City|District|Province|Country|Latitude|Longitude|GeoNames ID|Raw Placename|Feature Type|Source"
    "|Publication Date|Story People|Story Organizations|Story Locations|Language|Version"
).split("|")
_USED = (*COLUMNS[:6], *COLUMNS[7:12], *COLUMNS[13:20], "Recipient Name Raw", "Publication Date")
_ARMED = frozenset({"REB", "INS", "SEP", "UAF", "TER", "CRM", "VIG", "PRM"})
_SEVERAL = re.compile(r"\s*[;|,]\s*")


class Polecat:
    name = "polecat"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        fields = [one.strip().casefold().replace("_", " ") for one in head.fields]
        if not {"event id", "event type", "event date"} <= set(fields) or not {
            "actor country",
            "recipient country",
        } <= set(fields):
            return None
        names = {one.casefold(): one for one in COLUMNS} | {"event intensity": "Intensity"}
        columns = tuple(names.get(one, head.fields[at].strip()) for at, one in enumerate(fields))
        form = form_of_dates(head, columns.index("Event Date"), reading.columns.get("dates"))
        return Layout(
            "polecat",
            f"POLECAT events, {len(columns)} columns",
            'a header with "Event Type", "Actor Country" and "Recipient Country"'
            + ("" if "Intensity" in columns else "; without the intensity")
            + f"; dates as {form}",
            head.delimiter or "\t",
            {len(columns): columns},
            header=1,
            wanted=_USED,
            plain=frozenset({"Event ID"}),
            tests={"Event Date": r"[\d/ :T-]+", "Event Type": r"[A-Z]+"},
            free=(
                "Actor Name",
                "Recipient Name",
                "Actor Name Raw",
                "Recipient Name Raw",
                "Placename",
                "Raw Placename",
            ),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        form = layout.reason.rpartition("dates as ")[2]
        return rows.read_with(stream, layout, reading, lambda c, lay, r: _rows(c, r, form))


def _rows(columns: Columns, reading: Reading, form: str) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    size = columns.size
    flags = Flags(size)
    days = columns.numbers("Event Date", lambda text: read_date(text, form))
    published = columns.numbers("Publication Date", lambda text: read_date(text, form))
    told = published != NO_DAY
    published = np.where(told, published, days)
    acts = columns.mapped(
        "Event Type", lambda text: text.upper() if text.upper() in ACTS else None, pa.string()
    )
    ids = columns.text("Event ID", null=False)
    bad: dict[int, str] = {}
    for mask, reason in (
        (days == NO_DAY, "Event Date is no day"),
        (pc.is_null(acts).to_numpy(zero_copy_only=False), "Event Type is no PLOVER type"),
        (pc.equal(ids, "").to_numpy(zero_copy_only=False), "no Event ID"),
    ):
        for at in np.flatnonzero(mask):
            bad.setdefault(int(at), reason)
    known = np.where(days == NO_DAY, 0, days)
    flags.add(told & (days != NO_DAY) & (days > published), "dated after it was published")
    sides = {}
    for side, part in (("source", "Actor"), ("target", "Recipient")):
        found, several = _actor(columns, part, known, reading)
        sides[side] = found
        flags.add(several, f"several countries in {part} Country")
        raw = pc.coalesce(columns.text(f"{part} Name"), columns.text(f"{part} Country"), pa.scalar(""))
        sides[f"{side}_raw"] = raw
    table = rows.event_rows(
        {
            "event_id": pc.binary_join_element_wise(
                "polecat",
                ids,
                columns.mapped("Event Date", lambda t: t[:10].replace("-", ""), pa.string()),
                ":",
            ),
            "day": rows.days_array(days),
            "day_precision": "day",
            "published": rows.days_array(published),
            "published_basis": pc.if_else(pa.array(told), "document", "event"),
            **sides,
            "act": acts,
            "status": "happened",
            "mode": columns.mapped("Event Mode", lambda text: text.lower() or None, pa.string()),
            **rows.act_columns(acts),
            "goldstein": columns.mapped("Intensity", rows.goldstein, pa.float32()),
            "feed": "polecat",
            "document_id": pc.binary_join_element_wise(
                "polecat-story",
                columns.mapped("Event ID", lambda text: text.rpartition("_")[0] or text, pa.string()),
                ":",
            ),
            "flags": flags.column(),
        },
        size,
    )
    return Converted(rows.without(table, bad), bad, flags.notes)


def _actor(columns: Columns, part: str, days: np.ndarray, reading: Reading) -> tuple[object, np.ndarray]:
    """Ids by ISO code, else COW number, else exact name; a cell of several countries names nobody."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whom = reading.whom
    country = columns.coded(f"{part} Country")
    several = columns.mapped(
        f"{part} Country", lambda text: len(set(_SEVERAL.split(text))) > 1, pa.bool_()
    ).to_numpy(zero_copy_only=False)
    iso = whom.mapped("iso3", country, days, lambda code, day: whom.code("iso3", _one(code), day))
    cow = whom.mapped(
        "cow", columns.coded(f"{part} COW"), days, lambda code, day: whom.code("cow", _whole(code), day)
    )
    name = whom.mapped("name", columns.coded(f"{part} Name"), days, whom.name)
    sector = f"Primary {part} Sector"
    armed = columns.marks(sector, _ARMED)
    nobody = pa.scalar(None, pa.string())
    state = pc.if_else(pa.array(armed | several), nobody, pc.coalesce(iso, cow))
    empty = pc.equal(columns.text(f"{part} Country", null=False), "")
    return pc.coalesce(state, pc.if_else(pc.or_(empty, pa.array(armed)), name, nobody)), several


def _one(code: str) -> str:
    """The country of a cell that lists one country once or more.

    >>> _one("CHN"), _one("CHN;CHN"), _one("CHN;USA")
    ('CHN', 'CHN', '')
    """
    parts = set(_SEVERAL.split(code.strip().upper()))
    return parts.pop() if len(parts) == 1 else ""


def _whole(code: str) -> str:
    """A COW number that another tool wrote as 710.0."""
    return code[:-2] if code.endswith(".0") else code
