"""Who comes next: a cheap first score of everyone, then the best few ranked again on what the past says of them.

Everything that is fitted (weights of the first score, rule confidences, curves or trees) comes from the training
days and is then frozen; the history of counts goes on growing with every day observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.dynamics.additive import Additive, from_stumps
from detente.dynamics.features import FEATURES, STAGE, Describer
from detente.dynamics.history import C_O, CR_C, KR_K, R_O, S_O, SR_C, SR_O, TABLE_WORDS, TABLES, History
from detente.dynamics.names import kinds_of, with_homes
from detente.dynamics.rules import Rules

Array = np.ndarray[Any, Any]

TOP = 1e6  # added to the scores of those ranked again, so that all of them stand above the rest

# Where the fit of the first score begins: partners, objects of the act, rules, and a little of the rest.
_FIRST_WEIGHTS = {SR_O: 0.1, S_O: 0.4, R_O: 0.6, C_O: 0.3, SR_C: 0.1, CR_C: 0.1, KR_K: 0.05, TABLES: 0.4}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a ranker is fitted. One set of values for every data set."""

    mode: str = "boosted"  # or "additive": one readable curve per feature
    room: int = 200  # how many are ranked again
    warm_up: float = 0.33  # share of the training days that only fill the history
    rules_from: float = 0.1  # share of the training days before rules are counted
    weight_questions: int = 2500  # for the weights of the first score
    weight_room: int = 1500
    questions: int = 14_000  # for curves or trees
    near: int = 30  # wrong answers per question: the best by the first score,
    far: int = 20  # and others drawn at random
    rounds: int = 120
    additive_rounds: int = 300
    rate: float = 0.06
    additive_rate: float = 0.2
    leaves: int = 31
    seed: int = 1


def feature_names() -> list[str]:
    """What each feature is, in words, in the order of the columns."""
    names: list[str] = []
    for table, words in enumerate(TABLE_WORDS):
        if table < 8:
            names += [f"{words}: share, last {span}" for span in ("days", "weeks", "months")]
            names += [f"{words}: count", f"{words}: days since"]
        else:
            names += [f"{words}: share, last {span}" for span in ("weeks", "months")]
    names += [f"rules: {what}" for what in ("all that fire", "strongest", "second", "how many")]
    names += [
        f"share of {what}"
        for what in (
            "this act towards it that comes from this actor",
            "acts towards it that come from this actor",
            "this actor's acts towards it that are this act",
            "acts towards it that are this act",
        )
    ]
    for what in ("this actor and act", "this actor", "this act"):
        names += [f"question: count of {what}", f"question: different answers of {what}"]
    names += ["same country", "known country", "first score, below the best"]
    return names


NAMES = feature_names()
assert len(NAMES) == FEATURES + 1


def questions_of(facts: Array) -> tuple[Array, Array, Array]:
    """Facts (s, r, o) without doubles, in order of (r, s, o); the question i is asked by rows first[i]:last[i]."""
    rows = np.unique(facts[:, :3].astype(np.int64), axis=0)
    rows = rows[np.lexsort((rows[:, 2], rows[:, 0], rows[:, 1]))]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:, 0] != rows[:-1, 0]) | (rows[1:, 1] != rows[:-1, 1])
    first = np.flatnonzero(new)
    return rows, first, np.append(first[1:], len(rows))


def by_day(facts: Array) -> Iterator[tuple[int, Array]]:
    """The facts of each day that has any, in order."""
    ordered = facts[np.argsort(facts[:, 3], kind="stable")]
    days, starts = np.unique(ordered[:, 3], return_index=True)
    yield from zip(days.tolist(), np.split(ordered, starts[1:]), strict=True)


