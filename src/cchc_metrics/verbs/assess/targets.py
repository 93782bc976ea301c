"""Judging a target or quota on a day: for one unit, for several, and of so many units at least k."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, event_sets, sets_like
from cchc_metrics.errors import CatalogueError
from cchc_metrics.plan import Plan, Target
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.numbers import format_number, round_half_up
from cchc_metrics.values import REASONS, Breakdown, Measure, MeasureSource, Scale, Status, Text, join_reasons
from cchc_metrics.verbs.assess.effort import Effort, effort_count, effort_rate
from cchc_metrics.verbs.assess.model import Assessment, ItemKind, Verdict
from cchc_metrics.verbs.assess.path import Share, pro_rata, seasonal
from cchc_metrics.verbs.assess.required import Required, change_of, raised, required_of
from cchc_metrics.verbs.assess.windows import Window, baseline_window, same_days
from cchc_metrics.verbs.assess.words import UNITS, bad_of, count_sentence, missed, more_needed, noun_of, rate_sentence
from cchc_metrics.verbs.baseline import BaselineFinder, of_baseline


@dataclass(frozen=True, slots=True, eq=False)
class TargetJudge:
    """Everything that judging a target needs, besides the target.

    Args:
        measures: the values.
        plan: the plan.
        units: the unit tree.
        as_of: the day.
        finder: where baselines are found.
        catalogue: for names, nouns, and whether a count is a flow or a stock; without it every count is a flow.
        nouns: indicator → what one in its numerator is called; wins over the catalogue.
    """

    measures: MeasureSource
    plan: Plan
    units: UnitTree
    as_of: date
    finder: BaselineFinder
    catalogue: Catalogue | None
    nouns: Mapping[str, Text]

    def unit_of(self, code: str) -> str:
        """Return a unit code, the plan's own for ``""``, or the only root of the tree.

        Raises:
            CatalogueError: when neither the plan nor the tree says whose plan it is.
        """
        found = code or self.plan.unit
        if not found and len(self.units.roots) != 1:
            raise CatalogueError(
                "danh mục đơn vị có nhiều gốc; ghi unit của kế hoạch", "the unit tree has several roots; give the plan's unit"
            )
        return found or self.units.roots[0]

    def judge(self, target: Target, kind: ItemKind) -> Assessment:
        """Return where a target stands."""
        window = Window.of(self.plan, target, self.as_of)
        if not target.each and not target.units:
            unit = self.unit_of(target.unit)
            return self._one(target, kind, unit, self._breakdown(target, unit), window)
        within = self.unit_of(target.unit)
        codes = target.units or (self.units.at_level(target.each, within=within, on=window.final) if target.each else ())
        parts = tuple(self._one(target, kind, code, target.breakdown, window) for code in codes)
        return self._several(target, kind, within, parts, window)

    def _breakdown(self, target: Target, unit: str) -> Breakdown:
        """Return the target's breakdown with its level; a unit with nothing below it is its level."""
        alone = len(self.units.subtree(unit)) == 1 and self.units.unit(unit).level == target.level
        return target.breakdown if target.level is None or alone else tuple(sorted((*target.breakdown, ("level", target.level))))

    def _one(self, target: Target, kind: ItemKind, unit: str, breakdown: Breakdown, window: Window) -> Assessment:
        blank = Assessment(
            target=target.id,
            kind=kind,
            name=self._name(target),
            unit=unit,
            breakdown=breakdown,
            indicator=target.indicator,
            verdict=Verdict.CANNOT_BE_JUDGED,
            due=window.due,
            weight=target.weight,
            required=target.value if target.against == "absolute" else None,
            required_upper=target.upper if target.against == "absolute" else None,
            comparator=target.comparator,
            scale=self.catalogue[target.indicator].scale if self.catalogue is not None and target.indicator in self.catalogue else None,
        )
        self.units.unit(unit)  # an unknown code is an error and not a target without data
        if not window.begun:
            return replace(blank, verdict=Verdict.NOT_DUE, reason=window.not_begun)
        measure = self._measure(target, kind, unit, breakdown, window)
        if isinstance(measure, Text):
            return replace(blank, reason=measure)
        blank = replace(blank, measure=measure, scale=measure.scale)
        if measure.value is None:
            waiting = not window.over and bool(target.milestones) and self.as_of < target.milestones[0].on
            return replace(blank, verdict=Verdict.NOT_DUE if waiting else blank.verdict, reason=measure.reason)
        base, about_base = (None, Text())
        if target.against != "absolute":
            found = self.finder.of(*self._as_final(target, measure, window))
            blank = replace(blank, baseline=found.measure)
            base = found.measure.value if found.measure is not None and found.status.usable else None
            about_base = found.reason
            if base is None:
                why = found.reason if found.reason.vi or found.measure is None else of_baseline(found.measure.reason)
                return replace(blank, measured=measure.value, reason=why)
        required = required_of(target, measure, base)
        if isinstance(required, Text):
            return replace(blank, measured=measure.value, reason=required)
        case = _Case(self, target, kind, window, measure, measure.value, required, base)
        return case.assessment(replace(blank, reason=join_reasons(about_base, measure.reason)))

    def _measure(self, target: Target, kind: ItemKind, unit: str, breakdown: Breakdown, window: Window) -> Measure | Text:
        """Return the value of the days up to the due date once that has come, else of the period so far; or why there is none."""
        judged = window.judged if window.over else window.period
        found = next((m for p in same_days(judged) if (m := self._get(target.indicator, kind, unit, p, breakdown)) is not None), None)
        if found is None:
            return Text(f"không có số liệu {judged.in_sentence()}", f"there is no value for {judged.text('en')}")
        known = min(found.as_of, found.period.last)
        if known > self.as_of:
            return Text(
                f"số liệu tính đến {known:%d/%m/%Y}, sau ngày xét {self.as_of:%d/%m/%Y}",
                f"the value is of {known}, later than the day asked about, {self.as_of}",
            )
        if window.over and known < window.final:
            return Text(f"số liệu mới đến {known:%d/%m/%Y}, chưa đến hạn", f"the value is of {known}, before the due date")
        return found

    def _get(self, indicator: str, kind: ItemKind, unit: str, period: Period, breakdown: Breakdown) -> Measure | None:
        """Return a measure; a count of a known label under which nobody has any event is 0 where the total is known.

        Measures list only the labels that occur, so a channel that nobody used yet has no measure of its own.
        """
        found = self.measures.get(indicator, unit, period, breakdown)
        labels = [pair for pair in breakdown if pair[0] != "level"]
        if found is not None or not labels or not (kind == "quota" or self._closed(indicator, labels)):
            return found
        total = self.measures.get(indicator, unit, period, tuple(pair for pair in breakdown if pair[0] == "level"))
        if total is None or total.scale is not Scale.COUNT:
            return None
        return replace(total, breakdown=breakdown, numerator=None if total.numerator is None else 0, excluded={})

    def _closed(self, indicator: str, labels: list[tuple[str, str]]) -> bool:
        """Return whether every label stands in a closed list of the indicator's records."""
        if self.catalogue is None or indicator not in self.catalogue:
            return False
        counts = [self.catalogue.counts[name.removeprefix("-")] for name in self.catalogue[indicator].numerator]
        known = {
            (dim.name, label)
            for count in counts
            if count.kind != UNITS_KIND
            for full in sets_like(count.events)
            for dim in event_sets()[full].dims
            if dim.choice is not None
            for label in dim.choice.labels()
        }
        return set(labels) <= known

    def _as_final(self, target: Target, measure: Measure, window: Window) -> tuple[Measure, Period]:
        """Return the measure as if its window were over, and the baseline's window: what must be reached rests on the whole of both."""
        final = replace(measure, period=window.judged, as_of=window.judged.last)
        return final, baseline_window(target, window.period, window.judged)

    def share(self, target: Target, measure: Measure, window: Window) -> Share:
        """Return how much of a yearly count is expected by the day up to which the value is known."""
        day = min(measure.as_of, measure.period.last, self.as_of)
        even = pro_rata(window.period.first, window.final, day)
        if target.path == "pro_rata":
            return even
        whole = baseline_window(target, window.period, window.judged)
        part = baseline_window(target, window.period, Period.custom(window.period.first, day))
        values = [self.finder.at(measure.indicator, measure.unit, p, measure.breakdown).measure for p in (part, whole)]
        so_far, total = (None if m is None else m.value for m in values)
        missing = Text("kỳ gốc không có số liệu theo nhịp", "the baseline does not give its pace")
        return seasonal(so_far, total) or replace(even, reason=join_reasons(missing, even.reason))

    def grows(self, indicator: str) -> bool:
        """Return whether a count only grows within a period (a flow); stocks rise and fall."""
        if self.catalogue is None or indicator not in self.catalogue:
            return True
        return all(self.catalogue.counts[name.removeprefix("-")].at == "period" for name in self.catalogue[indicator].numerator)

    def sums(self, indicator: str) -> bool:
        """Return whether an indicator adds up the whole numbers of events instead of counting them."""
        if self.catalogue is None or indicator not in self.catalogue:
            return False
        return any(self.catalogue.counts[name.removeprefix("-")].of == "value" for name in self.catalogue[indicator].numerator)

    def fixed(self, indicator: str) -> bool:
        """Return whether a rate's cases are the units, of which no more will come."""
        if self.catalogue is None or indicator not in self.catalogue or not self.catalogue[indicator].denominator:
            return False
        return self.catalogue.counts[self.catalogue[indicator].denominator[0].removeprefix("-")].kind == UNITS_KIND

    def _name(self, target: Target) -> Text:
        if target.name or target.name_en:
            return target.text
        if self.catalogue is not None and target.indicator in self.catalogue:
            return Text(self.catalogue[target.indicator].vi, self.catalogue[target.indicator].en)
        return Text(target.indicator, target.indicator)

    def _several(self, target: Target, kind: ItemKind, within: str, parts: tuple[Assessment, ...], window: Window) -> Assessment:
        """Return where a target of several units stands: at least ``at_least`` of them have to reach it, or all."""
        blank = Assessment(
            target=target.id,
            kind=kind,
            name=self._name(target),
            unit=within,
            breakdown=tuple(sorted((*target.breakdown, ("level", target.each)))) if target.each else target.breakdown,
            indicator=target.indicator,
            verdict=Verdict.NOT_DUE,
            due=window.due,
            weight=target.weight,
            scale=Scale.COUNT,
            parts=parts,
        )
        if not parts:
            return replace(blank, verdict=Verdict.CANNOT_BE_JUDGED, reason=Text("không có đơn vị nào", "there is no such unit"))
        wanted = target.at_least or len(parts)
        if not window.begun:
            return replace(blank, required=Fraction(wanted), reason=window.not_begun)
        if any(part.hidden for part in parts):
            # How many reach it would say which of those that are not shown do; what the others alone decide is decided.
            verdict = _verdict_of_parts([part.verdict for part in parts], wanted, over=window.over)
            names = ", ".join(self.units.called(part.unit) for part in parts if part.hidden)
            said = REASONS[Status.SUPPRESSED]
            return replace(blank, verdict=verdict, required=Fraction(wanted), reason=Text(f"{said.vi}: {names}", f"{said.en}: {names}"))
        lacking = ", ".join(self.units.called(part.unit) for part in parts if not part.reached)
        reached = sum(1 for part in parts if part.reached)
        missing = max(0, wanted - reached)
        return replace(
            blank,
            verdict=_verdict_of_parts([part.verdict for part in parts], wanted, over=window.over),
            measured=Fraction(reached),
            required=Fraction(wanted),
            reached=missing == 0,
            attainment=Fraction(reached, wanted),
            gap=Fraction(reached - wanted),
            needed=missing,
            sentence=(missed if window.over else more_needed)(missing, UNITS) if missing else Text(),
            reason=Text(f"chưa đạt: {lacking}", f"not there yet: {lacking}") if missing else Text(),
        )


