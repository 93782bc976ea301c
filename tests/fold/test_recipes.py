"""What the page of recipes says beyond its examples: its program runs, and several threads may ask at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fold.asked import ask_of, only
from tests.fold.test_fold import cut, table_of
from tests.folders import ROOT, small

from cchc_metrics.dataset import Dataset
from cchc_metrics.fold import Partial, settle, tally_batches
from cchc_metrics.folder_dataset import read_folder

THREADS = 4


def program() -> str:
    """Return the program of the page."""
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    return page.split("```python\n")[1].split("```")[0]


def page_table(rows: int = 6_000) -> pa.Table:
    """Return the table of the page."""
    days = [date(2021, 1, 4) + timedelta(days=n % 300) for n in range(rows)]
    return pa.table(
        {
            "dossier_id": [f"MA-{n % 5_990}" for n in range(rows)],
            "unit_code": ["MA", "MQ"] * (rows // 2),
            "status": ["9"] * rows,
            "channel": ["1"] * rows,
            "received_at": days,
            "due_at": [day + timedelta(days=5) for day in days],
            "ended_at": [day + timedelta(days=n % 9) for n, day in enumerate(days)],
        }
    )


def test_the_program_of_the_page_says_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    for n in range(3):
        pq.write_table(page_table().slice(n * 2_000, 2_000), tmp_path / "rows" / f"{n}.parquet")
    (tmp_path / "count.py").write_text(program(), encoding="utf-8")
    command = [sys.executable, str(tmp_path / "count.py"), str(tmp_path / "rows")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  stands on the page
    assert done.stdout == "3988 5980 20\n"


def together(work: Callable[[int], Any], times: int = 12) -> list[Any]:
    """Return what threads found that all begin at once."""
    ready = threading.Barrier(THREADS)

    def begun(number: int) -> Any:
        if number < THREADS:
            ready.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begun, range(times)))


@pytest.mark.parametrize("parquet", [False, True])
def test_threads_ask_one_dataset(tmp_path: Path, *, parquet: bool) -> None:
    folder = small(tmp_path / "folder")
    if parquet:
        rows = page_table(600).set_column(1, "unit_code", pa.array(["TM.01", "TM.02"] * 300))
        pq.write_table(rows, folder / "dossiers.parquet", row_group_size=100)
        (folder / "dossiers.csv").unlink()

    def answers(data: Dataset, number: int) -> str:
        period = ("2020", "2021", "2021-Q1", "2021-03")[number % 4]
        return f"{data.measures(period).to_csv()} {list(data.problems)} {list(data.quality())} {data}"

    expected = [answers(read_folder(folder), number) for number in range(4)]
    data = read_folder(folder)
    assert together(lambda number: answers(data, number)) == expected * 3


def test_threads_count_parts_of_one_table() -> None:
    table = table_of(1_200)
    pieces = [piece for _, piece in cut(table, 8, 3)]
    ask = ask_of("dossiers", table, pieces)
    expected = settle(ask, Partial.sum(tally_batches(ask, [piece]) for piece in pieces))
    found = settle(ask, Partial.sum(together(lambda number: tally_batches(ask, [pieces[number]]), times=8)))
    assert only(found, "dossiers") == only(expected, "dossiers")
    assert found.problems == expected.problems
