"""Our own forecast of a question: curves where the record is long enough, the base rate where it is not, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.dynamics.calibration import FLOOR, logit
from detente.dynamics.hazard import (
    NEVER,
    Acts,
    Units,
    active_days,
    came,
    describe,
    units_seen,
)
from detente.dynamics.outlook import Outlook
from detente.forecasts.ledger import Forecast
from detente.forecasts.question import SETS, Question, checked
from detente.forecasts.words import word_for
from detente.ontology import ACTS
from detente.provenance import content_id

if TYPE_CHECKING:
    import pyarrow as pa

Array = np.ndarray[Any, Any]

FORECASTER = "detente"
ENOUGH_ACTS, ENOUGH_DAYS = 2000, 180  # below either the answer is the base rate
ACT_NUMBERS = {name: number for number, name in enumerate(ACTS)}
RULE_DAYS = 30  # how far back an act counts as what set another off


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The acts a forecast may know, as numbers; `names` are the actors, `ids` the events, `inputs` their hash."""

    acts: Acts
    names: tuple[str, ...]
    ids: tuple[str, ...]
    as_of: date
    inputs: str

    def number(self, actor: str) -> int:
        """The actor's number; an actor without any act gets the next free one."""
        try:
            return self.names.index(actor)
        except ValueError:
            return len(self.names)

    @property
    def days(self) -> int:
        """Days on record, the first act's to `as_of`."""
        return max(1, self.as_of.toordinal() - self.acts.first_day + 1)

    @property
    def count(self) -> int:
        """Acts on record; an unordered one counts once."""
        return len(set(self.ids))


def on_record(rows: pa.Table, *, as_of: date) -> OnRecord:
    """The record of rows (event_id, source, target, act, published, symmetric), one per act; later news is dropped.

    An unordered act counts in both directions.
    """
    kept = [row for row in rows.to_pylist() if row["published"] is not None and row["published"] <= as_of]
    kept = [row for row in kept if row["act"] in ACT_NUMBERS and row["source"] and row["target"]]
    kept.sort(key=lambda row: (row["published"], row["event_id"]))
    both: list[tuple[str, str, int, int, str]] = []
    for row in kept:
        day, number = row["published"].toordinal(), ACT_NUMBERS[row["act"]]
        both.append((row["source"], row["target"], number, day, row["event_id"]))
        if row["symmetric"]:
            both.append((row["target"], row["source"], number, day, row["event_id"]))
    names = tuple(sorted({one for row in both for one in row[:2]}))
    at = {name: i for i, name in enumerate(names)}
    acts = Acts(
        np.array([at[row[0]] for row in both], np.int64),
        np.array([at[row[1]] for row in both], np.int64),
        np.array([row[2] for row in both], np.int64),
        np.array([row[3] for row in both], np.int64),
        both[0][3] if both else as_of.toordinal(),
    )
    inputs = content_id(str(as_of), *sorted({row[4] for row in both}))
    return OnRecord(acts, names, tuple(row[4] for row in both), as_of, inputs)


@dataclass(frozen=True, slots=True)
class Shipped:
    """Curves and base rates fitted on public data; the card says on which, and until when."""

    outlook: Outlook
    rates: Mapping[str, float]  # daily rate of an act set among pairs that have done it
    card: Mapping[str, Any]
    version: str


@cache
def shipped() -> Shipped:
    """The parameters that come with Détente."""
    text = (files("detente.forecasts") / "data" / "outlook.json").read_text(encoding="utf-8")
    row = json.loads(text)
    return Shipped(Outlook.from_json(row["outlook"]), row["rates"], row["card"], content_id(text, length=8))


@dataclass(frozen=True, slots=True)
class BaseRate:
    """A Beta distribution of the daily chance: prior and, with the pair's own days counted, posterior."""

    prior: tuple[float, float]
    posterior: tuple[float, float]
    among: str

    def chance(self, days: int, least: int = 1, *, prior: bool = False) -> float:
        """Chance of at least so many days with the act in `days` days; never falls with the days."""
        from scipy.stats import betabinom

        a, b = self.prior if prior else self.posterior
        return float(np.clip(betabinom.sf(least - 1, days, a, b), FLOOR, 1 - FLOOR))

    def interval(self, days: int, least: int = 1) -> tuple[float, float]:
        """90 % of the daily rates the record leaves open, as chances."""
        from scipy.stats import beta, binom

        low, high = np.clip(
            binom.sf(least - 1, days, beta.ppf([0.05, 0.95], *self.posterior)), FLOOR, 1 - FLOOR
        )
        return float(low), float(high)


