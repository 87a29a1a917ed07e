"""Who comes next: rank every entity as the answer of (s, r, ?, day), single-step, time-aware filter, average ties.

A scorer never holds the future: the evaluator shows it the questions of a day, takes its scores, and only then
the facts of that day. Questions are asked once per (s, r) and day, in order of (r, s).
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from detente.dynamics.kernels import kernel
from detente.errors import DetenteError
from detente.evaluation.benchmark import Array, Benchmark, both_ways, read_benchmark

CHUNK = 256  # questions scored at a time


class Scorer(Protocol):
    """What is ranked: learns a day's facts after it was asked about that day."""

    def observe(self, day: int, facts: Array) -> None:
        """Take in the facts (s, r, o, day) of a day, inverses included."""

    def score(self, day: int, subjects: Array, relations: Array) -> Array:
        """A float64 score for every (question, entity); higher is likelier."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """One row per question, both directions.

    questions : (s, r, o, day), r from R on being inverses. better : candidates scored strictly higher.
    equal : candidates scored equal, the truth not counted.
    """

    questions: Array
    better: Array
    equal: Array
    candidates: Array

    @property
    def realistic(self) -> Array:
        """1 + better + equal / 2."""
        return 1 + self.better + self.equal / 2


@kernel
def _rank_rows(
    scores: Array,
    row_of: Array,
    truth: Array,
    start: Array,
    stop: Array,
    answers: Array,
    better: Array,
    equal: Array,
) -> None:
    count = scores.shape[1]
    for i in range(len(truth)):
        row = scores[row_of[i]]
        mine = row[truth[i]]
        higher = 0
        same = -1
        for o in range(count):
            if row[o] > mine:
                higher += 1
            elif row[o] == mine:
                same += 1
        for j in range(start[i], stop[i]):
            other = answers[j]
            if other != truth[i]:
                if row[other] > mine:
                    higher -= 1
                elif row[other] == mine:
                    same -= 1
        better[i] = higher
        equal[i] = same


def rank(scores: Array, truth: int, others: Array) -> tuple[int, int]:
    """(better, equal) of one answer in one row of scores; `others`, the other true answers, are left out."""
    better, equal = np.zeros(1, np.int64), np.zeros(1, np.int64)
    _rank_rows(
        np.ascontiguousarray(scores, np.float64)[None, :],
        np.zeros(1, np.int64),
        np.array([truth]),
        np.zeros(1, np.int64),
        np.array([len(others)]),
        np.asarray(others, np.int64),
        better,
        equal,
    )
    return int(better[0]), int(equal[0])


def days_of(facts: Array) -> Iterator[tuple[int, Array]]:
    """The facts of each day, in order; every day from the first to the last, also days without any."""
    if not len(facts):
        return
    first, last = int(facts[0, 3]), int(facts[-1, 3])
    borders = np.searchsorted(facts[:, 3], np.arange(first, last + 2))
    for i, day in enumerate(range(first, last + 1)):
        yield day, facts[borders[i] : borders[i + 1]]


def rank_all(scorer: Scorer, facts: Array, *, relations: int, entities: int) -> Ranks:
    """Rank the answers of the facts, day by day; the scorer has seen everything before the first."""
    questions: list[Array] = []
    betters: list[Array] = []
    equals: list[Array] = []
    sizes: list[Array] = []
    for day, rows in days_of(both_ways(facts, relations)):
        rows = np.unique(rows, axis=0)
        order = np.lexsort((rows[:, 2], rows[:, 0], rows[:, 1]))
        rows = rows[order]
        new = np.ones(len(rows), bool)
        new[1:] = (rows[1:, 0] != rows[:-1, 0]) | (rows[1:, 1] != rows[:-1, 1])
        group = np.cumsum(new) - 1
        first = np.flatnonzero(new)
        last = np.append(first[1:], len(rows))
        asked = rows[first]
        better, equal = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        for at in range(0, len(asked), CHUNK):
            chunk = asked[at : at + CHUNK]
            scores = np.ascontiguousarray(scorer.score(day, chunk[:, 0].copy(), chunk[:, 1].copy()))
            if scores.shape != (len(chunk), entities) or not np.isfinite(scores).all():
                raise DetenteError("a scorer gave scores of the wrong shape, or one that is no number")
            low, high = first[at], last[min(at + CHUNK, len(asked)) - 1]
            _rank_rows(
                scores.astype(np.float64, copy=False),
                group[low:high] - at,
                rows[low:high, 2].astype(np.int64),
                first[group[low:high]],
                last[group[low:high]],
                rows[:, 2].astype(np.int64),
                better[low:high],
                equal[low:high],
            )
        scorer.observe(day, rows)
        questions.append(rows)
        betters.append(better)
        equals.append(equal)
        sizes.append(entities - (last - first)[group] + 1)
    return Ranks(
        np.concatenate(questions), np.concatenate(betters), np.concatenate(equals), np.concatenate(sizes)
    )


def observe_all(scorer: Scorer, facts: Array, *, relations: int) -> None:
    """Show a scorer the facts of many days, inverses included."""
    for day, rows in days_of(both_ways(facts, relations)):
        scorer.observe(day, np.unique(rows, axis=0))


def scores_of(ranks: Ranks, chosen: Array | None = None) -> dict[str, float]:
    """MRR and hits of all questions, or of the chosen ones."""
    pick = slice(None) if chosen is None else chosen
    real = ranks.realistic[pick]
    if not len(real):
        return {"mrr": float("nan"), "hits1": float("nan"), "hits3": float("nan"), "hits10": float("nan")}
    return {
        "mrr": float(np.mean(1 / real)),
        "hits1": float(np.mean(real <= 1)),
        "hits3": float(np.mean(real <= 3)),
        "hits10": float(np.mean(real <= 10)),
    }


def day_draws(days: Array, *, draws: int, seed: int) -> tuple[Array, Array]:
    """Bootstrap over days: how often each distinct day is drawn, (draws, days), and each question's day index."""
    distinct, where = np.unique(days, return_inverse=True)
    rng = np.random.default_rng(seed)
    picks = rng.multinomial(len(distinct), np.full(len(distinct), 1 / len(distinct)), size=draws)
    return picks, where


