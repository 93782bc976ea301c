"""Why our Form 06 is not the one-stop's own sheet: which named rules change which cells, alone and together, and what no rule explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import ClassVar, Final, Literal, Self, TypeAlias, get_args, get_origin

from cchc_metrics.catalogue.labels import label_name
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.reference.rules import RuleOptions, Rules, rule_presets
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.tables.table import MAX_WIDTH, AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.verbs.form06 import Failure, Form06, check_form06
from cchc_metrics.verbs.form06_practices import practice_name
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row

PRINTED: Final = NUMBERS[:11]
_MOST_RULES: Final = 4
"""So many rules are combined at most."""
_KEPT: Final = 8
"""So many of the combinations of one size, the nearest to the sheet, are combined with one rule more."""

_SAID: Final = 3
"""So many sums that fail are said in sentences."""

_PRESET: Final = "preset"
Option: TypeAlias = tuple[str, str | bool]
"""A rule and one of its choices."""
Part = Literal["office", "together", "rest", "alone"]
Key: TypeAlias = tuple[str, str | None, str]
"""Level, field and number: a cell of the form."""


@dataclass(frozen=True, slots=True)
class Form06Change:
    """One cell of the form that a rule, or several together, change; or in which the office's sheet is another than ours.

    Args:
        part: ``office``: the office's sheet beside this form. ``alone``: one rule changed. ``together``: several rules changed, or a
            preset. ``rest``: what still differs from the office's sheet under the nearest rules.
        rules: the rules that are changed, ``option=choice`` joined by ``+``, or the name of a preset; ``""`` where none is.
        practice: the same in words.
        level, field: the row of the form.
        number: the column, as ``Form06Row`` names it.
        count: in this form.
        changed: under the changed rules.
        office: in the office's sheet; None without one, or where it does not have the row.
    """

    part: Part
    rules: str
    practice: Text
    level: str
    field: str | None
    number: str
    count: int
    changed: int
    office: int | None = None

    @property
    def difference(self) -> int:
        """How much the rules add; of the office's sheet how much it has more than this form."""
        return (self.office or 0) - self.count if self.part == "office" else self.changed - self.count

    @property
    def remains(self) -> int | None:
        """How much the office's sheet still has more than the changed form; None where it does not have the row."""
        return None if self.office is None else self.office - self.changed


