"""Who holds a group together: what is lost when a member leaves, or stays and goes neutral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.blocs.cohesion import Estimate, _places, estimate, measures, sizes_of, with_point
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
    weights, size = with_point(network), sizes_of(network, sizes)
    mask = np.zeros(len(network), bool)
    mask[inside] = True
    whole = measures(network, weights, size, mask)[2]
    among = mask[network.first] & mask[network.second]
    gone, quiet = [], []
    for at in inside:
        rest = mask.copy()
        rest[at] = False
        gone.append(whole - measures(network, weights, size, rest)[2])
        muted = np.where(among & ((network.first == at) | (network.second == at)), 0.0, weights)
        quiet.append(whole - measures(network, muted, size, mask)[2])
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
