"""The baseline coder: verbs from a short list, the nearest actor on either side. Right on plain sentences only.

It stands beside the learned coder in every evaluation, as the thing to beat.
"""

from __future__ import annotations

import re
from datetime import date

from detente.actors import Gazetteer, Resolver, gazetteer
from detente.coding.assemble import Found, Reading, assemble
from detente.coding.modality import EXPECTING, conditional
from detente.coding.reader import Party, parties, read_sentences
from detente.documents import Document
from detente.events import Coding, Sentence
from detente.ontology import UNORDERED, Status

_VERBS: dict[str, str] = {
    "AGREE": r"agree\w*|promis\w+|pledg\w+|offer\w*|vow\w* to help|invit\w+|commit\w* to",
    "CONSULT": r"meets?|met|meeting|meet with|talks?|talked|visit\w*|summit|negotiat\w+|phone call|called on the phone|consult\w*|dialogue",
    "SUPPORT": r"support\w*|prais\w+|endors\w+|recogni[sz]e[sd]?|welcom\w+|hail\w*|back(?:s|ed|ing)|sign(?:s|ed|ing)?|ratif\w+|congratulat\w+",
    "CONCEDE": r"apologi[sz]\w*|pardon\w*|eas(?:e[sd]?|ing)",
    "COOPERATE": r"joint (?:\w+ )?(?:exercises?|drills?|patrols?|manoeuvres|maneuvers)|cooperat\w+|extradit\w+",
    "AID": r"aid(?:s|ed)?|donat\w+|suppl(?:y|ies|ied) \w+ with|sent (?:aid|relief|arms|food|medicine)|deliver\w*|provid\w+",
    "RETREAT": r"withdr[ae]w\w*|pull(?:s|ed|ing)? out|releas\w+|freed?|return(?:s|ed)|lift(?:s|ed)",
    "REQUEST": r"ask\w*|urg\w+|demand\w*|request\w*|call(?:s|ed|ing)? (?:on|for)|press(?:es|ed)|appeal\w* to",
    "ACCUSE": r"accus\w+|critici[sz]\w+|condemn\w*|blam\w+|denounc\w+|investigat\w+|charg(?:e[sd]?|ing) \w+ with",
    "REJECT": r"reject\w*|refus\w+|turn(?:s|ed)? down|veto\w*|rebuff\w*|declin\w+|dismiss\w+",
    "THREATEN": r"threaten\w*|warn(?:s|ed|ing)?|ultimatum",
    "PROTEST": r"protest(?:s|ed|ers|ing)?|demonstrat\w+|rall(?:y|ied|ies)",
    "SANCTION": r"sanction\w*|embargo\w*|tariffs?|suspend\w*|recall(?:s|ed)|cut(?:s|ting)? (?:off )?(?:ties|aid)",
    "MOBILIZE": r"deploy\w*|mobili[sz]\w+|test-?fir\w+|massed|build-?up",
    "COERCE": r"arrest\w*|detain\w*|seiz\w+|expel\w*|ban(?:s|ned)|blockad\w+|deport\w*",
    "ASSAULT": r"attack\w*|invad\w+|invasion|bomb\w*|shell(?:s|ed|ing)|kill\w*|strikes?|struck|clash\w*",
}
_ACT = re.compile("|".join(f"(?P<{act}>\\b(?:{words})\\b)" for act, words in _VERBS.items()), re.I)
_PASSIVE = re.compile(r"\b(?:was|were|is|are|been|being|be)\s+(?:\w+ly\s+)?$", re.I)
_BY = re.compile(r"\bby\s+(?:the\s+)?$", re.I)
_PLANNED = re.compile(
    r"\b(?:will|is to|are to|plans? to|is due to|are due to|scheduled to|to be)\s+(?:\w+\s+){0,2}$", re.I
)
_NEGATED = re.compile(r"\b(?:not|never|no|n['’]t|called off|without)\s+(?:\w+\s+){0,2}$", re.I)
_MAYBE = re.compile(r"\b(?:may|might|could|would|if)\s+(?:\w+\s+){0,3}$", re.I)
_JOINED = re.compile(r"^(?:\s*,\s*|\s*,?\s+and\s+|\s*[-–]\s*|\s+as well as\s+)(?:the\s+)?$")


class LexicalCoder:
    """Verb list and nearest actors."""

    name = "lexical"

    def __init__(self, tables: Gazetteer | None = None) -> None:
        self.resolver = Resolver(tables or gazetteer())

    def code(self, document: Document, *, day: date | None = None) -> Coding:
        sentences = read_sentences(document, self.resolver, day or document.published)
        return assemble(document, [_read(one) for one in sentences], coder=self.name)


def _read(sentence: Sentence) -> Reading:
    known = tuple(parties(sentence))
    found: dict[tuple[str, str | None, str], Found] = {}
    if len(known) > 1:
        for match in _ACT.finditer(sentence.text):
            act = match.lastgroup or ""
            for one in _between(sentence, known, act, match):
                found.setdefault((one.source, one.target, one.act), one)
    return Reading(sentence, known, tuple(found.values()))


def _between(sentence: Sentence, known: tuple[Party, ...], act: str, match: re.Match[str]) -> list[Found]:
    text = sentence.text
    spots = sorted({(m.start, m.end, one.actor) for one in known for m in one.mentions})
    left = _nearest_list([one for one in spots if one[1] <= match.start()][::-1], text, backwards=True)
    right = _nearest_list([one for one in spots if one[0] >= match.end()], text, backwards=False)
    if act in UNORDERED and not right and len(left) > 1:
        left, right = left[:1], left[1:]
    if (
        right
        and any(start >= match.end() for start, _, _ in spots)
        and _PASSIVE.search(text[: match.start()])
    ):
        first = min(start for start, _, _ in spots if start >= match.end())
        if _BY.search(text[match.end() : first]):
            left, right = right, left
    before = text[: match.start()]
    status = (
        Status.NEGATED
        if _NEGATED.search(before)
        else Status.EXPECTED
        if EXPECTING.search(before)
        else Status.HYPOTHETICAL
        if _MAYBE.search(before) or (conditional(text) and "if" in before.lower())
        else Status.PLANNED
        if _PLANNED.search(before)
        else Status.HAPPENED
    )
    return [
        Found(source, target, act, status, match.span(), 0.5)
        for source in left
        for target in right
        if source != target
    ]


def _nearest_list(spots: list[tuple[int, int, str]], text: str, *, backwards: bool) -> list[str]:
    """The nearest actor and those joined to it by commas and "and"."""
    taken: list[tuple[int, int, str]] = []
    for spot in spots:
        if taken:
            gap = text[spot[1] : taken[-1][0]] if backwards else text[taken[-1][1] : spot[0]]
            # "Those nations" stands for several actors on the same words.
            if not _JOINED.match(gap) and spot[:2] != taken[-1][:2]:
                break
        taken.append(spot)
    actors = [actor for _, _, actor in taken]
    return list(dict.fromkeys(actors[::-1] if backwards else actors))
