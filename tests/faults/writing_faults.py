"""Real faults while files are written: a disk that is full, a folder that is read-only, a process that is killed or stopped.

Run as ``nox -s faults``, in a namespace of its own in which small file systems may be mounted. The name keeps it out of the usual run.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.faults.writers import IN_ORDER, ONCE, SMALL, WRITERS, files_in, small_report

from cchc_metrics.errors import CchcError
from cchc_metrics.report.files import FORMATS, save_report
from cchc_metrics.tables.whole import UNFINISHED
from cchc_metrics.text import Lang

STEPS = frozenset(
    ("write", "writelines", "writestr", "flush", "fsync", "replace", "rename", "link", "unlink", "open", "close", "mkdir", "write_table")
)
"""Calls of C before which a process is killed."""
KILLS = int(os.environ.get("FAULTS_STEPS", "40"))
"""So many moments of each writer, evenly over all there are."""
RANDOM_KILLS = int(os.environ.get("FAULTS_KILLS", "150"))
ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "30"))
SIZES = (4, 16, 64, 128, 256, 512, 1024)
"""Of file systems, in kB."""


def said(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")
        sys.stdout.flush()


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Give a folder on a file system of so many kB."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(place)], check=True)  # noqa: S603, S607  of the system
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607


def tried(name: str, folder: Path, lang: Any) -> bool:
    """Return whether a writer could write; what it says otherwise is an error of the library."""
    try:
        WRITERS[name](folder, lang)
    except CchcError as error:
        assert "\n" not in error.vi.strip(), error
        return False
    return True


def expected(name: str, place: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a writer writes before and after: in Vietnamese, then in English."""
    place.mkdir(parents=True)
    WRITERS[name](place, "vi")
    old = files_in(place)
    WRITERS[name](place, "en")
    return old, files_in(place)


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_full(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = expected(name, tmp_path / "expected" / "out")
    failed = 0
    for size in SIZES:
        with small_disk(tmp_path / f"disk{size}", size) as disk:
            folder = disk / "out"
            folder.mkdir()
            if name == "example":
                (folder / "example").mkdir()
            wrote = tried(name, folder, "vi")
            before = files_in(folder)
            assert set(before) - {"dossiers.csv", "meetings.csv"} == (set(old) - {"dossiers.csv", "meetings.csv"} if wrote else set())
            again = tried(name, folder, "en")
            failed += not wrote or not again
            found = files_in(folder)
            assert not [each for each in found if UNFINISHED in each]
            if again:
                assert found.keys() == new.keys()
            elif name != "init":  # whose two files have each a name of its own at once
                assert found == before
    assert failed
    said(capsys, f"full disk: {name}: {failed} of {len(SIZES)} sizes refused, each with what was there before and nothing beside it")


def test_a_folder_that_is_read_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with small_disk(tmp_path / "disk", 4096) as disk:
        for name in WRITERS:
            (disk / name.replace(" ", "") / "out").mkdir(parents=True)
            if name == "fill":
                WRITERS[name](disk / "fill" / "out", "vi")
            if name == "init":
                WRITERS[name](disk / "init" / "out", "vi")
        before = files_in(disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)  # noqa: S603, S607
        refused = [name for name in WRITERS if not tried(name, disk / name.replace(" ", "") / "out", "en")]
        assert refused == list(WRITERS)
        assert files_in(disk) == before
    said(capsys, f"read-only folder: {len(refused)} writers refused")


def _killed_before(step: int, write: Callable[[], object]) -> int:
    """Write in another process that is killed before one of its steps; return how it ended."""
    child = os.fork()
    if child == 0:
        left = step

        def watch(_: Any, event: str, call: Any) -> None:
            nonlocal left
            if event == "c_call" and call.__name__ in STEPS and not isinstance(getattr(call, "__self__", None), (str, bytes)):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        status = 70
        try:
            sys.setprofile(watch)
            write()
            sys.setprofile(None)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _steps(write: Callable[[], object]) -> int:
    """Return how many steps a writer takes."""
    n = 0

    def watch(_: Any, event: str, call: Any) -> None:
        nonlocal n
        n += event == "c_call" and call.__name__ in STEPS and not isinstance(getattr(call, "__self__", None), (str, bytes))

    sys.setprofile(watch)
    try:
        write()
    finally:
        sys.setprofile(None)
    return n


@pytest.mark.parametrize("name", WRITERS)
def test_killed_before_any_step(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = expected(name, tmp_path / "expected" / "out")
    (tmp_path / "steps").mkdir()
    shutil.copytree(tmp_path / "expected" / "out", tmp_path / "steps" / "out")
    if name in ONCE:
        (tmp_path / "steps" / "out" / "en.snapshot.json").unlink()
    steps = _steps(lambda: WRITERS[name](tmp_path / "steps" / "out", "en"))
    killed = left = 0
    for step in sorted({round(1 + at * (steps - 1) / (KILLS - 1)) for at in range(KILLS)}):
        folder = tmp_path / f"{step}" / "out"
        folder.mkdir(parents=True)
        for path, data in old.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(data)
        ended = _killed_before(step, partial(WRITERS[name], folder, "en"))
        assert os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) == 0
        killed += os.WIFSIGNALED(ended)
        found = files_in(folder)
        unfinished = [each for each in found if UNFINISHED in each]
        left += bool(unfinished)
        for path, data in found.items():
            if path not in unfinished:
                assert data in (old.get(path), new.get(path)), f"{name}: {path} is neither old nor new, killed before step {step}"
        assert set(old) <= set(found)
        if found.get("report.json") == new.get("report.json") != old.get("report.json"):
            assert {path: found[path] for path in new} == new
        WRITERS[name](folder, "en")
        again = files_in(folder)
        assert not [each for each in again if UNFINISHED in each]
        assert {path: again.get(path) for path in new if path in IN_ORDER} == {path: new[path] for path in new if path in IN_ORDER}
        shutil.rmtree(folder.parent)
    said(capsys, f"killed: {name}: {killed} kills over {steps} steps, 0 files cut; {left} left something that the next run removed")


def test_killed_at_random_moments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole report written again and again in two languages; what is there when the process is killed is of at most two reports."""
    formats = tuple(FORMATS)
    whole: dict[str, dict[str, Any]] = {}
    langs: tuple[Lang, ...] = ("vi", "en")
    for lang in langs:
        save_report(small_report(), tmp_path / lang, formats, lang)
        whole[lang] = files_in(tmp_path / lang)
    random.seed(20261127)
    folder = tmp_path / "out"
    mixed = 0
    for _ in range(RANDOM_KILLS):
        child = os.fork()
        if child == 0:
            while True:
                for lang in langs:
                    save_report(small_report(), folder, formats, lang)
        time.sleep(random.uniform(0.05, 3.0))  # noqa: S311  no secret
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = {path: data for path, data in (files_in(folder) if folder.exists() else {}).items() if UNFINISHED not in path}
        if set(found) != set(IN_ORDER):
            assert not found or list(found) == sorted(IN_ORDER[: len(found)])
            continue
        # problems.csv has no words of either; of the others the first ones are of one report and the last ones of the one before.
        told_by = [[lang for lang in whole if whole[lang][path] == found[path]] for path in IN_ORDER]
        assert all(told_by)
        told = [each[0] for each in told_by if len(each) == 1]
        changes = sum(a != b for a, b in pairwise(told))
        assert changes <= 1
        mixed += changes
    said(capsys, f"killed at random: {RANDOM_KILLS} kills, 0 files cut; {mixed} times between the names of one report")


def test_two_runs_into_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command twice at the same time, in two languages: both end as one alone does, and all that is there is of one of them."""
    langs: tuple[Lang, ...] = ("vi", "en")
    whole: dict[str, dict[str, Any]] = {}
    for lang in langs:
        save_report(small_report(), tmp_path / lang, tuple(FORMATS), lang)
        whole[lang] = files_in(tmp_path / lang)
    random.seed(2)
    folder, last = tmp_path / "out", dict.fromkeys(langs, 0)
    for _ in range(ROUNDS):
        delay = random.choice((0.0, random.uniform(0.0, 2.0)))  # noqa: S311  no secret
        running = []
        for lang in langs:
            child = os.fork()
            if child == 0:
                status = 70
                try:
                    time.sleep(delay if lang == "en" else 0.0)
                    save_report(small_report(), folder, tuple(FORMATS), lang)
                    status = 0
                finally:
                    os._exit(status)
            running.append(child)
        assert [os.WEXITSTATUS(os.waitpid(child, 0)[1]) for child in running] == [0, 0]
        found = files_in(folder)
        assert found in whole.values()
        last["vi" if found == whole["vi"] else "en"] += 1
    said(capsys, f"two runs at once: {ROUNDS} times, 0 mixed, nothing left; the last one was {last}")


def test_stopped_by_ctrl_c(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    program = [sys.executable, "-m", "cchc_metrics.cli", "report", str(SMALL), "--period", "2021", "--out", str(folder)]
    program += ["--formats", ",".join(FORMATS)]
    began = time.monotonic()
    assert subprocess.run(program, capture_output=True, check=False).returncode in (0, 1)  # noqa: S603
    takes, before, stopped = time.monotonic() - began, files_in(folder), 0
    random.seed(1)
    for _ in range(12):
        process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603
        time.sleep(takes * random.uniform(0.2, 1.0))  # noqa: S311  a busy machine takes several times as long
        process.send_signal(signal.SIGINT)
        error = process.communicate()[1]
        stopped += process.returncode == 130
        assert process.returncode in (0, 1, 130, -signal.SIGINT), error
        if process.returncode == 130:
            assert "Traceback" not in error
        found = files_in(folder)
        assert found == before
    assert stopped
    said(capsys, f"Ctrl-C: {stopped} of 12 stopped while at work, files as before, nothing left")
