"""A row whose every cell shows an error is a row, of whatever form its workbook is: read, and rejected for each such cell."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from tests.fuzz.seeds import ods_with, xlsb_record, xlsb_with
from tests.read.xls_writer import xls

import cchc_metrics as cm
from cchc_metrics.read.other_errors import errors_of_ods
from cchc_metrics.read.xls_parts import ERRORS
from cchc_metrics.records.codes import Code

Rows = list[list[str]]
HEAD = ["Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày tiếp nhận", "Ghi chú"]
COLUMNS = ["dossier_id", "unit_code", "status", "received_at"]
GOOD = ["HS-1", "TM", "4", "01/03/2021", "a"]
WRONG = ["#N/A", "#REF!", "#N/A", "#DIV/0!", "#VALUE!"]


def xlsx_errors(rows: Rows) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell.startswith("#"):
                    sheet.write_formula(row, column, "=NA()", None, cell)
                elif cell:
                    sheet.write_string(row, column, cell)
    return made.getvalue()


def xlsb_errors(rows: Rows) -> bytes:
    codes, body = {name: code for code, name in ERRORS.items()}, b""
    for row, cells in enumerate(rows):
        body += xlsb_record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for column, cell in enumerate(cells):
            place = struct.pack("<II", column, 0)
            if cell.startswith("#"):
                error = place + bytes([codes[cell]])
                body += xlsb_record(3, error) if column % 2 else xlsb_record(11, error + struct.pack("<HII", 0, 0, 0))
            elif cell:
                body += xlsb_record(6, place + struct.pack("<I", len(cell)) + cell.encode("utf-16-le"))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, len(HEAD) - 1)
    return xlsb_with(xlsb_record(129) + xlsb_record(148, size) + xlsb_record(145) + body + xlsb_record(146) + xlsb_record(130))


def ods_errors(rows: Rows, *, old: bool = False) -> bytes:
    """As LibreOffice writes them, or as OpenOffice did."""

    def cell(text: str) -> str:
        said = 'office:value-type="string"'
        if text.startswith("#"):
            new = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
            said = 'table:formula="of:=NA()" ' + ('office:value-type="float" office:value="0"' if old else new)
        return f"<table:table-cell {said}><text:p>{text}</text:p></table:table-cell>" if text else "<table:table-cell/>"

    names = [(name, f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0") for name in ("office", "table", "text")]
    spaces = " ".join(
        f'xmlns:{name}="{space}"' for name, space in [*names, ("calcext", "urn:org:documentfoundation:names:experimental:calc")]
    )
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    return ods_with(
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="A">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>".encode()
    )


FORMS: dict[str, Callable[[Rows], bytes]] = {
    "a.xlsx": xlsx_errors,
    "a.xls": lambda rows: xls({"A": rows}),
    "a.xlsb": xlsb_errors,
    "a.ods": ods_errors,
    "old.ods": lambda rows: ods_errors(rows, old=True),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "rows", [[GOOD, WRONG], [WRONG, GOOD], [WRONG], [GOOD, WRONG, WRONG], [GOOD, [*WRONG[:4], ""], ["", ""], WRONG]], ids=str
)
def test_a_row_of_nothing_but_errors_is_read_and_rejected(name: str, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FORMS[name]([HEAD, *rows]))
    found = cm.read_file("dossiers", tmp_path / name).problems
    there = [row for row in rows if any(row)]
    assert (found.read, found.valid) == (len(there), there.count(GOOD))
    said = {(p.row, p.column): p.value for p in found.examples if p.code is Code.CELL_ERROR}
    every = {
        (at, COLUMNS[column]): cell for at, row in enumerate(rows, start=2) for column, cell in enumerate(row[:4]) if cell.startswith("#")
    }
    assert said == every


def test_what_somebody_typed_is_no_error_of_an_ods() -> None:
    typed = b'<table:table><table:table-row><table:table-cell office:value-type="string"><text:p>#N/A</text:p></table:table-cell>'
    assert errors_of_ods(typed, 0) == {}
    assert errors_of_ods(typed.replace(b'"string"', b'"float" office:value="0"'), 0) == {(1, 0): "#N/A"}


def test_an_error_that_is_repeated_without_end_takes_no_memory() -> None:
    content = (
        b'<table:table><table:table-row table:number-rows-repeated="999999999"><table:table-cell calcext:value-type="error" '
        b'table:number-columns-repeated="999999999"><text:p>#N/A</text:p></table:table-cell><table:table-cell calcext:value-type="error">'
        b"<text:p>#N/A</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert errors_of_ods(content, 0) == {}
