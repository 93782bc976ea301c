"""An office's own Word document is filled in place, whatever runs its names are cut into, and its loops are written out."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import EXAMPLE

from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import InputError, MistakesError
from cchc_metrics.folder_dataset import read_folder

BOX = (
    '<w:r xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="http://schemas.microsoft.com/office/word/2010/'
    'wordprocessingShape"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>{0}</w:t>'
    "</w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>{0}"
    "</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


@cache
def example() -> Dataset:
    return read_folder(EXAMPLE)


def form(path: Path, *texts: str, rows: tuple[tuple[str, ...], ...] = (), header: str = "") -> Path:
    """Write a document of paragraphs and a table."""
    made = docx.Document()
    for text in texts:
        made.add_paragraph(text)
    if rows:
        table = made.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    if header:
        made.sections[0].header.paragraphs[0].text = header
    made.save(path)
    return path


def fill(template: Path, **options: Any) -> tuple[Any, Any]:
    out = template.with_name("out.docx")
    found = example().fill_form(template, out, period="2021", **options)
    return docx.Document(out), found


def cells(document: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[0].rows]


def test_names_in_paragraphs_tables_headers_and_text_boxes(tmp_path: Path) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415  as the package itself

    template = tmp_path / "mau.docx"
    form(template, "Trong {{period}}: {{resolved_on_time|percent}}.", rows=(("Hồ sơ", "{{dossiers_received}}"),), header="{{unit}}")
    made = docx.Document(template)
    made.paragraphs[0]._p.append(parse_xml(BOX.format("{{unit}} &amp; {{dossiers_received|2020}}")))
    made.save(template)
    document, found = fill(template)
    assert document.paragraphs[0].text == "Trong năm 2021: 98,9%."
    assert cells(document) == [["Hồ sơ", "6.389"]]
    assert document.sections[0].header.paragraphs[0].text == "huyện Tháp Mười"
    xml = document.element.xml
    assert xml.count("huyện Tháp Mười &amp; ") == 2  # as it is drawn, and for programs that do not know how
    assert "{{" not in xml
    assert [(item.place, item.name) for item in found] == [
        ("đoạn 1", "period"),
        ("đoạn 1", "resolved_on_time|percent"),
        ("đoạn 1, khung chữ, đoạn 2", "unit"),
        ("đoạn 1, khung chữ, đoạn 2", "dossiers_received|2020"),
        ("bảng 1, dòng 1, cột 2", "dossiers_received"),
        ("đầu trang 1, đoạn 1", "unit"),
    ]
    assert [item.value for item in found][4] == 6389


@given(st.lists(st.integers(0, 50), max_size=6))
def test_a_name_cut_into_runs_keeps_the_style_of_its_first(cuts: list[int]) -> None:
    import tempfile  # noqa: PLC0415  hypothesis has no tmp_path

    text = "Đạt {{resolved_on_time|percent}} & tăng."
    at = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    with tempfile.TemporaryDirectory() as folder:
        made = docx.Document()
        paragraph = made.add_paragraph()
        for n, (a, b) in enumerate(pairwise(at)):
            paragraph.add_run(text[a:b]).bold = bool(n % 2)
        made.save(Path(folder) / "mau.docx")
        document, _ = fill(Path(folder) / "mau.docx")
    assert document.paragraphs[0].text == "Đạt 98,9% & tăng."
    first = max(n for n, start in enumerate(at[:-1]) if start <= text.index("{{"))
    assert [bool(run.bold) for run in document.paragraphs[0].runs if "98,9%" in run.text] == [bool(first % 2)]


def test_all_else_is_the_same_bytes_and_the_same_form_gives_the_same(tmp_path: Path) -> None:
    template = form(tmp_path / "mau.docx", "Đạt {{resolved_on_time}}")
    for name in ("one.docx", "two.docx"):
        example().fill_form(template, tmp_path / name, period="2021")
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()
    with zipfile.ZipFile(template) as one, zipfile.ZipFile(tmp_path / "one.docx") as two:
        assert one.namelist() == two.namelist()
        assert [name for name in one.namelist() if one.read(name) != two.read(name)] == ["word/document.xml"]


def test_what_has_no_value_says_so_or_the_text_given(tmp_path: Path) -> None:
    document, found = fill(form(tmp_path / "mau.docx", "Đạt {{dossiers_received|2019}}.", "Đạt {{dossiers_received|2019|empty=…}}."))
    assert [p.text for p in document.paragraphs] == ["Đạt không có số liệu.", "Đạt …."]
    assert [item.status.value for item in found] == ["no_data", "no_data"]
    document, _ = fill(tmp_path / "mau.docx", empty="–")
    assert [p.text for p in document.paragraphs] == ["Đạt –.", "Đạt …."]


def test_every_name_that_is_not_understood_is_listed_with_its_place(tmp_path: Path) -> None:
    template = form(tmp_path / "mau.docx", "{{resolved_ontime}}", rows=(("{{unit}}", "{{dossiers_received|level=commun}}"),))
    with pytest.raises(MistakesError) as caught:
        fill(template)
    assert caught.value.en.splitlines() == [
        "paragraph 1: there is no indicator «resolved_ontime»; did you mean «resolved_on_time»?",
        "table 1, row 1, column 2: «level» has no «commun»; did you mean «commune»?",
    ]
    assert caught.value.vi.startswith("đoạn 1: không có chỉ tiêu «resolved_ontime»")
    assert not (tmp_path / "out.docx").exists()


LOOP = (
    ("{%tr for u in units if u.level == “commune” %}", "", ""),
    ("{{loop.index}}", "{{u.full_name}}", "{{dossiers_received|unit=u}} trong {{period}}"),
    ("{%tr endfor %}", "", ""),
    ("{{unit}}", "", "{{dossiers_received}}"),
)


def test_a_row_for_each_unit(tmp_path: Path) -> None:
    document, found = fill(form(tmp_path / "mau.docx", "{{units|length}} đơn vị", rows=LOOP))
    data = example()
    communes = [code for code in data.units.subtree(data.unit) if data.units.unit(code).level == "commune"]
    measures = data.measures("2021")
    rows = cells(document)
    assert len(rows) == len(communes) + 1 > 5
    for n, (code, row) in enumerate(zip(communes, rows, strict=False), 1):
        value = measures["dossiers_received", code].value
        assert row[:2] == [str(n), data.units.unit(code).full_name]
        assert row[2].replace(".", "") == f"{value} trong năm 2021"
    assert rows[-1] == ["huyện Tháp Mười", "", "6.389"]
    assert len(found) == 2 * len(communes) + 2
    first = (tmp_path / "out.docx").read_bytes()
    fill(tmp_path / "mau.docx")
    assert (tmp_path / "out.docx").read_bytes() == first


def test_wrong_names_in_a_loop_are_listed_once(tmp_path: Path) -> None:
    rows = (LOOP[0], ("", "{{dossiers_receive|unit=u}}", ""), LOOP[2])
    with pytest.raises(MistakesError) as caught:
        fill(form(tmp_path / "mau.docx", rows=rows))
    expected = "table 1, row 2, column 2: there is no indicator «dossiers_receive»; did you mean «dossiers_received»?"
    assert caught.value.en == expected


@pytest.mark.parametrize(
    "text",
    [
        "{% for u in units %}{{unit}}",  # not closed
        "{% for unit in units %}{{unit}}{% endfor %}",
        "{% for u in nothing %}{{unit}}{% endfor %}",
        "{% for u in units %}{{u.__class__.__mro__}}{% endfor %}{{unit}}",
        "{% for u in units %}{{u.population}}{% endfor %}{{unit}}",
        "{% for u in range(3) %}{{dossiers_received|unit=u}}{% endfor %}",
        "{% for u in units %}{{1/0}}{{u.code/2}}{% endfor %}",
    ],
)
def test_loops_that_are_not_understood_are_one_error(tmp_path: Path, text: str) -> None:
    with pytest.raises((InputError, MistakesError)):
        fill(form(tmp_path / "mau.docx", text))
    assert not (tmp_path / "out.docx").exists()


def test_nothing_from_data_is_markup(tmp_path: Path) -> None:
    data = example()
    names = ("{{dossiers_received}}", "<w:b/>&amp; {% for %}", "{_{unit}_} {%")
    units = enumerate(data.units.unit(code) for code in data.units.subtree(data.unit))
    tree = type(data.units)(unit.model_copy(update={"name": names[n % 3]}) if unit.level == "commune" else unit for n, unit in units)
    template = form(tmp_path / "mau.docx", rows=(*LOOP[:1], ("", "{{u.name}}", "{{unit|unit=u}}"), LOOP[2]))
    data.replace(units=tree).fill_form(template, tmp_path / "out.docx", period="2021")
    rows = cells(docx.Document(tmp_path / "out.docx"))
    whole = {re.sub(r"(?<=[{}_%]) (?=[{}_%])", "", row[1]) for row in rows}
    assert {re.sub(r"(?<=[{}_%]) (?=[{}_%])", "", name) for name in names} == whole
    assert all(any(row[2].endswith(name) for name in names) for row in rows)


def test_names_where_nothing_is_filled_are_refused(tmp_path: Path) -> None:
    template = form(tmp_path / "mau.docx", "{{unit}}")
    made = docx.Document(template)
    made.core_properties.title = "{{unit}}"
    made.save(template)
    with pytest.raises(MistakesError, match=r"docProps/core\.xml"):
        fill(template)


def test_files_that_are_no_forms(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"{\\rtf1}"):
        (tmp_path / "mau.docx").write_bytes(content)
        with pytest.raises(InputError, match=r"Word.*\.docx"):
            fill(tmp_path / "mau.docx")
    with pytest.raises(InputError, match="không có tên nào"):
        fill(form(tmp_path / "mau.docx", "Không có gì"))
    with pytest.raises(InputError, match="khác đuôi"):
        example().fill_form(tmp_path / "mau.docx", tmp_path / "out.xlsx")
