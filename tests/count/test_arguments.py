"""Arguments of ``tally`` and ``measure``: what is unambiguous is understood, all else is an error of the library with what would do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.errors import CchcError, NotCountedError
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.records.survey import SurveyAnswer
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.verbs.measure import measure

HELD = [Meeting(meeting_id=n, unit_code="TM", kind="họp UBND", held_on="05/01/2021", paperless="có") for n in (1, 2)]
TABLE = columns_of(Meeting, HELD)
YEAR = Period.parse("2021")
TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
COUNTED = tally({"meetings": TABLE}, periods=[YEAR], rules=Rules.preset("default"), calendar=Calendar.official(), as_of=date(2021, 12, 31))


@pytest.mark.parametrize("periods", [[YEAR], YEAR, "2021", ["Năm 2021"], (YEAR, "2021")])
@pytest.mark.parametrize("as_of", [date(2021, 12, 31), datetime(2021, 12, 31, 10), "2021-12-31"])
def test_what_is_unambiguous_is_understood(periods: Any, as_of: Any) -> None:
    parts = [TABLE.part(0, 1), TABLE.part(1, 2)]
    for tables in (TABLE, {"meetings": HELD}, {"meetings": parts}, {"meetings": iter(parts)}):
        assert tally(tables, periods=periods, rules="default", as_of=as_of) == COUNTED


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tables": {"meeting": TABLE}}, "did you mean «meetings»"),
        ({"tables": {"surveys": TABLE}}, "did you mean «meetings»"),
        ({"tables": [TABLE]}, "tables by kind"),
        ({"tables": {"meetings": "meetings.csv"}}, "a str is not Columns"),
        ({"tables": {"meetings": [{"meeting_id": 1}]}}, "a dict is not Columns"),
        ({"tables": {"meetings": [SurveyAnswer(response_id="1", unit_code="TM", answered_on="2021-01-01", score=5)]}}, "not Columns"),
        ({"tables": {"meetings": 5}}, "a int is not Columns"),
        ({"periods": "2O21"}, "is not understood"),
        ({"periods": 2021}, "a period must be"),
        ({"periods": [2021]}, "a period must be"),
        ({"rules": "defualt"}, "did you mean «default»"),
        ({"rules": 5}, "rules must be"),
        ({"calendar": 5}, "calendar must be"),
        ({"as_of": "31/12"}, "as_of must be a day"),
        ({"sets": {"meetings.hold": ()}}, "did you mean «meetings.held»"),
        ({"sets": {"meetings.held": ("paperles",)}}, "did you mean «paperless»"),
        ({"sets": ["meetings.held"]}, "sets must map"),
        ({"engine": "tabels"}, "did you mean «tables»"),
        ({"workers": 0}, "at least one worker"),
    ],
)
def test_what_is_not_is_refused_with_what_would_do(change: dict[str, Any], says: str) -> None:
    arguments: dict[str, Any] = {"tables": {"meetings": TABLE}, "periods": [YEAR]} | change
    with pytest.raises(CchcError) as error:
        tally(arguments.pop("tables"), **arguments)
    assert says in error.value.en


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"periods": "2022"}, "period 2022 was not counted"),
        ({"periods": []}, "no period is asked for"),
        ({"breakdowns": {"paperless_meetings": [["channel"]]}}, "cannot be broken down by channel"),
    ],
)
def test_what_was_not_counted_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(NotCountedError) as error:
        measure(COUNTED, units=TREE, **change)
    assert says in error.value.en


def test_a_running_period_is_not_read_beyond_what_is_known() -> None:
    counted = tally(TABLE, periods="2021", as_of="2021-03-31")
    with pytest.raises(NotCountedError, match="up to 2021-03-31"):
        measure(counted, units=TREE, as_of="2021-04-01")
    once = tally(TABLE, periods="2021", as_of="2021-03-31", daily=False)
    with pytest.raises(NotCountedError, match="as_of=2021-03-30"):
        measure(once, units=TREE, as_of="2021-03-30")


@pytest.mark.parametrize("text", ["", "{}", "[]", "5", '{"schema_version": 2}'])
def test_a_text_that_is_no_tally_is_refused(text: str) -> None:
    with pytest.raises(CchcError):
        Tally.from_json(text)
