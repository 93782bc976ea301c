"""Rows that a clerk fixed in the workbook of ``check --out``: they are read in place of the rows that they were copied from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.read.excel_files import looked_at
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.places import refuse
from cchc_metrics.read.raw import RawColumn, RawTable, UnreadableFileError
from cchc_metrics.records.fields import CellError, cell_text

NAME: Final = "can_sua"
"""How the names of such workbooks begin; ``can_sua.xlsx``, ``can_sua_2.xlsx`` … A later one goes before an earlier one."""
SOURCE: Final = ("Tệp gốc", "Trang gốc", "Dòng gốc", "Mã gốc")
"""Its first columns: where the row came from."""
REASON: Final = "Lý do"
"""Its last column."""


@dataclass(frozen=True, slots=True)
class FixedRow:
    """A row as it was fixed.

    Args:
        id: the identifier that it had, by which it is known that the file is still the same.
        cells: the sheet's own heading → cell.
    """

    id: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fixes:
    """The fixed rows of a folder.

    Args:
        rows: file and sheet → row → how it was fixed.
    """

    rows: Mapping[tuple[str, str], Mapping[int, FixedRow]] = field(default_factory=dict)

    def applied(self, table: RawTable, id_at: int | None) -> tuple[RawTable, list[int], list[int]]:
        """Return a table with its fixed rows, the rows that were fixed, and those that are no longer what they were when they were copied.

        Args:
            table: the table.
            id_at: position of its identifier; None where it has none.
        """
        fixed = self.rows.get((table.file, table.sheet), {})
        if not fixed or not all(isinstance(column, RawColumn) for column in table.columns.values()):
            return table, [], []
        at_row = {int(row): at for at, row in enumerate(table.rows) if int(row) in fixed}
        good = {row: at for row, at in at_row.items() if id_at is None or text_of(table.columns[id_at].cell(at)) == fixed[row].id}
        lost = {each.row for each in table.refused if each.lines == 1} & set(fixed)
        columns: dict[int, Any] = dict(table.columns)
        for position, column in table.columns.items():
            heading = table.headings[position]
            changed = {at: fixed[row].cells[heading] for row, at in good.items() if heading in fixed[row].cells}
            if changed:
                columns[position] = RawColumn.of([changed.get(at, column.cell(at)) for at in range(len(table.rows))])
        written = sorted(row for row in lost if any(text_of(cell) for cell in fixed[row].cells.values()))
        outdated = sorted(set(fixed) - set(good) - lost)
        return _with_rows(replace(table, columns=columns), fixed, written), sorted([*good, *written]), outdated


def _with_rows(table: RawTable, fixed: Mapping[int, FixedRow], written: Sequence[int]) -> RawTable:
    """Return a table with rows that could not be cut into cells, as somebody wrote them anew, in their places."""
    if not written:
        return table
    rows = np.concatenate([np.asarray(table.rows, dtype=np.int64), np.array(written, dtype=np.int64)])
    order = np.argsort(rows, kind="stable")
    columns: dict[int, Any] = {}
    for position, column in table.columns.items():
        cells = [column.cell(at) for at in range(len(table.rows))]
        cells += [fixed[row].cells.get(table.headings[position]) for row in written]
        columns[position] = RawColumn.of([cells[at] for at in order.tolist()])
    left = tuple(each for each in table.refused if each.row not in written)
    return replace(table, columns=columns, rows=rows[order], refused=left)


NO_FIXES: Final = Fixes()


def read_fixes(folder: Path, limits: Limits = LIMITS) -> Fixes:
    """Return the rows that were fixed in the workbooks of a folder that ``check --out`` wrote, which hold no more than the limits say.

    Raises:
        InputError: one of them is no workbook, or holds more.
    """
    rows: dict[tuple[str, str], dict[int, FixedRow]] = {}
    for path in sorted(folder.glob(f"{NAME}*.xlsx"), key=lambda path: (len(path.name), path.name)):
        refuse(folder, path)
        for cells in _sheets(path, limits):
            listed = list(cells)
            headings = [text_of(cell) for cell in listed[0]]
            if tuple(headings[: len(SOURCE)]) != SOURCE:
                continue
            for row in listed[1:]:
                file, sheet, number, own = map(text_of, row[: len(SOURCE)])
                if number.isdigit():
                    said = dict(zip(headings, row, strict=False))
                    own_cells = {heading: cell for heading, cell in said.items() if heading not in (*SOURCE, REASON, "")}
                    rows.setdefault((file, sheet), {})[int(number)] = FixedRow(own, own_cells)
    return Fixes(rows)


def _sheets(path: Path, limits: Limits) -> Iterator[Iterator[list[Any]]]:
    try:
        yield from (cells for _, cells, _ in looked_at(path, limits=limits))
    except UnreadableFileError as error:
        raise InputError(f"{path.name}: {error.vi}", f"{path.name}: {error.en}") from None


def is_fix(name: str) -> bool:
    """Return whether a file's name is that of a workbook of rows to fix."""
    return name.startswith(NAME) and name.endswith(".xlsx")


def text_of(cell: Any) -> str:
    """Return a cell as text, ``""`` where it cannot be read."""
    try:
        return cell_text(cell)
    except CellError:
        return ""
