"""What is assumed of a sheet, each reported once: ids by the row, no for blank cells among marks; and what follows from words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from tests.read.test_dressing import write

import cchc_metrics as cm
from cchc_metrics.read.checks import Given
from cchc_metrics.read.files import parse_file, read_file
from cchc_metrics.read.headings import heading_key, match_headings
from cchc_metrics.read.own import Own
from cchc_metrics.read.rows import read_rows
from cchc_metrics.records.choices import MeetingKind
from cchc_metrics.records.fields import CellError, parse_moment
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Code

ONE = cm.UnitTree([cm.Unit(code="TM", name="Tân Mai", kind="xã", level="commune")])
MEETINGS = [
    ("STT", "Tên cuộc họp", "Thời gian", "Hình thức họp", "Họp không giấy (x)"),
    ("1", "Họp UBND thường kỳ", "08 giờ 00 ngày 15/01/2021", "Trực tiếp", "x"),
    ("2", "Kỳ họp HĐND lần thứ 3", "08 giờ 00 ngày 15/02/2021", "Trực tuyến", ""),
    ("3", "Hội nghị UBND mở rộng", "14 giờ 30 ngày 15/03/2021", "Trực tiếp", "X"),
]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_list_of_meetings_as_offices_keep_it(tmp_path: Path, ending: str) -> None:
    parsed = read_file("meetings", write(tmp_path / f"t.{ending}", MEETINGS), units=ONE)
    found = [record.model_dump(mode="json") for record in parsed.columns.records()]
    assert [(r["meeting_id"], r["kind"], r["paperless"]) for r in found] == [
        ("2", "committee_meeting", "yes"),
        ("3", "council_session", "no"),
        ("4", "committee_conference", "yes"),
    ]
    assert found[2]["held_on"] == "2021-03-15T14:30:00"
    assert [parsed.problems.count(code) for code in (Code.ROW_IS_ID, Code.MARKS_ASSUMED, Code.UNIT_ASSUMED)] == [1, 1, 1]
    assert parsed.problems.rejected == 0


def test_ids_of_rows_differ_from_sheet_to_sheet(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", MEETINGS)
    write(tmp_path / "b.csv", MEETINGS)
    text = 'code = "TM"\nname = "TM"\nlevel = "xã"\nextracted_on = 2022-03-31\nfiles.meetings = ["a.csv", "b.csv"]\n'
    (tmp_path / "district.toml").write_text(text, encoding="utf-8")
    dataset = cm.read_folder(tmp_path)
    found = dataset.measures("2021")["paperless_meetings", "TM"]
    assert (found.numerator, found.denominator, dataset.problems.rejected) == (4, 6, 0)


def test_a_dossier_needs_an_id_and_rows_from_memory_do(tmp_path: Path) -> None:
    rows = [("Trạng thái", "Ngày tiếp nhận"), ("Đang xử lý", "01/03/2021")]
    assert not read_file("dossiers", write(tmp_path / "t.csv", rows), units=ONE).usable
    assert not read_rows("meetings", [{"kind": "họp UBND", "held_on": "2021-03-01"}], units=ONE).usable


@pytest.mark.parametrize(
    ("heading", "cells", "meant"),
    [
        ("Không giấy", ("x", "", "v"), ("yes", "no", "yes")),
        ("Không giấy", ("✓", " ", ""), ("yes", "no", "no")),
        ("Không giấy (x)", ("", "", ""), ("no", "no", "no")),
        ("Không giấy", ("", "", ""), ("unknown", "unknown", "unknown")),
        ("Không giấy", ("có", "", "x"), ("yes", "unknown", "yes")),  # a column of words: what is empty is not said
        ("Không giấy (x)", ("có", "", ""), ("yes", "unknown", "unknown")),
        ("Không giấy", ("x", "?", ""), ("yes", "unknown", "unknown")),
    ],
)
def test_blank_among_marks_is_no_and_nowhere_else(tmp_path: Path, heading: str, cells: Sequence[str], meant: Sequence[str]) -> None:
    rows = [("Mã cuộc họp", "Loại họp", "Ngày họp", heading), *((str(n), "họp UBND", "01/03/2021", cell) for n, cell in enumerate(cells))]
    parsed = read_file("meetings", write(tmp_path / "t.csv", rows), units=ONE)
    assert tuple(record.model_dump(mode="json")["paperless"] for record in parsed.columns.records()) == tuple(meant)
    assert parsed.problems.count(Code.MARKS_ASSUMED) == ("no" in meant)


@pytest.mark.parametrize(
    ("cells", "exchanged", "electronic"),
    [
        (("Trục liên thông", "Giấy", ""), ("yes", "no", "unknown"), ("yes", "no", "unknown")),
        (("có", "không", ""), ("yes", "no", "unknown"), None),
    ],
)
def test_how_a_document_was_sent(tmp_path: Path, cells: Sequence[str], exchanged: Sequence[str], electronic: Sequence[str] | None) -> None:
    rows = [
        ("Số, ký hiệu văn bản", "Ngày, tháng văn bản", "Hình thức gửi"),
        *((f"{n}/A", "01/03/2021", cell) for n, cell in enumerate(cells)),
    ]
    parsed = read_file("documents", write(tmp_path / "t.csv", rows), units=ONE)
    records = [record.model_dump(mode="json") for record in parsed.columns.records()]
    assert tuple(r["exchanged"] for r in records) == tuple(exchanged)
    assert tuple(r["electronic"] for r in records) == tuple(electronic or ("unknown",) * 3)
    assert ("electronic" in parsed.columns) == (electronic is not None)


def test_own_words_of_how_it_was_sent_and_a_heading_of_both(tmp_path: Path) -> None:
    heading = ("Số, ký hiệu văn bản", "Ngày, tháng văn bản", "Hình thức gửi")
    rows = [heading, ("1/A", "01/03/2021", "Trục liên thông"), ("2/A", "01/03/2021", "Giấy")]
    path, kind = write(tmp_path / "t.csv", rows), KINDS["documents"]
    own = Own(values={"exchanged": {"Trục liên thông": "yes", "Giấy": "no"}})
    for given, headings in ((Given(ONE, own=own), {}), (Given(ONE), {"Hình thức gửi": "electronic+exchanged"})):
        found = [record.model_dump(mode="json") for record in parse_file(path, kind, given, headings).columns.records()]
        assert [(r["electronic"], r["exchanged"]) for r in found] == [("yes", "yes"), ("no", "no")]


def test_a_heading_that_gives_way() -> None:
    kind = KINDS["meetings"]
    both = match_headings(kind, ["Tên cuộc họp", "Loại cuộc họp", "Thời gian", "Ngày họp"])
    assert (both.positions, both.duplicates) == ({"kind": 1, "held_on": 3}, ())
    assert [position for position, _ in both.unknown] == [0, 2]
    own = match_headings(kind, ["Tên cuộc họp", "Loại cuộc họp"], {"Tên cuộc họp": "kind"})
    assert own.duplicates == (("kind", ("Tên cuộc họp", "Loại cuộc họp")),)
    assert heading_key("Họp không giấy (x)") == heading_key("Họp không giấy")


@pytest.mark.parametrize("word", ["Họp UBND thường kỳ", "HỌP UBND tháng 3", "Họp Ủy ban nhân dân thường kỳ"])
def test_the_name_of_a_meeting_begins_with_its_kind(word: str) -> None:
    assert MeetingKind.parse(word) is MeetingKind.COMMITTEE_MEETING


@pytest.mark.parametrize("word", ["Hội nghị tổng kết", "Họp giao ban", "Họp UBNDX", "Khác nữa"])
def test_a_name_that_does_not_say_whose_meeting_it_is_stays_unknown(word: str) -> None:
    with pytest.raises(CellError):
        MeetingKind.parse(word)


DAY, HALF_PAST_EIGHT = date(2021, 3, 5), datetime(2021, 3, 5, 8, 30)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("08:30 05/03/2021", HALF_PAST_EIGHT),
        ("05/03/2021 08:30 SA", HALF_PAST_EIGHT),
        ("05/03/2021 08:30 CH", datetime(2021, 3, 5, 20, 30)),
        ("05/03/2021 12:30 SA", datetime(2021, 3, 5, 0, 30)),
        ("05/03/2021 12:30 CH", datetime(2021, 3, 5, 12, 30)),
        ("05/03/2021 15:22 CH", datetime(2021, 3, 5, 15, 22)),
        ("05/03/2021 08:30:15 (GMT+7)", datetime(2021, 3, 5, 8, 30, 15)),
        ("05/03/2021 08:30 GMT+07:00", HALF_PAST_EIGHT),
        ("Thứ sáu, 05/03/2021", DAY),
        ("T6 05-03-2021 8h30", HALF_PAST_EIGHT),
        ("Chủ nhật, ngày 07 tháng 3 năm 2021", date(2021, 3, 7)),
        ("ngày 05 tháng 3 năm 2021", DAY),
        ("Ngày 5 tháng 03 năm 2021", DAY),
        ("08 giờ 30 ngày 05/03/2021", HALF_PAST_EIGHT),
        ("8 giờ 30 phút, ngày 5 tháng 3 năm 2021", HALF_PAST_EIGHT),
        ("05/03/2021 lúc 08:30", HALF_PAST_EIGHT),
    ],
)
def test_dates_as_people_write_them(text: str, meant: date) -> None:
    assert parse_moment(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "13:30 SA 05/03/2021",
        "25:00 05/03/2021",
        "31 tháng 2 năm 2021",
        "ngày 05 tháng 13 năm 2021",
        "05/03/21",
        "Tháp Mười, ngày 05 tháng 01 năm 2022",
        "05/03/2021 08:30 (GMT+9)",
        "từ ngày 05/03/2021",
        "05/03/2021 - 07/03/2021",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_moment(text)
    assert caught.value.code is Code.IMPOSSIBLE_DATE
