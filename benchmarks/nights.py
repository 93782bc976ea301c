"""Times nights of a ledger and checks each: the counts are those of the whole, byte for byte; asserts nothing about time. See README.md.

python -m benchmarks.nights [ROWS] [CHANGED] [UNITS] [FOLDER]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import cchc_metrics as cm
from benchmarks.synthetic import dossier_columns
from cchc_metrics.records.columns import Columns, stacked
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.days import day_number

FIRST = date(2024, 12, 27)
"""The day of the first night, near the end of the year over which the dossiers are received."""


def timed(what: str, do: Callable[[], Any]) -> Any:
    """Do something and print what it took."""
    wall, work = time.perf_counter(), time.process_time()
    found = do()
    print(f"{what}: {time.perf_counter() - wall:.2f} s, {time.process_time() - work:.2f} s of processor", flush=True)
    return found


def with_ids(columns: Columns, first: int = 0) -> Columns:
    """Return dossiers with ids like those of a one-stop."""
    ids = np.array([f"000.00.{n % 97:02d}.H{n % 63:02d}-240101-{n:08d}" for n in range(first, first + len(columns))], dtype=object)
    return replace(columns, arrays={"dossier_id": ids, **columns.arrays})


def main(rows: int, changed: int, units: int, folder: Path, nights: int = 3) -> None:
    """Make a ledger, and let nights come in which rows anywhere are given again with another end, and others are new or gone."""
    tree = [cm.Unit(code=f"U{n:04d}", name=f"U{n:04d}", kind="xã", level="commune") for n in range(units)]
    data = cm.Dataset(units=tree, unit="U0000", as_of=FIRST)
    all_rows = with_ids(dossier_columns(rows + nights * changed // 10, units=units, years=1))
    state = all_rows.part(0, rows)
    ledger = data.ledger(folder, "2024")
    print(f"{rows:,} dossiers of {units} units, {changed:,} a night")
    timed("first night", lambda: ledger.update(state, day=FIRST))
    rng = np.random.default_rng(5)
    for n in range(nights):
        day = FIRST + timedelta(days=n + 1)
        few = changed // 10
        again = rng.choice(rows, changed - few, replace=False)
        where, gone = np.sort(again[few:]), again[:few]
        old = state.take(where)
        ended = np.where(old.days("ended_at") < 0, np.int32(day_number(day)), old.days("ended_at") + np.int32(1)).astype(np.int32)
        status = np.full(len(old), old.labels["status"].index("9"), dtype=np.uint8) if "9" in old.labels["status"] else old.arrays["status"]
        new = all_rows.part(rows + n * few, rows + (n + 1) * few)
        tonight = stacked(Dossier, [replace(old, arrays={**old.arrays, "ended_at": ended, "status": status}), new])
        names = [str(each) for each in state.arrays["dossier_id"][gone]]
        did = timed(f"night {n + 1}", partial(ledger.update, tonight, day=day, removed=names))
        left = np.setdiff1d(np.arange(len(state)), again)
        state = stacked(Dossier, [state.take(left), tonight])
        print(f"   {did.new:,} new, {did.changed:,} changed, {did.same:,} same, {did.removed:,} removed")
        whole = cm.Dataset(units=tree, unit="U0000", as_of=day, dossiers=state.without("dossier_id"))
        expected = timed("   the whole counted anew", partial(whole.tally, ["2024"], sets=data.catalogue.event_sets()))
        found = timed("   read", ledger.tally)
        assert found.to_bytes() == expected.to_bytes(), "the ledger is not the whole"
        rows = len(state)
    timed("counted from the stored rows, as of another day", lambda: ledger.tally(as_of=date(2024, 3, 31)))
    timed("audit of 20 units", lambda: ledger.audit(sample=20))
    timed("compaction of the nights", ledger.compact)
    kept = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{kept / 1e6:,.0f} MB on disk for {len(ledger.nights)} nights")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB of memory at most, with all rows beside")


if __name__ == "__main__":
    given = [int(float(text)) for text in sys.argv[1:4]]
    how_many, a_night, of_units = [*given, *(10_000_000, 100_000, 300)[len(given) :]]
    with tempfile.TemporaryDirectory(dir=sys.argv[4] if len(sys.argv) > 4 else None) as made:
        main(how_many, a_night, of_units, Path(made) / "ledger")
