"""Reading one file of a kind, whatever its format: how it begins says which reader takes it, and every reader gives the same raw table."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final
from unicodedata import normalize

from cchc_metrics.arguments import public
from cchc_metrics.read.checks import Given
from cchc_metrics.read.csv_files import NotUtf8Error, read_csv
from cchc_metrics.read.excel_files import read_excel, sheets_alike
from cchc_metrics.read.findings import shown
from cchc_metrics.read.formats import disguise, form_of
from cchc_metrics.read.headings import known_positions
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.old_cells import declaration, lost_in_bytes, rewritten, writing_of_bytes
from cchc_metrics.read.old_text import NAMES, UTF_8, WINDOWS_1258
from cchc_metrics.read.own import Declared, own_of
from cchc_metrics.read.parquet_files import parquet_cells, parse_parquet
from cchc_metrics.read.places import is_there
from cchc_metrics.read.raw import Progress, RawTable, Remark, UnreadableFileError, Wanted
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.tables import Parsed, understand
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kind import Kind
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.whole import UNFINISHED
from cchc_metrics.text import nfc

ENDINGS: Final = (".csv", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
"""How the names of tables end, in the order in which a folder is searched for them."""
SHEET: Final = "#"
"""Stands between a workbook's name and a sheet's, as in ``year.xlsx#Hồ sơ``."""
EVERY: Final = "*"
"""Stands for all sheets that look alike, as in ``year.xlsx#*``."""
_PATTERN: Final = re.compile(r"[*?\[]")


@public
def read_file(
    kind: str | Kind,
    path: Path | str,
    *,
    sheet: str = "",
    units: UnitTree | None = None,
    extracted_on: date | None = None,
    calendar: Calendar | None = None,
    own: Declared | None = None,
    file: str = "",
    progress: Progress | None = None,
) -> Parsed:
    r"""Read one file of one kind; never stops at a bad row and never drops one silently.

    Args:
        kind: a kind or its name: dossiers, documents, meetings, outreach, initiatives, surveys.
        path: a CSV file, a workbook (extra ``excel``), a table in a web page or in Excel 2003's XML, or Parquet (extra ``arrow``): a file,
            or a folder of part files.
        sheet: the sheet of a workbook; where not said, the first that names the most of the kind's columns.
        units: the unit tree; without it unit codes are taken as they are.
        extracted_on: the day of export; without it no date is found to lie in the future.
        calendar: the working calendar; without it no year is found to be missing.
        own: what is declared of the table, as under ``[headings]``, ``[values]``, ``[blank]`` and ``[columns]`` of ``district.toml``:
            ``{"headings": {heading: column}, "values": {column: {word: code}}, "blank": {column: code}, "columns": {column: code}}``; and
            ``"encoding"`` of its text, where that is not Unicode, in a workbook too: ``"tcvn3"``, ``"vni"``, ``"windows-1258"``; and
            ``"limits"`` of how much it may hold, where the usual ones (docs/bad-input.md) are too low.
        file: a name for messages; the path's last part by default.
        progress: called with the name, how much is done and how much there is.

    Returns:
        The valid rows as columns, and the problems.

    Raises:
        InputError: there is no such kind or encoding, the file is not there, no table can be read from it, or the extra that reads it is
            missing.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "hop.csv")
    ...     _ = path.write_text("meeting_id,unit_code,kind,held_on\n1,MA,Họp UBND,05/01/2021\n2,MA,Họp UBND,30/02/2021\n", "utf-8")
    ...     found = read_file("meetings", path)
    >>> found.problems.read, found.problems.rejected, [(each.row, each.value) for each in found.problems if each.code.severity == "error"]
    (2, 1, [(3, '30/02/2021')])
    """
    path = Path(path)
    chosen = kind_named(kind)
    name, given = file or path.name, Given(units, calendar, extracted_on, own_of(chosen, own, file=True))
    try:
        return parse_file(path, chosen, given, given.own.headings, sheet=sheet, file=name, progress=progress)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{name}: không đọc được ({error.vi})", f"{name}: cannot be read ({error.en})") from None


