"""Laws of snapshots: read back equal, the same bytes however rows came, and every change of rows found exactly, with what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.dataset import Dataset
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.snapshot.effects import reads_rows
from cchc_metrics.snapshot.model import Snapshot
from cchc_metrics.verbs.measures import Measures

TREE = UnitTree(
    [
        Unit(code="TM", name="Đồng Tháp", level="province"),
        Unit(code="TM.01", name="Mỹ An", level="commune", parent="TM"),
        Unit(code="TM.02", name="Mỹ Quý", level="commune", parent="TM", valid_from=date(2021, 2, 10)),
    ]
)
WINDOW: dict[str, Any] = {"first": date(2021, 1, 1), "last": date(2021, 4, 30)}
RECORDS: Mapping[str, st.SearchStrategy[Any]] = {
    "dossiers": testing.dossiers(**WINDOW),
    "documents": testing.documents(**WINDOW),
    "meetings": testing.meetings(**WINDOW),
    "outreach": testing.outreach_activities(**WINDOW),
    "initiatives": testing.adoptions(**WINDOW),
    "surveys": testing.survey_answers(**WINDOW),
    "petitions": testing.petitions(**WINDOW),
}
PERIODS = ("2021-Q1", "2021-02", "2021-Q2")
AS_OF, DAY = date(2021, 4, 15), date(2021, 4, 20)
SECRET = ("mat", "toi_mat", "tuyet_mat")
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # making an example smaller takes minutes: each is a whole dataset
Rows = dict[str, dict[str, Any]]
"""Kind → own id → record."""


@st.composite
def rows(draw: st.DrawFn, *, prefix: str, most: int = 6, kinds: Sequence[str] = tuple(RECORDS)) -> Rows:
    found: Rows = {}
    for kind in kinds:
        id_column = KINDS[kind].id_columns[0]
        drawn = draw(st.lists(RECORDS[kind], max_size=most))
        found[kind] = {f"{prefix}{n}": record.model_copy(update={id_column: f"{prefix}{n}"}) for n, record in enumerate(drawn)}
    return found


@st.composite
def changed(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Return rows, and the rows after some went, some came and some were corrected."""
    kinds = draw(st.lists(st.sampled_from(sorted(RECORDS)), min_size=1, max_size=3, unique=True))
    before = draw(rows(prefix="a", kinds=kinds))
    after = draw(rows(prefix="b", most=3, kinds=kinds))
    for kind, table in before.items():
        for name, record in table.items():
            what = draw(st.sampled_from(["kept", "kept", "gone", "corrected"]))
            if what == "kept":
                after[kind][name] = record
            elif what == "corrected":
                id_column = KINDS[kind].id_columns[0]
                after[kind][name] = draw(RECORDS[kind]).model_copy(update={id_column: name})
    return before, after


def id_of(kind: str, record: Any) -> str:
    """Return how a row is named: by all that makes it unique, days without their time."""
    cells = (getattr(record, name) for name in KINDS[kind].id_columns)
    return " · ".join(filter(None, (str(cell.date() if isinstance(cell, datetime) else cell) for cell in cells)))


def tables(found: Rows) -> dict[str, Columns]:
    return {kind: columns_of(KINDS[kind].model, table.values()) for kind, table in found.items()}


def dataset(found: Rows) -> Dataset:
    coverage = {kind: (date(2000, 1, 1), date(2050, 12, 31)) for kind in KINDS}
    return Dataset(TREE, as_of=AS_OF, coverage=coverage, tables=tables(found))


def taken(data: Dataset, **more: Any) -> Snapshot:
    return data.snapshot("quy-1", *PERIODS, on=DAY, by="UBND", **more)


def figures(measures: Measures) -> dict[Any, Any]:
    return {m.key: (m.numerator, m.denominator, m.value) for m in measures}


@given(rows(prefix="a"))
@settings(max_examples=8, phases=PHASES)
def test_a_snapshot_reads_back_equal_and_knows_of_no_change(found: Rows) -> None:
    data = dataset(found)
    made = taken(data)
    again = Snapshot.from_bytes(made.to_bytes())
    assert again == made
    assert again.to_bytes() == made.to_bytes()
    assert figures(again.measures) == figures(made.measures) == figures(data.measures(*PERIODS))
    assert (again.tally, again.units, again.rows) == (made.tally, made.units, made.rows)
    changes = data.changes_since(again)
    assert len(changes) == 0
    assert changes.compared > 0


