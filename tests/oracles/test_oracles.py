"""The whole catalogue against SQL and pandas, which know nothing of the library, on drawn districts of three years."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.oracles.drawn import UNITS, Draw, write
from tests.oracles.frames import Frames
from tests.oracles.sql import Sql

import cchc_metrics as cm
from cchc_metrics.values import Measure

YEARS = (2021, 2025, 2026)  # between them each definition of the catalogue holds at some time
ENTERED = {indicator.id for indicator in cm.Catalogue.default() if indicator.entered}


def answered(measure: Measure) -> tuple[object, object]:
    """Return what the library says: the value of a quantile, else the two numbers."""
    is_quantile = measure.indicator in ("turnaround_median", "turnaround_p90")
    return (measure.quantile if is_quantile else measure.numerator), measure.denominator


def of_one(measure: Measure) -> bool:
    """Return whether a measure is that of a whole unit, or of the one initiative that is asked about."""
    return measure.breakdown == ((("initiative", "M1"),) if measure.indicator == "initiative_replication" else ())


@pytest.fixture(scope="module", params=[Draw(seed, year) for seed, year in enumerate(YEARS)], ids=lambda draw: str(draw.year))
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Draw, cm.Dataset, Path]:
    folder = write(tmp_path_factory.mktemp("district"), request.param)
    return request.param, cm.read_folder(folder), folder


@pytest.mark.parametrize("oracle", [Sql, Frames])
def test_every_indicator_is_what_other_languages_count(counted: tuple[Draw, cm.Dataset, Path], oracle: type[Sql | Frames]) -> None:
    draw, data, folder = counted
    assert data.problems.rejected == 0
    other = oracle(folder, draw.extracted)
    compared = set()
    for period in (f"{draw.year}", f"{draw.year}-Q3", f"{draw.year}-10", f"{draw.year}-02"):
        measures = [m for m in data.measures(period) if of_one(m)]
        for unit in ("H", *UNITS):
            expected = other.measures(measures[0].period.first, measures[0].period.last, unit)
            found = {m.indicator: answered(m) for m in measures if m.unit == unit and m.numerator is not None}
            assert found == {name: expected[name] for name in found}, (period, unit)
            compared |= set(found)
    left = {m.indicator for m in data.measures(str(draw.year)) if m.status is cm.Status.NOT_APPLICABLE}
    assert compared == {indicator.id for indicator in cm.Catalogue.default()} - ENTERED - left
