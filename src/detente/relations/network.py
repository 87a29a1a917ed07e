"""A signed network of actors on a day: who stands with whom and against whom, how firmly, and in each draw.

Rules for the rows a network is made of: a row from an actor to itself is left out and counted; rows of one
pair, in either order, are averaged; a tie of exactly zero counts for nothing, and its actors stay as nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from detente.errors import UnreadableInput, WrongUse
from detente.relations.filter import Floats, Ints


@dataclass(frozen=True)
class SignedNetwork:
    """Nodes in order of name; ties as `first < second` (indices) with their weights.

    draws : weights per draw, draws by ties; none where the ties are certain. as_of : the day it shows.
    self_loops, repeated, zeros : rows that were left out, averaged, or said nothing.
    """

    nodes: tuple[str, ...]
    first: Ints
    second: Ints
    weight: Floats
    draws: Floats | None = None
    as_of: date | None = None
    self_loops: int = 0
    repeated: int = 0
    zeros: int = 0
    _place: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._place.update({name: at for at, name in enumerate(self.nodes)})

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def ties(self) -> int:
        return len(self.weight)

    def place(self, actor: str) -> int:
        """Index of an actor.

        Raises
        ------
        WrongUse : it is not in the network.
        """
        try:
            return self._place[actor]
        except KeyError:
            raise WrongUse(f'"{actor}" is not in this network', near=", ".join(self.nodes[:8])) from None

    def matrix(self, draw: int | None = None) -> Floats:
        """Symmetric table of weights, zero on the diagonal and where there is no tie."""
        weight = self.weight if draw is None or self.draws is None else self.draws[draw]
        table = np.zeros((len(self.nodes), len(self.nodes)))
        table[self.first, self.second] = weight
        table[self.second, self.first] = weight
        return table

    def matrices(self) -> Floats:
        """One table per draw (one alone where there are no draws): draws by nodes by nodes."""
        draws = self.weight[None, :] if self.draws is None else self.draws
        table = np.zeros((len(draws), len(self.nodes), len(self.nodes)))
        table[:, self.first, self.second] = draws
        table[:, self.second, self.first] = draws
        return table

    def among(self, actors: Iterable[str]) -> SignedNetwork:
        """The network of some of the actors; those without a tie stay as nodes."""
        names = tuple(sorted(set(actors)))
        keep = np.full(len(self.nodes), -1, dtype=np.int64)
        for at, name in enumerate(names):
            keep[self.place(name)] = at
        both = (keep[self.first] >= 0) & (keep[self.second] >= 0)
        return replace(
            self,
            nodes=names,
            first=keep[self.first[both]],
            second=keep[self.second[both]],
            weight=self.weight[both],
            draws=None if self.draws is None else self.draws[:, both],
            _place={},
        )

    def renamed(self, names: Mapping[str, str]) -> SignedNetwork:
        """The same network under other names; the law of swapped labels is stated with it."""
        rows = [
            (names.get(self.nodes[i], self.nodes[i]), names.get(self.nodes[j], self.nodes[j]), at)
            for at, (i, j) in enumerate(zip(self.first.tolist(), self.second.tolist(), strict=True))
        ]
        nodes = tuple(sorted(names.get(one, one) for one in self.nodes))
        if len(set(nodes)) != len(nodes):
            raise WrongUse("two actors cannot take one name")
        place = {name: at for at, name in enumerate(nodes)}
        pairs = sorted((min(place[a], place[b]), max(place[a], place[b]), at) for a, b, at in rows)
        order = np.array([at for *_, at in pairs], dtype=np.int64)
        return replace(
            self,
            nodes=nodes,
            first=np.array([i for i, _, _ in pairs], dtype=np.int64),
            second=np.array([j for _, j, _ in pairs], dtype=np.int64),
            weight=self.weight[order],
            draws=None if self.draws is None else self.draws[:, order],
            _place={},
        )

    def edges(self) -> list[tuple[str, str, float]]:
        """Ties as (first, second, weight), in order of names."""
        return [
            (self.nodes[i], self.nodes[j], float(w))
            for i, j, w in zip(self.first, self.second, self.weight, strict=True)
        ]


def signed_network(
    rows: Iterable[tuple[str, str, float]], *, nodes: Sequence[str] = (), as_of: date | None = None
) -> SignedNetwork:
    """A network from rows (source, target, weight); `nodes` names actors that may have no tie.

    Raises
    ------
    UnreadableInput : a weight that is no number.

    >>> net = signed_network([("B", "A", 1.0), ("A", "B", 0.5), ("A", "C", 0.0), ("C", "C", 1.0)])
    >>> net.edges(), net.nodes, (net.self_loops, net.repeated, net.zeros)
    ([('A', 'B', 0.75)], ('A', 'B', 'C'), (1, 1, 1))
    """
    heard: dict[tuple[str, str], list[float]] = {}
    names = set(nodes)
    loops = 0
    for source, target, weight in rows:
        names.update((source, target))
        if not np.isfinite(weight):
            raise UnreadableInput(
                f"the tie of {source} and {target} has weight {weight}, which is no number",
                try_="leave a tie out where nothing is known; give numbers elsewhere",
            )
        if source == target:
            loops += 1
            continue
        heard.setdefault((min(source, target), max(source, target)), []).append(float(weight))
    ordered = tuple(sorted(names))
    place = {name: at for at, name in enumerate(ordered)}
    means = {pair: sum(sorted(many)) / len(many) for pair, many in sorted(heard.items())}
    kept = {pair: weight for pair, weight in means.items() if weight != 0}
    return SignedNetwork(
        nodes=ordered,
        first=np.array([place[a] for a, _ in kept], dtype=np.int64),
        second=np.array([place[b] for _, b in kept], dtype=np.int64),
        weight=np.array(list(kept.values()), dtype=float),
        as_of=as_of,
        self_loops=loops,
        repeated=sum(len(many) - 1 for many in heard.values()),
        zeros=len(means) - len(kept),
    )


def canonical_order(network: SignedNetwork, *, rounds: int = 6) -> Ints:
    """Nodes in an order that depends on how they are tied, not on what they are called.

    Each node is described by its ties, then by the descriptions of those it is tied to, and so on. Nodes
    that cannot be told apart this way are ordered by name. With it, choices among equals (which of two best
    splits is shown, which random number goes to whom) do not change when labels are swapped.
    """
    size = len(network.nodes)
    matrix = np.round(network.matrix(), 9)
    colour = np.zeros(size)
    for turn in range(rounds):
        # Odd powers of neighbours' colours weighted by signed ties: symmetric in the order of neighbours.
        description = np.column_stack(
            [
                colour,
                _stable_sum(matrix),
                _stable_sum(np.abs(matrix)),
                _stable_sum(matrix**2),
                _stable_sum(matrix * np.sin(colour + 1.0)[None, :]),
                _stable_sum(np.abs(matrix) * np.cos(2 * colour + turn)[None, :]),
            ]
        )
        _, colour_of = np.unique(np.round(description, 7), axis=0, return_inverse=True)
        fresh = colour_of.ravel().astype(float)
        if turn and len(np.unique(fresh)) == len(np.unique(colour)):
            colour = fresh
            break
        colour = fresh
    return np.lexsort((np.arange(size), colour)).astype(np.int64)


def _stable_sum(table: Floats) -> npt.NDArray[np.float64]:
    """Row sums that do not depend on the order of columns."""
    return np.asarray(np.sort(table, axis=1).sum(axis=1))
