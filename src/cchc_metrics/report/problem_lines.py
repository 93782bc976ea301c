"""Problems as printed: the same mistake of many cells is one line, with how often it stands and its first rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from cchc_metrics.records.problems import Problem
from cchc_metrics.text import Lang

ROWS: Final = 5
"""So many rows are named."""


def problem_lines(problems: Iterable[Problem], lang: Lang = "vi") -> list[str]:
    """Return a line for each mistake: its place, what is wrong, and where it stands more often than once how often and in which rows.

    Args:
        problems: the problems, of which the examples are kept.
        lang: the language.

    >>> from cchc_metrics.records.problems import Code
    >>> problem_lines([Problem(Code.UNKNOWN_CODE, "a.csv", row=row, column="status", value="Xong") for row in (2, 3)], "en")
    ['a.csv, status = «Xong»: the code is not in the list of this column (2 cells, rows 2, 3)']
    """
    alike: dict[Problem, list[int]] = {}
    for problem in problems:
        alike.setdefault(replace(problem, row=0), []).append(problem.row)
    lines = []
    for problem, rows in alike.items():
        if len(rows) == 1:
            lines.append(replace(problem, row=rows[0]).text(lang))
            continue
        listed = ", ".join(map(str, rows[:ROWS])) + (" …" if len(rows) > ROWS else "")
        how_often = "" if not problem.column else f"{len(rows)} ô, " if lang == "vi" else f"{len(rows)} cells, "
        lines.append(f"{problem.text(lang)} ({how_often}{'dòng' if lang == 'vi' else 'rows'} {listed})")
    return lines
