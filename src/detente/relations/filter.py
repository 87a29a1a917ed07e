"""The filter behind a tie: a latent share of friendly acts per pair, from weekly counts, with fading memory.

Given how much was reported of a pair in a week (its attention), c of the n acts were friendly. Acts of one
week hang together (one quarrel, many reports), so n acts carry the information of n / (1 + (n - 1) rho).
The latent share is Beta(friendly + sum w c, hostile + sum w k), each week's acts fading by half in
`half_life_days` towards the prior (friendly, hostile). Because the number of acts is conditioned on, a loud
pair is not a close pair. The four parameters are estimated by the likelihood of each week given the weeks
before it (a beta-binomial), over all pairs at once.

    level = log-odds of the share;  alignment = 2 share - 1 = tanh(level / 2), in (-1, 1)

References
----------
Smith and Miller (1986), A non-Gaussian state space model, JRSS B 48. West and Harrison (1997), Bayesian
Forecasting and Dynamic Models, ch. 14 (discounted conjugate filters).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.errors import NothingFound, WrongUse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHANNELS = ("all", "verbal", "material")
ENOUGH_CELLS = 1000
"""Pair-weeks with an act that a fit of one channel needs; below, the shipped parameters are the better guess."""

_BURN_IN_WEEKS = 5
_LONGEST_WEEKS = 520


@dataclass(frozen=True, slots=True)
class Memory:
    """The parameters of one channel.

    half_life_days : after so many days an act counts half. friendly, hostile : prior acts, what is
    believed of a pair nobody reported on. likeness : rho, correlation of acts within one week.
    """

    half_life_days: float
    friendly: float
    hostile: float
    likeness: float

    @property
    def prior(self) -> float:
        """Alignment of a pair without an act."""
        return (self.friendly - self.hostile) / (self.friendly + self.hostile)

    def kept(self, age_days: Floats) -> Floats:
        """What is left of an act after so many days; acts to come count nothing."""
        ages = np.asarray(age_days, dtype=float)
        return np.where(ages >= 0, 0.5 ** (np.maximum(ages, 0) / self.half_life_days), 0.0)

    def effective(self, acts_in_week: Floats) -> Floats:
        """Weight of one act in a week with so many acts of the pair."""
        return np.asarray(
            1.0 / (1.0 + np.maximum(np.asarray(acts_in_week, dtype=float) - 1, 0) * self.likeness)
        )


@dataclass(frozen=True, slots=True)
class TieModel:
    """The memory of each channel, and where its parameters come from."""

    memories: Mapping[str, Memory]
    card: str = ""

    def __getitem__(self, channel: str) -> Memory:
        try:
            return self.memories[channel]
        except KeyError:
            raise WrongUse(f'"{channel}" is no channel', near=", ".join(self.memories)) from None

    def as_json(self) -> dict[str, Any]:
        return {"card": self.card, "memories": {name: asdict(one) for name, one in self.memories.items()}}

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> TieModel:
        return cls({name: Memory(**one) for name, one in shape["memories"].items()}, str(shape["card"]))


@cache
def shipped_model() -> TieModel:
    """The parameters that come with the package; the card says on which data they were estimated."""
    import json

    text = (files("detente.relations") / "data" / "ties.json").read_text(encoding="utf-8")
    return TieModel.from_json(json.loads(text))


def beta_interval(friendly: Floats, hostile: Floats, mass: float = 0.9) -> tuple[Floats, Floats]:
    """Ends of the central interval of the alignment 2 share - 1, share ~ Beta(friendly, hostile)."""
    from scipy.special import betaincinv

    tail = (1 - mass) / 2
    low = 2 * betaincinv(friendly, hostile, tail) - 1
    high = 2 * betaincinv(friendly, hostile, 1 - tail) - 1
    return np.asarray(low), np.asarray(high)


def alignment_of(level: Floats) -> Floats:
    """The map from the level (log-odds of a friendly act) to alignment in (-1, 1).

    >>> alignment_of(np.array([0.0, np.log(3.0)])).round(12).tolist()
    [0.0, 0.5]
    """
    return np.tanh(np.asarray(level, dtype=float) / 2)


def level_of(alignment: Floats) -> Floats:
    """The inverse of `alignment_of`."""
    return np.asarray(2 * np.arctanh(np.asarray(alignment, dtype=float)))


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weekly counts of many pairs: `friendly` and `hostile` are pairs by weeks."""

    friendly: Floats
    hostile: Floats

    def __post_init__(self) -> None:
        if self.friendly.shape != self.hostile.shape or self.friendly.ndim != 2:
            raise WrongUse("weekly counts must be two tables of pairs by weeks, of one shape")

    @property
    def acts(self) -> Floats:
        return self.friendly + self.hostile


