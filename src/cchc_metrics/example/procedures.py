"""The procedures of the example: like those of a district and a commune, but with codes and weights of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure (thủ tục hành chính).

    Args:
        code: synthetic code.
        field: field (lĩnh vực).
        weight: how often it is asked for.
        term: length of the time limit, None where the procedure has none.
        term_unit: unit of the term.
        service_level: level of its online service (mức độ 2, 3 or 4).
        fee: whether there is a fee.
        paper: whether there is a paper result, so that digitisation concerns it.
    """

    code: str
    field: str
    weight: float
    term: float | None
    term_unit: Literal["working_days", "calendar_days", "hours", "months", ""]
    service_level: Literal["level_2", "level_3", "level_4"]
    fee: bool = False
    paper: bool = True

    @property
    def online(self) -> bool:
        """Whether it can be filed online."""
        return self.service_level in ("level_3", "level_4")

    @property
    def by_post(self) -> bool:
        """Whether it is slow enough to be sent by post."""
        return self.term_unit != "hours" and self.term is not None


DISTRICT_PROCEDURES = (
    Procedure("MP-DD-01", "Đất đai", 22, 10, "working_days", "level_3", fee=True),  # đăng ký biến động
    Procedure("MP-DD-02", "Đất đai", 9, 15, "working_days", "level_2", fee=True),  # tách thửa
    Procedure("MP-DD-03", "Đất đai", 5, 30, "working_days", "level_2", fee=True),  # cấp giấy chứng nhận lần đầu
    Procedure("MP-DD-04", "Đất đai", 12, 3, "working_days", "level_3"),  # xóa thế chấp
    Procedure("MP-KD-01", "Đăng ký kinh doanh", 16, 3, "working_days", "level_4", fee=True),  # lập hộ kinh doanh
    Procedure("MP-KD-02", "Đăng ký kinh doanh", 8, 3, "working_days", "level_4", fee=True),  # thay đổi nội dung
    Procedure("MP-KD-03", "Đăng ký kinh doanh", 4, 3, "working_days", "level_4"),  # chấm dứt
    Procedure("MP-XD-01", "Xây dựng", 7, 15, "calendar_days", "level_3", fee=True),  # giấy phép nhà ở
    Procedure("MP-BT-01", "Bảo trợ xã hội", 9, 10, "working_days", "level_3"),  # trợ cấp hằng tháng
    Procedure("MP-HT-01", "Hộ tịch", 6, 3, "working_days", "level_3", fee=True),  # cải chính hộ tịch
    Procedure("MP-CT-01", "Chứng thực", 8, 4, "hours", "level_2", fee=True),  # chứng thực bản sao
    Procedure("MP-GD-01", "Giáo dục và Đào tạo", 3, 5, "working_days", "level_4", paper=False),  # chuyển trường
    Procedure("MP-NC-01", "Người có công", 4, 20, "working_days", "level_2"),  # mai táng phí
    Procedure("MP-TC-01", "Thi đua, khen thưởng", 0.4, None, "", "level_2", paper=False),
)
COMMUNE_PROCEDURES = (
    Procedure("MP-CT-01", "Chứng thực", 24, 4, "hours", "level_2", fee=True),  # chứng thực bản sao
    Procedure("MP-CT-02", "Chứng thực", 8, 2, "working_days", "level_2", fee=True),  # hợp đồng, giao dịch
    Procedure("MP-HT-11", "Hộ tịch", 16, 1, "working_days", "level_3"),  # khai sinh
    Procedure("MP-HT-12", "Hộ tịch", 6, 1, "working_days", "level_3"),  # khai tử
    Procedure("MP-HT-13", "Hộ tịch", 7, 3, "working_days", "level_3"),  # kết hôn
    Procedure("MP-HT-14", "Hộ tịch", 9, 3, "working_days", "level_4", fee=True),  # tình trạng hôn nhân
    Procedure("MP-HT-15", "Hộ tịch", 7, 0.5, "working_days", "level_4", fee=True),  # trích lục
    Procedure("MP-BT-11", "Bảo trợ xã hội", 8, 25, "working_days", "level_2"),  # xác định mức độ khuyết tật
    Procedure("MP-BT-12", "Bảo trợ xã hội", 5, 7, "working_days", "level_3"),  # hộ nghèo, hộ cận nghèo
    Procedure("MP-DD-11", "Đất đai", 6, 15, "calendar_days", "level_2"),  # xác nhận hiện trạng
    Procedure("MP-NC-11", "Người có công", 4, 5, "working_days", "level_3"),
    Procedure("MP-NN-01", "Nuôi con nuôi", 0.4, 1, "months", "level_2", fee=True),
    Procedure("MP-TD-01", "Tiếp công dân", 0.5, None, "", "level_2", paper=False),
)
