"""How much a file may hold: asked before memory is taken for it, since a file of a few kilobytes can ask for any amount."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from cchc_metrics.errors import InputError, suggestion
from cchc_metrics.read.raw import UnreadableFileError

MOST_STORED: Final = 1 << 30
"""In bytes, of what is read whole beside the tables: an earlier report, a snapshot, settings."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file of a table may hold; ``[limits]`` of ``district.toml`` says otherwise.

    Args:
        file_bytes: of a workbook or a web page, which are read whole.
        unpacked_bytes: of all that is packed in a workbook.
        cells: of the rectangles of all sheets of a workbook: the million rows of a sheet of Excel, 64 columns wide.
        page_cells: of a web page or a workbook in XML, whose cells are Python's.
        rows: below the heading of a file that is read whole, of whatever form, blank ones too.
        rows_in_parts: of Parquet and of a query, which are counted part by part.
        headings: of any table.
    """

    file_bytes: int = 1 << 30
    unpacked_bytes: int = 1 << 31
    cells: int = 1 << 26
    page_cells: int = 30_000_000
    rows: int = 1 << 27
    rows_in_parts: int = 1 << 31
    headings: int = 1 << 14

    def check(self, name: str, found: int, vi: str, en: str) -> None:
        """Check one limit.

        Args:
            name: of the limit, as it is declared.
            found: how much there is.
            vi: what there is too much of, in Vietnamese.
            en: the same in English.

        Raises:
            UnreadableFileError: there is more; the message names both, and how to raise the limit.
        """
        most = getattr(self, name)
        if found > most:
            raise UnreadableFileError(
                f"{vi}: {found}, quá {most}; chia thành nhiều tệp, lưu dạng CSV, hoặc ghi {name} = {found} dưới [limits] nếu máy đủ bộ nhớ",
                f"{en}: {found}, over {most}; split the file, save it as CSV, or write {name} = {found} under [limits] if memory allows",
            )

    def check_table(self, headings: int, rows: int = 0, *, in_parts: bool = False) -> None:
        """Check how large a table is, or what of it was read so far.

        Args:
            headings: how many it has.
            rows: how many there are at least.
            in_parts: whether it is counted part by part.

        Raises:
            UnreadableFileError: there are more; the message names what is over the limit, and how to raise it.
        """
        if headings > self.headings:
            raise UnreadableFileError(
                f"quá nhiều tiêu đề cột: {headings}, quá {self.headings}; bỏ các cột thừa, hoặc ghi headings = {headings} dưới [limits]",
                f"too many headings: {headings}, over {self.headings}; remove columns, or write headings = {headings} under [limits]",
            )
        name = "rows_in_parts" if in_parts else "rows"
        most = getattr(self, name)
        if rows > most:
            raise UnreadableFileError(
                f"quá nhiều dòng: ít nhất {rows}, quá {most}; chia tệp, hoặc ghi {name} lớn hơn dưới [limits] nếu máy đủ bộ nhớ",
                f"too many rows: at least {rows}, over {most}; split the file, or write a larger {name} under [limits] if memory allows",
            )


LIMITS: Final = Limits()
"""Where nothing is said."""
_MOST: Final = 1 << 40


def limits_of(said: Mapping[str, Any], error: Callable[[str, str], Exception] = InputError) -> Limits:
    """Return the limits that are said, the others as they are.

    Args:
        said: name → how much.
        error: what is raised.

    Raises:
        InputError: there is no such limit, or it is no whole number from 1.

    >>> limits_of({"cells": 1000}).cells, limits_of({}).cells
    (1000, 67108864)
    """
    names = [field.name for field in fields(Limits)]
    for name, value in said.items():
        if name not in names:
            vi, en = suggestion(str(name), names)
            listed = ", ".join(names)
            raise error(f"không có giới hạn «{name}»{vi}; có: {listed}", f"there is no limit «{name}»{en}; there are: {listed}")
        if type(value) is not int or not 1 <= value <= _MOST:
            raise error(f"{name} phải là số nguyên từ 1 đến {_MOST}", f"{name} must be a whole number from 1 to {_MOST}")
    return Limits(**said)
