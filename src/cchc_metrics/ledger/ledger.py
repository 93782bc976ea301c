"""A ledger as it is asked: what a night brings, what holds as of a day, and whether the counts are those of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cchc_metrics.arguments import public_methods
from cchc_metrics.count.arguments import as_day
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import InputError
from cchc_metrics.ledger.account import Account, balance
from cchc_metrics.ledger.audit import Audit, audited
from cchc_metrics.ledger.change import after_night, ids_between
from cchc_metrics.ledger.disk import Disk, locked
from cchc_metrics.ledger.merge import merged, merged_tail
from cchc_metrics.ledger.night import NightRows, read_night
from cchc_metrics.ledger.question import LedgerQuestion
from cchc_metrics.ledger.segment import UNTIL
from cchc_metrics.ledger.state import Night, State, night_of, objects_of, question_of
from cchc_metrics.ledger.store import LOCK, LogLine, Store
from cchc_metrics.ledger.table import check_month, month_days, parts_of, table_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.days import day_number

if TYPE_CHECKING:
    from cchc_metrics.read.sources import TableLike, TableSource

_FAR: Final = 366  # days


@public_methods
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ledger:
    """A table that changes every night, with its counts; made by ``Dataset.ledger``.

    Every night is kept, so it can be read as of each of them. Answers are those of a dataset of all rows as they stood then, the counts
    byte for byte. Only one program writes at a time; any number may read meanwhile.

    Args:
        path: its folder.
        question: what is counted.
        asked: takes the table and the day of export, returns the dataset of it.
        store: its files.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> from tempfile import TemporaryDirectory
    >>> row = {"meeting_id": 1, "unit_code": "MA", "kind": "họp UBND", "held_on": "05/01/2021", "paperless": "có"}
    >>> with TemporaryDirectory() as folder:
    ...     found = cm.Dataset(units=units, as_of="2021-01-05").ledger(f"{folder}/so", "2021", kind="meetings")
    ...     night = found.update([row], day=date(2021, 1, 6))
    ...     night.new, cm.measure(found.tally(), units=found.dataset().units)["paperless_meetings", "MA"].numerator
    (1, 1)
    """

    path: Path
    question: LedgerQuestion
    asked: Callable[[TableSource, date], Any]
    store: Store

    @classmethod
    def at(cls, path: Path | str, question: LedgerQuestion, asked: Callable[[TableSource, date], Any], disk: Disk | None = None) -> Ledger:
        """Return the ledger of a folder, which is made where it is missing.

        Args:
            path: the folder.
            question: what is counted.
            asked: takes the table and the day of export, returns the dataset of it.
            disk: how files are changed.
        """
        store = Store(Path(path), disk or Disk())
        store.make()
        return cls(Path(path), question, asked, store)

    # --- What is there

    @property
    def nights(self) -> tuple[Night, ...]:
        """What each night did, the first one first."""
        return tuple(night_of(self.store, line.night) for line in self.store.log())

    @property
    def day(self) -> date | None:
        """The day up to which the rows are known; None of a ledger without a night."""
        log = self.store.log()
        return log[-1].day if log else None

    @property
    def rows(self) -> int:
        """How many ids there are."""
        log = self.store.log()
        return State.read(self.store, log[-1].night, self.question.kind).rows if log else 0

    def __repr__(self) -> str:
        log = self.store.log()
        kind = KINDS[self.question.kind.name]
        last = f", {log[-1].day:%d/%m/%Y}, {self.rows} {kind.vi}" if log else ""
        return f"Ledger «{self.path}»: {kind.name}{last}; {len(log)} nights"

    # --- What a night brings

    def update(
        self, rows: TableLike | Path | str | None = None, *, day: date | str, removed: Iterable[str] = (), far: bool = False
    ) -> Night:
        """Take the rows that are new or changed since the last night, and the ids that are gone; what the ledger had of an id is replaced.

        Args:
            rows: any table that the library reads: the path of a file, a data frame, a query of ``scan_postgres``, rows, ``Columns``. A row
                that is as it was costs nothing. An id whose row is rejected counts no more. None, or a list without rows, where nothing
                is new.
            day: the day up to which rows are known: nothing that lies after it has happened.
            removed: ids that are not there any more.
            far: whether the day may lie more than a year after that of the last night; without it a slip of the pen is refused, since the
                ledger takes no earlier day afterwards.

        Returns:
            What the night did.

        Raises:
            InputError: the table cannot be understood, lacks a column, or the day is before that of the last night, or long after.
            LedgerError: another program writes, the ledger answers another question, or it is damaged.
        """
        gone = [] if isinstance(removed, str) else list(removed)
        if isinstance(removed, str) or not all(isinstance(each, str) for each in gone):
            raise InputError(f"removed là danh sách mã (chữ), không phải {removed!r}", f"removed is a list of ids (texts), not {removed!r}")
        return self._night("update", _needed_day(day), rows, lambda _, __: gone, far=far)

    def replace(self, month: str, rows: TableLike | Path | str, *, day: date | str, far: bool = False) -> Night:
        """Take all rows of one month of receipt; whatever else the ledger has in this month is gone.

        Goes with ``changed_months`` and ``in_month`` of a query of PostgreSQL, which see what was deleted.

        Args:
            month: as ``2026-03``; ``""`` for the rows without a day. Of other kinds than dossiers the month of their main date.
            rows: as for ``update``, all of the month.
            day: as for ``update``.
            far: as for ``update``.

        Raises:
            InputError: as for ``update``; or ``month`` is none, or some of the rows are of another month.
            LedgerError: as for ``update``.
        """
        days = month_days(month)

        def vanished(state: State, night: NightRows) -> list[str]:
            check_month(night.rows.columns.arrays.get(self.question.kind.dates.main), month, *days)
            there = set(night.rows.ids)
            return [text.decode() for text in ids_between(state, *days) if text not in there]

        return self._night("replace", _needed_day(day), rows, vanished, far=far)

    def undo(self) -> Night:
        """Give up the last night, as where it brought the wrong table or day, and return it; the ledger is as before it.

        Raises:
            InputError: there is no night.
            LedgerError: another program writes, or a file is damaged.
        """
        with locked(self.path / LOCK):
            last = night_of(self.store, self._line(None).night)
            self.store.move_head(self.store.log()[:-1])
            return last

    # --- What is asked

    def tally(self, *, day: date | str | None = None, as_of: date | str | None = None) -> Tally:
        """Return the counts of all rows, of the periods of the ledger; those of a dataset of all rows, of this kind, byte for byte.

        Args:
            day: which rows: those known at the end of this day; of the last night where it is not said.
            as_of: the day on which the question is asked, up to that one; by default the day of the rows. Of an earlier day the rows are
                counted again.

        Raises:
            InputError: nothing is known of the day.
            LedgerError: the ledger answers another question, or a file is damaged.
        """
        state = self._state(as_day(day, "day"))
        asked = self._asked_day(state, as_of)
        if asked == state.day:
            return self.question.whole([self.question.nothing(state.names, state.day), *state.accounts])
        found = self.asked(self._table(state), state.day).replace(as_of=asked)
        whole: Tally = found.tally(self.question.periods, sets=self.question.sets)
        return _of_kind(whole, self.question.kind.name)

    def dataset(self, *, day: date | str | None = None, as_of: date | str | None = None) -> Any:
        """Return the dataset of all rows, which answers whatever a dataset answers; the rows are read when it is asked.

        Args:
            day: as for ``tally``.
            as_of: as for ``tally``.
        """
        state = self._state(as_day(day, "day"))
        found = self.asked(self._table(state), state.day)
        asked = self._asked_day(state, as_of)
        return found if asked == state.day else found.replace(as_of=asked)

    def problems(self, *, day: date | str | None = None) -> Problems:
        """Return how many problems of each code all rows have, how many were read and rejected; single rows are named when they are read.

        Args:
            day: as for ``tally``.
        """
        return self.question.problems(self._state(as_day(day, "day")).accounts, self.question.kind.name)

    def audit(self, *, sample: int | None = None, seed: int = 0, day: date | str | None = None) -> Audit:
        """Return whether the counts of some units are those of their rows, counted again, and every file of the ledger is whole.

        Args:
            sample: how many units are counted again; None for all, with the numbers of problems.
            seed: which: the same seed takes the same units.
            day: as for ``tally``.

        Raises:
            LedgerError: a file is damaged; names it.
        """
        if sample is not None and sample < 1:
            raise InputError(f"sample phải từ 1: {sample}", f"sample must be 1 or more: {sample}")
        for name in sorted(objects_of(self.store, self._line(as_day(day, "day")).night)):
            self.store.check(name)
        return audited(self._state(as_day(day, "day")), self.question, sample, seed)

    # --- How it is kept

    def compact(self, *, whole: bool = False) -> Night:
        """Put the rows of small nights together, so that the next ones look in fewer places; what is asked and its answers stay the same.

        Args:
            whole: whether all rows become one file; else the last files, as long as the one before is not twice as large as they together.
        """
        with self._writing() as state:
            held = merged(self.store, state.held) if whole else merged_tail(self.store, state.held)
            return self._moved(replace(state, night=Night(state.day, "compact"), held=held))

    def recount(self) -> Night:
        """Count all rows that are kept again, by the question as it is asked now: other rules, periods, units or indicators.

        Rows that reading had rejected stay so until they are given again.
        """
        with self._writing(checked=False) as state:
            again = merged(self.store, state.held, self.question)
            settled, rest = self.question.nothing(state.names, state.day), []
            last = day_number(state.day)
            for each in again:
                for where in parts_of(each.rows_there):
                    until = each.segment.whole(UNTIL)[where]
                    done = self.question.account([each.segment.take(where[until <= last])], state.day)
                    settled = settled if done is None else balance([settled, done])
                    rest.append(each.segment.take(where[until > last]))
            night = Night(state.day, "recount")
            return self._moved(State(night, self.question.said, state.names, again, settled, self.question.account(rest, state.day)))

    def forget(self, before: date | str) -> int:
        """Give up reading as of the nights before a day, and remove the files that only they need; return how many those were.

        What held on the day can still be read: the last night before it stays.
        """
        day = _needed_day(before, "before")
        with locked(self.path / LOCK):
            log = self.store.log()
            first = max((at for at, line in enumerate(log) if line.day <= day), default=0)
            if first:
                self.store.move_head(log[first:])
            return self.store.sweep({name for line in log[first:] for name in objects_of(self.store, line.night)})

    # --- How it is done

    def _night(self, what: str, day: date, table: Any, vanished: Callable[[State, NightRows], Iterable[str]], *, far: bool) -> Night:
        nothing = table is None or (isinstance(table, (list, tuple)) and not table)  # a list without rows says no columns
        night = None if nothing else read_night(self.question, table)
        with self._writing(day) as state:
            if (day - state.day).days > _FAR and not far:
                raise InputError(
                    f"ngày {day:%d/%m/%Y} quá xa đêm cuối {state.day:%d/%m/%Y}, và sau đó sổ không nhận ngày trước nó; nếu đúng: "
                    "far=True, hoặc --far",
                    f"{day.isoformat()} is far from the last night, {state.day.isoformat()}, and no earlier day is taken afterwards; if it "
                    "is right: far=True, or --far",
                )
            return self._moved(after_night(self.store, self.question, state, what, day, night, vanished))

    def _moved(self, state: State) -> Night:
        """Keep a state and make it the last one, in the one step by which the ledger changes."""
        line = state.write(self.store)
        self.store.move_head([*self.store.log(), line])
        return state.night

    @contextmanager
    def _writing(self, day: date | None = None, *, checked: bool = True) -> Iterator[State]:
        """Be the only one who writes, and have what holds; of a new ledger, that nothing does on the day of its first night."""
        with locked(self.path / LOCK):
            if day is not None and not self.store.log():
                nothing = Account(Tally.zero(self.question.frame(day)), {}, {})
                yield State(Night(day, ""), self.question.said, (), (), nothing, None)
            else:
                yield self._state(None, checked=checked)

    def _line(self, day: date | None) -> LogLine:
        """Return the last night up to a day."""
        log = self.store.log()
        known = [line for line in log if day is None or line.day <= day]
        if not known:
            since = f"; từ {log[0].day:%d/%m/%Y}" if log else ""
            vi = f"sổ «{self.path}» chưa có đêm nào" if day is None else f"sổ chưa biết gì vào ngày {day:%d/%m/%Y}{since}"
            since = f"; it begins on {log[0].day.isoformat()}" if log else ""
            en = f"the ledger «{self.path}» has no night yet" if day is None else f"the ledger knows nothing of {day.isoformat()}{since}"
            raise InputError(vi, en)
        return known[-1]

    def _state(self, day: date | None, *, checked: bool = True) -> State:
        """Return what was known at the end of a day; unchecked, the rows without their counts, whatever question these answer."""
        line, kind = self._line(day), self.question.kind
        if not checked:
            return State.read(self.store, line.night, kind, Account(Tally.zero(self.question.frame(line.day)), {}, {}))
        self.question.check(question_of(self.store, line.night))
        return State.read(self.store, line.night, kind)

    def _asked_day(self, state: State, as_of: date | str | None) -> date:
        asked = as_day(as_of) or state.day
        if asked > state.day:
            raise InputError(
                f"sổ biết đến {state.day:%d/%m/%Y}, chưa biết ngày {asked:%d/%m/%Y}",
                f"the ledger knows its rows up to {state.day.isoformat()} and not {asked.isoformat()}",
            )
        return asked

    def _table(self, state: State) -> TableSource:
        return table_of(state, self.question)


def _needed_day(day: date | str, name: str = "day") -> date:
    found = as_day(day, name)
    if found is None:
        raise InputError(f"cần ngày của đêm: {name}=date(2026, 3, 1)", f"the day of the night is needed: {name}=date(2026, 3, 1)")
    return found


def _of_kind(whole: Tally, kind: str) -> Tally:
    """Return the counts of one kind."""
    own = {name: cube for name, cube in whole.cubes.items() if name.startswith(f"{kind}.")}
    said, need = (frozenset(name for name in names if name.startswith(f"{kind}.")) for names in (whole.said, whole.needed))
    counted = {name: sets for name, sets in whole.counted.items() if name == kind}
    return replace(whole, cubes=own, counted=counted, said=said, needed=need)
