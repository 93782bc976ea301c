"""What happened to a dossier on its way: requests for papers or payment, their receipt, re-appointments and apologies."""

from __future__ import annotations

from collections.abc import Iterator

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import Choice, Identifier, Moment
from cchc_metrics.records.kind import Context, Dates, Events, Kind
from cchc_metrics.records.record import Record, RowCheck


class EventKind(Choice):
    """Kind of event on a dossier's way."""

    SUPPLEMENT_REQUESTED = "supplement_requested", "yêu cầu bổ sung", ("bổ sung",)
    SUPPLEMENT_RECEIVED = "supplement_received", "đã bổ sung", ("nộp bổ sung", "bổ sung xong")
    PAYMENT_REQUESTED = "payment_requested", "yêu cầu nộp phí, lệ phí", ("chờ thanh toán",)
    PAYMENT_RECEIVED = "payment_received", "đã nộp phí, lệ phí", ("đã thanh toán",)
    REAPPOINTED = "reappointed", "hẹn lại", ("gia hạn",)
    APOLOGISED = "apologised", "xin lỗi", ("thư xin lỗi",)


class DossierEvent(Record):
    """One event on a dossier's way.

    Args:
        dossier_id: the dossier.
        kind: what happened.
        happened_at: when.
        due_at: the new due date, for a re-appointment.

    >>> DossierEvent(dossier_id="TM-1", kind="yêu cầu bổ sung", happened_at="02/03/2021").kind.value
    'supplement_requested'
    """

    dossier_id: Identifier
    kind: EventKind
    happened_at: Moment
    due_at: Moment = None


DossierEvent.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "happened_at",
        record=lambda r: r.happened_at is None,
        columns=lambda c: c.days("happened_at") < 0,
    ),
    RowCheck(
        Code.MISSING_VALUE,
        "due_at",
        record=lambda r: r.kind is EventKind.REAPPOINTED and r.due_at is None,
        columns=lambda c: c.equals("kind", "reappointed") & (c.days("due_at") < 0),
    ),
)


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield nothing: these events are read into the dossiers, not counted by themselves."""
    del columns, context
    return iter(())


KIND = Kind(
    "dossier_events",
    "diễn biến hồ sơ",
    DossierEvent,
    (),
    events,
    ("dossier_id", "kind", "happened_at"),
    headings={
        "dossier_id": ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ"),
        "kind": ("Loại", "Diễn biến", "Sự kiện", "Nội dung"),
        "happened_at": ("Ngày", "Thời điểm", "Thời gian"),
        "due_at": ("Hẹn lại đến", "Ngày hẹn trả mới", "Hạn mới"),
    },
    dates=Dates("happened_at", ("happened_at",), ("due_at",)),
)
