"""One document: its text as it will be read, and the facts about it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from detente.documents.clean import clean, looks_english, one_line
from detente.provenance import content_id


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` characters of the cleaned text that begin at `start` and stood at `original`."""

    start: int
    original: int
    length: int


@dataclass(frozen=True, slots=True)
class Related:
    """A line that pointed to another story; it yields no events."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it is read: cleaned, dated, with what was taken out kept beside it.

    text : cleaned text; all offsets of events count its Unicode code points.
    pieces : where each stretch of `text` stood in the original.
    published_basis : "document" (its own date), "given" (by the caller), or None: no date is known.
    removed : lines taken out as boilerplate, with the reason.
    notes : warnings a reader should see (mended encoding, not English, ...).
    """

    document_id: str
    text: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    language: str | None = None
    published: date | None = None
    published_basis: str | None = None
    url: str | None = None
    related: tuple[Related, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def original_offset(self, offset: int) -> int:
        """Where a character of `text` stood in the original text.

        Raises
        ------
        IndexError : the offset lies outside the text.
        """
        if not 0 <= offset < len(self.text):
            raise IndexError(f"offset {offset} outside a text of {len(self.text)}")
        starts = [piece.start for piece in self.pieces]
        piece = self.pieces[bisect_right(starts, offset) - 1]
        return piece.original + min(offset - piece.start, piece.length - 1)


def make_document(
    original: str,
    *,
    document_id: str | None = None,
    title: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    published: date | None = None,
    published_basis: str | None = None,
    url: str | None = None,
    links: dict[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Document:
    """Clean a text and make a document of it.

    `links` maps the words of a link to its address, so that related stories keep theirs. Without
    an id of its own a document is named by its content, so loading it twice changes nothing.
    """
    cleaned = clean(original)
    addresses = links or {}
    related = tuple(Related(line, _fact(addresses.get(line))) for line in cleaned.related)
    english = looks_english(cleaned.text)
    if english is False:
        notes = (*notes, "the text does not look English; it is kept but not coded")
    title = _fact(title)
    return Document(
        document_id=_fact(document_id) or content_id(title or "", cleaned.text),
        text=cleaned.text,
        title=title,
        publisher=_fact(publisher),
        author=_fact(author),
        language={True: "en", False: "other", None: None}[english],
        published=published,
        published_basis=published_basis if published else None,
        url=_fact(url),
        related=related,
        removed=cleaned.removed,
        notes=notes,
        pieces=tuple(Piece(*one) for one in cleaned.pieces),
    )


def _fact(text: str | None) -> str | None:
    """A fact about a document, on one line; None where nothing can be seen of it."""
    return one_line(text) or None if text is not None else None
