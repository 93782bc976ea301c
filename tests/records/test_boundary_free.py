"""Boundary-free dossiers: from when their terms run, when they are handed on, and what half-filled columns say; apologies beside them."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calendars import LAST, TO_2027
from tests.slow import calendar_slow

import cchc_metrics as cm
from cchc_metrics.records.boundary_free import transfers
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.due import dues_of
from cchc_metrics.records.fields import Flag
from cchc_metrics.records.rules_by_day import rules_from
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.rules import Rules
from cchc_metrics.values import Measure, Status

UNITS = cm.UnitTree([cm.Unit(code="TM", name="Tháp Mười", kind="xã", level="commune")])
SLOW = calendar_slow.official(LAST)
TERM: dict[str, Any] = {"term": 5, "term_unit": "working_days"}


def dossier(name: str, received: Any, elsewhere: Any = None, free: str = "yes", **others: Any) -> Dossier:
    row = {"status": "9", "ended_at": date(2026, 8, 20), **TERM, **others}
    return Dossier(dossier_id=name, unit_code="TM", received_at=received, received_elsewhere_at=elsewhere, boundary_free=free, **row)


def measured(rows: list[Dossier], indicator: str, rules: str = "default", **tables: Any) -> Measure:
    data = cm.Dataset(units=UNITS, unit="TM", dossiers=rows, rules=rules, as_of=date(2026, 8, 31), **tables)
    return data.measures("2026-08")[indicator, "TM"]


@given(
    elsewhere=st.datetimes(datetime(2026, 8, 5), datetime(2026, 9, 10)) | st.dates(date(2026, 8, 5), date(2026, 9, 10)),
    later=st.integers(0, 5),
)
def test_a_dossier_is_to_come_on_the_day_of_its_receipt_and_after_15_on_the_next(elsewhere: date, later: int) -> None:
    whole = elsewhere.replace(microsecond=0) if isinstance(elsewhere, datetime) else elsewhere
    first = whole.date() if isinstance(whole, datetime) else whole
    arrived = date.fromordinal(first.toordinal() + later)
    rules = Rules.preset("default").on(date(2026, 8, 5))
    columns = columns_of(Dossier, [dossier("1", arrived, whole, status="4", ended_at=None)])
    day, found = transfers(columns, columns.days("received_at"), rules, TO_2027)
    passed = SLOW.working_days(first, arrived)
    clock = whole.time() if isinstance(whole, datetime) else None
    next_day = not SLOW.is_working(first) or (clock is not None and (clock.hour, clock.minute, clock.second) > (15, 0, 0))
    expected = Flag.YES if passed <= int(next_day) else Flag.NO
    if clock is None and SLOW.is_working(first) and passed == 1:
        expected = Flag.UNKNOWN  # it could have come in the afternoon
    assert (list(Flag)[found[0]], int(day[0])) == (expected, int(columns.days("received_at")[0]))


@pytest.mark.parametrize(
    ("received", "elsewhere", "in_time"),
    [
        (date(2026, 8, 11), date(2026, 8, 12), Flag.UNKNOWN),
        (date(2026, 8, 11), datetime(2026, 8, 12, 16, 0), Flag.UNKNOWN),
        (datetime(2026, 8, 11, 9, 0), datetime(2026, 8, 11, 9, 1), Flag.UNKNOWN),
        (datetime(2026, 8, 11, 9, 0), datetime(2026, 8, 11, 9, 0), Flag.YES),
        (datetime(2026, 8, 11), datetime(2026, 8, 11, 9, 0), Flag.YES),  # midnight is a day without a time, as the check of rows takes it
        (datetime(2026, 8, 11, 9, 0), date(2026, 8, 11), Flag.YES),
    ],
)
def test_what_came_before_it_was_received_elsewhere_was_not_handed_on_in_time(received: date, elsewhere: date, in_time: Flag) -> None:
    columns = columns_of(Dossier, [dossier("1", received, elsewhere)])
    rules = Rules.preset("default").on(date(2026, 8, 5))
    assert list(Flag)[transfers(columns, columns.days("received_at"), rules, TO_2027)[1][0]] is in_time


def test_of_a_table_those_that_are_boundary_free_run_from_the_counter_and_the_others_from_their_agency() -> None:
    days = (date(2026, 8, 12), date(2026, 8, 11))
    columns = columns_of(Dossier, [dossier("1", *days), dossier("2", *days, "no"), dossier("3", days[0], None, "no")])
    due = dues_of(columns, Rules(id="own"), TO_2027).day
    assert [date_of(day) for day in due.tolist()] == [date(2026, 8, 18), date(2026, 8, 19), date(2026, 8, 19)]


def test_rules_are_those_of_the_day_at_the_counter_of_what_is_boundary_free_alone() -> None:
    changed = date(2026, 8, 5)
    rules = Rules(id="own", changes=[{"from": changed, "pauses": "restart"}])
    counter = date(2026, 8, 4)
    rows = [dossier("1", changed, counter), dossier("2", changed, counter, "no"), dossier("3", changed), dossier("4", counter, None, "no")]
    since = day_number(changed)
    assert rules_from(columns_of(Dossier, rows), rules).tolist() == [-1, since, since, -1]


@pytest.mark.parametrize("received", [date(2026, 8, 4), date(2026, 8, 5)])
def test_half_filled_columns_are_told_and_never_on_time_by_chance(received: date) -> None:
    found = measured([dossier("1", received)], "resolved_on_time")
    if received < date(2026, 8, 5):
        assert (found.denominator, dict(found.excluded)) == (0, {"start_unknown": 1})
    else:
        assert (found.numerator, found.denominator) == (0, 1)
    assert measured([dossier("1", received, due_at=date(2026, 8, 21))], "resolved_on_time").numerator == 1


DISTRICT = 'code = "TM"\nname = "Tháp Mười"\nlevel = "xã"\nextracted_on = 2026-08-31\nperiod = "2026-08"\n[coverage]\nfirst = 2026-01-01\n'
OFFICE = (
    "Mã hồ sơ,Đơn vị,Trạng thái,{heading},Ngày tiếp nhận tại nơi khác,Phi địa giới,Số lần xin lỗi,Thời hạn,Đơn vị thời hạn,Ngày kết thúc\n"
)


def folder(path: Path, text: str, district: str = DISTRICT) -> cm.Dataset:
    (path / "district.toml").write_text(district, encoding="utf-8")
    (path / "dossiers.csv").write_text(text, encoding="utf-8")
    return cm.read_folder(path)


def test_what_the_columns_say_of_each_other_is_reported(tmp_path: Path) -> None:
    cells = ("05/08/2026,04/08/2026,không", "05/08/2026,,có", "05/08/2026,06/08/2026,có", "05/08/2026,04/08/2026,")
    rows = "".join(f"{n},TM,4,{cell},,5,ngày làm việc,\n" for n, cell in enumerate(cells))
    codes = {code.value: n for code, n in folder(tmp_path, OFFICE.format(heading="Ngày tiếp nhận") + rows).problems.by_code().items()}
    ours = ("boundary_free_differs", "elsewhere_not_said", "elsewhere_after_receipt")
    assert {name: codes.get(name) for name in ours} == dict.fromkeys(ours, 1)


def test_a_receipt_beside_that_of_the_agency_is_asked_for_and_then_is_that_of_the_counter(tmp_path: Path) -> None:
    text = (
        "Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày cơ quan có thẩm quyền tiếp nhận,Thời hạn,Đơn vị thời hạn,Ngày kết thúc\n"
        "1,TM,9,11/08/2026,12/08/2026,5,ngày làm việc,19/08/2026\n"
    )
    assert "ambiguous_heading" in {code.value for code in folder(tmp_path, text).problems.by_code()}
    said = DISTRICT + '[headings.dossiers]\n"Ngày tiếp nhận" = "received_elsewhere_at"\n'
    data = folder(tmp_path, text, said)
    measures = data.measures("2026-08")
    assert [measures[name, "TM"].numerator for name in ("resolved_on_time", "dossiers_boundary_free", "transferred_in_time")] == [1, 1, 0]


def test_no_column_is_no_data_and_never_zero() -> None:
    plain = [dossier("1", date(2026, 8, 6), free="unknown")]
    columns = columns_of(Dossier, plain)
    for name in ("boundary_free", "received_elsewhere_at", "apologies", "reappointments"):
        columns = columns.without(name)
    found = cm.Dataset(units=UNITS, unit="TM", dossiers=columns, as_of=date(2026, 8, 31)).measures("2026-08")
    for name in ("dossiers_boundary_free", "boundary_free_share", "transferred_in_time", "apologies", "reappointments", "late_apologised"):
        assert found[name, "TM"].status is Status.NO_DATA, name


def test_apologies_and_reappointments_are_counted_from_columns_and_events() -> None:
    late: dict[str, Any] = {"elsewhere": None, "free": "no", "received": date(2026, 8, 3)}
    rows = [
        dossier("1", **late, apologies=1, reappointments=1),
        dossier("2", **late, apologies=0),
        dossier("3", **late),
        dossier("4", **late),
    ]
    events = [
        DossierEvent(dossier_id="3", kind="xin lỗi", happened_at="11/08/2026"),
        DossierEvent(dossier_id="3", kind="hẹn lại", happened_at="11/08/2026", due_at="14/08/2026"),
        DossierEvent(dossier_id="3", kind="hẹn lại", happened_at="14/08/2026", due_at="19/08/2026"),
    ]
    apologies = measured(rows, "apologies", dossier_events=events)
    assert (apologies.numerator, apologies.status, dict(apologies.excluded)) == (2, Status.ESTIMATED, {"apologies_not_said": 1})
    again = measured(rows, "reappointments", dossier_events=events)
    assert (again.numerator, dict(again.excluded)) == (3, {"reappointments_not_said": 2})
    share = measured(rows, "late_apologised", dossier_events=events)
    assert (share.numerator, share.denominator, share.status) == (2, 4, Status.ESTIMATED)
    assert measured(rows, "resolved_on_time", "interlinked", dossier_events=events).numerator == 0


def test_interlinked_procedures_close_what_waits_for_papers_after_15_working_days() -> None:
    rows = [dossier("1", datetime(2026, 7, 27, 16, 30), None, "no", status="5", ended_at=None), dossier("2", date(2026, 8, 17), None, "no")]
    asked = [DossierEvent(dossier_id="1", kind="bổ sung", happened_at="30/07/2026")]
    ended = [measured(rows, "dossiers_resolved", rules, dossier_events=asked).numerator for rules in ("default", "interlinked")]
    assert ended == [1, 2]
    data = cm.Dataset(units=UNITS, unit="TM", dossiers=rows, dossier_events=asked, rules="interlinked", as_of=date(2026, 8, 31))
    assert [row.ended for row in data.explain("dossiers_resolved", period="2026-08")] == [date(2026, 8, 20), date(2026, 8, 20)]
    assert data.problems.by_code()[Code.SUPPLEMENT_ASKED_LATE] == 1
    assert data.form06("2026-08").rows[-1].ended == 2


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 8, 3, 15, 59, 59), date(2026, 8, 4)),
        (datetime(2026, 8, 3, 16, 0, 1), date(2026, 8, 5)),  # the last hour of the day
        (datetime(2026, 8, 3, 17, 30), date(2026, 8, 5)),
        (datetime(2026, 8, 8, 9, 0), date(2026, 8, 11)),  # a Saturday
        (date(2026, 8, 3), date(2026, 8, 4)),
    ],
)
def test_interlinked_procedures_take_a_late_receipt_for_one_of_the_next_working_day(received: date, due: date) -> None:
    assert cm.due_date(received, 1, "working_days", calendar=TO_2027, rules=Rules.preset("interlinked")) == due


OPEN: Any = {"opening_hours": [(time(8), time(12)), (time(13), time(17))]}


@pytest.mark.parametrize(
    ("submitted", "asked", "late", "late_by_clock"),
    [
        (datetime(2026, 8, 3, 9, 0), datetime(2026, 8, 4, 9, 0), 0, 0),
        (datetime(2026, 8, 3, 9, 0), datetime(2026, 8, 4, 9, 1), 0, 1),
        (datetime(2026, 8, 3, 16, 30), datetime(2026, 8, 4, 17, 0), 0, 0),  # the last hour: from 08:00 of the next working day
        (datetime(2026, 8, 3, 16, 30), datetime(2026, 8, 5, 8, 1), 1, 1),
        (datetime(2026, 8, 8, 9, 0), datetime(2026, 8, 10, 17, 0), 0, 0),  # a Saturday
        (datetime(2026, 8, 8, 9, 0), datetime(2026, 8, 11, 8, 1), 1, 1),
        (date(2026, 8, 3), date(2026, 8, 5), 1, 1),
    ],
)
def test_interlinked_procedures_ask_for_papers_within_8_working_hours(submitted: date, asked: date, late: int, late_by_clock: int) -> None:
    plain = Rules.preset("interlinked")
    for rules, expected in ((plain, late), (plain.with_options("by_clock", OPEN), late_by_clock)):
        rows = [dossier("1", date(2026, 8, 11), None, "no", status="5", ended_at=None, submitted_at=submitted)]
        event = DossierEvent(dossier_id="1", kind="bổ sung", happened_at=asked)
        data = cm.Dataset(units=UNITS, unit="TM", dossiers=rows, dossier_events=[event], rules=rules, as_of=date(2026, 8, 31))
        assert data.problems.by_code().get(Code.SUPPLEMENT_ASKED_LATE, 0) == expected


@pytest.mark.parametrize(
    ("papers", "due"), [(datetime(2026, 8, 11, 9, 0), 14), (datetime(2026, 8, 11, 16, 30), 17), (date(2026, 8, 15), 20)]
)
def test_interlinked_procedures_begin_their_term_anew_after_a_supplement(papers: date, due: int) -> None:
    rows = [dossier("1", datetime(2026, 8, 3, 9, 0), None, "no", term=3)]
    events = [
        DossierEvent(dossier_id="1", kind=kind, happened_at=at) for kind, at in (("bổ sung", date(2026, 8, 4)), ("đã bổ sung", papers))
    ]
    data = cm.Dataset(units=UNITS, unit="TM", dossiers=rows, dossier_events=events, rules="interlinked", as_of=date(2026, 8, 31))
    assert [row.due for row in data.explain("resolved_on_time", period="2026-08")] == [date(2026, 8, due)]
