"""The brief as Markdown: text from outside stays text, and the page reads well."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from detente.brief import as_markdown
from detente.brief.markdown import escape
from making import made_brief

GOLDEN = Path(__file__).parent / "golden" / "made-article.md"
shown = st.text(st.characters(exclude_categories=("Cc", "Cs"))) | st.text(
    "ab1 -+.)=#*_[]()<>&;!|~`\\lt", max_size=12
)


@given(shown)
@example("- a list")
@example("1. a list")
@example("12) a list")
@example("+ a list")
@example("---")
@example("&lt;b&gt;")
@example("<b>x</b> [a](b) ![c](d) `e` *f* __g__")
def test_escaped_text_is_shown_as_it_was_written(text):
    rendered = MarkdownIt("commonmark").render("> " + escape(text))
    assert "<li>" not in rendered
    assert "<hr" not in rendered
    assert unescape(re.sub(r"<[^>]*>", "", rendered)).split() == text.split()


def test_the_brief_of_the_made_article_is_the_one_a_person_has_read():
    """Set DETENTE_GOLDEN=write to write it anew; then read it, and say in the commit why it is better."""
    page = as_markdown(made_brief())
    if os.environ.get("DETENTE_GOLDEN") == "write":
        GOLDEN.write_text(page, encoding="utf-8")
    assert page == GOLDEN.read_text(encoding="utf-8")


def test_every_section_of_the_page_is_there():
    page = as_markdown(made_brief())
    for heading in (
        "Who is in it",
        "What was asked",
        "What was refused",
        "What is expected",
        "If ... then ...",
    ):
        assert f"## {heading}" in page
    for heading in ("Where the ties stand", "Related stories", "What could not be coded, and why"):
        assert f"## {heading}" in page
