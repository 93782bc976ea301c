"""Reports that units owe (báo cáo định kỳ): whether each was sent in time, and whether through the reporting system."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import Flag, Identifier, Label, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind
from cchc_metrics.records.record import Record, RowCheck


class PeriodicReport(Record):
    """A report that a unit owes to a superior (báo cáo định kỳ, chế độ báo cáo).

    Args:
        report_id: identifier.
        unit_code: the unit that must report.
        name: what it reports on; open vocabulary.
        due_on: the last day for it.
        sent_on: the day it was sent; empty while it is not.
        on_system: whether it was sent through the reporting information system (hệ thống thông tin báo cáo).

    >>> PeriodicReport(report_id="1", unit_code="TM", due_on="20/03/2026", sent_on="18/03/2026", on_system="x").on_system.value
    'yes'
    """

    report_id: Identifier
    unit_code: UnitCode
    name: Label = ""
    due_on: Moment
    sent_on: Moment = None
    on_system: Flag = Flag.UNKNOWN


PeriodicReport.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "due_on",
        record=lambda r: r.due_on is None,
        columns=lambda c: c.days("due_on") < 0,
    ),
)

DUE = EventSet("due", (Dim("in_time", Flag, needs=("sent_on",)),), needs=("due_on",))
SENT = EventSet("sent", (Dim("on_system", Flag),), needs=("sent_on",))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield each report on its last day, with whether it had been sent by then, and each that was sent on the day it was."""
    del context  # nothing about reports is disputed by rules or calendar
    unit, due, sent = columns.codes("unit_code"), columns.days("due_on"), columns.days("sent_on")
    flags = Flag.labels()
    in_time = np.where((sent >= 0) & (sent <= due), flags.index("yes"), flags.index("no")).astype(np.uint8)
    yield Events(DUE, due, unit, {"in_time": (in_time, flags)})
    yield Events(SENT, sent, unit, {"on_system": columns.codes("on_system")})


KIND = Kind(
    "periodic_reports",
    "báo cáo định kỳ",
    PeriodicReport,
    (DUE, SENT),
    events,
    ("report_id", "unit_code", "due_on"),
    headings={
        "report_id": ("Mã báo cáo", "Số báo cáo"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị báo cáo", "Cơ quan báo cáo"),
        "name": ("Tên báo cáo", "Nội dung báo cáo", "Loại báo cáo"),
        "due_on": ("Hạn báo cáo", "Thời hạn báo cáo", "Hạn gửi", "Hạn gửi báo cáo"),
        "sent_on": ("Ngày gửi", "Ngày gửi báo cáo", "Ngày báo cáo"),
        "on_system": ("Qua hệ thống thông tin báo cáo", "Gửi qua hệ thống thông tin báo cáo", "Trên hệ thống"),
    },
    dates=Dates("due_on", ("sent_on",), ("due_on",)),
)
