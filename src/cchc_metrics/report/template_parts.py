"""The parts of a workbook, an archive of XML: which is what, and the archive again with some of them changed."""

from __future__ import annotations

import copy
import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cchc_metrics.report.template_styles import Styles
from cchc_metrics.report.template_xml import Node, nodes


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """The parts of a workbook.

    Args:
        entries: what the archive says of each part.
        contents: name of a part → its bytes.
        workbook: the part that lists the sheets.
        sheets: name of each sheet, in order, and its part.
        strings, styles: the parts of the texts that cells share and of their forms; ``""`` where there is none.
    """

    entries: tuple[zipfile.ZipInfo, ...]
    contents: Mapping[str, bytes]
    workbook: str
    sheets: tuple[tuple[str, str], ...]
    strings: str
    styles: str

    @classmethod
    def of(cls, data: bytes) -> WorkbookParts:
        """Return the parts of a workbook; raises what its archive and its XML raise where it is damaged."""
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = tuple(file.infolist())
            contents = {entry.filename: file.read(entry) for entry in entries}
        workbook = next(part for kind, _, part in _links(contents, "") if kind == "officeDocument")
        links = list(_links(contents, workbook))
        of_id = {number: part for kind, number, part in links if kind == "worksheet"}
        (root,) = nodes(contents[workbook], {"sheets"})
        listed = [(node.attributes["name"], next(v for key, v in node.attributes.items() if key.endswith(":id"))) for node in root.children]
        found = {kind: part for kind, _, part in links}
        return cls(
            entries,
            contents,
            workbook,
            tuple((name, of_id[number]) for name, number in listed if number in of_id),
            found.get("sharedStrings", ""),
            found.get("styles", ""),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts, in the order of the archive."""
        return tuple(entry.filename for entry in self.entries)

    @property
    def signed(self) -> bool:
        """Whether there is a digital signature."""
        return any(name.startswith("_xmlsignatures/") for name in self.names)

    def read(self, part: str) -> bytes:
        """Return the bytes of a part."""
        return self.contents[part]

    def shared(self) -> list[list[Node]]:
        """Return the texts that cells share, each as the elements it consists of."""
        return [list(node.leaves({"t"})) for node in nodes(self.read(self.strings), {"si"})] if self.strings else []

    def new_styles(self) -> Styles:
        """Return the forms of cells, to which forms can be added."""
        return Styles(self.read(self.styles) if self.styles else b"")

    def written(self, changed: Mapping[str, bytes]) -> bytes:
        """Return the workbook with some of its parts changed; the same input gives the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for entry in self.entries:
                file.writestr(copy.copy(entry), changed.get(entry.filename, self.contents[entry.filename]))
        return out.getvalue()


def _links(contents: Mapping[str, bytes], part: str) -> Iterator[tuple[str, str, str]]:
    """Yield the parts that a part refers to: the kind of what they are, the number it knows them by, and their name."""
    folder, name = posixpath.split(part)
    for node in nodes(contents[posixpath.join(folder, "_rels", name + ".rels")], {"Relationship"}):
        if node.attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, node.attributes["Target"])).lstrip("/")
            yield posixpath.basename(node.attributes["Type"]), node.attributes["Id"], target
