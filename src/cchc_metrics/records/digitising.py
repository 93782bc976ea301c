"""Which dossiers are to be digitised: from 15/09/2025 none that was filed online."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from cchc_metrics.records.boundary_free import first_receipts
from cchc_metrics.records.choices import Channel
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import Flag
from cchc_metrics.reference.days import day_number

NAME: Final = "to_be_digitised"
ONLINE_LEFT_OUT_SINCE: Final = date(2025, 9, 15)
"""TT 03/2025/TT-VPCP, art. 5.2; read in a copy of a third party, not in the gazette."""
_SINCE: Final = day_number(ONLINE_LEFT_OUT_SINCE)
_UNKNOWN, _YES, _NO = (np.uint8(list(Flag).index(flag)) for flag in (Flag.UNKNOWN, Flag.YES, Flag.NO))


def differs(columns: Columns) -> bool:
    """Return whether any dossier was received on a day from which online filings are left out."""
    found: bool = len(columns) > 0 and bool(first_receipts(columns).max() >= _SINCE)
    return found


def to_be_digitised(columns: Columns) -> Array:
    """Return whether the papers of each dossier are to be digitised as far as its way of filing decides, positions in ``Flag`` (uint8).

    One received before the day is, whatever its channel; of one received since, a table without channels does not say it.
    """
    since = first_receipts(columns) >= _SINCE
    online = columns.equals("channel", Channel.ONLINE.value) if "channel" in columns else None
    found: Array = np.where(since, _UNKNOWN if online is None else np.where(online, _NO, _YES), _YES)
    return found
