"""The library understands the whole example: no problem, no row set apart, no target that names nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cchc_metrics.example.make import make_example
from cchc_metrics.folder_dataset import read_folder

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
    place = source(tmp_path)
    folder = read_folder(place)
    assert folder.problems.by_code() == {}
    assert folder.problems.rejected == 0
    assert {kind: len(folder.columns(kind)) for kind in folder.tables} == {
        path.stem: path.read_bytes().count(b"\n") - 1 for path in place.glob("*.csv") if path.name != "units.csv"
    }
    assert folder.synthetic


def test_the_plan_names_what_there_is() -> None:
    folder = read_folder(FOLDER)
    plan = folder.plan
    assert plan is not None
    assert plan.illustrative
    assert (len(plan.targets), len(plan.quotas), len(plan.tasks)) == (12, 12, 7)
