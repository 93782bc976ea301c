"""The package as it is installed: its version, its files, and a docstring on everything public."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.resources
import json
import os
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias, TypeGuard

import pytest

import cchc_metrics

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "cchc_metrics"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
Definition: TypeAlias = ast.FunctionDef | ast.ClassDef
PUBLIC_MODULES = [
    path
    for path in sorted(SOURCE.rglob("*.py"))
    if path.name == "__init__.py" or not any(part.startswith("_") for part in path.relative_to(SOURCE).parts)
]


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def without_docstring(source: str) -> Iterator[str]:
    """Yield what is public in a module and has no docstring: the module, its functions, classes and their methods."""
    tree = ast.parse(source)
    if not ast.get_docstring(tree):
        yield "the module"
    for node in tree.body:
        if lacks_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (f"{node.name}.{method.name}" for method in node.body if lacks_docstring(method))


def lacks_docstring(node: ast.stmt) -> TypeGuard[Definition]:
    if not isinstance(node, Definition) or node.name.startswith("_"):
        return False
    overload = any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)
    return not overload and not ast.get_docstring(node)


def test_the_version_is_that_of_the_project() -> None:
    assert importlib.metadata.version("cchc-metrics") == PYPROJECT["project"]["version"] == cchc_metrics.__version__


@pytest.mark.parametrize("name", cchc_metrics.__all__)
def test_a_public_name_is_there_and_is_itself(name: str) -> None:
    value = getattr(cchc_metrics, name)
    assert getattr(value, "__name__", name).removeprefix("cchc_metrics.") == name


def test_every_public_name_is_said_once_and_found() -> None:
    """The face is written once, in the stub; what it says can be imported, and ``dir`` and ``*`` say the same."""
    assert dir(cchc_metrics) == sorted(cchc_metrics.__all__)
    for name in cchc_metrics.__all__:
        assert getattr(cchc_metrics, name) is not None
    assert len(cchc_metrics.__all__) <= 50
    with pytest.raises(AttributeError, match="no attribute 'tallly'"):
        _ = cchc_metrics.tallly  # type: ignore[attr-defined]


def test_the_core_depends_on_three_packages() -> None:
    required = [r for r in importlib.metadata.requires("cchc-metrics") or [] if "extra ==" not in r]
    assert sorted(r.split(">")[0] for r in required) == ["numpy", "pydantic", "python-dateutil"]


def test_what_is_tested_is_what_is_installed() -> None:
    """The wheel where one is installed, as in every session of nox: the source cannot be imported there. Else an editable install of it."""
    installed = json.loads(importlib.metadata.distribution("cchc-metrics").read_text("direct_url.json") or "{}")
    found = Path(cchc_metrics.__file__)
    on_path = [place for place in sys.path if Path(place or ".", "cchc_metrics").is_dir()]
    if installed.get("dir_info", {}).get("editable"):
        assert found.is_relative_to(SOURCE)
        assert "NOX_CURRENT_SESSION" not in os.environ
    else:
        assert found.is_relative_to(sysconfig.get_path("purelib"))
        assert on_path == [sysconfig.get_path("purelib")]


def test_all_files_of_the_source_are_installed() -> None:
    """Of the wheel where that is installed, as nox does; the data and py.typed are in it or this fails."""
    installed = importlib.resources.files(cchc_metrics)
    files = {name_of(path) for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert "py.typed" in files
    assert [name for name in sorted(files) if not installed.joinpath(name).is_file()] == []


@pytest.mark.parametrize("path", PUBLIC_MODULES, ids=name_of)
def test_what_is_public_has_a_docstring(path: Path) -> None:
    assert list(without_docstring(path.read_text(encoding="utf-8"))) == []


def test_a_missing_docstring_is_found() -> None:
    source = """
def f(): pass
def _g(): pass
@typing.overload
def h(): ...
def h(): "It has one."
class A:
    def m(self): pass
    def _n(self): pass
"""
    assert list(without_docstring(source)) == ["the module", "f", "A", "A.m"]
