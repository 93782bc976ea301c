"""The command ``cchc-metrics``: a thin layer over ``read_folder`` and what a dataset answers.

Exit status: 0 done; 1 done, but rows were rejected; 2 the input cannot be used, with a one-line message that says the fix;
3 a mistake of the program, which nobody foresaw; 4 of ``verify``: something differs;
130 stopped by Ctrl-C; 141 nobody reads what is printed any more.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from cchc_metrics.folding import visible
from cchc_metrics.version import __version__

if TYPE_CHECKING:
    from cchc_metrics.dataset import Dataset
    from cchc_metrics.records.problems import Problems
    from cchc_metrics.report.page import Page, Table

_SLOW_SECONDS = 1.0
FORMATS = "txt, md, json, html, xlsx, docx, csv, parquet"  # as report.files.FORMATS, which costs too much to be imported for a text of help

PERIODIC_FORMATS = "docx, xlsx, html, txt, md, json, csv"  # as report.periodic_files.FORMATS, likewise


class Date(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """A day, written as offices do or as programs do."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
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


PATH = click.Path(path_type=Path)
FILE_PATH = click.Path(path_type=Path, dir_okay=False)
baseline_option = click.option("--baseline", type=PATH, help="a folder, a report.json, or a snapshot, to compare with")
folder_argument = click.argument("folder", type=PATH)
lang_option = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
period_option = click.option("--period", help="2021, 2021-Q1, 2021-04, 2021-Q1@nd09 …; default: district.toml")
as_of_option = click.option("--as-of", "as_of", type=Date(), help="nothing later is known; default: the day of export")
plan_option = click.option("--plan", type=PATH, help="the plan; default: district.toml")
rules_option = click.option("--rules", help="a preset of rules; default: district.toml")
scheme_option = click.option("--scheme", help="a built-in scheme (qd766, district_example …) or a file; default: the folder's scheme.toml")
scores_option = click.option("--scores", type=PATH, help="what is scored; default: the folder's scores.toml")
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="how many processes read large Parquet tables"
)
suppress_option = click.option(
    "--suppress",
    "suppress_below",
    type=click.IntRange(min=0),
    help="counts below this number are not shown, nor what gives them away, as in what is published; 0 shows all; default: district.toml",
)
unit_option = click.option("--unit", default="", help="unit code; default: the unit that reports")


_UNUSABLE, _CRASHED, _STOPPED, _UNREAD = 2, 3, 130, 141
_TRACEBACK = "CCHC_METRICS_TRACEBACK"


class Main(click.Group):
    """The command: whatever ends it has an exit status of its own, so that a script takes no crash for a result."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        if sys.stdout is None:  # as of ``>&-``: what is written to files is written all the same
            sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  until the process ends
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (KeyboardInterrupt, click.Abort):
            say("cchc-metrics: đã dừng | stopped", err=True)
            raise SystemExit(_STOPPED) from None
        except BrokenPipeError:  # as of ``| head``: it has what it wants
            _print_no_more()
            raise SystemExit(_UNREAD) from None
        except OSError as error:  # as of ``> /dev/full``
            _print_no_more()
            say(f"cchc-metrics: không in được, hoặc không đọc được | cannot print or read: {error.strerror or error}", err=True)
            raise SystemExit(_UNUSABLE) from None
        except Exception as error:
            if os.environ.get(_TRACEBACK):
                raise
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            vi, en = (
                f"lỗi của chương trình, chưa lường trước ({said})",
                f"a mistake of the program that nobody foresaw; {_TRACEBACK}=1 shows where",
            )
            say(f"cchc-metrics: {vi} | {en}", err=True)
            raise SystemExit(_CRASHED) from None


def _print_no_more() -> None:
    """Let what is still to be printed go nowhere: Python writes what is left when it ends."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Administrative-reform (cải cách hành chính) indicators from a local government's records."""
    # What is printed is the same whatever the locale, and Vietnamese cannot be written in most of the old encodings.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def say(text: str, *, nl: bool = True, err: bool = False) -> None:
    """Print a text; what is in the records gives no orders to the terminal."""
    click.echo(visible(text), nl=nl, err=err)


