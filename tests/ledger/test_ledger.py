"""What a ledger promises beside the laws of ``test_stateful``: who may read it, what is refused, what damage does, and a real kill."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.folders import EXAMPLE
from tests.ledger.nights import FIRST, PERIODS, Rows, Town, data, ledger, numbers, table
from tests.read.test_rows import UNITS

import cchc_metrics as cm
from cchc_metrics.cli import main
from cchc_metrics.errors import CchcError, InputError
from cchc_metrics.ledger import LedgerError
from cchc_metrics.ledger.account import Account
from cchc_metrics.ledger.disk import locked
from cchc_metrics.ledger.question import LedgerQuestion
from cchc_metrics.ledger.segment import KeptRows
from cchc_metrics.ledger.store import VERSION
from cchc_metrics.read.rows import read_rows


def row(name: str | None, unit: str = "TM.01", received: str = "2021-01-05", **cells: Any) -> dict[str, Any]:
    given = {"dossier_id": name, "unit_code": unit, "status": "2", "channel": "online", "postal_in": "no", "due_at": date(2021, 1, 25)}
    return {**dict.fromkeys(table([]).schema.names), **given, "received_at": datetime.fromisoformat(received), **cells}


ROWS = [
    row("a"),
    row("b", "TM.02"),
    row("c", received="2020-12-03", due_at=date(2020, 12, 20), status="9", ended_at=date(2020, 12, 10)),
    row("d"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a ledger of one night."""
    ledger(tmp_path / "so").update(table(ROWS), day=FIRST)
    return tmp_path / "so"


def value(path: Path, indicator: str = "dossiers_pending_overdue", **day: Any) -> int | None:
    found: int | None = ledger(path).dataset(**day).measures("2021-Q1")[indicator, "TM"].numerator
    return found  # a dataset is not known to be one


# --- What it is for


def test_late_changed_and_gone_rows_replace_what_they_replace(path: Path) -> None:
    town = Town().after(ROWS, FIRST)
    tonight = [row("b", "TM.03"), row("late", received="2020-12-30"), row("d", status="99"), *[row("twice", "TM.02")] * 2, row(None)]
    did = ledger(path).update(table(tonight), day="2021-02-01", removed=["c", "nobody"])
    assert did == (date(2021, 2, 1), "update", 2, 2, 0, 1, 1, 3, 1)
    town = town.after(tonight, date(2021, 2, 1), ["c"])
    assert ledger(path).tally().to_bytes() == town.tally()
    assert numbers(ledger(path).problems()) == town.problems()
    assert ledger(path).update(table(tonight), day="2021-02-01").same == 4
    assert "4 ids as before" in ledger(path).nights[-1].to_text("en")
    read = ledger(path).dataset()
    assert read.tally(PERIODS, sets=read.catalogue.event_sets()).to_bytes() == town.tally()
    assert numbers(read.problems) == town.problems()


def test_pending_dossiers_move_on_by_themselves(path: Path) -> None:
    assert value(path) == 0
    ledger(path).update(day=date(2021, 1, 26))
    assert value(path) == 3
    assert value(path, day=FIRST) == 0
    assert value(path, day="2021-01-26", as_of="2021-01-25") == 0
    assert [night.day for night in ledger(path).nights] == [FIRST, date(2021, 1, 26)]


def test_a_month_is_replaced_as_a_whole(path: Path) -> None:
    did = ledger(path).replace("2021-01", table([row("b", "TM.02"), row("e")]), day=FIRST)
    assert (did.new, did.same, did.removed, ledger(path).rows) == (1, 1, 2, 3)
    ledger(path).update(table([row("nowhere", status="1") | {"received_at": None}]), day=FIRST)
    assert ledger(path).replace("", table([]), day=FIRST).removed == 1


def test_the_last_night_is_given_up_whatever_it_brought(path: Path) -> None:
    before = ledger(path).tally().to_bytes(), ledger(path).nights, numbers(ledger(path).problems())
    far = ledger(path).update(table([row("b", "TM.02"), row("new")]), day=date(2062, 1, 1), removed=["a"], far=True)
    with pytest.raises(CchcError, match="takes no earlier day"):
        ledger(path).update(day="2021-01-21")
    assert ledger(path).undo() == far
    assert (ledger(path).tally().to_bytes(), ledger(path).nights, numbers(ledger(path).problems())) == before
    assert ledger(path).audit().sound
    again = ledger(path).update(table([row("b", "TM.02"), row("new")]), day="2021-01-21", removed=["a"])
    assert again == far._replace(day=date(2021, 1, 21))
    ledger(path).forget("2021-01-21")
    ledger(path).undo()  # a ledger that has no night any more begins anew
    assert ledger(path).nights == ()
    assert ledger(path).update(table([row("z")]), day="2020-12-01").new == 1


