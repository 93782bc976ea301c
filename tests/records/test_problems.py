"""Problems: exact totals beside examples that are cut, and a list that a spreadsheet can open without running anything of it."""

from __future__ import annotations

import csv
import io

from cchc_metrics.records.codes import Code
from cchc_metrics.records.problems import Problem, Problems


def of_file(file: str, rows: int, limit: int = 2) -> Problems:
    return Problems.of(
        (Problem(Code.IMPOSSIBLE_DATE, file, row=n + 2, column="due_at", value="31/02/2021") for n in range(rows)), limit=limit
    )


def test_nothing_of_the_list_for_the_clerk_is_a_formula_where_examples_are_cut_either() -> None:
    for name in ("=1+1.csv", "+1.csv", "-1.csv", "@a.csv", "\tx.csv"):
        heading, *rows = csv.reader(io.StringIO(of_file(name, 5).to_csv("en")))
        assert [row[heading.index("file")] for row in rows] == [f"'{name}"] * 3
        assert (rows[-1][heading.index("row")], rows[-1][heading.index("cells")]) == ("0", "3")
