"""The report as a page: its tables say what the page says, its figures what they are made of, and nothing in it can run or call home."""

from __future__ import annotations

import csv
import json
import re
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cchc_metrics as cm
from cchc_metrics.errors import InputError
from cchc_metrics.report import html
from cchc_metrics.report.content import report_page
from cchc_metrics.report.html import page_html, report_html
from cchc_metrics.report.model import Report
from cchc_metrics.report.page import Cell, Page, Section, Table, TableHeading, TableRow, words_table

EXAMPLE = Path(__file__).parents[2] / "examples" / "thap-muoi"
langs = pytest.mark.parametrize("lang", ["vi", "en"])


@cache
def report() -> Report:
    return cm.read_folder(EXAMPLE).report("2021")


class Tables(HTMLParser):
    """The cells of every table by its id, in order; and everything that the document could load or run."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: dict[str, list[list[str]]] = {}
        self.scripts: list[dict[str, str | None]] = []
        self.data = ""
        self.references: list[str] = []
        self._table, self._cell, self._data = "", False, False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.references += [value for name, value in attrs if name in ("src", "href", "action", "xlink:href") and value]
        if tag == "div" and (found.get("id") or "").startswith("table-"):
            self._table = (found["id"] or "").removeprefix("table-")
            self.tables[self._table] = []
        elif tag == "tr" and self._table:
            self.tables[self._table].append([])
        elif tag in ("td", "th") and self._table:
            self.tables[self._table][-1].append("")
            self._cell = True
        elif tag == "script":
            self.scripts.append(found)
            self._data = found.get("id") == "details"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table":
            self._table = ""
        elif tag == "script":
            self._data = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.tables[self._table][-1][-1] += data
        if self._data:
            self.data += data


@langs
def test_every_cell_of_the_page_stands_in_the_document(lang: Any) -> None:
    found = Tables(report_html(report(), lang)).tables
    tables = [table for section in report_page(report(), lang).sections for table in section.tables]
    assert list(found) == [table.id for table in tables]
    for table in tables:
        assert found[table.id][-len(table.rows) :] == [[cell.shown for cell in row.cells] for row in table.rows]


@langs
def test_every_value_of_the_page_has_its_details(lang: Any) -> None:
    text = report_html(report(), lang)
    data = json.loads(Tables(text).data)
    abouts = {
        cell.about
        for section in report_page(report(), lang).sections
        for table in section.tables
        for row in table.rows
        for cell in row.cells
        if cell.about is not None and report().measures.get(*cell.about) is not None
    }
    assert len(data["values"]) == len(abouts) > 100
    for indicator, unit, _, shown, *_ in data["values"]:
        assert data["indicators"][indicator]["source"]
        assert unit in data["units"]
        assert shown


def test_the_cases_of_a_main_figure_are_those_that_explain_lists() -> None:
    data = json.loads(Tables(report_html(report())).data)
    rows = next(v[8] for v in data["values"] if v[0] == "resolved_on_time" and v[2].startswith("cấp xã") and v[8])
    explained = cm.read_folder(EXAMPLE).explain("resolved_on_time", period="2021", level="commune")
    assert [row[0] for row in rows[2]] == [row.id for row in explained.rest][:50]
    assert len(rows[2]) == 26


def test_secret_documents_are_counted_and_not_named() -> None:
    text = report_html(report())
    with (EXAMPLE / "documents.csv").open(encoding="utf-8") as file:
        ids = [row["document_id"] for row in csv.DictReader(file) if row["secrecy"] not in ("none", "")]
    assert ids
    assert not [name for name in ids if name in text]


def test_it_loads_nothing_and_runs_nothing_but_its_own_script() -> None:
    text = report_html(report())
    found = Tables(text)
    assert all(reference.startswith("#") for reference in found.references)
    assert len(found.scripts) == 2
    assert not any("src" in script for script in found.scripts)
    assert re.search(r"default-src &#39;none&#39;.*script-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;", text)
    assert not re.search(r"\son\w+=", re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL))


def test_the_same_report_is_the_same_bytes() -> None:
    assert report_html(report()) == report_html(cm.read_folder(EXAMPLE).report("2021"))


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>x",
    '" onmouseover="x',
    "{{ 7 * 7 }}",
    "{% raw %}",
    "&amp;",
    "<!--",
    "'><img src=x>",
]


SEEN = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
"""What is shown as it is: control characters and what cannot be seen are not."""


@given(st.lists(st.sampled_from(HOSTILE) | st.text(SEEN, max_size=20), min_size=8, max_size=8))
def test_no_text_is_more_than_a_text(texts: list[str]) -> None:
    title, line, section, caption, heading, cell, note, group = texts
    table = Table("t", (TableHeading(heading, group), TableHeading("n", group)), (TableRow((Cell(cell), Cell("1", 1))),), caption, (note,))
    text = page_html(Page(title, (line,), (Section("s", section, (), (table,)),)))
    found = Tables(text)
    assert [dict(script).get("id") for script in found.scripts] == ["details", None]
    assert found.tables["t"][-1] == [cell, "1"]
    assert not re.search(r"<img|<!--|49", text.replace(page_html(Page("", (), ())), ""))


def test_a_heading_without_a_group_spans_both_lines() -> None:
    headings = (TableHeading("a"), TableHeading("b", "g"), TableHeading("c", "g"))
    text = page_html(Page("p", (), (Section("s", "S", (), (Table("t", headings, ()),)),)))
    assert '<th scope="col" colspan="1" rowspan="2">a</th>' in text
    assert '<th scope="colgroup" colspan="2">g</th>' in text
    assert Tables(text).tables["t"] == [["a", "g"], ["b", "c"]]


def test_long_tables_can_be_filtered_and_all_but_the_shortest_sorted() -> None:
    def page(rows: int) -> str:
        return page_html(Page("p", (), (Section("s", "S", (), (words_table("t", ["a"], [["x"]] * rows),)),)))

    assert ["sortable" in page(n).split("<script")[0].split("</style>")[1] for n in (3, 4)] == [False, True]
    assert ["filter-t" in page(n) for n in (14, 15)] == [False, True]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    html._template.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(InputError, match=r"cchc-metrics\[html\]"):
        page_html(Page("p"))


def test_without_pictures_it_is_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "find_spec", lambda _: None)
    text = report_html(report())
    assert "<svg" not in text
    assert Tables(text).tables["headlines"]
