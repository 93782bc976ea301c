"""Folders and files of Parquet that are not what they seem: dead files, keys in the names of folders, types that differ, flipped bits."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from tests.read.parsed import same

from cchc_metrics.dataset import Dataset
from cchc_metrics.read.files import read_file
from cchc_metrics.read.parquet_files import scan_parquet
from cchc_metrics.read.places import is_there
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.rows import Parsed
from cchc_metrics.read.typed import read_arrow
from cchc_metrics.records.codes import Code
from cchc_metrics.reference.unit import Unit, UnitTree

UNITS = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
TEXTS = (
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.binary(),
    pa.large_binary(),
    pa.binary_view(),
    pa.dictionary(pa.int32(), pa.string()),
    pa.dictionary(pa.int8(), pa.large_string()),
)


def outreach(first: int, rows: int, text: pa.DataType | None = None, **columns: Any) -> pa.Table:
    texts: dict[str, list[str]] = {
        "activity_id": [f"A{n}" for n in range(first, first + rows)],
        "unit_code": ["TM"] * rows,
        "channel": ["talk_show"] * rows,
    }
    plain = {name: pa.array(cells, pa.string()) for name, cells in texts.items()}
    typed = {name: cells if text is None else cells.cast(text) for name, cells in plain.items()}
    return pa.table({**typed, "held_on": pa.array([date(2021, 5, 12)] * rows), **columns})


def written(path: Path, table: pa.Table) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


def both_ways(path: Path) -> list[Parsed]:
    """Read a table whole, and part by part; both give as many rows and the same problems."""
    whole, parts = read_file("outreach", path), list(scan_parquet("outreach", path))
    assert [sum(len(p.columns) for p in parts), sum(p.problems.rejected for p in parts)] == [len(whole.columns), whole.problems.rejected]
    return [whole, *parts]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(TEXTS, TEXTS)), ids=str)
def test_texts_are_texts_whatever_type_a_part_gives_them(tmp_path: Path, first: pa.DataType, second: pa.DataType) -> None:
    written(tmp_path / "a.parquet", outreach(0, 3, first))
    written(tmp_path / "b.parquet", outreach(3, 3, second))
    read = both_ways(tmp_path)[0]
    assert (len(read.columns), dict(read.problems.totals)) == (6, {})
    assert [record.model_dump()["activity_id"] for record in read.columns.records()] == [f"A{n}" for n in range(6)]


def test_a_dictionary_of_views_is_read() -> None:
    table = outreach(0, 3)
    views = pa.DictionaryArray.from_arrays(pa.array([0, 0, 0], pa.int32()), pa.array(["talk_show"], pa.string_view()))
    same(read_arrow("outreach", table.set_column(2, "channel", views)), read_arrow("outreach", table))


def test_bytes_that_are_no_text_are_reported() -> None:
    read = read_arrow("outreach", outreach(0, 2, activity_id=pa.array([b"A\xff", b"A1"], pa.binary())))
    assert (len(read.columns), dict(read.problems.totals)) == (1, {("", Code.UNKNOWN_CODE): 1})


@pytest.mark.parametrize("depth", ["", "nam=2021/"])
@pytest.mark.parametrize(
    ("mark", "name"),
    [("_delta_log/00000000000000000000.json", "Delta"), ("metadata/v1.metadata.json", "Iceberg"), (".hoodie/hoodie.properties", "Hudi")],
)
def test_a_table_whose_files_do_not_all_count_is_refused(tmp_path: Path, mark: str, name: str, depth: str) -> None:
    path = tmp_path / "outreach"
    (path / mark).parent.mkdir(parents=True)
    (path / mark).write_text("{}")
    written(path / depth / "old.parquet", outreach(0, 3))
    written(path / depth / "new.parquet", outreach(0, 3))
    assert is_there(path)
    for read in (lambda: read_file("outreach", path), lambda: list(scan_parquet("outreach", path))):
        with pytest.raises(UnreadableFileError, match=name):
            read()


@dataclass
class Stream:
    """What packages of table formats give that do not need pyarrow, as ``deltalake.QueryBuilder``: an Arrow stream and nothing else."""

    table: pa.Table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


def test_the_refusal_of_a_delta_folder_says_how_to_read_it_and_that_way_is_taken(tmp_path: Path) -> None:
    """Tried with deltalake 1: ``to_pyarrow_table()``, ``to_pyarrow_dataset()`` and the stream of a query."""
    (tmp_path / "_delta_log").mkdir()
    written(tmp_path / "old.parquet", outreach(0, 3))
    with pytest.raises(UnreadableFileError, match=r"Dataset\(…, dossiers=deltalake.DeltaTable\(path\).to_pyarrow_table\(\)\)"):
        list(scan_parquet("outreach", tmp_path))
    pq.write_table(outreach(0, 3), tmp_path / "alive.parquet")
    for given in (outreach(0, 3), Stream(outreach(0, 3)), ds.dataset(tmp_path / "alive.parquet")):
        assert len(Dataset(UNITS, unit="TM", outreach=given).columns("outreach")) == 3


def test_a_file_of_a_delta_table_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "_delta_log").mkdir()
    with pytest.raises(UnreadableFileError, match="Delta"):
        read_file("outreach", written(tmp_path / "old.parquet", outreach(0, 3)))


def test_a_table_that_is_still_being_written_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "a.parquet", outreach(0, 3))
    written(tmp_path / "_temporary" / "0" / "b.parquet", outreach(3, 3))
    with pytest.raises(UnreadableFileError, match="not finished"):
        read_file("outreach", tmp_path)


def test_what_stands_in_the_names_of_folders_is_a_column(tmp_path: Path) -> None:
    path = tmp_path / "outreach"
    for at, unit in enumerate(["TM", "M%C3%BD Qu%C3%BD", "__HIVE_DEFAULT_PARTITION__"]):
        for month in (1, 2):
            table = outreach(20 * at + 10 * month, 10).drop_columns(["unit_code"])
            written(path / f"unit_code={unit}" / f"thang={month}" / "part.parquet", table)
    written(path / "unit_code=TM" / ".hidden" / "part.parquet", outreach(0, 5))
    assert is_there(path)
    read = both_ways(path)[0]
    assert read.problems.read == 60
    assert sorted(read.columns.labels["unit_code"]) == ["Mý Quý", "TM"]
    assert dict(read.problems.totals) == {("outreach", Code.MISSING_VALUE): 20, ("outreach", Code.UNKNOWN_HEADING): 1}


def test_files_in_folders_below_are_part_of_the_table(tmp_path: Path) -> None:
    written(tmp_path / "a.parquet", outreach(0, 10))
    written(tmp_path / "2021" / "b.parquet", outreach(10, 10))
    assert len(both_ways(tmp_path)[0].columns) == 20


def test_a_part_without_a_column_is_named_with_it(tmp_path: Path) -> None:
    written(tmp_path / "a.parquet", outreach(0, 3))
    written(tmp_path / "b.parquet", outreach(3, 3).drop_columns(["channel"]).append_column("Ghi chú", pa.array(["x"] * 3)))
    with pytest.raises(UnreadableFileError, match=r"b.parquet are not those of a.parquet: it lacks «channel», it also has «Ghi chú»"):
        read_file("outreach", tmp_path)


def test_parts_under_unlike_keys_are_no_table(tmp_path: Path) -> None:
    written(tmp_path / "a.parquet", outreach(0, 3))
    written(tmp_path / "nam=2021" / "b.parquet", outreach(3, 3))
    with pytest.raises(UnreadableFileError, match=r"it also has «nam»"):
        read_file("outreach", tmp_path)


def test_a_flipped_bit_is_found_by_the_checksum_of_its_page(tmp_path: Path) -> None:
    path, draw = tmp_path / "outreach.parquet", Random(5)  # noqa: S311  drawn places, no secrets
    table = outreach(0, 2000, reach=pa.array(range(2000), pa.int32()))
    pq.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False)
    good, first = path.read_bytes(), pq.ParquetFile(path).metadata.row_group(0)
    column = first.column(4)
    begin, end = column.data_page_offset, column.data_page_offset + column.total_compressed_size
    for _ in range(60):
        broken, at = bytearray(good), draw.randrange(end - 6000, end)
        assert begin < at
        broken[at] ^= 1 << draw.randrange(8)
        path.write_bytes(broken)
        for read in (lambda: read_file("outreach", path), lambda: list(scan_parquet("outreach", path))):
            with pytest.raises(UnreadableFileError):
                read()


@pytest.mark.parametrize("kept", [0, 3, 4, 8, 11, 12, 0.3, 0.9, 0.999])
def test_a_file_that_breaks_off_is_unreadable(tmp_path: Path, kept: float) -> None:
    path = written(tmp_path / "outreach.parquet", outreach(0, 200))
    data = path.read_bytes()
    path.write_bytes(data[: kept if isinstance(kept, int) else int(kept * len(data))])
    for read in (lambda: read_file("outreach", path), lambda: list(scan_parquet("outreach", path))):
        with pytest.raises(UnreadableFileError):
            read()
