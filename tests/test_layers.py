"""The house stays in order: imports run downwards only, and importing the package costs its three dependencies.

Decided from the syntax of every module, so an import counts wherever it stands: in a function and under
``TYPE_CHECKING`` too, because there it says just as much about who knows whom.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "cchc_metrics"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE

# From the ground up. A place is a module or a package directly in the house, and each verb is a place of its own.
# A place may import itself and what lies lower; places on one line know nothing of each other.
# "__init__" is the public face.
LAYERS = (
    ("folding", "hashes", "lazy", "version"),
    ("errors",),
    ("text",),
    ("arguments",),
    ("declared",),
    ("reference",),
    ("tables",),
    ("records",),
    ("values",),
    ("catalogue", "plots"),
    ("count.__init__",),
    ("count.cube",),
    ("count.histogram",),
    ("count.fast", "count.workers", "count.frame", "count.varints"),
    ("count.stored",),
    ("count.summing",),
    ("count.engines", "count.arguments"),
    ("count.tally",),
    ("verbs.__init__",),
    ("verbs.asked",),
    ("verbs.exact", "verbs.interval", "verbs.quantile", "verbs.scopes"),
    ("verbs.counts",),
    ("verbs.measures",),
    ("verbs.figures",),
    ("verbs.entered",),
    ("verbs.judge", "verbs.form06_rows", "verbs.form06_practices"),
    ("verbs.form06_sheet",),
    (
        "verbs.breakdowns",
        "verbs.measure",
        "verbs.form06",
        "verbs.explain",
        "verbs.quality",
        "verbs.dossier_codes",
        "verbs.contributions",
        "verbs.groups",
    ),
    ("verbs.division", "verbs.form06_why"),
    ("verbs.baseline",),
    ("verbs.baseline_join",),
    ("plan",),
    ("verbs.compare", "verbs.assess", "verbs.suppress", "score"),
    ("read", "report", "example"),
    ("scan", "schemas", "proposal", "fix_workbook", "dataset_text", "period_values"),
    ("snapshot", "whole_tables", "withheld"),
    ("fold", "ledger", "provenance"),
    ("counted_tables",),
    ("dataset", "spark"),
    ("folder_dataset",),
    ("__init__",),
    ("cli", "testing"),
)
PARTED = {"verbs", "count"}  # packages whose modules are places of their own
LEVEL = {place: level for level, places in enumerate(LAYERS) for place in places}

CORE = {"pydantic", "pydantic_core", "numpy", "dateutil"}  # pydantic_core is where pydantic keeps its error types
# Places that users open with an extra, and what they may therefore import at their top.
EXTRAS = {"cli": {"click"}, "testing": {"hypothesis"}, "count.fast": {"numba", "llvmlite"}}
# Never loaded by ``import cchc_metrics``; each costs more than the package itself.
HEAVY = ["click", "hypothesis", "matplotlib", "narwhals", "numba", "pandas", "polars", "pyarrow"]


def modules() -> dict[str, str]:
    """Return the source of every module of the package by its dotted name; a package is its ``__init__``."""
    return {
        ".".join((PACKAGE, *path.relative_to(SOURCE).with_suffix("").parts)): path.read_text(encoding="utf-8")
        for path in sorted(SOURCE.rglob("*.py"))
    }


def place_of(name: str) -> str:
    """Return the place that a dotted name is in: ``count.tally`` of ``cchc_metrics.count.tally.Tally``."""
    place, *inner = [*name.split(".")[1:], "__init__"]
    return f"{place}.{inner[0]}" if place in PARTED else place


def imported(node: ast.AST, module: str, places: set[str]) -> Iterator[str]:
    """Yield the dotted names that one statement imports; a name taken from the package itself is a place or its face."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])]) if node.level else node.module
        assert source
        for alias in node.names:
            inner = source == PACKAGE and alias.name not in places
            yield source if inner else f"{source}.{alias.name}"


