"""The columns of an answer table: small arrays whose cells are made only for the rows that are shown, searched or exported.

Five types of cell: ``text`` (a string, a text in both languages, a period), ``whole`` (an integer), ``number`` (an exact ``Fraction``),
``date`` and ``flag`` (true or false). A cell that is not there is ``None``, in a column of any type.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cchc_metrics.errors import CchcError
from cchc_metrics.reference.period import Period
from cchc_metrics.text import Lang, Text

CellType = Literal["text", "whole", "number", "date", "flag"]
Cell: TypeAlias = str | Text | Period | int | Fraction | date | bool | None
Rows: TypeAlias = NDArray[np.intp]
"""Positions of rows."""
Mask: TypeAlias = NDArray[np.bool_]

_DTYPES: dict[CellType, str] = {"text": "O", "whole": "i8", "number": "f8", "date": "M8[D]", "flag": "?"}
_EMPTY = {"text": "", "whole": 0, "number": np.nan, "date": np.datetime64("NaT", "D"), "flag": False}
_LARGEST_EXACT_FLOAT = 2**53


class Column(ABC):
    """One column of an answer table; ``type`` is what its cells are."""

    __slots__ = ()
    type: CellType

    @property
    def optional(self) -> bool:
        """Whether a cell may be missing, whether or not one is: what frames choose their types by."""
        return True

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def cells(self) -> list[Cell]:
        """Return the exact cells, ``None`` where there is none."""

    @abstractmethod
    def take(self, rows: Rows) -> Column:
        """Return the column of some rows only."""

    @abstractmethod
    def among(self, wanted: Collection[object]) -> Mask:
        """Return in which rows the cell is one of those wanted."""

    @abstractmethod
    def exported(self, lang: Lang) -> tuple[NDArray[Any], Mask | None]:
        """Return the cells as other packages hold them, and where there is one; ``None`` when there is one everywhere.

        Returns:
            Texts in one language as objects, int64, float64 (the nearest to the number, NaN where there is none), datetime64[D], bool.
        """


ColumnLike: TypeAlias = Column | Sequence[Cell] | NDArray[Any]
"""What a table may give as a column; a list's type is that of its first cell, an array's that of its dtype."""
Lazy: TypeAlias = ColumnLike | Callable[[], ColumnLike]
"""A column, or what makes it when it is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Column):
    """Texts as small codes and their labels: a million cells are filtered without making one of them.

    Args:
        codes: int[n], positions in ``labels``; −1 where there is no text.
        labels: strings, texts in both languages or periods, each once.

    >>> Coded(np.array([0, 1, 0, -1]), ["TM", "30037"]).cells()
    ['TM', '30037', 'TM', None]
    """

    codes: NDArray[Any]
    labels: Sequence[str | Text | Period | None]
    type: CellType = "text"

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> list[Cell]:
        """Return the texts."""
        labels = [*self.labels, None]  # which −1 is the position of
        return [labels[code] for code in self.codes.tolist()]

    def take(self, rows: Rows) -> Coded:
        """Return the column of some rows only."""
        return Coded(self.codes[rows], self.labels)

    def among(self, wanted: Collection[object]) -> Mask:
        """Return in which rows the text, in either language, is one of those wanted; each label is compared once."""
        hit = np.array([_is_one(label, wanted) for label in [*self.labels, None]], dtype=bool)
        found: Mask = hit[self.codes]
        return found

    def exported(self, lang: Lang) -> tuple[NDArray[Any], Mask | None]:
        """Return the texts in one language."""
        texts = np.array([*(spoken(label, lang) for label in self.labels), None], dtype=object)
        missing = np.array([text is None for text in texts], dtype=bool)[self.codes]
        return texts[self.codes], ~missing if missing.any() else None


