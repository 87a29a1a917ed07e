"""What every feed has: it observes the head of a file, plans what to fetch, and reads rows in batches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from detente.feeds.whom import Whom

MISSING = frozenset({"", "NA", "N/A", "None", "NULL", "null", "nan", "NaN", "---"})


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a file: all that recognition looks at besides, last of all, its name.

    counts : how many lines have how many fields, under the delimiter; `fields` : those of the first line.
    """

    name: str
    lines: tuple[str, ...]
    delimiter: str | None
    fields: tuple[str, ...]
    counts: Mapping[int, int]
    more: Callable[[], Iterable[str]] = (
        tuple  # every line of the file, where the first do not settle a question
    )

    @property
    def usual(self) -> int:
        """The most frequent number of fields; of equals the larger."""
        return max(self.counts, key=lambda n: (self.counts[n], n), default=0)

    def share(self, width: int, checks: Mapping[int, str], *, of: int = 25) -> float:
        """Of the first tab-parted lines of a width, the share whose checked fields look as they should."""
        tests = [(at, re.compile(pattern)) for at, pattern in checks.items()]
        lines = list(islice((one for one in self.lines if one.count("\t") + 1 == width), of))
        fits = 0
        for line in lines:
            row = line.split("\t")
            fits += all(one.fullmatch(row[at].strip()) is not None for at, one in tests)
        return fits / len(lines) if lines else 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file is laid out, and what showed it.

    columns : names by position, for each number of fields a line may have; of tab files, also what a
    line must look like (`tests`, a pattern by column) and which columns are free text (`free`).
    """

    feed: str
    name: str
    reason: str
    delimiter: str
    columns: Mapping[int, tuple[str, ...]]
    header: int = 0
    wanted: tuple[str, ...] = ()
    plain: frozenset[str] = frozenset()  # wanted columns with few repeats: read as text, not as codes
    tests: Mapping[str, str] = field(default_factory=dict)
    free: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A line that could not be read: where it stands, why, and its bytes."""

    line: int
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table of the store, and what became of the lines they were read from."""

    table: str
    rows: pa.Table
    lines: int
    header: int = 0
    blank: int = 0
    quarantined: tuple[Quarantined, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Converted:
    """Rows made from raw columns; `bad` says by raw position why a row was not."""

    rows: pa.Table
    bad: Mapping[int, str]
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader may know besides the bytes.

    published_by : "added" (the feed's own rule) or "event": take the event date as the day of
    publication, for archives that were put together long after the news.
    """

    whom: Whom
    given_date: date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    published_by: str = "added"
    tell: Callable[[str], None] = lambda _: None


class Feed(Protocol):
    """One kind of file. `observe` knows it by its shape; `read` gives its rows in batches."""

    name: str

    def observe(self, head: Head, reading: Reading) -> Layout | None:
        """The layout, if the head is of this kind; else None."""
        ...

    def read(self, stream: IO[bytes], layout: Layout, reading: Reading) -> Iterator[Batch]:
        """Every line of the file, as rows or as quarantined."""
        ...
