"""Curves add up, and a calibrated probability is a probability."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.dynamics.additive import Additive, Curve, fit_additive
from detente.dynamics.calibration import clip, logit, recalibration, sigmoid, temperature


def made(seed=1, rows=4000):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    y = (rng.random(rows) < sigmoid(1.5 * x[:, 0] - 1)).astype(float)
    return x, y


def test_the_curves_are_the_boosted_trees():
    import lightgbm

    from detente.dynamics.additive import from_stumps

    x, y = made()
    booster = lightgbm.train(
        {"num_leaves": 2, "objective": "binary", "verbose": -1, "seed": 1}, lightgbm.Dataset(x, y), 30
    )
    model = from_stumps(booster, ("a", "b", "c"))
    assert model(x) == pytest.approx(booster.predict(x, raw_score=True), abs=1e-9)


def test_parts_and_intercept_add_up_to_the_whole_however_it_is_centred():
    x, y = made()
    model = fit_additive(x, y, ("a", "b", "c"), rounds=50)
    centred = model.centred(x)
    assert centred(x) == pytest.approx(model(x))
    assert centred.parts(x).mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert centred.intercept + centred.parts(x).sum(axis=1) == pytest.approx(model(x))


def test_fitting_twice_gives_the_same_and_a_file_keeps_it():
    x, y = made()
    one, two = (fit_additive(x, y, ("a", "b", "c"), rounds=20) for _ in range(2))
    assert one == two
    again = Additive.from_json(json.loads(json.dumps(one.as_json())))
    assert again(x) == pytest.approx(one(x), abs=1e-4)


def test_what_decides_has_the_widest_curve():
    x, y = made()
    parts = fit_additive(x, y, ("a", "b", "c")).parts(x)
    assert parts.std(axis=0).argmax() == 0


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6, unique=True).map(sorted), st.floats(-10, 10))
def test_a_curve_is_flat_between_its_borders(borders, at):
    curve = Curve(tuple(borders), tuple(range(len(borders) + 1)))
    assert float(curve(np.array([at]))[0]) == sum(border < at for border in borders)


@given(st.floats(0.5, 2), st.floats(-1, 1))
def test_recalibration_finds_the_slope_that_was_taken_away(slope, intercept):
    rng = np.random.default_rng(3)
    z = rng.normal(size=20_000)
    y = (rng.random(20_000) < sigmoid(intercept + slope * z)).astype(float)
    found = recalibration(z, y)
    assert found == pytest.approx((intercept, slope), abs=0.12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_recalibration_has_an_answer_where_nothing_ever_came(p):
    intercept, slope = recalibration(logit(np.array(p)), np.zeros(len(p)))
    assert np.isfinite([intercept, slope]).all()


@given(st.floats(0, 1))
def test_no_probability_reaches_the_ends(p):
    assert 0 < clip(np.array(p)) < 1
    assert sigmoid(logit(np.array(p))) == pytest.approx(clip(np.array(p)))


def test_sharper_scores_need_a_higher_temperature():
    rng = np.random.default_rng(1)
    rows = [rng.normal(size=8) for _ in range(300)]
    truth = [int(rng.choice(8, p=np.exp(row) / np.exp(row).sum())) for row in rows]
    assert temperature(rows, truth) == pytest.approx(1, abs=0.25)
    assert temperature([3 * row for row in rows], truth) == pytest.approx(3, abs=0.75)
