"""The report as a Word document: every number of a sentence is a value of the report, the tables are those of the page."""

from __future__ import annotations

import re
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest

import cchc_metrics as cm
from cchc_metrics.errors import InputError
from cchc_metrics.report.content import lifetime, report_page, straddling
from cchc_metrics.report.draft import Draft
from cchc_metrics.report.format import counts_text, measure_text, percent_in_sentence
from cchc_metrics.report.model import Report
from cchc_metrics.report.narrative import Narrative, filled, narrative
from cchc_metrics.report.pictures import pictures
from cchc_metrics.report.word import write_word
from cchc_metrics.values import Scale

EXAMPLE = Path(__file__).parents[2] / "examples" / "thap-muoi"
DATA = Path(cm.__file__).parent / "report" / "data" / "narrative.toml"
langs = pytest.mark.parametrize("lang", ["vi", "en"])


@cache
def report() -> Report:
    return cm.read_folder(EXAMPLE).report("2021")


@cache
def told(lang: Any) -> Narrative:
    return narrative(Draft(report(), lang))


def sentences(lang: Any) -> list[str]:
    return [sentence for chapter in told(lang).chapters for topic in chapter.topics for sentence in topic.sentences]


@pytest.fixture(scope="module", params=["vi", "en"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("word") / f"{request.param}.docx"
    write_word(report(), path, request.param)
    return path


def test_the_published_figures_stand_in_sentences() -> None:
    text = "\n".join(sentences("vi"))
    for said in (
        "(trừ văn bản mật) đạt 92,83% (1.411/1.520), tăng 8,85 điểm phần trăm so với năm 2020",
        "Hồ sơ tiếp nhận qua bưu chính công ích: 2.096 hồ sơ, tăng 1.311 hồ sơ so với năm 2020",
        "Hồ sơ trực tuyến mức độ 3, mức độ 4 cấp huyện: 1.223 hồ sơ, tăng 811 hồ sơ so với năm 2020.",
        "cấp huyện 100% (39/39)",
        "đạt 98,90% (6.223/6.292), tăng 1,03 điểm phần trăm so với năm 2020; trong đó ",
        "cấp huyện 98,49% (2.808/2.851), cấp xã 99,24% (3.415/3.441)",
        "90% hồ sơ giải quyết xong trong vòng ",
        " lượt người so với năm 2020",
    ):
        assert said in text, said


def test_the_sentences_that_are_data_hold_no_number() -> None:
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    assert not [text for said in data["sentences"].values() for text in said.values() if re.search(r"\d", text)]


@langs
def test_every_number_of_a_sentence_about_values_is_one_of_the_report(lang: Any) -> None:
    measures = [*report().measures, *(delta.baseline for delta in report().deltas if delta.baseline is not None)]
    known = {part for m in measures for text in (measure_text(m, lang), counts_text(m, lang)) for part in re.findall(r"\d[\d.,]*", text)}
    known |= {percent_in_sentence(m.value, lang).rstrip("%") for m in measures if m.scale is Scale.PERCENT and m.value is not None}
    known |= {part for delta in report().deltas for part in re.findall(r"\d[\d.,]*", Draft(report(), lang).change_words(delta))}
    names = [indicator.name(lang) for indicator in report().catalogue]
    labels = {part for m in measures for _, label in m.breakdown for part in re.findall(r"\d+", label)}
    left_out = {f"{n:,}".replace(",", "." if lang == "vi" else ",") for m in measures for n in m.excluded.values()}
    topics = [topic for chapter in told(lang).chapters[:2] for topic in chapter.topics[1:]]
    found = 0
    for sentence in (sentence for topic in topics for sentence in topic.sentences):
        text = sentence
        for name in names:
            text = text.replace(name, "")
        for number in re.findall(r"\d[\d.,]*\d|\d", text.replace("năm 2020", "").replace("2020", "").replace("95%", "")):
            assert number in known | labels | left_out, (number, sentence)
            found += 1
    assert found > 200


@langs
def test_every_indicator_has_its_sentence_or_is_named_as_silent_once(lang: Any) -> None:
    text = "\n".join(sentences(lang))
    draft = Draft(report(), lang)
    own = tomllib.loads(DATA.read_text(encoding="utf-8"))["sentences"]
    for indicator in report().catalogue:
        if draft.missed(indicator) and indicator.id not in own:
            assert indicator.name(lang) in text, indicator.id


def test_what_no_record_says_is_left_to_the_office_and_marked() -> None:
    gaps = [topic.title for chapter in told("vi").chapters for topic in chapter.topics if topic.gap]
    assert "Cải cách tài chính công" in gaps
    assert "Cải cách thủ tục hành chính" not in gaps
    assert all(not topic.sentences for chapter in told("vi").chapters for topic in chapter.topics if topic.gap)


@pytest.mark.parametrize(
    ("pattern", "fields", "text"),
    [
        ("{name}[[ {scope}]] đạt {value}.", {"name": "A", "scope": "", "value": "1"}, "A đạt 1."),
        ("{name}[[ {scope}]] đạt {value}.", {"name": "A", "scope": "cấp xã", "value": "1"}, "A cấp xã đạt 1."),
        ("{a}[[, {b} so với {c}]].", {"a": "1", "b": "", "c": "2020"}, "1."),
        ("{a}[[; {b}]][[; {c}]].", {"a": "1", "b": "", "c": "2"}, "1; 2."),
        ("{a}", {"a": "{b}[[x]]"}, "{b}[[x]]"),
    ],
)
def test_a_part_with_nothing_to_say_is_left_out(pattern: str, fields: dict[str, str], text: str) -> None:
    assert filled(pattern, fields) == text


def test_the_tables_are_those_of_the_annexes(written: Path) -> None:
    lang: Any = written.stem
    annexes = [table for section in report_page(report(), lang).sections if section.annex for table in section.tables]
    tables = docx.Document(str(written)).tables[1:]
    signature, tables = tables[0], tables[1:]
    assert len(signature.rows) == 1
    assert len(tables) == len(annexes)
    for made, table in zip(tables, annexes, strict=True):
        rows = [[cell.text for cell in row.cells] for row in made.rows]
        assert rows[-len(table.rows) :] == [
            [row.cells[at if row.spread is None else min(at, row.spread)].shown for at in range(len(row.cells))] for row in table.rows
        ]


def test_pictures_stand_beside_their_tables_and_say_what_they_show(written: Path) -> None:
    document = docx.Document(str(written))
    shown = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(shown) == len(list(pictures(Draft(report(), "en" if written.stem == "en" else "vi")))) >= 4
    assert all(shown)
    assert all(shape.width.cm <= 15.6 and shape.height.cm <= 15.6 for shape in document.inline_shapes)


def test_it_is_laid_out_as_the_decree_lays_out_a_document(written: Path) -> None:
    document = docx.Document(str(written))
    sheet = document.sections[0]
    assert [round(length.cm, 1) for length in (sheet.page_width, sheet.page_height, sheet.left_margin, sheet.top_margin)] == [
        21,
        29.7,
        3,
        2,
    ]
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].font.size.pt == 14
    head = document.tables[0]
    state = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM"]
    assert head.cell(0, 1).paragraphs[0].text == state[written.stem == "en"]
    assert "HUYỆN THÁP MƯỜI" in head.cell(0, 0).text
    body = [paragraph for paragraph in document.paragraphs if paragraph.text == sentences(written.stem)[0]]
    assert body[0].runs[0].font.size.pt == 14
    assert round(body[0].paragraph_format.first_line_indent.cm, 2) == 1.27


def test_made_up_records_are_said_to_be(written: Path) -> None:
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(written)).paragraphs)
    assert ("SỐ LIỆU MÔ PHỎNG" if written.stem == "vi" else "SYNTHETIC RECORDS") in text


