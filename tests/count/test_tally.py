"""The laws of the tally: a commutative monoid, and tally(a) + tally(b) = tally(a ++ b) for every kind."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.catalogue.model import Catalogue, Indicator
from cchc_metrics.count.frame import Frame
from cchc_metrics.count.stored import SCHEMA_VERSION
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.errors import TallyMismatchError
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import Record, schema
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Status
from cchc_metrics.verbs.measure import measure

PERIODS = tuple(Period.parse(p) for p in ("2021", "2021-Q1", "2021-Q1@nd09", "2020-12", "2022-H1"))
AS_OF = date(2022, 3, 31)
RULES = Rules.preset("default")
STRATEGIES: dict[str, st.SearchStrategy[Any]] = {name: testing.records(kind) for name, kind in KINDS.items() if kind.event_sets}
# A pair of initiative and unit is in no two rows, also of rows that are drawn in several lists. One initiative is in several units, and one
# unit has several: each time the other of the two is new.
STRATEGIES["initiatives"] = st.builds(
    lambda row, which, new: row.model_copy(update={which: new.hex}),
    STRATEGIES["initiatives"],
    st.sampled_from(["initiative_id", "unit_code"]),
    st.uuids(),
)


@given(st.lists(STRATEGIES["initiatives"], max_size=12))
def test_pairs_of_initiative_and_unit_are_drawn_once_each_of_either_several_times(rows: list[Any]) -> None:
    pairs = {(row.initiative_id, row.unit_code) for row in rows}
    assert len(pairs) == len(rows)
    event(f"units of one initiative: {max((sum(i == other for other, _ in pairs) for i, _ in pairs), default=0)}")


def count(kind: str, rows: list[Record], **kwargs: Any) -> Tally:
    options: dict[str, Any] = {"periods": PERIODS, "rules": RULES, "calendar": Calendar.official(), "as_of": AS_OF} | kwargs
    return tally({kind: columns_of(KINDS[kind].model, rows)}, **options)


def zero() -> Tally:
    return Tally.zero(Frame.of(PERIODS, RULES, Calendar.official(), as_of=AS_OF))


every_kind = pytest.mark.parametrize("kind", sorted(STRATEGIES))
# A list of what holds is one table: a version ends where the next one of its procedure begins, whichever day it came in.
every_kind_of_events = pytest.mark.parametrize("kind", sorted(kind for kind in STRATEGIES if not KINDS[kind].listing))


@every_kind
@given(data=st.data())
def test_any_partition_and_order_adds_up_to_the_whole(kind: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(STRATEGIES[kind], max_size=12))
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), min_size=2, max_size=2)))
    parts = [shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] :]]
    one, two, three = (count(kind, part) for part in parts)
    whole = count(kind, rows)
    assert one + two + three == whole
    assert one + (two + three) == whole
    assert three + one + two == whole


@every_kind
@given(data=st.data())
def test_zero_changes_nothing(kind: str, data: st.DataObject) -> None:
    counted = count(kind, data.draw(st.lists(STRATEGIES[kind], max_size=5)))
    assert counted + zero() == counted == zero() + counted


@every_kind
@given(data=st.data())
def test_json_round_trip(kind: str, data: st.DataObject) -> None:
    counted = count(kind, data.draw(st.lists(STRATEGIES[kind], max_size=5)))
    again = Tally.from_json(counted.to_json())
    assert again == counted
    assert again.to_json() == counted.to_json()


@every_kind
@given(data=st.data())
def test_only_positive_integers_and_every_event_once(kind: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(STRATEGIES[kind], min_size=1, max_size=8))
    for name, cube in count(kind, rows).cubes.items():
        assert cube.counts.dtype.kind == "i"
        assert (cube.counts > 0).all()
        assert cube.total <= len(rows), name


def test_a_second_row_changes_what_it_should_and_nothing_else() -> None:
    meeting = KINDS["meetings"].model
    base = {"unit_code": "TM", "kind": "họp UBND", "status": "held", "held_on": "2021-02-01", "paperless": "có"}
    one = count("meetings", [meeting(meeting_id="1", **base)])
    two = count("meetings", [meeting(meeting_id="1", **base), meeting(meeting_id="2", **base)])
    assert one.cubes["meetings.held"].total == 1
    assert two.cubes["meetings.held"].total == 2
    assert (one.cubes["meetings.held"].cells == two.cubes["meetings.held"].cells).all()


def test_the_largest_number_that_a_row_can_say_is_counted() -> None:
    activity = KINDS["outreach"].model
    base = {"unit_code": "TM", "channel": "other", "held_on": "2021-03-01"}
    rows = [activity(activity_id=str(n), reach=reach, **base) for n, reach in enumerate([2**31 - 1, 2**31 - 1, 5, 0])]
    cube = count("outreach", rows).cubes["outreach.reached"]
    assert cube.total == 4
    assert sorted(cube.cells[:, -1].tolist()) == [0, 5, 2**31 - 1]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rules": Rules(id="own", stopped="ended")}, "rules"),
        ({"calendar": Calendar.official().with_year(2027, days_off=[])}, "calendars"),
        ({"periods": PERIODS[:2]}, "unlike periods .2020-12, 2021-Q1@nd09, 2022-H1"),
        ({"sets": {"meetings.held": ("kind",)}}, "paperless, secrecy of «meetings.held»"),
        ({"sets": {}}, "«meetings.held»"),
    ],
)
def test_tallies_of_unlike_frames_do_not_add(change: dict[str, Any], word: str) -> None:
    with pytest.raises(TallyMismatchError, match=word):
        count("meetings", []) + count("meetings", [], **change)


def test_another_schema_version_is_refused() -> None:
    text = zero().to_json().replace(f'"schema_version":{SCHEMA_VERSION}', '"schema_version":99')
    with pytest.raises(TallyMismatchError, match="99"):
        Tally.from_json(text)


def test_a_column_that_the_table_does_not_have_is_reported_and_is_not_zero() -> None:
    model = KINDS["dossiers"].model
    row = {
        "dossier_id": "1",
        "unit_code": "TM",
        "status": "4",
        "received_at": "2021-03-01",
        "channel": "online",
        "service_level": "level_4",
    }
    whole = columns_of(model, [model(**row)])
    without = replace(whole, arrays={name: array for name, array in whole.arrays.items() if name != "postal_in"})
    options: dict[str, Any] = {"periods": PERIODS, "rules": RULES, "calendar": Calendar.official(), "as_of": AS_OF}
    counted = tally({"dossiers": without}, **options)
    assert "dossiers.postal_in" not in counted.said
    assert "dossiers.postal_in" in (counted + count("dossiers", [])).said
    assert Tally.from_json(counted.to_json()) == counted
    units = UnitTree([Unit(code="TM", name="Tháp Mười", level="commune")])
    found = measure(counted, Catalogue.default(), units=units, periods=PERIODS, as_of=AS_OF)
    postal = found.get("dossiers_postal", "TM", PERIODS[0])
    online = found.get("dossiers_online_level_3_4", "TM", PERIODS[0])
    assert postal is not None
    assert online is not None
    assert postal.status is Status.NO_DATA
    assert postal.value is None
    assert "postal_in" in postal.reason.en
    assert online.value == 1


# --- Columns that a table does not have


OPTIONAL = {name: [spec.name for spec in schema(kind.model) if not spec.required] for name, kind in KINDS.items()}


@every_kind
@given(data=st.data())
def test_parts_that_lack_unlike_columns_add_up_to_the_table_of_them_all(kind: str, data: st.DataObject) -> None:
    """A cell of a column that only the other part has is empty in the table of both."""
    model = KINDS[kind].model
    defaults = {spec.name: spec.default for spec in schema(model)}
    engine = data.draw(st.sampled_from(["general", "tables"]))
    parts: list[Columns] = []
    rows: list[Record] = []
    absent_in_all = set(OPTIONAL[kind])
    for _ in range(3):
        drawn = data.draw(st.lists(STRATEGIES[kind], max_size=5))
        absent = data.draw(st.sets(st.sampled_from(OPTIONAL[kind])))
        absent_in_all &= absent
        rows += [row.model_copy(update={name: defaults[name] for name in absent}) for row in drawn]
        parts.append(lacking(columns_of(model, drawn), absent))
    whole = lacking(columns_of(model, rows), absent_in_all)
    options: dict[str, Any] = {"periods": PERIODS, "as_of": AS_OF, "engine": engine}
    counted = tally({kind: whole}, **options)
    assert tally({kind: parts[0]}, **options) + tally({kind: parts[1]}, **options) + tally({kind: parts[2]}, **options) == counted
    assert tally({kind: parts}, **options) == counted
    assert {f"{kind}.{name}" for name in absent_in_all}.isdisjoint(counted.said)


def lacking(columns: Columns, names: Collection[str]) -> Columns:
    arrays = {name: array for name, array in columns.arrays.items() if name.partition(":")[0] not in names}
    return replace(columns, arrays=arrays)


def test_what_one_part_says_counts_for_both() -> None:
    """A's table has no column «digitised», B's has: no data for A's rows, which are left out with their number."""
    model = KINDS["dossiers"].model
    base = {"status": "9", "received_at": "2021-03-01", "ended_at": "2021-03-02"}
    a = [model(dossier_id="1", unit_code="A", **base)]
    b = [model(dossier_id="2", unit_code="B", digitised="digitised", **base), model(dossier_id="3", unit_code="B", digitised="no", **base)]
    units = UnitTree(
        [Unit(code="D", name="D", level="district"), *(Unit(code=code, name=code, level="commune", parent="D") for code in "AB")]
    )
    one, other = tally(lacking(columns_of(model, a), {"digitised"}), periods="2021"), tally(columns_of(model, b), periods="2021")
    assert one + other == tally(columns_of(model, [*a, *b]), periods="2021")
    measures = measure(one + other, units=units)
    found = {unit: measures.get("digitised", unit, PERIODS[0]) for unit in "DAB"}
    assert all(found.values())
    assert [(m.status, m.numerator, m.denominator) for m in found.values() if m] == [
        (Status.OK, 1, 2),
        (Status.ZERO_DENOMINATOR, 0, 0),
        (Status.OK, 1, 2),
    ]
    assert found["D"] is not None
    assert found["D"].excluded["digitisation_not_said"] == 1
    alone = measure(one, units=units).get("digitised", "A", PERIODS[0])
    assert alone is not None
    assert (alone.status, alone.value) == (Status.NO_DATA, None)
    assert "dossiers.digitised" in alone.reason.en


