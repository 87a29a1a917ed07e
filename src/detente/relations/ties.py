"""A first, simple tie: the share of cooperative acts, discounted by age, with the interval its few counts allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from detente.relations.measures import dyad_series

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Tie:
    """How close a pair stands on a day.

    alignment : -1 (all acts hostile) to 1 (all friendly). low, high : 90 % interval.
    acts : how many acts stand behind it; weight : the same after discounting by age.
    trend : alignment now less alignment `trend_days` ago, None where there was nothing then.
    """

    first: str
    second: str
    as_of: date
    alignment: float
    low: float
    high: float
    acts: int
    weight: float
    cooperative: int
    conflictual: int
    last: date | None
    trend: float | None = None

    @property
    def verdict(self) -> str:
        """The tie in words, no stronger than its interval."""
        if self.acts == 0:
            return "nothing on record"
        if self.low > 0:
            return "friendly"
        if self.high < 0:
            return "hostile"
        return "cannot tell" if self.high - self.low > 1 else "mixed"


HALF_LIFE_DAYS = 120.0
TREND_DAYS = 180


def tie(
    first: str,
    second: str,
    series: Sequence[tuple[date, int, int]],
    *,
    as_of: date,
    half_life_days: float = HALF_LIFE_DAYS,
) -> Tie:
    """The tie of a pair from its series of (period, cooperative, conflictual) counts.

    Each act counts 0.5 ** (age / half-life). With discounted counts C and K the share of cooperation
    is Beta(1/2 + C, 1/2 + K) (Jeffreys' prior); alignment is twice that share less one, so a pair with
    three acts has a wide band and a pair with none has the whole range.
    """
    from scipy.special import betaincinv

    def level(day: date) -> tuple[float, float]:
        coop = conf = 0.0
        for period, friendly, hostile in series:
            age = (day - period).days
            if age >= 0:
                keep = 0.5 ** (age / half_life_days)
                coop += keep * friendly
                conf += keep * hostile
        return coop, conf

    coop, conf = level(as_of)
    known = [(p, c, k) for p, c, k in series if p <= as_of]
    a, b = 0.5 + coop, 0.5 + conf
    earlier = date.fromordinal(max(1, as_of.toordinal() - TREND_DAYS))
    before = level(earlier)
    mean = 2 * a / (a + b) - 1
    trend = None
    if sum(before) > 0:
        trend = mean - (2 * (0.5 + before[0]) / (1 + sum(before)) - 1)
    return Tie(
        first,
        second,
        as_of,
        alignment=mean,
        low=2 * float(betaincinv(a, b, 0.05)) - 1,
        high=2 * float(betaincinv(a, b, 0.95)) - 1,
        acts=sum(c + k for _, c, k in known),
        weight=coop + conf,
        cooperative=sum(c for _, c, _ in known),
        conflictual=sum(k for _, _, k in known),
        last=max((p for p, _, _ in known), default=None),
        trend=trend,
    )


def ties(events: ir.Table, *, as_of: date, among: Sequence[str] | None = None) -> list[Tie]:
    """Ties of all pairs with an act on record, or of those among the named actors, in order of names."""
    if among is not None:
        events = events.filter(events.source.isin(list(among)) & events.target.isin(list(among)))
    rows = dyad_series(events, as_of=as_of, every="day").to_pyarrow().to_pylist()
    series: dict[tuple[str, str], list[tuple[date, int, int]]] = {}
    for row in rows:
        series.setdefault((row["first"], row["second"]), []).append(
            (row["period"], row["cooperative"], row["conflictual"])
        )
    return [tie(first, second, counts, as_of=as_of) for (first, second), counts in series.items()]
