"""A folder: good rows count, everything wrong is reported with its place, and what cannot be used at all is one line with the fix."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import InputError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.files import read_file
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.verbs.measures import Measures

DISTRICT = 'code = "TM"\nname = "Tháp Mười"\nlevel = "district"\nextracted_on = 2022-03-31\nunits_file = "units.csv"\n'
UNITS = "code,name,kind,level,parent,valid_to\nTM,Tháp Mười,huyện,district,,30/06/2025\nTM.01,Mỹ An,thị trấn,xã,TM,\n"
FILES = {
    "district.toml": DISTRICT,
    "units.csv": UNITS,
    "dossiers.csv": "MaHoSo,Đơn vị,TrangThaiHoSo,NgayTiepNhan,NgayKetThucXuLy\n1,TM,9,20210301,20210303\n2,Mỹ An,2,20210302,\n",
    "meetings.csv": "Mã cuộc họp;Đơn vị;Loại cuộc họp;Ngày họp\n1;TM;Họp UBND;05/01/2021\n",
}
FROM_FILE = DISTRICT + '[calendar]\nfile = "lich.json"\n'
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(**changes: str | bytes | None) -> Path:
        """Write the folder with changed files: ``dossiers_csv = …``; None leaves a file out."""
        files: dict[str, str | bytes | None] = {**FILES, **{name.replace("_", "."): text for name, text in changes.items()}}
        for name, text in files.items():
            if text is not None:
                (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path

    return write


def reported(folder: Dataset) -> list[tuple[str, int, str, str]]:
    assert folder.problems.read == folder.problems.rejected + sum(len(folder.columns(kind)) for kind in folder.tables)
    return [(p.file, p.row, p.column, p.code.value) for p in folder.problems]


def refused(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_folder(path)
    assert "\n" not in str(raised.value)
    return raised.value.en


def test_what_is_there_is_read_and_what_is_not_is_not_supplied(make: Make) -> None:
    folder = read_folder(make())
    assert reported(folder) == []
    assert {kind: len(folder.columns(kind)) for kind in folder.tables} == {"dossiers": 2, "meetings": 1}
    assert folder.columns("dossiers").codes("unit_code")[1] == ("TM", "TM.01")
    assert (folder.units.codes, folder.units.unit("TM.01").level) == (("TM", "TM.01"), "commune")
    assert (folder.plan, folder.baseline, folder.scheme, folder.coverage) == (None, None, None, {})
    assert (folder.unit, folder.rules.id, folder.as_of, folder.period) == ("TM", "default", date(2022, 3, 31), None)


def test_every_kind_of_bad_row_is_reported_and_the_good_ones_count(make: Make) -> None:
    bad = """dossier_id,unit_code,status,received_at,ended_at,Số CCCD,term,
1,TM,9,01/03/2021,03/03/2021,001099012345,,
2,TM,9,31/02/2021,03/03/2021,001099012345,,
3,XX,9,01/03/2021,03/03/2021,001099012345,,

