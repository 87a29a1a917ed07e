"""Whether a store is whole: every part there, readable, and as long as the manifest says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from detente.store.store import Store


@dataclass(frozen=True, slots=True)
class Health:
    """What was looked at and what is wrong with it."""

    parts: int
    rows: int
    faults: tuple[str, ...]


def check_store(store: Store) -> Health:
    """Open every part and compare it with the manifest."""
    manifest = store.snapshot().manifest
    faults = []
    for part in manifest.parts:
        path = store.folder / "parts" / part.file
        try:
            rows = pq.read_metadata(path).num_rows
        except FileNotFoundError:
            faults.append(
                f"{part.file} is missing: restore it from a copy, or load its sources into a new store"
            )
            continue
        except (OSError, pa.ArrowException) as fault:
            faults.append(f"{part.file} cannot be read: {str(fault).splitlines()[0]}")
            continue
        if rows != part.rows:
            faults.append(f"{part.file} holds {rows} rows, the manifest says {part.rows}")
    return Health(len(manifest.parts), sum(one.rows for one in manifest.parts), tuple(faults))
