"""Petitions (phản ánh, kiến nghị): how fast they were refused, sent back for papers, resolved and published."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import NO_DAY, Flag, Identifier, Label, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck

LIMITS_WORKING_DAYS = {"refused": 2, "supplement_requested": 5, "resolved": 15, "published": 2}
"""Working days allowed from receipt, for publishing from the resolution (rule sheet of the national portal)."""


class Petition(Record):
    """A petition (phản ánh, kiến nghị). No field for who sent it: no indicator needs one.

    Args:
        petition_id: identifier.
        unit_code: the unit that answers.
        topic: open vocabulary.
        received_at: when it came in.
        refused_at: when it was refused, if it was (limit 2 working days).
        supplement_requested_at: when more was asked for, if so (limit 5 working days).
        resolved_at: when it was answered (limit 15 working days).
        published_at: when the answer was published (limit 2 working days after the resolution).
        satisfied: whether the sender was satisfied.

    >>> Petition(petition_id="1", unit_code="TM", received_at="01/03/2021", resolved_at="05/03/2021").resolved_at
    datetime.date(2021, 3, 5)
    """

    petition_id: Identifier
    unit_code: UnitCode
    topic: Label = ""
    received_at: Moment
    refused_at: Moment = None
    supplement_requested_at: Moment = None
    resolved_at: Moment = None
    published_at: Moment = None
    satisfied: Flag = Flag.UNKNOWN


Petition.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "received_at",
        record=lambda r: r.received_at is None,
        columns=lambda c: c.days("received_at") < 0,
    ),
)

_IN_TIME = (Dim("in_time", Flag, needs=()),)
RECEIVED = EventSet("received", (Dim("topic"),), needs=("received_at",))
REFUSED = EventSet("refused", _IN_TIME, needs=("received_at", "refused_at"))
SUPPLEMENT_REQUESTED = EventSet("supplement_requested", _IN_TIME, needs=("received_at", "supplement_requested_at"))
RESOLVED = EventSet("resolved", (*_IN_TIME, Dim("satisfied", Flag)), needs=("received_at", "resolved_at"))
PUBLISHED = EventSet("published", _IN_TIME, needs=("received_at", "resolved_at", "published_at"))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield the receipt and each answer of petitions, with whether it came within its limit; ``unknown`` outside the calendar."""
    received, unit = columns.days("received_at"), columns.codes("unit_code")
    yield events_from_columns(RECEIVED, columns, received)
    for event_set, since in (
        (REFUSED, "received_at"),
        (SUPPLEMENT_REQUESTED, "received_at"),
        (RESOLVED, "received_at"),
        (PUBLISHED, "resolved_at"),
    ):
        day, start = columns.days(f"{event_set.name}_at"), columns.days(since)
        in_time = _within(start, day, LIMITS_WORKING_DAYS[event_set.name], context)
        dims = {d.name: (in_time, Flag.labels()) if d.name == "in_time" else columns.codes(d.name) for d in event_set.dims}
        yield Events(event_set, np.where(received >= 0, day, np.int32(NO_DAY)), unit, dims)


def _within(start: Array, end: Array, limit: int, context: Context) -> Array:
    """Return positions in ``Flag``: whether at most ``limit`` working days passed, the first day not counted."""
    calendar = context.calendar
    flags = list(Flag)
    found = np.full(len(start), flags.index(Flag.UNKNOWN), dtype=np.uint8)
    rows = np.flatnonzero((start >= 0) & (end >= start) & calendar.covers(start) & calendar.covers(end))
    taken = calendar.working_days_through(end[rows]) - calendar.working_days_through(start[rows])
    found[rows] = np.where(taken <= limit, flags.index(Flag.YES), flags.index(Flag.NO))
    return found


KIND = Kind(
    "petitions",
    "phản ánh, kiến nghị",
    Petition,
    (RECEIVED, REFUSED, SUPPLEMENT_REQUESTED, RESOLVED, PUBLISHED),
    events,
    ("petition_id",),
    headings={
        "petition_id": ("Mã phản ánh, kiến nghị", "Mã PAKN", "Số PAKN"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị xử lý", "Đơn vị trả lời"),
        "topic": ("Chủ đề", "Lĩnh vực"),
        "received_at": ("Ngày tiếp nhận", "Ngày nhận"),
        "refused_at": ("Ngày từ chối",),
        "supplement_requested_at": ("Ngày yêu cầu bổ sung",),
        "resolved_at": ("Ngày trả lời", "Ngày xử lý xong"),
        "published_at": ("Ngày công khai", "Ngày công bố"),
        "satisfied": ("Hài lòng",),
    },
    dates=Dates(
        "received_at",
        ("received_at", "refused_at", "supplement_requested_at", "resolved_at", "published_at"),
        timed=("received_at", "resolved_at"),
    ),
    working_days=True,
)
