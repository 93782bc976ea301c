"""Commands about the folder itself: what is wrong with it, its settings, an example of one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cchc_metrics.cli.command import (
    PATH,
    Date,
    folder_argument,
    lang_option,
    main,
    period_option,
    read,
    say,
    status,
    suppress_option,
    working,
)
from cchc_metrics.errors import CchcError, InputError

if TYPE_CHECKING:
    from cchc_metrics.proposal import Entry
    from cchc_metrics.text import Lang

_SHOWN = 20
"""Lines of one sort; the rest is in what is written."""


@main.command()
@folder_argument
@suppress_option
@lang_option
@click.option(
    "--out", type=PATH, help="write the problems (CSV) and the rows to fix (can_sua.xlsx) here: a folder, or a CSV file and beside it"
)
def check(folder: Path, suppress_below: int | None, lang: Lang, out: Path | None) -> None:
    """Read FOLDER and print its problems only; rows that are fixed in a can_sua.xlsx in FOLDER are read in place of the file's."""
    from cchc_metrics.report.problem_lines import problem_lines  # noqa: PLC0415  the command starts fast
    from cchc_metrics.tables.numbers import format_count  # noqa: PLC0415
    from cchc_metrics.withheld import refused  # noqa: PLC0415

    with working(lang) as progress:
        data = read(folder, progress, suppress_below=suppress_below)
        if data.suppress_below is not None:
            raise refused("check", data.suppress_below)
        found = data.problems + data.dossier_codes()
        if out is not None:
            from cchc_metrics.fix_workbook import fitting, free_name, rows_to_fix, write_rows_to_fix  # noqa: PLC0415
            from cchc_metrics.report.files import write_pieces  # noqa: PLC0415
            from cchc_metrics.tables.whole import made_folder, whole_file  # noqa: PLC0415

            if out.is_dir() or not out.suffix:
                made_folder(out)
                out /= "problems.csv"
            with whole_file(out) as unfinished:
                write_pieces(unfinished, [found.to_csv()], encoding="utf-8-sig")
                tables, left = fitting(rows_to_fix(folder, found))
                if tables:  # the two go together: problems.csv gets its name when the workbook has its own
                    write_rows_to_fix(free_name(out.parent), tables)
            for row in left[:_SHOWN]:
                say(row.text(lang), err=True)
            if len(left) > _SHOWN:
                say(f"… {len(left)}", err=True)
    lines = problem_lines(found, lang)
    for line in lines[:_SHOWN]:
        say(line)
    if len(lines) > _SHOWN:
        say("…")
    for code, n in found.by_code().items():
        say(f"{format_count(n, lang):>8}  {code.value}  {code.vi if lang == 'vi' else code.en}")
    n, valid, rejected = found.read, found.valid, found.rejected
    say(
        f"đọc {format_count(n)} dòng = {format_count(valid)} hợp lệ + {format_count(rejected)} bị loại"
        if lang == "vi"
        else f"{format_count(n, lang)} rows read = {format_count(valid, lang)} valid + {format_count(rejected, lang)} rejected",
    )
    raise SystemExit(status(found))


@main.command()
@folder_argument
@click.argument("files", nargs=-1)
@click.option("--yes", is_flag=True, help="take every best guess; what has none is left in comments")
@click.option("--force", is_flag=True, help="write over a district.toml; its answers are kept and not asked for again")
@click.option("--code", help="code of the unit that reports")
@click.option("--name", help="its name, without huyện or xã")
@click.option("--level", help="its level: province, district or commune; Vietnamese too")
@click.option("--extracted-on", "extracted_on", type=Date(), help="the day on which the tables were exported")
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
        limits_in,
        propose,
    )
    from cchc_metrics.read.district import FILE, load_district  # noqa: PLC0415
    from cchc_metrics.read.limits import LIMITS  # noqa: PLC0415
    from cchc_metrics.read.look import sheets_in  # noqa: PLC0415
    from cchc_metrics.read.own import Own  # noqa: PLC0415
    from cchc_metrics.report.files import write_whole  # noqa: PLC0415

    path = folder / FILE
    with working(lang):
        if path.exists() and not force:
            raise InputError(
                f"«{path}» đã có; thêm --force để viết lại, các câu đã trả lời được giữ", f"«{path}» is there; add --force to write it anew"
            )
        before = path.read_bytes() if path.exists() else b""
        answers = answers_in(before) if before else {}
        sheets, unread = sheets_in(folder, files, Own(encodings=encodings_in(answers), limits=limits_in(before) if before else LIMITS))
        for name, error in unread:
            say(f"{name}: {error.text(lang)}", err=True)
        proposal = propose(sheets, answers | answers_given(given))
        if yes:
            proposal = proposal.guessed()
        elif sys.stdin.isatty():
            proposal = proposal.answered(dict(_asked(proposal.doubts, lang)))
        try:
            proposal.check()
            text = district_toml(proposal, kept_of(before.decode("utf-8-sig")))
            load_district(text)
            if before:
                write_whole(path.with_suffix(".toml.old"), [before.decode("utf-8-sig")])
            write_whole(path, [text])
        finally:  # what is in doubt is said after the writing: who reads it may have stopped reading
            for entry in proposal.doubts:
                guess = "" if entry.value is None else f" → {entry.value}"
                say(f"? {entry.question(lang)}{guess}")
    say(f"{path}: cchc-metrics report {folder}")
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
                say(error.text(lang))
                continue
            break
        if meant != "?":
            yield entry.where, meant


@main.command()
@click.argument("directory", type=PATH)
@click.option("--force", is_flag=True, help="write into a folder that is not empty")
def example(directory: Path, force: bool) -> None:  # noqa: FBT001  a flag of the command line
    """Write the synthetic example of huyện Tháp Mười to DIRECTORY."""
    from cchc_metrics.example.make import make_example  # noqa: PLC0415  the command starts fast
    from cchc_metrics.tables.whole import made_folder, whole_files  # noqa: PLC0415

    with working("vi"):
        if directory.exists() and any(directory.iterdir()) and not force:
            raise InputError(
                f"thư mục «{directory}» không trống; thêm --force để ghi đè",
                f"folder «{directory}» is not empty; add --force to overwrite",
            )
        files = make_example()
        with whole_files([made_folder(directory) / name for name in files]) as unfinished:
            for path, text in zip(unfinished, files.values(), strict=True):
                path.write_text(text, encoding="utf-8", newline="")
    say(f"{directory}: cchc-metrics report {directory} --period 2021")
