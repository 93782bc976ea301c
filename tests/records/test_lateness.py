"""Late is decided in one place per engine: the places are named here, nothing else compares, and they agree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calendars import TO_2027

from cchc_metrics.count.fast import block_rows, pure
from cchc_metrics.records import lateness
from cchc_metrics.records.choices import Timing
from cchc_metrics.reference.days import day_number

SOURCE = Path(lateness.__file__).parents[1]

PLACES = {
    "records/lateness.py:is_late": "the general engine and the tables: an end after its due date",
    "records/lateness.py:timings": "beside it: an end on the due date or after, so that the class is told in full",
    "count/fast/block_rows.py:is_late": "the compiled engine: an end after its due date, or days spent beyond the limit",
    "count/fast/block_rows.py:judge_plain": "beside it: days spent up to the limit",
    "count/fast/block_rows.py:judge": "beside it: an end on the due date or after",
}
"""Where an end is compared with a due date."""

ENDS, DUES = {"end", "ended", "judged", "spent", "e"}, {"due", "limit"}


def named(node: ast.expr) -> set[str]:
    """Return the words of which the names in an expression are made."""
    words = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return {word.lower() for word in words}


def comparisons(source: str) -> Iterator[str]:
    """Yield the function around each comparison, by order, of an end with a due date."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Compare) and any(isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE) for op in node.ops):
                    left, right = named(node.left), named(node.comparators[0])
                    if (left & ENDS and right & DUES) or (left & DUES and right & ENDS):
                        yield function.name


def test_an_end_is_compared_with_a_due_date_in_the_named_places_only() -> None:
    found = {
        f"{path.relative_to(SOURCE).as_posix()}:{name}"
        for folder in ("records", "count", "verbs")
        for path in sorted((SOURCE / folder).rglob("*.py"))
        for name in comparisons(path.read_text(encoding="utf-8"))
        if path.name != "petition.py"  # petitions have limits of their own, and no due date
    }
    assert found == set(PLACES)


def test_the_search_finds_a_comparison() -> None:
    assert list(comparisons("def f(c, due):\n    return c.ended >= due.day\n")) == ["f"]
    assert list(comparisons("def f(start, due):\n    return start <= due\n")) == []


def test_the_tables_ask_the_place_of_the_general_engine() -> None:
    assert vars(pure)["is_late"] is lateness.is_late
    assert vars(pure)["timings"] is lateness.timings


days = st.integers(-1, 60)


@given(st.lists(st.tuples(days, st.integers(0, 60)), min_size=1, max_size=30))
def test_every_place_says_the_same(rows: list[tuple[int, int]]) -> None:
    end, due = (np.array(column, dtype=np.int32) for column in zip(*rows, strict=True))
    late = lateness.is_late(end, due)
    assert late.tolist() == [e > d for e, d in rows]
    assert [bool(block_rows.is_late(e, d)) for e, d in zip(end, due, strict=True)] == late.tolist()
    wanted = ["late" if e > d else "on_due_date" if e == d else "early" for e, d in rows]
    assert [Timing.labels()[code] for code in lateness.timings(end, due)] == wanted


def test_a_missing_end_is_not_late() -> None:
    assert not lateness.is_late(np.array([-1]), np.array([(date(2021, 3, 1) - date(1970, 1, 1)).days])).any()


@pytest.mark.parametrize(
    ("due", "begins", "stops", "known"),
    [
        (date(2021, 3, 5), date(2021, 3, 6), None, (date(2021, 3, 15), None)),  # the sixth working day after a Friday
        (date(2021, 3, 5), date(2021, 3, 20), None, (date(2021, 3, 20), None)),  # overdue from a later receipt on
        (date(2021, 3, 5), date(2021, 3, 6), date(2021, 3, 12), None),  # ended before
        (date(2021, 3, 5), date(2021, 3, 6), date(2021, 3, 15), (date(2021, 3, 15), date(2021, 3, 15))),
        (date(2021, 3, 5), None, None, None),  # never overdue
        (date(2027, 12, 30), date(2027, 12, 31), None, None),  # the calendar ends before it is known
        (date(2028, 3, 1), date(2028, 3, 2), None, None),  # nothing is known of days after the calendar
    ],
)
def test_overdue_by_more_than_five_working_days(
    due: date, begins: date | None, stops: date | None, known: tuple[date, date | None] | None
) -> None:
    def column(day: date | None) -> np.ndarray[Any, Any]:
        return np.array([-1 if day is None else day_number(day)], dtype=np.int32)

    since, until = lateness.overdue_longer(column(due), column(begins), column(stops), 5, TO_2027)
    first, after = (None, None) if known is None else known
    assert (since.tolist(), until.tolist()) == (column(first).tolist(), column(after).tolist())
