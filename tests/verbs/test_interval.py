"""The margin of a sample: inside 0 to 100, around the share, narrower with more answers, the ends that solve the defining equation."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.verbs.interval import interval_95

Z2 = Fraction("1.959963984540054") ** 2
samples = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(samples)
def test_the_ends_lie_one_quantile_from_the_share(sample: tuple[int, int]) -> None:
    yes, asked = sample
    found = interval_95(yes, asked)
    assert found is not None
    share = Fraction(yes, asked)
    assert 0 <= found[0] <= 100 * share <= found[1] <= 100
    for end in (end / 100 for end in found):
        # Wilson: the ends p solve (share - p)^2 = z^2 p (1 - p) / n.
        assert abs((share - end) ** 2 - Z2 * end * (1 - end) / asked) < Fraction(1, 10**11)


@given(samples, st.integers(2, 20))
def test_more_answers_of_the_same_share_give_a_narrower_interval(sample: tuple[int, int], times: int) -> None:
    few, many = interval_95(*sample), interval_95(sample[0] * times, sample[1] * times)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]


@given(samples)
def test_yes_and_no_mirror_each_other(sample: tuple[int, int]) -> None:
    yes, no = interval_95(*sample), interval_95(sample[1] - sample[0], sample[1])
    assert yes is not None
    assert no is not None
    assert abs(yes[0] + no[1] - 100) <= Fraction(1, 10**9)


def test_nobody_asked() -> None:
    assert interval_95(0, 0) is None


@pytest.mark.parametrize(
    ("yes", "asked", "low", "high"), [(0, 10, "0.00", "27.75"), (10, 10, "72.25", "100.00"), (5, 10, "23.66", "76.34")]
)
def test_textbook_values(yes: int, asked: int, low: str, high: str) -> None:
    found = interval_95(yes, asked)
    assert found is not None
    assert [f"{float(end):.2f}" for end in found] == [low, high]
