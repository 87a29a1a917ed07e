"""Counted rules: after (s, r', o) some days ago, a question (s, r, ?) is answered by o in so many cases of so many."""

from __future__ import annotations

from typing import Any

import numpy as np

from detente.dynamics.history import Past
from detente.dynamics.kernels import inlined, kernel

Array = np.ndarray[Any, Any]

AGE_BORDERS = np.array([1, 2, 3, 5, 8, 13, 20, 31, 50, 80, 130], np.int64)  # last age of each bucket, in days
AGES = len(AGE_BORDERS) + 1
COUNTS = 3  # once; twice or three times; more often
BUCKETS = AGES * COUNTS
PSEUDO = 10.0  # cases without an answer that every rule is given before it has been counted


def bucket_table(longest: int = 4096) -> Array:
    """The recency bucket of every age in days."""
    return np.searchsorted(AGE_BORDERS, np.arange(longest), side="left").astype(np.int64)


@inlined
def bucket(age: int, count: int, ages: Array) -> Any:
    """The bucket of a body seen so often, last so many days ago."""
    seen = 0 if count == 1 else 1 if count <= 3 else 2
    return seen * AGES + ages[min(age, len(ages) - 1)]


@kernel
def count_rules(
    past: Past,
    day: int,
    rows: Array,
    first: Array,
    last: Array,
    ages: Array,
    cases: Array,
    hits: Array,
    mark: Array,
) -> None:
    """Count one day's questions against the past: rows (s, r, o) sorted by (r, s); a question is first[i]:last[i].

    cases, hits : [r, r', bucket]. mark : scratch, one cell per entity, -1 outside this call.
    """
    for i in range(len(first)):
        s, r = rows[first[i], 0], rows[first[i], 1]
        for j in range(first[i], last[i]):
            mark[rows[j, 2]] = i
        group = past.subject_head[s]
        while group >= 0:
            body = past.group_key[group] & 0xFFF
            entry = past.group_head[group]
            while entry >= 0:
                b = bucket(day - past.entry_last[entry], past.entry_count[entry], ages)
                cases[r, body, b] += 1
                if mark[past.entry_value[entry]] == i:
                    hits[r, body, b] += 1
                entry = past.entry_next[entry]
            group = past.group_sibling[group]
        for j in range(first[i], last[i]):
            mark[rows[j, 2]] = -1


class Rules:
    """Rule counts, and the confidences they give."""

    def __init__(self, relations: int) -> None:
        self.cases = np.zeros((2 * relations, 2 * relations, BUCKETS), np.float32)
        self.hits = np.zeros_like(self.cases)
        self.ages = bucket_table()

    def count(self, past: Past, day: int, rows: Array, first: Array, last: Array) -> None:
        """Count a day's questions and answers against the past before that day."""
        mark = np.full(len(past.subject_head), -1, np.int64)
        count_rules(past, day, rows, first, last, self.ages, self.cases, self.hits, mark)

    def confidence(self) -> Array:
        """Share of cases with an answer, [r, r', bucket], shrunk to 0 by PSEUDO cases."""
        return self.hits / (self.cases + np.float32(PSEUDO))
