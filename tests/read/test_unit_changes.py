"""Official lists of changes: the statistics office's workbook as it is, and CSV; what is odd in them is found, with its row."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.read.unit_lists import HEADINGS, ROWS, workbook

import cchc_metrics as cm
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.read.unit_changes import part_of_note, units_from_changes
from cchc_metrics.reference.unit_changes import CORRECTIONS, split_name

END, START = date(2025, 6, 30), date(2025, 7, 1)
COLUMNS = (
    "code_old", "name_old", "district_code_old", "district_old", "province_code_old", "province_old", "code_new", "name_new",
    "province_code_new", "province_new", "part",
)  # fmt: skip
LINE = ("00100", "Xã Cũ", "003", "Huyện Tháp", "11", "Tỉnh A", "00100", "Xã Mới", "12", "Tỉnh B", "whole")


@pytest.fixture
def tree(tmp_path: Path) -> cm.UnitTree:
    return units_from_changes(workbook(tmp_path / "BangChuyendoi.xlsx"))


def csv_file(path: Path, *rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([columns, *rows])
    return path


def test_a_code_means_the_unit_of_its_day(tree: cm.UnitTree) -> None:
    old, new = tree.on_day("00106", END), tree.on_day("00106", START)
    assert (old.full_name, new.full_name) == ("xã Hưng Thạnh", "xã Phương Thịnh")
    assert tree.predecessors("00106") == ("00106@2025-06-30", "00200")
    assert not tree.split_predecessors("00106")
    assert [tree.unit(unit).full_name for unit in tree.predecessors("00100")] == ["thị trấn Mỹ An", "xã Mỹ Hòa"]


def test_parents_are_districts_before_and_provinces_after(tree: cm.UnitTree) -> None:
    assert [tree.on_day("00100", day).parent for day in (END, START)] == ["003", "12"]
    assert tree.unit("003").full_name == "huyện Tháp"
    assert tree.unit("003").valid_to == END
    assert tree.predecessors("12") == ("11", "12@2025-06-30")
    assert tree.unit("12").full_name == "tỉnh An Bến"


def test_what_kept_its_code_and_scope_is_one_unit(tree: cm.UnitTree) -> None:
    for code, names in (("00010", ("phường Một", "phường Một")), ("00013", ("xã Hai", "phường Hai Mới"))):
        assert tree.days_of(code) == (None, None)
        assert tuple(tree.on_day(code, day).full_name for day in (END, START)) == names
    assert tree.days_of("10") == (None, None)
    assert tree.stages("10") == ("10",)


def test_an_island_district_is_what_its_commune_was_made_of(tree: cm.UnitTree) -> None:
    assert tree.predecessors("00019") == ("002",)
    assert (tree.unit("002").level, tree.unit("00019").kind) == ("district", "đặc khu")


def test_parts_are_no_wholes(tree: cm.UnitTree) -> None:
    assert tree.split_predecessors("00300") == ("00303",)
    assert tree.split_predecessors("00306") == ("00303", "00309")
    assert tree.split_predecessors("00312") == ("00309", "00312@2025-06-30")
    assert tree.predecessors("00306") == ("00303", "00309")


def test_every_oddity_is_found_with_its_row(tree: cm.UnitTree) -> None:
    noticed = [(found.code, found.row, found.column, found.value) for found in tree.noticed]
    assert noticed == [
        ("unit_note_not_understood", 18, "note", "Xem phụ lục"),
        ("unit_two_names", 6, "province_old", "Biển"),
        ("unit_without_code", 16, "name_old", "Khu vực bãi bồi"),
    ]
    assert {(found.code, found.unit) for found in tree.findings()[3:]} == {
        ("unit_divided", "00303"),
        ("unit_divided", "00309"),
        ("unit_divided", "00312@2025-06-30"),
    }
    assert all(found.text("vi") != found.text("en") for found in tree.findings())


def test_columns_are_found_by_their_headings(tmp_path: Path, tree: cm.UnitTree) -> None:
    order = [7, 2, 0, 5, 4, 1, 6, 3]
    rows: list[list[object]] = [[(*row, *[None] * 8)[at] for at in order] for row in ROWS]
    turned = units_from_changes(workbook(tmp_path / "khac.xlsx", rows, headings=[HEADINGS[at] for at in order]))
    assert turned == tree


def test_csv_says_the_same(tmp_path: Path) -> None:
    rows = [
        LINE,
        ("103", "Xã Kia", "3", "Huyện Tháp", "11", "Tỉnh A", "100", "Xã Mới", "12", "Tỉnh B", "whole"),
        ("00106", "Xã Chia", "003", "Huyện Tháp", "11", "Tỉnh A", "00100", "Xã Mới", "12", "Tỉnh B", "part"),
    ]
    tree = units_from_changes(csv_file(tmp_path / "u.csv", *rows, columns=COLUMNS))
    assert tree.predecessors("00100") == ("00100@2025-06-30", "00103", "00106")
    assert tree.split_predecessors("00100") == ("00106",)
    turned = [tuple(reversed(("x", *row))) for row in rows]
    assert units_from_changes(csv_file(tmp_path / "v.csv", *turned, columns=tuple(reversed(("ghi_them", *COLUMNS))))) == tree
    later = units_from_changes(tmp_path / "u.csv", on=date(2026, 1, 1))
    assert later.unit("00100").valid_from == date(2026, 1, 1)
    assert later.unit("003").valid_to == END


def test_misprinted_codes_are_corrected_and_found(tmp_path: Path) -> None:
    rows = []
    for (code, new), (right, name) in CORRECTIONS.items():
        neighbour = (code, "Xã Khác", "003", "Huyện", "11", "Tỉnh", f"9{new[1:]}", "Xã X", "11", "Tỉnh", "whole")
        rows += [neighbour, (code, name, *neighbour[2:6], new, "Xã Y", "11", "Tỉnh", "whole")]
        assert right != code
    tree = units_from_changes(csv_file(tmp_path / "u.csv", *rows))
    assert [(found.code, found.row) for found in tree.noticed] == [("unit_code_corrected", row) for row in (3, 5, 7)]
    assert {new: tree.predecessors(new) for _, new in CORRECTIONS} == {new: (right,) for (_, new), (right, _) in CORRECTIONS.items()}
    assert tree.unit("00556").full_name == "xã Đặng Xá"


def test_a_change_that_is_said_twice_is_found_and_counted_once(tmp_path: Path) -> None:
    other = ("00101", "Xã Hai", *LINE[2:])
    tree = units_from_changes(csv_file(tmp_path / "changes.csv", LINE, other, other))
    assert [(each.code, each.unit, each.row) for each in tree.findings() if each.code == "unit_change_twice"] == [
        ("unit_change_twice", "00100", 4)
    ]
    assert sorted(tree.predecessors("00100")) == ["00100@2025-06-30", "00101"]


def test_a_code_under_two_names_is_doubted_and_not_added(tmp_path: Path) -> None:
    other = ("00100", "Xã Nọ", *LINE[2:6], "00400", "Xã Kia", "12", "Tỉnh B", "whole")
    tree = units_from_changes(csv_file(tmp_path / "u.csv", LINE, other))
    assert [(found.row, found.value) for found in tree.noticed] == [(3, "Xã Nọ")]
    assert tree.split_predecessors("00100") == ("00100@2025-06-30",)
    assert tree.split_predecessors("00400") == ("00100@2025-06-30",)


def test_later_names_stand_on_top(tmp_path: Path) -> None:
    later = csv_file(
        tmp_path / "2026.csv",
        ("2026-04-30", "NQ 1", "00100", "Xã Mới", "Phường Mới", "commune"),
        ("30/04/2026", "NQ 2", "12", "Tỉnh Khác", "Thành phố B", "province"),
        columns=("effective", "document", "code", "name_before", "name_after", "level"),
    )
    tree = units_from_changes(csv_file(tmp_path / "u.csv", LINE), later=later)
    assert [tree.on_day("00100", day).full_name for day in (START, date(2026, 4, 29), date(2026, 4, 30))] == [
        "xã Mới",
        "xã Mới",
        "phường Mới",
    ]
    assert tree.days_of("00100") == (None, None)
    assert tree.on_day("12", date(2026, 4, 30)).full_name == "thành phố B"
    assert [(found.code, found.row, found.value) for found in tree.noticed] == [("unit_name_differs", 3, "Tỉnh Khác")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("2026-04-30", "00999", "Phường Mới"), "row 2: code: there is no unit «00999»"),
        (("2025-07-01", "12", "Thành phố B"), "row 2: effective: «12» did not exist on the day before 2025-07-01"),
        (("31/02/2026", "00100", "Phường Mới"), "row 2: effective = «31/02/2026»"),
        (("2026-04-30", "00100", ""), "row 2: name_after: is missing"),
    ],
)
def test_later_names_that_fit_nothing_are_refused(tmp_path: Path, row: tuple[str, ...], said: str) -> None:
    later = csv_file(tmp_path / "2026.csv", row, columns=("effective", "code", "name_after"))
    with pytest.raises(InputError) as error:
        units_from_changes(csv_file(tmp_path / "u.csv", LINE), later=[later])
    assert said in error.value.en


def changed(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(column, cell) for column, cell in zip(COLUMNS, LINE, strict=True))


def test_every_row_that_cannot_be_used_is_named_at_once(tmp_path: Path) -> None:
    rows = (
        LINE,
        changed(code_new=""),
        changed(part="halb"),
        changed(code_old="1234567"),
        changed(name_old=""),
        changed(part=""),
        changed(name_new=""),
        changed(code_old="3O043"),
        changed(code_old="30043.0"),
    )
    with pytest.raises(InputError) as error:
        units_from_changes(csv_file(tmp_path / "u.csv", *rows))
    for said in (
        "row 3: code_new: is missing",
        "row 4: part = «halb»: use whole, part",
        "row 5: code_old = «1234567»: a code has 5 digits",
        "row 6: name_old: is missing",
        "row 7: part: is missing",
        "row 8: name_new: is missing",
        "row 9: code_old = «3O043»: is no code of digits, as the others are",
        "row 10: code_old = «30043.0»: is no code of digits, as the others are",
    ):
        assert said in error.value.en
    assert error.value.vi.count("dòng") == error.value.en.count("row ") == 8


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: csv_file(path, LINE[:10], columns=COLUMNS[:10]), "columns are missing: part"),
        (lambda path: csv_file(path, LINE, columns=("code_old", "ten", *COLUMNS[2:])), "columns are missing: name_old"),
        (lambda path: csv_file(path, ("A", "B"), columns=("code", "name")), "is no list of changes of units"),
        (lambda path: csv_file(path, columns=COLUMNS), "there is no row"),
        (lambda path: csv_file(path, (*LINE, "x"), columns=(*COLUMNS, "part")), "two columns mean part"),
        (lambda path: path, "there is no file"),
    ],
)
def test_what_is_no_list_of_changes_is_refused(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    with pytest.raises(CchcError) as error:
        units_from_changes(make(tmp_path / "u.csv"))
    assert said in error.value.en


def test_a_district_of_the_workbook_needs_its_code(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][6] = "Quận Đông"
    with pytest.raises(InputError, match=r"row 4: district_old = «Quận Đông»: needs the code in brackets"):
        units_from_changes(workbook(tmp_path / "x.xlsx", rows))


@pytest.mark.parametrize(
    ("note", "part"),
    [
        ("Nhập toàn bộ", "whole"),
        ("Giữ nguyên", "whole"),
        ("Đổi loại hình", "whole"),
        ("Sắp xếp toàn bộ xã Thổ Châu thành đặc khu Thổ Châu", "whole"),
        ("Nhập một phần", "part"),
        ("Nhâp một phần diện tích", "part"),
        ("Đổi tên từ một phần Phường 15", "part"),
        ("Nhập một phần diện tích, toàn bộ dân số", "part_area_all_people"),
        ("Nhập toàn bộ diện tích", "whole_area_only"),
        ("", None),
    ],
)
def test_the_notes_of_the_workbook_are_understood(note: str, part: str | None) -> None:
    assert part_of_note(note) == part


@pytest.mark.parametrize(("said", "part"), [("Toàn bộ", False), ("WHOLE", False), ("một phần", True), ("Một phần diện tích", True)])
def test_a_part_is_said_in_the_words_of_notes_too(tmp_path: Path, said: str, part: bool) -> None:
    tree = units_from_changes(csv_file(tmp_path / "u.csv", changed(part=said, code_new="99999")))
    assert tree.split_predecessors("99999") == (("00100",) if part else ())


def test_kinds_come_off_in_any_writing() -> None:
    assert split_name("Phường 12", "commune") == ("phường", "12")
    assert split_name("Thị Xã Sa Pa", "district") == ("thị xã", "Sa Pa")
    assert split_name("Xà Bang", "commune") == ("", "Xà Bang")
    assert split_name("Xã", "commune") == ("", "Xã")


def test_huyen_thap_muoi_is_built_in_with_its_six_successors() -> None:
    """As NQ 1663/NQ-UBTVQH15 has it: fourteen whole units became six."""
    tree = units_from_changes("thap-muoi")
    assert len(tree.subtree("872")) == 14
    names = {
        tree.unit(code).full_name: [tree.unit(c).full_name for c in tree.predecessors(code)] for code in tree.at_level("commune", on=START)
    }
    assert names == {
        "xã Tháp Mười": ["thị trấn Mỹ An", "xã Mỹ Hòa", "xã Mỹ An"],
        "xã Phương Thịnh": ["xã Hưng Thạnh", "xã Phương Thịnh"],
        "xã Trường Xuân": ["xã Thạnh Lợi", "xã Trường Xuân"],
        "xã Mỹ Quí": ["xã Mỹ Quí", "xã Mỹ Đông", "xã Láng Biển"],
        "xã Đốc Binh Kiều": ["xã Tân Kiều", "xã Đốc Binh Kiều"],
        "xã Thanh Mỹ": ["xã Phú Điền", "xã Thanh Mỹ"],
    }
    assert not tree.findings()


def test_a_name_of_nothing_built_in_is_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="there is no file «thap-muoii»; did you mean «thap-muoi»"):
        units_from_changes("thap-muoii")


def test_a_dataset_takes_the_tree(tree: cm.UnitTree) -> None:
    rows = [{"Mã cuộc họp": "1", "Đơn vị": "00106", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2025", "Họp không giấy": "x"}]
    data = cm.Dataset(units=tree, unit="12", meetings=rows)
    found = data.measures("2025")["paperless_meetings", "00106@2025-06-30"]
    assert (found.numerator, found.denominator) == (1, 1)
