"""GDELT: events 2.0 (61 columns) and 1.0 (57 or 58), mentions (16), and the knowledge graph (27 or 11).

An event's date is the day of ingest or a fixed offset from it (1, 7, 30, 365 or 3,650 days): the day
stands for the offsets of nought and one, beyond that only its precision. `published` is the ingest day.
Two-letter country columns are FIPS places and are not read; actors come from the CAMEO actor codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO

import numpy as np

from detente.feeds import rows
from detente.feeds.feed import Batch, Converted, Head, Layout, Reading
from detente.feeds.rows import NO_DAY, Columns, Flags
from detente.feeds.whom import ARMED_ROLES, EPOCH

_ACTOR = (
    "Code Name CountryCode KnownGroupCode EthnicCode Religion1Code Religion2Code Type1Code Type2Code Type3Code"
).split()
_GEO = "Type FullName CountryCode ADM1Code Lat Long FeatureID".split()
_GEO2 = "Type FullName CountryCode ADM1Code ADM2Code Lat Long FeatureID".split()


def _event_columns(geo: list[str], *, url: bool = True) -> tuple[str, ...]:
    return (
        *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
        *(f"Actor1{one}" for one in _ACTOR),
        *(f"Actor2{one}" for one in _ACTOR),
        *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass"),
        *("GoldsteinScale", "NumMentions", "NumSources", "NumArticles", "AvgTone"),
        *(f"{part}Geo_{one}" for part in ("Actor1", "Actor2", "Action") for one in geo),
        "DATEADDED",
        *(["SOURCEURL"] if url else []),
    )


EVENTS_2 = _event_columns(_GEO2)
EVENTS_1 = _event_columns(_GEO)
EVENTS_1_BACKFILE = _event_columns(_GEO, url=False)
MENTIONS = tuple(
    "GlobalEventID EventTimeDate MentionTimeDate MentionType MentionSourceName MentionIdentifier SentenceID Actor1CharOffset "
    "Actor2CharOffset ActionCharOffset InRawText Confidence MentionDocLen MentionDocTone MentionDocTranslationInfo Extras".split()
)
GKG_2 = tuple(
    "GKGRECORDID DATE SourceCollectionIdentifier SourceCommonName DocumentIdentifier Counts Counts21 Themes EnhancedThemes "
    "Locations EnhancedLocations Persons EnhancedPersons Organizations EnhancedOrganizations Tone EnhancedDates GCAM "
    "SharingImage RelatedImages SocialImageEmbeds SocialVideoEmbeds Quotations AllNames Amounts TranslationInfo Extras".split()
)
GKG_1 = tuple(
    "DATE NUMARTS COUNTS THEMES LOCATIONS PERSONS ORGANIZATIONS TONE CAMEOEVENTIDS SOURCES SOURCEURLS".split()
)
_USED = (
    *("GLOBALEVENTID", "SQLDATE", "DATEADDED", "SOURCEURL", "EventCode", "EventRootCode", "GoldsteinScale"),
    *(
        f"Actor{n}{part}"
        for n in (1, 2)
        for part in ("Code", "CountryCode", "KnownGroupCode", "Type1Code", "Type2Code", "Type3Code")
    ),
)
_DAY, _ADDED = r"\d{8}", r"(?:\d{8}|\d{14})"
_TESTS = {
    "GLOBALEVENTID": r"\d+",
    "SQLDATE": _DAY,
    "MonthYear": r"\d{6}",
    "Year": r"\d{4}",
    "IsRootEvent": r"[01]",
    "EventCode": r"\d{2,4}|---|",
    "QuadClass": r"[0-4]|",
    "NumMentions": r"\d+",
    "AvgTone": r"-?[\d.eE+-]+|",
    "Actor1Geo_Type": r"\d?",
    "Actor2Geo_Type": r"\d?",
    "ActionGeo_Type": r"\d?",
    "DATEADDED": _ADDED,
}
_FREE = (
    "Actor1Name",
    "Actor2Name",
    "Actor1Geo_FullName",
    "Actor2Geo_FullName",
    "ActionGeo_FullName",
    "SOURCEURL",
)
_OFFSETS = {1: "day", 7: "week", 30: "month", 365: "year", 3650: "none"}


class GdeltEvents:
    """Events of both versions. The number of fields decides; every line is held to it again."""

    name = "gdelt"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        if head.fields and [one.casefold() for one in head.fields[:2]] == ["globaleventid", "sqldate"]:
            return self._with_header(head)
        if head.delimiter != "\t":
            return None
        checks = {0: r"\d+", 1: r"\d{8}", 2: r"\d{6}", 3: r"\d{4}", 25: r"[01]?"}
        if head.counts.get(61) and head.share(61, {**checks, 59: _ADDED}) > 0.5 and head.usual >= 59:
            return self._layout("gdelt2", "GDELT 2.0 events", {61: EVENTS_2}, self._reason(head, 61))
        widths = {n: head.counts.get(n, 0) for n in (57, 58)}
        best = max(widths, key=lambda n: widths[n])
        if widths[best] and head.share(best, {**checks, 56: _ADDED}) > 0.5:
            return self._layout(
                "gdelt1",
                "GDELT 1.0 events",
                {57: EVENTS_1_BACKFILE, 58: EVENTS_1},
                self._reason(head, best) + ("; lines of 57 and of 58 fields" if all(widths.values()) else ""),
            )
        return None

    @staticmethod
    def _reason(head: Head, width: int) -> str:
        many, of = head.counts[width], sum(head.counts.values())
        return f"{many} of the first {of} lines have {width} fields parted by tabs, with an event id, a day and a CAMEO code in their places"

    @staticmethod
    def _layout(feed: str, name: str, columns: dict[int, tuple[str, ...]], reason: str) -> Layout:
        return Layout(
            feed,
            name,
            reason,
            "\t",
            columns,
            wanted=_USED,
            plain=frozenset({"GLOBALEVENTID"}),
            tests=_TESTS,
            free=tuple(one for one in _FREE if one in columns[max(columns)]),
        )

    def _with_header(self, head: Head) -> Layout | None:
        width = len(head.fields)
        known = {61: EVENTS_2, 58: EVENTS_1, 57: EVENTS_1_BACKFILE}
        names = {one.casefold(): one for one in EVENTS_2}
        columns = tuple(names.get(one.strip().casefold(), one.strip()) for one in head.fields)
        if not {"GLOBALEVENTID", "SQLDATE", "EventCode", "Actor1Code", "DATEADDED"} <= set(columns):
            return None
        return Layout(
            "gdelt2" if width == 61 else "gdelt1",
            f"GDELT {'2.0' if width == 61 else '1.0'} events, re-saved with a header",
            f"a header of {width} GDELT names; fields parted by {'tabs' if head.delimiter == chr(9) else 'commas'}"
            + ("" if width in known else "; not all of the columns"),
            head.delimiter or ",",
            {width: columns},
            header=1,
            wanted=_USED,
            plain=frozenset({"GLOBALEVENTID"}),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        return rows.read_with(stream, layout, reading, event_rows_of)


def event_rows_of(columns: Columns, layout: Layout, reading: Reading) -> Converted:
    """Rows of EVENTS from raw GDELT columns."""
    import pyarrow as pa
    import pyarrow.compute as pc

    size = columns.size
    flags = Flags(size)
    added = columns.numbers("DATEADDED", rows.day_number)
    dated = columns.numbers("SQLDATE", rows.day_number)
    ids = columns.table["GLOBALEVENTID"]
    numeric = (
        columns.mapped("GLOBALEVENTID", str.isdigit, pa.bool_())
        if pa.types.is_dictionary(ids.type)
        else (pc.and_(pc.utf8_is_digit(ids), pc.greater(pc.utf8_length(ids), 0)).combine_chunks())
    )
    bad: dict[int, str] = {}
    for mask, reason in (
        (dated == NO_DAY, "SQLDATE is no day"),
        (added == NO_DAY, "DATEADDED is no day"),
        (~numeric.to_numpy(zero_copy_only=False), "GLOBALEVENTID is no number"),
    ):
        for at in np.flatnonzero(mask):
            bad.setdefault(int(at), reason)
    backfile = "SOURCEURL" not in columns
    by_event = reading.published_by == "event"
    published = np.where(by_event & (dated <= added) & (dated != NO_DAY), dated, added)
    days, precisions = _days(dated, added, flags, offsets=not backfile)
    actor_days = np.where(days == NO_DAY, published, days)
    actor_days = np.where(actor_days == NO_DAY, 0, actor_days)
    codes, at_code = rows.pairs(columns.coded("EventCode"), columns.coded("EventRootCode"), rows.cameo_text)
    take = pa.array(at_code)
    for words in sorted({flag for _, flag in codes if flag}):
        flags.add(np.array([flag == words for _, flag in codes])[at_code], words)
    cameo = [code for code, _ in codes]
    acts = pa.array([rows.act_of(one) for one in cameo], pa.string()).take(take)
    added_text = columns.mapped("DATEADDED", lambda text: text[:8], pa.string())
    name = pc.binary_join_element_wise(
        layout.feed, columns.text("GLOBALEVENTID", null=False), added_text, ":"
    )
    table = rows.event_rows(
        {
            "event_id": name,
            "day": rows.days_array(days),
            "day_precision": precisions,
            "published": rows.days_array(published),
            "published_basis": "event" if by_event else "added",
            "source": actor(columns, "Actor1", actor_days, reading),
            "target": actor(columns, "Actor2", actor_days, reading),
            "source_raw": columns.text("Actor1Code", null=False),
            "target_raw": columns.text("Actor2Code", null=False),
            "act": acts,
            "status": "happened",
            "mode": pa.array([rows.mode_of(one) for one in cameo], pa.string()).take(take),
            "cameo": pa.array(cameo, pa.string()).take(take),
            **rows.act_columns(acts),
            "goldstein": columns.mapped("GoldsteinScale", rows.goldstein, pa.float32()),
            "feed": layout.feed,
            "document_id": columns.text("SOURCEURL"),
            "flags": flags.column(),
        },
        size,
    )
    return Converted(rows.without(table, bad), bad, flags.notes)


def _days(dated: np.ndarray, added: np.ndarray, flags: Flags, *, offsets: bool) -> tuple[np.ndarray, object]:
    """The day it happened and its precision, from the event date and the ingest day."""
    import pyarrow as pa

    known = (dated != NO_DAY) & (added != NO_DAY)
    behind = np.where(known, added - dated, 0)
    flags.add(known & (behind < 0), "dated after it was added")
    days = np.where(behind < 0, added, dated)
    kinds = np.zeros(len(days), np.int8)  # day, week, month, year, none
    if offsets:
        for place, kind in enumerate(("week", "month", "year", "none"), 1):
            mask = np.isin(behind, [gap for gap, one in _OFFSETS.items() if one == kind])
            if kind in ("month", "year"):
                mask |= _calendar(added, behind, kind)
            kinds[mask] = place
            flags.add(mask, f"dated a fixed {'ten years' if kind == 'none' else kind} before it was added")
    days = np.where(kinds > 0, NO_DAY, days)
    words = pa.array(["day", "week", "month", "year", "none"], pa.string())
    return days, words.take(pa.array(kinds))


def _calendar(added: np.ndarray, behind: np.ndarray, kind: str) -> np.ndarray:
    """Rows dated the same day of the month before, or of the year before."""
    low, high = (28, 31) if kind == "month" else (365, 366)
    mask = np.zeros(len(added), bool)
    for at in np.flatnonzero((behind >= low) & (behind <= high)):
        day = date.fromordinal(int(added[at]) + EPOCH)
        then = day - timedelta(days=int(behind[at]))
        if kind == "month":
            mask[at] = then.day == day.day and then.month == (day.month - 2) % 12 + 1
        else:
            mask[at] = (then.month, then.day) == (day.month, day.day)
    return mask


def actor(columns: Columns, side: str, days: np.ndarray, reading: Reading) -> object:
    """Actor ids of one side: an armed group by its code, else the state, else an organisation."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whom = reading.whom
    groups = columns.coded(f"{side}KnownGroupCode")
    ids = [whom.group(one) for one in groups.dictionary.to_pylist()]
    armed = [one if one and whom.actors.actors[one].kind == "armed" else None for one in ids]
    states = whom.mapped(
        "cameo-state",
        columns.coded(f"{side}CountryCode"),
        days,
        whom.country,
    )
    roles = np.zeros(columns.size, bool)
    for n in (1, 2, 3):
        roles |= columns.marks(f"{side}Type{n}Code", ARMED_ROLES)
    if roles.any():
        states = pc.if_else(pa.array(roles), pa.scalar(None, pa.string()), states)
    found = pc.coalesce(
        pa.array(armed, pa.string()).take(groups.indices),
        states,
        pa.array(ids, pa.string()).take(groups.indices),
    )
    if columns.size and pc.all(pc.equal(columns.text(f"{side}CountryCode", null=False), "")).as_py():
        # A file that kept only the whole code: read it piece by piece.
        whole = whom.mapped("cameo", columns.coded(f"{side}Code"), days, whom.cameo)
        found = pc.coalesce(found, whole)
    return found


