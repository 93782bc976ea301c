"""Administrative units and their tree. Identity is the code, never the name; level, name and parent hold between dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cchc_metrics.errors import CatalogueError, UnknownUnitError, suggestion
from cchc_metrics.text import fold

Level = Literal["province", "district", "commune"]
LEVELS: tuple[Level, ...] = ("province", "district", "commune")
DISTRICT_LEVEL_ENDED = date(2025, 6, 30)
"""Last day of the district level; on 01/07/2025 communes merged and took over its competences."""

LEVEL_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "province": ("cấp tỉnh", "province level"),
        "district": ("cấp huyện", "district level"),
        "commune": ("cấp xã", "commune level"),
    }
)
"""Level → (Vietnamese, English)."""


class Unit(BaseModel):
    """An administrative unit.

    Args:
        code: identity.
        name: name without the kind ("Mỹ An"); not unique.
        kind: tỉnh, huyện, xã, phường, thị trấn, đặc khu.
        level: province, district or commune.
        parent: code of the unit above, ``""`` for a root.
        valid_from, valid_to: first and last day of its existence; None for open.
        predecessors: codes of the units it was made of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1)
    name: str = Field(min_length=1)
    kind: str = ""
    level: Level
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    predecessors: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Kind and name: ``thị trấn Mỹ An``."""
        return f"{self.kind} {self.name}".strip()

    def exists(self, first: date, last: date) -> bool:
        """Return whether the unit exists on any day between two days, both included."""
        return (self.valid_from is None or self.valid_from <= last) and (self.valid_to is None or self.valid_to >= first)


@dataclass(frozen=True, slots=True)
class Match:
    """What a text in a unit column was found to mean.

    Args:
        unit: the unit, or None.
        candidates: codes that the name could mean, when there are several; matching never chooses among them.
    """

    unit: Unit | None
    candidates: tuple[str, ...] = ()


class UnitTree:
    """Units by code, checked: every mistake is said at once.

    >>> tree = UnitTree([Unit(code="TM", name="Tháp Mười", level="district"),
    ...                  Unit(code="MA", name="Mỹ An", kind="thị trấn", level="commune", parent="TM")])
    >>> tree.subtree("TM"), tree.match("UBND TT. My An").unit.code
    (('TM', 'MA'), 'MA')
    """

    __slots__ = ("_below", "_names", "_successors", "_units", "codes")

    codes: tuple[str, ...]
    _units: Mapping[str, Unit]
    _below: Mapping[str, tuple[str, ...]]
    _names: Mapping[str, tuple[str, ...]]
    _successors: Mapping[str, tuple[str, ...]]

    def __init__(self, units: Iterable[Unit]) -> None:
        listed = list(units)
        _check(listed)
        by_code = {u.code: u for u in listed}
        children: dict[str, list[str]] = {u.code: [] for u in listed}
        for unit in listed:
            if unit.parent:
                children[unit.parent].append(unit.code)
        ordered: list[str] = []
        below: dict[str, tuple[str, ...]] = {}

        def walk(code: str) -> None:
            start = len(ordered)
            ordered.append(code)
            for child in children[code]:
                walk(child)
            below[code] = tuple(ordered[start:])

        for unit in listed:
            if not unit.parent:
                walk(unit.code)
        names: dict[str, list[str]] = {}
        successors: dict[str, list[str]] = {}
        for unit in listed:
            for spelling in {normalise_unit_name(unit.name), normalise_unit_name(unit.full_name)}:
                names.setdefault(spelling, []).append(unit.code)
            for before in unit.predecessors:
                successors.setdefault(before, []).append(unit.code)
        for name, value in (
            ("_units", MappingProxyType({code: by_code[code] for code in ordered})),
            ("_below", MappingProxyType(below)),
            ("_names", MappingProxyType({k: tuple(v) for k, v in names.items()})),
            ("_successors", MappingProxyType({k: tuple(v) for k, v in successors.items()})),
            ("codes", tuple(ordered)),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cây đơn vị không thay đổi được | a unit tree does not change: {name} = {value!r}")

    def __contains__(self, code: object) -> bool:
        return code in self._units

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnitTree) and dict(self._units) == dict(other._units)

    def __hash__(self) -> int:
        return hash(self.codes)

    def unit(self, code: str) -> Unit:
        """Return a unit by code.

        Raises:
            UnknownUnitError: names the nearest code.
        """
        found: Unit | None = self._units.get(code)
        if found is None:
            vi, en = suggestion(code, self.codes)
            raise UnknownUnitError(f"không có đơn vị «{code}»{vi}", f"there is no unit «{code}»{en}")
        return found

    @property
    def roots(self) -> tuple[str, ...]:
        """Codes of the units without a parent."""
        return tuple(code for code in self.codes if not self._units[code].parent)

    def children(self, code: str, on: date | None = None) -> tuple[str, ...]:
        """Return the codes directly below a unit, on a day where one is given."""
        self.unit(code)
        return tuple(c for c in self.codes if self._units[c].parent == code and (on is None or self._units[c].exists(on, on)))

    def subtree(self, code: str) -> tuple[str, ...]:
        """Return a unit's code and all below it, the unit first."""
        self.unit(code)
        found: tuple[str, ...] = self._below[code]
        return found

    def levels_below(self, code: str) -> tuple[Level, ...]:
        """Return the levels that occur in a unit's subtree, highest first."""
        present = {self._units[c].level for c in self.subtree(code)}
        return tuple(level for level in LEVELS if level in present)

    def active(self, code: str, on: date) -> bool:
        """Return whether a unit exists on a day."""
        return self.unit(code).exists(on, on)

    def overlaps(self, code: str, first: date, last: date) -> bool:
        """Return whether a unit exists on any day between two days, both included."""
        return self.unit(code).exists(first, last)

    def at_level(self, level: Level, *, within: str | None = None, on: date | None = None) -> tuple[str, ...]:
        """Return the codes of one level, below a unit and on a day where these are given."""
        codes = self.codes if within is None else self.subtree(within)
        return tuple(c for c in codes if self._units[c].level == level and (on is None or self._units[c].exists(on, on)))

    def predecessors(self, code: str) -> tuple[str, ...]:
        """Return the codes of the units that a unit was made of."""
        return self.unit(code).predecessors

    def successors(self, code: str) -> tuple[str, ...]:
        """Return the codes of the units that a unit went into."""
        found: tuple[str, ...] = self._successors.get(code, ())
        return found

    def split_predecessors(self, code: str) -> tuple[str, ...]:
        """Return the predecessors that went into more than one unit: their counts cannot be allocated exactly."""
        return tuple(before for before in self.predecessors(code) if len(self.successors(before)) > 1)

    def match(self, text: str, on: date | None = None) -> Match:
        """Return what a code or a name means; a name that could mean several units means none of them.

        Args:
            text: a code; or a name in any spelling: NFC or NFD, Mỹ Quí or Mỹ Quý, Hòa or Hoà, with or without xã, thị trấn, UBND.
            on: the day, where known; only units that exist on it are considered by name.
        """
        if text in self._units:
            return Match(self._units[text])
        codes = self._names.get(normalise_unit_name(text), ())
        if on is not None:
            codes = tuple(c for c in codes if self._units[c].exists(on, on))
        exact = tuple(c for c in codes if _kind_and_name(self._units[c].full_name) == _kind_and_name(text))
        if len(codes) > 1 and len(exact) == 1:
            codes = exact
        return Match(self._units[codes[0]]) if len(codes) == 1 else Match(None, codes)


