"""What if: other inputs or other choices of the scheme, and what that moves: points, total, band and rank, as a table of differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from cchc_metrics.arguments import public
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.score.card import Line, Scorecard
from cchc_metrics.score.choices import with_choices
from cchc_metrics.score.evaluate import score_scheme, score_units
from cchc_metrics.score.facts import GivenPoints, Value
from cchc_metrics.score.inputs import Inputs, inputs_of
from cchc_metrics.score.ranking import Ranking, rank_units
from cchc_metrics.score.scheme import WAYS, Scheme, Way
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Text

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one line of the scorecard was and would be.

    Args:
        id: its id; ``""`` for the total.
        name: its name.
        before, after: its points; None where there are none.
        before_max, after_max: what they are out of.
    """

    id: str
    name: Text
    before: Fraction | None
    after: Fraction | None
    before_max: Fraction
    after_max: Fraction

    @property
    def change(self) -> Fraction | None:
        """After less before, or None where either has no points."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True, repr=False)
class WhatIf(AnswerTable[Difference]):
    """A table of differences; ``found["4.2"]`` is that of a line, ``found[""]`` that of the total.

    Args:
        before, after: the two scorecards.
        rows: the lines that differ, the total last.
        ranks: unit code → rank before and after, of the units whose rank moves; the own unit always, where there are others.
    """

    before: Scorecard
    after: Scorecard
    rows: tuple[Difference, ...]
    ranks: Mapping[str, tuple[int | None, int | None]]

    _key_columns = ("id",)
    _printed = ("id", "name", "before", "after", "change")
    _compared = (("before", "after"),)
    _signed = ("change",)
    _decimals = 2

    def __len__(self) -> int:
        return len(self.rows)

    def _item(self, row: int) -> Difference:
        return self.rows[row]

    def _take(self, rows: Rows) -> Self:
        return replace(self, rows=tuple(self.rows[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        rows = self.rows
        return {
            "id": [row.id for row in rows],
            "name": [row.name for row in rows],
            "before": Cells("number", [row.before for row in rows]),
            "after": Cells("number", [row.after for row in rows]),
            "change": Cells("number", [row.change for row in rows]),
            "before_max": Cells("number", [row.before_max for row in rows]),
            "after_max": Cells("number", [row.after_max for row in rows]),
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        return {**self._columns(), "name": [row.name if row.id else Text("TỔNG", "TOTAL") for row in self.rows]}

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return {"id": "mã", "name": "tên", "before": "trước", "after": "sau", "change": "thay đổi"} if lang == "vi" else {}

    def _below(self, lang: Lang) -> str:
        band, rank = ("Xếp loại", "Hạng") if lang == "vi" else ("Band", "Rank")
        lines = []
        if self.before.scheme.bands or self.after.scheme.bands:
            lines.append(f"{band}: " + " → ".join(card.band.name.text(lang) if card.band else "–" for card in (self.before, self.after)))
        lines += [f"{rank} {unit}: {'–' if a is None else a} → {'–' if b is None else b}" for unit, (a, b) in self.ranks.items()]
        return "\n".join(lines)


@public
def what_if(
    inputs: Inputs | Mapping[str, Value],
    scheme: Scheme,
    changes: Mapping[str, Value] | None = None,
    *,
    choices: Mapping[str, object] | None = None,
    others: Mapping[str, Inputs | Mapping[str, Value]] | None = None,
    unit: str = "",
    year: int | None = None,
) -> WhatIf:
    """Return what would be different with other inputs, or with other choices of the scheme.

    Args:
        inputs: the inputs as they are.
        scheme: the scheme as it is.
        changes: input name → another value; or id of a criterion → ``GivenPoints(points)``, to set its score. A value takes the place of
            the old one in every way that has it; a new one goes to the way that counts.
        choices: see ``with_choices``: ``{"4.2:rule.target": 80, ":rescale": "field"}``.
        others: unit code → inputs of the other units, for ranks and for rules that compare units.
        unit: unit code, where the inputs do not say.
        year: the year that is scored, where the inputs do not say.

    Raises:
        InputError: a change that the scheme cannot use, with the nearest name.
        CatalogueError: a choice that names what there is not.

    >>> from cchc_metrics.score import qd766
    >>> print(what_if({"2.1": 90}, qd766(), {"2.1": 95}).to_text("en"))
    id        name                      before  after  change
    progress  Progress and result           18     19      +1
    2         Progress and result           18     19      +1
    2.1       Dossiers handled on time      18     19      +1
    Band: – → –
    """
    own = inputs_of(inputs)
    unit = own.unit or unit
    other_scheme = with_choices(scheme, choices) if choices else scheme
    changed = changed_inputs(own, other_scheme, changes or {})
    units = {code: inputs_of(found) for code, found in (others or {}).items() if code != unit}
    loose = _read_by_either(own, changed, scheme, other_scheme)
    if not units:
        before = score_scheme(own, scheme, unit=unit, year=year, allow_unused=loose)
        after = score_scheme(changed, other_scheme, unit=unit, year=year, allow_unused=loose)
        return WhatIf(before, after, tuple(_differences(before, after)), {})
    cards = score_units({**units, unit: own}, scheme, year=year, allow_unused=loose)
    cards_after = score_units({**units, unit: changed}, other_scheme, year=year, allow_unused=loose)
    moved = _moved(rank_units(cards), rank_units(cards_after), unit)
    return WhatIf(cards[unit], cards_after[unit], tuple(_differences(cards[unit], cards_after[unit])), moved)


def changed_inputs(inputs: Inputs, scheme: Scheme, changes: Mapping[str, Value]) -> Inputs:
    """Return inputs with other values.

    Args:
        inputs: the inputs.
        scheme: the scheme, which says whose score counts.
        changes: see ``what_if``.
    """
    ways = {way: dict(inputs.own(way)) for way in WAYS}
    for name, value in changes.items():
        holders: list[Way] = [way for way in WAYS if name in ways[way]]
        if isinstance(value, GivenPoints) or not holders:
            holders = [_counting(name, scheme)]
        for way in holders:
            ways[way][name] = value
    return replace(inputs, values=ways["measured"], self_assessed=ways["self"], appraised=ways["appraised"], surveyed=ways["surveyed"])


def _read_by_either(before: Inputs, after: Inputs, scheme: Scheme, other: Scheme) -> bool:
    """Return whether each scheme may be given inputs that only the other reads.

    Raises:
        InputError: an input that neither reads.
    """
    if scheme is other:
        return False
    known = {*scheme.needs(), *other.needs(), *(item.id for s in (scheme, other) for _, item in s.items())}
    for way in WAYS:
        for name in {**before.own(way), **after.own(way)}:
            if name not in known:
                vi, en = suggestion(name, known)
                raise InputError(f"không tiêu chí nào dùng «{name}»{vi}", f"no criterion reads «{name}»{en}")
    return True


def _counting(name: str, scheme: Scheme) -> Way:
    """Return the way that counts first for the criterion with an id, or for the first that reads an input."""
    leaves = [leaf for leaf in scheme.leaves() if name in (leaf.component.id, leaf.criterion.id)]
    leaves += [leaf for leaf in scheme.leaves() if any(need.name == name for need in leaf.component.needs())]
    counts = (leaves[0].criterion.counts if leaves[0].criterion.id == name else leaves[0].counts) if leaves else ()
    return (counts or scheme.counts)[0]


def _differences(before: Scorecard, after: Scorecard) -> list[Difference]:
    old = {line.id: line for line in before.total.walk()}
    new = {line.id: line for line in after.total.walk()}
    order = [name for name in {**new, **old} if name] + [""]
    rows = [_difference(old.get(name), new.get(name)) for name in order]
    return [row for row in rows if (row.before, row.before_max) != (row.after, row.after_max)]


def _difference(old: Line | None, new: Line | None) -> Difference:
    line = new or old
    assert line is not None  # noqa: S101  every id comes from one of the two
    return Difference(
        line.id,
        line.name,
        old.points if old else None,
        new.points if new else None,
        old.out_of if old else _ZERO,
        new.out_of if new else _ZERO,
    )


def _moved(before: Ranking, after: Ranking, own: str) -> dict[str, tuple[int | None, int | None]]:
    units = sorted({row.unit for row in (*before.rows, *after.rows)} | {own}, key=lambda unit: (unit != own, unit))
    ranks = {unit: (before.rank_of(unit), after.rank_of(unit)) for unit in units}
    return {unit: (a, b) for unit, (a, b) in ranks.items() if unit == own or a != b}
