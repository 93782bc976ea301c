"""Columns: the rows of one kind as read-only arrays of numbers, ready for the tally."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from cchc_metrics.arguments import public, public_methods
from cchc_metrics.errors import CchcError, DuplicateIdError, suggestion
from cchc_metrics.records.fields import NO_DAY, Choice
from cchc_metrics.records.record import ColumnSpec, Record, schema, schema_by_name
from cchc_metrics.reference.days import date_of, day_number

Array = NDArray[Any]
R = TypeVar("R", bound=Record)
SECOND = ":second"
"""Suffix of the array that holds the time of day (seconds, −1 for a date without a time) of a moment column."""
NO_NUMBER = -1
"""Stands for an empty number in ``whole`` and ``term`` columns."""

_FEW = 8  # labels that are compared one after the other


@public_methods
@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Rows of one kind of record, column by column.

    Args:
        model: the record model whose schema the columns follow.
        arrays: column name → array of equal length. Stored as: ``id`` object (str); ``unit``, ``label``, ``choice`` unsigned codes
            into ``labels``; ``moment`` int32 days since 1970-01-01 (−1: none) and, under ``name + ":second"``, int32 seconds of the day
            (−1: no time) where any row has a time; ``whole`` int32 (−1: empty); ``term`` int32 **halves** (−1: empty).
            An optional column may be absent: every row then has its default.
        labels: column name → the texts that the codes of a unit, label or choice column point to.
        file: where the rows came from, for messages; ``""`` for memory.
        rows: 1-based spreadsheet row of each row, a range where they stand side by side; None when they are simply numbered from 1.
        sheet: the sheet of a workbook, for messages.
        headings: column → the sheet's own heading, where it is another, for messages.
    """

    model: type[Record]
    arrays: Mapping[str, Array]
    labels: Mapping[str, tuple[str, ...]]
    file: str = ""
    rows: Array | range | None = None
    length: int = field(default=-1)
    sheet: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = {len(a) for a in self.arrays.values()}
        if len(sizes) > 1:
            raise ValueError(f"các cột dài ngắn khác nhau: {sorted(sizes)} | columns of unequal length: {sorted(sizes)}")
        # Columns that were all left out still have their rows.
        size = sizes.pop() if sizes else 0 if self.rows is None else len(self.rows)
        object.__setattr__(self, "length", size)
        frozen = {}
        for name, array in self.arrays.items():
            view = array.view()
            view.flags.writeable = False
            frozen[name] = view
        object.__setattr__(self, "arrays", MappingProxyType(frozen))
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))

    def __len__(self) -> int:
        return self.length

    def __reduce__(self) -> tuple[type[Columns], tuple[Any, ...]]:
        place = (self.file, self.rows, self.length, self.sheet, dict(self.headings))
        return (Columns, (self.model, dict(self.arrays), dict(self.labels), *place))

    def __contains__(self, name: object) -> bool:
        return name in self.arrays

    def days(self, name: str) -> Array:
        """Return a moment column as int32 days since 1970-01-01; ``NO_DAY`` where there is none or the column is absent."""
        found = self.arrays.get(name)
        return np.broadcast_to(np.int32(NO_DAY), len(self)) if found is None else found

    def seconds(self, name: str) -> Array:
        """Return the time of day of a moment column in int32 seconds; −1 where only a date (or nothing) is known."""
        found = self.arrays.get(name + SECOND)
        return np.broadcast_to(np.int32(-1), len(self)) if found is None else found

    def clock(self, name: str) -> Array:
        """Return the time of day of a moment column as ``seconds`` does, −1 for a moment at exactly 00:00:00 too.

        Databases and spreadsheets write a day without a time as its midnight, so due dates, waits and ends take both alike, row by row. A
        receipt does not: a term in hours starts at the stated moment, and the later of two receipts must not fall due earlier.
        """
        found = self.seconds(name)
        return np.where(found == 0, np.int32(-1), found) if found.strides != (0,) and not found.all() else found

    def numbers(self, name: str) -> Array:
        """Return a ``whole`` or ``term`` column (terms in halves); ``NO_NUMBER`` where empty or absent."""
        found = self.arrays.get(name)
        return np.broadcast_to(np.int32(NO_NUMBER), len(self)) if found is None else found

    def codes(self, name: str) -> tuple[Array, tuple[str, ...]]:
        """Return a unit, label or choice column as codes and the texts they point to; an absent column is its default everywhere."""
        found = self.arrays.get(name)
        if found is not None:
            return found, self.labels[name]
        column = schema_by_name(self.model).get(name)
        if column is None:
            vi, en = suggestion(name, schema_by_name(self.model))
            raise CchcError(f"{self.model.__name__} không có cột «{name}»{vi}", f"{self.model.__name__} has no column «{name}»{en}")
        default = column.default
        return np.broadcast_to(np.uint8(0), len(self)), (str(default if default is not None else ""),)

    def equals(self, name: str, *values: str) -> Array:
        """Return the mask of the rows whose unit, label or choice is one of the values."""
        codes, labels = self.codes(name)
        wanted = [at for at, label in enumerate(labels) if label in values]
        if len(wanted) > _FEW:
            table = np.array([label in values for label in labels], dtype=bool)
            return table[codes]
        found = np.zeros(len(codes), dtype=bool)
        for at in wanted:  # a few comparisons cost a tenth of one look-up
            found |= codes == at
        return found

    def take(self, which: Array) -> Columns:
        """Return the chosen rows (a mask or row numbers), in that order."""
        rows = self.row_numbers()[which]
        return replace(self, arrays={k: a[which] for k, a in self.arrays.items()}, rows=rows)

    def part(self, start: int, stop: int) -> Columns:
        """Return a run of rows without copying them."""
        rows = (range(1, len(self) + 1) if self.rows is None else self.rows)[start:stop]
        return replace(self, arrays={k: a[start:stop] for k, a in self.arrays.items()}, rows=rows)

    def without(self, name: str) -> Columns:
        """Return the rows without a column that is not needed, so that choosing rows does not copy it."""
        return self if name not in self.arrays else replace(self, arrays={k: a for k, a in self.arrays.items() if k != name})

    def row_numbers(self) -> Array:
        """Return the 1-based row numbers as the source shows them."""
        rows = range(1, len(self) + 1) if self.rows is None else self.rows
        return np.arange(rows.start, rows.stop, dtype=np.int64) if isinstance(rows, range) else rows

    @overload
    def records(self) -> Iterator[Record]: ...

    @overload
    def records(self, of: type[R]) -> Iterator[R]: ...

    def records(self, of: type[Record] = Record) -> Iterator[Record]:
        """Return the rows as models, one by one; the inverse of ``columns_of``.

        Args:
            of: the model, so that a type checker knows what a row has; any by default.

        Raises:
            CchcError: the rows are of another kind.

        >>> from cchc_metrics.records.meeting import Meeting
        >>> held = columns_of(Meeting, [Meeting(meeting_id="1", unit_code="TM", kind="họp UBND", held_on="05/01/2021")])
        >>> [meeting.held_on.isoformat() for meeting in held.records(Meeting)]
        ['2021-01-05']
        """
        if not issubclass(self.model, of):
            raise CchcError(
                f"các dòng là {self.model.__name__}, không phải {of.__name__}", f"the rows are of {self.model.__name__}, not {of.__name__}"
            )
        return self._records()

    def _records(self) -> Iterator[Record]:
        specs = [s for s in schema(self.model) if s.name in self.arrays]
        cells = [_decode(self, spec) for spec in specs]
        names = [spec.name for spec in specs]
        for row in zip(*cells, strict=True):
            yield self.model(**dict(zip(names, row, strict=True)))


