"""Will a do something of a kind to b within H days? What the past says about it, as numbers, and simple answers.

A unit is (a, b, kind): a directed pair and a set of acts. Everything is computed from rows with day <= origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

NEVER = 9_999.0  # days since an act that never happened

FEATURES = (
    "this act, last days",
    "this act, last weeks",
    "this act, last months",
    "this act, per day on record",
    "days since this act",
    "days with this act",
    "any act of the pair, last weeks",
    "any act of the pair, last months",
    "days since any act of the pair",
    "acts in return, last weeks",
    "this act in return, last weeks",
    "this act by the source, last weeks",
    "this act towards the target, last weeks",
    "all acts of the source, last weeks",
    "all acts towards the target, last weeks",
    "how common this act is",
    "days on record",
)


@dataclass(frozen=True, slots=True)
class Acts:
    """Dated acts between numbered actors, sorted by day: source, target, act (numbers) and day."""

    source: Array
    target: Array
    act: Array
    day: Array
    first_day: int

    def until(self, day: int) -> Acts:
        """The acts up to and with a day."""
        stop = int(np.searchsorted(self.day, day, side="right"))
        return Acts(self.source[:stop], self.target[:stop], self.act[:stop], self.day[:stop], self.first_day)

    def after(self, day: int, days: int) -> Acts:
        """The acts of the `days` days that follow a day."""
        low, high = np.searchsorted(self.day, [day, day + days], side="right").tolist()
        cut = slice(low, high)
        return Acts(self.source[cut], self.target[cut], self.act[cut], self.day[cut], self.first_day)


@dataclass(frozen=True, slots=True)
class Units:
    """What is asked about: source, target and kind, one row each; kinds is [kind, act], true where it belongs."""

    source: Array
    target: Array
    kind: Array
    kinds: Array

    def __len__(self) -> int:
        return len(self.source)

    def chosen(self, rows: Array) -> Units:
        """Some of the units."""
        return Units(self.source[rows], self.target[rows], self.kind[rows], self.kinds)


_WIDE = np.int64(1) << 31


def _pair(first: Array, second: Array) -> Array:
    return np.asarray(first.astype(np.int64) * _WIDE + second.astype(np.int64))


class _Sums:
    """Sums of weights by key, looked up by key; 0 where there is none."""

    def __init__(self, keys: Array, weights: list[Array]) -> None:
        self.keys, where = np.unique(keys, return_inverse=True)
        self.sums = [np.bincount(where, weights=one, minlength=len(self.keys)) for one in weights]

    def __call__(self, keys: Array) -> list[Array]:
        if not len(self.keys):
            return [np.zeros(len(keys)) for _ in self.sums]
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[at] == keys
        return [np.where(found, one[at], 0.0) for one in self.sums]


def _latest(keys: Array, day: Array, asked: Array) -> Array:
    """The last day of each asked key among rows sorted by day; -1 where there is none."""
    if not len(keys):
        return np.full(len(asked), -1.0)
    names, back = np.unique(keys[::-1], return_index=True)
    last = day[::-1][back]
    at = np.minimum(np.searchsorted(names, asked), len(names) - 1)
    return np.where(names[at] == asked, last[at], -1).astype(np.float64)


def describe(acts: Acts, units: Units, origin: int) -> Array:
    """The features of units as of a day, [units, FEATURES]; rows after the origin are never looked at."""
    known = acts.until(origin)
    age = (origin - known.day).astype(np.float64)
    weeks, months = np.exp2(-age / 14), np.exp2(-age / 90)
    out = np.zeros((len(units), len(FEATURES)))
    pairs, back = _pair(units.source, units.target), _pair(units.target, units.source)
    keys = _pair(known.source, known.target)
    by_pair = _Sums(keys, [weeks, months])
    out[:, 6], out[:, 7] = by_pair(pairs)
    last = _latest(keys, known.day, pairs)
    out[:, 8] = np.where(last < 0, NEVER, origin - last)
    out[:, 9] = by_pair(back)[0]
    out[:, 13] = _Sums(known.source.astype(np.int64), [weeks])(units.source.astype(np.int64))[0]
    out[:, 14] = _Sums(known.target.astype(np.int64), [weeks])(units.target.astype(np.int64))[0]
    span = max(1, origin - acts.first_day + 1)
    out[:, 16] = span
    for kind in np.unique(units.kind).tolist():
        asked = np.flatnonzero(units.kind == kind)
        own = units.kinds[kind][known.act]
        k, w, a = keys[own], weeks[own], age[own]
        sums = _Sums(k, [np.exp2(-a / 3), w, months[own], np.ones(len(k))])
        for column, value in enumerate(sums(pairs[asked])):
            out[asked, column] = value / span if column == 3 else value
        last = _latest(k, known.day[own], pairs[asked])
        out[asked, 4] = np.where(last < 0, NEVER, origin - last)
        out[asked, 5] = active_days(known, units.chosen(asked))
        out[asked, 10] = _Sums(k, [w])(back[asked])[0]
        out[asked, 11] = _Sums(known.source[own].astype(np.int64), [w])(units.source[asked].astype(np.int64))[
            0
        ]
        out[asked, 12] = _Sums(known.target[own].astype(np.int64), [w])(units.target[asked].astype(np.int64))[
            0
        ]
        out[asked, 15] = own.mean() if len(own) else 0.0
    return out


def active_days(known: Acts, units: Units) -> Array:
    """On how many distinct days each unit saw its act."""
    out = np.zeros(len(units))
    if not len(known.day) or not len(units):
        return out
    wide = int(max(known.source.max(), known.target.max(), units.source.max(), units.target.max())) + 1
    start = int(known.day[0])
    span = int(known.day[-1]) - start + 1
    pairs = known.source.astype(np.int64) * wide + known.target
    asked_pairs = units.source.astype(np.int64) * wide + units.target
    for kind in np.unique(units.kind).tolist():
        asked = np.flatnonzero(units.kind == kind)
        own = units.kinds[kind][known.act]
        rows = np.unique(pairs[own] * span + (known.day[own] - start))
        out[asked] = _Sums(rows // span, [np.ones(len(rows))])(asked_pairs[asked])[0]
    return out


def came(acts: Acts, units: Units, origin: int, days: int) -> Array:
    """Whether each unit saw its act within the `days` days after the origin, 0 or 1."""
    ahead = acts.after(origin, days)
    return (active_days(ahead, units) > 0).astype(np.float64)


def units_seen(acts: Acts, kinds: Array, origin: int, *, within: int = 365) -> Units:
    """Every (a, b, kind) with at least one act in the `within` days up to the origin, in order."""
    known = acts.until(origin)
    recent = known.day > origin - within
    found = []
    for kind in range(len(kinds)):
        own = recent & kinds[kind][known.act] & (known.source != known.target)
        keys = np.unique(_pair(known.source[own], known.target[own]))
        found.append(np.stack([keys // _WIDE, keys % _WIDE, np.full(len(keys), kind)]))
    rows = np.concatenate(found, axis=1)
    return Units(rows[0], rows[1], rows[2], kinds)


@dataclass(frozen=True, slots=True)
class Climatology:
    """Days with the act, out of the days on record, under a Beta prior per kind fitted to all units.

    The chance of at least one such day in the next H is that of the beta-binomial distribution.
    """

    alpha: Array
    beta: Array

    def __call__(self, active: Array, span: int, kind: Array, days: int) -> Array:
        a, b = self.alpha[kind] + active, self.beta[kind] + np.maximum(span - active, 0)
        return no_less_than_never(1 - np.exp(_log_none(a, b, days)))


def no_less_than_never(p: Array) -> Array:
    """Probabilities kept inside (0, 1)."""
    return np.clip(p, 1e-9, 1 - 1e-9)


def _log_none(a: Array, b: Array, days: int) -> Array:
    """log of E[(1 - q) ** days] for q from Beta(a, b)."""
    from scipy.special import betaln

    return np.asarray(betaln(a, b + days) - betaln(a, b))


def fit_climatology(acts: Acts, units: Units, origin: int) -> Climatology:
    """Beta prior of the daily rate by kind, by moments over the units."""
    known = acts.until(origin)
    span = max(1, origin - acts.first_day + 1)
    rate = active_days(known, units) / span
    kinds = len(units.kinds)
    alpha, beta = np.full(kinds, 0.5), np.full(kinds, 50.0)
    for kind in range(kinds):
        own = rate[units.kind == kind]
        if len(own) < 2:
            continue
        mean = float(np.clip(own.mean(), 1e-5, 0.5))
        spread = max(float(own.var()) - mean * (1 - mean) / span, 1e-8)
        strength = float(np.clip(mean * (1 - mean) / spread - 1, 1.0, 1e4))
        alpha[kind], beta[kind] = mean * strength, (1 - mean) * strength
    return Climatology(alpha, beta)


RECENCY_BORDERS = np.array([1, 2, 3, 5, 8, 13, 20, 31, 50, 80, 130, 200, 400], np.float64)


@dataclass(frozen=True, slots=True)
class Recency:
    """The share of units that saw their act again, by days since they last did and by kind."""

    share: Array  # [kind, bucket]

    def __call__(self, since: Array, kind: Array) -> Array:
        return np.asarray(self.share[kind, np.searchsorted(RECENCY_BORDERS, since)])


def fit_recency(since: Array, kind: Array, y: Array, kinds: int) -> Recency:
    """Shares with half a yes and half a no added to each bucket, shrunk towards the share of all kinds."""
    buckets = len(RECENCY_BORDERS) + 1
    where = np.searchsorted(RECENCY_BORDERS, since)
    total = np.bincount(where, minlength=buckets) + 1.0
    overall = (np.bincount(where, weights=y, minlength=buckets) + 0.5) / total
    share = np.empty((kinds, buckets))
    for one in range(kinds):
        own = kind == one
        yes = np.bincount(where[own], weights=y[own], minlength=buckets)
        share[one] = (yes + 5 * overall) / (np.bincount(where[own], minlength=buckets) + 5)
    return Recency(share)
