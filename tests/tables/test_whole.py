"""Files appear whole or not at all, of a report all or none, whatever fails; and what cannot be written says why."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.faults.writers import IN_ORDER, SMALL, WRITERS, files_in

from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.tables.whole import UNFINISHED, whole_file, whole_files

SLOW = ("report", "report html", "report docx", "report xlsx", "periodic html", "periodic docx", "periodic xlsx", "example")
QUICK = [name for name in WRITERS if name not in SLOW]  # the others are tried by ``nox -s faults``, with a full disk
SOURCE = Path(__file__).parents[2] / "src" / "cchc_metrics"


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["report html", *QUICK])
def test_a_writer_that_fails_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "first").mkdir()
    WRITERS[name](tmp_path / "first", "vi")  # what is imported and cached on the way is no part of it
    for each in IN_ORDER:
        (folder / each).write_text("old")
    if name == "init":
        WRITERS[name](folder, "vi")
    before = files_in(folder)
    with files_at_most(16), pytest.raises(CchcError) as error:
        WRITERS[name](folder, "en")
    found = files_in(folder)
    assert {key: data for key, data in found.items() if key in before} == before
    assert not [key for key in found if UNFINISHED in key]
    assert "lớn" in error.value.vi
    assert set(found) - set(before) <= {"dossiers.csv", "meetings.csv"}


def test_of_several_files_none_appears_where_one_fails(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt")]

    def written_until(error: BaseException) -> None:
        with whole_files(paths) as (first, _):
            first.write_text("new")
            raise error

    for error in (KeyboardInterrupt(), ValueError(), OSError(28, "No space left on device")):
        with pytest.raises((KeyboardInterrupt, ValueError)):
            written_until(error)
        assert files_in(tmp_path) == {}
    with whole_files(paths) as unfinished:
        for path in unfinished:
            path.write_text("new")
    assert files_in(tmp_path) == {"a.txt": b"new", "b.txt": b"new"}


def test_what_killed_processes_left_goes_when_the_file_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path) as unfinished:
        mine = unfinished.name.partition(f"{os.getpid()}-")
        unfinished.write_text("")
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    left = [f"{mine[0]}{process}-7f.part.txt{end}" for process, end in ((int(gone.stdout), ""), (int(gone.stdout), ".rows"), (1, ""))]
    for name in left:
        (tmp_path / name).write_text("half")
    with whole_file(path) as unfinished:
        unfinished.write_text("new")
    # Process 1 runs: what it writes is its own.
    assert set(files_in(tmp_path)) == {"a.txt", left[2]}


@pytest.mark.parametrize("what", ["link", "broken link", "folder", "device"])
def test_what_is_no_file_is_not_written_over(what: str, tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "other.csv"
    if what == "folder":
        path.mkdir()
    elif what == "device":
        path = Path(os.devnull)
    else:
        path.symlink_to(other)
        if what == "link":
            other.write_text("theirs")
    with pytest.raises(InputError, match=r"không ghi được .* \| cannot write "), whole_file(path) as unfinished:
        unfinished.write_text("new")
    assert not other.exists() or other.read_text() == "theirs"


def run(command: str, tmp_path: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -m cchc_metrics.cli"
    script = command.format(program=program, small=SMALL, out=tmp_path / "out")
    return subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=False, **more)  # noqa: S603  it stands here


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("{program} check {small} --out {out}/problems.csv | true; exit ${{PIPESTATUS[0]}}", (141, 1)),
        ("{program} check {small} --out {out}/problems.csv > /dev/full", (2,)),
        ("{program} check {small} --out {out}/problems.csv >&-", (1,)),
    ],
    ids=["nobody reads", "full", "closed"],
)
def test_files_are_written_though_nothing_can_be_printed(command: str, status: tuple[int, ...], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run(command, tmp_path)
    assert done.returncode in status, done
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert set(files_in(tmp_path / "out")) == {"problems.csv", "can_sua.xlsx"}


def test_a_place_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = run("{program} report {small} --period 2021 --formats json --out {out} | head -c 5; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "ở đó có một tệp" in done.stderr


def test_nothing_of_the_package_writes_files_by_itself() -> None:
    """One function gives files their names; the ledger, which keeps many under one rule of its own, is the other place."""
    wanted = ("write_text(", "write_bytes(", '.open("w', '.open("x', "mkdir(", ".rename(", "os.replace(")
    # Parts that processes hand to each other are nobody's answer.
    places = {"tables/whole.py", "ledger/disk.py", "ledger/store.py", "fold/processes.py"}
    # Each writes at a path that ``whole_files`` gave; what is written in a folder of its own is removed with it.
    given = {
        "report/files.py",
        "report/word.py",
        "report/template_fill.py",
        "read/kept.py",
        "cli/folders.py",
        "cli/command.py",
        "tables/workbook.py",
    }
    texts = {path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    assert {name for name, text in texts.items() if any(word in text for word in wanted)} == places | given
