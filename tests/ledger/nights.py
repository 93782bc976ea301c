"""What the tests of the ledger bring in a night, and the one reading of all rows that says what is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from tests.read.test_rows import UNITS

from cchc_metrics.dataset import Dataset
from cchc_metrics.ledger.disk import Disk
from cchc_metrics.ledger.ledger import Ledger
from cchc_metrics.records.choices import Status
from cchc_metrics.records.problems import Problems

PERIODS = ("2020-12", "2021-02", "2021-Q1", "2021")
FIRST = date(2021, 1, 20)
SCHEMA = pa.schema(
    {
        "dossier_id": pa.string(),
        "unit_code": pa.string(),
        "procedure_code": pa.string(),
        "status": pa.string(),
        "channel": pa.string(),
        "submitted_at": pa.timestamp("s"),
        "received_at": pa.timestamp("s"),
        "due_at": pa.date32(),
        "ended_at": pa.date32(),
        "term": pa.float64(),
        "term_unit": pa.string(),
        "paused_days": pa.int32(),
        "supplement_requests": pa.int32(),
        "postal_in": pa.string(),
        "paid_online": pa.string(),
        "stated_timing": pa.string(),
    }
)
Rows = list[dict[str, Any]]
DAYS = st.dates(date(2020, 11, 25), date(2021, 4, 20))
MOMENTS = st.builds(datetime.combine, DAYS, st.sampled_from([datetime.min.time(), datetime(1, 1, 1, 9, 30).time()]))


@st.composite
def dossier(draw: st.DrawFn, ids: Sequence[str | None]) -> dict[str, Any]:
    """Return a strategy for a row as a database gives it: mostly good, some late, some impossible, some without an id."""
    received = draw(MOMENTS)
    good = draw(st.integers(0, 7)) > 0
    ended = draw(st.none() | st.integers(-1, 60).map(lambda n: received.date() + timedelta(days=n)))
    return {
        "dossier_id": draw(st.sampled_from(ids)),
        "unit_code": draw(st.sampled_from(["TM", "TM.01", "TM.02", "TM.03"] if good else ["TM.01", "??", None])),
        "procedure_code": draw(st.sampled_from(["1.001", "1.002", None])),
        "status": draw(st.sampled_from([s.value for s in Status] if good else ["", "99", "9"])),
        "channel": draw(st.sampled_from(["online", "counter", "postal", None])),
        "submitted_at": draw(st.none() | st.integers(0, 5).map(lambda n: received - timedelta(days=n))),
        "received_at": None if draw(st.integers(0, 9)) == 0 else received,
        "due_at": draw(st.none() | st.integers(0, 40).map(lambda n: received.date() + timedelta(days=n))),
        "ended_at": ended,
        "term": draw(st.sampled_from([None, 0.5, 5.0, 20.0] if good else [-1.0, 0.3])),
        "term_unit": draw(st.sampled_from(["working_days", "hours", None])),
        "paused_days": draw(st.sampled_from([None, 0, 4])),
        "supplement_requests": draw(st.sampled_from([None, 0, 2])),
        "postal_in": draw(st.sampled_from(["yes", "no", None])),
        "paid_online": draw(st.sampled_from(["yes", "no", None])),
        "stated_timing": draw(st.sampled_from(["early", "in_time", "late", "not_said"])),
    }


def table(rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def data(day: date, rows: Rows | None = None) -> Dataset:
    """Return the dataset of all rows, exported on a day."""
    return Dataset(UNITS, unit="TM", as_of=day) if rows is None else Dataset(UNITS, unit="TM", as_of=day, dossiers=table(rows))


def ledger(path: Path, disk: Disk | None = None) -> Ledger:
    made = data(FIRST).ledger(path, *PERIODS)
    return made if disk is None else Ledger.at(path, made.question, made.asked, disk)


class Town:
    """What a one-stop has, and what is right of it: one reading of all rows as they stand."""

    def __init__(self) -> None:
        self.day = FIRST
        self.of_id: dict[str, Rows] = {}

    def after(self, rows: Rows, day: date, removed: Sequence[str] = ()) -> Town:
        """Return the town with the rows of a night."""
        found = Town()
        found.day = day
        given: dict[str, Rows] = {}
        for row in rows:
            if row["dossier_id"]:
                given.setdefault(row["dossier_id"], []).append(row)
        found.of_id = {name: own for name, own in self.of_id.items() if name not in removed} | given
        return found

    def in_month(self, month: str) -> set[str]:
        """Return the ids of the rows that were received in a month; of an id with several rows the first says it."""
        return {name for name, own in self.of_id.items() if own[0]["received_at"] and f"{own[0]['received_at']:%Y-%m}" == month}

    @property
    def rows(self) -> Rows:
        return [row for own in self.of_id.values() for row in own]

    def tally(self, as_of: date | None = None) -> bytes:
        whole = data(self.day, self.rows)
        asked = whole if as_of is None else whole.replace(as_of=as_of)
        return asked.tally(PERIODS, sets=whole.catalogue.event_sets()).to_bytes()

    def problems(self) -> tuple[int, int, Mapping[str, int]]:
        return numbers(data(self.day, self.rows).problems)


def numbers(problems: Problems) -> tuple[int, int, Mapping[str, int]]:
    """Return how many rows were read and rejected and how many problems they have; without what is said of the table as such."""
    of_table = {"empty_table", "column_follows", "unused_date_column"}
    return problems.read, problems.rejected, {c.value: n for c, n in problems.by_code().items() if c.value not in of_table}
