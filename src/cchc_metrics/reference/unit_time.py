"""Units in time: a code together with its days of validity. One code can mean several units, one after the other.

The unit that bears a code last is called by the code alone; each before it by the code and its own last day: ``30043@2025-06-30``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from cchc_metrics.declared import DeclaredModel
from cchc_metrics.errors import suggestion
from cchc_metrics.reference.level import DISTRICT_LEVEL_ENDED, Level
from cchc_metrics.text import nfc

_KEY = re.compile(r"(?s)(.+)@[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ONE_DAY = timedelta(days=1)
Mistake = tuple[str, str]


class Unit(DeclaredModel):
    """An administrative unit.

    Args:
        code: the official code. Several units can bear it, one after the other; their days tell them apart. In a tree the one that bears
            it last is called by the code, each before it by the code and its last day: ``30043@2025-06-30``.
        name: name without the kind ("Mỹ An"); not unique.
        kind: tỉnh, thành phố, huyện, quận, thị xã, xã, phường, thị trấn, đặc khu; ``""`` where not known.
        level: province, district or commune.
        parent: code of the unit above, ``""`` for a root.
        valid_from, valid_to: first and last day of its existence; None for open. A district without a last day ended with its level,
            on 30/06/2025.
        predecessors: codes of the units it was made of; one of them may be its own, of the unit that bore it before.
        parts_of: those of the predecessors of which it got a part only.
        continues: whether it is the same unit as the one that bore its code until the day before, under another name, kind or parent.

    >>> Unit(code="H20.38", name="Tháp Mười", level="district").valid_to
    datetime.date(2025, 6, 30)
    """

    code: str = Field(min_length=1)
    name: Annotated[str, AfterValidator(nfc), Field(min_length=1)]
    kind: Annotated[str, AfterValidator(nfc)] = ""
    level: Level
    parent: str = ""
    valid_from: date | None = None
    valid_to: Annotated[date | None, Field(validate_default=True)] = None
    predecessors: tuple[str, ...] = ()
    parts_of: tuple[str, ...] = ()
    continues: bool = False

    @field_validator("valid_to", mode="after")
    @classmethod
    def _ends_with_its_level(cls, value: date | None, info: ValidationInfo) -> date | None:
        return DISTRICT_LEVEL_ENDED if value is None and info.data.get("level") == "district" else value

    @property
    def full_name(self) -> str:
        """Kind and name: ``thị trấn Mỹ An``."""
        return f"{self.kind} {self.name}".strip()

    def exists(self, first: date, last: date) -> bool:
        """Return whether the unit exists on any day between two days, both included."""
        return (self.valid_from is None or self.valid_from <= last) and (self.valid_to is None or self.valid_to >= first)


def official_code(key: str) -> str:
    """Return the official code of a unit that is called by its code, or by its code and its last day.

    >>> official_code("30043@2025-06-30"), official_code("30043"), official_code("a@b")
    ('30043', '30043', 'a@b')
    """
    found = _KEY.fullmatch(key)
    return found[1] if found else key


class Bearers:
    """The units that bear each code, in the order of their days, under keys that are all different.

    Args:
        units: the units, in any order.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self.mistakes: list[Mistake] = []
        self.key: dict[int, str] = {}  # place in the list → key
        self.unit: dict[str, Unit] = {}
        self.keys: dict[str, tuple[str, ...]] = {}  # official code → keys of those that bear it, earliest first
        groups: dict[str, list[int]] = {}
        for at, unit in enumerate(units):
            groups.setdefault(official_code(unit.code), []).append(at)
        for code, places in groups.items():
            if len(places) > 1:
                places.sort(key=lambda at: units[at].valid_from or date.min)
            apart = len(places) > 1 and self._apart(code, [units[at] for at in places])
            for at in places:
                unit = units[at]
                key = unit.code if len(places) == 1 else f"{code}@{unit.valid_to}" if apart and at != places[-1] else code
                self.key[at] = key
                self.unit.setdefault(key, unit)
            self.keys[code] = tuple(dict.fromkeys(self.key[at] for at in places))

    def _apart(self, code: str, bearers: Sequence[Unit]) -> bool:
        for one, other in pairwise(bearers):
            if one.valid_to is None or other.valid_from is None or other.valid_from <= one.valid_to:
                self.mistakes.append(
                    (
                        f"mã «{code}» lặp lại trong cùng những ngày; ghi valid_to cho đơn vị trước, valid_from cho đơn vị sau",
                        f"code «{code}» occurs twice on the same days; write valid_to of the earlier unit and valid_from of the later one",
                    )
                )
                return False
        return True

    def before(self, key: str) -> str:
        """Return the key of the unit that bore the same code until the day before a unit began; ``""`` where there is none."""
        keys = self.keys[official_code(key)]
        at = keys.index(key) - 1
        start, end = self.unit[key].valid_from, self.unit[keys[at]].valid_to if at >= 0 else None
        return keys[at] if start and end and end + _ONE_DAY == start else ""

    def parent(self, key: str) -> str:
        """Return the key of the unit above: the one that bears the code on the unit's own days, the latest of one that continues."""
        unit = self.unit[key]
        keys = self._named(key, unit.parent, "đơn vị cấp trên", "parent")
        if len(keys) < 2:
            return keys[0] if keys else ""
        there = [k for k in keys if _overlap(self.unit[k], unit)]
        if there and all(self.unit[k].continues for k in there[1:]):
            return there[-1]
        listed = ", ".join(f"«{k}»" for k in there or keys)
        self.mistakes.append(
            (
                f"«{key}»: mã cấp trên «{unit.parent}» có thể là {listed}; ghi valid_from, valid_to của «{key}»",
                f"«{key}»: the parent's code «{unit.parent}» can be {listed}; write valid_from and valid_to of «{key}»",
            )
        )
        return ""

    def predecessors(self, key: str) -> dict[str, str]:
        """Return the codes of the units that a unit was made of, each with the key of what bore it last before the unit began."""
        unit = self.unit[key]
        found: dict[str, str] = {}
        for code in unit.predecessors:
            keys = self._named(key, code, "đơn vị trước", "predecessor")
            others = [k for k in keys if k != key]
            if unit.valid_from is not None:
                ended = [k for k in others if (self.unit[k].valid_to or date.max) < unit.valid_from]
                others = ended[-1:] or others[:1]
            if len(others) > 1:
                listed = ", ".join(f"«{k}»" for k in others)
                self.mistakes.append(
                    (
                        f"«{key}»: đơn vị trước «{code}» có thể là {listed}; ghi valid_from của «{key}»",
                        f"«{key}»: the predecessor «{code}» can be {listed}; write valid_from of «{key}»",
                    )
                )
            if others or keys:
                found[code] = (others or list(keys))[0]  # where there is nobody but itself, that is a circle
        for code in unit.parts_of:
            if code not in unit.predecessors:
                vi, en = suggestion(code, unit.predecessors)
                self.mistakes.append(
                    (
                        f"«{key}»: parts_of «{code}» không có trong predecessors{vi}",
                        f"«{key}»: parts_of «{code}» is not among its predecessors{en}",
                    )
                )
        return found

    def _named(self, key: str, code: str, vi_what: str, en_what: str) -> tuple[str, ...]:
        if code in self.unit and code not in self.keys:
            return (code,)
        if code not in self.keys:
            vi, en = suggestion(code, self.unit)
            self.mistakes.append((f"«{key}»: không có {vi_what} «{code}»{vi}", f"«{key}»: there is no {en_what} «{code}»{en}"))
            return ()
        return self.keys[code]


