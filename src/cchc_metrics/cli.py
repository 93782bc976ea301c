"""The command ``cchc-metrics``: a thin layer over the verbs.

Exit status: 0 done; 1 done, but rows were rejected; 2 the input cannot be used, with a one-line message that says the fix.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

try:
    import click
except ImportError:  # pragma: no cover  the extra is installed wherever the tests run
    sys.stderr.write(
        'lệnh cần phần bổ trợ "cli" | the command needs the extra "cli": python -m pip install "cchc-metrics[cli]"\n',
    )
    raise SystemExit(2) from None

from cchc_metrics.errors import CchcError

if TYPE_CHECKING:
    from cchc_metrics.report.model import Report
    from cchc_metrics.report.page import Page
    from cchc_metrics.text import Lang

_FORMATS = ("txt", "json", "md")
_SLOW_SECONDS = 1.0


class _Date(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from cchc_metrics.records.fields import CellError, parse_day  # noqa: PLC0415  the command starts fast

        if isinstance(value, date):
            return value
        try:
            found = parse_day(value)
        except CellError:
            found = None
        if found is None:
            self.fail(f"«{value}»: dùng dd/mm/yyyy hoặc yyyy-mm-dd | use dd/mm/yyyy or yyyy-mm-dd", param, ctx)
        return found


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cchc-metrics")
def main() -> None:
    """Administrative-reform (cải cách hành chính) indicators from a local government's records."""
    # What is printed is the same whatever the locale, and Vietnamese cannot be written in most of the old encodings.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--period", "period_text", help="2021, 2021-Q1, 2021-04, 2021-Q1@nd09 …; default: district.toml")
@click.option("--as-of", "as_of", type=_Date(), help="the day on which the question is asked; default: the day of export")
@click.option("--baseline", type=click.Path(path_type=Path), help="a folder, or a report.json, to compare with")
@click.option("--plan", "plan_path", type=click.Path(path_type=Path), help="the plan; default: district.toml")
@click.option("--rules", "rules_name", help="a preset of rules; default: district.toml")
@click.option("--scheme", "scheme_name", help="a built-in scoring scheme or a file; default: the folder's scheme.toml")
@click.option("--scores", "scores_path", type=click.Path(path_type=Path), help="what is scored; default: the folder's scores.toml")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="folder to write to; created when missing")
@click.option("--formats", default="txt,json,md", show_default=True, help="what to write to --out")
def report(
    folder: Path,
    period_text: str | None,
    as_of: date | None,
    baseline: Path | None,
    plan_path: Path | None,
    rules_name: str | None,
    scheme_name: str | None,
    scores_path: Path | None,
    lang: str,
    out: Path | None,
    formats: str,
) -> None:
    """Print the report of FOLDER and write it to --out."""
    from cchc_metrics.job import report_folder  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.content import report_page  # noqa: PLC0415
    from cchc_metrics.report.page import page_text  # noqa: PLC0415

    language: Lang = "en" if lang == "en" else "vi"
    wanted = tuple(dict.fromkeys(f.strip() for f in formats.split(",") if f.strip()))
    unknown = [f for f in wanted if f not in _FORMATS]
    if unknown:
        _fail(
            CchcError(
                f"không có định dạng «{unknown[0]}»; có: {', '.join(_FORMATS)}",
                f"no format «{unknown[0]}»; there are: {', '.join(_FORMATS)}",
            ),
            lang,
        )
    try:
        with _Progress() as progress:
            made = report_folder(
                folder,
                period_text=period_text,
                as_of=as_of,
                baseline=baseline,
                plan_path=plan_path,
                rules_name=rules_name,
                scheme_name=scheme_name,
                scores_path=scores_path,
                progress=progress,
            )
        page = report_page(made, language)
        click.echo(page_text(page), nl=False)
        if out is not None:
            _write(made, page, out, wanted, language)
    except (CchcError, OSError) as error:
        _fail(error, lang)
    raise SystemExit(1 if made.problems.rejected or _unusable(made) else 0)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="write problems.csv here")
