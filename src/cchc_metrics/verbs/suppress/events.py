"""Events of one set: which sorts numbers tell apart, and how many of each sort a unit has on each stretch of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np

from cchc_metrics.catalogue.model import Catalogue, event_sets
from cchc_metrics.records.columns import Array
from cchc_metrics.verbs.suppress.numbers import Mode, Term
from cchc_metrics.verbs.suppress.published import Places, Published

Sort = tuple[int, ...]
"""One label (a position among the classes of labels) for each dimension of a set of events."""
ENDLESS: Final = 1 << 40
"""How many there are of what no number counts."""
_CELLS = 400  # tables of labels that are larger than this are not solved


@dataclass(frozen=True, eq=False)
class SeenEvents:
    """A set of events, as the published numbers see it.

    Args:
        published: the table.
        places: whom scopes cover.
        name: the set.
        numbers: positions of the numbers that count any of it.
        terms: position of the number (among these) and the part of it, for every part that counts them.
        dims: its dimensions, sorted.
        classes: per dimension the classes of labels that no number tells apart.
    """

    published: Published
    places: Places
    name: str
    numbers: tuple[int, ...]
    terms: tuple[tuple[int, Term], ...]
    dims: tuple[str, ...]
    classes: tuple[tuple[frozenset[str], ...], ...]

    @classmethod
    def of(cls, name: str, published: Published, places: Places, catalogue: Catalogue) -> SeenEvents:
        """Return a set of events of a table."""
        at = [i for i, number in enumerate(published.numbers) if any(term.events == name for term in number.terms)]
        terms = [(k, term) for k, i in enumerate(at) for term in published.numbers[i].terms if term.events == name]
        dims = sorted({dim for _, term in terms for dim, _ in term.where})
        whole = _listed(name, published, catalogue)
        classes = [_classes(dim, terms, closed=dim in whole) for dim in dims]
        return cls(published, places, name, tuple(at), tuple(terms), tuple(dims), tuple(classes))

    # --- stretches of days

    @cached_property
    def flows(self) -> bool:
        """Whether they are events on days; else only how many there are on hand at the end of each day is known."""
        return "|" not in self.name

    @cached_property
    def stretches(self) -> int:
        """How many stretches of days there are: all before the first period (0), and those between firsts and lasts of periods."""
        return len(self._marks) + (1 if self.flows else 0)

    @cached_property
    def _marks(self) -> list[int]:
        periods = self.published.periods
        if self.flows:
            return sorted({first for first, _ in periods} | {last + 1 for _, last in periods})
        return sorted({last for _, last in periods} | {first - 1 for first, _ in periods})

    def holds(self, mode: Mode) -> Array:
        """Return int64[period, stretch], 1 where a number of a period counts the events of a stretch."""
        place = {mark: i for i, mark in enumerate(self._marks)}
        found = np.zeros((len(self.published.periods), self.stretches), dtype=np.int64)
        for p, (first, last) in enumerate(self.published.periods):
            if not self.flows:
                found[p, place[first - 1 if mode == "start" else last]] = 1
            elif mode == "flow":
                found[p, place[first] + 1 : place[last + 1] + 1] = 1
            else:
                found[p, : place[first if mode == "start" else last + 1] + 1] = 1
        return found

    # --- what numbers tell apart

    @cached_property
    def _selects(self) -> list[Array]:
        """Per dimension bool[term, class], whether a part counts events with a label of the class."""
        found = []
        for dim, classes in zip(self.dims, self.classes, strict=True):
            wheres = [dict(term.where).get(dim) for _, term in self.terms]
            found.append(np.array([[where is None or _holds(each, where) for each in classes] for where in wheres], dtype=bool))
        return found

    def selected(self, sort: Sort | None) -> Array:
        """Return int64[term], 1 where a part counts events of a sort; none of None, which is no event."""
        if sort is None:
            return np.zeros(len(self.terms), dtype=np.int64)
        found = np.ones(len(self.terms), dtype=bool)
        for selects, label in zip(self._selects, sort, strict=True):
            found &= selects[:, label]
        return found.astype(np.int64)

    def changes(self, before: Sort | None, after: Sort | None) -> Mapping[Mode, Array]:
        """Return mode → int64[number], by how much numbers change when one event of a sort becomes one of another."""
        by_term = self.selected(after) - self.selected(before)
        found: dict[Mode, Array] = {}
        for mode in dict.fromkeys(term.mode for _, term in self.terms):
            change = np.zeros(len(self.numbers), dtype=np.int64)
            for (k, term), n in zip(self.terms, by_term.tolist(), strict=True):
                if n and term.mode == mode:
                    change[k] += n * term.factor
            if change.any():
                found[mode] = change
        return found

    @cached_property
    def tables(self) -> tuple[tuple[int, ...], ...]:
        """The dimensions (positions) that numbers select together; none of these lists is part of another."""
        place = {dim: i for i, dim in enumerate(self.dims)}
        sets = {frozenset(place[dim] for dim, _ in term.where) for _, term in self.terms} | {frozenset([i]) for i in range(len(self.dims))}
        kept = [one for one in sets if not any(one < other for other in sets)]
        return tuple(sorted(tuple(sorted(one)) for one in kept)) or ((),)

    def cells(self, table: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return a combination of labels of some dimensions for all that no number tells apart from it."""
        return list(self._cells(table).values())

    def _cells(self, table: tuple[int, ...]) -> dict[bytes, tuple[int, ...]]:
        if table not in self._merged:
            found: dict[bytes, tuple[int, ...]] = {}
            for cell in product(*(range(len(self.classes[dim])) for dim in table)):
                found.setdefault(self._sign(table, cell), cell)
            self._merged[table] = found
        return self._merged[table]

    @cached_property
    def _merged(self) -> dict[tuple[int, ...], dict[bytes, tuple[int, ...]]]:
        return {}

    def _sign(self, table: tuple[int, ...], cell: tuple[int, ...]) -> bytes:
        """Return which parts of numbers count events of a cell, of those that ask for nothing beside its table."""
        found = ~self._beyond(table)
        for i, label in zip(table, cell, strict=True):
            found &= self._selects[i][:, label]
        return found.tobytes()

    def _beyond(self, table: tuple[int, ...]) -> Array:
        """Return bool[term], the parts that ask for labels of dimensions that a table does not have."""
        if table not in self._outside:
            names = {self.dims[i] for i in table}
            self._outside[table] = np.array([any(dim not in names for dim, _ in term.where) for _, term in self.terms], dtype=bool)
        return self._outside[table]

    @cached_property
    def _outside(self) -> dict[tuple[int, ...], Array]:
        return {}

    # --- how many there are

    def _found_in(self, table: tuple[int, ...]) -> Mapping[tuple[int, ...], Sequence[tuple[int, int]]]:
        """Return cell → the numbers (positions) and their factors that add up to how many events it has, where there are such."""
        if table in self._solved:
            return self._solved[table]
        found: dict[tuple[int, ...], Sequence[tuple[int, int]]] = {}
        which, rows = self._numbers_of(table)
        for cell, parts in zip(self.cells(table), _solutions(rows), strict=True):
            if parts is not None:
                found[cell] = [(which[row], factor) for row, factor in parts]
        self._solved[table] = found
        return found

    def _numbers_of(self, table: tuple[int, ...]) -> tuple[list[int], Array]:
        """Return the numbers (positions) that are sums of cells of a table, and int64[number, cell] how often each is in them."""
        if table not in self._sums:
            rows, which, cells, beyond = [], [], self.cells(table), self._beyond(table)
            if len(cells) <= _CELLS:
                for k, i in enumerate(self.numbers):
                    number = self.published.numbers[i]
                    mine = [(at, term) for at, (owner, term) in enumerate(self.terms) if owner == k]
                    if len(mine) < len(number.terms) or any(t.mode != self._mode or beyond[at] for at, t in mine):
                        continue
                    rows.append([sum(t.factor * self._in(t, table, cell) for _, t in mine) for cell in cells])
                    which.append(k)
            self._sums[table] = which, np.array(rows, dtype=np.int64).reshape(len(rows), len(cells))
        return self._sums[table]

    @cached_property
    def _sums(self) -> dict[tuple[int, ...], tuple[list[int], Array]]:
        return {}

    @cached_property
    def _solved(self) -> dict[tuple[int, ...], Mapping[tuple[int, ...], Sequence[tuple[int, int]]]]:
        return {}

    @cached_property
    def _mode(self) -> Mode:
        modes = [term.mode for _, term in self.terms]
        return next((mode for mode in ("flow", "end", "start") if mode in modes), "flow")

    def _in(self, term: Term, table: tuple[int, ...], cell: tuple[int, ...]) -> int:
        where = dict(term.where)
        pairs = [(self.dims[i], self.classes[i][label]) for i, label in zip(table, cell, strict=True)]
        return int(all(dim not in where or _holds(each, where[dim]) for dim, each in pairs))

    def count(self, table: tuple[int, ...], cell: tuple[int, ...]) -> Array:
        """Return int64[unit, stretch], how many events a cell of a table has; 0 where that does not follow from what is published."""
        cell = self._cells(table)[self._sign(table, cell)]
        key = (table, cell)
        if key in self._counted:
            return self._counted[key]
        units = len(self.places.units)
        found = np.zeros((units, self.stretches), dtype=np.int64)
        parts = self._found_in(table).get(cell)
        if parts is not None:
            total = np.zeros((len(self.published.scopes), len(self.published.periods)), dtype=np.int64)
            there = np.ones(total.shape, dtype=bool)
            for k, factor in parts:
                values, known = self.published.values(self.published.numbers[self.numbers[k]])
                total, there = total + factor * values, there & known
            for stretch, periods in enumerate(self._by_stretch):
                if periods is not None:
                    those = [p for p, _ in periods]
                    n = sum(factor * total[:, p] for p, factor in periods)
                    mine = np.where(there[:, those].all(axis=1), n, 0)
                    found[:, stretch] = np.where(self.places.own >= 0, mine[self.places.own], 0)
        else:
            least = self._least(table, cell)
            for stretch, periods in enumerate(self._by_stretch):
                if periods is not None and len(periods) == 1 and least is not None:
                    found[:, stretch] = np.where(self.places.own >= 0, least[self.places.own, periods[0][0]], 0)
        if self.flows and self._mode == "flow":
            found[:, 0] = ENDLESS
        self._counted[key] = found
        return found

    def _least(self, table: tuple[int, ...], cell: tuple[int, ...]) -> Array | None:
        """Return int64[scope, period], how many events of a cell there are at least: a number less the most that others in it can be."""
        at = self.cells(table).index(cell)
        bounds = self._bounds(table)
        if not any(row[at] == 1 and lower for _, row, lower, _ in bounds):
            return None
        if table not in self._most:
            shape = (len(self.cells(table)), len(self.published.scopes), len(self.published.periods))
            most = np.full(shape, ENDLESS, dtype=np.int64)
            for k, row, _, upper in bounds:
                if upper:
                    values, known = self.published.values(self.published.numbers[self.numbers[k]])
                    inside = np.flatnonzero(row)
                    most[inside] = np.minimum(most[inside], np.where(known, values, ENDLESS).astype(np.int64))
            self._most[table] = most
        most = self._most[table]
        found = np.zeros(most.shape[1:], dtype=np.int64)
        for k, row, lower, _ in bounds:
            if lower and row[at] == 1:
                values, known = self.published.values(self.published.numbers[self.numbers[k]])
                others = most[[i for i in np.flatnonzero(row > 0).tolist() if i != at]].sum(axis=0)
                found = np.maximum(found, np.where(known, values - others, 0))
        return found

    def _bounds(self, table: tuple[int, ...]) -> list[tuple[int, Array, bool, bool]]:
        """Return numbers with how often each cell of a table is in them, and whether cells are at least so many, and at most."""
        found, beyond = [], self._beyond(table)
        for k, i in enumerate(self.numbers if len(self.cells(table)) <= _CELLS else ()):
            mine = [(at, term) for at, (owner, term) in enumerate(self.terms) if owner == k]
            if any(term.mode != self._mode for _, term in mine):
                continue
            row = np.array([sum(t.factor * self._in(t, table, c) for at, t in mine if not beyond[at]) for c in self.cells(table)])
            others = [t.factor for t in self.published.numbers[i].terms if t.events != self.name] + [
                t.factor for at, t in mine if beyond[at]
            ]
            lower = all(factor < 0 for factor in others) and bool((row <= 1).all())
            found.append((k, row, lower, all(factor > 0 for factor in others) and bool((row >= 0).all())))
        return found

    @cached_property
    def _most(self) -> dict[tuple[int, ...], Array]:
        return {}

    @cached_property
    def _counted(self) -> dict[tuple[tuple[int, ...], tuple[int, ...]], Array]:
        return {}

    @cached_property
    def _by_stretch(self) -> list[Sequence[tuple[int, int]] | None]:
        columns, first = np.unique(self.holds(self._mode), axis=1, return_index=True)  # others are of the same periods as the first
        found: list[Sequence[tuple[int, int]] | None] = [None] * self.stretches
        for at, parts in zip(first.tolist(), _solutions(columns), strict=True):
            found[at] = parts
        return found

    def there(self, sort: Sort, tables: Iterable[tuple[int, ...]]) -> Array:
        """Return int64[unit, stretch], how many events there are at least that have the labels of a sort in some tables."""
        found = np.full((len(self.places.units), self.stretches), ENDLESS, dtype=np.int64)
        for table in tables:
            found = np.minimum(found, self.count(table, tuple(sort[i] for i in table)))
        return found

    def known(self, sort: Sort, tables: Iterable[tuple[int, ...]]) -> bool:
        """Return whether any unit has events of a sort in a period, as far as is published."""
        return bool((self.there(sort, tables)[:, 1 if self.flows else 0 :] > 0).any())


