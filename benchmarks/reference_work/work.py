"""The reference work: its data, the answer that every contender must return, and how two answers are compared with each other.

N dossiers in columns over one to three years, none received before them. A term is at least one working day; the due date of a dossier is
the (term + paused)-th working day after its receipt, which is not counted. Asked for, per unit and month:

- dossiers received, by channel (month of the receipt);
- dossiers ended early, on the due date and late (month of the end);
- working days from receipt to end: sum and exact median (month of the end);
- the stock pending at the month's end, and at the end of the last month how many of it are in time and overdue;
- the rate of dossiers resolved on time and the share of online ones: numerator, denominator and status.

Nothing of the library is imported here, so that a peer that runs as a whole process does not pay for it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

EARLY, ON_DUE_DATE, LATE = 0, 1, 2
IN_TIME, OVERDUE = 0, 1
CHANNELS: Final = 3
ONLINE: Final = 1
OK, ZERO_DENOMINATOR = 0, 1
NO_DAY: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """One instance of the work. Days are numbers since 1970-01-01; every array of dossiers has one entry for each.

    Args:
        unit: uint8 or uint16 codes from 0.
        procedure: uint16 codes; carried along, not asked for.
        channel: uint8: 0 counter, 1 online, 2 postal.
        received: int32 days.
        term: int32 working days, at least 1.
        paused: int32 working days.
        ended: int32 days, −1 where the dossier is pending.
        units: how many units there are.
        first_year, years: the whole years of the work; its months are theirs.
        calendar_first: int, the day of ``working[0]``.
        working: bool[days], whether a day is worked: swaps and holidays of the official calendar.
    """

    unit: Array
    procedure: Array
    channel: Array
    received: Array
    term: Array
    paused: Array
    ended: Array
    units: int
    first_year: int
    years: int
    calendar_first: int
    working: Array

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def months(self) -> int:
        """How many months there are."""
        return 12 * self.years

    @property
    def last_day(self) -> int:
        """The last day of the last month: the day on which pending dossiers are in time or overdue."""
        return int(month_starts(self)[-1]) - 1

    @property
    def bytes_a_row(self) -> int:
        """Bytes that one look at every column but the procedure reads for one dossier."""
        return sum(a.itemsize for a in (self.unit, self.channel, self.received, self.term, self.paused, self.ended))


def month_starts(work: Work) -> Array:
    """Return the first day of each month and the day after the last (int64[months + 1])."""
    first = np.datetime64(f"{work.first_year}-01", "M")
    starts: Array = np.arange(first, first + work.months + 1).astype("datetime64[D]").astype(np.int64)
    return starts


def calendar_table(work: Work) -> dict[str, Array]:
    """Return the calendar as a table with a row for each day, as a warehouse keeps it.

    Columns: ``day`` (int32), ``working`` (bool), ``through`` (int32: working days on or before it), ``month`` (int16: position in the
    months of the work; outside them below 0 or from ``months`` on).
    """
    day = np.arange(work.calendar_first, work.calendar_first + len(work.working), dtype=np.int32)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - 12 * (work.first_year - 1970)
    return {"day": day, "working": work.working, "through": np.cumsum(work.working, dtype=np.int32), "month": month.astype(np.int16)}


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The answer, in integers; two contenders agree when every array is equal.

    Args:
        received: int64[unit, month, channel].
        ended: int64[unit, month, early / on the due date / late].
        turnaround_sum: int64[unit, month] working days.
        turnaround_median_twice: int64[unit, month] twice the median (so that it is whole), −1 where nothing ended.
        stock: int64[unit, month] pending at the month's end.
        pending: int64[unit, in time / overdue] at the end of the last month.
        on_time: int64[unit, month, numerator / denominator / status].
        online: int64[unit, month, numerator / denominator / status].
    """

    received: Array
    ended: Array
    turnaround_sum: Array
    turnaround_median_twice: Array
    stock: Array
    pending: Array
    on_time: Array
    online: Array


