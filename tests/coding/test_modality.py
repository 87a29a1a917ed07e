"""What is expected and what is conditional."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detente.coding.modality import EXPECTING, conditional, expectation_window

words = st.sampled_from(
    [
        "If",
        "if",
        "unless",
        "then",
        ",",
        ";",
        "Russia",
        "leaves",
        "will",
        "risks",
        "losing",
        "Should",
        "Were",
        "Had",
        "to",
        "what",
        "asked",
        "even if",
        "in case",
        ".",
        "—",
        "“",
        "but",
        "and",
        "it",
    ]
)
texts = st.text(st.characters()) | st.lists(words, max_size=14).map(" ".join)


@given(texts)
@example("Russia will leave if.")
@example("If, then, Russia will leave the bloc soon.")
@example("Should , Russia leave the bloc.")
def test_both_halves_of_a_conditional_hold_words_and_share_none(sentence):
    halves = conditional(sentence)
    if halves is None:
        return
    for start, end in (halves.condition, halves.consequence):
        assert 0 <= start < end <= len(sentence)
        assert any(c.isalnum() for c in sentence[start:end])
    assert halves.condition[1] <= halves.consequence[0] or halves.consequence[1] <= halves.condition[0]
    assert halves.marker
    assert halves.marker in sentence


@given(texts)
def test_the_window_of_an_expectation_is_in_the_words_of_the_sentence(sentence):
    window = expectation_window(sentence)
    assert window is None or (window and window in sentence)


@pytest.mark.parametrize(
    ("sentence", "condition", "consequence"),
    [
        (
            "If Russia sways too far, it will lose its neighbours.",
            "Russia sways too far",
            "it will lose its neighbours",
        ),
        (
            "China will lose its neighbours if it sways too far.",
            "it sways too far",
            "China will lose its neighbours",
        ),
        (
            "Should China close the strait, Japan would protest.",
            "China close the strait",
            "Japan would protest",
        ),
        (
            "Iran will leave the accord unless the sanctions end.",
            "the sanctions end",
            "Iran will leave the accord",
        ),
        ("If Iran pulls out then the accord is dead.", "Iran pulls out", "the accord is dead"),
        (
            "A tilt towards Moscow risks alienating the neighbours.",
            "A tilt towards Moscow",
            "alienating the neighbours",
        ),
    ],
)
def test_a_condition_and_its_consequence_are_told_apart(sentence, condition, consequence):
    halves = conditional(sentence)
    assert halves is not None
    assert sentence[slice(*halves.condition)] == condition
    assert sentence[slice(*halves.consequence)] == consequence


@pytest.mark.parametrize(
    "sentence",
    [
        "China met Russia on Friday.",
        "Reporters asked if the talks had failed.",
        "It is unclear if Iran will come.",
        "The specification was agreed.",
        "",
    ],
)
def test_a_sentence_without_a_condition_has_none(sentence):
    assert conditional(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Russia is expected to ask for help.",
        "China is widely anticipated to refuse.",
        "Iran will probably join.",
        "Japan looks set to protest.",
        "Analysts expect a summit.",
    ],
)
def test_words_of_expectation_are_heard(sentence):
    assert EXPECTING.search(sentence)


@pytest.mark.parametrize(
    "sentence", ["Russia asked for help.", "The unexpected visit ended.", "They will meet."]
)
def test_a_plain_statement_is_no_expectation(sentence):
    assert not EXPECTING.search(sentence)


@pytest.mark.parametrize(
    ("sentence", "window"),
    [
        ("They are expected to meet next week.", "next week"),
        ("They are expected to meet by the end of the year.", "by the end of the year"),
        ("They are expected to meet in March 2023.", "in March 2023"),
        ("They are expected to meet within days.", "within days"),
        ("They are expected to meet.", None),
    ],
)
def test_an_expectation_keeps_the_time_it_speaks_of(sentence, window):
    assert expectation_window(sentence) == window
