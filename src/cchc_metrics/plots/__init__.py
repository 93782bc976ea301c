"""Pictures of answer tables: each reads the columns of a table and returns a figure of matplotlib (extra ``plot``)."""

from __future__ import annotations

from cchc_metrics.plots.style import figure_svg

__all__ = ["figure_svg"]
