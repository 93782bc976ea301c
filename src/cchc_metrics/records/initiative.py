"""Initiatives (mô hình mới, cách làm hay) and the units that adopted them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cchc_metrics.records.choices import AdoptionStatus
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import NO_DAY, Identifier, Label, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind
from cchc_metrics.records.record import Record, RowCheck


class InitiativeAdoption(Record):
    """That a unit adopted an initiative; one row for each initiative and unit.

    Args:
        initiative_id: identifier of the initiative.
        name: its name, e.g. ``5 trong 1``.
        unit_code: the unit.
        adopted_on: since when the unit applies it.
        status: adopted, planned, or exempt (the unit then leaves the units eligible).

    >>> InitiativeAdoption(initiative_id="5-trong-1", name="5 trong 1", unit_code="MA", adopted_on="01/06/2020").status.value
    'adopted'
    """

    initiative_id: Identifier
    name: Label = ""
    unit_code: UnitCode
    adopted_on: Moment = None
    status: AdoptionStatus = AdoptionStatus.ADOPTED


InitiativeAdoption.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "adopted_on",
        record=lambda r: r.status is AdoptionStatus.ADOPTED and r.adopted_on is None,
        columns=lambda c: c.equals("status", "adopted") & (c.days("adopted_on") < 0),
    ),
)

_ALWAYS = 0  # 1970-01-01: an exemption without a date holds since before every period

_INITIATIVE = (Dim("initiative", needs=("initiative_id",)),)
ADOPTED = EventSet("adopted", _INITIATIVE, needs=("adopted_on",))
EXEMPTED = EventSet("exempted", _INITIATIVE)  # a table without a status lists adoptions only


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield the adoptions and the exemptions, each on its day."""
    del context  # nothing about initiatives is disputed by rules or calendar
    day = columns.days("adopted_on")
    labels, codes = np.unique(columns.arrays.get("initiative_id", np.full(len(columns), "")).astype(str), return_inverse=True)
    dims = {"initiative": (codes, tuple(labels.tolist()) or ("",))}
    unit = columns.codes("unit_code")
    yield Events(ADOPTED, np.where(columns.equals("status", "adopted"), day, np.int32(NO_DAY)), unit, dims)
    exempt = np.where(day < 0, np.int32(_ALWAYS), day)
    yield Events(EXEMPTED, np.where(columns.equals("status", "exempt"), exempt, np.int32(NO_DAY)), unit, dims)


KIND = Kind(
    "initiatives",
    "mô hình, cách làm hay",
    InitiativeAdoption,
    (ADOPTED, EXEMPTED),
    events,
    ("initiative_id", "unit_code"),
    headings={
        "initiative_id": ("Mã mô hình", "Mã sáng kiến"),
        "name": ("Tên mô hình", "Mô hình", "Tên sáng kiến", "Tên"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị áp dụng"),
        "adopted_on": ("Ngày áp dụng", "Ngày triển khai"),
        "status": ("Trạng thái", "Tình trạng"),
    },
    needing={"adopted_on": lambda columns, _: columns.equals("status", "adopted")},
    dates=Dates("adopted_on", ("adopted_on",), happened=("status", ("adopted",))),
)
