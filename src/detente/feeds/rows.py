"""From raw columns to rows of EVENTS: the arithmetic that every feed shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from detente.feeds.blocks import Raw, raw_rows
from detente.feeds.feed import MISSING, Batch, Converted, Layout, Quarantined, Reading
from detente.feeds.whom import EPOCH
from detente.ontology import ACTS, UNORDERED, cameo, cameo_codes

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

NO_DAY = np.iinfo(np.int32).min


@cache
def feed_events() -> pa.Schema:
    """EVENTS and what a feed says beside it: `flags`, what is odd about a row, parted by semicolons."""
    import pyarrow as pa

    from detente import events

    return pa.schema([*events.EVENTS, pa.field("flags", pa.string())])


class Columns:
    """Raw columns by name, trimmed, with what a feed writes for nothing turned into the empty text."""

    def __init__(self, table: pa.Table, missing: frozenset[str] = MISSING) -> None:
        self.table = table
        self.size = table.num_rows
        self.missing = missing
        self.trimmed: Counter[str] = Counter()
        self._coded: dict[str, pa.DictionaryArray] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.table.column_names

    def coded(self, name: str) -> pa.DictionaryArray:
        """A column as codes; absent columns are empty throughout."""
        import pyarrow as pa

        if name not in self._coded:
            if name not in self:
                self._coded[name] = pa.DictionaryArray.from_arrays(
                    pa.array(np.zeros(self.size, np.int32)), pa.array([""], pa.string())
                )
            else:
                column = self.table[name].combine_chunks()
                if isinstance(column, pa.ChunkedArray):
                    column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
                if not pa.types.is_dictionary(column.type):
                    column = column.dictionary_encode()
                self._coded[name] = self._trimmed(name, column)
        return self._coded[name]

    def _trimmed(self, name: str, column: pa.DictionaryArray) -> pa.DictionaryArray:
        import pyarrow as pa
        import pyarrow.compute as pc

        words = column.dictionary
        clean = pc.utf8_trim_whitespace(words)
        if not clean.equals(words):
            odd = pc.and_(pc.not_equal(clean, words), pc.not_equal(clean, "")).to_numpy(zero_copy_only=False)
            if len(column):
                self.trimmed[name] += int(odd[column.indices.to_numpy(zero_copy_only=False)].sum())
        nothing = pc.is_in(clean, value_set=pa.array(sorted(self.missing - {""}), pa.string()))
        if nothing.true_count:
            clean = pc.if_else(nothing, "", clean)
        return pa.DictionaryArray.from_arrays(column.indices, clean)

    def text(self, name: str, *, null: bool = True) -> pa.Array:
        """A column as text; empty cells are null unless `null` is False."""
        import pyarrow as pa
        import pyarrow.compute as pc

        coded = self.coded(name)
        words = coded.dictionary
        if null:
            words = pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)
        return words.take(coded.indices)

    def mapped(self, name: str, of: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
        """`of` each cell, worked out once for each different cell."""
        import pyarrow as pa

        coded = self.coded(name)
        return pa.array([of(one) for one in coded.dictionary.to_pylist()], kind).take(coded.indices)

    def numbers(self, name: str, of: Callable[[str], int]) -> npt.NDArray[np.int64]:
        """`of` each cell as whole numbers."""
        coded = self.coded(name)
        values = np.array([of(one) for one in coded.dictionary.to_pylist()] or [0], np.int64)
        found: npt.NDArray[np.int64] = values[coded.indices.to_numpy(zero_copy_only=False)]
        return found

    def marks(self, name: str, words: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Which cells are one of the words."""
        coded = self.coded(name)
        values = np.array([one in words for one in coded.dictionary.to_pylist()] or [False])
        found: npt.NDArray[np.bool_] = values[coded.indices.to_numpy(zero_copy_only=False)]
        return found


def pairs(
    one: pa.DictionaryArray, other: pa.DictionaryArray, of: Callable[[str, str], Any]
) -> tuple[list[Any], npt.NDArray[np.int64]]:
    """`of` each pair of cells, worked out once for each different pair: the values and the place of each row's."""
    width = max(1, len(other.dictionary))
    keys = one.indices.to_numpy(zero_copy_only=False).astype(np.int64) * width + other.indices.to_numpy(
        zero_copy_only=False
    )
    found, inverse = np.unique(keys, return_inverse=True)
    first, second = one.dictionary.to_pylist(), other.dictionary.to_pylist()
    return [of(first[key // width], second[key % width]) for key in found.tolist()], inverse


def day_number(text: str) -> int:
    """Days since 1970-01-01 of a yyyymmdd (or longer) number; NO_DAY where it is none.

    >>> day_number("20191024143000"), day_number("2019102")
    (18193, -2147483648)
    """
    if len(text) not in (8, 12, 14) or not (text.isascii() and text.isdigit()):
        return NO_DAY
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])).toordinal() - EPOCH
    except ValueError:
        return NO_DAY


def days_array(days: npt.NDArray[np.int64]) -> pa.Array:
    """Day numbers as Arrow dates, NO_DAY as null."""
    import pyarrow as pa

    return pa.array(days.astype(np.int32), pa.int32(), mask=days == NO_DAY).cast(pa.date32())


