"""A kind whose rows stand in several files or like sheets: read as if they stood in one, ids compared over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import cchc_metrics as cm
from cchc_metrics.errors import MistakesError
from cchc_metrics.read.district import load_district
from cchc_metrics.records.codes import Code

DISTRICT = 'code = "TM"\nname = "TM"\nlevel = "xã"\nextracted_on = 2022-03-31\n[files]\n'
HEADINGS = ("Mã hồ sơ", "Trạng thái", "Ngày tiếp nhận", "Ngày có kết quả")
Rows = Sequence[Sequence[str]]
ONE = ("A-1", "Đã xử lý xong", "01/03/2021", "03/03/2021")
OTHER = ("A-2", "Đang xử lý", "02/03/2021", "")
DAYS = st.sampled_from(["01/03/2021", "02/03/2021"])
THIRD = ("A-3", "Đang xử lý", "05/03/2021", "")


def book(path: Path, **sheets: Rows) -> None:
    made = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for at, row in enumerate((HEADINGS, *rows)):
            sheet.write_row(at, 0, row)
    made.close()


def csv_file(path: Path, rows: Rows) -> None:
    path.write_text("\n".join(",".join(row) for row in (HEADINGS, *rows)), encoding="utf-8")


def read(folder: Path, files: str) -> cm.Dataset:
    (folder / "district.toml").write_text(DISTRICT + files, encoding="utf-8")
    return cm.read_folder(folder)


def received(dataset: cm.Dataset) -> int | None:
    return dataset.measures("2021")["dossiers_received", "TM"].numerator


@pytest.mark.parametrize("files", ['dossiers = ["a.csv", "b.csv"]', 'dossiers = "[ab].csv"', 'dossiers = "?.csv"'])
def test_several_files_and_patterns_are_one_table(tmp_path: Path, files: str) -> None:
    csv_file(tmp_path / "a.csv", [ONE])
    csv_file(tmp_path / "b.csv", [OTHER, THIRD])
    dataset = read(tmp_path, files)
    assert dataset.problems.by_code() == {Code.UNIT_ASSUMED: 2}
    assert (dataset.problems.read, received(dataset)) == (3, 3)


def test_like_sheets_are_an_error_until_they_are_asked_for(tmp_path: Path) -> None:
    book(tmp_path / "nam.xlsx", T1=[ONE], T2=[OTHER], T3=[THIRD])
    one = read(tmp_path, 'dossiers = "nam.xlsx"')
    (problem,) = [p for p in one.problems if p.code is Code.UNUSED_SHEET]
    assert (problem.code.severity, received(one)) == ("error", 1)
    assert problem.fix_en == ': «T2», «T3»; write dossiers = "nam.xlsx#*" under [files] to read all, or dossiers = "nam.xlsx#T1"'
    every = read(tmp_path, 'dossiers = "nam.xlsx#*"')
    assert (Code.UNUSED_SHEET in every.problems.by_code(), received(every)) == (False, 3)
    assert received(read(tmp_path, 'dossiers = "nam.xlsx#T2"')) == 1


@pytest.mark.parametrize("files", ['dossiers = ["a.csv", "b.csv"]', 'dossiers = "nam.xlsx#*"'])
def test_ids_are_compared_over_all_parts(tmp_path: Path, files: str) -> None:
    parts = [[ONE, OTHER, (*THIRD[:3], "")], [ONE, ("A-2", "Đang xử lý", "04/03/2021", ""), ("A-4", *THIRD[1:])]]
    csv_file(tmp_path / "a.csv", parts[0])
    csv_file(tmp_path / "b.csv", parts[1])
    book(tmp_path / "nam.xlsx", T1=parts[0], T2=parts[1])
    dataset = read(tmp_path, files)
    assert dataset.problems.count(Code.DUPLICATE_IDENTICAL) == 1
    assert dataset.problems.count(Code.DUPLICATE_CONFLICTING) == 2
    assert (dataset.problems.read, dataset.problems.rejected, received(dataset)) == (6, 3, 3)
    (twice,) = [p for p in dataset.problems if p.code is Code.DUPLICATE_IDENTICAL]
    assert (twice.file + twice.sheet, twice.row, twice.value) == ("b.csv" if "csv" in files else "nam.xlsxT2", 2, "A-1")


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["A-1", "A-2", "A-3"]), st.just("Đang xử lý"), DAYS, st.just(""))),
    cuts=st.lists(st.integers(0, 8), max_size=3),
)
def test_the_parts_say_what_one_file_says(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], cuts: list[int]) -> None:
    folder = tmp_path_factory.mktemp("parts")
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for at, (first, last) in enumerate(pairwise(bounds)):
        csv_file(folder / f"part{at}.csv", rows[first:last])
    csv_file(folder / "whole.csv", rows)
    one, several = read(folder, 'dossiers = "whole.csv"'), read(folder, 'dossiers = "part*.csv"')
    for code in (Code.DUPLICATE_IDENTICAL, Code.DUPLICATE_CONFLICTING):
        assert several.problems.count(code) == one.problems.count(code)
    assert (several.problems.read, several.problems.rejected) == (one.problems.read, one.problems.rejected)
    assert received(several) == received(one)


def test_what_is_not_there_or_cannot_be_read_is_named_and_the_rest_counts(tmp_path: Path) -> None:
    csv_file(tmp_path / "a.csv", [ONE])
    (tmp_path / "b.csv").write_bytes(b"\xff\xd8\xfe")
    dataset = read(tmp_path, 'dossiers = ["a.csv", "b.csv", "c.csv", "d*.csv"]')
    assert {p.file: p.code for p in dataset.problems if p.code.severity == "error"} == {
        "b.csv": Code.UNREADABLE_FILE,
        "c.csv": Code.MISSING_FILE,
        "d*.csv": Code.MISSING_FILE,
    }
    assert received(dataset) == 1


@pytest.mark.parametrize("files", ["dossiers = []", 'dossiers = ["a.csv", "../b.csv"]', 'dossiers = ["/a.csv"]', "dossiers = 3"])
def test_names_are_checked_one_by_one(files: str) -> None:
    with pytest.raises(MistakesError) as caught:
        load_district(DISTRICT + files)
    assert "files.dossiers" in caught.value.en


@pytest.mark.parametrize(
    ("named", "said"),
    [('["a.csv", "b.csv"]', {"b.csv": 1}), ('"b.csv"', {"b.csv": 1}), ('["b.csv", "c.csv"]', {"b.csv": 1, "c.csv": 1})],
)
def test_a_missing_file_is_an_error_of_its_kind_and_of_no_other(tmp_path: Path, named: str, said: dict[str, int]) -> None:
    (tmp_path / "a.csv").write_text("Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp\n1,TM,Họp UBND,05/03/2021\n", encoding="utf-8")
    text = f'code = "TM"\nname = "TM"\nlevel = "xã"\nextracted_on = 2022-03-31\nfiles.meetings = {named}\n'
    (tmp_path / "district.toml").write_text(text, encoding="utf-8")
    data = cm.read_folder(tmp_path)
    assert data.errors(["meetings"]) == said
    assert data.errors(["dossiers"]) == {}
    assert data.problems.count("missing_file") == len(said)


PLAN = 'number = "1/KH-UBND"\nyear = 2021\nissued_on = 2021-01-05\nissuer = "UBND"\n'
Form = Literal["NFC", "NFD"]


@pytest.mark.parametrize(("written", "there"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFC", "NFC")])
@pytest.mark.parametrize("named", ["Hồ sơ 1.csv", "Hồ*.csv", "Hồ sơ ?.csv", "Quý/Hồ sơ 1.csv"])
def test_names_that_are_composed_differently_are_one_name(tmp_path: Path, written: Form, there: Form, named: str) -> None:
    folder = tmp_path / "đơn vị"
    file = folder / normalize(there, "Quý/Hồ sơ 1.csv" if "/" in named else "Hồ sơ 1.csv")
    file.parent.mkdir(parents=True)
    csv_file(file, [ONE, OTHER])
    (folder / normalize(there, "Kế hoạch.toml")).write_text(PLAN, encoding="utf-8")
    (folder / normalize(there, "Đơn vị.csv")).write_text("Mã,Tên,Cấp\nTM,TM,xã\n", encoding="utf-8")
    toml = f'plan = "Kế hoạch.toml"\nunits_file = "Đơn vị.csv"\n{DISTRICT}dossiers = "{named}"\n[encoding]\n"Hồ sơ 1.csv" = "tcvn3"\n'
    (folder / "district.toml").write_text(normalize(written, toml), encoding="utf-8")
    data = cm.read_folder(folder)
    assert len(data.columns("dossiers")) == 2
    assert data.plan is not None
    assert {p.code for p in data.problems} <= {Code.UNIT_ASSUMED}
