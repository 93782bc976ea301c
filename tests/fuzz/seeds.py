"""Make the seeds of the fuzzer, all made up: ``python -m tests.fuzz.seeds`` writes them to ``tests/fuzz/corpus``."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from tests.folders import SMALL, small
from tests.fuzz.targets import PART, TARGETS
from tests.read.xls_writer import xls

import cchc_metrics as cm
from cchc_metrics.fold import Ask, tally_batches

HERE: Final = Path(__file__).parent
CORPUS, REGRESSIONS = HERE / "corpus", HERE / "regressions"
ROWS: Final = [
    ["Mã hồ sơ", "Đơn vị", "Trạng thái", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc", "Ghi chú"],
    ["1", "TM", "9", "01/03/2021", "05/03/2021", "03/03/2021", "a"],
    ["2", "Mỹ An", "9", "01/03/2021", "05/03/2021 15:30", "08/03/2021", "b;c"],
    ["2", "TM.01", "4", "01/03/2021", "", "", '"'],
    ["", "Tổng cộng", "", "", "", "3", "#N/A"],
]
CHANGES: Final = [
    ["Mã cũ", "Tên cũ", "Mã mới", "Tên mới", "part"],
    ["30001", "Xã A", "30100", "Xã B", "whole"],
    ["30002", "Xã C", "30100", "Xã B", "part"],
]
CANONICAL: Final = ["dossier_id", "unit_code", "status", "received_at", "due_at", "ended_at"]
MEETINGS: Final = [["Mã cuộc họp", "Đơn vị", "Loại cuộc họp", "Ngày họp", "Họp không giấy"], ["1", "TM", "Họp UBND", "05/01/2021", "có"]]
"""In the tables of all formats; the first byte of a seed is the number of the kind: 0 of dossiers, 2 of meetings."""


def csv_of(rows: list[list[str]], mark: str = ",") -> bytes:
    quoted = [[f'"{cell}"' if mark in cell else cell.replace('"', '""""') for cell in row] for row in rows]
    return "\n".join(mark.join(row) for row in quoted).encode() + b"\n"


def html_of(rows: list[list[str]]) -> bytes:
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<html><meta charset="utf-8"><table border=1><tr><td colspan=7>Sổ</td></tr>{lines}</table></html>'.encode()


def xml_of(rows: list[list[str]]) -> bytes:
    lines = "".join("<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>" for row in rows)
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="A"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


