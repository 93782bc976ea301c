"""Reading CSV files: encoding, delimiter and rows are decided from the file, and refused where they would have to be guessed.

- Encoding: UTF-8, or UTF-16 with a byte order mark. Anything else is refused: old Vietnamese encodings cannot be told apart safely.
- Delimiter: the comma, semicolon or tab that the heading line has most of, outside quotation marks.
- Rows are numbered as a spreadsheet shows them: by record, the heading's included, whatever line breaks stand inside quotation marks.
- Blank rows (no cell, or blank cells only) are passed over and do not count as read; they keep their number.
- A row must have as many cells as there are headings; more are tolerated where they are blank.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, TextIO

import numpy as np

from cchc_metrics.read.raw import Progress, RawColumnBuilder, RawTable, Refused, UnreadableFileError, Wanted

DELIMITERS: Final = "\t;,"
_CHUNK_ROWS: Final = 512  # the cells of a chunk stay in the cache; 8192 rows are half as fast
_SAMPLE: Final = 1 << 16
_BYTE_ORDER_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_csv(
    path: Path,
    *,
    wanted: Wanted | None = None,
    file: str = "",
    progress: Progress | None = None,
) -> RawTable:
    """Return the table in a CSV file.

    Args:
        path: the file.
        wanted: takes the headings, returns the positions of the columns to keep; None keeps all. Others are never stored.
        file: its name for messages; the path's last part by default.
        progress: called with the name, bytes read and bytes in all.

    Raises:
        UnreadableFileError: the file is not a table in a known encoding, or a quotation mark is never closed.
    """
    name = file or path.name
    try:
        with path.open("rb") as binary:
            encoding = _encoding(binary)
            size = path.stat().st_size
            with io.TextIOWrapper(binary, encoding=encoding, newline="") as text:
                return _read(text, wanted, name, lambda: progress(name, binary.tell(), size) if progress is not None else None)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise UnreadableFileError(f"byte 0x{byte:02x} không phải UTF-8", f"byte 0x{byte:02x} is not UTF-8") from None
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None


def _read(text: TextIO, wanted: Wanted | None, name: str, tick: Callable[[], None]) -> RawTable:
    delimiter, declared = _delimiter(text)
    records = _records(csv.reader(text, delimiter=delimiter, strict=True))
    headings: tuple[str, ...] = ()
    heading_row = 0
    for number, record in records:
        if record is None:
            raise UnreadableFileError(f"dòng {number}: dấu nháy kép đặt sai chỗ", f"row {number}: a quotation mark is out of place")
        if _blank(record) or (declared and number == 1):
            continue
        headings, heading_row = _headings(record), number
        break
    kept = sorted(set(range(len(headings)) if wanted is None else wanted(headings)))
    builders = {position: RawColumnBuilder() for position in kept}
    rows: list[int] = []
    refused: list[Refused] = []
    for numbers, cells in _chunks(records, len(headings), refused):
        rows.extend(numbers)
        columns = list(zip(*cells, strict=True))
        for position, builder in builders.items():
            builder.extend_text(columns[position])
        tick()
    return RawTable(
        headings,
        {position: builder.done() for position, builder in builders.items()},
        np.array(rows, dtype=np.int64),
        name,
        heading_row=heading_row,
        refused=tuple(refused),
    )


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | None]]:
    """Yield every record with its number from 1; None for one that a misplaced quotation mark makes impossible to cut into cells.

    Such a record ends where its line ends, and the next one is read as usual; a quotation mark that is never closed swallows rows that
    nobody could count, so the file is refused.
    """
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error) or "field limit" in str(error):
                raise UnreadableFileError(
                    f"dòng {number}: dấu nháy kép mở mà không đóng", f"row {number}: a quotation mark is opened and never closed"
                ) from None
            yield number, None
        else:
            yield number, record


def _chunks(
    records: Iterator[tuple[int, list[str] | None]], width: int, refused: list[Refused]
) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield row numbers and rows of ``width`` cells, many at a time; the rows that have another number of cells go to ``refused``."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    for number, record in records:
        if record is None:
            refused.append(Refused(number, 0))
            continue
        if len(record) != width or not record[0].strip():
            if _blank(record):
                continue
            if len(record) > width and _blank(record[width:]):
                del record[width:]
            if len(record) != width:
                refused.append(Refused(number, len(record)))
                continue
        numbers.append(number)
        rows.append(record)
        if len(rows) == _CHUNK_ROWS:
            yield numbers, rows
            numbers, rows = [], []
    if rows:
        yield numbers, rows


def _blank(record: Sequence[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in record)


def _headings(record: Sequence[str]) -> tuple[str, ...]:
    """Return the headings, each on one line, without the blank ones at the end."""
    headings = [" ".join(cell.split()) for cell in record]
    while headings and not headings[-1]:
        headings.pop()
    return tuple(headings)


def _encoding(binary: BinaryIO) -> str:
    start = binary.read(4096)
    binary.seek(0)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFileError("đây là tệp Excel, không phải CSV", "this is an Excel file, not CSV")
    if b"\x00" in start:
        raise UnreadableFileError("có ký tự NUL; UTF-16 thiếu BOM?", "it has NUL characters; UTF-16 without its mark?")
    return "utf-8"


def _delimiter(text: TextIO) -> tuple[str, bool]:
    """Return the delimiter, and whether the first line declares it as spreadsheets do (``sep=;``)."""
    sample = text.read(_SAMPLE)
    text.seek(0)
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
