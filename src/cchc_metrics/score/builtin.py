"""The schemes that come with the package: QĐ 766, and an example each for a district and for a commune."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Literal

from cchc_metrics.arguments import public
from cchc_metrics.errors import CchcError
from cchc_metrics.score.choices import with_choices
from cchc_metrics.score.load import load_scheme
from cchc_metrics.score.scheme import Scheme
from cchc_metrics.tables.numbers import exact_text

_DIVIDE_BY: Mapping[str, int] = {"year": 1, "quarter": 4, "month": 12}
_ONLINE_POINTS = 12


@public
def qd766(
    follows: Literal["seen", "sheet"] = "seen",
    *,
    online_split: tuple[int | Fraction, int | Fraction, int | Fraction] | None = None,
    period: Literal["year", "quarter", "month"] = "year",
) -> Scheme:
    """Return the scheme of QĐ 766/QĐ-TTg (23/06/2022): five groups, six leaves, 100 points.

    Args:
        follows: where the portal's published figures and its rule sheet disagree (4.2): ``seen`` follows the figures, ``sheet`` the sheet.
        online_split: the points of 3.1, 3.2 and 3.3, 12 together. The official split was not found; without it criterion 3 has no points
            unless its points are given as a whole, and so neither has the total.
        period: what is scored; it decides by what last year's total is divided where 1.4 has no denominator (12, 4 or 1).

    Raises:
        CchcError: the split does not add up to 12.

    >>> qd766(online_split=(4, 4, 4)).full, qd766()["3.1"].max
    (Fraction(100, 1), None)
    """
    choices: dict[str, object] = {"1.4:rule.fallback.divide_by": _DIVIDE_BY[period]}
    if online_split is not None:
        if sum(online_split) != _ONLINE_POINTS:
            total = exact_text(Fraction(sum(online_split)))
            raise CchcError(
                f"online_split cộng lại {total}, phải là {_ONLINE_POINTS}", f"online_split adds up to {total}, it must be {_ONLINE_POINTS}"
            )
        choices |= {f"3.{n}:max": points for n, points in enumerate(online_split, start=1)}
    return with_choices(load_builtin("qd766", variant=follows), choices)


def district_example() -> Scheme:
    """Return an example scheme for a district. It is nobody's official scheme, and every output says so.

    >>> district_example().example
    True
    """
    return load_builtin("district_example")


def commune_example() -> Scheme:
    """Return an example scheme for a commune. It is nobody's official scheme, and every output says so.

    >>> commune_example().example
    True
    """
    return load_builtin("commune_example")


BUILTIN = ("qd766", "district_example", "commune_example")
"""The names of the schemes that come with the package."""


@cache
def load_builtin(name: str, variant: str = "") -> Scheme:
    """Return a scheme that comes with the package.

    Args:
        name: one of ``BUILTIN``.
        variant: the reading that is wanted, ``""`` for the default.

    Raises:
        SchemeError: there is no such variant.
    """
    return load_scheme(builtin_text(name), file=f"{name}.toml", variant=variant)


def builtin_text(name: str) -> str:
    """Return the TOML text of a scheme that comes with the package, to start an own one from.

    Args:
        name: one of ``BUILTIN``.
    """
    return resources.files("cchc_metrics.score").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
