"""Tallies as text and bytes: they come back equal, equal ones are equal bytes, and nothing that is none is counted with."""

from __future__ import annotations

import json
import random
import zlib
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.count import summing
from cchc_metrics.count.tally import Tally, tally
from cchc_metrics.count.varints import varints, varints_from
from cchc_metrics.errors import CchcError, InputError, TallyMismatchError
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.record import Record

PERIODS = ("2021", "2021-Q1", "2020-12")
ROWS: dict[str, st.SearchStrategy[Any]] = {name: testing.records(kind) for name, kind in KINDS.items() if kind.event_sets}
every_kind = pytest.mark.parametrize("kind", sorted(ROWS))


def rows_of(kind: str, most: int) -> st.SearchStrategy[list[Any]]:
    """Few initiatives and few units are drawn, and the same pair may not be in two rows."""
    return st.lists(ROWS[kind], max_size=most, unique_by=(lambda row: (row.unit_code, row.initiative_id)) if kind == "initiatives" else id)


def count(kind: str, rows: list[Record], as_of: str | None = "2021-06-30") -> Tally:
    return tally({kind: columns_of(KINDS[kind].model, rows)}, periods=PERIODS, as_of=as_of)


@pytest.fixture(scope="module")
def counted() -> Tally:
    dossier = KINDS["dossiers"].model
    rows = [
        dossier(
            dossier_id=str(n),
            unit_code=f"H{n % 3}",
            received_at=f"2021-0{n % 9 + 1}-11",
            term=5,
            term_unit="working_days",
            channel=c,
            status="processing",
        )
        for n, c in enumerate(["counter", "online", "postal"] * 5)
    ]
    return count("dossiers", rows)


@every_kind
@given(data=st.data())
def test_bytes_and_json_give_the_tally_back(kind: str, data: st.DataObject) -> None:
    counted = count(kind, data.draw(rows_of(kind, 6)))
    assert Tally.from_bytes(counted.to_bytes()) == counted == Tally.from_json(counted.to_json())
    assert Tally.from_bytes(counted.to_bytes()).to_bytes() == counted.to_bytes() == Tally.from_json(counted.to_json()).to_bytes()


@every_kind
@given(data=st.data())
def test_equal_tallies_are_equal_bytes_however_they_were_added(kind: str, data: st.DataObject) -> None:
    rows = data.draw(rows_of(kind, 10))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), min_size=2, max_size=2)))
    shuffled = data.draw(st.permutations(rows))
    parts = [count(kind, part) for part in (shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] :])]
    mixed = [part.to_bytes() if data.draw(st.booleans()) else part for part in parts]
    whole = count(kind, rows).to_bytes()
    assert Tally.sum(mixed).to_bytes() == whole
    assert reduce(add, parts).to_bytes() == whole


