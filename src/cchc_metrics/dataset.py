"""The front door: a dataset is what a unit has on record and how it counts, and answers every question about it.

It adds nothing of its own: each answer is a pure verb (``tally``, ``measure``, ``compare``, ``assess``, …) called with what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cchc_metrics.arguments import check_arguments, public_methods
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Catalogue
from cchc_metrics.count.arguments import as_calendar, as_day, as_period, as_periods, as_rules
from cchc_metrics.count.engines import Engine
from cchc_metrics.count.tally import Tally
from cchc_metrics.counted_tables import FORM06, CountedTables, Together
from cchc_metrics.dataset_text import dataset_html, dataset_text, reading_text
from cchc_metrics.errors import CchcError, InputError, suggestion
from cchc_metrics.period_values import PeriodValues
from cchc_metrics.plan import Plan
from cchc_metrics.read.checks import Given
from cchc_metrics.read.given_units import given_tree, reporting_unit
from cchc_metrics.read.inputs import SETTINGS
from cchc_metrics.read.own import NOTHING, Declared, own_of
from cchc_metrics.read.rows import kind_named
from cchc_metrics.read.sources import TableLike, memory_source
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules, rule_presets, rules_id, rules_until
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.model import Report
from cchc_metrics.scan import codes_of_tables, quality_of_tables
from cchc_metrics.snapshot.changes import FigureChanges
from cchc_metrics.snapshot.model import Origin, Provenance, Snapshot
from cchc_metrics.snapshot.since import changes_between
from cchc_metrics.snapshot.take import places_of, provenance, provenance_today, take
from cchc_metrics.tables.numbers import format_date
from cchc_metrics.text import Lang
from cchc_metrics.values import Measure, Text
from cchc_metrics.verbs.assess import Assessments
from cchc_metrics.verbs.breakdowns import check_breakdown
from cchc_metrics.verbs.compare import Deltas
from cchc_metrics.verbs.contributions import Contributions
from cchc_metrics.verbs.entered import Figure, checked_figures, contradictions
from cchc_metrics.verbs.explain import Explanation, value_of
from cchc_metrics.verbs.form06 import FORM06_SETS, Form06, check_complete, form06, form06_again, in_form06
from cchc_metrics.verbs.form06_rows import Form06Row
from cchc_metrics.verbs.judge import Coverage
from cchc_metrics.verbs.measures import Measures, as_source
from cchc_metrics.whole_tables import errors_by_file, explainer, initiative_names, procedure_names, whole_columns
from cchc_metrics.withheld import check_declared, checked_below, without_small

if TYPE_CHECKING:
    from cchc_metrics.fold.ask import Ask
    from cchc_metrics.ledger.ledger import Ledger
    from cchc_metrics.provenance.verify import Verification
    from cchc_metrics.report.lineage import Lineage
    from cchc_metrics.report.periodic import PeriodicRows
    from cchc_metrics.report.template_fill import FilledForm
    from cchc_metrics.score import Inputs, Scheme
    from cchc_metrics.score.card import Scorecards
    from cchc_metrics.verbs.form06_why import Form06Why

_NO_NOTE = Text()
_HELD = ("tables", "found", "read_from")
"""What a dataset has of the tables that it was made with, and no other dataset."""


@public_methods
@dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)
class Dataset(CountedTables):
    """What a unit has on record and how it counts: tables, units, calendar, rules, indicators, plan, scheme, coverage and day of export.

    ``read_folder`` makes one from a folder; in memory it is made from its tables. It does not change; ``replace`` gives another.

    Args:
        units: the unit tree, or the units.
        unit: code of the unit that reports; the only root of the tree where not said.
        calendar: the working calendar; the official one by default.
        rules: how disputed points are decided: ``Rules``, or the name of a preset.
        catalogue: the indicators; the packaged ones by default.
        plan: the year's plan, or None.
        scheme: a scoring scheme, or None.
        given_scores: unit code → what it is scored on beside its measures.
        baseline: where values of earlier periods are: another dataset or measures; None for the dataset's own earlier records.
        coverage: kind → first and last day between which its records are complete.
        local_only: whether dossiers are those of the province's own system, which since 01/07/2026 lacks what ministries' systems serve.
        figures: what no record gives and somebody entered by hand: ``Figure`` or mappings, each with its source and who signed for it.
        workers: how many processes read a large table of Parquet; what they find is the same.
        suppress_below: counts below this number are not shown, nor what gives them away: for what is published. None for all counts; see
            docs/publishing.md.
        as_of: the day of export; nothing later is known. None for the last day of whatever period is asked about.
        period: the period that is meant where none is said.
        synthetic, note: printed with every output.
        own: kind → what is declared of its table, as ``read_frame`` takes it: own headings, words, codes, what empty cells mean.
        tables, **kinds: kind → table, as ``dossiers=…``, ``documents=…``: columns, rows, records, heading → cells, an Arrow table, or a
            list of such parts. A kind that is not given has no data, which is not zero.

    Raises:
        InputError: there is no such kind or the table is none; the message says what is taken.

    >>> units = [{"code": "MA", "name": "Mỹ An", "kind": "thị trấn", "level": "commune"}]
    >>> rows = [{"Mã cuộc họp": "1", "Đơn vị": "MA", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": "x"}]
    >>> data = Dataset(units=units, meetings=rows)
    >>> found = data.measures("2021").get("paperless_meetings", "MA", Period.parse("2021"))
    >>> found.numerator, found.denominator
    (1, 1)
    """

    def __init__(
        self,
        units: UnitTree | Iterable[Unit | Mapping[str, Any]],
        *,
        unit: str = "",
        calendar: Calendar | None = None,
        rules: Rules | str = "default",
        catalogue: Catalogue | None = None,
        plan: Plan | None = None,
        scheme: Scheme | None = None,
        given_scores: Mapping[str, Inputs] | None = None,
        baseline: Dataset | Snapshot | Iterable[Measure] | None = None,
        coverage: Coverage | None = None,
        local_only: bool = False,
        figures: Iterable[Figure | Mapping[str, Any]] = (),
        workers: int = 1,
        suppress_below: int | None = None,
        as_of: date | str | None = None,
        period: Period | str | None = None,
        synthetic: bool = False,
        note: Text = _NO_NOTE,
        own: Mapping[str, Declared] | None = None,
        tables: Mapping[str, TableLike] | None = None,
        **kinds: TableLike,
    ) -> None:
        settings = _settings(
            calendar=calendar,
            rules=rules,
            catalogue=catalogue,
            plan=plan,
            scheme=scheme,
            given_scores=given_scores,
            baseline=baseline,
            coverage=coverage,
            local_only=local_only,
            workers=workers,
            suppress_below=suppress_below,
            as_of=as_of,
            period=period,
            synthetic=synthetic,
            note=note,
        )
        tree = given_tree(units)
        reporting = reporting_unit(tree, unit)
        given = Given(tree, settings["calendar"], settings["as_of"])
        declared = {kind: own_of(kind_named(kind), each) for kind, each in (own or {}).items()}
        sources = {
            kind: memory_source(kind, table, replace(given, own=declared.get(kind, NOTHING)))
            for kind, table in {**(tables or {}), **kinds}.items()
        }
        self._set(
            units=tree,
            unit=reporting,
            tables=MappingProxyType({kind: sources[kind] for kind in KINDS if kind in sources}),
            figures=checked_figures(figures, settings["catalogue"], tree, unit=reporting),
            found=tuple((kind, Problems()) for kind in KINDS if kind in sources),
            read_from=(),
            **settings,
        )

    def replace(self, **changes: Any) -> Dataset:
        """Return the dataset with other rules, another plan, day or period …; the tables are not read again.

        Args:
            **changes: any of the arguments of ``Dataset`` but the tables; ``rules`` and ``period`` also by name.

        Raises:
            InputError: a name that there is not; the message names the nearest.
        """
        names = [name for name in self.__dataclass_fields__ if not name.startswith("_") and name not in _HELD]
        for name in changes:
            if name not in names:
                vi, en = suggestion(name, names)
                raise InputError(f"Dataset không có «{name}»{vi}", f"a dataset has no «{name}»{en}")
        changes = _settings(**changes)
        if {"unit", "units"} & changes.keys():
            changes["unit"] = reporting_unit(changes.get("units", self.units), changes.get("unit", self.unit))
        if "figures" in changes:
            changes["figures"] = checked_figures(
                changes["figures"], changes.get("catalogue", self.catalogue), self.units, unit=changes.get("unit", self.unit)
            )
        other = {"given_scores" if each == "scores" else each for each in SETTINGS} & changes.keys()
        return self._changed(**changes, read_from=tuple(each for each in self.read_from if each.kind not in other))

    # --- What is held

    @property
    def problems(self) -> Problems:
        """Everything that is wrong with the records: what reading finds, and what the rules and the calendar find in dossiers.

        Where small counts are suppressed only which problems each file has.
        """
        found = self._any_scan().problems
        return found if self.suppress_below is None else found.unnumbered()

    def columns(self, kind: str) -> Columns:
        """Return the valid rows of a kind in one part, joined with what it takes from others, as dossiers do from procedures and events.

        Args:
            kind: the name of a kind, such as ``"dossiers"``.

        Raises:
            InputError: the kind was not supplied or cannot be read.
        """
        self._refuse("columns")
        return whole_columns(kind, self.tables)

    def errors(self, kinds: Iterable[str]) -> Mapping[str, int]:
        """Return the files of some kinds in which rows could not be used, or that are missing → how many mistakes.

        Args:
            kinds: names of kinds; each is read with what it joins.
        """
        return errors_by_file(kinds, self.tables, self.found, self._any_scan().problems)

    # --- What is asked

    def tally(
        self,
        periods: Iterable[Period | str],
        *,
        sets: Mapping[str, Collection[str]] | None = None,
        engine: Engine = "auto",
    ) -> Tally:
        """Return the counts of every table, joined; see ``tally``.

        Args:
            periods: the periods to be measured.
            sets: sets of events to count → dimensions to keep; None for all but those by procedure.
            engine: how dossiers are counted.
        """
        self._refuse("tally")
        wanted = as_periods(periods)
        if not wanted:
            raise CchcError("tally cần ít nhất một kỳ", "tally needs at least one period")
        return self._counted(wanted, self._day(*wanted), sets, engine)

    def ask(self, kind: str, *periods: Period | str, like: Any = None, own: Declared | None = None) -> Ask:
        """Return what is asked of a table whose rows are elsewhere, by this dataset's units, calendar, rules, indicators and joins.

        What was counted there is put together by ``fold.settle``; see docs/recipes.md.

        Args:
            kind: name of the kind; the dataset need not have it.
            *periods: the periods to be measured; the dataset's own where none is said.
            like: an Arrow table, batch or schema with the columns of the table, or the path of a Parquet file; see ``Ask.like``.
            own: what is declared of the table, as ``read_frame`` takes it.
        """
        from cchc_metrics.fold.ask import Ask  # noqa: PLC0415  only where a table is elsewhere

        self._refuse("ask")
        wanted = as_periods(periods) or (self._chosen(None),)
        return Ask.of(
            kind,
            wanted,
            like=like,
            rules=self.rules,
            calendar=self.calendar,
            as_of=self._day(*wanted),
            sets=self.catalogue.event_sets(),
            units=self.units,
            extracted_on=self.as_of,
            own=own,
            joins=self._joined_with(kind),
            file=kind,
        )

    def ledger(self, path: Path | str, *periods: Period | str, kind: str = "dossiers", own: Declared | None = None) -> Ledger:
        """Return the ledger of a folder: a table that changes every night, kept with its counts; see docs/ledger.md.

        A night costs what changed, not what is there. Rows are counted by this dataset's units, calendar, rules, indicators and joins.

        Args:
            path: the folder; it is made where it is missing, and nobody else may open it: it holds the rows.
            *periods: the periods that are counted every night; where none is said those of the ledger, of a new one the dataset's own.
                Others are counted when they are asked.
            kind: name of the kind; the dataset need not have a table of it.
            own: what is declared of the table, as ``read_frame`` takes it.

        Raises:
            InputError: rows of the kind have no id of their own, or a table is joined that changes unseen.
        """
        from cchc_metrics.ledger.ledger import Ledger  # noqa: PLC0415  only where there is one
        from cchc_metrics.ledger.question import LedgerQuestion  # noqa: PLC0415  as above
        from cchc_metrics.ledger.state import kept_periods  # noqa: PLC0415  as above

        self._refuse("ledger")
        question = LedgerQuestion.of(
            kind,
            as_periods(periods or kept_periods(Path(path))) or (self._chosen(None),),
            rules=self.rules,
            calendar=self.calendar,
            sets=self.catalogue.event_sets(),
            units=self.units,
            own=own,
            tables=self.tables,
        )
        return Ledger.at(path, question, self._with_table)

    def measures(
        self,
        *periods: Period | str | Iterable[Period | str],
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> Measures:
        """Return the value of every indicator for every unit and level, as a table.

        Args:
            *periods: ``"2021"``, ``"2021-Q1"`` …, or a list of such; the dataset's own where none is said.
            breakdowns: indicator id → lists of dimensions, instead of those that the catalogue declares.
        """
        wanted = tuple(dict.fromkeys(p for each in periods for p in as_periods(each))) or (self._chosen(None),)
        return self._asked(wanted, breakdowns)

    def deltas(
        self,
        period: Period | str | None = None,
        *,
        baseline_period: Period | str | None = None,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> Deltas:
        """Return the change of every value of a period against its baseline.

        Args:
            period: the period; the dataset's own where none is said.
            baseline_period: what to compare with; the same-named period one year earlier where none is said.
            breakdowns: indicator id → lists of dimensions, instead of those that the catalogue declares.
        """
        return self._values(period, baseline_period, breakdowns).deltas(self.catalogue, self.units)

    def contributions(
        self,
        by: str,
        indicator: str,
        unit: str = "",
        period: Period | str | None = None,
        *,
        baseline_period: Period | str | None = None,
    ) -> Contributions:
        """Return why one value changed: what each group added by its own rate and by its part of the whole, exactly.

        Only what is asked is measured; ``deltas(…).contributions(…)`` divides everything at once.

        Args:
            by: ``unit`` (those directly below), ``level``, ``channel``, ``field``, ``procedure`` or another dimension of the indicator.
            indicator: indicator id.
            unit: code; the unit that reports where none is said.
            period: the period; the dataset's own where none is said.
            baseline_period: what to compare with; the same-named period one year earlier where none is said.

        Raises:
            CchcError: there is no such indicator, unit or dimension (the message names the nearest), or no change that can be divided.
        """
        dim = "procedure_code" if by == "procedure" else by
        catalogue = self.catalogue.select([indicator])
        dims = [] if dim in ("unit", "level") else [dim]
        check_breakdown(catalogue, indicator, dims)
        code = self.units.unit(unit or self.unit).code
        if self.suppress_below is None:
            own = self.replace(catalogue=catalogue, plan=None)
            changes = own.deltas(period, baseline_period=baseline_period, breakdowns={indicator: [dims] if dims else []})
        else:  # of what is published as a whole, so that nothing is shown here that is not shown there
            check_declared(self.catalogue, indicator, tuple(dims), self.suppress_below)
            changes = self.deltas(period, baseline_period=baseline_period)
        names = procedure_names(self.tables) if dim == "procedure_code" else None
        return changes.contributions(dim, indicator=indicator, unit=code, names=names)

    def assessments(self, period: Period | str | None = None) -> Assessments:
        """Return where every target and task of the plan stands on the day of export.

        Args:
            period: the period, or its name; None for the dataset's own.

        Raises:
            InputError: there is no plan.
        """
        if self.plan is None:
            raise InputError("không có kế hoạch; thêm plan.toml hoặc plan=", "there is no plan; add plan.toml, or plan=")
        return self._values(period).assessments(self.plan, self.catalogue, self.units)

    def inputs(self, period: Period | str | None = None) -> Mapping[str, Inputs]:
        """Return unit code → what the scheme is scored on: given values, and measures for what it takes from indicators and nobody gave.

        Args:
            period: the period, or its name; None for the dataset's own.

        Raises:
            InputError: there is no scheme.
        """
        scheme, chosen = self._chosen_scheme(), self._chosen(period)
        return self._inputs(self.measures(chosen), scheme, chosen)

    def scores(self, period: Period | str | None = None) -> Scorecards:
        """Return unit code → its scorecard by the scheme: of the units that scores are given for, else of the unit that reports.

        Args:
            period: the period, or its name; None for the dataset's own.

        Raises:
            InputError: there is no scheme.
        """
        scheme, chosen = self._chosen_scheme(), self._chosen(period)
        return self._scores(self.measures(chosen), scheme, chosen)

    def form06(self, period: Period | str | None = None, *, unit: str = "") -> Form06:
        """Return Form 06 (Biểu số 06/VPCP/KSTT) of a unit.

        Args:
            period: the period; the dataset's own where none is said.
            unit: code; the unit that reports where none is said.

        Raises:
            InputError: the dossiers are not complete in the period.
        """
        self._refuse("form06")
        chosen = self._chosen(period)
        day = self._day(chosen)
        check_complete(chosen, day, self.coverage)
        counted = self._counted((chosen,), day, FORM06_SETS)
        return form06(counted, units=self.units, unit=unit or self.unit, period=chosen, as_of=day)

    def form06_why(
        self, period: Period | str | None = None, *, unit: str = "", office: Iterable[Form06Row] | Path | str | None = None
    ) -> Form06Why:
        """Return which named rules change which cells of Form 06, alone and together, and which of them make the one-stop's own sheet.

        Args:
            period: the period; the dataset's own where none is said.
            unit: code; the unit that reports where none is said.
            office: the one-stop's own sheet: its rows, or its file as ``cchc-metrics form06 --check`` reads it. None for the rules alone.

        Raises:
            InputError: the dossiers are not complete in the period, or the file cannot be read.
        """
        from cchc_metrics.read.form06_csv import read_form06_file  # noqa: PLC0415  only where there is such a file
        from cchc_metrics.verbs.form06_why import form06_why  # noqa: PLC0415  only where it is asked

        self._refuse("form06_why")
        form = self.form06(period, unit=unit)
        rows = read_form06_file(office) if isinstance(office, (Path, str)) else None if office is None else tuple(office)
        dossiers = in_form06(self.columns("dossiers"), form.period)
        return form06_why(
            form, self.rules, lambda rules: form06_again(form, dossiers, rules, units=self.units, calendar=self.calendar), rows
        )

    def fill_form(
        self,
        template: Path | str,
        out: Path | str,
        *,
        period: Period | str | None = None,
        baseline_period: Period | str | None = None,
        lang: Lang = "vi",
        empty: str = "",
    ) -> FilledForm:
        """Fill an office's own workbook or Word document: ``{{resolved_on_time|level=commune|2021|percent}}`` becomes that value.

        Everything else in the file stays as it is, byte by byte; formulas are calculated when it is opened. See docs/forms.md.

        Args:
            template: the workbook (.xlsx or .xlsm) or document (.docx or .docm).
            out: the file to write; it appears whole or not at all.
            period: what names mean that say no period; the dataset's own where none is said.
            baseline_period: what they are compared with; the same-named period one year earlier where none is said.
            lang: the language of words and of numbers within texts.
            empty: what stands in a cell that has no value; nothing where it is not said.

        Returns:
            What became of every name, with the reason where there is no value.

        Raises:
            MistakesError: names that are not understood, all at once, each with its place; nothing is written.
            InputError: the form cannot be read or has no name, or the file cannot be written, is the form itself or ends otherwise.
        """
        from cchc_metrics.report.template_fill import FormToFill, check_place  # noqa: PLC0415  only where a form is filled
        from cchc_metrics.report.template_names import Asker  # noqa: PLC0415  as above

        check_place(Path(template), Path(out))
        chosen = self._chosen(period)
        earlier = None if baseline_period is None else as_period(baseline_period)
        form = FormToFill.open(Path(template), Asker(self.catalogue, self.units, self.unit, chosen, earlier, self.plan))
        named = self.replace(catalogue=form.catalogue, plan=None)
        asked: Dataset | Together = named
        if self.suppress_below is not None:
            asked = Together(self, form.periods, form.compared)
            for indicator in form.catalogue:
                for dims in indicator.breakdowns:
                    check_declared(self.catalogue, indicator.id, dims, self.suppress_below)
        judging = asked if isinstance(asked, Together) else self
        answers = form.answers(
            asked.measures,
            asked.deltas,
            judging.assessments(chosen) if form.of_plan else None,
            exported=self.as_of,
            day=format_date(self._day(chosen), lang),
        )
        return form.write(Path(out), answers, lang=lang, empty=empty)

    def explain(self, indicator: str, unit: str = "", period: Period | str | None = None, **breakdown: str) -> Explanation:
        """Return the rows behind one measure: in the numerator, the rest of the denominator, left out with the reason.

        Args:
            indicator: indicator id.
            unit: code; the unit that reports where none is said.
            period: the period; the dataset's own where none is said.
            **breakdown: dimension = label, as ``level="commune"``.

        Raises:
            CchcError: there is no such indicator, unit, dimension or label; the message names the nearest.
        """
        self._refuse("explain")
        chosen = self._chosen(period)
        catalogue = self.catalogue.select([indicator])
        dims = [dim for dim in sorted(breakdown) if dim != "level"]
        check_breakdown(catalogue, indicator, dims)
        code = self.units.unit(unit or self.unit).code
        own = self.replace(catalogue=catalogue)
        measures = own.measures(chosen, breakdowns={indicator: [dims] if dims else []})
        return own._explainer()(value_of(measures, indicator, code, chosen, breakdown))  # noqa: SLF001  its own kind

    def _explainer(self) -> Callable[[Measure], Explanation]:
        return explainer(self.tables, catalogue=self.catalogue, units=self.units, rules=self.rules, calendar=self.calendar)

    def quality(self) -> Problems:
        """Return what the rules and the calendar find in dossiers that reading cannot: due dates that differ, implausible ties."""
        self._refuse("quality")
        return quality_of_tables(self.tables, rules=self.rules, calendar=self.calendar, exported=self.as_of)

    def snapshot(
        self,
        name: str,
        *periods: Period | str | Iterable[Period | str],
        on: date,
        by: str,
        origin: Origin = "recomputed",
        signed: str = "",
        restates: Snapshot | None = None,
        why: str = "",
        rows: bool = True,
        breakdowns: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> Snapshot:
        """Return the figures of some periods with everything that they rest on, to be kept: ``snapshot.save`` writes it.

        Args:
            name: its name; a file of this name is never written over.
            *periods: the periods; the dataset's own where none is said.
            on: the day on which the figures were made or signed.
            by: who stands behind them.
            origin: ``published``, those of a report that went out, or ``recomputed``.
            signed: the text that was signed, such as the number and date of the report.
            restates: an earlier snapshot whose figures these replace; those that changed say so wherever they are compared with.
            why: why they do.
            rows: whether it is kept what each row counts as, so that a change can be traced to rows. No secret row is named.
            breakdowns: indicator id → lists of dimensions, instead of those that the catalogue declares.

        Raises:
            InputError: the name cannot be that of a file, nobody stands behind it, or it restates a snapshot of another unit.
        """
        self._refuse("snapshot")
        wanted = tuple(sorted(dict.fromkeys(p for each in periods for p in as_periods(each)))) or (self._chosen(None),)
        about = provenance(
            name,
            on=on,
            by=by,
            origin=origin,
            signed=signed,
            restates=restates,
            why=why,
            unit=self.unit,
            as_of=self._day(*wanted),
            rules=self.rules,
            calendar=self.calendar,
            catalogue=self.catalogue,
            breakdowns=breakdowns,
        )
        return self._taken(about, wanted, restates, rows=rows)

    def changes_since(self, snapshot: Snapshot) -> FigureChanges:
        """Return which figures of a snapshot would be others today, by how much; ``rows`` of the answer gives the rows that did it.

        The same is asked as then, about the same day: what was recorded later about days until then shows, what happened later does not.

        Args:
            snapshot: what was reported.

        Raises:
            InputError: the dataset was exported before the day of the snapshot, or reports another unit.
        """
        self._refuse("changes_since")
        about = provenance_today(
            snapshot.about, unit=self.unit, exported=self.as_of, rules=self.rules, calendar=self.calendar, catalogue=self.catalogue
        )
        now = self.replace(as_of=about.as_of)._taken(about, snapshot.periods, None, rows=bool(snapshot.rows))  # noqa: SLF001  its own kind
        return changes_between(snapshot, now, self.catalogue, lambda kind: places_of(kind, self.tables))

    def _taken(self, about: Provenance, periods: tuple[Period, ...], restates: Snapshot | None, *, rows: bool) -> Snapshot:
        """Return a snapshot of some periods on the day that its provenance says."""
        return take(
            about,
            self._measures(periods, periods, about.as_of, about.breakdowns),
            self._counted(periods, about.as_of, self.catalogue.event_sets(about.breakdowns)),
            self.tables,
            units=self.units,
            calendar=self.calendar,
            catalogue=self.catalogue,
            restates=restates,
            rows=rows,
        )

    def dossier_codes(self) -> Problems:
        """Return where the codes of dossiers (mã số hồ sơ) disagree with the unit and the receipt of their rows; every row still counts.

        A code names the agency that resolves the dossier and the day of its receipt. Codes of other forms are not judged.
        """
        self._refuse("dossier_codes")
        return codes_of_tables(self.tables, self.units)

    def report(self, period: Period | str | None = None, *, baseline_period: Period | str | None = None) -> Report:
        """Return everything about one period: values, changes, the plan, scores and problems; ``Report.save`` writes it.

        Args:
            period: the period; the dataset's own where none is said.
            baseline_period: what to compare with; the same-named period one year earlier where none is said.

        Raises:
            InputError: the period has not begun on the day of export.
        """
        asked, below = self._values(period, baseline_period), self.suppress_below
        problems = self._any_scan().problems
        asked_about: dict[str, Any] = {"periods": asked.measures.periods, "as_of": asked.day}
        differing = contradictions(asked.measures, self.figures, self.catalogue, unit=self.unit, **asked_about)
        return Report(
            unit=self.unit,
            units=self.units,
            period=asked.period,
            baseline_period=asked.base,
            as_of=asked.day,
            rules=rules_until(self.rules.name, min(asked.period.last, asked.day)),
            calendar=self.calendar.id,
            catalogue=self.catalogue,
            measures=asked.measures,
            deltas=asked.deltas(self.catalogue, self.units),
            plan=self.plan,
            assessments=None if self.plan is None else asked.assessments(self.plan, self.catalogue, self.units),
            scorecards={} if self.scheme is None else self._scores(asked.measures, self.scheme, asked.period),
            problems=(problems + differing).unnumbered() if below else problems + differing,
            synthetic=self.synthetic,
            note=self.note,
            form06=lambda: self._own_form06(asked.period, asked.day),
            explain=None if below else self._explainer(),
            tables={} if below else self._any_scan().of_kinds,
            suppress_below=below,
            files={kind: table.file for kind, table in self.tables.items()},
            names=initiative_names(self.tables),
            lineage=cache(lambda: self._lineage(asked)),
        )

    def verify(self, report: Path | str | bytes) -> Verification:
        """Return what of a ``report.json`` is not what is computed now about the same period and day; empty where all of it is.

        See docs/verify.md. Of the rules, another preset that the report names is taken; all else is as the dataset has it.

        Args:
            report: its path, or what it holds.

        Raises:
            InputError: it is cut, no report, of another unit, or by a version of the library that did not say what it was made from.
        """
        from cchc_metrics.provenance.reported import read_reported  # noqa: PLC0415  only where a report is verified
        from cchc_metrics.provenance.verify import verification  # noqa: PLC0415  as above

        reported = read_reported(report)
        rules = rules_id(str(reported.made["rules"].get("name")))
        asked = self if rules == self.rules.id or rules not in rule_presets() else self.replace(rules=rules)
        again = asked if reported.exported in (None, asked.as_of) else asked.replace(as_of=reported.exported)
        again = again if reported.suppress_below == again.suppress_below else again.replace(suppress_below=reported.suppress_below)
        period, base = (as_period(reported.made[key]) for key in ("period", "baseline_period"))
        return verification(reported, again.report(period, baseline_period=base))

    def periodic(
        self,
        period: Period | str | None = None,
        *,
        baseline_period: Period | str | None = None,
        rows: Path | str | None = None,
    ) -> PeriodicRows:
        """Return the periodic report on administrative reform (581/BNV-CCHC): every row with its value or why there is none.

        Args:
            period: ``"2026-Q1@nd09"``, ``"2026-H1@nd09"`` …; the dataset's own where none is said.
            baseline_period: what to compare with; the same-named period one year earlier where none is said.
            rows: a TOML file of rows of one's own; see docs/periodic-report.md.

        Raises:
            InputError: the period has not begun on the day of export, or there is no such file.
            MistakesError: the file's mistakes, all at once.
        """
        from cchc_metrics.report.periodic import periodic  # noqa: PLC0415  only where it is asked for
        from cchc_metrics.report.periodic_outline import read_outline  # noqa: PLC0415  as above

        own = None if rows is None else read_outline(Path(rows), indicators=self.catalogue.indicators)
        return periodic(self.report(period, baseline_period=baseline_period), own)

    # --- How it prints itself

    def __repr__(self) -> str:
        return dataset_text(self.units.unit(self.unit), self.as_of, self.tables, self._said(), numbered=self.suppress_below is None)

    def _repr_html_(self) -> str:
        return dataset_html(self.units.unit(self.unit), self.tables, self._said(), numbered=self.suppress_below is None)

    def _said(self) -> str:
        unread = any(not table.held for table in self.tables.values()) and not self._scans
        return reading_text(self.rules.id, None if unread else self.problems)

    # --- How it is done

    def _own_form06(self, period: Period, day: date) -> Form06:
        """Return Form 06 of the unit that reports by the rules of the form; from the last reading where it was counted beside."""
        self._refuse("form06")
        counted = next((scan.beside for scan in self._scans.values()), None)
        frame = None if counted is None else counted.frame
        if counted is None or frame is None or (frame.periods, frame.as_of) != ((period,), day):
            return self.replace(rules=FORM06).form06(period)
        check_complete(period, day, self.coverage)
        return form06(counted, units=self.units, unit=self.unit, period=period, as_of=day)

    def _lineage(self, asked: PeriodValues) -> Lineage:
        from cchc_metrics.provenance.make import Held, lineage_of, scores_as_data  # noqa: PLC0415  only where a report is written

        def held(data: Dataset) -> Held:
            # Another dataset was read for its values only, in a copy; what is wrong with tables that are still to be read is not asked for.
            problems = data._any_scan().of_kinds if data is self else dict(data.found)
            return Held(data.read_from, data.tables, problems, data is self and self.baseline is not None and other is None)

        other = self.baseline if isinstance(self.baseline, Dataset) else None
        found = lineage_of(
            held(self),
            None if other is None else held(other),
            period=asked.period,
            baseline_period=asked.base,
            as_of=asked.day,
            exported=self.as_of,
            rules=self.rules,
            calendar=self.calendar,
            catalogue=self.catalogue,
            units=self.units,
            declared={
                "plan": None if self.plan is None else self.plan.model_dump(mode="json"),
                "scheme": None if self.scheme is None else self.scheme.model_dump(mode="json"),
                "coverage": {kind: [day.isoformat() for day in days] for kind, days in self.coverage.items()},
                "local_only": self.local_only,
                "figures": [each.model_dump(mode="json") for each in self.figures],
                "scores": scores_as_data(self.given_scores),
            },
            scheme="" if self.scheme is None else self.scheme.id,
            problems=self._any_scan().problems,
        )
        return found if self.suppress_below is None else found.unnumbered(self.suppress_below)

    def _inputs(self, measures: Measures, scheme: Scheme, period: Period) -> Mapping[str, Inputs]:
        from cchc_metrics.score.inputs import inputs_from_measures, inputs_of_units  # noqa: PLC0415  loaded where there is a scheme only

        found, below = inputs_of_units(measures, scheme, self.given_scores, unit=self.unit, period=period), self.suppress_below
        if below is None:
            return found
        measured = {code: inputs_from_measures(measures, scheme.indicators, code, period).values for code in found}
        return {code: without_small(own, measured[code], below) for code, own in found.items()}

    def _scores(self, measures: Measures, scheme: Scheme, period: Period) -> Scorecards:
        from cchc_metrics.score import score_units  # noqa: PLC0415  scoring is loaded where there is a scheme only

        return score_units(self._inputs(measures, scheme, period), scheme)

    def _chosen_scheme(self) -> Scheme:
        if self.scheme is None:
            raise InputError(
                "không có bộ tiêu chí; thêm --scheme qd766 (scheme=) hoặc tệp scheme.toml trong thư mục",
                "there is no scheme; add --scheme qd766 (scheme=), or a file scheme.toml in the folder",
            )
        return self.scheme


def _settings(**given: Any) -> dict[str, Any]:
    """Return settings as a dataset holds them; one of another type is an error here, where it is given, and not where it is used."""
    names: dict[str, object] = {}
    if given.get("scheme") or given.get("given_scores"):
        from cchc_metrics.score import Inputs, Scheme  # noqa: PLC0415  only whoever scores needs them

        names = {"Inputs": Inputs, "Scheme": Scheme}
    check_arguments(Dataset.__init__, given, names)
    return {name: _HELD_AS[name](value) if name in _HELD_AS else value for name, value in given.items()}


def _checked_workers(workers: int) -> int:
    if workers < 1:
        raise InputError(f"số tiến trình phải từ 1: {workers}", f"at least one worker: {workers}")
    return workers


_HELD_AS: Mapping[str, Callable[[Any], object]] = {
    "units": given_tree,
    "calendar": as_calendar,
    "rules": as_rules,
    "catalogue": lambda given: given or default_catalogue(),
    "given_scores": lambda given: MappingProxyType(dict(given or {})),
    "baseline": lambda given: given if given is None or isinstance(given, (Dataset, Snapshot)) else as_source(given),
    "coverage": lambda given: MappingProxyType(dict(given or {})),
    "workers": _checked_workers,
    "suppress_below": checked_below,
    "as_of": as_day,
    "period": lambda given: None if given is None else as_period(given),
}
"""How a dataset holds what is given to it."""
