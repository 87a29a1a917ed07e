"""Bars for alignment on public reference data: ideal points ahead (table A), signs of ties ahead (table C).

A. General Assembly ideal points (all votes), origins from 1985, states whose value one and three years before
is known too. For each target year the models are
fitted on pairs of years whose target lies in the 25 years up to the origin. Own history: this year's value, the
change of the last year and the last three, and the year's mean, by ridge (penalty 1 on standardised columns,
untuned). No change: the value itself.

C. COW signed windows. The sign of a tie four years ahead (the window that begins four years later), for ties
that exist there: all, new (no tie at the origin) and first ever (none in any window up to the origin). Own history: this sign, the last
sign ever seen, a fading sum of signs, and in how many windows it was friendly or hostile. Signed degree: number
and share of hostile and friendly ties of either state at the origin, their sums and products. Triads: shared
neighbours by the product of signs. Logit with penalty 1 on standardised columns, untuned; training origins
46-49 to 62-65, test origins 67-70 on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from detente.relations.filter import Floats

HORIZONS = (1, 3, 5)
OWN, DEGREE, TRIADS = list(range(6)), list(range(6, 12)), [12, 13, 14]


def ideal_points_ahead(folder: Path, *, last: int = 2018) -> dict[str, Any]:
    """Table A: mean absolute error of no change and of own history at 1, 3 and 5 years."""
    import pyarrow.parquet as pq

    table = pq.read_table(
        folder / "alignment" / "unga" / "ideal_points_to2018.parquet",
        columns=["ccode", "year", "idealpointall"],
    ).to_pydict()
    value = {
        (int(code), int(year)): float(point)
        for code, year, point in zip(table["ccode"], table["year"], table["idealpointall"], strict=True)
        if point is not None and np.isfinite(point) and year <= last
    }
    states = sorted({code for code, _ in value})
    result: dict[str, Any] = {}
    for horizon in HORIZONS:
        rows: dict[int, tuple[Floats, Floats]] = {}
        for origin in range(1946, last - horizon + 1):
            known, after = [], []
            seen = [value[code, origin] for code in states if (code, origin) in value]
            mean = float(np.mean(seen)) if seen else 0.0
            for code in states:
                now, then = value.get((code, origin)), value.get((code, origin + horizon))
                if now is None or then is None:
                    continue
                one, three = value.get((code, origin - 1)), value.get((code, origin - 3))
                if one is None or three is None:
                    continue
                known.append([now, now - one, now - three, mean])
                after.append(then)
            if known:
                rows[origin] = (np.array(known), np.array(after))
        still, own, truth = [], [], []
        for origin in range(1985, last - horizon + 1):
            past = [rows[o] for o in rows if origin - 25 <= o + horizon <= origin]
            if origin not in rows or not past:
                continue
            x, y = np.concatenate([a for a, _ in past]), np.concatenate([b for _, b in past])
            given, came = rows[origin]
            still.append(given[:, 0])
            # What is learned is the change, so that shrinking everything means no change.
            own.append(given[:, 0] + _ridge(x, y - x[:, 0])(given))
            truth.append(came)
        target = np.concatenate(truth)
        result[str(horizon)] = {
            "cases": len(target),
            "no_change": _errors(np.concatenate(still) - target),
            "own_history": _errors(np.concatenate(own) - target),
        }
    return result


def _errors(gap: Floats) -> dict[str, float]:
    return {"mae": float(np.abs(gap).mean()), "rmse": float(np.sqrt((gap**2).mean()))}


def _ridge(x: Floats, y: Floats, penalty: float = 1.0) -> Callable[[Floats], Floats]:
    centre, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    z = (x - centre) / spread
    slope = np.linalg.solve(z.T @ z + penalty * np.eye(x.shape[1]), z.T @ (y - y.mean()))
    level = y.mean()
    return lambda new: np.asarray(level + (new - centre) / spread @ slope)


def signs_ahead(folder: Path) -> dict[str, Any]:
    """Table C, shared windows: accuracy of no change; AUC, average precision and Brier of each model."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "alignment" / "cow_signed" / "cow_signed_windows.parquet")
    columns = {name: [str(one) for one in table[name].to_pylist()] for name in ("window", "a", "b")}
    sign = [float(one) for one in table["sign"].to_pylist()]
    windows = sorted(set(columns["window"]), key=lambda one: int(one[:2]))
    states = sorted({*columns["a"], *columns["b"]})
    place = {one: at for at, one in enumerate(states)}
    nets = {one: np.zeros((len(states), len(states))) for one in windows}
    for window, a, b, value in zip(columns["window"], columns["a"], columns["b"], sign, strict=True):
        nets[window][place[a], place[b]] = nets[window][place[b], place[a]] = value
    starts = {int(one[:2]): one for one in windows}
    cases = []
    last_seen = np.zeros_like(nets[windows[0]])
    fading, often, seldom = (np.zeros_like(last_seen) for _ in range(3))
    for start in sorted(starts):
        now = nets[starts[start]]
        last_seen = np.where(now != 0, now, last_seen)
        fading, often, seldom = 0.75 * fading + now, often + (now > 0), seldom + (now < 0)
        if start + 4 not in starts:
            continue
        after = nets[starts[start + 4]]
        i, j = np.nonzero(np.triu(after, 1))
        hostile, all_ties = (now < 0).sum(axis=1), (now != 0).sum(axis=1)
        share = (hostile + 0.5) / (all_ties + 1.0)
        product = now @ now
        paths = np.abs(now) @ np.abs(now)
        known = np.column_stack(
            [
                now[i, j],
                last_seen[i, j],
                last_seen[i, j] == 0,
                fading[i, j],
                np.log1p(often[i, j]),
                np.log1p(seldom[i, j]),
                share[i] + share[j],
                share[i] * share[j],
                np.log1p(hostile[i]) + np.log1p(hostile[j]),
                np.log1p(all_ties[i] - hostile[i]) + np.log1p(all_ties[j] - hostile[j]),
                np.log1p(hostile[i]) * np.log1p(hostile[j]),
                np.log1p(all_ties[i] - hostile[i]) * np.log1p(all_ties[j] - hostile[j]),
                product[i, j] / (paths[i, j] + 1.0),
                np.log1p((paths[i, j] + product[i, j]) / 2),
                np.log1p((paths[i, j] - product[i, j]) / 2),
            ]
        )
        cases.append((start, known, (after[i, j] < 0).astype(float)))
    train = [(x, y) for start, x, y in cases if start <= 62]
    test = [(x, y) for start, x, y in cases if start >= 67]
    x, y = np.concatenate([a for a, _ in train]), np.concatenate([b for _, b in train])
    u, v = np.concatenate([a for a, _ in test]), np.concatenate([b for _, b in test])
    result: dict[str, Any] = {}
    sets = {
        "own_history": OWN,
        "degree": OWN + DEGREE,
        "triads": OWN + DEGREE + TRIADS,
        "triads_alone": TRIADS,
    }
    for name, mask_x, mask_v in (
        ("all", np.ones(len(x), bool), np.ones(len(u), bool)),
        ("new", x[:, 0] == 0, u[:, 0] == 0),
        ("first_ever", x[:, 1] == 0, u[:, 1] == 0),
    ):
        # No change, for a tie that is not there, is the commoner sign (friendly).
        guess = u[mask_v, 0] < 0
        row: dict[str, Any] = {
            "cases": int(mask_v.sum()),
            "no_change_accuracy": float((guess == (v[mask_v] > 0)).mean()),
        }
        for model, picked in sets.items():
            chance = _logit(x[mask_x][:, picked], y[mask_x])(u[mask_v][:, picked])
            row[model] = {
                "auc": auc(chance, v[mask_v]),
                "ap": average_precision(chance, v[mask_v]),
                "brier": float(((chance - v[mask_v]) ** 2).mean()),
            }
        result[name] = row
    return result


