"""The tables of a dataset with its settings, read once and counted once for whatever is asked of them.

What is asked, and how it is called, stands in ``dataset.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.arguments import as_period
from cchc_metrics.count.engines import Engine
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import InputError
from cchc_metrics.period_values import PeriodValues, check_begun, periods_needed
from cchc_metrics.plan import Plan
from cchc_metrics.read.folder import BESIDE
from cchc_metrics.read.inputs import InputFile
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import UnitTree
from cchc_metrics.scan import Beside, Elsewhere, Scan, TableScan, counted_of, scan_tables
from cchc_metrics.snapshot.model import Snapshot
from cchc_metrics.values import MeasureSource, Text
from cchc_metrics.verbs.assess import Assessments
from cchc_metrics.verbs.compare import Deltas
from cchc_metrics.verbs.entered import Figure, with_figures
from cchc_metrics.verbs.form06 import FORM06_SETS
from cchc_metrics.verbs.judge import LOCAL_ONLY, LOCAL_ONLY_SINCE, Coverage
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.measures import Measures
from cchc_metrics.withheld import published, refused

if TYPE_CHECKING:
    from cchc_metrics.score import Inputs, Scheme

FORM06 = "form06"
"""The preset of rules of the form as it is sent."""


@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class CountedTables:
    """What a dataset holds, and the values that all its answers rest on; the arguments are those of ``Dataset``.

    Args:
        found: kind → what was wrong with its file before it was read.
        read_from: the files of settings that it was made from.
        _scans, _shown: what was read and what was published last.
    """

    units: UnitTree
    unit: str
    tables: Mapping[str, TableSource]
    calendar: Calendar
    rules: Rules
    catalogue: Catalogue
    plan: Plan | None
    scheme: Scheme | None
    given_scores: Mapping[str, Inputs]
    baseline: CountedTables | Snapshot | MeasureSource | None
    coverage: Coverage
    local_only: bool
    figures: tuple[Figure, ...]
    workers: int
    suppress_below: int | None
    as_of: date | None
    period: Period | None
    synthetic: bool
    note: Text
    found: tuple[tuple[str, Problems], ...]
    read_from: tuple[InputFile, ...]
    _scans: dict[object, Scan] = field(repr=False)
    _shown: dict[object, Measures] = field(repr=False)

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_scans", {})
        object.__setattr__(self, "_shown", {})

    def _changed(self, **values: Any) -> Self:
        """Return the same with other settings, as they are held."""
        made = object.__new__(type(self))
        made._set(**{name: getattr(self, name) for name in self.__dataclass_fields__ if not name.startswith("_")} | values)
        return made

    def _asked(self, periods: tuple[Period, ...], breakdowns: Mapping[str, Sequence[Sequence[str]]] | None) -> Measures:
        """Return the values of some periods, of which all that answers about them need is read at once."""
        asked = tuple(dict.fromkeys([*(p for period in periods for p in self._needed(period)), *periods]))
        return self._measures(asked, periods, self._day(*periods), breakdowns)

    def _with_table(self, table: TableSource, exported: date) -> Self:
        """Return the dataset with another table, exported on a day."""
        made = self._changed(as_of=exported)
        tables = {**self.tables, table.kind: table}
        beside = [each for each in self.found if each[0] not in KINDS and each[0] != table.kind + BESIDE]
        before = {kind: problems for kind, problems in self.found if kind != table.kind}
        object.__setattr__(made, "tables", MappingProxyType({kind: tables[kind] for kind in KINDS if kind in tables}))
        found = {**before, table.kind: Problems()}
        object.__setattr__(made, "found", (*((kind, found[kind]) for kind in KINDS if kind in found), *beside))
        return made

    def _refuse(self, what: str) -> None:
        """Refuse what shows rows, or counts before they were suppressed, where small counts are."""
        if self.suppress_below is not None:
            raise refused(what, self.suppress_below)

    def _chosen(self, period: Period | str | None) -> Period:
        found = self.period if period is None else as_period(period)
        if found is None:
            raise InputError(
                'chưa nói kỳ báo cáo; thêm --period 2021 hoặc period = "2021" trong district.toml',
                'no period is named; add --period 2021, or period = "2021" in district.toml',
            )
        return found

    def _day(self, *periods: Period) -> date:
        return self.as_of or max((p.last for p in periods), default=date.min)

    def _needed(self, period: Period, base: Period | None = None) -> tuple[Period, ...]:
        return periods_needed(period, base or period.year_earlier(), self._day(period), self.plan)

    def _scan(
        self,
        periods: tuple[Period, ...],
        as_of: date | None,
        sets: Mapping[str, Collection[str]] | None,
        engine: Engine = "auto",
        form: Period | None = None,
    ) -> Scan:
        """Read every table once and keep what that gave, since measures, changes and report of one period ask the same.

        Where dossiers are read from files each time, Form 06 of a period is counted beside: reading them costs many times as much.
        """
        key = (periods, as_of, None if sets is None else frozenset((name, frozenset(dims)) for name, dims in sets.items()))
        scan = self._scans.get(key)
        if scan is None:
            scan = scan_tables(
                self.tables,
                self.found,
                periods=periods,
                rules=self.rules,
                calendar=self.calendar,
                as_of=as_of,
                exported=self.as_of,
                sets=sets,
                engine=engine,
                beside=self._form_beside(form),
                elsewhere=self._by_processes(periods, as_of, sets, form) if self.workers > 1 else None,
            )
            # The last answer only: a tally of a province is large. Exchanged as a whole, since other threads may look at it.
            object.__setattr__(self, "_scans", {key: scan})
        return scan

    def _by_processes(
        self, periods: tuple[Period, ...], as_of: date | None, sets: Mapping[str, Collection[str]] | None, form: Period | None
    ) -> Elsewhere:
        """Return what reads a table of Parquet by several processes, where they are sooner done."""

        def read(table: TableSource) -> TableScan | None:
            from cchc_metrics.fold.ask import Ask  # noqa: PLC0415  only where there are several processes
            from cchc_metrics.fold.processes import scan_in_processes  # noqa: PLC0415  as above

            if table.given is None:
                return None
            ask = Ask.of(
                table.kind,
                periods,
                rules=self.rules,
                calendar=self.calendar,
                as_of=as_of,
                sets=sets,
                units=table.given.units,
                extracted_on=table.given.extracted_on,
                joins=self._joined_with(table.kind),
                file=table.file,
            )
            beside = self._form_beside(form) if table.kind == "dossiers" else None
            return scan_in_processes(table, replace(ask, own=table.given.own), workers=self.workers, beside=beside)

        return read

    def _joined_with(self, kind: str) -> dict[str, Columns]:
        """Return the tables that a kind is joined with, those that can be used."""
        others = {join.kind: self.tables[join.kind].whole() for join in kind_named(kind).joins if join.kind in self.tables}
        return {name: parsed.columns for name, parsed in others.items() if parsed.usable}

    def _form_beside(self, period: Period | None) -> Beside | None:
        dossiers = self.tables.get("dossiers")
        if period is None or dossiers is None or dossiers.held:
            return None
        return Beside((period,), Rules.preset(FORM06), FORM06_SETS)

    def _any_scan(self) -> Scan:
        """Return the last reading of the tables, whatever it counted, or a new one that counts nothing."""
        return next(iter(self._scans.values()), None) or self._scan((), None, None)

    def _counted(
        self, periods: tuple[Period, ...], as_of: date | None, sets: Mapping[str, Collection[str]] | None, engine: Engine = "auto"
    ) -> Tally:
        return counted_of(self._scan(periods, as_of, sets, engine))

    def _measures(
        self,
        asked: tuple[Period, ...],
        wanted: Sequence[Period],
        day: date,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
        form: Period | None = None,
    ) -> Measures:
        """Return what is shown of the values of some periods: all of them, or those that remain where small counts are suppressed.

        What is hidden is chosen among everything that is asked about, whatever part of it is wanted, so that all answers about a period
        hide the same.
        """
        below = self.suppress_below
        if below is None:
            return self._counted_measures(asked, wanted, day, breakdowns, form)
        if breakdowns is not None:
            self._refuse("breakdowns=")
        every = tuple(dict.fromkeys((*asked, *wanted)))
        key = (every, day)
        found = self._shown.get(key)
        if found is None:
            found = published(self._counted_measures(every, every, day), below, units=self.units, catalogue=self.catalogue)
            object.__setattr__(self, "_shown", {key: found})  # the last one only, as of scans
        return found if every == tuple(wanted) else found.filter(period=tuple(wanted))

    def _counted_measures(
        self,
        asked: tuple[Period, ...],
        wanted: Sequence[Period],
        day: date,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
        form: Period | None = None,
    ) -> Measures:
        scan = self._scan(asked, day, self.catalogue.event_sets(breakdowns), form=form)
        found = measure(
            counted_of(scan),
            self.catalogue,
            units=self.units,
            periods=wanted,
            as_of=day,
            breakdowns=breakdowns,
            coverage=self.coverage or None,
        )
        for kind, mark in scan.marks.items():
            found = found.marked({i.id for i in self.catalogue if kind in self.catalogue.kinds_of(i.id)}, mark)
        for kind, unread in scan.unread.items():
            found = found.marked({i.id for i in self.catalogue if kind in self.catalogue.kinds_of(i.id)}, unread, least=True)
        if self.local_only:
            own = {i.id for i in self.catalogue if "dossiers" in self.catalogue.kinds_of(i.id)}
            found = found.marked(own, LOCAL_ONLY, since=LOCAL_ONLY_SINCE, least=True)
        return with_figures(found, self.figures, self.catalogue, unit=self.unit, periods=wanted, as_of=day)

    def _values(
        self,
        period: Period | str | None,
        baseline_period: Period | str | None = None,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
        beside: tuple[Period, ...] = (),
    ) -> PeriodValues:
        """Return what every answer about one period rests on: its values, those of its baseline and of the plan's periods.

        ``beside`` are periods that are published with it: what is hidden is chosen among all of them.
        """
        chosen = self._chosen(period)
        day = self._day(chosen)
        check_begun(chosen, day)
        base = chosen.year_earlier() if baseline_period is None else as_period(baseline_period)
        periods = beside or self._needed(chosen, base)
        measures = self._measures(periods, periods, day, breakdowns, form=chosen)
        return PeriodValues(chosen, base, day, measures, self._baseline(measures, chosen, base, day, breakdowns, beside))

    def _baseline(
        self,
        own: Measures,
        period: Period,
        base: Period,
        day: date,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
        beside: tuple[Period, ...] = (),
    ) -> MeasureSource | None:
        """Return what is shown of the values of earlier periods from elsewhere: a change and one side of it would give the other."""
        found, units = self._earlier(period, base, day, breakdowns, beside)
        if found is None or self.suppress_below is None:
            return found
        return published(Measures.of(found), self.suppress_below, units=units, catalogue=self.catalogue, beside=own)

    def _earlier(
        self,
        period: Period,
        base: Period,
        day: date,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None,
        beside: tuple[Period, ...],
    ) -> tuple[MeasureSource | None, UnitTree]:
        """Return the values of earlier periods from elsewhere, with their units; of another dataset by this one's rules and indicators."""
        if isinstance(self.baseline, Snapshot):
            return self.baseline.baseline(self.catalogue), self.units
        if not isinstance(self.baseline, CountedTables):
            return self.baseline, self.units
        # What lies before the period reported on: the plan's baselines and, of a running period, the same elapsed days too.
        periods = beside or tuple(p for p in periods_needed(period, base, day, self.plan) if p.last < period.first)
        known = min(day, self.baseline.as_of or max(p.last for p in periods))
        other = self.baseline._changed(rules=self.rules, catalogue=self.catalogue, plan=None, as_of=known, suppress_below=None)  # noqa: SLF001  of the same class
        return other._asked(tuple(p for p in periods if p.first <= known), breakdowns), other.units  # noqa: SLF001  of the same class


