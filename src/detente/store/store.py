"""What is kept, and how it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from detente.documents import Document
from detente.errors import MissingStore
from detente.events import Event, events_table, from_table
from detente.provenance import content_id
from detente.store.loading import Loading, lost_part
from detente.store.manifest import Manifest, Part, read_manifest, writing
from detente.store.tables import DOCUMENTS, TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Kept:
    """What a load added: rows that were new, and rows the store had already."""

    documents: int
    events: int
    documents_known: int
    events_known: int
    version: int


class Snapshot:
    """One version of the store, pinned: later loads do not show in it.

    engine : an Ibis connection to ask through; DuckDB in this process unless another is given.
    """

    def __init__(self, folder: Path, manifest: Manifest, engine: Any = None) -> None:
        self.folder = folder
        self.manifest = manifest
        self._given = engine

    @cached_property
    def _engine(self) -> Any:
        return self._given if self._given is not None else ibis.duckdb.connect()

    @property
    def version(self) -> int:
        return self.manifest.version

    @property
    def empty(self) -> bool:
        return not self.manifest.files("events")

    def table(self, name: str) -> ir.Table:
        """One table of the store as it was written, without corrections."""
        return self._read(name, [one for one in self.manifest.parts if one.table == name])

    def _read(self, name: str, parts: Sequence[Part]) -> ir.Table:
        schema = TABLES[name].schema
        files = [str(self.folder / "parts" / one.file) for one in parts]
        for file in files:
            if not Path(file).exists():
                raise lost_part(Path(file), "missing")
        if not files:
            return ibis.memtable(schema.empty_table(), schema=ibis.Schema.from_pyarrow(schema))
        old = [one for one in parts if one.schema < 2]
        if self._engine.name == "pyspark":  # its own reader takes many files, Ibis's takes one
            view = f"detente_{name}_{self.version}_{content_id(str(self.folder), length=8)}"
            self._engine._session.read.parquet(*files).createOrReplaceTempView(view)
            return self._engine.table(view)
        import duckdb

        try:
            if not old:
                return self._engine.read_parquet(files)
            table = self._engine.read_parquet(files, union_by_name=True)
        except duckdb.Error as fault:
            damaged = [one for one in files if Path(one).name in str(fault)] or files
            raise lost_part(Path(damaged[0]), "damaged") from fault
        absent = {
            one.name: ibis.null(one.type) for one in ibis_fields(schema) if one.name not in table.columns
        }
        return table.mutate(**absent) if absent else table

    @cached_property
    def events(self) -> ir.Table:
        """All events, corrections applied: an Ibis table with the columns of EVENTS, and flags.

        Where every row knows whether it repeats an act (`same_act`), the measures need not look for
        repetitions themselves; a store with parts of the first schema leaves the column out.
        """
        from detente.store.corrections import corrected

        table = self.table("events")
        if any(one.schema < 2 for one in self.manifest.parts if one.table == "events"):
            table = table.drop(
                *(one for one in ("same_act", "same_article", "flags") if one in table.columns)
            )
        if not self.manifest.files("corrections"):
            return table
        here = Snapshot(self.folder, self.manifest)
        judged = here.table("corrections").to_pyarrow()
        return corrected(table, judged, here=here.table("events"), small=self._small)

    def _small(self, rows: pa.Table) -> ir.Table:
        """A small table of ours as the engine sees it."""
        if self._engine.name != "pyspark":
            return ibis.memtable(rows, schema=ibis.Schema.from_pyarrow(rows.schema))
        # By way of a file: through pandas, as Ibis would go, a missing text becomes the text "NaN". It lies
        # in the store's folder, which a cluster sees, and is named by what it was made from.
        made_from = content_id(str(self.version), *self.manifest.files("corrections"))
        path = self.folder / "scratch" / f"{made_from}.parquet"
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".unfinished")
        pq.write_table(rows, fresh)
        fresh.replace(path)
        view = f"detente_small_{made_from}"
        self._engine._session.read.parquet(str(path)).createOrReplaceTempView(view)
        return self._engine.table(view)

    @cached_property
    def documents(self) -> ir.Table:
        """All documents as an Ibis table."""
        return self.table("documents")

    def last_published(self) -> date | None:
        """The newest `published` in the store: the default `as_of`."""
        parts = [one for one in self.manifest.parts if one.table == "events"]
        if parts and all(one.schema >= 2 for one in parts):
            days = [one.until for one in parts if one.until]
            return date.fromisoformat(max(days)) if days else None
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

    def event(self, event_id: str) -> Event | None:
        """One event by its id, corrections applied."""
        rows = self.events
        found = from_table(rows.filter(rows.event_id == event_id).limit(1).to_pyarrow())
        return found[0] if found else None


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

    def snapshot(self, engine: Any = None) -> Snapshot:
        """The store as it is now, asked through DuckDB or another Ibis connection."""
        return Snapshot(self.folder, read_manifest(self.folder), engine)

    @contextmanager
    def loading(self) -> Iterator[Loading]:
        """Hold the store for a load. What was not committed at the end is taken back."""
        with writing(self.folder, self.tell):
            under_way = Loading(self.folder, read_manifest(self.folder))
            try:
                under_way.upgrade()
                yield under_way
            finally:
                under_way.close()

    def keep(
        self, documents: Sequence[Document], events: Iterable[Event], *, load: dict[str, object] | None = None
    ) -> Kept:
        """Add documents and events that are not there yet, all or nothing."""
        document_rows, event_rows = documents_table(documents), events_table(events)
        with self.loading() as under_way:
            under_way.add("documents", document_rows)
            under_way.add("events", event_rows)
            manifest = under_way.commit(load)
            kept = under_way.kept[0]
        return Kept(
            kept["documents"],
            kept["events"],
            document_rows.num_rows - kept["documents"],
            event_rows.num_rows - kept["events"],
            manifest.version,
        )


def ibis_fields(schema: pa.Schema) -> list[Any]:
    """Fields of an Arrow schema with their Ibis types."""
    from types import SimpleNamespace

    return [SimpleNamespace(name=name, type=kind) for name, kind in ibis.Schema.from_pyarrow(schema).items()]


def documents_table(documents: Sequence[Document]) -> pa.Table:
    """Documents as rows of the store."""
    rows = [{name: getattr(one, name) for name in DOCUMENTS.names} for one in documents]
    return pa.Table.from_pylist(rows, schema=DOCUMENTS)
