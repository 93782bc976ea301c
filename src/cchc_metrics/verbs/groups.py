"""Which values are groups of which: the units below a unit, or the labels of a dimension, those that only the baseline has among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.text import Text
from cchc_metrics.values import Breakdown
from cchc_metrics.verbs.exact import Values
from cchc_metrics.verbs.measures import Measures


class Changes(Protocol):
    """Changes as ``compare`` returns them."""

    @property
    def current(self) -> Measures:
        """The measures."""
        ...

    @property
    def baselines(self) -> Measures:
        """What they are compared with."""
        ...

    @property
    def row(self) -> Array:
        """int64[n], the row of each baseline; −1 where there is none."""
        ...

    @property
    def status(self) -> Array:
        """int8[n], positions in ``Status``."""
        ...

    @property
    def reasons(self) -> tuple[Text, ...]:
        """The texts of the reasons."""
        ...

    @property
    def reason(self) -> Array:
        """int32[n], positions in ``reasons``."""
        ...

    @property
    def difference(self) -> Values:
        """Now less before, exact."""
        ...

    @property
    def tree(self) -> UnitTree | None:
        """The unit tree."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Groups of wholes, one entry each.

    Args:
        whole: int64[n], the row of the whole among the changes.
        row: int64[n], the row of the group among them; −1 where it is gone.
        base: int64[n], its row among the baselines; −1 where there is none.
    """

    whole: Array
    row: Array
    base: Array


@dataclass(frozen=True, slots=True)
class Groups:
    """Finds the groups of values.

    Args:
        changes: the changes of the values and of their groups.
        by: ``unit`` or a dimension.
        breakdown: what the wholes are.
        indicator, unit: whose wholes; None for all.
    """

    changes: Changes
    by: str
    breakdown: Breakdown
    indicator: str | None
    unit: str | None

    def wholes(self) -> Array:
        """Return the rows of the values that are asked about."""
        current, (ids, of_basis) = self.changes.current, self.changes.current.indicators
        chosen = current.breakdown == current.codes["breakdown"].get(self.breakdown, -1)
        for wanted, options, codes, vi, en in (
            (self.indicator, ids, of_basis[current.basis] if len(current) else current.basis, "chỉ tiêu", "indicator"),
            (self.unit, current.units, current.unit, "đơn vị", "unit"),
        ):
            if wanted is not None:
                near = suggestion(wanted, options)
                if wanted not in options:
                    raise CchcError(f"không có {vi} «{wanted}» trong bảng{near[0]}", f"the table has no {en} «{wanted}»{near[1]}")
                chosen = chosen & (codes == options.index(wanted))
        return np.flatnonzero(chosen)

    def parts(self) -> Parts:
        """Return the groups of all values."""
        current, changes = self.changes.current, self.changes
        of_basis = current.indicators[1][current.basis] if len(current) else current.basis
        if self.by == "unit":
            tree, own = self.tree, current.codes["breakdown"].get(self.breakdown, -1)
            mine = current.breakdown == own
            if level := dict(self.breakdown).get("level"):  # of a unit with one level only the total is of that level, and stands for it
                plain = current.codes["breakdown"].get(tuple(p for p in self.breakdown if p[0] != "level"), -1)
                only = np.array([c in tree and tree.levels_below(c) == (level,) for c in current.units] or [False])
                mine = mine | ((current.breakdown == plain) & only[current.unit])
            rows = np.flatnonzero(mine)
            code = current.codes["unit"]
            above = np.array([code.get(tree.unit(c).parent or "", -1) if c in tree else -1 for c in current.units] or [-1])
            parent = above[current.unit[rows]]
            whole = self._rows_at(current, of_basis[rows], parent, current.period[rows], np.full(len(rows), own))
            kept = (whole >= 0) & ~np.isin(current.unit[rows], [code[c] for c in self._counted_elsewhere(rows)])
            return Parts(whole[kept], rows[kept], changes.row[rows[kept]])
        rows, total = self._labelled(current)
        whole = self._rows_at(current, of_basis[rows], current.unit[rows], current.period[rows], total)
        rows, whole = rows[whole >= 0], whole[whole >= 0]
        here = Parts(whole, rows, changes.row[rows])
        gone = self._gone(here)
        return Parts(*(np.concatenate(pair) for pair in ((here.whole, gone.whole), (here.row, gone.row), (here.base, gone.base))))

    def _gone(self, here: Parts) -> Parts:
        """Return the groups that the baseline has and the current values have no row of."""
        base = self.changes.baselines
        rows, total = self._labelled(base)
        rows_known = ~np.isin(rows, here.base)
        rows, total = rows[rows_known], total[rows_known]
        of_basis = base.indicators[1][base.basis] if len(base) else base.basis
        above = self._rows_at(base, of_basis[rows], base.unit[rows], base.period[rows], total)
        whole_of = np.full(len(base) + 1, -1, dtype=np.int64)  # the last is of −1
        wholes = self.wholes()
        wholes = wholes[self.changes.row[wholes] >= 0]
        whole_of[self.changes.row[wholes]] = wholes
        whole = whole_of[above]
        kept = whole >= 0
        return Parts(whole[kept], np.full(int(kept.sum()), -1, dtype=np.int64), rows[kept])

    def _labelled(self, table: Measures) -> tuple[Array, Array]:
        """Return the rows of values by the dimension alone, and the code of the breakdown of the whole of each."""
        code = table.codes["breakdown"].get(self.breakdown, -1)
        mine = np.array([self._is_of(breakdown) for breakdown in table.breakdowns] or [False], dtype=bool)
        rows = np.flatnonzero(mine[table.breakdown])
        return rows, np.full(len(rows), code, dtype=np.int64)

    def _is_of(self, breakdown: Breakdown) -> bool:
        return len(breakdown) == len(self.breakdown) + 1 and tuple(p for p in breakdown if p[0] != self.by) == self.breakdown

    @staticmethod
    def _rows_at(table: Measures, indicator: Array, unit: Array, period: Array, breakdown: Array) -> Array:
        found = np.full(len(unit), -1, dtype=np.int64)
        for code in np.unique(period).tolist():
            at = period == code
            found[at] = table.rows_at(indicator[at], unit[at], code, breakdown[at])
        return found

    @property
    def tree(self) -> UnitTree:
        """The unit tree, where there is one."""
        if self.changes.tree is None:
            raise CchcError(
                "không có danh mục đơn vị để chia theo đơn vị; so sánh bằng compare(…, units=…)",
                "there is no unit tree to divide by units; compare with compare(…, units=…)",
            )
        return self.changes.tree

    def _counted_elsewhere(self, rows: Array) -> set[str]:
        """Return the units whose earlier counts are in those of the units that they went into."""
        current, base, tree = self.changes.current, self.changes.baselines, self.tree
        found: set[str] = set()
        for code, row in dict(zip(current.unit[rows].tolist(), self.changes.row[rows].tolist(), strict=True)).items():
            unit = current.units[code]
            if row >= 0 and tree.predecessors(unit):
                window = base.periods[base.period[row]]
                if not tree.overlaps(unit, window.first, window.last):
                    found |= set(_before(tree, unit))
        return found & set(current.units)

    def label(self, row: int, base: int) -> str:
        """Return the label of a group, or the unit's code, by its row among the changes or, of −1, among the baselines."""
        table, at = (self.changes.current, row) if row >= 0 else (self.changes.baselines, base)
        return table.units[int(table.unit[at])] if self.by == "unit" else dict(table.breakdowns[int(table.breakdown[at])])[self.by]


def _before(tree: UnitTree, unit: str) -> Iterator[str]:
    for code in tree.predecessors(unit):
        yield code
        yield from _before(tree, code)
