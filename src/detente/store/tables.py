"""The tables of the store: their columns, their keys, and how a row that is there already is found."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

import detente.events as events_room

EVENTS = pa.schema(
    [
        *events_room.EVENTS,
        pa.field("flags", pa.string()),  # what is odd about the row, parted by semicolons
        pa.field("same_article", pa.bool_()),  # the article said the same of the same words before
        pa.field("same_act", pa.bool_()),  # an earlier row has this act by this pair on this day
    ]
)
DOCUMENTS = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        pa.field("publisher", pa.string()),
        pa.field("author", pa.string()),
        pa.field("language", pa.string()),
        pa.field("published", pa.date32()),
        pa.field("published_basis", pa.string()),
        pa.field("url", pa.string()),
        pa.field("text", pa.string()),
    ]
)
MENTIONS = pa.schema(
    [
        pa.field("mention_id", pa.string(), nullable=False),
        pa.field("event_id", pa.string()),
        pa.field("published", pa.date32()),
        pa.field("publisher", pa.string()),
        pa.field("document_id", pa.string()),  # address or citation of the article
        pa.field("confidence", pa.float32()),
        pa.field("feed", pa.string()),
    ]
)
SOURCES = pa.schema(
    [
        pa.field("source_id", pa.string(), nullable=False),
        pa.field("published", pa.date32()),
        pa.field("publisher", pa.string()),
        pa.field("document_id", pa.string()),
        pa.field("feed", pa.string()),
    ]
)
FILES = pa.schema(
    [
        pa.field("file_id", pa.string(), nullable=False),  # SHA-256 of the bytes, and how they were read
        pa.field("path", pa.string()),
        pa.field("layout", pa.string()),
        pa.field("lines", pa.int64()),
        pa.field("header", pa.int64()),
        pa.field("blank", pa.int64()),
        pa.field("parsed", pa.int64()),
        pa.field("quarantined", pa.int64()),
        pa.field("duplicate", pa.int64()),
        pa.field("kept", pa.int64()),
        pa.field("unresolved", pa.int64()),
        pa.field("same_article", pa.int64()),
        pa.field("same_act", pa.int64()),
        pa.field("why", pa.string()),
        pa.field("plan", pa.string()),  # how it was read, JSON: enough to read a line of it again
    ]
)
MENDED = pa.schema(
    [
        pa.field("quarantine_id", pa.string(), nullable=False),
        pa.field("file_id", pa.string()),
    ]
)
QUARANTINE = pa.schema(
    [
        pa.field("quarantine_id", pa.string(), nullable=False),
        pa.field("file_id", pa.string()),
        pa.field("path", pa.string()),
        pa.field("layout", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("reason", pa.string()),
        pa.field("raw", pa.binary()),
    ]
)
CORRECTIONS = pa.schema(
    [
        pa.field("correction_id", pa.string(), nullable=False),
        pa.field("event_id", pa.string()),
        pa.field("field", pa.string()),
        pa.field("value", pa.string()),  # null: the field is emptied
        pa.field("was", pa.string()),
        pa.field("why", pa.string()),
        pa.field("made", pa.string()),  # when, UTC, ISO
        pa.field("day", pa.date32()),  # `published` of the event, so that it is found again fast
        pa.field("source", pa.string()),
        pa.field("target", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A table: columns, key, and whether a key tells the day, so that only that day's rows are looked through."""

    schema: pa.Schema
    key: str
    dated: bool = False


TABLES = {
    "events": Kind(EVENTS, "event_id", dated=True),
    "documents": Kind(DOCUMENTS, "document_id"),
    "mentions": Kind(MENTIONS, "mention_id", dated=True),
    "sources": Kind(SOURCES, "source_id", dated=True),
    "files": Kind(FILES, "file_id"),
    "quarantine": Kind(QUARANTINE, "quarantine_id"),
    "mended": Kind(MENDED, "quarantine_id"),
    "corrections": Kind(CORRECTIONS, "correction_id"),
}
# Feeds whose ids hold the day of publication; ids of all others are looked for in every part of the feed.
DAY_IN_ID = frozenset({"gdelt1", "gdelt2", "icews", "phoenix", "gkg"})
COUNTS = "status IN ('happened', 'ongoing') AND act IS NOT NULL AND source IS NOT NULL AND target IS NOT NULL AND published IS NOT NULL AND source <> target"
