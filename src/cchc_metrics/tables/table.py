"""The one mixin of every answer table: columns inside, frozen items on demand, and everything by which answers are read or shipped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Generic, Self, TypeVar

import numpy as np

from cchc_metrics.arguments import public_methods
from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.tables import frames, listing
from cchc_metrics.tables.columns import Cell, Column, Lazy, Rows, as_column, spoken, wanted_of
from cchc_metrics.tables.numbers import check_language, format_number, plain
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Item = TypeVar("Item")

MAX_ROWS = 20
MAX_WIDTH = 100
CSV_ROWS = 20_000


@public_methods
class AnswerTable(ABC, Generic[Item]):
    """A table of answers, one row an item.

    A table gives its columns, its items and its parts; printing, searching and exporting are here. It is made as
    ``@dataclass(frozen=True, slots=True, repr=False)``, with ``eq=False`` where it holds arrays.

    Class variables:
        _key_columns: the columns that together identify a row, in the order in which ``table[...]`` takes them.
        _printed: the columns that are shown in a session, the most telling first; ``()`` for all of them.
        _compared: groups of number columns that stand beside each other; in one row they print with decimals until they differ.
        _ordered: number columns by which the rows are ordered; two rows beside each other print with decimals until they differ.
        _signed: number columns of changes, which print with their sign, and as 0 only where there is none.
        _closed: columns that have a closed list → its members; to ask for anything else is a mistake, and not an empty answer.
        _decimals: with how many decimals numbers are printed, rounded half-up; None for exact numbers, cut after six and never rounded.
    """

    __slots__ = ()
    _key_columns: ClassVar[tuple[str, ...]] = ()
    _printed: ClassVar[tuple[str, ...]] = ()
    _compared: ClassVar[tuple[tuple[str, ...], ...]] = ()
    _ordered: ClassVar[tuple[str, ...]] = ()
    _signed: ClassVar[tuple[str, ...]] = ()
    _decimals: ClassVar[int | None] = None
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {}

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def _columns(self) -> Mapping[str, Lazy]:
        """Return the columns by name, in order; what is costly as a function that makes the column."""

    @abstractmethod
    def _item(self, row: int) -> Item:
        """Return one frozen item."""

    @abstractmethod
    def _take(self, rows: Rows) -> Self:
        """Return the table of some rows only, in the order given."""

    def _possible(self, column: str) -> Collection[str] | None:
        """Return the texts that a column of such a table can have; None where it can have any."""
        closed = self._closed.get(column)
        return None if closed is None else [str(member) for member in closed]

    def _headings(self, lang: Lang) -> Mapping[str, str]:  # noqa: ARG002  for tables that name their columns
        """Return column → what stands above it when it is printed; columns that are not named print under their own name."""
        return {}

    def _above(self, lang: Lang) -> str:  # noqa: ARG002
        """Return what is printed above the table."""
        return ""

    def _below(self, lang: Lang) -> str:  # noqa: ARG002
        """Return what is printed below the table."""
        return ""

    def _beside(self) -> Mapping[str, Sequence[Fraction]]:
        """Return column → numbers, such as the edges of bands, from which its own print apart."""
        return {}

    def _shown_columns(self) -> Mapping[str, Lazy]:
        """Return the columns as they are printed, for tables that print something else than they export."""
        return self._columns()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._columns())

    def column(self, name: str) -> list[Cell]:
        """Return the exact cells of a column, ``None`` where there is none.

        Raises:
            CchcError: there is no such column; names the nearest.
        """
        return self._column(name).cells()

    def exact(self, name: str) -> Column:
        """Return a column as it is held: codes and their labels, integers, quotients of integers.

        Raises:
            CchcError: there is no such column; names the nearest.
        """
        return self._column(name)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        public_methods(cls)

    def __iter__(self) -> Iterator[Item]:
        return map(self._item, range(len(self)))

    def __getitem__(self, key: object) -> Item:
        """Return the item of a key: the cells of the key columns, in order; later ones may be left out where one item remains.

        Raises:
            CchcError: there is no such item (names the nearest), or there are several (names what tells them apart).
        """
        parts = key if isinstance(key, tuple) else (key,)
        row = self._find(parts)
        if row is None:
            raise self._no_item(parts)
        return self._item(row)

    def get(self, *key: Any) -> Item | None:
        """Return the item of a key, as ``table[key]`` does, or ``None`` where there is none.

        Raises:
            CchcError: there are several items of this key (names what tells them apart).
        """
        row = self._find(key)
        return None if row is None else self._item(row)

    def filter(self, **by_column: object) -> Self:
        """Return the rows in which every column named has the value given, or one of the values given, in order.

        Args:
            **by_column: column → a value, or several. A text in both languages is found by either; a period by itself or its label; what is
                not there by ``None``.

        Raises:
            CchcError: there is no such column, or the column can have no such cell: it is none of its closed list, or an unit or indicator
                that nothing is known of. Names the nearest. What could be there and is not gives an empty table.
        """
        chosen = np.ones(len(self), dtype=bool)
        for name, value in by_column.items():
            column, wanted = self._column(name), wanted_of(value)
            self._refuse_impossible(name, column, wanted)
            chosen &= column.among(wanted)
        return self._take(np.flatnonzero(chosen))

    def _refuse_impossible(self, name: str, column: Column, wanted: Collection[object]) -> None:
        possible = self._possible(name)
        if possible is None:
            return
        for each in wanted:
            if each is None or (isinstance(each, str) and str(each) in possible) or column.among([each]).any():
                continue
            asked = str(each) if isinstance(each, str) else repr(each)
            vi, en = suggestion(asked, possible)
            listed = ", ".join(possible) if len(possible) <= MAX_ROWS else ""
            vi, en = vi or (listed and f"; có: {listed}"), en or (listed and f"; there are: {listed}")
            raise CchcError(f"{name} không thể là «{asked}»{vi}", f"{name} cannot be «{asked}»{en}")

    def head(self, rows: int = 5) -> Self:
        """Return the first rows.

        Args:
            rows: how many; all where there are fewer.
        """
        return self._take(np.arange(min(max(rows, 0), len(self))))

    def __repr__(self) -> str:
        return self.to_text()

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, lang: Lang = "vi", *, rows: int | None = MAX_ROWS, width: int | None = MAX_WIDTH, decimals: int | None = None) -> str:
        """Return the table as aligned text.

        Numbers are exact, cut after six decimals with ``…`` and never rounded; of scores, and where ``decimals`` is given, rounded half-up.

        Args:
            lang: ``"vi"`` or ``"en"``.
            rows: how many rows are shown at most; None for all.
            width: how many columns of a terminal are used at most; None for as many as it takes.
            decimals: to how many decimals numbers are rounded; more where two that differ would print alike.
        """
        return listing.text(self._shown(lang, rows, decimals), width)

    def _repr_html_(self) -> str:
        return listing.html(self._shown("vi", MAX_ROWS))

    def to_markdown(self, lang: Lang = "vi", *, rows: int | None = None, decimals: int | None = None) -> str:
        """Return the table in Markdown, its numbers as in ``to_text``.

        Args:
            lang: ``"vi"`` or ``"en"``.
            rows: how many rows are shown at most; None for all.
            decimals: to how many decimals numbers are rounded.
        """
        return listing.markdown(self._shown(lang, rows, decimals))

    def to_dicts(self, lang: Lang = "vi") -> list[dict[str, str | int | bool | None]]:
        """Return a dict for each row, ready for JSON: numbers as decimal strings (as in report.json), dates as ``yyyy-mm-dd``.

        Args:
            lang: the language of texts that there are in both.
        """
        columns = {name: listing.plain_cells(column, lang) for name, column in self._each_column()}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def to_csv(self, lang: Lang = "vi") -> str:
        """Return the table as CSV text: numbers as decimal strings, dates as ``yyyy-mm-dd``, nothing where there is no cell.

        A text that a spreadsheet would run as a formula has an apostrophe before it.

        Args:
            lang: the language of texts that there are in both.
        """
        return "".join(self.csv_parts(lang))

    def csv_parts(self, lang: Lang = "vi") -> Iterator[str]:
        """Yield ``to_csv`` piece by piece, some thousands of rows at a time, for a file that need not be in memory.

        Args:
            lang: the language of texts that there are in both.
        """
        columns = dict(self._each_column())
        for start in range(0, max(len(self), 1), CSV_ROWS):
            rows = np.arange(start, min(start + CSV_ROWS, len(self)))
            cells = {name: listing.csv_cells(column.take(rows), lang) for name, column in columns.items()}
            yield listing.csv_text(cells, heading=start == 0)

    def to_arrow(self, lang: Lang = "vi") -> pa.Table:
        """Return a pyarrow table: string, int64, double, date32 and bool; numbers are the floats nearest to the exact ones.

        Args:
            lang: the language of texts that are there in both, ``"vi"`` or ``"en"``.

        Raises:
            CchcError: pyarrow (the extra ``arrow``) is not installed, or an integer does not fit into 64 bits.
        """
        return frames.arrow(self._each_column(), lang)

    def to_pandas(self, lang: Lang = "vi") -> pd.DataFrame:
        """Return a pandas frame; needs pandas only. Numbers are the floats nearest to the exact ones.

        Args:
            lang: the language of texts that are there in both, ``"vi"`` or ``"en"``.

        Raises:
            CchcError: pandas is not installed, or an integer does not fit into 64 bits.
        """
        return frames.pandas(self._each_column(), lang)

    def to_polars(self, lang: Lang = "vi") -> pl.DataFrame:
        """Return a polars frame; needs polars only. Numbers are the floats nearest to the exact ones.

        Args:
            lang: the language of texts that are there in both, ``"vi"`` or ``"en"``.

        Raises:
            CchcError: polars is not installed, or an integer does not fit into 64 bits.
        """
        return frames.polars(self._each_column(), lang)

    def to_parquet(self, target: str | Path | BinaryIO, lang: Lang = "vi") -> None:
        """Write the table as Parquet, with the columns of ``to_arrow``; a file appears whole or not at all.

        Args:
            target: a path, or a file open for writing bytes.
            lang: the language of texts that there are in both.

        Raises:
            CchcError: pyarrow (the extra ``arrow``) is not installed, or an integer does not fit into 64 bits.
        """
        frames.parquet(self.to_arrow(lang), target)

    def to_excel(self, path: str | Path, lang: Lang = "vi") -> None:
        """Write the table as a workbook: a table of Excel with filters, numbers as numbers, dates as dates, texts never as formulas.

        Args:
            path: the file, .xlsx; it appears whole or not at all.
            lang: the language of texts that there are in both.

        Raises:
            CchcError: XlsxWriter (the extra ``excel``) is not installed, or the file cannot be written.
        """
        from cchc_metrics.tables.workbook import open_book  # noqa: PLC0415  only where a workbook is written

        check_language(lang)
        name = type(self).__name__
        with open_book(Path(path), title=name) as book:
            book.add_rows(name, dict(self._each_column()), lang)

    def _each_column(self) -> Iterator[tuple[str, Column]]:
        return ((name, as_column(given)) for name, given in self._columns().items())

    def _column(self, name: str) -> Column:
        columns = self._columns()
        if name not in columns:
            vi, en = suggestion(name, columns)
            raise CchcError(
                f"bảng không có cột «{name}»{vi or '; có: ' + ', '.join(columns)}",
                f"the table has no column «{name}»{en or '; there are: ' + ', '.join(columns)}",
            )
        return as_column(columns[name])

    def _shown(self, lang: Lang, rows: int | None, decimals: int | None = None) -> listing.Shown:
        check_language(lang)
        part = self if rows is None or len(self) <= rows else self.head(rows)
        columns = part._shown_columns()  # noqa: SLF001  a table of the same class
        places = self._decimals if decimals is None else decimals

        def write(number: Fraction, others: Sequence[int | Fraction]) -> str:
            if places is None:
                return plain(number, beside=others)
            return format_number(number, decimals=places, lang=lang, beside=others)

        names = [name for name in self._printed if name in columns] or list(columns)
        return listing.shown(
            {name: as_column(columns[name]) for name in names},
            headings=self._headings(lang),
            write=write,
            compared=self._compared,
            ordered=self._ordered,
            signed=self._signed,
            beside=self._beside(),
            more=len(self) - len(part),
            above=self._above(lang),
            below=self._below(lang),
            lang=lang,
        )

    def _find(self, key: tuple[object, ...]) -> int | None:
        """Return the row of a key; None where there is none."""
        if not key or len(key) > len(self._key_columns):
            names = ", ".join(self._key_columns)
            raise CchcError(f"khóa của bảng là: {names}; không phải {key!r}", f"the key of the table is: {names}; not {key!r}")
        rows = np.flatnonzero(self._matching(key))
        if len(rows) > 1:
            raise self._several(key, rows)
        return int(rows[0]) if len(rows) else None

    def _matching(self, key: tuple[object, ...]) -> np.ndarray:
        chosen = np.ones(len(self), dtype=bool)
        for name, part in zip(self._key_columns, key, strict=False):
            chosen &= self._column(name).among(wanted_of(part))
        return chosen

    def _no_item(self, key: tuple[object, ...]) -> CchcError:
        """Return the error of a key that is not in the table: the part that no row has beside those before it, and the nearest that is."""
        for length in range(1, len(key) + 1):
            if not self._matching(key[:length]).any():
                break
        name, part = self._key_columns[length - 1], key[length - 1]
        options = self._texts(name, np.flatnonzero(self._matching(key[: length - 1])))
        asked = spoken(part, "vi") or "–"
        vi, en = suggestion(asked, options)
        if not vi and len(options) <= MAX_ROWS:
            listed = ", ".join(options)
            vi, en = (f"; có: {listed}", f"; there are: {listed}") if listed else ("; bảng không có dòng nào", "; the table has no rows")
        return CchcError(f"không có {name} «{asked}» trong bảng{vi}", f"the table has no {name} «{asked}»{en}")

    def _several(self, key: tuple[object, ...], rows: Rows) -> CchcError:
        shown = ", ".join(spoken(part, "vi") or "–" for part in key)
        apart = next((name for name in self._key_columns[len(key) :] if len(self._texts(name, rows)) > 1), "")
        options = self._texts(apart, rows) if apart else []
        listed = ", ".join(options[:MAX_ROWS]) + (", …" if len(options) > MAX_ROWS else "")
        vi, en = (f"; ghi thêm {apart}: {listed}", f"; say {apart} too: {listed}") if apart else ("", "")
        return CchcError(f"có {len(rows)} dòng cho «{shown}»{vi}", f"there are {len(rows)} rows of «{shown}»{en}")

    def _texts(self, name: str, rows: Rows) -> list[str]:
        """Return the different cells of a column in some rows as texts, in order."""
        cells = self._column(name).take(rows).cells()
        return list(dict.fromkeys(text for cell in cells if (text := spoken(cell, "vi")) is not None))
