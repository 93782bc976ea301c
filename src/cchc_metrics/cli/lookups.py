"""Commands that need no folder: due dates, the calendar, the catalogue, JSON Schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cchc_metrics.cli.command import lang_option, main, print_table, say, working

if TYPE_CHECKING:
    from cchc_metrics.text import Lang


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

    with working(lang):
        due = due_date_of_texts(received, term, unit, paused_days=paused)
        clock = f" {due:%H:%M}" if hasattr(due, "hour") else ""
        say(format_date(due, lang) + clock)


@main.command()
@click.argument("year", type=int, required=False)
@lang_option
def calendar(year: int | None, lang: Lang) -> None:
    """Print the working calendar: every year, or the days of YEAR."""
    from cchc_metrics.reference.calendar import Calendar  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.calendar_text import calendar_text  # noqa: PLC0415

    with working(lang):
        say(calendar_text(Calendar.official(), year, lang), nl=False)


@main.command()
@lang_option
def catalogue(lang: str) -> None:
    """Print the indicators."""
    from cchc_metrics.catalogue.load import default_catalogue  # noqa: PLC0415  the command starts fast
    from cchc_metrics.report.page import words_table  # noqa: PLC0415

    rows = tuple((i.id, i.name(lang), i.scale.value, i.formula_id, i.source_text(lang)) for i in default_catalogue())
    headings = ("id", "tên", "đơn vị", "công thức", "nguồn") if lang == "vi" else ("id", "name", "unit", "formula", "source")
    print_table(words_table("catalogue", headings, rows))


@main.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print the JSON Schema of every model, or of NAME."""
    from cchc_metrics.schemas import json_schemas  # noqa: PLC0415  the command starts fast

    with working("en"):
        say(json.dumps(json_schemas(name), ensure_ascii=False, indent=1))
