"""A column that no row needs is no gap: whether something is not known is decided from the rows, and never the other way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.dataset import Dataset
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import Record, schema_by_name
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, Status
from cchc_metrics.verbs.form06 import form06
from cchc_metrics.verbs.measure import measure

TREE = UnitTree(
    [Unit(code="TM", name="TM", level="district")] + [Unit(code=f"TM.0{n}", name=f"Xã {n}", level="commune", parent="TM") for n in (1, 2)]
)
YEAR = Period.parse("2021")
AS_OF = date(2021, 12, 31)
ENDS = ("ended_at", "approved_at", "returned_at")


def lacking(kind: str, rows: list[Record], *names: str) -> Columns:
    columns = columns_of(KINDS[kind].model, rows)
    return replace(columns, arrays={n: a for n, a in columns.arrays.items() if n.partition(":")[0] not in names})


def table(kind: str, absent: tuple[str, ...], *rows: dict[str, Any]) -> Columns:
    first = KINDS[kind].id_columns[0]
    model = KINDS[kind].model
    return lacking(kind, [model.model_validate({first: str(n), "unit_code": "TM"} | row) for n, row in enumerate(rows)], *absent)


def asked(columns: Columns, indicator: str, *, rules: Rules | None = None) -> Measure:
    kind = next(name for name, kind in KINDS.items() if kind.model is columns.model)
    counted = tally({kind: columns}, periods=YEAR, as_of=AS_OF, rules=rules)
    coverage = {kind: (date(2021, 1, 1), AS_OF)}
    return measure(counted, units=TREE, coverage=coverage)[indicator, "TM"]


PENDING = {"status": "4", "received_at": "01/06/2021", "due_at": "15/06/2021"}
ENDED = {"status": "9", "received_at": "01/06/2021", "due_at": "15/06/2021", "ended_at": "16/06/2021"}
SUBMITTED = {"status": "1", "channel": "online"}
REFUSED = {"status": "3", "channel": "online", "received_at": "01/06/2021"}
PLANNED = {"kind": "họp UBND", "status": "planned"}
HELD = {"kind": "họp UBND", "status": "held", "held_on": "01/06/2021"}
EXEMPT = {"initiative_id": "5-1", "status": "exempt"}

KNOWN = [
    ("dossiers", ENDS, [PENDING], "pending_overdue_over_10", 1),
    ("dossiers", ENDS, [PENDING, PENDING | {"status": "5"}], "dossiers_pending_overdue", 2),
    ("dossiers", ENDS, [PENDING], "not_late", 0),
    ("dossiers", (*ENDS, "due_at"), [PENDING | {"term": 5, "term_unit": "working_days"}], "pending_overdue_over_10", 1),
    ("dossiers", ("received_at", "due_at"), [SUBMITTED, REFUSED], "dossiers_received", 0),
    ("dossiers", ("channel", "service_level"), [SUBMITTED, REFUSED], "dossiers_online_level_3_4", 0),
    ("dossiers", ("service_level",), [PENDING], "dossiers_online_level_3_4", 0),
    ("dossiers", ("postal_in",), [SUBMITTED], "dossiers_postal", 0),
    ("dossiers", (*ENDS, "postal_out"), [PENDING], "dossiers_postal_out", 0),
    ("dossiers", (*ENDS, "due_at", "term", "term_unit"), [SUBMITTED], "dossiers_pending_overdue", 0),
]


@pytest.mark.parametrize(("kind", "absent", "rows", "indicator", "value"), KNOWN)
def test_what_no_row_needs_is_known_without_its_column(
    kind: str, absent: tuple[str, ...], rows: list[dict[str, Any]], indicator: str, value: int
) -> None:
    found = asked(table(kind, absent, *rows), indicator)
    assert (found.status, found.numerator) == (Status.OK, value), found


UNKNOWN = [
    ("dossiers", ENDS, [PENDING, ENDED], "pending_overdue_over_10"),
    ("dossiers", ENDS, [ENDED], "not_late"),
    ("dossiers", ENDS, [ENDED | {"status": "7"}], "dossiers_pending_overdue"),
    ("dossiers", (*ENDS, "due_at"), [PENDING | {"term": 5, "term_unit": "working_days"}, ENDED], "not_late"),
    ("dossiers", ("due_at", "term", "term_unit"), [PENDING], "dossiers_pending_overdue"),
    ("dossiers", ("due_at", "term_unit"), [PENDING | {"term": 5, "term_unit": "working_days"}], "dossiers_pending_overdue"),
    ("dossiers", ("received_at",), [SUBMITTED, PENDING], "dossiers_received"),
    ("dossiers", ("service_level",), [PENDING, PENDING | {"channel": "online"}], "dossiers_online_level_3_4"),
    ("meetings", ("held_on",), [PLANNED, HELD], "paperless_meetings"),
    ("meetings", ("held_on", "status"), [PLANNED], "paperless_meetings"),
]


@pytest.mark.parametrize(("kind", "absent", "rows", "indicator"), UNKNOWN)
def test_what_one_row_needs_is_no_data_without_its_column(
    kind: str, absent: tuple[str, ...], rows: list[dict[str, Any]], indicator: str
) -> None:
    found = asked(table(kind, absent, *rows), indicator)
    assert (found.status, found.value) == (Status.NO_DATA, None), found
    assert any(column in found.reason.en for column in absent)


def test_nothing_of_nothing_is_said_where_no_row_could_be_meant() -> None:
    """Planned meetings have no day, and pending dossiers no payment, whatever a column of it would say."""
    for kind, absent, row, indicator in (
        ("meetings", ("held_on", "paperless"), PLANNED, "paperless_meetings"),
        ("dossiers", (*ENDS, "fee_due", "paid_online"), PENDING, "paid_online"),
        ("dossiers", (*ENDS, "supplement_requests"), PENDING, "supplements_mean"),
        ("dossiers", ("submitted_at",), PENDING, "accepted_in_time"),
    ):
        assert asked(table(kind, absent, row), indicator).status is Status.ZERO_DENOMINATOR, indicator


def test_what_ends_is_a_matter_of_the_rules() -> None:
    rows = table("dossiers", ENDS, PENDING, REFUSED | {"due_at": "15/06/2021"}, PENDING | {"status": "8"})
    assert asked(rows, "dossiers_pending_overdue").value == 2
    for rules in (Rules(id="own", refused="ended"), Rules(id="own", stopped="ended")):
        assert asked(rows, "dossiers_pending_overdue", rules=rules).status is Status.NO_DATA


def test_exempt_units_need_no_day_of_adoption() -> None:
    for status, needed in (("exempt", False), ("adopted", True), ("planned", False)):
        row = {"initiative_id": "5-1", "adopted_on": "01/06/2021", "status": status}
        counted = tally({"initiatives": table("initiatives", ("adopted_on",), row)}, periods=YEAR)
        assert ("initiatives.adopted_on" in counted.needed) is needed


def test_form_06_is_filled_where_nothing_has_ended() -> None:
    counted = tally({"dossiers": table("dossiers", (*ENDS, "field"), PENDING)}, periods=YEAR, as_of=AS_OF)
    assert [row.overdue for row in form06(counted, units=TREE, unit="TM") if row.field is None and not row.level] == [1]


# --- For every kind: an answer without a column is the answer whatever the column says, and what is needed is a union over parts.


COLUMNS: dict[str, list[tuple[str, ...]]] = {
    "dossiers": [
        ENDS,
        ("due_at", "term", "term_unit"),
        ("due_at", "term_unit"),
        ("received_at",),
        ("submitted_at",),
        ("supplement_requests",),
    ],
    "meetings": [("held_on",)],
    "outreach": [("reach",)],
    "initiatives": [("adopted_on",)],
    "petitions": [("refused_at",), ("supplement_requested_at",), ("resolved_at",), ("published_at",)],
    "assigned_tasks": [("due_on",), ("done_on",), ("due_on", "done_on")],
    "inspections": [("problems_found",), ("problems_handled",)],
    "periodic_reports": [("sent_on",)],
    "legal_documents": [("checked_on",), ("reviewed_on",), ("checked_on", "reviewed_on"), ("handled_on",)],
}
DIMS: dict[str, list[str]] = {
    "dossiers": ["service_level", "postal_in", "fee_due", "paid_online", "digitised", "postal_out"],
    "documents": ["electronic", "exchanged", "signed_by_person", "signed_by_agency", "secrecy"],
    "meetings": ["paperless"],
    "petitions": ["satisfied"],
    "periodic_reports": ["on_system"],
    "legal_documents": ["needs_handling"],
}
ABSENT = {kind: [*COLUMNS.get(kind, []), *((name,) for name in DIMS.get(kind, []))] for kind in {**COLUMNS, **DIMS}}
RULES = [Rules.preset("default"), Rules(id="own", refused="ended", stopped="ended", missing_due="on_time", two_supplements_late=True)]


CATALOGUE = Catalogue.default()


def filled_as(row: Record, other: Record, names: tuple[str, ...]) -> Record:
    """Return a row with the cells of another row in some columns, or the row itself where that would not be valid."""
    try:
        return type(row)(**{name: getattr(other if name in names else row, name) for name in type(row).model_fields})
    except ValueError:
        return row


@pytest.mark.parametrize("kind", sorted(ABSENT.keys() - {"initiatives"}))  # whose exemptions without a day hold always
@settings(max_examples=60)
@given(data=st.data())
def test_an_answer_without_a_column_is_that_of_any_column(kind: str, data: st.DataObject) -> None:
    absent = data.draw(st.sampled_from(ABSENT[kind]))
    rows = data.draw(st.lists(testing.records(KINDS[kind]), min_size=1, max_size=4))
    others = [data.draw(testing.records(KINDS[kind])) for _ in rows]
    rules = data.draw(st.sampled_from(RULES))
    # However the cells of those columns are filled, by what other rows have there.
    filled = [filled_as(row, other, absent) for row, other in zip(rows, others, strict=True)]
    periods, coverage = ("2021", "2020-12"), {kind: (date(2000, 1, 1), date(2030, 1, 1))}

    def measures(columns: Columns) -> Any:
        own = CATALOGUE.select([i.id for i in CATALOGUE if CATALOGUE.kinds_of(i.id) == {kind}])
        return measure(tally({kind: columns}, periods=periods, rules=rules), own, units=TREE, coverage=coverage)

    found = {(m.indicator, m.unit, m.period, m.breakdown): m for m in measures(columns_of(KINDS[kind].model, filled))}
    for m in measures(lacking(kind, filled, *absent)):
        full = found.get((m.indicator, m.unit, m.period, m.breakdown))
        if m.status is not Status.NO_DATA:
            assert full is not None
            assert (m.numerator, m.denominator, m.value) == (full.numerator, full.denominator, full.value), (m, full)


@pytest.mark.parametrize("kind", sorted(ABSENT))
@settings(max_examples=60)
@given(data=st.data())
def test_what_rows_need_is_a_union_over_the_parts(kind: str, data: st.DataObject) -> None:
    absent = data.draw(st.sampled_from(ABSENT[kind]))
    defaults = {name: spec.default for name, spec in schema_by_name(KINDS[kind].model).items()}
    key = attrgetter(*KINDS[kind].id_columns)
    rows = data.draw(st.lists(testing.records(KINDS[kind]), max_size=6, unique_by=key))
    cut = data.draw(st.integers(0, len(rows)))
    one, other = rows[:cut], rows[cut:]
    emptied = [row.model_copy(update={name: defaults[name] for name in absent}) for row in one]

    def count(columns: Columns) -> Tally:
        return tally({kind: columns}, periods="2021", as_of=AS_OF)

    whole = count(columns_of(KINDS[kind].model, [*emptied, *other]))
    assert count(lacking(kind, one, *absent)) + count(columns_of(KINDS[kind].model, other)) == whole
    in_none = count(lacking(kind, one, *absent)) + count(lacking(kind, other, *absent))
    assert in_none == count(lacking(kind, rows, *absent))
    assert Tally.from_json(in_none.to_json()) == in_none


def test_a_column_of_terms_that_is_empty_does_not_say_that_nothing_has_a_due_date() -> None:
    """Without the column of due dates and the units of terms, the due date of a pending dossier is not known; there may well be one."""
    dossier = KINDS["dossiers"].model(dossier_id="1", unit_code="TM", status="received", received_at="2021-01-04")
    found = measure(tally({"dossiers": lacking("dossiers", [dossier], "due_at", "term_unit")}, periods="2021"), units=TREE)
    assert {found[name, "TM"].status for name in ("handled_on_time", "resolved_or_overdue", "dossiers_pending_overdue")} == {Status.NO_DATA}


@pytest.mark.parametrize(("rules", "columns"), [("qd766", "supplement_requests"), ("interlinked", "reappointments")])
def test_the_columns_named_are_those_that_the_rules_read(rules: str, columns: str) -> None:
    row = {
        "dossier_id": "1",
        "unit_code": "TM",
        "status": "9",
        "received_at": "02/03/2021",
        "due_at": "05/03/2021",
        "ended_at": "04/03/2021",
    }
    found = Dataset(units=TREE, unit="TM", dossiers=[row], rules=rules, as_of=date(2021, 12, 31)).measures("2021-03")[
        "resolved_on_time", "TM"
    ]
    assert (found.status, found.reason.en) == (Status.NO_DATA, f"no data: the tables have no column dossiers.{columns}")
