"""Form 06 laid out as it is submitted (Thông tư số 01/2020/TT-VPCP): columns (1) to (13), headings of three rows, totals as formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cchc_metrics.reference.level import LEVEL_NAMES
from cchc_metrics.reference.period import Period
from cchc_metrics.tables.numbers import format_count, format_date
from cchc_metrics.tables.sheet import PrintedSheet, SheetCell, SheetForm, column_letters, lines_of
from cchc_metrics.text import Lang
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row

_PRINTED: Final = NUMBERS[:11]  # columns (3) to (13)
_LAST: Final = 12
_TOP: Final = 6  # the first row of the headings
_FIRST: Final = 10  # the first row below them
_WIDTHS: Final = (5.5, 30.0, 9.5, 9.5, 11.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5)
_POINTS: Final = 16.0  # of a line
_SMALL: Final = 11
_ONE_PAGE: Final = 30  # so many lines are still read when they are made to fit one page

_HEAD: Final = SheetForm(bold=True, size=_SMALL, align="center", border=True, filled=True)
_NUMBERED: Final = SheetForm(italic=True, size=10, align="center", border=True)
_COUNT: Final = SheetForm("#,##0", border=True, align="right", indent=1)
_WORDS: Final = SheetForm(border=True)
_PLACE: Final = SheetForm("0", border=True, align="center")
_NOTE: Final = SheetForm(italic=True, size=_SMALL)

_TEXTS: Final = {
    "vi": {
        "name": "Biểu số 06/VPCP/KSTT\nBan hành theo Thông tư số 01/2020/TT-VPCP\nngày 21/10/2020",
        "title": "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
        "period": "Kỳ báo cáo: {}",
        "days": "(Từ ngày {} đến ngày {})",
        "unit": "Đơn vị báo cáo:\n{}\nĐơn vị nhận báo cáo:\n………………………………",
        "counted": "Đơn vị tính: Số hồ sơ thủ tục hành chính",
        "total": "Tổng cộng",
        "of_level": "Cộng {}",
        "no_field": "Không ghi lĩnh vực",
        "signed": ("", "……, ngày …… tháng …… năm ……"),
        "signers": ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"),
        "signature": ("(Ký, ghi rõ họ tên)", "(Ký, ghi rõ họ tên, đóng dấu)"),
    },
    "en": {
        "name": "Form 06/VPCP/KSTT\nIssued with Circular 01/2020/TT-VPCP\nof 2020-10-21",
        "title": "HANDLING OF ADMINISTRATIVE PROCEDURES AND ITS RESULTS",
        "period": "Period: {}",
        "days": "(from {} to {})",
        "unit": "Reporting unit:\n{}\nReported to:\n………………………………",
        "counted": "Counted: dossiers of administrative procedures",
        "total": "Total",
        "of_level": "Total of {}",
        "no_field": "No field said",
        "signed": ("", "……, on ……"),
        "signers": ("MADE BY", "HEAD OF THE UNIT"),
        "signature": ("(signature, full name)", "(signature, full name, seal)"),
    },
}
# Row, column, last row and last column of each heading, in the three rows of headings.
_AREAS: Final = (
    (0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 0, 5), (0, 6, 0, 9), (0, 10, 0, 12),
    (1, 2, 2, 2), (1, 3, 1, 4), (1, 5, 2, 5), (2, 3, 2, 3), (2, 4, 2, 4),
    (1, 6, 2, 6), (1, 7, 2, 7), (1, 8, 2, 8), (1, 9, 2, 9), (1, 10, 2, 10), (1, 11, 2, 11), (1, 12, 2, 12),
)  # fmt: skip
_HEADINGS: Final = {
    "vi": (
        "STT", "Lĩnh vực giải quyết", "Số lượng hồ sơ tiếp nhận", "Số lượng hồ sơ đã giải quyết", "Số lượng hồ sơ đang giải quyết",
        "Tổng số", "Trong kỳ", "Từ kỳ trước", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính",
        "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn",
    ),
    "en": (
        "No", "Field", "Received", "Resolved", "Being processed",
        "Total", "In the period", "Carried over", "Online", "At the counter, by post",
        "Total", "Early", "On the due date", "Late", "Total", "In time", "Overdue",
    ),
}  # fmt: skip
_NUMBERS_SAID: Final = (
    "(1)", "(2)", "(3)=(4)\n+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)\n+(9)+(10)", "(8)", "(9)", "(10)", "(11)=(12)\n+(13)", "(12)", "(13)",
)  # fmt: skip
_APART: Final = (
    ("ended_no_due_date", "{} hồ sơ đã giải quyết không có hạn trả, tính ở cột (7), không ở (8), (9), (10)",
     "{} resolved dossiers without a due date are in (7) and not in (8), (9), (10)"),
    ("ended_due_unknown", "{} hồ sơ đã giải quyết không tính được hạn trả, tính ở cột (7), không ở (8), (9), (10)",
     "{} resolved dossiers whose due date could not be computed are in (7) and not in (8), (9), (10)"),
    ("pending_no_due_date", "{} hồ sơ đang giải quyết không có hạn trả, tính ở cột (11), không ở (12), (13)",
     "{} pending dossiers without a due date are in (11) and not in (12), (13)"),
    ("pending_due_unknown", "{} hồ sơ đang giải quyết không tính được hạn trả, tính ở cột (11), không ở (12), (13)",
     "{} pending dossiers whose due date could not be computed are in (11) and not in (12), (13)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the form: a row, or the name of a level over its rows."""

    name: str
    row: Form06Row | None
    number: int = 0

    @property
    def is_total(self) -> bool:
        return self.row is not None and self.row.field is None


