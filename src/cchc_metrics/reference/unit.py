"""Administrative units and their tree. A unit is its code and its days, never its name; level, name and parent hold between dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from types import MappingProxyType

from cchc_metrics.arguments import public, public_methods
from cchc_metrics.errors import CatalogueError, UnknownUnitError, suggestion
from cchc_metrics.reference.level import DISTRICT_LEVEL_ENDED, LEVEL_NAMES, LEVELS, Level, level_exists
from cchc_metrics.reference.unit_check import findings_of
from cchc_metrics.reference.unit_columns import UnitColumns
from cchc_metrics.reference.unit_finding import UnitFinding
from cchc_metrics.reference.unit_match import Match, Names, NoMatch, found_by_name
from cchc_metrics.reference.unit_name import normalise_unit_name
from cchc_metrics.reference.unit_time import Bearers, Unit, check_continued, links_of, official_code

__all__ = [
    "DISTRICT_LEVEL_ENDED",
    "LEVELS",
    "LEVEL_NAMES",
    "Level",
    "Match",
    "NoMatch",
    "Unit",
    "UnitTree",
    "level_exists",
    "normalise_unit_name",
]


@public_methods
class UnitTree:
    """Units by code, checked: every mistake is said at once.

    >>> tree = UnitTree([Unit(code="TM", name="Tháp Mười", level="district"),
    ...                  Unit(code="MA", name="Mỹ An", kind="thị trấn", level="commune", parent="TM")])
    >>> tree.subtree("TM"), tree.match("UBND TT. My An").unit.code
    (('TM', 'MA'), 'MA')

    Args:
        units: the units; parents may follow their children.
        noticed: what was found when their list was read.

    Raises:
        CatalogueError: names every mistake: a code that two units bear on the same days, an unknown parent or predecessor, a circle of
            parents or of predecessors, a parent that is not on a higher level, an end before the beginning, a district after 30/06/2025.
    """

    __slots__ = (
        "_below",
        "_children",
        "_columns",
        "_stages",
        "_successors",
        "_units",
        "_whole",
        "bearers",
        "codes",
        "days",
        "made_of",
        "names",
        "noticed",
    )

    codes: tuple[str, ...]
    """What the units are called by, each before what is below it; a unit that continued stands here once for each of its stages."""
    bearers: Mapping[str, tuple[str, ...]]
    """Official codes that several units bore → what these are called by, earliest first."""
    days: Mapping[str, tuple[date | None, date | None]]
    """Each unit's first and last day, over all of its stages; None for open."""
    made_of: Mapping[str, tuple[str, ...]]
    """The units that were made of others → these."""
    names: Names
    """The units by their names, in any spelling."""
    noticed: tuple[UnitFinding, ...]
    """What was found when the list of the units was read; ``findings`` has it, too."""
    _units: Mapping[str, Unit]
    _below: Mapping[str, tuple[str, ...]]
    _children: Mapping[str, tuple[str, ...]]
    _successors: Mapping[str, tuple[str, ...]]
    _stages: Mapping[str, tuple[str, ...]]
    _whole: Mapping[str, str]
    _columns: UnitColumns

    @public
    def __init__(self, units: Iterable[Unit], *, noticed: Iterable[UnitFinding] = ()) -> None:
        listed, bearers = _identified(list(units))
        by_code = {u.code: u for u in listed}
        stages: dict[str, tuple[str, ...]] = {}
        for keys in bearers.values():
            for key in keys:
                stages[key] = (*stages.pop(before), key) if by_code[key].continues and (before := keys[keys.index(key) - 1]) else (key,)
        stages = {key: chain for key, chain in stages.items() if len(chain) > 1}
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
        successors: dict[str, list[str]] = {}
        for code in ordered:
            for earlier in dict.fromkeys(by_code[code].predecessors):
                successors.setdefault(earlier, []).append(code)
        found = MappingProxyType({code: by_code[code] for code in ordered})
        days = {code: (unit.valid_from, unit.valid_to) for code, unit in found.items()}
        made_of = {code: unit.predecessors for code, unit in found.items() if unit.predecessors}
        for key, chain in stages.items():
            days[key] = (found[chain[0]].valid_from, found[key].valid_to)
            if chain[0] in made_of:
                made_of[key] = made_of[chain[0]]
        for name, value in (
            ("_units", found),
            ("_children", MappingProxyType({code: tuple(below) for code, below in children.items()})),
            ("_below", MappingProxyType(below)),
            ("days", MappingProxyType(days)),
            ("made_of", MappingProxyType(made_of)),
            ("names", Names(found)),
            ("noticed", tuple(noticed)),
            ("_successors", MappingProxyType({k: tuple(v) for k, v in successors.items()})),
            ("_stages", MappingProxyType(stages)),
            ("_whole", MappingProxyType({stage: key for key, chain in stages.items() for stage in chain})),
            ("bearers", MappingProxyType(bearers)),
            ("codes", tuple(ordered)),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"danh mục đơn vị không thay đổi được | a unit tree does not change: {name} = {value!r}")

    def __contains__(self, code: object) -> bool:
        return code in self._units

    def __len__(self) -> int:
        return len(self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnitTree) and dict(self._units) == dict(other._units)

    def __hash__(self) -> int:
        return hash(self.codes)

    def __repr__(self) -> str:
        return f"UnitTree({len(self)} units under {', '.join(self.roots)})"

    def __reduce__(self) -> tuple[object, ...]:
        return partial(UnitTree, noticed=self.noticed), (tuple(self._units.values()),)

    def unit(self, code: str) -> Unit:
        """Return a unit by code; of a code that several bore, the unit that bears it last.

        Raises:
            UnknownUnitError: names the nearest code.
        """
        found: Unit | None = self._units.get(code)
        if found is None:
            vi, en = suggestion(code, self.codes)
            raise UnknownUnitError(f"không có đơn vị «{code}»{vi}", f"there is no unit «{code}»{en}")
        return found

    @property
    def columns(self) -> UnitColumns:
        """All units at once, found when they are first asked for."""
        found: UnitColumns | None = getattr(self, "_columns", None)
        if found is None:
            found = UnitColumns.of(self)
            object.__setattr__(self, "_columns", found)
        return found

    def findings(self) -> tuple[UnitFinding, ...]:
        """Return every finding about the units, each with a stable code: what was found when their list was read, then what the days say.

        The days say gaps and overlaps between a unit and its predecessors, days without the unit above, units that ended without a
        successor, divided ones, and two of one name below one unit on one day.
        """
        return (*self.noticed, *findings_of(self))

    def concerning(self, code: str) -> UnitTree:
        """Return the tree of what a unit has to do with: all that is below it, what that became, what these were made of, with all below.

        What is above and beside them is left out, so that no total of a part of it can be taken for the whole.

        Raises:
            UnknownUnitError: names the nearest code.
        """
        self.unit(code)
        kept = {c for own in self.bearers.get(code, (code,)) for c in self.subtree(own)}
        kept |= {after for c in kept for after in self.successors(c)}
        more = kept
        while more:
            found = {official_code(c) for c in more}
            found = {own for c in found for own in self.bearers.get(c, (c,)) if own in self}
            found |= {own for c in more for own in (*self.stages_of(c), *self._units[c].predecessors)}
            more = {below for c in found - kept for below in self.subtree(c)} - kept
            kept |= more
        units = [self._units[c] for c in self.codes if c in kept]
        codes = {official_code(c) for c in kept}
        noticed = [found for found in self.noticed if not found.unit or official_code(found.unit) in codes]
        return UnitTree([u if u.parent in kept else u.model_copy(update={"parent": ""}) for u in units], noticed=noticed)

    @property
    def roots(self) -> tuple[str, ...]:
        """Codes of the units without a parent."""
        return tuple(code for code in self.codes if not self._units[code].parent)

    def children(self, code: str, on: date | None = None) -> tuple[str, ...]:
        """Return the codes directly below a unit, on a day where one is given.

        Raises:
            UnknownUnitError: names the nearest code.
        """
        self.unit(code)
        below = [child for stage in self.stages(code) for child in self._children[stage]]
        return self._wholes(c for c in self.names.in_order(below) if on is None or self._units[c].exists(on, on))

    def subtree(self, code: str, on: date | None = None) -> tuple[str, ...]:
        """Return a unit's code and all below it, the unit first, each before what is below it, in the order they were given.

        Args:
            code: the unit.
            on: the day on which they were below it; a unit that moved is below where it was on that day. None for any day.

        Raises:
            UnknownUnitError: names the nearest code.
        """
        self.unit(code)
        if on is not None:
            whole = self.whole(code)
            below = (c for child in self.children(whole, on) for c in self.subtree(child, on))
            return (whole, *below) if self.active(whole, on) else ()
        if code in self._stages:
            return tuple(dict.fromkeys(c for stage in reversed(self._stages[code]) for c in self._below[stage]))
        found: tuple[str, ...] = self._below[code]
        return found

    def below(self, code: str) -> tuple[str, ...]:
        """Return one stage of a unit and what was below it; ``subtree`` of a unit that never changed."""
        self.unit(code)
        found: tuple[str, ...] = self._below[code]
        return found

    def stages(self, code: str) -> tuple[str, ...]:
        """Return what a unit was called by while its name, kind or parent changed, earliest first; of most units the code alone."""
        if code not in self._units:
            self.unit(code)
        return self._stages.get(code, (code,))

    def stages_of(self, code: str) -> tuple[str, ...]:
        """Return the stages of the unit of which a code is one stage; none of a code that is not there."""
        return self._stages.get(self._whole.get(code, code), (code,) if code in self._units else ())

    def whole(self, code: str) -> str:
        """Return what a unit is called by of which a code is one stage."""
        return self._whole.get(code, code)

    def on_day(self, code: str, on: date) -> Unit:
        """Return the unit that a code means on a day, under the name, kind and parent of that day; the nearest where none has it then.

        >>> tree = UnitTree([Unit(code="30043", name="Hưng Thạnh", level="commune", valid_to=date(2025, 6, 30)),
        ...                  Unit(code="30043", name="Phương Thịnh", level="commune", valid_from=date(2025, 7, 1))])
        >>> tree.on_day("30043", date(2025, 6, 30)).name, tree.unit("30043").name, tree.codes
        ('Hưng Thạnh', 'Phương Thịnh', ('30043@2025-06-30', '30043'))
        """
        own = self.unit(code)
        keys = self.stages(code) if official_code(code) != code else self.bearers.get(code, (code,))
        return next((unit for unit in map(self.unit, keys) if unit.valid_to is None or on <= unit.valid_to), own)

    def called(self, code: str, on: date | None = None, *, kind: bool = True) -> str:
        """Return what a unit is called in answers, so that it cannot be taken for another.

        A unit that ended has its last day beside its name where another one has its code, or has its name until another day.

        Args:
            code: its key.
            on: the day whose name and kind are meant, of a unit that changed them; None for the last ones.
            kind: whether its kind is said, too.

        >>> tree = UnitTree([Unit(code="30043", name="Hưng Thạnh", kind="xã", level="commune", valid_to=date(2025, 6, 30)),
        ...                  Unit(code="30043", name="Phương Thịnh", kind="xã", level="commune", valid_from=date(2025, 7, 1))])
        >>> tree.called("30043@2025-06-30"), tree.called("30043", kind=False)
        ('xã Hưng Thạnh (–30/06/2025)', 'Phương Thịnh')
        """
        stages = [self.unit(stage) for stage in self.stages(self.whole(code))]
        last = stages[-1].valid_to
        named = next((unit for unit in stages if on is not None and (unit.valid_to is None or on <= unit.valid_to)), stages[-1])
        name = named.full_name if kind else named.name
        shared = last and (len(self.bearers.get(official_code(code), ())) > len(stages) or self.names.lasted(name) - {last})
        return f"{name} (–{last:%d/%m/%Y})" if shared else name

    def days_of(self, code: str) -> tuple[date | None, date | None]:
        """Return the first and the last day of a unit, over all of its stages; None for open."""
        if code not in self.days:
            self.unit(code)
        return self.days[code]

    def _wholes(self, codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._whole.get(c, c) for c in codes))

    def levels_below(self, code: str) -> tuple[Level, ...]:
        """Return the levels that occur in a unit's subtree, its own among them, highest first."""
        present = {self._units[c].level for c in self.subtree(code)}
        return tuple(level for level in LEVELS if level in present)

    def active(self, code: str, on: date) -> bool:
        """Return whether a unit exists on a day."""
        return self.overlaps(code, on, on)

    def overlaps(self, code: str, first: date, last: date) -> bool:
        """Return whether a unit exists on any day between two days, both included."""
        if code not in self.days:
            self.unit(code)
        since, until = self.days[code]
        return (since is None or since <= last) and (until is None or until >= first)

    def at_level(self, level: Level, *, within: str | None = None, on: date | None = None) -> tuple[str, ...]:
        """Return the codes of one level, below a unit and on a day where these are given."""
        codes = self.codes if within is None else self.subtree(within)
        return self._wholes(c for c in codes if self._units[c].level == level and (on is None or self._units[c].exists(on, on)))

    def predecessors(self, code: str) -> tuple[str, ...]:
        """Return the codes of the units that a unit was made of; a baseline is the sum of their counts."""
        if code not in self._units:
            self.unit(code)
        return self.made_of.get(code, ())

    def successors(self, code: str) -> tuple[str, ...]:
        """Return the codes of the units that a unit went into, in the order of the tree.

        Raises:
            UnknownUnitError: names the nearest code.
        """
        if code not in self._units:
            self.unit(code)
        found: tuple[str, ...] = self._successors.get(code, ())
        return found

    def split_predecessors(self, code: str) -> tuple[str, ...]:
        """Return the predecessors that did not come into a unit as a whole: their counts cannot be allocated exactly."""
        unit = self._begun(code)
        return tuple(before for before in unit.predecessors if before in unit.parts_of or len(self._successors[before]) > 1)

    def _begun(self, code: str) -> Unit:
        """Return the first stage of a unit."""
        stages = self._stages.get(code)
        return self._units[stages[0]] if stages else self._units.get(code) or self.unit(code)

    def match(self, text: str, on: date | None = None) -> Match:
        """Return what a code or a name means; a name that could mean several units means none of them.

        A text without any marks is compared without marks; one with marks is taken at its word: Mỹ Hóa is not Mỹ Hòa. A kind, where the
        text says one, has to be the unit's.

        Args:
            text: a code; or a name in any spelling: NFC or NFD, Mỹ Quí or Mỹ Quý, Hòa or Hoà, with or without xã, thị trấn, UBND.
            on: the day, where known; only units that exist on it are considered by name. A code is found on any day; where several units
                bore it, the day says which is meant, and without one it is the unit that bears it last, with all of them as candidates.

        >>> tree = UnitTree([Unit(code="1", name="Mỹ Hòa", kind="xã", level="commune")])
        >>> tree.match("UBND xã Mỹ Hoà").unit.code, tree.match("thị trấn Mỹ Hòa").reason.code, tree.match("Mỹ Hóa").reason.code
        ('1', 'other_kind', 'unknown')
        """
        return found_by_name(text, on, self)


