"""What every indicator must satisfy, walked over the whole catalogue; and what a wrong catalogue says."""

from __future__ import annotations

import pickle
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cchc_metrics import testing
from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.catalogue.model import Catalogue, Indicator
from cchc_metrics.count.tally import tally
from cchc_metrics.errors import CatalogueError, CchcError, UnknownIndicatorError
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Scale, Status
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.measures import Measures

CATALOGUE = default_catalogue()
UNITS = UnitTree(
    [
        Unit(code="TM", name="Tháp Mười", kind="huyện", level="district"),
        Unit(code="TM.01", name="Mỹ An", kind="thị trấn", level="commune", parent="TM"),
        Unit(code="TM.02", name="Mỹ Quý", kind="xã", level="commune", parent="TM"),
    ]
)
YEAR, AFTER = Period.parse("2021"), Period.parse("2024")
AS_OF = date(2022, 12, 31)
ROWS: dict[str, st.SearchStrategy[Any]] = {
    "dossiers": st.lists(testing.dossiers(), max_size=8),
    "documents": st.lists(testing.documents(), max_size=8),
    "meetings": st.lists(testing.meetings(), max_size=8),
    "outreach": st.lists(testing.outreach_activities(), max_size=8),
    "initiatives": st.lists(testing.adoptions(), max_size=5, unique_by=lambda a: (a.initiative_id, a.unit_code)),
    "surveys": st.lists(testing.survey_answers(), max_size=8),
    "petitions": st.lists(testing.petitions(), max_size=8),
    "assigned_tasks": st.lists(testing.assigned_tasks(), max_size=8),
    "inspections": st.lists(testing.inspections(), max_size=8),
    "periodic_reports": st.lists(testing.periodic_reports(), max_size=8),
    "legal_documents": st.lists(testing.legal_documents(), max_size=8),
}

each = pytest.mark.parametrize("indicator", list(CATALOGUE), ids=lambda i: i.id)


def measures_of(rows: dict[str, list[Any]], periods: tuple[Period, ...] = (YEAR,), catalogue: Catalogue = CATALOGUE) -> Measures:
    columns = {kind: columns_of(KINDS[kind].model, records) for kind, records in rows.items()}
    counted = tally(columns, periods=periods, rules=Rules.preset("default"), calendar=Calendar.official(), as_of=AS_OF)
    return measure(counted, catalogue, units=UNITS, periods=periods, as_of=AS_OF)


@each
def test_it_is_reported_in_both_languages_with_a_source_and_an_example(indicator: Indicator) -> None:
    assert indicator.vi
    assert indicator.en
    assert indicator.vi != indicator.en
    assert indicator.source
    assert indicator.example
    assert "[K]" not in indicator.source + indicator.source_en
    if indicator.scale is Scale.PERCENT:
        assert indicator.vi.startswith("Tỷ lệ ")
        assert indicator.en.startswith("Share of ")


@each
def test_its_counts_exist_and_are_reported_in_both_languages(indicator: Indicator) -> None:
    for name in (*indicator.numerator, *indicator.denominator, *indicator.excluded.values()):
        count = CATALOGUE.counts[name.removeprefix("-")]
        assert count.vi != count.en


@each
def test_without_records_it_has_no_data_and_no_value(indicator: Indicator) -> None:
    assert indicator.entered == (not indicator.counts)
    for m in measures_of({}, catalogue=CATALOGUE.select([indicator.id])):
        assert m.status in (Status.NO_DATA, Status.NOT_APPLICABLE)
        assert m.value is None
        assert m.numerator is None
        assert m.reason.vi
        assert m.reason.en


@settings(max_examples=40)
@given(data=st.data())
def test_what_every_measure_must_satisfy(data: st.DataObject) -> None:
    found = measures_of({kind: data.draw(rows) for kind, rows in ROWS.items()})
    for m in found:
        indicator = CATALOGUE[m.indicator]
        assert m.status.usable == (m.value is not None)
        assert (m.status is Status.OK) == (not m.reason.vi) or "100%" in m.reason.vi
        assert found.get(m.indicator, m.unit, m.period, m.breakdown) == m
        assert type(m.numerator) in (int, type(None))
        assert type(m.denominator) in (int, type(None))
        if m.denominator == 0:
            assert m.status is Status.ZERO_DENOMINATOR
        if m.value is not None and not indicator.quantile:
            assert m.value == Fraction((m.numerator or 0) * (100 if m.scale is Scale.PERCENT else 1), m.denominator or 1)
        assert str(m)


@settings(max_examples=40)
@given(data=st.data())
def test_counts_of_levels_and_units_add_up(data: st.DataObject) -> None:
    found = measures_of({kind: data.draw(rows) for kind, rows in ROWS.items()})
    for m in found:
        if m.unit != "TM" or any(d == "level" for d, _ in m.breakdown) or m.numerator is None:
            continue
        levels = [found.get(m.indicator, "TM", m.period, (*m.breakdown, ("level", level))) for level in ("district", "commune")]
        communes = [found.get(m.indicator, code, m.period, m.breakdown) for code in ("TM.01", "TM.02")]
        assert m.numerator == sum((x.numerator or 0) for x in levels if x)
        assert (levels[1].numerator if levels[1] else None) == sum((x.numerator or 0) for x in communes if x)
        if m.denominator is not None:
            assert m.denominator == sum((x.denominator or 0) for x in levels if x)


