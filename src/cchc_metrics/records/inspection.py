"""Inspections (kiểm tra công tác cải cách hành chính): which units were inspected, what was found and what has been handled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import NO_DAY, Identifier, Label, Moment, UnitCode, Whole
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck


class Inspection(Record):
    """One inspection of one unit.

    Args:
        inspection_id: identifier; one decision that names several units is a row for each.
        unit_code: the unit that was inspected.
        inspected_by: who inspected; open vocabulary.
        held_on: the day of the inspection.
        problems_found: problems that it found (tồn tại, hạn chế); 0 where it found none, empty where that is not said.
        problems_handled: of these, those that have been handled, whenever that was.

    >>> Inspection(inspection_id="1", unit_code="MA", held_on="12/05/2026", problems_found=3, problems_handled=2).problems_found
    3
    """

    inspection_id: Identifier
    unit_code: UnitCode
    inspected_by: Label = ""
    held_on: Moment
    problems_found: Whole = None
    problems_handled: Whole = None


Inspection.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "held_on",
        record=lambda r: r.held_on is None,
        columns=lambda c: c.days("held_on") < 0,
    ),
)

HELD = EventSet("held", (Dim("inspected_by"),), needs=("held_on",))
FOUND = EventSet("found", value="problems_found", needs=("held_on", "problems_found"))
FOLLOWED_UP = EventSet("followed_up", value="problems_found", needs=("held_on", "problems_found", "problems_handled"))
HANDLED = EventSet("handled", value="problems_handled", needs=("held_on", "problems_found", "problems_handled"))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield each inspection on its day, with what it found and, where both are said and fit each other, what has been handled of it."""
    del context  # nothing about inspections is disputed by rules or calendar
    none = np.int32(NO_DAY)
    day, found, handled = columns.days("held_on"), columns.numbers("problems_found"), columns.numbers("problems_handled")
    known = (found >= 0) & (handled >= 0) & (handled <= found)
    yield events_from_columns(HELD, columns, day)
    yield events_from_columns(FOUND, columns, np.where(found >= 0, day, none), found)
    yield events_from_columns(FOLLOWED_UP, columns, np.where(known, day, none), found)
    yield events_from_columns(HANDLED, columns, np.where(known, day, none), handled)


KIND = Kind(
    "inspections",
    "cuộc kiểm tra cải cách hành chính",
    Inspection,
    (HELD, FOUND, FOLLOWED_UP, HANDLED),
    events,
    ("inspection_id", "unit_code"),
    headings={
        "inspection_id": ("Mã cuộc kiểm tra", "Số quyết định kiểm tra", "Quyết định kiểm tra"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị được kiểm tra", "Cơ quan được kiểm tra"),
        "inspected_by": ("Đơn vị kiểm tra", "Cơ quan kiểm tra", "Đoàn kiểm tra"),
        "held_on": ("Ngày kiểm tra", "Thời gian kiểm tra"),
        "problems_found": ("Số vấn đề phát hiện", "Số tồn tại phát hiện", "Số tồn tại, hạn chế", "Vấn đề phát hiện"),
        "problems_handled": ("Số vấn đề đã xử lý", "Số tồn tại đã khắc phục", "Số tồn tại đã xử lý", "Vấn đề đã xử lý"),
    },
    dates=Dates("held_on", ("held_on",)),
)
