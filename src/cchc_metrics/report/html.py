"""A report as one HTML file that needs no network: tables that sort and filter, and from every figure the way to what it is made of.

Nothing of it runs that is not this library's: the page says by a digest which script may run, and every text is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.folding import visible
from cchc_metrics.plots import figure_svg
from cchc_metrics.report.content import report_page
from cchc_metrics.report.details import Details
from cchc_metrics.report.draft import Draft
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Cell, Page, Section, Table, TableHeading
from cchc_metrics.report.pictures import pictures
from cchc_metrics.tables.numbers import format_decimal_exact
from cchc_metrics.text import Lang

if TYPE_CHECKING:
    from jinja2 import Template

_SORTED_ROWS: Final = 4
"""Shorter tables are taken in at a glance."""
_FILTERED_ROWS: Final = 15
_WEB: Final = files("cchc_metrics.report") / "web"

_NOTHING: Final[Mapping[str, Sequence[tuple[str, str]]]] = MappingProxyType({})

_SAY: Final[Mapping[str, tuple[str, str]]] = {
    "skip": ("Đến nội dung", "To the content"),
    "contents": ("Mục lục", "Contents"),
    "filter": ("Lọc", "Filter"),
    "close": ("Đóng", "Close"),
    "made": ("Lập bằng cchc-metrics.", "Made by cchc-metrics."),
}
_SAY_THERE: Final[Mapping[str, tuple[str, str]]] = {
    "shown": ("Đang hiện {n} trong {all} dòng", "{n} of {all} rows shown"),
    "where": ("Đơn vị", "Unit"),
    "value": ("Kết quả", "Value"),
    "why": ("Lý do", "Reason"),
    "counts": ("Tử số/Mẫu số", "Numerator/denominator"),
    "change": ("Thay đổi", "Change"),
    "excluded": ("Không tính", "Left out"),
    "definition": ("Cách tính", "How it is computed"),
    "numerator": ("Tử số", "Numerator"),
    "denominator": ("Mẫu số", "Denominator"),
    "formula": ("Công thức", "Formula"),
    "source": ("Căn cứ", "Source"),
    "rows": ("Từng trường hợp", "The cases"),
}


def report_html(report: Report, lang: Lang = "vi") -> str:
    """Return a report as one HTML document; with pictures where the extra ``plot`` is installed.

    Args:
        report: the report.
        lang: the language.

    Raises:
        InputError: the extra ``html`` is not installed.
    """
    draft = Draft(report, lang)
    drawn: dict[str, list[tuple[str, str]]] = {}
    if find_spec("matplotlib") is not None:
        for picture in pictures(draft):
            drawn.setdefault(picture.section, []).append((picture.title, figure_svg(picture.figure)))
    return page_html(report_page(report, lang), Details(draft), drawn)


def page_html(page: Page, details: Details | None = None, drawn: Mapping[str, Sequence[tuple[str, str]]] = _NOTHING) -> str:
    """Return a page as one HTML document.

    Args:
        page: the page.
        details: what stands behind its figures; a figure that it does not know is no button.
        drawn: id of a section → its pictures: what stands under each, and the picture as SVG, which is not escaped.

    Raises:
        InputError: the extra ``html`` is not installed.
    """
    template = _template()
    from markupsafe import Markup  # noqa: PLC0415  comes with the extra

    script = _read("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    shown = {name: [{"title": title, "svg": Markup(svg)} for title, svg in own] for name, own in drawn.items()}  # noqa: S704  own
    sections = [_Section.of(section, details, shown.get(section.id, [])) for section in page.sections]
    data = (details.data() if details is not None else {}) | {"say": _said(_SAY_THERE, page.lang)}
    return template.render(
        lang=page.lang,
        page=page,
        sections=sections,
        say=_said(_SAY, page.lang),
        style=Markup(_read("style.css")),  # noqa: S704  own
        script=Markup(script),  # noqa: S704  own
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src 'sha256-{digest}'",
        details=Markup(_inert(data)),  # noqa: S704  made harmless
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    shown: str
    number: bool
    sort: str
    detail: int | None

    @classmethod
    def of(cls, cell: Cell, heading: TableHeading, details: Details | None) -> _Cell:
        number = cell.number if cell.day is None else cell.day.toordinal()
        sort = "" if number is None else format_decimal_exact(number)
        place = None if cell.about is None or details is None else details.place(cell.about)
        return cls(cell.shown, heading.right, sort, place)


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[_Cell]
    depth: int
    role: str


@dataclass(frozen=True, slots=True)
class _Group:
    text: str
    columns: int
    rows: int
    right: bool


@dataclass(frozen=True, slots=True)
class _Table:
    id: str
    caption: str
    groups: list[_Group]
    under: list[TableHeading]
    rows: list[_Row]
    notes: tuple[str, ...]
    sorted: bool
    filtered: bool
    labelled: str

    @classmethod
    def of(cls, table: Table, details: Details | None) -> _Table:
        rows = [
            _Row([_Cell.of(cell, heading, details) for cell, heading in zip(row.cells, table.headings, strict=True)], row.depth, row.role)
            for row in table.rows
        ]
        groups = _groups(table.headings)
        return cls(
            table.id,
            table.caption,
            groups,
            [heading for heading in table.headings if heading.group or not groups],
            rows,
            table.notes,
            len(rows) >= _SORTED_ROWS,
            len(rows) >= _FILTERED_ROWS,
            f"caption-{table.id}",
        )


@dataclass(frozen=True, slots=True)
class _Section:
    id: str
    title: str
    annex: bool
    paragraphs: list[tuple[bool, list[str]]]
    tables: list[_Table]
    pictures: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, section: Section, details: Details | None, pictures: list[Any]) -> _Section:
        paragraphs = [
            (listed, [paragraph.text for paragraph in found]) for listed, found in groupby(section.paragraphs, key=lambda p: p.item)
        ]
        tables = [_Table.of(table, details) for table in section.tables]
        return cls(section.id, section.title, section.annex, paragraphs, tables, pictures)


def _groups(headings: Sequence[TableHeading]) -> list[_Group]:
    """Return the upper line of headings, where there are two: a heading of no group spans both."""
    if not any(heading.group for heading in headings):
        return []
    found: list[_Group] = []
    for group, members in groupby(headings, key=lambda heading: heading.group):
        if group:
            found.append(_Group(group, len(list(members)), 1, right=False))
        else:
            found += [_Group(heading.text, 1, 2, heading.right) for heading in members]
    return found


def _said(texts: Mapping[str, tuple[str, str]], lang: Lang) -> dict[str, str]:
    return {name: en if lang == "en" else vi for name, (vi, en) in texts.items()}


def _inert(data: Any) -> str:
    """Return data as JSON in which nothing can end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return visible(text).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    return visible(value) if type(value) is str else value  # what is HTML already, as pictures are, has a type of its own


@cache
def _template() -> Template:
    try:
        from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  needs the extra
    except ModuleNotFoundError:
        raise InputError(
            'thiếu phần bổ trợ "html" để ghi trang web; cài: pip install "cchc-metrics[html]"',
            'a page needs the extra "html"; install: pip install "cchc-metrics[html]"',
        ) from None
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, finalize=_shown)
    return environment.from_string(_read("page.html.jinja"))
