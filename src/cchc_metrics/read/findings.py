"""Collecting the problems of one table: exact totals, and no more examples than are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cchc_metrics.records.columns import Array
from cchc_metrics.records.problems import Code, Problem, Problems
from cchc_metrics.text import nfc

EXAMPLES: Final = 1000
"""How many examples of each file and code are kept."""
LONGEST_VALUE: Final = 80
"""A value is shown up to this many characters."""
WITHHELD: Final = "…"
"""Stands in place of a value that is not shown."""

Mend = tuple[str, str]


class Findings:
    """The problems of one table while it is read.

    Args:
        file, sheet: where the table came from.
        limit: how many examples of each code are kept.
    """

    __slots__ = ("_examples", "_totals", "file", "limit", "sheet")

    def __init__(self, file: str, sheet: str = "", limit: int = EXAMPLES) -> None:
        self.file, self.sheet, self.limit = file, sheet, limit
        self._totals: dict[Code, int] = {}
        self._examples: dict[Code, list[Problem]] = {}

    def add(self, code: Code, row: int = 0, column: str = "", value: str = "", mend: Mend = ("", "")) -> None:
        """Add one problem; those of one code come in the order of the sheet."""
        self._totals[code] = self._totals.get(code, 0) + 1
        kept = self._examples.setdefault(code, [])
        if len(kept) < self.limit:
            kept.append(Problem(code, self.file, self.sheet, row, column, value, *mend))

    def add_rows(
        self,
        code: Code,
        rows: Array,
        where: Array,
        column: str,
        value: Callable[[int], Any],
        mend: Callable[[int], Mend] | None = None,
    ) -> None:
        """Add the same problem of many rows.

        Args:
            code: what is wrong.
            rows: row numbers of the whole table.
            where: ascending positions in ``rows`` of the rows concerned.
            column: canonical column.
            value: takes such a position, returns the cell.
            mend: takes such a position, returns what to do in both languages.
        """
        if not len(where):
            return
        self._totals[code] = self._totals.get(code, 0) + len(where)
        self._examples.setdefault(code, []).extend(
            Problem(code, self.file, self.sheet, int(rows[at]), column, shown(value(at)), *(mend(at) if mend else ("", "")))
            for at in where[: self.limit].tolist()
        )

    def problems(self, read: int, rejected: int) -> Problems:
        """Return what was found, the examples in the order of the sheet."""
        kept = [p for found in self._examples.values() for p in sorted(found, key=lambda p: p.row)[: self.limit]]
        return Problems(
            {(self.file, code): n for code, n in self._totals.items()},
            tuple(sorted(kept, key=lambda p: p.row)),
            read,
            rejected,
            self.limit,
        )


def shown(value: object) -> str:
    r"""Return a cell as it is shown in a message: one line, composed, at most 80 characters, half characters as question marks.

    >>> shown("  hai\n dòng "), len(shown("x" * 100))
    ('hai dòng', 80)
    """
    try:
        text = "" if value is None else nfc(" ".join(str(value).encode("utf-8", "replace").decode().split()))
    except ValueError:  # an int of more digits than Python prints
        return WITHHELD
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