@settings(max_examples=25)
@given(data=st.data())
def test_labels_of_a_breakdown_add_up_to_the_total(data: st.DataObject) -> None:
    found = measures_of({kind: data.draw(rows) for kind, rows in ROWS.items()})
    sums: dict[tuple[str, str, str, str, tuple[str, ...]], int] = {}
    for m in found:
        dims = dict(m.breakdown)
        level = dims.pop("level", "")
        if dims:
            key = (m.indicator, m.unit, m.period.label, level, tuple(dims))
            sums[key] = sums.get(key, 0) + (m.numerator or 0)
    for (indicator, unit, label, level, _), added in sums.items():
        total = found.get(indicator, unit, label, {"level": level} if level else {})
        assert total is None or added == (total.numerator or 0)


def test_a_definition_that_had_ended_is_not_applicable() -> None:
    m = measures_of({"dossiers": []}, (AFTER, YEAR)).get("dossiers_online_level_3_4", "TM", AFTER)
    assert m is not None
    assert m.status is Status.NOT_APPLICABLE


def test_a_name_that_is_not_there_offers_the_nearest() -> None:
    with pytest.raises(UnknownIndicatorError, match="did you mean «resolved_on_time»"):
        CATALOGUE["resolved_ontime"]


GOOD = {"id": "own", "vi": "Của mình", "en": "Own", "scale": "percent", "source": "own"}


def toml(table: str, **fields: object) -> str:
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in fields.items()]
    return "\n".join([f"[[{table}]]", *lines])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("this is not", "not TOML"),
        (toml("indicatr", **GOOD), "did you mean «indicator»"),
        (
            toml("indicator", **{**GOOD, "numerator": ["dossiers.recieved"], "denominator": ["dossiers.received"]}),
            "did you mean «dossiers.received»",
        ),
        (
            toml("indicator", **{**GOOD, "id": "satisfaction", "numerator": ["surveys.satisfied"], "denominator": ["surveys.answers"]}),
            "taken",
        ),
        (toml("indicator", **{**GOOD, "numerator": ["surveys.satisfied"]}), "denominator: must not be empty"),
        (toml("indicator", **{**GOOD, "denominator": ["surveys.answers"]}), "numerator: must not be empty"),
        (
            toml(
                "indicator", **{**GOOD, "numerator": ["surveys.satisfied"], "denominator": ["surveys.answers"], "breakdowns": ["channel"]}
            ),
            "cannot be broken down by channel",
        ),
        (toml("indicator", **{**GOOD, "numeratr": ["x"]}), "did you mean «numerator»"),
        (toml("count", id="own.x", vi="a", en="b", events="dossiers.endd"), "did you mean «dossiers.ended»"),
        ('[[count]]\nid = "own.x"\nvi = "a"\nen = "b"\nevents = "dossiers.ended"\nwhere = { timing = ["erly"] }', "did you mean «early»"),
        ('[[count]]\nid = "own.x"\nvi = "a"\nen = "b"\nevents = "dossiers.ended"\nwhere = { colour = ["red"] }', "timing"),
        (toml("count", id="own.x", vi="a", en="b", events="dossiers.ended", of="value"), "carries no number"),
        (toml("count", id="own.x", vi="a", en="b", events="dossiers.received", until="dossiers.ended"), "only with at"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_the_fix(text: str, words: str) -> None:
    with pytest.raises(CatalogueError) as error:
        load_catalogue(text, file="own.toml")
    assert error.value.en.startswith("own.toml")
    assert words in error.value.en


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(CatalogueError) as error:
        load_catalogue(toml("indicator", **{**GOOD, "numerator": ["a.b"], "denominator": ["c.d"]}) + "\n" + toml("count", id="x"))
    lines = error.value.en.split("\n")
    assert [line.split(": ")[1] for line in lines] == [
        "indicator[1] «own».numerator[1]",
        "indicator[1] «own».denominator[1]",
        "count[1] «x».vi",
        "count[1] «x».en",
        "count[1] «x».events",
        "count[1] «x».id",
    ]


def test_a_district_adds_an_indicator_without_code() -> None:
    own = load_catalogue("""
        [[count]]
        id = "dossiers.land_late"
        vi = "hồ sơ đất đai trễ"
        en = "land dossiers late"
        events = "dossiers.ended"
        where = { field = ["Đất đai"], timing = ["late"] }

        [[indicator]]
        id = "land_late"
        vi = "Hồ sơ đất đai trễ hạn"
        en = "Land dossiers late"
        numerator = ["dossiers.land_late"]
        scale = "count"
        better = "lower"
        source = "own"
    """)
    dossier = KINDS["dossiers"].model
    rows = [
        dossier(dossier_id=str(n), unit_code="TM", status="9", received_at="01/03/2021", due_at="05/03/2021", ended_at=end, field=field)
        for n, (end, field) in enumerate([("08/03/2021", "Đất đai"), ("08/03/2021", "Hộ tịch"), ("05/03/2021", "Đất đai")])
    ]
    m = measures_of({"dossiers": rows}, catalogue=own).get("land_late", "TM", YEAR)
    assert m is not None
    assert m.value == 1


def test_an_id_stands_once() -> None:
    counts, listed = tuple(CATALOGUE.counts.values()), tuple(CATALOGUE)
    again = listed[3].model_copy(update={"vi": "khác"})
    with pytest.raises(CchcError, match=f"more than one indicator with the id «{listed[3].id}»"):
        Catalogue(counts, (*listed, again))
    with pytest.raises(CchcError, match=f"more than one count with the id «{counts[0].id}»"):
        Catalogue((*counts, counts[0]), listed)
    assert [i.id for i in CATALOGUE.select([listed[1].id, listed[0].id, listed[1].id])] == [listed[1].id, listed[0].id]


def test_a_catalogue_is_sent_whole() -> None:
    catalogue = Catalogue.default()
    sent = pickle.loads(pickle.dumps(catalogue))  # noqa: S301  made here
    assert (dict(sent.counts), dict(sent.indicators)) == (dict(catalogue.counts), dict(catalogue.indicators))
    assert [*sent] == [*catalogue]
