"""Dossiers through tally and measure: every count and rate of every scope, period and label is that of the clerk's book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import Book, Fate, chosen, fates_of, keep_book

from cchc_metrics import testing
from cchc_metrics.catalogue.load import load_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.records.choices import Channel, Outcome, Status, TermUnit
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Breakdown
from cchc_metrics.values import Status as Usable
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.measures import Measures

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
DEFAULT = Rules.preset("default")
LONG_AGO, FAR_AHEAD = date(2000, 1, 1), date(2050, 12, 31)

TREE = UnitTree(
    [
        Unit(code="TM", name="Đồng Tháp", level="province"),
        Unit(code="TM.01", name="Mỹ An", level="commune", parent="TM"),
        Unit(code="TM.02", name="Mỹ Quý", level="commune", parent="TM"),
    ],
)
SCOPES: tuple[tuple[str, Breakdown, tuple[str, ...]], ...] = (
    ("TM", (), testing.UNITS),
    ("TM.01", (), ("TM.01",)),
    ("TM.02", (), ("TM.02",)),
    ("TM", (("level", "province"),), ("TM",)),
    ("TM", (("level", "commune"),), ("TM.01", "TM.02")),
)
"""Unit, level, and the units that a clerk would add up."""

BY_CHANNEL_AND_FIELD = (
    "received",
    "ended",
    "early",
    "on_due_date",
    "late",
    "ended_no_due_date",
    "ended_calendar_missing",
    "ended_wait_without_dates",
    "ended_start_unknown",
    "carried_over",
    "pending",
    "pending_overdue",
    "pending_no_due_date",
    "pending_calendar_missing",
    "pending_wait_without_dates",
    "pending_start_unknown",
)
COUNTS = (*BY_CHANNEL_AND_FIELD, "due", "pending_overdue_5", "pending_overdue_10", "pending_overdue_age_unknown")
UNDATED = ("no_due_date", "calendar_missing", "wait_without_dates", "start_unknown")
RATES = ("resolved_on_time", "handled_on_time", "not_late", "resolved_or_overdue", "received_on_time")
TURNAROUNDS = ("turnaround_mean", "turnaround_median", "turnaround_p90", "turnaround_calendar_mean", "supplements_mean")


def catalogue() -> Catalogue:
    """Return the packaged rates, and each count as an indicator of its own."""
    own = "\n".join(
        f"""
        [[indicator]]
        id = "n_{name}"
        vi = "{name}"
        en = "{name}"
        numerator = ["dossiers.{name}"]
        scale = "count"
        source = "test"
        """
        for name in COUNTS
    )
    return load_catalogue(own).select([*(f"n_{name}" for name in COUNTS), *RATES, *TURNAROUNDS])


CATALOGUE = catalogue()
BREAKDOWNS: dict[str, list[list[str]]] = {
    **{f"n_{name}": [["channel"], ["field"], ["field", "channel"]] for name in BY_CHANNEL_AND_FIELD},
    "n_due": [["channel"]],
    "n_ended": [["channel"], ["field"], ["field", "channel"], ["outcome"], ["timing"]],
    "resolved_on_time": [["channel"]],
}


def measured(
    rows: Sequence[Dossier],
    periods: Sequence[Period],
    as_of: date,
    rules: Rules = DEFAULT,
    events: Sequence[DossierEvent] = (),
) -> Measures:
    columns = attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events))
    counts = tally({"dossiers": columns}, periods=periods, rules=rules, calendar=OFFICIAL, as_of=as_of)
    return measure(
        counts,
        CATALOGUE,
        units=TREE,
        periods=periods,
        as_of=as_of,
        breakdowns=BREAKDOWNS,
        coverage={"dossiers": (LONG_AGO, FAR_AHEAD)},
    )


def book_of(fates: Sequence[Fate], period: Period, as_of: date) -> Book:
    return keep_book(fates, period.first, period.last, as_of, SLOW)


def numbers(found: Measures, name: str, unit: str, period: Period, breakdown: Breakdown = ()) -> tuple[int | None, int | None]:
    """Return numerator and denominator; (0, 0) for a label under which nothing was ever counted."""
    one = found.get(name, unit, period, breakdown)
    if one is None:
        assert breakdown
        return 0, 0
    return one.numerator, one.denominator


def count(found: Measures, name: str, unit: str, period: Period, breakdown: Breakdown = ()) -> int:
    number = numbers(found, f"n_{name}", unit, period, breakdown)[0]
    assert number is not None
    return number


@st.composite
def questions(draw_: st.DrawFn) -> tuple[draw.Files, list[Period], date]:
    """Return a strategy for dossiers, the periods asked for, and the day of the question, some of it before the last period ends."""
    first, last = draw_(draw.windows)
    file = draw_(draw.files_in(first, last, min_size=5, max_size=10))
    periods = draw_(st.lists(draw.periods_about(first, last), min_size=1, max_size=3, unique_by=lambda p: p.label))
    day = draw_(st.dates(first, last + timedelta(days=80)))
    return file, periods, draw_(st.sampled_from([day, periods[0].last, FAR_AHEAD]))


# --- the slow reference -----------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(question=questions(), rules=draw.rules())
def test_every_number_is_that_of_the_book(question: tuple[draw.Files, list[Period], date], rules: Rules) -> None:
    (rows, events), periods, as_of = question
    found = measured(rows, periods, as_of, rules, events)
    fates = fates_of(rows, rules, SLOW, events)
    for period in periods:
        if period.first > as_of:
            assert {m.status for m in found.filter(period=period)} == {Usable.NO_DATA}
            continue
        for unit, level, codes in SCOPES:
            own = chosen(fates, units=codes)
            book = book_of(own, period, as_of)
            assert {name: count(found, name, unit, period, level) for name in COUNTS} == {name: getattr(book, name) for name in COUNTS}
            assert {name: numbers(found, name, unit, period, level) for name in RATES} == book.formulas()
            assert values(found, unit, period, level) == averages(book)
            for outcome in Outcome:
                assert count(found, "ended", unit, period, (("outcome", outcome.value), *level)) == book.outcomes.get(outcome.value, 0)
            for label, part in parts(own):
                of_part = book_of(part, period, as_of)
                assert {name: count(found, name, unit, period, (*label, *level)) for name in BY_CHANNEL_AND_FIELD} == {
                    name: getattr(of_part, name) for name in BY_CHANNEL_AND_FIELD
                }
            for channel in Channel:
                of_part = book_of(chosen(own, channel=channel), period, as_of)
                breakdown = (("channel", channel.value), *level)
                assert count(found, "due", unit, period, breakdown) == of_part.due
                assert numbers(found, "resolved_on_time", unit, period, breakdown) == of_part.formulas()["resolved_on_time"]


def parts(fates: Sequence[Fate]) -> Iterator[tuple[Breakdown, list[Fate]]]:
    """Yield the dossiers of each channel, of each field, and of some pairs of both."""
    for channel in Channel:
        yield (("channel", channel.value),), chosen(fates, channel=channel)
    for name in ("", "Hộ tịch", "Đất đai"):
        yield (("field", name),), chosen(fates, field_of_work=name)
        pair = (("field", name), ("channel", Channel.ONLINE.value))
        yield pair, chosen(fates, field_of_work=name, channel=Channel.ONLINE)


def values(found: Measures, unit: str, period: Period, level: Breakdown) -> list[Fraction | None]:
    measures = [found.get(name, unit, period, level) for name in TURNAROUNDS]
    return [None if m is None else m.value for m in measures]


def averages(book: Book) -> list[Fraction | None]:
    return [
        mean(book.turnarounds),
        book.median_turnaround(),
        ninetieth(book.turnarounds),
        mean(book.calendar_days),
        mean(book.supplements),
    ]


def mean(row: Sequence[int]) -> Fraction | None:
    return Fraction(sum(row), len(row)) if row else None


def ninetieth(row: Sequence[int]) -> Fraction | None:
    """Return the smallest value with at least nine tenths of the values at or below it."""
    reached = [v for v in sorted(row) if 10 * sum(w <= v for w in row) >= 9 * len(row)]
    return Fraction(reached[0]) if reached else None


# --- laws -------------------------------------------------------------------------------------------------------------------------------

MONTHS = [*Period.parse("2020-Q4").parts("month"), *Period.parse("2021-Q1").parts("month"), *Period.parse("2021-Q2").parts("month")]
ND09 = [Period.of("month", p.year, p.number, "nd09") for p in MONTHS]
tet = draw.files_in(*draw.WINDOWS[0], min_size=3)


@settings(max_examples=25)
@given(file=tet, rules=draw.rules(), months=st.sampled_from([MONTHS, ND09]))
def test_the_identities_of_form_06(file: draw.Files, rules: Rules, months: list[Period]) -> None:
    found = measured(file[0], months, FAR_AHEAD, rules, file[1])
    for unit, level, _ in SCOPES:
        before: int | None = None
        for period in months:
            n = {name: count(found, name, unit, period, level) for name in COUNTS}
            by_channel = [count(found, "received", unit, period, (("channel", c.value), *level)) for c in Channel]
            assert n["received"] == sum(by_channel)  # (3) less (6) = (4) + (5)
            assert n["received"] + n["carried_over"] == n["ended"] + n["pending"]  # (3) = (7) + (11)
            assert n["ended"] == n["early"] + n["on_due_date"] + n["late"] + sum(n[f"ended_{why}"] for why in UNDATED)  # (7)
            in_time = n["pending"] - n["pending_overdue"] - sum(n[f"pending_{why}"] for why in UNDATED)
            assert min(in_time, *n.values()) >= 0  # (11) = (12) + (13)
            assert n["pending_overdue_10"] <= n["pending_overdue_5"] <= n["pending_overdue"]
            assert before in (None, n["carried_over"])  # (6) of this period = (11) of the one before
            before = n["pending"]


@settings(max_examples=25)
@given(file=tet, rules=draw.rules())
def test_flows_add_over_time_and_stocks_are_those_of_the_last_day(file: draw.Files, rules: Rules) -> None:
    quarter = Period.parse("2021-Q1")
    months = quarter.parts("month")
    found = measured(file[0], [quarter, *months], FAR_AHEAD, rules, file[1])
    for name in ("received", "due", "ended", "early", "on_due_date", "late", "ended_no_due_date"):
        assert count(found, name, "TM", quarter) == sum(count(found, name, "TM", month) for month in months)
    for name in ("pending", "pending_overdue", "pending_no_due_date", "pending_overdue_5"):
        assert count(found, name, "TM", quarter) == count(found, name, "TM", months[-1])
    assert count(found, "carried_over", "TM", quarter) == count(found, "carried_over", "TM", months[0])


@settings(max_examples=25)
@given(file=tet, rules=draw.rules(), as_of=st.dates(date(2021, 2, 1), date(2021, 5, 1)))
def test_a_running_period_is_the_period_until_today_and_one_that_is_over_never_changes(
    file: draw.Files,
    rules: Rules,
    as_of: date,
) -> None:
    year, january = Period.parse("2021"), Period.parse("2021-01")
    until = year.until(as_of)
    found = measured(file[0], [year, until, january], as_of, rules, file[1])
    later = measured(file[0], [january], FAR_AHEAD, rules, file[1])
    for name in COUNTS:
        assert count(found, name, "TM", year) == count(found, name, "TM", until)
        assert count(found, name, "TM", january) == count(later, name, "TM", january)
    running = found.get("n_received", "TM", year)
    assert running is not None
    assert running.status is Usable.PERIOD_OPEN


@settings(max_examples=25)
@given(file=tet, rules=draw.rules())
def test_a_whole_is_the_sum_of_its_parts(file: draw.Files, rules: Rules) -> None:
    quarter = Period.parse("2021-Q1")
    found = measured(file[0], [quarter], FAR_AHEAD, rules, file[1])
    for name in COUNTS:
        whole = count(found, name, "TM", quarter)
        assert whole == sum(count(found, name, "TM", quarter, (("level", level),)) for level in ("province", "commune"))
        below = [count(found, name, code, quarter) for code in ("TM.01", "TM.02")]
        assert sum(below) == count(found, name, "TM", quarter, (("level", "commune"),))
    for timing in ("early", "on_due_date", "late"):
        assert count(found, "ended", "TM", quarter, (("timing", timing),)) == count(found, timing, "TM", quarter)


@settings(max_examples=25)
@given(file=tet, day=st.dates(date(2021, 1, 4), date(2021, 3, 31)))
def test_ending_a_pending_dossier_moves_it_from_one_column_to_the_other(file: draw.Files, day: date) -> None:
    quarter = Period.parse("2021-Q1")
    waiting = Dossier(dossier_id="x", unit_code="TM", status=Status.PROCESSING, received_at=date(2021, 1, 4), due_at=day)
    done = waiting.model_copy(update={"status": Status.RESOLVED, "ended_at": day})
    before, after = (measured([*file[0], one], [quarter], FAR_AHEAD, DEFAULT, file[1]) for one in (waiting, done))
    change = {name: count(after, name, "TM", quarter) - count(before, name, "TM", quarter) for name in COUNTS}
    overdue = SLOW.working_days(day, quarter.last)
    assert {name: n for name, n in change.items() if n} == {
        "ended": 1,
        "on_due_date": 1,
        "pending": -1,
        **({"pending_overdue": -1} if day < quarter.last else {}),
        **({"pending_overdue_5": -1} if overdue > 5 else {}),
        **({"pending_overdue_10": -1} if overdue > 10 else {}),
    }


# --- examples ---------------------------------------------------------------------------------------------------------------------------


def example() -> list[Dossier]:
    """Return March 2021 of one office: carried over 2, received 6; ended 1 early, 1 on its due date, 2 late, 1 without a due date."""

    def one(received: str, due: str | None, ended: str | None, **others: object) -> Dossier:
        return Dossier.model_validate(
            {
                "dossier_id": f"{received} {due} {ended}",
                "unit_code": "TM",
                "status": Status.PROCESSING if ended is None else Status.RESOLVED,
                "received_at": received,
                "due_at": due,
                "ended_at": ended,
                **others,
            },
        )

    return [
        one("25/02/2021", "05/03/2021", "06/03/2021"),  # late, on a Saturday
        one("26/02/2021", "31/03/2021", None),  # pending; not overdue before April
        one("01/03/2021", "08/03/2021", "06/03/2021", channel=Channel.ONLINE),  # early: a Saturday before a Monday
        one("01/03/2021", None, "05/03/2021", term=4, term_unit=TermUnit.WORKING_DAYS),  # on its due date
        one("02/03/2021", "03/03/2021", "04/03/2021", channel=Channel.POSTAL),  # late
        one("02/03/2021", None, "02/03/2021"),  # no due date
        one("10/03/2021", "30/03/2021", None),  # pending and overdue
        one("31/03/2021", None, None),  # pending, no due date
        one("01/04/2021", "02/04/2021", None),  # April's
    ]


def test_a_month_worked_by_hand() -> None:
    march, april = Period.parse("2021-03"), Period.parse("2021-04")
    found = measured(example(), [march, april], FAR_AHEAD)
    assert {name: count(found, name, "TM", march) for name in COUNTS} == {
        "received": 6,
        "ended": 5,
        "early": 1,
        "on_due_date": 1,
        "late": 2,
        "ended_no_due_date": 1,
        "ended_calendar_missing": 0,
        "ended_wait_without_dates": 0,
        "ended_start_unknown": 0,
        "carried_over": 2,
        "pending": 3,
        "pending_overdue": 1,
        "pending_no_due_date": 1,
        "pending_calendar_missing": 0,
        "pending_wait_without_dates": 0,
        "pending_start_unknown": 0,
        "due": 6,
        "pending_overdue_5": 0,
        "pending_overdue_10": 0,
        "pending_overdue_age_unknown": 0,
    }
    assert count(found, "pending_overdue", "TM", april) == 3
    assert count(found, "pending_overdue_10", "TM", april) == 3
    assert [numbers(found, name, "TM", march) for name in RATES] == [(2, 4), (3, 6), (5, 8), (2, 5), (2, 4)]
    median, average = (found.get(name, "TM", march) for name in ("turnaround_median", "turnaround_mean"))
    assert median is not None
    assert average is not None
    assert median.value == 4
    assert average.value == Fraction(6 + 4 + 4 + 2 + 0, 5)
    book = book_of(fates_of(example(), DEFAULT, SLOW), march, FAR_AHEAD)
    assert book.formulas() == {name: numbers(found, name, "TM", march) for name in RATES}
    assert (book.pending_in_time, book.pending_overdue) == (1, 1)


@pytest.mark.parametrize(
    ("last", "older_than"),
    [("05/03/2021", 0), ("06/03/2021", 0), ("12/03/2021", 0), ("14/03/2021", 0), ("15/03/2021", 5), ("19/03/2021", 5), ("22/03/2021", 10)],
)
def test_the_age_of_an_overdue_dossier_is_in_working_days(last: str, older_than: int) -> None:
    row = Dossier(dossier_id="1", unit_code="TM", status=Status.PROCESSING, received_at="01/03/2021", due_at="05/03/2021")
    day = datetime.strptime(last, "%d/%m/%Y").date()
    period = Period.custom(date(2021, 3, 1), day)
    found = measured([row], [period], FAR_AHEAD)
    ages = [count(found, name, "TM", period) for name in ("pending_overdue", "pending_overdue_5", "pending_overdue_10")]
    assert ages == [day > date(2021, 3, 5), older_than >= 5, older_than >= 10]


@pytest.mark.parametrize(("days", "median"), [([0], 0), ([0, 1], Fraction(1, 2)), ([4, 0, 1], 1), ([0, 1, 4, 4], Fraction(5, 2))])
def test_the_median_is_exact(days: list[int], median: Fraction) -> None:
    monday = date(2021, 3, 1)
    rows = [
        Dossier(dossier_id=str(n), unit_code="TM", status=Status.RESOLVED, received_at=monday, ended_at=monday + timedelta(days=taken))
        for n, taken in enumerate(days)
    ]
    found = measured(rows, [Period.parse("2021-03")], FAR_AHEAD).get("turnaround_median", "TM", Period.parse("2021-03"))
    assert found is not None
    assert found.value == median


def test_what_is_left_out_is_reported() -> None:
    march = Period.parse("2021-03")
    found = measured(example(), [march], FAR_AHEAD)
    excluded = {name: dict(m.excluded) for name in RATES if (m := found.get(name, "TM", march)) is not None}
    assert excluded == {
        "resolved_on_time": {"no_due_date": 1},
        "handled_on_time": {"no_due_date": 1, "pending_no_due_date": 1},
        "not_late": {},
        "resolved_or_overdue": {"no_due_date": 1, "pending_no_due_date": 1},
        "received_on_time": {"no_due_date": 2},
    }
    published = found.get("not_late", "TM", march)
    assert published is not None
    assert (published.status, published.numerator, published.denominator) == (Usable.ESTIMATED, 5, 8)
    assert "2 cases" in published.reason.en
    assert "2 trường hợp" in published.reason.vi


@settings(max_examples=25)
@given(question=questions(), rules=draw.rules())
def test_not_late_is_handled_on_time_and_the_dossiers_without_a_due_date(
    question: tuple[draw.Files, list[Period], date], rules: Rules
) -> None:
    """Received and carried over are ended and pending: the two formulas differ by the dossiers without a due date, and by nothing else."""
    (rows, events), periods, as_of = question
    found = measured(rows, periods, as_of, rules, events)
    for period in periods:
        for unit, level, _ in SCOPES:
            handled, not_late = (numbers(found, name, unit, period, level) for name in ("handled_on_time", "not_late"))
            measures = [found.get(name, unit, period, level) for name in ("handled_on_time", "not_late")]
            excluded = dict(measures[0].excluded) if measures[0] is not None else {}
            undated = sum(excluded.get(name, 0) for name in ("no_due_date", "pending_no_due_date"))
            assert not_late == tuple(None if n is None else n + undated for n in handled)
            assert not undated or (measures[1] is not None and measures[1].status is not Usable.OK)


@pytest.mark.parametrize("name", RATES)
def test_nothing_over_nothing_has_no_value(name: str) -> None:
    march = Period.parse("2021-03")
    none = measured([], [march], FAR_AHEAD).get(name, "TM", march)
    assert none is not None
    assert (none.status, none.value, none.numerator, none.denominator) == (Usable.ZERO_DENOMINATOR, None, 0, 0)


def test_none_over_some_is_zero() -> None:
    march = Period.parse("2021-03")
    late = [d for d in example() if d.channel is Channel.POSTAL]
    found = measured(late, [march], FAR_AHEAD).get("resolved_on_time", "TM", march)
    assert found is not None
    assert found.status is Usable.OK
    assert found.value == 0
    assert (found.numerator, found.denominator) == (0, 1)


@pytest.mark.parametrize(
    ("submitted", "received", "counted"),
    [
        ("03/03/2021", "02/03/2021", False),
        ("02/03/2021 15:00", "02/03/2021 10:00", False),
        ("02/03/2021 10:00", "02/03/2021 10:00", True),
        ("02/03/2021 15:00", "02/03/2021", True),
        ("02/03/2021 15:00", "02/03/2021 00:00", True),  # as databases write a day without a time
    ],
)
@pytest.mark.parametrize("rules", ["default", "own"])
def test_a_receipt_before_the_submission_is_left_out_with_its_number(submitted: str, received: str, counted: bool, rules: str) -> None:
    row: dict[str, Any] = {"unit_code": "TM", "status": "4", "channel": "online"}
    rows = [
        Dossier(dossier_id="1", submitted_at="02/03/2021 08:00", received_at="02/03/2021 09:00", **row),
        Dossier(dossier_id="2", submitted_at=submitted, received_at=received, **row),
    ]
    own = Rules.preset("default") if rules == "default" else Rules(id="own", opening_hours=((time(7), time(17)),))
    tree = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
    found = measure(tally({"dossiers": columns_of(Dossier, rows)}, periods="2021", rules=own), units=tree)["accepted_in_time", "TM"]
    assert (found.numerator, found.denominator) == ((2, 2) if counted else (1, 1))
    assert dict(found.excluded) == ({} if counted else {"acceptance_not_known": 1})


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        (date(2026, 12, 1), date(2026, 12, 31), Usable.OK),
        (date(2026, 12, 1), date(2027, 1, 1), Usable.ESTIMATED),  # its last year is estimated
        (date(2027, 2, 1), date(2027, 2, 28), Usable.ESTIMATED),
        (date(2027, 12, 31), date(2028, 1, 31), Usable.ESTIMATED),  # its first year is
        (date(2028, 1, 1), date(2028, 1, 31), Usable.OK),
    ],
)
def test_days_of_a_year_whose_calendar_is_estimated_make_an_estimate(first: date, last: date, status: Usable) -> None:
    announced = OFFICIAL.with_year(2028, days_off=[])
    years = [y if y.year != 2027 else replace(y, status="estimated") for y in announced.by_year.values() if y.year <= 2028]
    row = Dossier(dossier_id="1", unit_code="TM", status=Status.RESOLVED, received_at=first, due_at=last, ended_at=last)
    period = Period.custom(first, last)
    counts = tally({"dossiers": columns_of(Dossier, [row])}, periods=[period], rules=DEFAULT, calendar=Calendar.of(years), as_of=FAR_AHEAD)
    assert counts.frame.estimated_years == (2027,)
    covered = {"dossiers": (LONG_AGO, FAR_AHEAD)}
    found = measure(counts, CATALOGUE, units=TREE, periods=[period], as_of=FAR_AHEAD, coverage=covered)
    assert found["resolved_on_time", "TM"].status is status
    assert found["n_ended", "TM"].status is status


@pytest.mark.parametrize(
    ("since", "until", "exists"),
    [
        (None, date(2021, 3, 1), True),  # its last day is the period's first
        (None, date(2021, 2, 28), False),
        (date(2021, 3, 31), None, True),  # its first day is the period's last
        (date(2021, 4, 1), None, False),
        (date(2021, 3, 15), date(2021, 3, 15), True),
    ],
)
def test_a_unit_has_values_of_every_period_of_which_it_had_a_day(since: date | None, until: date | None, exists: bool) -> None:
    tree = UnitTree(
        [
            Unit(code="TM", name="Đồng Tháp", level="province"),
            Unit(code="TM.01", name="Mỹ An", level="commune", parent="TM", valid_from=since, valid_to=until),
        ]
    )
    march = Period.parse("2021-03")
    counts = tally({"dossiers": columns_of(Dossier, [])}, periods=[march], rules=DEFAULT, calendar=OFFICIAL, as_of=FAR_AHEAD)
    covered = {"dossiers": (LONG_AGO, FAR_AHEAD)}
    found = measure(counts, CATALOGUE, units=tree, periods=[march], as_of=FAR_AHEAD, coverage=covered)
    assert found["n_received", "TM.01"].status is (Usable.OK if exists else Usable.NOT_APPLICABLE)
    assert found["n_received", "TM"].status is Usable.OK
