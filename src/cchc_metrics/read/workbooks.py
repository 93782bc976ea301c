"""Opening a workbook, whatever its form: calamine reads .xlsx, .xls, .xlsb and .ods; web pages and Excel 2003's XML are read here."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cchc_metrics.errors import InputError
from cchc_metrics.read.archives import check_area, check_unpacked, same_for_all
from cchc_metrics.read.formats import form_of, other_archive
from cchc_metrics.read.grids import GridBook
from cchc_metrics.read.html_tables import html_book, mhtml_book
from cchc_metrics.read.limits import LIMITS, Limits
from cchc_metrics.read.old_text import Rewrite, converter
from cchc_metrics.read.raw import UnreadableFileError
from cchc_metrics.read.xml_workbook import xml_book

_OLE: Final = b"\xd0\xcf\x11\xe0"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True, eq=False)
class Workbook:
    """A workbook that is open.

    Args:
        reader: calamine's, or sheets in memory.
        data: the file.
        rewrite: what makes Unicode of its texts.
    """

    reader: Any
    data: bytes
    rewrite: Rewrite | None = None

    @property
    def in_memory(self) -> bool:
        """Whether its sheets are in memory, as those of web pages are."""
        return isinstance(self.reader, GridBook)

    def sheet(self, name: str) -> Any:
        """Return a sheet.

        Raises:
            UnreadableFileError: it is broken, or the workbook does not hold what it names.
        """
        with broken():
            return self.reader.get_sheet_by_name(name)

    def names(self, *, hidden: bool) -> list[str]:
        """Return the names of the sheets that are hidden, or of those that are not."""
        if self.in_memory:
            return [grid.name for grid in self.reader.grids if grid.hidden is hidden]
        from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415  an extra

        sheets = [meta for meta in self.reader.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        return [meta.name for meta in sheets if (meta.visible != SheetVisibleEnum.Visible) is hidden]


@contextmanager
def broken() -> Iterator[None]:
    """Say in one way that a workbook is broken, whatever its reader stumbles over.

    Raises:
        UnreadableFileError: it is broken.
    """
    try:
        yield
    except BaseException as error:  # a panic of the reader is no Exception
        module = type(error).__module__
        if type(error).__name__ == "PasswordError" or not (
            module.startswith(("python_calamine", "pyo3_runtime")) or isinstance(error, (OverflowError, MemoryError, OSError))
        ):
            raise
        raise UnreadableFileError(
            f"tệp hỏng hoặc không phải bảng tính: {error}; mở bằng Excel rồi lưu lại dạng .xlsx",
            f"broken, or no workbook: {error}; open it in Excel and save it as .xlsx",
        ) from None


def open_workbook(path: Path, encoding: str = "", limits: Limits = LIMITS) -> Workbook:
    """Return a workbook that is open, by the reader of its form.

    Args:
        path: the file.
        encoding: of its texts, where they are not in Unicode.
        limits: how much it may hold.

    Raises:
        UnreadableFileError: the file is no workbook, is protected by a password, or holds more than the limits say.
        InputError: the reader of workbooks is not installed.
        OSError: it cannot be opened.
    """
    form, rewrite = form_of(path), converter(encoding)
    limits.check("file_bytes", path.stat().st_size, "tệp có quá nhiều byte", "the file has too many bytes")
    data = path.read_bytes()
    if form == "html":
        return Workbook(html_book(data, encoding, limits), data, rewrite)
    if form == "mhtml":
        return Workbook(mhtml_book(data, encoding, limits), data, rewrite)
    if form == "xml":
        return Workbook(xml_book(data, limits), data, rewrite)
    try:
        from python_calamine import CalamineWorkbook, PasswordError  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError(
            'thiếu phần bổ trợ "excel" để đọc bảng tính; cài: pip install "cchc-metrics[excel]"',
            'the extra "excel", which reads workbooks, is missing; install: pip install "cchc-metrics[excel]"',
        ) from None
    locked = UnreadableFileError(
        "tệp có mật khẩu; bỏ mật khẩu rồi lưu lại", "the file is protected by a password; remove it and save the file again"
    )
    if data.startswith(_OLE) and _LOCKED in data:
        raise locked
    other = other_archive(data)
    if other is not None:
        raise other
    check_unpacked(data, limits)
    if not data.startswith(_OLE):
        data = same_for_all(data)
    check_area(data, limits)
    try:
        with broken():
            return Workbook(CalamineWorkbook.from_filelike(io.BytesIO(data)), data, rewrite)
    except PasswordError:
        raise locked from None
