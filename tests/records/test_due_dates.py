"""Due dates of columns are those of single dossiers; what cannot be computed has its reason, what is wrong its row."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import draw

from cchc_metrics.errors import CalendarRangeError, CchcError
from cchc_metrics.records.choices import Status, TermUnit, Timing
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_timing import class_dossiers
from cchc_metrics.records.due_dates import due_date, due_dates
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.kind import Context
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.rules import Rules

OFFICIAL = Calendar.official()
UNITS = [unit for unit in TermUnit if unit is not TermUnit.NONE]

rows = st.tuples(
    st.none() | draw.windows.flatmap(lambda window: draw.moments(*window)),
    st.none() | st.integers(0, 80).map(lambda n: Fraction(n, 2)),
    st.sampled_from(UNITS),
    st.integers(0, 9),
    st.none() | st.sampled_from([time(11), time(15)]),
)


@settings(max_examples=80)
@given(st.lists(rows, max_size=12), st.sampled_from([(), draw.OPENING_HOURS]))
def test_columns_are_their_items(asked: list[tuple[Any, ...]], hours: Any) -> None:
    rules = Rules(id="own", opening_hours=hours)
    received, terms, units, paused, cut_offs = zip(*asked, strict=True) if asked else ((), (), (), (), ())
    found = due_dates(received, terms, units, calendar=OFFICIAL, rules=rules, paused_days=paused, cut_off=cut_offs)
    assert (len(found), found.day.dtype, len(found.reasons)) == (len(asked), np.dtype("datetime64[D]"), len(asked))
    assert [found[row] for row in range(len(asked))] == list(found)
    for due, reason, (at, term, unit, waited, cut_off) in zip(found, found.reasons, asked, strict=True):
        if at is None or term is None:
            assert (due, reason) == (None, "no_due_date")
            continue
        try:
            alone = due_date(at, term, unit, calendar=OFFICIAL, rules=rules, paused_days=waited, cut_off=cut_off)
        except CalendarRangeError:
            assert (due, reason) == (None, "calendar_missing")
        else:
            assert (due, type(due), reason) == (alone, type(alone), "")


@given(st.lists(st.datetimes(datetime(2019, 1, 1), datetime(2026, 12, 1)).map(lambda d: d.replace(microsecond=0)), min_size=1, max_size=9))
def test_arrays_of_numpy_are_lists_of_dates(moments: list[datetime]) -> None:
    rules = Rules(id="own", opening_hours=draw.OPENING_HOURS)
    kept: dict[str, Any] = {"calendar": OFFICIAL, "rules": rules}
    for unit in ("s", "ms", "us", "ns"):
        array = np.array(moments, dtype=f"datetime64[{unit}]")
        assert list(due_dates(array, np.full(len(array), 4), "hours", **kept)) == list(due_dates(moments, 4, "giờ", **kept))
    days = np.array(moments, dtype="datetime64[D]")
    assert list(due_dates(days, 4.5, "hours", **kept)) == list(due_dates([m.date() for m in moments], Fraction(9, 2), "hours", **kept))


def test_what_is_missing_has_no_due_date_and_texts_are_read_as_in_files() -> None:
    array = np.array(["2021-03-01", "NaT"], dtype="datetime64[D]")
    found = due_dates(array, [np.nan, 3], "nlv", calendar=OFFICIAL)
    assert (list(found), found.reasons) == ([None, None], ("no_due_date", "no_due_date"))
    read = due_dates(["01/03/2021", "2021-03-01T08:00:00+00:00", None], [1, 1, 1], ["nlv", "ngày", "nlv"], calendar=OFFICIAL)
    assert list(read) == [date(2021, 3, 2), date(2021, 3, 2), None]
    assert list(due_dates([], [], [], calendar=OFFICIAL)) == []


@settings(max_examples=40)
@given(rows=draw.bundles(), rules=draw.rules())
def test_a_table_of_dossiers_has_the_due_dates_that_the_tally_counts(rows: list[Dossier], rules: Rules) -> None:
    columns = columns_of(Dossier, rows)
    found = due_dates(columns, calendar=OFFICIAL, rules=rules)
    timed = class_dossiers(columns, Context(rules, OFFICIAL), end_days(columns, rules))
    for row, due in enumerate(found):
        if timed.received[row] >= 0:
            assert (-1 if due is None else day_number(due)) == timed.due[row]
        if timed.undated_begins[row] >= 0:
            assert found.reasons[row] == Timing.labels()[timed.why[row]]


def test_the_cut_off_of_a_procedure_wins_over_that_of_the_rules() -> None:
    rules = Rules(id="own", cut_off=time(16))
    asked: dict[str, Any] = {"calendar": OFFICIAL, "rules": rules, "cut_off": [time(15), time(17), None]}
    found = [list(due_dates([datetime(2021, 3, 1, hour, 30)] * 3, 1, "nlv", **asked)) for hour in (14, 15, 16, 17)]
    tuesday, wednesday = date(2021, 3, 2), date(2021, 3, 3)
    assert found == [[tuesday] * 3, [wednesday, tuesday, tuesday], [wednesday, tuesday, wednesday], [wednesday] * 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"terms": [1]}, "1 values for 2 rows"),
        ({"terms": [1, -1]}, "term -1 in row 2: must be a multiple of one half, and no number negative"),
        ({"terms": [1, 0.3]}, "term 0.3 in row 2"),
        ({"terms": ["one", 1]}, "term: must be numbers"),
        ({"paused_days": [0.5, 0]}, "days waited 0.5 in row 1: must be whole"),
        ({"units": ["nlv", "workingdays"]}, "did you mean «working_days»"),
        ({"units": ["nlv", ""]}, "the unit of the term is missing in row 2"),
        ({"units": ["nlv"]}, "1 values for 2 rows"),
        ({"cut_off": ["15:00", None]}, "a cut-off must be a time of day"),
        ({"received": ["01/03/2021", "31/02/2021"]}, "receipt, row 2: «31/02/2021»"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(arguments: dict[str, Any], message: str) -> None:
    given_arguments: dict[str, Any] = {"received": ["01/03/2021"] * 2, "terms": [1, 1], "units": ["nlv", "nlv"], **arguments}
    with pytest.raises(CchcError, match=message):
        due_dates(**given_arguments, calendar=OFFICIAL)


# --- moments: their resolution is the second ----------------------------------------------------------------------------------------------


def test_fractions_of_a_second_are_cut_off_everywhere() -> None:
    late, cut_off = datetime(2021, 3, 1, 15, 0, 0, 999_999), time(15)
    for received in (
        [late],
        np.array([late], dtype="datetime64[us]"),
        np.array([late], dtype="datetime64[ns]"),
        ["2021-03-01 15:00:00.999"],
    ):
        assert list(due_dates(received, 1, "nlv", calendar=OFFICIAL, cut_off=cut_off)) == [date(2021, 3, 2)]
    assert due_date(late, 1, "nlv", calendar=OFFICIAL, cut_off=cut_off) == date(2021, 3, 2)
    row = Dossier(dossier_id="1", unit_code="A", status=Status.RECEIVED, received_at=late)
    assert columns_of(Dossier, [row]).seconds("received_at").tolist() == [15 * 3600]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"received_at": "01/03/2021 10:00", "ended_at": "01/03/2021 09:00"}, ["end_before_receipt_time"]),
        ({"received_at": "01/03/2021 10:00", "returned_at": "01/03/2021 09:59:59"}, ["end_before_receipt_time"]),
        ({"received_at": "01/03/2021 10:00", "ended_at": "01/03/2021 10:00"}, []),
        ({"received_at": "01/03/2021 10:00", "ended_at": "01/03/2021"}, []),
        ({"received_at": "01/03/2021 10:00", "ended_at": "01/03/2021 00:00"}, []),  # a day without a time, as databases write it
        ({"received_at": "01/03/2021", "ended_at": "01/03/2021 09:00"}, []),
        ({"received_at": "01/03/2021 10:00", "due_at": "01/03/2021 09:00", "ended_at": "02/03/2021"}, ["due_before_receipt"]),
        ({"received_at": "01/03/2021 10:00", "due_at": "01/03/2021 00:00", "ended_at": "02/03/2021"}, []),
    ],
)
def test_an_earlier_time_of_the_same_day_is_a_finding(cells: dict[str, Any], codes: list[str]) -> None:
    row = Dossier.model_validate({"dossier_id": "1", "unit_code": "A", "status": "9", **cells})
    columns = columns_of(Dossier, [row])
    assert [c.code.value for c in Dossier.checks if c.record(row)] == codes
    assert [c.code.value for c in Dossier.checks if c.columns(columns)[0]] == codes
