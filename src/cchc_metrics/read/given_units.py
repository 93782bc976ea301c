"""Units as a caller gives them: a tree, units, or rows of a table; and which of them reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cchc_metrics.errors import InputError
from cchc_metrics.reference.unit import Unit, UnitTree


def given_tree(units: UnitTree | Iterable[Unit | Mapping[str, Any]]) -> UnitTree:
    """Return the tree of the units given; an empty cell of a row of a table, a missing number too, says nothing."""
    return units if isinstance(units, UnitTree) else UnitTree([_unit(each) for each in units])


def _unit(given: Unit | Mapping[str, Any]) -> Unit:
    if isinstance(given, Mapping):
        given = {name: cell for name, cell in given.items() if cell not in ("", None) and cell == cell}  # noqa: PLR0124  NaN is not itself
    return given if isinstance(given, Unit) else Unit.model_validate(given)


def reporting_unit(units: UnitTree, code: str) -> str:
    """Return the code of the unit that reports; the only root of the tree where none is said.

    Raises:
        InputError: there are several roots.
        UnknownUnitError: there is no such unit; names the nearest.
    """
    if code:
        return units.unit(code).code
    if len(units.roots) != 1:
        roots = ", ".join(units.roots)
        raise InputError(
            f"danh mục đơn vị có nhiều gốc ({roots}); thêm unit=", f"the unit tree has several roots ({roots}); say which reports: unit="
        )
    return units.roots[0]
