"""What a report says, section by section, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from cchc_metrics.catalogue.model import Indicator
from cchc_metrics.errors import InputError
from cchc_metrics.reference.unit import LEVEL_NAMES
from cchc_metrics.report.format import EXCLUDED_NAMES, counts_text, label_text, measure_text
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Page, Paragraph, Section, Table, words_table
from cchc_metrics.report.problem_lines import problem_lines
from cchc_metrics.tables.numbers import format_count, format_date, format_number, format_percent, format_points, format_signed
from cchc_metrics.text import Lang
from cchc_metrics.values import Breakdown, Measure, Scale, Status
from cchc_metrics.verbs.assess import Assessment
from cchc_metrics.verbs.compare import Delta
from cchc_metrics.verbs.interval import interval_95


def report_page(report: Report, lang: Lang = "vi") -> Page:
    """Return a report as a page: the indicators with their change, the units, outreach, the plan and the problems found."""
    vi = lang == "vi"
    unit = report.units.unit(report.unit)
    title = (
        f"CẢI CÁCH HÀNH CHÍNH {unit.full_name.upper()} – {report.period.text('vi').upper()}"
        if vi
        else f"ADMINISTRATIVE REFORM IN {unit.full_name.upper()} – {report.period.text('en').upper()}"
    )
    lines = [
        f"Kỳ {format_date(report.period.first)}–{format_date(report.period.last)}; số liệu đến {format_date(report.as_of)}; "
        f"so với {report.baseline_period.text('vi').lower()}; quy tắc {report.rules}; lịch {report.calendar}"
        if vi
        else f"Period {report.period.first} to {report.period.last}; as of {report.as_of}; "
        f"against {report.baseline_period.text('en')}; rules {report.rules}; calendar {report.calendar}",
    ]
    if report.synthetic:
        lines.append("SỐ LIỆU MÔ PHỎNG, không phải số liệu thật" if vi else "SYNTHETIC RECORDS, not real data")
    if report.note.text(lang):
        lines.append(report.note.text(lang))
    sections = [_headlines(report, lang), _indicators(report, lang), _units(report, lang)]
    if report.plan is not None and report.assessments is not None:
        sections += list(_plan(report, lang))
    if report.scorecards:
        sections.append(_scores(report, lang))
    sections.append(_problems(report, lang))
    return Page(title, tuple(lines), tuple(sections), lang)


def plan_page(report: Report, lang: Lang = "vi") -> Page:
    """Return where the plan stands as a page of its own.

    Raises:
        InputError: when there is no plan.
    """
    if report.plan is None:
        raise InputError("không có kế hoạch; thêm plan.toml hoặc --plan", "there is no plan; add plan.toml, or --plan")
    lines = (
        ["SỐ LIỆU MÔ PHỎNG, không phải số liệu thật" if lang == "vi" else "SYNTHETIC RECORDS, not real data"] if report.synthetic else []
    )
    return Page(report.plan.title or report.plan.number, tuple(lines), tuple(_plan(report, lang)), lang)


def _scores(report: Report, lang: Lang) -> Section:
    """The scorecards; the numbers are rounded half-up for reading only."""
    vi = lang == "vi"
    lines: list[str] = []
    for card in report.scorecards.values():
        lines += [*card.to_text(lang, rows=None, width=None).splitlines(), ""]
    if len(report.scorecards) > 1:
        from cchc_metrics.score import rank_units  # noqa: PLC0415  loaded where there is a scheme only

        lines += rank_units(report.scorecards, units=report.scorecards).to_text(lang, rows=None, width=None).splitlines()
    return Section("scores", "Chấm điểm" if vi else "Scores", _paragraphs(lines), annex=True)


def _headlines(report: Report, lang: Lang) -> Section:
    """The figures that an article about the year would open with, each with its counts and change."""
    lines = []
    levels = report.units.levels_below(report.unit)
    for indicator in report.catalogue:
        for place in indicator.headline:
            if place != "all" and place not in levels:
                continue
            level: Breakdown = () if place == "all" or len(levels) == 1 else (("level", place),)
            for breakdown in (level,) if indicator.total else _labels(report, indicator):
                found = report.measures.get(
                    indicator.id, report.unit, report.period, (*breakdown, *level) if not indicator.total else level
                )
                if found is not None and found.value is not None:
                    lines.append(_headline(report, indicator, found, lang))
    return Section("headlines", "Số liệu chính" if lang == "vi" else "Main figures", tuple(Paragraph(line, item=True) for line in lines))


def _headline(report: Report, indicator: Indicator, found: Measure, lang: Lang) -> str:
    counts = counts_text(found, lang)
    delta = report.deltas.get(found.indicator, found.unit, found.period, found.breakdown)
    # Why there is no change stands in the table below.
    change = delta_text(delta, found, lang) if delta is not None and delta.difference is not None else ""
    against = report.baseline_period.text(lang)
    against = against[:1].lower() + against[1:]
    said = [f"{indicator.name(lang)}" + (f", {_breakdown_text(found.breakdown, lang)}" if found.breakdown else "")]
    said.append(f": {measure_text(found, lang, flag=True)}")
    if counts:
        said.append(f" ({counts})")
    if change:
        said.append(f"; so với {against}: {change}" if lang == "vi" else f"; against {against}: {change}")
    return "".join(said)


def _indicators(report: Report, lang: Lang) -> Section:
    vi = lang == "vi"
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    silent: list[str] = []
    for indicator in report.catalogue:
        shown = [
            (depth, breakdown, found)
            for depth, breakdown in _shown(report, indicator)
            if (found := report.measures.get(indicator.id, report.unit, report.period, breakdown)) is not None
            and found.status is not Status.NOT_APPLICABLE
            and (depth == 0 or found.value is not None)
        ]
        if not shown:
            if not indicator.total and not _labels(report, indicator) and _applies(indicator, report):
                silent.append(indicator.name(lang))
            continue
        if shown[0][2].status is Status.NO_DATA:
            silent.append(indicator.name(lang))
            continue
        if not indicator.total:
            rows.append((indicator.name(lang), "", "", ""))
        for depth, breakdown, found in shown:
            name = indicator.name(lang) if depth == 0 else "  " * depth + _breakdown_text(breakdown, lang)
            delta = report.deltas.get(indicator.id, report.unit, report.period, breakdown)
            rows.append((name, measure_text(found, lang, flag=True), counts_text(found, lang), delta_text(delta, found, lang)))
            if depth == 0:
                notes += [*_excluded_notes(report, indicator, found, lang), *_sample_notes(indicator, found, lang)]
    if silent:
        notes.append(("Không có số liệu: " if vi else "No data: ") + "; ".join(silent))
    headings = ("Chỉ tiêu", "Kết quả", "Tử/mẫu", "So với kỳ gốc") if vi else ("Indicator", "Value", "Counts", "Change")
    return Section(
        "indicators",
        "Chỉ tiêu" if vi else "Indicators",
        _paragraphs(notes),
        (_indented(words_table("indicators", headings, rows, right=(1, 2, 3))),),
        annex=True,
    )


def _shown(report: Report, indicator: Indicator) -> Iterator[tuple[int, Breakdown]]:
    """Yield the breakdowns of an indicator that a report shows, each with its depth: total, levels, then labels."""
    levels = report.units.levels_below(report.unit)
    levels_shown: list[Breakdown] = [(("level", level),) for level in levels] if len(levels) > 1 else []
    labels = _labels(report, indicator)
    if indicator.total:
        yield 0, ()
        for level in levels_shown:
            yield 1, level
            if indicator.by_level:
                for label in labels:
                    yield 2, (*label, *level)
    if not indicator.by_level:
        for label in labels:
            yield 1, label
            if not indicator.total:
                for level in levels_shown:
                    yield 2, (*label, *level)


def _labels(report: Report, indicator: Indicator) -> tuple[Breakdown, ...]:
    return report.measures.labels(indicator.id)


def _applies(indicator: Indicator, report: Report) -> bool:
    period = report.period
    too_early = indicator.valid_from is not None and period.last < indicator.valid_from
    return not too_early and (indicator.valid_to is None or period.first <= indicator.valid_to)


def _breakdown_text(breakdown: Breakdown, lang: Lang) -> str:
    return ", ".join(label_text(dim, label, lang) for dim, label in breakdown)


def _sample_notes(indicator: Indicator, found: Measure, lang: Lang) -> list[str]:
    ends = interval_95(found.numerator or 0, found.denominator or 0) if indicator.sample and found.value is not None else None
    if ends is None or found.denominator is None:
        return []
    low, high = (format_percent(end, lang=lang) for end in ends)
    n = format_count(found.denominator, lang)
    said = f"n = {n}, khoảng tin cậy 95%: {low}–{high}" if lang == "vi" else f"n = {n}, 95% interval: {low}–{high}"
    return [f"{indicator.name(lang)}: {said}"]


def _excluded_notes(report: Report, indicator: Indicator, found: Measure, lang: Lang) -> list[str]:
    if not found.excluded:
        return []
    out = "để ngoài cả tử và mẫu" if lang == "vi" else "left out of both counts"
    listed = []
    for why, n in found.excluded.items():
        count = report.catalogue.counts[indicator.excluded[why]]
        name = EXCLUDED_NAMES.get(why, (count.vi, count.en))[1 if lang == "en" else 0]
        listed.append(f"{format_count(n, lang)} {name}")
    return [f"{indicator.name(lang)}: {out} {', '.join(listed)}"]


def delta_text(delta: Delta | None, found: Measure, lang: Lang = "vi") -> str:
    """Return a change as printed: percentage points for rates, never "%"; counts with their relative change; else the reason."""
    if delta is None or found.value is None:
        return ""
    if delta.difference is None:
        return delta.reason.text(lang)
    return change_text(delta.difference, delta.relative_percent, found.scale, delta.better, lang)


def change_text(difference: Fraction, relative: Fraction | None, scale: Scale, better: bool | None, lang: Lang = "vi") -> str:  # noqa: FBT001  as in Delta
    """Return a difference as printed, with an arrow where it went the good or the bad way."""
    if scale is Scale.PERCENT:
        text = format_points(difference, lang)
    else:
        text = format_signed(difference, lang=lang)
        if relative is not None and scale is Scale.COUNT:
            text += f" ({format_signed(relative, decimals=1, lang=lang)}%)"
    return text + {True: " ▲", False: " ▼", None: ""}[better]


def _units(report: Report, lang: Lang) -> Section:
    vi = lang == "vi"
    shown = [
        i
        for i in report.catalogue
        if i.per_unit and (m := report.measures.get(i.id, report.unit, report.period)) is not None and m.status is not Status.NOT_APPLICABLE
    ]
    rows: list[tuple[str, ...]] = []
    for code in report.units.subtree(report.unit):
        unit = report.units.unit(code)
        own: Breakdown = (("level", unit.level),) if len(report.units.subtree(code)) > 1 else ()
        measures = [report.measures.get(i.id, code, report.period, own) for i in shown]
        if all(m is None or m.status is Status.NOT_APPLICABLE for m in measures):
            continue
        name = unit.full_name + (f" ({LEVEL_NAMES[unit.level][0 if vi else 1]})" if own else "")
        rows.append((name, *("" if m is None else measure_text(m, lang) for m in measures)))
    headings = ("Đơn vị" if vi else "Unit", *(i.name(lang) for i in shown))
    letters = tuple(f"({n})" for n in range(1, len(shown) + 1))
    lines = tuple(f"{letter} {i.name(lang)}" for letter, i in zip(letters, shown, strict=True))
    return Section(
        "units",
        "Theo đơn vị" if vi else "By unit",
        _paragraphs(lines),
        (words_table("units", (headings[0], *letters), rows, right=range(1, len(headings))),),
        annex=True,
    )


def _plan(report: Report, lang: Lang) -> Iterator[Section]:
    vi = lang == "vi"
    plan, assessments = report.plan, report.assessments
    if plan is None or assessments is None:
        return
    number, issued = plan.number, format_date(plan.issued_on, lang)
    lines = [
        f"Kế hoạch {number} ngày {issued}, {plan.issuer}; xét đến {format_date(report.as_of, lang)}"
        if vi
        else f"Plan {number} of {issued}, {plan.issuer}; as of {report.as_of}",
    ]
    if plan.illustrative:
        lines.append(
            "Chỉ tiêu minh họa: danh mục chính thức không công bố" if vi else "Illustrative targets: the official list is not public",
        )
    rows = []
    for a in assessments:
        unit = report.units.unit(a.unit).full_name if a.unit in report.units else a.unit
        place = _breakdown_text(tuple(p for p in a.breakdown if p[0] == "level"), lang)
        rows.append(
            (
                a.name.text(lang),
                place or unit,
                *assessment_texts(a, lang),
                a.verdict.text(lang),
                a.sentence.text(lang) or a.reason.text(lang),
            )
        )
    headings = (
        ("Chỉ tiêu, nhiệm vụ", "Phạm vi", "Đã đạt", "Phải đạt", "Đánh giá", "Còn phải làm")
        if vi
        else ("Target or task", "Scope", "Reached", "Required", "Verdict", "What it takes")
    )
    yield Section(
        "plan",
        "Thực hiện kế hoạch" if vi else "The plan",
        _paragraphs(lines),
        (words_table("plan", headings, rows, right=(2, 3)),),
        annex=True,
    )


def assessment_texts(assessment: Assessment, lang: Lang) -> tuple[str, str]:
    """Return the measured and the required value of an assessment as printed; ``""`` where there is none.

    The two never contradict the verdict: they print with decimals until they differ, and of what is counted whole numbers are required.
    A value that is rounded before it is judged stands there rounded, with the exact one in brackets.
    """
    measured, asked = assessment.measured, assessment.asked
    write = format_percent if assessment.scale is Scale.PERCENT else format_number
    ends = () if asked is None else (asked.value, asked.upper)
    seen = (measured, assessment.rounded)
    low, high = ("" if end is None else write(end, lang=lang, beside=seen) for end in ends) if ends else ("", "")
    required = f"{low}–{high}" if high else _SIGNS.get(assessment.comparator, "") + low if low else ""
    reached = "" if measured is None else write(measured, lang=lang, beside=(*ends, assessment.rounded))
    if assessment.rounded is not None:
        reached = f"{write(assessment.rounded, lang=lang, beside=ends)} ({reached})"
    return reached, required


_SIGNS = {">": "> ", "<=": "≤ ", "<": "< ", "=": "= "}


_WORDS: Final = 20
"""So many words that a closed list does not have are named; ``problems.csv`` has all."""


def _problems(report: Report, lang: Lang) -> Section:
    vi = lang == "vi"
    p = report.problems
    read, valid, rejected = (format_count(n, lang) for n in (p.read, p.valid, p.rejected))
    lines = [
        f"Đọc {read} dòng = {valid} hợp lệ + {rejected} bị loại" if vi else f"{read} rows read = {valid} valid + {rejected} rejected",
    ]
    words = problem_lines([each for each in p if each.rows], lang)
    lines += words[:_WORDS] + (["…"] if len(words) > _WORDS else [])
    rows = tuple((code.value, format_count(n, lang), code.vi if vi else code.en) for code, n in p.by_code().items())
    headings = ("Mã", "Số lượng", "Ý nghĩa") if vi else ("Code", "How many", "Meaning")
    tables = (words_table("problems", headings, rows, right=[1]),) if rows else ()
    return Section("input", "Dữ liệu đầu vào" if vi else "The input", _paragraphs(lines), tables, annex=True)


def _indented(table: Table) -> Table:
    """Return a table whose rows are as deep as their first cell is indented."""
    depths = [(len(text) - len(text.lstrip())) // 2 for text in (row.cells[0].text for row in table.rows)]
    return replace(table, rows=tuple(replace(row, depth=depth) for row, depth in zip(table.rows, depths, strict=True)))


def _paragraphs(lines: Iterable[str]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(line) for line in lines)
