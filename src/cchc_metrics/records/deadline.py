"""One due date from texts, as a person types them."""

from __future__ import annotations

from datetime import date

from cchc_metrics.errors import InputError
from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.due_dates import due_date
from cchc_metrics.records.fields import CellError, parse_moment, parse_term
from cchc_metrics.reference.calendar import Calendar


def due_date_of_texts(received: str, term: str, unit: str = "working_days", *, paused_days: int = 0) -> date:
    """Return the due date of a dossier under the official calendar; a datetime for a term that ends at a time.

    Args:
        received: the day of receipt, with or without a time.
        term: the length of the term.
        unit: its unit, in English or Vietnamese.
        paused_days: days waited for the citizen.

    Raises:
        CchcError: a text is not understood, or a day lies outside the calendar.

    >>> due_date_of_texts("31/12/2025", "6", "ngày làm việc")
    datetime.date(2026, 1, 10)
    """
    try:
        day, length, unit_of_term = parse_moment(received), parse_term(term), TermUnit.parse(unit)
    except CellError as error:
        raise InputError(
            f"{received} + {term} {unit}: {error.code.vi}{error.fix[0]}", f"{received} + {term} {unit}: {error.code.en}{error.fix[1]}"
        ) from None
    if day is None or length is None or unit_of_term is TermUnit.NONE:
        raise InputError("thiếu ngày tiếp nhận, thời hạn hoặc đơn vị tính", "the receipt, the term or its unit is missing")
    return due_date(day, length, unit_of_term, calendar=Calendar.official(), paused_days=paused_days)
