"""The slow reference of ``compare``: one measure after the other, as plainly as it can be said; tests compare the columns with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, Literal

from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import DISTRICT_LEVEL_ENDED, UnitTree
from cchc_metrics.values import REASONS, Better, Breakdown, Measure, MeasureSource, Scale, Status, Text, each_change, worst
from cchc_metrics.verbs.baseline import DefinitionChanges, Shares
from cchc_metrics.verbs.compare import Delta, DifferenceUnit

NO_REASON = Text()
_HALF = Fraction(1, 2)
_UNITS: dict[Scale, DifferenceUnit] = {
    Scale.PERCENT: "percentage_points",
    Scale.COUNT: "count",
    Scale.WORKING_DAYS: "working_days",
    Scale.CALENDAR_DAYS: "calendar_days",
    Scale.POINTS: "points",
    Scale.MEAN: "mean",
}


def compare_slow(
    current: Iterable[Measure],
    baseline: MeasureSource,
    *,
    units: UnitTree,
    baseline_period: Period | None = None,
    shares: Shares | None = None,
    definition_changes: DefinitionChanges | None = None,
    competence: Literal["mark", "refuse", "ignore"] = "mark",
) -> list[Delta]:
    """Return the change of every measure, found and judged one by one."""
    finder = SlowFinder(_by_key(baseline, units), units, shares or {}, definition_changes or {}, competence)
    return [_delta(m, finder.of(m, baseline_period)) for m in (_under_key(m, units) for m in current)]


def _bore(unit: str, units: UnitTree) -> list[str]:
    """Return every unit that bore a code, by looking at all of them."""
    if unit not in units or "@" in unit:
        return [units.whole(unit)] if unit in units else []
    return list(dict.fromkeys(units.whole(key) for key in units.codes if key.partition("@")[0] == unit))


def _days_of(code: str, units: UnitTree) -> tuple[date, date]:
    stages = [units.unit(stage) for stage in units.codes if units.whole(stage) == code]
    return min(u.valid_from or date.min for u in stages), max(u.valid_to or date.max for u in stages)


def _under_key(m: Measure, units: UnitTree) -> Measure:
    if m.numerator is None and m.quantile is None:
        return m
    there = [code for code in _bore(m.unit, units) if _shares_days(code, m.period, units)]
    others = _bore(m.unit, units)
    found = others if len(others) == 1 else there
    return replace(m, unit=found[0]) if len(found) == 1 else m


def _shares_days(code: str, period: Period, units: UnitTree) -> bool:
    first, last = _days_of(code, units)
    return first <= period.last and last >= period.first


class _Keyed:
    def __init__(self, found: dict[Any, Measure]) -> None:
        self.found = found

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.found.values())

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        return self.found.get((indicator, unit, period.label, tuple(sorted(breakdown))))


def _by_key(source: MeasureSource, units: UnitTree) -> _Keyed:
    """Return the figures by the units that they are of; two that contradict each other are one that is not comparable."""
    groups: dict[Any, list[tuple[Measure, Measure]]] = {}
    for m in source:
        moved = _under_key(m, units)
        groups.setdefault(moved.key, []).append((m, moved))
    found = {}
    for key, pairs in groups.items():
        full = [(m, moved) for m, moved in pairs if m.numerator is not None or m.quantile is not None]
        one = (full or pairs)[0][1]
        if len({(m.status, m.numerator, m.denominator, m.quantile) for m, _ in full}) > 1:
            listed = ", ".join(dict.fromkeys(f"«{m.unit}»" for m, _ in full))
            vi = f"{listed}: cùng một đơn vị trong kỳ này mà số khác nhau; giữ một"
            one = replace(
                one, status=Status.NOT_COMPARABLE, reason=Text(vi, f"{listed}: one unit in this period, with unlike numbers; keep one")
            )
        found[key] = one
    return _Keyed(found)


@dataclass(frozen=True, slots=True)
class SlowFound:
    """What a search for a baseline gave.

    Args:
        measure: the baseline; None where there is none.
        status: ok, ``estimated`` (it can be used, with a mark), ``not_comparable`` or ``no_data``.
        reason: why it is not ok, in both languages.
    """

    measure: Measure | None
    status: Status = Status.OK
    reason: Text = NO_REASON


@dataclass(frozen=True, slots=True, eq=False)
class SlowFinder:
    """Finds baselines in one source under one set of rules.

    Args:
        source: where measures of earlier periods are.
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

    def of(self, current: Measure, period: Period | None = None) -> SlowFound:
        """Return the baseline of a measure.

        Args:
            current: the measure; one of a running period is compared with the same elapsed days, never against the whole period.
            period: the period compared with; None for the same-named one a year earlier.
        """
        if current.period.first > current.as_of:
            return SlowFound(None, Status.NO_DATA, Text("kỳ chưa bắt đầu", "the period has not begun"))
        elapsed = current.period.until(current.as_of)
        if self._partly(current.unit, elapsed):
            return self._part(current.unit, elapsed)
        if current.value is not None and self._gone(current.unit, elapsed):
            return SlowFound(None, Status.NOT_COMPARABLE, self._not_there(current.unit, elapsed))
        window = window_before(current, period)
        if window is None:
            return SlowFound(
                None,
                Status.NOT_COMPARABLE,
                Text(
                    "kỳ chưa kết thúc chỉ so được với cùng khoảng của kỳ cùng tên các năm trước",
                    "a running period compares only with the same elapsed days of the same-named period of an earlier year",
                ),
            )
        found = self.at(current.indicator, current.unit, window, current.breakdown)
        if found.measure is None and found.status is Status.NO_DATA and current.period.last > current.as_of:
            days = f"{window.first:%d/%m/%Y}–{window.last:%d/%m/%Y}"
            return SlowFound(
                None,
                Status.NOT_COMPARABLE,
                Text(
                    f"kỳ chưa kết thúc; cần số liệu cùng khoảng {days} để so sánh",
                    f"the period is not over; values of the same elapsed days {window.first} to {window.last} are needed",
                ),
            )
        return found if found.measure is None else self._judged(current, found, found.measure)

    def at(self, indicator: str, unit: str, period: Period, breakdown: Breakdown) -> SlowFound:
        """Return the value of a unit in a period, from its own records or from the counts of the units that it was made of.

        A merged unit's counts are the sums of its predecessors' counts, divided again. A predecessor that went into several units is
        allocated by ``shares`` and the result is estimated: its value is exact under the shares, its counts are rounded half-up.
        """
        if self._partly(unit, period):
            return self._part(unit, period)
        own = self.source.get(indicator, unit, period, breakdown)
        if own is not None and (own.numerator is not None or own.value is not None):
            if self._gone(unit, period):
                return SlowFound(own, Status.NOT_COMPARABLE, self._not_there(unit, period))
            if own.status is Status.NOT_COMPARABLE:
                return SlowFound(own, own.status, of_baseline(own.reason))
            return SlowFound(own)
        if unit in self.units and self.units.predecessors(unit) and not self.units.overlaps(unit, period.first, period.last):
            return self._merged(indicator, unit, period, breakdown)
        return SlowFound(own, Status.NO_DATA, NO_BASELINE if own is None else of_baseline(own.reason))

    def _partly(self, unit: str, period: Period) -> bool:
        if unit not in self.units or not self.units.overlaps(unit, period.first, period.last):
            return False
        return not (self.units.active(unit, period.first) and self.units.active(unit, period.last))

    def _part(self, unit: str, period: Period) -> SlowFound:
        name = self.units.unit(unit).full_name
        vi, en = f"{name} chỉ tồn tại một phần của kỳ {period.label}", f"{name} existed for a part of {period.label} only"
        if len(_bore(unit.partition("@")[0], self.units)) > 1:
            all_vi, all_en = self._meanings(unit)
            vi, en = f"{vi}: {all_vi}", f"{en}: {all_en}"
        return SlowFound(None, Status.NOT_COMPARABLE, Text(vi, en))

    def _gone(self, unit: str, period: Period) -> bool:
        return unit in self.units and not _shares_days(self.units.whole(unit), period, self.units)

    def _meanings(self, unit: str) -> tuple[str, str]:
        code = unit.partition("@")[0]
        vi, en = [], []
        for key in _bore(code, self.units):
            name, (first, last) = self.units.unit(key).full_name, _days_of(key, self.units)
            since = f" từ {first:%d/%m/%Y}" if first > date.min else ""
            vi.append(name + since + (f" đến {last:%d/%m/%Y}" if last < date.max else ""))
            since = f" from {first}" if first > date.min else ""
            en.append(name + since + (f" until {last}" if last < date.max else ""))
        return f"mã «{code}» ({', '.join(vi)})", f"code «{code}» ({', '.join(en)})"

    def _not_there(self, unit: str, period: Period) -> Text:
        vi, en = self._meanings(unit)
        return Text(
            f"{vi} không có trong kỳ {period.label}; thêm vào danh mục đơn vị mang mã đó khi ấy, hoặc sửa mã",
            f"{en} did not exist in {period.label}; add the unit that bore the code then to the unit tree, or fix the code",
        )

    def _merged(self, indicator: str, unit: str, period: Period, breakdown: Breakdown) -> SlowFound:
        split = self.units.split_predecessors(unit)
        parts: list[tuple[Measure, Fraction]] = []
        for before in self.units.predecessors(unit):
            share = self.shares.get(before, {}).get(unit) if before in split else Fraction(1)
            name = self.units.called(before)
            if share is None:
                return SlowFound(
                    None,
                    Status.NOT_COMPARABLE,
                    Text(
                        f"{name} đã chia về nhiều đơn vị, không có tỷ lệ chia; thêm shares",
                        f"{name} was split among several units and no shares are given; add shares",
                    ),
                )
            found = self.at(indicator, before, period, breakdown)
            if found.measure is not None and found.measure.quantile is not None:
                return SlowFound(
                    None,
                    Status.NOT_COMPARABLE,
                    Text(
                        f"{name}: giá trị không phải thương của hai số đếm nên không cộng được",
                        f"{name}: the value is not a quotient of two counts and cannot be added",
                    ),
                )
            if found.measure is None or found.measure.numerator is None or found.status is Status.NOT_COMPARABLE:
                return SlowFound(None, found.status, Text(f"{name}: {found.reason.vi}", f"{name}: {found.reason.en}"))
            parts.append((found.measure, share))
        return _added(unit, parts, estimated=any(before in split for before in self.units.predecessors(unit)))

    def _judged(self, current: Measure, found: SlowFound, baseline: Measure) -> SlowFound:
        """Return the found baseline with what stands against comparing the two."""
        refused = mismatch(current, baseline) or self._redefined(current, baseline)
        if refused is not None:
            return SlowFound(baseline, Status.NOT_COMPARABLE, refused)
        moved = self._moved(current, baseline)
        if moved is not None:
            status = Status.NOT_COMPARABLE if self.competence == "refuse" else Status.ESTIMATED
            found = SlowFound(baseline, worst(found.status, status), join_reasons(found.reason, moved))
        first = max(current.period.first, baseline.period.first)
        last = min(current.period.last, current.as_of, baseline.period.last, baseline.as_of)
        if first <= last:
            shared = Text(f"hai kỳ trùng nhau từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}", f"the two periods share the days {first} to {last}")
            found = SlowFound(baseline, worst(found.status, Status.ESTIMATED), join_reasons(found.reason, shared))
        return found

    def _redefined(self, current: Measure, baseline: Measure) -> Text | None:
        found = Text()
        for day, what in each_change(self.definition_changes.get(current.indicator)):
            if baseline.period.first < day <= min(current.period.last, current.as_of):
                said = Text(f"định nghĩa thay đổi từ {day:%d/%m/%Y}: {what.vi}", f"the definition changed on {day}: {what.en}")
                found = join_reasons(found, said)
        return found if found.vi else None

    def _moved(self, current: Measure, baseline: Measure) -> Text | None:
        """Return the mark of a volume of one level across 01/07/2025; a province as a whole kept all its competences."""
        level = dict(current.breakdown).get("level") or (self.units.unit(current.unit).level if current.unit in self.units else "")
        crosses = baseline.period.first <= DISTRICT_LEVEL_ENDED < min(current.period.last, current.as_of)
        if self.competence == "ignore" or current.scale is not Scale.COUNT or not crosses or level not in ("district", "commune"):
            return None
        return Text("thẩm quyền đã thay đổi từ 01/07/2025", "competences changed on 2025-07-01")


