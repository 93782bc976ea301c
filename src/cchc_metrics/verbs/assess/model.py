"""What assessing gives: a verdict for each target, quota and task, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self, get_args

from cchc_metrics.errors import no_member
from cchc_metrics.plan import Comparator
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import plain
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import LANGS, Lang
from cchc_metrics.values import Breakdown, Measure, Scale, Status, Text
from cchc_metrics.verbs.assess.required import Required

ItemKind = Literal["target", "quota", "task"]
"""What of a plan is assessed."""

_NONE = Text()


class Verdict(StrEnum):
    """Where a target or task stands; a closed list.

    >>> Verdict("met") is Verdict.MET
    True
    """

    MET = "met"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    NOT_MET = "not_met"
    NOT_DUE = "not_due"
    CANNOT_BE_JUDGED = "cannot_be_judged"

    @classmethod
    def _missing_(cls, value: object) -> Verdict:
        raise no_member(value, cls)

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
        rounded: the measured value as the target has it rounded before it is compared; None where it is compared as it is.
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
    rounded: Fraction | None = None
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
    def hidden(self) -> bool:
        """Whether its value, or that of any of its units, is not published."""
        own = self.measure is not None and self.measure.status is Status.SUPPRESSED
        return own or any(part.hidden for part in self.parts)

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


@dataclass(frozen=True, slots=True, repr=False)
class Assessments(AnswerTable[Assessment]):
    """Assessments in the order of the plan: targets, quotas, tasks; ``found["target"]``, ``found["target", "30037"]``.

    Args:
        items: one for each target, quota and task; those of several units hold the units' own as ``parts``.
        as_of: the day on which the question was asked.
        dimensions: those that have a column of their own besides the level; None for those of the items. A part of a table keeps them.
        names: unit code → name.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> plan = cm.load_plan('''
    ... number = "01/KH-UBND"
    ... issued_on = 2021-01-04
    ... issuer = "UBND xã"
    ... year = 2021
    ...
    ... [[targets]]
    ... id = "paperless"
    ... indicator = "paperless_meetings"
    ... comparator = ">="
    ... value = 80
    ... ''')
    >>> found = data.replace(plan=plan, as_of="2022-01-04").assessments("2021")
    >>> found["paperless"].verdict.value, found["paperless"].measured
    ('met', Fraction(100, 1))
    """

    items: tuple[Assessment, ...]
    as_of: date
    dimensions: tuple[str, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    _key_columns = ("target", "unit")
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"verdict": Verdict, "kind": get_args(ItemKind)}
    _printed = ("target", "name", "unit", "level", "value", "rounded", "comparator", "required", "required_upper", "due", "verdict", "note")
    _compared = (("value", "rounded", "required", "required_upper"),)

    def __len__(self) -> int:
        return len(self.items)

    def _item(self, row: int) -> Assessment:
        return self.items[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, items=tuple(self.items[row] for row in rows.tolist()), dimensions=self._dimensions())

    def get(self, *key: Any) -> Assessment | None:
        """Return the assessment of a target, quota or task by id, or that of one unit of it; None where there is none."""
        found = AnswerTable.get(self, *key)
        return found if found is not None or not any(item.parts for item in self.items) else self.each_unit().get(*key)

    def __getitem__(self, key: object) -> Assessment:
        found = self.get(*key) if isinstance(key, tuple) else self.get(key)
        return AnswerTable.__getitem__(self.each_unit(), key) if found is None else found

    def each_unit(self) -> Assessments:
        """Return the assessments with those of several units replaced by their parts."""
        return Assessments(tuple(part for item in self.items for part in (item.parts or (item,))), self.as_of, names=self.names)

    def counts(self) -> dict[Verdict, int]:
        """Return how many stand where, for every verdict."""
        found = dict.fromkeys(Verdict, 0)
        for item in self.items:
            found[item.verdict] += 1
        return found

    def _columns(self) -> Mapping[str, Lazy]:
        items = self.items
        rests = [a.measure if a.measure is not None and a.measured is not None and not a.parts else None for a in items]
        numbers = ("change", "attainment", "gap", "expected", "forecast")
        columns: dict[str, Lazy] = {
            "target": [a.target for a in items],
            "kind": [a.kind for a in items],
            "name": [a.name for a in items],
            "indicator": [a.indicator for a in items],
            "unit": [a.unit for a in items],
            "unit_name": Cells("text", [self.names.get(a.unit) for a in items]),
            "level": Cells("text", [dict(a.breakdown).get("level") for a in items]),
            "due": Cells("date", [a.due for a in items]),
            "verdict": [a.verdict for a in items],
            "state": Cells("text", [a.state for a in items]),
            "numerator": Cells("whole", [None if m is None else m.numerator for m in rests]),
            "denominator": Cells("whole", [None if m is None else m.denominator for m in rests]),
            "value": Cells("number", [a.measured for a in items]),
            "rounded": Cells("number", [a.rounded for a in items]),
            "scale": Cells("text", [a.scale for a in items]),
            "comparator": Cells("text", [None if a.asked is None else a.comparator for a in items]),
            "required": Cells("number", [None if a.asked is None else a.asked.value for a in items]),
            "required_upper": Cells("number", [None if a.asked is None else a.asked.upper for a in items]),
            "reached": Cells("flag", [a.reached for a in items]),
            **{name: Cells("number", [getattr(a, name) for a in items]) for name in numbers},
            **{name: Cells("whole", [getattr(a, name) for a in items]) for name in ("needed", "spare")},
            **{name: Cells("text", [getattr(a, name) for a in items]) for name in ("owner", "product", "evidence")},
            "excused": Cells("flag", [a.excused for a in items]),
            "weight": Cells("number", [a.weight for a in items]),
            "sentence": [a.sentence for a in items],
            "reason": [a.reason for a in items],
        }
        # A dimension that has the name of a column, as the kind of a meeting has, is told from it.
        named = {f"by_{dim}" if dim in columns else dim: [dict(a.breakdown).get(dim) for a in items] for dim in self._dimensions()}
        return {**columns, **{name: Cells("text", labels) for name, labels in named.items()}}

    def _dimensions(self) -> tuple[str, ...]:
        if self.dimensions is not None:
            return self.dimensions
        return tuple(dict.fromkeys(dim for a in self.items for dim, _ in a.breakdown if dim != "level"))

    def _shown_columns(self) -> Mapping[str, Lazy]:
        def words(a: Assessment, lang: Lang) -> str:
            return a.verdict.text(lang) if a.state is None else f"{a.verdict.text(lang)} ({a.state.text(lang)})"

        def note(a: Assessment, lang: Lang) -> str:
            return "; ".join(filter(None, (a.sentence.text(lang), a.reason.text(lang))))

        return {
            **self._columns(),
            "comparator": Cells("text", [None if a.asked is None else _SIGNS.get(a.comparator, a.comparator) for a in self.items]),
            "verdict": [Text(*(words(a, lang) for lang in LANGS)) for a in self.items],
            "note": [Text(*(note(a, lang) for lang in LANGS)) for a in self.items],
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS[lang]


_SIGNS = {">=": "≥", "<=": "≤"}
_HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {
        "target": "Mã",
        "name": "Chỉ tiêu, nhiệm vụ",
        "unit": "Phạm vi",
        "level": "Cấp",
        "value": "Kết quả",
        "rounded": "Làm tròn",
        "comparator": "",
        "required": "Chỉ tiêu giao",
        "required_upper": "đến",
        "due": "Hạn",
        "verdict": "Đánh giá",
        "note": "Ghi chú",
    },
    "en": {
        "target": "Id",
        "name": "Target or task",
        "unit": "Scope",
        "level": "Level",
        "value": "Reached",
        "rounded": "Rounded",
        "comparator": "",
        "required": "Required",
        "required_upper": "to",
        "due": "Due",
        "verdict": "Verdict",
        "note": "Note",
    },
}
