"""An office's own form is filled in place: its names become values, everything else in the file stays byte by byte."""

from __future__ import annotations

import base64
import io
import json
import re
import tempfile
import zipfile
from contextlib import suppress
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import DISTRICT, EXAMPLE, small

from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError, InputError, MistakesError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.report import template_parts
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.template_parts import NAME
from cchc_metrics.report.template_workbook import Number, TemplateWorkbook
from cchc_metrics.report.template_xml import Edits, nodes, replace_text

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@cache
def example() -> Dataset:
    return read_folder(EXAMPLE)


def book(path: Path, cells: dict[str, str], formats: dict[str, dict[str, Any]] | None = None, **options: Any) -> Path:
    """Write a workbook of one sheet, «Biểu 1», with texts in cells."""
    with xlsxwriter.Workbook(str(path), options) as made:
        sheet = made.add_worksheet("Biểu 1")
        for cell, text in cells.items():
            sheet.write_string(cell, text, made.add_format((formats or {}).get(cell, {})))
    return path


def filled(folder: Path, cells: dict[str, str], formats: dict[str, dict[str, Any]] | None = None, **options: Any) -> Any:
    """Fill a workbook for 2021 and return its sheet as openpyxl reads it."""
    out = folder / "out.xlsx"
    example().fill_form(book(folder / "form.xlsx", cells, formats), out, period="2021", **options)
    return openpyxl.load_workbook(out).active


def rich_book(path: Path) -> Path:
    """Write a workbook with everything that programs that read and write it anew are known to lose."""
    picture = path.with_name("picture.png")
    picture.write_bytes(PNG)
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("Biểu")
        bold = made.add_format({"bold": True})
        sheet.merge_range("A1:D1", "{{unit}}, {{period}}", made.add_format({"align": "center", "border": 1}))
        sheet.write_rich_string("A2", "Đạt ", bold, "{{resolved_on_time|text}}", " số hồ sơ")
        sheet.write("A3", "{{dossiers_received}}", bold)
        sheet.write_row("A5", [1, 2, 3])
        sheet.write_formula("A6", "=A3+SUM(A5:C5)", None, 6)
        sheet.add_sparkline("D5", {"range": "Biểu!A5:C5"})
        sheet.conditional_format("A5:C5", {"type": "data_bar", "data_bar_2010": True, "bar_border_color": "#63C384"})
        sheet.insert_image("E1", str(picture))
        sheet.insert_textbox("F2", "Đơn vị: {{unit}}")
        sheet.insert_button("H1", {"caption": "Nút"})
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": "=Biểu!$A$5:$C$5", "data_labels": {"value": True, "custom": [{"value": "nhãn"}]}})
        chart.set_title({"name": "Biểu đồ {{period}}"})
        sheet.insert_chart("F10", chart)
        sheet.write_comment("A3", "Số liệu {{period}}")
        sheet.set_header("&L&G&C{{unit}}", {"image_left": str(picture)})
        sheet.data_validation("B3", {"validate": "list", "source": ["có", "không"]})
        sheet.protect("mật khẩu")
        sheet.set_landscape()
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


# --- Everything else stays


def test_what_no_name_stands_in_is_the_same_bytes(tmp_path: Path) -> None:
    form, out = rich_book(tmp_path / "form.xlsx"), tmp_path / "out.xlsx"
    example().fill_form(form, out, period="2021")
    before, after = parts(form), parts(out)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
        "xl/drawings/drawing1.xml", "xl/charts/chart1.xml", "xl/comments1.xml",
    }  # fmt: skip
    # In the sheet only its cells and its header have changed.
    one, two = (re.sub(rb"<sheetData>.*</sheetData>|<oddHeader>.*</oddHeader>", b"", of["xl/worksheets/sheet1.xml"], flags=re.DOTALL)
                for of in (before, after))  # fmt: skip
    assert one == two
    assert b"{{" not in b"".join(after.values())
    assert "<oddHeader>&amp;L&amp;G&amp;Chuyện Tháp Mười</oddHeader>" in after["xl/worksheets/sheet1.xml"].decode()
    assert "Biểu đồ năm 2021" in after["xl/charts/chart1.xml"].decode()
    assert "Đơn vị: huyện Tháp Mười" in after["xl/drawings/drawing1.xml"].decode()
    assert "Số liệu năm 2021" in after["xl/comments1.xml"].decode()