def check(folder: Path, lang: str, out: Path | None) -> None:
    """Read FOLDER and print its problems only."""
    from cchc_metrics.job import check_folder  # noqa: PLC0415  the command starts fast

    try:
        with _Progress() as progress:
            found = check_folder(folder, progress=progress)
        shown = 20
        for problem in list(found)[:shown]:
            click.echo(problem.text(lang))
        if len(found) > shown:
            click.echo("…")
        for code, n in found.by_code().items():
            click.echo(f"{n:>8}  {code.value}  {code.vi if lang == 'vi' else code.en}")
        read, valid, rejected = found.read, found.valid, found.rejected
        click.echo(
            f"đọc {read} dòng = {valid} hợp lệ + {rejected} bị loại"
            if lang == "vi"
            else f"{read} rows read = {valid} valid + {rejected} rejected",
        )
        if out is not None:
            out.write_text(found.to_csv(), encoding="utf-8-sig", newline="\n")
    except (CchcError, OSError) as error:
        _fail(error, lang)
    raise SystemExit(1 if any(code.severity == "error" for code in found.by_code()) else 0)


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="write into a folder that is not empty")
def example(directory: Path, force: bool) -> None:  # noqa: FBT001  a flag of the command line
    """Write the synthetic example of huyện Tháp Mười to DIRECTORY."""
    from cchc_metrics.example.make import make_example  # noqa: PLC0415  the command starts fast

    try:
        _refuse_to_overwrite(directory, force=force)
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in make_example().items():
            (directory / name).write_text(text, encoding="utf-8", newline="")
    except (CchcError, OSError) as error:
        _fail(error, "vi")
    click.echo(f"{directory}: cchc-metrics report {directory} --period 2021")


