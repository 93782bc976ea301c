"""Dossiers that are filed at any counter (phi địa giới): which they are, and from when their terms run."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from cchc_metrics.records.columns import SECOND, Array, Columns
from cchc_metrics.records.fields import NO_DAY, Flag
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules

ELSEWHERE: Final = "received_elsewhere_at"
_UNKNOWN, _YES, _NO = (np.uint8(list(Flag).index(flag)) for flag in (Flag.UNKNOWN, Flag.YES, Flag.NO))


def can_be(columns: Columns) -> bool:
    """Return whether a table says anything of boundary-free dossiers."""
    return "boundary_free" in columns or ELSEWHERE in columns


def boundary_free(columns: Columns) -> Array:
    """Return whether each dossier is boundary-free, positions in ``Flag`` (uint8).

    As its row says; where that says nothing, yes if it was received elsewhere.
    """
    codes, labels = columns.codes("boundary_free")
    order = [flag.value for flag in Flag]
    said = np.array([order.index(label) for label in labels], dtype=np.uint8)[codes]
    found: Array = np.where((said == _UNKNOWN) & (columns.days(ELSEWHERE) >= 0), _YES, said)
    return found


def first_receipts(columns: Columns) -> Array:
    """Return the day on which each dossier was received first: elsewhere, where it was, else by its own agency (int32, ``NO_DAY``)."""
    received = columns.days("received_at")
    if ELSEWHERE not in columns:
        return received
    elsewhere = columns.days(ELSEWHERE)
    found: Array = np.where((elsewhere >= 0) & (boundary_free(columns) == _YES), elsewhere, received)
    return found


def runs_from_counter(columns: Columns, rules: Rules) -> Array | None:
    """Return the mask of the dossiers whose terms run from their receipt elsewhere, known or not; None for none."""
    if rules.boundary_free_clock != "counter" or not can_be(columns):
        return None
    found: Array = boundary_free(columns) == _YES
    return found if found.any() else None


def on_the_clock(columns: Columns, rules: Rules) -> tuple[Columns, Array | None]:
    """Return dossiers with the moment from which their terms run as their receipt, and the mask of those of which it is not known.

    None for none. A dossier that was not received by its agency is left as it is.
    """
    rows = runs_from_counter(columns, rules)
    if rows is None:
        return columns, None
    received = columns.days("received_at")
    rows &= received >= 0
    day = np.where(rows, columns.days(ELSEWHERE), received).astype(np.int32)
    second = np.where(rows, columns.seconds(ELSEWHERE), columns.seconds("received_at")).astype(np.int32)
    arrays = {**columns.arrays, "received_at": day, "received_at" + SECOND: second}
    return replace(columns, arrays=arrays), rows & (day < 0)


def transfers(columns: Columns, received: Array, rules: Rules, calendar: Calendar) -> tuple[Array, Array]:
    """Return when dossiers received elsewhere came to the competent agency, and whether in time.

    Days are compared: one received up to the cut-off of the rules is to come on the same working day, a later one, or one of a day off, on
    the next. A receipt without a time of day that came on the next working day could be either, one without a day anything; nor is it known
    of one that came before it was received elsewhere.

    Returns:
        int32[n] day, ``NO_DAY`` for dossiers that are not boundary-free; and positions in ``Flag``.
    """
    elsewhere = columns.days(ELSEWHERE)
    chosen = (boundary_free(columns) == _YES) & (received >= 0)
    day = np.where(chosen, received, np.int32(NO_DAY)).astype(np.int32)
    found = np.full(len(columns), _UNKNOWN, dtype=np.uint8)
    if rules.transfer_cut_off is None:
        return day, found
    rows = np.flatnonzero(chosen & (elsewhere >= 0) & calendar.covers(elsewhere) & calendar.covers(received))
    begun, second = elsewhere[rows], columns.seconds(ELSEWHERE)[rows]
    at = rules.transfer_cut_off
    cut_off = at.hour * 3600 + at.minute * 60 + at.second
    off = ~calendar.working[begun - calendar.first_day]
    # Working days after the one of the receipt elsewhere: of an arrival on a day off, those before it.
    passed = calendar.working_days_through(received[rows]) - calendar.working_days_through(begun)
    allowed = (off | (second > cut_off)).astype(np.int64)
    doubtful = ~off & (second < 0) & (passed == 1)
    clock = columns.clock("received_at")[rows]
    doubtful |= (received[rows] < begun) | ((received[rows] == begun) & (clock >= 0) & (clock < second))
    found[rows] = np.where(doubtful, _UNKNOWN, np.where(passed <= allowed, _YES, _NO))
    return day, found
