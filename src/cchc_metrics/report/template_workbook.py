"""An office's own workbook whose texts are replaced in place: every byte of the file that says something else stays as it is.

A workbook is a ZIP of XML parts. Only the places that change are written anew: cells that become numbers, texts in which something is
replaced, formats that are needed beside those there are, and the values of formulas, which are calculated again when it is opened. So
pictures, charts, text boxes, sparklines, macros, print settings, protection and whatever a later Excel brings are kept.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cchc_metrics.report.template_parts import MARK, NAME, Place, Words, WorkbookParts, read_form
from cchc_metrics.report.template_styles import Styles
from cchc_metrics.report.template_xml import Edits, Node, cell_text, close_tag, nodes, open_tag, replace_text, tag_end

_HEADERS: Final = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
_SIZE: Final = re.compile(r"&[0-9]+$")
_BEFORE_CALCULATION: Final = ("definedNames", "externalReferences", "functionGroups", "sheets")
_TEXTS: Final = (
    ("xl/drawings/", ("p",), ("t",)),
    ("xl/diagrams/", ("p",), ("t",)),
    ("xl/charts/", ("p", "v"), ("t", "v")),  # the words of a chart, and its copies of cells
    ("xl/comments", ("text",), ("t",)),
)
"""Beginning of the names of other parts → the elements that are a text, and those that it consists of."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number for a cell: the float nearest to it, None for an empty cell, and how it is shown in cells without a format of their own."""

    value: float | None
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in a part: the elements it consists of; for a cell also the element of the cell, and which of the shared texts it has."""

    where: str
    leaves: list[Node]
    cell: Node | None = None
    shared: int | None = None
    where_en: str = ""

    @property
    def text(self) -> str:
        return "".join(leaf.text for leaf in self.leaves)


@dataclass(frozen=True, slots=True)
class TemplateWorkbook:
    """A workbook with names in its texts.

    Args:
        places: the texts that hold names, in the order of the sheets.
        refused: where a name stands that is not replaced: in a formula, in a rule for what may be typed into a cell …
        signed: whether it has a digital signature, which does not hold for another content.
    """

    places: tuple[Place, ...]
    refused: tuple[str, ...]
    signed: bool
    _parts: WorkbookParts = field(repr=False)
    _texts: Mapping[str, Sequence[_Text]] = field(repr=False)
    _calculated: Mapping[str, Sequence[Node]] = field(repr=False)

    @classmethod
    def open(cls, path: Path) -> TemplateWorkbook:
        """Read a workbook.

        Raises:
            InputError: it is no .xlsx or .xlsm, or cannot be read.
        """
        return read_form(path, lambda data: cls._of(WorkbookParts.of(data)), program="Excel", ending=".xlsx")

    @classmethod
    def _of(cls, parts: WorkbookParts) -> TemplateWorkbook:
        shared = parts.shared()
        styles = parts.new_styles()
        places: list[Place] = []
        refused: list[str] = []
        texts: dict[str, list[_Text]] = {}
        calculated: dict[str, list[Node]] = {}
        for name, part in parts.sheets:
            cells, headers, formulas, left = _in_sheet(name, parts.read(part), shared)
            for text in cells:
                style = 0 if text.cell is None else int(text.cell.attributes.get("s", 0))
                places.append(Place(text.where, text.text, cell=True, number_format=styles.own_format(style)))
            places += [Place(text.where, text.text, where_en=text.where_en) for text in headers]
            texts[part], calculated[part] = [*cells, *headers], formulas
            refused += left
        for part in parts.package.names:
            data = parts.read(part)
            if (
                not (part.startswith("xl/") and part.endswith(".xml"))
                or part in texts
                or part == parts.strings
                or MARK.encode() not in data
            ):
                continue
            kinds = next(((of, leaves) for start, of, leaves in _TEXTS if part.startswith(start)), ((), ()))
            found = [_Text(posixpath.basename(part), list(node.leaves(kinds[1]))) for node in nodes(data, kinds[0])]
            texts[part] = [text for text in found if MARK in text.text]
            places += [Place(text.where, text.text) for text in texts[part]]
            if data.count(MARK.encode()) > sum(text.text.count(MARK) for text in texts[part]):
                refused.append(part)
        return cls(tuple(places), tuple(refused), parts.package.signed, parts, texts, calculated)

    def filled(self, numbers: Mapping[str, Number], words: Words) -> bytes:
        """Return the workbook with its names replaced.

        Args:
            numbers: ``where`` of a cell → the number that it becomes.
            words: gives the text that a name becomes in all other places.
        """
        parts, styles = self._parts, self._parts.new_styles()
        changed: dict[str, bytes] = {}
        in_words: set[int] = set()
        for part, texts in self._texts.items():
            data, edits = parts.read(part), Edits()
            for formula in self._calculated.get(part, ()):
                _uncalculated(data, formula, edits)
            for text in texts:
                if text.cell is not None and (number := numbers.get(text.where)) is not None:
                    edits.replace(text.cell.start, text.cell.end, _number_cell(data, text.cell, number, styles))
                elif text.shared is not None:
                    in_words.add(text.shared)
                else:
                    said = _in_header(words) if text.leaves[0].name in _HEADERS else words
                    replace_text(data, text.leaves, NAME, said, edits)
            changed[part] = edits.applied(data)
        if parts.strings:
            data, edits = parts.read(parts.strings), Edits()
            for at, leaves in enumerate(parts.shared()):
                # Of a text that only numbers had, nothing is left.
                replace_text(data, leaves, NAME, _in_cell(words) if at in in_words else _nothing, edits)
            changed[parts.strings] = edits.applied(data)
        if parts.styles:
            changed[parts.styles] = styles.written()
        changed[parts.workbook] = _calculated_on_load(parts.read(parts.workbook))
        return parts.package.written(changed)


def _in_sheet(name: str, data: bytes, shared: Sequence[list[Node]]) -> tuple[list[_Text], list[_Text], list[Node], list[str]]:
    """Return the cells with names, the headers and footers with names, the cells with formulas, and where else a name stands."""
    cells: list[_Text] = []
    headers: list[_Text] = []
    formulas: list[Node] = []
    refused: list[str] = []
    marks = data.count(MARK.encode())
    row = 0
    for node in nodes(data, {"row", *_HEADERS}):
        if node.name != "row":
            if MARK in node.text:
                top = "Header" in node.name
                where_en = f"{name} ({'header' if top else 'footer'})"
                headers.append(_Text(f"{name} ({'đầu' if top else 'chân'} trang)", [node], where_en=where_en))
                marks -= node.text.count(MARK)
            continue
        row = int(node.attributes.get("r", row + 1))
        column = 0
        for cell in node.children:
            column = _column(cell.attributes["r"]) if "r" in cell.attributes else column + 1
            where = f"{name}!{_letters(column)}{row}"
            formula = cell.child("f")
            if formula is not None:
                formulas.append(cell)
                value = cell.child("v")
                marks -= 0 if value is None else value.text.count(MARK)  # what it gave before, which is taken away
                if MARK in formula.text:
                    refused.append(where)
                    marks -= formula.text.count(MARK)
            elif (text := _cell_text(where, cell, shared)) is not None and MARK in text.text:
                cells.append(text)
                marks -= 0 if text.shared is not None else sum(leaf.text.count(MARK) for leaf in text.leaves)
    return cells, headers, formulas, refused + ([name] if marks else [])


def _cell_text(where: str, cell: Node, shared: Sequence[list[Node]]) -> _Text | None:
    kind, value = cell.attributes.get("t", "n"), cell.child("v")
    if kind == "s" and value is not None:
        return _Text(where, shared[int(value.text)], cell, int(value.text))
    if kind == "inlineStr":
        return _Text(where, list(cell.leaves({"t"})), cell)
    return _Text(where, [value], cell) if kind == "str" and value is not None else None


def _number_cell(data: bytes, cell: Node, number: Number, styles: Styles) -> bytes:
    style = int(cell.attributes.get("s", 0))
    if number.value is None:
        return open_tag(data, cell, t=None) + close_tag(data, cell)
    if number.number_format and not styles.own_format(style):
        style = styles.with_format(style, number.number_format)
    tag, end = open_tag(data, cell, t=None, s=str(style)), close_tag(data, cell)
    prefix = end[2:-1].rpartition(b":")[0]
    name = (prefix + b":" if prefix else b"") + b"v"
    return tag + b"<%s>%s</%s>" % (name, repr(number.value).encode(), name) + end


def _uncalculated(data: bytes, cell: Node, edits: Edits) -> None:
    """Take away what a formula gave: programs that do not calculate when they open a workbook would show what is no longer so."""
    value = cell.child("v")
    if value is not None:
        edits.replace(cell.start, tag_end(data, cell.start), open_tag(data, cell, t=None))
        edits.replace(value.start, value.end, b"")


def _calculated_on_load(data: bytes) -> bytes:
    edits = Edits()
    (root,) = nodes(data, {"workbook"})
    settings = root.child("calcPr")
    if settings is not None:
        edits.replace(settings.start, settings.end, open_tag(data, settings, fullCalcOnLoad="1") + close_tag(data, settings))
    else:
        before = next(found for name in _BEFORE_CALCULATION if (found := root.child(name)) is not None)
        prefix = close_tag(data, root)[2:-1].rpartition(b":")[0]
        edits.replace(before.end, before.end, b'<%scalcPr fullCalcOnLoad="1"/>' % (prefix + b":" if prefix else b""))
    return edits.applied(data)


def _in_header(words: Words) -> Words:
    """Return words as headers and footers hold them, where an ampersand begins an instruction, and digits after it are a size."""

    def said(match: re.Match[str]) -> str:
        text = words(match).replace("&", "&&")
        return f" {text}" if text[:1].isdigit() and _SIZE.search(match.string[: match.start()]) else text

    return said


def _column(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _in_cell(words: Words) -> Words:
    return lambda match: cell_text(words(match))


def _nothing(_: re.Match[str]) -> str:
    return ""