def stacked(model: type[Record], parts: Sequence[Columns]) -> Columns:
    """Return several tables of one kind as one, in order; a column that only some have is its default in the others.

    >>> from cchc_metrics.records.meeting import Meeting
    >>> parts = [columns_of(Meeting, [Meeting(meeting_id=n, unit_code=n, kind="họp UBND", held_on="05/01/2021")]) for n in ("b", "a")]
    >>> [meeting.unit_code for meeting in stacked(Meeting, parts).records()]
    ['b', 'a']
    """
    if len(parts) == 1:
        return parts[0]
    arrays: dict[str, Array] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(name for part in parts for name in part.arrays):
        column = name.removesuffix(SECOND)
        if any(name in part.labels for part in parts):
            found = [part.codes(name) for part in parts]
            labels[name] = tuple(dict.fromkeys(text for _, texts in found for text in texts))
            place = {text: at for at, text in enumerate(labels[name])}
            dtype = code_dtype(len(labels[name]))
            arrays[name] = np.concatenate([np.array([place[text] for text in texts], dtype=dtype)[codes] for codes, texts in found])
        elif name != column:
            arrays[name] = np.concatenate([part.seconds(column) for part in parts])
        else:
            arrays[name] = np.concatenate([part.arrays[name] if name in part else _empty_cells(model, name, len(part)) for part in parts])
    rows = None if all(part.rows is None for part in parts) else np.concatenate([part.row_numbers() for part in parts])
    named = next((part for part in parts if part.file), None)
    made = Columns(model, arrays, labels, rows=rows)
    return made if named is None else replace(made, file=named.file, sheet=named.sheet, headings=named.headings)


