"""A figure under an official code is of the unit that bore the code in the figure's period, whichever way the figure came in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.verbs.fakes import Fake, made

import cchc_metrics as cm
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.plan import Plan
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.records.outreach import OutreachActivity
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, MeasureSource, Status
from cchc_metrics.verbs.assess import assess
from cchc_metrics.verbs.compare import Delta, compare
from cchc_metrics.verbs.measures import Measures

END, START = date(2025, 6, 30), date(2025, 7, 1)
INDICATOR = "outreach_activities"


def commune(code: str, name: str, parent: str, **more: Any) -> Unit:
    return Unit(code=code, name=name, kind="xã", level="commune", parent=parent, **more)


# Đồng Tháp gave up its code 87 and took over 82 of Tiền Giang; Phương Thịnh took over the code of Hưng Thạnh.
TREE = UnitTree(
    [
        Unit(code="87", name="Đồng Tháp", kind="tỉnh", level="province", valid_to=END),
        Unit(code="82", name="Tiền Giang", kind="tỉnh", level="province", valid_to=END),
        Unit(code="82", name="Đồng Tháp", kind="tỉnh", level="province", valid_from=START, predecessors=("82", "87")),
        Unit(code="872", name="Tháp Mười", kind="huyện", level="district", parent="87"),
        commune("30043", "Hưng Thạnh", "872", valid_to=END),
        commune("30082", "Phương Thịnh", "87", valid_to=END),
        commune("30043", "Phương Thịnh", "82", valid_from=START, predecessors=("30043", "30082")),
    ]
)
GAP = UnitTree([commune("9", "Cũ", "", valid_to=date(2022, 12, 31)), commune("9", "Mới", "", valid_from=date(2024, 1, 1))])
PUBLISHED = [("30043", 10), ("30082", 7), ("82", 100), ("87", 40)]
"""What was published of 2024-Q4, under the codes of 2024."""


def item(unit: str, n: int | None, period: str = "2024-Q4") -> dict[str, Any]:
    return {"indicator": INDICATOR, "unit": unit, "period": period, "numerator": n, **({} if n is not None else {"status": "no_data"})}


def in_memory(pairs: list[tuple[str, int]]) -> MeasureSource:
    return Measures.of([made(n, indicator=INDICATOR, unit=unit, period="2024-Q4") for unit, n in pairs])


def any_source(pairs: list[tuple[str, int]]) -> MeasureSource:
    return Fake(*in_memory(pairs))


def json_file(pairs: list[tuple[str, int]]) -> MeasureSource:
    return read_baseline({"measures": [item(unit, n) for unit, n in pairs]}, default_catalogue())


def records(unit_rows: list[tuple[str, date]]) -> Any:
    found = [OutreachActivity(activity_id=str(n), unit_code=u, channel="Tọa đàm", held_on=day) for n, (u, day) in enumerate(unit_rows)]
    return cm.columns_of(OutreachActivity, found)


def folder_of_2024(pairs: list[tuple[str, int]]) -> MeasureSource:
    """The year before as it was read then, by a list of units that knows nothing of the change."""
    units = [Unit(code=unit, name=unit, level="province" if len(unit) == 2 else "commune") for unit, _ in pairs]
    rows = [(unit, date(2024, 10, 2)) for unit, n in pairs for _ in range(n)]
    return cm.Dataset(units=units, unit="82", outreach=records(rows)).measures("2024-Q4")


WAYS = pytest.mark.parametrize("way", [in_memory, any_source, json_file, folder_of_2024])
Way = Callable[[list[tuple[str, int]]], MeasureSource]


def against(source: MeasureSource, unit: str, n: int = 25, tree: UnitTree = TREE, period: str = "2025-Q4") -> Delta:
    (found,) = compare([made(n, indicator=INDICATOR, unit=unit, period=period)], source, units=tree, competence="ignore")
    return found


@WAYS
@pytest.mark.parametrize(("unit", "before"), [("30043", 17), ("82", 140)])
def test_a_published_figure_is_of_the_unit_of_its_period(way: Way, unit: str, before: int) -> None:
    found = against(way(PUBLISHED), unit, 200)
    assert found.baseline is not None
    assert (found.baseline.numerator, found.difference, found.status) == (before, Fraction(200 - before), Status.OK)


@WAYS
def test_without_the_other_predecessor_nothing_is_guessed(way: Way) -> None:
    found = against(way([p for p in PUBLISHED if p[0] != "30082"]), "30043")
    assert (found.status, found.difference) == (Status.NO_DATA, None)
    assert found.reason.vi == "xã Phương Thịnh (–30/06/2025): không có số liệu kỳ gốc"


@WAYS
def test_a_figure_of_days_on_which_the_list_has_no_such_unit_is_refused(way: Way) -> None:
    units = [unit for unit in (TREE.unit(code) for code in TREE.codes) if unit.code != "30043@2025-06-30"]
    lacking = UnitTree([unit.model_copy(update={"predecessors": ("30082",)}) if unit.code == "30043" else unit for unit in units])
    found = against(way(PUBLISHED), "30043", tree=lacking)
    assert found.baseline is not None
    assert (found.status, found.difference, found.baseline.numerator) == (Status.NOT_COMPARABLE, None, 10)
    assert "mã «30043» (xã Phương Thịnh từ 01/07/2025) không có trong kỳ 2024-Q4" in found.reason.vi
    assert "add the unit that bore the code then" in found.reason.en


def test_between_two_bearers_of_a_code_nobody_is_meant() -> None:
    source = Measures.of([made(5, indicator=INDICATOR, unit="9", period="2023-Q4")])
    found = against(source, "9", tree=GAP, period="2024-Q4")
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
    assert "xã Cũ đến 31/12/2022, xã Mới từ 01/01/2024" in found.reason.vi


def test_a_period_of_both_bearers_names_them() -> None:
    source = Measures.of([made(5, indicator=INDICATOR, unit="30043", period="2025")])
    found = against(source, "30043", period="2026")
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
    assert "mã «30043» (xã Hưng Thạnh đến 30/06/2025, xã Phương Thịnh từ 01/07/2025)" in found.reason.vi


@pytest.mark.parametrize("n", [10, 11])
def test_the_code_and_the_key_may_both_be_given_if_they_agree(n: int) -> None:
    found = against(in_memory([*PUBLISHED, ("30043@2025-06-30", n)]), "30043")
    if n == 10:
        assert (found.status, found.difference) == (Status.OK, Fraction(8))
    else:
        assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
        assert "«30043», «30043@2025-06-30»: cùng một đơn vị trong kỳ này mà số khác nhau" in found.reason.vi


def test_the_current_value_is_of_the_unit_of_its_period_too() -> None:
    before = Measures.of([made(n, indicator=INDICATOR, unit=u, period="2023-Q4") for u, n in PUBLISHED])
    found = against(before, "30043", 12, period="2024-Q4")
    assert (found.unit, found.difference) == ("30043@2025-06-30", Fraction(2))
    assert against(before, "30043@2025-06-30", 12, period="2024-Q4") == found


def test_a_district_has_no_value_after_its_end() -> None:
    found = against(in_memory([("872", 3)]), "872")
    assert (found.status, found.difference) == (Status.NOT_COMPARABLE, None)
    assert "huyện Tháp Mười đến 30/06/2025" in found.reason.vi


@WAYS
def test_a_target_of_the_plan_rests_on_the_same_baseline(way: Way) -> None:
    target = {"indicator": INDICATOR, "comparator": ">=", "value": 10, "against": "increase_number", "unit": "30043", "period": "2025-Q4"}
    plan = Plan.model_validate(
        {"number": "1/KH", "issued_on": date(2025, 7, 2), "issuer": "UBND", "year": 2025, "targets": [{"id": "t", **target}]}
    )
    now: list[Measure] = [made(27, indicator=INDICATOR, unit="30043", period="2025-Q4")]
    (found,) = assess(Measures.of(now), plan, units=TREE, as_of=date(2025, 12, 31), baseline=way(PUBLISHED))
    assert (found.required, found.measured) == (Fraction(27), Fraction(27))


def test_a_folder_with_a_baseline_file(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},30043,Tọa đàm,02/10/2025" for n in range(25))
    (tmp_path / "outreach.csv").write_text("activity_id,unit_code,channel,held_on\n" + rows + "\n", encoding="utf-8")
    heading = "code,name,kind,level,parent,valid_from,valid_to,predecessors\n"
    lines = [
        f"{u.code.partition('@')[0]},{u.name},{u.kind},{u.level},{u.parent.partition('@')[0]},{u.valid_from or ''},{u.valid_to or ''},"
        f"{';'.join(p.partition('@')[0] for p in u.predecessors)}"
        for u in map(TREE.unit, TREE.codes)
    ]
    (tmp_path / "units.csv").write_text(heading + "\n".join(lines) + "\n", encoding="utf-8")
    settings = (
        'code = "82"\nname = "Đồng Tháp"\nlevel = "province"\nextracted_on = 2025-12-31\nperiod = "2025-Q4"\nunits_file = "units.csv"\n'
    )
    (tmp_path / "district.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "baseline.json").write_text(json.dumps({"measures": [item(u, n) for u, n in PUBLISHED]}), encoding="utf-8")
    found = cm.read_folder(tmp_path).deltas()[INDICATOR, "30043"]
    assert found.baseline is not None
    assert (found.baseline.numerator, found.difference) == (17, Fraction(8))


ENTERED = {"indicator": "staff_trained", "numerator": 4, "source": "QĐ 1", "signed_by": "A", "signed_on": date(2026, 1, 5)}


def entered(unit: str, period: str) -> cm.Dataset:
    rows = records([("30043", date(2024, 10, 2)), ("30043", date(2025, 10, 2))])
    return cm.Dataset(units=TREE, unit="82", outreach=rows, as_of=date(2026, 3, 31), figures=[{**ENTERED, "unit": unit, "period": period}])


@pytest.mark.parametrize(
    ("unit", "period", "key"),
    [
        ("30043", "2024", "30043@2025-06-30"),
        ("xã Hưng Thạnh", "2024", "30043@2025-06-30"),
        ("30043", "2025-Q4", "30043"),
        ("UBND xã Phương Thịnh", "2025-Q4", "30043"),
        ("Phương Thịnh", "2024", "30082"),
    ],
)
def test_a_figure_that_was_entered_is_of_the_unit_of_its_period(unit: str, period: str, key: str) -> None:
    found = entered(unit, period).measures(period).filter(indicator="staff_trained")
    assert [(m.unit, m.numerator) for m in found if m.numerator is not None] == [(key, 4)]


@pytest.mark.parametrize(
    ("unit", "period", "said"),
    [
        ("30043", "2025", "(xã Hưng Thạnh đến 30/06/2025, xã Phương Thịnh từ 01/07/2025): kỳ 2025 có ngày của cả hai"),
        ("872", "2026-Q1", "mã «872» (huyện Tháp Mười đến 30/06/2025) không có trong kỳ 2026-Q1"),
        ("", "2024", "mã «82» (tỉnh Tiền Giang đến 30/06/2025, tỉnh Đồng Tháp từ 01/07/2025) không có trong kỳ 2024"),
        ("Hưng Thạnh", "2025-Q4", "không có vào ngày 31/12/2025"),
        ("Đồng Tháp", "2025", "kỳ 2025"),
    ],
)
def test_a_figure_that_was_entered_of_nobody_or_of_two_is_refused_with_the_candidates(unit: str, period: str, said: str) -> None:
    with pytest.raises(cm.CchcError) as error:
        entered(unit, period)
    assert said in error.value.vi


def test_a_baseline_may_call_units_by_name() -> None:
    found = against(json_file([("xã Hưng Thạnh", 10), ("Xã Phương Thịnh", 7)]), "30043")
    assert (found.status, found.difference) == (Status.OK, Fraction(8))
