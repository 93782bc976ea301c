"""A shape of a scoring rule is one file and one line of the register: every shape declares all that is asked of it."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import cchc_metrics.score.shapes as register
from cchc_metrics.score import Scheme, check_scheme, dump_scheme, load_scheme
from cchc_metrics.score.base import Shape
from cchc_metrics.score.shapes import REGISTER, SHAPES, shape_of

SOURCE = Path(register.__file__).parents[1]
SHARED = {"__init__", "one_number", "part"}


def scheme_of(name: str, maximum: int = 2) -> Scheme:
    rule = {"shape": name, **SHAPES[name].example}
    criterion = {"id": "c", "vi": "c", "en": "c", "max": maximum, "rule": rule}
    named = {"vi": "x", "en": "x"}
    return Scheme.model_validate(
        {"id": "s", "version": "1", "source": "x", **named, "fields": [{"id": "f", **named, "criteria": [criterion]}]}
    )


def test_every_file_is_registered_and_every_line_has_its_file() -> None:
    assert {path.stem for path in SOURCE.glob("shapes/*.py")} - SHARED == set(REGISTER)
    assert len(set(REGISTER)) == len(REGISTER)


@pytest.mark.parametrize("name", REGISTER)
def test_a_shape_declares_everything_itself(name: str) -> None:
    shape = SHAPES[name]
    own = vars(shape)
    assert {"words", "no_cases", "example"} <= set(own), "declared by the shape, not taken over"
    assert shape.words.vi
    assert shape.words.en
    assert "Args:" in (shape.__doc__ or "") or set(shape.model_fields) == {"shape"}
    assert ">>> " in (shape.__doc__ or "")
    for method in ("needs", "bounds", "points"):
        assert getattr(shape, method) is not getattr(Shape, method)
    assert shape.model_fields["shape"].default == name


@pytest.mark.parametrize("name", REGISTER)
def test_the_rules_inside_a_shape_are_shown_to_those_who_go_through_them(name: str) -> None:
    """A field that holds rules without ``inner`` would keep them from being checked."""
    rule = shape_of({"shape": name, **SHAPES[name].example})
    inside = [value for _, value in rule if isinstance(value, Shape)]
    for _, value in rule:
        inside += [item.rule for item in value if hasattr(item, "rule")] if isinstance(value, tuple) else []
    assert [inner.rule for inner in rule.inner()] == inside
    for inner in rule.inner():
        here: Any = rule
        for part in inner.path:
            here = here[part] if isinstance(part, int) else getattr(here, part)
        assert here == inner.rule


@pytest.mark.parametrize("name", REGISTER)
def test_the_example_of_a_shape_is_checked_written_and_read_again(name: str) -> None:
    scheme = scheme_of(name)
    rule = shape_of({"shape": name, **SHAPES[name].example})
    bounds = rule.bounds(Fraction(2))
    assert bounds.low is None or bounds.low <= bounds.high
    assert list(rule.needs())
    assert load_scheme(dump_scheme(scheme), checked=False) == scheme
    codes = {finding.code for finding in check_scheme(scheme)}
    assert codes <= {"no_source", "no_case", "unreachable"}
    assert ("no_case" in codes) == any(r.no_cases for r in (rule, *(inner.rule for inner in rule.inner())))


@pytest.mark.parametrize("name", REGISTER)
def test_the_page_about_scores_has_every_shape(name: str) -> None:
    assert f"`{name}`" in (Path(__file__).parents[2] / "docs" / "scores.md").read_text(encoding="utf-8")


def test_no_other_file_knows_a_shape() -> None:
    """What a new shape would have to be added to, beside its file and its line: nothing."""
    names = {shape.__name__ for shape in SHAPES.values()}
    for path in sorted(SOURCE.parent.rglob("*.py")):
        if path.parent.name == "shapes" and path.stem not in SHARED:
            names_here = names - {shape.__name__ for name, shape in SHAPES.items() if name == path.stem}
        else:
            names_here = names
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        used |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        used -= {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        assert not used & names_here, path


def test_a_shape_name_is_not_compared_with_in_the_code_of_schemes() -> None:
    for path in (p for p in SOURCE.glob("*.py") if p.stem != "builtin"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        compared = {
            constant.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for constant in ast.walk(node)
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
        }
        assert not compared & (set(REGISTER) - {"sum"}), path
