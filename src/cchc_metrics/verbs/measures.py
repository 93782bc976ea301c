"""The answer table of measures: one row a value, columns of integers and small codes, frozen ``Measure`` items on demand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

import numpy as np

from cchc_metrics.catalogue.labels import label_name, labels_of
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import rules_until
from cchc_metrics.tables.columns import Cells, Coded, Column, Lazy, Packed, Quotients, Rows, wanted_of
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Better, Breakdown, Changes, Measure, MeasureSource, Scale, Status, Text, each_change
from cchc_metrics.verbs.exact import NO_VALUES, Values, fits
from cchc_metrics.verbs.interval import interval_95

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Item = TypeVar("Item")

STATUSES = tuple(Status)
"""Statuses by the number that stands for each in arrays; a worse one has a larger number."""
POSITION = {status: i for i, status in enumerate(STATUSES)}
"""Status → the number that stands for it in arrays."""
USABLE = np.array([status.usable for status in STATUSES])
"""bool[status]: whether a value may stand beside it."""

Excluded = Mapping[str, tuple[Array, Array]]
"""Reason → the rows (ascending) of which any were left out, and how many of each."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the values of one indicator share.

    Args:
        indicator: indicator id.
        name: its name; empty where it is not known.
        scale, better, as_of, formula, rules, calendar: as in ``Measure``.
        changed: first day on which what is counted is defined anew, and what changed, or several of these; None for no such day.
        sample: whether the cases are a sample of those they speak of, so that a rate has a 95 % interval.
    """

    indicator: str
    name: Text
    scale: Scale
    better: Better
    as_of: date
    formula: str = ""
    rules: str = ""
    calendar: str = ""
    changed: Changes | None = None
    sample: bool = False


class KeyedByMeasure(AnswerTable[Item], Generic[Item]):
    """A table whose rows are found by indicator, unit, period and breakdown.

    ``table[indicator, unit]`` is the value without breakdown; the period follows where the table has several, then the breakdown as a dict
    or as pairs.
    """

    __slots__ = ()
    _key_columns = ("indicator", "unit", "period")

    @property
    def _keys(self) -> Measures:
        raise NotImplementedError

    def get(
        self,
        indicator: str,
        unit: str,
        period: Period | str | None = None,
        breakdown: Breakdown | Mapping[str, str] = (),
    ) -> Item | None:
        """Return one item, or None where there is none.

        Args:
            indicator: indicator id.
            unit: unit code.
            period: the period; it may be left out where the table has only one.
            breakdown: dimension → label, or such pairs in any order; ``level`` chooses the level of the units that are counted.

        Raises:
            CchcError: no period is said and the table has several, or the text is no period.
        """
        row = self._keys.row_of(indicator, unit, period, breakdown)
        return None if row is None else self._item(row)

    def filter(self, **by_column: Any) -> Self:
        """Return the rows in which every column named has the value given, or one of the values given, in order.

        Args:
            **by_column: as in every answer table; and ``breakdown``, only the rows of exactly this breakdown: dimension → label, or pairs;
                ``()`` for the totals.

        Raises:
            CchcError: there is no such column, dimension or label of it, unit, indicator or period; names the nearest.
        """
        breakdown = by_column.pop("breakdown", None)
        for period in wanted_of(by_column["period"]) if "period" in by_column else ():
            if isinstance(period, str) and period not in self._keys.codes["period"]:
                Period.parse(period)
        found = super().filter(**by_column) if by_column else self
        if breakdown is None:
            return found
        keys = found._keys  # noqa: SLF001  a table of the same class
        if as_breakdown(breakdown) not in self._keys.codes["breakdown"]:
            for dim, label in as_breakdown(breakdown):
                self._refuse_impossible(dim, self._column(dim), (label,))
        code = keys.codes["breakdown"].get(as_breakdown(breakdown), -1)
        return found._take(np.flatnonzero(keys.breakdown == code))  # noqa: SLF001  as above

    def _find(self, key: tuple[object, ...]) -> int | None:
        return self._keys.row_of(*_key(key))

    def _no_item(self, key: tuple[object, ...]) -> CchcError:
        return self._keys.nothing_at(*_key(key))


@dataclass(frozen=True, repr=False, eq=False)
class Measures(KeyedByMeasure[Measure]):
    """Every measure of a tally, or those that were read from a file, as columns.

    Args:
        bases, units, periods, breakdowns, reasons: what the codes of the columns mean.
        names: unit code → name, for printing.
        renamed: unit code and label of a period → what the unit was called then, where that is not its name now.
        basis, unit, period, breakdown, reason: int32[n], positions in these lists.
        status: int8[n], positions in ``Status``.
        numerator, denominator: int64[n] (objects where an integer is larger), 0 where there is none.
        has_numerator, has_denominator: bool[n].
        excluded: see ``Excluded``.
        quantile: exact values that are not the quotient of the two counts, such as medians; none in most rows.

    >>> found = Measures.of([Measure("x", "TM", Period.parse("2021"), (), date(2022, 1, 1), Status.OK, 9283, 10000, Scale.PERCENT)])
    >>> found["x", "TM"].value, found.column("numerator"), found.get("y", "TM")
    (Fraction(9283, 100), [9283], None)
    """

    bases: tuple[Basis, ...]
    units: tuple[str, ...]
    periods: tuple[Period, ...]
    breakdowns: tuple[Breakdown, ...]
    reasons: tuple[Text, ...]
    names: Mapping[str, str]
    basis: Array
    unit: Array
    period: Array
    breakdown: Array
    reason: Array
    status: Array
    numerator: Array
    denominator: Array
    has_numerator: Array
    has_denominator: Array
    excluded: Excluded = field(default_factory=dict)
    quantile: Values = NO_VALUES
    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)

    _printed = ("indicator", "unit", "breakdown", "period", "status", "numerator", "denominator", "value", "scale", "reason")
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"status": Status, "scale": Scale, "better": Better}

    @classmethod
    def of(cls, measures: Iterable[Measure], *, bases: Mapping[str, Basis] | None = None) -> Measures:
        """Return measures as a table, in their order; a table as it is.

        Args:
            measures: the measures.
            bases: indicator id → what is known of it beside its measures: its name and a change of its definition.
        """
        if isinstance(measures, Measures):
            return measures
        items = list(measures)
        known = bases or {}
        of_basis, of_unit, of_period, of_breakdown, of_reason = Codes(), Codes(), Codes(), Codes(), Codes()
        codes = np.zeros((5, len(items)), dtype=np.int32)
        excluded: dict[str, tuple[list[int], list[int]]] = {}
        for row, m in enumerate(items):
            about = known.get(m.indicator)
            basis = Basis(
                m.indicator,
                Text() if about is None else about.name,
                m.scale,
                m.better,
                m.as_of,
                m.formula,
                m.rules,
                m.calendar,
                None if about is None else about.changed,
                about is not None and about.sample,
            )
            codes[:, row] = (
                of_basis[basis],
                of_unit[m.unit],
                of_period[m.period],
                of_breakdown[as_breakdown(m.breakdown)],
                of_reason[m.reason],
            )
            for why, n in m.excluded.items():
                rows, counts = excluded.setdefault(why, ([], []))
                rows.append(row)
                counts.append(n)
        quantile = NO_VALUES
        if any(m.quantile is not None for m in items):
            quantile = Values.of([m.quantile for m in items])
        return cls(
            tuple(of_basis),
            tuple(of_unit),
            tuple(of_period),
            tuple(of_breakdown),
            tuple(of_reason),
            {},
            basis=codes[0],
            unit=codes[1],
            period=codes[2],
            breakdown=codes[3],
            reason=codes[4],
            status=np.array([POSITION[m.status] for m in items], dtype=np.int8),
            numerator=fits([m.numerator or 0 for m in items]),
            denominator=fits([m.denominator or 0 for m in items]),
            has_numerator=np.array([m.numerator is not None for m in items], dtype=bool),
            has_denominator=np.array([m.denominator is not None for m in items], dtype=bool),
            excluded={why: (np.array(rows, dtype=np.int64), fits(counts)) for why, (rows, counts) in excluded.items()},
            quantile=quantile,
        )

    def __len__(self) -> int:
        return len(self.basis)

    # --- values and what they are about

    @cached_property
    def values(self) -> Values:
        """The exact values in the scale of each (a percent is 0 to 100); none where there is none."""
        numerator, denominator = self.numerator, np.where(self.has_denominator, self.denominator, 1)
        percent = np.array([basis.scale is Scale.PERCENT for basis in self.bases], dtype=bool)[self.basis] & self.has_denominator
        there = USABLE[self.status] & self.has_numerator & (denominator != 0).astype(bool)
        made = Values.quotients(numerator, denominator, there, hundredfold=percent)
        return made if self.quantile is NO_VALUES else made.replaced(self.quantile, USABLE[self.status])

    @cached_property
    def codes(self) -> Mapping[str, Mapping[Any, int]]:
        """For units, periods (by label) and breakdowns: what is meant → its code."""
        return {
            "unit": {code: i for i, code in enumerate(self.units)},
            "period": {period.label: i for i, period in enumerate(self.periods)},
            "breakdown": {breakdown: i for i, breakdown in enumerate(self.breakdowns)},
        }

    @cached_property
    def indicators(self) -> tuple[tuple[str, ...], Array]:
        """The ids of the indicators, each once, and int32[basis] the place of each basis in them."""
        ids = Codes()
        of_basis = np.array([ids[basis.indicator] for basis in self.bases], dtype=np.int32)
        return tuple(ids), of_basis

    def labels(self, indicator: str) -> tuple[Breakdown, ...]:
        """Return the breakdowns in which an indicator has values, without the level and without the total, in order."""
        return self._labels.get(indicator, ())

    @cached_property
    def _labels(self) -> Mapping[str, tuple[Breakdown, ...]]:
        ids, of_basis = self.indicators
        width = max(len(self.breakdowns), 1)
        pairs = of_basis[self.basis].astype(np.int64) * width + self.breakdown
        first = np.full(len(ids) * width, -1, dtype=np.int64)
        first[pairs[::-1]] = np.arange(len(pairs))[::-1]
        found: dict[str, dict[Breakdown, None]] = {}
        for pair in sorted(np.flatnonzero(first >= 0).tolist(), key=first.__getitem__):
            breakdown = tuple(p for p in self.breakdowns[pair % width] if p[0] != "level")
            if breakdown:
                found.setdefault(ids[pair // width], {})[breakdown] = None
        return {indicator: tuple(breakdowns) for indicator, breakdowns in found.items()}

    # --- finding

    @cached_property
    def index(self) -> tuple[Array, Array]:
        """int64[n] keys in ascending order and the row of each: see ``keyed``."""
        keys = self.keyed(self.indicators[1][self.basis], self.unit, self.period, self.breakdown)
        rows = np.arange(len(keys)) if bool((keys[1:] > keys[:-1]).all()) else np.argsort(keys, kind="stable")
        return keys[rows], rows

    def keyed(self, indicator: Array, unit: Array, period: Array | int, breakdown: Array) -> Array:
        """Return int64[n], one number for the codes of an indicator, unit, period and breakdown."""
        key = indicator.astype(np.int64)
        for size, codes in ((len(self.breakdowns), breakdown), (len(self.periods), period), (len(self.units), unit)):
            key = key * max(size, 1) + codes
        return key

    def rows_at(self, indicator: Array, unit: Array, period: int, breakdown: Array) -> Array:
        """Return int64[n], the row of each key, −1 where there is none; a code of −1 is of none."""
        keys, rows = self.index
        there = (indicator >= 0) & (unit >= 0) & (breakdown >= 0) & (period >= 0)
        if not len(keys):
            return np.full(len(there), -1, dtype=np.int64)
        wanted = np.where(there, self.keyed(indicator, unit, period, breakdown), -1)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        found: Array = np.where(keys[at] == wanted, rows[at], -1)
        return found

    def row_of(
        self, indicator: str, unit: str, period: Period | str | None = None, breakdown: Breakdown | Mapping[str, str] = ()
    ) -> int | None:
        """Return the row of a measure, None where there is none; arguments and errors as of ``get``."""
        ids = self._indicator_codes
        wanted = (
            ids.get(indicator, -1),
            self.codes["unit"].get(unit, -1),
            self._period_code(period),
            self.codes["breakdown"].get(as_breakdown(breakdown), -1),
        )
        if min(wanted) < 0:
            return None
        keys, rows = self.index
        one = np.array(wanted, dtype=np.int64)
        key = int(self.keyed(one[0], one[1], one[2], one[3]))
        at = int(np.searchsorted(keys, key))
        return int(rows[at]) if at < len(keys) and keys[at] == key else None

    @cached_property
    def _indicator_codes(self) -> Mapping[str, int]:
        return {indicator: i for i, indicator in enumerate(self.indicators[0])}

    @cached_property
    def periods_present(self) -> tuple[Period, ...]:
        """The periods of which the table has any value, in order."""
        return tuple(self.periods[code] for code in np.flatnonzero(np.bincount(self.period, minlength=len(self.periods))))

    def _period_code(self, period: Period | str | None) -> int:
        if period is None:
            if len(self.periods_present) > 1:
                listed = ", ".join(p.label for p in self.periods_present)
                raise CchcError(f"bảng có nhiều kỳ, ghi thêm kỳ: {listed}", f"the table has several periods, say which: {listed}")
            return self.codes["period"][self.periods_present[0].label] if self.periods_present else -1
        label = period.label if isinstance(period, Period) else period
        if label not in self.codes["period"] and isinstance(period, str):
            label = Period.parse(period).label
        return self.codes["period"].get(label, -1)

    def nothing_at(
        self, indicator: str, unit: str, period: Period | str | None = None, breakdown: Breakdown | Mapping[str, str] = ()
    ) -> CchcError:
        """Return the error of a measure that is not in the table: which part of the key is not there, and the nearest that is."""
        chosen = np.ones(len(self), dtype=bool)
        ids, of_basis = self.indicators
        steps: list[tuple[str, str, str, Array, Sequence[str], str]] = [
            ("chỉ tiêu", "indicator", indicator, of_basis[self.basis], ids, indicator),
            ("đơn vị", "unit", unit, self.unit, self.units, unit),
        ]
        label = period.label if isinstance(period, Period) else "" if period is None else Period.parse(period).label
        if label:
            steps.append(("kỳ", "period", label, self.period, [p.label for p in self.periods], label))
        texts = [_text_of(b) for b in self.breakdowns]
        steps.append(("phân tổ", "breakdown", _text_of(as_breakdown(breakdown)), self.breakdown, texts, _text_of(as_breakdown(breakdown))))
        said = ""
        for vi_what, en_what, wanted, codes, options, shown in steps:
            code = {option: i for i, option in enumerate(options)}.get(wanted, -1)
            hit = chosen & (codes == code)
            if not hit.any():
                near = [options[i] for i in np.unique(codes[chosen]).tolist()]
                vi, en = suggestion(wanted, near)
                if not vi and len(near) <= _LISTED:
                    vi, en = (f"; có: {', '.join(near)}", f"; there are: {', '.join(near)}") if near else ("; bảng trống", "; it is empty")
                after = f" ({said.removesuffix(', ')})" if said else ""
                return CchcError(f"không có {vi_what} «{shown}» trong bảng{after}{vi}", f"the table has no {en_what} «{shown}»{after}{en}")
            chosen = hit
            said += f"{shown}, "
        raise AssertionError  # pragma: no cover  only asked of what is not there

    # --- pictures

    def plot(
        self,
        indicator: str,
        unit: str | None = None,
        *,
        by: Literal["period", "unit", "age"] | None = None,
        period: Period | str | None = None,
        breakdown: Breakdown | Mapping[str, str] = (),
        target: Fraction | float | Mapping[str, Fraction | float] | None = None,
        most: int = 30,
        lang: Lang = "vi",
    ) -> Figure:
        """Return one indicator as a picture.

        Args:
            indicator: indicator id.
            unit: by ``period`` the unit whose line is drawn (else up to five), by ``unit`` the whole, drawn as a line across.
            by: ``period``: over time, with what changed in the definition; ``unit``: a dot a unit, with its number of cases (and the 95 %
                interval of a sample); ``age``: the dossiers that are overdue by working days, a row a unit or a period. None for
                ``period`` where there are several periods, of one unit or of few, else ``unit``.
            period: by ``unit`` and ``age`` the period; the last one where none is said.
            breakdown: of which values; ``()`` for the totals.
            target: what is asked for; by ``period`` also label of a period → its own.
            most: how many units are shown at most, half of them from each end.
            lang: the language.

        Raises:
            CchcError: there is no value to draw (the message says why), or the extra ``plot`` is not installed.
        """
        from cchc_metrics.plots.measures import Asked, draw  # noqa: PLC0415  drawing is loaded where something is drawn

        found = self.filter(indicator=indicator, breakdown=breakdown)
        if not len(found):
            raise self.not_drawn(indicator, as_breakdown(breakdown))
        label = period.label if isinstance(period, Period) else None if period is None else Period.parse(period).label
        basis = self.bases[int(found.basis[0])]
        said = " · ".join(label_name(dim, value).text(lang) for dim, value in as_breakdown(breakdown))
        changed = next(reversed(each_change(basis.changed)), None)
        asked = Asked(unit, by, label, target, most, lang, changed, interval_95 if basis.sample else None, said)
        return draw(found, lambda ids: self.filter(indicator=ids, breakdown=breakdown), asked)

    def not_drawn(self, indicator: str, breakdown: Breakdown) -> CchcError:
        """Return the error of a picture of an indicator, or of a breakdown of it, that the table does not have."""
        ids, of_basis = self.indicators
        if indicator not in ids or not (of_basis[self.basis] == ids.index(indicator)).any():
            vi, en = suggestion(indicator, ids)
            return CchcError(f"không có chỉ tiêu «{indicator}» trong bảng{vi}", f"the table has no indicator «{indicator}»{en}")
        shown = _text_of(breakdown)
        return CchcError(f"không có giá trị của «{indicator}» theo {shown}", f"there is no value of «{indicator}» by {shown}")

    # --- what an answer table supplies

    @property
    def _keys(self) -> Measures:
        return self

    def _possible(self, column: str) -> Collection[str] | None:
        """Return the texts that a column can have: of units and indicators those that are known, of a dimension its labels."""
        if column == "unit":
            return {*self.names, *self.units} if self.names else None
        if column == "indicator":
            from cchc_metrics.catalogue.load import default_catalogue  # noqa: PLC0415  only where a table is filtered

            return {basis.indicator: None for basis in self.bases} | dict.fromkeys(default_catalogue().indicators)
        return labels_of(column) if column in self._dimensions or column == "level" else super()._possible(column)

    def _columns(self) -> Mapping[str, Lazy]:
        columns: dict[str, Lazy] = {
            "indicator": lambda: Coded(self.basis, [b.indicator for b in self.bases]),
            "name": lambda: Coded(self.basis, [b.name for b in self.bases]),
            "unit": lambda: Coded(self.unit, self.units),
            "unit_name": self._unit_names,
            "level": lambda: self.dimension("level"),
            "period": lambda: Coded(self.period, self.periods),
            "first_day": lambda: Packed(np.array([p.first for p in self.periods], dtype="M8[D]")[self.period]),
            "last_day": lambda: Packed(np.array([p.last for p in self.periods], dtype="M8[D]")[self.period]),
        }
        for dim in self._dimensions:
            columns[dim] = _Dimension(self, dim)
        columns |= {
            "status": lambda: Coded(self.status, [status.value for status in STATUSES]),
            "numerator": lambda: whole_column(self.numerator, self.has_numerator),
            "denominator": lambda: whole_column(self.denominator, self.has_denominator),
            "value": lambda: number_column(self.values),
            "scale": lambda: Coded(self.basis, [b.scale.value for b in self.bases]),
            "better": lambda: Coded(self.basis, [b.better.value for b in self.bases]),
            "reason": lambda: Coded(self.reason, [text if text.vi or text.en else None for text in self.reasons]),
            "excluded": self._excluded_column,
        }
        return columns

    def _shown_columns(self) -> Mapping[str, Lazy]:
        return {**self._columns(), "breakdown": self.breakdown_column}

    def breakdown_column(self) -> Coded:
        """Return the labels of each breakdown as one text, such as ``online · commune``, for printing."""
        return Coded(self.breakdown, [" · ".join(label for _, label in breakdown) or None for breakdown in self.breakdowns])

    @cached_property
    def _dimensions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(dim for breakdown in self.breakdowns for dim, _ in breakdown if dim != "level"))

    def dimension(self, dim: str) -> Coded:
        """Return the labels of a dimension as a column; none where a value is not broken down by it."""
        return Coded(self.breakdown, [dict(breakdown).get(dim) for breakdown in self.breakdowns])

    def _unit_names(self) -> Coded:
        names = [self.names.get(code) for code in self.units]
        codes = self.unit
        for (unit, label), name in self.renamed.items():
            of_unit, of_period = self.codes["unit"].get(unit, -1), self.codes["period"].get(label, -1)
            codes = np.where((self.unit == of_unit) & (self.period == of_period), len(names), codes)
            names.append(name)
        return Coded(codes, names)

    def _excluded_column(self) -> Coded:
        said: dict[int, str] = {}
        for why, (rows, counts) in self.excluded.items():
            for row, n in zip(rows.tolist(), counts.tolist(), strict=True):
                said[row] = f"{said[row]}; {why}={n}" if row in said else f"{why}={n}"
        texts = Codes()
        codes = np.full(len(self), -1, dtype=np.int32)
        for row, text in said.items():
            codes[row] = texts[text]
        return Coded(codes, list(texts))

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return HEADINGS[lang]

    def excluded_of(self, row: int) -> dict[str, int]:
        """Return reason → how many were left out of a value."""
        found = {}
        for why, (rows, counts) in self.excluded.items():
            at = int(np.searchsorted(rows, row))
            if at < len(rows) and rows[at] == row:
                found[why] = int(counts[at])
        return found

    def _item(self, row: int) -> Measure:
        basis = self.bases[self.basis[row]]
        return Measure(
            indicator=basis.indicator,
            unit=self.units[self.unit[row]],
            period=self.periods[self.period[row]],
            breakdown=self.breakdowns[self.breakdown[row]],
            as_of=basis.as_of,
            status=STATUSES[self.status[row]],
            numerator=int(self.numerator[row]) if self.has_numerator[row] else None,
            denominator=int(self.denominator[row]) if self.has_denominator[row] else None,
            scale=basis.scale,
            better=basis.better,
            reason=self.reasons[self.reason[row]],
            excluded=self.excluded_of(row),
            formula=basis.formula,
            rules=rules_until(basis.rules, min(self.periods[self.period[row]].last, basis.as_of)),
            calendar=basis.calendar,
            quantile=None if self.quantile is NO_VALUES else self.quantile.at(row),
        )

    def marked(self, indicators: Collection[str], mark: Text, *, since: date | None = None, least: bool = False) -> Measures:
        """Return the table with a mark added to the reason of every value of some indicators; values stay.

        Args:
            indicators: their ids.
            mark: what is added.
            since: only to values that reach to this day or beyond; None for all.
            least: whether the mark says that cases are missing, so that what was ok is estimated.

        >>> found = Measures.of([Measure("x", "TM", Period.parse("2021"), (), date(2022, 1, 1), Status.OK, 1, None, Scale.COUNT)])
        >>> found.marked({"x"}, Text("thiếu một cột", "a column is missing"))["x", "TM"].reason.en
        'a column is missing'
        """
        chosen = np.array([basis.indicator in indicators for basis in self.bases] or [False], dtype=bool)[self.basis]
        chosen &= USABLE[self.status]
        if since is not None:
            last = [[min(period.last, basis.as_of) >= since for period in self.periods] or [False] for basis in self.bases] or [[False]]
            chosen &= np.array(last, dtype=bool)[self.basis, self.period]
        again = tuple(Text(f"{r.vi}; {mark.vi}" if r.vi else mark.vi, f"{r.en}; {mark.en}" if r.en else mark.en) for r in self.reasons)
        reason = np.where(chosen, self.reason + len(self.reasons), self.reason).astype(np.int32)
        status = self.status
        if least:
            status = np.where(chosen & (status == POSITION[Status.OK]), POSITION[Status.ESTIMATED], status).astype(status.dtype)
        return replace(self, reasons=(*self.reasons, *again), reason=reason, status=status)

    def without_rows(self, rows: Collection[int]) -> Measures:
        """Return the table without some of its rows."""
        kept = np.ones(len(self), dtype=bool)
        kept[list(rows)] = False
        return self._take(np.flatnonzero(kept))

    def followed_by(self, other: Measures) -> Measures:
        """Return the rows of two tables, one after the other."""
        made: dict[str, Any] = {}
        for labels, codes in _CODED.items():
            own, others = getattr(self, labels), getattr(other, labels)
            if own == others and len(set(own)) == len(own):  # most: both are of the same units, periods …
                made[codes] = np.concatenate((getattr(self, codes), getattr(other, codes)))
                continue
            known = Codes()  # a label may stand twice in a table, and then stands once in both
            places = [np.array([known[label] for label in listed] or [0], dtype=np.int32) for listed in (own, others)]
            made[labels] = tuple(known)
            made[codes] = np.concatenate([place[getattr(t, codes)] for place, t in zip(places, (self, other), strict=True)])
        for name in ARRAYS[len(_CODED) :]:
            made[name] = np.concatenate((getattr(self, name), getattr(other, name)))
        excluded = {}
        for why in dict.fromkeys((*self.excluded, *other.excluded)):
            parts = [(start + t.excluded[why][0], t.excluded[why][1]) for start, t in ((0, self), (len(self), other)) if why in t.excluded]
            excluded[why] = (np.concatenate([rows for rows, _ in parts]), np.concatenate([counts for _, counts in parts]))
        quantile = NO_VALUES
        if not (self.quantile is NO_VALUES and other.quantile is NO_VALUES):
            quantile = (self.quantile if len(self.quantile) else Values.none(len(self))).followed_by(
                other.quantile if len(other.quantile) else Values.none(len(other))
            )
        names, renamed = {**other.names, **self.names}, {**other.renamed, **self.renamed}
        return replace(self, names=names, renamed=renamed, **made, excluded=excluded, quantile=quantile)

    def _take(self, rows: Rows) -> Measures:
        arrays = {
            f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name in ARRAYS
        }  # the labels stay, whole or not: they are few
        excluded = {}
        for why, (at, counts) in self.excluded.items():
            dense = np.zeros(len(self), dtype=counts.dtype)
            dense[at] = counts
            left = dense[rows]
            kept = np.flatnonzero(left != 0)
            if len(kept):
                excluded[why] = (kept, left[kept])
        quantile = self.quantile if self.quantile is NO_VALUES else self.quantile.take(rows)
        return replace(self, **arrays, excluded=excluded, quantile=quantile)


@dataclass(frozen=True, slots=True)
class _Dimension:
    """Makes the column of a dimension when it is asked for."""

    table: Measures
    dim: str

    def __call__(self) -> Column:
        return self.table.dimension(self.dim)


class Codes(dict[Any, int]):
    """What is met → its place in the order of meeting; asking for what is new gives it the next place."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]

    def add(self, keys: Iterable[Any]) -> None:
        """Give each key its place."""
        new = [key for key in dict.fromkeys(keys) if key not in self] if self else dict.fromkeys(keys)
        self.update(zip(new, range(len(self), len(self) + len(new)), strict=True))


