"""Explain: the rows behind a measure: those in the numerator, the rest of the denominator, and those left out with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Count, set_with
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.kind import Context, Course, Events, marked_secret
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.days import day_number
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.tables.columns import Cells, Lazy, Rows
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang, Text
from cchc_metrics.values import Measure
from cchc_metrics.verbs.asked import bound_of
from cchc_metrics.verbs.measures import Measures


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input.

    Args:
        kind: the kind.
        file: the file, ``""`` for rows from memory.
        row: 1-based row as the source shows it.
        id: the record's own id.
        unit: unit code.
        weight: how often it is counted; for a sum, its number.
        day: the main date of the kind: of a dossier its receipt.
        due, ended: its due date under the rules and the day of its end; None where there is none, as of kinds without due dates.
        days_late: working days from the due date to the end, or to the last day that the measure knows, of what is late; 0 where it is late
            by hours or by days off. None of what is not late, and where the calendar does not know.
        rules_from: the first day of the version of the rules that it follows; None for the one before every change, and of kinds without
            due dates.
    """

    kind: str
    file: str
    row: int
    id: str
    unit: str
    weight: int = 1
    day: date | None = None
    due: date | None = None
    ended: date | None = None
    days_late: int | None = None
    rules_from: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(AnswerTable[Row]):
    """The rows behind a measure, as a table, the latest (of a sum: the largest) first: ``found.filter(part="rest")``.

    Rows with a secrecy mark are never listed, only counted. A measure without counts has no rows behind it.

    Args:
        measure: the measure.
        numerator: the rows in the numerator; of a count of units, all rows of the units that are counted.
        rest: the rows in the denominator and not in the numerator.
        subtracted: the rows that take away from the denominator, such as units that are exempt.
        excluded: reason → the rows that were left out of both.
        units: codes of the units that the denominator (of a plain count, the numerator) counts as such.
        secret: part → how many rows are not listed because they are secret.
        numerator_total, denominator_total: what the rows (and units, and secret rows) add up to; None where the measure has no such count.
        chosen: the rows that are in the table, each with its part; None for all.
        names: unit code → name.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> found = data.explain("paperless_meetings", period="2021")
    >>> found.column("part"), found.column("id")
    (['numerator'], ['2'])
    """

    measure: Measure
    numerator: tuple[Row, ...] = ()
    rest: tuple[Row, ...] = ()
    subtracted: tuple[Row, ...] = ()
    excluded: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    secret: Mapping[str, int] = field(default_factory=dict)
    numerator_total: int | None = None
    denominator_total: int | None = None
    chosen: tuple[tuple[str, Row], ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    _key_columns = ("part", "id", "kind", "file", "row")
    _printed = ("part", "id", "unit", "days_late", "due", "rules_from", "ended", "file", "row", "weight")

    def _possible(self, column: str) -> Collection[str] | None:
        return ("numerator", "rest", "subtracted", *self.excluded) if column == "part" else None

    @property
    def listed(self) -> tuple[tuple[str, Row], ...]:
        """The rows of the table, the latest first, each with its part: ``numerator``, ``rest``, ``subtracted``, or why it is in neither."""
        if self.chosen is not None:
            return self.chosen
        parts = {"numerator": self.numerator, "rest": self.rest, "subtracted": self.subtracted, **self.excluded}
        return tuple(sorted(((part, row) for part, rows in parts.items() for row in rows), key=lambda each: _latest_first(each[1])))

    def __len__(self) -> int:
        return len(self.listed)

    def _item(self, row: int) -> Row:
        return self.listed[row][1]

    def __iter__(self) -> Iterator[Row]:
        return (row for _, row in self.listed)

    def _take(self, rows: Rows) -> Self:
        listed = self.listed
        return replace(self, chosen=tuple(listed[row] for row in rows.tolist()))

    def _columns(self) -> Mapping[str, Lazy]:
        listed = self.listed
        return {
            "part": [part for part, _ in listed],
            "kind": [row.kind for _, row in listed],
            "file": [row.file for _, row in listed],
            "row": Cells("whole", [row.row for _, row in listed]),
            "id": [row.id for _, row in listed],
            "unit": [row.unit for _, row in listed],
            "unit_name": Cells("text", [self.names.get(row.unit) for _, row in listed]),
            "day": Cells("date", [row.day for _, row in listed]),
            "due": Cells("date", [row.due for _, row in listed]),
            "ended": Cells("date", [row.ended for _, row in listed]),
            "days_late": Cells("whole", [row.days_late for _, row in listed]),
            "rules_from": Cells("date", [row.rules_from for _, row in listed]),
            "weight": Cells("whole", [row.weight for _, row in listed]),
        }

    def _shown_columns(self) -> Mapping[str, Lazy]:
        """Return the columns; how often a row is counted is shown where it is not once."""
        once = all(row.weight == 1 for _, row in self.listed)
        return {**self._columns(), **({"weight": [None] * len(self)} if once else {})}

    def _headings(self, lang: Lang) -> Mapping[str, str]:
        return _HEADINGS if lang == "vi" else {}

    def _above(self, lang: Lang) -> str:  # noqa: ARG002  a measure prints itself in one way
        return str(self.measure)

    def _below(self, lang: Lang) -> str:
        lines = [Text(f"{part}: {n} dòng mật, không liệt kê", f"{part}: {n} secret rows, not listed") for part, n in self.secret.items()]
        if self.units:
            lines.append(Text(f"đơn vị được đếm: {', '.join(self.units)}", f"units counted as such: {', '.join(self.units)}"))
        return "\n".join(line.text(lang) for line in lines)

    @property
    def adds_up(self) -> bool:
        """Whether the rows add up to the measure's counts."""
        return (self.numerator_total, self.denominator_total) == (self.measure.numerator, self.measure.denominator)


_HEADINGS = {
    "part": "phần",
    "kind": "loại",
    "file": "tệp",
    "row": "dòng",
    "id": "mã",
    "unit": "đơn vị",
    "day": "ngày",
    "due": "hạn trả",
    "ended": "kết thúc",
    "days_late": "ngày trễ",
    "rules_from": "quy tắc từ ngày",
    "weight": "số lần",
}


def _latest_first(row: Row) -> tuple[int, int]:
    """Return by what rows are sorted: what adds most to a sum comes first, then what is latest."""
    return -row.weight, 1 if row.days_late is None else -row.days_late


def value_of(measures: Measures, indicator: str, unit: str, period: Period, breakdown: Mapping[str, str]) -> Measure:
    """Return the value that is to be explained.

    Args:
        measures: the values of the indicator.
        indicator: indicator id.
        unit: unit code.
        period: the period.
        breakdown: dimension → label.

    Raises:
        InputError: there is no such value; names the nearest label.
    """
    found = measures.get(indicator, unit, period, breakdown)
    if found is not None:
        return found
    pairs = [f"{dim}={label}" for dim, label in breakdown.items()]
    known = sorted({f"{dim}={label}" for m in measures if m.unit == unit for dim, label in m.breakdown})
    vi, en = next((s for text in pairs if text not in known and (s := suggestion(text, known))[0]), ("", ""))
    given = ", ".join(pairs) or "—"
    raise InputError(
        f"không có giá trị của «{indicator}» theo {given} cho đơn vị {unit}{vi}",
        f"there is no value of «{indicator}» by {given} for unit {unit}{en}",
    )


@public
def explain(
    measure: Measure,
    kinds: Mapping[str, Columns],
    *,
    catalogue: Catalogue,
    units: UnitTree,
    rules: Rules,
    calendar: Calendar,
) -> Explanation:
    """Return the rows behind a measure, found by the same events that the tally counted.

    Args:
        measure: a measure of these kinds.
        kinds: kind → columns of its valid rows.
        catalogue: with the measure's indicator.
        units: the unit tree.
        rules: as the measure was made with.
        calendar: as the measure was made with.

    >>> import cchc_metrics as cm
    >>> units = [{"code": "MA", "name": "Mỹ An", "level": "commune"}]
    >>> row = {"unit_code": "MA", "kind": "họp UBND"}
    >>> rows = [
    ...     {**row, "meeting_id": 1, "held_on": "05/01/2020", "paperless": "không"},
    ...     {**row, "meeting_id": 2, "held_on": "06/01/2021", "paperless": "có"},
    ... ]
    >>> data = cm.Dataset(units=units, meetings=rows)
    >>> value = data.measures("2021")["paperless_meetings", "MA"]
    >>> kinds = {"meetings": data.columns("meetings")}
    >>> found = explain(value, kinds, catalogue=data.catalogue, units=data.units, rules=data.rules, calendar=data.calendar)
    >>> [row.id for row in found.numerator]
    ['2']
    """
    indicator = catalogue[measure.indicator]
    if measure.numerator is None:
        return Explanation(measure)
    last = measure.as_of if bound_of(indicator, catalogue) else min(measure.period.last, measure.as_of)
    finder = _Finder(measure, kinds, units, Context(rules, calendar, day=day_number(measure.as_of)), _scope(measure, units), last)

    def found(names: Sequence[str]) -> _Found:
        return finder.found([(-1 if name.startswith("-") else 1, catalogue.counts[name.removeprefix("-")]) for name in names])

    numerator, denominator = found(indicator.numerator), found(indicator.denominator)
    secret: dict[str, int] = {}
    rest, subtracted = {}, {}
    for kind, weight in denominator.rows.items():
        rest[kind] = np.maximum(weight - np.maximum(numerator.rows.get(kind, 0), 0), 0)
        subtracted[kind] = np.maximum(-weight, 0)
    counted = denominator.units if indicator.denominator else numerator.units
    found_rows = Explanation(
        measure=measure,
        numerator=finder.listed(numerator.rows, "numerator", secret),
        rest=finder.listed(rest, "rest", secret),
        subtracted=finder.listed(subtracted, "subtracted", secret),
        excluded={why: finder.listed(found([name]).rows, why, secret) for why, name in indicator.excluded.items()},
        units=tuple(code for code, times in counted.items() if times > 0),
        secret=secret,
        numerator_total=numerator.total,
        denominator_total=denominator.total if indicator.denominator else None,
    )
    about = {row.unit for row in found_rows}
    return replace(found_rows, names={code: units.called(code) for code in units.codes if code in about})


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What several counts come from.

    Args:
        rows: kind → int64[n], how often each of its rows is counted.
        units: unit code → how often it is counted as such.
        total: what both add up to.
    """

    rows: dict[str, Array]
    units: dict[str, int]
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class _Finder:
    """Finds the rows of a measure.

    Args:
        measure, kinds, tree: as for ``explain``.
        context: what the meaning of a record depends on.
        scope: codes of the units that are counted.
        last: the last day that the measure knows of a row: of its period, or the day of the question where it follows rows until then.
        sources, known: what was found so far.
        courses: kind → when its rows fell due and ended.
    """

    measure: Measure
    kinds: Mapping[str, Columns]
    tree: UnitTree
    context: Context
    scope: frozenset[str]
    last: date
    sources: dict[str, Iterator[Events]] = field(default_factory=dict)
    known: dict[str, Events] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)

    def found(self, counts: Sequence[tuple[int, Count]]) -> _Found:
        """Return what counts come from, each with the sign 1 or −1."""
        rows: dict[str, Array] = {}
        units: dict[str, int] = {}
        total = 0
        for sign, count in counts:
            if count.kind == UNITS_KIND:
                for code, times in self._units(count):
                    units[code] = units.get(code, 0) + sign * times
                    total += sign * times
            elif count.kind in self.kinds:
                weight, number = self._rows(count)
                rows[count.kind] = rows.get(count.kind, 0) + sign * weight
                total += sign * number
        return _Found(rows, units, total)

    def listed(self, weights: Mapping[str, Array], part: str, secret: dict[str, int]) -> tuple[Row, ...]:
        """Return the rows that are counted; those with a secrecy mark are only added to ``secret``."""
        listed = []
        for kind, weight in weights.items():
            columns = self.kinds[kind]
            chosen = weight > 0
            hidden = chosen & marked_secret(columns)
            if hidden.any():
                secret[part] = secret.get(part, 0) + int(hidden.sum())
                chosen = chosen & ~hidden
            numbers, ids = columns.row_numbers(), _ids(columns, KINDS[kind].id_columns[0])
            codes, labels = columns.codes("unit_code") if KINDS[kind].of_units else (np.zeros(len(columns), dtype=np.uint8), ("",))
            rows = np.flatnonzero(chosen)
            found = zip(rows.tolist(), *(cells.tolist() for cells in self._dates(kind, rows)), strict=True)
            for at, day, due, ended, since, late in found:
                name = "" if ids is None else str(ids[at])
                row = Row(kind, columns.file, int(numbers[at]), name, labels[codes[at]], int(weight[at]))
                listed.append(replace(row, day=day, due=due, ended=ended, days_late=None if late < 0 else late, rules_from=since))
        return tuple(sorted(listed, key=_latest_first))

    def _dates(self, kind: str, rows: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Return dates of some rows (objects, None where there is none), and their days late (int64), −1 for none.

        The dates are the main one, the due date, the end, and the first day of the version of the rules.
        """
        columns, course, calendar = self.kinds[kind], self._course(kind), self.context.calendar
        main = _as_dates(columns.days(KINDS[kind].dates.main)[rows])
        nothing = np.full(len(rows), -1, dtype=np.int64)
        if course is None:
            return main, _as_dates(nothing), _as_dates(nothing), _as_dates(nothing), nothing
        last = day_number(self.last)
        due, ended = course.due[rows].astype(np.int64), course.ended[rows].astype(np.int64)
        overdue, until = course.overdue[rows], course.until[rows]
        over = (ended >= 0) & (ended <= last)
        stop = np.where(over, ended, last)
        late = np.where(over, course.late[rows], (overdue >= 0) & (overdue <= last) & ((until < 0) | (until > last))) & (due >= 0)
        known = np.flatnonzero(late & calendar.covers(due) & calendar.covers(stop))
        days = nothing.copy()
        days[known] = np.maximum(calendar.working_days_through(stop[known]) - calendar.working_days_through(due[known]), 0)
        return main, _as_dates(due), _as_dates(ended), _as_dates(course.rules_from[rows]), days

    def _course(self, kind: str) -> Course | None:
        """Return when the rows of a kind fell due and ended, found once."""
        find = KINDS[kind].course
        if find is not None and kind not in self.courses:
            self.courses[kind] = find(self.kinds[kind], self.context)
        return self.courses.get(kind)

    def _rows(self, count: Count) -> tuple[Array, int]:
        """Return how often each row of the count's kind is counted (int64[n]), and the number that they make."""
        breakdown = {dim: label for dim, label in self.measure.breakdown if dim != "level"}
        first, last = self._days()
        last_of_stock = day_number(last if count.at == "end" else first - timedelta(days=1))
        window = (day_number(first), day_number(last)) if count.at == "period" else (0, last_of_stock)
        value = count.of == "value"
        weight = self._selected(count.events, count.where, breakdown, window, value=value)
        if count.until:
            weight = weight - self._selected(count.until, count.where, breakdown, (0, last_of_stock), value=value)
        if count.less:
            weight = weight - self._selected(count.less, {}, breakdown, window)
        if count.of == "labels":
            return self._different(count, breakdown, weight)
        if count.of != "units":
            return weight, int(weight.sum())
        codes, labels = self.kinds[count.kind].codes("unit_code")
        wholes: dict[str, int] = {}  # a unit whose name changed is one unit
        codes = np.array([wholes.setdefault(self.tree.whole(label), len(wholes)) for label in labels] or [0])[codes]
        per_unit = np.zeros(max(len(wholes), 1), dtype=np.int64)
        np.add.at(per_unit, codes, weight)
        chosen: Array = ((weight > 0) & (per_unit > 0)[codes]).astype(np.int64)
        return chosen, int((per_unit > 0).sum())

    def _different(self, count: Count, breakdown: Mapping[str, str], weight: Array) -> tuple[Array, int]:
        """Return the rows behind a count of different labels, and how many labels there are."""
        found = self._events(count.kind, set_with(count.events, {*count.dims, *breakdown}) or count.events)
        if found is None:
            return weight, 0
        codes, labels = found.dims[count.labels_of]
        per_label = np.zeros(max(len(labels), 1), dtype=np.int64)
        np.add.at(per_label, codes, weight)
        there = (per_label > 0) & np.array([bool(text) for text in labels] or [False])
        chosen: Array = ((weight > 0) & there[codes]).astype(np.int64)
        return chosen, int(there.sum())

    def _selected(
        self,
        name: str,
        selection: Mapping[str, tuple[str, ...]],
        breakdown: Mapping[str, str],
        window: tuple[int, int],
        *,
        value: bool = False,
    ) -> Array:
        """Return the number that each row's event carries, 1 where it carries none, 0 where it is not counted (int64[n])."""
        kind = name.split(".", 1)[0]
        found = self._events(kind, set_with(name, {*selection, *breakdown}) or name)
        if found is None:
            return np.zeros(len(self.kinds[kind]), dtype=np.int64)
        codes, labels = found.unit
        mask = (found.day >= window[0]) & (found.day <= window[1])
        if KINDS[kind].of_units:
            mask &= np.array([label in self.scope for label in labels] or [False], dtype=bool)[codes]
        where: dict[str, tuple[str, ...]] = {**selection}
        for dim, label in breakdown.items():
            where[dim] = tuple(x for x in where.get(dim, (label,)) if x == label)
        for dim, wanted in where.items():
            dim_codes, dim_labels = found.dims[dim]
            mask &= np.array([label in wanted for label in dim_labels] or [False], dtype=bool)[dim_codes]
        if found.value is None:
            return mask.astype(np.int64)
        mask &= found.value >= 0  # −1 is no number at all, and no event
        number: Array = np.where(mask, found.value if value else 1, 0).astype(np.int64)
        return number

    def _events(self, kind: str, name: str) -> Events | None:
        """Return a set of events of a kind; each is found once. None where the kind's columns cannot have it."""
        source = self.sources.setdefault(kind, KINDS[kind].events(self.kinds[kind], self.context))
        while name not in self.known:
            found = next(source, None)
            if found is None:
                return None
            self.known[f"{kind}.{found.set.name}"] = found
        return self.known[name]

    def _units(self, count: Count) -> Iterator[tuple[str, int]]:
        """Yield the units of the scope that a count of units counts, and how often."""
        first, last = self._days()
        before = first - timedelta(days=1)
        for code in self.tree.codes:
            if code in self.scope:
                at_start, at_end = (self.tree.unit(code).exists(day, day) for day in (before, last))
                times = {"start": int(at_start), "end": int(at_end), "period": int(at_end) - int(at_start)}[count.at]
                if times:
                    yield code, times

    def _days(self) -> tuple[date, date]:
        """Return the first and the last day that is read."""
        return self.measure.period.first, min(self.measure.period.last, self.measure.as_of)


def _ids(columns: Columns, name: str) -> Array | None:
    """Return the identifiers of rows; where these are labels, as those of procedures, their texts. None where they were not kept."""
    found = columns.arrays.get(name)
    return found if found is None or name not in columns.labels else np.array(columns.labels[name], dtype=object)[found]


def _as_dates(days: Array) -> Array:
    """Return days as dates (objects); None where there is none."""
    found = days.astype("M8[D]").astype(object)
    found[days < 0] = None
    return found


def _scope(measure: Measure, units: UnitTree) -> frozenset[str]:
    level = dict(measure.breakdown).get("level")
    return frozenset(code for code in units.subtree(measure.unit) if level is None or units.unit(code).level == level)
