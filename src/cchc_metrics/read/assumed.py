"""What a sheet leaves to be understood and the library assumes, in few named cases: each is reported once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cchc_metrics.read.checks import Given
from cchc_metrics.read.findings import Findings
from cchc_metrics.read.raw import RawColumn, RawTable, TypedColumn, Uncalculated
from cchc_metrics.records.fields import CellError, Flag, cell_text, word_key
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import Code
from cchc_metrics.records.record import schema_by_name

Cells = dict[str, RawColumn | TypedColumn]
_MARKS: Final = frozenset("xXvV✓✔")
_ASKS_FOR_MARKS: Final = re.compile(r"\(\s*[xXvV]\s*\)\s*$")


def row_is_id(kind: Kind, table: RawTable) -> bool:
    """Return whether the numbers of rows stand in for the ids that a sheet of a kind lacks."""
    return kind.row_is_id and bool(table.heading_row)


def assume(cells: Mapping[str, RawColumn | TypedColumn], table: RawTable, kind: Kind, given: Given, findings: Findings) -> Cells:
    """Return the cells of a sheet with the ids that it lacks, where rows are numbered only, and with no for blank cells among marks.

    Args:
        cells: canonical column → its cells.
        table: the sheet; what comes from memory is taken as it is.
        kind: what its rows are.
        given: what the district declares.
        findings: told what was assumed.
    """
    found = dict(cells)
    if not table.heading_row:
        return found
    named = kind.id_columns[0]
    if named not in found and row_is_id(kind, table):
        findings.add(Code.ROW_IS_ID, column=named)
        place = f"{table.file}#{table.sheet}:" if given.part else ""
        found[named] = RawColumn([f"{place}{row}" for row in table.rows], np.arange(len(table.rows), dtype=np.int32))
    for name, column in cells.items():
        if schema_by_name(kind.model)[name].choice is Flag and name not in given.own.blank and isinstance(column, RawColumn):
            texts = [_text(cell) for cell in column.values]
            said = {text for text in texts if text != ""}
            asked = bool(_ASKS_FOR_MARKS.search(findings.headings.get(name, "")))
            if said <= _MARKS and (said or asked) and "" in texts:
                findings.add(Code.MARKS_ASSUMED, column=name)
                values = ["no" if text == "" else cell for cell, text in zip(column.values, texts, strict=True)]
                found[name] = RawColumn(values, column.codes)
    return found


def followed(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind) -> Cells:
    """Return cells with the columns that follow from the words of others."""
    found = dict(cells)
    for rule in kind.follows:
        source = cells.get(rule.source)
        if rule.column in cells or not isinstance(source, RawColumn):
            continue
        known = {word_key(word): code for word, code in rule.words.items()}
        codes = [known.get(word_key(text)) if (text := _text(cell)) else None for cell in source.values]
        if any(codes):
            found[rule.column] = RawColumn(codes, source.codes)
    return found


def worded(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind) -> Cells:
    """Return cells in which the kind's own words are codes."""
    found = dict(cells)
    for name, words in kind.words.items():
        column = cells.get(name)
        if isinstance(column, RawColumn):
            known = {word_key(word): code for word, code in words.items()}
            found[name] = RawColumn(
                [known.get(word_key(text), cell) if (text := _text(cell)) else cell for cell in column.values], column.codes
            )
    return found


def _text(cell: Any) -> str | None:
    """Return the text of a cell; None where it has none that is known."""
    if isinstance(cell, Uncalculated) or not isinstance(cell, (str, int, float, type(None))):
        return None
    try:
        return cell_text(cell)
    except CellError:
        return None