def interval(values: Array, days: Array, *, draws: int = 1000, seed: int = 1) -> tuple[float, float]:
    """95 % bootstrap interval over days of the mean of a value per question."""
    picks, where = day_draws(days, draws=draws, seed=seed)
    sums, sizes = np.bincount(where, weights=values), np.bincount(where)
    means = (picks @ sums) / (picks @ sizes)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def breakdowns(ranks: Ranks, benchmark: Benchmark) -> dict[str, dict[str, dict[str, float]]]:
    """Scores by direction, by whether the triple or the pair was seen before, by frequency, by kind of act, by relation."""
    count = len(benchmark.relations)
    q = ranks.questions
    seen_triple, seen_pair = _seen_before(benchmark, q)
    frequency = np.bincount(
        both_ways(benchmark.train, count)[:, 2].astype(np.int64), minlength=len(benchmark.entities)
    )[q[:, 2]]
    low, high = np.quantile(frequency, [1 / 3, 2 / 3])
    kind = np.array([_kind_of(name) for name in benchmark.relations])[q[:, 1] % count]
    groups: dict[str, dict[str, Array]] = {
        "direction": {"object": q[:, 1] < count, "subject": q[:, 1] >= count},
        "triple": {"seen": seen_triple, "unseen": ~seen_triple},
        "pair": {"seen": seen_pair, "unseen": ~seen_pair},
        "answer_frequency": {
            "low": frequency <= low,
            "middle": (frequency > low) & (frequency <= high),
            "high": frequency > high,
        },
        "kind": {name: kind == name for name in ("cooperative", "conflictual", "neither")},
        "relation": {
            benchmark.relations[r]: q[:, 1] % count == r for r in np.unique(q[:, 1] % count).tolist()
        },
    }
    return {
        group: {
            name: {**scores_of(ranks, mask), "questions": int(mask.sum())} for name, mask in masks.items()
        }
        for group, masks in groups.items()
    }


def _kind_of(relation: str) -> str:
    """Cooperative, conflictual or neither, by the sign of the Goldstein weight of the CAMEO code of that name."""
    from detente.ontology.cameo import cameo_codes

    def plain(name: str) -> str:
        return "".join(letter for letter in name.lower() if letter.isalpha())

    for code in cameo_codes().values():
        if plain(code.name) == plain(relation) and code.goldstein is not None:
            return "cooperative" if code.goldstein > 0 else "conflictual" if code.goldstein < 0 else "neither"
    return "neither"


def _seen_before(benchmark: Benchmark, q: Array) -> tuple[Array, Array]:
    """Whether the triple, or the pair in any relation and direction, has a fact on an earlier day."""
    count = len(benchmark.relations)
    both = both_ways(benchmark.facts, count).astype(np.int64)
    wide = len(benchmark.entities)

    def earlier(keys: Array, asked: Array) -> Array:
        names, first = np.unique(keys, return_index=True)  # facts are in order of time
        day = both[first, 3]
        return np.asarray(day[np.searchsorted(names, asked)] < q[:, 3])

    asked = q.astype(np.int64)
    pair = both[:, 0] * wide + both[:, 2]
    asked_pair = asked[:, 0] * wide + asked[:, 2]
    return (
        earlier(pair * 2 * count + both[:, 1], asked_pair * 2 * count + asked[:, 1]),
        earlier(pair, asked_pair),
    )