class Ranker:
    """Ranks all entities as the answer of (s, r, ?, day). Fit once, then observe and score day by day."""

    def __init__(self, names: Sequence[str], relations: int, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.named_kinds = self.kinds = kinds_of(names)
        self.relations = relations
        self.weights = np.array([_FIRST_WEIGHTS.get(i, 0.0) for i in range(STAGE)])
        self.rules = Rules(relations)
        self.confidence = self.rules.confidence()
        self.model: Any = None
        self._begin()

    def _begin(self) -> None:
        self.history = History(self.kinds.country, self.kinds.role, self.relations)

    def _describer(self, room: int) -> Describer:
        classes = max(len(self.kinds.countries), 2 * len(self.kinds.roles))
        return Describer(self.history, classes=classes, room=room)

    def fit(self, facts: Array) -> Ranker:
        """Learn from training facts (s, r, o, day), inverses included; the history holds them all afterwards."""
        rng = np.random.default_rng(self.settings.seed)
        self.kinds = with_homes(self.named_kinds, facts)
        self.weights = self._fit_weights(facts, rng)
        x, y, sizes = self._collect(facts, rng)
        self.confidence = self.rules.confidence()
        self.model = self._train(x, y, sizes)
        self._score_describer = self._describer(self.settings.room)
        return self

    def observe(self, day: int, facts: Array) -> None:
        """Take in the facts of a day, inverses included."""
        self.history.observe(day, facts)

    def score(self, day: int, subjects: Array, relations: Array) -> Array:
        """A float64 score for every (question, entity), from the days observed so far."""
        chosen, x, stage = self.describe(day, subjects, relations)
        scores = stage.astype(np.float64)
        fine = self.predict(x.reshape(-1, x.shape[2])).reshape(chosen.shape)
        np.put_along_axis(scores, chosen.astype(np.int64), TOP + fine, axis=1)
        return scores

    def describe(self, day: int, subjects: Array, relations: Array) -> tuple[Array, Array, Array]:
        """(the chosen few, their features, the first score of everyone) of each question."""
        stage, chosen, x, _ = self._score_describer(
            day, subjects, relations, self.confidence, self.rules.ages, self.weights
        )
        return chosen, with_stage(x, stage, chosen), stage

    def predict(self, x: Array) -> Array:
        """The fine score of described candidates."""
        if isinstance(self.model, Additive):
            return self.model(x)
        return np.asarray(self.model.predict(x, num_threads=1))

    def _walk(self, facts: Array, rules: Rules) -> Iterator[tuple[int, Array, Array, Array]]:
        """The training days in order, each before it is counted; starts the history anew."""
        self._begin()
        days = np.unique(facts[:, 3])
        count_from = days[int(self.settings.rules_from * (len(days) - 1))]
        for day, part in by_day(facts):
            rows, first, last = questions_of(part)
            yield day, rows, first, last
            if day >= count_from:
                rules.count(self.history.past, day, rows, first, last)
            self.history.observe(day, rows)

    def _picker(self, facts: Array, wanted: int, rng: np.random.Generator) -> Any:
        days = np.unique(facts[:, 3])
        start = days[int(self.settings.warm_up * (len(days) - 1))]
        rate = wanted / max(1, int((facts[:, 3] >= start).sum()))

        def pick(day: int, questions: int) -> Array:
            return np.flatnonzero(rng.random(questions) < rate) if day >= start else np.zeros(0, np.int64)

        return pick

    def _fit_weights(self, facts: Array, rng: np.random.Generator) -> Array:
        """Weights of the first score: softmax regression of the true answer against near and far wrong ones."""
        rules = Rules(self.relations)
        pick = self._picker(facts, self.settings.weight_questions, rng)
        describer: Describer | None = None
        xs, offsets = [], []
        near, far = 40, 60
        for day, rows, first, last in self._walk(facts, rules):
            chosen_questions = pick(day, len(first))
            if not len(chosen_questions):
                continue
            if describer is None or describer.history is not self.history:
                describer = self._describer(self.settings.weight_room)
            asked = rows[first[chosen_questions]]
            stage, chosen, _, parts = describer(
                day, asked[:, 0], asked[:, 1], rules.confidence(), rules.ages, self.weights
            )
            for i, q in enumerate(chosen_questions):
                answers = rows[first[q] : last[q], 2]
                at = np.flatnonzero(chosen[i] == rng.choice(answers))
                order = np.argsort(-stage[i, chosen[i]], kind="stable")
                wrong = order[~np.isin(chosen[i, order], answers)]
                if not len(at) or len(wrong) < 2 * near:
                    continue
                drawn = rng.choice(wrong[near:], min(far, len(wrong) - near), replace=False)
                # A wrong answer drawn from many stands for as many.
                weight = np.log((len(wrong) - near) / len(drawn))
                pad = far - len(drawn)
                xs.append(
                    np.concatenate(
                        [parts[i, at], parts[i, wrong[:near]], parts[i, drawn], np.zeros((pad, STAGE))]
                    )
                )
                offsets.append(
                    np.concatenate([np.zeros(1 + near), np.full(len(drawn), weight), np.full(pad, -50.0)])
                )
        if len(xs) < 50:
            return self.weights
        return softmax_weights(np.stack(xs).astype(np.float64), np.stack(offsets))

    def _collect(self, facts: Array, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """Features of the answers and of some wrong ones, for a sample of the training questions."""
        settings = self.settings
        self.rules = Rules(self.relations)
        pick = self._picker(facts, settings.questions, rng)
        describer: Describer | None = None
        xs: list[Array] = []
        ys: list[Array] = []
        for day, rows, first, last in self._walk(facts, self.rules):
            picked = pick(day, len(first))
            if not len(picked):
                continue
            if describer is None or describer.history is not self.history:
                describer = self._describer(settings.room)
            asked = rows[first[picked]]
            stage, chosen, x, _ = describer(
                day, asked[:, 0], asked[:, 1], self.rules.confidence(), self.rules.ages, self.weights
            )
            x = with_stage(x, stage, chosen)
            for i, q in enumerate(picked):
                right = np.isin(chosen[i], rows[first[q] : last[q], 2])
                order = np.argsort(-stage[i, chosen[i]], kind="stable")
                wrong = order[~right[order]]
                if not right.any() or len(wrong) <= settings.near:
                    continue
                far = wrong[settings.near :]
                drawn = rng.choice(far, min(settings.far, len(far)), replace=False)
                rows_of = np.concatenate([np.flatnonzero(right), wrong[: settings.near], drawn])
                xs.append(x[i, rows_of])
                ys.append(right[rows_of])
        if not xs:
            return np.zeros((0, FEATURES + 1), np.float32), np.zeros(0, bool), np.zeros(0, np.int64)
        return np.concatenate(xs), np.concatenate(ys), np.array([len(one) for one in ys])

    def _train(self, x: Array, y: Array, sizes: Array) -> Any:
        import lightgbm

        settings = self.settings
        if len(sizes) < 20:  # too little to learn from: the first score decides alone
            return Additive(tuple(NAMES), 0.0, tuple(_only_stage(i) for i in range(len(NAMES))))
        additive = settings.mode == "additive"
        chosen = {
            "objective": "lambdarank",
            "lambdarank_truncation_level": 10,
            "label_gain": [0, 1],
            "learning_rate": settings.additive_rate if additive else settings.rate,
            "num_leaves": 2 if additive else settings.leaves,
            "min_data_in_leaf": 200,
            "feature_fraction": 0.3,
            "lambda_l2": 5.0,
            "max_bin": 63,
            "num_threads": 1,
            "verbose": -1,
            "seed": settings.seed,
            "deterministic": True,
            "force_row_wise": True,
        }
        data = lightgbm.Dataset(x, y.astype(np.int8), group=sizes, free_raw_data=True)
        booster = lightgbm.train(chosen, data, settings.additive_rounds if additive else settings.rounds)
        return from_stumps(booster, NAMES) if additive else booster


def _only_stage(column: int) -> Any:
    from detente.dynamics.additive import Curve

    if column < FEATURES:
        return Curve((), (0.0,))
    borders = np.linspace(-30, 0, 301)
    return Curve(tuple(borders.tolist()), tuple(np.linspace(-30, 0, 302).tolist()))


def with_stage(x: Array, stage: Array, chosen: Array) -> Array:
    """Features with the first score beside them, as distance below the question's best."""
    own = np.take_along_axis(stage, chosen.astype(np.int64), axis=1)
    return np.concatenate([x, (own - own.max(axis=1, keepdims=True))[:, :, None]], axis=2)


def softmax_weights(x: Array, offset: Array) -> Array:
    """Non-negative weights w under which the first row of each x[i] is likeliest; a faint ridge towards 0."""
    from scipy.optimize import minimize

    def loss(w: Array) -> tuple[float, Array]:
        z = x @ w + offset
        top = z.max(axis=1, keepdims=True)
        e = np.exp(z - top)
        total = e.sum(axis=1, keepdims=True)
        p = e / total
        value = -np.mean(z[:, 0] - top[:, 0] - np.log(total[:, 0])) + 1e-3 * np.sum(w**2)
        gradient = -np.mean(x[:, 0] - np.einsum("ij,ijk->ik", p, x), axis=0) + 2e-3 * w
        return float(value), gradient

    start = np.full(x.shape[2], 0.2)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    return np.asarray(found.x)
