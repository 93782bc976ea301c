"""A fee that was set to 0 đồng is no financial obligation: such dossiers leave the denominator of online payment."""

from __future__ import annotations

from typing import Any

import pytest

import cchc_metrics as cm

UNITS = [{"code": "TM", "name": "Mỹ An", "kind": "xã", "level": "commune"}]
DAYS = {"unit_code": "TM", "status": 9, "received_at": "01/03/2026", "ended_at": "03/03/2026", "due_at": "05/03/2026"}


def paid(*cells: dict[str, Any]) -> cm.Measure:
    rows = [{**DAYS, "dossier_id": str(n), **cell} for n, cell in enumerate(cells)]
    return cm.Dataset(UNITS, dossiers=rows).measures("2026")["paid_online", "TM"]


def test_an_amount_says_whether_there_is_an_obligation() -> None:
    fees = [("0", "không"), ("50.000", "1"), ("20000", "không"), ("", "không")]
    found = paid(*({"Mức phí, lệ phí": fee, "Thanh toán trực tuyến": way} for fee, way in fees))
    assert (found.numerator, found.denominator, found.excluded) == (1, 2, {"fee_not_said": 1})


@pytest.mark.parametrize(("said", "denominator"), [("có", 1), ("không", 0)])
def test_what_the_table_says_itself_stands(said: str, denominator: int) -> None:
    assert paid({"Có nghĩa vụ tài chính": said, "Mức phí, lệ phí": "0", "Thanh toán trực tuyến": "1"}).denominator == denominator
