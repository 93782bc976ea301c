"""Draws the pictures of docs/pictures.md: ``python docs/draw.py``."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import cchc_metrics as cm
from cchc_metrics.score import GivenPoints, qd766, score_units
from cchc_metrics.score.card import Scorecards

ROOT = Path(__file__).parents[1]
UNIT = "H20.38"


@cache
def data() -> cm.Dataset:
    return cm.read_folder(ROOT / "examples" / "thap-muoi")


@cache
def quarters() -> cm.Measures:
    return data().measures(*(f"{year}-Q{n}" for year in (2020, 2021) for n in range(1, 5)))


def scores() -> Scorecards:
    """Return made-up scores of the communes, always the same."""
    dice = random.Random(766)  # noqa: S311  nothing is secret
    most = {c.id: int(c.max or 0) for field in qd766().fields for c in field.criteria}
    communes = data().units.at_level("commune")
    return score_units({u: {c: GivenPoints(Fraction(n * dice.randint(45, 100), 100)) for c, n in most.items()} for u in communes}, qd766())


def names() -> Mapping[str, str]:
    return {code: data().units.unit(code).full_name for code in data().units.codes}


PICTURES: Mapping[str, Callable[[], Any]] = {
    "over-time": lambda: quarters().plot("resolved_on_time", UNIT, target=98),
    "units": lambda: data().measures("2021").plot("resolved_on_time", UNIT, target=99),
    "sample": lambda: data().measures("2021").plot("satisfaction", UNIT, target=90),
    "changes": lambda: data().deltas("2021").plot("resolved_on_time"),
    "form06": lambda: data().form06("2021").plot(),
    "overdue": lambda: quarters().plot("dossiers_pending_overdue", UNIT, by="age"),
    "why": lambda: data().contributions("field", "resolved_on_time", period="2021").plot(),
    "scores": lambda: scores().plot(names()),
}
"""File name → what draws it."""


if __name__ == "__main__":
    folder = ROOT / "docs" / "images"
    folder.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        draw().savefig(folder / f"{name}.png", metadata={"Software": None})
