"""What a district declares of one kind's cells: its own words, what an empty cell means, and columns that a file lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np

from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.read.headings import IGNORED, columns_said
from cchc_metrics.read.limits import LIMITS, Limits, limits_of
from cchc_metrics.read.old_text import encoding_named
from cchc_metrics.read.raw import ABSENT, RawColumn, TypedColumn, Uncalculated
from cchc_metrics.records.fields import CellError, Choice, cell_text
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import schema, schema_by_name
from cchc_metrics.text import Text, nfc, word_key

Cells = Mapping[str, RawColumn | TypedColumn]
"""Canonical column → its cells."""
_OF_FILES: Final = ("encoding", "limits")
"""What can be declared of files; of what is read in parts, and has no encoding, the last."""
WORDED: Final = ("choice", "unit", "label")
"""Columns of words, of which own words and the meaning of an empty cell can be declared."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a district declares of the table of one kind.

    Args:
        headings: own heading → canonical column, ``""`` to pass a column over, ``a+b`` where it fills two.
        values: canonical column → own word → what it means: a code of the column's closed list, a unit, a label. Words are compared as
            those of closed lists are.
        blank: canonical column → what an empty cell means.
        columns: canonical column → the one value of every row, where the file lacks the column; a file that has it speaks for itself.
        layout: the layouts for which all this was declared (``headings.layout_of``); ``()`` where nobody said.
        encodings: name or pattern of a file → the encoding of its text (``old_text.ENCODINGS``), the first that fits.
        limits: how much a file may hold.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    blank: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    layout: tuple[str, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = LIMITS

    def encoding_of(self, file: str) -> str:
        """Return the encoding that is declared of a file, ``""`` where none is.

        >>> Own(encodings={"*.csv": "vni", "cũ.csv": "tcvn3"}).encoding_of("cũ.csv")
        'tcvn3'
        """
        name = nfc(file)
        exact = [encoding for said, encoding in self.encodings.items() if nfc(said) == name]
        fitting = [encoding for said, encoding in self.encodings.items() if fnmatchcase(name, nfc(said))]
        return (*exact, *fitting, "")[0]

    def applied(self, cells: Cells, kind: Kind, rows: int) -> dict[str, RawColumn | TypedColumn]:
        """Return cells in which own words and empty cells are what they mean, and the columns that the file lacks stand.

        A cell whose formula was never calculated is no empty cell. The distinct cells of a column are looked at once each.

        Args:
            cells: canonical column → its cells.
            kind: what the rows are.
            rows: how many there are.
        """
        found = self.worded(cells, dict.fromkeys((*self.values, *self.blank)))
        for name, value in self.columns.items():
            if name not in found and name in schema_by_name(kind.model):
                found[name] = RawColumn([value], np.zeros(rows, dtype=np.int32))
        return found

    def worded(self, cells: Cells, names: Iterable[str]) -> dict[str, RawColumn | TypedColumn]:
        """Return cells in which own words and empty cells of some columns are what they mean; see ``applied``."""
        found = dict(cells)
        for name in names:
            column = found.get(name)
            if isinstance(column, RawColumn) and (name in self.values or name in self.blank):
                words = {word_key(word): code for word, code in self.values.get(name, {}).items()}
                found[name] = RawColumn([self._meant(cell, words, self.blank.get(name)) for cell in column.values], column.codes)
        return found

    @staticmethod
    def _meant(cell: Any, words: Mapping[str, str], blank: str | None) -> Any:
        if isinstance(cell, (Uncalculated, Choice)):
            return cell
        if cell is ABSENT:
            return cell if blank is None else blank
        try:
            text = cell_text(cell)
        except CellError:
            return cell
        if not text:
            return cell if blank is None else blank
        return words.get(word_key(text), cell)


NOTHING: Final = Own()
"""A district that declares nothing of a kind."""
Declared = Own | Mapping[str, Any]
"""What is declared of one table: ``Own``, or a mapping with its names for keys."""


def own_of(kind: Kind, declared: Declared | None, *, file: bool = False, limits: bool = False) -> Own:
    """Return what is declared of a table from Python, checked as ``district.toml`` is.

    Args:
        kind: the table's kind.
        declared: the declaration; codes and words may be members of closed lists, and words numbers, as codes of other systems are.
        file: whether the table stands in a file, of which the encoding and limits can be declared.
        limits: whether it is no table in memory, so that limits of it can be declared.

    Raises:
        InputError: a key, a column or a code that there is not; every mistake at once, each with the nearest name.

    >>> from cchc_metrics.records.kinds import KINDS
    >>> own_of(KINDS["dossiers"], {"values": {"status": {3: "resolved"}}}).values
    {'status': {'3': 'resolved'}}
    """
    if declared is None:
        return NOTHING
    if not isinstance(declared, Own):
        declared = _declared(declared, ("headings", "values", "blank", "columns", *_OF_FILES[0 if file else 1 if limits else 2 :]))
    wrong = list(mistakes_of(kind, declared))
    if wrong:
        raise InputError(
            "; ".join(f"own: {'.'.join(path)}: {why.vi}" for path, why in wrong),
            "; ".join(f"own: {'.'.join(path)}: {why.en}" for path, why in wrong),
        )
    return declared


def own_of_files(declared: Mapping[str, Any] | None) -> Own:
    """Return what is declared from Python of files that are tables of no kind: their encoding, and how much one may hold.

    Raises:
        InputError: another key, an encoding or a limit that there is not.

    >>> own_of_files({"encoding": "vni", "limits": {"rows": 9}}).limits.rows
    9
    """
    return NOTHING if declared is None else _declared(declared, _OF_FILES)


def _declared(declared: object, names: Sequence[str]) -> Own:
    """Return a mapping of declarations as ``Own``."""
    if not isinstance(declared, Mapping):
        raise _no_declaration(declared, names)
    for name, entries in declared.items():
        if name not in names:
            vi, en = suggestion(str(name), names)
            raise InputError(f"own không có «{name}»{vi}; có: {', '.join(names)}", f"own has no «{name}»{en}; use {', '.join(names)}")
        inner = entries.values() if name == "values" and isinstance(entries, Mapping) else ()
        if name != "encoding" and not all(isinstance(each, Mapping) for each in (entries, *inner)):
            raise _no_declaration(entries, names, f"{name}")
    values = {str(column): _texts(words) for column, words in declared.get("values", {}).items()}
    headings, blank, columns = (_texts(declared.get(name, {})) for name in ("headings", "blank", "columns"))
    encoding = declared.get("encoding")
    try:
        encodings = {"*": encoding_named(str(encoding))} if encoding else {}
    except CchcError as error:
        raise InputError(f"own.encoding: {error.vi}", f"own.encoding: {error.en}") from None
    return Own(headings, values, blank, columns, encodings=encodings, limits=limits_of(declared.get("limits", {}), _wrong_limit))


def _wrong_limit(vi: str, en: str) -> InputError:
    return InputError(f"own.limits: {vi}", f"own.limits: {en}")


def _texts(entries: Mapping[Any, Any]) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in entries.items()}


