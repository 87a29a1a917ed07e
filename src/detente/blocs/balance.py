"""Structural balance: how much tie weight no division into blocs explains, exactly, with proof or bound.

A friendly tie is frustrated across blocs, a hostile one inside a bloc. The frustration of a network is the
least summed |weight| of frustrated ties over all divisions into at most k blocs. It adds up over the pieces
left when the network is cut at single nodes (every cycle lies in one piece), so each piece is solved alone:
first by descent from many starts, then, unless a bound meets the value found, by a mixed-integer programme
(HiGHS) with a cut for every unbalanced triangle. Without proof within the time limit the best division found is
shown beside the bound, never as exact. Ties of zero weight count for nothing and self-loops are no ties.

References
----------
Harary (1959), On the measurement of structural balance, Behavioral Science 4(4). Davis (1967), Clustering and
structural balance in graphs, Human Relations 20(2). Aref, Mason and Wilson (2020), A modeling and computational
study of the frustration index in signed networks, Networks 75(1). Estrada and Benzi (2014), Walk-based measure
of balance in signed networks, Physical Review E 90.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.errors import WrongUse
from detente.relations import SignedNetwork, canonical_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TIME_LIMIT = 10.0
_MOST_CUTS = 200_000
_MOST_TIES_IN_PROGRAMME = 12_000
_STARTS = 12
_CLOSE = 1e-7


@dataclass(frozen=True, slots=True)
class Balance:
    """A division of a network and what it leaves unexplained.

    frustration : summed |weight| of frustrated ties. bound : nothing can be below it; equal where optimal.
    partition : bloc, 0 to k - 1, per actor; bloc 0 is that of the actor with most tie weight.
    changing : the ties that would have to change sign for the division to hold entirely.
    per_actor : share of each actor's tie weight that is frustrated (None: it has no tie).
    """

    nodes: int
    edges: int
    k: int
    frustration: float
    bound: float
    optimal: bool
    partition: Mapping[str, int]
    seconds: float
    total: float
    changing: tuple[tuple[str, str, float], ...]
    per_actor: Mapping[str, float | None]

    @property
    def share(self) -> float:
        """Share of tie weight that is frustrated, 0 to 1; 0 for a network without ties."""
        return self.frustration / self.total if self.total else 0.0

    @property
    def normalised(self) -> float:
        """1 - 2 L / m: 1 for perfect balance, 0 for what tossing a coin per actor would give."""
        return 1 - 2 * self.share

    def as_json(self) -> dict[str, Any]:
        """The shape of `detente balance --json`, with what would have to change beside it."""
        return {
            "nodes": self.nodes,
            "edges": self.edges,
            "frustration": self.frustration,
            "bound": self.bound,
            "optimal": self.optimal,
            "partition": dict(self.partition),
            "seconds": self.seconds,
            "k": self.k,
            "share": self.share,
            "normalised": self.normalised,
            "changing": [{"source": a, "target": b, "weight": weight} for a, b, weight in self.changing],
            "per_actor": dict(self.per_actor),
        }


def frustration_of(network: SignedNetwork, bloc_of: Mapping[str, int | str]) -> float:
    """Summed |weight| of the ties that a given division leaves unexplained.

    Raises
    ------
    WrongUse : an actor with a tie has no bloc.
    """
    missing = [one for one in network.nodes if one not in bloc_of]
    if missing:
        raise WrongUse(f"no bloc is given for {', '.join(missing[:5])}")
    named = {bloc: at for at, bloc in enumerate(sorted({str(one) for one in bloc_of.values()}))}
    label = np.array([named[str(bloc_of[one])] for one in network.nodes], dtype=np.int64)
    return float(_frustrated(network.first, network.second, network.weight, label).sum())


def balance(
    network: SignedNetwork, *, k: int = 2, time_limit: float = TIME_LIMIT, clock: Any = time.perf_counter
) -> Balance:
    """The least frustrated division into at most k blocs.

    Parameters
    ----------
    network : its weights are used as they are; its draws are not looked at.
    k : the most blocs, at least 1.
    time_limit : seconds for all pieces together.
    clock : a function that tells seconds.

    Examples
    --------
    >>> from detente.relations import signed_network
    >>> rows = [("FRA", "GBR", 0.8), ("DEU", "FRA", -0.6), ("DEU", "GBR", 0.3)]
    >>> found = balance(signed_network(rows))
    >>> round(found.frustration, 6), found.optimal, found.changing
    (0.3, True, (('DEU', 'GBR', 0.3),))
    """
    if k < 1:
        raise WrongUse(f"a division needs at least one bloc, not {k}", try_="give --k 2 or more")
    if time_limit <= 0:
        raise WrongUse("the time limit must be above zero")
    started = clock()
    size = len(network.nodes)
    order = canonical_order(network)
    rank = np.empty(size, dtype=np.int64)
    rank[order] = np.arange(size)
    a, b = rank[network.first], rank[network.second]
    i, j = np.minimum(a, b), np.maximum(a, b)
    sort = np.lexsort((j, i))
    i, j, weight = i[sort], j[sort], network.weight[sort]
    label = np.zeros(size, dtype=np.int64)
    bound, optimal = 0.0, True
    pieces = _pieces(size, i, j)
    for piece in pieces:
        left = max(0.01, (time_limit - (clock() - started)))
        part_label, part_bound, part_optimal = _solve(
            size, i[piece.ties], j[piece.ties], weight[piece.ties], k, left, piece.nodes
        )
        # Turn the piece's labels so that the node it hangs on keeps the bloc it has.
        hook = piece.nodes[0]
        turn = _turn(int(part_label[0]), int(label[hook]), k) if piece.hooked else np.arange(k)
        label[piece.nodes] = turn[part_label]
        bound += part_bound
        optimal = optimal and part_optimal
    frustrated = _frustrated(i, j, weight, label)
    frustration = float(np.sort(frustrated).sum())
    label = _named_from_heaviest(size, i, j, weight, label)
    whole = np.abs(weight)
    if optimal:
        bound = frustration
    actors = np.bincount(i, whole, size) + np.bincount(j, whole, size)
    borne = np.bincount(i, frustrated, size) + np.bincount(j, frustrated, size)
    back = [network.nodes[at] for at in order]
    changing = sorted(
        (*sorted((back[p], back[q])), float(w))
        for p, q, w in zip(i[frustrated > 0], j[frustrated > 0], weight[frustrated > 0], strict=True)
    )
    return Balance(
        nodes=size,
        edges=len(weight),
        k=k,
        frustration=frustration,
        bound=float(min(bound, frustration)),
        optimal=optimal,
        partition={network.nodes[at]: int(label[rank[at]]) for at in range(size)},
        seconds=float(clock() - started),
        total=float(np.sort(whole).sum()),
        changing=tuple((one, other, w) for one, other, w in changing),
        per_actor={
            network.nodes[at]: float(borne[rank[at]] / actors[rank[at]]) if actors[rank[at]] else None
            for at in range(size)
        },
    )


@dataclass(frozen=True, slots=True)
class Triangles:
    """How many triangles there are and how many have an even number of hostile ties."""

    balanced: int
    all: int

    @property
    def share(self) -> float | None:
        """None where there is no triangle."""
        return self.balanced / self.all if self.all else None


def triangles(network: SignedNetwork) -> Triangles:
    """Count triangles by sign; weights do not matter."""
    sign = np.sign(network.matrix())
    some = np.abs(sign)
    whole = round(float(np.einsum("ij,ji->", some @ some, some)) / 6)
    surplus = round(float(np.einsum("ij,ji->", sign @ sign, sign)) / 6)
    return Triangles((whole + surplus) // 2, whole)


def walk_balance(network: SignedNetwork) -> float | None:
    """tr exp(A) / tr exp(|A|) of the signs: closed walks that are balanced against all, 0 to 1.

    None for a network without ties.
    """
    if not network.ties:
        return None
    sign = np.sign(network.matrix())
    signed, plain = np.linalg.eigvalsh(sign), np.linalg.eigvalsh(np.abs(sign))
    top = plain.max()
    return float(np.exp(signed - top).sum() / np.exp(plain - top).sum())


def spectral_bound(network: SignedNetwork) -> float:
    """A bound on the frustration over two blocs: nodes x least eigenvalue of the signed Laplacian / 4."""
    return _spectral(len(network.nodes), network.first, network.second, network.weight)


@dataclass(frozen=True, slots=True)
class _Piece:
    nodes: Ints
    ties: Ints
    hooked: bool


def _pieces(size: int, i: Ints, j: Ints) -> list[_Piece]:
    """Biconnected pieces, each after the one it hangs on; its first node is the one it hangs on."""
    near: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for tie, (a, b) in enumerate(zip(i.tolist(), j.tolist(), strict=True)):
        near[a].append((b, tie))
        near[b].append((a, tie))
    depth, low = [-1] * size, [0] * size
    found: list[_Piece] = []
    for root in range(size):
        if depth[root] >= 0:
            continue
        depth[root] = 0
        local: list[tuple[int, list[int]]] = []
        stack: list[int] = []
        path = [(root, -1, iter(near[root]))]
        while path:
            node, through, rest = path[-1]
            step = next(rest, None)
            if step is not None:
                other, tie = step
                if tie == through:
                    continue
                if depth[other] < 0:
                    depth[other] = low[other] = depth[node] + 1
                    stack.append(tie)
                    path.append((other, tie, iter(near[other])))
                elif depth[other] < depth[node]:
                    stack.append(tie)
                    low[node] = min(low[node], depth[other])
                continue
            path.pop()
            if not path:
                break
            parent = path[-1][0]
            low[parent] = min(low[parent], low[node])
            if low[node] >= depth[parent]:
                cut = len(stack) - 1
                while stack[cut] != through:
                    cut -= 1
                local.append((parent, stack[cut:]))
                del stack[cut:]
        # A piece is closed only after all that hang below it: the reverse order sets hooks first.
        for count, (hook, ties) in enumerate(reversed(local)):
            rows = np.array(sorted(ties), dtype=np.int64)
            nodes = np.unique(np.concatenate([i[rows], j[rows]]))
            nodes = np.concatenate([[hook], nodes[nodes != hook]])
            found.append(_Piece(nodes.astype(np.int64), rows, hooked=count > 0))
    return found


def _turn(label: int, wanted: int, k: int) -> Ints:
    """A relabelling of blocs that takes `label` to `wanted` and swaps those two only."""
    turn = np.arange(k)
    turn[label], turn[wanted] = wanted, label
    return turn


def _frustrated(i: Ints, j: Ints, weight: Floats, label: Ints) -> Floats:
    apart = label[i] != label[j]
    return np.where(apart == (weight > 0), np.abs(weight), 0.0)


def _named_from_heaviest(size: int, i: Ints, j: Ints, weight: Floats, label: Ints) -> Ints:
    """Blocs numbered by the actor with most tie weight in each, heaviest first."""
    heavy = np.round(np.bincount(i, np.abs(weight), size) + np.bincount(j, np.abs(weight), size), 9)
    number: dict[int, int] = {}
    for node in np.lexsort((np.arange(size), -heavy)):
        number.setdefault(int(label[node]), len(number))
    return np.array([number[int(one)] for one in label], dtype=np.int64)


def _solve(
    size: int, i: Ints, j: Ints, weight: Floats, k: int, seconds: float, nodes: Ints
) -> tuple[Ints, float, bool]:
    """Labels of the piece's nodes (in their order), a bound, and whether it is proved."""
    here = np.full(size, -1, dtype=np.int64)
    here[nodes] = np.arange(len(nodes))
    p, q = here[i], here[j]
    count = len(nodes)
    if k == 1:
        label = np.zeros(count, dtype=np.int64)
        return label, float(_frustrated(p, q, weight, label).sum()), True
    if len(weight) == 1:
        return np.array([0, int(weight[0] < 0)], dtype=np.int64), 0.0, True
    began = time.perf_counter()
    label, value = _descent(count, p, q, weight, k, seconds=max(0.02, seconds / 4))
    cuts = _unbalanced_triangles(count, p, q, weight, k, _MOST_CUTS)
    bound = _rounded(_packing(weight, cuts), weight)
    if value <= bound + _CLOSE:
        return label, value, True
    left = seconds - (time.perf_counter() - began)
    proved = False
    if len(weight) * (k - 1) <= _MOST_TIES_IN_PROGRAMME and left > 0:
        label, value, bound, proved = _programme(count, p, q, weight, k, cuts, label, value, bound, left)
    if not proved and k == 2:
        bound = max(bound, _rounded(_spectral(count, p, q, weight), weight))
    return label, min(bound, value), proved or value <= bound + _CLOSE


