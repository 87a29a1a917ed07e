"""A document and its name."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from detente.documents import Related, make_document
from detente.errors import printable


@given(st.text(max_size=60), st.none() | st.text(max_size=20))
def test_the_same_text_and_title_give_the_same_document(text, title):
    assert make_document(text, title=title) == make_document(text, title=title)


@given(st.text("ab ", max_size=20), st.text("ab ", max_size=20))
def test_documents_of_different_text_have_different_names(one, other):
    first, second = make_document(one), make_document(other)
    assert (first.document_id == second.document_id) == (first.text == second.text)


def test_an_id_of_its_own_is_kept():
    assert make_document("China met Russia.", document_id="wire-7").document_id == "wire-7"


def test_boilerplate_around_it_does_not_rename_a_story():
    bare = make_document("China met Russia.")
    assert make_document("Advertisement\nChina met Russia.\nShare\n").document_id == bare.document_id


def test_a_document_without_a_date_claims_no_ground_for_one():
    assert make_document("x", published=None, published_basis="given").published_basis is None
    dated = make_document("x", published=date(2022, 9, 14), published_basis="given")
    assert dated.published_basis == "given"


def test_a_related_story_keeps_the_address_of_its_link():
    document = make_document("China met Russia.\nAlso Read: Iran", links={"Iran": "https://example.org/iran"})
    assert document.related == (Related("Iran", "https://example.org/iran"),)


def test_a_text_in_another_language_is_kept_and_says_so():
    document = make_document(
        "Der Minister sagte, dass die Gespräche mit den Nachbarn nützlich gewesen seien."
    )
    assert document.language == "other"
    assert any("not look English" in note for note in document.notes)


@given(st.text(max_size=40), st.text(max_size=20))
def test_the_facts_about_a_document_cannot_steer_a_terminal(text, fact):
    document = make_document(text, title=fact, publisher=fact, author=fact, url=fact, document_id=fact)
    for value in (document.title, document.publisher, document.author, document.url, document.document_id):
        assert value is None or (printable(value) == value and "\n" not in value)
