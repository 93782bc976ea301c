"""The verb: measures in, the same rows out, those that are not published without their numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.errors import CchcError
from cchc_metrics.records.columns import Array
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.values import REASONS, Status, join_reasons
from cchc_metrics.verbs.exact import NO_VALUES, Values
from cchc_metrics.verbs.measures import POSITION, Measures
from cchc_metrics.verbs.suppress.cover import covered
from cchc_metrics.verbs.suppress.small import WITHHELD, said_in, small_notes, small_rows


@public
def suppress(measures: Measures, below: int, *, units: UnitTree, catalogue: Catalogue) -> Measures:
    """Return measures for publication: rows with small counts are without numbers.

    Args:
        measures: the measures.
        below: the least count that is shown; 0 is shown, too. At least 2.
        units: the unit tree of the measures.
        catalogue: the definitions of the measures.

    Returns:
        The same rows in the same order. One that is not published has the status ``suppressed``, a reason that does not tell whether a
        number of its own is small, and no numerator, denominator, value or excluded counts. One whose figure is published, but not how many
        cases were left out of it or are not clear, has no excluded counts and a reason that says so. All others are as they were.

    Raises:
        CchcError: ``below`` is less than 2.

    >>> from datetime import date
    >>> from cchc_metrics.reference.period import Period
    >>> from cchc_metrics.reference.unit import Unit
    >>> from cchc_metrics.values import Measure, Scale
    >>> tree = UnitTree([Unit(code="TM", name="Tháp Mười", level="district")])
    >>> late = Measure("resolved_on_time", "TM", Period.parse("2021"), (), date(2022, 1, 1), Status.OK, 97, 100, Scale.PERCENT)
    >>> suppress(Measures.of([late]), 5, units=tree, catalogue=Catalogue.default())["resolved_on_time", "TM"].status.value
    'suppressed'
    """
    small, notes = small_rows(measures, checked(below), catalogue), small_notes(measures, below)
    if not (small.any() or notes.any()):
        return measures
    return without_numbers(measures, *covered(measures, small, notes, below, units, catalogue))


def checked(below: object) -> int:
    """Return the least count that is shown.

    Raises:
        CchcError: it is less than 2, or no whole number.
    """
    if isinstance(below, bool) or not isinstance(below, int) or below < 2:
        raise CchcError(
            f"ngưỡng số nhỏ phải là số nguyên từ 2 trở lên, không phải {below!r}; thường dùng 5",
            f"the least count that is shown has to be a whole number of at least 2, not {below!r}; 5 is usual",
        )
    return below


def without_numbers(measures: Measures, rows: Array, notes: Array) -> Measures:
    """Return measures in which some rows are suppressed.

    Args:
        measures: the measures.
        rows: bool[n], the rows that are not published.
        notes: bool[n], the rows that are published without the numbers of cases that are not in their figure.
    """
    counted, notes = said_in(measures.reasons), notes & ~rows
    instead = {
        at: WITHHELD if at in counted else join_reasons(measures.reasons[at], WITHHELD) for at in np.unique(measures.reason[notes]).tolist()
    }
    known = {*measures.reasons}
    reasons = (*measures.reasons, *(text for text in dict.fromkeys([REASONS[Status.SUPPRESSED], *instead.values()]) if text not in known))
    place = {text: at for at, text in enumerate(reasons)}
    reason = np.where(rows, place[REASONS[Status.SUPPRESSED]], measures.reason).astype(np.int32)
    for at, text in instead.items():
        reason[notes & (measures.reason == at)] = place[text]
    excluded = {}
    for why, (at, counts) in measures.excluded.items():
        kept = ~(rows | notes)[at]
        if kept.any():
            excluded[why] = (at[kept], counts[kept])
    quantile = measures.quantile
    if quantile is not NO_VALUES:
        quantile = Values(np.where(rows, 0, quantile.over), np.where(rows, 0, quantile.under))
    return replace(
        measures,
        reasons=reasons,
        reason=reason,
        status=np.where(rows, POSITION[Status.SUPPRESSED], measures.status).astype(np.int8),
        numerator=np.where(rows, 0, measures.numerator),
        denominator=np.where(rows, 0, measures.denominator),
        has_numerator=measures.has_numerator & ~rows,
        has_denominator=measures.has_denominator & ~rows,
        excluded=excluded,
        quantile=quantile,
    )
