"""What a file may hold: asked before memory is taken for it, of every form, with a limit that can be raised."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.folders import small
from tests.fuzz.seeds import ROWS, html_of, ods_of, ods_with, xlsb_of, xlsb_sheet, xlsb_with, xlsx_of, xml_of
from tests.read.xls_writer import xls

import cchc_metrics as cm
from cchc_metrics.errors import InputError
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
    for name in ("file_bytes", "unpacked_bytes", "cells", "page_cells"):
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
