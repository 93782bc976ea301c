"""Meetings (cuộc họp, hội nghị, kỳ họp) and whether they were paperless."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.choices import MeetingKind, MeetingStatus, Secrecy
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import NO_DAY, Flag, Identifier, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck


class Meeting(Record):
    """A meeting; one meeting with many invitations is one meeting.

    Args:
        meeting_id: identifier.
        unit_code: the unit that held it.
        kind: meeting or conference of the People's Committee, session of the People's Council, or other.
        status: planned, held, postponed or cancelled; only held meetings count.
        held_on: the day it was held; a postponed meeting counts in the period in which it is held.
        paperless: whether its papers were distributed and handled on the system; an online meeting is not thereby paperless.
        secrecy: secret meetings leave both counts.

    >>> Meeting(meeting_id="1", unit_code="TM", kind="Kỳ họp HĐND", status="held", held_on="2021-07-20", paperless="x").kind.value
    'council_session'
    """

    meeting_id: Identifier
    unit_code: UnitCode
    kind: MeetingKind
    status: MeetingStatus = MeetingStatus.HELD
    held_on: Moment = None
    paperless: Flag = Flag.UNKNOWN
    secrecy: Secrecy = Secrecy.NONE


Meeting.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "held_on",
        record=lambda r: r.status is MeetingStatus.HELD and r.held_on is None,
        columns=lambda c: c.equals("status", "held") & (c.days("held_on") < 0),
    ),
)

# A table without a column of secrecy has no secret meetings, and one without a status lists those that were held.
HELD = EventSet("held", (Dim("kind", MeetingKind), Dim("paperless", Flag), Dim("secrecy", Secrecy, needs=())), needs=("held_on",))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield one event for each meeting that was held."""
    del context  # nothing about a meeting is disputed by rules or calendar
    day = np.where(columns.equals("status", "held"), columns.days("held_on"), np.int32(NO_DAY))
    yield events_from_columns(HELD, columns, day)


KIND = Kind(
    "meetings",
    "cuộc họp",
    Meeting,
    (HELD,),
    events,
    ("meeting_id",),
    headings={
        "meeting_id": ("Mã cuộc họp", "Số cuộc họp"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị tổ chức", "Đơn vị chủ trì", "Cơ quan chủ trì"),
        "kind": ("Loại cuộc họp", "Loại", "Loại họp", "Hình thức họp", "Tên cuộc họp"),
        "status": ("Trạng thái", "Tình trạng"),
        "held_on": ("Ngày họp", "Ngày tổ chức", "Thời gian họp", "Thời gian"),
        "paperless": ("Họp không giấy", "Không giấy", "Phòng họp không giấy", "Cuộc họp không giấy"),
        "secrecy": ("Độ mật", "Mức độ mật"),
    },
    by_words=frozenset({"Hình thức họp", "Tên cuộc họp"}),
    weak=frozenset({"Hình thức họp", "Tên cuộc họp", "Thời gian"}),
    row_is_id=True,
    needing={"held_on": lambda columns, _: columns.equals("status", "held")},
    dates=Dates("held_on", ("held_on",), happened=("status", ("held",))),
)
