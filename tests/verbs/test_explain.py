"""Explain: for every indicator and every measure the rows add up to the counts, and they are those whose removal changes them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.folders import EXAMPLE

from cchc_metrics import testing
from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.document import Document
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.records.record import Record, schema
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules, rule_presets
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.explanation import explanation_text
from cchc_metrics.values import Measure
from cchc_metrics.verbs.explain import Explanation, Row, explain
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.measures import Measures

CATALOGUE = default_catalogue()
OFFICIAL = Calendar.official()
DEFAULT = Rules.preset("default")
TREE = UnitTree(
    [
        Unit(code="TM", name="Đồng Tháp", level="province"),
        Unit(code="TM.01", name="Mỹ An", level="commune", parent="TM"),
        Unit(code="TM.02", name="Mỹ Quý", level="commune", parent="TM", valid_from=date(2021, 2, 10)),
    ],
)
FIRST, LAST = date(2021, 1, 1), date(2021, 4, 30)
QUARTER, FEBRUARY, RUNNING = Period.parse("2021-Q1"), Period.parse("2021-02"), Period.parse("2021-Q2")
AS_OF = date(2021, 4, 15)
SECRET = ("mat", "toi_mat", "tuyet_mat")
FLAGS = ("electronic", "signed_by_person", "signed_by_agency", "exchanged")

Rows = dict[str, list[Any]]

IN_WINDOW: dict[str, Any] = {"first": FIRST, "last": LAST}
RECORDS: dict[str, st.SearchStrategy[Any]] = {
    "dossiers": testing.dossiers(**IN_WINDOW),
    "documents": testing.documents(**IN_WINDOW),
    "meetings": testing.meetings(**IN_WINDOW),
    "outreach": testing.outreach_activities(**IN_WINDOW),
    "initiatives": testing.adoptions(**IN_WINDOW),
    "surveys": testing.survey_answers(**IN_WINDOW),
    "petitions": testing.petitions(**IN_WINDOW),
    "procedures": testing.procedures(**IN_WINDOW),
    "assigned_tasks": testing.assigned_tasks(**IN_WINDOW),
    "inspections": testing.inspections(**IN_WINDOW),
    "periodic_reports": testing.periodic_reports(**IN_WINDOW),
    "legal_documents": testing.legal_documents(**IN_WINDOW),
}
KINDS_DRAWN = sorted(RECORDS)


def rows_of(kind: str, *, most: int, least: int = 0) -> st.SearchStrategy[list[Any]]:
    if kind == "initiatives":
        return st.lists(RECORDS[kind], max_size=5, unique_by=lambda a: (a.initiative_id, a.unit_code))
    return st.lists(RECORDS[kind], min_size=least, max_size=most)


def kinds_of(rows: Mapping[str, Sequence[Record]]) -> dict[str, Columns]:
    return {kind: columns_of(KINDS[kind].model, records) for kind, records in rows.items()}


def measured(
    kinds: Mapping[str, Columns],
    periods: Sequence[Period] = (QUARTER, FEBRUARY, RUNNING),
    *,
    as_of: date = AS_OF,
    rules: Rules = DEFAULT,
    catalogue: Catalogue = CATALOGUE,
    covered: bool = True,
    breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> Measures:
    sets = catalogue.event_sets(breakdowns)
    counts = tally(kinds, periods=periods, rules=rules, calendar=OFFICIAL, as_of=as_of, sets=sets)
    coverage = {kind: (date(2000, 1, 1), date(2050, 12, 31)) for kind in KINDS} if covered else None
    return measure(counts, catalogue, units=TREE, periods=periods, as_of=as_of, coverage=coverage, breakdowns=breakdowns)


def explained(m: Measure, kinds: Mapping[str, Columns], rules: Rules = DEFAULT, catalogue: Catalogue = CATALOGUE) -> Explanation:
    return explain(m, kinds, catalogue=catalogue, units=TREE, rules=rules, calendar=OFFICIAL)


def places(rows: Sequence[Row]) -> set[tuple[str, int]]:
    found = {(row.kind, row.row) for row in rows}
    assert len(found) == len(rows)  # no row is listed twice in a part
    return found


# --- every indicator, every measure -----------------------------------------------------------------------------------------------------


MAIN_DAYS = ("received_at", "issued_on", "held_on", "answered_on", "assigned_on", "due_on", "sent_on", "checked_on", "handled_on")


@cache
def rich() -> Rows:
    """Return rows of every kind of the first quarters of 2021 and 2023 and the third of 2026, so that every indicator has something."""
    chance = random.Random(2021)  # noqa: S311  rows, not secrets

    def day(start: date, most: int = 90) -> date:
        return start + timedelta(days=chance.randrange(most))

    found: Rows = {kind: [] for kind in KINDS_DRAWN}
    for n in range(150):
        start = (date(2021, 1, 1), date(2023, 1, 1), date(2026, 7, 1))[n % 3]
        for kind in KINDS_DRAWN:
            model = KINDS[kind].model
            cells: dict[str, Any] = {
                spec.name: chance.choice(spec.choice.labels()) if spec.choice else day(start)
                for spec in schema(model)
                if spec.choice or (spec.cell_type.name == "moment" and spec.name in MAIN_DAYS)
            }
            cells |= {KINDS[kind].id_columns[0]: str(n), "unit_code": chance.choice(testing.UNITS), "reach": n}
            if kind == "dossiers":
                end = day(cells["received_at"], 30)
                cells |= {"submitted_at": cells["received_at"] - timedelta(days=chance.randrange(3)), "ended_at": end}
                cells |= {"term": chance.randrange(9), "term_unit": "working_days", "supplement_requests": chance.randrange(3)}
                cells |= {"procedure_code": str(n % 5), "components": 3, "components_digitised": chance.choice([None, 1, 2])}
                cells |= {} if n // 3 % 3 else {"term": None, "term_unit": None, "due_at": chance.choice([None, end, day(end)])}
                cells |= {"received_elsewhere_at": cells["received_at"] - timedelta(days=chance.randrange(3))} if n % 4 else {}
                cells |= {"apologies": chance.choice([None, 0, 1, 2]), "reappointments": chance.choice([None, 0, 1, 2])}
            elif kind == "petitions":
                cells |= {f"{what}_at": day(cells["received_at"], 20) for what in ("refused", "supplement_requested", "resolved")}
                cells["published_at"] = day(cells["resolved_at"], 5)
            elif kind == "procedures":
                cells["valid_from"] = day(start)
            elif kind == "assigned_tasks":
                cells |= {"done_on": chance.choice([None, day(cells["assigned_on"], 30)])}
            elif kind == "inspections":
                cells |= {"problems_found": chance.choice([None, n]), "problems_handled": chance.choice([None, n // 2])}
            elif kind == "legal_documents":
                cells["reviewed_on"] = day(start)
            elif kind == "documents":
                cells |= {flag: chance.choice(["yes", "yes", "yes", "no", "unknown"]) for flag in FLAGS}
                cells |= {"secrecy": chance.choice(["none", "none", *SECRET, "unknown"])}
            elif kind == "meetings":  # of all that can be drawn few are held and not secret
                cells |= {
                    "status": chance.choice(["held", "held", "planned"]),
                    "secrecy": chance.choice(["none", "none", *SECRET, "unknown"]),
                }
            elif kind == "initiatives":
                cells |= {"initiative_id": str(n % 4), "adopted_on": day(start)}
                if any((a.initiative_id, a.unit_code) == (cells["initiative_id"], cells["unit_code"]) for a in found[kind]):
                    continue
            found[kind].append(model(**cells))
    return found


@pytest.mark.parametrize("name", [i.id for i in CATALOGUE if not i.entered])
def test_every_measure_of_every_indicator_is_explained(name: str) -> None:
    kinds = kinds_of(rich())
    quarters = [Period.parse(text) for text in ("2021-Q1", "2021-02", "2021-Q2", "2023-Q1", "2026-Q3")]
    chosen, as_of = CATALOGUE.select([name]), date(2026, 11, 30)
    for name_of_rules in ("default", "qd766"):
        rules = Rules.preset(name_of_rules)
        found = list(measured(kinds, quarters, as_of=as_of, catalogue=chosen, rules=rules))
        assert {m.breakdown == () for m in found} >= ({True} if CATALOGUE[name].total else set())
        for m in found:
            assert_explained(m, explained(m, kinds, rules))
        assert any(m.numerator for m in found), "nothing to explain"


def assert_explained(m: Measure, found: Explanation) -> None:
    """Check what must hold for any measure: the parts add up, are apart, and say no more than the measure does."""
    assert found.adds_up, str(m)
    if m.numerator is None:
        assert found == Explanation(m)
        return
    numerator, rest = places(found.numerator), places(found.rest)
    if not of_parts(m.indicator):
        assert not numerator & rest
    assert {why: n for why, n in left_out(found).items() if n} == m.excluded
    assert all(row.weight > 0 for row in (*found.numerator, *found.rest, *found.subtracted))
    for why, rows in found.excluded.items():
        assert not places(rows) & numerator or why == "pending_no_due_date", "a row is counted or left out, not both"
    assert (found.denominator_total is None) == (m.denominator is None)


def of_parts(name: str) -> bool:
    """Return whether an indicator is a sum over a sum, so that a row can be in the numerator with a part of its number only."""
    names = CATALOGUE[name].denominator if name in CATALOGUE else ()
    return bool(names) and all(CATALOGUE.counts[count].of == "value" for count in names)


def left_out(found: Explanation) -> dict[str, int]:
    return {why: number_of(found, why) + found.secret.get(why, 0) for why in found.excluded}


def number_of(found: Explanation, why: str) -> int:
    """Return how many the rows that were left out are; several versions of a procedure are one procedure."""
    rows, name = found.excluded[why], found.measure.indicator
    counted = CATALOGUE.counts.get(CATALOGUE[name].excluded.get(why, "")) if name in CATALOGUE else None
    return len({row.id for row in rows}) if counted is not None and counted.of == "labels" else sum(row.weight for row in rows)


@settings(max_examples=4)
@given(data=st.data(), rules=st.sampled_from(list(rule_presets().values())), covered=st.booleans())
def test_every_measure_of_random_rows_is_explained(data: st.DataObject, rules: Rules, covered: bool) -> None:
    kinds = kinds_of({kind: data.draw(rows_of(kind, most=5)) for kind in KINDS_DRAWN})
    for m in measured(kinds, rules=rules, covered=covered):
        assert_explained(m, explained(m, kinds, rules))


BREAKDOWNS: Mapping[str, Sequence[Sequence[str]]] = {
    "resolved_on_time": [["field"], ["field", "channel"]],
    "handled_on_time": [["field"], ["channel"]],
    "not_late": [["field"], ["field", "channel"]],
    "received_on_time": [["channel"]],
    "dossiers_pending_overdue": [["field", "channel"]],
    "dossiers_received": [["channel", "postal_in"]],
    "dossiers_online_level_3_4": [["channel"], ["service_level"]],
    "electronic_exchange": [["secrecy"]],
    "paperless_meetings": [["kind", "paperless"]],
    "outreach_active_units": [["channel"]],
    "satisfaction": [["score"], ["question", "score"]],
    "petitions_resolved_in_time": [["satisfied"]],
    "initiative_replication": [["initiative"]],
    "assigned_tasks_done_on_time": [["assigned_by"]],
    "legal_documents_issued": [["type"]],
}


@settings(max_examples=3)
@given(data=st.data())
def test_any_breakdown_that_can_be_asked_for_is_explained(data: st.DataObject) -> None:
    kinds = kinds_of({kind: data.draw(rows_of(kind, least=3, most=6)) for kind in KINDS_DRAWN})
    chosen = CATALOGUE.select(BREAKDOWNS)
    for m in measured(kinds, catalogue=chosen, breakdowns=BREAKDOWNS):
        found = explained(m, kinds)
        assert found.adds_up, str(m)
        assert {row.unit for row in found.numerator} <= set(TREE.subtree(m.unit))
        level = dict(m.breakdown).get("level")
        assert {TREE.unit(row.unit).level for row in found.numerator} <= ({level} if level else {"province", "commune"})


# --- by brute force: take one row away --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS_DRAWN)
@settings(max_examples=5)
@given(data=st.data(), rules=st.sampled_from([DEFAULT, Rules.preset("qd766")]))
def test_the_rows_listed_are_those_whose_removal_changes_the_counts(kind: str, data: st.DataObject, rules: Rules) -> None:
    rows = data.draw(rows_of(kind, least=2, most=6))
    columns = columns_of(KINDS[kind].model, rows)
    chosen = CATALOGUE.select(name for name in CATALOGUE.indicators if kind in kinds_behind(name))
    whole = measured({kind: columns}, rules=rules, catalogue=chosen)
    without = [
        measured({kind: columns.take(np.arange(len(rows)) != i)}, rules=rules, catalogue=chosen).get for i in range(len(rows))
    ]  # rows keep their numbers
    for m in whole:
        once = counted_once(m.indicator)
        found = explained(m, {kind: columns}, rules)
        listed = {part: places(getattr(found, part)) for part in ("numerator", "rest", "subtracted")}
        excluded = {why: places(rows) for why, rows in found.excluded.items()}
        for i, less in enumerate(without, start=1):
            other = less(m.indicator, m.unit, m.period, m.breakdown)
            if other is None and kind == "initiatives":
                continue  # nobody speaks of the initiative any more
            before, after = counts_of(m), counts_of(other)
            place = (kind, i)
            if is_secret(rows[i - 1]):
                assert place not in set().union(*listed.values(), *excluded.values())
                continue
            less_over, less_under = before[0] - after[0], before[1] - after[1]
            assert moves(listed["numerator"], place, rows, once.get("numerator", "")) == (less_over > 0)
            if "denominator" in once:
                assert moves(listed["numerator"] | listed["rest"], place, rows, once["denominator"]) == (less_under > 0)
            else:  # of a sum over a sum a row can be in both, with what of its number is not in the numerator
                assert (place in listed["rest"]) == (less_under > max(less_over, 0))
            assert (place in listed["subtracted"]) == (less_under < 0)
            assert after[0] <= before[0]
            if other is not None:  # a label that nothing is counted under any more says nothing of what was left out
                for why, there in excluded.items():
                    assert moves(there, place, rows, once.get(why, "")) == (other.excluded.get(why, 0) < m.excluded.get(why, 0))


def kinds_behind(name: str) -> set[str]:
    indicator = CATALOGUE[name]
    return {CATALOGUE.counts[count.removeprefix("-")].kind for count in (*indicator.numerator, *indicator.denominator)}


def moves(there: set[tuple[str, int]], place: tuple[str, int], rows: Sequence[Any], once: str) -> bool:
    """Return whether a row is in a part; of what counts once however many rows it has, whether no other row of it is there."""
    if not once:
        return place in there
    return place in there and [getattr(rows[row - 1], once) for _, row in there].count(getattr(rows[place[1] - 1], once)) == 1


def counted_once(name: str) -> dict[str, str]:
    """Return by what the rows behind an indicator's parts count once, as a unit with several activities or a procedure with versions."""
    indicator = CATALOGUE[name]
    parts = {"numerator": indicator.numerator, "denominator": indicator.denominator}
    counts = {part: CATALOGUE.counts[names[0]] for part, names in parts.items() if names}
    counts |= {why: CATALOGUE.counts[count] for why, count in indicator.excluded.items()}
    dims = {part: {"labels": count.labels_of, "units": "unit_code"}.get(count.of, "") for part, count in counts.items()}
    return {part: dim for part, dim in dims.items() if dim}


