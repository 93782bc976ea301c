"""The library understands the whole example: no problem, no row set apart, no target that names nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.example.make import make_example
from cchc_metrics.plan import load_plan
from cchc_metrics.read.folder import read_folder

FOLDER = Path(__file__).parents[2] / "examples" / "thap-muoi"


def committed(path: Path) -> Path:
    del path
    return FOLDER


def made(path: Path) -> Path:
    for name, text in make_example(11).items():
        (path / name).write_text(text, encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize("source", [committed, made])
def test_every_row_counts(source: Callable[[Path], Path], tmp_path: Path) -> None:
    folder = read_folder(source(tmp_path))
    assert folder.problems.by_code() == {}
    assert folder.problems.rejected == 0
    assert {kind: len(rows) for kind, rows in folder.columns.items()} == {
        path.stem: path.read_bytes().count(b"\n") - 1 for path in folder.path.glob("*.csv") if path.name != "units.csv"
    }
    assert folder.district.synthetic


def test_the_plan_names_what_there_is() -> None:
    folder = read_folder(FOLDER)
    assert folder.plan_path is not None
    text = folder.plan_path.read_text(encoding="utf-8")
    plan = load_plan(text, indicators=default_catalogue().indicators, units=folder.units)
    assert plan.illustrative
    assert (len(plan.targets), len(plan.quotas), len(plan.tasks)) == (12, 12, 7)
