"""Quality: what dossiers say that is hard to believe, as coded findings with counts and rows. Nothing is changed or left out by it.

What is found in parts of the rows adds up to what is found in all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np

from cchc_metrics.records.choices import StatedTiming, TermUnit, Timing
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier_timing import Timed, class_dossiers, notice_is_late
from cchc_metrics.records.due import CALENDAR_MISSING, dues_of, plain_waits
from cchc_metrics.records.ends import end_days
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.kind import Context
from cchc_metrics.records.problems import Problem, Problems, first_rows
from cchc_metrics.records.rules_by_day import follows_receipt
from cchc_metrics.records.terms import HOURS_PER_WORKING_DAY, term_units
from cchc_metrics.records.waits import NOTICE
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of, day_number
from cchc_metrics.reference.rules import Rules

_AT_A_TIME: Final = 65_536
_ORDER: Final = {code: place for place, code in enumerate(Code)}
_NOTHING: Final = Problems(limit=0)


def quality(
    dossiers: Columns,
    *,
    rules: Rules,
    calendar: Calendar,
    exported: date | None = None,
    tie_share: Fraction = Fraction(1, 2),
    tie_cases: int = 30,
    limit: int = 1000,
) -> Problems:
    """Return findings about dossiers that reading cannot make, since they need the rules and the calendar.

    - ``due_differs``: the given due date and the one computed from the term are not the same; the computed one holds the waits where the
      rules say that the given one does. Where the term ends within a day and the hour of the receipt is not known, the working day before
      is accepted too.
    - ``due_outside_calendar``: the due date, or what it is compared with, lies where the calendar does not reach, at either end.
    - ``information_only_online``: filed online for a service of level 1 or 2, which gives information only.
    - ``many_reappointments``: more than one re-appointment.
    - ``supplement_asked_late``: papers were asked for first after the ``notice_hours`` of the rules.
    - ``wait_without_dates``: days waited are given without their dates, which ``pauses = "restart"`` needs to compute a due date.
    - ``timing_differs``: the file says that a dossier is early, in time or late, by its status or beside it, and its dates say otherwise.
    - ``ties_with_due_date``: of a unit's ended dossiers an implausible share ended exactly on the due date, as back-dated ends do.

    Args:
        dossiers: valid rows.
        rules: as for the tally.
        calendar: as for the tally.
        exported: the day on which the file said what it says of pending dossiers; None where it is not known, and they are not compared.
        tie_share: from which share of exact ties on (default one half, a choice of the library).
        tie_cases: in units with at least so many ended dossiers with a due date.
        limit: how many examples of each code are kept.
    """
    return quality_of_part(dossiers, rules=rules, calendar=calendar, exported=exported, limit=limit).findings(
        tie_share=tie_share, tie_cases=tie_cases
    )


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found in some of the dossiers; a commutative monoid under ``+``, whose identity is ``Quality()``.

    Args:
        problems: findings about single dossiers.
        ended: unit → dossiers that have ended and have a due date.
        ties: unit → those of them that ended exactly on it.
        file: where the dossiers came from.
    """

    problems: Problems = _NOTHING
    ended: Mapping[str, int] = field(default_factory=dict)
    ties: Mapping[str, int] = field(default_factory=dict)
    file: str = ""

    def __add__(self, other: Quality) -> Quality:
        ended, ties = Counter(self.ended) + Counter(other.ended), Counter(self.ties) + Counter(other.ties)
        # Of several files the first by name: which part came first says nothing.
        file = min(filter(None, (self.file, other.file)), default="")
        return Quality(self.problems + other.problems, ended, ties, file)

    def full(self) -> frozenset[Code]:
        """Return the codes of which there are examples enough."""
        return frozenset(code for (_, code), n in self.problems.totals.items() if n >= self.problems.limit)

    def findings(self, *, tie_share: Fraction = Fraction(1, 2), tie_cases: int = 30) -> Problems:
        """Return every finding, code by code and in the order of the rows; for the arguments see ``quality``."""
        limit = self.problems.limit
        tied = [
            Problem(Code.TIES_WITH_DUE_DATE, file=self.file, column="ended_at", value=f"{unit}: {self.ties.get(unit, 0)}/{ended}")
            for unit, ended in sorted(self.ended.items())
            if ended >= tie_cases and self.ties.get(unit, 0) * tie_share.denominator >= ended * tie_share.numerator
        ]
        found = self.problems.ordered() + Problems.of(tied, limit=limit)
        examples = tuple(sorted(found.examples, key=lambda p: (_ORDER[p.code], p.row)))
        return Problems(found.totals, examples, found.read, found.rejected, limit)


