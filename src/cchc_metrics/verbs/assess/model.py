"""What assessing gives: a verdict for each target, quota and task, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from cchc_metrics.plan import Comparator
from cchc_metrics.tables.numbers import plain
from cchc_metrics.text import Lang
from cchc_metrics.values import Breakdown, Measure, Scale, Text
from cchc_metrics.verbs.assess.required import Required
from cchc_metrics.verbs.listing import about, aligned, as_html

ItemKind = Literal["target", "quota", "task"]
"""What of a plan is assessed."""

_NONE = Text()


class Verdict(StrEnum):
    """Where a target or task stands; a closed list."""

    MET = "met"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    NOT_MET = "not_met"
    NOT_DUE = "not_due"
    CANNOT_BE_JUDGED = "cannot_be_judged"

    def text(self, lang: str) -> str:
        """Return the verdict in words, in ``"vi"`` or ``"en"``."""
        return _VERDICTS[self].text(lang)


_VERDICTS: Mapping[Verdict, Text] = {
    Verdict.MET: Text("đạt", "met"),
    Verdict.ON_TRACK: Text("đúng tiến độ", "on track"),
    Verdict.AT_RISK: Text("có nguy cơ không đạt", "at risk"),
    Verdict.NOT_MET: Text("không đạt", "not met"),
    Verdict.NOT_DUE: Text("chưa đến hạn", "not due"),
    Verdict.CANNOT_BE_JUDGED: Text("chưa đánh giá được", "cannot be judged"),
}


class TaskState(StrEnum):
    """The state of a task; a closed list."""

    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    IN_PROGRESS = "in_progress"
    OVERDUE = "overdue"

    def text(self, lang: str) -> str:
        """Return the state in words, in ``"vi"`` or ``"en"``."""
        return _STATES[self].text(lang)


_STATES: Mapping[TaskState, Text] = {
    TaskState.DONE_ON_TIME: Text("hoàn thành đúng hạn", "done on time"),
    TaskState.DONE_LATE: Text("hoàn thành trễ hạn", "done late"),
    TaskState.IN_PROGRESS: Text("đang thực hiện, trong hạn", "in progress"),
    TaskState.OVERDUE: Text("quá hạn chưa hoàn thành", "overdue"),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where one target, quota or task stands.

    Args:
        target: its id in the plan.
        kind: ``target``, ``quota`` or ``task``.
        name: what it is called.
        unit: unit code; for a task the plan's unit.
        breakdown: as in a measure.
        indicator: indicator id, ``""`` for a task.
        verdict: see ``Verdict``.
        due: the day by which it must be reached.
        measured: the value, exact, in the indicator's scale; for a target of several units how many of them reach it.
        required: what it must be, in the same scale: for an increase, the baseline with the increase added. The lower end of ``between``.
        required_upper: the upper end of ``between``, else None.
        comparator: how the value is compared with what is required.
        scale: what the values are in; a count for a target of several units; None where nothing says.
        reached: whether the value as it stands satisfies the target; None where there is no value.
        measure, baseline: what it rests on; None where there is none.
        change: measured against baseline in the plan's own terms (percent, points or number), for increases whose windows are equally long.
        attainment: 1 exactly on plan, more is better: measured / required, or required / measured where lower is better; None where that
            has no value. Of an increase it is that of the level reached, not of the increase.
        gap: measured − required, exact, in the scale (percentage points for a percent); inside ``between`` 0.
        needed: how many more (see ``effort_rate`` and ``effort_count``); 0 when reached; None where no number of them helps.
        spare: how many may still fail, or be added under a ceiling; None where the question has no answer.
        expected: what the path asks for by now, in the scale; None after the due date and where there is no path.
        forecast: the value at the due date if things go on as ``reason`` says; None after the due date.
        sentence: what is missing, in records ("còn thiếu 12 hồ sơ đúng hạn" / "12 more dossiers on time are needed").
        reason: the assumption that was made, the marks of the value, or why it cannot be judged.
        state: the state of a task; None otherwise.
        excused: whether a task leaves the denominator of the rates.
        owner, product, evidence: of a task, as in the plan.
        weight: as in the plan.
        parts: for a target of several units, the assessment of each.
    """

    target: str
    kind: ItemKind
    name: Text
    unit: str
    breakdown: Breakdown
    indicator: str
    verdict: Verdict
    due: date
    measured: Fraction | None = None
    required: Fraction | None = None
    required_upper: Fraction | None = None
    comparator: Comparator = ">="
    scale: Scale | None = None
    reached: bool | None = None
    measure: Measure | None = None
    baseline: Measure | None = None
    change: Fraction | None = None
    attainment: Fraction | None = None
    gap: Fraction | None = None
    needed: int | None = None
    spare: int | None = None
    expected: Fraction | None = None
    forecast: Fraction | None = None
    sentence: Text = _NONE
    reason: Text = _NONE
    state: TaskState | None = None
    excused: bool = False
    owner: str = ""
    product: str = ""
    evidence: str = ""
    weight: Fraction = Fraction(1)
    parts: tuple[Assessment, ...] = ()

    @property
    def asked(self) -> Required | None:
        """What is asked for as it is printed: in whole numbers of what is counted. None where that cannot be said."""
        if self.required is None:
            return None
        asked = Required(self.comparator, self.required, self.required_upper)
        return asked.in_whole() if self.scale is Scale.COUNT else asked

    def __str__(self) -> str:
        both = (self.measured, None if self.asked is None else self.asked.value)
        measured, required = (plain(number, beside=both) for number in both)
        numbers = "" if self.measured is None else f" {measured} / {required}"
        said = self.sentence.en or self.reason.en
        return f"{self.target} · {self.unit}:{numbers} {self.verdict.value}{f' ({said})' if said else ''}"


