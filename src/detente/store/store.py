"""What is kept, and how it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import detente.events as events_room
from detente.documents import Document
from detente.errors import MissingStore, StoreFault
from detente.events import Event, events_table, from_table
from detente.provenance import content_id
from detente.store.manifest import Manifest, Part, read_manifest, write_manifest, writing

if TYPE_CHECKING:
    import ibis.expr.types as ir

DOCUMENTS = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("publisher", pa.string()),
        pa.field("author", pa.string()),
        pa.field("language", pa.string()),
        pa.field("published", pa.date32()),
        pa.field("published_basis", pa.string()),
        pa.field("url", pa.string()),
        pa.field("text", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a load added: rows that were new, and rows the store had already."""

    documents: int
    events: int
    documents_known: int
    events_known: int
    version: int


class Snapshot:
    """One version of the store, pinned: later loads do not show in it."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @cached_property
    def _engine(self) -> Any:
        return ibis.duckdb.connect()

    @property
    def version(self) -> int:
        return self.manifest.version

    @property
    def empty(self) -> bool:
        return not self.manifest.files("events")

    def _table(self, name: str, schema: pa.Schema) -> ir.Table:
        import duckdb

        files = [str(self.folder / "parts" / one) for one in self.manifest.files(name)]
        for file in files:
            if not Path(file).exists():
                raise _lost_part(Path(file), "missing")
        if not files:
            return ibis.memtable(schema.empty_table())
        try:
            return self._engine.read_parquet(files)
        except duckdb.Error as fault:
            damaged = [one for one in files if Path(one).name in str(fault)] or files
            raise _lost_part(Path(damaged[0]), "damaged") from fault

    @cached_property
    def events(self) -> ir.Table:
        """All events as an Ibis table with the columns of EVENTS."""
        return self._table("events", events_room.EVENTS)

    @cached_property
    def documents(self) -> ir.Table:
        """All documents as an Ibis table."""
        return self._table("documents", DOCUMENTS)

    def last_published(self) -> date | None:
        """The newest `published` in the store: the default `as_of`."""
        value = self.events.published.max().to_pyarrow().as_py()
        return value if isinstance(value, date) else None

    def events_between(
        self, first: str, second: str, *, since: date | None = None, until: date | None = None
    ) -> list[Event]:
        """Events of a pair in either direction, by the day the world could know of them, newest first."""
        rows = self.events
        rows = rows.filter(rows.source.isin([first, second]) & rows.target.isin([first, second]))
        if since:
            rows = rows.filter(rows.published >= since)
        if until:
            rows = rows.filter(rows.published < until)
        return from_table(rows.order_by([ibis.desc(rows.published), rows.event_id]).to_pyarrow())


class Store:
    """A folder of Parquet parts. Everything is kept by content: keeping it twice changes nothing."""

    def __init__(self, folder: Path, *, tell: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self.tell = tell

    @classmethod
    def existing(cls, folder: Path) -> Store:
        """The store in a folder that must hold one.

        Raises
        ------
        MissingStore : there is none.
        """
        if not (folder / "manifest.json").exists():
            raise MissingStore(
                f"there is no store in {folder}",
                try_="load something first (detente load FILE...), or name another folder with --store",
            )
        return cls(folder)

    def snapshot(self) -> Snapshot:
        """The store as it is now."""
        return Snapshot(self.folder, read_manifest(self.folder))

    def keep(
        self, documents: Sequence[Document], events: Iterable[Event], *, load: dict[str, object] | None = None
    ) -> Kept:
        """Add documents and events that are not there yet, all or nothing."""
        with writing(self.folder, self.tell):
            manifest = read_manifest(self.folder)
            fresh_documents, known_documents = self._fresh(
                manifest, "documents", _documents_table(documents), "document_id"
            )
            fresh_events, known_events = self._fresh(manifest, "events", events_table(events), "event_id")
            parts = []
            for table, rows in (("documents", fresh_documents), ("events", fresh_events)):
                if rows.num_rows:
                    parts.append(self._write_part(table, rows, manifest.version + 1))
            if parts:
                loads = (*manifest.loads, {"version": manifest.version + 1, **(load or {})})
                manifest = Manifest(manifest.version + 1, manifest.schema, (*manifest.parts, *parts), loads)
                try:
                    write_manifest(self.folder, manifest)
                except OSError as fault:
                    raise self._cannot_write(fault) from fault
            return Kept(
                fresh_documents.num_rows,
                fresh_events.num_rows,
                known_documents,
                known_events,
                manifest.version,
            )

    def _fresh(self, manifest: Manifest, table: str, rows: pa.Table, key: str) -> tuple[pa.Table, int]:
        """The rows whose key is neither in the store nor earlier in the same rows."""
        known: set[str] = set()
        for file in manifest.files(table):
            path = self.folder / "parts" / file
            try:
                known.update(pq.read_table(path, columns=[key])[key].to_pylist())
            except FileNotFoundError as fault:
                raise _lost_part(path, "missing") from fault
            except (pa.ArrowException, OSError) as fault:
                raise _lost_part(path, "damaged") from fault
        mask = []
        for value in rows[key].to_pylist():
            mask.append(value not in known)
            known.add(value)
        fresh = rows.filter(pa.array(mask, pa.bool_()))
        return fresh, rows.num_rows - fresh.num_rows

    def _write_part(self, table: str, rows: pa.Table, version: int) -> Part:
        parts = self.folder / "parts"
        name = f"{table}-{version:06d}-{content_id(*map(str, pc.unique(rows.column(0)).to_pylist()[:1000]))}.parquet"
        try:
            parts.mkdir(exist_ok=True)
            unfinished = parts / (name + ".unfinished")
            pq.write_table(rows, unfinished, compression="zstd")
            with unfinished.open("rb+") as handle:
                import os

                os.fsync(handle.fileno())
            unfinished.replace(parts / name)
        except OSError as fault:
            raise self._cannot_write(fault) from fault
        return Part(table, name, rows.num_rows)

    def _cannot_write(self, fault: OSError) -> StoreFault:
        return StoreFault(
            f"the load was not kept: {fault.strerror or fault}",
            where=str(self.folder),
            try_="free some disk or choose another folder with --store; the store is as it was before",
        )


def _lost_part(path: Path, how: str) -> StoreFault:
    return StoreFault(
        f"a part of the store is {how}: {path.name}",
        where=str(path.parent.parent),
        try_="restore it from a copy, or load the sources again into a new store",
    )


def _documents_table(documents: Sequence[Document]) -> pa.Table:
    rows = [{name: getattr(one, name) for name in DOCUMENTS.names} for one in documents]
    return pa.Table.from_pylist(rows, schema=DOCUMENTS)
