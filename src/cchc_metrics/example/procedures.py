"""The procedures of the example: like those of a district and a commune, but with codes and weights of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ExampleProcedure:
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
    ExampleProcedure("MP-DD-01", "Đất đai", 22, 10, "working_days", "level_3", fee=True),  # đăng ký biến động
    ExampleProcedure("MP-DD-02", "Đất đai", 9, 15, "working_days", "level_2", fee=True),  # tách thửa
    ExampleProcedure("MP-DD-03", "Đất đai", 5, 30, "working_days", "level_2", fee=True),  # cấp giấy chứng nhận lần đầu
    ExampleProcedure("MP-DD-04", "Đất đai", 12, 3, "working_days", "level_3"),  # xóa thế chấp
    ExampleProcedure("MP-KD-01", "Đăng ký kinh doanh", 16, 3, "working_days", "level_4", fee=True),  # lập hộ kinh doanh
    ExampleProcedure("MP-KD-02", "Đăng ký kinh doanh", 8, 3, "working_days", "level_4", fee=True),  # thay đổi nội dung
    ExampleProcedure("MP-KD-03", "Đăng ký kinh doanh", 4, 3, "working_days", "level_4"),  # chấm dứt
    ExampleProcedure("MP-XD-01", "Xây dựng", 7, 15, "calendar_days", "level_3", fee=True),  # giấy phép nhà ở
    ExampleProcedure("MP-BT-01", "Bảo trợ xã hội", 9, 10, "working_days", "level_3"),  # trợ cấp hằng tháng
    ExampleProcedure("MP-HT-01", "Hộ tịch", 6, 3, "working_days", "level_3", fee=True),  # cải chính hộ tịch
    ExampleProcedure("MP-CT-01", "Chứng thực", 8, 4, "hours", "level_2", fee=True),  # chứng thực bản sao
    ExampleProcedure("MP-GD-01", "Giáo dục và Đào tạo", 3, 5, "working_days", "level_4", paper=False),  # chuyển trường
    ExampleProcedure("MP-NC-01", "Người có công", 4, 20, "working_days", "level_2"),  # mai táng phí
    ExampleProcedure("MP-TC-01", "Thi đua, khen thưởng", 0.4, None, "", "level_2", paper=False),
)
COMMUNE_PROCEDURES = (
    ExampleProcedure("MP-CT-01", "Chứng thực", 24, 4, "hours", "level_2", fee=True),  # chứng thực bản sao
    ExampleProcedure("MP-CT-02", "Chứng thực", 8, 2, "working_days", "level_2", fee=True),  # hợp đồng, giao dịch
    ExampleProcedure("MP-HT-11", "Hộ tịch", 16, 1, "working_days", "level_3"),  # khai sinh
    ExampleProcedure("MP-HT-12", "Hộ tịch", 6, 1, "working_days", "level_3"),  # khai tử
    ExampleProcedure("MP-HT-13", "Hộ tịch", 7, 3, "working_days", "level_3"),  # kết hôn
    ExampleProcedure("MP-HT-14", "Hộ tịch", 9, 3, "working_days", "level_4", fee=True),  # tình trạng hôn nhân
    ExampleProcedure("MP-HT-15", "Hộ tịch", 7, 0.5, "working_days", "level_4", fee=True),  # trích lục
    ExampleProcedure("MP-BT-11", "Bảo trợ xã hội", 8, 25, "working_days", "level_2"),  # xác định mức độ khuyết tật
    ExampleProcedure("MP-BT-12", "Bảo trợ xã hội", 5, 7, "working_days", "level_3"),  # hộ nghèo, hộ cận nghèo
    ExampleProcedure("MP-DD-11", "Đất đai", 6, 15, "calendar_days", "level_2"),  # xác nhận hiện trạng
    ExampleProcedure("MP-NC-11", "Người có công", 4, 5, "working_days", "level_3"),
    ExampleProcedure("MP-NN-01", "Nuôi con nuôi", 0.4, 1, "months", "level_2", fee=True),
    ExampleProcedure("MP-TD-01", "Tiếp công dân", 0.5, None, "", "level_2", paper=False),
)