def test_fonts_within_a_text_stay(tmp_path: Path) -> None:
    form, out = rich_book(tmp_path / "form.xlsx"), tmp_path / "out.xlsx"
    example().fill_form(form, out, period="2021")
    strings = parts(out)["xl/sharedStrings.xml"].decode()
    assert '<t xml:space="preserve">Đạt </t></r><r><rPr><b/>' in strings
    assert "<t>98,9%</t></r><r>" in strings


@given(st.lists(st.integers(0, 40), max_size=5), st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), max_size=6))
def test_a_name_may_be_cut_into_runs_anywhere(cuts: list[int], said: str) -> None:
    text = "Đạt {{a|b}} & {{c}} <%>"
    at = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    escaped = [part.replace("&", "&amp;").replace("<", "&lt;") for part in (text[a:b] for a, b in pairwise(at))]
    data = f"<x:si>{''.join(f'<x:r><x:t>{part}</x:t></x:r>' for part in escaped)}</x:si>".encode()
    (node,) = nodes(data, {"si"})
    edits = Edits()
    replace_text(data, list(node.leaves({"t"})), NAME, lambda match: said + match[1], edits)
    (again,) = nodes(edits.applied(data), {"si"})
    assert "".join(leaf.text for leaf in again.leaves({"t"})) == f"Đạt {said}a|b & {said}c <%>"


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    form = rich_book(tmp_path / "form.xlsx")
    for name in ("one.xlsx", "two.xlsx"):
        example().fill_form(form, tmp_path / name, period="2021")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_formulas_are_calculated_anew(tmp_path: Path) -> None:
    form, out = tmp_path / "form.xlsx", tmp_path / "out.xlsx"
    with xlsxwriter.Workbook(str(form)) as made:
        sheet = made.add_worksheet()
        sheet.write("A3", "{{dossiers_received}}")
        sheet.write_formula("A6", "=A3+1", None, 1)
        sheet.write_formula("A7", '=A3&" hồ sơ"', None, "0 hồ sơ")
        sheet.write_dynamic_array_formula("B1:B2", "=A3:A4*2", None, 0)
    example().fill_form(form, out, period="2021")
    assert [openpyxl.load_workbook(out).active[cell].value for cell in ("A6", "A7")] == ["=A3+1", '=A3&" hồ sơ"']
    assert [openpyxl.load_workbook(out, data_only=True).active[cell].value for cell in ("A6", "A7")] == [None, None]
    assert b'fullCalcOnLoad="1"' in parts(out)["xl/workbook.xml"]


# --- Numbers and words


def test_every_value_of_the_report_can_be_named_and_is_the_same(tmp_path: Path) -> None:
    report = json.loads(report_json(example().report("2021")))
    wanted = [m for m in report["measures"] if m["unit"] == DISTRICT and m["period"] == "2021"]
    cells, texts = {}, {}
    for row, m in enumerate(wanted, start=1):
        by = "".join(f"|{dim}={label}" for dim, label in m["breakdown"].items())
        what = "percent" if m["scale"] == "percent" else "count" if m["scale"] == "count" else "value"
        cells[f"A{row}"] = f"{{{{{m['indicator']}{by}|{what}}}}}"
        texts[f"B{row}"] = f"{{{{{m['indicator']}{by}|text}}}}"
        cells[f"C{row}"] = f"{{{{{m['indicator']}{by}|numerator}}}}"
    sheet = filled(tmp_path, cells | texts)
    assert len(wanted) > 200
    for row, m in enumerate(wanted, start=1):
        value = None if m["value"] is None else Fraction(m["value"]) / (100 if m["scale"] == "percent" else 1)
        shown = sheet[f"A{row}"].value
        assert (shown is None) == (value is None), m
        assert value is None or abs(Fraction(shown) - value) < Fraction(1, 10**9), m
        assert sheet[f"B{row}"].value == m["text"] + (" (ước tính)" if m["status"] == "estimated" else ""), m
        counted = m["numerator"] if m["value"] is not None or m["status"] == "zero_denominator" else None
        assert sheet[f"C{row}"].value == counted, m


