"""Will it happen within H days: probabilities on days not used to fit, beside climatology and recency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.dynamics.calibration import FLOOR, clip, logit, recalibration
from detente.dynamics.hazard import Acts, Units, active_days, came, describe
from detente.dynamics.outlook import Fitted, fit, seen_units
from detente.evaluation.benchmark import Array, Benchmark, read_benchmark
from detente.evaluation.ranking import cost

HORIZONS = (1, 7, 30)
FORECASTERS = ("model", "climatology", "recency")
KINDS = ("any act", "verbal cooperation", "material cooperation", "verbal conflict", "material conflict")
MOST_UNITS = 60_000  # asked per origin; beyond that a fixed share of the units is asked


@dataclass(frozen=True, slots=True)
class Asked:
    """Answers of all forecasters to every (origin, unit) of one horizon."""

    origin: Array
    pair: Array
    kind: Array
    came: Array
    chance: dict[str, Array]


def act_numbers(relations: Sequence[str]) -> tuple[Array, Array]:
    """Acts of a benchmark as numbers, and the kinds they belong to, [kind, act].

    A relation is known by the name of its CAMEO code, its kind by the PLOVER quad; statements and appeals,
    which PLOVER drops, belong to "any act" only.
    """
    from detente.ontology import ACTS, cameo_codes

    def plain(name: str) -> str:
        return "".join(letter for letter in name.lower() if letter.isalpha())

    act_of = {plain(one.name): one.act for one in reversed(list(cameo_codes().values()))}
    kinds = np.zeros((len(KINDS), len(relations)), bool)
    kinds[0] = True
    for number, name in enumerate(relations):
        if act := act_of.get(plain(name)):
            kinds[int(ACTS[act].quad), number] = True
    return np.arange(len(relations)), kinds


def acts_of(benchmark: Benchmark) -> Acts:
    """The facts of a benchmark as acts."""
    facts = benchmark.facts
    return Acts(facts[:, 0], facts[:, 2], facts[:, 1], facts[:, 3], int(facts[0, 3]))


def spread(first: int, last: int, most: int) -> list[int]:
    """At most `most` days from the first to the last, evenly spread; none if the last is before the first."""
    if last < first:
        return []
    return sorted({round(day) for day in np.linspace(first, last, min(most, last - first + 1)).tolist()})


def fit_on(benchmark: Benchmark, *, share: float, seed: int = 1) -> Fitted:
    """Fitted on train, calibrated on valid windows that end inside valid."""
    _, kinds = act_numbers(benchmark.relations)
    acts = acts_of(benchmark)
    start, train_end = int(benchmark.train[0, 3]), int(benchmark.train[-1, 3])
    valid_end = int(benchmark.valid[-1, 3])
    middle = start + (train_end - start) // 2
    return fit(
        acts.until(valid_end),
        seen_units(kinds, share=share),
        horizons=HORIZONS,
        origins={h: spread(middle, train_end - h, 10) for h in HORIZONS},
        calibrate_on={h: spread(train_end, valid_end - h, 10) for h in HORIZONS},
        seed=seed,
    )


def ask(benchmark: Benchmark, fitted: Fitted, days: int, *, share: float) -> Asked:
    """Every origin of the test span whose window ends inside the data; the valid set's last day is the first."""
    _, kinds = act_numbers(benchmark.relations)
    acts = acts_of(benchmark)
    choose = seen_units(kinds, share=share)
    first, last = int(benchmark.valid[-1, 3]), int(benchmark.test[-1, 3]) - days
    rows: list[tuple[Array, ...]] = []
    for origin in range(first, last + 1):
        known = acts.until(origin)
        units = choose(known, origin)
        rows.append(
            (
                np.full(len(units), origin),
                *_answers(known, units, origin, days, fitted),
                came(acts, units, origin, days),
            )
        )
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    return Asked(
        columns[0], columns[1], columns[2], columns[6], dict(zip(FORECASTERS, columns[3:6], strict=True))
    )


def _answers(known: Acts, units: Units, origin: int, days: int, fitted: Fitted) -> tuple[Array, ...]:
    x = describe(known, units, origin)
    model = fitted.outlook.chance(x, days)
    active = active_days(known, units)
    climate = fitted.climatology(active, origin - known.first_day + 1, units.kind, days)
    recent = fitted.recency[days](x[:, 4], units.kind)
    return units.source * (1 << 31) + units.target, units.kind, model, climate, recent


def brier(p: Array, y: Array) -> Array:
    """Squared distance of each probability from what came."""
    return np.asarray((p - y) ** 2)


def log_score(p: Array, y: Array) -> Array:
    """Surprise at what came, in nats, probabilities clipped to [1e-4, 1 - 1e-4]."""
    kept = clip(p)
    return np.asarray(-(y * np.log(kept) + (1 - y) * np.log(1 - kept)))


def reliability(p: Array, y: Array, *, bins: int = 15) -> list[dict[str, float]]:
    """Mean probability and share that came in bins of equal size."""
    order = np.argsort(p, kind="stable")
    return [
        {"n": len(part), "mean_p": float(p[part].mean()), "share": float(y[part].mean())}
        for part in np.array_split(order, bins)
        if len(part)
    ]


