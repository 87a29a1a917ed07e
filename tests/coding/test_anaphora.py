"""Who "both countries", "those nations", "the bloc" and "he" are."""

from __future__ import annotations

import pytest

from detente.actors import Actor, Gazetteer, Mention, Resolution
from detente.coding.anaphora import Remembered, anaphors

TABLES = Gazetteer(
    actors={
        **{one: Actor(one, one, "state") for one in ("CHN", "RUS", "KAZ", "UZB", "IND")},
        "SCO": Actor("SCO", "SCO", "organisation"),
    },
    names=(),
    memberships=(),
    holders=(),
)


def named(sentence: str, *actors: str) -> list[Mention]:
    """Mentions of actors that stand in the sentence under their own ids."""
    return [
        Mention(at, at + len(one), one, "name", Resolution(one, "actor", "made", 0.99))
        for one in actors
        if (at := sentence.find(one)) >= 0
    ]


def told(*sentences: str) -> Remembered:
    """The memory after some sentences."""
    before = Remembered()
    for sentence in sentences:
        mentions = named(sentence, *TABLES.actors)
        mentions += anaphors(sentence, mentions, before)
        before = before.after(sorted(mentions, key=lambda one: one.start), TABLES)
    return before


def meant(sentence: str, before: Remembered) -> list[tuple[str, str | None]]:
    found = anaphors(sentence, named(sentence, *TABLES.actors), before)
    assert all(sentence[one.start : one.end] == one.text for one in found)
    return [(one.text, one.actor) for one in found]


def test_both_countries_are_the_two_of_the_sentence_before():
    before = told("CHN met RUS.")
    assert meant("Both countries want peace.", before) == [
        ("Both countries", "CHN"),
        ("Both countries", "RUS"),
    ]


def test_both_countries_are_those_of_the_same_sentence_when_it_names_two():
    assert meant("KAZ met UZB and both countries want peace.", told("CHN met RUS.")) == []


def test_those_nations_are_all_that_were_named_but_the_one_named_now():
    before = told("RUS asked KAZ and UZB for help.")
    assert meant("RUS heard no from those nations.", before) == [
        ("those nations", "KAZ"),
        ("those nations", "UZB"),
    ]


def test_those_nations_said_twice_are_the_same_nations():
    before = told("RUS asked KAZ and UZB for help.", "RUS heard no from those nations.")
    assert [actor for _, actor in meant("Those countries wait.", before)] == ["KAZ", "UZB"]


def test_some_of_those_nations_is_a_doubt_that_is_kept():
    before = told("RUS asked KAZ and UZB for help.")
    sure = anaphors("Those nations refused.", [], before)
    doubtful = anaphors("Some of those nations refused.", [], before)
    assert max(one.resolution.probability for one in doubtful) < min(
        one.resolution.probability for one in sure
    )
    assert all("only some" in one.resolution.reason for one in doubtful)


def test_the_bloc_is_the_newest_organisation():
    assert meant("The bloc said nothing.", told("CHN spoke to the SCO.")) == [("The bloc", "SCO")]


def test_the_union_of_something_is_a_name_and_no_anaphor():
    assert meant("The union of writers said nothing.", told("CHN spoke to the SCO.")) == []


@pytest.mark.parametrize(("sentence", "who"), [("He left.", ["CHN"]), ("They left.", ["CHN", "RUS"])])
def test_a_pronoun_at_the_start_points_to_the_subject_before(sentence, who):
    assert [actor for _, actor in meant(sentence, told("CHN met RUS."))] == who


def test_a_pronoun_inside_a_sentence_is_not_guessed():
    assert meant("On Friday he left.", told("CHN met RUS.")) == []


def test_what_was_said_more_than_three_sentences_ago_is_forgotten():
    before = told("CHN met RUS.", "It rained.", "It snowed.", "The wind blew.")
    assert meant("Both countries want peace.", before) == []


def test_without_anything_before_nothing_is_guessed():
    for sentence in ("Both countries agreed.", "Those nations refused.", "The bloc waits.", "He left."):
        assert meant(sentence, Remembered()) == []
