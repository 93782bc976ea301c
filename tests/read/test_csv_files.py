"""CSV files: what was written is what is read, whatever the encoding, delimiter and line ends; nothing is guessed and nothing vanishes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cchc_metrics.read import csv_files
from cchc_metrics.read.csv_files import read_csv
from cchc_metrics.read.csv_text import swallows
from cchc_metrics.read.files import read_file
from cchc_metrics.read.raw import RawTable, Refused, UnreadableFileError
from cchc_metrics.records.codes import Code

HEADINGS = ["Mã cuộc họp", "Đơn vị, cơ quan", 'Loại "họp"']
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\ufeff"), max_size=6) | st.sampled_from(
    ["", "a,b", "a;b", "hai\ndòng", 'nói "không"', "1.200", "Mỹ Quý"]
)
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n", *, quoting: Literal[0, 1] = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def cells_of(table: RawTable) -> list[list[str]]:
    return [[table.columns[p].cell(at) for p in range(len(table.headings))] for at in range(len(table.rows))]


def read_bytes(tmp_path: Path, data: bytes) -> RawTable:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    return read_csv(path)


def blank(row: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in row)


@given(
    st.lists(st.tuples(CELL, CELL, CELL), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@quick
def test_what_was_written_is_read(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str, end: str, encoding: str, quoting: Literal[0, 1]
) -> None:
    assume(not any(swallows(row, 3, delimiter) for row in rows))
    table = read_bytes(tmp_path, text_of([HEADINGS, *rows], delimiter, end, quoting=quoting).encode(encoding))
    assert list(table.headings) == HEADINGS
    kept = [(number, list(row)) for number, row in enumerate(rows, start=2) if not blank(row)]
    assert list(table.rows) == [number for number, _ in kept]
    assert cells_of(table) == [row for _, row in kept]
    assert not table.refused


@given(st.lists(st.lists(CELL, min_size=0, max_size=5), max_size=10))
@quick
def test_every_row_is_read_refused_or_blank(tmp_path: Path, rows: list[list[str]]) -> None:
    assume(all(row for row in rows))  # the writer has no form for a row without a cell but a blank line, tested below
    table = read_bytes(tmp_path, text_of([HEADINGS, *rows]).encode())
    expected_refused = []
    expected_rows = []
    for number, row in enumerate(rows, start=2):
        if blank(row):
            continue
        if swallows(row, 3, ","):
            expected_refused.append(Refused(number, 0, lines=1 + sum(cell.count("\n") for cell in row)))
        elif len(row) < 3 or not blank(row[3:]):
            expected_refused.append(Refused(number, len(row)))
        else:
            expected_rows.append((number, row[:3]))
    assert list(table.refused) == expected_refused
    assert list(zip(list(table.rows), cells_of(table), strict=True)) == expected_rows


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    table = read_bytes(tmp_path, b'\r\na,b\r\n"1\r\n1",x\r\n\r\n , \r\n,,\r\n3,y\r\n')
    assert table.heading_row == 2
    assert list(table.rows) == [3, 7]
    assert cells_of(table) == [["1\r\n1", "x"], ["3", "y"]]


def test_a_heading_may_run_over_two_lines(tmp_path: Path) -> None:
    table = read_bytes(tmp_path, '"Ngày;\ntiếp  nhận",b,,\n1,2,,\n'.encode())
    assert table.headings == ("Ngày; tiếp nhận", "b")
    assert cells_of(table) == [["1", "2"]]


@pytest.mark.parametrize(
    ("line", "headings"),
    [
        ("a;b,c;d", ("a", "b,c", "d")),
        ("a\tb,c;d\te", ("a", "b,c;d", "e")),
        ('"a;b;c;d",e', ("a;b;c;d", "e")),
        ("chỉ một", ("chỉ một",)),
        ("sep=;\na;b,c,d,e", ("a", "b,c,d,e")),
        ("\ta,b\tc", ("", "a,b", "c")),
    ],
)
def test_the_delimiter_is_decided_from_the_heading_line(tmp_path: Path, line: str, headings: tuple[str, ...]) -> None:
    assert read_bytes(tmp_path, f"{line}\n".encode()).headings == headings


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("Mã đơn vị\nMỹ Quý\n".encode("cp1258", "replace") + b"\xe3\n", "0x"),
        (b"a,b\n" * 50_000 + b"\xff,1\n", "byte 0xff is not UTF-8"),
        ("漢a字b漢a字b\n".encode("utf-16-le"), "NUL"),
        (b"PK\x03\x04 and so on", "an Excel file"),
        (b"\xd0\xcf\x11\xe0 and so on", "an Excel file"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "row 3: a quotation mark is opened and never closed"),
        (b'a,b\n1,"' + b"2\n" * 100_000, "row 2: a cell has more than 131072 characters"),
        (b'"a"b,c\n1,2\n', "row 1: a quotation mark is out of place"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        read_bytes(tmp_path, data)
    assert says in raised.value.en


def test_a_quotation_mark_out_of_place_costs_one_row(tmp_path: Path) -> None:
    table = read_bytes(tmp_path, 'a,b\n1,2\n3,"bản "sao" y"\n5,6\n'.encode())
    assert table.refused == (Refused(3, 0),)
    assert list(zip(list(table.rows), cells_of(table), strict=True)) == [(2, ["1", "2"]), (4, ["5", "6"])]


LINES = [f"TM-{n},Mỹ Quý,họp {n}" for n in range(1000)]


def stray(first: int, last: int, opened: int, closed: int, behind: str) -> bytes:
    """Return a file of a thousand lines; in two of them a quotation mark stands before a cell, or behind one."""
    lines = [line.split(",") for line in LINES]
    lines[first][opened] = f'"{lines[first][opened]}'
    lines[last][closed] = f'{lines[last][closed]}"{behind}'
    return "\n".join(["a,b,c", *map(",".join, lines), ""]).encode()


@pytest.mark.parametrize("way", ["text", "blocks"])
@pytest.mark.parametrize("behind", ["", "x"])
@pytest.mark.parametrize("opened", [0, 1, 2])
@pytest.mark.parametrize("closed", [0, 1, 2])
@pytest.mark.parametrize("last", [1, 2, 999])
def test_lines_swallowed_by_a_stray_quotation_mark_are_counted(
    tmp_path: Path, way: str, behind: str, opened: int, closed: int, last: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "blocks":
        pytest.importorskip("pyarrow")
        monkeypatch.setattr(csv_files, "_WORTH_BLOCKS", 0)
    table = read_bytes(tmp_path, stray(0, last, opened, closed, behind))
    assert table.refused == (Refused(2, 0, lines=last + 1),)
    assert len(table.rows) + table.refused_rows == len(LINES)


def test_a_heading_that_swallows_records_is_no_heading(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        read_bytes(tmp_path, b'a,"b,c\n1,2,3\n4,5",6\n')
    assert raised.value.en == "row 1: a quotation mark is out of place"


def test_sentences_over_several_lines_are_one_cell(tmp_path: Path) -> None:
    table = read_bytes(tmp_path, 'a,b,c\n1,"họp, bàn, và kết luận\nxã, thôn, ấp",2\n3,"một\n\nhai,ba",4\n'.encode())
    assert cells_of(table) == [["1", "họp, bàn, và kết luận\nxã, thôn, ấp", "2"], ["3", "một\n\nhai,ba", "4"]]


def test_a_folder_or_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(UnreadableFileError):
            read_csv(path)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_nothing_is_a_table_without_headings(tmp_path: Path, data: bytes) -> None:
    table = read_bytes(tmp_path, data)
    assert (table.headings, list(table.rows), table.columns) == ((), [], {})


def test_columns_that_nobody_wants_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    table = read_csv(path, wanted=lambda headings: [at for at, heading in enumerate(headings) if heading == "b"])
    assert {p: column.cell(0) for p, column in table.columns.items()} == {1: "2"}


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_text("a,b\n" + "1,2\n" * 20_000, encoding="utf-8")
    said: list[tuple[str, int, int]] = []
    table = read_csv(path, progress=lambda what, done, total: said.append((what, done, total)))
    assert len(table.rows) == 20_000
    size = path.stat().st_size
    assert {(what, total) for what, _, total in said} == {("big.csv", size)}
    done = [n for _, n, _ in said]
    assert done == sorted(done)
    assert len(set(done)) > 1
    assert done[-1] == size


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("opened", [0, 1, 3, 4])
def test_lines_that_lack_their_last_cells_are_not_swallowed_either(opened: int, long: bool, tmp_path: Path) -> None:
    heading = ["Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày tiếp nhận", "Ghi chú"]
    first = [f'"{cell}' if at == opened else cell for at, cell in enumerate(["HS-1", "TM", "4", "01/03/2021", "a"])]
    tail = ",".join(["", *["x"] * (4 - opened)])
    more = 90_000 * long
    lines = [",".join(heading), ",".join(first[: opened + 1]), "HS-2,TM,4,01/03/2021", f'"{tail}', "HS-3,TM,4,01/03/2021,b"]
    lines += [f"HS-{n},TM,4,01/03/2021,c" for n in range(4, 4 + more)]  # which are read by blocks
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    found = read_file("dossiers", path).problems
    assert (found.read, found.valid, found.count(Code.SWALLOWED_LINES)) == (4 + more, 1 + more, 1)


def test_a_note_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    notes = ["gồm:\n1,5 triệu,2 bản\n2,3 triệu,1 bản", "HS-9, HS-10, HS-11\nHS-12, HS-13, HS-14", "a;b;c\nd;e;f", "x\nTM,4,01/03/2021"]
    rows = [f'HS-{n},TM,4,01/03/2021,"{note}"' for n, note in enumerate(notes)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ghi chú", *rows]) + "\n", "utf-8")
    assert read_file("dossiers", path).problems.valid == len(notes)
