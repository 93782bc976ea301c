"""Which rows have a small number in them, or beside them: a count of at least one and fewer than asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Indicator
from cchc_metrics.records.columns import Array
from cchc_metrics.values import Scale, Text
from cchc_metrics.verbs.measures import Measures

_OFFICES: Final = (UNITS_KIND, "procedures")
"""Kinds that say of offices and of official lists how many there are; everybody knows these, and they are no persons."""
WITHHELD: Final = Text(
    "số trường hợp không tính hoặc không rõ: không công bố vì số nhỏ",
    "how many cases are left out or not clear is not published: small numbers",
)
"""What stands beside a figure in place of the numbers of cases that are not in it."""
_NUMBER: Final = re.compile(r"(?<![\d/.,-])(\d+) cases\b")
"""How a reason says a number of cases, in English."""


def of_persons(indicator: Indicator, catalogue: Catalogue) -> tuple[bool, bool]:
    """Return whether the numerator of an indicator counts what persons did or asked for, and whether its denominator does.

    Offices and procedures are on public lists: how many there are, or are of some sort, points at nobody.

    >>> catalogue = Catalogue.default()
    >>> of_persons(catalogue["resolved_on_time"], catalogue), of_persons(catalogue["outreach_active_units"], catalogue)
    ((True, True), (False, False))
    """
    sides = []
    for names in (indicator.numerator, indicator.denominator):
        counts = [catalogue.counts[name] for name in names if not name.startswith("-")]
        sides.append(not counts or any(count.kind not in _OFFICES and count.of != "units" for count in counts))
    return sides[0] and (sides[1] or not indicator.denominator), sides[1]


def said_in(reasons: tuple[Text, ...]) -> dict[int, tuple[int, ...]]:
    """Return position of a reason → the numbers of cases that it says; reasons without any are left out.

    >>> said_in((Text("", "no data"), Text("", "without 3 cases of units that had ended, which came in before they did")))
    {1: (3,)}
    """
    found = {at: tuple(int(n) for n in _NUMBER.findall(text.en)) for at, text in enumerate(reasons)}
    return {at: numbers for at, numbers in found.items() if numbers}


def small_rows(measures: Measures, below: int, catalogue: Catalogue) -> Array:
    """Return bool[n], the rows whose figure is of a number from 1 to ``below`` − 1, or of two numbers that differ by as little.

    Args:
        measures: the measures.
        below: the least count that is shown.
        catalogue: the definitions; of an indicator that is not in it every number is taken to count persons.
    """
    over, under = persons_of(measures, catalogue)
    percent = np.array([basis.scale is Scale.PERCENT for basis in measures.bases] or [False], dtype=bool)[measures.basis]
    has_n, has_d = measures.has_numerator, measures.has_denominator
    found: Array = has_n & over & is_small(measures.numerator, below)
    found |= has_d & under & is_small(measures.denominator, below)
    found |= has_n & has_d & over & under & percent & is_small(measures.denominator - measures.numerator, below)
    return found


def small_notes(measures: Measures, below: int) -> Array:
    """Return bool[n], the rows beside whose figure a number from 1 to ``below`` − 1 stands: left out of it, or said in its reason."""
    found = np.zeros(len(measures), dtype=bool)
    for rows, counts in measures.excluded.values():
        found[rows[is_small(counts, below)]] = True
    small = [at for at, numbers in said_in(measures.reasons).items() if any(0 < n < below for n in numbers)]
    return found | np.isin(measures.reason, small)


def is_without_notes(measures: Measures) -> Array:
    """Return bool[n], the rows that say that the numbers of cases that are not in their figure are withheld."""
    found: Array = np.array([WITHHELD.en in text.en for text in measures.reasons] or [False], dtype=bool)[measures.reason]
    return found


def persons_of(measures: Measures, catalogue: Catalogue) -> tuple[Array, Array]:
    """Return bool[n] of the numerator of each row and of its denominator: see ``of_persons``."""
    known: Mapping[str, Indicator] = catalogue.indicators
    sides = [of_persons(known[b.indicator], catalogue) if b.indicator in known else (True, True) for b in measures.bases] or [(True, True)]
    by_basis = np.array(sides, dtype=bool)[measures.basis]
    return by_basis[:, 0], by_basis[:, 1]


def is_small(counts: Array, below: int) -> Array:
    """Return bool[n], the counts that are not 0 and nearer to it than ``below``; a count below 0 is one less another."""
    found: Array = ((counts != 0) & (abs(counts) < below)).astype(bool)
    return found
