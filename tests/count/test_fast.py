"""Every engine gives the counts of the general way, and several workers those of one: whatever the rows, the rules and the cut."""

from __future__ import annotations

import os
import pickle
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.engines import ENGINES
from cchc_metrics.count.fast import compiled, pure
from cchc_metrics.count.fast.plan import CountPlan
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.count.workers import in_processes, usable_cores
from cchc_metrics.errors import InputError
from cchc_metrics.records.choices import Channel, Status, TermUnit
from cchc_metrics.records.columns import Array, Columns, columns_of
from cchc_metrics.records.dossier import ENDED, Dossier
from cchc_metrics.records.dossier_event import DossierEvent, EventKind
from cchc_metrics.records.kind import Context
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import OPTIONS, RuleChange, Rules, rule_presets

tally_module = sys.modules[tally.__module__]
CALENDAR = Calendar.official()
PERIODS = tuple(Period.parse(p) for p in ("2021", "2021-Q1", "2021-Q1@nd09", "2020-12", "2022-H1"))
OTHERS = [engine for engine in ENGINES if engine != "general"]


AS_OF = st.none() | st.dates(date(2018, 6, 1), date(2029, 1, 1)) | st.sampled_from([date(1960, 1, 1), date.max, CALENDAR.last_date])
"""Days of the question, some of them before or after every day of the calendar."""


def options(field: str) -> list[Any]:
    return list(get_args(Rules.model_fields[field].annotation))


OWN_RULES = st.builds(
    Rules,
    id=st.just("own"),
    pauses=st.sampled_from(options("pauses")),
    end=st.sampled_from(options("end")),
    compare=st.sampled_from(options("compare")),
    stopped=st.sampled_from(options("stopped")),
    withdrawn=st.sampled_from(options("withdrawn")),
    refused=st.sampled_from(options("refused")),
    missing_due=st.sampled_from(options("missing_due")),
    given_due=st.sampled_from(options("given_due")),
    given_due_includes_pauses=st.booleans(),
    appointment=st.sampled_from(options("appointment")),
    two_supplements_late=st.booleans(),
    open_supplement=st.sampled_from(options("open_supplement")),
    unresolved=st.sampled_from(options("unresolved")),
    received_on_day_off=st.sampled_from(options("received_on_day_off")),
    calendar_terms=st.sampled_from(options("calendar_terms")),
    opening_hours=st.sampled_from([(), ((time(7), time(11, 30)), (time(13, 30), time(17)))]),
)
DATED_RULES = st.builds(
    lambda one, other, day: one.with_options("dated", {}, (RuleChange(from_day=day, **other.model_dump(include=set(OPTIONS))),)),
    OWN_RULES,
    OWN_RULES,
    st.sampled_from([date(2020, 10, 1), date(2021, 1, 1), date(2021, 3, 6), date(2021, 6, 14), date(2022, 4, 30)]),
)
RULES = st.sampled_from(list(rule_presets().values())) | OWN_RULES | DATED_RULES


def count(columns: Columns, rules: Rules, engine: Any, **kwargs: Any) -> Tally:
    given_options: dict[str, Any] = {"periods": PERIODS, "calendar": CALENDAR, "as_of": date(2022, 3, 31)} | kwargs
    return tally({"dossiers": columns}, rules=rules, engine=engine, **given_options)


def assert_same(found: Tally, general: Tally) -> None:
    assert found.cubes.keys() == general.cubes.keys()
    for name, cube in general.cubes.items():
        assert found.cubes[name] == cube, name
    assert found == general


@st.composite
def plain_dossiers(draw: st.DrawFn) -> Dossier:
    """Return a strategy for dossiers that mostly take the usual course: whole working days, or a given due date."""
    status = draw(st.sampled_from([Status.RESOLVED, Status.RESOLVED, Status.PROCESSING, *Status]))
    received = draw(st.dates(date(2020, 10, 1), date(2022, 4, 30)))
    ended = received + timedelta(days=draw(st.integers(0, 200))) if draw(st.booleans()) or status in ENDED else None
    return Dossier(
        dossier_id=draw(st.uuids()).hex,
        unit_code=draw(st.sampled_from(["A", "B", "C"])),
        field=draw(st.sampled_from(["", "Hộ tịch"])),
        channel=draw(st.sampled_from(list(Channel))),
        status=status,
        received_at=received,
        due_at=draw(st.none() | st.integers(-3, 30).map(lambda n: received + timedelta(days=n))),
        ended_at=ended,
        term=draw(st.sampled_from([0, 0, 1, 2, 5, 10, 30])),
        term_unit=draw(st.sampled_from([TermUnit.WORKING_DAYS, TermUnit.WORKING_DAYS, TermUnit.CALENDAR_DAYS])),
        paused_days=draw(st.none() | st.integers(0, 5)),
        supplement_requests=draw(st.none() | st.integers(0, 3)),
    )


