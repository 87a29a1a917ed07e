"""Track records: how good each forecaster's probabilities were, with intervals, and when it is too early to say."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from detente.forecasts.ledger import Forecast, Ledger
from detente.forecasts.question import Question

FEW = 20  # settled questions below which nothing is said about skill
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Judged:
    """A forecast whose question is settled."""

    question: Question
    forecast: Forecast
    came: bool

    @property
    def brier(self) -> float:
        return (self.forecast.chance - self.came) ** 2

    @property
    def log_score(self) -> float:
        p = min(max(self.forecast.chance, 1e-4), 1 - 1e-4)
        return -math.log(p if self.came else 1 - p)


@dataclass(frozen=True, slots=True)
class Record:
    """The score of one forecaster, or of one part of what it forecast.

    skill : 1 - Brier / Brier of always saying the share that came; None with few or one-sided answers.
    """

    name: str
    settled: int
    open: int
    came: int
    mean_chance: float
    brier: float
    brier_low: float
    brier_high: float
    log_score: float
    skill: float | None
    skill_low: float | None
    skill_high: float | None
    verdict: str
    calibration: tuple[dict[str, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def judged(ledger: Ledger) -> list[Judged]:
    """Forecasts with an answer: of every forecaster the first it gave each question."""
    questions, settled = ledger.questions, ledger.settlements
    first: dict[tuple[str, str], Forecast] = {}
    for one in ledger.forecasts:
        first.setdefault((one.question_id, one.forecaster), one)
    return [
        Judged(questions[one.question_id], one, settled[one.question_id].came)
        for one in first.values()
        if one.question_id in settled
    ]


def _skill(rows: Sequence[Judged]) -> float | None:
    share = sum(one.came for one in rows) / len(rows)
    base = share * (1 - share)
    return None if base == 0 else 1 - sum(one.brier for one in rows) / len(rows) / base


def calibration_table(rows: Sequence[Judged], *, bins: int = 5) -> list[dict[str, float]]:
    """Mean chance and share that came, in equal steps of probability; empty steps are left out."""
    table = []
    for i in range(bins):
        own = [one for one in rows if min(int(one.forecast.chance * bins), bins - 1) == i]
        if own:
            table.append(
                {
                    "from": i / bins,
                    "to": (i + 1) / bins,
                    "n": len(own),
                    "mean_chance": sum(one.forecast.chance for one in own) / len(own),
                    "came": sum(one.came for one in own) / len(own),
                }
            )
    return table


def record(name: str, rows: Sequence[Judged], *, still_open: int = 0, seed: int = 1) -> Record:
    """Score some judged forecasts; intervals are a bootstrap over questions, 95 %."""
    n = len(rows)
    if not n:
        nan = float("nan")
        return Record(
            name, 0, still_open, 0, nan, nan, nan, nan, nan, None, None, None, "nothing settled yet"
        )
    rng = random.Random(seed)
    briers, skills = [], []
    for _ in range(DRAWS):
        drawn = rng.choices(rows, k=n)
        briers.append(sum(one.brier for one in drawn) / n)
        if (skill := _skill(drawn)) is not None:
            skills.append(skill)
    briers.sort()
    skills.sort()
    skill = _skill(rows)
    low = skills[int(0.025 * len(skills))] if skills else None
    high = skills[min(len(skills) - 1, int(0.975 * len(skills)))] if skills else None
    if n < FEW:
        verdict = f"too few to judge: {n} settled, {FEW} are needed"
    elif skill is None or low is None or high is None:
        verdict = "too one-sided to judge: all answers are the same"
    elif low > 0:
        verdict = "better than always giving the share that came"
    elif high < 0:
        verdict = "worse than always giving the share that came"
    else:
        verdict = "not distinguishable from always giving the share that came"
    return Record(
        name,
        n,
        still_open,
        sum(one.came for one in rows),
        sum(one.forecast.chance for one in rows) / n,
        sum(one.brier for one in rows) / n,
        briers[int(0.025 * DRAWS)],
        briers[int(0.975 * DRAWS) - 1],
        sum(one.log_score for one in rows) / n,
        skill,
        low,
        high,
        verdict,
        tuple(calibration_table(rows)),
    )


def horizon_band(question: Question) -> str:
    """The length of a window in words."""
    for limit, words in ((7, "up to a week"), (31, "up to a month"), (92, "up to three months")):
        if question.days <= limit:
            return words
    return "more than three months"


def track_records(ledger: Ledger) -> dict[str, list[Record]]:
    """Records by forecaster, and for each of them by horizon and by act."""
    rows = judged(ledger)
    settled = ledger.settlements
    groups: dict[str, Callable[[Judged], str]] = {
        "forecaster": lambda one: one.forecast.forecaster,
        "horizon": lambda one: f"{one.forecast.forecaster}, {horizon_band(one.question)}",
        "act": lambda one: f"{one.forecast.forecaster}, {one.question.act_words}",
    }
    found: dict[str, list[Record]] = {}
    for group, name_of in groups.items():
        names = sorted({name_of(one) for one in rows})
        found[group] = [
            record(
                name,
                [one for one in rows if name_of(one) == name],
                still_open=len(
                    {
                        one.question_id
                        for one in ledger.forecasts
                        if group == "forecaster" and one.forecaster == name and one.question_id not in settled
                    }
                ),
            )
            for name in names
        ]
    known = {one.name for one in found["forecaster"]}
    for name in sorted({one.forecaster for one in ledger.forecasts} - known):
        waiting = {one.question_id for one in ledger.forecasts if one.forecaster == name}
        found["forecaster"].append(record(name, [], still_open=len(waiting)))
    return found