def gathered(parts: Iterable[Columns], at_once: int = 1 << 17) -> Iterator[Columns]:
    """Yield the rows of parts of one kind in parts that are not small, since each part has costs of its own; no row is kept twice.

    Args:
        parts: the parts, in order.
        at_once: how many rows a part has at least, but for the last.
    """
    held: list[Columns] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= at_once:
            yield stacked(part.model, held)
            held, size = [], 0
    if held:
        yield stacked(held[0].model, held)


def _empty_cells(model: type[Record], name: str, size: int) -> Array:
    """Return an unlabelled column of empty cells; a column that joining added has 0 in every row that nothing was joined to."""
    spec = schema_by_name(model).get(name)
    if spec is None:
        return np.zeros(size, dtype=np.int32)
    if spec.cell_type.name == "id":
        return np.full(size, "", dtype=object)
    return np.full(size, NO_DAY if spec.cell_type.name == "moment" else NO_NUMBER, dtype=np.int32)


@public
def columns_of(model: type[Record], records: Iterable[Record], *, file: str = "") -> Columns:
    """Return models as columns.

    Args:
        model: the record model.
        records: the records.
        file: where they came from, for messages.

    Raises:
        DuplicateIdError: two of them, of a kind that is counted, have the same identifier, be they alike or not; names it and their
            positions, counted from 1. Of rows that are read the reader keeps one and reports the others.

    >>> from cchc_metrics.records.meeting import Meeting
    >>> held = Meeting(meeting_id="1", unit_code="TM", kind="họp UBND", status="held", held_on="05/01/2021", paperless="có")
    >>> columns = columns_of(Meeting, [held])
    >>> len(columns), columns.codes("paperless")[1][columns.codes("paperless")[0][0]]
    (1, 'yes')
    """
    rows = list(records)
    _check_unique(model, rows)
    return columns_from_values(model, {spec.name: [getattr(r, spec.name) for r in rows] for spec in schema(model)}, file=file)


def _check_unique(model: type[Record], rows: Sequence[Record]) -> None:
    from cchc_metrics.records.kinds import KINDS  # noqa: PLC0415  every kind has columns

    names = next((kind.id_columns for kind in KINDS.values() if kind.model is model and kind.event_sets and not kind.listing), ())
    if not names:
        return
    key = attrgetter(*names)
    first: dict[Any, int] = {}
    for at, row in enumerate(rows):
        if (before := first.setdefault(key(row), at)) != at:
            named = ", ".join(f"{name} «{getattr(row, name)}»" for name in names)
            raise DuplicateIdError(
                f"bản ghi thứ {before + 1} và thứ {at + 1} cùng {named}; giữ lại một, hoặc sửa mã",
                f"records {before + 1} and {at + 1} have the same {named}; keep one of them, or fix the identifier",
            )


