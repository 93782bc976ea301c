"""What a snapshot is made from: each table with its digest, its rows as they count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from cchc_metrics.read.kept import digest_of_files
from cchc_metrics.read.sources import TableSource
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.record import schema
from cchc_metrics.snapshot.model import Input


class Digest:
    """The SHA-256 of a table in memory, whatever the order of its rows and the parts it comes in.

    Args:
        table: the table.
    """

    def __init__(self, table: TableSource) -> None:
        self.table = table
        self.rows = 0
        self.lines: list[str] = []

    def through(self, parts: Iterable[Columns]) -> Iterator[Columns]:
        """Yield the parts of the table as they are, and take them in."""
        for part in parts:
            self.rows += len(part)
            if not self.table.paths:
                self.lines += _lines(part)
            yield part

    def input(self) -> Input:
        """Return the table with its digest: of its files where it has any."""
        table = self.table
        if table.paths:
            return Input(table.kind, table.file, self.rows, digest_of_files(table.paths))
        total = hashlib.sha256()
        for line in sorted(self.lines):
            total.update(line.encode() + b"\n")
        return Input(table.kind, table.file, self.rows, total.hexdigest())


def _lines(columns: Columns) -> Iterator[str]:
    """Yield every row as one text: its columns in the order of the model, so that one that a part lacks is as one without cells."""
    cells: list[list[object]] = []
    for spec in schema(columns.model):
        if spec.cell_type.name in ("unit", "label", "choice"):
            codes, labels = columns.codes(spec.name)
            cells.append([labels[code] for code in codes.tolist()])
        elif spec.cell_type.name == "id":
            found = columns.arrays.get(spec.name)
            cells.append([""] * len(columns) if found is None else found.tolist())
        elif spec.cell_type.name == "moment":
            cells += [columns.days(spec.name).tolist(), columns.seconds(spec.name).tolist()]
        else:
            cells.append(columns.numbers(spec.name).tolist())
    return ("\x1f".join(map(str, row)) for row in zip(*cells, strict=True))
