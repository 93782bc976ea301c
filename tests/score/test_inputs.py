"""Inputs: from TOML, with every mistake at once; and from measures, which keep their counts and their status."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from cchc_metrics.errors import InputError
from cchc_metrics.reference.period import Period
from cchc_metrics.score import (
    Absent,
    GivenPoints,
    Inputs,
    Ratio,
    commune_example,
    inputs_from_measures,
    load_inputs,
    load_unit_inputs,
    qd766,
    score_scheme,
    score_units,
)
from cchc_metrics.values import Breakdown, Measure, Scale, Status, Text

TEXT = """
unit = "TM"
year = 2022
survey_held = false

[values]
on_time = { numerator = 4358, denominator = 4474 }
tasks = { numerator = 17, denominator = 20, excluded = 3, evidence = "45/BC-UBND" }
unknown = { numerator = 5 }
rate = 92.83
count = 12
plan = true
issued = 2022-01-28
level = "trễ"
border = { status = "not_applicable", reason = "không có biên giới", reason_en = "no border" }
none = { status = "no_data" }

[self]
"1.2" = { points = 1.5 }
[appraised]
"1.2" = { points = "1,25", note = "Sở Nội vụ" }
[surveyed]
satisfied = 88
"""


def test_every_kind_of_value() -> None:
    inputs = load_inputs(TEXT)
    assert (inputs.unit, inputs.year, inputs.survey_held) == ("TM", 2022, False)
    assert dict(inputs.values) == {
        "on_time": Ratio(4358, 4474),
        "tasks": Ratio(17, 20, 3, "45/BC-UBND"),
        "unknown": Ratio(5, None),
        "rate": Fraction("92.83"),
        "count": 12,
        "plan": True,
        "issued": date(2022, 1, 28),
        "level": "trễ",
        "border": Absent(Status.NOT_APPLICABLE, Text("không có biên giới", "no border")),
        "none": Absent(Status.NO_DATA),
    }
    assert inputs.self_assessed == {"1.2": GivenPoints(Fraction(3, 2))}
    assert inputs.appraised == {"1.2": GivenPoints(Fraction(5, 4), "Sở Nội vụ")}
    assert inputs.surveyed == {"satisfied": 88}


MISTAKES: list[tuple[str, str, str]] = [
    ("year = 2022", 'year = "2022"', "year: «2022»: a whole number is needed"),
    ("survey_held = false", "survey_hold = false", "did you mean «survey_held»?"),
    ("[surveyed]", "[survey]", "did you mean «surveyed»?"),
    ("numerator = 4358, denominator", "numerator = 4358.5, denominator", "values.on_time.numerator: «4358.5»: a whole number is needed"),
    ("denominator = 4474", "denominater = 4474", "did you mean «denominator»?"),
    (', evidence = "45/BC-UBND"', "", "values.tasks: an exclusion needs a document"),
    ("excluded = 3", "excluded = 30", "more is excluded"),
    ("rate = 92.83", "rate = nan", "values.rate: a number is needed"),
    ("rate = 92.83", "rate = [1, 2]", "values.rate: «[1, 2]» cannot be used"),
    (
        '"not_applicable", reason = "không có biên giới", reason_en = "no border"',
        '"not_applicable"',
        "values.border: not applicable needs a reason",
    ),
    ('"no_data"', '"no_dat"', "did you mean «no_data»?"),
    ('"no_data"', '"ok"', "«ok» is no reason"),
    ("{ points = 1.5 }", "{ point = 1.5 }", "self.1.2: a table needs numerator, points or status"),
    ("{ points = 1.5 }", "{ points = true }", "self.1.2: a number is needed"),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_a_mistake_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError) as found:
        load_inputs(TEXT.replace(old, new, 1), file="TM.toml")
    assert said in found.value.en
    assert found.value.en.startswith(f"TM.toml:{TEXT[: TEXT.index(old)].count(chr(10)) + 1}: ")


def test_all_mistakes_at_once() -> None:
    text = TEXT.replace("year = 2022", "year = true").replace("rate = 92.83", "rate = inf").replace("points = 1.5", 'points = "x"')
    with pytest.raises(InputError) as found:
        load_inputs(text)
    assert all(part in found.value.en for part in ("year", "values.rate", "self.1.2"))
    with pytest.raises(InputError, match="not TOML"):
        load_inputs("a = ")
    with pytest.raises(InputError, match="values: «3»: a table is needed"):
        load_inputs("values = 3")


UNITS = """
year = 2022
[[units]]
unit = "A"
[units.values]
"2.1" = { numerator = 99, denominator = 100 }
[[units]]
unit = "B"
survey_held = false
"""


def test_several_units_share_what_stands_above_them() -> None:
    found = load_unit_inputs(UNITS)
    assert {unit: (inputs.year, inputs.survey_held) for unit, inputs in found.items()} == {"A": (2022, True), "B": (2022, False)}
    assert score_units(found, commune_example())["A"]["2.1"].points == 4


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "B"', 'unit = "A"', "units[2].unit: missing or named twice"),
        ('unit = "B"', "", "units[2].unit: missing or named twice"),
        ("numerator = 99", "numerator = -99", "units[1].values.2.1: a count must not be negative"),
        ("year = 2022", "yaer = 2022", "did you mean «year»?"),
    ],
)
def test_a_mistake_of_a_unit_is_named_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as found:
        load_unit_inputs(UNITS.replace(old, new, 1))
    assert said in found.value.en


def test_units_must_be_tables() -> None:
    with pytest.raises(InputError, match="write it as tables"):
        load_unit_inputs("units = 3")


class Some:
    """Measures that are found by indicator and breakdown."""

    def __init__(self, *measures: Measure) -> None:
        self.measures = measures

    def __iter__(self) -> Any:
        return iter(self.measures)

    def get(self, indicator: str, unit: str, period: Period, breakdown: Breakdown = ()) -> Measure | None:
        return next(
            (m for m in self.measures if (m.indicator, m.unit, m.period, m.breakdown) == (indicator, unit, period, breakdown)), None
        )


YEAR = Period.parse("2021")


def measure(
    indicator: str, numerator: int | None, denominator: int | None, status: Status = Status.OK, breakdown: Breakdown = ()
) -> Measure:
    return Measure(indicator, "TM", YEAR, breakdown, date(2021, 12, 31), status, numerator, denominator, Scale.PERCENT)


def test_inputs_from_measures_keep_counts_and_status() -> None:
    breakdown = (("level", "commune"),)
    found = Some(measure("handled_on_time", 4358, 4474), measure("online", 1, 2, Status.PERIOD_OPEN, breakdown))
    inputs = inputs_from_measures(found, {"2.1": "handled_on_time", "x": ("online", breakdown), "y": "other"}, "TM", YEAR)
    assert (inputs.unit, inputs.year) == ("TM", 2021)
    assert inputs.values["x"] == found.measures[1]
    missing = inputs.values["y"]
    assert isinstance(missing, Absent)
    assert missing.status is Status.NO_DATA
    assert "other" in missing.reason.en
    card = score_scheme(inputs_from_measures(found, qd766().indicators, "TM", YEAR), qd766())
    assert card["2.1"].points == Fraction(4358 * 20, 4474)
    assert card["2.1"].inputs == (("2.1", found.measures[0]),)
    assert card.unit == "TM"
    assert card.to_dict()["total"]["parts"][1]["parts"][0]["parts"][0]["inputs"]["2.1"]["numerator"] == 4358


def test_a_measure_of_nothing_is_no_case() -> None:
    found = Some(measure("resolved_on_time", 0, 0, Status.ZERO_DENOMINATOR))
    card = score_scheme(inputs_from_measures(found, {"2.1": "resolved_on_time"}, "TM", YEAR), commune_example())
    assert card["2.1"].status is Status.NOT_APPLICABLE


def test_plain_values_are_inputs_too() -> None:
    assert score_scheme({"2.1": 99}, commune_example())["2.1"].points == score_scheme(Inputs({"2.1": 99}), commune_example())["2.1"].points
