"""What rows give to figures: each class of rows to each count, by the same reading of counts that measures are made with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import numpy as np

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Count, Indicator, sets_like
from cchc_metrics.count.cube import BIN, UNIT, VALUE, Cube, canonical
from cchc_metrics.count.tally import Tally
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.snapshot.cells import Class, RowCells
from cchc_metrics.verbs.asked import window_of
from cchc_metrics.verbs.counts import CountReader


class Effects:
    """What one row of each class gives to counts.

    The tally of one row of each class is read, each class under units of its own, so that what a row gives is what the figure would lack
    without it.

    Args:
        tally: the counts of the whole; its frame and what was counted are taken.
        catalogue: the indicators.
        units: the unit tree.
        kind: the kind of the rows.
        axes: as of ``RowCells``.
        classes: the classes.
    """

    def __init__(
        self, tally: Tally, catalogue: Catalogue, units: UnitTree, kind: str, axes: Mapping[str, tuple[str, ...]], classes: Iterable[Class]
    ) -> None:
        self.tally, self.catalogue, self.tree, self.kind = tally, catalogue, units, kind
        self.classes = list(dict.fromkeys(classes))
        pairs: dict[tuple[int, str], int] = {}
        cells: dict[str, list[tuple[str | int, ...]]] = {}
        for at, each in enumerate(self.classes):
            for name, unit, *rest in each:
                cells.setdefault(str(name), []).append((pairs.setdefault((at, str(unit)), len(pairs)), *rest))
        self.class_of = np.array([at for at, _ in pairs], dtype=np.int64)
        self.unit_of = [unit for _, unit in pairs]
        self.labels = [str(n) for n in range(len(pairs))]
        self.cubes = {f"{kind}.{name}": _cube(kind, name, axes[name], rows, self.labels) for name, rows in sorted(cells.items())}
        self.known: dict[tuple[str, str, tuple[tuple[str, str], ...], str], Array] = {}
        self.scopes: dict[tuple[str, str], Array] = {}

    @cached_property
    def _tree(self) -> UnitTree:
        return UnitTree([Unit(code=label, name=label, level="commune") for label in self.labels])

    @cached_property
    def _counted(self) -> Tally:
        return Tally(
            self.tally.frame, MappingProxyType(self.cubes), self.tally.counted, self.tally.said, self.tally.needed, self.tally.mixed
        )

    def of(self, names: Collection[str], unit: str, period: Period, breakdown: Mapping[str, str], *, touched: bool = False) -> Array:
        """Return int64[class], what one row of each gives to counts, added; a name with a leading ``-`` subtracts.

        Args:
            names: ids of counts.
            unit: code of the unit of the figure.
            period: its period.
            breakdown: its breakdown.
            touched: whether only whether a row is counted is asked, in either way: 1 or 0.
        """
        found = np.zeros(len(self.classes), dtype=np.int64)
        if not self.labels:
            return found
        chosen = self._scope(unit, breakdown.get("level", ""))
        dims = tuple(sorted((dim, label) for dim, label in breakdown.items() if dim != "level"))
        for name in names:
            count = self.catalogue.counts[name.removeprefix("-")]
            if count.kind != self.kind:
                continue
            given = np.where(chosen, self._read(count, dims, period), 0)
            total = self._added(np.abs(given) if touched else given)
            found += -total if name.startswith("-") and not touched else total
        return (found > 0).astype(np.int64) if touched else found

    def values_of(self, name: str, unit: str, period: Period, breakdown: Mapping[str, str]) -> tuple[Array, Array]:
        """Return int64[class], how many values one row of each has among those of a set of events, and what they add up to."""
        nothing = np.zeros(len(self.classes), dtype=np.int64)
        if not self.labels or not name.startswith(self.kind + "."):
            return nothing, nothing
        chosen = self._scope(unit, breakdown.get("level", ""))
        asked = (Count(id=f"rows.{of}", vi="-", en="-", events=name, of=of) for of in ("events", "value"))
        n, total = (self._added(np.where(chosen, self._read(count, (), period), 0)) for count in asked)
        return n, total

    def _added(self, given: Array) -> Array:
        """Return int64[class], numbers of classes and units added by class."""
        found = np.zeros(len(self.classes), dtype=np.int64)
        np.add.at(found, self.class_of, given)
        return found

    def _read(self, count: Count, dims: tuple[tuple[str, str], ...], period: Period) -> Array:
        """Return int64[class and unit], what one row of each gives to a count, which counts events even where units are asked for."""
        key = (count.id, count.events, dims, period.label)
        if key not in self.known:
            day = self.tally.frame.last_date
            assert day is not None  # noqa: S101  a tally of periods has a day
            tree = self._tree
            position = {code: at for at, code in enumerate(tree.codes)}
            reader = CountReader(self._counted, tree, (window_of(self.tally, period, day),), position)
            asked = count if count.of != "units" else count.model_copy(update={"of": "events"})
            names, labels = tuple(dim for dim, _ in dims), tuple(label for _, label in dims)
            self.known[key] = reader.read(asked, names, [labels])[:, 0, 0]
        return self.known[key]

    def _scope(self, unit: str, level: str) -> Array:
        """Return bool[class and unit], which of them a figure of a unit, or of one of its levels, covers."""
        if (unit, level) not in self.scopes:
            inside = {code for code in self.tree.subtree(unit) if not level or self.tree.unit(code).level == level}
            self.scopes[unit, level] = np.array([code in inside for code in self.unit_of], dtype=bool)
        return self.scopes[unit, level]


def _cube(kind: str, name: str, dims: tuple[str, ...], rows: Sequence[tuple[str | int, ...]], units: Sequence[str]) -> Cube:
    """Return cells of a set of events, each once, as a cube; ``rows`` are place of the unit, stretch, labels and value."""
    has_value = bool(KINDS[kind].event_set(name).value)
    axes = (UNIT, BIN, *dims, *((VALUE,) if has_value else ()))
    labels: dict[str, tuple[str, ...]] = {UNIT: tuple(units)}
    columns = list(zip(*rows, strict=True))
    codes = [np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.int64)]
    for dim, column in zip(dims, columns[2:], strict=False):
        labels[dim] = tuple(sorted({str(text) for text in column}))
        place = {text: at for at, text in enumerate(labels[dim])}
        codes.append(np.array([place[str(text)] for text in column], dtype=np.int64))
    if has_value:
        codes.append(np.array(columns[-1], dtype=np.int64))
    return canonical(axes, labels, np.stack(codes, axis=1), np.ones(len(rows), dtype=np.int64))


def sets_read(indicator: Indicator, catalogue: Catalogue, kind: str) -> frozenset[str]:
    """Return the short names of the sets of events of a kind that an indicator is made of."""
    counts = [catalogue.counts[name.removeprefix("-")] for name in (*indicator.numerator, *indicator.denominator)]
    names = {indicator.values_of, *(name for count in counts for name in (count.events, count.until, count.less))} - {""}
    return frozenset(full.split(".", 1)[1] for name in names for full in sets_like(name) if full.startswith(kind + "."))


def reads_rows(indicator: Indicator, catalogue: Catalogue) -> bool:
    """Return whether the counts of an indicator are sums over rows: none counts units."""
    counts = [catalogue.counts[name.removeprefix("-")] for name in (*indicator.numerator, *indicator.denominator)]
    return all(count.of != "units" and count.kind != UNITS_KIND for count in counts)


def changed_rows(then: RowCells, now: RowCells) -> tuple[dict[str, tuple[Class | None, Class | None]], dict[Class, int]]:
    """Return the rows whose cells are others, id → class then and now (None for not there), and of unlisted rows class → how many more."""
    rows: dict[str, tuple[Class | None, Class | None]] = {}
    hidden: dict[Class, int] = {}
    for name in sorted({*then.listed, *now.listed}):
        pair = then.listed.get(name), now.listed.get(name)
        if pair[0] is not None and pair[1] is None and now.is_secret(name):  # it has become secret: counted, and not named any more
            hidden[pair[0]] = hidden.get(pair[0], 0) + 1
        elif pair[0] != pair[1]:
            rows[name] = pair
    more = {
        each: n
        for each in {*then.unlisted, *now.unlisted, *hidden}
        if (n := now.unlisted.get(each, 0) - then.unlisted.get(each, 0) - hidden.get(each, 0))
    }
    return rows, more
