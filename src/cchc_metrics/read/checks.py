"""What a row can be compared with beyond itself: the other rows, the unit tree, the calendar and the day of export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from cchc_metrics.read.findings import Verdicts
from cchc_metrics.read.fixes import NO_FIXES, Fixes
from cchc_metrics.read.own import NOTHING, Own
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import RowCheck, schema, schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.unit import UnitTree

_AT_A_TIME: Final = 65_536
_FAR: Final = 2**31 - 1
"""Beyond every day number: an open end."""
_PLACES_A_ROW: Final = 8
"""Ids are counted in a table of at most so many places for each row; beyond it they are sorted first."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a table is compared with and how its cells are worded; each part is optional, and what is not given is not checked.

    Args:
        units: the unit tree.
        calendar: the working calendar.
        extracted_on: the day on which the records were exported.
        own: what the district declares of the kind's cells.
        fixes: the rows that were fixed since the file was exported.
        unread: columns that are not read, whether the table has them or not.
        part: whether the rows are a part of their table, so that ids are compared later, over all parts.
        verdicts: who wants to know the verdict on each row.
    """

    units: UnitTree | None = None
    calendar: Calendar | None = None
    extracted_on: date | None = None
    own: Own = NOTHING
    fixes: Fixes = NO_FIXES
    unread: frozenset[str] = frozenset()
    part: bool = False
    verdicts: Verdicts | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Rows with one problem.

    Args:
        code: the problem.
        column: the column named.
        where: ascending positions of the rows.
    """

    code: Code
    column: str
    where: Array


def broken(columns: Columns, rules: Sequence[RowCheck]) -> list[Finding]:
    """Return for each rule that is broken the rows that break it; a part of the rows at a time, which stays in the cache."""
    places: list[list[Array]] = [[] for _ in rules]
    for first in range(0, len(columns), _AT_A_TIME):
        part = columns.part(first, first + _AT_A_TIME)
        for rule, found in zip(rules, places, strict=True):
            mask = rule.columns(part)
            if mask.any():
                found.append(first + np.flatnonzero(mask))
    return [Finding(rule.code, rule.column, np.concatenate(found)) for rule, found in zip(rules, places, strict=True) if found]


def duplicates(columns: Columns, left: Array, kind: Kind, numbers: Mapping[str, Array]) -> Iterator[Finding]:
    """Yield the rows that repeat an id: all but the first where every copy says the same, every copy where they contradict each other.

    Values are compared as understood, not as written: ``01/03/2021`` and ``2021-03-01`` are the same.

    Args:
        columns: the rows.
        left: ascending positions of those that are not rejected yet; what is found is counted among them.
        kind: what they are.
        numbers: column → a number ≥ 0 for each row left, equal exactly where its values are; where such are known.
    """
    if not len(left):
        return
    group = _groups(columns, left, kind.id_columns, numbers)
    copies = np.bincount(group)
    rows = np.flatnonzero(copies[group] > 1)
    if not rows.size:
        return
    content = np.stack([key for spec in schema(kind.model) for key in _keys(columns, spec.name, left[rows])], axis=1)
    owner, first = group[rows], np.zeros(len(copies), dtype=np.int64)
    first[owner[::-1]] = np.arange(len(rows))[::-1]  # the last one written is the first row of its group
    differs = (content != content[first[owner]]).any(axis=1)
    contradicted = np.bincount(owner, weights=differs, minlength=len(copies)) > 0
    conflict = contradicted[owner]
    named = kind.id_columns[0]
    yield Finding(Code.DUPLICATE_CONFLICTING, named, rows[conflict])
    yield Finding(Code.DUPLICATE_IDENTICAL, named, rows[~conflict & (first[owner] != np.arange(len(rows)))])


def dates(columns: Columns, kind: Kind, given: Given) -> list[Finding]:
    """Return the rows whose dates do not agree with the unit tree, the day of export or the calendar."""
    table = kind.dates
    rules: list[RowCheck] = []
    if given.units is not None and "unit_code" in schema_by_name(kind.model):
        bounds = _validity(given.units, columns.codes("unit_code")[1])
        rules.append(RowCheck(Code.UNIT_NOT_VALID_ON_DATE, "unit_code", _by_columns, partial(_unit_not_valid, table.main, *bounds)))
    if given.extracted_on is not None:
        last = day_number(given.extracted_on)
        rules += [RowCheck(Code.DATE_IN_FUTURE, name, _by_columns, partial(_later, name, last, table.happened)) for name in table.facts]
    if given.calendar is not None:
        rules += [RowCheck(Code.YEAR_NOT_IN_CALENDAR, name, _by_columns, partial(_unknown, name, given.calendar)) for name in table.timed]
    return broken(columns, rules)


def _by_columns(record: object) -> bool:
    raise NotImplementedError(record)  # what rows are compared with beyond themselves is not known to a record


def _unit_not_valid(name: str, first: Array, last: Array, columns: Columns) -> Array:
    days, codes = columns.days(name), columns.codes("unit_code")[0]
    if int(days.max(initial=NO_DAY)) <= int(last.min(initial=_FAR)) and int(first.max(initial=-_FAR)) <= max(int(days.min(initial=0)), 0):
        return np.zeros(len(columns), dtype=bool)
    outside: Array = (days >= 0) & ((days < first[codes]) | (days > last[codes]))
    return outside


def _later(name: str, last: int, happened: tuple[str, tuple[str, ...]] | None, columns: Columns) -> Array:
    found: Array = columns.days(name) > last
    return found if happened is None else found & columns.equals(happened[0], *happened[1])


def _unknown(name: str, calendar: Calendar, columns: Columns) -> Array:
    days = columns.days(name)
    found: Array = (days >= 0) & ~calendar.covers(days)
    return found


def _validity(units: UnitTree, labels: tuple[str, ...]) -> tuple[Array, Array]:
    """Return the first and last day of each label's unit; open ends are far away."""
    found = [units.unit(label) if label in units else None for label in labels]
    first = [day_number(u.valid_from) if u is not None and u.valid_from else -_FAR for u in found]
    last = [day_number(u.valid_to) if u is not None and u.valid_to else _FAR for u in found]
    return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)


def _groups(columns: Columns, rows: Array, names: tuple[str, ...], numbers: Mapping[str, Array]) -> Array:
    """Return for each row a number of its id; the largest is not much more than there are rows."""
    group = np.zeros(len(rows), dtype=np.int64)
    for key in (key for name in names for key in ([numbers[name]] if name in numbers else _keys(columns, name, rows))):
        shifted = key.astype(np.int64) + 1  # no key is less than −1
        group = group * (int(shifted.max()) + 1) + shifted
        if int(group.max()) >= _PLACES_A_ROW * len(rows):
            group = np.unique(group, return_inverse=True)[1]
    return group


def _keys(columns: Columns, name: str, rows: Array) -> list[Array]:
    """Return int64 arrays that are equal exactly where the values of a column are equal, of some rows; none for an absent column."""
    if name not in columns:
        return []
    array = columns.arrays[name][rows]
    if schema_by_name(columns.model)[name].cell_type.name == "id":
        first: dict[str, int] = {}
        return [np.fromiter(map(first.setdefault, array.tolist(), range(len(array))), dtype=np.int64, count=len(array))]
    keys = [array.astype(np.int64)]
    if schema_by_name(columns.model)[name].cell_type.name == "moment":
        keys.append(columns.seconds(name)[rows].astype(np.int64))
    return keys
