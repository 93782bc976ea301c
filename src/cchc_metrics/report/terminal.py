"""A page on a terminal, with rich, and what is being read while a reader waits; without the extra there is plain text and silence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cchc_metrics.report.page import Page, Table
from cchc_metrics.report.page_text import WIDTH, page_text, table_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_NARROWEST = 60

_COLOURS = {"tốt hơn": "green", "better": "green", "xấu đi": "red", "worse": "red", "không đạt": "red", "not met": "red"}
_COLOURS |= {"có nguy cơ không đạt": "yellow", "at risk": "yellow", "đạt": "green", "met": "green"}
# Words stand beside every colour, so that nothing is said by colour alone.


def progress_shown() -> Progress | None:
    """Return a bar of progress on the other stream, which goes when it is done; None where rich is not installed."""
    try:
        from rich.console import Console  # noqa: PLC0415  an extra
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn  # noqa: PLC0415
    except ImportError:
        return None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    shown.start()
    return shown


def print_page(page: Page) -> bool:
    """Print a page on the terminal, no wider than it is, with titles and judgements that stand out.

    Returns:
        Whether it was printed: not without rich.
    """
    console = _console()
    if console is None:
        return False
    _print(console, page_text(page, _width(console)), [page.title, *(section.title for section in page.sections)])
    return True


def print_table(table: Table) -> bool:
    """Print a table on the terminal; see ``print_page``."""
    console = _console()
    if console is None:
        return False
    _print(console, table_text(table, _width(console)) + "\n", ())
    return True


def _console() -> Console | None:
    try:
        from rich.console import Console  # noqa: PLC0415  an extra
    except ImportError:
        return None
    return Console(highlight=False, markup=False, soft_wrap=True)


def _width(console: Console) -> int:
    return min(max(console.width, _NARROWEST), WIDTH)


def _print(console: Console, text: str, titles: Iterable[str]) -> None:
    """Print a text as it is laid out already, with colours."""
    from rich.text import Text  # noqa: PLC0415  an extra

    drawn = Text(text, end="")
    for title in titles:
        drawn.highlight_regex(rf"(?m)^{re.escape(title)}$", "bold cyan")
    for word, colour in _COLOURS.items():
        drawn.highlight_regex(rf"(?m)(?<=  ){word}(?=  |$)", colour)
    console.print(drawn, end="")
