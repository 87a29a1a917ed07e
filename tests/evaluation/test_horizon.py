"""Scores of probabilities against plain sums, and a made world in which the model must win."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.evaluation import horizon
from detente.evaluation.horizon import (
    act_numbers,
    average_precision,
    brier,
    evaluate_horizon,
    log_score,
    murphy,
    reliability,
    scores,
    spread,
)
from worlds import made_benchmark, write_benchmark

pairs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def split(rows):
    return np.array([p for p, _ in rows]), np.array([float(y) for _, y in rows])


@given(pairs)
def test_certainty_that_came_true_scores_nothing_and_no_score_is_below_it(rows):
    p, y = split(rows)
    assert brier(y, y).sum() == 0
    assert (brier(p, y) >= 0).all()
    assert (log_score(p, y) > 0).all()
    assert np.isfinite(log_score(p, y)).all()


@given(pairs)
def test_no_constant_does_better_than_the_share_that_came(rows):
    p, y = split(rows)
    share = np.full(len(y), y.mean())
    assert brier(share, y).mean() <= brier(np.full(len(y), p[0]), y).mean() + 1e-12


@given(pairs)
def test_bins_hold_every_question_once(rows):
    p, y = split(rows)
    table = reliability(p, y)
    assert sum(row["n"] for row in table) == len(p)
    assert sum(row["n"] * row["share"] for row in table) == pytest.approx(y.sum())


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.8]), st.booleans()), min_size=3, max_size=60))
def test_murphys_parts_add_up_to_the_brier_score_of_the_bins(rows):
    p, y = split(rows)
    table = [
        {"n": int((p == level).sum()), "mean_p": float(level), "share": float(y[p == level].mean())}
        for level in np.unique(p)
    ]
    parts = murphy(table, float(y.mean()))
    whole = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
    assert whole == pytest.approx(brier(p, y).mean(), abs=1e-9)


@given(pairs)
def test_average_precision_is_sklearns(rows):
    sklearn = pytest.importorskip("sklearn.metrics")
    p, y = split(rows)
    if y.sum():
        assert average_precision(p, y) == pytest.approx(sklearn.average_precision_score(y, p))


def test_calibrated_chances_have_slope_one_and_no_error():
    rng = np.random.default_rng(1)
    p = rng.beta(1, 8, 60_000)
    found = scores(p, (rng.random(60_000) < p).astype(float))
    assert found["slope"] == pytest.approx(1, abs=0.05)
    assert found["intercept"] == pytest.approx(0, abs=0.1)
    assert found["ece"] < 0.01


def test_origins_are_spread_and_none_is_left_where_none_fits():
    assert spread(10, 9, 5) == []
    assert spread(10, 10, 5) == [10]
    assert spread(0, 100, 5)[0] == 0
    assert spread(0, 100, 5)[-1] == 100


def test_acts_are_known_by_the_names_of_their_codes():
    _, kinds = act_numbers(("Make_statement", "Threaten", "Use conventional military force"))
    assert kinds[0].all()
    assert kinds[1:, 0].sum() == 0
    assert kinds[3, 1]
    assert kinds[4, 2]


def test_a_made_world_is_forecast_better_than_by_its_climate(tmp_path):
    write_benchmark(tmp_path, made_benchmark(seed=5, days=200))
    found = evaluate_horizon(tmp_path)
    row = found["horizons"]["7"]
    assert row["gain_over_climatology"]["log_score"]["mean"] > 0
    assert row["gain_over_recency"]["log_score"]["mean"] > 0
    assert set(row["by_kind"]) <= set(horizon.KINDS)
    assert found == {
        **evaluate_horizon(tmp_path),
        "cpu_seconds": found["cpu_seconds"],
        "peak_rss_mb": found["peak_rss_mb"],
    }


def test_later_facts_change_no_answer_before_them(tmp_path):
    world = made_benchmark(seed=6, days=200)
    asked = horizon.ask(world, horizon.fit_on(world, share=1), 7, share=1)
    late = world.test[:, 3] > world.test[0, 3] + 15
    changed = world.test.copy()
    changed[late, 0] = (changed[late, 0] + 17) % 60
    other = type(world)(world.name, world.entities, world.relations, world.train, world.valid, changed)
    again = horizon.ask(other, horizon.fit_on(other, share=1), 7, share=1)
    early = asked.origin <= world.test[0, 3] + 15
    for name in horizon.FORECASTERS:
        assert np.array_equal(asked.chance[name][early], again.chance[name][: early.sum()])
