"""Where a table begins: titles, headings on several rows, rows of numbers; found in sheets dressed as offices dress them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.read.files import read_file
from cchc_metrics.read.headings import known_positions
from cchc_metrics.read.layout import find_heading, numbers_columns
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.kinds import KINDS

PLAIN = ["Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái"]
RECORD = ["H20-1", "TM", "04/01/2021", "08/01/2021", "Đang xử lý"]
TITLES = [
    ["ỦY BAN NHÂN DÂN HUYỆN THÁP MƯỜI", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", ""],
    ["", "", "", "", ""],
    ["DANH SÁCH HỒ SƠ", "", "", "", ""],
    ["Từ ngày 01/01/2021 đến ngày 31/12/2021", "", "", "", ""],
]


def wanted(headings: Sequence[str]) -> list[int]:
    return known_positions(KINDS["dossiers"], headings)


@given(
    titles=st.lists(st.sampled_from(TITLES), max_size=6),
    numbered=st.booleans(),
    records=st.integers(0, 3),
    tall=st.booleans(),
    merged=st.booleans(),
    order=st.permutations(range(5)),
)
def test_a_heading_is_found_under_any_dressing(
    titles: list[list[str]], numbered: bool, records: int, tall: bool, merged: bool, order: list[int]
) -> None:
    plain = [PLAIN[at] for at in order]
    rows: list[list[str]] = [*titles]
    first = len(rows)
    areas = []
    if tall:
        dated = [at for at, text in enumerate(plain) if text.startswith("Ngày")]
        rows.append(
            [
                "Thời gian" if at in dated and (at == 0 or at - 1 not in dated) else "" if at in dated else text
                for at, text in enumerate(plain)
            ]
        )
        rows.append([text if at in dated else "" for at, text in enumerate(plain)])
        if merged:
            areas = [((first, at), (first, at + (at + 1 in dated))) for at in dated if at - 1 not in dated]
            areas += [((first, at), (first + 1, at)) for at in range(5) if at not in dated]
    else:
        rows.append(plain)
    last = len(rows) - 1
    if numbered:
        rows.append([f"({at})" for at in range(1, 6)])
    rows += [[RECORD[at] for at in order]] * records
    found = find_heading(rows, wanted, areas)
    assert (found.first, found.last, found.after) == (first, last, last + 1 + numbered)
    assert found.headings == tuple(plain)
    assert found.titles == tuple(text for row in titles for text in row if text)


@pytest.mark.parametrize(
    ("above", "below", "headings"),
    [
        (["Mã hồ sơ", "Ngày, tháng, năm", "", ""], ["", "Nhận hồ sơ", "Hẹn trả kết quả", "Ngày nhận kết quả"], ("Mã hồ sơ", "Nhận hồ sơ")),
        (["Mã hồ sơ", "Tiếp nhận", "Hẹn trả", ""], ["", "Ngày", "Ngày", ""], ("Mã hồ sơ", "Ngày Tiếp nhận", "Ngày Hẹn trả")),
        (["Mã hồ sơ", "Ngày tiếp nhận", "Bên", ""], ["", "", "giao", "nhận"], ("Mã hồ sơ", "Ngày tiếp nhận", "giao", "nhận")),
    ],
)
def test_the_upper_text_helps_where_the_lower_says_too_little(above: list[str], below: list[str], headings: tuple[str, ...]) -> None:
    found = find_heading([above, below, ["1", "01/01/2021", "02/01/2021", "03/01/2021"]], wanted)
    assert found.headings[: len(headings)] == headings


def test_a_record_is_never_taken_for_a_heading() -> None:
    found = find_heading([PLAIN, RECORD, RECORD], wanted)
    assert (found.first, found.last, found.after) == (0, 0, 1)
    odd = ["1", "2", "3", "4", "5"]  # which numbers the columns only where it stands under the heading
    assert find_heading([PLAIN, RECORD, odd], wanted).after == 1


@pytest.mark.parametrize(
    ("cells", "numbered"),
    [
        (["(1)", "(2)", "(3)"], True),
        ([1, 2, 3, 4, 5], True),
        ([1, 2, 3, 4], False),
        (["A", "B", "1", "2", "3", "4", "5"], True),
        (["(A)", "(1)", "(2)", "(3)"], True),
        (["(1)", "", "(2)", "(3)"], True),
        (["1", "2"], False),
        (["1", "2", "4"], False),
        (["3", "4", "5"], False),
        (["1", "H20-1", "2"], False),
        ([], False),
    ],
)
def test_rows_that_number_columns(cells: list[object], numbered: bool) -> None:
    assert numbers_columns(cells) is numbered


def test_nothing_is_no_heading() -> None:
    assert find_heading([], wanted).first == -1
    assert find_heading([["", ""], ["", ""]], wanted).first == -1
    assert find_heading([["", ""], ["a", ""]], None).headings == ("a",)


def workbook(path: Path) -> Path:
    """Write a sheet as one-stop software prints it: titles, a heading on two rows, numbers beneath, a unit merged over its records."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Hồ sơ")
    sheet.merge_range(0, 0, 0, 5, "DANH SÁCH HỒ SƠ")
    for at, text in ((0, "STT"), (1, "Mã hồ sơ"), (2, "Đơn vị"), (5, "Tình trạng")):
        sheet.merge_range(2, at, 3, at, text)
    sheet.merge_range(2, 3, 2, 4, "Thời gian")
    sheet.write_row(3, 3, ["Ngày tiếp nhận", "Ngày hẹn trả"])
    sheet.write_row(4, 0, [f"({at})" for at in range(1, 7)])
    for at in range(4):
        sheet.write_row(5 + at, 0, [at + 1, f"H-{at}", "", "04/01/2021", "08/01/2021", "Đang xử lý"])
    sheet.merge_range(5, 2, 7, 2, "Mỹ Lộc")
    sheet.write(8, 2, "Mỹ Thọ")
    book.close()
    return path


def test_a_workbook_as_one_stop_software_prints_it(tmp_path: Path) -> None:
    parsed = read_file("dossiers", workbook(tmp_path / "a.xlsx"))
    assert [record.dossier_id for record in records(parsed)] == ["H-0", "H-1", "H-2", "H-3"]
    assert [record.unit_code for record in records(parsed)] == ["Mỹ Lộc"] * 3 + ["Mỹ Thọ"]
    assert [record.due_at for record in records(parsed)] == [date(2021, 1, 8)] * 4
    assert parsed.columns.row_numbers().tolist() == [6, 7, 8, 9]
    assert {problem.code.value for problem in parsed.problems} == {"unknown_heading"}  # STT


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_may_stand_above_the_heading_of_a_csv_file_too(tmp_path: Path, delimiter: str) -> None:
    lines = [["DANH SÁCH HỒ SƠ, NĂM 2021"], [], PLAIN, [f"({at})" for at in range(1, 6)], RECORD]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    parsed = read_file("dossiers", tmp_path / "a.csv")
    assert [record.dossier_id for record in records(parsed)] == ["H20-1"]
    assert parsed.columns.row_numbers().tolist() == [5]
    assert not parsed.problems


def records(parsed: Parsed) -> list[Dossier]:
    return [record for record in parsed.columns.records() if isinstance(record, Dossier)]
