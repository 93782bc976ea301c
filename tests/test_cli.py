"""The command: what it prints and writes, its exit status, and one line with the fix where the input cannot be used."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from tests.folders import EXAMPLE, SMALL, small
from tests.golden.regenerate import difference

import cchc_metrics
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.cli import command as cli
from cchc_metrics.cli import main
from cchc_metrics.example.make import make_example
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.content import report_page
from cchc_metrics.report.files import FORMATS
from cchc_metrics.schemas import MODELS

CODES: Mapping[str, Code] = {code.value: code for code in Code}
DONE, DONE_WITH_BAD_ROWS, UNUSABLE = 0, 1, 2


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments: str | Path) -> str:
    """Return the one line in which the command says why it cannot go on."""
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    assert result.stderr.startswith("cchc-metrics: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def reported(folder: Path, *arguments: str | Path) -> Any:
    """Return ``report.json`` of a folder, and check that the exit status tells whether rows were rejected."""
    out = folder.parent / "out"
    result = invoke("report", folder, "--out", out, *arguments)
    assert re.match(r"(Đã ghi|Written): .*report\.json.*\n", result.stderr)
    data = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert data["problems"]["read"] == data["problems"]["valid"] + data["problems"]["rejected"]
    assert result.exit_code == (DONE_WITH_BAD_ROWS if data["problems"]["rejected"] or errors_of(data) else DONE)
    return data


def errors_of(data: Any) -> set[str]:
    return {code for code in data["problems"]["totals"] if CODES[code].severity == "error"}


def item(data: Any, indicator: str) -> Any:
    """Return the measure of the whole district in the period reported on."""
    about = (indicator, "TM", data["period"]["label"])
    (found,) = (m for m in data["measures"] if (m["indicator"], m["unit"], m["period"]) == about and not m["breakdown"])
    return found


def counts(data: Any, indicator: str) -> tuple[int | None, int | None]:
    found = item(data, indicator)
    return found["numerator"], found["denominator"]


def with_lines(name: str, *lines: str) -> dict[str, str]:
    """Return a change of the small folder: lines added to a table."""
    return {name.replace(".", "_"): SMALL[name] + "".join(f"{line}\n" for line in lines)}


# --- report


def test_the_report_is_printed_and_written(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = invoke("report", EXAMPLE, "--period", "2021", "--out", out)
    files = ", ".join(str(out / name) for name in ("report.txt", "report.json", "report.md", "problems.csv"))
    assert (result.exit_code, result.stderr) == (DONE, f"Đã ghi: {files}\n")
    assert difference("report.txt", result.stdout.encode()) == ""
    assert difference("report.txt", (out / "report.txt").read_bytes()) == ""
    assert {path.name for path in out.iterdir()} == {"report.txt", "report.json", "report.md", "problems.csv"}
    assert (out / "report.md").read_text(encoding="utf-8").startswith("# KẾT QUẢ CẢI CÁCH HÀNH CHÍNH HUYỆN THÁP MƯỜI – NĂM 2021\n")


def test_nothing_is_written_unless_asked_for(tmp_path: Path) -> None:
    folder = small(tmp_path / "TM")
    before = sorted(path.name for path in folder.iterdir())
    assert invoke("report", folder).exit_code == DONE
    assert sorted(path.name for path in folder.iterdir()) == before


def test_only_the_formats_asked_for_are_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert invoke("report", small(tmp_path / "TM"), "--out", out, "--formats", " json,json ").exit_code == DONE
    assert {path.name for path in out.iterdir()} == {"report.json", "problems.csv"}


def test_the_report_in_english(tmp_path: Path) -> None:
    folder = small(tmp_path / "TM")
    vi, en = invoke("report", folder), invoke("report", folder, "--lang", "en")
    assert (vi.exit_code, en.exit_code) == (DONE, DONE)
    assert en.stdout.startswith("ADMINISTRATIVE REFORM IN HUYỆN THÁP MƯỜI – 2021\n")
    assert "Share of dossiers resolved early or on the due date" in en.stdout
    assert "66.67%" in en.stdout
    assert "66,67%" in vi.stdout
    assert not [i.id for i in default_catalogue() if i.vi in en.stdout]
    assert not [i.id for i in default_catalogue() if i.en in vi.stdout]
    sections = [line for line, under in zip(vi.stdout.split("\n"), vi.stdout.split("\n")[1:], strict=False) if under.startswith("──")]
    assert len(sections) >= 4
    assert not [line for line in sections if line in en.stdout.split("\n")]
    assert "Rows read: 4; none was rejected." in invoke("report", small(tmp_path / "A", meetings_csv=None), "--lang", "en").stdout


def test_rules_by_name_decide_and_are_named(tmp_path: Path) -> None:
    """Two requests for papers make a dossier late on the national portal, and change nothing by default."""
    table = SMALL["dossiers.csv"].split("\n")
    asked = "\n".join([table[0] + ",Số lần yêu cầu bổ sung", table[1] + ",2", table[2] + ",1", table[3] + ",", ""])
    folder = small(tmp_path / "TM", dossiers_csv=asked)
    plain, portal = reported(folder), reported(folder, "--rules", "qd766")
    assert (plain["rules"], portal["rules"]) == ("default", "qd766")
    assert counts(plain, "resolved_on_time") == (2, 3)
    assert counts(portal, "resolved_on_time") == (1, 3)
    assert "- Quy tắc tính: Cổng Dịch vụ công quốc gia, QĐ 766/QĐ-TTg (qd766)." in invoke("report", folder, "--rules", "qd766").stdout


@pytest.mark.parametrize(
    ("as_of", "on_time", "overdue", "status"),
    [
        ("2021-03-02", (0, 0), 0, "zero_denominator"),
        ("03/03/2021", (1, 1), 0, "period_open"),
        ("2021-03-05", (2, 2), 0, "period_open"),
        ("2021-03-06", (2, 2), 2, "period_open"),
        ("2021-03-08", (2, 3), 1, "period_open"),
        ("2021-12-31", (2, 3), 1, "ok"),
    ],
)
def test_the_day_asked_about(tmp_path: Path, as_of: str, on_time: tuple[int, int], overdue: int, status: str) -> None:
    data = reported(small(tmp_path / "TM"), "--as-of", as_of)
    assert data["as_of"] == (as_of if "-" in as_of else "2021-03-03")
    found = item(data, "resolved_on_time")
    assert (found["numerator"], found["denominator"], found["status"]) == (*on_time, status)
    assert (found["value"] is None) is (on_time == (0, 0)) is (found["text"] == "không có số liệu")
    assert counts(data, "dossiers_pending_overdue") == (overdue, None)


def test_the_period_asked_for(tmp_path: Path) -> None:
    data = reported(small(tmp_path / "TM"), "--period", "Quý I/2021")
    assert data["period"] == {"label": "2021-Q1", "first": "2021-01-01", "last": "2021-03-31", "regime": "calendar"}
    assert data["baseline_period"]["label"] == "2020-Q1"
    assert reported(small(tmp_path / "TM"), "--period", "2021-Q1@nd09")["period"]["first"] == "2020-12-15"


def test_a_plan_and_a_baseline_by_name(tmp_path: Path) -> None:
    folder, last_year = small(tmp_path / "TM"), tmp_path / "2020.json"
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    before = {
        "as_of": "2020-12-31",
        "measures": [
            {"indicator": "resolved_on_time", "unit": "TM", "period": "2020", "status": "ok", "numerator": 3, "denominator": 6},
        ],
    }
    last_year.write_text(json.dumps(before), encoding="utf-8")
    data = reported(folder, "--plan", plan, "--baseline", last_year)
    (change,) = (d for d in data["deltas"] if (d["indicator"], d["unit"], d["breakdown"]) == ("resolved_on_time", "TM", {}))
    assert (change["baseline"], change["difference"]) == ("50", "16.6666666667")
    assert [(a["id"], a["verdict"], a["needed"]) for a in data["assessments"]] == [("on-time", "not_met", 1)]


PLAN = """\
number = "01/KH-UBND"
issued_on = 2021-01-04
issuer = "UBND"
year = 2021