def test_a_change_is_that_of_the_report(tmp_path: Path) -> None:
    deltas = [d for d in json.loads(report_json(example().report("2021")))["deltas"] if d["unit"] == DISTRICT]
    cells = {}
    for row, d in enumerate(deltas, start=1):
        by = "".join(f"|{dim}={label}" for dim, label in d["breakdown"].items())
        cells[f"A{row}"] = f"{{{{{d['indicator']}{by}|difference}}}}"
        cells[f"B{row}"] = f"{{{{{d['indicator']}{by}|relative}}}}"
    sheet = filled(tmp_path, cells)
    for row, d in enumerate(deltas, start=1):
        for column, key, factor in (("A", "difference", 1), ("B", "relative_percent", 100)):
            shown, value = sheet[f"{column}{row}"].value, d[key]
            assert (shown is None) == (value is None), d
            assert value is None or abs(Fraction(shown) - Fraction(value) / factor) < Fraction(1, 10**9), d


NAMED = "resolved_on_time|level=commune"


@pytest.mark.parametrize(
    ("name", "own", "value", "shown_as"),
    [
        (f"{NAMED}|2021|percent", "", 0.992444056960186, "0.00%"),
        (f"{NAMED}|percent", "0.0%", 0.992444056960186, "0.0%"),
        (f"{NAMED}|percent", "0.0", 99.2444056960186, "0.0"),
        (f"{NAMED}|percent", '0.0"%"', 99.2444056960186, '0.0"%"'),  # a percent sign that is a text does not multiply
        (f"{NAMED}|percent", "@", 0.992444056960186, "0.00%"),  # a number in a cell of text would show all its digits
        (f"{NAMED}|value", "", 99.2444056960186, "#,##0.00"),
        (f"{NAMED}|value", "0%", 0.992444056960186, "0%"),
        (f"{NAMED}|denominator", "", 3441, "#,##0"),
        ("dossiers_received", "", 6389, "#,##0"),
        ("dossiers_received|difference", "", 2550, "+#,##0;-#,##0;0"),
        ("dossiers_received|relative", "", 0.6642354779890597, "+0.0%;-0.0%;0%"),
        ("dossiers_received|relative", "0.0", 66.42354779890597, "0.0"),
        ("turnaround_mean", "", 3.9814374107567825, "#,##0.00"),
        ("resolved_on_time|level=xã|2022|target", "", 0.99, "0.00%"),
        ("dossiers_received|2020", "", 3839, "#,##0"),
        ("resolved_on_time|cấp=cấp xã|Đơn vị=H20.38|năm 2021|Tỷ lệ", "", 0.992444056960186, "0.00%"),
        ("resolved_on_time|Cấp=xã|mẫu số", "", 3441, "#,##0"),
        ("dossiers_received|kênh=trực tuyến|kỳ gốc=2020|chênh lệch", "", 973, "+#,##0;-#,##0;0"),
    ],
)
def test_a_number_is_written_as_its_cell_shows_it(tmp_path: Path, name: str, own: str, value: float, shown_as: str) -> None:
    cell = filled(tmp_path, {"B2": f" {{{{ {name} }}}}"}, {"B2": {"num_format": own} if own else {}})["B2"]
    assert (cell.value, cell.number_format, cell.data_type) == (pytest.approx(value, rel=1e-15), shown_as, "n")


