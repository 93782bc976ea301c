"""Scoring schemes as data: fields, criteria and rules of every shape in use; exact points, rescaling, bands, ranks and what-if.

``score_scheme`` is the verb; the package is called after it, so the function has the longer name.
"""

from __future__ import annotations

from cchc_metrics.score.builtin import commune_example, district_example, qd766
from cchc_metrics.score.card import Line, Scorecard
from cchc_metrics.score.cheapest import CheapestWay, cheapest_way
from cchc_metrics.score.check import SchemeFinding, check_scheme
from cchc_metrics.score.choices import with_choices
from cchc_metrics.score.dump import dump_scheme
from cchc_metrics.score.evaluate import score_scheme, score_units
from cchc_metrics.score.facts import Absent, GivenPoints, Ratio, Value
from cchc_metrics.score.inputs import Inputs, inputs_from_measures, load_inputs, load_unit_inputs
from cchc_metrics.score.load import SchemeError, load_scheme
from cchc_metrics.score.ranking import Ranking, rank_units
from cchc_metrics.score.scheme import Scheme
from cchc_metrics.score.whatif import WhatIf, what_if

__all__ = [
    "Absent",
    "CheapestWay",
    "GivenPoints",
    "Inputs",
    "Line",
    "Ranking",
    "Ratio",
    "Scheme",
    "SchemeError",
    "SchemeFinding",
    "Scorecard",
    "Value",
    "WhatIf",
    "cheapest_way",
    "check_scheme",
    "commune_example",
    "district_example",
    "dump_scheme",
    "inputs_from_measures",
    "load_inputs",
    "load_scheme",
    "load_unit_inputs",
    "qd766",
    "rank_units",
    "score_scheme",
    "score_units",
    "what_if",
    "with_choices",
]
