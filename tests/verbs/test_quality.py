"""Quality: what dossiers say that is hard to believe, each finding as one who reads row after row would make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import Story, due_of, fate_of, story_of

from cchc_metrics.errors import RejectedRowsError
from cchc_metrics.records.choices import Channel, ServiceLevel, Status, TermUnit
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules
from cchc_metrics.verbs.quality import Quality, quality, quality_of_part

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
DEFAULT = Rules.preset("default")
RESTART = Rules(id="own", pauses="restart")


def found(rows: Sequence[Dossier], events: Sequence[DossierEvent] = (), rules: Rules = DEFAULT, **others: Any) -> Problems:
    one_id = len({row.dossier_id for row in rows}) < len(rows)
    told_apart = [row.model_copy(update={"dossier_id": str(n)}) for n, row in enumerate(rows, 1)] if one_id else rows
    columns = columns_of(Dossier, told_apart, file="dossiers.csv")
    if events:
        columns = attach_events(columns, columns_of(DossierEvent, events))
    return quality(columns, rules=rules, calendar=OFFICIAL, **others)


def rows_with(problems: Problems, code: Code) -> list[int]:
    return [p.row for p in problems if p.code is code]


def stories(rows: Sequence[Dossier], events: Sequence[DossierEvent]) -> list[Story]:
    return [story_of(e for e in events if e.dossier_id == d.dossier_id) for d in rows]


# --- row after row ----------------------------------------------------------------------------------------------------------------------


def differs(dossier: Dossier, rules: Rules, story: Story) -> bool:
    """Reckon the due date anew, as if none were written, and hold it against the one that is."""
    if dossier.due_at is None:
        return False
    anew = rules.model_copy(update={"given_due": "ignored"})
    if not rules.given_due_includes_pauses:  # then what is written is the date before any waiting
        anew, story, dossier = anew.model_copy(update={"pauses": "subtract"}), Story(), dossier.model_copy(update={"paused_days": None})
    computed = due_of(dossier, anew, SLOW, story).day
    written = as_day(dossier.due_at)
    if computed is None or computed == written:
        return False
    hours = dossier.term * (1 if dossier.term_unit is TermUnit.HOURS else 8) if dossier.term is not None else Fraction(0)
    by_the_hour = dossier.term_unit in (TermUnit.HOURS, TermUnit.WORKING_DAYS) and hours % 8 != 0
    hour_known = bool(rules.opening_hours) and isinstance(dossier.received_at, datetime)
    if by_the_hour and not hour_known and SLOW.knows(written) and as_day(dossier.received_at) <= written <= computed:
        return SLOW.working_days(written, computed) > 1
    return True


def as_day(moment: date | datetime | None) -> date:
    assert moment is not None
    return moment.date() if isinstance(moment, datetime) else moment


@settings(max_examples=50)
@given(file=draw.files(), rules=draw.rules())
def test_due_dates_that_differ_are_those_that_computing_anew_finds(file: draw.Files, rules: Rules) -> None:
    rows, events = file
    expected = [i for i, (d, story) in enumerate(zip(rows, stories(rows, events), strict=True), start=1) if differs(d, rules, story)]
    problems = found(rows, events, rules)
    assert rows_with(problems, Code.DUE_DIFFERS) == expected
    assert problems.count(Code.DUE_DIFFERS) == len(expected)


@settings(max_examples=40)
@given(file=draw.files(), rules=draw.rules())
def test_the_other_findings_are_those_of_reading_row_after_row(file: draw.Files, rules: Rules) -> None:
    rows, events = file
    expected: dict[Code, list[int]] = {Code.INFORMATION_ONLY_ONLINE: [], Code.MANY_REAPPOINTMENTS: [], Code.WAIT_WITHOUT_DATES: []}
    for i, (d, story) in enumerate(zip(rows, stories(rows, events), strict=True), start=1):
        if d.channel is Channel.ONLINE and d.service_level in (ServiceLevel.LEVEL_1, ServiceLevel.LEVEL_2):
            expected[Code.INFORMATION_ONLY_ONLINE].append(i)
        again = sum(e.kind is EventKind.REAPPOINTED and e.dossier_id == d.dossier_id for e in events)
        if (again if d.reappointments is None else d.reappointments) > 1:
            expected[Code.MANY_REAPPOINTMENTS].append(i)
        computed = d.term is not None and (d.due_at is None or rules.given_due == "ignored")
        if rules.pauses == "restart" and computed and d.paused_days and not story.waits:
            expected[Code.WAIT_WITHOUT_DATES].append(i)
    problems = found(rows, events, rules)
    assert {code: rows_with(problems, code) for code in expected} == expected


@settings(max_examples=40)
@given(file=draw.files(), rules=draw.rules(), share=st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(1)]), cases=st.integers(1, 3))
def test_ties_are_counted_in_each_unit(file: draw.Files, rules: Rules, share: Fraction, cases: int) -> None:
    rows, events = file
    ended: dict[str, list[bool]] = {}
    for d, story in zip(rows, stories(rows, events), strict=True):
        fate = fate_of(d, rules, SLOW, story)
        if fate is not None and fate.ended is not None and fate.due is not None:
            ended.setdefault(d.unit_code, []).append(fate.ended == fate.due)
    expected = [
        f"{unit}: {sum(ties)}/{len(ties)}"
        for unit, ties in sorted(ended.items())
        if len(ties) >= cases and Fraction(sum(ties), len(ties)) >= share
    ]
    problems = found(rows, events, rules, tie_share=share, tie_cases=cases)
    assert [p.value for p in problems if p.code is Code.TIES_WITH_DUE_DATE] == expected


@settings(max_examples=25)
@given(file=draw.files(), rules=draw.rules())
def test_findings_are_warnings_about_rows_that_still_count(file: draw.Files, rules: Rules) -> None:
    problems = found(*file, rules)
    outside = Code.DUE_OUTSIDE_CALENDAR  # on time nowhere until the calendar has the year
    assert all((p.code.severity == "warning") == (p.code is not outside) and p.file == "dossiers.csv" and p.column for p in problems)
    assert (problems.read, problems.rejected) == (0, 0)
    if problems.count(outside):
        with pytest.raises(RejectedRowsError, match="due_outside_calendar"):
            problems.raise_if_any()
    else:
        problems.raise_if_any()
    assert all(p.text("vi") != p.text("en") for p in problems)


# --- examples ---------------------------------------------------------------------------------------------------------------------------


def one(**cells: Any) -> Dossier:
    plain = {"dossier_id": "1", "unit_code": "TM", "status": Status.PROCESSING, "received_at": "01/03/2021"}
    return Dossier.model_validate({**plain, **cells})


def reported(rows: Sequence[Dossier], **others: Any) -> list[str]:
    return [p.text("en") for p in found(rows, **others)]


def test_a_due_date_that_differs_says_both() -> None:
    rows = [one(due_at="05/03/2021", term=4, term_unit="nlv"), one(due_at="08/03/2021", term=4, term_unit="nlv"), one(due_at="08/03/2021")]
    assert reported(rows) == [
        "dossiers.csv, row 2, due_at = «08/03/2021»: the given due date is not the one computed from the term (computed: 2021-03-05)"
    ]
    [problem] = found(rows)
    assert problem.text("vi").endswith("(tính được 05/03/2021)")


@pytest.mark.parametrize(
    ("given_due", "includes", "finding"),
    [
        ("12/03/2021", True, False),  # 05/03 and the five days waited
        ("05/03/2021", True, True),
        ("05/03/2021", False, False),  # the waits come on top
        ("12/03/2021", False, True),
    ],
)
def test_the_waits_are_in_the_computed_date_where_they_are_in_the_given_one(given_due: str, includes: bool, finding: bool) -> None:
    rules = Rules(id="own", given_due_includes_pauses=includes)
    for waited in ({"paused_days": 5}, {}):
        events = [
            DossierEvent(dossier_id="1", kind=EventKind.SUPPLEMENT_REQUESTED, happened_at=date(2021, 3, 3)),
            DossierEvent(dossier_id="1", kind=EventKind.SUPPLEMENT_RECEIVED, happened_at=date(2021, 3, 10)),
        ]
        row = one(due_at=given_due, term=4, term_unit="nlv", **waited)
        assert bool(found([row], [] if waited else events, rules)) == finding


@pytest.mark.parametrize(
    ("given_due", "finding"), [("01/03/2021", False), ("02/03/2021", False), ("03/03/2021", True), ("26/02/2021", True)]
)
def test_four_hours_end_on_the_same_day_or_on_the_next(given_due: str, finding: bool) -> None:
    assert bool(found([one(due_at=given_due, term=4, term_unit="giờ")])) == finding


def test_an_online_filing_for_information_only() -> None:
    rows = [
        one(channel=channel, service_level=level)
        for channel, level in (("2", "1"), ("2", "mức độ 2"), ("2", "3"), ("1", "1"), ("2", "toàn trình"), ("2", ""))
    ]
    assert reported(rows) == [
        "dossiers.csv, row 1, service_level = «level_1»: filed online for a service of level 1 or 2, which gives information only",
        "dossiers.csv, row 2, service_level = «level_2»: filed online for a service of level 1 or 2, which gives information only",
    ]


def test_more_than_one_new_appointment() -> None:
    again = [
        DossierEvent(dossier_id=name, kind=EventKind.REAPPOINTED, happened_at=date(2021, 3, n), due_at=date(2021, 3, 20 + n))
        for name, n in (("1", 1), ("2", 1), ("2", 2), ("2", 3))
    ]
    assert reported([one(), one(dossier_id="2")], events=again) == ["dossiers.csv, row 2, due_at = «3»: more than one re-appointment"]


def test_days_waited_without_dates_matter_only_to_a_term_that_restarts() -> None:
    rows = [
        one(paused_days=2, term=4, term_unit="nlv"),
        one(paused_days=2, due_at="05/03/2021"),
        one(paused_days=0, term=4, term_unit="nlv"),
    ]
    assert rows_with(found(rows, rules=RESTART), Code.WAIT_WITHOUT_DATES) == [1]
    assert rows_with(found(rows), Code.WAIT_WITHOUT_DATES) == []


def ends(ties: int, others: int, unit: str = "TM") -> list[Dossier]:
    due = date(2021, 3, 5)
    days = [due] * ties + [due - timedelta(days=1)] * others
    return [one(dossier_id=f"{unit}{n}", unit_code=unit, status="9", due_at=due, ended_at=day) for n, day in enumerate(days)]


def test_an_implausible_share_of_ties_needs_enough_cases() -> None:
    assert reported([*ends(15, 15), *ends(14, 16, "TM.01"), *ends(29, 0, "TM.02")]) == [
        "dossiers.csv, ended_at = «TM: 15/30»: an implausible share of dossiers ended exactly on the due date"
    ]
    assert reported(ends(29, 0), tie_cases=29) == [
        "dossiers.csv, ended_at = «TM: 29/29»: an implausible share of dossiers ended exactly on the due date"
    ]
    assert reported(ends(15, 15), tie_share=Fraction(16, 30)) == []
    assert reported([]) == []


def test_totals_are_exact_where_examples_are_cut() -> None:
    problems = found([one(due_at="08/03/2021", term=4, term_unit="nlv", dossier_id=str(n)) for n in range(7)], limit=3)
    assert (problems.count(Code.DUE_DIFFERS), len(list(problems))) == (7, 3)


def test_a_day_off_after_the_computed_date_is_not_the_day_before_it() -> None:
    half = {"term": "0,5", "term_unit": "working_days", "paused_days": 4, "status": 2, "unit_code": "TM", "received_at": "2020-12-18"}
    days = ["2020-12-24", "2020-12-25", "2020-12-26"]  # the Thursday, the computed Friday and the Saturday after it
    rows = [Dossier.model_validate({**half, "dossier_id": day, "due_at": day}) for day in days]
    assert rows_with(found(rows), Code.DUE_DIFFERS) == [3]


# --- part by part ----------------------------------------------------------------------------------------------------------------------


@given(draw.bundles(max_size=12), st.integers(0, 12), st.sampled_from([DEFAULT, RESTART]))
def test_what_is_found_in_parts_adds_up_to_what_is_found_in_all(rows: list[Dossier], cut: int, rules: Rules) -> None:
    columns = columns_of(Dossier, rows, file="dossiers.csv")
    columns = replace(columns, rows=columns.row_numbers())  # so that parts keep their numbers
    parts = [
        quality_of_part(columns.part(first, last), rules=rules, calendar=OFFICIAL, limit=2) for first, last in ((0, cut), (cut, len(rows)))
    ]
    together = parts[0] + parts[1]
    assert together.findings(tie_cases=2) == quality(columns, rules=rules, calendar=OFFICIAL, tie_cases=2, limit=2)
    assert parts[0] + Quality() == parts[0]


def test_codes_with_examples_enough_are_counted_only() -> None:
    rows = [Dossier(dossier_id=n, unit_code="TM", status=4, received_at="2021-03-01", channel="online", service_level=2) for n in range(5)]
    columns = columns_of(Dossier, rows)
    first = quality_of_part(columns, rules=DEFAULT, calendar=OFFICIAL, limit=3)
    assert first.full() == {Code.INFORMATION_ONLY_ONLINE}
    more = quality_of_part(columns, rules=DEFAULT, calendar=OFFICIAL, limit=3, full=first.full())
    assert (more.problems.total, more.problems.examples) == (5, ())
    assert len((first + more).findings().examples) == 3
