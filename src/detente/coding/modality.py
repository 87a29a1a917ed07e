"""What is expected and what is conditional: the phrases that say so, and who says it."""

from __future__ import annotations

import re
from dataclasses import dataclass

EXPECTING = re.compile(
    r"\b(?:(?:is|are|was|were|been|being)\s+(?:\w+ly\s+)?(?:expected|anticipated|likely|unlikely|set|poised|tipped|predicted|forecast|believed\s+likely|bound|sure|certain)\s+to"
    r"|(?:widely\s+)?(?:expected|anticipated|predicted|forecast)\s+(?:to|that)|expects?\b|anticipates?\b|predicts?\b|predicted\b|forecasts?\b"
    r"|will\s+(?:probably|likely|almost\s+certainly|surely|soon|eventually)|will\s+most\s+likely|(?:probably|likely|surely|doubtless)\s+will"
    r"|looks?\s+(?:set|likely|certain|poised)\s+to|appears?\s+(?:set|likely|poised)\s+to|seems?\s+(?:set|likely|poised)\s+to|there\s+is\s+little\s+doubt\s+that)\b",
    re.I,
)
_WINDOW = re.compile(
    r"\b(?:(?:by|before|within|until|over|in|during|at|after)\s+(?:the\s+)?(?:next|coming|end\s+of|following|this|early|late|mid-?)\s*[\w\s-]{0,24}?(?:days?|weeks?|months?|years?|summit|meeting|winter|summer|spring|autumn|fall|quarter|decade|\d{4})"
    r"|(?:next|this|later\s+this)\s+(?:week|month|year|winter|summer|spring|autumn|fall|quarter|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
    r"|(?:in|by|before|on)\s+(?:\d{1,2}\s+)?(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{1,4})?"
    r"|(?:by|in|before)\s+(?:19|20)\d\d|within\s+(?:\w+\s+)?(?:days?|weeks?|months?|years?)|soon|tomorrow|tonight)\b",
    re.I,
)
_IF = re.compile(
    r"\b(?:even\s+if|only\s+if|if|unless|provided\s+that|as\s+long\s+as|in\s+case|assuming(?:\s+that)?|in\s+the\s+event\s+that)\b",
    re.I,
)
_INVERTED = re.compile(
    r"^(?:\W*)(?:(?P<should>Should)\s+(?!not\b)|Were\s+(?=[\w\s]{1,40}\sto\b)|Had\s+(?=[A-Z]))"
)
_RISK = re.compile(
    r"\b(?:risks?|risked|risking|could\s+end\s+up|runs?\s+the\s+risk\s+of)\s+(?=\w+ing\b)", re.I
)
_WHETHER = re.compile(
    r"\b(?:ask(?:ed|s|ing)?|wonder(?:ed|s)?|see|know|doubt|unclear|uncertain|decide|question|as)\s+if\s*$|\bwhat\s*$|\bif\s+(?:only|not)\b",
    re.I,
)
_THEN = re.compile(r"[\s,;]*then\b")


@dataclass(frozen=True, slots=True)
class Halves:
    """A conditional cut in two: spans within the sentence, and the words that cut it."""

    condition: tuple[int, int]
    consequence: tuple[int, int]
    marker: str


def expectation_window(sentence: str) -> str | None:
    """The words that say when it is expected, or None."""
    match = _WINDOW.search(sentence)
    return match.group() if match else None


def conditional(sentence: str) -> Halves | None:
    """The two halves of an "if ... then ..." sentence; None where there is no condition.

    >>> text = "If he sways too far, he will alienate the neighbours."
    >>> halves = conditional(text)
    >>> text[slice(*halves.condition)], text[slice(*halves.consequence)]
    ('he sways too far', 'he will alienate the neighbours')
    """
    inverted = _INVERTED.search(sentence)
    if inverted:
        comma = sentence.find(",", inverted.end())
        if comma > 0:
            return _halves(
                sentence,
                (inverted.end(), comma),
                (comma + 1, len(sentence)),
                inverted.group().strip(),
            )
    for match in _IF.finditer(sentence):
        if _WHETHER.search(sentence[max(0, match.start() - 30) : match.end()]) or _WHETHER.search(
            sentence[max(0, match.start() - 30) : match.start()]
        ):
            continue
        return _around_if(sentence, match)
    risk = _RISK.search(sentence)
    if risk:
        subject = sentence[: risk.start()].strip()
        begin = max(sentence.rfind(mark, 0, risk.start()) for mark in (", but ", "; ", ", and ")) + 1
        if subject:
            return _halves(
                sentence,
                (max(begin, 0), risk.start()),
                (risk.end(), len(sentence)),
                risk.group().strip(),
            )
    return None


def _around_if(sentence: str, match: re.Match[str]) -> Halves | None:
    after = sentence[match.end() :]
    before = sentence[: match.start()].strip(' ,;:—–-"“')
    leads = (
        not before
        or re.fullmatch(r"(?:however|but|and|yet|so|still|moreover|then|now|thus)\W*", before, re.I)
        or sentence[: match.start()].rstrip().endswith((",", ";", "—", "–", ":"))
    )
    if leads:
        comma = _clause_end(after)
        if comma is not None:
            return _halves(
                sentence,
                (match.end(), match.end() + comma),
                (match.end() + comma, len(sentence)),
                match.group(),
            )
        if not before:
            return None
    end = _clause_end(after)
    stop = match.end() + end if end is not None else len(sentence)
    return _halves(sentence, (match.end(), stop), (0, match.start()), match.group())


def _halves(
    sentence: str, condition: tuple[int, int], consequence: tuple[int, int], marker: str
) -> Halves | None:
    """Both halves without the marks around them; None if one of them holds no word."""
    then = _THEN.match(sentence, *consequence)
    if then:
        consequence = (then.end(), consequence[1])
    trimmed = _trim(sentence, *condition), _trim(sentence, *consequence)
    if not all(any(map(str.isalnum, sentence[start:end])) for start, end in trimmed):
        return None
    return Halves(*trimmed, marker)


def _clause_end(text: str) -> int | None:
    """Where the if-clause ends: "then", or the first comma that a subject and verb follow."""
    then = re.search(r",?\s+then\b", text)
    commas = [m.start() for m in re.finditer(r",", text)]
    if then and (not commas or then.start() <= commas[0] + 1):
        return then.start()
    for at in commas:
        rest = text[at + 1 :].strip()
        if re.match(r"(?:and|or|which|who|where|as|like|including|such)\b", rest, re.I) or len(rest) < 12:
            continue
        return at
    return None


def _trim(sentence: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (sentence[start].isspace() or sentence[start] in ',;:—–-"“'):
        start += 1
    while end > start and (sentence[end - 1].isspace() or sentence[end - 1] in ',;:.—–"”'):
        end -= 1
    return start, end
