"""Made GDELT files of any size that keep the skew of real ones: who, what and how often are drawn from a sample."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SLOTS_A_DAY = 96


def sample_rows(path: Path) -> list[list[bytes]]:
    """The fields of the rows of a GDELT 2.0 events file, packed or plain."""
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    return [fields for line in data.split(b"\n") if len(fields := line.split(b"\t")) == 61]


def slots(
    rows: list[list[bytes]], *, since: date, per_slot: int, seed: int = 1, first_id: int = 900_000_000
) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of one 15-minute file after another: rows drawn from the sample, articles kept together.

    Ids rise, dates move to the slot with their offsets kept, addresses get a mark of their slot.
    """
    rng = np.random.default_rng(seed)
    articles: dict[bytes, list[list[bytes]]] = {}
    for row in rows:
        articles.setdefault(row[60], []).append(row)
    groups = list(articles.values())
    ingest = _day(rows[0][59])
    event_id, slot = first_id, 0
    while True:
        day = since + timedelta(days=slot // SLOTS_A_DAY)
        minute = slot % SLOTS_A_DAY * 15
        stamp = f"{day:%Y%m%d}{minute // 60:02d}{minute % 60:02d}00".encode()
        out: list[bytes] = []
        while len(out) < per_slot:
            for row in groups[int(rng.integers(len(groups)))]:
                new = list(row)
                new[0] = str(event_id).encode()
                new[1] = f"{day - timedelta(days=(ingest - _day(row[1])).days):%Y%m%d}".encode()
                new[2], new[3] = new[1][:6], new[1][:4]
                new[59] = stamp
                new[60] = row[60] + b"?" + str(slot).encode()
                out.append(b"\t".join(new))
                event_id += 1
        yield f"{stamp.decode()}.export.CSV", b"\n".join(out[:per_slot]) + b"\n"
        slot += 1


def _day(text: bytes) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def write_slots(rows: list[list[bytes]], folder: Path, *, many: int, per_slot: int, since: date) -> int:
    """Write so many zipped files as GDELT publishes them; gives the number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    made = slots(rows, since=since, per_slot=per_slot)
    for _ in range(many):
        name, data = next(made)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        (folder / (name + ".zip")).write_bytes(held.getvalue())
    return many * per_slot
