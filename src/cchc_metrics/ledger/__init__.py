"""The ledger: a table that changes every night, kept with its counts, so that a night costs what changed and not what is there.

A ledger is a folder of rows and counts that never change, and a head that says which of them hold (``store``). A night reads the rows that
changed (``night``), finds what they replace (``segment``), and adds to the counts what the new rows add less what the old ones added
(``counts``). What is asked of a ledger stands in ``Ledger``.
"""

from __future__ import annotations

from cchc_metrics.ledger.audit import Audit, Disagreement
from cchc_metrics.ledger.disk import LedgerError
from cchc_metrics.ledger.ledger import Ledger
from cchc_metrics.ledger.state import Night

__all__ = ["Audit", "Disagreement", "Ledger", "LedgerError", "Night"]
