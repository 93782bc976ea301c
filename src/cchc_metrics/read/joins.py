"""What the rows of one kind take from the tables of others, as the kinds declare it; and the rows whose partner is not there.

The one way in which tables are joined: whole, or a part of a large table at a time with the whole of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.read.findings import Findings
from cchc_metrics.read.nearest import nearest
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.kind import Join, Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import DIFFERENT_FIXES, Problem, Problems
from cchc_metrics.records.record import schema_by_name


def join_tables(tables: Mapping[str, Columns], kinds: Mapping[str, Kind] = KINDS) -> tuple[dict[str, Columns], Problems]:
    """Return the tables, each with what it takes from the others, and the rows whose partner is not there.

    A table that was not supplied says nothing: nothing is taken from it, and nobody lacks a partner in it.

    Args:
        tables: kind → its valid rows.
        kinds: every kind, by name.

    >>> from cchc_metrics.records.columns import columns_of
    >>> from cchc_metrics.records.dossier import Dossier
    >>> from cchc_metrics.records.dossier_event import DossierEvent
    >>> dossiers = columns_of(Dossier, [Dossier(dossier_id="TM-1", unit_code="TM", status="4", received_at="01/03/2021")])
    >>> asked = DossierEvent(dossier_id="TM-2", kind="bổ sung", happened_at="02/03/2021")
    >>> tables, problems = join_tables({"dossiers": dossiers, "dossier_events": columns_of(DossierEvent, [asked])})
    >>> print(problems.examples[0].text("en"))
    row 1, dossier_id = «TM-2»: no dossier that counts has this id, so the event has no effect; did you mean «TM-1»?
    """
    joined, problems = dict(tables), Problems()
    for name, columns in tables.items():
        joins = Joins.of(kinds[name], tables)
        joined[name], links = joins.join(columns)
        problems += joins.problems(links, [columns])
    return joined, problems


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """What was found while parts of a table were joined; parts add up, in any order.

    Args:
        problems: rows of the parts without a partner.
        met: position of a join → mask of the other table's rows that have met their partner (bool[n]).
    """

    problems: Problems = field(default_factory=Problems)
    met: Mapping[int, Array] = field(default_factory=dict)

    def __add__(self, other: Links) -> Links:
        both = self.met.keys() & other.met.keys()
        return Links(self.problems + other.problems, {**self.met, **other.met, **{at: self.met[at] | other.met[at] for at in both}})


@dataclass(frozen=True, slots=True, eq=False)
class _Partners:
    """The other table of a join, made ready once for all parts.

    Args:
        join: the declaration.
        other: the table.
        number: value → its number, of the values that the table has.
        numbers: number of each row's value (int64[n]).
    """

    join: Join
    other: Columns
    number: Mapping[str, int]
    numbers: Array

    @classmethod
    def of(cls, join: Join, other: Columns) -> _Partners:
        values, codes = _values(other, join.column)
        number: dict[str, int] = {}
        numbers = np.fromiter((number.setdefault(value, len(number)) for value in values), dtype=np.int64, count=len(values))
        return cls(join, other, number, numbers[codes])


@dataclass(frozen=True, slots=True, eq=False)
class Joins:
    """The joins of one kind with the tables that are there, made ready once for all parts; see ``Joins.of``."""

    partners: tuple[_Partners, ...]

    @classmethod
    def of(cls, kind: Kind, tables: Mapping[str, Columns]) -> Joins:
        """Return the joins of a kind with those of its partners that were supplied.

        Args:
            kind: the kind whose rows are joined.
            tables: kind → its valid rows; those of ``kind`` itself need not be among them.
        """
        return cls(tuple(_Partners.of(join, tables[join.kind]) for join in kind.joins if join.kind in tables))

    @property
    def columns(self) -> frozenset[str]:
        """The columns that a part must have to be joined; identifiers among them must be kept when it is read."""
        return frozenset(partners.join.column for partners in self.partners)

    def join(self, part: Columns) -> tuple[Columns, Links]:
        """Return a part of the rows with what the other tables say of them, and what was found.

        Rows of one value must stand in one part where the values are identifiers, as they do where no row repeats the id of another.

        Args:
            part: some rows of the kind, or all.
        """
        links, joined = Links(), part
        for at, partners in enumerate(self.partners):
            join, other = partners.join, partners.other
            values, codes = _values(part, join.column)
            numbers = np.fromiter((partners.number.get(value, -1) for value in values), dtype=np.int64, count=len(values))
            used = np.zeros(len(partners.number), dtype=bool)
            used[numbers[numbers >= 0]] = True
            met = used[partners.numbers]
            joined = join.attach(joined, other.take(np.flatnonzero(met)))
            if join.must == "other":
                links += Links(met={at: met})
            else:
                blank = np.fromiter((not value for value in values), dtype=bool, count=len(values))
                where = np.flatnonzero(((numbers < 0) & ~blank)[codes])
                links += Links(_alone(part, join, values, codes, where))
        return joined, links

    def problems(self, links: Links, parts: Iterable[Columns] = ()) -> Problems:
        """Return the rows without a partner, once all parts were joined; those of another table are rejected, since they have no effect.

        Args:
            links: what was found in all parts.
            parts: the parts once more, gone through only where a row of another table has no partner, to name the nearest.
        """
        problems = links.problems
        for partners in self.partners:
            if partners.join.must == "this":
                problems = _with_nearest(problems, partners.join.code, [list(partners.number)])
        for at, partners in enumerate(self.partners):
            join, other = partners.join, partners.other
            if join.must == "other":
                where = np.flatnonzero(~links.met.get(at, np.zeros(len(other), dtype=bool)))
                values, codes = _values(other, join.column)
                alone = _alone(other, join, values, codes, where, reject=True)
                problems += _with_nearest(alone, join.code, (_values(part, join.column)[0] for part in parts))
        return problems


def _values(columns: Columns, name: str) -> tuple[Sequence[str], Array]:
    """Return the values of an identifier or label column, and the position of each row's value among them."""
    if schema_by_name(columns.model)[name].cell_type.name != "id":
        codes, labels = columns.codes(name)
        return labels, codes
    if name not in columns:
        raise InputError(
            f"cột {name} không được giữ lại khi đọc nên không nối được bảng; đọc lại với keep_ids=True",
            f"the column {name} was not kept, so tables cannot be joined by it; read with keep_ids=True",
        )
    return columns.arrays[name].tolist(), np.arange(len(columns))


