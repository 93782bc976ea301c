"""The cells of a table that are not in Unicode: converted where that is declared, named where it is not; what is lost is named as lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from cchc_metrics.read.findings import Findings, shown
from cchc_metrics.read.old_text import NAMES, Writing, converted, converter, in_unicode, recognise, written_in
from cchc_metrics.read.raw import RawColumn, RawTable, TypedColumn
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.record import schema
from cchc_metrics.text import letters_lost

_BEGINNING: Final = 1 << 20
"""How an old file is written shows in so many bytes."""


def rewritten(table: RawTable, encoding: str, *, declared: bool = True) -> RawTable:
    """Return a table whose cells are in Unicode, with a remark that says how many were converted.

    A cell that holds Vietnamese letters already is left as it is. One that is a word either way, «Mã» or «Mó», is what its column shows:
    where other cells of the column need no conversion and none needs it, it stays.

    Args:
        table: the table; its headings are converted.
        encoding: of its cells.
        declared: whether somebody said so; else it was recognised.
    """
    if converter(encoding) is None:
        return table
    columns: dict[int, RawColumn | TypedColumn] = {}
    changed = either = 0
    for position, column in table.columns.items():
        columns[position] = column
        if isinstance(column, RawColumn):
            columns[position], here, doubtful = _column(column, encoding)
            changed, either = changed + here, either + doubtful
    if not changed:
        return replace(table, columns=columns)
    vi, en = f": {NAMES[encoding]}, {changed} ô", f": {NAMES[encoding]}, {changed} cells"
    if not declared:
        vi, en = f"{vi}; nhận ra theo âm tiết", f"{en}; recognised by its syllables"
    if either:
        vi = f"{vi}; {either} ô đọc được cả hai cách, ở cột có cả chữ Unicode"
        en = f"{en}; {either} of them are words either way, in columns that have Unicode too"
    return replace(table, columns=columns, remarks=(*table.remarks, (Code.TEXT_CONVERTED, (vi, en))))


def _column(column: RawColumn, encoding: str) -> tuple[RawColumn, int, int]:
    """Return a column in Unicode, how many cells were converted, and how many of those are words either way."""
    values: list[Any] = list(column.values)
    new: dict[int, str] = {}
    for at, value in enumerate(values):
        if isinstance(value, str) and not value.isascii() and (text := converted(value, encoding)) != value:
            new[at] = text
    if not new:
        return column, 0, 0
    times = np.bincount(column.codes, minlength=len(values))
    either = [at for at in new if encoding not in written_in(values[at])]
    mixed = any(isinstance(value, str) and in_unicode(value) for value in values)
    if mixed and len(either) == len(new):
        return column, 0, 0
    for at, text in new.items():
        values[at] = text
    again = RawColumn.of(values)  # two ways to write one cell
    return RawColumn(again.values, again.codes[column.codes]), int(times[list(new)].sum()), int(times[either].sum()) if mixed else 0


def writing_of_bytes(path: Path) -> Writing | None:
    """Return how the text of a file of bytes is written, as far as its beginning shows; None where that does not tell."""
    return recognise((cell, 1) for cell in _cells_of_bytes(path))


def lost_in_bytes(path: Path) -> tuple[str, str]:
    """Return that letters were lost to «?» in a file of bytes, as far as its beginning shows; empty where none were."""
    cells = _cells_of_bytes(path)
    lost = sum(map(letters_lost, cells))
    vi, en = lost_share(lost, sum(char.isalpha() for cell in cells for char in cell))
    return (f": {Code.LETTERS_LOST.vi}{vi}", f": {Code.LETTERS_LOST.en}{en}") if lost else ("", "")


def _cells_of_bytes(path: Path) -> list[str]:
    with path.open("rb") as file:
        text = file.read(_BEGINNING).decode("latin-1")
    for mark in '\t;,|\r"<>':
        text = text.replace(mark, "\n")
    return text.split("\n")


def declaration(file: str, encoding: str) -> str:
    """Return the line of ``district.toml`` that declares the encoding of a file."""
    return f'[encoding] "{shown(file)}" = "{encoding}"'


def report_writing(findings: Findings, table: RawTable, cells: Mapping[str, RawColumn | TypedColumn], kinds: Mapping[str, str]) -> None:
    """Add that the text of a table is in an old encoding, where nobody declared it, with the share of the cells.

    Args:
        findings: to which it is added.
        table: the table; its headings count as cells.
        cells: canonical column → its cells.
        kinds: canonical column → the name of its type; identifiers are not looked at.
    """
    found = recognise(_texts(table, cells, kinds))
    if found is None:
        return
    name = NAMES[found.encoding]
    line = declaration(table.file, found.encoding) if table.file else f'own={{"encoding": "{found.encoding}"}}'
    vi, en = found.share
    findings.add(
        Code.OLD_ENCODING,
        fix=(f": {name}, {vi}, như {shown(found.example)}; ghi {line}", f": {name}, {en}, such as {shown(found.example)}; write {line}"),
    )


def _texts(table: RawTable, cells: Mapping[str, RawColumn | TypedColumn], kinds: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    yield from ((heading, 1) for heading in table.headings)
    for name, column in cells.items():
        if kinds[name] in ("id", "moment", "whole", "term") or not isinstance(column, RawColumn):
            continue
        odd = [at for at, value in enumerate(column.values) if isinstance(value, str) and not value.isascii()]
        if odd:
            times = np.bincount(column.codes, minlength=len(column.values))
            yield from ((column.values[at], int(times[at])) for at in odd)


def report_lost(findings: Findings, columns: Columns, rows: Array | range, bad: Array) -> None:
    """Add the cells of open columns whose letters were lost to «?»; of closed lists, units and ids they are errors of the cell.

    Args:
        findings: to which they are added.
        columns: the cells as they were understood.
        rows: the numbers of the rows.
        bad: the mask of the rows that do not count.
    """
    for spec in schema(columns.model):
        if spec.cell_type.name != "label" or spec.name not in columns.arrays:
            continue
        codes, labels = columns.codes(spec.name)
        lost = np.array([letters_lost(text) for text in labels], dtype=np.int64)
        if not lost.any():
            continue
        where = np.flatnonzero((lost > 0)[codes] & ~bad)
        findings.add_rows(Code.LETTERS_LOST, rows, where, spec.name, partial(_label_at, labels, codes), partial(_share_at, labels, codes))


def _label_at(labels: Sequence[str], codes: Array, at: int) -> str:
    return labels[int(codes[at])]


def _share_at(labels: Sequence[str], codes: Array, at: int) -> tuple[str, str]:
    label = labels[int(codes[at])]
    return lost_share(letters_lost(label), sum(map(str.isalpha, label)))


def lost_share(lost: int, left: int) -> tuple[str, str]:
    """Return the share of the letters that were lost, in both languages."""
    return f" ({lost}/{lost + left} chữ cái)", f" ({lost} of {lost + left} letters)"
