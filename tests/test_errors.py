"""Every error of the library has a stable code, and nothing else comes out of what is public when it is given something wrong."""

from __future__ import annotations

import atexit
import copy
import importlib
import inspect
import math
import pkgutil
import re
import shutil
import signal
import tempfile
import types
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import cchc_metrics as cm
from cchc_metrics.arguments import ArgumentError, public
from cchc_metrics.declared import FrozenModel
from cchc_metrics.errors import CchcError
from cchc_metrics.records.codes import Code
from cchc_metrics.records.record import RecordError
from cchc_metrics.score.shapes import shape_of

GOLDEN = Path(__file__).parent / "golden" / "two-communes"
WRONG: tuple[Any, ...] = (None, 5, "x", [], {}, object())


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
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", str(code)) for code in codes.values())
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
        "record",
        "rejected_rows",
        "scheme",
        "tally_mismatch",
        "unknown_indicator",
        "open_quote",
        "unreadable_file",
        "unknown_unit",
    }


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_error_is_on_its_page_with_an_example_that_raises_it(error: type[CchcError]) -> None:
    """tests/test_docs.py runs the examples."""
    page = (Path(__file__).parents[1] / "docs" / "errors.md").read_text(encoding="utf-8")
    section = page.partition(f"### `{error.__name__}`\n")[2].partition("\n### ")[0]
    assert f"\n{error.__name__} ({vars(error)['code']}): " in section
    assert "**Fix**" in section or "The same, of" in section


def callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    for space, prefix in ((cm, ""), (cm.score, "score.")):
        for name in space.__all__:
            found = getattr(space, name)
            if callable(found) and not name.startswith("__"):
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


# --- one wrong argument among right ones, for every argument of every public function and method, and every field of every model


class _Late(Exception):  # noqa: N818  no error of anybody: the test's own alarm
    pass


ODD: tuple[Any, ...] = (
    *(None, 5, -1, 10**30, float("nan"), float("inf"), True, "x", "", "\0", b"x", "2021-13", [], {}, (), set(), [None], ["x"], [[]], [5]),
    *({"x": 1}, {None: None}, object(), date(1000, 1, 1), date(9999, 12, 31), Path("nowhere/x"), math),
)
TREE = cm.UnitTree([cm.Unit(code="TM", name="Tháp Mười", level="district"), cm.Unit(code="MA", name="Mỹ An", level="commune", parent="TM")])
CELLS = {
    "dossier_id": "1",
    "unit_code": "MA",
    "status": "9",
    "channel": "online",
    "received_at": "2021-03-01",
    "due_at": "2021-03-05",
    "ended_at": "2021-03-03",
}
YEAR_END = date(2021, 12, 31)


