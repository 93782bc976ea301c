"""Prints what it costs that units change: the country's list loaded, and the country counted and compared across the day. See README.md.

    python -m benchmarks.through_time [--rows 1e6,1e7] [--runs 5] [--write]

A made-up country of the real one's size (``tests/country.py``) changes on 01/07/2025. Beside it stands one list of units that never
changes, the communes and provinces of today, to which all dossiers belong. Equal answers first: of every commune of whole predecessors
both have the same baseline.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from tests.country import Country

import cchc_metrics as cm
from benchmarks.results import busy, machine, table, write_section
from benchmarks.synthetic import dossier_columns
from cchc_metrics.records import Columns
from cchc_metrics.records.columns import code_dtype
from cchc_metrics.reference.days import day_number

NOW, BEFORE, AS_OF = cm.Period.parse("2025-Q4"), cm.Period.parse("2024-Q4"), date(2025, 12, 31)
A_YEAR = day_number(AS_OF) - day_number(date(2024, 12, 31))
INDICATOR = "resolved_on_time"


class Work:
    """One reading of the units, its dossiers, and what is asked."""

    def __init__(self, units: cm.UnitTree, dossiers: Columns) -> None:
        self.units, self.dossiers = units, dossiers
        self.catalogue = cm.Catalogue.default().select([each for each in cm.Catalogue.default().indicators if each.startswith("resolved")])
        self.counted = self.tallied()
        self.measures = cm.measure(self.counted, self.catalogue, units=units, periods=[NOW, BEFORE], as_of=AS_OF)
        alive = [code for code in units.codes if units.unit(code).valid_to is None]
        self.current = self.measures.filter(period=NOW, unit=alive)

    def tallied(self) -> cm.Tally:
        """Return the counts of both quarters."""
        return cm.tally(
            {"dossiers": self.dossiers},
            periods=[NOW, BEFORE],
            rules=cm.Rules.preset("default"),
            calendar=cm.Calendar.official(),
            as_of=AS_OF,
        )

    def compared(self) -> cm.Deltas:
        """Return the changes of the units of today."""
        return cm.compare(self.current, self.measures, units=self.units, baseline_period=BEFORE)


def works(country: Country, through: cm.UnitTree, rows: int) -> dict[str, Work]:
    """Return the same dossiers under one list of units, and under the units of their day."""
    kept = [unit for unit in map(through.unit, through.codes) if unit.valid_to is None]
    today = cm.UnitTree([u.model_copy(update={"valid_from": None, "predecessors": (), "parts_of": (), "continues": False}) for u in kept])
    columns = dossier_columns(rows, units=len(country.made_of), years=2)
    ended = columns.arrays["ended_at"]
    arrays = {
        **columns.arrays,
        "received_at": columns.arrays["received_at"] + A_YEAR,
        "ended_at": np.where(ended < 0, ended, ended + A_YEAR),
    }
    one = replace(columns, arrays=arrays, labels={**columns.labels, "unit_code": tuple(country.made_of)})
    keys = through.codes
    place = {key: at for at, key in enumerate(keys)}
    width = max(map(len, country.made_of.values()))
    before = []
    for code in country.made_of:
        made_of = through.predecessors(code) or through.stages(code)[:1]
        before.append([place[made_of[n % len(made_of)]] for n in range(width)])
    unit = arrays["unit_code"].astype(np.int64)
    then = np.array(before)[unit, np.arange(rows) % width]
    now = np.array([place[code] for code in country.made_of])[unit]
    codes = np.where(arrays["received_at"] <= day_number(date(2025, 6, 30)), then, now).astype(code_dtype(len(keys)))
    days = replace(one, arrays={**arrays, "unit_code": codes}, labels={**one.labels, "unit_code": keys})
    return {"one list": Work(today, one), "through time": Work(through, days)}


def check(country: Country, made: dict[str, Work]) -> int:
    """Compare the baselines of all communes of whole predecessors; return how many there are."""
    one, through = (work.compared() for work in made.values())
    exact = [code for code, made_of in country.made_of.items() if not country.divided.intersection(made_of)]
    for code in exact:
        a, b = one[INDICATOR, code].baseline, through[INDICATOR, code].baseline
        assert a is not None, code
        assert b is not None, code
        assert (a.numerator, a.denominator) == (b.numerator, b.denominator), code
    return len(exact)


def seconds(job: Callable[[], Any], runs: int) -> float:
    """Return the median processor time of some runs."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Measure, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1e6", help="dossiers (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    given = parser.parse_args()
    before, country, lines = machine(), Country(), []
    with tempfile.TemporaryDirectory() as place:
        file = country.write(Path(place) / "changes.csv")
        through = cm.units_from_changes(file)
        loaded = seconds(lambda: cm.units_from_changes(file), given.runs)
    exact = 0
    for rows in [int(float(text)) for text in given.rows.split(",")]:
        made = works(country, through, rows)
        exact = check(country, made)
        sums = []
        for name, work in made.items():
            counted, compared = seconds(work.tallied, given.runs), seconds(work.compared, given.runs)
            sums.append(counted + compared)
            ratio = sums[-1] / sums[0]
            lines.append(
                [f"{rows:,} dossiers, {name}", f"{len(work.units):,}", *(f"{s:.3f}" for s in (counted, compared, sums[-1])), f"{ratio:.2f}"]
            )
            print(*lines[-1], flush=True)
    said = (
        f"Medians of {given.runs} runs, seconds of processor time, on a machine that others used. A list of {len(country.edges):,} changes "
        f"becomes a tree of {len(through):,} units in {loaded:.2f} s. Equal answers first: the baselines of all {exact:,} communes of "
        "whole predecessors are those of one list. The aim is 1.3 times one list. The smaller the table, the more it is the cells that "
        "cost, not the rows: there are four times as many."
    )
    head = ["two quarters across 01/07/2025", "units", "tally", "compare", "both", "times one list"]
    text = "\n\n".join(["## Units that change", f"{before} At the end: {busy()}", said, table(head, lines)])
    print(text)
    if given.write:
        write_section("through_time", text)


if __name__ == "__main__":
    main()
