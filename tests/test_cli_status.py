"""The exit status of the command: a crash, Ctrl-C and a closed pipe are told from a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.folders import EXAMPLE

from cchc_metrics import cli, folder_dataset

COMMANDS = [("report",), ("check",), ("plan",), ("score",), ("form06",), ("explain", "resolved_on_time"), ("why", "resolved_on_time")]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("error", [RuntimeError("a\nb"), MemoryError(), RecursionError("deep")], ids=lambda error: type(error).__name__)
def test_what_nobody_foresaw_has_its_own_status_and_one_line(
    command: tuple[str, ...], error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(folder_dataset, "read_folder", fails)
    monkeypatch.delenv("CCHC_METRICS_TRACEBACK", raising=False)
    result = CliRunner().invoke(cli.main, [command[0], str(EXAMPLE), *command[1:]])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    assert type(error).__name__ in result.stderr
    monkeypatch.setenv("CCHC_METRICS_TRACEBACK", "1")
    assert CliRunner().invoke(cli.main, [command[0], str(EXAMPLE), *command[1:]]).exception is error


def test_ctrl_c_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder_dataset, "read_folder", stopped)
    result = CliRunner().invoke(cli.main, ["check", str(EXAMPLE)])
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "cchc-metrics: đã dừng | stopped\n")


@pytest.mark.parametrize("command", [["schema"], ["catalogue"], ["calendar", "2021"]], ids=lambda command: command[0])
def test_a_closed_pipe_is_no_traceback(command: list[str], tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("wb") as errors:
        run = subprocess.Popen([sys.executable, "-m", "cchc_metrics.cli", *command], stdout=subprocess.PIPE, stderr=errors)  # noqa: S603  the command itself
        assert run.stdout is not None
        run.stdout.close()
        status = run.wait(60)
    assert (status, said.read_bytes()) == (141, b"")
