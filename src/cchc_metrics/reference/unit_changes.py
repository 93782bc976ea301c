"""From a list of changes to units through time: each row is an old unit, or a part of it, that became a new one or a part of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Literal

from cchc_metrics.errors import CatalogueError
from cchc_metrics.reference.level import DISTRICT_LEVEL_ENDED, LEVELS_OF_KIND, Level
from cchc_metrics.reference.unit_finding import UnitFinding
from cchc_metrics.reference.unit_name import KINDS, comparable, plain
from cchc_metrics.reference.unit_time import Unit
from cchc_metrics.text import nfc

REFORM = date(2025, 7, 1)
"""The day on which communes merged and the district level was gone."""
Part = Literal["whole", "part", "part_area_all_people", "whole_area_only"]
PARTS: tuple[Part, ...] = ("whole", "part", "part_area_all_people", "whole_area_only")
"""How much of an old unit came into a new one."""
_ONE_DAY = timedelta(days=1)
_CODE_OF = {
    "province_old": "province_code_old",
    "district_old": "district_code_old",
    "name_old": "code_old",
    "province_new": "province_code_new",
    "name_new": "code_new",
}
_FORMS = tuple((kind, tuple((word, plain(word)) for word in kind.split())) for kind in KINDS)

CORRECTIONS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("00553", "00562"): ("00556", "Xã Đặng Xá"),
    ("01615", "01648"): ("01651", "Xã Mỹ Hưng"),
    ("02485", "02494"): ("02482", "Xã Phú Thịnh"),
}
"""Old and new code of rows in which the statistics office's workbook of QĐ 19/2025/QĐ-TTg misprints the old code → the code and name
of the unit in its own list of 18/07/2025."""


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One row of a list of changes.

    Args:
        row: 1-based, as a spreadsheet shows it.
        code_old, name_old: the old unit, its name with its kind; no code where none existed.
        district_code_old, district_old, province_code_old, province_old: what it was below; ``""`` where not said.
        code_new, name_new, province_code_new, province_new: the new unit and what it is below.
        part: how much of the old unit came into the new one.
    """

    row: int
    code_old: str
    name_old: str
    code_new: str
    name_new: str
    part: Part
    district_code_old: str = ""
    district_old: str = ""
    province_code_old: str = ""
    province_old: str = ""
    province_code_new: str = ""
    province_new: str = ""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A unit that got another name or kind on a day and stayed the same unit.

    Args:
        row: 1-based, as a spreadsheet shows it.
        day: the first day of the new name.
        code: its code.
        after: the new name, with its kind.
        before: the old one; ``""`` where not said.
    """

    row: int
    day: date
    code: str
    after: str
    before: str = ""


class _Said:
    """What the rows say of each code in one column; a code of which they say several things is found.

    Args:
        column: the column, for findings.
        code: what it is called to say several things.
        pairs: code and text of each row; no code where the row is about none.
        rows: the numbers of the rows.
    """

    def __init__(
        self, column: str, code: Literal["unit_two_names", "unit_two_parents"], pairs: Sequence[tuple[str, str]], rows: Sequence[UnitChange]
    ) -> None:
        self.findings: list[UnitFinding] = []
        self.doubted: set[str] = set()
        """Codes of which rows say several things."""
        counted = Counter(pairs)
        self.chosen = {said: text for said, text in counted if said}
        """Code → what most rows say of it, the first of several that are said equally often."""
        if len(self.chosen) == sum(1 for said, _ in counted if said):
            return
        several: dict[str, dict[str, list[int]]] = {}  # code → what differs, in the form that is compared → how often, and first where
        for at, ((said, text), n) in enumerate(counted.items()):
            if said:
                found = several.setdefault(said, {}).setdefault(comparable(text) if code == "unit_two_names" else text, [0, -at])
                found[0] += n
        texts = [text for _, text in counted]
        most = {said: max(forms.values()) for said, forms in several.items()}
        self.chosen = {said: texts[-first] for said, (_, first) in most.items()}
        self.doubted = {said for said, forms in several.items() if len(forms) > 1}
        for (said, text), row in zip(pairs, rows, strict=True):
            chosen = self.chosen.get(said, "")
            if said in self.doubted and (comparable(text) != comparable(chosen) if code == "unit_two_names" else text != chosen):
                vi, en = f"dòng khác ghi «{chosen}»", f"other rows say «{chosen}»"
                self.findings.append(UnitFinding(code, said, vi, en, row.row, column, text))


def corrected(changes: Iterable[UnitChange]) -> tuple[list[UnitChange], list[UnitFinding]]:
    """Return the changes with misprinted codes as the office's own list has them, and a finding for each."""
    found, findings = [], []
    for change in changes:
        right = CORRECTIONS.get((change.code_old, change.code_new))
        if right is None:
            found.append(change)
            continue
        code, name = right
        vi = f"mã in nhầm của {name}; dùng {code} theo danh mục của cơ quan thống kê ngày 18/07/2025"
        en = f"a misprinted code of {name}; {code} is used, as in the statistics office's list of 18/07/2025"
        findings.append(UnitFinding("unit_code_corrected", code, vi, en, change.row, "code_old", change.code_old))
        found.append(replace(change, code_old=code, name_old=name))
    return found, findings


