"""When a dossier was received, fell due and ended, and what that makes it: the derived days that dossier events stand on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cchc_metrics.records.boundary_free import on_the_clock, runs_from_counter
from cchc_metrics.records.choices import Outcome, Standing, Status, TermUnit, Timing
from cchc_metrics.records.columns import SECOND, Array, Columns
from cchc_metrics.records.due import CUT_OFF, NO_DUE_DATE, dues_of
from cchc_metrics.records.ends import AS_CHECKED
from cchc_metrics.records.fields import NO_DAY, Flag
from cchc_metrics.records.kind import Context
from cchc_metrics.records.lateness import ON_DUE_DATE, classed_ends, is_late, overdue_between, timings
from cchc_metrics.records.rules_by_day import follows_receipt
from cchc_metrics.records.terms import HOURS_PER_WORKING_DAY, after_cut_off, move_days
from cchc_metrics.records.waits import NOTICE, NOTICE_OPEN, REAPPOINTED
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.hours import position
from cchc_metrics.reference.rules import Rules

_RESOLVED = np.uint8(list(Outcome).index(Outcome.RESOLVED))
OUT_STATE, _PENDING, ENDED_STATE = 0, 1, 2
"""Whether a dossier is out of every count, pending, or ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """Derived columns of dossiers; all days are int32 since 1970-01-01, ``NO_DAY`` where there is none.

    Args:
        received: first day in the count; ``NO_DAY`` for dossiers not (yet) received.
        due: due date under the rules.
        ended: day of the end of processing, only for dossiers that ended.
        timing: positions in ``Timing``; meaningful where ``ended`` is a day.
        why: positions in ``Timing``, why there is no due date; meaningful where ``undated_begins`` is a day.
        outcome: positions in ``Outcome``; meaningful where ``ended`` is a day.
        overdue_begins, overdue_ends: the days between which the dossier is pending and overdue; the second ``NO_DAY`` while it is.
        undated_begins, undated_ends: the days between which it is pending without a due date, or with one that is not known; not where
            the rules take such a dossier to be in time.
        through: the working days of the calendar up to and including the receipt (int32), where the short way was taken; else None.
    """

    received: Array
    due: Array
    ended: Array
    timing: Array
    why: Array
    outcome: Array
    overdue_begins: Array
    overdue_ends: Array
    undated_begins: Array
    undated_ends: Array
    through: Array | None = None

    @property
    def plain(self) -> bool:
        """Whether the short way was taken: every row was received inside the calendar and ended, if at all, inside it."""
        return self.through is not None


@follows_receipt
def class_dossiers(columns: Columns, context: Context, end: Array) -> Timed:
    """Return the derived columns of dossiers.

    Args:
        columns: dossiers.
        context: rules and calendar.
        end: int32[n] day of the end of processing as recorded, whatever the status.
    """
    rules, calendar = context.rules, context.calendar
    state, outcome = _states(columns, rules, end)
    if _is_plain(columns, rules, calendar, state, end):
        plain = _class_plain(columns, calendar, state, outcome, end)
        if plain is not None:
            return plain
    columns, state, outcome, end = _closed(columns, rules, calendar, state, outcome, end)
    received = _received(columns, state)
    ended = _ended(state, received, end)
    found = dues_of(columns, rules, calendar, ended)
    columns, _ = on_the_clock(columns, rules)
    due = np.where(received >= 0, found.day, np.int32(NO_DAY))
    timing = classed_ends(columns, rules, calendar, ended, found)

    if rules.unresolved == "on_due_date":
        timing[(outcome != _RESOLVED) & (ended >= 0)] = ON_DUE_DATE
    begins, stops = overdue_between(columns, rules, received, ended, found)
    nothing = np.int32(NO_DAY)
    bucket = (received >= 0) & (due < 0)
    if rules.missing_due == "on_time":
        bucket &= found.why != NO_DUE_DATE
    return Timed(
        received=received,
        due=due,
        ended=ended,
        timing=timing,
        why=found.why,
        outcome=outcome,
        overdue_begins=begins,
        overdue_ends=stops,
        undated_begins=np.where(bucket, received, nothing),
        undated_ends=np.where(bucket, ended, nothing),
    )


