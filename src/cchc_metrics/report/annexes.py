"""The annexes of a report, in the order of the field: indicators, the plan, units, outreach, scores, the input, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from cchc_metrics.catalogue.model import UNITS_KIND, Indicator
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.draft import NONE, Draft, Footnotes, capitalised
from cchc_metrics.report.first_page import figure_headings, interval_note, kind_name
from cchc_metrics.report.format import assessment_cells, no_value_text
from cchc_metrics.report.grounds import grounds
from cchc_metrics.report.page import Cell, Form, Paragraph, Section, Table, TableHeading, TableRow, date_cell, number_cell
from cchc_metrics.report.problem_lines import problem_lines
from cchc_metrics.values import Breakdown, Measure, Status
from cchc_metrics.verbs.assess import Assessment

_OUTREACH = "outreach"
_FIELDS = {
    "dossiers": ("Giải quyết thủ tục hành chính", "Administrative procedures"),
    "documents": ("Văn bản điện tử", "Electronic documents"),
    "meetings": ("Họp không giấy", "Meetings"),
    "outreach": ("Thông tin, tuyên truyền", "Outreach"),
    "initiatives": ("Mô hình, cách làm hay", "Initiatives"),
    "surveys": ("Sự hài lòng của người dân, tổ chức", "Satisfaction"),
    "petitions": ("Phản ánh, kiến nghị", "Petitions"),
    "entered": ("Số liệu nhập tay", "Entered by hand"),
    "procedures": ("Danh mục thủ tục hành chính", "The list of procedures"),
    "assigned_tasks": ("Nhiệm vụ cấp trên giao", "Tasks given by superiors"),
    "inspections": ("Kiểm tra công tác cải cách hành chính", "Inspections"),
    "periodic_reports": ("Chế độ báo cáo", "Periodic reports"),
    "legal_documents": ("Văn bản quy phạm pháp luật", "Normative documents"),
}
"""Kind of record → what a title over its indicators says."""
_POINTS = Form("number", 2)
_NUMBERING = set(".0123456789")  # ids of criteria that are numbers, and not words, are printed
_WORDS = 20  # so many words that a closed list does not have are named; problems.csv has all


def annexes(draft: Draft) -> Iterator[Section]:
    """Yield the annexes, numbered; those that there is nothing for are left out."""
    made: list[Callable[[Draft], Section | None]] = [indicators, plan_annex, units, outreach, scores, the_input, grounds]
    number = 0
    for make in made:
        if (found := make(draft)) is not None:
            number += 1
            title = f"{draft.say('Phụ lục', 'Annex')} {number}. {found.title}"
            yield Section(found.id, title, found.paragraphs, found.tables, annex=True)


def field_of(draft: Draft, indicator: Indicator) -> str:
    """Return the kind of record that an indicator is about; ``entered`` for what is entered by hand."""
    if indicator.entered:
        return "entered"
    names = [draft.report.catalogue.counts[name.removeprefix("-")].kind for name in indicator.numerator] or [
        indicator.values_of.split(".")[0]
    ]
    return next((name for name in names if name != UNITS_KIND), UNITS_KIND)


# --- Indicators


def indicators(draft: Draft) -> Section | None:
    """Return every indicator but those of outreach, with their levels and labels, and which have no data."""
    listed = list(draft.report.catalogue)
    own = [indicator for indicator in listed if field_of(draft, indicator) != _OUTREACH]
    silent = [indicator.name(draft.lang) for indicator in listed if draft.missed(indicator) and not _values(draft, indicator)]
    said = (f"{draft.say('Không có số liệu', 'No data')}: {'; '.join(silent)}.",) if silent else ()
    table = _figures(draft, own, "indicators", said, titled=True)
    title = draft.say("Kết quả theo chỉ tiêu", "Results by indicator")
    if table is None:
        return Section("indicators", title, tuple(Paragraph(text) for text in said)) if said else None
    return Section("indicators", title, (), (table,))


def outreach(draft: Draft) -> Section | None:
    """Return the indicators of outreach, by channel."""
    own = [indicator for indicator in draft.report.catalogue if field_of(draft, indicator) == _OUTREACH]
    table = _figures(draft, own, "outreach", (), titled=False)
    title = draft.say("Thông tin, tuyên truyền theo hình thức", "Outreach by channel")
    return None if table is None else Section("outreach", title, (), (table,))


def _figures(draft: Draft, chosen: list[Indicator], name: str, more: tuple[str, ...], *, titled: bool) -> Table | None:
    values = {indicator.id: found for indicator in chosen if (found := _values(draft, indicator))}
    if not values:
        return None
    headings, said = figure_headings(draft), list(more)
    everything = [found for listed in values.values() for _, _, found in listed]
    compared = draft.compared(everything)
    notes, rows = Footnotes(), []
    shown = [indicator for indicator in chosen if indicator.id in values]
    for field, group in groupby(shown, key=lambda indicator: field_of(draft, indicator)):
        if titled:
            rows.append(TableRow((Cell(_field_name(draft, field)), *[Cell()] * 7), role="title"))
        for indicator in group:
            rows += _rows(draft, indicator, values[indicator.id], notes, depth=int(titled), compared=compared)
    if not compared:
        headings, rows = headings[:4], [TableRow(row.cells[:4], row.depth, row.role) for row in rows]
        said = [*draft.not_compared(everything), *said]
    elif any(row.cells[5].form.kind == "points" for row in rows):
        said.insert(0, draft.say("Tăng, giảm của tỷ lệ tính bằng điểm phần trăm.", "The change of a share is in percentage points."))
    return Table(name, headings, tuple(rows), notes=(*draft.estimated(rows), *notes.notes(), *said))


def _values(draft: Draft, indicator: Indicator) -> list[tuple[int, Breakdown, Measure]]:
    """Return the values of an indicator that a report shows, each with its depth; none where there are no data."""
    found = [
        (depth, breakdown, value)
        for depth, breakdown in _shown(draft, indicator)
        if (value := draft.get(indicator.id, breakdown)) is not None
        and (depth == 0 or value.value is not None or value.status is Status.SUPPRESSED)
    ]
    return [] if not found or found[0][2].status is Status.NO_DATA else found


def _field_name(draft: Draft, field: str) -> str:
    if field in _FIELDS:
        return draft.say(*_FIELDS[field])
    return capitalised(kind_name(field, draft.lang)) if field in KINDS else field


def _rows(
    draft: Draft, indicator: Indicator, values: list[tuple[int, Breakdown, Measure]], notes: Footnotes, *, depth: int, compared: bool
) -> Iterator[TableRow]:
    if not indicator.total:
        yield TableRow((Cell(draft.name(indicator)), *[Cell()] * 7), depth)
    for below, breakdown, found in values:
        delta = draft.delta(found)
        why = (
            delta.reason.text(draft.lang)
            if compared
            and delta is not None
            and delta.difference is None
            and found.value is not None
            and delta.status is not Status.SUPPRESSED
            else ""
        )
        none = no_value_text(found, draft.lang) if found.value is None and found.status is not Status.SUPPRESSED else ""
        about = (draft.excluded(indicator, found), interval_note(draft, indicator, found)) if below == 0 else ()
        mark = notes.mark(*about, draft.doubt(found), none, why, draft.of_baseline(delta) if compared else "")
        name = draft.name(indicator) if below == 0 else draft.scope(breakdown)
        cells = (Cell(f"{name} {mark}".strip()), draft.cell(found), *draft.counts(found), *draft.changes(delta))
        yield TableRow(cells, depth + below)


def _shown(draft: Draft, indicator: Indicator) -> Iterator[tuple[int, Breakdown]]:
    """Yield the breakdowns of an indicator that a report shows, each with its depth: total, levels, then labels."""
    labels, levels = draft.labels(indicator), draft.level_parts()
    if indicator.total:
        yield 0, ()
        for level in levels:
            yield 1, level
            if indicator.by_level:
                for label in labels:
                    yield 2, tuple(sorted((*label, *level)))
    if not indicator.by_level:
        for label in labels:
            yield 1, label
            if not indicator.total:
                for level in levels:
                    yield 2, tuple(sorted((*label, *level)))


# --- The plan


def plan_annex(draft: Draft) -> Section | None:
    """Return where the plan stands, or nothing without one."""
    plan = draft.report.plan
    if plan is None or draft.report.assessments is None:
        return None
    title = draft.say(f"Thực hiện kế hoạch năm {plan.year}", f"The plan of {plan.year}")
    day, issued = draft.date(draft.report.as_of), draft.date(plan.issued_on)
    said = [
        draft.say(
            f"Kế hoạch số {plan.number} ngày {issued} của {plan.issuer}; tính đến ngày {day}.",
            f"Plan {plan.number} of {issued}, {plan.issuer}; as of {day}.",
        )
    ]
    if plan.illustrative:
        said.append(
            draft.say("Chỉ tiêu minh họa: danh mục chính thức không công bố.", "Illustrative targets: the official list is not public.")
        )
    items = list(draft.report.assessments)
    tables = (_targets(draft, [a for a in items if a.kind != "task"]), _tasks(draft, [a for a in items if a.kind == "task"]))
    return Section("plan", title, tuple(Paragraph(text) for text in said), tuple(table for table in tables if table is not None))


def _targets(draft: Draft, items: list[Assessment]) -> Table | None:
    if not items:
        return None
    say, notes = draft.say, Footnotes()
    headings = (
        TableHeading(say("Chỉ tiêu", "Target")),
        TableHeading(say("Phạm vi", "Scope")),
        TableHeading(say("Kết quả", "Value"), right=True),
        TableHeading(say("Chỉ tiêu giao", "Required"), right=True),
        TableHeading(say("Đánh giá", "Verdict")),
        TableHeading(say("Còn phải làm", "What it takes")),
        TableHeading(say("Ghi chú", "Note")),
    )
    rows = []
    for a in items:
        unit = draft.called(a.unit)
        place = draft.scope(tuple(pair for pair in a.breakdown if pair[0] == "level"))
        note = notes.mark(a.reason.text(draft.lang))
        words = (Cell(a.verdict.text(draft.lang)), Cell(a.sentence.text(draft.lang)), Cell(note))
        rows.append(TableRow((Cell(a.name.text(draft.lang)), Cell(place or unit), *assessment_cells(a, draft.lang), *words)))
    return Table("plan", headings, tuple(rows), say("Chỉ tiêu", "Targets"), tuple(notes.notes()))


def _tasks(draft: Draft, items: list[Assessment]) -> Table | None:
    if not items:
        return None
    say = draft.say
    headings = (
        TableHeading(say("Nhiệm vụ", "Task")),
        TableHeading(say("Cơ quan chủ trì", "Owner")),
        TableHeading(say("Hạn", "Due")),
        TableHeading(say("Đánh giá", "Verdict")),
        TableHeading(say("Tình hình", "State")),
    )
    rows = [
        TableRow(
            (
                Cell(a.name.text(draft.lang)),
                Cell(a.owner),
                date_cell(a.due, draft.lang),
                Cell(a.verdict.text(draft.lang)),
                Cell("; ".join(filter(None, (a.sentence.text(draft.lang), a.reason.text(draft.lang))))),
            )
        )
        for a in items
    ]
    kept = [column for column in range(5) if column != 1 or any(a.owner for a in items)]
    return Table(
        "tasks",
        tuple(headings[column] for column in kept),
        tuple(TableRow(tuple(row.cells[column] for column in kept)) for row in rows),
        say("Nhiệm vụ", "Tasks"),
    )


# --- Units


def units(draft: Draft) -> Section | None:
    """Return the main values of every unit, the highest level first; without those that no unit has."""
    report, codes = draft.report, draft.report.units.subtree(draft.report.unit)
    asked = [i for i in report.catalogue if i.per_unit and i.total and draft.applies(i)]
    columns = [draft.own_values(i.id) for i in asked]
    listed: list[tuple[str, list[Measure | None]]] = [(row[0][0], [own for _, own in row]) for row in zip(*columns, strict=True)]
    if len(codes) > 1:
        whole = report.units.unit(report.unit).full_name
        listed.insert(0, (draft.say(f"Toàn {whole}", f"The whole of {whole}"), [draft.get(i.id) for i in asked]))
    listed = [(name, found) for name, found in listed if any(m is not None for m in found)]
    kept = [
        n
        for n in range(len(asked))
        if any(m is not None and (m.value is not None or m.status is Status.SUPPRESSED) for _, found in listed for m in (found[n],))
    ]
    if not kept:
        return None
    rows = [
        TableRow((Cell(name), *(draft.cell(found[n]) for n in kept)), role="total" if number == 0 and len(codes) > 1 else "row")
        for number, (name, found) in enumerate(listed)
    ]
    reasons: dict[str, dict[str, None]] = {}
    for n in kept:
        for m in (found[n] for _, found in listed):
            if m is not None and m.value is None and m.status is not Status.SUPPRESSED:
                reasons.setdefault(no_value_text(m, draft.lang), {})[asked[n].name(draft.lang)] = None
    headings = (
        TableHeading(draft.say("Đơn vị", "Unit")),
        *(TableHeading(draft.name(asked[n]), right=True) for n in kept),
    )
    said = [f"{NONE} {why}: {'; '.join(names)}." for why, names in reasons.items()]
    table = Table("units", headings, tuple(rows), notes=(*draft.estimated(rows), *said))
    return Section("units", draft.say("Kết quả theo đơn vị", "Results by unit"), (), (table,))


# --- Scores


def scores(draft: Draft) -> Section | None:
    """Return the scorecards; points are rounded half-up for reading only."""
    cards = draft.report.scorecards
    if not cards:
        return None
    say, tables = draft.say, []
    headings = (
        TableHeading(say("Tiêu chí", "Criterion")),
        TableHeading(say("Điểm", "Points"), right=True),
        TableHeading(say("Điểm tối đa", "Maximum"), right=True),
        TableHeading("%", right=True),
        TableHeading(say("Ghi chú", "Note")),
    )
    for code, card in cards.items():
        notes, rows = Footnotes(), []
        depths = {id(card.total): 0}
        for line in card.total.walk():
            depths.update({id(part): depths[id(line)] + (line is not card.total) for part in line.parts})
        for line in card.lines:
            note = "; ".join(filter(None, (line.reason.text(draft.lang), *(text.text(draft.lang) for text in line.notes))))
            number = f"{line.id}. " if set(line.id) & _NUMBERING else ""
            total = line is card.total
            name = say("TỔNG", "TOTAL") if total else number + line.name.text(draft.lang)
            near = (line.points, line.max)
            points, most = (Cell(NONE) if v is None else number_cell(v, _POINTS, draft.lang, beside=near) for v in near)
            share = Cell(NONE) if line.share is None else number_cell(line.share, _POINTS, draft.lang)
            cells = (Cell(name), points, most, share, Cell(notes.mark(note)))
            rows.append(TableRow(cells, depths[id(line)], "total" if total else "row"))
        unit = draft.called(code)
        named = card.scheme.name.text(draft.lang)
        band = "" if card.band is None else say(f"Xếp loại: {card.band.name.text('vi')}.", f"Grade: {card.band.name.text('en')}.")
        gates = [capitalised(text.text(draft.lang)) + "." for text in card.gates]
        tables.append(Table(f"scores-{code}", headings, tuple(rows), f"{unit}: {named}", (*filter(None, (band,)), *gates, *notes.notes())))
    if len(cards) > 1:
        tables.append(_ranks(draft))
    return Section("scores", say("Chấm điểm", "Scores"), (), tuple(tables))


def _ranks(draft: Draft) -> Table:
    from cchc_metrics.score import rank_units  # noqa: PLC0415  loaded where there is a scheme only

    cards = draft.report.scorecards
    found = rank_units(cards, units=cards)
    shown = found._shown(draft.lang, None)  # noqa: SLF001  the table as it prints itself
    headings = tuple(TableHeading(text, right=right) for text, right in zip(shown.headings, shown.right, strict=True))
    rows = tuple(TableRow(tuple(Cell(text) for text in row)) for row in shown.rows)
    return Table("ranks", headings, rows, draft.say("Xếp hạng", "Ranks"))


# --- The input, and what everything rests on


def the_input(draft: Draft) -> Section | None:
    """Return what was wrong with the records, by file."""
    say, problems = draft.say, draft.report.problems
    if not problems:
        return None
    headings: tuple[TableHeading, ...] = (
        TableHeading(say("Tệp", "File")),
        TableHeading(say("Mức độ", "Severity")),
        TableHeading(say("Nội dung", "What is wrong")),
        TableHeading(say("Số lượng", "How many"), right=True),
    )
    rows = tuple(
        TableRow(
            (
                Cell(file or say("bộ nhớ", "memory")),
                Cell(say("lỗi", "error") if code.severity == "error" else say("lưu ý", "warning")),
                Cell(code.vi if draft.lang == "vi" else code.en),
                draft.count(n),
            )
        )
        for (file, code), n in sorted(problems.totals.items(), key=lambda item: (item[0][0], item[0][1].severity, -item[1]))
    )
    note = say("Từng dòng, từng ô: xem tệp problems.csv.", "Each row and cell: see problems.csv.")
    if not problems.numbered:
        headings, rows = headings[:-1], tuple(TableRow(row.cells[:-1]) for row in rows)
        note = say("Số lượng, từng dòng, từng ô: không công bố.", "How many, and each row and cell: not published.")
    words = problem_lines([each for each in problems if each.rows], draft.lang)
    said = [Paragraph(word, item=True) for word in words[:_WORDS] + (["…"] if len(words) > _WORDS else [])]
    return Section(
        "input", say("Chất lượng số liệu đầu vào", "The input"), tuple(said), (Table("problems", headings, rows, notes=(note,)),)
    )
