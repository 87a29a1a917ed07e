"""The baseline coder, and the laws that every coder keeps."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.coding.lexical import LexicalCoder
from detente.documents import make_document
from detente.events import validated

CODER = LexicalCoder()
PUBLISHED = date(2022, 9, 14)
words = st.sampled_from(
    [
        "China",
        "Russia",
        "Iran",
        "NATO",
        "Xi Jinping",
        "met",
        "asked",
        "refused",
        "and",
        ",",
        "will",
        "not",
        "if",
        "for help",
        "by",
        "was",
        "praised",
        ".",
        "both countries",
        "“",
        "talks",
    ]
)
texts = st.text(st.characters()) | st.lists(words, max_size=16).map(" ".join)


def found(text: str) -> set[tuple[str | None, str | None, str | None, str]]:
    events = CODER.code(make_document(text, published=PUBLISHED)).events
    return {(one.source, one.target, one.act, str(one.status)) for one in events}


@settings(max_examples=60)
@given(texts)
def test_every_event_stands_on_its_words_in_the_text(text):
    document = make_document(text, published=PUBLISHED)
    coding = CODER.code(document)
    for event in coding.events:
        assert validated(event) == event
        assert document.text[event.start : event.end] == event.sentence
        assert event.trigger
        assert event.trigger in event.sentence
        assert event.source_raw in event.sentence
        assert event.target_raw in event.sentence
        assert event.source != event.target
        assert event.published == PUBLISHED


@settings(max_examples=60)
@given(texts)
def test_no_two_events_of_a_document_share_an_id(text):
    events = CODER.code(make_document(text)).events
    assert len({one.event_id for one in events}) == len(events)


@settings(max_examples=30)
@given(texts)
def test_coding_twice_gives_the_same(text):
    assert CODER.code(make_document(text)) == CODER.code(make_document(text))


@settings(max_examples=60)
@given(texts)
def test_a_sentence_that_names_actors_gives_an_event_or_a_reason(text):
    coding = CODER.code(make_document(text))
    explained = {one.start for one in coding.uncoded} | {one.start for one in coding.events}
    for sentence in coding.sentences:
        if any(one.resolution.actor and one.resolution.reading == "actor" for one in sentence.mentions):
            assert sentence.start in explained
    assert all(one.reason for one in coding.uncoded)


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(
            [
                "China",
                "Russia",
                "met",
                "asked",
                "refused",
                "and",
                ",",
                "will",
                "not",
                "help",
                "by",
                "was",
                "praised",
                ".",
            ]
        ),
        max_size=12,
    )
)
def test_swapping_two_countries_swaps_what_is_found(parts):
    other = {"China": "Russia", "Russia": "China"}
    ids = {"CHN": "RUS", "RUS": "CHN"}
    swapped = found(" ".join(other.get(one, one) for one in parts))
    assert swapped == {
        (ids.get(source), ids.get(target), act, status)
        for source, target, act, status in found(" ".join(parts))
    }


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("China praised Russia.", ("CHN", "RUS", "SUPPORT", "happened")),
        ("Russia was criticised by Japan.", ("JPN", "RUS", "ACCUSE", "happened")),
        ("Iran asked China for help.", ("IRN", "CHN", "REQUEST", "happened")),
        ("India refused Pakistan.", ("IND", "PAK", "REJECT", "happened")),
        ("China will meet Russia.", ("CHN", "RUS", "CONSULT", "planned")),
        ("China is expected to visit Russia.", ("CHN", "RUS", "CONSULT", "expected")),
        ("China did not attack Russia.", ("CHN", "RUS", "ASSAULT", "negated")),
        ("China may sanction Russia.", ("CHN", "RUS", "SANCTION", "hypothetical")),
    ],
)
def test_plain_sentences_are_coded_with_their_status(text, event):
    assert found(text) == {event}


def test_each_of_two_joined_by_and_acts():
    assert found("China and Russia condemned Japan.") == {
        ("CHN", "JPN", "ACCUSE", "happened"),
        ("RUS", "JPN", "ACCUSE", "happened"),
    }


def test_those_nations_act_together():
    assert found("Russia asked Kazakhstan and Uzbekistan for help. Those nations refused Russia.") >= {
        ("KAZ", "RUS", "REJECT", "happened"),
        ("UZB", "RUS", "REJECT", "happened"),
    }


def test_a_meeting_of_several_is_one_act_whose_source_was_named_first():
    events = CODER.code(make_document("Kazakhstan, Russia and China met.")).events
    assert {(one.source, one.target) for one in events} == {("KAZ", "RUS"), ("KAZ", "CHN")}
    assert len({one.group for one in events}) == 1
    assert events[0].group is not None


def test_a_related_line_gives_no_event():
    assert found("China praised Russia.\nAlso Read: Iran attacked Japan") == {
        ("CHN", "RUS", "SUPPORT", "happened")
    }


def test_a_text_that_gives_nothing_says_why():
    for text in ("The harvest was good this year.", "China prospers.", "Advertisement"):
        assert CODER.code(make_document(text)).warnings
