"""Any table in: data frames, whatever streams Arrow, rows with names; each is understood as a file is, and none imports another package.

What has an Arrow stream (pyarrow, polars, DuckDB and others) is read as Arrow. A pandas frame is read column by column, as Arrow where its
type says what every cell is and cell by cell where it does not; its index is no column. What a frame calls missing is an empty cell.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
from pydantic import BaseModel

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError
from cchc_metrics.read.arrow import arrow
from cchc_metrics.read.checks import Given
from cchc_metrics.read.dated import ROWS, are_dates
from cchc_metrics.read.headings import match_headings, meanings
from cchc_metrics.read.own import Declared, own_of
from cchc_metrics.read.raw import RawColumn, RawTable, TypedColumn
from cchc_metrics.read.rows import kind_named, rows_parsed, table_parsed
from cchc_metrics.read.tables import Parsed, understand
from cchc_metrics.read.typed import arrow_parsed, column_of
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import NOT_THERE, present
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import Problem
from cchc_metrics.records.record import ColumnSpec, schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import UnitTree


class ArrowStream(Protocol):
    """Whatever streams itself as Arrow: frames of pandas and polars, tables of pyarrow, relations of DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


class Cursor(Protocol):
    """What a database gives its answers by."""

    @property
    def description(self) -> Any:
        """The names of the columns."""

    def fetchall(self) -> Any:
        """Return the rows that are left."""


_TYPED: Final = frozenset("iufbM")
"""Letters of the pandas and numpy types all of whose cells are numbers, booleans or instants."""
_MORE: Final = MappingProxyType({"pyspark": "….toArrow()", "dask": "….compute()", "modin": "….modin.to_pandas()"})
"""Package of frames that lie elsewhere → what brings them here."""
_PLAIN: Final = frozenset({str, int, bool, date, datetime, type(None)})
"""Types of cells that are what they are."""


@public
def read_frame(
    kind: str | Kind,
    table: object,
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    file: str = "",
) -> Parsed:
    """Read a table of one kind from another package: a data frame, a query's answer, rows with names; bad rows are set apart and reported.

    Args:
        kind: a kind or its name.
        table: a pandas or polars frame (a lazy one is collected), an Arrow table, batch, reader or dataset, a DuckDB relation, whatever has
            an Arrow C stream; a database cursor; rows: mappings, records, ``sqlite3.Row``, named tuples, dataclasses; heading → cells.
            Headings and cells are understood as in a file. None, NaN, NaT and NA are empty cells; an index is no column.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own: what is declared of the table, as under ``[headings]``, ``[values]``, ``[blank]`` and ``[columns]`` of ``district.toml``:
            ``{"headings": {heading: column}, "values": {column: {word: code}}, "blank": {column: code}, "columns": {column: code}}``.
        file: a name for messages.

    Returns:
        The valid rows as columns, and the problems; rows are numbered from 1.

    Raises:
        InputError: there is no such kind, or the table is nothing that can be read; the message says what can.

    >>> answers = {"Mã phiếu": ["1", "2"], "Đơn vị": ["MA"] * 2, "Ngày trả lời": [date(2021, 11, 2), None], "Điểm": [5, 4]}
    >>> parsed = read_frame("surveys", answers)
    >>> len(parsed.columns), [problem.text("en") for problem in parsed.problems]
    (1, ['row 2, Ngày trả lời [answered_on]: a required value is missing'])
    """
    chosen = kind_named(kind)
    return frame_parsed(chosen, table, Given(units, calendar, extracted_on, own_of(chosen, own)), file)


def frame_parsed(chosen: Kind, table: Any, given: Given, file: str = "") -> Parsed:
    """Return ``read_frame`` of what is given."""
    if package_of(table) == "polars" and type(table).__name__ == "LazyFrame":
        table = table.collect()
    if package_of(table) == "pyarrow" and not _streams(table) and hasattr(table, "to_table"):  # a dataset or scanner
        table = table.to_table()
    _refuse(chosen, table)
    if _is_pandas(table):
        frame = _of_pandas(table)
    elif package_of(table) == "polars" and any(str(typed) == "Object" for typed in table.dtypes):
        frame = _of_polars(table)
    elif _streams(table):
        return arrow_parsed(chosen, _arrow_table(table), given, file)
    elif isinstance(table, Mapping):
        columns = [_column(_listed(chosen, str(name), cells)) for name, cells in table.items()]
        return table_parsed(chosen, [str(name) for name in table], columns, given, file)
    else:
        return _read_rows(chosen, table, given, file)
    headings = given.own.headings
    parsed = understand(_raw(chosen, frame, headings, file), chosen, given, headings)
    return _with_index(chosen, parsed, table, headings) if _is_pandas(table) else parsed


