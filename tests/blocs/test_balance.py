from __future__ import annotations

import csv
import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.blocs import balance, frustration_of, spectral_bound, triangles, walk_balance
from detente.errors import UnreadableInput, WrongUse
from detente.relations import signed_network

NAMES = "ABCDEFGH"


@st.composite
def signed_rows(draw):
    size = draw(st.integers(2, 7))
    pairs = list(itertools.combinations(NAMES[:size], 2))
    weights = draw(
        st.lists(st.sampled_from([-2, -1, -0.5, 0, 0.5, 1, 2]), min_size=len(pairs), max_size=len(pairs))
    )
    return [(a, b, float(w)) for (a, b), w in zip(pairs, weights, strict=True)]


def least(network, k):
    best = np.inf
    for labels in itertools.product(range(k), repeat=len(network)):
        best = min(best, frustration_of(network, dict(zip(network.nodes, labels, strict=True))))
    return best


@settings(max_examples=60, deadline=None)
@given(signed_rows(), st.sampled_from([1, 2, 3]))
def test_no_division_explains_more_than_the_one_found(rows, k):
    network = signed_network(rows)
    found = balance(network, k=k)
    assert found.optimal
    assert found.frustration == pytest.approx(least(network, k), abs=1e-9)
    assert found.bound == found.frustration
    assert frustration_of(network, found.partition) == pytest.approx(found.frustration, abs=1e-9)
    assert sum(abs(w) for *_, w in found.changing) == pytest.approx(found.frustration, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(signed_rows(), st.permutations(NAMES))
def test_swapping_labels_swaps_results(rows, order):
    network = signed_network(rows)
    swap = dict(zip(NAMES, order, strict=True))
    swapped = signed_network([(swap[a], swap[b], w) for a, b, w in rows])
    one, other = balance(network), balance(swapped)
    assert other.frustration == pytest.approx(one.frustration, abs=1e-9)
    assert triangles(swapped) == triangles(network)
    if walk_balance(network) is not None:
        assert walk_balance(swapped) == pytest.approx(walk_balance(network), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(signed_rows(), st.sampled_from(NAMES[:2]))
def test_turning_all_ties_of_one_actor_leaves_frustration_as_it_is(rows, actor):
    turned = [(a, b, -w if actor in (a, b) else w) for a, b, w in rows]
    assert balance(signed_network(turned)).frustration == pytest.approx(
        balance(signed_network(rows)).frustration, abs=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(signed_rows())
def test_more_blocs_never_explain_less(rows):
    network = signed_network(rows)
    values = [balance(network, k=k).frustration for k in (1, 2, 3)]
    assert values == sorted(values, reverse=True)
    assert spectral_bound(network) <= values[1] + 1e-9


def test_a_network_of_structure_keeps_its_partition_when_labels_are_swapped():
    rng = np.random.default_rng(3)
    rows = [(f"N{a}", f"N{b}", float(rng.normal())) for a, b in itertools.combinations(range(12), 2)]
    network = signed_network(rows)
    swap = {"N1": "N7", "N7": "N1"}
    one, other = balance(network), balance(network.renamed(swap))
    assert {swap.get(who, who): bloc for who, bloc in one.partition.items()} == dict(other.partition)
    assert one.frustration == pytest.approx(other.frustration, abs=1e-9)


def test_self_loops_repeats_and_zeros_follow_the_rules():
    network = signed_network([("A", "B", 1), ("B", "A", -0.5), ("A", "A", 5), ("C", "A", 0)])
    assert network.edges() == [("A", "B", 0.25)]
    assert (network.self_loops, network.repeated, network.zeros) == (1, 1, 1)
    assert balance(network).nodes == 3


def test_an_empty_network_is_explained_by_any_division():
    found = balance(signed_network([("A", "B", 0.0)]))
    assert (found.frustration, found.bound, found.optimal, found.share) == (0.0, 0.0, True, 0.0)
    assert found.per_actor == {"A": None, "B": None}
    assert walk_balance(signed_network([], nodes=["A"])) is None
    assert triangles(signed_network([], nodes=["A"])).share is None


def test_separate_pieces_add_up():
    bad = [("A", "B", 1), ("B", "C", 1), ("A", "C", -1)]
    more = [(f"{a}2", f"{b}2", w) for a, b, w in bad]
    assert balance(signed_network(bad + more)).frustration == 2
    assert balance(signed_network([*bad, *more, ("C", "A2", -1)])).frustration == 2


def test_a_dense_network_of_300_shows_its_bound_and_does_not_claim_proof():
    rng = np.random.default_rng(0)
    sign = rng.choice([-1.0, 1.0], 300 * 299 // 2)
    rows = [
        (f"N{a}", f"N{b}", s) for (a, b), s in zip(itertools.combinations(range(300), 2), sign, strict=True)
    ]
    found = balance(signed_network(rows), time_limit=3)
    assert not found.optimal
    assert 0 < found.bound < found.frustration < found.total / 2
    assert found.seconds < 15


def test_a_weight_that_is_no_number_is_refused():
    with pytest.raises(UnreadableInput):
        signed_network([("A", "B", float("nan"))])
    with pytest.raises(WrongUse):
        balance(signed_network([("A", "B", 1)]), k=0)


@pytest.mark.data
def test_the_highland_tribes_have_their_published_values(alignment_data):
    with (alignment_data / "tribes" / "highland_tribes.csv").open() as handle:
        rows = [(a, b, float(s)) for a, b, s in list(csv.reader(handle))[1:]]
    expected = json.loads((alignment_data / "tribes" / "expected.json").read_text())
    network = signed_network(rows)
    found, counted = balance(network), triangles(network)
    assert (found.nodes, found.edges, found.frustration, found.optimal) == (16, 58, 7, True)
    assert (counted.balanced, counted.all) == (59, 68)
    assert walk_balance(network) == pytest.approx(0.3575761, abs=1e-6)
    assert 1 - found.frustration / 29 == pytest.approx(expected["signnet_frustration_balance"], abs=1e-6)
    lowest = 4 * spectral_bound(network) / 16
    assert lowest == pytest.approx(expected["smallest_signed_laplacian_eigenvalue"], abs=1e-6)


@pytest.mark.data
def test_every_cow_window_is_solved_exactly_and_within_a_second(alignment_data):
    import pyarrow.parquet as pq

    windows: dict[str, list[tuple[str, str, float]]] = {}
    for row in pq.read_table(alignment_data / "cow_signed" / "cow_signed_windows.parquet").to_pylist():
        windows.setdefault(str(row["window"]), []).append((str(row["a"]), str(row["b"]), float(row["sign"])))
    with (alignment_data / "cow_signed" / "frustration_exact_40windows.csv").open() as handle:
        expected = list(csv.DictReader(handle))
    assert len(expected) == 40
    seconds = []
    for row in expected:
        network = signed_network(windows[row["window"]])
        found, counted = balance(network), triangles(network)
        assert (found.frustration, found.optimal) == (float(row["L"]), True), row["window"]
        assert (counted.all, counted.balanced) == (int(row["triangles"]), int(row["balanced"]))
        seconds.append(found.seconds)
    assert np.median(seconds) < 1
    assert max(seconds) < 3  # the figure of docs/benchmarks-relations.md is under 1 s on a free machine