@dataclass(frozen=True, slots=True)
class Together:
    """The values and changes of several periods that are published together, where small counts are suppressed.

    Args:
        data: the dataset.
        periods: the periods.
        compared: those of which changes are shown, each with the one compared with.
    """

    data: CountedTables
    periods: tuple[Period, ...]
    compared: tuple[tuple[Period, Period], ...]

    def measures(self, *periods: Period) -> Measures:
        """Return the values of some of the periods."""
        return self.data._measures(self._all(), periods, self.data._day(*periods))  # noqa: SLF001  a part of it

    def deltas(self, period: Period, *, baseline_period: Period) -> Deltas:
        """Return the changes of one period."""
        found = self.data._values(period, baseline_period, beside=self._all())  # noqa: SLF001  a part of it
        return found.deltas(self.data.catalogue, self.data.units)

    def assessments(self, period: Period) -> Assessments:
        """Return where the plan stands."""
        data = self.data
        assert data.plan is not None  # noqa: S101  a form that names a target was read with a plan
        return data._values(period, beside=(*self._all(), *data._needed(period))).assessments(data.plan, data.catalogue, data.units)  # noqa: SLF001  a part of it

    def _all(self) -> tuple[Period, ...]:
        if self.data.as_of is None and len(self.periods) > 1:  # each would be asked about on a day of its own
            raise InputError(
                "biểu mẫu có nhiều kỳ: thêm ngày trích xuất (extracted_on, --as-of) để không công bố số nhỏ nhất quán giữa các kỳ",
                "the form has several periods: add the day of export (extracted_on, --as-of), so that small counts are suppressed alike",
            )
        pairs = [(p, p.year_earlier()) for p in self.periods] + list(self.compared)
        return tuple(dict.fromkeys(each for pair in pairs for each in self.data._needed(*pair)))  # noqa: SLF001  a part of it
