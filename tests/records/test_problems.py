"""Problems: exact totals beside examples that are cut, the same however a table came in parts, and a list that runs no formula."""

from __future__ import annotations

import csv
import io
from collections import Counter
from functools import reduce
from itertools import pairwise, permutations
from operator import add
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cchc_metrics.errors import RejectedRowsError
from cchc_metrics.read.findings import Findings
from cchc_metrics.records.codes import Code
from cchc_metrics.records.problems import WITHHELD, Problem, Problems, first_rows

WORDS = ("ONL", "onl", "Qua mạng", "tại quầy")
DATES = ("31/02/2021", "30/02/2021", "hôm qua")
Cell = tuple[int, str, str]
"""Row, column and what stands there: a word that no list has, or a date that is none."""

cells = st.lists(
    st.tuples(st.integers(2, 30), st.sampled_from(["channel", "status"]), st.sampled_from(WORDS))
    | st.tuples(st.integers(2, 30), st.sampled_from(["due_at", "ended_at"]), st.sampled_from(DATES)),
    unique_by=lambda cell: cell[:2],
    max_size=25,
).map(sorted)


def read(part: list[Cell], limit: int, file: str = "a.csv") -> Problems:
    """Return what reading some cells reports: a word of a column once with its rows, a date row by row, each with what to do."""
    found = Findings(file, limit=limit)
    cells = {(column, word): [c for c in part if (c[1], c[2].lower()) == (column, word)] for column, word in sorted(words_of(part))}
    for (column, _), own in cells.items():
        texts = [text for *_, text in own]
        found.add_word(Code.UNKNOWN_CODE, rows_of(own), np.arange(len(own)), column, texts.__getitem__, lambda: ("; sửa", "; fix"))
    for column in ("due_at", "ended_at"):
        own = [cell for cell in part if cell[1] == column]
        texts = [text for *_, text in own]
        found.add_rows(Code.IMPOSSIBLE_DATE, rows_of(own), np.arange(len(own)), column, texts.__getitem__, lambda _: ("; v", "; e"))
    return found.problems(len(part), len(part))


def rows_of(part: list[Cell]) -> np.ndarray[Any, Any]:
    return np.array([row for row, *_ in part], dtype=np.int64)


def words_of(part: list[Cell]) -> set[tuple[str, str]]:
    return {(column, text.lower()) for _, column, text in part if text in WORDS}


@given(cells, st.lists(st.integers(0, 30), max_size=4).map(sorted), st.integers(1, 4), st.randoms(use_true_random=False))
def test_a_table_in_parts_in_any_order_has_the_problems_of_the_whole(
    all_cells: list[Cell], cuts: list[int], limit: int, order: object
) -> None:
    """As long as there are no more words than are kept: else it depends on the parts which of them are."""
    limit = max(limit, len(words_of(all_cells)))
    edges = [0, *cuts, 31]
    parts = [read([cell for cell in all_cells if first < cell[0] <= last], limit) for first, last in pairwise(edges)]
    order.shuffle(parts)  # type: ignore[attr-defined]
    found, whole = reduce(add, parts).ordered(), read(all_cells, limit).ordered()
    assert found.totals == whole.totals
    assert (found.read, found.rejected, found.limit) == (whole.read, whole.rejected, limit)
    assert found.examples == whole.examples
    assert found.ordered() == found
    assert reduce(add, [read(all_cells, limit, name) for name in ("a.csv", "b.csv")]).total == 2 * whole.total


