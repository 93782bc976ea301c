"""Lists of changes of units for tests: the statistics office's workbook in small, and CSV."""

from __future__ import annotations

from pathlib import Path

import openpyxl

TITLES = ["Đơn vị hành chính từ ngày 01/7/2025", None, None, "Đơn vị hành chính trước ngày 01/7/2025"]
HEADINGS = ["Tỉnh, thành phố", "Tên Xã mới", "Mã Xã mới", "Tên Xã cũ", "Mã Xã cũ", "Ghi chú", "Quận/huyện", "Tỉnh cũ"]
A, B, NEW = "Tỉnh An Giang Cũ (11)", "Tỉnh Bến Cũ (12)", "Tỉnh An Bến (12)"
ISLAND = "Sắp xếp toàn bộ huyện Đảo thành đặc khu Đảo"
WHOLE, PART, PEOPLE = "Nhập toàn bộ", "Nhập một phần", "Nhập một phần diện tích, toàn bộ dân số"
ROWS: list[list[object]] = [
    # a province that did not change, with a commune that kept its scope, one that was renamed and an island district
    ["THÀNH PHỐ BIỂN  "],
    ["Thành phố Biển (10)", "Phường Một", "00010", "Phường Một", "00010", "Giữ nguyên", "Quận Đông (001)", "Thành phố Biển (10)"],
    ["Thành phố Biển (10)", "Phường Hai Mới", 13, "Xã Hai", 13, "Đổi tên, đổi loại hình", "Quận Đông (001)", "Thành phố Biển (10)"],
    ["Thành phố Biển (10)", "Đặc khu Đảo", "00019", None, None, ISLAND, "Huyện Đảo (002)", "Biển (10)"],
    # two provinces that became one under the code of the second; a code that another unit bore before
    ["TỈNH AN BẾN"],
    [NEW, "Xã Tháp", "00100", "Thị trấn Mỹ An", "00100", WHOLE, "Huyện Tháp (003)", A],
    [NEW, "Xã Tháp", "00100", "Xa Mỹ Hòa", "00103", WHOLE, "Huyện Tháp (003)", A],
    [NEW, "Xã Phương Thịnh", "00106", "Xã Hưng Thạnh", "00106", WHOLE, "Huyện Tháp (003)", A],
    [NEW, "Xã Phương Thịnh", "00106", "Xã Phương Thịnh", "00200", WHOLE, "Huyện Cao (004)", A],
    # a divided commune, one whose people all went one way, the flats where nobody lived, a note that nobody knows
    [NEW, "Xã Bến Nam", "00300", "Xã Bến Nam", "00300", WHOLE, "Huyện Bến (005)", B],
    [NEW, "Xã Bến Nam", "00300", "Xã Bến Giữa", "00303", PART, "Huyện Bến (005)", B],
    [NEW, "Xã Bến Bắc", "00306", "Xã Bến Giữa", "00303", "Phần còn lại sau khi tách", "Huyện Bến (005)", B],
    [NEW, "Xã Bến Bắc", "00306", "Xã Bến Xa", "00309", PEOPLE, "Huyện Bến (005)", B],
    [NEW, "Xã Bến Bắc", "00306", "Khu vực bãi bồi", None, WHOLE, "Huyện Bến (005)", B],
    [NEW, "Xã Bến Tây", "00312", "Xã Bến Xa", "00309", "Nhập một phần diện tích", "Huyện Bến (005)", B],
    [NEW, "Xã Bến Tây", "00312", "Xã Bến Tây", "00312", "Xem phụ lục", "Huyện Bến (005)", B],
]  # fmt: skip


def workbook(path: Path, rows: list[list[object]] | None = None, *, headings: list[str] = HEADINGS) -> Path:
    """Write a workbook like the statistics office's: a cover sheet, the list under two rows of headings, provinces on rows of their own."""
    book = openpyxl.Workbook()
    book.active.title = "Bìa"
    book.active.append(["BẢNG CHUYỂN ĐỔI ĐƠN VỊ HÀNH CHÍNH"])
    sheet = book.create_sheet("Tổng hợp_không merge ")
    sheet.append(TITLES)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("D1:H1")
    sheet.append(headings)
    for row in ROWS if rows is None else rows:
        sheet.append(row)
    book.save(path)
    return path
