"""Sheets as offices dress them: what is no record is passed over and named by its row only; a record never is."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import cchc_metrics as cm
from cchc_metrics.read.files import read_file
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema
from cchc_metrics.testing import records

UNITS = cm.UnitTree([*(cm.Unit(code=code, name=code, kind="xã", level="commune") for code in ("TM", "TM.01", "TM.02"))])
NAMES = ("Trần Thị Bích", "Lê Văn Cường", "Nguyễn Hữu Đạt")
"""Signers, who may reach no output."""
FOOT = ("Người lập biểu", "TRƯỞNG BỘ PHẬN", "Tháp Mười, ngày 05 tháng 01 năm 2022", "(Ký, ghi rõ họ tên)", *NAMES)
HEADINGS = ("Mã hồ sơ", "Đơn vị", "Trạng thái", "Lĩnh vực", "Ngày tiếp nhận", "Ngày có kết quả")
ROWS: Sequence[Sequence[str]] = [
    ("H20-1", "TM", "Đã xử lý xong", "Đất đai", "01/03/2021", "03/03/2021"),
    ("H20-2", "TM", "Đang xử lý", "Hộ tịch", "02/03/2021", ""),
]


def cell_of(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return "" if value is None else str(getattr(value, "value", value))


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    if path.suffix == ".csv":
        width = max(map(len, rows))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([[*row, *[""] * (width - len(row))] for row in rows])
        return path
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(at, place, cell)
    book.close()
    return path


@st.composite
def dressed(draw: st.DrawFn, kind: str, width: int) -> tuple[list[dict[str, str]], list[list[str]], set[int]]:
    """Return records as cells, the rows of a sheet dressed as an office would, and which rows are dressing."""
    drawn = draw(st.lists(records(KINDS[kind], units=UNITS.codes), max_size=6))
    names = [spec.name for spec in schema(KINDS[kind].model)]
    listed = [{name: cell_of(getattr(record, name)) for name in names} for record in drawn]
    rows: list[list[str]] = [[]] * draw(st.integers(0, 1)) + [[title] for title in draw(st.sampled_from([(), ("UBND HUYỆN",), ("A", "B")]))]
    rows.append(names)
    if draw(st.booleans()):
        rows.append([f"({at})" for at in range(1, width + 1)])
    none: set[int] = set()

    def dress(text: str, places: Sequence[int]) -> None:
        cells = [""] * width
        for place in places:
            cells[place] = text
        rows.append(cells)
        none.add(len(rows))

    groups = st.sampled_from(["I. Lĩnh vực đất đai", "1. Chứng thực (20 hồ sơ)", "Cộng", "Cộng nhóm A"])
    for record in listed:
        match draw(st.sampled_from(["", "", "blank", "group"])):
            case "blank":
                rows.append([])
            case "group":
                dress(draw(groups), [0])
        rows.append([record[name] for name in names])
    for text in draw(st.lists(st.sampled_from(["Tổng cộng", "Tổng số: 60 hồ sơ nhận", *FOOT]), max_size=5)):
        rows.extend([[]] * draw(st.integers(0, 2)))
        dress(text, draw(st.lists(st.integers(0, width - 1), min_size=1, max_size=2)))
    return listed, rows, none


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["dossiers", "documents", "meetings"])
@settings(max_examples=60)
@given(data=st.data())
def test_records_dressed_as_an_office_would_are_read_back(data: st.DataObject, tmp_path_factory: Any, kind: str, ending: str) -> None:
    width = len(schema(KINDS[kind].model))
    listed, rows, none = data.draw(dressed(kind, width))
    path = write(tmp_path_factory.mktemp("dressed") / f"t.{ending}", rows)
    bare, found = read_rows(kind, listed, units=UNITS) if listed else None, read_file(kind, path, units=UNITS)
    assert found.usable
    assert found.problems.read == len(listed)
    assert list(found.columns.records()) == (list(bare.columns.records()) if bare else [])
    assert found.problems.count(Code.DRESSING_ROWS) == bool(none)
    assert found.problems.rejected == (bare.problems.rejected if bare else 0)


def reported(parsed: Parsed) -> dict[Code, int]:
    return dict(parsed.problems.by_code())


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("place", range(7))
def test_a_signature_anywhere_at_the_foot_is_named_by_its_row_only(tmp_path: Path, place: int, ending: str) -> None:
    foot = [[*[""] * place, text] for text in FOOT]  # the last place lies beyond the headings
    parsed = read_file("dossiers", write(tmp_path / f"t.{ending}", [HEADINGS, *ROWS, *foot]), units=UNITS)
    assert (parsed.problems.read, parsed.problems.rejected, len(parsed.columns)) == (2, 0, 2)
    assert reported(parsed) == {Code.DRESSING_ROWS: 1}
    assert parsed.problems.examples[0].fix_en == ": 7 rows (4–10)"
    assert not any(name in str(parsed) + parsed.problems.to_csv() for name in FOOT)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("H20-3", "", "", "", "", ""), Code.MISSING_VALUE),  # a record that lost everything but its id
        (("", "TM", "Đang xử lý", "Đất đai", "01/03/2021", ""), Code.MISSING_VALUE),
        (("", "", "", "", "01/03/2021", ""), Code.MISSING_VALUE),
        (("Hồ sơ", "", "Đang xử lý", "", "", ""), Code.MISSING_VALUE),
        (("Hồ sơ", "TN", "Đang làm", "", "31/02/2021", ""), Code.UNKNOWN_UNIT),
    ],
)
def test_what_may_be_a_record_is_a_bad_row(tmp_path: Path, row: Sequence[str], code: Code) -> None:
    parsed = read_file("dossiers", write(tmp_path / "t.csv", [HEADINGS, *ROWS, row]), units=UNITS)
    assert (parsed.problems.read, parsed.problems.rejected) == (3, 1)
    assert code in reported(parsed)
    assert Code.DRESSING_ROWS not in reported(parsed)


@pytest.mark.parametrize("word", ["Tổng cộng", "TỔNG", "Cộng:", "tong so"])
@pytest.mark.parametrize("place", [0, 3])
def test_a_record_that_is_called_a_total_counts_and_is_named(tmp_path: Path, word: str, place: int) -> None:
    row = ["H20-3", "TM", "Đang xử lý", "Đất đai", "01/03/2021", ""]
    row[place] = word
    parsed = read_file("dossiers", write(tmp_path / "t.xlsx", [HEADINGS, *ROWS, row]), units=UNITS)
    assert (len(parsed.columns), reported(parsed)) == (3, {Code.TOTAL_IN_DOUBT: 1})
    assert (parsed.problems.examples[0].row, parsed.problems.examples[0].value) == (4, "")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_headings_that_stand_again_on_every_page_are_no_records(tmp_path: Path, ending: str) -> None:
    again = [text.upper() for text in HEADINGS]
    pages = [HEADINGS, *ROWS, HEADINGS, [ROWS[0][0], *ROWS[1][1:]], again]
    parsed = read_file("dossiers", write(tmp_path / f"t.{ending}", pages), units=UNITS)
    assert reported(parsed) == {Code.DRESSING_ROWS: 1, Code.DUPLICATE_CONFLICTING: 2}
    assert next(p.fix_en for p in parsed.problems if p.code is Code.DRESSING_ROWS) == ": 2 rows (4, 6)"


def test_rows_from_memory_are_no_sheet() -> None:
    rows: list[Mapping[str, str]] = [dict(zip(HEADINGS, ("Tổng cộng", "", "", "", "", ""), strict=True))]
    assert read_rows("dossiers", rows, units=UNITS).problems.rejected == 1


def test_no_name_reaches_what_a_folder_writes(tmp_path: Path) -> None:
    (tmp_path / "district.toml").write_text('code = "TM"\nname = "TM"\nlevel = "xã"\nextracted_on = 2022-03-31\n', encoding="utf-8")
    write(tmp_path / "dossiers.xlsx", [HEADINGS, *ROWS, *([*[""] * at, text] for at, text in enumerate(FOOT))])
    dataset = cm.read_folder(tmp_path)
    dataset.report("2021").save(tmp_path / "out")
    said = (
        dataset.report("2021").text()
        + dataset.problems.to_csv()
        + "".join(path.read_text(encoding="utf-8", errors="replace") for path in (tmp_path / "out").rglob("*") if path.is_file())
    )
    assert "dressing_rows" in said
    assert not any(text in said for text in FOOT)


def test_a_footer_costs_little_beneath_many_rows(tmp_path: Path) -> None:
    lines = [";".join(HEADINGS), *(f"H20-{n};TM;Đang xử lý;Đất đai;01/03/2021;" for n in range(200_000)), "Tổng cộng;;;;;", ";;;;Lê Văn C;"]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    parsed = read_file("dossiers", tmp_path / "t.csv", units=UNITS)
    assert (len(parsed.columns), reported(parsed)) == (200_000, {Code.DRESSING_ROWS: 1})
