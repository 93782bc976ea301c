"""What a report says: its sections, a change in its own unit, what was left out, what the plan asks for, what was wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.folders import example_report, small

from cchc_metrics.catalogue.load import load_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.dataset import Dataset, read_folder
from cchc_metrics.plan import load_plan
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.sources import TableLike
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.content import delta_text, report_page
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Section
from cchc_metrics.report.page_text import page_text
from cchc_metrics.text import Lang
from cchc_metrics.values import REASONS, Better, Measure, Scale, Status
from cchc_metrics.verbs.compare import delta

YEAR, EARLIER = Period.parse("2021"), Period.parse("2020")
LANGS = st.sampled_from(["vi", "en"])
COMMUNE = UnitTree([Unit(code="MA", name="Mỹ An", kind="thị trấn", level="commune")])


def sections(report: Report, lang: Lang = "vi") -> dict[str, Section]:
    return {section.title: section for section in report_page(report, lang).sections}


def rows(section: Section) -> dict[str, Sequence[str]]:
    """Return the rows of a section's table by their first cell."""
    (table,) = section.tables
    return {row.cells[0].shown: [cell.shown for cell in row.cells[1:]] for row in table.rows}


def lines(section: Section) -> list[str]:
    return [paragraph.text for paragraph in section.paragraphs]


# --- The parts of a page


def test_the_sections_in_both_languages() -> None:
    assert list(sections(example_report())) == ["Số liệu chính", "Chỉ tiêu", "Theo đơn vị", "Thực hiện kế hoạch", "Dữ liệu đầu vào"]
    assert list(sections(example_report(), "en")) == ["Main figures", "Indicators", "By unit", "The plan", "The input"]


def test_both_languages_have_the_same_rows() -> None:
    for vi, en in zip(report_page(example_report()).sections, report_page(example_report(), "en").sections, strict=True):
        assert (vi.id, len(vi.paragraphs), len(vi.tables), vi.annex) == (en.id, len(en.paragraphs), len(en.tables), en.annex)
        for a, b in zip(vi.tables, en.tables, strict=True):
            assert (a.id, len(a.rows), len(a.notes)) == (b.id, len(b.rows), len(b.notes))
            assert [heading.right for heading in a.headings] == [heading.right for heading in b.headings]
            for row in (*a.rows, *b.rows):
                assert len(row.cells) == len(a.headings)


def test_the_head_says_what_the_figures_rest_on() -> None:
    report = example_report()
    head = report_page(report).lines[0]
    for part in ("01/01/2021–31/12/2021", "31/03/2022", "năm 2020", report.rules, report.calendar):
        assert part in head
    assert report_page(replace(report, synthetic=False)).lines[1] != "SỐ LIỆU MÔ PHỎNG, không phải số liệu thật"


def test_every_indicator_is_shown_or_said_to_have_no_data() -> None:
    report = example_report()
    section = sections(report)["Chỉ tiêu"]
    (silent,) = (line for line in lines(section) if line.startswith("Không có số liệu: "))
    without = silent.removeprefix("Không có số liệu: ").split("; ")
    for indicator in report.catalogue:
        applies = any(m.status is not Status.NOT_APPLICABLE for m in report.measures.filter(indicator=indicator.id, period=YEAR))
        assert (indicator.vi in rows(section)) + (indicator.vi in without) == applies


def test_what_has_values_by_label_only_is_said_to_have_no_data_where_there_is_no_label() -> None:
    report = commune().report()
    (silent,) = (line for line in lines(sections(report, "en")["Indicators"]) if line.startswith("No data: "))
    assert "Replication of an initiative" in silent.split(": ", maxsplit=1)[1].split("; ")


def test_a_definition_of_another_time_is_not_shown() -> None:
    assert "Hồ sơ trực tuyến mức độ 3, mức độ 4" in rows(sections(example_report())["Chỉ tiêu"])
    assert "Hồ sơ trực tuyến một phần và toàn trình" not in page_text(report_page(example_report()))


def test_what_was_left_out_is_said_with_its_number() -> None:
    found = lines(sections(example_report())["Chỉ tiêu"])
    exchange = "Văn bản điện tử trao đổi trên môi trường mạng (trừ văn bản mật): để ngoài cả tử và mẫu 24 mật, 9 chưa ghi độ mật"
    assert exchange in found
    english = lines(sections(example_report(), "en")["Indicators"])
    assert sum(line.endswith(": left out of both counts 24 secret, 9 no secrecy mark") for line in english) == 3