@settings(max_examples=60)
@given(rows=st.lists(testing.dossiers() | plain_dossiers(), max_size=15), rules=RULES, as_of=AS_OF)
def test_every_engine_counts_as_the_general_way(rows: list[Dossier], rules: Rules, as_of: date | None) -> None:
    columns = columns_of(Dossier, rows)
    general = count(columns, rules, "general", as_of=as_of, daily=False)
    for engine in OTHERS:
        assert_same(count(columns, rules, engine, as_of=as_of, daily=False), general)


DAYS_ASKED = ["1960-01-01", "2018-12-31", "2019-01-01", "2020-05-30", "2021-02-13", "2021-03-01", "2022-12-31", "2027-12-31", "2030-01-01"]


@pytest.mark.parametrize("as_of", DAYS_ASKED)  # a Saturday, days of Tết, and both ends of the calendar among them
def test_what_has_become_of_plain_dossiers_by_a_day(as_of: str) -> None:
    columns = many(4_000, seed=11, plain=True, terms=(0, 2, 10, 60))
    sets = {"dossiers.received_as_of": {"standing"}}
    asked: dict[str, Any] = {"as_of": as_of, "sets": sets, "periods": "2021", "daily": False}
    general = count(columns, Rules.preset("default"), "general", **asked)
    assert general.cubes["dossiers.received_as_of"].total == 4_000
    for engine in OTHERS:
        assert_same(count(columns, Rules.preset("default"), engine, **asked), general)


@settings(max_examples=40)
@given(rows=st.lists(plain_dossiers(), max_size=8), rules=RULES, data=st.data())
def test_fewer_sets_and_columns_change_nothing(rows: list[Dossier], rules: Rules, data: st.DataObject) -> None:
    whole = columns_of(Dossier, rows)
    needed = {"unit_code", "status", "received_at"}
    absent = data.draw(st.sets(st.sampled_from(sorted(whole.arrays.keys() - needed)), max_size=6))
    columns = replace(whole, arrays={name: array for name, array in whole.arrays.items() if name not in absent})
    every = Catalogue.default()
    names = data.draw(st.sets(st.sampled_from(sorted(i.id for i in every if "dossiers" in every.kinds_of(i.id))), min_size=1, max_size=5))
    sets = every.select(sorted(names)).event_sets()
    general = count(columns, rules, "general", sets=sets)
    for engine in OTHERS:
        assert_same(count(columns, rules, engine, sets=sets), general)


@given(rows=st.lists(plain_dossiers(), min_size=1, max_size=8), rules=RULES, data=st.data())
def test_waits_and_reappointments(rows: list[Dossier], rules: Rules, data: st.DataObject) -> None:
    events = []
    for row in data.draw(st.lists(st.sampled_from(rows), max_size=5)):
        kind = data.draw(st.sampled_from(list(EventKind)))
        day = date(2021, 1, 1) + timedelta(days=data.draw(st.integers(0, 200)))
        due = day + timedelta(days=9) if kind is EventKind.REAPPOINTED else None
        events.append(DossierEvent(dossier_id=row.dossier_id, kind=kind, happened_at=day, due_at=due))
    columns = attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events))
    general = count(columns, rules, "general")
    for engine in OTHERS:
        assert_same(count(columns, rules, engine), general)


def test_a_reappointment_takes_the_place_of_a_given_due_date_where_the_rules_say_so() -> None:
    row = Dossier(dossier_id="1", unit_code="A", status="4", received_at="01/03/2021", due_at="08/03/2021")
    event = DossierEvent(dossier_id="1", kind="reappointed", happened_at="05/03/2021", due_at="08/04/2021")
    columns = attach_events(columns_of(Dossier, [row]), columns_of(DossierEvent, [event]))
    rules = Rules(id="own", appointment="current")
    general = count(columns, rules, "general")
    [stretch] = general.cubes["dossiers.due"].cells[:, 1]
    assert stretch == sum(edge <= day_number(date(2021, 4, 8)) for edge in general.frame.edges)
    for engine in OTHERS:
        assert_same(count(columns, rules, engine), general)