[[targets]]
id = "on-time"
indicator = "resolved_on_time"
value = 75
"""


# --- What cannot be used is one line with the fix


UNUSABLE_FOLDERS: Mapping[str, tuple[dict[str, str | None], list[str], str, str]] = {
    "no district.toml": ({"district_toml": None}, [], "thiếu district.toml", "no district.toml; to make one from its files"),
    "broken TOML": ({"district_toml": 'code = "TM'}, [], "district.toml:1: không phải TOML", "district.toml:1: not TOML"),
    "a mistyped key": (
        {"district_toml": SMALL["district.toml"].replace("level", "levle")},
        [],
        "levle: khóa lạ; có phải «level»?",
        "levle: unknown key; did you mean «level»?",
    ),
    "no table": ({"dossiers_csv": None, "meetings_csv": None}, [], "không có bảng nào", "has no table; at least one of"),
    "no unit file": ({"units_csv": None}, [], "thiếu tệp đơn vị units.csv", "the unit file units.csv is missing"),
    "a unit of no district": (
        {"units_csv": SMALL["units.csv"].replace("commune,TM\n", "commune,\n")},
        [],
        'ghi parent = "TM"',
        'write parent = "TM"',
    ),
    "no period": (
        {"district_toml": SMALL["district.toml"].replace('period = "2021"\n', "")},
        [],
        "thêm --period 2021",
        "add --period 2021",
    ),
    "a period that is none": ({}, ["--period", "2021-Q5"], "một năm có 4 quý", "a year has 4 quarters"),
    "a period not begun": ({}, ["--period", "2022-Q2"], "chưa bắt đầu vào ngày 31/01/2022", "has not begun on 2022-01-31"),
    "rules that are none": ({}, ["--rules", "qd76"], "có phải «qd766»?", "did you mean «qd766»?"),
    "a plan that is not there": ({}, ["--plan", "none.toml"], "không có tệp «none.toml»", "there is no file «none.toml»"),
    "a plan with an unknown indicator": (
        {"plan_toml": PLAN.replace("resolved_on_time", "resolved_ontime")},
        [],
        "có phải «resolved_on_time»?",
        "did you mean «resolved_on_time»?",
    ),
    "a plan with two mistakes": (
        {"plan_toml": PLAN.replace("resolved_on_time", "resolved_ontime").replace("year = 2021", "yaer = 2021")},
        [],
        "resolved_ontime",
        "yaer",
    ),
    "a baseline that is not there": ({}, ["--baseline", "none.json"], "không có tệp «none.json»", "there is no file «none.json»"),
    "a format that is none": ({}, ["--formats", "txt,pdf"], "không có định dạng «pdf»", "no format «pdf»; there are: txt, md, json"),
}


@pytest.mark.parametrize(("changes", "arguments", "vi", "en"), list(UNUSABLE_FOLDERS.values()), ids=list(UNUSABLE_FOLDERS))
def test_what_cannot_be_used(tmp_path: Path, changes: dict[str, str | None], arguments: list[str], vi: str, en: str) -> None:
    folder = small(tmp_path, **changes)
    assert vi in refused("report", folder, *arguments)
    assert en in refused("report", folder, *arguments, "--lang", "en")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for command in ("report", "check"):
        assert refused(command, tmp_path / "none") == f"cchc-metrics: không có thư mục «{tmp_path / 'none'}»\n"


def test_a_baseline_that_is_no_report(tmp_path: Path) -> None:
    folder = small(tmp_path / "TM")
    (folder / "baseline.json").write_text("{", encoding="utf-8")
    assert "baseline.json:1: not JSON" in refused("report", folder, "--lang", "en")
    (folder / "baseline.json").write_text('{"measures": [{"indicator": "resolved_on_time"}]}', encoding="utf-8")
    assert "«baseline.json»: measures[0]" in refused("report", folder, "--lang", "en")
    (folder / "baseline.json").write_text("{}", encoding="utf-8")
    assert "«baseline.json»: the list of measures is missing" in refused("report", folder, "--lang", "en")


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    taken = tmp_path / "out"
    taken.write_text("a file", encoding="utf-8")
    result = invoke("report", small(tmp_path / "TM"), "--out", taken)
    assert result.exit_code == UNUSABLE
    assert result.stderr.count("\n") == 1
    assert str(taken) in result.stderr


@pytest.mark.parametrize("day", ["31/02/2021", "yesterday"])
def test_a_day_that_is_none(tmp_path: Path, day: str) -> None:
    result = invoke("report", small(tmp_path), "--as-of", day)
    assert result.exit_code == UNUSABLE
    assert f"«{day}»: dùng dd/mm/yyyy hoặc yyyy-mm-dd" in result.stderr


# --- Bad rows are reported and left out, good ones count


FILES = '\n[files]\noutreach = "tuyen-truyen.csv"\n'
BAD_INPUT: Mapping[str, tuple[dict[str, str], list[tuple[str, int]], int, tuple[int, int]]] = {
    "a table that is named and missing": ({"district_toml": SMALL["district.toml"] + FILES}, [("missing_file", 0)], 0, (2, 3)),
    "an unknown heading": (
        {"dossiers_csv": SMALL["dossiers.csv"].replace(",Ngày kết thúc\n", ",Ngày kết thúc,Số CCCD\n").replace("\n1,", "\n1,", 1)},
        [("unknown_heading", 1), *[("wrong_number_of_cells", row) for row in (2, 3, 4, 5)]],
        4,
        (0, 0),
    ),
    "a missing heading": (
        {"meetings_csv": SMALL["meetings.csv"].replace("Loại cuộc họp", "Kiểu")},
        [("missing_heading", 1), ("unknown_heading", 1)],
        2,
        (2, 3),
    ),
    "an impossible date": (with_lines("dossiers.csv", "5,TM,9,30/02/2021,05/03/2021,05/03/2021"), [("impossible_date", 6)], 1, (2, 3)),
    "an unknown unit": (with_lines("dossiers.csv", "5,TM.09,9,01/03/2021,05/03/2021,05/03/2021"), [("unknown_unit", 6)], 1, (2, 3)),
    "an unknown status": (with_lines("dossiers.csv", "5,TM,11,01/03/2021,05/03/2021,05/03/2021"), [("unknown_code", 6)], 1, (2, 3)),
    "an end before the receipt": (
        with_lines("dossiers.csv", "5,TM,9,01/03/2021,05/03/2021,28/02/2021"),
        [("end_before_receipt", 6)],
        1,
        (2, 3),
    ),
    "the same row twice": (with_lines("dossiers.csv", "1,TM,9,2021-03-01,2021-03-05,2021-03-03"), [("duplicate_identical", 6)], 1, (2, 3)),
    "two rows that contradict each other": (
        with_lines("dossiers.csv", "1,TM,9,01/03/2021,05/03/2021,08/03/2021"),
        [("duplicate_conflicting", 2), ("duplicate_conflicting", 6)],
        2,
        (1, 2),
    ),
    "an empty table": ({"meetings_csv": SMALL["meetings.csv"].split("\n")[0] + "\n"}, [("empty_table", 0)], 0, (2, 3)),
    "a table under another name": ({"surveys2_csv": "Mã phiếu\n"}, [("unused_file", 0)], 0, (2, 3)),
}


ALONE = """\
code = "TM"
name = "Tháp Mười"
level = "commune"
extracted_on = 2022-01-31
period = "2021"
"""
WITH_HANDOVER = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Ra khỏi cửa\n1,TM,9,01/03/2021,05/03/2021,03/03/2021,"
BEFORE_THE_CALENDAR = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Thời hạn,Đơn vị thời hạn,Ngày kết thúc\n1,TM,9,01/03/2012,5,ngày làm việc,"
NO_UNIT = "Mã cuộc họp,Loại cuộc họp,Ngày họp,Họp không giấy\n1,Họp UBND,05/01/2021,có\n"


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"dossiers_csv": WITH_HANDOVER + "08/03/2021\n"}, "unused_date_column", DONE_WITH_BAD_ROWS),
        ({"dossiers_csv": BEFORE_THE_CALENDAR + "03/03/2021\n"}, "due_outside_calendar", DONE_WITH_BAD_ROWS),
        ({"district_toml": ALONE, "dossiers_csv": None, "meetings_csv": NO_UNIT, "units_csv": None}, "unit_assumed", DONE),
    ],
)
def test_what_figures_lack_ends_with_status_1_and_what_was_assumed_does_not(
    tmp_path: Path, changes: dict[str, str | None], code: str, status: int
) -> None:
    folder = small(tmp_path / "TM", **changes)
    data = reported(folder)
    assert data["problems"]["totals"][code] == 1
    assert data["problems"]["rejected"] == 0
    assert invoke("report", folder).exit_code == invoke("check", folder).exit_code == status


@pytest.mark.parametrize(("changes", "problems", "rejected", "on_time"), list(BAD_INPUT.values()), ids=list(BAD_INPUT))
def test_bad_input(
    tmp_path: Path, changes: dict[str, str], problems: list[tuple[str, int]], rejected: int, on_time: tuple[int, int]
) -> None:
    folder = small(tmp_path / "TM", **changes)
    data = reported(folder)
    assert [(p["code"], p["row"]) for p in data["problems"]["examples"]] == problems
    assert data["problems"]["rejected"] == rejected
    totals = {code: [c for c, _ in problems].count(code) for code, _ in problems}
    assert data["problems"]["totals"] == totals
    assert on_time == (0, 0) or counts(data, "resolved_on_time") == on_time

    text = invoke("report", folder).stdout
    n = data["problems"]
    assert f"Đọc {n['read']} dòng, {f'loại {rejected} dòng' if rejected else 'không loại dòng nào.'}" in text
    shown: Counter[str] = Counter()
    for listed in (
        line for part in report_page(read_folder(folder).report()).sections if part.id == "input" for line in part.tables[0].rows
    ):
        assert isinstance(listed.cells[3].number, int)
        shown[listed.cells[2].text] += listed.cells[3].number
    assert shown == {CODES[code].vi: number for code, number in totals.items()}

    checked = invoke("check", folder, "--lang", "en")
    assert checked.exit_code == (DONE_WITH_BAD_ROWS if errors_of(data) else DONE)
    # The same mistake of many rows is one line, which names the first of them.
    lines = checked.stdout.split("\n")
    for code, row in problems:
        place = rf"\brow {row}\b|\brows (?:\d+, )*{row}\b|, …\)$| …\)$"
        assert any(CODES[code].en in line and (not row or re.search(place, line)) for line in lines)
    assert checked.stdout.endswith(f"\n{n['read']} rows read = {n['valid']} valid + {rejected} rejected\n")


def test_nothing_of_nothing_is_no_data_and_never_a_percentage(tmp_path: Path) -> None:
    """All meetings were secret, so 0 of 0 were paperless."""
    meetings = "Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy,Độ mật\n1,TM,Họp UBND,05/01/2021,có,Mật\n"
    folder = small(tmp_path / "TM", meetings_csv=meetings)
    data = reported(folder)
    found = [m for m in data["measures"] if (m["indicator"], m["period"]) == ("paperless_meetings", "2021")]
    assert {(m["numerator"], m["denominator"], m["value"], m["status"], m["text"]) for m in found} == {
        (0, 0, None, "zero_denominator", "không có số liệu"),
    }
    for lang, words in (("vi", "không có số liệu"), ("en", "no data")):
        lines = invoke("report", folder, "--lang", lang).stdout.split("\n")
        (at,) = (n for n, line in enumerate(lines) if line.startswith(f"  {paperless(lang)} (") and "–" in line)
        assert re.split(r" {2,}", lines[at].strip())[1:] == ["–", "0", "0"]
        notes = re.findall(r"\(\d+\)", lines[at])
        assert any(line.lower() == f"{note} {words}." for line in lines for note in notes)


def paperless(lang: str) -> str:
    return default_catalogue()["paperless_meetings"].name(lang)


def test_a_kind_that_was_not_supplied_has_no_data(tmp_path: Path) -> None:
    folder = small(tmp_path / "TM", meetings_csv=None)
    data = reported(folder)
    assert {m["status"] for m in data["measures"] if m["indicator"] == "paperless_meetings"} == {"no_data"}
    text = " ".join(invoke("report", folder).stdout.partition("Phụ lục 1")[2].partition("Phụ lục 2")[0].split())
    assert "Tỷ lệ cuộc họp không giấy" in text.partition("Không có số liệu: ")[2].rstrip(".").split("; ")


# --- check


def test_a_clean_folder_has_no_problems(tmp_path: Path) -> None:
    result = invoke("check", small(tmp_path))
    assert (result.exit_code, result.stdout, result.stderr) == (DONE, "đọc 6 dòng = 6 hợp lệ + 0 bị loại\n", "")


def test_many_problems_are_counted_exactly_and_shown_in_part(tmp_path: Path) -> None:
    bad = [f"{n},TM.09,9,01/03/2021,05/03/2021,05/03/2021" for n in range(10, 50)]
    folder, out = small(tmp_path / "TM", **with_lines("dossiers.csv", *bad)), tmp_path / "problems.csv"
    result = invoke("check", folder, "--out", out)
    assert result.exit_code == DONE_WITH_BAD_ROWS
    lines = result.stdout.split("\n")
    assert "«TM.09»" in lines[0]
    assert lines[0].endswith(" (40 ô, dòng 6, 7, 8, 9, 10 …)")
    assert lines[1].split()[:2] == ["40", "unknown_unit"]
    assert lines[2] == "đọc 46 dòng = 6 hợp lệ + 40 bị loại"
    written = out.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")  # so that spreadsheets take it for UTF-8
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    assert [(row["file"], row["row"], row["code"]) for row in rows] == [("dossiers.csv", str(n), "unknown_unit") for n in range(6, 46)]


def test_the_list_of_problems_does_not_outlive_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bad = with_lines("dossiers.csv", "5,TM.09,9,01/03/2021,05/03/2021,05/03/2021")
    assert invoke("report", small(tmp_path / "TM", **bad), "--out", out).exit_code == DONE_WITH_BAD_ROWS
    assert "unknown_unit" in (out / "problems.csv").read_text(encoding="utf-8-sig")
    assert invoke("report", small(tmp_path / "TM"), "--out", out).exit_code == DONE
    assert (out / "problems.csv").read_text(encoding="utf-8-sig").count("\n") == 1  # the headings


# --- example, schema, catalogue


def test_the_example_is_written_and_runs(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "my-district"
    result = invoke("example", folder)
    assert (result.exit_code, result.stderr) == (DONE, "")
    assert result.stdout == f"{folder}: cchc-metrics report {folder} --period 2021\n"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {name: text.encode() for name, text in make_example().items()}
    assert invoke("check", folder).exit_code == DONE


def test_the_example_overwrites_nothing_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "district.toml").write_text("mine", encoding="utf-8")
    assert "thêm --force để ghi đè" in refused("example", tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"notes.txt": "mine", "district.toml": "mine"}
    assert invoke("example", tmp_path, "--force").exit_code == DONE
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "district.toml").read_text(encoding="utf-8") == make_example()["district.toml"]


def test_schemas_of_every_model() -> None:
    schemas = json.loads(invoke("schema").stdout)
    assert set(schemas) == set(MODELS) >= {kind.model.__name__ for kind in KINDS.values()}
    for name, model in MODELS.items():
        assert json.loads(invoke("schema", name).stdout) == schemas[name]
        assert set(schemas[name]["properties"]) == set(model.model_fields)
    assert refused("schema", "Dosier") == "cchc-metrics: there is no model «Dosier»; did you mean «Dossier»?\n"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_catalogue_lists_every_indicator(lang: str) -> None:
    result = invoke("catalogue", "--lang", lang)
    assert result.exit_code == DONE
    lines = result.stdout.rstrip("\n").split("\n")[2:]
    listed = [re.split(r" {2,}", line) for line in lines]
    assert [cells[:2] for cells in listed] == [[i.id, i.name(lang)] for i in default_catalogue()]
    assert [cells[-1] for cells in listed] == [i.source_text(lang) for i in default_catalogue()]


def test_the_version() -> None:
    assert invoke("--version").stdout.strip().endswith(cchc_metrics.__version__)


def test_every_command_has_help() -> None:
    for name, command in main.commands.items():
        result = invoke(name, "--help")
        assert result.exit_code == DONE
        assert command.help
        assert command.help.split("\n")[0].split()[0] in result.stdout


def test_without_its_extra_the_command_says_what_to_install() -> None:
    program = "import sys; sys.modules['click'] = None; import cchc_metrics.cli"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603  (the program stands in this file)
    assert done.returncode == UNUSABLE
    assert done.stderr.count("\n") == 1
    assert 'python -m pip install "cchc-metrics[cli]"' in done.stderr


# --- Progress: on a terminal only, and only on work that takes longer than a second


class Bar:
    """What rich would show."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int, int | None]] = []
        self.running = True

    def add_task(self, _: str, *, total: int | None) -> int:
        assert total is None
        return 7

    def update(self, task: int, *, description: str, completed: int, total: int | None) -> None:
        assert task == 7
        self.said.append((description, completed, total))

    def stop(self) -> None:
        self.running = False


