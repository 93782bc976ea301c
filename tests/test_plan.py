"""Plans: exact numbers, every mistake at once with its place, and a round trip through JSON."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import EXAMPLE

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.declared.values import exact
from cchc_metrics.errors import CatalogueError, CchcError
from cchc_metrics.plan import Plan, PlanError, Quota, Target, Task, load_plan
from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree

HEADER = """\
number = "11970/KH-UBND"
issued_on = 2021-12-31
issuer = "UBND huyện Tháp Mười"
year = 2022
"""
UNITS = UnitTree(
    [
        Unit(code="TM", name="Tháp Mười", kind="huyện", level="district"),
        Unit(code="TM.01", name="Mỹ An", kind="thị trấn", level="commune", parent="TM"),
        Unit(code="TM.02", name="Mỹ Quý", kind="xã", level="commune", parent="TM"),
    ]
)
INDICATORS = ("resolved_on_time", "electronic_exchange", "outreach_activities")


def target(**keys: Any) -> Target:
    return Target.model_validate({"id": "t", "indicator": "resolved_on_time", "value": 99, **keys})


def load(text: str) -> Plan:
    return load_plan(HEADER + text, indicators=INDICATORS, units=UNITS)


def mistakes(text: str, header: str = HEADER) -> list[str]:
    """Return the lines of the error that a plan gives, in English."""
    with pytest.raises(PlanError) as caught:
        load_plan(header + text, indicators=INDICATORS, units=UNITS)
    error = caught.value
    assert isinstance(error, CatalogueError)
    vi, en = error.vi.split("\n"), error.en.split("\n")
    assert len(vi) == len(en)
    assert str(error).split("\n") == [f"{a} | {b}" for a, b in zip(vi, en, strict=True)]
    return en


# --- numbers


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_a_decimal_of_the_file_stays_exact(number: Decimal) -> None:
    plan = load(f'[[targets]]\nid = "t"\nindicator = "resolved_on_time"\nvalue = {number:f}\n')
    assert plan.targets[0].value == Fraction(number)


@given(st.fractions(max_denominator=10**6))
def test_a_number_survives_being_written(number: Fraction) -> None:
    plain = target(value=number)
    assert plain.value == number
    assert Target.model_validate_json(plain.model_dump_json()) == plain


@pytest.mark.parametrize(
    ("given_", "value"),
    [("99,5", "199/2"), ("99.5", "199/2"), ("2.096", "2096"), ("1/3", "1/3"), (7, "7"), (Decimal("0.1"), "1/10"), ("-5", "-5")],
)
def test_numbers_in_every_spelling(given_: object, value: str) -> None:
    assert exact(given_) == Fraction(value)


@pytest.mark.parametrize("wrong", [0.5, True, None, "nhiều", Decimal("NaN"), Decimal("1e5000"), "1/0", [1]])
def test_what_is_no_exact_number(wrong: object) -> None:
    with pytest.raises(CchcError):
        exact(wrong)
    with pytest.raises(CchcError):
        target(value=wrong)


# --- the file


def test_a_whole_plan() -> None:
    plan = load(
        """
title = "Kế hoạch cải cách hành chính năm 2022"
illustrative = true
note_vi = "Chỉ tiêu minh họa"
note_en = "Illustrative"

[[targets]]
id = "on-time"
name = "Hồ sơ đúng hạn"
indicator = "resolved_on_time"
breakdown = { channel = "online" }
comparator = "≥"
value = 99.5
each = "commune"
at_least = 1
milestones = [{ on = 2022-06-30, value = 98 }]
weight = "1,5"

[[targets]]
id = "exchange"
indicator = "electronic_exchange"
comparator = "between"
value = 90
upper = 95
units = ["TM.01", "TM.02"]
period = "2022-H1"

[[quotas]]
channel = "Tọa đàm"
at_least = 4

[[quotas]]
channel = "tờ rơi"
at_least = 2
each = "commune"
due = 30/11/2022

