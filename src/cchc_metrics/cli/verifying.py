"""The command that computes a report again and says what of it is another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cchc_metrics.cli.command import (
    FILE_PATH,
    baseline_option,
    folder_argument,
    lang_option,
    main,
    plan_option,
    read,
    say,
    scheme_option,
    scores_option,
    working,
)

if TYPE_CHECKING:
    from cchc_metrics.text import Lang

DIFFERS = 4
"""The exit status where something differs; 1 would mean that it is done."""


@main.command()
@click.argument("report", type=FILE_PATH)
@folder_argument
@baseline_option
@plan_option
@scheme_option
@scores_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="how many differences are printed")
@click.option("--json", "as_json", is_flag=True, help="for programs")
@click.option("--out", type=FILE_PATH, help="write all differences: .csv, .xlsx, .md, .parquet, .txt or .json")
@lang_option
def verify(report: Path, folder: Path, limit: int, out: Path | None, lang: Lang, *, as_json: bool, **given: Any) -> None:
    """Compute REPORT (a report.json) again from FOLDER, about the same period and day, and compare every number, status and digest.

    Exit status: 0 all is equal; 4 something differs; 2 the report or the folder cannot be used.
    """
    from cchc_metrics.provenance.reported import read_reported  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.table_file import save_table  # noqa: PLC0415

    with working(lang) as progress:
        reported = read_reported(report)
        found = read(folder, progress, **reported.chosen(folder, given)).verify(report)
        if out is not None:
            save_table(found, out, lang)
    if as_json:
        said = {"equal": found.equal, "compared": found.compared, "unexplained": found.unexplained}
        notes = [note.text(lang) for note in found.notes]
        say(json.dumps({**said, "notes": notes, "differences": found.to_dicts(lang)}, ensure_ascii=False, indent=1))
    elif found.equal:
        say("\n".join(line.text(lang) for line in (found.verdict, *found.notes)))
    else:
        say(found.to_text(lang, rows=limit, width=None))
    raise SystemExit(0 if found.equal else DIFFERS)
