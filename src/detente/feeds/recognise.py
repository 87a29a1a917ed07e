"""Which layout a file has: by its shape, with the reason; its name is never enough."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, cast

from detente.errors import UnreadableInput
from detente.feeds.acled import Acled
from detente.feeds.feed import Feed, Head, Layout, Reading
from detente.feeds.gdelt import GdeltEvents, GdeltGraph, GdeltMentions
from detente.feeds.icews import Icews
from detente.feeds.opening import Source, opened
from detente.feeds.own import EventLines, OwnTable
from detente.feeds.phoenix import Phoenix
from detente.feeds.polecat import Polecat
from detente.feeds.rss import looks_like_a_feed
from detente.feeds.text import decode

FEEDS: tuple[Feed, ...] = (
    GdeltEvents(),
    GdeltMentions(),
    GdeltGraph(),
    Icews(),
    Polecat(),
    Phoenix(),
    Acled(),
    EventLines(),
    OwnTable(),
)
HEAD_LINES = 1000
HEAD_BYTES = 2 << 20


class Known:
    """A recognised source: its feed (None for documents), its layout and how long its head is."""

    def __init__(self, feed: Feed | None, layout: Layout) -> None:
        self.feed, self.layout = feed, layout


def recognise(source: Source, stream: IO[bytes], reading: Reading) -> tuple[Known, IO[bytes]]:
    """The kind of a source, and the stream with its head put back.

    Raises
    ------
    UnreadableInput : no feed knows the shape; the error says what was seen.
    """
    start = _read(stream, HEAD_BYTES)
    whole = cast(IO[bytes], Rejoined(start, stream))
    if looks_like_a_feed(start):
        return Known(None, _documents("RSS or Atom", "an XML feed with entries")), whole
    if not start.strip() and source.inner.lower().endswith(".jsonl"):
        return Known(None, _documents("documents, JSON lines", "its name; it holds no line")), whole
    if not start.strip():
        raise UnreadableInput(f"{source.name} is empty", try_="give a file with something in it")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableInput(
            f"{source.name} is written in UTF-16",
            try_="save it as UTF-8, for example: iconv -f utf-16 -t utf-8",
        )
    head = _head(source, start, reading)
    for feed in FEEDS:
        layout = feed.observe(head, reading)
        if layout is not None:
            return Known(feed, layout), whole
    if (document := _as_documents(source, head, start)) is not None:
        return Known(None, document), whole
    decode(start, source.name)  # says so where the file is no text at all
    shown = ", ".join(
        f"{many} with {n}" for n, many in sorted(head.counts.items(), key=lambda one: -one[1])[:4]
    )
    seen = {"\t": "tabs", ",": "commas", ";": "semicolons"}.get(head.delimiter or "", "nothing regular")
    raise UnreadableInput(
        f"no known layout fits {source.name}",
        where=f"its first {len(head.lines)} lines, fields parted by {seen}: {shown} fields",
        near="; first line: " + (head.lines[0][:120] if head.lines else ""),
        try_="for a table of your own name the columns: --columns source=...,target=...,act=...,day=...",
    )


def _read(stream: IO[bytes], size: int) -> bytes:
    parts, left = [], size
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


class Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self._start, self._rest = start, rest

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, as many as asked for unless the end is near."""
        if size is None or size < 0:
            data, self._start = self._start + self._rest.read(), b""
            return data
        data, self._start = self._start[:size], self._start[size:]
        while len(data) < size and (part := self._rest.read(size - len(data))):
            data += part
        return data


def _lines(start: bytes) -> list[str]:
    lines = start.split(b"\n", HEAD_LINES)
    if len(lines) > 1 and (len(lines) > HEAD_LINES or len(start) >= HEAD_BYTES or not lines[-1]):
        lines = lines[:-1]  # the rest, or a last line that may be cut, or nothing
    return b"\n".join(lines).decode("utf-8-sig", "replace").replace("\r", "").split("\n")


def _head(source: Source, start: bytes, reading: Reading) -> Head:
    lines = _lines(start)
    first = next((one for one in lines if one.strip()), "")
    delimiter = _delimiter(first, lines)
    if delimiter == "\t":
        fields = tuple(first.split("\t"))
        counts = Counter([line.count("\t") + 1 for line in lines if line])
    elif delimiter:
        fields = tuple(next(csv.reader([first], delimiter=delimiter), []))
        counts = Counter([line.count(delimiter) + 1 for line in lines if line])
    else:
        fields, counts = (first,), Counter({1: len(lines)})
    fields = tuple(one.strip().strip('"').lstrip("\ufeff") for one in fields)
    return Head(source.name, tuple(lines), delimiter, fields, counts, _more(source))


def _delimiter(first: str, lines: list[str]) -> str | None:
    """Tabs if the first line or most lines have them, else the commas or semicolons of the first line."""
    if first.lstrip().startswith(("{", "[")):
        return None
    if "\t" in first or sum("\t" in line for line in lines) > len(lines) / 2:
        return "\t"
    many = {one: first.count(one) for one in (",", ";")}
    best = max(many, key=lambda one: many[one])
    return best if many[best] else None


def _more(source: Source) -> Callable[[], Iterable[str]]:
    def every_line() -> Iterator[str]:
        if source.path == "-":
            return
        with opened(source) as again:
            rest = b""
            while block := again.read(1 << 20):
                *whole, rest = (rest + block).split(b"\n")
                yield from (one.decode("utf-8", "replace").rstrip("\r") for one in whole)
            if rest:
                yield rest.decode("utf-8", "replace")

    return lambda: islice(every_line(), 1, None)


def _documents(name: str, reason: str) -> Layout:
    return Layout("documents", name, reason, "", {1: ("document",)})


def _as_documents(source: Source, head: Head, start: bytes) -> Layout | None:
    """Texts: JSON lines with "text", or one text in a file that no table fits."""
    first = next((line for line in head.lines if line.strip()), "")
    if first.lstrip().startswith("{"):
        try:
            row = json.loads(first)
        except ValueError:
            row = None
        if isinstance(row, dict) or source.inner.lower().endswith((".jsonl", ".ndjson")):
            return _documents(
                "documents, JSON lines", 'objects with "text"' if row else "its first line opens an object"
            )
    suffix = "." + source.inner.lower().rpartition(".")[2]
    if suffix in (".txt", ".text", ".md", ".html", ".htm", ".jsonl") or first.lstrip()[:9].lower() in (
        "<!doctype",
        "<html>",
    ):
        if suffix == ".jsonl":
            return _documents("documents, JSON lines", "no table fits, and the name ends in .jsonl")
        table = head.delimiter == "\t" and head.usual > 3 and head.counts[head.usual] > 2
        if not table:
            return _documents("one document", "no table fits, and the name is that of a text")
    if source.path == "-" and head.delimiter != "\t":
        return _documents("one document", "standard input that no table fits")
    return None