def progress_said(monkeypatch: pytest.MonkeyPatch, *, tty: bool, clock: Iterator[float]) -> list[tuple[str, int, int | None]]:
    bars: list[Bar] = []

    def shown() -> Bar:
        bars.append(Bar())
        return bars[-1]

    monkeypatch.setattr("cchc_metrics.report.terminal.progress_shown", shown)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: tty)
    with cli.Progress() as progress:
        for done in (0, 50, 100):
            progress("dossiers.csv", done, 100)
        progress("units.csv", 7, 0)
        assert all(bar.running for bar in bars)
    assert not [bar for bar in bars if bar.running]
    assert len(bars) <= 1
    return [line for bar in bars for line in bar.said]


SLOW = (0.0, 0.4, 0.9, 1.1, 1.2)


def test_progress_is_shown_after_a_second_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    said = progress_said(monkeypatch, tty=True, clock=iter(SLOW))
    assert said == [("dossiers.csv", 100, 100), ("units.csv", 7, None)]


@pytest.mark.parametrize(
    ("tty", "clock"),
    [
        (True, (0.0, 0.1, 0.2, 0.3, 0.4)),
        (True, (100.0, 100.1, 100.5, 100.9, 101.0)),
        (False, SLOW),
    ],
)
def test_progress_is_not_shown(monkeypatch: pytest.MonkeyPatch, tty: bool, clock: tuple[float, ...]) -> None:
    assert progress_said(monkeypatch, tty=tty, clock=iter(clock)) == []


