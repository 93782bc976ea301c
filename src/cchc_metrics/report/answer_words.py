"""The columns of answer tables in words, for those who read them in a spreadsheet: headings, and names in the place of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cchc_metrics.report.format import label_text
from cchc_metrics.tables.columns import Cells, Coded, Column
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import REASONS, Better, Scale, Status
from cchc_metrics.verbs.assess import Verdict

DIMENSIONS: Final[Mapping[str, str]] = {
    "level": "Cấp",
    "channel": "Kênh",
    "apologised": "Có xin lỗi",
    "boundary_free": "Phi địa giới",
    "digitised": "Số hóa",
    "direction": "Chiều văn bản",
    "electronic": "Điện tử",
    "exchanged": "Trao đổi trên trục",
    "fee_due": "Có nghĩa vụ tài chính",
    "field": "Lĩnh vực",
    "in_time": "Kịp thời",
    "initiative": "Sáng kiến",
    "kind": "Loại",
    "outcome": "Kết quả giải quyết",
    "paid_online": "Thanh toán trực tuyến",
    "paperless": "Không giấy",
    "postal_in": "Nộp qua bưu chính",
    "postal_out": "Trả qua bưu chính",
    "procedure_code": "Mã thủ tục",
    "question": "Câu hỏi",
    "satisfied": "Hài lòng",
    "score": "Điểm",
    "secrecy": "Độ mật",
    "service_level": "Mức độ dịch vụ",
    "signed_by_agency": "Ký số của cơ quan",
    "signed_by_person": "Ký số của cá nhân",
    "timing": "Thời hạn",
    "to_be_digitised": "Phải số hóa",
    "topic": "Chủ đề",
}
"""Dimension → what it is called in Vietnamese."""
_HEADINGS: Final[Mapping[str, str]] = {
    **DIMENSIONS,
    "indicator": "Mã chỉ tiêu",
    "name": "Chỉ tiêu",
    "unit": "Mã đơn vị",
    "unit_name": "Đơn vị",
    "period": "Kỳ",
    "first_day": "Từ ngày",
    "last_day": "Đến ngày",
    "status": "Trạng thái",
    "numerator": "Tử số",
    "denominator": "Mẫu số",
    "value": "Giá trị",
    "scale": "Đơn vị tính",
    "better": "Chiều tốt",
    "reason": "Ghi chú",
    "excluded": "Không tính",
    "baseline_period": "Kỳ gốc",
    "baseline_status": "Trạng thái kỳ gốc",
    "baseline_numerator": "Tử số kỳ gốc",
    "baseline_denominator": "Mẫu số kỳ gốc",
    "baseline_value": "Giá trị kỳ gốc",
    "baseline_restated": "Kỳ gốc đã tính lại",
    "difference": "Thay đổi",
    "difference_unit": "Thay đổi tính bằng",
    "relative_percent": "Thay đổi tương đối (%)",
    "file": "Tệp",
    "sheet": "Trang",
    "row": "Dòng",
    "column": "Cột",
    "heading": "Tiêu đề cột",
    "code": "Mã",
    "severity": "Mức độ",
    "cells": "Số ô",
    "vi": "Vấn đề",
    "part": "Phần",
    "group": "Nhóm",
    "number": "TT",
    "scope": "Phân tổ",
    "counted_in": "Tính bằng",
    "comes": "Nguồn số liệu",
    "id": "Mã số liệu",
    "required": "Chỉ tiêu giao",
    "verdict": "Đánh giá",
    "baseline_reason": "Ghi chú so sánh",
}
_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "status": {s.value: REASONS[s] for s in Status} | {"ok": Text("đủ số liệu", "ok")},
    "scale": {
        Scale.PERCENT: Text("%", "%"),
        Scale.COUNT: Text("số lượng", "count"),
        Scale.WORKING_DAYS: Text("ngày làm việc", "working days"),
        Scale.CALENDAR_DAYS: Text("ngày", "days"),
        Scale.POINTS: Text("điểm", "points"),
        Scale.MEAN: Text("bình quân", "mean"),
    },
    "better": {
        Better.HIGHER: Text("cao hơn là tốt", "higher"),
        Better.LOWER: Text("thấp hơn là tốt", "lower"),
        Better.NEITHER: Text("không xét", "neither"),
    },
    "comes": {
        "records": Text("đếm từ hồ sơ, sổ sách", "records"),
        "entered": Text("nhập tay", "entered by hand"),
        "plan": Text("kế hoạch", "plan"),
        "nowhere": Text("chưa có", "nowhere"),
    },
    "verdict": {verdict.value: Text(verdict.text("vi"), verdict.text("en")) for verdict in Verdict},
    "severity": {"error": Text("lỗi", "error"), "warning": Text("lưu ý", "warning")},
}
_WORDS_OF: Final = {"baseline_status": "status"}
_DIFFERENCES: Final = {**_WORDS["scale"], "percentage_points": Text("điểm phần trăm", "percentage points")}


def answer_columns(table: AnswerTable[Any], lang: Lang) -> dict[str, Column]:
    """Return the columns of an answer table by their headings, with names in the place of codes.

    Args:
        table: the table.
        lang: the language.
    """
    columns: dict[str, Column] = {}
    for name in table.columns:
        if name in ("vi", "en") and name != lang:
            continue
        column = table.exact(name)
        heading = "Tốt hơn" if name == "better" and column.type == "flag" else _HEADINGS.get(name, name)
        columns[heading if lang == "vi" else name] = _named(column, _words_of(name, lang))
    return columns


def _words_of(name: str, lang: Lang) -> Callable[[str], str] | None:
    """Return what gives the word for a code of a column; None for columns that hold words already."""
    words = _DIFFERENCES if name == "difference_unit" else _WORDS.get(_WORDS_OF.get(name, name))
    if words is not None:
        return lambda code: words[code].text(lang) if code in words else code
    return (lambda label: label_text(name, label, lang)) if name in DIMENSIONS else None


def _named(column: Column, word: Callable[[str], str] | None) -> Column:
    if word is None or column.type != "text":
        return column
    if isinstance(column, Coded):
        return Coded(column.codes, [word(label) if isinstance(label, str) else label for label in column.labels])
    return Cells("text", [word(cell) if isinstance(cell, str) else cell for cell in column.cells()])
