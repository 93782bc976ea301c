"""Arrow tables: whatever type a column has, the verdict on each row is that of its model and of every other way of reading."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.read.arrow_tables import tables
from tests.read.parsed import same
from tests.read.test_rows import EVERY_KIND, REPEATED, UNITS, codes_by_row, only_counted, verdict

from cchc_metrics.hashes import hash_of
from cchc_metrics.read.arrow import python_value
from cchc_metrics.read.files import read_file
from cchc_metrics.read.identifiers import judge_ids
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.rows import read_table
from cchc_metrics.read.typed import read_arrow
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.reference.calendar import Calendar

CASES = EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), tables(kind)))
REPEATING = EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), tables(kind, ids=2)))
GIVEN: dict[str, Any] = {"units": UNITS, "extracted_on": date(2021, 2, 1), "calendar": Calendar.official()}


def cells(table: pa.Table) -> list[list[Any]]:
    return [[python_value(cell) for cell in column] for column in table.columns]


@given(CASES)
@settings(max_examples=120)
def test_a_row_is_judged_as_its_model_judges_it(case: tuple[Kind, pa.Table]) -> None:
    kind, table = case
    parsed = read_arrow(kind, table)
    rows = [dict(zip(table.column_names, row, strict=True)) for row in zip(*cells(table), strict=True)]
    verdicts = [verdict(kind, row) for row in rows]
    reported = codes_by_row(parsed)
    doubted = {row for row, codes in reported.items() if Code.AMBIGUOUS_VALUE.value in codes}  # as only the column tells
    hidden = only_counted(kind, rows)
    assert all(reported[i] == codes for i, (_, codes) in enumerate(verdicts, start=1) if i not in doubted | hidden)
    assert all(reported[i] - {Code.AMBIGUOUS_VALUE.value} <= verdicts[i - 1][1] for i in doubted)
    verdicts = [(None if i in doubted else record, codes) for i, (record, codes) in enumerate(verdicts, start=1)]
    assert parsed.problems.read == len(rows) == len(parsed.columns) + parsed.problems.rejected
    repeated = {p.row for p in parsed.problems if p.code in REPEATED}
    valid = parsed.columns.row_numbers().tolist()
    sound = {i for i, (record, _) in enumerate(verdicts, start=1) if record is not None and i not in repeated}
    assert sound - hidden <= set(valid) <= sound
    assert list(parsed.columns.records()) == [verdicts[i - 1][0] for i in valid]


@given(CASES | REPEATING, st.sampled_from([{}, GIVEN]))
@settings(max_examples=120)
def test_a_table_is_read_as_its_cells_are(case: tuple[Kind, pa.Table], held_against: dict[str, Any]) -> None:
    kind, table = case
    same(read_arrow(kind, table, **held_against), read_table(kind, table.column_names, cells(table), **held_against))


@given(
    st.lists(st.text(max_size=20) | st.sampled_from(["", "a", "a ", "12345678", "123456789", "ab\u0301"]), max_size=12), st.integers(0, 3)
)
def test_identifiers_have_the_same_number_exactly_when_they_are_the_same(texts: list[str], first: int) -> None:
    texts = [text.replace("\ud800", "") for text in texts]
    found = judge_ids(pa.array(["z", "yy", "x", *texts])[3 - min(first, 3) :])
    assert found is not None
    parsed = [found.odd.get(row, text.as_py()) for row, text in enumerate(found.texts)]
    assert len(set(found.hashes.tolist())) == len(set(parsed))
    assert [hash_of(text) for text in parsed] == found.hashes.tolist()


def test_the_numbers_of_many_identifiers_differ() -> None:
    texts = pa.array([f"{prefix}{n:0{width}}" for prefix in ("H", "H20.38-2101") for width in (1, 5, 8) for n in range(20_000)])
    found = judge_ids(texts)
    assert found is not None
    assert len(np.unique(found.hashes)) == len(set(texts.to_pylist()))


def test_a_batch_and_vietnamese_headings_are_understood() -> None:
    batch = pa.record_batch(
        {
            "Mã cuộc họp": pa.array([1, 2, 3]),
            "Đơn vị": pa.array(["TM", "TM", None]),
            "Loại cuộc họp": pa.array(["Họp UBND"] * 3).dictionary_encode(),
            "Ngày họp": pa.array([date(2021, 1, 5), date(2021, 1, 6), date(2021, 1, 7)]),
            "Không giấy": pa.array([True, False, None]),
            "Ghi chú": pa.array(["", "", ""]),
        }
    )
    parsed = read_arrow("meetings", batch, file="họp", row_numbers=[11, 12, 13])
    assert [problem.text("en") for problem in parsed.problems][1:] == ["họp, row 13, Đơn vị [unit_code]: a required value is missing"]
    assert parsed.problems.count("unknown_heading") == 1
    kept = [
        Meeting(meeting_id=i, unit_code="TM", kind="họp UBND", held_on=f"2021-01-0{i + 4}", paperless=p)
        for i, p in ((1, "có"), (2, "không"))
    ]
    assert list(parsed.columns.records()) == kept
    assert set(parsed.columns.arrays) == set(columns_of(Meeting, kept).arrays) - {"status", "secrecy"}


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("s"), pa.timestamp("us", "UTC")])
def test_a_date_beyond_all_calendars_is_a_bad_cell(kind: pa.DataType) -> None:
    far = pa.array([2**31 - 1 if kind == pa.date32() else 2**63 - 1], pa.int32() if kind == pa.date32() else pa.int64()).view(kind)
    table = pa.table({"activity_id": ["1"], "unit_code": ["TM"], "channel": ["Tọa đàm"], "held_on": far})
    parsed = read_arrow(KINDS["outreach"], table)
    assert [problem.code for problem in parsed.problems] == ["impossible_date"]
    assert len(parsed.columns) == 0


@pytest.mark.parametrize("column", ["dossier_id", "unit_code", "channel", "status", "received_at"])
@pytest.mark.parametrize(
    "make", [lambda a: a, lambda a: a.dictionary_encode(), lambda a: a.cast(pa.large_string()), lambda a: pa.chunked_array([a])]
)
def test_a_column_of_text_that_holds_other_bytes_is_told_by_row_and_column(column: str, make: Any, tmp_path: Path) -> None:
    cells = {
        "dossier_id": ["1", "2", "3"],
        "unit_code": ["TM"] * 3,
        "channel": ["online"] * 3,
        "status": ["1"] * 3,
        "received_at": ["2021-01-04"] * 3,
    }
    arrays = {name: pa.array(values) for name, values in cells.items()}
    arrays[column] = make(
        pa.array([b"\xff\xfe" if row == 1 else cell.encode() for row, cell in enumerate(cells[column])]).view(pa.string())
    )
    table = pa.table(arrays)
    pq.write_table(table, tmp_path / "dossiers.parquet")
    for parsed in (
        read_arrow("dossiers", table),
        read_file("dossiers", tmp_path / "dossiers.parquet"),
        *scan_parquet("dossiers", tmp_path / "dossiers.parquet"),
    ):
        assert (parsed.problems.read, len(parsed.columns)) == (3, 2)
        assert [(p.row, p.column) for p in parsed.problems if p.code is Code.UNKNOWN_CODE] == [(2, column)]


def test_rows_of_a_parquet_file_without_a_known_heading_are_counted_and_rejected(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1, 2, 3]}), tmp_path / "a.parquet")
    for parsed in (read_file("dossiers", tmp_path / "a.parquet"), *scan_parquet("dossiers", tmp_path / "a.parquet")):
        assert (parsed.problems.read, parsed.problems.rejected, parsed.usable) == (3, 3, False)
