"""Ranking of units that were scored by one scheme: competition ranks (1-2-2-4), ties named, missing units named, nothing rounded first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal, Self

from cchc_metrics.arguments import public
from cchc_metrics.errors import CchcError
from cchc_metrics.score.card import Line, NumberWriter, Scorecard
from cchc_metrics.score.scheme import Grade
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import exact_text
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Status, Text


@dataclass(frozen=True, slots=True)
class Rank:
    """A unit's place.

    Args:
        rank: its competition rank: one more than there are units before it.
        unit: unit code.
        value: what it was ranked by, exactly (rounded before only where the scheme rounds).
        points: its points.
        alike: all units with the same value, itself among them.
        band: its band, for the total.
        status, reason: what the score rests on.
    """

    rank: int
    unit: str
    value: Fraction
    points: Fraction
    alike: tuple[str, ...]
    band: Grade | None
    status: Status
    reason: Text

    @property
    def tied(self) -> tuple[str, ...]:
        """The other units with the same value."""
        return tuple(unit for unit in self.alike if unit != self.unit)


@dataclass(frozen=True, slots=True)
class Unranked:
    """A unit without a score, and why."""

    unit: str
    status: Status
    reason: Text


@dataclass(frozen=True, slots=True, repr=False)
class Ranking(AnswerTable["Rank | Unranked"]):
    """A ranking table: a row a unit, the best first, those without a score last; ``ranking["30037"]`` is a unit's place.

    Args:
        name: what was ranked: the scheme or one of its lines.
        on: ``share`` or ``points``.
        rows: the units, the best first; of ties by code.
        missing: the units without a score.
        names: unit code → name, for printing.
    """

    name: Text
    on: Literal["share", "points"]
    rows: tuple[Rank, ...]
    missing: tuple[Unranked, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    _key_columns = ("unit",)
    _printed = ("rank", "unit", "unit_name", "points", "share", "band", "note")
    _ordered = ("share", "points")
    _decimals = 2

    def rank_of(self, unit: str) -> int | None:
        """Return a unit's rank, or None where it has none."""
        return next((row.rank for row in self.rows if row.unit == unit), None)

    def __len__(self) -> int:
        return len(self.rows) + len(self.missing)

    def _item(self, row: int) -> Rank | Unranked:
        return self.rows[row] if row < len(self.rows) else self.missing[row - len(self.rows)]

    def _take(self, rows: Rows) -> Self:
        ranked = len(self.rows)
        return replace(
            self,
            rows=tuple(self.rows[row] for row in rows.tolist() if row < ranked),
            missing=tuple(self.missing[row - ranked] for row in rows.tolist() if row >= ranked),
        )

    def _columns(self) -> Mapping[str, Lazy]:
        rows, rest = self.rows, self.missing
        units: list[Rank | Unranked] = [*rows, *rest]
        without = [None] * len(rest)
        return {
            "rank": Cells("whole", [*(row.rank for row in rows), *without]),
            "unit": [row.unit for row in units],
            "unit_name": Cells("text", [self.names.get(row.unit) for row in units]),
            "points": Cells("number", [*(row.points for row in rows), *without]),
            "share": Cells("number", [*(row.value if self.on == "share" else None for row in rows), *without]),
            "band": Cells("text", [*(row.band.name if row.band else None for row in rows), *without]),
            "tied": [*(", ".join(row.tied) for row in rows), *("" for _ in rest)],
            "status": [row.status for row in units],
            "reason": [row.reason for row in units],
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        return {**self._columns(), "note": [*(self._note(row) for row in self.rows), *(row.reason for row in self.missing)]}

    def _note(self, row: Rank) -> Text:
        tied = ", ".join(self.names.get(unit, unit) for unit in row.tied)
        vi, en = (f"đồng hạng với {tied}", f"tied with {tied}") if tied else ("", "")
        return Text("; ".join(filter(None, (vi, row.reason.vi))), "; ".join(filter(None, (en, row.reason.en))))

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS[lang]

    def _beside(self) -> Mapping[str, Sequence[Fraction]]:
        return {"share": (Fraction(0), Fraction(100)), "points": (Fraction(0),)}

    def _above(self, lang: Lang) -> str:
        return self.name.text(lang)

    def to_dict(self, number: NumberWriter = exact_text) -> dict[str, Any]:
        """Return the ranking for JSON.

        Args:
            number: how a fraction is written.
        """
        return {
            "name": {"vi": self.name.vi, "en": self.name.en},
            "on": self.on,
            "rows": [
                {
                    "rank": row.rank,
                    "unit": row.unit,
                    "value": number(row.value),
                    "points": number(row.points),
                    "tied": list(row.tied),
                    "band": row.band.id if row.band else None,
                    "status": row.status.value,
                    "reason": {"vi": row.reason.vi, "en": row.reason.en},
                }
                for row in self.rows
            ],
            "missing": [
                {"unit": unit.unit, "status": unit.status.value, "reason": {"vi": unit.reason.vi, "en": unit.reason.en}}
                for unit in self.missing
            ],
        }


_HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {"rank": "hạng", "unit": "đơn vị", "unit_name": "tên", "points": "điểm", "share": "%", "band": "xếp loại", "note": ""},
    "en": {"unit_name": "name", "share": "%", "note": ""},
}


