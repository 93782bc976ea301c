"""Which column a heading means: canonical names, Vietnamese headings in any spelling, and the national exchange's field names.

The headings of a kind are declared with it; a district adds its own under ``[headings.<kind>]`` in ``district.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from cchc_metrics.errors import did_you_mean
from cchc_metrics.records.fields import CellError, Choice, Flag, cell_text
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import schema, schema_by_name
from cchc_metrics.text import fold, letters_lost

_PERSONAL: Final = re.compile(
    r"\b(nguoi|ho va ten|ho ten|ten cong dan|chu ho so|chu tri|dia chi|dien thoai|sdt|email|thu dien tu|cccd|cmnd|can cuoc|can bo)\b"
)
_NEAR: Final = 100
"""For so many unknown headings of a table the nearest known one is sought."""
_SURE: Final = 3
"""A row of data has no so many cells that are headings by chance: «Trực tuyến», «Bưu chính» are both."""
_NUMBERS: Final = re.compile(r"\d{9}|@")
"""What no heading has: the number of a person's card or telephone, an address for letters."""
_MARKED = re.compile(r"\(\s*[xXvV]\s*\)")
"""What a heading adds where its column is ticked: «Họp không giấy (x)»."""
GAP = " · "
"""Stands between the headings of a layout."""
BOTH = "+"
"""Stands between the columns that one heading fills, as in ``electronic+exchanged``: how a document was sent says two things of it."""
IGNORED = ""
"""What a district's own heading map says of a column that it wants passed over."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What the headings of a table were found to mean.

    Args:
        positions: canonical column → position of its heading, in the order of the headings.
        duplicates: (canonical column, the headings that all mean it); the table cannot be used, since choosing one would be a guess.
        missing: required columns without a heading; the table cannot be used.
        unknown: (position, nearest known heading or ``""``) of columns that are ignored.
        doubtful: (heading, the columns that it could mean, the headings beside it that mean the first of them too); it is asked for.
    """

    positions: Mapping[str, int]
    duplicates: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[tuple[int, str], ...] = ()
    doubtful: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()

    @property
    def of_headings(self) -> bool:
        """Whether the row says headings, so that those that are not known may be shown: else it may be the first row of persons' data."""
        known = len(self.positions)
        return not self.missing or not self.unknown or known >= _SURE or known > len(self.unknown)

    @property
    def usable(self) -> bool:
        """Whether every required column is there, and none twice."""
        return not self.duplicates and not self.doubtful and not self.missing


def heading_key(heading: str) -> str:
    """Return the form by which headings are compared: folded, and without spaces and punctuation.

    >>> heading_key("Mã hồ sơ (*)") == heading_key("MaHoSo") == heading_key("MÃ_HỒ_SƠ")
    True
    """
    return re.sub(r"[\W_]+", "", fold(_MARKED.sub("", heading)))


def of_a_person(heading: str) -> bool:
    """Return whether a heading is of names, addresses, numbers or offices of persons.

    >>> of_a_person("Họ và tên người nộp"), of_a_person("Ngày nhận")
    (True, False)
    """
    return bool(_PERSONAL.search(fold(heading)))


def shows_a_person(heading: str) -> bool:
    """Return whether what stands in the heading row is a number or address of a person, and no heading at all.

    >>> shows_a_person("0912 345 678"), shows_a_person("a@b.vn"), shows_a_person("Số điện thoại 2021")
    (True, True, False)
    """
    return bool(_NUMBERS.search(re.sub(r"[\s.\-]", "", heading)))


def layout_of(headings: Sequence[str]) -> str:
    r"""Return a table's layout: its headings, as they are declared and compared; of those of persons their marks only.

    >>> layout_of(["Mã hồ sơ", "", "Ngày \n nhận", "Họ tên", ""])
    'Mã hồ sơ · Ngày nhận · #5c3a43'
    """
    named = (" ".join(heading.split()) for heading in headings)
    return GAP.join(_marked(heading) if of_a_person(heading) else heading for heading in named if heading)


def _marked(heading: str) -> str:
    return "#" + sha256(heading_key(heading).encode()).hexdigest()[:6]


