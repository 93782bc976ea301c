"""The command ``cchc-metrics``: a thin layer over ``read_folder`` and what a dataset answers."""

from cchc_metrics.cli.command import main as main  # first: it says which extra is missing where click is not installed

from cchc_metrics.cli import (  # isort: skip  each adds its commands to ``main``
    answers,
    folders,
    ledgers,
    lookups,
    reports,
    snapshots,
    verifying,
)

__all__ = ["answers", "folders", "ledgers", "lookups", "main", "reports", "snapshots", "verifying"]
