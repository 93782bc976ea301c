"""Whether the counts of a ledger are those of its rows: some units are counted again, from the rows as they are kept."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from cchc_metrics.count.cube import UNIT, Cube
from cchc_metrics.count.tally import Tally
from cchc_metrics.ledger.account import Account, balance
from cchc_metrics.ledger.question import LedgerQuestion
from cchc_metrics.ledger.segment import Segment
from cchc_metrics.ledger.state import State
from cchc_metrics.ledger.table import parts_of
from cchc_metrics.records.columns import Array


class Disagreement(NamedTuple):
    """Counts that are not those of the rows.

    Args:
        unit: the unit; ``""`` for a number that is not of a unit.
        what: the set of events, or the number, as ``problem missing_value``.
        kept: how many events the ledger says.
        counted: how many the rows have.
        cells: how many cells differ, of which the events may be as many.
    """

    unit: str
    what: str
    kept: int
    counted: int
    cells: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Args:
        day: the day of the rows.
        units: the units that were counted again.
        rows: how many rows they have.
        differences: what is not as it should be; nothing where all is well.
    """

    day: date
    units: tuple[str, ...]
    rows: int
    differences: tuple[Disagreement, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def to_text(self, lang: str = "vi") -> str:
        """Return what was found, a line for each difference."""
        vi = f"Kiểm tra sổ ngày {self.day:%d/%m/%Y}: đếm lại {len(self.units)} đơn vị, {self.rows} dòng"
        en = f"Audit of {self.day.isoformat()}: {len(self.units)} units counted again, {self.rows} rows"
        lines = [(vi if lang == "vi" else en) + (": khớp" if lang == "vi" else ": they agree") * self.sound]
        for unit, what, kept, counted, cells in self.differences:
            said = f"sổ {kept}, dòng {counted}, {cells} ô khác" if lang == "vi" else f"ledger {kept}, rows {counted}, {cells} cells differ"
            lines.append(f"  {unit or '—'} {what}: {said}")
        return "\n".join(lines)


def audited(state: State, question: LedgerQuestion, sample: int | None, seed: int) -> Audit:
    """Return what counting some units again finds.

    Args:
        state: what is held.
        question: what is counted.
        sample: how many units; None for all.
        seed: which.
    """
    counted = [(segment, where) for segment, where in state.that_count()]
    units = sorted({segment.labels["unit_code"][code] for segment, where in counted for code in _codes(segment, where)})
    kept = question.whole([question.nothing(state.names, state.day), *state.accounts])
    units = sorted({*units, *(unit for cube in kept.cubes.values() for unit in cube.labels[UNIT])})
    chosen = units if sample is None or sample >= len(units) else sorted(random.Random(seed).sample(units, sample))  # noqa: S311  no secret
    again = question.nothing(state.names, state.day)
    rows = 0
    everything = sample is None
    for segment, where in state.alive() if everything else counted:
        mine = where if everything else where[_of_units(segment, where, chosen)]
        rows += len(mine)
        for run in parts_of(mine):
            found = question.account([segment.take(run)], state.day)
            again = again if found is None else balance([again, found])
    differences = [*_counts(kept, again.tally(), chosen)]
    if everything:
        differences += _numbers(state.accounts, again)
    return Audit(state.day, tuple(chosen), rows, tuple(differences))


def _codes(segment: Segment, where: Array) -> list[int]:
    found: list[int] = np.flatnonzero(np.bincount(segment.whole("unit_code")[where])).tolist() if len(where) else []
    return found


def _of_units(segment: Segment, where: Array, units: Collection[str]) -> Array:
    chosen = set(units)
    table = np.array([text in chosen for text in segment.labels["unit_code"]], dtype=bool)
    found: Array = table[segment.whole("unit_code")[where]] if len(where) else np.zeros(0, dtype=bool)
    return found


def _counts(kept: Tally, again: Tally, units: Collection[str]) -> list[Disagreement]:
    found = []
    for name in sorted({*kept.cubes, *again.cubes}):
        one, other = (_cells(tally.cubes.get(name)) for tally in (kept, again))
        for unit in units:
            mine, counted = one.get(unit, {}), other.get(unit, {})
            if mine != counted:
                cells = sum(mine.get(cell) != counted.get(cell) for cell in {*mine, *counted})
                found.append(Disagreement(unit, name, sum(mine.values()), sum(counted.values()), cells))
    return found


def _cells(cube: Cube | None) -> Mapping[str, Mapping[tuple[object, ...], int]]:
    """Return unit → cell, by its labels → how many."""
    found: dict[str, dict[tuple[object, ...], int]] = {}
    if cube is None:
        return found
    whole = cube.canonical()
    names = [whole.labels.get(axis) for axis in whole.axes]
    for cell, n in zip(whole.some.tolist(), whole.some_counts.tolist(), strict=True):
        unit, *rest = [code if texts is None else texts[code] for code, texts in zip(cell, names, strict=True)]
        found.setdefault(unit, {})[tuple(rest)] = n
    return found


def _numbers(kept: Collection[Account], again: Account) -> list[Disagreement]:
    mine = balance(kept).numbers
    pairs = [(name, mine.get(name, 0), again.numbers.get(name, 0)) for name in sorted({*mine, *again.numbers})]
    return [Disagreement("", name, one, other, 1) for name, one, other in pairs if one != other]
