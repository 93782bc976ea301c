"""Putting rows of several nights together: new files beside the old ones, which stay for whoever reads as of an earlier night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cchc_metrics.ledger.question import LedgerQuestion
from cchc_metrics.ledger.segment import KeptRows, RowVerdict, Segment, cells_numbers, write_segment
from cchc_metrics.ledger.state import HeldRows
from cchc_metrics.ledger.store import Store
from cchc_metrics.records.columns import stacked
from cchc_metrics.records.fields import NO_DAY


def merged_tail(store: Store, held: Sequence[HeldRows]) -> tuple[HeldRows, ...]:
    """Return the segments with the last of them as one, as long as the one before is not twice as large as they together.

    So a row is written anew only a few times, and there are few segments however many nights.
    """
    first, size = len(held), 0
    while first and (not size or held[first - 1].there <= 2 * size):
        first -= 1
        size += held[first].there
    return (*held[:first], *merged(store, held[first:])) if len(held) - first > 1 else tuple(held)


def merged(store: Store, held: Sequence[HeldRows], question: LedgerQuestion | None = None) -> tuple[HeldRows, ...]:
    """Return the rows of segments that are there as one segment; nothing where there are none.

    Args:
        store: where it is kept.
        held: the segments.
        question: by what it is found anew until when something of a row happens; None: it stays.
    """
    parts = [each.segment.take(each.rows_there, keep_ids=True) for each in held if each.there]
    if not parts:
        return ()
    kind = held[0].segment.kind
    verdicts: dict[RowVerdict, int] = {}
    places = [np.array([verdicts.setdefault(v, len(verdicts)) for v in part.verdicts], dtype=np.int32)[part.verdict] for part in parts]
    columns = replace(stacked(kind.model, [part.columns for part in parts]), rows=None)
    numbers, verdict = np.concatenate([part.numbers for part in parts]), np.concatenate(places)
    ids = [text for part in parts for text in part.ids]
    order = np.argsort(numbers, kind="stable")
    columns = replace(columns.take(order), rows=None)
    rows = KeptRows(
        columns,
        numbers[order],
        [ids[at] for at in order.tolist()],
        verdict[order],
        tuple(verdicts),
        np.concatenate([part.until for part in parts])[order],
        cells_numbers(columns, numbers[order], verdict[order], tuple(verdicts)),
    )
    if question is not None:
        until = np.full(len(rows), NO_DAY, dtype=np.int32)
        counts = rows.counting
        until[counts] = question.until(columns.take(np.flatnonzero(counts)))
        rows = replace(rows, until=until)
    name = write_segment(store, rows)
    return (HeldRows(name, "", Segment.open(store, name, kind), np.zeros(len(rows), dtype=bool)),)
