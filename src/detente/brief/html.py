"""The brief as one HTML file that needs nothing from outside."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from detente.brief.brief import Brief, event_line, grouped, speaker_text, tie_sentence, when_text
from detente.brief.charts import ties_chart
from detente.events import Event

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup


@cache
def _template() -> Template:
    import jinja2

    text = (files("detente.brief") / "templates" / "brief.html").read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)


def marked(brief: Brief, event: Event) -> Markup:
    """The sentence of an event with source, target and trigger marked; everything in it is escaped."""
    from markupsafe import Markup, escape

    sentence = event.sentence or ""
    spans = []
    for label, words in (
        ("source", event.source_raw),
        ("target", event.target_raw),
        ("trigger", event.trigger),
    ):
        at = sentence.find(words) if words else -1
        if words and at >= 0:
            spans.append((at, at + len(words), label))
    out, cursor = Markup(""), 0
    for start, end, label in sorted(spans):
        if start < cursor:
            continue
        out += escape(sentence[cursor:start])
        out += (
            Markup('<mark class="{}" title="{}">').format(label, label)
            + escape(sentence[start:end])
            + Markup("</mark>")
        )
        cursor = end
    return out + escape(sentence[cursor:])


def as_html(brief: Brief) -> str:
    """A self-contained page: no script, no outside request; follows light and dark; made for print too."""
    from markupsafe import Markup

    chart = Markup(ties_chart(brief.shown_ties, brief.name)) if brief.shown_ties else None
    return _template().render(
        brief=brief,
        document=brief.coding.document,
        coding=brief.coding,
        chart=chart,
        grouped=grouped,
        event_line=event_line,
        speaker_text=speaker_text,
        when_text=when_text,
        tie_sentence=tie_sentence,
        marked=marked,
    )
