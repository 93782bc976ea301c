"""Problems as printed: the same mistake of many cells is one line, with how often it stands and its first rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cchc_metrics.records.problems import Problem
from cchc_metrics.text import Lang


def problem_lines(problems: Iterable[Problem], lang: Lang = "vi") -> list[str]:
    """Return a line for each mistake: its place, what is wrong, and where it stands more often than once how often and in which rows.

    Args:
        problems: the problems, of which the examples are kept.
        lang: the language.

    >>> from cchc_metrics.records.codes import Code
    >>> problem_lines([Problem(Code.UNKNOWN_CODE, "a.csv", row=row, column="status", value="Xong") for row in (2, 3)], "en")
    ['a.csv, status = «Xong»: the code is not in the list of this column (2 cells, rows 2, 3)']
    """
    alike: dict[Problem, list[Problem]] = {}
    for problem in problems:
        alike.setdefault(replace(problem, row=0, cells=1, rows=()), []).append(problem)
    return [_together(some).text(lang) for some in alike.values()]


def _together(alike: Sequence[Problem]) -> Problem:
    rows = tuple(row for problem in alike for row in problem.rows or (problem.row,))
    return alike[0] if len(alike) == 1 else replace(alike[0], cells=sum(problem.cells for problem in alike), rows=rows)
