"""A published Form 06 from CSV or a workbook, exactly as it was printed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.form06_book import level_of, read_form06_book
from cchc_metrics.read.formats import form_of
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.places import bytes_of
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.records.fields import CellError, parse_whole
from cchc_metrics.text import fold, nfc
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row

_PRINTED = NUMBERS[:11]
_NUMBERS_OF = {f"({n})": name for n, name in enumerate(_PRINTED, start=3)}
_TOTALS = {"tong", "total", "tong so", "tong cong"}


def read_form06(text: str, *, file: str = "form06.csv", limits: Limits = LIMITS) -> tuple[Form06Row, ...]:
    r"""Return the rows of a published form.

    Args:
        text: CSV with the headings ``level``, ``field`` and the eleven numbers, by name (``total``, ``online`` …) or printed
            number (``(3)`` … ``(13)``); a field that says TỔNG or total is the total of its level.
        file: for messages.
        limits: how many headings and rows it may have.

    Raises:
        UnreadableFileError: it has more.
        InputError: names the heading that is missing or occurs twice, the row whose cells are not as many as the headings, or the row and
            column that is no whole number; or there are no rows. An empty cell is 0.

    >>> rows = read_form06("level,field,(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13)\ncommune,Hộ tịch,100,40,55,5,90,80,8,2,10,9,1\n")
    >>> rows[0].carried_over
    5
    """
    reader = _lines(text, file)
    written = [h.strip() for h in next(reader, [])]
    limits.check_table(len(written))
    headings = [_NUMBERS_OF.get(h, h) for h in written]
    printed = dict(zip(headings, written, strict=True))
    for name in ("level", "field", *_PRINTED):
        if name not in headings:
            vi, en = suggestion(name, headings)
            raise InputError(f"«{file}»: thiếu cột «{name}»{vi}", f"«{file}»: column «{name}» is missing{en}")
        if headings.count(name) > 1:
            raise InputError(f"«{file}»: hai cột «{name}»", f"«{file}»: there are two columns «{name}»")
    rows = []
    for number, cells in enumerate(reader, start=2):
        limits.check_table(0, number - 1)
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(headings):
            raise InputError(
                f"«{file}», dòng {number}: {len(cells)} ô, cần {len(headings)}; ô có dấu phẩy phải đặt trong ngoặc kép",
                f"«{file}», row {number}: {len(cells)} cells, {len(headings)} are needed; a cell with a comma must stand in quotes",
            )
        given = dict(zip(headings, cells, strict=True))
        field = nfc(given["field"]).strip()
        numbers = {name: _whole(given[name], file, number, printed[name]) for name in _PRINTED}
        level = given["level"].strip()
        rows.append(Form06Row(level=level_of(level) or level, field=None if fold(field) in _TOTALS else field, **numbers))
    if not rows:
        raise InputError(f"«{file}»: biểu không có dòng nào", f"«{file}»: the form has no rows")
    return tuple(rows)


def _lines(text: str, file: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=None))
    except csv.Error as error:  # a cell of 131 072 characters
        raise InputError(f"«{file}»: không đọc được: {error}", f"«{file}»: cannot be read: {error}") from None


def _whole(cell: str, file: str, row: int, column: str) -> int:
    try:
        found = parse_whole(cell)
    except CellError as error:
        raise InputError(
            f"«{file}», dòng {row}, {column} = «{cell}»: {error.code.vi}", f"«{file}», row {row}, {column} = «{cell}»: {error.code.en}"
        ) from None
    return found or 0


def read_form06_file(path: Path | str, limits: Limits = LIMITS) -> tuple[Form06Row, ...]:
    """Return the rows of a published form from a CSV file, or from a workbook laid out as the form is printed.

    Args:
        path: the file.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: it is no workbook, or holds more than the limits say.
        InputError: the file cannot be read, or a cell not understood.
    """
    place = Path(path)
    try:
        if place.is_file() and form_of(place) == "workbook":
            return read_form06_book(place, limits)
        if place.is_file():
            limits.check("file_bytes", place.stat().st_size, "tệp có quá nhiều byte", "the file has too many bytes")
        return read_form06(bytes_of(place).decode("utf-8-sig"), file=place.name, limits=limits)
    except UnicodeDecodeError:
        raise InputError(f"«{place.name}» không phải UTF-8", f"«{place.name}» is not UTF-8") from None
    except UnreadableFileError as error:
        raise UnreadableFileError(f"«{place.name}»: {error.vi}", f"«{place.name}»: {error.en}") from None
