"""CSV cut by pyarrow: the table, or the refusal, is that of the standard library, however ugly the file and wherever it is cut."""

from __future__ import annotations

import csv
import importlib.util
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.read.parsed import same

from cchc_metrics.read import csv_arrow, csv_files
from cchc_metrics.read.checks import Given
from cchc_metrics.read.csv_arrow import read_blocks
from cchc_metrics.read.csv_files import read_csv
from cchc_metrics.read.distinct import DistinctColumn
from cchc_metrics.read.raw import RawColumn, RawTable, UnreadableFileError, Wanted
from cchc_metrics.read.tables import understand
from cchc_metrics.records.kinds import KINDS

pytest.importorskip("pyarrow")

PLAIN = st.sampled_from(["", "1", "TM-2", "Mỹ Quý", "2021-03-01", "01/03/2021", " x ", "NA", "null", "a b", "Mỹ Quý"])
UGLY = st.sampled_from(
    ['"', '""', "a,b", "a;b", "hai\ndòng", "hai\r\ndòng", "\r", "\t", " ", "\u00a0", 'nói "không"', "\ufeff", "\x00", "\u2028", "\x85"]
) | st.text(max_size=3)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
quick = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150, deadline=None)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Return a strategy for files: rows that were written well, rows that were written badly, and fragments of anything."""
    delimiter, end = draw(st.sampled_from(",;\t")), draw(LINE_ENDS)
    width = draw(st.integers(1, 4))
    ugly = draw(st.booleans())
    cell = PLAIN | UGLY if ugly else PLAIN
    ragged = draw(st.booleans())
    quoting: Any = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    heading = [f"h{n}" for n in range(width)] + [""] * draw(st.integers(0, 2))
    writer.writerow(heading)
    for kind in draw(st.lists(st.integers(0, 19), max_size=12)):
        if ugly and kind == 0:
            out.write(draw(st.text(st.sampled_from('a"",;\r\n \ufeff'), max_size=6)))
        elif ragged and kind == 1:
            writer.writerow(draw(st.lists(cell, max_size=6)))
        elif kind == 2:
            writer.writerow([""] * len(heading))
        elif kind == 3:
            out.write(end)
        else:
            writer.writerow([*draw(st.lists(cell, min_size=width, max_size=width)), *[""] * (len(heading) - width)])
    text = out.getvalue()
    return text.removesuffix(end) if draw(st.booleans()) else text


def reported(table: RawTable) -> tuple[Any, ...]:
    """Return everything that a table says."""
    columns = {}
    for position, column in table.columns.items():
        assert isinstance(column, RawColumn)
        assert column.codes.dtype == "int32"
        columns[position] = (list(column.values), column.codes.tolist())
    return table.headings, table.heading_row, len(table.rows), list(table.rows), table.refused, table.file, columns


def outcome(read: Callable[[], RawTable | None]) -> Any:
    """Return what a table says, or what is said in its place; None where it is left to the other way."""
    try:
        table = read()
    except UnreadableFileError as error:
        return error.en
    except UnicodeDecodeError as error:
        return error.object[error.start]
    return None if table is None else reported(table)


def by_text(data: bytes, wanted: Wanted | None = None) -> Any:
    return outcome(lambda: csv_files._read(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), wanted, "a.csv", lambda: None))


def by_blocks(data: bytes, block: int, wanted: Wanted | None = None) -> Any:
    return outcome(lambda: read_blocks(io.BytesIO(data).read, wanted, "a.csv", lambda: None, block=block))


WANTED = st.sampled_from([None, lambda headings: range(min(len(headings), 1)), lambda headings: range(len(headings))[-1:]])


@given(texts(), st.integers(1, 60))
@example('a,b\n1,"2\n3,4\n', 8)
@example('a,b\n1,"2\n\n3",4\n5,6\n', 8)
@example("a,b\n\ufeff1,2\n", 4)
@example('a,b\n1,2\n3,"x"y\n5,6\n', 9)
@example('a,b\n"1""",2\n"","3"\n', 12)
@example("a\n1\n\n2\n", 3)
@example("a,b,,\n1,2,,\n3,4,5,\n", 7)
@quick
def test_both_ways_give_the_same_table(text: str, block: int) -> None:
    data = text.encode()
    found = by_blocks(data, block)
    assert found is None or found == by_text(data)


@given(texts(), st.binary(min_size=1, max_size=3), st.floats(0, 1), st.integers(1, 60), WANTED)
@example("a,b\n1,2\n3,4\n", b"\xff", 10 / 12, 60, lambda _: [0])
@quick
def test_both_ways_refuse_the_same_files(text: str, odd: bytes, at: float, block: int, wanted: Wanted | None) -> None:
    data = text.encode()
    place = int(at * len(data))
    data = data[:place] + odd + data[place:]
    found = by_blocks(data, block, wanted)
    assert found is None or found == by_text(data, wanted)


