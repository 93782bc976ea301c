"""``cchc-metrics init``: three untouched exports become a district.toml that runs; only what is in doubt is asked."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from tests.proposal.offices import CITIZEN, CLERK, DOCUMENTS, DOSSIERS, MEETINGS, PHONE, office, write
from tests.read.old_writing import as_shown, in_bytes

import cchc_metrics as cm
from cchc_metrics.cli import main
from cchc_metrics.errors import InputError
from cchc_metrics.proposal import Entry, Proposal, district_toml, propose
from cchc_metrics.read.district import load_district
from cchc_metrics.read.look import Sheet, sheets_in


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def proposed(**rows: Any) -> Proposal:
    return propose([Sheet(f"{name}.xlsx", "Sheet1", cells) for name, cells in rows.items()])


def declared(proposal: Proposal) -> dict[str, Any]:
    return tomllib.loads(district_toml(proposal.guessed()))


def test_yes_alone_gives_a_folder_that_reports_its_right_figures(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    done = run("init", folder, "--yes", "--code", "TM")
    assert "«Quá hạn bổ sung»" in done.output  # it says something else than a status; it is asked, never guessed
    assert done.exit_code == 1
    m = cm.read_folder(folder, period="2021").measures()
    exchange, paperless = m["electronic_exchange", "TM"], m["paperless_meetings", "TM"]
    assert (exchange.numerator, exchange.denominator) == (7, 9)
    assert exchange.excluded["secret"] == 1
    assert (paperless.numerator, paperless.denominator) == (4, 6)


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    run("init", folder, "--yes")
    path = folder / "district.toml"
    said = path.read_text(encoding="utf-8").replace('#? "Quá hạn bổ sung" = ""', '"Quá hạn bổ sung" = "supplement_requested"')
    path.write_text(said, encoding="utf-8")
    before = path.read_bytes()
    assert run("init", folder, "--yes").exit_code == 2
    assert path.read_bytes() == before
    again = run("init", folder, "--force")
    assert (folder / "district.toml.old").read_bytes() == before
    assert again.output.splitlines()[:-1] == ["? kỳ báo cáo? → 2021"]  # of the period the tables are asked again
    m = cm.read_folder(folder, period="2021").measures()
    assert m["dossiers_received", "TM"].numerator == 12
    assert m["dossiers_pending", "TM"].numerator == 6  # three being processed, three waiting for papers


def test_no_cell_of_a_person_is_copied(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    for arguments in (["--yes"], ["--force"]):
        done = run("init", folder, *arguments)
        text = (folder / "district.toml").read_text(encoding="utf-8") + done.output
        assert not [said for said in (CITIZEN, CLERK, PHONE, "Họ và tên", "Điện thoại", "Người ký") if said in text]


def test_without_a_terminal_doubts_are_listed_and_left_in_comments(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    done = run("init", folder, "--lang", "en")
    assert done.exit_code == 1
    assert "? meetings, paperless: what does an empty cell mean? (2 cells; no, yes, unknown) → no" in done.output
    district = load_district((folder / "district.toml").read_bytes())
    assert not any(district.blank.values())
    assert "«Hình thức họp»" not in done.output  # how it was held, not what it was: nothing to ask
    assert '#? paperless = "no"' in (folder / "district.toml").read_text(encoding="utf-8")


def test_a_changed_layout_is_reported(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    run("init", folder, "--yes")
    assert "layout_changed" not in run("check", folder).output
    changed = [[*row, "Ghi chú" if at == 2 else ""] if row else row for at, row in enumerate(DOCUMENTS)]
    write(folder / "SoVanBanDi.xlsx", changed)
    assert "layout_changed" in run("check", folder).output


def test_a_folder_without_district_toml_names_init(tmp_path: Path) -> None:
    done = run("report", office(tmp_path / "o"))
    assert done.exit_code == 2
    assert "cchc-metrics init" in done.output


def test_what_the_sheets_say() -> None:
    data = declared(proposed(HoSo=DOSSIERS, VanBanDi=DOCUMENTS, CuocHop=MEETINGS))
    assert (data["name"], data["level"], str(data["extracted_on"])) == ("Tháp Mười", "district", "2021-07-05")
    assert data["files"] == {"dossiers": "HoSo.xlsx", "documents": "VanBanDi.xlsx", "meetings": "CuocHop.xlsx"}
    assert data["columns"] == {"documents": {"direction": "outgoing"}}
    assert data["blank"] == {"documents": {"secrecy": "none"}, "meetings": {"paperless": "no"}}
    assert data["headings"] == {"meetings": {"Hình thức họp": ""}}  # the others are known


def test_how_a_document_was_sent_fills_two_columns(tmp_path: Path) -> None:
    write(tmp_path / "SoVanBanDi.xlsx", [["Phương thức gửi" if cell == "Hình thức gửi" else cell for cell in row] for row in DOCUMENTS])
    assert run("init", tmp_path, "--yes", "--code", "TM").exit_code == 0
    data = tomllib.loads((tmp_path / "district.toml").read_text(encoding="utf-8"))
    assert data["headings"]["documents"] == {"Phương thức gửi": "electronic+exchanged"}
    m = cm.read_folder(tmp_path, period="2021").measures()
    assert (m["electronic_exchange", "TM"].numerator, m["electronic_exchange", "TM"].denominator) == (7, 9)


def test_a_register_that_marks_ordinary_documents_says_nothing_of_empty_cells() -> None:
    rows = [list(row) for row in DOCUMENTS]
    rows[3][6] = "Thường"
    assert "blank" not in declared(proposed(SoVanBanDi=rows))


def test_units_below_get_codes_and_departments_count_for_the_unit() -> None:
    units = ("UBND xã Mỹ Quí", "UBND huyện Tháp Mười", "Phòng Tài chính", "UBND thị trấn Mỹ An")
    rows = [[*row, "Đơn vị" if at == 4 else units[at % 4] if 7 <= at < 19 else ""] if row else row for at, row in enumerate(DOSSIERS)]
    data = declared(proposed(HoSo=rows))
    named = {unit["name"]: (unit["kind"], unit["level"], unit["parent"]) for unit in data["units"]}
    assert named == {"Mỹ Quí": ("xã", "commune", data["code"]), "Mỹ An": ("thị trấn", "commune", data["code"])}
    assert data["values"]["dossiers"]["unit_code"] == {"Phòng Tài chính": data["code"]}


@pytest.mark.parametrize("name", ['Sổ "đi"\n[x]', "a\\b", "tab\there"])
def test_whatever_a_heading_holds_is_one_key_of_toml(name: str) -> None:
    entry = Entry(("headings", "dossiers", name), "status", sure=True)
    found = tomllib.loads(district_toml(Proposal((entry,), (), {})))
    assert found == {"headings": {"dossiers": {name: "status"}}}


def test_a_folder_of_other_tables_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x.xlsx", [["Họ và tên", "Lương"], ["A", 1]])
    done = run("init", tmp_path, "--yes")
    assert done.exit_code == 2
    assert not (tmp_path / "district.toml").exists()
    with pytest.raises(InputError, match=r"did you mean «x\.xlsx»"):
        sheets_in(tmp_path, ["xx.xlsx"])


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_old_font_is_proposed_with_a_sample_and_read_by_it(tmp_path: Path, encoding: str, ending: str) -> None:
    rows = [
        ["UBND HUYỆN THÁP MƯỜI"],
        ["Mã hồ sơ", "Trạng thái", "Ngày tiếp nhận", "Ngày có kết quả", "Chủ hồ sơ"],
        ["H20.38-1", "Đã xử lý xong", "01/03/2021", "03/03/2021", CITIZEN],
        ["H20.38-2", "Đang xử lý", "02/03/2021", "", CITIZEN],
    ]
    name = f"hồ sơ.{ending}"
    if ending == "xlsx":
        write(tmp_path / name, [[as_shown(cell, encoding) for cell in row] for row in rows])
    else:
        (tmp_path / name).write_bytes(in_bytes("\n".join(";".join([*row, *[""] * (5 - len(row))]) for row in rows), encoding))
    done = run("init", tmp_path, "--period", "2021", "--extracted-on", "2021-12-31")
    old = as_shown("Mã hồ sơ", encoding)
    assert f"? «{name}» viết bằng bảng mã nào: «{old}» → «Mã hồ sơ»" in done.output
    assert run("init", tmp_path, "--yes", "--force", "--period", "2021", "--extracted-on", "2021-12-31").exit_code == 0
    text = (tmp_path / "district.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["encoding"] == {name: encoding}
    assert CITIZEN not in text + done.output
    assert as_shown(CITIZEN, encoding) not in text + done.output
    data = cm.read_folder(tmp_path)
    assert len(data.columns("dossiers")) == 2
    assert "bảng mã" not in run("init", tmp_path, "--force").output  # asked once


# --- The next export


def test_the_next_export_under_another_name_is_read_without_a_question(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    (folder / "HoSo.xlsx").rename(folder / "HoSo_2021_01.xlsx")
    run("init", folder, "--yes", "--code", "TM")
    assert tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))["files"]["dossiers"] == "HoSo_*.xlsx"
    first = cm.read_folder(folder, period="2021").measures()["dossiers_received", "TM"].numerator
    (folder / "HoSo_2021_01.xlsx").unlink()
    write(
        folder / "HoSo_2021_02.xlsx",
        [[cell.replace("TM-00", "TM-02") if isinstance(cell, str) else cell for cell in row] for row in DOSSIERS],
    )
    found = cm.read_folder(folder, period="2021")
    assert found.measures()["dossiers_received", "TM"].numerator == first == 9  # three of a word that nobody answered
    assert not found.problems.count("layout_changed") + found.problems.count("unused_file") + found.problems.count("missing_file")
    write(folder / "HoSo_2021_01.xlsx", DOSSIERS)
    assert cm.read_folder(folder, period="2021").measures()["dossiers_received", "TM"].numerator == 2 * first


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (("HoSo T1-2021", "VanBanDi"), {"dossiers": "HoSo T*.xlsx", "documents": "VanBanDi.xlsx"}),
        (("2021", "VanBanDi"), {"dossiers": "2021.xlsx", "documents": "VanBanDi.xlsx"}),  # «*.xlsx» would be every file
        (("Xuat 1", "Xuat 2"), {"dossiers": "Xuat 1.xlsx", "documents": "Xuat 2.xlsx"}),  # one pattern of two kinds
    ],
)
def test_a_pattern_fits_no_file_of_another_kind(names: tuple[str, str], files: dict[str, str]) -> None:
    assert declared(proposed(**dict(zip(names, (DOSSIERS, DOCUMENTS), strict=True))))["files"] == files


def test_a_changed_layout_names_the_headings_that_are_new_and_gone(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    run("init", folder, "--yes")
    write(folder / "SoVanBanDi.xlsx", [["Ghi chú" if cell == "Trích yếu" else cell for cell in row] for row in DOCUMENTS])
    (problem,) = [p for p in cm.read_folder(folder).problems if p.code.value == "layout_changed"]
    assert problem.fix_en == "; new: «Ghi chú»; gone: «Trích yếu»"
    assert problem.fix_vi == "; mới: «Ghi chú»; mất: «Trích yếu»"


HAND = """# Chị Lan soạn ngày 05/01/2022
code = "TM"   # mã cũ
name = "Tháp Mười"
level = "huyện"
plan = "kh.toml"  # kế hoạch năm
# theo công văn 12
note_vi = '''hai
dòng'''
coverage.dossiers.first = 2021-01-01

