"""Tables in web pages, as web systems write them under .xls: one sheet, as a spreadsheet shows such a page.

Tables and the texts between them stand one below the other. A table inside a cell of another takes the place of that cell's row. Cells span
columns and rows; what is in scripts and what is not displayed inside a cell is no text of it.
"""

from __future__ import annotations

import email
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import policy
from html.parser import HTMLParser
from typing import Any, Final

from cchc_metrics.read.csv_files import NotUtf8Error
from cchc_metrics.read.grids import Grid, GridBook, check_size, grid_of
from cchc_metrics.read.layout import Merged
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.old_text import OLD
from cchc_metrics.read.raw import UnreadableFileError

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BARE: Final = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_CHARSET: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s+")
_BLOCKS: Final = frozenset(("p", "div", "center", "li", "ul", "ol", "br", "hr", "form", "body", "html", "pre", "caption")) | frozenset(
    f"h{level}" for level in range(1, 7)
)
_SILENT: Final = frozenset(("script", "style", "title", "select", "textarea", "noscript", "template", "button"))
_VOID: Final = frozenset(("br", "hr", "img", "input", "col", "meta", "link", "area", "base", "wbr"))
_GROUPS: Final = frozenset(("thead", "tbody", "tfoot", "colgroup", "html", "body"))
_NOT_SHOWN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MARKS_OPEN: Final = (("<", ">"), ("<!--", "-->"), ("<![", "]>"), ("<?", ">"))
_MOST_OPEN: Final = 100
"""So many marks may stand open at the end of a page."""
_DEEPEST: Final = 100
"""Tables inside tables, so many at most."""


def html_book(data: bytes, encoding: str = "", limits: Limits = LIMITS) -> GridBook:
    """Return the tables of a web page as a workbook of one sheet.

    Args:
        data: the page.
        encoding: what is declared of it; see ``decoded``.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: there is no table in it, or more than a sheet can hold.
        NotUtf8Error: nobody says in what it is encoded, and it is not UTF-8.
    """
    grid = _grid("", decoded(data, encoding), limits)
    if grid is None:
        raise UnreadableFileError(
            "trang web không có bảng nào; mở bằng Excel rồi lưu lại dạng .xlsx",
            "the web page has no table; open it in Excel and save it as .xlsx",
        )
    return GridBook((grid,))


def mhtml_book(data: bytes, encoding: str = "", limits: Limits = LIMITS) -> GridBook:
    """Return the pages of a web page in one file as the sheets of a workbook; those without a table are passed over.

    Args:
        data: the file.
        encoding: what is declared of it.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: there is no table in it.
    """
    grids: list[Grid] = []
    for part in email.message_from_bytes(data, policy=policy.compat32).walk():
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        page = part.get_payload(decode=True)
        if not isinstance(page, bytes):
            continue
        location = str(part.get("Content-Location", "")).replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        grid = _grid(location, decoded(page, encoding, part.get_content_charset() or ""), limits)
        if grid is not None:
            grids.append(grid)
    if not grids:
        raise UnreadableFileError("không có bảng nào trong tệp MHTML", "there is no table in the MHTML file")
    if len(grids) == 1:
        grids = [Grid("", grids[0].rows, grids[0].merged_cell_ranges, hidden_rows=grids[0].hidden_rows)]
    return GridBook(tuple(grids))


