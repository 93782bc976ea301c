"""A page as sheets of a workbook: its first page on the first, each annex on its own; numbers as numbers that show the same digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import Final

from cchc_metrics.report.page import Cell, Page, Section, Table, TableRow
from cchc_metrics.tables.sheet import Sheet, SheetCell, SheetForm, lines_of

_POINTS: Final = 16.0  # of a line
_GAP: Final = 2.0
_WIDEST_NAME, _WIDEST_WORDS, _WIDEST_NUMBER, _NARROWEST = 46, 30, 15, 9
_LYING: Final = 92  # a sheet with more letters than this lies
_FEWEST: Final = 84.0  # so many letters a sheet is wide at least: text alone fills a page
_LETTERS: Final = 1.1  # of a text to a width of one: it is measured in digits, which are wider
_PERCENT: Final = "%"

_TITLE: Final = SheetForm(bold=True, size=15, align="center")
_SUBTITLE: Final = SheetForm(italic=True, align="center")
_SECTION: Final = SheetForm(bold=True, size=13)
_TEXT: Final = SheetForm(top=True)
_CAPTION: Final = SheetForm(bold=True, italic=True)
_NOTE: Final = SheetForm(italic=True, size=11, top=True)
_HEADING: Final = SheetForm(bold=True, size=11, align="center", border=True, filled=True)


def page_sheets(page: Page) -> Iterator[Sheet]:
    """Yield the sheets of a page: the sections of its first page together, then each annex.

    Args:
        page: the page.
    """
    first = [section for section in page.sections if not section.annex]
    name = "Report" if page.lang == "en" else "Báo cáo"
    yield _sheet(name, page.title, page.lines, first)
    for section in page.sections:
        if section.annex:
            yield _sheet(section.title, page.title, (), [section])


def number_format(cell: Cell) -> str:
    """Return the format by which a spreadsheet shows the number of a cell as the page prints it.

    >>> number_format(Cell("92,83%", Fraction(9283, 100), Form("percent", 2, suffix="%")))
    '#,##0.00%'
    >>> number_format(Cell("+1,50", Fraction(3, 2), Form("points", 2, signed=True), mark="ước tính"))
    '+#,##0.00" (ước tính)";-#,##0.00" (ước tính)";0.00" (ước tính)"'
    """
    form = cell.form
    decimals = "." + "0" * form.decimals if form.decimals else ""
    suffix = form.suffix if form.suffix == _PERCENT else _quoted(form.suffix)
    prefix, tail = _quoted(getattr(form, "prefix", "")), suffix + _quoted(f" ({cell.mark})" if cell.mark else "")
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
        self.heights[self.row] = lines_of(text, per_line) * (form.size + 4) + _GAP
        self.row += 1

    def table(self, table: Table) -> tuple[int, int]:
        """Add a table with its headings and notes; return the rows of its headings."""
        if table.caption:
            self.line(table.caption, _CAPTION)
        first = self.row
        self._headings(table)
        headings = (first, self.row - 1)
        for row in table.rows:
            self._row(table, row)
        for note in table.notes:
            self.line(note, _NOTE)
        return headings

    def _headings(self, table: Table) -> None:
        grouped = any(heading.group for heading in table.headings)
        last = self.row + 1 if grouped else self.row
        column = 0
        for group, members in groupby(table.headings, key=lambda heading: heading.group):
            listed = list(members)
            if group:
                merged = (self.row, column + len(listed) - 1) if len(listed) > 1 else ()
                self.cells.append(SheetCell(self.row, column, group, _HEADING, *merged))
            for at, heading in enumerate(listed, start=column):
                merged = (last, at) if grouped and not group else ()
                self.cells.append(SheetCell(last if group else self.row, at, heading.text, _HEADING, *merged))
            column += len(listed)
        own = [lines_of(heading.text, self.widths[at] - 1) for at, heading in enumerate(table.headings)]
        self.heights[last] = max(own, default=1) * _POINTS + _GAP
        self.row = last + 1

    def _row(self, table: Table, row: TableRow) -> None:
        bold, lines = row.role != "row", 1
        for column, (cell, heading) in enumerate(zip(row.cells, table.headings, strict=True)):
            value = sheet_value(cell)
            form = SheetForm(bold=bold, border=True, indent=row.depth if column == 0 else 0)
            if cell.number is not None:
                form = replace(form, numbers=number_format(cell), align="right", indent=1)
            elif heading.right:
                form = replace(form, align="right", indent=1)
            if isinstance(value, str):
                lines = max(lines, lines_of(value, self.widths[column] - 1 - 2 * form.indent))
            self.cells.append(SheetCell(self.row, column, cell.day or value, replace(form, numbers="dd/mm/yyyy") if cell.day else form))
        self.heights[self.row] = lines * _POINTS + _GAP
        self.row += 1


def _sheet(name: str, title: str, lines: Iterable[str], sections: Sequence[Section]) -> Sheet:
    tables = [table for section in sections for table in section.tables]
    layout = _Layout(_widths(tables))
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
    # The headings of the only table stand on every page, and stay in sight where little stands above them.
    only = headings[0] if len(headings) == 1 else None
    frozen = (only[1] + 1, 1) if only is not None and only[1] < 8 else (0, 0)
    return Sheet(name, tuple(layout.cells), tuple(layout.widths), layout.heights, frozen, only, landscape=sum(layout.widths) > _LYING)


def _widths(tables: Sequence[Table]) -> list[float]:
    """Return how wide the columns are in which all tables of a sheet stand."""
    widths: list[float] = []
    for table in tables:
        for column, heading in enumerate(table.headings):
            cells = [row.cells[column] for row in table.rows]
            longest = max((len(cell.shown) for cell in cells), default=0) + 2
            words = max((len(word) for word in heading.text.split()), default=0) + 2
            most = _WIDEST_NUMBER if heading.right else _WIDEST_NAME if column == 0 else _WIDEST_WORDS
            width = float(max(_NARROWEST, words, min(longest, most)))
            if column == len(widths):
                widths.append(width)
            widths[column] = max(widths[column], width)
    widths = widths or [_FEWEST]
    # Where there is place to spare the column of names takes it.
    widths[0] += max(0.0, _FEWEST - sum(widths))
    return widths
