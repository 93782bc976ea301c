"""The margin of a sample: a 95 % interval for a share that was asked of some and is reported of all."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from cchc_metrics.tables.numbers import round_half_up

_Z = Decimal("1.959963984540054")  # two-sided 95 % of the normal distribution


def interval_95(numerator: int, denominator: int) -> tuple[Fraction, Fraction] | None:
    """Return the lower and upper end of Wilson's 95 % interval, in percent, or None where nobody was asked.

    It never leaves 0 to 100, also where all or none were satisfied. It takes the answers for a random sample of those served; a census
    has no margin. The ends are irrational in general: they are given to 10 digits after the point.

    Args:
        numerator: how many said yes.
        denominator: how many were asked.

    >>> low, high = interval_95(190, 200)
    >>> round(float(low), 2), round(float(high), 2)
    (91.04, 97.26)
    """
    if denominator == 0:
        return None
    with localcontext() as context:
        context.prec = 40
        n, share, z2 = Decimal(denominator), Decimal(numerator) / denominator, _Z * _Z
        middle = share + z2 / (2 * n)
        margin = _Z * ((share * (1 - share) + z2 / (4 * n)) / n).sqrt()
        ends = [round_half_up(100 * end / (1 + z2 / n), 10) for end in (middle - margin, middle + margin)]
    return ends[0], ends[1]
