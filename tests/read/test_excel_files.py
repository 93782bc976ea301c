"""Workbooks: a sheet is the table that its CSV would be, whatever Excel made of the cells; nothing is guessed and nothing vanishes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.read.xls_writer import xls

from cchc_metrics import read_file, read_folder, read_rows
from cchc_metrics.errors import InputError
from cchc_metrics.read.excel_files import read_excel
from cchc_metrics.read.excel_parts import hidden_rows, odd_cells
from cchc_metrics.read.raw import RawTable, Refused, UnreadableFileError
from cchc_metrics.read.tables import Parsed
from cchc_metrics.read.xls_parts import ERRORS, days_from_1904, errors_and_hidden
from cchc_metrics.records.codes import Code

pytest.importorskip("python_calamine")

HEADINGS = ["Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày tiếp nhận", "Ngày kết thúc", "Thời hạn", "Đơn vị tính", "Số ngày chờ"]
COLUMNS = ["dossier_id", "unit_code", "status", "received_at", "ended_at", "term", "term_unit", "paused_days"]
ROW = ["TM-1", "TM", 9, date(2021, 3, 1), datetime(2021, 3, 3, 8, 30), 5, "ngày làm việc", ""]
DISTRICT = 'code = "TM"\nname = "Tháp Mười"\nlevel = "district"\nextracted_on = 2022-03-31\n'
Sheets = Mapping[str, Any]


def write(
    path: Path, sheets: Sheets, *, hidden: Sequence[str] = (), change: Callable[[Any, Any], None] | None = None, **options: Any
) -> Path:
    """Write a workbook: sheet → rows of cells; None leaves a cell out, an error's text makes a cell that shows it."""
    book = xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False, **options})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("#") and cell.endswith(("!", "A")):
                    sheet.write_formula(at, place, "=1/0", None, cell)
                elif isinstance(cell, str):
                    sheet.write_string(at, place, cell)
                elif cell is not None:
                    sheet.write(at, place, cell, formats.get(type(cell)))
        if change is not None:
            change(book, sheet)
    book.close()
    return path


FORMATS = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm:ss", time: "hh:mm", timedelta: "[h]:mm"}


def cells_of(table: RawTable) -> list[list[Any]]:
    return [[table.columns[position].cell(at) for position in sorted(table.columns)] for at in range(len(table.rows))]


def reported(parsed: Parsed) -> list[tuple[str, int, str, str, str]]:
    assert parsed.problems.read == len(parsed.columns) + parsed.problems.rejected
    return [(p.sheet, p.row, p.column, p.value, p.code.value) for p in parsed.problems]


def dossiers(tmp_path: Path, *rows: Sequence[Any], **more: Any) -> Parsed:
    return read_file("dossiers", write(tmp_path / "a.xlsx", {"Hồ sơ": [HEADINGS, *rows], **more}))


# --- cells


@pytest.mark.parametrize("options", [{}, {"date_1904": True}])
def test_cells_are_what_they_are(tmp_path: Path, options: dict[str, Any]) -> None:
    cells = [date(2021, 3, 1), datetime(2021, 3, 1, 8, 30, 15), time(8, 30), 5, 2.5, 44256, "chữ", " x ", True, "a\nb", "a_x000D_b"]
    path = write(tmp_path / "a.xlsx", {"A": [[f"h{n}" for n in range(len(cells))], cells]}, **options)
    found = cells_of(read_excel(path))[0]
    assert found == [date(2021, 3, 1), datetime(2021, 3, 1, 8, 30, 15), time(8, 30), 5, 2.5, 44256, "chữ", " x ", True, "a\nb", "a\rb"]
    assert list(map(type, found)) == [date, datetime, time, int, float, int, str, str, bool, str, str]


