"""How measures and their parts are printed; rounding happens here and nowhere before."""

from __future__ import annotations

from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Status, Text, value_text

_FLAGS = {
    Status.ESTIMATED: (" (ước tính)", " (estimated)"),
    Status.PERIOD_OPEN: (" (chưa hết kỳ)", " (period open)"),
}
EXCLUDED_NAMES = {
    "still_open": ("chưa giải quyết, còn trong hạn", "pending, not overdue"),
    "no_due_date": ("không có hạn", "no due date"),
    "calendar_missing": ("hạn trả nằm ngoài lịch làm việc", "due date outside the working calendar"),
    "wait_without_dates": ("ngày chờ không rõ, không tính lại được hạn", "days waited without dates, so the term cannot restart"),
    "pending_no_due_date": ("đang giải quyết, không có hạn", "pending, no due date"),
    "pending_calendar_missing": ("đang giải quyết, hạn trả nằm ngoài lịch làm việc", "pending, due date outside the working calendar"),
    "pending_wait_without_dates": ("đang giải quyết, ngày chờ không rõ", "pending, days waited without dates"),
    "overdue_age_unknown": ("quá hạn không rõ bao nhiêu ngày làm việc", "overdue by an unknown number of working days"),
    "turnaround_not_known": ("không tính được số ngày làm việc", "working days not known"),
    "acceptance_not_known": ("không tính được thời gian tiếp nhận", "time to acceptance not known"),
    "in_time_not_known": ("không rõ có kịp thời không", "not known whether in time"),
    "level_not_said": ("chưa ghi mức độ dịch vụ", "service level not said"),
    "post_not_said": ("chưa ghi việc gửi qua bưu chính", "not said whether by post"),
    "requests_not_said": ("chưa ghi số lần yêu cầu bổ sung", "supplement requests not said"),
    "reach_not_said": ("chưa báo cáo số lượt người", "people reached not reported"),
    "fee_not_said": ("chưa ghi nghĩa vụ tài chính", "financial obligation not said"),
    "no_paper_result": ("không có kết quả giấy", "no paper result"),
    "digitisation_not_said": ("chưa ghi tình trạng số hóa", "digitisation not said"),
    "secret": ("mật", "secret"),
    "unknown_secrecy": ("chưa ghi độ mật", "no secrecy mark"),
}


def measure_text(measure: Measure, lang: Lang = "vi", *, flag: bool = False) -> str:
    """Return the value as printed, or the reason in words where there is none: never 0% or 100% for nothing.

    Args:
        measure: the measure.
        lang: ``"vi"`` or ``"en"``.
        flag: whether to add that the value is estimated or the period open.

    >>> from datetime import date
    >>> from cchc_metrics.reference.period import Period
    >>> year = Period.parse("2021")
    >>> measure_text(Measure("x", "TM", year, (), date(2022, 1, 1), Status.OK, 9283, 10000, Scale.PERCENT))
    '92,83%'
    >>> measure_text(Measure("x", "TM", year, (), date(2022, 1, 1), Status.ZERO_DENOMINATOR, 0, 0, Scale.PERCENT))
    'không có số liệu'
    """
    value = measure.value
    if value is None:
        return no_value_text(measure, lang)
    shown = value_text(value, measure.scale, lang)
    if flag and measure.status in _FLAGS:
        vi, en = _FLAGS[measure.status]
        shown += en if lang == "en" else vi
    return shown


def no_value_text(measure: Measure, lang: Lang) -> str:
    """Return the words that stand where a measure has no value."""
    return no_value_words(measure.status, measure.reason, lang)


def no_value_words(status: Status, reason: Text, lang: Lang) -> str:
    """Return the words that stand where there is no value, for a status and a reason."""
    if status is Status.ZERO_DENOMINATOR:
        return "no data" if lang == "en" else "không có số liệu"
    return reason.text(lang) or status.value


def counts_text(measure: Measure, lang: Lang = "vi") -> str:
    """Return ``numerator/denominator`` as printed, ``""`` for a count."""
    if measure.numerator is None or measure.denominator is None:
        return ""
    return f"{format_count(measure.numerator, lang)}/{format_count(measure.denominator, lang)}"


def label_text(dim: str, label: str, lang: Lang = "vi") -> str:
    """Return the name of a breakdown's label.

    >>> label_text("kind", "council_session"), label_text("level", "commune"), label_text("question", "5 trong 1")
    ('kỳ họp HĐND', 'cấp xã', '5 trong 1')
    """
    return label_name(dim, label).text(lang)