def test_progress_of_the_command_is_not_in_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small(tmp_path / "TM")
    plain = invoke("report", folder)
    monkeypatch.setattr(cli, "_SLOW_SECONDS", -1.0)
    assert invoke("report", folder).stderr == ""  # not a terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(SystemExit, match="0"):
        main(["report", str(folder)])
    shown = capsys.readouterr()
    assert shown.out == plain.stdout
    assert "meetings.csv" in shown.err


@pytest.mark.parametrize("rich", [True, False], ids=["rich", "without rich"])
def test_a_terminal_shows_what_a_file_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rich: bool
) -> None:
    folder = small(tmp_path / "TM")
    plain = invoke("report", folder)
    if not rich:
        for module in ("rich", "rich.console", "rich.progress"):
            monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(cli, "_SLOW_SECONDS", -1.0)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit, match="0"):
        main(["report", str(folder)])
    shown = capsys.readouterr().out
    assert ("\x1b[" in shown) is rich
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == plain.stdout


# --- Formats


def test_the_help_names_every_format() -> None:
    assert ", ".join(FORMATS) == cli.FORMATS
    assert cli.FORMATS in " ".join(invoke("report", "--help").stdout.split())


def test_what_was_written_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    folder, out = small(tmp_path / "TM"), tmp_path / "out"
    assert invoke("report", folder, "--out", out, "--formats", "json,txt,md", "--open").exit_code == DONE
    assert invoke("report", folder, "--out", out, "--formats", "json", "--open").exit_code == DONE  # there is nothing for people
    assert opened == [str(out / "report.md")]
    assert "--open opens what was written; add --out FOLDER" in refused("report", folder, "--open", "--lang", "en")
    for command in ("report", "periodic"):
        said = refused(command, folder, "--formats", "txt", "--lang", "en")
        assert "--formats is of the files that are written; add --out FOLDER" in said


