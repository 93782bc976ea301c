"""All units of a tree at once, as columns: what is asked of each of them, found once for the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.level import LEVELS
from cchc_metrics.reference.unit_time import official_code

if TYPE_CHECKING:
    from cchc_metrics.reference.unit import UnitTree

Array = np.ndarray[Any, np.dtype[Any]]
OPEN_START: Final = -(2**31)
OPEN_END: Final = 2**31
"""The first and the last day (since 1970-01-01) of units that have none."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitColumns:
    """The units of a tree, in the order of its codes.

    Args:
        codes: what they are called by.
        place: code → its place among them.
        wholes: those of them that are no earlier stage of a unit, in their order.
        places_of_wholes: int64, their places.
        since, until: int64[n], first and last day since 1970-01-01, over all stages of a unit; ``OPEN_START`` and ``OPEN_END`` for open.
        level: int8[n], places in ``LEVELS``.
        n_before: int64[n], of how many units each was made.
        before: int64[m], the places of these, unit after unit.
        split: bool[m], which of them did not come into the unit as a whole.
        meant: code → the units that it can mean, earliest first, of codes that can mean another than themselves.
        is_shared: bool[n], which codes these are.
        is_whole: bool[n], whether a code is one of the units that it can mean; else it is that of an earlier stage of a unit.
    """

    codes: tuple[str, ...]
    place: Mapping[str, int]
    wholes: tuple[str, ...]
    places_of_wholes: Array
    since: Array
    until: Array
    level: Array
    n_before: Array
    before: Array
    split: Array
    meant: Mapping[str, tuple[str, ...]]
    is_shared: Array
    is_whole: Array

    @classmethod
    def of(cls, tree: UnitTree) -> UnitColumns:
        """Return the columns of a tree; ``tree.columns`` keeps them."""
        place = {code: at for at, code in enumerate(tree.codes)}
        days = [tree.days[code] for code in tree.codes]
        number: dict[date | None, int] = {day: day_number(day) for pair in set(days) for day in pair if day is not None}  # few
        made_of = [tree.made_of.get(code, ()) for code in tree.codes]
        split = [tree.split_predecessors(code) if before else () for code, before in zip(tree.codes, made_of, strict=True)]
        meant = {code: units_of(tree, code) for code in tree.codes if code in tree.bearers or tree.whole(code) != code}
        meant = {code: units for code, units in meant.items() if units != (code,)}
        is_whole = np.array([tree.whole(code) == code for code in tree.codes], dtype=bool)
        levels = {level: at for at, level in enumerate(LEVELS)}
        return cls(
            codes=tree.codes,
            place=place,
            wholes=tuple(code for code, whole in zip(tree.codes, is_whole.tolist(), strict=True) if whole),
            places_of_wholes=np.flatnonzero(is_whole),
            since=np.array([number.get(first, OPEN_START) for first, _ in days], dtype=np.int64),
            until=np.array([number.get(last, OPEN_END) for _, last in days], dtype=np.int64),
            level=np.array([levels[tree.unit(code).level] for code in tree.codes], dtype=np.int8),
            n_before=np.array([len(before) for before in made_of], dtype=np.int64),
            before=np.array([place[p] for before in made_of for p in before], dtype=np.int64),
            split=np.array([p in parts for before, parts in zip(made_of, split, strict=True) for p in before], dtype=bool),
            meant=meant,
            is_shared=np.array([code in meant for code in tree.codes], dtype=bool),
            is_whole=is_whole,
        )

    def places(self, labels: Sequence[str]) -> Array:
        """Return int64[labels], the place of each unit; −1 of a label that is none."""
        if labels == self.wholes:  # most: every unit of the tree was measured
            return self.places_of_wholes
        return np.array([self.place.get(label, -1) for label in labels], dtype=np.int64)

    def before_all(self, places: Array) -> Array:
        """Return the places of all units that some units were made of, and these of others, without those units themselves."""
        seen = np.zeros(len(self.codes), dtype=bool)
        new = places[places >= 0]
        seen[new] = True
        found = []
        while len(new) and not seen.all():
            before = np.unique(self.before[self.made_of(new)[0]])
            new = before[~seen[before]]
            seen[new] = True
            found.append(new)
        return np.concatenate(found) if found else new[:0]

    def made_of(self, places: Array) -> tuple[Array, Array]:
        """Return where in ``before`` and ``split`` the predecessors of some units stand, unit after unit, and how many each has."""
        n = self.n_before[places]
        starts = (np.cumsum(self.n_before) - self.n_before)[places]
        return np.repeat(starts - (np.cumsum(n) - n), n) + np.arange(int(n.sum())), n


def units_of(tree: UnitTree, label: str) -> tuple[str, ...]:
    """Return the units that a label can mean, earliest first: of a key the one, of a code all that bore it; none that the tree has not."""
    if label not in tree:
        return ()
    keys = (label,) if official_code(label) != label else tree.bearers.get(label, (label,))
    return tuple(dict.fromkeys(tree.whole(key) for key in keys))
