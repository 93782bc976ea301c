"""Reading CSV files: encoding, delimiter and rows are decided from the file, and refused where they would have to be guessed.

- Encoding: UTF-8, or UTF-16 with a byte order mark. Anything else is refused: old Vietnamese encodings cannot be told apart safely.
- Delimiter: the comma, semicolon or tab that the heading line has most of, outside quotation marks.
- Rows are numbered as a spreadsheet shows them: by record, the heading's included, whatever line breaks stand inside quotation marks.
- Blank rows (no cell, or blank cells only) are passed over and do not count as read; they keep their number.
- A row must have as many cells as there are headings; more are tolerated where they are blank.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from cchc_metrics.read.csv_text import TextRows, dated_columns, kept_columns, read_head
from cchc_metrics.read.raw import Progress, RawTable, UnreadableFileError, Wanted

_SAMPLE: Final = 1 << 16
_WORTH_BLOCKS: Final = 1 << 21
"""In bytes: a smaller file is read sooner than pyarrow is loaded."""
_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_BYTE_ORDER_MARKS: Final = ((_UTF_8_MARK, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


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

            def tick() -> None:
                if progress is not None:
                    progress(name, binary.tell(), size)

            table = _by_blocks(binary, encoding, wanted, name, tick) if size >= _WORTH_BLOCKS else None
            if table is not None:
                return table
            binary.seek(0)
            with io.TextIOWrapper(binary, encoding=encoding, newline="") as text:
                return _read(text, wanted, name, tick)
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from None
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None


def raw_lines(path: Path) -> str:
    """Return the text of a CSV file.

    Raises:
        UnreadableFileError: it is not in a known encoding.
    """
    try:
        with path.open("rb") as binary:
            encoding = _encoding(binary)
            return binary.read().decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_utf8(error) from None
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None


def _not_utf8(error: UnicodeDecodeError) -> UnreadableFileError:
    byte = error.object[error.start]
    return UnreadableFileError(f"byte 0x{byte:02x} không phải UTF-8", f"byte 0x{byte:02x} is not UTF-8")


def _by_blocks(binary: BinaryIO, encoding: str, wanted: Wanted | None, name: str, tick: Callable[[], None]) -> RawTable | None:
    """Return the table as pyarrow cuts it, None where it is not installed or cannot do it."""
    if importlib.util.find_spec("pyarrow") is None:
        return None
    from cchc_metrics.read.csv_arrow import read_blocks  # noqa: PLC0415  only of use where pyarrow is

    if encoding != "utf-16":
        binary.seek(len(_UTF_8_MARK) if encoding == "utf-8-sig" else 0)
        return read_blocks(binary.read, wanted, name, tick)
    text = io.TextIOWrapper(binary, encoding=encoding, newline="")
    try:
        return read_blocks(lambda size: text.read(size).encode(), wanted, name, tick)
    finally:
        text.detach()


def _read(text: TextIO, wanted: Wanted | None, name: str, tick: Callable[[], None]) -> RawTable:
    sample = text.read(_SAMPLE)
    text.seek(0)
    head, reader = read_head(sample, text, wanted)
    kept = kept_columns(head.headings, wanted)
    rows = TextRows(len(head.headings), kept)
    rows.extend(reader, head.after + 1, tick)
    numbers, columns = rows.done()
    done = {position: builder.done() for position, builder in columns.items()}
    whole_rows = sample if len(sample) < _SAMPLE else sample[: sample.rfind("\n") + 1]
    dated = dated_columns(whole_rows, head, kept)
    return RawTable(head.headings, done, numbers, name, heading_row=head.row, refused=tuple(rows.refused), dated=dated)


def _encoding(binary: BinaryIO) -> str:
    start = binary.read(4096)
    binary.seek(0)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFileError("đây là tệp Excel, không phải CSV", "this is an Excel file, not CSV")
    # In UTF-16 every other byte of Latin text is NUL; NUL bytes here and there are what old databases pad their cells with.
    places = [at & 1 for at, byte in enumerate(start) if not byte]
    if places and len(places) * 8 >= len(start) and not 0.1 * len(places) < sum(places) < 0.9 * len(places):
        raise UnreadableFileError("có ký tự NUL; UTF-16 thiếu BOM?", "it has NUL characters; UTF-16 without its mark?")
    return "utf-8"