def _identified(listed: list[Unit]) -> tuple[list[Unit], Mapping[str, tuple[str, ...]]]:
    """Return the units under keys that are all different, and the codes that several bear; raise where anything is wrong."""
    bearers = Bearers(listed)
    parents, before, parts = links_of(bearers)
    mistakes = [*bearers.mistakes, *check_continued(bearers, parents)]
    units = []
    for at, unit in enumerate(listed):
        key = bearers.key[at]
        changes = {
            name: value
            for name, value in (("code", key), ("parent", parents[key]), ("predecessors", before[key]), ("parts_of", parts[key]))
            if getattr(unit, name) != value
        }
        units.append(unit.model_copy(update=changes) if changes else unit)
    mistakes += _mistakes(units)
    if mistakes:
        raise CatalogueError("; ".join(vi for vi, _ in mistakes), "; ".join(en for _, en in mistakes))
    return units, {code: keys for code, keys in bearers.keys.items() if len(keys) > 1}


def _mistakes(units: list[Unit]) -> list[tuple[str, str]]:
    mistakes: list[tuple[str, str]] = []
    by_code = {unit.code: unit for unit in units}
    for unit in units:
        late = [day for day in (unit.valid_from, unit.valid_to) if day and not level_exists(unit.level, day)]
        if late:
            end = f"{DISTRICT_LEVEL_ENDED:%d/%m/%Y}"
            mistakes.append((f"«{unit.code}»: cấp huyện kết thúc ngày {end}", f"«{unit.code}»: the district level ended on {end}"))
        elif unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
            mistakes.append((f"«{unit.code}»: hết hiệu lực trước khi có hiệu lực", f"«{unit.code}»: ends before it begins"))
        above = by_code.get(unit.parent)
        if above and LEVELS.index(above.level) >= LEVELS.index(unit.level):
            mistakes.append((f"«{unit.code}»: đơn vị cấp trên không ở cấp cao hơn", f"«{unit.code}»: its parent is not on a higher level"))
    if mistakes:  # where each parent is on a higher level there is no circle
        parents = {unit.code: [unit.parent] for unit in units if unit.parent}
        mistakes += [(f"đơn vị cấp trên lặp vòng: {circle}", f"parents go in a circle: {circle}") for circle in _circles(parents)]
    if not all(_ended_before(by_code.get(code), unit) for unit in units for code in unit.predecessors):  # nor is one back in time
        before = {unit.code: unit.predecessors for unit in units}
        mistakes += [(f"đơn vị trước lặp vòng: {circle}", f"predecessors go in a circle: {circle}") for circle in _circles(before)]
    return mistakes


def _ended_before(before: Unit | None, unit: Unit) -> bool:
    return before is not None and before.valid_to is not None and unit.valid_from is not None and before.valid_to < unit.valid_from


def _circles(graph: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the circles of a graph, cutting each where it was found."""
    left: dict[str, list[str]] = {code: list(before) for code, before in graph.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            for before, code in pairwise(circle):
                left[code] = [other for other in left[code] if other != before]
            yield " ← ".join(f"«{code}»" for code in circle)
        else:
            return
