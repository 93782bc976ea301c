"""Every error of the library has a stable code, and nothing else comes out of what is public when it is given something wrong."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import cchc_metrics as cm
from cchc_metrics.arguments import ArgumentError, public
from cchc_metrics.errors import CchcError

WRONG: tuple[Any, ...] = (None, 5, "x", [], {}, object())
# 2026-11-27: in modules that others are rewriting at the moment (``Columns``, ``tally``, ``Tally``: counting; ``Dataset``, ``read_folder``:
# the front door; ``Period``: reference). Whoever is done puts ``@public`` on it and takes the name off.
OTHERS = {"Columns", "Dataset", "Period", "Tally", "read_folder", "tally"}


def errors() -> list[type[CchcError]]:
    """Return every error class of the package."""
    for module in pkgutil.walk_packages(cm.__path__, "cchc_metrics."):
        if "fast" not in module.name and module.name != "cchc_metrics.testing":
            importlib.import_module(module.name)
    found, open_ = [], [CchcError]
    while open_:
        error = open_.pop()
        found.append(error)
        open_ += error.__subclasses__()
    return sorted({e for e in found if e.__module__.startswith("cchc_metrics")}, key=lambda e: e.__name__)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = {error.__name__: vars(error).get("code") for error in errors()}
    assert not [name for name, code in codes.items() if code is None]
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", str(code)) for code in codes.values())
    assert len(set(codes.values())) == len(codes)


def test_codes_are_stable() -> None:
    """Programs branch on them: a code is added, and never renamed."""
    codes = {vars(error)["code"] for error in errors()}
    assert codes >= {
        "argument",
        "calendar_range",
        "catalogue",
        "error",
        "input",
        "misfit",
        "mistakes",
        "no_points",
        "not_counted",
        "plan",
        "rejected_rows",
        "scheme",
        "tally_mismatch",
        "unknown_indicator",
        "open_quote",
        "unreadable_file",
        "unknown_unit",
    }


def callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    for space, prefix in ((cm, ""), (cm.score, "score.")):
        for name in space.__all__:
            found = getattr(space, name)
            if callable(found) and not name.startswith("__") and prefix + name not in OTHERS:
                yield prefix + name, found


@pytest.mark.parametrize("function", [pytest.param(function, id=name) for name, function in callables()])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_wrong_arguments_are_an_error_of_the_library(function: Callable[..., Any], wrong: Any) -> None:
    asked = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    positional = [wrong for p in asked if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = {p.name: wrong for p in asked if p.kind is p.KEYWORD_ONLY}
    try:
        function(*positional, **named)
    except CchcError as error:
        assert error.vi
        assert error.en


@pytest.mark.parametrize("wrong", [5, [], {}, object()], ids=lambda wrong: type(wrong).__name__)
@pytest.mark.parametrize(
    "function", [cm.assess, cm.compare, cm.delta, cm.explain, cm.form06, cm.measure, cm.read_file, cm.columns_of, cm.due_date]
)
def test_what_is_wrong_is_named(function: Callable[..., Any], wrong: Any) -> None:
    asked = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    positional = [wrong for p in asked if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = {p.name: wrong for p in asked if p.kind is p.KEYWORD_ONLY}
    try:
        function(*positional, **named)
    except ArgumentError as error:
        assert any(f": {p.name}: " in error.en for p in asked)
    except CchcError:
        pass


def test_a_failure_that_no_argument_explains_stays_as_it_is() -> None:
    @public
    def broken(number: int) -> float:
        return 1 / 0 if number else [][number]

    with pytest.raises(IndexError):
        broken(0)
    with pytest.raises(ZeroDivisionError):
        broken(1)
    with pytest.raises(TypeError, match="missing 1 required"):
        broken()  # type: ignore[call-arg]  # a wrong number of arguments is Python's own to say
