"""Scorecards as text, with their ranks and with what would change them, for the command and for notebooks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.score.cheapest import cheapest_way
from cchc_metrics.score.evaluate import score_units
from cchc_metrics.score.inputs import Inputs, load_inputs
from cchc_metrics.score.ranking import rank_units
from cchc_metrics.score.scheme import Scheme
from cchc_metrics.score.whatif import what_if
from cchc_metrics.text import Lang


def score_text(
    inputs: Mapping[str, Inputs],
    scheme: Scheme,
    *,
    reporting: str,
    unit: str | None = None,
    changes: Sequence[str] = (),
    cheapest: int | None = None,
    lang: Lang = "vi",
) -> str:
    """Return scorecards as text: one unit's, or all with their ranks; with what would change them where that is asked.

    Args:
        inputs: unit code → what it is scored on.
        scheme: the scheme.
        reporting: code of the unit that changes are about where none is said.
        unit: the one unit that is wanted; None for all.
        changes: ``INPUT=VALUE`` to try.
        cheapest: the cheapest way to the next band with at most so many criteria.
        lang: the language.

    Raises:
        CchcError: there is no such unit, or a change that the scheme cannot use.
    """
    if unit is not None and unit not in inputs:
        vi, en = suggestion(unit, inputs)
        raise InputError(f"không có điểm của đơn vị «{unit}»{vi}", f"there are no scores of unit «{unit}»{en}")
    chosen = unit or (next(iter(inputs)) if len(inputs) == 1 else None)
    others = {code: found for code, found in inputs.items() if code != chosen}
    if changes or cheapest is not None:
        own = chosen or reporting
        if own not in inputs:
            raise InputError("nhiều đơn vị: thêm --unit", "several units: add --unit")
        if changes:
            wanted = load_inputs("[values]\n" + "\n".join(_assignment(text) for text in changes), file="--what-if").values
            return what_if(inputs[own], scheme, wanted, others=others).to_text(lang, rows=None, width=None)
        return cheapest_way(inputs[own], scheme, cheapest or 1, peers=others).to_text(lang, rows=None, width=None)
    cards = score_units(inputs, scheme)
    shown = [cards[chosen]] if chosen else list(cards.values())
    text = "\n\n".join(card.to_text(lang, rows=None, width=None) for card in shown)
    return text if chosen else f"{text}\n\n{rank_units(cards, units=inputs).to_text(lang, rows=None, width=None)}"


def _assignment(text: str) -> str:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--what-if «{text}»: viết INPUT=GIÁ TRỊ", f"--what-if «{text}»: write INPUT=VALUE")
    return f"{json.dumps(name.strip())} = {value.strip()}"