def test_fill_writes_the_form_and_lists_what_has_no_value(tmp_path: Path) -> None:
    form, out = tmp_path / "f.xlsx", tmp_path / "o.xlsx"
    with xlsxwriter.Workbook(str(form)) as book:
        sheet = book.add_worksheet("Biểu 1")
        sheet.write("A1", "{{resolved_on_time|level=commune|percent}}")
        sheet.write("A2", "{{dossiers_received|2019}}")
    result = invoke("fill", EXAMPLE, form, "--out", out, "--period", "2021", "--lang", "en")
    assert result.stdout == f"{out}: 2 places filled\n"
    assert "Biểu 1!A2: {{dossiers_received|2019}}: no data" in result.stderr
    assert (result.exit_code, out.exists()) == (0, True)
    assert "không ghi được" in refused("fill", EXAMPLE, form, "--out", tmp_path / "no" / "o.xlsx", "--period", "2021")


def test_form06_is_written_as_it_is_submitted(tmp_path: Path) -> None:
    plain = invoke("form06", EXAMPLE, "--period", "2021")
    result = invoke("form06", EXAMPLE, "--period", "2021", "--out", tmp_path / "bieu06.xlsx")
    assert (result.stdout, result.exit_code) == (plain.stdout, plain.exit_code)
    assert (tmp_path / "bieu06.xlsx").read_bytes()[:2] == b"PK"
