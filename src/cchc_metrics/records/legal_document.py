"""Normative legal documents (văn bản quy phạm pháp luật): issued, checked, reviewed, and what was found to need handling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import Flag, Identifier, Label, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck


class LegalDocument(Record):
    """A normative legal document and what has become of it.

    Args:
        document_id: its number.
        unit_code: the unit that issued it.
        type: resolution, decision …; open vocabulary.
        issued_on: the day it was issued.
        checked_on: the day it was last checked (kiểm tra); empty where it was not.
        reviewed_on: the day it was last reviewed (rà soát); empty where it was not.
        needs_handling: whether the check or the review found that it must be amended, replaced or repealed.
        handled_on: the day that was done; empty while it is not.

    >>> LegalDocument(document_id="12/2026/QĐ-UBND", unit_code="TM", issued_on="01/03/2026", checked_on="02/04/2026").needs_handling.value
    'unknown'
    """

    document_id: Identifier
    unit_code: UnitCode
    type: Label = ""
    issued_on: Moment
    checked_on: Moment = None
    reviewed_on: Moment = None
    needs_handling: Flag = Flag.UNKNOWN
    handled_on: Moment = None


LegalDocument.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "issued_on",
        record=lambda r: r.issued_on is None,
        columns=lambda c: c.days("issued_on") < 0,
    ),
)

_TYPE = Dim("type")
ISSUED = EventSet("issued", (_TYPE,), needs=("issued_on",))
CHECKED = EventSet("checked", (_TYPE,), needs=("checked_on",))
REVIEWED = EventSet("reviewed", (_TYPE,), needs=("reviewed_on",))
JUDGED = EventSet("judged", (Dim("needs_handling", Flag),), needs=("checked_on", "reviewed_on"))
HANDLED = EventSet("handled", (_TYPE,), needs=("handled_on",))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield what happened to each document; one that was checked and reviewed is judged once, on the earlier day."""
    del context  # nothing about documents is disputed by rules or calendar
    checked, reviewed = columns.days("checked_on"), columns.days("reviewed_on")
    both = (checked >= 0) & (reviewed >= 0)
    for event_set, day in (
        (ISSUED, columns.days("issued_on")),
        (CHECKED, checked),
        (REVIEWED, reviewed),
        (JUDGED, np.where(both, np.minimum(checked, reviewed), np.maximum(checked, reviewed))),
        (HANDLED, columns.days("handled_on")),
    ):
        yield events_from_columns(event_set, columns, day)


KIND = Kind(
    "legal_documents",
    "văn bản quy phạm pháp luật",
    LegalDocument,
    (ISSUED, CHECKED, REVIEWED, JUDGED, HANDLED),
    events,
    ("document_id", "unit_code", "issued_on"),
    headings={
        "document_id": ("Số, ký hiệu", "Số văn bản", "Số ký hiệu văn bản"),
        "unit_code": (*UNIT_HEADINGS, "Cơ quan ban hành", "Đơn vị ban hành"),
        "type": ("Loại văn bản", "Hình thức văn bản", "Tên loại"),
        "issued_on": ("Ngày ban hành", "Ngày ký", "Ngày văn bản"),
        "checked_on": ("Ngày kiểm tra",),
        "reviewed_on": ("Ngày rà soát",),
        "needs_handling": ("Phải xử lý", "Kiến nghị xử lý", "Cần xử lý"),
        "handled_on": ("Ngày xử lý", "Ngày xử lý xong"),
    },
    dates=Dates("issued_on", ("issued_on", "checked_on", "reviewed_on", "handled_on")),
)