# --- Day by day


TREE = UnitTree(
    [
        Unit(code="TM", name="Tháp Mười", level="district"),
        *(Unit(code=f"TM.0{n}", name=f"Xã {n}", level="commune", parent="TM") for n in (1, 2)),
    ]
)


def tree_of(rows: Iterable[Any]) -> UnitTree:
    """Return the tree with the units of rows: some are drawn new."""
    own = [TREE.unit(code) for code in TREE.codes]
    return UnitTree(
        [*own, *(Unit(code=code, name=code, level="commune", parent="TM") for code in {r.unit_code for r in rows} - set(TREE.codes))]
    )


DAYS = st.dates(date(2021, 12, 1), date(2022, 7, 10))


@every_kind_of_events
@settings(max_examples=30)
@given(data=st.data())
def test_day_by_day_equals_at_once(kind: str, data: st.DataObject) -> None:
    days = sorted(data.draw(st.lists(DAYS, min_size=1, max_size=4)))
    rows = [data.draw(st.lists(STRATEGIES[kind], max_size=4)) for _ in days]
    every = [row for part in rows for row in part]
    parts = [count(kind, part, as_of=day) for part, day in zip(rows, days, strict=True)]
    order = data.draw(st.permutations(parts))
    at_once = count(kind, every, as_of=days[-1])
    added = reduce(add, order)
    assert added.mixed == (bound_sets(kind) if days[0] != days[-1] else frozenset())
    assert added == without(at_once, added.mixed)
    assert Tally.from_json(added.to_json()) == added
    running = [p for p in PERIODS if p.last > days[-1]]
    if not running:
        return
    asked = data.draw(st.dates(min([days[-1], *(p.first for p in running)]), days[-1]))
    catalogue = Catalogue.default()
    own = catalogue.select([i.id for i in catalogue if catalogue.kinds_of(i.id) == {kind} and not is_bound(i)])
    tree = tree_of(every)
    assert list(measure(at_once, own, units=tree, periods=running, as_of=asked)) == list(
        measure(count(kind, every, as_of=asked), own, units=tree, periods=running)
    )