4,TM,11,01/03/2021,03/03/2021,001099012345,,
5,TM,9,01/03/2021,01/02/2021,001099012345,,
6,TM,9,01/03/2021,03/03/2021
7,TM,2,01/03/2021,,001099012345,"mười",
8,TM,2,02/03/2021,,001099012345,,
8,TM,2,03/03/2021,,001099012345,,
1,Thap Muoi,resolved,2021-03-01,20210303,001099012345,,
9,TM,2,01/03/2022,01/04/2022,001099012345,,
10,TM,2,01/07/2025,,001099012345,,
"""
    folder = read_folder(make(dossiers_csv=bad))
    assert reported(folder) == [
        ("dossiers.csv", 1, "Số CCCD", "unknown_heading"),
        ("dossiers.csv", 3, "received_at", "impossible_date"),
        ("dossiers.csv", 4, "unit_code", "unknown_unit"),
        ("dossiers.csv", 6, "status", "unknown_code"),
        ("dossiers.csv", 7, "ended_at", "end_before_receipt"),
        ("dossiers.csv", 8, "", "wrong_number_of_cells"),
        ("dossiers.csv", 9, "term", "not_a_number"),
        ("dossiers.csv", 10, "dossier_id", "duplicate_conflicting"),
        ("dossiers.csv", 11, "dossier_id", "duplicate_conflicting"),
        ("dossiers.csv", 12, "dossier_id", "duplicate_identical"),
        ("dossiers.csv", 13, "ended_at", "date_in_future"),
        ("dossiers.csv", 14, "unit_code", "unit_not_valid_on_date"),
        ("dossiers.csv", 14, "received_at", "date_in_future"),
    ]
    assert folder.columns("dossiers").row_numbers().tolist() == [2, 13, 14]
    assert folder.columns("dossiers").file == "dossiers.csv"
    assert "001099012345" not in folder.problems.to_csv()


def test_a_missing_heading_names_the_column_and_the_kind_is_not_supplied(make: Make) -> None:
    folder = read_folder(make(meetings_csv="Mã cuộc họp;Đơn vị;Kiểu cuộc họp;Ngày họp\n1;TM;Họp UBND;05/01/2021\n"))
    assert reported(folder) == [("meetings.csv", 1, "kind", "missing_heading"), ("meetings.csv", 1, "Kiểu cuộc họp", "unknown_heading")]
    missing = folder.problems.examples[0]
    assert '"Kiểu cuộc họp" = "kind" under [headings.meetings]' in missing.text("en")
    assert set(folder.tables) == {"dossiers"}
    assert (folder.problems.read, folder.problems.rejected) == (3, 1)
    fixed = read_folder(make(district_toml=DISTRICT + '[headings.meetings]\n"Kiểu cuộc họp" = "kind"\n'))
    assert reported(fixed) == []
    assert len(fixed.columns("meetings")) == 1


def test_an_empty_table_is_supplied_and_an_empty_file_is_not(make: Make) -> None:
    folder = read_folder(make(meetings_csv=FILES["meetings.csv"].split("\n")[0]))
    assert reported(folder) == [("meetings.csv", 0, "", "empty_table")]
    assert len(folder.columns("meetings")) == 0
    folder = read_folder(make(meetings_csv=""))
    assert {code for _, _, _, code in reported(folder)} == {"empty_table", "missing_heading"}
    assert set(folder.tables) == {"dossiers"}


def test_a_file_that_is_named_and_missing_is_reported(make: Make) -> None:
    district = 'plan = "ke-hoach.toml"\nbaseline = "goc.json"\ncatalogue = ["rieng.toml"]\n' + DISTRICT + '[files]\nsurveys = "phieu.csv"\n'
    folder = read_folder(make(district_toml=district))
    assert reported(folder) == [(name, 0, "", "missing_file") for name in ("phieu.csv", "ke-hoach.toml", "goc.json", "rieng.toml")]
    assert (folder.plan, folder.baseline) == (None, None)


def test_a_table_under_another_name_is_seen(make: Make) -> None:
    path = make(meetings_csv=None, meeting_csv=FILES["meetings.csv"], problems_csv="file\n")
    folder = read_folder(path)
    assert reported(folder) == [("meeting.csv", 0, "", "unused_file")]
    assert folder.problems.examples[0].fix_en == (
        ': its headings are of meetings; write meetings = "meeting.csv" under [files] in district.toml, or move the file away'
    )
    (path / "district.toml").write_text(DISTRICT + '[files]\nmeetings = "meeting.csv"\n', encoding="utf-8")
    assert reported(read_folder(path)) == []


def test_an_unreadable_file_costs_only_itself(make: Make) -> None:
    folder = read_folder(make(meetings_csv="Mã;Đơn vị\n".encode() + b"\xff"))
    assert reported(folder) == [("meetings.csv", 0, "", "unreadable_file")]
    assert set(folder.tables) == {"dossiers"}
    folder = read_folder(make(meetings_csv=b"M\xe3,b\n1,2\n"))
    assert "byte 0xe3 is not UTF-8" in folder.problems.examples[0].text("en")


def test_plan_baseline_and_catalogues_are_found(make: Make) -> None:
    plan = 'number = "1/KH-UBND"\nissued_on = 2022-01-04\nissuer = "UBND"\nyear = 2022\n'
    folder = read_folder(
        make(district_toml='catalogue = ["rieng.toml"]\n' + DISTRICT, plan_toml=plan, baseline_json='{"measures": []}', rieng_toml="")
    )
    assert folder.plan is not None
    assert folder.plan.number == "1/KH-UBND"
    assert isinstance(folder.baseline, Measures)
    assert len(folder.catalogue) == len(default_catalogue())


def test_coverage_ends_at_the_export_unless_it_says_otherwise(make: Make) -> None:
    said = "[coverage]\nfirst = 2021-01-01\n[coverage.surveys]\nfirst=2021-06-01\nlast=2021-12-31\n"
    folder = read_folder(make(district_toml=DISTRICT + said))
    assert set(folder.coverage) == set(KINDS)
    assert folder.coverage["dossiers"] == (date(2021, 1, 1), date(2022, 3, 31))
    assert folder.coverage["surveys"] == (date(2021, 6, 1), date(2021, 12, 31))
    undated = DISTRICT.replace("extracted_on = 2022-03-31\n", "")
    assert "coverage.dossiers.last: is missing" in refused(make(district_toml=undated + "[coverage]\nfirst = 2021-01-01\n"))


def test_years_of_the_calendar_come_from_here_or_from_a_file(make: Make) -> None:
    own = DISTRICT + "[calendar.years.2021]\ndays_off = [2021-03-02]\n"
    folder = read_folder(make(district_toml=own))
    assert not folder.calendar.is_working_day(date(2021, 3, 2))
    assert folder.calendar.is_working_day(date(2021, 9, 2))
    assert not folder.calendar.is_working_day(date(2020, 9, 2))  # other years stay as they are packaged
    last = folder.calendar.years[-1]
    data = {"years": {str(last + 1): {"days_off": [f"{last + 1}-09-02"] if date(last + 1, 9, 2).weekday() < 5 else []}}}
    folder = read_folder(make(district_toml=DISTRICT + '[calendar]\nfile = "lich.json"\n', lich_json=json.dumps(data)))
    assert folder.calendar.years[-1] == last + 1
    toml = "[years.2021]\ndays_off = [2021-03-02]\n"
    folder = read_folder(make(district_toml=DISTRICT + '[calendar]\nfile = "lich.toml"\n', lich_toml=toml))
    assert not folder.calendar.is_working_day(date(2021, 3, 2))


def test_what_else_a_unit_file_says_is_not_read(make: Make) -> None:
    folder = read_folder(make(units_csv="Mã,Tên,Cấp,Mã cấp trên,Dân số,parnet\nTM,Tháp Mười,huyện,,1,\nTM.01,Mỹ An,cấp xã,TM,2,\n"))
    assert reported(folder) == [("units.csv", 1, "Dân số", "unknown_heading"), ("units.csv", 1, "parnet", "unknown_heading")]
    assert folder.problems.examples[1].fix_en == "; did you mean «parent»?"
    assert folder.units.unit("TM.01").parent == "TM"


def test_a_unit_may_stand_alone_or_in_the_district_file(make: Make) -> None:
    alone = DISTRICT.replace('units_file = "units.csv"\n', "")
    folder = read_folder(make(district_toml=alone))
    assert folder.units.codes == ("TM",)
    assert [code for *_, code in reported(folder)] == ["unknown_unit", "unused_file"]
    inline = alone + '[[units]]\ncode = "TM.01"\nname = "Mỹ An"\nlevel = "commune"\nparent = "TM"\n'
    assert read_folder(make(district_toml=inline)).units.codes == ("TM", "TM.01")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"district_toml": None}, "has no district.toml"),
        ({"district_toml": "code ="}, "district.toml:1: not TOML"),
        ({"district_toml": b'name = "M\xe3"'}, "district.toml:1: is not UTF-8"),
        ({"units_csv": None}, "the unit file units.csv is missing"),
        ({"units_csv": "code,name,levle\nTM,Tháp Mười,huyện\n"}, "units.csv: row 2: level: missing"),
        ({"units_csv": "code,Mã,name,level\nTM,TM,Tháp Mười,huyện\n"}, "units.csv: two columns mean code"),
        (
            {"units_csv": "code,name,level\nTM,Tháp Mười,huyệnn\n,x,xã\n"},
            "row 2: level: there is no «huyệnn»; use province, district, commune; row 3: code: missing",
        ),
        ({"units_csv": "code,name,level,parent\nTM,Tháp Mười,huyện,\nA,A,xã,TMM\n"}, "there is no parent «TMM»; did you mean «TM»?"),
        ({"units_csv": "code,name,level,parent\nTM,Tháp Mười,huyện,\nA,A,xã,\n"}, 'without a unit above: A; write parent = "TM"'),
        ({"units_csv": "code,name,level,parent\nTM,Tháp Mười,huyện\n"}, "units.csv: row 2: its cells are not as many as the columns"),
        ({"units_csv": "code,name\n\xe3".encode("latin-1")}, "units.csv: byte 0xe3 is not UTF-8"),
        ({"district_toml": FROM_FILE}, "the calendar file lich.json is missing"),
        ({"district_toml": FROM_FILE, "lich_json": "{"}, "lich.json:1: not JSON"),
        ({"district_toml": FROM_FILE, "lich_json": "[]"}, "lich.json: "),
        ({"district_toml": FROM_FILE, "lich_json": '{"years": {"2021": {}}}'}, "lich.json:1: years.2021.days_off: missing"),
        ({"district_toml": DISTRICT + "[calendar.years.2021]\ndays_off = [2020-01-01]"}, "district.toml: calendar: "),
        ({"dossiers_csv": None, "meetings_csv": None}, "has no table"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_line(make: Make, changes: dict[str, str | bytes | None], says: str) -> None:
    assert says in refused(make(**changes))


def test_there_is_no_such_folder(tmp_path: Path) -> None:
    assert "there is no folder" in refused(tmp_path / "none")


def test_a_byte_order_mark_is_no_part_of_district_toml(make: Make) -> None:
    assert read_folder(make(district_toml=b"\xef\xbb\xbf" + DISTRICT.encode())).unit == "TM"


def test_progress_names_every_file(make: Make) -> None:
    said: list[str] = []
    read_folder(make(), progress=lambda what, done, total: said.append(f"{what} {done <= total}"))
    assert list(dict.fromkeys(said)) == ["dossiers.csv True", "meetings.csv True"]


def test_reading_twice_gives_the_same(make: Make) -> None:
    one, other = read_folder(make()), read_folder(make())
    assert one.problems == other.problems
    assert [list(c.records()) for c in map(one.columns, one.tables)] == [list(c.records()) for c in map(other.columns, other.tables)]


def test_a_problem_names_the_heading_of_the_sheet(tmp_path: Path) -> None:
    (tmp_path / "documents.csv").write_text(
        "Số ký hiệu văn bản,Đơn vị ban hành,issued_on,=Độ mật\n1,TM,31/02/2021,\n2,TM,01/03/2021,vàng\n", encoding="utf-8"
    )
    problems = read_file("documents", tmp_path / "documents.csv", own={"headings": {"=Độ mật": "secrecy"}}).problems
    assert [(p.column, p.heading) for p in problems] == [("issued_on", ""), ("secrecy", "=Độ mật")]
    assert problems.examples[0].text("vi").startswith("documents.csv, dòng 2, issued_on = «31/02/2021»: ")
    assert problems.examples[1].text("vi").startswith("documents.csv, dòng 3, =Độ mật [secrecy] = «vàng»: ")
    assert "3,secrecy,'=Độ mật,vàng,1,unknown_code," in problems.to_csv()


@pytest.mark.parametrize(("named", "there"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_file_is_found_however_its_name_is_composed(tmp_path: Path, named: Literal["NFC", "NFD"], there: Literal["NFC", "NFD"]) -> None:
    name = "Hồ sơ quý I.csv"
    (tmp_path / normalize(there, name)).write_text("Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận\n1,TM,4,01/03/2021\n", encoding="utf-8")
    toml = f'code = "TM"\nname = "Tân Mai"\nlevel = "district"\n[files]\ndossiers = "{normalize(named, name)}"\n'
    (tmp_path / "district.toml").write_text(toml, encoding="utf-8")
    problems = read_folder(tmp_path).problems
    assert (problems.read, problems.count(Code.MISSING_FILE), problems.count(Code.UNUSED_FILE)) == (1, 0, 0)
