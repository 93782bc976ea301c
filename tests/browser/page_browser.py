"""The report as a page, in a real browser: sorted, filtered, asked for what a figure is made of, printed, and read by other means."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import cchc_metrics as cm

EXAMPLE = Path(__file__).parents[2] / "examples" / "thap-muoi"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "no Chromium: run .ci/need browser"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session", params=["vi", "en"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    cm.read_folder(EXAMPLE).report("2021").save(folder, formats=["html"], lang=request.param)
    return folder / "report.html"


@pytest.fixture
def page(browser: Browser, written: Path) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    found, wrong = context.new_page(), []
    found.on("console", lambda message: wrong.append(message.text))
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
    found.goto(written.as_uri())
    yield found
    assert wrong == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_reading_it(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert _findings(page) == []
    page.locator(".figure").first.click()
    assert page.locator("dialog[open]").count() == 1
    assert _findings(page) == []


def _findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']} ({v['impact']}): {[node['html'][:120] for node in v['nodes'][:3]]}" for v in found]


def test_a_table_sorts_by_value_both_ways_and_back(page: Page) -> None:
    table = page.locator("#table-headlines table")
    column = table.locator("thead th.number").first

    def numbers() -> list[float]:
        cells = table.locator("tbody tr").evaluate_all("rows => rows.map(row => row.cells[1].dataset.sort)")
        return [float(cell) for cell in cells]

    before = numbers()
    column.locator("button").click()
    assert column.get_attribute("aria-sort") == "ascending"
    assert numbers() == sorted(before) != before
    column.locator("button").press("Enter")  # with the keyboard too
    assert column.get_attribute("aria-sort") == "descending"
    assert numbers() == sorted(before, reverse=True)
    column.locator("button").press("Space")
    assert column.get_attribute("aria-sort") is None
    assert numbers() == before


def test_rows_keep_to_what_they_are_a_part_of_when_sorted(page: Page) -> None:
    rows = page.locator("#table-indicators tbody tr")
    above = "/depth[01]/.test(row.cells[0].className) ? above = row.cells[0].innerText : above"
    where = f"rows => {{ let above; return rows.map(row => [row.cells[0].innerText, {above}]) }}"
    titles = page.locator("#table-indicators tr.title").all_inner_texts()
    before = sorted(map(tuple, rows.evaluate_all(where)))
    page.locator("#table-indicators thead th.number button").first.click()
    assert sorted(map(tuple, rows.evaluate_all(where))) == before
    assert page.locator("#table-indicators tr.title").all_inner_texts() == titles


def test_a_filter_finds_words_without_their_marks_and_keeps_what_they_are_part_of(page: Page) -> None:
    box = page.locator("#filter-indicators")
    rows = page.locator("#table-indicators tbody tr:not([hidden])")
    every = rows.count()
    lang = page.locator("html").get_attribute("lang")
    box.fill("truc tuyen" if lang == "vi" else "ONLINE")
    page.wait_for_function("n => document.querySelectorAll('#table-indicators tbody tr:not([hidden])').length < n", arg=every)
    shown = [text.lower() for text in rows.all_inner_texts()]
    assert shown
    assert any(("trực tuyến" if lang == "vi" else "online") in text for text in shown)
    assert page.locator("#table-indicators [role=status]").inner_text()
    box.fill("")
    page.wait_for_function("n => document.querySelectorAll('#table-indicators tbody tr:not([hidden])').length === n", arg=every)


def test_a_figure_leads_to_what_it_is_made_of_and_back(page: Page) -> None:
    figure = page.locator("#headlines .figure").first
    figure.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    assert figure.inner_text().split(" ")[0] in dialog.inner_text()
    assert dialog.locator("dl").count() == 2
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert figure.evaluate("element => element === document.activeElement")


def test_every_figure_opens(page: Page) -> None:
    for place in range(0, page.locator(".figure").count(), 7):
        page.locator(".figure").nth(place).click()
        assert page.locator("dialog[open] dd").first.inner_text()
        page.keyboard.press("Escape")


def test_it_prints_on_a4(page: Page, tmp_path: Path) -> None:
    printed = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    # Nothing is cut off at the right: laid out as wide as a sheet, no table is wider.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # 186 mm at 96 dots an inch
    wide = "tables => tables.filter(table => table.getBoundingClientRect().right > innerWidth + 1).map(table => table.innerText)"
    assert [text[:100] for text in page.locator("table").evaluate_all(wide)] == []


def test_it_fits_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_is_small(written: Path) -> None:
    assert written.stat().st_size < 2_000_000