def _holds(each: frozenset[str], where: frozenset[str]) -> bool:
    """Return whether events of a class of labels are selected; one label stands for all of the class."""
    return bool(each) and min(each) in where


def _classes(dim: str, terms: Sequence[tuple[int, Term]], *, closed: bool) -> tuple[frozenset[str], ...]:
    """Return the labels of a dimension in classes that no number tells apart; the last is that of labels that nothing selects, if any."""
    signs: dict[str, dict[object, int]] = {}
    for k, term in terms:
        where = dict(term.where)
        for label in where.pop(dim, ()):
            key = (k, term.mode, frozenset(where.items()))
            mine = signs.setdefault(label, {})
            mine[key] = mine.get(key, 0) + term.factor
    by_sign: dict[object, set[str]] = {}
    for label in sorted(signs):
        by_sign.setdefault(frozenset((key, n) for key, n in signs[label].items() if n), set()).add(label)
    rest = frozenset(by_sign.pop(frozenset(), set()))
    choice = next((d.choice for found in event_sets().values() for d in found.dims if d.name == dim.rpartition(".")[2]), None)
    left = rest or (not closed and (choice is None or bool({*choice.labels()} - {*signs})))
    return (*(frozenset(labels) for labels in by_sign.values()), *([rest] if left else []))