def counts_of(m: Measure | None) -> tuple[int, int]:
    """Return numerator and denominator; zeros for a label that no row has any more."""
    return (0, 0) if m is None else (m.numerator or 0, m.denominator or 0)


def is_secret(record: Any) -> bool:
    return getattr(record, "secrecy", "none") in SECRET


@settings(max_examples=10)
@given(rows=rows_of("outreach", least=1, most=8))
def test_a_unit_counts_once_and_all_its_rows_are_shown(rows: list[Any]) -> None:
    kinds = kinds_of({"outreach": rows})
    for m in measured(kinds, catalogue=CATALOGUE.select(["outreach_active_units"])):
        found = explained(m, kinds)
        if m.numerator is None:
            continue
        days = m.period.first, min(m.period.last, AS_OF)
        inside = [r for r in rows if days[0] <= as_day(r.held_on) <= days[1] and r.unit_code in scope(m)]
        assert [row.id for row in found.numerator] == [r.activity_id for r in inside]
        assert found.numerator_total == m.numerator == len({r.unit_code for r in inside})
        assert set(found.units) == {code for code in scope(m) if TREE.active(code, days[1])}
        assert found.denominator_total == m.denominator == len(found.units)


def as_day(moment: Any) -> date:
    return date(moment.year, moment.month, moment.day)