@main.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema of every model, or of NAME."""
    from cchc_metrics.schemas import json_schemas  # noqa: PLC0415  the command starts fast

    try:
        click.echo(json.dumps(json_schemas(name), ensure_ascii=False, indent=1))
    except CchcError as error:
        _fail(error, "en")


@main.command("plan")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--as-of", "as_of", type=_Date(), help="the day on which the question is asked; default: the day of export")
@click.option("--plan", "plan_path", type=click.Path(path_type=Path), help="the plan; default: district.toml")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def plan_command(folder: Path, as_of: date | None, plan_path: Path | None, lang: str) -> None:
    """Print where the plan of FOLDER stands: met, on track, at risk, and what it takes."""
    from cchc_metrics.job import report_folder  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.content import plan_page  # noqa: PLC0415
    from cchc_metrics.report.page import page_text  # noqa: PLC0415

    try:
        with _Progress() as progress:
            made = report_folder(folder, as_of=as_of, plan_path=plan_path, progress=progress)
        click.echo(page_text(plan_page(made, "en" if lang == "en" else "vi")), nl=False)
    except (CchcError, OSError) as error:
        _fail(error, lang)
    raise SystemExit(1 if _unusable(made) else 0)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--scheme", "scheme_name", help="a built-in scheme (qd766, district_example, commune_example) or a file")
@click.option("--scores", "scores_path", type=click.Path(path_type=Path), help="what is scored; default: the folder's scores.toml")
@click.option("--period", "period_text", help="2021, 2021-Q1 …; default: district.toml")
@click.option("--as-of", "as_of", type=_Date(), help="nothing later is known; default: the day of export")
@click.option("--unit", help="unit code; default: every unit that scores are given for")
@click.option("--what-if", "changes", multiple=True, metavar="INPUT=VALUE", help="change an input, e.g. 2.1=95; may be repeated")
@click.option("--cheapest", type=int, help="the cheapest way to the next band with at most so many criteria")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def score(
    folder: Path,
    scheme_name: str | None,
    scores_path: Path | None,
    period_text: str | None,
    as_of: date | None,
    unit: str | None,
    changes: tuple[str, ...],
    cheapest: int | None,
    lang: str,
) -> None:
    """Print the scorecards of FOLDER by a scoring scheme, and what would change them."""
    from cchc_metrics.job import score_text  # noqa: PLC0415  the command starts fast

    try:
        text = score_text(
            folder,
            scheme_name=scheme_name,
            scores_path=scores_path,
            period_text=period_text,
            as_of=as_of,
            unit=unit,
            changes=changes,
            cheapest=cheapest,
            lang="en" if lang == "en" else "vi",
        )
    except (CchcError, OSError) as error:
        _fail(error, lang)
    click.echo(text)


@main.command("form06")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--period", "period_text", help="2021, 2021-Q1 …; default: district.toml")
@click.option("--as-of", "as_of", type=_Date(), help="nothing later is known; default: the day of export")
@click.option("--unit", help="unit code; default: the district")
@click.option("--rules", "rules_name", default="form06", show_default=True, help="a preset of rules")
@click.option("--check", "published", type=click.Path(path_type=Path, dir_okay=False), help="check a published form (CSV) instead")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def form06_command(
    folder: Path | None,
    period_text: str | None,
    as_of: date | None,
    unit: str | None,
    rules_name: str,
    published: Path | None,
    lang: str,
) -> None:
    """Print Form 06 (Biểu số 06/VPCP/KSTT) of FOLDER, or check the identities of a published one."""
    from cchc_metrics.job import errors_in, form06_folder, published_form06  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.form06_table import failure_text, form06_table  # noqa: PLC0415
    from cchc_metrics.report.page import table_text  # noqa: PLC0415
    from cchc_metrics.verbs.form06 import check_form06  # noqa: PLC0415

    language: Lang = "en" if lang == "en" else "vi"
    if published is None and folder is None:
        raise click.UsageError("cần FOLDER hoặc --check TỆP | FOLDER or --check FILE is needed")
    errors: dict[str, int] = {}
    try:
        if published is not None:
            rows = published_form06(published)
        else:
            assert folder is not None  # noqa: S101  one of the two is given
            form, job = form06_folder(folder, period_text=period_text, as_of=as_of, unit=unit, rules_name=rules_name)
            rows, errors = form.rows, errors_in(job, ["dossiers"])
            name = job.dataset.units.unit(form.unit).full_name
            click.echo(f"Biểu số 06/VPCP/KSTT · {name} · {form.period.text(lang)} · {form.rules}")
        click.echo(table_text(form06_table(rows, language)))
        failures = check_form06(rows)
    except (CchcError, OSError) as error:
        _fail(error, lang)
    for failure in failures:
        click.echo(failure_text(failure, language))
    _tell_errors(errors, lang)
    raise SystemExit(1 if failures or errors else 0)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("indicator")
@click.option("--unit", help="unit code; default: the district")
@click.option("--period", "period_text", help="2021, 2021-Q1 …; default: district.toml")
@click.option("--as-of", "as_of", type=_Date(), help="nothing later is known; default: the day of export")
@click.option("--breakdown", "-b", multiple=True, help="dimension=label, e.g. level=commune; may be repeated")
@click.option("--rules", "rules_name", help="a preset of rules; default: district.toml")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="how many rows of each part are printed")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def explain(
    folder: Path,
    indicator: str,
    unit: str | None,
    period_text: str | None,
    as_of: date | None,
    breakdown: tuple[str, ...],
    rules_name: str | None,
    limit: int,
    lang: str,
) -> None:
    """Print the rows behind INDICATOR: in the numerator, the rest of the denominator, left out with the reason."""
    from cchc_metrics.job import errors_in, explain_folder  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.explanation import explanation_text  # noqa: PLC0415

    language: Lang = "en" if lang == "en" else "vi"
    try:
        found, job = explain_folder(
            folder, indicator, unit=unit, period_text=period_text, as_of=as_of, breakdown=breakdown, rules_name=rules_name
        )
        click.echo(explanation_text(found, language, limit=limit), nl=False)
    except (CchcError, OSError) as error:
        _fail(error, lang)
    errors = errors_in(job, job.dataset.catalogue.kinds_of(indicator))
    _tell_errors(errors, lang)
    raise SystemExit(1 if errors else 0)


@main.command()
@click.argument("received")
@click.argument("term")
@click.option("--unit", default="working_days", show_default=True, help="working_days, calendar_days, hours or months; Vietnamese too")
@click.option("--paused", default=0, show_default=True, help="days waited for the citizen")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def deadline(received: str, term: str, unit: str, paused: int, lang: str) -> None:
    """Print the due date of a dossier RECEIVED on a day with a TERM: ``cchc-metrics deadline 31/12/2025 6``."""
    from cchc_metrics.job import deadline_of  # noqa: PLC0415  the command starts fast
    from cchc_metrics.tables.numbers import format_date  # noqa: PLC0415

    try:
        due = deadline_of(received, term, unit, paused)
    except CchcError as error:
        _fail(error, lang)
    clock = f" {due:%H:%M}" if hasattr(due, "hour") else ""
    click.echo(format_date(due, "en" if lang == "en" else "vi") + clock)


@main.command()
@click.argument("year", type=int, required=False)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def calendar(year: int | None, lang: str) -> None:
    """Print the working calendar: every year, or the days of YEAR."""
    from cchc_metrics.reference.calendar import Calendar  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.calendar_text import calendar_text  # noqa: PLC0415

    try:
        click.echo(calendar_text(Calendar.official(), year, "en" if lang == "en" else "vi"), nl=False)
    except CchcError as error:
        _fail(error, lang)


@main.command()
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def catalogue(lang: str) -> None:
    """Print the indicators."""
    from cchc_metrics.catalogue.load import default_catalogue  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.page import Table, table_text  # noqa: PLC0415

    rows = tuple((i.id, i.name(lang), i.scale.value, i.formula_id, i.source) for i in default_catalogue())
    headings = ("id", "tên", "đơn vị", "công thức", "nguồn") if lang == "vi" else ("id", "name", "unit", "formula", "source")
    click.echo(table_text(Table(headings, rows)))


def _write(made: Report, page: Page, out: Path, formats: tuple[str, ...], lang: Lang) -> None:
    from cchc_metrics.report.json_report import report_json  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.page import page_markdown, page_text  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Callable[[], str]] = {
        "txt": lambda: page_text(page),
        "md": lambda: page_markdown(page),
        "json": lambda: report_json(made, lang),
    }
    for name in formats:
        (out / f"report.{name}").write_text(writers[name](), encoding="utf-8", newline="\n")
    # Without a problem too: one that is left over from an earlier run would tell what has long been fixed.
    (out / "problems.csv").write_text(made.problems.to_csv(), encoding="utf-8-sig", newline="\n")


def _refuse_to_overwrite(directory: Path, *, force: bool) -> None:
    if directory.exists() and any(directory.iterdir()) and not force:
        raise CchcError(
            f"thư mục «{directory}» không trống; thêm --force để ghi đè",
            f"folder «{directory}» is not empty; add --force to overwrite",
        )


def _unusable(made: Report) -> bool:
    return any(code.severity == "error" for code in made.problems.by_code())


def _tell_errors(errors: Mapping[str, int], lang: str) -> None:
    """Say on the other stream that rows were left out, so that what was printed is not taken for the whole."""
    for file, n in errors.items():
        click.echo(
            f"cchc-metrics: {file}: {n} lỗi, các dòng đó không được tính; xem: cchc-metrics check"
            if lang == "vi"
            else f"cchc-metrics: {file}: {n} mistakes, those rows are not counted; see: cchc-metrics check",
            err=True,
        )


def _fail(error: Exception, lang: str) -> NoReturn:
    message = error.text(lang) if isinstance(error, CchcError) else str(error)
    # A plan tells every mistake on a line of its own; one line is what a script can take.
    click.echo(f"cchc-metrics: {'; '.join(message.splitlines())}", err=True)
    raise SystemExit(2)


class _Progress:
    """Says what is being read, on a terminal only, once the work has taken longer than a second."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def __call__(self, what: str, done: int, total: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - self._started > _SLOW_SECONDS:
            share = f" {100 * done // total}%" if total else ""
            click.echo(f"\r\033[K{what}{share}", nl=False, err=True)
            self._shown = True


if __name__ == "__main__":
    main()