def _rounded(bound: float, weight: Floats) -> float:
    """Whole weights leave a whole frustration."""
    return float(np.ceil(bound - 1e-6)) if np.all(weight == np.round(weight)) else bound


def _descent(count: int, p: Ints, q: Ints, weight: Floats, k: int, *, seconds: float) -> tuple[Ints, float]:
    """Best of many descents: one node at a time goes to the bloc that explains its ties best."""
    table = np.zeros((count, count))
    table[p, q] = weight
    table[q, p] = weight
    rng = np.random.default_rng(0)
    best, lowest = np.zeros(count, dtype=np.int64), np.inf
    until = time.perf_counter() + seconds
    for start in range(_STARTS):
        label = rng.integers(0, k, count) if start else np.zeros(count, dtype=np.int64)
        chosen = np.zeros((count, k))
        chosen[np.arange(count), label] = 1
        pull = table @ chosen
        steps = 0
        while True:
            gain = pull.max(axis=1) - pull[np.arange(count), label]
            node = int(gain.argmax())
            if gain[node] <= 1e-12 or steps > 50 * count:
                break
            to = int(pull[node].argmax())
            pull[:, label[node]] -= table[:, node]
            pull[:, to] += table[:, node]
            label[node] = to
            steps += 1
        value = float(_frustrated(p, q, weight, label).sum())
        if value < lowest - 1e-12:
            best, lowest = label.copy(), value
        if time.perf_counter() > until:
            break
    return best, lowest


