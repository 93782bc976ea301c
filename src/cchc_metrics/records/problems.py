"""The problems that a reading found: where each stands, what to do about it, and exact totals by file and code."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import ClassVar, Final, Self

import numpy as np

from cchc_metrics.errors import RejectedRowsError
from cchc_metrics.hashes import Array, hashes_of
from cchc_metrics.records.codes import Code
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.listing import no_formula
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text, word_key

_ROWS_NAMED: Final = 5
"""So many of the rows in which a mistake stands are named."""
WITHHELD: Final = "…"
"""Stands in place of a value that is not shown."""
DIFFERENT_FIXES: Final = 100
"""For so many different bad cells of a column the nearest good one is sought; more are fixed by fixing the export."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in one place.

    Args:
        code: what is wrong.
        file: the file's name, ``""`` for rows from memory.
        sheet: the sheet's name, or that of the part file of a table of many files; ``""`` where there is none.
        row: 1-based row as a spreadsheet shows it (the heading is row 1), 0 for the whole file or where it is not known.
        column: the canonical column, or the heading for an unknown one.
        value: the value given, as text, cut to 80 characters; withheld (``"…"``) for ignored columns.
        fix_vi, fix_en: what to do, where more is known than the code says.
        heading: the sheet's own heading of the column, where it is another than ``column``.
        cells: how many cells it is about; more than one where the same word is reported once.
        rows: the first rows in which such a word stands; empty where the problem is about ``row`` only, and where the rows are secret, of
            which nothing is told but how many they are: ``row`` is 0 and ``value`` withheld.
        keys: the identifiers of the rows, where their numbers are not known.
    """

    code: Code
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    fix_vi: str = ""
    fix_en: str = ""
    heading: str = ""
    cells: int = 1
    rows: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def unlisted(self) -> bool:
        """Whether it is about secret rows, which are counted and not named."""
        return self.row == 0 and self.value == WITHHELD

    def text(self, lang: str = "vi") -> str:
        """Return the problem as one line; a column is named as the sheet does, with the canonical name in brackets.

        >>> Problem(Code.IMPOSSIBLE_DATE, row=7, column="due_at", value="31/02/2021", heading="Ngày hẹn trả").text("en")
        'row 7, Ngày hẹn trả [due_at] = «31/02/2021»: not a real or readable date; use dd/mm/yyyy or yyyy-mm-dd'
        """
        vi = lang != "en"
        place = [part for part in (self.file, self.sheet) if part]
        if self.row and self.cells == 1:
            place.append(f"{'dòng' if vi else 'row'} {self.row}")
        if self.cells == 1 and any(self.keys):
            place.append(f"{'mã' if vi else 'id'} {self.keys[0]}")
        if self.column:
            name = f"{self.heading} [{self.column}]" if self.heading else self.column
            place.append(name + (f" = «{self.value}»" if self.value and not self.unlisted else ""))
        message = (self.code.vi if vi else self.code.en) + (self.fix_vi if vi else self.fix_en) + self._how_often(vi=vi)
        return f"{', '.join(place)}: {message}" if place else message

    def _how_often(self, *, vi: bool) -> str:
        if self.unlisted:
            return f" ({self.cells} dòng có dấu mật, không liệt kê)" if vi else f" ({self.cells} rows with a secrecy mark, not listed)"
        if self.cells == 1:
            return ""
        named: tuple[object, ...] = self.keys or self.rows
        listed = ", ".join(map(str, named[:_ROWS_NAMED])) + (" …" if self.cells > _ROWS_NAMED else "")
        cells = f"{self.cells} {'ô' if vi else 'cells'}, " if self.column else ""
        rows = ("mã" if vi else "ids") if self.keys else "dòng" if vi else "rows"
        return f" ({cells}{rows} {listed})"


@dataclass(frozen=True, slots=True, repr=False)
class Problems(AnswerTable[Problem]):
    """Every problem of a reading: exact totals by code and file, and a table of examples, a limited number of each.

    Args:
        totals: ``(file, code) -> how many``; exact, whatever the number of examples kept.
        examples: the first problems of each file and code, at most ``limit`` each.
        read, rejected: rows read and rows set apart, over all files; ``read == valid + rejected`` always.
        limit: how many examples of each file and code are kept.
        numbered: whether rows and numbers are told; see ``unnumbered``.
    """

    totals: Mapping[tuple[str, Code], int] = field(default_factory=dict)
    examples: tuple[Problem, ...] = ()
    read: int = 0
    rejected: int = 0
    limit: int = 1000
    numbered: bool = True

    _key_columns = ("code", "file", "row", "column")
    _closed: ClassVar[Mapping[str, Iterable[str]]] = {"code": Code, "severity": ("error", "warning")}
    _printed = ("file", "sheet", "row", "column", "value", "cells", "code", "text")

    @property
    def valid(self) -> int:
        """Rows that count."""
        return self.read - self.rejected

    @property
    def total(self) -> int:
        """How many problems there are, exact even where examples were cut."""
        return sum(self.totals.values())

    def __len__(self) -> int:
        return len(self.examples)

    def __bool__(self) -> bool:
        return bool(self.totals)

    def count(self, code: Code | str) -> int:
        """Return how many problems have this code, over all files; exact even where examples were cut."""
        return sum(n for (_, c), n in self.totals.items() if c == code)

    def by_code(self) -> dict[Code, int]:
        """Return exact totals by code, in the order of the closed list."""
        return {code: n for code in Code if (n := self.count(code))}

    def __add__(self, other: Problems) -> Problems:
        totals = dict(self.totals)
        for key, n in other.totals.items():
            totals[key] = totals.get(key, 0) + n
        limit = max(self.limit, other.limit)
        examples = _each_word_once(self.examples + other.examples, limit)
        if any(n > limit and key in self.totals and key in other.totals for key, n in totals.items()):
            examples = _first(_cell_by_cell(examples, totals, limit), limit)
        return Problems(totals, examples, self.read + other.read, self.rejected + other.rejected, limit)

    def ordered(self) -> Problems:
        """Return the problems as they are in whatever parts and order the rows came: the examples in the order of the rows.

        What to do stands beside the first hundred different values of a column, as where the rows come in one part.
        """
        examples = _cell_by_cell(_each_word_once(self.examples, self.limit), self.totals, self.limit)
        fixes: dict[tuple[object, ...], dict[str, tuple[str, str]]] = {}
        found = sorted(_first(examples, self.limit), key=_shown_place)
        for p in sorted((p for p in found if p.code in _FIXED_BY_CELL), key=_kept_place):
            known = fixes.setdefault((p.code, p.file, p.column), {})
            if p.value in known or len(known) < DIFFERENT_FIXES:
                known[p.value] = max(known.get(p.value, _NO_FIX), (p.fix_vi, p.fix_en))
        return replace(self, examples=tuple(_with_fix(p, fixes) if p.code in _FIXED_BY_CELL else p for p in found))

    def unnumbered(self) -> Problems:
        """Return only which problems each file has: no row, no cell, and of no number more than that it is not 0.

        For what is published with small counts suppressed: how many rows there are, less those of other periods, is a count like another.

        >>> found = Problems.of([Problem(Code.IMPOSSIBLE_DATE, "a.csv", row=7, value="31/02/2021")] * 3, read=9, rejected=3).unnumbered()
        >>> found.read, found.rejected, found.total, found.examples[0].row, found.examples[0].value
        (1, 1, 1, 0, '')
        """
        rejected = int(self.rejected > 0)
        columns: dict[tuple[str, Code], dict[str, None]] = {}
        for p in self.examples:
            if not p.row and not p.value:  # about a column, whatever stands in it
                columns.setdefault((p.file, p.code), {})[p.column] = None
        examples = tuple(
            Problem(code, file, column=name) for file, code in sorted(self.totals) for name in sorted(columns.get((file, code), ("",)))
        )
        return Problems(dict.fromkeys(self.totals, 1), examples, max(rejected, int(self.read > 0)), rejected, self.limit, numbered=False)

    def raise_if_any(self) -> None:
        """Raise ``RejectedRowsError`` when there is any error: rows rejected, a file that cannot be used, figures that lack something."""
        errors = {code: n for code, n in self.by_code().items() if code.severity == "error"}
        if errors:
            listing = ", ".join(f"{code} × {n}" for code, n in errors.items())
            first = next(p for p in self.examples if p.code in errors)
            raise RejectedRowsError(
                f"{self.rejected} dòng bị loại ({listing}); ví dụ: {first.text('vi')}",
                f"{self.rejected} rows were rejected ({listing}); for example: {first.text('en')}",
            )

    def _item(self, row: int) -> Problem:
        return self.examples[row]

    def _take(self, rows: Rows) -> Self:
        """Return some examples only; those of their files and codes that are not among the examples are still counted."""
        examples = tuple(self.examples[row] for row in rows.tolist())
        before, now = _listed(self.examples), _listed(examples)
        return replace(self, examples=examples, totals={key: self.totals[key] - before[key] + n for key, n in now.items()})

    def _columns(self) -> Mapping[str, Lazy]:
        found = self.examples
        return {
            "file": [p.file for p in found],
            "sheet": [p.sheet for p in found],
            "row": Cells("whole", [p.row if self.numbered else None for p in found]),
            "column": [p.column for p in found],
            "heading": [p.heading for p in found],
            "value": [p.value for p in found],
            "cells": Cells("whole", [p.cells if self.numbered else None for p in found]),
            "code": [p.code for p in found],
            "severity": [p.code.severity for p in found],
            "vi": [p.code.vi + p.fix_vi for p in found],
            "en": [p.code.en + p.fix_en for p in found],
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        headings = [p.heading or p.column for p in self.examples]
        return {**self._columns(), "column": headings, "text": [Text(p.code.vi + p.fix_vi, p.code.en + p.fix_en) for p in self.examples]}

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS if lang == "vi" else {}

    def _below(self, lang: Lang) -> str:
        return "\n".join(f"{file} {code}: {more.text(lang)}".strip() for file, code, _, more in self._more())

    def _more(self) -> Iterator[tuple[str, Code, int, Text]]:
        """Yield the files and codes of which not all problems are among the examples, how many are not, and that in words."""
        listed = _listed(self.examples)
        for (file, code), n in sorted(self.totals.items()):
            if rest := n - listed[file, code]:
                yield file, code, rest, Text(f"còn {rest} vấn đề cùng loại", f"{rest} more of the same")

    def to_csv(self, lang: Lang = "vi") -> str:
        """Return the examples as CSV text for the clerk who fixes the sheet; of what is not listed a row 0 says how many there are."""
        rest = [[file, "", 0, "", "", "", n, code, code.severity, more.vi, more.en] for file, code, n, more in self._more()]
        out = io.StringIO(AnswerTable.to_csv(self, lang))
        out.seek(0, io.SEEK_END)
        csv.writer(out, lineterminator="\n").writerows([[no_formula(str(cell)) for cell in row] for row in rest])
        return out.getvalue()

    @classmethod
    def of(cls, problems: Iterable[Problem], *, read: int = 0, rejected: int = 0, limit: int = 1000) -> Problems:
        """Count problems exactly and keep the first ``limit`` examples of each file and code."""
        totals: dict[tuple[str, Code], int] = {}
        examples = []
        for p in problems:
            key = (p.file, p.code)
            totals[key] = totals.get(key, 0) + p.cells
            if totals[key] <= limit or p.rows:
                examples.append(p)
        return cls(totals, tuple(examples), read, rejected, limit)


def _listed(examples: Iterable[Problem]) -> Counter[tuple[str, Code]]:
    """Return how many examples there are of each file and code."""
    found: Counter[tuple[str, Code]] = Counter()
    for p in examples:
        found[p.file, p.code] += p.cells
    return found


def first_rows(where: Array, rows: Array | range, limit: int) -> Array:
    """Return the first of some rows by their numbers, in that order.

    Args:
        where: ascending positions in ``rows``.
        rows: the number of each row; a range or ascending where they are numbered, in any order where they are known by their ids.
        limit: how many are wanted.
    """
    if isinstance(rows, range):
        return where[:limit]
    numbers = rows[where]
    if (numbers[1:] >= numbers[:-1]).all():
        return where[:limit]
    if len(where) > 4 * limit:  # the bulk is set aside before anything is sorted
        where = where[numbers <= np.partition(numbers, limit)[limit]]
        numbers = rows[where]
    return where[np.argsort(numbers, kind="stable")][:limit]


def key_numbers(hashes: Array) -> Array:
    """Return the numbers by which rows that are known by their ids are put in order (int64), of the ``hashes_of`` their ids; none is 0."""
    return (hashes >> np.uint64(2)).astype(np.int64) + 1


@lru_cache(maxsize=1 << 14)
def _key_number(key: str) -> int:
    return int(key_numbers(hashes_of([key]))[0])


def _place(p: Problem) -> tuple[int, int, str]:
    """Return where a problem stands in its sheet."""
    return (p.row, _key_number(p.keys[0]), p.keys[0]) if p.keys else (p.row, -1, "")


def _kept_place(p: Problem) -> tuple[object, ...]:
    """Return by what the first examples of a file and code are chosen."""
    return (*_place(p), p.sheet, p.column, p.value)


def _shown_place(p: Problem) -> tuple[object, ...]:
    """Return in what order examples are shown; those of one numbered row, and those of a whole file, as they were reported."""
    among = (_ORDER[p.code], p.column, p.value, p.fix_vi) if p.keys else ()
    return (p.file, p.sheet, *_place(p), *among)


def _with_fix(p: Problem, fixes: Mapping[tuple[object, ...], Mapping[str, tuple[str, str]]]) -> Problem:
    fix = fixes[p.code, p.file, p.column].get(p.value, _NO_FIX)
    return p if (p.fix_vi, p.fix_en) == fix else replace(p, fix_vi=fix[0], fix_en=fix[1])


def _each_word_once(examples: tuple[Problem, ...], limit: int) -> tuple[Problem, ...]:
    """Return the examples with those about one word of a column put together, as where a table was read in parts."""
    places: dict[tuple[object, ...], int] = {}
    found: dict[int, Problem] = {}
    for at, p in enumerate(examples):
        key = (p.code, p.file, p.sheet, p.column, word_key(p.value)) if p.rows or p.unlisted else None
        if key is None or key not in places:
            found[at], place = p, at
        else:  # it stands where its first row does
            other = places[key] if _place(found[places[key]]) <= _place(p) else at
            first, second = (found[other], p) if other != at else (p, found.pop(places[key]))
            found[other] = _one_word(first, second, limit)
            place = other
        if key is not None:
            places[key] = place
    if any(p.unlisted for p in found.values()):  # they have no place in the sheet, so they stand in front, in whatever order parts came
        found = dict(enumerate(sorted((found[at] for at in sorted(found)), key=_unlisted_first)))
    return tuple(found[at] for at in sorted(found))


def _unlisted_first(problem: Problem) -> tuple[str, ...]:
    return (problem.file, problem.sheet, problem.code, problem.column) if problem.unlisted else ("\U0010ffff",)


def _one_word(first: Problem, second: Problem, limit: int) -> Problem:
    fix = first if first.fix_vi else second
    rows = tuple(sorted((*first.rows, *second.rows)))[:limit]
    keys = tuple(sorted((*first.keys, *second.keys), key=lambda key: (_key_number(key), key)))[:limit]
    return replace(first, cells=first.cells + second.cells, rows=rows, keys=keys, fix_vi=fix.fix_vi, fix_en=fix.fix_en)


def _cell_by_cell(examples: tuple[Problem, ...], totals: Mapping[tuple[str, Code], int], limit: int) -> tuple[Problem, ...]:
    """Return the examples with a word told cell by cell where a file has more words of a code than are kept: none is known in full then."""
    words = Counter((p.file, p.code) for p in examples if p.rows)
    listed = _listed(examples)
    many = {key for key, n in words.items() if n > limit or listed[key] < totals[key]}
    if not many:
        return examples
    plain: list[Problem] = []
    told: list[Problem] = []  # behind all else that is wrong with a row, whenever it is that they are told so
    for p in examples:
        if p.rows and (p.file, p.code) in many:
            places = zip(p.rows, p.keys or [""] * len(p.rows), strict=True)
            told += [replace(p, cells=1, row=row, rows=(), keys=(key,) if p.keys else ()) for row, key in places]
        else:
            plain.append(p)
    return (*plain, *sorted(told, key=lambda p: p.column))


def _first(examples: tuple[Problem, ...], limit: int) -> tuple[Problem, ...]:
    """Return the examples without those of a file and code that lie behind so many others of the sheet."""
    kept: dict[tuple[str, Code], int] = {}
    chosen: set[int] = set()
    for at in sorted(range(len(examples)), key=lambda at: _kept_place(examples[at])):
        key = (examples[at].file, examples[at].code)
        kept[key] = kept.get(key, 0) + (not examples[at].unlisted)
        if kept[key] <= limit:
            chosen.add(at)
    return tuple(p for at, p in enumerate(examples) if at in chosen)


_ORDER: Final = {code: place for place, code in enumerate(Code)}
_NO_FIX: Final = ("", "")
_FIXED_BY_CELL: Final = frozenset(
    (
        Code.IMPOSSIBLE_DATE,
        Code.NOT_A_TIME,
        Code.NOT_A_NUMBER,
        Code.AMBIGUOUS_VALUE,
        Code.NUMBER_OUT_OF_RANGE,
        Code.UNKNOWN_CODE,
        Code.UNKNOWN_UNIT,
        Code.ID_LOST_DIGITS,
        Code.EVENT_WITHOUT_DOSSIER,
        Code.PROCEDURE_NOT_LISTED,
    )
)
"""Codes of which what to do follows from the cell, and is sought for so many different ones only."""


_HEADINGS = {
    "file": "tệp",
    "sheet": "trang",
    "row": "dòng",
    "column": "cột",
    "value": "giá trị",
    "cells": "số ô",
    "code": "mã",
    "text": "vấn đề",
}
