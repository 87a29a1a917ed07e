"""Who holds a group together: what is lost when a member leaves, or stays and goes neutral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.blocs.cohesion import Estimate, _known, _measures, _places, _with_point, estimate
from detente.errors import WrongUse
from detente.relations import SignedNetwork


@dataclass(frozen=True, slots=True)
class Pivot:
    """Cohesion lost when a member leaves, and when its ties to the others go to zero; below zero: it gains.

    first : share of draws in which no other member's leaving costs more.
    """

    actor: str
    leaves: Estimate
    neutral: Estimate
    first: float


def pivots(
    network: SignedNetwork, members: Sequence[str], *, sizes: Mapping[str, float] | None = None
) -> list[Pivot]:
    """The members, the one whose leaving costs most cohesion first.

    Raises
    ------
    WrongUse : fewer than three members; without one of two there is no group left.
    """
    inside = _places(network, members)
    if len(inside) < 3:
        raise WrongUse("a pivot needs a group of at least three: without one of two no group is left")
    tables, known = _with_point(network), _known(network)
    size = np.array([1.0 if sizes is None else sizes.get(one, 1.0) for one in network.nodes])
    mask = np.zeros(len(network), bool)
    mask[inside] = True
    whole = _measures(tables, known, size, mask)[2]
    gone, quiet = [], []
    for at in inside:
        rest = mask.copy()
        rest[at] = False
        gone.append(whole - _measures(tables, known, size, rest)[2])
        muted = tables.copy()
        muted[:, at, mask] = 0.0
        muted[:, mask, at] = 0.0
        quiet.append(whole - _measures(muted, known, size, mask)[2])
    losses = np.nan_to_num(np.array(gone), nan=0.0)
    silent = np.nan_to_num(np.array(quiet), nan=0.0)
    top = losses[:, 1:].argmax(axis=0)
    found = [
        Pivot(
            network.nodes[at],
            estimate(losses[row, 1:], float(losses[row, 0])),
            estimate(silent[row, 1:], float(silent[row, 0])),
            float((top == row).mean()),
        )
        for row, at in enumerate(inside)
    ]
    return sorted(found, key=lambda one: (-round(one.leaves.value, 9), one.actor))