@given(rows(prefix="a", kinds=("dossiers", "documents", "surveys")), st.randoms(use_true_random=False))
@settings(max_examples=8, phases=PHASES)
def test_rows_in_any_order_and_any_parts_are_the_same_bytes(found: Rows, chance: Any) -> None:
    shuffled: dict[str, Any] = {}
    for kind, table in found.items():
        records = list(table.values())
        chance.shuffle(records)
        cut = chance.randrange(len(records) + 1)
        shuffled[kind] = [columns_of(KINDS[kind].model, part) for part in (records[:cut], records[cut:])]
    other = Dataset(TREE, as_of=AS_OF, coverage=dict(dataset(found).coverage), tables=shuffled)
    assert taken(other).to_bytes() == taken(dataset(found)).to_bytes()


@given(changed())
@settings(max_examples=25, phases=PHASES)
def test_every_change_is_found_and_its_rows_add_up(pair: tuple[Rows, Rows]) -> None:
    before, after = (dataset(found) for found in pair)
    changes = after.changes_since(Snapshot.from_bytes(taken(before).to_bytes()))
    then, now = (figures(data.measures(*PERIODS)) for data in (before, after))
    nothing = (None, None, None)
    unlike = {key for key in {*then, *now} if then.get(key, nothing) != now.get(key, nothing)}
    assert {item.measure.key for item in changes} == unlike
    known = [{kind: {id_of(kind, r): r for r in table.values()} for kind, table in found.items()} for found in pair]
    for item in changes:
        m = item.measure
        assert item.late is not None
        traced = changes.rows(m.indicator, m.unit, m.period, m.breakdown)
        assert len(traced) == item.late + (item.gone or 0) + (item.corrected or 0)
        for row in traced:
            was, is_ = (found[row.kind].get(row.id) for found in known)
            assert was != is_
            # One that was secret was not named then, and one that is secret now is not named at all.
            was = None if str(getattr(was, "secrecy", "")) in SECRET else was
            assert row.change == ("late" if was is None else "gone" if is_ is None else "corrected")
            assert str(getattr(is_, "secrecy", "")) not in SECRET
        if not reads_rows(after.catalogue[m.indicator], after.catalogue):
            assert traced.numerator is None
            continue
        old, new = (0 if each is None else each.numerator for each in (item.then, item.now))
        assert sum(row.numerator or 0 for row in traced) + (traced.numerator or 0) == (new or 0) - (old or 0)
        if after.catalogue[m.indicator].denominator:
            old, new = (0 if each is None else each.denominator for each in (item.then, item.now))
            assert sum(row.denominator or 0 for row in traced) + (traced.denominator or 0) == (new or 0) - (old or 0)


@given(changed())
@settings(max_examples=8, phases=PHASES)
def test_the_rows_are_those_that_explain_tells_apart(pair: tuple[Rows, Rows]) -> None:
    before, after = (dataset(found) for found in pair)
    changes = after.changes_since(taken(before))
    for item in list(changes.filter(breakdown=()))[:6]:
        m = item.measure
        if not reads_rows(after.catalogue[m.indicator], after.catalogue) or m.period != Period.parse("2021-Q1"):
            continue
        weights = []
        for data in (before, after):
            found = data.explain(m.indicator, m.unit, m.period)
            weights.append({(row.kind, row.id): row.weight for row in found.numerator})
        keys = {*weights[0], *weights[1]}
        apart = {key: w for key in keys if (w := weights[1].get(key, 0) - weights[0].get(key, 0))}
        apart = {key: w for key, w in apart.items() if str(getattr(pair[1][key[0]].get(key[1]), "secrecy", "")) not in SECRET}
        moved: Counter[tuple[str, str]] = Counter()  # an answer whose question was changed is another: one is gone, one is new
        for row in changes.rows(m.indicator, m.unit, m.period):
            moved[row.kind, row.id.split(" · ")[0]] += row.numerator or 0
        assert {key: n for key, n in moved.items() if n} == apart
