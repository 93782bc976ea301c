"""Figures entered by hand: they are never ok as if counted, never in the place of what was counted, and say where they come from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import cchc_metrics as cm
from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.errors import CchcError
from cchc_metrics.records.codes import Code
from cchc_metrics.reference.period import Period
from cchc_metrics.values import UNSAID, Measure, Scale, Status, Text
from cchc_metrics.verbs.entered import NOT_ENTERED, Figure, load_figures, with_figures
from cchc_metrics.verbs.measures import Measures

UNITS = [
    {"code": "TM", "name": "Tháp Mười", "kind": "huyện", "level": "district"},
    {"code": "MA", "name": "Mỹ An", "kind": "xã", "level": "commune", "parent": "TM"},
]
BASE: dict[str, Any] = {"period": "2021", "source": "QĐ 01/QĐ-UBND", "signed_by": "Trưởng phòng Nội vụ", "signed_on": "05/01/2022"}
TRAINED = {**BASE, "indicator": "staff_trained", "numerator": 40}
DISBURSED = {**BASE, "indicator": "investment_disbursed", "value": "92,83"}
MEETINGS = [
    {"Mã cuộc họp": n, "Đơn vị": "MA", "Loại cuộc họp": "Họp UBND", "Ngày họp": "05/01/2021", "Họp không giấy": flag}
    for n, flag in (("1", "x"), ("2", "không"))
]


def data(*figures: dict[str, Any], as_of: date = date(2022, 1, 31), **more: Any) -> cm.Dataset:
    return cm.Dataset(units=UNITS, as_of=as_of, figures=figures, meetings=MEETINGS, **more)


def test_a_figure_has_the_status_of_one_that_was_entered_and_says_who_and_from_where() -> None:
    found = data(TRAINED, DISBURSED).measures("2021")
    trained = found["staff_trained", "TM"]
    assert (trained.status, trained.numerator, trained.denominator, trained.value) == (Status.ENTERED, 40, None, Fraction(40))
    assert trained.reason.vi == "nhập tay; nguồn: QĐ 01/QĐ-UBND; Trưởng phòng Nội vụ ký ngày 05/01/2022"
    rate = found["investment_disbursed", "TM"]
    assert (rate.status, rate.numerator, rate.value) == (Status.ENTERED, None, Fraction(9283, 100))
    assert "Trưởng phòng Nội vụ" in rate.reason.en


def test_what_nobody_entered_has_no_data_and_is_never_zero() -> None:
    found = data().measures("2021")
    for indicator in default_catalogue():
        if indicator.entered and indicator.valid_from is None:
            m = found[indicator.id, "TM"]
            assert (m.status, m.value, m.reason) == (Status.NO_DATA, None, NOT_ENTERED)


def test_what_is_signed_later_is_not_known_yet() -> None:
    assert data(TRAINED, as_of=date(2022, 1, 4)).measures("2021")["staff_trained", "TM"].status is Status.NO_DATA


def test_what_was_counted_stands_and_what_has_no_data_is_filled() -> None:
    counted = {**BASE, "indicator": "paperless_meetings", "numerator": 9, "denominator": 9}
    missing = {**BASE, "indicator": "satisfaction", "numerator": 90, "denominator": 100, "unit": "MA"}
    found = data(counted, missing).measures("2021")
    m = found["paperless_meetings", "TM"]
    assert (m.status, m.numerator, m.denominator) == (Status.OK, 1, 2)
    filled = found["satisfaction", "MA"]
    assert (filled.status, filled.value, filled.formula, filled.rules) == (Status.ENTERED, Fraction(90), "satisfaction", "default")
    assert found["satisfaction", "TM"].status is Status.NO_DATA  # figures of units are not added up


def test_a_change_between_figures_is_no_more_certain_than_they_are() -> None:
    earlier = {**TRAINED, "period": "2020", "numerator": 32, "signed_on": "05/01/2021"}
    delta = data(TRAINED, earlier).deltas("2021")["staff_trained", "TM"]
    assert (delta.status, delta.difference) == (Status.ENTERED, Fraction(8))


def test_a_definition_that_does_not_hold_yet_takes_no_figure() -> None:
    early = {**BASE, "indicator": "automated_handling", "numerator": 1, "denominator": 20}
    found = data(early).measures("2021")["automated_handling", "TM"]
    assert (found.status, found.value, found.reason) == (Status.NOT_APPLICABLE, None, Text("không áp dụng", "not applicable"))


def test_nothing_of_nothing_has_no_value() -> None:
    none = {**BASE, "indicator": "investment_disbursed", "numerator": 0, "denominator": 0}
    assert data(none).measures("2021")["investment_disbursed", "TM"].status is Status.ZERO_DENOMINATOR


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ([{**TRAINED, "indicator": "staff_train"}], "did you mean «staff_trained»?"),
        ([{**TRAINED, "unit": "ma"}], "there is no unit «ma»; did you mean «MA»?"),
        ([TRAINED, TRAINED], "is given twice"),
        ([{**TRAINED, "denominator": 50}], "give numerator alone"),
        ([{**DISBURSED, "value": None, "numerator": 5}], "give the denominator too"),
        ([{**TRAINED, "value": "1"}], "or value where these are not known"),
        ([{**TRAINED, "source": ""}], "source"),
        ([{key: value for key, value in TRAINED.items() if key != "signed_by"}], "signed_by"),
    ],
)
def test_what_cannot_be_taken_says_why(figures: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(CchcError) as error:
        data(*figures)
    assert said in error.value.en


TOML = """\
[[figures]]
indicator = "staff_trained"
period = "2021"
numerator = 40
source = "Báo cáo 12/BC-UBND"
signed_by = "Nguyễn Văn A, Chủ tịch UBND"
signed_on = 2022-01-05
"""


def test_a_folder_has_its_figures_in_a_file_and_the_report_shows_their_source(tmp_path: Path) -> None:
    district = 'code = "TM"\nname = "Tháp Mười"\nlevel = "district"\nextracted_on = 2022-01-31\nperiod = "2021"\n'
    (tmp_path / "district.toml").write_text(district, encoding="utf-8")
    (tmp_path / "meetings.csv").write_text("Mã cuộc họp,Đơn vị,Loại cuộc họp,Ngày họp\n1,TM,Họp UBND,05/01/2021\n", encoding="utf-8")
    (tmp_path / "figures.toml").write_text(TOML, encoding="utf-8")
    found = cm.read_folder(tmp_path)
    assert found.measures()["staff_trained", "TM"].value == 40
    text = " ".join(str(found.report()).split())
    assert "Lượt cán bộ, công chức, viên chức được đào tạo, bồi dưỡng" in text
    assert "Báo cáo 12/BC-UBND" in text
    assert "Nguyễn Văn A, Chủ tịch UBND ký ngày 05/01/2022" in text
    assert "† Nhập tay" in text
    (tmp_path / "figures.toml").write_text(TOML.replace("numerator", "numerater"), encoding="utf-8")
    with pytest.raises(CchcError, match=r"figures\.toml:4: figures\[1\].*did you mean «numerator»"):
        cm.read_folder(tmp_path)


def test_where_figures_are_from_is_said_once_above_them_or_with_each() -> None:
    """As in the file of figures that were published."""
    above = 'source = "BC 12"\nsigned_by = "Chủ tịch"\nsigned_on = 2022-01-05\n'
    text = above + '[[figures]]\nindicator = "org_units"\nperiod = "2021"\nnumerator = 1\n'
    first, second = load_figures(text + text.removeprefix(above) + 'signed_by = "Phó Chủ tịch"\n')
    assert (first.source, first.signed_by, first.signed_on) == ("BC 12", "Chủ tịch", date(2022, 1, 5))
    assert (second.source, second.signed_by) == ("BC 12", "Phó Chủ tịch")
    with pytest.raises(CchcError, match=r"figures.1..signed_on"):
        load_figures(text.replace("2022-01-05", '"hôm qua"'))


def test_figures_are_read_exactly() -> None:
    assert load_figures(TOML.replace("numerator = 40", "value = 92.83"))[0].value == Fraction(9283, 100)
    assert Figure(**DISBURSED).said.en.startswith("entered by hand; source: QĐ 01/QĐ-UBND")


def test_an_indicator_that_is_entered_counts_nothing() -> None:
    own = '[[indicator]]\nid = "x"\nvi = "X"\nen = "Y"\nentered = true\nnumerator = ["meetings.held"]\nscale = "count"\nsource = "own"\n'
    with pytest.raises(CchcError, match="counts nothing"):
        load_catalogue(own)


NINE: dict[str, Any] = {**BASE, "indicator": "paperless_meetings", "numerator": 9, "denominator": 9}


def test_a_figure_that_contradicts_what_was_counted_is_a_finding_with_both_values(tmp_path: Path) -> None:
    report = data(NINE).report("2021")
    found = report.measures["paperless_meetings", "TM", "2021"]
    assert (found.status, found.numerator, found.denominator) == (Status.OK, 1, 2)
    assert found.reason.en.startswith("the figure entered is 100% (9/9), the records give 50% (1/2)")
    assert "QĐ 01/QĐ-UBND" in found.reason.vi
    (problem,) = [p for p in report.problems if p.code is Code.FIGURE_DIFFERS]
    assert (problem.file, problem.column, problem.value) == ("figures.toml", "paperless_meetings · TM · 2021", "100% (9/9)")
    assert "50% (1/2)" in problem.text("en")
    report.save(tmp_path, formats=["txt", "json"])
    assert "figure_differs" in (tmp_path / "problems.csv").read_text(encoding="utf-8-sig")
    assert "50% (1/2)" in " ".join((tmp_path / "report.json").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({"numerator": 1, "denominator": 2}, False),
        ({"numerator": 2, "denominator": 4}, True),
        ({"value": "50"}, False),
        ({"value": "50,0"}, False),
        ({"value": "50,1"}, True),
        ({"value": "49"}, True),
    ],
)
def test_what_agrees_in_the_digits_that_were_entered_is_no_finding(said: dict[str, Any], differs: bool) -> None:
    own = {**BASE, "indicator": "paperless_meetings", **said}
    report = data(own).report("2021")
    assert any(p.code is Code.FIGURE_DIFFERS for p in report.problems) == differs
    assert bool(report.measures["paperless_meetings", "TM", "2021"].reason.vi) == differs


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"value": "50,1"}, "the figure entered is 50.1%, the records give 50% (1/2)"),
        ({"numerator": 0, "denominator": 0}, "the figure entered is 0/0, the records give 50% (1/2)"),
        ({"numerator": 2, "denominator": 3}, "the figure entered is 66.67% (2/3), the records give 50% (1/2)"),
    ],
)
def test_beside_what_was_counted_stands_what_was_entered_as_it_was_entered(entered: dict[str, Any], said: str) -> None:
    found = data({**BASE, "indicator": "paperless_meetings", **entered}).measures("2021")["paperless_meetings", "TM"]
    assert (found.status, found.numerator, found.denominator) == (Status.OK, 1, 2)
    assert found.reason.en.startswith(said)


def test_a_figure_in_the_place_of_rows_that_do_not_say_leaves_nothing_out() -> None:
    period, day = Period.parse("2021"), date(2022, 1, 31)
    silent = Measure(
        "paperless_meetings", "TM", period, (), day, Status.NO_DATA, 0, 0, Scale.PERCENT, reason=UNSAID, excluded={"secret": 2}
    )
    figure = Figure(**BASE, indicator="paperless_meetings", numerator=1, denominator=2)
    found = with_figures(Measures.of([silent]), [figure], default_catalogue(), unit="TM", periods=[period], as_of=day)
    own = found["paperless_meetings", "TM"]
    assert (own.status, own.value, own.excluded) == (Status.ENTERED, Fraction(50), {})


def test_counts_are_not_below_zero_and_a_source_may_be_one_letter() -> None:
    short = Figure(**{**TRAINED, "source": "A", "signed_by": "B", "signed_on": date(2022, 1, 5)})
    assert (short.source, short.signed_by) == ("A", "B")
    rate = {**DISBURSED, "value": None, "numerator": 0, "denominator": 1}
    assert Figure(**rate).denominator == 1
    for wrong in ({**rate, "denominator": -1}, {**rate, "numerator": -1}):
        with pytest.raises(CchcError, match="-1"):
            data(wrong)


def test_what_is_signed_later_contradicts_nothing_yet() -> None:
    report = data(NINE, as_of=date(2022, 1, 4)).report("2021")
    assert not any(p.code is Code.FIGURE_DIFFERS for p in report.problems)
    assert report.measures["paperless_meetings", "TM", "2021"].reason.vi == ""
