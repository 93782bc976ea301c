"""Reading CSV files: encoding, delimiter and rows are decided from the file, and refused where they would have to be guessed.

- Encoding: UTF-8, or UTF-16, with a byte order mark or without; another one where it is declared (``old_text``), as Latin-1 here.
- Delimiter: the comma, semicolon or tab that the heading line has most of, outside quotation marks.
- Rows are numbered as a spreadsheet shows them: by record, the heading's included, whatever line breaks stand inside quotation marks.
- Blank rows (no cell, or blank cells only) are passed over and do not count as read; they keep their number.
- A row must have as many cells as there are headings; more are tolerated where they are blank.
"""

from __future__ import annotations

import codecs
import importlib.util
import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from cchc_metrics.read.csv_text import TextRows, dated_columns, kept_columns, read_head
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.old_text import OLD, UTF_8, Rewrite, converter
from cchc_metrics.read.raw import Progress, RawTable, UnreadableFileError, Wanted

_SAMPLE: Final = 1 << 16
_WORTH_BLOCKS: Final = 1 << 21
"""In bytes: a smaller file is read sooner than pyarrow is loaded."""
_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_BYTE_ORDER_MARKS: Final = (
    (_UTF_8_MARK, "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class NotUtf8Error(UnreadableFileError):
    """A file without a mark is not UTF-8; what it is would have to be declared."""

    code = "not_utf8"

    def __init__(self, error: UnicodeDecodeError) -> None:
        byte = error.object[error.start]
        super().__init__(f"byte 0x{byte:02x} không phải UTF-8", f"byte 0x{byte:02x} is not UTF-8")


def read_csv(
    path: Path,
    *,
    wanted: Wanted | None = None,
    file: str = "",
    progress: Progress | None = None,
    encoding: str = "",
    limits: Limits = LIMITS,
) -> RawTable:
    """Return the table in a CSV file.

    Args:
        path: the file.
        encoding: what is declared of it, one of ``old_text.ENCODINGS``; ``""`` for Unicode. Bytes of an old encoding are characters of the
            same number, still to be converted; a file that is UTF-8 all the same is read as UTF-8.
        wanted: takes the headings, returns the positions of the columns to keep; None keeps all. Others are never stored.
        file: its name for messages; the path's last part by default.
        progress: called with the name, bytes read and bytes in all.
        limits: how many headings and rows it may have.

    Raises:
        UnreadableFileError: the file is not a table in a known encoding, a quotation mark is never closed, or it holds more than the limits
            say.
    """
    name, rewrite = file or path.name, converter(encoding)
    try:
        with path.open("rb") as binary:
            codec = _codec(binary, encoding)
            size = path.stat().st_size

            def tick() -> None:
                if progress is not None:
                    progress(name, binary.tell(), size)

            table = _by_blocks(binary, codec, wanted, name, tick, rewrite, limits) if size >= _WORTH_BLOCKS else None
            if table is not None:
                return table
            binary.seek(0)
            with io.TextIOWrapper(binary, encoding=codec, newline="") as text:
                return _read(text, wanted, name, tick, rewrite, limits)
    except UnicodeDecodeError as error:
        raise NotUtf8Error(error) from None
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None


def raw_lines(path: Path, encoding: str = "", characters: int | None = None) -> str:
    """Return the text of a CSV file, or its beginning.

    Args:
        path: the file.
        encoding: see ``read_csv``.
        characters: how many are read at most; None for all.

    Raises:
        UnreadableFileError: it is not in a known encoding.
    """
    try:
        with path.open("rb") as binary:
            codec = _codec(binary, encoding)
            with io.TextIOWrapper(binary, encoding=codec, newline="") as text:
                return text.read(characters)
    except UnicodeDecodeError as error:
        raise NotUtf8Error(error) from None
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None


def _by_blocks(
    binary: BinaryIO, codec: str, wanted: Wanted | None, name: str, tick: Callable[[], None], rewrite: Rewrite | None, limits: Limits
) -> RawTable | None:
    """Return the table as pyarrow cuts it, None where it is not installed or cannot do it."""
    if importlib.util.find_spec("pyarrow") is None:
        return None
    from cchc_metrics.read.csv_arrow import read_blocks  # noqa: PLC0415  only of use where pyarrow is

    if codec in ("utf-8", "utf-8-sig"):
        binary.seek(len(_UTF_8_MARK) if codec == "utf-8-sig" else 0)
        return read_blocks(binary.read, wanted, name, tick, rewrite=rewrite, limits=limits)
    binary.seek(0)
    text = io.TextIOWrapper(binary, encoding=codec, newline="")
    try:
        return read_blocks(lambda size: text.read(size).encode(), wanted, name, tick, rewrite=rewrite, limits=limits)
    finally:
        text.detach()


def _read(
    text: TextIO,
    wanted: Wanted | None,
    name: str,
    tick: Callable[[], None],
    rewrite: Rewrite | None = None,
    limits: Limits = LIMITS,
) -> RawTable:
    sample = text.read(_SAMPLE)
    text.seek(0)
    head, reader = read_head(sample, text, wanted, rewrite)
    limits.check_table(len(head.headings))
    kept = kept_columns(head.headings, wanted)
    rows = TextRows(head, kept, limits)
    rows.extend(reader, head.after + 1, tick)
    numbers, columns = rows.done()
    done = {position: builder.done() for position, builder in columns.items()}
    whole_rows = sample if len(sample) < _SAMPLE else sample[: sample.rfind("\n") + 1]
    dated = dated_columns(whole_rows, head, kept)
    return RawTable(head.headings, done, numbers, name, heading_row=head.row, refused=tuple(rows.refused), dated=dated)


def _codec(binary: BinaryIO, encoding: str) -> str:
    """Return how a file's bytes become characters: by its mark, else as declared, else as its NUL bytes show."""
    start = binary.read(4096)
    binary.seek(0)
    for mark, codec in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return codec
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFileError("đây là tệp Excel, không phải CSV", "this is an Excel file, not CSV")
    if encoding not in ("", UTF_8, *OLD):
        return encoding
    # In UTF-16 every other byte of Latin text is NUL; NUL bytes here and there are what old databases pad their cells with.
    places = [at & 1 for at, byte in enumerate(start) if not byte]
    if places and len(places) * 8 >= len(start) and not 0.1 * len(places) < sum(places) < 0.9 * len(places):
        codec = "utf-16-le" if sum(places) * 2 > len(places) else "utf-16-be"
        if not _looks_like_text(start, codec):
            raise UnreadableFileError("có ký tự NUL; UTF-16 thiếu BOM?", "it has NUL characters; UTF-16 without its mark?")
        return codec
    return "latin-1" if encoding in OLD and not _is_utf_8(binary) else "utf-8"


def _looks_like_text(start: bytes, codec: str) -> bool:
    """Return whether bytes become letters as Vietnamese and English have them, nearly all of them."""
    text = start.decode(codec, "ignore")
    latin = sum(char < "\u0250" or "\u0300" <= char < "\u0370" or "\u1e00" <= char < "\u2100" for char in text)
    return "\0" not in text and latin * 10 >= 9 * len(text)


def _is_utf_8(binary: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part := binary.read(1 << 20):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        binary.seek(0)
    return True
