"""Read a document up to the point where acts can be looked for: sentences, namings, anaphors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from detente.actors import Mention, Resolver
from detente.actors.resolve import Context
from detente.coding.anaphora import Remembered, anaphors
from detente.coding.sentences import split_sentences
from detente.documents import Document
from detente.events import Sentence


@dataclass(frozen=True, slots=True)
class Party:
    """One actor of one sentence with every mention of it.

    kind : what its clearest mention is (name, adjective, person, capital, ..., anaphor).
    certainty : probability that these words mean this actor, the best mention's.
    """

    actor: str
    mentions: tuple[Mention, ...]

    @property
    def certainty(self) -> float:
        return max(one.resolution.probability for one in self.mentions)

    @property
    def raw(self) -> str:
        return max(self.mentions, key=lambda one: one.resolution.probability).text


def read_sentences(document: Document, resolver: Resolver, day: date | None) -> list[Sentence]:
    """Sentences of a document with their mentions, anaphors resolved from the sentences before."""
    context, remembered = Context(), Remembered()
    sentences = []
    for index, span in enumerate(split_sentences(document.text)):
        text = document.text[span.start : span.end]
        named = resolver.mentions(text, day, context)
        named += anaphors(text, named, remembered)
        named.sort(key=lambda one: (one.start, one.end))
        remembered = remembered.after(named, resolver.gazetteer)
        sentences.append(Sentence(index, span.start, span.end, text, tuple(named)))
    return sentences


def parties(sentence: Sentence) -> list[Party]:
    """The actors of a sentence in order of first mention, places and persons without office left out.

    A capital named as a place joins the mentions of its state when the state is named otherwise too,
    and stands for it alone only as a weak mention.
    """
    by_actor: dict[str, list[Mention]] = {}
    for mention in sentence.mentions:
        if mention.resolution.actor and mention.resolution.reading in ("actor", "anaphor", "place"):
            by_actor.setdefault(mention.resolution.actor, []).append(mention)
    return [Party(actor, tuple(_weaken_places(mentions))) for actor, mentions in by_actor.items()]


def _weaken_places(mentions: Sequence[Mention]) -> list[Mention]:
    return [
        replace(one, resolution=replace(one.resolution, probability=one.resolution.runners_up[0][1]))
        if one.resolution.reading == "place" and one.resolution.runners_up
        else one
        for one in mentions
    ]
