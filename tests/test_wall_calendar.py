"""The wall against confident wrong numbers, where the calendar is shorter than the data: at the beginning, at the end, and at both.

What can be proven with such a calendar stands here once more, row by row in plain Python. Every indicator is the right value over exactly
the rows that can be proven, with the others counted in ``excluded``; a count that others could belong to is not ok.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow.calendar_slow import OutsideError, SlowCalendar, official

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import UNITS_KIND
from cchc_metrics.count.tally import tally
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.petition import Petition
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, Status
from cchc_metrics.verbs.measure import measure

TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
PERIODS = [Period.parse(label) for label in ("2020", "2021", "2022")]
AS_OF = date(2023, 12, 31)
COVERAGE = {kind: (date(2015, 1, 1), date(2025, 12, 31)) for kind in ("dossiers", "petitions")}
SHORT = {
    "at the beginning": (2022, 2024),
    "by a little at the beginning": (2021, 2024),
    "at the end": (2019, 2020),
    "by a little at the end": (2019, 2021),
    "at both": (2021, 2021),
    "at both by a little": (2021, 2022),
    "wholly before the data": (2019, 2019),
    "wholly after them": (2024, 2024),
    "nowhere": (2019, 2024),
}
LIMITS = {"refused": 2, "supplement_requested": 5, "resolved": 15, "published": 2}


@cache
def calendars(first: int, last: int) -> tuple[Calendar, SlowCalendar]:
    years = [year for number, year in Calendar.official().by_year.items() if first <= number <= last]
    return Calendar.of(years), replace(official(), first=date(first, 1, 1), last=date(last, 12, 31))


# --- what can be proven of one row ------------------------------------------------------------------------------------------------------


def due(row: Dossier, calendar: SlowCalendar) -> date | None:
    """The appointment; else the term counted out on the wall, day by day; None where it leaves the calendar."""
    if row.due_at is not None:
        return row.due_at
    assert row.received_at is not None
    assert row.term is not None
    try:
        if row.term_unit.value == "working_days":
            return calendar.working_day_after(row.received_at, int(row.term))
        calendar.is_working(row.received_at)
        return calendar.on_or_after(row.received_at + timedelta(days=int(row.term)))
    except OutsideError:
        return None


def standing(row: Dossier, calendar: SlowCalendar) -> str:
    """What has become of a dossier by the day of the question, long after its period."""
    by = due(row, calendar)
    if by is None:
        return "not known"
    if row.ended_at is not None and row.ended_at <= AS_OF:
        return "in time" if row.ended_at <= by else "late"
    return "overdue" if by < AS_OF else "open"


@cache
def working_days(after: date, until: date, calendar: SlowCalendar) -> int | None:
    """None where the calendar does not know both days, or they are in the wrong order: nothing follows from that."""
    try:
        return calendar.working_days(after, until) if after <= until else None
    except OutsideError:
        return None


@cache
def age(due_on: date, day: date, calendar: SlowCalendar) -> str:
    """By how many working days what was due on a day is overdue on another: of days that the calendar lacks, it proves those it has."""
    passed = [due_on + timedelta(days=n) for n in range(1, (day - due_on).days + 1)]
    known = sum(calendar.is_working(d) for d in passed if calendar.knows(d))
    if all(calendar.knows(d) for d in (due_on, *passed)):
        return "1_5" if known <= 5 else "6_10" if known <= 10 else "over_10"
    return "over_10" if known > 10 else "unknown"


# --- the indicators by their definitions ------------------------------------------------------------------------------------------------


@dataclass
class Right:
    """What an indicator should say: its counts, what it leaves out, and how many could change it."""

    numerator: int
    denominator: int | None = None
    excluded: dict[str, int] | None = None
    could_change: int = 0
    of: int = 1

    @property
    def status(self) -> Status:
        if self.denominator == 0:
            return Status.ZERO_DENOMINATOR
        if self.could_change:
            return Status.NO_DATA if self.could_change >= self.of else Status.ESTIMATED
        return Status.OK


def of_dossiers(rows: Sequence[Dossier], period: Period, calendar: SlowCalendar) -> dict[str, Right]:
    def inside(day: date | None) -> bool:
        return day is not None and period.first <= day <= period.last

    received = [r for r in rows if inside(r.received_at)]
    ended = [r for r in rows if inside(r.ended_at)]
    carried = [r for r in rows if r.received_at < period.first and (r.ended_at is None or r.ended_at >= period.first)]  # type: ignore[operator]
    pending = [r for r in rows if r.received_at <= period.last and (r.ended_at is None or r.ended_at > period.last)]  # type: ignore[operator]
    dated = [(r, d) for r in ended if (d := due(r, calendar)) is not None]
    in_time = len([r for r, d in dated if r.ended_at <= d])  # type: ignore[operator]
    undated = len(ended) - len(dated)
    waiting = [(r, d) for r in pending if (d := due(r, calendar)) is not None]
    overdue = [max(d, r.received_at - timedelta(days=1)) for r, d in waiting if max(d, r.received_at - timedelta(days=1)) < period.last]  # type: ignore[operator]
    unknown = len(pending) - len(waiting)
    ages = Counter(age(d, period.last, calendar) for r, d in waiting if max(d, r.received_at - timedelta(days=1)) < period.last)  # type: ignore[operator]
    out = {"calendar_missing": undated, "pending_calendar_missing": unknown}
    spans = [days for r in ended if (days := working_days(r.received_at, r.ended_at, calendar)) is not None]
    slow = {"turnaround_not_known": len(ended) - len(spans)}
    online = [r for r in received if r.channel.value == "online"]
    accepted = [days for r in online if (days := working_days(r.submitted_at, r.received_at, calendar)) is not None]
    stock = {"pending_calendar_missing": unknown}
    aged = stock | {"overdue_age_unknown": ages["unknown"]}
    doubtful = {"could_change": unknown + ages["unknown"], "of": len(pending)}
    late = len(dated) - in_time
    everyone = len(received) + len(carried) - undated - unknown
    taken = sum((r.ended_at - r.received_at).days for r in ended)  # type: ignore[operator,misc]
    stands = Counter(standing(r, calendar) for r in received)
    left = {"still_open": stands["open"], "calendar_missing": stands["not known"]}
    in_hours = {"acceptance_not_known": len(online) - len(accepted)}
    found = {
        "resolved_on_time": Right(in_time, len(dated), {"calendar_missing": undated}),
        "handled_on_time": Right(in_time + len(waiting) - len(overdue), len(dated) + len(waiting), out),
        "not_late": Right(everyone - late - len(overdue), everyone, out),  # every row has an appointment or a term
        "received_on_time": Right(stands["in time"], len(received) - stands["open"] - stands["not known"], left),
        "late_apologised": Right(len([r for r, d in dated if r.ended_at > d and r.apologies]), late, {"calendar_missing": undated}),  # type: ignore[operator]
        "resolved_or_overdue": Right(in_time, len(dated) + len(overdue), out),
        "dossiers_pending_overdue": Right(len(overdue), None, stock, unknown, len(pending)),
        **{f"pending_overdue_{name}": Right(ages[name], None, aged, **doubtful) for name in ("1_5", "6_10", "over_10")},
        "turnaround_mean": Right(sum(spans), len(spans), slow),
        "turnaround_median": Right(len(spans), None, slow),
        "turnaround_p90": Right(len(spans), None, slow),
        "accepted_in_time": Right(len([n for n in accepted if n <= 1]), len(accepted), in_hours),
        # No calendar is needed for these.
        "dossiers_received": Right(len(received)),
        "dossiers_pending": Right(len(pending)),
        "dossiers_resolved": Right(len(ended)),
        "online_share": Right(len(online), len(received)),
        "turnaround_calendar_mean": Right(taken, len(ended)),
    }
    for name in ("turnaround_median", "turnaround_p90"):
        found[name].denominator = None if spans else 0
    return found


def of_petitions(rows: Sequence[Petition], period: Period, calendar: SlowCalendar) -> dict[str, Right]:
    found = {"petitions_received": Right(sum(period.first <= r.received_at <= period.last for r in rows))}  # type: ignore[operator]
    for what, limit in LIMITS.items():
        since = "resolved_at" if what == "published" else "received_at"
        answered = [r for r in rows if (day := getattr(r, f"{what}_at")) is not None and period.first <= day <= period.last]
        spans = [
            days
            for r in answered
            if getattr(r, since) is not None and (days := working_days(getattr(r, since), getattr(r, f"{what}_at"), calendar)) is not None
        ]
        unknown = {"in_time_not_known": len(answered) - len(spans)}
        found[f"petitions_{what}_in_time"] = Right(len([n for n in spans if n <= limit]), len(spans), unknown)
    return found


def quantile(spans: list[int], level: Fraction) -> Fraction:
    ordered = sorted(spans)
    if level == Fraction(1, 2):
        return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2)
    return Fraction(ordered[-(-len(ordered) * level.numerator // level.denominator) - 1])


def check(dossiers: Sequence[Dossier], petitions: Sequence[Petition], years: tuple[int, int], *, alone: bool = False) -> set[str]:
    """Compare every indicator of both kinds with what can be proven, of all rows or of each alone; return those that were compared."""
    fast, slow = calendars(*years)
    units = [f"U{n}" if alone else "TM" for n in range(len(dossiers) + len(petitions))]
    tree = TREE if not alone else UnitTree([Unit(code=code, name=code, level="commune") for code in units])
    dossiers = [row.model_copy(update={"unit_code": unit}) for row, unit in zip(dossiers, units, strict=False)]
    petitions = [row.model_copy(update={"unit_code": unit}) for row, unit in zip(petitions, units[len(dossiers) :], strict=True)]
    given = {"dossiers": columns_of(Dossier, dossiers), "petitions": columns_of(Petition, petitions)}
    found = measure(tally(given, periods=PERIODS, as_of=AS_OF, calendar=fast), units=tree, coverage=COVERAGE)
    compared = set()
    for unit in tree.codes:
        own, sent = [r for r in dossiers if r.unit_code == unit], [r for r in petitions if r.unit_code == unit]
        for period in PERIODS:
            right = of_dossiers(own, period, slow) | of_petitions(sent, period, slow)
            for name, wanted in right.items():
                agrees(found[name, unit, period], wanted, f"{name} of {period.label} with the calendar of {years}: {own} {sent}")
                compared.add(name)
            ended = [r for r in own if r.ended_at is not None and period.first <= r.ended_at <= period.last]
            spans = [days for r in ended if (days := working_days(r.received_at, r.ended_at, slow)) is not None]
            for name, level in (("turnaround_median", Fraction(1, 2)), ("turnaround_p90", Fraction(9, 10))):
                assert found[name, unit, period].value == (quantile(spans, level) if spans else None), name
    return compared


def agrees(m: Measure, wanted: Right, about: str) -> None:
    assert m.status is wanted.status, about
    assert bool(m.reason.vi) == bool(m.reason.en) == (m.status is not Status.OK), about
    assert m.numerator == wanted.numerator, about
    assert m.quantile is not None or m.denominator == wanted.denominator or m.indicator in ("turnaround_median", "turnaround_p90"), about
    assert dict(m.excluded) == {why: n for why, n in (wanted.excluded or {}).items() if n}, about


# --- rows on both sides of every edge ---------------------------------------------------------------------------------------------------


def dossier(
    number: int,
    received: date,
    *,
    term: int = 0,
    term_unit: str = "working_days",
    due_in: int | None = None,
    took: int | None = None,
    filed_before: int = 0,
    channel: str = "online",
) -> Dossier:
    """A dossier whose days are counted from its receipt; it has an appointment or a term."""
    return Dossier(
        dossier_id=str(number),
        unit_code="TM",
        status="4" if took is None else "9",
        received_at=received,
        submitted_at=received - timedelta(days=filed_before),
        due_at=None if due_in is None else received + timedelta(days=due_in),
        term=term if due_in is None else None,
        term_unit=term_unit if due_in is None else "none",
        ended_at=None if took is None else received + timedelta(days=took),
        channel=channel,
        supplement_requests=0,
        apologies=number % 2,
    )


def petition(number: int, received: date, spans: Iterable[int | None]) -> Petition:
    after = {f"{what}_at": None if n is None else received + timedelta(days=n) for what, n in zip(LIMITS, spans, strict=True)}
    return Petition(petition_id=str(number), unit_code="TM", received_at=received, **after)


RECEIVED = [
    date(2019, 12, 20),
    date(2020, 6, 1),
    date(2020, 12, 21),
    date(2021, 3, 1),
    date(2021, 12, 20),
    date(2022, 5, 4),
    date(2022, 12, 19),
]
WAYS: list[dict[str, Any]] = [
    {"term": 3, "took": 2},
    {"term": 3, "took": 9},
    {"term": 15, "took": 20},
    {"term": 15, "took": 40, "term_unit": "calendar_days"},
    {"term": 10},
    {"term": 12, "term_unit": "calendar_days"},
    {"due_in": 5, "took": 5},
    {"due_in": 5, "took": 20},
    {"due_in": 1},
    {"due_in": 8, "filed_before": 3},
    {"due_in": 400, "took": 390, "channel": "counter"},
]
FIXED = [dossier(n, received, **way) for n, (received, way) in enumerate((r, w) for r in RECEIVED for w in WAYS)]
ANSWERS = [(2, 5, 20, 22), (4, 20, 30, 31), (None, None, None, 3)]
PETITIONS = [petition(n, received, spans) for n, (received, spans) in enumerate((r, a) for r in RECEIVED for a in ANSWERS)]


def of_the_calendar() -> set[str]:
    """Return the indicators whose records have days that are counted by the calendar, by their declarations."""
    return {i.id for i in default_catalogue() if default_catalogue().kinds_of(i.id) & {"dossiers", "petitions"}} - {
        "online_full_share",
        "supplements_mean",
        "paid_online",
        "digitised",
        "data_reused",
        "dossiers_postal",
        "dossiers_postal_out",
        "dossiers_online_level_3_4",
        "dossiers_online_partial_full",
        "online_of_online_and_counter",
        "services_with_dossiers",
        "electronic_results",
        "components_digitised",
        "dossiers_boundary_free",
        "boundary_free_share",
        "transferred_in_time",  # of receipts elsewhere, which these have not
        "apologies",
        "reappointments",
    }


@pytest.mark.parametrize("where", SHORT)
def test_a_calendar_shorter_than_the_data_proves_what_it_proves_and_no_more(where: str) -> None:
    assert check(FIXED, PETITIONS, SHORT[where]) == of_the_calendar()


@pytest.mark.parametrize("where", SHORT)
def test_every_row_alone(where: str) -> None:
    check(FIXED, PETITIONS, SHORT[where], alone=True)


DAYS = st.dates(date(2019, 11, 1), date(2022, 12, 31))
SPANS = st.one_of(st.none(), st.integers(0, 40))
ROWS: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        received=DAYS,
        term=st.integers(0, 30),
        term_unit=st.sampled_from(["working_days", "calendar_days"]),
        due_in=st.one_of(st.none(), st.integers(0, 60)),
        took=st.one_of(st.none(), st.integers(0, 300)),
        filed_before=st.integers(0, 5),
        channel=st.sampled_from(["online", "counter"]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.lists(st.tuples(DAYS, st.tuples(SPANS, SPANS, SPANS, SPANS)), max_size=6), st.sampled_from(sorted(SHORT)))
def test_whatever_the_rows(rows: list[dict[str, Any]], petitions: list[tuple[date, Any]], where: str) -> None:
    check([dossier(n, **row) for n, row in enumerate(rows)], [petition(n, *row) for n, row in enumerate(petitions)], SHORT[where])


def test_indicators_that_need_no_calendar_are_the_same_with_any() -> None:
    given = {"dossiers": columns_of(Dossier, FIXED), "petitions": columns_of(Petition, PETITIONS)}
    free = sorted(set(default_catalogue().indicators) - of_the_calendar() - {"dossiers_received", "dossiers_pending", "online_share"})
    free = [name for name in free if set() < default_catalogue().kinds_of(name) - {UNITS_KIND} <= set(given)]
    answers = []
    for years in SHORT.values():
        found = measure(tally(given, periods=PERIODS, as_of=AS_OF, calendar=calendars(*years)[0]), units=TREE, coverage=COVERAGE)
        answers.append(
            [(m.indicator, m.period.label, m.status, m.numerator, m.denominator, m.excluded) for m in found if m.indicator in free]
        )
    assert len(free) == 17
    assert all(answer == answers[0] for answer in answers)
