"""Rows whose number is not known are known by their ids: the number that puts them in order, and what messages call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cchc_metrics.fold.ask import Ask
from cchc_metrics.hashes import hash_of, hashes_of
from cchc_metrics.read.identifiers import judge_ids
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.read.typed import column_of
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import CellError
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.problems import WITHHELD, Problem, Problems, key_numbers
from cchc_metrics.records.record import schema_by_name


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """What rows are known by.

    Args:
        numbers: int64[n] ``key_numbers`` of what messages call each row.
        text: takes a position, returns what messages call the row: its id, ``""`` where it has none.
    """

    numbers: Array
    text: Callable[[int], str]

    def placed(self, problems: Problems) -> Problems:
        """Return problems whose rows are named by their ids instead of these numbers."""
        wanted = {row for p in problems.examples for row in (p.row, *p.rows)}
        if not wanted:
            return problems
        at = np.flatnonzero(np.isin(self.numbers, np.array(sorted(wanted), dtype=np.int64)))
        texts = {int(self.numbers[place]): self.text(place) for place in at.tolist()}

        def placed(p: Problem) -> Problem:
            if p.row not in texts:  # about no row
                return p
            # Of secret rows nothing is told but that a mark cannot be read.
            keys = tuple(WITHHELD if p.column == "secrecy" else texts[row] for row in p.rows or (p.row,))
            return replace(p, row=0, rows=(0,) * len(p.rows), keys=keys)

        return replace(problems, examples=tuple(map(placed, problems.examples)))


def keys_of_table(ask: Ask, table: Any) -> Keys:
    """Return what the rows of an Arrow table are known by."""
    kind, names = ask.known, ask.understood.names
    name = kind.id_columns[0]
    if name not in names:
        return _nameless(table.num_rows)
    cells = table.column(names[name])
    ids = judge_ids(cells)
    if ids is not None:
        return _keys(ids.hashes, lambda at: ids.odd[at] if at in ids.odd else ids.texts[at].as_py())
    column = column_of(schema_by_name(kind.model)[name], cells)
    if not isinstance(column, RawColumn):
        return _nameless(table.num_rows)
    listed = [_understood(ask, name, cell) for cell in column.values]
    codes = column.codes
    return _keys(hashes_of(listed)[codes], lambda at: listed[codes[at]])


def keys_of_columns(columns: Columns, kind: Kind) -> Keys:
    """Return what rows that were read are known by; where their ids were not kept, by nothing."""
    name = kind.id_columns[0]
    if name not in columns:
        return _nameless(len(columns))
    texts = columns.arrays[name]
    return _keys(hashes_of(texts.tolist()), lambda at: str(texts[at]))


def _keys(hashes: Array, text: Callable[[int], str]) -> Keys:
    return Keys(key_numbers(hashes), text)


def _nameless(rows: int) -> Keys:
    return _keys(np.full(rows, hash_of(""), dtype=np.uint64), lambda _: "")


def _understood(ask: Ask, name: str, cell: Any) -> str:
    try:
        return str(schema_by_name(ask.known.model)[name].cell_type.parse(cell))
    except CellError:
        return ""
