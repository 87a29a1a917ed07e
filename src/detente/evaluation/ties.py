"""Ties as forecasts: next week's signed level of state pairs, against last week, a moving average, and zero.

Protocol. The weeks of the test split, from its first day on, each 7 days; a last, shorter week is left out.
Pairs: those with an act before the first test week. Parameters (attention, memory) and the gain of the moving
average are fitted on the weeks before the test and then kept; the states are updated with each week that has
passed. The signed level of a week is log(1 + friendly acts) - log(1 + hostile acts). RMSE of the mean, CRPS of
the draws, coverage by the randomised probability integral transform. Intervals: bootstrap over pairs (all
weeks of a pair together), 1,000 times. For CRPS each rival is dressed with its own past errors: 200 quantiles
of them over the weeks before the test, among pairs of similar volume (ten groups by acts so far).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from detente.evaluation.icews_weeks import PairWeeks, pair_weeks, read_acts
from detente.relations.filter import Floats, Ints, Weeks, beta_interval, states
from detente.relations.outlook import attention_features, fit_outlook, signed_level

_GAINS = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
_DRAWS = 400


def moving_average(levels: Floats, gain: float) -> Floats:
    """What an exponentially weighted moving average says before each week."""
    said = np.zeros_like(levels)
    for t in range(1, levels.shape[1]):
        said[:, t] = said[:, t - 1] + gain * (levels[:, t - 1] - said[:, t - 1])
    return said


def evaluate_ties(folder: Path, *, seed: int = 20) -> dict[str, Any]:
    """All the figures for one data set: unordered pairs over all acts, then ordered pairs per channel."""
    acts = read_acts(folder)
    count = (acts.days - acts.test_from) // 7
    result: dict[str, Any] = {"test_from": acts.test_from, "weeks": count, "states": len(acts.states)}
    for name, ordered, channel in (
        ("pairs", False, "all"),
        ("ordered_verbal", True, "verbal"),
        ("ordered_material", True, "material"),
    ):
        table = pair_weeks(acts, border=acts.test_from, after=count, ordered=ordered, channel=channel)
        result[name] = scores(table, count, seed=seed)
    return result


def scores(table: PairWeeks, count: int, *, seed: int = 20) -> dict[str, Any]:
    """Fit on all but the last `count` weeks, forecast each of them from the weeks before it."""
    started = time.process_time()
    rng = np.random.default_rng(seed)
    weeks, border = table.weeks, table.weeks.acts.shape[1] - count
    past = Weeks(weeks.friendly[:, :border], weeks.hostile[:, :border])
    outlook = fit_outlook(past, table.first, table.second)
    fitted = time.process_time() - started
    good, bad = states(weeks, outlook.memory)
    features = attention_features(weeks.acts, table.first, table.second)
    levels = signed_level(weeks.friendly, weeks.hostile)
    truth = levels[:, border:]
    mean, crps, pit = (np.empty_like(truth) for _ in range(3))
    for t in range(count):
        drawn = outlook.draws(
            features[border + t], good[:, border + t], bad[:, border + t], draws=_DRAWS, rng=rng
        )
        mean[:, t], crps[:, t], pit[:, t] = _judged(drawn, truth[:, t], rng)
    beta_interval(good[:, -1], bad[:, -1])
    spent = time.process_time() - started
    busy = past.acts.sum(axis=1) >= 20
    memory = outlook.memory
    report: dict[str, Any] = {
        "memory": {
            "half_life_days": memory.half_life_days,
            "friendly": memory.friendly,
            "hostile": memory.hostile,
            "likeness": memory.likeness,
        },
        "fit_cpu_seconds": fitted,
        "cpu_seconds": spent,
    }
    for name, here in (("all", np.ones(len(truth), bool)), ("at_least_20_acts", busy)):
        gain = min(
            _GAINS,
            key=lambda g: float(((moving_average(levels, g) - levels)[here][:, 8:border] ** 2).mean()),
        )
        others = {
            "zero": np.zeros_like(truth),
            "last_week": levels[:, border - 1 : -1],
            "moving_average": moving_average(levels, gain)[:, border:],
        }
        volume = past.acts.sum(axis=1)
        past_said = {
            "zero": np.zeros_like(levels),
            "last_week": np.concatenate([np.zeros((len(levels), 1)), levels[:, :-1]], axis=1),
            "moving_average": moving_average(levels, gain),
        }
        dressed = {
            one: _dressed(said, levels, others[one], truth, volume, border) for one, said in past_said.items()
        }
        report[name] = _table(truth, mean, crps, pit, others, dressed, here, np.random.default_rng(seed))
        report[name]["moving_average_gain"] = gain
    return report


def _dressed(said: Floats, levels: Floats, now: Floats, truth: Floats, volume: Floats, border: int) -> Floats:
    """CRPS of a forecast spread by its own past errors among pairs of similar volume."""
    errors = (levels - said)[:, 8:border]
    order = np.argsort(np.argsort(volume, kind="stable"), kind="stable")
    group = np.minimum(order * 10 // len(volume), 9)
    crps = np.empty_like(truth)
    places = (np.arange(200) + 0.5) / 200
    ranks = 2 * np.arange(1, 201) - 201
    for one in range(10):
        here = group == one
        if here.any():
            spread = np.quantile(errors[here].ravel(), places)
            spread_term = float((spread * ranks).sum()) / 200**2
            gap = (truth - now)[here]
            crps[here] = np.abs(spread - gap[..., None]).mean(axis=-1) - spread_term
    return crps


def _judged(drawn: Floats, truth: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Mean, CRPS and randomised PIT of sorted draws."""
    many = drawn.shape[1]
    ranks = 2 * np.arange(1, many + 1) - many - 1
    crps = np.abs(drawn - truth[:, None]).mean(axis=1) - (drawn * ranks).sum(axis=1) / many**2
    below = (drawn < truth[:, None] - 1e-9).mean(axis=1)
    upto = (drawn <= truth[:, None] + 1e-9).mean(axis=1)
    return drawn.mean(axis=1), crps, below + rng.random(len(truth)) * (upto - below)