class GdeltMentions:
    """The articles that report an event: kept beside the events, never counted as acts."""

    name = "gdelt mentions"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        if (
            head.fields
            and head.fields[0].casefold() == "globaleventid"
            and "mentionidentifier" in [one.casefold() for one in head.fields]
        ):
            names = {one.casefold(): one for one in MENTIONS}
            columns = tuple(names.get(one.strip().casefold(), one.strip()) for one in head.fields)
            return Layout(
                "gdelt2",
                "GDELT 2.0 mentions, re-saved with a header",
                "a header of mention names",
                head.delimiter or ",",
                {len(columns): columns},
                header=1,
                wanted=MENTIONS,
            )
        checks = {0: r"\d+", 1: r"\d{14}", 2: r"\d{14}", 3: r"\d"}
        width = next((n for n in (16, 15, 14) if head.counts.get(n) and head.share(n, checks) > 0.5), None)
        if head.delimiter != "\t" or width is None:
            return None
        return Layout(
            "gdelt2",
            "GDELT 2.0 mentions",
            f"{head.counts[width]} lines of {width} fields parted by tabs: an event id and two times to the second",
            "\t",
            {
                n: MENTIONS[:n] for n in (16, 15, 14)
            },  # other tools strip the last two fields where they are empty
            wanted=(*MENTIONS[:7], "Confidence"),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        return rows.read_with(stream, layout, reading, _mention_rows, table="mentions")


def _mention_rows(columns: Columns, layout: Layout, reading: Reading) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    event_time = columns.numbers("EventTimeDate", rows.day_number)
    time = columns.numbers("MentionTimeDate", rows.day_number)
    bad = {
        int(at): "a time that is no time" for at in np.flatnonzero((event_time == NO_DAY) | (time == NO_DAY))
    }
    ids = columns.text("GlobalEventID", null=False)
    for at in np.flatnonzero(~pc.utf8_is_digit(ids).to_numpy(zero_copy_only=False)):
        bad.setdefault(int(at), "GlobalEventID is no number")
    added = columns.mapped("EventTimeDate", lambda text: text[:8], pa.string())
    event = pc.binary_join_element_wise(layout.feed, ids, added, ":")
    identifier = columns.text("MentionIdentifier", null=False)
    table = pa.table(
        {
            "mention_id": pc.binary_join_element_wise(
                event,
                columns.text("MentionTimeDate", null=False),
                columns.text("SentenceID", null=False),
                identifier,
                ":",
            ),
            "event_id": event,
            "published": rows.days_array(time),
            "publisher": columns.text("MentionSourceName"),
            "document_id": columns.text("MentionIdentifier"),
            "confidence": columns.mapped("Confidence", _percent, pa.float32()),
            "feed": pa.repeat(pa.scalar("gdelt2"), columns.size),
        }
    )
    return Converted(rows.without(table, bad), bad)


def _percent(text: str) -> float | None:
    value = rows.number(text)
    return value / 100 if value is not None and 0 <= value <= 100 else None


class GdeltGraph:
    """The knowledge graph: lines are counted and links kept as sources; themes are not read."""

    name = "gdelt knowledge graph"

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        if head.delimiter != "\t":
            return None
        if head.counts.get(27) and head.share(27, {0: r"\d{14}-T?\d+", 1: r"\d{14}", 2: r"\d?"}) > 0.5:
            return self._layout(
                "GDELT 2.1 knowledge graph", GKG_2, 0, "27 fields, a record number of time and count"
            )
        header = head.fields[:2] == ("DATE", "NUMARTS")
        if header or (head.counts.get(11) and head.share(11, {0: r"\d{8}", 1: r"\d+"}) > 0.5):
            return self._layout(
                "GDELT 1.0 knowledge graph", GKG_1, int(header), "11 fields, a day and a count of articles"
            )
        return None

    @staticmethod
    def _layout(name: str, columns: tuple[str, ...], header: int, reason: str) -> Layout:
        used = ("GKGRECORDID", "DATE", "SourceCommonName", "DocumentIdentifier", "SOURCES", "SOURCEURLS")
        return Layout(
            "gkg",
            name,
            reason,
            "\t",
            {len(columns): columns},
            header,
            wanted=tuple(c for c in used if c in columns),
        )

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        return rows.read_with(stream, layout, reading, _graph_rows, table="sources")


def _graph_rows(columns: Columns, layout: Layout, reading: Reading) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc

    from detente.provenance import content_id

    days = columns.numbers("DATE", rows.day_number)
    bad = {int(at): "DATE is no day" for at in np.flatnonzero(days == NO_DAY)}
    second = "DocumentIdentifier" in columns
    link = "DocumentIdentifier" if second else "SOURCEURLS"
    date_text = columns.text("DATE", null=False)
    if second:
        name = columns.text("GKGRECORDID", null=False)
    else:
        name = columns.mapped(link, content_id, pa.string())
        name = pc.binary_join_element_wise(date_text, name, ":")
    # Version 1 puts all links of one record into one cell: kept as they are, parted by "<UDIV>".
    table = pa.table(
        {
            "source_id": pc.binary_join_element_wise("gkg", name, ":"),
            "published": rows.days_array(days),
            "publisher": columns.text("SourceCommonName" if second else "SOURCES"),
            "document_id": columns.text(link),
            "feed": pa.repeat(pa.scalar("gkg"), columns.size),
        }
    )
    return Converted(rows.without(table, bad), bad)
