"""How measures and their parts are printed; rounding happens here and nowhere before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.catalogue.model import Count
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.page import COUNT, Cell, Form, number_cell
from cchc_metrics.tables.listing import NOT_SHOWN
from cchc_metrics.tables.numbers import format_count, format_date, format_number, format_percent
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Scale, Status, Text, value_text
from cchc_metrics.verbs.assess import Assessment
from cchc_metrics.verbs.compare import Delta

_FORMS = {
    Scale.PERCENT: Form("percent", 2, suffix="%"),
    Scale.COUNT: COUNT,
    Scale.WORKING_DAYS: Form("days", 2),
    Scale.CALENDAR_DAYS: Form("days", 2),
    Scale.POINTS: Form("number", 2),
    Scale.MEAN: Form("number", 2),
}
_FLAGS = {
    Status.ENTERED: (" (nhập tay)", " (entered by hand)"),
    Status.ESTIMATED: (" (ước tính)", " (estimated)"),
    Status.PERIOD_OPEN: (" (chưa hết kỳ)", " (period open)"),
}
EXCLUDED_NAMES = {  # what stands after a number
    "still_open": ("hồ sơ chưa giải quyết, còn trong hạn", "dossiers pending, not overdue"),
    "no_due_date": ("hồ sơ không có hạn trả kết quả", "dossiers without a due date"),
    "calendar_missing": ("hồ sơ có hạn trả ngoài lịch làm việc", "dossiers due outside the working calendar"),
    "wait_without_dates": (
        "hồ sơ chờ bổ sung không rõ ngày, không tính lại được hạn",
        "dossiers whose term cannot restart: waits without dates",
    ),
    "pending_no_due_date": ("hồ sơ đang giải quyết không có hạn trả kết quả", "pending dossiers without a due date"),
    "pending_calendar_missing": (
        "hồ sơ đang giải quyết có hạn trả ngoài lịch làm việc",
        "pending dossiers due outside the working calendar",
    ),
    "start_unknown": ("hồ sơ phi địa giới không rõ ngày nơi khác tiếp nhận", "boundary-free dossiers whose receipt elsewhere has no date"),
    "pending_start_unknown": (
        "hồ sơ phi địa giới đang giải quyết, không rõ ngày nơi khác tiếp nhận",
        "pending boundary-free dossiers whose receipt elsewhere has no date",
    ),
    "boundary_free_not_said": ("hồ sơ chưa ghi có phải phi địa giới không", "dossiers that do not say whether they are boundary-free"),
    "transfer_not_known": ("hồ sơ không rõ việc chuyển có kịp thời không", "dossiers not known to have been handed on in time"),
    "apologies_not_said": ("hồ sơ không ghi số lần xin lỗi", "dossiers whose apologies are not said"),
    "reappointments_not_said": ("hồ sơ không ghi số lần hẹn lại", "dossiers whose re-appointments are not said"),
    "pending_wait_without_dates": ("hồ sơ đang giải quyết chờ bổ sung không rõ ngày", "pending dossiers with waits without dates"),
    "overdue_age_unknown": ("hồ sơ không rõ quá hạn bao nhiêu ngày làm việc", "dossiers overdue by an unknown number of working days"),
    "turnaround_not_known": ("hồ sơ không tính được số ngày làm việc", "dossiers whose working days are not known"),
    "acceptance_not_known": ("hồ sơ không tính được thời gian tiếp nhận", "dossiers whose time to acceptance is not known"),
    "in_time_not_known": ("phản ánh, kiến nghị không rõ có kịp thời không", "petitions not known to be in time"),
    "level_not_said": ("hồ sơ trực tuyến chưa ghi mức độ dịch vụ", "online dossiers whose service level is not said"),
    "post_not_said": ("hồ sơ chưa ghi việc gửi qua bưu chính", "dossiers that do not say whether they went by post"),
    "requests_not_said": ("hồ sơ chưa ghi số lần yêu cầu bổ sung", "dossiers whose supplement requests are not said"),
    "reach_not_said": ("hoạt động chưa báo cáo số lượt người", "activities that do not report the people reached"),
    "fee_not_said": ("hồ sơ chưa ghi nghĩa vụ tài chính", "dossiers whose financial obligation is not said"),
    "no_paper_result": ("hồ sơ không có kết quả giấy", "dossiers without a paper result"),
    "not_to_be_digitised": ("hồ sơ không phải số hóa", "dossiers that need not be digitised"),
    "filed_online": ("hồ sơ nộp trực tuyến từ 15/09/2025", "dossiers filed online since 15/09/2025"),
    "channel_not_said": ("hồ sơ không rõ có nộp trực tuyến không", "dossiers that do not say whether they were filed online"),
    "digitisation_not_said": ("hồ sơ chưa ghi tình trạng số hóa", "dossiers whose digitisation is not said"),
    "service_level_not_said": ("thủ tục chưa ghi mức độ dịch vụ", "procedures whose service level is not said"),
    "boundary_not_said": ("thủ tục chưa ghi có phi địa giới hay không", "procedures that do not say whether they are boundary-free"),
    "interlinked_not_said": ("thủ tục chưa ghi có liên thông hay không", "procedures that do not say whether they are interlinked"),
    "proactive_not_said": ("thủ tục chưa ghi mức độ chủ động", "procedures that do not say whether their service is proactive"),
    "result_form_not_said": ("hồ sơ chưa ghi dạng kết quả", "dossiers that do not say in what form their result is"),
    "components_not_said": ("hồ sơ không rõ số thành phần số hóa", "dossiers whose components digitised are not known"),
    "task_no_due_date": ("nhiệm vụ hoàn thành không ghi thời hạn", "tasks done that had no last day"),
    "open_task_no_due_date": ("nhiệm vụ chưa hoàn thành không ghi thời hạn", "tasks not done that have no last day"),
    "found_not_said": ("cuộc kiểm tra không ghi số vấn đề phát hiện", "inspections that do not say how many problems they found"),
    "handling_not_said": (
        "cuộc kiểm tra không rõ số vấn đề đã xử lý",
        "inspections of which it is not known how many problems were handled",
    ),
    "way_not_said": ("báo cáo không ghi cách gửi", "reports that do not say how they were sent"),
    "judgement_not_said": ("văn bản không ghi có phải xử lý hay không", "documents that do not say whether they need handling"),
    "secret": ("{} mật", "secret {}"),
    "unknown_secrecy": ("{} chưa ghi độ mật", "{} without a secrecy mark"),
}


def excluded_name(why: str, count: Count, lang: Lang = "vi") -> str:
    """Return what is left out for a reason, as it stands after its number: «hồ sơ không có hạn trả kết quả».

    Args:
        why: the reason.
        count: what is counted of it, for its name where the reason has none, and for what its records are called.
        lang: the language.
    """
    return excluded_of_kind(why, count.kind, (count.vi, count.en), lang)


def excluded_of_kind(why: str, kind: str, otherwise: tuple[str, str], lang: Lang = "vi") -> str:
    """Return what is left out for a reason, of records of a kind; ``otherwise``, in both languages, where the reason has no name.

    >>> excluded_of_kind("secret", "documents", ("", "")), excluded_of_kind("secret", "", ("", ""), "en")
    ('văn bản mật', 'secret rows')
    """
    vi, en = EXCLUDED_NAMES.get(why, otherwise)
    return en.format(kind or "rows") if lang == "en" else vi.format(KINDS[kind].vi if kind in KINDS else kind or "dòng")


def value_form(scale: Scale) -> Form:
    """Return how a value of a scale is written in a table: the same decimals for all of them."""
    return _FORMS[scale]


def better_text(delta: Delta, lang: Lang = "vi") -> str:
    """Return which way a value went, in words; ``""`` where neither way is good."""
    if delta.better is None:
        return ("không đổi" if lang == "vi" else "unchanged") if delta.difference == 0 else ""
    return better_words(delta.better, lang)


def better_words(better: bool, lang: Lang = "vi") -> str:  # noqa: FBT001  as in Delta
    """Return whether a change was for the better, in words."""
    vi, en = ("tốt hơn", "better") if better else ("xấu đi", "worse")
    return en if lang == "en" else vi


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


def assessment_cells(assessment: Assessment, lang: Lang) -> tuple[Cell, Cell]:
    """Return the measured and the required value of an assessment as cells, which are told apart as ``assessment_texts`` does."""
    measured, asked = assessment.measured, assessment.asked
    form = _FORMS.get(assessment.scale or Scale.MEAN, Form("number", 2))
    ends = () if asked is None else (asked.value, asked.upper)
    about = None if assessment.measure is None or assessment.parts else assessment.measure.key
    reached = required = Cell()
    if assessment.hidden:
        reached = Cell(NOT_SHOWN, about=about)
    if measured is not None:
        reached = number_cell(measured, form, lang, beside=(*ends, assessment.rounded), about=about)
    if assessment.rounded is not None:
        reached = number_cell(assessment.rounded, form, lang, beside=ends, mark=f" ({reached.text})", about=about)
    if asked is not None and asked.upper is not None:
        required = Cell(assessment_texts(assessment, lang)[1])
    elif asked is not None:
        signed = replace(form, prefix=_SIGNS.get(assessment.comparator, ""))
        required = number_cell(asked.value, signed, lang, beside=(measured, assessment.rounded))
    return reached, required


def measure_text(measure: Measure, lang: Lang = "vi", *, flag: bool = False) -> str:
    """Return the value as printed, or the reason in words where there is none: never 0% or 100% for nothing.

    Args:
        measure: the measure.
        lang: ``"vi"`` or ``"en"``.
        flag: whether to add that the value is estimated or the period open.

    >>> from datetime import date
    >>> from cchc_metrics.reference.period import Period
    >>> from cchc_metrics.values import Scale
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


