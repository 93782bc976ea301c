"""The command ``cchc-metrics``: a thin layer over ``read_folder`` and what a dataset answers.

Exit status: 0 done; 1 done, but rows were rejected; 2 the input cannot be used, with a one-line message that says the fix;
3 a mistake of the program, which nobody foresaw; 130 stopped by Ctrl-C; 141 nobody reads what is printed any more.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

try:
    import click
except ImportError:  # pragma: no cover  the extra is installed wherever the tests run
    sys.stderr.write(
        'lệnh cần phần bổ trợ "cli" | the command needs the extra "cli": python -m pip install "cchc-metrics[cli]"\n',
    )
    raise SystemExit(2) from None

from cchc_metrics.errors import CchcError, InputError

if TYPE_CHECKING:
    from cchc_metrics.dataset import Dataset
    from cchc_metrics.proposal import Entry
    from cchc_metrics.records.problems import Problems
    from cchc_metrics.report.page import Page, Table
    from cchc_metrics.snapshot.model import Snapshot
    from cchc_metrics.text import Lang

_SLOW_SECONDS = 1.0
FORMATS = "txt, md, json, html, xlsx, docx, csv, parquet"  # as report.files.FORMATS, which costs too much to be imported for a text of help

PERIODIC_FORMATS = "docx, xlsx, html, txt, md, json, csv"  # as report.periodic_files.FORMATS, likewise


class _Date(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
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


_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, dir_okay=False)
folder_argument = click.argument("folder", type=_PATH)
lang_option = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
period_option = click.option("--period", help="2021, 2021-Q1, 2021-04, 2021-Q1@nd09 …; default: district.toml")
as_of_option = click.option("--as-of", "as_of", type=_Date(), help="nothing later is known; default: the day of export")
plan_option = click.option("--plan", type=_PATH, help="the plan; default: district.toml")
rules_option = click.option("--rules", help="a preset of rules; default: district.toml")
scheme_option = click.option("--scheme", help="a built-in scheme (qd766, district_example …) or a file; default: the folder's scheme.toml")
scores_option = click.option("--scores", type=_PATH, help="what is scored; default: the folder's scores.toml")
unit_option = click.option("--unit", default="", help="unit code; default: the unit that reports")


_CRASHED, _STOPPED, _UNREAD = 3, 130, 141
_TRACEBACK = "CCHC_METRICS_TRACEBACK"


class _Main(click.Group):
    """The command: whatever ends it has an exit status of its own, so that a script takes no crash for a result."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (KeyboardInterrupt, click.Abort):
            click.echo("cchc-metrics: đã dừng | stopped", err=True)
            raise SystemExit(_STOPPED) from None
        except BrokenPipeError:  # as of ``| head``: it has what it wants
            if isinstance(sys.stdout, io.TextIOWrapper):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python writes what is left when it ends
            raise SystemExit(_UNREAD) from None
        except Exception as error:
            if os.environ.get(_TRACEBACK):
                raise
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            vi, en = (
                f"lỗi của chương trình, chưa lường trước ({said})",
                f"a mistake of the program that nobody foresaw; {_TRACEBACK}=1 shows where",
            )
            click.echo(f"cchc-metrics: {vi} | {en}", err=True)
            raise SystemExit(_CRASHED) from None


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cchc-metrics")
def main() -> None:
    """Administrative-reform (cải cách hành chính) indicators from a local government's records."""
    # What is printed is the same whatever the locale, and Vietnamese cannot be written in most of the old encodings.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


@main.command()
@folder_argument
@period_option
@as_of_option
@click.option("--baseline", type=_PATH, help="a folder, or a report.json, to compare with")
@plan_option
@rules_option
@scheme_option
@scores_option
@lang_option
@click.option("--out", type=_PATH, help="folder to write to; created when missing")
@click.option("--formats", default="txt,json,md", show_default=True, help=f"what to write to --out: {FORMATS}")
@click.option("--open", "opened", is_flag=True, help="open what was written: the first format that people read")
def report(folder: Path, lang: Lang, out: Path | None, formats: str, *, opened: bool, **chosen: Any) -> None:
    """Print the report of FOLDER and write it to --out; where the files went is said on the other stream."""
    from cchc_metrics.report.content import report_page  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.files import formats_named, save_report, to_be_opened  # noqa: PLC0415

    written: tuple[Path, ...] = ()
    with _working(lang) as progress:
        wanted = formats_named(formats.split(","))
        if opened and out is None:
            raise InputError("--open mở tệp đã ghi; thêm --out THƯ_MỤC", "--open opens what was written; add --out FOLDER")
        made = _read(folder, progress, **chosen).report()
        page = report_page(made, lang)
        if out is not None:
            written = save_report(made, out, wanted, lang)
    _print_page(page)
    if written:
        click.echo(f"{'Đã ghi' if lang == 'vi' else 'Written'}: {', '.join(map(str, written))}", err=True)
    if opened and (chosen_file := to_be_opened(written)) is not None:
        click.launch(str(chosen_file))
    raise SystemExit(_status(made.problems))


