"""Numbers and dates as they are printed, in Vietnamese and in English: the one place where anything is rounded.

A number that stands beside another (a value beside its target or baseline, points beside their maximum, a change beside none) is given it
as ``beside``, and prints with as many more decimals as it takes to differ from it; so what is printed compares as the exact numbers do.

All arithmetic is on integers. A binary float is refused: 40,62/80 is 50,775 % exactly and rounds to 50,78, while
the float nearest to it can fall to either side.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import SupportsIndex, TypeAlias

from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.text import Lang, Text

Exact: TypeAlias = int | Fraction | Decimal
"""A number without a rounding error of its own."""

_MOST_DECIMALS = 1000
_MARKS = {"vi": (".", ","), "en": (",", ".")}  # thousands, decimals
_WHOLES = (Fraction(0), Fraction(100))  # "none" and "all": a claim that must be true when printed
_FEWEST_JSON_DIGITS = 10
_PLAIN_DECIMALS = 6


def round_half_up(value: Exact, decimals: int) -> Fraction:
    """Return a number rounded to some decimals, a half away from zero, exactly.

    Args:
        value: an int, ``Fraction`` or ``Decimal``.
        decimals: how many digits to keep after the decimal mark; 0 or more.

    Raises:
        TypeError: the value is a float (or no number), and so is no longer exact.
        ValueError: ``decimals`` is negative, or the value is a ``Decimal`` that is not finite.

    >>> round_half_up(Decimal("50.775"), 2), round_half_up(Decimal("-50.775"), 2)
    (Fraction(2539, 50), Fraction(-2539, 50))
    >>> round_half_up(Fraction(1, 2), 0)
    Fraction(1, 1)
    """
    return Fraction(_units(_exact(value), decimals), _scale(decimals))


def truncate(value: Exact, decimals: int) -> Fraction:
    """Return a number cut to some decimals, towards zero, exactly.

    Not what the library prints with; some published figures were made so, and are recognised by it.

    Args:
        value: an int, ``Fraction`` or ``Decimal``.
        decimals: how many digits to keep after the decimal mark; 0 or more.

    Raises:
        TypeError: the value is a float (or no number).
        ValueError: ``decimals`` is negative, or the value is a ``Decimal`` that is not finite.

    >>> truncate(Decimal("50.775"), 2), truncate(Decimal("-50.775"), 2)
    (Fraction(5077, 100), Fraction(-5077, 100))
    """
    exact, scale = _exact(value), _scale(decimals)
    units = abs(exact.numerator) * scale // exact.denominator
    return Fraction(-units if exact < 0 else units, scale)


def decimals_beside(value: Exact, beside: Iterable[Exact | None], decimals: int = 2) -> int:
    """Return with how many decimals a number must be printed to differ from each number beside it that it differs from.

    Rounding never changes the order of two numbers, it only makes them equal; so with these decimals, or more of them for one of the two,
    the printed numbers are in the order of the exact ones.

    Args:
        value: an int, ``Fraction`` or ``Decimal``.
        beside: the numbers that it stands beside; None for one that is not there.
        decimals: how many decimals it has at least.

    >>> decimals_beside(Fraction(1_799_900, 20_000), [90])
    3
    """
    exact = _exact(value)
    others = [other for each in beside if each is not None and (other := _exact(each)) != exact]
    while others and _units(exact, decimals) in [_units(other, decimals) for other in others]:
        decimals += 1
    return decimals


def format_number(
    value: Exact, *, decimals: int = 2, lang: Lang = "vi", strip: bool = True, group: bool = True, beside: Iterable[Exact | None] = ()
) -> str:
    """Return a number rounded half-up and written in a language: ``12.345,67`` or ``12,345.67``.

    What rounds to zero prints as zero, never with a minus sign.

    Args:
        value: an int, ``Fraction`` or ``Decimal``.
        decimals: how many digits to keep after the decimal mark; 0 or more.
        lang: ``"vi"`` or ``"en"``.
        strip: leave out zeros at the end of the decimals (100, not 100,00).
        group: separate thousands; years are not grouped, so give ``False`` for them.
        beside: the numbers that it stands beside and must be told apart from.

    Raises:
        TypeError: the value is a float (or no number).
        ValueError: ``decimals`` is negative, or the value is a ``Decimal`` that is not finite.
        CchcError: the language is not known.

    >>> format_number(Fraction(1234567, 100)), format_number(Fraction(1234567, 100), lang="en")
    ('12.345,67', '12,345.67')
    >>> format_number(Fraction(-1, 1000), strip=False), format_number(Fraction(983, 10), strip=False)
    ('0,00', '98,30')
    """
    thousands, mark = _marks(lang)
    exact = _exact(value)
    decimals = decimals_beside(exact, beside, decimals) if beside else decimals
    units = _units(exact, decimals)
    whole, part = divmod(abs(units), 10**decimals)
    digits = str(part).zfill(decimals) if decimals else ""
    if strip:
        digits = digits.rstrip("0")
    integer = f"{whole:,}".replace(",", thousands) if group else str(whole)
    return ("-" if units < 0 else "") + integer + (mark + digits if digits else "")


def format_signed(value: Exact, *, decimals: int = 2, lang: Lang = "vi", strip: bool = True, group: bool = True) -> str:
    """Return a change, written with its sign: ``+811``, ``-2,5``. Only no change prints as 0; a smaller one has more decimals.

    Args:
        value: an int, ``Fraction`` or ``Decimal``.
        decimals: how many digits to keep after the decimal mark; 0 or more.
        lang: ``"vi"`` or ``"en"``.
        strip: leave out zeros at the end of the decimals.
        group: separate thousands.

    Raises:
        TypeError: the value is a float (or no number).
        ValueError: ``decimals`` is negative, or the value is a ``Decimal`` that is not finite.
        CchcError: the language is not known.

    >>> format_signed(811), format_signed(Fraction(-5, 2)), format_signed(0), format_signed(Fraction(1, 300))
    ('+811', '-2,5', '0', '+0,003')
    """
    number = format_number(value, decimals=decimals, lang=lang, strip=strip, group=group, beside=(0,))
    return "+" + number if value > 0 else number


def format_percent(
    value_in_percent: Exact,
    *,
    decimals: int = 2,
    lang: Lang = "vi",
    strip: bool = True,
    guard_whole: bool = True,
    beside: Iterable[Exact | None] = (),
) -> str:
    """Return a rate in percent, with the sign set close: ``92,83%``.

    "100%" says that none was missed, and "0%" that none was found. With ``guard_whole`` a rate that rounds to
    one of them without being it prints with as many more decimals as it takes to show the difference, from
    either side; so 9.999 of 10.000 at one decimal is 99,99%.

    Args:
        value_in_percent: an int, ``Fraction`` or ``Decimal`` that is already in percent: 50 is one half.
        decimals: how many digits to keep after the decimal mark; 0 or more.
        lang: ``"vi"`` or ``"en"``.
        strip: leave out zeros at the end of the decimals.
        guard_whole: print 0% and 100% for the exact values only.
        beside: the numbers that it stands beside and must be told apart from.

    Raises:
        TypeError: the value is a float (or no number).
        ValueError: ``decimals`` is negative, or the value is a ``Decimal`` that is not finite.
        CchcError: the language is not known.

    >>> format_percent(Fraction(9283, 100)), format_percent(Fraction(9283, 100), lang="en")
    ('92,83%', '92.83%')
    >>> format_percent(Fraction(9999, 100), decimals=1)
    '99,99%'
    >>> format_percent(Fraction(9999, 100), decimals=1, guard_whole=False)
    '100%'
    >>> format_percent(Fraction(1_799_900, 20_000), beside=[90]), format_percent(90, beside=[Fraction(1_799_900, 20_000)])
    ('89,995%', '90%')
    >>> format_percent(Fraction(100, 30_000)), format_percent(Fraction(100 * 30_001, 30_000))
    ('0,003%', '100,003%')
    """
    apart = (*_WHOLES, *beside) if guard_whole else beside
    return format_number(value_in_percent, decimals=decimals, lang=lang, strip=strip, beside=apart) + "%"


def format_points(value: Exact, lang: Lang = "vi", *, decimals: int = 2, strip: bool = True) -> str:
    """Return the difference of two rates, in percentage points: ``+2,5 điểm phần trăm``. Only no difference prints as 0.

    Not a percentage: 12 % against 10 % is +2 percentage points and +20 %.

    Args:
        value: an int, ``Fraction`` or ``Decimal``, in percentage points.
        lang: ``"vi"`` or ``"en"``.
        decimals: how many digits to keep after the decimal mark; 0 or more.
        strip: leave out zeros at the end of the decimals.

    Raises:
        TypeError: the value is a float (or no number).
        ValueError: ``decimals`` is negative, or the value is a ``Decimal`` that is not finite.
        CchcError: the language is not known.

    >>> format_points(Fraction(5, 2)), format_points(Fraction(5, 2), "en")
    ('+2,5 điểm phần trăm', '+2.5 percentage points')
    >>> format_points(-1, "en"), format_points(0)
    ('-1 percentage point', '0 điểm phần trăm')
    """
    number = format_signed(value, decimals=decimals, lang=lang, strip=strip)
    if lang == "vi":
        return number + " điểm phần trăm"
    return number + (" percentage point" if number in {"+1", "-1"} else " percentage points")


def format_count(value: int, lang: Lang = "vi") -> str:
    """Return a count of things, thousands separated: ``2.096`` or ``2,096``.

    Args:
        value: a whole number; below zero too, for a change.
        lang: ``"vi"`` or ``"en"``.

    Raises:
        TypeError: the value is not an integer: things are counted, never rounded.
        CchcError: the language is not known.

    >>> format_count(2096), format_count(2096, "en")
    ('2.096', '2,096')
    """
    whole = _integer(value)
    if whole is None:
        raise TypeError(f"{value!r} is a {type(value).__name__}, not an int: things are counted, never rounded")
    return f"{whole:,}".replace(",", _marks(lang)[0])


def grouped(count: int) -> Text:
    """Return a count with its thousands separated as each language does.

    >>> grouped(2096)
    Text(vi='2.096', en='2,096')
    """
    return Text(format_count(count, "vi"), format_count(count, "en"))


def format_date(date: dt.date, lang: Lang = "vi") -> str:
    """Return a date as dd/mm/yyyy in Vietnamese and as yyyy-mm-dd in English; of an instant, its date.

    Args:
        date: a date or a datetime.
        lang: ``"vi"`` or ``"en"``.

    Raises:
        CchcError: the language is not known.

    >>> format_date(dt.date(2021, 12, 31)), format_date(dt.date(2021, 12, 31), "en")
    ('31/12/2021', '2021-12-31')
    """
    _marks(lang)
    if lang == "vi":
        return f"{date.day:02}/{date.month:02}/{date.year:04}"
    return f"{date.year:04}-{date.month:02}-{date.day:02}"


def format_decimal_exact(value: Exact, digits: int = 10) -> str:
    """Return a number as a plain decimal string for machines: a point, no exponent, no zeros at its end.

    Exact when the decimals end within ``digits``; otherwise rounded half-up there. The exact value of a measure is
    its numerator and denominator, which stand beside this string.

    Args:
        value: an int, ``Fraction`` or ``Decimal``.
        digits: how many digits to keep after the point; 10 or more.

    Raises:
        TypeError: the value is a float (or no number).
        ValueError: fewer than 10 digits, or the value is a ``Decimal`` that is not finite.

    >>> format_decimal_exact(Fraction(9283, 100)), format_decimal_exact(Fraction(2, 3))
    ('92.83', '0.6666666667')
    >>> format_decimal_exact(Fraction(-1, 8)), format_decimal_exact(Fraction(10**12))
    ('-0.125', '1000000000000')
    """
    if digits < _FEWEST_JSON_DIGITS:
        raise ValueError(f"digits must be {_FEWEST_JSON_DIGITS} or more, not {digits}: a reader must be able to round for himself")
    exact = _exact(value)
    return decimal_text(exact.numerator, exact.denominator, digits)


def decimal_text(numerator: int, denominator: int, digits: int = _FEWEST_JSON_DIGITS) -> str:
    """Return a quotient as ``format_decimal_exact`` does, from its two integers: a million of them are written without a fraction each.

    Args:
        numerator: any integer.
        denominator: a positive integer.
        digits: how many digits to keep after the point.

    >>> decimal_text(928_300, 10_000), decimal_text(-2, 3), decimal_text(0, 7)
    ('92.83', '-0.6666666667', '0')
    """
    scale = 10**digits
    units = (2 * abs(numerator) * scale + denominator) // (2 * denominator)
    whole, part = divmod(units, scale)
    text = f"{whole}.{part:0{digits}}".rstrip("0").removesuffix(".") if part else str(whole)
    return "-" + text if numerator < 0 and units else text


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
    return str(value) if digits is None else format_number(value, decimals=digits, lang="en", group=False)


def plain(value: Exact | None, *, beside: Iterable[Exact | None] = ()) -> str:
    """Return a number as answers print themselves: a point, at most six decimals; one that goes on ends in ``…``, cut and never rounded.

    Args:
        value: an int, ``Fraction`` or ``Decimal``, or None for none.
        beside: the numbers that it stands beside; it has as many more decimals as it takes to tell it from them.

    >>> plain(Fraction(9283, 100)), plain(Fraction(200, 3)), plain(Fraction(99_999_999, 1_000_000)), plain(None)
    ('92.83', '66.666666…', '99.999999', '–')
    >>> plain(Fraction(8_999_999_991, 10**8), beside=[Fraction(8_999_999_992, 10**8)])
    '89.99999991'
    """
    if value is None:
        return "–"
    exact, decimals = _exact(value), _PLAIN_DECIMALS
    others = [other for each in beside if each is not None and (other := _exact(each)) != exact]
    while others and _cut(exact, decimals) in {_cut(other, decimals) for other in others}:
        decimals += 1
    return _cut(exact, decimals)


def _cut(exact: Fraction, decimals: int) -> str:
    scaled, rest = divmod(abs(exact.numerator) * _scale(decimals), exact.denominator)
    whole, part = divmod(scaled, _scale(decimals))
    digits = f"{part:0{decimals}}" + "…" if rest else f"{part:0{decimals}}".rstrip("0")
    return f"{'-' if exact < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def _integer(value: object) -> int | None:
    """Return the int that a value is, or None; of a numpy integer too, which would overflow if it were kept."""
    if type(value) is int:  # by far the most, and asking whether a type has a method is slow
        return value
    return operator.index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else None


def _exact(value: object) -> Fraction:
    if isinstance(value, Fraction):
        if type(value.numerator) is int and type(value.denominator) is int:
            return value
        return Fraction(int(value.numerator), int(value.denominator))  # a Fraction of numpy integers keeps them
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} cannot be printed; a measure without a value has a status and a reason")
        return Fraction(value)
    if (whole := _integer(value)) is not None:
        return Fraction(whole)
    raise TypeError(
        f"{value!r} is a {type(value).__name__}, not an int, Fraction or Decimal: "
        "a binary float has lost the last digits that half-up rounding needs; "
        "keep the numerator and the denominator and pass Fraction(numerator, denominator)"
    )


def _units(exact: Fraction, decimals: int) -> int:
    """Return how many units of the last decimal a number rounds to, a half away from zero."""
    over, under = exact.numerator, exact.denominator
    units: int = (2 * abs(over) * _scale(decimals) + under) // (2 * under)
    return -units if over < 0 else units


def _scale(decimals: int) -> int:
    if not (0 <= decimals <= _MOST_DECIMALS and decimals == int(decimals)):
        vi, en = f"decimals phải là số nguyên từ 0 đến {_MOST_DECIMALS}", f"decimals must be a whole number from 0 to {_MOST_DECIMALS}"
        raise CchcError(f"{vi}, không phải {decimals!s:.40}", f"{en}, not {decimals!s:.40}")
    scale: int = 10**decimals
    return scale


def check_language(lang: str) -> None:
    """Raise an error that names the languages there are, unless the one given is among them."""
    _marks(lang)


def _marks(lang: str) -> tuple[str, str]:
    if lang not in _MARKS:
        vi, en = suggestion(lang, _MARKS)
        raise CchcError(f"không có ngôn ngữ «{lang}»; chọn vi hoặc en{vi}", f"no language «{lang}»; choose vi or en{en}")
    return _MARKS[lang]