def quality_of_part(
    dossiers: Columns,
    *,
    rules: Rules,
    calendar: Calendar,
    exported: date | None = None,
    limit: int = 1000,
    full: Collection[Code] = (),
) -> Quality:
    """Return what is found in a part of the dossiers; see ``quality``.

    Args:
        dossiers: valid rows.
        rules: as for the tally.
        calendar: as for the tally.
        exported: the day of export; None where it is not known.
        limit: how many examples of each code are kept.
        full: codes of which no examples are wanted, only the total.
    """
    rows: dict[Code, list[Array]] = {}
    shown: dict[Code, Callable[[int], tuple[str, str, str]]] = {}
    computed: list[Array] = []
    of_unit, unit_names = dossiers.codes("unit_code")
    ended, ties = np.zeros(len(unit_names), dtype=np.int64), np.zeros(len(unit_names), dtype=np.int64)
    for first in range(0, len(dossiers), _AT_A_TIME):
        part = dossiers.part(first, first + _AT_A_TIME)
        for code, mask in _masks(part, rules, calendar):
            rows.setdefault(code, []).append(first + np.flatnonzero(mask))
        again, within = _computed_again(part, rules, calendar)
        differs = np.flatnonzero((again >= 0) & ~within)
        days = again[differs]
        rows.setdefault(Code.DUE_DIFFERS, []).append(first + differs)
        computed.append(days)
        timed = class_dossiers(part, Context(rules, calendar), end_days(part, rules))
        unknown = (timed.timing == CALENDAR_MISSING) & (timed.ended >= 0)
        unknown |= (timed.why == CALENDAR_MISSING) & (timed.undated_begins >= 0)
        rows.setdefault(Code.DUE_OUTSIDE_CALENDAR, []).append(first + np.flatnonzero(unknown))
        if "stated_timing" in part:
            rows.setdefault(Code.TIMING_DIFFERS, []).append(first + _timing_differs(part, timed, exported))
        dated = (timed.ended >= 0) & (timed.due >= 0)
        here = of_unit[first : first + _AT_A_TIME]
        ended += np.bincount(here[dated], minlength=len(unit_names))
        ties += np.bincount(here[dated & (timed.ended == timed.due)], minlength=len(unit_names))
    given, times = dossiers.days("due_at"), dossiers.arrays.get("reappointments")
    levels, level_names = dossiers.codes("service_level")
    apart = np.concatenate(computed) if computed else np.zeros(0, dtype=np.int32)
    differing = np.concatenate(rows.get(Code.DUE_DIFFERS) or [apart])

    def due(row: int) -> tuple[str, str, str]:
        day = date_of(int(apart[np.searchsorted(differing, row)]))
        return f"{date_of(int(given[row])):%d/%m/%Y}", f" (tính được {day:%d/%m/%Y})", f" (computed: {day})"

    received, halves, units = dossiers.days("received_at"), dossiers.numbers("term"), term_units(dossiers)

    def term(row: int) -> tuple[str, str, str]:
        length = "" if halves[row] < 0 else f" + {float(halves[row]) / 2:g} {list(TermUnit)[units[row]].vi}".replace(".", ",")
        return f"{date_of(int(received[row])):%d/%m/%Y}{length}", "", ""

    said, judgements = dossiers.codes("stated_timing")
    shown[Code.TIMING_DIFFERS] = lambda row: (StatedTiming.of(judgements[said[row]]).vi, "", "")
    shown[Code.DUE_DIFFERS] = due
    shown[Code.DUE_OUTSIDE_CALENDAR] = term
    shown[Code.INFORMATION_ONLY_ONLINE] = lambda row: (level_names[levels[row]], "", "")
    shown[Code.MANY_REAPPOINTMENTS] = lambda row: ("" if times is None else str(int(times[row])), "", "")
    problems = Problems(limit=limit)
    numbers = dossiers.row_numbers()
    for code, parts in rows.items():
        where = np.concatenate(parts)
        if not len(where):
            continue
        examples, heading = [], dossiers.headings.get(_COLUMN[code], "")
        for row in first_rows(where, numbers, 0 if code in full else limit).tolist():
            value, vi, en = shown[code](row) if code in shown else ("", "", "")
            examples.append(Problem(code, dossiers.file, dossiers.sheet, int(numbers[row]), _COLUMN[code], value, vi, en, heading))
        problems += Problems({(dossiers.file, code): len(where)}, tuple(examples), limit=limit)
    return Quality(problems, _by_unit(ended, unit_names), _by_unit(ties, unit_names), dossiers.file)


def _by_unit(counts: Array, names: Sequence[str]) -> dict[str, int]:
    return {names[at]: int(counts[at]) for at in np.flatnonzero(counts).tolist()}


_COLUMN: Final = {
    Code.DUE_DIFFERS: "due_at",
    Code.DUE_OUTSIDE_CALENDAR: "due_at",
    Code.TIMING_DIFFERS: "stated_timing",
    Code.INFORMATION_ONLY_ONLINE: "service_level",
    Code.MANY_REAPPOINTMENTS: "due_at",
    Code.SUPPLEMENT_ASKED_LATE: "supplement_requests",
    Code.WAIT_WITHOUT_DATES: "paused_days",
}


