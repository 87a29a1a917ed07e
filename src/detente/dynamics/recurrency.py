"""The recurrency baseline: what happened before will happen again, likelier the more often and recently it did.

References
----------
Gastinger, Meilicke, Errica, Sztyler, Schuelke, Stuckenschmidt (2024), History repeats itself: a baseline for
temporal knowledge graph forecasting, IJCAI; with the corrections of June 2025 to its published code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Recurrency:
    """Score = alpha * (share of o in the decayed answers of (s, r)) + (1 - alpha) * (share of o among the objects of r).

    Parameters
    ----------
    decay : an answer of d days ago counts 2 ** (-decay * d). One number, or one per relation, inverses included.
    alpha : weight of the first part, just under 1 so that the second only orders what the first leaves equal.
        One number, or one per relation.
    """

    def __init__(
        self, entities: int, relations: int, *, decay: float | Array = 0.02, alpha: float | Array = 0.99999
    ) -> None:
        self.entities = entities
        self.relations = relations
        self.decay = np.broadcast_to(np.asarray(decay, np.float64), 2 * relations)
        self.alpha = np.broadcast_to(np.asarray(alpha, np.float64), 2 * relations)
        # Per (s, r): the answers, each with its decayed count and the day that count was brought up to date.
        self._answers: dict[tuple[int, int], dict[int, tuple[float, int]]] = {}
        self._objects = np.zeros((2 * relations, entities), np.int32)

    def observe(self, day: int, facts: Array) -> None:
        """Take in the facts (s, r, o, day) of a day, inverses included."""
        for s, r, o in facts[:, :3].tolist():
            answers = self._answers.setdefault((s, r), {})
            count, last = answers.get(o, (0.0, day))
            answers[o] = (count * float(2.0 ** (-self.decay[r] * (day - last))) + 1.0, day)
        np.add.at(self._objects, (facts[:, 1], facts[:, 2]), 1)

    def score(self, day: int, subjects: Array, relations: Array) -> Array:
        """A float64 score for every (question, entity)."""
        counts = self._objects[relations].astype(np.float64)
        alpha = self.alpha[relations]
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        scores = np.asarray((1 - alpha)[:, None] * shares)
        for row, key in enumerate(zip(subjects.tolist(), relations.tolist(), strict=True)):
            if past := self._answers.get(key):
                objects = np.fromiter(past, np.int64, len(past))
                counts_last = np.array(list(past.values()))
                decayed = counts_last[:, 0] * np.exp2(-self.decay[key[1]] * (day - counts_last[:, 1]))
                scores[row, objects] += alpha[row] * decayed / max(decayed.sum(), 1e-300)
        return scores