def test_a_rate_that_is_nearly_all_does_not_show_as_all(tmp_path: Path) -> None:
    rows = "".join(f"{n},TM,9,01/03/2021,05/03/2021,0{3 if n else 8}/03/2021\n" for n in range(30_000))
    data = read_folder(
        small(tmp_path / "data", dossiers_csv=f"Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc\n{rows}")
    )
    data.fill_form(book(tmp_path / "f.xlsx", {"A1": "{{resolved_on_time}}", "A2": "Đạt {{resolved_on_time}}"}), tmp_path / "o.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert (sheet["A1"].value, sheet["A1"].number_format, sheet["A2"].value) == (29_999 / 30_000, "0.000%", "Đạt 99,997%")


def test_words_within_a_text(tmp_path: Path) -> None:
    sheet = filled(
        tmp_path,
        {
            "A1": "Năm 2021 đạt {{resolved_on_time}} ({{resolved_on_time|numerator}}/{{resolved_on_time|denominator}}), "
            "{{resolved_on_time|difference}} điểm phần trăm so với {{baseline_period}}; {{resolved_on_time|name}}",
            "A2": "BÁO CÁO {{period}} của {{unit|unit=H20.38.01}}, đến {{as_of}}",
            "A3": "Năm 2019: {{dossiers_received|2019}}",
        },
    )
    assert sheet["A1"].value == (
        "Năm 2021 đạt 98,9% (6.223/6.292), +1,03 điểm phần trăm so với năm 2020; " + example().catalogue["resolved_on_time"].vi
    )
    assert sheet["A2"].value == f"BÁO CÁO Năm 2021 của thị trấn Mỹ An, đến {example().as_of:%d/%m/%Y}"
    assert sheet["A3"].value == "Năm 2019: không có số liệu"


def test_english(tmp_path: Path) -> None:
    sheet = filled(tmp_path, {"A1": "In {{period}}: {{resolved_on_time|percent}}"}, lang="en")
    assert sheet["A1"].value == "In 2021: 98.9%"


def test_what_has_no_value_is_an_empty_cell_or_the_text_given_and_is_listed(tmp_path: Path) -> None:
    cells = {
        "A1": "{{dossiers_received|2019}}",
        "A2": "{{dossiers_received|2019|empty=–}}",
        "A3": "{{resolved_on_time|2030}}",
        "A4": "{{resolved_on_time|target}}",
        "A5": "{{dossiers_received|2019|reason}}",
        "A6": "{{dossiers_received}}",
    }
    form = book(tmp_path / "f.xlsx", cells)
    found = example().fill_form(form, tmp_path / "o.xlsx", period="2021")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert [sheet[f"A{row}"].value for row in range(1, 7)] == [None, "–", None, None, "không có số liệu", 6389]
    without = found.filter(value=None)
    assert [(item.place, item.reason.en) for item in without] == [
        ("Biểu 1!A1", "no data"),
        ("Biểu 1!A2", "no data"),
        ("Biểu 1!A3", "the period has not begun"),
        ("Biểu 1!A4", "the plan has no such target for 2021"),
        ("Biểu 1!A5", "no data"),
    ]
    example().fill_form(form, tmp_path / "o.xlsx", period="2021", empty="chưa có")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert [sheet[f"A{row}"].value for row in range(1, 4)] == ["chưa có", "–", "chưa có"]


def test_an_open_label_that_did_not_occur_is_no_data_and_names_the_nearest(tmp_path: Path) -> None:
    rows = "1,TM,9,01/03/2021,05/03/2021,03/03/2021,Hộ tịch\n"
    table = f"Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Lĩnh vực\n{rows}"
    data = read_folder(small(tmp_path / "data", dossiers_csv=table))
    found = data.fill_form(
        book(tmp_path / "f.xlsx", {"A1": "{{dossiers_received|field=Hộ tịchh}}", "A2": "{{dossiers_received|field=Hộ tịch}}"}),
        tmp_path / "o.xlsx",
    )
    assert [(item.status.value, item.reason.en) for item in found] == [
        ("no_data", "no data of «Hộ tịchh»; did you mean «Hộ tịch»?"),
        ("ok", ""),
    ]


def test_nothing_from_data_becomes_a_formula(tmp_path: Path) -> None:
    units = [{"code": "TM", "name": "=1+1", "level": "district"}]
    rows = [{"Mã cuộc họp": "1", "Đơn vị": "TM", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": "x"}]
    data = Dataset(units=units, meetings=rows, as_of=date(2022, 1, 31), period="2021")
    form = book(tmp_path / "f.xlsx", {"A1": "{{unit}}", "A2": "{{dossiers_received|empty==1+1}}"})
    data.fill_form(form, tmp_path / "o.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert [(sheet[cell].value, sheet[cell].data_type) for cell in ("A1", "A2")] == [("=1+1", "s"), ("=1+1", "s")]
    assert b"<f>" not in parts(tmp_path / "o.xlsx")["xl/worksheets/sheet1.xml"]


def test_a_formula_that_showed_a_name_shows_the_number_once_it_is_calculated(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "f.xlsx")) as made:
        sheet = made.add_worksheet("Biểu 1")
        sheet.write("A1", "{{dossiers_received}}")
        sheet.write_formula("A2", "=A1", None, "{{dossiers_received}}")
        sheet.set_footer("&L&14{{dossiers_received}}&C&P{{unit}}")
    found = example().fill_form(tmp_path / "f.xlsx", tmp_path / "o.xlsx", period="2021")
    assert [item.place for item in found] == ["Biểu 1!A1", "Biểu 1 (chân trang)", "Biểu 1 (chân trang)"]
    written = parts(tmp_path / "o.xlsx")["xl/worksheets/sheet1.xml"].decode()
    assert '<c r="A2"><f>A1</f></c>' in written
    # Digits after a size of letters would be part of it.
    assert "<oddFooter>&amp;L&amp;14 6.389&amp;C&amp;Phuyện Tháp Mười</oddFooter>" in written


# --- Forms that other programs wrote


def test_forms_of_other_programs(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "Biểu"
    made.active["B3"] = "{{resolved_on_time}}"
    made.active["B4"] = "Đạt {{resolved_on_time}}"
    made.active["B5"] = "=B3*2"
    made.active["B3"].number_format = "0.0%"
    made.save(tmp_path / "openpyxl.xlsx")
    with xlsxwriter.Workbook(str(tmp_path / "inline.xlsx"), {"constant_memory": True}) as inline:
        sheet = inline.add_worksheet("Biểu")
        sheet.write("B3", "{{resolved_on_time}}", inline.add_format({"num_format": "0.0%"}))
        sheet.write("B4", "Đạt {{resolved_on_time}}")
    for name in ("openpyxl", "inline"):
        example().fill_form(tmp_path / f"{name}.xlsx", tmp_path / "o.xlsx", period="2021")
        sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
        assert (sheet["B3"].value, sheet["B3"].number_format, sheet["B4"].value) == (6223 / 6292, "0.0%", "Đạt 98,9%")


def repacked(path: Path, **changes: bytes | None) -> Path:
    """Write a workbook again with parts changed, and return its path."""
    found = parts(path)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**found, **{key.replace("__", "/"): value for key, value in changes.items()}}.items():
            if content is not None:
                file.writestr(name, content)
    return path


def test_cells_without_a_reference_prefixes_and_texts_of_formulas_kind(tmp_path: Path) -> None:
    form = book(tmp_path / "f.xlsx", {"A1": "{{unit}}"})
    space = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = (
        b"<?xml version='1.0'?><x:worksheet " + space + b"><x:sheetData><x:row><x:c t='str'><x:v>{{dossiers_received}}</x:v></x:c>"
        b"<x:c t='str'><x:v>c\xc3\xb3 {{dossiers_received}}</x:v></x:c></x:row><x:row/><x:row><x:c/><x:c t=\"inlineStr\"><x:is>"
        b"<x:t>{{resolved_on_time}}</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )
    path = repacked(form, **{"xl__worksheets__sheet1.xml": sheet})
    found = example().fill_form(path, tmp_path / "o.xlsx", period="2021")
    assert [item.place for item in found] == ["Biểu 1!A1", "Biểu 1!B1", "Biểu 1!B3"]
    written = parts(tmp_path / "o.xlsx")["xl/worksheets/sheet1.xml"].decode()
    assert '<x:c s="2"><x:v>6389</x:v></x:c>' in written
    assert "<x:v>có 6.389</x:v>" in written
    assert re.search(r'<x:c s="3"><x:v>0\.989\d+</x:v></x:c>', written)


# --- What is wrong is said at once, and nothing is written


def test_every_name_that_is_not_understood_is_listed_with_its_cell(tmp_path: Path) -> None:
    cells = {
        "A1": "{{resolved_ontime}}",
        "A2": "{{resolved_on_time|chanel=online}} và {{resolved_on_time|level=comune}}",
        "A3": "{{resolved_on_time|channel=onlin}}",
        "A4": "{{resolved_on_time|unit=thị trấn Mỹ Ann}}",
        "A5": "{{resolved_on_time|percnt}}",
        "A6": "{{resolved_on_time|count}}",
        "A7": "{{dossiers_received|percent|2021|2022}}",
        "A8": "{{resolved_on_time|target|target=on-time}}",
        "A9": "{{resolved_on_time",
        "B1": "{{resolved_on_time|unt=H20.38}}",
    }
    form = book(tmp_path / "f.xlsx", cells)
    with pytest.raises(MistakesError) as caught:
        example().fill_form(form, tmp_path / "o.xlsx", period="2021")
    assert not (tmp_path / "o.xlsx").exists()
    lines = caught.value.en.split("\n")
    assert [line.partition(": ")[0].replace("B1", "A1") for line in lines] == [f"Biểu 1!A{n}" for n in (1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9)]
    for part in (
        "there is no indicator «resolved_ontime»; did you mean «resolved_on_time»?",
        "«chanel=» is not understood; did you mean «channel»?",
        "«unt=» is not understood; did you mean «unit»?",
        "«level» has no «comune»; did you mean «commune»?",
        "«channel» has no «onlin»; did you mean «online»?",
        "there is no unit «thị trấn Mỹ Ann»; did you mean «thị trấn Mỹ An»?",
        "«percnt» is not understood; did you mean «percent»?",
        "«resolved_on_time» has no «count»; use percent, numerator, denominator",
        "«2021» and «2022» exclude each other",
        "the plan has no target «on-time»",
        "«{{» without «}}»",
    ):
        assert part in caught.value.en
    assert len(caught.value.vi.split("\n")) == len(lines)


def test_several_targets_have_to_be_told_apart(tmp_path: Path) -> None:
    plan = (EXAMPLE / "plan.toml").read_text(encoding="utf-8")
    more = '[[targets]]\nid = "second"\nname = "x"\nindicator = "resolved_on_time"\nlevel = "commune"\nvalue = 97\n'
    (tmp_path / "plan.toml").write_text(plan + "\n" + more, encoding="utf-8")
    data = read_folder(EXAMPLE, plan=tmp_path / "plan.toml")
    with pytest.raises(MistakesError, match="add target="):
        data.fill_form(
            book(tmp_path / "f.xlsx", {"A1": "{{resolved_on_time|level=commune|2022|target}}"}), tmp_path / "o.xlsx", period="2021"
        )
    assert not (tmp_path / "o.xlsx").exists()
    data.fill_form(
        book(tmp_path / "f.xlsx", {"A1": "{{resolved_on_time|level=commune|2022|target|target=second}}"}),
        tmp_path / "o.xlsx",
        period="2021",
    )
    assert openpyxl.load_workbook(tmp_path / "o.xlsx").active["A1"].value == 0.97


def test_names_where_nothing_is_filled_are_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "f.xlsx")) as made:
        sheet = made.add_worksheet("Biểu 1")
        sheet.write("A1", "{{unit}}")
        sheet.write_formula("A2", '="Đơn vị: {{unit}}"')
        sheet.data_validation("B3", {"validate": "list", "source": ["{{unit}}", "không"]})
        made.define_name("Ten", '="{{unit}}"')
        sheet.add_table("D1:E3", {"columns": [{"header": "{{period}}"}, {"header": "x"}]})
    with pytest.raises(MistakesError) as caught:
        example().fill_form(tmp_path / "f.xlsx", tmp_path / "o.xlsx", period="2021")
    assert [line.partition(": ")[0] for line in caught.value.en.split("\n")] == [
        "Biểu 1!A2", "Biểu 1", "xl/workbook.xml", "xl/tables/table1.xml",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"PK\x03\x04 not a zip"])
def test_a_file_that_is_no_xlsx_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"save it as \.xlsx"):
        example().fill_form(tmp_path / "f.xlsx", tmp_path / "o.xlsx", period="2021")


