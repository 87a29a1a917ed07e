"""How fast the feeds and the store are: `python -m detente.evaluation.bench_store`.

load : zipped GDELT 2.0 files made from a sample, through `detente load`, beside pandas reading the same
files. scale : so many million rows in a store, and the questions of the benchmark page, each asked by a
process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from detente.evaluation.made_gdelt import sample_rows, write_slots
from detente.settings import data_folder

SAMPLE = "formats/gdelt2-events/20191024143000.export.CSV.gz"
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "feeds" / "gdelt2.export.CSV"
SINCE = date(2019, 1, 1)
ROWS_A_DAY = 55_000


def sample() -> Path:
    """The real sample where it is at hand, else our made-up rows."""
    real = data_folder() / SAMPLE
    return real if real.exists() else EXAMPLE


def timed(doing: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gave, wall seconds, CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = doing()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def bench_load(folder: Path, *, files: int, per_file: int, mentions: bool = True) -> dict[str, Any]:
    """Rows a second of our loader and of pandas over the same zipped files."""
    from detente.ingest import load
    from detente.store import Store

    there = folder / f"slots-{files}-{per_file}"
    rows = files * per_file
    if not there.exists():
        write_slots(sample_rows(sample()), there, many=files, per_slot=per_file, since=SINCE)

    def ours() -> Any:
        with tempfile.TemporaryDirectory(dir=folder) as store:
            return load([str(there)], Store(Path(store) / "s"), lambda: None)  # type: ignore[arg-type,return-value]

    done, wall, cpu = timed(ours)
    totals = done.ledger.totals()
    assert totals["lines"] == totals["kept"] == rows, totals

    def pandas() -> int:
        import pandas as pd

        return sum(
            len(pd.read_csv(one, sep="\t", header=None, dtype=str, quoting=3))
            for one in sorted(there.iterdir())
        )

    read, wall_pandas, cpu_pandas = timed(pandas)
    assert read == rows
    return {
        "rows": rows,
        "files": files,
        "rows_per_second": rows / wall,
        "rows_per_cpu_second": rows / cpu,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "pandas_read_only_rows_per_second": rows / wall_pandas,
        "pandas_read_only_rows_per_cpu_second": rows / cpu_pandas,
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
    }


def fill(folder: Path, millions: float, *, seed: int = 3) -> dict[str, Any]:
    """A store of so many rows, drawn from the converted sample with articles kept together, day by day."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from detente.feeds.feed import Reading
    from detente.feeds.opening import Source, opened
    from detente.feeds.recognise import recognise
    from detente.feeds.whom import Whom
    from detente.store import Store

    source, reading = Source(str(sample())), Reading(Whom())
    with opened(source) as stream:
        known, whole = recognise(source, stream, reading)
        assert known.feed is not None
        base = pa.concat_tables(
            one.rows for one in known.feed.read(whole, known.layout, reading) if one.rows.num_rows
        ).combine_chunks()
    order = pc.sort_indices(base, sort_keys=[("document_id", "ascending")])
    base = base.take(order)
    links = base["document_id"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.concatenate(([True], links[1:] != links[:-1])))
    lengths = np.diff(np.append(starts, len(links)))
    rng = np.random.default_rng(seed)
    states = sorted(one.id for one in reading.whom.actors.actors.values() if one.kind == "state")
    ingest = base["published"][0].as_py()
    wanted = int(millions * 1_000_000)
    made = 0
    store = Store(folder)
    begun = time.perf_counter()
    cpu = time.process_time()
    with store.loading() as under_way:
        day = SINCE
        while made < wanted:
            many = min(ROWS_A_DAY, wanted - made)
            groups = rng.integers(len(starts), size=max(8, int(many / lengths.mean() * 1.3)))
            sizes = lengths[groups]
            cut = int(np.searchsorted(np.cumsum(sizes), many)) + 1
            groups, sizes = groups[:cut], sizes[:cut]
            take = np.repeat(
                starts[groups] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes
            ) + np.arange(sizes.sum())
            rows = base.take(pa.array(take[:many]))
            many = rows.num_rows
            mark = pa.array(np.repeat(np.arange(len(groups)), sizes)[:many]).cast(pa.string())
            shift = (day - ingest).days
            stamp = f"{day:%Y%m%d}"
            numbers = pa.array(np.arange(made, made + many) + 900_000_000).cast(pa.string())
            for name, column in (
                ("event_id", pc.binary_join_element_wise("gdelt2", numbers, stamp, ":")),
                ("document_id", pc.binary_join_element_wise(rows["document_id"], stamp, mark, "?")),
                ("published", pa.repeat(pa.scalar(day), many)),
                ("day", pc.add(rows["day"].cast(pa.int32()), pa.scalar(shift, pa.int32())).cast(pa.date32())),
            ):
                at = rows.schema.get_field_index(name)
                rows = rows.set_column(at, rows.schema.field(at), column)
            rows = _with_a_tail(rows, states, rng)
            under_way.add("events", rows)
            made += many
            day += timedelta(days=1)
            if under_way.full:
                under_way.commit({"made": made})
        under_way.commit({"made": made})
    size = sum(one.stat().st_size for one in (folder / "parts").iterdir())
    return {
        "rows": made,
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": time.process_time() - cpu,
        "bytes_per_event": size / made,
        "parts": len(store.snapshot().manifest.parts),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "last": store.snapshot().last_published().isoformat(),  # type: ignore[union-attr]
    }


