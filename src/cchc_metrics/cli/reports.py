"""Commands that print reports and forms, and write them to files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cchc_metrics.cli.command import (
    FILE_PATH,
    FORMATS,
    PATH,
    PERIODIC_FORMATS,
    as_of_option,
    baseline_option,
    end,
    folder_argument,
    lang_option,
    main,
    period_option,
    plan_option,
    print_page,
    print_table,
    read,
    rules_option,
    say,
    scheme_option,
    scores_option,
    suppress_option,
    tell_errors,
    unit_option,
    workers_option,
    working,
)
from cchc_metrics.errors import InputError

if TYPE_CHECKING:
    from cchc_metrics.read.limits import Limits
    from cchc_metrics.text import Lang


@main.command()
@folder_argument
@period_option
@as_of_option
@baseline_option
@plan_option
@rules_option
@scheme_option
@scores_option
@workers_option
@suppress_option
@lang_option
@click.option("--out", type=PATH, help="folder to write to; created when missing")
@click.option("--formats", default="txt,json,md", show_default=True, help=f"what to write to --out: {FORMATS}")
@click.option("--open", "opened", is_flag=True, help="open what was written: the first format that people read")
def report(folder: Path, lang: Lang, out: Path | None, formats: str, *, opened: bool, **chosen: Any) -> None:
    """Print the report of FOLDER and write it to --out; where the files went is said on the other stream."""
    from cchc_metrics.report.content import report_page  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.files import ALWAYS, formats_named, save_report, to_be_opened  # noqa: PLC0415
    from cchc_metrics.report.files import FORMATS as FILES  # noqa: PLC0415

    written: tuple[Path, ...] = ()
    with working(lang) as progress:
        wanted = formats_named(formats.split(","))
        _formats_need_out(out)
        if opened and out is None:
            raise InputError("--open mở tệp đã ghi; thêm --out THƯ_MỤC", "--open opens what was written; add --out FOLDER")
        made = read(folder, progress, **chosen).report()
        page = report_page(made, lang)
        if out is not None:
            written = save_report(made, out, wanted, lang)
    print_page(page)
    _tell_written(written, [name for files in (*FILES.values(), ALWAYS) for name in files], lang)
    if opened and (chosen_file := to_be_opened(written)) is not None:
        click.launch(str(chosen_file))
    end(made.problems, lang)


@main.command()
@folder_argument
@period_option
@as_of_option
@baseline_option
@plan_option
@rules_option
@workers_option
@suppress_option
@lang_option
@click.option("--rows", type=FILE_PATH, help="a TOML file of rows of one's own, instead of those of the package")
@click.option("--out", type=PATH, help="folder to write to; created when missing")
@click.option("--formats", default="docx,xlsx", show_default=True, help=f"what to write to --out: {PERIODIC_FORMATS}")
def periodic(folder: Path, lang: Lang, rows: Path | None, out: Path | None, formats: str, **chosen: Any) -> None:
    """Print the periodic report on administrative reform of FOLDER (581/BNV-CCHC: first quarter, six months, third quarter, year)."""
    from cchc_metrics.report.periodic_page import periodic_page  # noqa: PLC0415  the command starts fast

    written: tuple[Path, ...] = ()
    with working(lang) as progress:
        _formats_need_out(out)
        found = read(folder, progress, **chosen).periodic(rows=rows)
        page = periodic_page(found, lang)
        if out is not None:
            written = found.save(out, formats.split(","), lang)
    print_page(page)
    _tell_written(written, [f"periodic.{name.strip()}" for name in PERIODIC_FORMATS.split(",")], lang)
    end(found.report.problems, lang)


def _tell_written(written: Sequence[Path], names: Iterable[str], lang: Lang) -> None:
    """Print what was written, and which files beside it are of another run: not every reader looks at what a file says it is of."""
    from cchc_metrics.report.files import of_other_runs  # noqa: PLC0415  the command starts fast

    if written:
        say(f"{'Đã ghi' if lang == 'vi' else 'Written'}: {', '.join(map(str, written))}", err=True)
    if others := of_other_runs(written, names):
        said = "Của lần chạy khác, không được ghi lại" if lang == "vi" else "Of another run, not written again"
        say(f"{said}: {', '.join(map(str, others))}", err=True)


def _formats_need_out(out: Path | None) -> None:
    """Refuse formats that were asked for where no file is written: whoever types them expects one."""
    asked = click.get_current_context().get_parameter_source("formats") is click.core.ParameterSource.COMMANDLINE
    if asked and out is None:
        raise InputError(
            "--formats là dạng của tệp ghi ra; thêm --out THƯ_MỤC", "--formats is of the files that are written; add --out FOLDER"
        )


@main.command("plan")
@folder_argument
@as_of_option
@plan_option
@suppress_option
@lang_option
def plan_command(folder: Path, lang: Lang, **chosen: Any) -> None:
    """Print where the plan of FOLDER stands: met, on track, at risk, and what it takes."""
    from cchc_metrics.report.content import plan_page  # noqa: PLC0415  the command starts fast

    with working(lang) as progress:
        made = read(folder, progress, **chosen).report()
        page = plan_page(made, lang)
    print_page(page)
    end(made.problems, lang)


@main.command("form06")
@click.argument("folder", type=PATH, required=False)
@period_option
@as_of_option
@workers_option
@unit_option
@click.option("--rules", default="form06", show_default=True, help="a preset of rules")
@click.option(
    "--check", "published", type=FILE_PATH, help="check a published form (CSV or workbook) instead; the [limits] of FOLDER hold for it"
)
@click.option("--why", is_flag=True, help="print which named rules change which cells, and with --with which make the office's sheet")
@click.option("--with", "office", type=FILE_PATH, help="with --why: the one-stop's own sheet (CSV or workbook)")
@click.option("--json", "as_json", is_flag=True, help="with --why: print JSON")
@click.option(
    "--out", type=FILE_PATH, help="write the form as it is submitted (.xlsx); with --why the table (.xlsx, .csv, .json, .md, .parquet)"
)
@suppress_option
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
    with working(lang) as progress:
        if published is not None:
            rows = read_form06_file(published) if folder is None else read_form06_file(published, _limits_of(folder))
        else:
            assert folder is not None  # noqa: S101  one of the two is given
            data = read(folder, progress, **chosen)
            form = data.form06(unit=unit)
            if out is not None:
                form.to_excel(out, lang)
            rows, errors = form.rows, data.errors(["dossiers"])
            name = data.units.unit(form.unit).full_name
            heading = [f"Biểu số 06/VPCP/KSTT · {name} · {form.period.text(lang)} · {form.rules}"]
        failures = check_form06(rows)
    for line in heading:
        say(line)
    print_table(form06_table(rows, lang))
    for failure in failures:
        say(failure_text(failure, lang))
    tell_errors(errors, lang)
    raise SystemExit(1 if failures or errors else 0)


def _limits_of(folder: Path) -> Limits:
    """Return how much a file of a folder may hold, as its settings say."""
    from cchc_metrics.read.district import FILE, load_district  # noqa: PLC0415  the command starts fast
    from cchc_metrics.read.places import bytes_in  # noqa: PLC0415

    return load_district(bytes_in(folder, folder / FILE)).limits


def _form06_why(folder: Path, unit: str, office: Path | None, out: Path | None, lang: Lang, *, as_json: bool, **chosen: Any) -> int:
    """Print which rules change which cells of a form, and write the whole table; the totals of all are printed."""
    from cchc_metrics.read.form06_csv import read_form06_file  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.table_file import save_table  # noqa: PLC0415  the command starts fast

    with working(lang) as progress:
        data = read(folder, progress, **chosen)
        sheet = None if office is None else read_form06_file(office, _limits_of(folder))
        found = data.form06_why(unit=unit, office=sheet)
        if out is not None:
            save_table(found, out, lang, found.to_json(lang))
        errors = data.errors(["dossiers"])
    if as_json:
        say(json.dumps(found.to_json(lang), ensure_ascii=False, indent=1))
    else:
        say(found.totals().to_text(lang, rows=None, width=None))
    tell_errors(errors, lang)
    return 1 if errors or (found.compared and found.left[0] and not found.found) else 0


@main.command()
@folder_argument
@click.argument("template", type=FILE_PATH)
@click.option("--out", type=FILE_PATH, required=True, help="the workbook or document to write")
@period_option
@as_of_option
@baseline_option
@plan_option
@rules_option
@click.option("--empty", default="", help="what stands in a cell that has no value")
@suppress_option
@lang_option
def fill(folder: Path, template: Path, out: Path, empty: str, lang: Lang, **chosen: Any) -> None:
    """Fill an office's own workbook or Word document TEMPLATE, whose texts name values: {{resolved_on_time|level=commune|2021|percent}}."""
    with working(lang) as progress:
        data = read(folder, progress, **chosen)
        found = data.fill_form(template, out, lang=lang, empty=empty)
    n, without = len(found), [item for item in found if item.reason.text(lang)]
    say(f"{out}: đã điền {n} vị trí" if lang == "vi" else f"{out}: {n} places filled")
    for item in without:
        say(f"{item.place}: {{{{{item.name}}}}}: {item.reason.text(lang)}", err=True)
    for note in found.notes:
        say(note.text(lang), err=True)
    end(data.problems, lang)
