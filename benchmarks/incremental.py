"""Times what a day's rows cost on top of a tally, and checks first that the sum is the whole; asserts nothing about time. See README.md.

python -m benchmarks.incremental [ROWS] [NEW]
"""

from __future__ import annotations

import sys
import time
from statistics import median

from benchmarks.reference_work import library
from benchmarks.reference_work.make import make


def main(rows: int, new: int, runs: int = 5) -> None:
    """Print the cost of counting all rows anew, of counting the new ones, and of the addition."""
    _, work = make(rows + new)
    whole = library.prepare(work)

    def part(start: int, stop: int) -> library.Prepared:
        return library.Prepared(whole.columns.part(start, stop), work, whole.periods, whole.units, whole.catalogue, whole.options)

    before, after = part(0, rows), part(rows, rows + new)
    yesterday = library.count(before)
    assert yesterday + library.count(after) == library.count(whole), "yesterday and today are not the whole"
    times: list[tuple[float, float, float]] = []
    for _ in range(runs):
        marks = [time.perf_counter()]
        today = library.count(after)
        marks.append(time.perf_counter())
        yesterday + today
        marks.append(time.perf_counter())
        library.count(whole)
        marks.append(time.perf_counter())
        times.append((marks[1] - marks[0], marks[2] - marks[1], marks[3] - marks[2]))
    counted, added, anew = (1000 * median(column) for column in zip(*times, strict=True))
    print(f"{rows:,} dossiers before, {new:,} new: {counted:.2f} ms to count the new, {added:.2f} ms to add; all anew {anew:.1f} ms")


if __name__ == "__main__":
    main(*(int(float(text)) for text in sys.argv[1:] or ("1e7", "1e4")))
