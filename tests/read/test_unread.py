"""What of a table was not read: no value that rests on it is ok, and a table that was read whole says nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

import cchc_metrics as cm
from cchc_metrics.records.codes import Code

HEADINGS = ("Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc")
ONE = ("1", "TM", "9", "01/03/2021", "05/03/2021", "03/03/2021")
OTHER = ("2", "TM", "9", "02/03/2021", "05/03/2021", "09/03/2021")
MEETINGS = "Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy\n1,TM,Họp UBND,05/01/2021,có\n"
PRICE = "Tên hàng,Giá\nGiấy,1\n"


def csv_of(*rows: tuple[str, ...]) -> str:
    return "\n".join(map(",".join, (HEADINGS, *rows))) + "\n"


def book(path: Path, *, hidden: bool, named: str = "T2") -> None:
    made = xlsxwriter.Workbook(path)
    for name, row in {"T1": ONE, named: OTHER}.items():
        sheet = made.add_worksheet(name)
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, row)
        if hidden and name == named:
            sheet.hide()
    made.close()


def two(folder: Path, name: str, other: str = "") -> None:
    (folder / "dossiers.csv").write_text(csv_of(ONE), encoding="utf-8")
    (folder / name).write_text(other or csv_of(OTHER), encoding="utf-8")


def parquet(folder: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    two(folder, "x.csv")
    (folder / "x.csv").unlink()
    pq.write_table(pa.table(dict(zip(HEADINGS, ([cell] for cell in OTHER), strict=True))), folder / "thang2.parquet")


def unreadable(folder: Path) -> None:
    two(folder, "thang2.csv")
    (folder / "thang2.csv").write_bytes(b"PK\x03\x04 cut")


Case = tuple[Callable[[Path], None], str, Code, str]
LEFT: dict[str, Case] = {
    "a sheet like it": (lambda f: book(f / "dossiers.xlsx", hidden=False), "", Code.UNUSED_SHEET, "sheets of «dossiers.xlsx»"),
    "a hidden sheet": (lambda f: book(f / "dossiers.xlsx", hidden=True), "", Code.HIDDEN_SHEET, "hidden sheets of «dossiers.xlsx»"),
    "a hidden sheet beside all": (
        lambda f: book(f / "nam.xlsx", hidden=True), 'dossiers = "nam.xlsx#*"', Code.HIDDEN_SHEET, "hidden sheets of «nam.xlsx»",
    ),
    "a month that nobody names": (lambda f: two(f, "thang2.csv"), "", Code.UNUSED_FILE, "the file «thang2.csv»"),
    "a month of Parquet": (parquet, "", Code.UNUSED_FILE, "the file «thang2.parquet»"),
    "a file that is not there": (
        lambda f: two(f, "x.toml", "#"), 'dossiers = ["dossiers.csv", "thang2.csv"]', Code.MISSING_FILE, "the file «thang2.csv»",
    ),
    "a file that cannot be read": (
        unreadable, 'dossiers = ["dossiers.csv", "thang2.csv"]', Code.UNREADABLE_FILE, "the file «thang2.csv»",
    ),
    "its events are not there": (lambda f: two(f, "x.toml", "#"), 'dossier_events = "e.csv"', Code.MISSING_FILE, "the file «e.csv»"),
}  # fmt: skip


def read(folder: Path, files: str = "") -> cm.Dataset:
    (folder / "meetings.csv").write_text(MEETINGS, encoding="utf-8")
    toml = f'code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\nextracted_on = 2022-01-31\nperiod = "2021"\n[files]\n{files}\n'
    (folder / "district.toml").write_text(toml, encoding="utf-8")
    return cm.read_folder(folder)


@pytest.mark.parametrize("case", LEFT.values(), ids=LEFT)
def test_what_was_not_read_is_said_beside_every_value_that_rests_on_it(tmp_path: Path, case: Case) -> None:
    make, files, code, said = case
    make(tmp_path)
    data = read(tmp_path, files)
    assert data.problems.count(code) == 1
    found = data.measures("2021")
    for name in ("resolved_on_time", "dossiers_received"):
        measure = found[name, "TM"]
        assert (measure.status, measure.numerator) == (cm.Status.ESTIMATED, 1)
        assert "nobody knows how many rows are missing" in measure.reason.en
        assert said in measure.reason.en
    other = found["paperless_meetings", "TM"]
    assert (other.status, other.reason.en) == (cm.Status.OK, "")
    delta = next(d for d in data.deltas("2021") if (d.indicator, d.unit) == ("dossiers_received", "TM"))
    assert delta.status is not cm.Status.OK


WHOLE: dict[str, tuple[Callable[[Path], None], str, int]] = {
    "all sheets are read": (lambda f: book(f / "nam.xlsx", hidden=False), 'dossiers = "nam.xlsx#*"', 2),
    "the one that is named": (lambda f: book(f / "nam.xlsx", hidden=True), 'dossiers = "nam.xlsx#T1"', 1),
    "all files are named": (lambda f: two(f, "b.csv"), 'dossiers = ["dossiers.csv", "b.csv"]', 2),
    "a table of something else": (lambda f: two(f, "gia.csv", PRICE), "", 1),
    "a table of a kind that nobody supplies": (lambda f: two(f, "khaosat.csv", "Mã phiếu,Đơn vị,Ngày trả lời,Câu hỏi,Điểm\n"), "", 1),
}


@pytest.mark.parametrize("case", WHOLE.values(), ids=WHOLE)
def test_a_table_that_was_read_whole_is_ok(tmp_path: Path, case: tuple[Callable[[Path], None], str, int]) -> None:
    make, files, received = case
    make(tmp_path)
    measure = read(tmp_path, files).measures("2021")["dossiers_received", "TM"]
    assert (measure.status, measure.numerator, measure.reason.en) == (cm.Status.OK, received, "")


def test_a_file_like_one_that_is_read_says_how_it_is_read_too(tmp_path: Path) -> None:
    two(tmp_path, "thang2.csv")
    (problem,) = [p for p in read(tmp_path).problems if p.code is Code.UNUSED_FILE]
    assert problem.fix_en == (
        ": its headings are of dossiers; write "
        'dossiers = ["dossiers.csv", "thang2.csv"] under [files] in district.toml, or move the file away'
    )
    again = read(tmp_path, 'dossiers = ["dossiers.csv", "thang2.csv"]').measures("2021")["dossiers_received", "TM"]
    assert (again.status, again.numerator) == (cm.Status.OK, 2)


def test_a_report_that_a_new_file_makes_an_estimate_is_told_why(tmp_path: Path) -> None:
    two(tmp_path, "x.toml", "#")
    (tmp_path / "out").mkdir()
    read(tmp_path).report("2021").save(tmp_path / "out", formats=("json",))
    (tmp_path / "thang2.csv").write_text(csv_of(OTHER), encoding="utf-8")
    found = read(tmp_path).verify(tmp_path / "out" / "report.json")
    assert (found.equal, found.unexplained) == (False, 0)
    assert "thang2.csv" in str(found)