def scope(m: Measure) -> set[str]:
    level = dict(m.breakdown).get("level")
    return {code for code in TREE.subtree(m.unit) if level in (None, TREE.unit(code).level)}


OWN = load_catalogue(
    """
    [[indicator]]
    id = "units_at_end"
    vi = "đơn vị cuối kỳ"
    en = "units at the end"
    numerator = ["units.active"]
    scale = "count"
    source = "test"

    [[count]]
    id = "units.at_start"
    vi = "đơn vị đầu kỳ"
    en = "units at the start"
    events = "units.begun"
    until = "units.ended"
    at = "start"

    [[indicator]]
    id = "units_grown"
    vi = "đơn vị tăng thêm"
    en = "more units"
    numerator = ["units.active", "-units.at_start"]
    scale = "count"
    source = "test"

    [[indicator]]
    id = "activities_per_unit"
    vi = "hoạt động mỗi đơn vị"
    en = "activities per unit"
    numerator = ["outreach.activities"]
    denominator = ["units.active"]
    scale = "mean"
    source = "test"
    """
)


@settings(max_examples=10)
@given(rows=rows_of("outreach", most=4))
def test_counts_of_units_are_explained_by_the_units(rows: list[Any]) -> None:
    kinds = kinds_of({"outreach": rows})
    own = OWN.select(["units_at_end", "units_grown", "activities_per_unit"])
    measures = measured(kinds, catalogue=own)
    for m in measures:
        assert explained(m, kinds, catalogue=own).adds_up, str(m)
    grown = measures.get("units_grown", "TM", QUARTER)
    at_end = measures.get("units_at_end", "TM", QUARTER)
    assert grown is not None
    assert at_end is not None
    assert (grown.numerator, explained(grown, kinds, catalogue=own).units) == (1, ("TM.02",))
    assert (at_end.numerator, explained(at_end, kinds, catalogue=own).units) == (3, ("TM", "TM.01", "TM.02"))


