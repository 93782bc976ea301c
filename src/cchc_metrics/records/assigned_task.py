"""Tasks given by superiors (nhiệm vụ cấp trên giao): what the follow-up book says of each, when it was due and when it was done."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import NO_DAY, Flag, Identifier, Label, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind
from cchc_metrics.records.record import Record, RowCheck
from cchc_metrics.reference.days import day_number


class AssignedTask(Record):
    """A task that a superior gave to a unit (nhiệm vụ được giao), a row of the follow-up book of documents.

    Args:
        task_id: identifier, such as the number of the document that gives it.
        unit_code: the unit that must do it.
        assigned_by: who gave it: Government, Prime Minister, province …; open vocabulary.
        assigned_on: the day it was given.
        due_on: the last day for it; empty where none was set.
        done_on: the day it was done; empty while it is not.

    >>> AssignedTask(task_id="1", unit_code="TM", assigned_by="UBND tỉnh", assigned_on="01/03/2026", due_on="20/03/2026").done_on is None
    True
    """

    task_id: Identifier
    unit_code: UnitCode
    assigned_by: Label = ""
    assigned_on: Moment
    due_on: Moment = None
    done_on: Moment = None


AssignedTask.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "assigned_on",
        record=lambda r: r.assigned_on is None,
        columns=lambda c: c.days("assigned_on") < 0,
    ),
    RowCheck(
        Code.END_BEFORE_RECEIPT,
        "done_on",
        record=lambda r: r.done_on is not None and r.assigned_on is not None and day_number(r.done_on) < day_number(r.assigned_on),
        columns=lambda c: (c.days("done_on") >= 0) & (c.days("assigned_on") >= 0) & (c.days("done_on") < c.days("assigned_on")),
    ),
)

_BY = Dim("assigned_by")
_OVERDUE = ("assigned_on", "due_on", "done_on")
ASSIGNED = EventSet("assigned", (_BY,), needs=("assigned_on",))
DONE = EventSet("done", (Dim("in_time", Flag, needs=("due_on",)), _BY), needs=("assigned_on", "done_on"))
OVERDUE_BEGINS = EventSet("overdue_begins", (_BY,), needs=_OVERDUE)
OVERDUE_ENDS = EventSet("overdue_ends", (_BY,), needs=_OVERDUE)
UNDATED_BEGINS = EventSet("undated_begins", (_BY,), needs=_OVERDUE)
UNDATED_ENDS = EventSet("undated_ends", (_BY,), needs=_OVERDUE)


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield that tasks were given and done, became and ceased to be overdue; by days, a task done on its last day is in time."""
    del context  # nothing about tasks is disputed by rules or calendar
    none = np.int32(NO_DAY)
    unit, by = columns.codes("unit_code"), {"assigned_by": columns.codes("assigned_by")}
    given, due, done = columns.days("assigned_on"), columns.days("due_on"), columns.days("done_on")
    flags = Flag.labels()
    in_time = np.select([(due >= 0) & (done <= due), due >= 0], [flags.index("yes"), flags.index("no")], flags.index("unknown"))
    late = (given >= 0) & (due >= 0) & ((done < 0) | (done > due))
    undated = (given >= 0) & (due < 0)
    yield Events(ASSIGNED, given, unit, by)
    yield Events(DONE, np.where(given >= 0, done, none), unit, {"in_time": (in_time.astype(np.uint8), flags), **by})
    yield Events(OVERDUE_BEGINS, np.where(late, np.maximum(due + 1, given), none), unit, by)
    yield Events(OVERDUE_ENDS, np.where(late, done, none), unit, by)
    yield Events(UNDATED_BEGINS, np.where(undated, given, none), unit, by)
    yield Events(UNDATED_ENDS, np.where(undated, done, none), unit, by)


KIND = Kind(
    "assigned_tasks",
    "nhiệm vụ cấp trên giao",
    AssignedTask,
    (ASSIGNED, DONE, OVERDUE_BEGINS, OVERDUE_ENDS, UNDATED_BEGINS, UNDATED_ENDS),
    events,
    ("task_id", "unit_code"),
    headings={
        "task_id": ("Mã nhiệm vụ", "Số nhiệm vụ", "Văn bản giao", "Số văn bản giao"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị thực hiện", "Đơn vị chủ trì", "Cơ quan chủ trì"),
        "assigned_by": ("Cơ quan giao", "Cấp giao", "Đơn vị giao", "Nơi giao"),
        "assigned_on": ("Ngày giao", "Ngày giao nhiệm vụ"),
        "due_on": ("Hạn hoàn thành", "Thời hạn hoàn thành", "Hạn thực hiện", "Thời hạn"),
        "done_on": ("Ngày hoàn thành", "Ngày hoàn thành thực tế", "Ngày thực hiện xong"),
    },
    dates=Dates("assigned_on", ("assigned_on", "done_on"), ("due_on",)),
)
