"""The distinct cells of a column, understood once each; those that are nearly all distinct, as ids are, many at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from unicodedata import is_normalized

from cchc_metrics.read.checks import Given
from cchc_metrics.read.raw import ABSENT, Uncalculated
from cchc_metrics.read.unit_days import unit_parser
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import CellError
from cchc_metrics.records.record import ColumnSpec

_FEW: Final = 64
"""So many cells are looked at one by one sooner than together."""
_PART: Final = 1024
"""Cells looked at together; one that is not plain costs its neighbours a look each."""
_ODD: Final = re.compile('="|[eE][+]|[?#\ufffd]|Err:|-[ADFJMNOS][a-z]{2}|[a-z]{2}-[0-9]')
"""In what is no plain text: a text formula, a number that a spreadsheet shortened, letters that were lost, an error, an id as a date."""


def understand_cells(spec: ColumnSpec, cells: Sequence[Any], given: Given) -> tuple[Sequence[Any], dict[int, CellError]]:
    """Return the canonical value of each cell, a stand-in for those that cannot be understood, and their errors by position.

    Where every cell is its own canonical value, ``cells`` itself is returned.

    Args:
        spec: the column.
        cells: its distinct cells.
        given: what units are compared with.
    """
    parse: Callable[[object], Any] = spec.cell_type.parse
    if spec.cell_type.name == "unit" and given.units is not None:
        parse = unit_parser(given.units)
    elif spec.cell_type.name in ("id", "unit", "label") and len(cells) > _FEW:
        return _understand_texts(spec, cells, parse)
    return _understand_each(spec, cells, parse)


def _understand_each(spec: ColumnSpec, cells: Sequence[Any], parse: Callable[[object], Any]) -> tuple[list[Any], dict[int, CellError]]:
    stand_in = spec.choice.labels()[0] if spec.choice is not None else "" if spec.cell_type.name in ("id", "unit", "label") else None
    values: list[Any] = []
    errors: dict[int, CellError] = {}
    for at, cell in enumerate(cells):
        try:
            values.append(understood(spec, cell, parse))
        except CellError as error:
            values.append(stand_in)
            errors[at] = error.with_traceback(None)  # which would keep every frame alive
    return values, errors


def _understand_texts(spec: ColumnSpec, cells: Sequence[Any], parse: Callable[[object], Any]) -> tuple[Sequence[Any], dict[int, CellError]]:
    values: list[Any] = []
    errors: dict[int, CellError] = {}
    changed = False
    for start in range(0, len(cells), _PART):
        part = cells[start : start + _PART]
        if plain(part):
            values.extend(part)
            continue
        understood, wrong = _understand_each(spec, part, parse)
        values.extend(understood)
        errors.update((start + at, error) for at, error in wrong.items())
        changed = True
    return values if changed else cells, errors


def plain(cells: Sequence[Any]) -> bool:
    r"""Return whether every cell is text beyond doubt: filled, composed, visible, no formula or power of ten, no gap to be closed up.

    >>> plain(["TM-1", "Số 12/QĐ"]), plain(["TM-1", " TM-2"]), plain(["a\nb"]), plain(["", "a"]), plain([1]), plain(["2,1E+17"])
    (True, False, False, False, False, False)
    """
    if set(map(type, cells)) != {str}:
        return False
    text = "\n".join(cells)
    line = text.replace("\n", " ")
    if not text or text.count("\n") != len(cells) - 1 or " ".join(text.split()) != line or not line.isprintable() or _ODD.search(line):
        return False
    return text.isascii() or is_normalized("NFC", text)


def understood(spec: ColumnSpec, cell: object, parse: Callable[[object], Any]) -> Any:
    """Return what a cell means; of one that is not there at all the default, as for a model, and nothing where it is required.

    Raises:
        CellError: it cannot be understood.
    """
    if isinstance(cell, Uncalculated):
        raise CellError(Code.FORMULA_WITHOUT_VALUE)
    if cell is not ABSENT:
        return parse(cell)
    if spec.required:
        raise CellError(Code.MISSING_VALUE)
    return spec.default
