"""Where and when the example takes place. The unit codes are our own and stand in no official list."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

SYNTHETIC = "MP"
"""Begins every identifier of the example: mô phỏng, simulated."""
EXTRACTED = date(2022, 3, 31)
"""The day on which the records were written out; nothing later is known."""
LAST_DAY = date(2025, 6, 30)
"""The last day of every unit: on 01/07/2025 districts ended and communes merged."""
STRETCHES = ((date(2020, 1, 1), date(2020, 12, 31)), (date(2021, 1, 1), date(2021, 12, 31)), (date(2022, 1, 1), EXTRACTED))
"""The years of the example; the last one has only begun."""
BUSY = {
    (2020, 4): 0.6,  # social distancing of April 2020
    (2021, 2): 0.8,  # Tết
    (2021, 7): 0.6,
    (2021, 8): 0.5,
    (2021, 9): 0.7,  # and of the third quarter of 2021
    (2021, 11): 1.3,
    (2021, 12): 1.3,
}
"""How busy a month is; 1 where nothing is said."""


@dataclass(frozen=True, slots=True)
class ExampleUnit:
    """A unit of the district.

    Args:
        code: synthetic unit code.
        kind: huyện, thị trấn or xã.
        name: its name without the kind; two of the thirteen are called Mỹ An.
        size: how much work it has, against 1 for an average commune.
        slow: how many of the late dossiers fall on it, against 1 for an average commune.
    """

    code: str
    kind: str
    name: str
    size: float = 1.0
    slow: float = 1.0


DISTRICT = ExampleUnit("H20.38", "huyện", "Tháp Mười")
TOWN = ExampleUnit("H20.38.01", "thị trấn", "Mỹ An", 1.9, 1.1)
COMMUNES = (
    TOWN,
    ExampleUnit("H20.38.02", "xã", "Mỹ An", 0.8, 0.5),
    ExampleUnit("H20.38.03", "xã", "Mỹ Hòa", 0.9, 1.0),
    ExampleUnit("H20.38.04", "xã", "Mỹ Quý", 1.1, 1.2),
    ExampleUnit("H20.38.05", "xã", "Mỹ Đông", 0.8, 0.0),
    ExampleUnit("H20.38.06", "xã", "Đốc Binh Kiều", 1.2, 1.4),
    ExampleUnit("H20.38.07", "xã", "Tân Kiều", 1.0, 0.6),
    ExampleUnit("H20.38.08", "xã", "Thanh Mỹ", 1.1, 0.8),
    ExampleUnit("H20.38.09", "xã", "Phú Điền", 0.9, 0.7),
    ExampleUnit("H20.38.10", "xã", "Láng Biển", 0.6, 1.3),
    ExampleUnit("H20.38.11", "xã", "Trường Xuân", 1.3, 2.4),
    ExampleUnit("H20.38.12", "xã", "Thạnh Lợi", 0.7, 0.6),
    ExampleUnit("H20.38.13", "xã", "Hưng Thạnh", 0.8, 0.4),
)
UNITS = (DISTRICT, *COMMUNES)
SIZES = {unit.code: unit.size for unit in COMMUNES}


def table(headings: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return CSV text: the headings, then the rows' cells in their order; a missing cell is empty, dates are ISO."""
    out = io.StringIO()
    writer = csv.DictWriter(out, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
