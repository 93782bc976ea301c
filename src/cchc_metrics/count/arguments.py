"""The arguments of ``tally``: what is unambiguous is understood, all else is refused with the nearest that would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import Record, schema
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules


def as_rules(rules: object) -> Rules:
    """Return rules, or the preset that a name means; ``default`` for None."""
    if isinstance(rules, Rules):
        return rules
    if rules is None or isinstance(rules, str):
        return Rules.preset(rules or "default")
    raise InputError(
        f"quy tắc phải là Rules hoặc tên một bộ có sẵn, không phải {rules!r}", f"rules must be Rules or the name of a preset, not {rules!r}"
    )


def as_calendar(calendar: object) -> Calendar:
    """Return a calendar; the official one for None."""
    if calendar is None:
        return Calendar.official()
    if not isinstance(calendar, Calendar):
        raise InputError(f"lịch phải là Calendar, không phải {calendar!r}", f"the calendar must be a Calendar, not {calendar!r}")
    return calendar


def as_periods(periods: object) -> tuple[Period, ...]:
    """Return periods, each once; a period alone is a list of one, and a text the period that it names."""
    listed = [periods] if isinstance(periods, (str, Period)) else periods
    if not isinstance(listed, Iterable):
        raise _no_period(periods)
    return tuple(dict.fromkeys(as_period(period) for period in listed))


def as_period(period: object) -> Period:
    """Return a period, or the one that a text names."""
    if isinstance(period, Period):
        return period
    if isinstance(period, str):
        return Period.parse(period)
    raise _no_period(period)


def as_day(day: object, name: str = "as_of") -> date | None:
    """Return a day, without its time; a text is yyyy-mm-dd.

    Args:
        day: the day.
        name: of the argument, for the message.
    """
    if isinstance(day, datetime):
        return day.date()
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(str(day))
    except ValueError:
        raise InputError(
            f"{name} phải là một ngày, như date(2021, 12, 31), không phải {day!r}",
            f"{name} must be a day, as date(2021, 12, 31), not {day!r}",
        ) from None


def as_sets(sets: object) -> dict[str, frozenset[str]]:
    """Return the sets of events to count with their dimensions; where none are named, all that are not counted by name only."""
    every = {f"{kind.name}.{s.name}": s for kind in KINDS.values() for s in kind.event_sets}
    known = {name: frozenset(d.name for d in s.dims) for name, s in every.items()}
    if sets is None:
        return {name: dims for name, dims in known.items() if not every[name].named_only}
    if not isinstance(sets, Mapping):
        raise InputError(
            f"sets phải là nhóm sự kiện → các chiều, như Catalogue.event_sets() trả về, không phải {sets!r}",
            f"sets must map sets of events to dimensions, as Catalogue.event_sets() does, not {sets!r}",
        )
    found = {}
    for name, dims in sets.items():
        if name not in known:
            vi, en = suggestion(str(name), known)
            raise InputError(f"sets: không có nhóm sự kiện «{name}»{vi}", f"sets: there is no set of events «{name}»{en}")
        found[name] = frozenset([dims] if isinstance(dims, str) else dims)
        for dim in sorted(found[name] - known[name]):
            vi, en = suggestion(dim, known[name])
            raise InputError(f"sets: «{name}» không có chiều «{dim}»{vi}", f"sets: «{name}» has no dimension «{dim}»{en}")
    return found


def as_tables(tables: object) -> tuple[dict[str, Columns], dict[str, Iterator[Columns]]]:
    """Return the tables that are whole, and those that come part by part, by kind."""
    if isinstance(tables, Columns):
        tables = {name: tables for name, kind in KINDS.items() if kind.model is tables.model}
    if not isinstance(tables, Mapping):
        raise InputError(
            f"cần các bảng theo loại, như {{'dossiers': bảng}}, không phải {type(tables).__name__}",
            f"tables by kind are wanted, as {{'dossiers': table}}, not a {type(tables).__name__}",
        )
    whole: dict[str, Columns] = {}
    parts: dict[str, Iterator[Columns]] = {}
    for kind, table in tables.items():
        if kind not in KINDS:
            vi, en = suggestion(str(kind), KINDS)
            listed = ", ".join(KINDS)
            raise InputError(f"không có loại «{kind}»{vi}; có: {listed}", f"there is no kind «{kind}»{en}; there are: {listed}")
        if isinstance(table, Columns):
            whole[kind] = checked(kind, table)
        elif isinstance(table, (list, tuple)) and table and all(isinstance(row, Record) for row in table):
            whole[kind] = _columns(kind, table)
        elif isinstance(table, (str, bytes)) or hasattr(type(table), "columns") or not isinstance(table, Iterable):
            raise _no_table(kind, table)
        else:
            parts[kind] = iter(table)
    return whole, parts


def checked(kind: str, part: object) -> Columns:
    """Return the columns of a kind, if they are that."""
    if not isinstance(part, Columns):
        raise _no_table(kind, part)
    own = KINDS[kind].model
    if part.model is not own:
        right = next((name for name, known in KINDS.items() if known.model is part.model), part.model.__name__)
        raise InputError(
            f"bảng «{kind}» chứa dòng của «{right}»; có phải «{right}»?", f"table «{kind}» has rows of «{right}»; did you mean «{right}»?"
        )
    if len(part):
        absent = [spec.name for spec in schema(own) if spec.required and spec.cell_type.name != "id" and spec.name not in part]
        if absent:
            listed = ", ".join(absent)
            raise InputError(f"bảng «{kind}» thiếu cột bắt buộc: {listed}", f"table «{kind}» lacks required columns: {listed}")
    return part


def _columns(kind: str, records: Collection[Record]) -> Columns:
    model = KINDS[kind].model
    for record in records:
        if not isinstance(record, model):
            raise _no_table(kind, record)
    return columns_of(model, records)


def _no_table(kind: str, table: object) -> InputError:
    own = type(table).__module__.partition(".")[0] == __name__.partition(".")[0]  # a lazy frame warns when it is asked
    if own and isinstance(getattr(table, "columns", None), Columns):
        vi, en = "; có phải «.columns» của nó?", "; did you mean its «.columns»?"
    else:
        vi, en = f'; dùng read_frame("{kind}", …).columns', f'; use read_frame("{kind}", …).columns'
    what = type(table).__name__
    return InputError(
        f"bảng «{kind}»: {what} không phải Columns{vi}, hoặc read_rows, read_file, columns_of",
        f"table «{kind}»: a {what} is not Columns{en}, or read_rows, read_file, columns_of",
    )


def _no_period(period: object) -> CchcError:
    return InputError(
        f"kỳ phải là Period hoặc tên kỳ như «2021», không phải {period!r}", f"a period must be a Period or a name as «2021», not {period!r}"
    )
