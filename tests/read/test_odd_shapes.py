"""Odd shapes of files that other packages read by names, or up to a length: the library says what is wrong of them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cchc_metrics as cm
from cchc_metrics.errors import InputError
from cchc_metrics.read.form06_csv import read_form06_file

ROW = {"Mã cuộc họp": "1", "Đơn vị": "TM", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": "có"}
UNITS = cm.UnitTree([cm.Unit(code="TM", name="Tháp Mười", kind="huyện", level="district")])


@pytest.mark.parametrize("name", [*ROW, "q"])
def test_a_column_of_parquet_that_stands_twice_is_named_or_not_needed(name: str, tmp_path: Path) -> None:
    columns = [*([pa.array([cell]) for cell in ROW.values()]), *[pa.array(["x"])] * 2]
    pq.write_table(pa.Table.from_arrays(columns, names=[*ROW, name, "q"]), tmp_path / "a.parquet")
    problems = cm.read_file("meetings", tmp_path / "a.parquet", units=UNITS).problems
    assert (problems.read, problems.valid) == (1, name == "q")
    assert any(f"two columns mean the same: «{name}», «{name}»" in problem.text("en") for problem in problems) == (name != "q")


def test_a_form_with_a_cell_that_never_ends_and_one_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("level,field,(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13)\ncommune," + "x" * 200_000)
    with pytest.raises(InputError, match="field larger than field limit"):
        read_form06_file(tmp_path / "a.csv")
    with pytest.raises(InputError, match="no file"):
        read_form06_file(tmp_path)