def parse_file(
    path: Path,
    kind: Kind,
    given: Given,
    own: Mapping[str, str],
    *,
    sheet: str = "",
    file: str = "",
    progress: Progress | None = None,
) -> Parsed:
    """Return what a file of a kind says; the seam where formats meet.

    Args:
        path: the file.
        kind: what its rows are.
        given: what they are compared with.
        own: the district's own headings.
        sheet: the sheet of a workbook; chosen by its headings where not said.
        file: its name for messages; the path's last part by default.
        progress: called with the name, how much is done and how much there is.

    Raises:
        UnreadableFileError: no table can be read from the file; the message does not name it.
        InputError: the extra that reads it is missing.
    """
    if is_parquet(path):
        if sheet:
            raise _no_workbook(sheet)
        return parse_parquet(path, kind, given, own, file=file)
    name = file or path.name
    table = raw_table(
        path,
        wanted=lambda headings: known_positions(kind, headings, own),
        sheet=sheet,
        file=name,
        progress=progress,
        encoding=given.own.encoding_of(name),
        limits=given.own.limits,
    )
    return understand(table, kind, given, own)


def raw_table(
    path: Path,
    *,
    wanted: Wanted | None = None,
    sheet: str = "",
    file: str = "",
    progress: Progress | None = None,
    encoding: str = "",
    limits: Limits = LIMITS,
) -> RawTable:
    """Return the table in a file as it came; how the file begins says what it is, since a workbook named .csv is a workbook.

    Text that is not Unicode is converted where its encoding is declared, and where it can be nothing but Windows-1258; both is remarked.

    Args:
        path: the file.
        wanted: takes the headings, returns the positions of the columns to keep; None keeps all.
        sheet: the sheet of a workbook.
        file: its name for messages.
        progress: called with the name, how much is done and how much there is.
        encoding: one of ``old_text.ENCODINGS``; ``""`` where none is declared.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: no table can be read from the file; the message does not name it.
        InputError: the extra that reads it is missing.
    """
    form = form_of(path)
    if form == "parquet":
        return parquet_cells(path, file=file, limits=limits)
    if form == "text" and sheet:
        raise _no_workbook(sheet)

    def read(encoding: str) -> RawTable:
        if form == "text":
            return read_csv(path, wanted=wanted, file=file, progress=progress, encoding=encoding, limits=limits)
        return read_excel(path, wanted=wanted, sheet=sheet, file=file, progress=progress, encoding=encoding, limits=limits)

    try:
        table = rewritten(read(encoding), encoding)
    except NotUtf8Error as error:
        found = recognised_bytes(path, error, file or path.name)
        table = rewritten(read(found), found, declared=False)
    other = disguise(path, form)
    if other is None:
        return table
    vi, en = other
    return replace(table, remarks=((Code.DISGUISED_FILE, (f": {vi}", f": {en}")), *table.remarks))


def recognised_bytes(path: Path, error: NotUtf8Error, file: str) -> str:
    """Return the encoding of a file that is not UTF-8, where its text can be nothing else; only Windows-1258 is taken without being asked.

    Args:
        path: the file.
        error: what is wrong with it as UTF-8.
        file: its name for messages.

    Raises:
        UnreadableFileError: it is to be declared; the message names what it most probably is, and how to say so.
    """
    found = writing_of_bytes(path)
    if found is None or found.encoding == UTF_8:
        vi, en = lost_in_bytes(path)
        raise UnreadableFileError(f"{error.vi}{vi}", f"{error.en}{en}")
    if found.encoding == WINDOWS_1258:
        return found.encoding
    name, line, (vi, en) = NAMES[found.encoding], declaration(file, found.encoding), found.share
    raise UnreadableFileError(
        f"{error.vi}: chữ {name}, {vi}, như {shown(found.example)}; ghi {line}",
        f"{error.en}: text in {name}, {en}, such as {shown(found.example)}; write {line}",
    )


