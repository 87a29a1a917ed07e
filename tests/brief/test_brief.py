"""What a brief says, before it is drawn."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.brief.brief import event_line, grouped, tie_sentence, when_text
from making import events, made_brief, made_event, made_ties


def test_every_event_stands_in_exactly_one_section():
    brief = made_brief()
    placed = [event.event_id for section in brief.sections for event in section.events]
    assert sorted(placed) == sorted(event.event_id for event in brief.coding.events)
    assert len(placed) > 3


def test_acts_stand_under_the_heading_a_reader_would_look_under():
    brief = made_brief()
    under = {section.key: {event.act for event in section.events} for section in brief.sections}
    assert under["asked"] == {"REQUEST"}
    assert under["refused"] == {"REJECT"}
    assert under["expected"] == {"CONSULT"}


def test_actors_are_named_by_how_often_they_are_named():
    brief = made_brief()
    counts = [one.mentions for one in brief.actors]
    assert counts == sorted(counts, reverse=True)
    assert {one.id for one in brief.actors} >= {"CHN", "RUS", "KAZ", "UZB", "USA", "IND", "PAK"}


def test_a_brief_in_json_is_json_and_keeps_the_related_story():
    shape = json.loads(json.dumps(made_brief(ties=made_ties()).as_json()))
    assert shape["related"] == [{"title": "Two ships and a strait", "url": None}]
    assert {(one["first"], one["second"]) for one in shape["ties"]} == {
        ("CHN", "RUS"),
        ("CHN", "USA"),
        ("IND", "PAK"),
    }
    assert shape["ties"][0]["low"] <= shape["ties"][0]["alignment"] <= shape["ties"][0]["high"]


@settings(max_examples=40)
@given(st.lists(events(), max_size=6))
def test_grouping_loses_no_event(found):
    assert sorted(e.event_id for many in grouped(found) for e in many) == sorted(e.event_id for e in found)


@settings(max_examples=60)
@given(events())
def test_any_event_can_be_said_in_words(event):
    line = event_line(made_brief("x"), [event])
    assert made_brief("x").name(event.source) in line
    assert when_text(event)


@pytest.mark.parametrize(
    ("precision", "words"),
    [("day", "2022-09-05"), ("week", "week of 2022-09-05"), ("month", "September 2022"), ("year", "2022")],
)
def test_a_day_is_said_no_more_closely_than_it_is_known(precision, words):
    assert when_text(made_event(day=date(2022, 9, 5), day_precision=precision)) == words


def test_a_meeting_of_several_is_one_line():
    rows = [made_event("CHN", "RUS", "CONSULT", group="g"), made_event("CHN", "IND", "CONSULT", group="g")]
    assert event_line(made_brief("x"), rows) == "China and Russia and India met or talked"


def test_a_tie_is_said_with_its_range_and_what_it_rests_on():
    (tie,) = [one for one in made_ties() if one.second == "RUS"]
    words = tie_sentence(made_brief("x"), tie)
    assert "China and Russia" in words
    assert "90 % between" in words
    assert "6 acts" in words
