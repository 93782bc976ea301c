"""What the figures of a report rest on: rules, calendar, library, files with their digests, and the source of each indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.rules import rule_presets, rules_id
from cchc_metrics.report.draft import Draft
from cchc_metrics.report.first_page import kind_name
from cchc_metrics.report.format import rules_text
from cchc_metrics.report.lineage import Lineage
from cchc_metrics.report.page import Cell, Paragraph, Section, Table, TableHeading, TableRow
from cchc_metrics.values import Status


def grounds(draft: Draft) -> Section:
    """Return what the figures rest on: rules, calendar, files, and the source of each indicator."""
    report, say = draft.report, draft.say
    preset, rules = rule_presets().get(rules_id(report.rules)), rules_text(report.rules, draft.lang)
    if preset is not None:
        until = min(report.period.last, report.as_of)
        noted = [change.vi if draft.lang == "vi" else change.en for change in preset.changes if change.from_day <= until]
        rules = "; ".join([f"{preset.vi if draft.lang == 'vi' else preset.en} ({rules})", *filter(None, noted)])
    first, last = draft.date(report.period.first), draft.date(report.period.last)
    said = [
        say(
            f"Kỳ báo cáo: {first} – {last}; kỳ gốc: {draft.base_with_days}.",
            f"Period: {first} to {last}; baseline: {draft.base_with_days}.",
        ),
        say(f"Số liệu tính đến ngày {draft.date(report.as_of)}.", f"As of {draft.date(report.as_of)}."),
        say(f"Quy tắc tính: {rules}.", f"Rules: {rules}."),
        say(f"Lịch làm việc: {report.calendar}.", f"Working calendar: {report.calendar}."),
    ]
    tables = [_files(draft)] if report.tables else []
    if report.lineage is not None:
        lineage = report.lineage()
        said += lineage.lines(draft.lang)
        tables.append(_inputs(draft, lineage))
    shown = [i for i in report.catalogue if draft.labels(i) or ((m := draft.get(i.id)) is not None and m.status is not Status.NO_DATA)]
    headings = (TableHeading(say("Chỉ tiêu", "Indicator")), TableHeading(say("Căn cứ, cách tính", "Source")))
    rows = tuple(TableRow((Cell(i.name(draft.lang)), Cell(i.source_text(draft.lang)))) for i in shown)
    tables.append(Table("sources", headings, rows, say("Căn cứ của chỉ tiêu", "Sources of the indicators")))
    return Section(
        "grounds", say("Căn cứ số liệu", "What the figures rest on"), tuple(Paragraph(text, item=True) for text in said), tuple(tables)
    )


def _inputs(draft: Draft, lineage: Lineage) -> Table:
    """Return the files that the figures follow from, each with the beginning of its digest, by which it is known again."""
    say = draft.say
    headings = (
        TableHeading(say("Đầu vào", "Input")),
        TableHeading(say("Tệp", "File")),
        TableHeading(say("Số dòng đọc", "Rows read"), right=True),
        TableHeading("SHA-256"),
    )
    rows = tuple(
        TableRow((Cell(_input_name(what, draft)), Cell(file), Cell() if n is None else draft.count(n), Cell(digest)))
        for what, file, n, digest in lineage.rows(draft.lang)
    )
    return Table("inputs", headings, rows, say("Mã kiểm tra của đầu vào", "Digests of the inputs"))


_SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "district": ("cài đặt", "settings"),
    "units": ("đơn vị", "units"),
    "calendar": ("lịch làm việc", "working calendar"),
    "catalogue": ("chỉ tiêu", "indicators"),
    "plan": ("kế hoạch", "plan"),
    "baseline": ("kỳ gốc", "baseline"),
    "figures": ("số liệu nhập tay", "figures entered by hand"),
    "scheme": ("bộ tiêu chí", "scoring scheme"),
    "scores": ("điểm", "scores"),
    "fixes": ("dòng đã sửa", "fixed rows"),
}


def _input_name(what: str, draft: Draft) -> str:
    return kind_name(what, draft.lang) if what in KINDS else draft.say(*_SETTINGS[what])


def _files(draft: Draft) -> Table:
    say, report = draft.say, draft.report
    headings = (
        TableHeading(say("Loại số liệu", "Records")),
        TableHeading(say("Tệp", "File")),
        TableHeading(say("Số dòng đọc", "Rows read"), right=True),
        TableHeading(say("Hợp lệ", "Valid"), right=True),
        TableHeading(say("Bị loại", "Rejected"), right=True),
    )
    rows = tuple(
        TableRow(
            (
                Cell(kind_name(kind, draft.lang)),
                Cell(report.files.get(kind) or say("bộ nhớ", "memory")),
                *(draft.count(n) for n in (own.read, own.valid, own.rejected)),
            )
        )
        for kind, own in report.tables.items()
        if kind in KINDS and (own.read or kind in report.files)
    )
    return Table("files", headings, rows, say("Số liệu đã đọc", "What was read"))
