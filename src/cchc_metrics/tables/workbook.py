"""Writing workbooks with XlsxWriter: laid-out sheets, and answer tables of any length. The same input gives the same bytes.

Nothing from data becomes a formula, a link or an error: texts are written as texts. Rows of answer tables are written by the million, as
XML of their own, into a sheet that XlsxWriter has made with their headings, since each cell by a call of its own would take minutes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.folding import one_line
from cchc_metrics.tables.columns import Column
from cchc_metrics.tables.sheet import PrintedSheet, SheetCell, SheetForm
from cchc_metrics.tables.sheet_rows import DataSheet, cell_text, fill_rows
from cchc_metrics.tables.whole import not_written, whole_file
from cchc_metrics.text import Lang

FONT: Final = "Times New Roman"
_NO_DAY: Final = date(2000, 1, 1)  # of workbooks that are about no day: the clock would make each a different file
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME: Final = 31
_A4: Final = 9


class Book:
    """A workbook that is being written.

    Args:
        book: the workbook of XlsxWriter.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._forms: dict[SheetForm, Any] = {}
        self._names: set[str] = set()
        self._rows: dict[int, DataSheet] = {}

    def add(self, sheet: PrintedSheet) -> None:
        """Add a sheet that is laid out."""
        made = self._book.add_worksheet(self._name(sheet.name))
        for column, width in enumerate(sheet.widths):
            made.set_column(column, column, width)
        for row, height in sheet.heights.items():
            made.set_row(row, height)
        for cell in sheet.cells:
            self._write(made, cell)
        made.set_paper(_A4)
        made.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
        made.fit_to_pages(1, 1 if sheet.one_page else 0)
        made.center_horizontally()
        made.hide_gridlines(2)
        if sheet.landscape:
            made.set_landscape()
        if sheet.frozen != (0, 0):
            made.freeze_panes(*sheet.frozen)
        if sheet.repeated is not None:
            made.repeat_rows(*sheet.repeated)
        rows = [cell.row if cell.last_row is None else cell.last_row for cell in sheet.cells]
        made.print_area(0, 0, max(rows, default=0), len(sheet.widths) - 1)
        made.set_footer("&C&P/&N")

    def add_rows(self, name: str, columns: Mapping[str, Column], lang: Lang) -> None:
        """Add the rows of an answer table, as a table of Excel with filters; what is too long for one sheet goes on in the next.

        Args:
            name: the name of the sheet.
            columns: heading → column; headings differ by more than their case.
            lang: the language of texts that there are in both.
        """
        for part in DataSheet.parts(columns, lang):
            sheet = self._book.add_worksheet(self._name(name))
            part.lay_out(sheet, self._form)
            self._rows[sheet.index + 1] = part

    def close(self, write: Callable[[], Path]) -> None:
        """Write the file; ``write`` is what ``new_workbook`` gives."""
        path = write()
        if self._rows:
            fill_rows(path, self._rows)

    def _name(self, wanted: str) -> str:
        """Return a name that no sheet has yet."""
        plain = _NOT_IN_NAMES.sub(" ", one_line(wanted)).strip("' ")[:_LONGEST_NAME] or "1"
        name, number = plain, 1
        while name.lower() in self._names:
            number += 1
            tail = f" ({number})"
            name = plain[: _LONGEST_NAME - len(tail)] + tail
        self._names.add(name.lower())
        return name

    def _form(self, form: SheetForm) -> Any:
        if form not in self._forms:
            given: dict[str, Any] = {
                "font_name": FONT,
                "font_scheme": "none",  # else Excel takes the font of its theme instead
                "font_size": form.size,
                "bold": form.bold,
                "italic": form.italic,
                "align": form.align,
                "valign": "top" if form.top else "vcenter",
                "indent": form.indent,
                "border": 1 if form.border else 0,
                "text_wrap": not form.numbers,
            }
            if form.numbers:
                given["num_format"] = form.numbers
            if form.filled:
                given["bg_color"] = "#E7ECF2"
            self._forms[form] = self._book.add_format(given)
        return self._forms[form]

    def _write(self, sheet: Any, cell: SheetCell) -> None:
        form, value = self._form(cell.form), cell.value
        if cell.last_row is not None and cell.last_column is not None and (cell.last_row, cell.last_column) != (cell.row, cell.column):
            sheet.merge_range(cell.row, cell.column, cell.last_row, cell.last_column, "", form)
        at = (cell.row, cell.column)
        if cell.formula:
            sheet.write_formula(*at, cell.formula, form, value)
        elif value is None or value == "":
            sheet.write_blank(*at, None, form)
        elif isinstance(value, bool):
            sheet.write_boolean(*at, value, form)
        elif isinstance(value, (int, Fraction)):
            sheet.write_number(*at, value if isinstance(value, int) else float(value), form)
        elif isinstance(value, date):
            sheet.write_datetime(*at, datetime(value.year, value.month, value.day), form)
        else:
            sheet.write_string(*at, cell_text(value), form)


@contextmanager
def new_workbook(path: Path, *, created: date | None = None, title: str = "") -> Iterator[tuple[Any, Callable[[], Path]]]:
    """Give a workbook of XlsxWriter, and what writes it and says where; it appears under its name when the block ends well, or never.

    Args:
        path: the file.
        created: the day that it says it was made on.
        title: what it says it is.

    Raises:
        InputError: XlsxWriter (the extra ``excel``) is not installed, or the file cannot be written.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415  an extra
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415  as above
    except ImportError:
        raise InputError(
            'thiếu phần bổ trợ "excel" để ghi bảng tính; cài: pip install "cchc-metrics[excel]"',
            'the extra "excel", which writes workbooks, is missing; install: pip install "cchc-metrics[excel]"',
        ) from None
    options = {
        "in_memory": True,  # nor does it leave anything in the folder of temporary files
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": 12, "font_scheme": "none"},
    }
    day = created or _NO_DAY
    # It is packed in memory: what XlsxWriter leaves open on a full disk speaks up by itself, later, on the other stream.
    packed = BytesIO()
    try:
        with whole_file(path) as place:
            made = Workbook(packed, options)
            made.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})

            def write() -> Path:
                made.close()
                with packed.getbuffer() as written:  # given back though the disk is full: until then the memory cannot be let go
                    place.write_bytes(written)
                return place

            yield made, write
            if not made.fileclosed:
                write()
    except FileCreateError as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(0, str(error))
        raise not_written(path, cause) from None


@contextmanager
def open_book(path: Path, *, created: date | None = None, title: str = "") -> Iterator[Book]:
    """Give a workbook to add sheets to; arguments and errors as of ``new_workbook``."""
    with new_workbook(path, created=created, title=title) as (made, write):
        book = Book(made)
        yield book
        book.close(write)
