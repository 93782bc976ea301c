"""What a file may hold: asked before memory is taken for it, of every form, with a limit that can be raised."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.folders import small
from tests.fuzz.seeds import ROWS, html_of, ods_of, ods_with, xlsb_of, xlsb_sheet, xlsb_with, xlsx_of, xml_of
from tests.read.xls_writer import xls

import cchc_metrics as cm
from cchc_metrics.errors import InputError
from cchc_metrics.read.archives import same_for_all
from cchc_metrics.read.areas import area_of_xlsb, areas_of_ods
from cchc_metrics.read.limits import LIMITS
from cchc_metrics.read.raw import UnreadableFileError

HEAD = "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in ROWS[0])


def ods_rows(rows: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    return ods_with(
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="A"><table:table-row>{HEAD}</table:table-row>{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>".encode()
    )


def far_xlsx() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ROWS[0])
        sheet.write_string(1_048_575, 16_383, "x")
    return made.getvalue()


def far_xls(sheets: int) -> bytes:
    rows: list[list[Any]] = [[*ROWS[0], *[""] * 248, "x"], *[[] for _ in range(65_534)], ["x"]]
    return xls({f"A{n}": rows for n in range(sheets)})


FILLED = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "far.xlsx": far_xlsx,
    "far.xlsb": lambda: xlsb_with(xlsb_sheet({(0, 0): "a", (1_048_575, 16_383): "b"})),
    "wide.xlsb": lambda: xlsb_with(xlsb_sheet({(0, 0): "a", (0, 4_000_000_000): "b"})),
    "full.ods": lambda: ods_rows(f'<table:table-row table:number-rows-repeated="1048575">{FILLED}</table:table-row>'),
    "far.ods": lambda: ods_rows(
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="16383"/>{HEAD}</table:table-row>'
    ),
    "many.xls": lambda: far_xls(5),
}
"""Files of some kilobytes that ask for gigabytes, by the ending that says of what form."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_small_file_that_asks_for_gigabytes_is_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    code = f"""
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        import cchc_metrics as cm
        try:
            cm.read_file("dossiers", {str(path)!r})
        except cm.CchcError as error:
            print(error.code, error.en)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  itself
    assert run.returncode == 0, run.stderr[-300:]
    assert run.stdout.startswith("unreadable_file ")
    assert "over 67108864; split the file, save it as CSV, or write cells = " in run.stdout


