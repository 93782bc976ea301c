"""The question that a ledger answers: what is counted, by which rules, of which units; and what some rows add to the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from cchc_metrics.count.arguments import as_sets
from cchc_metrics.count.frame import Frame
from cchc_metrics.count.stored import SCHEMA_VERSION
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.errors import InputError
from cchc_metrics.ledger.account import Account
from cchc_metrics.ledger.disk import LedgerError
from cchc_metrics.ledger.segment import KeptRows
from cchc_metrics.read.checks import Given, dates
from cchc_metrics.read.joins import Joins
from cchc_metrics.read.own import Declared, Own, own_of
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Array, Columns, columns_from_values, stacked
from cchc_metrics.records.fields import NO_DAY
from cchc_metrics.records.kind import Context, Kind, needed
from cchc_metrics.records.problems import Problem, Problems
from cchc_metrics.records.record import schema_by_name
from cchc_metrics.records.rules_by_day import by_rules
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.snapshot.inputs import Digest
from cchc_metrics.snapshot.model import digest_of, digest_of_calendar
from cchc_metrics.verbs.quality import Quality, quality_of_part

CODES: Final = {code.value: code for code in Code}
_RUN = 1 << 16
_SHOWN = 12
"""So much of a digest is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class LedgerQuestion:
    """What a ledger counts.

    Args:
        kind: what its rows are.
        periods, rules, calendar, sets: as for ``tally``.
        units: the unit tree.
        own: what is declared of the table.
        joins: the other tables.
        said: what of it → its text or digest, by which two questions are told apart.
    """

    kind: Kind
    periods: tuple[Period, ...]
    rules: Rules
    calendar: Calendar
    sets: Mapping[str, Collection[str]]
    units: UnitTree
    own: Own
    joins: Joins
    said: Mapping[str, str]

    @classmethod
    def of(
        cls,
        kind: str,
        periods: tuple[Period, ...],
        *,
        rules: Rules,
        calendar: Calendar,
        sets: Mapping[str, Collection[str]],
        units: UnitTree,
        own: Declared | None,
        tables: Mapping[str, TableSource],
    ) -> LedgerQuestion:
        """Return a question about a kind.

        Args:
            kind: name of the kind.
            periods: the periods to be measured.
            rules: how disputed points are decided.
            calendar: the working calendar.
            sets: sets of events to count → dimensions to keep.
            units: the unit tree.
            own: what is declared of the table.
            tables: the other tables, of which those that the kind joins are taken.

        Raises:
            InputError: the rows of the kind have no id of one column, or depend on a table that changes every night.
        """
        chosen = kind_named(kind)
        if len(chosen.id_columns) != 1 or not chosen.event_sets:
            raise InputError(
                f"{kind}: sổ chỉ giữ loại có mã riêng từng dòng: dossiers, meetings, outreach, petitions",
                f"{kind}: a ledger keeps kinds whose rows have an id of their own: dossiers, meetings, outreach, petitions",
            )
        joined = {join.kind: join for join in chosen.joins if join.kind in tables}
        for name, join in joined.items():
            if join.must == "other":
                raise InputError(
                    f"{kind}: bảng {name} nối vào từng dòng và đổi mỗi ngày, sổ không theo được; bỏ bảng {name}, hoặc đếm một lần",
                    f"{kind}: rows of {name} change what rows count as, unseen by a ledger; leave {name} out, or count at once",
                )
        others = {name: tables[name].whole() for name in joined}
        parts = {name: parsed.columns for name, parsed in others.items() if parsed.usable}
        made = own_of(chosen, own, limits=True)
        mine = {name: dims for name, dims in as_sets(sets).items() if name.startswith(kind + ".")}
        said = {
            "version": f"{SCHEMA_VERSION}.1",
            "kind": kind,
            "periods": ", ".join(period.label for period in periods),
            "rules": f"{rules.name} {digest_of(rules.model_dump(mode='json'))[:_SHOWN]}",
            "calendar": f"{calendar.id} {digest_of_calendar(calendar)[:_SHOWN]}",
            "units": digest_of([units.unit(code).model_dump(mode="json") for code in units.codes])[:_SHOWN],
            "indicators": digest_of(sorted([name, sorted(dims)] for name, dims in mine.items()))[:_SHOWN],
            "own": digest_of([sorted((str(k), str(v)) for k, v in part.items()) for part in _parts(made)])[:_SHOWN],
            **{name: _digest(tables[name])[:_SHOWN] for name in sorted(parts)},
        }
        return cls(chosen, periods, rules, calendar, mine, units, made, Joins.of(chosen, parts), said)

    @property
    def given(self) -> Given:
        """What rows are compared with when they are read; which of them lie in the future is asked anew every night."""
        return Given(self.units, self.calendar, None, self.own)

    def check(self, said: Mapping[str, str]) -> None:
        """Do nothing where the question is that of a ledger.

        Raises:
            LedgerError: it is another one; names what differs.
        """
        differs = [name for name in dict.fromkeys([*said, *self.said]) if said.get(name) != self.said.get(name)]
        if differs:
            listed = "; ".join(f"{name}: {said.get(name, '—')} → {self.said.get(name, '—')}" for name in differs)
            raise LedgerError(
                f"sổ được đếm theo câu hỏi khác ({listed}); gọi ledger.recount() để đếm lại các dòng đã giữ, hoặc hỏi như cũ",
                f"the ledger answers another question ({listed}); ledger.recount() counts the rows that it keeps again, or ask as before",
            )

    def frame(self, day: date) -> Frame:
        """Return what the counts rest on as of a day."""
        return Frame.of(self.periods, self.rules, self.calendar, as_of=day, daily=False)

    def nothing(self, names: Iterable[str], day: date) -> Account:
        """Return the account of no row of a table with some columns."""
        specs = schema_by_name(self.kind.model)
        empty = columns_from_values(self.kind.model, {name: [] for name in names if name in specs})
        return Account.of(self._tally(self.joins.join(empty)[0], day), {})

    def account(self, parts: Sequence[KeptRows], day: date) -> Account | None:
        """Return what some rows add as of a day; None where there are none."""
        numbers: Counter[str] = Counter()
        valid: list[Columns] = []
        for part in parts:
            if not len(part):
                continue
            add_verdicts(numbers, part)
            rows = part.counting
            if rows.any():
                valid.append(part.columns if rows.all() else part.columns.take(np.flatnonzero(rows)))
        if not numbers:
            return None
        if not valid:
            return Account(Tally.zero(self.frame(day)), {}, numbers)
        columns = valid[0] if len(valid) == 1 else stacked(self.kind.model, valid)
        if any(len(part) and int(part.until.max()) > day_number(day) for part in parts):
            numbers[f"problem {Code.DATE_IN_FUTURE.value}"] += self.in_future(columns, day)
        columns, links = self.joins.join(replace(columns, rows=None))
        self._add_findings(numbers, links.problems)
        for name in self._needed(columns):
            numbers[f"needed {name[0]}"] += name[1]
        if self.kind.name == "dossiers":
            found = quality_of_part(columns, rules=self.rules, calendar=self.calendar, exported=day, full=frozenset(Code))
            self._add_findings(numbers, found.problems)
            for what, by_unit in (("ended", found.ended), ("ties", found.ties)):
                numbers.update({f"{what} {unit}": n for unit, n in by_unit.items()})
        return Account.of(self._tally(columns, day), numbers)

    def in_future(self, columns: Columns, day: date) -> int:
        """Return how many dates of what has happened lie after a day, of rows that count."""
        found = dates(columns, self.kind, Given(extracted_on=day))
        return sum(len(each.where) for each in found if each.code is Code.DATE_IN_FUTURE)

    def until(self, columns: Columns) -> Array:
        """Return the last day on which anything of each row happens (int32[n]); ``NO_DAY`` where nothing does."""
        found = np.full(len(columns), NO_DAY, dtype=np.int32)
        for first in range(0, len(columns), _RUN):
            run, _ = self.joins.join(replace(columns.part(first, first + _RUN), rows=None))
            own = found[first : first + _RUN]
            for rows, rules in by_rules(run, self.rules) if self.kind.name == "dossiers" else [(None, self.rules)]:
                part = run if rows is None else run.take(rows)
                latest = np.full(len(part), NO_DAY, dtype=np.int32)
                for events in self.kind.events(part, Context(rules, self.calendar)):
                    np.maximum(latest, events.day, out=latest, casting="unsafe")
                for name in self.kind.dates.facts:
                    np.maximum(latest, part.days(name), out=latest)
                own[slice(None) if rows is None else rows] = latest
        return found

    def whole(self, parts: Sequence[Account]) -> Tally:
        """Return the counts of all rows from the accounts that they are in, the first of them that of no row."""
        kind, numbers = self.kind.name, Counter[str]()
        for each in parts:
            numbers.update(each.numbers)
        need = frozenset(f"{kind}.{name.removeprefix('needed ')}" for name in numbers if name.startswith("needed "))
        return replace(Tally.sum(each.tally() for each in parts), said=parts[0].bare.said, needed=need)

    def problems(self, parts: Sequence[Account], file: str) -> Problems:
        """Return how many problems of each code all rows have, each code with one example that names no row."""
        numbers = Counter[str]()
        for each in parts:
            numbers.update(each.numbers)
        ended, ties = ({name.partition(" ")[2]: n for name, n in numbers.items() if name.startswith(what)} for what in ("ended ", "ties "))
        tied = Quality(Problems(), ended, ties, file).findings()
        return problems_of(numbers, file) + tied

    def _tally(self, columns: Columns, day: date) -> Tally:
        same: dict[str, Any] = {"periods": self.periods, "rules": self.rules, "calendar": self.calendar, "sets": self.sets}
        return tally({self.kind.name: columns}, as_of=day, daily=False, **same)

    def _needed(self, columns: Columns) -> Iterable[tuple[str, int]]:
        """Yield the columns and facts that some rows need, and how many rows do."""
        for name in sorted(needed(self.kind, columns, self.rules)):
            rows = self.kind.needing.get(name)
            yield name, len(columns) if rows is None else int(np.count_nonzero(rows(columns, self.rules)))

    @staticmethod
    def _add_findings(numbers: Counter[str], problems: Problems) -> None:
        for (_, code), n in problems.totals.items():
            numbers[f"problem {code.value}"] += n