# --- what is never shown ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(rows=st.lists(RECORDS["documents"], min_size=1, max_size=8), lang=st.sampled_from(["vi", "en"]))
def test_a_secret_document_is_a_number_and_nothing_else(rows: list[Document], lang: Any) -> None:
    rows = [r.model_copy(update={"document_id": f"{990 + i}/UBND-BM"}) for i, r in enumerate(rows)]
    kinds = {"documents": columns_of(Document, rows, file="documents.csv")}
    hidden = {i: r for i, r in enumerate(rows, start=1) if is_secret(r)}
    for m in measured(kinds, catalogue=CATALOGUE.select(["electronic_exchange", "electronic_form", "digitally_signed"])):
        found = explained(m, kinds)
        text = explanation_text(found, lang, limit=100)
        assert repr(found).count("UBND-BM") == text.count("UBND-BM")
        assert "{" not in text  # what is left out is named with its kind
        for number, record in hidden.items():
            assert record.document_id not in text
            assert f"{'row' if lang == 'en' else 'dòng'} {number}:" not in text
            assert record.document_id not in repr(found)
        if m.numerator is not None:
            assert found.secret.get("secret", 0) == m.excluded.get("secret", 0)
            assert found.excluded["secret"] == ()


def test_a_secret_document_stays_hidden_where_an_indicator_counts_it() -> None:
    own = load_catalogue(
        """
        [[indicator]]
        id = "secret_documents"
        vi = "văn bản mật"
        en = "secret documents"
        numerator = ["documents.outgoing_secret"]
        scale = "count"
        source = "test"
        """
    )
    rows = [
        Document(document_id=f"{name}/UBND", unit_code="TM", issued_on=date(2021, 2, 1), secrecy=mark)
        for name, mark in (("01", "mật"), ("02", "thường"), ("03", "tuyệt mật"))
    ]
    kinds = {"documents": columns_of(Document, rows)}
    m = measured(kinds, catalogue=own.select(["secret_documents"])).get("secret_documents", "TM", QUARTER)
    assert m is not None
    found = explained(m, kinds, catalogue=own)
    assert (m.numerator, found.numerator, found.secret, found.adds_up) == (2, (), {"numerator": 2}, True)
    assert explanation_text(found, "en").splitlines()[2:] == ["In the numerator: 2", "  2 rows with a secrecy mark, not listed"]


