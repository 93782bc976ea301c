"""What a file is: how it begins says so, whatever its name ends in; a table under another ending is read, and it is said."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from cchc_metrics.read.raw import UnreadableFileError

Form = Literal["parquet", "workbook", "html", "xml", "mhtml", "text"]
"""What a file is: Parquet; a workbook as calamine reads them; an HTML page; a workbook in the XML of Excel 2003; a web page in one file;
text with delimiters."""

_PARQUET: Final = b"PAR1"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BEGINNING: Final = 8192
_BROKEN: Final = (zipfile.BadZipFile, struct.error, NotImplementedError, OSError, ValueError, LookupError)
"""What the reader of archives says of one that is broken."""
_OTHERS: Final = (
    (b"%PDF", "PDF", "PDF"),
    (b"{\\rtf", "văn bản RTF", "an RTF document"),
    (b"\x89PNG", "ảnh PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "ảnh JPEG", "a JPEG picture"),
    (b"GIF8", "ảnh GIF", "a GIF picture"),
    (b"7z\xbc\xaf\x27\x1c", "tệp nén 7z", "a 7z archive"),
    (b"Rar!", "tệp nén RAR", "a RAR archive"),
    (b"\x1f\x8b", "tệp nén gzip", "a gzip archive"),
    (b"SQLite format 3", "cơ sở dữ liệu SQLite", "a SQLite database"),
    (b"\x00\x01\x00\x00Standard ", "cơ sở dữ liệu Access", "an Access database"),
    *(
        (mark, "bảng tính của Excel 95 hoặc cũ hơn", "a workbook of Excel 95 or older")
        for mark in (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")
    ),
)
_BINARY: Final[tuple[tuple[bytes, Form], ...]] = ((_PARQUET, "parquet"), (_ZIP, "workbook"), (_OLE, "workbook"))
_MARKUP: Final = re.compile(r"(?:<\?[\w-]+\b[^>]*>|<!--.*?-->|<!doctype\b[^>]*>|\s+)*", re.DOTALL | re.IGNORECASE)
_HTML: Final = re.compile(
    r"<(?:html|head|body|table|meta|style|title|div|center|form|script|p|h[1-6]|font|span|br|thead|tbody|tr)\b", re.IGNORECASE
)
_TABLE: Final = re.compile(r"<(?:table|tr|td)\b", re.IGNORECASE)
_ELEMENT: Final = re.compile(r"<[A-Za-z][\w.:-]*[\s>/]")
_MHTML: Final = re.compile(
    r"\s*(?:[\w-]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)*?(?:MIME-Version:|Content-Type:\s*multipart/)", re.IGNORECASE
)
_JSON: Final = re.compile(r'\s*(?:\[\s*)?\{\s*"')
_XML_WORKBOOK: Final = "urn:schemas-microsoft-com:office:spreadsheet"


def form_of(path: Path) -> Form:
    """Return what a file is.

    Raises:
        UnreadableFileError: it cannot be opened, or is nothing that a table could be read from; the message says what it is and how to save
            it.
    """
    if path.is_dir() or path.suffix.lower() == ".parquet":
        return "parquet"
    begins = beginning(path)
    for mark, form in _BINARY:
        if begins.startswith(mark):
            return form
    for mark, vi, en in _OTHERS:
        if begins.startswith(mark):
            raise _no_table(vi, en)
    return _form_of_text(_as_text(begins))


def _form_of_text(text: str) -> Form:
    if _MHTML.match(text):
        return "mhtml"
    if _JSON.match(text):
        raise _no_table("JSON", "JSON")
    prolog = _MARKUP.match(text)
    rest = text if prolog is None else text[prolog.end() :]
    if not rest.startswith("<"):
        return "html" if all(f"<{tag}" in text.lower() for tag in ("table", "tr", "td")) else "text"
    if _HTML.match(rest):  # Excel writes the name of its XML into its HTML, too, as that of a prefix
        return "html"
    if _XML_WORKBOOK in text:
        return "xml"
    if _TABLE.search(text):
        return "html"
    if _ELEMENT.match(rest):
        raise _no_table("XML không phải bảng tính Excel 2003", "XML that is no Excel 2003 workbook")
    return "text"


def _no_table(vi: str, en: str) -> UnreadableFileError:
    return UnreadableFileError(f"đây là {vi}, không phải bảng; lưu lại dạng .xlsx", f"this is {en}, no table; save it as .xlsx")


def _as_text(data: bytes) -> str:
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace")
    for start, codec in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if data.startswith(start):
            return data.decode(codec, "replace")
    return data.decode("latin-1")


def beginning(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        UnreadableFileError: it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(_BEGINNING)
    except OSError as error:
        raise UnreadableFileError(f"{error.strerror or error}", f"{error.strerror or error}") from None


_NAMED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "parquet": (".parquet",),
        "html": (".html", ".htm", ".xhtml"),
        "xml": (".xml",),
        "mhtml": (".mht", ".mhtml"),
        "text": (".csv", ".tsv", ".txt", ".tab"),
        "xlsx": (".xlsx", ".xlsm"),
        "xlsb": (".xlsb",),
        "ods": (".ods",),
        "xls": (".xls",),
    }
)
_WHAT: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "parquet": ("Parquet", "Parquet"),
        "html": ("bảng HTML", "an HTML table"),
        "xml": ("bảng tính XML của Excel 2003", "a workbook in the XML of Excel 2003"),
        "mhtml": ("trang web trong một tệp (MHTML)", "a web page in one file (MHTML)"),
        "text": ("văn bản có dấu phân cách (CSV)", "text with delimiters (CSV)"),
        "xlsx": ("bảng tính .xlsx", "an .xlsx workbook"),
        "xlsb": ("bảng tính .xlsb", "an .xlsb workbook"),
        "ods": ("bảng tính .ods", "an .ods workbook"),
        "xls": ("bảng tính .xls", "an .xls workbook"),
    }
)


def disguise(path: Path, form: Form) -> tuple[str, str] | None:
    """Return what a file is, in both languages, where its name ends as if it were something else; None where it does not.

    Args:
        path: the file.
        form: what it is.
    """
    found = _workbook_form(path) if form == "workbook" else form
    ending = path.suffix.lower()
    known = {other for endings in _NAMED.values() for other in endings}
    return None if ending not in known or ending in _NAMED[found] else _WHAT[found]


def _workbook_form(path: Path) -> str:
    data = beginning(path)
    if data.startswith(_OLE):
        return "xls"
    try:
        with zipfile.ZipFile(path) as parts:
            names = set(parts.namelist())
    except _BROKEN:
        return "xlsx"
    return "xlsb" if "xl/workbook.bin" in names else "ods" if "content.xml" in names else "xlsx"


def other_archive(data: bytes) -> UnreadableFileError | None:
    """Return the error of a file of the form of newer workbooks that is none: a Word document, slides, an archive; else None.

    Args:
        data: the file.
    """
    if not data.startswith(_ZIP):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
    except _BROKEN:
        return None
    if "word/document.xml" in names:
        return _no_table("văn bản Word", "a Word document")
    if "ppt/presentation.xml" in names:
        return _no_table("bản trình chiếu", "a presentation")
    if not {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} & names and "[Content_Types].xml" not in names:
        return _no_table("tệp nén; giải nén rồi dùng tệp bên trong", "an archive; unpack it and use what is inside")
    return None
