"""Several processes give the very counts of one."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import numpy as np
import pytest

from cchc_metrics.engines.processes import tally_in_processes
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.verbs.histogram import CHUNK_ROWS
from cchc_metrics.verbs.tally import Tally, tally

MEETING = Meeting(meeting_id="1", unit_code="U0001", kind="họp UBND", held_on="2024-05-06", paperless="có")
OPTIONS: dict[str, Any] = {
    "periods": [Period.parse("2024"), Period.parse("2024-Q2@nd09")],
    "rules": Rules.preset("default"),
    "calendar": Calendar.official(),
    "as_of": date(2024, 12, 31),
}


def dossiers(rows: int) -> Columns:
    """Return so many dossiers, a few kinds over and over."""
    kinds = [
        Dossier(
            dossier_id=str(n),
            unit_code=f"U{n % 5}",
            channel="online" if n % 3 else "postal",
            status="9" if n % 4 else "4",
            received_at=date(2024, 1 + n % 12, 5),
            ended_at=date(2024, 1 + n % 12, 5 + n) if n % 4 else None,
            term=5,
            term_unit="working_days",
        )
        for n in range(17)
    ]
    few = columns_of(Dossier, kinds)
    which = np.arange(rows) % len(few)
    return few.take(which)


def rooms(rows: int) -> dict[str, Any]:
    return {"dossiers": dossiers(rows), "meetings": columns_of(Meeting, [MEETING])}


@pytest.mark.parametrize("rows", [10, CHUNK_ROWS + 1, 3 * CHUNK_ROWS + 17])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_same_counts_as_one_process(rows: int, workers: int) -> None:
    given = rooms(rows)
    found = tally_in_processes(given, workers=workers, **OPTIONS)
    assert found == tally(given, **OPTIONS)
    assert found.cubes["dossiers.received"].total == rows


def test_a_tally_travels_between_processes() -> None:
    counted = tally(rooms(100), **OPTIONS)
    again: Tally = pickle.loads(pickle.dumps(counted))  # noqa: S301  made in the line itself
    assert again == counted
    assert again + counted == counted + again


def test_no_worker_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one worker: 0"):
        tally_in_processes({}, workers=0, **OPTIONS)


def test_a_process_that_dies_is_told_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    given = rooms(2 * CHUNK_ROWS)
    monkeypatch.setattr("cchc_metrics.engines.processes._count", lambda *_: None)
    with pytest.raises(RuntimeError, match="ended without an answer"):
        tally_in_processes(given, workers=2, **OPTIONS)