def test_a_secret_meeting_is_hidden_too() -> None:
    rows = [
        Meeting(meeting_id=f"HOP-{n}", unit_code="TM", kind="họp UBND", held_on=date(2021, 2, n), paperless="có", secrecy=mark)
        for n, mark in ((1, "thường"), (2, "tối mật"), (3, "?"))
    ]
    kinds = {"meetings": columns_of(Meeting, rows)}
    m = measured(kinds, catalogue=CATALOGUE.select(["paperless_meetings"])).get("paperless_meetings", "TM", QUARTER)
    assert m is not None
    text = explanation_text(explained(m, kinds))
    assert m.excluded == {"secret": 2}
    assert "HOP-1" in text
    assert "HOP-2" not in text
    assert "HOP-3" in text  # without a mark it is shown, so that it can be fixed


# --- examples, as text ------------------------------------------------------------------------------------------------------------------


def month() -> dict[str, Columns]:
    columns = ["dossier_id", "unit_code", "status", "received_at", "due_at", "ended_at"]
    table = [
        ("A", "TM", "9", "01/02/2021", "05/02/2021", "04/02/2021"),
        ("B", "TM.01", "9", "01/02/2021", "05/02/2021", "05/02/2021"),
        ("C", "TM.01", "9", "01/02/2021", "05/02/2021", "08/02/2021"),
        ("D", "TM.02", "9", "01/02/2021", None, "08/02/2021"),
        ("E", "TM.02", "4", "01/02/2021", "05/02/2021", None),
        ("F", "TM", "3", None, None, None),
    ]
    model = KINDS["dossiers"].model
    return {"dossiers": columns_of(model, [model(**dict(zip(columns, row, strict=True))) for row in table], file="dossiers.csv")}


