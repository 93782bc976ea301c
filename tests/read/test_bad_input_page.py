"""Every problem code speaks both languages, and the TOML of docs/bad-input.md is read. (tests/test_codes.py: what is said of each code.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cchc_metrics.read.district import District, load_district
from cchc_metrics.records.codes import Code

PAGE = (Path(__file__).parents[2] / "docs" / "bad-input.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", Code)
def test_every_code_speaks_both_languages(code: Code) -> None:
    assert code.vi
    assert code.en
    assert code.vi != code.en


def test_the_district_file_of_the_page_is_read_and_shows_every_key() -> None:
    limits, toml = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert load_district('code = "TM"\nname = "Tháp Mười"\nlevel = "commune"\n' + limits).limits.cells == 100_000_000
    district = load_district(toml)
    assert district.headings["dossiers"]["Mã HS"] == "dossier_id"
    assert set(District.model_fields) - {"units", "limits"} == district.model_fields_set
