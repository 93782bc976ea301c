"""Writing a report: the formats by name, and files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.report.content import report_page
from cchc_metrics.report.json_report import report_json_parts
from cchc_metrics.report.model import Report
from cchc_metrics.report.page_text import page_markdown, page_text
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.text import Lang

Writer = Callable[[Report, Path, Lang], None]


def _text(report: Report, folder: Path, lang: Lang) -> None:
    write_whole(folder / "report.txt", [report_text(report, lang)])


def _markdown(report: Report, folder: Path, lang: Lang) -> None:
    write_whole(folder / "report.md", [page_markdown(report_page(report, lang))])


def _json(report: Report, folder: Path, lang: Lang) -> None:
    write_whole(folder / "report.json", report_json_parts(report, lang))


def _csv(report: Report, folder: Path, lang: Lang) -> None:
    for name, answers in _tables(report).items():
        write_whole(folder / f"{name}.csv", answers.csv_parts(lang), encoding="utf-8-sig")


def _parquet(report: Report, folder: Path, lang: Lang) -> None:
    for name, answers in _tables(report).items():
        answers.to_parquet(folder / f"{name}.parquet", lang)


def _tables(report: Report) -> Mapping[str, AnswerTable[Any]]:
    """Return the answers that other systems load: one row a value or a change."""
    return {"measures": report.measures, "deltas": report.deltas}


WRITERS: Mapping[str, Writer] = MappingProxyType({"txt": _text, "json": _json, "md": _markdown, "csv": _csv, "parquet": _parquet})
"""Format → what writes it into a folder."""


def formats_named(names: Iterable[str]) -> tuple[str, ...]:
    """Return formats by name, each once.

    Raises:
        InputError: names the format that there is not, the nearest, and those that there are.

    >>> formats_named(["txt", " json", "txt", ""])
    ('txt', 'json')
    """
    wanted = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    for name in wanted:
        if name not in WRITERS:
            vi, en = suggestion(name, WRITERS)
            known = ", ".join(WRITERS)
            raise InputError(f"không có định dạng «{name}»{vi}; có: {known}", f"no format «{name}»{en}; there are: {known}")
    return wanted


def report_text(report: Report, lang: Lang = "vi") -> str:
    """Return a report as plain text."""
    return page_text(report_page(report, lang))


def save_report(report: Report, folder: Path | str, formats: Iterable[str] = ("txt", "json", "md"), lang: Lang = "vi") -> None:
    """Write a report into a folder, which is made where it is missing, with ``problems.csv``.

    Args:
        report: the report.
        folder: where to write.
        formats: see ``WRITERS``.
        lang: the language.

    Raises:
        InputError: there is no such format.
        OSError: a file cannot be written; those that could are whole.
    """
    wanted, place = formats_named(formats), Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        WRITERS[name](report, place, lang)
    # Without a problem too: one that is left over from an earlier run would list what has long been fixed.
    write_whole(place / "problems.csv", [report.problems.to_csv()], encoding="utf-8-sig")


def write_whole(path: Path, pieces: Iterable[str], *, encoding: str = "utf-8") -> None:
    """Write a text file piece by piece; it appears under its name when it is whole, or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("w", encoding=encoding, newline="\n") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
