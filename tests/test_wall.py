"""A wall against confident wrong numbers: every indicator × everything that can be missing.

What each indicator needs stands here once more, in words of its definition and not read off the code. Whatever is taken away, the answer is
the right value, or it has a status that is not ok and a reason; never ok and wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.errors import CchcError, InputError, NotCountedError, UnknownUnitError
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, Status
from cchc_metrics.verbs.measure import measure

TREE = UnitTree([Unit(code="TM", name="Tháp Mười", level="district"), Unit(code="MA", name="Mỹ An", level="commune", parent="TM")])
YEAR, LATER = Period.parse("2021"), Period.parse("2023")
NEWEST = Period.parse("2026")
COVERAGE = {kind: (date(2020, 1, 1), date(2026, 12, 31)) for kind in KINDS}

_D = {"unit_code": "MA", "received_at": "2021-03-01", "due_at": "2021-03-05", "term": 4, "term_unit": "working_days"}
_POST = {"postal_in": "no", "postal_out": "no", "supplement_requests": 1, "fee_due": "yes", "paid_online": "no", "digitised": "no"}
_POST |= {"electronic_result": "no", "components": 1, "components_digitised": 0}
_POST |= {"boundary_free": "no", "apologies": 0, "reappointments": 0}
_HERE_AND_ELSEWHERE = {"boundary_free": "yes", "due_at": "2026-09-08", "status": 9, "ended_at": "2026-09-07", "channel": "counter"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "dossiers": [
        _D
        | _POST
        | {"dossier_id": "1", "status": 9, "ended_at": "2021-03-03", "channel": "online", "service_level": "level_4"}
        | {"submitted_at": "2021-03-01", "paid_online": "national", "digitised": "digitised", "postal_out": "yes"}
        | {"electronic_result": "yes", "components_digitised": 1, "boundary_free": "yes", "received_elsewhere_at": "2021-03-01"},
        _D
        | _POST
        | {"dossier_id": "2", "status": 9, "ended_at": "2021-03-05", "channel": "counter", "service_level": "level_2"}
        | {"digitised": "reused_result"},
        _D
        | _POST
        | {"dossier_id": "3", "status": 9, "ended_at": "2021-03-08", "channel": "postal", "service_level": "level_2"}
        | {"postal_in": "yes", "apologies": 1, "reappointments": 1},
        _D | _POST | {"dossier_id": "4", "status": 4, "channel": "online", "service_level": "level_3", "submitted_at": "2021-02-22"},
        _D
        | _POST
        | {"dossier_id": "5", "status": 9, "channel": "online", "service_level": "full", "submitted_at": "2023-03-01"}
        | {"received_at": "2023-03-01", "due_at": "2023-03-07", "ended_at": "2023-03-02"},
        *(  # filed elsewhere on a Thursday, the one with its agency on the next working day, the other on the one after
            _D | _POST | _HERE_AND_ELSEWHERE | {"dossier_id": n, "received_elsewhere_at": "2026-09-03 15:30:00", "received_at": came}
            for n, came in (("6", "2026-09-04"), ("7", "2026-09-07"))
        ),
    ],
    "documents": [
        {
            "document_id": str(n),
            "unit_code": "MA",
            "issued_on": "2021-02-01",
            "direction": "outgoing",
            "electronic": flag,
            "exchanged": flag,
        }
        | {"signed_by_person": flag, "signed_by_agency": flag, "secrecy": "none"}
        for n, flag in enumerate(("yes", "no"))
    ],
    "meetings": [
        {"meeting_id": str(n), "unit_code": "MA", "kind": "committee_meeting", "status": "held", "held_on": "2021-02-01", "paperless": flag}
        | {"secrecy": "none"}
        for n, flag in enumerate(("yes", "no"))
    ],
    "outreach": [
        {"activity_id": "1", "unit_code": "MA", "channel": "citizen_dialogue", "held_on": "2021-02-01", "topic": "CCHC", "reach": 120},
        {"activity_id": "2", "unit_code": "MA", "channel": "leaflet", "held_on": "2021-02-01", "topic": "CCHC", "reach": 80},
    ],
    "initiatives": [{"initiative_id": "5-1", "name": "5 trong 1", "unit_code": "MA", "adopted_on": "2021-02-01", "status": "adopted"}],
    "surveys": [
        {"response_id": str(n), "unit_code": "MA", "answered_on": "2021-02-01", "question": "1", "score": score}
        for n, score in enumerate((5, 2))
    ],
    "petitions": [
        {"petition_id": "1", "unit_code": "MA", "topic": "x", "received_at": "2021-03-01", "satisfied": "yes"}
        | {"refused_at": "2021-03-02", "supplement_requested_at": "2021-03-02", "resolved_at": "2021-03-30", "published_at": "2021-03-31"}
    ],
    "procedures": [
        {"procedure_code": "1", "tier": "commune", "service_level": "full", "boundary_free": "yes", "interlinked": "same_level"}
        | {"proactive": "proactive_4"},
        {"procedure_code": "2", "tier": "commune", "service_level": "partial", "boundary_free": "no", "interlinked": "none"}
        | {"proactive": "none"},
    ],
    "assigned_tasks": [
        {"task_id": "1", "unit_code": "MA", "assigned_by": "UBND tỉnh", "assigned_on": "2021-03-01", "due_on": "2021-03-10"}
        | {"done_on": "2021-03-10"},
        {"task_id": "2", "unit_code": "MA", "assigned_by": "UBND tỉnh", "assigned_on": "2021-03-01", "due_on": "2021-03-10"}
        | {"done_on": "2021-03-11"},
        {"task_id": "3", "unit_code": "MA", "assigned_by": "UBND tỉnh", "assigned_on": "2021-03-01", "due_on": "2021-03-10"},
        {"task_id": "4", "unit_code": "MA", "assigned_by": "UBND tỉnh", "assigned_on": "2021-03-01", "due_on": "2022-03-10"},
    ],
    "inspections": [
        {"inspection_id": str(n), "unit_code": "MA", "held_on": "2021-05-01", "problems_found": 1, "problems_handled": n} for n in (0, 1)
    ],
    "periodic_reports": [
        {"report_id": "1", "unit_code": "MA", "due_on": "2021-03-20", "sent_on": "2021-03-20", "on_system": "yes"},
        {"report_id": "2", "unit_code": "MA", "due_on": "2021-06-20", "sent_on": "2021-06-21", "on_system": "no"},
        {"report_id": "3", "unit_code": "MA", "due_on": "2021-09-20"},
    ],
    "legal_documents": [
        {"document_id": "1", "unit_code": "MA", "issued_on": "2021-03-01", "checked_on": "2021-04-01", "reviewed_on": "2021-05-01"}
        | {"needs_handling": "yes", "handled_on": "2021-06-01"},
        {"document_id": "2", "unit_code": "MA", "issued_on": "2021-03-01", "checked_on": "2021-04-01", "reviewed_on": "2021-05-01"}
        | {"needs_handling": "no"},
    ],
}

DUE = "due_at|term"  # a due date is the appointment, or follows from the term
TERM = "due_at|term_unit"  # which is nothing without its unit
END = "ended_at|approved_at|returned_at"
FILED = "boundary_free|received_elsewhere_at"  # where a row does not say the one, it follows from the other, but only that it is
R = ["received_at"]
HANDLED = [*R, END, DUE, TERM]
DOCUMENT = ["issued_on", "secrecy", "electronic"]  # a register without a direction is of documents that went out
PENDING = (0, None)
TASK = ["assigned_on", "due_on", "done_on"]
NEEDS: dict[str, tuple[str, list[str], tuple[int, int | None]]] = {
    # indicator: the kind, the columns that it cannot be without («a|b»: any of them), the right numerator and denominator
    "resolved_on_time": ("dossiers", HANDLED, (2, 3)),
    "handled_on_time": ("dossiers", HANDLED, (2, 4)),
    "not_late": ("dossiers", HANDLED, (2, 4)),
    "resolved_or_overdue": ("dossiers", HANDLED, (2, 4)),
    "received_on_time": ("dossiers", HANDLED, (2, 4)),
    "dossiers_received": ("dossiers", R, (4, None)),
    "dossiers_online_level_3_4": ("dossiers", [*R, "channel", "service_level"], (2, None)),
    "dossiers_online_partial_full": ("dossiers", [*R, "channel", "service_level"], (1, None)),
    "online_full_share": ("dossiers", [*R, "channel", "service_level"], (1, 1)),
    "online_share": ("dossiers", [*R, "channel"], (2, 4)),
    "online_of_online_and_counter": ("dossiers", [*R, "channel"], (2, 3)),
    "dossiers_postal": ("dossiers", [*R, "postal_in"], (1, None)),
    "dossiers_pending": ("dossiers", [*R, END], (1, None)),
    "dossiers_pending_overdue": ("dossiers", HANDLED, (1, None)),
    "turnaround_mean": ("dossiers", [*R, END], (2 + 4 + 5, 3)),
    "turnaround_median": ("dossiers", [*R, END], (3, None)),
    "turnaround_calendar_mean": ("dossiers", [*R, END], (2 + 4 + 7, 3)),
    "turnaround_p90": ("dossiers", [*R, END], (3, None)),
    "supplements_mean": ("dossiers", [*R, END, "supplement_requests"], (3, 3)),
    "pending_overdue_1_5": ("dossiers", HANDLED, PENDING),
    "pending_overdue_6_10": ("dossiers", HANDLED, PENDING),
    "pending_overdue_over_10": ("dossiers", HANDLED, (1, None)),
    "accepted_in_time": ("dossiers", [*R, "channel", "submitted_at"], (1, 2)),
    "dossiers_resolved": ("dossiers", [*R, END], (3, None)),
    "dossiers_boundary_free": ("dossiers", [*R, FILED], (1, None)),
    "boundary_free_share": ("dossiers", [*R, FILED], (1, 4)),
    "transferred_in_time": ("dossiers", [*R, "received_elsewhere_at"], (1, 2)),
    "apologies": ("dossiers", [*R, END, "apologies"], (1, None)),
    "reappointments": ("dossiers", [*R, END, "reappointments"], (1, None)),
    "late_apologised": ("dossiers", [*HANDLED, "apologies"], (1, 1)),
    "paid_online": ("dossiers", [*R, END, "fee_due", "paid_online"], (1, 3)),
    "digitised": ("dossiers", [*R, END, "digitised"], (2, 3)),
    "data_reused": ("dossiers", [*R, END, "digitised"], (1, 3)),
    "electronic_results": ("dossiers", [*R, END, "electronic_result"], (1, 3)),
    "components_digitised": ("dossiers", [*R, END, "components", "components_digitised"], (1, 3)),
    "procedures_in_force": ("procedures", [], (2, None)),
    "services_full": ("procedures", ["service_level"], (1, None)),
    "services_partial": ("procedures", ["service_level"], (1, None)),
    "services_full_share": ("procedures", ["service_level"], (1, 2)),
    "procedures_boundary_free": ("procedures", ["boundary_free"], (1, None)),
    "procedures_interlinked": ("procedures", ["interlinked"], (1, None)),
    "services_proactive": ("procedures", ["proactive"], (1, None)),
    "dossiers_postal_out": ("dossiers", [*R, END, "postal_out"], (1, None)),
    "electronic_exchange": ("documents", [*DOCUMENT, "exchanged"], (1, 2)),
    "electronic_form": ("documents", DOCUMENT, (1, 2)),
    "digitally_signed": ("documents", [*DOCUMENT, "signed_by_person", "signed_by_agency"], (1, 2)),
    "paperless_meetings": ("meetings", ["held_on", "paperless"], (1, 2)),
    "outreach_activities": ("outreach", ["held_on"], (2, None)),
    "dialogues": ("outreach", ["held_on", "channel"], (1, None)),
    "outreach_reach": ("outreach", ["held_on", "reach"], (200, None)),
    "outreach_active_units": ("outreach", ["held_on"], (1, 2)),
    "initiative_replication": ("initiatives", ["initiative_id", "adopted_on"], (1, 2)),
    "satisfaction": ("surveys", ["answered_on", "score"], (1, 2)),
    "petitions_refused_in_time": ("petitions", [*R, "refused_at"], (1, 1)),
    "petitions_supplement_requested_in_time": ("petitions", [*R, "supplement_requested_at"], (1, 1)),
    "petitions_resolved_in_time": ("petitions", [*R, "resolved_at"], (0, 1)),
    "petitions_published_in_time": ("petitions", [*R, "resolved_at", "published_at"], (1, 1)),
    "petitions_received": ("petitions", R, (1, None)),
    "assigned_tasks": ("assigned_tasks", ["assigned_on"], (4, None)),
    "assigned_tasks_done": ("assigned_tasks", ["assigned_on", "done_on"], (2, None)),
    "assigned_tasks_done_on_time": ("assigned_tasks", TASK, (1, 2)),
    "assigned_tasks_done_late": ("assigned_tasks", TASK, (1, None)),
    "assigned_tasks_open": ("assigned_tasks", ["assigned_on", "done_on"], (2, None)),
    "assigned_tasks_overdue": ("assigned_tasks", TASK, (1, None)),
    "inspections_held": ("inspections", ["held_on"], (2, None)),
    "inspected_units": ("inspections", ["held_on"], (1, 2)),
    "inspection_problems": ("inspections", ["held_on", "problems_found"], (2, None)),
    "inspection_problems_handled": ("inspections", ["held_on", "problems_found", "problems_handled"], (1, 2)),
    "reports_on_time": ("periodic_reports", ["due_on", "sent_on"], (1, 3)),
    "reports_on_system": ("periodic_reports", ["sent_on", "on_system"], (1, 2)),
    "legal_documents_issued": ("legal_documents", ["issued_on"], (2, None)),
    "legal_documents_checked": ("legal_documents", ["checked_on"], (2, None)),
    "legal_documents_reviewed": ("legal_documents", ["reviewed_on"], (2, None)),
    "legal_documents_to_handle": ("legal_documents", ["checked_on", "reviewed_on", "needs_handling"], (1, None)),
    "legal_documents_handled": ("legal_documents", ["handled_on"], (1, None)),
}


BY_RULES_OF_2026 = {"transferred_in_time"}
"""Which rest on rules that hold from 05/08/2026 (NĐ 309/2026/NĐ-CP)."""
NEVER_FILLED = {"approved_at", "returned_at"}


@cache
def tables() -> dict[str, Columns]:
    """Return the tables of the rows, with the columns that some row fills."""
    found = {}
    for kind, rows in ROWS.items():
        table = columns_of(KINDS[kind].model, [KINDS[kind].model(**row) for row in rows])
        filled = {name for row in rows for name in row}
        found[kind] = replace(table, arrays={name: array for name, array in table.arrays.items() if name.partition(":")[0] in filled})
    return found


def answers(given: dict[str, Columns], tree: UnitTree = TREE) -> dict[str, Measure]:
    counted = tally(given, periods=[YEAR, LATER, NEWEST], as_of=date(2026, 12, 31), sets=default_catalogue().event_sets())
    found = measure(counted, units=tree, coverage=COVERAGE)
    asked: dict[str, Measure] = {}
    for name in NEEDS:
        since = default_catalogue()[name].valid_from
        period = NEWEST if name in BY_RULES_OF_2026 else YEAR if since is None else LATER if since.year < LATER.year else NEWEST
        breakdown = (("initiative", "5-1"),) if name == "initiative_replication" else ()
        answer = found.get(name, "TM", period, breakdown)
        if answer is not None:
            asked[name] = answer
    return asked


def right(m: Measure) -> bool:
    return (m.numerator, m.denominator) == NEEDS[m.indicator][2]


def never_ok_and_wrong(found: dict[str, Measure], *, because: str) -> None:
    for name, m in found.items():
        if m.status is Status.OK:
            assert right(m), f"{because}: {name} is ok with {m.numerator}/{m.denominator}"
        else:
            assert m.reason.vi, f"{because}: {name} is {m.status} without a reason"
            assert m.reason.en


def needed(name: str, columns: set[str]) -> bool:
    """Return whether an indicator cannot be without all of some columns together."""
    return any(set(need.split("|")) <= columns for need in NEEDS[name][1])


def columns() -> Iterator[tuple[str, str]]:
    for kind in ROWS:
        for spec in schema(KINDS[kind].model):
            yield kind, spec.name


every_column = pytest.mark.parametrize(("kind", "column"), list(columns()))


def test_every_indicator_stands_in_the_table() -> None:
    """All but one of two kinds, which stands in tests/verbs/test_procedures_in_force.py."""
    assert {*NEEDS, "services_with_dossiers"} == {i.id for i in default_catalogue() if not i.entered}


def test_with_everything_there_every_value_is_right() -> None:
    found = answers(tables())
    assert set(found) == set(NEEDS)
    for m in found.values():
        assert (m.status, m.numerator, m.denominator) == (Status.OK, *NEEDS[m.indicator][2]), m.indicator


def lacking(kind: str, *names: str) -> dict[str, Columns]:
    table = tables()[kind]
    return {**tables(), kind: replace(table, arrays={n: a for n, a in table.arrays.items() if n.partition(":")[0] not in names})}


@every_column
def test_a_column_that_is_not_there_answers_nothing(kind: str, column: str) -> None:
    spec = {s.name: s for s in schema(KINDS[kind].model)}[column]
    if spec.required and spec.cell_type.name != "id":
        with pytest.raises(InputError, match=column):
            answers(lacking(kind, column))
        return
    found = answers(lacking(kind, column))
    partly = {name for name in found if (kind, column) == ("dossiers", "boundary_free") and FILED in NEEDS[name][1]}
    never_ok_and_wrong({name: m for name, m in found.items() if name not in partly}, because=f"without {kind}.{column}")
    for name, m in found.items():
        if NEEDS[name][0] == kind and needed(name, {column, *NEVER_FILLED}):
            assert m.status is Status.NO_DATA, name
            assert m.value is None
            assert column in m.reason.en, name
        elif name in partly:  # that a row is not boundary-free nothing else says
            assert dict(m.excluded) == {"boundary_free_not_said": 3}, name
            assert m.numerator == 1, name
        elif not (kind == "dossiers" and column == "due_at" and DUE in NEEDS[name][1]):
            assert (m.status, right(m)) == (Status.OK, True), (name, m)


@pytest.mark.parametrize("absent", [("due_at", "term"), ("due_at", "term_unit"), ("due_at", "term", "term_unit", "channel"), ("ended_at",)])
def test_what_follows_from_several_columns_needs_one_of_them(absent: tuple[str, ...]) -> None:
    found = answers(lacking("dossiers", *absent))
    never_ok_and_wrong(found, because=f"without {absent}")
    for name, m in found.items():
        if NEEDS[name][0] == "dossiers":
            assert (m.status is Status.NO_DATA) == needed(name, {*absent, *NEVER_FILLED}), name
            assert m.status is Status.OK or any(column in m.reason.en for column in absent)


@every_column
def test_a_column_of_empty_cells_is_never_ok_and_wrong(kind: str, column: str) -> None:
    spec = {s.name: s for s in schema(KINDS[kind].model)}[column]
    if spec.required or (kind, column) == ("dossiers", "received_at"):
        return  # such rows are refused when they are read
    rows = [KINDS[kind].model(**row).model_copy(update={column: spec.default}) for row in ROWS[kind]]
    found = answers({**tables(), kind: columns_of(KINDS[kind].model, rows)})
    for name, m in found.items():
        if NEEDS[name][0] == kind and needed(name, {column}) and column not in MEANT:
            assert not m.status.usable, (name, m)
            assert m.reason.en
        elif NEEDS[name][0] != kind:
            assert (m.status, right(m)) == (Status.OK, True), name


SEEN = {
    "dossiers": {
        ("paid_online", "paid_online"),
        ("fee_due", "paid_online"),
        ("service_level", "online_full_share"),
        ("service_level", "dossiers_online_level_3_4"),
        ("postal_in", "dossiers_postal"),
        ("digitised", "digitised"),
    },
    "documents": {
        ("electronic", "electronic_form"),
        ("exchanged", "electronic_exchange"),
        ("signed_by_agency", "digitally_signed"),
        ("secrecy", "electronic_form"),
    },
    "meetings": {("paperless", "paperless_meetings")},
    "outreach": {("reach", "outreach_reach")},
}
"""Kind → a column and an indicator that one empty cell of it changes or leaves out."""


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_one_empty_cell_is_never_ok_and_wrong(kind: str) -> None:
    """Beside rows that say it: the row is out of both counts and in ``excluded``, or what it could change is not ok."""
    seen: set[tuple[str, str]] = set()
    model, rows = KINDS[kind].model, ROWS[kind]
    for n, column in ((n, column) for n, row in enumerate(rows) for column in row if column not in MEANT):
        try:
            emptied = [model(**{name: cell for name, cell in row.items() if (i, name) != (n, column)}) for i, row in enumerate(rows)]
        except CchcError:
            continue  # the row is refused, with a reason
        for name, m in answers({**tables(), kind: columns_of(model, emptied)}).items():
            if m.status is not Status.OK:
                assert m.reason.vi, (column, m)
                seen.add((column, name))
            elif not right(m):
                (left_out,) = m.excluded.values()
                denominator = NEEDS[name][2][1]
                assert denominator is not None, (column, m)
                assert (m.denominator, left_out) == (denominator - 1, 1), (column, m)
                seen.add((column, name))
    assert SEEN.keys() <= ROWS.keys()
    assert seen >= SEEN.get(kind, set())


MEANT = {"channel", "status", "direction", "done_on", "sent_on", "checked_on", "reviewed_on", "handled_on"}
"""Columns whose empty cell has a meaning of its own where the column is there: what has no day has not happened."""


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_a_kind_that_was_not_supplied_has_no_data(kind: str) -> None:
    found = answers({name: table for name, table in tables().items() if name != kind})
    never_ok_and_wrong(found, because=f"without {kind}")
    for name, m in found.items():
        if NEEDS[name][0] == kind:
            assert (m.status, m.value) == (Status.NO_DATA, None), name


def test_a_unit_that_is_not_in_the_tree_is_refused() -> None:
    with pytest.raises(UnknownUnitError, match="MA"):
        answers(tables(), tree=UnitTree([Unit(code="TM", name="Tháp Mười", level="district")]))


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_a_set_that_was_not_counted_is_refused(name: str) -> None:
    catalogue = default_catalogue()
    own = catalogue.select([name])
    sets = own.event_sets()
    for left_out in sets:
        counted = tally(tables(), periods=[YEAR], sets={full: dims for full, dims in sets.items() if full != left_out})
        with pytest.raises(NotCountedError, match=left_out):
            measure(counted, own, units=TREE)
    for full, dims in sets.items():
        for dim in dims:
            counted = tally(tables(), periods=[YEAR], sets={**sets, full: dims - {dim}})
            with pytest.raises(NotCountedError, match=dim):
                measure(counted, own, units=TREE)


def test_due_dates_that_are_all_empty_are_no_answer() -> None:
    model = KINDS["dossiers"].model
    empty = {"due_at": None, "term": None}
    found = answers({**tables(), "dossiers": columns_of(model, [model(**row).model_copy(update=empty) for row in ROWS["dossiers"]])})
    for name, m in found.items():
        if DUE in NEEDS[name][1]:
            assert not m.status.usable, (name, m)
            assert m.reason.en
        else:
            assert (m.status, right(m)) == (Status.OK, True), name
