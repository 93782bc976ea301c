"""Joins: whole or part by part the same, every row without a partner is found with the nearest, and nothing is joined that is only near."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CchcError
from cchc_metrics.read.joins import Joins, Links, join_tables
from cchc_metrics.read.nearest import nearest
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.records.problems import Problems
from cchc_metrics.records.procedure import Procedure

UNITS = [{"code": "TM", "name": "Tháp Mười", "kind": "huyện", "level": "district"}]
BASE: dict[str, Any] = {"unit_code": "TM", "status": "9", "received_at": "01/03/2021", "ended_at": "08/03/2021"}


def dossiers(*ids: str, **more: object) -> Columns:
    return columns_of(Dossier, [Dossier(**{**BASE, "dossier_id": name, **more}) for name in ids])


def events(*ids: str) -> Columns:
    return columns_of(DossierEvent, [DossierEvent(dossier_id=name, kind="bổ sung", happened_at="02/03/2021") for name in ids])


def procedures(*codes: str) -> Columns:
    return columns_of(Procedure, [Procedure(procedure_code=code, term="5", term_unit="nlv") for code in codes])


def fixes(problems: Problems) -> list[tuple[str, int, str, str]]:
    return [(p.code.value, p.row, p.value, p.fix_en) for p in problems.examples]


def test_the_library_joins_as_the_command_does() -> None:
    rows = [
        {**BASE, "dossier_id": "TM-1", "term": "3", "term_unit": "nlv"},
        {**BASE, "dossier_id": "TM-2", "procedure_code": "P1", "ended_at": "05/03/2021"},
    ]
    story = [
        {"dossier_id": "TM-1", "kind": "yêu cầu bổ sung", "happened_at": "02/03/2021"},
        {"dossier_id": "TM-1", "kind": "đã bổ sung", "happened_at": "04/03/2021"},
    ]
    data = Dataset(UNITS, dossiers=rows, dossier_events=story, procedures=[{"procedure_code": "P1", "term": "5", "term_unit": "nlv"}])
    found = next(m for m in data.measures("2021") if m.indicator == "resolved_on_time" and m.unit == "TM" and not m.breakdown)
    assert (found.numerator, found.denominator, found.status) == (2, 2, "ok")
    assert not data.problems


@pytest.mark.parametrize(
    ("event", "ids", "near"),
    [
        ("TM-2", ("TM-1",), "TM-1"),
        ("tm-1", ("TM-1", "TM-2"), "TM-1"),
        ("000124", ("123", "124", "125"), "124"),
        ("124", ("000123", "000124"), "000124"),
        ("TM-1-x", ("TM-100", "TM-200"), "TM-100"),
        ("TM.210301/1", ("TM-210301-0001", "TM-210301-0010"), "TM-210301-0001"),
        ("Q", ("TM-100",), ""),
    ],
)
def test_an_event_without_its_dossier_is_found_and_never_joined(event: str, ids: tuple[str, ...], near: str) -> None:
    tables, problems = join_tables({"dossiers": dossiers(*ids), "dossier_events": events(ids[0], event)})
    assert fixes(problems) == [("event_without_dossier", 2, event, f"; did you mean «{near}»?" if near else "")]
    assert tables["dossiers"].numbers("supplement_requests").tolist() == [1, *[-1] * (len(ids) - 1)]
    assert (problems.read, problems.rejected) == (0, 1)


def test_a_procedure_that_is_not_listed_is_found_at_the_dossier() -> None:
    table = columns_of(Dossier, [Dossier(**BASE, dossier_id=str(n), procedure_code=code) for n, code in enumerate(["P1", "p1", "", "P9"])])
    tables, problems = join_tables({"dossiers": table, "procedures": procedures("P1", "P2")})
    assert fixes(problems) == [
        ("procedure_not_listed", 2, "p1", "; did you mean «P1»?"),
        ("procedure_not_listed", 4, "P9", "; did you mean «P1»?"),
    ]
    assert tables["dossiers"].numbers("term").tolist() == [10, -1, -1, -1]
    assert (problems.read, problems.rejected) == (0, 0)  # they count


def test_a_table_that_was_not_supplied_is_not_missed() -> None:
    given = {"dossiers": dossiers("TM-1", procedure_code="P1")}
    assert join_tables(given) == (given, Problems())
    assert not join_tables({"dossier_events": events("TM-1")})[1]


def test_an_event_without_its_dossier_is_told_by_a_dataset_in_parts() -> None:
    data = Dataset(UNITS, dossiers=[dossiers("TM-1"), dossiers("TM-2", "TM-3")], dossier_events=events("TM-3", "TM-31", "TM-1"))
    assert fixes(data.problems) == [("event_without_dossier", 2, "TM-31", "; did you mean «TM-1»?")]
    assert (data.problems.read, data.problems.rejected, data.problems.valid) == (6, 1, 5)
    with pytest.raises(CchcError):
        data.problems.raise_if_any()


IDS = st.sampled_from(["TM-1", "TM-2", "tm-1", "TM-01", "X", "0001", "1"])


@given(
    st.lists(testing.dossiers(), max_size=4),
    st.lists(IDS, min_size=4, max_size=4).map(lambda names: [f"{n}{i}" for i, n in enumerate(names)]),
    st.lists(testing.dossier_events(ids=["TM-10", "TM-21", "tm-12", "TM-3", "X4", "1"]), max_size=6),
    st.lists(testing.procedures(), max_size=4),
    st.lists(st.integers(0, 4), max_size=3),
)
def test_parts_are_joined_as_the_whole_is(
    rows: list[Any], names: list[str], story: list[Any], versions: list[Any], cuts: list[int]
) -> None:
    table = columns_of(Dossier, [row.model_copy(update={"dossier_id": name}) for row, name in zip(rows, names, strict=False)])
    others = {"dossier_events": columns_of(DossierEvent, story), "procedures": columns_of(Procedure, versions)}
    whole, problems = join_tables({"dossiers": table, **others})
    joins = Joins.of(KINDS["dossiers"], others)
    ends = sorted({0, len(table), *(min(cut, len(table)) for cut in cuts)})
    parts = [table.part(a, b) for a, b in pairwise(ends)] or [table]
    done = [joins.join(part) for part in parts]
    links = sum((found for _, found in reversed(done)), Links())
    found = joins.problems(links, parts)
    assert found.totals == problems.totals
    assert sorted(fixes(found)) == sorted(fixes(problems))
    assert found.rejected == problems.rejected
    for name in ("term", "supplement_requests", ":reappointed"):
        joined = np.concatenate([part.numbers(name) for part, _ in done])
        assert joined.tolist() == whole["dossiers"].numbers(name).tolist()
    assert found.count(Code.EVENT_WITHOUT_DOSSIER) == sum(e.dossier_id not in set(table.arrays["dossier_id"]) for e in story)


def test_a_part_without_its_ids_is_not_joined() -> None:
    joins = Joins.of(KINDS["dossiers"], {"dossier_events": events("TM-1")})
    assert joins.columns == {"dossier_id"}
    with pytest.raises(CchcError, match="keep_ids"):
        joins.join(dossiers("TM-1").without("dossier_id"))


@given(st.lists(st.text("aB01-", min_size=1, max_size=5), max_size=12), st.lists(st.text("aB01-", max_size=5), max_size=4), st.data())
def test_the_nearest_is_the_same_in_any_parts_and_order(candidates: list[str], wanted: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(candidates)))
    shuffled = data.draw(st.permutations(candidates))
    whole = nearest(wanted, [candidates])
    assert nearest(wanted, [shuffled[:cut], [], shuffled[cut:]]) == whole
    assert set(whole.values()) <= set(candidates)