def states(weeks: Weeks, memory: Memory) -> tuple[Floats, Floats]:
    """The filter's belief before each week and after the last: two tables, pairs by weeks + 1."""
    pairs, count = weeks.friendly.shape
    keep = float(0.5 ** (7 / memory.half_life_days))
    weight = memory.effective(weeks.acts)
    good, bad = np.empty((pairs, count + 1)), np.empty((pairs, count + 1))
    good[:, 0], bad[:, 0] = memory.friendly, memory.hostile
    for t in range(count):
        good[:, t + 1] = memory.friendly + keep * (
            good[:, t] - memory.friendly + weight[:, t] * weeks.friendly[:, t]
        )
        bad[:, t + 1] = memory.hostile + keep * (
            bad[:, t] - memory.hostile + weight[:, t] * weeks.hostile[:, t]
        )
    return good, bad


def week_shape(good: Floats, bad: Floats, likeness: float) -> tuple[Floats, Floats]:
    """Beta parameters of the share within one week: the belief, widened by what a week's acts share."""
    total = good + bad
    firmness = 1 / (1 - (1 - likeness) * total / (total + 1)) - 1
    return firmness * good / total, firmness * bad / total


def fit_memory(weeks: Weeks) -> Memory:
    """Half-life, prior and likeness that make each week most likely given the weeks before.

    Raises
    ------
    NothingFound : fewer than ENOUGH_CELLS pair-weeks with an act.
    """
    from scipy.optimize import minimize
    from scipy.special import betaln

    good, bad = weeks.friendly[:, -_LONGEST_WEEKS:], weeks.hostile[:, -_LONGEST_WEEKS:]
    acts = good + bad
    cells = int((acts[:, _BURN_IN_WEEKS:] > 0).sum())
    if cells < ENOUGH_CELLS:
        raise NothingFound(
            f"{cells} pair-weeks with acts are too few to estimate how ties fade; {ENOUGH_CELLS} are needed",
            try_="load more events; until then the shipped parameters are used",
        )
    alive = acts.any(axis=1)
    good, bad, acts = good[alive], bad[alive], acts[alive]
    rows = [np.flatnonzero(acts[:, t]) for t in range(acts.shape[1])]

    def unlikely(theta: Floats) -> float:
        friendly, hostile = np.exp(theta[0]), np.exp(theta[1])
        likeness = 1 / (1 + np.exp(-theta[2]))
        keep = 0.5 ** np.exp(-theta[3])
        weight = 1 / (1 + np.maximum(acts - 1, 0) * likeness)
        heard_good, heard_bad = np.zeros(len(acts)), np.zeros(len(acts))
        total = 0.0
        for t, here in enumerate(rows):
            if t >= _BURN_IN_WEEKS and len(here):
                a, b = week_shape(friendly + heard_good[here], hostile + heard_bad[here], likeness)
                total += float((betaln(good[here, t] + a, bad[here, t] + b) - betaln(a, b)).sum())
            heard_good = keep * (heard_good + weight[:, t] * good[:, t])
            heard_bad = keep * (heard_bad + weight[:, t] * bad[:, t])
        return -total

    found = minimize(
        unlikely,
        np.array([0.0, -1.0, -1.0, 2.0]),
        method="L-BFGS-B",
        bounds=[(-5, 4), (-5, 4), (-6, 4), (-1, 7)],
    ).x
    return Memory(
        half_life_days=float(7 * np.exp(found[3])),
        friendly=float(np.exp(found[0])),
        hostile=float(np.exp(found[1])),
        likeness=float(1 / (1 + np.exp(-found[2]))),
    )
