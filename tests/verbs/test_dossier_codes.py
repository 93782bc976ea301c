"""Codes of dossiers compared with their rows, part by part or at once, and a dossier that two systems have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics import cli
from cchc_metrics.dataset import Dataset
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.files import report_text
from cchc_metrics.verbs.dossier_codes import dossier_codes

TREE = UnitTree(
    [
        Unit(code="H20.38", name="Tháp Mười", level="district"),
        Unit(code="H20.38.04", name="Mỹ Quý", level="commune", parent="H20.38", valid_to=date(2025, 6, 30)),
        Unit(code="H20.99", name="Mỹ Quý", level="commune", valid_from=date(2025, 7, 1), predecessors=["H20.38.04"]),
        Unit(code="30043", name="Hưng Thạnh", level="commune", parent="H20.38"),
    ]
)
SAME: dict[str, Any] = {"unit_code": "H20.38", "status": "4", "received_at": date(2021, 3, 5)}


def judged(*rows: dict[str, Any]) -> Problems:
    return Dataset(units=TREE, unit="H20.38", dossiers=[SAME | row for row in rows]).dossier_codes()


@pytest.mark.parametrize(
    ("code", "row", "expected"),
    [
        ("H20.38-210305-0001", {}, {}),
        (" h20.38 – 210305 – 0001", {}, {}),
        ("H20.38.13-210305-0001", {}, {}),  # a part of the district that is no unit of its own
        ("H20.38.04.02-210305-0001", {"unit_code": "H20.38.04"}, {}),
        ("H20.38.04-210305-0001", {"unit_code": "H20.99"}, {}),  # it took that over
        ("H20.99-210305-0001", {"unit_code": "H20.38.04"}, {Code.CODE_UNIT_DIFFERS: 1}),
        ("H20.38.04-210305-0001", {}, {Code.CODE_UNIT_DIFFERS: 1}),
        ("G22.99-210305-G20001", {}, {Code.CODE_UNIT_DIFFERS: 1}),
        ("H20.38-210304-0001", {}, {Code.CODE_DAY_DIFFERS: 1}),
        ("H20.38-210230-0001", {}, {Code.CODE_DAY_IMPOSSIBLE: 1}),
        ("H20.38-210304-0001", {"received_elsewhere_at": date(2021, 3, 4)}, {}),  # which gave the code
        ("H20.38-210303-0001", {"received_elsewhere_at": date(2021, 3, 4)}, {Code.CODE_DAY_DIFFERS: 1}),
        ("H20.38-210304-0001", {"received_elsewhere_at": date(2021, 3, 4), "boundary_free": "no"}, {Code.CODE_DAY_DIFFERS: 1}),
        ("H20.38.04-210304-0001", {}, {Code.CODE_DAY_DIFFERS: 1, Code.CODE_UNIT_DIFFERS: 1}),
        ("H20.38-210305-0001", {"unit_code": "30043"}, {Code.CODE_UNIT_NOT_JUDGED: 1}),
        ("H20.38-210304-0001", {"status": "1", "received_at": None}, {}),
        ("210304-0001", {}, {}),
        ("MP-H20.38-210304-0001", {}, {}),
        ("TM-210304-0001", {"unit_code": "30043"}, {}),
    ],
)
def test_what_a_code_says_and_its_row_does_not(code: str, row: dict[str, Any], expected: dict[Code, int]) -> None:
    assert judged({"dossier_id": code, **row}).by_code() == expected


def test_every_row_counts_and_the_problem_names_both() -> None:
    data = Dataset(units=TREE, unit="H20.38", dossiers=[{**SAME, "dossier_id": "H20.38.04-210304-0001", "submitted_at": date(2021, 3, 4)}])
    day, unit = data.dossier_codes()
    assert day.text("en").endswith(": 2021-03-04 in the code, the day of filing; received 2021-03-05")
    assert day.text("vi").endswith(": 04/03/2021 trong mã, là ngày nộp; tiếp nhận 05/03/2021")
    assert unit.text("en").endswith(": H20.38.04; the row says H20.38")
    assert (data.problems.rejected, data.problems.by_code()) == (0, {})
    assert {p.code.severity for p in (day, unit)} == {"warning"}


def test_units_that_cannot_be_compared_are_named_once() -> None:
    rows = [{"dossier_id": f"H20.38-210305-000{n}", "unit_code": "30043"} for n in range(1, 4)]
    found = judged(*rows)
    assert found.total == 3
    [problem] = found
    assert (problem.value, problem.cells, problem.rows) == ("30043", 3, (1, 2, 3))


@given(
    shifts=st.lists(st.tuples(st.integers(-1, 1), st.sampled_from(["H20.38", "H20.38.04", "30043"]), st.booleans()), max_size=12),
    cut=st.integers(0, 12),
)
def test_parts_add_up_to_the_whole_and_to_a_count_by_hand(shifts: Sequence[tuple[int, str, bool]], cut: int) -> None:
    rows = [
        Dossier.model_validate(
            SAME
            | {"dossier_id": f"H20.38-{date(2021, 3, 5) + timedelta(days=shift):%y%m%d}-{n:04d}" if coded else f"A{n}", "unit_code": unit}
        )
        for n, (shift, unit, coded) in enumerate(shifts)
    ]
    whole = dossier_codes([columns_of(Dossier, rows)], TREE).by_code()
    assert dossier_codes([columns_of(Dossier, rows[:cut]), columns_of(Dossier, rows[cut:])], TREE).by_code() == whole
    coded_rows = [(shift, unit) for shift, unit, coded in shifts if coded]
    by_hand = {
        Code.CODE_DAY_DIFFERS: sum(shift != 0 for shift, _ in coded_rows),
        Code.CODE_UNIT_DIFFERS: sum(unit == "H20.38.04" for _, unit in coded_rows),
        Code.CODE_UNIT_NOT_JUDGED: sum(unit == "30043" for _, unit in coded_rows),
    }
    assert whole == {code: n for code, n in by_hand.items() if n}


# --- a folder ---------------------------------------------------------------------------------------------------------------------------

DISTRICT = """code = "H20.38"
name = "Tháp Mười"
level = "xã"
extracted_on = 2026-12-31
"""
HEADING = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày kết thúc,Ngày hẹn trả"


def folder_of(folder: Path, **files: Sequence[str]) -> Dataset:
    folder.mkdir(exist_ok=True)
    names = ", ".join(f'"{name}.csv"' for name in files)
    (folder / "district.toml").write_text(DISTRICT + f"[files]\ndossiers = [{names}]\n", encoding="utf-8")
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text("\n".join((HEADING, *rows)), encoding="utf-8")
    return read_folder(folder, period="2026")


def test_check_prints_them_and_is_content(tmp_path: Path) -> None:
    folder_of(tmp_path, dossiers=["H20.38-260804-0001,H20.38,4,05/08/2026,,"])
    result = CliRunner().invoke(cli.main, ["check", str(tmp_path), "--lang", "en"])
    assert (result.exit_code, "1  code_day_differs" in result.stdout) == (0, True)


def test_parquet_is_judged_part_by_part(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text(DISTRICT, encoding="utf-8")
    rows = [{"dossier_id": f"H20.38-260805-{n:04d}", "unit_code": "H20.38", "status": "4", "received_at": "2026-08-06"} for n in range(5)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "dossiers.parquet", row_group_size=2)
    data = read_folder(tmp_path, period="2026")
    assert data.measures()["dossiers_received", "H20.38"].numerator == 5
    assert data.dossier_codes().by_code() == {Code.CODE_DAY_DIFFERS: 5}


OWN = "H20.38-260801-0001,H20.38,9,01/08/2026,05/08/2026,10/08/2026"
SHARED = "H20.38-260805-G10012,H20.38,9,05/08/2026,07/08/2026,10/08/2026"
IN_THE_PROVINCE = "h20.38-260805-g10012,H20.38,4,05/08/2026,,10/08/2026"


@pytest.mark.parametrize("order", [("tinh", "bo"), ("bo", "tinh")])
@pytest.mark.parametrize("theirs", [IN_THE_PROVINCE, SHARED])
def test_a_dossier_in_two_systems_counts_once_by_the_row_of_the_ministrys(tmp_path: Path, order: tuple[str, str], theirs: str) -> None:
    files = {"tinh": [OWN, theirs], "bo": [SHARED]}
    data = folder_of(tmp_path, **{name: files[name] for name in order})
    assert data.problems.by_code() == {Code.IN_TWO_SYSTEMS: 1}
    assert (data.problems.read, data.problems.rejected) == (3, 1)
    [problem] = data.problems
    assert (problem.file, problem.row) == ("tinh.csv", 3)
    assert data.measures()["dossiers_received", "H20.38"].numerator == 2
    assert data.columns("dossiers").equals("status", "resolved").all()
    assert "What the rejected rows could change" not in report_text(data.report(), "en")  # it is counted already


def test_two_exports_of_one_system_are_duplicates_as_ever(tmp_path: Path) -> None:
    found = folder_of(tmp_path / "a", thang7=[OWN, IN_THE_PROVINCE.upper()], thang8=[OWN, SHARED])
    assert found.problems.by_code() == {Code.DUPLICATE_CONFLICTING: 2, Code.DUPLICATE_IDENTICAL: 1}
    assert folder_of(tmp_path / "b", bo7=[SHARED], bo8=[SHARED]).problems.by_code() == {Code.DUPLICATE_IDENTICAL: 1}
