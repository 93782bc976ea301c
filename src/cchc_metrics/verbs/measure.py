"""Measure: from counts to indicator values. Counts are added over units first and divided last; percentages are never averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Indicator
from cchc_metrics.count.tally import Tally
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.level import TWO_LEVELS_SINCE
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import REASONS, UNSAID, Breakdown, Changes, Scale, Status, Text, join_reasons
from cchc_metrics.verbs.asked import missing_of, not_counted, unlike_day, when_asked
from cchc_metrics.verbs.counts import CountReader, Labels
from cchc_metrics.verbs.exact import NO_VALUES, Values
from cchc_metrics.verbs.judge import Coverage, StatusJudge
from cchc_metrics.verbs.measures import ARRAYS, POSITION, STATUSES, USABLE, Basis, Measures
from cchc_metrics.verbs.quantile import twice_quantiles
from cchc_metrics.verbs.scopes import HandedOver, Scope, ScopeSums, scopes_of

STRADDLES = Text(
    "kỳ có ngày trước và sau 01/07/2025: cấp huyện kết thúc, thẩm quyền chuyển về cấp xã",
    "the period has days before and after 2025-07-01, when the district level ended and its competences went to the communes",
)
"""The mark of a value of districts or communes in such a period; it stays what its records make it, so its status is not changed."""

_UNLISTED = Text(
    "không có số liệu: danh mục là của toàn địa bàn, không ghi đơn vị", "no data: the list is of the whole area, not of its units"
)
_NOT_COUNTED = Text(
    "không có số liệu: chưa đếm theo thủ tục; đếm lại với sets=catalogue.event_sets()",
    "no data: not counted by procedure; tally again with sets=catalogue.event_sets()",
)

Counted = dict[tuple[str, Labels, tuple[Labels, ...]], tuple[Array, Array | None]]
"""Count, dimensions and labels → int64[scope, label, period], and what units that ended had on hand of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The values of one indicator under one list of dimensions, as arrays; measures are made from it on demand.

    Args:
        indicator: the definition.
        dims: dimensions of the breakdown, ``()`` for totals.
        labels: the labels, ``[()]`` for totals.
        numerator, denominator: int64[scope, label, period]; denominator None for counts.
        status: int8[scope, label, period], positions in ``Status``, before what is doubtful is marked.
        excluded: reason → int64[scope, label, period].
        lacking: why it has no data at all, in no scope and period; None where that is not so.
        unsaid: bool[scope, label, period], where no record says what the indicator asks; None for nowhere.
        doubtful: int64[scope, label, period], how many cases could change the value if it were known what they are; None for none.
        handed: int64[scope, label, period], how many cases units that ended had on hand, which are in no value of those that took over.
        stray: bool[scope, label, period], where cases are of units that did not exist in the period.
        quantile: int64[scope, period] twice the exact values of a quantile (a median can end in a half), −1 for none; else None.
        unlisted: bool[scope], of which a list that is of all units together says nothing; None where it rests on no such list.
    """

    indicator: Indicator
    dims: Labels
    labels: tuple[Labels, ...]
    numerator: Array
    denominator: Array | None
    status: Array
    excluded: Mapping[str, Array]
    lacking: Text | None = None
    unsaid: Array | None = None
    doubtful: Array | None = None
    handed: Array | None = None
    stray: Array | None = None
    quantile: Array | None = None
    unlisted: Array | None = None

    @property
    def marked(self) -> Array:
        """The statuses of the values: one that doubtful cases, or cases that were handed over, could change is not ok."""
        found = self.status
        for cases in (self.doubtful, self.handed):
            if cases is not None:
                found = np.where((cases != 0) & (found == POSITION[Status.OK]), POSITION[Status.ESTIMATED], found).astype(found.dtype)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """The axes that all blocks share, and what their values rest on.

    Args:
        scopes, periods: the axes.
        as_of: nothing later is known.
        rules: the name of the rules, with the days on which they change.
        calendar: its id.
        straddling: bool[scope, period], whether districts or communes are counted on days before and after 01/07/2025.
    """

    scopes: tuple[Scope, ...]
    periods: tuple[Period, ...]
    as_of: date
    rules: str
    calendar: str
    straddling: Array

    def table(self, blocks: Sequence[Block], names: Mapping[str, str], changes: Mapping[str, Changes]) -> Measures:
        """Return blocks as one table: block after block, in each by scope, label and period."""
        units = {scope.unit: None for scope in self.scopes}
        place = {unit: i for i, unit in enumerate(units)}
        of_scope = np.array([place[scope.unit] for scope in self.scopes], dtype=np.int32)
        breakdowns: dict[Breakdown, int] = {}
        reasons = {text: i for i, text in enumerate(dict.fromkeys(REASONS[status] for status in STATUSES))}
        columns: dict[str, list[Array]] = {}
        excluded: dict[str, list[tuple[Array, Array]]] = {}
        quantiles: list[tuple[Array, Array]] = []
        start = 0
        for number, block in enumerate(blocks):
            shape = block.numerator.shape
            known = (block.status != POSITION[Status.NO_DATA]) & (block.status != POSITION[Status.NOT_APPLICABLE])
            if block.unsaid is not None:  # no value, but all that was counted
                known |= block.unsaid & (block.status == POSITION[Status.NO_DATA])
            if block.stray is not None:
                known |= block.stray
            counted = known if block.denominator is not None else np.zeros(shape, dtype=bool)
            denominator = np.zeros(shape, dtype=np.int64) if block.denominator is None else block.denominator
            cells = {
                "basis": np.full(shape, number, dtype=np.int32),
                "unit": np.broadcast_to(of_scope[:, None, None], shape),
                "period": np.broadcast_to(np.arange(shape[2], dtype=np.int32), shape),
                "breakdown": np.broadcast_to(self._breakdowns(block, breakdowns)[:, :, None], shape),
                "reason": self._reasons(block, reasons),
                "status": block.marked,
                "numerator": np.where(known, block.numerator, 0),
                "denominator": np.where(counted, denominator, 0),
                "has_numerator": known,
                "has_denominator": counted,
            }
            for name, values in cells.items():
                columns.setdefault(name, []).append(values.reshape(-1))
            for why, counts in block.excluded.items():
                flat = np.where(known, counts, 0).reshape(-1)
                rows = np.flatnonzero(flat)
                excluded.setdefault(why, []).append((start + rows, flat[rows]))
            if block.quantile is not None:
                usable = USABLE[block.status].reshape(-1)
                twice = np.broadcast_to(block.quantile[:, None, :], shape).reshape(-1)
                rows = np.flatnonzero(usable)
                quantiles.append((start + rows, twice[rows]))
            start += block.numerator.size
        empty = np.zeros(0, dtype=np.int64)
        made: dict[str, Any] = {name: np.concatenate(columns[name]) if columns else empty for name in ARRAYS}
        return Measures(
            tuple(self._basis(block, changes) for block in blocks),
            tuple(units),
            self.periods,
            tuple(breakdowns),
            tuple(reasons),
            names,
            **made,
            excluded={
                why: (np.concatenate([rows for rows, _ in parts]), np.concatenate([n for _, n in parts]))
                for why, parts in excluded.items()
                if any(len(rows) for rows, _ in parts)
            },
            quantile=_halves(quantiles, start),
        )

    def _basis(self, block: Block, changes: Mapping[str, Changes]) -> Basis:
        i = block.indicator
        change = changes.get(i.id)
        return Basis(i.id, Text(i.vi, i.en), i.scale, i.better, self.as_of, i.formula_id, self.rules, self.calendar, change, i.sample)

    def _breakdowns(self, block: Block, known: dict[Breakdown, int]) -> Array:
        """Return int32[scope, label], the code of the breakdown of each."""
        levels = {scope.level: None for scope in self.scopes}
        codes = {}
        for level in levels:
            for n, label in enumerate(block.labels):
                pairs = [*zip(block.dims, label, strict=True), *([("level", level)] if level else [])]
                codes[level, n] = known.setdefault(tuple(sorted(pairs)), len(known))
        by_level = {level: np.array([codes[level, n] for n in range(len(block.labels))], dtype=np.int32) for level in levels}
        if not self.scopes:
            return np.zeros((0, len(block.labels)), dtype=np.int32)
        return np.stack([by_level[scope.level] for scope in self.scopes])

    def _reasons(self, block: Block, known: dict[Text, int]) -> Array:
        """Return int32[scope, label, period], the code of the reason of each value."""
        by_status = np.array([known[REASONS[status]] for status in STATUSES], dtype=np.int32)
        found: Array = by_status[block.status]
        open_, missing = (block.status == POSITION[status] for status in (Status.PERIOD_OPEN, Status.NO_DATA))
        if open_.any():
            text = Text(f"kỳ chưa kết thúc, số liệu đến {self.as_of:%d/%m/%Y}", f"the period is not over, data until {self.as_of}")
            found[open_] = known.setdefault(text, len(known))
        if missing.any():
            begun = np.array([period.first <= self.as_of for period in self.periods], dtype=bool)
            if block.lacking is not None:
                found[missing] = known.setdefault(block.lacking, len(known))
            elif block.unsaid is not None:
                found[missing & block.unsaid] = known.setdefault(UNSAID, len(known))
            if block.unlisted is not None:
                found[missing & block.unlisted[:, None, None]] = known.setdefault(_UNLISTED, len(known))
            if not begun.all():
                text = Text("kỳ chưa bắt đầu", "the period has not begun")
                found[missing & ~begun] = known.setdefault(text, len(known))
        if block.doubtful is not None:
            self._say_number(found, USABLE[block.status] & (block.doubtful > 0), block.doubtful, _not_exact, known)
        if block.handed is not None:
            chosen = (USABLE | (np.arange(len(STATUSES)) == POSITION[Status.ZERO_DENOMINATOR]))[block.status] & (block.handed != 0)
            self._say_number(found, chosen, block.handed, _handed_over, known)
        if block.stray is not None:
            cases = block.numerator if block.denominator is None else block.denominator
            self._say_number(found, block.stray, cases, _not_of_the_period, known, alone=True)
        if block.indicator.scale is Scale.PERCENT and block.denominator is not None:
            over = (block.status == POSITION[Status.OK]) & (block.numerator > block.denominator) & (block.denominator > 0)
            if over.any():
                text = Text(
                    "vượt 100%: tử số lớn hơn mẫu số, hãy kiểm tra số liệu", "over 100%: more in the numerator than in the denominator"
                )
                found[over] = known.setdefault(text, len(known))
        if self.straddling.any():
            marked = self.straddling[:, None, :] & USABLE[block.status]
            texts = list(known)
            for code in np.unique(found[marked]).tolist():
                found[marked & (found == code)] = known.setdefault(join_reasons(texts[code], STRADDLES), len(known))
        return found

    @staticmethod
    def _say_number(
        found: Array, chosen: Array, cases: Array, said: Callable[[int], Text], known: dict[Text, int], *, alone: bool = False
    ) -> None:
        """Add to the reasons of chosen values one that says how many cases it is about, or put it in their place."""
        at, texts = np.nonzero(chosen), list(known)
        found[at] = [
            known.setdefault(said(n) if alone else join_reasons(texts[code], said(n)), len(known))
            for code, n in zip(found[at].tolist(), cases[at].tolist(), strict=True)
        ]


def _handed_over(n: int) -> Text:
    return Text(
        f"chưa kể {n} trường hợp của các đơn vị đã kết thúc, phát sinh trước khi sắp xếp",
        f"without {n} cases of units that had ended, which came in before they did",
    )


def _not_of_the_period(n: int) -> Text:
    return Text(
        f"đơn vị không có trong kỳ này; {n} trường hợp ghi cho đơn vị", f"the unit did not exist in this period; {n} cases are under it"
    )


def _not_exact(n: int) -> Text:
    return Text(
        f"chưa chính xác: {n} trường hợp không ghi hoặc không tính được, có thể làm số này thay đổi",
        f"not exact: {n} cases that could change it do not say, or could not be computed",
    )


def _halves(parts: Sequence[tuple[Array, Array]], n: int) -> Values:
    """Return rows and twice their values as a column of n values."""
    if not parts:
        return NO_VALUES
    over, under = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for rows, twice in parts:
        odd = twice % 2 == 1
        over[rows], under[rows] = np.where(odd, twice, twice // 2), np.where(odd, 2, 1)
    return Values(over, under)


@public
def measure(
    tally: Tally,
    catalogue: Catalogue | None = None,
    *,
    units: UnitTree,
    periods: Iterable[Period | str] | Period | str | None = None,
    as_of: date | str | None = None,
    breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
    coverage: Coverage | None = None,
) -> Measures:
    """Return the value of every indicator for every scope of the unit tree and every period.

    Args:
        tally: counts.
        catalogue: the indicators wanted; None for the packaged ones.
        units: the unit tree; values of a unit cover everything below it, and each level of it apart.
        periods: the periods wanted; None for those of the tally.
        as_of: the day on which the question is asked; a period that ends later is open and read up to this day. None for the tally's own
            day, or where it has none for the last day of its periods. What has become of dossiers by the day of the question has no data on
            any other than the tally's own.
        breakdowns: indicator id → lists of dimensions, instead of those that the catalogue declares.
        coverage: kind → days between which its records are complete; a period that begins before or ends after has no data.
            Without it, a period in which a kind has no event at all, in any unit, has no data.

    Returns:
        Every measure, each with a status and, where it has no value, a reason.

    Raises:
        NotCountedError: a period, the day, a set of events or a dimension was not counted.
        UnknownUnitError: rows were counted of units that are not in the tree.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> measure(data.tally("2021"), units=data.units)["paperless_meetings", "MA"].value
    Fraction(100, 1)
    """
    wanted_periods, day = when_asked(tally, periods, as_of)
    asked = default_catalogue() if catalogue is None else catalogue
    reader = CountReader.of(tally, units, wanted_periods, day)
    scopes = scopes_of(units)
    sums, handed = ScopeSums.of(scopes, units), HandedOver(scopes, units, wanted_periods)
    counted: Counted = {}
    judge = StatusJudge.of(tally, units, scopes, sums, wanted_periods, day, coverage or {})
    blocks = []
    for indicator in asked:
        if indicator.entered:  # which no count can give: see ``with_figures``
            continue
        wanted = indicator.breakdowns if breakdowns is None or indicator.id not in breakdowns else breakdowns[indicator.id]
        lists: list[Labels] = [()] if indicator.total else []
        lists += [tuple(dims) for dims in wanted]
        blocks += [_block(indicator, dims, reader, asked, sums, handed, judge, counted) for dims in lists]
    names = {code: units.called(code, kind=False) for code in units.codes}
    renamed = {
        (code, period.label): name
        for code in names
        if len(units.stages(code)) > 1 and units.whole(code) == code
        for period in wanted_periods
        if (name := units.called(code, period.last, kind=False)) != names[code]
    }
    axes = _Axes(scopes, wanted_periods, day, tally.frame.rules, tally.frame.calendar, _straddling(scopes, units, wanted_periods, day))
    return replace(axes.table(blocks, names, asked.definition_changes()), renamed=renamed)


def _straddling(scopes: Sequence[Scope], units: UnitTree, periods: Sequence[Period], day: date) -> Array:
    """Return bool[scope, period]; a province as a whole kept all its competences."""
    below = np.array([(scope.level or units.unit(scope.unit).level) != "province" for scope in scopes], dtype=bool)
    across = np.array([p.crosses(TWO_LEVELS_SINCE) and day >= TWO_LEVELS_SINCE for p in periods], dtype=bool)
    found: Array = below[:, None] & across[None, :]
    return found


def _block(
    indicator: Indicator,
    dims: Labels,
    reader: CountReader,
    catalogue: Catalogue,
    sums: ScopeSums,
    handed: HandedOver,
    judge: StatusJudge,
    counted: Counted,
) -> Block:
    """Return the values of an indicator; ``counted`` keeps the counts that have been read, since indicators share them."""
    labels: list[Labels] = [()]
    if not_counted(indicator, catalogue, dims, reader.tally):
        nothing = np.zeros((len(sums.first), 1, len(reader.windows)), dtype=np.int64)
        status = judge.status(indicator, catalogue, None, nothing.shape, lacking=True, unsaid=None)
        return Block(indicator, dims, (("",) * len(dims),), nothing, nothing if indicator.denominator else None, status, {}, _NOT_COUNTED)
    if dims:
        parts = [catalogue.counts[name.removeprefix("-")] for name in (*indicator.numerator, *indicator.denominator)]
        labels = sorted({label for count in parts if count.kind != UNITS_KIND for label in reader.labels(count, dims)})

    def summed(name: str) -> tuple[Array, Array | None]:
        key = (name.removeprefix("-"), dims, tuple(labels))
        if key not in counted:
            count = catalogue.counts[key[0]]
            if count.of == "labels":
                counted[key] = reader.different(count, dims, labels, sums), None
                return counted[key]
            add = sums.add_once if count.of == "units" and count.kind != UNITS_KIND else sums.add
            read = reader.read(count, dims, labels)
            counted[key] = add(read), None if UNITS_KIND in (count.of, count.kind) else handed.add(read)
        return counted[key]

    def total(names: Iterable[str]) -> Array:
        found = np.zeros((len(sums.first), len(labels), len(reader.windows)), dtype=np.int64)
        for name in names:
            found += -summed(name)[0] if name.startswith("-") else summed(name)[0]
        return found

    numerator = total(indicator.numerator)
    denominator = total(indicator.denominator) if indicator.denominator else None
    excluded = {why: total([name]) for why, name in indicator.excluded.items()}
    lacking = _lacking(indicator, catalogue, dims, reader.tally, judge.as_of)
    unsaid: Array | None = None
    doubtful: Array | None = None
    if excluded and denominator is None and not indicator.quantile:
        # A count has no denominator to leave them out of: what could not be classed could belong, so it is at least so much.
        doubtful = np.add.reduce(list(excluded.values()))
    if indicator.unsaid and lacking is None:
        may_be = doubtful = total(indicator.unsaid)
        unsaid = (may_be > 0) & ((may_be >= total(indicator.cases)) if indicator.cases else (numerator == 0))
        unsaid &= judge.known(indicator, catalogue)
    on_hand: Array | None = None
    for name in () if lacking else (indicator.denominator or indicator.numerator):
        more = summed(name)[1]
        if more is not None:
            on_hand = np.zeros_like(numerator) if on_hand is None else on_hand
            on_hand += -more if name.startswith("-") else more
    quantile = None
    if indicator.quantile:
        numerator, quantile, on_hand = _quantiles(indicator, reader, sums, handed)
    cases = numerator if indicator.quantile else denominator
    status = judge.status(indicator, catalogue, cases, numerator.shape, lacking=lacking is not None, unsaid=unsaid)
    stray = None if lacking else judge.stray(indicator, catalogue, numerator if cases is None else cases)
    listed = None
    if not all(KINDS[kind].of_units for kind in catalogue.kinds_of(indicator.id)):
        listed = ~sums.whole
        status[listed] = np.maximum(status[listed], POSITION[Status.NO_DATA])
    return Block(
        indicator,
        dims,
        tuple(labels),
        numerator,
        denominator,
        status,
        excluded,
        lacking,
        unsaid,
        doubtful,
        on_hand,
        stray,
        quantile,
        listed,
    )


def _lacking(indicator: Indicator, catalogue: Catalogue, dims: Labels, tally: Tally, day: date) -> Text | None:
    """Return why no value of an indicator can be read off a tally; None where it can."""
    if missing := missing_of(indicator, catalogue, dims, tally):
        names = ", ".join(missing)
        return Text(f"không có số liệu: thiếu cột {names}", f"no data: the tables have no column {names}")
    return unlike_day(indicator, catalogue, tally, day)


def _quantiles(indicator: Indicator, reader: CountReader, sums: ScopeSums, handed: HandedOver) -> tuple[Array, Array, Array | None]:
    """Return int64[scope, 1, period] cases, int64[scope, period] twice the quantile, and the cases that were handed over."""
    level = Fraction(indicator.quantile)
    cases, twice, own = [], [], []
    for flows, values in reader.histograms(indicator.values_of):
        summed = sums.add(flows)
        own.append(flows.sum(axis=2, dtype=np.int64))
        n_scopes, n_periods = summed.shape[:2]
        cases.append(summed.sum(axis=2, dtype=np.int64))
        twice.append(twice_quantiles(values, summed.reshape(n_scopes * n_periods, -1), level).reshape(n_scopes, n_periods))
    on_hand = handed.add(np.concatenate(own, axis=1)[:, None, :])
    return np.concatenate(cases, axis=1)[:, None, :], np.concatenate(twice, axis=1), on_hand