def test_a_districts_own_reason_for_leaving_out_is_said_in_words() -> None:
    own = load_catalogue("""
        [[indicator]]
        id = "own_rate"
        vi = "Tỷ lệ riêng"
        en = "Own rate"
        numerator = ["dossiers.early"]
        denominator = ["dossiers.ended"]
        excluded = { late_ones = "dossiers.late" }
        scale = "percent"
        source = "own"
    """)
    report = commune(own).report()
    assert "Tỷ lệ riêng: để ngoài cả tử và mẫu 1 hồ sơ giải quyết quá hạn" in lines(sections(report)["Chỉ tiêu"])
    assert "Own rate: left out of both counts 1 dossiers ended late" in lines(sections(report, "en")["Indicators"])


def commune(catalogue: Catalogue | None = None, **tables: TableLike) -> Dataset:
    """Return one early and one late dossier of a commune that stands alone."""
    same = {"Đơn vị": "MA", "Trạng thái": 9, "Ngày tiếp nhận": "01/03/2021", "Ngày hẹn trả": "05/03/2021"}
    table = [{"Mã hồ sơ": str(n), **same, "Ngày kết thúc": end} for n, end in enumerate(("03/03/2021", "08/03/2021"))]
    parsed = read_rows("dossiers", table, units=COMMUNE)
    assert len(parsed.columns) == 2
    return Dataset(COMMUNE, period=YEAR, as_of=date(2021, 12, 31), catalogue=catalogue, tables={"dossiers": parsed, **tables})


def test_a_commune_alone_has_no_levels_and_no_plan() -> None:
    report = commune().report()
    page = report_page(report)
    assert page.title == "CẢI CÁCH HÀNH CHÍNH THỊ TRẤN MỸ AN – NĂM 2021"
    assert list(sections(report)) == ["Số liệu chính", "Chỉ tiêu", "Theo đơn vị", "Dữ liệu đầu vào"]
    assert "cấp xã" not in page_text(page)
    # There is no year before it to compare with, and the figure stands for itself.
    assert lines(sections(report)["Số liệu chính"])[0] == "Hồ sơ giải quyết trước hạn, đúng hạn: 50% (1/2)"
    assert rows(sections(report)["Chỉ tiêu"])["Hồ sơ giải quyết trước hạn, đúng hạn"] == ["50%", "1/2", "kỳ gốc: không có số liệu"]
    assert rows(sections(report)["Theo đơn vị"])["thị trấn Mỹ An"][0] == "50%"


def test_a_unit_without_events_has_no_rate_and_no_zero(tmp_path: Path) -> None:
    """Mỹ Quý has one pending dossier: 0 of 0 resolved, which is neither 0 % nor 100 %."""
    found = rows(sections(read_folder(small(tmp_path)).report())["Theo đơn vị"])
    assert found["xã Mỹ Quý"][0] == "không có số liệu"
    assert found["huyện Tháp Mười (cấp huyện)"][0] == "100%"
    assert found["thị trấn Mỹ An"][0] == "50%"


def test_problems_are_counted_exactly() -> None:
    table = [{"Mã phiếu": n, "Đơn vị": "MA", "Ngày trả lời": "31/02/2021", "Điểm": 5} for n in range(1200)]
    report = Dataset(COMMUNE, period=YEAR, as_of=date(2021, 12, 31), surveys=table).report()
    section = sections(report)["Dữ liệu đầu vào"]
    assert lines(section) == ["Đọc 1.200 dòng = 0 hợp lệ + 1.200 bị loại"]
    assert rows(section)["impossible_date"][0] == "1.200"
    assert lines(sections(report, "en")["The input"]) == ["1,200 rows read = 0 valid + 1,200 rejected"]


# --- Changes


def made(period: Period, numerator: int, denominator: int | None, scale: Scale, better: Better = Better.HIGHER) -> Measure:
    status = Status.ZERO_DENOMINATOR if denominator == 0 else Status.OK
    return Measure("x", "TM", period, (), date(2022, 1, 1), status, numerator, denominator, scale, better, REASONS[status])


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500), st.sampled_from(list(Better)), LANGS)
def test_rates_differ_by_percentage_points(n: int, d: int, before_n: int, before_d: int, better: Better, lang: Lang) -> None:
    now, before = made(YEAR, n, d, Scale.PERCENT, better), made(EARLIER, before_n, before_d, Scale.PERCENT, better)
    text = delta_text(delta(now, before), now, lang)
    assert "%" not in text
    assert ("điểm phần trăm" if lang == "vi" else "percentage point") in text
    difference = Fraction(n, d) - Fraction(before_n, before_d)
    good = {Better.HIGHER: difference > 0, Better.LOWER: difference < 0}.get(better)
    assert text[-1] == ("▲" if good else "▼") if difference and good is not None else not set(text) & {"▲", "▼"}


