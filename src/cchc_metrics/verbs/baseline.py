"""Finding what to compare with: the same window a year earlier, of the same unit or of the units that it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import rules_id
from cchc_metrics.reference.unit import DISTRICT_LEVEL_ENDED, UnitTree
from cchc_metrics.reference.unit_columns import units_of
from cchc_metrics.reference.unit_time import official_code
from cchc_metrics.tables.numbers import round_half_up
from cchc_metrics.values import (
    REASONS,
    Breakdown,
    Changes,
    Measure,
    MeasureSource,
    Restated,
    Scale,
    Status,
    Text,
    each_change,
    join_reasons,
    worst,
)
from cchc_metrics.verbs.figures import bore, not_there, one_each
from cchc_metrics.verbs.measures import Measures, as_source

Shares = Mapping[str, Mapping[str, Fraction]]
"""Of a unit that was split: predecessor → successor → the share of its counts that went there."""

DefinitionChanges = Mapping[str, Changes]
"""Indicator → the first day of its new definition, and what changed; or several of these."""

NO_REASON = Text()


@dataclass(frozen=True, slots=True)
class FoundBaseline:
    """What a search for a baseline gave.

    Args:
        measure: the baseline; None where there is none.
        status: ok, ``estimated`` (it can be used, with a mark), ``not_comparable`` or ``no_data``.
        reason: why it is not ok, in both languages.
    """

    measure: Measure | None
    status: Status = Status.OK
    reason: Text = NO_REASON


@dataclass(frozen=True, slots=True)
class Against:
    """What stands against comparing two values.

    Args:
        status: ok; ``estimated`` for a mark; ``not_comparable``.
        reason: why; empty for ok.
        refused: whether the two are unlike, so that nothing else about them is to be said.
    """

    status: Status = Status.OK
    reason: Text = NO_REASON
    refused: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class BaselineFinder:
    """Finds baselines in one source under one set of rules.

    Args:
        source: where measures of earlier periods are, each under the key of its unit.
        units: the unit tree, with predecessors.
        shares: see ``Shares``; without them a split unit gives no baseline.
        definition_changes: see ``DefinitionChanges``; a comparison across such a day is refused, and both values stay readable.
        competence: what a volume (a count) of one level is across 01/07/2025, when the competences of the districts went to the communes:
            ``mark`` it as estimated, ``refuse`` it, or ``ignore`` the change. Rates are compared all the same.
    """

    source: MeasureSource
    units: UnitTree
    shares: Shares = field(default_factory=dict)
    definition_changes: DefinitionChanges = field(default_factory=dict)
    competence: Literal["mark", "refuse", "ignore"] = "mark"

    def __post_init__(self) -> None:
        for before, parts in self.shares.items():
            if sum(parts.values()) > 1 or any(not 0 <= share <= 1 for share in parts.values()):
                raise CchcError(
                    f"tỷ lệ chia «{before}» phải từ 0 đến 1 và cộng lại không quá 1",
                    f"the shares of «{before}» must be 0 to 1 and add up to no more than 1",
                )

    @classmethod
    def over(
        cls,
        source: Iterable[Measure],
        units: UnitTree,
        shares: Shares | None,
        definition_changes: DefinitionChanges,
        competence: Literal["mark", "refuse", "ignore"] = "mark",
    ) -> BaselineFinder:
        """Return a finder over any source: a figure under an official code is of the unit that bore the code in the figure's period."""
        found = as_source(source)
        keyed = one_each(Measures.of(found), units) if units.bearers or isinstance(found, Measures) else found
        return cls(keyed, units, shares or {}, definition_changes, competence)

    def of(self, current: Measure, period: Period | None = None) -> FoundBaseline:
        """Return the baseline of a measure.

        Args:
            current: the measure; one of a running period is compared with the same elapsed days, never against the whole period.
            period: the period compared with; None for the same-named one a year earlier.
        """
        if current.period.first > current.as_of:
            return FoundBaseline(None, Status.NO_DATA, NOT_BEGUN)
        elapsed = current.period.until(current.as_of)
        if self.partly(current.unit, elapsed):
            return FoundBaseline(None, Status.NOT_COMPARABLE, self.part_of(current.unit, elapsed))
        if current.value is not None and self.gone(current.unit, elapsed):
            return FoundBaseline(None, Status.NOT_COMPARABLE, not_there(self.units, current.unit, elapsed))
        window = window_before(current, period)
        if window is None:
            return FoundBaseline(None, Status.NOT_COMPARABLE, NO_WINDOW)
        found = self.at(current.indicator, current.unit, window, current.breakdown)
        if found.measure is None and found.status is Status.NO_DATA and current.period.last > current.as_of:
            return FoundBaseline(None, Status.NOT_COMPARABLE, needs_days(window))
        return found if found.measure is None else self._judged(current, found, found.measure)

    def at(self, indicator: str, unit: str, period: Period, breakdown: Breakdown) -> FoundBaseline:
        """Return the value of a unit in a period, from its own records or from the counts of the units that it was made of.

        A merged unit's counts are the sums of its predecessors' counts, divided again. A predecessor that went into several units is
        allocated by ``shares`` and the result is estimated: its value is exact under the shares, its counts are rounded half-up.
        """
        if self.partly(unit, period):
            return FoundBaseline(None, Status.NOT_COMPARABLE, self.part_of(unit, period))
        own = self.source.get(indicator, unit, period, breakdown)
        if own is not None and (own.numerator is not None or own.value is not None):
            if self.gone(unit, period):
                return FoundBaseline(own, Status.NOT_COMPARABLE, not_there(self.units, unit, period))
            refused = own.status is Status.NOT_COMPARABLE
            return FoundBaseline(own, own.status, of_baseline(own.reason)) if refused else FoundBaseline(own)
        if unit in self.units and self.units.predecessors(unit) and not self.units.overlaps(unit, period.first, period.last):
            return self._merged(indicator, unit, period, breakdown)
        status = Status.SUPPRESSED if own is not None and own.status is Status.SUPPRESSED else Status.NO_DATA
        return FoundBaseline(own, status, NO_BASELINE if own is None else of_baseline(own.reason))

    def partly(self, unit: str, period: Period) -> bool:
        """Return whether a unit existed for a part of a period only."""
        if unit not in self.units or not self.units.overlaps(unit, period.first, period.last):
            return False
        return not (self.units.active(unit, period.first) and self.units.active(unit, period.last))

    def gone(self, unit: str, period: Period) -> bool:
        """Return whether there was no such unit in a period, so that a figure under its code is of another."""
        return unit in self.units and not self.units.overlaps(unit, period.first, period.last)

    def part_of(self, unit: str, period: Period) -> Text:
        """Return the reason that such a unit has no baseline, with all that its code meant where that is more than one unit."""
        name = self.units.unit(unit).full_name
        vi, en = f"{name} chỉ tồn tại một phần của kỳ {period.label}", f"{name} existed for a part of {period.label} only"
        if len(units_of(self.units, official_code(unit))) < 2:
            return Text(vi, en)
        all_vi, all_en = bore(self.units, unit)
        return Text(f"{vi}: {all_vi}", f"{en}: {all_en}")

    def _merged(self, indicator: str, unit: str, period: Period, breakdown: Breakdown) -> FoundBaseline:
        split = self.units.split_predecessors(unit)
        parts: list[tuple[Measure, Fraction]] = []
        for before in self.units.predecessors(unit):
            share = self.shares.get(before, {}).get(unit) if before in split else Fraction(1)
            name = self.units.called(before)
            if share is None:
                return FoundBaseline(None, Status.NOT_COMPARABLE, no_shares(name))
            found = self.at(indicator, before, period, breakdown)
            if found.measure is not None and found.measure.quantile is not None:
                return FoundBaseline(None, Status.NOT_COMPARABLE, no_counts(name))
            if found.measure is None or found.measure.numerator is None or found.status is Status.NOT_COMPARABLE:
                return FoundBaseline(None, found.status, of_predecessor(name, found.reason))
            parts.append((found.measure, share))
        return _added(unit, parts, self.units, estimated=any(before in split for before in self.units.predecessors(unit)))

    def _judged(self, current: Measure, found: FoundBaseline, baseline: Measure) -> FoundBaseline:
        """Return the found baseline with what stands against comparing the two."""
        against = self.against(current, baseline)
        if against.refused:
            return FoundBaseline(baseline, Status.NOT_COMPARABLE, against.reason)
        return FoundBaseline(baseline, worst(found.status, against.status), join_reasons(found.reason, against.reason))

    def against(self, current: Measure, baseline: Measure) -> Against:
        """Return what stands against comparing two values; it follows from their indicator, scale, formula, rules, periods and level."""
        refused = mismatch(current, baseline) or redefined(current, baseline, self.definition_changes)
        if refused is not None:
            return Against(Status.NOT_COMPARABLE, refused, refused=True)
        moved, shared = self._moved(current, baseline), overlap(current, baseline)
        status = Status.OK if shared is None else Status.ESTIMATED
        if moved is not None:
            status = Status.NOT_COMPARABLE if self.competence == "refuse" else Status.ESTIMATED
        return Against(status, join_reasons(moved or NO_REASON, shared or NO_REASON))

    def _moved(self, current: Measure, baseline: Measure) -> Text | None:
        """Return the mark of a volume of one level across 01/07/2025; a province as a whole kept all its competences."""
        level = dict(current.breakdown).get("level") or (self.units.unit(current.unit).level if current.unit in self.units else "")
        crosses = baseline.period.first <= DISTRICT_LEVEL_ENDED < min(current.period.last, current.as_of)
        if self.competence == "ignore" or current.scale is not Scale.COUNT or not crosses or level not in ("district", "commune"):
            return None
        return Text("thẩm quyền đã thay đổi từ 01/07/2025", "competences changed on 2025-07-01")


