"""The brief as Markdown."""

from __future__ import annotations

import re

from detente.brief.brief import Brief, event_line, grouped, speaker_text, tie_sentence, times, when_text


def escape(text: str) -> str:
    """Text from outside, with everything that Markdown would read as markup disarmed."""
    plain = re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", " ".join(text.split()))
    # What would open a list or draw a line where the text begins with it.
    return re.sub(r"^(\d{1,9})([.)])|^([-+=])", r"\1\\\2\3", plain)


def as_markdown(brief: Brief) -> str:
    """The brief as a Markdown page; the words of the text appear as quotations."""
    document = brief.coding.document
    lines = [f"# {escape(brief.title)}", "", brief.headline + ".", ""]
    facts = [
        escape(part)
        for part in (
            document.author or "",
            document.publisher or "",
            document.published.isoformat() if document.published else "no date known",
            document.url or "",
        )
        if part
    ]
    lines += [" · ".join(facts), ""]
    for note in (*document.notes, *brief.coding.warnings):
        lines += [f"> **Note:** {escape(note)}", ""]
    lines += ["## Who is in it", ""]
    for one in brief.actors:
        lines.append(
            f"- **{escape(one.name)}** ({one.id}), {times(one.mentions)}: {escape(', '.join(one.words[:6]))}"
        )
    if not brief.actors:
        lines.append("Nobody of the tables is named.")
    lines.append("")
    for section in brief.sections:
        lines += [f"## {section.heading}", ""]
        for events in grouped(section.events):
            first = events[0]
            lines += [
                f"- **{escape(event_line(brief, events))}** — {when_text(first)}; {escape(speaker_text(brief, first))}; "
                f"{first.act}, confidence {_share(first.confidence)}",
                f"  > {escape(first.sentence or '')}",
            ]
        lines.append("")
    if brief.coding.conditionals:
        lines += ["## If ... then ...", ""]
        for cond in brief.coding.conditionals:
            lines.append(f"- **If** {escape(cond.condition)} — **then** {escape(cond.consequence)}")
        lines.append("")
    lines += ["## Where the ties stand", ""]
    if brief.ties:
        lines.append(f"From the store, as of {brief.ties_as_of}.")
        lines.append("")
        lines += [f"- {escape(tie_sentence(brief, one))}" for one in brief.ties]
    else:
        lines.append(escape(brief.store_note or "No store was read."))
    lines.append("")
    if document.related:
        lines += ["## Related stories", ""]
        lines += [
            f"- {escape(one.title)}{' ' + escape(one.url) if one.url else ''}" for one in document.related
        ]
        lines.append("")
    if brief.coding.uncoded:
        lines += ["## What could not be coded, and why", ""]
        lines += [f"- {escape(one.sentence)} *({escape(one.reason)})*" for one in brief.coding.uncoded]
        lines.append("")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "not given" if value is None else f"{value:.2f}"
