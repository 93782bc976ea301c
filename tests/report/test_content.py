"""What a report says: its sections, a change in its own unit, what was left out, what the plan asks for, what was wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.folders import EXAMPLE, SMALL, example_report, small

from cchc_metrics.catalogue.load import load_catalogue
from cchc_metrics.catalogue.model import Catalogue, event_sets
from cchc_metrics.dataset import Dataset
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.plan import load_plan
from cchc_metrics.read.rows import read_rows
from cchc_metrics.read.sources import TableLike
from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.records.codes import Code
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.content import delta_text, report_page
from cchc_metrics.report.first_page import ASSUMED
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Page, Section
from cchc_metrics.report.page_text import page_markdown, page_text
from cchc_metrics.score import load_inputs, load_scheme
from cchc_metrics.tables.listing import display_width
from cchc_metrics.text import Lang
from cchc_metrics.values import REASONS, Better, Measure, Scale, Status
from cchc_metrics.verbs.assess import Verdict, assess
from cchc_metrics.verbs.compare import delta

YEAR, EARLIER = Period.parse("2021"), Period.parse("2020")
LANGS = st.sampled_from(["vi", "en"])
COMMUNE = UnitTree([Unit(code="MA", name="Mỹ An", kind="thị trấn", level="commune")])


def section(report: Report, name: str, lang: Lang = "vi") -> Section:
    """Return the section of an id."""
    (found,) = (section for section in report_page(report, lang).sections if section.id == name)
    return found


def names(report: Report, lang: Lang = "vi") -> list[str]:
    return [section.id for section in report_page(report, lang).sections]


def said(found: Section) -> list[str]:
    """Return the paragraphs of a section and the notes of its tables."""
    return [*(paragraph.text for paragraph in found.paragraphs), *(note for table in found.tables for note in table.notes)]


def rows(found: Section, table: int = 0) -> dict[str, list[str]]:
    """Return the rows of a table by their first cell, without the numbers of its notes."""
    return {re.sub(r"( \(\d+\))+$", "", row.cells[0].shown): [cell.shown for cell in row.cells[1:]] for row in found.tables[table].rows}


# --- The parts of a page


def test_what_a_leader_reads_comes_first_then_the_annexes_in_the_order_of_the_field() -> None:
    first = ["headlines", "attention", "left_out"]
    assert names(example_report()) == [*first, "indicators", "plan", "units", "outreach", "grounds"]
    page = report_page(example_report())
    assert [section.annex for section in page.sections] == [False] * 3 + [True] * 5
    assert [section.title for section in page.sections] == [
        "1. Kết quả chính",
        "2. Những việc cần lưu ý",
        "3. Số liệu chưa tính được và giả định khi đọc",
        "Phụ lục 1. Kết quả theo chỉ tiêu",
        "Phụ lục 2. Thực hiện kế hoạch năm 2022",
        "Phụ lục 3. Kết quả theo đơn vị",
        "Phụ lục 4. Thông tin, tuyên truyền theo hình thức",
        "Phụ lục 5. Căn cứ số liệu",
    ]


def test_both_languages_have_the_same_rows() -> None:
    for vi, en in zip(report_page(example_report()).sections, report_page(example_report(), "en").sections, strict=True):
        assert (vi.id, len(vi.paragraphs), len(vi.tables), vi.annex) == (en.id, len(en.paragraphs), len(en.tables), en.annex)
        for a, b in zip(vi.tables, en.tables, strict=True):
            assert (a.id, len(a.rows), len(a.notes)) == (b.id, len(b.rows), len(b.notes))
            assert [heading.right for heading in a.headings] == [heading.right for heading in b.headings]
            for row, other in zip(a.rows, b.rows, strict=True):
                assert len(row.cells) == len(other.cells) == len(a.headings)
                assert [(cell.number, cell.form) for cell in row.cells] == [(cell.number, cell.form) for cell in other.cells]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_first_page_of_the_example_fits_on_a_page(lang: Lang) -> None:
    lines = page_text(report_page(example_report(), lang)).split("\n")
    assert next(n for n, line in enumerate(lines) if line.startswith(("Phụ lục 1", "Annex 1"))) <= 60


def test_the_head_says_what_the_figures_are_about_and_not_by_which_ids_they_were_made() -> None:
    report = example_report()
    page = report_page(report)
    assert page.title == "KẾT QUẢ CẢI CÁCH HÀNH CHÍNH HUYỆN THÁP MƯỜI – NĂM 2021"
    assert page.lines[0] == "Kỳ báo cáo 01/01/2021 – 31/12/2021; số liệu tính đến ngày 31/03/2022; so với năm 2020."
    head = page_text(Page(page.title, page.lines, page.sections[:-1]))
    assert report.calendar not in head
    assert "default" not in head
    grounds = said(section(report, "grounds"))
    assert f"Lịch làm việc: {report.calendar}." in grounds
    assert "Quy tắc tính: Mặc định của thư viện (default)." in grounds
    made_up = "SỐ LIỆU MÔ PHỎNG, không phải số liệu thật."
    assert page.lines[1].startswith(f"{made_up} Số liệu mô phỏng: ")
    assert not any(made_up in line for line in report_page(replace(report, synthetic=False)).lines)


def test_a_quarter_keeps_its_numeral() -> None:
    page = report_page(read_folder(EXAMPLE, period="2021-Q1").report())
    assert page.title.endswith("– QUÝ I NĂM 2021")
    assert page.lines[0].endswith("so với quý I năm 2020.")
    assert "quý i " not in page_text(page)


def test_a_running_period_is_said_to_be_running() -> None:
    page = report_page(read_folder(EXAMPLE, period="2022").report())
    open_yet = " Kỳ báo cáo chưa kết thúc, số liệu còn thay đổi."
    assert page.lines[0].endswith(open_yet)
    assert not report_page(example_report()).lines[0].endswith(open_yet)


def test_a_running_period_is_said_to_be_compared_with_the_same_days_only() -> None:
    report = read_folder(EXAMPLE, period="2022").report()
    assert "; so với cùng kỳ năm 2021 (01/01/2021 – 31/03/2021)." in report_page(report).lines[0]
    assert "; against the same days of 2021 (2021-01-01 to 2021-03-31)." in report_page(report, "en").lines[0]
    assert "kỳ gốc: cùng kỳ năm 2021 (01/01/2021 – 31/03/2021)." in said(section(report, "grounds"))[0]
    assert "(tăng 11 hồ sơ so với cùng kỳ năm 2021)" in said(section(report, "attention"))[1]
    text = report.text()
    assert "So với cùng kỳ" in text
    assert "So với năm 2021" not in text


def test_every_indicator_is_shown_or_said_to_have_no_data() -> None:
    report = example_report()
    found = [section(report, name) for name in ("indicators", "outreach")]
    shown = {cell.about[0] for s in found for table in s.tables for row in table.rows for cell in row.cells[1:2] if cell.about is not None}
    (silent,) = (line for s in found for line in said(s) if line.startswith("Không có số liệu: "))
    without = silent.removeprefix("Không có số liệu: ").removesuffix(".").split("; ")
    for indicator in (i for i in report.catalogue if not i.entered):  # which nobody entered here, and no record could give
        applies = any(m.status is not Status.NOT_APPLICABLE for m in report.measures.filter(indicator=indicator.id, period=YEAR))
        assert (indicator.id in shown) + (indicator.vi in without) == applies, indicator.id


def test_what_has_values_by_label_only_is_said_to_have_no_data_where_there_is_no_label() -> None:
    (silent,) = (line for line in said(section(commune().report(), "indicators", "en")) if line.startswith("No data: "))
    assert "Share of units that replicated an initiative" in silent.removesuffix(".").split(": ", maxsplit=1)[1].split("; ")


def test_a_definition_of_another_time_is_not_shown() -> None:
    assert "Hồ sơ trực tuyến mức độ 3, mức độ 4" in rows(section(example_report(), "indicators"))
    for period in ("2021", "2022"):  # of the running year it is not yet in force on the day of export
        assert "toàn trình" not in page_text(report_page(read_folder(EXAMPLE, period=period).report()), None)


def test_what_was_left_out_is_said_with_its_number() -> None:
    note = "Không tính 24 văn bản mật, 9 văn bản chưa ghi độ mật."
    found = section(example_report(), "indicators")
    (number,) = (line.partition(" ")[0] for line in said(found) if line.endswith(note))
    (table,) = found.tables
    assert sum(f" {number}" in row.cells[0].text for row in table.rows) == 3
    english = said(section(example_report(), "indicators", "en"))
    assert any(line.endswith("Left out: secret documents (24), documents without a secrecy mark (9).") for line in english)


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
    assert any(line.endswith("Không tính 1 hồ sơ giải quyết quá hạn.") for line in said(section(report, "indicators")))
    assert any(line.endswith("Left out: dossiers ended late (1).") for line in said(section(report, "indicators", "en")))


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
    assert page.title == "KẾT QUẢ CẢI CÁCH HÀNH CHÍNH THỊ TRẤN MỸ AN – NĂM 2021"
    assert names(report) == ["headlines", "attention", "left_out", "indicators", "units", "grounds"]
    assert "cấp xã" not in page_text(page)
    # There is no year before it to compare with, and the figure stands for itself.
    name = "Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn"
    assert rows(section(report, "headlines"))[name] == ["50,00%", "1", "2"]
    assert [heading.text for heading in section(report, "headlines").tables[0].headings] == ["Chỉ tiêu", "Kết quả", "Tử số", "Mẫu số"]
    assert "Không so sánh được với năm 2020: kỳ gốc: không có số liệu." in said(section(report, "headlines"))
    assert rows(section(report, "units"))["thị trấn Mỹ An"][0] == "50,00%"


def test_the_kind_of_a_unit_stands_in_the_title_though_no_tree_was_declared(tmp_path: Path) -> None:
    alone = small(
        tmp_path,
        units_csv=None,
        district_toml='code = "TM"\nname = "Tháp Mười"\nlevel = "huyện"\nextracted_on = 2022-01-31\nperiod = "2021"\n',
    )
    assert report_page(read_folder(alone).report()).title.startswith("KẾT QUẢ CẢI CÁCH HÀNH CHÍNH HUYỆN THÁP MƯỜI ")
    named = UnitTree([Unit(code="Q1", name="Quận 1", level="district")])
    assert "HÀNH CHÍNH QUẬN 1 –" in report_page(Dataset(named, period=YEAR, surveys=[]).report()).title


def test_a_unit_without_events_has_no_rate_and_no_zero(tmp_path: Path) -> None:
    """Mỹ Quý has one pending dossier: 0 of 0 resolved, which is neither 0 % nor 100 %."""
    units = section(read_folder(small(tmp_path)).report(), "units")
    assert rows(units)["xã Mỹ Quý"][0] == "–"
    assert rows(units)["huyện Tháp Mười (cấp huyện)"][0] == "100,00%"
    assert rows(units)["thị trấn Mỹ An"][0] == "50,00%"
    assert units.tables[0].notes == ("– không có số liệu: Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn; Tỷ lệ cuộc họp không giấy.",)


# --- The order of the field


def test_the_district_stands_before_its_communes_and_other_channels_last() -> None:
    report = example_report()
    first = [row.cells[0].text for row in section(report, "headlines").tables[0].rows]
    assert [name.rpartition(", ")[2] for name in first[:4]] == ["cấp huyện", "cấp xã"] * 2
    channels = [row.cells[0].text for row in section(report, "outreach").tables[0].rows][3:17]
    declared = [channel.vi for channel in OutreachChannel]
    assert channels == [name for name in declared if name in channels]
    assert channels[-1] == "hình thức khác"
    (units,) = section(report, "units").tables
    assert [row.role for row in units.rows[:3]] == ["total", "row", "row"]
    assert [row.cells[0].text for row in units.rows[:2]] == ["Toàn huyện Tháp Mười", "huyện Tháp Mười (cấp huyện)"]


def test_words_that_are_no_closed_list_are_in_the_order_of_a_dictionary() -> None:
    fields = ("Xây dựng", "Đăng ký kinh doanh", "Đất đai", "Dân tộc", "Hộ tịch")
    same = {"Đơn vị": "MA", "Trạng thái": 9, "Ngày tiếp nhận": "01/03/2021", "Ngày hẹn trả": "05/03/2021", "Ngày kết thúc": "03/03/2021"}
    own = load_catalogue("""
        [[indicator]]
        id = "by_field"
        vi = "Hồ sơ theo lĩnh vực"
        en = "Dossiers by field"
        numerator = ["dossiers.received"]
        scale = "count"
        source = "own"
        breakdowns = ["field"]
    """)
    table = [{"Mã hồ sơ": str(n), **same, "Lĩnh vực": field} for n, field in enumerate(fields)]
    report = Dataset(COMMUNE, period=YEAR, as_of=date(2021, 12, 31), catalogue=own, dossiers=table).report()
    shown = [row.cells[0].text for row in section(report, "indicators").tables[0].rows if row.depth == 2]
    shown = shown[-5:]
    assert shown == ["Dân tộc", "Đăng ký kinh doanh", "Đất đai", "Hộ tịch", "Xây dựng"]


# --- What went wrong, what is missing


def test_what_went_wrong_is_named_with_its_counts() -> None:
    found = said(section(example_report(), "attention"))
    late, overdue, worst = found[:3]
    assert late == "69 hồ sơ giải quyết quá hạn trong số 6.292 hồ sơ đã giải quyết."
    assert overdue == (
        "12 hồ sơ đang giải quyết đã quá hạn cuối kỳ (tăng 3 hồ sơ so với năm 2020), trong đó 7 hồ sơ quá hạn trên 10 ngày làm việc; "
        "nhiều nhất: huyện Tháp Mười (cấp huyện) 8, xã Đốc Binh Kiều 2, xã Mỹ Đông 1."
    )
    assert worst == (
        "Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn thấp nhất: xã Trường Xuân 98,24% (335/341), "
        "huyện Tháp Mười (cấp huyện) 98,49% (2.808/2.851), xã Láng Biển 98,73% (156/158)."
    )
    assert any(line.startswith("Xấu đi so với năm 2020: Thời gian giải quyết trung bình tăng 0,19 ngày làm việc; ") for line in found)
    assert any(line.startswith("Chỉ tiêu, nhiệm vụ năm 2022, tính đến ngày 31/03/2022: 3 không đạt (Áp phích quý I; ") for line in found)


def test_the_target_beside_a_figure_is_that_of_its_year() -> None:
    other = section(example_report(), "headlines").tables[0]
    assert not [heading for heading in other.headings if heading.group == "Chỉ tiêu giao"]
    own = section(read_folder(EXAMPLE, period="2022").report(), "headlines")
    headings = [heading.text for heading in own.tables[0].headings]
    assert headings[-2:] == ["Mức", "Đánh giá"]
    assert rows(own)["Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn, cấp xã"][-2:] == ["99,00%", "có nguy cơ không đạt"]
    assert rows(own)["Hồ sơ trực tuyến mức độ 3, mức độ 4, cấp huyện"][-2:] == ["1.407", "đúng tiến độ"]
    assert rows(own)["Hoạt động thông tin, tuyên truyền"][-2:] == ["", ""]


def test_what_has_a_target_is_shown_beside_it(planned: Report) -> None:
    """The catalogue opens a report with the two levels of this rate; the plan asks for the communes' and for the whole's."""
    whole = replace(planned, plan=load_plan(PLAN.replace('level = "commune"\nvalue = "66,5"', 'value = "66,5"')))
    report = replace(whole, assessments=assess(whole.measures, whole.plan, units=whole.units, as_of=whole.as_of))  # type: ignore[arg-type]
    name = "Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn"
    shown = {first: cells for first, cells in rows(section(report, "headlines")).items() if first.startswith(name)}
    assert list(shown) == [name, f"{name}, cấp huyện", f"{name}, cấp xã"]
    assert [cells[-2:] for cells in shown.values()] == [["66,50%", "đạt"], ["", ""], ["", ""]]


NOTHING_ASSUMED = " Không phải giả định gì khi đọc số liệu."


def test_problems_are_counted_exactly() -> None:
    table = [{"Mã phiếu": n, "Đơn vị": "MA", "Ngày trả lời": "31/02/2021", "Điểm": 5} for n in range(1200)]
    report = Dataset(COMMUNE, period=YEAR, as_of=date(2021, 12, 31), surveys=table).report()
    read = "Đọc 1.200 dòng, loại 1.200 dòng (100%) không dùng được; từng dòng ghi trong problems.csv."
    assert said(section(report, "left_out"))[0] == read + NOTHING_ASSUMED
    assert rows(section(report, "left_out"))["phiếu khảo sát"] == ["1.200", "1.200", "100,00%"]
    (row,) = section(report, "input").tables[0].rows
    assert [cell.shown for cell in row.cells] == ["bộ nhớ", "lỗi", Code.IMPOSSIBLE_DATE.vi, "1.200"]
    read = "Rows read: 1,200; rejected: 1,200 (100%), each listed in problems.csv. Nothing had to be assumed to read the records."
    assert said(section(report, "left_out", "en"))[0] == read


def test_that_nobody_said_the_day_of_export_is_an_assumption() -> None:
    """What is not in the records is taken not to have happened, up to the last day of the period."""
    table = [{"Mã phiếu": 1, "Đơn vị": "MA", "Ngày trả lời": "05/02/2021", "Điểm": 5}]
    undated, dated = (Dataset(COMMUNE, period=YEAR, as_of=day, surveys=table).report() for day in (None, date(2021, 12, 31)))
    first = "Đọc 1 dòng, không loại dòng nào."
    assert said(section(dated, "left_out")) == [first + NOTHING_ASSUMED]
    assert said(section(undated, "left_out"))[0] == first
    assumed = said(section(undated, "left_out"))[1]
    assert assumed.startswith("Giả định: chưa khai ngày kết xuất")
    assert assumed.endswith("nên coi số liệu là đủ đến 31/12/2021.")
    assert said(section(undated, "left_out", "en"))[1].endswith("to 2021-12-31.")


def rejected(late: int, early: int, wrong: int, *, doubled: int = 0) -> Report:
    """Return a report on dossiers of which some are rejected for their dates, and some stand there twice."""
    same = {"Đơn vị": "MA", "Trạng thái": 9, "Ngày tiếp nhận": "01/03/2021", "Ngày hẹn trả": "05/03/2021"}
    ends = ["08/03/2021"] * late + ["03/03/2021"] * early + ["31/02/2021"] * wrong
    table = [{"Mã hồ sơ": str(n), **same, "Ngày kết thúc": end} for n, end in enumerate(ends)]
    return Dataset(COMMUNE, period=YEAR, as_of=date(2021, 12, 31), dossiers=[*table, *table[:doubled]]).report()


@given(st.integers(0, 6), st.integers(0, 6), st.integers(1, 4), st.integers(0, 2))
@settings(max_examples=15)
def test_rejected_rows_could_move_a_rate_so_far_and_no_farther(late: int, early: int, wrong: int, doubled: int) -> None:
    """The span holds the rate that every way of putting the rows right would give, and both of its ends are such a rate."""
    assume(late + early >= max(doubled, 1))
    report = rejected(late, early, wrong, doubled=doubled)
    name = "Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn"
    (row,) = (row for row in section(report, "left_out").tables[1].rows if row.cells[0].text == name)
    _, value, lost, low, high = (cell.number for cell in row.cells)
    assert (value, lost) == (Fraction(100 * early, late + early), wrong)
    fixed = [Fraction(100 * (early + good), late + early + wrong) for good in range(wrong + 1)]
    assert (low, high) == (min(fixed), max(fixed))
    right = rejected(late + wrong, early, 0).measures["resolved_on_time", "MA", "2021"].value
    assert low == right


def test_a_target_within_the_span_is_said_to_be_undecided(tmp_path: Path) -> None:
    folder = small(tmp_path, dossiers_csv=SMALL["dossiers.csv"] + "5,TM.01,9,01/03/2021,05/03/2021,31/02/2021\n")
    (folder / "plan.toml").write_text(PLAN.replace('value = "66,5"', 'value = "66"'), encoding="utf-8")
    found = section(read_folder(folder).report(), "left_out")
    assert rows(found, 1)["Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn, cấp xã"] == ["50,00%", "1", "33,33%", "66,67%"]
    assert said(found)[-1] == (
        "Chỉ tiêu giao nằm trong khoảng này, nên chưa kết luận được: Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn, cấp xã."
    )


def test_nothing_rejected_leaves_no_span() -> None:
    found = section(example_report(), "left_out")
    assert said(found)[0] == "Đọc 19.073 dòng, không loại dòng nào." + NOTHING_ASSUMED
    assert found.tables == ()


def test_nothing_assumed_is_said_too() -> None:
    assert said(section(example_report(), "left_out"))[0].endswith(NOTHING_ASSUMED)


def test_what_a_file_lacks_is_assumed_and_said(tmp_path: Path) -> None:
    meetings = "Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy (x)\nTM,Họp UBND,05/01/2021,x\nTM,Họp UBND,05/02/2021,\n"
    found = said(section(read_folder(small(tmp_path, meetings_csv=meetings)).report(), "left_out"))
    assert f"Giả định, meetings.csv, «Họp không giấy (x)»: {Code.MARKS_ASSUMED.vi}." in found
    assert f"Giả định, meetings.csv, «Mã cuộc họp»: {Code.ROW_IS_ID.vi}." in found
    assert not any(NOTHING_ASSUMED in line for line in found)


# --- Words and widths


def made_up(units: int) -> Report:
    """Return a report on many communes with long names, a few dossiers each."""
    tree = [Unit(code="T", name="Đồng Tháp", kind="tỉnh", level="province")]
    names_of = ("Mỹ Hội Đông Nhơn Trạch", "Bình Hòa", "Thạnh Mỹ Tây", "Pờ Ly Ngài", "Krông Nô Đắk Drô")
    tree += [Unit(code=f"X{n}", name=f"{names_of[n % 5]} {n}", kind="xã", level="commune", parent="T") for n in range(units)]
    same = {"Trạng thái": 9, "Ngày tiếp nhận": "01/03/2021", "Ngày hẹn trả": "05/03/2021"}
    table = [{"Mã hồ sơ": str(n), "Đơn vị": f"X{n % units}", **same, "Ngày kết thúc": f"{2 + n % 8:02}/03/2021"} for n in range(3 * units)]
    return Dataset(tree, period=YEAR, as_of=date(2021, 12, 31), dossiers=table).report()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "make", [example_report, lambda: commune().report(), lambda: made_up(700)], ids=["example", "commune", "700 units"]
)
def test_no_line_is_wider_than_a_hundred_columns(make: Callable[[], Report], lang: Lang) -> None:
    lines = page_text(report_page(make(), lang)).split("\n")
    assert max(map(display_width, lines)) <= 100
    assert not [line for line in lines if line != line.rstrip()]


def test_vietnamese_has_no_code_and_no_word_of_english() -> None:
    report = example_report()
    page = report_page(report)
    text = page_text(Page(page.title, page.lines, page.sections[:-1]), None)
    choices = {label for found in event_sets().values() for dim in found.dims if dim.choice is not None for label in dim.choice.labels()}
    codes = {i.id for i in report.catalogue} | {code.value for code in Code} | {status.value for status in Status}
    codes |= {verdict.value for verdict in Verdict} | {label for label in choices if len(label) > 3}
    words = set(re.findall(r"[\w/]+", text))
    assert words & codes == set()
    whole = page_text(page, None)
    assert "[K]" not in whole
    assert not re.search(r"[▲▼]", whole)
    english = {"the", "of", "and", "dossiers", "rows", "share", "level", "without", "percentage", "not"}
    assert {word.lower() for word in words} & english == set()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_number_of_one_format_is_in_the_other(lang: Lang) -> None:
    """Text and Markdown have the same numbers in the same order; those of values are those of report.json."""
    page = report_page(example_report(), lang)
    cells = [cell for s in page.sections for table in s.tables for row in table.rows for cell in row.cells]
    text, markdown = (
        re.sub(r"\s+", " ", made.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")) for made in (page_text(page), page_markdown(page))
    )
    for cell in cells:
        if cell.number is not None:
            assert f" {cell.text}" in text
            assert f"| {cell.text} |" in markdown or f"| {cell.shown} |" in markdown

    def digits(made: str) -> Counter[str]:
        return Counter(re.findall(r"\d+(?:[.,]\d+)*", made))

    years = {"2020", "2021"}  # Markdown has one row of headings, which repeats what stands above several in text
    assert {number: n for number, n in digits(text).items() if number not in years} == {
        number: n for number, n in digits(markdown).items() if number not in years
    }


def test_decimals_are_equal_within_a_column() -> None:
    for found in report_page(example_report()).sections:
        for table in found.tables:
            for column in range(len(table.headings)):
                forms = [row.cells[column].form for row in table.rows if row.cells[column].number is not None]
                for kind in {form.kind for form in forms}:
                    assert len({form.decimals for form in forms if form.kind == kind}) == 1


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
    words = ("tốt hơn", "xấu đi") if lang == "vi" else ("better", "worse")
    assert text.endswith(words[not good]) if difference and good is not None else not any(word in text for word in words)


@given(st.integers(0, 5000), st.integers(0, 5000), LANGS)
def test_counts_differ_by_a_number_and_by_percent_of_what_was(n: int, before: int, lang: Lang) -> None:
    now = made(YEAR, n, None, Scale.COUNT)
    text = delta_text(delta(now, made(EARLIER, before, None, Scale.COUNT)), now, lang)
    number = re.split(r", |,? [a-z(]", text)[0].replace("." if lang == "vi" else ",", "")
    assert int(number) == n - before
    assert text.startswith("+") is (n > before)
    assert ("%" in text) is (before > 0)  # never +100 % for what is new


def test_changes_as_officials_read_them() -> None:
    now = made(YEAR, 1223, None, Scale.COUNT)
    assert delta_text(delta(now, made(EARLIER, 412, None, Scale.COUNT)), now) == "+811 (+196,8%), tốt hơn"
    assert delta_text(delta(now, made(EARLIER, 0, None, Scale.COUNT)), now) == "+1.223, tốt hơn"
    now = made(YEAR, 12, 100, Scale.PERCENT)
    assert delta_text(delta(now, made(EARLIER, 1, 10, Scale.PERCENT)), now) == "+2 điểm phần trăm, tốt hơn"
    now = made(YEAR, 7, 2, Scale.WORKING_DAYS, Better.LOWER)
    assert delta_text(delta(now, made(EARLIER, 3, 1, Scale.WORKING_DAYS, Better.LOWER)), now, "en") == "+0.5, worse"


@given(st.integers(0, 10), st.integers(0, 10), LANGS)
def test_without_a_value_there_is_no_change(denominator: int, before: int, lang: Lang) -> None:
    assume(denominator == 0 or before == 0)
    now, then = made(YEAR, 0, denominator, Scale.PERCENT), made(EARLIER, 0, before, Scale.PERCENT)
    text = delta_text(delta(now, then), now, lang)
    assert not re.search(r"[0-9]", text) or text.endswith(REASONS[Status.ZERO_DENOMINATOR].text(lang))
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
    found = section(planned, "plan")
    assert said(found)[0] == "Kế hoạch số 01/KH-UBND ngày 04/01/2021 của UBND; tính đến ngày 31/01/2022."
    targets = rows(found)
    assert targets["Hài lòng"] == ["huyện Tháp Mười", "", "85,00%", "chưa đánh giá được", "", "(1)"]  # a percentage, measured or not
    assert targets["Từng xã"][1:4] == ["0", "1", "chưa đánh giá được"]  # units, not percent
    assert targets["Toàn huyện"][:4] == ["cấp xã", "50,00%", "66,50%", "không đạt"]
    assert targets["Tuyên truyền: tờ rơi"][1:3] == ["", "3"]
    assert found.tables[0].notes[0] == "(1) Không có số liệu."


def test_an_illustrative_plan_says_so(planned: Report) -> None:
    plan = load_plan("illustrative = true\n" + PLAN)
    found = section(replace(planned, plan=plan), "plan", "en")
    assert said(found)[1] == "Illustrative targets: the official list is not public."


def test_a_word_that_is_not_known_is_named_in_the_report_with_its_number_and_what_is_accepted() -> None:
    rows = [
        {"meeting_id": str(n), "unit_code": "TM", "kind": "họp UBND", "status": "họp trễ", "held_on": "05/03/2021", "paperless": "x"}
        for n in range(3)
    ]
    unit = Unit(code="TM", name="Tân Mai", kind="xã", level="commune")
    text = page_text(report_page(Dataset([unit], meetings=rows).report("2021"), "vi"), None)
    assert "status = «họp trễ»: mã không có trong danh mục" in text
    assert "có: dự kiến, đã họp, hoãn, hủy" in text
    assert "(3 ô, dòng 1, 2, 3)" in text


def test_what_was_assumed_is_in_report_json_too(tmp_path: Path) -> None:
    meetings = "Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy (x)\nTM,Họp UBND,05/01/2021,x\nTM,Họp UBND,05/02/2021,\n"
    report = read_folder(small(tmp_path, meetings_csv=meetings)).report()
    told = [line for line in said(section(report, "left_out")) if line.startswith("Giả định")]
    totals = json.loads(report_json(report))["problems"]["totals"]
    assert {code.value for code in ASSUMED} & totals.keys() == {code.value for code in ASSUMED if any(code.vi in line for line in told)}
    assert {"marks_assumed", "row_is_id"} <= totals.keys()


def test_scores_have_a_table_and_the_total_stands_on_the_first_page() -> None:
    given = {"MA": load_inputs('[values]\n"1.1" = 97.5')}
    data = Dataset(COMMUNE, period=YEAR, as_of=date(2021, 12, 31), scheme=load_scheme(SCHEME), given_scores=given, meetings=[])
    report = data.report()
    assert said(section(report, "headlines"))[0] == "Ví dụ: 19,5/20 điểm."
    (table,) = section(report, "scores").tables
    assert [[cell.shown for cell in row.cells[:4]] for row in table.rows] == [
        ["Hồ sơ", "19,50", "20,00", "97,50"],
        ["1.1. Đúng hạn", "19,50", "20,00", "97,50"],
        ["TỔNG", "19,50", "20,00", "97,50"],
    ]
    assert [(row.depth, row.role) for row in table.rows] == [(0, "row"), (1, "row"), (0, "total")]


SCHEME = """
id = "own"
version = "2022"
vi = "Ví dụ"
en = "Example"
source = "ví dụ"
[[fields]]
id = "A"
vi = "Hồ sơ"
en = "Dossiers"
[[fields.criteria]]
id = "1.1"
vi = "Đúng hạn"
en = "On time"
max = 20
source = "Điều 1"
no_case = "full"
rule = { shape = "linear" }
"""


MERGED = UnitTree(
    [
        Unit(code="1", name="Hưng Thạnh", kind="xã", level="commune", valid_to=date(2025, 6, 30)),
        Unit(code="2", name="Mỹ An", kind="xã", level="commune", valid_to=date(2025, 6, 30)),
        Unit(code="1", name="Phương Thịnh", kind="xã", level="commune", valid_from=date(2025, 7, 1), predecessors=("1", "2")),
    ]
)


@pytest.mark.parametrize(
    ("unit", "period", "vi", "en"),
    [
        ("1", "2024", "Xã Phương Thịnh có từ ngày 01/07/2025, nên không có số liệu", "exists since 2025-07-01, so there are no figures"),
        ("1", "2024", "trước đó là xã Hưng Thạnh (–30/06/2025), xã Mỹ An.", "before, these were xã Hưng Thạnh (–30/06/2025), xã Mỹ An."),
        ("1", "2025", "số liệu trong kỳ báo cáo chỉ là của 01/07/2025 – 31/10/2025;", "are those of 2025-07-01 to 2025-10-31 only;"),
        (
            "2",
            "2025",
            "Xã Mỹ An kết thúc ngày 30/06/2025: số liệu trong kỳ báo cáo chỉ là của 01/01/2025 – 30/06/2025;",
            "ended on 2025-06-30",
        ),
        (
            "2",
            "2025-Q3",
            "nên không có số liệu của đơn vị này trong kỳ báo cáo; sau đó là xã Phương Thịnh.",
            "since, these are xã Phương Thịnh.",
        ),
        ("1", "2025-Q3", "", ""),
        ("2", "2025-Q2", "", ""),
    ],
)
def test_the_head_says_where_the_unit_existed_on_a_part_of_the_period_or_on_none(unit: str, period: str, vi: str, en: str) -> None:
    """Else a half of a year reads as the year, and a year before the unit as one of which records are missing."""
    meetings = [{"meeting_id": "1", "unit_code": "1", "kind": "họp UBND", "held_on": "05/08/2025", "paperless": "có"}]
    report = Dataset(units=MERGED, unit=unit, meetings=meetings, as_of=date(2025, 10, 31)).report(period)
    for lang, said_there in (("vi", vi), ("en", en)):
        head = " ".join(report_page(report, lang).lines)  # type: ignore[arg-type]
        assert said_there in head
        assert bool(said_there) == any(word in head for word in ("có từ ngày", "kết thúc ngày", "exists since", "ended on"))


def test_the_name_of_a_file_that_cannot_be_used_stays_as_it_is(tmp_path: Path) -> None:
    folder = small(tmp_path)
    (folder / "meetings.csv").write_bytes(b"a,b\n\x81\x90")
    told = said(section(read_folder(folder).report(), "left_out"))
    assert any(text.startswith("meetings.csv: ") for text in told), told
