"""Workbooks in the XML of Excel 2003 (SpreadsheetML), as many systems write them under .xls.

The standard library's parser reads them as a stream; a document type, by which entities could be declared, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from xml.parsers import expat

from cchc_metrics.read.grids import MOST_COLUMNS, MOST_ROWS, Grid, GridBook, check_size, grid_of
from cchc_metrics.read.layout import Merged
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.raw import Uncalculated, UnreadableFileError

_DEEPEST: Final = 64
_FIRST_YEAR: Final = 1900
"""A moment of an earlier year is a time of day."""


def xml_book(data: bytes, limits: Limits = LIMITS) -> GridBook:
    """Return the sheets of a workbook.

    Args:
        data: the file.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: it is broken, declares a document type, or has a sheet of more cells than a sheet can have.
    """
    reader = _Reader(limits)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.EntityDeclHandler = _no_document_type
    try:
        parser.Parse(data.lstrip(), True)
    except expat.ExpatError as error:
        raise UnreadableFileError(
            f"XML hỏng ở dòng {error.lineno}; mở bằng Excel rồi lưu lại dạng .xlsx",
            f"broken XML in line {error.lineno}; open it in Excel and save it as .xlsx",
        ) from None
    return GridBook(tuple(reader.grids), reader.from_1904)


def _no_document_type(*_: object) -> None:
    raise UnreadableFileError("XML có khai báo DOCTYPE, không nhận", "the XML declares a document type, which is refused")


class _Reader:
    """Gathers sheets from the elements of a workbook."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.grids: list[Grid] = []
        self.from_1904 = False
        self._open: list[str] = []
        self._text: list[str] | None = None
        self._new_sheet("")

    def _new_sheet(self, name: str) -> None:
        self._name = name
        self._rows: list[list[Any]] = []
        self._merged: list[Merged] = []
        self._below: dict[int, int] = {}
        self._hidden_rows: set[int] = set()
        self._hidden = False
        self._left = self._span = 0
        self._row: list[Any] = []
        self._cell: dict[str, str] = {}
        self._type = ""
        self._value: Any = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        tag, said = _local(name), {_local(key): value for key, value in attributes.items()}
        if len(self._open) >= _DEEPEST:
            raise UnreadableFileError("XML lồng quá sâu", "the XML is nested too deeply")
        self._open.append(tag)
        match tag:
            case "Worksheet":
                self._new_sheet(said.get("Name", ""))
            case "Table":
                self._rows += [[] for _ in range(_number(said.get("TopCell"), 1, MOST_ROWS) - 1)]
                self._left = _number(said.get("LeftCell"), 1, MOST_COLUMNS) - 1
            case "Row":
                at = _number(said.get("Index"), len(self._rows) + 1, MOST_ROWS)
                self._rows += [[] for _ in range(at - 1 - len(self._rows))]
                self._row = [""] * self._left
                self._span = _number(said.get("Span"), 0, MOST_ROWS)
                if said.get("Hidden") == "1":
                    self._hidden_rows.update(range(at, at + 1 + self._span))
            case "Cell":
                self._cell, self._type, self._value = said, "", ""
            case "Data" if "Comment" not in self._open:
                self._type, self._text = said.get("Type", "String"), []
            case "Visible":
                self._text = []
            case "Date1904":
                self.from_1904 = True

    def end(self, name: str) -> None:
        """Take the end of an element."""
        tag = _local(name)
        self._open.pop()
        match tag:
            case "Worksheet":
                self.grids.append(
                    grid_of(
                        self._name,
                        self._rows,
                        self._merged,
                        hidden=self._hidden,
                        hidden_rows=frozenset(self._hidden_rows),
                        limits=self.limits,
                    )
                )
            case "Row":
                self._rows.append(self._row)
                self._rows += [[] for _ in range(self._span)]
                check_size(len(self._rows), len(self._row), self.limits)
            case "Cell":
                self._place()
            case "Data" if self._text is not None and "Comment" not in self._open:
                self._value = _value("".join(self._text), self._type)
                self._text = None
            case "Visible" if self._text is not None:
                self._hidden = "".join(self._text).strip().startswith("SheetHidden") or "VeryHidden" in "".join(self._text)
                self._text = None

    def text(self, data: str) -> None:
        """Take text."""
        if self._text is not None:
            self._text.append(data)

    def _place(self) -> None:
        """Put the cell that ends where it belongs."""
        column = _number(self._cell.get("Index"), len(self._row) - self._left + 1, MOST_COLUMNS) - 1 + self._left
        column = max(column, 0)
        while "Index" not in self._cell and self._below.get(column, -1) >= len(self._rows):  # an area comes down from above
            column += 1
        self._row += [""] * (column - len(self._row))
        value = self._value
        if not self._type and "Formula" in self._cell:
            value = Uncalculated(self._cell["Formula"].removeprefix("="))
        across, down = _number(self._cell.get("MergeAcross"), 0, MOST_COLUMNS), _number(self._cell.get("MergeDown"), 0, MOST_ROWS)
        if column < len(self._row):
            self._row[column] = value
        else:
            self._row.append(value)
        self._row += [""] * (column + 1 + across - len(self._row))
        check_size(1, len(self._row), self.limits)
        if across or down:
            top = len(self._rows)
            self._merged.append(((top, column), (top + down, column + across)))
            self._below.update(dict.fromkeys(range(column, column + across + 1), top + down))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str | None, default: int, most: int) -> int:
    if text is None or not text.strip().isdecimal():
        return default
    return min(int(text[:12]), most)


def _value(text: str, kind: str) -> Any:
    """Return what a cell holds; what is not what its type says stays text.

    >>> _value("2021-03-01T00:00:00.000", "DateTime"), _value("5", "Number"), _value("1", "Boolean"), _value("007", "String")
    (datetime.date(2021, 3, 1), 5.0, True, '007')
    """
    try:
        match kind:
            case "Number":
                return float(text)
            case "Boolean":
                return text.strip() == "1"
            case "DateTime":
                moment = datetime.fromisoformat(text.strip())
                if moment.year < _FIRST_YEAR:
                    return moment.time()
                return moment if moment.time() != datetime.min.time() else date(moment.year, moment.month, moment.day)
    except ValueError:
        return text
    return text
