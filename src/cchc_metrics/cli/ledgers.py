"""Commands about a table that changes every night: bring a night, see what holds, count a sample again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cchc_metrics.cli.command import (
    FILE_PATH,
    PATH,
    Date,
    folder_argument,
    lang_option,
    main,
    period_option,
    read,
    rules_option,
    say,
    suppress_option,
    working,
)

if TYPE_CHECKING:
    from cchc_metrics.ledger.ledger import Ledger
    from cchc_metrics.text import Lang

ledger_argument = click.argument("ledger", type=PATH)
kind_option = click.option("--kind", default="dossiers", show_default=True, help="of what the rows are")
day_option = click.option("--day", type=Date(), help="as it was known at the end of this day; default: the last night")


@main.group()
def ledger() -> None:
    """Keep a table that changes every night with its counts, in the folder LEDGER; FOLDER says how it is counted.

    The folder LEDGER holds the rows: whoever may read it reads them. Exit status: 0 done; 1 rows of the night were rejected, or an audit
    found counts that are not those of the rows; 2 it cannot be done, as where a file is damaged or another program writes.
    """


@ledger.command("update")
@folder_argument
@ledger_argument
@click.argument("rows", type=FILE_PATH, required=False)
@click.option("--day", "day", type=Date(), required=True, help="the day up to which the rows are known")
@click.option("--removed", type=FILE_PATH, help="a file of the ids that are gone, one a line")
@click.option("--month", help="2026-03: ROWS are all rows received in this month, what else it had is gone")
@click.option("--far", is_flag=True, help="the day lies more than a year after the last night, and is right")
@click.option("--period", "periods", multiple=True, help="2026, 2026-Q1 …; may be repeated; default: those of the ledger, or district.toml")
@kind_option
@rules_option
@suppress_option
@lang_option
def ledger_update(
    folder: Path,
    ledger: Path,
    rows: Path | None,
    day: date,
    removed: Path | None,
    month: str | None,
    periods: tuple[str, ...],
    kind: str,
    lang: Lang,
    *,
    far: bool,
    **chosen: Any,
) -> None:
    """Take the rows of the file ROWS that are new or changed into LEDGER, which is made where it is missing."""
    if (rows is None and removed is None) or (month is not None and (rows is None or removed is not None)):
        raise click.UsageError("ROWS, --removed, or ROWS with --month")
    with working(lang) as progress:
        found = _ledger(folder, ledger, periods, kind, progress, **chosen)
        if month is not None:
            assert rows is not None  # noqa: S101  said above
            did = found.replace(month, rows, day=day, far=far)
        else:
            gone = () if removed is None else [line for line in removed.read_text("utf-8-sig").splitlines() if line.strip()]
            did = found.update(rows, day=day, removed=gone, far=far)
    say(did.to_text(lang))
    raise SystemExit(1 if did.rejected else 0)


@ledger.command("undo")
@folder_argument
@ledger_argument
@kind_option
@rules_option
@suppress_option
@lang_option
def ledger_undo(folder: Path, ledger: Path, kind: str, lang: Lang, **chosen: Any) -> None:
    """Give up the last night, as where it brought the wrong table or day; LEDGER is as before it."""
    with working(lang) as progress:
        did = _ledger(folder, ledger, (), kind, progress, **chosen).undo()
    say(f"đã bỏ đêm: {did.to_text(lang)}" if lang == "vi" else f"given up: {did.to_text(lang)}")


@ledger.command("show")
@folder_argument
@ledger_argument
@kind_option
@rules_option
@period_option
@day_option
@click.option("--json", "as_json", is_flag=True, help="for programs")
@suppress_option
@lang_option
def ledger_show(
    folder: Path, ledger: Path, kind: str, period: str | None, day: date | None, lang: Lang, *, as_json: bool, **chosen: Any
) -> None:
    """Print what each night did, how many rows there are and what is wrong with them."""
    from cchc_metrics.tables.numbers import format_count  # noqa: PLC0415  the command starts fast

    with working(lang) as progress:
        found = _ledger(folder, ledger, () if period is None else (period,), kind, progress, **chosen)
        nights, problems = found.nights, found.problems(day=day)
    codes = problems.by_code()
    if as_json:
        listed = [{**each._asdict(), "day": each.day.isoformat()} for each in nights]
        about = {"read": problems.read, "rejected": problems.rejected, "problems": {code.value: n for code, n in codes.items()}}
        say(json.dumps({"nights": listed, **about}, ensure_ascii=False, indent=1))
        return
    for each in nights:
        say(each.to_text(lang))
    n, bad = format_count(problems.read, lang), format_count(problems.rejected, lang)
    say(f"{n} dòng, {bad} bị loại" if lang == "vi" else f"{n} rows, {bad} rejected")
    for code, times in codes.items():
        say(f"{format_count(times, lang):>8}  {code.value}  {code.vi if lang == 'vi' else code.en}")


@ledger.command("audit")
@folder_argument
@ledger_argument
@click.option("--sample", type=click.IntRange(min=1), help="how many units are counted again; default: all")
@click.option("--seed", type=int, default=0, show_default=True, help="which units: the same seed takes the same")
@kind_option
@rules_option
@day_option
@suppress_option
@lang_option
def ledger_audit(folder: Path, ledger: Path, sample: int | None, seed: int, kind: str, day: date | None, lang: Lang, **chosen: Any) -> None:
    """Look at every file of LEDGER, count some units again from its rows, and print what is not as it should be."""
    with working(lang) as progress:
        audit = _ledger(folder, ledger, (), kind, progress, **chosen).audit(sample=sample, seed=seed, day=day)
    say(audit.to_text(lang))
    raise SystemExit(0 if audit.sound else 1)


@ledger.command("compact")
@folder_argument
@ledger_argument
@click.option("--whole", is_flag=True, help="all rows become one file; default: only those of small nights")
@click.option("--forget", type=Date(), help="give up reading as of the nights before this day, and remove what only they need")
@click.option("--recount", is_flag=True, help="count the rows that are kept again, by the rules, units and periods of today")
@click.option("--period", "periods", multiple=True, help="of --recount; may be repeated; default: those of the ledger")
@kind_option
@rules_option
@suppress_option
@lang_option
def ledger_compact(
    folder: Path,
    ledger: Path,
    forget: date | None,
    periods: tuple[str, ...],
    kind: str,
    lang: Lang,
    *,
    whole: bool,
    recount: bool,
    **chosen: Any,
) -> None:
    """Put the rows of many nights together; what is asked of LEDGER and its answers stay the same."""
    with working(lang) as progress:
        found = _ledger(folder, ledger, periods, kind, progress, **chosen)
        did = found.recount() if recount else found.compact(whole=whole)
        removed = None if forget is None else found.forget(forget)
    say(did.to_text(lang))
    if removed is not None:
        say(f"đã xóa {removed} tệp" if lang == "vi" else f"{removed} files removed")


def _ledger(folder: Path, path: Path, periods: tuple[str, ...], kind: str, progress: Any, **chosen: Any) -> Ledger:
    """Return a ledger that counts as a folder says."""
    from cchc_metrics.read.district import FILE, load_district  # noqa: PLC0415  the command starts fast

    data = read(folder, progress, needs_table=False, **chosen)
    own = load_district((folder / FILE).read_bytes()).own(kind)
    return data.ledger(path, *periods, kind=kind, own=own)
