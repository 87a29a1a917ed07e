"""ICEWS quadruples as weekly counts of state pairs: actors folded into their state, acts by their quad."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detente.actors import gazetteer
from detente.errors import UnreadableInput
from detente.ontology import ACTS, cameo_codes
from detente.relations.filter import Floats, Ints, Weeks

_COUNTRY = re.compile(r"\(([^()]*)\)\s*$")


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts between different states: day, source and target (index into `states`), quad; one row an act."""

    states: tuple[str, ...]
    day: Ints
    source: Ints
    target: Ints
    quad: Ints
    test_from: int
    days: int


@dataclass(frozen=True, slots=True)
class PairWeeks:
    """Weekly counts of pairs. `first` and `second` are states by index; weeks are counted from week 0."""

    first: Ints
    second: Ints
    weeks: Weeks


def _plain(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def read_acts(folder: Path) -> Acts:
    """Read a folder laid out like ICEWS14 (train, valid and test; entities and relations by name).

    "Citizen (Kenya)" and office holders count as their state; acts within a state, acts without a PLOVER
    type (statements and appeals) and actors of no state are left out.
    """
    import csv

    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = gazetteer()
    forms: dict[str, str] = {}
    for one in tables.names:
        known = tables.actors.get(one.actor)
        if (
            known
            and known.kind == "state"
            and one.kind in ("name", "former", "alias", "abbreviation", "person")
        ):
            forms.setdefault(_plain(one.form), one.actor)
    codes = {_plain(code.name): code for code in cameo_codes().values()}
    try:
        with (folder / "entities.csv").open(encoding="utf-8") as handle:
            entities = {int(row["id"]): row["name"].replace("_", " ") for row in csv.DictReader(handle)}
        with (folder / "relations.csv").open(encoding="utf-8") as handle:
            relations = {int(row["id"]): row["name"] for row in csv.DictReader(handle)}
        parts = [pq.read_table(folder / f"{name}.parquet") for name in ("train", "valid", "test")]
    except (OSError, KeyError, ValueError) as fault:
        raise UnreadableInput(
            f"{folder} is not laid out like ICEWS14: {fault}",
            try_="it holds train, valid and test.parquet, entities.csv and relations.csv",
        ) from None
    table = pa.concat_tables(parts)
    state_of = np.full(max(entities) + 1, -1)
    named: dict[str, int] = {}
    for entity, name in entities.items():
        country = _COUNTRY.search(name)
        state = forms.get(_plain(country.group(1) if country else name))
        if state:
            state_of[entity] = named.setdefault(state, len(named))
    quad_of = np.zeros(max(relations) + 1, dtype=np.int64)
    for relation, name in relations.items():
        code = codes.get(_plain(name))
        if code and code.act:
            quad_of[relation] = int(ACTS[code.act].quad)
    source = state_of[table["subject"].to_numpy()]
    target = state_of[table["object"].to_numpy()]
    quad = quad_of[table["relation"].to_numpy()]
    use = (source >= 0) & (target >= 0) & (source != target) & (quad > 0)
    day = table["time"].to_numpy().astype(np.int64)
    return Acts(
        states=tuple(named),
        day=day[use],
        source=source[use],
        target=target[use],
        quad=quad[use],
        test_from=int(parts[2]["time"].to_numpy().min()),
        days=int(day.max()) + 1,
    )


def pair_weeks(
    acts: Acts, *, border: int, after: int, ordered: bool = False, channel: str = "all"
) -> PairWeeks:
    """Weekly counts of pairs with an act before `border`, weeks ending so that one begins on that day.

    border : the day on which the first forecast week begins. after : how many weeks to keep from there.
    channel : all, verbal (quads 1 and 3) or material (2 and 4).
    """
    shift = (-border) % 7
    week = (acts.day + shift) // 7
    split = (border + shift) // 7
    use = week < split + after
    if channel != "all":
        use &= np.isin(acts.quad, (1, 3) if channel == "verbal" else (2, 4))
    a, b = acts.source[use], acts.target[use]
    if not ordered:
        a, b = np.minimum(a, b), np.maximum(a, b)
    size = len(acts.states)
    keys, pair = np.unique(a * size + b, return_inverse=True)
    shape = (len(keys), split + after)
    where = np.ravel_multi_index((pair, week[use]), shape)
    friendly = acts.quad[use] <= 2

    def counted(mask: npt.NDArray[np.bool_]) -> Floats:
        return np.bincount(where[mask], minlength=shape[0] * shape[1]).reshape(shape).astype(float)

    good, bad = counted(friendly), counted(~friendly)
    seen = (good + bad)[:, :split].any(axis=1)
    return PairWeeks(keys[seen] // size, keys[seen] % size, Weeks(good[seen], bad[seen]))
