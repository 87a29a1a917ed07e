"""Texts from outside: .txt, .md, .html, .jsonl, an address, or standard input, turned into documents."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from detente.documents import Document, make_document, repair_mojibake
from detente.errors import UnknownDate, UnreadableInput, WrongUse
from detente.periods import parse_day

LARGEST_TEXT = 10_000_000  # bytes of one text; a book is 1 MB
_LIMIT = f"one text may hold at most {LARGEST_TEXT / 1e6:.0f} MB"
_SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line of a JSON-lines file: a document, or the reason why not."""

    number: int
    document: Document | None
    reason: str | None = None


def read_documents(path: str, *, given_date: date | None = None) -> Iterator[Document]:
    """Documents of one file, folder, address, or standard input (`-`).

    A date given by the caller stands in where a document has none of its own.

    Raises
    ------
    WrongUse : no such file. UnreadableInput : empty, binary, too large, or not what its name says.
    """
    if path == "-":
        data = sys.stdin.buffer.read(LARGEST_TEXT + 1)
        yield _document_from_bytes(data, "standard input", given_date=given_date)
        return
    if re.match(r"https?://", path):
        yield _from_address(path, given_date)
        return
    file = Path(path)
    if is_folder(path):
        inside = sorted(one for one in file.rglob("*") if one.suffix.lower() in _SUFFIXES and one.is_file())
        if not inside:
            raise UnreadableInput(
                f"no text files in {path}", try_="name a folder with .txt, .md, .html or .jsonl files"
            )
        for one in inside:
            yield from read_documents(str(one), given_date=given_date)
        return
    if is_json_lines(path):
        found = False
        for line in read_json_lines(file, given_date=given_date):
            found = True
            if line.document is None:
                raise UnreadableInput(
                    line.reason or "unreadable line",
                    where=f"{path}, line {line.number}",
                    try_="mend the line, or use `detente load`, which keeps such lines aside",
                )
            yield line.document
        if not found:
            raise UnreadableInput(f"{path} is empty", try_="give a file with one JSON object a line")
        return
    with open_file(file) as source:
        size = os.fstat(source.fileno()).st_size
        data = source.read(LARGEST_TEXT + 1)
    yield _document_from_bytes(data, path, suffix=file.suffix.lower(), given_date=given_date, size=size)


def is_folder(path: str) -> bool:
    """Whether the path names a folder; text given in place of a path is none."""
    try:
        return Path(path).is_dir()
    except OSError:  # too long for a name
        return False


def is_json_lines(path: str) -> bool:
    """Whether the path names a file of JSON lines."""
    return Path(path).suffix.lower() == ".jsonl" and not re.match(r"https?://", path)


def open_file(file: Path) -> IO[bytes]:
    """The file, open for reading.

    Raises
    ------
    WrongUse : no such file. UnreadableInput : it may not be read.
    """
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise WrongUse(
            f"there is no file {file}", try_="check the spelling; use - for standard input"
        ) from None
    except OSError as fault:
        if fault.errno == errno.ENAMETOOLONG:
            raise WrongUse(
                f'"{str(file)[:40]}..." is too long to be the name of a file',
                try_="give the name of a file, or the text itself on standard input with -",
            ) from None
        raise UnreadableInput(
            f"cannot read {file}: {fault.strerror}", try_="check the permissions"
        ) from fault


def read_json_lines(file: Path, *, given_date: date | None = None) -> Iterator[Line]:
    """Documents of a JSON-lines file, one a line: `id`, `text`, and `published`, `title`, `publisher`, `author`, `url`.

    Blank lines are passed over; a line that cannot be read comes back with the reason.
    """
    with open_file(file) as lines:
        yield from (
            one for one in document_lines(lines, given_date=given_date, stem=file.stem) if one is not None
        )


