"""Every kind is declared whole; and a kind that nobody has heard of is read, tallied and measured from its own declaration alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from cchc_metrics import testing
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kind import Context, Dates, EventSet, Join, Kind
from cchc_metrics.records.kinds import JOINED, KINDS
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules

CONTEXT = Context(Rules.preset("default"), Calendar.official())
SHORT = replace(CONTEXT, calendar=Calendar.of([Calendar.official().by_year[2020]]))
"""A calendar that knows a year only: some events are of dossiers that it cannot judge."""


def undeclared(kind: Kind, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Yield what the declaration of a kind lacks, or says of what there is not."""
    specs = schema_by_name(kind.model)
    moments = {name for name, spec in specs.items() if spec.cell_type.name == "moment"}
    if not kind.vi or not kind.name.isidentifier():
        yield "name"
    yield from (f"headings of {name}" for name in sorted(specs.keys() ^ kind.headings.keys()))
    yield from (f"headings of {name}" for name, others in kind.headings.items() if not others)
    dates = kind.dates
    if dates.main not in moments:
        yield f"main date {dates.main}"
    said = {*dates.facts, *dates.appointments}
    yield from (f"date {name}" for name in sorted(moments ^ said))
    yield from (f"date {name} twice" for name in sorted({*dates.facts} & {*dates.appointments}))
    yield from (f"timed date {name}" for name in dates.timed if name not in moments)
    if dates.happened is not None:
        choice = specs[dates.happened[0]].choice
        yield from (f"happened {label}" for label in dates.happened[1] if choice is None or label not in choice.labels())
    yield from (f"id column {name}" for name in kind.id_columns if name not in specs)
    if not any(specs[name].required for name in kind.id_columns if name in specs):
        yield "id"
    for join in kind.joins:
        other = kinds.get(join.kind)
        if other is None or join.column not in schema_by_name(other.model) or join.column not in specs:
            yield f"join {join.kind}"
        elif schema_by_name(other.model)[join.column].cell_type.name != specs[join.column].cell_type.name:
            yield f"join {join.kind} by unlike columns"
        elif join.code.severity != "error":
            yield f"join {join.kind} whose missing partners go unseen"
    if not kind.event_sets and not any(join.kind == kind.name for other in kinds.values() for join in other.joins):
        yield "use: it is neither counted nor joined"
    yield from uncounted(kind)


def uncounted(kind: Kind) -> Iterator[str]:
    """Yield the event sets of a kind that are not counted as they are declared."""
    specs = schema_by_name(kind.model)
    for event_set in kind.event_sets:
        needs = kind.needs(event_set, [d.name for d in event_set.dims])
        yield from (f"column {name} of event set {event_set.name}" for name in sorted(needs - specs.keys() - {f.name for f in kind.facts}))
    empty = columns_of(kind.model, [])
    found = {events.set.name: events for events in kind.events(empty, CONTEXT)}
    yield from (f"event set {name} without events" for name in sorted({s.name for s in kind.event_sets} - found.keys()))
    yield from (f"events {name} without a set" for name in sorted(found.keys() - {s.name for s in kind.event_sets}))
    for event_set in kind.event_sets:
        if event_set.name in found:
            events = found[event_set.name]
            if {d.name for d in event_set.dims} != set(events.dims) or bool(event_set.value) != (events.value is not None):
                yield f"event set {event_set.name} as it is counted"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_every_kind_is_declared_whole(kind: Kind) -> None:
    assert list(undeclared(kind, KINDS)) == []


DOCUMENTS = KINDS["documents"]


@pytest.mark.parametrize(
    ("kind", "lacks"),
    [
        (replace(DOCUMENTS, headings={}), "headings of secrecy"),
        (replace(DOCUMENTS, headings={**DOCUMENTS.headings, "secrecy": ()}), "headings of secrecy"),
        (replace(DOCUMENTS, headings={**DOCUMENTS.headings, "mood": ("Tâm trạng",)}), "headings of mood"),
        (replace(DOCUMENTS, dates=Dates("issued_on", ())), "date issued_on"),
        (replace(DOCUMENTS, dates=Dates("held_on", ("issued_on",))), "main date held_on"),
        (replace(DOCUMENTS, dates=Dates("issued_on", ("issued_on",), timed=("ended_at",))), "timed date ended_at"),
        (replace(DOCUMENTS, dates=Dates("issued_on", ("issued_on",), happened=("direction", ("held",)))), "happened held"),
        (replace(DOCUMENTS, id_columns=()), "id"),
        (replace(DOCUMENTS, id_columns=("number",)), "id column number"),
        (replace(DOCUMENTS, event_sets=(*DOCUMENTS.event_sets, EventSet("read"))), "event set read without events"),
        (replace(DOCUMENTS, event_sets=(EventSet("issued"),)), "event set issued as it is counted"),
        (
            replace(DOCUMENTS, event_sets=(), events=lambda columns, context: iter(())),  # noqa: ARG005
            "use: it is neither counted nor joined",
        ),
        (
            replace(DOCUMENTS, joins=(Join("letters", "document_id", lambda rows, other: rows, "this", Code.UNKNOWN_UNIT),)),  # noqa: ARG005
            "join letters",
        ),
    ],
)
def test_what_is_not_declared_is_found(kind: Kind, lacks: str) -> None:
    assert lacks in list(undeclared(kind, KINDS))


