"""Suppress: measures for publication, without counts so small that a person could be recognised."""

from __future__ import annotations

from cchc_metrics.verbs.suppress.small import WITHHELD
from cchc_metrics.verbs.suppress.verb import suppress

__all__ = ["WITHHELD", "suppress"]
