"""What is assumed of a sheet, each reported once: ids by the row, no for blank cells among marks; and what follows from words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.read.test_dressing import write

import cchc_metrics as cm
from cchc_metrics.read.checks import Given
from cchc_metrics.read.files import parse_file, read_file
from cchc_metrics.read.headings import heading_key, match_headings
from cchc_metrics.read.own import Own
from cchc_metrics.read.parquet_files import scan_file, scan_parquet
from cchc_metrics.read.rows import read_rows, read_table
from cchc_metrics.records.choices import MeetingKind
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import CellError, parse_moment
from cchc_metrics.records.kinds import KINDS

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


# --- What follows from the words of another column

SENT = [
    ("Mã hồ sơ", "Đơn vị", "Tình trạng", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "Hình thức nộp"),
    ("1", "TM", "Đã giải quyết đúng hạn", "01/03/2021", "10/03/2021", "08/03/2021", "Trực tiếp"),
    ("2", "TM", "Hoàn thành trễ hạn", "01/03/2021", "10/03/2021", "08/03/2021", "BCCI"),
    ("3", "TM", "Đang xử lý quá hạn", "01/03/2021", "10/03/2021", "", "Xe ôm"),
    ("4", "TM", "Đang xử lý trong hạn", "01/03/2021", "10/03/2021", "", ""),
    ("5", "TM", "Đã trả kết quả", "01/03/2021", "10/03/2021", "18/03/2021", "Trực tuyến"),
]
CHANNELS = Own(values={"channel": {"Xe ôm": "postal"}})


def as_parquet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    pq.write_table(pa.table({name: [row[at] for row in rows[1:]] for at, name in enumerate(rows[0])}), path, row_group_size=2)
    return path


def test_whether_a_dossier_came_by_post_follows_from_its_channel_and_is_reported_once(tmp_path: Path) -> None:
    given, kind = Given(ONE, own=CHANNELS), KINDS["dossiers"]
    files = [write(tmp_path / f"t.{ending}", SENT) for ending in ("csv", "xlsx")]
    path = as_parquet(tmp_path / "t.parquet", SENT)
    ways = [[parse_file(file, kind, given, {})] for file in (*files, path)] + [
        list(scan_file(kind, path, given, {}, part_rows=2, keep_ids=True))
    ]
    for parts in ways:
        assert [r.model_dump()["postal_in"].value for part in parts for r in part.columns.records()] == ["no", "yes", "yes", "no", "no"]
        found = [p for part in parts for p in part.problems if p.code is Code.COLUMN_FOLLOWS]
        assert [(p.column, p.fix_en) for p in found] == [("postal_in", ": «Hình thức nộp»")]


def test_a_column_of_its_own_a_declared_one_and_one_that_is_not_read_do_not_follow(tmp_path: Path) -> None:
    own = [(*row, said) for row, said in zip(SENT, ("Nộp qua BCCI", "Có", "Không", "", "", ""), strict=True)]
    read = [
        read_file("dossiers", write(tmp_path / "own.csv", own), units=ONE),
        parse_file(write(tmp_path / "t.csv", SENT), KINDS["dossiers"], Given(ONE, own=Own(columns={"postal_in": "yes"})), {}),
    ]
    assert [[r.model_dump()["postal_in"].value for r in parsed.columns.records()] for parsed in read] == [
        ["yes", "no", "unknown", "unknown"],
        ["yes"] * 4,
    ]
    assert not any(parsed.problems.count(Code.COLUMN_FOLLOWS) for parsed in read)
    path = as_parquet(tmp_path / "own.parquet", own)
    (part,) = scan_parquet("dossiers", path, units=ONE, columns=["channel", "received_at", "status"])
    assert "postal_in" not in part.columns


def test_a_table_without_channels_says_nothing_of_the_post() -> None:
    headings, *rows = [row[:-1] for row in SENT]
    parsed = read_table("dossiers", headings, list(zip(*rows, strict=True)))
    assert "postal_in" not in parsed.columns
    assert parsed.problems.count(Code.COLUMN_FOLLOWS) == 0


def timings(exported: date | None, *, beside: bool = False) -> dict[int, str]:
    rows = [dict(zip(SENT[0], row, strict=True)) for row in SENT[1:]]
    for row in rows if beside else ():
        row["Tiến độ"] = row["Tình trạng"].replace("Đã trả kết quả", "Sớm 2 ngày")
        row["Tình trạng"] = "Đang xử lý" if row["Ngày có kết quả"] == "" else "Đã trả kết quả"
        row["Hình thức nộp"] = ""
    data = cm.Dataset(ONE, dossiers=[{**row, "Hình thức nộp": ""} for row in rows], as_of=exported)
    found = {p.row: p.value for p in data.problems if p.code is Code.TIMING_DIFFERS}
    assert data.problems.count(Code.TIMING_DIFFERS) == len(found) == len(data.quality().filter(code="timing_differs"))
    return found


def test_a_timing_that_the_file_states_is_compared_with_its_dates() -> None:
    assert timings(None) == {2: "quá hạn"}
    assert timings(date(2021, 3, 10)) == {2: "quá hạn", 3: "quá hạn"}
    assert timings(date(2021, 3, 11)) == {2: "quá hạn", 4: "đúng hạn"}
    assert timings(date(2021, 3, 11), beside=True) == {2: "quá hạn", 4: "đúng hạn", 5: "trước hạn"}


@pytest.mark.parametrize("heading", ["Trực tuyến", "Nộp trực tuyến"])
def test_a_column_of_ticks_says_which_dossiers_are_online_and_nothing_of_the_post(tmp_path: Path, heading: str) -> None:
    ticks = [heading, "Có", "", "x", "Không", "1"]
    rows = [(*row[:-1], tick) for row, tick in zip(SENT, ticks, strict=True)]
    path = as_parquet(tmp_path / "t.parquet", rows)
    files = [write(tmp_path / f"t.{ending}", rows) for ending in ("csv", "xlsx")]
    kind, given = KINDS["dossiers"], Given(ONE)
    ways = [[parse_file(file, kind, given, {})] for file in (*files, path)] + [list(scan_file(kind, path, given, {}, part_rows=2))]
    for parts in ways:
        found = [code for part in parts for code in np.array(part.columns.codes("channel")[1])[part.columns.codes("channel")[0]]]
        assert found == ["online", "counter", "online", "counter", "online"]
        assert not any("postal_in" in part.columns or part.problems.count(Code.COLUMN_FOLLOWS) for part in parts)


def test_a_column_that_only_shares_the_heading_of_ticks_is_not_used() -> None:
    rows = [dict(zip(SENT[0], row, strict=True)) | {"Trực tuyến": "mức độ 4"} for row in SENT[1:]]
    parsed = read_rows("dossiers", rows, own={"values": {"channel": {"Xe ôm": "postal"}}})
    assert parsed.problems.rejected == 0
    assert [record.model_dump()["channel"].value for record in parsed.columns.records()][:3] == ["counter", "postal", "postal"]
