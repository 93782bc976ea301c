"""The periodic report on administrative reform (guidance 581/BNV-CCHC): each row of its seven parts with its value or why it has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import ClassVar, Final, Literal, Self

from cchc_metrics.arguments import public_methods
from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.reference.period import Period
from cchc_metrics.report.draft import Draft
from cchc_metrics.report.model import Report
from cchc_metrics.report.periodic_outline import OfPlan, Outline, OutlineGroup, OutlinePart, OutlineRow, outline
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import REASONS, Breakdown, Measure, Status, Text
from cchc_metrics.verbs.assess import Assessment, Verdict
from cchc_metrics.verbs.assess.tasks import task_rates
from cchc_metrics.verbs.compare import UNIT_OF_SCALE, Delta

Comes = Literal["records", "entered", "plan", "nowhere"]
"""Where the value of a row comes from: the records, somebody's hand with source and signature, or the tasks of the plan."""

_DUE_DAY: Final = 20
_NAMED: Final = frozenset({("quarter", 1), ("half", 1), ("quarter", 3), ("year", 1)})
_NONE: Final = Text()
NOT_FOUND: Final = Text(
    "Các dòng của biểu lập theo hiểu biết chung về phụ lục đã dùng từ năm 2021, vì chưa tìm được phụ lục của hướng dẫn 581/BNV-CCHC;"
    " phải đối chiếu với biểu của Bộ Nội vụ trước khi gửi.",
    "The rows are from general knowledge of the annexes in use since 2021, since the annexes of guidance 581/BNV-CCHC were not found:"
    " check them against the ministry's workbook before anything is sent.",
)
"""What every output of the report says, unless its rows are a file of one's own."""
_NOT_ENTERED: Final = Text("chưa nhập vào figures.toml", "not entered in figures.toml")
_NOWHERE: Final = Text("chưa có chỉ tiêu cho nội dung này; đơn vị tự điền", "no indicator says this yet: to be filled in")
_BY_LINE: Final = Text("tính riêng từng dòng dưới đây", "by each line below")
_NO_PLAN: Final = Text("không có kế hoạch", "there is no plan")
_NOT_IN_FORCE: Final = Text("định nghĩa của chỉ tiêu không áp dụng cho kỳ này", "the indicator is not defined in this period")
_NO_TASKS: Final = Text("kế hoạch không có nhiệm vụ nào", "the plan has no tasks")
_OTHER_PLAN: Final = Text("kế hoạch từng năm, không so sánh", "each year has its own plan: not compared")


@dataclass(frozen=True, slots=True)
class PeriodicRow:
    """A row of the periodic report, or a line of it for one level or label.

    Args:
        part, group: what it stands in: ``"III"``, ``"3"``.
        number: its number within the part; that of its row for a line of a row.
        name: its words; those of the row for a line of it.
        scope: which level or label a line is of; empty for the row itself.
        counted: what it is counted in.
        comes: where its value comes from.
        id: id of the indicator, or of what is asked of the plan.
        status: see ``Status``.
        value: exact, None where there is none.
        reason: why there is no value, or what is to be known of it.
        measure, delta: the value of the indicator and its change; None where it has none.
        target: the target of the plan's year; None where there is none.
        numerator, denominator: the counts of a rate or mean.
        baseline_reason: why it is not compared.
    """

    part: str
    group: str
    number: str
    name: Text
    scope: Breakdown
    counted: Text
    comes: Comes
    id: str
    status: Status
    value: Fraction | None = None
    reason: Text = _NONE
    measure: Measure | None = None
    delta: Delta | None = None
    target: Assessment | None = None
    numerator: int | None = None
    denominator: int | None = None
    baseline_reason: Text = _NONE


def report_due(period: Period) -> date | None:
    """Return the day by which the report of a period is sent: the 20th of its last month.

    None for a period that the guidance does not name: it names the first quarter, the first half, the third quarter and the year.

    >>> report_due(Period.parse("2026-Q3@nd09")), report_due(Period.parse("2026-Q2"))
    (datetime.date(2026, 9, 20), None)
    """
    return period.last.replace(day=_DUE_DAY) if (period.kind, period.number) in _NAMED else None


