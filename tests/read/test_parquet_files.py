"""Parquet files: the parts of a file say together what the whole says, however it is cut; what cannot be read says why."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.read.arrow_tables import tables
from tests.read.parsed import same
from tests.read.test_rows import EVERY_KIND
from tests.read.test_typed import GIVEN, cells

from cchc_metrics.errors import InputError
from cchc_metrics.read import parquet_files, repeats
from cchc_metrics.read.checks import Given
from cchc_metrics.read.parquet_files import parquet_cells, parse_parquet, scan_parquet
from cchc_metrics.read.parquet_table import open_parquet
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.rows import Parsed, read_table
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.record import Record

OUTREACH = KINDS["outreach"]
CASES = EVERY_KIND.flatmap(lambda kind: st.tuples(st.just(kind), tables(kind, size=12) | tables(kind, size=12, ids=3)))


def written(table: pa.Table, folder: Path, group: int, cut: int | None = None) -> Path:
    """Write a table as one file of small row groups, or as a folder of two files."""
    if cut is None:
        path = folder / "rows.parquet"
        pq.write_table(table, path, row_group_size=group)
        return path
    path = folder / "rows"
    path.mkdir()
    for name, part in (("a.parquet", table[:cut]), ("b.parquet", table[cut:])):
        pq.write_table(part, path / name, row_group_size=group)
    return path


def added(parts: Iterable[Parsed]) -> Problems:
    """Return the problems of all parts, in the order of the rows."""
    total = sum((part.problems for part in parts), Problems())
    return Problems(total.totals, tuple(sorted(total.examples, key=lambda p: p.row)), total.read, total.rejected, total.limit)


def numbered(parts: Iterable[Parsed]) -> list[tuple[int, Record]]:
    """Return the rows that count with their numbers, in that order."""
    found = [pair for part in parts for pair in zip(part.columns.row_numbers().tolist(), part.columns.records(), strict=True)]
    return sorted(found, key=lambda pair: pair[0])


def whole(kind: Kind, path: Path) -> Parsed:
    return parse_parquet(path, kind, Given(**GIVEN), {}, file="rows")


def outreach(rows: int, **columns: Any) -> pa.Table:
    """Return good rows of outreach with some columns changed."""
    good = {"activity_id": [f"A{n}" for n in range(rows)], "unit_code": ["TM"] * rows, "channel": ["talk_show"] * rows}
    return pa.table({**good, "held_on": pa.array([date(2021, 5, 12)] * rows), **columns})


def read_outreach(tmp_path: Path, table: pa.Table, **options: Any) -> list[Parsed]:
    path = written(table, tmp_path, options.pop("group", 10))
    return list(scan_parquet("outreach", path, file="rows", **{"part_rows": 10, **options}))


@given(CASES, st.integers(1, 13), st.none() | st.integers(0, 12))
@settings(max_examples=40)
def test_a_file_is_read_as_its_cells_are(case: tuple[Kind, pa.Table], group: int, cut: int | None) -> None:
    kind, table = case
    with TemporaryDirectory() as folder:
        path = written(table, Path(folder), group, cut)
        read = pq.read_table(path)
        same(whole(kind, path), read_table(kind, read.column_names, cells(read), file="rows", **GIVEN))


@given(
    CASES,
    st.integers(1, 13),
    st.none() | st.integers(0, 12),
    st.integers(1, 13),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from([2, 1 << 25]),
)
@settings(max_examples=60)
def test_the_parts_say_together_what_the_whole_says(
    case: tuple[Kind, pa.Table], group: int, cut: int | None, part_rows: int, workers: int, keep_ids: bool, hashes: int
) -> None:
    kind, table = case
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_files, "HASHES", hashes)
        patch.setattr(repeats, "_AT_A_TIME", hashes)
        path = written(table, Path(folder), group, cut)
        options: dict[str, Any] = {**GIVEN, "keep_ids": keep_ids, "file": "rows", "workers": workers}
        parts = list(scan_parquet(kind, path, part_rows=part_rows, **options))
        expected = whole(kind, path)
    assert parts
    assert all(part.usable == expected.usable for part in parts)
    assert added(parts) == expected.problems
    assert all(part.problems.read == len(part.columns) + part.problems.rejected for part in parts)
    if keep_ids:
        assert numbered(parts) == numbered([expected])
    rows = sorted(row for part in parts for row in part.columns.row_numbers().tolist())
    assert rows == expected.columns.row_numbers().tolist()
    before: dict[str, tuple[str, ...]] = {}
    for part in parts:
        assert all(part.columns.labels[name][: len(texts)] == texts for name, texts in before.items())
        before.update(part.columns.labels)


def test_a_row_group_that_is_too_large_is_read_in_pieces(tmp_path: Path) -> None:
    parts = read_outreach(tmp_path, outreach(95), group=95)
    assert [len(part.columns) for part in parts] == [10] * 9 + [5]
    assert sum(part.problems.read for part in parts) == 95


def test_small_row_groups_are_read_together(tmp_path: Path) -> None:
    assert [len(part.columns) for part in read_outreach(tmp_path, outreach(26), group=4)] == [8, 8, 10]


def test_repeated_ids_are_found_over_the_whole_file_and_judged_last(tmp_path: Path) -> None:
    ids = [f"A{n}" for n in range(40)]
    ids[35], ids[38] = " A3", "A4"
    reach = [1] * 40
    reach[38] = 2
    parts = read_outreach(tmp_path, outreach(40, activity_id=ids, reach=reach))
    assert [len(part.columns) for part in parts] == [8, 10, 10, 8, 1]
    assert parts[-1].columns.row_numbers().tolist() == [4]
    assert [(p.row, p.code) for p in added(parts)] == [
        (5, Code.DUPLICATE_CONFLICTING),
        (36, Code.DUPLICATE_IDENTICAL),
        (39, Code.DUPLICATE_CONFLICTING),
    ]


def test_columns_that_are_not_asked_for_are_not_read_and_not_checked(tmp_path: Path) -> None:
    bad = outreach(20, activity_id=["A"] * 20, reach=["?"] * 20)
    (first, second) = read_outreach(tmp_path, bad, columns=["unit_code", "channel", "held_on"])
    assert (len(first.columns), len(second.columns)) == (10, 10)
    assert set(first.columns.arrays) == {"unit_code", "channel", "held_on"}
    assert not first.problems
    assert added(read_outreach(tmp_path, bad)).rejected == 20


def test_identifiers_are_checked_and_not_kept(tmp_path: Path) -> None:
    ids = ["A1", None, "  ", *(f"B{n}" for n in range(12))]
    parts = read_outreach(tmp_path, outreach(15, activity_id=ids))
    assert [(p.row, p.code) for p in added(parts)] == [(2, Code.MISSING_VALUE), (3, Code.MISSING_VALUE)]
    assert all("activity_id" not in part.columns for part in parts)


@pytest.mark.parametrize("keep_ids", [True, False])
@pytest.mark.parametrize(("ids", "codes"), [(["a", "b"], []), (["a", " "], [Code.MISSING_VALUE])])
def test_a_scan_of_nothing_but_ids_judges_the_rows(tmp_path: Path, ids: list[str], codes: list[Code], *, keep_ids: bool) -> None:
    path = tmp_path / "rows.parquet"
    rest_of_row = {"unit_code": ["TM"] * 2, "status": ["received"] * 2, "received_at": ["2021-03-01"] * 2}
    pq.write_table(pa.table({"dossier_id": ids, **rest_of_row}), path)
    [part] = scan_parquet("dossiers", path, columns=["dossier_id"], keep_ids=keep_ids)
    # As if the rows had this cell only: a dossier that says no status was received, but not when.
    rest = [Code.MISSING_RECEIVED_AT] * (2 - len(codes))
    assert sorted(p.code for p in part.problems) == sorted([*codes, *rest])
    assert (len(part.columns), part.problems.read, part.problems.rejected) == (0, 2, 2)


def test_examples_are_the_first_of_the_file_and_totals_are_exact(tmp_path: Path) -> None:
    bad = outreach(3000, held_on=["?"] * 3000)
    total = added(read_outreach(tmp_path, bad, group=250, part_rows=500))
    assert (total.count(Code.IMPOSSIBLE_DATE), total.read, total.rejected) == (3000, 3000, 3000)
    assert [p.row for p in total] == list(range(1, 1001))


def test_an_unknown_word_is_one_problem_of_the_whole_file(tmp_path: Path) -> None:
    words = ["xe điện", "Xe  ĐIỆN", "loa"] * 1000
    total = added(read_outreach(tmp_path, outreach(3000, channel=words), group=250, part_rows=500))
    (problem,) = total
    assert (problem.value, problem.row, problem.cells, total.rejected) == ("xe điện", 1, 2000, 2000)
    assert problem.rows == tuple(row for row in range(1, 1501) if row % 3)
    assert "(2000 cells, rows 1, 2, 4, 5, 7 …)" in problem.text("en")


def test_a_file_without_rows_is_a_table_without_rows(tmp_path: Path) -> None:
    (part,) = read_outreach(tmp_path, outreach(0))
    assert part.usable
    assert len(part.columns) == 0
    assert part.problems.by_code() == {Code.EMPTY_TABLE: 1}


def test_headings_are_understood_in_vietnamese_and_reported_once(tmp_path: Path) -> None:
    table = outreach(25).rename_columns(["Mã hoạt động", "ĐƠN VỊ", "hinh_thuc", "Ngày thực hiện"]).append_column("Ghi chú", [["x"] * 25])
    parts = read_outreach(tmp_path, table)
    assert sum(len(part.columns) for part in parts) == 25
    assert added(parts).by_code() == {Code.UNKNOWN_HEADING: 1}
    own = {"Ghi chú": "topic", "hinh_thuc": "channel"}
    assert added(read_outreach(tmp_path, table, own={"headings": own})).by_code() == {}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (outreach(25).drop_columns(["held_on"]), Code.MISSING_HEADING),
        (outreach(25).append_column("Ngày", [["1"] * 25]), Code.DUPLICATE_HEADING),
    ],
)
def test_a_file_whose_headings_cannot_be_understood_is_not_usable(tmp_path: Path, table: pa.Table, code: Code) -> None:
    (part,) = read_outreach(tmp_path, table)
    assert not part.usable
    assert (part.problems.read, part.problems.rejected, part.problems.count(code)) == (25, 25, 1)


def twice_named(tmp_path: Path, heading: str) -> Path:
    table = outreach(25).append_column("Ghi chú", [["a"] * 25]).append_column(heading, [["b"] * 25])
    for name, part in (("a.parquet", table[:9]), ("b.parquet", table[9:])):
        (tmp_path / "rows").mkdir(exist_ok=True)
        pq.write_table(part, tmp_path / "rows" / name)
    return tmp_path / "rows"


def test_two_columns_of_one_name_are_said_as_in_every_table(tmp_path: Path) -> None:
    path = twice_named(tmp_path, outreach(1).column_names[0])
    for found in (parse_parquet(path, KINDS["outreach"], Given(), {}), *scan_parquet("outreach", path)):
        assert (found.usable, found.problems.read, found.problems.count(Code.DUPLICATE_HEADING)) == (False, 25, 1)
        (said,) = (p for p in found.problems.examples if p.code is Code.DUPLICATE_HEADING)
        assert said.text("vi").endswith("; đổi tên hoặc bỏ một cột")
        assert said.text("en").endswith("; rename or remove one")  # no line of district.toml could tell one from the other


def test_two_columns_of_one_name_that_nobody_reads_stop_nothing(tmp_path: Path) -> None:
    path = twice_named(tmp_path, "Ghi chú")
    for found in (parse_parquet(path, KINDS["outreach"], Given(), {}), *scan_parquet("outreach", path)):
        assert (len(found.columns), found.problems.count(Code.UNKNOWN_HEADING)) == (25, 2)
    with pytest.raises(UnreadableFileError, match="hai cột cùng tên «Ghi chú»; đổi tên một cột"):  # of no kind: all columns are read
        parquet_cells(path)


def test_progress_counts_rows(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    read_outreach(tmp_path, outreach(25), progress=lambda *reported: seen.append(reported))
    assert seen == [("rows", 10, 25), ("rows", 20, 25), ("rows", 25, 25)]


def test_whoever_stops_early_may(tmp_path: Path) -> None:
    path = written(outreach(200), tmp_path, 10)
    first = next(scan_parquet("outreach", path, part_rows=10))
    assert len(first.columns) == 10


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _broken_page(path: Path) -> None:
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [_cut_off, _broken_page, lambda path: path.write_text("a,b\n1,2\n"), Path.unlink])
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, spoil: Any) -> None:
    path = written(outreach(25), tmp_path, 10)
    spoil(path)
    with pytest.raises(UnreadableFileError):
        list(scan_parquet("outreach", path, part_rows=10))
    with pytest.raises(UnreadableFileError):
        parse_parquet(path, OUTREACH, Given(), {})


def test_the_part_files_of_a_folder_must_be_of_one_table(tmp_path: Path) -> None:
    path = written(outreach(10), tmp_path, 10, cut=5)
    assert open_parquet(path).rows == 10
    pq.write_table(outreach(5).drop_columns(["channel"]), path / "c.parquet")
    with pytest.raises(UnreadableFileError) as reported:
        open_parquet(path)
    assert reported.value.en == "the columns of c.parquet are not those of a.parquet: it lacks «channel»"
    pq.write_table(outreach(5, channel=pa.array([[1]] * 5)), path / "c.parquet")
    with pytest.raises(UnreadableFileError):
        open_parquet(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFileError) as reported:
        open_parquet(tmp_path / "empty")
    assert reported.value.en == "the folder has no .parquet file"


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError) as reported:
        scan_parquet("outreach", tmp_path / "a.parquet")
    assert 'pip install "cchc-metrics[arrow]"' in reported.value.en


def test_nothing_heavy_is_loaded_for_a_file(tmp_path: Path) -> None:
    path = written(outreach(25), tmp_path, 10)
    code = (
        f"import sys, cchc_metrics.read.parquet_files as p; list(p.scan_parquet('outreach', {str(path)!r})); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  this very code
    assert done.stdout == "False\n"


def test_a_word_that_stands_first_in_a_later_part_is_in_its_place_among_the_problems_of_its_row(tmp_path: Path) -> None:
    table = pa.table({"initiative_id": [None, None, None, "0"], "unit_code": [None] * 4, "status": ["?"] * 4})
    path = written(table, tmp_path, 1)
    parts = list(scan_parquet("initiatives", path, file="rows", part_rows=1))
    assert added(parts) == parse_parquet(path, KINDS["initiatives"], Given(), {}, file="rows").problems