def base_rate(record: OnRecord, question: Question) -> BaseRate:
    """The daily rate of these acts among comparable pairs, moved by what this pair has done.

    Comparable: pairs that have met in any act, if this one has; else all ordered pairs of actors on record.
    """
    acts, span = record.acts, record.days
    unit = one_unit(record, question)
    kinds = unit.kinds
    doing = units_seen(acts, kinds, record.as_of.toordinal(), within=10**6)
    any_kind = np.ones((1, len(ACTS)), bool)
    meeting = units_seen(acts, any_kind, record.as_of.toordinal(), within=10**6)
    met = bool(np.any((meeting.source == unit.source[0]) & (meeting.target == unit.target[0])))
    actors = len(record.names)
    pool = len(meeting) if met else max(actors * (actors - 1), 1)
    rates = np.zeros(max(pool, len(doing)))
    rates[: len(doing)] = active_days(acts, doing) / span
    own = float(active_days(acts, unit)[0])
    if len(doing) >= 5:
        mean, spread = float(rates.mean()), float(rates.var())
        spread = max(spread - mean * (1 - mean) / span, mean * mean * 0.05, 1e-10)
        strength = float(np.clip(mean * (1 - mean) / spread - 1, 1.0, 1e5))
        among = "pairs that have dealt with each other here" if met else "all pairs of actors on record here"
    else:
        named = question.act_words
        known = shipped().rates
        mean = known.get(named) or sum(known.get(one, 0.0) for one in question.acts) or 1e-3
        mean = min(mean * (1.0 if met else 0.05), 0.5)
        strength, among = 30.0, "pairs in the public data the shipped parameters were fitted on"
    prior = (mean * strength, (1 - mean) * strength)
    quiet = max(span - own, 0) if len(acts.day) else 0
    return BaseRate(prior, (prior[0] + own, prior[1] + quiet), among)


def one_unit(record: OnRecord, question: Question) -> Units:
    """The question as a unit."""
    kinds = np.zeros((1, len(ACTS)), bool)
    kinds[0, [ACT_NUMBERS[name] for name in question.acts]] = True
    source, target = record.number(question.source), record.number(question.target)
    if target == source:  # two actors, neither on record
        target += 1
    return Units(np.array([source]), np.array([target]), np.array([0]), kinds)


