"""Changing bytes so that they get in: the parts inside an archive, whole words in place of words, rows of a table again and elsewhere."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from tests.fuzz.targets import Shape, words

Change = Callable[[bytes, int], bytes]
"""Takes bytes and how many there may be, returns others: libFuzzer's own mutation."""
_TOKEN: Final = re.compile(rb'"[^"\n]*"|[\w.:-]+|[^\w\s]')
_PIECE: Final = re.compile(rb"<[^<>]*>|[^<>\n]+\n?|\n")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError)
_LARGEST: Final = 1 << 17


def mutated(data: bytes, most: int, seed: int, shape: Shape, change: Change) -> bytes:
    """Return other bytes, of the same seed the same.

    Args:
        data: the bytes.
        most: how many there may be.
        seed: of the random numbers.
        shape: what the bytes are.
        change: changes bytes that are nothing in particular.
    """
    draw = random.Random(seed)  # noqa: S311  it fuzzes
    if shape == "zip" and draw.random() < 0.95:
        return _in_a_part(data, most, draw, change)
    if shape == "text" and draw.random() < 0.6:
        return _in_words(data, draw)[:most]
    return change(data, most)


def _in_a_part(data: bytes, most: int, draw: random.Random, change: Change) -> bytes:
    first = data[:1] if not data.startswith(b"PK") else b""  # the number of the kind
    try:
        with zipfile.ZipFile(io.BytesIO(data[len(first) :])) as archive:
            parts = {name: archive.read(name)[:_LARGEST] for name in archive.namelist()[:40]}
    except _BROKEN:
        return change(data, most)
    if not parts:
        return change(data, most)
    names = sorted(parts, key=lambda name: ("sheet" not in name and "content" not in name, name))
    name = names[0] if draw.random() < 0.5 else draw.choice(names)
    doing = draw.random()
    if doing < 0.04:
        del parts[name]
    elif doing < 0.08:
        parts[draw.choice(names) + draw.choice(["", ".xml", "2"])] = parts[name]
    elif doing < 0.6 and parts[name][:1] == b"<":
        parts[name] = _in_words(parts[name], draw)
    else:
        parts[name] = change(parts[name], min(most, _LARGEST))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for each, content in parts.items():
            out.writestr(zipfile.ZipInfo(each, (1980, 1, 1, 0, 0, 0)), content)
    return (first + made.getvalue())[:most] if made.tell() < most else change(data, most)


def _in_words(data: bytes, draw: random.Random) -> bytes:
    """Put a word in the place of another, or move, repeat or take away some pieces: elements, lines."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        if draw.random() < 0.6 and (places := list(_TOKEN.finditer(data[:_LARGEST]))):
            place = draw.choice(places)
            word = draw.choice(words()).encode("utf-8", "surrogatepass") if draw.random() < 0.7 else draw.choice(places)[0]
            data = data[: place.start()] + word + data[place.end() :]
        elif pieces := _PIECE.findall(data[:_LARGEST]):
            at, to = draw.randrange(len(pieces)), draw.randrange(len(pieces))
            some = pieces[at : at + draw.choice((1, 1, 2, 5))]
            doing = draw.randrange(4)
            if doing == 0:
                pieces[at : at + len(some)] = []
            elif doing == 1:
                pieces[to:to] = some
            elif doing == 2:
                pieces[to:to] = some * draw.choice((2, 10, 100))
            else:
                pieces[at], pieces[to] = pieces[to], pieces[at]
            data = b"".join(pieces)
    return data
