"""The visible past against plain dictionaries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.dynamics.history import HALF_LIVES, S_O, SR_O, History, find, group_key
from detente.dynamics.rules import BUCKETS, Rules, bucket, bucket_table
from worlds import made_facts

ENTITIES, RELATIONS = 12, 3


def history_of(facts):
    history = History(np.zeros(ENTITIES), np.zeros(ENTITIES), RELATIONS)
    for day in range(int(facts[:, 3].max()) + 1):
        history.observe(day, facts[facts[:, 3] == day])
    return history


def entries(history, table, s, r):
    """The values of a group with their count and last day."""
    past = history.past
    key = group_key(table, s, r, history.country, history.role, RELATIONS)
    group = find(past.group_slots, past.group_key, key)
    found = {}
    at = past.group_head[group] if group >= 0 else -1
    while at >= 0:
        found[int(past.entry_value[at])] = (
            int(past.entry_count[at]),
            int(past.entry_last[at]),
            past.entry_decayed[at],
        )
        at = past.entry_next[at]
    return found


facts = st.integers(0, 10_000).map(
    lambda seed: made_facts(seed, entities=ENTITIES, relations=RELATIONS, per_day=40)
)


@given(facts, st.sampled_from([SR_O, S_O]))
def test_counts_and_last_days_are_those_of_a_dictionary(facts, table):
    history = history_of(facts)
    expected: dict = {}
    for s, r, o, day in facts.tolist():
        group = expected.setdefault((s, r if table == SR_O else 0), {})
        count, _ = group.get(o, (0, 0))
        group[o] = (count + 1, day)
    for (s, r), group in expected.items():
        found = {o: value[:2] for o, value in entries(history, table, s, r).items()}
        assert found == group


@given(facts)
def test_a_decayed_count_is_the_sum_of_what_is_left_of_each_fact(facts):
    history = history_of(facts)
    s, r = int(facts[0, 0]), int(facts[0, 1])
    for o, (_, last, decayed) in entries(history, SR_O, s, r).items():
        own = facts[(facts[:, 0] == s) & (facts[:, 1] == r) & (facts[:, 2] == o)]
        for h, half_life in enumerate(HALF_LIVES):
            assert decayed[h] == pytest.approx(np.sum(0.5 ** ((last - own[:, 3]) / half_life)), rel=1e-4)


def test_a_day_before_one_already_seen_is_refused():
    history = history_of(made_facts(1, entities=ENTITIES, relations=RELATIONS))
    with pytest.raises(ValueError, match="comes after"):
        history.observe(0, made_facts(2, entities=ENTITIES, relations=RELATIONS)[:1])


def test_a_day_without_facts_changes_nothing():
    history = history_of(made_facts(1, entities=ENTITIES, relations=RELATIONS))
    before = history.past.sizes.copy()
    history.observe(50, np.zeros((0, 4), np.int32))
    assert np.array_equal(before, history.past.sizes)


def test_a_body_seen_often_and_lately_has_a_bucket_of_its_own():
    ages = bucket_table()
    assert bucket(1, 1, ages) != bucket(1, 5, ages) != bucket(100, 5, ages)
    assert all(
        0 <= bucket(age, count, ages) < BUCKETS for age in (0, 1, 50, 4000, 9999) for count in (1, 2, 50)
    )


def test_a_rule_counts_its_cases_and_hits():
    history = History(np.zeros(3), np.zeros(3), 2)
    history.observe(0, np.array([[0, 0, 1]]))
    rules = Rules(2)
    rules.count(history.past, 3, np.array([[0, 1, 1]]), np.array([0]), np.array([1]))
    rules.count(history.past, 3, np.array([[0, 1, 2]]), np.array([0]), np.array([1]))
    b = bucket(3, 1, rules.ages)
    assert (rules.cases[1, 0, b], rules.hits[1, 0, b]) == (2, 1)
    assert 0 < rules.confidence()[1, 0, b] < 0.5
