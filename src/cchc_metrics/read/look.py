"""Looking at files before anything is known of them: every sheet as rows of cells, so that what it holds can be proposed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.csv_files import NotUtf8Error, raw_lines
from cchc_metrics.read.csv_text import DELIMITERS
from cchc_metrics.read.excel_files import looked_at
from cchc_metrics.read.files import ENDINGS, as_it_is_named, is_table, raw_table
from cchc_metrics.read.fixes import is_fix
from cchc_metrics.read.formats import form_of
from cchc_metrics.read.headings import heading_key, known_headings
from cchc_metrics.read.layout import Merged
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.old_cells import writing_of_bytes
from cchc_metrics.read.old_text import UTF_8, Writing, converter, recognise
from cchc_metrics.read.own import NOTHING, Own
from cchc_metrics.read.places import fault_of
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.records.kinds import KINDS

ROWS: Final = 200_000
"""So many rows of a sheet are looked at; what a column holds shows in fewer."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The cells of a sheet, or of a file that has no sheets.

    Args:
        file: name of the file.
        name: name of the sheet, ``""`` where the file has none.
        rows: its rows from the top, titles and foot too.
        merged: merged areas, see ``layout.Merged``.
        writing: how its text was written before it was converted; None of Unicode.
    """

    file: str
    name: str
    rows: Sequence[Sequence[Any]]
    merged: tuple[Merged, ...] = ()
    writing: Writing | None = None


def sheets_in(folder: Path, names: Sequence[str] = (), own: Own = NOTHING) -> tuple[list[Sheet], list[tuple[str, UnreadableFileError]]]:
    """Return the sheets of a folder's tables, and the files that cannot be read with the reason.

    Args:
        folder: the folder.
        names: files in it; all tables where none is named.
        own: which encodings and limits are declared already.

    Raises:
        InputError: there is no such folder or file, or no table in it.
    """
    if not folder.is_dir():
        raise InputError(f"không có thư mục «{folder}»", f"there is no folder «{folder}»")
    listed = sorted(path.name for path in folder.iterdir() if is_table(path) and not is_fix(path.name))
    names = [as_it_is_named(folder, name) for name in names]
    for name in names:
        if name not in listed:
            vi, en = suggestion(name, listed)
            raise InputError(f"«{folder}» không có tệp «{name}»{vi}", f"«{folder}» has no file «{name}»{en}")
    chosen = [name for name in listed if name in names or not names]
    if not chosen:
        ends = ", ".join(ENDINGS)
        raise InputError(f"«{folder}» không có tệp bảng nào ({ends})", f"«{folder}» has no table ({ends})")
    sheets: list[Sheet] = []
    unread = []
    for name in chosen:
        fault = fault_of(folder, folder / name)
        if fault is not None:
            unread.append((name, fault))
            continue
        try:
            sheets += sheets_of(folder / name, encoding=own.encoding_of(name), limits=own.limits)
        except UnreadableFileError as error:
            unread.append((name, error))
    return sheets, unread


def sheets_of(path: Path, file: str = "", encoding: str = "", rows: int = ROWS, limits: Limits = LIMITS) -> list[Sheet]:
    """Return the visible sheets of a workbook, or the one table of another file; text that is not Unicode is converted.

    Args:
        path: a file that ``files.is_table`` takes.
        file: its name for messages; the path's last part by default.
        encoding: what is declared of it; else it is recognised, and the sheet says so.
        rows: how many rows of a sheet are looked at.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: no table can be read from the file; the message does not name it.
        InputError: the extra that reads it is missing.
    """
    name, form = file or path.name, form_of(path)
    if form == "parquet":
        table = raw_table(path, file=name)
        cells = [table.columns[at] for at in range(len(table.headings))]
        return [Sheet(name, "", [table.headings, *([column.cell(row) for column in cells] for row in range(min(len(table.rows), rows)))])]
    try:
        sheets = _read(path, name, form, encoding, rows, limits)
    except NotUtf8Error:
        writing = writing_of_bytes(path)
        if writing is None or writing.encoding == UTF_8:
            raise
        sheets = _read(path, name, form, writing.encoding, rows, limits)
    return [_in_unicode(sheet, encoding) for sheet in sheets]


def _read(path: Path, name: str, form: str, encoding: str, rows: int, limits: Limits) -> list[Sheet]:
    if form == "text":
        return [Sheet(name, "", list(islice(_csv_rows(raw_lines(path, encoding, None if rows >= ROWS else rows << 12)), rows)))]
    return [Sheet(name, sheet, list(islice(found, rows)), merged) for sheet, found, merged in looked_at(path, encoding, limits)]


def _in_unicode(sheet: Sheet, encoding: str) -> Sheet:
    """Return a sheet with its texts in Unicode; how they were written is what shows in them, unless it is declared."""
    texts = Counter(cell for row in sheet.rows for cell in row if isinstance(cell, str) and not cell.isascii())
    found = recognise(texts.items())
    encoding = encoding or ("" if found is None else found.encoding)
    rewrite = converter(encoding)
    if rewrite is None:
        return sheet
    new = {text: rewrite(text) for text in texts}
    rows = [[new.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in sheet.rows]
    if found is not None:  # a sample is a heading: every other word may be about a person
        known = {key for kind in KINDS.values() for key in known_headings(kind)}
        found = replace(found, sample=next((old for old, text in new.items() if heading_key(text) in known), ""))
    return replace(sheet, rows=rows, writing=found)


def _csv_rows(text: str) -> Iterator[list[str]]:
    lines = text[: 1 << 16].splitlines()
    delimiter = max(DELIMITERS, key=lambda mark: sum(min(line.count(mark), 40) for line in lines))
    with suppress(csv.Error):  # reported where the file is read
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
