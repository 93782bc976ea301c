"""Sums of many tallies: counts are added in place, one tally after the other, with no more than one beside the sum."""

from __future__ import annotations

from functools import reduce
from math import prod
from operator import add
from typing import Final

import numpy as np

from cchc_metrics.count.cube import BIN, VALUE, Cube
from cchc_metrics.count.stored import Flat
from cchc_metrics.records.columns import Array

_CELLS: Final = 1 << 25
"""A sum is kept in full up to so many cells; beyond, by the cells that occur."""
_VALUES: Final = 128
"""Whole numbers below are kept in full; one large number would ask for places for all below it."""


class CubeSum:
    """The sum of the counts of one set of events.

    Args:
        axes: of every cube that is added.
    """

    def __init__(self, axes: tuple[str, ...]) -> None:
        self._axes = axes
        self._codes: dict[str, dict[str, int]] = {axis: {} for axis in axes if axis not in (BIN, VALUE)}
        self._full: Array | None = np.zeros((0,) * len(axes), dtype=np.int64)
        self._rest: list[Cube] = []

    def add(self, flat: Flat) -> None:
        """Add counts."""
        full = self._with_room(flat)
        if full is None:
            self._set_aside(flat)
            return
        if flat.shape[-1] > full.shape[-1]:
            large = flat.keys % flat.shape[-1] >= full.shape[-1]
            self._set_aside(flat.of(large))
            flat = flat.of(~large)
        full.reshape(-1)[self._numbers(flat, full.shape)] += flat.counts  # no cell occurs twice

    def cube(self) -> Cube:
        """Return the sum so far."""
        cubes = list(self._rest)
        if self._full is not None:
            sizes = dict(zip(self._axes, self._full.shape, strict=True))
            labels = {axis: texts[: sizes[axis]] for axis, texts in self._labels().items()}
            used = tuple(slice(len(labels[axis])) if axis in labels else slice(None) for axis in self._axes)
            cubes.append(Cube.of_full(self._axes, labels, self._full[used]))
        return reduce(add, cubes)

    def _labels(self) -> dict[str, tuple[str, ...]]:
        return {axis: tuple(codes) for axis, codes in self._codes.items()}

    def _numbers(self, flat: Flat, shape: tuple[int, ...]) -> Array:
        """Return the number in the sum of each cell of other counts."""
        # Axes of the same places on both sides are one with those to their left: taking numbers apart is what costs time.
        blocks: list[tuple[int, int, Array | None]] = [(1, 1, None)]
        for axis, size, to_size in reversed(tuple(zip(self._axes, flat.shape, shape, strict=True))):
            codes = [self._codes[axis][text] for text in flat.labels.get(axis, ())]
            moved = None if codes == list(range(len(codes))) else np.array(codes, dtype=np.int64)
            inner, to_inner, inner_moved = blocks[-1]
            if moved is None and inner_moved is None and inner == to_inner:
                blocks[-1] = size * inner, to_size * inner, None
            else:
                blocks.append((size, to_size, moved))
        numbers, rest, step = np.zeros(len(flat.keys), dtype=np.int64), flat.keys, 1
        for at, (size, to_size, moved) in enumerate(blocks, 1):
            rest, place = np.divmod(rest, size) if at < len(blocks) else (rest, rest)
            numbers += (place if moved is None else moved[place]) * step
            step *= to_size
        return numbers

    def _with_room(self, flat: Flat) -> Array | None:
        """Return the full array, made large enough for other counts; None where that is too large, then it is kept no more."""
        if self._full is None:
            return None
        for axis, codes in self._codes.items():
            for text in flat.labels[axis]:
                codes.setdefault(text, len(codes))
        have = self._full.shape
        need = [len(self._codes[axis]) if axis in self._codes else size for axis, size in zip(self._axes, flat.shape, strict=True)]
        if self._axes[-1] == VALUE:
            need[-1] = min(need[-1], _VALUES)
        if have[0] < need[0] and have[0]:  # tallies of one group of units after the other would ask for new room each time
            need[0] = max(need[0], 2 * have[0])
        shape = tuple(map(max, have, need))
        if prod(shape) > _CELLS:
            so_far = self.cube()
            self._full, self._rest = None, [so_far.canonical()]
        elif shape != have:
            grown = np.zeros(shape, dtype=np.int64)
            grown[tuple(map(slice, have))] = self._full
            self._full = grown
        return self._full

    def _set_aside(self, flat: Flat) -> None:
        """Keep cells beside the full array; those of like size are joined, so that each is moved only a few times."""
        rest = self._rest
        rest.append(flat.cube())
        while len(rest) > 1 and len(rest[-2].some_counts) <= 2 * len(rest[-1].some_counts):
            last = rest.pop()
            rest[-1] = rest[-1] + last
