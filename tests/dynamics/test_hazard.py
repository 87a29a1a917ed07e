"""What may be known on a day, and chances that behave like chances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.dynamics.hazard import (
    FEATURES,
    NEVER,
    Acts,
    Climatology,
    Units,
    active_days,
    came,
    describe,
    fit_climatology,
    units_seen,
)
from detente.dynamics.outlook import Outlook, fit, seen_units

KINDS = np.array([[True, True, True], [True, False, False], [False, True, False]])


def made_acts(seed, n=400, actors=8, days=120):
    rng = np.random.default_rng(seed)
    source, target = rng.integers(0, actors, n), rng.integers(0, actors, n)
    return Acts(source, target, rng.integers(0, 3, n), np.sort(rng.integers(0, days, n)), 0)


seeds = st.integers(0, 10_000)


@given(seeds, st.integers(10, 100))
def test_later_news_changes_no_feature(seed, origin):
    acts = made_acts(seed)
    other = made_acts(seed + 1)
    early = acts.until(origin)
    late = other.day > origin
    mixed = Acts(
        *(
            np.concatenate([getattr(early, name), getattr(other, name)[late]])
            for name in ("source", "target", "act", "day")
        ),
        0,
    )
    units = units_seen(acts, KINDS, origin)
    assert np.array_equal(describe(acts, units, origin), describe(mixed, units, origin))
    assert np.array_equal(units_seen(mixed, KINDS, origin).source, units.source)


@given(seeds, st.integers(10, 90), st.integers(1, 30))
def test_what_came_is_what_a_search_finds(seed, origin, days):
    acts = made_acts(seed)
    units = units_seen(acts, KINDS, origin)
    found = came(acts, units, origin, days)
    rows = list(zip(acts.source, acts.target, acts.act, acts.day, strict=True))
    for i in range(0, len(units), 7):
        expected = any(
            s == units.source[i]
            and t == units.target[i]
            and KINDS[units.kind[i]][a]
            and origin < d <= origin + days
            for s, t, a, d in rows
        )
        assert found[i] == expected


@given(seeds, st.permutations(range(8)))
def test_swapping_the_names_of_actors_swaps_their_results(seed, new):
    acts = made_acts(seed)
    names = np.array(new)
    moved = Acts(names[acts.source], names[acts.target], acts.act, acts.day, 0)
    units = units_seen(acts, KINDS, 60)
    same = Units(names[units.source], names[units.target], units.kind, KINDS)
    assert describe(acts, units, 60) == pytest.approx(describe(moved, same, 60), abs=1e-9)


@given(st.floats(0.1, 5), st.floats(0.5, 500), st.integers(0, 50), st.integers(50, 1000))
def test_climatology_never_falls_with_the_horizon_and_never_reaches_the_ends(alpha, beta, active, span):
    model = Climatology(np.array([alpha]), np.array([beta]))
    kind = np.zeros(1, int)
    chances = [float(model(np.array([active]), span, kind, days)[0]) for days in (1, 2, 7, 30, 365, 1000)]
    assert chances == sorted(chances)
    assert all(0 < p < 1 for p in chances)


def test_no_history_has_features_and_a_climatology():
    none = Acts(*(np.zeros(0, int) for _ in range(4)), 10)
    units = Units(np.array([0]), np.array([1]), np.array([0]), KINDS)
    x = describe(none, units, 10)
    assert x[0, FEATURES.index("days since this act")] == NEVER
    assert np.isfinite(x).all()
    assert active_days(none, units).tolist() == [0]
    assert np.isfinite(fit_climatology(none, units, 10).alpha).all()


@pytest.fixture(scope="module")
def fitted():
    acts = made_acts(7, n=6000, actors=20, days=200)
    horizons = (1, 7, 30)
    return acts, fit(
        acts,
        seen_units(KINDS),
        horizons=horizons,
        origins={h: range(60, 150 - h, 20) for h in horizons},
        calibrate_on={h: range(150, 180 - h + 1, 10) for h in horizons},
        rounds=40,
    )


@given(
    day=st.integers(30, 190),
    row=st.integers(0, 200),
    days=st.tuples(st.integers(1, 1000), st.integers(1, 1000)),
)
def test_the_chance_never_falls_as_the_window_grows(fitted, day, row, days):
    acts, model = fitted
    units = seen_units(KINDS)(acts, day)
    x = describe(acts, units.chosen(np.array([row % len(units)])), day)
    short, long = sorted(days)
    low, high = (float(model.outlook.chance(x, h)[0]) for h in (short, long))
    assert 0 < low <= high < 1


@given(day=st.integers(30, 190), row=st.integers(0, 200), days=st.integers(1, 400))
def test_the_reasons_add_up_to_the_log_odds(fitted, day, row, days):
    acts, model = fitted
    units = seen_units(KINDS)(acts, day)
    x = describe(acts, units.chosen(np.array([row % len(units)])), day)
    assert sum(part for _, part in model.outlook.reasons(x[0], days)) == pytest.approx(
        float(model.outlook.log_odds(x, days)[0]), abs=1e-9
    )


def test_a_file_keeps_the_outlook(fitted):
    acts, model = fitted
    x = describe(acts, seen_units(KINDS)(acts, 100), 100)
    again = Outlook.from_json(model.outlook.as_json())
    assert again.chance(x, 10) == pytest.approx(model.outlook.chance(x, 10), abs=1e-4)