def test_a_head_that_somebody_wrote_is_damaged(path: Path) -> None:
    """The checksum says that the head is as it was written, and not by whom."""
    for body in (b"5\n", b"[]\n", b'["2021-01-20", "update"]\n', b'["never", "update", "x"]\n', b"{\n", b"[" * 100_000 + b"\n", b'"abc"\n'):
        first = json.dumps({"cchc_ledger": VERSION, "sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n"
        (path / "HEAD").write_bytes(first + body)
        with pytest.raises(LedgerError, match="damaged"):
            ledger(path).tally()


def test_a_night_that_somebody_wrote_is_damaged(path: Path) -> None:
    """A file is named by its checksum, which says nothing of who wrote it."""
    store, line = ledger(path).store, ledger(path).store.log()[-1]
    said = json.loads(store.get(line.night))
    wrong: tuple[Any, ...] = (5, "x", [5], [[]], {"a": -1})
    others: list[Any] = [{**said, key: value} for key in said for value in wrong]
    others += [{key: said[key] for key in said if key != left} for left in said]
    others += [[], 5, {**said, "night": [*said["night"][:-1], -1]}, {**said, "night": ["never", *said["night"][1:]]}]
    for other in others:
        store.move_head([line._replace(night=store.put([json.dumps(other).encode()], "night"))])
        for ask in (ledger(path).tally, lambda: ledger(path).nights):
            with pytest.raises(CchcError, match=r"damaged|answers another question"):
                ask()
    for name in ("a\0b.night", "x" * 5000, "../HEAD", ""):
        store.move_head([line._replace(night=name)])
        with pytest.raises(LedgerError, match="damaged"):
            ledger(path).tally()


def test_a_night_may_bring_no_rows(path: Path) -> None:
    night = ledger(path).update([], day=FIRST, removed=["a"])
    assert (night.new, night.changed, night.removed) == (0, 0, 1)
    assert ledger(path).rows == len(ROWS) - 1
    emptied = ledger(path).replace("2021-01", [], day=FIRST)
    assert (emptied.removed, ledger(path).rows) == (len(ROWS) - 2, 1)


def test_any_table_is_a_night(tmp_path: Path) -> None:
    cells = [{name: cell for name, cell in each.items() if cell is not None} for each in ROWS[:2]]
    rows = [{**each, "received_at": date(2021, 1, 5)} for each in cells]
    text = [{name: str(cell) for name, cell in each.items()} for each in rows]
    csv = tmp_path / "rows.csv"
    csv.write_text("\n".join([",".join(text[0]), *(",".join(each.values()) for each in text)]), "utf-8")
    parquet = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows), parquet)
    forms: list[Any] = [csv, str(parquet), rows, pa.Table.from_pylist(rows), read_rows("dossiers", rows, units=UNITS).columns]
    found = set()
    for n, form in enumerate(forms):
        made = ledger(tmp_path / str(n))
        assert made.update(form, day=FIRST).new == 2
        found.add(made.tally().to_bytes())
    assert len(found) == 1


def test_secret_meetings_are_counted_and_not_named(tmp_path: Path) -> None:
    rows = [
        {"meeting_id": str(n), "unit_code": "TM.01", "kind": "họp UBND", "held_on": "2021-01-05", "secrecy": secret}
        for n, secret in enumerate(["thường", "mật", "??"])
    ]
    made = data(FIRST).ledger(tmp_path / "so", "2021", kind="meetings")
    assert made.update(rows, day=FIRST).rejected == 1
    whole = cm.Dataset(UNITS, unit="TM", as_of=FIRST, meetings=rows)
    assert made.tally().to_bytes() == whole.tally(["2021"], sets=whole.catalogue.event_sets()).to_bytes()
    assert numbers(made.problems()) == numbers(whole.problems)


