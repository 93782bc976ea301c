"""Which rows of very many a picture shows: both ends of an order, how many lie between, and a few of those without a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

from cchc_metrics.plots.style import nothing

T = TypeVar("T")

FEWEST = 4
WITHOUT = 4
"""So many rows without a value are named, the others are counted."""


def rows_shown(
    known: Sequence[T], without: Sequence[T], name: Callable[[T], str], most: int, say: Callable[[str, str], str]
) -> tuple[list[T | None], list[str]]:
    """Return the rows of a picture and what stands beside each; None for a row that says how many are left out.

    Args:
        known: what has a value, in order.
        without: what has none.
        name: how one is called.
        most: how many that have a value are shown at most: half of them from each end.
        say: chooses between Vietnamese and English.

    >>> rows_shown(list("abcdefg"), "x", str.upper, 4, lambda vi, en: en)
    (['a', 'b', None, 'f', 'g', 'x'], ['A', 'B', '… 3 more between', 'F', 'G', 'X'])

    Raises:
        CchcError: so few rows show nothing.
    """
    if most < FEWEST:
        raise nothing(f"most phải từ {FEWEST}", f"most is at least {FEWEST}")
    rows: list[T | None] = [*known]
    names = [name(one) for one in known]
    if len(known) > most:
        top, left = most // 2, len(known) - most
        rows[top : top + left] = [None]
        names[top : top + left] = [say(f"… còn {left} đơn vị ở giữa", f"… {left} more between")]
    named = without[: len(without) if len(without) <= WITHOUT + 1 else WITHOUT]
    rows += named
    names += [name(one) for one in named]
    if more := len(without) - len(named):
        rows.append(None)
        names.append(say(f"… còn {more} đơn vị không có giá trị", f"… {more} more without a value"))
    return rows, names


def numbers(cells: Sequence[object]) -> list[Fraction | None]:
    """Return the cells of a column of numbers."""
    return [cell if isinstance(cell, Fraction) else None for cell in cells]