def form06_sheet(rows: Sequence[Form06Row], unit_name: str, period: Period, lang: Lang = "vi", notes: Sequence[str] = ()) -> PrintedSheet:
    """Return the rows of a form as a sheet to be printed and signed.

    Args:
        rows: by level, then field; after the fields of a level its total, at the end the total of all, as ``Form06`` has them.
        unit_name: who reports.
        period: the period.
        lang: the language.
        notes: what stands under it, beside what it says of dossiers without a due date.
    """
    lines = list(_lines(rows, lang))
    cells = [*_above(unit_name, period, lang), *_headings(lang), *_body(lines)]
    last = _FIRST + len(lines)
    heights = {0: 2 * _POINTS, 1: _POINTS, 2: _POINTS, 3: _POINTS, _TOP: 1.3 * _POINTS, _TOP + 2: 3 * _POINTS, _TOP + 3: 1.6 * _POINTS}
    heights |= {_FIRST + at: _POINTS * lines_of(line.name, _WIDTHS[1]) + 2 for at, line in enumerate(lines)}
    said = [*_apart(rows, lang), *notes]
    for at, note in enumerate(said, start=last):
        cells.append(SheetCell(at, 0, note, _NOTE, at, _LAST))
        heights[at] = _POINTS * lines_of(note, sum(_WIDTHS))
    cells += _signatures(last + len(said) + 1, lang)
    return PrintedSheet(
        "Biểu 06" if lang == "vi" else "Form 06",
        tuple(cells),
        _WIDTHS,
        heights,
        (_FIRST, 2),
        (_TOP, _FIRST - 1),
        landscape=True,
        one_page=len(lines) + len(said) <= _ONE_PAGE,
    )


def _lines(rows: Sequence[Form06Row], lang: Lang) -> Iterator[_Line]:
    """Yield the lines; with one level its total is that of the form, and its name is not said."""
    texts, several, number = _TEXTS[lang], len({row.level for row in rows if row.level}) > 1, 0
    for row in rows:
        level = LEVEL_NAMES.get(row.level, (row.level, row.level))[1 if lang == "en" else 0]
        if row.field is not None:
            if several and not number:
                yield _Line(level.upper(), None)
            number += 1
            yield _Line(row.field or str(texts["no_field"]), row, number)
            continue
        number = 0
        if several or not row.level:
            yield _Line(str(texts["of_level"]).format(level) if row.level else str(texts["total"]), row)