@dataclass(frozen=True, slots=True, eq=False)
class Packed(Column):
    """Integers, dates or flags as an array.

    Args:
        values: int[n], datetime64[n] or bool[n].
        there: bool[n], where there is a cell; None when there is one everywhere.

    Raises:
        TypeError: the array is of floats or of something else that is not exact.

    >>> Packed(np.array([3, 0]), np.array([True, False])).cells()
    [3, None]
    """

    values: NDArray[Any]
    there: Mask | None = None

    def __post_init__(self) -> None:
        if self.values.dtype.kind not in "iubM":
            raise TypeError(f"a column of {self.values.dtype} is not exact: give integers, dates or flags; quotients as Quotients")

    @property
    def type(self) -> CellType:  # type: ignore[override]  # a property of the dtype
        """What the cells are, by the array's dtype."""
        kind = self.values.dtype.kind
        return "flag" if kind == "b" else "date" if kind == "M" else "whole"

    @property
    def optional(self) -> bool:
        """Whether it was said where there are cells."""
        return self.there is not None

    def __len__(self) -> int:
        return len(self.values)

    def cells(self) -> list[Cell]:
        """Return the cells as plain integers, dates or flags."""
        values: list[Cell] = self._plain().tolist()
        return values if self.there is None else [v if here else None for v, here in zip(values, self.there.tolist(), strict=True)]

    def take(self, rows: Rows) -> Packed:
        """Return the column of some rows only."""
        return Packed(self.values[rows], None if self.there is None else self.there[rows])

    def among(self, wanted: Collection[object]) -> Mask:
        """Return in which rows the cell equals one of those wanted."""
        here = np.ones(len(self), dtype=bool) if self.there is None else self.there
        found = ~here if None in wanted else np.zeros(len(self), dtype=bool)
        values = self._plain()
        for each in wanted:
            if self.type == "date" and type(each) is date:
                found = found | (here & (values == np.datetime64(each)))
            elif self.type != "date" and (whole := _integer(each)) is not None:
                found = found | (here & (values == whole))
        return found

    def exported(self, lang: Lang) -> tuple[NDArray[Any], Mask | None]:  # noqa: ARG002  integers are the same in every language
        """Return the array itself, int64 where it is of integers."""
        values = self._plain()
        return (values.astype(np.int64) if self.type == "whole" else values), None if self.there is None or self.there.all() else self.there

    def _plain(self) -> NDArray[Any]:
        return self.values.astype("M8[D]") if self.type == "date" else self.values


@dataclass(frozen=True, slots=True, eq=False)
class Quotients(Column):
    """Exact numbers as integers over integers; none where the denominator is 0.

    Args:
        numerator, denominator: int64[n].

    >>> Quotients(np.array([9283, 1]), np.array([100, 0])).cells()
    [Fraction(9283, 100), None]
    """

    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64]
    type: CellType = "number"

    def __len__(self) -> int:
        return len(self.numerator)

    def cells(self) -> list[Cell]:
        """Return the numbers as fractions."""
        pairs = zip(self.numerator.tolist(), self.denominator.tolist(), strict=True)
        return [Fraction(over, under) if under else None for over, under in pairs]

    def take(self, rows: Rows) -> Quotients:
        """Return the column of some rows only."""
        return Quotients(self.numerator[rows], self.denominator[rows])

    def among(self, wanted: Collection[object]) -> Mask:
        """Return in which rows the number equals one of those wanted, exactly: by cross-multiplying integers of any size."""
        here = self.denominator != 0
        found = ~here if None in wanted else np.zeros(len(self), dtype=bool)
        for each in wanted:
            if isinstance(each, (int, Fraction)):
                value = Fraction(each)
                left, right = self.numerator.astype(object) * value.denominator, self.denominator.astype(object) * value.numerator
                found = found | (here & (left == right).astype(bool))
        return found

    def exported(self, lang: Lang) -> tuple[NDArray[Any], Mask | None]:  # noqa: ARG002  numbers are the same in every language
        """Return the floats nearest to the numbers."""
        here = self.denominator != 0
        small = (np.abs(self.numerator) <= _LARGEST_EXACT_FLOAT) & (np.abs(self.denominator) <= _LARGEST_EXACT_FLOAT)
        values = np.full(len(self), np.nan)
        np.divide(self.numerator, self.denominator, out=values, where=here & small)  # of exact operands IEEE gives the nearest float
        for row in np.flatnonzero(here & ~small).tolist():
            values[row] = int(self.numerator[row]) / int(self.denominator[row])
        return values, None if here.all() else here


