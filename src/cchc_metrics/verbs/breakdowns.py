"""Which breakdowns an indicator has: the dimensions that every set of events behind it knows."""

from __future__ import annotations

from collections.abc import Sequence

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, event_sets, set_with, sets_like
from cchc_metrics.errors import InputError, suggestion


def check_breakdown(catalogue: Catalogue, indicator: str, dims: Sequence[str]) -> None:
    """Refuse dimensions by which an indicator cannot be broken down.

    Args:
        catalogue: with the indicator.
        indicator: its id.
        dims: the dimensions wanted, all at once; the level of the unit is not among them.

    Raises:
        InputError: names the dimension and those that there are.
    """
    names = (*catalogue[indicator].numerator, *catalogue[indicator].denominator)
    counts = [count for name in names if (count := catalogue.counts[name.removeprefix("-")]).kind != UNITS_KIND]
    sets = [(events, count.where) for count in counts for events in (count.events, count.until) if events]
    known = {dim.name for events, _ in sets for like in sets_like(events) for dim in event_sets()[like].dims}
    possible = [d for d in sorted(known) if all(set_with(events, {*where, d}) for events, where in sets)]
    for dim in dims:
        if dim not in possible:
            vi, en = suggestion(dim, possible)
            listed = ", ".join(["level", *possible])
            raise InputError(
                f"«{indicator}» không chia được theo «{dim}»{vi}; có: {listed}",
                f"«{indicator}» cannot be broken down by «{dim}»{en}; there are: {listed}",
            )
    if not all(set_with(events, {*where, *dims}) for events, where in sets):
        given = ", ".join(dims)
        raise InputError(
            f"«{indicator}» không chia được cùng lúc theo {given}", f"«{indicator}» cannot be broken down by {given} at the same time"
        )