def _with_a_tail(rows: Any, states: list[str], rng: Any) -> Any:
    """Some pairs that one quarter of an hour cannot hold: a tenth of the rows between states drawn by rank.

    A sample of 2,111 rows has about a hundred pairs; a year has thousands, most of them rare.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    both = pc.and_(pc.is_valid(rows["source"]), pc.is_valid(rows["target"])).to_numpy()
    rare = both & (rng.random(rows.num_rows) < 0.1)
    weights = 1.0 / np.arange(1, len(states) + 1)
    for name in ("source", "target"):
        drawn = pa.array(
            [states[at] for at in rng.choice(len(states), rows.num_rows, p=weights / weights.sum())]
        )
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, rows.schema.field(at), pc.if_else(pa.array(rare), drawn, rows[name]))
    return rows


QUESTIONS = {
    "all pairs by month": "dyad_series(events, as_of=last, every='month')",
    "one pair by day": "daily(events, 'USA', 'RUS', as_of=last)",
    "movers of 30 days": "movers(events, as_of=last, days=30).limit(20)",
    "one actor's counterparts": "counterparts(events, 'CHN', as_of=last)",
    "evidence behind a week": "evidence(events, 'USA', 'RUS', since=last - timedelta(days=7), until=last)",
}
_ASK = """
import sys, time
begun = time.perf_counter()
from datetime import timedelta
from pathlib import Path
from detente.relations import daily, dyad_series, movers, counterparts, evidence
from detente.store import Store
loaded = time.perf_counter()
snapshot = Store.existing(Path(sys.argv[1])).snapshot()
last, events = snapshot.last_published(), snapshot.events
rows = len(({question}).to_pyarrow())
print(rows, time.perf_counter() - begun, time.perf_counter() - loaded, time.process_time())
"""


def ask(folder: Path) -> dict[str, Any]:
    """Each question from a cold process: seconds in all, seconds after the libraries are there, CPU seconds."""
    found = {}
    for name, question in QUESTIONS.items():
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _ASK.replace("{question}", question), str(folder)],
            capture_output=True,
            text=True,
            check=True,
        )
        rows, _, asking, cpu = map(float, done.stdout.split())
        found[name] = {
            "rows": int(rows),
            "seconds": time.perf_counter() - begun,
            "seconds_without_start": asking,
            "cpu_seconds": cpu,
        }
    return found


def main() -> None:
    """Run and print as JSON."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "detente-bench")
    take.add_argument(
        "--millions", type=float, default=60.0, help="rows of the large store, in millions; 0: leave it out"
    )
    take.add_argument("--files", type=int, default=400)
    take.add_argument("--per-file", type=int, default=2000)
    given = take.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    if given.files:
        found["load"] = bench_load(given.folder, files=given.files, per_file=given.per_file)
        print(json.dumps(found, indent=1), flush=True)
    if given.millions:
        store = given.folder / f"store-{given.millions:g}m"
        if not (store / "manifest.json").exists():
            found["fill"] = fill(store, given.millions)
            print(json.dumps(found, indent=1), flush=True)
        found["questions"] = ask(store)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
