"""Columns that come with a type (Arrow): whole arrays are judged by masks and ranges, to the verdict that each cell would have.

Dates, instants and numbers are compared with their range; texts and codes are understood once for each distinct value, as in every other
table; identifiers are looked through byte by byte. What has another type is handed on cell by cell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import numpy as np

from cchc_metrics.hashes import hash_of, mixed
from cchc_metrics.read.arrow import array_of, arrow, arrow_of, as_large_string, cells_of, is_text, nulls_of, one_array, python_value
from cchc_metrics.read.checks import Given
from cchc_metrics.read.dated import ROWS, are_dates
from cchc_metrics.read.distinct import DistinctColumn, Texts
from cchc_metrics.read.headings import match_headings
from cchc_metrics.read.identifiers import id_column, judge_ids
from cchc_metrics.read.own import Declared, own_of
from cchc_metrics.read.raw import RawColumn, RawTable, TypedColumn
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.tables import Parsed, understand
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import NO_NUMBER, SECOND, Array
from cchc_metrics.records.fields import FIRST_DATE, LAST_DATE, MAX_TERM, MAX_WHOLE, NO_DAY, CellError
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import ColumnSpec, schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.unit import UnitTree

_DAY: Final = 86_400
_VIETNAM: Final = 7 * 3600
_FIRST, _LAST = day_number(FIRST_DATE), day_number(LAST_DATE)
_AT_A_TIME: Final = 1 << 16
_EXACT: Final = 1e15  # below, Python writes a float without an exponent, so that a whole one is read as it is
_TICKS: Final = MappingProxyType({"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9})


def column_of(spec: ColumnSpec, cells: Any, *, keep_ids: bool = True, distinct: bool = False) -> RawColumn | TypedColumn:
    """Return an Arrow array as a column that ``understand`` takes.

    Args:
        spec: the column that it is.
        cells: an Arrow array or chunked array of any type.
        keep_ids: whether identifiers are wanted as texts; otherwise they are only judged, at a fifth of the cost.
        distinct: whether it is known that no row repeats the id of another, so that none is looked for.
    """
    pa = arrow()
    array, kind = one_array(cells), spec.cell_type.name
    found: RawColumn | TypedColumn | None = None
    if isinstance(array.type, pa.BaseExtensionType):
        found = _extension_column(array)
        return column_of(spec, array.storage, keep_ids=keep_ids, distinct=distinct) if found is None else found
    if kind == "moment":
        found = _moment_column(array)
    elif kind in ("whole", "term") and pa.types.is_integer(array.type):
        found = _integers(spec, array)
    elif kind in ("whole", "term") and pa.types.is_floating(array.type):
        found = _floats(spec, array)
    elif kind == "id":
        found = id_column(array, keep=keep_ids, distinct=distinct)
    return _by_distinct_cell(array) if found is None else found


def _extension_column(array: Any) -> RawColumn | None:
    """Return the cells of a type that is no plain one of Arrow, as databases hand them on; None where they are as they are stored."""
    name = array.type.extension_name
    if name == "arrow.uuid":
        return RawColumn.of([None if cell is None else str(UUID(bytes=cell)) for cell in array.storage.to_pylist()])
    exact = name == "arrow.opaque" and array.type.type_name == "numeric"  # written out, so that no digit is lost
    if not exact and name != "arrow.json":
        return None
    texts = _by_distinct_cell(one_array(array.storage))
    read: Callable[[str], Any] = Decimal if exact else json.loads
    return _EncodedColumn([None if text is None else read(text) for text in texts.values], texts.codes)


def _by_distinct_cell(array: Any) -> RawColumn:
    """Return a column in which each distinct cell is understood once."""
    pa = arrow()
    if pa.types.is_null(array.type):
        return RawColumn([None] if len(array) else [], np.zeros(len(array), dtype=np.int32))
    if not pa.types.is_dictionary(array.type):
        try:
            array = array.dictionary_encode()
        except pa.ArrowNotImplementedError:  # lists and the like
            return RawColumn.of([python_value(cell) for cell in array])
    values = array.dictionary.to_pylist() if is_text(array.type) else [python_value(cell) for cell in array.dictionary]
    codes = _numbers(array.indices, np.int32)
    if array.indices.null_count:
        codes = np.where(codes < 0, np.int32(len(values)), codes)
        values.append(None)
    used = _used(codes, len(values))
    if len(used) < len(values):  # a dictionary is often of more rows than these: what none of them has says nothing
        place = np.zeros(len(values), dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        values, codes = [values[at] for at in used.tolist()], place[codes]
    return _EncodedColumn(values, codes)


def _used(codes: Array, size: int) -> Array:
    """Return which codes below a number stand in some row, ascending; often the first rows have all of them, and no more is looked at."""
    seen = np.zeros(size, dtype=bool)
    step = max(_AT_A_TIME, size)
    for first in range(0, len(codes), step):
        seen |= np.bincount(codes[first : first + step], minlength=size) > 0
        if seen.all():
            break
    return np.flatnonzero(seen)


class _EncodedColumn(RawColumn):
    """Distinct cells and codes of a dictionary; Arrow looks them up faster than numpy, which first makes the codes wider."""

    __slots__ = ()

    def spread(self, items: Array) -> Array:
        """Return for each row the item of its cell."""
        if items.dtype.kind not in "iu":
            return items[self.codes]
        import pyarrow.compute as pc  # noqa: PLC0415  an extra

        return array_of(pc.take(arrow_of(items), arrow_of(self.codes), boundscheck=False))


def _numbers(array: Any, kind: type[np.signedinteger[Any]]) -> Array:
    """Return whole numbers, and −1 for nulls: all bits set, whatever stands in their place."""
    numbers = array_of(array).astype(kind, copy=False)
    return numbers if not array.null_count else numbers | nulls_of(array).astype(kind) * kind(-1)


def _moment_column(array: Any) -> RawColumn | TypedColumn | None:
    """Return days, instants, and texts as dates and times; None where it is none of them."""
    pa = arrow()
    if is_text(array.type) and not pa.types.is_dictionary(array.type):
        return DistinctColumn(Texts.of(pa, [as_large_string(array)]))
    if not (pa.types.is_date(array.type) or pa.types.is_timestamp(array.type)):
        return None
    seconds = None
    if pa.types.is_date32(array.type):
        days = _numbers(array.view(pa.int32()), np.int32)
    else:
        ticks = _numbers(array.view(pa.int64()), np.int64)
        if pa.types.is_date64(array.type):
            days = ticks // (_DAY * 1000)
        else:
            instants = ticks // _TICKS[array.type.unit]
            if array.type.tz is not None:
                instants = np.minimum(instants, 2**62) + _VIETNAM  # far beyond every date already, and no overflow
            days = instants // _DAY
            seconds = (instants - days * _DAY).astype(np.int32)
        days[nulls_of(array).view(bool)] = NO_DAY
    errors, found = _outside(array, days, _FIRST, _LAST, Code.IMPOSSIBLE_DATE)
    arrays = {"": found.astype(np.int32, copy=False)}
    if seconds is not None:
        seconds[found == NO_DAY] = -1
        if (seconds >= 0).any():
            arrays[SECOND] = seconds
    return TypedColumn(cells_of(array), arrays, errors)


def _outside(array: Any, numbers: Array, low: int, high: int, code: Code) -> tuple[dict[Code, Array], Array]:
    """Return the rows whose number lies outside a range, and the numbers with −1 for those; nulls have it already."""
    if not len(numbers) or (int(np.count_nonzero(numbers < low)) == array.null_count and int(numbers.max()) <= high):
        return {}, numbers
    outside = ((numbers < low) | (numbers > high)) & ~nulls_of(array).view(bool)
    return {code: np.flatnonzero(outside)} if outside.any() else {}, np.where(outside, numbers.dtype.type(-1), numbers)


def _integers(spec: ColumnSpec, array: Any) -> TypedColumn:
    pa = arrow()
    term = spec.cell_type.name == "term"
    if pa.types.is_uint64(array.type):  # what is too large for int64 becomes less than nothing, and is out of range as before
        numbers = _numbers(array.view(pa.int64()), np.int64)
    else:
        numbers = _numbers(array, np.int64 if pa.types.is_uint32(array.type) or array.type.bit_width == 64 else np.int32)
    errors, found = _outside(array, numbers, 0, MAX_TERM if term else MAX_WHOLE, Code.NUMBER_OUT_OF_RANGE)
    if not term:
        return TypedColumn(cells_of(array), {"": found.astype(np.int32, copy=False)}, errors)
    halves = found.astype(np.int32, copy=False) * np.int32(2)
    return TypedColumn(cells_of(array), {"": np.maximum(halves, np.int32(NO_NUMBER)) if array.null_count or errors else halves}, errors)


def _floats(spec: ColumnSpec, array: Any) -> TypedColumn:
    """Return numbers that are whole (of a term: a multiple of one half) in one step, all others by their distinct values, as they print."""
    steps = 2 if spec.cell_type.name == "term" else 1
    given = array_of(array.cast(arrow().float64()).fill_null(np.nan))
    blank = np.isnan(given)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = given * steps
        plain = (np.abs(given) < _EXACT) & (np.floor(scaled) == scaled)
    numbers = np.full(len(given), NO_NUMBER, dtype=np.int64)
    numbers[plain] = scaled[plain].astype(np.int64)
    high = MAX_TERM * 2 if steps == 2 else MAX_WHOLE
    outside = plain & ((numbers < 0) | (numbers > high))
    wrong: dict[Code, list[Array]] = {Code.NUMBER_OUT_OF_RANGE: [np.flatnonzero(outside)]} if outside.any() else {}
    numbers[outside] = NO_NUMBER
    odd = np.flatnonzero(~plain & ~blank)
    if len(odd):
        values, where = np.unique(given[odd], return_inverse=True)
        understood = np.full(len(values), NO_NUMBER, dtype=np.int64)
        refused: dict[Code, list[int]] = {}
        for at, value in enumerate(values.tolist()):
            try:
                understood[at] = int(spec.cell_type.parse(value) * steps)
            except CellError as error:
                refused.setdefault(error.code, []).append(at)
        numbers[odd] = understood[where]
        for code, places in refused.items():
            wrong.setdefault(code, []).append(odd[np.isin(where, places)])
    errors = {code: np.sort(np.concatenate(rows)) for code, rows in wrong.items()}
    return TypedColumn(cells_of(array), {"": numbers.astype(np.int32)}, errors)


def row_hashes(columns: Sequence[tuple[ColumnSpec, Any]]) -> tuple[Array, Array]:
    """Return a number of 64 bits for each row, equal where the rows have the same id (uint64), and which rows have a bad one (bool).

    Args:
        columns: the columns of the id, each with its Arrow array or chunked array. Units are passed over: their names and codes mean the
            same, so rows of unlike ids may have the same number.
    """
    found: Array | None = None
    bad: Array | None = None
    for spec, cells in columns:
        if spec.cell_type.name == "unit":
            continue
        ids = judge_ids(cells) if spec.cell_type.name == "id" else None
        if ids is not None:
            numbers, wrong = ids.hashes, _mask(ids.errors.values(), len(ids.hashes))
        else:
            numbers, wrong = _hashes_of_cells(spec, cells)
        if spec.cell_type.name == "id":
            bad = wrong if bad is None else bad | wrong
        found = numbers if found is None else mixed(found) + numbers
    assert found is not None  # noqa: S101  an id has a column that is no unit
    return found, np.zeros(len(found), dtype=bool) if bad is None else bad


def _mask(places: Iterable[Array], rows: int) -> Array:
    found = np.zeros(rows, dtype=bool)
    for where in places:
        found[where] = True
    return found


def _hashes_of_cells(spec: ColumnSpec, cells: Any) -> tuple[Array, Array]:
    column = column_of(spec, cells)
    if isinstance(column, TypedColumn):
        arrays = [column.arrays[suffix].astype(np.int64).view(np.uint64) for suffix in sorted(column.arrays)]
        found = sum(arrays[1:], mixed(arrays[0]))
        return found, _mask(column.errors.values(), len(found))
    hashes = np.zeros(len(column.values), dtype=np.uint64)
    bad = np.zeros(len(column.values), dtype=bool)
    for at, cell in enumerate(column.values):
        try:
            value = spec.cell_type.parse(cell)
        except CellError:
            bad[at] = True
        else:
            hashes[at] = hash_of(str(value))
    return hashes[column.codes], bad[column.codes]


def raw_table(
    kind: Kind,
    table: Any,
    positions: Mapping[str, int],
    *,
    file: str = "",
    rows: Array | range | None = None,
    keep_ids: bool = True,
    distinct: bool = False,
) -> RawTable:
    """Return an Arrow table or record batch as a table that ``understand`` takes.

    Args:
        kind: what its rows are.
        table: the table.
        positions: canonical column → position; columns that are not named are passed over.
        file: where it came from, for messages.
        rows: int64[n] number of each row, or a range; None to count from 1.
        keep_ids: see ``column_of``.
        distinct: see ``column_of``.
    """
    specs = schema_by_name(kind.model)
    columns = {at: column_of(specs[name], table.column(at), keep_ids=keep_ids, distinct=distinct) for name, at in positions.items()}
    numbers = range(1, table.num_rows + 1) if rows is None else rows
    return RawTable(tuple(table.schema.names), columns, numbers, file)


def read_arrow(
    kind: str | Kind,
    table: Any,
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    file: str = "",
    row_numbers: Sequence[int] | Array | None = None,
) -> Parsed:
    """Read an Arrow table of one kind; the verdict on each row is that of its model, at a hundredth of the cost.

    Args:
        kind: a kind or its name.
        table: a ``pyarrow`` table or record batch with columns of any type; headings are understood as in a file.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own: what is declared of the table, as under ``[headings]``, ``[values]``, ``[blank]`` and ``[columns]`` of ``district.toml``:
            ``{"headings": {heading: column}, "values": {column: {word: code}}, "blank": {column: code}, "columns": {column: code}}``.
        file: a name for messages.
        row_numbers: 1-based number of each row in messages; None to count from 1.

    Returns:
        The valid rows as columns, and the problems.

    Raises:
        InputError: there is no such kind, or pyarrow is not installed.
    """
    chosen = kind_named(kind)
    numbers = None if row_numbers is None else np.asarray(row_numbers, dtype=np.int64)
    return arrow_parsed(chosen, table, Given(units, calendar, extracted_on, own_of(chosen, own)), file, numbers)


def arrow_parsed(kind: Kind, table: Any, given: Given, file: str = "", numbers: Array | None = None) -> Parsed:
    """Return ``read_arrow`` of what is given."""
    headings = given.own.headings
    positions = match_headings(kind, table.schema.names, headings).positions
    raw = raw_table(kind, table, positions, file=file, rows=numbers)
    return understand(replace(raw, dated=dated_columns(table, set(positions.values()))), kind, given, headings)


def dated_columns(table: Any, known: Collection[int]) -> frozenset[int]:
    """Return the positions of the columns that are not known and hold dates in the first rows of an Arrow table or record batch."""
    places = [at for at in range(len(table.schema.names)) if at not in known]
    return frozenset(at for at in places if are_dates(python_value(cell) for cell in table.column(at)[:ROWS]))
