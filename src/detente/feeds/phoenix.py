"""Phoenix: the real-time set (26 fields, with index columns where it was re-saved) and the historical one (25)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import numpy as np

from detente.feeds import rows
from detente.feeds.dates import form_of_dates, read_date
from detente.feeds.feed import Batch, Converted, Head, Layout, Reading
from detente.feeds.rows import NO_DAY, Columns, Flags
from detente.feeds.whom import ARMED_ROLES

REAL_TIME = tuple(
    "GID Date Year Month Day Source SrcActor SrcAgent SOthAgent Target TgtActor TgtAgent TOthAgent CAMEO RootCode "
    "QuadClass Goldstein None Lat Lon Geoname AdminInfo CountryCode ID URL sourcetxt".split()
)
HISTORICAL = tuple(
    "eid story_date year month day source source_root source_agent source_others target target_root target_agent "
    "target_others code root_code quad_class goldstein joined_issues lat lon placename statename countryname aid process".split()
)
# The two sets name the same things differently: one set of names inside.
_INSIDE = {
    "gid": "id",
    "eventid": "id",
    "eid": "id",
    "date": "date",
    "story_date": "date",
    "source": "Source",
    "sourceactorfull": "Source",
    "srcactor": "SourceActor",
    "sourceactorentity": "SourceActor",
    "source_root": "SourceActor",
    "srcagent": "SourceAgent",
    "sourceactorrole": "SourceAgent",
    "source_agent": "SourceAgent",
    "target": "Target",
    "targetactorfull": "Target",
    "tgtactor": "TargetActor",
    "targetactorentity": "TargetActor",
    "target_root": "TargetActor",
    "tgtagent": "TargetAgent",
    "targetactorrole": "TargetAgent",
    "target_agent": "TargetAgent",
    "cameo": "code",
    "eventcode": "code",
    "code": "code",
    "rootcode": "root",
    "eventrootcode": "root",
    "root_code": "root",
    "goldstein": "goldstein",
    "goldsteinscore": "goldstein",
    "url": "url",
    "urls": "url",
    "aid": "aid",
}
_USED = tuple(dict.fromkeys(_INSIDE.values()))


class Phoenix:
    name = "phoenix"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        inside = [_INSIDE.get(one.strip().casefold(), f"_{at}") for at, one in enumerate(head.fields)]
        if {"id", "date", "SourceActor", "TargetActor", "code"} <= set(inside):
            historical = "story_date" in [one.casefold() for one in head.fields]
            given = reading.columns.get("dates")
            form = form_of_dates(head, inside.index("date"), given)
            return Layout(
                "phoenix",
                f"Phoenix {'historical' if historical else 'real-time'} events, {len(inside)} columns",
                f"a header of Phoenix names; dates as {form}",
                head.delimiter or ",",
                {len(inside): tuple(inside)},
                header=1,
                wanted=_USED,
                plain=frozenset({"id"}),
            )
        if head.delimiter != "\t" or not head.counts.get(26):
            return None
        checks = {
            0: r"\d+(?:_v[\d.]+)?",
            1: r"\d{8}",
            2: r"\d{4}",
            3: r"\d{1,2}",
            13: r"\d{2,4}",
            15: r"[0-4]",
        }
        if head.share(26, checks) <= 0.5:
            return None
        return Layout(
            "phoenix",
            "Phoenix real-time events, 26 columns",
            f"{head.counts[26]} of the first lines have 26 fields parted by tabs with a day, its parts and a CAMEO code; "
            "dates as year-month-day",
            "\t",
            {26: tuple(_INSIDE.get(one.casefold(), f"_{one}") for one in REAL_TIME)},
            wanted=_USED,
            plain=frozenset({"id"}),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        form = layout.reason.rpartition("dates as ")[2]
        return rows.read_with(stream, layout, reading, lambda c, lay, r: _rows(c, r, form))


def _rows(columns: Columns, reading: Reading, form: str) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    size = columns.size
    flags = Flags(size)
    days = columns.numbers("date", lambda text: read_date(text, form))
    ids = columns.text("id", null=False)
    bad: dict[int, str] = {int(at): "the date is no day" for at in np.flatnonzero(days == NO_DAY)}
    for at in np.flatnonzero(pc.equal(ids, "").to_numpy(zero_copy_only=False)):
        bad.setdefault(int(at), "no event id")
    codes, at_code = rows.pairs(columns.coded("code"), columns.coded("root"), rows.cameo_text)
    for words in sorted({flag for _, flag in codes if flag}):
        flags.add(np.array([flag == words for _, flag in codes])[at_code], words)
    take = pa.array(at_code)
    acts = pa.array([rows.act_of(code) for code, _ in codes], pa.string()).take(take)
    known = np.where(days == NO_DAY, 0, days)
    whom = reading.whom
    sides: dict[str, object] = {}
    for side, part in (("source", "Source"), ("target", "Target")):
        whole = whom.mapped("cameo", columns.coded(part), known, whom.cameo)
        root = whom.mapped("cameo", columns.coded(f"{part}Actor"), known, whom.cameo)
        armed = pa.array(columns.marks(f"{part}Agent", ARMED_ROLES))
        sides[side] = pc.coalesce(whole, pc.if_else(armed, pa.scalar(None, pa.string()), root))
        sides[f"{side}_raw"] = pc.coalesce(columns.text(part), columns.text(f"{part}Actor"), pa.scalar(""))
    link = columns.text("url")
    table = rows.event_rows(
        {
            "event_id": pc.binary_join_element_wise(
                "phoenix",
                ids,
                columns.mapped("date", lambda t: t.replace("-", "").replace("/", "-"), pa.string()),
                ":",
            ),
            "day": rows.days_array(days),
            "day_precision": "day",
            "published": rows.days_array(days),
            "published_basis": "event",
            **sides,
            "act": acts,
            "status": "happened",
            "mode": pa.array([rows.mode_of(code) for code, _ in codes], pa.string()).take(take),
            "cameo": pa.array([code for code, _ in codes], pa.string()).take(take),
            **rows.act_columns(acts),
            "goldstein": columns.mapped("goldstein", rows.goldstein, pa.float32()),
            "feed": "phoenix",
            "document_id": pc.coalesce(link, columns.text("aid")),
            "flags": flags.column(),
        },
        size,
    )
    return Converted(rows.without(table, bad), bad, flags.notes)
