from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.blocs import landscape, side_by_side
from detente.errors import WrongUse
from detente.relations import signed_network

# Our own values for a third party's re-coding of the published case; basins of the lowest split and right-hand sides.
TABLE = {
    1936: (3, -3301.066, 36598),
    1937: (3, -3323.478, 36480),
    1938: (2, -4289.935, 37966),
    1939: (2, -4323.129, 56552),
}


@pytest.mark.data
def test_the_european_landscape_of_1936_to_1939_is_reproduced(alignment_data):
    import pyarrow.parquet as pq

    with (alignment_data / "axelrod_bennett" / "nations.csv").open() as handle:
        nations = list(csv.DictReader(handle))
    with (alignment_data / "axelrod_bennett" / "recode_recent_conflict_pairs.csv").open() as handle:
        conflicts = [tuple(row) for row in list(csv.reader(handle))[1:]]
    cinc = {
        (int(row["ccode"]), int(row["year"])): row["cinc"]
        for row in pq.read_table(
            alignment_data / "cow" / "nmc_cinc.parquet", columns=["ccode", "year", "cinc"]
        ).to_pylist()
    }
    names = [row["nation"] for row in nations]
    place = {one: at for at, one in enumerate(names)}

    def same(column):
        kind = np.array([row[column] for row in nations])
        return np.where(kind[:, None] == kind[None, :], 1.0, -1.0)

    propensity = same("recode_religion") + same("recode_government")
    for a, b in conflicts:
        propensity[place[a], place[b]] -= 2
        propensity[place[b], place[a]] -= 2
    for year, (minima, energy, basin) in TABLE.items():
        sizes = [100 * cinc[int(row["ccode"]), year] for row in nations]
        found = landscape(names, sizes, propensity)
        assert len(found.minima) == minima
        assert found.exact
        assert found.splits == 65536
        assert found.minima[0].energy == pytest.approx(energy, abs=1e-3)
        assert found.minima[0].basin == basin
        assert {"Britain", "Czechoslovakia", "France", "Soviet Union"} <= set(found.minima[0].side)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8))
def test_nobody_alone_wants_to_leave_a_minimum_and_basins_cover_all_splits(seed, size):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(size, size))
    table = table + table.T
    sizes = rng.uniform(0.5, 2, size)
    names = [f"N{at}" for at in range(size)]
    found = landscape(names, sizes, table)
    assert sum(one.basin for one in found.minima) == 2 ** (size - 1) == found.splits
    energies = [one.energy for one in found.minima]
    assert energies == sorted(energies)
    pull = sizes[:, None] * sizes[None, :] * table
    np.fill_diagonal(pull, 0)
    for one in found.minima:
        x = np.array([1.0 if name in one.side else -1.0 for name in names])
        assert (x * (pull @ x) >= -1e-8).all()


def test_descents_find_the_lowest_split_beyond_enumeration():
    camps = np.ones(24)
    camps[10:] = -1
    found = landscape([f"N{at}" for at in range(24)], np.ones(24), np.outer(camps, camps), starts=50)
    assert not found.exact
    assert len(found.minima[0].side) == 10


def test_friends_stand_together_and_foes_apart():
    network = signed_network([("A", "B", 1.0), ("A", "C", -1.0), ("B", "C", -1.0)])
    assert side_by_side(network).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_sizes_and_propensities_that_cannot_be_are_refused():
    with pytest.raises(WrongUse):
        landscape(["A", "B"], [1, 0], np.zeros((2, 2)))
    with pytest.raises(WrongUse):
        landscape(["A", "B"], [1, 1], np.array([[0.0, 1], [2, 0]]))