@pytest.mark.parametrize(("kind", "event_set"), [(k, s) for k in KINDS.values() for s in k.event_sets], ids=lambda x: x.name)
def test_every_event_set_has_events(kind: Kind, event_set: EventSet) -> None:
    def happens(rows: list[Any]) -> bool:
        columns = columns_of(kind.model, rows)
        found = [e.day for context in (CONTEXT, SHORT) for e in kind.events(columns, context) if e.set is event_set]
        return any((np.asarray(days) >= 0).any() for days in found)

    found = find(
        st.lists(testing.records(kind), min_size=1, max_size=5),
        happens,
        settings=settings(max_examples=2000, phases=[Phase.generate], database=None, derandomize=True),
    )
    assert found


class _AskedError(Exception):
    pass


class _Asked:
    """A calendar that tells when it is asked."""

    def __getattr__(self, name: str) -> Any:
        raise _AskedError(name)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_exactly_the_kinds_that_say_so_ask_the_calendar(kind: Kind) -> None:
    asked: Any = _Asked()
    context = replace(CONTEXT, calendar=asked)

    def asks(rows: list[Any]) -> bool:
        try:
            list(kind.events(columns_of(kind.model, rows), context))
        except _AskedError:
            return True
        return False

    rows = st.lists(testing.records(kind), min_size=1, max_size=1)
    if kind.working_days:
        assert find(rows, asks, settings=settings(database=None, derandomize=True))
    else:
        with pytest.raises(NoSuchExample):
            find(rows, asks, settings=settings(max_examples=100, database=None, derandomize=True))


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_every_kind_has_its_own_strategy_of_valid_records(kind: Kind) -> None:
    assert kind.name in testing.STRATEGIES
    assert find(testing.records(kind), lambda row: isinstance(row, kind.model), settings=settings(database=None, derandomize=True))


def test_kinds_that_others_take_from_are_known() -> None:
    assert set(JOINED) == {"procedures", "dossier_events"}


