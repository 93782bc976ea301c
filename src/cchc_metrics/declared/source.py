"""From bytes or text to plain data: decoding, parsing, and the limits that every declared file keeps."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from cchc_metrics.declared.lines import Path, deep_line, json_lines, toml_lines
from cchc_metrics.errors import CchcError, MistakesError
from cchc_metrics.text import Text

DEEPEST, LONGEST = 50, 100
"""How deep tables and lists may be nested, and how many digits a number may have."""
LARGEST = 1 << 24
"""How many characters of TOML there may be; nobody writes more by hand."""

_HUGE = re.compile(r"[0-9][0-9_]{4000,}|[eE][+-]?[0-9_]{15,}")
_DOTTED = re.compile(rf"(?m)(?:^|[\[{{,])[ \t]*(?:[\w-]+[ \t]*\.[ \t]*){{{DEEPEST}}}")
"""A key of so many parts takes its reader a time that grows with their square."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a declared file says, with what is needed to name a place in it.

    Args:
        file: its name, for messages.
        data: the tables; numbers are int and Decimal, never float.
        text: the text, without a byte order mark.
        form: the format.
        error: the class of error that its mistakes are raised as.
    """

    file: str
    data: Mapping[str, Any]
    text: str = ""
    form: Literal["toml", "json"] = "toml"
    error: type[MistakesError] = MistakesError

    def lines(self) -> dict[Path, int]:
        """Return place → line of every table, key and item."""
        if not self.text:
            return {}
        return toml_lines(self.text) if self.form == "toml" else json_lines(self.text)[0]


def decode(raw: str | bytes, file: str, *, error: type[MistakesError] = MistakesError) -> str:
    r"""Return the text of a declared file: UTF-8 with or without a byte order mark.

    Args:
        raw: the bytes of the file, or its text.
        file: its name, for messages.
        error: the class of error that is raised.

    Raises:
        MistakesError: the bytes are not UTF-8; names the line and the fix.

    >>> decode("\ufeffcode = 1".encode(), "district.toml")
    'code = 1'
    """
    if isinstance(raw, str):
        return raw.removeprefix("\ufeff")
    if not isinstance(raw, bytes):
        raise CchcError(
            f"{file}: cần nội dung tệp (chuỗi hoặc bytes), không phải {type(raw).__name__}",
            f"{file}: the text or the bytes of the file are needed, not {type(raw).__name__}",
        )
    fix_vi, fix_en = "lưu lại dạng UTF-8 (Notepad: Save As, Encoding: UTF-8)", "save it as UTF-8 (Notepad: Save As, Encoding: UTF-8)"
    if raw.startswith(_UTF16):
        raise error(f"{file}: là UTF-16; {fix_vi}", f"{file}: is UTF-16; {fix_en}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line, byte = raw.count(b"\n", 0, wrong.start) + 1, raw[wrong.start]
        raise error(
            f"{file}:{line}: không phải UTF-8 (byte 0x{byte:02x}); {fix_vi}", f"{file}:{line}: is not UTF-8 (byte 0x{byte:02x}); {fix_en}"
        ) from None


def parse_toml(raw: str | bytes, file: str, *, error: type[MistakesError] = MistakesError) -> Declared:
    """Return what TOML says.

    Args:
        raw: the bytes of the file, or its text.
        file: its name, for messages.
        error: the class of error that mistakes are raised as, now and later.

    Raises:
        MistakesError: it is not UTF-8 or not TOML, is nested too deep or holds a number that is too long; names the line and the fix.

    >>> parse_toml("rate = 92.83", "own.toml").data
    {'rate': Decimal('92.83')}
    """
    text = decode(raw, file, error=error)
    if len(text) > LARGEST:
        vi, en = f"{len(text)} ký tự, quá {LARGEST}; chia thành nhiều tệp", f"{len(text)} characters, over {LARGEST}; split the file"
        raise error(f"{file}: {vi}", f"{file}: {en}")
    if deep := _DOTTED.search(text):
        _refuse_deep(file, text.count("\n", 0, deep.end()) + 1, error)
    data = _parsed(text, file, error, partial(tomllib.loads, parse_float=Decimal), "TOML")
    found = Declared(file, data, text, "toml", error)
    _refuse(found, list(_over_limits(data)))
    return found


def _refuse_deep(file: str, line: int, error: type[MistakesError]) -> None:
    raise error(f"{file}:{line}: {_TOO_DEEP.vi}", f"{file}:{line}: {_TOO_DEEP.en}")


def source_of(given: str | bytes | Mapping[str, Any], file: str, *, error: type[MistakesError] = MistakesError) -> Declared:
    """Return what TOML says, or what is declared by data that were read already; its places have no lines.

    Args:
        given: the TOML, or the data. A float is the decimal number that it prints as.
        file: a name, for messages.
        error: the class of error that mistakes are raised as, now and later.

    Raises:
        MistakesError: as for ``parse_toml``; or it is data that JSON cannot say.

    >>> source_of({"rate": 92.83}, "plan").data
    {'rate': Decimal('92.83')}
    """
    if not isinstance(given, Mapping):
        return parse_toml(given, file, error=error)
    try:
        text = json.dumps(given, ensure_ascii=False, default=_day_text)
    except (TypeError, ValueError, RecursionError):
        raise error(f"{file}: không phải dữ liệu như của JSON", f"{file}: is no data such as JSON has") from None
    return replace(parse_json(text, file, error=error), text="")


def _day_text(value: object) -> str:
    if isinstance(value, (date, Decimal)):
        return str(value)
    raise TypeError


def parse_json(raw: str | bytes, file: str, *, error: type[MistakesError] = MistakesError) -> Declared:
    r"""Return what JSON says; it must be an object, and no object may have a key twice.

    Args, Raises: as for ``parse_toml``.

    >>> parse_json('{"years":\n {"2021": {}, "2021": {}}}', "calendar.json")
    Traceback (most recent call last):
        ...
    cchc_metrics.errors.MistakesError: calendar.json:2: years.2021: khóa lặp lại | calendar.json:2: years.2021: the key occurs twice
    """
    text = decode(raw, file, error=error)
    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        repeated.extend(["twice"] if len(table) < len(pairs) else [])
        return table

    data = _parsed(text, file, error, partial(json.loads, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=once), "JSON")
    if not isinstance(data, dict):
        raise error(f"{file}: cần một đối tượng {{ … }}", f"{file}: an object {{ … }} is needed")
    found = Declared(file, data, text, "json", error)
    _refuse(found, list(_over_limits(data)))
    if repeated:
        twice = [(f"{file}:{line}: {'.'.join(map(str, path))}") for path, line in json_lines(text)[1]]
        raise error("\n".join(f"{at}: khóa lặp lại" for at in twice), "\n".join(f"{at}: the key occurs twice" for at in twice))
    return found


def _no_constant(name: str) -> None:
    raise CchcError(f"«{name}» không phải số", f"«{name}» is no number")


def _parsed(text: str, file: str, error: type[MistakesError], parse: Callable[[str], Any], form: str) -> Any:
    try:
        return parse(text)
    except CchcError as wrong:
        raise error(f"{file}: {wrong.vi}", f"{file}: {wrong.en}") from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as wrong:
        line, said = _syntax(str(wrong), text)
        raise error(f"{file}:{line}: không phải {form}: {said.vi}", f"{file}:{line}: not {form}: {said.en}") from None
    except RecursionError:
        line = deep_line(text, DEEPEST) or 1
        raise error(f"{file}:{line}: {_TOO_DEEP.vi}", f"{file}:{line}: {_TOO_DEEP.en}") from None
    except (ValueError, ArithmeticError):  # int() of more digits than Python reads, an exponent of more than Decimal has
        huge = _HUGE.search(text)
        line = text.count("\n", 0, huge.start() if huge else 0) + 1
        raise error(f"{file}:{line}: {_TOO_LONG.vi}", f"{file}:{line}: {_TOO_LONG.en}") from None


def _refuse(source: Declared, over: list[tuple[Path, Text]]) -> None:
    if over:
        from cchc_metrics.declared.mistakes import Mistakes  # noqa: PLC0415  which needs this module

        mistakes = Mistakes(source)
        for path, text in over:
            mistakes.say(path, text.vi, text.en)
        mistakes.raise_if_any()


def _over_limits(data: object) -> Iterator[tuple[Path, Text]]:
    """Yield what would break arithmetic, recursion or printing further on."""
    stack: list[tuple[Path, Any]] = [((), data)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, (dict, list)):
            if len(path) > DEEPEST:
                yield path[:DEEPEST], _TOO_DEEP
                continue
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, inner in pairs:
                if isinstance(key, str) and not _written(key):
                    yield path, _HALF
                else:
                    stack.append(((*path, key), inner))
        elif isinstance(value, str) and not _written(value):
            yield path, _HALF
        elif (isinstance(value, int) and value.bit_length() > LONGEST * 3.33) or (isinstance(value, Decimal) and _long(value)):
            yield path, _TOO_LONG


def _long(value: Decimal) -> bool:
    return value.is_finite() and (len(value.as_tuple().digits) > LONGEST or abs(value.adjusted()) > LONGEST)


def _written(text: str) -> bool:
    """Return whether a text can be written as UTF-8: JSON can spell one half of a pair of surrogates."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


