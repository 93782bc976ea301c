"""Measure: from counts to indicator values. Counts are added over units first and divided last; percentages are never averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from cchc_metrics.catalogue.model import UNITS_ROOM, Catalogue, Count, Indicator
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import REASONS, Breakdown, Measure, Scale, Status, Text
from cchc_metrics.verbs.counts import CountReader, Labels
from cchc_metrics.verbs.quantile import quantile_of
from cchc_metrics.verbs.tally import Tally

Coverage = Mapping[str, tuple[date, date]]
"""Room → first and last day between which its records are complete."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a value covers: a unit and everything below it, or only those units of it that stand on one level.

    Args:
        unit: unit code.
        level: ``""`` for the whole subtree, else the level.
    """

    unit: str
    level: str = ""


def scopes_of(units: UnitTree) -> tuple[Scope, ...]:
    """Return every scope of a tree: each unit as a whole and, where units lie below it, each of its levels."""
    found = []
    for code in units.codes:
        found.append(Scope(code))
        levels = dict.fromkeys(units.unit(below).level for below in units.subtree(code))
        if len(units.subtree(code)) > 1:
            found += [Scope(code, level) for level in levels]
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The values of one indicator under one list of dimensions, as arrays; measures are made from it on demand.

    Args:
        indicator: the definition.
        dims: dimensions of the breakdown, ``()`` for totals.
        labels: the labels, ``[()]`` for totals.
        numerator, denominator: int64[scope, label, period]; denominator None for counts.
        status: int8[scope, label, period], positions in ``Status``.
        excluded: reason → int64[scope, label, period].
        quantile: exact values of a quantile, else None.
    """

    indicator: Indicator
    dims: Labels
    labels: tuple[Labels, ...]
    numerator: Array
    denominator: Array | None
    status: Array
    excluded: Mapping[str, Array]
    quantile: Callable[[int, int], Fraction | None] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Every measure of a tally: iterable, searchable, printable; it holds arrays and makes ``Measure`` values on demand.

    Args:
        blocks: the values.
        scopes, periods: the axes that all blocks share.
        as_of: nothing later is known.
        rules, calendar: ids.
        names: unit code → name, for printing.
    """

    blocks: tuple[Block, ...]
    scopes: tuple[Scope, ...]
    periods: tuple[Period, ...]
    as_of: date
    rules: str
    calendar: str
    names: Mapping[str, str]

    def __len__(self) -> int:
        return sum(block.numerator.size for block in self.blocks)

    def __iter__(self) -> Iterator[Measure]:
        for block in self.blocks:
            for s, label, p in np.ndindex(*block.numerator.shape):
                yield self._make(block, s, label, p)

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        """Return one measure, or None where it was not computed.

        Args:
            indicator: indicator id.
            unit: unit code.
            period: the period.
            breakdown: pairs of dimension and label in any order; ``("level", …)`` chooses the level.
        """
        wanted = dict(breakdown)
        scope = Scope(unit, wanted.pop("level", ""))
        if scope not in self.scopes or period not in self.periods:
            return None
        for block in self.blocks:
            if block.indicator.id == indicator and set(block.dims) == set(wanted):
                label = tuple(wanted[d] for d in block.dims)
                if label in block.labels:
                    return self._make(
                        block,
                        self.scopes.index(scope),
                        block.labels.index(label),
                        self.periods.index(period),
                    )
        return None

    def filter(
        self,
        *,
        indicator: str | None = None,
        unit: str | None = None,
        period: Period | None = None,
        breakdown: Breakdown | None = None,
    ) -> list[Measure]:
        """Return the measures that match all that is given, in order."""
        return [
            m
            for m in self
            if (indicator is None or m.indicator == indicator)
            and (unit is None or m.unit == unit)
            and (period is None or m.period == period)
            and (breakdown is None or m.breakdown == tuple(sorted(breakdown)))
        ]

    def __str__(self) -> str:
        return "\n".join(str(m) for m in self)

    def _make(self, block: Block, s: int, label: int, p: int) -> Measure:
        indicator, scope = block.indicator, self.scopes[s]
        status = list(Status)[int(block.status[s, label, p])]
        known = status not in (Status.NO_DATA, Status.NOT_APPLICABLE)
        numerator = int(block.numerator[s, label, p]) if known else None
        denominator = int(block.denominator[s, label, p]) if known and block.denominator is not None else None
        pairs = list(zip(block.dims, block.labels[label], strict=True))
        if scope.level:
            pairs.append(("level", scope.level))
        return Measure(
            indicator=indicator.id,
            unit=scope.unit,
            period=self.periods[p],
            breakdown=tuple(sorted(pairs)),
            as_of=self.as_of,
            status=status,
            numerator=numerator,
            denominator=denominator,
            scale=indicator.scale,
            better=indicator.better,
            reason=self._reason(status, indicator, numerator, denominator, self.periods[p]),
            excluded={why: n for why, counts in block.excluded.items() if known and (n := int(counts[s, label, p]))},
            formula=indicator.formula_id,
            rules=self.rules,
            calendar=self.calendar,
            quantile=block.quantile(s, p) if block.quantile is not None and status.usable else None,
        )

    def _reason(
        self,
        status: Status,
        indicator: Indicator,
        numerator: int | None,
        denominator: int | None,
        period: Period,
    ) -> Text:
        if status is Status.PERIOD_OPEN:
            return Text(f"kỳ chưa kết thúc, số liệu đến {self.as_of:%d/%m/%Y}", f"the period is not over, data until {self.as_of}")
        if status is Status.NO_DATA and period.first > self.as_of:
            return Text("kỳ chưa bắt đầu", "the period has not begun")
        over = indicator.scale is Scale.PERCENT and numerator is not None and denominator is not None and numerator > denominator > 0
        if status is Status.OK and over:
            return Text("vượt 100%: tử số lớn hơn mẫu số, hãy kiểm tra số liệu", "over 100%: more in the numerator than in the denominator")
        return REASONS[status]


def measure(
    tally: Tally,
    catalogue: Catalogue,
    *,
    units: UnitTree,
    periods: Sequence[Period],
    as_of: date,
    breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
    coverage: Coverage | None = None,
) -> Measures:
    """Return the value of every indicator for every scope of the unit tree and every period.

    Args:
        tally: counts; made for at least these periods and this ``as_of``.
        catalogue: the indicators wanted.
        units: the unit tree; values of a unit cover everything below it, and each level of it apart.
        periods: the periods wanted.
        as_of: the day on which the question is asked; a period that ends later is open and read up to this day.
        breakdowns: indicator id → lists of dimensions, instead of those that the catalogue declares.
        coverage: room → days between which its records are complete; a period that begins before or ends after has no data.
            Without it, a period in which a room has no event at all, in any unit, has no data.

    Returns:
        Every measure, each with a status and, where it has no value, a reason.
    """
    reader = CountReader.of(tally, units, periods, as_of)
    scopes = scopes_of(units)
    members = _members(scopes, units)
    judge = _Judge(tally, catalogue, units, scopes, tuple(periods), as_of, coverage or {})
    blocks = []
    for indicator in catalogue:
        wanted = indicator.breakdowns if breakdowns is None or indicator.id not in breakdowns else breakdowns[indicator.id]
        lists: list[Labels] = [()] if indicator.total else []
        lists += [tuple(dims) for dims in wanted]
        blocks += [_block(indicator, dims, reader, catalogue, members, judge) for dims in lists]
    names = {code: units.unit(code).name for code in units.codes}
    return Measures(tuple(blocks), scopes, tuple(periods), as_of, tally.frame.rules, tally.frame.calendar, names)


def _members(scopes: Sequence[Scope], units: UnitTree) -> Array:
    """Return int64[scope, unit]: 1 where the unit belongs to the scope."""
    position = {code: i for i, code in enumerate(units.codes)}
    found = np.zeros((len(scopes), len(units.codes)), dtype=np.int64)
    for row, scope in enumerate(scopes):
        for code in units.subtree(scope.unit):
            if not scope.level or units.unit(code).level == scope.level:
                found[row, position[code]] = 1
    return found


def _block(
    indicator: Indicator,
    dims: Labels,
    reader: CountReader,
    catalogue: Catalogue,
    members: Array,
    judge: _Judge,
) -> Block:
    parts = [catalogue.counts[name.removeprefix("-")] for name in (*indicator.numerator, *indicator.denominator)]
    labels: list[Labels] = [()]
    if dims:
        labels = sorted({label for count in parts if count.room != UNITS_ROOM for label in reader.labels(count, dims)})

    def total(names: Iterable[str]) -> Array:
        found = np.zeros((members.shape[1], len(labels), len(reader.windows)), dtype=np.int64)
        for name in names:
            counted = reader.read(catalogue.counts[name.removeprefix("-")], dims, labels)
            found = found - counted if name.startswith("-") else found + counted
        summed: Array = np.einsum("su,ulp->slp", members, found)
        return summed

    numerator = total(indicator.numerator)
    denominator = total(indicator.denominator) if indicator.denominator else None
    excluded = {why: total([name]) for why, name in indicator.excluded.items()}
    quantile = None
    cases = denominator
    if indicator.quantile:
        flows, values = reader.values(indicator.values_of)
        level = Fraction(indicator.quantile)

        def quantile(scope: int, period: int) -> Fraction | None:
            return quantile_of(values, members[scope] @ flows[:, period, :], level)

        numerator = np.einsum("su,up->sp", members, flows.sum(axis=2))[:, None, :]
        cases = numerator
    status = judge.status(indicator, parts, cases, numerator.shape)
    return Block(indicator, dims, tuple(labels), numerator, denominator, status, excluded, quantile)


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    """Decides the status of values before they are divided."""

    tally: Tally
    catalogue: Catalogue
    units: UnitTree
    scopes: tuple[Scope, ...]
    periods: tuple[Period, ...]
    as_of: date
    coverage: Coverage

    def status(self, indicator: Indicator, parts: Sequence[Count], cases: Array | None, shape: tuple[int, ...]) -> Array:
        """Return int8[scope, label, period] positions in ``Status``."""
        position = {status: i for i, status in enumerate(Status)}
        rooms = {count.room for count in parts if count.room != UNITS_ROOM}
        if indicator.values_of:
            rooms.add(indicator.values_of.split(".", 1)[0])
        found = np.full(shape, position[Status.OK], dtype=np.int8)
        estimated = [y for y in self.tally.frame.estimated_years if "dossiers" in rooms]
        for p, period in enumerate(self.periods):
            if any(period.first.year <= year <= period.last.year for year in estimated):
                found[:, :, p] = position[Status.ESTIMATED]
            if period.last > self.as_of:
                found[:, :, p] = position[Status.PERIOD_OPEN]
        if cases is not None:
            found[cases == 0] = position[Status.ZERO_DENOMINATOR]
        for p, period in enumerate(self.periods):
            if period.first > self.as_of or not all(self._covered(room, period) for room in rooms):
                found[:, :, p] = position[Status.NO_DATA]
            if not _valid(indicator, period):
                found[:, :, p] = position[Status.NOT_APPLICABLE]
            for s, scope in enumerate(self.scopes):
                if not self._exists(scope, period):
                    found[s, :, p] = position[Status.NOT_APPLICABLE]
        return found

    def _covered(self, room: str, period: Period) -> bool:
        if room not in self.tally.rooms:
            return False
        if room in self.coverage:
            first, last = self.coverage[room]
            return first <= period.first and min(period.last, self.as_of) <= last
        first_edge, after = day_number(period.first), day_number(min(period.last, self.as_of)) + 1
        edges = self.tally.frame.edges
        low, high = edges.index(first_edge), edges.index(after)
        return any(
            bool(((cube.cells[:, 1] > low) & (cube.cells[:, 1] <= high)).any())
            for name, cube in self.tally.cubes.items()
            if name.startswith(room + ".")
        )

    def _exists(self, scope: Scope, period: Period) -> bool:
        return any(
            self.units.overlaps(code, period.first, period.last)
            for code in self.units.subtree(scope.unit)
            if not scope.level or self.units.unit(code).level == scope.level
        )


def _valid(indicator: Indicator, period: Period) -> bool:
    return not (
        (indicator.valid_from is not None and period.last < indicator.valid_from)
        or (indicator.valid_to is not None and period.first > indicator.valid_to)
    )
