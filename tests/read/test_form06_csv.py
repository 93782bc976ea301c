"""A published Form 06 from CSV: as it was printed, or an error that names the place and the fix."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.errors import InputError
from cchc_metrics.read.form06_csv import read_form06
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row

PRINTED = NUMBERS[:11]
NUMBERED = tuple(f"({n})" for n in range(3, 14))
LINE = ("commune", "Hộ tịch", "100", "40", "55", "5", "90", "80", "8", "2", "10", "9", "1")
ROW = Form06Row("commune", "Hộ tịch", 100, 40, 55, 5, 90, 80, 8, 2, 10, 9, 1)


def text(rows: Sequence[Sequence[str]], headings: Sequence[str] = ("level", "field", *NUMBERED), end: str = "\n") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([headings, *rows])
    return out.getvalue()


rows = st.builds(
    Form06Row,
    st.sampled_from(["", "province", "district", "commune"]),
    st.none() | st.sampled_from(["", "Hộ tịch", "Lao động, việc làm", 'Đất "đai"', "Văn hóa\nThể thao"]),
    *[st.integers(0, 2**31 - 1)] * 11,
)


@settings(max_examples=50)
@given(
    made=st.lists(rows, min_size=1, max_size=4),
    names=st.sampled_from([NUMBERED, PRINTED]),
    printed=st.booleans(),
    order=st.permutations(range(13)),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_is_written_is_read(made: list[Form06Row], names: tuple[str, ...], printed: bool, order: list[int], end: str) -> None:
    def cell(number: int) -> str:
        return format_count(number) if printed else str(number)

    table = [
        [("level", "field", *names)[i] for i in order],
        *([(r.level, "TỔNG" if r.field is None else r.field, *(cell(getattr(r, n)) for n in PRINTED))[i] for i in order] for r in made),
    ]
    assert read_form06(text(table[1:], table[0], end)) == tuple(made)


@pytest.mark.parametrize("total", ["TỔNG", "Tổng", "tổng số", "Tổng cộng", "TOTAL", "tong", normalize("NFD", "TỔNG SỐ")])
def test_a_total_in_any_spelling(total: str) -> None:
    [row] = read_form06(text([("commune", total, *LINE[2:])]))
    assert row.field is None


def test_spaces_blank_lines_and_decomposed_letters() -> None:
    given_text = text([(" commune ", normalize("NFD", " Hộ tịch "), *(f" {n} " for n in LINE[2:])), [""] * 13, LINE])
    assert read_form06(given_text) == (ROW, ROW)


def test_thousands_are_read_as_they_are_printed() -> None:
    [row] = read_form06(text([(*LINE[:2], "2.096", "", *LINE[4:])]))
    assert (row.total, row.online) == (2096, 0)  # an empty cell is 0


def test_nothing_is_checked_or_repaired() -> None:
    [row] = read_form06(text([(*LINE[:2], "1", *LINE[3:])]))
    assert (row.total, row.ended, row.pending) == (1, 90, 10)


@pytest.mark.parametrize("missing", ["level", "field", *NUMBERED])
def test_a_missing_heading_is_named(missing: str) -> None:
    headings = [h for h in ("level", "field", *NUMBERED) if h != missing]
    with pytest.raises(InputError, match=r"is missing") as caught:
        read_form06(text([], headings), file="quy-1.csv")
    name = PRINTED[NUMBERED.index(missing)] if missing in NUMBERED else missing
    assert f"«quy-1.csv»: column «{name}» is missing" in caught.value.en


def test_a_heading_that_is_nearly_right_is_suggested() -> None:
    headings = ["level", "field", *(h if h != "online" else "onlin" for h in PRINTED)]
    with pytest.raises(InputError, match="did you mean «onlin»"):
        read_form06(text([], headings))


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(InputError, match="two columns «total»"):
        read_form06(text([(*LINE, "100")], ("level", "field", *NUMBERED, "total")))


def test_an_empty_text_has_no_headings() -> None:
    with pytest.raises(InputError, match="column «level» is missing"):
        read_form06("")


@pytest.mark.parametrize("cell", ["abc", "12,5", "1e3", "=1+1", "–", "-3", "3000000000", "2,096"])
def test_a_cell_that_is_no_whole_number_is_named_as_it_is_headed(cell: str) -> None:
    with pytest.raises(InputError) as caught:
        read_form06(text([LINE, (*LINE[:5], cell, *LINE[6:])]), file="quy-1.csv")
    assert caught.value.en.startswith(f"«quy-1.csv», row 3, (6) = «{cell}»: ")
    assert caught.value.vi.startswith(f"«quy-1.csv», dòng 3, (6) = «{cell}»: ")


@pytest.mark.parametrize("line", [LINE[:-1], (*LINE, "7"), ("commune", "Lao động", " việc làm", *LINE[2:]), ("commune",)])
def test_a_row_with_too_many_or_too_few_cells_is_refused(line: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=rf"row 2: {len(line)} cells, 13 are needed; a cell with a comma must stand in quotes"):
        read_form06(text([line]).replace('"', ""))


@pytest.mark.parametrize(("written", "level"), [("commune", "commune"), ("Cấp xã", "commune"), ("UBND cấp huyện", "district"), ("", "")])
def test_a_level_is_known_by_its_name(written: str, level: str) -> None:
    [row] = read_form06(text([(written, *LINE[1:])]))
    assert row.level == level


def test_a_form_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match=r"«quy-1.csv»: the form has no rows"):
        read_form06(text([]), file="quy-1.csv")
