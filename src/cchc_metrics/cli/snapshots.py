"""Commands that keep figures as they were reported, and say which would be others today."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cchc_metrics.cli.command import (
    FILE_PATH,
    Date,
    as_of_option,
    end,
    folder_argument,
    lang_option,
    main,
    read,
    rules_option,
    say,
    suppress_option,
    unit_option,
    working,
)

if TYPE_CHECKING:
    from cchc_metrics.snapshot.changes import FigureChanges, RowChanges
    from cchc_metrics.snapshot.model import Snapshot
    from cchc_metrics.text import Lang


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
@click.option("--on", "on", type=Date(), help="the day on which they were made or signed; default: today")
@click.option("--published", is_flag=True, help="they are those of a report that went out")
@click.option("--signed", default="", help="the text that was signed, such as the number and date of the report")
@click.option("--restates", default="", help="the snapshot whose figures these replace")
@click.option("--why", default="", help="why they do")
@click.option("--no-rows", is_flag=True, help="do not keep what each row counts as: changes cannot be traced to rows then")
@suppress_option
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
    from cchc_metrics.read.kept import snapshot_folder  # noqa: PLC0415  the command starts fast

    with working(lang) as progress:
        data = read(folder, progress, **chosen)
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
        path = made.save(snapshot_folder(folder))
    say(made.to_text(lang))
    say(f"{'Đã ghi' if lang == 'vi' else 'Written'}: {path}", err=True)
    end(data.problems, lang)


@snapshot.command("list")
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="for programs")
@lang_option
def snapshot_list(folder: Path, lang: Lang, *, as_json: bool) -> None:
    """Print the snapshots of FOLDER: of what, by whom, when, by which definitions."""
    from cchc_metrics.read.kept import snapshot_names  # noqa: PLC0415  the command starts fast

    with working(lang):
        found = [_snapshot(folder, name) for name in snapshot_names(folder)]
    if as_json:
        say(json.dumps([each.to_dict() for each in found], ensure_ascii=False, indent=1))
    else:
        say("\n\n".join(each.to_text(lang) for each in found) or ("chưa có bản chụp nào" if lang == "vi" else "there is no snapshot yet"))


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
@click.option("--out", type=FILE_PATH, help="write the whole table: .csv, .xlsx, .md, .parquet, .txt or .json")
@suppress_option
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
    from cchc_metrics.report.table_file import save_table  # noqa: PLC0415  the command starts fast
    from cchc_metrics.verbs.measures import as_breakdown  # noqa: PLC0415

    with working(lang) as progress:
        kept = _snapshot(folder, name)
        data = read(folder, progress, **chosen)
        found = data.changes_since(kept)
        pairs = {dim: label for dim, _, label in (text.partition("=") for text in breakdown)}
        table: FigureChanges | RowChanges = found
        if indicator is not None:
            about = indicator, unit or data.unit
            kept.measures[
                (*about, *(() if period is None else (period,)), as_breakdown(pairs))
            ]  # what the snapshot does not have is refused, with the nearest that it has
            table = found.head(0) if found.get(*about, period, pairs) is None else found.rows(*about, period, pairs)
        whole = table.to_json(lang)
        if out is not None:
            save_table(table, out, lang, whole)
    say(json.dumps(whole, ensure_ascii=False, indent=1) if as_json else table.to_text(lang, rows=limit, width=None))
    end(data.problems, lang)


def _snapshot(folder: Path, name: str) -> Snapshot:
    """Return a snapshot of a folder by its name, or that of a file."""
    from cchc_metrics.read.kept import snapshot_at  # noqa: PLC0415  the command starts fast
    from cchc_metrics.snapshot.model import Snapshot  # noqa: PLC0415

    return Snapshot.read(snapshot_at(folder, name))
