"""Comparing two snapshots of the same figures: what became of each, and through which rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.tally import Tally
from cchc_metrics.records.columns import Array
from cchc_metrics.snapshot.cells import Class, RowCells
from cchc_metrics.snapshot.changes import FigureChange, FigureChanges, Place, RowChange, RowChanges, RowKind, order_of, shown_cells
from cchc_metrics.snapshot.effects import Effects, changed_rows, reads_rows, sets_read
from cchc_metrics.snapshot.model import Snapshot, values_changed
from cchc_metrics.tables.numbers import format_date
from cchc_metrics.values import REASONS, Measure, Status, Text

Locate = Callable[[str], Mapping[str, Place]]
"""Takes a kind, gives id → where the row stands today."""


def changes_between(then: Snapshot, now: Snapshot, catalogue: Catalogue, locate: Locate | None = None) -> FigureChanges:
    """Return which figures of a snapshot are others in a later one of the same periods and day.

    A figure is compared with itself only: under other rules, another definition of its indicator, or other units below its unit, it is
    said that it cannot be. What was reported is what counts: figures of indicators that the earlier one does not have are left out.

    Args:
        then: what was reported.
        now: what the same figures are now.
        catalogue: the indicators by which both were measured.
        locate: where rows stand today, for the table of rows.
    """
    refused = _Refusals(then, now)
    tracing = Tracing(then, now, catalogue, locate)
    names = {basis.indicator: basis.name for basis in (*now.measures.bases, *then.measures.bases)}
    kept = {m.key: m for m in now.measures}
    figures: list[FigureChange] = []
    compared = 0
    for before in then.measures:
        after = kept.pop(before.key, None)
        if before.status is Status.NOT_APPLICABLE and (after is None or after.status is Status.NOT_APPLICABLE):
            continue
        compared += 1
        reason = refused.of(before)
        if reason is not None:
            figures.append(FigureChange(before, after, "not_comparable", names[before.indicator], reason=reason))
        elif after is None or values_changed(before, after):
            figures.append(tracing.counted(_figure(before, after, names[before.indicator])))
    for after in kept.values():  # a label that had no case then, such as a field of procedures
        new = after.indicator in then.about.definitions and after.unit in then.units and after.period in then.periods
        if new and after.status is not Status.NOT_APPLICABLE and refused.of(after) is None:
            compared += 1
            figures.append(tracing.counted(_figure(None, after, names[after.indicator])))
    a = then.about
    day_vi, day_en = format_date(a.as_of, "vi"), format_date(a.as_of, "en")
    title = Text(f"{a.name}, số liệu đến {day_vi}: đã báo và nay", f"{a.name}, as of {day_en}: as reported and now")
    return FigureChanges(tuple(order_of(figures)), compared, tuple(_notes(then, now)), tracing.rows, title)


def _figure(before: Measure | None, after: Measure | None, name: Text) -> FigureChange:
    """Return what became of a figure that is another."""
    then, now = (None if m is None or (m.numerator is None and m.value is None) else m for m in (before, after))
    if then is not None and now is not None:
        return FigureChange(before, after, "changed", name)
    if now is not None:
        return FigureChange(
            before, after, "appeared", name, reason=Text("không có dòng nào", "no rows") if before is None else before.reason
        )
    return FigureChange(before, after, "disappeared", name, reason=REASONS[Status.NO_DATA] if after is None else after.reason)


class _Refusals:
    """Why a figure of one snapshot cannot be compared with itself in another."""

    def __init__(self, then: Snapshot, now: Snapshot) -> None:
        self.then, self.now = then, now
        self.whole: Text | None = None
        old, new = (each.about.rules for each in (then, now))
        if old.model_dump(exclude={"id", "vi", "en"}) != new.model_dump(exclude={"id", "vi", "en"}):
            self.whole = Text(f"khác bộ quy tắc: «{old.id}» và «{new.id}»", f"unlike rules: «{old.id}» and «{new.id}»")
        self.units: dict[str, Text | None] = {}

    def of(self, measure: Measure) -> Text | None:
        """Return the reason, None where it can be compared."""
        if self.whole is not None:
            return self.whole
        old, new = (each.about.definitions.get(measure.indicator) for each in (self.then, self.now))
        if new is None:
            return Text("chỉ tiêu không còn trong danh mục", "the indicator is not in the catalogue any more")
        if old != new:
            return Text("định nghĩa chỉ tiêu đã đổi từ khi báo", "the indicator was defined anew since")
        if measure.unit not in self.units:
            self.units[measure.unit] = self._of_unit(measure.unit)
        return self.units[measure.unit]

    def _of_unit(self, unit: str) -> Text | None:
        if unit not in self.now.units:
            return Text("đơn vị không còn trong danh mục", "the unit is not in the list of units any more")
        if _signature(self.then, unit) != _signature(self.now, unit):
            return Text(
                "đơn vị này hoặc các đơn vị dưới nó đã đổi trong danh mục", "the unit, or those below it, changed in the list of units"
            )
        return None


def _signature(snapshot: Snapshot, unit: str) -> list[tuple[object, ...]]:
    """Return what of the list of units the figures of a unit rest on."""
    tree = snapshot.units
    below = (tree.unit(code) for code in tree.subtree(unit))
    return sorted((u.code, u.level, str(u.valid_from), str(u.valid_to), tree.whole(u.code)) for u in below)


def _notes(then: Snapshot, now: Snapshot) -> list[Text]:
    notes = []
    if then.about.calendar_sha256 != now.about.calendar_sha256:
        notes.append(
            Text(
                "lịch làm việc nay khác lịch khi báo: dòng ghi «đã sửa» có thể chỉ do lịch",
                "the working calendar is another one than then: rows said to be corrected may be so by the calendar alone",
            )
        )
    came, went = (sorted(one.tally.kinds - other.tally.kinds) for one, other in ((now, then), (then, now)))
    notes += [Text(f"khi báo chưa có bảng «{kind}», nay có", f"there was no table «{kind}» then, there is one now") for kind in came]
    notes += [Text(f"khi báo có bảng «{kind}», nay không có", f"there was a table «{kind}» then, there is none now") for kind in went]
    if not then.rows:
        notes.append(
            Text(
                "bản chụp không giữ các dòng, hoặc giữ theo phiên bản khác của thư viện, nên không truy được",
                "the snapshot has no rows, or those of another version of the library, so nothing can be traced",
            )
        )
    return notes


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """The rows of a kind that count as something else than they did.

    Args:
        effects: what one row of each class gives; the last class is that of no row.
        names: their ids.
        then, now: int64[row] the place of the class of each.
        more: int64[class] how many more unlisted rows there are of it.
        pairs: the classes of each, None for none.
    """

    effects: Effects
    names: list[str]
    then: Array
    now: Array
    more: Array
    pairs: list[tuple[Class | None, Class | None]]


class Tracing:
    """Finds the rows through which figures changed.

    Args:
        then, now, catalogue, locate: as for ``changes_between``.
    """

    def __init__(self, then: Snapshot, now: Snapshot, catalogue: Catalogue, locate: Locate | None) -> None:
        self.catalogue, self.locate = catalogue, locate
        frames = (then.tally.frame, now.tally.frame)
        self.kinds: dict[str, _Kind] | None = None
        if then.rows and now.rows and frames[0].edges == frames[1].edges:
            tally = Tally(frames[1], {}, {**then.tally.counted, **now.tally.counted})
            both = then.rows.keys() & now.rows.keys()
            self.kinds = {kind: _kind(kind, then.rows[kind], now.rows[kind], tally, catalogue, now) for kind in sorted(both)}

    def counted(self, figure: FigureChange) -> FigureChange:
        """Return a figure with the number of rows of each sort through which it changed, where they are known."""
        if self.kinds is None or not self._traceable(figure):
            return figure
        found: dict[RowKind, int] = {"late": 0, "gone": 0, "corrected": 0}
        unlisted = 0
        for kind in self._kinds_of(figure):
            _, _, touched, more = self._effects(kind, figure)
            for at in np.flatnonzero(touched).tolist():
                found[_change(kind.pairs[at])] += 1
            unlisted += more
        return replace(figure, late=found["late"], gone=found["gone"], corrected=found["corrected"], unlisted=unlisted)

    def rows(self, figure: FigureChange) -> RowChanges:
        """Return the rows through which a figure changed, what adds most first."""
        indicator = self.catalogue[figure.measure.indicator]
        sums = reads_rows(indicator, self.catalogue)
        rows: list[RowChange] = []
        unlisted, numerator, denominator = 0, 0, 0
        for kind in self._kinds_of(figure):
            over, under, touched, more = self._effects(kind, figure)
            places = self.locate(kind.effects.kind) if self.locate is not None and touched.any() else {}
            read = sets_read(indicator, self.catalogue, kind.effects.kind)
            change_over, change_under = (each[kind.now] - each[kind.then] for each in (over, under))
            for at in np.flatnonzero(touched).tolist():
                old, new = kind.pairs[at]
                file, row = places.get(kind.names[at], ("", None)) if new is not None else ("", None)
                both = {*(old or ())} & {*(new or ())}
                was, is_ = (shown_cells(cell for cell in each or () if cell[0] in read and cell not in both) for each in (old, new))
                rows.append(
                    RowChange(
                        kind.effects.kind,
                        kind.names[at],
                        _change((old, new)),
                        int(change_over[at]) if sums else None,
                        int(change_under[at]) if sums and indicator.denominator else None,
                        was,
                        is_,
                        file,
                        row,
                    )
                )
            unlisted += more
            numerator += int((over * kind.more).sum())
            denominator += int((under * kind.more).sum())
        rows.sort(key=lambda each: (-abs(each.numerator or 0), -abs(each.denominator or 0), each.kind, each.id))
        known = denominator if indicator.denominator else None
        return RowChanges(tuple(rows), figure, unlisted, numerator if sums else None, known if sums else None)

    def _traceable(self, figure: FigureChange) -> bool:
        """Return whether rows make the difference: both sides were counted; one that is not there had no row."""
        sides = [each for each in (figure.then, figure.now) if each is not None]
        return all(each.numerator is not None and each.status is not Status.ENTERED for each in sides)

    def _kinds_of(self, figure: FigureChange) -> list[_Kind]:
        names = self.catalogue.kinds_of(figure.measure.indicator)
        values = self.catalogue[figure.measure.indicator].values_of.split(".")[0]
        return [kind for name, kind in (self.kinds or {}).items() if name in names or name == values]

    def _effects(self, kind: _Kind, figure: FigureChange) -> tuple[Array, Array, Array, int]:
        """Return what one row of each class gives to numerator and denominator; bool[row], which matter; how many unlisted ones do."""
        m, indicator = figure.measure, self.catalogue[figure.measure.indicator]
        about = (m.unit, m.period, dict(m.breakdown))
        over, under = (kind.effects.of(names, *about) for names in (indicator.numerator, indicator.denominator))
        seen = [over, under]
        if not reads_rows(indicator, self.catalogue):
            seen += [kind.effects.of(names, *about, touched=True) for names in (indicator.numerator, indicator.denominator)]
        touched = np.zeros(len(kind.names), dtype=bool)
        for each in seen:
            touched |= each[kind.now] != each[kind.then]
        matter = np.any([each != 0 for each in seen], axis=0)
        if indicator.values_of:  # another value moves a quantile, though it is one as before
            for each in kind.effects.values_of(indicator.values_of, *about):
                touched |= each[kind.now] != each[kind.then]
                matter |= each != 0
        return over, under, touched, int(np.abs(kind.more[matter]).sum())


def _kind(kind: str, then: RowCells, now: RowCells, tally: Tally, catalogue: Catalogue, snapshot: Snapshot) -> _Kind:
    rows, more = changed_rows(then, now)
    classes: list[Class] = [*(each for pair in rows.values() for each in pair if each is not None), *more, ()]
    effects = Effects(tally, catalogue, snapshot.units, kind, {**then.axes, **now.axes}, classes)
    place = {each: at for at, each in enumerate(effects.classes)}
    old, new = (np.array([place[pair[side] or ()] for pair in rows.values()], dtype=np.int64) for side in (0, 1))
    counts = np.zeros(len(effects.classes), dtype=np.int64)
    for each, n in more.items():
        counts[place[each]] += n
    return _Kind(effects, list(rows), old, new, counts, list(rows.values()))


def _change(pair: tuple[Class | None, Class | None]) -> RowKind:
    return "late" if pair[0] is None else "gone" if pair[1] is None else "corrected"
