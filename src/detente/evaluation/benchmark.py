"""A folder of dated facts with a fixed split: train, valid and test quadruples, names of entities and relations."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import UnreadableInput, WrongUse

Array = np.ndarray[Any, Any]

SPLITS = ("train", "valid", "test")
COLUMNS = ("subject", "relation", "object", "time")

# Rows per split of the public sets, so that a figure is never printed for another cut of the same name.
KNOWN_COUNTS = {
    "icews14": (7_128, 230, 74_845, 8_514, 7_371),
    "icews18": (23_033, 256, 373_018, 45_995, 49_545),
}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Quadruples (subject, relation, object, day), int32, sorted by day; days count from the first."""

    name: str
    entities: tuple[str, ...]
    relations: tuple[str, ...]
    train: Array
    valid: Array
    test: Array

    @property
    def facts(self) -> Array:
        """All quadruples in order of time."""
        return np.concatenate([self.train, self.valid, self.test])


def _names(path: Path) -> tuple[str, ...]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        names = [""] * len(rows)
        for row in rows:
            names[int(row["id"])] = row["name"]
    except FileNotFoundError:
        raise WrongUse(
            f"{path.name} is missing",
            where=str(path.parent),
            try_="name a folder with train, valid and test .parquet, entities.csv and relations.csv",
        ) from None
    except (KeyError, ValueError, IndexError) as fault:
        raise UnreadableInput(
            f"{path.name} is no list of ids and names", where=str(path), try_="columns id,name; ids from 0"
        ) from fault
    return tuple(names)


def _quadruples(path: Path, entities: int, relations: int) -> Array:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=list(COLUMNS))
    except FileNotFoundError:
        raise WrongUse(
            f"{path.name} is missing",
            where=str(path.parent),
            try_="name a folder with train, valid and test .parquet, entities.csv and relations.csv",
        ) from None
    except Exception as fault:
        raise UnreadableInput(
            f"{path.name} cannot be read", where=str(path), try_=f"columns needed: {', '.join(COLUMNS)}"
        ) from fault
    rows = np.stack([table[name].to_numpy().astype(np.int32) for name in COLUMNS], axis=1)
    limits = (entities, relations, entities)
    for column, limit in enumerate(limits):
        bad = np.flatnonzero((rows[:, column] < 0) | (rows[:, column] >= limit))
        if len(bad):
            raise UnreadableInput(
                f"{COLUMNS[column]} {rows[bad[0], column]} has no name (0 to {limit - 1} do)",
                where=f"{path}, row {bad[0] + 1}",
            )
    return rows[np.argsort(rows[:, 3], kind="stable")]


def read_benchmark(folder: Path) -> Benchmark:
    """The benchmark in a folder laid out like the public ICEWS14 set.

    Raises
    ------
    WrongUse : a file is missing, or the splits are not in order of time.
    UnreadableInput : a file is damaged, an id has no name, or a known set has other counts.
    """
    entities, relations = _names(folder / "entities.csv"), _names(folder / "relations.csv")
    parts = [_quadruples(folder / f"{split}.parquet", len(entities), len(relations)) for split in SPLITS]
    for split, part in zip(SPLITS, parts, strict=True):
        if not len(part):
            raise UnreadableInput(f"{split}.parquet holds no facts", where=str(folder))
    for earlier, later in ((0, 1), (1, 2)):
        if parts[earlier][-1, 3] >= parts[later][0, 3]:
            raise WrongUse(
                f"{SPLITS[later]} begins on day {parts[later][0, 3]}, before {SPLITS[earlier]} ends "
                f"(day {parts[earlier][-1, 3]})",
                where=str(folder),
                try_="this is a cut for completing facts, not for forecasting them; use a split by time",
            )
    found = (len(entities), len(relations), *map(len, parts))
    wanted = KNOWN_COUNTS.get(folder.name)
    if wanted and found != wanted:
        raise UnreadableInput(
            f"{folder.name} should have {wanted} entities, relations, train, valid, test; it has {found}",
            where=str(folder),
            try_="figures are comparable only on the published split",
        )
    return Benchmark(folder.name, entities, relations, *parts)


def both_ways(facts: Array, relations: int) -> Array:
    """Facts and their inverses: (o, r + R, s, day) beside (s, r, o, day), in order of time, stable."""
    inverse = facts[:, [2, 1, 0, 3]].copy()
    inverse[:, 1] += relations
    both = np.concatenate([facts, inverse])
    return both[np.argsort(both[:, 3], kind="stable")]
