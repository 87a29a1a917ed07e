"""One event and many."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import UnreadableInput
from detente.events import EVENTS, Event, event_id, events_table, from_table, validated
from detente.ontology import ACTS, UNORDERED
from making import events, made_event


@given(st.lists(events(dated=False), max_size=4))
def test_events_survive_the_way_into_a_table_and_back(many):
    assert from_table(events_table(many)) == many


def test_a_table_of_no_events_has_every_column():
    assert events_table([]).schema == EVENTS


def test_an_event_has_the_columns_of_the_table_and_no_others():
    assert {one.name for one in fields(Event)} == set(EVENTS.names)


@given(events())
def test_validating_twice_changes_nothing(event):
    assert validated(event) == event


@given(events())
def test_quad_and_symmetry_follow_from_the_act(event):
    wrong = replace(event, quad=None, symmetric=not event.symmetric)
    assert validated(wrong).quad == ACTS[event.act].quad
    assert validated(wrong).symmetric == (event.act in UNORDERED)


def test_an_act_that_plover_drops_stays_without_act_and_quad():
    event = made_event(act=None, cameo="010")
    assert (event.act, event.quad, event.symmetric, event.cameo) == (None, None, False, "010")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"act": "YIELD"}, "unknown act"),
        ({"status": "maybe"}, "unknown status"),
        ({"day_precision": "decade"}, "unknown precision"),
        ({"confidence": 1.2}, "no probability"),
        ({"confidence": -0.1}, "no probability"),
        ({"confidence": math.nan}, "no probability"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_with_its_place(change, words):
    with pytest.raises(UnreadableInput, match=words) as fault:
        validated(replace(made_event(), **change), where="events.jsonl, line 3")
    assert "line 3" in str(fault.value)


@given(st.text(max_size=5), st.integers(0, 99), st.text("AB", max_size=3), st.text("AB", max_size=3))
def test_an_id_depends_on_document_span_pair_and_act_alone(origin, start, source, target):
    name = event_id(origin, start, start + 9, source, target, "AID")
    assert name == event_id(origin, start, start + 9, source, target, "AID")
    assert name != event_id(origin, start, start + 9, source, target, "SUPPORT")
    assert name != event_id(origin, start + 1, start + 9, source, target, "AID")
    if source != target:
        assert name != event_id(origin, start, start + 9, target, source, "AID")


def test_ids_stay_the_same_between_releases():
    assert event_id("doc", 0, 10, "CHN", "RUS", "AID") == "d00b046d6a2a98bb"


@given(events())
def test_as_json_gives_plain_values_that_json_takes(event):
    import json

    row = json.loads(json.dumps(event.as_json()))
    assert row["event_id"] == event.event_id
    assert row["published"] == (event.published.isoformat() if event.published else None)
    assert set(row) == set(EVENTS.names)


@given(events())
def test_the_actors_of_an_event_are_those_that_resolved(event):
    assert event.actors == tuple(one for one in (event.source, event.target) if one is not None)
