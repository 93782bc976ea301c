"""What somebody wrote by hand into a ``district.toml`` that is written anew: it is copied as it stands, with its comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cchc_metrics.records.kinds import KINDS

WRITTEN: Final = frozenset({"code", "name", "level", "extracted_on", "period", "units_file"})
"""Keys at the top that ``init`` writes; every other one is kept."""
SECTIONS: Final = frozenset({"files", "layout", "encoding", "headings", "values", "blank", "columns"})
"""Tables that ``init`` writes; every other one is kept."""
_HEADER: Final = re.compile(r"\s*\[\[?\s*(?P<name>[^\].]+?)\s*[\].]")
_KINDS: Final = "|".join(re.escape(kind.vi) for kind in KINDS.values())
_OWN: Final = re.compile(
    r"#\?|# (?:Do «cchc-metrics init»|Dòng «#\?»|Tệp của từng|Bố cục các|Cột của tệp|Từ của đơn vị =|Ô để trống|Tệp không có cột)"
    r"|# Các đơn vị trực thuộc;|# Bảng mã của chữ"
    rf"|# (?:{_KINDS}): .* dòng\.$|# «.*»: không nhận ra|#   (?:Cột đã hiểu|Chưa tìm thấy|\d+ cột khác)"
)
"""Comments that ``init`` writes itself."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts of an older ``district.toml`` that are copied.

    Args:
        top: lines of keys at the top that ``init`` does not write, each with the comments above it.
        tables: lines of tables that it does not write, units among them.
        comments: comments by hand that stood among what it writes.
        units: names of the units that are kept.
    """

    top: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()


NOTHING_KEPT: Final = Kept()


def kept_of(text: str) -> Kept:
    r"""Return what is to be kept of a ``district.toml`` that can be read.

    A comment belongs to the key or table below it; one at the end of a line that ``init`` writes anew is not kept.

    Args:
        text: the file.

    >>> kept_of('code = "TM"\n# see the notice\nplan = "kh.toml"\n[rules]  # ours\nbase = "qd766"\n').tables
    ('[rules]  # ours', 'base = "qd766"')
    """
    top: list[str] = []
    tables: list[str] = []
    comments: list[str] = []
    table, above = "", list[str]()
    for lines in _statements(text.splitlines()):
        first = lines[0].strip()
        if not first or first.startswith("#"):
            above += [] if _OWN.match(first) else lines
            continue
        header = _HEADER.match(first)
        if header and len(lines) == 1 and not _is_key(first):
            table = header["name"].strip("\"'")
        key = first.partition("=")[0].strip().strip("\"'").partition(".")[0]
        written = key in WRITTEN | SECTIONS if not table else table in SECTIONS
        said = [line for line in above if line.strip()]
        if written:
            comments += said
        else:
            gap = [""] if header and not _is_key(first) and tables else []
            (tables if table else top).extend([*gap, *said, *lines])
        above = []
    comments += [line for line in above if line.strip()]
    units = tomllib.loads(text).get("units", ())
    named = (str(unit["name"]) for unit in units if isinstance(unit, dict) and "name" in unit)
    return Kept(tuple(top), tuple(tables), tuple(comments), frozenset(named))


def _is_key(line: str) -> bool:
    return not line.startswith("[")


def _statements(lines: list[str]) -> Iterator[list[str]]:
    """Yield the lines of each key, header, comment or gap; a value may go over several."""
    at = 0
    while at < len(lines):
        until = at + 1
        if "=" in lines[at] and not lines[at].lstrip().startswith(("#", "[")):
            while until < len(lines) and not _whole("\n".join(lines[at:until])):
                until += 1
        yield lines[at:until]
        at = until


def _whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
