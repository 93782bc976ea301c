"""``[limits]`` of a folder holds for every workbook that is read of it, lists of units, fixed rows and forms too."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from tests.folders import small
from tests.proposal.offices import office
from tests.read.unit_lists import workbook

import cchc_metrics as cm
from cchc_metrics.cli import main
from cchc_metrics.errors import InputError

LOW = "[limits]\nfile_bytes = 100\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--lang", "en"])


def limited(folder: Path, text: str = LOW) -> Path:
    path = folder / "district.toml"
    path.write_text(path.read_text("utf-8") + text, encoding="utf-8")
    return folder


def book(path: Path) -> Path:
    made = openpyxl.Workbook()
    made.active.append(["a", "b"])
    made.save(path)
    return path


@pytest.mark.parametrize("later", [False, True])
def test_a_list_of_changes_and_what_was_renamed_since(later: bool, tmp_path: Path) -> None:
    lines = 'units_file = "u.xlsx"\n' if not later else 'units_file = "u.csv"\nunits_later = ["l.xlsx"]\n'
    folder = small(tmp_path, district_toml=f'code = "TM"\nname = "Tháp Mười"\nlevel = "district"\n{lines}')
    workbook(folder / "u.xlsx")
    book(folder / "l.xlsx")
    (folder / "u.csv").write_text("code_old,name_old,code_new,name_new,part\n00100,xã A,00101,xã B,whole\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"(u|l)\.xlsx: the file has too many bytes: [0-9]+, over 100"):
        cm.read_folder(limited(folder))


def test_rows_that_were_fixed(tmp_path: Path) -> None:
    folder = small(tmp_path)
    book(folder / "can_sua.xlsx")
    assert run("check", folder).exit_code == 0
    done = run("check", limited(folder))
    assert (done.exit_code, done.stderr.count("can_sua.xlsx: the file has too many bytes")) == (2, 1)


def test_the_sheet_of_an_office(tmp_path: Path) -> None:
    rows = "Mã hồ sơ,Đơn vị,channel,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc\n1,TM,1,9,01/03/2021,05/03/2021,03/03/2021\n"
    folder = small(tmp_path / "TM", dossiers_csv=rows)
    done = run("form06", limited(folder), "--why", "--with", book(tmp_path / "office.xlsx"))
    assert (done.exit_code, "too many bytes" in done.stderr) == (2, True)


def test_a_list_of_changes_read_from_python(tmp_path: Path) -> None:
    text = "code_old,name_old,code_new,name_new,part\n00100,xã A,00101,xã B,whole\n00102,xã C,00101,xã B,whole\n"
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    later = tmp_path / "l.csv"
    later.write_text("effective,code,name_after\n2026-01-01,00101,xã D\n2026-02-01,00101,xã E\n", encoding="utf-8")
    assert "00101" in cm.units_from_changes(tmp_path / "u.csv", later=later, own={"limits": {"rows": 2}})
    with pytest.raises(InputError, match=r"u\.csv: too many rows: at least 2, over 1"):
        cm.units_from_changes(tmp_path / "u.csv", own={"limits": {"rows": 1}})
    with pytest.raises(InputError, match=r"l\.csv: too many headings: 3, over 2"):
        cm.units_from_changes("thap-muoi", later=later, own={"limits": {"headings": 2}})
    with pytest.raises(InputError, match="own has no «limit»; did you mean «limits»"):
        cm.units_from_changes("thap-muoi", own={"limit": {}})
    assert cm.units_from_changes(workbook(tmp_path / "u.xlsx"), own={"limits": {"cells": 10_000}}).codes
    with pytest.raises(InputError, match="Cells: 145, over 10"):
        cm.units_from_changes(tmp_path / "u.xlsx", own={"limits": {"cells": 10}})


FORM = "level,field,(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13)\ncommune,Hộ tịch,100,40,55,5,90,80,8,2,10,9,1\n"


@pytest.mark.parametrize(
    ("limit", "most", "words"),
    [("rows", 1, "many rows: at least"), ("headings", 12, "many headings: 13"), ("file_bytes", 90, "many bytes")],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_published_form_beside_a_folder(ending: str, limit: str, most: int, words: str, tmp_path: Path) -> None:
    form = tmp_path / f"form.{ending}"
    form.write_text(FORM, encoding="utf-8")
    if ending == "xlsx":
        made = openpyxl.Workbook()
        made.active.append(["STT", *(f"({n})" for n in range(2, 14))])
        made.active.append([1, "Hộ tịch", 100, 40, 55, 5, 90, 80, 8, 2, 10, 9, 1])
        made.save(form)
    folder = small(tmp_path / "TM")
    assert run("form06", "--check", form).exit_code == run("form06", folder, "--check", form).exit_code == 0
    if (ending, limit) == ("csv", "rows"):
        form.write_text(FORM + FORM.split("\n")[1] + "\n", encoding="utf-8")
    done = run("form06", limited(folder, f"[limits]\n{limit} = {most}\n"), "--check", form)
    assert (done.exit_code, f"«form.{ending}»: " in done.stderr, words in done.stderr) == (2, True, True)


def test_init_keeps_them_and_looks_at_no_more(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    assert run("init", folder, "--yes", "--code", "TM").exit_code == 1
    limited(folder, "[limits]  # máy lớn\ncells = 1_000_000\n")
    run("init", folder, "--yes", "--force")
    assert "[limits]  # máy lớn\ncells = 1_000_000" in (folder / "district.toml").read_text("utf-8")
    text = (folder / "district.toml").read_text("utf-8")
    (folder / "district.toml").write_text(text.replace("cells = 1_000_000", "file_bytes = 100"), encoding="utf-8")
    done = run("init", folder, "--yes", "--force")
    assert done.stderr.count("the file has too many bytes") >= 3
    (folder / "district.toml").write_text(text.replace("cells = 1_000_000", "cell = 1"), encoding="utf-8")
    assert "district.toml: limits: there is no limit «cell»; did you mean «cells»?" in run("init", folder, "--yes", "--force").stderr
