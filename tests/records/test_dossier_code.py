"""The code of a dossier: read in any spelling, and only where its form is known."""

from __future__ import annotations

from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.records.dossier_code import DossierCode, dossier_code, is_agency

PROVINCE = DossierCode("H15.50.05.13-261008-0975", "H15.50.05.13", date(2026, 10, 8))
MINISTRY = DossierCode("H20.38.04-260805-G10012", "H20.38.04", date(2026, 8, 5), ministry=True, owner="G1")


@pytest.mark.parametrize("known", [PROVINCE, MINISTRY])
@given(dash=st.sampled_from("-‐‑‒–—−－"), space=st.sampled_from(["", " ", "\u00a0", "\u2009"]), lower=st.booleans())
def test_a_code_is_the_same_however_it_is_typed(known: DossierCode, dash: str, space: str, lower: bool) -> None:
    typed = known.text.lower() if lower else known.text
    assert dossier_code(space + typed.replace("-", f"{space}{dash}{space}") + space) == known
    assert dossier_code(normalize("NFD", typed)) == known


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_day_of_a_code(day: date) -> None:
    found = dossier_code(f"000.00.13.H15-{day:%y%m%d}-0001")
    assert found is not None
    assert (found.agency, found.day) == ("000.00.13.H15", day)


@pytest.mark.parametrize("digits", ["260230", "261301", "260001", "000000", "250229"])
def test_six_digits_that_are_no_day(digits: str) -> None:
    found = dossier_code(f"H20.38-{digits}-0001")
    assert found is not None
    assert found.day is None


@pytest.mark.parametrize(
    ("number", "ministry", "owner"), [("0975", False, ""), ("000123", True, "00"), ("0001234", True, ""), ("BC0001", True, "BC")]
)
def test_whose_system_gave_a_code(number: str, ministry: bool, owner: str) -> None:
    found = dossier_code(f"G01.899-260805-{number}")
    assert found is not None
    assert (found.ministry, found.owner) == (ministry, owner)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "1",
        "260805",
        "260805-0001",
        "TM-210301-0001",
        "MP-H20.38-201208-0002",
        "H20.38-260805",
        "H20.38-260805-001",
        "H20.38-2608050001",
    ],
)
def test_another_form_says_nothing(other: str) -> None:
    assert dossier_code(other) is None


def test_codes_of_agencies() -> None:
    assert [code for code in ("H20", "H20.38.04", "G01.899", "30043", "TM", "TM.01", "H20.", "") if is_agency(code)] == [
        "H20",
        "H20.38.04",
        "G01.899",
    ]
