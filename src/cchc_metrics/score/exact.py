"""Exact arithmetic of points: half-up rounding where a scheme declares it, and writing a fraction without losing any of it."""

from __future__ import annotations

from fractions import Fraction

from cchc_metrics.text import Lang


def half_up(value: Fraction, decimals: int) -> Fraction:
    """Return a number rounded to some decimals, a half away from zero, in decimal arithmetic.

    Args:
        value: the exact number.
        decimals: how many digits to keep, 0 or more.

    >>> half_up(Fraction(4692, 1000), 2), half_up(Fraction(-1, 200), 2)
    (Fraction(469, 100), Fraction(-1, 100))
    """
    scale = 10**decimals
    units = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    return Fraction(-units if value < 0 else units, scale)


def decimal_digits(value: Fraction) -> int | None:
    """Return how many decimals a number needs to be written exactly, or None where no number of them suffices.

    >>> decimal_digits(Fraction(1, 8)), decimal_digits(Fraction(1, 3))
    (3, None)
    """
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def exact_text(value: Fraction) -> str:
    """Return a number as text that reads back as the same number: ``"14.81"``, or ``"2/3"`` where decimals do not end.

    >>> exact_text(Fraction(1481, 100)), exact_text(Fraction(2, 3)), exact_text(Fraction(-1, 8))
    ('14.81', '2/3', '-0.125')
    """
    digits = decimal_digits(value)
    if digits is None:
        return f"{value.numerator}/{value.denominator}"
    return _decimal(value, digits)


def shown(value: Fraction, lang: Lang = "vi", decimals: int = 2) -> str:
    """Return a number for a reader: half-up to some decimals, no zeros at its end, ``14,81`` or ``14.81``.

    >>> shown(Fraction(4692, 1000)), shown(Fraction(5, 2), "en"), shown(Fraction(-1, 1000))
    ('4,69', '2.5', '0')
    """
    text = _decimal(half_up(value, decimals), decimals)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if lang == "vi" else text


def _decimal(value: Fraction, digits: int) -> str:
    whole, part = divmod(int(abs(value) * 10**digits), 10**digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}" + (f".{part:0{digits}}" if digits else "")
