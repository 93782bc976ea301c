"""The counts of one set of events against a dictionary of their cells: kept in full, as cells or both, every reading is the same."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from cchc_metrics.count.cube import BIN, UNIT, VALUE, Cube, added, canonical, project
from cchc_metrics.count.stored import flat_of
from cchc_metrics.count.summing import CubeSum
from cchc_metrics.errors import TallyMismatchError
from cchc_metrics.records.columns import Array

AXES = (UNIT, BIN, "channel", "field", VALUE)
BINS = 4
Cells = dict[tuple[str, int, str, str, int], int]

ONE: Cells = {
    ("A", 0, "online", "land", 0): 3,
    ("A", 0, "online", "land", 2): 1,
    ("A", 2, "counter", "civil", 1): 4,
    ("B", 2, "counter", "land", 2): 5,
    ("B", 2, "online", "civil", 0): 2,
}
TWO: Cells = {
    ("C", 1, "online", "land", 0): 7,
    ("A", 0, "online", "land", 2): 10,
    ("B", 3, "postal", "trade", 4): 6,
    ("A", 2, "counter", "civil", 0): 1,
}
BOTH: Cells = dict(Counter(ONE) + Counter(TWO))


def labels_of(cells: Cells, *, spare: bool = False) -> dict[str, tuple[str, ...]]:
    """The texts of each axis in the order in which they occur, with one that does not where there is one to spare."""
    found: dict[str, tuple[str, ...]] = {}
    for axis, name in enumerate(AXES):
        if name not in (BIN, VALUE):
            found[name] = tuple(dict.fromkeys([*(["spare"] if spare else []), *(str(cell[axis]) for cell in cells)]))
    return found


def codes_of(cells: Cells, labels: Mapping[str, Sequence[str]]) -> tuple[Array, Array]:
    rows = [[labels[name].index(str(at)) if name in labels else at for name, at in zip(AXES, cell, strict=True)] for cell in cells]
    return np.array(rows, dtype=np.int64).reshape(-1, len(AXES)), np.array(list(cells.values()), dtype=np.int64)


def in_full(cells: Cells) -> Cube:
    labels = labels_of(cells, spare=True)
    at, counts = codes_of(cells, labels)
    shape = [len(labels[name]) if name in labels else int(at[:, axis].max()) + 1 for axis, name in enumerate(AXES)]
    full = np.zeros(shape, dtype=np.int32)
    full[tuple(at.T)] = counts
    return Cube.of_full(AXES, labels, full)


def as_cells(cells: Cells) -> Cube:
    """Each cell twice: once with 1, once with the others."""
    labels = labels_of(cells, spare=True)
    at, counts = codes_of(cells, labels)
    more = counts > 1
    return Cube(AXES, labels, None, np.concatenate([at, at[more]]), np.concatenate([np.ones_like(counts), counts[more] - 1]))


def in_parts(cells: Cells) -> Cube:
    """The first two cells as cells, the others in full, and the third in both."""
    labels = labels_of(cells, spare=True)
    at, counts = codes_of(cells, labels)
    shape = [len(labels[name]) if name in labels else int(at[2:, axis].max()) + 1 for axis, name in enumerate(AXES)]
    full = np.zeros(shape, dtype=np.int64)
    full[tuple(at[2:].T)] = counts[2:]
    full[tuple(at[2])] -= 1
    return Cube.of_full(AXES, labels, full, at[:3], np.array([*counts[:2], 1], dtype=np.int64))


WAYS = [in_full, as_cells, in_parts]
Way = Callable[[Cells], Cube]
way = pytest.mark.parametrize("way", WAYS)
other = pytest.mark.parametrize("other", WAYS)


def read(cube: Cube) -> Cells:
    found: Cells = {}
    for cell, count in zip(cube.cells.tolist(), cube.counts.tolist(), strict=True):
        key = tuple(cube.canonical().labels[name][at] if name in cube.labels else at for name, at in zip(AXES, cell, strict=True))
        assert key not in found
        found[key] = count
    return found


@way
def test_what_is_counted_is_read_back(way: Way) -> None:
    cube = way(BOTH)
    assert read(cube) == BOTH
    assert cube.total == sum(BOTH.values())
    assert cube.has_events
    assert sorted(cube.units_counted()) == ["A", "B", "C"]
    kept = cube.canonical()
    assert dict(kept.labels) == {name: tuple(sorted(set(texts) - {"spare"})) for name, texts in cube.labels.items()}
    assert kept.some.tolist() == sorted(kept.some.tolist())
    assert pickle.loads(pickle.dumps(cube)) == cube  # noqa: S301  its own


@way
@other
def test_equal_counts_are_equal_however_they_are_kept(way: Way, other: Way) -> None:
    assert way(BOTH) == other(BOTH)
    assert way(ONE) != other(BOTH)
    more = {**ONE, ("A", 0, "online", "land", 0): 4}
    assert way(ONE) != other(more)
    named = {("Z", *cell[1:]) if cell[0] == "B" else cell: n for cell, n in ONE.items()}
    assert way(ONE) != other(named)


@way
@other
def test_a_sum_has_the_counts_of_both(way: Way, other: Way) -> None:
    assert read(way(ONE) + other(TWO)) == BOTH == read(other(TWO) + way(ONE))
    assert read(way(ONE) + other(ONE)) == {cell: 2 * n for cell, n in ONE.items()}
    total = CubeSum(AXES)
    for cube in (way(ONE), other(TWO), way(ONE)):
        total.add(flat_of(cube))
    assert total.cube() == way(ONE) + other(BOTH)


def test_of_unlike_axes_there_is_no_sum() -> None:
    with pytest.raises(TallyMismatchError, match="unlike axes"):
        as_cells(ONE) + project(as_cells(ONE).canonical(), ["channel"])


@way
def test_stretches_in_which_something_happens(way: Way) -> None:
    assert way(ONE).bins(BINS).tolist() == [True, False, True, False]
    assert way(TWO).bins(BINS + 1).tolist() == [True, True, True, True, False]


@way
def test_counts_of_joined_stretches_are_added(way: Way) -> None:
    moved = way(BOTH).moved(np.array([0, 0, 1, 3]), 5)
    expected: Counter[tuple[object, ...]] = Counter()
    for (unit, at, *rest), n in BOTH.items():
        expected[unit, (0, 0, 1, 3)[at], *rest] += n
    assert read(moved) == dict(expected)
    assert moved.bins(5).tolist() == [True, True, False, True, False]


@way
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dims", [(), ("channel",), ("field",), ("field", "channel")])
@pytest.mark.parametrize(
    "where", [None, {"channel": ["online"]}, {"channel": ["online", "postal"]}, {"channel": ["counter"], "field": ["land", "trade"]}]
)
def test_a_grid_adds_up_what_is_wanted(way: Way, weighted: bool, dims: tuple[str, ...], where: dict[str, list[str]] | None) -> None:
    cube = way(BOTH)
    expected: Counter[tuple[object, ...]] = Counter()
    for cell, n in BOTH.items():
        named = dict(zip(AXES, cell, strict=True))
        if all(named[dim] in wanted for dim, wanted in (where or {}).items()):
            expected[(named[UNIT], named[BIN], *(named[dim] for dim in dims))] += n * (cell[-1] if weighted else 1)
    for bins in (BINS, BINS + 1):
        grid = cube.grid(bins, dims, where, weighted=weighted)
        assert grid.shape == (len(cube.labels[UNIT]), bins, *(len(cube.labels[dim]) for dim in dims))
        found = {}
        for at in np.argwhere(grid).tolist():
            names = (cube.labels[UNIT][at[0]], at[1], *(cube.labels[dim][place] for dim, place in zip(dims, at[2:], strict=True)))
            found[names] = int(grid[tuple(at)])
        assert found == {cell: n for cell, n in expected.items() if n}


@way
@pytest.mark.parametrize("bins", [BINS, BINS + 2])
def test_how_often_each_value_occurs(way: Way, bins: int) -> None:
    cube = way(BOTH)
    counted, values = cube.histogram(bins)
    expected: Counter[tuple[object, ...]] = Counter()
    for cell, n in BOTH.items():
        expected[cell[0], cell[1], cell[-1]] += n
    assert counted.shape == (len(cube.labels[UNIT]), bins, len(values))
    assert values.tolist() == sorted(set(values.tolist()))
    assert {(cube.labels[UNIT][u], at, int(values[v])): int(counted[u, at, v]) for u, at, v in np.argwhere(counted).tolist()} == expected


def test_weights_beyond_what_a_float_holds_are_added_exactly() -> None:
    big = 2**53
    assert added((2, 2), (np.array([0, 1, 1]), np.array([1, 0, 0])), np.array([1, big, 1])).tolist() == [[0, 1], [big + 1, 0]]
    assert added((2,), (np.array([], dtype=np.int64),), np.array([], dtype=np.int64)).tolist() == [0, 0]
    full = np.array([[[2**52, 1, 2**52 + 1]]], dtype=np.int64)
    cube = Cube.of_full((UNIT, BIN, VALUE), {UNIT: ("A",)}, full)
    assert cube.grid(1, weighted=True).tolist() == [[1 + 2 * (2**52 + 1)]]


def test_cells_of_axes_too_long_for_one_number_are_sorted_all_the_same() -> None:
    large = 2**31 - 1
    axes, labels = (UNIT, BIN, VALUE), {UNIT: ("B", "A")}
    cells = np.array([[0, large, large], [1, large, 5], [0, large, large], [0, 0, 7]], dtype=np.int64)
    kept = canonical(axes, labels, cells, np.array([1, 2, 3, 4]))
    assert kept.some.tolist() == [[0, large, 5], [1, 0, 7], [1, large, large]]
    assert kept.some_counts.tolist() == [2, 4, 4]
    assert dict(kept.labels) == {UNIT: ("A", "B")}
