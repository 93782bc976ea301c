"""Waiting for the citizen: the intervals of a dossier in columns, attached from the table of dossier events.

A dossier's k-th wait stands in the companion columns ``:waitK_from`` and ``:waitK_to`` (days; ``to`` is −1 while it is open), the time of
day of each, where one is known, in ``:waitK_from:second`` and ``:waitK_to:second``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cchc_metrics.records.columns import SECOND, Array, Columns
from cchc_metrics.records.dossier_event import EventKind
from cchc_metrics.records.fields import NO_DAY

REAPPOINTED = ":reappointed"
"""Companion column: the due date of the last re-appointment (hẹn lại), −1 where there was none."""
REAPPOINTMENTS = ":reappointments"
"""Companion column: how many re-appointments there were."""

NOTICE, NOTICE_OPEN = ":notice", ":notice_open"
"""Companion columns: the day of the first request for papers, and of the one since when they are still waited for; −1 for none."""

_PAPERS, _PAYMENT = 1, 2
_ASKS = {EventKind.SUPPLEMENT_REQUESTED: _PAPERS, EventKind.PAYMENT_REQUESTED: _PAYMENT}
_BRINGS = {EventKind.SUPPLEMENT_RECEIVED: _PAPERS, EventKind.PAYMENT_RECEIVED: _PAYMENT}


def attach_events(dossiers: Columns, events: Columns) -> Columns:
    """Return dossiers with the waits and re-appointments of their events.

    A wait lasts as long as anything is asked for: papers, or payment, which is not the office's time either. Papers bring no payment:
    each receipt answers the requests of its own kind. Requests for papers, re-appointments and apologies are counted into
    ``supplement_requests``, ``reappointments`` and ``apologies`` where the dossier's own number is empty. Events of one dossier and moment
    are taken in the order of the table, those without a time of day before the others. Events of dossiers that are not in the table change
    nothing; a receipt without a request before it changes nothing.

    Args:
        dossiers: columns with ``dossier_id``.
        events: columns of ``DossierEvent``.
    """
    row_of = {name: row for row, name in enumerate(dossiers.arrays["dossier_id"])}
    row = np.array([row_of.get(name, -1) for name in events.arrays["dossier_id"]], dtype=np.int64)
    kind = events.codes("kind")[0]
    day, second = events.days("happened_at"), events.clock("happened_at")
    apologised = np.zeros(len(dossiers), dtype=np.int32)
    order = np.lexsort((np.arange(len(row)), second, day, row))
    order = order[row[order] >= 0]
    rows, days = len(dossiers), events.days("due_at")
    waits: list[tuple[Array, Array, Array, Array]] = []
    wanted = np.zeros(rows, dtype=np.int64)
    how_many = np.zeros(rows, dtype=np.int64)
    asked = np.zeros(rows, dtype=np.int64)
    reappointed = np.full(rows, NO_DAY, dtype=np.int32)
    reappointments = np.zeros(rows, dtype=np.int32)
    kinds = list(EventKind)
    for e in order.tolist():
        r, what = int(row[e]), kinds[kind[e]]
        if what is EventKind.SUPPLEMENT_REQUESTED:
            asked[r] += 1
        if what in _ASKS:
            if not wanted[r]:
                if how_many[r] == len(waits):
                    waits.append((_nothing(rows), _nothing(rows), _nothing(rows), _nothing(rows)))
                waits[how_many[r]][0][r], waits[how_many[r]][1][r] = day[e], second[e]
                how_many[r] += 1
            wanted[r] |= _ASKS[what]
        elif what in _BRINGS and wanted[r]:
            wanted[r] &= ~_BRINGS[what]
            if not wanted[r]:
                waits[how_many[r] - 1][2][r], waits[how_many[r] - 1][3][r] = day[e], second[e]
        elif what is EventKind.REAPPOINTED:
            reappointed[r] = days[e]
            reappointments[r] += 1
        elif what is EventKind.APOLOGISED:
            apologised[r] += 1
    arrays = dict(dossiers.arrays)
    for k, (start, start_second, end, end_second) in enumerate(waits):
        for name, days_of, seconds in ((f":wait{k}_from", start, start_second), (f":wait{k}_to", end, end_second)):
            arrays[name] = days_of
            if (seconds >= 0).any():
                arrays[name + SECOND] = seconds
    arrays[REAPPOINTED], arrays[REAPPOINTMENTS] = reappointed, reappointments
    arrays |= _notices(rows, row[order], [kinds[k] for k in kind[order].tolist()], day[order], second[order])
    counted: dict[str, Array] = {"supplement_requests": asked, "reappointments": reappointments, "apologies": apologised}
    return replace(dossiers, arrays={**arrays, **_own_or_counted(dossiers, counted)})


def _notices(n: int, rows: Array, kinds: Sequence[EventKind], days: Array, seconds: Array) -> dict[str, Array]:
    """Return when papers were asked for first, and since when those are waited for that have not come; of events in order."""
    first, second, still = _nothing(n), _nothing(n), _nothing(n)
    for row, kind, day, at in zip(rows.tolist(), kinds, days.tolist(), seconds.tolist(), strict=True):
        if kind is EventKind.SUPPLEMENT_RECEIVED:
            still[row] = NO_DAY
        elif kind is EventKind.SUPPLEMENT_REQUESTED:
            if first[row] < 0:
                first[row], second[row] = day, at
            still[row] = day if still[row] < 0 else still[row]
    return {NOTICE: first, NOTICE + SECOND: second, NOTICE_OPEN: still}


def _own_or_counted(dossiers: Columns, counted: Mapping[str, Array]) -> dict[str, Array]:
    """Return each dossier's own numbers, and where it has none those of its events.

    Where there are no events of a kind nothing is said: a table that was kept for requests need not have the others.
    """
    found = {}
    for name, events in counted.items():
        own = dossiers.numbers(name)
        if name != "apologies" or name in dossiers or events.any():
            found[name] = np.where((own < 0) & (events > 0), events, own).astype(np.int32)
    return found


def waits_of(columns: Columns) -> Iterator[tuple[Array, Array]]:
    """Yield the waits of dossiers, first to last: the day each began and the day it ended (−1: none, or still open)."""
    k = 0
    while f":wait{k}_from" in columns:
        yield columns.arrays[f":wait{k}_from"], columns.arrays[f":wait{k}_to"]
        k += 1


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """The k-th wait of every dossier as far as it keeps a term from running: from the receipt on, and no longer than to the end.

    Args:
        there: bool[n] whether there is such a wait.
        day, second: int32[n] when it began; the second −1 where only the day is known.
        end_day, end_second: int32[n] when it was over; the day ``NO_DAY`` while it is open.
    """

    there: Array
    day: Array
    second: Array
    end_day: Array
    end_second: Array


def waiting(columns: Columns, ended: Array | None, ended_second: Array | None) -> Iterator[Waiting]:
    """Yield the waits of dossiers, first to last.

    Args:
        columns: the dossiers.
        ended: int32[n] day of the end, ``NO_DAY`` while pending, when every wait is over; None for waits as they were recorded.
        ended_second: int32[n] its time of day, −1 where not known; None with ``ended``.
    """
    received, received_second = columns.days("received_at"), columns.seconds("received_at")
    for k, (begun, until) in enumerate(waits_of(columns)):
        began_later = _line(begun, columns.clock(f":wait{k}_from")) >= _line(received, received_second)
        day = np.where(began_later, begun, received)
        second = np.where(began_later, columns.clock(f":wait{k}_from"), received_second)
        there = (begun >= 0) & ((until < 0) | (until >= day))
        end_day, end_second = until, columns.clock(f":wait{k}_to")
        if ended is not None and ended_second is not None:
            there &= (ended < 0) | (day <= ended)
            cut = (ended >= 0) & ((until < 0) | (_line(ended, ended_second) < _line(until, end_second)))
            end_day, end_second = np.where(cut, ended, until), np.where(cut, ended_second, end_second)
        yield Waiting(there, day, second, end_day, end_second)


def _line(days: Array, seconds: Array) -> Array:
    """Return moments in order: a day without a time stands at its end."""
    found: Array = days.astype(np.int64) * 86_400 + np.where(seconds < 0, 86_400, seconds)
    return found


def _nothing(rows: int) -> Array:
    return np.full(rows, NO_DAY, dtype=np.int32)
