"""A folder with a canary in every column of every kind, and what is found of them in what the library gives out.

A canary is a text that stands nowhere else, numbered, so that one that is found says where it was planted. Kinds and columns are walked by
code: a new kind, or a new column of one, is planted by itself.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import Phase, find, settings

from cchc_metrics import testing
from cchc_metrics.errors import CchcError
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import schema, schema_by_name

UNLISTED: Mapping[str, str] = {
    "Họ và tên": "Nguyễn Thị QX{}ZQ",
    "Số định danh": "0792010{}",
    "Điện thoại": "0914 5{}",
    "Địa chỉ": "Số 3, ấp QX{}ZQ",
    "Email": "qx{}zq@thapmuoi.vn",
    "Trích yếu": "Về việc của ông QX{}ZQ, «khẩn»; xem kèm",
    "ghi chú": "=QX{}ZQ",
}
"""Headings that no kind lists → the cell of a person, of a text or a note; the number of the canary goes in."""
CANARY = re.compile(r"qx(\d{5})zq|(?<![0-9a-z])0?792010(\d{5})(?![0-9a-z])|(?<!\d)0?914 ?5(\d{5})(?!\d)")


class What(Enum):
    """What a canary is of."""

    UNLISTED = "a cell of a column that the kind does not list"
    HIDDEN = "a cell of a secret row, or of a row that bears its id"
    MARK = "a secrecy mark that nobody can read"
    ID = "the id of a row that is not secret"
    CELL = "a cell that a listed column cannot take"
    LABEL = "a word of an open list, such as a topic"


@dataclass
class Planted:
    """The tables, kind → rows, and what each canary is of and where it stands."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    canaries: list[tuple[What, str]] = field(default_factory=list)

    def new(self, what: What, where: str, form: str = "QX{}ZQ") -> str:
        """Return the next canary."""
        self.canaries.append((what, f"{where} (no. {len(self.canaries) + 1})"))
        return form.format(f"{len(self.canaries):05}")

    def found_in(self, text: str) -> set[tuple[What, str]]:
        """Return the canaries that stand in a text, whatever became of its case."""
        numbers = {int(next(filter(None, each))) for each in CANARY.findall(text.casefold())}
        return {self.canaries[n - 1] for n in numbers if 0 < n <= len(self.canaries)}


def good_cells(kind: Kind) -> dict[str, str]:
    """Return the cells of the simplest valid row of a kind."""
    drawn = testing.records(kind, units=["TM"], first=date(2021, 1, 4), last=date(2021, 12, 20))
    row = find(drawn, lambda _: True, settings=settings(phases=[Phase.generate], database=None, derandomize=True))
    return {spec.name: _cell(getattr(row, spec.name)) for spec in schema(kind.model)}


def _cell(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else str(value)


def _takes(kind: Kind, good: Mapping[str, str], name: str) -> bool:
    """Return whether a column takes any text."""
    try:
        kind.model(**{**good, name: "QXZQ"})
    except CchcError:
        return False
    return True


def plant() -> Planted:
    """Return the tables of every kind."""
    planted = Planted()
    for kind in KINDS.values():
        planted.rows[kind.name] = list(_rows(planted, kind, good_cells(kind)))
    return planted


def _rows(planted: Planted, kind: Kind, good: Mapping[str, str]) -> Iterator[dict[str, str]]:
    specs = schema_by_name(kind.model)
    secret_too = "secrecy" in specs
    for secret in (False, True) if secret_too else (False,):
        for bad in ("", *specs):
            row = dict(good)
            for name, spec in specs.items():
                where = f"{kind.name}.{name}" + (" of a secret row" if secret else "") + (f", {bad} unreadable" if bad else "")
                kept = What.HIDDEN if secret or bad == "secrecy" else None
                if spec.cell_type.name == "id":
                    row[name] = planted.new(kept or What.ID, where)
                elif spec.cell_type.name == "label" and (name == bad or _takes(kind, good, name)):
                    row[name] = planted.new(kept or What.LABEL, where)
                elif name == "secrecy":
                    row[name] = planted.new(What.MARK, where) if bad == name else "mật" if secret else "thường"
                elif name == bad:
                    row[name] = planted.new(kept or What.CELL, where)
            yield row | _unlisted(planted, kind)
            if secret or bad == "secrecy":  # another row of its id, without the mark, and with a day that nobody can read
                row = row | {"secrecy": "thường", kind.dates.main: planted.new(What.HIDDEN, f"{kind.name}, a second row of a secret id")}
                yield row | _unlisted(planted, kind)
    yield {**good, **dict.fromkeys(kind.id_columns, "")} | _unlisted(planted, kind)


def _unlisted(planted: Planted, kind: Kind) -> dict[str, str]:
    return {heading: planted.new(What.UNLISTED, f"{kind.name}: {heading}", form) for heading, form in UNLISTED.items()}


def texts_of(name: str, data: bytes) -> Iterator[str]:
    """Yield what is in a file: of an archive its members, of a packed table its cells."""
    if data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield member.filename
                yield from texts_of(member.filename, archive.read(member))
    elif data[:4] == b"PAR1":
        yield str(pq.read_table(io.BytesIO(data)).to_pylist())
    elif data[:6] == b"ARROW1":
        yield str(pa.ipc.open_file(data).read_all().to_pylist())
    else:
        yield name
        yield data.decode("utf-8", errors="replace")


def write(planted: Planted, folder: Path) -> None:
    """Write the tables as CSV."""
    for kind, rows in planted.rows.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, list(rows[0]))
            lines.writeheader()
            lines.writerows(rows)