def overlap(current: Measure, baseline: Measure) -> Text | None:
    """Return the mark of two windows that share days, so that what changed on them cannot show; None for none."""
    first = max(current.period.first, baseline.period.first)
    last = min(current.period.last, current.as_of, baseline.period.last, baseline.as_of)
    if last < first:
        return None
    return Text(
        f"hai kỳ trùng nhau từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}",
        f"the two periods share the days {first} to {last}",
    )


def window_before(current: Measure, period: Period | None = None) -> Period | None:
    """Return the window that a measure is compared with, or None where there is none like it.

    Args:
        current: the measure.
        period: a named baseline period; None for the same-named one a year earlier.

    >>> from datetime import date
    >>> m = Measure("x", "TM", Period.parse("2022"), (), date(2022, 3, 31), Status.PERIOD_OPEN, 1, None, Scale.COUNT)
    >>> window_before(m).label
    '2021-01-01..2021-03-31'
    """
    running = current.period.last > current.as_of
    if not running:
        return period or current.period.year_earlier()
    window = current.period.until(current.as_of)
    earlier = current.period
    for _ in range(max(1, current.period.year - (period or current.period).year)):
        earlier, window = earlier.year_earlier(), window.year_earlier()
        if period is None or period in (earlier, window):
            return window
    return None