def assemble(*, received: Array, ended: Array, turnaround_sum: Array, turnaround_median_twice: Array, pending: Array) -> Answer:
    """Return the answer from the counts that need the rows: stocks and rates follow from them on the small grid of units and months."""
    stock = np.cumsum(received.sum(axis=2) - ended.sum(axis=2), axis=1)
    on_time = rate(ended[:, :, EARLY] + ended[:, :, ON_DUE_DATE], ended.sum(axis=2))
    online = rate(received[:, :, ONLINE], received.sum(axis=2))
    return Answer(received, ended, turnaround_sum, turnaround_median_twice, stock, pending, on_time, online)


def rate(numerator: Array, denominator: Array) -> Array:
    """Return numerator, denominator and status, stacked on a last axis."""
    status = np.where(denominator == 0, ZERO_DENOMINATOR, OK)
    return np.stack([numerator, denominator, status], axis=-1)


def grid(shape: tuple[int, ...], index: tuple[Array, ...], values: Array, empty: int = 0) -> Array:
    """Return an int64 grid with values at the given positions and ``empty`` elsewhere."""
    found = np.full(shape, empty, dtype=np.int64)
    found[tuple(i.astype(np.intp) for i in index)] = values
    return found


def from_histograms(received: Array, timing: Array, days: Array, pending: Array) -> Answer:
    """Return the answer from dense counts, for contenders that count into histograms.

    Args:
        received: [unit, month, channel].
        timing: [unit, month, early / on the due date / late].
        days: [turnaround, unit, month].
        pending: [unit, in time / overdue].
    """
    used = np.flatnonzero(days.any(axis=(1, 2)))
    cumulative = np.cumsum(days[: used[-1] + 1 if used.size else 1], axis=0, dtype=np.int32)  # fewer dossiers than 2^31
    cases = cumulative[-1]
    total = len(cumulative) * cases.astype(np.int64) - cumulative.sum(
        axis=0, dtype=np.int64
    )  # each turnaround is how many values lie below it
    middle = [(cumulative < rank).sum(axis=0) for rank in ((cases + 1) // 2, cases // 2 + 1)]  # ranks from 1; equal where odd
    return assemble(
        received=received.astype(np.int64),
        ended=timing.astype(np.int64),
        turnaround_sum=total,
        turnaround_median_twice=np.where(cases == 0, -1, middle[0] + middle[1]),
        pending=pending.astype(np.int64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The library's own algebra as look-up tables by day, for the contenders that are given it.

    With ``through(d)`` the working days on or before day d, a dossier that was received on r and has n working days ends early, on its due
    date or late as ``code(e) = 2·through(e) + (e is a day off)`` is below, equal to or above ``2·(through(r) + n)``; its turnaround is
    ``through(e) − through(r)``. A pending dossier takes a last entry, which has the last day of the work but one as its end and a month of
    its own: below is in time, else overdue. So no due date is formed, and no row is set apart.

    Args:
        first: the day of entry 0.
        through: int32[days + 1].
        code: int32[days + 1].
        month: int32[days + 1]; ``months`` for the last entry.
    """

    first: int
    through: Array
    code: Array
    month: Array


def tables(work: Work) -> Tables:
    """Return the look-up tables; the last entry stands for dossiers that are pending."""
    calendar = calendar_table(work)
    through, day_off = calendar["through"], ~calendar["working"]
    before_last = int(through[work.last_day - 1 - work.calendar_first])
    return Tables(
        work.calendar_first,
        np.append(through, before_last).astype(np.int32),
        np.append(2 * through + day_off, 2 * before_last).astype(np.int32),
        np.append(np.clip(calendar["month"], 0, work.months - 1), work.months).astype(np.int32),
    )


def split_pending(timing: Array) -> tuple[Array, Array]:
    """Return [unit, month, timing] without the month of the pending, and [unit, in time / overdue]."""
    last = timing[:, -1, :]
    return timing[:, :-1, :], np.stack([last[:, EARLY], last[:, ON_DUE_DATE] + last[:, LATE]], axis=1)


def differences(one: Answer, other: Answer) -> list[str]:
    """Return where two answers differ, a line for each array that does."""
    found = []
    for field in fields(Answer):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if a.shape != b.shape:
            found.append(f"{field.name}: shapes {a.shape} and {b.shape}")
        elif not np.array_equal(a, b):
            at = tuple(int(i) for i in np.argwhere(a != b)[0])
            found.append(f"{field.name}: {int((a != b).sum())} cells differ, first at {at}: {a[at]} and {b[at]}")
    return found
