"""Ranking of units that were scored by one scheme: competition ranks (1-2-2-4), ties named, missing units named, nothing rounded first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from cchc_metrics.errors import CchcError
from cchc_metrics.score.card import Line, NumberWriter, Scorecard
from cchc_metrics.score.scheme import Grade
from cchc_metrics.tables.numbers import exact_text, format_number
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
        tied: the other units with the same value.
        band: its band, for the total.
        status, reason: what the score rests on.
    """

    rank: int
    unit: str
    value: Fraction
    points: Fraction
    tied: tuple[str, ...]
    band: Grade | None
    status: Status
    reason: Text


@dataclass(frozen=True, slots=True)
class Unranked:
    """A unit without a score, and why."""

    unit: str
    status: Status
    reason: Text


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranking table.

    Args:
        name: what was ranked: the scheme or one of its lines.
        on: ``share`` or ``points``.
        rows: the units, the best first; of ties by code.
        missing: the units without a score.
    """

    name: Text
    on: Literal["share", "points"]
    rows: tuple[Rank, ...]
    missing: tuple[Unranked, ...]

    def rank_of(self, unit: str) -> int | None:
        """Return a unit's rank, or None where it has none."""
        return next((row.rank for row in self.rows if row.unit == unit), None)

    def __str__(self) -> str:
        return self.table()

    def table(self, lang: Lang = "vi", decimals: int = 2, names: Mapping[str, str] | None = None) -> str:
        """Return the ranking as a table of text; numbers are rounded half-up for reading only.

        Args:
            lang: ``"vi"`` or ``"en"``.
            decimals: how many decimals points and shares show.
            names: unit code → name.
        """
        head = ("hạng", "đơn vị", "điểm", "%", "xếp loại") if lang == "vi" else ("rank", "unit", "points", "%", "band")
        called = names or {}
        rows = [head]
        notes = [""]
        for row in self.rows:
            share = format_number(row.value, lang=lang, decimals=decimals) if self.on == "share" else ""
            band = row.band.name.text(lang) if row.band else ""
            rows.append(
                (str(row.rank), called.get(row.unit, row.unit), format_number(row.points, lang=lang, decimals=decimals), share, band)
            )
            tied = ", ".join(called.get(unit, unit) for unit in row.tied)
            tie = (f"đồng hạng với {tied}" if lang == "vi" else f"tied with {tied}") if tied else ""
            notes.append("; ".join(filter(None, (tie, row.reason.text(lang)))))
        rows += [("–", called.get(unit.unit, unit.unit), "–", "", "") for unit in self.missing]
        notes += [unit.reason.text(lang) for unit in self.missing]
        widths = [max(len(row[n]) for row in rows) for n in range(5)]
        lines = [self.name.text(lang)]
        for texts, note in zip(rows, notes, strict=True):
            cells = [cell.rjust(widths[n]) if n in (0, 2, 3) else cell.ljust(widths[n]) for n, cell in enumerate(texts)]
            lines.append("  ".join([*cells, note]).rstrip())
        return "\n".join(lines)

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


def competition_ranks(values: Sequence[Fraction]) -> list[int]:
    """Return the competition rank of each value, the highest first: one more than there are higher ones.

    >>> competition_ranks([Fraction(7), Fraction(9), Fraction(7), Fraction(5)])
    [2, 1, 2, 4]
    """
    first: dict[Fraction, int] = {}
    for place, value in enumerate(sorted(values, reverse=True), start=1):
        first.setdefault(value, place)
    return [first[value] for value in values]


def rank_units(
    cards: Mapping[str, Scorecard],
    *,
    units: Iterable[str] = (),
    line: str = "",
    on: Literal["share", "points"] = "share",
) -> Ranking:
    """Return the ranking of units by their scores, exactly as they are: nothing is rounded that the scheme does not round.

    Args:
        cards: unit code → scorecard; all by the same scheme.
        units: every unit that ought to be ranked (all communes of a district); those without a scorecard are listed as missing.
        line: id of the field, criterion or component that is ranked; ``""`` for the total.
        on: by share (points / maximum of what remains), which compares units to which different criteria apply; or by plain points.

    Raises:
        CchcError: the scorecards are of different schemes, or have no such line.

    >>> from cchc_metrics.score import Given, qd766, score_units
    >>> cards = score_units({u: {"2": Given(Fraction(p))} for u, p in (("A", 18), ("B", 19), ("C", 18))}, qd766())
    >>> [(row.rank, row.unit, row.tied) for row in rank_units(cards, units="ABCD", line="2").rows]
    [(1, 'B', ()), (2, 'A', ('C',)), (2, 'C', ('A',))]
    """
    schemes = [card.scheme for card in cards.values()]
    if any(scheme != schemes[0] for scheme in schemes):
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
    rows = tuple(
        Rank(
            rank,
            unit,
            *values[unit],
            tied=tuple(other for other in order if other != unit and values[other][0] == values[unit][0]),
            band=None if line else cards[unit].band,
            status=lines[unit].status,
            reason=lines[unit].reason,
        )
        for rank, unit in zip(ranks, order, strict=True)
    )
    name = next(iter(lines.values())).name if lines else Text("Xếp hạng", "Ranking")
    return Ranking(name, on, rows, tuple(sorted(missing, key=lambda unit: unit.unit)))