def percent_in_sentence(value: Fraction, lang: Lang, beside: Iterable[Fraction | None] = ()) -> str:
    """Return a rate as it stands among others in a sentence: two decimals as they all have, none where it is whole.

    >>> percent_in_sentence(Fraction(875, 10), "vi"), percent_in_sentence(Fraction(50), "vi"), percent_in_sentence(Fraction(200, 3), "en")
    ('87,50%', '50%', '66.67%')
    """
    return format_percent(value, lang=lang, strip=value.denominator == 1, beside=beside)


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


def rules_text(name: str, lang: Lang = "vi") -> str:
    """Return the name of rules with the days on which they changed, in words.

    >>> rules_text("qd766"), rules_text("qd766@2026-08-05", "en")
    ('qd766', 'qd766 (changed on 2026-08-05)')
    """
    own, _, days = name.partition("@")
    said = ", ".join(format_date(date.fromisoformat(day), lang) for day in days.split(",") if day)
    if not said:
        return own
    return f"{own} (thay đổi từ {said})" if lang == "vi" else f"{own} (changed on {said})"


def label_text(dim: str, label: str, lang: Lang = "vi") -> str:
    """Return the name of a breakdown's label.

    >>> label_text("kind", "council_session"), label_text("level", "commune"), label_text("question", "5 trong 1")
    ('kỳ họp HĐND', 'cấp xã', '5 trong 1')
    """
    return label_name(dim, label).text(lang)
