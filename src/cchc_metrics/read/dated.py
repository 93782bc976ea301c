"""Columns that nobody reads and that hold dates: one of them may be the date that was meant, so they are reported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Final

from cchc_metrics.read.headings import heading_key
from cchc_metrics.records.fields import CellError, cell_text, parse_moment, short_year

ROWS: Final = 100
"""Among so many first rows dates are looked for."""
_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d)")
_OF_PERSONS: Final = ("ngaysinh", "namsinh", "ngaycap", "birth", "dob")
"""Dates of persons and their papers, which no indicator needs."""


def are_dates(cells: Iterable[object]) -> bool:
    """Return whether the first cells are dates, as far as they are filled.

    >>> are_dates(["", "05/03/2021", None]), are_dates(["05/03/2021", "x"]), are_dates([""]), are_dates(["0912345678"])
    (True, False, False, False)
    """
    found = False
    for cell in islice(cells, ROWS):
        if isinstance(cell, date):
            found = True
        elif cell is not None and cell != "":
            if not isinstance(cell, str):
                return False
            text = cell.strip()
            if text and not (_DATE.match(text) and _is_moment(text)):
                return False
            found = found or bool(text)
    return found


def _is_moment(text: str) -> bool:
    short = short_year(text)
    try:
        return parse_moment(text if short is None else short[3]) is not None
    except CellError:
        return False


def of_persons(heading: str) -> bool:
    """Return whether a heading is of a person's dates.

    >>> of_persons("Ngày sinh"), of_persons("Ngày chuyển")
    (True, False)
    """
    key = heading_key(cell_text(heading))
    return any(word in key for word in _OF_PERSONS)
