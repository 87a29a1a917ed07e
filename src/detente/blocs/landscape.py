"""Which splits into two sides are consistent with the ties: energy, local minima, basins, and co-side chances.

Each actor has a size, each pair a propensity to be together. An actor moves if that lowers the weight of those
it likes on the other side and of those it dislikes on its own. Every such path ends in a local minimum of the
energy, a split nobody alone wants to leave. This says what is consistent with the ties, never what will happen.

References
----------
Axelrod and Bennett (1993), A landscape theory of aggregation, British Journal of Political Science 23(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.errors import WrongUse
from detente.relations import SignedNetwork, canonical_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_ENUMERATED = 22
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Minimum:
    """A split nobody alone wants to leave. `side` holds the first actor; basin: starting splits that end here."""

    energy: float
    side: tuple[str, ...]
    other: tuple[str, ...]
    basin: int
    share: float


@dataclass(frozen=True, slots=True)
class Landscape:
    """All minima, lowest first. exact: every split was looked at; else descents from random starts."""

    minima: tuple[Minimum, ...]
    splits: int
    exact: bool


def landscape(
    actors: Sequence[str],
    sizes: Sequence[float],
    propensity: Floats,
    *,
    starts: int = 2000,
    rng: np.random.Generator | None = None,
) -> Landscape:
    """Minima and basins of the landscape; the first actor's side is called `side`.

    Parameters
    ----------
    sizes : above zero. propensity : symmetric, above zero where two want to be together.
    starts : descents beyond MOST_ENUMERATED actors, from splits drawn by `rng`.

    Examples
    --------
    >>> friendly = np.array([[0, 1, -1], [1, 0, -1], [-1, -1, 0]], dtype=float)
    >>> lowest = landscape(["A", "B", "C"], [1, 1, 1], friendly).minima[0]
    >>> lowest.side, lowest.other, lowest.energy
    (('A', 'B'), ('C',), -4.0)
    """
    count = len(actors)
    size = np.asarray(sizes, dtype=float)
    if size.shape != (count,) or (size <= 0).any():
        raise WrongUse("every actor needs a size above zero")
    if propensity.shape != (count, count) or not np.allclose(propensity, propensity.T):
        raise WrongUse("propensities must be one symmetric table over the actors")
    if count == 0:
        raise WrongUse("a landscape needs at least one actor")
    pull = size[:, None] * size[None, :] * propensity
    np.fill_diagonal(pull, 0.0)
    if count <= MOST_ENUMERATED:
        ends = _all_ends(pull)
        places, basins = np.unique(ends, return_counts=True)
        exact = True
    else:
        ends = _some_ends(pull, starts, rng or np.random.default_rng(0))
        places, where = np.unique(ends, axis=0, return_inverse=True)
        basins = np.bincount(where.ravel())
        exact = False
    spins = _spins(places, count) if exact else places.astype(float)
    energy = _energy(spins, pull)
    minima = [
        Minimum(
            float(energy[at]),
            tuple(actors[node] for node in range(count) if spins[at, node] > 0),
            tuple(actors[node] for node in range(count) if spins[at, node] < 0),
            int(basins[at]),
            float(basins[at] / basins.sum()),
        )
        for at in np.lexsort((-basins, np.round(energy, 9)))
    ]
    return Landscape(tuple(minima), int(basins.sum()), exact)


def _spins(places: Ints, count: int) -> Floats:
    """Splits as +1 and -1; the first actor always +1, bit i of the place moves actor i + 1 across."""
    bits = (np.asarray(places)[:, None] >> np.arange(count - 1)[None, :]) & 1
    return np.concatenate([np.ones((len(bits), 1)), 1.0 - 2.0 * bits], axis=1)


def _energy(spins: Floats, pull: Floats) -> Floats:
    """Sum over ordered pairs on different sides."""
    return np.asarray((pull.sum() - np.einsum("ni,ij,nj->n", spins, pull, spins)) / 2)


def _best_move(spins: Floats, pull: Floats) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The move that lowers the energy most (lowest index on ties), and whether any lowers it."""
    slope = np.round(2 * spins * (spins @ pull), 9)
    move = slope.argmin(axis=1)
    return move, slope[np.arange(len(slope)), move] < 0


def _all_ends(pull: Floats) -> Ints:
    """For every split the minimum that steepest descent ends in."""
    count = len(pull)
    total = 1 << (count - 1)
    follow = np.arange(total, dtype=np.int64)
    for start in range(0, total, _CHUNK):
        places = np.arange(start, min(total, start + _CHUNK), dtype=np.int64)
        move, lower = _best_move(_spins(places, count), pull)
        # Moving the first actor is moving everybody else: splits are counted up to their mirror image.
        moved = np.where(move == 0, places ^ (total - 1), places ^ (1 << np.maximum(move - 1, 0)))
        follow[places] = np.where(lower, moved, places)
    while True:
        further = follow[follow]
        if np.array_equal(further, follow):
            return follow
        follow = further


def _some_ends(pull: Floats, starts: int, rng: np.random.Generator) -> Ints:
    """Minima that descents from random splits end in, the first actor always on side +1."""
    spins = rng.choice([-1.0, 1.0], (starts, len(pull)))
    moving = np.arange(starts)
    while len(moving):
        move, lower = _best_move(spins[moving], pull)
        moving, move = moving[lower], move[lower]
        spins[moving, move] *= -1
    return np.asarray(spins * spins[:, :1]).astype(np.int64)


def ground_states(matrices: Floats, sizes: Floats, *, starts: int = 50, seed: int = 0) -> Floats:
    """The lowest split found in each draw: draws by actors, +1 and -1; exact up to 14 actors."""
    draws, count, _ = matrices.shape
    found = np.empty((draws, count))
    rng = np.random.default_rng(seed)
    every = _spins(np.arange(1 << (count - 1)), count) if count <= 14 else None
    for draw in range(draws):
        pull = sizes[:, None] * sizes[None, :] * matrices[draw]
        np.fill_diagonal(pull, 0.0)
        spins = every if every is not None else np.unique(_some_ends(pull, starts, rng), axis=0).astype(float)
        found[draw] = spins[int(np.round(_energy(spins, pull), 9).argmin())]
    return found


def side_by_side(network: SignedNetwork, *, sizes: Sequence[float] | None = None, seed: int = 0) -> Floats:
    """Share of tie draws in whose lowest split two actors stand on one side: actors by actors.

    What is consistent with these ties, not what will happen. Without draws it is 0 or 1.
    """
    if not len(network):
        raise WrongUse("there are no actors to set on sides")
    order = canonical_order(network)
    size = np.ones(len(network)) if sizes is None else np.asarray(sizes, dtype=float)
    spins = np.empty((len(network.matrices()), len(network)))
    tables = network.matrices()[:, order][:, :, order]
    spins[:, order] = ground_states(tables, size[order], seed=seed)
    return np.asarray((1 + spins.T @ spins / len(spins)) / 2)
