"""What a heading probably means where it is none that is known: a guess, which is asked about and never taken in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache
from types import MappingProxyType
from typing import Final

from cchc_metrics.read.headings import heading_key, known_headings, of_a_person
from cchc_metrics.records.kind import Kind

NEAR: Final = 0.84
"""A heading is near another from this ratio of common letters on: «Ngày, tháng văn bản» is near «Ngày, tháng, năm văn bản»."""
NUMBERS: Final = frozenset(map(heading_key, ("STT", "TT", "Số TT", "Số thứ tự")))
"""Headings of running numbers: they can tell rows apart where the table has no other identifier."""
LIKELY: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "dossiers": {
            "Tình trạng xử lý": ("status",),
            "Trạng thái xử lý": ("status",),
            "Phương thức nộp": ("channel",),
            "Hình thức": ("channel",),
            "Nguồn": ("channel",),
            "Cơ quan thụ lý": ("unit_code",),
        },
        "documents": {
            "Hình thức gửi": ("electronic", "exchanged"),
            "Phương thức gửi": ("electronic", "exchanged"),
            "Hình thức phát hành": ("electronic", "exchanged"),
            "Hình thức nhận": ("electronic", "exchanged"),
        },
        "meetings": {
            "Tên cuộc họp": ("kind",),
            "Nội dung cuộc họp": ("kind",),
            "Nội dung": ("kind",),
            "Thời gian": ("held_on",),
            "Ngày giờ": ("held_on",),
            "Ngày, giờ họp": ("held_on",),
        },
    }
)
"""Kind → heading → the columns that it fills in the registers of offices; how a document was sent says two things of it."""
_ASIDE: Final = re.compile(r"[(\[].*?[)\]]")


def guessed_columns(kind: Kind, heading: str, *, near: bool = True) -> tuple[str, ...]:
    """Return the columns that a heading probably means; empty where nothing is near, and for headings of persons.

    Args:
        kind: the kind.
        heading: as it is written.
        near: whether it may also be misspelt, which takes longer to find out.

    >>> from cchc_metrics.records.kinds import KINDS
    >>> guessed_columns(KINDS["meetings"], "Họp không giấy (x)"), guessed_columns(KINDS["documents"], "Hình thức gửi")
    (('paperless',), ('electronic', 'exchanged'))
    >>> guessed_columns(KINDS["documents"], "Người ký")
    ()
    """
    key = heading_key(heading)
    if not key or of_a_person(heading):
        return ()
    likely = _likely(kind.name)
    known = known_headings(kind)
    for form in (key, heading_key(_ASIDE.sub("", heading))):
        if form in likely:
            return likely[form]
        if form in known and form != key:
            return (known[form],)
    if not near:
        return ()
    best = max(known, key=lambda other: SequenceMatcher(None, key, other).ratio())
    return (known[best],) if SequenceMatcher(None, key, best).ratio() >= NEAR else ()


@cache
def _likely(kind: str) -> Mapping[str, tuple[str, ...]]:
    return {heading_key(heading): columns for heading, columns in LIKELY.get(kind, {}).items()}