def split_name(text: str, level: Level) -> tuple[str, str]:
    """Return the kind and the name that a text says: the kind also without its marks, in any case.

    >>> split_name("Thi trấn Ngan Dừa", "commune"), split_name("Xuân Phước", "commune"), split_name("THÀNH PHỐ HÀ NỘI", "province")[0]
    (('thị trấn', 'Ngan Dừa'), ('', 'Xuân Phước'), 'thành phố')
    """
    words = nfc(text).split()
    for kind, forms in _FORMS:
        if level in LEVELS_OF_KIND[kind] and len(words) > len(forms) and all(w.casefold() in f for w, f in zip(words, forms, strict=False)):
            return kind, " ".join(words[len(forms) :])
    return "", " ".join(words)


def units_of_changes(changes: Sequence[UnitChange], on: date, renamings: Iterable[Renaming] = ()) -> tuple[list[Unit], list[UnitFinding]]:
    """Return the units before and after a day on which units changed, and what was found about the list.

    - Each new unit has as predecessors what came into it, and in ``parts_of`` those of which a part came.
    - A unit that kept its code and took in all of itself and nothing else stays the same unit, under the name and parent of each day.
    - A whole district that became a commune (an island without communes) is that commune's predecessor.
    - A code under two names is two units, and nobody knows which is meant: it counts as divided.

    Args:
        changes: the rows of the list.
        on: the first day of the new units.
        renamings: what got another name since.

    Raises:
        CatalogueError: names each row of ``renamings`` that is about no unit, or about a day before its unit began.
    """
    rows, findings = corrected(changes)
    names = {
        column: _Said(column, "unit_two_names", list(zip(map(attrgetter(code), rows), map(attrgetter(column), rows), strict=True)), rows)
        for column, code in _CODE_OF.items()
    }
    parents = {
        "district_old": _Said("province_code_old", "unit_two_parents", [(r.district_code_old, r.province_code_old) for r in rows], rows),
        "name_old": _Said(
            "district_code_old", "unit_two_parents", [(r.code_old, r.district_code_old or r.province_code_old) for r in rows], rows
        ),
        "name_new": _Said("province_code_new", "unit_two_parents", [(r.code_new, r.province_code_new) for r in rows], rows),
    }
    for said in (*names.values(), *parents.values()):
        findings += said.findings
    made = _Made(rows, names, parents, on)
    findings += made.findings
    units = made.units()
    return _renamed(units, renamings, findings), findings