def test_numbers_are_ids_and_codes_by_their_digits(tmp_path: Path) -> None:
    parsed = dossiers(
        tmp_path, [20210301000123, 101, 10, 44256, 44256.5, 0.5, "giờ", 1.0], [2, "0101", "9", "01/03/2021", "20210303", "0,5", "h", "1"]
    )
    assert reported(parsed) == []
    one, other = parsed.columns.records()
    assert (one.dossier_id, one.unit_code, one.status.value) == ("20210301000123", "101", "returned")  # type: ignore[attr-defined]
    assert (one.received_at, one.ended_at) == (date(2021, 3, 1), datetime(2021, 3, 1, 12))  # type: ignore[attr-defined]
    assert (one.term, one.paused_days) == (other.term, other.paused_days) == (0.5, 1)  # type: ignore[attr-defined]
    assert (other.dossier_id, other.unit_code) == ("2", "0101")  # type: ignore[attr-defined]


def test_every_second_of_a_day_is_read_as_it_was_written(tmp_path: Path) -> None:
    moments = [datetime(2021, 3, 1) + timedelta(seconds=61 * n) for n in range(1, 1400)]
    found = cells_of(read_excel(write(tmp_path / "a.xlsx", {"A": [["h"], *([moment] for moment in moments)]})))
    assert [cell for (cell,) in found] == moments


def test_a_cell_that_shows_an_error_is_reported_and_not_taken_for_empty(tmp_path: Path) -> None:
    for first in (0, 2):  # the reader counts columns from the first that is used
        row = ["TM-2", "TM", 9, "#N/A", date(2021, 3, 3), "#DIV/0!", "#REF!", None]
        shifted = [[None] * first + list(cells) for cells in (HEADINGS, ROW, row)]
        parsed = read_file("dossiers", write(tmp_path / f"{first}.xlsx", {"Khác": [["#N/A"]], "Hồ sơ": shifted}))
        assert reported(parsed) == [
            ("Hồ sơ", 3, "received_at", "#N/A", "cell_error"),
            ("Hồ sơ", 3, "term", "#DIV/0!", "cell_error"),
            ("Hồ sơ", 3, "term_unit", "#REF!", "cell_error"),
        ]
        assert len(parsed.columns) == 1


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?", "######", "Err:502"])
@pytest.mark.parametrize("column", ["dossier_id", "unit_code", "status", "field", "procedure_code", "received_at", "term"])
@pytest.mark.parametrize("many", [1, 200])
def test_an_error_is_no_value_of_any_column(error: str, column: str, many: int) -> None:
    rows = [
        {
            "dossier_id": f"TM-{n}",
            "unit_code": "TM",
            "status": "9",
            "received_at": "01/03/2021",
            "ended_at": "02/03/2021",
            "term_unit": "giờ",
        }
        for n in range(many)
    ]
    bad = {**rows[0], "dossier_id": "TM-x", column: error}
    for given_rows in ([*rows, bad], [{**row, "field": f"f{n}", "procedure_code": f"{n}"} for n, row in enumerate(rows)] + [bad]):
        parsed = read_rows("dossiers", given_rows)
        assert [(p.row, p.column, p.value, p.code.value) for p in parsed.problems] == [(many + 1, column, error, "cell_error")]
        assert len(parsed.columns) == many