def _logit(x: Floats, y: Floats, penalty: float = 1.0) -> Callable[[Floats], Floats]:
    """Ridge logit on standardised columns, by Newton steps."""
    centre, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 1e-12, spread, 1)

    def wide(table: Floats) -> Floats:
        return np.column_stack([np.ones(len(table)), (table - centre) / spread])

    z = wide(x)
    cost = np.r_[0.0, np.full(x.shape[1], penalty)]
    beta = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z @ beta, -30, 30)))
        slope = z.T @ (y - p) - cost * beta
        bend = (z * (p * (1 - p))[:, None]).T @ z + np.diag(cost + 1e-9)
        step = np.linalg.solve(bend, slope)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return lambda new: np.asarray(1 / (1 + np.exp(-np.clip(wide(new) @ beta, -30, 30))))


def auc(chance: Floats, truth: Floats) -> float:
    """Area under the ROC curve, ties counted half."""
    from scipy.stats import rankdata

    good = truth > 0
    count = int(good.sum())
    if not 0 < count < len(truth):
        return float("nan")
    rank = rankdata(chance)
    return float((rank[good].sum() - count * (count + 1) / 2) / (count * (len(truth) - count)))


def average_precision(chance: Floats, truth: Floats) -> float:
    """Mean precision over the positives; equal chances form one step."""
    order = np.argsort(-chance, kind="stable")
    score, hit = chance[order], truth[order]
    edges = np.r_[np.flatnonzero(np.diff(score)), len(score) - 1]
    found = np.cumsum(hit)[edges]
    precision = found / (edges + 1)
    return float((np.diff(np.r_[0.0, found]) * precision).sum() / max(1.0, found[-1]))