@every_kind_of_events
@settings(max_examples=30)
@given(data=st.data())
def test_without_days_the_sum_is_exact_or_refused(kind: str, data: st.DataObject) -> None:
    first, second = sorted(data.draw(st.tuples(DAYS, DAYS)))
    rows = [data.draw(st.lists(STRATEGIES[kind], max_size=4)) for _ in range(2)]
    one, other = (count(kind, part, as_of=day, daily=False) for part, day in zip(rows, (first, second), strict=True))
    try:
        found = one + other
    except TallyMismatchError as error:
        assert "daily=True" in error.en
        assert any(p.last > first for p in PERIODS)
        return
    catalogue = Catalogue.default()
    own = catalogue.select([i.id for i in catalogue if first == second or not is_bound(i)])
    every = [*rows[0], *rows[1]]
    tree, at_once = tree_of(every), count(kind, every, as_of=second)
    assert list(measure(found, own, units=tree)) == list(measure(at_once, own, units=tree))


# --- What is so on the day of the question


def bound_sets(kind: str) -> frozenset[str]:
    return frozenset(f"{kind}.{s.name}" for s in KINDS[kind].event_sets if s.bound)


def is_bound(indicator: Indicator) -> bool:
    counts = Catalogue.default().counts
    return any(counts[name].events == "dossiers.received_as_of" for name in indicator.counts)