def competition_ranks(values: Sequence[Fraction]) -> list[int]:
    """Return the competition rank of each value, the highest first: one more than there are higher ones.

    >>> competition_ranks([Fraction(7), Fraction(9), Fraction(7), Fraction(5)])
    [2, 1, 2, 4]
    """
    first: dict[Fraction, int] = {}
    for place, value in enumerate(sorted(values, reverse=True), start=1):
        first.setdefault(value, place)
    return [first[value] for value in values]


@public
def rank_units(
    cards: Mapping[str, Scorecard],
    *,
    units: Iterable[str] = (),
    line: str = "",
    on: Literal["share", "points"] = "share",
    names: Mapping[str, str] | None = None,
) -> Ranking:
    """Return the ranking of units by their scores, exactly as they are: nothing is rounded that the scheme does not round.

    Args:
        cards: unit code → scorecard; all by the same scheme.
        units: every unit that ought to be ranked (all communes of a district); those without a scorecard are listed as missing.
        line: id of the field, criterion or component that is ranked; ``""`` for the total.
        on: by share (points / maximum of what remains), which compares units to which different criteria apply; or by plain points.
        names: unit code → name, for printing.

    Raises:
        CchcError: the scorecards are of different schemes, or have no such line.

    >>> from cchc_metrics.score import GivenPoints, qd766, score_units
    >>> cards = score_units({u: {"2": GivenPoints(Fraction(p))} for u, p in (("A", 18), ("B", 19), ("C", 18))}, qd766())
    >>> [(row.rank, row.unit, row.tied) for row in rank_units(cards, units="ABCD", line="2").rows]
    [(1, 'B', ()), (2, 'A', ('C',)), (2, 'C', ('A',))]
    """
    schemes = [card.scheme for card in cards.values()]
    if any(scheme is not schemes[0] and scheme != schemes[0] for scheme in schemes):
        raise CchcError(
            "các bảng điểm dùng bộ tiêu chí khác nhau: không xếp hạng được", "the scorecards are of different schemes: no ranking"
        )
    lines: dict[str, Line] = {unit: card[line] if line else card.total for unit, card in cards.items()}
    values: dict[str, tuple[Fraction, Fraction]] = {}
    missing = [Unranked(unit, Status.NO_DATA, Text("không có bảng điểm", "no scorecard")) for unit in units if unit not in cards]
    for unit, found in lines.items():
        value = found.share if on == "share" else found.points
        if value is None or found.points is None:
            missing.append(Unranked(unit, found.status, found.reason))
        else:
            values[unit] = value, found.points
    order = sorted(values, key=lambda unit: (-values[unit][0], unit))
    ranks = competition_ranks([values[unit][0] for unit in order])
    alike = {value: tuple(same) for value, same in groupby(order, lambda unit: values[unit][0])}
    rows = tuple(
        Rank(
            rank,
            unit,
            *values[unit],
            alike=alike[values[unit][0]],
            band=None if line else cards[unit].band,
            status=lines[unit].status,
            reason=lines[unit].reason,
        )
        for rank, unit in zip(ranks, order, strict=True)
    )
    name = next(iter(lines.values())).name if lines else Text("Xếp hạng", "Ranking")
    return Ranking(name, on, rows, tuple(sorted(missing, key=lambda unit: unit.unit)), names or {})