ARRAYS = (
    "basis", "unit", "period", "breakdown", "reason", "status", "numerator", "denominator", "has_numerator", "has_denominator",
)  # fmt: skip
_LISTED = 20
_CODED = {"bases": "basis", "units": "unit", "periods": "period", "breakdowns": "breakdown", "reasons": "reason"}

HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "indicator": "chỉ tiêu",
        "unit": "đơn vị",
        "breakdown": "phân tổ",
        "level": "cấp",
        "period": "kỳ",
        "status": "trạng thái",
        "numerator": "tử số",
        "denominator": "mẫu số",
        "value": "giá trị",
        "scale": "đơn vị tính",
        "reason": "ghi chú",
        "difference": "thay đổi",
        "difference_unit": "tính bằng",
        "relative_percent": "tương đối %",
        "better": "tốt hơn",
        "baseline_value": "giá trị gốc",
    },
    "en": {"relative_percent": "relative %", "difference_unit": "in", "baseline_value": "baseline"},
}
"""What is printed above columns of measures and deltas."""


def as_breakdown(given: Breakdown | Mapping[str, str]) -> Breakdown:
    """Return a breakdown as measures carry it: pairs sorted by dimension.

    >>> as_breakdown({"level": "commune", "channel": "online"})
    (('channel', 'online'), ('level', 'commune'))

    Raises:
        CchcError: it is neither a dict nor pairs of texts.
    """
    try:
        pairs = given.items() if isinstance(given, Mapping) else given
        return tuple(sorted((dim, label) for dim, label in pairs))
    except (TypeError, ValueError):
        raise CchcError(
            f"không hiểu phân tổ {given!r}; viết như {{'channel': 'online'}}",
            f"the breakdown {given!r} is not understood; write it like {{'channel': 'online'}}",
        ) from None


