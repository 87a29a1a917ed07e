"""The manifest: which parts make up the store. Replaced by atomic rename, so a reader sees all of a load or none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from detente.errors import StoreFault

SCHEMA_VERSION = 2  # 2: parts know their days and feeds; events carry flags, same_article and same_act


@dataclass(frozen=True, slots=True)
class Part:
    """One immutable Parquet file of a table.

    since, until : first and last `published` in it, ISO; None where no row has one. undated : rows without.
    feeds : the feeds its rows come from.
    """

    table: str
    file: str
    rows: int
    since: str | None = None
    until: str | None = None
    undated: int = 0
    feeds: tuple[str, ...] = ()
    schema: int = 1

    def meets(self, since: str, until: str) -> bool:
        """Whether it may hold a row published in the span, both ends included."""
        if self.schema < 2:
            return True
        return (
            self.since is not None and self.until is not None and self.since <= until and since <= self.until
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version of the store.

    retired : parts that were merged into others, and when (seconds since 1970): kept for a day for the
    readers of older versions.
    """

    version: int = 0
    schema: int = SCHEMA_VERSION
    parts: tuple[Part, ...] = ()
    loads: tuple[dict[str, object], ...] = field(default=())
    retired: tuple[tuple[str, float], ...] = ()

    def files(self, table: str) -> list[str]:
        return [part.file for part in self.parts if part.table == table]


def read_manifest(folder: Path) -> Manifest:
    """The current version; an empty one for a folder that has none yet.

    Raises
    ------
    StoreFault : the manifest is damaged, or was written by a newer Détente.
    """
    path = folder / "manifest.json"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Manifest()
    except OSError as fault:
        raise StoreFault(
            f"cannot read the store: {fault.strerror}",
            where=str(path),
            try_="check the permissions, or name another folder with --store",
        ) from fault
    except UnicodeError as fault:
        raise _damaged(path) from fault
    try:
        row = json.loads(text)
        newer = int(row["schema"]) > SCHEMA_VERSION
        manifest = Manifest(
            int(row["version"]),
            int(row["schema"]),
            () if newer else tuple(_part(one) for one in row["parts"]),
            tuple(dict(one) for one in row["loads"]),
            tuple((str(file), float(when)) for file, when in row.get("retired", [])),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise _damaged(path) from fault
    if manifest.schema > SCHEMA_VERSION:
        raise StoreFault(
            f"the store was written by a newer Détente (schema {manifest.schema}, this one knows {SCHEMA_VERSION})",
            where=str(folder),
            try_="upgrade Détente, or use another store",
        )
    return manifest


def _damaged(path: Path) -> StoreFault:
    return StoreFault(
        "the manifest of the store is damaged",
        where=str(path),
        try_="restore manifest.json from a copy; the parts beside it are untouched",
    )


def _part(row: dict[str, Any]) -> Part:
    day = {name: str(row[name]) if row.get(name) is not None else None for name in ("since", "until")}
    return Part(
        str(row["table"]),
        str(row["file"]),
        int(row["rows"]),
        day["since"],
        day["until"],
        int(row.get("undated", 0)),
        tuple(str(one) for one in row.get("feeds", ())),
        int(row.get("schema", 1)),
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, flushed to disk before and after."""
    path, fresh = folder / "manifest.json", folder / "manifest.json.new"
    with fresh.open("w", encoding="utf-8") as out:
        json.dump(asdict(manifest), out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the store for writing; a second writer waits and says so."""
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as fault:
        raise StoreFault(
            f"cannot write to the store: {fault.strerror}",
            where=str(folder),
            try_="choose a folder you may write to with --store",
        ) from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"another process is writing to {folder}; waiting for it to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
