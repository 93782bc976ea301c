"""Form 06 as a table, and its failures in words."""

from __future__ import annotations

from collections.abc import Sequence

from cchc_metrics.reference.unit import LEVEL_NAMES
from cchc_metrics.report.page import COUNT, Cell, Table, TableHeading, TableRow, number_cell
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.text import Lang
from cchc_metrics.verbs.form06 import Failure
from cchc_metrics.verbs.form06_rows import Form06Row

_PRINTED = ("total", "online", "direct", "carried_over", "ended", "early", "on_due_date", "late", "pending", "in_time", "overdue")
_HEADINGS = {
    "vi": (
        "(2) Lĩnh vực",
        "(3) Tổng số",
        "(4) trực tuyến",
        "(5) trực tiếp, BCCI",
        "(6) kỳ trước",
        "(7) đã giải quyết",
        "(8) trước hạn",
        "(9) đúng hạn",
        "(10) quá hạn",
        "(11) đang giải quyết",
        "(12) trong hạn",
        "(13) quá hạn",
    ),
    "en": (
        "(2) Field",
        "(3) total",
        "(4) online",
        "(5) direct, post",
        "(6) carried over",
        "(7) ended",
        "(8) early",
        "(9) on due date",
        "(10) late",
        "(11) pending",
        "(12) in time",
        "(13) overdue",
    ),
}


def form06_table(rows: Sequence[Form06Row], lang: Lang = "vi") -> Table:
    """Return the rows of a form as a table with the printed column numbers; totals stand before their fields' end, named as such."""
    headings = tuple(TableHeading(text, right=number != 1) for number, text in enumerate(("(1)", *_HEADINGS[lang])))
    return Table(
        "form06",
        headings,
        tuple(
            TableRow(
                (
                    number_cell(number, COUNT, lang),
                    Cell(_name(row, lang)),
                    *(number_cell(getattr(row, name), COUNT, lang) for name in _PRINTED),
                ),
                role="total" if row.field is None else "row",
            )
            for number, row in enumerate(rows, start=1)
        ),
    )


def failure_text(failure: Failure, lang: Lang = "vi") -> str:
    """Return a failed identity as one line.

    >>> failure_text(Failure(3, "(7) = (8)+(9)+(10)", 90, 89), "en")
    'row 3: (7) = (8)+(9)+(10) does not hold: 90 and 89, difference 1'
    """
    vi, _, en = failure.identity.partition(" | ")
    numbers = [format_count(n, lang) for n in (failure.left, failure.right, failure.difference)]
    note = failure.note.text(lang)
    tail = f" ({note})" if note else ""
    place = f"{'row' if lang == 'en' else 'dòng'} {failure.row}: " if failure.row else ""
    if lang == "en":
        return f"{place}{en or vi} does not hold: {numbers[0]} and {numbers[1]}, difference {numbers[2]}{tail}"
    return f"{place}{vi} không đúng: {numbers[0]} và {numbers[1]}, lệch {numbers[2]}{tail}"


def _name(row: Form06Row, lang: Lang) -> str:
    level = LEVEL_NAMES[row.level][1 if lang == "en" else 0] if row.level in LEVEL_NAMES else row.level
    if row.field is None:
        total = "TOTAL" if lang == "en" else "TỔNG"
        return f"{total} {level}".strip()
    return f"{level}: {row.field or ('not said' if lang == 'en' else 'không ghi')}"
