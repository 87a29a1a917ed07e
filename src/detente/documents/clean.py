"""Take out of a text what its author did not write: related-story lines, bylines, captions, share bars.

Lines are judged one by one by the patterns below, each with the reason that is shown to the reader.
What stays is a chain of pieces of the original, so every offset finds its way back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detente.errors import CONTROLS

_RELATED_WORDS = (
    r"also\s+read|read\s+also|read\s+more|also\s+see|see\s+also|also\s+watch|related(?:\s+(?:stories|story|news|articles?))?"
    r"|don[’']?t\s+miss|must\s+read|recommended(?:\s+for\s+you)?|more\s+on\s+this(?:\s+story)?|read\s+next|further\s+reading"
    r"|in\s+case\s+you\s+missed(?:\s+it)?|editor[’']?s\s+pick|you\s+may\s+also\s+like"
)
_RELATED = re.compile(rf"^[^\w(\[]{{0,3}}(?:{_RELATED_WORDS})\s*[:|–—-]+\s*(?P<title>\S.*)$", re.IGNORECASE)
_RELATED_INLINE = re.compile(
    rf"\s{{0,9}}[\[(]\s*(?:{_RELATED_WORDS})\s*[:|–—-]+\s*(?P<title>[^\])\n]{{3,200}})[\])]\s{{0,9}}",
    re.IGNORECASE,
)
_BOILERPLATE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("heading of related stories", re.compile(rf"^\W*(?:{_RELATED_WORDS})\W*$", re.IGNORECASE)),
    (
        "byline",
        re.compile(
            r"^(?:By|BY|Written by|Reported by|Reporting by|Edited by|Editing by|Author:)\s+"
            r"[A-Z][\w.’'-]+(?:\s+(?:and\s+|[A-Z])[\w.’'-]*){0,6}(?:,\s*[A-Z][\w .]{1,40})?\.?$"
        ),
    ),
    (
        "date line of the page",
        re.compile(
            r"^(?:Published|Updated|Last updated|Posted|First published)\b(?:\s+(?:on|at))?\s*[:|]?\s.{0,60}\d.{0,30}$",
            re.IGNORECASE,
        ),
    ),
    (
        "caption or credit",
        re.compile(
            r"^(?:(?:File\s+)?(?:Photo|Image|Picture|Video|Illustration|Graphic)s?(?:\s+(?:credit|courtesy|by))?\s*[:|©/].{0,300}"
            r"|(?:FILE|File)\s*(?:PHOTO|photo|-|–)\s*[:-]?.{0,300}"
            r"|.{0,200}\((?:AP|Reuters|AFP|Getty|EPA|PTI|ANI|Xinhua|TASS)[^)]{0,60}(?:Photo|Images?|via|/)[^)]{0,60}\))$",
            re.IGNORECASE,
        ),
    ),
    (
        "share bar or menu",
        re.compile(
            r"^(?:(?:share|tweet|print|email|e-mail|save|copy link|facebook|twitter|x|whatsapp|telegram|linkedin|reddit|pinterest"
            r"|comments?|listen|like|follow)(?:\s+(?:this|on|via|to|us|article|story|now|\d+))*\W*)+$",
            re.IGNORECASE,
        ),
    ),
    (
        "invitation to subscribe",
        re.compile(
            r"^(?:subscribe|sign up|click here|tap here|download (?:the|our) app|follow us|join (?:our|us on)|get (?:the latest|our)"
            r"|support (?:our|independent) journalism)\b.{0,160}$",
            re.IGNORECASE,
        ),
    ),
    (
        "advertisement",
        re.compile(r"^\W*(?:advertisement|sponsored(?: content)?|promoted)\W*$", re.IGNORECASE),
    ),
    (
        "copyright line",
        re.compile(r"^(?:©|\(c\)|copyright\b|all rights reserved).{0,200}$", re.IGNORECASE),
    ),
)
_UNSEEN = rf"{CONTROLS}\u00ad\u200b\ufeff"
_DROP = re.compile(f"[{_UNSEEN}]+")
_WIDE = r" \t\u00a0\u2000-\u200a\u202f\u3000"
_SPACE = re.compile(f"[{_WIDE}]")
_SPACES = re.compile(f"[{_WIDE}{_UNSEEN}]+")
_SEEN = re.compile(rf"[^\s{_UNSEEN}]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What stays, what was related, what was removed and why; pieces are (start, original, length)."""

    text: str
    related: tuple[str, ...]
    removed: tuple[tuple[str, str], ...]
    pieces: tuple[tuple[int, int, int], ...]


