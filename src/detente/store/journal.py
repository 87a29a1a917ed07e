"""A file of JSON lines beside the parts: grows line by line, replaced in one step, never half written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from detente.errors import StoreFault
from detente.store.manifest import writing


def read_journal(folder: Path, name: str) -> list[dict[str, Any]]:
    """The lines so far; none where nothing was written yet.

    Raises
    ------
    StoreFault : a line is no JSON object.
    """
    path = folder / name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as fault:
        raise StoreFault("cannot read the journal", where=str(path), try_="restore it from a copy") from fault
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as fault:
            raise StoreFault(
                "a line of the journal is damaged",
                where=f"{path}, line {number}",
                try_="restore it from a copy",
            ) from fault
        if not isinstance(row, dict):
            raise StoreFault("a line of the journal is damaged", where=f"{path}, line {number}")
        rows.append(row)
    return rows


def append_journal(
    folder: Path,
    name: str,
    make: Callable[[list[dict[str, Any]]], Iterable[Mapping[str, Any]]],
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Add the lines that `make` gives for the lines so far, all or none, and say how many.

    The store is held meanwhile, so that two processes never lose each other's lines.
    """
    with writing(folder, tell):
        before = read_journal(folder, name)
        fresh = list(make(before))
        if not fresh:
            return 0
        path, unfinished = folder / name, folder / (name + ".new")
        try:
            kept = path.read_bytes() if path.exists() else b""
            with unfinished.open("wb") as out:
                out.write(kept)
                if kept and not kept.endswith(b"\n"):
                    out.write(b"\n")
                for row in fresh:
                    out.write(json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(path)
        except OSError as fault:
            raise StoreFault(
                f"the journal was not written: {fault.strerror or fault}",
                where=str(path),
                try_="free some disk, or name a store you may write to; nothing was changed",
            ) from fault
        return len(fresh)
