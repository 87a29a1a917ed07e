"""Cut a text into sentences, keeping offsets; very long ones are cut at commas so that nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 1200  # characters; longer stretches (tables, lists run together) are cut

_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sen",
        "rep",
        "gov",
        "gen",
        "col",
        "lt",
        "sgt",
        "maj",
        "capt",
        "cmdr",
        "adm",
        "brig",
        "rev",
        "hon",
        "st",
        "sr",
        "jr",
        "no",
        "vs",
        "etc",
        "eg",
        "ie",
        "cf",
        "al",
        "inc",
        "corp",
        "ltd",
        "co",
        "dept",
        "est",
        "approx",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thurs",
        "fri",
        "sat",
        "sun",
        "gens",
        "sens",
        "reps",
        "messrs",
        "art",
        "sec",
        "fig",
        "ft",
        "lbs",
        "km",
        "pres",
        "amb",
        "atty",
        "supt",
    ]
)
_END = re.compile(r"""[.!?…]+["”’')\]]*(?=\s+|$)|\n+""")
_LAST_WORD = re.compile(r"([\w’'.-]+)$")
_OPENER = re.compile(r"\s*(?:The|A|An|In|On|At|It|He|She|They|But|And|This|That|Both|Its|His|However)\b")
_NEXT_WORD = re.compile(r"\S{1,2}")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (half-open) of a text."""

    start: int
    end: int


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of a text, in order; together they hold every non-space character.

    >>> text = "The U.S. met Mr. Xi. He left."
    >>> [text[s.start : s.end] for s in split_sentences(text)]
    ['The U.S. met Mr. Xi.', 'He left.']
    """
    spans: list[Span] = []
    begin = 0
    for match in _END.finditer(text):
        if match.end() <= begin:
            continue
        if "\n" in match.group():
            if _ends_line(text, match.start(), match.end()):
                _add(spans, text, begin, match.start())
                begin = match.end()
        elif _ends_sentence(text, match, begin):
            _add(spans, text, begin, match.end())
            begin = match.end()
    _add(spans, text, begin, len(text))
    return spans


def _ends_line(text: str, at: int, after: int) -> bool:
    """A line break ends a sentence unless the text was wrapped there."""
    if after - at > 1 or after >= len(text):
        return True
    line = text[text.rfind("\n", 0, at) + 1 : at]
    next_start = text[after]
    return not (
        next_start.islower()
        or (len(line) > 55 and line.rstrip()[-1:].isalnum() and not next_start.isspace() and len(line) < 100)
    )


def _ends_sentence(text: str, match: re.Match[str], begin: int) -> bool:
    # Only a few characters around the mark are looked at: a text may be a megabyte of abbreviations.
    found = _NEXT_WORD.search(text, match.end())
    if not found:
        return True
    following, mark = found.group(), match.group()
    if following[0].islower():
        return False
    if mark[0] != "." or len(mark.rstrip("\"”’')]")) > 1:
        return True
    before = _LAST_WORD.search(text, max(begin, match.start() - 40), match.start())
    word = before.group(1) if before else ""
    bare = word.rstrip(".").lower()
    if bare in _ABBREVIATIONS:
        return following[0] in '"“' if bare in ("inc", "corp", "ltd", "co", "etc", "jr", "sr") else False
    if re.fullmatch(r"(?:[A-Za-z]\.)*[A-Za-z]", word):
        # An initial or an abbreviation such as U.S.: an end only where a new sentence plainly begins.
        if len(word) == 1:
            return False
        return bool(_OPENER.match(text, match.end()))
    return True


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = max(text.rfind(mark, start, start + LONGEST) for mark in ("; ", ", ", " ", "\t"))
        cut = cut + 1 if cut > start else start + LONGEST
        spans.append(Span(start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        spans.append(Span(start, end))
