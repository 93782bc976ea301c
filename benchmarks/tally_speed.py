"""Times the tally of synthetic dossiers in memory and prints rows per second; asserts nothing about time.

``python -m benchmarks.tally_speed [ROWS]``, one million rows by default.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from datetime import date

from benchmarks.synthetic import dossier_columns
from cchc_metrics.count.tally import tally
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules


def main(rows: int, runs: int = 5) -> None:
    """Print the median time of ``runs`` tallies after one that is not counted."""
    columns = dossier_columns(rows)
    periods = [Period.parse("2024"), *Period.parse("2024").parts("month")]

    def once() -> tuple[float, int]:
        started = time.perf_counter()
        counted = tally(
            {"dossiers": columns}, periods=periods, rules=Rules.preset("default"), calendar=Calendar.official(), as_of=date(2024, 12, 31)
        )
        return time.perf_counter() - started, counted.cubes["dossiers.ended"].total

    timed = [once() for _ in range(runs + 1)]
    seconds, ended = [t for t, _ in timed], timed[0][1]
    median = statistics.median(seconds[1:])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} dossiers, 150 units, 13 periods, every count of the kind: {median:.3f} s (median of {runs}; first {seconds[0]:.3f} s)")
    print(f"{rows / median:,.0f} rows per second; {ended:,} ended; peak memory of the process {peak:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000)