def _is_plain(columns: Columns, rules: Rules, calendar: Calendar, state: Array, end: Array) -> bool:
    """Return whether the short way gives the same answer: whole working days, no appointment, no dated wait, all in the calendar."""
    usual = rules.pauses == "shift" and rules.compare == "dates" and rules.unresolved == "by_date"
    usual &= rules.open_supplement == "pending" and rules.received_on_day_off == "as_received"
    usual &= rules.cut_off is None and not rules.two_supplements_late and not rules.two_reappointments_late
    if not usual or runs_from_counter(columns, rules) is not None:
        return False
    received, halves = columns.arrays.get("received_at"), columns.arrays.get("term")
    if received is None or halves is None or not len(received) or CUT_OFF in columns or ":wait0_from" in columns:
        return False
    units, labels = columns.codes("term_unit")
    if labels[int(units[0])] != TermUnit.WORKING_DAYS.value or int(units.min()) != int(units.max()):
        return False
    appointed = "due_at" in columns and int(columns.arrays["due_at"].max()) >= 0
    if rules.given_due == "wins" and (appointed or (rules.appointment == "current" and REAPPOINTED in columns)):
        return False
    if received.dtype != np.int32 or end.dtype != np.int32 or int(state.min()) == OUT_STATE:
        return False
    # Seen as unsigned numbers, missing days (−1) are the largest: the smallest is the first day that is there.
    earliest_end = int(end.view(np.uint32).min())
    days_known = int(received.min()) >= calendar.first_day and max(int(received.max()), int(end.max())) <= calendar.last_day
    return days_known and earliest_end >= calendar.first_day and int(halves.min()) >= 0 and not (halves & 1).any()


def _class_plain(columns: Columns, calendar: Calendar, state: Array, outcome: Array, end: Array) -> Timed | None:
    """Return the derived columns of dossiers for which ``_is_plain`` holds: two look-ups and two comparisons a row.

    None where a due date lies outside the calendar.
    """
    received = columns.days("received_at")
    at = received.astype(np.intp)
    at -= calendar.first_day - 1
    through = calendar.before.take(at)  # working days up to and including the receipt
    number = through + (columns.numbers("term") >> 1)
    if "paused_days" in columns:
        paused = columns.arrays["paused_days"]
        if int(paused.max()) > calendar.last_day - calendar.first_day:  # beyond every due date, and perhaps beyond 32 bits
            return None
        number += (paused if int(paused.min()) >= 0 else np.maximum(paused, 0)).astype(np.int32, copy=False)
    number -= 1
    same_day = number < through  # a term of 0 days ends on the day it starts, or on the next working day
    if same_day.any():
        np.maximum(number, calendar.before.take(at - 1), out=number)
    if int(number.max()) >= len(calendar.working_day):
        return None
    due = calendar.working_day.take(number)
    nothing = np.int32(NO_DAY)
    pending = state != ENDED_STATE
    # A pending dossier with an end on record is pending all the same.
    ended = np.where(pending, nothing, end) if (pending & (end >= 0)).any() else end
    timing = timings(ended, due)
    after = is_late(ended, due)
    after |= ended < 0
    begins = np.where(after, due + np.int32(1), nothing)
    return Timed(
        received=received,
        due=due,
        ended=ended,
        timing=timing,
        why=timing,
        outcome=outcome,
        overdue_begins=begins,
        overdue_ends=np.where(after, ended, nothing),
        undated_begins=np.broadcast_to(nothing, len(due)),
        undated_ends=np.broadcast_to(nothing, len(due)),  # not the same array: what shares its days is counted together
        through=through,
    )


_STANDINGS = np.array(
    [Standing.labels().index({"early": "in_time", "on_due_date": "in_time"}.get(label, label)) for label in Timing.labels()], dtype=np.uint8
)
"""Position in ``Standing`` of each class of an end, or of each reason why there is no due date."""
_OPEN, _OVERDUE = (np.uint8(Standing.labels().index(standing.value)) for standing in (Standing.OPEN, Standing.OVERDUE))


def standings(timed: Timed, day: int) -> Array:
    """Return what has become of each dossier by a day, positions in ``Standing`` (uint8); meaningful where ``received`` is a day.

    One that ended later was pending then, overdue between its two days. Without a due date it is in the class of the
    reason, unless the rules take it to be in time.
    """
    overdue = (timed.overdue_begins >= 0) & (timed.overdue_begins <= day) & ((timed.overdue_ends < 0) | (timed.overdue_ends > day))
    pending = np.where(timed.undated_begins >= 0, _STANDINGS.take(timed.why), np.where(overdue, _OVERDUE, _OPEN))
    found: Array = np.where((timed.ended >= 0) & (timed.ended <= day), _STANDINGS.take(timed.timing), pending)
    return found


