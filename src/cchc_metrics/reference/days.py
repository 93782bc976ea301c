"""Days as numbers: 1970-01-01 is day 0, as in numpy's ``datetime64[D]``."""

from __future__ import annotations

from datetime import date

_EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Return the number of days from 1970-01-01 to a date (negative before); the time of a datetime does not count.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


def date_of(number: int) -> date:
    """Return the date of a day number.

    >>> date_of(18628)
    datetime.date(2021, 1, 1)
    """
    return date.fromordinal(number + _EPOCH)