def night(data: cm.Dataset) -> Any:
    """Return a ledger of one night, in a folder that stays as long as the tests run."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ledger = data.ledger(Path(folder) / "so", "2021")
    ledger.update(data.columns("dossiers"), day=YEAR_END)
    return ledger


@cache
def parts() -> dict[str, Any]:
    """One of everything that the library gives."""
    columns = cm.columns_of(cm.records.Dossier, [cm.records.Dossier(**CELLS)])
    plan = cm.Plan(
        number="1",
        issued_on=date(2021, 1, 1),
        issuer="UBND",
        year=2021,
        unit="TM",
        targets=({"id": "t", "indicator": "online_share", "value": 50},),
    )
    data = cm.Dataset(units=TREE, unit="TM", dossiers=columns, period="2021", plan=plan)
    measures = data.measures("2021")
    return {
        "dataset": data,
        "columns": columns,
        "plan": plan,
        "tally": data.tally(["2021"]),
        "measures": measures,
        "measure": measures["online_share", "TM"],
        "deltas": data.deltas("2021"),
        "assessments": data.assessments("2021"),
        "problems": data.problems,
        "form06": data.form06("2021"),
        "explanation": data.explain("online_share"),
        "report": data.report("2021"),
        "ledger": night(data),
        "units": TREE,
        "calendar": cm.Calendar.official(),
        "year": cm.Calendar.official().by_year[2021],
        "period": cm.Period.parse("2021"),
        "rules": cm.Rules.preset("default"),
        "catalogue": cm.Catalogue.default(),
    }


def calls() -> dict[str, tuple[Callable[..., Any], dict[str, Any]]]:
    """Every public function with right arguments."""
    p = parts()
    given = {"calendar": p["calendar"], "rules": p["rules"]}
    reading = {"units": TREE, "extracted_on": YEAR_END, "calendar": p["calendar"], "file": "a.csv"}
    return {
        "tally": (
            cm.tally,
            {"tables": {"dossiers": p["columns"]}, "periods": ["2021"], "as_of": YEAR_END, "sets": None, "engine": "auto", **given},
        ),
        "measure": (
            cm.measure,
            {
                "tally": p["tally"],
                "catalogue": p["catalogue"],
                "units": TREE,
                "periods": ["2021"],
                "as_of": YEAR_END,
                "breakdowns": {},
                "coverage": {},
            },
        ),
        "compare": (
            cm.compare,
            {
                "current": p["measures"],
                "baseline": p["measures"],
                "baseline_period": p["period"],
                "units": TREE,
                "shares": {},
                "competence": "mark",
            },
        ),
        "delta": (cm.delta, {"current": p["measure"], "baseline": p["measure"]}),
        "assess": (
            cm.assess,
            {"measures": p["measures"], "plan": p["plan"], "units": TREE, "as_of": YEAR_END, "catalogue": p["catalogue"]},
        ),
        "explain": (
            cm.explain,
            {"measure": p["measure"], "kinds": {"dossiers": p["columns"]}, "catalogue": p["catalogue"], "units": TREE, **given},
        ),
        "form06": (cm.form06, {"tally": p["tally"], "units": TREE, "unit": "TM", "period": "2021", "as_of": YEAR_END}),
        "due_date": (cm.due_date, {"received": date(2021, 3, 1), "term": 3, "unit": "hours", "paused_days": 0, "cut_off": None, **given}),
        "due_dates": (
            cm.due_dates,
            {"received": [date(2021, 3, 1)], "terms": 3, "units": "hours", "paused_days": 0, "cut_off": None, **given},
        ),
        "columns_of": (cm.columns_of, {"model": cm.records.Dossier, "records": [cm.records.Dossier(**CELLS)], "file": ""}),
        "read_rows": (cm.read_rows, {"kind": "dossiers", "rows": [CELLS], "first_row": 1, **reading}),
        "read_frame": (cm.read_frame, {"kind": "dossiers", "table": {name: [cell] for name, cell in CELLS.items()}, **reading}),
        "read_file": (cm.read_file, {"kind": "meetings", "path": GOLDEN / "meetings.csv", "sheet": "", **reading}),
        "read_folder": (
            cm.read_folder,
            dict.fromkeys(["period", "as_of", "plan", "baseline", "rules", "scheme", "scores"]) | {"path": GOLDEN},
        ),
        "scan_parquet": (cm.scan_parquet, {"kind": "dossiers", "path": GOLDEN / "none.parquet", "workers": 1, "part_rows": 5, **reading}),
        "load_plan": (cm.load_plan, {"text": "year = 2021", "file": "plan.toml", "indicators": ["x"], "units": TREE}),
        "load_catalogue": (cm.load_catalogue, {"text": "", "file": "a.toml", "base": None}),
        "score.load_scheme": (cm.score.load_scheme, {"text": "id = 'x'"}),
        "score.shape_of": (shape_of, {"data": {"shape": "full_at", "target": 80}}),
        "Period.parse": (cm.Period.parse, {"text": "2021"}),
        "Rules.preset": (cm.Rules.preset, {"name": "default"}),
        "UnitTree": (cm.UnitTree, {"units": [TREE.unit("TM")]}),
        "Calendar.of": (cm.Calendar.of, {"years": list(p["calendar"].by_year.values())}),
        "Measures.of": (cm.Measures.of, {"measures": [p["measure"]]}),
        "Catalogue": (cm.Catalogue, {"counts": [], "indicators": []}),
    }


def fails_as_it_should(call: Callable[[], Any]) -> None:
    """A call that cannot be answered raises an error of the library, soon; files that cannot be written may raise the system's."""

    def stop(*_: object) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(20)
    try:
        call()
    except CchcError as error:
        assert error.vi
        assert error.en
    except OSError:
        pass
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", list(calls()))
def test_one_wrong_argument_among_right_ones(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    function, right = calls()[name]
    for argument in right:
        for odd in ODD:
            fails_as_it_should(lambda odd=odd, argument=argument: _consumed(function(**{**right, argument: odd})))  # type: ignore[misc]


def _consumed(found: Any) -> Any:
    return list(found) if inspect.isgenerator(found) else found


PYDANTIC = {name for name in dir(BaseModel) if name not in ("model_copy", "model_validate", "model_validate_json")}


def methods() -> Iterator[tuple[str, str]]:
    for name, part in parts().items():
        for method in dir(type(part)):
            own = inspect.getattr_static(type(part), method)
            if not method.startswith("_") and method not in PYDANTIC and isinstance(own, (types.FunctionType, classmethod, staticmethod)):
                yield name, method


@pytest.mark.parametrize(("name", "method"), list(methods()))
def test_wrong_arguments_of_methods(name: str, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bound = getattr(parts()[name], method)
    asked = [p for p in inspect.signature(bound).parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    needed = [p for p in asked if p.default is p.empty]
    for odd in ODD:
        positional = [odd for p in needed if p.kind is not p.KEYWORD_ONLY]
        named = {p.name: odd for p in needed if p.kind is p.KEYWORD_ONLY}
        fails_as_it_should(lambda positional=positional, named=named: _consumed(bound(*positional, **named)))  # type: ignore[misc]
        for option in (p.name for p in asked if p.default is not p.empty and not needed):
            fails_as_it_should(lambda option=option, odd=odd: _consumed(bound(**{option: odd})))  # type: ignore[misc]


def models() -> list[type[FrozenModel]]:
    """Return every model of the package."""
    errors()  # imports all modules
    found, open_ = [], [FrozenModel]
    while open_:
        model = open_.pop()
        found.append(model)
        open_ += model.__subclasses__()
    return sorted({m for m in found if m.__module__.startswith("cchc_metrics.") and m.model_fields}, key=lambda m: m.__qualname__)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_model_that_cannot_be_made_is_an_error_of_the_library(model: type[FrozenModel]) -> None:
    for odd in ODD:
        fails_as_it_should(lambda odd=odd: model(**dict.fromkeys(model.model_fields, odd)))  # type: ignore[misc]
        fails_as_it_should(lambda odd=odd: model.model_validate(odd))  # type: ignore[misc]
        for name in model.model_fields:
            fails_as_it_should(lambda odd=odd, name=name: model(**{name: odd}))  # type: ignore[misc]
    for text in ("{", "[]", "", "null", b"\xff"):
        with pytest.raises(CchcError):
            model.model_validate_json(text)


def test_a_record_error_says_all_with_its_codes_and_survives_pickling() -> None:
    with pytest.raises(RecordError) as caught:
        cm.records.Dossier(dossier_id="1", unit_code="TM", status="resolvd", received_at="31/02/2021")
    error = copy.copy(caught.value)
    assert error.codes == (Code.UNKNOWN_CODE, Code.IMPOSSIBLE_DATE)
    assert "Dossier: status: «resolvd»: the code is not in the list of this column; did you mean «resolved»?" in error.en
    assert "; received_at: «31/02/2021»: not a real or readable date" in error.en


def test_a_model_is_checked_when_it_is_copied_with_changes_and_cannot_be_set() -> None:
    rules = cm.Rules.preset("default")
    with pytest.raises(CchcError, match="pauses: there is no «x»; use restart, shift, subtract"):
        rules.model_copy(update={"pauses": "x"})
    with pytest.raises(CchcError, match="did you mean «pauses»"):
        rules.model_copy(update={"pause": "shift"})
    assert rules.model_copy(update={"pauses": "restart"}).pauses == "restart"
    with pytest.raises(CchcError, match="cannot be changed"):
        rules.pauses = "shift"  # type: ignore[misc]  # that it cannot be set is the point


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
