"""Times the verdict on dossiers: typed columns (Arrow) judged whole, against the record model row by row.

``python -m benchmarks.validate [ROWS]``, one million rows for the columns by default; the model has a tenth of them, 10^5 at most.

The verdicts are compared first: which rows are valid, what is wrong with how many, and the records themselves. The model knows nothing of
other rows, so it finds no repeated ids; the columns are timed without looking for them, which is what the model does, and with it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.files.make_files import table_of
from benchmarks.reference_work.make import make
from benchmarks.results import machine, size_text, table
from cchc_metrics.read.checks import Given
from cchc_metrics.read.findings import Findings
from cchc_metrics.read.tables import Parsed, judge
from cchc_metrics.read.typed import raw_table, read_arrow
from cchc_metrics.records.dossier import KIND, Dossier
from cchc_metrics.records.record import RecordError

MODEL_ROWS = 100_000
BAD_SHARE = 0.01
RUNS = 5


def bad_table(rows: int, *, seed: int = 7) -> pa.Table:
    """Return dossiers as a data warehouse exports them, of which one in a hundred is bad or repeats the id of another."""
    columns, _ = make(rows, units=150, years=1, seed=seed)
    cells = table_of(columns, 0)
    ended = np.flatnonzero(cells["ended_at"].is_valid())
    ways = iter(np.array_split(np.random.default_rng(seed).permutation(ended)[: int(rows * BAD_SHARE)], 10))
    texts = {
        "dossier_id": [(next(ways), ""), (next(ways), cells["dossier_id"][0].as_py())],
        "unit_code": [(next(ways), None)],
        "channel": [(next(ways), "fax")],
        "status": [(next(ways), "lost")],
        "term_unit": [(next(ways), None)],
    }
    for name, changes in texts.items():
        column = np.array(cells[name].cast(pa.string()).to_pylist(), dtype=object)
        for where, text in changes:
            column[where] = text
        spoilt = pa.array(column, pa.string())
        cells = _with(cells, name, spoilt if name == "dossier_id" else spoilt.dictionary_encode())
    numbers = {
        "received_at": (next(ways), None),
        "ended_at": (next(ways), 17_500),
        "term": (next(ways), 99_999),
        "paused_days": (next(ways), -3),
    }
    for name, (where, number) in numbers.items():
        column = np.array(cells[name].cast(pa.int32()).to_pylist(), dtype=object)
        column[where] = number
        cells = _with(cells, name, pa.array(column, pa.int32()).cast(cells[name].type))
    return cells.combine_chunks()


def _with(cells: pa.Table, name: str, column: Any) -> pa.Table:
    return cells.set_column(cells.schema.names.index(name), name, column)


def by_model(rows: list[dict[str, Any]]) -> tuple[list[Dossier | None], Counter[str]]:
    """Return the record of each row, None where it is bad, and how many mistakes of each code there are."""
    records: list[Dossier | None] = []
    codes: Counter[str] = Counter()
    for row in rows:
        try:
            records.append(Dossier(**row))
        except RecordError as error:
            records.append(None)
            codes.update(code.value for code in error.codes)
    return records, codes


def by_columns(cells: pa.Table, *, keep_ids: bool, repeated: bool) -> Parsed:
    """Return the verdict on typed columns; ``repeated`` says whether repeated ids are looked for."""
    positions = {name: at for at, name in enumerate(cells.schema.names)}
    raw = raw_table(KIND, cells, positions, keep_ids=keep_ids, distinct=not repeated)
    return judge(raw, {name: raw.columns[at] for name, at in positions.items()}, KIND, Given(), Findings(""))


def same_verdict(cells: pa.Table) -> str:
    """Compare the verdicts of both, end the command at a difference, and return what both say."""
    records, codes = by_model(cells.to_pylist())
    valid = [row for row, record in enumerate(records, start=1) if record is not None]
    parsed = by_columns(cells, keep_ids=True, repeated=False)
    found = {code.value: n for code, n in parsed.problems.by_code().items() if code.severity == "error"}
    if parsed.columns.row_numbers().tolist() != valid:
        sys.exit("the model and the columns do not agree on which rows are valid")
    if found != dict(codes):
        sys.exit(f"the model finds {dict(codes)}, the columns {found}")
    if list(parsed.columns.records()) != [record for record in records if record is not None]:
        sys.exit("the model and the columns do not give the same records")
    slim = by_columns(cells, keep_ids=False, repeated=False)
    if (slim.problems, slim.columns.row_numbers().tolist()) != (parsed.problems, valid):
        sys.exit("the verdict depends on whether ids are kept")
    return f"{len(valid)} valid + {parsed.problems.rejected} rejected of {parsed.problems.read}; {dict(sorted(found.items()))}"


def seconds_of(work: Callable[[], object], runs: int) -> list[float]:
    """Return the seconds of some runs, after one that is not counted."""
    found = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found[1:]


def main(rows: int) -> None:
    """Compare, time and print."""
    few = min(MODEL_ROWS, max(rows // 10, 1))
    print(machine())
    cells = bad_table(rows)
    print(f"the same verdict of both: {same_verdict(cells.slice(0, few))}", flush=True)
    listed = cells.slice(0, few).to_pylist()
    ways: dict[str, tuple[Callable[[], object], int]] = {
        "model, row by row": (lambda: by_model(listed), few),
        "columns": (lambda: by_columns(cells, keep_ids=False, repeated=False), rows),
        "columns, ids kept": (lambda: by_columns(cells, keep_ids=True, repeated=False), rows),
        "columns, repeated ids looked for": (lambda: by_columns(cells, keep_ids=False, repeated=True), rows),
        "read_arrow: repeated ids, ids kept": (lambda: read_arrow(KIND, cells), rows),
    }
    lines, model = [], 0.0
    for name, (work, n) in ways.items():
        times = seconds_of(work, RUNS if n > few else 3)
        each = statistics.median(times) / n
        model = model or each
        spread = f"{min(times) / n * 1e9:,.0f}–{max(times) / n * 1e9:,.0f}"
        lines.append([name, size_text(n), f"{each * 1e9:,.0f}", spread, f"{model / each:,.0f}"])
    print(table(["verdict by", "rows", "ns a row", "fastest–slowest", "times as fast as the model"], lines))


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
