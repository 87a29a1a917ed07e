"""Every step of a coder on one sentence, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from detente.coding.coder import Coder
from detente.documents import make_document


def explain(sentence: str, coder: Coder, day: date | None) -> Iterator[str]:
    """Lines that tell what was found in a sentence and why."""
    document = make_document(sentence, published=day, published_basis="given")
    coding = coder.code(document)
    for one in coding.sentences:
        yield f"sentence {one.index + 1}: {one.text}"
        yield "  mentions"
        for mention in one.mentions:
            read = mention.resolution
            others = (
                "; else " + ", ".join(f"{who} {p:.2f}" for who, p in read.runners_up)
                if read.runners_up
                else ""
            )
            yield (
                f'    "{mention.text}" ({mention.kind}) -> {read.actor or "nobody"}, {read.reading}, '
                f"{read.probability:.2f}: {read.reason}{others}"
            )
        if not one.mentions:
            yield "    none of the tables"
    yield from getattr(coder, "steps", lambda _: ())(document)
    yield "  events"
    for event in coding.events:
        speaker = f", according to {event.attributed_to}" if event.attributed_to else ""
        yield (
            f"    {event.source} {event.act} {event.target or '(nobody named)'}, {event.status}{speaker}, "
            f'"{event.trigger}", {event.day or "day not said"}, confidence {event.confidence:.2f}'
        )
    if not coding.events:
        yield "    none"
    for expectation in coding.expectations:
        yield f'  expectation of {expectation.claimant}: "{expectation.marker}", window {expectation.window or "not said"}'
    for conditional in coding.conditionals:
        yield f'  conditional: if "{conditional.condition}" then "{conditional.consequence}"'
    for gap in coding.uncoded:
        yield f"  not coded: {gap.reason}"
    for warning in coding.warnings:
        yield f"  warning: {warning}"