def forecast(
    record: OnRecord, question: Question, *, outlook: Outlook | None = None, version: str = ""
) -> Forecast:
    """Our probability, with parts that add up to its log-odds, rules in words, cases and events.

    Of a question opened earlier, what is left of the window is forecast.
    """
    question = checked(question)
    left = (question.closes - record.as_of).days
    days = max(1, min(question.days, left))
    base = base_rate(record, question)
    unit = one_unit(record, question)
    day = record.as_of.toordinal()
    x = describe(record.acts, unit, day)
    few = record.count < ENOUGH_ACTS or record.days < ENOUGH_DAYS
    unseen = x[0, 4] == NEVER or x[0, 4] > 365
    notes = []
    low: float | None
    high: float | None
    if few or unseen or question.least > 1:
        if few:
            notes.append(
                f"the store holds {record.count} acts over {record.days} days; below {ENOUGH_ACTS} acts and "
                f"{ENOUGH_DAYS} days the answer is the base rate"
            )
        elif unseen:
            notes.append("no such act between the two in the last year: the answer is the base rate")
        else:
            notes.append("more than one act is asked for: the answer is the base rate")
        chance = base.chance(days, question.least)
        low, high = base.interval(days, question.least)
        before = base.chance(days, question.least, prior=True)
        own = float(active_days(record.acts, unit)[0])
        parts = [
            (f"base rate among {base.among}", float(logit(np.array(before)))),
            (
                f"own record: {own:.0f} of {record.days} days with such an act",
                float(logit(np.array(chance)) - logit(np.array(before))),
            ),
        ]
        basis, model = "base rate", "base-rate-1"
    else:
        ours = outlook or shipped().outlook
        chance = float(ours.chance(x, days)[0])
        low = high = None
        parts = [(_with_value(name, x[0]), value) for name, value in ours.reasons(x[0], days)]
        plain, kept = float(ours.log_odds(x, days)[0]), float(logit(np.array(chance)))
        if abs(kept - plain) > 1e-9:
            parts.append(("kept off certainty", kept - plain))
        basis, model = "curves", f"additive-1-{version or shipped().version}"
        if days > ours.horizons[-1]:
            notes.append(
                f"{days} days is longer than the {ours.horizons[-1]} the curves were fitted on; "
                "the chance is at least the one given"
            )
    if record.as_of.toordinal() > (record.acts.day[-1] if len(record.acts.day) else 0) + 60:
        last = date.fromordinal(int(record.acts.day[-1])) if len(record.acts.day) else None
        notes.append(f"the last act on record is of {last or 'no day'}: what came after is not known here")
    return Forecast(
        question.question_id,
        FORECASTER,
        record.as_of,
        chance,
        model,
        low=low,
        high=high,
        inputs=record.inputs,
        basis=basis,
        note="; ".join(notes),
        parts=tuple(parts),
        rules=tuple(rules_in_words(record, question, days)),
        cases=tuple(own_windows(record, question, days) + nearest_cases(record, question, days)),
        evidence=tuple(past_events(record, question)),
        rivals={
            "climatology": base.chance(days, question.least),
            "persistence": persistence(record, question, days),
        },
    )


def _with_value(name: str, x: Array) -> str:
    from detente.dynamics.hazard import FEATURES

    if name not in FEATURES:
        return name
    value = x[FEATURES.index(name)]
    return f"{name} ({'never' if value == NEVER else f'{value:.3g}'})"


def persistence(record: OnRecord, question: Question, days: int) -> float:
    """What came in the window before comes again: 0.9 if it did, else 0.1."""
    unit = one_unit(record, question)
    return 0.9 if came(record.acts, unit, record.as_of.toordinal() - days, days)[0] else 0.1