@main.command()
@folder_argument
@period_option
@as_of_option
@click.option("--baseline", type=_PATH, help="a folder, or a report.json, to compare with")
@plan_option
@rules_option
@lang_option
@click.option("--rows", type=_FILE, help="a TOML file of rows of one's own, instead of those of the package")
@click.option("--out", type=_PATH, help="folder to write to; created when missing")
@click.option("--formats", default="docx,xlsx", show_default=True, help=f"what to write to --out: {PERIODIC_FORMATS}")
def periodic(folder: Path, lang: Lang, rows: Path | None, out: Path | None, formats: str, **chosen: Any) -> None:
    """Print the periodic report on administrative reform of FOLDER (581/BNV-CCHC: first quarter, six months, third quarter, year)."""
    from cchc_metrics.report.periodic_page import periodic_page  # noqa: PLC0415  the command starts fast

    written: tuple[Path, ...] = ()
    with _working(lang) as progress:
        found = _read(folder, progress, **chosen).periodic(rows=rows)
        page = periodic_page(found, lang)
        if out is not None:
            written = found.save(out, formats.split(","), lang)
    _print_page(page)
    if written:
        click.echo(f"{'Đã ghi' if lang == 'vi' else 'Written'}: {', '.join(map(str, written))}", err=True)
    raise SystemExit(_status(found.report.problems))


@main.command()
@folder_argument
@lang_option
@click.option(
    "--out", type=_PATH, help="write the problems (CSV) and the rows to fix (can_sua.xlsx) here: a folder, or a CSV file and beside it"
)
def check(folder: Path, lang: Lang, out: Path | None) -> None:
    """Read FOLDER and print its problems only; rows that are fixed in a can_sua.xlsx in FOLDER are read in place of the file's."""
    from cchc_metrics.report.problem_lines import problem_lines  # noqa: PLC0415  the command starts fast
    from cchc_metrics.tables.numbers import format_count  # noqa: PLC0415

    with _working(lang) as progress:
        data = _read(folder, progress)
        found = data.problems + data.dossier_codes()
        if out is not None:
            from cchc_metrics.fix_workbook import free_name, rows_to_fix, write_rows_to_fix  # noqa: PLC0415
            from cchc_metrics.report.files import write_whole  # noqa: PLC0415

            if out.is_dir() or not out.suffix:
                out.mkdir(parents=True, exist_ok=True)
                out /= "problems.csv"
            write_whole(out, [found.to_csv()], encoding="utf-8-sig")
            if tables := rows_to_fix(folder, found):
                write_rows_to_fix(free_name(out.parent), tables)
    shown = 20
    lines = problem_lines(found, lang)
    for line in lines[:shown]:
        click.echo(line)
    if len(lines) > shown:
        click.echo("…")
    for code, n in found.by_code().items():
        click.echo(f"{n:>8}  {code.value}  {code.vi if lang == 'vi' else code.en}")
    read, valid, rejected = found.read, found.valid, found.rejected
    click.echo(
        f"đọc {format_count(read)} dòng = {format_count(valid)} hợp lệ + {format_count(rejected)} bị loại"
        if lang == "vi"
        else f"{format_count(read, lang)} rows read = {format_count(valid, lang)} valid + {format_count(rejected, lang)} rejected",
    )
    raise SystemExit(_status(found))


