"""Collecting the problems of one table: exact totals, and no more examples than are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from cchc_metrics.records.columns import Array
from cchc_metrics.records.problems import Code, Problem, Problems
from cchc_metrics.text import nfc

EXAMPLES: Final = 1000
"""How many examples of each file and code are kept."""
LONGEST_VALUE: Final = 80
"""A value is shown up to this many characters."""
_LISTED: Final = 12
"""So many places are listed in one message."""
WITHHELD: Final = "…"
"""Stands in place of a value that is not shown."""

Fix = tuple[str, str]


class Findings:
    """The problems of one table while it is read.

    Args:
        file, sheet: where the table came from.
        limit: how many examples of each code are kept.
        full: codes of which no examples are wanted, only the total.

    Attributes:
        headings: canonical column → the sheet's own heading; set once the headings are understood.
    """

    __slots__ = ("_examples", "_full", "_reported", "_totals", "file", "headings", "limit", "sheet")

    def __init__(self, file: str, sheet: str = "", limit: int = EXAMPLES, *, full: Collection[Code] = ()) -> None:
        self.file, self.sheet, self.limit, self._full = file, sheet, limit, full
        self.headings: Mapping[str, str] = {}
        self._totals: dict[Code, int] = {}
        self._examples: dict[Code, list[tuple[int, int, Problem]]] = {}
        self._reported = 0

    def add(self, code: Code, row: int = 0, column: str = "", value: str = "", fix: Fix = ("", "")) -> None:
        """Add one problem; those of one code come in the order of the sheet."""
        self._totals[code] = self._totals.get(code, 0) + 1
        kept = self._examples.setdefault(code, [])
        if len(kept) < self.limit and code not in self._full:
            self._reported += 1
            kept.append((row, self._reported, Problem(code, self.file, self.sheet, row, column, value, *fix, self._heading(column))))

    def add_word(self, code: Code, rows: Array, column: str, value: object, fix: Callable[[], Fix]) -> None:
        """Add one problem of all the cells that have the same word.

        Args:
            code: what is wrong.
            rows: the ascending numbers of their rows.
            column: canonical column.
            value: the word, as the first of them has it.
            fix: returns what to do in both languages.
        """
        self._totals[code] = self._totals.get(code, 0) + len(rows)
        kept, first = self._examples.setdefault(code, []), int(rows[0])
        if len(kept) < self.limit:
            self._reported += 1
            place = (code, self.file, self.sheet, first, column, shown(value), *fix(), self._heading(column))
            kept.append((first, self._reported, Problem(*place, len(rows), tuple(rows[: self.limit].tolist()))))

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
            where: ascending positions in ``rows`` of the rows concerned.
            column: canonical column.
            value: takes such a position, returns the cell.
            fix: takes such a position, returns what to do in both languages.
        """
        if not len(where):
            return
        self._totals[code] = self._totals.get(code, 0) + len(where)
        if code in self._full:
            return
        self._reported += 1
        kept, heading = self._examples.setdefault(code, []), self._heading(column)
        for at in where[: self.limit].tolist():
            row = int(rows[at])
            tail = fix(at) if fix else ("", "")
            kept.append((row, self._reported, Problem(code, self.file, self.sheet, row, column, shown(value(at)), *tail, heading)))

    def _heading(self, column: str) -> str:
        heading = shown(self.headings.get(column, ""))
        return "" if heading == column else heading

    def problems(self, read: int, rejected: int) -> Problems:
        """Return what was found, the examples in the order of the sheet; those of one row as they were reported."""
        kept = [reported for found in self._examples.values() for reported in sorted(found, key=_place)[: self.limit]]
        return Problems(
            {(self.file, code): n for code, n in self._totals.items()},
            tuple(problem for _, _, problem in sorted(kept, key=_place)),
            read,
            rejected,
            self.limit,
        )


def _place(reported: tuple[int, int, Problem]) -> tuple[int, int]:
    return reported[:2]


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
