"""What a text in a unit column means: a unit by its code or by its name in any spelling, or the reason why none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Literal

from cchc_metrics.errors import suggestion
from cchc_metrics.reference.level import LEVELS_OF_KIND
from cchc_metrics.reference.unit_name import comparable, kind_of, marked, readings, unmarked
from cchc_metrics.reference.unit_time import Unit

if TYPE_CHECKING:
    from cchc_metrics.reference.unit import UnitTree


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why a text in a unit column means no unit.

    Args:
        code: ``unknown``: no unit has this code or name; ``ambiguous``: several do; ``other_kind``: a unit has this name but is of another
            kind; ``other_day``: a unit has this name but does not exist on the day asked about.
        said: the same in Vietnamese and in English.
        near: returns what to add about the nearest unit. It is sought only when somebody reads the line: seeking costs milliseconds, and
            a column that is not of units at all has as many texts as rows.
    """

    code: Literal["unknown", "ambiguous", "other_kind", "other_day"]
    said: tuple[str, str]
    near: Callable[[], tuple[str, str]] | None = field(default=None, repr=False, compare=False)

    @property
    def vi(self) -> str:
        """The reason as one line in Vietnamese, with the fix."""
        return self.said[0] + (self.near()[0] if self.near else "")

    @property
    def en(self) -> str:
        """The reason as one line in English, with the fix."""
        return self.said[1] + (self.near()[1] if self.near else "")


@dataclass(frozen=True, slots=True)
class Match:
    """What a text in a unit column was found to mean.

    Args:
        unit: the unit, or None.
        candidates: codes of the units that have the name, where none was chosen; matching never chooses among them.
        reason: why there is no unit; None where there is one.
    """

    unit: Unit | None
    candidates: tuple[str, ...] = ()
    reason: NoMatch | None = None


class Names:
    """Units by their names, in any spelling. What the names are in comparable form is found when a first name is looked up.

    Args:
        units: the units by code, in the order of the tree.
    """

    __slots__ = ("_borne", "_place", "_spelled", "_units")

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units
        self._place = {code: place for place, code in enumerate(units)}
        self._borne: dict[str, set[date | None]] | None = None
        self._spelled: tuple[Mapping[str, list[str]], Mapping[str, list[str]]] | None = None  # with marks, without

    def lasted(self, name: str) -> set[date | None]:
        """Return the last days of the units that have a name, with its kind or without it, in the very same letters."""
        if self._borne is None:
            self._borne = {}
            for unit in self._units.values():
                for borne in (unit.name, unit.full_name):
                    self._borne.setdefault(borne, set()).add(unit.valid_to)
        return self._borne.get(name, set())

    def in_order(self, codes: Iterable[str]) -> list[str]:
        """Return codes in the order of the tree."""
        return sorted(codes, key=self._place.__getitem__)

    def named(self, text: str) -> dict[str, list[str]]:
        """Return the codes that have a name, in the order of the tree, each with the kinds that the text says for it."""
        if self._spelled is None:
            self._spelled = self._spell()
        with_marks, without = self._spelled
        found: dict[str, list[str]] = {}
        by_marks = marked(text)
        for reading in readings(text):
            for code in with_marks.get(reading.name, ()) if by_marks else without.get(reading.plain, ()):
                found.setdefault(code, []).append(reading.kind)
        return {code: found[code] for code in self.in_order(found)}

    def _spell(self) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
        with_marks: dict[str, list[str]] = {}
        without: dict[str, list[str]] = {}
        spelled: dict[tuple[str, str], tuple[set[str], set[str]]] = {}  # before and after a reform units have the same names
        for code, unit in self._units.items():
            if (unit.kind, unit.name) not in spelled:
                spellings = _spellings(unit)
                spelled[unit.kind, unit.name] = (spellings, {unmarked(spelling) for spelling in spellings})
            spellings, unmarked_ones = spelled[unit.kind, unit.name]
            for spelling in unmarked_ones:
                without.setdefault(spelling, []).append(code)
            for spelling in spellings:
                with_marks.setdefault(spelling, []).append(code)
        return with_marks, without


def found_by_name(text: str, on: date | None, tree: UnitTree) -> Match:
    """Return what a code or a name means in a tree; see ``UnitTree.match``."""
    text = text.strip()
    if text in tree:
        return Match(tree.unit(text) if on is None else tree.on_day(text, on), tree.bearers.get(text, ()) if on is None else ())
    found = tree.names.named(text)
    fitting = tuple(code for code, kinds in found.items() if any(_may_be(tree.unit(code), kind) for kind in kinds))
    alive = tuple(code for code in fitting if on is None or tree.overlaps(tree.whole(code), on, on))
    meant = tuple(dict.fromkeys(map(tree.whole, alive)))
    if len(meant) == 1:  # a name of one of its stages is a name of the unit
        return Match(tree.unit(meant[0]) if on is None else tree.on_day(alive[-1], on))
    listed = alive or fitting or tuple(found)
    units = "; ".join(f"{code} ({tree.unit(code).full_name})" for code in listed)
    if alive:
        return _no_match("ambiguous", listed, f"«{text}» có thể là {units}; ghi mã", f"«{text}» can be {units}; write the code")
    if fitting:
        return _no_match(
            "other_day", listed, f"«{text}»: {units} không có vào ngày {on:%d/%m/%Y}", f"«{text}»: {units} does not exist on {on}"
        )
    if found:
        return _no_match("other_kind", listed, f"«{text}» không phải {units}; ghi mã", f"«{text}» is not {units}; write the code")
    reason = NoMatch("unknown", (f"không có đơn vị «{text}»", f"there is no unit «{text}»"), partial(_near, tree, text))
    return Match(None, (), reason)


def _spellings(unit: Unit) -> set[str]:
    """Return the comparable forms of a unit's name: as given, with its kind, and without a kind that was written into the name."""
    read = readings(unit.name)
    own = kind_of(unit.kind) if unit.kind else read[-1].kind
    return {comparable(unit.full_name), *(reading.name for reading in read if reading.kind in ("", own))}


def _may_be(unit: Unit, kind: str) -> bool:
    if not kind:
        return True
    own = kind_of(unit.kind) if unit.kind else readings(unit.name)[-1].kind
    return own == kind if own else unit.level in LEVELS_OF_KIND[kind]


def _no_match(code: Literal["ambiguous", "other_kind", "other_day"], candidates: tuple[str, ...], vi: str, en: str) -> Match:
    return Match(None, candidates, NoMatch(code, (vi, en)))


def _near(tree: UnitTree, text: str) -> tuple[str, str]:
    return suggestion(text, (*tree.codes, *(tree.unit(code).full_name for code in tree.codes)))
