"""The main job with its files: read a folder, its plan and its baseline, and run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, event_sets, set_with, sets_like
from cchc_metrics.count.tally import tally
from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.plan import Plan, load_plan
from cchc_metrics.read.baseline import read_baseline
from cchc_metrics.read.files import table_place
from cchc_metrics.read.folder import Folder, read_folder
from cchc_metrics.read.form06_csv import read_form06
from cchc_metrics.read.scheme_files import SCHEME, read_scheme, read_scores
from cchc_metrics.records.choices import TermUnit
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.due import due_date
from cchc_metrics.records.fields import CellError, parse_moment, parse_term
from cchc_metrics.records.problems import Problems
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.report.model import Report
from cchc_metrics.run import Dataset, periods_needed, run, score_inputs
from cchc_metrics.score import cheapest_way, load_inputs, rank_units, score_units, what_if
from cchc_metrics.score.builtin import BUILTIN
from cchc_metrics.streamed import Streamed, count_streamed, join_tables
from cchc_metrics.text import Lang
from cchc_metrics.values import MeasureSource, Text
from cchc_metrics.verbs.explain import Explanation, explain
from cchc_metrics.verbs.form06 import Form06, Form06Row, form06
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.quality import quality

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A folder that was read, with everything a run needs.

    Args:
        folder: what reading gave.
        dataset: what ``run`` takes.
        period, as_of: what to report on, and on which day the question is asked.
        plan: the plan, or None.
        periods: every period that the report reads, over which kinds in Parquet were counted.
    """

    folder: Folder
    dataset: Dataset
    period: Period
    as_of: date
    plan: Plan | None
    periods: tuple[Period, ...]


def read_job(
    path: Path,
    *,
    period_text: str | None = None,
    as_of: date | None = None,
    plan_path: Path | None = None,
    rules_name: str | None = None,
    progress: Progress | None = None,
    rows: bool = False,
    every_set: bool = False,
) -> Job:
    """Read a folder and decide what to report: arguments win over ``district.toml``.

    The day asked about is ``as_of``, else the day of export, else the period's last day. Kinds in Parquet are counted part by part, over
    the periods of ``Job.periods``, and are not kept; unless ``rows`` are wanted, and then they are read whole.

    Args:
        path: the folder with ``district.toml`` and its tables.
        period_text: the period; None for the one that ``district.toml`` names.
        as_of: the day on which the question is asked.
        plan_path: a plan; None for the folder's own.
        rules_name: a preset; None for the folder's own rules.
        progress: called with what is being read, how much is done and how much there is.
        rows: whether the rows of every kind are wanted.
        every_set: whether more is counted of kinds in Parquet than the catalogue needs.

    Raises:
        InputError: when the folder cannot be used, or no period is named.
    """
    folder = read_folder(path, progress=progress, in_parts=not rows)
    district = folder.district
    name = period_text or district.period
    if not name:
        raise InputError(
            'chưa nói kỳ báo cáo; thêm --period 2021 hoặc period = "2021" trong district.toml',
            'no period is named; add --period 2021, or period = "2021" in district.toml',
        )
    period = Period.parse(name)
    day = as_of or district.extracted_on or period.last
    catalogue = _catalogue(folder)
    chosen = plan_path or folder.plan_path
    plan = None
    if chosen is not None:
        plan = load_plan(_text(chosen), file=chosen.name, indicators=catalogue.indicators, units=folder.units)
    rules = Rules.preset(rules_name) if rules_name else folder.rules
    columns = join_tables(folder.columns)
    periods = periods_needed(period, period.year_earlier(), day, plan) if period.first <= day else ()  # refused where it is asked for
    counted = None
    if folder.parts:
        sets = None if every_set else catalogue.event_sets()
        counted = count_streamed(folder, rules=rules, periods=periods, as_of=day, sets=sets)
    dataset = Dataset(
        unit=district.code,
        units=folder.units,
        columns=columns,
        calendar=folder.calendar,
        rules=rules,
        catalogue=catalogue,
        problems=_problems(folder, columns, rules, counted),
        coverage=folder.coverage,
        synthetic=district.synthetic,
        note=Text(district.note_vi, district.note_en),
        counted=None if counted is None else counted.counted,
    )
    return Job(folder, dataset, period, day, plan, periods)


