"""Registers as NĐ 30/2020 has them: the type of a document is no direction, how a meeting is held is no kind, one unit needs no column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cchc_metrics as cm
from cchc_metrics.read.files import read_file
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.rows import Parsed, read_rows
from cchc_metrics.records.choices import Direction, MeetingKind
from cchc_metrics.records.codes import Code

ONE = cm.UnitTree([cm.Unit(code="TM", name="Tân Mai", kind="xã", level="commune")])
TWO = cm.UnitTree([*(cm.Unit(code=code, name=code, kind="xã", level="commune") for code in ("TM", "TN"))])
ROWS = [
    ("12/QĐ-UBND", "05/03/2021", "Quyết định", "TM", "Bình thường", "có", "có"),
    ("13/CV-UBND", "06/03/2021", "Công văn", "TM", "Thường", "có", "không"),
    ("14/BC-UBND", "08/03/2021", "Báo cáo", "TM", "Mật", "không", "không"),
    ("15/TB-UBND", "09/03/2021", "Thông báo", "TM", "", "có", "có"),
]
HEADINGS = ("Số ký hiệu", "Ngày ban hành", "Loại văn bản", "Cơ quan ban hành", "Độ mật", "Văn bản điện tử", "Gửi qua trục liên thông")
REGISTER = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]


def ways(kind: str, rows: list[dict[str, Any]], folder: Path, units: cm.UnitTree) -> list[list[Parsed]]:
    """Read rows from memory, a CSV file, and Parquet whole and in parts."""
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    pq.write_table(table, folder / "t.parquet", row_group_size=1)
    lines = [";".join(rows[0]), *(";".join(row.values()) for row in rows)]
    (folder / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    return [
        [read_rows(kind, rows, units=units)],
        [read_file(kind, folder / "t.csv", units=units)],
        [read_file(kind, folder / "t.parquet", units=units)],
        list(scan_parquet(kind, folder / "t.parquet", units=units, part_rows=1, keep_ids=True)),
    ]


def electronic(parts: list[Parsed]) -> tuple[int | None, int | None]:
    year = cm.Period.parse("2021")
    counted = cm.tally({"documents": [part.columns for part in parts]}, periods=[year], calendar=cm.Calendar.official(), as_of=year.last)
    found = cm.measure(counted, units=ONE)["electronic_exchange", "TM"]
    return found.numerator, found.denominator


@pytest.mark.parametrize("without", [(), ("Cơ quan ban hành",)])
def test_the_type_of_a_document_is_no_direction_and_the_only_unit_is_meant(tmp_path: Path, without: tuple[str, ...]) -> None:
    rows = [{name: cell for name, cell in row.items() if name not in without} for row in REGISTER]
    for parts in ways("documents", rows, tmp_path, ONE):
        assert electronic(parts) == (1, 2)
        problems = sum((part.problems for part in parts), cm.Problems())
        assert problems.by_code() == {Code.UNKNOWN_HEADING: 1, **({Code.UNIT_ASSUMED: 1} if without else {})}
        unknown = next(p for p in problems if p.code is Code.UNKNOWN_HEADING)
        assert (unknown.column, "Loại văn bản" in unknown.fix_en) == ("Loại văn bản", False)


def test_a_direction_is_one_by_its_words(tmp_path: Path) -> None:
    rows = [{**row, "Loại văn bản": word} for row, word in zip(REGISTER, ("Văn bản đến", "Văn bản đi", "", "Công văn"), strict=True)]
    for parts in ways("documents", rows, tmp_path, ONE):
        found = {record.model_dump()["document_id"]: getattr(record, "direction") for part in parts for record in part.columns.records()}  # noqa: B009
        assert found == {"12/QĐ-UBND": Direction.INCOMING, "13/CV-UBND": Direction.OUTGOING}
        assert sum(part.problems.count(Code.UNKNOWN_CODE) + part.problems.count(Code.MISSING_VALUE) for part in parts) == 2


def test_a_district_can_say_that_the_heading_is_a_direction() -> None:
    parsed = read_rows("documents", REGISTER, units=ONE, own={"headings": {"loại văn bản": "direction"}})
    assert parsed.problems.count(Code.UNKNOWN_CODE) == 4


def test_no_unit_is_assumed_among_several(tmp_path: Path) -> None:
    rows = [{name: cell for name, cell in row.items() if name != "Cơ quan ban hành"} for row in REGISTER]
    for parts in ways("documents", rows, tmp_path, TWO):
        assert not any(part.usable for part in parts)
        assert sum(part.problems.count(Code.MISSING_HEADING) for part in parts) == 1
        assert any('[columns.documents] unit_code = "…"' in p.fix_en for part in parts for p in part.problems)


def test_where_copies_go_is_no_unit() -> None:
    rows = [{**{n: c for n, c in row.items() if n != "Cơ quan ban hành"}, "Nơi nhận văn bản": "Sở Nội vụ"} for row in REGISTER]
    assert {r.model_dump()["unit_code"] for r in read_rows("documents", rows, units=ONE).columns.records()} == {"TM"}


def test_how_a_meeting_is_held_is_no_kind() -> None:
    rows = [{"Mã cuộc họp": str(n), "Ngày họp": "05/03/2021", "Hình thức họp": word} for n, word in enumerate(("Trực tiếp", "Trực tuyến"))]
    parsed = read_rows("meetings", rows, units=ONE)
    assert (parsed.usable, parsed.problems.count(Code.MISSING_HEADING)) == (False, 1)
    kinds = read_rows("meetings", [{**row, "Loại cuộc họp": "Hội nghị"} for row in rows], units=ONE)
    assert [getattr(r, "kind") for r in kinds.columns.records()] == [MeetingKind.COMMITTEE_CONFERENCE] * 2  # noqa: B009