def add_verdicts(numbers: Counter[str], rows: KeptRows) -> None:
    """Add what reading found about some rows."""
    told = np.bincount(rows.verdict, minlength=len(rows.verdicts)).tolist()
    for verdict, n in zip(rows.verdicts, told, strict=True):
        numbers["read"] += n * verdict.read
        numbers["rejected"] += n * verdict.rejected
        for code, problems in verdict.problems:
            numbers[f"problem {code}"] += n * problems


def problems_of(numbers: Mapping[str, int], file: str) -> Problems:
    """Return the problems of which numbers say how many there are."""
    codes = {CODES[name.removeprefix("problem ")]: n for name, n in numbers.items() if name.startswith("problem ")}
    return problems_by_code(codes, numbers.get("read", 0), numbers.get("rejected", 0), file)


def problems_by_code(codes: Mapping[Code, int], read: int, rejected: int, file: str) -> Problems:
    """Return problems of which only the number is known, by code."""
    found = {code: codes[code] for code in Code if codes.get(code)}
    examples = tuple(Problem(code, file=file, cells=n) for code, n in found.items())
    return Problems(MappingProxyType({(file, code): n for code, n in found.items()}), examples, read, rejected)


def _parts(own: Own) -> Iterable[Mapping[Any, Any]]:
    return (own.headings, own.values, own.blank, own.columns)


def _digest(table: TableSource) -> str:
    digest = Digest(table)
    for _ in digest.through(parsed.columns for parsed in table.parts(True) if parsed.usable):
        pass
    return digest.input().sha256