def _masks(dossiers: Columns, rules: Rules, calendar: Calendar) -> Iterator[tuple[Code, Array]]:
    """Yield the findings that are plain to see."""
    if "service_level" in dossiers:
        informs = dossiers.equals("service_level", "level_1", "level_2")
        yield Code.INFORMATION_ONLY_ONLINE, informs & dossiers.equals("channel", "online")
    if "reappointments" in dossiers:
        yield Code.MANY_REAPPOINTMENTS, dossiers.numbers("reappointments") > 1
    if NOTICE in dossiers and any(own.notice_hours is not None for _, own in rules.versions):
        yield Code.SUPPLEMENT_ASKED_LATE, notice_is_late(dossiers, rules, calendar)
    if any(own.pauses == "restart" for _, own in rules.versions):
        yield Code.WAIT_WITHOUT_DATES, _wait_without_dates(dossiers, rules)


@follows_receipt
def _wait_without_dates(dossiers: Columns, rules: Rules) -> Array:
    needed = (dossiers.numbers("term") >= 0) & ((dossiers.days("due_at") < 0) | (rules.given_due == "ignored"))
    needed &= rules.pauses == "restart"
    found: Array = needed & (plain_waits(dossiers) > 0)
    return found


@follows_receipt
def _computed_again(dossiers: Columns, rules: Rules, calendar: Calendar) -> tuple[Array, Array]:
    """Return the due dates that follow from the terms where the given ones differ (int32, ``NO_DAY``), and whether by less than a day."""
    given = dossiers.days("due_at")
    if "due_at" not in dossiers or not (dossiers.numbers("term") >= 0).any():
        return np.full(len(dossiers), NO_DAY, dtype=np.int32), np.zeros(len(dossiers), dtype=bool)
    like_given = {"given_due": "ignored"} | ({} if rules.given_due_includes_pauses else {"pauses": "subtract"})
    computed = dues_of(dossiers, rules.model_copy(update=like_given), calendar).day
    differs = (given >= 0) & (computed >= 0) & (given != computed)
    return np.where(differs, computed, np.int32(NO_DAY)), _within_a_day(dossiers, given, computed, rules, calendar)


def _within_a_day(dossiers: Columns, given: Array, computed: Array, rules: Rules, calendar: Calendar) -> Array:
    """Return the rows whose term ends within a day at a time that is not known, so that the day before is as good an answer.

    Four hours end on the day of the receipt or on the next, by the hour of the receipt and the opening hours.
    """
    units, halves = term_units(dossiers), dossiers.numbers("term")
    hours = list(TermUnit).index(TermUnit.HOURS)
    half_hours = np.where(units == hours, halves, halves * HOURS_PER_WORKING_DAY)
    part = ((units == hours) | (units == list(TermUnit).index(TermUnit.WORKING_DAYS))) & (half_hours % (2 * HOURS_PER_WORKING_DAY) > 0)
    if rules.opening_hours:
        part &= dossiers.seconds("received_at") < 0
    found = np.zeros(len(given), dtype=bool)
    part &= (given >= dossiers.days("received_at")) & (given <= computed)
    rows = np.flatnonzero(part & calendar.covers(given) & calendar.covers(computed))
    found[rows] = calendar.working_days_through(computed[rows]) - calendar.working_days_through(given[rows]) <= 1
    return found


def _timing_differs(dossiers: Columns, timed: Timed, exported: date | None) -> Array:
    """Return the rows of which the file says another timing than their dates; a dossier without a known due date says nothing to compare.

    One that ended before its due date is in time as well as early.
    """
    codes, labels = dossiers.codes("stated_timing")
    early, in_time, late = (codes == labels.index(each.value) for each in (StatedTiming.EARLY, StatedTiming.IN_TIME, StatedTiming.LATE))
    timings = list(Timing)
    ended, is_late = timed.ended >= 0, timed.timing == timings.index(Timing.LATE)
    is_early, on_day = timed.timing == timings.index(Timing.EARLY), timed.timing == timings.index(Timing.ON_DUE_DATE)
    differs = ended & ((early & (is_late | on_day)) | (in_time & is_late) | (late & (is_early | on_day)))
    if exported is not None:
        day = day_number(exported)
        pending = (timed.received >= 0) & ~ended & (timed.due >= 0)
        overdue = (timed.overdue_begins >= 0) & (timed.overdue_begins <= day) & ((timed.overdue_ends < 0) | (timed.overdue_ends > day))
        differs |= pending & (((early | in_time) & overdue) | (late & ~overdue))
    return np.flatnonzero(differs)
