"""Small made worlds with rules planted in them, laid out like the public sets."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from detente.evaluation.benchmark import Benchmark

SMALL = {
    "questions": 1500,
    "weight_questions": 300,
    "room": 30,
    "weight_room": 60,
    "near": 10,
    "far": 10,
    "rounds": 30,
    "additive_rounds": 40,
}

RELATIONS = ("Consult", "Praise or endorse", "Threaten", "Use conventional military force", "Make statement")


def made_facts(seed: int, *, entities: int, relations: int, days: int = 6, per_day: int = 12) -> Any:
    """Facts by chance, sorted by day."""
    rng = np.random.default_rng(seed)
    n = days * per_day
    rows = np.stack(
        [
            rng.integers(0, entities, n),
            rng.integers(0, relations, n),
            rng.integers(0, entities, n),
            np.sort(rng.integers(0, days, n)),
        ],
        axis=1,
    )
    return np.unique(rows, axis=0)[np.argsort(np.unique(rows, axis=0)[:, 3], kind="stable")].astype(np.int32)


def made_benchmark(seed: int, *, days: int = 90, entities: int = 60, per_day: int = 25) -> Benchmark:
    """Countries with roles; a threat is answered in kind within days, and most acts stay among old partners."""
    rng = np.random.default_rng(seed)
    roles = ("Police", "Government", "Citizen", "Media", "Military")
    countries = [f"Land_{i}" for i in range(entities // (len(roles) + 1))]
    names = [*countries, *(f"{role}_({land})" for land in countries for role in roles)]
    names += [f"Person_{i}" for i in range(entities - len(names))]
    partners = {e: rng.choice(entities, 4, replace=False) for e in range(entities)}
    rows: list[tuple[int, int, int, int]] = []
    owed: list[tuple[int, int, int]] = []
    for day in range(days):
        for due, s, o in [one for one in owed if one[0] == day]:
            rows.append((s, 3 if rng.random() < 0.5 else 2, o, due))
        for _ in range(per_day):
            s = int(entities * rng.random() ** 2)
            o = int(rng.choice(partners[s])) if rng.random() < 0.8 else int(rng.integers(0, entities))
            if s == o:
                continue
            r = int(rng.choice(len(RELATIONS), p=[0.4, 0.2, 0.15, 0.05, 0.2]))
            rows.append((s, r, o, day))
            if r == 2 and rng.random() < 0.7:
                owed.append((day + int(rng.integers(1, 4)), o, s))
    facts = np.unique(np.array(rows, np.int32), axis=0)
    facts = facts[np.argsort(facts[:, 3], kind="stable")]
    first, second = int(days * 0.7), int(days * 0.85)
    day = facts[:, 3]
    return Benchmark(
        "made",
        tuple(names),
        RELATIONS,
        facts[day < first],
        facts[(day >= first) & (day < second)],
        facts[day >= second],
    )


def write_benchmark(folder: Path, benchmark: Benchmark, **instead: Any) -> None:
    """The folder that a benchmark is read from; `instead` replaces a split."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, names in (("entities", benchmark.entities), ("relations", benchmark.relations)):
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["id", "name"])
            writer.writerows(enumerate(names))
    for split in ("train", "valid", "test"):
        rows = instead.get(split, getattr(benchmark, split))
        columns = {name: rows[:, i] for i, name in enumerate(("subject", "relation", "object", "time"))}
        pq.write_table(pa.table(columns), folder / f"{split}.parquet")