def _verdict_of_parts(verdicts: list[Verdict], wanted: int, *, over: bool) -> Verdict:
    """Return the verdict of "at least ``wanted`` of these": what is sure first, then what is possible."""

    def how_many(*of: Verdict) -> int:
        return sum(1 for verdict in verdicts if verdict in of)

    if how_many(Verdict.MET) >= wanted:
        return Verdict.MET
    if not over and how_many(Verdict.MET, Verdict.ON_TRACK) >= wanted:
        return Verdict.ON_TRACK
    if not over and how_many(Verdict.NOT_DUE) and how_many(Verdict.MET, Verdict.ON_TRACK, Verdict.NOT_DUE) >= wanted:
        return Verdict.NOT_DUE
    if how_many(Verdict.NOT_MET, Verdict.AT_RISK) <= len(verdicts) - wanted:
        return Verdict.CANNOT_BE_JUDGED
    return Verdict.NOT_MET if over else Verdict.AT_RISK


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One value and what it must be."""

    judge: TargetJudge
    target: Target
    kind: ItemKind
    window: Window
    measure: Measure
    value: Fraction
    required: Required
    base: Fraction | None

    @property
    def judged(self) -> Fraction:
        """The value as it is compared: exact, or rounded where the target says so."""
        return self.value if self.target.round_to is None else round_half_up(self.value, self.target.round_to)

    def _rounded(self) -> Text:
        """Return that the value was rounded before it was compared, or nothing."""
        decimals = self.target.round_to
        if decimals is None or self.judged == self.value:
            return Text()
        vi, en = (format_number(self.judged, decimals=decimals, lang=lang, strip=False) for lang in ("vi", "en"))
        return Text(
            f"so sánh sau khi làm tròn đến {decimals} chữ số thập phân: {vi}", f"judged after rounding to {decimals} decimals: {en}"
        )

    def assessment(self, blank: Assessment) -> Assessment:
        """Return the blank filled in."""
        verdict, expected, forecast, reason = self._reading()
        effort, sentence = self._effort()
        comparable = self.window.over or self.measure.scale is not Scale.COUNT
        return replace(
            blank,
            verdict=verdict,
            measured=self.value,
            rounded=None if self.judged == self.value else self.judged,
            required=self.required.value,
            required_upper=self.required.upper,
            reached=self.required.holds(self.judged),
            change=change_of(self.target, self.value, self.base) if comparable else None,
            attainment=self.required.attainment(self.judged),
            gap=self.required.gap(self.judged),
            needed=effort.needed,
            spare=effort.spare,
            expected=expected,
            forecast=forecast,
            sentence=sentence,
            reason=join_reasons(self._rounded(), reason, blank.reason),
        )

    def _reading(self) -> tuple[Verdict, Fraction | None, Fraction | None, Text]:
        """Return the verdict, what the path asks for by now, where the value leads, and the assumption."""
        value, required = self.judged, self.required
        reached = required.holds(value)
        if self.window.over:
            doubt = self._doubt()
            return Verdict.CANNOT_BE_JUDGED if doubt.vi else Verdict.MET if reached else Verdict.NOT_MET, None, None, doubt
        flow = self.measure.scale is Scale.COUNT and self.judge.grows(self.measure.indicator)
        share = self.judge.share(self.target, self.measure, self.window) if flow else None
        forecast = value if share is None else value / share.share if share.share else None
        if flow and reached and required.comparator in (">=", ">"):
            return Verdict.MET, None, forecast, Text()  # a count that only grows cannot fall back
        if self.target.milestones:
            return (*self._by_milestone(reached=reached), forecast, self._milestone_reason())
        if share is None:
            steady = Text("giả định giữ nguyên mức hiện nay đến hạn", "assuming that it stays as it is")
            return (Verdict.ON_TRACK if reached else Verdict.AT_RISK), None, forecast, steady
        if required.above(value):
            return Verdict.AT_RISK, None, forecast, share.reason
        # Towards a floor by the floor's share; under a ceiling alone by the ceiling's.
        expected = required.value * share.share
        late = value > expected if required.comparator in ("<=", "<") else required.below(value) and value < expected
        return (Verdict.AT_RISK if late else Verdict.ON_TRACK), expected, forecast, share.reason

    def _doubt(self) -> Text:
        """Return that the verdict on a count would be another if cases that could not be classed belonged to it, or nothing."""
        measure, required, value = self.measure, self.required, self.judged
        unclassed = sum(measure.excluded.values())
        if measure.scale is not Scale.COUNT or measure.denominator is not None or not unclassed:
            return Text()
        most = value + unclassed
        if self.judge.sums(measure.indicator):  # each of them could stand for any number
            hangs = required.below(value) or (required.holds(value) and required.comparator not in (">=", ">"))
        else:
            hangs = required.holds(value) != required.holds(most) or (required.below(value) and required.above(most))
        if not hangs:
            return Text()
        return Text(
            f"kết luận tùy thuộc {unclassed} trường hợp không xếp được", f"the verdict hangs on {unclassed} cases that could not be classed"
        )

    def _by_milestone(self, *, reached: bool) -> tuple[Verdict, Fraction | None]:
        passed = [m for m in self.target.milestones if m.on <= self.judge.as_of]
        if not passed:
            return (Verdict.ON_TRACK if reached else Verdict.NOT_DUE), None
        level = raised(self.target, passed[-1].value, self.base)
        now = replace(self.required, value=level)
        return (Verdict.ON_TRACK if now.holds(self.judged) else Verdict.AT_RISK), level

    def _milestone_reason(self) -> Text:
        passed = [m for m in self.target.milestones if m.on <= self.judge.as_of]
        if passed:
            day = passed[-1].on
            return Text(f"xét theo mốc {day:%d/%m/%Y}", f"judged by the milestone of {day}")
        day = self.target.milestones[0].on
        return Text(f"mốc đầu tiên {day:%d/%m/%Y}", f"the first milestone is {day}")

    def _effort(self) -> tuple[Effort, Text]:
        """Return how far the value has to go, and in words."""
        measure, required, value = self.measure, self.required, self.value
        reached = required.holds(self.judged)
        end, up, strict = required.effort_end(value if reached else self.judged, self.target.round_to)
        two_sided = required.comparator in ("=", "between")
        noun = noun_of(measure.indicator, self.kind, self.judge.nouns, self.judge.catalogue)
        open_ = not self.window.over
        if measure.scale is Scale.COUNT and measure.quantile is None:
            effort = Effort(0) if reached and two_sided else effort_count(int(value), end, up=up, strict=strict)
            level = (floor(end) + 1 if strict else ceil(end)) if up else int(value)
            return effort, count_sentence(effort, int(value), level, noun, up=up, more_to_come=open_)
        if measure.scale is not Scale.PERCENT or measure.denominator is None or measure.quantile is not None:
            return Effort(0 if reached else None), Text()
        if two_sided and reached:
            return Effort(0), Text()
        if two_sided and not up:
            return Effort(None), Text("cao hơn mức yêu cầu", "above what is asked")
        more = open_ and not self.judge.fixed(measure.indicator)
        effort = effort_rate(
            measure.numerator or 0,
            measure.denominator,
            end / 100,
            up=up,
            strict=strict,
            more_to_come=more,
        )
        if open_ and not more and effort.needed:
            return effort, more_needed(effort.needed, noun) if up else Text()
        return effort, rate_sentence(effort, measure, noun, bad_of(measure.indicator, self.judge.catalogue), up=up, more_to_come=more)
