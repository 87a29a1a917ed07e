"""The chance that a unit sees its act within H days: additive curves per horizon, calibrated, with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from detente.dynamics.additive import Additive, fit_additive
from detente.dynamics.calibration import FLOOR, logit, recalibration, sigmoid
from detente.dynamics.hazard import (
    FEATURES,
    Acts,
    Climatology,
    Recency,
    Units,
    came,
    describe,
    fit_climatology,
    fit_recency,
    units_seen,
)

Array = np.ndarray[Any, Any]

# "days on record" grows past what training saw; a curve of it could only be guessed.
USED = tuple(i for i, name in enumerate(FEATURES) if name != "days on record")
HORIZON = "length of the window"
NEVER_FALLS = "a longer window never lowers the chance"


@dataclass(frozen=True, slots=True)
class Outlook:
    """One additive model per fitted horizon; between them log-odds run straight in the logarithm of the days."""

    models: Mapping[int, Additive]

    @property
    def horizons(self) -> list[int]:
        return sorted(self.models)

    def log_odds(self, x: Array, days: int) -> Array:
        """Log-odds of units described by x for a fitted or any other horizon; never lower than for a shorter one."""
        return np.asarray(self._levels(x, days)[1])

    def chance(self, x: Array, days: int) -> Array:
        """Probabilities inside [FLOOR, 1 - FLOOR], non-decreasing in days."""
        return np.clip(sigmoid(self.log_odds(x, days)), FLOOR, 1 - FLOOR)

    def _levels(self, x: Array, days: int) -> tuple[Array, Array]:
        """(plain, never falling) log-odds."""
        known = self.horizons
        at = {h: self.models[h](x[:, USED]) for h in known}
        floor = np.full(len(x), -np.inf)
        lifted: dict[int, Array] = {}
        for h in known:
            floor = np.maximum(floor, at[h])
            lifted[h] = floor
        low, high, share = self._between(days)
        return (1 - share) * at[low] + share * at[high], (1 - share) * lifted[low] + share * lifted[high]

    def _between(self, days: int) -> tuple[int, int, float]:
        known = self.horizons
        if days <= known[0]:
            return known[0], known[0], 0.0
        for low, high in pairwise(known):
            if days <= high:
                return low, high, float((np.log(days) - np.log(low)) / (np.log(high) - np.log(low)))
        return known[-1], known[-1], 0.0  # longer than was fitted: at least the chance of the longest

    def reasons(self, x: Array, days: int) -> list[tuple[str, float]]:
        """(feature, what it adds to the log-odds) of one unit; they add up to the log-odds exactly."""
        low, high, share = self._between(days)
        first, second = self.models[low], self.models[high]
        row = x[None, :] if x.ndim == 1 else x
        parts = (1 - share) * first.parts(row[:, USED])[0] + share * second.parts(row[:, USED])[0]
        found = [(name, float(part)) for name, part in zip(first.features, parts, strict=True)]
        base = (1 - share) * first.intercept + share * second.intercept
        plain, lifted = self._levels(row, days)
        found.insert(0, (HORIZON, float(base)))
        if lifted[0] > plain[0]:
            found.append((NEVER_FALLS, float(lifted[0] - plain[0])))
        return found

    def as_json(self) -> dict[str, Any]:
        return {str(h): self.models[h].as_json() for h in self.horizons}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Outlook:
        return cls({int(h): Additive.from_json(one) for h, one in row.items()})


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned up to a day: our model, and the simple answers it is always shown beside."""

    outlook: Outlook
    climatology: Climatology
    recency: Mapping[int, Recency]


Chooser = Callable[[Acts, int], Units]
"""The units asked about as of a day, from the past alone."""


def seen_units(kinds: Array, *, share: float = 1.0) -> Chooser:
    """All units seen in the year before, or a fixed share of them picked by a hash of their names."""

    def choose(acts: Acts, origin: int) -> Units:
        units = units_seen(acts, kinds, origin)
        if share >= 1:
            return units
        mixed = (units.source * 1_000_003 + units.target * 7_919 + units.kind * 104_729) * 2_654_435_761
        return units.chosen((mixed % (1 << 32)) < share * (1 << 32))

    return choose


def fit(
    acts: Acts,
    choose: Chooser,
    *,
    horizons: Sequence[int],
    origins: Mapping[int, Sequence[int]],
    calibrate_on: Mapping[int, Sequence[int]],
    rounds: int = 200,
    seed: int = 1,
) -> Fitted:
    """Fit curves on windows from `origins`, recalibrate them on windows from `calibrate_on`.

    Both map a horizon to the days from which it is looked ahead; no window may end after the data it may use.
    """
    features = [FEATURES[i] for i in USED]
    models: dict[int, Additive] = {}
    recency: dict[int, Recency] = {}
    described: dict[int, tuple[Units, Array]] = {}

    def look(origin: int) -> tuple[Units, Array]:
        if origin not in described:
            units = choose(acts, origin)
            described[origin] = (units, describe(acts, units, origin).astype(np.float32))
        return described[origin]

    for days in horizons:
        x = np.concatenate([look(origin)[1] for origin in origins[days]])
        kind = np.concatenate([look(origin)[0].kind for origin in origins[days]])
        y = np.concatenate([came(acts, look(origin)[0], origin, days) for origin in origins[days]])
        recency[days] = fit_recency(x[:, 4], kind, y, len(look(origins[days][0])[0].kinds))
        model = fit_additive(x[:, USED], y, features, rounds=rounds, seed=seed).centred(x[:, USED])
        if len(calibrate_on[days]):
            z = np.concatenate([model(look(origin)[1][:, USED]) for origin in calibrate_on[days]])
            truth = np.concatenate(
                [came(acts, look(origin)[0], origin, days) for origin in calibrate_on[days]]
            )
            intercept, slope = recalibration(z, truth)
            model = model.scaled(slope, intercept)
        models[days] = model
    last = max(max(days) for days in origins.values())
    return Fitted(Outlook(models), fit_climatology(acts, choose(acts, last), last), recency)


__all__ = ["Chooser", "Fitted", "Outlook", "fit", "logit", "seen_units"]