@given(cells, st.integers(1, 4))
def test_the_examples_of_a_code_are_the_first_of_the_sheet_and_totals_count_all(all_cells: list[Cell], limit: int) -> None:
    found = (read([c for c in all_cells if c[0] % 2], limit) + read([c for c in all_cells if not c[0] % 2], limit)).ordered()
    by_code = Counter(Code.UNKNOWN_CODE if text in WORDS else Code.IMPOSSIBLE_DATE for *_, text in all_cells)
    assert found.by_code() == {code: by_code[code] for code in Code if code in by_code}
    dates = sorted((row, column) for row, column, text in all_cells if text in DATES)[:limit]
    assert [(p.row, p.column) for p in found.examples if p.code is Code.IMPOSSIBLE_DATE] == dates
    assert [p.row for p in found.examples] == sorted(p.row for p in found.examples)
    words = words_of(all_cells)
    told = [p for p in found.examples if p.code is Code.UNKNOWN_CODE]
    if len(words) <= limit:  # each word once, with how many cells it stands in and the first of its rows
        for p in told:
            rows = [row for row, column, text in all_cells if (column, text.lower()) == (p.column, p.value.lower())]
            assert (p.row, p.cells, p.rows) == (rows[0], len(rows), tuple(rows[:limit]))
        assert len(told) == len(words)
    else:  # cell by cell
        assert all((p.cells, p.rows) == (1, ()) for p in told)
        assert len(told) <= limit


def test_more_words_than_are_kept_are_reported_cell_by_cell() -> None:
    sheet: list[Cell] = [(2, "channel", "a"), (3, "channel", "b"), (4, "channel", "c"), (5, "channel", "a"), (6, "due_at", DATES[0])]
    words = Problems.of(
        [
            Problem(Code.UNKNOWN_CODE, "a.csv", row=2, column="channel", value="a", fix_vi="; sửa", fix_en="; fix", cells=2, rows=(2, 5)),
            Problem(Code.UNKNOWN_CODE, "a.csv", row=3, column="channel", value="b", fix_vi="; sửa", fix_en="; fix", rows=(3,)),
            Problem(Code.UNKNOWN_CODE, "a.csv", row=4, column="channel", value="c", fix_vi="; sửa", fix_en="; fix", rows=(4,)),
            Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=6, column="due_at", value=DATES[0]),
        ],
        limit=2,
    )
    parts = reduce(add, (Problems.of([p], limit=2) for p in words.examples))
    for found in (words.ordered(), parts.ordered()):
        assert [(p.row, p.value, p.cells, p.rows) for p in found.examples] == [(2, "a", 1, ()), (3, "b", 1, ()), (6, DATES[0], 1, ())]
        assert found.total == len(sheet)


def test_no_more_examples_are_kept_than_the_limit_while_parts_are_added() -> None:
    one, other = of_file("a.csv", 2), of_file("a.csv", 2, first=4)
    assert [p.row for p in (other + one).examples] == [2, 3]
    beside = of_file("b.csv", 1)
    both = (other + beside) + (one + beside)
    assert sorted((p.file, p.row) for p in both.examples) == [("a.csv", 2), ("a.csv", 3), ("b.csv", 2), ("b.csv", 2)]
    assert (both.total, both.limit) == (6, 2)


def test_what_to_do_about_a_value_stands_beside_each_of_its_cells() -> None:
    bare = Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=2, column="due_at", value="31/02/2021")
    said = Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=3, column="due_at", value="31/02/2021", fix_vi="; sửa", fix_en="; fix")
    other = Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=4, column="due_at", value="30/02/2021")
    for found in (Problems.of([bare, said, other]), Problems.of([said]) + Problems.of([other, bare])):
        assert [(p.row, p.fix_vi, p.fix_en) for p in found.ordered().examples] == [
            (2, "; sửa", "; fix"),
            (3, "; sửa", "; fix"),
            (4, "", ""),
        ]


@pytest.mark.parametrize(("fixes", "kept"), [(("", "; b"), "; b"), (("; a", ""), "; a"), (("; a", "; b"), "; a"), (("", ""), "")])
def test_a_word_keeps_what_was_said_first_of_it(fixes: tuple[str, str], kept: str) -> None:
    one, two = (
        Problem(Code.UNKNOWN_CODE, "a.csv", row=row, column="status", value="x", fix_vi=fix, fix_en=fix, rows=(row,))
        for row, fix in zip((2, 3), fixes, strict=True)
    )
    for found in (Problems.of([one]) + Problems.of([two]), Problems.of([two]) + Problems.of([one])):
        [p] = found.examples
        assert (p.row, p.rows, p.cells, p.fix_vi, p.fix_en) == (2, (2, 3), 2, kept, kept)


