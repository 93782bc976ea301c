"""The repository can be carried on: what its pages and settings say of each other holds."""

from __future__ import annotations

import ast
import re
import runpy
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def session_commands() -> dict[str, list[list[str]]]:
    """Return the commands of each session of the noxfile, without what is given on the command line."""
    return {
        function.name: [
            [argument.value for argument in call.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "session.run"
        ]
        for function in ast.parse(text_of("noxfile.py")).body
        if isinstance(function, ast.FunctionDef) and any("nox.session" in ast.unparse(mark) for mark in function.decorator_list)
    }


def test_the_hooks_are_the_checks_of_the_noxfile() -> None:
    sessions = session_commands()
    hooks = [shlex.split(entry) for entry in re.findall(r"^ +entry: (.+)$", text_of(".pre-commit-config.yaml"), flags=re.MULTILINE)]
    assert hooks == [*sessions["lint"], sessions["types"][0]]


def test_ci_runs_the_sessions_that_nox_runs() -> None:
    default = re.search(r"nox\.options\.sessions = (\[.*\])", text_of("noxfile.py"))
    run = re.search(r"^for session in (.+); do$", text_of(".ci/run"), flags=re.MULTILINE)
    assert default
    assert run
    sessions = ast.literal_eval(default[1])
    assert run[1].split()[: len(sessions)] == sessions
    # Beyond them, those that open what is written: each says how.
    for more in run[1].split()[len(sessions) :]:
        assert f"\ndef {more}(session" in text_of("noxfile.py")
        assert f"`nox -s {more}`" in text_of("CONTRIBUTING.md")
    assert set(run[1].split()) <= set(session_commands())


@pytest.mark.parametrize("name", ["README.md", "README.vi.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"])
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(name)):
        assert target.startswith("https://") or ((ROOT / name).parent / target).exists(), target


def test_commands_and_files_that_the_guide_names_are_there() -> None:
    guide = text_of("CONTRIBUTING.md")
    for session in re.findall(r"nox -s (\w+)", guide):
        assert session in session_commands()
    for command in re.findall(r"`python ([\w/.]+\.py)`", guide):
        assert (ROOT / command).is_file(), command
    for path in re.findall(r"`((?:tests|src|docs|\.ci)/[\w/.-]+)`", guide):
        assert (ROOT / path).exists(), path


# --- The map is true


def test_every_session_is_in_the_guide() -> None:
    """Those that ``nox`` runs by itself are named together."""
    sessions = set(re.findall(r"(?m)^@nox\.session.*\ndef (\w+)", text_of("noxfile.py")))
    named = set(re.findall(r"`nox -s (\w+)", text_of("CONTRIBUTING.md")))
    assert sessions - named == {"tests", "lint", "types", "docs", "report"}


def test_everything_that_the_map_names_is_there() -> None:
    """Files by their path, from the root or in the package; functions, classes and constants by the package's own source."""
    page = text_of("docs/architecture.md")
    source = ROOT / "src" / "cchc_metrics"
    paths = set(re.findall(r"`([\w./-]+(?:/|\.(?:py|toml|md|json)))`", page)) - {"report.json"}  # which is written, not there
    assert len(paths) > 50
    assert [path for path in sorted(paths) if not any((folder / path).exists() for folder in (ROOT, source, source / "read"))] == []
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(source.rglob("*.py")))
    known = set(re.findall(r"^\s*(?:def|class) (\w+)", code, re.MULTILINE)) | set(re.findall(r"^([A-Z]+)\b", code, re.MULTILINE))
    way = page[page.index("## The way of one dossier") :]
    names = set(re.findall(r"`(?:[A-Za-z]+\.)?([A-Za-z_]+)`", way)) - {"py", "json", "csv", "toml", "pyi"}
    assert len(names) > 30
    assert names - known == {"joins", "LAYERS"}  # a field, and a constant of the tests


def test_every_place_of_the_layers_is_on_the_map() -> None:
    """The map lists what stands directly in the package (docs/generate.py); the order of imports is that of tests/test_layers.py."""
    listed = re.findall(r"^\| `([\w.]+)/?` \|", text_of("docs/architecture.md"), flags=re.MULTILINE)
    places = {place.split(".")[0] for line in runpy.run_path(str(ROOT / "tests" / "test_layers.py"))["LAYERS"] for place in line}
    assert {name.removesuffix(".py") for name in listed} == places
