"""RSS and Atom: every entry a document, with its link, day and publisher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from detente.documents import make_document, repair_mojibake
from detente.errors import UnreadableInput
from detente.feeds.text import Line

_MARK = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)\b")
_TAGS = re.compile(r"<[^>]{0,2000}>")


def looks_like_a_feed(start: bytes) -> bool:
    """Whether the first bytes are those of RSS, Atom or RDF."""
    head = start[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf", b"<!--")) and bool(_MARK.search(head))


def read_feed(
    data: bytes, name: str, *, given_date: date | None = None, url: str | None = None
) -> Iterator[Line]:
    """The entries of a feed in their order; an entry without words comes back with the reason.

    Raises
    ------
    UnreadableInput : no feed, or one without entries that is damaged.
    """
    import feedparser

    found = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not found.entries:
        if found.get("bozo"):
            raise UnreadableInput(
                f"{name} is no readable feed: {str(found.get('bozo_exception'))[:120]}",
                try_="open the address in a browser and look whether it still is a feed",
            )
        return
    publisher = _words(found.feed.get("title"))
    for number, entry in enumerate(found.entries, 1):
        try:
            yield Line(number, _document(entry, publisher, given_date, url))
        except UnreadableInput as fault:
            yield Line(number, None, fault.what)


def _document(entry: Any, publisher: str | None, given_date: date | None, url: str | None) -> Any:
    bodies = [_words(one.get("value")) for one in entry.get("content") or []]
    text = max([*bodies, _words(entry.get("summary"))], key=lambda one: len(one or ""), default=None)
    title = _words(entry.get("title"))
    text = text or title
    if not text:
        raise UnreadableInput("the entry holds no words")
    text, mended = repair_mojibake(text)
    own = _day(entry)
    source = entry.get("source") or {}
    return make_document(
        text,
        document_id=_words(entry.get("id")) or _words(entry.get("link")),
        title=title,
        publisher=_words(source.get("title")) or publisher,
        author=_words(entry.get("author")),
        published=own or given_date,
        published_basis="document" if own else "given",
        url=_words(entry.get("link")) or url,
        notes=("the text was mis-encoded and has been mended",) if mended else (),
    )


def _day(entry: Any) -> date | None:
    for name in ("published_parsed", "updated_parsed"):
        if stamp := entry.get(name):
            try:
                return date(stamp[0], stamp[1], stamp[2])
            except (ValueError, TypeError):
                continue
    return None


def _words(value: object) -> str | None:
    """Plain words of a piece of HTML; None where there are none."""
    if not isinstance(value, str):
        return None
    if "<" in value:
        from html import unescape

        value = unescape(_TAGS.sub(" ", re.sub(r"(?i)</p>|<br\s*/?>", "\n", value)))
    value = value.encode("utf-8", "replace").decode("utf-8")
    value = "\n".join(" ".join(line.split()) for line in value.splitlines() if line.strip())
    return value or None