@follows_receipt
def acceptance(columns: Columns, received: Array, context: Context) -> tuple[Array, Array]:
    """Return when online dossiers were accepted and whether in time: their first clock, from submission, apart from the term.

    With opening hours the working time between the two moments is compared with ``acceptance_hours``; without them, or where a moment has
    no time, working days are (8 hours are one day).

    Returns:
        int32[n] day, ``NO_DAY`` for dossiers that are not online, have no submission or were received before it; and positions in ``Flag``.
    """
    rules, calendar = context.rules, context.calendar
    submitted = columns.days("submitted_at")
    clock = columns.clock("received_at")  # at exactly 00:00:00 a receipt is not known to be before a submission of its day
    earlier = (received == submitted) & (clock >= 0) & (clock < columns.seconds("submitted_at"))
    rows = np.flatnonzero(
        columns.equals("channel", "online")
        & (submitted >= 0)
        & (received >= submitted)
        & ~earlier
        & calendar.covers(submitted)
        & calendar.covers(received)
    )
    day = np.full(len(columns), NO_DAY, dtype=np.int32)
    day[rows] = received[rows]
    in_time = _within(
        (submitted[rows], columns.seconds("submitted_at")[rows]),
        (received[rows], columns.seconds("received_at")[rows]),
        rules.acceptance_hours,
        rules,
        calendar,
    )
    flags = list(Flag)
    found = np.full(len(columns), flags.index(Flag.UNKNOWN), dtype=np.uint8)
    found[rows] = np.where(in_time, flags.index(Flag.YES), flags.index(Flag.NO))
    return day, found


def _within(begun: tuple[Array, Array], until: tuple[Array, Array], hours: int, rules: Rules, calendar: Calendar) -> Array:
    """Return whether so many working hours lie between two moments at most: days inside the calendar, and seconds, −1 where not known."""
    taken = calendar.working_days_through(until[0]) - calendar.working_days_through(begun[0])
    found: Array = taken * HOURS_PER_WORKING_DAY <= hours
    if rules.opening_hours:
        exact = (begun[1] >= 0) & (until[1] >= 0)
        spent = position(*until, calendar, rules.opening_hours) - position(*begun, calendar, rules.opening_hours)
        found = np.where(exact, spent <= hours * 3600, found)
    return found


@follows_receipt
def notice_is_late(columns: Columns, rules: Rules, calendar: Calendar) -> Array:
    """Return the mask of the dossiers of which papers were asked for first after the ``notice_hours`` of the rules.

    By the clock the hours run from where a term would: after the cut-off of the rules from the next opening. By whole working days they run
    from the day itself, of which the next is the last.
    """
    late = np.zeros(len(columns), dtype=bool)
    if rules.notice_hours is None or NOTICE not in columns:
        return late
    submitted = columns.days("submitted_at") >= 0
    day = np.where(submitted, columns.days("submitted_at"), columns.days("received_at"))
    second = np.where(submitted, columns.seconds("submitted_at"), columns.seconds("received_at"))
    asked, at = columns.days(NOTICE), columns.seconds(NOTICE)
    rows = np.flatnonzero((asked >= 0) & (day >= 0) & calendar.covers(asked) & calendar.covers(day))
    begun, until = (day[rows], second[rows]), (asked[rows], at[rows])
    in_time = _within(begun, until, rules.notice_hours, rules, calendar)
    if rules.opening_hours:
        opened, clock = after_cut_off(*begun, None, rules, calendar)
        inside = calendar.covers(opened)
        in_time[inside] = _within(
            (opened[inside], clock[inside]), (until[0][inside], until[1][inside]), rules.notice_hours, rules, calendar
        )
    late[rows] = ~in_time
    return late


def turnaround(timed: Timed, calendar: Calendar) -> Array:
    """Return working days from receipt to end, the first day not counted, waits not subtracted; −1 where not known.

    An end on a day off counts the working days up to it: received on Friday and ended on Saturday is 0.
    """
    received, ended = timed.received, timed.ended
    if timed.through is not None:
        at = ended.astype(np.intp)
        at -= calendar.first_day - 1
        taken = calendar.before.take(at, mode="clip")
        taken -= timed.through
        return np.maximum(taken, np.int32(-1)) if int(ended.min()) < 0 else taken
    found = np.full(len(received), -1, dtype=np.int64)
    rows = np.flatnonzero((ended >= 0) & calendar.covers(received) & calendar.covers(ended))
    found[rows] = calendar.working_days_through(ended[rows]) - calendar.working_days_through(received[rows])
    return found


