"""``cchc-metrics init``: three untouched exports become a district.toml that runs; only what is in doubt is asked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
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
