"""Laws of suppression: the order of rows changes nothing, nothing small is left, and there is another world of whole numbers."""

from __future__ import annotations

from functools import cache
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.folders import EXAMPLE
from tests.test_wall import ROWS, tables
from tests.verbs.suppress.test_attack import CATALOGUE, FIGURE, World, minus, worlds
from tests.verbs.suppress.test_small import is_without_notes

import cchc_metrics as cm
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Measure, Status
from cchc_metrics.verbs.measures import Measures
from cchc_metrics.verbs.suppress import suppress
from cchc_metrics.verbs.suppress.numbers import SAID, SAME
from cchc_metrics.verbs.suppress.small import small_rows


def published(world: World, rows: list[Measure]) -> list[Measure]:
    return list(suppress(Measures.of(rows), world.below, units=world.tree, catalogue=CATALOGUE))


@settings(max_examples=10, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_once_is_enough(world: World, chance: Random) -> None:
    rows = [row for row, _ in world.rows()]
    found = published(world, rows)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert {row.key: row for row in published(world, shuffled)} == {row.key: row for row in found}
    assert published(world, found) == found


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_nothing_small_is_left_and_the_rest_is_untouched(world: World) -> None:
    listed = list(world.rows())
    for (before, forms), after in zip(listed, published(world, [row for row, _ in listed]), strict=True):
        if after.status is not Status.SUPPRESSED:
            withheld = is_without_notes(after, before)
            assert after == before or withheld
            numbers = [world.of(form) for name, form in forms.items() if name in FIGURE or not withheld]
            if "denominator" in forms:
                numbers.append(world.of(minus(forms["denominator"], forms["numerator"])))
            assert not [n for n in numbers if 0 < abs(n) < world.below]


PAIR = UnitTree([Unit(code="D", name="D", level="district"), *(Unit(code=c, name=c, level="commune", parent="D") for c in "AB")])
YEAR = Period.parse("2021")
SORTS = ("early", "late", "no_due_date")
MOST = 6


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=6, max_size=6), st.sampled_from([2, 3, 5]))
def test_there_is_another_world_of_whole_numbers(truth: list[int], below: int) -> None:
    """Every small number is tried in every world of two communes with counts up to six, one after the other."""
    atoms = tuple(("ended", unit, YEAR.first, {"timing": sort}) for unit, sort in product("AB", SORTS))
    indicators = ("dossiers_resolved", "resolved_on_time")
    world = World(PAIR, (YEAR,), atoms, tuple(truth), indicators, below)
    listed = [(row, forms) for row, forms in world.rows() if not {"channel"} & {*dict(row.breakdown)}]
    after = published(world, [row for row, _ in listed])
    every = _worlds()
    for (before, forms), row in zip(listed, after, strict=True):
        if row.status is not Status.SUPPRESSED:
            for form in [form for name, form in forms.items() if name in FIGURE or not is_without_notes(row, before)]:
                every = every[_sums(every, form) == world.of(form)]
    for (row, forms), shown in zip(listed, after, strict=True):
        wanted = dict(forms)
        if "denominator" in forms:
            wanted["rest"] = minus(forms["denominator"], forms["numerator"])
        for name, form in [(name, form) for name, form in wanted.items() if name in FIGURE]:
            if shown.status is Status.SUPPRESSED and 0 < world.of(form) < below:
                assert len(np.unique(_sums(every, form))) > 1, (row.key, name, truth)


@cache
def _worlds() -> np.ndarray:
    return np.stack([axis.ravel() for axis in np.meshgrid(*[np.arange(MOST + 1)] * 6, indexing="ij")], axis=1)


def _sums(every: np.ndarray, form: object) -> np.ndarray:
    assert isinstance(form, dict)
    return sum((factor * every[:, i] for i, factor in form.items()), np.zeros(len(every), dtype=np.int64))


@pytest.fixture(scope="module")
def example() -> cm.Dataset:
    return cm.read_folder(EXAMPLE)


@pytest.fixture(scope="module")
def counted(example: cm.Dataset) -> tuple[cm.Tally, ...]:
    """Return the counts of the example, and of a few rows of every kind that fill every column."""
    model = KINDS["assigned_tasks"].model
    undated = [
        {name: cell for name, cell in row.items() if name != "due_on"} | {"task_id": f"0{row['task_id']}"} for row in ROWS["assigned_tasks"]
    ]
    tasks = columns_of(model, [model(**row) for row in (*ROWS["assigned_tasks"], *undated)])
    few = cm.tally({**tables(), "assigned_tasks": tasks}, periods=["2021", "2026"], as_of="2026-12-31", sets=CATALOGUE.event_sets())
    return example.tally(["2021"]), few


@pytest.mark.parametrize("name", sorted(SAME))
def test_sets_that_are_said_to_be_the_same_events_are(counted: tuple[cm.Tally, ...], name: str) -> None:
    """So that a reader who adds them up learns nothing that was not thought of."""
    base, labels = SAME[name]
    real = {dim.rpartition(".")[2]: said for dim, said in labels.items() if said != (SAID,) and dim != "due"}
    found = 0
    for each in counted:
        n, cubes = len(each.frame.edges) + 1, each.cubes
        for other in [full for full in cubes if full == base or (full in SAME and SAME[full] == (base, {}))]:
            if name in cubes and {*real} <= {*cubes[other].labels}:
                found += 1
                part, whole = cubes[name].grid(n, (), {}), cubes[other].grid(n, (), real)
                codes = {code: i for i, code in enumerate(cubes[other].labels["unit"])}
                whole = whole[[codes[code] for code in cubes[name].labels["unit"]]]
                assert (part == whole).all() if real.keys() == labels.keys() else (part <= whole).all()
    assert found


def test_of_the_example_the_whole_district_is_published_but_for_its_small_numbers(example: cm.Dataset) -> None:
    table = example.measures("2021")
    found = suppress(table, 5, units=example.units, catalogue=example.catalogue)
    shown = table.has_numerator | table.has_denominator
    small, out = small_rows(table, 5, example.catalogue) & shown, (found.status != table.status) & shown
    assert (shown.sum(), small.sum(), out.sum()) == (1216, 315, 420)
    whole = [row for row, each in enumerate(table) if shown[row] and each.unit == "H20.38" and not each.breakdown]
    assert [row for row in whole if out[row]] == [row for row in whole if small[row]]