@main.command()
@folder_argument
@click.argument("files", nargs=-1)
@click.option("--yes", is_flag=True, help="take every best guess; what has none is left in comments")
@click.option("--force", is_flag=True, help="write over a district.toml; its answers are kept and not asked for again")
@click.option("--code", help="code of the unit that reports")
@click.option("--name", help="its name, without huyện or xã")
@click.option("--level", help="its level: province, district or commune; Vietnamese too")
@click.option("--extracted-on", "extracted_on", type=_Date(), help="the day on which the tables were exported")
@period_option
@lang_option
def init(folder: Path, files: tuple[str, ...], lang: Lang, *, yes: bool, force: bool, **given: Any) -> None:
    """Look at the tables in FOLDER, or at FILES in it, ask what is in doubt, and write FOLDER/district.toml."""
    from cchc_metrics.proposal import (  # noqa: PLC0415  the command starts fast
        answers_given,
        answers_in,
        district_toml,
        encodings_in,
        kept_of,
        propose,
    )
    from cchc_metrics.read.district import FILE, load_district  # noqa: PLC0415
    from cchc_metrics.read.look import sheets_in  # noqa: PLC0415
    from cchc_metrics.read.own import Own  # noqa: PLC0415
    from cchc_metrics.report.files import write_whole  # noqa: PLC0415

    path = folder / FILE
    with _working(lang):
        if path.exists() and not force:
            raise InputError(
                f"«{path}» đã có; thêm --force để viết lại, các câu đã trả lời được giữ", f"«{path}» is there; add --force to write it anew"
            )
        before = path.read_bytes() if path.exists() else b""
        answers = answers_in(before) if before else {}
        sheets, unread = sheets_in(folder, files, Own(encodings=encodings_in(answers)))
        for name, error in unread:
            click.echo(f"{name}: {error.text(lang)}", err=True)
        proposal = propose(sheets, answers | answers_given(given))
        if yes:
            proposal = proposal.guessed()
        elif sys.stdin.isatty():
            proposal = proposal.answered(dict(_asked(proposal.doubts, lang)))
        for entry in proposal.doubts:
            guess = "" if entry.value is None else f" → {entry.value}"
            click.echo(f"? {entry.question(lang)}{guess}")
        proposal.check()
        text = district_toml(proposal, kept_of(before.decode("utf-8-sig")))
        load_district(text)
        if before:
            write_whole(path.with_suffix(".toml.old"), [before.decode("utf-8-sig")])
        write_whole(path, [text])
    click.echo(f"{path}: cchc-metrics report {folder}")
    raise SystemExit(1 if proposal.doubts else 0)