def document_lines(
    lines: Iterable[bytes], *, given_date: date | None = None, stem: str = ""
) -> Iterator[Line | None]:
    """Every line as a document, or with the reason why not; None for a blank line."""
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            yield None
            continue
        if len(raw) > LARGEST_TEXT:
            yield Line(number, None, f"the line holds {len(raw) / 1e6:.1f} MB; {_LIMIT}")
            continue
        try:
            yield Line(number, _document_of_line(raw, stem, number, given_date))
        except (UnreadableInput, UnknownDate) as fault:
            yield Line(number, None, fault.what)


def document_of(data: bytes, name: str, *, given_date: date | None = None, size: int = 0) -> Document:
    """One document from the bytes of a file of that name; `size` is said where they are too many."""
    return _document_from_bytes(
        data, name, suffix=Path(name).suffix.lower(), given_date=given_date, size=size
    )


def _document_of_line(raw: bytes, stem: str, number: int, given_date: date | None) -> Document:
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise UnreadableInput(f"not a line of JSON: {str(fault)[:80]}") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise UnreadableInput('needs an object with a non-empty "text"')
    for name in ("id", "title", "publisher", "author", "url", "published"):
        if row.get(name) is not None and not isinstance(row[name], str | int):
            raise UnreadableInput(f'"{name}" must be text')
    text, notes = _mend(row["text"])
    own = parse_day(str(row["published"])) if row.get("published") else None
    return make_document(
        text,
        document_id=str(row["id"]) if row.get("id") is not None else None,
        title=_text_or_none(row.get("title")),
        publisher=_text_or_none(row.get("publisher")),
        author=_text_or_none(row.get("author")),
        url=_text_or_none(row.get("url")),
        published=own or given_date,
        published_basis="document" if own else "given",
        notes=notes,
    )


def _text_or_none(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None


def _mend(text: str) -> tuple[str, tuple[str, ...]]:
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be stored
    text, mended = repair_mojibake(text)
    return text, (
        "the text was mis-encoded (UTF-8 read as Windows-1252) and has been mended",
    ) if mended else ()


def _too_large(name: str, size: int) -> None:
    raise UnreadableInput(
        f"{name} holds {size / 1e6:.1f} MB; {_LIMIT}" if size else f"{name} is too large; {_LIMIT}",
        try_="split it into articles, one file each or one JSON line each (.jsonl)",
    )


def _document_from_bytes(
    data: bytes,
    name: str,
    *,
    suffix: str = "",
    given_date: date | None = None,
    url: str | None = None,
    size: int = 0,
) -> Document:
    if len(data) > LARGEST_TEXT:
        _too_large(name, size)
    text, notes = decode(data, name)
    if not text.strip():
        raise UnreadableInput(f"{name} is empty", try_="give a file with text in it")
    kind = _SUFFIXES.get(suffix) or (
        "html" if re.match(r"\s*(?:<!doctype html|<html)", text[:500], re.I) else "text"
    )
    text, mended = _mend(text)
    notes += mended
    if kind == "html":
        return _from_html(text, name, given_date, url, notes)
    if kind == "markdown":
        return _from_markdown(text, name, given_date, notes)
    return make_document(
        text,
        published=given_date,
        published_basis="given",
        url=url,
        notes=notes,
    )


def decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Bytes to text: UTF-8, UTF-16 by its mark, else Windows-1252 with a note.

    Raises
    ------
    UnreadableInput : the bytes are no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), ()
        except UnicodeError:
            pass
    control = sum(byte < 9 or 13 < byte < 32 for byte in data[:8192])
    if b"\0" in data[:8192] or control > 0.02 * max(1, len(data[:8192])):
        kind = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip or office file", b"\x1f\x8b": "a gzip file"}
        known = next((label for magic, label in kind.items() if data.startswith(magic)), "a binary file")
        raise UnreadableInput(
            f"{name} is {known}, not text", try_="export it as .txt or .html first, then give that file"
        )
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as fault:
        text = data.decode("cp1252", "replace")
        return text, (f"not valid UTF-8 (byte {fault.start}); read as Windows-1252",)


