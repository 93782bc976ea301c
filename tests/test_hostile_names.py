"""Names, headings, sheets and files that are orders to what shows them: no output of any format obeys one."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import small

from cchc_metrics import cli
from cchc_metrics.folding import one_line, visible
from cchc_metrics.report.files import FORMATS
from cchc_metrics.tables.listing import markdown_line, no_formula

X = "=1+1;=2 <script>alert(1)</script>|`x`*b*[a](javascript:x) $\\frac$\x1b[31m\u202etrái\u2066\x9b31m\nnew\r\t-line"
"""A formula, an element, a link, a broken table, a formula of mathematics, orders to a terminal, writing turned round, line ends."""
TOML = json.dumps(X)
FILE = "=HYPERLINK(1)<script>|`x`\u202e\x1b.csv"
PERIODIC = "docx,xlsx,html,txt,md,json,csv"
ORDERS = ("Cc", "Cf", "Zl", "Zp", "Cs")


@cache
def folder() -> Path:
    """Write the small folder with such a text wherever a text may stand."""
    at = Path(mkdtemp()) / "f"
    quoted = '"' + X.replace('"', '""') + '"'
    small(
        at,
        district_toml=f'code = "TM"\nname = {TOML}\nlevel = "district"\nprovince = {TOML}\nextracted_on = 2022-01-31\nperiod = "2021"\n'
        f'units_file = "units.csv"\nplan = "plan.toml"\nnote_vi = {TOML}\nnote_en = {TOML}\n[files]\ndossiers = {json.dumps(FILE)}\n',
        units_csv=f"code,name,kind,level,parent\nTM,{quoted},huyện,district,\nTM.01,{quoted},xã,commune,TM\nTM.02,Mỹ Quý,xã,commune,TM\n",
        dossiers_csv=None,
        meetings_csv=None,
        plan_toml=f"number = {TOML}\nissuer = {TOML}\ntitle = {TOML}\ntitle_en = {TOML}\nyear = 2021\nissued_on = 2020-12-31\n"
        f'note_vi = {TOML}\nnote_en = {TOML}\n[[targets]]\nid = "a"\nname = {TOML}\n'
        f'name_en = {TOML}\nindicator = "resolved_on_time"\nvalue = 99\n'
        f'[[targets]]\nid = "b"\nname = {TOML}\nname_en = {TOML}\nindicator = "paperless_meetings"\nvalue = 10\n',
    )
    rows = "".join(
        f"{n},{unit},9,{quoted},{quoted},01/0{n}/2021,05/0{n}/2021,0{n + 2}/0{n}/2021,trực tiếp,q\n"
        for n, unit in enumerate(["TM", "TM.01", "TM.02"], 1)
    )
    (at / FILE).write_text(
        f"Mã hồ sơ,Đơn vị,Trạng thái,Lĩnh vực,Mã TTHC,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,channel,{quoted}\n{rows}", "utf-8"
    )
    (at / "=1+2.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with xlsxwriter.Workbook(at / "meetings.xlsx") as book:
        for name in ("=1+1<b>|`a`", "@x"):
            sheet = book.add_worksheet(name)
            for at_row, row in enumerate(
                (
                    ("Mã cuộc họp", "Đơn vị", "Loại cuộc họp", "Ngày họp", "Họp không giấy", '=HYPERLINK("a")'),
                    ("1", "TM", "Họp UBND", "05/01/2021", "có", "q"),
                    (X, "TM", X, "05/01/2021", "không", "q"),
                    ("3", "TM", "Họp UBND", "=cmd|x", "không", "q"),
                )
            ):
                for column, cell in enumerate(row):
                    sheet.write_string(at_row, column, cell)
    return at


@cache
def written(lang: str) -> Path:
    """Write the report in every format, the rows to fix and Form 06."""
    out = folder().parent / f"out-{lang}"
    run = CliRunner()
    for command in (
        ["report", str(folder()), "--out", str(out), "--formats", ",".join(FORMATS) if lang == "vi" else "txt,md,csv"],
        ["check", str(folder()), "--out", str(out / "check")],
        ["periodic", str(folder()), "--out", str(out / "periodic"), "--formats", PERIODIC if lang == "vi" else "md", "--period", "2021"],
        ["form06", str(folder()), "--out", str(out / "form06.xlsx")],
        ["form06", str(folder()), "--why", "--out", str(out / "why.md")],
    ):
        assert run.invoke(cli.main, [*command, "--lang", lang]).exit_code in (0, 1), command
    return out


def files(*endings: str) -> list[Path]:
    found = [path for lang in ("vi", "en") for path in sorted(written(lang).rglob("*")) if path.suffix in endings]
    assert found
    return found


def orders(text: str) -> set[str]:
    return {hex(ord(letter)) for letter in text if letter not in "\n\t" and unicodedata.category(letter) in ORDERS}


COMMANDS = [
    *(["report"], ["check"], ["plan"], ["form06"], ["form06", "--why"], ["form06", "--why", "--json"], ["periodic", "--period", "2021"]),
    *(
        ["explain", "resolved_on_time"],
        ["why", "resolved_on_time"],
        ["why", "resolved_on_time", "--by", "field"],
        ["init", "--force", "--yes"],
    ),
    *(["report", "--period", "\x1b]0;x\x07"], ["explain", "\x1b[31m\u202e"], ["snapshot-list"]),
]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_gives_orders_to_the_terminal(command: list[str], lang: str, tmp_path: Path) -> None:
    at = folder()
    if command[0] == "init":
        at = small(tmp_path / "init", dossiers_csv=(folder() / FILE).read_text("utf-8"))
    arguments = [command[0], str(at), *command[1:], "--lang", lang]
    if command[0] == "snapshot-list":
        arguments = ["snapshot", "list", str(at), "--lang", lang]
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code in (0, 1, 2), result.stderr
    assert (orders(result.stdout), orders(result.stderr)) == (set(), set())


def test_the_command_prints_by_one_function() -> None:
    places = [
        f"{path.name}: {line}"
        for path in Path(cli.__path__[0]).glob("*.py")
        for line in path.read_text().split("\n")
        if "click.echo" in line
    ]
    assert places == ["command.py:     click.echo(visible(text), nl=nl, err=err)"]


@pytest.mark.parametrize("endings", [(".txt", ".md", ".html"), (".csv",)], ids=str)
def test_no_written_text_gives_orders(endings: tuple[str, ...]) -> None:
    for path in files(*endings):
        assert orders(path.read_text("utf-8-sig")) == set(), path


def test_markdown_has_no_element_no_link_and_whole_tables() -> None:
    for path in files(".md"):
        text = path.read_text("utf-8")
        assert "script>" in text
        assert re.findall(r"(?<!\\)(?:<|\[|`)", text) == [], path
        widths: list[int] = []
        for line in text.split("\n"):
            if not line.startswith("|"):
                widths = []
                continue
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
            assert len(set(widths)) == 1, line


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(f"{name}={value}" for name, value in attrs if name.startswith("on") or "javascript" in (value or "")[:20])]


def test_a_page_has_the_elements_of_the_template_only() -> None:
    for path in files(".html"):
        page = _Page()
        page.feed(path.read_text("utf-8"))
        assert "alert(1)" in path.read_text("utf-8")
        assert not [tag for tag in page.found if "=" in tag], path
        assert page.found.count("script") <= 2  # its own, and the data that it reads


def test_no_cell_of_a_workbook_is_a_formula_of_the_data_and_each_can_be_opened() -> None:
    for path in files(".xlsx"):
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        formulas = [cell.value for cell in cells if cell.data_type == "f"]
        assert all(re.fullmatch(r"=(?:SUM\()?[A-Z0-9:+,()/]+", str(formula)) for formula in formulas), (path, formulas[:3])
        if path.parent.name != "check":  # which gives the sheet's own cells back, to be read again
            assert not [cell.value for cell in cells if isinstance(cell.value, str) and orders(cell.value)], path


def test_a_document_can_be_opened() -> None:
    for path in files(".docx"):
        assert any("script" in paragraph.text for paragraph in Document(str(path)).paragraphs), path


def test_a_csv_cell_is_no_formula_whatever_the_delimiter() -> None:
    for path in files(".csv"):
        text = path.read_text("utf-8-sig")
        for delimiter in ",;\t":
            for row in csv.reader(io.StringIO(text), delimiter=delimiter):
                for cell in map(str.strip, row):
                    assert cell[:1] not in "=+@-" or cell == "" or re.fullmatch(r"[+-][\d.,]+%?", cell), (path, cell)


def test_pictures_are_whole() -> None:
    pictures = [svg for path in files(".html") for svg in re.findall(r"<svg .*?</svg>", path.read_text("utf-8"), re.DOTALL)]
    assert len(pictures) >= 2
    for svg in pictures:
        assert not [each.tag for each in ET.fromstring(svg).iter() if each.tag.endswith("script")]  # noqa: S314  the library's own


@given(st.text(max_size=20))
def test_what_is_shown_is_what_stands_there_without_orders(text: str) -> None:
    assert orders(visible(text)) == set()
    assert visible(visible(text)) == visible(text)
    assert not {"\n", "\t"} & set(one_line(text))
    if text.isprintable():
        assert one_line(text) == visible(text) == text


@given(st.text(alphabet="=+-@\t\r\n;,a ＝1", max_size=12))
def test_no_text_is_a_formula_for_any_delimiter(text: str) -> None:
    cell = no_formula(text)
    assert not re.search(r"(?:^|[;\t])[=+\-@＝]", cell)
    assert cell.replace("'", "") == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(alphabet="<>[](){}#+-=1.)|`*_~&\\ a\n/:w@", max_size=16))
def test_a_line_of_markdown_reads_as_the_text(text: str) -> None:
    line = markdown_line(text)
    assert "\n" not in line
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line) == one_line(text)
    bare = re.sub(r"\\.", "", line)
    assert not set(bare) & set("<[`*_|~&\\")
    assert not re.match(r"\s*(?:[#>+=-]|\d+[.)]\s)", bare if not line.lstrip().startswith("\\") else "x")
