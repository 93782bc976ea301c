"""The public face as text: names, signatures, columns and options that others build on. ``python -m tests.face.dump`` writes it anew.

A change of ``tests/face/public.txt`` is a change for users: it is seen in the review, and has its line in the changelog.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click

import cchc_metrics as cm
from cchc_metrics import cli
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.report.files import ALWAYS, FORMATS
from cchc_metrics.report.json_shape import ReportFile
from cchc_metrics.tables.table import AnswerTable

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "golden" / "two-communes"
FILE = Path(__file__).parent / "public.txt"
PACKAGES = ("cchc_metrics", *(f"cchc_metrics.{name}" for name in ("records", "plan", "score", "fold", "ledger", "plots", "spark")))
Definition = ast.FunctionDef | ast.ClassDef


@cache
def tree(module: str) -> ast.Module:
    """Return the syntax of a module of the installed package."""
    file = importlib.import_module(module).__file__
    assert file is not None
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def definition(module: str, name: str) -> ast.stmt | None:
    """Return the statement of a module that gives a name its value."""
    for node in tree(module).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
        if (isinstance(node, Definition) and node.name == name) or any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return node
    return None


def home(package: str, name: str) -> tuple[str, str]:
    """Return the module where a public name of a package is defined, and its name there."""
    module = package
    for _ in range(10):
        if definition(module, name) is not None:
            return module, name
        file = Path(str(importlib.import_module(module).__file__))
        stub = file.with_suffix(".pyi")
        for node in ast.walk(ast.parse((stub if stub.is_file() else file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found = next((alias for alias in node.names if (alias.asname or alias.name) == name), None)
                if found is not None:
                    module, name = node.module, found.name
                    break
        else:
            break
    return module, name


def signature(node: ast.FunctionDef) -> str:
    """Return how a function is called."""
    gives = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){gives}"


def fields_above(module: str, node: ast.ClassDef) -> Iterator[str]:
    """Yield the fields that a class has from those of the package that it is made of."""
    for base in (b.id for b in node.bases if isinstance(b, ast.Name)):
        where, name = home(module, base)
        above = definition(where, name)
        if isinstance(above, ast.ClassDef) and where != module:
            yield from fields_above(where, above)
            fields = [each for each in above.body if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation)]
            yield from of_class(ast.ClassDef(name, [], [], [*fields], []))


def of_class(node: ast.ClassDef) -> Iterator[str]:
    """Yield what a class offers: its fields, properties and methods; how it is made, if it says so."""
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and not each.target.id.startswith("_"):
            # A default is part of the face; how it is made is not.
            value = f" = {ast.unparse(each.value)}" if isinstance(each.value, ast.Constant) else " = …" if each.value is not None else ""
            yield f"{each.target.id}: {ast.unparse(each.annotation)}{value}"
        elif isinstance(each, ast.Assign) and any(isinstance(t, ast.Name) and t.id.isupper() for t in each.targets):
            yield ast.unparse(each)  # a member of an enumeration
        elif isinstance(each, ast.FunctionDef) and (not each.name.startswith("_") or each.name == "__init__"):
            marks = [name for name in map(ast.unparse, each.decorator_list) if name in ("property", "classmethod", "staticmethod")]
            yield " ".join([*marks, signature(each)])


def names() -> Iterator[str]:
    """Yield the public names of every public package with how they are used."""
    for package in PACKAGES:
        yield f"# {package}"
        for name in sorted(importlib.import_module(package).__all__):
            module, inner = home(package, name)
            node = definition(module, inner)
            if package != "cchc_metrics" and name in cm.__all__:
                continue
            if isinstance(node, ast.FunctionDef):
                yield signature(node)
            elif isinstance(node, ast.ClassDef):
                yield f"class {name}({', '.join(map(ast.unparse, node.bases))})"
                yield from (f"    {line}" for line in (*fields_above(module, node), *of_class(node)))
            else:
                yield f"{name}: {type(getattr(importlib.import_module(package), name)).__name__}"
        yield ""


def answers() -> Iterator[str]:
    """Yield the columns of every table that a dataset answers with, and what all of them can."""
    yield "# every answer table"
    node = definition(AnswerTable.__module__, "AnswerTable")
    assert isinstance(node, ast.ClassDef)
    yield from of_class(node)
    yield ""
    yield "# columns of answer tables"
    data = cm.read_folder(SMALL, scheme="district_example")
    snapshot = data.snapshot("a", "2021", on=data.as_of or data.report().as_of, by="a")
    tables: dict[str, AnswerTable[Any]] = {
        "problems": data.problems,
        "measures": data.measures("2021"),
        "deltas": data.deltas("2021"),
        "assessments": data.assessments("2021"),
        "contributions": data.contributions("unit", "resolved_on_time", period="2021"),
        "form06": data.replace(rules="form06").form06("2021"),
        "explain": data.explain("resolved_on_time", period="2021"),
        "periodic": data.periodic("2021"),
        "changes_since": data.changes_since(snapshot),
        "scores": next(iter(data.scores("2021").values())),
    }
    for name, table in tables.items():
        yield f"{name}: {', '.join(table.columns)}"
    yield ""


def records() -> Iterator[str]:
    """Yield the columns of every kind of record."""
    yield "# columns of records"
    for name, kind in KINDS.items():
        yield f"{name}: {', '.join(kind.model.model_fields)}"
    yield ""


def files() -> Iterator[str]:
    """Yield the files of a report, and the keys of ``report.json``."""
    yield "# files"
    for name, made in {**FORMATS, "always": ALWAYS}.items():
        yield f"{name}: {', '.join(made)}"
    schema = ReportFile.model_json_schema(by_alias=True)
    yield f"report.json: {', '.join(schema['properties'])}"
    for name, of in sorted(schema["$defs"].items()):
        if "properties" in of:
            yield f"report.json {name}: {', '.join(of['properties'])}"
    yield ""


def commands() -> Iterator[str]:
    """Yield the commands with their arguments and options."""
    yield "# commands"

    def of(command: click.Command, path: str) -> Iterator[str]:
        if isinstance(command, click.Group):
            for name in sorted(command.commands):
                yield from of(command.commands[name], f"{path} {name}")
            return
        said = [
            each.name or "" if isinstance(each, click.Argument) else "/".join((*each.opts, *each.secondary_opts)) for each in command.params
        ]
        yield f"{path}: {' '.join(said)}"

    yield from of(cli.main, "cchc-metrics")


def face() -> str:
    """Return the public face as text."""
    return "\n".join((*names(), *answers(), *records(), *files(), *commands())) + "\n"


if __name__ == "__main__":
    FILE.write_text(face(), encoding="utf-8", newline="\n")
