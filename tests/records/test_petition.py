"""Petitions: the four limits of the national portal, counted in working days, the first day not counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow

from cchc_metrics import testing
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kind import Context
from cchc_metrics.records.petition import KIND, LIMITS_WORKING_DAYS, Petition, events
from cchc_metrics.records.record import RecordError
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Status
from cchc_metrics.verbs.measure import measure

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
CONTEXT = Context(Rules.preset("default"), OFFICIAL)
TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="province")])
MARCH = Period.parse("2021-03")
LIMITS = {"refused": 2, "supplement_requested": 5, "resolved": 15, "published": 2}
"""As the rule sheet has them."""

Happened = dict[str, list[tuple[date | None, dict[str, str]]]]
stages = pytest.mark.parametrize("stage", list(LIMITS))


def found(rows: list[Petition]) -> Happened:
    """Return set → for each row the day of its event, and its labels."""
    made: Happened = {}
    for one in events(columns_of(Petition, rows), CONTEXT):
        labels = {dim: [texts[c] for c in codes.tolist()] for dim, (codes, texts) in one.dims.items()}
        made[one.set.name] = [
            (None if day < 0 else date_of(day), {dim: labels[dim][i] for dim in labels} if day >= 0 else {})
            for i, day in enumerate(one.day.tolist())
        ]
    return made


def petition(**cells: Any) -> Petition:
    return Petition.model_validate({"petition_id": "1", "unit_code": "TM", **cells})


def in_time(stage: str, since: date, day: date) -> str:
    """Count the working days from one day to the other, the first not counted."""
    if day < since or not (SLOW.knows(since) and SLOW.knows(day)):
        return "unknown"
    return "yes" if SLOW.working_days(since, day) <= LIMITS[stage] else "no"


def test_the_limits_are_those_of_the_rule_sheet() -> None:
    assert LIMITS_WORKING_DAYS == LIMITS
    assert [s.name for s in KIND.event_sets] == ["received", *LIMITS]


@settings(max_examples=80)
@given(rows=st.lists(testing.petitions(first=date(2018, 12, 1), last=date(2021, 4, 1)), max_size=6))
def test_every_stage_happens_on_its_day_in_time_or_not(rows: list[Petition]) -> None:
    happened = found(rows)
    assert happened["received"] == [(r.received_at, {"topic": r.topic}) for r in rows]
    for stage in LIMITS:
        for row, (day, labels) in zip(rows, happened[stage], strict=True):
            at = getattr(row, f"{stage}_at")
            assert day == at
            if at is not None:
                since = row.resolved_at if stage == "published" else row.received_at
                expected = "unknown" if since is None else in_time(stage, since, at)
                assert labels.pop("in_time") == expected
                assert labels == ({"satisfied": row.satisfied.value} if stage == "resolved" else {})


@stages
@given(received=st.dates(date(2021, 1, 1), date(2026, 6, 30)))
def test_the_last_day_of_the_limit_is_in_time_and_the_next_working_day_is_not(stage: str, received: date) -> None:
    last = SLOW.working_day_after(received, LIMITS[stage])
    for day, expected in ((last, "yes"), (SLOW.working_day_after(last, 1), "no")):
        start = (
            {"received_at": received - timedelta(days=1), "resolved_at": received} if stage == "published" else {"received_at": received}
        )
        [(at, labels)] = found([petition(**start, **{f"{stage}_at": day})])[stage]
        assert (at, labels["in_time"]) == (day, expected)


@pytest.mark.parametrize(
    ("stage", "received", "day", "expected"),
    [
        ("refused", "01/03/2021", "03/03/2021", "yes"),
        ("refused", "01/03/2021", "04/03/2021", "no"),
        ("refused", "05/03/2021", "09/03/2021", "yes"),  # over a weekend
        ("refused", "05/03/2021 16:59", "09/03/2021 23:59", "yes"),  # the clock decides nothing
        ("refused", "06/03/2021", "09/03/2021", "yes"),  # received on a Saturday
        ("refused", "01/03/2021", "06/03/2021", "no"),  # a Saturday after the limit
        ("refused", "02/03/2021", "06/03/2021", "no"),
        ("refused", "03/03/2021", "06/03/2021", "yes"),  # Saturday after two working days
        ("supplement_requested", "01/03/2021", "08/03/2021", "yes"),
        ("supplement_requested", "01/03/2021", "09/03/2021", "no"),
        ("resolved", "01/03/2021", "22/03/2021", "yes"),
        ("resolved", "01/03/2021", "23/03/2021", "no"),
        ("resolved", "09/02/2021", "09/03/2021", "yes"),  # over Tết
        ("resolved", "01/03/2021", "01/03/2021", "yes"),
        ("resolved", "01/03/2021", "26/02/2021", "unknown"),  # answered before it came in
        ("resolved", "20/12/2018", "10/01/2019", "unknown"),  # the calendar begins in 2019
    ],
)
def test_examples(stage: str, received: str, day: str, expected: str) -> None:
    [(_, labels)] = found([petition(received_at=received, **{f"{stage}_at": day})])[stage]
    assert labels["in_time"] == expected


def test_publishing_is_counted_from_the_resolution() -> None:
    slow_answer = petition(received_at="01/03/2021", resolved_at="20/04/2021", published_at="22/04/2021")
    assert found([slow_answer])["published"][0][1] == {"in_time": "yes"}
    assert found([slow_answer])["resolved"][0][1]["in_time"] == "no"
    unanswered = petition(received_at="01/03/2021", published_at="02/03/2021")
    assert found([unanswered])["published"][0][1] == {"in_time": "unknown"}


def test_a_petition_needs_the_day_on_which_it_came_in() -> None:
    with pytest.raises(RecordError) as caught:
        petition(received_at="")
    assert [(code, column) for column, code, _ in caught.value.found] == [("missing_value", "received_at")]


# --- as indicators ----------------------------------------------------------------------------------------------------------------------


@stages
def test_the_rate_of_each_limit(stage: str) -> None:
    start = {"received_at": "26/02/2021", "resolved_at": "01/03/2021"} if stage == "published" else {"received_at": "01/03/2021"}
    last = SLOW.working_day_after(date(2021, 3, 1), LIMITS[stage])
    days = [
        last,
        last,
        SLOW.working_day_after(last, 1),
        date(2021, 4, 1),
        date(2020, 12, 31),
    ]  # the last two: April's, and before it came in
    rows = [petition(**start, **{f"{stage}_at": day}, petition_id=str(n)) for n, day in enumerate(days)]
    columns = {"petitions": columns_of(Petition, rows)}
    counted = tally(columns, periods=[MARCH], rules=CONTEXT.rules, calendar=OFFICIAL)
    measures = measure(
        counted,
        default_catalogue().select([f"petitions_{stage}_in_time", "petitions_received"]),
        units=TREE,
        periods=[MARCH],
        as_of=date(2021, 12, 31),
        coverage={"petitions": (date(2020, 1, 1), date(2021, 12, 31))},
    )
    rate, received = (measures.get(name, "TM", MARCH) for name in (f"petitions_{stage}_in_time", "petitions_received"))
    assert rate is not None
    assert received is not None
    assert (rate.status, rate.numerator, rate.denominator) == (Status.OK, 2, 3)
    assert received.numerator == (0 if stage == "published" else 5)