def _asked(doubts: Iterable[Entry], lang: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Ask each question on the terminal, with its best guess; «?» leaves it in doubt."""
    for entry in doubts:
        guess = entry.value if isinstance(entry.value, str) else "?"
        while True:
            said = str(click.prompt(entry.question(lang), default=guess)).strip()
            try:
                meant = said if said == "?" else entry.meant(said)
            except CchcError as error:
                click.echo(error.text(lang))
                continue
            break
        if meant != "?":
            yield entry.where, meant


@main.command()
@click.argument("directory", type=_PATH)
@click.option("--force", is_flag=True, help="write into a folder that is not empty")
def example(directory: Path, force: bool) -> None:  # noqa: FBT001  a flag of the command line
    """Write the synthetic example of huyện Tháp Mười to DIRECTORY."""
    from cchc_metrics.example.make import make_example  # noqa: PLC0415  the command starts fast

    with _working("vi"):
        if directory.exists() and any(directory.iterdir()) and not force:
            raise InputError(
                f"thư mục «{directory}» không trống; thêm --force để ghi đè",
                f"folder «{directory}» is not empty; add --force to overwrite",
            )
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in make_example().items():
            (directory / name).write_text(text, encoding="utf-8", newline="")
    click.echo(f"{directory}: cchc-metrics report {directory} --period 2021")


@main.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema of every model, or of NAME."""
    from cchc_metrics.schemas import json_schemas  # noqa: PLC0415  the command starts fast

    with _working("en"):
        click.echo(json.dumps(json_schemas(name), ensure_ascii=False, indent=1))


@main.command("plan")
@folder_argument
@as_of_option
@plan_option
@lang_option
def plan_command(folder: Path, lang: Lang, **chosen: Any) -> None:
    """Print where the plan of FOLDER stands: met, on track, at risk, and what it takes."""
    from cchc_metrics.report.content import plan_page  # noqa: PLC0415  the command starts fast

    with _working(lang) as progress:
        made = _read(folder, progress, **chosen).report()
        page = plan_page(made, lang)
    _print_page(page)
    raise SystemExit(_status(made.problems))


@main.command()
@folder_argument
@scheme_option
@scores_option
@period_option
@as_of_option
@click.option("--unit", help="unit code; default: every unit that scores are given for")
@click.option("--what-if", "changes", multiple=True, metavar="INPUT=VALUE", help="change an input, e.g. 2.1=95; may be repeated")
@click.option("--cheapest", type=int, help="the cheapest way to the next band with at most so many criteria")
@lang_option
def score(folder: Path, unit: str | None, changes: tuple[str, ...], cheapest: int | None, lang: Lang, **chosen: Any) -> None:
    """Print the scorecards of FOLDER by a scoring scheme, and what would change them."""
    from cchc_metrics.score.text import score_text  # noqa: PLC0415  the command starts fast

    with _working(lang) as progress:
        data = _read(folder, progress, **chosen)
        inputs = data.inputs()
        assert data.scheme is not None  # noqa: S101  inputs() has asked
        text = score_text(inputs, data.scheme, reporting=data.unit, unit=unit, changes=changes, cheapest=cheapest, lang=lang)
    click.echo(text)
    _tell_errors(data.errors(data.tables), lang)
    raise SystemExit(_status(data.problems))


@main.command("form06")
@click.argument("folder", type=_PATH, required=False)
@period_option
@as_of_option
@unit_option
@click.option("--rules", default="form06", show_default=True, help="a preset of rules")
@click.option("--check", "published", type=_FILE, help="check a published form (CSV) instead")
@click.option("--why", is_flag=True, help="print which named rules change which cells, and with --with which make the office's sheet")
@click.option("--with", "office", type=_FILE, help="with --why: the one-stop's own sheet (CSV or workbook)")
@click.option("--json", "as_json", is_flag=True, help="with --why: print JSON")
@click.option(
    "--out", type=_FILE, help="write the form as it is submitted (.xlsx); with --why the table (.xlsx, .csv, .json, .md, .parquet)"
)
@lang_option
def form06_command(
    folder: Path | None,
    unit: str,
    published: Path | None,
    office: Path | None,
    out: Path | None,
    lang: Lang,
    *,
    why: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Print Form 06 (Biểu số 06/VPCP/KSTT) of FOLDER, check the identities of a published one, or say why they are not the same."""
    from cchc_metrics.read.form06_csv import read_form06_file  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.form06_table import failure_text, form06_table  # noqa: PLC0415
    from cchc_metrics.verbs.form06 import check_form06  # noqa: PLC0415

    if published is None and folder is None:
        raise click.UsageError("cần FOLDER hoặc --check TỆP | FOLDER or --check FILE is needed")
    if (office is not None or as_json) and not why:
        raise click.UsageError("--with và --json đi với --why | --with and --json go with --why")
    if why:
        if folder is None or published is not None:
            raise click.UsageError("--why cần FOLDER, không đi với --check | --why needs FOLDER and does not go with --check")
        raise SystemExit(_form06_why(folder, unit, office, out, lang, as_json=as_json, **chosen))
    errors: Mapping[str, int] = {}
    heading: list[str] = []
    with _working(lang) as progress:
        if published is not None:
            rows = read_form06_file(published)
        else:
            assert folder is not None  # noqa: S101  one of the two is given
            data = _read(folder, progress, **chosen)
            form = data.form06(unit=unit)
            if out is not None:
                form.to_excel(out, lang)
            rows, errors = form.rows, data.errors(["dossiers"])
            name = data.units.unit(form.unit).full_name
            heading = [f"Biểu số 06/VPCP/KSTT · {name} · {form.period.text(lang)} · {form.rules}"]
        failures = check_form06(rows)
    for line in heading:
        click.echo(line)
    _print_table(form06_table(rows, lang))
    for failure in failures:
        click.echo(failure_text(failure, lang))
    _tell_errors(errors, lang)
    raise SystemExit(1 if failures or errors else 0)


def _form06_why(folder: Path, unit: str, office: Path | None, out: Path | None, lang: Lang, *, as_json: bool, **chosen: Any) -> int:
    """Print which rules change which cells of a form, and write the whole table; the totals of all are printed."""
    from cchc_metrics.report.table_file import save_table  # noqa: PLC0415  the command starts fast

    with _working(lang) as progress:
        data = _read(folder, progress, **chosen)
        found = data.form06_why(unit=unit, office=office)
        if out is not None:
            save_table(found, out, lang, found.to_json(lang))
        errors = data.errors(["dossiers"])
    if as_json:
        click.echo(json.dumps(found.to_json(lang), ensure_ascii=False, indent=1))
    else:
        click.echo(found.totals().to_text(lang, rows=None, width=None))
    _tell_errors(errors, lang)
    return 1 if errors or (found.compared and found.left[0] and not found.found) else 0


@main.command()
@folder_argument
@click.argument("template", type=_FILE)
@click.option("--out", type=_FILE, required=True, help="the workbook or document to write")
@period_option
@as_of_option
@click.option("--baseline", type=_PATH, help="a folder, or a report.json, to compare with")
@plan_option
@rules_option
@click.option("--empty", default="", help="what stands in a cell that has no value")
@lang_option
def fill(folder: Path, template: Path, out: Path, empty: str, lang: Lang, **chosen: Any) -> None:
    """Fill an office's own workbook or Word document TEMPLATE, whose texts name values: {{resolved_on_time|level=commune|2021|percent}}."""
    with _working(lang) as progress:
        data = _read(folder, progress, **chosen)
        found = data.fill_form(template, out, lang=lang, empty=empty)
    n, without = len(found), [item for item in found if item.reason.text(lang)]
    click.echo(f"{out}: đã điền {n} vị trí" if lang == "vi" else f"{out}: {n} places filled")
    for item in without:
        click.echo(f"{item.place}: {{{{{item.name}}}}}: {item.reason.text(lang)}", err=True)
    for note in found.notes:
        click.echo(note.text(lang), err=True)
    _tell_errors(data.errors(data.tables), lang)
    raise SystemExit(_status(data.problems))


@main.command()
@folder_argument
@click.argument("indicator")
@unit_option
@period_option
@as_of_option
@click.option("--breakdown", "-b", multiple=True, help="dimension=label, e.g. level=commune; may be repeated")
@rules_option
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="how many rows of each part are printed")
@lang_option
def explain(folder: Path, indicator: str, unit: str, breakdown: tuple[str, ...], limit: int, lang: Lang, **chosen: Any) -> None:
    """Print the rows behind INDICATOR: in the numerator, the rest of the denominator, left out with the reason."""
    from cchc_metrics.report.explanation import explanation_text  # noqa: PLC0415  the command starts fast

    with _working(lang) as progress:
        data = _read(folder, progress, **chosen)
        pairs = {dim: label for dim, _, label in (text.partition("=") for text in breakdown)}
        text = explanation_text(data.explain(indicator, unit, **pairs), lang, limit=limit)
        errors = data.errors(data.catalogue.kinds_of(indicator))
    click.echo(text, nl=False)
    _tell_errors(errors, lang)
    raise SystemExit(1 if errors else 0)


@main.command()
@folder_argument
@click.argument("indicator")
@click.option(
    "--by", default="unit", show_default=True, help="unit, level, channel, field, procedure, or another dimension of the indicator"
)
@unit_option
@period_option
@as_of_option
@click.option("--baseline", type=_PATH, help="a folder, or a report.json, to compare with")
@click.option("--baseline-period", help="what to compare with; default: the same-named period one year earlier")
@rules_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="how many groups are printed")
@lang_option
def why(folder: Path, indicator: str, by: str, unit: str, baseline_period: str | None, limit: int, lang: Lang, **chosen: Any) -> None:
    """Print why INDICATOR changed: what each group added by its own rate and by its part of the whole, exactly."""
    with _working(lang) as progress:
        data = _read(folder, progress, **chosen)
        text = data.contributions(by, indicator, unit, baseline_period=baseline_period).to_text(lang, rows=limit, width=None)
        errors = data.errors(data.catalogue.kinds_of(indicator))
    click.echo(text)
    _tell_errors(errors, lang)
    raise SystemExit(1 if errors else 0)


