"""Ties: where a pair stands on a day, how firmly, in which direction, and which acts moved it.

Each tie is the filter of `detente.relations.filter` on the acts known by that day. The tie of a pair takes
all acts in both directions; ties per ordered pair and channel take what one did to the other, in words
(verbal) or in deeds (material). Weights add up: the alignment is a sum over acts, so what changed between two
days is the sum of what each new act added and of what fading took away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.relations.filter import Floats, Ints, Memory, TieModel, beta_interval, shipped_model
from detente.relations.measures import counted, directed_series, dyad_series
from detente.relations.network import SignedNetwork

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

TREND_DAYS = 180


@dataclass(frozen=True, slots=True)
class Tie:
    """How close a pair stands on a day.

    alignment : -1 (all acts hostile) to 1 (all friendly). low, high : 90 % interval.
    acts : how many acts stand behind it; weight : the same after fading and the likeness of a week's acts.
    trend : alignment now less alignment `TREND_DAYS` ago, None where there was nothing then.
    friendly, hostile : parameters of the Beta belief about the share of friendly acts.
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
    friendly: float = 0.5
    hostile: float = 0.5

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

    @property
    def level(self) -> float:
        """Log-odds of a friendly act; alignment is tanh(level / 2)."""
        return float(np.log(self.friendly / self.hostile))


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one act added to the alignment of its pair, signed."""

    event_id: str
    day: date
    act: str
    friendly: bool
    added: float


@dataclass(frozen=True, slots=True)
class Change:
    """How a tie moved between two days: before + fading + every act's addition = after."""

    first: str
    second: str
    since: date
    as_of: date
    before: float
    after: float
    fading: float
    contributions: tuple[Contribution, ...]

    @property
    def moved(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class _Counts:
    """Acts of many pairs in columns: which pair, on which day (ordinal), how many."""

    pair: Ints
    day: Ints
    friendly: Floats
    hostile: Floats

    def until(self, ordinal: int) -> _Counts:
        known = self.day <= ordinal
        return _Counts(self.pair[known], self.day[known], self.friendly[known], self.hostile[known])


def _weight(counts: _Counts, memory: Memory) -> Floats:
    """Weight of each row's acts for being of one week together with others of the pair (Monday to Sunday)."""
    week = (counts.day - 1) // 7
    _, where = np.unique(np.column_stack([counts.pair, week]), axis=0, return_inverse=True)
    where = where.ravel()
    total = np.bincount(where, counts.friendly + counts.hostile).astype(float)
    return memory.effective(total[where])


def _belief(counts: _Counts, pairs: int, ordinal: int, memory: Memory) -> tuple[Floats, Floats]:
    """Beta parameters per pair on a day."""
    known = counts.until(ordinal)
    kept = _weight(known, memory) * memory.kept((ordinal - known.day).astype(float))
    friendly = memory.friendly + np.bincount(known.pair, kept * known.friendly, pairs)
    hostile = memory.hostile + np.bincount(known.pair, kept * known.hostile, pairs)
    return friendly.astype(float), hostile.astype(float)


def _share(friendly: Floats, hostile: Floats) -> Floats:
    return (friendly - hostile) / (friendly + hostile)


def _ties_of(pairs: Sequence[tuple[str, str]], counts: _Counts, as_of: date, memory: Memory) -> list[Tie]:
    size, today = len(pairs), as_of.toordinal()
    friendly, hostile = _belief(counts, size, today, memory)
    low, high = beta_interval(friendly, hostile)
    earlier = max(1, today - TREND_DAYS)
    before = _share(*_belief(counts, size, earlier, memory))
    known, then = counts.until(today), counts.until(earlier)
    had = np.bincount(then.pair, minlength=size) > 0
    good = np.bincount(known.pair, known.friendly, size).astype(int)
    bad = np.bincount(known.pair, known.hostile, size).astype(int)
    last = np.zeros(size, dtype=np.int64)
    np.maximum.at(last, known.pair, known.day)
    now = _share(friendly, hostile)
    return [
        Tie(
            first,
            second,
            as_of,
            alignment=float(now[at]),
            low=float(low[at]),
            high=float(high[at]),
            acts=int(good[at] + bad[at]),
            weight=float(friendly[at] + hostile[at] - memory.friendly - memory.hostile),
            cooperative=int(good[at]),
            conflictual=int(bad[at]),
            last=date.fromordinal(int(last[at])) if last[at] else None,
            trend=float(now[at] - before[at]) if had[at] else None,
            friendly=float(friendly[at]),
            hostile=float(hostile[at]),
        )
        for at, (first, second) in enumerate(pairs)
    ]


def tie(
    first: str,
    second: str,
    series: Sequence[tuple[date, int, int]],
    *,
    as_of: date,
    model: TieModel | None = None,
) -> Tie:
    """The tie of a pair from its series of (day, cooperative, conflictual) counts.

    A pair with three acts has a wide band; a pair with none has the model's prior, and says so.
    """
    counts = _Counts(
        np.zeros(len(series), dtype=np.int64),
        np.array([day.toordinal() for day, _, _ in series], dtype=np.int64),
        np.array([coop for _, coop, _ in series], dtype=float),
        np.array([conf for _, _, conf in series], dtype=float),
    )
    return _ties_of([(first, second)], counts, as_of, (model or shipped_model())["all"])[0]


def ties(
    events: ir.Table, *, as_of: date, among: Sequence[str] | None = None, model: TieModel | None = None
) -> list[Tie]:
    """Ties of all pairs with an act on record, or of those among the named actors, in order of names."""
    return ties_on(events, [as_of], among=among, model=model)[0]


def ties_on(
    events: ir.Table,
    days: Sequence[date],
    *,
    among: Sequence[str] | None = None,
    model: TieModel | None = None,
) -> list[list[Tie]]:
    """Ties on each of some days, from one reading of the events; each day from what was known by then."""
    if among is not None:
        events = events.filter(events.source.isin(list(among)) & events.target.isin(list(among)))
    series = dyad_series(events, as_of=max(days), every="day").to_pyarrow()
    pairs, counts = _columns(series, "first", "second")
    memory = (model or shipped_model())["all"]
    found = [_ties_of(pairs, counts, day, memory) for day in days]
    return [[one for one in many if one.acts] for many in found]


def _columns(table: pa.Table, first: str, second: str) -> tuple[list[tuple[str, str]], _Counts]:
    """Pairs in order of names, and their counts."""
    one = table[first].to_numpy(zero_copy_only=False).astype(str)
    other = table[second].to_numpy(zero_copy_only=False).astype(str)
    if not len(one):
        return [], _Counts(*(np.array([], dtype=np.int64),) * 2, *(np.array([], dtype=float),) * 2)
    names, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    key, pair = np.unique(
        place[: len(one)].astype(np.int64) * len(names) + place[len(one) :], return_inverse=True
    )
    pairs = [(str(names[k // len(names)]), str(names[k % len(names)])) for k in key]
    # Days since 1970 to ordinals.
    day = (
        table["period"].cast("date32").cast("int32").to_numpy().astype(np.int64)
        + date(1970, 1, 1).toordinal()
    )
    counts = _Counts(
        pair.astype(np.int64),
        day,
        table["cooperative"].to_numpy().astype(float),
        table["conflictual"].to_numpy().astype(float),
    )
    return pairs, counts


def directed_ties(events: ir.Table, *, as_of: date, model: TieModel | None = None) -> dict[str, list[Tie]]:
    """Per channel (verbal, material) the ties of ordered pairs: what `first` did to `second`.

    An unordered act (CONSULT, AGREE, COOPERATE) counts in both directions.
    """
    import pyarrow.compute as pc

    chosen = model or shipped_model()
    table = directed_series(events, as_of=as_of, every="day").to_pyarrow()
    found = {}
    for channel in ("verbal", "material"):
        part = table.filter(pc.equal(table["channel"], channel))
        pairs, counts = _columns(part, "source", "target")
        found[channel] = _ties_of(pairs, counts, as_of, chosen[channel])
    return found


def tie_draws(many: Sequence[Tie], *, draws: int = 200, seed: int = 0) -> Floats:
    """Draws of the alignment of each tie, draws by ties; the same seed gives the same draws.

    Which random number goes to which tie depends on what is known of the tie, not on its names.
    """
    friendly = np.array([one.friendly for one in many])
    hostile = np.array([one.hostile for one in many])
    names = [f"{one.first}\0{one.second}" for one in many]
    order = np.lexsort((np.array(names), np.round(hostile, 9), np.round(friendly, 9)))
    rng = np.random.default_rng(seed)
    drawn = np.empty((draws, len(many)))
    drawn[:, order] = 2 * rng.beta(friendly[order], hostile[order], (draws, len(many))) - 1
    return drawn


def tie_network(
    many: Sequence[Tie],
    *,
    nodes: Sequence[str] = (),
    draws: int = 200,
    seed: int = 0,
    centre: float = 0.0,
) -> SignedNetwork:
    """The signed network of some ties, with draws; pairs without an act have no tie.

    centre : the level that counts as neither friendly nor hostile. 0: as many friendly as hostile acts. News
    is mostly friendly in form; the level of the prior, `Memory`'s usual mix, asks who is closer than usual.
    """
    known = sorted((one for one in many if one.acts), key=lambda one: (one.first, one.second))
    names = tuple(sorted({*nodes, *(one.first for one in known), *(one.second for one in known)}))
    place = {name: at for at, name in enumerate(names)}
    weight = np.array([one.alignment for one in known], dtype=float)
    drawn = tie_draws(known, draws=draws, seed=seed)
    if centre:
        weight, drawn = (
            np.tanh(np.arctanh(np.clip(one, -1 + 1e-12, 1 - 1e-12)) - centre / 2) for one in (weight, drawn)
        )
    return SignedNetwork(
        nodes=names,
        first=np.array([place[one.first] for one in known], dtype=np.int64),
        second=np.array([place[one.second] for one in known], dtype=np.int64),
        weight=weight,
        draws=drawn,
        as_of=max((one.as_of for one in known), default=None),
    )


def changed(
    events: ir.Table,
    first: str,
    second: str,
    *,
    since: date,
    as_of: date,
    model: TieModel | None = None,
) -> Change:
    """How the tie of a pair moved after `since`: what fading took, and what each new act added.

    With A' the alignment had nothing new come in, N the weight now (prior included), an act of weight w and
    sign s (+1 friendly, -1 hostile) adds (s - A') w / N: before + fading + sum = after, to rounding.
    """
    memory = (model or shipped_model())["all"]
    rows = counted(events, as_of=as_of)
    a, b = min(first, second), max(first, second)
    rows = rows.filter((rows["first"] == a) & (rows["second"] == b))
    acts: list[dict[str, Any]] = (
        rows.select("event_id", "counted_on", "act", "quad")
        .order_by(["counted_on", "event_id"])
        .to_pyarrow()
        .to_pylist()
    )
    day = np.array([one["counted_on"].toordinal() for one in acts], dtype=np.int64)
    good = np.array([one["quad"] in (1, 2) for one in acts], dtype=float)
    counts = _Counts(np.zeros(len(acts), dtype=np.int64), day, good, 1 - good)
    start, today = since.toordinal(), as_of.toordinal()
    before = float(_share(*_belief(counts, 1, start, memory))[0])
    weight = _weight(counts, memory) * memory.kept((today - day).astype(float))
    old = day <= start
    # Acts of the week in which `since` lies weigh less once the rest of that week is known; this change
    # of weight is part of fading.
    friendly = memory.friendly + float((weight * good)[old].sum())
    hostile = memory.hostile + float((weight * (1 - good))[old].sum())
    faded = (friendly - hostile) / (friendly + hostile)
    total = memory.friendly + memory.hostile + float(weight.sum())
    added = (np.where(good > 0, 1.0, -1.0) - faded) * weight / total
    return Change(
        a,
        b,
        since,
        as_of,
        before=before,
        after=faded + float(added[~old].sum()),
        fading=faded - before,
        contributions=tuple(
            Contribution(one["event_id"], one["counted_on"], one["act"], bool(good[at]), float(added[at]))
            for at, one in enumerate(acts)
            if not old[at]
        ),
    )


def tie_path(
    first: str,
    second: str,
    series: Sequence[tuple[date, int, int]],
    days: Sequence[date],
    *,
    model: TieModel | None = None,
) -> list[Tie]:
    """The tie of a pair on each of some days, each from what was known by then."""
    return [tie(first, second, series, as_of=day, model=model) for day in days]
