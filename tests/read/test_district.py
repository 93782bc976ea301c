"""``district.toml``: what it says is what is read, and every mistake is reported at once, each with its key and the fix."""

from __future__ import annotations

from datetime import date

import pytest

from cchc_metrics.errors import InputError
from cchc_metrics.read.district import District, load_district
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.rules import Rules, rule_presets

WHO = 'code = "TM"\nname = "Tháp Mười"\nlevel = "district"\n'


def mistakes(text: str, lang: str = "en") -> list[str]:
    with pytest.raises(InputError) as raised:
        load_district(text)
    lines = raised.value.text(lang).split("\n")
    assert all(line.startswith("district.toml:") for line in lines)
    return lines


def test_the_least_that_it_can_say() -> None:
    district = load_district(WHO)
    assert (district.code, district.level, district.extracted_on, district.period) == ("TM", "district", None, "")
    assert district.rules == Rules.preset("default")
    assert not district.synthetic


def test_everything_that_it_can_say() -> None:
    district = load_district(
        WHO
        + """
province = "Đồng Tháp"
extracted_on = 2022-03-31
period = "Quý I/2022"
rules = "qd766"
synthetic = true
note_vi = "mô phỏng"
note_en = "made up"
plan = "ke-hoach/plan.toml"
baseline = "baseline.json"
catalogue = ["rieng.toml"]
[[units]]
code = "TM.01"
name = "Mỹ An"
kind = "thị trấn"
level = "thị trấn"
parent = "TM"
valid_from = 2001-01-01
valid_to = "30/06/2025"
predecessors = "TM.08; TM.09"
[files]
dossiers = "Hồ sơ 2022.csv"
[headings.dossiers]
"Mã HS" = "dossier_id"
"Ghi chú" = ""
[coverage]
first = 2021-01-01
[coverage.outreach]
first = "01/06/2021"
last = 2022-02-28
[calendar.years.2028]
status = "estimated"
days_off = [2028-01-03, "02/09/2028"]
sources = ["x"]
""",
    )
    assert district.period == "2022-Q1"
    assert district.rules == Rules.preset("qd766")
    (unit,) = district.units
    assert (unit.level, unit.valid_to, unit.predecessors) == ("commune", date(2025, 6, 30), ("TM.08", "TM.09"))
    assert district.files == {"dossiers": ("Hồ sơ 2022.csv",)}
    assert district.headings["dossiers"] == {"Mã HS": "dossier_id", "Ghi chú": ""}
    assert set(district.coverage) == set(KINDS)
    assert (district.coverage["surveys"].first, district.coverage["surveys"].last) == (date(2021, 1, 1), None)
    assert (district.coverage["outreach"].first, district.coverage["outreach"].last) == (date(2021, 6, 1), date(2022, 2, 28))
    assert district.calendar.years[2028].days_off == (date(2028, 1, 3), date(2028, 9, 2))


def test_rules_of_its_own_stand_on_a_preset_and_have_a_name_of_their_own() -> None:
    one = load_district(WHO + '[rules]\nbase = "qd766"\nstopped = "pending"').rules
    other = load_district(WHO + '[rules]\nbase = "qd766"\nstopped = "pending"\npauses = "shift"').rules
    named = load_district(WHO + '[rules]\nid = "dong_thap"\npauses = "restart"').rules
    hours = load_district(WHO + "[rules]\nopening_hours = [[07:00:00, 11:30:00]]").rules
    assert one.model_dump(exclude={"id", "stopped"}) == Rules.preset("qd766").model_dump(exclude={"id", "stopped"})
    assert (one.stopped, other.pauses, named.pauses) == ("pending", "shift", "restart")
    assert (one.id, other.id, named.id) == ("qd766+stopped=pending", "qd766+pauses=shift+stopped=pending", "dong_thap")
    assert hours.id == "default+opening_hours=[[07:00:00,11:30:00]]"


def test_every_mistake_is_reported_at_once() -> None:
    text = """
code = ""
levle = "district"
level = "huyệnn"
extracted_on = "31/02/2022"
period = "quý 5"
synthetic = "có"
rules = "qd767"
plan = "/etc/plan.toml"
catalogue = ["../a.toml"]
[[units]]
code = "A"
name = "A"
level = "xã"
parnet = "TM"
[files]
dosiers = "a.csv"
[headings.surveys]
"Điểm số" = "scores"
[coverage.surveys]
first = 2022-01-01
last = 2021-01-01
[calendar.years.2028]
day_off = []
"""
    reported = mistakes(text)
    assert reported == [
        "district.toml: name: missing",
        "district.toml:2: code: must not be empty",
        "district.toml:3: levle: unknown key; did you mean «level»?",
        "district.toml:4: level: there is no «huyệnn»; use province, district, commune",
        "district.toml:5: extracted_on: there is no day «31/02/2022»",
        (
            "district.toml:6: period: period «quý 5» is not understood; use: 2021, 2021-H1, 2021-Q3, 2021-9M, 2021-04, 2021-Q1@nd09, "
            "2021-01-05..2021-03-02, Quý I/2021"
        ),
        "district.toml:7: synthetic: «có»: true or false is needed",
        "district.toml:8: rules: there are no rules named «qd767»; did you mean «qd766»?; there are: " + ", ".join(rule_presets()),
        "district.toml:9: plan: «/etc/plan.toml» must be the name of a file in this folder; copy the file here",
        "district.toml:10: catalogue[1]: «../a.toml» must be the name of a file in this folder; copy the file here",
        "district.toml:15: units[1].parnet: unknown key; did you mean «parent»?",
        "district.toml:17: files.dosiers: there is no kind «dosiers»; did you mean «dossiers»?",
        "district.toml:19: headings.surveys.Điểm số: surveys has no column «scores»; did you mean «score»?",
        "district.toml:22: coverage.surveys.last: last is before first",
        "district.toml:23: calendar.years.2028.days_off: missing",
        "district.toml:24: calendar.years.2028.day_off: unknown key; did you mean «days_off»?",
    ]
    assert "district.toml: name: thiếu" in mistakes(text, "vi")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code = ", "not TOML"),
        (WHO + 'rules = { base = "default", pause = "shift" }', "rules.pause: unknown key"),
        (WHO + "rules = 3", "rules: «3»: a table is needed"),
        (WHO + 'files = "a.csv"', "files: «a.csv»: a table is needed"),
        (WHO + "files = { meetings = 3 }", "files.meetings[1]: «3»: text in quotation marks"),
        (WHO + 'units_file = "u.csv"\n[[units]]\ncode = "A"\nname = "A"\nlevel = "commune"', "not both"),
        (WHO + 'units_file = "C:\\\\u.csv"', "units_file: "),
        (WHO + "[coverage]\nfirst = 1", "coverage.first: «1»: a day is needed"),
        (WHO + "[coverage]\nlast = 2021-01-01", "coverage.first: missing"),
        (WHO + "[calendar.years.x]\ndays_off = []", "calendar.years.x"),
    ],
)
def test_a_mistake_names_its_key(text: str, says: str) -> None:
    assert any(says in line for line in mistakes(text))


def test_the_model_has_a_schema() -> None:
    properties = District.model_json_schema()["properties"]
    assert {"code", "units", "files", "headings", "coverage", "calendar"} <= set(properties)
