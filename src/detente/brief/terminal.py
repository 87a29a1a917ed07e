"""The brief on a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from detente.brief.brief import Brief, event_line, grouped, speaker_text, tie_sentence, times, when_text

if TYPE_CHECKING:
    from rich.console import Console


def print_brief(brief: Brief, console: Console) -> None:
    """Print the brief; words of the text are printed as they are, never read as markup."""
    from rich.text import Text

    def head(text: str) -> None:
        console.print()
        console.print(Text(text, style="bold underline"))

    def indented(text: str, style: str = "") -> None:
        lines = textwrap.wrap(text, max(20, console.width - 4)) if console.is_terminal else [text]
        for line in lines:
            console.print(Text("    " + line, style=style))

    document = brief.coding.document
    console.print(Text(brief.title, style="bold"))
    facts = (document.author, document.publisher, str(document.published or "no date known"))
    console.print(Text(" · ".join(one for one in facts if one)))
    console.print(Text(brief.headline + "."))
    for note in (*document.notes, *brief.coding.warnings):
        console.print(Text(f"Note: {note}", style="yellow"))
    head("Who is in it")
    for one in brief.actors:
        console.print(Text(f"  {one.id:<6} {one.name}, {times(one.mentions)} ({', '.join(one.words[:6])})"))
    for section in brief.sections:
        head(section.heading)
        for events in grouped(section.events):
            first = events[0]
            console.print(Text(f"  {event_line(brief, events)}", style="bold"))
            confidence = "" if first.confidence is None else f", confidence {first.confidence:.2f}"
            indented(f"{first.act}, {when_text(first)}, {speaker_text(brief, first)}{confidence}", "dim")
            indented(f"“{first.sentence}”")
    if brief.coding.conditionals:
        head("If ... then ...")
        for cond in brief.coding.conditionals:
            console.print(Text(f"  if {cond.condition}"))
            indented(f"then {cond.consequence}")
    head("Where the ties stand")
    if brief.ties:
        console.print(Text(f"  from the store, as of {brief.ties_as_of}", style="dim"))
        for tie in brief.shown_ties:
            console.print(Text(f"  {tie_sentence(brief, tie)}"))
        rest = len(brief.ties) - len(brief.shown_ties)
        if rest:
            console.print(Text(f"  and {rest} more pairs (in --html, --md and --json)", style="dim"))
    else:
        console.print(Text(f"  {brief.store_note or 'no store was read'}", style="dim"))
    if document.related:
        head("Related stories (not coded)")
        for story in document.related:
            console.print(Text(f"  {story.title}{'  ' + story.url if story.url else ''}"))
    if brief.coding.uncoded:
        head("What could not be coded, and why")
        for gap in brief.coding.uncoded:
            console.print(Text(f"  {gap.sentence}"))
            indented(gap.reason, "dim")