def print_page(page: Page) -> None:
    """Print a page: on a terminal with its tables drawn and as wide as it is, else as plain text."""
    if sys.stdout.isatty():
        from cchc_metrics.report.terminal import print_page  # noqa: PLC0415  costs more than most commands take

        if print_page(page):
            return
    from cchc_metrics.report.page_text import page_text  # noqa: PLC0415  the command starts fast

    say(page_text(page), nl=False)


def print_table(table: Table) -> None:
    """Print a table as ``_print_page`` does a page; plain text has every cell on one line, for programs that read it."""
    if sys.stdout.isatty():
        from cchc_metrics.report.terminal import print_table  # noqa: PLC0415  costs more than most commands take

        if print_table(table):
            return
    from cchc_metrics.report.page_text import table_text  # noqa: PLC0415  the command starts fast

    say(table_text(table, None))


def read(folder: Path, progress: Progress, **chosen: Any) -> Dataset:
    """Read a folder with what was chosen on the command line; the rest is as the folder says."""
    from cchc_metrics.folder_dataset import read_folder  # noqa: PLC0415  the command starts fast

    return read_folder(folder, progress=progress, **chosen)


def status(problems: Problems) -> int:
    """Return the exit status: 1 where rows were rejected or something could not be used, else 0."""
    return 1 if problems.rejected or any(code.severity == "error" for code in problems.by_code()) else 0


def tell_errors(errors: Mapping[str, int], lang: str, *, numbered: bool = True) -> None:
    """Say on the other stream that there are mistakes, so that what was printed is not taken for the whole; how many, where it is told."""
    from cchc_metrics.tables.numbers import grouped  # noqa: PLC0415  the command starts fast

    for file, n in errors.items():
        vi, en = (f"{grouped(n).vi} lỗi", f"{grouped(n).en} mistakes") if numbered else ("có lỗi", "there are mistakes")
        say(
            f"cchc-metrics: {file}: {vi}, số liệu có thể chưa đủ; xem: cchc-metrics check"
            if lang == "vi"
            else f"cchc-metrics: {file}: {en}, so figures may lack something; see: cchc-metrics check",
            err=True,
        )


def end(problems: Problems, lang: str) -> NoReturn:
    """Say which files have mistakes, whatever was asked of the whole folder, and end with the status of that."""
    errors: dict[str, int] = {}
    for (file, code), n in problems.totals.items():
        if code.severity == "error":
            errors[file] = errors.get(file, 0) + n
    tell_errors(errors, lang, numbered=problems.numbered)
    raise SystemExit(status(problems))


@contextmanager
def working(lang: str) -> Iterator[Progress]:
    """Say what is being read, and end with status 2 and one line where the input cannot be used."""
    try:
        with Progress() as progress:
            yield progress
    except BrokenPipeError:
        raise
    except (CchcError, OSError) as error:
        message = error.text(lang) if isinstance(error, CchcError) else str(error)
        # A plan tells every mistake on a line of its own; one line is what a script can take.
        say(f"cchc-metrics: {'; '.join(message.splitlines())}", err=True)
        raise SystemExit(2) from None


class Progress:
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
        """Say what is being read, how much is done and how much there is."""
        if self._shown is None and sys.stderr.isatty() and time.monotonic() - self._started > _SLOW_SECONDS:
            from cchc_metrics.report.terminal import progress_shown  # noqa: PLC0415  costs more than most commands take

            self._shown = progress_shown()
            if self._shown is not None:
                self._task = self._shown.add_task(what, total=None)
        if self._shown is not None:
            self._shown.update(self._task, description=what, completed=done, total=total or None)