class _Made:
    """The units of a list of changes, before and after its day."""

    def __init__(self, rows: Sequence[UnitChange], names: Mapping[str, _Said], parents: Mapping[str, _Said], on: date) -> None:
        self.on = on
        self.names = {column: said.chosen for column, said in names.items()}
        self.parents = {column: said.chosen for column, said in parents.items()}
        self.findings: list[UnitFinding] = []
        doubted = names["name_old"].doubted
        self.made_of: dict[str, dict[str, bool]] = {}  # new code → old code → whether it came as a whole
        for row in rows:
            made_of = self.made_of.setdefault(row.code_new, {})
            code = row.code_old or ("" if row.name_old else row.district_code_old)
            if not code:
                vi, en = (
                    "không có mã cũ: không có đơn vị nào ở đó để cộng",
                    "has no old code: there was no unit whose counts could be added",
                )
                self.findings.append(UnitFinding("unit_without_code", row.code_new, vi, en, row.row, "name_old", row.name_old))
                continue
            if code in made_of:
                vi, en = f"lặp lại việc «{code}» nhập vào «{row.code_new}»", f"says again that «{code}» went into «{row.code_new}»"
                self.findings.append(UnitFinding("unit_change_twice", row.code_new, vi, en, row.row, "code_old", code))
            made_of[code] = made_of.get(code, True) and row.part == "whole" and code not in doubted
        self.went = Counter(code for made_of in self.made_of.values() for code in made_of)

    def units(self) -> list[Unit]:
        """Return all of them, parents first."""
        above = self._provinces()
        before, after = self.on - _ONE_DAY, self.on
        district_end = min(before, DISTRICT_LEVEL_ENDED)
        districts = [
            self._unit("district_old", code, name, parent=self.parents["district_old"][code], valid_to=district_end)
            for code, name in self.names["district_old"].items()
        ]
        old, new = [], []
        kept = {code for code, made_of in self.made_of.items() if made_of == {code: True} and self.went[code] == 1}
        for code, name in self.names["name_old"].items():
            old.append(self._unit("name_old", code, name, parent=self.parents["name_old"][code], valid_to=before))
        for code, made_of in self.made_of.items():
            if code in kept and code in self.names["name_old"]:
                more: dict[str, object] = {"continues": True}
            else:
                more = {"predecessors": tuple(made_of), "parts_of": self._parts(made_of)}
            name, parent = self.names["name_new"][code], self.parents["name_new"][code]
            new.append(self._unit("name_new", code, name, parent=parent, valid_from=after, **more))
        return [*above, *districts, *old, *new]

    def _parts(self, made_of: Mapping[str, bool]) -> tuple[str, ...]:
        return tuple(code for code, whole in made_of.items() if not whole or self.went[code] > 1)

    def _provinces(self) -> list[Unit]:
        went: dict[str, dict[str, None]] = {}  # new province → the old ones whose communes it has
        for code, made_of in self.made_of.items():
            listed = went.setdefault(self.parents["name_new"][code], {})
            for old in made_of:
                parent = self.parents["name_old"].get(old, old)
                listed[self.parents["district_old"].get(parent, parent)] = None
        goes = Counter(old for listed in went.values() for old in listed)
        found = []
        for code, name in self.names["province_old"].items():
            same = went.get(code, {}).keys() == {code} and goes[code] == 1
            now = self.names["province_new"].get(code, "")
            if same and split_name(name, "province") == split_name(now, "province"):
                found.append(self._unit("province_old", code, name))
                continue
            found.append(self._unit("province_old", code, name, valid_to=self.on - _ONE_DAY))
            if same:
                found.append(self._unit("province_new", code, now, valid_from=self.on, continues=True))
        there = {unit.code for unit in found if unit.valid_to is None}
        for code, name in self.names["province_new"].items():
            if code not in there:
                before = tuple(old for old in went.get(code, {}) if old)
                parts = tuple(old for old in before if goes[old] > 1)
                found.append(self._unit("province_new", code, name, valid_from=self.on, predecessors=before, parts_of=parts))
        return found

    @staticmethod
    def _unit(column: str, code: str, text: str, **more: object) -> Unit:
        level: Level = "province" if column.startswith("province") else "district" if column.startswith("district") else "commune"
        kind, name = split_name(text, level)
        return Unit.model_validate({"code": code, "name": name, "kind": kind, "level": level, **more})


def _renamed(units: list[Unit], renamings: Iterable[Renaming], findings: list[UnitFinding]) -> list[Unit]:
    last: dict[str, int] = {}
    for at, unit in enumerate(units):
        if unit.code not in last or (unit.valid_from or date.min) > (units[last[unit.code]].valid_from or date.min):
            last[unit.code] = at
    found, mistakes = list(units), []
    for change in sorted(renamings, key=lambda each: (each.day, each.row)):
        if change.code not in last:
            mistakes.append(
                (f"dòng {change.row}: code: không có đơn vị «{change.code}»", f"row {change.row}: code: there is no unit «{change.code}»")
            )
            continue
        unit = found[last[change.code]]
        if (unit.valid_from or date.min) >= change.day or (unit.valid_to is not None and unit.valid_to < change.day):
            vi = f"dòng {change.row}: effective: «{change.code}» không có vào ngày trước {change.day:%d/%m/%Y}"
            mistakes.append((vi, f"row {change.row}: effective: «{change.code}» did not exist on the day before {change.day}"))
            continue
        if change.before and comparable(change.before) != comparable(unit.full_name):
            vi, en = f"trước đó tên là {unit.full_name}", f"its name was {unit.full_name} before"
            findings.append(UnitFinding("unit_name_differs", unit.code, vi, en, change.row, "name_before", change.before))
        kind, name = split_name(change.after, unit.level)
        found[last[change.code]] = unit.model_copy(update={"valid_to": change.day - _ONE_DAY})
        more = {"name": name, "kind": kind, "valid_from": change.day, "predecessors": (), "parts_of": (), "continues": True}
        found.append(unit.model_copy(update=more))
        last[change.code] = len(found) - 1
    if mistakes:
        raise CatalogueError("; ".join(vi for vi, _ in mistakes), "; ".join(en for _, en in mistakes))
    return found