def _text(value: object) -> str:
    try:
        return cell_text(value)
    except CellError:
        return str(value)


def _no_declaration(found: object, names: Iterable[str], where: str = "") -> InputError:
    place, kind = f"own.{where}" if where else "own", type(found).__name__
    listed = ", ".join(names)
    return InputError(
        f"{place} phải là bảng khóa → giá trị, không phải {kind}; own có: {listed}",
        f"{place} must be a mapping, not {kind}; own has {listed}",
    )


def mistakes_of(kind: Kind, own: Own) -> Iterator[tuple[tuple[str, ...], Text]]:
    """Yield what is wrong with a declaration: the path of its key below the declaration, and why.

    >>> from cchc_metrics.records.kinds import KINDS
    >>> [(path, why.en) for path, why in mistakes_of(KINDS["documents"], Own(blank={"secrecy": "non"}))]
    [(('blank', 'secrecy'), 'secrecy has no code «non»; did you mean «none»?')]
    """
    columns = [spec.name for spec in schema(kind.model)]
    for heading, meaning in own.headings.items():
        for column in columns_said(meaning):
            if meaning != IGNORED and column not in columns:
                vi, en = suggestion(column, columns)
                yield ("headings", heading), Text(f"{kind.name} không có cột «{column}»{vi}", f"{kind.name} has no column «{column}»{en}")
    for name, words in own.values.items():
        if why := _no_column(kind, name, WORDED):
            yield ("values", name), why
            continue
        known: dict[str, str] = {}
        for word, code in words.items():
            if why := _no_code(kind, name, code):
                yield ("values", name, word), why
            elif known.setdefault(word_key(word), code) != code:
                yield ("values", name, word), Text("cùng một từ mà có hai nghĩa", "one word with two meanings")
    for name, code in own.blank.items():
        if why := _no_column(kind, name, WORDED) or _no_code(kind, name, code):
            yield ("blank", name), why
    for name, code in own.columns.items():
        if why := _no_column(kind, name, None) or _no_code(kind, name, code):
            yield ("columns", name), why


def _no_column(kind: Kind, name: str, types: tuple[str, ...] | None) -> Text | None:
    specs = schema_by_name(kind.model)
    names = [spec.name for spec in specs.values() if spec.cell_type.name != "id" and (types is None or spec.cell_type.name in types)]
    if name in names:
        return None
    if name in specs:
        return Text(
            f"cột «{name}» không khai báo được ở đây; có: {', '.join(names)}", f"«{name}» cannot be declared here; {', '.join(names)} can"
        )
    vi, en = suggestion(name, names)
    return Text(f"{kind.name} không có cột «{name}»{vi}", f"{kind.name} has no column «{name}»{en}")


def _no_code(kind: Kind, name: str, code: str) -> Text | None:
    spec = schema_by_name(kind.model)[name]
    if spec.choice is None:
        try:
            said = bool(cell_text(code)) and spec.cell_type.parse(code) is not None
        except CellError as error:
            return Text(error.code.vi + error.fix[0], error.code.en + error.fix[1])
        return None if said else Text("thiếu giá trị", "a value is missing")
    try:
        spec.choice.parse(code)
    except CellError:
        vi, en = suggestion(code, spec.choice.labels())
        listed = ", ".join(spec.choice.labels())
        tail = (vi, en) if vi else (f"; có: {listed}", f"; there are: {listed}")
        return Text(f"{name} không có mã «{code}»{tail[0]}", f"{name} has no code «{code}»{tail[1]}")
    return None
