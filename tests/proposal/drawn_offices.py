"""Offices drawn at random: records first, with their right figures, then dressed as an office's software and clerks would dress them."""

from __future__ import annotations

import csv
import html
import io
import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from tests.read.old_writing import to_1258

SIGNERS = ("Trần Thị Mẫu", "Lê Văn Chánh", "Phạm Quỳnh Khuê")
CITIZENS = ("Nguyễn Văn Thử", "Đặng Thị Nháp")
NAMES = (*SIGNERS, *CITIZENS, "0912345678")

STATUSES = {
    "processing": ("Đang giải quyết", "Đang xử lý", "Đang xử lí", "Đang thụ lý", "Chờ xử lý", "Chờ phân công", "Trình ký", "Chờ ký"),
    "received": ("Đã tiếp nhận", "Mới tiếp nhận"),
    "supplement": ("Chờ bổ sung", "Yêu cầu bổ sung", "Đang chờ bổ sung"),
    "resolved": ("Đã có kết quả", "Có kết quả", "Chờ trả kết quả", "Hoàn thành", "Đã hoàn thành", "Đã xử lý xong", "Đã giải quyết"),
    "returned": ("Đã trả kết quả", "Đã trả"),
}
CHANNELS = {
    "counter": ("Trực tiếp", "Tại bộ phận một cửa", "Nộp trực tiếp", "Tại quầy"),
    "online": ("Trực tuyến", "Nộp trực tuyến", "Online", "Qua mạng", "DVC trực tuyến", "Cổng DVC"),
    "postal": ("Bưu chính công ích", "Qua BCCI", "BCCI", "Bưu điện", "Qua bưu điện", "Dịch vụ bưu chính"),
}
SENT = ("Trục liên thông", "Trục liên thông văn bản", "Liên thông")
PAPER = ("Giấy", "Bản giấy", "Văn bản giấy", "Bưu điện", "Fax")
UNITS = ("UBND xã Mỹ Quí", "UBND thị trấn Mỹ An", "UBND huyện Tháp Mười", "Phòng Tài chính - Kế hoạch")
GROUPS = ("I. Lĩnh vực đất đai", "II. LĨNH VỰC HỘ TỊCH", "A. Hồ sơ kỳ trước chuyển sang", "1. Chứng thực (20 hồ sơ)", "Tháng 2")
TOTALS = ("Cộng", "Cộng nhóm A", "Cộng:", "Tổng", "Tổng số: 12", "TỔNG CỘNG", "Tổng cộng: 12 hồ sơ", "Tổng số hồ sơ")
NOTES = ("Ghi chú: số liệu tính đến ngày 05/01/2022.", "(*) Không tính hồ sơ liên thông", "* Hồ sơ trễ hạn có văn bản xin lỗi")
Row = list[Any]


@dataclass
class Table:
    """What one kind of an office's records looks like before it is dressed.

    Args:
        title: what it is called.
        name: how its files are called.
        headings: (group heading or "", heading).
        rows: the records' cells; dates as moments.
        figures: indicator → the right numerator and denominator of 2021.
        down: position of the column whose equal cells are merged downwards, as an office does with units; −1 where there is none.
    """

    title: str
    name: str
    headings: list[tuple[str, str]]
    rows: list[Row]
    figures: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    down: int = -1


def spelt(rng: random.Random, text: str) -> str:
    """Return a text in another spelling that says the same."""
    for change in rng.sample(_SPELLINGS, rng.choice((0, 0, 1, 2))):
        text = change(text)
    return text


