"""How two readings of the same rows are compared with each other."""

from __future__ import annotations

from cchc_metrics.read.tables import Parsed


def same(one: Parsed, other: Parsed) -> None:
    """Assert that two readings found the same rows, column for column, and the same problems."""
    assert one.usable == other.usable
    assert one.problems == other.problems
    assert dict(one.columns.labels) == dict(other.columns.labels)
    assert sorted(one.columns.arrays) == sorted(other.columns.arrays)
    for name, array in one.columns.arrays.items():
        assert array.dtype == other.columns.arrays[name].dtype, name
        assert array.tolist() == other.columns.arrays[name].tolist(), name
    assert one.columns.row_numbers().tolist() == other.columns.row_numbers().tolist()