def many(rows: int, seed: int, *, plain: bool, terms: tuple[int, ...] = (2, 10, 60)) -> Columns:
    """Return dossiers of every kind, columns at once: with days on both sides of the calendar, and statuses of all sorts unless plain.

    Plain ones have terms of ``terms`` halves of a working day.
    """
    rng = np.random.default_rng(seed)
    received = rng.integers(day_number(date(2018, 11, 1)), day_number(date(2028, 2, 1)), rows).astype(np.int32)
    if plain:
        received = rng.integers(day_number(date(2020, 1, 1)), day_number(date(2022, 12, 31)), rows).astype(np.int32)
    ended = np.where(rng.random(rows) < 0.8, received + rng.choice([0, 1, 3, 10, 70, 400], rows), -1).astype(np.int32)
    status = rng.integers(0, len(Status), rows).astype(np.uint8)
    if plain:
        status = np.where(ended >= 0, 8, 3).astype(np.uint8)
    some = rng.random(rows) < 0.5
    due = np.where(some, received + rng.integers(-2, 40, rows), -1).astype(np.int32)
    arrays: dict[str, Array] = {
        "unit_code": rng.integers(0, 300, rows).astype(np.uint16),
        "field": rng.integers(0, 300, rows).astype(np.uint16),
        "channel": rng.integers(0, 3, rows).astype(np.uint8),
        "status": status,
        "received_at": received if plain else np.where(rng.random(rows) < 0.02, -1, received).astype(np.int32),
        "ended_at": ended,
        "term": rng.choice([-1, 0, 1, 2, 10, 60] if not plain else terms, rows).astype(np.int32),
        "term_unit": rng.choice([1, 1, 1, 2, 3, 4] if not plain else [1], rows).astype(np.uint8),
        "paused_days": rng.choice([-1, 0, 3, 2**31 - 1] if not plain else [-1, 0, 3], rows).astype(np.int32),
        "supplement_requests": rng.choice([-1, 0, 2], rows).astype(np.int32),
        "submitted_at": np.maximum(received - 1, 0).astype(np.int32),
    }
    if not plain:
        arrays |= {"due_at": due, "returned_at": np.where(ended < 0, ended, ended + 2).astype(np.int32)}
    labels = {
        "unit_code": tuple(f"U{n}" for n in range(300)),
        "field": tuple(f"F{n}" for n in range(300)),
        "channel": Channel.labels(),
        "status": Status.labels(),
        "term_unit": TermUnit.labels(),
    }
    return Columns(Dossier, arrays, labels)


@pytest.mark.parametrize("kind", ["plain", "plain, terms of no day", "plain, unit after unit", "all sorts", "all sorts, 64 bits"])
@pytest.mark.parametrize("rules", rule_presets().values(), ids=lambda rules: rules.id)
def test_many_rows_over_several_chunks(rules: Rules, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = 5_000
    columns = many(rows, seed=len(rules.id), plain="plain" in kind, terms=(0, 2, 10, 60) if "no day" in kind else (2, 10, 60))
    if "unit after unit" in kind:
        columns = columns.take(np.argsort(columns.arrays["unit_code"], kind="stable"))
    if "64 bits" in kind:  # as columns of one's own may have them
        wide = {name: columns.arrays[name].astype(np.int64) for name in ("paused_days", "supplement_requests")}
        columns = replace(columns, arrays={**columns.arrays, **wide})
    general = count(columns, rules, "general")
    monkeypatch.setattr(pure, "CHUNK_ROWS", 1_700)
    monkeypatch.setattr(pure, "_LARGE_CELLS", 100_000 if "unit after unit" in kind else 1_000)
    monkeypatch.setattr(pure, "_HELD_ROWS", 2_000)
    monkeypatch.setattr(compiled, "CHUNK_ROWS", 2_600)
    few = Catalogue.default().select(["dossiers_pending_overdue", "resolved_on_time", "turnaround_median"]).event_sets()
    some = count(columns, rules, "general", sets=few)
    for engine in OTHERS:
        assert_same(count(columns, rules, engine), general)
        assert_same(count(columns, rules, engine, sets=few), some)
    assert general.cubes["dossiers.received"].total > rows // 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("received_at", -1),
        ("received_at", day_number(date(2018, 12, 31))),
        ("received_at", day_number(CALENDAR.last_date) + 1),
        ("ended_at", day_number(CALENDAR.last_date) + 1),
        ("ended_at", day_number(date(2018, 12, 31))),
        ("ended_at", 2**31 - 1),
        ("status", 0),
        ("status", len(Status) - 1),
        ("term", 0),
        ("term", 5),
        ("term", -1),
        ("term", 40_000),
        ("term", 2**31 - 2),
        ("term_unit", 2),
        ("paused_days", 2**31 - 1),
        ("supplement_requests", 2**31 - 1),
    ],
)
def test_one_odd_row_among_plain_ones(name: str, value: int) -> None:
    columns = many(3_000, seed=5, plain=True)
    odd = columns.arrays[name].copy()
    [at, *_] = np.flatnonzero((columns.arrays["ended_at"] >= 0) & (columns.arrays["paused_days"] == 3))
    odd[at] = value
    columns = replace(columns, arrays={**columns.arrays, name: odd})
    few = Catalogue.default().select(["dossiers_pending_overdue", "resolved_on_time", "turnaround_median"]).event_sets()
    for sets in (few, None):
        general = count(columns, Rules.preset("default"), "general", sets=sets)
        for engine in OTHERS:
            assert_same(count(columns, Rules.preset("default"), engine, sets=sets), general)


