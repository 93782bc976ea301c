"""What cannot be computed is never taken for none and never for the best: under every preset, in every engine, in every class scheme."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calendars import LAST, TO_2027
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import fates_of, keep_book

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.engines import ENGINES
from cchc_metrics.count.tally import tally
from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.due_dates import due_date
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules, rule_presets
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure
from cchc_metrics.verbs.explain import explain
from cchc_metrics.verbs.form06 import form06
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.quality import quality

OFFICIAL = TO_2027
SLOW = calendar_slow.official(LAST)
TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="province")])
OFFICE = Rules(id="office", opening_hours=draw.OPENING_HOURS)


def table(*rows: dict[str, Any], events: list[tuple[str, str]] = []) -> Columns:  # noqa: B006  never changed
    made = [
        Dossier.model_validate({"dossier_id": str(n), "unit_code": "TM", "status": "9", "supplement_requests": 0, **cells})
        for n, cells in enumerate(rows)
    ]
    story = [DossierEvent.model_validate({"dossier_id": "0", "kind": kind, "happened_at": at}) for kind, at in events]
    columns = columns_of(Dossier, made)
    return attach_events(columns, columns_of(DossierEvent, story)) if story else columns


def measured(columns: Columns, name: str, rules: Rules, period: str, as_of: date, engine: Any = "auto") -> Measure:
    span = Period.parse(period)
    counted = tally({"dossiers": columns}, periods=[span], rules=rules, calendar=OFFICIAL, as_of=as_of, engine=engine)
    found = measure(
        counted, default_catalogue().select([name]), units=TREE, coverage={"dossiers": (date(2000, 1, 1), date(2030, 1, 1))}
    ).get(name, "TM", span)
    assert found is not None
    return found


BEFORE = {"received_at": "28/12/2018", "term": 5, "term_unit": "nlv", "ended_at": "03/06/2019"}
AFTER = {"received_at": "20/12/2027", "term": 15, "term_unit": "nlv", "ended_at": "27/12/2027"}
WAITS_BEYOND = {"received_at": "20/12/2027", "term": 5, "term_unit": "nlv", "paused_days": 10, "ended_at": "30/12/2027"}
IN_HOURS = {"received_at": "28/12/2018 10:00", "term": 9, "term_unit": "giờ", "ended_at": "03/06/2019"}
IN_MONTHS = {"received_at": "20/12/2027", "term": 1, "term_unit": "tháng", "ended_at": "27/12/2027"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("preset", rule_presets())
@pytest.mark.parametrize("row", [BEFORE, AFTER, IN_HOURS, IN_MONTHS])
def test_a_due_date_outside_the_calendar_is_its_own_reason_and_never_on_time(row: dict[str, Any], preset: str, engine: Any) -> None:
    rules, year = Rules.preset(preset), row["ended_at"][-4:]
    as_of = date(int(year), 12, 31)
    for name in ("resolved_on_time", "handled_on_time", "not_late", "resolved_or_overdue"):
        found = measured(table(row, {**row, "status": "4", "ended_at": None}), name, rules, year, as_of, engine)
        assert (found.numerator, found.denominator, found.value) == (0, 0, None), name
        pending = {} if name == "resolved_on_time" else {"pending_calendar_missing": 1}
        assert found.excluded == {"calendar_missing": 1, **pending}, name
    cohort = measured(
        table(row, {**row, "status": "4", "ended_at": None}), "received_on_time", rules, row["received_at"][6:10], as_of, engine
    )
    assert (cohort.numerator, cohort.denominator, cohort.excluded) == (0, 0, {"calendar_missing": 2})


def test_the_form_has_neither_on_time_nor_in_time_what_it_does_not_know() -> None:
    period, rules = Period.parse("2019"), Rules.preset("form06")
    columns = table(BEFORE, {**BEFORE, "status": "4", "ended_at": None})
    counted = tally({"dossiers": columns}, periods=[period], rules=rules, calendar=OFFICIAL, as_of=date(2019, 12, 31))
    form = form06(counted, units=TREE, unit="TM", period=period, as_of=date(2019, 12, 31))
    total = form.rows[-1]
    assert (total.ended, total.early, total.on_due_date, total.late) == (1, 0, 0, 0)
    assert (total.pending, total.in_time, total.overdue) == (1, 0, 0)
    assert {f.note.vi for f in form.check()} == {"1 hồ sơ không tính được hạn"}


def test_explain_lists_it_under_its_reason() -> None:
    columns, rules = table(BEFORE), Rules.preset("form06")
    found = measured(columns, "resolved_on_time", rules, "2019", date(2019, 12, 31))
    why = explain(found, {"dossiers": columns}, catalogue=default_catalogue(), units=TREE, rules=rules, calendar=OFFICIAL)
    assert [row.id for row in why.excluded["calendar_missing"]] == ["0"]
    assert why.adds_up


def test_days_waited_without_dates_are_no_reason_to_be_on_time() -> None:
    rules = Rules(id="own", pauses="restart", missing_due="on_time")
    row = {"received_at": "01/03/2021", "term": 5, "term_unit": "nlv", "paused_days": 3, "ended_at": "30/03/2021"}
    found = measured(table(row), "resolved_on_time", rules, "2021", date(2021, 12, 31))
    assert (found.denominator, found.excluded) == (0, {"wait_without_dates": 1})


def test_a_wait_beyond_the_calendar_is_not_a_wait_of_no_time() -> None:
    asked = [("supplement_requested", "23/12/2027"), ("supplement_received", "10/01/2028")]
    row = {"received_at": "20/12/2027", "term": 5, "term_unit": "nlv", "ended_at": "12/01/2028"}
    for pauses in ("shift", "subtract", "restart"):
        found = measured(table(row, events=asked), "resolved_on_time", Rules(id="own", pauses=pauses), "2028", date(2028, 12, 31))
        assert (found.denominator, found.excluded) == (0, {"calendar_missing": 1}), pauses


@pytest.mark.parametrize(
    ("due", "as_of", "expected"),
    [
        ("15/06/2018", date(2021, 12, 31), "over_10"),  # what is before the calendar proves at least so much
        ("15/06/2018", date(2019, 1, 17), "over_10"),  # the eleventh working day of the calendar, if 05/01 was the fourth
        ("15/06/2018", date(2019, 1, 14), None),
        ("28/12/2018", date(2019, 1, 3), None),
        ("14/12/2021", date(2021, 12, 31), "over_10"),
        ("20/12/2021", date(2021, 12, 31), "6_10"),
        ("28/12/2021", date(2021, 12, 31), "1_5"),
        ("20/12/2027", date(2027, 12, 31), "6_10"),
        ("20/12/2027", date(2028, 3, 1), None),  # more than 5 for sure, but whether more than 10 the calendar does not say
        ("10/12/2027", date(2028, 3, 1), "over_10"),
        ("15/01/2028", date(2028, 3, 1), None),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_age_that_the_calendar_cannot_tell_is_in_no_class(due: str, as_of: date, expected: str | None, engine: Any) -> None:
    columns = table({"status": "4", "received_at": "01/06/2018" if due.endswith("2018") else "01/12/2021", "due_at": due})
    period = f"{as_of.year}-01-01..{as_of.isoformat()}"
    for name in ("1_5", "6_10", "over_10"):
        found = measured(columns, f"pending_overdue_{name}", Rules.preset("default"), period, as_of, engine)
        assert found.numerator == (name == expected), name
        assert found.excluded == ({} if expected else {"overdue_age_unknown": 1})
    assert measured(columns, "dossiers_pending_overdue", Rules.preset("default"), period, as_of, engine).numerator == 1


@settings(max_examples=40)
@given(
    rows=draw.windows.flatmap(lambda w: draw.bundles_in(*w, min_size=1)),
    rules=draw.rules(),
    as_of=st.dates(date(2018, 12, 20), date(2028, 3, 1)),
)
def test_every_class_scheme_is_a_partition(rows: list[Dossier], rules: Rules, as_of: date) -> None:
    book = keep_book(fates_of(rows, rules, SLOW), date(2018, 1, 1), as_of, as_of, SLOW)
    why = ("no_due_date", "calendar_missing", "wait_without_dates", "start_unknown")
    assert book.ended == book.early + book.on_due_date + book.late + sum(getattr(book, f"ended_{w}") for w in why)
    assert book.pending == book.pending_in_time + book.pending_overdue + sum(getattr(book, f"pending_{w}") for w in why)
    period = Period.custom(date(2018, 1, 1), as_of)
    counted = tally({"dossiers": columns_of(Dossier, rows)}, periods=[period], rules=rules, calendar=OFFICIAL, as_of=as_of)
    names = [f"pending_overdue_{age}" for age in ("1_5", "6_10", "over_10")]
    codes = UnitTree(
        [Unit(code=code, name=code, level="commune", parent="X") for code in {d.unit_code for d in rows}]
        + [Unit(code="X", name="X", level="province")]
    )
    found = measure(counted, default_catalogue().select(names), units=codes, coverage={"dossiers": (date(2018, 1, 1), as_of)})
    ages = [found.get(name, "X", period) for name in names]
    assert [m and m.numerator for m in ages] == [
        book.pending_overdue - book.pending_overdue_5 - book.pending_overdue_age_unknown,
        book.pending_overdue_5 - book.pending_overdue_10,
        book.pending_overdue_10,
    ]


# --- a later receipt is never due earlier ------------------------------------------------------------------------------------------------

CUT_OFFS = st.none() | st.sampled_from([time(11), time(15), time(23, 59, 59)])


@settings(max_examples=200)
@given(
    one=st.datetimes(datetime(2021, 1, 28), datetime(2021, 3, 10)),
    later=st.timedeltas(min_value=date(1, 1, 1) - date(1, 1, 1), max_value=date(1, 1, 9) - date(1, 1, 1)),
    halves=st.integers(0, 60),
    unit=st.sampled_from([u for u in TermUnit if u is not TermUnit.NONE]),
    paused=st.integers(0, 4),
    cut_off=CUT_OFFS,
    hours=st.sampled_from([(), draw.OPENING_HOURS]),
)
def test_a_later_receipt_is_never_due_earlier(
    one: datetime, later: Any, halves: int, unit: TermUnit, paused: int, cut_off: time | None, hours: Any
) -> None:
    rules = Rules(id="own", opening_hours=hours)
    kept: dict[str, Any] = {"calendar": OFFICIAL, "rules": rules, "paused_days": paused, "cut_off": cut_off}
    early, late = (due_date(at, halves / 2, unit, **kept) for at in (one, one + later))  # type: ignore[arg-type]
    assert (early, type(early)) <= (late, type(late)) if type(early) is not type(late) else early <= late


@pytest.mark.parametrize(
    ("term", "unit", "friday", "saturday"),
    [
        (1, "nlv", date(2021, 3, 9), date(2021, 3, 9)),
        (1, "tháng", date(2021, 4, 8), date(2021, 4, 8)),
        (3, "ngày", date(2021, 3, 11), date(2021, 3, 11)),
    ],
)
def test_a_receipt_on_a_day_off_counts_from_the_next_working_day(term: int, unit: str, friday: date, saturday: date) -> None:
    found = [due_date(at, term, unit, calendar=OFFICIAL, cut_off=time(15)) for at in (datetime(2021, 3, 5, 16), datetime(2021, 3, 6, 10))]
    assert found == [friday, saturday]


# --- waits in hours, and midnight --------------------------------------------------------------------------------------------------------

TUESDAY = {"received_at": "02/03/2021 07:00", "term": 4, "term_unit": "giờ", "ended_at": "02/03/2021 13:45"}
ASKED = [("supplement_requested", "02/03/2021 07:30"), ("supplement_received", "02/03/2021 10:30")]


@pytest.mark.parametrize("pauses", ["shift", "subtract", "restart"])
def test_hours_waited_are_hours_within_opening_hours(pauses: Any) -> None:
    rules = Rules(id="own", pauses=pauses, compare="instants", opening_hours=draw.OPENING_HOURS)
    on_time = measured(table(TUESDAY, events=ASKED), "resolved_on_time", rules, "2021", date(2021, 12, 31))
    assert (on_time.numerator, on_time.denominator) == (1, 1)
    due = "16:30" if pauses == "restart" else "16:00"  # four hours from 10:30, or from 07:00 and three more
    late = {**TUESDAY, "ended_at": f"02/03/2021 {due}:01"}
    found = measured(table(late, events=ASKED), "resolved_on_time", rules, "2021", date(2021, 12, 31))
    assert (found.numerator, found.denominator) == (0, 1)


@pytest.mark.parametrize("value", ["05/03/2021", "2021-03-05 00:00:00", datetime(2021, 3, 5), date(2021, 3, 5)])
def test_a_due_date_at_midnight_is_the_day(value: Any) -> None:
    rules = Rules(id="own", compare="instants")
    rows = [{"received_at": "01/03/2021", "due_at": due, "ended_at": "05/03/2021 10:00"} for due in (value, "05/03/2021 09:00")]
    assert [measured(table(row), "resolved_on_time", rules, "2021", date(2021, 12, 31)).numerator for row in rows] == [1, 0]
    together = measured(table(*rows), "resolved_on_time", rules, "2021", date(2021, 12, 31))  # row by row, whatever stands beside it
    assert (together.numerator, together.denominator) == (1, 2)


# --- findings ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [BEFORE, AFTER, WAITS_BEYOND, IN_MONTHS])
def test_a_due_date_outside_the_calendar_is_a_finding(row: dict[str, Any]) -> None:
    found = quality(table(row), rules=Rules.preset("default"), calendar=OFFICIAL)
    assert [p.code.value for p in found] == ["due_outside_calendar"]


def test_a_due_date_inside_the_calendar_is_none() -> None:
    inside = {"received_at": "20/12/2027", "term": 5, "term_unit": "nlv", "ended_at": "27/12/2027"}
    without = {"received_at": "20/12/2018", "ended_at": "27/12/2018"}
    assert not list(quality(table(inside, without), rules=Rules.preset("form06"), calendar=OFFICIAL))
