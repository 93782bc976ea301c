"""Which kind of record a sheet holds, what its headings mean or probably mean, and which of its rows are records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cchc_metrics.proposal.headings import NUMBERS, guessed_columns
from cchc_metrics.proposal.texts import day_of, text_of, texts_of
from cchc_metrics.proposal.words import guessed_code, known
from cchc_metrics.read.assumed import code_of_tick
from cchc_metrics.read.headings import heading_key, known_headings, match_headings
from cchc_metrics.read.layout import TOP, Heading, find_heading
from cchc_metrics.read.look import Sheet
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.read.secret import compared_ids, secret_rows
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema, schema_by_name
from cchc_metrics.text import fold

_TITLES: Mapping[str, tuple[str, ...]] = {
    "dossiers": ("ho so", "hoso"),
    "documents": ("van ban", "vanban", "so vb", "sovb", "cong van"),
    "meetings": ("cuoc hop", "cuochop", "lich hop", "hoi nghi"),
    "outreach": ("tuyen truyen",),
    "initiatives": ("sang kien", "mo hinh"),
    "surveys": ("hai long", "khao sat"),
    "petitions": ("phan anh", "kien nghi"),
    "procedures": ("danh muc thu tuc",),
    "assigned_tasks": ("nhiem vu",),
    "inspections": ("kiem tra",),
    "periodic_reports": ("bao cao dinh ky", "che do bao cao"),
    "legal_documents": ("quy pham",),
}
_TITLE, _KNOWN, _GUESSED = 5, 2, 1


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A sheet that holds records of a kind.

    Args:
        sheet: where it stands.
        kind: the kind.
        heading: the heading that was found.
        positions: column → position of the heading that is known to mean it.
        guesses: position → the columns that its heading probably means.
        passed: positions of headings that mean what a better one means already.
        records: the rows that look like records.
        foot: the texts below the last record.
    """

    sheet: Sheet
    kind: Kind
    heading: Heading
    positions: Mapping[str, int]
    guesses: Mapping[int, tuple[str, ...]]
    passed: tuple[int, ...]
    records: Sequence[Sequence[Any]]
    foot: tuple[str, ...]

    @property
    def filled(self) -> Mapping[str, int]:
        """Column → position, those that are guessed too."""
        return {**{name: at for at, names in self.guesses.items() for name in names}, **self.positions}

    @property
    def place(self) -> str:
        """File and sheet."""
        return f"{self.sheet.file}#{self.sheet.name}" if self.sheet.name else self.sheet.file

    def cells(self, column: str) -> list[Any]:
        """Return the cells of a column, of the records only; ticks as the codes that they mean."""
        at = self.filled[column]
        cells, ticked = _cells(self.records, at), {heading_key(heading): codes for heading, codes in self.kind.ticked.items()}
        codes = ticked.get(heading_key(self.heading.headings[at]))
        return cells if codes is None else [code_of_tick(cell, *codes) for cell in cells]

    def words(self, column: str) -> Counter[str]:
        """Return the distinct texts of a column with how often each stands; of secret rows the mark only."""
        cells = list(map(text_of, self.cells(column)))
        marks = {name: RawColumn.of(self.cells(name)) for name in ("secrecy", *compared_ids(self.kind)) if name in self.filled}
        hidden = secret_rows(marks, self.kind)
        if hidden is None or column == "secrecy":
            return Counter(cells)
        return Counter(cell for cell, secret in zip(cells, hidden.tolist(), strict=True) if not secret)

    def said(self, position: int) -> int:
        """Return how many records have something in a column."""
        return sum(text_of(cell) != "" for cell in _cells(self.records, position))

    def days(self, columns: Iterable[str]) -> list[date]:
        """Return the days in some columns."""
        return [day for name in columns if name in self.filled for cell in self.cells(name) if (day := day_of(cell)) is not None]


def table_of(sheet: Sheet) -> Seen | None:
    """Return the table that a sheet most probably holds, None where it looks like none."""
    found = [table for kind in KINDS.values() if (table := _as_kind(sheet, kind)) is not None]
    return max(found, key=_merit, default=None)


