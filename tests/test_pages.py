"""The pages of docs/ are complete and true: what they list is what the library has. (tests/test_docs.py runs their examples.)"""

from __future__ import annotations

import doctest
import json
import re
import shlex
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from click.testing import CliRunner
from pydantic import BaseModel
from tests.folders import ROOT

from cchc_metrics import cli
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Count, Indicator, event_sets
from cchc_metrics.read.headings import HEADINGS
from cchc_metrics.records import choices
from cchc_metrics.records.fields import Flag
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.rules import Rules, rule_presets
from cchc_metrics.values import Status
from cchc_metrics.verbs.assess import TaskState, Verdict

DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


# --- The map


def test_the_map_leads_to_every_page() -> None:
    assert set(re.findall(r"\]\(([\w/-]+\.md)\)", page("index"))) == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {
        "index.md"
    }


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


# --- What can be read


def sections_of(text: str, level: str) -> dict[str, str]:
    """Return the text under each heading of a level, by the heading."""
    parts = re.split(rf"^{level} (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def table_of(text: str) -> list[list[str]]:
    """Return the cells of the first table in a text, without the headings."""
    lines = re.findall(r"^\|.*\|$", text.split("\n\n#", maxsplit=1)[0], flags=re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_column_of_every_kind_is_reported_with_its_headings() -> None:
    kinds = {heading: text for heading, text in sections_of(page("records"), "##").items() if heading.startswith("`")}
    assert list(kinds) == [f"`{kind.name}`: {kind.vi}" for kind in KINDS.values()]
    for kind, text in zip(KINDS.values(), kinds.values(), strict=True):
        rows = table_of(text)
        specs = schema(kind.model)
        assert [row[0] for row in rows] == [f"`{spec.name}`" for spec in specs]
        for spec, (_, cell, meaning, headings) in zip(specs, rows, strict=True):
            assert cell.endswith(", required") is spec.required
            assert (spec.choice is None) or ("yes or no" if spec.choice is Flag else f"[{spec.choice.__name__}]") in cell
            assert meaning
            assert headings.split(" · ") == list(HEADINGS[kind.name][spec.name])
        for name in kind.id_columns:
            assert f"`{name}`" in text


def test_every_closed_list_is_reported_in_every_spelling() -> None:
    lists = sections_of(sections_of(page("records"), "##")["Closed lists"], "###")
    closed = {spec.choice for kind in KINDS.values() for spec in schema(kind.model) if spec.choice is not None}
    assert set(lists) == {choice.__name__ for choice in closed}
    for choice in closed:
        rows = [(f"`{member.value}`", member.vi, " · ".join(member.aliases)) for member in choice]
        assert [tuple(row) for row in table_of(lists[choice.__name__])] == rows
        blank = choice.blank()
        said = "An empty cell is a problem." if blank is None else f"An empty cell is `{blank.value}`."
        assert said in lists[choice.__name__]


# --- What is computed


def source_on_page(source: str) -> str:
    """Return a source as the page has it: what no document was seen for is called a default of the library, never law."""
    own = source.replace("[K] the library's own", "default of the library")
    return own.replace("[K] ", "default of the library: ").replace(" [K]", " of the library")


def rows_under(text: str) -> dict[str, list[str]]:
    """Return the rows of every table in a text by the code in their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\| `.*\|$", text, flags=re.MULTILINE)]
    found = {row[0].strip("`"): row[1:] for row in rows}
    assert len(found) == len(rows)
    return found


def test_every_indicator_is_in_the_catalogue_page_with_its_source() -> None:
    rows = rows_under(sections_of(page("catalogue"), "##")["Built-in indicators"])
    assert set(rows) == {indicator.id for indicator in default_catalogue()}
    for indicator in default_catalogue():
        name, scale, made_of, source = rows[indicator.id]
        assert name.startswith(indicator.en + ".")
        for day in (indicator.valid_from, indicator.valid_to):
            assert day is None or f"{day:%d/%m/%Y}" in name
        assert scale == indicator.scale.value.replace("_", " ")
        assert re.findall(r"`([\w.]+)`", made_of) == (
            [indicator.values_of] if indicator.quantile else [n.removeprefix("-") for n in (*indicator.numerator, *indicator.denominator)]
        )
        assert made_of.count("−") == sum(n.startswith("-") for n in (*indicator.numerator, *indicator.denominator))
        assert "[K]" not in source
        assert source == source_on_page(indicator.source)


def test_every_count_and_set_of_events_is_in_the_catalogue_page() -> None:
    parts = sections_of(page("catalogue"), "##")
    counts, events = rows_under(parts["Built-in counts"]), rows_under(parts["Events"])
    catalogue = default_catalogue()
    assert set(counts) == set(catalogue.counts)
    for count in catalogue.counts.values():
        assert counts[count.id][0] == count.en
        reported = counts[count.id][1]
        assert re.findall(r"`([\w.]+)`", reported) == [*filter(None, (count.events, count.until)), *count.where]
        for dim, labels in count.where.items():
            assert f"`{dim}`: {', '.join(labels)}" in reported
        assert ("up to the last day" in reported, "before the first day" in reported) == (count.at == "end", count.at == "start")
        assert ("summed" in reported, "units" in reported.replace("`units.", "")) == (count.of == "value", count.of == "units")
    assert set(events) == set(event_sets())
    for name, found in event_sets().items():
        when, dims, number = events[name]
        assert when
        assert re.findall(r"`(\w+)`", dims) == [dim.name for dim in found.dims]
        assert number.strip("`") == found.value


@pytest.mark.parametrize(("model", "heading"), [(Indicator, "`[[indicator]]`"), (Count, "`[[count]]`")])
def test_every_key_of_a_catalogue_is_reported(model: type[BaseModel], heading: str) -> None:
    table = page("catalogue").split(f"| Key of {heading} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    reported = [key for line in table.split("\n")[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(reported) == sorted(model.model_fields)


def test_every_rule_is_reported_with_its_choices() -> None:
    rows = rows_under(sections_of(page("dossiers"), "##")["Rules"])
    options = {name: info for name, info in Rules.model_fields.items() if name not in ("id", "vi", "en")}
    assert set(rows) == set(options) | set(rule_presets())
    for name, info in options.items():
        choices = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
        reported = re.findall(r"`([\w]+)`", rows[name][0])
        assert set(choices) <= set(reported)
        if choices or isinstance(info.default, bool | int):
            assert reported[0] == str(info.default).lower()  # the default comes first
    for name, preset in rule_presets().items():
        changed = {option: getattr(preset, option) for option, info in options.items() if getattr(preset, option) != info.default}
        assert re.findall(r"`(\w+) = ([^`]+)`", rows[name][0]) == [(option, json.dumps(value)) for option, value in changed.items()]


def test_every_member_of_the_closed_lists_is_reported() -> None:
    parts = sections_of(page("statuses"), "##")
    assert list(rows_under(parts["Of a value"])) == [status.value for status in Status]
    for status in Status:
        assert rows_under(parts["Of a value"])[status.value][-1] == ("yes" if status.usable else "no")
    assert list(rows_under(parts["Of a target or quota"])) == [verdict.value for verdict in Verdict]
    assert list(rows_under(parts["Of a task"])) == [state.value for state in TaskState]
    codes = re.findall(r"^\| (\d+) \| `(\w+)` \| ([^|]+) \|", parts["Of a dossier"], flags=re.MULTILINE)
    assert codes == [(status.aliases[0], status.value, status.vi) for status in choices.Status]
    assert [(code, row[0]) for code, row in rows_under(parts["Of a dossier"]).items()] == [(t.value, t.vi) for t in choices.Timing]


def test_every_year_of_the_calendar_is_reported() -> None:
    rows = [tuple(row) for row in table_of(sections_of(page("calendar"), "##")["The years"])]
    official = Calendar.official()
    assert rows == [(str(y.year), str(y.working_days), y.status, "; ".join(y.sources)) for y in official.by_year.values()]


# --- A first report: the folder is made from the page, and its commands say what the page says they say


def test_the_first_report_is_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said, ran = "", 0
    for block in FENCE.finditer(page("first-report")):
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
