"""Measure: from counts to indicator values. Counts are added over units first and divided last; percentages are never averaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Indicator
from cchc_metrics.count.tally import Tally
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import REASONS, Breakdown, Measure, Scale, Status, Text
from cchc_metrics.verbs.counts import CountReader, Labels
from cchc_metrics.verbs.judge import Coverage, StatusJudge
from cchc_metrics.verbs.quantile import twice_quantiles
from cchc_metrics.verbs.scopes import Scope, ScopeSums, scopes_of

Counted = dict[tuple[str, Labels, tuple[Labels, ...]], Array]
"""Count, dimensions and labels → int64[scope, label, period]."""


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
        quantile: int64[scope, period] twice the exact values of a quantile (a median can end in a half), −1 for none; else None.
    """

    indicator: Indicator
    dims: Labels
    labels: tuple[Labels, ...]
    numerator: Array
    denominator: Array | None
    status: Array
    excluded: Mapping[str, Array]
    quantile: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Every measure of a tally: iterable, searchable, printable; it holds arrays and makes ``Measure`` values on demand.

    Args:
        blocks: the values.
        scopes, periods: the axes that all blocks share.
        as_of: nothing later is known.
        rules, calendar: ids.
        names: unit code → name, for printing.
        unsaid: indicator id → the columns it needs that the tables did not have.
    """

    blocks: tuple[Block, ...]
    scopes: tuple[Scope, ...]
    periods: tuple[Period, ...]
    as_of: date
    rules: str
    calendar: str
    names: Mapping[str, str]
    unsaid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
            quantile=Fraction(int(block.quantile[s, p]), 2) if block.quantile is not None and status.usable else None,
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
        if status is Status.NO_DATA and indicator.id in self.unsaid:
            columns = ", ".join(self.unsaid[indicator.id])
            return Text(f"không có số liệu: thiếu cột {columns}", f"no data: the tables have no column {columns}")
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
        coverage: kind → days between which its records are complete; a period that begins before or ends after has no data.
            Without it, a period in which a kind has no event at all, in any unit, has no data.

    Returns:
        Every measure, each with a status and, where it has no value, a reason.
    """
    reader = CountReader.of(tally, units, periods, as_of)
    scopes = scopes_of(units)
    sums = ScopeSums.of(scopes, units)
    counted: Counted = {}
    judge = StatusJudge.of(tally, units, scopes, sums, tuple(periods), as_of, coverage or {})
    blocks = []
    for indicator in catalogue:
        wanted = indicator.breakdowns if breakdowns is None or indicator.id not in breakdowns else breakdowns[indicator.id]
        lists: list[Labels] = [()] if indicator.total else []
        lists += [tuple(dims) for dims in wanted]
        blocks += [_block(indicator, dims, reader, catalogue, sums, judge, counted) for dims in lists]
    names = {code: units.unit(code).name for code in units.codes}
    unsaid = {i.id: tuple(sorted(found)) for i in catalogue if (found := catalogue.columns_of(i) & tally.missing)}
    return Measures(tuple(blocks), scopes, tuple(periods), as_of, tally.frame.rules, tally.frame.calendar, names, unsaid)


def _block(
    indicator: Indicator, dims: Labels, reader: CountReader, catalogue: Catalogue, sums: ScopeSums, judge: StatusJudge, counted: Counted
) -> Block:
    """Return the values of an indicator; ``counted`` keeps the counts that have been read, since indicators share them."""
    labels: list[Labels] = [()]
    if dims:
        parts = [catalogue.counts[name.removeprefix("-")] for name in (*indicator.numerator, *indicator.denominator)]
        labels = sorted({label for count in parts if count.kind != UNITS_KIND for label in reader.labels(count, dims)})

    def total(names: Iterable[str]) -> Array:
        found = np.zeros((len(sums.first), len(labels), len(reader.windows)), dtype=np.int64)
        for name in names:
            key = (name.removeprefix("-"), dims, tuple(labels))
            if key not in counted:
                counted[key] = sums.add(reader.read(catalogue.counts[key[0]], dims, labels))
            if name.startswith("-"):
                found -= counted[key]
            else:
                found += counted[key]
        return found

    numerator = total(indicator.numerator)
    denominator = total(indicator.denominator) if indicator.denominator else None
    excluded = {why: total([name]) for why, name in indicator.excluded.items()}
    quantile = None
    if indicator.quantile:
        numerator, quantile = _quantiles(indicator, reader, sums)
    status = judge.status(indicator, catalogue, numerator if indicator.quantile else denominator, numerator.shape)
    return Block(indicator, dims, tuple(labels), numerator, denominator, status, excluded, quantile)


def _quantiles(indicator: Indicator, reader: CountReader, sums: ScopeSums) -> tuple[Array, Array]:
    """Return int64[scope, 1, period] cases, and int64[scope, period] twice the quantile."""
    level = Fraction(indicator.quantile)
    cases, twice = [], []
    for flows, values in reader.histograms(indicator.values_of):
        summed = sums.add(flows)
        n_scopes, n_periods = summed.shape[:2]
        cases.append(summed.sum(axis=2, dtype=np.int64))
        twice.append(twice_quantiles(values, summed.reshape(n_scopes * n_periods, -1), level).reshape(n_scopes, n_periods))
    return np.concatenate(cases, axis=1)[:, None, :], np.concatenate(twice, axis=1)
