"""Files appear whole or not at all, of a report all or none, whatever fails; and what cannot be written says why."""

from __future__ import annotations

import fcntl
import os
import resource
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.faults.writers import IN_ORDER, SMALL, WRITERS, files_in

from cchc_metrics import cli
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.tables import whole
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


WRITES = """
import pathlib, sys, time
from cchc_metrics.tables.whole import whole_file
with whole_file(pathlib.Path(sys.argv[1])) as unfinished:
    unfinished.write_text("half")
    unfinished.with_name(unfinished.name + ".rows").write_text("of a package that writes beside it")
    print("written", flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_goes_when_the_folder_is_written_into_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE, text=True) as other:  # noqa: S603  stands in this file
        assert other.stdout is not None
        assert other.stdout.readline() == "written\n"
        left = set(files_in(tmp_path))
        assert len(left) == 3
        with whole_file(path) as unfinished:
            unfinished.write_text("new")
        assert set(files_in(tmp_path)) == {"a.txt", *left}  # of a process that runs
        other.kill()
        while other.stdout.read():
            pass
        # Nobody has asked how it ended: its number is still taken, as it is when another process has it by now.
        os.kill(other.pid, 0)
        with whole_file(path) as unfinished:
            unfinished.write_text("newer")
        assert files_in(tmp_path) == {"a.txt": b"newer"}


def test_of_two_runs_at_the_same_time_all_files_are_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, name_one = [tmp_path / name for name in ("a.txt", "b.txt", "c.txt")], whole._name
    written, naming = threading.Barrier(2), threading.Event()

    def slowly(unfinished: Path, path: Path, there: InputError | None) -> None:
        slow = unfinished.read_text() == "one"
        name_one(unfinished, path, there)
        naming.set()
        time.sleep(0.1 * slow)

    def run(text: str) -> None:
        with whole_files(paths) as unfinished:
            for each in unfinished:
                each.write_text(text)
            written.wait()
            if text == "two":
                naming.wait()  # one has given its first name

    monkeypatch.setattr(whole, "_name", slowly)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, ("one", "two"))) == [None, None]
    assert files_in(tmp_path) == {path.name: b"two" for path in paths}


def test_a_folder_that_another_process_holds_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "_TIMES", 2)
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(InputError, match="another process is writing there; run again later"), whole_file(tmp_path / "a.txt") as unfinished:
        unfinished.write_text("new")
    assert files_in(tmp_path) == {}
    os.close(handle)


def test_files_of_another_run_are_said(tmp_path: Path) -> None:
    for formats, said in (("txt,csv", ""), ("json", "deltas.csv, measures.csv, report.txt"), ("txt,json,csv", "")):
        arguments = ["report", str(SMALL), "--period", "2021", "--lang", "en", "--formats", formats, "--out", str(tmp_path / "out")]
        done = CliRunner().invoke(cli.main, arguments)
        assert done.exit_code in (0, 1), done
        others = done.stderr.partition("Of another run, not written again: ")[2].partition("\n")[0]
        assert ", ".join(sorted(Path(each).name for each in others.split(", ") if each)) == said


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
    python, small, out = (shlex.quote(str(path)) for path in (sys.executable, SMALL, tmp_path / "out"))
    script = command.format(program=f"{python} -m cchc_metrics.cli", small=small, out=out)
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
    code = {
        name: "\n".join(line for line in text.splitlines() if not line.lstrip().startswith((">>> ", "... ")))
        for name, text in texts.items()
    }
    assert {name for name, text in code.items() if any(word in text for word in wanted)} == places | given
