"""The site can be built from what is there: pages have a place, links lead somewhere, every public name is in the reference once."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections import Counter
from pathlib import PurePosixPath

import pytest
from docs.site import build
from docs.site.reference import REFERENCE
from tests.folders import ROOT

import cchc_metrics as cm
from cchc_metrics.tables.table import AnswerTable

CONFIG = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
PAGES = build.pages()
LISTED = [
    (module, name)
    for _, sections in REFERENCE.values()
    for section in sections
    for module, names in section.names.items()
    for name in names
]


def test_every_page_has_a_place_in_the_navigation() -> None:
    there = {build.place_of(path).as_posix() for path in PAGES if path.suffix == ".md"} | {f"api/{name}.md" for name in REFERENCE}
    assert build.complaints(CONFIG, there) == []


def test_a_page_that_the_navigation_lacks_is_named() -> None:
    there = set(build.listed(CONFIG))
    assert build.complaints(CONFIG, {*there, "new-page.md"}) == [
        "mkdocs.yml: nav lacks new-page.md; name it where a reader would look for it"
    ]
    assert build.complaints(CONFIG, there - {"plans.md"}) == ["mkdocs.yml: nav has plans.md, which is no page"]
    assert build.complaints(CONFIG + "  - again: plans.md\n", there) == ["mkdocs.yml: nav has plans.md twice"]
    assert build.complaints(CONFIG, {*there, "decisions/why-not.md"}) == []  # docs/decisions/README.md leads to it


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("docs/a.md", "[x](b.md#y)", "[x](b.md#y)"),
        ("docs/a.md", "[x](../CONTRIBUTING.md)", "[x](project/CONTRIBUTING.md)"),
        ("docs/decisions/a.md", "[x](../../benchmarks/README.md)", "[x](../project/benchmarks/README.md)"),
        ("docs/a.vi.md", "[x](b.vi.md), ![y](images/p.png)", "[x](b.md), ![y](../images/p.png)"),
        ("README.vi.md", "[x](docs/b.md) [y](README.md)", "[x](../b.md) [y](../project/README.md)"),
        ("docs/a.md", "[x](../examples/notebooks)", "x (`examples/notebooks`)"),
        ("docs/a.md", "[x](https://semver.org) [y](#z)", "[x](https://semver.org) [y](#z)"),
        ("docs/a.md", "```pycon polars\n>>> x\n```\n", "```pycon\n>>> x\n```\n"),
        ("docs/a.md", "```text\n[x](../README.md)\n```\n", "```text\n[x](../README.md)\n```\n"),
    ],
)
def test_links_lead_to_the_same_page_in_the_site(path: str, text: str, wanted: str) -> None:
    assert build.page_of(PurePosixPath(path), text) == wanted


def test_links_of_pages_beside_the_docs_lead_somewhere() -> None:
    for path, text in PAGES.items():
        for link in build.links(text):
            assert "://" in link["target"] or (ROOT / path.parent / link["target"]).exists(), (path, link[0])


def test_no_page_says_that_the_package_can_be_installed_by_its_name() -> None:
    """Nothing has been released: docs/releasing.md says when this test goes."""
    said = re.compile(r"pip install [^\n`]*\bcchc[-_]metrics\b(?![^\n]*\.whl)")
    found = [f"{path}: {match[0]}" for path, text in PAGES.items() if path.name != "releasing.md" for match in said.finditer(text)]
    assert found == []


# --- The API reference


def public() -> set[str]:
    """Return everything public that is not a module: the names of the two stubs and the packages, answer tables, what pages import."""
    names: set[tuple[str, str]] = set()
    for stub in (ROOT / "src").rglob("__init__.pyi"):
        for statement in ast.parse(stub.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.ImportFrom) and statement.module != "cchc_metrics":
                names |= {(str(statement.module), alias.name) for alias in statement.names}
    for package in ("fold", "ledger", "plan", "plots", "score", "spark"):
        names |= {(f"cchc_metrics.{package}", name) for name in importlib.import_module(f"cchc_metrics.{package}").__all__}
    for path, text in PAGES.items():
        for line in re.finditer(r"(?m)^(?:>>> )?from (cchc_metrics[\w.]*) import ([\w, ]+)$", text) if path.parts[0] == "docs" else ():
            names |= {(line[1], name.strip()) for name in line[2].split(",")}
    for each in pkgutil.walk_packages(cm.__path__, "cchc_metrics."):
        if "fast" not in each.name and "testing" not in each.name:
            importlib.import_module(each.name)
    tables: list[type] = list(AnswerTable.__subclasses__())
    for table in tables:
        tables += table.__subclasses__()
    ends = {table for table in tables if table.__module__.startswith("cchc_metrics.")} - {
        base for table in tables for base in table.__bases__
    }
    found = [*(getattr(importlib.import_module(module), name) for module, name in names), *ends]
    return {full_name(value) for value in found if not (isinstance(value, type) and issubclass(value, Exception))}


def full_name(value: object) -> str:
    """Return where a value is from and what it is called there; a class with slots was made twice."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"


def test_every_public_name_is_in_the_reference_once() -> None:
    found = [getattr(importlib.import_module(module), name) for module, name in LISTED]
    assert [LISTED[[id(v) for v in found].index(key)] for key, n in Counter(map(id, found)).items() if n > 1] == []
    assert sorted(public() - {full_name(value) for value in found}) == []


NO_EXAMPLE = {"scan_postgres", "tally_spark"}
"""They need a server; their pages and sessions run them."""


def test_every_function_of_the_reference_has_an_example() -> None:
    """What it takes is said too; the strategies of ``testing`` take what ``records`` takes, whose example is theirs."""
    found = {(module, name): getattr(importlib.import_module(module), name) for module, name in LISTED}
    functions = {key: inspect.getdoc(value) or "" for key, value in found.items() if inspect.isfunction(value)}
    assert len(functions) > 40
    functions = {key: said for key, said in functions.items() if "arguments are as for ``records``" not in said}
    assert {key for key, said in functions.items() if "Args:" not in said and inspect.signature(found[key]).parameters} == set()
    lacking = {name for (_, name), said in functions.items() if ">>>" not in said}
    assert lacking == NO_EXAMPLE


def test_what_the_reference_lists_is_found_without_running_it() -> None:
    """The site reads the source only: a name must stand in the module that the list says, or be imported there by name."""
    for module, name in LISTED:
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        source = PurePosixPath(spec.origin)
        text = (ROOT / source).read_text(encoding="utf-8")
        assert re.search(rf"(?m)^(?:class|def) {name}\b|^{name}\b.*=|\bimport .*\b{name}\b|^ +{name},", text), (module, name)
