"""Which unit a figure is of: the one that bore the figure's code in the figure's period, whichever way the figure came in.

A baseline that was published, stored or typed in names units by their official codes. ``30043`` of 2024 is xã Hưng Thạnh, though the unit
tree calls xã Phương Thịnh by that code: each figure is therefore put under the key of the unit that bore its code in its period.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date

import numpy as np

from cchc_metrics.errors import UnknownUnitError
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.reference.unit_columns import units_of
from cchc_metrics.reference.unit_time import official_code
from cchc_metrics.values import Status, Text
from cchc_metrics.verbs.exact import NO_VALUES
from cchc_metrics.verbs.measures import POSITION, Codes, Measures


def under_keys(table: Measures, tree: UnitTree) -> Measures:
    """Return measures in which every value is under the key of the unit that bore its code, or its name, in its period.

    Where nobody bore the code in the period, or several did one after the other, a value stays where it is: of a period in which a unit
    did not exist throughout nothing is compared.

    >>> from datetime import date
    >>> from cchc_metrics.reference.unit import Unit
    >>> from cchc_metrics.values import Measure, Scale
    >>> tree = UnitTree([Unit(code="30043", name="Hưng Thạnh", level="commune", valid_to=date(2025, 6, 30)),
    ...                  Unit(code="30043", name="Phương Thịnh", level="commune", valid_from=date(2025, 7, 1))])
    >>> published = Measure("x", "30043", Period.parse("2024"), (), date(2025, 1, 15), Status.OK, 9, None, Scale.COUNT)
    >>> under_keys(Measures.of([published]), tree).column("unit")
    ['30043@2025-06-30']
    """
    return _put(table, tree)[0]


def one_each(table: Measures, tree: UnitTree) -> Measures:
    """Return the same with one row for each value: a figure that came under two spellings of a code, with other numbers, is not comparable.

    Its counts can still be read, and the reason names the spellings.
    """
    found, moved = _put(table, tree)
    if not moved.any():
        return found
    keys = found.keyed(found.indicators[1][found.basis], found.unit, found.period, found.breakdown)
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    with_moved = np.logical_or.reduceat(moved[order], starts)
    lengths = np.diff(starts, append=len(order))
    has, kept = _has(found), np.ones(len(found), dtype=bool)
    status, reason, reasons = found.status.copy(), found.reason.copy(), Codes()
    reasons.add(found.reasons)
    for run in np.flatnonzero(with_moved & (lengths > 1)).tolist():
        rows: list[int] = order[starts[run] : starts[run] + lengths[run]].tolist()
        first, *others = [row for row in rows if has[row]]
        kept[rows] = False
        kept[first] = True
        if any(_numbers(found, row) != _numbers(found, first) for row in others):
            spellings = ", ".join(dict.fromkeys(f"«{table.units[table.unit[row]]}»" for row in (first, *others)))
            status[first] = POSITION[Status.NOT_COMPARABLE]
            reason[first] = reasons[
                Text(
                    f"{spellings}: cùng một đơn vị trong kỳ này mà số khác nhau; giữ một",
                    f"{spellings}: one unit in this period, with unlike numbers; keep one",
                )
            ]
    return replace(found, status=status, reason=reason, reasons=tuple(reasons))._take(np.flatnonzero(kept))  # noqa: SLF001  a table's own


def _put(table: Measures, tree: UnitTree) -> tuple[Measures, Array]:
    """Return the table under keys, and bool[n], the rows that had another code."""
    unmoved = np.zeros(len(table), dtype=bool)
    columns = tree.columns
    places = columns.places(table.units)
    doubtful = np.flatnonzero((places < 0) | columns.is_shared[places])
    if not len(doubtful) or not len(table):
        return table, unmoved
    has = _has(table)
    figures = np.zeros((len(table.units), len(table.periods)), dtype=bool)
    figures[table.unit[has], table.period[has]] = True
    asked = figures[doubtful]
    at = places[doubtful]
    own = (at >= 0) & columns.is_whole[at]
    for n, period in enumerate(table.periods):  # of a unit that was there throughout, no other one bore the code then
        throughout = (columns.since[at] <= day_number(period.first)) & (columns.until[at] >= day_number(period.last))
        asked[:, n] &= ~(own & throughout)
    other: dict[tuple[int, int], str] = {}
    for i, n in zip(*(each.tolist() for each in np.nonzero(asked)), strict=True):
        label, period = table.units[doubtful[i]], table.periods[n]
        bearers = columns.meant.get(label, ())
        meant = bearers if len(bearers) == 1 else _there(tree, bearers, period) if bearers else _named(tree, label, period)
        if len(meant) == 1 and meant[0] != label:
            other[int(doubtful[i]), n] = meant[0]
    if not other:
        return table, unmoved
    keys = Codes()
    keys.add(table.units)
    place: Array = np.repeat(np.arange(len(table.units), dtype=np.int32)[:, None], len(table.periods), axis=1)
    for cell, key in other.items():
        place[cell] = keys[key]
    unit = np.where(has, place[table.unit, table.period], table.unit).astype(np.int32)
    moved = unit != table.unit
    return (replace(table, units=tuple(keys), unit=unit), moved) if moved.any() else (table, unmoved)


def unit_in(tree: UnitTree, label: str, period: Period) -> str:
    """Return the key of the unit that a code, a key or a name means in a period.

    >>> from cchc_metrics.reference.unit import Unit
    >>> tree = UnitTree([Unit(code="30043", name="Hưng Thạnh", level="commune", valid_to=date(2025, 6, 30)),
    ...                  Unit(code="30043", name="Phương Thịnh", level="commune", valid_from=date(2025, 7, 1))])
    >>> unit_in(tree, "30043", Period.parse("2024")), unit_in(tree, "xã Phương Thịnh", Period.parse("2026"))
    ('30043@2025-06-30', '30043')

    Raises:
        UnknownUnitError: no unit, or several, are meant; names the nearest, or all that could be meant with their days.
    """
    if label not in tree:
        found = _named(tree, label, period)
        if found:
            return found[0]
        reason = tree.match(label, on=period.last).reason or tree.match(label, on=period.first).reason
        vi, en = (f"đơn vị «{label}»", f"unit «{label}»") if reason is None else (reason.vi, reason.en)
        raise UnknownUnitError(f"{vi} (kỳ {period.label})", f"{en} (period {period.label})")
    there = _there(tree, units_of(tree, label), period)
    if not there:
        said = not_there(tree, label, period)
        raise UnknownUnitError(said.vi, said.en)
    if len(there) > 1:
        vi, en = bore(tree, label)
        listed = ", ".join(f"«{key}»" for key in there)
        raise UnknownUnitError(
            f"{vi}: kỳ {period.label} có ngày của cả hai; ghi {listed}, hoặc chia kỳ",
            f"{en}: the period {period.label} has days of both; write {listed}, or divide the period",
        )
    return there[0]


def _there(tree: UnitTree, keys: Iterable[str], period: Period) -> tuple[str, ...]:
    return tuple(key for key in keys if tree.overlaps(key, period.first, period.last))


def _named(tree: UnitTree, name: str, period: Period) -> tuple[str, ...]:
    """Return the one unit that has a name on the first and on the last day of a period; none where it means two, or none."""
    found = [tree.match(name, on=day).unit for day in (period.first, period.last)]
    keys = {"" if unit is None else tree.whole(unit.code) for unit in found}
    return tuple(keys) if len(keys) == 1 and "" not in keys else ()


def not_there(tree: UnitTree, unit: str, period: Period) -> Text:
    """Return why a figure of a unit in a period in which there was no such unit is not taken, with all that its code can mean."""
    vi, en = bore(tree, unit)
    return Text(
        f"{vi} không có trong kỳ {period.label}; thêm vào danh mục đơn vị mang mã đó khi ấy, hoặc sửa mã",
        f"{en} did not exist in {period.label}; add the unit that bore the code then to the unit tree, or fix the code",
    )


def bore(tree: UnitTree, unit: str) -> tuple[str, str]:
    """Return a unit's official code and the units that bore it with their days, in Vietnamese and English."""
    code = official_code(unit)
    keys = units_of(tree, code) or (unit,)
    said = [(tree.unit(key).full_name, *tree.days_of(key)) for key in keys]
    vi = ", ".join(name + _days(first, last, "%d/%m/%Y", "từ", "đến") for name, first, last in said)
    en = ", ".join(name + _days(first, last, "%Y-%m-%d", "from", "until") for name, first, last in said)
    return f"mã «{code}» ({vi})", f"code «{code}» ({en})"


def _days(first: date | None, last: date | None, form: str, since: str, until: str) -> str:
    return "".join(f" {word} {day:{form}}" for word, day in ((since, first), (until, last)) if day)


def _has(table: Measures) -> Array:
    """Return bool[n]: which rows have counts or a value."""
    return table.has_numerator if table.quantile is NO_VALUES else table.has_numerator | table.quantile.there


def _numbers(table: Measures, row: int) -> Hashable:
    item = table._item(row)  # noqa: SLF001  a table's own
    return item.status, item.numerator, item.denominator, item.quantile
