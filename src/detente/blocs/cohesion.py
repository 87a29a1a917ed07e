"""How tightly a group pulls together: ties within less ties to outsiders, over draws, against random groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.blocs.balance import Floats, balance
from detente.errors import NothingFound, WrongUse
from detente.relations import SignedNetwork

_MOST_EXACT = 12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 90 % interval over the draws of the ties."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cohesion:
    """How a group stands.

    within, outside : mean tie among members, and of members to others (None: no such tie is on record).
    cohesion : within less outside; less 0 where nothing is known of outsiders.
    frustration : share of the tie weight among members that no split of them into two explains.
    pairs, known : pairs of members, and how many of them have a tie on record.
    rank : share of random groups of the same size that are less cohesive; None for fewer than 20 groups.
    """

    members: tuple[str, ...]
    within: Estimate
    outside: Estimate | None
    cohesion: Estimate
    frustration: Estimate
    pairs: int
    known: int
    rank: float | None
    random_low: float | None
    random_high: float | None


def estimate(draws: Floats, value: float | None = None) -> Estimate:
    """Mean (or the value given) and 5 and 95 % quantiles."""
    low, high = np.quantile(draws, (0.05, 0.95))
    return Estimate(float(draws.mean()) if value is None else value, float(low), float(high))


def cohesion(
    network: SignedNetwork,
    members: Sequence[str],
    *,
    sizes: Mapping[str, float] | None = None,
    groups: int = 200,
    seed: int = 0,
) -> Cohesion:
    """Cohesion of the members of a group that are in the network.

    Parameters
    ----------
    sizes : weight of an actor in the means; 1 for all by default.
    groups : how many random groups of the same size to compare with.

    Raises
    ------
    WrongUse : a group of fewer than two members has no cohesion.
    NothingFound : no tie among the members is on record.
    """
    inside = _places(network, members)
    if len(inside) < 2:
        raise WrongUse(
            "a bloc of one has no cohesion: there is no tie inside it",
            try_="name at least two members",
        )
    weights = with_point(network)
    size = sizes_of(network, sizes)
    mask = np.zeros(len(network), bool)
    mask[inside] = True
    known = int((mask[network.first] & mask[network.second]).sum())
    if not known:
        raise NothingFound(
            "no tie among these members is on record",
            try_="load events or reference tables that hold them, or choose another day",
        )
    within, outside, whole = measures(network, weights, size, mask)
    rank = low = high = None
    if groups >= 20 and len(network) > len(inside) + 1:
        rng = np.random.default_rng(seed)
        point = weights[:1]
        others = np.empty(groups)
        for row in range(groups):
            chosen = np.zeros(len(network), bool)
            chosen[rng.choice(len(network), len(inside), replace=False)] = True
            others[row] = measures(network, point, size, chosen)[2][0]
        others = others[np.isfinite(others)]
        if len(others) >= 20:
            rank = float((others < whole[0]).mean())
            low, high = (float(one) for one in np.quantile(others, (0.05, 0.95)))
    return Cohesion(
        members=tuple(network.nodes[at] for at in inside),
        within=estimate(within[1:], float(within[0])),
        outside=estimate(outside[1:], float(outside[0])) if np.isfinite(outside[0]) else None,
        cohesion=estimate(whole[1:], float(whole[0])),
        frustration=_frustration(network, inside),
        pairs=len(inside) * (len(inside) - 1) // 2,
        known=known,
        rank=rank,
        random_low=low,
        random_high=high,
    )


def drift(now: SignedNetwork, before: SignedNetwork, members: Sequence[str]) -> dict[str, Estimate | None]:
    """How each member's mean tie to the other members moved between two networks; None: not known in both."""
    found: dict[str, Estimate | None] = {}
    for one in members:
        later, earlier = (_to_rest(network, one, members) for network in (now, before))
        if later is None or earlier is None:
            found[one] = None
            continue
        many = min(len(later), len(earlier))
        difference = later[-many:] - earlier[-many:] if many > 1 else later[:1] - earlier[:1]
        found[one] = estimate(difference[1:] if many > 1 else difference, float(later[0] - earlier[0]))
    return found


def _to_rest(network: SignedNetwork, one: str, members: Sequence[str]) -> Floats | None:
    """Mean tie of a member to the others: the point first, then the draws."""
    if one not in network.nodes:
        return None
    at = network.place(one)
    mask = np.zeros(len(network), bool)
    mask[[network.place(other) for other in members if other != one and other in network.nodes]] = True
    ours = ((network.first == at) & mask[network.second]) | ((network.second == at) & mask[network.first])
    return with_point(network)[:, ours].mean(axis=1) if ours.any() else None


def _places(network: SignedNetwork, members: Sequence[str]) -> list[int]:
    return sorted({network.place(one) for one in members})


def sizes_of(network: SignedNetwork, sizes: Mapping[str, float] | None) -> Floats:
    """Weight of each actor in the means; 1 where none is given."""
    return np.array([1.0 if sizes is None else sizes.get(one, 1.0) for one in network.nodes])


def with_point(network: SignedNetwork) -> Floats:
    """Tie weights: the point estimates, then one row per draw (the point again where there are no draws)."""
    return np.vstack([network.weight, network.weight if network.draws is None else network.draws])


def measures(
    network: SignedNetwork, weights: Floats, size: Floats, mask: np.typing.NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Mean tie within a group, across its border, and their difference, per row of weights."""
    one, other = mask[network.first], mask[network.second]
    pair = size[network.first] * size[network.second]
    nothing = np.full(len(weights), np.nan)
    inside, across = np.flatnonzero(one & other), np.flatnonzero(one != other)
    within = weights[:, inside] @ pair[inside] / pair[inside].sum() if len(inside) else nothing
    if not len(across):
        return within, nothing, within
    outside = weights[:, across] @ pair[across] / pair[across].sum()
    return within, outside, within - outside


def _frustration(network: SignedNetwork, inside: list[int]) -> Estimate:
    """Internal frustration: exact per draw up to twelve members (the value is their mean); beyond, of the point estimate."""
    part = network.among([network.nodes[at] for at in inside])
    point = balance(part).share
    if len(inside) > _MOST_EXACT or part.draws is None:
        return Estimate(point, point, point)
    count = len(inside)
    bits = (np.arange(1 << (count - 1))[:, None] >> np.arange(count - 1)[None, :]) & 1
    spins = np.concatenate([np.ones((len(bits), 1)), 1.0 - 2.0 * bits], axis=1)
    together = spins[:, part.first] * spins[:, part.second]  # +1 on one side, -1 apart
    whole = np.abs(part.draws).sum(axis=1)
    explained = (part.draws @ together.T).max(axis=1)
    shares = np.where(whole > 0, (whole - explained) / np.maximum(2 * whole, 1e-300), 0.0)
    return estimate(shares)