@dataclass(frozen=True, slots=True, repr=False)
class Form06Why(AnswerTable[Form06Change]):
    """Which rules change which cells of a Form 06, and which of them make it the office's own sheet.

    Args:
        form: the form that is asked about.
        changes: every cell that changes.
        found: the sets of rules that make it the office's sheet, those of fewest rules, each as ``option=choice`` or the name of a preset.
        nearest: the rules that come nearest to it, where none makes it; ``""`` without a sheet, or where no rule brings it nearer.
        left: how many cells still differ under the nearest rules, and by how much in all.
        tried: how many sets of rules were counted.
        unmoved: the rules that change no cell.
        uncounted: the rules under which the form cannot be counted, since the records do not have the columns that they need.
        uncompared: rows of this form that the office's sheet does not have.
        compared: whether there is an office's sheet.
        failures: sums that do not hold in the office's sheet itself, as they would under the nearest rules, so that no rules make it; each
            after the level and the field of its row.
    """

    form: Form06
    changes: tuple[Form06Change, ...]
    found: tuple[str, ...] = ()
    nearest: str = ""
    left: tuple[int, int] = (0, 0)
    tried: int = 0
    unmoved: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    uncompared: int = 0
    compared: bool = False
    failures: tuple[tuple[str, str | None, Failure], ...] = ()

    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"part": get_args(Part)}
    _key_columns = ("part", "rules", "level", "field", "number")
    _printed = ("part", "practice", "level", "field", "number", "count", "changed", "difference", "office", "remains")

    def __len__(self) -> int:
        return len(self.changes)

    def _item(self, row: int) -> Form06Change:
        return self.changes[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, changes=tuple(self.changes[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        found = self.changes
        return {
            "unit": [self.form.unit] * len(found),
            "period": Cells("text", [self.form.period] * len(found)),
            "part": Cells("text", [c.part for c in found]),
            "rules": Cells("text", [c.rules for c in found]),
            "practice": Cells("text", [c.practice for c in found]),
            "level": Cells("text", [c.level for c in found]),
            "field": Cells("text", [c.field for c in found]),
            "number": Cells("text", [c.number for c in found]),
            "count": Cells("whole", [c.count for c in found]),
            "changed": Cells("whole", [c.changed for c in found]),
            "difference": Cells("whole", [c.difference for c in found]),
            "office": Cells("whole", [c.office for c in found]),
            "remains": Cells("whole", [c.remains for c in found]),
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        found, total = self.changes, Text("TỔNG", "TOTAL")
        names = [label_name("level", c.level) if c.level else Text() for c in found]
        return {
            **self._columns(),
            "part": Cells("text", [_PARTS[c.part] for c in found]),
            "level": Cells("text", names),
            "field": Cells("text", [total if c.field is None else c.field for c in found]),
            "number": Cells("text", [f"({PRINTED.index(c.number) + 3})" for c in found]),
            **({} if self.compared else {"office": [None] * len(found), "remains": [None] * len(found)}),
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS if lang == "vi" else {"number": "column", "count": "ours"}

    def _above(self, lang: Lang) -> str:
        return f"{self.form.unit_name or self.form.unit} · {self.form.period.text(lang)} · {self.form.rules}"

    def _below(self, lang: Lang) -> str:
        return "\n".join(line for text in self.said() for line in wrap(text.text(lang), MAX_WIDTH, break_on_hyphens=False))

    def totals(self) -> Self:
        """Return what a page can hold: of every rule the totals, and of the office's sheet all that differs."""
        return replace(self, changes=tuple(c for c in self.changes if c.field is None or c.part in ("office", "rest")))

    def said(self) -> tuple[Text, ...]:
        """Return what was found in sentences: which rules make the office's sheet, or that none does and what remains."""
        return tuple(_said(self))

    def to_json(self, lang: Lang = "vi") -> dict[str, object]:
        """Return everything, ready for JSON.

        Args:
            lang: the language of texts.
        """
        return {
            "schema_version": 1,
            "unit": self.form.unit,
            "period": self.form.period.label,
            "as_of": self.form.as_of.isoformat(),
            "rules": self.form.rules,
            "compared": self.compared,
            "found": list(self.found),
            "nearest": self.nearest,
            "cells_left": self.left[0],
            "difference_left": self.left[1],
            "sets_tried": self.tried,
            "rules_without_effect": list(self.unmoved),
            "rules_not_counted": list(self.uncounted),
            "rows_not_compared": self.uncompared,
            "sums_of_the_sheet_that_fail": [
                {"level": level, "field": field, "identity": f.identity, "left": f.left, "right": f.right}
                for level, field, f in self.failures
            ],
            "said": [text.text(lang) for text in self.said()],
            "changes": self.to_dicts(lang),
        }


_PARTS: Final[Mapping[str, Text]] = {
    "office": Text("biểu của cơ quan", "the office's sheet"),
    "together": Text("cùng lúc", "together"),
    "rest": Text("còn lại", "what remains"),
    "alone": Text("từng quy tắc", "alone"),
}
_HEADINGS: Final = {
    "part": "phần",
    "practice": "quy tắc",
    "level": "cấp",
    "field": "lĩnh vực",
    "number": "cột",
    "count": "biểu này",
    "changed": "khi đổi",
    "difference": "chênh",
    "office": "cơ quan",
    "remains": "còn lệch",
}


def _said(why: Form06Why) -> Iterator[Text]:
    def n(number: int) -> tuple[str, str]:
        return format_count(number, "vi"), format_count(number, "en")

    tried, cells, much = n(why.tried), n(why.left[0]), n(why.left[1])
    if why.compared and not any(c.part == "office" for c in why.changes) and why.left == (0, 0) and not why.found:
        yield Text("Biểu của cơ quan trùng với biểu này ở mọi ô được so.", "The office's sheet is this form in every cell compared.")
    for rules in why.found:
        words = _words_of(rules)
        yield Text(f"Cho đúng biểu của cơ quan: {words.vi} [{rules}].", f"Makes the office's sheet: {words.en} [{rules}].")
    if why.compared and not why.found and why.left != (0, 0):
        near = _words_of(why.nearest)
        yield Text(
            f"Không bộ quy tắc nào trong {tried[0]} bộ đã thử cho đúng biểu của cơ quan. "
            + (f"Gần nhất: {near.vi} [{why.nearest}]; c" if why.nearest else "Không quy tắc nào làm gần hơn; c")
            + f"òn lệch {cells[0]} ô, tổng cộng {much[0]} hồ sơ.",
            f"None of the {tried[1]} sets of rules tried makes the office's sheet. "
            + (f"Nearest: {near.en} [{why.nearest}]; " if why.nearest else "No rule brings it nearer; ")
            + f"{cells[1]} cells still differ, by {much[1]} dossiers in all.",
        )
    for level, field, failure in why.failures[:_SAID]:
        name = " ".join(filter(None, (level, field or "")))
        left, right = n(failure.left), n(failure.right)
        yield Text(
            f"Biểu của cơ quan tự nó không khớp, dòng «{name or 'TỔNG'}»: {failure.identity}, mà {left[0]} ≠ {right[0]}.",
            f"The office's sheet does not add up, row «{name or 'TOTAL'}»: {failure.identity}, and {left[1]} ≠ {right[1]}.",
        )
    if len(why.failures) > _SAID:
        more = n(len(why.failures) - _SAID)
        yield Text(f"Còn {more[0]} chỗ không khớp nữa.", f"{more[1]} more sums of it do not hold.")
    if why.uncompared:
        rows = n(why.uncompared)
        yield Text(
            f"{rows[0]} dòng của biểu này không có trong biểu của cơ quan, không so được.",
            f"{rows[1]} rows of this form are not in the office's sheet and were not compared.",
        )
    if why.unmoved:
        yield Text(f"Không đổi ô nào: {', '.join(why.unmoved)}.", f"Change no cell: {', '.join(why.unmoved)}.")

    if why.uncounted:
        yield Text(
            f"Không tính được, vì thiếu cột: {', '.join(why.uncounted)}.",
            f"Cannot be counted, for want of columns: {', '.join(why.uncounted)}.",
        )


def _words_of(rules: str) -> Text:
    """Return a set of rules in words; a preset's are its own."""
    if rules in rule_presets():
        preset = rule_presets()[rules]
        return Text(preset.vi, preset.en)
    named = [practice_name(option, choice) for option, _, choice in (each.partition("=") for each in rules.split("+") if each)]
    return Text(" + ".join(name.vi for name in named), " + ".join(name.en for name in named))


def options_of(rules: Rules) -> tuple[Option, ...]:
    """Return every other choice of every rule that has a closed list of them; of a rule that changed on a day, every choice."""
    found: list[Option] = []
    for name, info in RuleOptions.model_fields.items():
        choices = (False, True) if info.annotation is bool else get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
        held = {getattr(version, name) for _, version in rules.versions}
        found += [(name, choice) for choice in choices if held != {choice}]
    return tuple(found)


def form06_why(form: Form06, rules: Rules, count: Callable[[Rules], Form06], office: Sequence[Form06Row] | None = None) -> Form06Why:
    """Return which rules change which cells of a form, and which of them make it the office's sheet.

    Every choice of every rule is tried alone; with a sheet, those that change anything are combined with one more, and the nearest of these
    again, to four rules at most. The first size at which a set makes the sheet is the last one tried, and all sets of that size that do are
    named, since the sheet cannot tell them apart. The packaged presets are tried as they are. A row of the sheet that this form does not
    have is 0 here; one that the sheet does not have is 0 there where it has any field of that level, and else is not compared.

    Args:
        form: the form, counted under ``rules``.
        rules: its rules.
        count: counts the same form under other rules.
        office: the rows of the office's own sheet, or None.
    """
    return _Search(form, rules, count, None if office is None else _by_row(office, form)).answer()


def _by_row(office: Sequence[Form06Row], form: Form06) -> dict[tuple[str, str | None], Form06Row]:
    """Return the rows of the office's sheet by level and field; fields without a level are of the only one that the form has.

    Raises:
        InputError: there is no row, or one twice, or the sheet says no levels and the form has several.
    """
    if not office:
        raise InputError("biểu của cơ quan không có dòng nào", "the office's sheet has no rows")
    levels = {row.level for row in form.rows if row.field is not None}
    unsaid = [row.field for row in office if row.field is not None and not row.level]
    if unsaid and len(levels) > 1:
        raise InputError(
            f"biểu của cơ quan không ghi cấp của «{unsaid[0]}», mà biểu này có nhiều cấp: {', '.join(sorted(levels))}",
            f"the office's sheet does not say the level of «{unsaid[0]}», and this form has several: {', '.join(sorted(levels))}",
        )
    only = next(iter(levels), "")
    found: dict[tuple[str, str | None], Form06Row] = {}
    for row in office:
        key = (row.level or only if row.field is not None else row.level, row.field)
        if key in found:
            name = " ".join(filter(None, key)) or "TỔNG"
            raise InputError(f"biểu của cơ quan có hai dòng «{name}»", f"the office's sheet has two rows «{name}»")
        found[key] = replace(row, level=key[0])
    return found


class _Search:
    """Counts the form under other rules, each set once."""

    def __init__(
        self, form: Form06, rules: Rules, count: Callable[[Rules], Form06], office: Mapping[tuple[str, str | None], Form06Row] | None
    ) -> None:
        self._form, self._rules, self._count = form, rules, count
        self._ours = _cells(form.rows)
        self._known: dict[frozenset[Option], dict[Key, int]] = {frozenset(): self._ours}
        self._office: dict[Key, int] = {}
        self._has_office = office is not None
        self._rows: Mapping[tuple[str, str | None], Form06Row] = office or {}
        self._divided = {level for level, field in self._rows if field is not None}
        if office is not None:
            self._office = _cells(office.values())

    def answer(self) -> Form06Why:
        """Return the table."""
        options: Sequence[Option] = options_of(self._rules)
        alone = [each for option in options if self._cells(each := frozenset({option}))]
        uncounted = tuple(_id(each) for option in options if not self._cells(each := frozenset({option})))
        options = [option for option in options if self._cells(frozenset({option}))]
        unmoved = tuple(_id(each) for each in alone if self._cells(each) == self._ours)
        presets = self._presets()
        changes = [*self._office_changes()]
        found: tuple[tuple[str, frozenset[Option]], ...] = ()
        nearest, name = frozenset[Option](), ""
        if self._has_office and self._distance(frozenset()):
            best = self._searched(options)
            found = tuple((_id(each), each) for each in best if not self._distance(each))
            found += tuple((n, each) for n, each in presets.items() if not self._distance(each))
            candidates = [("", frozenset[Option]()), *((_id(each), each) for each in best), *presets.items()]
            name, nearest = min(candidates, key=lambda c: (self._distance(c[1]), len(c[1])))
            for label, each in found or ((name, nearest),) if nearest else ():
                changes += self._changes("together", label, each)
            changes += self._rest(name, nearest)
        elif not self._has_office:
            for preset, each in presets.items():
                changes += self._changes("together", preset, each)
        for each in alone:
            changes += self._changes("alone", _id(each), each)
        left = [self._office.get(key, 0) - cell for key, cell in self._all(nearest)] if self._has_office else []
        return Form06Why(
            self._form,
            tuple(changes),
            found=tuple(label for label, _ in found),
            nearest="" if found else name,
            left=(sum(each != 0 for each in left), sum(map(abs, left))),
            tried=sum(map(bool, self._known.values())) - 1,
            unmoved=unmoved,
            uncounted=uncounted,
            uncompared=sum(not self._is_compared(row.level, row.field) for row in self._form.rows) if self._has_office else 0,
            compared=self._has_office,
            failures=() if found else tuple(self._failures(nearest)),
        )

    def _failures(self, nearest: frozenset[Option]) -> Iterator[tuple[str, str | None, Failure]]:
        """Yield the sums that do not hold in the office's sheet, nor by as much in this form under the nearest rules."""
        cells = self._cells(nearest)
        ours = [Form06Row(*key, *(cells.get((*key, number), 0) for number in PRINTED)) for key in self._rows]
        known = {(f.row, f.identity, f.left - f.right) for f in check_form06(ours)}
        for key, f in ((tuple(self._rows)[f.row - 1], f) for f in check_form06(tuple(self._rows.values()))):
            if (f.row, f.identity, f.left - f.right) not in known:
                yield *key, f

    def _presets(self) -> dict[str, frozenset[Option]]:
        """Return the packaged presets that change a cell, and differ from the form's own rules in more than one choice."""
        closed = {name for name, _ in options_of(self._rules)}
        found = {name: frozenset({(_PRESET, name)}) for name in rule_presets()}
        several = (
            n
            for n, p in rule_presets().items()
            if p.changes != self._rules.changes or sum(getattr(p, o) != getattr(self._rules, o) for o in closed) > 1
        )
        return {name: found[name] for name in several if self._cells(found[name]) not in ({}, self._ours)}

    def _searched(self, options: Iterable[Option]) -> list[frozenset[Option]]:
        """Return the sets of fewest rules that make the sheet, or the nearest ones of each size tried."""
        level = sorted((frozenset({option}) for option in options), key=self._distance)
        kept = [each for each in level if self._cells(each) != self._ours]
        nearest: list[frozenset[Option]] = []
        for size in range(1, _MOST_RULES + 1):
            if not level:
                break
            exact = [each for each in level if not self._distance(each)]
            if exact:
                return exact
            if size > 1 and nearest and self._distance(level[0]) >= self._distance(nearest[0]):
                break
            nearest = [level[0]]
            larger = {each | {option} for each in kept for option in options if option[0] not in {name for name, _ in each}}
            moved = [each for each in larger if self._cells(each) and self._needs_all(each)]
            level = sorted(moved, key=lambda each: (self._distance(each), _id(each)))
            kept = level[:_KEPT]
        return nearest

    def _needs_all(self, changed: frozenset[Option]) -> bool:
        """Return whether the form is another one without any of the rules."""
        return all(self._cells(changed) != self._cells(changed - {option}) for option in changed)

    def _cells(self, changed: frozenset[Option]) -> dict[Key, int]:
        """Return the cells of the form under other rules; none where the records do not have what these need."""
        if changed not in self._known:
            options = dict(changed)
            rules = (
                self._rules.with_options(f"{self._rules.id}+{_id(changed)}", options) if _PRESET not in options else self._preset(options)
            )
            try:
                self._known[changed] = _cells(self._count(rules).rows)
            except CchcError:
                self._known[changed] = {}
        return self._known[changed]

    def _preset(self, named: Mapping[str, str | bool]) -> Rules:
        """Return a preset with the opening hours of the form's own rules."""
        preset = rule_presets()[str(named[_PRESET])]
        return preset.with_options(preset.id, {"opening_hours": preset.opening_hours or self._rules.opening_hours})

    def _all(self, changed: frozenset[Option]) -> Iterator[tuple[Key, int]]:
        """Yield the cells that are compared with the office's, of both."""
        cells = self._cells(changed)
        for key in {**cells, **self._ours, **self._office}:
            if self._is_compared(*key[:2]):
                yield key, cells.get(key, 0)

    def _is_compared(self, level: str, field: str | None) -> bool:
        """Return whether the sheet says anything of a row: it has it, or has other fields of its level."""
        return (level, field) in self._rows or (field is not None and level in self._divided)

    def _distance(self, changed: frozenset[Option]) -> int:
        return sum(abs(self._office.get(key, 0) - cell) for key, cell in self._all(changed))

    def _of_office(self, key: Key) -> int | None:
        return self._office.get(key, 0) if self._is_compared(*key[:2]) else None

    def _office_changes(self) -> Iterator[Form06Change]:
        for key, count in self._all(frozenset()) if self._has_office else ():
            if (office := self._office.get(key, 0)) != count:
                yield Form06Change("office", "", _PARTS["office"], *key, count, count, office)

    def _changes(self, part: Part, label: str, changed: frozenset[Option]) -> Iterator[Form06Change]:
        cells, words = self._cells(changed), _words_of(label)
        for key in {**self._ours, **cells}:
            before, after = self._ours.get(key, 0), cells.get(key, 0)
            if before != after:
                yield Form06Change(part, label, words, *key, before, after, self._of_office(key))

    def _rest(self, label: str, changed: frozenset[Option]) -> Iterator[Form06Change]:
        for key, cell in self._all(changed):
            if (office := self._office.get(key, 0)) != cell:
                yield Form06Change("rest", label, _words_of(label), *key, self._ours.get(key, 0), cell, office)


def _cells(rows: Iterable[Form06Row]) -> dict[Key, int]:
    """Return the printed cells of a form, the totals of all first."""
    ordered = sorted(rows, key=lambda row: (row.field is not None, row.level != ""))
    return {(row.level, row.field, name): getattr(row, name) for row in ordered for name in PRINTED}


def _id(changed: frozenset[Option]) -> str:
    return "+".join(str(choice) if name == _PRESET else f"{name}={str(choice).lower()}" for name, choice in sorted(changed))
