"""One class, one name: no two classes of the package are called alike, so that a name says which is meant."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "cchc_metrics"
# 2026-11-27: a dossier's status, in modules that two other people are changing at the moment; it becomes DossierStatus when they are done.
KNOWN = {"Status"}


def classes(source: dict[str, str]) -> dict[str, list[str]]:
    """Return the name of each public class at the top of a module → the modules that define it."""
    found = defaultdict(list)
    for module, text in source.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(module)
    return dict(found)


def package() -> dict[str, str]:
    return {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}


def test_no_two_classes_have_one_name() -> None:
    twice = {name: modules for name, modules in classes(package()).items() if len(modules) > 1}
    assert set(twice) == KNOWN, twice


def test_a_second_class_of_a_name_would_be_found() -> None:
    assert classes({"a": "class Plan: ...", "b": "class Plan: ...\nclass _Plan: ..."}) == {"Plan": ["a", "b"]}


def test_a_public_function_is_not_called_like_another_of_the_public_face() -> None:
    """What ``cchc_metrics`` offers is one thing wherever its name stands: no other module defines a public function called so."""
    import cchc_metrics as cm  # noqa: PLC0415  only this test needs it

    offered = {name: getattr(cm, name).__module__ for name in cm.__all__ if callable(getattr(cm, name))}
    commands = {name for name in package() if name.startswith("cli/")}  # a command is called like the verb that it runs
    for module, text in package().items():
        dotted = "cchc_metrics." + module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name in offered and module not in commands:
                assert offered[node.name] == dotted, f"{module} has a second {node.name}"