def text_of(indicator: str, unit: str, lang: Any = "en", limit: int = 20, **breakdown: str) -> list[str]:
    kinds = month()
    m = measured(kinds).get(indicator, unit, FEBRUARY, tuple(breakdown.items()))
    assert m is not None
    return explanation_text(explained(m, kinds), lang, limit=limit).splitlines()


A_ENDED = "A (TM); due 2021-02-05; ended 2021-02-04"
B_ENDED = "B (TM.01); due 2021-02-05; ended 2021-02-05"
C_LATE = "C (TM.01); due 2021-02-05; ended 2021-02-08; 1 working day late"
E_PENDING = "E (TM.02); due 2021-02-05; pending; 10 working days late"  # until 28/02, without Tết (10 to 16 February) and weekends


def test_the_text_of_a_rate() -> None:
    assert text_of("resolved_on_time", "TM") == [
        "resolved_on_time · TM · February 2021: 66.67% = 2/3",
        f"formula resolved_on_time; rules default; calendar {OFFICIAL.id}",
        "In the numerator: 2",
        f"  dossiers.csv, row 1: {A_ENDED}",
        f"  dossiers.csv, row 2: {B_ENDED}",
        "The rest of the denominator: 1",
        f"  dossiers.csv, row 3: {C_LATE}",
        "Left out: dossiers without a due date: 1",
        "  dossiers.csv, row 4: D (TM.02)",
    ]
    assert text_of("resolved_on_time", "TM", "vi", level="commune")[0] == "resolved_on_time · TM, cấp xã · Tháng 2 năm 2021: 50% = 1/2"
    assert text_of("handled_on_time", "TM")[2:8] == [
        "In the numerator: 2",
        f"  dossiers.csv, row 1: {A_ENDED}",
        f"  dossiers.csv, row 2: {B_ENDED}",
        "The rest of the denominator: 2",
        f"  dossiers.csv, row 5: {E_PENDING}",
        f"  dossiers.csv, row 3: {C_LATE}",
    ]


