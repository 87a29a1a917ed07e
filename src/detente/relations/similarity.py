"""Lenses on how alike two states are: portfolios of alliances or votes, ideal points, joint memberships.

Chance-corrected measures (Scott's pi, Cohen's kappa) are the default. S is kept for comparison and carries a
warning: what two states both do not have dominates it.

References
----------
Signorino and Ritter (1999), International Studies Quarterly 43(1). Häge (2011), Political Analysis 19(3).
Scott (1955), Public Opinion Quarterly 19(3). Cohen (1960), Educational and Psychological Measurement 20(1).
Bailey, Strezhnev and Voeten (2017), Journal of Conflict Resolution 61(2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from detente.actors import Membership
from detente.errors import WrongUse
from detente.relations.filter import Floats

S_WARNING = (
    "S counts shared absences as likeness and is high for almost any two states; read kappa or pi beside it"
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two portfolios are; 1 the same. None: not defined, as where a portfolio does not vary.

    pi, kappa : chance-corrected, squared distances; the default. s : with its warning.
    """

    pi: float | None
    kappa: float | None
    tau_b: float | None
    s: float | None
    s_squared: float | None
    items: int
    warning: str = S_WARNING


def likeness(
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    highest: float | None = None,
    weights: npt.ArrayLike | None = None,
) -> Likeness:
    """All measures for two portfolios over the same items; items missing (nan) in either are left out.

    Examples
    --------
    >>> found = likeness([3, 0, 1, 0], [0, 3, 1, 0])
    >>> round(found.s, 3), round(found.kappa, 3)
    (0.0, -0.5)
    """
    a, b, w = _both(one, other, weights)
    if not len(a):
        return Likeness(None, None, None, None, None, 0)
    top = float(max(a.max(), b.max())) if highest is None else highest
    low = float(min(a.min(), b.min(), 0.0)) if highest is None else 0.0
    return Likeness(
        pi=scott_pi(a, b, weights=w),
        kappa=cohen_kappa(a, b, weights=w),
        tau_b=tau_b(a, b),
        s=s_score(a, b, span=top - low, weights=w),
        s_squared=s_score(a, b, span=top - low, weights=w, squared=True),
        items=len(a),
    )


def _both(
    one: npt.ArrayLike, other: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape or a.ndim != 1:
        raise WrongUse("two portfolios are compared over the same items")
    w = np.ones_like(a) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != a.shape or (w < 0).any():
        raise WrongUse("weights are zero or more, one for each item")
    known = np.isfinite(a) & np.isfinite(b)
    return a[known], b[known], w[known]


def s_score(
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    span: float,
    weights: npt.ArrayLike | None = None,
    squared: bool = False,
) -> float | None:
    """S = 1 - 2 x mean distance / greatest distance, -1 to 1; `span` is the greatest difference there can be."""
    a, b, w = _both(one, other, weights)
    if not w.sum() or span <= 0:
        return None
    apart = np.abs(a - b) / span
    return float(1 - 2 * (w * (apart**2 if squared else apart)).sum() / w.sum())


def cohen_kappa(
    one: npt.ArrayLike, other: npt.ArrayLike, *, weights: npt.ArrayLike | None = None, linear: bool = False
) -> float | None:
    """1 - observed / expected disagreement, expected from the two portfolios' own marginals."""
    a, b, w = _both(one, other, weights)
    return _corrected(a, b, w, (a, w), (b, w), linear)


def scott_pi(
    one: npt.ArrayLike, other: npt.ArrayLike, *, weights: npt.ArrayLike | None = None, linear: bool = False
) -> float | None:
    """1 - observed / expected disagreement, expected from the pooled marginal."""
    a, b, w = _both(one, other, weights)
    pooled = (np.concatenate([a, b]), np.concatenate([w, w]))
    return _corrected(a, b, w, pooled, pooled, linear)


def _corrected(
    a: Floats,
    b: Floats,
    w: Floats,
    first: tuple[Floats, Floats],
    second: tuple[Floats, Floats],
    linear: bool,
) -> float | None:
    if not w.sum():
        return None

    def distance(x: Floats, y: Floats) -> Floats:
        return np.abs(x - y) if linear else (x - y) ** 2

    def marginal(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
        kinds, where = np.unique(values, return_inverse=True)
        return kinds, np.bincount(where, weight) / weight.sum()

    observed = float((w * distance(a, b)).sum() / w.sum())
    (x, px), (y, py) = marginal(*first), marginal(*second)
    expected = float(px @ distance(x[:, None], y[None, :]) @ py)
    return 1 - observed / expected if expected > 0 else None


def tau_b(one: npt.ArrayLike, other: npt.ArrayLike) -> float | None:
    """Kendall's tau-b; None where a portfolio does not vary."""
    from scipy.stats import kendalltau

    a, b, _ = _both(one, other, None)
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(kendalltau(a, b, variant="b").statistic)


@dataclass(frozen=True, slots=True)
class Gap:
    """Distance of two ideal points in one year, and its mean change a year over the years before it.

    trend is None with fewer than three years in the window.
    """

    year: int
    gap: float
    trend: float | None


def ideal_gaps(one: Mapping[int, float], other: Mapping[int, float], *, window: int = 5) -> list[Gap]:
    """Gaps per year in which both are known; the trend is a least-squares slope over the last `window` years.

    A trend describes the past. Carried forward it forecasts worse than no change (see docs/benchmarks-relations.md).
    """
    years = sorted(set(one) & set(other))
    gaps = {year: abs(one[year] - other[year]) for year in years}
    found = []
    for year in years:
        span = [y for y in years if year - window < y <= year]
        trend = float(np.polyfit(span, [gaps[y] for y in span], 1)[0]) if len(span) >= 3 else None
        found.append(Gap(year, gaps[year], trend))
    return found


def joint_memberships(
    memberships: Iterable[Membership], one: str, other: str, day: date
) -> tuple[tuple[str, ...], float | None]:
    """Organisations both sit in on a day, and their share of those either sits in (None: neither sits in any).

    Of two rows that contradict each other on a day (a seat and a suspension) the suspension counts.
    """
    seats: dict[str, set[str]] = {one: set(), other: set()}
    out: dict[str, set[str]] = {one: set(), other: set()}
    for row in memberships:
        if row.member in seats and row.holds_on(day) and row.since is not None:
            if row.role == "member":
                seats[row.member].add(row.organisation)
            elif row.role == "suspended":
                out[row.member].add(row.organisation)
    first, second = seats[one] - out[one], seats[other] - out[other]
    either = first | second
    return tuple(sorted(first & second)), len(first & second) / len(either) if either else None
