"""Tables under the name of another format: read as the tables that they are, which is said once; what is no table says what it is."""

from __future__ import annotations

import html
import io
import quopri
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.read.old_writing import to_tcvn3

import cchc_metrics as cm
from cchc_metrics.read.files import read_file
from cchc_metrics.read.html_tables import html_book
from cchc_metrics.read.raw import Uncalculated, UnreadableFileError
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.tables import Parsed
from cchc_metrics.read.xml_workbook import xml_book
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema
from cchc_metrics.testing import records

HEADINGS = ("Mã hồ sơ", "Đơn vị", "Trạng thái", "Lĩnh vực", "Ngày tiếp nhận", "Ngày có kết quả")
ROWS: Sequence[Sequence[str]] = [
    ("H20-1", "TM", "Đã xử lý xong", "Đất & nước <đai>", "01/03/2021", "03/03/2021"),
    ("007", "TM", "Đang xử lý", "Hộ tịch", "02/03/2021", ""),
]
TWO_ROWS = [
    ["UBND HUYỆN THÁP MƯỜI", "", "", "", "", ""],
    ["Mã hồ sơ", "Đơn vị", "Trạng thái", "Lĩnh vực", "Thời gian", ""],
    ["", "", "", "", "Ngày tiếp nhận", "Ngày có kết quả"],
]
UNITS = cm.UnitTree([*(cm.Unit(code=code, name=code, kind="xã", level="commune") for code in ("TM", "TM.01", "TM.02"))])
EXPECTED = list(read_rows("dossiers", [dict(zip(HEADINGS, row, strict=True)) for row in ROWS], units=UNITS).columns.records())
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def as_html(rows: Sequence[Sequence[str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<html><head><meta charset="utf-8"></head><body><table border=1>{lines}</table></body></html>'


def as_xml(rows: Sequence[Sequence[str]], name: str = "Hồ sơ") -> str:
    def cells(row: Sequence[str]) -> str:
        return "".join(
            f'<Cell ss:Index="{at}"><Data ss:Type="String">{escape(cell)}</Data></Cell>' for at, cell in enumerate(row, start=1) if cell
        )

    lines = "".join(f'<Row ss:Index="{at}">{cells(row)}</Row>' for at, row in enumerate(rows, start=1) if any(row))
    return book_of(f"<Worksheet ss:Name={quoteattr(name)}><Table>{lines}</Table></Worksheet>")


def book_of(sheets: str, head: str = "") -> str:
    names = f'xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"'
    return f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n{head}<Workbook {names}>{sheets}</Workbook>'


def as_mhtml(rows: Sequence[Sequence[str]]) -> bytes:
    page = quopri.encodestring(as_html(rows).encode())
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="--x"\r\n\r\nA web page.\r\n'
    part = "----x\r\nContent-Location: file:///C:/x.htm\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html"
    frame = "----x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><frameset></frameset></html>\r\n"
    return f"{head}\r\n{frame}{part}\r\n\r\n".encode() + page + b"\r\n----x--\r\n"


def as_workbook(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(at, place, cell)
    book.close()
    return out.getvalue()


def as_text(rows: Sequence[Sequence[str]], mark: str, codec: str = "utf-8") -> bytes:
    return "\n".join(mark.join(row) for row in rows).encode(codec)


WRITERS: dict[str, Callable[[Sequence[Sequence[str]]], bytes]] = {
    "html": lambda rows: as_html(rows).encode(),
    "html-utf-16": lambda rows: as_html(rows).encode("utf-16"),
    "xml": lambda rows: as_xml(rows).encode(),
    "xml-utf-16": lambda rows: as_xml(rows).replace('"1.0"', '"1.0" encoding="utf-16"', 1).encode("utf-16"),
    "mhtml": as_mhtml,
    "tabs": lambda rows: as_text(rows, "\t"),
    "tabs-utf-16": lambda rows: as_text(rows, "\t", "utf-16"),
    "semicolons": lambda rows: as_text(rows, ";"),
    "workbook": as_workbook,
}
OWN = {"html": ".html", "xml": ".xml", "mhtml": ".mht", "tabs": ".tsv", "semicolons": ".csv", "workbook": ".xlsx"}


def codes(parsed: Parsed) -> dict[Code, int]:
    assert parsed.problems.read == len(parsed.columns) + parsed.problems.rejected
    return dict(parsed.problems.by_code())


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".csv", ".ods", ".tsv", ".html"])
@pytest.mark.parametrize("form", WRITERS)
def test_a_table_is_read_whatever_its_name_ends_in(tmp_path: Path, form: str, ending: str) -> None:
    path = tmp_path / f"dossiers{ending}"
    path.write_bytes(WRITERS[form]([HEADINGS, *ROWS]))
    found = read_file("dossiers", path, units=UNITS)
    named_so = ending == OWN[form.partition("-")[0]] or (form.startswith(("tabs", "semicolons")) and ending in (".csv", ".tsv"))
    assert codes(found) == ({} if named_so else {Code.DISGUISED_FILE: 1})
    assert list(found.columns.records()) == EXPECTED


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_records_are_read_back_as_they_would_be_from_memory(tmp_path_factory: Any, data: st.DataObject, form: str) -> None:
    kind = data.draw(st.sampled_from(["dossiers", "documents", "meetings"]))
    names = [spec.name for spec in schema(KINDS[kind].model)]
    listed = [
        {name: cell_of(getattr(record, name)) for name in names}
        for record in data.draw(st.lists(records(KINDS[kind], units=UNITS.codes), max_size=5))
    ]
    titles = data.draw(st.sampled_from([[], [["UBND HUYỆN", *[""] * (len(names) - 1)]]]))
    path = tmp_path_factory.mktemp("disguised") / "a.xls"
    path.write_bytes(WRITERS[form]([*titles, names, *([row[name] for name in names] for row in listed)]))
    found = read_file(kind, path, units=UNITS)
    assert list(found.columns.records()) == (list(read_rows(kind, listed, units=UNITS).columns.records()) if listed else [])
    of_rows = {Code.ELSEWHERE_NOT_SAID, Code.ELSEWHERE_AFTER_RECEIPT, Code.BOUNDARY_FREE_DIFFERS}  # which are drawn as they come
    assert set(codes(found)) <= {Code.DISGUISED_FILE, Code.EMPTY_TABLE} | of_rows


def cell_of(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Fraction):
        return str(float(value)).replace(".", ",")
    return "" if value is None else str(getattr(value, "value", value))


# --- web pages


def grid(page: str) -> tuple[list[list[str]], Any]:
    (found,) = html_book(page.encode()).grids
    return [list(row) for row in found.rows], found


def test_spans_gaps_and_line_breaks_of_a_page() -> None:
    rows, found = grid(
        "<TABLE><TR><TH ROWSPAN=2>Mã<TH colspan='2'>Thời gian<TR><TH>Nhận<TH>Trả"
        "<tr><td rowspan=9>1<td>a<br>b<td>&nbsp;x&amp;y&#7879; <tr><td>3<td><p>4</p><p>5</p></TABLE>"
    )
    assert rows == [["Mã", "Thời gian", ""], ["", "Nhận", "Trả"], ["1", "a\nb", "x&yệ"], ["", "3", "4\n5"]]
    assert found.merged_cell_ranges == (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((2, 0), (3, 0)))


def test_a_page_is_one_sheet_with_its_texts_and_tables_one_below_the_other() -> None:
    rows, _ = grid(
        "<style>td {}</style><script>document.write('<table>')</script><h3>UBND HUYỆN</h3>"
        "<table><caption>DANH SÁCH</caption><tr><td>Mã</td><td>Tên</td></tr></table>"
        "<table><tr><td><table><tr><td>1</td><td>a<span style='display:none'>ẩn</span></td></tr></table></td></tr></table>"
        "<p>Người lập</p>"
    )
    assert [row for row in rows if any(row)] == [["UBND HUYỆN", ""], ["DANH SÁCH", ""], ["Mã", "Tên"], ["1", "a"], ["Người lập", ""]]


def test_a_page_as_offices_export_it_is_read_like_a_sheet(tmp_path: Path) -> None:
    lines = (
        "<h2>UBND HUYỆN THÁP MƯỜI</h2><h3>DANH SÁCH HỒ SƠ NĂM 2021</h3><table>"
        "<tr><th rowspan=2>Mã hồ sơ</th><th rowspan=2>Đơn vị</th><th rowspan=2>Trạng thái</th><th colspan=2>Thời gian</th></tr>"
        "<tr><th>Ngày tiếp nhận</th><th>Ngày có kết quả</th></tr><tr><td>(1)</td><td>(2)</td><td>(3)</td><td>(4)</td><td>(5)</td></tr>"
        "<tr><td>1</td><td rowspan=2>TM.01</td><td>Đã xử lý xong</td><td>01/03/2021</td><td>03/03/2021</td></tr>"
        "<tr style='display:none'><td>2</td><td>Đang xử lý</td><td>02/03/2021</td><td></td></tr>"
        "<tr><td colspan=5>Tổng cộng: 2 hồ sơ</td></tr></table><p>Người lập biểu</p><p>Trần Thị Bích</p>"
    )
    (tmp_path / "a.xls").write_text(lines, encoding="utf-8")
    found = read_file("dossiers", tmp_path / "a.xls", units=UNITS)
    assert [(r.dossier_id, r.unit_code) for r in found.columns.records()] == [("1", "TM.01"), ("2", "TM.01")]  # type: ignore[attr-defined]
    assert codes(found) == {Code.DISGUISED_FILE: 1, Code.HIDDEN_ROWS: 1, Code.DRESSING_ROWS: 1}
    assert [p.fix_en for p in found.problems] == [": an HTML table", ": 1 rows (7)", ": 3 rows (8–10)"]
    assert "Bích" not in found.problems.to_csv()


@pytest.mark.parametrize(
    "before", ["", "\ufeff", "\n\n  ", "<!-- x -->\n<!DOCTYPE html PUBLIC 'x'>", "DANH SÁCH HỒ SƠ<br>", "<?xml version='1.0'?>"]
)
def test_a_page_may_begin_in_many_ways(tmp_path: Path, before: str) -> None:
    page = as_html([HEADINGS, *ROWS])
    for whole in (before + page, before + page[page.index("<table") :].replace("</td>", "").replace("</tr>", "\n")):
        (tmp_path / "a.xls").write_text(whole.replace("<td", "<TD"), encoding="utf-8")
        assert list(read_file("dossiers", tmp_path / "a.xls", units=UNITS).columns.records()) == EXPECTED


def test_a_page_says_its_encoding(tmp_path: Path) -> None:
    page = as_html([HEADINGS, *ROWS])
    old = page.replace('charset="utf-8"', "http-equiv=Content-Type content='text/html; charset=windows-1252'")
    (tmp_path / "a.xls").write_text(to_tcvn3(old), encoding="cp1252")
    found = read_file("dossiers", tmp_path / "a.xls", units=UNITS)
    assert Code.OLD_ENCODING in codes(found)
    found = read_file("dossiers", tmp_path / "a.xls", units=UNITS, own={"encoding": "tcvn3"})
    assert list(found.columns.records()) == EXPECTED
    (tmp_path / "a.xls").write_text(page.replace('charset="utf-8"', 'charset="us-ascii"'), encoding="utf-8")
    assert list(read_file("dossiers", tmp_path / "a.xls", units=UNITS).columns.records()) == EXPECTED


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<table>" + "<tr>" + "<td colspan=1000>x" * 1000, "too large"),
        ("<table>" * 500, "too many tables inside each other"),
        ("<table>" + "<tr><td rowspan=65534 colspan=900>x" * 40_000, "too large"),
        ("<html><body>không có bảng</body></html>", "the web page has no table"),
        ("<html><frameset><frame src='sheet001.htm'></frameset></html>", "the web page has no table"),
        ("<table ", "the web page has no table"),
    ],
)
def test_a_page_without_a_table_or_with_too_large_a_one_is_refused(tmp_path: Path, page: str, says: str) -> None:
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    with pytest.raises(UnreadableFileError) as raised:
        read_file("dossiers", tmp_path / "a.xls")
    assert says in raised.value.en


