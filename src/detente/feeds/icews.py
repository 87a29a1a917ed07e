"""ICEWS, the Dataverse form: words for actors and countries, CAMEO codes as text, one day a row.

The year file re-issued in 2020 lacks the code column and writes month/day/year: the code is found by
the name in "Event Text" and flagged, the form of the date is proved per file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO

import numpy as np

from detente.feeds import rows
from detente.feeds.dates import form_of_dates, read_date
from detente.feeds.feed import Batch, Converted, Head, Layout, Reading
from detente.feeds.rows import NO_DAY, Columns, Flags
from detente.feeds.whom import ARMED_SECTORS, EPOCH

COLUMNS = (
    "Event ID|Event Date|Source Name|Source Sectors|Source Country|Event Text|CAMEO Code|Intensity|Target Name|Target Sectors"
    "|Target Country|Story ID|Sentence Number|Publisher|City|District|Province|Country|Latitude|Longitude"
).split("|")
_NEEDED = {"event id", "event date", "source name", "source country", "target name", "target country"}


class Icews:
    name = "icews"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        plain = {
            one.strip().casefold().replace("_", " ").replace(".", " "): at
            for at, one in enumerate(head.fields)
        }
        if not plain.keys() >= _NEEDED or not plain.keys() & {"cameo code", "event text"}:
            return None
        names = {one.casefold(): one for one in COLUMNS}
        columns = tuple(
            names.get(one.strip().casefold().replace("_", " ").replace(".", " "), one.strip())
            for one in head.fields
        )
        lacking = (
            "" if "CAMEO Code" in columns else "; no code column, so codes are taken from the event text"
        )
        form = form_of_dates(head, columns.index("Event Date"), reading.columns.get("dates"))
        return Layout(
            "icews",
            f"ICEWS events, {len(columns)} columns",
            f'a header with "Event ID", "Source Name" and "Target Country"; dates as {form}{lacking}',
            head.delimiter or "\t",
            {len(columns): columns},
            header=1,
            wanted=(*COLUMNS[:11], "Story ID", "Publisher"),
            plain=frozenset({"Event ID"}),
            tests={"Event ID": r"\d+", "Event Date": r"[\d/-]+", "CAMEO Code": r"\d{2,4}|NA|"}
            if not lacking
            else {},
            free=("Source Name", "Target Name", "Source Sectors", "Target Sectors", "Publisher")
            if not lacking
            else (),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        form = next(
            (one for one in ("month/day/year", "day/month/year") if f"dates as {one}" in layout.reason),
            "year-month-day",
        )
        return rows.read_with(stream, layout, reading, lambda c, lay, r: _rows(c, lay, r, form))


def _rows(columns: Columns, layout: Layout, reading: Reading, form: str) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    size = columns.size
    flags = Flags(size)
    days = columns.numbers("Event Date", lambda text: read_date(text, form))
    ids = columns.text("Event ID", null=False)
    bad: dict[int, str] = {
        int(at): f"Event Date is no day as {form}" for at in np.flatnonzero(days == NO_DAY)
    }
    for at in np.flatnonzero(pc.equal(ids, "").to_numpy(zero_copy_only=False)):
        bad.setdefault(int(at), "no Event ID")
    if "CAMEO Code" in columns:
        coded = columns.coded("CAMEO Code")
        codes = [rows.cameo_text(one, "") for one in coded.dictionary.to_pylist()]
    else:
        coded = columns.coded("Event Text")
        found = [rows.codes_by_name().get(one.casefold()) for one in coded.dictionary.to_pylist()]
        codes = [(one, "code taken from the event text" if one else "unknown event text") for one in found]
    for words in sorted({flag for _, flag in codes if flag}):
        marks = np.array([flag == words for _, flag in codes])
        flags.add(marks[coded.indices.to_numpy(zero_copy_only=False)], words)
    cameo = pa.array([code for code, _ in codes], pa.string()).take(coded.indices)
    acts = pa.array([rows.act_of(code) for code, _ in codes], pa.string()).take(coded.indices)
    known_days = np.where(days == NO_DAY, 0, days)
    day_text = pa.array([_iso(one) for one in np.unique(known_days).tolist()]).take(
        pa.array(np.searchsorted(np.unique(known_days), known_days))
    )
    table = rows.event_rows(
        {
            "event_id": pc.binary_join_element_wise("icews", ids, day_text, ":"),
            "day": rows.days_array(days),
            "day_precision": "day",
            "published": rows.days_array(days),
            "published_basis": "event",
            "source": _actor(columns, "Source", known_days, reading),
            "target": _actor(columns, "Target", known_days, reading),
            "source_raw": columns.text("Source Name", null=False),
            "target_raw": columns.text("Target Name", null=False),
            "act": acts,
            "status": "happened",
            "mode": pa.array([rows.mode_of(code) for code, _ in codes], pa.string()).take(coded.indices),
            "cameo": cameo,
            **rows.act_columns(acts),
            "goldstein": columns.mapped("Intensity", rows.goldstein, pa.float32()),
            "feed": "icews",
            "document_id": pc.binary_join_element_wise("icews-story", columns.text("Story ID"), ":"),
            "flags": flags.column(),
        },
        size,
    )
    return Converted(rows.without(table, bad), bad, flags.notes)


def _iso(day: int) -> str:
    return date.fromordinal(day + EPOCH).strftime("%Y%m%d")


def _actor(columns: Columns, side: str, days: np.ndarray, reading: Reading) -> object:
    """The country's state, unless the sector says an armed group; without a country, the exact name."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whom = reading.whom
    states = whom.mapped("name", columns.coded(f"{side} Country"), days, whom.name)
    named = whom.mapped("name", columns.coded(f"{side} Name"), days, whom.name)
    own = columns.mapped(f"{side} Name", lambda text: _armed_id(text, reading), pa.string())
    armed = columns.mapped(f"{side} Sectors", _armed, pa.bool_())
    states = pc.if_else(armed, pa.scalar(None, pa.string()), states)
    no_country = pc.equal(columns.text(f"{side} Country", null=False), "")
    return pc.coalesce(
        own, states, pc.if_else(pc.or_(no_country, armed), named, pa.scalar(None, pa.string()))
    )


def _armed(sectors: str) -> bool:
    """Whether the sectors are those of an armed group: a party in government may be called radical too."""
    found = {one.strip() for one in sectors.split(",")}
    return bool(ARMED_SECTORS & found) and "Government" not in found


def _armed_id(name: str, reading: Reading) -> str | None:
    found = reading.whom.name(name, None) if name else None
    return found if found and reading.whom.actors.actors[found].kind == "armed" else None