def _table(
    truth: Floats,
    mean: Floats,
    crps: Floats,
    pit: Floats,
    others: dict[str, Floats],
    dressed: dict[str, Floats],
    here: np.typing.NDArray[np.bool_],
    rng: np.random.Generator,
) -> dict[str, Any]:
    squared = {"ties": (mean - truth)[here] ** 2}
    absolute = {"ties": crps[here]}
    for name, said in others.items():
        squared[name] = (said - truth)[here] ** 2
        absolute[name] = dressed[name][here]
    row: dict[str, Any] = {"pairs": int(here.sum())}
    row["rmse"] = {name: float(np.sqrt(one.mean())) for name, one in squared.items()}
    row["crps"] = {name: float(one.mean()) for name, one in absolute.items()}
    inside = np.abs(pit[here] - 0.5)
    row["coverage_50"] = float((inside < 0.25).mean())
    row["coverage_90"] = float((inside < 0.45).mean())
    row["rmse_gain"] = _gain(squared["ties"], squared["moving_average"], rng, root=True)
    row["crps_gain"] = _gain(absolute["ties"], absolute["moving_average"], rng, root=False)
    return row


def _gain(ours: Floats, theirs: Floats, rng: np.random.Generator, *, root: bool) -> dict[str, float]:
    """How much smaller our error is than the moving average's, as a share of it; 95 % over pairs."""
    mine, other = ours.mean(axis=1), theirs.mean(axis=1)

    def gain(rows: Ints) -> float:
        ratio = mine[rows].mean() / other[rows].mean()
        return float(1 - (np.sqrt(ratio) if root else ratio))

    size = len(mine)
    draws = [gain(rng.integers(0, size, size)) for _ in range(1000)]
    low, high = np.quantile(draws, (0.025, 0.975))
    return {"gain": gain(np.arange(size)), "low": float(low), "high": float(high)}