def _alone(columns: Columns, join: Join, values: Sequence[str], codes: Array, where: Array, *, reject: bool = False) -> Problems:
    """Return a finding for each of the rows ``where``, which have no partner."""
    if not len(where):
        return Problems()
    findings = Findings(columns.file, columns.sheet)
    findings.headings = columns.headings
    findings.add_rows(join.code, columns.row_numbers(), where, join.column, lambda at: values[codes[at]])
    return findings.problems(0, len(where) if reject else 0)


def _with_nearest(problems: Problems, code: Code, partners: Iterable[Sequence[str]]) -> Problems:
    """Return problems in which the first different values without a partner have beside them the nearest of what they could mean."""
    found = problems.ordered()
    wanted = dict.fromkeys(p.value for p in found.examples if p.code is code)
    if not wanted:
        return problems
    near = nearest(list(wanted)[:DIFFERENT_FIXES], partners)
    fixes = {value: (f"; có phải «{text}»?", f"; did you mean «{text}»?") for value, text in near.items()}
    return replace(found, examples=tuple(_fixed(p, fixes) if p.code is code else p for p in found.examples))


def _fixed(p: Problem, fixes: Mapping[str, tuple[str, str]]) -> Problem:
    vi, en = fixes.get(p.value, ("", ""))
    return replace(p, fix_vi=vi, fix_en=en)
