"""The cheapest changes of ties that make every member prefer to stay, and the tie that binds.

A member's value of the group is the size-weighted sum of its ties to the other members; its best alternative is
to stand alone (value 0) or to join one of the groups named. Changes are the same in all draws; each member must
prefer to stay in at least `sure` of the draws. Because a change moves a member's value by the same amount in
every draw, that is one condition per member: the sum of its changes covers the `sure` quantile of what it
lacks. The linear programme minimises summed |change|; no tie is raised above 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.blocs.balance import Floats
from detente.blocs.cohesion import _places, sizes_of
from detente.errors import WrongUse
from detente.relations import SignedNetwork


@dataclass(frozen=True, slots=True)
class Repair:
    """changes : (member, member, by how much), largest first. binding : members without slack, with the price:
    how much total change one more unit of demand by that member costs. tie : the change that binds, the largest.
    possible : False where no changes up to full friendship are enough; lacking then says who is short, and by how
    much at the present ties."""

    cost: float
    changes: tuple[tuple[str, str, float], ...]
    binding: tuple[tuple[str, float], ...]
    tie: tuple[str, str] | None
    possible: bool
    lacking: Mapping[str, float]


def repair(
    network: SignedNetwork,
    members: Sequence[str],
    *,
    alternatives: Mapping[str, Sequence[str]] | None = None,
    sizes: Mapping[str, float] | None = None,
    sure: float = 0.9,
) -> Repair:
    """The cheapest repair of a group.

    Parameters
    ----------
    alternatives : other groups a member could join, by name; standing alone is always one.
    sure : share of draws in which each member has to prefer to stay.
    """
    from scipy.optimize import linprog

    inside = _places(network, members)
    if len(inside) < 2:
        raise WrongUse("a bloc of one has nothing to repair: there is no tie inside it")
    if not 0 < sure <= 1:
        raise WrongUse("the share of draws lies above 0 and at most at 1")
    size = sizes_of(network, sizes)
    stay = np.column_stack([_value(network, at, inside, size) for at in inside])
    best = np.zeros_like(stay)
    for others in (alternatives or {}).values():
        places = [network.place(one) for one in others if one in network.nodes]
        for column, at in enumerate(inside):
            best[:, column] = np.maximum(best[:, column], _value(network, at, places, size))
    lacking = np.quantile(best - stay, sure, axis=0, method="higher")
    pairs = [(a, b) for a in range(len(inside)) for b in range(a + 1, len(inside))]
    point = network.matrix()[np.ix_(inside, inside)]
    rows = np.zeros((len(inside), len(pairs)))
    for column, (a, b) in enumerate(pairs):
        rows[a, column], rows[b, column] = size[inside[b]], size[inside[a]]
    # Lowering a tie never helps a member to stay, so changes are zero or more and cost what they are.
    found = linprog(
        np.ones(len(pairs)),
        A_ub=-rows,
        b_ub=-lacking,
        bounds=[(0.0, max(0.0, 1.0 - point[a, b])) for a, b in pairs],
        method="highs",
    )
    names = [network.nodes[at] for at in inside]
    short = {name: float(gap) for name, gap in zip(names, lacking, strict=True) if gap > 1e-9}
    if found.x is None:
        return Repair(float("inf"), (), (), None, False, short)
    changes = sorted(
        (
            (names[a], names[b], float(found.x[column]))
            for column, (a, b) in enumerate(pairs)
            if found.x[column] > 1e-9
        ),
        key=lambda one: (-round(one[2], 9), one),
    )
    prices = -np.asarray(found.ineqlin.marginals)
    binding = sorted(
        ((name, float(price)) for name, price in zip(names, prices, strict=True) if price > 1e-9),
        key=lambda one: (-round(one[1], 9), one[0]),
    )
    return Repair(
        float(found.fun),
        tuple(changes),
        tuple(binding),
        (changes[0][0], changes[0][1]) if changes else None,
        True,
        short,
    )


def _value(network: SignedNetwork, at: int, others: Sequence[int], size: Floats) -> Floats:
    """Size-weighted sum of an actor's ties to some others, per draw."""
    draws = network.weight[None, :] if network.draws is None else network.draws
    mask = np.zeros(len(network), bool)
    mask[list(others)] = True
    ours = (network.first == at) & mask[network.second]
    theirs = (network.second == at) & mask[network.first]
    return np.asarray(
        draws[:, ours] @ size[network.second[ours]] + draws[:, theirs] @ size[network.first[theirs]]
    )
