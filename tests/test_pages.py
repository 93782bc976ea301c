"""The pages of docs/ are complete and true: what they list is what the library has. (tests/test_docs.py runs their examples.)"""

from __future__ import annotations

import doctest
import re
import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import BaseModel
from tests.folders import ROOT

from cchc_metrics import cli
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Count, Indicator
from cchc_metrics.plan.model import Quota, Target, Task
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.score.shapes import SHAPES

DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


# --- The map


@pytest.mark.parametrize("index", [DOCS / "index.md", DOCS / "decisions" / "README.md"], ids=["docs", "decisions"])
def test_the_index_leads_to_every_page(index: Path) -> None:
    linked = re.findall(r"\]\(([\w.-]+\.md)\)", index.read_text(encoding="utf-8"))
    assert set(linked) >= {path.name for path in index.parent.glob("*.md")} - {index.name}


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def anchors(text: str) -> set[str]:
    """Return the places of a page that links can name: its headings, as a forge and the site write them."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text))
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *sorted(DOCS.rglob("*.md"))], ids=lambda path: path.name)
def test_places_within_pages_are_there(path: Path) -> None:
    for target, place in re.findall(r"\]\(([\w./-]*\.md)?#([^)]+)\)", path.read_text(encoding="utf-8")):
        assert place in anchors((path.parent / target if target else path).read_text(encoding="utf-8")), (target, place)


@pytest.mark.parametrize(
    "path", sorted(set((DOCS / "decisions").glob("*.md")) - {DOCS / "decisions" / "README.md"}), ids=lambda path: path.stem
)
def test_a_decision_says_what_else_was_tried(path: Path) -> None:
    parts = ["Context", "Decision", "What else was tried or weighed", "Consequences"]
    found = sections_of(path.read_text(encoding="utf-8"), "##")
    assert list(found) == parts
    assert all(text.strip() for text in found.values())


# --- What can be read


def sections_of(text: str, level: str) -> dict[str, str]:
    """Return the text under each heading of a level, by the heading."""
    parts = re.split(rf"^{level} (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def table_of(text: str) -> list[list[str]]:
    """Return the cells of the first table in a text, without the headings."""
    lines = re.findall(r"^\|.*\|$", text.split("\n\n#", maxsplit=1)[0], flags=re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_kind_is_on_the_page_with_what_makes_a_row_unique() -> None:
    kinds = {heading: text for heading, text in sections_of(page("records"), "##").items() if heading.startswith("`")}
    assert list(kinds) == [f"`{kind.name}`: {kind.vi}" for kind in KINDS.values()]
    for kind, text in zip(KINDS.values(), kinds.values(), strict=True):
        for name in kind.id_columns:
            assert f"`{name}`" in text


# --- What the code says: tables that ``python docs/generate.py`` writes

GENERATED = runpy.run_path(str(DOCS / "generate.py"))
current, tables, new = GENERATED["current"], GENERATED["TABLES"], GENERATED["NEW"]


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_tables_are_what_the_code_says(path: Path) -> None:
    """What differs is made current by ``python docs/generate.py``; where it leaves ``…`` the words are still to be written."""
    text = path.read_text(encoding="utf-8")
    assert current(text) == text
    assert f"| {new} |" not in text


def test_every_table_is_on_one_page() -> None:
    pages = [path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")]
    assert sorted(name for text in pages for name in re.findall(r"^<!-- table (\S+) -->$", text, re.MULTILINE)) == sorted(tables)


def test_words_of_a_table_are_kept_and_new_rows_show() -> None:
    text = page("statuses")
    assert current(text.replace("| `ok` | Nothing stands against it. | yes |\n", "")) == text.replace("Nothing stands against it.", new)
    assert current(text.replace("stands against it. | yes |", "stands against it. | no |")) == text
    assert "| `ok` | Other words. | yes |" in current(text.replace("Nothing stands against it.", "Other words."))


ROWS = """
records | `topic` | text | What about; any words. | Chủ đề · Nội dung · Nội dung tuyên truyền
records | `status` | one of [AdoptionStatus](#adoptionstatus)
records | `level_1` | mức độ 1 | 1 · muc 1
catalogue | `turnaround_median` | Median turnaround. | working days | quantile 1/2 of `dossiers.turnaround` | default of the library,
catalogue | `dossiers_online_level_3_4` | Online dossiers of levels 3 and 4. Until 31/12/2022. | count | `dossiers.received_level_3_4` |
catalogue | `initiatives.adopted` ÷ (`units.active` − `initiatives.exempt`) | default of the library, no document
catalogue | `dossiers.received` less `dossiers.ended`, before the first day |
catalogue | `surveys.satisfied` | answers satisfied or very satisfied | `surveys.answered`; `score`: 4, 5 |
catalogue | `outreach.active_units` | units with an outreach activity | `outreach.held`, units |
catalogue | `outreach.reached` | the same, where the reach was reported | `channel` | `reach_people` |
dossiers | `two_supplements_late` | `false`, `true` | whether two or more requests for papers make a dossier late (portal) |
dossiers | `pauses = "subtract"`, `stopped = "ended"`, `refused = "ended"`, `two_supplements_late = true`, `open_supplement =
statuses | 9 | `resolved` | đã xử lý xong | ended; this moment is the end of processing |
statuses | `on_due_date` | đúng hạn | Ended on it. |
statuses | `zero_denominator` | 0/0: there was nothing to judge. It prints "không có số liệu" and never 0% or 100%; 0/n is 0%. | no |
statuses | `done_late` | hoàn thành trễ hạn | Done after it. | `not_met` |
calendar | 2020 | 252 | announced | Tết notice for 2020; Labour Code 2012 |
"""
"""Rows as a reader should find them, written by hand: the generator is not its own witness."""


@pytest.mark.parametrize("row", ROWS.strip().splitlines())
def test_a_row_reads_as_it_should(row: str) -> None:
    name, cells = row.split(" | ", maxsplit=1)
    assert f"| {cells}" in page(name)


# --- What is computed


def rows_under(text: str) -> dict[str, list[str]]:
    """Return the rows of every table in a text by the code in their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| `.*\|$", text, flags=re.MULTILINE)]
    found = {row[0].strip("`"): row[1:] for row in rows}
    assert len(found) == len(rows)
    return found


def test_no_source_is_called_law_that_is_none() -> None:
    """What no document was seen for is called a default of the library, never law."""
    rows = rows_under(sections_of(page("catalogue"), "##")["Built-in indicators"])
    assert set(rows) == {indicator.id for indicator in default_catalogue()}
    for indicator in default_catalogue():
        assert "[K]" not in rows[indicator.id][-1]
        assert ("của thư viện" in indicator.source) == ("of the library" in rows[indicator.id][-1])


@pytest.mark.parametrize(("model", "heading"), [(Indicator, "`[[indicator]]`"), (Count, "`[[count]]`")])
def test_every_key_of_a_catalogue_is_reported(model: type[BaseModel], heading: str) -> None:
    table = page("catalogue").split(f"| Key of {heading} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    reported = [key for line in table.split("\n")[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(reported) == sorted(model.model_fields)


@pytest.mark.parametrize("model", [Target, Quota, Task])
def test_every_key_of_a_plan_is_on_its_page(model: type[BaseModel]) -> None:
    assert [key for key in model.model_fields if not re.search(rf"\b{key}\b", page("plans"))] == []


@pytest.mark.parametrize("name", SHAPES)
def test_every_key_of_a_shape_is_in_its_row(name: str) -> None:
    """Keys that many shapes have are explained around the table."""
    what, keys = rows_under(page("scores"))[name]
    assert what
    own = SHAPES[name].model_fields.keys() - {"shape", "points_are", "input", "times", "fallback"}
    assert [key for key in sorted(own) if not re.search(rf"\b{key}\b", keys)] == []


# --- A first report: the folder is made from the page, and its commands say what the page says they say


@pytest.mark.parametrize("path", [DOCS / "first-report.md", DOCS / "first-report.vi.md"], ids=lambda path: path.name)
def test_the_first_report_is_what_the_page_says(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said, ran = "", 0
    text = path.read_text(encoding="utf-8")
    for block in FENCE.finditer(text[text.index(' title="') - 10 :]):  # from the first file on
        kind, title, text = block.group("kind", "title", "text")
        if title:
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(text, encoding="utf-8")
        elif kind == "console" and text.startswith("cchc-metrics "):
            result = CliRunner().invoke(cli.main, shlex.split(text)[1:])
            assert result.exit_code == 1  # a row is rejected
            said, ran = result.stdout, ran + 1
        elif kind == "text":
            wanted = re.sub(r" {2,}", "  ", text)  # columns are as wide as what the page leaves out asks for
            assert doctest.OutputChecker().check_output(wanted, re.sub(r" {2,}", "  ", said), doctest.ELLIPSIS), said
    assert ran == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.txt", "report.md", "report.json", "problems.csv"}


# --- Both READMEs are whole


def test_the_two_readmes_say_the_same_with_the_same_blocks() -> None:
    """Section by section: as many, with the same blocks but for comments, the same commands in tables, and links to the same pages."""
    en, vi = (re.split(r"(?m)^## ", (ROOT / name).read_text(encoding="utf-8")) for name in ("README.md", "README.vi.md"))
    assert len(en) == len(vi)
    for english, vietnamese in zip(en, vi, strict=True):
        heading = english.split("\n", 1)[0]
        blocks, others = ([re.sub(r" +#.*", "", block[0]) for block in FENCE.finditer(text)] for text in (english, vietnamese))
        assert blocks == others, heading
        commands, theirs = (re.findall(r"(?m)^\| .* \| `(cchc-metrics [^`]+)`", text) for text in (english, vietnamese))
        assert commands == theirs, heading
        pages, their_pages = (set(re.findall(r"\]\((docs/[\w/-]+)(?:\.vi)?\.md\)", text)) for text in (english, vietnamese))
        assert heading in {"# cchc_metrics", "Documentation"} or pages == their_pages, heading


def test_the_readmes_show_what_the_session_prints() -> None:
    said = CliRunner().invoke(cli.main, ["report", str(ROOT / "examples/thap-muoi"), "--period", "2021"]).stdout
    for name in ("README.md", "README.vi.md"):
        shown = next(block for block in FENCE.finditer((ROOT / name).read_text(encoding="utf-8")) if block["kind"] == "text")["text"]
        assert doctest.OutputChecker().check_output(shown, said, doctest.ELLIPSIS), name


# --- What a page has its reader install is enough for what it has him type

EXTRA_OF = {"html": "html", "docx": "word", "xlsx": "excel", "parquet": "arrow"}


def lacking(text: str) -> set[str]:
    """Return the extras that the commands of a page need and that it neither installs nor names."""
    commands = "".join(block["text"] for block in FENCE.finditer(text) if block["kind"] in {"console", "sh"})
    formats = {each for named in re.findall(r"--formats ([\w,]+)", commands) for each in named.split(",")}
    formats |= set(re.findall(r"--out \S+\.(\w+)", re.sub(r"(?m)^cchc-metrics fill .*", "", commands)))  # a form is filled without extras
    named = set(re.findall(r"`(\w+)`", text)) | {each for names in re.findall(r"\.\[([\w,]+)\]", text) for each in names.split(",")}
    return {EXTRA_OF[each] for each in formats & EXTRA_OF.keys()} - named


@pytest.mark.parametrize("path", [*ROOT.glob("README*.md"), *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_a_page_installs_what_its_commands_need(path: Path) -> None:
    assert lacking(path.read_text(encoding="utf-8")) == set()


def test_what_a_page_forgot_to_install_is_named() -> None:
    page = '```console\npython -m pip install ".[cli,excel]"\n```\n```console\ncchc-metrics report x --formats txt,html,xlsx,docx\n```\n'
    assert lacking(page) == {"html", "word"}
    assert lacking(page.replace("cli,excel", "cli,excel,html,word")) == set()


# --- Tutorials of the command: what a page writes is written, what it runs is run, in its order, and what it shows is what is said


@pytest.mark.parametrize("name", ["clerk.md", "clerk.vi.md", "leader.md", "leader.vi.md", "verify.md"])
def test_a_tutorial_runs_from_its_first_block_to_its_last(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    said, shown = "", 0
    for block in FENCE.finditer((DOCS / name).read_text(encoding="utf-8")):
        kind, title, text = block.group("kind", "title", "text")
        if kind == "pycon":
            continue
        if title:
            (tmp_path / title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / title).write_text(text, encoding="utf-8")
        elif kind == "console":
            for line in text.splitlines():
                if line.startswith("cchc-metrics "):
                    result = CliRunner().invoke(cli.main, shlex.split(line)[1:])
                    assert result.exit_code in {0, 1}, result.output
                    said = result.stdout
        else:
            wanted, found = (re.sub(r"[ \t]{2,}", "  ", words) for words in (text, said))
            assert doctest.OutputChecker().check_output(wanted, found, doctest.ELLIPSIS), said
            shown += 1
    assert shown