@given(texts(), st.integers(1, 60), WANTED)
@example("a,b\n1,2\n3,4\n\n5,6\n ,7\n", 8, lambda _: [0])
@quick
def test_columns_of_distinct_cells_are_the_same_table_too(text: str, block: int, wanted: Wanted | None) -> None:
    data = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_arrow, "_ROWS_THAT_TELL", 1)
        found = by_blocks(data, block, wanted)
    assert found is None or found == by_text(data, wanted)


TOLD_APART = ["", " ", "H1", "H1 ", "H 1", "H  1", "H\u00a01", "M\u1ef9", "My\u0303", "x\ny"]
IDS = st.sampled_from(TOLD_APART) | st.text("H0123456789", min_size=1, max_size=4)


@given(st.lists(st.tuples(IDS, st.sampled_from(["A", "B", ""]), st.sampled_from(["received", "?"])), max_size=12), st.integers(1, 60))
@quick
def test_identifiers_are_judged_alike_both_ways(rows: list[tuple[str, str, str]], block: int) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("dossier_id", "unit_code", "status"), *rows])
    data = out.getvalue().encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_arrow, "_ROWS_THAT_TELL", 1)
        found = read_blocks(io.BytesIO(data).read, None, "a.csv", lambda: None, block=block)
    assert found is not None
    text = csv_files._read(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), None, "a.csv", lambda: None)
    same(understand(found, KINDS["dossiers"], Given()), understand(text, KINDS["dossiers"], Given()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("end", "quoting"), [("\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL)])
def test_a_big_file_is_read_by_blocks_and_is_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, end: str, quoting: Any
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    writer.writerow(["Mã hồ sơ", "Đơn vị", "Ghi chú", "Lĩnh vực"])
    # Every id of the second half stood in the first too, with a row that is out of order and a blank one between.
    for n in range(24_000):
        writer.writerow([f"H{n % 12_000}", f"U{n % 7}", "" if n % 3 else f'hai\ndòng "{n % 5}"', "Đất đai"])
        if n == 12_000:
            writer.writerow(["H1", "U1"])
            writer.writerow(["", " ", "", ""])
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    expected = reported(read_csv(path))
    monkeypatch.setattr(csv_files, "_WORTH_BLOCKS", 1)
    monkeypatch.setattr(csv_arrow, "BLOCK", 1 << 18)
    done: list[int] = []
    assert reported(read_csv(path, progress=lambda _, at, size: done.append(at - size))) == expected
    assert done == sorted(done)
    assert done[-1] == 0
    assert len(expected[4]) == 1


def watched(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return the list to which it is added, block by block, whether pyarrow made a table of it."""
    taken: list[bool] = []
    add = csv_arrow._Rows.add

    def watch(self: csv_arrow._Rows, data: bytes, table: Any) -> bool:
        taken.append(table is not None)
        return add(self, data, table)

    monkeypatch.setattr(csv_arrow._Rows, "add", watch)
    return taken


def test_blocks_go_to_pyarrow_and_an_odd_one_does_not_take_the_rest_along(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = watched(monkeypatch)
    lines = [b'"1",2\n'] * 30
    lines[14] = b"1,2,3\n"
    table = read_blocks(io.BytesIO(b"a,b\n" + b"".join(lines)).read, None, "", lambda: None, block=60)
    assert rows == [True, False, True]
    assert table is not None
    assert len(table.rows) == 29


@pytest.mark.parametrize("width", [10, 300, 1_000])
def test_identifiers_are_seen_to_be_distinct_however_wide_the_rows(width: int) -> None:
    lines = "".join(f"H{n},{'x' * width},đ\n" for n in range(9_000))
    table = read_blocks(io.BytesIO(f"id,note,field\n{lines}".encode()).read, lambda _: [0, 2], "", lambda: None)
    assert table is not None
    ids, field = table.columns[0], table.columns[2]
    assert isinstance(ids, DistinctColumn)
    assert not isinstance(field, DistinctColumn)
    assert (len(ids.values), len(table.rows)) == (9_000, 9_000)


def test_a_cell_may_go_on_in_the_next_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = watched(monkeypatch)
    table = read_blocks(io.BytesIO(b"a,b\n" + b'"1\n\n",2\n' * 100).read, None, "", lambda: None, block=50)
    assert len(rows) > 10
    assert all(rows)
    assert table is not None
    assert len(table.rows) == 100


def test_a_heading_that_goes_on_and_on_is_left_to_the_other_way() -> None:
    data = b'"' + b"a\n" * 40_000 + b'",b\n1,2\n'
    assert by_blocks(data, 100) is None
    assert by_text(data)[3] == [2]


@pytest.mark.parametrize("cell", ["x" * 200_000, '"' + "x\n" * 100_000 + '"', '"' + 'x""' * 70_000 + '"'])
def test_a_cell_that_is_too_long_is_refused_alike(cell: str) -> None:
    data = f"a,b\n1,2\n3,{cell}\n4,5\n".encode()
    said = by_text(data)
    assert by_blocks(data, 1 << 20) == said
    assert str(said).startswith("row 3: a cell has more than 131072 characters")


def test_without_pyarrow_the_file_is_read_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    monkeypatch.setattr(csv_files, "_WORTH_BLOCKS", 1)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert reported(read_csv(path))[3] == [2]