def layout_changes(headings: Sequence[str], declared: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Return how a table is laid out in another way than any that was declared: the headings that are new and those that are gone.

    Both are empty where headings only changed places. None where the layout is one that was declared.

    Args:
        headings: the table's headings.
        declared: layouts, see ``layout_of``; the one with the fewest changes is compared with.

    >>> layout_changes(["Ngày nhận", "Mã hồ sơ", "Ghi chú"], ["MÃ HỒ SƠ · Lĩnh vực · Ngày nhận"])
    (['Ghi chú'], ['Lĩnh vực'])
    """
    here = layout_of(headings).split(GAP)
    keys = list(map(heading_key, here))
    changes = []
    for layout in declared:
        there = layout.split(GAP)
        known = list(map(heading_key, there))
        if known == keys:
            return None
        new = [heading for heading, key in zip(here, keys, strict=True) if key not in known]
        changes.append((new, [heading for heading, key in zip(there, known, strict=True) if key not in keys]))
    return min(changes, key=lambda change: len(change[0]) + len(change[1]))


def match_headings(
    kind: Kind,
    headings: Sequence[str],
    own: Mapping[str, str] | None = None,
    words: Callable[[int], Iterable[object]] | None = None,
    *,
    worded: Container[str] = (),
) -> Matched:
    """Return what the headings of a kind's table mean; nothing is guessed from nearness.

    Args:
        kind: the kind.
        headings: the headings as written.
        own: the district's heading → canonical column (``""``: pass the column over; ``a+b``: it fills two); it wins over the declared
            ones.
        words: takes a position, returns the distinct cells of its column; None where they are not known yet.
        worded: columns of which the district declares own words; a heading that can mean one does.

    >>> from cchc_metrics.records.kinds import KINDS
    >>> found = match_headings(KINDS["surveys"], ["Ma phieu", "ĐƠN VỊ", "ngay_tra_loi", "Điểm", "Điện thoại"])
    >>> found.positions, found.unknown
    ({'response_id': 0, 'unit_code': 1, 'answered_on': 2, 'score': 3}, ((4, ''),))
    """
    places: dict[str, list[int]] = {}
    nameless = []
    for position, column in enumerate(meanings(kind, headings, own)):
        if column is None or (
            words is not None
            and column not in worded
            and _says_something_else(kind, headings[position], column, own or {}, partial(words, position))
        ):
            nameless.append(position)
        elif column != IGNORED:
            for name in columns_said(column):
                places.setdefault(name, []).append(position)
    weak = set(map(heading_key, kind.weak)) - set(map(heading_key, own or {}))
    for column, found in places.items():
        strong = [position for position in found if heading_key(headings[position]) not in weak]
        if strong and len(strong) < len(found):
            nameless += [position for position in found if position not in strong]
            places[column] = strong
    nameless.sort()
    # A column that is filled is not what another heading was meant to say.
    own_keys = set(map(heading_key, headings))
    names = [spec.name for spec in schema(kind.model) if spec.name not in places]
    free = [spelling for name in names for spelling in spellings(kind, name) if heading_key(spelling) not in own_keys]
    declared = {heading_key(heading) for heading in own or {}}
    several = {heading_key(heading): columns for heading, columns in kind.doubtful.items() if heading_key(heading) not in declared}
    duplicates, doubtful = [], []
    for column, found in places.items():
        if len(found) > 1:
            named = [headings[p] for p in found]
            asked = next((heading for heading in named if heading_key(heading) in several), None)
            if asked is None:
                duplicates.append((column, tuple(named)))
            else:
                doubtful.append((asked, several[heading_key(asked)], tuple(named[: named.index(asked)] + named[named.index(asked) + 1 :])))
    return Matched(
        {column: found[0] for column, found in places.items()},
        tuple(duplicates),
        tuple(spec.name for spec in schema(kind.model) if spec.required and spec.name not in places),
        tuple(
            (position, did_you_mean(headings[position], free) if nth < _NEAR and headings[position].strip() else "")
            for nth, position in enumerate(nameless)
        ),
        tuple(doubtful),
    )


def columns_said(meaning: str) -> list[str]:
    """Return the columns that a heading fills: mostly one.

    >>> columns_said("electronic+exchanged"), columns_said("")
    (['electronic', 'exchanged'], [''])
    """
    return [name.strip() for name in meaning.split(BOTH)]


def _says_something_else(kind: Kind, heading: str, column: str, own: Mapping[str, str], cells: Callable[[], Iterable[object]]) -> bool:
    """Return whether a heading means its column only by its words and no cell is one: «Loại văn bản» with Quyết định, Công văn."""
    lists = word_lists(kind, heading, column, own)
    return bool(lists) and not has_word(lists, cells())


def word_lists(kind: Kind, heading: str, column: str, own: Mapping[str, str]) -> tuple[type[Choice], ...]:
    """Return the closed lists one of whose words must stand below a heading for it to mean its column; none where it means it anyway."""
    key = heading_key(heading)
    if key in map(heading_key, own):
        return ()
    choice = schema_by_name(kind.model)[column].choice
    if key in map(heading_key, kind.ticked):
        return (Flag,) if choice is None else (Flag, choice)
    return (choice,) if key in map(heading_key, kind.by_words) and choice is not None else ()


def has_word(lists: Iterable[type[Choice]], cells: Iterable[object]) -> bool:
    """Return whether a cell is a word of one of some closed lists."""
    wanted = tuple(lists)
    return any(_is_word(words, cell) for cell in cells for words in wanted)


def _is_word(choice: type[Choice], cell: object) -> bool:
    try:
        return bool(cell_text(cell)) and choice.parse(cell) is not choice.blank()
    except CellError:
        return False


def meanings(kind: Kind, headings: Sequence[str], own: Mapping[str, str] | None = None) -> list[str | None]:
    """Return what each heading means: a canonical column, ``""`` for one to be passed over, None for one that is not known.

    A heading that lost letters to «?» is not known: «M? HS» would be two columns at least.

    Args:
        kind: the kind.
        headings: the headings as written.
        own: the district's heading → canonical column.
    """
    known = dict(known_headings(kind))
    known.update((heading_key(heading), column) for heading, column in (own or {}).items())
    return [None if letters_lost(heading) else known.get(heading_key(heading)) for heading in headings]


def known_positions(kind: Kind, headings: Sequence[str], own: Mapping[str, str] | None = None) -> list[int]:
    """Return the positions of the headings that mean a column; see ``meanings``."""
    return [position for position, column in enumerate(meanings(kind, headings, own)) if column]


def spellings(kind: Kind, column: str = "") -> tuple[str, ...]:
    """Return every heading by which the columns of a kind, or one of them, are known; canonical names first."""
    columns = [column] if column else [spec.name for spec in schema(kind.model)]
    return (*columns, *(other for name in columns for other in kind.headings.get(name, ())))


@cache
def known_headings(kind: Kind) -> Mapping[str, str]:
    """Return compared form → canonical column, for one kind."""
    return MappingProxyType(
        {heading_key(spelling): spec.name for spec in schema(kind.model) for spelling in spellings(kind, spec.name)},
    )