def murphy(table: Sequence[dict[str, float]], base: float) -> dict[str, float]:
    """Reliability (0 is best), resolution (more is better) and uncertainty of a binned forecast."""
    n = sum(row["n"] for row in table)
    return {
        "reliability": sum(row["n"] * (row["mean_p"] - row["share"]) ** 2 for row in table) / n,
        "resolution": sum(row["n"] * (row["share"] - base) ** 2 for row in table) / n,
        "uncertainty": base * (1 - base),
    }


def average_precision(p: Array, y: Array) -> float:
    """Area under precision and recall; equal probabilities count as one step."""
    if not y.sum():
        return float("nan")
    order = np.argsort(-p, kind="stable")
    sorted_p, hits = p[order], np.cumsum(y[order])
    ends = np.append(np.flatnonzero(np.diff(sorted_p)), len(p) - 1)
    precision, recall = hits[ends] / (ends + 1), hits[ends] / y.sum()
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def scores(p: Array, y: Array) -> dict[str, Any]:
    """All scores of one forecaster."""
    table = reliability(p, y)
    intercept, slope = recalibration(logit(p), y)
    n = len(p)
    return {
        "brier": float(brier(p, y).mean()),
        "log_score": float(log_score(p, y).mean()),
        "ece": sum(row["n"] * abs(row["mean_p"] - row["share"]) for row in table) / n,
        "max_bin_error": max(abs(row["mean_p"] - row["share"]) for row in table),
        "intercept": intercept,
        "slope": slope,
        "auc_pr": average_precision(p, y),
        "clip_rate": float(np.mean((p < FLOOR) | (p > 1 - FLOOR))),
        **murphy(table, float(y.mean())),
        "table": table,
    }


def gain(
    asked: Asked, rival: str, score: Any, days: int, *, draws: int = 1000, seed: int = 1
) -> dict[str, Any]:
    """How much lower the model scores than a rival, with 95 % intervals.

    By blocks of origin days at least as long as the window, which overlap otherwise, where there are three blocks
    or more; and by pairs of actors, which is all there is where the span holds fewer.
    """
    y = asked.came
    difference = score(asked.chance[rival], y) - score(asked.chance["model"], y)
    found: dict[str, Any] = {"mean": float(difference.mean())}
    rng = np.random.default_rng(seed)

    def drawn(where: Array) -> tuple[float, float]:
        sums, sizes = np.bincount(where, weights=difference), np.bincount(where)
        means = []
        for _ in range(draws):
            times = np.bincount(rng.integers(0, len(sums), len(sums)), minlength=len(sums))
            means.append(float(times @ sums) / max(1.0, float(times @ sizes)))
        return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))

    blocks = (asked.origin - asked.origin.min()) // max(1, days)
    found["blocks"] = int(blocks.max()) + 1
    if found["blocks"] >= 3:
        found["by_days"] = drawn(blocks)
    found["by_pairs"] = drawn(np.unique(asked.pair, return_inverse=True)[1])
    return found


def compare(asked: Asked, days: int) -> dict[str, Any]:
    """The report of one horizon: every forecaster, the gains over both rivals, and each kind of act."""
    y = asked.came
    result: dict[str, Any] = {
        "questions": len(y),
        "origins": len(np.unique(asked.origin)),
        "pairs": len(np.unique(asked.pair)),
        "base_rate": float(y.mean()),
    }
    climate = float(brier(asked.chance["climatology"], y).mean())
    for name in FORECASTERS:
        result[name] = scores(asked.chance[name], y)
        result[name]["skill"] = 1 - result[name]["brier"] / climate
    for rival in FORECASTERS[1:]:
        result[f"gain_over_{rival}"] = {
            "brier": gain(asked, rival, brier, days),
            "log_score": gain(asked, rival, log_score, days),
        }
    result["by_kind"] = {}
    for kind, name in enumerate(KINDS):
        own = asked.kind == kind
        if own.any():
            row: dict[str, Any] = {"questions": int(own.sum()), "base_rate": float(y[own].mean())}
            for forecaster in FORECASTERS:
                found = scores(asked.chance[forecaster][own], y[own])
                row[forecaster] = {k: found[k] for k in ("brier", "log_score", "ece", "slope", "auc_pr")}
            result["by_kind"][name] = row
    return result


def evaluate_horizon(folder: Path, *, seed: int = 1) -> dict[str, Any]:
    """Fit on train, calibrate on valid, ask on every test day."""
    benchmark = read_benchmark(folder)
    _, kinds = act_numbers(benchmark.relations)
    whole = seen_units(kinds)(acts_of(benchmark), int(benchmark.valid[-1, 3]))
    share = min(1.0, MOST_UNITS / max(1, len(whole)))
    fitted = fit_on(benchmark, share=share, seed=seed)
    result: dict[str, Any] = {
        "data": benchmark.name,
        "setting": "strict",
        "share_of_units": share,
        "seed": seed,
    }
    result["horizons"] = {
        str(days): compare(ask(benchmark, fitted, days, share=share), days)
        for days in HORIZONS
        if int(benchmark.test[-1, 3]) - days >= int(benchmark.valid[-1, 3])
    }
    return {**result, **cost()}
