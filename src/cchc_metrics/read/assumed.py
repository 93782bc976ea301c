"""What a sheet leaves to be understood and the library assumes, in few named cases: each is reported once."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from cchc_metrics.read.checks import Given
from cchc_metrics.read.findings import Findings, shown
from cchc_metrics.read.headings import heading_key
from cchc_metrics.read.own import Own
from cchc_metrics.read.raw import ABSENT, RawColumn, RawTable, TypedColumn, Uncalculated
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import SECOND
from cchc_metrics.records.fields import CellError, Flag, cell_text
from cchc_metrics.records.kind import Follows, Kind
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.text import word_key

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


def followed(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind, given: Given, headings: Mapping[str, str]) -> Cells:
    """Return cells with the columns that follow from others: by what the district declares of a word, else by what it means.

    Args:
        cells: canonical column → its cells, as they came.
        kind: what the rows are.
        given: what the district declares; a column that it declares follows from nothing else.
        headings: canonical column → the sheet's own heading.
    """
    found = dict(cells)
    meant = given.own.worded(cells, [rule.source for rule in kind.follows])
    for rule in following(kind, cells, given, headings):
        source, other = distinct_cells(cells[rule.source]), distinct_cells(meant[rule.source])
        if source is not None and other is not None:
            codes = [_follows(rule, said) or _follows(rule, cell) for cell, said in zip(source.values, other.values, strict=True)]
            if any(codes):
                found[rule.column] = RawColumn(codes, source.codes)
    return found


def distinct_cells(column: RawColumn | TypedColumn) -> RawColumn | None:
    """Return a column by its distinct cells: of one that came as numbers, the numbers; None of others that came with a type.

    A cell that is no number is an empty one here; what is wrong with it is told where it is judged.
    """
    if isinstance(column, RawColumn):
        return column
    numbers = column.arrays.get("")
    if numbers is None or numbers.dtype.kind != "i" or SECOND in column.arrays:
        return None
    values, codes = np.unique(numbers, return_inverse=True)
    return RawColumn([None if value < 0 else value for value in values.tolist()], codes.astype(np.int32))


def said_by(column: RawColumn | TypedColumn) -> Sequence[Any]:
    """Return the distinct cells of a column that another may follow from, see ``distinct_cells``."""
    found = distinct_cells(column)
    return () if found is None else found.values


def following(kind: Kind, names: Container[str], given: Given, headings: Mapping[str, str]) -> list[Follows]:
    """Return by which rules columns follow that a table lacks and nobody declares, where it has what they follow from.

    Nothing follows from ticks: a dossier that is not ticked as online may have come over the counter or by post.
    """
    ticks = set(map(heading_key, kind.ticked))
    there = {*given.own.columns, *given.unread}
    there |= {rule.column for rule in kind.follows if heading_key(headings.get(rule.source, "")) in ticks}
    return [rule for rule in kind.follows if rule.column not in names and rule.column not in there and rule.source in names]


def report_followed(rules: Iterable[Follows], cells: Callable[[str], Iterable[Any]], own: Own, findings: Findings) -> None:
    """Add which columns follow from others, where a cell says something of them.

    Args:
        rules: by which they follow.
        cells: takes a column, returns its distinct cells.
        own: what the district declares.
        findings: where it is added.
    """
    for rule in rules:
        if not rule.reported:
            continue
        if says_something(rule, cells(rule.source), own):
            heading = shown(findings.headings.get(rule.source, rule.source))
            findings.add(Code.COLUMN_FOLLOWS, column=rule.column, fix=(f": «{heading}»", f": «{heading}»"))


def says_something(rule: Follows, cells: Iterable[Any], own: Own) -> bool:
    """Return whether a column follows in some row from the distinct cells of the one that it follows from."""
    listed = []
    for cell in cells:  # which may be read while they are asked for
        if _follows(rule, cell):
            return True
        listed.append(cell)
    meant = own.worded({rule.source: RawColumn(listed, np.arange(len(listed), dtype=np.int32))}, [rule.source])[rule.source]
    return isinstance(meant, RawColumn) and any(_follows(rule, cell) for cell in meant.values)


def _follows(rule: Follows, cell: Any) -> str | None:
    text = "" if cell is ABSENT else _text(cell)
    return None if text is None else rule.meant(text)


def ticked(cells: Mapping[str, RawColumn | TypedColumn], headings: Mapping[str, str], kind: Kind) -> Cells:
    """Return cells in which ticks are codes, where the heading says what a tick means: «Trực tuyến» with Có or x is online.

    Args:
        cells: canonical column → its cells.
        headings: canonical column → the sheet's own heading.
        kind: what the rows are.
    """
    found = dict(cells)
    meant = {heading_key(heading): codes for heading, codes in kind.ticked.items()}
    for name, column in cells.items():
        codes = meant.get(heading_key(headings.get(name, "")))
        if codes is not None and isinstance(column, RawColumn):
            found[name] = RawColumn([code_of_tick(cell, *codes) for cell in column.values], column.codes)
    return found


def code_of_tick(cell: Any, yes: str, no: str) -> Any:
    """Return the code that a cell means which is ticked or not; the cell itself where it says something else."""
    try:
        said = Flag.parse(cell)
    except CellError:
        return cell
    return yes if said is Flag.YES else no if said is Flag.NO or not _text(cell) else cell


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
