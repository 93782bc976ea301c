"""Rows of a sheet that are no records: totals, group rows, the signatures at the foot. They are counted and never copied.

A row is dressing where it could not be a record anyway: every required cell beyond the id is blank or cannot be understood, one required
cell at least is blank, and the id is blank or no id: without a digit, or several words. So is a row that says the headings again. So no
record can be taken for dressing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from cchc_metrics.read.cells import understand_cells
from cchc_metrics.read.checks import Given
from cchc_metrics.read.raw import RawColumn, RawTable, Refused, Uncalculated
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import CellError, cell_text
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import ColumnSpec, schema, schema_by_name
from cchc_metrics.text import word_key

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SEVERAL: Final = 3
"""So many words are no id."""
_TOTALS: Final = frozenset(map(word_key, ("tổng", "tổng cộng", "tổng số", "cộng", "cộng dồn", "tổng số hồ sơ", "tổng cộng hồ sơ", "total")))
_COUNT: Final = re.compile(r"[\s:=(]+\d[\d.]*\)?\s*$")
"""What a total says at its end: «Tổng số: 12»."""
_SMALL: Final = re.compile(r"\d{1,4}(?:\s+[^\W\d]+){0,3}")
"""What is no date but counts the rows above: 12, «12 hồ sơ»."""
_INITIALS: Final = frozenset("tTcC")


@dataclass(frozen=True, slots=True, eq=False)
class Undressed:
    """A table without its dressing.

    Args:
        table: the rows that may be records.
        dressing: the numbers of the rows that are none, ascending.
        totals: column → positions in ``table`` of rows that look like a total and have what a record needs: they count, in doubt.
    """

    table: RawTable
    dressing: tuple[int, ...] = ()
    totals: Mapping[str, Array] | None = None


def undress(table: RawTable, positions: Mapping[str, int], kind: Kind, given: Given) -> Undressed:
    """Return a table of a file without the rows that are no records; one from memory is taken as it is.

    Args:
        table: the table.
        positions: canonical column → position of its heading.
        kind: what its rows are.
        given: what units and words are understood by.
    """
    if not table.heading_row or not all(isinstance(table.columns[at], RawColumn) for at in positions.values()):
        return Undressed(table)
    cells = {name: column for name, at in positions.items() if isinstance(column := table.columns[at], RawColumn)}
    judge = _Judge(kind, given, tuple(spec for spec in schema(kind.model) if _needed(kind, spec) and spec.name in cells))
    found = np.union1d(judge.rows(cells, len(table.rows)), _headings_again(table, positions, judge.needed))
    refused = [row for row in table.refused if judge.refused(row, positions)]
    numbers = sorted([*(int(table.rows[at]) for at in found.tolist()), *(row.row for row in refused)])
    if numbers:
        kept = np.ones(len(table.rows), dtype=bool)
        kept[found] = False
        where = np.flatnonzero(kept)
        columns = {at: column.taken(where) if isinstance(column, RawColumn) else column for at, column in table.columns.items()}
        left = set(numbers)
        table = replace(
            table, columns=columns, rows=np.asarray(table.rows)[where], refused=tuple(row for row in table.refused if row.row not in left)
        )
        cells = {name: column for name, at in positions.items() if isinstance(column := table.columns[at], RawColumn)}
    return Undressed(table, tuple(numbers), {name: where for name, where in _totals(cells, kind).items() if len(where)})


def _headings_again(table: RawTable, positions: Mapping[str, int], needed: Sequence[ColumnSpec]) -> Array:
    """Return the ascending positions of the rows that say the headings again, as every page of a printed list does."""
    found: Array = np.arange(len(table.rows) if needed else 0)
    for spec in sorted(needed, key=lambda spec: spec.cell_type.name == "id"):  # nearly all cells of which are distinct
        column, heading = table.columns[positions[spec.name]], word_key(table.headings[positions[spec.name]])
        if not isinstance(column, RawColumn):
            return found[:0]
        if spec.cell_type.name == "id":
            found = np.array([at for at in found.tolist() if word_key(_text(column.cell(at)) or "") == heading], dtype=np.int64)
        else:
            again = np.array([isinstance(cell, str) and word_key(cell) == heading for cell in column.values], dtype=bool)
            found = found[again[column.codes[found]]] if again.any() else found[:0]
        if not len(found):
            break
    return found


def _needed(kind: Kind, spec: ColumnSpec) -> bool:
    return spec.required or spec.name == kind.dates.main


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    """Judges rows by the cells that a record needs.

    Args:
        kind: what the rows are.
        given: what units and words are understood by.
        needed: the columns that a record needs and the table has.
    """

    kind: Kind
    given: Given
    needed: tuple[ColumnSpec, ...]

    @property
    def _others(self) -> list[ColumnSpec]:
        return [spec for spec in self.needed if spec.cell_type.name != "id"]

    def rows(self, cells: Mapping[str, RawColumn], rows: int) -> Array:
        """Return the ascending positions of the rows that are dressing; the costly look is at the few that can be."""
        found: Array = np.arange(rows if self._others else 0)
        some_blank = np.zeros(len(found), dtype=bool)
        counting = [spec.name for spec in self._others if spec.cell_type.name == "moment"]
        for spec in sorted(self._others, key=lambda spec: _ORDER.index(spec.cell_type.name)):
            column = cells[spec.name] if len(found) == rows else cells[spec.name].taken(found)
            codes = column.codes
            said = np.ones(len(column.values), dtype=bool)
            blank = np.zeros(len(column.values), dtype=bool)
            for at, cell in enumerate(column.values):
                blank[at], said[at] = self._judged(spec, cell)
            kept = ~said[codes]
            found, some_blank = found[kept], (some_blank | blank[codes])[kept]
            if not len(found):
                return found
        for spec in self.needed:
            if spec.cell_type.name == "id":
                texts = [_text(cells[spec.name].cell(at)) for at in found.tolist()]
                kept = np.array([_no_id(text) for text in texts], dtype=bool)
                some_blank |= np.array([text == "" for text in texts], dtype=bool)
                found, some_blank = found[kept], some_blank[kept]
        found = found[some_blank]
        return found[[not self._counts(cells, counting, at) or self._says_nothing_else(cells, counting, at) for at in found.tolist()]]

    def _counts(self, cells: Mapping[str, RawColumn], columns: Sequence[str], at: int) -> bool:
        """Return whether a row has a number in place of a date, as a total has that stands under one."""
        return any(_is_count(_text(cells[name].cell(at))) for name in columns)

    def _says_nothing_else(self, cells: Mapping[str, RawColumn], but: Sequence[str], at: int) -> bool:
        """Return whether all cells of a row are blank or no identifier, but those of some columns."""
        ids = [spec.name for spec in self.needed if spec.cell_type.name == "id"]
        return all(name in but or name in ids or _text(column.cell(at)) in ("", None) for name, column in cells.items())

    def refused(self, row: Refused, positions: Mapping[str, int]) -> bool:
        """Return whether a row that could not be cut into the columns is dressing; only of rows of few cells it is known."""
        if not row.said or not self._others:
            return False
        some_blank = False
        for spec in self.needed:
            cell = row.said.get(positions[spec.name], "")
            if spec.cell_type.name == "id":
                blank, said = not _text(cell), not _no_id(_text(cell))
            else:
                blank, said = self._judged(spec, cell)
            some_blank |= blank
            if said:
                return False
        return some_blank

    def _judged(self, spec: ColumnSpec, cell: Any) -> tuple[bool, bool]:
        """Return whether a cell is blank, and whether it says what its column wants."""
        text = _text(cell)
        if text == "":
            return True, False
        if text is None or isinstance(cell, Uncalculated):
            return False, True
        if spec.cell_type.name == "moment" and _is_count(text):
            return False, False
        if spec.cell_type.name == "moment" and (not isinstance(cell, str) or text[0].isdigit()):
            return False, True  # no signature begins with a digit
        if word_key(text) in map(word_key, self.given.own.values.get(spec.name, ())):
            return False, True
        return False, not understand_cells(spec, [cell], self.given)[1]


_ORDER: Final = ("choice", "unit", "label", "whole", "term", "moment")
"""Columns of few distinct cells first."""


def _no_id(text: str | None) -> bool:
    """Return whether a text is no identifier.

    >>> [_no_id(text) for text in ("", "Tổng cộng", "Tổng số: 12", "1. Chứng thực (20 hồ sơ)", "H20.38-210301-0001", "11970/KH-UBND")]
    [True, True, True, True, False, False]
    """
    if text is None:
        return False
    return not any(char.isdigit() for char in text) or len(_WORD.findall(text)) >= _SEVERAL or word_key(_COUNT.sub("", text)) in _TOTALS


def _is_count(text: str | None) -> bool:
    return text is not None and _SMALL.fullmatch(text) is not None


def _text(cell: Any) -> str | None:
    """Return the text of a cell, None where it has none that can be written."""
    try:
        return cell_text(cell)
    except CellError:
        return None


def _totals(cells: Mapping[str, RawColumn], kind: Kind) -> dict[str, Array]:
    """Return column → the rows whose cell is the word for a total, of the columns where such a word would stand."""
    specs = schema_by_name(kind.model)
    return {name: column.rows_of(_is_total) for name, column in cells.items() if specs[name].cell_type.name in ("id", "label")}


def _is_total(cell: Any) -> bool:
    return isinstance(cell, str) and cell.lstrip()[:1] in _INITIALS and word_key(cell) in _TOTALS
