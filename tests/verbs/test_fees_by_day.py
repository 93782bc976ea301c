"""Fees that were set to 0 đồng on a day: dossiers leave the denominator of online payment, and the district marks the break."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import cchc_metrics as cm
from cchc_metrics.catalogue.load import default_catalogue, load_catalogue
from cchc_metrics.errors import MistakesError
from cchc_metrics.values import Status

UNITS = [{"code": "TM", "name": "Mỹ An", "kind": "xã", "level": "commune"}]
VERSIONS = [
    {"Mã TTHC": "1", "Kênh thực hiện": "trực tuyến", "Mức phí, lệ phí": "50.000", "Hiệu lực đến": "28/09/2025"},
    {"Mã TTHC": "1", "Kênh thực hiện": "trực tuyến", "Mức phí, lệ phí": "0", "Hiệu lực từ": "29/09/2025"},
    {"Mã TTHC": "1", "Kênh thực hiện": "trực tiếp", "Mức phí, lệ phí": "50.000"},
    {"Mã TTHC": "2", "Mức phí, lệ phí": ""},
]
CHANGE = """
[[change]]
indicator = "paid_online"
on = 2025-09-29
vi = "lệ phí nộp trực tuyến còn 0 đồng"
en = "fees of online filings are 0 đồng"
source = "nghị quyết của HĐND, theo báo chí"
"""


def dossier(n: int, received: str, channel: str = "trực tuyến", code: str = "1", **cells: Any) -> dict[str, Any]:
    row = {
        "Mã hồ sơ": str(n),
        "Đơn vị": "TM",
        "Mã TTHC": code,
        "Trạng thái": "9",
        "Ngày tiếp nhận": received,
        "Ngày kết thúc": "08/10/2025",
    }
    return row | {"Kênh thực hiện": channel, "Thanh toán trực tuyến": "1", **cells}


def paid(*rows: dict[str, Any]) -> cm.Measure:
    return cm.Dataset(UNITS, dossiers=list(rows), procedures=VERSIONS).measures("2025-Q4")["paid_online", "TM"]


@pytest.mark.parametrize(
    ("received", "channel", "denominator"),
    [("28/09/2025", "trực tuyến", 1), ("29/09/2025", "trực tuyến", 0), ("29/09/2025", "trực tiếp", 1)],
)
def test_the_fee_of_the_day_of_receipt_and_of_the_channel_decides(received: str, channel: str, denominator: int) -> None:
    found = paid(dossier(1, received, channel))
    assert (found.denominator, dict(found.excluded)) == (denominator, {})


def test_what_a_dossier_says_stands_and_what_nobody_says_is_counted_apart() -> None:
    owed = {"Có nghĩa vụ tài chính": "có"}
    rows = [dossier(1, "01/10/2025", **owed), dossier(2, "01/10/2025", **{"Có nghĩa vụ tài chính": ""}), dossier(3, "01/10/2025", code="2")]
    rows += [dossier(4, "01/09/2025"), dossier(5, "01/09/2025", code="3")]
    found = paid(*rows)
    assert (found.numerator, found.denominator, dict(found.excluded)) == (2, 2, {"fee_not_said": 2})


def test_without_fees_in_the_list_nothing_is_known() -> None:
    versions = [{"Mã TTHC": "1"}]
    data = cm.Dataset(UNITS, dossiers=[dossier(1, "01/10/2025")], procedures=versions)
    found = data.measures("2025-Q4")["paid_online", "TM"]
    assert (found.status, "fee_due" in found.reason.en) == (Status.NO_DATA, True)


def test_a_district_marks_the_break_of_a_packaged_indicator(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(CHANGE, encoding="utf-8")
    (tmp_path / "district.toml").write_text(
        'code = "TM"\nname = "Mỹ An"\nlevel = "xã"\nextracted_on = 2026-03-31\ncatalogue = ["own.toml"]\n', encoding="utf-8"
    )
    days = ("05/05/2024", "05/11/2024", "05/11/2025", "05/02/2026", "05/02/2025")
    rows = [f"{n},TM,9,{day},{day},có,1" for n, day in enumerate(days)]
    text = "\n".join(["Mã hồ sơ,Đơn vị,Trạng thái,Ngày tiếp nhận,Ngày kết thúc,Có nghĩa vụ tài chính,Thanh toán trực tuyến", *rows])
    (tmp_path / "dossiers.csv").write_text(text, encoding="utf-8")
    data = cm.read_folder(tmp_path)
    across = data.deltas("2025-Q4", baseline_period="2024-Q4")
    assert across["paid_online", "TM"].status is Status.NOT_COMPARABLE
    assert "29/09/2025: lệ phí nộp trực tuyến còn 0 đồng (nghị quyết của HĐND, theo báo chí)" in across["paid_online", "TM"].reason.vi
    assert across["dossiers_received", "TM"].status.usable
    assert "0 đồng" not in across["dossiers_received", "TM"].reason.vi
    assert data.deltas("2026-Q1", baseline_period="2025-Q4")["paid_online", "TM"].status is Status.OK


def test_the_break_stands_beside_those_that_the_catalogue_knows() -> None:
    own = load_catalogue(CHANGE.replace("paid_online", "digitised"))
    assert [day for day, _ in own.definition_changes()["digitised"]] == [date(2025, 9, 15), date(2025, 9, 29)]
    assert [day for day, _ in default_catalogue().definition_changes()["digitised"]] == [date(2025, 9, 15)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (CHANGE.replace("paid_online", "paid_onlin"), "did you mean «paid_online»"),
        (CHANGE.replace('source = "nghị quyết của HĐND, theo báo chí"\n', ""), "source: missing"),
        (CHANGE + CHANGE, "already"),
        (CHANGE.replace("[[change]]", "[[changes]]"), "did you mean «change»"),
    ],
)
def test_a_mistaken_change_is_reported_with_its_line(wrong: str, why: str) -> None:
    with pytest.raises(MistakesError, match=why):
        load_catalogue(wrong)
