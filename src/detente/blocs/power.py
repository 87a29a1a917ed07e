"""Power in a vote by weights: Banzhaf and Shapley-Shubik, exact by generating functions.

References
----------
Shapley and Shubik (1954), American Political Science Review 48(3). Banzhaf (1965), Rutgers Law Review 19.
Brams and Affuso (1976), Power and size: a new paradox, Theory and Decision 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from detente.errors import WrongUse


@dataclass(frozen=True, slots=True)
class Power:
    """swings : coalitions a member turns from losing to winning. banzhaf : swings / 2^(n-1), normalised :
    share of all swings. shapley : share of orders in which the member's vote decides, exact."""

    swings: int
    banzhaf: float
    normalised: float
    shapley: Fraction


def power(weights: Mapping[str, int], quota: int) -> dict[str, Power]:
    """Power of each member where a coalition of weight `quota` or more wins.

    Weights are whole numbers; multiply and round shares (capability, say) first, and say so.

    Examples
    --------
    >>> found = power({"A": 4, "B": 4, "C": 4, "D": 2, "E": 2, "F": 1}, 12)
    >>> [one.swings for one in found.values()], str(found["A"].shapley)
    ([10, 10, 10, 6, 6, 0], '7/30')
    """
    if not weights:
        raise WrongUse("nobody votes")
    for one, weight in weights.items():
        if weight != int(weight) or weight < 0:
            raise WrongUse(
                f"the weight of {one} is {weight}; weights are whole numbers, zero or more",
                try_="multiply shares by 1,000 and round",
            )
    total = sum(weights.values())
    if not 0 < quota <= total:
        raise WrongUse(f"a quota of {quota} is never met or always: the weights sum to {total}")
    count = len(weights)
    # ways[size][weight]: coalitions of that size and weight, over all members.
    ways = [[0] * (total + 1) for _ in range(count + 1)]
    ways[0][0] = 1
    for done, weight in enumerate(weights.values()):
        for size in range(done, -1, -1):
            row, above = ways[size], ways[size + 1]
            for heavy in range(total - weight, -1, -1):
                if row[heavy]:
                    above[heavy + weight] += row[heavy]
    orders = factorial(count)
    found: dict[str, tuple[int, Fraction]] = {}
    seen: dict[int, tuple[int, Fraction]] = {}
    for one, weight in weights.items():
        if weight not in seen:
            without = _without(ways, weight, total, count)
            swings, decisive = 0, 0
            for size in range(count):
                here = sum(without[size][max(0, quota - weight) : quota]) if weight else 0
                swings += here
                decisive += here * factorial(size) * factorial(count - 1 - size)
            seen[weight] = (swings, Fraction(decisive, orders))
        found[one] = seen[weight]
    every = sum(swings for swings, _ in found.values())
    return {
        one: Power(swings, swings / 2 ** (count - 1), swings / every if every else 0.0, shapley)
        for one, (swings, shapley) in found.items()
    }


def _without(ways: list[list[int]], weight: int, total: int, count: int) -> list[list[int]]:
    """The generating function with one member of that weight divided out."""
    less = [[0] * (total + 1) for _ in range(count)]
    for size in range(count):
        for heavy in range(total + 1):
            before = less[size - 1][heavy - weight] if size and heavy >= weight else 0
            less[size][heavy] = ways[size][heavy] - before
    return less
