"""Rules that change on a day: a dossier follows those of the day of its receipt, in every engine, and everywhere that it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calendars import LAST, TO_2027
from tests.records.test_dossier_timing import library, slow
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import of_its_day

import cchc_metrics as cm
from cchc_metrics.count.engines import ENGINES
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.records.choices import Status
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.due_dates import due_date, due_dates
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import OPTIONS, RuleChange, Rules, rule_presets, rules_until
from cchc_metrics.report.explanation import explanation_text
from cchc_metrics.schemas import json_schemas
from cchc_metrics.values import Measure
from cchc_metrics.verbs.explain import Explanation

CALENDAR = TO_2027
SLOW = calendar_slow.official(LAST)
UNITS = cm.UnitTree([cm.Unit(code="TM", name="Tháp Mười", kind="xã", level="commune")])
SATURDAY, MONDAY = date(2026, 8, 1), date(2026, 8, 3)
FILES = draw.windows.flatmap(lambda window: st.tuples(draw.files_in(*window), draw.dated_rules(*window), st.just(window)))


def columns(rows: Sequence[Dossier], events: Sequence[DossierEvent] = ()) -> Columns:
    return attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events)) if events else columns_of(Dossier, rows)


def changed(day: date, before: dict[str, Any], after: dict[str, Any]) -> Rules:
    return Rules(id="own", **before, changes=[{"from": day, **after}])


@settings(max_examples=80)
@given(FILES)
def test_every_dossier_fares_by_the_rules_of_its_day(drawn: tuple[draw.Files, Rules, tuple[date, date]]) -> None:
    (rows, events), rules, _ = drawn
    assert library(rows, rules, events) == slow(rows, rules, events)


@settings(max_examples=40)
@given(FILES)
def test_every_engine_counts_each_part_under_its_rules(drawn: tuple[draw.Files, Rules, tuple[date, date]]) -> None:
    (rows, events), rules, (first, last) = drawn
    period = Period.custom(first, last)

    def count(some: Sequence[Dossier], by: Rules, engine: str) -> Tally:
        ids = {row.dossier_id for row in some}
        mine = columns(some, [event for event in events if event.dossier_id in ids])
        return tally({"dossiers": mine}, periods=period, rules=by, calendar=CALENDAR, as_of=last, engine=engine)  # type: ignore[arg-type]

    whole = count(rows, rules, "general")
    for engine in ENGINES:
        assert count(rows, rules, engine) == whole
    parts: dict[Rules, list[Dossier]] = {}
    for row in rows:
        parts.setdefault(of_its_day(rules, row), []).append(row)
    for name in {name.split(".")[1] for name in whole.cubes}:
        apart = [cube.total for by, some in parts.items() if (cube := count(some, by, "general").cubes.get(f"dossiers.{name}"))]
        assert whole.cubes[f"dossiers.{name}"].total == sum(apart), name


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 7, 31), date(2026, 8, 3)),  # the Friday before: a working day
        (datetime(2026, 7, 31, 23, 59, 59), date(2026, 8, 3)),
        (SATURDAY, date(2026, 8, 3)),  # the weekend before: falls due on the day of the change, by the earlier rules
        (datetime(2026, 8, 2, 23, 59, 59), date(2026, 8, 3)),
        (MONDAY, date(2026, 8, 4)),  # without a time a receipt is taken at closing time, 17:00
        (datetime(2026, 8, 3, 0, 0), datetime(2026, 8, 3, 17, 0)),  # midnight belongs to the day that begins
        (datetime(2026, 8, 3, 16, 30), datetime(2026, 8, 4, 16, 30)),
    ],
)
def test_the_day_on_which_the_rules_change_follows_the_later_ones(received: date, due: date) -> None:
    rules = changed(MONDAY, {}, {"opening_hours": [("08:00", "12:00"), ("13:00", "17:00")]})
    later = MONDAY if (received.date() if isinstance(received, datetime) else received) >= MONDAY else None
    one = due_date(received, 8, "hours", calendar=CALENDAR, rules=rules)
    assert isinstance(one, datetime) == (later is not None)
    assert one in (due, datetime(2026, 8, 4, 17, 0))
    for found in (
        due_dates([received], [8], "hours", calendar=CALENDAR, rules=rules),
        due_dates(columns([_dossier(received, term=8, term_unit="hours")]), calendar=CALENDAR, rules=rules),
    ):
        assert (found[0], found.rules_from.tolist()) == (one, [later])


def _dossier(received: date, **others: Any) -> Dossier:
    given: dict[str, Any] = {"term": Fraction(3), "term_unit": "working_days", "status": Status.RESOLVED} | others
    if given["status"] is Status.RESOLVED and "ended_at" not in given:
        given["ended_at"] = date(2026, 9, 1)
    return Dossier(dossier_id=str(given.pop("id", received)), unit_code="TM", received_at=received, **given)


def _of(rows: Sequence[Dossier], indicator: str, rules: Rules, period: str = "2026-08") -> tuple[Measure, Explanation]:
    data = cm.Dataset(units=UNITS, dossiers=list(rows), rules=rules, as_of=date(2026, 9, 30))
    return data.measures(period)[indicator, "TM"], data.explain(indicator, period=period)


def test_a_measure_names_its_rules_and_the_days_up_to_its_last_on_which_they_changed() -> None:
    rules = changed(MONDAY, {}, {"two_supplements_late": True})
    rows = [_dossier(day, ended_at=date(2026, 8, 4), supplement_requests=2) for day in (SATURDAY, MONDAY)]
    found, why = _of(rows, "resolved_on_time", rules)
    assert (found.numerator, found.denominator, found.rules) == (1, 2, "own@2026-08-03")
    assert why.adds_up
    assert {row.day: row.rules_from for row in why} == {SATURDAY: None, MONDAY: MONDAY}
    assert "quy tắc own (thay đổi từ 03/08/2026)" in explanation_text(why)
    assert "rules from 2026-08-03" in explanation_text(why, "en")
    assert _of(rows, "resolved_on_time", rules, "2026-07")[0].rules == "own"


def test_an_open_dossier_is_judged_by_the_rules_of_its_receipt_long_after_they_changed() -> None:
    rules = changed(MONDAY, {"missing_due": "on_time"}, {"missing_due": "bucket"})
    rows = [_dossier(day, status=Status.PROCESSING, term=None, term_unit="none", id=n) for n, day in enumerate((SATURDAY, MONDAY))]
    found, why = _of(rows, "handled_on_time", rules)
    assert (found.numerator, found.denominator, dict(found.excluded)) == (1, 1, {"pending_no_due_date": 1})
    assert why.adds_up


def test_rules_that_change_are_named_apart_and_do_not_add_to_those_that_do_not() -> None:
    rows = columns([_dossier(MONDAY)])
    plain = tally({"dossiers": rows}, periods="2026", rules=Rules(id="own"), calendar=CALENDAR)
    dated = tally({"dossiers": rows}, periods="2026", rules=changed(MONDAY, {}, {"pauses": "restart"}), calendar=CALENDAR)
    with pytest.raises(cm.CchcError, match="rules «own» and «own@2026-08-03»"):
        _ = plain + dated
    assert Tally.from_bytes(dated.to_bytes()) == dated
    assert (rules_until("own@2026-08-03,2027-01-01", date(2026, 12, 31))) == "own@2026-08-03"


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ([MONDAY, MONDAY], "must ascend"),
        ([MONDAY, SATURDAY], "must ascend"),
        ([datetime(2026, 8, 3, 8)], "without a time"),
        (["x"], "a day"),
    ],
)
def test_days_of_change_ascend_and_are_days(days: list[Any], message: str) -> None:
    with pytest.raises(cm.CchcError, match=message):
        Rules(id="own", changes=[{"from": day, "pauses": "restart"} for day in days])


def test_a_district_changes_rules_on_a_day_and_what_it_decides_for_all_days_holds_on_all() -> None:
    head = 'code = "TM"\nname = "Tháp Mười"\nlevel = "xã"\n[rules]\nbase = "form06"\nstopped = "ended"\n'
    own = cm_rules(head + '[[rules.changes]]\nfrom = 2027-01-01\npauses = "restart"\nvi = "QĐ 1"\n')
    assert [own.on(day).pauses for day in (date(2026, 12, 31), date(2027, 1, 1))] == ["shift", "restart"]
    assert own.changes[-1].vi == "QĐ 1"
    assert {version.stopped for _, version in own.versions} == {"ended"}
    assert own.id.startswith("form06+changes=")
    with pytest.raises(cm.CchcError, match=r"rules.changes\[1\].pauss.*did you mean «pauses»"):
        cm_rules(head + '[[rules.changes]]\nfrom = 2027-01-01\npauss = "restart"\n')


def cm_rules(text: str) -> Rules:
    from cchc_metrics.read.district import load_district  # noqa: PLC0415  the place of the fault is the folder's

    return load_district(text).rules


@given(base=draw.dated_rules(date(2026, 1, 1), date(2026, 12, 31)), own=draw.rules(), data=st.data())
def test_options_decided_for_every_day_outlive_each_change(base: Rules, own: Rules, data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(OPTIONS)))
    found = base.with_options("mine", {name: getattr(own, name) for name in names})
    for day in (date(2025, 1, 1), *(change.from_day for change in base.changes), date(2027, 1, 1)):
        assert {name: getattr(found.on(day), name) for name in OPTIONS} == {
            name: getattr(own if name in names else base.on(day), name) for name in OPTIONS
        }


def test_versions_of_presets_are_rules_themselves() -> None:
    for rules in rule_presets().values():
        assert rules.versions[0][1].changes == ()
        assert np.all(np.diff([first for first, _ in rules.versions]) > 0)
    assert RuleChange(from_day=MONDAY, pauses="restart").options == {"pauses": "restart"}


def test_schema_has_the_changes_with_every_option() -> None:
    found = json_schemas("Rules")["$defs"]["RuleChange"]["properties"]
    assert {"from", *OPTIONS} <= set(found)