[[tasks]]
id = "training"
name = "Tập huấn"
due_on = 2022-06-30
done_on = "15/06/2022"
evidence = "45/BC-PNV"
""".replace("30/11/2022", '"30/11/2022"')
    )
    on_time, exchange = plan.targets
    assert (on_time.comparator, on_time.value, on_time.weight) == (">=", Fraction(199, 2), Fraction(3, 2))
    assert on_time.breakdown == (("channel", "online"),)
    assert plan.due_of(on_time) == date(2022, 12, 31)
    assert plan.period_of(exchange) == Period.parse("2022-H1")
    assert plan.due_of(exchange) == date(2022, 6, 30)
    talk, leaflet = plan.quotas
    assert (talk.channel, talk.key, talk.text.vi) == ("talk_show", "quota-talk_show", "Tuyên truyền: tọa đàm")
    assert (leaflet.key, leaflet.due) == ("quota-leaflet-each-commune", date(2022, 11, 30))
    held = leaflet.target
    assert (held.id, held.indicator, held.comparator, held.value) == (leaflet.key, "outreach_activities", ">=", Fraction(2))
    assert (held.breakdown, held.each) == ((("channel", "leaflet"),), "commune")
    assert plan.tasks[0].done_on == date(2022, 6, 15)
    assert plan.note.en == "Illustrative"
    assert plan.period == Period.parse("2022")
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert [place for place, _ in plan.items()] == [("targets", 0), ("targets", 1), ("quotas", 0), ("quotas", 1), ("tasks", 0)]


def test_a_plan_of_the_other_regime_ends_with_it() -> None:
    plan = load('regime = "nd09"\n[[targets]]\nid = "t"\nindicator = "resolved_on_time"\nvalue = 99\n')
    assert plan.due_of(plan.targets[0]) == date(2022, 12, 14)


@pytest.mark.parametrize("channel", list(OutreachChannel))
def test_a_quota_takes_every_channel_in_every_spelling(channel: OutreachChannel) -> None:
    for spelling in (channel.value, channel.vi, *channel.aliases):
        assert Quota(channel=spelling, at_least=1).channel == channel.value


def test_every_mistake_is_reported_at_once_with_its_place() -> None:
    reported = mistakes(
        """
ilustrative = true

[[targets]]
id = "a"
indicator = "resolved_ontime"
comparator = "=>"
value = 99.5
unit = "TM.03"

[[targets]]
id = "a"
indicator = "resolved_on_time"
value = "rất cao"
milestones = [{ on = 2022-06-30, value = 98 }, { om = 2022-07-01, value = 98 }]

[[quotas]]
channel = "leaflets"
at_least = 0

[[tasks]]
id = "b"
name = "Tập huấn"
due_on = "hết quý II"

