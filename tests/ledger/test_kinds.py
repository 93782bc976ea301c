"""Every kind whose rows have an id of their own can be kept in a ledger: whatever its rows are, they are counted as one reading does."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.nights import numbers

from cchc_metrics.dataset import Dataset
from cchc_metrics.records.columns import columns_of, stacked
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.testing import STRATEGIES, UNITS

KEPT = [kind for kind in KINDS.values() if len(kind.id_columns) == 1 and kind.event_sets]
TREE = UnitTree([Unit(code=code, name=code, level="commune") for code in UNITS])
PERIODS = ["2021", "2021-Q2", "2022-02"]


def test_these_kinds_are_kept() -> None:
    assert [kind.name for kind in KEPT] == ["dossiers", "meetings", "outreach", "petitions"]


@given(st.sampled_from(KEPT), st.data(), st.dates(date(2020, 6, 1), date(2023, 3, 1)), st.integers(0, 400))
@settings(max_examples=25)
def test_two_nights_are_one_reading(kind: Kind, data: st.DataObject, first: date, after: int) -> None:
    drawn = data.draw(st.lists(STRATEGIES[kind.name](), min_size=1, max_size=10))
    name = kind.id_columns[0]
    records = [record.model_copy(update={name: f"{at % 6}"}) for at, record in enumerate(drawn)]
    before, later = records[:6], records[6:]
    one, two = (replace(columns_of(kind.model, rows), file="") for rows in (before, later))
    last = first + timedelta(days=after)
    left = np.array([getattr(record, name) not in {getattr(other, name) for other in later} for record in before])
    with tempfile.TemporaryDirectory() as folder:
        ledger = Dataset(TREE, unit=UNITS[0], as_of=first).ledger(Path(folder) / "so", *PERIODS, kind=kind.name)
        ledger.update(one, day=first)
        expected = stacked(kind.model, [one])
        for day, rows in ((first, None), (last, two)):
            if rows is not None:
                ledger.update(rows, day=day, far=True)
                expected = stacked(kind.model, [one.take(np.flatnonzero(left)), rows])
            whole = Dataset(TREE, unit=UNITS[0], as_of=ledger.day, tables={kind.name: expected})
            assert ledger.tally().to_bytes() == whole.tally(PERIODS, sets=whole.catalogue.event_sets()).to_bytes()
            found, wanted = numbers(ledger.problems()), numbers(whole.problems)
            # Rows that are given as columns were read before: nobody asks again whether their dates lie in the future.
            assert found[:2] == wanted[:2]
            assert {code: n for code, n in found[2].items() if code != "date_in_future"} == wanted[2]
            assert ledger.tally(as_of=first) == ledger.dataset().replace(as_of=first).tally(PERIODS, sets=whole.catalogue.event_sets())
            assert ledger.audit().sound