# --- Who may read and write


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another matter there")
def test_nobody_else_may_read_it(path: Path) -> None:
    modes = {each.is_dir(): stat.S_IMODE(each.stat().st_mode) for each in [path, *path.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


def test_one_writes_at_a_time_and_others_read(path: Path) -> None:
    with locked(path / "lock"):
        before = ledger(path).tally()
        with pytest.raises(LedgerError, match=rf"process {os.getpid()} is writing in the ledger"):
            ledger(path).update(day=FIRST)
    ledger(path).update(day="2021-03-01")
    assert ledger(path).tally(day=FIRST) == before


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from tests.ledger.nights import ledger, table
from tests.ledger.test_ledger import row
from cchc_metrics.ledger.disk import Disk

class Killing(Disk):
    left = int(sys.argv[2])
    def __getattribute__(self, name):
        if not name.startswith("_") and name not in ("left", "make_folder"):
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self.left -= 1
        return object.__getattribute__(self, name)

ledger(Path(sys.argv[1]), Killing()).update(table([row("a", "TM.03"), row("x")]), day="2021-02-01", removed=["b"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("steps", [-3, -1])
def test_a_process_that_is_killed_leaves_the_night_undone_or_done(path: Path, steps: int) -> None:
    """Counted from the end, of as many steps as a night has: the last but two is the renaming of the head, the last syncs its folder."""
    before, after = Town().after(ROWS, FIRST), Town().after(ROWS, FIRST).after([row("a", "TM.03"), row("x")], date(2021, 2, 1), ["b"])
    in_all = 1 + 4 * 6  # the folder; rows, which are gone, two tallies, the night and the head: written, synced, named, the name synced
    at = steps % in_all
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED, str(path), str(at)]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)  # noqa: S603  a program of its own
    assert done.returncode == -signal.SIGKILL, done.stderr
    named = steps == -1
    assert ledger(path).tally().to_bytes() == (after if named else before).tally()
    assert ledger(path).update(day="2021-02-02").day == date(2021, 2, 2)  # nobody holds the lock
    left = len(list((path / "objects").iterdir()))
    ledger(path).forget("2021-02-02")
    assert ledger(path).audit().sound
    assert len(list((path / "objects").iterdir())) < left


# --- Damage


SECOND = [row("b", "TM.03"), row("e"), row("bad", status="99")]
THIRD = [row("a", "TM.03"), row("e", "TM.02"), row("f")]


def test_damage_is_an_error_that_names_the_file_and_never_another_number(path: Path, tmp_path: Path) -> None:
    ledger(path).update(table(SECOND), day="2021-02-01", removed=["d"])
    every_answer(copied(path, tmp_path / "sound"))
    rng = random.Random(11)  # noqa: S311  no secret
    files = [each for each in path.rglob("*") if each.is_file() and each.name != "lock"]
    for file in files:
        size = file.stat().st_size
        places = [None, 0, size - 1, *rng.sample(range(size), min(size, 4))]
        for place in places:
            broken = copied(path, tmp_path / "broken")
            victim = broken / file.relative_to(path)
            content = bytearray(victim.read_bytes())
            if place is None:
                victim.write_bytes(content[: size // 2])
            else:
                content[place] ^= 1 << rng.randrange(8)
                victim.write_bytes(content)
            with pytest.raises(LedgerError, match=re.escape(victim.name)):
                every_answer(broken)


def test_a_head_that_is_nested_without_end_is_damaged(path: Path) -> None:
    ledger(path)
    (path / "HEAD").write_bytes(b'{"cchc_ledger": ' + b"[" * 9000 + b"\n")
    with pytest.raises(LedgerError, match="it does not begin as a ledger does"):
        every_answer(path)


def copied(path: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(path, to))


@cache
def towns() -> tuple[dict[date, bytes], bytes]:
    """Return what is right of each day of the ledger that is damaged, and of the night that comes to it."""
    first = Town().after(ROWS, FIRST)
    later = first.after(SECOND, date(2021, 2, 1), ["d"])
    return {town.day: town.tally() for town in (first, later)}, later.after(THIRD, date(2021, 2, 2)).tally()


def every_answer(path: Path) -> None:
    """Ask a ledger before and after a night, of which every number has to be right, and look at every file of it."""
    found, (right, last) = ledger(path), towns()
    assert found.tally().to_bytes() == right[date(2021, 2, 1)]
    found.update(table(THIRD), day="2021-02-02")
    assert found.tally().to_bytes() == last
    for day, expected in right.items():
        assert found.tally(day=day).to_bytes() == expected
        assert found.audit(day=day).sound


def test_a_file_that_is_gone_is_named(path: Path) -> None:
    [rows] = (path / "objects").glob("*.rows")
    rows.unlink()
    with pytest.raises(LedgerError, match=rows.name):
        ledger(path).tally()


def test_an_audit_says_what_differs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ledger(path).audit().to_text("en") == "Audit of 2021-01-20: 2 units counted again, 4 rows: they agree"
    found = ledger(path)
    right = LedgerQuestion.account

    def wrong(question: LedgerQuestion, parts: Sequence[KeptRows], day: date) -> Account | None:
        return right(question, [part.take(np.arange(1, len(part))) for part in parts], day)

    monkeypatch.setattr(LedgerQuestion, "account", wrong)
    audit = found.audit()
    assert not audit.sound
    assert "dossiers.received" in audit.to_text("en")
    with pytest.raises(InputError, match="sample must be 1 or more"):
        found.audit(sample=0)
    monkeypatch.undo()
    one, same = (found.audit(sample=1, seed=3) for _ in range(2))
    assert (one, len(one.units), one.sound) == (same, 1, True)


# --- What is refused


def test_another_question_is_named_and_counted_again(path: Path) -> None:
    other = data(FIRST).replace(rules="form06").ledger(path, *PERIODS)
    for ask in (other.tally, lambda: other.update(day="2021-02-01"), other.audit, other.compact):
        with pytest.raises(LedgerError, match=r"rules: default\S* \w+ → form06\S* \w+\); ledger.recount\(\) counts the rows"):
            ask()
    other.recount()
    whole = data(FIRST, ROWS).replace(rules="form06")
    assert other.tally().to_bytes() == whole.tally(PERIODS, sets=whole.catalogue.event_sets()).to_bytes()
    with pytest.raises(LedgerError, match="rules"):
        ledger(path).tally()
    kept = data(FIRST).replace(rules="form06").ledger(path)  # which periods it has, it knows
    assert kept.tally() == other.tally()


def test_counts_of_another_version_are_counted_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cchc_metrics.count.stored.SCHEMA_VERSION", 99)
    monkeypatch.setattr("cchc_metrics.ledger.question.SCHEMA_VERSION", 99)
    for ask in (ledger(path).tally, lambda: ledger(path).update(day="2021-02-01")):
        with pytest.raises(LedgerError, match=r"version: \d+\.1 → 99\.1"):
            ask()
    ledger(path).recount()
    assert ledger(path).tally().to_bytes() == Town().after(ROWS, FIRST).tally()


def test_what_cannot_be_done_says_why(path: Path, tmp_path: Path) -> None:
    found, two = ledger(path), table([row("a"), row("b")])
    for error, do in (
        ("takes no earlier day: 2021-01-19", lambda: found.update(day="2021-01-19")),
        ("has a row and is among removed", lambda: found.update(table([row("a")]), day=FIRST, removed=["a"])),
        ("it lacks paid_online", lambda: found.update(table([row("a")]).drop_columns(["paid_online"]), day=FIRST)),
        ("«2021-13» is no month", lambda: found.replace("2021-13", table([]), day=FIRST)),
        ("has no column dossier_id|cannot be understood", lambda: found.update(table([row("a")]).drop_columns(["dossier_id"]), day=FIRST)),
        ("the table was read already", lambda: found.update(read_rows("dossiers", [row("a")]), day=FIRST)),
        ("begins on 2021-01-20", lambda: found.tally(day="2021-01-01")),
        ("up to 2021-01-20 and not 2021-02-01", lambda: found.tally(as_of="2021-02-01")),
        ("is needed: day=", lambda: found.update(day=None)),  # type: ignore[arg-type]
        ("day must be a day", lambda: found.update(day="01/03/2021")),
        ("day must be a day", lambda: found.tally(day="x")),
        ("before must be a day", lambda: found.forget("x")),
        ("as_of must be a day", lambda: found.dataset(as_of="x")),
        ("2062-01-21 is far from the last night, 2021-01-20", lambda: found.update(table([row("a")]), day="2062-01-21")),
        ("2 rows are not of the month that is replaced, «2021-02», as one of 2021-01", lambda: found.replace("2021-02", two, day=FIRST)),
        ("2 rows are not of the month that is replaced, «without a day»", lambda: found.replace("", two, day=FIRST)),
        ("nowhere.csv: cannot be read", lambda: found.update(tmp_path / "nowhere.csv", day=FIRST)),
        ("removed", lambda: found.update(day=FIRST, removed=["  "])),
        ("removed is a list of ids", lambda: found.update(day=FIRST, removed="abc")),  # whose letters would be three ids
        ("removed is a list of ids", lambda: found.update(day=FIRST, removed=[1])),  # type: ignore[list-item]
        ("first night needs a table with headings", lambda: ledger(tmp_path / "new").update(day=FIRST)),
        ("first night needs a table with headings", lambda: ledger(tmp_path / "new").update([], day=FIRST)),
        ("has no night yet", lambda: ledger(tmp_path / "new").tally()),
        ("has no night yet", lambda: ledger(tmp_path / "new").undo()),
        ("rows have an id of their own", lambda: data(FIRST).ledger(tmp_path / "x", "2021", kind="documents")),
        ("leave dossier_events out", lambda: with_events().ledger(tmp_path / "x", "2021")),
        ("is no ledger and has other files", lambda: ledger(Path(__file__).parent)),
    ):
        with pytest.raises(CchcError, match=error):
            do()
    assert found.tally().to_bytes() == Town().after(ROWS, FIRST).tally()


def with_events() -> cm.Dataset:
    return cm.Dataset(UNITS, unit="TM", dossier_events=[{"dossier_id": "a", "kind": "bổ sung", "happened_at": "2021-01-06"}])


def test_procedures_are_joined_and_told_apart(tmp_path: Path) -> None:
    def made(term: int) -> cm.Dataset:
        procedures = [{"procedure_code": "1.001", "name": "x", "term": term, "term_unit": "working_days"}]
        return cm.Dataset(UNITS, unit="TM", as_of=FIRST, procedures=procedures)

    rows: Rows = [row(name, procedure_code="1.001", due_at=None) for name in "abc"]
    one = made(3).ledger(tmp_path / "so", "2021")
    one.update(table(rows[:2]), day=FIRST)
    one.update(table([*rows[1:], row("a", procedure_code="9", due_at=None)]), day=FIRST)
    whole = one.dataset()
    assert whole.problems.count("procedure_not_listed") == 1 == one.problems().count("procedure_not_listed")
    assert one.tally() == one.tally(as_of=FIRST)
    assert one.audit().sound
    with pytest.raises(LedgerError, match="procedures"):
        made(4).ledger(tmp_path / "so", "2021").tally()


# --- The command


def test_the_command(tmp_path: Path) -> None:
    folder, so = Path(shutil.copytree(EXAMPLE, tmp_path / "folder")), tmp_path / "so"
    (folder / "dossiers.csv").rename(tmp_path / "all.csv")
    for table_file in set(folder.glob("*.csv")) - {folder / "units.csv"}:
        table_file.unlink()  # a folder that only says how it is counted needs no table
    head, *lines = (tmp_path / "all.csv").read_text("utf-8").splitlines()
    night, gone = tmp_path / "night.csv", tmp_path / "gone.txt"

    def run(what: str, *words: object, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["ledger", what, str(folder), str(so), *map(str, words), "--lang", "en"])
        assert done.exit_code == code, done.output
        return done.output

    night.write_text("\n".join([head, *lines[:40]]), "utf-8")
    assert "2021-12-01 update: 40 ids new" in run("update", night, "--day", "2021-12-01", "--period", "2021")
    gone.write_text(lines[0].split(",")[0] + "\n", "utf-8")
    assert "1 ids removed" in run("update", "--removed", gone, "--day", "2021-12-02")
    night.write_text("\n".join([head, "X-1,??" + lines[3][lines[3].index(",", lines[3].index(",") + 1) :]]), "utf-8")
    assert "1 rows rejected" in run("update", night, "--day", "2021-12-02", code=1)
    shown = json.loads(run("show", "--json"))
    assert (shown["read"], shown["rejected"], len(shown["nights"])) == (40, 1, 3)
    assert "40 rows, 1 rejected" in run("show")
    assert "they agree" in run("audit", "--sample", 3)
    assert "compact" in run("compact", "--whole", "--forget", "2021-12-02")
    assert "paused_days" not in run("compact", "--recount")
    assert "another question" in run("audit", "--rules", "form06", code=2)
    run("update", "--day", "2021-12-03", code=2)
    [rows, *_] = (so / "objects").glob("*.rows")
    rows.write_bytes(rows.read_bytes()[:-1] + b"!")
    assert rows.name in run("audit", code=2)