def is_frame(table: object) -> bool:
    """Return whether a table is one of another package and is no list of rows: a data frame, an Arrow table, a cursor."""
    lazy = package_of(table) in ("polars", "pyspark") and not isinstance(table, (list, tuple))
    return lazy or _is_pandas(table) or _streams(table) or hasattr(type(table), "to_table") or _is_cursor(table)


def package_of(table: object) -> str:
    """Return the package in which the class of a table, or the one that it builds on, is at home; ``""`` for Python's own."""
    known = ("pandas", "polars", "pyarrow", "duckdb", "pyspark", "dask", "modin")
    homes = (each.__module__.partition(".")[0].lstrip("_") for each in type(table).__mro__)
    return next((home for home in homes if home in known), "")


def _is_pandas(table: object) -> bool:
    return package_of(table) == "pandas" and hasattr(table, "columns") and hasattr(table, "iloc")


def _is_cursor(table: object) -> bool:
    return hasattr(type(table), "description") and hasattr(type(table), "fetchall")


def _streams(table: object) -> bool:
    return hasattr(type(table), "__arrow_c_stream__") or (
        hasattr(type(table), "__arrow_c_array__") and hasattr(table, "schema")  # a record batch; an array alone has no columns
    )


def _refuse(kind: Kind, table: object) -> None:
    """Raise for what is no table, with what makes it one."""
    package, name = package_of(table), type(table).__name__
    column = name in ("Series", "ChunkedArray") or (package == "pyarrow" and not _streams(table))
    if isinstance(table, (str, bytes)) or hasattr(table, "__fspath__"):
        fix = f'read_file("{kind.name}", …)'
    elif package in ("pandas", "polars") and column:
        fix = "….to_frame()"
    elif package == "pyarrow" and column:
        fix = "pyarrow.table({heading: …})"
    elif package == "duckdb" and name == "DuckDBPyConnection":
        fix = '….sql("SELECT …")'
    elif package in _MORE and not _streams(table):
        fix = _MORE[package]
    else:
        return
    raise InputError(
        f"{kind.name}: không đọc được bảng từ «{name}»; dùng {fix}", f"{kind.name}: no table can be read from «{name}»; use {fix}"
    )


def _arrow_table(table: Any) -> Any:
    """Return whatever has an Arrow stream as an Arrow table, with nothing copied that need not be."""
    pa = arrow()
    if isinstance(table, (pa.Table, pa.RecordBatch)):
        return table
    if not hasattr(table, "__arrow_c_stream__"):
        return pa.record_batch(table)
    try:
        return pa.RecordBatchReader.from_stream(table).read_all()
    except pa.ArrowInvalid as error:
        reported = str(error).split("\n")[0]
        raise InputError(f"không phải bảng: {reported}", f"this is no table: {reported}") from None


# --- Frames that are read column by column


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """A frame: its headings, how many rows it has, a column as it is to be understood, and the first cells of one."""

    headings: tuple[str, ...]
    rows: int
    column: Callable[[int, ColumnSpec], RawColumn | TypedColumn]
    first: Callable[[int], Iterable[object]]


def _raw(kind: Kind, frame: _Frame, own: Mapping[str, str], file: str) -> RawTable:
    """Return the columns of a frame that mean something; the others are looked at for dates and not read."""
    specs = schema_by_name(kind.model)
    positions = match_headings(kind, frame.headings, own).positions
    columns = {at: frame.column(at, specs[name]) for name, at in positions.items()}
    others = [at for at in range(len(frame.headings)) if at not in columns]
    dated = frozenset(at for at in others if are_dates(frame.first(at)))
    return RawTable(frame.headings, columns, range(1, frame.rows + 1), file, dated=dated)


