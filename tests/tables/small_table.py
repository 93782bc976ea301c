"""A small answer table, for programs of their own: what a frame needs is asked in a process that has nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from cchc_metrics.tables.columns import Cells, Coded, Lazy, Packed, Quotients, Rows
from cchc_metrics.tables.table import AnswerTable


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Small(AnswerTable[int]):
    """A table with every type of cell, each there and not."""

    rows: Rows

    def __len__(self) -> int:
        return len(self.rows)

    def _columns(self) -> Mapping[str, Lazy]:
        here = np.array([True, False])
        columns = {
            "unit": Coded(np.array([0, -1]), ["Mỹ An"]),
            "count": Packed(np.array([3, 0]), here),
            "value": Quotients(np.array([1, 0]), np.array([3, 0])),
            "required": Cells("number", [Fraction(1, 8), None]),
            "due": Cells("date", [date(2021, 12, 31), None]),
            "met": Packed(np.array([True, False]), here),
        }
        return {name: column.take(self.rows) for name, column in columns.items()}

    def _item(self, row: int) -> int:
        return int(self.rows[row])

    def _take(self, rows: Rows) -> Small:
        return Small(self.rows[rows])


def small() -> Small:
    """Return the table with its two rows."""
    return Small(np.arange(2))
