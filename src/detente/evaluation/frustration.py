"""Exact frustration beside heuristics on the COW windows: who reaches the optimum, and how long it takes.

    python -m detente.evaluation.frustration [FOLDER]

Heuristics: one greedy descent from a random split; the best of a hundred; networkx's one-exchange cut (if it is
installed) on the negated weights, where the greatest cut is the least frustration.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from detente.blocs import balance
from detente.relations import SignedNetwork, signed_network
from detente.settings import data_folder


def windows(folder: Path) -> dict[str, SignedNetwork]:
    """The signed networks by window."""
    import pyarrow.parquet as pq

    rows: dict[str, list[tuple[str, str, float]]] = {}
    for row in pq.read_table(folder / "alignment" / "cow_signed" / "cow_signed_windows.parquet").to_pylist():
        rows.setdefault(str(row["window"]), []).append((str(row["a"]), str(row["b"]), float(row["sign"])))
    return {window: signed_network(many) for window, many in rows.items()}


def descent(network: SignedNetwork, starts: int, rng: np.random.Generator) -> float:
    """Least frustration over greedy descents from random splits."""
    matrix = network.matrix()
    whole = np.abs(network.weight).sum()
    best = np.inf
    for _ in range(starts):
        x = rng.choice([-1.0, 1.0], len(matrix))
        pull = matrix @ x
        while True:
            gain = -x * pull
            node = int(gain.argmax())
            if gain[node] <= 1e-12:
                break
            x[node] *= -1
            pull += 2 * x[node] * matrix[:, node]
        best = min(best, float((whole - x @ matrix @ x / 2) / 2))
    return best


def one_exchange(network: SignedNetwork) -> float:
    """networkx's one-exchange heuristic for the greatest cut of the negated weights."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(network.nodes)
    graph.add_weighted_edges_from((a, b, -w) for a, b, w in network.edges())
    cut, _ = nx.approximation.one_exchange(graph, weight="weight", seed=1)
    return float(np.abs(network.weight[network.weight < 0]).sum() - cut)


def compare(folder: Path) -> list[dict[str, Any]]:
    """One row a method: optimum reached on how many windows, mean excess, median and greatest seconds."""
    networks = windows(folder)
    exact = {name: balance(one) for name, one in networks.items()}
    methods: dict[str, Any] = {
        "exact (this package)": lambda one: balance(one).frustration,
        "greedy descent, 1 start": lambda one: descent(one, 1, np.random.default_rng(1)),
        "greedy descent, 100 starts": lambda one: descent(one, 100, np.random.default_rng(1)),
        "networkx one-exchange": one_exchange,
    }
    rows = []
    for name, method in methods.items():
        values, seconds = [], []
        try:
            for window, one in networks.items():
                began = time.perf_counter()
                values.append(method(one) - exact[window].frustration)
                seconds.append(time.perf_counter() - began)
        except ImportError:
            continue
        rows.append(
            {
                "method": name,
                "optimum": sum(abs(value) < 1e-9 for value in values),
                "of": len(values),
                "mean_excess": float(np.mean(values)),
                "median_seconds": float(np.median(seconds)),
                "most_seconds": float(np.max(seconds)),
            }
        )
    return rows


if __name__ == "__main__":
    for row in compare(Path(sys.argv[1]) if len(sys.argv) > 1 else data_folder()):
        print("  ".join(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
