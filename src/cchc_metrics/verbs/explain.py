"""Explain: the rows behind a measure: those in the numerator, the rest of the denominator, and those left out with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cchc_metrics.catalogue.model import UNITS_ROOM, Catalogue, Count, set_with
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.room import Context, Events
from cchc_metrics.records.rooms import ROOMS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Measure

_SECRET = ("mat", "toi_mat", "tuyet_mat")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input.

    Args:
        room: the room.
        file: the file, ``""`` for rows from memory.
        row: 1-based row as the source shows it.
        id: the record's own id.
        unit: unit code.
        weight: how often it is counted; for a sum, its number.
    """

    room: str
    file: str
    row: int
    id: str
    unit: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Explanation:
    """The rows behind a measure. Rows of secret documents are never listed, only counted.

    Args:
        measure: the measure.
        numerator: the rows in the numerator.
        rest: the rows in the denominator and not in the numerator.
        excluded: reason → the rows that were left out of both.
        units: codes of the units that the denominator counts as such.
        secret: part → how many rows are not listed because they are secret.
        numerator_total, denominator_total: what the rows (and units, and secret rows) add up to.
    """

    measure: Measure
    numerator: tuple[Row, ...]
    rest: tuple[Row, ...]
    excluded: Mapping[str, tuple[Row, ...]]
    units: tuple[str, ...]
    secret: Mapping[str, int]
    numerator_total: int
    denominator_total: int | None

    @property
    def adds_up(self) -> bool:
        """Whether the rows add up to the measure's counts."""
        measure = self.measure
        return self.numerator_total == (measure.numerator or 0) and (
            self.denominator_total is None or measure.denominator is None or self.denominator_total == measure.denominator
        )


def explain(
    measure: Measure,
    rooms: Mapping[str, Columns],
    *,
    catalogue: Catalogue,
    units: UnitTree,
    rules: Rules,
    calendar: Calendar,
) -> Explanation:
    """Return the rows behind a measure, found by the same events that the tally counted.

    Args:
        measure: a measure of these rooms.
        rooms: room → columns of its valid rows.
        catalogue: with the measure's indicator.
        units: the unit tree.
        rules: as the measure was made with.
        calendar: as the measure was made with.
    """
    indicator = catalogue[measure.indicator]
    finder = _Finder(measure, rooms, units, Context(rules, calendar), _scope(measure, units))
    numerator = finder.weights([(name, catalogue.counts[name.removeprefix("-")]) for name in indicator.numerator])
    denominator = finder.weights([(name, catalogue.counts[name.removeprefix("-")]) for name in indicator.denominator])
    secret: dict[str, int] = {}
    total = sum(int(w.sum()) for w in numerator.values())
    rest = {room: np.maximum(w - np.clip(numerator.get(room, np.zeros_like(w)), 0, None), 0) for room, w in denominator.items()}
    counted_units = finder.units if any(catalogue.counts[n.removeprefix("-")].room == UNITS_ROOM for n in indicator.denominator) else ()
    denominator_total = None
    if indicator.denominator:
        denominator_total = sum(int(w.sum()) for w in denominator.values()) + len(counted_units)
    return Explanation(
        measure=measure,
        numerator=finder.rows(numerator, "numerator", secret),
        rest=finder.rows(rest, "rest", secret),
        excluded={
            why: finder.rows(finder.weights([(name, catalogue.counts[name])]), why, secret) for why, name in indicator.excluded.items()
        },
        units=counted_units,
        secret=secret,
        numerator_total=total,
        denominator_total=denominator_total,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Finder:
    measure: Measure
    rooms: Mapping[str, Columns]
    context_units: UnitTree
    context: Context
    scope: frozenset[str]

    @property
    def units(self) -> tuple[str, ...]:
        """The units of the scope that exist on the last day asked about."""
        on = min(self.measure.period.last, self.measure.as_of)
        return tuple(code for code in self.context_units.codes if code in self.scope and self.context_units.active(code, on))

    def weights(self, counts: Sequence[tuple[str, Count]]) -> dict[str, Array]:
        """Return room → how often each of its rows is counted (int64), with the sign of the count's name."""
        found: dict[str, Array] = {}
        for name, count in counts:
            if count.room == UNITS_ROOM or count.room not in self.rooms:
                continue
            sign = -1 if name.startswith("-") else 1
            weight = sign * self._count(count)
            found[count.room] = found[count.room] + weight if count.room in found else weight
        return found

    def rows(self, weights: Mapping[str, Array], part: str, secret: dict[str, int]) -> tuple[Row, ...]:
        """Return the rows that are counted; secret documents are only added to ``secret``."""
        listed = []
        for room, weight in weights.items():
            columns = self.rooms[room]
            chosen = weight > 0
            if "secrecy" in columns and room == "documents":
                hidden = chosen & columns.equals("secrecy", *_SECRET)
                if hidden.any():
                    secret[part] = secret.get(part, 0) + int(hidden.sum())
                chosen = chosen & ~hidden
            numbers, ids = columns.row_numbers(), columns.arrays.get(ROOMS[room].id_columns[0])
            codes, labels = columns.codes("unit_code")
            for at in np.flatnonzero(chosen).tolist():
                name = "" if ids is None else str(ids[at])
                listed.append(Row(room, columns.file, int(numbers[at]), name, labels[codes[at]], int(weight[at])))
        return tuple(listed)

    def _count(self, count: Count) -> Array:
        breakdown = {dim: label for dim, label in self.measure.breakdown if dim != "level"}
        first, last = day_number(self.measure.period.first), day_number(min(self.measure.period.last, self.measure.as_of))
        found = self._events(count.events, count, breakdown)
        inside = (found.day >= first) & (found.day <= last)
        if count.at != "period":
            limit = last if count.at == "end" else first - 1
            inside = (found.day >= 0) & (found.day <= limit)
        weight = np.where(inside & self._selected(found, count, breakdown), 1, 0)
        if count.of == "value" and found.value is not None:
            weight = weight * found.value
        if count.until:
            ended = self._events(count.until, count, breakdown)
            limit = last if count.at == "end" else first - 1
            gone = (ended.day >= 0) & (ended.day <= limit) & self._selected(ended, count, breakdown)
            weight = weight - gone
        return weight.astype(np.int64)

    def _events(self, name: str, count: Count, breakdown: Mapping[str, str]) -> Events:
        wanted = (set_with(name, {*count.where, *breakdown}) or name).split(".", 1)[1]
        room = ROOMS[count.room]
        return next(e for e in room.events(self.rooms[count.room], self.context) if e.set.name == wanted)

    def _selected(self, found: Events, count: Count, breakdown: Mapping[str, str]) -> Array:
        codes, labels = found.unit
        mask: Array = np.array([label in self.scope for label in labels] or [False], dtype=bool)[codes]
        where: dict[str, tuple[str, ...]] = {**count.where}
        for dim, label in breakdown.items():
            where[dim] = tuple(x for x in where.get(dim, (label,)) if x == label)
        for dim, wanted in where.items():
            dim_codes, dim_labels = found.dims[dim]
            mask = mask & np.array([label in wanted for label in dim_labels] or [False], dtype=bool)[dim_codes]
        return mask


def _scope(measure: Measure, units: UnitTree) -> frozenset[str]:
    level = dict(measure.breakdown).get("level")
    return frozenset(code for code in units.subtree(measure.unit) if level is None or units.unit(code).level == level)
