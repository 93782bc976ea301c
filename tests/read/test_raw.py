"""Raw columns: every cell is kept as it came, each distinct one once."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.read.raw import RawColumn, RawColumnBuilder

CELL = (
    st.sampled_from(
        ["", "1", "a", None, 0, 1, 1.0, True, False, Decimal("1.0"), Decimal(1), Fraction(1), date(2021, 1, 1), datetime(2021, 1, 1)]
    )
    | st.text(max_size=2)
    | st.lists(st.integers(0, 1), max_size=1)
)


@given(st.lists(CELL, max_size=12))
def test_every_cell_is_kept_with_its_type(cells: list[object]) -> None:
    column = RawColumn.of(cells)
    kept = [column.cell(at) for at in range(len(cells))]
    assert kept == cells
    assert [type(cell) for cell in kept] == [type(cell) for cell in cells]
    assert column.codes.dtype == "int32"


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=12), st.integers(0, 12))
def test_parts_make_the_whole(cells: list[str], cut: int) -> None:
    builder = RawColumnBuilder()
    builder.extend_text(cells[:cut])
    builder.extend(cells[cut:])
    whole, parts = RawColumn.of(cells), builder.done()
    assert list(parts.values) == list(whole.values) == list(dict.fromkeys(cells))
    assert parts.codes.tolist() == whole.codes.tolist()


def test_what_a_cell_is_written_like_is_not_lost() -> None:
    column = RawColumn.of([Decimal("1.0"), 1, 1.0, True])
    assert [str(cell) for cell in column.values] == ["1.0", "1", "1.0", "True"]
