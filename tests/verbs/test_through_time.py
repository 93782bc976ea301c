"""Counts of units whose codes were reused: by the day of the row, exactly, whichever way the rows come in."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cchc_metrics as cm
from cchc_metrics.errors import UnknownUnitError
from cchc_metrics.plan import Plan
from cchc_metrics.records.outreach import OutreachActivity
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.json_report import report_json
from cchc_metrics.values import Measure

END, START = date(2025, 6, 30), date(2025, 7, 1)
TREE = UnitTree(
    [
        Unit(code="P", name="Tỉnh", kind="tỉnh", level="province"),
        *(
            Unit(code=code, name=name, kind=kind, level="commune", parent="P", valid_to=END)
            for code, name, kind in (("1", "Mỹ An", "thị trấn"), ("2", "Mỹ Hòa", "xã"), ("3", "Mỹ An", "xã"))
        ),
        Unit(code="1", name="Tháp Mười", kind="xã", level="commune", parent="P", valid_from=START, predecessors=("1", "2", "3")),
    ]
)
ROWS = st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), st.integers(0, 700)), max_size=40)


def activities(rows: list[tuple[str, int]]) -> list[OutreachActivity]:
    found = []
    for n, (code, after) in enumerate(rows):
        day = date(2024, 2, 1) + timedelta(after)
        of_day = "1" if day >= START else code
        found.append(OutreachActivity(activity_id=str(n), unit_code=of_day, channel="Tọa đàm", held_on=day))
    return found


def number(found: Measure | None) -> int:
    return 0 if found is None or found.numerator is None else found.numerator


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_the_baseline_of_a_merged_unit_is_the_sum_of_its_predecessors_rows(rows: list[tuple[str, int]]) -> None:
    records = activities(rows)
    indicator = "outreach_activities"
    data = cm.Dataset(
        units=TREE, outreach=cm.columns_of(OutreachActivity, records), coverage={"outreach": (date(2024, 1, 1), date(2026, 12, 31))}
    )
    of_2024 = [r for r in records if r.held_on and date(2024, 10, 1) <= r.held_on <= date(2024, 12, 31)]
    found = data.deltas("2025-Q4").get(indicator, "1", cm.Period.parse("2025-Q4"))
    assert found is not None
    assert found.baseline is not None
    assert number(found.baseline) == len(of_2024)
    measures = data.measures("2024-Q4")
    own = measures.get(indicator, "1@2025-06-30", cm.Period.parse("2024-Q4"))
    assert number(own) == sum(r.unit_code == "1" for r in of_2024)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_merged_tallies_of_predecessors_equal_the_tally_of_their_union(rows: list[tuple[str, int]]) -> None:
    records = activities(rows)
    periods = ["2024", "2025", "2025-Q3"]
    whole = cm.Dataset(units=TREE, outreach=cm.columns_of(OutreachActivity, records)).tally(periods)
    parts = [
        cm.Dataset(units=TREE, outreach=cm.columns_of(OutreachActivity, [r for r in records if r.unit_code == code])).tally(periods)
        for code in ("1", "2", "3")
    ]
    assert parts[0] + parts[1] + parts[2] == whole


def test_names_and_codes_of_rows_mean_the_unit_of_the_day() -> None:
    rows = [
        {"activity_id": str(n), "unit_code": text, "channel": "Tọa đàm", "held_on": day}
        for n, (text, day) in enumerate([("1", END), ("1", START), ("xã Tháp Mười", START), ("TT. Mỹ An", END)])
    ]
    codes, labels = cm.read_rows("outreach", rows, units=TREE).columns.codes("unit_code")
    assert [labels[code] for code in codes] == ["1@2025-06-30", "1", "1", "1@2025-06-30"]


def test_counts_by_bare_codes_are_refused() -> None:
    columns = cm.columns_of(OutreachActivity, activities([("1", 10)]))
    with pytest.raises(UnknownUnitError, match="other units bore them"):
        cm.measure(cm.tally(columns, periods="2024"), units=TREE)


# --- The quarter that straddles 01/07/2025

MARK = "before and after 2025-07-01"


@pytest.mark.parametrize(
    ("period", "as_of", "marked"),
    [
        ("2025-Q3@nd09", date(2025, 9, 14), True),
        ("2025-Q3@nd09", date(2025, 7, 1), True),
        ("2025-Q3@nd09", date(2025, 6, 30), False),  # nothing of what came later is known
        ("2025-07@nd09", date(2025, 7, 31), True),
        ("2025-Q3", date(2025, 9, 30), False),
        ("2025-Q2@nd09", date(2025, 6, 14), False),
        ("2025", date(2025, 12, 31), True),
    ],
)
def test_values_of_communes_in_a_period_that_straddles_are_marked_and_those_of_the_province_are_not(
    period: str, as_of: date, marked: bool
) -> None:
    rows = [("2", 505), ("1", 520), ("2", 400), ("1", 480)]  # 20/06/2025, 05/07/2025, 07/03/2025, 26/05/2025
    data = cm.Dataset(
        units=TREE,
        as_of=as_of,
        outreach=cm.columns_of(OutreachActivity, [r for r in activities(rows) if r.held_on and r.held_on <= as_of]),
        coverage={"outreach": (date(2024, 1, 1), date(2026, 12, 31))},
    )
    measures = data.measures(period)
    for found in measures:
        below = found.unit != "P" or ("level", "commune") in found.breakdown
        assert (MARK in found.reason.en) == (marked and below and found.value is not None), found
    if marked:
        assert any(MARK in found.reason.en for found in measures)


def test_what_is_compared_with_a_straddling_quarter_says_so() -> None:
    data = cm.Dataset(
        units=TREE,
        as_of=date(2026, 9, 14),
        outreach=cm.columns_of(OutreachActivity, activities([("1", 510), ("1", 530), ("1", 880)])),
        coverage={"outreach": (date(2024, 1, 1), date(2026, 12, 31))},
    )
    found = data.deltas("2026-Q3@nd09").get("outreach_activities", "P", "2026-Q3@nd09", {"level": "commune"})
    assert found is not None
    assert found.status is cm.Status.ESTIMATED
    assert MARK in found.reason.en
    assert (found.current.numerator, found.baseline and found.baseline.numerator) == (1, 2)


def test_the_answers_say_which_unit_a_code_meant() -> None:
    renamed = [
        Unit(code="1", name="Mỹ An", kind="thị trấn", level="commune", parent="P", valid_to=END),
        Unit(code="1", name="Tháp Mười", kind="xã", level="commune", parent="P", valid_from=START, continues=True),
    ]
    merged = [TREE.unit(code) for code in TREE.codes if code != "P"]
    columns = cm.columns_of(OutreachActivity, activities([("1", 250), ("1", 600), ("2", 250)]))
    province = Unit(code="P", name="Tỉnh", kind="tỉnh", level="province")
    for units, names in (
        (renamed, {("1", "2024-Q4"): "Mỹ An", ("1", "2025-Q3"): "Tháp Mười"}),
        (merged, {("1@2025-06-30", "2024-Q4"): "Mỹ An (–30/06/2025)", ("1", "2025-Q3"): "Tháp Mười"}),
    ):
        tree = UnitTree([province, *(u for u in units if u.code != "2" or units is merged)])
        rows = columns if units is merged else cm.columns_of(OutreachActivity, activities([("1", 250), ("1", 600)]))
        data = cm.Dataset(units=tree, outreach=rows, coverage={"outreach": (date(2024, 1, 1), date(2026, 12, 31))})
        found = data.measures("2024-Q4", "2025-Q3").filter(indicator="outreach_activities", breakdown=())
        shown = {(row["unit"], row["period"]): row["unit_name"] for row in found.to_dicts()}
        assert {key: shown[key] for key in names} == names
        both = found.filter(period="2024-Q4").followed_by(found.filter(period="2025-Q3"))
        assert {(r["unit"], r["period"]): r["unit_name"] for r in both.to_dicts()} == shown


def test_a_report_as_json_lists_the_units_by_the_keys_of_its_values() -> None:
    columns = cm.columns_of(OutreachActivity, activities([("1", 250), ("1", 600), ("2", 250)]))
    data = cm.Dataset(units=TREE, outreach=columns, coverage={"outreach": (date(2024, 1, 1), date(2026, 12, 31))})
    units = json.loads(report_json(data.report("2025-Q4")))["units"]
    listed = [
        {"code": code, "name": name, "last_day": last}
        for code, name, last in (("1", "thị trấn Mỹ An", str(END)), ("1", "xã Tháp Mười", None))
    ]
    assert [{key: units[unit][key] for key in listed[0]} for unit in ("1@2025-06-30", "1")] == listed


def test_every_answer_table_with_units_names_them() -> None:
    """So that a reader of a code knows which of the units that bore it is meant."""
    columns = cm.columns_of(OutreachActivity, activities([("1", 250), ("1", 600), ("2", 250)]))
    plan = Plan.model_validate(
        {
            "number": "1/KH",
            "issued_on": date(2025, 7, 2),
            "issuer": "UBND",
            "year": 2025,
            "targets": [{"id": "t", "indicator": "outreach_activities", "comparator": ">=", "value": 1, "unit": "1", "period": "2025-Q4"}],
        }
    )
    covered = {"outreach": (date(2024, 1, 1), date(2026, 12, 31))}
    data = cm.Dataset(units=TREE, outreach=columns, coverage=covered, plan=plan, as_of=date(2025, 12, 31))
    tables: dict[str, Any] = {
        "measures": data.measures("2024-Q4"),
        "deltas": data.deltas("2025-Q4"),
        "assessments": data.assessments("2025-Q4"),
        "contributions": data.contributions("unit", "outreach_activities", period="2025-Q4"),
        "explanation": data.explain("outreach_activities", "P", period="2024-Q4"),
    }
    names = {"1": "Tháp Mười", "1@2025-06-30": "Mỹ An (–30/06/2025)", "P": "Tỉnh"}
    for what, table in tables.items():
        rows = table.to_dicts()
        assert rows, what
        shown = {row["unit"]: row["unit_name"] for row in rows if row["unit"] in names}
        assert shown, what
        for unit, name in shown.items():
            assert name.endswith(names[unit]), what
