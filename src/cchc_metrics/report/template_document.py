"""An office's own Word document whose texts are replaced in place: every byte of the file that says something else stays as it is.

A name may stand in a paragraph, table, header, footer, text box, note, comment or the words of a chart, and Word may have cut it into
several runs; what replaces it has the style of the run in which it begins.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cchc_metrics.report.template_parts import MARK, NAME, Package, Place, Words, read_form
from cchc_metrics.report.template_xml import Edits, Node, nodes, replace_text

_ROOTS: Final = {"body", "hdr", "ftr", "footnotes", "endnotes", "comments"}
_CALLED: Final = (
    ("header", "đầu trang", "header"),
    ("footer", "chân trang", "footer"),
    ("footnotes", "chú thích", "footnotes"),
    ("endnotes", "chú thích cuối", "endnotes"),
    ("comments", "bình luận", "comments"),
)
_DRAWN: Final = ("charts/", "diagrams/")
_DIGITS: Final = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class FormParagraph:
    """A paragraph, or a text of a drawing.

    Args:
        where, where_en: how it is called in each language.
        leaves: the elements that its text consists of.
        again: whether it repeats another, for programs that do not know what it is drawn with.
    """

    where: str
    where_en: str
    leaves: list[Node]
    again: bool = False

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(leaf.text for leaf in self.leaves)


@dataclass(frozen=True, slots=True)
class TemplateDocument:
    """A document with names in its texts.

    Args:
        places: the texts that hold names, in the order of the document.
        refused: where a name stands that is not replaced: in a field, in the description of a picture …
        signed: whether it has a digital signature, which does not hold for another content.
        package: its parts.
    """

    places: tuple[Place, ...]
    refused: tuple[str, ...]
    signed: bool
    package: Package = field(repr=False)
    _texts: Mapping[str, Sequence[FormParagraph]] = field(repr=False)

    @classmethod
    def open(cls, path: Path) -> TemplateDocument:
        """Read a document.

        Raises:
            InputError: it is no .docx or .docm, or cannot be read.
        """
        return read_form(path, lambda data: cls.of(Package.of(data)), program="Word", ending=".docx")

    @classmethod
    def of(cls, package: Package) -> TemplateDocument:
        """Return the document of a package; raises what its XML raises where it is damaged."""
        texts: dict[str, list[FormParagraph]] = {}
        refused: list[str] = []
        for part in text_parts(package):
            data = package.read(part)
            found = paragraphs(part, data, package.main)
            texts[part] = [text for text in found if MARK in text.text]
            # Names that are no text: descriptions of pictures, codes of fields, bookmarks.
            if data.count(MARK.encode()) > sum(leaf.text.count(MARK) for text in texts[part] for leaf in text.leaves):
                refused.append(part)
        refused += [
            part for part in package.names
            if part not in texts and part.endswith(".xml") and "glossary" not in part and MARK.encode() in package.read(part)
        ]  # fmt: skip
        places = [Place(text.where, text.text, where_en=text.where_en) for found in texts.values() for text in found if not text.again]
        return cls(tuple(places), tuple(refused), package.signed, package, texts)

    def filled(self, words: Words) -> bytes:
        """Return the document with its names replaced.

        Args:
            words: gives the text that a name becomes.
        """
        changed: dict[str, bytes] = {}
        for part, texts in self._texts.items():
            data, edits = self.package.read(part), Edits()
            for text in texts:
                replace_text(data, text.leaves, NAME, words, edits)
            if edits:
                changed[part] = edits.applied(data)
        return self.package.written(changed)


def text_parts(package: Package) -> list[str]:
    """Return the parts that have texts: the document first, then those beside it in the order of their names."""
    main = package.main
    folder = posixpath.dirname(main) + "/"
    beside = [
        part for part in sorted(package.names, key=lambda name: (len(name), name))
        if part.startswith(folder) and part.endswith(".xml") and part != main
        and part.removeprefix(folder).startswith((*_DRAWN, *(name for name, _, _ in _CALLED)))
    ]  # fmt: skip
    return [main, *beside]


def paragraphs(part: str, data: bytes, main: str) -> list[FormParagraph]:
    """Return the paragraphs of a part, those of tables and text boxes too."""
    name = posixpath.basename(part).removesuffix(".xml")
    if part != main and any(f"/{drawn}" in part for drawn in _DRAWN):
        return [FormParagraph(name, name, list(node.leaves({"t", "v"}))) for node in nodes(data, {"p", "v"})]
    vi, en = next(((vi, en) for start, vi, en in _CALLED if name.startswith(start)), ("", ""))
    number = _DIGITS.search(name)
    if vi and number:
        vi, en = f"{vi} {number[0]}", f"{en} {number[0]}"
    counted = {"p": 0, "tbl": 0}
    return [text for root in nodes(data, _ROOTS) for text in _below(root, (vi, en), counted, again=False)]


def _below(node: Node, place: tuple[str, str], counted: dict[str, int], *, again: bool) -> Iterator[FormParagraph]:
    """Yield the paragraphs below an element, called by the table, row and column that they stand in, else by their number."""
    row = column = 0
    for child in node.children:
        inner, here = place, again
        if child.name == "p":
            if node.name != "tc":
                counted["p"] += not again
                inner = _in(place, f"đoạn {counted['p']}", f"paragraph {counted['p']}")
            yield FormParagraph(*inner, list(_own(child)), again)
        elif child.name == "tbl":
            counted["tbl"] += not again
            inner = _in(place, f"bảng {counted['tbl']}", f"table {counted['tbl']}")
        elif child.name == "tr":
            row += 1
            inner = _in(place, f"dòng {row}", f"row {row}")
        elif child.name == "tc":
            column += 1
            inner = _in(place, f"cột {column}", f"column {column}")
        elif child.name == "txbxContent":
            inner = _in(place, "khung chữ", "text box")
        elif child.name == "Fallback":
            here = True
        yield from _below(child, inner, counted, again=here)


def _in(place: tuple[str, str], vi: str, en: str) -> tuple[str, str]:
    return (f"{place[0]}, {vi}", f"{place[1]}, {en}") if place[0] else (vi, en)


def _own(paragraph: Node) -> Iterator[Node]:
    """Yield the elements of the text of a paragraph, without those of a paragraph in a text box that hangs on it."""
    for child in paragraph.children:
        if child.name == "t":
            yield child
        elif child.name != "p":
            yield from _own(child)
