"""Why a Form 06 is not the office's: each rule changes what counting under it gives; a sheet made by rules is explained by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import draw

from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import RuleChange, Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.verbs.form06 import Form06
from cchc_metrics.verbs.form06_practices import practice_name
from cchc_metrics.verbs.form06_rows import Form06Row
from cchc_metrics.verbs.form06_why import PRINTED, Form06Why, options_of

FORM = Rules.preset("form06")
TREE = UnitTree(
    [
        Unit(code="TM", name="Đồng Tháp", level="province"),
        Unit(code="TM.01", name="Tháp Mười", level="district", parent="TM", valid_to=date(2025, 6, 30)),
        Unit(code="TM.02", name="Mỹ Quý", level="commune", parent="TM.01"),
    ],
)
SAME: dict[str, Any] = {
    "unit_code": "TM.02",
    "channel": "1",
    "supplement_requests": 1,
    "reappointments": 1,
    "received_at": "01/03/2021",
    "term": 5,
    "term_unit": "ngày",
}
ROWS: list[dict[str, Any]] = [
    {**SAME, "dossier_id": "1", "status": "9", "due_at": "10/03/2021", "ended_at": "08/03/2021", "field": "Hộ tịch"},
    {**SAME, "dossier_id": "2", "status": "7", "due_at": "10/03/2021", "ended_at": "11/03/2021", "field": "Hộ tịch"},
    {**SAME, "dossier_id": "3", "status": "3", "due_at": "10/03/2021", "ended_at": "02/03/2021", "field": "Đất đai"},
    {**SAME, "dossier_id": "4", "status": "5", "due_at": "10/03/2021", "field": "Đất đai"},
    {**SAME, "dossier_id": "5", "status": "4", "received_at": "06/03/2021", "term_unit": "nlv", "field": "Đất đai"},  # a Saturday
    {**SAME, "dossier_id": "6", "status": "9", "ended_at": "08/03/2021", "field": "Đất đai"},  # due on Saturday 06/03
]


def data(rows: list[dict[str, Any]] = ROWS, rules: Rules = FORM) -> Dataset:
    return Dataset(units=TREE, dossiers=rows, rules=rules, as_of=date(2021, 3, 12), period="2021-03")


def under(**options: Any) -> Form06:
    return data(rules=FORM.model_copy(update=options)).form06()


def cells(form: Form06) -> dict[tuple[Any, ...], int]:
    return {(r.level, r.field, name): getattr(r, name) for r in form.rows for name in PRINTED}


def changes(why: Form06Why, part: str, rules: str) -> dict[tuple[Any, ...], int]:
    return {(c.level, c.field, c.number): c.difference for c in why if (c.part, c.rules) == (part, rules)}


def difference(one: Form06, other: Form06) -> dict[tuple[Any, ...], int]:
    before, after = cells(one), cells(other)
    return {k: n for k in {**before, **after} if (n := after.get(k, 0) - before.get(k, 0))}


def test_every_choice_of_every_rule_has_words() -> None:
    every = {*options_of(FORM), *((name, getattr(FORM, name)) for name, _ in options_of(FORM))}
    assert [(name, choice) for name, choice in every if "=" in practice_name(name, choice).vi] == []


# --- each rule alone --------------------------------------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(file=draw.windows.flatmap(lambda window: draw.files_in(*window, max_size=8)), data_=st.data(), rules=draw.rules())
def test_what_a_rule_changes_is_what_counting_under_it_gives(file: draw.Files, data_: st.DataObject, rules: Rules) -> None:
    rows, events = file
    days = [d.received_at for d in rows if d.received_at is not None] or [date(2021, 1, 1)]
    period = data_.draw(draw.periods_about(min(map(_day, days)), max(map(_day, days))))
    if data_.draw(st.booleans()):
        rules = rules.with_options("dated", {}, (RuleChange(from_day=period.first, unresolved="on_due_date", calendar_terms="stay"),))
    whole = Dataset(
        units=TREE,
        dossiers=columns_of(Dossier, rows),
        dossier_events=columns_of(DossierEvent, events),
        rules=rules,
        as_of=data_.draw(st.dates(period.first, date(2028, 3, 1))) if period.first <= date(2028, 3, 1) else period.first,
    )
    why = whole.form06_why(period)
    base = whole.form06(period)
    for name, choice in data_.draw(st.lists(st.sampled_from(options_of(rules)), min_size=1, max_size=4)):
        label = f"{name}={str(choice).lower()}"
        expected = difference(base, whole.replace(rules=rules.with_options("other", {name: choice})).form06(period))
        assert changes(why, "alone", label) == expected
        assert (label in why.unmoved) == (not expected)


def _day(moment: Any) -> date:
    return date(moment.year, moment.month, moment.day)


def test_without_a_sheet_the_presets_stand_beside_the_rules() -> None:
    why = data().form06_why()
    assert not why.compared
    assert (why.found, why.nearest, why.left) == ((), "", (0, 0))
    assert changes(why, "together", "form06a") == difference(under(), data(rules=Rules.preset("form06a")).form06())
    total = {number: n for (level, field, number), n in changes(why, "together", "form06a").items() if (level, field) == ("", None)}
    assert total == {"total": 1, "direct": 1, "ended": 1, "late": -1, "on_due_date": 2, "in_time": 1, "overdue": -1}
    assert changes(why, "alone", "received_on_day_off=forward") == {}  # due a day later, and not overdue on either
    assert changes(why, "alone", "calendar_terms=stay")["", None, "late"] == 1
    assert {c.office for c in why} == {c.remains for c in why} == {None}


# --- with the office's sheet ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "practice",
    [
        {"calendar_terms": "stay"},
        {"unresolved": "on_due_date"},
        {"unresolved": "on_due_date", "calendar_terms": "stay"},
        {"unresolved": "on_due_date", "refused": "ended", "open_supplement": "in_time"},
        {"unresolved": "on_due_date", "refused": "ended", "open_supplement": "in_time", "calendar_terms": "stay"},
    ],
    ids=str,
)
def test_a_sheet_that_rules_made_is_explained_by_them(practice: dict[str, str]) -> None:
    office = under(**practice)
    why = data().form06_why(office=office.rows)
    assert "+".join(f"{name}={choice}" for name, choice in sorted(practice.items())) in why.found
    assert ("form06a" in why.found) == (len(practice) == 3)
    assert (why.nearest, why.left) == ("", (0, 0))
    assert not [c for c in why if c.part == "rest"]
    assert {(c.level, c.field, c.number): c.difference for c in why if c.part == "office"} == difference(under(), office)
    for rules in why.found:
        assert changes(why, "together", rules) == difference(under(), office)
    assert all(c.remains == 0 for c in why if c.part == "together")
    assert "Makes the office's sheet: " in str(why.to_json("en")["said"])


def test_sets_that_the_sheet_cannot_tell_apart_are_all_named() -> None:
    rows = [row for row in ROWS if row["dossier_id"] in ("1", "4")]
    own = data(rows)
    office = own.replace(rules=FORM.model_copy(update={"open_supplement": "in_time"})).form06()
    assert set(own.form06_why(office=office.rows).found) == {"open_supplement=in_time", "form06a"}


def test_what_no_rule_explains_remains_and_is_said() -> None:
    office = [replace(row, online=row.online + 3, total=row.total + 3) for row in under(unresolved="on_due_date").rows]
    why = data().form06_why(office=office)
    assert why.found == ()
    assert why.nearest == "unresolved=on_due_date"
    assert {(c.level, c.field, c.number, c.remains) for c in why if c.part == "rest"} == {
        (row.level, row.field, number, 3) for row in office for number in ("total", "online")
    }
    assert why.left == (2 * len(office), 6 * len(office))
    [said, *_] = why.said()
    assert said.vi.startswith(
        f"Không bộ quy tắc nào trong {why.tried} bộ đã thử cho đúng biểu của cơ quan. Gần nhất: hồ sơ trả lại, xin rút"
    )
    assert said.en.endswith(f"{2 * len(office)} cells still differ, by {6 * len(office)} dossiers in all.")


def test_where_no_rule_brings_it_nearer_that_is_said() -> None:
    office = [replace(row, carried_over=row.carried_over + 100) for row in under().rows]
    why = data().form06_why(office=office)
    assert (why.found, why.nearest) == ((), "")
    assert why.left[1] == 100 * len(office)
    assert "No rule brings it nearer" in why.said()[0].en


def test_the_same_sheet_needs_no_rule() -> None:
    why = data().form06_why(office=under().rows)
    assert (why.found, why.nearest, why.left) == ((), "", (0, 0))
    assert why.said()[0].en == "The office's sheet is this form in every cell compared."


def test_a_sheet_of_totals_is_compared_by_its_totals() -> None:
    office = [row for row in under(unresolved="on_due_date").rows if (row.level, row.field) == ("", None)]
    why = data().form06_why(office=office)
    assert "unresolved=on_due_date" in why.found
    assert why.uncompared == len(under().rows) - 1
    assert {c.office is None for c in why if c.field is not None} == {True}


def test_a_field_that_only_one_of_the_two_has_is_none_in_the_other() -> None:
    ours = under().rows
    office = [row for row in ours if row.field != "Đất đai"] + [Form06Row("commune", "Xây dựng", 4, 4, 0, 0, 4, 4, 0, 0, 0, 0, 0)]
    why = data().form06_why(office=office)
    differing = {(c.field, c.number): (c.count, c.office) for c in why if c.part == "office"}
    assert differing["Xây dựng", "total"] == (0, 4)
    assert differing["Đất đai", "total"] == (3, 0)


def test_fields_without_a_level_are_of_the_only_one() -> None:
    office = [replace(row, level="") for row in under(calendar_terms="stay").rows if row.field is not None]
    why = data().form06_why(office=office)
    assert "calendar_terms=stay" in why.found


def test_a_sheet_that_cannot_be_matched_is_refused() -> None:
    rows = [*ROWS, {**ROWS[0], "dossier_id": "7", "unit_code": "TM"}]
    with pytest.raises(CchcError, match=r"does not say the level of «Hộ tịch».*commune, province"):
        data(rows).form06_why(office=[Form06Row("", "Hộ tịch", *[1] * 11)])
    with pytest.raises(CchcError, match="has two rows «commune Hộ tịch»"):
        data().form06_why(office=[Form06Row("commune", "Hộ tịch", *[1] * 11)] * 2)


def test_a_sheet_that_does_not_add_up_in_itself_is_said_to() -> None:
    *others, total = under(unresolved="on_due_date").rows
    why = data().form06_why(office=[*others, replace(total, total=total.total + 7)])
    assert why.left == (1, 7)
    assert [(level, field, f.identity, f.left - f.right) for level, field, f in why.failures] == [
        ("", None, "(3) = (4)+(5)+(6)", 7),
        ("", None, "(3) = (7)+(11)", 7),
    ]
    assert why.said()[1].en == f"The office's sheet does not add up, row «TOTAL»: (3) = (4)+(5)+(6), and {total.total + 7} ≠ {total.total}."
    assert [failed["identity"] for failed in why.to_json()["sums_of_the_sheet_that_fail"]] == [f.identity for _, _, f in why.failures]  # type: ignore[attr-defined]
    assert data().form06_why(office=[*others, total]).failures == ()


def test_a_sheet_without_rows_is_not_the_same_sheet() -> None:
    with pytest.raises(CchcError, match="the office's sheet has no rows"):
        data().form06_why(office=[])


def test_rules_that_need_columns_that_are_not_there_are_named() -> None:
    bare = [{k: v for k, v in row.items() if k not in ("term", "term_unit")} for row in ROWS]
    why = data(bare).form06_why(Period.parse("2021-03"))
    assert why.uncounted == ("given_due=ignored",)
    assert why.said()[-1].vi == "Không tính được, vì thiếu cột: given_due=ignored."
