"""One report, whatever the format: every number of a table is the same in each, and no file says who a person is or names a secret row."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl
import pytest
from tests.folders import EXAMPLE, ROOT, small

from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report.content import report_page
from cchc_metrics.report.files import FORMATS
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Page

PLANTED = ("Bí Mật", "Riêng", "087099", "0912345", "77/TM", "Việc kín")
DOSSIERS = (
    "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Kênh thực hiện,Chủ hồ sơ,Số CCCD,Điện thoại\n"
    "1,TM,9,01/03/2021,05/03/2021,03/03/2021,trực tuyến,Nguyễn Văn Bí Mật,087099001234,0912345678\n"
    "2,TM.01,9,01/03/2021,05/03/2021,08/03/2021,trực tiếp,Lê Thị Riêng,087099002234,0912345679\n"
    "3,TM,9,hôm qua,05/03/2021,,trực tuyến,Trần Thị Riêng,087099005678,0912345670\n"
)
DOCUMENTS = (
    "Số ký hiệu,Đơn vị,Ngày ban hành,Điện tử,Độ mật,Trích yếu\n"
    "77/TM-UBND,TM,05/03/2021,có,Tối mật,Việc kín\n88/UBND,TM,06/03/2021,có,Thường,Việc thường\n"
)


def with_rejected_rows(folder: Path) -> Path:
    return small(folder / "data", dossiers_csv=DOSSIERS, documents_csv=DOCUMENTS)


@pytest.fixture(scope="module", params=["example", "two communes", "rejected rows"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Page, Path]:
    folder = tmp_path_factory.mktemp("one")
    source = {
        "example": lambda: EXAMPLE,
        "two communes": lambda: ROOT / "tests" / "golden" / "two-communes",
        "rejected rows": lambda: with_rejected_rows(folder),
    }[request.param]()
    report = read_folder(source).report("2021")
    report.save(folder / "out", formats=("txt", "md", "json", "html", "xlsx", "docx"))
    return report, report_page(report), folder / "out"


class Tables(HTMLParser):
    """The bodies of the tables of a page: the words of each cell, and the exact number by which it is sorted."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_body = self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  as the parser calls it
        if tag == "tbody":
            self._in_body = True
        elif self._in_body and tag == "tr":
            self.rows.append([])
        elif self._in_body and tag in ("td", "th"):
            self._in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody":
            self._in_body = False
        elif tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def grid(page: Page, *, annexes_only: bool = False, spread: bool = False) -> list[list[str]]:
    """Return the rows of the tables of a page, with what is printed in each cell; of a title in each place that it spreads over."""
    return [
        [
            words(cell.shown if row.spread is None or not spread else row.cells[min(at, row.spread)].shown)
            for at, cell in enumerate(row.cells)
        ]
        for section in page.sections
        if section.annex or not annexes_only
        for table in section.tables
        for row in table.rows
    ]


def words(text: str) -> str:
    return " ".join(text.split())


def test_html_has_every_cell(saved: tuple[Report, Page, Path]) -> None:
    _, page, out = saved
    found = Tables()
    found.feed((out / "report.html").read_text(encoding="utf-8"))
    assert [[words(cell) for cell in row] for row in found.rows if row] == grid(page)


def test_word_has_every_cell_of_the_annexes(saved: tuple[Report, Page, Path]) -> None:
    _, page, out = saved
    rows = [[words(cell.text) for cell in row.cells] for table in docx.Document(out / "report.docx").tables for row in table.rows]
    missing = Counter(map(tuple, grid(page, annexes_only=True, spread=True))) - Counter(map(tuple, rows))
    assert not missing


@pytest.mark.parametrize("name", ["report.txt", "report.md"])
def test_text_has_every_number_of_a_row_in_its_order(saved: tuple[Report, Page, Path], name: str) -> None:
    _, page, out = saved
    text = words((out / name).read_text(encoding="utf-8"))
    at = 0
    for section in page.sections:
        for table in section.tables:
            for row in table.rows:
                for cell in row.cells:
                    if cell.number is not None:
                        at = text.find(cell.text.strip(), at)
                        assert at >= 0, (section.id, cell.text)


def test_a_workbook_has_every_number_exactly(saved: tuple[Report, Page, Path]) -> None:
    _, page, out = saved
    book = openpyxl.load_workbook(out / "report.xlsx", data_only=True)
    shown = {
        round(float(cell.value), 9)
        for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, int | float)
    }  # fmt: skip
    for section in page.sections:
        for table in section.tables:
            for row in table.rows:
                for cell in row.cells:
                    if cell.number is not None:
                        exact = float(cell.number)
                        assert {round(exact, 9), round(exact / 100, 9)} & shown, (section.id, cell.text)


def test_json_has_the_value_of_every_measure_that_a_cell_shows(saved: tuple[Report, Page, Path]) -> None:
    _, page, out = saved
    data = json.loads((out / "report.json").read_text(encoding="utf-8"))
    values = {(m["indicator"], m["unit"], m["period"], tuple(sorted(m["breakdown"].items()))): m for m in data["measures"]}
    seen = 0
    for section in page.sections:
        for table in section.tables:
            for row in table.rows:
                for cell in row.cells:
                    item = None if cell.about is None else values.get(cell.about)
                    if item is None or cell.number is None:
                        continue
                    digits = len(item["value"].partition(".")[2])
                    assert abs(Fraction(item["value"]) - cell.number) <= Fraction(1, 2 * 10**digits) if digits else True, item
                    assert digits or Fraction(item["value"]) == cell.number, item
                    seen += 1
    assert seen > 3


def everything(path: Path) -> str:
    """Return all text of a file, that of the parts of an archive too."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as file:
        return "".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_format_names_persons_or_secret_documents(tmp_path: Path, lang: str) -> None:
    data = read_folder(with_rejected_rows(tmp_path))
    report = data.report("2021")
    assert report.problems.rejected == 1
    written = report.save(tmp_path / "out", formats=tuple(FORMATS), lang=lang)  # type: ignore[arg-type]
    assert {path.suffix for path in written} >= {".txt", ".md", ".json", ".html", ".xlsx", ".docx", ".csv", ".parquet"}
    for path in written:
        text = everything(path)
        for planted in PLANTED:
            assert planted not in text, (path.name, planted)
    for problem in report.problems:
        assert not [planted for planted in PLANTED if planted in repr(problem)]