def decoded(data: bytes, encoding: str = "", charset: str = "") -> str:
    """Return the text of a page: by its mark; as UTF-8 where it is; as declared; as the page says.

    Args:
        data: the page.
        encoding: what the district declares; bytes of an old one become characters of the same number, still to be converted.
        charset: what stands around the page, in its header.

    Raises:
        NotUtf8Error: nobody says in what it is encoded, and it is not UTF-8.
    """
    for marks, skipped in ((_MARKS, True), (_BARE, False)):
        for mark, codec in marks:
            if data.startswith(mark):
                return data[len(mark) * skipped :].decode(codec, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if encoding in OLD:
            return data.decode("latin-1")
        said = _CHARSET.search(data[:4096])
        for name in (encoding, charset, said[1].decode() if said is not None else ""):
            if name and name.lower().replace("_", "-") not in ("utf-8", "utf8"):
                try:
                    return data.decode(name, "replace")
                except LookupError:
                    continue
        raise NotUtf8Error(error) from None


def _grid(name: str, page: str, limits: Limits) -> Grid | None:
    for start, end in _MARKS_OPEN:
        if page.count(start, page.rfind(end) + 1) > _MOST_OPEN:  # each is looked for to the end of the page
            raise UnreadableFileError(
                f"trang web hỏng: nhiều dấu {start} không có {end}; mở bằng Excel rồi lưu lại dạng .xlsx",
                f"a broken web page: many {start} without {end}; open it in Excel and save it as .xlsx",
            )
    parser = _Page(limits)
    parser.feed(page)
    parser.close()
    parser.finish()
    if not parser.found:
        return None
    return grid_of(name, parser.rows, parser.merged, hidden_rows=frozenset(parser.hidden), limits=limits)


@dataclass(slots=True)
class _Table:
    """A table that is open.

    Args:
        hidden: whether it is not displayed.
        row: the cells of the open row, None where none is open.
        row_hidden: whether that row is not displayed.
        below: column → how many rows a cell above still takes, the open one too.
        areas: places of its merged areas among all.
    """

    hidden: bool
    row: list[Any] | None = None
    row_hidden: bool = False
    below: dict[int, int] = field(default_factory=dict)
    areas: list[int] = field(default_factory=list)


class _Page(HTMLParser):
    """Gathers the rows of a page."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.rows: list[list[Any]] = []
        self.merged: list[Merged] = []
        self.hidden: list[int] = []
        self.found = False
        self._tables: list[_Table] = []
        self._cell: tuple[int, int, int] | None = None  # column, colspan, rowspan of the open cell
        self._text: list[str] = []
        self._silent: list[str] = []  # open elements whose text is none
        self._cells = 0

    # --- what the parser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.append(tag)
            return
        said = {key: value or "" for key, value in attrs}
        shown = not _NOT_SHOWN.search(said.get("style", "")) and "hidden" not in said
        if tag == "table":
            self._open_table(shown=shown)
        elif tag == "tr":
            self._open_row(shown=shown)
        elif tag in ("td", "th"):
            self._open_cell(said)
        elif tag in _SILENT or not (shown or tag in _VOID or tag in _GROUPS):
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag == "table":
            self._close_table()
        elif tag == "tr":
            self._close_row()
        elif tag in ("td", "th"):
            self._close_cell()
        elif tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(_SPACE.sub(" ", data))

    def finish(self) -> None:
        """Close what is open at the end of the page."""
        while self._tables:
            self._close_table()
        self._loose()

    # --- tables

    def _open_table(self, *, shown: bool) -> None:
        if len(self._tables) >= _DEEPEST:
            raise UnreadableFileError("quá nhiều bảng lồng nhau", "too many tables inside each other")
        if self._tables:  # what follows in the outer table begins anew below
            self._close_row()
        self._loose()
        hidden = not shown or any(table.hidden for table in self._tables)
        self._tables.append(_Table(hidden))

    def _close_table(self) -> None:
        if not self._tables:
            return
        self._close_row()
        self._loose()
        self._end_areas()
        self._tables.pop()

    def _end_areas(self) -> None:
        """Let the areas of the open table end with its last row, as spans may reach further."""
        last = len(self.rows) - 1
        for at in self._tables[-1].areas:
            (top, left), (bottom, right) = self.merged[at]
            self.merged[at] = ((top, left), (min(bottom, max(last, top)), right))
        self._tables[-1].areas.clear()
        self._tables[-1].below.clear()

    def _open_row(self, *, shown: bool) -> None:
        if not self._tables:
            self._open_table(shown=True)
        self._close_row()
        self._loose()
        self._tables[-1].row, self._tables[-1].row_hidden = [], not shown or self._tables[-1].hidden

    def _close_row(self) -> None:
        self._close_cell()
        table = self._tables[-1] if self._tables else None
        if table is None or table.row is None:
            return
        self.rows.append(table.row)
        if table.row_hidden:
            self.hidden.append(len(self.rows))
        self._cells += len(table.row)
        check_size(len(self.rows), len(table.row), self.limits)
        self.limits.check("page_cells", self._cells, "trang có quá nhiều ô", "the page has too many cells")
        table.row = None
        table.below = {column: left - 1 for column, left in table.below.items() if left > 1}

    def _open_cell(self, said: Mapping[str, str]) -> None:
        if not self._tables or self._tables[-1].row is None:
            self._open_row(shown=True)
        self._close_cell()
        table = self._tables[-1]
        assert table.row is not None  # noqa: S101  opened above
        self._text.clear()
        column = len(table.row)
        while column in table.below:
            table.row.append("")
            column += 1
        self.found = True
        self._cell = (column, _span(said.get("colspan", ""), 1000), _span(said.get("rowspan", ""), 65_534))

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        table = self._tables[-1]
        assert table.row is not None  # noqa: S101  a cell is in a row
        column, across, down = self._cell
        self._cell = None
        table.row += [self._taken(), *[""] * (across - 1)]
        check_size(1, len(table.row), self.limits)
        if across > 1 or down > 1:
            top = len(self.rows)
            table.areas.append(len(self.merged))
            self.merged.append(((top, column), (top + down - 1, column + across - 1)))
        if down > 1:
            # The row that is open counts as one of them.
            table.below.update(dict.fromkeys(range(column, column + across), down))

    # --- texts

    def _break(self) -> None:
        if self._cell is not None:
            self._text.append("\n")
        else:
            self._loose()

    def _loose(self) -> None:
        """Let a text that stands outside of cells be a row."""
        if self._cell is None and (text := self._taken()):
            self.rows.append([text])

    def _taken(self) -> str:
        lines = "".join(self._text).split("\n")
        self._text.clear()
        return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _span(text: str, most: int) -> int:
    """Return how many columns or rows a cell takes; 0 rows are all that follow."""
    number = int(text) if text.strip().isdecimal() and len(text) < 10 else 1
    return most if number == 0 and most > 1000 else max(1, min(number, most))