_TOO_DEEP = Text(f"lồng nhau quá {DEEPEST} tầng", f"nested more than {DEEPEST} deep")
_TOO_LONG = Text(f"số dài hơn {LONGEST} chữ số", f"a number of more than {LONGEST} digits")
_HALF = Text("chuỗi có nửa ký tự (surrogate)", "a text with half a character (a lone surrogate)")

_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$|: line (\d+) column \d+ \(char \d+\)$")


def _syntax(message: str, text: str) -> tuple[int, Text]:
    """Return the line and the words of a parser's message; it is English and knows no fix."""
    at = _AT.search(message)
    line = int(at[1] or at[2] or 0) if at else 0
    english = message[: at.start()] if at else message
    vi, fix_en = next(((vi, fix) for beginning, vi, fix in _SYNTAX if english.startswith(beginning)), ("sai cú pháp", ""))
    return line or text.count("\n") + (not text.endswith("\n")), Text(vi, english + fix_en)


_SYNTAX = (
    ("Expected '=' after a key", "thiếu dấu = sau tên khóa", ""),
    ("Invalid value", "giá trị không hợp lệ; chữ phải đặt trong ngoặc kép", "; text goes in quotation marks"),
    ("Invalid initial character for a key part", "tên khóa không hợp lệ; tên có dấu đặt trong ngoặc kép", "; quote names with marks"),
    ("Invalid statement", "dòng không hợp lệ; viết khóa = giá trị", "; write key = value"),
    (
        "Expected newline or end of document",
        "thừa chữ sau giá trị; xuống dòng hoặc đặt chữ trong ngoặc kép",
        "; text goes in quotation marks",
    ),
    ("Unclosed array", "danh sách chưa đóng bằng ]", ""),
    ("Unclosed inline table", "bảng chưa đóng bằng }", ""),
    ("Unterminated string", "chuỗi chưa đóng ngoặc kép", ""),
    (
        "Illegal character",
        "ký tự không được phép trong chuỗi; đóng ngoặc kép trước khi xuống dòng",
        "; close the quotation mark on its line",
    ),
    ("Unescaped '\\'", "dấu \\ trong chuỗi phải viết \\\\, hoặc dùng ngoặc đơn", "; write \\\\ or use single quotes"),
    ("Cannot overwrite a value", "khóa hoặc bảng lặp lại", ": the key or table is there already"),
    ("Cannot declare", "bảng lặp lại", ""),
    ("Duplicate inline table key", "khóa lặp lại", ""),
    ("Cannot", "bảng đã đóng, không thêm khóa được", ""),
    ("Expected ']", "đầu bảng chưa đóng bằng ]", ""),
    ("Expected", "thiếu dấu hoặc ngoặc kép", ""),
    ("Invalid date or datetime", "ngày không có thật; viết như 2022-12-31", "; write it like 2022-12-31"),
    ("Found invalid character", "ký tự không hợp lệ", ""),
)
