"""Load anything: recognise each file, read it in batches, code texts, keep the rows, account for every line."""

from __future__ import annotations

import json
import queue
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, StoreFault
from detente.provenance import FileLedger, Ledger, content_id

if TYPE_CHECKING:
    from detente.actors import Gazetteer
    from detente.coding import Coder
    from detente.documents import Document
    from detente.events import Coding
    from detente.feeds.feed import Batch, Layout
    from detente.feeds.opening import Source
    from detente.store import Kept, Store
    from detente.store.loading import Loading

Progress = Callable[[str, int, int | None], None]
READERS = "1"  # raised when a reader gives other rows for the same bytes: files are then read again
REASONS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: the ledger by file, what the store has kept, and whom no table knows, by frequency."""

    ledger: Ledger
    kept: Kept
    unresolved: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> tuple[FileLedger, ...]:
        """Files of which nothing was kept."""
        return tuple(one for one in self.ledger.files if one.fault)


@dataclass
class _File:
    """A file under way: its counts as they grow."""

    number: int
    source: Source
    file_id: str
    layout: str = ""
    why: str = ""
    plan: str = ""
    lines: int = 0
    header: int = 0
    blank: int = 0
    parsed: int = 0
    quarantined: int = 0
    known: int = 0
    unresolved: int = 0
    documents: bool = False
    reasons: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    ledger: FileLedger | None = None
    fault: DetenteError | None = None


def load(
    paths: Sequence[str],
    store: Store,
    coder: Coder | Callable[[], Coder],
    *,
    given_date: date | None = None,
    columns: Mapping[str, str] | None = None,
    published_by: str = "added",
    again: bool = False,
    actors: Gazetteer | None = None,
    progress: Progress = lambda *_: None,
) -> Loaded:
    """Load files, folders, archives, addresses or standard input; of a file that fails nothing is kept.

    Rows become visible file by file, many files at a time; a load that is stopped leaves whole files
    only, and the same command goes on where it stopped. `again` reads files that were loaded before.

    Raises
    ------
    UnreadableInput, WrongUse : the only file cannot be read. StoreFault : the ledger does not add up, or
    the store cannot be written.
    """
    from detente.feeds.feed import Reading
    from detente.feeds.opening import sources
    from detente.feeds.whom import Whom
    from detente.store import Kept

    addresses = [one for one in paths if re.match(r"https?://", one)]
    found = sources([one for one in paths if one not in addresses])
    reading = Reading(Whom(actors), given_date, dict(columns or {}), published_by)
    options = content_id(READERS, str(given_date), json.dumps(reading.columns, sort_keys=True), published_by)
    work = _Work(store, coder, len(found) + len(addresses), progress)
    with store.loading() as under_way:
        work.begin(under_way, again=again)
        for what, value in _ahead(_reading(found, addresses, reading, options, work.files_known)):
            work.take(what, value)
        work.commit()
        version = under_way.manifest.version
    work.finish()
    kept = Counter[str]()
    for counts in under_way.kept.values():
        kept.update(counts)
    totals = Ledger(work.ledgers())
    documents_known = sum(one.known for one in work.files if one.documents)
    events_known = sum(one.duplicate for one in totals.files) - documents_known
    return Loaded(
        totals,
        Kept(kept["documents"], kept["events"], documents_known, max(0, events_known), version),
        work.unresolved,
    )


def _reading(
    found: Sequence[Source],
    addresses: Sequence[str],
    reading: Any,
    options: str,
    files_known: Mapping[str, dict[str, Any]],
) -> Iterator[tuple[str, Any]]:
    """Everything that is read, in order: the beginning, batches and end of each file, or its fault."""
    from detente.feeds import read_documents
    from detente.feeds.opening import Source, fingerprint

    for number, source in enumerate(found):
        try:
            name = "" if source.broken else fingerprint(source)
        except OSError:
            name = ""
        file = _File(number, source, content_id(name, options) if name else "")
        if file.file_id in files_known:
            yield "known", (file, files_known[file.file_id])
            continue
        try:
            yield from _one(file, reading)
            yield "end", file
        except DetenteError as fault:
            file.fault = fault
            yield "failed", file
    for number, address in enumerate(addresses, len(found)):
        file = _File(number, Source(address), "", "one document", "an address", documents=True)
        try:
            documents = list(read_documents(address, given_date=reading.given_date))
            yield "begin", file
            yield "documents", (file, [(document, "") for document in documents], len(documents), 0)
            yield "end", file
        except DetenteError as fault:
            file.fault = fault
            yield "failed", file


def _one(file: _File, reading: Any) -> Iterator[tuple[str, Any]]:
    """What one file holds."""
    from detente.feeds.opening import opened
    from detente.feeds.recognise import recognise

    with opened(file.source) as raw:
        known, stream = recognise(file.source, raw, reading)
        file.layout, file.why, file.plan = known.layout.name, known.layout.reason, _plan(known.layout)
        file.documents = known.feed is None
        yield "begin", file
        if known.feed is None:
            yield from _documents(file, stream, reading)
        else:
            for batch in known.feed.read(stream, known.layout, reading):
                yield "batch", (file, batch)


def _documents(file: _File, stream: Any, reading: Any) -> Iterator[tuple[str, Any]]:
    from detente.feeds.rss import read_feed
    from detente.feeds.text import LARGEST_TEXT, document_lines, document_of

    if file.layout == "documents, JSON lines":
        rest, lines, blank = b"", 0, 0
        found: list[tuple[Any, str]] = []

        def every() -> Iterator[bytes]:
            nonlocal rest
            while block := stream.read(1 << 20):
                *whole, rest = (rest + block).split(b"\n")
                yield from whole
            if rest:
                yield rest

        for line in document_lines(every(), given_date=reading.given_date):
            lines += 1
            if line is None:
                blank += 1
            else:
                found.append((line.document, f"line {line.number}: {line.reason}"))
            if lines >= 500:
                yield "documents", (file, found, lines, blank)
                found, lines, blank = [], 0, 0
        yield "documents", (file, found, lines, blank)
        return
    data = stream.read(LARGEST_TEXT + 1)
    if file.layout == "RSS or Atom":
        entries = list(read_feed(data, file.source.name, given_date=reading.given_date))
        yield (
            "documents",
            (file, [(one.document, f"entry {one.number}: {one.reason}") for one in entries], len(entries), 0),
        )
        return
    name = (
        "standard input"
        if file.source.path == "-"
        else file.source.name.removesuffix(".gz").removesuffix(".xz")
    )
    size = Path(name).stat().st_size if file.source.path == name else 0
    document = document_of(data, name, given_date=reading.given_date, size=size)
    yield "documents", (file, [(document, "")], 1, 0)


def _plan(layout: Layout) -> str:
    """A layout as JSON, from which a line of the file can be read again."""
    return json.dumps(
        {
            "feed": layout.feed,
            "name": layout.name,
            "reason": layout.reason,
            "delimiter": layout.delimiter,
            "columns": {str(n): list(names) for n, names in layout.columns.items()},
            "wanted": list(layout.wanted),
            "plain": sorted(layout.plain),
            "tests": dict(layout.tests),
            "free": list(layout.free),
        }
    )


def layout_of(plan: str) -> Layout:
    """The layout that `_plan` wrote, for lines without their header."""
    from detente.feeds.feed import Layout

    row = json.loads(plan)
    return Layout(
        row["feed"],
        row["name"],
        row["reason"],
        row["delimiter"],
        {int(n): tuple(names) for n, names in row["columns"].items()},
        0,
        tuple(row["wanted"]),
        frozenset(row["plain"]),
        row["tests"],
        tuple(row["free"]),
    )


_END = object()


def _ahead(things: Iterator[Any], depth: int = 4) -> Iterator[Any]:
    """The same things, made by another thread while this one writes."""
    waiting: queue.Queue[Any] = queue.Queue(depth)
    stop = threading.Event()

    def put(thing: Any) -> bool:
        while not stop.is_set():
            try:
                waiting.put(thing, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def make() -> None:
        try:
            for thing in things:
                if not put(thing):
                    return
            put(_END)
        except BaseException as fault:
            put(fault)

    maker = threading.Thread(target=make, name="reading", daemon=True)
    maker.start()
    try:
        while (thing := waiting.get()) is not _END:
            if isinstance(thing, BaseException):
                raise thing
            yield thing
    finally:
        stop.set()
        maker.join(timeout=30)


class _Work:
    """The keeping half of a load: takes what was read, hands it to the store, writes the ledgers."""

    def __init__(
        self, store: Store, coder: Coder | Callable[[], Coder], many: int, progress: Progress
    ) -> None:
        self.store = store
        self.many = many
        self.progress = progress
        self.files: list[_File] = []
        self.files_known: dict[str, dict[str, Any]] = {}
        self.unresolved: Counter[str] = Counter()
        self._coder = coder
        self._made: Coder | None = None
        self._seen: set[str] | None = None
        self._done: list[_File] = []

    @property
    def coder(self) -> Coder:
        if self._made is None:
            # A coder is ready; what makes one waits until a text comes.
            self._made = self._coder if hasattr(self._coder, "code") else self._coder()  # type: ignore[assignment]
        return self._made  # type: ignore[return-value]

    def begin(self, under_way: Loading, *, again: bool) -> None:
        self.under_way = under_way
        snapshot = self.store.snapshot()
        if not again and snapshot.manifest.files("files"):
            self.files_known = {
                row["file_id"]: row for row in snapshot.table("files").to_pyarrow().to_pylist()
            }

    def take(self, what: str, value: Any) -> None:
        if what == "begin":
            self.files.append(value)
        elif what == "known":
            file, row = value
            self.files.append(file)
            file.ledger = _known_ledger(file, row)
        elif what == "batch":
            self._batch(*value)
        elif what == "documents":
            if value[0].fault is None:
                try:
                    self._documents(*value)
                except DetenteError as fault:  # a coder that is not there must not cost the tables beside
                    value[0].fault = fault
                    self._failed(value[0])
        elif what == "end" and value.fault is None:
            self._done.append(value)
            self.progress("loading files", value.number + 1, self.many)
            if self.under_way.full:
                self.commit()
        elif what == "failed":
            self._failed(value)

    def _failed(self, file: _File) -> None:
        assert file.fault is not None
        if self.many == 1:
            raise file.fault
        self.under_way.drop(file.number)
        if file not in self.files:
            self.files.append(file)
        what = file.fault.what + (f" ({file.fault.try_})" if file.fault.try_ else "")
        file.ledger = FileLedger(file.source.name, file.layout or "unreadable", fault=what, reasons=(what,))

    def _batch(self, file: _File, batch: Batch) -> None:
        file.lines += batch.lines
        file.header += batch.header
        file.blank += batch.blank
        file.parsed += batch.rows.num_rows
        file.notes.update(batch.notes)
        if batch.rows.num_rows:
            if batch.table == "events":
                self._count_unresolved(batch)
            self.under_way.add(batch.table, batch.rows, file.number)
        self._set_aside(file, [(one.line, one.reason, one.raw) for one in batch.quarantined])
        if self.under_way.full:
            self.commit(unfinished=file)

    def _count_unresolved(self, batch: Batch) -> None:
        import pyarrow.compute as pc

        for side in ("source", "target"):
            raw = batch.rows[f"{side}_raw"].filter(pc.is_null(batch.rows[side]))
            for one in pc.value_counts(raw).to_pylist():
                if one["values"]:
                    self.unresolved[one["values"]] += one["counts"]

    def _set_aside(self, file: _File, lines: list[tuple[int, str, bytes]]) -> None:
        if not lines:
            return
        import pyarrow as pa

        from detente.store.tables import QUARANTINE

        file.quarantined += len(lines)
        for number, reason, _ in lines[: max(0, REASONS_SHOWN - len(file.reasons))]:
            file.reasons.append(f"line {number}: {reason}")
        rows = [
            {
                "quarantine_id": content_id(file.file_id or file.source.name, str(number), str(hash_of(raw))),
                "file_id": file.file_id,
                "path": file.source.name,
                "layout": file.layout,
                "line": number,
                "reason": reason,
                "raw": raw,
            }
            for number, reason, raw in lines
        ]
        self.under_way.add("quarantine", pa.Table.from_pylist(rows, schema=QUARANTINE), file.number)

    def _documents(
        self, file: _File, found: list[tuple[Document | None, str]], lines: int, blank: int
    ) -> None:
        from detente.store.store import documents_table

        file.documents = True
        file.lines += lines
        file.blank += blank
        codings: list[Coding] = []
        for number, (document, reason) in enumerate(found, 1):
            self.progress(f"reading {file.source.inner}", number, len(found))
            if document is None:
                file.quarantined += 1
                if len(file.reasons) < REASONS_SHOWN:
                    file.reasons.append(reason)
                continue
            file.parsed += 1
            if document.document_id in self.seen:
                file.known += 1
                continue
            self.seen.add(document.document_id)
            coding = code_one(document, self.coder)
            codings.append(coding)
            file.unresolved += not any(sentence.mentions for sentence in coding.sentences)
        self.under_way.add("documents", documents_table([one.document for one in codings]), file.number)
        from detente.events import events_table

        events = [event for one in codings for event in one.events]
        self.under_way.add("events", events_table(events), file.number)

    @property
    def seen(self) -> set[str]:
        if self._seen is None:
            snapshot = self.store.snapshot()
            self._seen = (
                set(snapshot.documents.document_id.to_pyarrow().to_pylist())
                if snapshot.manifest.files("documents")
                else set()
            )
        return self._seen

    def commit(self, unfinished: _File | None = None) -> None:
        """Write what is there; the ledgers of whole files go into the store with their rows."""
        import pyarrow as pa

        from detente.store.tables import FILES

        number = unfinished.number if unfinished else None
        self.under_way.flush(number)
        if not self._done and unfinished:
            return
        rows = []
        for file in self._done:
            file.ledger = self._ledger(file).check()
            if file.file_id and not file.documents:
                facts = {
                    name: getattr(file.ledger, name) for name in FILES.names if hasattr(file.ledger, name)
                }
                rows.append({**facts, "file_id": file.file_id, "plan": file.plan})
        if rows:
            self.under_way.add("files", pa.Table.from_pylist(rows, schema=FILES), -1)
        names = [one.source.name for one in self._done[:20]]
        self._done = []
        load: dict[str, object] = {"files": names}
        if self._made is not None:
            load["coder"] = self._made.name
        self.under_way.commit(load, unfinished=number)

    def _ledger(self, file: _File) -> FileLedger:
        counts = self.under_way.kept[file.number]
        kept = counts["documents"] if file.documents else counts["kept"] - counts["quarantine"]
        return FileLedger(
            path="standard input" if file.source.path == "-" else file.source.name,
            layout=file.layout,
            lines=file.lines,
            header=file.header,
            blank=file.blank,
            parsed=file.parsed,
            quarantined=file.quarantined,
            duplicate=file.parsed - kept,
            kept=kept,
            unresolved=file.unresolved if file.documents else counts["unresolved"],
            reasons=tuple(file.reasons),
            why=file.why,
            same_article=counts["same_article"],
            same_act=counts["same_act"],
            notes=tuple(f"{many} {what}" for what, many in sorted(file.notes.items())),
        )

    def finish(self) -> None:
        """Every file must have its ledger."""
        for file in self.files:
            if file.ledger is None:
                raise StoreFault(f"{file.source.name} was read without a ledger", try_="please report this")

    def ledgers(self) -> tuple[FileLedger, ...]:
        return tuple(one.ledger for one in sorted(self.files, key=lambda f: f.number) if one.ledger)


def hash_of(raw: bytes) -> str:
    """Content name of the bytes of a line."""
    import hashlib

    return hashlib.sha256(raw).hexdigest()


def _known_ledger(file: _File, row: Mapping[str, Any]) -> FileLedger:
    """The ledger of a file whose bytes were loaded before: every row is there already."""
    return FileLedger(
        path=file.source.name,
        layout=row["layout"],
        lines=row["lines"],
        header=row["header"],
        blank=row["blank"],
        parsed=row["parsed"],
        quarantined=row["quarantined"],
        duplicate=row["parsed"],
        kept=0,
        why="the same bytes were loaded before; read again with --again",
    ).check()


def code_one(document: Document, coder: Coder) -> Coding:
    """Code one document. Text that is not English is kept and not coded."""
    coding = coder.code(document)
    if document.language != "other":
        return coding
    return replace(
        coding,
        events=(),
        expectations=(),
        conditionals=(),
        warnings=("the text does not look English and was not coded; the coder reads English only",),
    )


@dataclass(frozen=True, slots=True)
class Repaired:
    """What `detente doctor` did with the lines set aside."""

    waiting: int
    mended: int
    rows: int
    still: tuple[str, ...]


def read_again(store: Store, *, actors: Gazetteer | None = None) -> Repaired:
    """Read only the quarantined lines again, as after a fix of a reader; what can be read now is kept."""
    import io

    import pyarrow as pa

    from detente.feeds.feed import Reading
    from detente.feeds.recognise import FEEDS
    from detente.feeds.whom import Whom
    from detente.store.tables import MENDED

    snapshot = store.snapshot()
    if not snapshot.manifest.files("quarantine"):
        return Repaired(0, 0, 0, ())
    plans = {row["file_id"]: row["plan"] for row in snapshot.table("files").to_pyarrow().to_pylist()}
    mended_before = (
        set(snapshot.table("mended").to_pyarrow()["quarantine_id"].to_pylist())
        if snapshot.manifest.files("mended")
        else set()
    )
    waiting = [
        row
        for row in snapshot.table("quarantine").to_pyarrow().to_pylist()
        if row["quarantine_id"] not in mended_before
    ]
    reading = Reading(Whom(actors))
    mended, rows, still = 0, 0, []
    with store.loading() as under_way:
        for row in waiting:
            plan = plans.get(row["file_id"])
            where = f"{row['path']}, line {row['line']}: {row['reason']}"
            if plan is None:
                still.append(where)
                continue
            layout = layout_of(plan)
            batches: list[Batch] = []
            for feed in FEEDS:
                if _reads(feed.name, layout.name):
                    batches = list(feed.read(io.BytesIO(row["raw"] + b"\n"), layout, reading))
                    break
            good = [one for one in batches if one.rows.num_rows]
            if not good:
                still.append(where)
                continue
            for one in good:
                under_way.add(one.table, one.rows)
                rows += one.rows.num_rows
            mended += 1
            under_way.add(
                "mended",
                pa.Table.from_pylist(
                    [{"quarantine_id": row["quarantine_id"], "file_id": row["file_id"]}], schema=MENDED
                ),
            )
        under_way.commit({"mended": mended})
    return Repaired(len(waiting), mended, rows, tuple(still))


def _reads(feed: str, layout: str) -> bool:
    """Whether the feed of that name reads the layout of that name."""
    starts = {
        "gdelt": "GDELT 1.0 events|GDELT 2.0 events",
        "gdelt mentions": "GDELT 2.0 mentions",
        "gdelt knowledge graph": "GDELT 1.0 knowledge|GDELT 2.1 knowledge",
        "icews": "ICEWS",
        "polecat": "POLECAT",
        "phoenix": "Phoenix",
        "acled": "ACLED",
        "event lines": "event rows",
        "own table": "a table of events",
    }
    return any(layout.startswith(one) for one in starts[feed].split("|"))
