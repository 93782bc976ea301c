"""The cheapest way to the next band: the fewest criteria, and of those the fewest points, by exact search."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Self

from cchc_metrics.arguments import public
from cchc_metrics.errors import CchcError
from cchc_metrics.score.aggregate import criterion_line, field_line, scorecard, total_line
from cchc_metrics.score.card import Line, Scorecard
from cchc_metrics.score.evaluate import score_scheme
from cchc_metrics.score.facts import Value
from cchc_metrics.score.inputs import Inputs
from cchc_metrics.score.scheme import Component, Field, Grade, Scheme
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.numbers import format_number, round_half_up
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang
from cchc_metrics.values import Status, Text

_ZERO = Fraction(0)
LARGEST_SEARCH = 200_000
"""How many sets of criteria are tried at most; a search that could need more is refused, not cut short."""


@dataclass(frozen=True, slots=True)
class Move:
    """A criterion or component that is brought to the most it can have.

    Args:
        id, name: which.
        before, after: its points.
    """

    id: str
    name: Text
    before: Fraction
    after: Fraction

    @property
    def gain(self) -> Fraction:
        """The points that are still obtainable."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Route:
    """A set of moves that leads to the next band.

    Args:
        moves: the criteria, in the order of the scheme.
        share: the composite that they lead to.
        band: the band that they lead to.
    """

    moves: tuple[Move, ...]
    share: Fraction | None
    band: Grade | None

    @property
    def points(self) -> Fraction:
        """The points moved, added."""
        return sum((move.gain for move in self.moves), _ZERO)