@dataclass(frozen=True, slots=True)
class Assessments:
    """Assessments in the order of the plan: targets, quotas, tasks; iterable, searchable, printed as a table.

    Args:
        items: one for each target, quota and task; those of several units hold the units' own as ``parts``.
        as_of: the day on which the question was asked.
    """

    items: tuple[Assessment, ...]
    as_of: date

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Assessment]:
        return iter(self.items)

    def get(self, target: str, unit: str | None = None) -> Assessment | None:
        """Return the assessment of a target, quota or task by id, or that of one unit of it; None where there is none."""
        for item in self.items:
            if item.target == target:
                if unit is None or (item.unit == unit and not item.parts):
                    return item
                return next((part for part in item.parts if part.unit == unit), None)
        return None

    def filter(self, *, kind: ItemKind | None = None, verdict: Verdict | None = None, indicator: str | None = None) -> Assessments:
        """Return the assessments that match all that is given, in order."""
        return Assessments(
            tuple(
                a
                for a in self.items
                if (kind is None or a.kind == kind)
                and (verdict is None or a.verdict is verdict)
                and (indicator is None or a.indicator == indicator)
            ),
            self.as_of,
        )

    def each_unit(self) -> Assessments:
        """Return the assessments with those of several units replaced by their parts."""
        return Assessments(tuple(part for item in self.items for part in (item.parts or (item,))), self.as_of)

    def counts(self) -> dict[Verdict, int]:
        """Return how many stand where, for every verdict."""
        found = dict.fromkeys(Verdict, 0)
        for item in self.items:
            found[item.verdict] += 1
        return found

    def table(self, lang: Lang = "vi") -> str:
        """Return the assessments as aligned text; exact numbers, cut after six decimals with ``…``. Reports round, this does not."""
        return aligned(*self._cells(lang))

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return as_html(*self._cells("vi"))

    def _cells(self, lang: Lang) -> tuple[list[str], list[list[str]]]:
        headings = ["Mã", "Chỉ tiêu, nhiệm vụ", "Phạm vi", "Đã đạt", "Phải đạt", "Hạn", "Đánh giá", "Ghi chú"]
        if lang == "en":
            headings = ["Id", "Target or task", "Scope", "Reached", "Required", "Due", "Verdict", "Note"]
        rows = []
        for a in self.items:
            required = plain(a.required) + ("" if a.required_upper is None else f"…{plain(a.required_upper)}")
            verdict = a.verdict.text(lang) if a.state is None else f"{a.verdict.text(lang)} ({a.state.text(lang)})"
            note = "; ".join(filter(None, (a.sentence.text(lang), a.reason.text(lang))))
            scope = about("", a.unit, a.breakdown)
            rows.append([a.target, a.name.text(lang), scope, plain(a.measured), required, a.due.isoformat(), verdict, note])
        return headings, rows