def test_a_due_time_of_day_is_held_against_the_clock_where_the_rules_say_so() -> None:
    hours = ((time(7), time(11, 30)), (time(13, 30), time(17)))
    rows = [
        Dossier(
            dossier_id=str(end), unit_code="A", status="9", received_at=datetime(2021, 3, 1, 8), term=2, term_unit="hours", ended_at=end
        )
        for end in (datetime(2021, 3, 1, 9, 30), datetime(2021, 3, 1, 11), date(2021, 3, 1))
    ]
    columns = columns_of(Dossier, rows)
    for compare in ("dates", "instants"):
        rules = Rules(id="own", opening_hours=hours, compare=compare)
        general = count(columns, rules, "general")
        late = general.cubes["dossiers.ended"].grid(len(general.frame.edges) + 1, (), {"timing": ("late",)}).sum()
        assert late == (1 if compare == "instants" else 0)
        for engine in OTHERS:
            assert_same(count(columns, rules, engine), general)


def test_chunks_of_unlike_rows_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, others = many(2_000, seed=3, plain=True), many(2_000, seed=4, plain=False)
    arrays = {name: np.concatenate([array, usual.arrays.get(name, np.full(2_000, -1))]) for name, array in others.arrays.items()}
    mixed = Columns(Dossier, {name: array.astype(others.arrays[name].dtype) for name, array in arrays.items()}, others.labels)
    rules = Rules.preset("default")
    parts = count(mixed.part(0, 2_000), rules, "general") + count(mixed.part(2_000, 4_000), rules, "general")
    monkeypatch.setattr("cchc_metrics.count.engines.CHUNK_ROWS", 700)
    for engine in ENGINES:
        assert_same(count(mixed, rules, engine), parts)


def test_due_dates_around_the_last_day_of_the_calendar() -> None:
    last = CALENDAR.last_date
    rows = [
        Dossier(
            dossier_id=f"{before}-{term}",
            unit_code="A",
            status="4",
            received_at=last - timedelta(before),
            term=term,
            term_unit="working_days",
        )
        for before in range(12)
        for term in range(12)
    ]
    columns = columns_of(Dossier, rows)
    general = count(columns, Rules.preset("default"), "general")
    assert 0 < general.cubes["dossiers.due"].total < len(rows)  # some fall due in a year that is not known
    for part in (columns, *(columns.part(n, n + 1) for n in range(len(rows)))):
        one = count(part, Rules.preset("default"), "general")
        for engine in ("tables", "compiled"):
            assert_same(count(part, Rules.preset("default"), engine), one)


def test_a_cell_holds_more_than_one_byte_does() -> None:
    some = many(40, seed=7, plain=True)
    columns = some.take(np.zeros(1_500, dtype=np.intp))  # one dossier over and over
    general = count(columns, Rules.preset("default"), "general")
    assert set(general.cubes["dossiers.received"].counts.tolist()) == {1_500}
    for engine in OTHERS:
        assert_same(count(columns, Rules.preset("default"), engine), general)


