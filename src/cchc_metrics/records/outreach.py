"""Outreach (thông tin, tuyên truyền) about administrative reform."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import NO_DAY, Identifier, Label, Moment, UnitCode, Whole
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck


class OutreachActivity(Record):
    """One outreach activity (hoạt động tuyên truyền).

    Args:
        activity_id: identifier.
        unit_code: the unit that carried it out.
        channel: radio, leaflet, social network, dialogue …; see ``OutreachChannel``.
        held_on: the day it took place.
        topic: open vocabulary; ``""`` when not said.
        reach: people reached, where reported.

    >>> OutreachActivity(activity_id="1", unit_code="TM", channel="Tọa đàm", held_on="12/05/2021", reach="1.200").reach
    1200
    """

    activity_id: Identifier
    unit_code: UnitCode
    channel: OutreachChannel
    held_on: Moment
    topic: Label = ""
    reach: Whole = None


OutreachActivity.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "held_on",
        record=lambda r: r.held_on is None,
        columns=lambda c: c.days("held_on") < 0,
    ),
)

HELD = EventSet("held", (Dim("channel", OutreachChannel), Dim("topic")), needs=("held_on",))
REACHED = EventSet("reached", (Dim("channel", OutreachChannel),), value="reach_people", needs=("held_on", "reach"))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield one event for each activity, and one with its reach where that was reported."""
    del context  # nothing about outreach is disputed by rules or calendar
    day = columns.days("held_on")
    yield events_from_columns(HELD, columns, day)
    reach = columns.numbers("reach")
    yield events_from_columns(REACHED, columns, np.where(reach >= 0, day, np.int32(NO_DAY)), reach)


KIND = Kind(
    "outreach",
    "tuyên truyền",
    OutreachActivity,
    (HELD, REACHED),
    events,
    ("activity_id",),
    headings={
        "activity_id": ("Mã hoạt động", "Số hoạt động"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị thực hiện", "Đơn vị tổ chức"),
        "channel": ("Hình thức", "Hình thức tuyên truyền", "Kênh", "Kênh tuyên truyền"),
        "held_on": ("Ngày thực hiện", "Ngày tổ chức", "Ngày", "Thời gian thực hiện", "Ngày phát sóng"),
        "topic": ("Chủ đề", "Nội dung", "Nội dung tuyên truyền"),
        "reach": ("Số lượt", "Số người tiếp cận", "Lượt tiếp cận", "Số lượt tiếp cận", "Số người tham dự"),
    },
    dates=Dates("held_on", ("held_on",)),
)