DISTRICT = """\
code = "TM"
name = "Tháp Mười"
level = "district"
extracted_on = 2022-01-31
period = "2021"
catalogue = ["own.toml"]
"""
VISITS = """\
Mã lượt tiếp,Đơn vị,Ngày tiếp,Hẹn lại,Hình thức,Đã trả lời,Cán bộ
V1,TM,01/03/2021,01/03/2022,Định kỳ,có,B1
V2,TM,02/03/2021,,đột xuất,không,B2
V2,TM,02/03/2021,,đột xuất,không,B2
V3,TM,03/03/2023,,định kỳ,có,B1
V4,TM,04/03/2021,,thường xuyên,có,
"""
STAFF = "Mã cán bộ,Họ tên\nB1,A\n"
CATALOGUE = """\
[[count]]
id = "visits.all"
vi = "lượt tiếp công dân"
en = "visits"
events = "visits.held"

[[count]]
id = "visits.answered"
vi = "lượt đã trả lời"
en = "visits answered"
events = "visits.held"
where = { answered = ["yes"] }

[[indicator]]
id = "visits_answered"
vi = "Tỷ lệ lượt tiếp công dân được trả lời"
en = "Visits answered"
numerator = ["visits.answered"]
denominator = ["visits.all"]
scale = "percent"
source = "own"
"""
PROGRAM = """
import json, sys
from types import MappingProxyType

# What records/visit.py and records/staff.py would say …
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.fields import Choice, Flag, Identifier, Label, Moment, UnitCode, RequiredLabel
from cchc_metrics.records.kind import UNIT_HEADINGS, Dates, Dim, EventSet, Join, Kind, events_from_columns
from cchc_metrics.records.codes import Code
from cchc_metrics.records.record import Record


class VisitKind(Choice):
    REGULAR = "regular", "định kỳ"
    UNPLANNED = "unplanned", "đột xuất"


class Visit(Record):
    visit_id: Identifier
    unit_code: UnitCode
    held_on: Moment
    again_on: Moment = None
    kind: VisitKind
    answered: Flag = Flag.UNKNOWN
    clerk: RequiredLabel


class Clerk(Record):
    clerk: RequiredLabel
    name: Label = ""
    since: Moment = None


HELD = EventSet("held", (Dim("kind", VisitKind), Dim("answered", Flag)), needs=("held_on",))


def events(columns, context):
    yield events_from_columns(HELD, columns, columns.days("held_on"))


VISITS = Kind(
    "visits", "tiếp công dân", Visit, (HELD,), events, ("visit_id",),
    headings={
        "visit_id": ("Mã lượt tiếp",), "unit_code": UNIT_HEADINGS, "held_on": ("Ngày tiếp",), "again_on": ("Hẹn lại",),
        "kind": ("Hình thức",), "answered": ("Đã trả lời",), "clerk": ("Cán bộ",),
    },
    dates=Dates("held_on", ("held_on",), ("again_on",)),
    joins=(Join("clerks", "clerk", lambda visits, clerks: visits, "this", Code.PROCEDURE_NOT_LISTED),),
)
CLERKS = Kind(
    "clerks", "cán bộ", Clerk, (), lambda columns, context: iter(()), ("clerk",),
    headings={"clerk": ("Mã cán bộ",), "name": ("Họ tên",), "since": ("Từ ngày",)},
    dates=Dates("since", ("since",)),
)

# … and the line of the register.
from cchc_metrics.records import kinds
register = kinds.register(*kinds.KINDS.values(), VISITS, CLERKS)
kinds.KINDS, kinds.JOINED = register, kinds.joined(register)

import cchc_metrics as cm
from cchc_metrics import testing
from cchc_metrics.cli import main
from cchc_metrics.schemas import json_schemas
from tests.records.test_kinds import undeclared
from hypothesis import find

data = cm.read_folder(sys.argv[1])
held = data.columns("visits")
measure = data.measures().get("visits_answered", "TM", data.period)
print(json.dumps({
    "undeclared": [*undeclared(VISITS, register), *undeclared(CLERKS, register)],
    "problems": {code.value: n for code, n in data.problems.by_code().items()},
    "first": data.problems.examples[0].text("en"),
    "rows": [str(r.visit_id) for r in held.records()],
    "value": [measure.numerator, measure.denominator, measure.status],
    "memory": cm.Dataset(units=data.units, visits=list(held.records())).columns("visits").arrays["visit_id"].tolist(),
    "schema": json_schemas("Visit")["title"],
    "drawn": type(find(testing.records(VISITS), lambda row: True)).__name__,
    "explained": [row.id for row in data.explain("visits_answered").numerator],
}))
main(["report", sys.argv[1], "--formats", "json", "--out", sys.argv[2]], standalone_mode=False)
"""


def test_a_kind_of_ones_own_needs_its_declaration_a_line_of_the_register_and_its_indicators(tmp_path: Path) -> None:
    folder, out = tmp_path / "TM", tmp_path / "out"
    folder.mkdir()
    files = {"district.toml": DISTRICT, "visits.csv": VISITS, "clerks.csv": STAFF, "own.toml": CATALOGUE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(  # noqa: S603  the program stands in this file
        [sys.executable, "-c", PROGRAM, str(folder), str(out)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.stdout, done.stderr
    said = json.loads(done.stdout.splitlines()[0])
    assert said["undeclared"] == []
    assert said["rows"] == ["V1", "V2", "V3"] == said["memory"]
    assert said["problems"] == {
        "missing_value": 1,  # V4 without a clerk
        "unknown_code": 1,  # and of no kind
        "duplicate_identical": 1,
        "procedure_not_listed": 1,
        "date_in_future": 1,  # V3 was held after the export; that V1 comes again later is no finding
    }
    assert said["value"] == [1, 2, "ok"]  # V3 lies outside the year
    assert said["explained"] == ["V1"]
    assert said["schema"] == said["drawn"] == "Visit"
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [(m["numerator"], m["denominator"]) for m in report["measures"] if m["indicator"] == "visits_answered"][:1] == [(1, 2)]
