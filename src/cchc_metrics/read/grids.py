"""Sheets that are in memory as rows of cells, as those of web pages and of Excel 2003's XML are; read like the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cchc_metrics.read.layout import Merged
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.raw import UnreadableFileError

MOST_COLUMNS: Final = 16_384
MOST_ROWS: Final = 1_048_576
"""What a sheet of Excel has."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A sheet.

    Args:
        name: its name, ``""`` where it has none.
        rows: its rows, all of one width.
        merged_cell_ranges: its merged areas.
        hidden: whether the sheet is hidden.
        hidden_rows: 1-based numbers of rows that are hidden.
    """

    name: str
    rows: Sequence[Sequence[Any]]
    merged_cell_ranges: tuple[Merged, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()

    @property
    def start(self) -> tuple[int, int] | None:
        """First row and column; None of a sheet without cells."""
        return (0, 0) if self.rows and self.rows[0] else None

    def iter_rows(self) -> Iterator[Sequence[Any]]:
        """Return its rows."""
        return iter(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class GridBook:
    """Sheets in one file.

    Args:
        grids: the sheets.
        from_1904: whether days are counted from 1904.
    """

    grids: tuple[Grid, ...]
    from_1904: bool = False

    @property
    def sheet_names(self) -> list[str]:
        """The names of the sheets."""
        return [grid.name for grid in self.grids]

    def get_sheet_by_name(self, name: str) -> Grid:
        """Return a sheet."""
        return next(grid for grid in self.grids if grid.name == name)


def grid_of(
    name: str,
    rows: Sequence[Sequence[Any]],
    merged: Sequence[Merged] = (),
    *,
    hidden: bool = False,
    hidden_rows: frozenset[int] = frozenset(),
    limits: Limits = LIMITS,
) -> Grid:
    """Return a sheet of rows of any width.

    Raises:
        UnreadableFileError: it would have more cells than a sheet can.
    """
    width = max(map(len, rows), default=0)
    check_size(len(rows), width, limits)
    blank = [""] * width
    whole = [[*row, *blank[len(row) :]] if row else blank for row in rows]
    return Grid(name, whole, tuple(merged), hidden, hidden_rows)


def check_size(rows: int, columns: int, limits: Limits = LIMITS) -> None:
    """Raise ``UnreadableFileError`` where a sheet would be larger than a sheet can: a few spans can ask for any number of cells."""
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise UnreadableFileError(f"bảng quá lớn: {rows} dòng, {columns} cột", f"the table is too large: {rows} rows, {columns} columns")
    limits.check("page_cells", rows * columns, "trang có quá nhiều ô", "the page has too many cells")
