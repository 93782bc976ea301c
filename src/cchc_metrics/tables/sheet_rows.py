"""The rows of answer tables as XML of a sheet, made column by column and written some thousands of rows at a time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from xml.sax.saxutils import escape

import numpy as np

from cchc_metrics.folding import visible
from cchc_metrics.tables.columns import Coded, Column, Rows, spoken
from cchc_metrics.tables.sheet import SheetForm, column_letters
from cchc_metrics.text import Lang

MOST_ROWS: Final = 1_048_575
"""So many rows a sheet has below its headings."""
_PIECE: Final = 20_000
_EXACT: Final = 10**15  # a spreadsheet keeps 15 digits; a longer number is written as text
_BEFORE_1900: Final = np.datetime64("1900-03-01")  # from here on a spreadsheet counts days as the world does
_DAY_ZERO: Final = np.datetime64("1899-12-30")
_WIDEST: Final = 60
LONGEST_TEXT: Final = 32_767  # letters that a cell holds
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WHOLE: Final = SheetForm("#,##0", align="right")
_FORMS: Final[Mapping[str, SheetForm]] = {
    "text": SheetForm("@", top=True),
    "whole": _WHOLE,
    "number": SheetForm("#,##0.00", align="right"),
    "date": SheetForm("dd/mm/yyyy", align="center"),
    "flag": SheetForm("General", align="center"),
}
_STRINGS: Final = "xl/sharedStrings.xml"
Cells = list[str]
"""What stands after the place of each cell: its form, its type and its value."""


@dataclass(frozen=True, slots=True, eq=False)
class DataSheet:
    """A sheet of rows.

    Args:
        columns: heading → column; headings differ by more than their case.
        rows: the positions of the rows that stand in this sheet.
        lang: the language of texts.
    """

    columns: Mapping[str, Column]
    rows: Rows
    lang: Lang

    @classmethod
    def parts(cls, columns: Mapping[str, Column], lang: Lang) -> Iterator[DataSheet]:
        """Yield the sheets that some columns take: one, unless there are more rows than a sheet has."""
        total = len(next(iter(columns.values()), ()))
        for start in range(0, max(total, 1), MOST_ROWS):
            yield cls(columns, np.arange(start, min(start + MOST_ROWS, total)), lang)

    def lay_out(self, sheet: Any, form: Callable[[SheetForm], Any]) -> None:
        """Make the sheet with its headings and two rows, which say the forms of each column: of numbers, and of whole ones among them."""
        headings = [{"header": heading} for heading in self.columns]
        options = {"columns": headings, "style": "Table Style Light 1", "autofilter": True}
        sheet.add_table(0, 0, 2, len(headings) - 1, options)  # as long as it is when the rows are written
        for at, (heading, column) in enumerate(self.columns.items()):
            sheet.write_blank(1, at, None, form(_FORMS[column.type]))
            sheet.write_blank(2, at, None, form(_WHOLE if column.type == "number" else _FORMS[column.type]))
            sheet.set_column(at, at, self._width(heading, column))
        sheet.ignore_errors({"number_stored_as_text": f"A1:{self.last}"})  # as codes and years are, on purpose
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&C&P/&N")

    @property
    def last(self) -> str:
        """The last cell; a table without rows has an empty one."""
        return f"{column_letters(len(self.columns) - 1)}{max(len(self.rows), 1) + 1}"

    def _width(self, heading: str, column: Column) -> float:
        longest = len(heading) + 3
        if column.type == "text":
            texts = set(column.take(self.rows[:_PIECE]).exported(self.lang)[0].tolist())
            longest = max([longest, *(len(text) for text in texts if text)])
        return float(min(max(longest + 1, 12), _WIDEST))

    def xml(self, forms: Sequence[tuple[str, str]], strings: SharedTexts) -> Iterator[bytes]:
        """Yield the rows, some thousands at a time.

        Args:
            forms: of each column the numbers of its form and of that of whole numbers.
            strings: where texts are kept.
        """
        letters = [column_letters(at) for at in range(len(self.columns))]
        for start in range(0, len(self.rows), _PIECE):
            rows = self.rows[start : start + _PIECE]
            numbers = [str(number) for number in range(start + 2, start + 2 + len(rows))]
            cells = [
                [f'<c r="{letter}{number}"{cell}' if cell else "" for number, cell in zip(numbers, found, strict=True)]
                for letter, column, form in zip(letters, self.columns.values(), forms, strict=True)
                for found in [_cells(column.take(rows), form, strings, self.lang)]
            ]
            lines = (f'<row r="{number}">{"".join(line)}</row>' for number, line in zip(numbers, zip(*cells, strict=True), strict=True))
            yield "".join(lines).encode()


class SharedTexts:
    """The texts that cells of a workbook share, by their number."""

    def __init__(self, first: int) -> None:
        self.first = first
        self._numbers: dict[str, int] = {}
        self.used = 0

    def number(self, text: str) -> int:
        """Return the number of a text, a new one where it is new."""
        return self._numbers.setdefault(text, self.first + len(self._numbers))

    def __len__(self) -> int:
        return len(self._numbers)

    def xml(self) -> Iterator[str]:
        """Yield the texts in the order of their numbers."""
        for text in self._numbers:
            plain = cell_text(text)
            gap = ' xml:space="preserve"' if plain != plain.strip() else ""
            yield f"<si><t{gap}>{escape(_ESCAPED.sub('_x005F_', plain))}</t></si>"


def cell_text(text: str) -> str:
    """Return a text as a cell holds it: no longer than a cell can be, see ``folding.visible``."""
    plain = visible(text)
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…"


def fill_rows(path: Path, sheets: Mapping[int, DataSheet]) -> None:
    """Write rows into the sheets of a workbook that were laid out for them.

    Args:
        path: the workbook.
        sheets: number of the sheet, counted from 1 → its rows.
    """
    filled = path.with_name(path.name + ".rows")
    try:
        with zipfile.ZipFile(path) as book, zipfile.ZipFile(filled, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as out:
            parts = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in sheets.items()}
            tables = {_table_of(book, number): sheet for number, sheet in sheets.items()}
            before = book.read(_STRINGS).decode() if _STRINGS in book.namelist() else ""
            strings = SharedTexts(before.count("<si>"))
            for entry in book.infolist():
                if entry.filename in parts:
                    with out.open(_entry(entry), "w", force_zip64=True) as part:
                        for piece in _sheet_xml(book.read(entry), parts[entry.filename], strings):
                            part.write(piece)
                elif entry.filename in tables:
                    last = tables[entry.filename].last
                    out.writestr(_entry(entry), re.sub(r' ref="A1:[A-Z]+3"', f' ref="A1:{last}"', book.read(entry).decode()))
                elif entry.filename != _STRINGS:
                    out.writestr(_entry(entry), book.read(entry))
            total = strings.first + len(strings)
            head = re.sub(r'count="\d+" uniqueCount="\d+"', f'count="{total + strings.used}" uniqueCount="{total}"', before, count=1)
            out.writestr(_entry(book.getinfo(_STRINGS)), head.removesuffix("</sst>") + "".join(strings.xml()) + "</sst>")
        filled.replace(path)
    finally:
        filled.unlink(missing_ok=True)


def _table_of(book: zipfile.ZipFile, number: int) -> str:
    """Return the part that says where the table of a sheet begins and ends."""
    links = book.read(f"xl/worksheets/_rels/sheet{number}.xml.rels").decode()
    return f"xl/tables/{re.findall(r'/tables/(table[0-9]+[.]xml)', links)[0]}"


def _entry(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(entry.filename, entry.date_time)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _sheet_xml(laid_out: bytes, sheet: DataSheet, strings: SharedTexts) -> Iterator[bytes]:
    text = laid_out.decode()
    head, _, rest = text.partition('<row r="2"')
    models, _, tail = rest.partition("</sheetData>")
    of_cell = dict(re.findall(r'<c r="([A-Z]+[23])" s="(\d+)"/>', models))
    forms = [(of_cell[f"{letters}2"], of_cell[f"{letters}3"]) for letters in map(column_letters, range(len(sheet.columns)))]
    yield re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{sheet.last}"/>', head, count=1).encode()
    yield from sheet.xml(forms, strings)
    yield ("</sheetData>" + tail).encode()


def _cells(column: Column, form: tuple[str, str], strings: SharedTexts, lang: Lang) -> Cells:
    """Return what stands after the place of each cell of a column; ``""`` where there is none."""
    style = f' s="{form[0]}"'
    if column.type == "text":
        if isinstance(column, Coded):
            said = {
                code: _text(spoken(column.labels[code], lang), style, strings) for code in np.unique(column.codes).tolist() if code >= 0
            }
            said[-1] = ""
            strings.used += len(column)
            return [said[code] for code in column.codes.tolist()]
        return [_text(cast("str | None", text), style, strings) for text in column.exported(lang)[0].tolist()]
    if column.type == "whole":
        return [
            "" if cell is None else _text(str(cell), style, strings) if abs(cell) >= _EXACT else f"{style}><v>{cell}</v></c>"
            for cell in cast("list[int | None]", column.cells())
        ]
    values, there = column.exported(lang)
    here = [True] * len(column) if there is None else there.tolist()
    if column.type == "number":
        whole = f' s="{form[1]}"'
        return [
            "" if not is_here else f"{whole}><v>{int(cell)}</v></c>" if cell.is_integer() else f"{style}><v>{cell!r}</v></c>"
            for cell, is_here in zip(values.tolist(), here, strict=True)
        ]
    if column.type == "date":
        days = (values - _DAY_ZERO).astype(np.int64).tolist()
        early = (values < _BEFORE_1900).tolist()
        return [
            "" if not is_here else _text(str(day), style, strings) if too_early else f"{style}><v>{number}</v></c>"
            for day, number, too_early, is_here in zip(values, days, early, here, strict=True)
        ]
    return ["" if not is_here else f'{style} t="b"><v>{int(flag)}</v></c>' for flag, is_here in zip(values.tolist(), here, strict=True)]


def _text(text: str | None, style: str, strings: SharedTexts) -> str:
    return "" if not text else f'{style} t="s"><v>{strings.number(text)}</v></c>'