def mismatch(current: Measure, baseline: Measure) -> Text | None:
    """Return why two values must not be compared, or None: unlike windows, formulas or rules.

    Rules of one id that changed on a day between the two are alike: in both, each dossier follows what held on the day of its receipt.
    """
    unlike = _unlike_windows(current, baseline)
    if unlike is not None:
        return unlike
    for vi, en, a, b in (
        ("đơn vị tính", "scale", current.scale.value, baseline.scale.value),
        ("công thức", "formula", current.formula, baseline.formula),
        ("bộ quy tắc", "rules", rules_id(current.rules), rules_id(baseline.rules)),
    ):
        if a and b and a != b:
            return Text(f"khác {vi}: «{a}» và «{b}»", f"unlike {en}: «{a}» and «{b}»")
    return None


def redefined(current: Measure, baseline: Measure, changes: DefinitionChanges) -> Text | None:
    """Return that the indicator is defined anew on a day between two values of it, or None."""
    last = min(current.period.last, current.as_of)
    between = [(day, what) for day, what in each_change(changes.get(current.indicator)) if baseline.period.first < day <= last]
    if not between:
        return None
    return join_reasons(
        *(Text(f"định nghĩa thay đổi từ {day:%d/%m/%Y}: {what.vi}", f"the definition changed on {day}: {what.en}") for day, what in between)
    )


def _unlike_windows(current: Measure, baseline: Measure) -> Text | None:
    running = [m for m in (current, baseline) if m.period.last > m.as_of]
    both_named = "custom" not in (current.period.kind, baseline.period.kind)
    if both_named and current.period.regime != baseline.period.regime:
        return Text("khác chế độ kỳ báo cáo", "unlike reporting regimes")
    if both_named and not running:
        if current.period.kind != baseline.period.kind:
            return Text("khác loại kỳ", "unlike kinds of period")
        return None
    # A leap day is all that windows a whole number of years apart can differ by.
    if abs(_days(current) - _days(baseline)) > 1:
        return (
            Text("kỳ chưa kết thúc, khoảng thời gian không bằng nhau", "a period is not over: the elapsed days are not the same")
            if running
            else Text("khoảng thời gian không bằng nhau", "windows of unlike length")
        )
    return None


def _days(measure: Measure) -> int:
    return (min(measure.period.last, measure.as_of) - measure.period.first).days + 1


