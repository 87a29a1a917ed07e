"""From bytes to raw columns, every line accounted for.

Tab files have no quoting: a block of lines is checked by counting tabs, and lines with the wrong number
of fields are mended or set aside with their number. Comma files are quoted: a record ends where its
quotes are closed, and a quote that never closes costs one line, not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import numpy as np

from detente.feeds.feed import Layout, Quarantined

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

BLOCK = 16 << 20  # bytes read at once
LONGEST_LINE = 32 << 20
LONGEST_RECORD = 500  # lines that one quoted record may span
_RECORDS = 20_000  # of a comma file, in one batch


@dataclass(frozen=True, slots=True)
class Raw:
    """Raw columns of some lines: `table` as written in the file, `numbers` the line of each row.

    raw(position) gives the bytes of a row's line, for quarantine.
    """

    table: pa.Table | None
    numbers: npt.NDArray[np.int64]
    lines: int
    header: int = 0
    blank: int = 0
    quarantined: tuple[Quarantined, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)
    origin: Sequence[bytes] | _Lines = ()


class _Lines(Sequence[bytes]):
    """The bytes of the lines of a block, cut out only when asked for."""

    def __init__(self, data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> None:
        self.data, self.starts, self.ends = data, starts, ends

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]
        return self.data[int(self.starts[at]) : int(self.ends[at])]


def whole_lines(stream: IO[bytes], size: int = BLOCK) -> Iterator[tuple[bytes, str]]:
    """Blocks of whole lines; beside each a reason where it is one overlong line cut short."""
    rest = b""
    while True:
        data = stream.read(size)
        if not data:
            break
        data = rest + data
        cut = data.rfind(b"\n") + 1
        if cut:
            yield data[:cut], ""
            rest = data[cut:]
        elif len(data) > LONGEST_LINE:
            start = data[:1000]
            while data and (cut := data.find(b"\n") + 1) == 0:
                data = stream.read(size)
            yield start + b"\n", f"longer than {LONGEST_LINE >> 20} MB"
            rest = data[cut:] if data else b""
        else:
            rest = data
    if rest:
        yield rest + b"\n", ""


def tab_rows(stream: IO[bytes], layout: Layout) -> Iterator[Raw]:
    """Raw columns of a tab file, block by block."""
    first, header = 1, layout.header
    for data, overlong in whole_lines(stream):
        if overlong:
            bad = (Quarantined(first, overlong, data[:1000]),)
            yield Raw(None, np.empty(0, np.int64), 1, quarantined=bad)
            first += 1
            continue
        raws = _tab_block(data, layout, first, header)
        for raw in raws:
            yield raw
            first += raw.lines
        header = 0


def _clean(data: bytes, notes: Counter[str]) -> bytes:
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if b"\0" in data:
        notes["bytes of value zero taken out"] += data.count(b"\0")
        data = data.replace(b"\0", b"")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
        if stray := data.count(b"\r"):
            notes["carriage returns inside a line read as blanks"] += stray
            data = data.replace(b"\r", b" ")
    return data


def _tab_block(data: bytes, layout: Layout, first: int, header: int) -> list[Raw]:
    notes: Counter[str] = Counter()
    data = _clean(data, notes)
    view = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(view == 10).astype(np.int64)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    if not header and (whole := _all_regular(data, len(ends), layout)) is not None:
        numbers = first + np.arange(len(ends), dtype=np.int64)
        return [Raw(whole, numbers, len(ends), notes=notes, origin=_Lines(data, starts, ends))]
    tabs = np.flatnonzero(view == 9)
    fields = np.diff(np.searchsorted(tabs, ends), prepend=0) + 1
    blank = (starts == ends) | ((fields == 1) & _all_blank(data, starts, ends, fields))
    lines = _Lines(data, starts, ends)
    header_mask = np.zeros(len(ends), bool)
    header_mask[:header] = True
    left = ~blank & ~header_mask
    out: list[Raw] = []
    quarantined: list[Quarantined] = []
    done = np.zeros(len(ends), bool)
    for count, names in layout.columns.items():
        mask = left & (fields == count)
        if not mask.any():
            continue
        done |= mask
        where = np.flatnonzero(mask)
        piece = data if len(where) == len(ends) else _gathered(data, starts, ends, mask)
        table = _parsed(piece, names, layout, notes)
        out.append(Raw(table, first + where, 0, origin=_Lines(data, starts[where], ends[where])))
    mended: list[bytes] = []
    mended_at: list[int] = []
    usual = max(layout.columns)
    for at in np.flatnonzero(left & ~done).tolist():
        line = lines[at]
        fixed = _mended(line, layout) if usual < fields[at] <= usual + 3 else None
        if fixed is None:
            wanted = " or ".join(map(str, sorted(layout.columns)))
            quarantined.append(
                Quarantined(first + at, f"{fields[at]} fields where {wanted} are expected", line)
            )
        else:
            mended.append(fixed)
            mended_at.append(at)
    if mended:
        notes["tabs inside a field read as blanks"] += len(mended)
        table = _parsed(b"".join(one + b"\n" for one in mended), layout.columns[usual], layout, notes)
        out.append(Raw(table, first + np.asarray(mended_at, np.int64), 0, origin=mended))
    # The counts of the block hang on one piece, the last.
    counted = Raw(
        None,
        np.empty(0, np.int64),
        lines=len(ends),
        header=int((header_mask & ~blank).sum()),
        blank=int(blank.sum()),
        quarantined=tuple(quarantined),
        notes=notes,
    )
    return [*out, counted]


def _all_regular(data: bytes, lines: int, layout: Layout) -> pa.Table | None:
    """The columns of a block in which every line has the one number of fields; None where one has not.

    The parser refuses a block with any other line, so that its success is the proof.
    """
    import pyarrow as pa

    # An empty line it would read as a row of empty cells.
    if len(layout.columns) != 1 or data.startswith(b"\n") or b"\n\n" in data:
        return None
    try:
        table = _parse_tabs(data, unit(layout.columns), layout)
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == lines and len(unit(layout.columns)) > 1 else None


def _all_blank(
    data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], fields: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which lines without a tab hold nothing but blanks."""
    found = np.zeros(len(starts), bool)
    for at in np.flatnonzero(fields == 1):
        found[at] = not data[starts[at] : ends[at]].strip()
    return found