def check_folder(path: Path, *, progress: Progress | None = None) -> Problems:
    """Return everything that is wrong with a folder's records: what reading finds, and what the rules and the calendar find in dossiers."""
    folder = read_folder(path, progress=progress, in_parts=True)
    counted = count_streamed(folder, rules=folder.rules) if folder.parts else None
    return _problems(folder, join_tables(folder.columns), folder.rules, counted)


def _problems(folder: Folder, columns: Mapping[str, Columns], rules: Rules, counted: Streamed | None) -> Problems:
    """Return everything that is wrong with the tables, kind by kind, and then what the rules and the calendar find in dossiers."""
    found = {} if counted is None else counted.problems
    reported = sum((found.get(kind, problems) for kind, problems in folder.reported), Problems())
    if counted is not None:
        reported += counted.quality
    return reported + quality(columns["dossiers"], rules=rules, calendar=folder.calendar) if "dossiers" in columns else reported


def report_folder(
    path: Path,
    *,
    period_text: str | None = None,
    as_of: date | None = None,
    baseline: Path | None = None,
    plan_path: Path | None = None,
    rules_name: str | None = None,
    scheme_name: str | None = None,
    scores_path: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return the report of a folder.

    Args:
        path: the folder with ``district.toml`` and its tables.
        period_text: the period; None for the one that ``district.toml`` names.
        as_of: the day on which the question is asked.
        baseline: another folder, or a ``report.json``, to compare with; None for the folder's own, else its own earlier records.
        plan_path: a plan; None for the folder's own.
        rules_name: a preset; None for the folder's own rules.
        scheme_name: a built-in scoring scheme or a file; None for the folder's ``scheme.toml``, if it has one.
        scores_path: what is scored beside the measures; None for the folder's ``scores.toml``, if it has one.
        progress: called with what is being done, how much is done and how much there is.

    Raises:
        CchcError: when something cannot be used; the message says what and the fix.
    """
    job = read_job(path, period_text=period_text, as_of=as_of, plan_path=plan_path, rules_name=rules_name, progress=progress)
    chosen = baseline or job.folder.baseline_path
    source = _baseline(chosen, job, progress) if chosen is not None else None
    scheme = read_scheme(path, scheme_name)
    return run(
        job.dataset,
        period=job.period,
        as_of=job.as_of,
        plan=job.plan,
        baseline=source,
        scheme=scheme,
        scores=read_scores(path, scores_path, job.dataset.unit) if scheme is not None else None,
    )


def score_text(
    path: Path,
    *,
    scheme_name: str | None = None,
    scores_path: Path | None = None,
    period_text: str | None = None,
    as_of: date | None = None,
    unit: str | None = None,
    changes: Sequence[str] = (),
    cheapest: int | None = None,
    lang: Lang = "vi",
) -> str:
    """Return the scorecards of a folder as text: one unit's, or all with their ranks; with what would change them where that is asked.

    Raises:
        CchcError: when there is no scheme, no such unit, or a change that the scheme cannot use.
    """
    job = read_job(path, period_text=period_text, as_of=as_of)
    scheme = read_scheme(path, scheme_name)
    if scheme is None:
        raise InputError(
            f"không có bộ tiêu chí; thêm --scheme {BUILTIN[0]} hoặc tệp {SCHEME} trong thư mục",
            f"there is no scheme; add --scheme {BUILTIN[0]}, or a file {SCHEME} in the folder",
        )
    data = job.dataset
    counted = data.tally(job.periods, as_of=job.as_of, sets=data.catalogue.event_sets())
    measures = measure(counted, data.catalogue, units=data.units, periods=[job.period], as_of=job.as_of, coverage=data.coverage)
    inputs = score_inputs(measures, scheme, read_scores(path, scores_path, data.unit), unit=data.unit, period=job.period)
    if unit is not None and unit not in inputs:
        vi, en = suggestion(unit, inputs)
        raise InputError(f"không có điểm của đơn vị «{unit}»{vi}", f"there are no scores of unit «{unit}»{en}")
    chosen = unit or (next(iter(inputs)) if len(inputs) == 1 else None)
    others = {code: found for code, found in inputs.items() if code != chosen}
    if changes or cheapest is not None:
        own = chosen or data.unit
        if own not in inputs:
            raise InputError("nhiều đơn vị: thêm --unit", "several units: add --unit")
        if changes:
            wanted = load_inputs("[values]\n" + "\n".join(_assignment(text) for text in changes), file="--what-if").values
            return what_if(inputs[own], scheme, wanted, others=others).table(lang)
        return cheapest_way(inputs[own], scheme, cheapest or 1, peers=others).table(lang)
    cards = score_units(inputs, scheme)
    shown = [cards[chosen]] if chosen else list(cards.values())
    text = "\n\n".join(card.table(lang) for card in shown)
    return text if chosen else f"{text}\n\n{rank_units(cards, units=inputs).table(lang)}"


def _assignment(text: str) -> str:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--what-if «{text}»: viết INPUT=GIÁ TRỊ", f"--what-if «{text}»: write INPUT=VALUE")
    return f"{json.dumps(name.strip())} = {value.strip()}"


def form06_folder(
    path: Path,
    *,
    period_text: str | None = None,
    as_of: date | None = None,
    unit: str | None = None,
    rules_name: str = "form06",
) -> tuple[Form06, Job]:
    """Return Form 06 of a folder, and what was read for it.

    Raises:
        CchcError: when there is no such unit or preset, or the dossiers are not complete in the period.
    """
    job = read_job(path, period_text=period_text, as_of=as_of, rules_name=rules_name, every_set=True)
    data = job.dataset
    first, last = (data.coverage or {}).get("dossiers", (job.period.first, job.period.last))
    if not first <= job.period.first <= min(job.period.last, job.as_of) <= last and job.period.first <= job.as_of:
        raise InputError(
            f"hồ sơ chỉ đầy đủ từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}, không lập được biểu kỳ {job.period.label}",
            f"the dossiers are complete from {first} to {last} only: there is no form of {job.period.label}",
        )
    counted = data.tally(job.periods, as_of=job.as_of)
    return form06(counted, units=data.units, unit=unit or data.unit, period=job.period, as_of=job.as_of), job


def published_form06(path: Path) -> tuple[Form06Row, ...]:
    """Return the rows of a published form from a CSV file.

    Raises:
        InputError: when the file cannot be read, or a cell not understood.
    """
    return read_form06(_text(path), file=path.name)


def explain_folder(
    path: Path,
    indicator: str,
    *,
    unit: str | None = None,
    period_text: str | None = None,
    as_of: date | None = None,
    breakdown: Sequence[str] = (),
    rules_name: str | None = None,
) -> tuple[Explanation, Job]:
    """Return the rows behind one measure of a folder, and what was read for it.

    Raises:
        CchcError: when there is no such indicator, unit, dimension or label.
    """
    job = read_job(path, period_text=period_text, as_of=as_of, rules_name=rules_name, rows=True)
    data = job.dataset
    catalogue = data.catalogue.select([indicator])
    pairs = tuple(sorted((dim, label) for dim, _, label in (text.partition("=") for text in breakdown)))
    dims = [dim for dim, _ in pairs if dim != "level"]
    _check_dims(catalogue, indicator, dims)
    counted = tally(data.columns, periods=[job.period], rules=data.rules, calendar=data.calendar, as_of=job.as_of)
    measures = measure(
        counted,
        catalogue,
        units=data.units,
        periods=[job.period],
        as_of=job.as_of,
        breakdowns={indicator: [dims] if dims else []},
        coverage=data.coverage,
    )
    code = data.units.unit(unit or data.unit).code
    found = measures.get(indicator, code, job.period, pairs)
    if found is None:
        given = ", ".join(breakdown) or "—"
        known = sorted({f"{dim}={label}" for m in measures if m.unit == code for dim, label in m.breakdown})
        vi, en = next((s for text in breakdown if text not in known and (s := suggestion(text, known))[0]), ("", ""))
        raise InputError(
            f"không có giá trị của «{indicator}» theo {given} cho đơn vị {code}{vi}",
            f"there is no value of «{indicator}» by {given} for unit {code}{en}",
        )
    return explain(found, data.columns, catalogue=catalogue, units=data.units, rules=data.rules, calendar=data.calendar), job


def _check_dims(catalogue: Catalogue, indicator: str, dims: Sequence[str]) -> None:
    names = (*catalogue[indicator].numerator, *catalogue[indicator].denominator)
    counts = [count for name in names if (count := catalogue.counts[name.removeprefix("-")]).kind != UNITS_KIND]
    sets = [(events, count.where) for count in counts for events in (count.events, count.until) if events]
    known = {dim.name for events, _ in sets for like in sets_like(events) for dim in event_sets()[like].dims}
    possible = [d for d in sorted(known) if all(set_with(events, {*where, d}) for events, where in sets)]
    for dim in dims:
        if dim not in possible:
            vi, en = suggestion(dim, possible)
            listed = ", ".join(["level", *possible])
            raise InputError(
                f"«{indicator}» không chia được theo «{dim}»{vi}; có: {listed}",
                f"«{indicator}» cannot be broken down by «{dim}»{en}; there are: {listed}",
            )
    if not all(set_with(events, {*where, *dims}) for events, where in sets):
        given = ", ".join(dims)
        raise InputError(
            f"«{indicator}» không chia được cùng lúc theo {given}", f"«{indicator}» cannot be broken down by {given} at the same time"
        )


def errors_in(job: Job, kinds: Iterable[str]) -> dict[str, int]:
    """Return the files of some kinds in which rows could not be used → how many mistakes they have; dossiers are read with their events."""
    wanted = {*kinds, *(("dossier_events", "procedures") if "dossiers" in kinds else ())}
    files = {table_place(job.folder.path, kind, job.folder.district.files.get(kind))[0] for kind in wanted}
    found: dict[str, int] = {}
    for (file, code), n in job.dataset.problems.totals.items():
        if file in files and code.severity == "error":
            found[file] = found.get(file, 0) + n
    return found


def deadline_of(received: str, term: str, unit: str, paused: int) -> date:
    """Return the due date of a dossier from the texts of a command line; a datetime for a term that ends at a time.

    Raises:
        CchcError: when a text is not understood or a day lies outside the calendar.
    """
    try:
        day, length, unit_of_term = parse_moment(received), parse_term(term), TermUnit.parse(unit)
    except CellError as error:
        raise InputError(
            f"{received} + {term} {unit}: {error.code.vi}{error.fix[0]}", f"{received} + {term} {unit}: {error.code.en}{error.fix[1]}"
        ) from None
    if day is None or length is None or unit_of_term is TermUnit.NONE:
        raise InputError("thiếu ngày tiếp nhận, thời hạn hoặc đơn vị tính", "the receipt, the term or its unit is missing")
    return due_date(day, length, unit_of_term, calendar=Calendar.official(), paused_days=paused)


def _catalogue(folder: Folder) -> Catalogue:
    found = default_catalogue()
    for path in folder.catalogue_paths:
        found = load_catalogue(_text(path), file=path.name, base=found)
    return found


def _baseline(path: Path, job: Job, progress: Progress | None) -> MeasureSource:
    if path.is_dir():
        other = read_folder(path, progress=progress, in_parts=True)
        base = job.period.year_earlier()
        # What lies before the period reported on: the plan's baselines and, of a running period, the same elapsed days too.
        periods = [p for p in periods_needed(job.period, base, job.as_of, job.plan) if p.last < job.period.first]
        as_of = min(job.as_of, other.district.extracted_on or max(p.last for p in periods))
        rules, catalogue = job.dataset.rules, job.dataset.catalogue
        counted = tally(
            join_tables(other.columns), periods=periods, rules=rules, calendar=other.calendar, as_of=as_of, sets=catalogue.event_sets()
        )
        if other.parts:
            counted += count_streamed(other, rules=rules, periods=periods, as_of=as_of, sets=catalogue.event_sets()).counted
        return measure(counted, catalogue, units=other.units, periods=periods, as_of=as_of, coverage=other.coverage)
    try:
        data = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"«{path.name}» không phải JSON: {error}", f"«{path.name}» is not JSON: {error}") from None
    return read_baseline(data, job.dataset.catalogue, file=path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"không có tệp «{path}»", f"there is no file «{path}»") from None
    except UnicodeDecodeError:
        raise InputError(f"«{path.name}» không phải UTF-8", f"«{path.name}» is not UTF-8") from None
