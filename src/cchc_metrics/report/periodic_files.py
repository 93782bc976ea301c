"""Writing the periodic report: a document and a workbook for who signs it, a page and a text to be read, answers for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.report.answer_words import answer_columns
from cchc_metrics.report.draft import Draft
from cchc_metrics.report.files import write_pieces
from cchc_metrics.report.page import Page
from cchc_metrics.report.page_sheets import page_sheets
from cchc_metrics.report.page_text import page_markdown, page_text
from cchc_metrics.report.periodic import PeriodicRows
from cchc_metrics.report.periodic_page import appendix, periodic_narrative, periodic_page
from cchc_metrics.tables.columns import Cells
from cchc_metrics.tables.whole import made_folder, whole_files
from cchc_metrics.tables.workbook import open_book
from cchc_metrics.text import Lang

SCHEMA_VERSION = 1


def _docx(found: PeriodicRows, path: Path, lang: Lang) -> None:
    from cchc_metrics.report.word import write_document  # noqa: PLC0415  only where a document is written

    draft = Draft(found.report, lang)
    write_document(draft, periodic_narrative(found, draft), [(appendix(found, draft, alone=True), ())], path)


def _xlsx(found: PeriodicRows, path: Path, lang: Lang) -> None:
    page = periodic_page(found, lang)
    annex = [section for section in page.sections if section.annex]
    with open_book(path, created=found.report.as_of, title=page.title) as book:
        for sheet in page_sheets(Page(page.title, page.lines, tuple(annex), lang)):
            book.add(sheet)
        columns = answer_columns(found, lang)
        columns["scope" if lang == "en" else "Phân tổ"] = Cells("text", [Draft(found.report, lang).scope(row.scope) for row in found])
        book.add_rows("Rows" if lang == "en" else "Số liệu", columns, lang)


def _html(found: PeriodicRows, path: Path, lang: Lang) -> None:
    from cchc_metrics.report.details import Details  # noqa: PLC0415  only where a page is written
    from cchc_metrics.report.html import page_html  # noqa: PLC0415  as above

    write_pieces(path, [page_html(periodic_page(found, lang), Details(Draft(found.report, lang)))])


def _json(found: PeriodicRows, path: Path, lang: Lang) -> None:
    write_pieces(path, _json_parts(found, lang))


def _json_parts(found: PeriodicRows, lang: Lang) -> Iterator[str]:
    report = found.report
    unit = report.units.unit(report.unit)
    single = {
        "schema_version": SCHEMA_VERSION,
        "district": {"code": unit.code, "name": unit.full_name, "level": unit.level, "synthetic": report.synthetic},
        "period": report.period.label,
        "baseline_period": report.baseline_period.label,
        "as_of": report.as_of.isoformat(),
        "due": None if found.due is None else found.due.isoformat(),
        "rules": report.rules,
        "calendar": report.calendar,
        "notes": [note.text(lang) for note in found.notes()],
    }
    yield "{\n" + "".join(f" {_dumped(key)}: {_dumped(value)},\n" for key, value in single.items()) + ' "rows": [\n'
    yield ",\n".join(f"  {_dumped(row)}" for row in found.to_dicts(lang))
    yield "\n ]\n}\n"


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


PeriodicWriter = Callable[[PeriodicRows, Path, Lang], None]
FORMATS: Mapping[str, PeriodicWriter] = MappingProxyType(
    {
        "docx": _docx,
        "xlsx": _xlsx,
        "html": _html,
        "txt": lambda found, path, lang: write_pieces(path, [page_text(periodic_page(found, lang))]),
        "md": lambda found, path, lang: write_pieces(path, [page_markdown(periodic_page(found, lang))]),
        "json": _json,
        "csv": lambda found, path, lang: write_pieces(path, found.csv_parts(lang), encoding="utf-8-sig"),
    }
)
"""Format → what writes it; the file is ``periodic`` with the ending of the format."""


def save_periodic(found: PeriodicRows, folder: Path | str, formats: Iterable[str], lang: Lang = "vi") -> tuple[Path, ...]:
    """Write the periodic report into a folder; see ``PeriodicRows.save``."""
    wanted, place = tuple(dict.fromkeys(name.strip() for name in formats if name.strip())), Path(folder)
    for name in wanted:
        if name not in FORMATS:
            vi, en = suggestion(name, FORMATS)
            known = ", ".join(FORMATS)
            raise InputError(f"không có định dạng «{name}»{vi}; có: {known}", f"no format «{name}»{en}; there are: {known}")
    files = tuple(made_folder(place) / f"periodic.{name}" for name in wanted)
    with whole_files(files) as unfinished:
        for name, path in zip(wanted, unfinished, strict=True):
            FORMATS[name](found, path, lang)
    return files