def known_changes(measures: MeasureSource) -> DefinitionChanges:
    """Return the changes of definition that are known without being said: those that a table carries from its catalogue.

    Of measures that were made by hand nothing is carried; what the packaged catalogue says of their indicators is taken.
    """
    packaged = default_catalogue().definition_changes()
    if not isinstance(measures, Measures):
        return packaged
    named = {basis.indicator for basis in measures.bases if basis.name.vi}
    carried = {basis.indicator: basis.changed for basis in measures.bases if basis.changed is not None}
    return {**{indicator: change for indicator, change in packaged.items() if indicator not in named}, **carried}


NOT_BEGUN = Text("kỳ chưa bắt đầu", "the period has not begun")
NO_WINDOW = Text(
    "kỳ chưa kết thúc chỉ so được với cùng khoảng của kỳ cùng tên các năm trước",
    "a running period compares only with the same elapsed days of the same-named period of an earlier year",
)
ADDED = Text("cộng số đếm của các đơn vị trước sáp nhập", "the counts of the units before the merger, added")
NO_BASELINE = Text("không có số liệu kỳ gốc", "no data for the baseline")


def of_baseline(reason: Text) -> Text:
    """Return a reason of the baseline as one of the comparison."""
    return Text(f"kỳ gốc: {reason.vi}", f"baseline: {reason.en}") if reason.vi else NO_BASELINE


def needs_days(window: Period) -> Text:
    """Return the reason that a running period has no baseline: the values of the same elapsed days are not there."""
    return Text(
        f"kỳ chưa kết thúc; cần số liệu cùng khoảng {window.first:%d/%m/%Y}–{window.last:%d/%m/%Y} để so sánh",
        f"the period is not over; values of the same elapsed days {window.first} to {window.last} are needed",
    )


def no_shares(name: str) -> Text:
    """Return the reason that a unit made of a split one has no baseline."""
    return Text(
        f"{name} đã chia về nhiều đơn vị, không có tỷ lệ chia; thêm shares",
        f"{name} was split among several units and no shares are given; add shares",
    )


def no_counts(name: str) -> Text:
    """Return the reason that the value of a predecessor cannot be added to another's."""
    return Text(
        f"{name}: giá trị không phải thương của hai số đếm nên không cộng được",
        f"{name}: the value is not a quotient of two counts and cannot be added",
    )


def of_predecessor(name: str, reason: Text) -> Text:
    """Return a reason of a predecessor as one of its successor."""
    return Text(f"{name}: {reason.vi}", f"{name}: {reason.en}")


def _added(unit: str, parts: list[tuple[Measure, Fraction]], units: UnitTree, *, estimated: bool) -> FoundBaseline:
    """Return the sum of the parts' counts under their shares as one measure of ``unit``."""
    like = parts[0][0]
    # A part without any case is no reason against the whole.
    status = worst(*(m.status for m, _ in parts if m.status is not Status.ZERO_DENOMINATOR))
    numerator = sum((share * (m.numerator or 0) for m, share in parts), Fraction(0))
    denominator = None if like.denominator is None else sum((share * (m.denominator or 0) for m, share in parts), Fraction(0))
    excluded: dict[str, Fraction] = {}
    for m, share in parts:
        for why, n in m.excluded.items():
            excluded[why] = excluded.get(why, Fraction(0)) + share * n
    restated = [of_predecessor(units.unit(m.unit).full_name, m.reason) for m, _ in parts if isinstance(m.reason, Restated)]
    reason = ADDED
    if estimated:
        reason = Text("chia số đếm của đơn vị cũ theo tỷ lệ được cho", "the counts of a split unit, allocated by the given shares")
        status = worst(status, Status.ESTIMATED)
    if denominator == 0:
        status = worst(status, Status.ZERO_DENOMINATOR)
    value = None
    if estimated and denominator != 0:
        value = numerator * (100 if like.scale is Scale.PERCENT else 1) / (1 if denominator is None else denominator)
    own = REASONS[status] if status is Status.ZERO_DENOMINATOR else reason
    if restated:
        said = join_reasons(*([own] if status is Status.ZERO_DENOMINATOR else []), *restated)
        own = Restated(said.vi, said.en)
    measure = replace(
        like,
        unit=unit,
        status=status,
        numerator=_rounded(numerator),
        denominator=None if denominator is None else _rounded(denominator),
        reason=own,
        excluded={why: _rounded(n) for why, n in excluded.items()},
        quantile=value,
    )
    return FoundBaseline(measure, Status.ESTIMATED if estimated else Status.OK, reason)


def _rounded(count: Fraction) -> int:
    """Return a count; only the counts of a split unit are not whole, and they are marked."""
    return int(round_half_up(count, 0))
