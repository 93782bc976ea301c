"""The list of procedures: what is in force on the last day of a period, each procedure once; a stock, never added over months or units."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import cchc_metrics as cm
from cchc_metrics import testing
from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.read.joins import join_tables
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.procedure import Procedure, TermChannel
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Status
from cchc_metrics.verbs.measure import measure

UNITS = UnitTree(
    [
        Unit(code="TM", name="Đồng Tháp", kind="tỉnh", level="province"),
        Unit(code="MA", name="Mỹ An", kind="xã", level="commune", parent="TM"),
        Unit(code="MQ", name="Mỹ Quý", kind="xã", level="commune", parent="TM"),
    ]
)
OLD = {"procedure_code": "1", "valid_from": "01/01/2023", "service_level": "một phần", "tier": "xã"}
NEW = {"procedure_code": "1", "valid_from": "01/06/2024", "service_level": "toàn trình", "tier": "xã"}
ENDED = {"procedure_code": "2", "valid_to": "31/12/2023", "service_level": "toàn trình", "tier": "tỉnh"}
OPEN = {"procedure_code": "3", "service_level": "toàn trình", "tier": "tỉnh"}
LISTED = [OLD, NEW, ENDED, OPEN]


def dossier(name: str, code: str, received: str = "03/07/2024", channel: str = "online", unit: str = "MA", **more: Any) -> dict[str, Any]:
    return {"dossier_id": name, "unit_code": unit, "status": 4, "received_at": received, "channel": channel, "procedure_code": code, **more}


def values(period: str, *names: str, procedures: Any = LISTED, **more: Any) -> list[tuple[int | None, int | None]]:
    found = cm.Dataset(units=UNITS, procedures=procedures, **more).measures(period)
    return [(found[name, "TM"].numerator, found[name, "TM"].denominator) for name in names]


def test_each_procedure_counts_once_by_the_version_of_the_last_day() -> None:
    names = ("procedures_in_force", "services_full", "services_partial", "services_full_share")
    assert values("2023", *names) == [(3, None), (2, None), (1, None), (2, 3)]
    assert values("2024-Q1", *names) == [(2, None), (1, None), (1, None), (1, 2)]
    assert values("2024", *names) == [(2, None), (2, None), (0, None), (2, 2)]


def test_the_year_is_not_the_sum_of_its_months_and_a_month_without_a_change_has_its_stock() -> None:
    data = cm.Dataset(units=UNITS, procedures=LISTED)
    months = [f"2024-{month:02}" for month in range(1, 13)]
    found = data.measures("2024", *months)
    assert {found["procedures_in_force", "TM", month].numerator for month in months} == {2}
    assert found["procedures_in_force", "TM", "2024"].numerator == 2
    assert all(found["procedures_in_force", "TM", month].status is Status.OK for month in months)


AT_THE_START = """
[[count]]
id = "procedures.before"
vi = "thủ tục đầu kỳ"
en = "procedures at the start"
events = "procedures.begun"
until = "procedures.ended"
at = "start"
of = "labels"
labels_of = "procedure_code"