def _above(unit_name: str, period: Period, lang: Lang) -> Iterator[SheetCell]:
    texts = _TEXTS[lang]
    days = str(texts["days"]).format(format_date(period.first, lang), format_date(period.last, lang))
    middle = SheetForm(align="center")
    yield SheetCell(0, 0, str(texts["name"]), SheetForm(size=_SMALL, top=True), 3, 2)
    yield SheetCell(0, 3, str(texts["title"]), SheetForm(bold=True, size=14, align="center"), 0, 9)
    yield SheetCell(1, 3, str(texts["period"]).format(period.text(lang).partition(" (")[0]), replace(middle, bold=True), 1, 9)
    yield SheetCell(2, 3, days, replace(middle, italic=True), 2, 9)
    yield SheetCell(0, 10, str(texts["unit"]).format(unit_name), SheetForm(size=_SMALL, top=True), 3, _LAST)
    yield SheetCell(5, 8, str(texts["counted"]), SheetForm(italic=True, size=_SMALL, align="right"), 5, _LAST)


def _headings(lang: Lang) -> Iterator[SheetCell]:
    for (row, column, last_row, last_column), heading in zip(_AREAS, _HEADINGS[lang], strict=True):
        alone = (row, column) == (last_row, last_column)
        yield SheetCell(_TOP + row, column, heading, _HEAD, *(() if alone else (_TOP + last_row, last_column)))
    for column, number in enumerate(_NUMBERS_SAID):
        yield SheetCell(_FIRST - 1, column, number, _NUMBERED if len(number) <= 4 else replace(_NUMBERED, size=9))


def _body(lines: Sequence[_Line]) -> Iterator[SheetCell]:
    """Yield the lines; a total is the sum of the rows of its level above it, that of all the sum of those totals, or of all rows.

    Where the form has some of its rows only, a total stays the number that it is: no formula makes it of those that are left.
    """
    of_fields: list[int] = []
    of_levels: list[int] = []

    def value_of(at: int, name: str) -> int:
        row = lines[at - _FIRST].row
        return 0 if row is None else int(getattr(row, name))

    for at, line in enumerate(lines, start=_FIRST):
        bold = line.is_total or line.row is None
        yield SheetCell(at, 0, line.number or None, replace(_PLACE, bold=bold))
        yield SheetCell(at, 1, line.name, replace(_WORDS, bold=bold))
        for column, name in enumerate(_PRINTED, start=2):
            letters, formula = column_letters(column), ""
            value = None if line.row is None else getattr(line.row, name)
            added = of_fields or (of_levels if line.row is not None and not line.row.level else [])
            if line.is_total and added and sum(value_of(row, name) for row in added) == value:
                if of_fields:  # of its level, or of the only level there is
                    formula = f"=SUM({letters}{of_fields[0] + 1}:{letters}{of_fields[-1] + 1})"
                else:
                    formula = f"=SUM({','.join(f'{letters}{total + 1}' for total in of_levels)})"
            yield SheetCell(at, column, value, replace(_COUNT, bold=bold), formula=formula)
        if line.is_total:
            of_levels.append(at)
            of_fields.clear()
        elif line.row is not None:
            of_fields.append(at)


def _apart(rows: Sequence[Form06Row], lang: Lang) -> Iterator[str]:
    totals = rows[-1:] if rows and rows[-1].field is None else rows  # of a form with some of its rows only, of those
    for name, vi, en in _APART:
        if count := sum(getattr(row, name) for row in totals):
            yield ("Ghi chú: " if lang == "vi" else "Note: ") + (vi if lang == "vi" else en).format(format_count(count, lang)) + "."


def _signatures(row: int, lang: Lang) -> Iterator[SheetCell]:
    middle = SheetForm(align="center")
    forms = {"signed": replace(middle, italic=True), "signers": replace(middle, bold=True), "signature": replace(middle, italic=True)}
    for at, (key, form) in enumerate(forms.items(), start=row):
        left, right = _TEXTS[lang][key]
        yield SheetCell(at, 0, left, form, at, 3)
        yield SheetCell(at, 8, right, form, at, _LAST)