def window_before(current: Measure, period: Period | None = None) -> Period | None:
    """Return the window that a measure is compared with, or None where there is none like it.

    Args:
        current: the measure.
        period: a named baseline period; None for the same-named one a year earlier.

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
    """Return why two values must not be compared, or None: unlike windows, formulas or rules."""
    unlike = _unlike_windows(current, baseline)
    if unlike is not None:
        return unlike
    for vi, en, a, b in (
        ("đơn vị tính", "scale", current.scale.value, baseline.scale.value),
        ("công thức", "formula", current.formula, baseline.formula),
        ("bộ quy tắc", "rules", current.rules, baseline.rules),
    ):
        if a and b and a != b:
            return Text(f"khác {vi}: «{a}» và «{b}»", f"unlike {en}: «{a}» and «{b}»")
    return None


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


NO_BASELINE = Text("không có số liệu kỳ gốc", "no data for the baseline")


def of_baseline(reason: Text) -> Text:
    """Return a reason of the baseline as one of the comparison."""
    return Text(f"kỳ gốc: {reason.vi}", f"baseline: {reason.en}") if reason.vi else NO_BASELINE


def join_reasons(*reasons: Text) -> Text:
    """Return several reasons as one, each once, separated by semicolons; empty ones vanish.

    >>> join_reasons(Text("a", "b"), Text(), Text("c", "d"))
    Text(vi='a; c', en='b; d')
    """
    given = [r for r in dict.fromkeys(reasons) if r.vi or r.en]
    return Text("; ".join(r.vi for r in given), "; ".join(r.en for r in given))


def _added(unit: str, parts: list[tuple[Measure, Fraction]], *, estimated: bool) -> SlowFound:
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
    reason = Text("cộng số đếm của các đơn vị trước sáp nhập", "the counts of the units before the merger, added")
    if estimated:
        reason = Text("chia số đếm của đơn vị cũ theo tỷ lệ được cho", "the counts of a split unit, allocated by the given shares")
        status = worst(status, Status.ESTIMATED)
    if denominator == 0:
        status = worst(status, Status.ZERO_DENOMINATOR)
    value = None
    if estimated and denominator != 0:
        value = numerator * (100 if like.scale is Scale.PERCENT else 1) / (1 if denominator is None else denominator)
    measure = replace(
        like,
        unit=unit,
        status=status,
        numerator=_rounded(numerator),
        denominator=None if denominator is None else _rounded(denominator),
        reason=REASONS[status] if status is Status.ZERO_DENOMINATOR else reason,
        excluded={why: _rounded(n) for why, n in excluded.items()},
        quantile=value,
    )
    return SlowFound(measure, Status.ESTIMATED if estimated else Status.OK, reason)


def _rounded(count: Fraction) -> int:
    """Return a count; only the counts of a split unit are not whole, and they are marked."""
    return floor(count + _HALF) if count >= 0 else -floor(_HALF - count)  # a half goes away from zero, as in every number that is printed


def _delta(current: Measure, found: SlowFound) -> Delta:
    baseline = found.measure
    now, before = current.value, baseline.value if baseline is not None else None
    status = worst(current.status, found.status, Status.OK if baseline is None else baseline.status)
    difference = relative = better = None
    if now is None:
        reason = current.reason
    elif before is None or not status.usable:
        reason = found.reason if found.reason.vi or baseline is None else of_baseline(baseline.reason)
    else:
        difference = now - before
        relative = 100 * difference / before if before > 0 else None
        if difference and current.better is not Better.NEITHER:
            better = (difference > 0) is (current.better is Better.HIGHER)
        own = NO_REASON if baseline is None else baseline.reason
        mark = of_baseline(own) if own.vi and own.vi not in found.reason.vi else NO_REASON
        reason = join_reasons(found.reason, NO_REASON if before > 0 else _no_quotient(now, before), current.reason, mark)
    return Delta(
        indicator=current.indicator,
        unit=current.unit,
        period=current.period,
        breakdown=current.breakdown,
        current=current,
        baseline=baseline,
        status=status,
        difference=difference,
        difference_unit=_UNITS[current.scale],
        relative_percent=relative,
        better=better,
        reason=reason,
    )


def _no_quotient(now: Fraction, before: Fraction) -> Text:
    if before < 0:
        return Text("kỳ gốc âm, không tính phần trăm", "the baseline is negative: no percent change")
    if now == 0:
        return Text("kỳ gốc bằng 0, không tính phần trăm", "the baseline is 0: no percent change")
    return Text("mới phát sinh", "new: the baseline is 0")
