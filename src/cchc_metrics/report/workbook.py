"""The report as a workbook: the page to be read and signed, Form 06, and the answers as tables for whoever goes on counting with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from cchc_metrics.errors import CchcError
from cchc_metrics.records.problems import Problems
from cchc_metrics.report.answer_words import answer_columns
from cchc_metrics.report.content import report_page
from cchc_metrics.report.model import Report
from cchc_metrics.report.page_sheets import page_sheets
from cchc_metrics.tables.columns import Cells, Column
from cchc_metrics.tables.sheet import PrintedSheet, SheetCell, SheetForm
from cchc_metrics.tables.workbook import open_book
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Status
from cchc_metrics.verbs.measures import POSITION

_NOT_APPLICABLE: Final = POSITION[Status.NOT_APPLICABLE]
_SHEETS: Final[Mapping[str, Text]] = {
    "measures": Text("Số liệu", "Measures"),
    "deltas": Text("Thay đổi", "Changes"),
    "problems": Text("Vấn đề dữ liệu", "Problems"),
}


def write_workbook(report: Report, path: Path, lang: Lang = "vi") -> None:
    """Write a report as a workbook; the same report gives the same bytes.

    Args:
        report: the report.
        path: the file.
        lang: the language.

    Raises:
        CchcError: XlsxWriter (the extra ``excel``) is not installed, or the file cannot be written.
    """
    page = report_page(report, lang)
    with open_book(path, created=report.as_of, title=page.title) as book:
        for sheet in page_sheets(page):
            book.add(sheet)
        if report.suppress_below is None:  # the form has every number
            book.add(_form06(report, lang))
        measures = report.measures._take(np.flatnonzero(report.measures.status != _NOT_APPLICABLE))  # noqa: SLF001  as report.json has them
        deltas = report.deltas._take(np.flatnonzero(report.deltas.current.status != _NOT_APPLICABLE))  # noqa: SLF001  as above
        for name, columns in {
            "measures": answer_columns(measures, lang),
            "deltas": answer_columns(deltas, lang),
            "problems": answer_columns(report.problems, lang) | (_totals(report.problems, lang) if report.problems.numbered else {}),
        }.items():
            book.add_rows(_SHEETS[name].text(lang), columns, lang)


def _totals(problems: Problems, lang: Lang) -> dict[str, Column]:
    """Return beside each problem how many of its kind the file has, since a limited number of them is listed."""
    heading = "Tổng số cùng mã trong tệp" if lang == "vi" else "of this code in the file"
    return {heading: Cells("whole", [problems.totals.get((p.file, p.code)) for p in problems.examples])}


def _form06(report: Report, lang: Lang) -> PrintedSheet:
    """Return Form 06 of the unit that reports, or why there is none."""
    notes = [note for note in (_SYNTHETIC.text(lang) if report.synthetic else "", report.note.text(lang)) if note]
    try:
        return report.form06().sheet(lang, notes)
    except CchcError as error:
        cell = SheetCell(0, 0, error.text(lang), SheetForm())
        return PrintedSheet("Biểu 06" if lang == "vi" else "Form 06", (cell,), (90,))


_SYNTHETIC: Final = Text("SỐ LIỆU MÔ PHỎNG, không phải số liệu thật", "SYNTHETIC RECORDS, not real data")
