"""Units of rows: what a code or a name means follows from the day of the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from cchc_metrics.errors import suggestion
from cchc_metrics.read.nearest import Likely
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns, code_dtype
from cchc_metrics.records.fields import CellError, parse_unit
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.unit import UnitTree

_FAR = 2**31 - 1
"""Beyond every day number: the unit that bears a code last, and rows without a day."""


class SeveralUnitsError(CellError):
    """A name in a unit column that several units have or had."""


def unit_parser(units: UnitTree) -> Callable[[object], str]:
    """Return the parser of a unit column: a code of the tree, or a name that can mean one unit only, becomes the code.

    The parser raises ``CellError``: ``missing_value``, ``letters_lost``, or ``unknown_unit`` with the nearest unit or the codes that a name
    could mean.
    """

    def parse(value: object) -> str:
        text = parse_unit(value)
        found = units.match(text)
        if found.unit is not None:
            return found.unit.code
        padded = zeros().get(text.lstrip("0"), ()) if text.isdecimal() and not found.candidates else ()
        if len(padded) == 1:  # «4», where a spreadsheet took 00004 for a number
            return padded[0]
        codes = ", ".join(found.candidates or padded)
        if not codes:
            raise CellError(Code.UNKNOWN_UNIT, lambda: suggestion(text, known().of(text)))
        if found.reason is not None and found.reason.code == "other_kind":
            reported = (f"; có {codes} cùng tên khác loại: ghi mã", f"; {codes} has the name and is of another kind: write the code")
            raise CellError(Code.UNKNOWN_UNIT, reported)
        raise SeveralUnitsError(
            Code.UNKNOWN_UNIT, (f"; tên này có thể là {codes}: ghi mã", f"; the name could mean {codes}: write the code")
        )

    @cache
    def zeros() -> Mapping[str, tuple[str, ...]]:
        listed: dict[str, tuple[str, ...]] = {}
        for code in units.codes:
            if code.isdecimal():
                listed[code.lstrip("0")] = (*listed.get(code.lstrip("0"), ()), code)
        return listed

    @cache
    def known() -> Likely:
        return Likely((*units.codes, *(units.unit(code).full_name for code in units.codes)))

    return parse


def on_their_days(
    column: RawColumn, values: Sequence[str], errors: Mapping[int, CellError], units: UnitTree, days: Callable[[], Array]
) -> tuple[RawColumn, Sequence[str]]:
    """Return a unit column and its values in which every cell means the unit of its row's day.

    A code that several units bore one after the other means the one that bore it on the day. After communes merge, the new one often keeps
    the name of an old one, too: on any day only one of the two exists. Names that even the day does not tell apart stay as they are.

    Args:
        column: the cells as they came.
        values: the code of each distinct cell.
        errors: position of a distinct cell → why it has no code.
        units: the unit tree.
        days: returns the main date of each row as int32 days, ``NO_DAY`` where there is none; called only where it is needed.
    """
    several = [at for at, error in errors.items() if isinstance(error, SeveralUnitsError)]
    by_code = [at for at, value in enumerate(values) if at not in errors and value in units.bearers and _is_code(column.values[at], value)]
    named = [] if not units.bearers else [at for at, value in enumerate(values) if len(units.stages_of(value)) > 1 and at not in {*by_code}]
    if not several and not by_code and not named:
        return column, values
    cells, found, day = list(column.values), list(values), days()
    bearers = {**{at: units.bearers[values[at]] for at in by_code}, **{at: units.stages_of(values[at]) for at in named}}
    codes = column.codes
    if bearers:
        place, lasts = np.arange(len(cells), dtype=np.int32)[:, None].repeat(max(map(len, bearers.values())), axis=1), None
        lasts = np.full(place.shape, _FAR, dtype=np.int64)
        for at, keys in bearers.items():
            for n, key in enumerate(keys):
                if n < len(keys) - 1:
                    lasts[at, n] = _last(units, key)
                if key != found[at]:
                    place[at, n] = len(cells)
                    cells.append(cells[at])
                    found.append(key)
            place[at, len(keys) :] = place[at, len(keys) - 1]
        codes = _by_day(codes, day, lasts, place)
    if several:
        mask = np.zeros(len(cells), dtype=bool)
        mask[several] = True
        rows = np.flatnonzero(mask[codes] & (day >= 0))
        pairs, of_pair = np.unique(codes[rows].astype(np.int64) * _FAR + day[rows], return_inverse=True)
        place = np.empty(len(pairs), dtype=np.int32)
        known: dict[tuple[int, str], int] = {}
        for n, pair in enumerate(pairs.tolist()):
            at, on = divmod(pair, _FAR)
            unit = units.match(parse_unit(cells[at]), on=date_of(on)).unit
            place[n] = at
            if unit is not None:
                if (at, unit.code) not in known:
                    known[at, unit.code] = len(cells)
                    cells.append(cells[at])
                    found.append(unit.code)
                place[n] = known[at, unit.code]
        codes = codes.copy()
        codes[rows] = place[of_pair]
    return RawColumn(cells, codes), found


def units_by_day(columns: Columns, kind: Kind, units: UnitTree) -> Columns:
    """Return rows that were read without a unit tree, or with it, in which every code means the unit that bore it on the row's day."""
    if not units.bearers or "unit_code" not in schema_by_name(kind.model):
        return columns
    codes, labels = columns.codes("unit_code")
    bearers = {at: units.bearers.get(label, ()) or units.stages_of(label) for at, label in enumerate(labels)}
    if not any(len(keys) > 1 for keys in bearers.values()):
        return columns
    names = dict.fromkeys(sorted({*labels, *(key for keys in bearers.values() for key in keys)}))
    position = {name: at for at, name in enumerate(names)}
    width = max(map(len, bearers.values()))
    place = np.array([[position[label]] * width for label in labels], dtype=np.int32)
    lasts = np.full(place.shape, _FAR, dtype=np.int64)
    for at, keys in bearers.items():
        for n, key in enumerate(keys):
            place[at, n:] = position[key]
            if n < len(keys) - 1:
                lasts[at, n] = _last(units, key)
    found = _by_day(codes, columns.days(kind.dates.main), lasts, place)
    used = np.bincount(found, minlength=len(names)) > 0
    texts = tuple(name for name, kept in zip(names, used.tolist(), strict=True) if kept)
    if texts == labels:
        return columns
    arrays = {**columns.arrays, "unit_code": (np.cumsum(used) - 1)[found].astype(code_dtype(len(texts)))}
    return replace(columns, arrays=arrays, labels={**columns.labels, "unit_code": texts or ("",)})


def _by_day(codes: Array, days: Array, lasts: Array, place: Array) -> Array:
    """Return where each row's cell leads: of the bearers of its code (second axis) the first that had not ended by the row's day."""
    if not len(codes):
        return codes
    when = np.where(days < 0, _FAR, days)
    which = np.zeros(len(codes), dtype=np.int8)
    for n in range(lasts.shape[1]):
        which += when > lasts[:, n][codes]
    found: Array = place[codes, which]
    return found


def _last(units: UnitTree, key: str) -> int:
    until = units.unit(key).valid_to
    assert until is not None  # noqa: S101  a unit after it bears the code
    return day_number(until)


def _is_code(cell: object, code: str) -> bool:
    """Return whether a cell says a code and not a name; a spreadsheet may have taken the code for a number."""
    text = parse_unit(cell)
    return text == code or (text.isdecimal() and text.lstrip("0") == code.lstrip("0"))