def test_dossiers_of_the_usual_course_are_counted_the_fast_way() -> None:
    columns = many(3_000, seed=6, plain=True)
    plan = CountPlan.of(columns, Context(Rules.preset("default"), CALENDAR), (day_number(date(2021, 1, 1)),), None)
    assert plan is not None
    for counter in (pure.PureCounter(plan), compiled.CompiledCounter(plan)):
        assert not len(counter.add(columns))
        assert int(counter.counts().sum()) > len(columns)


def test_an_empty_table_has_no_counts() -> None:
    for engine in ENGINES:
        assert count(columns_of(Dossier, []), Rules.preset("default"), engine).cubes == {}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("workers", [2, 3])
def test_several_workers_give_the_counts_of_one(engine: Any, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchc_metrics.count.engines.CHUNK_ROWS", 1_000)
    columns = many(3_517, seed=1, plain=False)
    meeting = Meeting(meeting_id="1", unit_code="U0", kind="họp UBND", held_on="2021-05-06", paperless="có")
    kinds = {"dossiers": columns, "meetings": columns_of(Meeting, [meeting])}
    given_options: dict[str, Any] = {"periods": PERIODS, "rules": Rules.preset("default"), "calendar": CALENDAR, "engine": engine}
    one = tally(kinds, **given_options)
    assert tally(kinds, workers=workers, **given_options) == one
    assert one.cubes["meetings.held"].total == 1


@settings(max_examples=30)
@given(rows=st.lists(plain_dossiers(), max_size=10), data=st.data())
def test_yesterday_and_today_are_the_whole(rows: list[Dossier], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    rules = Rules.preset("default")
    for first, second in (("tables", "tables"), ("compiled", "general"), ("general", "tables")):
        parts = count(columns_of(Dossier, rows[:cut]), rules, first) + count(columns_of(Dossier, rows[cut:]), rules, second)
        assert_same(parts, count(columns_of(Dossier, rows), rules, "general"))


def test_a_tally_travels_between_processes() -> None:
    counted = count(many(3_000, seed=2, plain=True), Rules.preset("default"), "tables")
    again: Tally = pickle.loads(pickle.dumps(counted))  # noqa: S301  made in the line itself
    assert again == counted
    assert again + counted == counted + again
    assert Tally.from_json(counted.to_json()) == counted


def test_a_process_that_dies_is_reported_not_passed_over() -> None:
    def work(part: int) -> int:
        if part:
            raise SystemExit(1)
        return part

    with pytest.raises(RuntimeError, match="ended without an answer"):
        in_processes(work, [0, 1])


def test_what_cannot_be_done_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    columns, rules = columns_of(Dossier, []), Rules.preset("default")
    with pytest.raises(ValueError, match="at least one worker: 0"):
        count(columns, rules, "auto", workers=0)
    with pytest.raises(ValueError, match="did you mean «compiled»"):
        count(columns, rules, "compile")

    monkeypatch.setitem(sys.modules, "numba", None)  # as where it is not installed
    with pytest.raises(InputError, match=r"cchc-metrics\[fast\]"):
        count(columns, rules, "compiled")


def engines_used(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the list to which the engine and the threads of each count are added from now on."""
    used: list[tuple[str, int]] = []
    real = tally_module.cubes_of

    def noted(name: str, columns: Columns, context: Any, frame: Any, sets: Any, engine: Any, threads: int) -> Any:
        used.append((engine, threads))
        return real(name, columns, context, frame, sets, engine, threads)

    monkeypatch.setattr(tally_module, "cubes_of", noted)
    return used


@pytest.mark.parametrize("installed", [True, False])
def test_auto_is_compiled_where_the_rows_pay_for_it_and_the_counts_are_the_same(installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = many(3_000, seed=4, plain=False)
    options: dict[str, Any] = {"periods": PERIODS, "rules": Rules.preset("default"), "calendar": CALENDAR}
    whole = tally({"dossiers": columns}, engine="general", **options)
    monkeypatch.setattr("cchc_metrics.count.engines.find_spec", lambda _: installed or None)
    monkeypatch.setattr(tally_module, "usable_cores", lambda: 3)
    used = engines_used(monkeypatch)
    for least in (3_000, 3_001):
        monkeypatch.setattr("cchc_metrics.count.engines.COMPILED_ROWS", least)
        assert_same(tally({"dossiers": columns}, **options), whole)
    assert used == [("compiled", 3) if installed else ("auto", 1), ("auto", 1)]


def test_the_cores_that_the_process_may_use_are_counted() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
