"""Waiting for the citizen: the intervals of a dossier in columns, attached from the table of dossier events.

A dossier's k-th wait stands in the companion columns ``:waitK_from`` and ``:waitK_to`` (days; ``to`` is −1 while it is open).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.dossier_event import EventKind
from cchc_metrics.records.fields import NO_DAY

REAPPOINTED = ":reappointed"
"""Companion column: the due date of the last re-appointment (hẹn lại), −1 where there was none."""
REAPPOINTMENTS = ":reappointments"
"""Companion column: how many re-appointments there were."""

_PAPERS, _PAYMENT = 1, 2
_ASKS = {EventKind.SUPPLEMENT_REQUESTED: _PAPERS, EventKind.PAYMENT_REQUESTED: _PAYMENT}
_BRINGS = {EventKind.SUPPLEMENT_RECEIVED: _PAPERS, EventKind.PAYMENT_RECEIVED: _PAYMENT}


def attach_events(dossiers: Columns, events: Columns) -> Columns:
    """Return dossiers with the waits and re-appointments of their events.

    A wait lasts as long as anything is asked for: papers, or payment, which is not the office's time either. Papers bring no payment:
    each receipt answers the requests of its own kind. Requests for papers are counted into ``supplement_requests`` where the dossier's own
    number is empty. Events of one dossier and moment are taken in the order of the table, those without a time of day before the others.
    Events of dossiers that are not in the table change nothing; a receipt without a request before it changes nothing.

    Args:
        dossiers: columns with ``dossier_id``.
        events: columns of ``DossierEvent``.
    """
    row_of = {name: row for row, name in enumerate(dossiers.arrays["dossier_id"])}
    row = np.array([row_of.get(name, -1) for name in events.arrays["dossier_id"]], dtype=np.int64)
    kind = events.codes("kind")[0]
    day, second = events.days("happened_at"), np.maximum(events.seconds("happened_at"), 0)
    order = np.lexsort((np.arange(len(row)), second, day, row))
    order = order[row[order] >= 0]
    rows, days = len(dossiers), events.days("due_at")
    waits: list[tuple[Array, Array]] = []
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
                    waits.append((np.full(rows, NO_DAY, dtype=np.int32), np.full(rows, NO_DAY, dtype=np.int32)))
                waits[how_many[r]][0][r] = day[e]
                how_many[r] += 1
            wanted[r] |= _ASKS[what]
        elif what in _BRINGS and wanted[r]:
            wanted[r] &= ~_BRINGS[what]
            if not wanted[r]:
                waits[how_many[r] - 1][1][r] = day[e]
        elif what is EventKind.REAPPOINTED:
            reappointed[r] = days[e]
            reappointments[r] += 1
    arrays = dict(dossiers.arrays)
    for k, (start, end) in enumerate(waits):
        arrays[f":wait{k}_from"], arrays[f":wait{k}_to"] = start, end
    arrays[REAPPOINTED], arrays[REAPPOINTMENTS] = reappointed, reappointments
    own = dossiers.numbers("supplement_requests")
    arrays["supplement_requests"] = np.where((own < 0) & (asked > 0), asked, own).astype(np.int32)
    return replace(dossiers, arrays=arrays)


def waits_of(columns: Columns) -> Iterator[tuple[Array, Array]]:
    """Yield the waits of dossiers, first to last: the day each began and the day it ended (−1: none, or still open)."""
    k = 0
    while f":wait{k}_from" in columns:
        yield columns.arrays[f":wait{k}_from"], columns.arrays[f":wait{k}_to"]
        k += 1
