"""CSV as the standard library cuts it into cells: the heading of a file, and rows of text gathered column by column."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from operator import itemgetter
from typing import Final

import numpy as np

from cchc_metrics.read.dated import ROWS, are_dates
from cchc_metrics.read.layout import TOP, find_heading
from cchc_metrics.read.limits import Limits
from cchc_metrics.read.old_text import Rewrite
from cchc_metrics.read.raw import RawColumnBuilder, Refused, UnreadableFileError, Wanted
from cchc_metrics.records.columns import Array

DELIMITERS: Final = "\t;,"
LONGEST_CELL: Final = 1 << 17
"""The standard library refuses longer cells; such a cell is mostly a quotation mark that was never closed."""
_TOO_LONG: Final = "field limit"  # as the standard library says it
_CHUNK_ROWS: Final = 512  # the cells of a chunk stay in the cache; 8192 rows are half as fast
_FIRST = itemgetter(0)
_DIGITS, _LETTERS = re.compile("[0-9]+"), re.compile(r"[^\W\d_]+")
_LINE_END: Final = re.compile("\r\n|\r|\n")


class OpenQuoteError(UnreadableFileError):
    """A quotation mark is opened and never closed: it swallows rows that nobody could count, so the file is refused."""

    code = "open_quote"

    def __init__(self, row: int, error: csv.Error) -> None:
        vi, en = "dấu nháy kép mở mà không đóng", "a quotation mark is opened and never closed"
        if _TOO_LONG in str(error):
            vi = f"một ô dài hơn {LONGEST_CELL} ký tự: rút ngắn ô, hoặc xóa dấu nháy kép mở mà không đóng"
            en = f"a cell has more than {LONGEST_CELL} characters: shorten it, or remove a quotation mark that is never closed"
        super().__init__(f"dòng {row}: {vi}", f"row {row}: {en}")


@dataclass(frozen=True, slots=True)
class Head:
    """What the heading of a file says.

    Args:
        headings: each on one line, without the blank ones at the end.
        row: its 1-based (last) row; 0 where there is none.
        cells: how many cells it has, the blank ones at the end too.
        delimiter: between cells.
        after: how many rows stand before the first record: titles, the heading, a row of column numbers.
    """

    headings: tuple[str, ...]
    row: int
    cells: int
    delimiter: str
    after: int


def read_head(
    sample: str, lines: Iterable[str], wanted: Wanted | None = None, rewrite: Rewrite | None = None
) -> tuple[Head, Iterator[list[str]]]:
    """Return the heading of a file and the reader of the records that follow it.

    The heading is found as in a sheet (``layout.find_heading``), among the rows of the sample. Where the delimiter of the first line gives
    no wanted heading, since a title may stand there, the others are tried.

    Args:
        sample: the beginning of the text.
        lines: all of it, line by line, with line ends.
        wanted: takes headings, returns the positions of the columns to keep.
        rewrite: what makes Unicode of the cells.

    Raises:
        UnreadableFileError: a quotation mark is never closed, or out of place in the heading.
    """
    first, declared = _delimiter(sample)
    rewrite = rewrite or str
    found = _find_head(sample, first, wanted, rewrite, declared=declared)
    if wanted is not None and not declared and not (found is not None and found[1]):
        others = ((other, _find_head(sample, other, wanted, rewrite, declared=False)) for other in DELIMITERS if other != first)
        first, found = next(((other, head) for other, head in others if head is not None and head[1]), (first, found))
    reader = csv.reader(lines, delimiter=first, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return Head((), 0, 0, first, 0), reader
        except csv.Error as error:
            if _open(error):
                raise OpenQuoteError(number, error) from None
            raise _misplaced(number) from None
        if swallows(record, len(record), first):  # into a title or a heading: what it says would be shown as one
            raise _misplaced(number)
        if found is not None:
            if number == found[0].after:
                return found[0], reader
        elif not blank(record) and not (declared and number == 1):
            return Head(_headings(list(map(rewrite, record))), number, len(record), first, number), reader


def _misplaced(row: int) -> UnreadableFileError:
    return UnreadableFileError(f"dòng {row}: dấu nháy kép đặt sai chỗ", f"row {row}: a quotation mark is out of place")


def _find_head(sample: str, delimiter: str, wanted: Wanted | None, rewrite: Rewrite, *, declared: bool) -> tuple[Head, bool] | None:
    """Return the heading among the rows of a sample, and whether any wanted column is in it; None where the sample does not hold one."""
    if wanted is None:
        return None
    rows: list[list[str]] = []
    with suppress(csv.Error):  # the sample ends somewhere in a cell, or a quotation mark is out of place: what came before is there
        rows.extend(
            list(map(rewrite, row)) for row in islice(csv.reader(StringIO(sample, newline=""), delimiter=delimiter, strict=True), TOP)
        )
    if declared and rows:
        rows[0] = []
    found = find_heading(rows, wanted)
    if found.first < 0:
        return None
    cells = max(len(row) for row in rows[found.first : found.last + 1])
    return Head(found.headings, found.last + 1, cells, delimiter, found.after), bool(found.kept)


def dated_columns(sample: str, head: Head, kept: Collection[int]) -> frozenset[int]:
    """Return the positions of the columns that are not kept and hold dates in the first rows.

    Args:
        sample: the beginning of the text, in whole rows.
        head: its heading.
        kept: positions of the columns that are kept.
    """
    if not head.row or len(kept) == len(head.headings):
        return frozenset()
    records: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # reported where the rows are read
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=head.delimiter)
        records.extend(islice(reader, head.after, head.after + ROWS))
    places = [at for at in range(len(head.headings)) if at not in kept]
    return frozenset(at for at in places if are_dates(row[at] for row in records if len(row) > at))


def kept_columns(headings: Sequence[str], wanted: Wanted | None) -> list[int]:
    """Return the ascending positions of the columns to keep; all where nobody says which are wanted."""
    return sorted(set(range(len(headings)) if wanted is None else wanted(headings)))


class TextRows:
    """Rows of text, gathered column by column.

    Args:
        head: the heading: a row must have as many cells; more are tolerated where they are blank.
        kept: positions of the columns that are kept.
        limits: how many rows there may be.
    """

    __slots__ = ("_after", "_builders", "_limits", "_rows", "delimiter", "refused", "width")

    def __init__(self, head: Head, kept: Sequence[int], limits: Limits) -> None:
        self.width, self.delimiter, self._after, self._limits = len(head.headings), head.delimiter, head.after, limits
        self.refused: list[Refused] = []
        self._builders = {position: RawColumnBuilder() for position in kept}
        self._rows: list[Array] = []

    def extend(self, reader: Iterator[list[str]], number: int, tick: Callable[[], None]) -> int:
        """Add every record that is left and return the number of the one after the last.

        A record that a misplaced quotation mark makes impossible to cut into cells ends where its line ends, and the next one is read as
        usual. Blank rows are passed over and keep their number; rows of another number of cells are refused, and those that a stray
        quotation mark made of several lines, each of which counts.

        Args:
            reader: the records, as ``csv.reader`` gives them.
            number: 1-based number of the next one.
            tick: called now and then.

        Raises:
            OpenQuoteError: a quotation mark is never closed.
            UnreadableFileError: there are more rows than the limits say.
        """
        for first, records, whole, lines in _runs(reader, number):
            number = first + len(records) + (not whole)
            self._limits.check_table(self.width, number - 1 - self._after)
            if self._even(records) and (lines == len(records) or not any(map(self._swallows, records))):
                self._add(np.arange(first, first + len(records), dtype=np.int64), records)
            else:
                kept = [(row, cells) for row, record in enumerate(records, start=first) if (cells := self._cells(row, record))]
                if kept:
                    self._add(np.array([row for row, _ in kept], dtype=np.int64), [cells for _, cells in kept])
            if not whole:
                self.refused.append(Refused(number - 1, 0, lines=max(1, lines - sum(map(_lines, records)))))
            tick()
        return number

    def done(self) -> tuple[Array, dict[int, RawColumnBuilder]]:
        """Return the numbers of the rows (int64) and the builders of the columns."""
        return np.concatenate(self._rows) if self._rows else np.empty(0, dtype=np.int64), self._builders

    def _even(self, records: Sequence[list[str]]) -> bool:
        """Return whether all rows have the right number of cells and none is blank; blank rows begin with a blank cell."""
        if set(map(len, records)) != {self.width}:
            return False
        return all(map(str.strip, map(_FIRST, records))) or not any(blank(record) for record in records if not record[0].strip())

    def _add(self, rows: Array, records: Sequence[list[str]]) -> None:
        self._rows.append(rows)
        columns = list(zip(*records, strict=True))
        for position, builder in self._builders.items():
            builder.extend_text(columns[position])

    def _cells(self, row: int, record: list[str]) -> list[str] | None:
        """Return the cells of a row; None for a blank row and for one that is refused."""
        if blank(record):
            return None
        if self._swallows(record):
            self.refused.append(Refused(row, 0, lines=_lines(record)))
            return None
        if len(record) > self.width and blank(record[self.width :]):
            del record[self.width :]
        if len(record) != self.width:
            self.refused.append(Refused.of(row, record, len(record)))
            return None
        return record

    def _swallows(self, record: list[str]) -> bool:
        return swallows(record, self.width, self.delimiter)


def swallows(record: Sequence[str], width: int, delimiter: str) -> bool:
    r"""Return whether a record is several that a stray quotation mark made one.

    A cell may hold line ends and delimiters. But where two of its lines have the delimiters of a whole record, they are records; so is
    one that begins as the record does and has half of them. A comma with a space behind it is one of a sentence, unless all cells of the
    record begin so.

    Args:
        record: its cells.
        width: how many cells a record has.
        delimiter: what stands between cells.

    >>> swallows(["TM-1", "Nông thôn mới,5\nTM-2,Mỹ Quý,4"], 3, ","), swallows(["TM-1", "họp, bàn,\nvà kết luận", "5"], 3, ",")
    (True, False)
    >>> swallows(["TM-1", "tốt\nTM-2,Mỹ Quý", "5", ""], 4, ","), swallows(["TM-1", "tốt\nTM-2,Mỹ Quý,4\n", "5", ""], 4, ",")
    (False, True)
    """
    if width < 2 or not any("\n" in cell or "\r" in cell for cell in record):
        return False
    cells = list(record)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    spaced = delimiter.isspace() or all(cell.startswith(" ") for cell in cells[1:])
    # Delimiters count where cells end, and within cells of several lines.
    counted = [cell if "\n" in cell or "\r" in cell else "" for cell in cells]
    if not spaced:
        counted = [cell.replace(f"{delimiter} ", "") for cell in counted]
    full: int = sum(line.count(delimiter) >= width - 1 for line in _LINE_END.split(delimiter.join(counted)))
    return full > 1 or _begins_again(cells[0], counted, width, delimiter)


def least_delimiters(width: int) -> int:
    """Return how many delimiters a line has at least that may be a record without its last cells."""
    return max(2, width // 2)


def _begins_again(first: str, cells: Iterable[str], width: int, delimiter: str) -> bool:
    """Return whether a line within a cell begins as the record does, with an identifier of letters and digits, and goes on as one."""
    form = _form(_LINE_END.split(first)[0])
    if not ("a" in form and "9" in form):
        return False
    lines = (line for cell in cells for line in _LINE_END.split(cell)[1:])
    return any(line.count(delimiter) >= least_delimiters(width) and _form(line.partition(delimiter)[0]) == form for line in lines)


def _form(text: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("9", text.strip()))


def _lines(record: Sequence[str]) -> int:
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in record if "\n" in cell or "\r" in cell)


def _runs(reader: Iterator[list[str]], number: int) -> Iterator[tuple[int, list[list[str]], bool, int]]:
    """Yield the number of a record, it and many that follow, False where one follows that cannot be cut into cells, and their lines."""
    while True:
        records: list[list[str]] = []
        before: int = reader.line_num  # type: ignore[attr-defined]  # the type of csv.reader has no public name
        whole = True
        try:
            records.extend(islice(reader, _CHUNK_ROWS))  # which keeps what came before an error
        except csv.Error as error:
            if _open(error):
                raise OpenQuoteError(number + len(records), error) from None
            whole = False
        if not records and whole:
            return
        yield number, records, whole, reader.line_num - before  # type: ignore[attr-defined]
        number += len(records) + (not whole)


def _open(error: csv.Error) -> bool:
    return "end of data" in str(error) or _TOO_LONG in str(error)


def blank(record: Sequence[str]) -> bool:
    """Return whether no cell of a row says anything."""
    return not any(cell and not cell.isspace() for cell in record)


def _headings(record: Sequence[str]) -> tuple[str, ...]:
    headings = [" ".join(cell.split()) for cell in record]
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)


def _delimiter(sample: str) -> tuple[str, bool]:
    """Return the delimiter, and whether the first line declares it as spreadsheets do (``sep=;``)."""
    first, _, _ = sample.lstrip("\ufeff").partition("\n")
    declared = first.strip().strip('"')
    if len(declared) == 5 and declared.lower().startswith("sep=") and declared[4] in DELIMITERS:
        return declared[4], True
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for char in sample.lstrip("\ufeff\r\n "):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "\r\n":
            break
        elif not quoted and char in counts:
            counts[char] += 1
    best = max(counts, key=counts.__getitem__)
    return (best if counts[best] else ","), False
