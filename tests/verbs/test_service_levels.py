"""Online services on both sides of 2022: levels 1–4 until then, partial and full since; neither is mapped onto the other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.catalogue.model import Catalogue, Indicator
from cchc_metrics.dataset import Dataset
from cchc_metrics.errors import CatalogueError, CchcError
from cchc_metrics.plan import Plan
from cchc_metrics.records.choices import ServiceLevel
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.model import Report
from cchc_metrics.values import Status
from cchc_metrics.verbs.assess import Verdict
from cchc_metrics.verbs.compare import Delta

CHANGED = ("dossiers_online_level_3_4", "dossiers_online_partial_full", "online_full_share", "online_share")
DIGITISING = ("digitised", "data_reused", "components_digitised")
SERVICES = ("services_full", "services_partial", "services_full_share", "services_with_dossiers")
NEW_SINCE = date(2022, 6, 24)
TREE = UnitTree([Unit(code="TM", name="Đồng Tháp", level="province")])
NOT_APPLICABLE, OK, REFUSED = Status.NOT_APPLICABLE, Status.OK, Status.NOT_COMPARABLE
AT_LEAST = Status.ESTIMATED
"""Of what is read off the levels: in every month one online dossier does not say its level."""


def dossiers() -> Columns:
    """Return for each month from 2020 to 2024 dossiers of both kinds, and one more each year, all of them online but one."""
    rows = []
    for year in range(2020, 2025):
        for month in range(1, 13):
            levels = ["level_1", "level_3", "level_4", "partial", "full", *["full", "level_3"] * (year - 2019), "unknown"]
            rows += [
                Dossier(
                    dossier_id=f"{year}-{month}-{n}",
                    unit_code="TM",
                    status="4",
                    received_at=date(year, month, 3),
                    channel="online" if n else "counter",
                    service_level=level,
                )
                for n, level in enumerate(levels)
            ]
    return columns_of(Dossier, rows)


DOSSIERS = dossiers()


def reported(period: str, as_of: date = date(2025, 1, 31), **others: Any) -> Report:
    data = Dataset(TREE, unit="TM", as_of=as_of, coverage={"dossiers": (date(2020, 1, 1), date(2024, 12, 31))}, dossiers=DOSSIERS, **others)
    return data.report(period)


def change(report: Report, name: str) -> Delta:
    found = report.deltas.get(name, "TM", report.period)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("period", "levels", "shares"),
    [
        ("2021", AT_LEAST, NOT_APPLICABLE),
        ("2022-Q1", AT_LEAST, NOT_APPLICABLE),
        ("2022-05", AT_LEAST, NOT_APPLICABLE),
        ("2022-Q2", AT_LEAST, AT_LEAST),  # 24/06 lies in it
        ("2022-H2", AT_LEAST, AT_LEAST),
        ("2022", AT_LEAST, AT_LEAST),
        ("2023", NOT_APPLICABLE, AT_LEAST),
        ("2024-Q1", NOT_APPLICABLE, AT_LEAST),
    ],
)
def test_each_definition_applies_on_its_side_and_both_while_exports_are_mixed(period: str, levels: Status, shares: Status) -> None:
    measures = reported(period).measures
    found = {name: measures.get(name, "TM", Period.parse(period)) for name in CHANGED}
    assert {name: m.status for name, m in found.items() if m is not None} == {
        "dossiers_online_level_3_4": levels,
        "dossiers_online_partial_full": shares,
        "online_full_share": shares,
        "online_share": OK,
    }


def test_neither_is_mapped_onto_the_other() -> None:
    year = Period.parse("2022")
    measures = reported("2022").measures
    levels, shares, full = (measures.get(name, "TM", year) for name in CHANGED[:3])
    assert levels is not None
    assert shares is not None
    assert full is not None
    # In each month of 2022: levels 3 and 4, and three more of level 3; partial and full, and three more of full.
    assert (levels.numerator, shares.numerator) == (12 * 5, 12 * 5)
    assert (full.numerator, full.denominator) == (12 * 4, 12 * 12)
    parts = {
        name: [m.numerator for label in ServiceLevel if (m := measures.get(name, "TM", year, (("service_level", label.value),)))]
        for name in CHANGED[:2]
    }
    assert parts == {CHANGED[0]: [48, 12], CHANGED[1]: [12, 48]}


@pytest.mark.parametrize(
    ("period", "refused"),
    [
        ("2021", False),
        ("2022-Q1", False),  # its baseline and itself lie before
        ("2022-05", False),
        ("2022-06", True),
        ("2022-Q3", True),
        ("2022", True),
        ("2023-Q1", True),
        ("2023-Q2", True),
        ("2023-06", True),  # its baseline began before the change
        ("2023-07", False),
        ("2023-Q3", False),
        ("2023", True),
        ("2024", False),
    ],
)
def test_a_comparison_across_the_change_is_refused_and_says_what_changed(period: str, refused: bool) -> None:
    delta = change(reported(period), "online_share")
    assert delta.current.value is not None
    assert delta.baseline is not None
    assert delta.baseline.value is not None  # both stay readable
    assert (delta.status is REFUSED) == refused == (delta.difference is None)
    if refused:
        assert delta.reason.vi == (
            "định nghĩa thay đổi từ 24/06/2022: NĐ 42/2022/NĐ-CP thay mức độ 1–4 bằng một phần và toàn trình; "
            "từng thủ tục được phân loại lại"
        )
        assert delta.reason.en.startswith("the definition changed on 2022-06-24: NĐ 42/2022/NĐ-CP has partial and full services")


def test_other_indicators_are_compared_across_2022() -> None:
    report = reported("2022")
    assert change(report, "dossiers_received").status is OK
    assert change(report, "dossiers_received").difference == 12 * 2
    assert {d.indicator for d in report.deltas if "định nghĩa" in d.reason.vi} == set(CHANGED)


def test_levels_of_2023_have_no_value_and_partial_services_no_baseline_of_2021() -> None:
    assert change(reported("2023"), "dossiers_online_level_3_4").status is NOT_APPLICABLE
    assert change(reported("2022"), "dossiers_online_partial_full").difference is None
    last = change(reported("2024"), "online_full_share")
    assert (last.status, last.difference is None) == (AT_LEAST, False)


def test_a_running_period_is_judged_by_the_days_that_have_passed() -> None:
    assert change(reported("2022", date(2022, 6, 23)), "online_share").difference is not None
    assert change(reported("2022", date(2022, 6, 24)), "online_share").status is REFUSED


@pytest.mark.parametrize(("as_of", "verdict"), [(date(2022, 3, 31), Verdict.ON_TRACK), (NEW_SINCE, Verdict.CANNOT_BE_JUDGED)])
def test_a_target_is_judged_until_the_change_is_known(as_of: date, verdict: Verdict) -> None:
    target = {"id": "levels", "indicator": "dossiers_online_level_3_4", "value": 10, "against": "increase_percent", "due": "2022-12-31"}
    plan = Plan.model_validate({"number": "1/KH-UBND", "issued_on": "2022-01-01", "issuer": "UBND", "year": 2022, "targets": [target]})
    assessed = reported("2021", as_of, plan=plan).assessments
    assert assessed is not None
    assert [a.verdict for a in assessed] == [verdict]


def test_a_target_over_a_baseline_of_the_old_definition_cannot_be_judged() -> None:
    targets = [
        {"id": name, "indicator": name, "value": 1, "against": "increase_points", "due": "2022-12-31"}
        for name in ("online_share", "resolved_on_time")
    ]
    targets[1] |= {"id": "received", "indicator": "dossiers_received", "against": "increase_percent"}
    plan = Plan.model_validate({"number": "1/KH-UBND", "issued_on": "2022-01-01", "issuer": "UBND", "year": 2022, "targets": targets})
    assessed = reported("2022", plan=plan).assessments
    assert assessed is not None
    verdicts = {a.target: (a.verdict, "24/06/2022" in a.reason.vi) for a in assessed}
    assert verdicts == {"online_share": (Verdict.CANNOT_BE_JUDGED, True), "received": (Verdict.MET, False)}


# --- the catalogue ----------------------------------------------------------------------------------------------------------------------


def test_the_change_is_data_of_the_catalogue() -> None:
    changes = Catalogue.default().definition_changes()
    of_2022 = {name: what for name, days in changes.items() for day, what in days if day == NEW_SINCE}
    assert set(of_2022) == set(CHANGED)
    assert all("NĐ 42/2022/NĐ-CP" in what.vi and "NĐ 42/2022/NĐ-CP" in what.en for what in of_2022.values())
    of_2026 = {name: what for name, days in changes.items() for day, what in days if day == date(2026, 7, 1)}
    assert set(of_2026) == {"dossiers_online_partial_full", "online_full_share", *SERVICES}
    assert all("NĐ 224/2026/NĐ-CP" in what.vi and "NĐ 224/2026/NĐ-CP" in what.en for what in of_2026.values())
    assert set(changes) == {*CHANGED, *SERVICES, *DIGITISING}
    assert default_catalogue()["online_full_share"].valid_from == NEW_SINCE
    assert default_catalogue()["dossiers_online_level_3_4"].valid_to == date(2022, 12, 31)


OWN = """
[[indicator]]
id = "own_share"
vi = "Tỷ lệ riêng"
en = "Own share"
numerator = ["dossiers.received_online"]
denominator = ["dossiers.received"]
scale = "percent"
source = "own"
"""


@pytest.mark.parametrize(
    ("period", "base", "days"),
    [("2026-Q3", "2025-Q3", [2026]), ("2026-Q4", "2026-Q3", []), ("2026-Q2", "2025-Q2", []), ("2026-Q3", "2022-Q2", [2022, 2026])],
)
def test_a_comparison_across_either_change_is_refused_and_names_each(period: str, base: str, days: list[int]) -> None:
    now, before = Period.parse(period), Period.parse(base)
    rows = [
        Dossier(dossier_id=str(n), unit_code="TM", status="4", received_at=p.last, channel="online", service_level="full")
        for n, p in enumerate((now, before))
    ]
    delta = Dataset(TREE, unit="TM", as_of=date(2026, 12, 31), dossiers=rows).deltas(now, baseline_period=before)["online_full_share", "TM"]
    assert [year for year in (2022, 2026) if f"the definition changed on {year}" in delta.reason.en] == days
    assert (delta.status is REFUSED) == bool(days)


def test_a_district_marks_a_change_of_its_own() -> None:
    own = load_catalogue(OWN + 'definition_changed_on = 2024-01-01\ndefinition_changed_vi = "mới"\ndefinition_changed_en = "new"\n')
    ((day, what),) = own.definition_changes()["own_share"]
    assert (day, what.vi, what.en) == (date(2024, 1, 1), "mới", "new")
    assert set(own.definition_changes()) == {*CHANGED, *SERVICES, *DIGITISING, "own_share"}
    assert own.select(["own_share"]).definition_changes().keys() == {"own_share"}


PARTS = {"definition_changed_on": date(2024, 1, 1), "definition_changed_vi": "mới", "definition_changed_en": "new"}


@given(st.sets(st.sampled_from(sorted(PARTS)), min_size=1, max_size=2))
def test_a_change_needs_its_day_and_its_words_in_both_languages(given_parts: set[str]) -> None:
    plain = default_catalogue()["dossiers_received"].model_dump(exclude_unset=True)
    with pytest.raises(CchcError, match="belong together"):
        Indicator.model_validate({**plain, **{name: PARTS[name] for name in given_parts}})


def test_a_half_reported_change_is_named_with_its_place() -> None:
    with pytest.raises(CatalogueError, match=r"indicator\[1\] «own_share».*belong together"):
        load_catalogue(OWN + "definition_changed_on = 2024-01-01\n")
