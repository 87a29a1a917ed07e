"""A load under way: rows gathered, doubles taken out day by day, sorted parts written, the manifest replaced.

Rows wait in memory until there are enough of them or a commit is asked for. A part holds one month at
most, sorted by pair and day, so that a question about a pair or a month opens few row groups. Nothing is
visible before `commit`; a file that fails is taken back with `drop`.
"""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from detente.errors import StoreFault
from detente.provenance import content_id
from detente.store.manifest import SCHEMA_VERSION, Manifest, Part, read_manifest, write_manifest
from detente.store.tables import COUNTS, DAY_IN_ID, EVENTS, TABLES

FLUSH_BYTES = 256 << 20
FLUSH_ROWS = 1_000_000
ROW_GROUP = 32_768
SMALL_PART = 250_000  # rows; so many small parts of one month are merged
MANY_SMALL = 12
RETIRED_SECONDS = 86_400.0
_PAIR_ORDER = (
    "(source IS NULL OR target IS NULL), least(source, target), greatest(source, target), published, event_id"
)


class Loading:
    """The writing side of a store, while its lock is held."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._waiting: dict[str, list[pa.Table]] = defaultdict(list)
        self._rows = 0
        self._bytes = 0
        self._pending: list[tuple[Part, frozenset[int]]] = []
        self._retired: list[str] = []
        self._number = 0
        self._named = 0
        self.kept: dict[int, Counter[str]] = defaultdict(Counter)
        self._engine: Any = None
        self.clear_remains()

    # --- gathering

    def add(self, table: str, rows: pa.Table, file: int = 0) -> None:
        """Rows of one file. The columns that the store works out itself may be missing."""
        if not rows.num_rows:
            return
        if table == "events" and "flags" not in rows.column_names:
            rows = rows.append_column("flags", pa.nulls(rows.num_rows, pa.string()))
        if table == "events":
            rows = rows.select([one for one in EVENTS.names if one in rows.column_names and one not in _OURS])
        numbers = np.arange(self._number, self._number + rows.num_rows, dtype=np.int64)
        self._number += rows.num_rows
        rows = rows.append_column("_row", pa.array(numbers)).append_column(
            "_file", pa.array(np.full(rows.num_rows, file, np.int32))
        )
        self._waiting[table].append(rows)
        self._rows += rows.num_rows
        self._bytes += rows.nbytes

    @property
    def full(self) -> bool:
        """Whether so much waits that it should be written."""
        return self._rows >= FLUSH_ROWS or self._bytes >= FLUSH_BYTES

    def drop(self, file: int) -> None:
        """Take back everything of a file that failed."""
        for table, parts in self._waiting.items():
            self._waiting[table] = [
                left for one in parts if (left := one.filter(pc.not_equal(one["_file"], file))).num_rows
            ]
        for part, files in self._pending:
            if file in files:
                (self.folder / "parts" / part.file).unlink(missing_ok=True)
        self._pending = [(part, files) for part, files in self._pending if file not in files]
        self.kept.pop(file, None)
        self._measure()

    def _measure(self) -> None:
        every = [one for parts in self._waiting.values() for one in parts]
        self._rows, self._bytes = sum(one.num_rows for one in every), sum(one.nbytes for one in every)

    # --- writing

    def flush(self, unfinished: int | None = None) -> None:
        """Write what waits. Rows of an unfinished file go into parts of their own, so that it can be dropped."""
        for table in list(self._waiting):
            parts = self._waiting.pop(table)
            if not parts:
                continue
            rows = pa.concat_tables(parts)
            if unfinished is None:
                self._write(table, rows)
            else:
                mine = pc.equal(rows["_file"], unfinished)
                for some in (rows.filter(pc.invert(mine)), rows.filter(mine)):
                    if some.num_rows:
                        self._write(table, some)
        self._measure()

    def commit(self, load: dict[str, object] | None = None, *, unfinished: int | None = None) -> Manifest:
        """Make everything visible that was added, in one step; parts of an unfinished file stay hidden."""
        self.flush(unfinished)
        if unfinished is None:
            self._merge_small()
        ready = [part for part, files in self._pending if unfinished is None or unfinished not in files]
        if ready or self._retired:
            now = time.time()
            gone = set(self._retired)
            parts = tuple(one for one in self.manifest.parts if one.file not in gone)
            retired = (*self.manifest.retired, *((file, now) for file in self._retired))
            over = [file for file, when in retired if now - when > RETIRED_SECONDS]
            version = self.manifest.version + 1
            fresh = Manifest(
                version,
                SCHEMA_VERSION,
                (*parts, *ready),
                (*self.manifest.loads, {"version": version, **(load or {})})[-1000:],
                tuple(one for one in retired if one[0] not in over),
            )
            try:
                write_manifest(self.folder, fresh)
            except OSError as fault:
                raise self.cannot_write(fault) from fault
            hidden = [one for one in self._pending if one[0] not in ready]
            self.manifest, self._pending, self._retired = fresh, hidden, []
            for file in over:
                (self.folder / "parts" / file).unlink(missing_ok=True)
        return self.manifest

    def clear_remains(self) -> None:
        """Delete what a killed load left: files that no version of the manifest names."""
        folder = self.folder / "parts"
        if not folder.is_dir():
            return
        known = {one.file for one in self.manifest.parts} | {file for file, _ in self.manifest.retired}
        for one in folder.iterdir():
            if one.name not in known:
                one.unlink(missing_ok=True)

    def close(self) -> None:
        """Delete what was written and not committed.

        The manifest on the disk decides: a stop may have come after it was replaced and before we knew.
        """
        named = {one.file for one in read_manifest(self.folder).parts} if self._pending else set()
        for part, _ in self._pending:
            if part.file not in named:
                (self.folder / "parts" / part.file).unlink(missing_ok=True)
        self._pending = []
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _connection(self) -> Any:
        if self._engine is None:
            self._engine = duckdb.connect()
            spill = str(self.folder / "spill").replace("'", "''")
            self._engine.execute(
                f"SET memory_limit = '600MB'; SET temp_directory = '{spill}'; SET preserve_insertion_order = false"
            )
        return self._engine

    def _write(self, table: str, rows: pa.Table) -> None:
        kind = TABLES[table]
        missing = [one for one in kind.schema if one.name not in rows.column_names]
        con = self._connection()
        try:
            rows = self._fresh(table, rows, con)
        except duckdb.Error as fault:
            raise self._unreadable(table, fault) from fault
        if not rows.num_rows:
            return
        if table == "events":
            rows = _flagged(con, rows, self._reading(self._overlapping(rows)))
            self._count_events(rows)
        else:
            for one in missing:
                rows = rows.append_column(one, pa.nulls(rows.num_rows, one.type))
        files = rows["_file"].to_numpy()
        for file, many in zip(*np.unique(files, return_counts=True), strict=True):
            self.kept[int(file)]["kept"] += int(many)
            self.kept[int(file)][table] += int(many)
        for month in _months(rows):
            self._pending.append(
                (self._part(table, month, con), frozenset(np.unique(month["_file"]).tolist()))
            )

    def _count(self) -> int:
        self._named += 1
        return self._named

    def _unreadable(self, table: str, fault: Exception) -> StoreFault:
        """Which part it was that could not be read."""
        files = [one.file for one in self._parts() if one.table == table]
        named = [one for one in files if one in str(fault)] or files
        if not named:
            return self.cannot_write(fault)
        path = self.folder / "parts" / named[0]
        return lost_part(path, "damaged" if path.exists() else "missing")

    def _parts(self) -> Iterable[Part]:
        return (
            *(one for one in self.manifest.parts if one.file not in self._retired),
            *(part for part, _ in self._pending),
        )

    def _overlapping(self, rows: pa.Table) -> list[Part]:
        """Parts of events that may hold rows published on the days of these."""
        low, high = _span(rows)
        if low is None or high is None:
            return []
        return [one for one in self._parts() if one.table == "events" and one.meets(low, high)]

    def _reading(self, parts: list[Part]) -> list[str]:
        return [str(self.folder / "parts" / one.file) for one in parts]

    def _fresh(self, table: str, rows: pa.Table, con: Any) -> pa.Table:
        """Rows whose key is neither in the store nor earlier among these."""
        kind = TABLES[table]
        con.register("incoming", rows.select([kind.key, "_row"]))
        found = con.execute(f'SELECT min(_row) AS r FROM incoming GROUP BY "{kind.key}"').fetchnumpy()["r"]
        keep = np.sort(np.asarray(found))
        everything = len(keep) == rows.num_rows
        known = self._known_parts(table, rows)
        if known:
            between = ""
            low, high = _span(rows)
            if kind.dated and low and all(self._by_day(one) for one in known):
                between = f"WHERE published BETWEEN DATE '{low}' AND DATE '{high}'"
            con.execute(
                f'CREATE OR REPLACE TEMP VIEW known AS SELECT "{kind.key}" FROM read_parquet({_listed(self._reading(known))}) {between}'
            )
            again = con.execute(
                f'SELECT _row FROM incoming SEMI JOIN known USING ("{kind.key}")'
            ).fetchnumpy()["_row"]
            if len(again):
                keep = keep[~np.isin(keep, again)]
                everything = False
        con.unregister("incoming")
        if everything:
            return rows
        mask = np.isin(rows["_row"].to_numpy(), keep, assume_unique=True)
        return rows.filter(pa.array(mask))

    @staticmethod
    def _by_day(part: Part) -> bool:
        return part.schema >= 2 and bool(part.feeds) and set(part.feeds) <= DAY_IN_ID

    def _known_parts(self, table: str, rows: pa.Table) -> list[Part]:
        parts = [one for one in self._parts() if one.table == table]
        if not TABLES[table].dated:
            return parts
        feeds = set(pc.unique(rows["feed"]).to_pylist())
        low, high = _span(rows)
        by_day = feeds <= DAY_IN_ID and low is not None and high is not None and not _undated(rows)
        return [
            one
            for one in parts
            if one.schema < 2 or (feeds & set(one.feeds) and (not by_day or one.meets(str(low), str(high))))
        ]

    def _count_events(self, rows: pa.Table) -> None:
        unresolved = pc.or_(
            pc.and_(pc.is_null(rows["source"]), pc.not_equal(pc.fill_null(rows["source_raw"], ""), "")),
            pc.and_(pc.is_null(rows["target"]), pc.not_equal(pc.fill_null(rows["target_raw"], ""), "")),
        )
        files = rows["_file"].to_numpy()
        for name, mask in (
            ("unresolved", unresolved),
            ("same_article", rows["same_article"]),
            ("same_act", rows["same_act"]),
        ):
            marked = np.asarray(mask.to_numpy(zero_copy_only=False), bool)
            for file, many in zip(*np.unique(files[marked], return_counts=True), strict=True):
                self.kept[int(file)][name] += int(many)

    def _part(self, table: str, rows: pa.Table, con: Any) -> Part:
        """One part on the disk, whole and flushed, or an error and no part."""
        kind = TABLES[table]
        low, high = _span(rows)
        stamp = content_id(
            table, str(self.manifest.version), *map(str, rows[kind.key].slice(0, 100).to_pylist())
        )
        name = f"{table}-{self.manifest.version + 1:06d}-{self._count():04d}-{stamp}.parquet"
        order = _PAIR_ORDER if table == "events" else f'"{kind.key}"'
        con.register("writing", rows.select(kind.schema.names))
        try:
            self._copy(con, f"SELECT * FROM writing ORDER BY {order}", name)
        finally:
            con.unregister("writing")
        feeds = (
            tuple(sorted(filter(None, pc.unique(rows["feed"]).to_pylist())))
            if "feed" in kind.schema.names
            else ()
        )
        return Part(table, name, rows.num_rows, low, high, _undated(rows), feeds, SCHEMA_VERSION)

    def _copy(self, con: Any, query: str, name: str) -> None:
        folder = self.folder / "parts"
        unfinished = folder / (name + ".unfinished")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            target = str(unfinished).replace("'", "''")
            con.execute(
                f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
            )
            with unfinished.open("rb+") as handle:
                os.fsync(handle.fileno())
            unfinished.replace(folder / name)
        except (OSError, duckdb.Error) as fault:
            unfinished.unlink(missing_ok=True)
            raise self.cannot_write(fault) from fault

    def cannot_write(self, fault: Exception) -> StoreFault:
        what = getattr(fault, "strerror", None) or str(fault).splitlines()[0]
        return StoreFault(
            f"the load was not kept: {what}",
            where=str(self.folder),
            try_="free some disk or choose another folder with --store; the store is as it was at the last commit",
        )

    # --- merging

    def _merge_small(self) -> None:
        """Merge the small parts of a month when there are many, so that a store fed every quarter hour stays fast."""
        by_month: dict[tuple[str, str], list[Part]] = defaultdict(list)
        gone = set(self._retired)
        for one in self.manifest.parts:
            if (
                one.rows < SMALL_PART
                and one.schema >= 2
                and one.file not in gone
                and one.table not in ("corrections",)
            ):
                by_month[one.table, (one.since or "none")[:7]].append(one)
        for (table, _), parts in sorted(by_month.items()):
            if len(parts) < MANY_SMALL:
                continue
            con = self._connection()
            name = f"{table}-{self.manifest.version + 1:06d}-m{self._count():03d}-{content_id(*(p.file for p in parts))}.parquet"
            order = _PAIR_ORDER if table == "events" else f'"{TABLES[table].key}"'
            self._copy(
                con,
                f"SELECT * FROM read_parquet({_listed(self._reading(parts))}, union_by_name = true) ORDER BY {order}",
                name,
            )
            merged = Part(
                table,
                name,
                sum(one.rows for one in parts),
                min((one.since for one in parts if one.since), default=None),
                max((one.until for one in parts if one.until), default=None),
                sum(one.undated for one in parts),
                tuple(sorted({feed for one in parts for feed in one.feeds})),
                SCHEMA_VERSION,
            )
            found = pq.read_metadata(self.folder / "parts" / name).num_rows
            if found != merged.rows:
                raise StoreFault(
                    f"merging parts of {table} gave {found} rows instead of {merged.rows}",
                    where=str(self.folder),
                )
            self._pending.append((merged, frozenset()))
            self._retired += [one.file for one in parts]

    def upgrade(self) -> None:
        """Write the parts of schema 1 again, with days, feeds and flags; the old ones are retired."""
        old = [one for one in self.manifest.parts if one.schema < 2]
        if not old:
            return
        self._retired += [one.file for one in old]
        for one in old:
            self.add(one.table, pq.read_table(self.folder / "parts" / one.file))
            self.flush()
        self.manifest = replace(self.manifest, schema=SCHEMA_VERSION)
        self.kept.clear()


def lost_part(path: Path, how: str) -> StoreFault:
    """The fault of a part that cannot be read."""
    return StoreFault(
        f"a part of the store is {how}: {path.name}",
        where=str(path.parent.parent),
        try_="restore it from a copy, or load the sources again into a new store",
    )


_OURS = ("same_article", "same_act")
_FOR_FLAGS = (
    "_row published source target act status symmetric document_id source_raw target_raw cameo feed".split()
)
# What makes two rows the same, and the rows of which it is asked. Texts have one document and many
# sentences: only rows with a code can say the same of the same words.
_SAME = {
    "same_act": (
        (
            "least(source, target)",
            "greatest(source, target)",
            "CASE WHEN \"symmetric\" THEN '' ELSE source END",
            "act",
            "published",
        ),
        COUNTS,
    ),
    "same_article": (
        ("document_id", "feed", "coalesce(source_raw, '')", "coalesce(target_raw, '')", "cameo", "published"),
        "document_id IS NOT NULL AND cameo IS NOT NULL AND published IS NOT NULL",
    ),
}


def _listed(files: list[str]) -> str:
    return "[" + ", ".join("'" + one.replace("'", "''") + "'" for one in files) + "]"


def _span(rows: pa.Table) -> tuple[str | None, str | None]:
    """First and last `published`, ISO."""
    if "published" not in rows.column_names:
        return None, None
    ends = pc.min_max(rows["published"]).as_py()
    low, high = ends["min"], ends["max"]
    return (low.isoformat() if low else None), (high.isoformat() if high else None)


def _undated(rows: pa.Table) -> int:
    return int(rows["published"].null_count) if "published" in rows.column_names else 0


def _months(rows: pa.Table) -> Iterable[pa.Table]:
    """The rows by month of publication."""
    low, high = _span(rows)
    if low is None or (low[:7] == str(high)[:7] and not _undated(rows)):
        yield rows
        return
    days = rows["published"].cast(pa.int32())
    undated = pc.is_null(days)
    if _undated(rows):
        yield rows.filter(undated)
    numbers = pc.fill_null(days, 0).to_numpy()
    month = numbers.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    dated = ~undated.to_numpy()
    for one in np.unique(month[dated]):
        yield rows.filter(pa.array((month == one) & dated))


def _flagged(con: Any, rows: pa.Table, known: list[str]) -> pa.Table:
    """The rows with `same_article` and `same_act`, looking at the rows of the same days in the store too."""
    low, high = _span(rows)
    con.register("fresh", rows.select(_FOR_FLAGS))
    marks = {}
    for name, (key, rule) in _SAME.items():
        columns = ", ".join(f"{words} AS k{at}" for at, words in enumerate(key))
        names = ", ".join(f"k{at}" for at in range(len(key)))
        firsts = f"SELECT min(_row) AS _row, {names} FROM (SELECT _row, {columns} FROM fresh WHERE {rule}) GROUP BY {names}"
        if known and low:
            between = f"published BETWEEN DATE '{low}' AND DATE '{high}'"
            seen = f"SELECT {columns} FROM read_parquet({_listed(known)}, union_by_name = true) WHERE {between} AND {rule}"
            firsts = f"SELECT _row FROM ({firsts}) ANTI JOIN ({seen}) USING ({names})"
        found = con.execute(f"SELECT _row FROM fresh ANTI JOIN ({firsts}) USING (_row) WHERE {rule}")
        marks[name] = np.isin(rows["_row"].to_numpy(), found.fetchnumpy()["_row"])
    con.unregister("fresh")
    for name in _OURS:
        rows = rows.append_column(name, pa.array(marks[name]))
    return rows.select([*EVENTS.names, "_row", "_file"])


def first_day(text: str | None) -> date | None:
    """The day of an ISO text."""
    return date.fromisoformat(text) if text else None