[[tasks]]
name = ""
due_on = 2022-06-30
excused = "có"
""",
        HEADER.replace("2021-12-31", '"hôm qua"'),
    )
    places = [line.split(": ")[0] + ": " + line.split(": ")[1] for line in reported]
    assert places == [
        "plan.toml:2: issued_on",
        "plan.toml:6: ilustrative",
        "plan.toml:10: targets[1] «a».indicator",
        "plan.toml:11: targets[1] «a».comparator",
        "plan.toml:13: targets[1] «a».unit",
        "plan.toml:16: targets[2] «a».id",
        "plan.toml:18: targets[2] «a».value",
        "plan.toml:19: targets[2] «a».milestones[2].on",
        "plan.toml:19: targets[2] «a».milestones[2].om",
        "plan.toml:22: quotas[1].channel",
        "plan.toml:23: quotas[1].at_least",
        "plan.toml:28: tasks[1] «b».due_on",
        "plan.toml:30: tasks[2].id",
        "plan.toml:31: tasks[2].name",
        "plan.toml:33: tasks[2].excused",
    ]
    for n, near in ((1, "illustrative"), (2, "resolved_on_time"), (4, "TM.02"), (9, "leaflet")):
        assert f"did you mean «{near}»?" in reported[n]
    assert reported[3].endswith("there is no «=>»; use >=, >, <=, <, =, between")
    assert reported[5].endswith("«a» is already at targets[1]")


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ('each = "province"', "each", "no unit"),
        ('each = "district"\ndue = 2025-12-31', "each", "no district level on 2025-12-31"),
        ('level = "district"\ndue = 2026-06-30', "level", "no district level"),
        ('each = "commune"\nat_least = 3', "at_least", "only 2 units"),
        ('units = ["TM.01", "TM.9"]', "units[2]", "«TM.9»"),
        ('units = ["TM.01", "TM.01"]', "units", "twice"),
        ('units = ["TM.01"]\neach = "commune"', "units", "does not go"),
        ('units = ["TM.01"]\nat_least = 2', "at_least", "more than there are units (1)"),
        ('level = "commune"\neach = "commune"', "each", "each does not go with level"),
        ("at_least = 2", "at_least", "needs each or units"),
        ("upper = 100", "upper", "between"),
        ('comparator = "between"\nupper = 90', "upper", "below value"),
        ('breakdown = { level = "commune" }', "breakdown", "use level"),
        ('baseline = "2020"', "baseline", "increase_"),
        ('against = "increase_percent"\nbaseline = "năm ngoái"', "baseline", "năm ngoái"),
        ('period = "quý năm"', "period", "quý năm"),
        ("due = 2021-06-30", "due", "before the period begins"),
        ("due = 2022", "due", "a day is needed"),
        ("due = 2022-06-30\nmilestones = [{ on = 2022-06-30, value = 98 }]", "milestones[1].on", "milestone 2022-06-30"),
        ("milestones = [{ on = 2022-06-30, value = 98 }, { on = 2022-03-31, value = 97 }]", "milestones", "in order"),
        ('comparator = "="\nmilestones = [{ on = 2022-06-30, value = 98 }]', "milestones", "only"),
        ("valid_from = 2022-07-01\nvalid_to = 2022-06-30", "valid_to", "valid_to is before"),
        ("weight = -1", "weight", "negative"),
        ("breakdown = 3", "breakdown", "list is needed"),
        ("name = 3", "name", "text"),
        ("[[targets.milestones]]\non = 2022-06-30", "milestones[1].value", "missing"),
    ],
)
def test_a_target_that_does_not_fit(text: str, place: str, says: str) -> None:
    table = f'[[targets]]\nid = "t"\nindicator = "resolved_on_time"\nvalue = 99\n{text}\n'
    reported = mistakes(table)
    assert len(reported) == 1
    line = next(
        n
        for n, said in enumerate((HEADER + table).split("\n"), start=1)
        if said.strip("[").startswith((place.split("[", maxsplit=1)[0], "targets."))
    )
    assert reported[0].startswith(f"plan.toml:{line}: targets[1] «t».{place}: ")
    assert says in reported[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[quotas]]\nchannel = "radio"\nat_least = 1\n' * 2, "quotas[2].id: «quota-radio» is already at quotas[1]"),
        ('[[quotas]]\nchannel = "radio"\nat_least = 1\nlevel = "commune"\neach = "commune"', "each does not go with level"),
        ('[[quotas]]\nat_least = 1\nperiod = "quý năm"', "quotas[1].period: "),
        ('[[tasks]]\nid = "n"\nname = "N"\ndue_on = 2022-06-30\nexcused = true', "add evidence"),
        ("targets = 3", "write it as tables [[targets]]"),
        ('unit = "TN"', "unit: there is no unit «TN»"),
        ("a b", "not TOML"),
    ],
)
def test_other_mistakes(text: str, says: str) -> None:
    reported = mistakes(text)
    assert len(reported) == 1
    assert says in reported[0]


def test_inline_tables_have_their_lines_too() -> None:
    assert mistakes('targets = [\n  { id = "t", indicator = "x", value = 2 }]') == [
        "plan.toml:6: targets[1] «t».indicator: there is no indicator «x»"
    ]


def test_without_lists_of_names_any_name_is_taken() -> None:
    plan = load_plan(HEADER + '[[targets]]\nid = "t"\nindicator = "x"\nvalue = 1\nunit = "Y"\n')
    assert (plan.targets[0].indicator, plan.targets[0].unit) == ("x", "Y")


def test_a_tree_of_several_roots_needs_a_unit() -> None:
    roots = UnitTree([Unit(code=code, name=code, level="province") for code in "AB"])
    with pytest.raises(PlanError, match="several roots"):
        load_plan(HEADER, units=roots)
    assert load_plan(HEADER + 'unit = "A"', units=roots).unit == "A"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("value = 0.95", [(8, "value", "95")]),
        ("value = 1", [(8, "value", "100")]),
        ('comparator = "between"\nvalue = 0.9\nupper = 0.95', [(9, "value", "90"), (10, "upper", "95")]),
        ("value = 95\nmilestones = [{ on = 2022-06-30, value = 0.5 }]", [(9, "milestones[1].value", "50")]),
        ('against = "increase_percent"\nvalue = 0.05', [(9, "value", "5")]),
        ('value = "0,95%"', []),
        ("value = 0.95\nin_percent = true", []),
        ("value = 95", []),
        ('against = "increase_points"\nvalue = 0.5', []),
        ('against = "increase_percent"\nvalue = 1', []),
    ],
)
def test_a_percent_target_of_one_or_less_is_doubted(text: str, lines: list[tuple[int, str, str]]) -> None:
    """A target of 0.95 was read as less than one percent, and a rate of 50 % was «met»."""
    table = f'[[targets]]\nid = "t"\nindicator = "resolved_on_time"\n{text}\n'
    indicators = default_catalogue().indicators
    if not lines:
        assert load_plan(HEADER + table, indicators=indicators).targets[0].id == "t"
        return
    with pytest.raises(PlanError) as found:
        load_plan(HEADER + table, indicators=indicators)
    reported = found.value.en.split("\n")
    assert [re.sub(r"means .*; write ", "→ ", line.split(" if ")[0]).split(": ", 1) for line in reported] == [
        [f"plan.toml:{line}", f"targets[1] «t».{key}: {line_number(table, line)} → {hundred}"] for line, key, hundred in lines
    ]


def line_number(table: str, line: int) -> str:
    """Return the number on a line of a plan."""
    return str(re.findall(r"[\d.]+", (HEADER + table).split("\n")[line - 1])[-1])


def test_a_count_of_one_is_not_doubted() -> None:
    table = '[[targets]]\nid = "t"\nindicator = "outreach_activities"\nvalue = 1\n'
    assert load_plan(HEADER + table, indicators=default_catalogue().indicators).targets[0].value == 1


def test_a_plan_made_in_python_is_checked_too() -> None:
    header = tomllib.loads(HEADER)
    with pytest.raises(CchcError, match="already at"):
        Plan(**header, targets=(target(), target()))
    with pytest.raises(CchcError, match="before the period begins"):
        Plan(**header, targets=(target(due=date(2021, 1, 1)),))
    with pytest.raises(CchcError, match="frozen"):
        Task(id="n", name="N", due_on=date(2022, 1, 1)).name = "M"  # type: ignore[misc]  # that it cannot be set is the point


@given(st.text(max_size=200))
def test_any_text_is_a_plan_or_an_error_with_a_line_for_each_mistake(text: str) -> None:
    try:
        load_plan(text)
    except PlanError as error:
        assert all(line.startswith("plan.toml") for line in error.vi.split("\n"))


def toml(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


VALUES = st.booleans() | st.integers() | st.text("aá1=>,/. ", max_size=5) | st.dates() | st.lists(st.integers(), max_size=2)


@given(st.dictionaries(st.sampled_from([*Target.model_fields, "x"]), VALUES.map(toml), max_size=6))
def test_values_of_any_kind_are_taken_or_refused_with_their_place(keys: dict[str, str]) -> None:
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items())
    try:
        load(f"[[targets]]\n{lines}\n")
    except PlanError as error:
        assert all(re.match(r"plan\.toml:([5-9]|1[0-9]): targets\[1\]", line) for line in error.en.split("\n"))


def test_the_page_about_plans_shows_a_plan_that_loads() -> None:
    page = (Path(__file__).parents[1] / "docs" / "plans.md").read_text(encoding="utf-8")
    shown = page.split("```toml\n")[1].split("```")[0]
    assert load_plan(shown).number == "11970/KH-UBND"


def test_a_plan_as_data_is_the_plan_of_its_file() -> None:
    text = (EXAMPLE / "plan.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    assert load_plan(data) == load_plan(json.loads(json.dumps(data, default=str))) == load_plan(text)
    data["targets"][0] |= {"value": 99.9, "indicator": "resolved_ontime"}
    with pytest.raises(PlanError) as refused:
        load_plan(data, file="plan", indicators=["resolved_on_time"])
    assert refused.value.en.startswith("plan: targets[1]")  # data have no lines
    assert "did you mean «resolved_on_time»" in refused.value.en
    assert load_plan(data).targets[0].value == Fraction(999, 10)


@pytest.mark.parametrize("wrong", [{"targets": object()}, {"targets": float("nan")}, {1: {2, 3}}])
def test_what_json_cannot_say_is_no_plan(wrong: Any) -> None:
    with pytest.raises(PlanError):
        load_plan(wrong)
