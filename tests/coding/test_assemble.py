"""From what was found in a sentence to rows, expectations, conditionals and what stayed uncoded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from detente.actors import Mention, Resolution
from detente.coding.assemble import Found, Reading, assemble
from detente.coding.reader import parties
from detente.documents import make_document
from detente.events import Coding, Sentence
from detente.ontology import ACTS, UNORDERED, Status

TEXT = "AAA, BBB, CCC and DDD are expected to meet next week if they agree."
ACTORS = ("AAA", "BBB", "CCC", "DDD")


def read(*found: Found, text: str = TEXT, reason: str = "", certainty: float = 1.0) -> Coding:
    """The coding of a sentence whose parses are made by hand."""
    document = make_document(text, document_id="made", published=date(2022, 9, 14), published_basis="given")
    mentions = tuple(
        Mention(at, at + 3, one, "name", Resolution(one, "actor", "made", certainty))
        for one in ACTORS
        if (at := text.find(one)) >= 0
    )
    sentence = Sentence(0, 0, len(text), text, mentions)
    return assemble(document, [Reading(sentence, tuple(parties(sentence)), found, reason)], coder="made")


def act(
    source: str, target: str | None, name: str = "AID", status: str = "happened", p: float = 0.9
) -> Found:
    return Found(source, target, name, status, (38, 42), p)


founds = st.lists(
    st.builds(
        act,
        st.sampled_from(ACTORS),
        st.sampled_from(ACTORS),
        st.sampled_from(sorted(ACTS)),
        st.sampled_from([str(one) for one in Status]),
        st.floats(0.05, 1),
    ).filter(lambda one: one.source != one.target),
    max_size=8,
)


@given(founds)
def test_no_two_rows_share_an_id_whatever_was_found(found):
    events = read(*found).events
    assert len({one.event_id for one in events}) == len(events)


@given(founds.map(lambda many: [replace(one, status="happened") for one in many]))
def test_every_pair_and_act_that_was_found_is_in_the_rows_or_follows_from_a_group(found):
    events = read(*found).events
    direct = {(frozenset(one.actors) if one.symmetric else one.actors, one.act) for one in events}
    sides: dict[tuple[str | None, str], set[str]] = {}
    for one in events:
        if one.group and one.symmetric:
            sides.setdefault((one.act, one.group), set()).update(one.actors)
    for one in found:
        pair = (one.source, one.target)
        told = (frozenset(pair) if one.act in UNORDERED else pair, one.act) in direct
        follows = any(set(pair) <= members for (name, _), members in sides.items() if name == one.act)
        assert told or follows


@given(founds)
def test_an_unordered_act_of_a_pair_is_stored_once_with_the_first_named_as_source(found):
    for event in read(*found).events:
        if event.symmetric:
            assert ACTORS.index(event.source) < ACTORS.index(event.target)


@given(founds)
def test_every_expected_event_is_an_expectation_and_nothing_else_is(found):
    coding = read(*found)
    expected = [one for one in coding.events if one.status == Status.EXPECTED]
    assert [one.event for one in coding.expectations] == expected


def test_of_two_statuses_of_one_act_the_likelier_stays():
    coding = read(
        act("AAA", "BBB", status="happened", p=0.6),
        act("AAA", "BBB", status="planned", p=0.8),
        text="AAA, BBB, CCC and DDD will perhaps meet next week if they agree.",
    )
    (event,) = coding.events
    assert event.status == "planned"


def test_a_meeting_of_four_is_three_rows_of_one_group():
    coding = read(*(act(one, other, "CONSULT") for one in ACTORS for other in ACTORS if one < other))
    assert {(one.source, one.target) for one in coding.events} == {("AAA", one) for one in ACTORS[1:]}
    assert len({one.group for one in coding.events}) == 1


def test_one_act_towards_several_is_one_group_and_two_acts_are_not():
    (first, second) = read(act("AAA", "BBB"), act("AAA", "CCC")).events
    assert first.group == second.group is not None
    (alone,) = read(act("AAA", "BBB")).events
    assert alone.group is None


def test_confidence_takes_in_how_sure_the_names_are():
    (sure,) = read(act("AAA", "BBB", p=0.8)).events
    (doubtful,) = read(act("AAA", "BBB", p=0.8), certainty=0.5).events
    assert sure.confidence == 0.8
    assert doubtful.confidence == 0.2


def test_an_expectation_keeps_claimant_marker_and_window():
    (one,) = read(act("AAA", "BBB", "CONSULT", "expected")).expectations
    assert (one.claimant, one.marker, one.window) == ("author", "are expected to", "next week")


def test_a_conditional_keeps_who_is_named_in_each_half():
    (one,) = read(text="AAA will help BBB if CCC asks for it.").conditionals
    assert (one.condition, one.condition_actors) == ("CCC asks for it", ("CCC",))
    assert one.consequence_actors == ("AAA", "BBB")


def test_what_was_not_coded_says_why():
    (gap,) = read(reason="nothing reached 0.50").uncoded
    assert gap.reason == "nothing reached 0.50"
    (alone,) = read(text="AAA prospers.").uncoded
    assert "only one actor" in alone.reason


def test_a_text_of_nothing_but_boilerplate_says_that_nothing_is_left():
    coding = assemble(make_document("Advertisement\nShare"), [], coder="made")
    assert any("nothing is left" in one for one in coding.warnings)


def test_an_act_that_is_expected_to_come_is_expected_and_not_planned():
    (event,) = read(act("AAA", "BBB", status="planned", p=0.8)).events
    assert event.status == "expected"
