"""XML whose texts are replaced in place: where its elements stand in the bytes, and edits of some of them that leave all others alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

from cchc_metrics.folding import visible

_TAG: Final = re.compile(rb"""<[^\s/>"'=]+(?:\s+[^\s=>/]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
_CHUNK: Final = 1 << 16
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_PHONETIC: Final = "rPh"  # how a text is read aloud; no part of it


@dataclass(slots=True)
class Node:
    """An element.

    Args:
        name: its name without prefix.
        attributes: with prefixes, as written.
        start, end: where it stands in the bytes.
        text: the text directly in it.
        children: the elements in it.
    """

    name: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """Return the first child of a name; None where there is none."""
        return next((child for child in self.children if child.name == name), None)

    def leaves(self, names: Collection[str]) -> Iterator[Node]:
        """Yield itself if it has one of the names, else the elements below it that do."""
        if self.name in names:
            yield self
        elif self.name != _PHONETIC:
            for child in self.children:
                yield from child.leaves(names)


def nodes(data: bytes, names: Collection[str]) -> Iterator[Node]:
    """Yield every outermost element with one of some names, with all that is in it.

    Raises:
        ValueError: the XML declares entities, which no workbook does.
        expat.ExpatError: it is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    open_nodes: list[Node] = []
    done: list[Node] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if open_nodes or local in names:
            node = Node(local, attributes, parser.CurrentByteIndex)
            if open_nodes:
                open_nodes[-1].children.append(node)
            open_nodes.append(node)

    def ended(_: str) -> None:
        if open_nodes:
            node = open_nodes.pop()
            opened = tag_end(data, node.start)
            node.end = opened if data[opened - 2] == ord("/") else data.index(b">", parser.CurrentByteIndex) + 1
            if not open_nodes:
                done.append(node)

    def said(text: str) -> None:
        if open_nodes:
            open_nodes[-1].text += text

    def refused(*_: object) -> None:
        raise ValueError("a document type declaration")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, said
    parser.StartDoctypeDeclHandler = refused
    for start in range(0, len(data) or 1, _CHUNK):
        parser.Parse(data[start : start + _CHUNK], start + _CHUNK >= len(data))
        yield from done
        done.clear()


def tag_end(data: bytes, start: int) -> int:
    """Return where the tag that starts at a place ends."""
    found = _TAG.match(data, start)
    if found is None:
        raise ValueError(f"no tag at {start}")
    return found.end()


def open_tag(data: bytes, node: Node, **changes: str | None) -> bytes:
    """Return the opening tag of an element, never closed in itself, with attributes changed, added or (None) taken away."""
    tag = data[node.start : tag_end(data, node.start)].removesuffix(b">").removesuffix(b"/").rstrip()
    for name, value in changes.items():
        attribute = re.compile(rb"\s" + name.replace("__", ":").encode() + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""")
        said = b"" if value is None else f' {name.replace("__", ":")}="{escape(value, {chr(34): "&quot;"})}"'.encode()
        tag = attribute.sub(lambda _, said=said: said, tag) if attribute.search(tag) else tag + said  # type: ignore[misc]
    return tag + b">"


def close_tag(data: bytes, node: Node) -> bytes:
    """Return the closing tag of an element, whether it has one or not."""
    return b"</" + data[node.start + 1 : node.start + 1 + len(_name_of(data, node))] + b">"


def _name_of(data: bytes, node: Node) -> bytes:
    return re.compile(rb"[^\s/>]+").match(data, node.start + 1)[0]  # type: ignore[index]  # there is a tag


class Edits:
    """Replacements of stretches of bytes that do not overlap."""

    def __init__(self) -> None:
        self._made: list[tuple[int, int, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self._made)

    def replace(self, start: int, end: int, by: bytes) -> None:
        """Note that what stands between two places is replaced."""
        self._made.append((start, end, by))

    def applied(self, data: bytes) -> bytes:
        """Return the bytes with every replacement made."""
        pieces, at = [], 0
        for start, end, by in sorted(self._made):
            pieces += [data[at:start], by]
            at = end
        return b"".join((*pieces, data[at:]))


def replace_text(data: bytes, leaves: list[Node], pattern: re.Pattern[str], by: Callable[[re.Match[str]], str], edits: Edits) -> None:
    """Replace what matches in the text of several elements that are read as one, as runs of several fonts are.

    What replaces a match stands in the element in which the match begins, so that it has the font of its beginning.

    Args:
        data: the bytes.
        leaves: the elements whose texts are one text.
        pattern: what is replaced.
        by: gives what it is replaced by.
        edits: where the replacements are noted.
    """
    texts = [leaf.text for leaf in leaves]
    starts = [sum(map(len, texts[:n])) for n in range(len(texts))]
    new = list(texts)
    for found in reversed(list(pattern.finditer("".join(texts)))):
        said = by(found)
        for n in reversed(range(len(leaves))):
            first, last = max(found.start() - starts[n], 0), min(found.end() - starts[n], len(texts[n]))
            if first < last:
                here = said if found.start() >= starts[n] else ""
                new[n] = new[n][:first] + here + new[n][last:]
    for leaf, before, after in zip(leaves, texts, new, strict=True):
        if before != after:
            # A text with a gap at its edge would lose it; only texts of cells may say so, and need to.
            gap = {"xml__space": "preserve"} if leaf.name == "t" and after != after.strip() and "xml:space" not in leaf.attributes else {}
            tag = open_tag(data, leaf, **gap)
            edits.replace(leaf.start, leaf.end, tag + xml_text(after).encode() + close_tag(data, leaf))


def xml_text(text: str) -> str:
    r"""Return a text as XML says it; characters that XML has no place for become gaps.

    >>> xml_text("A & B"), xml_text("a\x01b")
    ('A &amp; B', 'a b')
    """
    return escape(visible(text))


def cell_text(text: str) -> str:
    """Return a text as cells hold it, in which ``_x0041_`` would mean another letter.

    >>> cell_text("_x0041_ _x")
    '_x005F_x0041_ _x'
    """
    return _ESCAPED.sub("_x005F_", text)
