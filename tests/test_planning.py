"""What the page about many machines says follows from costs that are measured; the page itself is held by tests/test_pages.py."""

from __future__ import annotations

import doctest
from dataclasses import fields, replace

import pytest

from benchmarks import planning
from benchmarks.planning import COSTS, ROWS, SETUPS, cost_rows, measured, planned


def test_a_plan_is_made_of_its_costs() -> None:
    """By hand: 10^7 rows on one process, 10^9 on sixteen."""
    one = planned(10**7, 1)
    assert one.seconds == pytest.approx(10**7 * (0.08 + 0.56 + 0.04) * 1e-6)
    assert (one.memory, one.disk, one.network) == (0.75e9 + 8e7, 2 * 11.7e7, 0)
    many = planned(10**9, 16)
    assert many.network == 8e9 + 1000 * 2.1e6
    assert many.disk == 2 * 11.7e9 + 8e9
    assert many.memory == 16 * 0.75e9 + 50_000_000 * 8  # which does not grow with the rows
    assert many.seconds == pytest.approx(1e3 * (0.64 + 0.04) / 16 + 0.047 * (4 + 1000 / 16))


@pytest.mark.parametrize("rows", ROWS)
def test_more_workers_take_less_time_and_more_memory(rows: int) -> None:
    plans = [planned(rows, workers) for workers in SETUPS.values()]
    assert [one.seconds for one in plans] == sorted((one.seconds for one in plans), reverse=True)
    assert [one.memory for one in plans] == sorted(one.memory for one in plans)


def test_a_slow_network_is_what_is_waited_for() -> None:
    slow = replace(COSTS, network=1e7)
    assert planned(10**9, 16, slow).seconds > planned(10**9, 16).network / 1e7
    assert planned(10**9, 2, slow) == planned(10**9, 2)


def test_every_cost_is_shown() -> None:
    assert doctest.testmod(planning).failed == 0
    assert [name for name, _ in cost_rows()] == [each.name for each in fields(COSTS)]


def test_what_is_measured_is_what_the_plan_rests_on() -> None:
    """Few rows, whose sizes follow the same rules: 8 bytes an id, a partial smaller than that of the whole country."""
    found = measured(rows=20_000, communes=100)
    assert set(found) <= {each.name for each in fields(COSTS)}
    assert found["id_bytes"] == COSTS.id_bytes
    assert 0.02 < found["partial_bytes"] / COSTS.partial_bytes < 0.5
    assert 0.5 < found["file_bytes"] / COSTS.file_bytes < 2