@pytest.mark.parametrize("way", ["rows", "csv", "blocks"])
def test_an_id_that_became_a_date_is_reported(tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [*("12-Mar", "1-Jan", "Jan-21", "Mar-2021", "12-Dec-2021"), *("12-MAR-7", "1-Mars", "TM-Mar", "Mary-21", "12-3")]
    monkeypatch.setattr("cchc_metrics.read.csv_files._WORTH_BLOCKS", 0 if way == "blocks" else 1 << 21)
    cells = [{"dossier_id": cell, "unit_code": "TM", "status": "2", "received_at": "01/03/2021"} for cell in ids]
    cells += [{**cells[0], "dossier_id": f"H20.38-210301-{n:07}"} for n in range(6000)]
    if way == "rows":
        parsed = read_rows("dossiers", cells)
    else:
        lines = [",".join(cells[0]), *(",".join(row.values()) for row in cells)]
        (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
        parsed = read_file("dossiers", tmp_path / "t.csv")
    assert [(p.value, p.code.value) for p in parsed.problems] == [(cell, "id_lost_digits") for cell in ids[:5]]


def test_an_id_that_is_a_date_cell_is_reported(tmp_path: Path) -> None:
    parsed = dossiers(tmp_path, [date(2021, 3, 12), *ROW[1:]], ROW)
    assert reported(parsed) == [("Hồ sơ", 2, "dossier_id", "2021-03-12", "id_lost_digits")]
    assert parsed.problems.examples[0].fix_en == "; an id such as 12/3 became a date"


def test_a_row_of_errors_is_not_blank(tmp_path: Path) -> None:
    parsed = dossiers(tmp_path, ROW, ["#N/A"] * 8)
    assert (parsed.problems.read, parsed.problems.rejected) == (2, 1)


VALUES = {
    "dossier_id": st.sampled_from(["TM-1", " TM-2", 7, 7.0, "", "Mỹ Quý", 1.5]),
    "unit_code": st.sampled_from(["TM", " TM ", 1, "", True]),
    "status": st.sampled_from([9, "9", "đã xử lý xong", 11, 2.0, "", False]),
    "received_at": st.sampled_from(
        [date(2021, 3, 1), datetime(2021, 3, 1, 7, 15), 44256, 44256.25, "01/03/2021", "31/02/2021", "", 5, True]
    ),
    "ended_at": st.sampled_from([date(2021, 3, 9), datetime(2021, 3, 9, 17), "20210309", date(2021, 2, 1), "", 2.5]),
    "term": st.sampled_from([5, 0.5, "0,5", "2.096", 10_001, -1, "", 0.25, 1.125]),
    "term_unit": st.sampled_from(["ngày làm việc", "giờ", "", 3]),
    "paused_days": st.sampled_from([0, 3, "1.200", 1.5, 1.125, 1e12, "", "năm"]),
}


def may_be_a_record(row: Mapping[str, Any]) -> bool:
    """Return whether a row says anything of a record; others are dressing on a sheet (test_dressing) and bad rows in memory."""
    said = {"unit_code": ("", True), "status": (11, "", False), "received_at": ("31/02/2021", "", 5, True)}
    return row["dossier_id"] not in ("", "Mỹ Quý") or any(
        not any(row[name] is bad or (row[name] == bad and type(row[name]) is type(bad)) for bad in bads) for name, bads in said.items()
    )


@given(st.lists(st.fixed_dictionaries(VALUES).filter(may_be_a_record), max_size=8), st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_verdict_on_a_row_is_that_of_rows_from_memory(tmp_path: Path, rows: list[dict[str, Any]], chosen: bool) -> None:
    cells = [[None if row[name] == "" else row[name] for name in COLUMNS] for row in rows]
    path = write(tmp_path / "a.xlsx", {"Ghi chú": [["gì đó"]], "Hồ sơ": [COLUMNS, *cells]})
    found = read_file("dossiers", path, sheet="Hồ sơ" if chosen else "")
    filled = [row for row in rows if any(cell != "" for cell in row.values())]
    numbers = [at for at, row in enumerate(rows, start=2) if row in filled]
    expected = read_rows("dossiers", filled)
    if filled:
        assert [(numbers[p.row - 1], p.column, p.code) for p in expected.problems] == [(p.row, p.column, p.code) for p in found.problems]
        assert list(found.columns.records()) == list(expected.columns.records())
    assert (found.problems.read, found.problems.rejected) == (len(filled), expected.problems.rejected)


# --- rows and headings


def test_titles_may_stand_above_the_heading_and_rows_are_numbered_as_shown(tmp_path: Path) -> None:
    def title(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 7, "DANH SÁCH HỒ SƠ NĂM 2021", book.add_format({"bold": True}))

    rows = [[], ["Đơn vị", "Tháp Mười"], [], HEADINGS, ["(1)", *["(2)"] * 7], ROW, [None] * 8, [" ", None], [*ROW[:2], 11]]
    parsed = read_file("dossiers", write(tmp_path / "a.xlsx", {"Hồ sơ": rows}, change=title))
    assert {(row, code) for _, row, _, _, code in reported(parsed)} == {
        (5, "unknown_code"),
        (5, "impossible_date"),
        (5, "not_a_number"),
        (9, "unknown_code"),
    }
    assert parsed.columns.row_numbers().tolist() == [6]
    assert (parsed.problems.read, parsed.problems.examples[-1].sheet) == (3, "Hồ sơ")


def test_cells_beyond_the_headings_refuse_the_row_as_in_csv(tmp_path: Path) -> None:
    table = read_excel(write(tmp_path / "a.xlsx", {"A": [["a", "b"], [1, 2], [3, 4, None, "ghi chú"], [5, 6, " "], [None, 8]]}))
    assert table.refused == (Refused(3, 4),)
    assert list(table.rows) == [2, 4, 5]
    assert cells_of(table) == [[1, 2], [5, 6], ["", 8]]


def test_unknown_columns_are_not_kept(tmp_path: Path) -> None:
    parsed = read_file("dossiers", write(tmp_path / "a.xlsx", {"A": [["Số CCCD", *HEADINGS], ["001099012345", *ROW]]}))
    assert reported(parsed) == [("A", 1, "Số CCCD", "", "unknown_heading")]
    assert len(parsed.columns) == 1


@pytest.mark.parametrize("rows", [[], [[]], [HEADINGS]])
def test_a_sheet_without_rows_is_an_empty_table(tmp_path: Path, rows: list[list[str]]) -> None:
    parsed = read_file("dossiers", write(tmp_path / "a.xlsx", {"A": rows}))
    assert Code.EMPTY_TABLE in parsed.problems.by_code()
    assert parsed.usable is bool(rows and rows[0])
    assert (len(parsed.columns), parsed.problems.read) == (0, 0)


# --- sheets


def test_the_sheet_that_names_the_most_columns_is_read_and_its_likes_are_reported(tmp_path: Path) -> None:
    short = HEADINGS[:5]
    sheets = {"Bìa": [["Đơn vị"]], "T1": [short, ROW[:5]], "T2": [HEADINGS, ROW], "T3": [HEADINGS, ROW], "Ẩn": [HEADINGS, ROW]}
    parsed = read_file("dossiers", write(tmp_path / "a.xlsx", sheets, hidden=["Ẩn"]))
    assert [(problem.code, problem.sheet, problem.fix_en) for problem in parsed.problems] == [
        (Code.HIDDEN_SHEET, "T2", ": «Ẩn»"),
        (
            Code.UNUSED_SHEET,
            "T2",
            ': «T1», «T3»; write dossiers = "a.xlsx#*" under [files] to read all, or dossiers = "a.xlsx#T2"',
        ),
    ]
    assert len(parsed.columns) == 1


@pytest.mark.parametrize("name", ["Hồ sơ", normalize("NFD", "Hồ sơ"), "ho so", "HỒ SƠ"])
def test_a_sheet_is_named_in_any_spelling(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.xlsx", {"Khác": [HEADINGS], "Hồ sơ": [HEADINGS, ROW]}, hidden=["Hồ sơ"])
    parsed = read_file("dossiers", path, sheet=name)
    assert (reported(parsed), len(parsed.columns)) == ([], 1)


def test_a_sheet_that_is_not_there_is_reported_with_those_that_are(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Hồ sơ": [HEADINGS], "Tờ 2": [], "TỜ 2 ": []})
    with pytest.raises(UnreadableFileError) as raised:
        read_file("dossiers", path, sheet="Hồ xơ")
    assert "a.xlsx: cannot be read (there is no sheet «Hồ xơ»; did you mean «Hồ sơ»?; there are: «Hồ sơ», «Tờ 2»" in raised.value.en
    with pytest.raises(UnreadableFileError):
        read_file("dossiers", path, sheet="tờ 2")  # two are spelt so


# --- files that are no workbooks


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04 and so on", "broken, or no workbook"),
        (b"\xd0\xcf\x11\xe0 and so on", "broken, or no workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError) as raised:
        read_file("dossiers", path)
    assert raised.value.en.startswith("a.xlsx: cannot be read")
    assert says in raised.value.en


def test_what_a_file_is_its_content_says(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", {"Hồ sơ": [HEADINGS, ROW]}).rename(tmp_path / "a.csv")
    assert len(read_file("dossiers", tmp_path / "a.csv").columns) == 1
    (tmp_path / "b.xls").write_text("Mã hồ sơ\tĐơn vị\tTrạng thái\tNgày tiếp nhận\n1\tTM\t2\t01/03/2021\n", encoding="utf-8")
    assert len(read_file("dossiers", tmp_path / "b.xls").columns) == 1
    with pytest.raises(UnreadableFileError):
        read_file("dossiers", tmp_path / "b.xls", sheet="Hồ sơ")
    with pytest.raises(UnreadableFileError):
        read_file("dossiers", tmp_path / "none.xlsx")


def test_a_workbook_of_another_kind_has_no_parts_to_look_into(tmp_path: Path) -> None:
    data = write(tmp_path / "a.xlsx", {"A": [["#N/A"]]}).read_bytes()
    assert odd_cells(data, 0) == {(1, 0): "#N/A"}
    assert odd_cells(data, 1) == {}
    assert odd_cells(b"\xd0\xcf\x11\xe0", 0) == {}


def test_the_parts_of_a_workbook_may_be_written_otherwise(tmp_path: Path) -> None:
    """Absolute targets and prefixed names, as other programs write them."""
    source = zipfile.ZipFile(write(tmp_path / "a.xlsx", {"A": [["a", "#N/A"]], "B": [["#REF!"]]}))
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as other:
        for name in source.namelist():
            text = source.read(name).replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"<(/?)(c|v|f)\b", rb"<\1x:\2", text)
            other.writestr(name, text)
    assert odd_cells((tmp_path / "b.xlsx").read_bytes(), 0) == {(1, 1): "#N/A"}
    assert odd_cells((tmp_path / "b.xlsx").read_bytes(), 1) == {(1, 0): "#REF!"}


def test_the_missing_extra_is_one_line_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", {"A": [HEADINGS, ROW]})
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(InputError) as raised:
        read_file("dossiers", path)
    assert 'pip install "cchc-metrics[excel]"' in raised.value.en
    assert "\n" not in str(raised.value)


def test_progress_begins_and_ends(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"A": [HEADINGS, ROW]})
    said: list[tuple[str, int, int]] = []
    read_file("dossiers", path, progress=lambda *now: said.append(now))
    size = path.stat().st_size
    assert said == [("a.xlsx", 0, size), ("a.xlsx", size, size)]


# --- folders


def test_a_folder_takes_a_workbook_where_there_is_no_csv(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text(DISTRICT, encoding="utf-8")
    write(tmp_path / "dossiers.xlsx", {"Hồ sơ": [HEADINGS, ROW]})
    (tmp_path / "~$dossiers.xlsx").write_bytes(b"")
    folder = read_folder(tmp_path)
    assert ({kind: len(folder.columns(kind)) for kind in folder.tables}, list(folder.problems)) == ({"dossiers": 1}, [])
    (tmp_path / "dossiers.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    folder = read_folder(tmp_path)
    assert [(p.file, p.code) for p in folder.problems] == [("dossiers.csv", Code.EMPTY_TABLE), ("dossiers.xlsx", Code.UNUSED_FILE)]


def test_one_workbook_holds_the_tables_of_several_kinds_and_the_units(tmp_path: Path) -> None:
    files = '[files]\ndossiers = "năm.xlsx#Hồ sơ"\nmeetings = "năm.xlsx#Cuộc họp"\nsurveys = "thiếu.xlsx#A"\n'
    (tmp_path / "district.toml").write_text('units_file = "năm.xlsx#Đơn vị"\n' + DISTRICT + files, encoding="utf-8")
    sheets = {
        "Đơn vị": [
            ["Mã", "Tên", "Cấp", "Mã cấp trên", "Hiệu lực từ"],
            ["TM", "Tháp Mười", "huyện"],
            [1, "Mỹ An", "xã", "TM", date(2020, 1, 1)],
        ],
        "Cuộc họp": [["Mã cuộc họp", "Đơn vị", "Loại cuộc họp", "Ngày họp"], [1, 1, "Họp UBND", date(2021, 1, 5)]],
        "Hồ sơ": [HEADINGS, ROW, [*ROW[:2], "?"]],
    }
    write(tmp_path / "năm.xlsx", sheets)
    folder = read_folder(tmp_path)
    assert {kind: len(folder.columns(kind)) for kind in folder.tables} == {"dossiers": 1, "meetings": 1}
    assert [(p.file, p.sheet, p.row, p.code) for p in folder.problems] == [
        ("năm.xlsx", "Hồ sơ", 3, Code.UNKNOWN_CODE),
        ("thiếu.xlsx", "", 0, Code.MISSING_FILE),
    ]
    assert folder.units.unit("1").valid_from == date(2020, 1, 1)


def test_a_broken_workbook_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text(DISTRICT, encoding="utf-8")
    (tmp_path / "dossiers.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "meetings.csv").write_text("Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp\n1,TM,Họp UBND,05/01/2021\n", encoding="utf-8")
    folder = read_folder(tmp_path)
    assert [(p.file, p.code) for p in folder.problems] == [("dossiers.xlsx", Code.UNREADABLE_FILE)]
    assert set(folder.tables) == {"meetings"}


def test_a_name_with_the_mark_in_it_is_a_name_where_there_is_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text(DISTRICT + '[files]\ndossiers = "hồ sơ #1.xlsx#A#B"\n', encoding="utf-8")
    write(tmp_path / "hồ sơ #1.xlsx", {"A": [], "A#B": [HEADINGS, ROW]})
    folder = read_folder(tmp_path)
    assert (len(folder.columns("dossiers")), list(folder.problems)) == (1, [])


FORMULAS = ["Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày tiếp nhận", "Ngày hẹn trả", "Số ngày chờ", "Ngày kết thúc"]


def _with_formulas(folder: Path, sheet_xml: Callable[[bytes], bytes]) -> Path:
    """Write a workbook with formulas for due dates and days waited, whose sheet is then changed."""
    made, path = folder / "made.xlsx", folder / "dossiers.xlsx"
    with xlsxwriter.Workbook(str(made)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, FORMULAS)
        for row in (1, 2):
            sheet.write_row(row, 0, [f"TM-{row}", "TM", "9", "01/03/2023"])
            sheet.write_formula(row, 4, f'=IF(D{row + 1}&lt;>"",WORKDAY(D{row + 1},5),"")', None, 45000 if row == 1 else 0)
            sheet.write_formula(row, 5, f"=1-{row}", None, 0 if row == 1 else 3)
            sheet.write_string(row, 6, "20/03/2023")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, sheet_xml(data) if name == "xl/worksheets/sheet1.xml" else data)
    return path


def _problems(path: Path) -> list[tuple[int, str, Code]]:
    return [(p.row, p.column, p.code) for p in read_file("dossiers", path).problems]


def test_a_formula_that_was_never_calculated_is_no_empty_cell_and_no_zero(tmp_path: Path) -> None:
    code = Code.FORMULA_WITHOUT_VALUE
    path = _with_formulas(tmp_path, lambda xml: xml)  # 0, and the workbook asks to be calculated
    assert _problems(path) == [(2, "paused_days", code), (3, "due_at", code)]
    path = _with_formulas(tmp_path, lambda xml: re.sub(rb"<v>(0|45000|3)</v></c>(?=<c r=.[FG])", b"<v></v></c>", xml))
    assert (2, "due_at", code) in _problems(path)
    assert read_file("dossiers", path).problems.rejected == 2
    shown = next(p for p in read_file("dossiers", path).problems if p.column == "due_at")
    assert shown.value.startswith("=IF(D2")


def test_a_formula_whose_text_is_empty_was_calculated(tmp_path: Path) -> None:
    path = _with_formulas(tmp_path, lambda xml: re.sub(rb'(<c r="[EF]\d")>(<f>[^<]*</f>)<v>[^<]*</v>', rb'\1 t="str">\2<v></v>', xml))
    assert _problems(path) == []
    assert [getattr(record, "due_at") for record in read_file("dossiers", path).columns.records()] == [None, None]  # noqa: B009


# --- what a workbook hides


def test_rows_that_are_hidden_or_filtered_out_are_read_and_named(tmp_path: Path) -> None:
    def hide(_: Any, sheet: Any) -> None:
        sheet.autofilter(1, 0, 5, 1)
        for row in (0, 3, 4, 7):  # a title, two records and a row of the foot
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})

    rows = [["DANH SÁCH"], HEADINGS, *([f"TM-{n}", *ROW[1:]] for n in range(4)), [], ["Người lập"]]
    parsed = read_file("dossiers", write(tmp_path / "a.xlsx", {"Hồ sơ": rows}, change=hide))
    assert [(p.code, p.sheet, p.fix_en) for p in parsed.problems] == [
        (Code.HIDDEN_ROWS, "Hồ sơ", ": 3 rows (4–5, 8)"),
        (Code.DRESSING_ROWS, "Hồ sơ", ": 1 rows (8)"),
    ]
    assert len(parsed.columns) == 4


def test_a_workbook_whose_only_table_is_hidden_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Bìa": [["Xin chào"]], "Hồ sơ": [HEADINGS, ROW]}, hidden=["Hồ sơ"])
    parsed = read_file("dossiers", path)
    assert (Code.HIDDEN_SHEET, ": «Hồ sơ»") in [(p.code, p.fix_en) for p in parsed.problems]
    assert not parsed.usable


def test_days_of_a_workbook_that_counts_from_1904_are_the_same_days(tmp_path: Path) -> None:
    day = date(2021, 3, 1)
    number = (day - date(1904, 1, 1)).days  # as a cell without a format shows it
    rows = [[*ROW[:3], day, day], ["TM-2", "TM", 9, number, float(number) + 0.5]]
    for from_1904, shift in ((True, 0), (False, 1462)):
        written = [rows[0], [*rows[1][:3], number + shift, number + shift + 0.5]]
        parsed = read_file("dossiers", write(tmp_path / "a.xlsx", {"Hồ sơ": [HEADINGS[:5], *written]}, date_1904=from_1904))
        assert [(record.received_at, record.ended_at) for record in parsed.columns.records()] == [  # type: ignore[attr-defined]
            (day, day),
            (day, datetime(2021, 3, 1, 12)),
        ]
        assert reported(parsed) == []


@given(st.lists(st.sampled_from(["plain", "hidden", "blank"]), min_size=1, max_size=12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_hidden_rows_are_exactly_those_that_are_hidden(tmp_path: Path, kinds: list[str]) -> None:
    def hide(_: Any, sheet: Any) -> None:
        for at, kind in enumerate(kinds, start=1):
            if kind == "hidden":
                sheet.set_row(at, None, None, {"hidden": True})

    path = write(tmp_path / "a.xlsx", {"A": [HEADINGS, *([] if kind == "blank" else ROW for kind in kinds)]}, change=hide)
    assert hidden_rows(path.read_bytes(), 0) == {at for at, kind in enumerate(kinds, start=2) if kind == "hidden"}


def test_hidden_rows_of_an_ods_are_found() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="2"/><table:table-row table:style-name="a" table:visibility="collapse" '
        'table:number-rows-repeated="2"/><table:table-row table:visibility="filter"/><table:table-row/>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("content.xml", f"<table:table>{'<table:table-row/>' * 3}</table:table><table:table>{rows}</table:table>")
    assert [sorted(hidden_rows(out.getvalue(), sheet)) for sheet in (0, 1)] == [[], [3, 4, 5]]
    assert hidden_rows(b"no workbook", 0) == frozenset()


# --- .xls


def test_an_xls_says_its_errors_its_hidden_rows_and_its_epoch(tmp_path: Path) -> None:
    number = (date(2021, 3, 1) - date(1904, 1, 1)).days
    rows: list[list[Any]] = [
        ["DANH SÁCH"],
        HEADINGS[:5],
        ["TM-1", "TM", 9, number, number + 2.5],
        ["TM-2", "TM", 9, number, "#N/A"],
        ["TM-3", "TM", 9, "=#REF!", number],
        ["#VALUE!", "TM", 9, number, number],
    ]
    path = tmp_path / "a.xls"
    path.write_bytes(xls({"Bìa": [["x"]], "Hồ sơ": rows}, hidden=[3, 4], from_1904=True))
    parsed = read_file("dossiers", path)
    assert reported(parsed) == [
        ("Hồ sơ", 0, "", "", "hidden_rows"),
        ("Hồ sơ", 4, "ended_at", "#N/A", "cell_error"),
        ("Hồ sơ", 5, "received_at", "#REF!", "cell_error"),
        ("Hồ sơ", 6, "dossier_id", "#VALUE!", "cell_error"),
    ]
    assert parsed.problems.examples[0].fix_en == ": 2 rows (3–4)"
    (record,) = parsed.columns.records()
    assert (record.received_at, record.ended_at) == (date(2021, 3, 1), datetime(2021, 3, 3, 12))  # type: ignore[attr-defined]
    path.write_bytes(xls({"Hồ sơ": [HEADINGS[:4], ["TM-1", "TM", 2, number + 1462]]}))
    (record,) = read_file("dossiers", path).columns.records()
    assert record.received_at == date(2021, 3, 1)  # type: ignore[attr-defined]


@given(
    st.lists(
        st.lists(st.sampled_from(["a", 1.5, "", *ERRORS.values(), *(f"={error}" for error in ERRORS.values())]), max_size=5), max_size=40
    )
)
@settings(max_examples=60, deadline=None)
def test_errors_of_an_xls_are_exactly_those_that_were_written(rows: list[list[Any]]) -> None:
    expected = {
        (at, place): cell.removeprefix("=")
        for at, row in enumerate(rows, start=1)
        for place, cell in enumerate(row)
        if isinstance(cell, str) and cell.endswith(("!", "A", "?"))
    }
    data = xls({"một": [["x"]], "A": rows})
    assert errors_and_hidden(data, 1) == (expected, frozenset())
    assert odd_cells(data, 1) == expected


@given(st.binary(max_size=200), st.integers(0, 5000), st.integers(0, 5000))
@settings(max_examples=200, deadline=None)
def test_a_broken_xls_says_nothing(noise: bytes, at: int, cut: int) -> None:
    data = xls({"A": [["Mã", "#N/A"]]})
    for broken in (noise, data[:at], data[:at] + noise + data[at + len(noise) :], data[:cut] + data[cut + 7 :]):
        errors, hidden = errors_and_hidden(broken, 0)
        assert len(errors) <= 1
        assert len(hidden) <= 1
        assert days_from_1904(broken) in (True, False)
