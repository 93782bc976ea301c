"""The commands about dossiers: form06, explain, deadline and calendar; what they print, their exit status, and the fix."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from tests.folders import DISTRICT, EXAMPLE, SMALL, small

from cchc_metrics import cli
from cchc_metrics.errors import CalendarRangeError, CchcError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.records.codes import Code
from cchc_metrics.records.due import CUT_OFF
from cchc_metrics.records.due_dates import due_date
from cchc_metrics.records.waits import REAPPOINTED
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.verbs.form06 import check_form06

DONE, DONE_WITH_FINDINGS, UNUSABLE = 0, 1, 2
OFFICIAL = Calendar.official()

FORM = """level,field,(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13)
commune,Hộ tịch,100,40,55,5,90,80,8,2,10,9,1
commune,TỔNG,100,40,55,5,90,80,8,2,10,9,1
"""
LINE = ["100", "40", "55", "5", "90", "80", "8", "2", "10", "9", "1"]
DOSSIERS = """\
Mã hồ sơ,Đơn vị,Mã TTHC,Kênh thực hiện,Trạng thái,Ngày tiếp nhận,Ngày kết thúc
1,TM,1.1,1,9,01/03/2021 15:30,03/03/2021
2,TM,1.1,2,9,01/03/2021,03/03/2021
3,TM.01,1.2,1,9,01/03/2021,12/03/2021
4,TM.01,1.2,1,4,01/03/2021,
5,TM.02,1.2,1,9,01/04/2021,09/04/2021
"""
PROCEDURES = """\
Mã TTHC,Lĩnh vực,Kênh thực hiện,Hiệu lực từ,Hiệu lực đến,Thời hạn,Đơn vị thời hạn,Giờ chốt
1.1,Hộ tịch,,,,1,ngày làm việc,15:00
1.1,Hộ tịch,trực tuyến,,,4,giờ,
1.2,Đất đai,,,31/03/2021,4,ngày làm việc,
1.2,Đất đai,,01/04/2021,,7,ngày làm việc,
"""
EVENTS = """\
Mã hồ sơ,Diễn biến,Thời điểm,Hẹn lại đến
3,yêu cầu bổ sung,03/03/2021,
3,đã bổ sung,10/03/2021,
4,chờ thanh toán,04/03/2021,
"""
"""Five dossiers without appointments: their terms stand with the procedures, their waits among the events."""


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    """Return the one line in which the command says why it cannot go on."""
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    assert result.stderr.startswith("cchc-metrics: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def with_events(folder: Path, **changes: str | None) -> Path:
    tables: dict[str, str | None] = {"dossiers_csv": DOSSIERS, "procedures_csv": PROCEDURES, "dossier_events_csv": EVENTS}
    return small(folder, **{**tables, **changes})


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


# --- form06


def test_the_form_of_a_folder(tmp_path: Path) -> None:
    result = invoke("form06", with_events(tmp_path / "TM"), "--period", "2021-03", "--lang", "en")
    assert (result.exit_code, result.stderr) == (DONE, "")
    title, headings, _, *rows = result.stdout.splitlines()
    assert title == "Biểu số 06/VPCP/KSTT · huyện Tháp Mười · March 2021 · form06"
    assert [h.split()[0] for h in cells(headings)] == ["(1)", *(f"({n})" for n in range(2, 14))]
    assert [cells(row)[1:] for row in rows] == [
        ["district level: Hộ tịch", "2", "1", "1", "0", "2", "0", "1", "1", "0", "0", "0"],
        ["TOTAL district level", "2", "1", "1", "0", "2", "0", "1", "1", "0", "0", "0"],
        ["commune level: Đất đai", "2", "0", "2", "0", "1", "0", "1", "0", "1", "1", "0"],
        ["TOTAL commune level", "2", "0", "2", "0", "1", "0", "1", "0", "1", "1", "0"],
        ["TOTAL", "4", "1", "3", "0", "3", "0", "2", "1", "1", "1", "0"],
    ]


def test_the_form_of_one_unit_in_vietnamese(tmp_path: Path) -> None:
    result = invoke("form06", with_events(tmp_path / "TM"), "--period", "2021-04", "--unit", "TM.01")
    assert result.exit_code == DONE
    assert result.stdout.splitlines()[0] == "Biểu số 06/VPCP/KSTT · thị trấn Mỹ An · Tháng 4 năm 2021 · form06"
    assert [cells(row)[1:] for row in result.stdout.splitlines()[3:]] == [
        ["cấp xã: Đất đai", "1", "0", "0", "1", "0", "0", "0", "0", "1", "1", "0"],
        ["TỔNG cấp xã", "1", "0", "0", "1", "0", "0", "0", "0", "1", "1", "0"],
        ["TỔNG", "1", "0", "0", "1", "0", "0", "0", "0", "1", "1", "0"],
    ]


def test_the_form_of_the_example_holds_and_goes_on_from_quarter_to_quarter() -> None:
    result = invoke("form06", EXAMPLE, "--period", "2021")
    assert (result.exit_code, result.stderr) == (DONE, "")
    quarters = [read_folder(EXAMPLE, rules="form06").form06(f"2021-Q{n}") for n in (1, 2, 3, 4)]
    data = read_folder(EXAMPLE, rules="form06", period="2021")
    year = data.form06()
    assert (year.unit, year.period.label, data.errors(["dossiers"])) == (DISTRICT, "2021", {})
    assert year.check() == []
    for this, following in pairwise(quarters):
        assert check_form06(this.rows, following=following.rows) == []
    assert year.rows[-1].ended == sum(q.rows[-1].ended for q in quarters)
    assert year.rows[-1].pending == quarters[-1].rows[-1].pending


def test_rules_that_keep_dossiers_apart_break_identities_and_say_so(tmp_path: Path) -> None:
    without = with_events(tmp_path / "without", procedures_csv=None, dossier_events_csv=None)
    assert "dossiers.due_at / term + term_unit" in refused("form06", without, "--period", "2021-03", "--lang", "en")
    heading, *lines = DOSSIERS.strip().split("\n")
    empty = "\n".join([f"{heading},Ngày hẹn trả", *(f"{line}," for line in lines)]) + "\n"
    folder = with_events(tmp_path / "TM", dossiers_csv=empty, procedures_csv=None, dossier_events_csv=None)
    assert invoke("form06", folder, "--period", "2021-03").exit_code == DONE
    result = invoke("form06", folder, "--period", "2021-03", "--rules", "default", "--lang", "en")
    assert result.exit_code == DONE_WITH_FINDINGS
    assert result.stdout.splitlines()[-2:] == [
        "row 5: (7) = (8)+(9)+(10) does not hold: 3 and 0, difference 3 (3 dossiers without a due date)",
        "row 5: (11) = (12)+(13) does not hold: 1 and 0, difference 1 (1 dossiers without a due date)",
    ]


def test_rows_that_were_left_out_are_reported_on_the_other_stream(tmp_path: Path) -> None:
    folder = with_events(
        tmp_path / "TM",
        dossiers_csv=DOSSIERS + "6,TM,,1,9,32/03/2021,\n7,TM,,1,77,01/03/2021,\n",
        dossier_events_csv=EVENTS + "4,đã thanh toán,,\n",
        meetings_csv=SMALL["meetings.csv"] + "3,TM,Họp UBND,31/02/2021,có\n",
    )
    result = invoke("form06", folder, "--period", "2021-03", "--lang", "en")
    assert result.exit_code == DONE_WITH_FINDINGS
    assert sorted(result.stderr.splitlines()) == [
        "cchc-metrics: dossier_events.csv: 1 mistakes, so figures may lack something; see: cchc-metrics check",
        "cchc-metrics: dossiers.csv: 2 mistakes, so figures may lack something; see: cchc-metrics check",
    ]
    assert "meetings.csv" in invoke("explain", folder, "paperless_meetings").stderr
    assert "meetings.csv" not in invoke("explain", folder, "resolved_on_time").stderr
    assert invoke("explain", folder, "paperless_meetings").exit_code == DONE_WITH_FINDINGS


def test_a_form_that_nothing_is_known_for_is_refused(tmp_path: Path) -> None:
    folder = with_events(tmp_path / "TM")
    assert "2030 has not begun" in refused("form06", folder, "--period", "2030", "--lang", "en")
    assert "không có bảng hồ sơ" in refused("form06", with_events(tmp_path / "b", dossiers_csv=None), "--period", "2021")
    assert "complete from 2020-01-01 to 2022-03-31 only" in refused("form06", EXAMPLE, "--period", "2019", "--lang", "en")
    assert "có phải «TM.01»" in refused("form06", folder, "--unit", "TM.1")
    assert "có phải «form06»" in refused("form06", folder, "--rules", "form6")


def test_neither_a_folder_nor_a_form_is_a_wrong_call() -> None:
    result = invoke("form06")
    assert result.exit_code == UNUSABLE
    assert "FOLDER or --check FILE is needed" in result.stderr


# --- form06 --check


def published(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "quy-1.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_published_form_in_order(tmp_path: Path, encoding: str) -> None:
    result = invoke("form06", "--check", published(tmp_path, FORM, encoding), "--lang", "en")
    assert (result.exit_code, result.stderr) == (DONE, "")
    assert cells(result.stdout.splitlines()[-1]) == ["2", "TOTAL commune level", *LINE]


def test_a_published_form_that_breaks_an_identity_is_printed_as_it_is(tmp_path: Path) -> None:
    wrong = FORM.replace("Hộ tịch,100", "Hộ tịch,1.100")
    result = invoke("form06", "--check", published(tmp_path, wrong))
    assert result.exit_code == DONE_WITH_FINDINGS
    assert "1.100" in result.stdout.splitlines()[2]
    assert result.stdout.splitlines()[-2:] == [
        "dòng 1: (3) = (4)+(5)+(6) không đúng: 1.100 và 100, lệch 1.000",
        "dòng 1: (3) = (7)+(11) không đúng: 1.100 và 100, lệch 1.000",
    ]


def test_a_form_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    assert "«quy-1.csv», dòng 2, (4) = «bốn mươi»" in refused("form06", "--check", published(tmp_path, FORM.replace("40", "bốn mươi", 1)))
    assert "thiếu cột «online»" in refused("form06", "--check", published(tmp_path, FORM.replace(",(4)", ",online?")))
    assert "không có tệp" in refused("form06", "--check", tmp_path / "quy-2.csv")
    assert "is not UTF-8" in refused("form06", "--check", published(tmp_path, FORM, "utf-16"), "--lang", "en")


# --- form06 --why


def test_which_rules_make_the_sheet_of_the_office(tmp_path: Path) -> None:
    read_folder(EXAMPLE, rules="form06a", period="2021").form06().to_excel(tmp_path / "mot-cua.xlsx")
    asked = ("form06", EXAMPLE, "--period", "2021", "--why", "--with", tmp_path / "mot-cua.xlsx")
    result = invoke(*asked, "--lang", "en")
    assert result.exit_code == DONE
    assert "Makes the office's sheet: returned and withdrawn dossiers are on time [unresolved=on_due_date]." in result.stdout
    found = json.loads(invoke(*asked, "--json").stdout)
    assert (found["schema_version"], found["compared"], found["cells_left"]) == (1, True, 0)
    assert found["found"] == ["unresolved=on_due_date", "form06a"]
    [on_time] = [
        each
        for each in found["changes"]
        if (each["part"], each["rules"], each["level"], each["field"]) == ("alone", "unresolved=on_due_date", "", None)
        and each["number"] == "on_due_date"
    ]
    assert on_time["difference"] == on_time["office"] - on_time["count"] > 0
    for name in ("why.xlsx", "why.csv", "why.json", "why.md", "why.parquet"):
        assert invoke(*asked, "--out", tmp_path / name).exit_code == DONE
        assert (tmp_path / name).stat().st_size
    assert json.loads((tmp_path / "why.json").read_text(encoding="utf-8")) == found
    assert "must end in .xlsx, .csv" in refused(*asked, "--out", tmp_path / "why.pdf", "--lang", "en")


def test_a_sheet_that_no_rule_makes_is_a_finding(tmp_path: Path) -> None:
    folder = with_events(tmp_path / "TM")
    result = invoke("form06", folder, "--period", "2021-03", "--why", "--with", published(tmp_path, FORM), "--lang", "en")
    assert result.exit_code == DONE_WITH_FINDINGS
    assert "sets of rules tried makes the office's sheet." in result.stdout
    alone = invoke("form06", folder, "--period", "2021-03", "--why", "--lang", "en")
    assert (alone.exit_code, "office" in alone.stdout) == (DONE, False)


def test_options_that_do_not_go_together() -> None:
    assert "--with and --json go with --why" in invoke("form06", EXAMPLE, "--json").stderr
    assert "--why needs FOLDER" in invoke("form06", "--why", "--check", EXAMPLE / "dossiers.csv").stderr


# --- explain


def test_the_rows_behind_a_rate(tmp_path: Path) -> None:
    result = invoke("explain", with_events(tmp_path / "TM"), "resolved_on_time", "--period", "2021-03", "--lang", "en")
    assert (result.exit_code, result.stderr) == (DONE, "")
    assert result.stdout.splitlines() == [
        "resolved_on_time · TM · March 2021: 66.67% = 2/3",
        f"formula resolved_on_time; rules default; calendar {OFFICIAL.id}",
        "In the numerator: 2",
        "  dossiers.csv, row 2: 1 (TM); due 2021-03-03; ended 2021-03-03",  # after 15:00: a term of one day from the next working day
        "  dossiers.csv, row 4: 3 (TM.01); due 2021-03-12; ended 2021-03-12",  # five working days waited
        "The rest of the denominator: 1",
        "  dossiers.csv, row 3: 2 (TM); due 2021-03-02; ended 2021-03-03; 1 working day late",
    ]


def test_the_rows_of_those_received_are_followed_to_the_day_of_the_question() -> None:
    found = read_folder(EXAMPLE).explain("received_on_time", period="2022-03", level="commune")
    assert found.adds_up
    assert {"numerator", "rest", "still_open"} <= set(found.column("part"))
    data = read_folder(EXAMPLE)
    asked = data.measures("2022-03")["received_on_time", data.unit]
    assert asked.excluded["still_open"] > 0
    assert {row.day.month for row in found if row.day is not None} == {3}
    for row in found.filter(part="still_open"):
        assert row.due is not None
        assert row.due >= asked.as_of
    text = invoke("explain", EXAMPLE, "received_on_time", "--period", "2021-12", "--lang", "en").stdout.splitlines()
    assert text[0].startswith("received_on_time · H20.38 · December 2021: ")
    late = [row for row in data.explain("received_on_time", period="2021-12").rest if row.ended is None or row.ended.year > 2021]
    assert late
    assert all(row.days_late is not None for row in late)  # of December as it stands at the end of March, not of December


def test_the_rows_of_one_unit_level_and_label(tmp_path: Path) -> None:
    folder = with_events(tmp_path / "TM")
    result = invoke(
        "explain", folder, "resolved_on_time", "--period", "2021", "-b", "level=commune", "-b", "channel=counter", "--limit", "1"
    )
    assert result.stdout.splitlines()[0] == "resolved_on_time · TM, trực tiếp, cấp xã · Năm 2021: 100% = 2/2"
    assert result.stdout.splitlines()[2:5] == [
        "Trong tử số: 2",
        "  dossiers.csv, dòng 4: 3 (TM.01); hạn 12/03/2021; xong 12/03/2021",
        "  … 1 dòng nữa",
    ]
    unit = invoke("explain", folder, "dossiers_received", "--unit", "TM.02")
    assert unit.stdout.splitlines()[2:] == ["Trong tử số: 1", "  dossiers.csv, dòng 6: 5 (TM.02); hạn 12/04/2021; xong 09/04/2021"]


def test_why_a_rate_changed_is_printed_with_the_largest_first() -> None:
    lines = invoke("why", EXAMPLE, "resolved_on_time", "--by", "channel", "--period", "2021", "--lang", "en").stdout.splitlines()
    assert lines[0].endswith("resolved early or on the due date · Tháp Mười · 2021")
    assert [line.split()[0] for line in lines[1:5]] == ["group", "counter", "online", "postal"]
    assert lines[5] == "In all: +1.03 percentage points"
    again = invoke("why", EXAMPLE, "resolved_on_time", "--baseline-period", "2019", "--period", "2021")
    assert (again.exit_code, again.stdout) == (UNUSABLE, "")
    assert "không tách được thay đổi của «resolved_on_time»: kỳ gốc: không có số liệu" in again.stderr
    assert "có phải «field»" in refused("why", EXAMPLE, "resolved_on_time", "--by", "fild")
    assert "có phải «resolved_on_time»" in refused("why", EXAMPLE, "resolved_ontime")


def test_no_secret_document_of_the_example_is_named() -> None:
    data = read_folder(EXAMPLE)
    found = data.explain("electronic_exchange", period="2021")
    columns = data.columns("documents")
    secret = columns.take(columns.equals("secrecy", "mat", "toi_mat", "tuyet_mat"))
    assert found.secret["secret"] > 0
    text = invoke("explain", EXAMPLE, "electronic_exchange", "--period", "2021", "--limit", "100000").stdout
    listed = {int(row) for row in re.findall(r"documents.csv, dòng (\d+): ", text)}
    assert len(listed) == len(found.numerator) + len(found.rest) + sum(map(len, found.excluded.values()))
    assert not listed & set(secret.row_numbers().tolist())
    assert f"{found.secret['secret']} dòng có dấu mật, không liệt kê" in text


@pytest.mark.parametrize("indicator", ["resolved_on_time", "paperless_meetings", "outreach_active_units", "turnaround_median"])
def test_the_example_is_explained(indicator: str) -> None:
    found = read_folder(EXAMPLE).explain(indicator, period="2021")
    assert found.adds_up
    assert found.numerator


def test_what_cannot_be_explained_names_the_fix(tmp_path: Path) -> None:
    folder = with_events(tmp_path / "TM")
    assert "có phải «resolved_on_time»" in refused("explain", folder, "resolved_ontime")
    assert "có phải «TM.01»" in refused("explain", folder, "resolved_on_time", "--unit", "TM.1")
    assert "did you mean «channel=online»" in refused("explain", folder, "resolved_on_time", "-b", "channel=onlin", "--lang", "en")
    wrong = refused("explain", folder, "resolved_on_time", "-b", "chanel=online", "--lang", "en")
    assert "cannot be broken down by «chanel»; did you mean «channel»?; there are: level, channel, field" in wrong
    assert "có: level\n" in refused("explain", folder, "turnaround_median", "-b", "channel=online")
    both = refused("explain", folder, "dossiers_received", "-b", "field=Đất đai", "-b", "postal_in=yes", "--lang", "en")
    assert "cannot be broken down by field, postal_in at the same time" in both
    assert "there is no value" in refused("explain", folder, "resolved_on_time", "--unit", "TM.01", "-b", "level=commune", "--lang", "en")
    assert invoke("explain", folder, "resolved_on_time", "--limit", "-1").exit_code == UNUSABLE


# --- the tables that are read into the dossiers


def test_procedures_and_events_are_read_into_the_dossiers(tmp_path: Path) -> None:
    data = read_folder(with_events(tmp_path / "TM"))
    dossiers = data.columns("dossiers")
    assert dossiers.numbers("term").tolist() == [2, 8, 8, 8, 14]  # halves
    assert dossiers.arrays[CUT_OFF].tolist() == [15 * 3600, -1, -1, -1, -1]
    assert dossiers.arrays[REAPPOINTED].tolist() == [-1] * 5
    assert list(_labels(dossiers, "field")) == ["Hộ tịch", "Hộ tịch", "Đất đai", "Đất đai", "Đất đai"]
    assert dossiers.numbers("supplement_requests").tolist() == [-1, -1, 1, -1, -1]


def _labels(columns: Any, name: str) -> Iterator[str]:
    codes, labels = columns.codes(name)
    return (labels[code] for code in codes.tolist())


# --- deadline


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("31/12/2025", "6"), "10/01/2026"),  # a worked Saturday
        (("2026-01-31", "1", "--unit", "tháng"), "02/03/2026"),
        (("01/03/2021", "0,5"), "02/03/2021"),
        (("01/03/2021 08:00", "4", "--unit", "giờ"), "02/03/2021"),
        (("01/03/2021", "5", "--unit", "ngày"), "08/03/2021"),
        (("01/03/2021", "4", "--paused", "5"), "12/03/2021"),
        (("31/12/2025", "6", "--lang", "en"), "2026-01-10"),
    ],
)
def test_a_deadline(arguments: tuple[str, ...], printed: str) -> None:
    result = invoke("deadline", *arguments)
    assert (result.exit_code, result.stderr) == (DONE, "")
    assert result.stdout == f"{printed}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("31/02/2021", "3"), "31/02/2021"),
        (("01/03/2021", "ba"), "ba"),
        (("01/03/2021", "0,3"), "0,3"),
        (("01/03/2021", "3", "--unit", "tuần"), "tuần"),
        (("01/03/2021", ""), "thiếu"),
        (("01/03/2021", "3", "--unit", ""), "thiếu"),
        (("01/03/2018", "3"), "2018"),
        (("30/12/2027", "3"), "2028"),
        (("01/03/2021", "3", "--paused", "-1"), "không số nào âm"),
    ],
)
def test_a_deadline_that_cannot_be_reported(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused("deadline", *arguments)


@pytest.mark.parametrize(
    ("term", "unit", "paused", "message"),
    [
        (-1, "working_days", 0, "no number negative"),
        (Fraction(1, 3), "working_days", 0, "multiple of one half"),
        (1, "working_days", -1, "no number negative"),
        (1, "workingdays", 0, "did you mean «working_days»"),
        (1, "none", 0, "unit of the term is missing"),
        (1, "", 0, "unit of the term is missing"),
    ],
)
def test_one_due_date_refuses_what_is_no_term(term: Any, unit: str, paused: int, message: str) -> None:
    with pytest.raises(CchcError, match=message) as caught:
        due_date(date(2021, 3, 1), term, unit, calendar=OFFICIAL, paused_days=paused)
    assert not isinstance(caught.value, CalendarRangeError)


# --- calendar


def test_the_years_of_the_calendar() -> None:
    result = invoke("calendar", "--lang", "en")
    assert (result.exit_code, result.stderr) == (DONE, "")
    name, headings, _, *rows = result.stdout.splitlines()
    assert name == OFFICIAL.id
    assert cells(headings) == ["year", "working days", "status", "sources"]
    assert [int(cells(row)[0]) for row in rows] == list(OFFICIAL.years)
    for row in rows:
        year, n, status, *sources = cells(row)
        worked = sum(OFFICIAL.is_working_day(date.fromordinal(d)) for d in range(*_year(int(year))))
        assert (int(n), status) == (worked, OFFICIAL.status(int(year)))
        assert "; ".join(sources) == re.sub(r"\s{2,}", "; ", "; ".join(OFFICIAL.sources(int(year))))


def _year(year: int) -> tuple[int, int]:
    return date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()


@pytest.mark.parametrize("year", OFFICIAL.years)
def test_the_days_of_a_year(year: int) -> None:
    lines = invoke("calendar", year).stdout.splitlines()
    expected = []
    for number in range(*_year(year)):
        day = date.fromordinal(number)
        weekend, worked = day.weekday() >= 5, OFFICIAL.is_working_day(day)
        if worked == weekend:
            expected.append(f"{day:%d/%m/%Y}  {'làm bù' if weekend else 'nghỉ'}")
    assert lines == expected


def test_a_year_that_the_calendar_does_not_know() -> None:
    assert "2019–2027" in refused("calendar", "2018")
    assert "Calendar.with_year(2030" in refused("calendar", "2030", "--lang", "en")


# --- links


@pytest.mark.parametrize("parquet", [False, True])
def test_links_without_a_partner_are_found_and_end_with_status_1(tmp_path: Path, parquet: bool) -> None:
    changed = EVENTS.replace("\n", "\n99,yêu cầu bổ sung,02/03/2021,\n", 1)
    folder = with_events(tmp_path / "TM", dossier_events_csv=changed, procedures_csv=PROCEDURES.replace("1.1,", "1.3,"))
    if parquet:
        parts = folder / "dossiers.parquet"
        parts.mkdir()
        rows = list(csv.DictReader(DOSSIERS.splitlines()))
        for at, part in enumerate((rows[:2], rows[2:])):
            pq.write_table(pa.Table.from_pylist(part), parts / f"{at}.parquet")
        (folder / "dossiers.csv").unlink()
    checked = invoke("check", folder, "--lang", "en")
    assert checked.exit_code == DONE_WITH_FINDINGS
    assert "dossier_events.csv, row 2, Mã hồ sơ [dossier_id] = «99»: no dossier that counts has this id" in checked.stdout
    assert "the table procedures does not have this code" in checked.stdout
    assert invoke("report", folder, "--out", tmp_path / "out").exit_code == DONE_WITH_FINDINGS
    data = read_folder(folder)
    listed = {code: data.problems.by_code().get(code, 0) for code in (Code.EVENT_WITHOUT_DOSSIER, Code.PROCEDURE_NOT_LISTED)}
    assert listed == {Code.EVENT_WITHOUT_DOSSIER: 1, Code.PROCEDURE_NOT_LISTED: 2}
    assert data.problems.valid == data.problems.read - data.problems.rejected
