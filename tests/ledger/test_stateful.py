"""Random nights on a machine that may stop before any step: the ledger is as before the night or as after it, and equals the whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.ledger.nights import Rows, Town, dossier, ledger, numbers, table

from cchc_metrics.ledger.disk import Disk
from cchc_metrics.ledger.ledger import Ledger

IDS = [f"H20.38-{n}" for n in range(7)]


class StoppedError(Exception):
    """The machine stopped."""


class FailingDisk(Disk):
    """A disk of a machine that stops before a step; what was not synced by then may be lost, in part or whole, and so may new names."""

    def __init__(self, steps: int | None = None) -> None:
        self.left = steps
        self.steps = 0
        self.unsynced: list[Path] = []
        self.unnamed: list[tuple[Path, bytes | None, bytes]] = []

    def _step(self) -> None:
        if self.left is not None and self.steps >= self.left:
            raise StoppedError
        self.steps += 1

    def write(self, path: Path, parts: Sequence[Any]) -> None:
        self._step()
        super().write(path, parts)
        self.unsynced.append(path)

    def sync(self, path: Path) -> None:
        self._step()
        super().sync(path)
        self.unsynced.remove(path)

    def rename(self, path: Path, to: Path) -> None:
        self._step()
        before = to.read_bytes() if to.exists() else None
        after = path.read_bytes()
        super().rename(path, to)
        self.unsynced = [to if each == path else each for each in self.unsynced]
        self.unnamed.append((to, before, after))

    def sync_folder(self, path: Path) -> None:
        self._step()
        super().sync_folder(path)
        self.unnamed = [each for each in self.unnamed if each[0].parent != path]

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)

    def stop(self, *, lost: bool) -> None:
        """Be the disk after the machine stopped."""
        if not lost:
            return
        for path in self.unsynced:
            if path.exists():
                data = path.read_bytes()
                path.write_bytes(data[: len(data) // 2])
        for path, before, _ in reversed(self.unnamed):
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)


class Nights(RuleBasedStateMachine):
    """A ledger beside the town that it is of."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "so"
        self.now = Town()
        self.earlier: list[Town] = []
        self.begun = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # --- one thing that is done, on a machine that may stop

    def done(self, do: Callable[[Ledger], Any], after: Town, steps: int | None, *, lost: bool) -> None:
        disk = FailingDisk(steps)
        try:
            do(ledger(self.path, disk))
            disk.stop(lost=lost)  # what was reported as done stays done, whenever the machine stops
            happened = True
        except StoppedError:
            disk.stop(lost=lost)
            happened = self.stands_at(after)
            assert happened or self.stands_at(self.now), "neither before nor after"
        if happened:
            self.begun = True
            if after is not self.now:
                self.earlier = [each for each in self.earlier if each.day < after.day] + [after]
            self.now = after

    def stands_at(self, town: Town) -> bool:
        found = ledger(self.path)
        if not found.nights:
            return not self.begun and town is self.now
        return found.day == town.day and found.tally().to_bytes() == town.tally() and numbers(found.problems()) == town.problems()

    STEPS = st.none() | st.integers(0, 30)

    @rule(
        rows=st.lists(dossier([*IDS, None]), max_size=6),
        on=st.integers(0, 25),
        gone=st.sets(st.sampled_from(IDS), max_size=2),
        steps=STEPS,
        lost=st.booleans(),
    )
    def night(self, rows: Rows, on: int, gone: set[str], steps: int | None, *, lost: bool) -> None:
        gone -= {row["dossier_id"] for row in rows}
        day = self.now.day + timedelta(days=on)
        after = self.now.after(rows, day, sorted(gone))
        self.done(lambda found: found.update(table(rows), day=day, removed=gone), after, steps, lost=lost)

    @rule(
        month=st.sampled_from(["2020-12", "2021-01", "2021-02"]), rows=st.lists(dossier(IDS), max_size=3), steps=STEPS, lost=st.booleans()
    )
    def month(self, month: str, rows: Rows, steps: int | None, *, lost: bool) -> None:
        rows = [row for row in rows if row["received_at"] and f"{row['received_at']:%Y-%m}" == month]
        rows = list({row["dossier_id"]: row for row in rows}.values())
        gone = self.months(month) - {row["dossier_id"] for row in rows}
        after = self.now.after(rows, self.now.day, sorted(gone))
        self.done(lambda found: found.replace(month, table(rows), day=self.now.day), after, steps, lost=lost)

    def months(self, month: str) -> set[str]:
        """Return the ids that stand in a month; of several rows of an id all are alike, or the town would have to know which is kept."""
        return self.now.in_month(month)

    @rule(what=st.sampled_from(["compact", "whole", "recount", "forget"]), steps=STEPS, lost=st.booleans())
    def kept_otherwise(self, what: str, steps: int | None, *, lost: bool) -> None:
        if not self.begun:
            return
        do: dict[str, Callable[[Ledger], Any]] = {
            "compact": lambda found: found.compact(),
            "whole": lambda found: found.compact(whole=True),
            "recount": lambda found: found.recount(),
            "forget": lambda found: found.forget(self.now.day),
        }
        self.done(do[what], self.now, steps, lost=lost)
        if what == "forget":
            self.earlier = [each for each in self.earlier if each.day >= self.now.day]

    @rule(which=st.integers(0, 5), back=st.integers(1, 60))
    def read_back(self, which: int, back: int) -> None:
        if self.earlier:
            town = self.earlier[which % len(self.earlier)]
            found = ledger(self.path)
            assert found.tally(day=town.day).to_bytes() == town.tally()
            as_of = town.day - timedelta(days=back)
            assert found.tally(day=town.day, as_of=as_of).to_bytes() == town.tally(as_of)

    @invariant()
    def it_is_the_whole(self) -> None:
        if self.begun:
            assert self.stands_at(self.now)

    @rule()
    def audited(self) -> None:
        if self.begun:
            assert ledger(self.path).audit().sound


Nights.TestCase.settings = settings(max_examples=10, stateful_step_count=8, deadline=None)
TestNights = Nights.TestCase