def test_spans_end_where_their_table_ends() -> None:
    rows, found = grid("<table><tr><td colspan=99999999999 rowspan=0>x<td>y</table><table><tr><td>" + "<b>" * 5000 + "z")
    assert (rows, found.merged_cell_ranges) == ([["x", "y"], ["z", ""]], (((0, 0), (0, 0)),))


# --- Excel 2003's XML


def sheet_of(lines: str, more: str = "") -> Any:
    return xml_book(book_of(f'<Worksheet ss:Name="A"><Table>{lines}</Table>{more}</Worksheet>').encode()).grids[0]


def test_cells_of_the_xml_are_what_their_types_say() -> None:
    cells = (
        '<Cell><Data ss:Type="String">007</Data></Cell><Cell><Data ss:Type="Number">5</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2021-03-01T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2021-03-01T08:30:00.000</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">1899-12-31T08:30:00.000</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>'
        '<Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell ss:Formula="=A1+1"/>'
        '<Cell><Data ss:Type="String">a &amp; b</Data><Comment><ss:Data>ghi chú</ss:Data></Comment></Cell>'
        '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>Đất</B> đai</ss:Data></Cell>'
    )
    assert list(sheet_of(f"<Row>{cells}</Row>").rows[0]) == [
        "007",
        5.0,
        date(2021, 3, 1),
        datetime(2021, 3, 1, 8, 30),
        time(8, 30),
        True,
        "#N/A",
        Uncalculated("A1+1"),
        "a & b",
        "Đất đai",
    ]