def exits_ahead(folder: Path, *, first: int = 1955, last: int = 2025) -> dict[str, Any]:
    """Exits within a year: Brier of the partially pooled rate and of the base rate, bloc-year by bloc-year.

    Each year's chances use what was on record at its start only. The base rate is that of all other groups.
    """
    import csv
    from datetime import date

    from detente.actors import Membership
    from detente.blocs import fit_exits, records
    from detente.periods import parse_day

    with (folder / "alignment" / "blocs" / "memberships.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["status"] in ("member", "weakened", "ambiguous")]
    seats = [
        Membership(
            row["iso3"], row["bloc"], parse_day(row["start"]), parse_day(row["end"]) if row["end"] else None
        )
        for row in rows
        if row["start"]
    ]
    ends: dict[str, set[date | None]] = {}
    for one in seats:
        ends.setdefault(one.organisation, set()).add(one.until)
    # A group whose last seats all end on one day ended then: that is no exit.
    ended = {group: max(day for day in days if day) for group, days in ends.items() if None not in days}
    pooled, base, truth = [], [], []
    for year in range(first, last):
        start, stop = date(year, 1, 1), date(year + 1, 1, 1)
        many = [one for one in records(seats, as_of=start, ended=ended) if one.years > 0]
        if sum(one.years for one in many) < 50:
            continue
        model = fit_exits(many)
        total_years, total_exits = sum(one.years for one in many), sum(one.exits for one in many)
        for seat in seats:
            if not (seat.since and seat.since <= start and (seat.until is None or seat.until > start)):
                continue
            own = model.records.get(seat.organisation)
            own_exits, own_years = (own.exits, own.years) if own else (0, 0.0)
            others = (total_exits - own_exits + 0.5) / max(1.0, total_years - own_years)
            left = seat.until is not None and seat.until < stop and ended.get(seat.organisation) != seat.until
            pooled.append(model.chance(seat.organisation, 1.0))
            base.append(1 - float(np.exp(-others)))
            truth.append(float(left))
    p, b, y = np.array(pooled), np.array(base), np.array(truth)
    whole = records(seats, as_of=date(last, 12, 31), ended=ended)
    return {
        "member_years_ahead": len(y),
        "exits_ahead": int(y.sum()),
        "member_years": sum(one.years for one in whole),
        "exits": sum(one.exits for one in whole),
        "brier_pooled": float(((p - y) ** 2).mean()),
        "brier_base": float(((b - y) ** 2).mean()),
        "mean_pooled": float(p.mean()),
        "mean_base": float(b.mean()),
    }