def without(counted: Tally, names: frozenset[str]) -> Tally:
    """Return a tally in which some sets were classed on unlike days."""
    return replace(counted, cubes={name: cube for name, cube in counted.cubes.items() if name not in names}, mixed=names)


def test_what_is_bound_to_a_day_is_known_here() -> None:
    assert bound_sets("dossiers") == {"dossiers.received_as_of"}
    assert [i.id for i in Catalogue.default() if is_bound(i)] == ["received_on_time"]
    assert not any(bound_sets(kind) for kind in KINDS if kind != "dossiers")


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Return a strategy for tallies of some kinds, as of unlike days or of periods that are over; every period is over on each day."""
    as_of = draw(st.sampled_from([None, PERIODS[-1].last, PERIODS[-1].last.replace(year=2023)]))
    kinds = draw(st.sets(st.sampled_from(["dossiers", "meetings"])))
    parts = [count(kind, draw(st.lists(STRATEGIES[kind], max_size=2)), as_of=as_of) for kind in sorted(kinds)]
    return reduce(add, parts, Tally.zero(Frame.of(PERIODS, RULES, Calendar.official(), as_of=as_of)))


@settings(max_examples=60)
@given(data=st.data())
def test_what_was_classed_on_unlike_days_is_marked_whatever_the_order(data: st.DataObject) -> None:
    one, two, three = (data.draw(tallies()) for _ in range(3))
    whole = one + two + three
    assert one + (two + three) == whole
    assert three + one + two == whole
    assert two + one == one + two
    assert Tally.sum([one, two, three]) == Tally.sum([part.to_bytes() for part in (three, two, one)]) == whole
    assert Tally.from_json(whole.to_json()) == Tally.from_bytes(whole.to_bytes()) == whole
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301  made in the line itself
    days = {part.as_of for part in (one, two, three) if "dossiers" in part.kinds}
    assert whole.mixed == (bound_sets("dossiers") if days - {whole.as_of} else frozenset())
    assert not whole.mixed & whole.cubes.keys()


ON_TIME = Catalogue.default().select(["received_on_time"])
RECEIVED_THEN = {"unit_code": "TM", "received_at": "2021-03-01", "due_at": "2021-03-05"}


def received(*ends: str | None) -> list[Record]:
    """Return dossiers received on the same day, by their ends."""
    rows = [RECEIVED_THEN | {"status": 4} | ({"status": 9, "ended_at": end} if end else {}) for end in ends]
    return [KINDS["dossiers"].model(dossier_id=str(n), **row) for n, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("as_of", "counts", "excluded"),
    [
        (date(2021, 3, 2), (1, 1), {"still_open": 3}),
        (date(2021, 3, 5), (2, 2), {"still_open": 2}),  # on the due date itself nothing is overdue
        (date(2021, 3, 6), (2, 4), {}),
        (date(2021, 3, 9), (2, 4), {}),
        (date(2022, 12, 31), (2, 4), {}),
    ],
)
@pytest.mark.parametrize("engine", ["general", "tables", "compiled"])
def test_a_cohort_stands_as_of_the_day_asked_about(as_of: date, counts: tuple[int, int], excluded: dict[str, int], engine: Any) -> None:
    counted = count("dossiers", received("2021-03-02", "2021-03-05", "2021-03-09", None), as_of=as_of, engine=engine, periods="2021-03")
    found = measure(counted, ON_TIME, units=TREE)["received_on_time", "TM"]
    assert (found.numerator, found.denominator, dict(found.excluded)) == (*counts, excluded)
    assert found.as_of == as_of


def test_a_cohort_is_not_read_on_another_day_nor_of_tallies_as_of_several() -> None:
    rows = received("2021-03-02", None)
    one, other = (count("dossiers", [row], as_of=day) for row, day in zip(rows, (date(2022, 7, 1), date(2022, 8, 1)), strict=True))
    asked = measure(other, ON_TIME, units=TREE, periods="2021", as_of="2022-07-15")["received_on_time", "TM"]
    assert (asked.status, asked.numerator) == (Status.NO_DATA, None)
    assert "counted as of 2022-08-01" in asked.reason.en
    assert "15/07/2022" in asked.reason.vi
    added = measure(one + other, ON_TIME, units=TREE, periods="2021")["received_on_time", "TM"]
    assert (added.status, added.numerator) == (Status.NO_DATA, None)
    assert "as of unlike days" in added.reason.en
    assert "những ngày khác nhau" in added.reason.vi
    same = measure(other + count("dossiers", rows[:1], as_of=date(2022, 8, 1)), ON_TIME, units=TREE, periods="2021")
    assert same["received_on_time", "TM"].denominator == 2


def test_a_sum_of_many_does_not_take_up_again_what_was_mixed() -> None:
    days = (date(2022, 7, 1), date(2022, 8, 1), date(2022, 8, 1))
    parts = [count("dossiers", received("2021-03-02", None), as_of=day) for day in days]
    assert all("dossiers.received_as_of" in part.cubes for part in parts)
    for found in (Tally.sum(parts), Tally.sum([part.to_bytes() for part in parts]), reduce(add, parts)):
        assert "dossiers.received_as_of" not in found.cubes
        assert found.mixed == {"dossiers.received_as_of"}
        assert found.cubes["dossiers.received"].total == 6
        assert Tally.from_bytes(found.to_bytes()) == found


def test_the_day_of_a_tally_of_periods_that_are_over_is_that_of_the_last_of_them() -> None:
    counted = count("dossiers", received("2021-03-02", None), as_of=None)
    for periods in (None, "2021-Q1", ("2020-12", "2021")):
        found = measure(counted, ON_TIME, units=TREE, periods=periods).get(
            "received_on_time", "TM", PERIODS[0 if periods != "2021-Q1" else 1]
        )
        assert found is not None
        assert (found.as_of, found.numerator, found.denominator) == (date(2022, 6, 30), 1, 2)


def test_a_tally_does_not_depend_on_whether_identifiers_were_kept() -> None:
    """Those of a file read part by part are checked and left; equal counts are equal tallies all the same."""
    dossier = KINDS["dossiers"].model
    table = columns_of(dossier, [dossier(dossier_id="1", unit_code="TM", status="received", received_at="2021-01-04")])
    assert (
        tally({"dossiers": table}, periods="2021").to_bytes() == tally({"dossiers": table.without("dossier_id")}, periods="2021").to_bytes()
    )
