"""Quality: what dossiers say that is hard to believe, as coded findings with counts and rows. Nothing is changed or left out by it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier import end_days
from cchc_metrics.records.dossier_timing import class_dossiers
from cchc_metrics.records.due import HOURS_PER_WORKING_DAY, due_dates, plain_waits, term_units
from cchc_metrics.records.problems import Code, Problem, Problems
from cchc_metrics.records.room import Context
from cchc_metrics.records.waits import REAPPOINTMENTS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import date_of
from cchc_metrics.reference.rules import Rules


def quality(
    dossiers: Columns,
    *,
    rules: Rules,
    calendar: Calendar,
    tie_share: Fraction = Fraction(1, 2),
    tie_cases: int = 30,
    limit: int = 1000,
) -> Problems:
    """Return findings about dossiers that reading cannot make, since they need the rules and the calendar.

    - ``due_differs``: the given due date and the one computed from the term are not the same; the computed one holds the waits where the
      rules say that the given one does. Where the term ends within a day and the hour of the receipt is not known, the working day before
      is accepted too.
    - ``information_only_online``: filed online for a service of level 1 or 2, which gives information only.
    - ``many_reappointments``: more than one re-appointment.
    - ``wait_without_dates``: days waited are given without their dates, which ``pauses = "restart"`` needs to compute a due date.
    - ``ties_with_due_date``: of a unit's ended dossiers an implausible share ended exactly on the due date, as back-dated ends do.

    Args:
        dossiers: valid rows.
        rules: as for the tally.
        calendar: as for the tally.
        tie_share: from which share of exact ties on (default one half, a choice of the library).
        tie_cases: in units with at least so many ended dossiers with a due date.
        limit: how many examples of each code are kept.
    """
    found = [
        *_due_differs(dossiers, rules, calendar),
        *_rows(
            dossiers,
            Code.INFORMATION_ONLY_ONLINE,
            "service_level",
            dossiers.equals("channel", "online") & dossiers.equals("service_level", "level_1", "level_2"),
        ),
        *_many_reappointments(dossiers),
        *_wait_without_dates(dossiers, rules),
        *_ties(dossiers, Context(rules, calendar), tie_share, tie_cases),
    ]
    return Problems.of(found, limit=limit)


def _rows(dossiers: Columns, code: Code, column: str, mask: Array) -> Iterator[Problem]:
    numbers = dossiers.row_numbers()
    codes, labels = dossiers.codes(column) if column in dossiers.labels else (None, ())
    for at in np.flatnonzero(mask).tolist():
        value = labels[codes[at]] if codes is not None else ""
        yield Problem(code, file=dossiers.file, row=int(numbers[at]), column=column, value=value)


def _due_differs(dossiers: Columns, rules: Rules, calendar: Calendar) -> Iterator[Problem]:
    given = dossiers.days("due_at")
    like_given = {"given_due": "ignored"} | ({} if rules.given_due_includes_pauses else {"pauses": "subtract"})
    computed = due_dates(dossiers, rules.model_copy(update=like_given), calendar).day
    differs = (given >= 0) & (computed >= 0) & (given != computed) & ~_within_a_day(dossiers, given, computed, rules, calendar)
    numbers = dossiers.row_numbers()
    for at in np.flatnonzero(differs).tolist():
        day = date_of(int(computed[at]))
        yield Problem(
            Code.DUE_DIFFERS,
            file=dossiers.file,
            row=int(numbers[at]),
            column="due_at",
            value=f"{date_of(int(given[at])):%d/%m/%Y}",
            mend_vi=f" (tính được {day:%d/%m/%Y})",
            mend_en=f" (computed: {day})",
        )


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
    rows = np.flatnonzero(part & calendar.covers(given) & calendar.covers(computed) & (given >= dossiers.days("received_at")))
    apart = calendar.working_days_through(computed[rows]) - calendar.working_days_through(given[rows])
    found[rows] = (apart >= 0) & (apart <= 1)
    return found


def _many_reappointments(dossiers: Columns) -> Iterator[Problem]:
    if REAPPOINTMENTS not in dossiers:
        return
    times = dossiers.arrays[REAPPOINTMENTS]
    for problem, n in zip(_rows(dossiers, Code.MANY_REAPPOINTMENTS, "due_at", times > 1), times[times > 1].tolist(), strict=True):
        yield Problem(problem.code, problem.file, row=problem.row, column=problem.column, value=str(n))


def _wait_without_dates(dossiers: Columns, rules: Rules) -> Iterator[Problem]:
    if rules.pauses != "restart":
        return
    needed = (dossiers.numbers("term") >= 0) & ((dossiers.days("due_at") < 0) | (rules.given_due == "ignored"))
    yield from _rows(dossiers, Code.WAIT_WITHOUT_DATES, "paused_days", needed & (plain_waits(dossiers) > 0))


def _ties(dossiers: Columns, context: Context, share: Fraction, cases: int) -> Iterator[Problem]:
    timed = class_dossiers(dossiers, context, end_days(dossiers))
    dated = (timed.ended >= 0) & (timed.due >= 0)
    codes, labels = dossiers.codes("unit_code")
    all_of = np.bincount(codes[dated], minlength=len(labels)).tolist()
    ties_of = np.bincount(codes[dated & (timed.ended == timed.due)], minlength=len(labels)).tolist()
    for label, ended, ties in zip(labels, all_of, ties_of, strict=True):
        if ended >= cases and Fraction(ties, ended) >= share:
            yield Problem(Code.TIES_WITH_DUE_DATE, file=dossiers.file, column="ended_at", value=f"{label}: {ties}/{ended}")
