"""A page as sheets of a workbook: its first page on the first, each annex on its own; numbers as numbers that show the same digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import Final

from cchc_metrics.report.page import Cell, Page, Section, Table, TableRow
from cchc_metrics.tables.sheet import PrintedSheet, SheetCell, SheetForm, SheetValue, lines_of

_POINTS: Final = 16.0  # of a line
_GAP: Final = 2.0
_WIDEST_NAME, _WIDEST_WORDS, _WIDEST_NUMBER, _NARROWEST = 46, 30, 24, 9
_FEWEST: Final = 84.0  # so wide is a page that stands, and every sheet at least
_LYING_PAGE: Final = 120.0
_SHORT: Final = 12  # words stand in the middle of their column if none is longer
_NUMBERS: Final = 6  # how wide a column of the numbers of rows is
_LETTERS: Final = 1.1  # of a text to a width of one: it is measured in digits, which are wider
_CAPITALS: Final = 0.75  # of a text to the same width: a title is all capitals
_PERCENT: Final = "%"

_TITLE: Final = SheetForm(bold=True, size=15, align="center")
_SUBTITLE: Final = SheetForm(italic=True, align="center")
_SECTION: Final = SheetForm(bold=True, size=13)
_TEXT: Final = SheetForm(top=True)
_CAPTION: Final = SheetForm(bold=True, italic=True)
_NOTE: Final = SheetForm(italic=True, size=11, top=True)
_HEADING: Final = SheetForm(bold=True, size=11, align="center", border=True, filled=True)


def page_sheets(page: Page) -> Iterator[PrintedSheet]:
    """Yield the sheets of a page: the sections of its first page together, then each annex; what stands under the title on the first.

    Args:
        page: the page.
    """
    first = [section for section in page.sections if not section.annex]
    lines = page.lines
    if first:
        yield _sheet("Report" if page.lang == "en" else "Báo cáo", page.title, lines, first, first=True)
        lines = ()
    for section in page.sections:
        if section.annex:
            yield _sheet(section.title, page.title, lines, [section])
            lines = ()


def number_format(cell: Cell) -> str:
    """Return the format by which a spreadsheet shows the number of a cell as the page prints it.

    >>> from cchc_metrics.report.page import Form
    >>> number_format(Cell("92,83%", Fraction(9283, 100), Form("percent", 2, suffix="%")))
    '#,##0.00%'
    >>> number_format(Cell("+1,50", Fraction(3, 2), Form("points", 2, signed=True), mark="*"))
    '+#,##0.00"*";-#,##0.00"*";0.00"*"'
    """
    form = cell.form
    decimals = "." + "0" * form.decimals if form.decimals else ""
    suffix = form.suffix if form.suffix == _PERCENT else _quoted(form.suffix)
    prefix, tail = _quoted(form.prefix), suffix + _quoted(cell.mark)
    said = f"{prefix}#,##0{decimals}{tail}"
    if form.signed:
        return f"{prefix}+#,##0{decimals}{tail};{prefix}-#,##0{decimals}{tail};{prefix}0{decimals}{tail}"
    # What rounds to zero has no sign.
    return f"{said};{said}" if cell.number is not None and cell.number < 0 and "-" not in cell.text else said


def _quoted(text: str) -> str:
    said = text.replace('"', "”")
    return f'"{said}"' if said else ""


def sheet_value(cell: Cell) -> int | Fraction | str | None:
    """Return what a cell of a page is in a spreadsheet, in which 92,83 % is the number 0.9283 that is shown as percent."""
    if cell.number is None:
        return cell.shown or None
    return Fraction(cell.number, 100) if cell.form.suffix == _PERCENT else cell.number


@dataclass(slots=True)
class _Layout:
    """A sheet that is being laid out, from top to bottom."""

    widths: Sequence[float]
    cells: list[SheetCell] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    row: int = 0

    @property
    def last(self) -> int:
        return len(self.widths) - 1

    def line(self, text: str, form: SheetForm) -> None:
        """Add a text over all columns."""
        self.cells.append(SheetCell(self.row, 0, text, form, self.row, self.last))
        per_line = _LETTERS * sum(self.widths) * 12 / form.size - (2 if form.bold else 0)
        per_line *= _CAPITALS if text.isupper() else 1
        self.heights[self.row] = lines_of(text, per_line) * (form.size + 4) + _GAP
        self.row += 1

    def table(self, table: Table) -> tuple[int, int]:
        """Add a table with its headings and notes; return the rows of its headings."""
        if table.caption:
            self.line(table.caption, _CAPTION)
        first = self.row
        self._headings(table)
        headings = (first, self.row - 1)
        short = [all(len(row.cells[at].shown) <= _SHORT for row in table.rows) for at in range(len(table.headings))]
        for row in table.rows:
            self._row(table, row, short)
        for note in table.notes:
            self.line(note, _NOTE)
        return headings

    def _headings(self, table: Table) -> None:
        grouped = any(heading.group for heading in table.headings)
        last = self.row + 1 if grouped else self.row
        column, most = 0, 1
        for group, members in groupby(table.headings, key=lambda heading: heading.group):
            listed = list(members)
            if group:
                most = max(most, lines_of(group, _LETTERS * sum(self.widths[column : column + len(listed)]) - 1))
                self._add(self.row, column, group, _HEADING, self.row, self._end(table, column + len(listed) - 1))
            for at, heading in enumerate(listed, start=column):
                self._add(last if group else self.row, at, heading.text, _HEADING, last, self._end(table, at))
            column += len(listed)
        if most > 1:
            self.heights[self.row] = most * _POINTS + _GAP
        self.heights[last] = (
            max(lines_of(heading.text, self._letters(table, at)) for at, heading in enumerate(table.headings)) * _POINTS + _GAP
        )
        self.row = last + 1

    def _row(self, table: Table, row: TableRow, short: Sequence[bool]) -> None:
        lines = 1
        spread = row.spread
        for column, (cell, heading) in enumerate(zip(row.cells, table.headings, strict=True)):
            if spread is not None and column >= spread:
                form = SheetForm(bold=True, border=True, indent=1 if column else 0)
                lines = max(lines, lines_of(cell.shown, _LETTERS * sum(self.widths[column:]) - 2))
                self._add(self.row, column, cell.shown, form, self.row, self.last)
                break
            value = sheet_value(cell)
            form = SheetForm(bold=row.role != "row", border=True, indent=row.depth if column == 0 else 0)
            if cell.number is not None:
                form = replace(form, numbers=number_format(cell), align="right")
            elif cell.day is not None:
                form = replace(form, numbers="dd/mm/yyyy", align="center")
            elif heading.right:
                form = replace(form, align="right")
            elif column:  # words stand off the number before them
                form = replace(form, align="center") if short[column] else replace(form, indent=1)
            if isinstance(value, str):
                lines = max(lines, lines_of(value, self._letters(table, column) - 2 * form.indent))
            self._add(self.row, column, cell.day or value, form, self.row, self._end(table, column))
        self.heights[self.row] = lines * _POINTS + _GAP
        self.row += 1

    def _add(self, row: int, column: int, value: SheetValue, form: SheetForm, last_row: int, last_column: int) -> None:
        merged = () if (row, column) == (last_row, last_column) else (last_row, last_column)
        self.cells.append(SheetCell(row, column, value, form, *merged))

    def _end(self, table: Table, column: int) -> int:
        """Return the last column of the sheet that a column takes: words at the end of a narrow table take all that is left."""
        return self.last if column == len(table.headings) - 1 and _spreads(table) else column

    def _letters(self, table: Table, column: int) -> float:
        """Return how many letters stand beside each other in a column."""
        return _LETTERS * sum(self.widths[column : self._end(table, column) + 1]) - 1


def _spreads(table: Table) -> bool:
    return not table.headings[-1].right and not table.headings[-1].group


def _sheet(name: str, title: str, lines: Iterable[str], sections: Sequence[Section], *, first: bool = False) -> PrintedSheet:
    tables = [table for section in sections for table in section.tables]
    layout = _Layout(_widths(tables, lying=not first))
    layout.line(title, _TITLE)
    for line in lines:
        layout.line(line, _SUBTITLE)
    headings: list[tuple[int, int]] = []
    for section in sections:
        layout.row += 1
        layout.line(section.title, _SECTION)
        for paragraph in section.paragraphs:
            layout.line(f"– {paragraph.text}" if paragraph.item else paragraph.text, _TEXT)
        for table in section.tables:
            headings.append(layout.table(table))
            layout.row += 1
    if first:
        return PrintedSheet(name, tuple(layout.cells), tuple(layout.widths), layout.heights, one_page=True)
    # The headings of the only table stand on every page, and stay in sight where little stands above them.
    only = headings[0] if len(headings) == 1 else None
    frozen = (only[1] + 1, 1) if only is not None and only[1] < 8 else (0, 0)
    lying = sum(layout.widths) > _FEWEST + 8
    return PrintedSheet(name, tuple(layout.cells), tuple(layout.widths), layout.heights, frozen, only, landscape=lying)


def _widths(tables: Sequence[Table], *, lying: bool) -> list[float]:
    """Return how wide the columns are in which all tables of a sheet stand; words get the place that is to spare.

    Args:
        tables: the tables.
        lying: whether the page may lie.
    """
    columns = max((len(table.headings) for table in tables), default=1)
    widths, wanted = [float(_NARROWEST)] * columns, [float(_NARROWEST)] * columns
    names = min((table.names for table in tables), default=0)
    for table in tables:
        for column, heading in enumerate(table.headings):
            if column == len(table.headings) - 1 < columns - 1 and _spreads(table):
                continue
            longest = max((len(row.cells[column].shown) for row in table.rows if row.role != "title"), default=0) + 2
            least = max((len(word) for word in heading.text.split()), default=0) + 2
            longest += 2 if heading.right else 0  # a number that does not fit shows as ###
            most = _WIDEST_NUMBER if heading.right else _WIDEST_NAME if column == names else _WIDEST_WORDS
            if column < names:
                widths[0] = wanted[0] = float(_NUMBERS)
                continue
            widths[column] = max(widths[column], float(max(least, min(longest, most))))
            wanted[column] = max(wanted[column], widths[column], longest / _LETTERS)
    page = _LYING_PAGE if lying and sum(widths) > _FEWEST else _FEWEST
    while (spare := page - sum(widths)) > 0 and (short := [at for at in range(columns) if widths[at] < wanted[at]]):
        for at in short:
            widths[at] = min(wanted[at], widths[at] + max(1.0, spare / len(short) / 2))
    widths[names] += max(0.0, _FEWEST - sum(widths))
    return widths
