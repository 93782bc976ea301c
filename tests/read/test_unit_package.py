"""The list of changes from the package vietnam-provinces: of its shape wherever the tests run, of the country where it is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from types import ModuleType, SimpleNamespace

import pytest

import cchc_metrics as cm
from cchc_metrics.errors import InputError


class Code(Enum):
    """Codes are members of enums in the package, with whole numbers as values."""

    P_87, P_82, D_872, W_30037, W_30043, W_30052, W_30082, W_30099, W_26732 = 87, 82, 872, 30037, 30043, 30052, 30082, 30099, 26732


def listed(*entries: dict[str, object]) -> SimpleNamespace:
    def iter_all() -> Iterator[SimpleNamespace]:
        return iter([SimpleNamespace(**entry) for entry in entries])

    return SimpleNamespace(iter_all=iter_all)


def old(code: int, *, partly: bool = False) -> SimpleNamespace:
    return SimpleNamespace(code=code, district_code=872, province_code=87, is_partly_merged=partly)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the same shape, with a commune that stayed, one that is divided, one without a name and an island."""
    module, table = ModuleType("vietnam_provinces"), ModuleType("vietnam_provinces._ward_conversion_2025")
    members = {
        "Province": listed({"code": Code.P_82, "name": "Tỉnh Đồng Tháp"}),
        "Ward": listed(
            {"code": Code.W_30037, "name": "Xã Tháp Mười", "province_code": Code.P_82},
            {"code": Code.W_30043, "name": "Xã Phương Thịnh", "province_code": Code.P_82},
            {"code": Code.W_30052, "name": "Xã Mỹ Hòa", "province_code": Code.P_82},
            {"code": Code.W_26732, "name": "Đặc khu Côn Đảo", "province_code": Code.P_82},
        ),
        "legacy": SimpleNamespace(
            Province=listed({"code": Code.P_87, "name": "Tỉnh Đồng Tháp"}),
            District=listed({"code": Code.D_872, "name": "Huyện Tháp Mười"}),
            Ward=listed(
                {"code": Code.W_30037, "name": "Thị trấn Mỹ An"},
                {"code": Code.W_30043, "name": "Xã Hưng Thạnh"},
                {"code": Code.W_30082, "name": "Xã Phương Thịnh"},
                {"code": Code.W_30052, "name": "Xã Mỹ Hoà"},
            ),
        ),
    }
    for name, member in members.items():
        setattr(module, name, member)
    of = {
        30037: [old(30037), old(30099), old(30082, partly=True)],
        30043: [old(30043), old(30082, partly=True)],
        30052: [old(30052, partly=True)],
    }
    table.NEW_TO_OLD = {new: SimpleNamespace(old_wards=tuple(before)) for new, before in of.items()}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vietnam_provinces", module)
    monkeypatch.setitem(sys.modules, "vietnam_provinces._ward_conversion_2025", table)


@pytest.mark.usefixtures("package")
def test_the_package_gives_the_same_units_as_a_list() -> None:
    tree = cm.units_from_changes("vietnam-provinces")
    assert tree.predecessors("30037") == ("30037@2025-06-30", "30099", "30082")
    assert tree.unit("30099").name == "30099"  # of which the package has no name; it is not left out
    assert tree.split_predecessors("30037") == tree.split_predecessors("30043") == ("30082",)
    assert tree.stages("30052") == ("30052@2025-06-30", "30052")  # it stayed as it was, though the package calls it partly merged
    assert tree.predecessors("82") == ("87",)
    assert [(found.code, found.unit) for found in tree.findings()] == [("unit_without_code", "26732"), ("unit_divided", "30082")]


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vietnam_provinces", None)
    with pytest.raises(InputError, match=r"the package vietnam-provinces \(GPL-3, Python 3.12 or later\) is needed: pip install"):
        cm.units_from_changes("vietnam-provinces")


def test_the_country_is_there() -> None:
    pytest.importorskip("vietnam_provinces", reason="the extra units needs Python 3.12")
    tree = cm.units_from_changes("vietnam-provinces")
    new = [code for code in tree.codes if tree.unit(code).level == "commune" and tree.unit(code).valid_to is None]
    assert len(new) == 3321
    assert sum(not tree.split_predecessors(code) for code in new) == 2909
    assert tree.predecessors("30043") == ("30043@2025-06-30", "30082")
    assert tree.predecessors("82") == ("82@2025-06-30", "87")
