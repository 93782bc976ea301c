"""A reader of a published table who computes what is not in it. Shares no code with what is tried: exact fractions, from the beginning.

The reader knows how every number is made of counts that are none or more, and every number that is published. A number is given away if it
is the same in every such world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

Form = Mapping[int, int]
"""Position of a count → how often it is in a number."""


def given_away(published: Iterable[Form], wanted: Form, truth: Sequence[int]) -> bool:
    """Return whether a number follows from those that are published.

    Args:
        published: what is published, as sums of counts.
        wanted: the number that is not.
        truth: what the counts are: a world that the reader cannot rule out.
    """
    ways = _free(published, len(truth))
    moves = [sum((factor * way.get(i, Fraction(0)) for i, factor in wanted.items()), Fraction(0)) for way in ways]
    if not any(moves):
        return True
    least = [[way.get(i, Fraction(0)) for way in ways] for i, n in enumerate(truth) if n == 0 and any(i in way for way in ways)]
    return not any(_can_grow([sign * move for move in moves], least) for sign in (1, -1))


def _free(published: Iterable[Form], n: int) -> list[dict[int, Fraction]]:
    """Return the directions in which counts can change while everything that is published stays."""
    rows: dict[int, dict[int, Fraction]] = {}  # by pivot, each with no other's pivot
    for form in published:
        row = {i: Fraction(factor) for i, factor in form.items() if factor}
        for pivot in [i for i in row if i in rows]:
            factor = row[pivot]
            for i, value in rows[pivot].items():
                row[i] = row.get(i, Fraction(0)) - factor * value
        row = {i: value for i, value in row.items() if value}
        if row:
            pivot = min(row)
            row = {i: value / row[pivot] for i, value in row.items()}
            for other in rows.values():
                factor = other.get(pivot, Fraction(0))
                if factor:
                    for i, value in row.items():
                        other[i] = other.get(i, Fraction(0)) - factor * value
                    for i in [i for i, value in other.items() if not value]:
                        del other[i]
            rows[pivot] = row
    free = [i for i in range(n) if i not in rows]
    return [{i: Fraction(1)} | {pivot: -row[i] for pivot, row in rows.items() if row.get(i)} for i in free]


def _can_grow(gain: list[Fraction], least: list[list[Fraction]]) -> bool:
    """Return whether some z has gain·z > 0 and row·z ≥ 0 for each row: the simplex method with Bland's rule, from z = 0."""
    n = len(gain)
    table = [[*(-value for value in row), *row] for row in least]  # row·(p − q) ≥ 0 as −row·p + row·q + slack = 0
    target = [*gain, *(-value for value in gain)]
    basis = [2 * n + i for i in range(len(table))]
    for i, row in enumerate(table):
        row.extend(Fraction(int(i == j)) for j in range(len(table)))
    target.extend(Fraction(0) for _ in table)
    while True:
        enter = next((j for j, value in enumerate(target) if value > 0), None)
        if enter is None:
            return False
        leaving = [i for i, row in enumerate(table) if row[enter] > 0]
        if not leaving:
            return True  # nothing stops it
        leave = min(leaving, key=basis.__getitem__)
        pivot = table[leave][enter]
        table[leave] = [value / pivot for value in table[leave]]
        for i, row in enumerate(table):
            if i != leave and row[enter]:
                factor = row[enter]
                table[i] = [value - factor * other for value, other in zip(row, table[leave], strict=True)]
        factor = target[enter]
        target = [value - factor * other for value, other in zip(target, table[leave], strict=True)]
        basis[leave] = enter