def clean(original: str) -> Cleaned:
    """Clean a text. Runs of odd spaces become one space; characters that are not seen but could steer a
    terminal or turn the direction of writing are dropped; no other character is changed.

    >>> clean("A met B.\\nAlso Read: C hits D\\nE left.").related
    ('C hits D',)
    """
    related: list[str] = []
    removed: list[tuple[str, str]] = []
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length = 0

    def keep(text: str, at: int) -> None:
        nonlocal length
        if text:
            parts.append(text)
            pieces.append((length, at, len(text)))
            length += len(text)

    at = 0
    blank_run = 0
    for line in original.splitlines(keepends=True):
        bare = one_line(line)
        reason = _judge(bare, related)
        if reason:
            removed.append((bare, reason))
        elif not bare:
            blank_run += 1
            if blank_run == 1 and length:
                keep("\n", at)
        else:
            blank_run = 0
            first = _SEEN.search(line)
            start = first.start() if first else 0
            end = len(line) - next(n for n, c in enumerate(reversed(line)) if _SEEN.match(c))
            _keep_line(line[start:end], at + start, keep, related)
            keep("\n", min(at + len(line) - 1, len(original) - 1))
        at += len(line)
    text = "".join(parts)
    stripped = text.rstrip()
    while pieces and pieces[-1][0] >= len(stripped):
        pieces.pop()
    if pieces:
        start, origin, _ = pieces[-1]
        pieces[-1] = (start, origin, len(stripped) - start)
    return Cleaned(stripped, tuple(related), tuple(removed), tuple(pieces))


def one_line(text: str) -> str:
    """Text from outside on one line, without the characters that a reader would not see.

    >>> one_line("A\\u202e title\\n on two lines ")
    'A title on two lines'
    """
    return " ".join(_DROP.sub("", " ".join(text.split())).split())


def _judge(line: str, related: list[str]) -> str | None:
    """The reason to take the line out, or None; a related story's title is noted on the way."""
    if not line or len(line) > 500:
        return None
    match = _RELATED.match(line)
    if match:
        related.append(match["title"].strip())
        return "related story"
    return next((reason for reason, pattern in _BOILERPLATE if pattern.match(line)), None)


def _keep_line(line: str, at: int, keep, related: list[str]) -> None:  # type: ignore[no-untyped-def]
    cursor = 0
    cuts = [(m.start(), m.end(), _gap(line, m)) for m in _RELATED_INLINE.finditer(line)]
    related.extend(one_line(m["title"]) for m in _RELATED_INLINE.finditer(line))
    cuts += [
        (m.start(), m.end(), " " if _SPACE.search(m.group()) else "")
        for m in _SPACES.finditer(line)
        if m.group() != " "
    ]
    for start, end, put in sorted(cuts):
        if start < cursor:
            continue
        keep(line[cursor:start], at + cursor)
        keep(put, at + start)
        cursor = end
    keep(line[cursor:], at + cursor)


def _gap(line: str, match: re.Match[str]) -> str:
    """What stands where a link in brackets stood: a space between words, nothing at an edge or before a mark."""
    inside = match.start() > 0 and match.end() < len(line)
    return " " if inside and line[match.end()] not in ".,;:!?" else ""


_MOJIBAKE = re.compile(r"â€[™œ\x9d“”˜¦]|Ã[©¨¤¶¼±³¡­ª«§£]|Â[ «»°£]|â\x80[\x90-\x9f]")


def repair_mojibake(text: str) -> tuple[str, bool]:
    """Undo UTF-8 read as Windows-1252, where the marks of it are there and the undoing succeeds."""
    if not _MOJIBAKE.search(text):
        return text, False
    lines = []
    for line in text.split("\n"):
        if _MOJIBAKE.search(line):
            try:
                line = line.encode("cp1252").decode("utf-8")
            except UnicodeError:
                try:
                    line = line.encode("latin-1").decode("utf-8")
                except UnicodeError:
                    pass
        lines.append(line)
    repaired = "\n".join(lines)
    return repaired, repaired != text


_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "on",
        "with",
        "as",
        "by",
        "at",
        "from",
        "it",
        "was",
        "be",
        "are",
        "has",
        "have",
        "had",
        "its",
        "an",
        "he",
        "his",
        "they",
        "will",
        "said",
        "not",
        "which",
        "this",
        "but",
        "who",
        "their",
        "were",
        "been",
        "after",
        "would",
        "also",
        "or",
        "more",
        "than",
        "over",
        "about",
    ]
)
_WORD = re.compile(r"[^\W\d_]+")


def looks_english(text: str) -> bool | None:
    """Whether a text reads as English; None for one too short to tell (under 12 words).

    The share of the commonest English function words: in English news it is about 0.35, in other
    languages written in Latin letters under 0.12.
    """
    words = _WORD.findall(text[:20000].lower())
    letters = sum(map(str.isalpha, text[:20000]))
    latin = sum(1 for c in text[:20000] if c.isascii() and c.isalpha())
    if letters >= 12 and latin < 0.7 * letters:
        return False
    if len(words) < 12:
        return None
    share = sum(word in _ENGLISH for word in words) / len(words)
    if share >= 0.14:
        return True
    return False if len(words) >= 30 or share < 0.04 else None
