"""Frame: what counts rest on, and the days that cut time into stretches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from cchc_metrics.errors import TallyMismatchError
from cchc_metrics.records.columns import Array
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules


@dataclass(frozen=True, slots=True)
class Frame:
    """What tallies must share to be added; only ``as_of``, and the edges that follow from it, may differ.

    Args:
        rules: the id of the rules, with the days on which they change (``Rules.name``).
        calendar: the id of the calendar.
        periods: the periods to be measured, in order.
        as_of: the day up to which the rows are known; None when every period is over.
        edges: the days (since 1970-01-01) that cut time into stretches, ascending. Stretch ``i`` is the days with exactly ``i`` edges on or
            before them, so the first and the last stretch are open.
        estimated_years: years of the calendar that are estimated.
    """

    rules: str
    calendar: str
    periods: tuple[Period, ...]
    as_of: date | None
    edges: tuple[int, ...] = field(repr=False)
    estimated_years: tuple[int, ...] = ()

    @classmethod
    def of(cls, periods: Iterable[Period], rules: Rules, calendar: Calendar, *, as_of: date | None = None, daily: bool = True) -> Frame:
        """Return the frame for periods. One that is still running on ``as_of`` is cut at every day, or only after ``as_of``."""
        wanted = tuple(sorted(set(periods)))
        estimated = tuple(y for y in calendar.years if calendar.status(y) == "estimated")
        return cls(rules.name, calendar.id, wanted, as_of, edges_of(wanted, as_of, daily=daily), estimated)

    @property
    def last_date(self) -> date | None:
        """The day as of which the counts answer: ``as_of``, or the last day of the periods where all are over; None without periods."""
        return self.as_of or max((period.last for period in self.periods), default=None)

    @property
    def day(self) -> int:
        """The same day since 1970-01-01, ``NO_DAY`` for None."""
        return NO_DAY if self.last_date is None else day_number(self.last_date)

    def difference(self, other: Frame) -> tuple[str, str] | None:
        """Return why counts of two frames cannot be added, in both languages; None where they can, their stretches permitting."""
        if self.rules != other.rules:
            return f"quy tắc «{self.rules}» và «{other.rules}»", f"rules «{self.rules}» and «{other.rules}»"
        if (self.calendar, self.estimated_years) != (other.calendar, other.estimated_years):
            return f"lịch «{self.calendar}» và «{other.calendar}»", f"calendars «{self.calendar}» and «{other.calendar}»"
        if self.periods != other.periods:
            apart = ", ".join(p.label for p in sorted(set(self.periods) ^ set(other.periods)))
            return (
                f"các kỳ khác nhau ({apart}); đếm lại với cùng danh sách kỳ",
                f"unlike periods ({apart}); tally again with the same list of periods",
            )
        return None

    def later(self, other: Frame) -> date | None:
        """Return the later of the days up to which two tallies know their rows; None, when every period is over, is the latest."""
        return None if self.as_of is None or other.as_of is None else max(self.as_of, other.as_of)

    def splits(self, edge: int) -> int | None:
        """Return the stretch that a new edge would cut in two, None where it is an edge already."""
        at = int(np.searchsorted(self.edges, edge, side="right"))
        return None if at and self.edges[at - 1] == edge else at

    def stretches_in(self, edges: tuple[int, ...]) -> Array:
        """Return the stretch under other edges in which each stretch begins (int64[stretches])."""
        return np.concatenate([[0], np.searchsorted(edges, self.edges, side="right")]).astype(np.int64)


def edges_of(periods: Iterable[Period], as_of: date | None, *, daily: bool) -> tuple[int, ...]:
    """Return the first days of periods and the days after their last days; every day of a period that is not over on ``as_of``.

    >>> march = [Period.parse("2021-03")]
    >>> len(edges_of(march, None, daily=True)), len(edges_of(march, date(2021, 3, 30), daily=True))
    (2, 32)
    """
    edges: set[int] = set()
    for period in periods:
        edges |= {period.first_day, period.last_day + 1}
        if as_of is not None and period.last > as_of:
            edges |= set(range(period.first_day, period.last_day + 2)) if daily else needed_edges([period], as_of)
    return tuple(sorted(edges))


def needed_edges(periods: Iterable[Period], as_of: date | None) -> set[int]:
    """Return the edges without which periods cannot be read as of a day."""
    edges: set[int] = set()
    for period in periods:
        last = period.last_day if as_of is None else min(period.last_day, day_number(as_of))
        edges |= {period.first_day, max(last + 1, period.first_day)}
    return edges


def common_edges(frames: tuple[Frame, Frame], occupied: tuple[Array, Array]) -> tuple[int, ...]:
    """Return the edges under which two tallies of unlike ``as_of`` can be added exactly.

    Stretches can be joined always, and cut where nothing happened in them.

    Args:
        frames: of the two tallies, alike but for ``as_of``.
        occupied: for each, which of its stretches have any event (bool[stretches]).

    Raises:
        TallyMismatchError: the sum could not be read as of the later day.
    """
    one, other = frames
    as_of = one.later(other)
    wanted = edges_of(one.periods, as_of, daily=True)

    def has(frame: Frame, events: Array, edge: int) -> bool:
        stretch = frame.splits(edge)
        return stretch is None or not events[stretch]

    either: Collection[int] = {*one.edges, *other.edges}
    found = tuple(
        edge for edge in wanted if edge in either and all(has(f, events, edge) for f, events in zip(frames, occupied, strict=True))
    )
    if not needed_edges(one.periods, as_of) <= set(found):
        vi, en = ("cuối kỳ", "the ends of the periods") if as_of is None else (f"{as_of:%d/%m/%Y}", as_of.isoformat())
        raise TallyMismatchError(
            f"không cộng được hai bảng đếm: bảng đếm đến ngày sớm hơn không chia được tại {vi}; đếm lại với daily=True",
            f"the tallies cannot be added: the one as of the earlier day cannot be cut at {en}; tally it again with daily=True",
        )
    return found