@public_methods
@dataclass(frozen=True, slots=True, repr=False, eq=False)
class PeriodicRows(AnswerTable[PeriodicRow]):
    """The rows of the periodic report in order; ``found["III", "3.3"]`` is a row, ``found["III", "3.3", "level=commune"]`` a line of it.

    Args:
        report: what its values are taken from.
        rows: the rows.
        outline: the parts and groups that they stand in.
    """

    report: Report
    rows: tuple[PeriodicRow, ...]
    outline: Outline

    _key_columns = ("part", "number", "scope")
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"status": Status, "verdict": Verdict}
    _printed = ("part", "number", "name", "scope", "counted_in", "status", "value", "baseline_value", "difference", "required", "reason")
    _compared = (("value", "baseline_value"),)
    _signed = ("difference", "relative_percent")

    @property
    def due(self) -> date | None:
        """The day by which it is sent; see ``report_due``."""
        return report_due(self.report.period)

    def notes(self) -> tuple[Text, ...]:
        """Return what is to be known of the whole: how its rows were found, when it is due, whether the period ends after that."""
        packaged = self.outline == outline()
        return (*((NOT_FOUND,) if packaged else ()), *_notes(self.report.period))

    def save(self, folder: Path | str, formats: Iterable[str] = ("docx", "xlsx"), lang: Lang = "vi") -> tuple[Path, ...]:
        """Write the report into a folder, which is made where it is missing; each file appears whole or not at all.

        Args:
            folder: where to write.
            formats: ``docx``, ``xlsx``, ``html``, ``txt``, ``md``, ``json``, ``csv``.
            lang: ``"vi"`` or ``"en"``.

        Returns:
            The files that were written.

        Raises:
            InputError: there is no such format, or the extra that it needs is not installed.
        """
        from cchc_metrics.report.periodic_files import save_periodic  # noqa: PLC0415  what writes it reads it

        return save_periodic(self, folder, formats, lang)

    def __len__(self) -> int:
        return len(self.rows)

    def _item(self, row: int) -> PeriodicRow:
        return self.rows[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, rows=tuple(self.rows[row] for row in rows.tolist()))

    def _find(self, key: tuple[object, ...]) -> int | None:
        return AnswerTable._find(self, (*key, "") if len(key) == len(self._key_columns) - 1 else key)  # noqa: SLF001  its own

    def _columns(self) -> Mapping[str, Lazy]:
        rows, deltas = self.rows, [row.delta for row in self.rows]
        usable = [delta if delta is not None and delta.difference is not None else None for delta in deltas]
        return {
            **{name: [getattr(row, name) for row in rows] for name in ("part", "group", "number", "name")},
            "scope": [", ".join(f"{dim}={label}" for dim, label in row.scope) for row in rows],
            "counted_in": [row.counted for row in rows],
            "comes": [row.comes for row in rows],
            "id": [row.id for row in rows],
            "status": [row.status.value for row in rows],
            "numerator": Cells("whole", [row.numerator for row in rows]),
            "denominator": Cells("whole", [row.denominator for row in rows]),
            "value": Cells("number", [row.value for row in rows]),
            "baseline_value": Cells("number", [d.baseline.value if d is not None and d.baseline is not None else None for d in deltas]),
            "difference": Cells("number", [d.difference if d is not None else None for d in usable]),
            "difference_unit": Cells("text", [UNIT_OF_SCALE[d.current.scale] if d is not None else None for d in usable]),
            "relative_percent": Cells("number", [d.relative_percent if d is not None else None for d in usable]),
            "better": Cells("flag", [d.better if d is not None else None for d in usable]),
            "required": Cells("number", [row.target.required if row.target is not None else None for row in rows]),
            "verdict": Cells("text", [row.target.verdict.value if row.target is not None else None for row in rows]),
            "reason": [row.reason for row in rows],
            "baseline_reason": [row.baseline_reason for row in rows],
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return HEADINGS if lang == "vi" else {}

    def _above(self, lang: Lang) -> str:
        unit = self.report.units.unit(self.report.unit).full_name
        return f"{unit} · {self.report.period.text(lang)}"

    def _below(self, lang: Lang) -> str:
        return "\n".join(note.text(lang) for note in self.notes())


HEADINGS: Final[Mapping[str, str]] = {
    "part": "phần",
    "group": "nhóm",
    "number": "TT",
    "name": "nội dung",
    "scope": "phân tổ",
    "counted_in": "đơn vị tính",
    "comes": "nguồn",
    "id": "mã",
    "status": "trạng thái",
    "numerator": "tử số",
    "denominator": "mẫu số",
    "value": "kết quả",
    "baseline_value": "kỳ gốc",
    "difference": "tăng, giảm",
    "difference_unit": "tính bằng",
    "relative_percent": "tương đối %",
    "better": "tốt hơn",
    "required": "chỉ tiêu giao",
    "verdict": "đánh giá",
    "reason": "ghi chú",
    "baseline_reason": "ghi chú so sánh",
}
"""Column → what stands above it in Vietnamese."""


def periodic(report: Report, rows: Outline | None = None) -> PeriodicRows:
    """Return the periodic report that a report's values make.

    Args:
        report: the report of the period.
        rows: the rows; None for the packaged ones.
    """
    filler, listed = _Filler(Draft(report, "vi")), rows or outline()
    return PeriodicRows(report, tuple(made for place in listed.rows() for made in filler.lines(*place)), listed)


def _notes(period: Period) -> Iterator[Text]:
    due = report_due(period)
    if due is None:
        yield Text(
            "Hướng dẫn 581/BNV-CCHC không quy định báo cáo cho kỳ này; không có thời hạn gửi.",
            "Guidance 581/BNV-CCHC asks for no report of this period: there is no day by which it is sent.",
        )
        return
    yield Text(f"Thời hạn gửi báo cáo: ngày {due:%d/%m/%Y}.", f"To be sent by {due}.")
    if period.last > due:
        own = Period.of(period.kind, period.year, period.number, "nd09")
        yield Text(
            f"Kỳ theo lịch kết thúc ngày {period.last:%d/%m/%Y}, sau thời hạn gửi; chế độ báo cáo của Nghị định 09/2019/NĐ-CP chốt số liệu"
            f" ngày {own.last:%d/%m/%Y} (kỳ {own.label}).",
            f"The calendar period ends on {period.last}, after that day; by Nghị định 09/2019/NĐ-CP figures are as of {own.last}"
            f" (period {own.label}).",
        )


def _known(row: PeriodicRow) -> bool:
    """Return whether a row has a value, be it shown or not."""
    return row.value is not None or row.status is Status.SUPPRESSED


@dataclass(frozen=True, eq=False)
class _Filler:
    """Fills rows with what a report says."""

    draft: Draft

    def lines(self, part: OutlinePart, group: OutlineGroup, row: OutlineRow) -> Iterator[PeriodicRow]:
        """Yield a row and its lines."""
        where = (part.number, group.number, row.number, row.text, (), Text(row.counted_vi, row.counted_en))
        if row.plan is not None:
            yield self._of_plan(PeriodicRow(*where, "plan", row.plan, Status.NO_DATA), row.plan)
        elif row.indicator:
            yield from self._of_indicator(PeriodicRow(*where, "records", row.indicator, Status.NO_DATA), row)
        else:
            yield PeriodicRow(*where, "nowhere", "", Status.NO_DATA, reason=_NOWHERE)

    def _of_indicator(self, empty: PeriodicRow, row: OutlineRow) -> Iterator[PeriodicRow]:
        catalogue = self.draft.report.catalogue
        if row.indicator not in catalogue:
            said = Text(f"danh mục chỉ tiêu không có «{row.indicator}»", f"the catalogue has no «{row.indicator}»")
            yield replace(empty, reason=said)
            return
        indicator = catalogue[row.indicator]
        parts = [self._valued(replace(empty, scope=scope), scope) for scope in self._scopes(indicator, row)]
        found = [
            part
            for part in parts
            if part.measure is not None and (part.value is not None or part.status is Status.SUPPRESSED or indicator.total)
        ]
        if indicator.total:
            yield self._valued(empty, ())
        elif any(map(_known, found)):
            yield replace(empty, status=Status.NOT_APPLICABLE, reason=_BY_LINE)
        else:
            yield replace(empty, reason=REASONS[Status.NO_DATA])
        # Lines of a row without any data would each say the same again.
        yield from found if any(map(_known, found)) else ()

    def _scopes(self, indicator: Indicator, row: OutlineRow) -> Iterator[Breakdown]:
        if row.levels:
            yield from self.draft.level_parts()
        if row.labels:
            yield from self.draft.labels(indicator)

    def _valued(self, empty: PeriodicRow, scope: Breakdown) -> PeriodicRow:
        draft = self.draft
        found = draft.get(empty.id, scope)
        if found is None:
            applies = draft.applies(draft.report.catalogue[empty.id])
            return replace(
                empty,
                status=Status.NO_DATA if applies else Status.NOT_APPLICABLE,
                reason=REASONS[Status.NO_DATA] if applies else _NOT_IN_FORCE,
            )
        delta = draft.delta(found)
        reason = found.reason
        if draft.report.catalogue[empty.id].entered and found.value is None:
            reason = _NOT_ENTERED
        hidden = delta is not None and delta.status is Status.SUPPRESSED
        compared = found.value is None or hidden or (delta is not None and delta.difference is not None)
        return replace(
            empty,
            status=found.status,
            comes="entered" if found.status is Status.ENTERED or reason is _NOT_ENTERED else "records",
            value=found.value,
            reason=reason,
            measure=found,
            delta=delta,
            target=self._target(found),
            numerator=None if found.denominator is None else found.numerator,
            denominator=found.denominator,
            baseline_reason=_NONE if compared or delta is None else delta.reason,
        )

    def _target(self, found: Measure) -> Assessment | None:
        """Return the target of a value: that of the period itself, else one of the same year, which is reached or missed at its end."""
        report = self.draft.report
        key = (found.indicator, found.unit, found.breakdown)
        if key in self.draft.targets or report.plan is None or report.plan.year != report.period.year:
            return self.draft.targets.get(key)
        listed = (a for a in report.assessments or () if a.kind == "target" and not a.parts and a.required is not None)
        return next((a for a in listed if (a.indicator, a.unit, a.breakdown) == key), None)

    def _of_plan(self, empty: PeriodicRow, asked: OfPlan) -> PeriodicRow:
        report = self.draft.report
        if report.plan is None:
            return replace(empty, reason=_NO_PLAN)
        if report.plan.year != report.period.year:
            year = report.plan.year
            return replace(empty, reason=Text(f"chỉ có kế hoạch năm {year}", f"the plan is that of {year}"))
        rates = task_rates(report.plan, min(report.as_of, report.period.last))
        if not rates.tasks:
            return replace(empty, reason=_NO_TASKS)
        done = rates.done_on_time + rates.done_late
        n, of = {"tasks": (rates.tasks, None), "done": (done, None), "completion": (done, rates.tasks)}.get(
            asked, (rates.done_on_time, rates.tasks)
        )
        excused = Text(f"không tính {rates.excused} nhiệm vụ được loại trừ", f"left out: {rates.excused} excused tasks")
        return replace(
            empty,
            status=Status.OK,
            value=Fraction(n) if of is None else Fraction(100 * n, of),
            numerator=None if of is None else n,
            denominator=of,
            reason=excused if rates.excused else _NONE,
            baseline_reason=_OTHER_PLAN,
        )