@main.group()
def snapshot() -> None:
    """Keep figures as they were reported, and see which would be others today, by how much and through which rows."""


@snapshot.command("take")
@folder_argument
@click.argument("name")
@click.option("--period", "periods", multiple=True, help="2021, 2021-Q1 …; may be repeated; default: district.toml")
@as_of_option
@rules_option
@click.option("--by", required=True, help="who stands behind the figures")
@click.option("--on", "on", type=_Date(), help="the day on which they were made or signed; default: today")
@click.option("--published", is_flag=True, help="they are those of a report that went out")
@click.option("--signed", default="", help="the text that was signed, such as the number and date of the report")
@click.option("--restates", default="", help="the snapshot whose figures these replace")
@click.option("--why", default="", help="why they do")
@click.option("--no-rows", is_flag=True, help="do not keep what each row counts as: changes cannot be traced to rows then")
@lang_option
def snapshot_take(
    folder: Path,
    name: str,
    periods: tuple[str, ...],
    on: date | None,
    restates: str,
    lang: Lang,
    *,
    published: bool,
    no_rows: bool,
    by: str,
    signed: str,
    why: str,
    **chosen: Any,
) -> None:
    """Keep the figures of FOLDER as NAME in FOLDER/snapshots; a name that is there is never written over."""
    from cchc_metrics.read.kept import SNAPSHOTS  # noqa: PLC0415  the command starts fast

    with _working(lang) as progress:
        data = _read(folder, progress, **chosen)
        made = data.snapshot(
            name,
            *periods,
            on=on or date.today(),
            by=by,
            origin="published" if published else "recomputed",
            signed=signed,
            restates=_snapshot(folder, restates) if restates else None,
            why=why,
            rows=not no_rows,
        )
        path = made.save(folder / SNAPSHOTS)
    click.echo(made.to_text(lang))
    click.echo(f"{'Đã ghi' if lang == 'vi' else 'Written'}: {path}", err=True)
    _tell_errors(data.errors(data.tables), lang)
    raise SystemExit(_status(data.problems))


