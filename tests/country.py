"""A made-up country of the size of the real one that changes on 01/07/2025: 63 provinces become 34, ten thousand communes a third of them.

Nothing is drawn: each number follows from its place, so that it is the same everywhere. Codes are taken over by other units, some communes
are divided, some stay as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import cycle
from pathlib import Path

HEADINGS = (
    "code_old", "name_old", "district_code_old", "district_old", "province_code_old", "province_old", "code_new", "name_new",
    "province_code_new", "province_new", "part",
)  # fmt: skip
PROVINCES, DISTRICTS, MERGED = 63, 11, 34
SIZES = (3, 2, 1, 4, 3, 5, 3, 2, 4, 3, 1, 3, 6, 2, 3)
DIVIDED = 23
"""Each such old commune goes into two."""


@dataclass(frozen=True)
class Country:
    """The list of changes, and dossiers of a quarter before and of the same quarter after."""

    communes: int = 10_030

    @cached_property
    def edges(self) -> list[tuple[str, ...]]:
        """Return the rows of the list of changes."""
        old: dict[int, list[tuple[str, ...]]] = {}
        for n in range(self.communes):
            province, district = n * PROVINCES // self.communes + 1, n * PROVINCES * DISTRICTS // self.communes + 1
            above = (f"{district:03}", f"Huyện H{district}", f"{province:02}", f"Tỉnh P{province}")
            old.setdefault(province if province <= MERGED else province - MERGED, []).append((f"{1 + 3 * n:05}", f"Xã Cũ {n}", *above))
        found = []
        sizes = cycle(SIZES)
        for new_province, listed in old.items():
            merged = new_province + MERGED <= PROVINCES
            below = (f"{new_province:02}", f"Tỉnh N{new_province}" if merged else f"Tỉnh P{new_province}")
            at, carried = 0, None
            while at < len(listed):
                size = next(sizes)
                group = listed[at : at + size]
                at += size
                code, name = group[len(group) // 2][:2]
                new = (code, name if size == 1 else name.replace("Cũ", "Mới"), *below)
                if carried is not None:
                    found.append((*carried, *new, "part"))
                    carried = None
                for unit in group:
                    if int(unit[0]) // 3 % DIVIDED == 0 and unit is group[-1] and size > 1 and at < len(listed):
                        carried = unit
                    found.append((*unit, *new, "whole" if carried is None else "part"))
        return found

    @cached_property
    def made_of(self) -> Mapping[str, tuple[str, ...]]:
        """Return new code → the old codes that went into it."""
        found: dict[str, tuple[str, ...]] = {}
        for edge in self.edges:
            found[edge[6]] = (*found.get(edge[6], ()), edge[0])
        return found

    @cached_property
    def divided(self) -> frozenset[str]:
        """Return the old codes that did not come into one new unit as a whole."""
        return frozenset(edge[0] for edge in self.edges if edge[10] != "whole")

    def write(self, path: Path) -> Path:
        """Write the list of changes as CSV."""
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEADINGS, *self.edges])
        return path

    def dossiers(self) -> Iterator[tuple[str, date, date, date]]:
        """Yield code, receipt, due date and end of dossiers: of old communes in the last quarter of 2024, of new ones in that of 2025."""
        for year, codes in ((2024, dict.fromkeys(edge[0] for edge in self.edges)), (2025, self.made_of)):
            for n, code in enumerate(codes):
                for k in range(1 + n * 7 % 3):
                    received = date(year, 10, 1) + timedelta(days=(n + 11 * k) % 60)
                    yield code, received, received + timedelta(days=7), received + timedelta(days=(n * 31 + k * 17) % 10)
