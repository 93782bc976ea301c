"""What is to be said about a list of units: findings with stable codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingCode = Literal[
    "unit_code_corrected",
    "unit_two_names",
    "unit_two_parents",
    "unit_note_not_understood",
    "unit_without_code",
    "unit_change_twice",
    "unit_name_differs",
    "unit_divided",
    "unit_gap",
    "unit_overlap",
    "unit_orphan",
    "unit_without_successor",
    "unit_same_name",
]
"""Each is a code of ``Problems``, too."""


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """One finding about a list of units that can be used all the same.

    Args:
        code: what kind of finding it is.
        unit: the unit that it is about, as the tree calls it; ``""`` where the list names none.
        vi, en: what was found, in both languages.
        row: 1-based row of the list as a spreadsheet shows it; 0 where it is about no single row.
        column: the column of the list; ``""`` where it is about none.
        value: what stands there.

    >>> found = UnitFinding("unit_gap", "30043", "không có đơn vị", "nobody")
    >>> found.text("en")
    '«30043»: nobody'
    """

    code: FindingCode
    unit: str
    vi: str
    en: str
    row: int = 0
    column: str = ""
    value: str = ""

    def text(self, lang: str = "vi") -> str:
        """Return the finding as one line."""
        said = self.en if lang == "en" else self.vi
        return f"«{self.unit}»: {said}" if self.unit else said