def _listed(name: str, published: Published, catalogue: Catalogue) -> set[str]:
    """Return the dimensions by which numbers of a set are broken down whatever the label: that nothing is left is then known."""
    found = set()
    for number in published.numbers:
        if number.line < 0 or number.what not in ("numerator", "denominator"):
            continue
        indicator, labels = published.lines[number.line]
        defined = catalogue.indicators.get(indicator)
        if not labels:
            continue
        names = () if defined is None else defined.numerator if number.what == "numerator" else defined.denominator
        counts = [catalogue.counts[each.removeprefix("-")] for each in names]
        if any(term.events == name for term in number.terms):
            found |= {dim for dim, _ in labels if not any(dim in count.where for count in counts)}
    return found


def _solutions(rows: Array) -> list[Sequence[tuple[int, int]] | None]:
    """Return per column the rows and whole factors whose sum is 1 in it and 0 elsewhere, None where there are none.

    >>> _solutions(np.array([[1, 1, 1], [1, 0, 0]]))
    [[(1, 1)], None, None]
    """
    n = rows.shape[1]
    chosen: list[int] = []
    for at in np.argsort(np.abs(rows).sum(axis=1), kind="stable").tolist():
        if rows[at].any() and (not chosen or np.linalg.matrix_rank(rows[[*chosen, at]]) > len(chosen)):
            chosen.append(at)
    if not chosen:
        return [None] * n
    basis = rows[chosen]
    inverse = np.rint(np.linalg.pinv(basis))  # int[column, row of the basis] where a column follows
    found: list[Sequence[tuple[int, int]] | None] = []
    for column in range(n):
        factors = inverse[column].astype(np.int64)
        exact = factors @ basis
        right = exact[column] == 1 and np.count_nonzero(exact) == 1
        found.append([(chosen[row], int(f)) for row, f in enumerate(factors.tolist()) if f] if right else None)
    return found
