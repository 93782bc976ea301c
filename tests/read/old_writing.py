"""Vietnamese as it was written before Unicode: the tables of TCVN 5712:1993 and of VNI-Windows, letter by letter, to write by."""

from __future__ import annotations

import unicodedata
from typing import Final

TONES: Final = "\u0301\u0300\u0309\u0303\u0323"
_TCVN3: Final = (
    "á\xb8 à\xb5 ả\xb6 ã\xb7 ạ\xb9 ă\xa8 ắ\xbe ằ\xbb ẳ\xbc ẵ\xbd ặ\xc6 â\xa9 ấ\xca ầ\xc7 ẩ\xc8 ẫ\xc9 ậ\xcb é\xd0 è\xcc ẻ\xce ẽ\xcf ẹ\xd1 "
    "ê\xaa ế\xd5 ề\xd2 ể\xd3 ễ\xd4 ệ\xd6 í\xdd ì\xd7 ỉ\xd8 ĩ\xdc ị\xde ó\xe3 ò\xdf ỏ\xe1 õ\xe2 ọ\xe4 ô\xab ố\xe8 ồ\xe5 ổ\xe6 ỗ\xe7 ộ\xe9 "
    "ơ\xac ớ\xed ờ\xea ở\xeb ỡ\xec ợ\xee ú\xf3 ù\xef ủ\xf1 ũ\xf2 ụ\xf4 ư\xad ứ\xf8 ừ\xf5 ử\xf6 ữ\xf7 ự\xf9 "
    "ý\xfd ỳ\xfa ỷ\xfb ỹ\xfc ỵ\xfe đ\xae Ă\xa1 Â\xa2 Ê\xa3 Ô\xa4 Ơ\xa5 Ư\xa6 Đ\xa7"
)
_VNI: Final = (
    "áaù àaø ảaû ãaõ ạaï ăaê ắaé ằaè ẳaú ẵaü ặaë âaâ ấaá ầaà ẩaå ẫaã ậaä éeù èeø ẻeû ẽeõ ẹeï êeâ ếeá ềeà ểeå ễeã ệeä íí ìì ỉæ ĩó ịò "
    "óoù òoø ỏoû õoõ ọoï ôoâ ốoá ồoà ổoå ỗoã ộoä ơô ớôù ờôø ởôû ỡôõ ợôï úuù ùuø ủuû ũuõ ụuï ưö ứöù ừöø ửöû ữöõ ựöï "
    "ýyù ỳyø ỷyû ỹyõ ỵî đñ"
)
TCVN3: Final = {pair[0]: pair[1:] for pair in _TCVN3.split(" ")}
VNI: Final = {pair[0]: pair[1:] for pair in _VNI.split(" ")} | {pair[0].upper(): pair[1:].upper() for pair in _VNI.split(" ")}
LETTERS: Final = "".join(letter for letter in VNI)
"""The letters of Vietnamese that are not plain, in both cases."""


def to_tcvn3(text: str) -> str:
    """Return a text as a TCVN3 font has it: there are no capitals with tones, so that it stands as small letters."""
    return "".join(TCVN3.get(char) or TCVN3.get(char.lower(), char) for char in unicodedata.normalize("NFC", text))


def to_vni(text: str) -> str:
    """Return a text as a VNI font has it."""
    return "".join(VNI.get(char, char) for char in unicodedata.normalize("NFC", text))


def to_1258(text: str) -> bytes:
    """Return a text in Windows-1258: tones are characters of their own there."""
    written = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tones = "".join(part for part in parts if part in TONES)
        written.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES)) + tones)
    return "".join(written).encode("cp1258")


def in_bytes(text: str, encoding: str) -> bytes:
    """Return a text as a file of bytes."""
    if encoding == "windows-1258":
        return to_1258(text)
    return {"tcvn3": to_tcvn3, "vni": to_vni}[encoding](text).encode("latin-1")


def as_shown(text: str, encoding: str) -> str:
    """Return a text of an encoding as a program shows it that takes its bytes for Windows-1252."""
    if encoding == "utf-8":
        return "".join(_shown(byte) for byte in text.encode())
    return "".join(_shown(byte) for byte in in_bytes(text, encoding))


def _shown(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)