@langs
def test_what_the_head_of_a_page_says_of_the_unit_and_the_period_is_said(tmp_path: Path, lang: Any) -> None:
    units = [{"code": "1", "name": "Tháp Mười", "kind": "xã", "level": "commune", "valid_from": "2025-07-01"}]
    meetings = [{"meeting_id": "1", "unit_code": "1", "kind": "họp UBND", "held_on": "05/08/2025", "paperless": "có"}]
    data = cm.Dataset(units=units, meetings=meetings)
    found, draft = data.report("2025"), Draft(data.report("2025"), lang)
    write_word(found, tmp_path / "report.docx", lang)
    data.periodic("2025").save(tmp_path, formats=["docx"], lang=lang)
    head = [*lifetime(draft), *straddling(draft)]
    assert len(head) == 2
    for name in ("report.docx", "periodic.docx"):
        text = [paragraph.text for paragraph in docx.Document(str(tmp_path / name)).paragraphs]
        assert [line for line in head if line not in text] == [], name


def test_the_same_report_is_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_word(cm.read_folder(EXAMPLE).report("2021"), tmp_path / "again.docx", "en" if written.stem == "en" else "vi")
    assert (tmp_path / "again.docx").read_bytes() == written.read_bytes()


def test_no_member_of_the_package_says_when_it_was_written(written: Path) -> None:
    with zipfile.ZipFile(written) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2022-03-31" in package.read("docProps/core.xml")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(InputError, match=r"cchc-metrics\[word\]"):
        write_word(report(), tmp_path / "a.docx")
