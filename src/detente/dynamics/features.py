"""Candidates and features of questions (s, r, ?) on a day, from the visible past alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from detente.dynamics.history import (
    ALL_O,
    ENTITY_TABLES,
    MAX_AGE,
    R_O,
    S_O,
    SR_O,
    TABLES,
    History,
    Past,
    find,
    group_key,
    value_of,
)
from detente.dynamics.kernels import kernel
from detente.dynamics.rules import bucket

Array = np.ndarray[Any, Any]

PER_ENTITY_TABLE = 5  # three shares, count, days since
PER_CLASS_TABLE = 2  # two shares
RULES_AT = ENTITY_TABLES * PER_ENTITY_TABLE + (TABLES - ENTITY_TABLES) * PER_CLASS_TABLE
RULE_FEATURES = 4
RATIO_AT = RULES_AT + RULE_FEATURES
RATIOS = 4
QUESTION_AT = RATIO_AT + RATIOS
QUESTION_FEATURES = 6
FLAG_AT = QUESTION_AT + QUESTION_FEATURES
FEATURES = FLAG_AT + 2
STAGE = TABLES + 1  # what the first, cheap score is a weighted sum of: one part per table, and the rules
EPS = 1e-3


@kernel
def _fill(
    past: Past,
    table: int,
    group: Any,
    day: int,
    keep: Array,
    shares: Array,
    lasts: Array,
    counts: Array,
    stamp: Array,
    now: int,
) -> None:
    age = min(day - past.group_last[group], MAX_AGE - 1)
    total = np.empty(3, np.float32)
    for h in range(3):
        total[h] = past.group_decayed[group, h] * keep[h, age]
    entry = past.group_head[group]
    while entry >= 0:
        v = past.entry_value[entry]
        age = min(day - past.entry_last[entry], MAX_AGE - 1)
        for h in range(3):
            shares[table, v, h] = past.entry_decayed[entry, h] * keep[h, age] / (total[h] + 1e-6)
        lasts[table, v] = age
        counts[table, v] = past.entry_count[entry]
        stamp[table, v] = now
        entry = past.entry_next[entry]


@kernel
def describe(
    past: Past,
    day: int,
    subjects: Array,
    asked: Array,
    country: Array,
    role: Array,
    relations: int,
    keep: Array,
    confidence: Array,
    ages: Array,
    weights: Array,
    room: int,
    shares: Array,
    lasts: Array,
    counts: Array,
    stamp: Array,
    clock: Array,
    stage: Array,
    chosen: Array,
    out: Array,
    parts: Array,
) -> None:
    """Fill, per question: stage (a first score of every entity), chosen (the best `room` entities), out (features)."""
    n = len(country)
    current = np.full(TABLES, -1, np.int64)
    groups = np.full(TABLES, -1, np.int64)
    none = np.zeros(n, np.float32)
    best = np.zeros(n, np.float32)
    second = np.zeros(n, np.float32)
    fired = np.zeros(n, np.float32)
    width = shares.shape[1]
    class_part = np.zeros((TABLES, width), np.float32)
    for q in range(len(subjects)):
        s, r = subjects[q], asked[q]
        row = stage[q]
        row[:] = 0
        for table in range(TABLES):
            key = group_key(table, s, r, country, role, relations)
            group = np.int64(-1)
            if key >= 0:
                group = find(past.group_slots, past.group_key, key)
            groups[table] = group
            if group != current[table] or q == 0:
                clock[0] += 1
                current[table] = group
                clock[1 + table] = clock[0]
                if group >= 0:
                    _fill(past, table, group, day, keep, shares, lasts, counts, stamp, clock[0])
            if group < 0:
                continue
            if table < ENTITY_TABLES:
                w = weights[table]
                if w != 0:
                    entry = past.group_head[group]
                    while entry >= 0:
                        o = past.entry_value[entry]
                        mix = (shares[table, o, 0] + shares[table, o, 1] + shares[table, o, 2]) / 3
                        row[o] += w * np.log1p(mix / EPS)
                        entry = past.entry_next[entry]
        # Rules: every earlier (s, r', o) speaks for o.
        none[:] = 0
        best[:] = 0
        second[:] = 0
        fired[:] = 0
        group = past.subject_head[s]
        while group >= 0:
            body = past.group_key[group] & 0xFFF
            entry = past.group_head[group]
            while entry >= 0:
                o = past.entry_value[entry]
                c = confidence[r, body, bucket(day - past.entry_last[entry], past.entry_count[entry], ages)]
                if c > 0:
                    none[o] -= np.log1p(-min(c, np.float32(0.99)))
                    fired[o] += 1
                    if c > best[o]:
                        second[o] = best[o]
                        best[o] = c
                    elif c > second[o]:
                        second[o] = c
                entry = past.entry_next[entry]
            group = past.group_sibling[group]
        for table in range(ENTITY_TABLES, TABLES):
            if groups[table] < 0 or weights[table] == 0:
                class_part[table, :] = 0
                continue
            now = clock[1 + table]
            for v in range(width):
                if stamp[table, v] == now:
                    mix = (shares[table, v, 0] + shares[table, v, 1] + shares[table, v, 2]) / 3
                    class_part[table, v] = weights[table] * np.log1p(mix / EPS)
                else:
                    class_part[table, v] = 0
        w = weights[TABLES]
        for o in range(n):
            total = row[o] + w * np.log1p(none[o] / EPS)
            same = 1 if country[o] != 0 and country[o] == country[s] else 0
            c, k = country[o], 2 * role[o] + same
            total += (
                class_part[8, c]
                + class_part[10, c]
                + class_part[12, c]
                + class_part[16, c]
                + class_part[17, c]
            )
            total += (
                class_part[9, k]
                + class_part[11, k]
                + class_part[13, k]
                + class_part[14, k]
                + class_part[15, k]
            )
            row[o] = total
        # The best by the first score; equal scores in order of entity number.
        border = np.partition(row, n - room)[n - room]
        found = 0
        for o in range(n):
            if row[o] > border:
                chosen[q, found] = o
                found += 1
        for o in range(n):
            if found == room:
                break
            if row[o] == border:
                chosen[q, found] = o
                found += 1
        for i in range(room):
            o = chosen[q, i]
            x = out[q, i]
            at = 0
            for table in range(TABLES):
                v = value_of(table, s, o, country, role)
                seen = groups[table] >= 0 and stamp[table, v] == clock[1 + table]
                mix = np.float32(0)
                if table < ENTITY_TABLES:
                    if seen:
                        x[at] = shares[table, v, 0]
                        x[at + 1] = shares[table, v, 1]
                        x[at + 2] = shares[table, v, 2]
                        x[at + 3] = counts[table, v]
                        x[at + 4] = lasts[table, v]
                    else:
                        x[at : at + 4] = 0
                        x[at + 4] = 999
                    at += PER_ENTITY_TABLE
                else:
                    x[at] = shares[table, v, 1] if seen else 0
                    x[at + 1] = shares[table, v, 2] if seen else 0
                    at += PER_CLASS_TABLE
                if seen:
                    mix = (shares[table, v, 0] + shares[table, v, 1] + shares[table, v, 2]) / 3
                parts[q, i, table] = np.log1p(mix / EPS)
            parts[q, i, TABLES] = np.log1p(none[o] / EPS)
            x[at] = none[o]
            x[at + 1] = best[o]
            x[at + 2] = second[o]
            x[at + 3] = fired[o]
            at += RULE_FEATURES
            # How much of what o receives comes from here.
            x[at] = x[SR_O * 5 + 3] / (x[R_O * 5 + 3] + 1)
            x[at + 1] = x[S_O * 5 + 3] / (x[ALL_O * 5 + 3] + 1)
            x[at + 2] = x[SR_O * 5 + 3] / (x[S_O * 5 + 3] + 1)
            x[at + 3] = x[R_O * 5 + 3] / (x[ALL_O * 5 + 3] + 1)
            at += RATIOS
            for j, table in enumerate((SR_O, S_O, R_O)):
                group = groups[table]
                x[at + 2 * j] = past.group_count[group] if group >= 0 else 0
                x[at + 2 * j + 1] = past.group_distinct[group] if group >= 0 else 0
            at += QUESTION_FEATURES
            x[at] = 1 if country[o] != 0 and country[o] == country[s] else 0
            x[at + 1] = 0 if country[o] == 0 else 1 if role[o] != 0 else 2


class Describer:
    """Features of questions against a History and Rules."""

    def __init__(self, history: History, *, classes: int, room: int) -> None:
        n = max(len(history.country), classes)
        self.history = history
        self.room = min(room, len(history.country))
        self.shares = np.zeros((TABLES, n, 3), np.float32)
        self.lasts = np.zeros((TABLES, n), np.int32)
        self.counts = np.zeros((TABLES, n), np.int32)
        self.stamp = np.zeros((TABLES, n), np.int64)
        self.clock = np.ones(1 + TABLES, np.int64)

    def __call__(
        self, day: int, subjects: Array, asked: Array, confidence: Array, ages: Array, weights: Array
    ) -> tuple[Array, Array, Array, Array]:
        history = self.history
        n, rows = len(history.country), len(subjects)
        stage = np.empty((rows, n), np.float32)
        chosen = np.empty((rows, self.room), np.int32)
        out = np.empty((rows, self.room, FEATURES), np.float32)
        parts = np.empty((rows, self.room, STAGE), np.float32)
        describe(
            history.past,
            day,
            subjects.astype(np.int64),
            asked.astype(np.int64),
            history.country,
            history.role,
            history.relations,
            history.keep,
            confidence,
            ages,
            weights.astype(np.float32),
            self.room,
            self.shares,
            self.lasts,
            self.counts,
            self.stamp,
            self.clock,
            stage,
            chosen,
            out,
            parts,
        )
        return stage, chosen, out, parts
