"""The visible past as counts that forget: who answered whom, by actor, country, role and relation.

A table counts values by group: the answers o by (s, r), the countries of answers by (country of s, r), and so on.
Every (group, value) keeps a count, the last day and three decayed counts. All of it grows day by day; nothing
about a day is known before `observe` was given that day's facts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from detente.dynamics.kernels import inlined, kernel

Array = np.ndarray[Any, Any]

HALF_LIVES = (2.0, 12.0, 80.0)  # days: this week, this month, this year
MAX_AGE = 4096  # days; older counts as this old

# Tables whose values are entities, then those whose values are countries or roles (with "same country" or not).
SR_O, S_O, SW_O, R_O, CR_O, OR_O, C_O, ALL_O = range(8)
SR_C, SR_K, CR_C, KR_K, S_C, S_K, CR_K, R_K, C_C, R_C = range(8, 18)
TABLES = 18
ENTITY_TABLES = 8
TABLE_WORDS = (
    "answers of this actor and act",
    "partners of this actor",
    "partners of this actor in this direction",
    "objects of this act",
    "answers of this country and act",
    "answers of this role and act",
    "partners of this country",
    "actors in the news",
    "countries answering this actor and act",
    "roles answering this actor and act",
    "countries answering this country and act",
    "roles answering this role and act",
    "countries this actor deals with",
    "roles this actor deals with",
    "roles answering this country and act",
    "roles answering this act",
    "countries this country deals with",
    "countries answering this act",
)


class Past(NamedTuple):
    """The arrays behind a History; grown by doubling, filled from the front."""

    group_slots: Array  # open addressing: group number + 1, or 0
    group_key: Array  # int64 per group
    group_head: Array  # newest entry of the group, or -1
    group_last: Array  # last day
    group_count: Array
    group_distinct: Array
    group_decayed: Array  # float32 [groups, 3], up to date on group_last
    group_sibling: Array  # next (s, r') group of the same s, or -1
    entry_slots: Array
    entry_key: Array  # int64: group << 25 | value
    entry_next: Array
    entry_value: Array
    entry_last: Array
    entry_count: Array
    entry_decayed: Array
    subject_head: Array  # newest (s, r') group of every s, or -1
    sizes: Array  # groups, entries


def empty_past(entities: int, groups: int, entries: int) -> Past:
    """Room for so many groups and entries, nothing in it."""
    return Past(
        np.zeros(_slots(groups), np.int32),
        np.zeros(groups, np.int64),
        np.full(groups, -1, np.int32),
        np.zeros(groups, np.int32),
        np.zeros(groups, np.int32),
        np.zeros(groups, np.int32),
        np.zeros((groups, 3), np.float32),
        np.full(groups, -1, np.int32),
        np.zeros(_slots(entries), np.int32),
        np.zeros(entries, np.int64),
        np.zeros(entries, np.int32),
        np.zeros(entries, np.int32),
        np.zeros(entries, np.int32),
        np.zeros(entries, np.int32),
        np.zeros((entries, 3), np.float32),
        np.full(entities, -1, np.int32),
        np.zeros(2, np.int64),
    )


def _slots(room: int) -> int:
    return 1 << max(4, (2 * room - 1).bit_length())


@inlined
def _hash(key: int, mask: int) -> Any:
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed >> np.uint64(20)) & np.uint64(mask))


@kernel
def find(slots: Array, keys: Array, key: int) -> Any:
    """The number filed under a key, or -1."""
    mask = len(slots) - 1
    at = _hash(key, mask)
    while slots[at] != 0:
        if keys[slots[at] - 1] == key:
            return np.int64(slots[at] - 1)
        at = (at + 1) & mask
    return np.int64(-1)


@kernel
def _file(slots: Array, keys: Array, key: int, number: int) -> None:
    mask = len(slots) - 1
    at = _hash(key, mask)
    while slots[at] != 0:
        at = (at + 1) & mask
    slots[at] = number + 1
    keys[number] = key


@kernel
def refile(slots: Array, keys: Array, count: int) -> None:
    """File all keys anew, after growth."""
    mask = len(slots) - 1
    for number in range(count):
        at = _hash(keys[number], mask)
        while slots[at] != 0:
            at = (at + 1) & mask
        slots[at] = number + 1


@inlined
def group_key(table: int, s: int, r: int, country: Array, role: Array, relations: int) -> Any:
    """The key of the group that a question (s, r) belongs to in a table, or -1 where it has none."""
    a, b = 0, 0
    if table in (SR_O, SR_C, SR_K):
        a, b = s, r
    elif table in (S_O, S_C, S_K):
        a = s
    elif table == SW_O:
        a, b = s, 1 if r >= relations else 0
    elif table in (R_O, R_K, R_C):
        b = r
    elif table in (CR_O, CR_C, CR_K):
        a, b = country[s], r
        if a == 0:
            return np.int64(-1)
    elif table in (OR_O, KR_K):
        a, b = role[s], r
    elif table in (C_O, C_C):
        a = country[s]
        if a == 0:
            return np.int64(-1)
    return (np.int64(table) << 40) | (np.int64(a) << 12) | np.int64(b)


@inlined
def value_of(table: int, s: int, o: int, country: Array, role: Array) -> Any:
    """What an answer o of a question of s counts as in a table."""
    if table < ENTITY_TABLES:
        return np.int64(o)
    if table in (SR_C, CR_C, S_C, C_C, R_C):
        return np.int64(country[o])
    same = 1 if country[o] != 0 and country[o] == country[s] else 0
    return np.int64(2 * role[o] + same)


@kernel
def observe(
    past: Past, facts: Array, day: int, country: Array, role: Array, relations: int, keep: Array
) -> None:
    """Count the facts (s, r, o) of a day. keep[h, age]: what is left of a count after so many days."""
    for i in range(len(facts)):
        s, r, o = facts[i, 0], facts[i, 1], facts[i, 2]
        for table in range(TABLES):
            key = group_key(table, s, r, country, role, relations)
            if key < 0:
                continue
            group = find(past.group_slots, past.group_key, key)
            if group < 0:
                group = past.sizes[0]
                past.sizes[0] += 1
                _file(past.group_slots, past.group_key, key, group)
                past.group_last[group] = day
                if table == SR_O:
                    past.group_sibling[group] = past.subject_head[s]
                    past.subject_head[s] = group
            age = min(day - past.group_last[group], MAX_AGE - 1)
            for h in range(3):
                past.group_decayed[group, h] = past.group_decayed[group, h] * keep[h, age] + 1
            past.group_last[group] = day
            past.group_count[group] += 1
            value = value_of(table, s, o, country, role)
            filed = (group << 25) | value
            entry = find(past.entry_slots, past.entry_key, filed)
            if entry < 0:
                entry = past.sizes[1]
                past.sizes[1] += 1
                _file(past.entry_slots, past.entry_key, filed, entry)
                past.entry_next[entry] = past.group_head[group]
                past.group_head[group] = entry
                past.entry_value[entry] = value
                past.entry_last[entry] = day
                past.group_distinct[group] += 1
            age = min(day - past.entry_last[entry], MAX_AGE - 1)
            for h in range(3):
                past.entry_decayed[entry, h] = past.entry_decayed[entry, h] * keep[h, age] + 1
            past.entry_last[entry] = day
            past.entry_count[entry] += 1


def keep_table() -> Array:
    """What is left of a count after 0, 1, 2, ... days, per half-life."""
    left = np.exp2(-np.arange(MAX_AGE) / np.array(HALF_LIVES)[:, None])
    return np.asarray(left, np.float32)


class History:
    """The visible past of a stream of facts; `observe` adds a day."""

    def __init__(self, country: Array, role: Array, relations: int) -> None:
        self.country = country.astype(np.int32)
        self.role = role.astype(np.int32)
        self.relations = relations
        self.keep = keep_table()
        self.past = empty_past(len(country), 1 << 12, 1 << 14)
        self.last_day: int | None = None

    def observe(self, day: int, facts: Array) -> None:
        """Take in the facts (s, r, o, ...) of a day, inverses included.

        Raises
        ------
        ValueError : the day is before one already observed.
        """
        if self.last_day is not None and day < self.last_day:
            raise ValueError(f"day {day} comes after day {self.last_day} was observed")
        self.last_day = day
        self._grow(len(facts) * TABLES)
        observe(
            self.past,
            np.ascontiguousarray(facts[:, :3], np.int64),
            day,
            self.country,
            self.role,
            self.relations,
            self.keep,
        )

    def _grow(self, more: int) -> None:
        groups, entries = self.past.sizes.tolist()
        room_groups, room_entries = len(self.past.group_key), len(self.past.entry_key)
        if groups + more <= room_groups and entries + more <= room_entries:
            return
        while room_groups < groups + more:
            room_groups *= 2
        while room_entries < entries + more:
            room_entries *= 2
        fresh = empty_past(len(self.country), room_groups, room_entries)
        for name, old, new in zip(Past._fields, self.past, fresh, strict=True):
            if name not in ("group_slots", "entry_slots"):
                new[: len(old)] = old
        refile(fresh.group_slots, fresh.group_key, groups)
        refile(fresh.entry_slots, fresh.entry_key, entries)
        self.past = fresh