def _overlap(one: Unit, other: Unit) -> bool:
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (other.valid_from or date.min) <= (one.valid_to or date.max)


def links_of(bearers: Bearers) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return for each unit the key of its parent (``""`` for none), the keys of its predecessors, and of those that it got a part of.

    A merged unit that took over a code was also made of the unit that bore it until the day before, if nobody else was made of that one:
    in the official list of 01/07/2025 this is so of each of the 3.316 codes that were taken over.
    """
    parents = {key: bearers.parent(key) if unit.parent else "" for key, unit in bearers.unit.items()}
    found = {key: bearers.predecessors(key) if unit.predecessors or unit.parts_of else {} for key, unit in bearers.unit.items()}
    before = {key: tuple(dict.fromkeys(made_of.values())) for key, made_of in found.items()}
    parts = {key: tuple(found[key][code] for code in unit.parts_of if code in found[key]) for key, unit in bearers.unit.items()}
    taken = {p for keys in before.values() for p in keys}
    for key, made_of in before.items():
        heir = bearers.before(key) if made_of else ""
        if heir and heir not in taken and bearers.unit[heir].level == bearers.unit[key].level:
            before[key] = (heir, *made_of)
    return parents, before, parts


def check_continued(bearers: Bearers, parents: Mapping[str, str]) -> Iterable[Mistake]:
    """Yield what is wrong with the entries that say that a unit continues."""
    children: dict[str, list[str]] = {}
    for key, above in parents.items():
        children.setdefault(above, []).append(key)
    for key, unit in bearers.unit.items():
        if not unit.continues:
            continue
        earlier = bearers.before(key)
        if not earlier or unit.predecessors or bearers.unit[earlier].level != unit.level:
            yield (
                f"«{key}»: continues cần một đơn vị cùng mã, cùng cấp, hết hiệu lực ngay ngày trước, và không có predecessors",
                f"«{key}»: continues needs a unit of the same code and level that ended the day before, and no predecessors",
            )
            continue
        if parents[earlier] != parents[key]:
            for child in children.get(key, ()):
                if _overlap(bearers.unit[child], bearers.unit[earlier]):
                    yield (
                        f"«{child}»: đơn vị cấp trên «{key}» đổi cấp trên trong thời gian của nó; tách dòng, ghi continues",
                        f"«{child}»: the parent «{key}» moves to another parent within its days; write it in two entries, with continues",
                    )
