"""Whether a list of units is whole: what lies between a unit and those it was made of, who is above it, and whose name it shares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from cchc_metrics.reference.level import DISTRICT_LEVEL_ENDED
from cchc_metrics.reference.unit_finding import UnitFinding
from cchc_metrics.reference.unit_name import comparable, kind_of

if TYPE_CHECKING:
    from cchc_metrics.reference.unit import UnitTree
    from cchc_metrics.reference.unit_time import Unit

_ONE_DAY = timedelta(days=1)
Days = tuple[date, date]


def findings_of(tree: UnitTree) -> tuple[UnitFinding, ...]:
    """Return every finding about the units of a tree, in its order; see ``UnitTree.findings``.

    What no tree can be made of (circles, unknown parents, one code twice on one day) is not here: making the tree says it.

    >>> from cchc_metrics.reference.unit import Unit, UnitTree
    >>> tree = UnitTree([Unit(code="1", name="A", level="commune", valid_to=date(2025, 6, 29)),
    ...                  Unit(code="2", name="B", level="commune", valid_from=date(2025, 7, 1), predecessors=("1",))])
    >>> [(found.code, found.unit) for found in findings_of(tree)]
    [('unit_gap', '2')]
    """
    found: list[UnitFinding] = []
    begun = {(unit.level, unit.valid_from) for unit in map(tree.unit, tree.codes)}
    for code in tree.codes:
        unit = tree.unit(code)
        found += _above(tree, unit)
        if tree.whole(code) == code:
            found += _before(tree, unit)
            found += _after(tree, unit, begun)
    return (*found, *_same_names(tree))


def _days(tree: UnitTree, code: str) -> Days:
    since, until = tree.days_of(tree.whole(code))
    return since or date.min, until or date.max


def _above(tree: UnitTree, unit: Unit) -> Iterator[UnitFinding]:
    if not unit.parent:
        return
    since, until = _days(tree, unit.parent)
    first, last = unit.valid_from or date.min, unit.valid_to or date.max
    if unit.valid_to is None and until == DISTRICT_LEVEL_ENDED and tree.unit(unit.parent).level == "district":
        last = until  # the district ended with its level, and nothing is said of the communes below it
    if first < since or last > until:
        above = tree.unit(unit.parent)
        yield UnitFinding(
            "unit_orphan",
            unit.code,
            f"{unit.full_name}: có những ngày không có đơn vị cấp trên «{unit.parent}» ({above.full_name}, {_said(since, until)[0]})",
            f"{unit.full_name}: on some of its days there is no «{unit.parent}» above it ({above.full_name}, {_said(since, until)[1]})",
        )


def _before(tree: UnitTree, unit: Unit) -> Iterator[UnitFinding]:
    begun, _ = _days(tree, unit.code)
    for code in tree.predecessors(unit.code):
        since, until = _days(tree, code)
        name = tree.unit(code).full_name
        if until >= begun:
            yield UnitFinding(
                "unit_overlap",
                unit.code,
                f"{unit.full_name} bắt đầu khi đơn vị trước «{code}» ({name}, {_said(since, until)[0]}) còn hiệu lực",
                f"{unit.full_name} begins while its predecessor «{code}» ({name}, {_said(since, until)[1]}) still exists",
            )
        elif begun - until > _ONE_DAY:
            after, until_then = until + _ONE_DAY, begun - _ONE_DAY
            yield UnitFinding(
                "unit_gap",
                unit.code,
                f"{unit.full_name}: từ {after:%d/%m/%Y} đến {until_then:%d/%m/%Y} «{code}» ({name}) đã hết mà nó chưa có",
                f"{unit.full_name}: from {after} to {until_then} neither «{code}» ({name}) nor it exists",
            )


def _after(tree: UnitTree, unit: Unit, begun: Collection[tuple[str, date | None]]) -> Iterator[UnitFinding]:
    after = tree.successors(unit.code)
    split = [code for code in after if unit.code in tree.split_predecessors(code)]
    if split:
        listed = ", ".join(f"«{code}» {tree.unit(code).full_name}" for code in split)
        yield UnitFinding(
            "unit_divided",
            unit.code,
            f"{unit.full_name} chia về {listed}; số của nó chỉ cộng được khi có tỷ lệ chia (shares)",
            f"{unit.full_name} was divided, and went into {listed}; its counts can be added with shares only",
        )
    elif not after and unit.valid_to is not None and (unit.level, unit.valid_to + _ONE_DAY) in begun:  # the list has what came on that day
        yield UnitFinding(
            "unit_without_successor",
            unit.code,
            f"{unit.full_name} hết hiệu lực ngày {unit.valid_to:%d/%m/%Y} mà không có đơn vị kế thừa",
            f"{unit.full_name} ended on {unit.valid_to} and no unit was made of it",
        )


def _same_names(tree: UnitTree) -> Iterator[UnitFinding]:
    spelled: dict[str, str] = {}
    groups: dict[tuple[str, str], list[Unit]] = {}
    for code in tree.codes:
        unit = tree.unit(code)
        if unit.name not in spelled:
            spelled[unit.name] = comparable(unit.name)
        groups.setdefault((tree.whole(unit.parent), spelled[unit.name]), []).append(unit)
    for units in groups.values():
        for one, other in combinations(units, 2):
            apart = kind_of(one.kind) != kind_of(other.kind) and one.kind and other.kind
            if apart or tree.whole(one.code) == tree.whole(other.code):
                continue
            if not one.exists(other.valid_from or date.min, other.valid_to or date.max):
                continue
            yield UnitFinding(
                "unit_same_name",
                one.code,
                f"{one.full_name} và «{other.code}» {other.full_name} cùng tên, cùng cấp trên, cùng lúc; trong bảng ghi mã",
                f"{one.full_name} and «{other.code}» {other.full_name} have one name below one unit at one time; write codes",
            )


def _said(since: date, until: date) -> tuple[str, str]:
    first, last = since != date.min, until != date.max
    vi = " ".join(filter(None, (f"từ {since:%d/%m/%Y}" if first else "", f"đến {until:%d/%m/%Y}" if last else "")))
    en = " ".join(filter(None, (f"from {since}" if first else "", f"until {until}" if last else "")))
    return vi or "mọi ngày", en or "always"
