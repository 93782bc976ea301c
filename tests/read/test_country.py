"""The whole country across 01/07/2025: a commune of whole predecessors has the sum of their counts as its baseline, no other has any."""

from __future__ import annotations

import pytest
from tests.country import Country

import cchc_metrics as cm

COUNTRY = Country()


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> cm.UnitTree:
    return cm.units_from_changes(COUNTRY.write(tmp_path_factory.mktemp("country") / "changes.csv"))


def test_the_country_is_as_large_as_the_real_one() -> None:
    reused = [code for code, made_of in COUNTRY.made_of.items() if code in made_of]
    assert len(COUNTRY.edges) > 10_000
    assert len(COUNTRY.made_of) > 3_000
    assert len(COUNTRY.divided) > 90
    assert len(reused) == len(COUNTRY.made_of)


def test_every_baseline_is_the_sum_of_its_rows(units: cm.UnitTree) -> None:
    """Counted the plain way: by the code and the year of each row."""
    on_time: dict[tuple[str, int], int] = {}
    ended: dict[tuple[str, int], int] = {}
    rows = list(COUNTRY.dossiers())
    for code, received, due, end in rows:
        key = (code, received.year)
        on_time[key] = on_time.get(key, 0) + (end <= due)
        ended[key] = ended.get(key, 0) + 1
    codes, receipts, dues, ends = zip(*rows, strict=True)
    data = cm.Dataset(
        units=units,
        unit="01",
        catalogue=cm.Catalogue.default().select(["resolved_on_time"]),
        dossiers={
            "dossier_id": [f"H{n}" for n in range(len(rows))],
            "unit_code": list(codes),
            "status": ["returned"] * len(rows),
            "received_at": list(receipts),
            "due_at": list(dues),
            "ended_at": list(ends),
        },
    )
    assert not data.problems.rejected
    deltas = data.deltas("2025-Q4", baseline_period="2024-Q4")
    exact = 0
    for code, made_of in COUNTRY.made_of.items():
        found = deltas["resolved_on_time", code]
        assert found.current.denominator == ended[code, 2025]
        if COUNTRY.divided.intersection(made_of):
            assert found.status is cm.Status.NOT_COMPARABLE
            assert found.baseline is None
            continue
        exact += 1
        assert found.baseline is not None
        assert (found.baseline.numerator, found.baseline.denominator) == (
            sum(on_time[old, 2024] for old in made_of),
            sum(ended[old, 2024] for old in made_of),
        )
    assert exact == sum(not COUNTRY.divided.intersection(made_of) for made_of in COUNTRY.made_of.values())
    assert exact > 2_900
