"""Columns: models become arrays and come back the same; arrays cannot be changed; parts are what they were."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError, DuplicateIdError
from cchc_metrics.records.columns import SECOND, Columns, columns_from_values, columns_of
from cchc_metrics.records.document import Document
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.fields import NO_DAY, Flag
from cchc_metrics.records.meeting import Meeting
from cchc_metrics.records.record import Record, schema
from cchc_metrics.reference.days import day_number
from cchc_metrics.testing import documents, dossiers, meetings

RECORDS: list[tuple[type[Record], st.SearchStrategy[Any]]] = [(Dossier, dossiers()), (Document, documents()), (Meeting, meetings())]
TABLES = st.sampled_from(RECORDS).flatmap(lambda r: st.tuples(st.just(r[0]), st.lists(r[1], max_size=6)))
few = settings(max_examples=60)


@given(TABLES)
@few
def test_models_come_back_as_they_were(table: tuple[type[Record], list[Record]]) -> None:
    model, records = table
    columns = columns_of(model, records)
    assert list(columns.records()) == records
    assert len(columns) == len(records)
    assert columns.row_numbers().tolist() == list(range(1, len(records) + 1))


@given(TABLES, st.data())
@few
def test_chosen_rows_are_those_rows(table: tuple[type[Record], list[Record]], data: st.DataObject) -> None:
    model, records = table
    columns = columns_of(model, records)
    if not records:
        return
    which = data.draw(st.lists(st.integers(0, len(records) - 1), max_size=8))
    taken = columns.take(np.array(which, dtype=np.int64))
    assert list(taken.records()) == [records[i] for i in which]
    assert taken.row_numbers().tolist() == [i + 1 for i in which]
    mask = np.array([data.draw(st.booleans()) for _ in records])
    assert list(columns.take(mask).records()) == [r for r, kept in zip(records, mask, strict=True) if kept]


@given(st.lists(dossiers(), max_size=6))
@few
def test_every_view_of_a_column_says_what_the_models_say(records: list[Dossier]) -> None:
    columns = columns_of(Dossier, records)
    days = [NO_DAY if r.received_at is None else day_number(r.received_at) for r in records]
    assert columns.days("received_at").tolist() == days
    seconds = [
        r.received_at.hour * 3600 + r.received_at.minute * 60 + r.received_at.second if isinstance(r.received_at, datetime) else -1
        for r in records
    ]
    assert columns.seconds("received_at").tolist() == seconds
    assert columns.numbers("term").tolist() == [-1 if r.term is None else r.term * 2 for r in records]
    codes, labels = columns.codes("status")
    assert [labels[code] for code in codes] == [r.status.value for r in records]
    assert columns.equals("channel", "online", "postal").tolist() == [r.channel.value in ("online", "postal") for r in records]
    assert not columns.equals("channel").any()


def test_an_absent_column_is_its_default_everywhere() -> None:
    columns = columns_from_values(Dossier, {"dossier_id": ["1", "2"], "unit_code": ["TM", "TM"], "status": ["received", "received"]})
    assert "postal_in" not in columns
    assert columns.days("received_at").tolist() == [NO_DAY, NO_DAY]
    assert columns.seconds("received_at").tolist() == [-1, -1]
    assert columns.numbers("term").tolist() == [-1, -1]
    assert columns.equals("postal_in", "unknown").all()
    assert columns.equals("field", "").all()
    assert columns.equals("channel", "counter").all()


def test_arrays_cannot_be_changed() -> None:
    columns = columns_of(Meeting, [Meeting(meeting_id="1", unit_code="TM", kind="other", held_on="2021-01-05")])
    with pytest.raises(ValueError, match="read-only"):
        columns.days("held_on")[0] = 0
    with pytest.raises(TypeError):
        columns.arrays["held_on"] = np.zeros(1)  # type: ignore[index]  # that it cannot be written is what is tested
    with pytest.raises(dataclasses.FrozenInstanceError):
        columns.file = "x"  # type: ignore[misc]  # as above


def test_columns_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="unequal length"):
        Columns(Meeting, {"a": np.zeros(1), "b": np.zeros(2)}, {})


@pytest.mark.parametrize(
    ("how_many", "dtype"), [(0, np.uint8), (256, np.uint8), (257, np.uint16), (65_536, np.uint16), (65_537, np.uint32)]
)
def test_labels_are_sorted_and_numbered_in_the_smallest_type(how_many: int, dtype: type[np.generic]) -> None:
    topics = [f"{i:05}" for i in reversed(range(how_many))]
    codes, labels = columns_from_values(Dossier, {"field": topics}).codes("field")
    assert codes.dtype == dtype
    assert list(labels) == (sorted(topics) or [""])
    assert [labels[code] for code in codes] == topics


def test_times_of_day_are_kept_only_where_there_are_any() -> None:
    dates = columns_from_values(Dossier, {"received_at": [date(2021, 3, 1), None]})
    timed = columns_from_values(Dossier, {"received_at": [date(2021, 3, 1), datetime(2021, 3, 1, 0, 0), datetime(2021, 3, 1, 23, 59, 59)]})
    assert "received_at" + SECOND not in dates.arrays
    assert timed.seconds("received_at").tolist() == [-1, 0, 86_399]


def test_halves_are_exact() -> None:
    columns = columns_from_values(Dossier, {"term": [Fraction(1, 2), Fraction(7), None]})
    assert columns.numbers("term").tolist() == [1, 14, -1]


def test_every_column_has_a_kind_that_columns_can_store() -> None:
    kinds = {spec.cell_type.name for model in (Dossier, Document, Meeting) for spec in schema(model)}
    assert kinds <= {"id", "unit", "label", "choice", "moment", "whole", "term"}
    assert Flag.labels() == ("no", "yes", "unknown")


@pytest.mark.parametrize("same", [True, False])
def test_a_repeated_identifier_is_no_second_record(same: bool) -> None:
    row: dict[str, Any] = {"unit_code": "TM", "status": "9", "received_at": "01/03/2021", "ended_at": "02/03/2021"}
    rows = [Dossier(dossier_id=name, **row) for name in ("a", "b", "a")]
    if not same:
        rows[2] = Dossier(dossier_id="a", **{**row, "ended_at": "03/03/2021"})
    with pytest.raises(DuplicateIdError, match="records 1 and 3 have the same dossier_id «a»") as error:
        columns_of(Dossier, rows)
    assert error.value.code == "duplicate_id"
    assert len(columns_of(Dossier, rows[:2])) == 2


def test_what_several_columns_make_unique_is_not_told_apart_by_one() -> None:
    row: dict[str, Any] = {"document_id": "01/QĐ-UBND", "issued_on": "04/01/2021"}
    ours, theirs = (Document(unit_code=unit, **row) for unit in ("TM", "MA"))
    assert len(columns_of(Document, [ours, theirs])) == 2
    with pytest.raises(DuplicateIdError, match="unit_code «TM», issued_on «2021-01-04»"):
        columns_of(Document, [ours, theirs, ours])


@given(TABLES)
@few
def test_columns_are_sent_whole_and_in_runs(table: tuple[type[Record], list[Record]]) -> None:
    model, records = table
    columns = columns_of(model, records, file="rows")
    sent = pickle.loads(pickle.dumps(columns))  # noqa: S301  made here
    assert list(sent.records()) == records
    assert (sent.file, dict(sent.labels), sent.row_numbers().tolist()) == ("rows", dict(columns.labels), columns.row_numbers().tolist())
    assert not any(array.flags.writeable for array in sent.arrays.values())
    run = pickle.loads(pickle.dumps(columns.part(1, 3)))  # noqa: S301  made here
    assert list(run.records()) == records[1:3]
    assert run.row_numbers().tolist() == columns.part(1, 3).row_numbers().tolist()


def test_rows_of_another_kind_are_not_taken_for_what_they_are_not() -> None:
    held = columns_of(Meeting, [Meeting(meeting_id="1", unit_code="TM", kind="họp UBND", held_on="05/01/2021")])
    assert [meeting.held_on for meeting in held.records(Meeting)] == [date(2021, 1, 5)]
    with pytest.raises(CchcError, match="the rows are of Meeting, not Dossier"):
        held.records(Dossier)
