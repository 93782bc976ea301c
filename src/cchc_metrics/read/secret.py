"""Rows that messages only count: those of secret documents and meetings, whose places and cells stand in no output."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cchc_metrics.read.cells import understood
from cchc_metrics.read.raw import RawColumn, TypedColumn
from cchc_metrics.records.choices import SECRET
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import CellError, parse_identifier
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import ColumnSpec, schema_by_name


def secret_rows(cells: Mapping[str, RawColumn | TypedColumn], kind: Kind) -> Array | None:
    """Return the mask of the rows that are only counted, None where there are none: secret ones, and every row of the id of one.

    A mark that nobody can read is taken for secret.

    Args:
        cells: canonical column → its cells.
        kind: what the rows are.
    """
    marks = cells.get("secrecy")
    if not isinstance(marks, RawColumn):  # marks are words, and words are looked up cell by cell
        return None
    spec = schema_by_name(kind.model)["secrecy"]
    marked = np.fromiter((_marked(spec, value) for value in marks.values), dtype=bool, count=len(marks.values))
    secret: Array = marked[marks.codes]
    if not secret.any():
        return None
    for name in _id_columns(kind):
        if name in cells:
            secret = secret | _of_the_ids_of(cells[name], secret)
    return secret


def secret_of(columns: Columns, kind: Kind) -> Array | None:
    """Return ``secret_rows`` of rows that were read."""
    if "secrecy" not in schema_by_name(kind.model):
        return None
    secret = columns.equals("secrecy", *SECRET)
    if not secret.any():
        return None
    for name in _id_columns(kind):
        secret = secret | _of_the_ids_of(RawColumn.of(columns.arrays[name].tolist()), secret)
    return secret


def compared_ids(kind: Kind) -> tuple[str, ...]:
    """Return the columns of an id whose rows are looked at together: of what can be secret whatever bears the same number."""
    return tuple(_id_columns(kind)) if "secrecy" in schema_by_name(kind.model) else kind.id_columns


def _id_columns(kind: Kind) -> list[str]:
    return [name for name in kind.id_columns if schema_by_name(kind.model)[name].cell_type.name == "id"]


def _key(cell: object) -> str:
    try:
        return parse_identifier(cell)
    except CellError:  # what is no id is not that of another row
        return ""


def _marked(spec: ColumnSpec, cell: object) -> bool:
    try:
        return str(understood(spec, cell, spec.cell_type.parse)) in SECRET
    except CellError:
        return True


def _of_the_ids_of(ids: RawColumn | TypedColumn, secret: Array) -> Array:
    if isinstance(ids, TypedColumn):
        rows = np.arange(len(secret)) if ids.alike is None else ids.alike
        ids, found = RawColumn.of([ids.cell(row) for row in rows.tolist()]), np.zeros(len(secret), dtype=bool)
        found[rows] = _of_the_ids_of(ids, secret[rows])
        return found
    keys = list(map(_key, ids.values))
    named = {keys[at] for at in np.unique(ids.codes[secret]).tolist()} - {""}
    return np.fromiter((key in named for key in keys), dtype=bool, count=len(keys))[ids.codes]
