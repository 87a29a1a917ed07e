"""Near copies of a story."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.documents import NearCopies, near_copies

STORY = (
    "China and Russia met on Friday in the old city and spoke for three hours about the price of gas, "
    "the war, and the road through the mountains that both of them want to build before the winter."
)
texts = st.lists(st.text("ab \n", max_size=30), max_size=8)


@given(texts)
def test_no_text_is_in_two_groups(many):
    groups = near_copies(many)
    named = [index for group in groups for index in (group.kept, *group.copies)]
    assert len(named) == len(set(named))


@given(texts)
def test_the_first_of_a_group_is_the_one_to_keep(many):
    assert all(group.kept < min(group.copies) for group in near_copies(many))


@given(texts)
def test_every_exact_copy_is_found(many):
    copies = {index for group in near_copies(many) for index in group.copies}
    for index, text in enumerate(many):
        if text in many[:index]:
            assert index in copies


def test_the_same_story_with_one_word_changed_is_a_near_copy():
    assert near_copies([STORY, "Another text.", STORY.replace("Friday", "Monday")]) == [NearCopies(0, (2,))]


def test_two_stories_about_the_same_actors_are_no_copies():
    other = "Russia told China on Monday that no gas would flow until the bill of last year had been paid."
    assert near_copies([STORY, other]) == []
