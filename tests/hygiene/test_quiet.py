"""The library prints nothing: what it has to say it returns, raises, or logs under ``cchc_metrics`` at a level that is off by default."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.folders import ROOT

import cchc_metrics as cm

SMALL = ROOT / "tests" / "golden" / "two-communes"
SOURCE = ROOT / "src" / "cchc_metrics"
TO_A_TERMINAL = ("cli/", "report/terminal.py")
"""What the command consists of: it is there to print."""

QUESTIONS: dict[str, Callable[[cm.Dataset, Path], Any]] = {
    "problems": lambda data, _: data.problems,
    "measures": lambda data, _: data.measures("2021"),
    "deltas": lambda data, _: data.deltas("2021"),
    "assessments": lambda data, _: data.assessments("2021"),
    "scores": lambda data, _: data.replace(rules="default").scores("2021"),
    "form06": lambda data, _: data.replace(rules="form06").form06("2021"),
    "explain": lambda data, _: data.explain("resolved_on_time", period="2021"),
    "contributions": lambda data, _: data.contributions("unit", "resolved_on_time", period="2021"),
    "periodic": lambda data, _: data.periodic("2021"),
    "quality": lambda data, _: data.quality(),
    "dossier_codes": lambda data, _: data.dossier_codes(),
    "tally": lambda data, _: data.tally(["2021"]),
    "save": lambda data, out: data.report("2021").save(out, ("txt", "md", "json", "csv", "html", "xlsx", "docx", "parquet")),
    "snapshot": lambda data, out: data.snapshot("kept", "2021", on=data.report("2021").as_of, by="a").save(out),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_answer_prints(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = cm.read_folder(SMALL, scheme="district_example")
    answer = QUESTIONS[name](data, tmp_path)
    assert repr(answer)
    assert capfd.readouterr() == ("", "")


def test_what_is_read_and_written_is_logged_without_a_cell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="cchc_metrics"):
        cm.read_folder(SMALL).report("2021").save(tmp_path, ("json",))
    said = [record.getMessage() for record in caplog.records]
    rows = [line for line in said if "rows read" in line]
    assert len(rows) == len(set(rows)) == 4
    assert rows[0].startswith("dossiers.csv: ")
    assert f"{tmp_path / 'report.json'} written" in said
    assert len(said) == len(rows) + 2


def printing(text: str) -> list[int]:
    """Return the lines of a module that write to a stream of the process."""
    streams = {"stdout", "stderr", "__stdout__", "__stderr__"}
    others = {"print", "pprint", "breakpoint", "basicConfig", "StreamHandler"}  # the last two decide for the program where its log goes
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Name) and node.id in others)
        or (isinstance(node, ast.Attribute) and node.attr in streams | others)
        or (isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & (streams | others))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "os.write" and ast.unparse(node.args[0]) in ("1", "2"))
    ]


def test_no_module_but_the_command_writes_to_a_stream() -> None:
    modules = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
    library = {name: path for name, path in modules.items() if not name.startswith(TO_A_TERMINAL)}
    assert len(library) > 200
    assert {name: found for name, path in library.items() if (found := printing(path.read_text(encoding="utf-8")))} == {}
    said = ("print(1)", "s.stderr.write('a')", "from sys import stdout", "say = print", "logging.basicConfig()", "os.write(2, b'a')")
    assert [line for line in said if printing(line) == [1]] == [*said]
    assert printing("os.write(handle, b'a')") == []