def columns_from_values(
    model: type[Record],
    values: Mapping[str, Sequence[Any]],
    *,
    file: str = "",
    rows: Array | range | None = None,
) -> Columns:
    """Return canonical values (as the models hold them), column by column, as ``Columns``."""
    arrays: dict[str, Array] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for spec in schema(model):
        if spec.name in values:
            encode(spec, values[spec.name], arrays, labels)
    return Columns(model, arrays, labels, file, rows)


def encode(spec: ColumnSpec, values: Sequence[Any], arrays: dict[str, Array], labels: dict[str, tuple[str, ...]]) -> None:
    """Store one column of canonical values into ``arrays`` and ``labels``."""
    name, kind = spec.name, spec.cell_type.name
    if kind == "id":
        arrays[name] = np.array(values, dtype=object) if len(values) else np.empty(0, dtype=object)
    elif kind in ("unit", "label"):
        texts = sorted(set(values))
        position = {text: i for i, text in enumerate(texts)}
        arrays[name] = np.fromiter((position[v] for v in values), dtype=code_dtype(len(texts)), count=len(values))
        labels[name] = tuple(texts) or ("",)
    elif kind == "choice":
        assert spec.choice is not None  # noqa: S101  a choice column has its list
        members = spec.choice.labels()
        position = {text: i for i, text in enumerate(members)}
        arrays[name] = np.fromiter((position[v] for v in values), dtype=np.uint8, count=len(values))
        labels[name] = members
    elif kind == "moment":
        days, seconds = moments_to_numbers(values)
        arrays[name] = days
        if (seconds >= 0).any():
            arrays[name + SECOND] = seconds
    elif kind == "whole":
        arrays[name] = np.fromiter((NO_NUMBER if v is None else v for v in values), dtype=np.int32, count=len(values))
    else:
        arrays[name] = np.fromiter((NO_NUMBER if v is None else int(v * 2) for v in values), dtype=np.int32, count=len(values))


def code_dtype(size: int) -> type[np.unsignedinteger[Any]]:
    """Return the smallest unsigned type that numbers ``size`` labels."""
    return np.uint8 if size <= 2**8 else np.uint16 if size <= 2**16 else np.uint32


def moments_to_numbers(values: Sequence[date | datetime | None]) -> tuple[Array, Array]:
    """Return days since 1970-01-01 and seconds of the day (int32; −1 where there is none)."""
    days = np.fromiter((NO_DAY if v is None else day_number(v) for v in values), dtype=np.int32, count=len(values))
    seconds = np.fromiter(
        (v.hour * 3600 + v.minute * 60 + v.second if isinstance(v, datetime) else -1 for v in values),
        dtype=np.int32,
        count=len(values),
    )
    return days, seconds


def _decode(columns: Columns, spec: ColumnSpec) -> list[Any]:
    array = columns.arrays[spec.name]
    kind = spec.cell_type.name
    if kind == "id":
        return list(array)
    if kind in ("unit", "label", "choice"):
        texts: Sequence[str | Choice] = columns.labels[spec.name]
        if spec.choice is not None:
            texts = [spec.choice.of(text) for text in texts]
        return [texts[code] for code in array.tolist()]
    if kind == "moment":
        return [_moment(day, second) for day, second in zip(array.tolist(), columns.seconds(spec.name).tolist(), strict=True)]
    if kind == "whole":
        return [None if n == NO_NUMBER else n for n in array.tolist()]
    return [None if n == NO_NUMBER else Fraction(n, 2) for n in array.tolist()]


def _moment(day: int, second: int) -> date | datetime | None:
    if day == NO_DAY:
        return None
    found = date_of(day)
    return found if second < 0 else datetime.combine(found, time()) + timedelta(seconds=second)