# quy tắc của tỉnh
[rules]
base = "qd766"  # phiên bản 2022

[[units]]
code = "TM.01"
name = "Mỹ An"
kind = "thị trấn"
level = "xã"
parent = "TM"
valid_from = 2020-01-01

[values.dossiers.status]
# hỏi anh Ba
"Quá hạn bổ sung" = "supplement_requested"

[calendar.years.2030]
days_off = [
    2030-01-01,
]
"""


def test_force_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    (folder / "kh.toml").write_text("", encoding="utf-8")
    (folder / "district.toml").write_text(HAND, encoding="utf-8")
    before = load_district(HAND)
    for _ in range(2):  # the second time of what was written the first
        run("init", folder, "--yes", "--force")
    text = (folder / "district.toml").read_text(encoding="utf-8")
    after = load_district(text)
    for name in ("code", "name", "level", "plan", "note_vi", "coverage", "rules", "units", "values", "calendar"):
        assert getattr(after, name) == getattr(before, name), name
    for comment in ("# Chị Lan soạn", "# theo công văn 12", "# quy tắc của tỉnh", "# hỏi anh Ba", "# kế hoạch năm", "# phiên bản 2022"):
        assert text.count(comment) == 1, comment
    assert text.count("# Do «cchc-metrics init»") == 1
    assert after.files == {"dossiers": ("HoSo.xlsx",), "documents": ("SoVanBanDi.xlsx",), "meetings": ("CuocHop.xlsx",)}


def test_a_later_day_of_export_is_said_once_and_nothing_lies_after_it(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    run("init", folder, "--yes")
    path = folder / "district.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("2021-07-05", "2021-01-31"), encoding="utf-8")
    assert cm.read_folder(folder).problems.count("date_in_future") > 0
    assert cm.read_folder(folder, as_of=date(2021, 7, 5)).problems.count("date_in_future") == 0
    assert cm.read_folder(folder, as_of=date(2021, 1, 5)).problems.count("date_in_future") > 0


# --- Exports of other software than that of the small office

OPEN_CPS = [
    ["SỞ TƯ PHÁP TỈNH HẬU GIANG"],
    ["DANH SÁCH HỒ SƠ"],
    ["Từ ngày 01/03/2020 đến ngày 31/03/2020"],
    [
        *("Mã hồ sơ", "Mã thủ tục", "Nội dung", "Cơ quan thụ lý", "Chủ hồ sơ", "Ngày gửi", "Ngày tiếp nhận", "Ngày hẹn trả"),
        *("Ngày gia hạn", "Ngày hoàn thành", "Ngày trả", "Trạng thái", "Trực tuyến", "Hạn xử lý"),
    ],
    *(
        [
            f"000.00.15.H30-200301-{n:04d}",
            "1.001193",
            "Cấp phiếu",
            "Sở Tư pháp",
            CITIZEN,
            f"{n:02d}/03/2020 07:00:00",
            f"{n:02d}/03/2020 08:00:00",
            f"{n + 10:02d}/03/2020 17:00:00",
            "",
            f"{n + (12 if n == 4 else 8):02d}/03/2020" if n < 7 else "",
            "",
            "Hoàn thành trễ hạn" if n in (4, 5) else "Đã trả kết quả" if n < 7 else "Đang xử lý",
            "Có" if n % 3 == 0 else "",
            "" if n < 7 else "còn 2 ngày",
        ]
        for n in range(1, 10)
    ),
]


def test_an_export_of_open_cps_reports_its_right_figures(tmp_path: Path) -> None:
    write(tmp_path / "BaoCao_03_2020.xlsx", OPEN_CPS)
    assert run("init", tmp_path, "--yes").exit_code == 0
    data = cm.read_folder(tmp_path)
    m = data.measures()
    assert data.unit == "000.00.15.H30"
    assert (m["resolved_on_time", data.unit].numerator, m["resolved_on_time", data.unit].denominator) == (5, 6)
    assert (m["online_share", data.unit].numerator, m["online_share", data.unit].denominator) == (3, 9)
    assert m["dossiers_pending", data.unit].numerator == 3
    assert m["dossiers_postal", data.unit].status is cm.Status.NO_DATA  # what is not online may have come by post
    assert data.problems.count("timing_differs") == 1  # the fifth was in time


def test_three_months_on_three_sheets_are_one_table_of_the_quarter(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "LichHop2022.xlsx")) as book:
        for month in (1, 2, 3):
            sheet = book.add_worksheet(f"Tháng {month}")
            titles = [["UBND HUYỆN HỒNG NGỰ"], [f"LỊCH HỌP THÁNG {month} NĂM 2022"], []]
            rows = [
                [n, "Họp UBND huyện", f"Thứ {n + 1}, ngày {5 * n:02d}/{month:02d}/2022 14:00", CLERK, "x" if n <= month else ""]
                for n in range(1, 5)
            ]
            for at, row in enumerate([*titles, ["TT", "Nội dung", "Thời gian", "Chủ trì", "Không giấy"], *rows]):
                sheet.write_row(at, 0, row)
    assert run("init", tmp_path, "--yes").exit_code == 0
    data = tomllib.loads((tmp_path / "district.toml").read_text(encoding="utf-8"))
    assert (data["period"], data["files"]["meetings"]) == ("2022-Q1", "LichHop*.xlsx#*")
    found = cm.read_folder(tmp_path).measures()["paperless_meetings", "HN"]
    assert (found.numerator, found.denominator) == (6, 12)


def test_who_reports_is_asked_for_all_at_once(tmp_path: Path) -> None:
    write(tmp_path / "HoSo.xlsx", DOSSIERS[4:])
    done = run("init", tmp_path, "--yes", "--lang", "en")
    assert done.exit_code == 2
    assert "add --code … --name … --level …" in done.output
