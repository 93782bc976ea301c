"""What rows add to the answer of a ledger, in whole numbers that add up and can be taken away: counts by cell, problems by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from cchc_metrics.count.frame import Frame
from cchc_metrics.count.stored import Flat, flat_of, from_bytes
from cchc_metrics.count.summing import CubeSum
from cchc_metrics.count.tally import Tally
from cchc_metrics.ledger.disk import LedgerError


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What some rows add.

    Args:
        bare: what the counts rest on: a tally without cubes.
        flats: full name of the set of events → its counts.
        numbers: ``read``, ``rejected``, ``problem CODE``, ``needed COLUMN``, ``ended UNIT``, ``ties UNIT`` → how many; never 0.
    """

    bare: Tally
    flats: Mapping[str, Flat]
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, counted: Tally, numbers: Mapping[str, int]) -> Account:
        """Return what a tally and numbers say."""
        flats = {name: flat_of(cube) for name, cube in counted.cubes.items()}
        bare = replace(counted, cubes=MappingProxyType({}))
        return cls(bare, {name: flat for name, flat in flats.items() if len(flat.keys)}, {name: n for name, n in numbers.items() if n})

    @classmethod
    def from_bytes(cls, data: bytes, numbers: Mapping[str, int]) -> Account:
        """Return an account whose counts ``to_bytes`` wrote."""
        stored, flats = from_bytes(data)
        return cls(Tally(*stored), flats, dict(numbers))

    def to_bytes(self) -> bytes:
        """Return the counts as bytes; equal counts are equal bytes."""
        return self.tally().to_bytes()

    def tally(self) -> Tally:
        """Return the counts."""
        return replace(self.bare, cubes=MappingProxyType({name: flat.cube() for name, flat in sorted(self.flats.items())}))

    def in_frame(self, frame: Frame) -> Account:
        """Return the same of rows of which nothing happens after the day of this account, as of a later day.

        Such counts stay where they are: only the edges after the earlier day move, and periods that are over by now lose theirs.
        """
        old = self.bare.frame
        if old == frame:
            return self
        to = old.stretches_in(frame.edges)
        last = int(np.searchsorted(old.edges, old.day, side="right"))  # the stretch of the earlier day: beyond it is nothing
        bare = replace(self.bare, frame=frame)
        if (to[: last + 1] == np.arange(last + 1)).all():
            return replace(self, bare=bare)
        moved = {name: flat_of(flat.cube().moved(to, len(frame.edges) + 1)) for name, flat in self.flats.items()}
        return replace(self, bare=bare, flats=moved)


def balance(add: Iterable[Account], take: Iterable[Account] = ()) -> Account:
    """Return the sum of accounts of one frame, at least one, less that of others.

    Raises:
        LedgerError: less than nothing is left of something.
    """
    bare: Tally | None = None
    cubes: dict[str, CubeSum] = {}
    numbers: Counter[str] = Counter()
    for accounts, sign in ((add, 1), (take, -1)):
        for each in accounts:
            bare = each.bare if bare is None else bare
            for name, flat in each.flats.items():
                if name not in cubes:
                    cubes[name] = CubeSum(flat.axes)
                cubes[name].add(flat if sign > 0 else flat._replace(counts=-flat.counts))
            for name, n in each.numbers.items():
                numbers[name] += sign * n
    assert bare is not None  # noqa: S101  something was to be added
    flats: dict[str, Flat] = {}
    for name, total in sorted(cubes.items()):
        flat = flat_of(total.cube())
        if len(flat.counts) and int(flat.counts.min()) < 0:
            raise _less_than_nothing(name)
        some = flat_of(flat.of(flat.counts > 0).cube()) if (flat.counts == 0).any() else flat
        if len(some.keys):
            flats[name] = some
    for name, n in numbers.items():
        if n < 0:
            raise _less_than_nothing(name)
    return Account(bare, flats, {name: n for name, n in sorted(numbers.items()) if n})


def _less_than_nothing(name: str) -> LedgerError:
    return LedgerError(
        f"sổ không khớp dòng của nó: {name} thành số âm; gọi ledger.audit() để biết chỗ sai, ledger.recount() để đếm lại",
        f"the ledger does not agree with its rows: less than none of {name}; ledger.audit() says where, ledger.recount() counts again",
    )
