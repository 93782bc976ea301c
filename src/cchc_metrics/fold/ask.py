"""What is counted: everything that whoever has some rows of a table must know, small to send."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cchc_metrics.arguments import public_methods
from cchc_metrics.count.arguments import as_calendar, as_day, as_periods, as_rules, as_sets
from cchc_metrics.count.frame import Frame
from cchc_metrics.errors import InputError
from cchc_metrics.read.arrow import arrow, is_text, one_array
from cchc_metrics.read.assumed import following
from cchc_metrics.read.checks import Given
from cchc_metrics.read.dated import ROWS
from cchc_metrics.read.doubt import JUDGED, NO_SIGNS, Signs
from cchc_metrics.read.findings import Findings
from cchc_metrics.read.headings import match_headings, word_lists
from cchc_metrics.read.own import NOTHING, Declared, Own, own_of
from cchc_metrics.read.parquet_table import open_parquet, read
from cchc_metrics.read.raw import RawTable
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.secret import compared_ids
from cchc_metrics.read.tables import tell_headings, with_declared
from cchc_metrics.read.typed import dated_columns
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import Choice
from cchc_metrics.records.kind import Follows, Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree

Ids = Array | Literal["trusted"] | None


@dataclass(frozen=True, slots=True, eq=False)
class TableHead:
    """What the headings of a table mean, decided once for all of its parts.

    Args:
        schema: the Arrow schema of the table.
        names: canonical column → heading.
        usable: whether the headings could be understood.
        problems: what is wrong with them.
    """

    schema: Any
    names: Mapping[str, str]
    usable: bool
    problems: Problems


@public_methods
@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """What is counted of one table, whoever has its rows; see ``Ask.of``.

    Args:
        kind: name of the kind.
        periods: the periods to be measured.
        rules, calendar: as for ``tally``.
        as_of: the day up to which the rows are known.
        sets: sets of events to count → dimensions to keep; None for all but those by procedure.
        units: the unit tree; None: unit codes are taken as they are.
        extracted_on: the day of export; None: no date is found to lie in the future.
        own: what is declared of the table.
        joins: kind → the valid rows of the other tables that it joins, whole.
        file: what the table is called in messages.
        daily: as for ``tally``.
        head: what the headings mean, see ``like``; None where only ``Columns`` are counted.
        ids: the numbers of the ids that stand in the table more than once, ``trusted``, or None where it was not said.
        signs: canonical column → what the texts of the whole table show of how it is written.
    """

    kind: str
    periods: tuple[Period, ...]
    rules: Rules
    calendar: Calendar
    as_of: date | None = None
    sets: Mapping[str, frozenset[str]] | None = None
    units: UnitTree | None = None
    extracted_on: date | None = None
    own: Own = NOTHING
    joins: Mapping[str, Columns] = field(default_factory=dict)
    file: str = ""
    daily: bool = False
    head: TableHead | None = None
    ids: Ids = None
    signs: Mapping[str, Signs] | None = None

    @classmethod
    def of(
        cls,
        kind: str,
        periods: Iterable[Period | str] | Period | str,
        *,
        like: Any = None,
        rules: Rules | str | None = None,
        calendar: Calendar | None = None,
        as_of: date | str | None = None,
        sets: Mapping[str, Collection[str]] | None = None,
        units: UnitTree | None = None,
        extracted_on: date | None = None,
        own: Declared | None = None,
        joins: Mapping[str, Columns] | None = None,
        file: str = "",
        daily: bool = False,
    ) -> Ask:
        """Return what is asked of a table.

        Args:
            kind: name of the kind.
            periods: the periods to be measured.
            like: a part of the table, or only its schema, see ``like``.
            rules: how disputed points are decided, or the name of a preset; None for ``default``.
            calendar: the working calendar; None for the official one.
            as_of: the day up to which the rows are known; None when every period is over.
            sets: sets of events to count, see ``Catalogue.event_sets``; None for all but those by procedure.
            units: the unit tree; without it unit codes are taken as they are.
            extracted_on: the day of export; without it no date is found to lie in the future.
            own: what is declared of the table, as ``read_frame`` takes it.
            joins: kind → the rows of another table that this one joins, as dossiers do procedures and events. They are sent to everybody.
            file: what the table is called in messages.
            daily: whether running periods are counted day by day, so that tallies of other days can be added.

        >>> ask = Ask.of("meetings", "2021")
        >>> ask.kind, ask.rules.id, [period.label for period in ask.periods]
        ('meetings', 'default', ['2021'])
        """
        chosen = kind_named(kind)
        found = cls(
            chosen.name,
            as_periods(periods),
            as_rules(rules),
            as_calendar(calendar),
            as_day(as_of),
            None if sets is None else as_sets(sets),
            units,
            extracted_on,
            own_of(chosen, own, limits=True),
            dict(joins or {}),
            file,
            daily,
        )
        return found if like is None else found.like(like)

    def like(self, table: Any) -> Ask:
        """Return the same about a table with the headings of this one, whose first rows are looked at.

        Args:
            table: an Arrow table, record batch or schema, or the path of a Parquet file or folder.

        Raises:
            InputError: it is none of these.
        """
        return replace(self, head=_head(self, *_first_rows(table)))

    def trusting_ids(self) -> Ask:
        """Return the same about a table of which it is known that no two rows have one id; nobody looks for such rows."""
        return replace(self, ids="trusted")

    def with_repeated(self, numbers: Array) -> Ask:
        """Return the same with the numbers of the ids that stand in the table more than once, as ``repeated`` gives them."""
        return replace(self, ids=np.sort(np.asarray(numbers, dtype=np.uint64)))

    def with_signs(self, signs: Mapping[str, Signs]) -> Ask:
        """Return the same with what all texts of the table show of how its dates and numbers are written, see ``signs_of_batches``."""
        return replace(self, signs=dict(signs))

    @property
    def known(self) -> Kind:
        """The kind."""
        return KINDS[self.kind]

    @property
    def given(self) -> Given:
        """What rows are compared with; ids are compared when the parts are put together."""
        return Given(self.units, self.calendar, self.extracted_on, self.own, part=True)

    @property
    def frame(self) -> Frame:
        """What the counts rest on."""
        return Frame.of(self.periods, self.rules, self.calendar, as_of=self.as_of, daily=self.daily)

    @property
    def understood(self) -> TableHead:
        """What the headings mean.

        Raises:
            InputError: nobody said what the headings are.
        """
        if self.head is None:
            raise InputError(
                "chưa biết các tiêu đề của bảng; thêm like= (một phần của bảng, hoặc tệp Parquet) vào Ask.of",
                "the headings of the table are not known; add like= (a part of the table, or a Parquet file) to Ask.of",
            )
        return self.head

    @property
    def worded(self) -> dict[str, tuple[type[Choice], ...]]:
        """Columns whose heading means them only where a word of one of these lists stands below it."""
        names, own = self.understood.names, self.own
        found = {n: word_lists(self.known, heading, n, own.headings) for n, heading in names.items() if n not in own.values}
        return {name: lists for name, lists in found.items() if lists}

    @property
    def follows(self) -> list[Follows]:
        """By which rules columns follow that the table lacks, and it is reported."""
        names = self.understood.names
        return [rule for rule in following(self.known, names, self.given, names) if rule.reported]

    @property
    def id_names(self) -> tuple[str, ...]:
        """The columns of the id by which rows are compared that the table has."""
        return tuple(name for name in compared_ids(self.known) if name in self.understood.names)

    def repeated_ids(self) -> Array:
        """Return the numbers of the ids that stand in the table more than once.

        Raises:
            InputError: nobody said whether there are any.
        """
        if self.ids is None:
            raise InputError(
                "chưa biết mã nào lặp giữa các phần: ask.with_repeated(repeated(id_hashes(ask, phần) …)), hoặc ask.trusting_ids()",
                "it is not known which ids repeat across parts: ask.with_repeated(repeated(id_hashes(ask, part) …)), or ask.trusting_ids()",
            )
        return np.zeros(0, dtype=np.uint64) if isinstance(self.ids, str) else self.ids

    def checked(self, table: Any) -> Any:
        """Return a part of the table as an Arrow table, its columns as they are named in the ask.

        Raises:
            InputError: its columns are others, or texts of it can be read in two ways and the signs of the whole table are not known.
        """
        head, pa = self.understood, arrow()
        found = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
        if sorted(found.schema.names) != sorted(head.schema.names):
            lacks = ", ".join(f"«{name}»" for name in head.schema.names if name not in found.schema.names) or "—"
            more = ", ".join(f"«{name}»" for name in found.schema.names if name not in head.schema.names) or "—"
            raise InputError(
                f"các phần có cột khác nhau: phần này thiếu {lacks}, thừa {more}",
                f"the parts have unlike columns: this one lacks {lacks} and also has {more}",
            )
        if not head.usable:
            return found
        found = found.select([*head.names.values()])
        if self.signs is None:
            for name in self.doubtful(found):
                raise InputError(
                    f"cột «{head.names[name]}» là chữ, cách ghi ngày và số chỉ cả bảng mới cho biết: đổi sang kiểu ngày, số, "
                    "hoặc ask.with_signs(signs_of_batches(ask, các phần))",
                    f"column «{head.names[name]}» is text, and only the whole table shows how its dates or numbers are written: cast it, "
                    "or ask.with_signs(signs_of_batches(ask, parts))",
                )
        return found

    def doubtful(self, table: Any) -> list[str]:
        """Return the columns whose texts only the whole table can settle."""
        specs = schema_by_name(self.known.model)
        judged = {name: heading for name, heading in self.understood.names.items() if specs[name].cell_type.name in JUDGED}
        return [name for name, heading in judged.items() if is_text(one_array(table.column(heading)).type)]

    def sign(self, name: str) -> Signs:
        """Return what the whole table shows of how a column is written."""
        return (self.signs or {}).get(name, NO_SIGNS)

    @property
    def mark(self) -> int:
        """A number that tells this question from others about the same table: partial answers to unlike questions do not add."""
        ids = self.ids if isinstance(self.ids, str) or self.ids is None else zlib.crc32(self.ids.tobytes())
        signs = None if self.signs is None else sorted((name, sorted(s.name for s in found)) for name, found in self.signs.items() if found)
        names = None if self.head is None else sorted(self.head.names.items())
        units = None if self.units is None else self.units.codes
        joins = sorted((kind, len(columns)) for kind, columns in self.joins.items())
        own = [sorted(part.items()) for part in (self.own.headings, self.own.blank, self.own.columns)]
        sets = None if self.sets is None else sorted((name, sorted(dims)) for name, dims in self.sets.items())
        asked = (self.kind, self.file, str(self.extracted_on), ids, signs, names, units, joins, own, sets)
        return zlib.crc32(repr(asked).encode())


def _first_rows(table: Any) -> tuple[Any, Any]:
    """Return the schema of a table and its first rows; None where only the schema is given."""
    pa = arrow()
    if isinstance(table, (str, Path)):
        opened = open_parquet(Path(table))
        schema = opened.empty().schema
        first = next(iter(opened.loads(opened.headings, plain=opened.headings, part_rows=ROWS)), None)
        return schema, None if first is None else read(first[1]).slice(0, ROWS)
    if isinstance(table, pa.Schema):
        return table, None
    if isinstance(table, (pa.Table, pa.RecordBatch)):
        return table.schema, table.slice(0, ROWS)
    raise InputError(
        f"like phải là bảng, phần bảng hoặc schema của Arrow, hoặc đường dẫn tệp Parquet, không phải {type(table).__name__}",
        f"like must be an Arrow table, batch or schema, or the path of a Parquet file, not {type(table).__name__}",
    )


def _head(ask: Ask, schema: Any, rows: Any) -> TableHead:
    kind, headings = ask.known, tuple(schema.names)
    findings = Findings(ask.file)
    matched = with_declared(kind, match_headings(kind, headings, ask.own.headings, worded=ask.own.values), ask.given, findings)
    known = set(matched.positions.values())
    dated = frozenset() if rows is None else dated_columns(rows, known)
    tell_headings(findings, RawTable(headings, {}, np.zeros(0, dtype=np.int64), ask.file, dated=dated), kind, matched)
    names = {name: headings[at] for name, at in matched.positions.items()}
    return TableHead(schema.remove_metadata(), names, matched.usable, findings.problems(0, 0))


def checked_part(part: Any, headings: Iterable[str] = ()) -> Any:
    """Return a part of a table that has columns of Arrow, with these headings at least.

    Raises:
        InputError: it is another thing, or a column is missing.
    """
    pa = arrow()
    if not isinstance(part, (pa.Table, pa.RecordBatch)):
        raise InputError(
            f"mỗi phần phải là bảng Arrow, RecordBatch hoặc Columns, không phải {type(part).__name__}",
            f"a batch must be an Arrow table, a record batch or Columns, not {type(part).__name__}",
        )
    lacks = ", ".join(f"«{heading}»" for heading in headings if heading not in part.schema.names)
    if lacks:
        raise InputError(f"phần này thiếu cột {lacks}", f"this part lacks the column {lacks}")
    return part
