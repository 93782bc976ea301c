"""A proposal as the text of ``district.toml``, with comments as an office reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cchc_metrics.folding import one_line
from cchc_metrics.proposal.kept import NOTHING_KEPT, Kept
from cchc_metrics.proposal.model import Answer, Entry, Proposal, Read
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema_by_name

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TOP = {
    "code": "mã của đơn vị báo cáo; init đặt theo mã hồ sơ hoặc tên, sửa được",
    "name": "tên, không ghi «huyện», «xã»",
    "level": "cấp: province (tỉnh), district (huyện), commune (xã)",
    "extracted_on": "ngày xuất dữ liệu; sau ngày này chưa biết gì",
    "period": "kỳ báo cáo",
    "units_file": "danh sách đơn vị",
}
_SECTIONS = {
    "files": "Tệp của từng loại hồ sơ.",
    "layout": "Bố cục các cột; khi tệp đổi cột, check và report sẽ báo cột nào mới, cột nào mất.",
    "encoding": "Bảng mã của chữ trong tệp; không ghi là Unicode.",
    "headings": 'Cột của tệp = cột của thư viện; "" là không dùng.',
    "values": "Từ của đơn vị = mã.",
    "blank": "Ô để trống nghĩa là:",
    "columns": "Tệp không có cột này; mọi dòng đều ghi:",
}


def district_toml(proposal: Proposal, kept: Kept = NOTHING_KEPT) -> str:
    """Return a proposal as ``district.toml``; what is in doubt stands in comments, ready to be uncommented.

    Args:
        proposal: the proposal.
        kept: what is copied from the file that it replaces.
    """
    lines = [
        "# Do «cchc-metrics init» viết; sửa được bằng tay. Dòng bắt đầu bằng # là chú thích.",
        "# Dòng «#?» là điều chưa chắc: sửa cho đúng rồi bỏ «#?» đi.",
        "",
    ]
    lines += [_line(entry, _TOP.get(entry.where[0], "")) for entry in proposal.entries if len(entry.where) == 1]
    lines += kept.top
    lines += _units(proposal, kept)
    for section, comment in _SECTIONS.items():
        own = [entry for entry in proposal.entries if entry.where[0] == section]
        if own:
            lines += ["", f"# {comment}"]
        done: set[tuple[str, ...]] = set()
        for entry in own:
            table = entry.where[:-1]
            if table in done:
                continue
            done.add(table)
            some = [other for other in own if other.where[:-1] == table]
            lines += ["", f"[{'.'.join(map(_key, table))}]"]
            lines += [_line(other, _about(other)) for other in some]
    lines += ["", *kept.tables] if kept.tables else []
    lines += ["", *kept.comments] if kept.comments else []
    lines += ["", *(line for read in proposal.read for line in _seen(read))]
    lines += [f"# «{_one_line(place)}»: không nhận ra là loại hồ sơ nào, chưa dùng." for place in proposal.unknown]
    return "\n".join(lines).rstrip() + "\n"


def _line(entry: Entry, comment: str) -> str:
    value = "" if entry.value is None else entry.value
    line = f"{_key(entry.where[-1])} = {_value(entry, value)}"
    cells = f"{entry.cells} ô" if entry.cells and entry.where[0] != "files" else ""
    aside = _one_line("; ".join(filter(None, [comment, cells])))  # a heading may stand on several lines
    return ("" if entry.sure else "#? ") + line + (f"  # {aside}" if aside else "")


def _value(entry: Entry, value: Answer) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    if entry.where == ("extracted_on",) and value:
        return value
    return _text(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _about(entry: Entry) -> str:
    """Return what a code means, in Vietnamese, and for what is in doubt what can be written."""
    if entry.where[0] == "encoding":
        return entry.sample
    if entry.where[0] not in ("values", "blank", "columns") or isinstance(entry.value, tuple):
        return ""
    choice = schema_by_name(KINDS[entry.where[1]].model)[entry.where[2]].choice
    if choice is None:
        return ""
    if entry.value is None:
        return "ghi một trong: " + ", ".join(choice.labels())
    return next((str(member.vi) for member in choice if member.value == entry.value), "")


def _units(proposal: Proposal, kept: Kept) -> Iterator[str]:
    codes = {entry.where[1]: entry for entry in proposal.entries if entry.where[0] == "units"}
    own = {entry.where[0]: entry.value for entry in proposal.entries if len(entry.where) == 1}
    new = {name: unit for name, unit in proposal.units.items() if name not in kept.units}
    if new:
        yield ""
        yield "# Các đơn vị trực thuộc; mã do init đặt, sửa cho đúng mã của đơn vị."
    for name, (kind, level) in new.items():
        entry = codes[name]
        mark = "" if entry.sure else "#? "
        yield ""
        yield f"{mark}[[units]]"
        for key, value in (("code", entry.value), ("name", name), ("kind", kind), ("level", level), ("parent", own.get("code"))):
            yield f"{mark}{key} = {_text(str(value or ''))}"


def _seen(read: Read) -> Iterator[str]:
    yield f"# {KINDS[read.kind].vi}: {', '.join(map(_one_line, read.places))}; {read.rows} dòng."
    if read.known:
        yield "#   Cột đã hiểu: " + ", ".join(f"«{_one_line(heading)}» = {column}" for heading, column in read.known) + "."
    if read.unused:
        yield f"#   {read.unused} cột khác không dùng, không được đọc và không được chép đi đâu."
    if read.missing:
        yield f"#   Chưa tìm thấy cột: {', '.join(read.missing)}."


def _one_line(text: str) -> str:
    return " ".join(one_line(text).split())  # nor has TOML control characters in its comments
