"""Workbooks as offices make them, in small: titles, headings on two rows, totals, signatures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

CLERK = "Trần Thị Mẫu"
CITIZEN = "Nguyễn Văn Thử"
PHONE = "0912345678"

STATUSES = ("Đã trả kết quả", "Đang xử lý", "Hoàn thành trễ hạn", "Quá hạn bổ sung")
CHANNELS = ("Trực tiếp", "Nộp trực tuyến", "Qua BCCI")

DOSSIERS: Sequence[Sequence[object]] = [
    ["ỦY BAN NHÂN DÂN HUYỆN THÁP MƯỜI"],
    ["DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT"],
    ["Từ ngày 01/01/2021 đến ngày 31/03/2021"],
    [],
    ["STT", "Mã hồ sơ", "Người nộp", "", "Thời gian", "", "", "Tình trạng xử lý", "Hình thức nộp"],
    ["", "", "Họ và tên", "Điện thoại", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "", ""],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
    *(
        [
            n,
            f"TM-{n:04d}",
            CITIZEN,
            PHONE,
            f"{n + 3:02d}/02/2021",
            f"{n + 8:02d}/02/2021",
            "" if n % 2 == 0 else f"{n + (10 if n % 4 == 3 else 5):02d}/02/2021",
            STATUSES[(n - 1) % 4],
            CHANNELS[n % 3],
        ]
        for n in range(1, 13)
    ),
    ["Tổng cộng", "", "", "12 hồ sơ"],
    [],
    ["", "", "", "", "", "", "Tháp Mười, ngày 05 tháng 7 năm 2021"],
    ["", "Người lập biểu"],
    ["", CLERK],
]

DOCUMENTS: Sequence[Sequence[object]] = [
    ["UBND HUYỆN THÁP MƯỜI"],
    ["SỔ ĐĂNG KÝ VĂN BẢN ĐI NĂM 2021"],
    ["STT", "Số, ký hiệu văn bản", "Ngày, tháng văn bản", "Trích yếu", "Người ký", "Hình thức gửi", "Mức độ mật"],
    *(
        [n, f"{n:02d}/UBND", f"{n:02d}/03/2021", "V/v", CLERK, "Trục liên thông" if n % 4 else "Giấy", "Mật" if n == 5 else ""]
        for n in range(1, 11)
    ),
]

MEETINGS: Sequence[Sequence[object]] = [
    ["DANH SÁCH CUỘC HỌP CỦA UBND HUYỆN NĂM 2021"],
    ["STT", "Tên cuộc họp", "Thời gian", "Chủ trì", "Hình thức họp", "Họp không giấy (x)"],
    *(
        [n, "Kỳ họp HĐND" if n == 4 else "Họp UBND thường kỳ", f"{n + 9}/0{n}/2021", CLERK, "Trực tiếp", "x" if n > 2 else ""]
        for n in range(1, 7)
    ),
]


def write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write rows of cells as a workbook of one sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, list(row))


def office(folder: Path) -> Path:
    """Write the three exports of an office into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("HoSo.xlsx", DOSSIERS), ("SoVanBanDi.xlsx", DOCUMENTS), ("CuocHop.xlsx", MEETINGS)):
        write(folder / name, rows)
    return folder
