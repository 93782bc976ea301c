"""Every command that prints figures of a folder says alike which files have mistakes, and ends alike."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result
from tests.folders import small

from cchc_metrics import cli

FIGURES: dict[str, tuple[str, ...]] = {
    "report": (),
    "periodic": (),
    "plan": (),
    "score": ("--scheme", "district_example"),
    "form06": (),
    "form06 --why": (),
    "explain": ("resolved_on_time",),
    "why": ("resolved_on_time", "--period", "2021-Q2", "--baseline-period", "2021-Q1"),
    "fill": ("{template.xlsx}", "--out", "{out.xlsx}"),
    "snapshot take": ("b", "--by", "An"),
    "snapshot compare": ("b",),
}
"""Command → what follows the folder."""
OTHERS = {
    *("check", "init", "verify"),  # what is wrong is what they print, or what was asked is whether figures are equal
    *("snapshot list", "ledger update", "ledger show", "ledger audit", "ledger compact", "ledger undo"),  # they read what is kept
    *("example", "deadline", "calendar", "catalogue", "schema"),
}
DOSSIERS = """\
Mã hồ sơ,Đơn vị,channel,Trạng thái,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc
1,TM,1,9,01/03/2021,05/03/2021,03/03/2021
2,TM.01,2,9,01/04/2021,05/04/2021,05/04/2021
"""
PLAN = """\
number = "01/KH-UBND"
issued_on = 2021-01-04
issuer = "UBND"
year = 2021
[[targets]]
id = "on-time"
indicator = "resolved_on_time"
value = 75
"""


def _leaves(group: click.Group, *above: str) -> set[str]:
    found: set[str] = set()
    for name, command in group.commands.items():
        found |= _leaves(command, *above, name) if isinstance(command, click.Group) else {" ".join((*above, name))}
    return found


def test_every_command_is_one_that_is_walked_or_prints_no_figures() -> None:
    assert {name.partition(" --")[0] for name in FIGURES} | OTHERS == _leaves(cli.main)


def _run(name: str, folder: Path, beside: Path) -> Result:
    words, _, option = name.partition(" --")
    rest = [str(beside / each[1:-1]) if each.startswith("{") else each for each in FIGURES[name]]
    return CliRunner().invoke(cli.main, [*words.split(), str(folder), *rest, *([f"--{option}"] if option else []), "--lang", "en"])


@pytest.mark.parametrize("name", FIGURES)
def test_files_with_mistakes_are_named_on_the_other_stream_and_the_status_is_1(name: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "{{resolved_on_time|percent}}"
    book.save(tmp_path / "template.xlsx")
    folder = small(tmp_path / "TM", dossiers_csv=DOSSIERS, plan_toml=PLAN)
    if name == "snapshot compare":
        assert _run("snapshot take", folder, tmp_path).exit_code == 0
    sound = _run(name, folder, tmp_path)
    assert (sound.exit_code, "mistakes, so" in sound.stderr) == (0, False), sound.output
    if name == "snapshot take":
        shutil.rmtree(folder / "snapshots")
    small(folder, dossiers_csv=DOSSIERS + "5,TM,1,9,32/03/2021,,\n6,TM,1,77,01/03/2021,,\n", plan_toml=PLAN)
    result = _run(name, folder, tmp_path)
    assert result.exit_code == 1, result.output
    told = [line for line in result.stderr.splitlines() if line.startswith("cchc-metrics: ")]
    assert told == ["cchc-metrics: dossiers.csv: 2 mistakes, so figures may lack something; see: cchc-metrics check"]
    assert "mistakes, so" not in result.stdout
