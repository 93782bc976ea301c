"""Strategies for cells and rows as they come: good ones in the spellings of real files, and bad ones of every sort."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from cchc_metrics.records.fields import Choice
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import ColumnSpec, schema

DAYS = st.dates(date(2019, 12, 1), date(2022, 3, 1))
EMPTY = st.sampled_from(["", "  ", None])
NAMES = st.sampled_from(["TM", "TM.01", " TM.02 ", "Đất đai", "Hộ  tịch", "a\nb"]) | st.text(max_size=4) | st.integers(0, 3) | EMPTY
ODD = (
    st.sampled_from([float("nan"), float("inf"), True, False, b"x", Decimal("1.0"), Fraction(1, 3), (1, 2), "31/02/2021", "?", "\ud800"])
    | st.builds(list)
    | st.floats()
)
"""Cells that few columns understand, and that none may be stopped by."""


def strip_marks(text: str) -> str:
    """Return a text as it is typed without a Vietnamese keyboard."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


def spelt(text: str) -> st.SearchStrategy[str]:
    """Return a strategy for the ways in which a text is found in files."""
    forms = [text, text.upper(), f" {text} ", text.replace(" ", "_"), unicodedata.normalize("NFD", text), strip_marks(text)]
    return st.sampled_from(forms)


def choices(choice: type[Choice]) -> st.SearchStrategy[Any]:
    """Return a strategy for the cells that mean a member of a closed list."""
    members = st.sampled_from(list(choice))
    return members | members.flatmap(lambda m: st.sampled_from((m.value, m.vi, *m.aliases)).flatmap(spelt))


def _written(day: date) -> st.SearchStrategy[Any]:
    moment = datetime(day.year, day.month, day.day, 8, 30)
    # A date cell that is a date with day and month exchanged too is in doubt beside texts (test_doubt.py); here cells stand for themselves.
    dates = [day, moment, moment.replace(tzinfo=UTC), moment.replace(tzinfo=timezone(timedelta(hours=-5)), second=5, microsecond=7)]
    return st.sampled_from(
        [
            *(dates if day.day > 12 or day.day == day.month else ()),
            f"{day:%d/%m/%Y}",
            f"{day.day}/{day.month}/{day.year}",
            f"{day:%d.%m.%Y}",
            day.isoformat(),
            f"{day:%Y%m%d}",
            int(f"{day:%Y%m%d}"),
            f"{day:%d-%m-%Y 8h30}",
            f"{day}T23:59:59Z",
            f"{day} 07:15:09.5",
            f"{day:%Y%m%d0715}",
            f"{day} 07:15+07:00",
            (day - date(1899, 12, 30)).days,
            f"{(day - date(1899, 12, 30)).days},5",
            float((day - date(1899, 12, 30)).days) + 0.25,
        ]
    )


NOT_DAYS = st.sampled_from(
    [
        "31/02/2021",
        "2021-13-01",
        "13/13/2021",
        "99/99/9999",
        "2021",
        "0",
        "3/2021",
        "1/1/1980",
        "9999-12-31T23:59Z",
        "2021-01-01T00:00+99:99",
        "2021-01-01 25:00",
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        date(1800, 1, 1),
        12.5,
        "hôm qua",
    ]
)
WHOLES = st.integers(0, 3000) | st.sampled_from(["0", "7", "2.096", "1.234.567", 5.0, "12,0"])
NOT_WHOLES = st.sampled_from(["-1", "1,5", 1.5, 1.125, "0.125", "1,234,567", "3000000000", 2**31, -4, "năm", "9" * 200])
TERMS = st.sampled_from(["5", "0,5", "1.5", 7, 2.5, Fraction(1, 2), "10.000"])
NOT_TERMS = st.sampled_from(["0,3", -1, 1.125, "10.001", "0.333", Fraction(1, 3)])

KINDS: Mapping[str, tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]] = {
    "id": (NAMES, ODD),
    "unit": (NAMES, ODD),
    "label": (NAMES, ODD),
    "moment": (DAYS.flatmap(_written), NOT_DAYS | ODD),
    "whole": (WHOLES, NOT_WHOLES | ODD),
    "term": (TERMS, NOT_TERMS | ODD),
}


def cells(spec: ColumnSpec, *, bad: bool = True) -> st.SearchStrategy[Any]:
    """Return a strategy for the cells of a column, mostly understood; only such, or empty ones, where ``bad`` is False."""
    good, wrong = (choices(spec.choice), st.sampled_from(["?!", "13", "onlin"]) | ODD) if spec.choice else KINDS[spec.cell_type.name]
    if not bad:
        return good
    return st.integers(0, 11).flatmap(lambda n: wrong if n == 0 else EMPTY if n == 1 else good)


@st.composite
def rows(draw: st.DrawFn, kind: Kind, *, bad: bool = True, ids: int = 0, size: int = 6) -> list[dict[str, Any]]:
    """Return a strategy for rows of a kind by canonical heading, of which some lack some columns.

    Args:
        draw: given by hypothesis.
        kind: the kind.
        bad: whether cells may be bad.
        ids: how many different identifiers there are; 0 for whatever comes.
        size: how many rows at most.
    """
    specs = schema(kind.model)
    kept = [spec for spec in specs if spec.required or draw(st.integers(0, 3))]
    made = []
    for _ in range(draw(st.integers(0, size))):
        row = {spec.name: draw(cells(spec, bad=bad)) for spec in kept if not bad or draw(st.integers(0, 15))}
        for name in kind.id_columns if ids else ():
            if name in row and kind.model.model_fields[name].annotation is str:
                row[name] = str(draw(st.integers(1, ids)))
        made.append(row)
    return made
