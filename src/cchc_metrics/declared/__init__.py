"""Reading declared data, TOML or JSON: district, plan, scheme, scores, catalogue, calendar. One voice for all of them.

``parse_toml`` and ``parse_json`` decode and parse; ``Mistakes`` collects what is wrong, each with file, line, key, value and fix in
both languages, and raises all of it at once.
"""

from __future__ import annotations

from cchc_metrics.declared.mistakes import MisfitError, Mistakes, checked
from cchc_metrics.declared.model import DeclaredModel, FrozenModel
from cchc_metrics.declared.source import Declared, decode, parse_json, parse_toml, source_of
from cchc_metrics.declared.values import Day, Exact, exact

__all__ = [
    "Day",
    "Declared",
    "DeclaredModel",
    "Exact",
    "FrozenModel",
    "MisfitError",
    "Mistakes",
    "checked",
    "decode",
    "exact",
    "parse_json",
    "parse_toml",
    "source_of",
]