def _old_tones(text: str) -> str:
    for new, old in (("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("úy", "uý"), ("ủy", "uỷ")):
        text = text.replace(new, old)
    return text


_SPELLINGS: Sequence[Callable[[str], str]] = (
    lambda text: unicodedata.normalize("NFD", text),
    str.upper,
    str.lower,
    lambda text: text.replace(" ", "  ", 1),
    lambda text: text.replace(" ", "\n", 1),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: f" {text} ",
    _old_tones,
    lambda text: text.replace("lý", "lí").replace("ký", "kí").replace("Quý", "Quí"),
)


def written(moment: datetime, style: str) -> Any:  # noqa: C901, PLR0911, PLR0912  one line a style
    """Return a moment as a cell of a style."""
    day = f"{moment:%d/%m/%Y}"
    clock = f"{moment:%H:%M}"
    match style:
        case "cell":
            return moment
        case "day":
            return datetime(moment.year, moment.month, moment.day)
        case "text":
            return day
        case "iso":
            return f"{moment:%Y-%m-%d %H:%M:%S}"
        case "after":
            return f"{day} {clock}"
        case "before":
            return f"{clock} {day}"
        case "half":
            return f"{day} {moment:%I:%M} {'SA' if moment.hour < 12 else 'CH'}"
        case "zone":
            return f"{day} {clock}:00 (GMT+7)"
        case "weekday":
            return f"{('Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy', 'Chủ nhật')[moment.weekday()]}, {day}"
        case "words":
            return f"ngày {moment:%d} tháng {moment.month} năm {moment.year}"
        case "hours":
            return f"{moment:%H} giờ {moment:%M} ngày {day}"
        case "short":
            return f"{moment:%d/%m/%y}"
        case "compact":
            return f"{moment:%Y%m%d%H%M%S}"
        case "dots":
            return f"{moment:%d.%m.%Y}"
        case _:
            return f"{moment.day}/{moment.month}/{moment.year}"


STYLES = ("cell", "day", "text", "iso", "after", "before", "half", "zone", "weekday", "words", "hours", "short", "compact", "dots", "bare")


def _moment(rng: random.Random, first: date = date(2021, 1, 4), days: int = 300) -> datetime:
    return datetime(first.year, first.month, first.day, rng.randint(7, 16), rng.randint(0, 59)) + timedelta(days=rng.randint(0, days))


def dossiers(rng: random.Random, n: int) -> Table:
    """Return dossiers of the one-stop software with their right figures."""
    sets = {
        "dossier_id": rng.choice(("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ")),
        "received": rng.choice(("Ngày tiếp nhận", "Thời gian tiếp nhận", "Ngày nhận", "Ngày tiếp nhận hồ sơ")),
        "due": rng.choice(("Ngày hẹn trả", "Ngày hẹn trả kết quả", "Hạn trả", "Hạn giải quyết", "Thời gian hẹn trả")),
        "ended": rng.choice(("Ngày kết thúc xử lý", "Ngày có kết quả", "Ngày hoàn thành", "Ngày giải quyết xong")),
        "status": rng.choice(("Trạng thái hồ sơ", "Trạng thái", "Tình trạng", "Tình trạng xử lý")),
        "channel": rng.choice(
            ("Hình thức nộp", "Kênh tiếp nhận", "Hình thức tiếp nhận", "Kênh nộp", "Trực tuyến", "Phương thức nộp", "Nguồn")
        ),
    }
    time, person = rng.choice(("Thời gian", "Ngày, tháng, năm", "")), rng.choice(("Người nộp", "Tổ chức, cá nhân", ""))
    names = ["STT", "dossier_id", "procedure", "field", "who", "phone", "received", "due", "ended", "status", "channel", "note"]
    texts = {
        "STT": ("", rng.choice(("STT", "TT", "Số TT"))),
        "procedure": ("", rng.choice(("Tên thủ tục hành chính", "Tên thủ tục", "Nội dung hồ sơ"))),
        "field": ("", rng.choice(("Lĩnh vực", "Tên lĩnh vực"))),
        "who": (person, rng.choice(("Họ và tên", "Chủ hồ sơ", "Người nộp hồ sơ"))),
        "phone": (person, rng.choice(("Số điện thoại", "Điện thoại", "Điện thoại liên lạc"))),
        "note": ("", "Ghi chú"),
    } | {name: (time if name in ("received", "due", "ended") else "", text) for name, text in sets.items()}
    gone = {name for name in ("procedure", "field", "who", "phone", "note", "STT") if rng.random() < 0.25}
    if not time and rng.random() < 0.3:
        names[6:9] = rng.sample(names[6:9], 3)
    names = [name for name in names if name not in gone]
    units = rng.random() < 0.35
    if units:
        names.insert(rng.choice((1, len(names) - 1)), "unit")
        texts["unit"] = ("", rng.choice(("Đơn vị", "Đơn vị giải quyết", "Cơ quan giải quyết", "Đơn vị xử lý")))
    style = {name: rng.choice(STYLES) for name in ("received", "due", "ended")}
    if rng.random() < 0.5:
        style = dict.fromkeys(style, rng.choice(STYLES))
    as_number, ticked = rng.random() < 0.15, sets["channel"] == "Trực tuyến"
    tick = rng.choice((("x", ""), ("Có", "Không"), (1, ""), ("X", ""), (1, 0)))
    words = {name: spelt(rng, word) for some in (*STATUSES.values(), *CHANNELS.values()) for word in some for name in (word,)}
    rows, count = [], dict.fromkeys(("received", "counter", "online", "postal", "on_time", "ended", "pending"), 0)
    for at in range(1, n + 1):
        received = _moment(rng)
        due = received.replace(hour=17, minute=0) + timedelta(days=rng.randint(3, 20))
        status = rng.choice(("processing", "received", "supplement", "resolved", "returned", "resolved", "returned"))
        ended = None
        if status in ("resolved", "returned"):
            ended = due.replace(hour=15) + timedelta(days=rng.choice((-1, -2, 0, 1, 4)))
            count["ended"] += 1
            count["on_time"] += ended.date() <= due.date()
        else:
            count["pending"] += 1
        channel = rng.choice(("counter", "online") if ticked else ("counter", "online", "postal"))
        count["received"] += 1
        count[channel] += 1
        cells = {
            "STT": at,
            "dossier_id": 2021000000 + at if as_number else f"H20.38-{received:%y%m%d}-{at:04d}",
            "procedure": "Cấp bản sao trích lục hộ tịch",
            "field": rng.choice(("Đất đai", "Chứng thực", "Hộ tịch")),
            "who": rng.choice(CITIZENS),
            "phone": "0912345678",
            "received": written(received, style["received"]),
            "due": written(due, style["due"]),
            "ended": "" if ended is None else written(ended, style["ended"]),
            "status": words[rng.choice(STATUSES[status])],
            "channel": tick[channel == "counter"] if ticked else words[rng.choice(CHANNELS[channel])],
            "note": rng.choice(("", "", "đã nhắn tin")),
            "unit": UNITS[(at - 1) * len(UNITS) // n],
        }
        rows.append([cells[name] for name in names])
    figures = {
        "dossiers_received": (count["received"], None),
        "resolved_on_time": (count["on_time"], count["ended"]),
        "dossiers_pending": (count["pending"], None),
        **{f"channel {name}": (count[name], None) for name in CHANNELS},
    }
    headings = [(texts[name][0], texts[name][1]) for name in names]
    title = rng.choice(("DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT", "SỔ THEO DÕI HỒ SƠ", "Báo cáo chi tiết hồ sơ"))
    return Table(
        title, rng.choice(("HoSo", "Danh sách hồ sơ", "xuat_ho_so")), headings, rows, figures, names.index("unit") if units else -1
    )


def documents(rng: random.Random, n: int) -> Table:
    """Return a register of outgoing documents as NĐ 30/2020/NĐ-CP has it."""
    names = ["STT", "number", "day", "type", "about", "signer", "to", "sent", "secrecy"]
    texts = {
        "STT": rng.choice(("STT", "TT", "Số thứ tự")),
        "number": rng.choice(("Số, ký hiệu văn bản", "Số, ký hiệu", "Số ký hiệu văn bản", "Số và ký hiệu")),
        "day": rng.choice(("Ngày tháng văn bản", "Ngày, tháng văn bản", "Ngày ban hành", "Ngày văn bản")),
        "type": "Loại văn bản",
        "about": rng.choice(("Tên loại và trích yếu nội dung văn bản", "Trích yếu")),
        "signer": "Người ký",
        "to": rng.choice(("Nơi nhận", "Nơi nhận văn bản")),
        "sent": rng.choice(("Hình thức gửi", "Phương thức gửi")),
        "secrecy": rng.choice(("Độ mật", "Mức độ mật")),
    }
    gone = {name for name in ("STT", "type", "to", "secrecy") if rng.random() < 0.4}
    names = [name for name in names if name not in gone]
    style = rng.choice(STYLES[:3] + STYLES[9:])
    ordinary = rng.choice(("", "", "Thường", "Bình thường", "Không mật"))
    words = {word: spelt(rng, word) for word in (*SENT, *PAPER, "Mật", "Tối mật", "Tuyệt mật", ordinary)}
    rows, sent, counted = [], 0, 0
    for at in range(1, n + 1):
        secret = "secrecy" in names and rng.random() < 0.1
        electronic = rng.random() < 0.7
        counted += not secret
        sent += electronic and not secret
        cells = {
            "STT": at,
            "number": f"{at:02d}/UBND-VX",
            "day": written(_moment(rng, days=360), style),
            "type": rng.choice(("Công văn", "Quyết định", "Báo cáo")),
            "about": "V/v báo cáo công tác cải cách hành chính",
            "signer": rng.choice(SIGNERS),
            "to": "UBND tỉnh",
            "sent": words[rng.choice(SENT if electronic else PAPER)],
            "secrecy": words[rng.choice(("Mật", "Tối mật", "Tuyệt mật"))] if secret else words[ordinary],
        }
        rows.append([cells[name] for name in names])
    title = rng.choice(("SỔ ĐĂNG KÝ VĂN BẢN ĐI NĂM 2021", "SỔ VĂN BẢN ĐI"))
    name = rng.choice(("SoVanBanDi", "Sổ văn bản đi 2021"))
    return Table(title, name, [("", texts[name]) for name in names], rows, {"electronic_exchange": (sent, counted)})


def meetings(rng: random.Random, n: int) -> Table:
    """Return a list of meetings in which paperless ones are ticked."""
    names = ["STT", "name", "day", "place", "chair", "how", "paperless"]
    texts = {
        "STT": "STT",
        "name": rng.choice(("Tên cuộc họp", "Loại cuộc họp")),
        "day": rng.choice(("Thời gian", "Ngày họp", "Thời gian họp", "Ngày tổ chức")),
        "place": "Địa điểm",
        "chair": "Chủ trì",
        "how": "Hình thức họp",
        "paperless": rng.choice(("Họp không giấy", "Họp không giấy (x)", "Không giấy")),
    }
    names = [name for name in names if name not in {name for name in ("STT", "place", "how") if rng.random() < 0.3}]
    style = rng.choice(STYLES)
    yes, no = rng.choice((("x", ""), ("Có", "Không"), (1, 0), ("X", ""), ("Có", "")))
    kinds = ("Họp UBND", "Kỳ họp HĐND")
    words = {word: spelt(rng, word) for word in kinds}
    rows, paperless = [], 0
    for at in range(1, n + 1):
        without = at == 1 or rng.random() < 0.6
        paperless += without
        cells = {
            "STT": at,
            "name": words[rng.choice(kinds)],
            "day": written(_moment(rng, days=360), style),
            "place": "Hội trường",
            "chair": rng.choice(SIGNERS),
            "how": rng.choice(("Trực tiếp", "Trực tuyến", "Kết hợp")),
            "paperless": yes if without else no,
        }
        rows.append([cells[name] for name in names])
    title = rng.choice(("DANH SÁCH CUỘC HỌP NĂM 2021", "LỊCH HỌP CỦA UBND HUYỆN"))
    return Table(
        title, rng.choice(("CuocHop", "Lịch họp")), [("", texts[name]) for name in names], rows, {"paperless_meetings": (paperless, n)}
    )


# --- Dressing


@dataclass
class Sheet:
    """A dressed sheet: rows of cells, merged areas (top, left, bottom, right) and hidden rows, all from 0."""

    rows: list[Row]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


def dress(rng: random.Random, table: Table, rows: Sequence[Row], headings: Sequence[tuple[str, str]]) -> Sheet:  # noqa: C901, PLR0912, PLR0915
    """Return a sheet of some records of a table, with titles, headings, groups, totals, signatures and notes."""
    sheet, width = Sheet([]), len(headings)
    put = sheet.rows.append
    if rng.random() < 0.7:
        put(["ỦY BAN NHÂN DÂN HUYỆN THÁP MƯỜI", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"][: rng.choice((1, 4))])
        put(["BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ", "", "", "Độc lập - Tự do - Hạnh phúc"][: rng.choice((1, 4))])
    if rng.random() < 0.5:
        put([])
    put(["", "", table.title] if rng.random() < 0.3 else [table.title])
    if rng.random() < 0.5 and sheet.rows[-1][0]:
        sheet.merged.append((len(sheet.rows) - 1, 0, len(sheet.rows) - 1, width - 1))
    if rng.random() < 0.6:
        put(["Từ ngày 01/01/2021 đến ngày 31/12/2021"])
    if rng.random() < 0.5:
        put([])
    tall = any(group for group, _ in headings)
    if tall:
        top: Row = [group or text for group, text in headings]
        for at in range(width - 1, 0, -1):
            if headings[at][0] and headings[at][0] == headings[at - 1][0]:
                top[at] = ""
        over = width >= 2 and rng.random() < 0.3  # a third row above: «Thông tin hồ sơ» over all but the first
        if over:
            put([top[0], "Thông tin chi tiết", *[""] * (width - 2)])
            sheet.merged.append((len(sheet.rows) - 1, 1, len(sheet.rows) - 1, width - 1))
        put(["", *top[1:]] if over else top)
        put([text if group else "" for group, text in headings])
        first = len(sheet.rows) - 2
        for at, (group, _) in enumerate(headings):
            if not group:
                sheet.merged.append((first - (over and at == 0), at, first + 1, at))
            elif top[at]:
                last = at
                while last + 1 < width and headings[last + 1][0] == group:
                    last += 1
                if last > at:
                    sheet.merged.append((first, at, first, last))
    else:
        put([text for _, text in headings])
    if rng.random() < 0.4:
        put([f"({at})" for at in range(1, width + 1)] if rng.random() < 0.7 else list(range(1, width + 1)))

    def line(text: str, places: int = 3) -> None:
        row: Row = [""] * width
        row[rng.randrange(min(places, width))] = text
        put(row)

    groups = rng.random() < 0.3
    for at, row in enumerate(rows):
        if groups and at % 7 == 0:
            line(rng.choice(GROUPS), 1)
        if rng.random() < 0.03:
            put([])
        if rng.random() < 0.04:
            sheet.hidden.append(len(sheet.rows))
        put(list(row))
        if groups and at % 7 == 6:
            line(rng.choice(TOTALS[:4]))
    if rng.random() < 0.6:
        row = [""] * width
        row[rng.randrange(min(2, width))] = rng.choice(TOTALS)
        row[rng.randrange(2, width)] = rng.choice((len(rows), f"{len(rows)} hồ sơ", ""))
        put(row)
    if rng.random() < 0.3:
        put([])
        line(rng.choice(NOTES), 1)
    if rng.random() < 0.7:
        put([])
        foot: Row = [""] * width
        foot[width - 2] = "Tháp Mười, ngày 05 tháng 01 năm 2022"
        put(foot)
        for left, right in (("Người lập biểu", "TRƯỞNG BỘ PHẬN"), ("(Ký, ghi rõ họ tên)", ""), (SIGNERS[0], SIGNERS[1])):
            foot = [""] * width
            foot[min(1, width - 1)], foot[width - 2] = left, right
            put(foot)
    _merge_down(sheet, table.down, rng)
    return sheet


def _merge_down(sheet: Sheet, column: int, rng: random.Random) -> None:
    """Merge equal cells of a column that stand one below the other, in records only."""
    at = 0
    while column >= 0 and at < len(sheet.rows):
        said = [row[column] if len(row) > column else "" for row in sheet.rows]
        end = at
        while said[at] in UNITS and end + 1 < len(said) and said[end + 1] == said[at]:
            end += 1
        if end > at and rng.random() < 0.8:
            sheet.merged.append((at, column, end, column))
            for row in sheet.rows[at + 1 : end + 1]:
                row[column] = ""
        at = end + 1


# --- Kinds of files


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}" if (cell.hour or cell.minute) else f"{cell:%d/%m/%Y}"
    return str(cell)


def xlsx(sheets: dict[str, Sheet]) -> bytes:
    """Return sheets as a workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        shown = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, sheet in sheets.items():
            page = book.add_worksheet(name)
            for top, left, bottom, right in sheet.merged:
                page.merge_range(top, left, bottom, right, "")
            for at, row in enumerate(sheet.rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        page.write_datetime(at, place, cell, shown)
                    elif cell != "":
                        page.write(at, place, cell)
            for at in sheet.hidden:
                page.set_row(at, None, None, {"hidden": True})
    return out.getvalue()


def html_xls(sheet: Sheet) -> bytes:
    """Return a sheet as the HTML that web software calls .xls."""
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in sheet.merged}
    covered = {(r, c) for top, left, bottom, right in sheet.merged for r in range(top, bottom + 1) for c in range(left, right + 1)} - set(
        spans
    )
    width = max(map(len, sheet.rows))
    lines = []
    for at, row in enumerate(sheet.rows):
        cells = []
        for place, cell in enumerate([*row, *[""] * (width - len(row))]):
            if (at, place) in covered:
                continue
            down, across = spans.get((at, place), (1, 1))
            cells.append(f'<td rowspan="{down}" colspan="{across}">{html.escape(_text(cell))}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<html><head><meta charset="utf-8"></head><body><table border="1">{"".join(lines)}</table></body></html>'.encode()


def xml_xls(sheets: dict[str, Sheet]) -> bytes:
    """Return sheets as the XML that Excel 2003 reads, called .xls."""
    pages = []
    for name, sheet in sheets.items():
        spans = {(top, left): (bottom - top, right - left) for top, left, bottom, right in sheet.merged}
        lines = []
        for at, row in enumerate(sheet.rows, 1):
            cells = []
            for place, cell in enumerate(row, 1):
                down, across = spans.get((at - 1, place - 1), (0, 0))
                merged = f' ss:MergeDown="{down}" ss:MergeAcross="{across}"' if down or across else ""
                if cell == "":
                    continue
                if isinstance(cell, datetime):
                    kind, said = "DateTime", f"{cell:%Y-%m-%dT%H:%M:%S}.000"
                else:
                    kind, said = "Number" if isinstance(cell, int) else "String", html.escape(str(cell)).replace("\n", "&#10;")
                cells.append(f'<Cell ss:Index="{place}"{merged}><Data ss:Type="{kind}">{said}</Data></Cell>')
            lines.append(f'<Row ss:Index="{at}">{"".join(cells)}</Row>')
        pages.append(f'<Worksheet ss:Name="{name}"><Table>{"".join(lines)}</Table></Worksheet>')
    spaces = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    return f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook {spaces}>{"".join(pages)}</Workbook>'.encode()


def delimited(rng: random.Random, sheet: Sheet, encoding: str) -> bytes:
    """Return a sheet as CSV; short lines are padded, as spreadsheets do."""
    width = max(map(len, sheet.rows))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=rng.choice(",;\t"), lineterminator=rng.choice(("\n", "\r\n")))
    writer.writerows([*map(_text, row), *[""] * (width - len(row))] for row in sheet.rows)
    text = out.getvalue()
    return to_1258(text) if encoding == "windows-1258" else text.encode(encoding)


FORMS = ("xlsx", "xlsx", "xlsx", "html", "xml", "utf-8", "utf-8-sig", "utf-16", "windows-1258")


def files_of(rng: random.Random, table: Table) -> dict[str, bytes]:
    """Return the files in which an office keeps a table: one, several, or a workbook of twelve months."""
    headings = [(spelt(rng, group) if group else "", spelt(rng, text)) for group, text in table.headings]
    form, several = rng.choice(FORMS), rng.random()
    parts: list[list[Row]] = [table.rows]
    if several < 0.15:
        parts = [table.rows[at::2] for at in range(2)]
    elif several < 0.3 and form in ("xlsx", "xml"):
        parts = [table.rows[at::12] for at in range(12)]
    if form not in ("xlsx", "xml", "html"):  # a text has no merged cells: who exports one fills them or not
        table.down = -1
    sheets = [dress(rng, table, rows, headings) for rows in parts]
    named = [(f"T{at}", sheet) for at, sheet in enumerate(sheets, 1)]
    if form in ("xlsx", "xml"):
        write = xlsx if form == "xlsx" else xml_xls
        ending = "xlsx" if form == "xlsx" else "xls"
        if len(parts) == 2:
            return {f"{table.name}_{at}.{ending}": write({"Sheet1": sheet}) for at, sheet in enumerate(sheets, 1)}
        return {f"{table.name}.{ending}": write(dict(named) if len(named) > 1 else {"Sheet1": sheets[0]})}
    ending = "xls" if form == "html" else "csv"
    made = [html_xls(sheet) if form == "html" else delimited(rng, sheet, form) for sheet in sheets]
    return {f"{table.name}{f'_{at}' if len(made) > 1 else ''}.{ending}": data for at, data in enumerate(made, 1)}


def office_drawn(seed: int) -> tuple[dict[str, bytes], dict[str, tuple[int, int | None]]]:
    """Return the files of an office and its right figures."""
    rng = random.Random(seed)  # noqa: S311  no secret
    tables = [dossiers(rng, rng.randint(26, 60)), documents(rng, rng.randint(13, 40)), meetings(rng, rng.randint(13, 20))]
    files: dict[str, bytes] = {}
    figures: dict[str, tuple[int, int | None]] = {}
    for table in tables:
        files |= files_of(rng, table)
        figures |= table.figures
    return files, figures


def write_office(folder: Path, seed: int) -> dict[str, tuple[int, int | None]]:
    """Write the files of a drawn office into a folder; return its right figures."""
    files, figures = office_drawn(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / unicodedata.normalize("NFD" if seed % 2 else "NFC", name)).write_bytes(data)
    return figures
