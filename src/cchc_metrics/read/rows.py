"""Reading from memory: rows as mappings or models, or cells column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from pydantic import BaseModel

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.checks import Given
from cchc_metrics.read.own import Declared, own_of
from cchc_metrics.read.raw import ABSENT, RawColumn, RawTable
from cchc_metrics.read.tables import Parsed, understand
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import UnitTree

__all__ = ["Parsed", "read_rows", "read_table"]


@public
def read_rows(
    kind: str | Kind,
    rows: Iterable[Mapping[str, object] | BaseModel],
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    file: str = "",
    first_row: int = 1,
) -> Parsed:
    """Read rows of one kind from memory; never stops at a bad row and never drops one silently.

    Args:
        kind: a kind or its name: dossiers, documents, meetings, outreach, initiatives, surveys.
        rows: mappings from heading to cell, or models. Headings and cells are understood as in a file. A row that lacks a key has the
            column's default, as a model has; a required column that no row has makes the table unusable, and every row is rejected.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own: what is declared of the table, as under ``[headings]``, ``[values]``, ``[blank]`` and ``[columns]`` of ``district.toml``:
            ``{"headings": {heading: column}, "values": {column: {word: code}}, "blank": {column: code}, "columns": {column: code}}``.
        file: a name for messages.
        first_row: number of the first row in messages.

    Returns:
        The valid rows as columns, and the problems.

    Raises:
        InputError: when there is no such kind.

    >>> parsed = read_rows("surveys", [
    ...     {"Mã phiếu": "1", "Đơn vị": "MA", "Ngày trả lời": "02/11/2021", "Điểm": 5},
    ...     {"Mã phiếu": "2", "Đơn vị": "MA", "Ngày trả lời": "31/02/2021", "Điểm": 4},
    ... ])
    >>> parsed.problems.read, len(parsed.columns), parsed.problems.rejected
    (2, 1, 1)
    >>> print(parsed.problems.examples[0].text("en"))
    row 2, Ngày trả lời [answered_on] = «31/02/2021»: not a real or readable date; use dd/mm/yyyy or yyyy-mm-dd
    """
    chosen = kind_named(kind)
    return rows_parsed(chosen, rows, Given(units, calendar, extracted_on, own_of(chosen, own)), file, first_row)


def rows_parsed(kind: Kind, rows: Iterable[Mapping[str, object] | BaseModel], given: Given, file: str = "", first_row: int = 1) -> Parsed:
    """Return ``read_rows`` of what is given."""
    listed: list[Mapping[str, Any]] = [_mapping(row) for row in rows]
    names = list(dict.fromkeys(str(key) for row in listed for key in row))
    cells = [[row.get(name, ABSENT) for row in listed] for name in names]
    numbers = np.arange(first_row, first_row + len(listed), dtype=np.int64)
    return table_parsed(kind, names, cells, given, file, row_numbers=numbers)


def read_table(
    kind: str | Kind,
    headings: Sequence[str],
    cells: Sequence[Iterable[object] | RawColumn],
    *,
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    file: str = "",
    sheet: str = "",
    row_numbers: Sequence[int] | np.ndarray[Any, Any] | None = None,
) -> Parsed:
    """Read a table of one kind from memory, column by column.

    Args:
        kind: a kind or its name.
        headings: the headings as written.
        cells: for each heading the cells of its column, all of one length.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own: what is declared of the table, as under ``[headings]``, ``[values]``, ``[blank]`` and ``[columns]`` of ``district.toml``:
            ``{"headings": {heading: column}, "values": {column: {word: code}}, "blank": {column: code}, "columns": {column: code}}``.
        file: a name for messages.
        sheet: the sheet's name for messages.
        row_numbers: 1-based number of each row in messages; None to count from 1.

    Returns:
        The valid rows as columns, and the problems.

    Raises:
        InputError: when there is no such kind, or the columns differ in number or length.

    >>> parsed = read_table("outreach", ["activity_id", "unit_code", "channel", "held_on"], [["1"], ["TM"], ["Tọa đàm"], ["12/05/2021"]])
    >>> [record.channel.value for record in parsed.columns.records()]
    ['talk_show']
    """
    chosen = kind_named(kind)
    given = Given(units, calendar, extracted_on, own_of(chosen, own))
    return table_parsed(chosen, headings, cells, given, file, sheet, row_numbers=row_numbers)


def table_parsed(
    kind: Kind,
    headings: Sequence[str],
    cells: Sequence[Iterable[object] | RawColumn],
    given: Given,
    file: str = "",
    sheet: str = "",
    *,
    row_numbers: Sequence[int] | np.ndarray[Any, Any] | None = None,
) -> Parsed:
    """Return ``read_table`` of what is given."""
    columns = [column if isinstance(column, RawColumn) else RawColumn.of(column) for column in cells]
    sizes = {len(column.codes) for column in columns}
    if len(columns) != len(headings) or len(sizes) > 1:
        raise InputError(
            f"{len(headings)} tiêu đề, {len(columns)} cột, số dòng {sorted(sizes)}: phải bằng nhau",
            f"{len(headings)} headings, {len(columns)} columns, of lengths {sorted(sizes)}: they must agree",
        )
    size = sizes.pop() if sizes else 0
    numbers = np.arange(1, size + 1, dtype=np.int64) if row_numbers is None else np.asarray(row_numbers, dtype=np.int64)
    table = RawTable(tuple(headings), dict(enumerate(columns)), numbers, file, sheet)
    return understand(table, kind, given, given.own.headings)


def kind_named(kind: str | Kind) -> Kind:
    """Return a kind by its name.

    Raises:
        InputError: names the nearest.
    """
    if isinstance(kind, Kind):
        return kind
    if kind not in KINDS:
        vi, en = suggestion(kind, KINDS)
        raise InputError(
            f"không có loại hồ sơ «{kind}»{vi}; có: {', '.join(KINDS)}", f"there is no kind «{kind}»{en}; there are: {', '.join(KINDS)}"
        )
    return KINDS[kind]


def _mapping(row: Mapping[str, object] | BaseModel) -> Mapping[str, Any]:
    if isinstance(row, BaseModel):
        return {name: getattr(row, name) for name in type(row).model_fields}
    return row