@dataclass(frozen=True, slots=True, repr=False)
class CheapestWay(AnswerTable[Move]):
    """The answer to: which criteria are the cheapest way to the next band? A table of the moves of each way.

    Args:
        card: the scorecard as it is.
        goal: the next band; None where there is none.
        lacking: what is lacking to its lower end, in percent or points as the bands are; 0 where only a gate holds it back.
        ways: the cheapest way first, then the next ones with as many criteria; empty where there is none.
        reason: why there is none.
        chosen: the numbers of the ways and the moves that are in the table; None for all.
    """

    card: Scorecard
    goal: Grade | None
    lacking: Fraction
    ways: tuple[Route, ...]
    reason: Text = Text()  # noqa: RUF009  a frozen value
    chosen: tuple[tuple[int, Move], ...] | None = None

    _key_columns = ("way", "id")
    _printed = ("way", "id", "name", "before", "after", "way_points", "way_share")
    _compared = (("before", "after"),)
    _signed = ("gain", "way_points")
    _decimals = 2

    @property
    def moves(self) -> tuple[tuple[int, Move], ...]:
        """The moves of the table, each with the number of its way; the best way is 1."""
        if self.chosen is not None:
            return self.chosen
        return tuple((number, move) for number, way in enumerate(self.ways, start=1) for move in way.moves)

    @property
    def best(self) -> Route | None:
        """The cheapest way, or None."""
        return self.ways[0] if self.ways else None

    def __len__(self) -> int:
        return len(self.moves)

    def _item(self, row: int) -> Move:
        return self.moves[row][1]

    def _take(self, rows: Rows) -> Self:
        return replace(self, chosen=tuple(self.moves[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        moves = self.moves
        ways = [self.ways[number - 1] for number, _ in moves]
        return {
            "way": Cells("whole", [number for number, _ in moves]),
            "id": [move.id for _, move in moves],
            "name": [move.name for _, move in moves],
            "before": Cells("number", [move.before for _, move in moves]),
            "after": Cells("number", [move.after for _, move in moves]),
            "gain": Cells("number", [move.gain for _, move in moves]),
            "way_points": Cells("number", [way.points for way in ways]),
            "way_share": Cells("number", [way.share for way in ways]),
            "way_band": Cells("text", [None if way.band is None else way.band.name for way in ways]),
        }

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS[lang]

    def _beside(self) -> Mapping[str, Sequence[Fraction]]:
        """Return what a share must not seem to be: the edges of the bands."""
        return {"way_share": [end for grade in self.card.scheme.bands for end in grade.ends]}

    def _above(self, lang: Lang) -> str:
        if self.goal is None or not self.ways:
            return self.reason.text(lang)
        goal, lacking = self.goal.name.text(lang), format_number(self.lacking, lang=lang, beside=(0,))
        return f"Lên mức {goal}: còn thiếu {lacking}" if lang == "vi" else f"To {goal}: {lacking} lacking"


_HEADINGS: Mapping[Lang, Mapping[str, str]] = {
    "vi": {"way": "cách", "id": "mã", "name": "tên", "before": "hiện có", "after": "cần", "way_points": "tổng thêm", "way_share": "%"},
    "en": {"way_points": "added", "way_share": "%"},
}


@public
def cheapest_way(
    inputs: Inputs | Mapping[str, Value],
    scheme: Scheme,
    k: int = 3,
    *,
    only: Collection[str] = (),
    show: int = 3,
    peers: Mapping[str, Inputs | Mapping[str, Value]] | None = None,
    unit: str = "",
    year: int | None = None,
) -> CheapestWay:
    """Return which criteria, at most ``k``, are the cheapest way to the next band.

    What is cheap is defined plainly: a move brings one criterion (or component) from its points to the most that it can have; a way is a
    set of moves after which the total reaches the next band, gates included. The way with the fewest moves is cheapest; of these, the one
    whose moves add the fewest points; of these, the first in the order of the scheme. What a point costs in money or work is not known
    here. Criteria without points, and those that do not apply, are not moved.

    The search is exact: every set that could suffice is tried, with the scheme's own rounding, rescaling, caps and gates.

    Args:
        inputs: the inputs as they are.
        scheme: the scheme.
        k: the most criteria, 1 or more.
        only: ids of the criteria and components that can be moved; ``()`` for all.
        show: how many ways to return: the cheapest, and the next ones with as many moves.
        peers: see ``score_scheme``.
        unit: unit code, where the inputs do not say.
        year: the year that is scored, where the inputs do not say.

    Returns:
        The cheapest way, or why there is none.

    Raises:
        CchcError: there are more than 200.000 sets to try; a smaller ``k``, or ``only``, makes it possible.
        InputError: inputs that the scheme cannot use.

    >>> from fractions import Fraction
    >>> from cchc_metrics.score import GivenPoints, qd766
    >>> given = {id: GivenPoints(Fraction(8)) for id in ("1", "2", "3", "4", "5", "P")}
    >>> print(cheapest_way(given, qd766(), k=1, show=1).to_text("en"))
    To Average: 2 lacking
    way  id  name            before  after  added   %
      1  P   Online payment       8     10     +2  50
    """
    card = score_scheme(inputs, scheme, peers=peers, unit=unit, year=year)
    if card.total.points is None:
        why = card.total.reason
        return CheapestWay(card, None, _ZERO, (), Text(f"chưa có tổng điểm: {why.vi}", f"no total: {why.en}"))
    value = _value(card)
    goal = _next_band(card, value)
    if goal is None:
        return CheapestWay(card, None, _ZERO, (), Text("không có mức cao hơn", "there is no higher band"))
    lacking = max(goal.low[1] - value, _ZERO)
    moves = [move for move in _moves(card) if not only or move.id in only]
    sets = sum(comb(len(moves), m) for m in range(1, k + 1))
    if sets > LARGEST_SEARCH:
        raise CchcError(
            f"{len(moves)} tiêu chí, tối đa {k}: {sets} tổ hợp, giới hạn {LARGEST_SEARCH}; giảm k hoặc nêu only",
            f"{len(moves)} criteria, at most {k}: {sets} sets, the limit is {LARGEST_SEARCH}; lower k or name some with only",
        )
    bound = _Bound.of(card, goal.low[1] - value)
    for size in range(1, k + 1):
        ways = _ways(card, goal, moves, size, bound, show)
        if ways:
            return CheapestWay(card, goal, lacking, ways)
    return CheapestWay(
        card, goal, lacking, (), Text(f"không có {k} tiêu chí nào đủ để lên mức {goal.vi}", f"no {k} criteria suffice to reach {goal.en}")
    )


def _value(card: Scorecard) -> Fraction:
    """Return what the bands look at."""
    value = card.total.share if card.scheme.bands_on == "percent" else card.total.scaled
    return _ZERO if value is None else value


def _next_band(card: Scorecard, value: Fraction) -> Grade | None:
    """Return the lowest band above the present one; where none holds the total, the lowest that begins above it."""
    floor = card.band.low if card.band else (0, value, 0)
    higher = [grade for grade in card.scheme.grades if grade.low > floor]
    return higher[-1] if higher else None


def _moves(card: Scorecard) -> list[Move]:
    items = {item.id: item for _, item in card.scheme.items() if isinstance(item, Component)}
    found = []
    for line in card.total.leaves():
        if line.points is None or line.depth not in {"criterion", "component"}:
            continue
        item = items[line.id]
        most = item.bounds.high if item.bounds is not None else item.full
        if most is not None:
            most = most if item.round is None else round_half_up(most, item.round)
            if most > line.points:
                found.append(Move(line.id, line.name, line.points, most))
    return found


@dataclass(frozen=True, slots=True)
class _Bound:
    """The most that moves can add to what the bands look at: cheap to compute, never too low, so that most sets need no closer look."""

    needed: Fraction
    weights: Mapping[str, Fraction]
    slack: Fraction
    common: Fraction

    @classmethod
    def of(cls, card: Scorecard, needed: Fraction) -> _Bound:
        scheme, total = card.scheme, card.total
        whole = total.out_of if scheme.bands_on == "percent" or total.max is None else total.out_of * 100 / (total.max or 1)
        factor = 100 / whole if whole > 0 else _ZERO
        fields = {field.id: field for field in scheme.fields}
        weights: dict[str, Fraction] = {}
        for line in card.fields:
            inner = sum((part.out_of for part in line.parts if part.points is not None), _ZERO)
            stretched = line.out_of / inner if fields[line.id].kind == "core" and inner > 0 else Fraction(1)
            weights |= {leaf.id: factor * max(stretched, Fraction(1)) for leaf in line.leaves()}
        # Each rounding on the way can add one unit of its last digit.
        most = max(weights.values(), default=_ZERO)
        steps = [Fraction(1, 10**c.round) if c.round is not None else _ZERO for f in scheme.fields for c in f.criteria]
        outer = [Fraction(1, 10**f.round) if f.round is not None else _ZERO for f in scheme.fields]
        own = Fraction(1, 10**scheme.round) * factor if scheme.round is not None else _ZERO
        return cls(needed, weights, most * (max(steps, default=_ZERO) + max(outer, default=_ZERO)), own)

    def may_suffice(self, moves: Sequence[Move]) -> bool:
        added = sum((self.weights[move.id] * move.gain for move in moves), self.common)
        return added + self.slack * len(moves) >= self.needed


def _ways(card: Scorecard, goal: Grade, moves: Sequence[Move], size: int, bound: _Bound, show: int) -> tuple[Route, ...]:
    sets = [chosen for chosen in combinations(moves, size) if bound.may_suffice(chosen)]
    sets.sort(key=lambda chosen: sum((move.gain for move in chosen), _ZERO))  # stable: ties stay in the order of the scheme
    found = []
    for chosen in sets:
        after = _moved(card, {move.id: move.after for move in chosen})
        if after.band is not None and after.band.low >= goal.low:
            found.append(Route(chosen, after.share, after.band))
            if len(found) == show:
                break
    return tuple(found)


def _moved(card: Scorecard, points: Mapping[str, Fraction]) -> Scorecard:
    """Return the scorecard with other points of some leaves; only what lies above them is added up again."""
    scheme = card.scheme
    lines = tuple(_field(line, field, points, scheme) for line, field in zip(card.fields, scheme.fields, strict=True))
    return scorecard(total_line(lines, scheme), scheme, card.unit, card.year)


def _field(line: Line, field: Field, points: Mapping[str, Fraction], scheme: Scheme) -> Line:
    if not any(leaf.id in points for leaf in line.leaves()):
        return line
    return field_line(field, list(_criteria(line, field, points, scheme)), scheme)


def _criteria(line: Line, field: Field, points: Mapping[str, Fraction], scheme: Scheme) -> Iterator[Line]:
    for part, criterion in zip(line.parts, field.criteria, strict=True):
        if part.parts and any(leaf.id in points for leaf in part.parts):
            yield criterion_line(criterion, field, [_leaf(leaf, points) for leaf in part.parts], scheme)
        else:
            yield _leaf(part, points)


def _leaf(line: Line, points: Mapping[str, Fraction]) -> Line:
    return replace(line, points=points[line.id], status=Status.OK, reason=Text()) if line.id in points else line
