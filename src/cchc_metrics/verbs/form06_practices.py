"""The practices of one-stop systems, rule by rule, in the words of an office."""

from __future__ import annotations

from typing import Final

from cchc_metrics.text import Text

_NAMES: Final = {
    "pauses=restart": ("bổ sung xong tính lại thời hạn từ đầu", "the term begins anew after a supplement"),
    "pauses=shift": ("thời gian chờ bổ sung được cộng vào hạn trả", "waiting moves the due date"),
    "pauses=subtract": ("trừ thời gian chờ bổ sung vào ngày kết thúc", "waiting is taken off the end"),
    "end=result": ("kết thúc là ngày có kết quả", "the end is the day of the result"),
    "end=approval": ("kết thúc là ngày duyệt, không có thì ngày có kết quả", "the end is the approval, else the result"),
    "end=approval_hand_over": ("kết thúc là ngày duyệt, không có thì ngày trả (Bkav)", "the approval, else the hand-over (Bkav)"),
    "end=hand_over": ("kết thúc là ngày trả kết quả cho dân", "the end is the hand-over to the citizen"),
    "compare=dates": ("so theo ngày", "days are compared"),
    "compare=instants": ("so cả giờ: trả sau giờ hẹn là quá hạn", "moments are compared: later than the hour is late"),
    "stopped=pending": ("hồ sơ dừng xử lý là đang giải quyết", "stopped dossiers are pending"),
    "stopped=ended": ("hồ sơ dừng xử lý là đã giải quyết", "stopped dossiers are resolved"),
    "withdrawn=ended": ("hồ sơ xin rút là đã giải quyết", "withdrawn dossiers are resolved"),
    "withdrawn=excluded": ("không tính hồ sơ xin rút", "withdrawn dossiers are not counted"),
    "refused=excluded": ("không tính hồ sơ trả lại", "returned dossiers are not counted"),
    "refused=ended": ("hồ sơ trả lại là đã giải quyết", "returned dossiers are resolved"),
    "missing_due=bucket": ("hồ sơ không có hạn trả được để riêng", "dossiers without a due date stand apart"),
    "missing_due=on_time": ("hồ sơ không có hạn trả là đúng hạn, trong hạn", "dossiers without a due date are on time"),
    "given_due=wins": ("theo ngày hẹn trả được ghi", "the given due date counts"),
    "given_due=ignored": ("tính lại hạn trả từ thời hạn", "the due date is computed from the term"),
    "given_due_includes_pauses=true": ("ngày hẹn trả được ghi đã gồm thời gian chờ", "the given due date holds the waiting"),
    "given_due_includes_pauses=false": ("ngày hẹn trả được ghi chưa gồm thời gian chờ", "the given due date does not hold the waiting"),
    "appointment=original": ("theo ngày hẹn trả lần đầu", "the first appointment counts"),
    "appointment=current": ("theo ngày hẹn lại", "the re-appointment counts"),
    "two_supplements_late=false": ("yêu cầu bổ sung nhiều lần không làm quá hạn", "several requests make nothing late"),
    "two_supplements_late=true": ("yêu cầu bổ sung từ hai lần là quá hạn", "two requests for papers make it late"),
    "two_reappointments_late=false": ("hẹn lại nhiều lần không làm quá hạn", "several re-appointments make nothing late"),
    "two_reappointments_late=true": ("hẹn lại từ hai lần là quá hạn", "two re-appointments make it late"),
    "open_supplement=pending": ("hồ sơ chờ bổ sung xét như hồ sơ khác", "waiting dossiers are judged as others"),
    "open_supplement=judged_at_request": ("hồ sơ chờ bổ sung xét tại lúc yêu cầu", "waiting dossiers are judged at the request"),
    "open_supplement=in_time": ("hồ sơ đang chờ bổ sung là trong hạn", "waiting dossiers are in time"),
    "unresolved=by_date": ("hồ sơ trả lại, xin rút xét theo ngày", "returned and withdrawn dossiers are judged by their dates"),
    "unresolved=on_due_date": ("hồ sơ trả lại, xin rút là đúng hạn", "returned and withdrawn dossiers are on time"),
    "received_on_day_off=as_received": ("nhận ngày nghỉ thì tính từ chính ngày đó", "receipts on a day off count from that day"),
    "received_on_day_off=forward": (
        "nhận ngày nghỉ thì tính từ ngày làm việc sau", "a receipt on a day off counts from the next working day"),
    "received_on_day_off=back": (
        "nhận ngày nghỉ thì tính từ ngày làm việc trước", "a receipt on a day off counts from the working day before"),
    "calendar_terms=roll": ("hạn rơi vào ngày nghỉ thì lùi sang ngày làm việc sau", "terms that end on a day off roll on"),
    "calendar_terms=stay": ("hạn rơi vào ngày nghỉ thì giữ nguyên", "terms that end on a day off stay there"),
    "boundary_free_clock=counter": ("hồ sơ phi địa giới tính từ nơi tiếp nhận", "boundary-free dossiers count from the receipt elsewhere"),
    "boundary_free_clock=competent": (
        "hồ sơ phi địa giới tính từ khi cơ quan có thẩm quyền nhận", "boundary-free dossiers count from the competent agency's receipt"),
}  # fmt: skip


def practice_name(option: str, choice: str | bool) -> Text:  # noqa: FBT001  a choice of a rule is a name, or yes or no
    """Return one choice of a rule in words; ``option = choice`` where there are none.

    >>> practice_name("refused", "ended").vi
    'hồ sơ trả lại là đã giải quyết'
    """
    key = f"{option}={str(choice).lower()}"
    return Text(*_NAMES.get(key, (key, key)))
