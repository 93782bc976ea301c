"""An export of a province's own system lacks what ministries' systems keep since 01/07/2026: every value says so, and none is ok."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

import cchc_metrics as cm
from cchc_metrics.errors import MistakesError
from cchc_metrics.read.district import load_district
from cchc_metrics.values import Status

DISTRICT = 'code = "TM"\nname = "Tháp Mười"\nlevel = "xã"\nextracted_on = 2026-12-31\nperiod = "2026-Q3"\n'
WHOLE = "[coverage]\nfirst = 2025-01-01\n"
LOCAL = WHOLE + "[coverage.dossiers]\nlocal_only = true\n"
NOTE = "NĐ 224/2026/NĐ-CP, Điều 15 khoản 1 điểm i"


def folder(path: Path, said: str) -> cm.Dataset:
    (path / "district.toml").write_text(DISTRICT + said, encoding="utf-8")
    days = (date(2025, 8, 3), date(2026, 5, 4), date(2026, 8, 3), date(2026, 11, 3))
    rows = [f"{n},TM,9,{day:%d/%m/%Y},{day:%d/%m/%Y},{day:%d/%m/%Y}" for n, day in enumerate(days)]
    text = "\n".join(["Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc", *rows])
    (path / "dossiers.csv").write_text(text, encoding="utf-8")
    meetings = "Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp,Họp không giấy\n1,TM,Họp UBND,05/08/2026,có\n"
    (path / "meetings.csv").write_text(meetings, encoding="utf-8")
    return cm.read_folder(path)


def test_every_value_of_dossiers_since_then_is_a_bound_and_says_so(tmp_path: Path) -> None:
    here, whole = tmp_path / "local", tmp_path / "whole"
    here.mkdir()
    whole.mkdir()
    local, all_of_them = folder(here, LOCAL), folder(whole, WHOLE)
    rests = {i.id for i in local.catalogue if not i.entered and "dossiers" in local.catalogue.kinds_of(i.id)}
    for period, marked in (("2025-Q3", False), ("2026-Q2", False), ("2026-Q3", True), ("2026-Q4", True)):
        found, complete = local.measures(period), all_of_them.measures(period)
        for m, before in zip(found, complete, strict=True):
            assert (m.key, m.numerator, m.denominator, m.value) == (before.key, before.numerator, before.denominator, before.value)
            said = marked and m.indicator in rests and m.status.usable
            assert (NOTE in m.reason.vi) == said, m
            assert m.status is (Status.ESTIMATED if said and before.status is Status.OK else before.status)
        assert found["dossiers_received", "TM"].status is (Status.ESTIMATED if marked else Status.OK)
    assert local.measures("2026-Q3")["paperless_meetings", "TM"].status is Status.OK


def test_a_comparison_across_the_day_says_so_and_one_before_it_does_not(tmp_path: Path) -> None:
    data = folder(tmp_path, LOCAL)
    across = data.deltas("2026-Q3", baseline_period="2025-Q3")["dossiers_received", "TM"]
    assert across.status is Status.ESTIMATED
    assert NOTE in across.reason.vi
    before = data.deltas("2026-Q2", baseline_period="2025-Q2")["resolved_on_time", "TM"]
    assert NOTE not in before.reason.vi


def test_a_period_that_is_read_up_to_a_day_before_is_not_marked(tmp_path: Path) -> None:
    data = folder(tmp_path, LOCAL).replace(as_of=date(2026, 6, 30))
    assert NOTE not in data.measures("2026")["dossiers_received", "TM"].reason.vi
    assert NOTE in data.replace(as_of=date(2026, 7, 1)).measures("2026")["dossiers_received", "TM"].reason.vi


def test_text_json_and_workbook_say_it(tmp_path: Path) -> None:
    report = folder(tmp_path, LOCAL).report()
    report.save(tmp_path / "out", formats=["txt", "json", "xlsx"])
    assert "hệ thống của bộ" in " ".join((tmp_path / "out" / "report.txt").read_text(encoding="utf-8").split())
    saved = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    (received,) = [
        m for m in saved["measures"] if m["indicator"] == "dossiers_received" and m["period"] == "2026-Q3" and not m["breakdown"]
    ]
    assert received["status"] == "estimated"
    assert NOTE in received["reason"]
    with ZipFile(tmp_path / "out" / "report.xlsx") as book:
        assert any("hệ thống của bộ".encode() in book.read(part) for part in book.namelist())


def test_it_needs_no_days_of_its_own_and_takes_those_of_every_kind() -> None:
    found = load_district(DISTRICT + LOCAL)
    assert found.local_only
    assert found.coverage["dossiers"].first == date(2025, 1, 1)
    alone = load_district(DISTRICT + "[coverage.dossiers]\nlocal_only = true\n")
    assert alone.local_only
    assert alone.coverage["dossiers"].first is None
    assert not load_district(DISTRICT + WHOLE).local_only


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("[coverage.meetings]\nfirst = 2025-01-01\nlocal_only = true\n", "for dossiers only"),
        ("[coverage.dossiers]\nlast = 2025-01-01\nlocal_only = true\n", "missing"),
        ("[coverage.dossiers]\n", "missing"),
        ('[coverage.dossiers]\nlocal_only = "x"\n', "local_only"),
    ],
)
def test_what_cannot_be_so_is_a_mistake_with_its_place(said: str, why: str) -> None:
    with pytest.raises(MistakesError, match=why):
        load_district(DISTRICT + said)