@every_kind
@given(data=st.data())
def test_the_sum_is_what_plus_gives_when_nothing_fits_in_full(kind: str, data: st.DataObject) -> None:
    """The limits are the same code path for a country; here they are met by a handful of rows."""
    parts = [count(kind, data.draw(rows_of(kind, 4))) for _ in range(data.draw(st.integers(1, 5)))]
    cells, values = data.draw(st.sampled_from([(0, 1), (60, 2), (4_000, 3)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summing, "_CELLS", cells)
        patch.setattr(summing, "_VALUES", values)
        assert Tally.sum(part.to_bytes() for part in parts) == reduce(add, parts)


@settings(max_examples=30)
@given(data=st.data())
def test_tallies_of_unlike_days_add_up_as_plus_adds_them(data: st.DataObject) -> None:
    days = data.draw(st.lists(st.sampled_from(["2021-02-10", "2021-06-30", None]), min_size=1, max_size=4))
    parts = [count("meetings", data.draw(st.lists(ROWS["meetings"], max_size=4)), day) for day in days]
    try:
        wanted = reduce(add, parts)
    except TallyMismatchError:
        with pytest.raises(TallyMismatchError):
            Tally.sum(parts)
    else:
        assert Tally.sum(parts) == wanted == Tally.sum(part.to_bytes() for part in parts)


def test_no_tally_has_no_sum() -> None:
    with pytest.raises(InputError, match="no tally"):
        Tally.sum([])


def test_tallies_of_unlike_rules_do_not_sum(counted: Tally) -> None:
    other = tally({"meetings": Columns(KINDS["meetings"].model, {}, {})}, periods=PERIODS, rules="form06", as_of="2021-06-30")
    with pytest.raises(TallyMismatchError, match="form06"):
        Tally.sum([counted, other.to_bytes()])


def test_every_flipped_bit_and_every_cut_is_found(counted: Tally) -> None:
    data = counted.to_bytes()
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 1 << at % 8
        with pytest.raises(CchcError):
            Tally.from_bytes(bytes(damaged))
        with pytest.raises(CchcError):
            Tally.from_bytes(data[:at])


def test_bytes_that_were_made_to_pass_the_checksum_are_looked_through(counted: Tally) -> None:
    """A checksum finds damage, not malice: whatever passes it is a tally that can be written again, or refused."""
    data = counted.to_bytes()
    draw = random.Random(5)  # noqa: S311  no secrets
    for _ in range(2_000):
        body = bytearray(data[8:])
        for _ in range(draw.randint(1, 3)):
            body[draw.randrange(len(body))] = draw.randrange(256)
        try:
            found = Tally.from_bytes(b"CCHC" + zlib.crc32(body).to_bytes(4, "big") + body)
        except CchcError:
            continue
        assert Tally.from_bytes(found.to_bytes()) == found


HUGE = 2**63 - 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rules",), 5),
        (("periods",), ["2021", "2021"]),
        (("periods",), ["no"]),
        (("periods",), "2021"),
        (("as_of",), "31/12/2021"),
        (("as_of",), 5),
        (("edges",), [3, 2, 1]),
        (("edges",), []),
        (("edges",), [1.5]),
        (("edges",), [-(10**18), 10**18]),
        (("estimated_years",), ["x"]),
        (("counted",), []),
        (("counted", "dossiers"), {}),
        (("counted", "dossiers", "received"), ["colour"]),
        (("counted", "cats"), {"born": []}),
        (("counted", "dossiers", "sung"), []),
        (("said",), [1]),
        (("needed",), None),
        (("mixed",), ["dossiers.received"]),  # no set that is bound to the day of the question
        (("mixed",), ["dossiers.received_as_of"]),  # there are counts of it
        (("mixed",), None),
        (("cubes",), []),
        (("cubes", "dossiers.received"), []),
        (("cubes", "dossiers.received", "axes"), ["unit", "bin"]),
        (("cubes", "dossiers.received", "axes"), ["bin", "unit"]),
        (("cubes", "dossiers.received", "labels"), {}),
        (("cubes", "dossiers.received", "labels", "unit"), ["H0", "H0", "H1"]),
        (("cubes", "dossiers.received", "labels", "unit"), ["H1", "H0", "H2"]),
        (("cubes", "dossiers.received", "labels", "unit"), ["H0"]),
        (("cubes", "dossiers.received", "cells"), [[0, 0]]),
        (("cubes", "dossiers.received", "cells"), None),
        (("cubes", "dossiers.received", "cells"), "x"),
        (("cubes", "dossiers.received", "cells", 0), [0]),
        (("cubes", "dossiers.received", "cells", 0, 0), -1),
        (("cubes", "dossiers.received", "cells", 0, 0), 10**6),
        (("cubes", "dossiers.received", "cells", 0, 1), HUGE),
        (("cubes", "dossiers.received", "cells", 0, 1), 2**70),
        (("cubes", "dossiers.received", "cells", 0, 0), 0.5),
        (("cubes", "dossiers.received", "counts"), []),
        (("cubes", "dossiers.received", "counts"), {"a": 1}),
        (("cubes", "dossiers.received", "counts", 0), 0),
        (("cubes", "dossiers.received", "counts", 0), -1),
        (("cubes", "dossiers.received", "counts", 0), 0.5),
        (("cubes", "dossiers.received", "counts", 0), True),
        (("cubes", "dossiers.received", "counts", 0), HUGE),
        (("cubes", "dossiers.received", "counts", 0), None),
        (("more",), 1),
    ],
    ids=str,
)
def test_what_is_stored_is_checked_before_it_is_used(counted: Tally, path: tuple[Any, ...], value: object) -> None:
    data = json.loads(counted.to_json())
    at = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(CchcError):
        Tally.from_json(json.dumps(data))


def test_cells_that_repeat_or_are_out_of_order_are_refused(counted: Tally) -> None:
    for change in (list[Any].reverse, lambda cells: cells.insert(0, cells[0])):
        data = json.loads(counted.to_json())
        cube = data["cubes"]["dossiers.received"]
        change(cube["cells"])
        change(cube["counts"])
        with pytest.raises(InputError, match="ascend"):
            Tally.from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "5", "null", "[" * 100_000, '{"schema_version": []}', "\ud800"])
def test_a_text_that_is_no_tally(text: str) -> None:
    with pytest.raises(CchcError):
        Tally.from_json(text)


@pytest.mark.parametrize("value", [b"", b"CCHC", b"CCHC" + bytes(8), b"x" * 50])
def test_bytes_that_are_no_tally(value: bytes) -> None:
    with pytest.raises(InputError, match="no tally"):
        Tally.from_bytes(value)


def test_other_things_are_refused() -> None:
    for value in (None, 5, "text", [1], object()):
        with pytest.raises(InputError):
            Tally.from_bytes(value)  # type: ignore[arg-type]
        with pytest.raises(InputError):
            Tally.sum([value])  # type: ignore[list-item]


@given(st.lists(st.integers(0, HUGE) | st.integers(0, 300)))
def test_numbers_as_bytes_come_back(values: list[int]) -> None:
    data = varints(np.array(values, dtype=np.int64))
    assert len(data) == sum(max(-(-value.bit_length() // 7), 1) for value in values)
    assert varints_from(np.frombuffer(data, dtype=np.uint8), len(values)).tolist() == values


@given(st.binary(max_size=30), st.integers(0, 10))
def test_bytes_that_are_no_numbers_are_refused(data: bytes, count: int) -> None:
    try:
        found = varints_from(np.frombuffer(data, dtype=np.uint8), count)
    except ValueError:
        return
    assert varints(found) == data