def _of_pandas(table: Any) -> _Frame:
    headings = tuple(" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in table.columns)
    return _Frame(
        headings,
        len(table),
        lambda at, spec: _pandas_column(table.iloc[:, at], spec),
        lambda at: map(_cell, table.iloc[:ROWS, at].tolist()),
    )


def _with_index(kind: Kind, parsed: Parsed, table: Any, own: Mapping[str, str]) -> Parsed:
    """Return what was read of a pandas frame; where a column that is missing is its index, the fix says so."""
    names = [str(name) for name in table.index.names if name is not None]
    meant = {column: name for column, name in zip(meanings(kind, names, own), names, strict=True) if column}

    def said(problem: Problem) -> Problem:
        if problem.code is not Code.MISSING_HEADING or problem.column not in meant:
            return problem
        name = meant[problem.column]
        fix_vi = f"; «{name}» là chỉ mục, không phải cột: dùng .reset_index()"
        return dataclasses.replace(problem, fix_vi=fix_vi, fix_en=f"; «{name}» is an index and no column: use .reset_index()")

    found = parsed.problems
    return dataclasses.replace(parsed, problems=dataclasses.replace(found, examples=tuple(map(said, found.examples)))) if meant else parsed


def _pandas_column(series: Any, spec: ColumnSpec) -> RawColumn | TypedColumn:
    typed = series.dtype
    if type(typed).__name__ == "CategoricalDtype":
        # What no row has says nothing, as of a dictionary of Arrow: neither an unused category nor an empty cell that is not there.
        used, codes = np.unique(series.cat.codes.to_numpy(), return_inverse=True)
        named = series.cat.categories.tolist()
        return RawColumn([None if at < 0 else _cell(named[at]) for at in used.tolist()], codes.astype(np.int32))
    array = _pandas_array(series)
    return _column(series.tolist()) if array is None else column_of(spec, array)


def _pandas_array(series: Any) -> Any:
    """Return a column as Arrow, where each of its cells is there what it is in pandas, and pyarrow is installed; else None."""
    try:
        import pyarrow as pa  # noqa: PLC0415  an extra
    except ImportError:
        return None
    typed = series.dtype
    wanted = None
    if typed.kind == "O" and isinstance(typed, np.dtype):
        wanted = _one_type(pa, series)
        if wanted is None:
            return None
    elif typed.kind not in _TYPED and type(typed).__name__ not in ("StringDtype", "ArrowDtype"):
        return None
    try:
        return pa.array(series, type=wanted, from_pandas=True)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):  # texts that are no UTF-8, types that Arrow does not have
        return None


def _one_type(pa: Any, series: Any) -> Any:
    """Return the Arrow type of objects that are all text, all whole numbers or all days, but for those missing; None for all others."""
    # Of texts and numbers pandas, which is loaded, tells in a quarter of the time; among days it takes instants for such.
    told = sys.modules["pandas"].api.types.infer_dtype(series, skipna=True)
    if told != "date":
        return {"string": pa.large_string(), "integer": pa.int64()}.get(told)
    kinds = {*map(type, series.tolist())}
    return pa.date32() if all(kind is date or kind is type(None) or kind is float or kind.__name__ in NOT_THERE for kind in kinds) else None


def _of_polars(table: Any) -> _Frame:
    """Return a polars frame with columns of Python objects, which Arrow would hand on as their addresses."""
    columns = [table.to_series(at) for at in range(table.width)]
    objects = {at for at, typed in enumerate(table.dtypes) if str(typed) == "Object"}

    def column(at: int, spec: ColumnSpec) -> RawColumn | TypedColumn:
        if at in objects:
            return _column(columns[at].to_list())
        return column_of(spec, _arrow_table(columns[at].to_frame()).column(0))

    return _Frame(tuple(table.columns), table.height, column, lambda at: map(_cell, columns[at].head(ROWS).to_list()))


def _column(cells: Sequence[Any]) -> RawColumn:
    return RawColumn.of(cells if {*map(type, cells)} <= _PLAIN else [_cell(cell) for cell in cells])


