"""The parts of a workbook or document, an archive of XML: which is what, and the archive again with some of them changed."""

from __future__ import annotations

import copy
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar
from xml.parsers import expat

from cchc_metrics.errors import InputError
from cchc_metrics.report.template_styles import Styles
from cchc_metrics.report.template_xml import Node, nodes
from cchc_metrics.text import Lang

NAME: Final = re.compile(r"\{\{([^{}]*)\}\}")
"""A name in a text: what stands between two braces and two braces."""
MARK: Final = "{{"
MOST_UNPACKED: Final = 1 << 31
"""In bytes, of all that is packed in a form."""
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, RuntimeError, ValueError, LookupError, EOFError, OSError, StopIteration,
)  # fmt: skip
"""What reading a file raises that is no workbook or document, or a damaged one."""
Words = Callable[[re.Match[str]], str]
"""Gives what stands for a match of ``NAME`` in its text."""
Form = TypeVar("Form")


@dataclass(frozen=True, slots=True)
class Place:
    """A text of a form that holds names.

    Args:
        where: how it is called: ``Biểu 1!C5``, ``bảng 1, dòng 2, cột 3``.
        text: the whole text.
        cell: whether it is a cell, which can hold a number.
        number_format: the cell's own number format; ``""`` where it has none, or is of text.
        where_en: how it is called in English; ``""`` where that is the same.
    """

    where: str
    text: str
    cell: bool = False
    number_format: str = ""
    where_en: str = ""

    def called(self, lang: Lang) -> str:
        """Return how it is called in a language."""
        return (self.where_en or self.where) if lang == "en" else self.where


def read_form(path: Path, understand: Callable[[bytes], Form], *, program: str, ending: str) -> Form:
    """Return a form as it is understood from its bytes.

    Args:
        path: the file.
        understand: gives the form, and may fail on any of them in the way of archives and XML.
        program: by what it can be written anew.
        ending: how.

    Raises:
        InputError: it cannot be read, or is broken.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"không đọc được {path}: {error.strerror}", f"cannot read {path}: {error.strerror}") from None
    try:
        return understand(data)
    except InputError as error:
        raise InputError(f"«{path.name}»: {error.vi}", f"«{path.name}»: {error.en}") from None
    except _BROKEN as error:
        raise InputError(
            f"«{path.name}» hỏng, có mật khẩu hoặc không phải {ending}; mở bằng {program}, bỏ mật khẩu rồi lưu dạng {ending}",
            f"«{path.name}» is broken, protected by a password or no {ending}; open it in {program} and save it as {ending} "
            "without a password",
        ) from error


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a file.

    Args:
        entries: what the archive says of each part.
        contents: name of a part → its bytes.
    """

    entries: tuple[zipfile.ZipInfo, ...]
    contents: Mapping[str, bytes]

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return the parts of a file; raises what its archive and its XML raise where it is damaged, or it would unpack to too much."""
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = tuple(file.infolist())
            size = sum(entry.file_size for entry in entries)  # no more is unpacked than an entry says
            if size > MOST_UNPACKED:
                raise InputError(
                    f"mẫu mở ra thành {size} byte, quá {MOST_UNPACKED}", f"the form unpacks to {size} bytes, over {MOST_UNPACKED}"
                )
            return cls(entries, {entry.filename: file.read(entry) for entry in entries})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts, in the order of the archive."""
        return tuple(entry.filename for entry in self.entries)

    @property
    def signed(self) -> bool:
        """Whether there is a digital signature."""
        return any(name.startswith("_xmlsignatures/") for name in self.names)

    @property
    def main(self) -> str:
        """The part that all others hang on."""
        return next(part for kind, _, part in _links(self.contents, "") if kind == "officeDocument")

    def read(self, part: str) -> bytes:
        """Return the bytes of a part."""
        return self.contents[part]

    def written(self, changed: Mapping[str, bytes]) -> bytes:
        """Return the file with some of its parts changed; the same input gives the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for entry in self.entries:
                file.writestr(copy.copy(entry), changed.get(entry.filename, self.contents[entry.filename]))
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """The parts of a workbook, and which is what.

    Args:
        package: all parts.
        workbook: the part that lists the sheets.
        sheets: name of each sheet, in order, and its part.
        strings, styles: the parts of the texts that cells share and of their forms; ``""`` where there is none.
    """

    package: Package
    workbook: str
    sheets: tuple[tuple[str, str], ...]
    strings: str
    styles: str

    @classmethod
    def of(cls, data: bytes) -> WorkbookParts:
        """Return the parts of a workbook; raises what its archive and its XML raise where it is damaged."""
        package = Package.of(data)
        contents, workbook = package.contents, package.main
        links = list(_links(contents, workbook))
        of_id = {number: part for kind, number, part in links if kind == "worksheet"}
        (root,) = nodes(contents[workbook], {"sheets"})
        listed = [(node.attributes["name"], next(v for key, v in node.attributes.items() if key.endswith(":id"))) for node in root.children]
        found = {kind: part for kind, _, part in links}
        return cls(
            package,
            workbook,
            tuple((name, of_id[number]) for name, number in listed if number in of_id),
            found.get("sharedStrings", ""),
            found.get("styles", ""),
        )

    def read(self, part: str) -> bytes:
        """Return the bytes of a part."""
        return self.package.read(part)

    def shared(self) -> list[list[Node]]:
        """Return the texts that cells share, each as the elements it consists of."""
        return [list(node.leaves({"t"})) for node in nodes(self.read(self.strings), {"si"})] if self.strings else []

    def new_styles(self) -> Styles:
        """Return the forms of cells, to which forms can be added."""
        return Styles(self.read(self.styles) if self.styles else b"")


def _links(contents: Mapping[str, bytes], part: str) -> Iterator[tuple[str, str, str]]:
    """Yield the parts that a part refers to: the kind of what they are, the number it knows them by, and their name."""
    folder, name = posixpath.split(part)
    for node in nodes(contents[posixpath.join(folder, "_rels", name + ".rels")], {"Relationship"}):
        if node.attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, node.attributes["Target"])).lstrip("/")
            yield posixpath.basename(node.attributes["Type"]), node.attributes["Id"], target
