"""Sentences: every character in its place, none lost."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import environment
from detente.coding import split_sentences
from detente.coding.sentences import LONGEST

pieces = st.sampled_from(
    [
        "The U.S. ",
        "Mr. ",
        "Xi ",
        "met. ",
        "Why? ",
        "“No.” ",
        "\n",
        "\n\n",
        "e.g. ",
        "3.5 ",
        "x",
        "... ",
        ", ",
        "A",
    ]
)
texts = st.text(st.characters()) | st.lists(pieces, max_size=40).map("".join)


def cut(text: str) -> list[str]:
    return [text[one.start : one.end] for one in split_sentences(text)]


@given(texts)
def test_sentences_hold_every_non_space_character(text):
    held = [at for one in split_sentences(text) for at in range(one.start, one.end)]
    assert {at for at, c in enumerate(text) if not c.isspace()} <= set(held)


@given(texts)
def test_sentences_stand_in_order_and_never_overlap(text):
    spans = split_sentences(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@given(texts)
def test_no_sentence_is_empty_or_begins_or_ends_with_a_space(text):
    for sentence in cut(text):
        assert sentence
        assert sentence == sentence.strip()


@given(st.text("ab ,;.\n", max_size=100), st.integers(1, 60))
@example("a", 3000)
@example("a, ", 3000)
def test_no_sentence_is_longer_than_the_longest(text, times):
    assert all(len(one) <= LONGEST for one in cut(text * times))


@given(st.lists(st.sampled_from(["China met Russia.", "Did Iran ask?", "They left!"]), max_size=9))
def test_plain_sentences_are_cut_where_they_end_whatever_stands_between(sentences):
    assert cut(" ".join(sentences)) == cut("\n\n".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Xi met Gen. Li in St. Petersburg.", "He left."],
        ["The U.S. Senate voted.", "It passed."],
        ["They went to the U.S.", "The talks failed."],
        ["Oil rose by 3.5 percent.", "Gas fell."],
        ["“We will not go.”", "He said so twice."],
        ["Will they come?", "Nobody knows!", "Wait…", "Then they came."],
        ["J. K. Rao of Acme Inc. signed the accord.", "It holds."],
        ["The accord of Feb. 4 holds.", "Both sides said so."],
    ],
)
def test_abbreviations_initials_and_quotes_do_not_mislead(sentences):
    assert cut(" ".join(sentences)) == sentences


def test_a_line_that_was_wrapped_is_one_sentence():
    wrapped = (
        "The foreign ministers of China and Russia met on Friday in\nthe old city and spoke for three hours."
    )
    assert cut(wrapped) == [wrapped]


def test_a_headline_without_a_full_stop_is_a_sentence_of_its_own():
    assert cut("China meets Russia\nThe two spoke for hours.") == [
        "China meets Russia",
        "The two spoke for hours.",
    ]


@pytest.mark.parametrize("unit", ["He came home. ", "Mr. ", "U.S. ", "a" * 50, "\n \n", "... "])
def test_a_text_of_a_megabyte_is_cut_at_once_whatever_it_repeats(unit):
    program = "import sys; from detente.coding import split_sentences as s; print(len(s(sys.argv[1] * int(1e6 / len(sys.argv[1])))))"
    done = subprocess.run(
        [sys.executable, "-c", program, unit], capture_output=True, env=environment(), timeout=30, check=True
    )
    assert done.stdout.strip().isdigit()
