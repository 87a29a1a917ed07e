"""Questions that some future can answer, and words that stand for ranges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import WrongUse
from detente.forecasts import TERMS, Question, checked, read_pattern, term_of, word_for
from detente.forecasts.question import SETS
from detente.ontology import ACTS

OPENED = date(2022, 9, 14)


def asked(**more):
    return Question(
        **{"source": "CHN", "target": "RUS", "acts": ("SUPPORT",), "opened": OPENED, "days": 30, **more}
    )


def test_a_pattern_is_read_with_its_acts_and_days():
    pattern = read_pattern("CHN SUPPORT RUS within 30 days")
    assert (pattern.source, pattern.target, pattern.acts, pattern.days) == ("CHN", "RUS", ("SUPPORT",), 30)
    assert read_pattern("South Korea CONFLICT North Korea in 2 weeks?").days == 14
    assert set(read_pattern("CHN VERBAL-CONFLICT USA within 1 year").acts) == {
        "REQUEST",
        "ACCUSE",
        "REJECT",
        "THREATEN",
    }


@pytest.mark.parametrize("text", ["", "China will help", "CHN SUPPORT RUS", "CHN support RUS within 3 days"])
def test_what_is_no_pattern_says_how_to_write_one(text):
    with pytest.raises(WrongUse) as fault:
        read_pattern(text)
    assert "within 30 days" in fault.value.try_


def test_an_act_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(WrongUse, match="HUG") as fault:
        read_pattern("CHN HUG RUS within 30 days")
    assert "SUPPORT" in fault.value.near


@pytest.mark.parametrize("days", [0, -3, 3651])
def test_a_window_of_no_days_or_of_decades_is_refused(days):
    with pytest.raises(WrongUse, match="window"):
        checked(asked(days=days))


def test_a_thousand_days_may_be_asked_about():
    assert checked(asked(days=1000)).closes == OPENED + timedelta(days=1000)


@pytest.mark.parametrize(
    "more", [{"target": "CHN"}, {"acts": ()}, {"least": 0}, {"days": 3, "least": 4}], ids=str
)
def test_a_rule_that_can_never_be_met_is_refused_when_asked(more):
    with pytest.raises(WrongUse, match="never be answered with yes"):
        checked(asked(**more))


@given(st.sampled_from(sorted(ACTS)), st.integers(1, 3650), st.integers(1, 3))
def test_a_question_keeps_its_id_in_a_file(act, days, least):
    one = asked(acts=(act,), days=days, least=least)
    assert Question.from_json(one.as_json()) == one
    assert Question.from_json(one.as_json()).question_id == one.question_id


def test_the_same_question_asked_by_another_has_the_same_id():
    assert asked(claimant="RUS").question_id == asked(claimant="author").question_id
    assert asked(days=31).question_id != asked().question_id


def test_the_rule_names_acts_days_and_evidence():
    rule = asked(acts=SETS["COOPERATION"], least=2).rule
    for word in ("at least 2 acts", "COOPERATION", "2022-09-14", "2022-10-14", "CHN", "RUS"):
        assert word in rule


def test_every_word_of_probability_has_a_range_and_a_source():
    for term in TERMS:
        assert 0 < term.low < term.high < 1
        assert any(name in term.source for name in ("Kent", "Wallsten", "Barnes", "ICD 203"))


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("unlikely", "likely"),
        ("may", "is likely to"),
        ("likely", "very likely"),
        ("is expected to", "almost certainly"),
    ],
)
def test_stronger_words_stand_for_higher_ranges(weaker, stronger):
    assert term_of(weaker).middle < term_of(stronger).middle


def test_not_turns_a_range_round():
    assert term_of("is not likely to").high == pytest.approx(1 - term_of("likely").low)
    assert term_of("is not expected to").high < 0.5


def test_a_marker_without_a_known_word_still_has_a_range():
    assert 0.5 < term_of("eyes").low < term_of("eyes").high < 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_words_do_not_fall_as_chances_rise(one, other):
    scale = [word_for(x / 1000) for x in range(1001)]
    order = list(dict.fromkeys(scale))
    low, high = sorted((one, other))
    assert order.index(word_for(low)) <= order.index(word_for(high))