def rules_in_words(record: OnRecord, question: Question, days: int, *, most: int = 3) -> list[str]:
    """What followed acts like those of the last weeks, counted over all pairs on record up to `as_of`.

    "In the 30 days after X threatened Y, Y turned to Z in 14 % of 210 cases, against 3 % otherwise": a case is a
    day with the first act whose window ended by `as_of`; otherwise: windows of pairs on record without that act.
    """
    acts, today = record.acts, record.as_of.toordinal()
    unit = one_unit(record, question)
    a, b = int(unit.source[0]), int(unit.target[0])
    wanted = unit.kinds[0]
    recent = (acts.day > today - RULE_DAYS) & (acts.day <= today)
    done = acts.day + days <= today
    if not done.any():
        return []
    wide = np.int64(len(record.names) + 2)
    stride = np.int64(1 << 22)
    heads = np.unique(
        (acts.source[wanted[acts.act]] * wide + acts.target[wanted[acts.act]]) * stride
        + acts.day[wanted[acts.act]]
    )

    def came_after(source: Array, target: Array, day: Array) -> Array:
        key = (source * wide + target) * stride + day
        return np.asarray(
            np.searchsorted(heads, key + days, side="right") > np.searchsorted(heads, key, side="right")
        )

    meeting = np.unique(acts.source * wide + acts.target)
    grid = np.arange(acts.first_day + RULE_DAYS, today - days + 1, max(7, days))
    if not len(grid) or not len(meeting):
        return []
    s, t, d = (
        np.repeat(meeting // wide, len(grid)),
        np.repeat(meeting % wide, len(grid)),
        np.tile(grid, len(meeting)),
    )
    found: list[tuple[float, str]] = []
    for back in (False, True):
        x, y = (b, a) if back else (a, b)
        for number in np.unique(acts.act[recent & (acts.source == x) & (acts.target == y)]).tolist():
            own = done & (acts.act == number)
            cases = np.unique(np.stack([acts.source[own], acts.target[own], acts.day[own]]), axis=1)
            if cases.shape[1] < 10:
                continue
            first, second = (cases[1], cases[0]) if back else (cases[0], cases[1])
            share = float(came_after(first, second, cases[2]).mean())
            fired = np.unique((cases[0] * wide + cases[1]) * stride + cases[2])
            key = ((t * wide + s) if back else (s * wide + t)) * stride + d
            without = np.searchsorted(fired, key, side="right") == np.searchsorted(
                fired, key - RULE_DAYS, side="right"
            )
            otherwise = float(came_after(s[without], t[without], d[without]).mean()) if without.any() else 0.0
            act = list(ACTS.values())[number]
            one, two = ("the second", "the first") if back else ("the first", "the second")
            text = (
                f"In the {days} days after {one} of a pair {act.verb} {two}, {question.act_words} from the first to "
                f"the second followed in {share:.0%} of {cases.shape[1]} cases, against {otherwise:.0%} otherwise."
            )
            found.append((abs(share - otherwise), text))
    return [text for _, text in sorted(found, key=lambda one: (-one[0], one[1]))[:most]]


def own_windows(record: OnRecord, question: Question, days: int) -> list[str]:
    """How often it came in this pair's earlier windows of the same length, end to end."""
    unit, today = one_unit(record, question), record.as_of.toordinal()
    starts = list(range(today - days, record.acts.first_day - 1, -days))
    if not starts or not len(record.acts.day):
        return []
    times = sum(bool(came(record.acts, unit, start, days)[0]) for start in starts[:200])
    return [f"In {times} of the {len(starts[:200])} windows of {days} days before this one it came."]


def nearest_cases(record: OnRecord, question: Question, days: int, *, most: int = 3) -> list[str]:
    """Pairs whose record one window ago looked most like this one's today, and how they ended."""
    today = record.as_of.toordinal()
    then = today - days
    unit = one_unit(record, question)
    if then <= record.acts.first_day:
        return []
    others = units_seen(record.acts, unit.kinds, then)
    mine = (others.source == unit.source[0]) & (others.target == unit.target[0])
    others = others.chosen(np.flatnonzero(~mine))
    if not len(others):
        return []
    columns = [0, 1, 2, 4, 6, 7, 9, 11, 12]
    now = np.log1p(describe(record.acts, unit, today)[:, columns])
    past = np.log1p(describe(record.acts, others, then)[:, columns])
    order = np.argsort(((past - now) ** 2).sum(axis=1), kind="stable")[:most]
    ended = came(record.acts, others.chosen(order), then, days)
    day = date.fromordinal(then)
    return [
        f"{record.names[int(others.source[i])]} towards {record.names[int(others.target[i])]} on {day}: "
        f"{'it came' if yes else 'it did not come'} within {days} days."
        for i, yes in zip(order.tolist(), ended.tolist(), strict=True)
    ]


def past_events(record: OnRecord, question: Question, *, most: int = 5) -> list[str]:
    """Ids of the newest events of the pair, those of the acts asked about first."""
    unit = one_unit(record, question)
    acts, a, b = record.acts, int(unit.source[0]), int(unit.target[0])
    same = (acts.source == a) & (acts.target == b)
    back = (acts.source == b) & (acts.target == a)
    asked = np.flatnonzero(same & unit.kinds[0][acts.act])[::-1]
    rest = np.flatnonzero((same | back) & ~(same & unit.kinds[0][acts.act]))[::-1]
    return list(dict.fromkeys(record.ids[i] for i in (*asked.tolist(), *rest.tolist())))[:most]


def in_words(question: Question, one: Forecast) -> str:
    """The forecast as a sentence."""
    span = (
        f" (90 % between {one.low:.0%} and {one.high:.0%})"
        if one.low is not None and one.high is not None
        else ""
    )
    return (
        f"{question.source} {question.act_words} {question.target} within {question.days} days of {question.opened}: "
        f"{one.chance:.1%}{span}, {word_for(one.chance)}."
    )


def act_sets() -> dict[str, tuple[str, ...]]:
    """Every set a question may name: single acts, quads, cooperation, conflict, any."""
    return {**{name: (name,) for name in ACTS}, **SETS}