@example([3, 1, 1, 1, 2, 0, 1], 7, 1)
@example([5, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2, 2], 12, 2)
@given(st.lists(st.integers(0, 9), max_size=60), st.integers(0, 60), st.integers(0, 5))
def test_the_first_rows_are_those_of_the_smallest_numbers_as_they_stand(numbers: list[int], among: int, limit: int) -> None:
    where = np.arange(len(numbers))[:among]
    expected = sorted(where.tolist(), key=lambda at: numbers[at])[:limit]
    assert first_rows(where, np.array(numbers, dtype=np.int64), limit).tolist() == expected
    assert first_rows(where, range(2, 2 + len(numbers)), limit).tolist() == where[:limit].tolist()


@pytest.mark.parametrize(
    ("problem", "vi", "en"),
    [
        (
            Problem(Code.IMPOSSIBLE_DATE, "a.csv", "T1", 7, "due_at", "x"),
            "a.csv, T1, dòng 7, due_at = «x»",
            "a.csv, T1, row 7, due_at = «x»",
        ),
        (Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=7), "a.csv, dòng 7", "a.csv, row 7"),
        (Problem(Code.IMPOSSIBLE_DATE, column="due_at", heading="Hẹn", keys=("H1",)), "mã H1, Hẹn [due_at]", "id H1, Hẹn [due_at]"),
        (Problem(Code.UNKNOWN_CODE, "a.csv", row=2, column="status", value="x", cells=3, rows=(2, 3, 4)), "a.csv, status = «x»", ""),
        (Problem(Code.UNKNOWN_CODE, "a.csv", column="status", value=WITHHELD, cells=3), "a.csv, status", "a.csv, status"),
    ],
)
def test_a_problem_says_its_place_in_both_languages(problem: Problem, vi: str, en: str) -> None:
    assert problem.text("vi").startswith(f"{vi}: {problem.code.vi}")
    assert problem.text("en").startswith(f"{en or vi}: {problem.code.en}")


@pytest.mark.parametrize(
    ("problem", "vi", "en"),
    [
        ({"rows": (2, 3, 4), "cells": 3}, " (3 ô, dòng 2, 3, 4)", " (3 cells, rows 2, 3, 4)"),
        ({"rows": (2, 3, 4, 5, 6), "cells": 5}, " (5 ô, dòng 2, 3, 4, 5, 6)", " (5 cells, rows 2, 3, 4, 5, 6)"),
        ({"rows": (2, 3, 4, 5, 6, 7), "cells": 6}, " (6 ô, dòng 2, 3, 4, 5, 6 …)", " (6 cells, rows 2, 3, 4, 5, 6 …)"),
        ({"rows": (0, 0), "keys": ("H1", "H2"), "cells": 2}, " (2 ô, mã H1, H2)", " (2 cells, ids H1, H2)"),
        ({"rows": (2, 3), "cells": 2, "column": ""}, " (dòng 2, 3)", " (rows 2, 3)"),
        ({"value": WITHHELD, "cells": 2}, " (2 dòng có dấu mật, không liệt kê)", " (2 rows with a secrecy mark, not listed)"),
        ({"row": 2}, "", ""),
    ],
)
def test_a_word_says_how_often_it_stands_there(problem: dict[str, object], vi: str, en: str) -> None:
    found = Problem(**{"code": Code.UNKNOWN_CODE, "column": "status", "fix_vi": "; sửa", "fix_en": "; fix", **problem})  # type: ignore[arg-type]
    assert found.text("vi").endswith(f"{found.code.vi}; sửa{vi}")
    assert found.text("en").endswith(f"{found.code.en}; fix{en}")


def test_of_secret_rows_only_the_number_is_added_and_they_stand_in_front() -> None:
    hidden = Problem(Code.UNKNOWN_CODE, "a.csv", column="status", value=WITHHELD, cells=2)
    shown = Problem(Code.UNKNOWN_CODE, "a.csv", row=2, column="status", value="x", cells=1, rows=(2,))
    found = Problems.of([shown, hidden]) + Problems.of([hidden])
    assert [(p.value, p.cells) for p in found.examples] == [(WITHHELD, 4), ("x", 1)]
    assert found.total == 5
    assert found.ordered().examples == found.examples


