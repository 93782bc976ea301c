"""The presets on dossiers made by hand: what each practice makes of the same file."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.dataset import Dataset
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.verbs.form06 import form06
from cchc_metrics.verbs.measure import measure

TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="province")])
MARCH = Period.parse("2021-03")
AS_OF = date(2021, 12, 31)
PRESETS = ("default", "form06", "form06a", "bkav", "qd766", "gia_lai")
DONE: dict[str, Any] = {"status": "9", "received_at": "01/03/2021", "due_at": "05/03/2021"}
LATE_BY_TWO = {**DONE, "ended_at": "09/03/2021"}
ASKED_ONCE = [("supplement_requested", "03/03/2021")]
ASKED_TWICE = [*ASKED_ONCE, ("supplement_received", "04/03/2021"), ("supplement_requested", "04/03/2021")]

# What a dossier is at the end of March under each of ``PRESETS``. "out" is in no count at all.
CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str]], tuple[str, ...]]] = {
    "early": ({**DONE, "ended_at": "04/03/2021"}, [], ("early", "early", "early", "early", "early", "early")),
    "on its due date, after hours": (
        {**DONE, "due_at": "05/03/2021 11:00", "ended_at": "05/03/2021 23:00"},
        [],
        ("on_due_date", "on_due_date", "on_due_date", "on_due_date", "on_due_date", "on_due_date"),
    ),
    "Saturday before Monday": (
        {**DONE, "due_at": "08/03/2021", "ended_at": "06/03/2021"},
        [],
        ("early", "early", "early", "early", "early", "early"),
    ),
    "late by two days": (LATE_BY_TWO, [], ("late", "late", "late", "late", "late", "late")),
    "late by the two days that it waited": ({**LATE_BY_TWO, "paused_days": 2}, [], ("late", "late", "late", "late", "on_due_date", "late")),
    "late with a letter of apology": (LATE_BY_TWO, [("apologised", "05/03/2021")], ("late", "late", "late", "late", "late", "late")),
    "late for a citizen who came late": (
        {**DONE, "status": "10", "ended_at": "05/03/2021", "returned_at": "25/03/2021"},
        [],
        ("on_due_date", "on_due_date", "on_due_date", "late", "on_due_date", "on_due_date"),
    ),
    "early after two requests": ({**DONE, "ended_at": "04/03/2021"}, ASKED_TWICE, ("early", "early", "early", "early", "late", "early")),
    "without a due date": (
        {**DONE, "due_at": None, "ended_at": "04/03/2021"},
        [],
        ("no_due_date", "on_due_date", "on_due_date", "no_due_date", "no_due_date", "no_due_date"),
    ),
    "pending without a due date": (
        {**DONE, "status": "4", "due_at": None},
        [],
        ("pending_no_due_date", "in_time", "in_time", "pending_no_due_date", "pending_no_due_date", "pending_no_due_date"),
    ),
    "pending in time": (
        {**DONE, "status": "4", "due_at": "31/03/2021"},
        [],
        ("in_time", "in_time", "in_time", "in_time", "in_time", "in_time"),
    ),
    "pending and overdue": ({**DONE, "status": "4"}, [], ("overdue", "overdue", "overdue", "overdue", "overdue", "overdue")),
    "waiting since before its due date": (
        {**DONE, "status": "5"},
        ASKED_ONCE,
        ("overdue", "overdue", "in_time", "in_time", "in_time", "overdue"),
    ),
    "waiting since after its due date": (
        {**DONE, "status": "5"},
        [("supplement_requested", "09/03/2021")],
        ("overdue", "overdue", "in_time", "overdue", "overdue", "overdue"),
    ),
    "waiting nobody knows since when": ({**DONE, "status": "6"}, [], ("overdue", "overdue", "in_time", "overdue", "overdue", "overdue")),
    "papers came after its due date": (
        {**DONE, "status": "4"},
        [("supplement_requested", "09/03/2021"), ("supplement_received", "12/03/2021")],
        ("overdue", "overdue", "overdue", "overdue", "overdue", "overdue"),
    ),
    "withdrawn after its due date": ({**LATE_BY_TWO, "status": "7"}, [], ("late", "late", "on_due_date", "late", "late", "late")),
    "approved in time, fetched late, closed later": (
        {**DONE, "status": "10", "approved_at": "04/03/2021", "returned_at": "09/03/2021", "ended_at": "10/03/2021"},
        [],
        ("late", "late", "late", "early", "late", "late"),
    ),
    "waiting, its term in the procedure": (
        {**DONE, "status": "5", "due_at": None, "term": 4, "term_unit": "nlv"},
        ASKED_ONCE,
        ("in_time", "in_time", "in_time", "in_time", "in_time", "in_time"),
    ),
    "stopped": ({**DONE, "status": "8", "ended_at": "04/03/2021"}, [], ("overdue", "overdue", "overdue", "overdue", "early", "overdue")),
    "withdrawn": ({**DONE, "status": "7", "ended_at": "04/03/2021"}, [], ("early", "early", "on_due_date", "early", "early", "early")),
    "refused after it was received": (
        {**DONE, "status": "3", "ended_at": "02/03/2021"},
        [],
        ("out", "out", "on_due_date", "out", "early", "out"),
    ),
    "refused before": ({"status": "3", "received_at": None}, [], ("out", "out", "out", "out", "out", "out")),
    "only filed": ({"status": "1", "submitted_at": "01/03/2021"}, [], ("out", "out", "out", "out", "out", "out")),
}


def table(rows: list[dict[str, Any]], events: list[tuple[str, str]] = []) -> Columns:  # noqa: B006  never changed
    made = [Dossier.model_validate({"dossier_id": str(n), "unit_code": "TM", **cells}) for n, cells in enumerate(rows)]
    story = [DossierEvent.model_validate({"dossier_id": "0", "kind": kind, "happened_at": day}) for kind, day in events]
    return attach_events(columns_of(Dossier, made), columns_of(DossierEvent, story))


def state(cells: dict[str, Any], events: list[tuple[str, str]], preset: str) -> str:
    """Return the column of the form that a single dossier stands in."""
    counted = tally(
        {"dossiers": table([cells], events)}, periods=[MARCH], rules=Rules.preset(preset), calendar=Calendar.official(), as_of=AS_OF
    )
    total = form06(counted, units=TREE, unit="TM", period=MARCH, as_of=AS_OF).rows[-1]
    if not total.total:
        return "out"
    names = ("early", "on_due_date", "late", "in_time", "overdue", "pending_no_due_date")
    [found] = [name for name in names if getattr(total, name)] or ["no_due_date"]
    assert total.total == 1
    assert (found == "no_due_date") == bool(total.ended_no_due_date)
    return found


@pytest.mark.parametrize("case", CASES)
def test_each_preset_on_dossiers_made_by_hand(case: str) -> None:
    cells, events, expected = CASES[case]
    assert tuple(state(cells, events, preset) for preset in PRESETS) == expected


def test_one_file_through_five_formulas_and_every_preset() -> None:
    rows = [
        {**DONE, "ended_at": "04/03/2021"},
        {**DONE, "ended_at": "05/03/2021"},
        {**LATE_BY_TWO, "paused_days": 2},
        LATE_BY_TWO,
        {**DONE, "due_at": None, "ended_at": "04/03/2021"},
        {**DONE, "status": "4", "due_at": "31/03/2021"},
        {**DONE, "status": "4"},
        {**DONE, "status": "8", "ended_at": "04/03/2021"},
    ]
    names = ["resolved_on_time", "handled_on_time", "not_late", "resolved_or_overdue", "received_on_time"]
    found = {}
    for preset in PRESETS:
        counted = tally({"dossiers": table(rows)}, periods=[MARCH], rules=Rules.preset(preset), calendar=Calendar.official(), as_of=AS_OF)
        measures = measure(counted, default_catalogue().select(names), units=TREE, periods=[MARCH], as_of=AS_OF)
        values = [measures.get(name, "TM", MARCH) for name in names]
        found[preset] = [Fraction(m.numerator or 0, m.denominator or 1) for m in values if m is not None]
        assert {m.rules for m in values if m is not None} == {preset}
    assert found.pop("form06a") == found["form06"]  # nobody waits here, and none was withdrawn
    assert found.pop("bkav") == found["default"]
    assert found == {
        "default": [Fraction(2, 4), Fraction(3, 7), Fraction(4, 8), Fraction(2, 6), Fraction(2, 7)],
        "form06": [Fraction(3, 5), Fraction(4, 8), Fraction(4, 8), Fraction(3, 7), Fraction(3, 8)],
        "qd766": [Fraction(4, 5), Fraction(5, 7), Fraction(6, 8), Fraction(4, 6), Fraction(4, 7)],
        "gia_lai": [Fraction(2, 4), Fraction(3, 7), Fraction(4, 8), Fraction(2, 6), Fraction(2, 7)],
    }


@pytest.mark.parametrize(
    ("preset", "as_of", "overdue", "days_late"),
    [
        ("form06", date(2021, 3, 8), 2, {"1": 1, "2": 1}),
        ("form06", date(2021, 3, 15), 2, {"1": 6, "2": 6}),
        ("form06a", date(2021, 3, 8), 2, {"1": 1, "2": 1}),
        ("form06a", date(2021, 3, 15), 1, {"1": None, "2": 6}),
    ],
)
def test_a_dossier_that_waits_in_time_has_no_days_late(preset: str, as_of: date, overdue: int, days_late: dict[str, int | None]) -> None:
    same = {"unit_code": "TM", "channel": "1", "received_at": "01/03/2021", "due_at": "05/03/2021"}
    data = Dataset(
        units=TREE,
        dossiers=[{**same, "dossier_id": "1", "status": "5"}, {**same, "dossier_id": "2", "status": "4"}],
        dossier_events=[{"dossier_id": "1", "kind": "supplement_requested", "happened_at": "09/03/2021"}],
        rules=preset,
        as_of=as_of,
        period=MARCH,
    )
    assert data.measures()["dossiers_pending_overdue", "TM"].numerator == overdue
    found = data.explain("dossiers_pending")
    assert {row.id: row.days_late for _, row in found.listed} == days_late