def upward_imports(sources: dict[str, str]) -> list[str]:
    """Return a line for each import that does not run downwards, and for each module that has no place in the table."""
    places = {place_of(module) for module in sources}
    wrong = [f"{place} has no place in LAYERS" for place in sorted(places - set(LEVEL))]
    for module, source in sources.items():
        own = place_of(module)
        for node in ast.walk(ast.parse(source)):
            for name in imported(node, module, places):
                other = place_of(name)
                if name.split(".")[0] == PACKAGE and other != own and LEVEL.get(other, 0) >= LEVEL.get(own, len(LEVEL)):
                    wrong.append(f"{module}:{getattr(node, 'lineno', 0)} imports {name}, which is not below it")
    return wrong


def at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported: not those in functions or under ``TYPE_CHECKING``."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield statement
        typing_only = isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)
        for field in ("orelse",) if typing_only else ("body", "orelse", "finalbody"):
            yield from at_import(getattr(statement, field, []))
        for part in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            yield from at_import(part.body)


def foreign_imports(sources: dict[str, str]) -> list[str]:
    """Return a line for each import, when a module is imported, of what is neither core nor of the standard library."""
    wrong = []
    for module, source in sources.items():
        allowed = {PACKAGE} | CORE | EXTRAS.get(place_of(module), set()) | sys.stdlib_module_names
        for statement in at_import(ast.parse(source).body):
            names = {name.split(".")[0] for name in imported(statement, module, set())}
            wrong += [f"{module}:{statement.lineno} imports {name}" for name in sorted(names - allowed)]
    return wrong


def circles(sources: dict[str, str]) -> list[str]:
    """Return the modules that import each other when they are imported; where there is none, any module can be imported first."""
    names = {module.removesuffix(".__init__"): module for module in sources}
    needs: dict[str, set[str]] = {}
    for module, source in sources.items():
        said = [name for statement in at_import(ast.parse(source).body) for name in imported(statement, module, set(LEVEL))]
        found = {name if name in names else name.rpartition(".")[0] for name in said}
        needs[module.removesuffix(".__init__")] = {name for name in found if name in names}
    while free := {name for name, of in needs.items() if not of & needs.keys()}:
        needs = {name: of for name, of in needs.items() if name not in free}
    return sorted(needs)


def loaded_heavy(program: str) -> set[str]:
    """Return which heavy packages a program has loaded when it ends, in a process of its own."""
    tail = f"\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run(  # noqa: S603  (the programs stand in this file)
        [sys.executable, "-c", program + tail], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_imports_run_downwards() -> None:
    assert upward_imports(modules()) == []


def test_the_source_was_found() -> None:
    assert {f"{PACKAGE}.__init__", f"{PACKAGE}.errors", f"{PACKAGE}.tables.numbers"} <= set(modules())


