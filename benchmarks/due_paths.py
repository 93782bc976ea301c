"""Times the ways to a due date against the plain one, and checks first that each gives what it should; asserts nothing about time.

``python -m benchmarks.due_paths [ROWS]``: terms in working days (the short way); a given appointment for every dossier; terms in working
days, calendar days, hours and months; waits with their dates. Least processor time of several interleaved rounds.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date

import numpy as np

from benchmarks.synthetic import dossier_columns
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.due import dues_of
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules

RULES, CALENDAR = Rules.preset("default"), Calendar.official()
PERIODS = [Period.parse("2024"), *Period.parse("2024").parts("month")]


def ways(rows: int) -> dict[str, Columns]:
    """Return the same dossiers, their due dates given or to be computed in several ways."""
    plain = dossier_columns(rows)
    rng = np.random.default_rng(1)
    due = dues_of(plain, RULES, CALENDAR).day
    received = plain.arrays["received_at"]
    waits = rng.random(rows) < 0.1
    return {
        "working days": plain,
        "given appointments": replace(plain, arrays={**plain.arrays, "due_at": due}),
        "mixed units": replace(
            plain,
            arrays={
                **plain.arrays,
                "term_unit": rng.choice(np.array([1, 1, 2, 3, 4], dtype=np.uint8), rows),
                "term": np.minimum(plain.arrays["term"], 24),
            },
        ),
        "waits with dates": replace(
            plain,
            arrays={
                **plain.arrays,
                ":wait0_from": np.where(waits, received + 1, -1).astype(np.int32),
                ":wait0_to": np.where(waits, received + 3, -1).astype(np.int32),
            },
        ),
    }


def count(columns: Columns) -> Tally:
    """Return the tally of every set of events."""
    return tally({"dossiers": columns}, periods=PERIODS, rules=RULES, calendar=CALENDAR, as_of=date(2024, 12, 31))


def main(rows: int, rounds: int = 5) -> None:
    """Print nanoseconds a row for each way, and how many times the plain one that is."""
    columns = ways(rows)
    assert count(columns["given appointments"]) == count(columns["working days"]), "the same due dates, given and computed, differ"
    least = dict.fromkeys(columns, float("inf"))
    for _ in range(rounds):
        for name, found in columns.items():
            started = time.process_time()
            count(found)
            least[name] = min(least[name], time.process_time() - started)
    for name, seconds in least.items():
        print(f"{name:20} {seconds * 1e9 / rows:7.1f} ns a row, {seconds / least['working days']:.2f} times the plain way")


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000)
