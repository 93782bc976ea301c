"""The periodic report as it is read: chapters of sentences in the order of its seven parts, and its table of rows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from cchc_metrics.report.content import lifetime, period_line, straddling, warnings
from cchc_metrics.report.draft import ESTIMATED, HIDDEN, NONE, Draft, Footnotes, capitalised
from cchc_metrics.report.format import assessment_cells, no_value_words, percent_in_sentence
from cchc_metrics.report.narrative import Chapter, Narrative, Topic, gap_text, narrative, sentences
from cchc_metrics.report.page import COUNT, Cell, Form, Page, Paragraph, Section, Table, TableHeading, TableRow, number_cell
from cchc_metrics.report.periodic import PeriodicRow, PeriodicRows
from cchc_metrics.report.periodic_outline import OutlineGroup
from cchc_metrics.text import Lang
from cchc_metrics.values import Status

_CLOSING: Final = 2  # chapters of every written report that follow its results: how it is judged, what is next
_PERCENT: Final = Form("percent", 2, suffix="%")


def periodic_page(found: PeriodicRows, lang: Lang = "vi") -> Page:
    """Return the periodic report as a page: its chapters, then its table as an annex."""
    draft = Draft(found.report, lang)
    told = periodic_narrative(found, draft)
    sections = [
        Section(f"part-{number}", f"{number}. {chapter.title}", tuple(_paragraphs(chapter, lang)))
        for number, chapter in zip(_NUMERALS, told.chapters, strict=False)
    ]
    return Page(told.title.upper(), tuple(_lines(found, draft)), (*sections, appendix(found, draft)), lang)


_NUMERALS: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


def _lines(found: PeriodicRows, draft: Draft) -> Iterator[str]:
    yield period_line(draft)
    yield from (note.text(draft.lang) for note in found.notes())
    yield from lifetime(draft)
    yield from straddling(draft)
    yield from warnings(draft)


def _paragraphs(chapter: Chapter, lang: Lang) -> Iterator[Paragraph]:
    for number, topic in enumerate(chapter.topics, 1):
        yield Paragraph(f"{number}. {topic.title}")
        for sentence in topic.sentences:
            yield Paragraph(sentence, item=True)
        if topic.gap:
            yield Paragraph(gap_text(lang), item=True)


# --- Sentences


def periodic_narrative(found: PeriodicRows, draft: Draft) -> Narrative:
    """Return the periodic report in sentences: a chapter for each of the seven parts, then how it is judged and what is next."""
    whole = narrative(draft)
    chapters = [
        Chapter(part.text.text(draft.lang), tuple(_topic(found, draft, part.number, group) for group in part.groups))
        for part in found.outline.parts
    ]
    return Narrative(whole.title, whole.opening, (*chapters, *whole.chapters[-_CLOSING:]))


def _topic(found: PeriodicRows, draft: Draft, part: str, group: OutlineGroup) -> Topic:
    rows = [row for row in found if (row.part, row.group) == (part, group.number) and not row.scope]
    said = [
        f"{row.name.text(draft.lang)}: {_said(row, row.value, draft)}." for row in rows if row.comes == "plan" and row.value is not None
    ]
    said += sentences(draft, [row.id for row in rows if row.comes in ("records", "entered")])
    nowhere = "; ".join(row.name.text(draft.lang) for row in rows if row.comes in ("nowhere", "entered") and row.value is None)
    if said and nowhere:
        said.append(draft.say(f"Đơn vị bổ sung: {nowhere}.", f"To be written: {nowhere}."))
    return Topic(group.text.text(draft.lang), tuple(said), gap=not said)


def _said(row: PeriodicRow, value: Fraction, draft: Draft) -> str:
    """Return a value as a sentence has it, with what it is counted in."""
    counted = row.counted.text(draft.lang)
    return percent_in_sentence(value, draft.lang) if counted == "%" else f"{_value(row, draft).shown} {counted}"


# --- The table


def appendix(found: PeriodicRows, draft: Draft, *, alone: bool = False) -> Section:
    """Return the table of the periodic report as an annex.

    Args:
        found: the report.
        draft: the same in a language.
        alone: whether nothing above says what is to be known of the whole.
    """
    values = [row.measure for row in found if row.measure is not None]
    compared, judged = draft.compared(values), any(row.target is not None for row in found)
    notes = Footnotes()
    kept = [at for at in range(len(_headings(draft))) if (compared or at not in _COMPARED) and (judged or at not in _JUDGED)]
    rows = tuple(TableRow(tuple(row.cells[at] for at in kept), role=row.role) for row in _rows(found, draft, notes, compared=compared))
    said = _points(rows, draft) if compared else draft.not_compared(values)
    table = Table("periodic", tuple(_headings(draft)[at] for at in kept), rows, notes=(*draft.estimated(rows), *said, *notes.notes()))
    title = draft.say("Phụ lục. Thống kê kết quả cải cách hành chính", "Annex. Figures of administrative reform")
    return Section("periodic", title, tuple(Paragraph(note.text(draft.lang)) for note in found.notes() if alone), (table,), annex=True)


_COMPARED: Final = (6, 7)
_JUDGED: Final = (8, 9)
"""The columns of the comparison, and of the target; a report without any has them not."""


def _headings(draft: Draft) -> tuple[TableHeading, ...]:
    say, now, base = draft.say, capitalised(draft.period_name), draft.say("So với cùng kỳ", "Against a year earlier")
    if draft.report.baseline_period != draft.report.period.year_earlier():
        base = say(f"So với {draft.base}", f"Against {draft.base}")
    asked = say("Chỉ tiêu giao", "Target")
    return (
        TableHeading("TT" if draft.lang == "vi" else "No."),
        TableHeading(say("Nội dung", "What")),
        TableHeading(say("Đơn vị tính", "Counted in")),
        TableHeading(say("Kết quả", "Value"), now, right=True),
        TableHeading(say("Tử số", "Cases"), now, right=True),
        TableHeading(say("Mẫu số", "Out of"), now, right=True),
        TableHeading(say("Kỳ trước", "Before"), base, right=True),
        TableHeading(say("Tăng, giảm", "Change"), base, right=True),
        TableHeading(say("Mức", "Level"), asked, right=True),
        TableHeading(say("Đánh giá", "Verdict"), asked),
        TableHeading(say("Ghi chú", "Notes")),
    )


def _rows(found: PeriodicRows, draft: Draft, notes: Footnotes, *, compared: bool) -> Iterator[TableRow]:
    parts = {part.number: part for part in found.outline.parts}
    part = group = ""
    for row in found:
        if row.part != part:
            part, group = row.part, ""
            yield _title(part, parts[part].text.text(draft.lang).upper())
        if row.group != group:
            group = row.group
            words = next(each for each in parts[part].groups if each.number == group)
            yield _title(group, words.text.text(draft.lang))
        yield _row(row, draft, notes, compared=compared)


def _title(number: str, words: str) -> TableRow:
    return TableRow((Cell(number), Cell(words), *[Cell()] * 9), role="title")


def _row(row: PeriodicRow, draft: Draft, notes: Footnotes, *, compared: bool) -> TableRow:
    number, name = (row.number, row.name.text(draft.lang)) if not row.scope else ("", f"- {draft.scope(row.scope)}")
    was, difference, *_ = draft.changes(row.delta) if row.measure is not None else (Cell(NONE), Cell(NONE))
    required, verdict = Cell(), Cell()
    if row.target is not None:
        required, verdict = assessment_cells(row.target, draft.lang)[1], Cell(row.target.verdict.text(draft.lang))
    hidden = row.status is Status.SUPPRESSED
    said = [] if row.value is not None or hidden else [no_value_words(row.status, row.reason, draft.lang)]
    if row.value is not None:
        # That the period is not over is said above the table, and not of each row.
        said = [
            "" if row.status is Status.PERIOD_OPEN else row.reason.text(draft.lang),
            row.baseline_reason.text(draft.lang) if compared else "",
        ]
        if row.measure is not None and not row.scope:
            said.append(draft.excluded(draft.report.catalogue[row.id], row.measure))
    return TableRow(
        (
            Cell(number),
            Cell(name),
            Cell(row.counted.text(draft.lang)),
            _value(row, draft),
            *((HIDDEN, HIDDEN) if hidden and row.counted.vi == "%" else (draft.count(row.numerator), draft.count(row.denominator))),
            was,
            difference,
            required,
            verdict,
            Cell(notes.mark(*said)),
        )
    )


def _value(row: PeriodicRow, draft: Draft) -> Cell:
    if row.measure is not None:
        return draft.cell(row.measure)
    if row.value is None:
        return Cell(NONE)
    form = _PERCENT if row.counted.vi == "%" else COUNT if row.value.denominator == 1 else Form("number", 2)
    mark = ESTIMATED if row.status is Status.ESTIMATED else ""
    return number_cell(Fraction(row.value), form, draft.lang, mark=mark)


def _points(rows: tuple[TableRow, ...], draft: Draft) -> Iterator[str]:
    if any(cell.form.kind == "points" for row in rows for cell in row.cells):
        yield draft.say("Tăng, giảm của tỷ lệ tính bằng điểm phần trăm.", "The change of a share is in percentage points.")
