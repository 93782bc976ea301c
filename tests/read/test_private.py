"""Cells of persons and of what is secret stand in no message, whatever is wrong with the table in which they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.read.files import read_file
from cchc_metrics.read.frames import read_frame
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.tables import Parsed
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS

PERSON = ["HS-001", "Nguyễn Văn An", "079201001234", "0912 345 678", "an@thapmuoi.vn", "Trực tuyến", "05/01/2021", "Số 3 ấp 2"]
PRIVATE = ("Nguyễn", "079201", "0912", "an@", "ấp 2")


def messages(parsed: Parsed) -> str:
    return (
        str(parsed.problems.to_csv())
        + repr(parsed.problems.examples)
        + "".join(p.text(lang) for p in parsed.problems for lang in ("vi", "en"))
    )


def of_csv(path: Path, kind: str) -> Parsed:
    (path / "a.csv").write_text(",".join(PERSON) + "\n" + ",".join(PERSON[::-1]) + "\n", encoding="utf-8")
    return read_file(kind, path / "a.csv")


def of_workbook(path: Path, kind: str) -> Parsed:
    book = openpyxl.Workbook()
    for row in (PERSON, PERSON[::-1]):
        book.active.append(row)
    book.save(path / "a.xlsx")
    return read_file(kind, path / "a.xlsx")


def of_frame(_: Path, kind: str) -> Parsed:
    return read_frame(kind, pa.table({name: ["x", "y"] for name in PERSON}))


@pytest.mark.parametrize("read", [of_csv, of_workbook, of_frame])
@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_a_heading_row_shows_nobody(kind: str, read: Callable[[Path, str], Parsed], tmp_path: Path) -> None:
    parsed = read(tmp_path, kind)
    assert not parsed.usable
    assert parsed.problems.count(Code.NO_HEADING_ROW) == 1
    assert not [word for word in PRIVATE if word in messages(parsed)]


def test_a_table_that_lacks_one_column_still_names_its_others() -> None:
    row = {"Mã hồ sơ": "1", "Ngày tiếp nhận": "2021-01-05", "Đơn vị": "TM", "Hình thức nộp": "x", "Người nhập": "y", "0912345678": "z"}
    text = messages(read_rows("dossiers", [row]))
    assert "Người nhập" in text
    assert "0912345678" not in text


CELLS = st.sampled_from(["", "2021-01-05", "2021-02-30", "kín 7", "TM"])


@given(st.lists(st.tuples(st.sampled_from(["mật 1", "mở 2", ""]), CELLS, CELLS, st.sampled_from(["mật", "thường", "", "M@T"])), min_size=1))
@settings(max_examples=60)
def test_of_secret_rows_only_the_number_is_told(drawn: list[tuple[str, ...]]) -> None:
    rows = [dict(zip(("document_id", "issued_on", "unit_code", "secrecy"), row, strict=True)) for row in drawn]
    secret = {row["document_id"] for row in rows if row["secrecy"] in ("mật", "M@T")} - {""}
    parsed = read_rows("documents", rows)
    hidden = {i for i, row in enumerate(rows, start=1) if row["secrecy"] in ("mật", "M@T") or row["document_id"] in secret}
    listed: list[Any] = [p for p in parsed.problems if p.row and p.column != "secrecy"]
    assert not {row for p in listed for row in p.rows or (p.row,)} & hidden
    assert not [name for name in secret if name in messages(parsed)]
    assert parsed.problems.total == sum(p.cells for p in parsed.problems)
