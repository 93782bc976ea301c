"""What every part of a report is written with: a report in one language, and its values, changes and names as cells and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from cchc_metrics.catalogue.labels import named_labels
from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import LEVEL_NAMES, Unit
from cchc_metrics.reference.unit_name import readings
from cchc_metrics.report.format import better_text, excluded_name, label_text, value_form
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import COUNT, Cell, Form, TableRow, number_cell
from cchc_metrics.tables.listing import NOT_SHOWN
from cchc_metrics.tables.numbers import format_count, format_date, format_points, format_signed
from cchc_metrics.text import Lang, dictionary_order
from cchc_metrics.values import REASONS, Breakdown, Measure, Printed, Restated, Scale, Status
from cchc_metrics.verbs.assess import Assessment
from cchc_metrics.verbs.compare import Delta

ESTIMATED, ENTERED, RESTATED = "*", "†", "‡"
_MARKS = {Status.ESTIMATED: ESTIMATED, Status.ENTERED: ENTERED}
"""What follows a value that is estimated."""
NONE = "–"
"""What stands in a cell without a value; a note says why there is none."""
HIDDEN = Cell(NOT_SHOWN)
"""The cell of a number that is not published."""
_USUAL_KINDS = {"province": ("tỉnh", "province"), "district": ("huyện", "huyện"), "commune": ("xã", "xã")}
_LAST_LABELS = ("other", "unknown", "")
_DAYS = {Scale.WORKING_DAYS: ("ngày làm việc", "working days"), Scale.CALENDAR_DAYS: ("ngày", "days"), Scale.POINTS: ("điểm", "points")}


class Footnotes:
    """Notes under a table, each said once; rows that it is about carry its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, *texts: str) -> str:
        """Return the numbers of some notes, ``(1) (3)``; a text that is new gets the next one, an empty one none."""
        numbers = [self._numbers.setdefault(text, len(self._numbers) + 1) for text in dict.fromkeys(texts) if text]
        return " ".join(f"({number})" for number in sorted(numbers))

    def notes(self) -> Iterator[str]:
        """Yield the notes in the order of their numbers."""
        for text, number in self._numbers.items():
            yield f"({number}) {text if text.startswith('n =') else capitalised(text)}."