_OFFICES = ("uy ban nhan dan", "hoi dong nhan dan", "ubnd", "hdnd")
_SHORT_KINDS = {"tt": "thi tran", "tp": "thanh pho", "tx": "thi xa", "p": "phuong", "h": "huyen", "x": "xa"}
_KINDS = ("thi tran", "thanh pho", "thi xa", "huien", "phuong", "dac khu", "tinh", "xa")  # y is folded to i


def normalise_unit_name(text: str) -> str:
    """Return a name without diacritics, case, y/i differences and the words for its kind; only for comparing.

    >>> normalise_unit_name("UBND xã Mỹ Quí") == normalise_unit_name("Mỹ Quý")
    True
    """
    words = _kind_and_name(text)
    for kind in _KINDS:
        if words.startswith(kind + " "):
            return words[len(kind) + 1 :]
    return words


def _kind_and_name(text: str) -> str:
    """Return a name with its kind written out, without the office, diacritics, case and y/i differences."""
    words = re.sub(r"[^0-9a-z]+", " ", fold(text)).strip()
    for office in _OFFICES:
        words = words.removeprefix(office + " ")
    first, _, rest = words.partition(" ")
    if rest and first in _SHORT_KINDS:
        words = f"{_SHORT_KINDS[first]} {rest}"
    return words.replace("y", "i")


def level_exists(level: Level, on: date) -> bool:
    """Return whether an administrative level exists on a day: the district level ended on 30/06/2025.

    >>> level_exists("district", date(2025, 7, 1))
    False
    """
    return level != "district" or on <= DISTRICT_LEVEL_ENDED


def _check(units: list[Unit]) -> None:
    mistakes: list[tuple[str, str]] = []
    by_code: dict[str, Unit] = {}
    for unit in units:
        if unit.code in by_code:
            mistakes.append((f"mã «{unit.code}» lặp lại", f"code «{unit.code}» occurs twice"))
        by_code[unit.code] = unit
    for unit in units:
        for what, codes in (
            ("đơn vị cấp trên | parent", (unit.parent,) if unit.parent else ()),
            ("đơn vị trước | predecessor", unit.predecessors),
        ):
            vi_what, _, en_what = what.partition(" | ")
            for code in codes:
                if code not in by_code:
                    vi, en = suggestion(code, by_code)
                    mistakes.append(
                        (f"«{unit.code}»: không có {vi_what} «{code}»{vi}", f"«{unit.code}»: there is no {en_what} «{code}»{en}")
                    )
        if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
            mistakes.append((f"«{unit.code}»: hết hiệu lực trước khi có hiệu lực", f"«{unit.code}»: ends before it begins"))
        above = by_code.get(unit.parent)
        if above and LEVELS.index(above.level) >= LEVELS.index(unit.level):
            mistakes.append((f"«{unit.code}»: đơn vị cấp trên không ở cấp cao hơn", f"«{unit.code}»: its parent is not on a higher level"))
    if mistakes:
        raise CatalogueError("; ".join(vi for vi, _ in mistakes), "; ".join(en for _, en in mistakes))
