"""What rests on working days of a year whose calendar is estimated is estimated, whatever kind it is of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cchc_metrics.count.tally import tally
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.petition import Petition
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Status
from cchc_metrics.verbs.measure import measure

TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="commune")])
LAST = max(Calendar.official().years)
IN_TIME = ("petitions_refused_in_time", "petitions_resolved_in_time", "petitions_published_in_time")


@pytest.mark.parametrize("year", [LAST - 1, LAST])
@pytest.mark.parametrize("label", ["{}", "{}-02", "{}-Q1"])
def test_petitions_of_an_estimated_year_are_estimated(year: int, label: str) -> None:
    calendar = Calendar.official()
    assert (calendar.status(LAST - 1), calendar.status(LAST)) == ("announced", "estimated")
    day = date(year, 2, 1)
    row: dict[str, Any] = {"petition_id": "1", "unit_code": "TM", "received_at": day, "refused_at": day, "resolved_at": day}
    counted = tally(
        {"petitions": columns_of(Petition, [Petition(**row, published_at=day)])},
        periods=[Period.parse(label.format(year))],
        calendar=calendar,
        as_of=date(LAST + 1, 1, 1),
    )
    found = measure(counted, units=TREE, coverage={"petitions": (date(2020, 1, 1), date(LAST, 12, 31))})
    for name in IN_TIME:
        item = found[name, "TM"]
        assert (item.status, item.numerator) == (Status.ESTIMATED if year == LAST else Status.OK, 1)
