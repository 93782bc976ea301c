"""A folder whose units are an official list of changes: only what concerns the reporting unit is taken, and what was found is listed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.read.unit_lists import workbook

import cchc_metrics as cm
from cchc_metrics.errors import InputError

MEETINGS = (
    "Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy\n"
    "1,00106,Họp UBND,05/01/2025,x\n2,00200,Họp UBND,06/01/2025,\n3,00106,Họp UBND,05/08/2025,x\n"
)


def folder(
    tmp_path: Path, *, code: str = "00106", name: str = "Phương Thịnh", level: str = "xã", file: str = "units.xlsx", more: str = ""
) -> Path:
    (tmp_path / "district.toml").write_text(
        f'code = "{code}"\nname = "{name}"\nlevel = "{level}"\nextracted_on = 2025-12-31\n'
        f'units_file = "{file}"\n{more}\n[coverage]\nfirst = 2024-01-01\n',
        encoding="utf-8",
    )
    if file == "units.xlsx":
        workbook(tmp_path / file)
    (tmp_path / "meetings.csv").write_text(MEETINGS, encoding="utf-8")
    return tmp_path


def test_a_commune_of_today_has_what_it_was_made_of(tmp_path: Path) -> None:
    data = cm.read_folder(folder(tmp_path))
    assert set(data.units.codes) == {"00106", "00106@2025-06-30", "00200"}
    found = data.measures("2025-H1")
    counts = {unit: found["paperless_meetings", unit] for unit in ("00106@2025-06-30", "00200")}
    assert {unit: (m.numerator, m.denominator) for unit, m in counts.items()} == {"00106@2025-06-30": (1, 1), "00200": (0, 1)}
    assert "unknown_unit" not in {problem.code for problem in data.problems}


def test_a_district_of_then_has_its_communes_and_what_they_became(tmp_path: Path) -> None:
    data = cm.read_folder(folder(tmp_path, code="003", name="Tháp", level="huyện"))
    assert set(data.units.subtree("003")) == {"003", "00100@2025-06-30", "00103", "00106@2025-06-30"}
    assert set(data.units.codes) - set(data.units.subtree("003")) == {"00100", "00106", "00200"}


def test_a_province_of_today_has_all_that_was_below_the_provinces_it_was_made_of(tmp_path: Path) -> None:
    """Else their totals are too small, look whole, and are the baseline of the new one."""
    data = cm.read_folder(folder(tmp_path, code="12", name="An Bến", level="tỉnh"))
    country = cm.units_from_changes(tmp_path / "units.xlsx")
    assert {unit: set(data.units.subtree(unit)) for unit in data.units.codes} == {
        unit: set(country.subtree(unit)) for unit in data.units.codes
    }
    assert (data.units.predecessors("12"), len(data.units.subtree("11"))) == (("11", "12@2025-06-30"), 7)
    before = data.measures("2025-H1")["paperless_meetings", "11"]
    assert (before.numerator, before.denominator) == (1, 2)
    change = data.deltas("2025-H2", baseline_period="2025-H1")["paperless_meetings", "12"]
    assert change.baseline is not None
    assert (change.baseline.denominator, change.current.denominator) == (2, 1)


def test_what_was_found_about_its_units_is_listed_with_its_rows(tmp_path: Path) -> None:
    data = cm.read_folder(folder(tmp_path, code="00312", name="Bến Tây"))
    found = [(p.code.value, p.file, p.row, p.column, p.value) for p in data.problems if p.code.value.startswith("unit_")]
    assert found == [  # and nothing of the flats, of which another commune was made
        ("unit_note_not_understood", "units.xlsx", 18, "note", "Xem phụ lục"),
        ("unit_divided", "units.xlsx", 0, "code", "00309"),
        ("unit_divided", "units.xlsx", 0, "code", "00312@2025-06-30"),
    ]
    assert data.units.split_predecessors("00312") == ("00309", "00312@2025-06-30")


def test_a_list_of_later_names_stands_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sau.csv").write_text("effective,code,name_after\n30/04/2026,00106,Phường Phương Thịnh\n", encoding="utf-8")
    data = cm.read_folder(folder(tmp_path, more='units_later = ["sau.csv"]'))
    assert data.units.unit("00106").full_name == "phường Phương Thịnh"
    assert "unused_file" not in {problem.code for problem in data.problems}


def test_the_day_of_the_change_is_said(tmp_path: Path) -> None:
    data = cm.read_folder(folder(tmp_path, more="units_changed_on = 2025-08-01"))
    assert str(data.units.unit("00106").valid_from) == "2025-08-01"


def test_a_code_that_the_list_lacks_is_refused_with_the_unit_of_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"units.xlsx has no «H20.38»; «huyện Tháp» is 003"):
        cm.read_folder(folder(tmp_path, code="H20.38", name="huyện Tháp", level="huyện"))


@pytest.mark.parametrize("named", ["../units.xlsx", "/units.xlsx"])
def test_a_list_outside_of_the_folder_is_refused(tmp_path: Path, named: str) -> None:
    for key in (f'units_later = ["{named}"]', ""):
        (tmp_path / "in").mkdir()
        with pytest.raises(InputError, match="must be the name of a file in this folder"):
            cm.read_folder(folder(tmp_path / "in", file="units.xlsx" if key else named, more=key))
        shutil.rmtree(tmp_path / "in")
