"""A column that is not used and holds dates is reported, whatever way the table comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from cchc_metrics.read import csv_files
from cchc_metrics.read.files import read_file
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.rows import Parsed, read_rows
from cchc_metrics.read.typed import read_arrow
from cchc_metrics.records.codes import Code

TABLE: dict[str, list[Any]] = {
    "Mã hồ sơ": ["1", "2", "3"],
    "Đơn vị": ["TM"] * 3,
    "Trạng thái": ["4"] * 3,
    "Ngày tiếp nhận": ["01/06/2021"] * 3,
    "Ra khỏi cửa": ["", "15/06/2021", "16/06/2021 08:30"],
    "Ngày sinh": ["01/06/1990"] * 3,
    "Điện thoại": ["0912345678"] * 3,
    "Ghi chú": ["", "15/06/2021", "chờ"],
}
OWN = {"Ra khỏi cửa": ""}
Way = Callable[[Path, Any], list[Parsed]]


def memory(_: Path, own: Any) -> list[Parsed]:
    return [read_rows("dossiers", [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)], own={"headings": own})]


def text(folder: Path, own: Any) -> list[Parsed]:
    lines = [";".join(row) for row in (tuple(TABLE), *zip(*TABLE.values(), strict=True))]
    (folder / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    return [read_file("dossiers", folder / "t.csv", own={"headings": own})]


def blocks(folder: Path, own: Any) -> list[Parsed]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "_WORTH_BLOCKS", 0)
        return text(folder, own)


def workbook(folder: Path, own: Any) -> list[Parsed]:
    with xlsxwriter.Workbook(str(folder / "t.xlsx"), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Danh sách"])
        for at, (heading, cells) in enumerate(TABLE.items()):
            sheet.write_column(1, at, [heading, *([None, date(2021, 6, 15), date(2021, 6, 16)] if heading == "Ra khỏi cửa" else cells)])
    return [read_file("dossiers", folder / "t.xlsx", own={"headings": own})]


def arrow(_: Path, own: Any) -> list[Parsed]:
    return [read_arrow("dossiers", pa.table(TABLE), own={"headings": own})]


def parquet(folder: Path, own: Any) -> list[Parsed]:
    pq.write_table(pa.table({**TABLE, "Ra khỏi cửa": [None, date(2021, 6, 15), None]}), folder / "t.parquet")
    return [read_file("dossiers", folder / "t.parquet", own={"headings": own})]


def parts(folder: Path, own: Any) -> list[Parsed]:
    pq.write_table(pa.table(TABLE), folder / "t.parquet", row_group_size=2)
    return list(scan_parquet("dossiers", folder / "t.parquet", own={"headings": own}, part_rows=1))


@pytest.mark.parametrize("way", [memory, text, blocks, workbook, arrow, parquet, parts])
def test_a_column_of_dates_that_is_not_used_is_reported_until_it_is_declared(tmp_path: Path, way: Way) -> None:
    found = [p for part in way(tmp_path, {}) for p in part.problems if p.code is Code.UNUSED_DATE_COLUMN]
    assert [p.column for p in found] == ["Ra khỏi cửa"]
    assert 'write "Ra khỏi cửa" = "…" under [headings.dossiers]' in found[0].fix_en
    assert "ended_at" in found[0].fix_en
    assert "received_at" not in found[0].fix_en
    assert not any(part.problems.count(Code.UNUSED_DATE_COLUMN) for part in way(tmp_path, OWN))
