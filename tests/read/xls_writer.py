"""A small writer of .xls (BIFF8 in a compound file), for tests: nothing that is installed writes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from cchc_metrics.read.xls_parts import ERRORS

_SECTOR = 512
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def text(value: str) -> bytes:
    return struct.pack("<B", 1) + value.encode("utf-16-le")


def cell(row: int, column: int, value: Any) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    codes = {name: code for code, name in ERRORS.items()}
    if isinstance(value, str) and value.startswith("=#"):  # a formula that gives an error
        return record(0x06, place + bytes([2, 0, codes[value[1:]], 0, 0, 0, 255, 255]) + struct.pack("<HIH", 0, 0, 0))
    if isinstance(value, str) and value in codes:
        return record(0x205, place + bytes([codes[value], 1]))
    if isinstance(value, str):
        return record(0x204, place + struct.pack("<H", len(value)) + text(value))
    return record(0x203, place + struct.pack("<d", float(value)))


def xls(sheets: Mapping[str, Sequence[Sequence[Any]]], *, hidden: Sequence[int] = (), from_1904: bool = False) -> bytes:
    """Return a workbook.

    Args:
        sheets: name → rows of texts, numbers and errors; "" leaves a cell out.
        hidden: 1-based rows of every sheet that are hidden.
        from_1904: whether days are counted from 1904.
    """
    bodies = []
    for rows in sheets.values():
        width = max(map(len, rows), default=0)
        lines = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
        lines += record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
        for at in range(len(rows)):
            lines += record(0x208, struct.pack("<HHHHHHHH", at, 0, width, 255, 0, 0, 0x120 if at + 1 in hidden else 0x100, 15))
        for at, row in enumerate(rows):
            lines += b"".join(cell(at, place, value) for place, value in enumerate(row) if value != "")
        bodies.append(lines + record(0x0A, b""))
    head = record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0)) + record(0x42, struct.pack("<H", 1200))
    head += record(0x22, struct.pack("<H", from_1904))
    names = [struct.pack("<HB", 0, len(name)) + text(name) for name in sheets]
    at = len(head) + sum(8 + len(name) for name in names) + 4
    for name, body in zip(names, bodies, strict=True):
        head += record(0x85, struct.pack("<I", at) + name)
        at += len(body)
    return compound(head + record(0x0A, b"") + b"".join(bodies))


def compound(stream: bytes) -> bytes:
    """Return a compound file with one stream, the workbook."""
    stream += bytes(max(0, 4096 - len(stream)))
    count = -(-len(stream) // _SECTOR)
    tables = -(-(count + 2) // 128) + (count + 2 > 127)
    first = tables + 1
    chain = [_TABLE] * tables + [_END] + [*range(first + 1, first + count), _END]
    chain += [_FREE] * (tables * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = name.encode("utf-16-le")
        found = written.ljust(64, b"\0") + struct.pack("<HBB", len(written) + 2 if name else 0, kind, 1)
        return found + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, _END, 0) + entry("Workbook", 2, _FREE, first, len(stream)) + entry("", 0, _FREE, 0, 0) * 2
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + stream.ljust(count * _SECTOR, b"\0")
