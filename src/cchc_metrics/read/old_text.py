"""Vietnamese as it was typed before Unicode: text in TCVN3 (ABC) and VNI fonts, and bytes taken for Windows-1252; recognised and converted.

Such text is Latin letters and signs to a program: «M· hå s¬» is «Mã hồ sơ» in a TCVN3 font. What it is shows in its syllables: Vietnamese
has some 150 rimes, and a text read by the wrong table makes none of them. Nothing is converted unless somebody says so, or, where a file of
bytes can be nothing else, it is said that it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Final

from cchc_metrics.errors import CchcError, suggestion
from cchc_metrics.folding import fold, nfc, nfd

TCVN3, VNI, WINDOWS_1258, WINDOWS_1252, UTF_8 = "tcvn3", "vni", "windows-1258", "windows-1252", "utf-8"
OLD: Final = (TCVN3, VNI, WINDOWS_1258, WINDOWS_1252)
"""Encodings of one byte a character, of which no file says which it has."""
ENCODINGS: Final = (UTF_8, "utf-16", "utf-16-le", "utf-16-be", *OLD)
"""The encodings that can be declared of a file."""
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {TCVN3: "TCVN3 (ABC)", VNI: "VNI-Windows", WINDOWS_1258: "Windows-1258", WINDOWS_1252: "Windows-1252", UTF_8: "UTF-8"}
)
_ALIASES: Final = MappingProxyType(
    {
        **{re.sub(r"[^a-z0-9]", "", name): name for name in ENCODINGS},
        **dict.fromkeys(("abc", "tcvn3abc", "tcvn", "tcvn5712", "tcvn57123", "vn3", "vntime"), TCVN3),
        **dict.fromkeys(("vniwindows", "vniwin", "vnitimes"), VNI),
        **dict.fromkeys(("cp1258", "1258", "win1258"), WINDOWS_1258),
        **dict.fromkeys(("cp1252", "1252", "win1252", "latin1", "iso88591", "ansi"), WINDOWS_1252),
        **dict.fromkeys(("utf8sig", "utf8bom", "unicode8"), UTF_8),
    }
)

# --- The tables

_TCVN3_CODES: Final = (
    "ĂÂÊÔƠƯĐăâêôơưđ"  # from 0xA1
    "Ằ\0\0\0\0\0àảãáạẲằẳẵắẴ"  # from 0xAF; 0xB0 to 0xB4 are ° ± ² ³ ´
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"  # from 0xC0
    "éẹềểễếệìỉỄẾỒĩíịò"
    "Ổỏõóọồổỗốộờởỡớợù"
    "ỖủũúụừửữứựỳỷỹýỵỐ"
)
_WINDOWS: Final = {code: char for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", "ignore"))}
"""What Windows has where Latin-1 has control characters: quotation marks and dashes, which all these texts use too."""
_TCVN3: Final = {**_WINDOWS, **{0xA1 + at: letter for at, letter in enumerate(_TCVN3_CODES) if letter != "\0"}}

_TONES: Final = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
"""Acute, grave, hook, tilde, dot below: the order in which the marks of VNI stand here."""
_VNI_MARKS: Final = (
    ("aeouyôö", "", "ùøûõï"),  # a tone by itself; ô and ö are ơ and ư
    ("aeo", "\u0302", "áàåãä"),
    ("a", "\u0306", "éèúüë"),
)
_VNI_LETTERS: Final = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni() -> dict[str, str]:
    found = dict(_VNI_LETTERS)
    found.update({f"{base}â": nfc(base + "\u0302") for base in "aeo"} | {"aê": "ă"})
    for bases, shape, marks in _VNI_MARKS:
        for base in bases:
            letter = nfc(_VNI_LETTERS.get(base, base) + shape)
            found.update({base + mark: nfc(letter + tone) for mark, tone in zip(marks, _TONES, strict=True)})
    mixed = {old.capitalize(): new.upper() for old, new in found.items()} | {old[0] + old[1:].upper(): new for old, new in found.items()}
    return {**mixed, **found, **{old.upper(): new.upper() for old, new in found.items()}}


_VNI: Final = _vni()
_VNI_PARTS: Final = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_BYTES: Final = {char: bytes([code]) for code, char in _WINDOWS.items()}
_UPPER: Final = re.compile(r"[^\W\d_]*[A-Z][^\W\d_]*[A-Z][^\W\d_]*")
_VIETNAMESE: Final = re.compile("[ĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9\u0300\u0301\u0303\u0309\u0323]")
"""Letters that no text of one byte a character holds before it is converted."""


def from_tcvn3(text: str) -> str:
    """Return a text that was typed in a TCVN3 (ABC) font.

    The table has no capitals with tones: a capital font shows them. A word with two capitals at least and no small plain letter is in
    capitals, and so is a text.

    >>> from_tcvn3("M· hå s¬"), from_tcvn3("HUYÖN TH¸P M¦êI"), from_tcvn3("100 m²")
    ('Mã hồ sơ', 'HUYỆN THÁP MƯỜI', '100 m²')
    """
    if text.isascii():
        return text
    found = text.translate(_TCVN3)
    plain = [char for char in text if char.isascii() and char.isalpha()]
    if len(plain) > 1 and all(map(str.isupper, plain)):
        return found.upper()
    return _UPPER.sub(lambda word: word[0] if re.search("[a-z]", word[0]) else word[0].upper(), found)


def from_vni(text: str) -> str:
    """Return a text that was typed in a VNI font.

    >>> from_vni("Maõ hoà sô"), from_vni("HUYEÄN THAÙP MÖÔØI")
    ('Mã hồ sơ', 'HUYỆN THÁP MƯỜI')
    """
    return _VNI_PARTS.sub(lambda part: _VNI[part[0]], text.translate(_WINDOWS))


def _as_bytes(text: str) -> bytes | None:
    """Return the bytes that were taken for Windows-1252, None where a character of the text is in no such file."""
    found = [_BYTES.get(char) or (bytes([ord(char)]) if ord(char) < 0x100 else None) for char in text]
    return None if None in found else b"".join(byte for byte in found if byte is not None)


def _from_1258(text: str) -> str:
    data = _as_bytes(text)
    if data is None:
        return text
    return nfc("".join(bytes([byte]).decode("cp1258", "ignore") or chr(byte) for byte in data))


def _from_utf_8(text: str) -> str:
    data = _as_bytes(text)
    try:
        return text if data is None else data.decode()
    except UnicodeDecodeError:
        return text


_FROM: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {TCVN3: from_tcvn3, VNI: from_vni, WINDOWS_1258: _from_1258, WINDOWS_1252: lambda text: text.translate(_WINDOWS), UTF_8: _from_utf_8}
)


def converted(text: str, encoding: str) -> str:
    """Return a text of an encoding as Unicode; one that holds Vietnamese letters already is left as it is.

    Args:
        text: characters that stand for bytes.
        encoding: one of ``ENCODINGS``; what is converted when the file is opened changes nothing here.

    >>> converted("M· hå s¬", "tcvn3"), converted("Mã hồ sơ", "tcvn3"), converted("Há»“ sÆ¡", "utf-8")
    ('Mã hồ sơ', 'Mã hồ sơ', 'Hồ sơ')
    """
    if encoding not in _FROM or text.isascii() or in_unicode(text):
        return text
    return _FROM[encoding](text)


def in_unicode(text: str) -> bool:
    """Return whether a text holds letters that only Unicode has."""
    return _VIETNAMESE.search(text) is not None


Rewrite = Callable[[str], str]
"""What makes Unicode of a text."""


def converter(encoding: str) -> Rewrite | None:
    """Return what converts texts of an encoding, None where there is nothing to convert; see ``converted``."""
    return partial(converted, encoding=encoding) if encoding in _FROM else None


def encoding_named(text: str) -> str:
    """Return the encoding that a name means.

    Raises:
        CchcError: there is no such encoding; with the nearest and the list.

    >>> encoding_named("TCVN3 (ABC)"), encoding_named("VNI-Windows"), encoding_named("cp1258")
    ('tcvn3', 'vni', 'windows-1258')
    """
    found = _ALIASES.get(re.sub(r"[^a-z0-9]", "", fold(text)))
    if found is not None:
        return found
    vi, en = suggestion(text, ENCODINGS)
    listed = ", ".join(ENCODINGS)
    raise CchcError(f"không có bảng mã «{text}»{vi}; có: {listed}", f"there is no encoding «{text}»{en}; there are: {listed}")


# --- Syllables

_ONSETS: Final = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]"
_RIMES_SAID: Final = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên êng ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot "
    "ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôp uôt uơ "
    "up ut uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu "
    "ych ynh yt ya"
)
_RIMES: Final = frozenset(_RIMES_SAID.split())
_SYLLABLE: Final = re.compile(rf"(?:{_ONSETS})?(.*)")
_TONE: Final = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED: Final = re.compile("(?:[cpt]|ch)$")
_WORD: Final = re.compile(r"[^\s!-@\[-`{-~]+")
_INITIALS: Final = re.compile("[A-ZĐ]{2,}")
_AROUND: Final = "«»“”‘’–—…\xa0"


@cache
def is_syllable(word: str) -> bool:
    """Return whether a word can be a syllable of Vietnamese.

    >>> [is_syllable(word) for word in ("hồ", "Quý", "NGHIỆP", "giếng", "café", "s¬", "thuêt")]
    [True, True, True, True, False, False, False]
    """
    tones = _TONE.findall(nfd(word.lower()))
    if len(tones) > 1:
        return False
    bare = nfc(_TONE.sub("", nfd(word.lower())))
    if bare == "gi":
        return True
    rimes = [match[1] for match in (_SYLLABLE.fullmatch(bare), re.fullmatch(r"g?(i.+)", bare)) if match is not None]
    found = next((rime for rime in rimes if rime in _RIMES), None)
    return found is not None and (not _STOPPED.search(found) or "".join(tones) in ("\u0301", "\u0323"))


def _marked(text: str) -> list[str]:
    """Return the words of a text that are not plain, at most a few."""
    return [word for word in _WORD.findall(text) if not word.isascii()][:12]


def written_in(text: str) -> tuple[str, ...]:
    """Return the encodings by which a text becomes Vietnamese, where it is none as it stands; ``("",)`` where it is Vietnamese already.

    >>> written_in("Hå s¬"), written_in("Hồ sơ"), written_in("Mã"), written_in("Há»“ sÆ¡"), written_in("TM-1")
    (('tcvn3',), ('',), (), ('utf-8',), ())
    """
    if text.isascii():
        return ()
    if (again := _from_utf_8(text)) != text and all(is_syllable(word.strip(_AROUND)) for word in _marked(again)):
        return (UTF_8,)
    if in_unicode(text):
        return ("",)
    words = _marked(text)
    # What stands for itself says nothing: «Mã» is a word in Unicode, and another in TCVN3.
    strange = [word for word in words if not is_syllable(word.strip(_AROUND))]
    if not strange:
        return ()
    return tuple(
        name for name in (TCVN3, VNI, WINDOWS_1258) if all(_is_word_in(name, word) for word in words) and any(map(_has_plain, strange))
    )


def _has_plain(word: str) -> bool:
    return any(char.isascii() and char.isalpha() for char in word)


def _is_word_in(encoding: str, word: str) -> bool:
    found = _FROM[encoding](word)
    return all(is_syllable(part) or _INITIALS.fullmatch(part) for part in _WORD.findall(found.strip("“”‘’–—…\xa0")))


@dataclass(frozen=True, slots=True)
class Writing:
    """How texts are written, where they are not in Unicode.

    Args:
        encoding: what they are in.
        cells: how many are, those that could be words either way too where none is in Unicode.
        marked: how many have any letter beyond the plain ones.
        sample: one of them.
    """

    encoding: str
    cells: int
    marked: int
    sample: str

    @property
    def share(self) -> tuple[str, str]:
        """The share of the cells, in both languages."""
        percent = (200 * self.cells + self.marked) // (2 * self.marked)
        return f"{self.cells}/{self.marked} ô có dấu ({percent} %)", f"{self.cells} of {self.marked} cells with marks ({percent} %)"

    @property
    def example(self) -> str:
        """The sample with what it becomes; empty without one."""
        return self.sample and f"«{self.sample}» → «{converted(self.sample, self.encoding)}»"


def recognise(texts: Iterable[tuple[str, int]]) -> Writing | None:
    """Return how texts are written, None where nothing shows that it is another encoding, or two are as likely.

    Args:
        texts: each distinct text with how often it stands.

    >>> recognise([("M· hå s¬", 1), ("§¬n vÞ", 1), ("TM-1", 5), ("Mã", 2)])
    Writing(encoding='tcvn3', cells=4, marked=4, sample='M· hå s¬')
    >>> recognise([("Đất đai", 9), ("10 µm", 1)]) is None
    True
    """
    votes: Counter[str] = Counter()
    samples: dict[str, str] = {}
    distinct: Counter[str] = Counter()
    either: list[tuple[str, int]] = []
    marked = 0
    for text, times in texts:
        if text.isascii() or not any(map(str.isalpha, text)):
            continue
        marked += times
        found = written_in(text)
        if not found:
            either.append((text, times))
        for name in found:
            votes[name] += times
            distinct[name] += 1
            samples.setdefault(name, text)
    in_unicode_already = votes.pop("", 0)
    best = votes.most_common(2)
    if not best or (len(best) > 1 and best[1][1] * 4 > best[0][1] * 3):
        return None
    name, cells = best[0]
    if in_unicode_already and distinct[name] == 1:  # one odd word among others, such as 10 µm, is a sign of its own
        return None
    if not in_unicode_already:  # what could be either is what the others are
        cells += sum(times for text, times in either if converted(text, name) != text)
    return Writing(name, cells, marked, samples[name])