def whole_column(values: Array, there: Array) -> Column:
    """Return integers of any size as a column."""
    if values.dtype != object:
        return Packed(values, there)
    return Cells("whole", [int(value) if here else None for value, here in zip(values.tolist(), there.tolist(), strict=True)])


def as_source(measures: Iterable[Measure]) -> MeasureSource:
    """Return measures as a place where they are found; a list, or what can be gone through but once, becomes a table."""
    return Measures.of(measures) if isinstance(measures, Mapping) or not isinstance(measures, MeasureSource) else measures


def number_column(values: Values) -> Column:
    """Return exact numbers of any size as a column."""
    if object not in (values.over.dtype, values.under.dtype):
        return Quotients(values.over, values.under)
    return Cells("number", [values.at(row) for row in range(len(values))])


def _key(key: tuple[object, ...]) -> tuple[Any, ...]:
    """Return a key in its four parts; where the period is left out, the third may be the breakdown."""
    if not 2 <= len(key) <= 4:
        raise CchcError(
            f"khóa của bảng là: chỉ tiêu, đơn vị, kỳ, phân tổ; không phải {key!r}",
            f"the key of the table is: indicator, unit, period, breakdown; not {key!r}",
        )
    third = key[2] if len(key) > 2 else None
    if len(key) == 3 and isinstance(third, (Mapping, tuple)):
        return key[0], key[1], None, third
    if third is not None and not isinstance(third, (str, Period)):
        raise CchcError(
            f'kỳ báo cáo “{third}” không hợp lệ; viết như "2021" hoặc "2021-Q1"',
            f'the period {third!r} is not understood; write "2021", "2021-Q1"',
        )
    return key[0], key[1], third, key[3] if len(key) > 3 else ()


def _text_of(breakdown: Breakdown) -> str:
    return ", ".join(f"{dim}={label}" for dim, label in breakdown) or "—"