@follows_receipt
def receipts(columns: Columns, rules: Rules, end: Array) -> Array:
    """Return the day of the receipt of each dossier that counts, as ``class_dossiers`` does (int32, ``NO_DAY``)."""
    return _received(columns, _states(columns, rules, end)[0])


@follows_receipt
def ends(columns: Columns, rules: Rules, calendar: Calendar, end: Array) -> Array:
    """Return the day of the end of each dossier that ended, as ``class_dossiers`` does (int32, ``NO_DAY``)."""
    state, outcome = _states(columns, rules, end)
    columns, state, _, end = _closed(columns, rules, calendar, state, outcome, end)
    return _ended(state, _received(columns, state), end)


def _closed(
    columns: Columns, rules: Rules, calendar: Calendar, state: Array, outcome: Array, end: Array
) -> tuple[Columns, Array, Array, Array]:
    """Return dossiers, states, outcomes and ends with those closed that waited for papers for as long as the rules allow: they stopped."""
    if rules.closed_after is None or NOTICE_OPEN not in columns:
        return columns, state, outcome, end
    asked = columns.arrays[NOTICE_OPEN]
    rows = np.flatnonzero((state == _PENDING) & (asked >= 0))
    closed = move_days(asked[rows], np.full(len(rows), rules.closed_after), np.zeros(len(rows), dtype=bool), calendar, rules)
    over = (closed >= 0) & (closed >= columns.days("received_at")[rows])
    rows, closed = rows[over], closed[over]
    state, outcome, end = state.copy(), outcome.copy(), end.copy()
    state[rows], outcome[rows], end[rows] = ENDED_STATE, list(Outcome).index(Outcome.STOPPED), closed
    arrays = dict(columns.arrays)
    for name in AS_CHECKED:  # an end that was written beside a pending dossier is none
        arrays[name], arrays[name + SECOND] = columns.days(name).astype(np.int32), columns.seconds(name).astype(np.int32)
        arrays[name][rows], arrays[name + SECOND][rows] = closed if name == AS_CHECKED[0] else NO_DAY, -1
    return replace(columns, arrays=arrays), state, outcome, end


def _ended(state: Array, received: Array, end: Array) -> Array:
    found: Array = np.where((state == ENDED_STATE) & (end >= 0) & (received >= 0), end, np.int32(NO_DAY))
    return found


def _received(columns: Columns, state: Array) -> Array:
    found: Array = np.where(state == OUT_STATE, np.int32(NO_DAY), columns.days("received_at"))
    return found


def _states(columns: Columns, rules: Rules, end: Array) -> tuple[Array, Array]:
    """Return whether each dossier is out of every count, pending or ended, and the outcome of an end (uint8)."""
    codes, labels = columns.codes("status")
    both = np.array(state_table(labels, rules), dtype=np.uint8).take(codes)
    state = both >> np.uint8(4)
    if rules.refused == "ended":  # refused on no known day: it did not end, and is not pending for ever
        state = np.where(columns.equals("status", Status.REFUSED.value) & (end < 0), np.uint8(OUT_STATE), state)
    return state, both & np.uint8(15)


@lru_cache(maxsize=64)
def state_table(labels: tuple[str, ...], rules: Rules) -> tuple[int, ...]:
    """Return ``_state_of`` of every label; columns are classed chunk by chunk, always with the same labels."""
    return tuple(_state_of(label, rules) for label in labels)


def _state_of(label: str, rules: Rules) -> int:
    """Return 16 × the state of a status under the rules, and the outcome of an end."""
    status = Status.of(label)
    ended = {
        Status.REFUSED: rules.refused == "ended",
        Status.WITHDRAWN: rules.withdrawn == "ended",
        Status.STOPPED: rules.stopped == "ended",
        Status.RESOLVED: True,
        Status.RETURNED: True,
    }
    outcome = {Status.REFUSED: Outcome.REFUSED, Status.WITHDRAWN: Outcome.WITHDRAWN, Status.STOPPED: Outcome.STOPPED}
    out = status is Status.SUBMITTED or (status in (Status.REFUSED, Status.WITHDRAWN) and not ended[status])
    state = OUT_STATE if out else ENDED_STATE if ended.get(status, False) else _PENDING
    return 16 * state + list(Outcome).index(outcome.get(status, Outcome.RESOLVED))
