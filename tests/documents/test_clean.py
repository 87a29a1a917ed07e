"""Cleaning takes out what the author did not write, and every character finds its way back."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import environment
from detente.documents import clean, looks_english, make_document, repair_mojibake
from detente.errors import printable

ODD = "\u00a0\u200b\u200f\u202e\u2028\x85\x0b\x0c\x1c\x00\x1b\t\r\n []()|:\ud800\ufeff"
lines = st.sampled_from(
    [
        "China met Russia.",
        "Also Read: Iran hits back",
        "Read more | Two ships",
        "By Jane Doe and John Roe",
        "ADVERTISEMENT",
        "Share",
        "(Also read: A story within) and the line goes on.",
        "  wide \u00a0\u00a0 spaces ",
        "",
        " ",
        "© 2022 A Paper",
    ]
)
texts = (
    st.text(st.characters(), max_size=200)
    | st.text(st.sampled_from(list(ODD + "ab.")), max_size=80)
    | st.lists(lines | st.text(max_size=20), max_size=12).map("\n".join)
)


@given(texts)
@example("a\x85b")
@example("a\r\nb\r\n")
@example("[See also: ab\u00a0\u00a0cd]x")
def test_cleaning_keeps_offsets(original):
    document = make_document(original)
    for at, character in enumerate(document.text):
        origin = document.original_offset(at)
        assert 0 <= origin < len(original)
        if not character.isspace():
            assert original[origin] == character


@given(texts)
def test_cleaned_characters_stand_in_the_order_of_the_original(original):
    document = make_document(original)
    origins = [document.original_offset(at) for at, c in enumerate(document.text) if not c.isspace()]
    assert origins == sorted(set(origins))


@given(texts)
@example("\x08 0")
@example("a \u200b b")
def test_cleaning_twice_changes_nothing_more(original):
    once = clean(original)
    again = clean(once.text)
    assert again.text == once.text
    assert again.related == ()


@given(st.lists(lines.filter(lambda line: "(Also" not in line)))
def test_every_line_is_kept_or_named_with_the_reason_it_was_taken_out(many):
    cleaned = clean("\n".join(many))
    kept = [" ".join(line.split()) for line in cleaned.text.splitlines() if line.strip()]
    taken = [line for line, reason in cleaned.removed if reason]
    assert sorted(kept + taken) == sorted(" ".join(line.split()) for line in many if line.strip())


@given(texts)
def test_what_is_kept_cannot_steer_a_terminal(original):
    cleaned = clean(original)
    for text in (cleaned.text, *cleaned.related, *(line for line, _ in cleaned.removed)):
        assert printable(text) == text


def test_an_offset_outside_the_text_is_refused():
    document = make_document("China met Russia.")
    for offset in (-1, len(document.text)):
        with pytest.raises(IndexError):
            document.original_offset(offset)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Also Read: Iran hits back", "Iran hits back"),
        ("ALSO READ | Iran hits back", "Iran hits back"),
        ("Read also – Iran hits back", "Iran hits back"),
        ("• Related story: Iran hits back", "Iran hits back"),
        ("Don’t miss: Iran hits back", "Iran hits back"),
    ],
)
def test_a_line_that_points_to_another_story_becomes_a_related_story(line, title):
    cleaned = clean(f"China met Russia.\n{line}\nThey talked.")
    assert cleaned.text == "China met Russia.\nThey talked."
    assert cleaned.related == (title,)
    assert cleaned.removed == ((line, "related story"),)


def test_a_related_story_in_brackets_leaves_its_sentence_whole():
    cleaned = clean("China met Russia (Also read: Iran hits back) on Friday.")
    assert cleaned.related == ("Iran hits back",)
    assert cleaned.text == "China met Russia on Friday."


def test_a_sentence_that_opens_with_a_link_in_brackets_stays():
    cleaned = clean("(Also read: Iran hits back) China met Russia [See also: Two ships].")
    assert cleaned.related == ("Iran hits back", "Two ships")
    assert cleaned.text == "China met Russia."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("By Jane Doe", "byline"),
        ("Reporting by Jane Doe and John Roe", "byline"),
        ("Published on 14 September 2022", "date line of the page"),
        ("Photo: the two leaders in Samarkand", "caption or credit"),
        ("Leaders shake hands (AP Photo/Jane Doe)", "caption or credit"),
        ("Share on Facebook", "share bar or menu"),
        ("Sign up for our newsletter", "invitation to subscribe"),
        ("Advertisement", "advertisement"),
        ("All rights reserved.", "copyright line"),
        ("Also read", "heading of related stories"),
    ],
)
def test_what_a_page_adds_is_taken_out_with_its_reason(line, reason):
    cleaned = clean(f"China met Russia.\n{line}\nThey talked.")
    assert cleaned.removed == ((line, reason),)
    assert cleaned.text == "China met Russia.\nThey talked."


@pytest.mark.parametrize(
    "line",
    [
        "By Friday the two sides had agreed.",
        "By signing the accord, Iran gave way.",
        "Published accounts differ on what Iran asked of Russia.",
        "Share prices fell after Russia cut the gas.",
        "Follow-up talks between India and China failed.",
        "Related talks between India and China failed.",
        "Photo opportunities aside, India and China disagreed.",
    ],
)
def test_a_sentence_that_only_begins_like_boilerplate_stays(line):
    assert clean(line).text == line


def test_a_hostile_line_of_repeated_menu_words_is_read_at_once():
    # A pattern that tries every way to split the spaces would not come back in this life.
    program = "from detente.documents import clean; print(clean('share  ' * 60 + 'them').text[:5])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=environment(), timeout=60, check=True
    )
    assert done.stdout.strip() == b"share"


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_mending_never_fails_and_says_whether_it_changed_anything(text):
    mended, changed = repair_mojibake(text)
    assert changed == (mended != text)


@given(
    st.sampled_from(["“Türkiye’s offer”", "São Tomé – a visit", "“Go,” it said… — twice"]), st.text("abc \n")
)
def test_utf8_read_as_windows_1252_is_mended(words, around):
    broken = words.encode("utf-8").decode("cp1252", "ignore")
    if broken.encode("cp1252") != words.encode("utf-8"):
        return  # Windows-1252 lacks one of these bytes: what is lost cannot come back
    assert repair_mojibake(f"{around}{broken}{around}") == (f"{around}{words}{around}", True)


def test_a_text_that_is_right_is_left_alone():
    text = "São Paulo, “Türkiye”, naïve café"
    assert repair_mojibake(text) == (text, False)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The minister said that the talks with the neighbours were of use to all of them.", True),
        ("Der Minister sagte, dass die Gespräche mit den Nachbarn für alle von Nutzen gewesen seien.", False),
        ("Министр заявил, что переговоры с соседями были полезны для всех сторон.", False),
        ("外交部长表示与邻国的会谈对各方都有益处。", False),
        ("China met Russia.", None),
        ("", None),
    ],
)
def test_a_text_looks_english_or_not_or_is_too_short_to_tell(text, verdict):
    assert looks_english(text) is verdict
