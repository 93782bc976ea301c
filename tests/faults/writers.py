"""Everything of the package that writes files, on a small district: each writer by name, and what it writes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import xlsxwriter
from click.testing import CliRunner

import cchc_metrics as cm
from cchc_metrics import cli
from cchc_metrics.errors import InputError
from cchc_metrics.report.files import ALWAYS, FORMATS, save_report
from cchc_metrics.report.model import Report
from cchc_metrics.report.periodic import PeriodicRows
from cchc_metrics.report.periodic_files import FORMATS as PERIODIC
from cchc_metrics.report.table_file import save_table
from cchc_metrics.text import Lang

SMALL = Path(__file__).parents[1] / "golden" / "two-communes"
Writer = Callable[[Path, Lang], object]
"""Writes into a folder, in a language, so that there are two contents of every file."""


@cache
def small() -> cm.Dataset:
    return cm.read_folder(SMALL)


@cache
def small_report() -> Report:
    return small().report("2021")


@cache
def small_periodic() -> PeriodicRows:
    return small().periodic("2021")


def command(*arguments: object) -> int:
    """Run the command; raises its error where it cannot write."""
    done = CliRunner().invoke(cli.main, [str(each) for each in arguments])
    if done.exit_code == 2:
        raise InputError(done.stderr, done.stderr)
    assert done.exit_code in (0, 1, 130), done
    return done.exit_code


def _report(formats: tuple[str, ...]) -> Writer:
    return lambda folder, lang: save_report(small_report(), folder, formats, lang)


def _table(ending: str) -> Writer:
    return lambda folder, lang: save_table(small_report().measures, folder / f"measures{ending}", lang)


@cache
def _template() -> Path:
    form = Path(tempfile.mkdtemp()) / "form.xlsx"
    with xlsxwriter.Workbook(str(form)) as book:
        book.add_worksheet().write_string(0, 0, "{{unit}} {{dossiers_received|name}}")
    return form


def _form(folder: Path, lang: Lang) -> None:
    small().fill_form(_template(), folder / "filled.xlsx", period="2021", lang=lang)


def _snapshot(folder: Path, lang: Lang) -> None:
    """A snapshot is never written over: one of another name is written in each language."""
    path = folder / f"{lang}.snapshot.json"
    try:
        small().snapshot(lang, "2021", on=date(2022, 1, 31), by="A").save(folder)
    except InputError:
        if not path.exists():
            raise


def _init(folder: Path, lang: Lang) -> None:
    for name in ("dossiers.csv", "meetings.csv"):
        if not (folder / name).exists():
            try:
                shutil.copy(SMALL / name, folder / name)
            except OSError as error:  # of the test, not of the command
                raise InputError(str(error), str(error)) from None
    name = {"vi": "Tháp Mười", "en": "Thap Muoi"}[lang]
    command("init", folder, "--yes", "--force", "--code", "TM", "--name", name, "--level", "district")


WRITERS: Mapping[str, Writer] = {
    "report": _report(tuple(FORMATS)),
    **{f"report {name}": _report((name,)) for name in FORMATS},
    **{f"table {ending}": _table(ending) for ending in (".xlsx", ".csv", ".json", ".md", ".txt", ".parquet")},
    **{f"periodic {name}": partial(lambda name, folder, lang: small_periodic().save(folder, [name], lang), name) for name in PERIODIC},
    "form06": lambda folder, lang: small().form06("2021").to_excel(folder / "form06.xlsx", lang),
    "fill": _form,
    "check": lambda folder, _: command("check", SMALL, "--out", folder / "problems.csv"),
    "snapshot": _snapshot,
    "init": _init,
    "example": lambda folder, _: command("example", folder / "example", "--force"),
}
"""Name → what writes."""
ONCE = ("snapshot",)
"""Writers that never write over what is there."""
IN_ORDER: tuple[str, ...] = tuple(sorted((name for files in (*FORMATS.values(), ALWAYS) for name in files), key="report.json".__eq__))
"""The files of a whole report in the order in which they get their names."""


def files_in(folder: Path) -> dict[str, Any]:
    """Return what stands in a folder: path → bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