def hidden_archives() -> dict[str, bytes]:
    """Return files in which two archives stand: what asks for gigabytes, and what is harmless, of which readers take one or the other."""
    far, small_one = far_xlsx(), xlsx_of(ROWS)
    end = small_one.rfind(b"PK\x05\x06")
    said = struct.pack("<H", 5)  # so long a comment does not follow
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as twice, zipfile.ZipFile(io.BytesIO(far)) as one, zipfile.ZipFile(io.BytesIO(small_one)) as other:
        for name in other.namelist():
            for parts in (one, other) if name.endswith("sheet1.xml") else (other,):
                twice.writestr(name, parts.read(name))
    nameless = xls({"A": [["a"]]}).replace("Workbook".encode("utf-16-le"), "Wxrkbook".encode("utf-16-le"))
    return {
        "ends.xlsx": far + small_one[: end + 20] + said + b"xx",
        "after.xlsx": far + small_one,
        "twice.xlsx": made.getvalue(),
        "behind.xls": nameless + far,
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_looked_at_is_what_is_read(tmp_path: Path) -> None:
    for name, data in hidden_archives().items():
        (tmp_path / name).write_bytes(data)
    code = f"""
        import pathlib, resource
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        import cchc_metrics as cm
        for path in sorted(pathlib.Path({str(tmp_path)!r}).iterdir()):
            try:
                print(path.name, cm.read_file("dossiers", path).problems.read)
            except cm.CchcError as error:
                print(path.name, error.code)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  itself
    assert run.returncode == 0, run.stderr[-300:]
    assert run.stdout.splitlines() == ["after.xlsx 5", "behind.xls unreadable_file", "ends.xlsx 5", "twice.xlsx 5"]


def test_an_archive_is_packed_anew_part_by_part() -> None:
    for made in (xlsx_of(ROWS), far_xlsx(), ods_of(ROWS)):
        assert same_for_all(made) is made
        packed = same_for_all(b"in front" + made)
        assert packed != made
        with zipfile.ZipFile(io.BytesIO(packed)) as new, zipfile.ZipFile(io.BytesIO(made)) as old:
            assert new.testzip() is None
            assert {name: new.read(name) for name in new.namelist()} == {name: old.read(name) for name in old.namelist()}
        assert same_for_all(packed) is packed


BOOKS = {
    "a.xlsx": xlsx_of(ROWS),
    "a.xlsb": xlsb_of(ROWS),
    "a.ods": ods_of(ROWS),
    "a.xls": xls({"A": ROWS}),
    "a.html": html_of(ROWS),
    "a.xml": xml_of(ROWS),
}


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("limit", ["file_bytes", "unpacked_bytes", "cells", "page_cells"])
def test_every_limit_can_be_said_and_names_itself(name: str, limit: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BOOKS[name])
    page = name.endswith(("html", "xml"))
    concerned = {"file_bytes": True, "page_cells": page, "cells": not page, "unpacked_bytes": not page and name != "a.xls"}[limit]
    if not concerned:
        assert cm.read_file("dossiers", path, own={"limits": {limit: 1}}).problems.read
        return
    with pytest.raises(UnreadableFileError, match=rf"over 1; .*{limit} = \d+ under \[limits\]") as raised:
        cm.read_file("dossiers", path, own={"limits": {limit: 1}})
    said = int(raised.value.en.split(f"{limit} = ")[1].split()[0])
    if limit != "page_cells":  # of which the first row that is too much is named
        assert cm.read_file("dossiers", path, own={"limits": {limit: said}}).problems.read
        with pytest.raises(UnreadableFileError, match=f"over {said - 1}"):
            cm.read_file("dossiers", path, own={"limits": {limit: said - 1}})


CELLS = [[str(cell) for cell in row] for row in ROWS]
TEXT = "\n".join(",".join(cell.replace('"', "-") for cell in row) for row in CELLS) + "\n"
OVER = {"rows": len(ROWS) - 2, "rows_in_parts": len(ROWS) - 2, "headings": len(ROWS[0]) - 1}
TABLES: dict[str, Callable[[Path], object]] = {
    **{name: partial(Path.write_bytes, data=made) for name, made in BOOKS.items()},
    "a.csv": lambda path: path.write_text(TEXT, "utf-8"),
    "a.tsv": lambda path: path.write_text(TEXT.replace(",", "\t"), "utf-8"),
    "a.parquet": lambda path: pq.write_table(pa.table(dict(zip(CELLS[0], zip(*CELLS[1:], strict=True), strict=True))), path),
}


@pytest.mark.parametrize("name", TABLES)
def test_rows_and_headings_have_limits_in_every_form(name: str, tmp_path: Path) -> None:
    TABLES[name](tmp_path / name)
    rows, headings = len(ROWS) - 1 + 2 * (name == "a.xlsx"), len(ROWS[0])  # below which stand a formula and a merged area
    enough = {"limits": {"rows": rows, "headings": headings}}
    assert cm.read_file("dossiers", tmp_path / name, own=enough).problems.read == rows - (name == "a.xlsx")
    with pytest.raises(UnreadableFileError, match=rf"too many rows: at least {rows}, over {rows - 1}; .* larger rows under \[limits\]"):
        cm.read_file("dossiers", tmp_path / name, own={"limits": {"rows": rows - 1}})
    with pytest.raises(UnreadableFileError, match=rf"too many headings: {headings}, over {headings - 1}; .*headings = {headings} under"):
        cm.read_file("dossiers", tmp_path / name, own={"limits": {"headings": headings - 1}})


@pytest.mark.parametrize("odd", [False, True])
def test_a_long_csv_is_left_where_it_is_over_the_limit(odd: bool, tmp_path: Path) -> None:
    path, lines = tmp_path / "a.csv", 60_000
    row = TEXT.split("\n")[1]
    path.write_text(TEXT.split("\n")[0] + "\n" + (f"{row}\n" * lines), "utf-8")
    if odd:
        path.write_text(path.read_text("utf-8").replace(row, row.replace("TM", 'T"M', 1)), "utf-8")
    assert path.stat().st_size > 1 << 21  # which is read by blocks
    with pytest.raises(UnreadableFileError, match=f"too many rows: at least [0-9]+, over {lines - 1}"):
        cm.read_file("dossiers", path, own={"limits": {"rows": lines - 1}})
    assert cm.read_file("dossiers", path, own={"limits": {"rows": lines}}).problems.read == lines


def test_what_is_counted_in_parts_has_a_limit_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    for at in range(3):
        TABLES["a.parquet"](tmp_path / "f" / f"{at}.parquet")
    rows = 3 * (len(ROWS) - 1)
    low = {"limits": {"rows": 1, "rows_in_parts": rows}}
    assert sum(part.problems.read for part in cm.scan_parquet("dossiers", tmp_path / "f", own=low)) == rows
    with pytest.raises(UnreadableFileError, match=f"too many rows: at least {rows}, over 1; .*larger rows under"):
        cm.read_file("dossiers", tmp_path / "f", own=low)
    with pytest.raises(UnreadableFileError, match=f"at least {rows}, over {rows - 1}; .*larger rows_in_parts under"):
        cm.scan_parquet("dossiers", tmp_path / "f", own={"limits": {"rows_in_parts": rows - 1}})
    with pytest.raises(InputError, match="own has no «limits»"):
        cm.read_frame("dossiers", {"Mã hồ sơ": ["1"]}, own=low)  # what is in memory has none


@pytest.mark.parametrize(("ending", "limit"), [("csv", "rows"), ("parquet", "rows_in_parts"), ("csv", "headings"), ("parquet", "headings")])
def test_a_folder_counts_nothing_of_a_table_over_its_limits(ending: str, limit: str, tmp_path: Path) -> None:
    folder = small(tmp_path / "f", dossiers_csv=None)
    TABLES[f"a.{ending}"](folder / f"dossiers.{ending}")
    settings = folder / "district.toml"
    settings.write_text(settings.read_text("utf-8") + f"[limits]\n{limit} = {OVER[limit]}\n", encoding="utf-8")
    problems = cm.read_folder(folder).problems
    many = f"rows: at least {len(ROWS) - 1}" if limit.startswith("rows") else f"headings: {len(ROWS[0])}"
    assert [p.code.value for p in problems.examples] == ["unreadable_file"]
    assert f"too many {many}, over {OVER[limit]}" in problems.examples[0].text("en")


def test_a_folder_says_its_limits(tmp_path: Path) -> None:
    folder = small(tmp_path / "f", dossiers_csv=None)
    (folder / "dossiers.xlsx").write_bytes(BOOKS["a.xlsx"])
    settings = (folder / "district.toml").read_text("utf-8")
    (folder / "district.toml").write_text(settings + "[limits]\ncells = 10\n", encoding="utf-8")
    found = cm.read_folder(folder).problems
    assert [p.code.value for p in found.examples] == ["unreadable_file"]
    assert "cells = " in found.examples[0].text("en")
    (folder / "district.toml").write_text(settings + "[limits]\ncells = 1000\n", encoding="utf-8")
    assert cm.read_folder(folder).problems.read > 4


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("cels = 10", "there is no limit «cels»; did you mean «cells»?"),
        ("cells = 0", "cells must be a whole number from 1"),
        ("cells = true", "cells must be a whole number from 1"),
        ('cells = "10"', "cells must be a whole number from 1"),
    ],
)
def test_a_wrong_limit_is_named(said: str, words: str, tmp_path: Path) -> None:
    folder = small(tmp_path / "f")
    settings = (folder / "district.toml").read_text("utf-8")
    (folder / "district.toml").write_text(f"{settings}[limits]\n{said}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        cm.read_folder(folder)
    assert words in raised.value.en


def test_what_pads_a_sheet_takes_no_place() -> None:
    pad = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    with zipfile.ZipFile(io.BytesIO(ods_rows(pad))) as parts:
        assert list(areas_of_ods(parts.read("content.xml"))) == [(1, 7)]
    assert area_of_xlsb(xlsb_sheet({(0, 0): "a", (6, 2): 1.0})) == (7, 3)
    assert area_of_xlsb(b"\x00\x19" + struct.pack("<I", 5)) == (0, 0)


def test_the_limits_are_what_is_said_of_them() -> None:
    page = Path("docs/bad-input.md").read_text("utf-8")
    for name in (field.name for field in fields(LIMITS)):
        value = f"{getattr(LIMITS, name):,}".replace(",", " ")
        assert f"| `{name}` | {value} |" in page


def test_declared_files_have_limits_of_their_own(tmp_path: Path) -> None:
    folder = small(tmp_path / "f")
    settings = (folder / "district.toml").read_text("utf-8")
    (folder / "district.toml").write_text(settings + "#" * (1 << 24), encoding="utf-8")
    with pytest.raises(InputError, match="characters, over 16777216"):
        cm.read_folder(folder)
    with (folder / "district.toml").open("w") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(InputError, match="bytes, over 1073741824"):
        cm.read_folder(folder)