@dataclass(frozen=True, slots=True, eq=False)
class Cells(Column):
    """Cells as they are, of a type that is said, so that a column without any has it too.

    Args:
        type: what the cells are.
        values: the cells.

    >>> Cells("number", [Fraction(9, 10), None]).cells()
    [Fraction(9, 10), None]
    """

    type: CellType
    values: Sequence[Cell]

    def __len__(self) -> int:
        return len(self.values)

    def cells(self) -> list[Cell]:
        """Return the cells."""
        return list(self.values)

    def take(self, rows: Rows) -> Cells:
        """Return the column of some rows only."""
        return Cells(self.type, [self.values[row] for row in rows.tolist()])

    def among(self, wanted: Collection[object]) -> Mask:
        """Return in which rows the cell, a text in either language, is one of those wanted."""
        return np.array([_is_one(cell, wanted) for cell in self.values], dtype=bool)

    def exported(self, lang: Lang) -> tuple[NDArray[Any], Mask | None]:
        """Return the cells as an array of their type."""
        there = np.array([cell is not None for cell in self.values], dtype=bool)
        given = [_EMPTY[self.type] if cell is None else _as_exported(cell, lang) for cell in self.values]
        try:
            values = np.array(given, dtype=_DTYPES[self.type])
        except OverflowError:
            largest = max((cell for cell in self.values if isinstance(cell, int)), key=abs)
            raise CchcError(
                f"số {largest} vượt quá 64 bit, không xuất được; dùng to_dicts hoặc to_csv",
                f"the number {largest} does not fit into 64 bits and cannot be exported so; use to_dicts or to_csv",
            ) from None
        if self.type == "text":
            values[~there] = None
        return values, None if there.all() else there


def as_column(given: Lazy) -> Column:
    """Return what a table gives as a column: a list's type is that of its first cell (``text`` where it has none), an array's its dtype's.

    >>> as_column(["TM", None]).type, as_column([None, Fraction(1, 3)]).type, as_column(np.array([1])).type
    ('text', 'number', 'whole')
    """
    if callable(given):
        given = given()
    if isinstance(given, Column):
        return given
    if isinstance(given, np.ndarray) and given.dtype.kind != "O":
        return Packed(given)
    cells = list(given)
    return Cells(next((_type_of(cell) for cell in cells if cell is not None), "text"), cells)


def spoken(cell: object, lang: Lang) -> str | None:
    """Return a text cell in one language; None where there is none.

    >>> spoken(Text("đạt", "met"), "en"), spoken(Period.parse("2021"), "vi"), spoken("TM", "vi")
    ('met', '2021', 'TM')
    """
    if cell is None:
        return None
    if isinstance(cell, Text):
        return cell.text(lang)
    return cell.label if isinstance(cell, Period) else str(cell)


def wanted_of(value: object) -> Collection[object]:
    """Return the cells that a filter asks for: those of a list, tuple or set, else the one value itself; a period by its label too.

    Raises:
        CchcError: what is asked for cannot be compared with a cell, as a dict cannot.
    """
    several: Iterable[object] = value if isinstance(value, (list, tuple, set, frozenset, range, np.ndarray)) else (value,)
    try:
        found = frozenset(several)
    except TypeError:
        raise CchcError(
            f"không lọc được theo {value!r}; cho một giá trị hoặc một danh sách giá trị",
            f"cannot filter by {value!r}; give a value or a list of values",
        ) from None
    return found | {each.label for each in found if isinstance(each, Period)}


def _is_one(cell: Cell, wanted: Collection[object]) -> bool:
    if cell in wanted:
        return True
    if isinstance(cell, Text):
        return cell.vi in wanted or cell.en in wanted
    return isinstance(cell, Period) and cell.label in wanted


def _as_exported(cell: Cell, lang: Lang) -> object:
    return float(cell) if isinstance(cell, Fraction) else spoken(cell, lang) if isinstance(cell, (Text, Period, str)) else cell


def _integer(value: object) -> int | None:
    """Return the integer that a value equals; None where there is none."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else None
    return int(value) if isinstance(value, (int, np.integer, np.bool_)) else None


def _type_of(cell: Cell) -> CellType:
    if isinstance(cell, bool):
        return "flag"
    if isinstance(cell, (int, np.integer)):
        return "whole"
    if isinstance(cell, Fraction):
        return "number"
    return "date" if isinstance(cell, date) else "text"