def test_secret_rows_are_no_word_that_takes_the_place_of_another() -> None:
    hidden = Problem(Code.UNKNOWN_CODE, "a.csv", column="status", value=WITHHELD)
    shown = Problem(Code.UNKNOWN_CODE, "a.csv", row=2, column="status", value="x", cells=2, rows=(2, 5))
    found = Problems.of([shown], limit=1) + Problems.of([hidden], limit=1)
    assert found.ordered().examples == (hidden, shown)


def test_what_is_wrong_with_a_row_known_by_its_id_is_in_one_order_however_it_was_reported() -> None:
    codes = (Code.IMPOSSIBLE_DATE, Code.UNKNOWN_CODE)
    found = [Problem(code, "a", column=column, keys=("H1",)) for code in codes for column in ("due_at", "ended_at")]
    orders = {Problems.of(list(order)).ordered().examples for order in permutations(found)}
    assert len(orders) == 1
    assert [p.column for p in orders.pop()] == ["due_at", "ended_at"] * 2


def test_what_is_published_without_numbers_has_no_numbers_of_rows_and_cells_and_of_nothing_read_says_so() -> None:
    found = Problems.of([Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=7, value="31/02/2021", cells=3)], read=9, rejected=3)
    told = [[(row["row"], row["cells"]) for row in each.to_dicts()] for each in (found, found.unnumbered())]
    assert told == [[(7, 3)], [(None, None)]]
    assert [Problems(read=read).unnumbered().read for read in (0, 1, 9)] == [0, 1, 1]


def test_rows_known_by_their_ids_are_named_by_them() -> None:
    one, other = (Problem(Code.UNKNOWN_CODE, "a", column="status", value="x", rows=(0,), keys=(key,)) for key in ("H1", "H2"))
    both = [(Problems.of([a]) + Problems.of([b])).ordered().examples for a, b in ((one, other), (other, one))]
    assert both[0] == both[1]
    assert {(p.cells, frozenset(p.keys)) for p in both[0]} == {(2, frozenset({"H1", "H2"}))}


def test_errors_are_raised_and_warnings_are_not() -> None:
    warning = Problems.of([Problem(Code.DATE_IN_FUTURE, "a.csv", row=2)], read=3)
    warning.raise_if_any()
    assert (warning.valid, bool(warning), bool(Problems())) == (3, True, False)
    with pytest.raises(RejectedRowsError, match=r"1 rows were rejected \(impossible_date × 2\); for example: a.csv, row 3"):
        (warning + of_file("a.csv", 2, first=3, rejected=1)).raise_if_any()


def of_file(file: str, rows: int, *, first: int = 2, limit: int = 2, rejected: int = 0) -> Problems:
    found = (Problem(Code.IMPOSSIBLE_DATE, file, row=n, column="due_at", value="31/02/2021") for n in range(first, first + rows))
    return Problems.of(found, limit=limit, rejected=rejected)


def test_what_is_not_listed_is_counted_by_file_and_code() -> None:
    found = of_file("a.csv", 5) + of_file("b.csv", 2)
    assert (len(found), found.total, found.count("impossible_date")) == (4, 7, 7)
    assert "a.csv impossible_date: còn 3 vấn đề cùng loại" in str(found)
    assert "b.csv impossible_date:" not in str(found)
    some = found.filter(file="b.csv")
    assert (len(some), some.total) == (2, 2)
    rest = found.filter(file="a.csv")
    assert (len(rest), rest.total) == (2, 5)  # those that are not among the examples are still counted


def test_nothing_of_the_list_for_the_clerk_is_a_formula_where_examples_are_cut_either() -> None:
    for name in ("=1+1.csv", "+1.csv", "-1.csv", "@a.csv", "\tx.csv"):
        heading, *rows = csv.reader(io.StringIO(of_file(name, 5).to_csv("en")))
        assert [row[heading.index("file")] for row in rows] == [f"'{name}"] * 3
        assert (rows[-1][heading.index("row")], rows[-1][heading.index("cells")]) == ("0", "3")