def table_place(folder: Path, kind: str, named: str | None = None) -> tuple[str, str]:
    """Return the name of the file that holds a kind's table, and of the sheet, ``""`` where none is said; it need not be there.

    Args:
        folder: where it stands.
        kind: the kind's name.
        named: what ``[files]`` says: a file, or a file and a sheet with ``#`` between.

    >>> table_place(Path("nowhere"), "dossiers"), table_place(Path("nowhere"), "dossiers", "year.xlsx#Hồ sơ")
    (('dossiers.csv', ''), ('year.xlsx', 'Hồ sơ'))
    """
    if named is None:
        names = [f"{kind}{ending}" for ending in ENDINGS]
        return next((name for stands in (is_there, os.path.lexists) for name in names if stands(folder / name)), names[0]), ""
    places = [(named, "")]  # a name with the mark in it is a name, where there is such a file
    parts = named.split(SHEET)
    places += [(SHEET.join(parts[:at]), SHEET.join(parts[at:])) for at in range(1, len(parts))]
    places = [(as_it_is_named(folder, name), sheet) for name, sheet in places]
    there = [place for place in places if is_there(folder / place[0])]
    likely = [place for place in places if place[1] and is_table(Path(place[0]))]
    return (*there, *likely, places[0])[0]


def as_it_is_named(folder: Path, name: str) -> str:
    """Return the name of the file that is meant: some systems write «ồ» as one character and some as three, in names of folders too.

    Args:
        folder: where it is looked for.
        name: as it is written; may lead into folders below.
    """
    if name.isascii() or (folder / name).exists():
        return name
    first, _, rest = name.partition("/")
    alike = [path.name for path in folder.iterdir() if nfc(path.name) == nfc(first)] if folder.is_dir() else []
    if len(alike) != 1:
        return name
    return f"{alike[0]}/{as_it_is_named(folder / alike[0], rest)}" if rest else alike[0]


def table_places(folder: Path, kind: str, named: Sequence[str]) -> list[tuple[str, str]]:
    """Return the files and sheets of a kind's table: those that are named, a pattern by the files that fit it, else the file of its name.

    Args:
        folder: where they stand.
        kind: the kind's name.
        named: what ``[files]`` says: files, patterns such as ``HoSo_*.xlsx``, each with a sheet after ``#`` or ``#*`` for all like sheets.
    """
    if not named:
        return [table_place(folder, kind)]
    found: list[tuple[str, str]] = []
    for each in named:
        name, sheet = table_place(folder, kind, each)
        fitting = [] if is_there(folder / name) or not _PATTERN.search(name) else _fitting(folder, name)
        names = [path.relative_to(folder).as_posix() for path in fitting if is_table(path)]
        found += [(name, sheet) for name in (names or [name])]
    return list(dict.fromkeys(found))


def _fitting(folder: Path, pattern: str) -> list[Path]:
    """Return the files that fit a pattern, however their names are composed."""
    forms = (pattern, nfc(pattern), normalize("NFD", pattern))
    return sorted({path for form in forms for path in folder.glob(form)})


def like_sheets(
    path: Path, kind: Kind, own: Mapping[str, str], encoding: str = "", limits: Limits = LIMITS
) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    """Return the sheets of a workbook that look like the one of a kind, that one among them, in its order, and whether hidden ones do.

    Raises:
        UnreadableFileError: the file is no workbook, or is protected by a password.
    """
    if form_of(path) in ("parquet", "text"):
        raise _no_workbook(EVERY)
    return sheets_alike(path, wanted=lambda headings: known_positions(kind, headings, own), encoding=encoding, limits=limits)


def is_table(path: Path) -> bool:
    """Return whether a file's name is that of a table; a spreadsheet program's own notes of open files are none."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(("~$", ".~lock.", UNFINISHED))


def is_parquet(path: Path) -> bool:
    """Return whether a table is Parquet: a folder, or a file that is named so or begins as Parquet does."""
    try:
        return form_of(path) == "parquet"
    except UnreadableFileError:  # reported where it is read
        return False


def _no_workbook(sheet: str) -> UnreadableFileError:
    return UnreadableFileError(f"không phải bảng tính, nên không có trang «{sheet}»", f"no workbook, so there is no sheet «{sheet}»")