def _from_html(
    text: str, name: str, given_date: date | None, url: str | None, notes: tuple[str, ...]
) -> Document:
    import trafilatura

    found = trafilatura.bare_extraction(
        text,
        url=url,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        # Only a date that the page states as its own: the wider search takes one from the text.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    body = (found.text if found is not None else "") or ""
    if not body.strip():
        raise UnreadableInput(
            f"no article text was found in {name}",
            try_="save the text itself as .txt; pages drawn by script hold no text of their own",
        )
    own = None
    if found.date:
        try:
            own = parse_day(found.date)
        except UnknownDate:
            notes = (*notes, f'the page gives an unreadable date "{found.date[:20]}"')
    return make_document(
        body,
        title=found.title,
        publisher=found.sitename,
        author=found.author,
        published=own or given_date,
        published_basis="document" if own else "given",
        url=url or found.url,
        links=_links(text),
        notes=notes,
    )


def _links(html: str) -> dict[str, str]:
    """Words of every link of a page and the address they lead to; only http addresses are kept."""
    from lxml import html as parser

    try:
        page = parser.fromstring(html)
    except (ValueError, parser.etree.ParserError):
        return {}
    found: dict[str, str] = {}
    for link in page.iter("a"):
        words = " ".join(link.text_content().split())
        address = link.get("href") or ""
        if words and re.match(r"https?://", address):
            found.setdefault(words, address)
    return found


_FRONT = re.compile(r"\A---\s*\n(.{0,20000}?)\n---\s*(?:\n|\Z)", re.DOTALL)
_MARKUP = re.compile(
    r"^#{1,6}\s+|^>\s?|^[*+-]\s+(?=\S)|\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)", re.MULTILINE
)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^)\s]{0,2000})[^)\n]{0,500}\)")


def _from_markdown(text: str, name: str, given_date: date | None, notes: tuple[str, ...]) -> Document:
    import yaml

    facts: dict[str, object] = {}
    front = _FRONT.match(text)
    if front:
        try:
            loaded = yaml.safe_load(front[1])
        except (yaml.YAMLError, ValueError, RecursionError) as fault:  # ValueError: "date: 2022-13-45"
            raise UnreadableInput(
                f"the front matter of {name} is not YAML: {str(fault).splitlines()[0]}",
                try_="mend the lines between the two --- lines",
            ) from None
        plain = (str, int, float, date)  # a list or table is no title
        facts = loaded if isinstance(loaded, dict) else {}
        facts = {name: value for name, value in facts.items() if isinstance(value, plain)}
        text = text[front.end() :]
    links = dict(_LINK.findall(text))
    body = _MARKUP.sub("", _LINK.sub(r"\1", text))
    stated = facts.get("published") or facts.get("date")
    own = parse_day(str(stated), where=f"{name}, front matter") if stated else None
    if not body.strip():
        raise UnreadableInput(f"{name} holds no text below its front matter")
    return make_document(
        body,
        title=_text_or_none(facts.get("title")),
        publisher=_text_or_none(facts.get("publisher")),
        author=_text_or_none(facts.get("author")),
        url=_text_or_none(facts.get("url")),
        published=own or given_date,
        published_basis="document" if own else "given",
        links=links,
        notes=notes,
    )


def _from_address(url: str, given_date: date | None) -> Document:
    import httpx

    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=30) as answer:
            answer.raise_for_status()
            data = b""
            for chunk in answer.iter_bytes():
                data += chunk
                if len(data) > LARGEST_TEXT:
                    break
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise UnreadableInput(
            f"{url} could not be fetched: {fault or type(fault).__name__}",
            try_="check the address and the connection, or save the page and give the file",
        ) from None
    return _document_from_bytes(data, url, given_date=given_date, url=url)
