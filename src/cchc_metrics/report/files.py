"""Writing a report: the formats by name, and files that appear whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.report.content import report_page
from cchc_metrics.report.json_report import report_json_parts
from cchc_metrics.report.model import Report
from cchc_metrics.report.page_text import page_markdown, page_text
from cchc_metrics.tables.table import AnswerTable
from cchc_metrics.tables.whole import made_folder, whole_file, whole_files
from cchc_metrics.text import Lang

_LOG = logging.getLogger("cchc_metrics")
FileWriter = Callable[[Report, Path, Lang], None]
"""Writes one file of a report at a path, which is not yet the one that the file will have."""
Format = Mapping[str, FileWriter]
"""The files of a format: name → what writes it."""


def _text(report: Report, path: Path, lang: Lang) -> None:
    write_pieces(path, [report_text(report, lang)])


def _markdown(report: Report, path: Path, lang: Lang) -> None:
    write_pieces(path, [page_markdown(report_page(report, lang))])


def _json(report: Report, path: Path, lang: Lang) -> None:
    write_pieces(path, report_json_parts(report, lang))


def _xlsx(report: Report, path: Path, lang: Lang) -> None:
    from cchc_metrics.report.workbook import write_workbook  # noqa: PLC0415  only where a workbook is written

    write_workbook(report, path, lang)


def _html(report: Report, path: Path, lang: Lang) -> None:
    from cchc_metrics.report.html import report_html  # noqa: PLC0415  only where a page is written

    write_pieces(path, [report_html(report, lang)])


def _docx(report: Report, path: Path, lang: Lang) -> None:
    from cchc_metrics.report.word import write_word  # noqa: PLC0415  only where a document is written

    write_word(report, path, lang)


def _problems(report: Report, path: Path, _: Lang) -> None:
    write_pieces(path, [report.problems.to_csv()], encoding="utf-8-sig")


def _csv(name: str) -> FileWriter:
    return lambda report, path, lang: write_pieces(path, _answers(report, name).csv_parts(lang), encoding="utf-8-sig")


def _parquet(name: str) -> FileWriter:
    return lambda report, path, lang: _answers(report, name).to_parquet(path, lang)


def _answers(report: Report, name: str) -> AnswerTable[Any]:
    tables: Mapping[str, AnswerTable[Any]] = {"measures": report.measures, "deltas": report.deltas}
    return tables[name]


_TABLES = ("measures", "deltas")  # the answers that other systems load: one row a value or a change
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "txt": {"report.txt": _text},
        "md": {"report.md": _markdown},
        "json": {"report.json": _json},
        "html": {"report.html": _html},
        "xlsx": {"report.xlsx": _xlsx},
        "docx": {"report.docx": _docx},
        "csv": {f"{name}.csv": _csv(name) for name in _TABLES},
        "parquet": {f"{name}.parquet": _parquet(name) for name in _TABLES},
    }
)
"""Format → its files. One entry makes a format known to ``Report.save`` and ``--formats``; a writer imports its package when it runs."""
LAST = "report.json"
"""The file of a report that gets its name last."""
ALWAYS: Format = MappingProxyType({"problems.csv": _problems})
"""Written with every format, without a problem too: a list left over from an earlier run would name what has long been fixed."""


def formats_named(names: Iterable[str]) -> tuple[str, ...]:
    """Return formats by name, each once.

    Raises:
        InputError: names the format that there is not, the nearest, and those that there are.

    >>> formats_named(["txt", " json", "txt", ""])
    ('txt', 'json')
    """
    wanted = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    for name in wanted:
        if name not in FORMATS:
            vi, en = suggestion(name, FORMATS)
            known = ", ".join(FORMATS)
            raise InputError(f"không có định dạng «{name}»{vi}; có: {known}", f"no format «{name}»{en}; there are: {known}")
    return wanted


def report_text(report: Report, lang: Lang = "vi") -> str:
    """Return a report as plain text."""
    return page_text(report_page(report, lang))


def to_be_opened(written: Iterable[Path]) -> Path | None:
    """Return which of some files a reader opens: the one for people that has most, None where all are for programs.

    >>> to_be_opened([Path("out/report.json"), Path("out/report.txt"), Path("out/report.html")]).name
    'report.html'
    """
    files = {path.suffix: path for path in written if path.stem == "report"}
    return next((files[suffix] for suffix in (".html", ".docx", ".xlsx", ".md", ".txt") if suffix in files), None)


def of_other_runs(written: Sequence[Path], names: Iterable[str]) -> tuple[Path, ...]:
    """Return the files beside those that were written that another run must have written: they may be of another report.

    Args:
        written: what one run wrote, in one folder.
        names: of all files that a run could write.
    """
    own = {path.name for path in written}
    folders = dict.fromkeys(path.parent for path in written)
    return tuple(folder / name for folder in folders for name in names if name not in own and (folder / name).exists())


def save_report(report: Report, folder: Path | str, formats: Iterable[str] = ("txt", "json", "md"), lang: Lang = "vi") -> tuple[Path, ...]:
    """Write a report into a folder, which is made where it is missing, with ``problems.csv``.

    They are files of one report: all are written before the first gets its name, and ``report.json`` gets its own last. Where it is new,
    the others are of the same report.

    Args:
        report: the report.
        folder: where to write.
        formats: see ``FORMATS``.
        lang: the language.

    Returns:
        The files that were written, in the order of the formats.

    Raises:
        InputError: there is no such format, the extra that it needs is not installed, or a file cannot be written; then none is.
    """
    wanted = formats_named(formats)
    writers = {name: write for files in (*(FORMATS[name] for name in wanted), ALWAYS) for name, write in files.items()}
    place, in_order = made_folder(Path(folder)), sorted(writers, key=LAST.__eq__)
    with whole_files([place / name for name in in_order]) as unfinished:
        for name, path in zip(in_order, unfinished, strict=True):
            writers[name](report, path, lang)
    for name in writers:
        _LOG.info("%s written", place / name)
    return tuple(place / name for name in writers)


def write_whole(path: Path, pieces: Iterable[str], *, encoding: str = "utf-8") -> None:
    """Write a text file piece by piece; it appears under its name when it is whole, or not at all."""
    with whole_file(path) as unfinished:
        write_pieces(unfinished, pieces, encoding=encoding)


def write_pieces(path: Path, pieces: Iterable[str], *, encoding: str = "utf-8") -> None:
    """Write a text file piece by piece, at a path that is not yet the one that the file will have."""
    with path.open("w", encoding=encoding, newline="\n") as file:
        for piece in pieces:
            file.write(piece)