def test_other_wrong_forms(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        example().fill_form(tmp_path / "no.xlsx", tmp_path / "o.xlsx", period="2021")
    with pytest.raises(InputError, match="has no name such as"):
        example().fill_form(book(tmp_path / "f.xlsx", {"A1": "x"}), tmp_path / "o.xlsx", period="2021")
    good = book(tmp_path / "g.xlsx", {"A1": "{{unit}}"})
    with pytest.raises(InputError, match="cannot write"):
        example().fill_form(good, tmp_path / "no" / "o.xlsx", period="2021")
    declared = parts(good)["xl/sharedStrings.xml"].replace(b"?>", b'?><!DOCTYPE sst [<!ENTITY a "aaaa">]>', 1)
    with pytest.raises(InputError, match=r"save it as \.xlsx"):
        example().fill_form(repacked(good, **{"xl__sharedStrings.xml": declared}), tmp_path / "o.xlsx", period="2021")
    without = book(tmp_path / "h.xlsx", {"A1": "{{resolved_on_time|target}}"})
    with pytest.raises(MistakesError, match="there is no plan"):
        example().replace(plan=None).fill_form(without, tmp_path / "o.xlsx", period="2021")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.xlsx", "g.xlsx", "h.xlsx"]


def test_a_form_is_not_written_over_itself_or_under_another_ending(tmp_path: Path) -> None:
    form = book(tmp_path / "f.xlsx", {"A1": "{{unit}}"})
    before = form.read_bytes()
    with pytest.raises(InputError, match="is the form itself"):
        example().fill_form(form, tmp_path / "x" / ".." / "f.xlsx", period="2021")
    with pytest.raises(InputError, match=r"call it «o\.xlsx»"):
        example().fill_form(form, tmp_path / "o.xlsm", period="2021")
    assert [path.name for path in tmp_path.iterdir()] == ["f.xlsx"]
    assert form.read_bytes() == before


def test_a_signature_that_no_longer_holds_is_said(tmp_path: Path) -> None:
    form = repacked(book(tmp_path / "f.xlsx", {"A1": "{{unit}}"}), **{"_xmlsignatures__sig1.xml": b"<a/>"})
    found = example().fill_form(form, tmp_path / "o.xlsx", period="2021")
    assert [note.en for note in found.notes] == ["The form has a digital signature, which does not hold for what was filled in."]
    assert "chữ ký số" in found.to_text()


@given(data=st.binary(max_size=200), at=st.integers(0, 5000))
def test_a_form_that_is_damaged_is_filled_or_refused(data: bytes, at: int) -> None:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole) as made:
        made.add_worksheet().write("A1", "{{unit}}")
    content = whole.getvalue()
    at %= len(content)
    with tempfile.TemporaryDirectory() as folder, suppress(CchcError):
        path = Path(folder) / "f.xlsx"
        path.write_bytes(content[:at] + data + content[at + len(data) :])
        TemplateWorkbook.open(path).filled({"Sheet1!A1": Number(1.5)}, lambda match: match[1])


@pytest.mark.parametrize("ending", [".xlsx", ".docx"])
def test_a_form_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"form{ending}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as form:
        form.writestr("xl/workbook.xml", b" " * 100_000)
    monkeypatch.setattr(template_parts, "MOST_UNPACKED", 99_999)
    with pytest.raises(InputError, match=r"form\.\w+»: the form unpacks to 100000 bytes, over 99999"):
        example().fill_form(path, tmp_path / f"out{ending}", period="2021")
