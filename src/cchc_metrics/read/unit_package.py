"""The official list of changes from the package vietnam-provinces (extra ``units``), which is imported here and nowhere else."""

from __future__ import annotations

from cchc_metrics.errors import InputError
from cchc_metrics.reference.unit_changes import UnitChange


def package_changes() -> list[UnitChange]:
    """Return what became of what on 01/07/2025, as the package has it; its new names are those of the day of its data.

    What went into several new units is divided by that alone, and nothing else is: the package calls communes that stayed as they were (Giữ
    nguyên) partly merged, too. An old unit of which it does not know the name is called by its code.

    Raises:
        InputError: the package is not installed, or this version of it has no such list.
    """
    try:
        from vietnam_provinces import Province, Ward, legacy  # noqa: PLC0415  an extra
        from vietnam_provinces._ward_conversion_2025 import NEW_TO_OLD  # noqa: PLC0415  ``get_legacy_sources`` leaves units without a name out
    except ImportError as error:
        raise InputError(
            f'cần gói vietnam-provinces (GPL-3, Python từ 3.12): pip install "cchc-metrics[units]" ({error})',
            f'the package vietnam-provinces (GPL-3, Python 3.12 or later) is needed: pip install "cchc-metrics[units]" ({error})',
        ) from None
    provinces = {province.code.value: province.name for province in Province.iter_all()}
    provinces_old = {province.code.value: province.name for province in legacy.Province.iter_all()}
    districts = {district.code.value: district.name for district in legacy.District.iter_all()}
    wards_old = {ward.code.value: ward.name for ward in legacy.Ward.iter_all()}
    found = []
    for row, ward in enumerate(Ward.iter_all(), start=1):
        new = (f"{ward.code.value:05}", ward.name)
        above = {"province_code_new": f"{ward.province_code.value:02}", "province_new": provinces[ward.province_code.value]}
        entry = NEW_TO_OLD.get(ward.code.value)
        if entry is None:
            found.append(UnitChange(row, "", "(vietnam-provinces)", *new, "whole", **above))
            continue
        for old in entry.old_wards:
            code, district, province = f"{old.code:05}", f"{old.district_code:03}", f"{old.province_code:02}"
            found.append(
                UnitChange(
                    row,
                    code,
                    wards_old.get(old.code, code),
                    *new,
                    "whole",
                    district,
                    districts.get(old.district_code, district),
                    province,
                    provinces_old.get(old.province_code, province),
                    **above,
                )
            )
    return found
