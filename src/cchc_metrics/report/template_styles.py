"""The number formats of a workbook's cells, and formats that are like one of them but for how numbers are shown."""

from __future__ import annotations

from typing import Final

from cchc_metrics.report.template_xml import Edits, Node, close_tag, nodes, open_tag, tag_end

_GENERAL: Final = 0
_TEXT: Final = 49
_BUILT_IN: Final = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy",
}  # fmt: skip
"""Formats that are known by a number; those that are not listed are of dates, times and money."""
_FIRST_OWN: Final = 164


class Styles:
    """The formats of a workbook's cells.

    Args:
        data: the part that holds them; empty where the workbook has none.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        found = {node.name: node for node in nodes(data, {"styleSheet"})}.get("styleSheet") if data else None
        self._root = found
        self._formats = None if found is None else found.child("numFmts")
        self._cells = None if found is None else found.child("cellXfs")
        self._codes = dict(_BUILT_IN) | {
            int(node.attributes["numFmtId"]): node.attributes["formatCode"]
            for node in ([] if self._formats is None else self._formats.children)
        }
        self._added_formats: list[tuple[int, str]] = []
        self._added_cells: dict[tuple[int, int], int] = {}

    def own_format(self, style: int) -> str:
        """Return the number format of cells of a style; ``""`` where they show a number in the general way, or are of text."""
        number = self._number_of(style)
        code = "" if number in (_GENERAL, _TEXT) else self._codes.get(number, str(number))
        return "" if code.lower() in ("general", "@") else code

    def with_format(self, style: int, code: str) -> int:
        """Return the style that is like another but for its number format, which is added where it is not there."""
        if self._cells is None or style >= len(self._cells.children):
            return style
        number = next((n for n, known in self._codes.items() if known == code), 0)
        if not number:
            number = max(_FIRST_OWN - 1, *self._codes) + 1
            self._codes[number] = code
            self._added_formats.append((number, code))
        return self._added_cells.setdefault((style, number), len(self._cells.children) + len(self._added_cells))

    def written(self) -> bytes:
        """Return the part with what was added."""
        edits, data = Edits(), self._data
        if self._root is None or self._cells is None or not self._added_cells:
            return data
        if self._added_formats:
            tags = b"".join(self._format_tag(number, code) for number, code in self._added_formats)
            if self._formats is None:
                at = tag_end(data, self._root.start)
                name = self._prefix() + b"numFmts"
                edits.replace(at, at, b'<%s count="%d">%s</%s>' % (name, len(self._added_formats), tags, name))
            else:
                _append(data, self._formats, tags, len(self._added_formats), edits)
        cells = b"".join(self._cell_tag(self._cells.children[style], number) for style, number in self._added_cells)
        _append(data, self._cells, cells, len(self._added_cells), edits)
        return edits.applied(data)

    def _number_of(self, style: int) -> int:
        if self._cells is None or style >= len(self._cells.children):
            return _GENERAL
        return int(self._cells.children[style].attributes.get("numFmtId", _GENERAL))

    def _prefix(self) -> bytes:
        assert self._root is not None  # noqa: S101  asked of a part that is there
        prefix, colon, _ = close_tag(self._data, self._root)[2:-1].rpartition(b":")
        return prefix + colon

    def _format_tag(self, number: int, code: str) -> bytes:
        shown = code.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        return f'<{self._prefix().decode()}numFmt numFmtId="{number}" formatCode="{shown}"/>'.encode()

    def _cell_tag(self, node: Node, number: int) -> bytes:
        tag = open_tag(self._data, node, numFmtId=str(number), applyNumberFormat="1")
        inner = self._data[tag_end(self._data, node.start) : node.end] or close_tag(self._data, node)
        return tag + inner


def _append(data: bytes, node: Node, tags: bytes, count: int, edits: Edits) -> None:
    """Note that elements are added at the end of a list that says how many it has."""
    tag = open_tag(data, node, count=str(len(node.children) + count))
    inner = data[tag_end(data, node.start) : node.end].removesuffix(close_tag(data, node))
    edits.replace(node.start, node.end, tag + inner + tags + close_tag(data, node))