def test_places_in_the_xml_may_be_said_or_follow() -> None:
    def cell(text: str, said: str = "") -> str:
        return f"<Cell {said}><Data>{text}</Data></Cell>"

    across, down, third = 'ss:MergeAcross="1"', 'ss:MergeDown="1"', 'ss:Index="3"'
    found = sheet_of(
        f'<Row ss:Index="2">{cell("a", down)}{cell("b", across)}{cell("c")}</Row><Row ss:Hidden="1">{cell("d")}{cell("e", third)}</Row>',
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>',
    )
    assert [list(row) for row in found.rows] == [["", "", "", ""], ["a", "b", "", "c"], ["", "d", "e", ""]]
    assert found.merged_cell_ranges == (((1, 0), (2, 0)), ((1, 1), (1, 2)))
    assert (found.hidden_rows, found.hidden) == (frozenset({3}), True)


def test_sheets_of_the_xml_are_sheets_of_a_workbook(tmp_path: Path) -> None:
    sheets = [as_xml([HEADINGS, *ROWS], name).partition("<Worksheet")[2].partition("</Workbook>")[0] for name in ("T1", "T2")]
    (tmp_path / "a.xls").write_text(book_of("".join(f"<Worksheet{sheet}" for sheet in sheets)), encoding="utf-8")
    found = read_file("dossiers", tmp_path / "a.xls", sheet="T2", units=UNITS)
    assert (found.columns.sheet, list(found.columns.records())) == ("T2", EXPECTED)
    assert Code.UNUSED_SHEET in codes(read_file("dossiers", tmp_path / "a.xls", units=UNITS))
    toml = 'code = "TM"\nname = "TM"\nlevel = "xã"\nextracted_on = 2021-12-31\n[files]\ndossiers = "a.xls#*"\n'
    (tmp_path / "district.toml").write_text(toml, encoding="utf-8")
    together = cm.read_folder(tmp_path).problems
    assert together.by_code() == {Code.DISGUISED_FILE: 1, Code.DUPLICATE_IDENTICAL: 2}
    assert (together.read, together.valid, together.rejected) == (4, 2, 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', "document type"),
        ("<Unclosed>", "broken XML in line"),
        ("<A>" * 100, "nested too deeply"),
        ('<Worksheet><Table><Row ss:Index="1048577"/><Row/></Table></Worksheet>', "too large"),
        ('<Worksheet><Table><Row><Cell ss:Index="99999"/><Cell/></Row></Table></Worksheet>', "too large"),
        (
            '<Worksheet><Table><Row ss:Index="1000000"><Cell ss:Index="9999"><Data>x</Data></Cell></Row></Table></Worksheet>',
            "page_cells = ",
        ),
    ],
)
def test_xml_that_is_broken_or_asks_for_too_much_is_refused(tmp_path: Path, text: str, says: str) -> None:
    whole = book_of("", text) if text.startswith("<!") else book_of(text)
    (tmp_path / "a.xls").write_text(whole, encoding="utf-8")
    with pytest.raises(UnreadableFileError) as raised:
        read_file("dossiers", tmp_path / "a.xls")
    assert says in raised.value.en


# --- what is no table


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("word/document.xml", "<x/>")
        parts.writestr("[Content_Types].xml", "<x/>")
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("dossiers.csv", "a,b\n")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n", "this is PDF, no table; save it as .xlsx"),
        (b"{\\rtf1 x}", "an RTF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (docx(), "a Word document"),
        (archive(), "an archive; unpack it"),
        (b'<?xml version="1.0"?><rows><row/></rows>', "XML that is no Excel 2003 workbook"),
        (b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>x</p>", "no table in the MHTML file"),
        (b"\x09\x08\x10\x00\x00\x05\x05\x00", "a workbook of Excel 95 or older"),
        (b' [{"a": 1}]', "this is JSON"),
    ],
)
def test_what_is_no_table_says_what_it_is(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(UnreadableFileError) as raised:
        read_file("dossiers", tmp_path / "a.xls")
    assert says in raised.value.en