@dataclass(frozen=True, eq=False)
class Draft:
    """A report that is being written in a language.

    Args:
        report: the report.
        lang: the language.
    """

    report: Report
    lang: Lang
    levels: Sequence[str] = field(init=False)
    _own: dict[str, list[tuple[str, Measure | None]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", self.report.units.levels_below(self.report.unit))

    def say(self, vi: str, en: str) -> str:
        """Return one of two texts, in the language of the report."""
        return en if self.lang == "en" else vi

    # --- Names

    @property
    def title_name(self) -> str:
        """Kind and name of the unit that reports; where its kind is not declared, the usual one of its level."""
        unit = self.report.units.unit(self.report.unit)
        if unit.kind or any(reading.kind for reading in readings(unit.name)):
            return unit.full_name
        return f"{_USUAL_KINDS[unit.level][self.lang == 'en']} {unit.name}"

    @property
    def period_name(self) -> str:
        """The name of the period in a sentence, without its days, which the head of a report says."""
        return _undated(self.report.period.in_sentence(self.lang))

    @cached_property
    def base(self) -> str:
        """The period compared with, in a sentence: «năm 2020»; of a period that is not over, «cùng kỳ năm 2021».

        Its days stand with it where it is of another regime than the period reported on.
        """
        named = self.report.baseline_period.in_sentence(self.lang)
        if self.report.baseline_period.regime == self.report.period.regime:
            named = _undated(named)
        return named if self.base_days is None else self.say(f"cùng kỳ {named}", f"the same days of {named}")

    @property
    def base_with_days(self) -> str:
        """The period compared with, with its first and last day where its name does not say them."""
        if self.base_days is None:
            return self.report.baseline_period.in_sentence(self.lang)
        first, last = self.date(self.base_days.first), self.date(self.base_days.last)
        return f"{self.base} ({self.say(f'{first} – {last}', f'{first} to {last}')})"

    @cached_property
    def base_days(self) -> Period | None:
        """The days compared with, where they are a part of the period that is named: the period reported on is not over."""
        report = self.report
        for indicator in report.catalogue:
            for breakdown in ((), *self.labels(indicator)):
                found = self.get(indicator.id, breakdown)
                delta = None if found is None else self.delta(found)
                if delta is not None and delta.baseline is not None:
                    of = delta.baseline.period
                    return of if (of.first, of.last) != (report.baseline_period.first, report.baseline_period.last) else None
        return None

    def place(self, unit: Unit) -> str:
        """Return the name of a unit; of one with units below it, that only what it did itself is meant."""
        name = self.called(unit.code)
        if len(self.report.units.subtree(unit.code)) == 1:
            return name
        return f"{name} ({LEVEL_NAMES[unit.level][self.lang == 'en']})"

    def called(self, code: str) -> str:
        """Return what a unit was called at the end of the period, told apart from others of its code or name; else the code."""
        units = self.report.units
        return units.called(code, min(self.report.period.last, self.report.as_of)) if code in units else code

    def scope(self, breakdown: Breakdown) -> str:
        """Return what of the whole a breakdown is: «cấp xã», «trực tuyến»."""
        return ", ".join(self.label(dim, label) for dim, label in breakdown)

    def label(self, dim: str, label: str) -> str:
        """Return the name of a label, as the records give it where they do."""
        return self.report.names.get((dim, label)) or label_text(dim, label, self.lang)

    def name(self, indicator: Indicator) -> str:
        """Return the name of an indicator with what it is counted in, where that is days or points."""
        vi, en = _DAYS.get(indicator.scale, ("", ""))
        unit = self.say(vi, en)
        return f"{indicator.name(self.lang)} ({unit})" if unit else indicator.name(self.lang)

    # --- Values

    def get(self, indicator: str, breakdown: Breakdown = (), unit: str = "") -> Measure | None:
        """Return a value of the period; None where there is none or its definition does not apply."""
        if not self.applies(self.report.catalogue[indicator]):
            return None
        found = self.report.measures.get(indicator, unit or self.report.unit, self.report.period, breakdown)
        return None if found is None or found.status is Status.NOT_APPLICABLE else found

    def applies(self, indicator: Indicator) -> bool:
        """Return whether the definition of an indicator holds on any day of the period that has come."""
        first, last = self.report.period.first, min(self.report.period.last, self.report.as_of)
        too_early = indicator.valid_from is not None and last < indicator.valid_from
        return not too_early and (indicator.valid_to is None or first <= indicator.valid_to)

    def missed(self, indicator: Indicator) -> bool:
        """Return whether a report says so where an indicator has no value: it applies, and records could give it."""
        return self.applies(indicator) and not indicator.entered

    def own_values(self, indicator: str) -> list[tuple[str, Measure | None]]:
        """Return the units by name, each with the value of what it did itself, without what is below it; in the order of the tree."""
        if indicator not in self._own:
            units = self.report.units
            found = self._own[indicator] = []
            for code in units.subtree(self.report.unit):
                unit = units.unit(code)
                level: Breakdown = () if len(units.subtree(code)) == 1 else (("level", unit.level),)
                found.append((self.place(unit), self.get(indicator, level, code)))
        return self._own[indicator]

    def delta(self, found: Measure) -> Delta | None:
        """Return the change of a value."""
        return self.report.deltas.get(found.indicator, found.unit, found.period, found.breakdown)

    def doubt(self, found: Measure) -> str:
        """Return why a value is estimated, or who entered it by hand and from where; ``""`` where it was counted."""
        return found.reason.text(self.lang) if found.status in _MARKS else ""

    def of_baseline(self, delta: Delta | None) -> str:
        """Return what has to be said of what a value is compared with: restated, known as printed only, entered by hand; else ``""``."""
        base = None if delta is None else delta.baseline
        if base is None or not (isinstance(base.reason, (Restated, Printed)) or base.status is Status.ENTERED):
            return ""
        return self.say("Kỳ gốc: ", "Baseline: ") + base.reason.text(self.lang)

    def cell(self, found: Measure | None, beside: Iterable[Fraction | None] = ()) -> Cell:
        """Return a value as a cell: one that is estimated or entered by hand is marked, one that there is not is a dash."""
        if found is None or found.value is None:
            hidden = found is not None and found.status is Status.SUPPRESSED
            return Cell(NOT_SHOWN if hidden else NONE, about=None if found is None else found.key)
        mark = _MARKS.get(found.status, "") + (RESTATED if isinstance(found.reason, Restated) else "")
        return number_cell(found.value, value_form(found.scale), self.lang, beside=beside, mark=mark, about=found.key)

    def estimated(self, rows: Iterable[TableRow]) -> Iterator[str]:
        """Yield what each mark of a value means, where any cell has it."""
        marks = {mark for row in rows for cell in row.cells for mark in cell.mark}
        if ESTIMATED in marks:
            yield f"{ESTIMATED} {self.say('Ước tính.', 'Estimated.')}"
        if ENTERED in marks:
            yield f"{ENTERED} {self.say('Nhập tay, không đếm từ hồ sơ.', 'Entered by hand, not counted from records.')}"
        if RESTATED in marks:
            yield f"{RESTATED} {self.say('Đã tính lại sau khi báo cáo.', 'Restated after it was reported.')}"
        if any(cell.text == NOT_SHOWN for row in rows for cell in row.cells):
            yield f"{NOT_SHOWN} {capitalised(self.not_published)}."

    @property
    def not_published(self) -> str:
        """Why a number is not published, in words."""
        below = self.report.suppress_below
        if below is None:  # a baseline that was read from what somebody else published
            return REASONS[Status.SUPPRESSED].text(self.lang)
        return self.say(
            f"không công bố: số nhỏ hơn {below}, hoặc số có thể làm lộ số nhỏ hơn {below}",
            f"not published: a number below {below}, or one from which such a number could be computed",
        )

    def count(self, number: int | None) -> Cell:
        """Return a count as a cell; empty where there is none."""
        return Cell() if number is None else number_cell(number, COUNT, self.lang)

    def counts(self, found: Measure) -> tuple[Cell, Cell]:
        """Return numerator and denominator of a rate or a mean as cells; empty for a count."""
        if found.status is Status.SUPPRESSED and found.scale is not Scale.COUNT:
            return HIDDEN, HIDDEN
        return (Cell(), Cell()) if found.denominator is None else (self.count(found.numerator), self.count(found.denominator))

    def compared(self, values: Iterable[Measure]) -> bool:
        """Return whether any of some values has a change."""
        return any((delta := self.delta(found)) is not None and delta.difference is not None for found in values)

    def not_compared(self, values: Iterable[Measure]) -> Iterator[str]:
        """Yield why none of some values has a change, each reason once."""
        deltas = [self.delta(found) for found in values if found.value is not None]
        for reason in dict.fromkeys(delta.reason.text(self.lang) for delta in deltas if delta is not None):
            yield f"{self.say('Không so sánh được với', 'Not compared with')} {self.base}: {reason or NONE}."

    def changes(self, delta: Delta | None) -> tuple[Cell, Cell, Cell, Cell]:
        """Return what it was, the difference, the difference in percent of a count, and which way it went in words."""
        if delta is None:
            return Cell(NONE), Cell(NONE), Cell(), Cell()
        was = self.cell(delta.baseline)
        if delta.difference is None:
            return was, HIDDEN if delta.status is Status.SUPPRESSED else Cell(NONE), Cell(), Cell()
        scale = delta.current.scale
        form = COUNT if scale is Scale.COUNT else Form("points" if scale is Scale.PERCENT else value_form(scale).kind, 2)
        signed = Form(form.kind, form.decimals, signed=True)
        relative = Cell()
        if delta.relative_percent is not None and scale is Scale.COUNT:
            relative = number_cell(delta.relative_percent, Form("percent", 1, signed=True, suffix="%"), self.lang)
        return was, number_cell(delta.difference, signed, self.lang), relative, Cell(better_text(delta, self.lang))

    def change_words(self, delta: Delta) -> str:
        """Return a change in a sentence: «tăng 8,85 điểm phần trăm»; ``""`` where there is none."""
        if delta.difference is None:
            return ""
        size = abs(delta.difference)
        if delta.difference == 0:
            return self.say("không đổi", "unchanged")
        if delta.current.scale is Scale.PERCENT:
            written = format_points(size, self.lang).removeprefix("+")
        else:
            written = format_signed(size, lang=self.lang).removeprefix("+")
            unit = _DAYS.get(delta.current.scale)
            word = unit[self.lang == "en"] if unit else self.noun(delta.current)
            written += f" {word}" if word else ""
        return f"{self.say('tăng', 'up')} {written}" if delta.difference > 0 else f"{self.say('giảm', 'down')} {written}"

    def noun(self, found: Measure) -> str:
        """Return what stands after a count in a Vietnamese sentence: «hồ sơ», «lượt người»; ``""`` in English, and of what is no count."""
        if self.lang == "en" or found.scale is not Scale.COUNT or found.indicator not in self.report.catalogue:
            return ""
        kinds = [KINDS[kind].vi for kind in self.report.catalogue.kinds_of(found.indicator) if kind in KINDS]
        word = self.report.catalogue[found.indicator].noun_vi
        return next((kind for kind in kinds if not word or word.startswith(kind)), word)

    def excluded(self, indicator: Indicator, found: Measure) -> str:
        """Return what a value leaves out: «không tính 11 hồ sơ không có hạn trả kết quả»; ``""`` for nothing."""
        listed = self.excluded_parts(indicator, found)
        return self.say("không tính ", "left out: ") + ", ".join(listed) if listed else ""

    def excluded_parts(self, indicator: Indicator, found: Measure) -> list[str]:
        """Return what a value leaves out, each with its number."""
        named = []
        for why, n in found.excluded.items():
            count = self.report.catalogue.counts[indicator.excluded[why]]
            named.append((format_count(n, self.lang), excluded_name(why, count, self.lang)))
        return [self.say(f"{n} {name}", f"{name} ({n})") for n, name in named]

    # --- What is shown of an indicator

    def labels(self, indicator: Indicator) -> tuple[Breakdown, ...]:
        """Return the breakdowns of an indicator, without the level, in the order of the field.

        Closed lists are in their declared order, other words as in a dictionary; what is other or not said comes last.
        """

        def order(breakdown: Breakdown) -> tuple[object, ...]:
            return tuple((label in _LAST_LABELS, *_place(dim, label), dictionary_order(self.label(dim, label))) for dim, label in breakdown)

        return tuple(sorted(self.report.measures.labels(indicator.id), key=order))

    def level_parts(self) -> tuple[Breakdown, ...]:
        """Return the levels of a unit with units below it, the highest first."""
        return tuple((("level", level),) for level in self.levels) if len(self.levels) > 1 else ()

    def headlines(self) -> Iterator[tuple[Indicator, Measure]]:
        """Yield the values that the first page shows, with their indicators."""
        for indicator in self.report.catalogue:
            places = [place for place in ("all", *self.levels) if place in indicator.headline]
            asked: list[Breakdown] = []
            for place in places:
                level: Breakdown = () if place == "all" or len(self.levels) == 1 else (("level", place),)
                asked += (level,) if indicator.total else tuple(tuple(sorted((*b, *level))) for b in self.labels(indicator))
            # What has a target is shown beside it, whatever the catalogue opens a report with.
            judged = [breakdown for name, unit, breakdown in self.targets if (name, unit) == (indicator.id, self.report.unit)]
            for breakdown in sorted(dict.fromkeys((*asked, *(judged if places else ()))), key=self._rank):
                found = self.get(indicator.id, breakdown)
                if found is not None:
                    yield indicator, found

    def _rank(self, breakdown: Breakdown) -> int:
        """Return the place of a breakdown by its level: the whole first, then the highest level."""
        level = dict(breakdown).get("level")
        return 0 if level is None else 1 + self.levels.index(level)

    @cached_property
    def targets(self) -> Mapping[tuple[str, str, Breakdown], Assessment]:
        """What a value is about → the target of the period reported on; one of another year is no target of this value."""
        plan, found = self.report.plan, self.report.assessments
        if plan is None or found is None:
            return {}
        periods = {target.id: plan.period_of(target) for target in plan.targets}
        return {
            (a.indicator, a.unit, a.breakdown): a
            for a in found
            if a.kind == "target" and not a.parts and a.required is not None and periods[a.target] == self.report.period
        }

    def date(self, day: date) -> str:
        """Return a day as printed."""
        return format_date(day, self.lang)


def _place(dim: str, label: str) -> tuple[int, ...]:
    """Return the place of a label in its closed list; nothing for other words."""
    labels = [name for of, name in named_labels() if of == dim]
    return (labels.index(label),) if label in labels else ()


def _undated(name: str) -> str:
    """Return the name of a period without the days in brackets; days alone are its name.

    >>> _undated("quý I năm 2021 (15/12/2020–14/03/2021)")
    'quý I năm 2021'
    """
    return name.partition(" (")[0]


def capitalised(text: str) -> str:
    """Return a text that begins in upper case, with its names as they are."""
    return text[:1].upper() + text[1:]