def _cell(cell: Any) -> Any:
    """Return a cell as Python has it; None for what is missing."""
    kind = type(cell)
    if kind in _PLAIN:
        return cell
    if kind.__name__ == "Timestamp":  # of pandas, which knows nanoseconds and other years
        try:
            return cell.to_pydatetime(warn=False)
        except ValueError:
            return str(cell)
    if isinstance(cell, np.generic):
        cell = (cell.astype("datetime64[us]") if isinstance(cell, np.datetime64) else cell).item()
    nan = (isinstance(cell, float) and cell != cell) or (isinstance(cell, Decimal) and cell.is_nan())  # noqa: PLR0124
    return None if nan else present(cell)


# --- Rows


def _listed(kind: Kind, heading: str, cells: object) -> list[object]:
    """Return the cells of a column that stands under its heading."""
    if isinstance(cells, (str, bytes, Mapping)) or not isinstance(cells, Iterable):
        raise InputError(
            f"{kind.name}: cột «{heading}» phải là danh sách ô, không phải {type(cells).__name__}; mỗi dòng một dict thì đưa [{{…}}, …]",
            f"{kind.name}: column «{heading}» must be a list of cells, not {type(cells).__name__}; of rows give a list: [{{…}}, …]",
        )
    return cells.to_pylist() if hasattr(cells, "to_pylist") else list(cells)


def _read_rows(kind: Kind, table: object, given: Given, file: str) -> Parsed:
    if _is_cursor(table):
        cursor: Any = table
        return _read_named(kind, [str(each[0]) for each in cursor.description or ()], cursor.fetchall(), given, file)
    rows = list(table) if isinstance(table, Iterable) else None
    if rows is None:
        raise _no_table(kind, table)
    odd = [row for row in rows if not isinstance(row, (Mapping, BaseModel))]
    for row in odd:
        if not _names(row):
            raise _no_table(kind, row)
    if odd and len(odd) == len(rows):
        names = _names(odd[0])
        if all(_names(row) == names for row in rows):
            return _read_named(kind, names, [_cells(row) for row in rows], given, file)
    return rows_parsed(kind, [row if isinstance(row, BaseModel) else _mapping(row) for row in rows], given, file)


def _mapping(row: Any) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row if {*map(type, row.values())} <= _PLAIN else {name: _cell(cell) for name, cell in row.items()}
    return {name: _cell(cell) for name, cell in zip(_names(row), _cells(row), strict=True)}


def _read_named(kind: Kind, names: Sequence[str], rows: Sequence[Any], given: Given, file: str) -> Parsed:
    """Read rows that all have the same names, in their order; a name may stand twice, which a mapping could not say."""
    if rows and isinstance(rows[0], Mapping):
        return _read_rows(kind, rows, given, file)
    columns = [_column([row[at] for row in rows]) for at in range(len(names))]
    return table_parsed(kind, names, columns, given, file)


def _names(row: object) -> list[str]:
    """Return the names of the cells of a row; nothing where it has none."""
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return [each.name for each in dataclasses.fields(row)]
    if hasattr(row, "_fields"):
        return [str(name) for name in row._fields]
    keys = getattr(row, "keys", None)
    return [str(name) for name in keys()] if callable(keys) else []


def _cells(row: Any) -> Sequence[Any]:
    """Return the cells of a row in the order of their names."""
    if dataclasses.is_dataclass(row):
        return [getattr(row, each.name) for each in dataclasses.fields(row)]
    return tuple(row)


def _no_table(kind: Kind, found: object) -> InputError:
    name = type(found).__name__
    plain = " (tuple không có tên cột)" if isinstance(found, (tuple, list)) else ""
    return InputError(
        f"{kind.name}: không đọc được bảng từ «{name}»{plain}; đưa bảng pandas, polars, Arrow hoặc DuckDB, danh sách dòng (dict, bản ghi, "
        "namedtuple, sqlite3.Row), {tiêu đề: [ô, …]} hoặc Columns",
        f"{kind.name}: no table can be read from «{name}»{' (a tuple without names)' if plain else ''}; give a pandas, polars, Arrow or "
        "DuckDB table, a list of rows (dicts, records, named tuples, sqlite3.Row), {heading: [cell, …]} or Columns",
    )
