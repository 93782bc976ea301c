"""Figures typed in from a published report: with counts, or only as they were printed, and what may be said of a change against them."""

from __future__ import annotations

import shutil
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.folders import EXAMPLE

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.dataset import Dataset
from cchc_metrics.declared.values import exact
from cchc_metrics.errors import CchcError
from cchc_metrics.folder_dataset import read_folder
from cchc_metrics.read.published import decimals_of, read_published
from cchc_metrics.read.unit_changes import units_from_changes
from cchc_metrics.tables.numbers import format_number
from cchc_metrics.verbs.compare import Delta
from cchc_metrics.verbs.figures import under_keys
from cchc_metrics.verbs.measures import Measures

HEAD = 'source = "Báo cáo số 12/BC-UBND"\nsigned_by = "Chủ tịch UBND huyện"\nsigned_on = 2022-01-05\n'
UNITS = [{"code": "MA", "name": "Mỹ An", "kind": "thị trấn", "level": "commune"}]
P = "paperless_meetings"


def held(year: int, paperless: int, paper: int, **more: Any) -> Dataset:
    rows = [
        {
            "meeting_id": str(n),
            "unit_code": "MA",
            "kind": "họp UBND",
            "held_on": f"05/01/{year}",
            "paperless": "có" if n < paperless else "không",
        }
        for n in range(paperless + paper)
    ]
    return Dataset(units=UNITS, meetings=rows, **more)


def published(text: str, head: str = HEAD) -> Measures:
    data = held(2022, 1, 1)
    return read_published(head + text, data.catalogue, data.units, data.unit, file="cong-bo.toml")


def against(value: str, paperless: int, paper: int) -> Delta:
    source = published(f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nvalue = "{value}"\n')
    return held(2022, paperless, paper, baseline=source).deltas("2022")[P, "MA"]


def test_counts_are_compared_exactly_and_never_ok_as_if_counted() -> None:
    source = published(f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nnumerator = 1\ndenominator = 3\n')
    change = held(2022, 1, 1, baseline=source).deltas("2022")[P, "MA"]
    assert (change.difference, change.status.value) == (Fraction(50, 3), "entered")
    assert change.reason.vi.endswith("kỳ gốc: đã công bố: Báo cáo số 12/BC-UBND; Chủ tịch UBND huyện ký ngày 05/01/2022")
    assert change.reason.en.endswith("published: Báo cáo số 12/BC-UBND; signed by Chủ tịch UBND huyện on 2022-01-05")


def test_of_a_rate_alone_the_change_is_in_points_and_what_is_as_near_as_printed_is_no_change() -> None:
    change = against("66,67", 2, 1)  # 66,666… is what was printed
    assert (change.difference, change.status.value) == (Fraction(0), "estimated")
    assert change.better is None
    assert change.baseline is not None
    assert change.baseline.numerator is None
    assert "as near as it was printed" in change.reason.en
    assert "(± 0,005)" in change.reason.vi
    other = against("66,7", 1, 1)
    assert (other.difference, other.better) == (Fraction("-16.7"), False)
    assert against("66,60", 2, 1).difference == Fraction(2, 30)
    assert against("66,6", 2, 1).difference == Fraction(2, 30)
    assert against("67", 2, 1).difference == 0


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 6))
def test_a_value_is_no_change_against_itself_as_printed(good: int, more: int, decimals: int) -> None:
    value = Fraction(100 * good, good + more)
    text = format_number(value, decimals=decimals, lang="vi").replace(".", "")
    assert decimals_of(text) <= decimals  # zeros at the end are not printed
    near = Fraction(1, 2 * 10 ** decimals_of(text))
    assert abs(exact(text) - value) <= near


@pytest.mark.parametrize(
    ("text", "n"), [("92,83", 2), ("92,80", 2), ("92.8", 1), ("2.096", 0), ("95", 0), ("92,83 %", 2), ("1.234,5", 1), (95, 0)]
)
def test_how_many_decimals_were_printed(text: object, n: int) -> None:
    assert decimals_of(text) == n


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[figures]]\nindicator = "paperless_meeting"\nperiod = "2021"\nnumerator = 1\n', "did you mean «paperless_meetings»?"),
        (f'[[figures]]\nindicator = "{P}"\nunit = "MB"\nperiod = "2021"\nvalue = 1\n', "cong-bo.toml:6: .*there is no unit «MB»"),
        (f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nnumerator = 1\n', "a rate needs one"),
        (f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nnumerator = 1\ndenominator = 0\n', "1/0 is no rate"),
        (f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nnumerator = 1\ndenominator = 3\nvalue = 33\n', "or value where these are not"),
        ('[[figures]]\nindicator = "dossiers_postal"\nperiod = "2021"\nvalue = 33\n', "a count: give its numerator"),
        (f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nvalue = 1\n' * 2, "this figure stands there twice"),
        (f'[[figures]]\nindicator = "{P}"\nperiod = "năm sau"\nvalue = 1\n', "figures.1..period"),
    ],
)
def test_mistakes_are_said_with_their_place(text: str, said: str) -> None:
    with pytest.raises(CchcError, match=said):
        published(text)


@pytest.mark.parametrize(
    "unit", ["xã Hưng Thạnh", unicodedata.normalize("NFD", "xã Hưng Thạnh"), "HƯNG THẠNH", "30043", "30043@2025-06-30"]
)
def test_a_figure_names_its_unit_by_a_code_or_a_name_of_its_time(unit: str) -> None:
    """As in every other baseline; a name that nobody had then is told with the nearest."""
    units = units_from_changes("thap-muoi")

    def read(unit: str) -> Measures:
        text = f'[[figures]]\nindicator = "{P}"\nunit = "{unit}"\nperiod = "2024"\nnumerator = 1\ndenominator = 3\n'
        return read_published(HEAD + text, default_catalogue(), units, "30043", file="cong-bo.toml")

    (found,) = under_keys(read(unit), units)
    assert found.unit == "30043@2025-06-30"
    with pytest.raises(CchcError, match=r"cong-bo.toml:6: figures.1..unit: there is no unit «xã Hưng Thanh»; did you mean «xã Hưng Thạnh»"):
        read("xã Hưng Thanh")


def test_nothing_is_taken_without_a_source_and_a_signer() -> None:
    with pytest.raises(CchcError, match="give source, signed_by and signed_on"):
        published(f'[[figures]]\nindicator = "{P}"\nperiod = "2021"\nvalue = 1\n', head='source = "x"\n')


def test_a_folder_names_the_file_and_the_report_says_where_its_baseline_is_from(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "folder"))
    (folder / "cong-bo-2020.toml").write_text(
        HEAD + '[[figures]]\nindicator = "electronic_exchange"\nperiod = "2020"\nvalue = "84,10"\n', encoding="utf-8"
    )
    district = folder / "district.toml"
    district.write_text('baseline = "cong-bo-2020.toml"\n' + district.read_text(encoding="utf-8"), encoding="utf-8")
    report = read_folder(folder).report("2021")
    text = " ".join(report.text("en").split())
    assert "Baseline: published: Báo cáo số 12/BC-UBND; signed by Chủ tịch UBND huyện on 2022-01-05" in text
    assert "(± 0.005)" in text
