"""What is known only of a whole table, found in parts: which ids stand in it more than once, and how its texts are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cchc_metrics.arguments import public
from cchc_metrics.fold.ask import Ask, checked_part
from cchc_metrics.hashes import hashes_of, mixed
from cchc_metrics.read.doubt import NO_SIGNS, Signs, signs_of
from cchc_metrics.read.raw import RawColumn
from cchc_metrics.read.repeats import Repeats
from cchc_metrics.read.secret import compared_ids
from cchc_metrics.read.typed import column_of, row_hashes
from cchc_metrics.records.columns import SECOND, Array, Columns
from cchc_metrics.records.record import schema_by_name


@public
def id_hashes(ask: Ask, part: Any) -> Array:
    """Return the numbers of the ids of a part of a table, 8 bytes a row, by which repeated ones are found (uint64); see ``repeated``.

    Ids that are alike once they are understood, such as `` TM-1`` and ``TM-1``, have one number. Rows without an id have none.

    Args:
        ask: what is counted.
        part: an Arrow table or record batch that has the columns of the id at least, or ``Columns`` with their ids.

    Raises:
        InputError: it is another thing, or has no column of the id.

    >>> from cchc_metrics.records.columns import columns_of
    >>> from cchc_metrics.records.meeting import Meeting
    >>> held = [Meeting(meeting_id=n, unit_code="TM", kind="họp UBND", held_on="05/01/2021") for n in "ab"]
    >>> ask = Ask.of("meetings", "2021")
    >>> numbers = [id_hashes(ask, columns_of(Meeting, rows)) for rows in (held, held[1:])]
    >>> len(repeated(numbers))
    1
    """
    found, bad = part_hashes(ask, part)
    return found[~bad]


def part_hashes(ask: Ask, part: Any) -> tuple[Array, Array]:
    """Return the number of each row's id (uint64), and which rows have a bad one (bool)."""
    specs = schema_by_name(ask.known.model)
    if isinstance(part, Columns):
        numbers = _hashes_of_columns(ask, part)
        return numbers, np.zeros(len(numbers), dtype=bool)
    names = {name: ask.understood.names[name] for name in ask.id_names}
    cells = checked_part(part, names.values())
    return row_hashes([(specs[name], cells.column(heading)) for name, heading in names.items()])


def _hashes_of_columns(ask: Ask, part: Columns) -> Array:
    found = np.zeros(len(part), dtype=np.uint64)
    for name in compared_ids(ask.known):
        cell_type = schema_by_name(ask.known.model)[name].cell_type.name
        if cell_type == "unit" or name not in part:
            continue
        if cell_type == "id":
            numbers = hashes_of(part.arrays[name].tolist())
        elif name in part.labels:
            numbers = hashes_of(part.labels[name])[part.arrays[name]]
        else:
            numbers = mixed(part.arrays[name].astype(np.int64).view(np.uint64))
            if name + SECOND in part:
                numbers = numbers + part.arrays[name + SECOND].astype(np.int64).view(np.uint64)
        found = mixed(found) + numbers
    return found


@public
def repeated(hashes: Iterable[Array]) -> Array:
    """Return the numbers that stand more than once among those of all parts (uint64, ascending).

    Args:
        hashes: what ``id_hashes`` gave for each part. Parts of the numbers by themselves, such as those with the same first bits, can be
            asked about one after the other, on one machine or on many; what is found of each is put together. Beyond 50 million numbers
            they are kept on disk meanwhile, 8 bytes each.

    Raises:
        InputError: there is no place on disk.

    >>> repeated([np.array([3, 1], dtype=np.uint64), np.array([1, 2], dtype=np.uint64)]).tolist()
    [1]
    """
    with Repeats() as repeats:
        for numbers in hashes:
            repeats.add(np.asarray(numbers, dtype=np.uint64))
        return repeats.twice()


@public
def signs_of_batches(ask: Ask, batches: Iterable[Any]) -> Mapping[str, Signs]:
    """Return what the texts of some batches show of how dates and numbers are written, by column; those of all batches are put together.

    Args:
        ask: what is counted.
        batches: Arrow tables or record batches.

    Raises:
        InputError: one is another thing, or has not the columns of the ask.

    Returns:
        Canonical column → signs, of the columns that are text. Of several parts: the union column by column.

    >>> import pyarrow as pa
    >>> table = pa.table({"meeting_id": ["1"], "unit_code": ["TM"], "kind": ["họp UBND"], "held_on": ["05/13/2021"]})
    >>> "held_on" in signs_of_batches(Ask.of("meetings", "2021", like=table), [table])
    True
    """
    specs, names = schema_by_name(ask.known.model), ask.understood.names
    found: dict[str, Signs] = {}
    for batch in batches:
        for name in ask.doubtful(checked_part(batch, names.values())):
            column = column_of(specs[name], batch.column(names[name]))
            signs = signs_of(specs[name], column) if isinstance(column, RawColumn) else NO_SIGNS
            found[name] = found.get(name, NO_SIGNS) | signs
    return found
