"""Who "both countries", "those nations", "the bloc" and "he" are, from the sentences before; doubt is kept.

Each rule names its antecedent and a probability; a phrase without a clear antecedent stays unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detente.actors import Gazetteer, Mention, Resolution

_TWO = re.compile(
    r"\b(?:both|the two|the)\s+(?:countries|nations|states|sides|leaders|governments|capitals|parties|presidents|neighbou?rs|powers|"
    r"foreign ministers|rivals|allies|men)\b",
    re.I,
)
_MANY = re.compile(
    r"\b(?:(?:those|these|the (?:three|four|five|six|seven))\s+(?:\w+\s+)?(?:countries|nations|states|republics|members|governments|capitals|neighbou?rs|partners|allies))\b",
    re.I,
)
_DOUBT = re.compile(r"\b(?:some|several|a few|one|many|most|certain)\s+of\s+$", re.I)
_BODY = re.compile(
    r"\b[Tt]he\s+(?P<noun>bloc|alliance|organi[sz]ation|grouping|union|pact|agency|body|watchdog)\b(?!\s+of\b)"
)
_OFFICE = re.compile(
    r"\b[Tt]he\s+(?P<noun>prime minister|president|foreign minister|defen[cs]e minister|foreign ministry|defen[cs]e ministry|government|kingdom|republic|country|Kremlin leader|chancellor|premier)\b"
)
_PRONOUN = re.compile(r"^(?:[\"“]?\s*)(?P<word>He|She|It|They)\b")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the sentences before have said: actors in order of naming, per sentence, newest last."""

    sentences: tuple[tuple[tuple[str, str], ...], ...] = ()  # (actor, kind of actor) in order
    group: tuple[str, ...] = ()  # who the last "those nations" were

    def after(self, mentions: list[Mention], gazetteer: Gazetteer) -> Remembered:
        """Remember one sentence more; three are kept."""
        said: list[tuple[str, str]] = []
        for mention in mentions:
            actor = mention.resolution.actor
            if actor and mention.resolution.reading in ("actor", "anaphor"):
                kind = gazetteer.actors[actor].kind if actor in gazetteer.actors else "own"
                if (actor, kind) not in said:
                    said.append((actor, kind))
        last = [one for one in mentions if one.kind == "anaphor" and _MANY.fullmatch(one.text)]
        group = tuple(dict.fromkeys(one.resolution.actor for one in last if one.resolution.actor))
        return Remembered((*self.sentences, tuple(said))[-3:], group)


def anaphors(sentence: str, named: list[Mention], before: Remembered) -> list[Mention]:
    """Mentions for the anaphors of a sentence; one mention per actor meant, all on the same words."""
    here = [
        one.resolution.actor for one in named if one.resolution.actor and one.resolution.reading == "actor"
    ]
    found: list[Mention] = []
    for match in _MANY.finditer(sentence):
        found += _group(match, sentence, list(before.group) or _last_plural(before, here, least=2), 0.8)
    for match in _TWO.finditer(sentence):
        if match.group().lower().startswith("the ") and not match.group().lower().startswith("the two"):
            continue
        inside = list(
            dict.fromkeys(
                one.resolution.actor for one in named if one.end <= match.start() and one.resolution.actor
            )
        )
        if len(inside) == 2:
            continue  # both are named in this very sentence
        found += _group(match, sentence, _last_plural(before, [], least=2)[-2:], 0.75)
    for match in _BODY.finditer(sentence):
        body = _last_of(before, "organisation")
        if body and body not in here:
            found += _group(match, sentence, [body], 0.8)
    if not here or len(set(here)) == 1:
        opener = _PRONOUN.search(sentence)
        if opener and (subject := _last_subject(before, plural=opener["word"] == "They", here=here)):
            found += _group(opener, sentence, subject, 0.55, span="word")
        for match in _OFFICE.finditer(sentence):
            state = _last_of(before, "state")
            if state and state not in here:
                found += _group(match, sentence, [state], 0.55)
                break
    taken: list[Mention] = []
    for one in found:
        if all(one.end <= other.start or other.end <= one.start for other in named):
            taken.append(one)
    return taken


def _group(
    match: re.Match[str], sentence: str, actors: list[str], probability: float, span: str = ""
) -> list[Mention]:
    start, end = match.span(span) if span else match.span()
    doubtful = bool(_DOUBT.search(sentence[:start]))
    words = sentence[start:end]
    reason = f'"{words}" points back to ' + " and ".join(actors)
    if doubtful:
        probability *= 0.6
        reason += "; the text says only some of them"
    return [
        Mention(start, end, words, "anaphor", Resolution(actor, "anaphor", reason, probability))
        for actor in actors
    ]


def _last_plural(before: Remembered, here: list[str], *, least: int) -> list[str]:
    """The newest sentence that named several states, without those named in this sentence."""
    for said in reversed(before.sentences):
        states = [actor for actor, kind in said if kind in ("state", "own") and actor not in here]
        if len(states) >= least:
            return states
    return []


def _last_of(before: Remembered, kind: str) -> str | None:
    for said in reversed(before.sentences):
        found = [actor for actor, what in said if what == kind]
        if found:
            return found[-1] if kind == "organisation" else found[0]
    return None


def _last_subject(before: Remembered, *, plural: bool, here: list[str]) -> list[str]:
    """The first actor of the sentence just before, or all of it for "they"."""
    if not before.sentences or not before.sentences[-1]:
        return []
    said = [actor for actor, kind in before.sentences[-1] if actor not in here]
    if plural:
        return said[:2]
    return said[:1]
