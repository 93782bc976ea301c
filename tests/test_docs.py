"""Every example runs: those in the docstrings of the package, in the README and in the docs.

Needs the package with its extras, and pytest; no more, so that the examples need no more either.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import textwrap
import unicodedata
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

import cchc_metrics

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
MODULES = [
    cchc_metrics.__name__,
    *(found.name for found in pkgutil.walk_packages(cchc_metrics.__path__, cchc_metrics.__name__ + ".")),
]

# A fenced block of Python, as indented as it may stand in a list.
# What stands behind its kind are packages without which it is left out.
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>python|pycon)\b(?P<needs>[^\n]*)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


class Outcome(NamedTuple):
    """What running some examples gave."""

    attempted: int
    failures: str


def run(tests: Iterable[doctest.DocTest]) -> Outcome:
    """Run examples and return how many there were and what failed, as doctest tells it."""
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    for test in tests:
        runner.run(test, out=said.append)
    return Outcome(runner.tries, "".join(said))


def examples_of_module(name: str) -> list[doctest.DocTest]:
    """Return the examples in the docstrings of a module."""
    return [test for test in doctest.DocTestFinder().find(importlib.import_module(name)) if test.examples]


def blocks(text: str) -> list[tuple[int, str]]:
    """Return the Python blocks of a Markdown page whose packages are there, each with the number of lines that precede it."""
    found = [each for each in BLOCK.finditer(text) if all(find_spec(word) for word in each["needs"].split() if word.isidentifier())]
    return [(text.count("\n", 0, each.start("code")), each["code"]) for each in found]


def examples_of_page(name: str, text: str) -> list[doctest.DocTest]:
    """Return the examples of a Markdown page as one test: a page is read from top to bottom, and names stay."""
    lines = [""] * (text.count("\n") + 1)
    for start, code in blocks(text):
        code_lines = code.splitlines()
        lines[start : start + len(code_lines)] = code_lines
    test = doctest.DocTestParser().get_doctest("\n".join(lines), {"__name__": "__main__"}, name, name, 0)
    return [test] if test.examples else []


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_module(name: str) -> None:
    assert run(examples_of_module(name)).failures == ""


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_examples_of_page(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # pages name files as a reader in a fresh clone would
    assert run(examples_of_page(page_name(path), path.read_text(encoding="utf-8"))).failures == ""


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_blocks_without_a_prompt_are_python(path: Path) -> None:
    for start, code in blocks(path.read_text(encoding="utf-8")):
        if ">>>" not in code:
            ast.parse("\n" * start + textwrap.dedent(code), filename=page_name(path))


def test_the_package_has_examples() -> None:
    examples = [example for name in MODULES for test in examples_of_module(name) for example in test.examples]
    assert len(examples) > 0


def test_the_walk_finds_what_is_on_the_disk() -> None:
    folder = Path(cchc_metrics.__path__[0])
    on_disk = {
        ".".join((cchc_metrics.__name__, *path.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")
        for path in folder.rglob("*.py")
    }
    assert set(MODULES) == on_disk


@pytest.mark.parametrize("path", [*PAGES, *sorted((ROOT / "src").rglob("*.py"))], ids=page_name)
def test_vietnamese_is_in_the_composed_form(path: Path) -> None:
    assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


# --- and it would be seen if one did not run

PAGE = """
Text, with `>>> 1` in it.

```pycon title="first"
>>> a = 2
>>> a + 1
3
```

1. in a list

   ```python
   >>> a * 5  # a name of the block above
   10
   ```

```text
>>> this is not Python
```
"""


def test_a_page_is_run_from_top_to_bottom() -> None:
    assert run(examples_of_page("page", PAGE)) == Outcome(attempted=3, failures="")


@pytest.mark.parametrize(("right", "wrong", "line"), [("\n3\n", "\n4\n", 6), ("   10\n", "   11\n", 13)])
def test_a_wrong_example_of_a_page_is_reported_with_its_line(right: str, wrong: str, line: int) -> None:
    reported = run(examples_of_page("page", PAGE.replace(right, wrong))).failures
    assert f'File "page", line {line}, in page' in reported


def test_a_page_without_examples_has_none() -> None:
    assert examples_of_page("page", "```text\n>>> 1\n```\n") == []
