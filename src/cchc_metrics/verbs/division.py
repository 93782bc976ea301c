"""Divides the changes of values among their groups: which rows are groups of which, what is known of them, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.records.columns import Array
from cchc_metrics.text import Text
from cchc_metrics.values import REASONS, Breakdown, Scale, Status
from cchc_metrics.verbs.contributions import Contribution, Contributions, Counts, parts_of
from cchc_metrics.verbs.exact import NO_VALUES
from cchc_metrics.verbs.groups import Changes, Groups, Parts
from cchc_metrics.verbs.measures import POSITION, STATUSES, USABLE, Measures, as_breakdown

_ZERO, _NO_DATA = POSITION[Status.ZERO_DENOMINATOR], POSITION[Status.NO_DATA]
_COUNTED = USABLE | (np.arange(len(STATUSES)) == _ZERO)
"""bool[status]: whether the counts beside it can be added: 0/0 is a count like another."""
_NAMED = 3


def divide(
    changes: Changes,
    by: str,
    *,
    indicator: str | None = None,
    unit: str | None = None,
    breakdown: Breakdown | Mapping[str, str] = (),
    names: Mapping[str, str] | None = None,
) -> Contributions:
    """Return what each group added to the changes of values; see the module for what that is.

    Args:
        changes: the changes.
        by: ``unit`` for the units directly below each unit and itself, or a dimension by which values were measured.
        indicator: the indicator whose change is asked about; None for every one.
        unit: the unit; None for every one.
        breakdown: what the wholes are: ``()`` for the totals, ``{"level": "commune"}`` for those of communes.
        names: group → its name, for groups whose names the library does not know.

    Raises:
        CchcError: there is nothing to divide: no such indicator or unit, no values by this dimension (the message says what to ask), no
            change, or none that is a quotient of counts that add up; with the reason.
    """
    return _Division(Groups(changes, by, as_breakdown(breakdown), indicator, unit), names or {}).made()


@dataclass(frozen=True, slots=True)
class _Division:
    groups: Groups
    names: Mapping[str, str]

    @property
    def changes(self) -> Changes:
        """The changes."""
        return self.groups.changes

    def made(self) -> Contributions:
        current = self.changes.current
        wholes, parts = self.groups.wholes(), self.groups.parts()
        asked = np.zeros(len(current), dtype=bool)
        asked[wholes] = True
        chosen = np.flatnonzero(asked[parts.whole])
        chosen = chosen[np.argsort(parts.whole[chosen], kind="stable")]
        runs: list[int] = np.flatnonzero(np.diff(parts.whole[chosen], prepend=-1)).tolist()
        rows: list[Contribution] = []
        refused: dict[Text, int] = {}
        for start, end in pairwise([*runs, len(chosen)]):
            whole = int(parts.whole[chosen[start]])
            found = self._of(whole, parts, chosen[start:end])
            if isinstance(found, Text):
                refused[found] = refused.get(found, 0) + 1
            else:
                rows += sorted(found, key=_largest_first)
        if not rows:
            raise self._nothing(wholes, refused)
        bases = {basis.indicator: basis.name for basis in current.bases if basis.name.vi}
        return Contributions(tuple(rows), current.names, bases, refused)

    # --- dividing one whole

    def _of(self, whole: int, parts: Parts, chosen: Array) -> list[Contribution] | Text:
        """Return the groups of one whole, or why it cannot be divided."""
        changes, current = self.changes, self.changes.current
        change, base_row = changes.difference.at(whole), int(changes.row[whole])
        if change is None:
            said = changes.reasons[int(changes.reason[whole])]
            return said if said.vi or said.en else REASONS[STATUSES[int(changes.status[whole])]]
        if _is_quantile(current, whole) or _is_quantile(changes.baselines, base_row):
            return _QUANTILE
        if self.groups.by != "unit" and (parts.base[chosen] < 0).all():
            return Text(f"kỳ gốc không có số liệu theo «{self.groups.by}»", f"the baseline has no values by «{self.groups.by}»")
        counts = self._counts(whole, base_row)
        known: list[tuple[int, str, Counts]] = []
        lumped: list[tuple[str, Text]] = []
        for row, base in zip(parts.row[chosen].tolist(), parts.base[chosen].tolist(), strict=True):
            group = self.groups.label(row, base)
            if self._is_known(row, base):
                known.append((row, group, self._counts(row, base)))
            else:
                lumped.append((group, changes.reasons[int(changes.reason[row])] if row >= 0 else _UNKNOWN))
        rest = counts.less([found for _, _, found in known])
        if not _add_up([found for _, _, found in known], rest):
            return _OVERLAP
        made = []
        for row, group, found in known:
            if not found.empty:
                status = self._status(row, whole)
                reason = self._reason(row, found, status, whole)
                made.append(self._one(whole, counts, change, found, group, self._name(group), status, reason))
        return made if rest.empty else [*made, self._rest(whole, counts, change, rest, lumped)]

    def _one(
        self, whole: int, counts: Counts, change: Fraction, found: Counts, group: str | None, name: Text, status: int, reason: Text
    ) -> Contribution:
        current = self.changes.current
        basis = current.bases[current.basis[whole]]
        performance: Fraction | None = None
        mix: Fraction | None = None
        if found.denominator is None:
            total = Fraction(found.numerator - found.baseline_numerator)
        else:
            performance, mix = parts_of(found, counts, factor=100 if basis.scale is Scale.PERCENT else 1)
            total = performance + mix
        return Contribution(
            indicator=basis.indicator,
            unit=current.units[current.unit[whole]],
            period=current.periods[current.period[whole]],
            breakdown=self.groups.breakdown,
            by=self.groups.by,
            group=group,
            name=name,
            counts=found,
            performance=performance,
            mix=mix,
            total=total,
            share=100 * total / change if change else None,
            scale=basis.scale,
            better=basis.better,
            status=STATUSES[status],
            reason=reason,
        )

    def _rest(self, whole: int, counts: Counts, change: Fraction, rest: Counts, lumped: Sequence[tuple[str, Text]]) -> Contribution:
        """Return what belongs to no group that is known: by units the unit itself, with those of which a side is not known."""
        current = self.changes.current
        own = current.units[current.unit[whole]] if self.groups.by == "unit" else None
        name, reason = Text("phần còn lại", "the rest"), Text()
        if own is not None and not lumped:
            called = self.groups.tree.called(own)
            name = Text(f"{called} (riêng cấp này)", f"{called} (itself)")
        if lumped:
            names = [self._name(group) for group, _ in lumped]
            vi, en = (", ".join(n.text(lang) for n in names[:_NAMED]) for lang in ("vi", "en"))
            more = len(names) - _NAMED
            vi, en = (vi, en) if more <= 0 else (f"{vi} và {more} nhóm nữa", f"{en} and {more} more")
            why = lumped[0][1]
            reason = Text(f"gồm {vi}: {why.vi}", f"with {en}: {why.en}")
        status = int(self.changes.status[whole])
        return self._one(whole, counts, change, rest, own if own is not None and not lumped else None, name, status, reason)

    def _is_known(self, row: int, base: int) -> bool:
        """Return whether a group has counts on both sides that may be compared; no row at all is 0 beside groups that have one."""
        current, baselines, changes = self.changes.current, self.changes.baselines, self.changes
        if row >= 0 and not (_COUNTED[current.status[row]] and current.has_numerator[row] and not _is_quantile(current, row)):
            return False
        if base < 0:
            return bool(changes.status[row] == _NO_DATA)
        if not (_COUNTED[baselines.status[base]] and baselines.has_numerator[base] and not _is_quantile(baselines, base)):
            return False
        return row < 0 or bool(_COUNTED[changes.status[row]])

    def _counts(self, row: int, base: int) -> Counts:
        now, before = self.changes.current, self.changes.baselines
        table, at = (now, row) if row >= 0 else (before, base)
        plain = not table.has_denominator[at]
        n1, d1 = (int(now.numerator[row]), int(now.denominator[row])) if row >= 0 else (0, 0)
        n0, d0 = (int(before.numerator[base]), int(before.denominator[base])) if base >= 0 else (0, 0)
        return Counts(n1, None, n0, None) if plain else Counts(n1, d1, n0, d0)

    def _name(self, group: str) -> Text:
        if self.groups.by == "unit":
            return Text(*[self.groups.tree.called(group)] * 2)
        if group in self.names:
            return Text(self.names[group], self.names[group])
        return label_name(self.groups.by, group)

    def _status(self, row: int, whole: int) -> int:
        own = int(self.changes.status[row]) if row >= 0 else 0
        return max(own if USABLE[own] else 0, int(self.changes.status[whole]))

    def _reason(self, row: int, found: Counts, status: int, whole: int) -> Text:
        now, before = (any(side) for side in found.sides)
        if not before:
            return Text("mới có, kỳ gốc không có", "new: there was nothing before")
        if not now:
            return Text("không còn, chỉ có ở kỳ gốc", "gone: there is nothing now")
        if not status:
            return Text()
        changes = self.changes
        return changes.reasons[int(changes.reason[row if row >= 0 and changes.status[row] == status else whole])]

    def _nothing(self, wholes: Array, refused: Mapping[Text, int]) -> CchcError:
        what = self.groups.indicator or "*"
        if refused:
            why = next(iter(refused))
            return CchcError(f"không tách được thay đổi của «{what}»: {why.vi}", f"the change of «{what}» cannot be divided: {why.en}")
        current, by = self.changes.current, self.groups.by
        if not len(wholes):
            shown = ", ".join(f"{d}={x}" for d, x in self.groups.breakdown) or "—"
            return CchcError(f"không có thay đổi nào của «{what}» ({shown})", f"there is no change of «{what}» ({shown})")
        if by == "unit":
            return CchcError(
                f"dưới «{self.groups.unit or '*'}» không có đơn vị nào để chia",
                f"there are no units below «{self.groups.unit or '*'}» to divide by",
            )
        ids = current.indicators[0] if self.groups.indicator is None else (self.groups.indicator,)
        dims = sorted({d for i in ids for labels in current.labels(i) for d, _ in labels} | {"level", "unit"})
        vi, en = suggestion(by, dims)
        listed = ", ".join(dims)
        ask = f'deltas(…, breakdowns={{"{self.groups.indicator or "…"}": [["{by}"]]}})'
        return CchcError(
            f"«{what}» chưa được tính theo «{by}»{vi}; có: {listed}; để có thêm: {ask}",
            f"«{what}» was not measured by «{by}»{en}; there are: {listed}; to have it: {ask}",
        )


_QUANTILE = Text(
    "trung vị, phân vị và giá trị công bố không kèm số đếm không phải tổng của các nhóm",
    "a median, a quantile or a value published without its counts is no sum over groups",
)
_OVERLAP = Text(
    "các nhóm cộng lại không bằng toàn bộ: có trường hợp được đếm trong nhiều nhóm",
    "the groups do not add up to the whole: some cases are counted in several groups",
)
_UNKNOWN = Text("không có số liệu", "no data")


def _largest_first(row: Contribution) -> int:
    """Return by what contributions are sorted: integers compare many times faster than fractions, and 18 decimals tell them apart."""
    return -(abs(row.total.numerator) * 10**18 // row.total.denominator)


def _add_up(known: Sequence[Counts], rest: Counts) -> bool:
    """Return whether groups and the rest are parts of a whole: no negative cases, and nothing counted without a case."""
    negative = any(n < 0 for counts in known for n, _ in counts.sides)
    for counts in (*known, rest):
        for n, d in counts.sides:
            if (d is not None and (d < 0 or (d == 0 and n != 0))) or (n < 0 and not negative):
                return False
    return True


def _is_quantile(table: Measures, row: int) -> bool:
    return table.quantile is not NO_VALUES and len(table.quantile) > row >= 0 and bool(table.quantile.under[row])
