"""Only files of the folder are read: no link leads out of it, and what is no file is told, never taken for no data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cchc_metrics import read_folder
from cchc_metrics.errors import CchcError
from cchc_metrics.example.make import make_example
from cchc_metrics.read.places import fault_of
from cchc_metrics.records.codes import Code
from cchc_metrics.records.kinds import KINDS

TABLES = ("documents", "dossiers", "meetings", "outreach", "surveys")
NAMES = ["district.toml", "plan.toml", "units.csv", *(f"{kind}.csv" for kind in TABLES)]


def broken(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def leading_out(path: Path) -> None:
    other = path.parent.parent / "other" / path.name
    other.parent.mkdir()
    other.write_text("kín", encoding="utf-8")
    path.symlink_to(other)


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("example")
    for name, text in make_example().items():
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [broken, leading_out, folder, pipe])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_of_the_folder_is_told_and_not_read(name: str, make: Callable[[Path], None], example: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for file in example.iterdir():
        if file.name != name:
            (here / file.name).write_bytes(file.read_bytes())
    make(here / name)
    if name.removesuffix(".csv") not in KINDS:
        with pytest.raises(CchcError) as told:
            read_folder(here).plan  # noqa: B018
        assert name in told.value.en
        return
    data = read_folder(here)
    assert data.problems.totals[name, Code.UNREADABLE_FILE] == 1
    assert name.removesuffix(".csv") not in data.tables


def test_a_link_within_the_folder_and_a_folder_reached_by_one_are_read(example: Path, tmp_path: Path) -> None:
    here, link = tmp_path / "here", tmp_path / "link"
    here.mkdir()
    link.symlink_to(here)
    for file in example.iterdir():
        (here / file.name).write_bytes(file.read_bytes())
    (here / "surveys.csv").rename(here / "năm 2021.txt")
    (here / "surveys.csv").symlink_to("năm 2021.txt")
    assert read_folder(link).problems == read_folder(example).problems


def test_a_name_that_is_no_text_is_told(example: Path, tmp_path: Path) -> None:
    for file in example.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    odd = tmp_path / os.fsdecode(b"b\xff.csv")
    try:
        odd.write_text("a,b\n1,2\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes names of UTF-8 only")
    assert [p.file for p in read_folder(tmp_path).problems if p.code is Code.UNUSED_FILE] == ["b?.csv"]
    assert fault_of(tmp_path, odd) is not None
