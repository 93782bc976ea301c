"""Only files of the folder are read: no link leads out of it, and what is no file is told, never taken for no data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.folders import small

from cchc_metrics import read_folder
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.example.make import make_example
from cchc_metrics.read.kept import snapshot_folder, snapshot_names, snapshot_path
from cchc_metrics.read.parquet_table import open_parquet
from cchc_metrics.read.places import fault_of
from cchc_metrics.read.raw import UnreadableFileError
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


def linked_folder(parts: Path, outside: Path) -> None:
    (parts / "nam=2021").symlink_to(outside)


def linked_within(parts: Path, outside: Path) -> None:
    shutil.copytree(outside, parts.parent / "kept")
    (parts / "nam=2021").symlink_to(parts.parent / "kept")


def link_to_nothing(parts: Path, outside: Path) -> None:
    del outside
    (parts / "b.parquet").symlink_to(parts / "nowhere.parquet")


def another_name(parts: Path, outside: Path) -> None:
    shutil.copy(outside / "b.parquet", parts / "part-00001.snappy")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (linked_folder, "a link that leads out"),
        (linked_within, "is a link that"),
        (link_to_nothing, "is a link that"),
        (another_name, "rename it"),
    ],
)
def test_what_would_be_left_out_of_a_folder_of_parts_is_said(make: Callable[[Path, Path], None], why: str, tmp_path: Path) -> None:
    table = pa.table({name: ["x"] for name in ("Mã hoạt động", "Đơn vị", "Ngày", "Hình thức")})
    folder, outside = small(tmp_path / "in", outreach_csv=None), tmp_path / "outside"
    parts = folder / "outreach.parquet"
    for place, name in ((parts, "a.parquet"), (outside, "b.parquet")):
        place.mkdir()
        pq.write_table(table, place / name)
    make(parts, outside)
    said = [p.text("en") for p in read_folder(folder).problems.examples if p.code is Code.UNREADABLE_FILE]
    assert [why in each for each in said] == [True]
    if make is not linked_folder:  # of which the folder alone cannot know
        with pytest.raises(UnreadableFileError, match=why):
            open_parquet(parts)


def test_a_part_file_is_one_in_capitals_too(tmp_path: Path) -> None:
    for name in ("a.parquet", "B.PARQUET", "_c.parquet"):
        pq.write_table(pa.table({"a": ["x"]}), tmp_path / name)
    (tmp_path / "README").write_text("no table")
    assert open_parquet(tmp_path).rows == 2


def test_snapshots_are_kept_in_the_folder_itself(tmp_path: Path) -> None:
    folder, outside = small(tmp_path / "in"), tmp_path / "outside"
    outside.mkdir()
    (folder / "snapshots").symlink_to(outside)
    for asked in (snapshot_names, snapshot_folder, lambda path: snapshot_path(path, "a")):
        with pytest.raises(InputError, match="snapshots: a link that leads out of the folder"):
            asked(folder)
    (folder / "snapshots").unlink()
    (folder / "snapshots").mkdir()
    (outside / "a.snapshot.json").write_text("theirs")
    (folder / "snapshots" / "a.snapshot.json").symlink_to(outside / "a.snapshot.json")
    with pytest.raises(InputError, match="a link that leads out of the folder"):
        snapshot_path(folder, "a")


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