def _unbalanced_triangles(
    count: int, p: Ints, q: Ints, weight: Floats, k: int, most: int
) -> npt.NDArray[np.int64]:
    """Ties of triangles no division explains, three columns; at most `most` rows.

    Over two blocs: an odd number of hostile ties. Over more: exactly one.
    """
    tie_of = np.full((count, count), -1, dtype=np.int64)
    tie_of[p, q] = np.arange(len(weight))
    tie_of[q, p] = np.arange(len(weight))
    hostile = weight < 0
    found, many = [], 0
    near: list[Ints] = [np.flatnonzero(tie_of[node] >= 0) for node in range(count)]
    for tie in range(len(weight)):
        a, b = int(p[tie]), int(q[tie])
        third = np.intersect1d(near[a], near[b], assume_unique=True)
        third = third[third > b]
        if not len(third):
            continue
        one, two = tie_of[a, third], tie_of[b, third]
        wrong = hostile[tie].astype(int) + hostile[one].astype(int) + hostile[two].astype(int)
        bad = (wrong == 1) | ((wrong == 3) & (k == 2))
        if bad.any():
            found.append(np.column_stack([np.full(int(bad.sum()), tie), one[bad], two[bad]]))
            many += int(bad.sum())
            if many >= most:
                break
    return np.concatenate(found)[:most] if found else np.empty((0, 3), dtype=np.int64)