@snapshot.command("list")
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="for programs")
@lang_option
def snapshot_list(folder: Path, lang: Lang, *, as_json: bool) -> None:
    """Print the snapshots of FOLDER: of what, by whom, when, by which definitions."""
    from cchc_metrics.read.kept import snapshot_names  # noqa: PLC0415  the command starts fast

    with _working(lang):
        found = [_snapshot(folder, name) for name in snapshot_names(folder)]
    if as_json:
        click.echo(json.dumps([each.to_dict() for each in found], ensure_ascii=False, indent=1))
    else:
        click.echo(
            "\n\n".join(each.to_text(lang) for each in found) or ("chưa có bản chụp nào" if lang == "vi" else "there is no snapshot yet")
        )


@snapshot.command("compare")
@folder_argument
@click.argument("name")
@rules_option
@click.option("--indicator", help="the rows through which this indicator changed; the whole table where none is named")
@unit_option
@click.option("--period", help="the period of the figure, where the snapshot has several")
@click.option("--breakdown", "-b", multiple=True, help="dimension=label of the figure, e.g. level=commune; may be repeated")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="how many lines are printed")
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.option("--out", type=_FILE, help="write the whole table: .csv, .xlsx, .md, .parquet, .txt or .json")
@lang_option
def snapshot_compare(
    folder: Path,
    name: str,
    indicator: str | None,
    unit: str,
    period: str | None,
    breakdown: tuple[str, ...],
    limit: int,
    out: Path | None,
    lang: Lang,
    *,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Print which figures of the snapshot NAME of FOLDER would be others today; of one figure, the rows through which it changed."""
    from cchc_metrics.report.files import save_table  # noqa: PLC0415  the command starts fast

    with _working(lang) as progress:
        kept = _snapshot(folder, name)
        data = _read(folder, progress, **chosen)
        found = data.changes_since(kept)
        pairs = {dim: label for dim, _, label in (text.partition("=") for text in breakdown)}
        table = found if indicator is None else found.rows(indicator, unit or data.unit, period, pairs)
        text = json.dumps(table.to_json(lang), ensure_ascii=False, indent=1)
        if out is not None:
            save_table(table, out, lang, text)
    click.echo(text if as_json else table.to_text(lang, rows=limit, width=None))
    _tell_errors(data.errors(data.tables), lang)
    raise SystemExit(_status(data.problems))


def _snapshot(folder: Path, name: str) -> Snapshot:
    """Return a snapshot of a folder by its name, or that of a file."""
    from cchc_metrics.read.kept import snapshot_at  # noqa: PLC0415  the command starts fast
    from cchc_metrics.snapshot.model import Snapshot  # noqa: PLC0415

    return Snapshot.read(snapshot_at(folder, name))


@main.command()
@click.argument("received")
@click.argument("term")
@click.option("--unit", default="working_days", show_default=True, help="working_days, calendar_days, hours or months; Vietnamese too")
@click.option("--paused", default=0, show_default=True, help="days waited for the citizen")
@lang_option
def deadline(received: str, term: str, unit: str, paused: int, lang: Lang) -> None:
    """Print the due date of a dossier RECEIVED on a day with a TERM: ``cchc-metrics deadline 31/12/2025 6``."""
    from cchc_metrics.records.deadline import due_date_of_texts  # noqa: PLC0415  the command starts fast
    from cchc_metrics.tables.numbers import format_date  # noqa: PLC0415

    with _working(lang):
        due = due_date_of_texts(received, term, unit, paused_days=paused)
        clock = f" {due:%H:%M}" if hasattr(due, "hour") else ""
        click.echo(format_date(due, lang) + clock)


@main.command()
@click.argument("year", type=int, required=False)
@lang_option
def calendar(year: int | None, lang: Lang) -> None:
    """Print the working calendar: every year, or the days of YEAR."""
    from cchc_metrics.reference.calendar import Calendar  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.calendar_text import calendar_text  # noqa: PLC0415

    with _working(lang):
        click.echo(calendar_text(Calendar.official(), year, lang), nl=False)


@main.command()
@lang_option
def catalogue(lang: str) -> None:
    """Print the indicators."""
    from cchc_metrics.catalogue.load import default_catalogue  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.page import words_table  # noqa: PLC0415

    rows = tuple((i.id, i.name(lang), i.scale.value, i.formula_id, i.source_text(lang)) for i in default_catalogue())
    headings = ("id", "tên", "đơn vị", "công thức", "nguồn") if lang == "vi" else ("id", "name", "unit", "formula", "source")
    _print_table(words_table("catalogue", headings, rows))


def _print_page(page: Page) -> None:
    """Print a page: on a terminal with its tables drawn and as wide as it is, else as plain text."""
    if sys.stdout.isatty():
        from cchc_metrics.report.terminal import print_page  # noqa: PLC0415  costs more than most commands take

        if print_page(page):
            return
    from cchc_metrics.report.page_text import page_text  # noqa: PLC0415  the command starts fast

    click.echo(page_text(page), nl=False)


def _print_table(table: Table) -> None:
    """Print a table as ``_print_page`` does a page; plain text has every cell on one line, for programs that read it."""
    if sys.stdout.isatty():
        from cchc_metrics.report.terminal import print_table  # noqa: PLC0415  costs more than most commands take

        if print_table(table):
            return
    from cchc_metrics.report.page_text import table_text  # noqa: PLC0415  the command starts fast

    click.echo(table_text(table, None))


def _read(folder: Path, progress: _Progress, **chosen: Any) -> Dataset:
    """Read a folder with what was chosen on the command line; the rest is as the folder says."""
    from cchc_metrics.dataset import read_folder  # noqa: PLC0415  the command starts fast

    return read_folder(folder, progress=progress, **chosen)


def _status(problems: Problems) -> int:
    return 1 if problems.rejected or any(code.severity == "error" for code in problems.by_code()) else 0


def _tell_errors(errors: Mapping[str, int], lang: str) -> None:
    """Say on the other stream that there are mistakes, so that what was printed is not taken for the whole."""
    for file, n in errors.items():
        click.echo(
            f"cchc-metrics: {file}: {n} lỗi, số liệu có thể chưa đủ; xem: cchc-metrics check"
            if lang == "vi"
            else f"cchc-metrics: {file}: {n} mistakes, so figures may lack something; see: cchc-metrics check",
            err=True,
        )


@contextmanager
def _working(lang: str) -> Iterator[_Progress]:
    """Say what is being read, and end with status 2 and one line where the input cannot be used."""
    try:
        with _Progress() as progress:
            yield progress
    except BrokenPipeError:
        raise
    except (CchcError, OSError) as error:
        message = error.text(lang) if isinstance(error, CchcError) else str(error)
        # A plan tells every mistake on a line of its own; one line is what a script can take.
        click.echo(f"cchc-metrics: {'; '.join(message.splitlines())}", err=True)
        raise SystemExit(2) from None


class _Progress:
    """Says what is being read, on a terminal only, once the work has taken longer than a second."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._shown is None and sys.stderr.isatty() and time.monotonic() - self._started > _SLOW_SECONDS:
            from cchc_metrics.report.terminal import progress_shown  # noqa: PLC0415  costs more than most commands take

            self._shown = progress_shown()
            if self._shown is not None:
                self._task = self._shown.add_task(what, total=None)
        if self._shown is not None:
            self._shown.update(self._task, description=what, completed=done, total=total or None)


if __name__ == "__main__":
    main()
