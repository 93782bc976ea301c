"""Collecting the problems of one table: exact totals, and no more examples than are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.problems import WITHHELD, Problem, Problems, first_rows
from cchc_metrics.text import nfc

EXAMPLES: Final = 1000
"""How many examples of each file and code are kept."""
LONGEST_VALUE: Final = 80
"""A value is shown up to this many characters."""
_LISTED: Final = 12
"""So many places are listed in one message."""

Fix = tuple[str, str]


class Verdicts(Protocol):
    """Whoever wants to know the verdict on each row, beside the problems as a table tells them."""

    def problem(self, code: Code, column: str, where: Array) -> None:
        """Take a problem of some rows, by their positions in the table."""

    def rows(self, every: Columns, counting: Array | None) -> None:
        """Take every row as columns, what is wrong with a stand-in, and the positions of those that count; None for all."""


class Findings:
    """The problems of one table while it is read.

    Args:
        file, sheet: where the table came from.
        limit: how many examples of each code are kept.
        full: codes of which no examples are wanted, only the total.

    Attributes:
        headings: canonical column → the sheet's own heading; set once the headings are understood.
        secret: bool[rows] of rows that are only counted (``secret.secret_rows``); None where there are none.
        verdicts: who wants to know of which rows each problem is.
    """

    __slots__ = ("_examples", "_full", "_reported", "_totals", "_unlisted", "file", "headings", "limit", "secret", "sheet", "verdicts")

    def __init__(self, file: str, sheet: str = "", limit: int = EXAMPLES, *, full: Collection[Code] = ()) -> None:
        self.file, self.sheet, self.limit, self._full = file, sheet, limit, full
        self.headings: Mapping[str, str] = {}
        self.secret: Array | None = None
        self.verdicts: Verdicts | None = None
        self._totals: dict[Code, int] = {}
        self._examples: dict[Code, list[tuple[int, int, Problem]]] = {}
        self._unlisted: dict[tuple[Code, str], int] = {}
        self._reported = 0

    def add(self, code: Code, row: int = 0, column: str = "", value: str = "", fix: Fix = ("", "")) -> None:
        """Add one problem; those of one code come in the order of the sheet."""
        self._totals[code] = self._totals.get(code, 0) + 1
        kept = self._examples.setdefault(code, [])
        if len(kept) < self.limit and code not in self._full:
            self._reported += 1
            kept.append((row, self._reported, Problem(code, self.file, self.sheet, row, column, value, *fix, self._heading(column))))

    def add_word(
        self, code: Code, rows: Array | range, where: Array, column: str, value: Callable[[int], Any], fix: Callable[[], Fix]
    ) -> bool:
        """Add one problem of all the cells that have the same word; return whether any of them may be named.

        Args:
            code: what is wrong.
            rows: row numbers of the whole table.
            where: positions in ``rows`` of the rows concerned, in the order of their numbers.
            column: canonical column.
            value: takes such a position, returns the word as it stands there.
            fix: returns what to do in both languages.
        """
        where = self._told(code, where, column)
        if not len(where):
            return False
        self._totals[code] = self._totals.get(code, 0) + len(where)
        kept, numbers = self._examples.setdefault(code, []), [int(rows[at]) for at in where[: self.limit].tolist()]
        if len(kept) < self.limit:
            self._reported += 1
            place = (code, self.file, self.sheet, numbers[0], column, shown(value(int(where[0]))), *fix(), self._heading(column))
            kept.append((numbers[0], self._reported, Problem(*place, len(where), tuple(numbers))))
        return True

    def _told(self, code: Code, where: Array, column: str) -> Array:
        """Return the rows that are named; of secret ones only the number is told, here."""
        if self.verdicts is not None:
            self.verdicts.problem(code, column, where)
        if self.secret is None or column == "secrecy":  # the mark itself is the word that is to be put right
            return where
        hidden = int(np.count_nonzero(self.secret[where]))
        if not hidden:
            return where
        self._totals[code] = self._totals.get(code, 0) + hidden
        self._unlisted[code, column] = self._unlisted.get((code, column), 0) + hidden
        return where[~self.secret[where]]

    def add_rows(
        self,
        code: Code,
        rows: Array | range,
        where: Array,
        column: str,
        value: Callable[[int], Any],
        fix: Callable[[int], Fix] | None = None,
    ) -> None:
        """Add the same problem of many rows.

        Args:
            code: what is wrong.
            rows: row numbers of the whole table.
            where: ascending positions in ``rows`` of the rows concerned; of many the first by their numbers are kept.
            column: canonical column.
            value: takes such a position, returns the cell.
            fix: takes such a position, returns what to do in both languages.
        """
        where = self._told(code, where, column)
        if not len(where):
            return
        self._totals[code] = self._totals.get(code, 0) + len(where)
        if code in self._full:
            return
        self._reported += 1
        kept, heading = self._examples.setdefault(code, []), self._heading(column)
        for at in first_rows(where, rows, self.limit).tolist():
            row = int(rows[at])
            tail = fix(at) if fix else ("", "")
            kept.append((row, self._reported, Problem(code, self.file, self.sheet, row, column, shown(value(at)), *tail, heading)))

    def _heading(self, column: str) -> str:
        heading = shown(self.headings.get(column, ""))
        return "" if heading == column else heading

    def problems(self, read: int, rejected: int) -> Problems:
        """Return what was found, the examples in the order of the sheet; those of one row as they were reported."""
        kept = [reported for found in self._examples.values() for reported in sorted(found, key=_chosen)[: self.limit]]
        unlisted = [
            Problem(code, self.file, self.sheet, column=column, value=WITHHELD, heading=self._heading(column), cells=n)
            for (code, column), n in sorted(self._unlisted.items())
        ]
        return Problems(
            {(self.file, code): n for code, n in self._totals.items()},
            (*unlisted, *(problem for _, _, problem in sorted(kept, key=_place))),
            read,
            rejected,
            self.limit,
        )


def _place(reported: tuple[int, int, Problem]) -> tuple[int, int]:
    return reported[:2]


def _chosen(reported: tuple[int, int, Problem]) -> tuple[int, str, str]:
    """Return by what the first of a code are chosen: not by when they were reported, so that parts choose as the whole does."""
    row, _, problem = reported
    return row, problem.column, problem.value


def shown(value: object) -> str:
    r"""Return a cell as it is shown in a message: one line, composed, at most 80 characters, half characters as question marks.

    >>> shown("  hai\n dòng "), len(shown("x" * 100))
    ('hai dòng', 80)
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    try:
        text = "" if value is None else " ".join(str(value).split())
        if not text.isascii():
            text = nfc(text.encode("utf-8", "replace").decode())
    except ValueError:  # an int of more digits than Python prints
        return WITHHELD
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def listed(rows: Sequence[int]) -> str:
    """Return row numbers as a message lists them: those that stand side by side as a range.

    >>> listed([7, 9, 10, 11, 14])
    '7, 9–11, 14'
    """
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], row]
        else:
            runs.append([row])
    texts = [f"{run[0]}–{run[-1]}" if run[-1] > run[0] else str(run[0]) for run in runs]
    return ", ".join(texts[:_LISTED]) + (", …" if len(texts) > _LISTED else "")