@cache
def cameo_text(code: str, root: str) -> tuple[str | None, str | None]:
    """A CAMEO code with its leading zero, and a flag where it had to be mended or is unknown.

    >>> cameo_text("43", "4"), cameo_text("10", "1"), cameo_text("10", "10"), cameo_text("311", "03")
    (('043', 'leading zero restored'), ('010', 'leading zero restored'), ('10', None), ('0311', 'leading zero restored'))
    """
    if not code:
        return None, None
    if not (code.isascii() and code.isdigit()):
        return code, "unknown CAMEO code"
    stem = f"{int(root):02d}" if root.isascii() and root.isdigit() and len(root) <= 2 else ""
    for form, flag in ((code, None), ("0" + code, "leading zero restored")):
        if stem and form.startswith(stem) and cameo(form):
            return form, flag
    if cameo(code):
        # A bare two digits without a root could be "010" shortened: only a code of a root stands.
        return code, "code and root disagree" if stem and not code.startswith(stem) else None
    if cameo("0" + code):
        return "0" + code, "leading zero restored"
    return code, "unknown CAMEO code"


def act_of(code: str | None) -> str | None:
    found = cameo(code) if code else None
    return found.act if found else None


def mode_of(code: str | None) -> str | None:
    found = cameo(code) if code else None
    return found.mode if found else None


@cache
def codes_by_name() -> dict[str, str]:
    """CAMEO codes by their names, small letters: ICEWS writes the name in "Event Text"."""
    found = sorted(
        cameo_codes().items(), key=lambda one: (len(one[0]) < 3, len(one[0]), one[0]), reverse=True
    )
    return {
        one.name.casefold(): code for code, one in found
    }  # a root shares its name with its code of three digits


def number(text: str) -> float | None:
    """A number in the text, or None; NaN and infinity are none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value - value == 0 else None


def goldstein(text: str) -> float | None:
    """An intensity in [-10, 10], or None."""
    value = number(text)
    return value if value is not None and -10 <= value <= 10 else None


class Flags:
    """What is odd about rows: few in most files, so only those are written."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.notes: Counter[str] = Counter()
        self._by_row: dict[int, str] = {}
        self._all: list[tuple[npt.NDArray[np.bool_], str]] = []

    def add(self, mask: npt.NDArray[np.bool_], words: str) -> None:
        if many := int(mask.sum()):
            self.notes[words] += many
            self._all.append((mask, words))

    def column(self) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        column = pa.nulls(self.size, pa.string())
        for mask, words in self._all:
            marked = pa.array(mask)
            both = pc.if_else(
                pc.is_valid(column),
                pc.binary_join_element_wise(column, words, "; ", null_handling="replace"),
                words,
            )
            column = pc.if_else(marked, both, column)
        return column


def act_columns(acts: pa.Array) -> dict[str, pa.Array]:
    """The columns that follow from the act: quad and symmetry."""
    import pyarrow as pa

    coded = acts.dictionary_encode() if not pa.types.is_dictionary(acts.type) else acts
    words = coded.dictionary.to_pylist()
    quads = pa.array([int(ACTS[one].quad) if one else None for one in words], pa.int8())
    symmetric = pa.array([one in UNORDERED for one in words], pa.bool_())
    import pyarrow.compute as pc

    return {
        "quad": quads.take(coded.indices),
        "symmetric": pc.fill_null(symmetric.take(coded.indices), False),
    }


def event_rows(columns: Mapping[str, Any], size: int) -> pa.Table:
    """An events table from columns; a plain value stands for every row, what is not named is null."""
    import pyarrow as pa

    arrays = []
    schema = feed_events()
    for one in schema:
        value = columns.get(one.name)
        if value is None:
            arrays.append(pa.nulls(size, one.type))
        elif isinstance(value, pa.Array | pa.ChunkedArray):
            arrays.append(value if value.type == one.type else value.cast(one.type))
        else:
            arrays.append(pa.repeat(pa.scalar(value, one.type), size))
    return pa.Table.from_arrays(arrays, schema=schema)


Convert = Callable[[Columns, Layout, Reading], Converted]


def read_with(
    stream: IO[bytes], layout: Layout, reading: Reading, convert: Convert, *, table: str = "events"
) -> Iterator[Batch]:
    """Read a file through its converter: every line becomes a row or is set aside with a reason."""
    for raw in raw_rows(stream, layout):
        yield batch_of(raw, layout, reading, convert, table=table)


def batch_of(raw: Raw, layout: Layout, reading: Reading, convert: Convert, *, table: str) -> Batch:
    """One piece of a file through its converter."""
    if raw.table is None or not raw.table.num_rows:
        import pyarrow as pa

        empty = pa.table({})
        return Batch(table, empty, raw.lines, raw.header, raw.blank, raw.quarantined, raw.notes)
    columns = Columns(raw.table)
    done = convert(columns, layout, reading)
    bad = tuple(
        Quarantined(int(raw.numbers[at]), reason, raw.origin[at]) for at, reason in sorted(done.bad.items())
    )
    notes = Counter(raw.notes)
    notes.update(done.notes)
    for name, many in columns.trimmed.items():
        notes[f"blanks around {name} trimmed"] += many
    return Batch(table, done.rows, raw.lines, raw.header, raw.blank, (*raw.quarantined, *bad), notes)


def without(table: pa.Table, bad: Mapping[int, str]) -> pa.Table:
    """The rows that are not bad."""
    if not bad:
        return table
    import pyarrow as pa

    keep = np.ones(table.num_rows, bool)
    keep[list(bad)] = False
    return table.filter(pa.array(keep))