[[indicator]]
id = "procedures_before"
vi = "Thủ tục đầu kỳ"
en = "Procedures at the start"
numerator = ["procedures.before"]
scale = "count"
source = "own"
"""


def test_what_is_in_force_at_the_start_of_a_period_is_what_was_at_the_end_of_the_one_before() -> None:
    data = cm.Dataset(units=UNITS, procedures=LISTED, catalogue=load_catalogue(AT_THE_START))
    for before, period in pairwise(("2023", "2024", "2025")):
        found = data.measures(before, period)
        assert found["procedures_before", "TM", period].numerator == found["procedures_in_force", "TM", before].numerator
    assert data.measures("2024")["procedures_before", "TM"].numerator == 3


def test_a_list_of_the_whole_says_nothing_of_its_units() -> None:
    found = cm.Dataset(units=UNITS, procedures=LISTED).measures("2024")
    m = found["procedures_in_force", "MA"]
    assert (m.status, m.value) == (Status.NO_DATA, None)
    assert "of the whole area" in m.reason.en
    tiers = {
        dict(x.breakdown)["tier"]: x.numerator
        for x in found.filter(indicator="procedures_in_force", unit="TM")
        if "tier" in dict(x.breakdown) and "level" not in dict(x.breakdown)
    }
    assert tiers == {"commune": 1, "province": 1}


def test_what_does_not_say_is_left_out_with_its_number() -> None:
    unsaid = [*LISTED, {"procedure_code": "4"}]
    found = cm.Dataset(units=UNITS, procedures=unsaid).measures("2024")
    full = found["services_full", "TM"]
    assert (full.status, full.numerator, full.excluded) == (Status.ESTIMATED, 2, {"service_level_not_said": 1})
    assert found["services_full_share", "TM"].excluded == {"service_level_not_said": 1}


def test_old_and_new_levels_are_apart() -> None:
    """Mức độ 4 of before 2022 is neither whole-process nor proactive level 4, and level 4 of a proactive service is no mức độ 4."""
    old, new = {"procedure_code": "1", "Mức độ DVC": "Mức độ 4"}, {"procedure_code": "2", "Mức độ chủ động": "Mức độ 4"}
    found = cm.Dataset(units=UNITS, procedures=[old | {"Mức độ chủ động": ""}, new | {"Mức độ DVC": ""}]).measures("2026")
    assert found["services_full", "TM"].numerator == 0
    proactive = found["services_proactive", "TM"]
    assert (proactive.numerator, proactive.excluded) == (1, {"proactive_not_said": 1})
    assert found.get("services_proactive", "TM", breakdown={"proactive": "proactive_4"}).numerator == 1  # type: ignore[union-attr]
    early = cm.Dataset(units=UNITS, procedures=LISTED).measures("2025")["services_proactive", "TM"]
    assert early.status is Status.NOT_APPLICABLE


def test_services_with_dossiers_are_online_services_that_had_one_online_in_the_period_each_once() -> None:
    dossiers = [
        dossier("a", "1"),
        dossier("b", "1", unit="MQ"),  # the same service in another commune
        dossier("c", "3", channel="trực tiếp"),
        dossier("d", "3", received="03/07/2023"),
        dossier("e", "2"),  # ended before
        dossier("f", ""),
    ]
    assert values("2024", "services_with_dossiers", dossiers=dossiers) == [(1, 2)]
    found = cm.Dataset(units=UNITS, procedures=LISTED, dossiers=dossiers)
    m = found.measures("2024")["services_with_dossiers", "TM"]
    assert m.excluded == {"level_not_said": 2}
    assert [row.id for row in found.explain("services_with_dossiers", period="2024").numerator] == ["a", "b"]
    assert found.explain("services_with_dossiers", period="2024").adds_up


def test_what_was_not_counted_by_procedure_says_so() -> None:
    tables = {
        "dossiers": columns_of(Dossier, [Dossier(**dossier("a", "1"))]),
        "procedures": columns_of(Procedure, [Procedure(**row) for row in LISTED]),
    }
    found = measure(tally(tables, periods="2024"), units=UNITS)["services_with_dossiers", "TM"]
    assert found.status is Status.NO_DATA
    assert "not counted by procedure" in found.reason.en


def levels(dossiers: Columns) -> list[str]:
    codes, labels = dossiers.codes("service_level")
    return [labels[code] for code in codes.tolist()]


def test_a_dossier_takes_the_level_of_its_version_and_keeps_its_own() -> None:
    tables = {
        "dossiers": columns_of(Dossier, [Dossier(**dossier(n, "1", day)) for n, day in (("a", "01/05/2024"), ("b", "01/06/2024"))]),
        "procedures": columns_of(Procedure, [Procedure(**OLD), Procedure(**NEW)]),
    }
    assert levels(join_tables(tables)[0]["dossiers"]) == ["partial", "full"]
    own = columns_of(Dossier, [Dossier(**dossier("a", "1", service_level="toàn trình", received="01/05/2024"))])
    assert levels(join_tables({**tables, "dossiers": own})[0]["dossiers"]) == ["full"]


VERSIONS = st.lists(
    testing.procedures(first=date(2021, 1, 1), last=date(2021, 6, 30)),
    max_size=8,
    unique_by=lambda p: (p.procedure_code, p.channel, p.valid_from),
)


def slow(versions: list[Procedure], day: date, **where: Any) -> int:
    """Return how many procedures have a version in force on a day, by leafing through; a later one of the same channel that lasts at least
    as long replaces an earlier one from its first day."""
    far = date.max
    found = set()
    for v in versions:
        last = v.valid_to or far
        for other in versions:
            later = (v.procedure_code, v.channel) == (other.procedure_code, other.channel) and begun(other) > begun(v)
            following = [w for w in versions if (w.procedure_code, w.channel) == (v.procedure_code, v.channel) and begun(w) > begun(v)]
            if later and other is min(following, key=begun) and (other.valid_to or far) >= last and begun(other) <= last:
                last = begun(other) - timedelta(days=1)
        if begun(v) <= day <= last and all(getattr(v, name).value in wanted for name, wanted in where.items()):
            found.add(v.procedure_code)
    return len(found)


def begun(version: Procedure) -> date:
    first = version.valid_from
    return date(1970, 1, 1) if first is None else date(first.year, first.month, first.day)


@settings(max_examples=60)
@given(VERSIONS)
def test_every_stock_is_that_of_leafing_through_the_list(versions: list[Procedure]) -> None:
    versions = [v for v in versions if v.valid_to is None or begun(v) <= v.valid_to]
    data = cm.Dataset(units=UNITS, procedures=versions)
    for period, day in (("2021-01", date(2021, 1, 31)), ("2021-Q1", date(2021, 3, 31)), ("2021", date(2021, 12, 31))):
        found = data.replace(catalogue=default_catalogue()).measures(period)
        assert (found["procedures_in_force", "TM"].numerator or 0) == slow(versions, day)
        m = found["procedures_boundary_free", "TM"]
        if m.numerator is not None:
            assert m.numerator == slow(versions, day, boundary_free=("yes",))
            assert m.excluded.get("boundary_not_said", 0) == slow(versions, day, boundary_free=("unknown",))


@settings(max_examples=30)
@given(VERSIONS, st.lists(st.integers(0, 8), max_size=2))
def test_a_list_in_parts_is_the_list(versions: list[Procedure], cuts: list[int]) -> None:
    columns = columns_of(Procedure, versions)
    edges = sorted({0, *(cut for cut in cuts if cut < len(columns)), len(columns)})
    parts = [columns.part(first, last) for first, last in pairwise(edges)] or [columns]
    whole, cut = (cm.Dataset(units=UNITS, procedures=given) for given in (columns, parts))
    assert whole.tally(["2021", "2021-02"]) == cut.tally(["2021", "2021-02"])


def test_every_channel_is_of_one_procedure() -> None:
    both = [{**OPEN, "channel": channel.value} for channel in (TermChannel.ONLINE, TermChannel.COUNTER)]
    assert values("2024", "procedures_in_force", procedures=both) == [(1, None)]
