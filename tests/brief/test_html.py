"""The brief as one page: self-contained, and text from outside stays text."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from detente.actors import gazetteer
from detente.brief import as_html
from detente.brief.html import marked
from making import made_brief, made_event, made_ties


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_the_page_needs_nothing_from_outside_and_runs_nothing():
    tags = Tags(as_html(made_brief(ties=made_ties()))).seen
    assert {tag for tag, _ in tags}.isdisjoint({"script", "link", "iframe", "img", "object", "form"})
    for _, attributes in tags:
        assert not any(name.startswith("on") or name in ("src", "href") for name in attributes)
    policy = [one["content"] for tag, one in tags if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy[0].startswith("default-src 'none'")


def test_every_sentence_an_event_rests_on_stands_in_the_page():
    brief = made_brief()
    words = unescape(re.sub(r"<[^>]+>", "", as_html(brief)))
    for event in brief.coding.events:
        assert event.sentence in words


@settings(max_examples=50)
@given(st.text(max_size=30), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_marking_changes_no_word_of_a_sentence(sentence, source, target, trigger):
    event = made_event(sentence=sentence, source_raw=source, target_raw=target, trigger=trigger)
    page = str(marked(made_brief("x"), event))
    assert unescape(re.sub(r"</?mark[^>]*>", "", page)) == sentence


@settings(max_examples=20)
@given(
    st.sampled_from(
        ["<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{ brief }}", "</title><b>"]
    )
)
def test_hostile_facts_add_no_tag(words):
    plain, hostile = (
        made_brief(title="x", url="x", author="x"),
        made_brief(title=words, url=words, author=words),
    )
    assert [tag for tag, _ in Tags(as_html(hostile)).seen] == [tag for tag, _ in Tags(as_html(plain)).seen]


def test_the_name_of_your_own_actor_cannot_break_into_the_page_or_its_chart(tmp_path):
    (tmp_path / "own.csv").write_text('id,name\nCHN,"</svg><script>alert(1)</script>"\n')
    page = as_html(made_brief(tables=gazetteer().with_own(tmp_path / "own.csv"), ties=made_ties()))
    assert "<script" not in page
    assert "<svg" in page
