"""What ``init`` asks on a real terminal: answers, an empty one, a wrong one, and leaving in the middle."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.proposal.offices import office

pty = pytest.importorskip("pty")
PROMPT = "]: "
LEAVE = "\x03"
_CONTROL = re.compile(r"\x1b\[[?\d;]*[a-zA-Z]")


def talk(folder: Path, answers: list[str], *options: str) -> tuple[int, str]:
    """Run ``init`` on a terminal, give an answer to each question (an empty one after the last), return the exit status and all it says."""
    command = [sys.executable, "-m", "cchc_metrics.cli", "init", str(folder), "--lang", "en", *options]
    process, terminal = pty.fork()
    if not process:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # which tests in the background of a shell ignore
        os.execve(sys.executable, command, {**os.environ, "TERM": "dumb"})  # noqa: S606  the command itself, on a terminal
    left, said, answer, answered, until = list(answers), "", "", 0, time.monotonic() + 60
    while time.monotonic() < until:
        try:
            piece = os.read(terminal, 65536) if select.select([terminal], [], [], 1)[0] else None
        except OSError:  # the other end is closed
            break
        if piece is None:
            if answer == LEAVE:  # one that came just before the terminal was listened to is lost, as it is to a person
                os.write(terminal, LEAVE.encode())
            continue
        if not piece:
            break
        said = _CONTROL.sub("", said + piece.decode(errors="replace"))
        if said.endswith(PROMPT) and said.count(PROMPT) > answered:
            answered = said.count(PROMPT)
            answer = left.pop(0) if left else ""
            os.write(terminal, (answer if answer == LEAVE else answer + "\n").encode())
    else:
        os.kill(process, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.replace("\r\n", "\n")


def declared(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))


def test_an_empty_answer_takes_the_best_guess_and_a_question_mark_leaves_it_open(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    status, said = talk(folder, [], "--code", "TM")
    assert "dossiers, status: what does «Quá hạn bổ sung» mean? (3 cells; submitted, received," in said
    assert status == 1  # that one has no best guess
    assert declared(folder)["blank"] == {"documents": {"secrecy": "none"}, "meetings": {"paperless": "no"}}
    assert "? dossiers, status: what does «Quá hạn bổ sung» mean?" in said.splitlines()[-2]


def test_answers_are_taken_in_vietnamese_too_and_a_wrong_one_is_asked_again(tmp_path: Path) -> None:
    folder = office(tmp_path / "o")
    _, said = talk(folder, [], "--code", "TM")
    questions = [line for line in said.splitlines() if PROMPT in line]
    at = next(n for n, line in enumerate(questions) if "Quá hạn bổ sung" in line)
    (folder / "district.toml").unlink()
    status, said = talk(folder, [""] * at + ["xong rồi", "supplement", "yêu cầu bổ sung giấy tờ"], "--code", "TM")
    assert status == 0
    assert said.count("what does «Quá hạn bổ sung» mean?") == 3
    assert "there is no «supplement»; use submitted" in said
    assert "did you mean «supplement_requested»?" in said
    assert declared(folder)["values"]["dossiers"]["status"] == {"Quá hạn bổ sung": "supplement_requested"}


@pytest.mark.parametrize("before", [None, 'code = "TM"\nname = "Tháp Mười"\nlevel = "district"\n'])
def test_leaving_in_the_middle_leaves_the_folder_as_it_was(tmp_path: Path, before: str | None) -> None:
    folder = office(tmp_path / "o")
    if before is not None:
        (folder / "district.toml").write_text(before, encoding="utf-8")
    files = sorted(path.name for path in folder.iterdir())
    status, said = talk(folder, ["", LEAVE], "--force")
    assert "stopped" in said
    assert status == 130
    assert sorted(path.name for path in folder.iterdir()) == files
    assert before is None or (folder / "district.toml").read_text(encoding="utf-8") == before