def _gathered(
    data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], mask: npt.NDArray[np.bool_]
) -> bytes:
    """The bytes of the lines under the mask, run by run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    runs = zip(edges[::2], edges[1::2], strict=True)
    return b"".join(data[starts[a] : ends[b - 1] + 1] for a, b in runs)


def _parsed(data: bytes, names: Sequence[str], layout: Layout, notes: Counter[str]) -> pa.Table:
    import pyarrow as pa

    try:
        return _parse_tabs(data, names, layout)
    except pa.ArrowInvalid as fault:
        if "UTF8" not in str(fault):
            raise
        return _parse_tabs(mended_utf8(data, notes), names, layout)


def _parse_tabs(data: bytes, names: Sequence[str], layout: Layout) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    wanted = [one for one in layout.wanted if one in names] or list(names)
    coded = pa.dictionary(pa.int32(), pa.string())
    return arrow_csv.read_csv(
        pa.py_buffer(data),
        read_options=arrow_csv.ReadOptions(
            column_names=list(names), block_size=len(data) + 1, use_threads=False
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter="\t", quote_char=False, double_quote=False, escape_char=False, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=wanted,
            column_types={one: pa.string() if one in layout.plain else coded for one in wanted},
            strings_can_be_null=False,
        ),
    )


def mended_utf8(data: bytes, notes: Counter[str]) -> bytes:
    """Lines that are no UTF-8 read as Windows-1252, or with marks where that fails too; both are counted."""
    out = []
    for line in data.split(b"\n"):
        try:
            line.decode("utf-8")
            out.append(line)
        except UnicodeDecodeError:
            try:
                out.append(line.decode("cp1252").encode())
                notes["lines that are no UTF-8, read as Windows-1252"] += 1
            except UnicodeDecodeError:
                out.append(line.decode("utf-8", "replace").encode())
                notes["lines that are no UTF-8, unreadable bytes replaced"] += 1
    return b"\n".join(out)


def _mended(line: bytes, layout: Layout) -> bytes | None:
    """The line with a tab inside a field made a blank, where only one free-text field can have held it."""
    usual = max(layout.columns)
    names = layout.columns[usual]
    if not layout.tests or not layout.free:
        return None
    fields = line.split(b"\t")
    more = len(fields) - usual
    tests = [
        (names.index(name), re.compile(pattern.encode()))
        for name, pattern in layout.tests.items()
        if name in names
    ]
    fits = []
    for name in (one for one in layout.free if one in names):
        at = names.index(name)
        joined = [*fields[:at], b" ".join(fields[at : at + more + 1]), *fields[at + more + 1 :]]
        if all(pattern.fullmatch(joined[where]) for where, pattern in tests):
            fits.append(joined)
    return b"\t".join(fits[0]) if len(fits) == 1 else None


def comma_rows(stream: IO[bytes], layout: Layout) -> Iterator[Raw]:
    """Raw columns of a quoted file, batch by batch. A record that spans lines is one line of the ledger."""
    number, blank, lines, header = 0, 0, 0, layout.header
    records: list[bytes] = []
    numbers: list[int] = []
    bad: list[Quarantined] = []
    heads = 0
    notes: Counter[str] = Counter()
    for number, record, reason in _records(stream, notes):
        lines += 1
        if reason:
            bad.append(Quarantined(number, reason, record))
        elif header:
            header, heads = header - 1, heads + 1
        elif not record.strip():
            blank += 1
        else:
            records.append(record)
            numbers.append(number)
        if lines >= _RECORDS:
            yield _comma_batch(records, numbers, layout, lines, heads, blank, bad, notes)
            records, numbers, bad, notes = [], [], [], Counter()
            lines = blank = heads = 0
    if lines:
        yield _comma_batch(records, numbers, layout, lines, heads, blank, bad, notes)


def _records(stream: IO[bytes], notes: Counter[str]) -> Iterator[tuple[int, bytes, str]]:
    """(first line, bytes, reason) of each record; a record ends where its quotes are closed."""
    held: list[bytes] = []
    queue: list[bytes] = []
    number, quotes = 0, 0

    def physical() -> Iterator[bytes]:
        for data, overlong in whole_lines(stream, 1 << 20):
            if overlong:
                yield data[:1000] + b"\xff\xff overlong"
                continue
            yield from _clean(data, notes)[:-1].split(b"\n")

    source = physical()
    while True:
        line = queue.pop(0) if queue else next(source, None)
        if line is None:
            if not held:
                return
            queue = held[1:]
            yield number + 1, held[0], "a quote is opened and never closed"
            number, held, quotes = number + 1, [], 0
            continue
        held.append(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            yield number + 1, b"\n".join(held), ""
            number, held, quotes = number + len(held), [], 0
        elif len(held) > LONGEST_RECORD:
            queue = held[1:] + queue
            yield number + 1, held[0], "a quote is opened and never closed"
            number, held, quotes = number + 1, [], 0


def _comma_batch(
    records: list[bytes],
    numbers: list[int],
    layout: Layout,
    lines: int,
    header: int,
    blank: int,
    bad: list[Quarantined],
    notes: Counter[str],
) -> Raw:
    import pyarrow as pa

    usual = max(layout.columns)
    names = layout.columns[usual]
    rows: list[list[str]] = []
    at: list[int] = []
    origin: list[bytes] = []
    for number, record in zip(numbers, records, strict=True):
        try:
            text = record.decode("utf-8")
        except UnicodeDecodeError:
            text = mended_utf8(record, notes).decode("utf-8")
        try:
            row = next(csv.reader([text], delimiter=layout.delimiter, strict=False))
        except (csv.Error, StopIteration) as fault:
            bad.append(Quarantined(number, f"no row of a table: {fault}", record))
            continue
        if len(row) != usual:
            bad.append(Quarantined(number, f"{len(row)} fields where {usual} are expected", record))
            continue
        rows.append(row)
        at.append(number)
        origin.append(record)
    wanted = [one for one in layout.wanted if one in names] or list(names)
    places = {name: names.index(name) for name in wanted}
    table = pa.table(
        {
            name: (column if name in layout.plain else column.dictionary_encode())
            for name, place in places.items()
            for column in [pa.array([row[place] for row in rows], pa.string())]
        }
    )
    return Raw(table, np.asarray(at, np.int64), lines, header, blank, tuple(bad), notes, origin)


def raw_rows(stream: IO[bytes], layout: Layout) -> Iterator[Raw]:
    """Raw columns of a file of either kind."""
    return tab_rows(stream, layout) if layout.delimiter == "\t" else comma_rows(stream, layout)


def unit(columns: Mapping[int, tuple[str, ...]]) -> tuple[str, ...]:
    """The names of the widest form of a layout."""
    return columns[max(columns)]
