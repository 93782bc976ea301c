"""Rules that change on a day: each dossier is decided by those of the day of its receipt, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache, wraps
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np

from cchc_metrics.records.boundary_free import can_be, first_receipts
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.kind import Context
from cchc_metrics.reference.rules import Rules

P = ParamSpec("P")
T = TypeVar("T")


_BOUNDARY_FREE: Final = ("boundary_free_clock", "transfer_cut_off")


@cache
def _without_boundary_free(rules: Rules) -> tuple[tuple[int, Rules], ...]:
    """Return the versions that differ for dossiers of which no table says that they are boundary-free."""
    alike = dict.fromkeys(_BOUNDARY_FREE)
    found = [rules.versions[0]]
    for first, own in rules.versions[1:]:
        if own.model_dump() | alike != found[-1][1].model_dump() | alike:
            found.append((first, own))
    return tuple(found)


def rules_from(columns: Columns, rules: Rules) -> Array:
    """Return the first day of the version of the rules that each dossier follows (int64 since 1970-01-01), −1 for the first of all."""
    first = np.array([-1, *(day for day, _ in rules.versions[1:])], dtype=np.int64)
    found: Array = first[np.searchsorted(first[1:], first_receipts(columns), side="right")]
    return found


def by_rules(columns: Columns, rules: Rules) -> list[tuple[Array | None, Rules]]:
    """Return the rows that follow each version of the rules (None: all of them), and the version, which has no changes.

    A dossier that was not received follows the first version; one received elsewhere, the version of that day. What only decides of
    boundary-free dossiers tells no rows apart in a table that says nothing of them.
    """
    versions = rules.versions if can_be(columns) else _without_boundary_free(rules)
    if len(versions) == 1 or not len(columns):
        return [(None, versions[0][1])]
    at = np.searchsorted(np.array([day for day, _ in versions[1:]]), first_receipts(columns), side="right")
    there = np.unique(at).tolist()
    return [(None if len(there) == 1 else np.flatnonzero(at == n), versions[n][1]) for n in there]


def follows_receipt(find: Callable[P, T]) -> Callable[P, T]:
    """Make a function of dossiers and rules (or of a context with rules) follow, row by row, the rules of the day of receipt.

    Its first argument are the columns; arrays of their length among the others are taken row by row with them. It returns an array of their
    length, or several in a tuple or dataclass.
    """

    @wraps(find)
    def found(*args: P.args, **kwargs: P.kwargs) -> T:
        given: list[Any] = [*args, *kwargs.values()]
        rules = next((arg.rules if isinstance(arg, Context) else arg for arg in given if isinstance(arg, (Rules, Context))), None)
        if rules is None or not rules.changes:
            return find(*args, **kwargs)
        columns: Columns = given[0]
        parts = []
        for rows, own in by_rules(columns, rules):
            mine = [_part(arg, rows, own, len(columns)) for arg in args]
            named = {name: _part(arg, rows, own, len(columns)) for name, arg in kwargs.items()}
            parts.append((rows, find(*mine, **named)))
        whole: T = _joined(parts, len(columns))
        return whole

    return found


def _part(given: Any, rows: Array | None, rules: Rules, n: int) -> Any:
    if isinstance(given, Rules):
        return rules
    if isinstance(given, Context):
        return replace(given, rules=rules)
    if rows is None:
        return given
    if isinstance(given, Columns):
        return given.take(rows)
    return given[rows] if isinstance(given, np.ndarray) and given.shape[:1] == (n,) else given


def _joined(parts: Sequence[tuple[Array | None, Any]], n: int) -> Any:
    """Return what was found of all rows, from what was found of some and the others."""
    (rows, first), *_ = parts
    if rows is None:
        return first
    values = [value for _, value in parts]
    if isinstance(first, tuple):
        return tuple(_joined([(rows, value[i]) for rows, value in parts], n) for i in range(len(first)))
    if is_dataclass(first):
        names = [field.name for field in fields(first)]
        made: Any = type(first)
        return made(**{name: _joined([(rows, getattr(value, name)) for rows, value in parts], n) for name in names})
    if any(value is None for value in values):  # what only some of the rows have stands for none
        return None
    found = np.empty(n, dtype=np.result_type(*values))
    for chosen, value in parts:
        found[chosen] = value
    return found