def _merit(table: Seen) -> int:
    return _KNOWN * len(table.positions) + _GUESSED * len(table.guesses) + _TITLE * _is_titled(table.sheet, table.kind, table.heading)


def _is_titled(sheet: Sheet, kind: Kind, heading: Heading) -> bool:
    said = fold(" ".join((sheet.file, sheet.name, *heading.titles)))
    return kind.name in said or any(word in said for word in _TITLES.get(kind.name, ()))


def _as_kind(sheet: Sheet, kind: Kind) -> Seen | None:
    known_here = known_headings(kind)

    def wanted(headings: Sequence[str]) -> list[int]:
        return [at for at, text in enumerate(headings) if heading_key(text) in known_here or guessed_columns(kind, text, near=False)]

    heading = find_heading(sheet.rows[:TOP], wanted, sheet.merged)
    if len(heading.kept) < 2:
        return None
    body = sheet.rows[heading.after :]
    matched = match_headings(kind, heading.headings, None, lambda at: _distinct(_cells(body, at)))
    positions = dict(matched.positions)
    for column, names in matched.duplicates:
        places = [at for at, text in enumerate(heading.headings) if text in names]
        fit = [at for at in places if _fits(kind, column, _cells(body, at))] or places
        positions[column] = fit[0]
    # Among them those that mean something by their words only: they would mean it again once own words are declared.
    meant = [known_here.get(heading_key(text)) for text in heading.headings]
    passed = [at for at, column in enumerate(meant) if column is not None and positions.get(column) != at]
    guesses: dict[int, tuple[str, ...]] = {}
    for at, text in enumerate(heading.headings):
        if at in positions.values() or at in passed:
            continue
        taken = {*positions, *(name for names in guesses.values() for name in names)}
        columns = tuple(name for name in guessed_columns(kind, text) if name not in taken and _fits(kind, name, _cells(body, at)))
        if columns:
            guesses[at] = columns
    own_id = kind.id_columns[0]
    numbers = [at for at, text in enumerate(heading.headings) if heading_key(text) in NUMBERS]
    if numbers and not kind.row_is_id and own_id not in positions and not any(own_id in names for names in guesses.values()):
        guesses[numbers[0]] = (own_id,)
    table = Seen(sheet, kind, heading, positions, guesses, tuple(passed), (), ())
    needed = {spec.name for spec in schema(kind.model) if spec.required} - {"unit_code"}
    if not needed <= set(table.filled) and not _is_titled(sheet, kind, heading):
        return None
    is_record = [_is_record(row, table) for row in body]
    last = max((at for at, record in enumerate(is_record) if record), default=-1)
    records = [row for row, record in zip(body, is_record, strict=True) if record]
    return Seen(sheet, kind, heading, positions, guesses, tuple(passed), records, tuple(texts_of(body[last + 1 :])))


def _is_record(row: Sequence[Any], table: Seen) -> bool:
    """Return whether a row is a record: it has its main date, or half of its columns where that is not known. Signatures have neither."""
    filled = table.filled
    main = filled.get(table.kind.dates.main)
    if main is not None:
        return main < len(row) and day_of(row[main]) is not None
    return 2 * sum(at < len(row) and text_of(row[at]) != "" for at in set(filled.values())) > len(set(filled.values()))


def _fits(kind: Kind, column: str, cells: Sequence[Any]) -> bool:
    """Return whether the cells of a column can be what a guess says that they are."""
    said = [cell for cell in cells if text_of(cell)][:1000]
    spec = schema_by_name(kind.model)[column]
    if spec.cell_type.name == "moment":
        return 2 * sum(day_of(cell) is not None for cell in said) > len(said)
    if column == "procedure_code":  # a name is no code
        return 2 * sum(any(c.isdecimal() for c in text_of(cell)) for cell in said) > len(said)
    if spec.choice is not None and said:
        words = {text_of(cell) for cell in said}
        return any(known(kind, column, spec.choice, word) or guessed_code(column, spec.choice, word) for word in words)
    return True


def _cells(rows: Iterable[Sequence[Any]], position: int) -> list[Any]:
    return [row[position] if position < len(row) else "" for row in rows]


def _distinct(cells: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(text_of(cell) for cell in cells))
