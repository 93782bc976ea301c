"""What is asked of a tally: which of its counts answer, and a library error where it was not counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Count, Indicator, event_sets, set_with, sets_like
from cchc_metrics.count.arguments import as_day, as_periods
from cchc_metrics.count.cube import UNIT
from cchc_metrics.count.frame import needed_edges
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import NotCountedError, UnknownUnitError, suggestion
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import Text


def when_asked(tally: Tally, periods: object, as_of: object) -> tuple[tuple[Period, ...], date]:
    """Return the periods that are asked for, all of the tally for None, and the day of the question, the tally's own for None.

    The tally's own day does not hang on which of its periods are asked for.

    Raises:
        NotCountedError: a period was not counted, or cannot be read as of that day.
    """
    wanted = tally.periods if periods is None else as_periods(periods)
    if not wanted:
        raise NotCountedError("chưa nói kỳ nào; thêm periods=", "no period is asked for; add periods=")
    day = as_day(as_of) or tally.frame.last_date or max(p.last for p in wanted)
    known, edges = tally.as_of, frozenset(tally.frame.edges)
    for period in wanted:
        if not {period.first_day, period.last_day + 1} <= edges:
            counted = ", ".join(p.label for p in tally.periods)
            vi, en = suggestion(period.label, [p.label for p in tally.periods])
            raise NotCountedError(
                f"kỳ {period.label} chưa được đếm{vi}; thêm vào tally(periods=…); đã đếm: {counted}",
                f"period {period.label} was not counted{en}; add it to tally(periods=…); counted: {counted}",
            )
        if known is not None and day > known and period.last > known:
            raise NotCountedError(
                f"bảng đếm chỉ biết đến ngày {known:%d/%m/%Y}, không trả lời được kỳ {period.label} vào ngày {day:%d/%m/%Y}; "
                "cộng thêm bảng đếm của những ngày sau",
                f"the tally knows its rows up to {known} only and cannot answer for period {period.label} as of {day}; "
                "add the tally of the days since",
            )
        if not needed_edges([period], day) <= edges:
            raise NotCountedError(
                f"kỳ {period.label} không đọc được vào ngày {day:%d/%m/%Y}; đếm lại với as_of={day} hoặc daily=True",
                f"period {period.label} cannot be read as of {day}; tally again with as_of={day}, or daily=True",
            )
    return wanted, day


def window_of(tally: Tally, period: Period, as_of: date) -> tuple[int, int]:
    """Return the positions in the tally's edges of a period's first day and of the day after its last, or after ``as_of`` if it runs."""
    after = max(min(period.last_day, day_number(as_of)) + 1, period.first_day)
    return tally.frame.edges.index(period.first_day), tally.frame.edges.index(after)


def set_asked(tally: Tally, name: str, dims: Iterable[str]) -> str | None:
    """Return the full name of the set that holds the events of ``name`` and was counted by some dimensions; None for a kind not supplied.

    Raises:
        NotCountedError: no such set was counted by all of them.
    """
    kind, wanted = name.split(".", 1)[0], frozenset(dims)
    if kind == UNITS_KIND:
        return name
    if kind not in tally.counted:
        return None
    like = sets_like(name)
    for full in like:
        counted = tally.counted[kind].get(full.removeprefix(kind + "."))
        if counted is not None and wanted <= counted:
            return full
    able = next((full for full in like if wanted <= {d.name for d in event_sets()[full].dims}), None)
    by = ", ".join(sorted(wanted))
    if able is None:
        known = sorted({d.name for full in like for d in event_sets()[full].dims})
        vi, en = next((found for dim in sorted(wanted - set(known)) if (found := suggestion(dim, known))[0]), ("", ""))
        raise NotCountedError(
            f"«{name}» không chia được theo {by}{vi}; có: {', '.join(known) or '—'}",
            f"«{name}» cannot be broken down by {by}{en}; there are: {', '.join(known) or '—'}",
        )
    vi, en = (f" theo {by}", f" by {by}") if by else ("", "")
    raise NotCountedError(
        f"«{able}»{vi} chưa được đếm; đếm lại với sets=catalogue.event_sets(breakdowns) của danh mục này",
        f"«{able}»{en} was not counted; tally again with sets=catalogue.event_sets(breakdowns) of this catalogue",
    )


def not_counted(indicator: Indicator, catalogue: Catalogue, dims: Collection[str], tally: Tally) -> bool:
    """Return whether an indicator rests on sets of events that are counted only where they are named, and were not named."""
    counts = [catalogue.counts[name] for name in indicator.counts]
    names = ((set_with(events, {*count.dims, *dims}), count.kind) for count in counts for events in _events(count))
    named = [
        (full.split(".", 1)[1], kind) for full, kind in names if full is not None and kind != UNITS_KIND and event_sets()[full].named_only
    ]
    return any(kind in tally.counted and short not in tally.counted[kind] for short, kind in named)


def missing_of(indicator: Indicator, catalogue: Catalogue, dims: Collection[str], tally: Tally) -> tuple[str, ...]:
    """Return the columns, as ``kind.column``, that an indicator rests on and no table of the kind had; of a breakdown, its own too.

    The kinds say what each set of events and each dimension needs; the counts of the numerator and the denominator which they are.
    """
    counts = [catalogue.counts[name.removeprefix("-")] for name in (*indicator.numerator, *indicator.denominator)]
    asked: list[Asked] = [
        (events, count.where, [*dims, *filter(None, (count.labels_of,))]) for count in counts for events in _events(count)
    ]
    if indicator.values_of:
        asked.append((indicator.values_of, {}, dims))
    return missing_columns(tally, asked)


def bound_of(indicator: Indicator, catalogue: Catalogue) -> frozenset[str]:
    """Return the full names of the sets of events of an indicator that say what is so on the day of the question."""
    counts = [catalogue.counts[name] for name in indicator.counts]
    asked = {indicator.values_of, *(name for c in counts for name in (c.events, c.until, c.less))}
    return frozenset(name for name in asked if name in event_sets() and event_sets()[name].bound)


def unlike_day(indicator: Indicator, catalogue: Catalogue, tally: Tally, day: date) -> Text | None:
    """Return why an indicator that tells what is so on the day of the question cannot be read on a day; None where it can.

    It was classed on the tally's own day, or on several, and no count says what it would have been on another.
    """
    bound = {name for name in bound_of(indicator, catalogue) if name.split(".")[0] in tally.kinds}
    if bound & tally.mixed:
        return Text(
            "không có số liệu: các bảng đếm cộng lại được đếm đến những ngày khác nhau; đếm lại tất cả đến cùng một ngày",
            "no data: the tallies that were added are as of unlike days; tally them all again as of one",
        )
    own = tally.frame.last_date
    if not bound or own == day or own is None:
        return None
    return Text(
        f"không có số liệu: chỉ đếm đến ngày {own:%d/%m/%Y}, không trả lời được vào ngày {day:%d/%m/%Y}; đếm lại với as_of={day}",
        f"no data: counted as of {own} and cannot answer as of {day}; tally again with as_of={day}",
    )


Asked = tuple[str, Mapping[str, Sequence[str]], Collection[str]]
"""Full name of a set of events, dimension → the labels that are selected, and the dimensions by which it is broken down."""


def missing_columns(tally: Tally, asked: Iterable[Asked]) -> tuple[str, ...]:
    """Return the columns, as ``kind.column``, without which selected events are not known, and which no table of the kind had.

    A column is not missing where the answer is the same whatever it would say: no row needs it, or none is left to be selected by it.
    """
    found: set[str] = set()
    for name, where, dims in asked:
        full = set_asked(tally, name, {*where, *dims})
        if full is None or full.startswith(UNITS_KIND + "."):
            continue
        kind, event_set = KINDS[full.split(".", 1)[0]], event_sets()[full]
        said, needed = (frozenset(what.removeprefix(kind.name + ".") for what in whole) for whole in (tally.said, tally.needed))
        own = set(kind.missing([need for need in event_set.needs if need in needed], said, needed))
        unsaid = {
            d.name: missing
            for d in event_set.dims
            if d.name in where or d.name in dims
            if (missing := set(kind.missing((d.name,) if d.needs is None else d.needs, said, needed)))
        }
        if unsaid and (own or _any_of(tally, full, {dim: labels for dim, labels in where.items() if dim not in unsaid})):
            own = own.union(*unsaid.values())
        found |= {f"{kind.name}.{columns}" for columns in own}
    return tuple(sorted(found))


def _any_of(tally: Tally, full: str, where: Mapping[str, Sequence[str]]) -> bool:
    """Return whether there are events of a set with some labels, on any day and of any unit."""
    cube = tally.cubes.get(full)
    return cube is not None and bool(cube.grid(len(tally.frame.edges) + 1, (), where).any())


def check_units(tally: Tally, units: UnitTree) -> None:
    """Raise where a tally counted units that are not in the tree: what belongs to nobody is in no sum.

    Raises:
        UnknownUnitError: names them.
    """
    known = set(units.codes)
    cubes = [cube for name, cube in tally.cubes.items() if KINDS[name.split(".", 1)[0]].of_units]
    unknown = sorted({code for cube in cubes for code in cube.units_counted() if code not in known})
    if unknown:
        vi, en = suggestion(unknown[0], known)
        listed = ", ".join(f"«{code}»" for code in unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise UnknownUnitError(
            f"{len(unknown)} đơn vị đã đếm không có trong danh mục đơn vị: {listed}{vi}; thêm vào danh mục đơn vị, hoặc sửa mã khi đọc",
            f"{len(unknown)} units that were counted are not in the unit tree: {listed}{en}; add them, or fix the codes when reading",
        )
    early = _counted_too_early(tally, units)
    if early:
        listed = ", ".join(f"«{code}»" for code in early[:5]) + (" …" if len(early) > 5 else "")
        raise UnknownUnitError(
            f"mã {listed} đã đếm cả những ngày nó thuộc đơn vị khác; đọc bảng với units= để mã được hiểu theo ngày",
            f"the codes {listed} were counted on days on which other units bore them; read the tables with units= so that a code is "
            "understood by the day",
        )


def _counted_too_early(tally: Tally, units: UnitTree) -> list[str]:
    """Return the codes under which receipts were counted on days on which another unit bore them; between two units nobody does."""
    edges, found = tally.frame.edges, set()
    others = {keys[-1]: units.unit(keys[-2]).valid_to for keys in units.bearers.values()}
    for name in (f"{kind}.{KINDS[kind].event_sets[0].name}" for kind in tally.kinds if others):
        cube = tally.cubes.get(name)
        if cube is None:
            continue
        occurring = cube.grid(len(edges) + 1).astype(bool)
        for code, row in zip(cube.labels[UNIT], occurring, strict=True):
            last = others.get(code)
            if last is not None and row[: int(np.searchsorted(edges, day_number(last) + 1, side="right"))].any():
                found.add(code)
    return sorted(found)


def _events(count: Count) -> Iterator[str]:
    yield count.events
    if count.until:
        yield count.until