def xlsx_of(rows: list[list[str]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Hồ sơ")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_number(at, column, int(cell)) if cell.isdigit() else sheet.write_string(at, column, cell)
        sheet.write_formula(len(rows), 3, "=SUM(A1:A3)", None, "")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.merge_range(len(rows) + 1, 0, len(rows) + 2, 1, "x")
    return stored(made.getvalue())


def stored(data: bytes) -> bytes:
    """Return an archive whose parts are not compressed, so that a changed byte is a changed letter; pictures and styles left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            if "theme" not in name and "docProps" not in name:
                new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name))
    return made.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name, data in parts.items():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def ods_of(rows: list[list[str]]) -> bytes:
    lines = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row)
        + '<table:table-cell table:number-columns-repeated="3"/></table:table-row>'
        for row in rows
    )
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="A">{lines}<table:table-row table:number-rows-repeated="5"><table:table-cell/></table:table-row>'
        "</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return ods_with(content.encode())


def ods_with(content: bytes) -> bytes:
    """Return a workbook of a content."""
    space = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    entry = '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    listed = f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {space}>{entry}</manifest:manifest>'
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": listed.encode()})


def _number(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def xlsb_record(kind: int, data: bytes = b"") -> bytes:
    return (bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])) + _number(len(data)) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_sheet(cells: dict[tuple[int, int], str | float]) -> bytes:
    """Return the part of a sheet: (row, column), from 0 and in order → text or number."""
    rows = b""
    last = -1
    for (row, column), cell in cells.items():
        if row != last:
            rows += xlsb_record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
            last = row
        place = struct.pack("<II", column, 0)
        rows += xlsb_record(6, place + _wide(cell)) if isinstance(cell, str) else xlsb_record(5, place + struct.pack("<d", cell))
    size = struct.pack("<IIII", 0, max((r for r, _ in cells), default=0), 0, max((c for _, c in cells), default=0))
    return xlsb_record(129) + xlsb_record(148, size) + xlsb_record(145) + rows + xlsb_record(146) + xlsb_record(130)


def xlsb_of(rows: list[list[str]]) -> bytes:
    cells: dict[tuple[int, int], str | float] = {
        (at, column): float(cell) if cell.isdigit() else cell for at, row in enumerate(rows) for column, cell in enumerate(row) if cell
    }
    return xlsb_with(xlsb_sheet(cells))


def xlsb_with(sheet: bytes) -> bytes:
    """Return a workbook of one sheet."""
    kinds = "http://schemas.openxmlformats.org/package/2006/relationships"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("A")
    return archive(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "xl/workbook.bin": xlsb_record(131) + xlsb_record(143) + xlsb_record(156, bundle) + xlsb_record(144) + xlsb_record(132),
            "xl/_rels/workbook.bin.rels": (
                f'<?xml version="1.0"?><Relationships xmlns="{kinds}">'
                f'<Relationship Id="rId1" Type="{link}" Target="worksheets/sheet1.bin"/>'
                "</Relationships>"
            ).encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _arrow_table() -> pa.Table:
    headings, *rows = [row[:6] for row in ROWS[:3]]
    columns: dict[str, Any] = {heading: [row[at] for row in rows] for at, heading in enumerate(headings)}
    columns["Ngày tiếp nhận"] = pa.array([date(2021, 3, 1), None])
    columns["Trạng thái"] = pa.array([9, 4], type=pa.int8())
    columns["Đơn vị"] = pa.array(["TM", "TM.01"]).dictionary_encode()
    return pa.table(columns)


def _stored() -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as place:
        data = cm.read_folder(small(Path(place) / "f"))
        counted = data.tally(["2021"], sets={"meetings.held": ["paperless"]})
        yield "tally", counted.to_bytes()
        yield "tally", counted.to_json().encode()
        few = cm.read_folder(small(Path(place) / "g", dossiers_csv=None, units_csv=None, district_toml=DISTRICT.split("units_file")[0]))
        yield "snapshot", few.snapshot("a", "2021", by="TM", on=date(2022, 2, 1)).to_bytes()
        whole = json.loads(data.report().save(Path(place) / "out", formats=["json"])[0].read_text("utf-8"))
        short = {name: each[:3] if name == "measures" else [] if isinstance(each, list) else each for name, each in whole.items()}
        yield "baseline", json.dumps(short, ensure_ascii=False, indent=1).encode()
    table = _arrow_table().rename_columns(CANONICAL)
    yield "partial", tally_batches(Ask.of("dossiers", "2021", like=table).trusting_ids().with_signs({}), [table]).to_bytes()


PLAN: Final = """number = "01/KH-UBND"
issued_on = 2022-01-04
issuer = "UBND xã"
year = 2022
[[targets]]
id = "on-time"
indicator = "resolved_on_time"
comparator = ">="
value = 99.5
[[targets]]
id = "more"
indicator = "dossiers_received"
against = "increase_percent"
baseline = "2021"
value = 5
"""
SCHEME: Final = """id = "own"
version = "2022"
vi = "Ví dụ"
en = "Example"
source = "ví dụ"
[[fields]]
id = "A"
vi = "Hồ sơ"
en = "Dossiers"
[[fields.criteria]]
id = "on_time"
vi = "Đúng hạn"
en = "On time"
max = 20
source = "Điều 1"
no_case = "full"
rule = { shape = "linear" }
"""
PERIODIC: Final = """[[parts]]
number = "III"
vi = "Cải cách thủ tục hành chính"
en = "Administrative procedures"
[[parts.groups]]
number = "3"
vi = "Kết quả"
en = "Dossiers"
rows = [
  { number = "3.1", vi = "Tiếp nhận", en = "Received", counted_vi = "a", counted_en = "a", indicator = "dossiers_received", levels = true },
  { number = "3.2", vi = "Khác", en = "Remarks", counted_vi = "ý kiến", counted_en = "remarks" },
]
"""
PUBLISHED: Final = """source = "Báo cáo số 12"
signed_by = "Chủ tịch"
signed_on = 2021-01-05
[[figures]]
indicator = "dossiers_postal"
period = "2020"
numerator = 785
[[figures]]
indicator = "electronic_exchange"
period = "2020"
breakdown = { level = "commune" }
value = "80,09"
"""
FIGURES: Final = """[[figures]]
indicator = "inspections_held"
period = "2021"
numerator = 40
source = "Báo cáo 12/BC-UBND"
signed_by = "Chủ tịch"
signed_on = 2022-01-05
unit = "TM"
"""
SCORES: Final = """unit = "TM"
year = 2021
[values]
on_time = { numerator = 9, denominator = 10 }
b = 92.83
c = { status = "not_applicable", reason = "x" }
[self]
on_time = 19.5
"""
DISTRICT: Final = (
    SMALL["district.toml"]
    + """[files]
dossiers = ["dossiers.csv", "*.xlsx#*"]
[headings.dossiers]
"Ghi chú" = ""
[values.dossiers.status]
"Quá hạn bổ sung" = "supplement_requested"
[blank.documents]
secrecy = "none"
[columns.documents]
direction = "outgoing"
[coverage]
first = 2020-01-01
last = 2022-03-31
[calendar.years.2028]
days_off = [2028-01-03]
"""
)
CATALOGUE: Final = """[[count]]
id = "dossiers.mine"
vi = "Của tôi"
en = "Mine"
events = "dossiers.received"
where = { channel = ["online"] }
[[change]]
indicator = "paid_online"
on = 2025-09-29
vi = "phí 0 đồng"
en = "no fees"
source = "nghị quyết"
"""


def seeds() -> Iterator[tuple[str, bytes]]:
    """Yield (target, bytes)."""
    for first, rows in ((b"\0", ROWS), (b"\2", MEETINGS)):
        for target, data in (
            *(("csv", csv_of(rows)), ("csv", csv_of(rows, ";")), ("tsv", csv_of(rows, "\t"))),
            *(("csv", csv_of(rows).decode().encode("utf-16")), ("html", html_of(rows)), ("xml", xml_of(rows))),
            *(("xlsx", xlsx_of(rows)), ("ods", ods_of(rows)), ("xlsb", xlsb_of(rows)), ("xls", xls({"A": rows}, hidden=[2]))),
        ):
            yield target, first + data
    mail = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n"
    yield "mhtml", b"\0" + mail + html_of(ROWS[:3]) + b"\n--x--\n"
    out = io.BytesIO()
    pq.write_table(_arrow_table(), out, compression="none")
    yield "parquet", b"\0" + out.getvalue()
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, _arrow_table().schema) as writer:
        writer.write_table(_arrow_table())
    yield "arrow", b"\0" + stream.getvalue()
    yield from _stored()
    yield (
        "calendar_json",
        b'{"years": {"2028": {"days_off": ["2028-01-03"], "working_weekend_days": ["2028-01-08"]}}}',
    )
    yield "district", DISTRICT.encode()
    yield "plan", PLAN.encode()
    yield "scheme", SCHEME.encode()
    yield "scores", SCORES.encode()
    yield "inputs", SCORES.encode()
    yield "catalogue", CATALOGUE.encode()
    yield "catalogue", b"[[change]]" + CATALOGUE.encode().partition(b"[[change]]")[2]
    yield "figures", FIGURES.encode()
    yield "periodic", PERIODIC.encode()
    yield "published", PUBLISHED.encode()
    yield "unit_changes", csv_of(CHANGES)
    numbers = ["100", "40", "55", "5", "90", "80", "8", "2", "10", "9", "1"]
    yield "form06_csv", csv_of([["level", "field", *(f"({n})" for n in range(3, 14))], ["commune", "Hộ tịch", *numbers]])
    book = [["Biểu 06"], [f"({n})" for n in range(1, 14)], ["A", "Cấp xã"], ["1", "Hộ tịch", *numbers], ["", "Tổng số", *numbers]]
    yield "form06_book", xlsx_of(book)
    files = "".join(f"\n====={name}\n{text}" for name, text in (*SMALL.items(), ("plan.toml", PLAN)))
    for command in range(4):
        yield "folder", bytes([command]) + files.encode()
    link = SMALL["district.toml"] + '[files]\ndossiers = "../beside/dossiers.csv"\n'
    yield "folder", b"\0" + PART + b"district.toml\n" + link.encode() + PART + b"dossiers.csv->../beside/dossiers.csv\n"
    yield "folder", b"\7" + PART + b"dossiers.csv\n" + csv_of(ROWS)


def main() -> None:
    """Write the seeds."""
    numbers: dict[str, int] = dict.fromkeys(TARGETS, 0)
    for target, data in seeds():
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        (CORPUS / target / f"{numbers[target]}").write_bytes(data)
        numbers[target] += 1


if __name__ == "__main__":
    main()
