"""The workbook of the rows to fix: the sheet's own headings, the bad cells marked, the reason beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from cchc_metrics.read.assumed import worded
from cchc_metrics.read.district import FILE, District, load_district
from cchc_metrics.read.files import is_parquet, raw_table, table_places
from cchc_metrics.read.fixes import NAME, REASON, SOURCE, read_fixes, text_of
from cchc_metrics.read.headings import known_positions, match_headings
from cchc_metrics.read.parquet_files import parquet_rows
from cchc_metrics.read.places import bytes_in
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.secret import secret_rows
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.tables.sheet_rows import LONGEST_TEXT, MOST_ROWS, cell_text
from cchc_metrics.tables.workbook import new_workbook
from cchc_metrics.text import Lang, Text


@dataclass(frozen=True, slots=True)
class RowToFix:
    """A row with what is wrong in it.

    Args:
        number: its row in the sheet.
        id: its identifier, as the sheet has it.
        cells: its cells, one for each heading of the table.
        wrong: heading → what is wrong there; ``""`` for the row as a whole.
    """

    number: int
    id: str
    cells: tuple[Any, ...]
    wrong: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableToFix:
    """The rows to fix of one sheet; only columns that are understood are in it, so that nothing personal is copied.

    Args:
        file, sheet: where they stand.
        headings: the sheet's own.
        rows: the rows.
    """

    file: str
    sheet: str
    headings: tuple[str, ...]
    rows: tuple[RowToFix, ...]


def rows_to_fix(folder: Path, problems: Problems) -> tuple[TableToFix, ...]:
    """Return the rows of a folder's tables that have problems; those of secret documents are fixed in the register itself.

    Args:
        folder: the folder, with its ``district.toml``.
        problems: what reading it found.
    """
    district = load_district(bytes_in(folder, folder / FILE))
    of_place: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.row:
            of_place.setdefault((problem.file, problem.sheet), []).append(problem)
    found = []
    for (file, sheet), some in of_place.items():
        kinds = [kind for kind in KINDS.values() if file in _files(folder, kind, district)]
        if kinds:
            tables = [table for kind in kinds if (table := _table(folder, file, sheet, kind, district, some)) is not None]
            found += [max(tables, key=lambda table: len(table.headings))] if tables else []
    return tuple(table for table in found if table.rows)


def _files(folder: Path, kind: Kind, district: District) -> list[str]:
    return [name for name, _ in table_places(folder, kind.name, district.files.get(kind.name, ()))]


def _table(folder: Path, file: str, sheet: str, kind: Kind, district: District, problems: Sequence[Problem]) -> TableToFix | None:
    own = district.headings.get(kind.name, {})
    wanted = partial(known_positions, kind, own=own)
    try:
        if is_parquet(folder / file):
            raw = parquet_rows(folder / file, {row for problem in problems for row in problem.rows or (problem.row,)}, wanted, file=file)
        else:
            table = district.own(kind.name)
            raw = raw_table(folder / file, wanted=wanted, sheet=sheet, file=file, encoding=table.encoding_of(file), limits=table.limits)
    except UnreadableFileError:
        return None
    places = match_headings(kind, raw.headings, own, worded=district.own(kind.name).values).positions
    id_at = places.get(kind.id_columns[0])
    fixed, _, _ = read_fixes(folder, district.limits).applied(raw, id_at)
    words = district.own(kind.name).applied({name: fixed.columns[at] for name, at in places.items()}, kind, len(fixed.rows))
    secret = secret_rows(worded(words, kind), kind)
    kept = sorted(fixed.columns)
    wrong: dict[int, dict[str, str]] = {}
    for problem in problems:
        heading = problem.heading or problem.column
        reason = problem.code.vi + problem.fix_vi
        for number in problem.rows or (problem.row,):
            said = wrong.setdefault(number, {})
            said[heading] = f"{said[heading]}; {reason}" if heading in said else reason
    rows = []
    for at, number in enumerate(map(int, raw.rows)):
        if number in wrong and (secret is None or not secret[at]):
            own_id = "" if id_at is None else text_of(raw.columns[id_at].cell(at))
            rows.append(RowToFix(number, own_id, tuple(fixed.columns[p].cell(at) for p in kept), wrong[number]))
    # What stands in a row of another number of cells may stand under the wrong heading: it is copied by nobody, and written anew by hand.
    rows += [RowToFix(each.row, "", (None,) * len(kept), wrong[each.row]) for each in fixed.refused if each.row in wrong]
    return TableToFix(file, sheet, tuple(raw.headings[p] for p in kept), tuple(sorted(rows, key=lambda row: row.number)))


class LeftOut(NamedTuple):
    """A row that no workbook can hold, and is to be fixed in its file.

    Args:
        file, sheet, number: where it stands.
        heading: of the cell that is too long.
        letters: how many it has.
    """

    file: str
    sheet: str
    number: int
    heading: str
    letters: int

    def text(self, lang: Lang) -> str:
        """Return where the row stands, why it is left out, and what to do."""
        place = f"{self.file}#{self.sheet}" if self.sheet else self.file
        return Text(
            f"{place}, dòng {self.number}, {self.heading}: {self.letters} ký tự, ô Excel chứa {LONGEST_TEXT}; "
            f"dòng này không có trong {NAME}.xlsx, sửa trong tệp",
            f"{place}, row {self.number}, {self.heading}: {self.letters} characters, a cell of Excel holds {LONGEST_TEXT}; "
            f"the row is not in {NAME}.xlsx, fix it in the file",
        ).text(lang)


def fitting(tables: Iterable[TableToFix]) -> tuple[tuple[TableToFix, ...], tuple[LeftOut, ...]]:
    """Return the tables with the rows that a workbook can hold, and the rows that it cannot.

    A text that was cut would be read in place of the whole one; XlsxWriter would leave it out in silence.
    """
    kept: list[TableToFix] = []
    left: list[LeftOut] = []
    for table in tables:
        rows = []
        for row in table.rows:
            texts = ((heading, text_of(cell)) for heading, cell in zip((SOURCE[-1], *table.headings), (row.id, *row.cells), strict=True))
            long = [(heading, len(text)) for heading, text in texts if len(text) > LONGEST_TEXT]
            left += [LeftOut(table.file, table.sheet, row.number, *max(long, key=lambda each: each[1]))] if long else []
            rows += [] if long else [row]
        kept += [replace(table, rows=tuple(rows[at : at + MOST_ROWS])) for at in range(0, len(rows), MOST_ROWS)]
    return tuple(kept), tuple(left)


def free_name(folder: Path) -> Path:
    """Return the first name that no workbook of rows to fix has yet: what somebody fixed is never written over."""
    number, path = 1, folder / f"{NAME}.xlsx"
    while path.exists():
        number += 1
        path = folder / f"{NAME}_{number}.xlsx"
    return path


def write_rows_to_fix(path: Path, tables: Iterable[TableToFix]) -> None:
    """Write the workbook; every text is written as text, so that no cell is run as a formula.

    Raises:
        InputError: XlsxWriter is not installed, or the file cannot be written.
    """
    with new_workbook(path) as (book, _):
        bold, day, moment = book.add_format({"bold": True}), {"num_format": "dd/mm/yyyy"}, {"num_format": "dd/mm/yyyy hh:mm:ss"}
        marks = {"bg_color": "#FFC7CE"}
        formats = {
            (kind, bad): book.add_format({**extra, **(marks if bad else {})})
            for kind, extra in (("text", {}), ("day", day), ("moment", moment))
            for bad in (False, True)
        }
        for number, table in enumerate(tables, start=1):
            sheet = book.add_worksheet(f"{number}")
            sheet.freeze_panes(1, len(SOURCE))
            for at, heading in enumerate((*SOURCE, *table.headings, REASON)):
                sheet.write_string(0, at, heading, bold)
            for line, row in enumerate(table.rows, start=1):
                for at, cell in enumerate((table.file, table.sheet, row.number, row.id)):
                    _write(sheet, line, at, cell, formats, bad=False)
                for at, (heading, cell) in enumerate(zip(table.headings, row.cells, strict=True), start=len(SOURCE)):
                    _write(sheet, line, at, cell, formats, bad=heading in row.wrong)
                    if heading in row.wrong:
                        sheet.write_comment(line, at, cell_text(row.wrong[heading]))
                reasons = "; ".join(f"{heading}: {why}" if heading else why for heading, why in row.wrong.items())
                sheet.write_string(line, len(SOURCE) + len(table.headings), cell_text(reasons))


_WHOLE = 10**15
"""From here on a number of a spreadsheet loses digits; it is written as text, as what is no number and days before 1900 are."""
_FIRST_YEAR = 1900


def _write(sheet: Any, line: int, at: int, cell: Any, formats: Mapping[tuple[str, bool], Any], *, bad: bool) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, at, cell, formats["text", bad])
    elif isinstance(cell, (int, float)) and abs(cell) < _WHOLE:
        sheet.write_number(line, at, cell, formats["text", bad])
    elif isinstance(cell, datetime) and cell.tzinfo is None and cell.year >= _FIRST_YEAR:
        sheet.write_datetime(line, at, cell, formats["moment", bad])
    elif isinstance(cell, date) and not isinstance(cell, datetime) and cell.year >= _FIRST_YEAR:
        sheet.write_datetime(line, at, cell, formats["day", bad])
    elif text := text_of(cell):
        sheet.write_string(line, at, text, formats["text", bad])
    else:
        sheet.write_blank(line, at, None, formats["text", bad])
