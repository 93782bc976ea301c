"""What a word of a closed list probably means where it is none that is known; what says something else is asked about without a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache
from types import MappingProxyType
from typing import Final

from cchc_metrics.records.fields import CellError, Choice, Flag
from cchc_metrics.records.kind import Kind
from cchc_metrics.text import nfc, word_key

NEAR: Final = 0.8
"""A word is near another from this ratio of common letters on."""
_SENT: Final = MappingProxyType(
    {
        **dict.fromkeys(("trục liên thông", "trục liên thông văn bản", "liên thông", "qua trục liên thông", "qua trục"), ("yes", "yes")),
        **dict.fromkeys(("điện tử", "văn bản điện tử", "qua mạng"), ("yes", "")),
        **dict.fromkeys(("email", "email công vụ", "thư điện tử", "thư điện tử công vụ"), ("yes", "no")),
        **dict.fromkeys(("giấy", "bản giấy", "văn bản giấy", "bưu điện", "fax", "trực tiếp"), ("no", "no")),
    }
)
"""How a document was sent → whether it is electronic, and whether it went through the linked systems (QĐ 28/2018/QĐ-TTg: e-mail outside
them is no exchange); ``""`` where the word does not say."""
_JUDGEMENT: Final = re.compile(r"\b(qua han|tre han|dung han|truoc han|som han|con han|trong han)\b")
_NOT: Final = re.compile(r"\b(khong|chua|huy)\b")
_PERSON: Final = re.compile(r"\b(ông|bà|anh|chị|em|đồng chí|đ/c)\b|\d{6}", re.IGNORECASE)
_LONGEST: Final = 60


def known(kind: Kind, column: str, choice: type[Choice], word: str) -> str:
    """Return the code of a word that the library knows, ``""`` of another."""
    own = {word_key(other): code for other, code in kind.words.get(column, {}).items()}
    if word_key(word) in own:
        return own[word_key(word)]
    try:
        return str(choice.parse(word).value)
    except CellError:
        return ""


def guessed_code(column: str, choice: type[Choice], word: str) -> str:
    """Return the code that an unknown word probably means, ``""`` where it must be asked about without a guess.

    A word means what the longest known word in it means, unless it denies or judges; else what the nearest known word means.

    >>> from cchc_metrics.records.choices import MeetingKind, Status
    >>> guessed_code("kind", MeetingKind, "Họp UBND thường kỳ"), guessed_code("exchanged", Flag, "Giấy")
    ('committee_meeting', 'no')
    >>> guessed_code("status", Status, "Quá hạn bổ sung"), guessed_code("status", Status, "Chưa trả kết quả")
    ('', '')
    """
    key = word_key(word)
    if choice is Flag and column in ("electronic", "exchanged"):
        return _sent().get(key, ("", ""))[column == "exchanged"]
    if _JUDGEMENT.search(key):
        return ""
    spellings = _spellings(choice)
    inside = [other for other in spellings if len(other) > 2 and re.search(rf"\b{re.escape(other)}\b", key)]
    longest = max(map(len, inside), default=0)
    found = {spellings[other] for other in inside if len(other) == longest}
    if not found:
        near = max(spellings, key=lambda other: SequenceMatcher(None, key, other).ratio())
        inside, found = [near], {spellings[near]} if SequenceMatcher(None, key, near).ratio() >= NEAR else set()
    denied = _NOT.findall(key)
    if len(found) != 1 or any(denied.count(no) > max(_NOT.findall(other).count(no) for other in inside) for no in denied):
        return ""
    return found.pop()


def may_be_copied(word: str) -> bool:
    """Return whether a word can stand in a file of settings: it is short and looks like no person, number or address.

    >>> may_be_copied("Chờ phân công"), may_be_copied("Họp với bà Trần Thị B"), may_be_copied("0912345678")
    (True, False, False)
    """
    return len(word) <= _LONGEST and not _PERSON.search(nfc(word))


@cache
def _sent() -> Mapping[str, tuple[str, str]]:
    return {word_key(word): codes for word, codes in _SENT.items()}


@cache
def _spellings(choice: type[Choice]) -> Mapping[str, str]:
    return {word_key(word): str(member.value) for member in choice for word in (member.value, member.vi, *member.aliases)}