def test_a_sum_says_how_much_each_row_adds_the_most_first_and_a_long_list_is_cut() -> None:
    assert text_of("turnaround_mean", "TM")[2:] == [
        "In the numerator: 17",
        f"  dossiers.csv, row 3: {C_LATE.replace('(TM.01)', '(TM.01) × 5')}",
        "  dossiers.csv, row 4: D (TM.02) × 5",
        f"  dossiers.csv, row 2: {B_ENDED.replace('(TM.01)', '(TM.01) × 4')}",
        f"  dossiers.csv, row 1: {A_ENDED.replace('(TM)', '(TM) × 3')}",
        "The rest of the denominator: 0",
    ]
    assert text_of("dossiers_received", "TM", "vi", limit=2)[2:] == [
        "Trong tử số: 5",
        "  dossiers.csv, dòng 5: E (TM.02); hạn 05/02/2021; đang giải quyết; trễ 10 ngày làm việc",
        "  dossiers.csv, dòng 3: C (TM.01); hạn 05/02/2021; xong 08/02/2021; trễ 1 ngày làm việc",
        "  … 3 dòng nữa",
    ]


def test_the_table_has_dates_and_the_latest_first() -> None:
    kinds = month()
    m = measured(kinds).get("handled_on_time", "TM", FEBRUARY)
    assert m is not None
    found = explained(m, kinds)
    assert found.column("id") == ["E", "C", "A", "B", "D"]
    assert found.column("days_late") == [10, 1, None, None, None]
    assert found.column("due") == [date(2021, 2, 5)] * 4 + [None]
    assert found.column("ended")[:2] == [None, date(2021, 2, 8)]
    assert None not in found.column("day")
    assert found.filter(part="rest").column("id") == ["E", "C"]
    assert "ngày trễ" in str(found)
    assert "số lần" not in str(found)


def test_what_is_late_is_what_was_counted_late() -> None:
    """In the example: every late dossier has its days, no other has; those that are 0 ended late by hours or by days off."""
    data = read_folder(EXAMPLE)
    for indicator in ("resolved_on_time", "dossiers_pending_overdue"):
        found = data.explain(indicator, period="2021")
        late = found.filter(part="rest" if indicator == "resolved_on_time" else "numerator")
        assert len(late) > 10
        assert None not in late.column("days_late")
        days = late.column("days_late")
        assert days == sorted(days, reverse=True)  # type: ignore[type-var]  # whole numbers
        assert {row.days_late for row in found if row not in set(late)} <= {None}


def test_kinds_without_due_dates_have_their_day() -> None:
    found = read_folder(EXAMPLE).explain("paperless_meetings", period="2021")
    assert {day.year for day in found.column("day") if isinstance(day, date)} == {2021}
    assert {*found.column("due"), *found.column("days_late")} == {None}


def test_a_measure_without_counts_has_no_rows_behind_it() -> None:
    lines = text_of("dossiers_online_partial_full", "TM")  # not defined before 2022
    assert len(lines) == 2
    assert lines[0].endswith("not applicable")
    assert text_of("paperless_meetings", "TM", "vi")[0].endswith("không có số liệu")


def test_rows_that_do_not_add_up_are_reported() -> None:
    kinds = month()
    m = measured(kinds).get("resolved_on_time", "TM", FEBRUARY)
    assert m is not None
    less = explained(m, {"dossiers": kinds["dossiers"].take(np.array([0, 2, 3, 4, 5]))})
    assert not less.adds_up
    assert explanation_text(less, "en").splitlines()[-1] == "WARNING: the rows do not add up to the counts"
