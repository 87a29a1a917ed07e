"""The manifest: which parts make up the store. Replaced by atomic rename, so a reader sees all of a load or none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from detente.errors import StoreFault

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One immutable Parquet file of a table (`events` or `documents`)."""

    table: str
    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version of the store."""

    version: int = 0
    schema: int = SCHEMA_VERSION
    parts: tuple[Part, ...] = ()
    loads: tuple[dict[str, object], ...] = field(default=())

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
        manifest = Manifest(
            int(row["version"]),
            int(row["schema"]),
            tuple(Part(str(one["table"]), str(one["file"]), int(one["rows"])) for one in row["parts"]),
            tuple(dict(one) for one in row["loads"]),
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


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, flushed to disk before and after."""
    path, fresh = folder / "manifest.json", folder / "manifest.json.new"
    with fresh.open("w", encoding="utf-8") as out:
        json.dump(asdict(manifest), out, indent=1)
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
