"""The page docs/bad-input.md names every code under its severity, every kind's headings can be mapped as it says, and its TOML is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cchc_metrics.read.district import District, load_district
from cchc_metrics.records.codes import Code

PAGE = (Path(__file__).parents[2] / "docs" / "bad-input.md").read_text(encoding="utf-8")
ERRORS, WARNINGS = (
    set(re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", part, re.MULTILINE))
    for part in PAGE.partition("## Errors")[2].partition("## How a CSV")[0].split("## Warnings")
)


@pytest.mark.parametrize("code", Code)
def test_every_code_is_explained_under_its_severity(code: Code) -> None:
    assert code.value in (ERRORS if code.severity == "error" else WARNINGS)


def test_no_code_is_explained_that_is_none() -> None:
    assert {code.value for code in Code} == ERRORS | WARNINGS
    assert not ERRORS & WARNINGS


@pytest.mark.parametrize("code", Code)
def test_every_code_speaks_both_languages(code: Code) -> None:
    assert code.vi
    assert code.en
    assert code.vi != code.en


def test_the_district_file_of_the_page_is_read_and_shows_every_key() -> None:
    (toml,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    district = load_district(toml)
    assert district.headings["dossiers"]["Mã HS"] == "dossier_id"
    assert set(District.model_fields) - {"units"} == district.model_fields_set