def cost() -> dict[str, float]:
    """CPU seconds and peak memory of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_rss_mb": used.ru_maxrss / 1024,
    }


def report(ranks: Ranks, benchmark: Benchmark, *, full: bool = True) -> dict[str, Any]:
    """The numbers of `evaluate ranking --json`.

    Raises
    ------
    DetenteError : scores are so often equal that the rank depends on how ties are counted.
    """
    real = scores_of(ranks)
    days = ranks.questions[:, 3]
    low, high = interval(1 / ranks.realistic, days)
    optimistic = float(np.mean(1 / (1 + ranks.better)))
    pessimistic = float(np.mean(1 / (1 + ranks.better + ranks.equal)))
    result: dict[str, Any] = {
        **real,
        "mrr_low": low,
        "mrr_high": high,
        "mrr_optimistic": optimistic,
        "mrr_pessimistic": pessimistic,
        "degenerate": optimistic - pessimistic > 0.005,
        "questions": len(ranks.questions),
        "days": len(np.unique(days)),
    }
    if full:
        result["by"] = breakdowns(ranks, benchmark)
    return result


# The first stands where a relation has no question on validation days.
DECAYS = (0.1, 0.01, 0.02, 0.04, 0.06, 0.08, 0.5, 0.9, 1.0001)
ALPHAS = (0.99, 0.0, 1e-5, 1e-3, 0.1, 0.5, 0.9, 0.999, 0.99999, 1.0)


def choose_recurrency(benchmark: Benchmark) -> tuple[Array, Array]:
    """Decay and alpha of the baseline per relation, as published: decay on the strict part alone, then alpha, on valid."""
    from detente.dynamics.recurrency import Recurrency

    count, entities = len(benchmark.relations), len(benchmark.entities)

    def by_relation(decay: Array, alpha: Array) -> Array:
        model = Recurrency(entities, count, decay=decay, alpha=alpha)
        observe_all(model, benchmark.train, relations=count)
        ranks = rank_all(model, benchmark.valid, relations=count, entities=entities)
        relation = ranks.questions[:, 1]
        sums = np.bincount(relation, weights=1 / ranks.realistic, minlength=2 * count)
        return np.asarray(sums / np.maximum(np.bincount(relation, minlength=2 * count), 1))

    ones = np.ones(2 * count)
    decay = np.array(DECAYS)[np.argmax([by_relation(one * ones, ones) for one in DECAYS], axis=0)]
    alpha = np.array(ALPHAS)[np.argmax([by_relation(decay, one * ones) for one in ALPHAS], axis=0)]
    return decay, alpha


def evaluate_recurrency(folder: Path) -> dict[str, Any]:
    """The published baseline, decay and alpha chosen per relation on valid, on the test days."""
    from detente.dynamics.recurrency import Recurrency

    benchmark = read_benchmark(folder)
    count, entities = len(benchmark.relations), len(benchmark.entities)
    decay, alpha = choose_recurrency(benchmark)
    model = Recurrency(entities, count, decay=decay, alpha=alpha)
    observe_all(model, np.concatenate([benchmark.train, benchmark.valid]), relations=count)
    ranks = rank_all(model, benchmark.test, relations=count, entities=entities)
    return {"data": benchmark.name, "mode": "recurrency", **report(ranks, benchmark, full=False), **cost()}


def evaluate_ranking(
    folder: Path, *, mode: str = "boosted", seed: int = 1, split: str = "test", full: bool = True
) -> dict[str, Any]:
    """Fit on train, take in what comes before the split, rank the split; the recurrency baseline beside it.

    Setting `strict`: everything fitted comes from train and is frozen; later days enter the history only.
    """
    from detente.dynamics.ranker import Ranker, Settings
    from detente.dynamics.recurrency import Recurrency

    benchmark = read_benchmark(folder)
    count, entities = len(benchmark.relations), len(benchmark.entities)
    asked = benchmark.test if split == "test" else benchmark.valid
    before = benchmark.valid if split == "test" else benchmark.valid[:0]
    began = cost()["cpu_seconds"]
    ranker = Ranker(benchmark.entities, count, Settings(mode=mode, seed=seed))
    ranker.fit(both_ways(benchmark.train, count))
    fitted = cost()["cpu_seconds"]
    observe_all(ranker, before, relations=count)
    ranks = rank_all(ranker, asked, relations=count, entities=entities)
    spent = cost()
    result = {
        "data": benchmark.name,
        "setting": "strict, single-step, time-aware filter, average ties",
        "mode": mode,
        "seed": seed,
        "split": split,
        **report(ranks, benchmark, full=full),
        "fit_cpu_seconds": fitted - began,
        "predict_cpu_seconds": spent["cpu_seconds"] - fitted,
        "threads": 1,
        **spent,
    }
    baseline = Recurrency(entities, count)
    observe_all(baseline, np.concatenate([benchmark.train, before]), relations=count)
    rivals = rank_all(baseline, asked, relations=count, entities=entities)
    gains = 1 / ranks.realistic - 1 / rivals.realistic
    low, high = interval(gains, ranks.questions[:, 3])
    result["recurrency"] = scores_of(rivals)
    result["gain_over_recurrency"] = {"mrr": float(gains.mean()), "low": low, "high": high}
    return result
