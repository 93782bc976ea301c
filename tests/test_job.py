"""The main job: a district's year, from its records to its report.

The figures are those of the article about huyện Tháp Mười in 2021; the records of examples/thap-muoi are made up so as to give them.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.folders import (
    DISTRICT,
    EXAMPLE,
    Key,
    Row,
    change_row,
    copied,
    example_json,
    example_report,
    measures_by_key,
    rows_of,
    small,
)
from tests.folders import (
    SMALL as SMALL_TABLES,
)
from tests.golden.regenerate import (
    CHANGED,
    DIGEST,
    GOLDEN,
    MERGED,
    PERIOD,
    SMALL,
    STRADDLING,
    difference,
    figures_hash,
    first_difference,
    golden_files,
    written,
)

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.errors import InputError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import parse_day
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.report.content import report_page
from cchc_metrics.report.json_report import report_json
from cchc_metrics.report.page_text import page_text
from cchc_metrics.verbs.assess import Verdict

LEVELS = {"cấp huyện": "district", "cấp xã": "commune"}


@cache
def text() -> str:
    return page_text(report_page(example_report()))


def measure(indicator: str, unit: str = DISTRICT, period: str = "2021", **breakdown: str) -> Any:
    return measures_by_key(example_json())[indicator, unit, period, tuple(sorted(breakdown.items()))]


def counts(indicator: str, **breakdown: str) -> tuple[int, int | None]:
    found = measure(indicator, **breakdown)
    return found["numerator"], found["denominator"]


def delta(indicator: str, **breakdown: str) -> Any:
    about = (indicator, DISTRICT, breakdown)
    (found,) = (d for d in example_json()["deltas"] if (d["indicator"], d["unit"], d["breakdown"]) == about)
    return found


def printed(indicator: str, section: str = "indicators", **breakdown: str) -> list[str]:
    """Return the row of a value in a section of the report: its name and its cells as printed."""
    about = (indicator, DISTRICT, "2021", tuple(sorted(breakdown.items())))
    (found,) = (s for s in report_page(example_report()).sections if s.id == section)
    (row,) = (row for table in found.tables for row in table.rows if len(row.cells) > 1 and row.cells[1].about == about)
    assert " ".join(row.cells[0].text.split()[:2]) in text()
    return [cell.shown for cell in row.cells]


def numbers_in(text: str) -> list[Fraction]:
    """Return the numbers of a Vietnamese text, in order."""
    return [Fraction(found.replace(".", "").replace(",", ".")) for found in re.findall(r"[+-]?\d+(?:\.\d{3})*(?:,\d+)?", text)]


def headline(indicator: str, **breakdown: str) -> list[str]:
    return printed(indicator, "headlines", **breakdown)


# --- The figures of the article, line by line


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("committee_meeting", "họp UBND, cấp huyện"),
        ("committee_conference", "hội nghị UBND, cấp huyện"),
        ("council_session", "kỳ họp HĐND, cấp huyện"),
    ],
)
def test_every_meeting_of_committee_and_council_was_paperless(kind: str, name: str) -> None:
    paperless, held = counts("paperless_meetings", kind=kind, level="district")
    assert paperless == held
    assert held is not None
    assert held >= 4
    assert printed("paperless_meetings", kind=kind, level="district")[:4] == [name, "100,00%", str(held), str(held)]
    assert measure("paperless_meetings", kind=kind, level="district")["value"] == "100"


def test_electronic_documents_without_the_secret_ones() -> None:
    assert counts("electronic_exchange") == (1411, 1520)
    assert measure("electronic_exchange")["value"] == "92.8289473684"
    assert measure("electronic_exchange")["excluded"] == {"secret": 24, "unknown_secrecy": 9}
    name = "Tỷ lệ văn bản điện tử trao đổi trên môi trường mạng (trừ văn bản mật)"
    # Seven of them do not say whether they were exchanged, or are electronic.
    assert measure("electronic_exchange")["status"] == "estimated"
    assert "chưa chính xác: 7 trường hợp" in measure("electronic_exchange")["reason"]
    assert headline("electronic_exchange")[:4] == [name, "92,83%*", "1.411", "1.520"]
    assert printed("electronic_exchange")[0].startswith(f"{name} (")  # and the reason stands under the table
    assert printed("electronic_exchange")[1:4] == ["92,83%*", "1.411", "1.520"]
    assert "24 văn bản mật; 9 văn bản chưa ghi độ mật" in " ".join(text().split())


@pytest.mark.parametrize(("level", "over", "late"), [("commune", 99, 26), ("district", 98, 43)])
def test_dossiers_early_or_on_the_due_date(level: str, over: int, late: int) -> None:
    in_time, resolved = counts("resolved_on_time", level=level)
    assert resolved is not None
    assert resolved - in_time == late
    assert over < Fraction(100 * in_time, resolved) < over + 1
    found = measure("resolved_on_time", level=level)
    name = {"commune": "cấp xã", "district": "cấp huyện"}[level]
    assert printed("resolved_on_time", level=level)[:2] == [name, found["text"]]
    assert headline("resolved_on_time", level=level)[:2] == [f"Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn, {name}", found["text"]]


@pytest.mark.parametrize(("level", "more"), [("district", 811), ("commune", 160)])
def test_more_online_dossiers_than_the_year_before(level: str, more: int) -> None:
    change = delta("dossiers_online_level_3_4", level=level)
    assert (change["difference"], change["difference_unit"], change["baseline_period"]) == (str(more), "count", "2020")
    before = measure("dossiers_online_level_3_4", period="2020", level=level)["numerator"]
    assert counts("dossiers_online_level_3_4", level=level) == (before + more, None)
    assert printed("dossiers_online_level_3_4", level=level)[5] == f"+{more}"
    assert headline("dossiers_online_level_3_4", level=level)[-2:] == [f"+{more}", "tốt hơn"]


def test_postal_dossiers() -> None:
    assert counts("dossiers_postal") == (2096, None)
    assert printed("dossiers_postal")[1] == headline("dossiers_postal")[1] == "2.096"


def test_the_initiative_of_my_an_was_replicated_and_its_users_are_satisfied() -> None:
    assert counts("initiative_replication", initiative="5-trong-1", level="commune") == (11, 13)
    assert measure("initiative_replication", period="2020", initiative="5-trong-1", level="commune")["numerator"] == 1
    assert measure("initiative_replication", "H20.38.01", "2020", initiative="5-trong-1")["text"] == "100%"  # it began there
    assert counts("satisfaction", question="5 trong 1") == (392, 412)
    row = printed("initiative_replication", initiative="5-trong-1", level="commune")
    assert row[:4] == ["5 trong 1, cấp xã", "84,62%", "11", "13"]  # by its name, not by its id
    assert printed("satisfaction", question="5 trong 1")[:4] == ["5 trong 1", "95,15%", "392", "412"]


def test_outreach_by_channel() -> None:
    by_channel = Counter(row["channel"] for row in rows_of("outreach.csv") if row["held_on"].startswith("2021"))
    assert len(by_channel) == 14
    for channel, number in by_channel.items():
        assert counts("outreach_activities", channel=channel) == (number, None)
        assert printed("outreach_activities", "outreach", channel=channel)[:2] == [OutreachChannel.of(channel).vi, str(number)]
    assert counts("outreach_activities") == (sum(by_channel.values()), None)


def test_the_plan_of_2022_is_in_progress() -> None:
    (section,) = (s for s in report_page(example_report()).sections if s.id == "plan")
    assert [paragraph.text for paragraph in section.paragraphs] == [
        "Kế hoạch số 11970/KH-UBND ngày 31/12/2021 của Ủy ban nhân dân huyện Tháp Mười; tính đến ngày 31/03/2022.",
        "Chỉ tiêu minh họa: danh mục chính thức không công bố.",
    ]
    items = example_json()["assessments"]
    assert Counter(item["kind"] for item in items) == {"target": 12, "quota": 12, "task": 7}
    assert {item["verdict"] for item in items} == {verdict.value for verdict in Verdict}  # each of them can be seen
    found = {row.cells[0].text: ([cell.shown for cell in row.cells], table.notes) for table in section.tables for row in table.rows}
    for item in items:
        cells, notes = found[item["name"]]
        assert Verdict(item["verdict"]).text("vi") in cells
        assert not item["sentence"] or item["sentence"] in cells
        if item["reason"]:
            assert f"{cells[-1]} {item['reason'][:1].upper()}{item['reason'][1:]}." in notes
    online = next(item for item in items if item["id"] == "online-district")
    assert Fraction(online["required"]) == Fraction(115 * 1223, 100)  # 15 % more than 2021, not rounded
    assert online["needed"] == 1407 - int(online["measured"])


def test_the_records_are_said_to_be_synthetic() -> None:
    assert text().split("\n")[3].startswith("SỐ LIỆU MÔ PHỎNG, không phải số liệu thật. ")
    assert example_json()["district"]["synthetic"] is True


def test_text_and_json_say_the_same() -> None:
    sections = report_page(example_report()).sections
    items, seen = measures_by_key(example_json()), 0
    for section in sections:
        for cells in (row.cells for table in section.tables for row in table.rows):
            for cell in cells:
                if cell.about is not None and cell.number is not None:
                    assert numbers_in(cell.text) == numbers_in(items[cell.about]["text"])
                    seen += 1
            if (
                section.id in ("headlines", "indicators", "outreach")
                and (about := cells[1].about) is not None
                and cells[3].number is not None
            ):
                assert (cells[2].number, cells[3].number) == (items[about]["numerator"], items[about]["denominator"])
    assert seen > 400


# --- One record more or less changes what it should, and nothing else


def counts_of(data: Any) -> dict[Key, tuple[Any, ...]]:
    return {
        key: (m["numerator"], m["denominator"], tuple(m["excluded"].items()), m["value"], m["status"])
        for key, m in measures_by_key(data).items()
    }


def changed(folder: Path) -> dict[Key, tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Return what differs from the example: key → counts before and after."""
    after = counts_of(json.loads(report_json(read_folder(folder, period="2021").report())))
    before = counts_of(example_json())
    assert list(before) == list(after)
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def scopes(unit: str, level: str, *breakdowns: Mapping[str, str]) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the units and breakdowns that a record of a unit belongs to; ``breakdowns`` beside the total."""
    found = set()
    for breakdown in ({}, *breakdowns):
        places = [(DISTRICT, {}), (DISTRICT, {"level": level})]
        if unit != DISTRICT:
            places.append((unit, {}))
        found |= {(code, tuple(sorted({**breakdown, **levels}.items()))) for code, levels in places}
    return found


def test_a_dossier_that_ends_late_takes_one_from_what_was_in_time(tmp_path: Path) -> None:
    folder = copied(tmp_path)

    def in_time(row: Row) -> bool:
        due, end = (parse_day(row[name]) for name in ("due_at", "ended_at"))
        plain = row["unit_code"] == "H20.38.05" and row["status"] == "resolved" and not row["paused_days"]
        return plain and due is not None and end is not None and date(2021, 2, 1) < end <= due < date(2021, 11, 1)

    # Four days later can be a day off or not; either way it is after the due date.
    row = next(row for row in rows_of("dossiers.csv") if in_time(row))
    due, end = parse_day(row["due_at"]), parse_day(row["ended_at"])
    assert due is not None
    assert end is not None
    new_end = due + timedelta(days=4)
    change_row(folder / "dossiers.csv", in_time, ended_at=new_end.isoformat())

    found = changed(folder)
    belongs = scopes("H20.38.05", "commune")
    by_channel = belongs | scopes("H20.38.05", "commune", {"channel": row["channel"]})
    for indicator, where in {
        "resolved_on_time": by_channel,
        "resolved_or_overdue": belongs,
        "handled_on_time": belongs,
        "not_late": belongs,
        "received_on_time": belongs,
    }.items():
        keys = {(indicator, unit, "2021", breakdown) for unit, breakdown in where}
        assert {key for key in found if key[0] == indicator} == keys
        for key in keys:
            (n, d, excluded, *_), (new_n, new_d, new_excluded, *_) = found[key]
            assert (new_n - n, new_d - d, new_excluded) == (-1, 0, excluded)
    longer = {
        "turnaround_mean": Calendar.official().working_days(end, new_end),
        "turnaround_calendar_mean": (new_end - end).days,
    }
    for indicator, days in longer.items():
        keys = {(indicator, unit, "2021", breakdown) for unit, breakdown in belongs}
        assert {key for key in found if key[0] == indicator} == keys
        for key in keys:
            (n, d, *_), (new_n, new_d, *_) = found[key]
            assert (new_n - n, new_d - d) == (days, 0)
    # Its quantiles may move too; nothing else does.
    rest = {key[0] for key in found} - {"resolved_on_time", "resolved_or_overdue", "handled_on_time", "not_late", *longer}
    rest -= {"received_on_time"}
    assert rest <= {i.id for i in default_catalogue() if i.quantile and i.values_of == "dossiers.turnaround"}
    assert {key[2] for key in found} == {"2021"}


def test_one_meeting_with_paper_takes_one_from_the_paperless(tmp_path: Path) -> None:
    folder = copied(tmp_path)

    def paperless(row: Row) -> bool:
        held = row["Mã đơn vị"] == DISTRICT and row["Trạng thái"] == "đã họp" and row["Ngày họp"].endswith("2021")
        return held and (row["Loại cuộc họp"], row["Họp không giấy"], row["Độ mật"]) == ("Kỳ họp HĐND", "có", "không mật")

    change_row(folder / "meetings.csv", paperless, **{"Họp không giấy": "không"})
    found = changed(folder)
    where = scopes(DISTRICT, "district", {"kind": "council_session"})
    assert set(found) == {("paperless_meetings", unit, "2021", breakdown) for unit, breakdown in where}
    for (n, d, *_), (new_n, new_d, *_) in found.values():
        assert (new_n - n, new_d - d) == (-1, 0)
    session = ("paperless_meetings", DISTRICT, "2021", (("kind", "council_session"), ("level", "district")))
    assert found[session][0][:2] == (4, 4)
    assert found[session][1][:2] == (3, 4)


def test_a_document_that_becomes_secret_leaves_both_counts(tmp_path: Path) -> None:
    folder = copied(tmp_path)

    def exchanged(row: Row) -> bool:
        out = row["direction"] == "outgoing" and row["secrecy"] == "none" and row["issued_on"].startswith("2021")
        signed = row["signed_by_person"] == row["signed_by_agency"] == "yes"
        return out and signed and row["electronic"] == row["exchanged"] == "yes" and row["unit_code"] == "H20.38.01"

    row = change_row(folder / "documents.csv", exchanged, secrecy="mat")
    found = changed(folder)
    rates = ("electronic_exchange", "electronic_form", "digitally_signed")
    where = scopes("H20.38.01", "commune")
    assert set(found) == {(indicator, unit, "2021", breakdown) for indicator in rates for unit, breakdown in where}
    for (n, d, excluded, *_), (new_n, new_d, new_excluded, *_) in found.values():
        assert (new_n - n, new_d - d) == (-1, -1)
        assert Counter(dict(new_excluded)) - Counter(dict(excluded)) == {"secret": 1}
    # Its number is in no output, not even where two rows of it contradict each other.
    with (folder / "documents.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow({**row, "secrecy": "mat", "electronic": "no"}.values())
    report = read_folder(folder, period="2021").report()
    assert report.problems.by_code() == {Code.DUPLICATE_CONFLICTING: 2}
    for output in (report_json(report), page_text(report_page(report)), report.problems.to_csv()):
        assert row["document_id"] not in output


def test_a_dialogue_more_moves_its_unit_and_channel_only(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    with (folder / "outreach.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("MP-TT-new,H20.38.05,citizen_dialogue,2021-12-31,,\n")
    found = changed(folder)
    where = scopes("H20.38.05", "commune", {"channel": "citizen_dialogue"})
    reach = {key: found.pop(key) for key in list(found) if key[0] == "outreach_reach"}
    assert set(found) == {(name, unit, "2021", breakdown) for name in ("outreach_activities", "dialogues") for unit, breakdown in where}
    assert all(after[0] - before[0] == 1 for before, after in found.values())
    # Whom it reached was not reported: no more people, and one activity more that is left out.
    assert {key[1:] for key in reach} == {key[1:] for key in found}
    for before, after in reach.values():
        assert before[:2] == after[:2]
        assert Counter(dict(after[2])) - Counter(dict(before[2])) == {"reach_not_said": 1}


# --- The baseline: one's own earlier records, another folder, or last year's report


@cache
def outcome(path: Path, period: str, baseline: Path | None = None) -> tuple[Any, Any]:
    data = json.loads(report_json(read_folder(path, period=period, baseline=baseline).report()))
    return data["deltas"], data["assessments"]


@pytest.mark.parametrize("period", ["2021", "2022"])
def test_another_folder_of_the_same_records_gives_the_same_changes_and_verdicts(period: str) -> None:
    assert outcome(EXAMPLE, period, EXAMPLE) == outcome(EXAMPLE, period)


def test_a_report_as_the_baseline_gives_the_same_changes_and_verdicts(tmp_path: Path) -> None:
    last_year = tmp_path / "report.json"
    last_year.write_text(report_json(read_folder(EXAMPLE, period="2020", as_of=date(2022, 3, 31)).report()), encoding="utf-8")
    assert outcome(EXAMPLE, "2021", last_year) == outcome(EXAMPLE, "2021")


def test_a_baseline_in_the_folder_is_used_without_being_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    made = report_json(read_folder(EXAMPLE, period="2020", as_of=date(2022, 3, 31)).report())
    data = json.loads(made)
    for item in data["measures"]:
        if (item["indicator"], item["unit"], item["period"], item["breakdown"]) == ("dossiers_postal", DISTRICT, "2020", {}):
            item["numerator"], item["value"] = 96, "96"
    (folder / "baseline.json").write_text(json.dumps(data), encoding="utf-8")
    deltas, _ = outcome(folder, "2021")
    (postal,) = (d for d in deltas if (d["indicator"], d["unit"], d["breakdown"]) == ("dossiers_postal", DISTRICT, {}))
    assert (postal["baseline"], postal["difference"]) == ("96", "2000")


def test_a_year_without_a_baseline_has_values_and_no_changes(tmp_path: Path) -> None:
    report = read_folder(small(tmp_path)).report()
    found = report.measures.get("resolved_on_time", "TM", report.period)
    assert found is not None
    assert (found.numerator, found.denominator) == (2, 3)
    change = report.deltas.get("resolved_on_time", "TM", report.period)
    assert change is not None
    assert (change.difference, change.reason.vi) == (None, "kỳ gốc: không có số liệu")


# --- What is asked, and when


def test_arguments_win_over_district_toml(tmp_path: Path) -> None:
    folder = small(tmp_path)
    job = read_folder(folder)
    assert (job.period and job.period.label, job.as_of, job.rules.id, job.plan) == ("2021", date(2022, 1, 31), "default", None)
    job = read_folder(folder, period="quý I/2021", as_of=date(2021, 3, 31), rules="qd766")
    assert (job.period and job.period.label, job.as_of, job.rules.id) == ("2021-Q1", date(2021, 3, 31), "qd766")


def test_without_a_day_of_export_the_last_day_of_the_period_is_asked_about(tmp_path: Path) -> None:
    folder = small(tmp_path, district_toml='code = "TM"\nname = "Tháp Mười"\nlevel = "district"\nunits_file = "units.csv"\n')
    assert read_folder(folder, period="2021-Q1").report().as_of == date(2021, 3, 31)
    with pytest.raises(InputError, match="no period is named; add --period"):
        read_folder(folder).report()


def test_a_running_period_is_read_up_to_the_day_and_held_against_the_same_days() -> None:
    report = read_folder(EXAMPLE, period="2022").report()
    found = report.measures.get("dossiers_received", DISTRICT, report.period)
    window = report.measures.get("dossiers_received", DISTRICT, Period.parse("2022-01-01..2022-03-31"))
    change = report.deltas.get("dossiers_received", DISTRICT, report.period)
    assert found is not None
    assert window is not None
    assert change is not None
    assert found.status.value == "period_open"
    assert found.value == window.value
    assert change.baseline is not None
    assert change.baseline.period.label == "2021-01-01..2021-03-31"


def test_a_period_that_has_not_begun_is_refused() -> None:
    with pytest.raises(InputError, match="period 2023 has not begun on 2022-03-31; choose a later --as-of"):
        read_folder(EXAMPLE, period="2023").report()


def test_nothing_after_the_day_asked_about_is_known(tmp_path: Path) -> None:
    """Asked about 30/06, the report is the same whatever happened later: rows of the second half may be there or not."""
    folder = copied(tmp_path)
    dossiers = folder / "dossiers.csv"
    lines = dossiers.read_text(encoding="utf-8").split("\n")
    heading = lines[0].split(",")
    at = heading.index("received_at")
    kept = [line for line in lines if not line or line.split(",")[at][:10] <= "2021-06-30" or line == lines[0]]
    assert len(kept) < len(lines) - 1000
    dossiers.write_text("\n".join(kept), encoding="utf-8", newline="")

    def half(path: Path) -> list[Any]:
        measures = json.loads(report_json(read_folder(path, period="2021-H1", as_of=date(2021, 6, 30)).report()))["measures"]
        return [m for m in measures if m["period"] == "2021-H1"]

    assert half(folder) == half(EXAMPLE)


# --- Same input, same bytes out


def test_the_golden_report() -> None:
    """What differs is either a mistake, or wanted and then made golden: ``python tests/golden/regenerate.py``."""
    made = golden_files()
    assert {name: first_difference(text.encode(), (GOLDEN / name).read_bytes()) for name, text in made.items()} == dict.fromkeys(made, "")
    folders = {SMALL.name, STRADDLING.name, MERGED.name, CHANGED.name}
    assert {path.name for path in GOLDEN.iterdir()} - {"__pycache__"} == {*made, *folders, "regenerate.py"}


@pytest.mark.parametrize(
    ("folder", "cwd", "environment"),
    [
        (".", EXAMPLE, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "1", "TZ": "America/Los_Angeles"}),
        (EXAMPLE, None, {"LC_ALL": "tr_TR.ISO-8859-9", "PYTHONIOENCODING": "latin-1", "PYTHONHASHSEED": "2", "TZ": "Asia/Ho_Chi_Minh"}),
    ],
    ids=["here, C, seed 1", "there, Turkish, seed 2"],
)
def test_the_command_writes_the_golden_report_anywhere(
    folder: str | Path, cwd: Path | None, environment: dict[str, str], tmp_path: Path
) -> None:
    """Whatever the locale, the time zone, the folder one stands in and the order of hashes."""
    command = [sys.executable, "-m", "cchc_metrics.cli", "report", str(folder), "--period", PERIOD, "--out", str(tmp_path / "out")]
    done = subprocess.run(  # noqa: S603  (the program and its arguments stand in this file)
        command, cwd=cwd or tmp_path, env={**os.environ, **environment}, capture_output=True, check=True
    )
    assert done.stderr.decode().startswith("Đã ghi: ")
    assert difference("report.txt", done.stdout) == ""
    for name in ("report.txt", "report.json"):
        assert difference(name, (tmp_path / "out" / name).read_bytes()) == ""


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            headings, *rows = csv.reader(file)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([row[::-1] for row in (headings, *(rows if path.name == "units.csv" else rows[::-1]))])
    found = report_json(read_folder(folder, period=PERIOD).report()).encode()
    # The files are others, and the report says so; nothing before that differs.
    figures, golden = (text.partition(b'\n "provenance"')[0] for text in (found, written(EXAMPLE)["report.json"]))
    assert first_difference(figures, golden) == ""


def test_one_byte_more_in_a_golden_report_is_found() -> None:
    golden = written(EXAMPLE)
    for name, content in golden.items():
        assert difference(name, content) == ""
        assert difference(name, content + b" ").startswith("line ")
    text = golden["report.txt"]
    assert difference("report.txt", text.replace(b"6.223", b"6.224")).startswith("line ")
    assert difference("report.json", text) != ""


def test_the_golden_digest_fixes_every_figure() -> None:
    """A figure of any unit, period or breakdown changes the hash of its indicator; words do not."""
    items = [m for m in example_json()["measures"] if m["indicator"] == "resolved_on_time"]
    assert f"{len(items)}: {figures_hash(items)}" in (GOLDEN / DIGEST).read_text(encoding="utf-8")
    assert figures_hash([{**m, "text": "", "reason": ""} for m in reversed(items)]) == figures_hash(items)
    changes = (
        {"numerator": 1},
        {"denominator": 1},
        {"value": "1"},
        {"status": "none"},
        {"unit": "?"},
        {"period": "?"},
        {"breakdown": {"?": "?"}},
    )
    for changed in changes:
        assert figures_hash([*items[:-1], items[-1] | changed]) != figures_hash(items)


def test_progress_is_reported_of_every_table() -> None:
    reported: list[tuple[str, int, int]] = []
    read_folder(EXAMPLE, progress=lambda what, done, total: reported.append((what, done, total)))
    tables = {path.name for path in EXAMPLE.glob("*.csv")} - {"units.csv"}
    assert {what for what, _, _ in reported} == tables
    for table in tables:
        steps = [(done, total) for what, done, total in reported if what == table]
        assert ascending(done for done, _ in steps)
        assert steps[-1][0] == steps[-1][1] == (EXAMPLE / table).stat().st_size


def ascending(numbers: Iterable[int]) -> bool:
    listed = list(numbers)
    return listed == sorted(listed)


# --- A district's own definitions


OWN = """
[[indicator]]
id = "counter_share"
vi = "Tỷ lệ hồ sơ nộp trực tiếp"
en = "Dossiers filed at the counter"
numerator = ["dossiers.received", "-dossiers.received_online"]
denominator = ["dossiers.received"]
scale = "percent"
source = "own"
"""


@pytest.mark.parametrize(
    ("catalogue", "message"),
    [
        (OWN.replace("counter_share", "online_share"), "own.toml:3: indicator[1] «online_share».id: the id is taken, choose another"),
        (OWN.replace('"-dossiers.received_online"', '"-dossiers.recieved_online"'), "did you mean «dossiers.received_online»?"),
    ],
)
def test_a_wrong_catalogue_of_the_district_is_refused(tmp_path: Path, catalogue: str, message: str) -> None:
    folder = with_catalogue(tmp_path, catalogue)
    with pytest.raises(ValueError, match=re.escape(message)):
        read_folder(folder).report()


def test_a_district_adds_an_indicator_without_code(tmp_path: Path) -> None:
    report = read_folder(with_catalogue(tmp_path, OWN)).report()
    found = report.measures.get("counter_share", "TM", report.period)
    assert found is not None
    assert (found.numerator, found.denominator, found.formula) == (4, 4, "counter_share")
    assert "Tỷ lệ hồ sơ nộp trực tiếp  " in page_text(report_page(report), None)


def with_catalogue(folder: Path, text_of_catalogue: str) -> Path:
    heading, *lines = SMALL_TABLES["dossiers.csv"].strip().split("\n")
    channels = "\n".join([f"{heading},Kênh thực hiện", *(f"{line}," for line in lines)]) + "\n"
    made = small(folder, dossiers_csv=channels)
    (made / "own.toml").write_text(text_of_catalogue, encoding="utf-8")
    with (made / "district.toml").open("a", encoding="utf-8") as file:
        file.write('catalogue = ["own.toml"]\n')
    return made