def _packing(weight: Floats, triangles_of_ties: npt.NDArray[np.int64]) -> float:
    """A bound by unbalanced triangles that share no weight: each must frustrate its lightest tie."""
    left = np.abs(weight).tolist()
    total = 0.0
    for a, b, c in triangles_of_ties.tolist():
        least = min(left[a], left[b], left[c])
        if least > 0:
            left[a] -= least
            left[b] -= least
            left[c] -= least
            total += least
    return total


def _spectral(count: int, p: Ints, q: Ints, weight: Floats) -> float:
    if not len(weight):
        return 0.0
    table = np.zeros((count, count))
    table[p, q] = -weight
    table[q, p] = -weight
    table[np.arange(count), np.arange(count)] = np.abs(table).sum(axis=1)
    return max(0.0, count * float(np.linalg.eigvalsh(table)[0]) / 4 - 1e-9)


def _programme(
    count: int,
    p: Ints,
    q: Ints,
    weight: Floats,
    k: int,
    cuts: npt.NDArray[np.int64],
    label: Ints,
    value: float,
    bound: float,
    seconds: float,
) -> tuple[Ints, float, float, bool]:
    """The mixed-integer programme: a bloc per node, a share of frustration per tie, triangle cuts."""
    import highspy

    sides = 1 if k == 2 else k
    ties, columns = len(weight), count * sides + len(weight)
    cost = np.zeros(columns)
    cost[count * sides :] = np.abs(weight)
    upper = np.ones(columns)
    degree = np.bincount(p, minlength=count) + np.bincount(q, minlength=count)
    fixed = int(degree.argmax())
    if k == 2:
        upper[fixed] = 0.0  # one side is the other's mirror image
    else:
        for block in range(1, k):
            upper[fixed * k + block] = 0.0
    rows: list[tuple[list[int], list[float], float]] = []
    for tie in range(ties):
        f = count * sides + tie
        a, b = int(p[tie]), int(q[tie])
        if k == 2:
            if weight[tie] > 0:
                rows += [([f, a, b], [1, -1, 1], 0), ([f, a, b], [1, 1, -1], 0)]
            else:
                rows += [([f, a, b], [1, -1, -1], -1), ([f, a, b], [1, 1, 1], 1)]
        else:
            for block in range(k):
                x, y = a * k + block, b * k + block
                if weight[tie] > 0:
                    rows.append(([f, x, y], [1, -1, 1], 0))
                else:
                    rows.append(([f, x, y], [1, -1, -1], -1))
    if k > 2:
        for node in range(count):
            inside = [node * k + block for block in range(k)]
            rows.append((inside, [1.0] * k, 1.0))
    plain = len(rows)
    index = np.concatenate(
        [
            np.fromiter((c for cols, _, _ in rows for c in cols), dtype=np.int32),
            (cuts + count * sides).ravel(),
        ]
    ).astype(np.int32)
    values = np.concatenate(
        [np.fromiter((v for _, vals, _ in rows for v in vals), dtype=float), np.ones(cuts.size)]
    )
    lengths = np.array([len(cols) for cols, _, _ in rows] + [3] * len(cuts))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lower = np.array([low for _, _, low in rows] + [1.0] * len(cuts))
    roof = np.full(len(lower), highspy.kHighsInf)
    if k > 2:
        roof[plain - count : plain] = 1.0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, len(lower)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(columns), upper
    model.row_lower_, model.row_upper_ = lower, roof
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts, index, values
    model.integrality_ = [highspy.HighsVarType.kInteger] * (count * sides) + [
        highspy.HighsVarType.kContinuous
    ] * ties

    class Quiet(highspy.Highs):  # type: ignore[misc]
        """HiGHS greets on standard output when its callbacks are set, unless told before not to."""

        def enableCallbacks(self) -> None:
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    solver = Quiet()
    for option, setting in (
        ("threads", 1),
        ("time_limit", float(seconds)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-6),
        ("random_seed", 1),
    ):
        solver.setOptionValue(option, setting)
    solver.passModel(model)
    start = highspy.HighsSolution()
    start.col_value = list(_as_columns(count, p, q, weight, k, label, fixed))
    solver.setSolution(start)
    solver.run()
    status = solver.getModelStatus()
    info = solver.getInfo()
    proved = status == highspy.HighsModelStatus.kOptimal
    solution = np.array(solver.getSolution().col_value)
    if len(solution) == columns:
        if k == 2:
            other = np.round(solution[:count]).astype(np.int64)
        else:
            other = solution[: count * k].reshape(count, k).argmax(axis=1).astype(np.int64)
        reached = float(_frustrated(p, q, weight, other).sum())
        if reached < value - 1e-12:
            label, value = other, reached
    if proved:
        return label, value, value, True
    dual = float(info.mip_dual_bound)
    if np.isfinite(dual):
        bound = max(bound, _rounded(dual, weight))
    return label, value, bound, False


def _as_columns(count: int, p: Ints, q: Ints, weight: Floats, k: int, label: Ints, fixed: int) -> Floats:
    """A division as a solution of the programme; the fixed node goes to bloc 0."""
    turned = _turn(int(label[fixed]), 0, k)[label]
    broken = (_frustrated(p, q, weight, turned) > 0).astype(float)
    if k == 2:
        return np.concatenate([turned.astype(float), broken])
    inside = np.zeros((count, k))
    inside[np.arange(count), turned] = 1
    return np.concatenate([inside.ravel(), broken])
