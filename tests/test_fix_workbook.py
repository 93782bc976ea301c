"""The loop of fixing: ``check --out`` writes the rows to fix, and fixed they are read in place of the file's own."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine
import xlsxwriter
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.folders import small
from tests.proposal.offices import CITIZEN, DOSSIERS, write

import cchc_metrics as cm
from cchc_metrics.cli import main
from cchc_metrics.fix_workbook import RowToFix, TableToFix, fitting, write_rows_to_fix
from cchc_metrics.read import parquet_files
from cchc_metrics.read.fixes import REASON, SOURCE

HEADINGS = ["Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "Tình trạng xử lý", "Hình thức nộp"]

FIELDS = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày kết thúc,Lĩnh vực\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def folder_with_mistakes(folder: Path) -> Path:
    """Write an export of dossiers: two cells «31/02/2021» and one status that nobody knows, which begins as a formula does."""
    folder.mkdir()
    rows = [list(row) for row in DOSSIERS]
    rows[7][5] = rows[8][5] = "31/02/2021"
    rows[9][7] = "=Xong!"
    write(folder / "HoSo.xlsx", rows)
    (folder / "district.toml").write_text(
        'code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\nextracted_on = 2021-07-05\nperiod = "2021"\n'
        '[files]\ndossiers = "HoSo.xlsx"\n[values.dossiers.status]\n"Quá hạn bổ sung" = "supplement_requested"\n',
        encoding="utf-8",
    )
    return folder


def sheet_of(path: Path) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    rows: list[list[Any]] = book.get_sheet_by_index(0).to_python()
    return rows


def rewrite(path: Path, rows: list[list[Any]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("1")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)


def test_only_rows_with_problems_and_columns_that_are_understood_are_written(tmp_path: Path) -> None:
    folder = folder_with_mistakes(tmp_path / "o")
    done = run("check", folder, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "«31/02/2021»" in done.output
    assert "(2 ô, dòng 8, 9)" in done.output
    heading, *rows = sheet_of(tmp_path / "out" / "can_sua.xlsx")
    assert heading == [*SOURCE, *HEADINGS, REASON]
    assert [row[:4] for row in rows] == [["HoSo.xlsx", "Sheet1", n, f"TM-{n - 7:04d}"] for n in (8, 9, 10)]
    assert rows[0][len(SOURCE) + 2] == "31/02/2021"
    assert rows[2][len(SOURCE) + 4] == "=Xong!"  # as text: nothing is run
    assert rows[0][-1].startswith("Ngày hẹn trả: ngày không có thật")
    with zipfile.ZipFile(tmp_path / "out" / "can_sua.xlsx") as parts:
        assert parts.read("xl/comments1.xml").decode().count("<comment ") == 3
        assert CITIZEN not in "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    assert (tmp_path / "out" / "problems.csv").exists()


def test_fixed_rows_are_read_in_place_of_those_of_the_file(tmp_path: Path) -> None:
    folder = folder_with_mistakes(tmp_path / "o")
    run("check", folder, "--out", folder)
    path = folder / "can_sua.xlsx"
    heading, first, second, third = sheet_of(path)
    first[heading.index("Ngày hẹn trả")] = second[heading.index("Ngày hẹn trả")] = "12/02/2021"
    third[heading.index("Tình trạng xử lý")] = "Đã trả kết quả"
    rewrite(path, [heading, first, second, third])
    again = run("check", folder, "--lang", "en")
    assert "12 rows read = 12 valid + 0 rejected" in again.output
    assert "rows that were fixed in can_sua*.xlsx are read in place of those of the file: 3 rows (8–10)" in again.output
    assert "can_sua.xlsx" not in again.output.replace("can_sua*.xlsx", "")


def test_what_was_fixed_is_never_written_over_and_adds_up(tmp_path: Path) -> None:
    folder = folder_with_mistakes(tmp_path / "o")
    run("check", folder, "--out", folder)
    path = folder / "can_sua.xlsx"
    heading, first, second, third = sheet_of(path)
    first[heading.index("Ngày hẹn trả")] = second[heading.index("Ngày hẹn trả")] = "12/02/2021"
    rewrite(path, [heading, first, second, third])
    before = path.read_bytes()
    run("check", folder, "--out", folder)
    assert path.read_bytes() == before
    left = sheet_of(folder / "can_sua_2.xlsx")
    assert [row[2] for row in left[1:]] == [10]
    left[1][heading.index("Tình trạng xử lý")] = "Đã trả kết quả"
    rewrite(folder / "can_sua_2.xlsx", left)
    assert "12 dòng = 12 hợp lệ" in run("check", folder).output


def test_a_fix_of_another_record_is_refused(tmp_path: Path) -> None:
    folder = folder_with_mistakes(tmp_path / "o")
    run("check", folder, "--out", folder)
    heading, first, second, third = sheet_of(folder / "can_sua.xlsx")
    first[SOURCE.index("Mã gốc")] = "TM-9999"
    first[heading.index("Ngày hẹn trả")] = "12/02/2021"
    rewrite(folder / "can_sua.xlsx", [heading, first, second, third])
    again = run("check", folder)
    assert "fix_outdated" in again.output
    assert "= 9 hợp lệ + 3 bị loại" in again.output


def test_a_csv_file_may_be_named_and_the_rows_to_fix_stand_beside_it(tmp_path: Path) -> None:
    folder = folder_with_mistakes(tmp_path / "o")
    run("check", folder, "--out", tmp_path / "found.csv")
    assert {path.name for path in tmp_path.iterdir()} == {"o", "found.csv", "can_sua.xlsx"}


# --- Whatever is broken and fixed is as if it had never been broken

TABLE = ("Mã hồ sơ", "Ghi chú", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "Tình trạng", "Hình thức nộp")
CLEAN = [
    (f"TM-{n}", f"riêng {n}", f"{n + 1:02d}/02/2021", f"{n + 8:02d}/02/2021", f"{n + 5:02d}/02/2021", "Đã trả kết quả", "Trực tiếp")
    for n in range(1, 9)
]
BAD = {2: ("31/02/2021", "hôm qua", ""), 3: ("2021-13-01", "x"), 4: ("30/02/2021",), 5: ("Xong", "xong ", "Kết thúc"), 6: ("Xe ôm", "Fax")}
HEAD = 'code = "TM"\nname = "TM"\nlevel = "huyện"\nextracted_on = 2021-07-05\nperiod = "2021"\n'
broken = st.dictionaries(
    st.tuples(st.integers(0, len(CLEAN) - 1), st.sampled_from(sorted(BAD))).flatmap(
        lambda place: st.tuples(st.just(place[0]), st.just(place[1]), st.sampled_from(BAD[place[1]]))
    ),
    st.none(),
    max_size=8,
)


def files(folder: Path, rows: Sequence[Sequence[str]], ending: str, several: str, cut: Collection[str]) -> list[str]:
    """Write rows as one file, two files or two sheets; a row that is cut has a cell too many."""
    halves = [rows] if several == "one" else [rows[:4], rows[4:]]
    listed = [[list(TABLE), *([*row, "thừa"] if row[0] in cut else list(row) for row in half)] for half in halves]
    if several == "sheets":
        with xlsxwriter.Workbook(str(folder / "t.xlsx")) as book:
            for name, half in zip(("T1", "T2"), listed, strict=True):
                sheet = book.add_worksheet(name)
                for at, row in enumerate(half):
                    sheet.write_row(at, 0, row)
        return ["t.xlsx#*"]
    for number, half in enumerate(listed):
        if ending == "csv":
            (folder / f"t{number}.csv").write_text("\n".join(";".join(row) for row in half), encoding="utf-8")
        else:
            write(folder / f"t{number}.xlsx", half)
    return [f"t{number}.{ending}" for number in range(len(listed))]


@given(
    broken, st.sets(st.integers(0, len(CLEAN) - 1), max_size=2), st.sampled_from(["csv", "xlsx"]), st.sampled_from(["one", "two", "sheets"])
)
@settings(max_examples=25, deadline=None)
def test_what_is_broken_at_random_and_fixed_equals_the_clean_file(
    cells: Mapping[tuple[int, int, str], None], cut: set[int], ending: str, several: str
) -> None:
    rows = [list(row) for row in CLEAN]
    for at, column, cell in cells:
        rows[at][column] = cell
    with TemporaryDirectory() as place:
        folder = Path(place)
        named = files(folder, rows, ending, several, {CLEAN[at][0] for at in cut})
        (folder / "district.toml").write_text(HEAD + f"files.dossiers = {json.dumps(named)}\n", encoding="utf-8")
        run("check", folder, "--out", folder)
        if (folder / "can_sua.xlsx").exists():
            book = python_calamine.CalamineWorkbook.from_path(folder / "can_sua.xlsx")
            sheets = [book.get_sheet_by_index(at).to_python() for at in range(len(book.sheet_names))]
            listed = {(row[0], row[1], int(row[2])) for sheet in sheets for row in sheet[1:]}
            assert "riêng" not in str(sheets)
            with xlsxwriter.Workbook(str(folder / "can_sua.xlsx")) as fixed:
                for sheet in sheets:
                    page = fixed.add_worksheet()
                    for at, row in enumerate(sheet):
                        page.write_row(at, 0, row if at == 0 else as_it_was(row, sheet[0], several))
            assert len(listed) == len({at for at, _, _ in cells} | cut)
        again = cm.read_folder(folder)
        clean = cm.read_rows("dossiers", [dict(zip(TABLE, row, strict=True)) for row in CLEAN], units=again.units)
        assert again.problems.rejected == 0
        assert list(again.columns("dossiers").records()) == list(clean.columns.records())


def as_it_was(row: list[Any], headings: list[Any], several: str) -> list[Any]:
    number = int(row[2]) - 2 + (4 if several != "one" and ("1." in row[0] or row[1] == "T2") else 0)
    return [dict(zip(TABLE, CLEAN[number], strict=True)).get(heading, cell) for heading, cell in zip(headings, row, strict=True)]


# --- Parquet


@pytest.mark.parametrize("part_rows", [2, 100])
@pytest.mark.parametrize("typed", [False, True])
def test_rows_of_parquet_are_fixed_in_place_whole_and_in_parts(
    tmp_path: Path, part_rows: int, typed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_files, "PART_ROWS", part_rows)
    columns: dict[str, list[Any]] = {name: [row[at] for row in CLEAN] for at, name in enumerate(TABLE)}
    columns["Tình trạng"][1] = columns["Tình trạng"][6] = "Xong"
    if typed:
        columns["Ngày hẹn trả"] = [datetime.strptime(text, "%d/%m/%Y").date() for text in columns["Ngày hẹn trả"]]
        columns["Ngày hẹn trả"][3] = date(1899, 1, 1)
    else:
        columns["Ngày hẹn trả"][3] = "31/02/2021"
    pq.write_table(pa.table(columns), tmp_path / "dossiers.parquet", row_group_size=3)
    (tmp_path / "district.toml").write_text(HEAD, encoding="utf-8")
    assert "8 rows read = 5 valid + 3 rejected" in run("check", tmp_path, "--out", tmp_path, "--lang", "en").output
    heading, *rows = sheet_of(tmp_path / "can_sua.xlsx")
    assert [row[2:4] for row in rows] == [[2, "TM-2"], [4, "TM-4"], [7, "TM-7"]]
    assert "riêng" not in str(rows)
    right = {int(row[2]): dict(zip(TABLE, CLEAN[int(row[2]) - 1], strict=True)) for row in rows}
    fixed = [[right[int(row[2])].get(name, cell) for name, cell in zip(heading, row, strict=True)] for row in rows]
    rewrite(tmp_path / "can_sua.xlsx", [heading, *fixed])
    units = cm.read_folder(tmp_path).units
    clean = cm.read_rows("dossiers", [dict(zip(TABLE, row, strict=True)) for row in CLEAN], units=units).columns
    for whole in (False, True):
        data = cm.read_folder(tmp_path, whole=whole)
        assert (data.problems.rejected, data.problems.count("rows_fixed"), data.problems.count("fix_outdated")) == (0, 1, 0)
        assert list(data.columns("dossiers").records()) == list(clean.records())
    fixed[0][SOURCE.index("Mã gốc")] = "TM-9999"
    rewrite(tmp_path / "can_sua.xlsx", [heading, *fixed])
    again = cm.read_folder(tmp_path).problems
    assert (again.rejected, again.count("fix_outdated")) == (1, 1)


def test_a_text_that_no_cell_of_excel_holds_is_named_and_its_row_is_not_copied(tmp_path: Path) -> None:
    """XlsxWriter leaves such a cell out in silence, and an empty one would be read in place of the file's."""
    long = "Hộ tịch " * 5_000
    folder = small(tmp_path / "TM", dossiers_csv=f"{FIELDS}1,TM,9,32/03/2021,,{long}\n2,TM,9,32/03/2021,,Hộ tịch\n")
    done = run("check", folder, "--out", tmp_path / "out", "--lang", "en")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "dossiers.csv, row 2, Lĩnh vực: 39999 characters, a cell of Excel holds 32767; the row is not in can_sua.xlsx, fix it in the file"
    ]
    assert [row[:4] for row in sheet_of(tmp_path / "out" / "can_sua.xlsx")[1:]] == [["dossiers.csv", "", 3, "2"]]
    assert "32/03/2021" in (tmp_path / "out" / "problems.csv").read_text("utf-8-sig")
    small(folder, dossiers_csv=f"{FIELDS}1,TM,9,32/03/2021,,{long}\n")
    assert run("check", folder, "--out", tmp_path / "none").exit_code == 1
    assert [path.name for path in (tmp_path / "none").iterdir()] == ["problems.csv"]


def test_whatever_a_cell_is_it_is_written_and_read_back(tmp_path: Path) -> None:
    cells = (10**15 + 1, 10**400, float("nan"), float("-inf"), date(1850, 1, 2), datetime(2021, 3, 1, 7, 30, tzinfo=UTC), 7, "x" * 32_767)
    wrong = {"": "x" * 40_000, "h0": "y" * 40_000}
    table = TableToFix("a.csv", "", tuple(f"h{at}" for at in range(len(cells))), (RowToFix(2, "1", cells, wrong),))
    write_rows_to_fix(tmp_path / "can_sua.xlsx", fitting([table])[0])
    row = sheet_of(tmp_path / "can_sua.xlsx")[1]
    assert row[4:12] == ["1000000000000001", "1" + 400 * "0", *row[6:8], "1850-01-02", row[9], 7, "x" * 32_767]
    assert (row[6], row[9][:19]) == ("", "2021-03-01 07:30:00")  # NaN is an empty cell
    assert (len(row[12]), row[12][-1]) == (32_767, "…")