@given(st.integers(0, 5000), st.integers(0, 5000), LANGS)
def test_counts_differ_by_a_number_and_by_percent_of_what_was(n: int, before: int, lang: Lang) -> None:
    now = made(YEAR, n, None, Scale.COUNT)
    text = delta_text(delta(now, made(EARLIER, before, None, Scale.COUNT)), now, lang)
    number = text.split(" ")[0].replace("." if lang == "vi" else ",", "")
    assert int(number) == n - before
    assert text.startswith("+") is (n > before)
    assert ("%" in text) is (before > 0)  # never +100 % for what is new


def test_changes_as_officials_read_them() -> None:
    now = made(YEAR, 1223, None, Scale.COUNT)
    assert delta_text(delta(now, made(EARLIER, 412, None, Scale.COUNT)), now) == "+811 (+196,8%) ▲"
    assert delta_text(delta(now, made(EARLIER, 0, None, Scale.COUNT)), now) == "+1.223 ▲"
    now = made(YEAR, 12, 100, Scale.PERCENT)
    assert delta_text(delta(now, made(EARLIER, 1, 10, Scale.PERCENT)), now) == "+2 điểm phần trăm ▲"
    now = made(YEAR, 7, 2, Scale.WORKING_DAYS, Better.LOWER)
    assert delta_text(delta(now, made(EARLIER, 3, 1, Scale.WORKING_DAYS, Better.LOWER)), now, "en") == "+0.5 ▼"


@given(st.integers(0, 10), st.integers(0, 10), LANGS)
def test_without_a_value_there_is_no_change(denominator: int, before: int, lang: Lang) -> None:
    assume(denominator == 0 or before == 0)
    now, then = made(YEAR, 0, denominator, Scale.PERCENT), made(EARLIER, 0, before, Scale.PERCENT)
    text = delta_text(delta(now, then), now, lang)
    assert not re.search(r"[0-9▲▼]", text) or text.endswith(REASONS[Status.ZERO_DENOMINATOR].text(lang))
    assert (text == "") is (denominator == 0)
    assert delta_text(None, now, lang) == ""


# --- The plan

PLAN = """
number = "01/KH-UBND"
issued_on = 2021-01-04
issuer = "UBND"
year = 2021

[[targets]]
id = "asked"
name = "Hài lòng"
indicator = "satisfaction"
value = 85

[[targets]]
id = "each"
name = "Từng xã"
indicator = "resolved_on_time"
each = "commune"
at_least = 1
value = 60

[[targets]]
id = "whole"
name = "Toàn huyện"
indicator = "resolved_on_time"
level = "commune"
value = "66,5"

[[quotas]]
channel = "tờ rơi"
at_least = 3
"""


@pytest.fixture
def planned(tmp_path: Path) -> Report:
    folder = small(tmp_path)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    return read_folder(folder).report()


def test_targets_are_printed_in_the_scale_of_their_indicator(planned: Report) -> None:
    section = sections(planned)["Thực hiện kế hoạch"]
    assert lines(section) == ["Kế hoạch 01/KH-UBND ngày 04/01/2021, UBND; xét đến 31/01/2022"]
    found = rows(section)
    assert found["Hài lòng"] == ["huyện Tháp Mười", "", "85%", "chưa đánh giá được", "không có số liệu"]  # a percentage, measured or not
    assert found["Từng xã"][1:4] == ["0", "1", "chưa đánh giá được"]  # units, not percent
    assert found["Toàn huyện"][:4] == ["cấp xã", "50%", "66,5%", "không đạt"]
    assert found["Tuyên truyền: tờ rơi"][1:3] == ["", "3"]


def test_an_illustrative_plan_says_so(planned: Report) -> None:
    plan = load_plan("illustrative = true\n" + PLAN)
    section = sections(replace(planned, plan=plan), "en")["The plan"]
    assert lines(section)[1] == "Illustrative targets: the official list is not public"


def test_a_word_that_is_not_known_is_named_in_the_report_with_its_number_and_what_is_accepted() -> None:
    rows = [
        {"meeting_id": str(n), "unit_code": "TM", "kind": "họp UBND", "status": "họp trễ", "held_on": "05/03/2021", "paperless": "x"}
        for n in range(3)
    ]
    unit = Unit(code="TM", name="Tân Mai", kind="xã", level="commune")
    text = page_text(report_page(Dataset([unit], meetings=rows).report("2021"), "vi"))
    assert "status = «họp trễ»: mã không có trong danh mục" in text
    assert "có: dự kiến, đã họp, hoãn, hủy" in text
    assert "(3 ô, dòng 1, 2, 3)" in text