@pytest.mark.parametrize(
    ("module", "source", "names"),
    [
        ("values", "from cchc_metrics.report.text import render", "cchc_metrics.report.text.render"),
        ("values", "import cchc_metrics.report", "cchc_metrics.report"),
        ("values", "from cchc_metrics import report", "cchc_metrics.report"),
        ("values", "from cchc_metrics import Measure", "cchc_metrics"),
        ("values", "import cchc_metrics", "cchc_metrics"),
        ("values", "from . import report", "cchc_metrics.report"),
        ("records.dossier", "from ..count.tally import Tally", "cchc_metrics.count.tally.Tally"),
        ("records.dossier", "def f():\n    from cchc_metrics.count import tally", "cchc_metrics.count.tally"),
        ("records.dossier", "if TYPE_CHECKING:\n    import cchc_metrics.verbs", "cchc_metrics.verbs"),
        ("count.tally", "from cchc_metrics.verbs.measure import measure", "cchc_metrics.verbs.measure.measure"),
        ("count.frame", "from . import tally", "cchc_metrics.count.tally"),
        ("count.tally", "from cchc_metrics.read import rows", "cchc_metrics.read.rows"),
        ("read.csv", "from cchc_metrics.report import page", "cchc_metrics.report.page"),
        ("report.text", "from cchc_metrics.cli import main", "cchc_metrics.cli.main"),
        ("errors", "from cchc_metrics.text import fold", "cchc_metrics.text.fold"),
    ],
)
def test_an_upward_import_is_found(module: str, source: str, names: str) -> None:
    sources = {f"{PACKAGE}.{place}": "" for place in LEVEL} | {f"{PACKAGE}.{module}": source}
    assert len(upward_imports(sources)) == 1
    assert f"imports {names}," in upward_imports(sources)[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("report.text", "from cchc_metrics.count.tally import Tally\nfrom cchc_metrics.tables.numbers import format_count"),
        ("records.dossier", "from .. import errors\nfrom . import fields\nfrom cchc_metrics.records import columns"),
        ("cli", "import cchc_metrics\nfrom cchc_metrics import report, Measure"),
        ("__init__", "from .count.tally import Tally\nfrom cchc_metrics import report"),
        ("verbs.measure", "from cchc_metrics.count.tally import Tally\nfrom . import counts"),
        ("text", "import re\nfrom numpy import ndarray"),
    ],
)
def test_a_downward_import_is_not(module: str, source: str) -> None:
    assert upward_imports({f"{PACKAGE}.{place}": "" for place in LEVEL} | {f"{PACKAGE}.{module}": source}) == []


def test_what_has_no_place_is_found() -> None:
    assert upward_imports({f"{PACKAGE}.attic": ""}) == ["attic has no place in LAYERS"]
    assert upward_imports({f"{PACKAGE}.verbs.guess": ""}) == ["verbs.guess has no place in LAYERS"]


def test_modules_import_the_core_only() -> None:
    assert foreign_imports(modules()) == []


def test_no_imports_run_in_a_circle() -> None:
    assert circles(modules()) == []


def test_a_circle_would_be_found() -> None:
    one, other = "from cchc_metrics.read.b import x", "def f(): ...\nimport cchc_metrics.read.a"
    assert circles({f"{PACKAGE}.read.a": one, f"{PACKAGE}.read.b": other}) == [f"{PACKAGE}.read.a", f"{PACKAGE}.read.b"]
    assert circles({f"{PACKAGE}.read.a": one, f"{PACKAGE}.read.b": "def f():\n    import cchc_metrics.read.a"}) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pandas",
        "from pandas.core import frame",
        "try:\n    import pandas\nexcept ImportError:\n    pass",
        "try:\n    pass\nexcept ImportError:\n    import pandas",
        "class A:\n    import pandas",
        "if True:\n    with a:\n        import pandas",
        "match a:\n    case 1:\n        import pandas",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import pandas",
    ],
)
def test_a_foreign_import_is_found(source: str) -> None:
    found = foreign_imports({f"{PACKAGE}.read.frames": source})
    assert len(found) == 1
    assert found[0].endswith("imports pandas")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("read.frames", "def f():\n    import pandas"),
        ("read.frames", "class A:\n    def f(self):\n        import pandas"),
        ("read.frames", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas"),
        ("read.frames", "import numpy.typing\nfrom dateutil import rrule\nfrom . import pandas\nimport tomllib"),
        ("cli", "import click"),
    ],
)
def test_an_import_on_demand_is_not(module: str, source: str) -> None:
    assert foreign_imports({f"{PACKAGE}.{module}": source}) == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_heavy("import cchc_metrics") == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert loaded_heavy("import hypothesis") >= {"hypothesis"}


def test_a_report_without_a_scheme_does_not_load_scoring() -> None:
    program = "from cchc_metrics.folder_dataset import read_folder\nread_folder('examples/thap-muoi').report('2021').text()"
    tail = "\nimport sys\nprint(*(name for name in sys.modules if name.startswith('cchc_metrics.score')))"
    done = subprocess.run(  # noqa: S603  (the program stands in this file)
        [sys.executable, "-c", program + tail], check=True, capture_output=True, text=True, cwd=SOURCE.parents[1]
    )
    assert done.stdout.split() == []
