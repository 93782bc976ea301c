"""Which column a heading means: canonical names, Vietnamese headings in any spelling, and the national exchange's field names.

The table is closed and is data; a district adds its own headings under ``[headings.<kind>]`` in ``district.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cchc_metrics.errors import did_you_mean
from cchc_metrics.records.kind import Kind
from cchc_metrics.records.record import schema
from cchc_metrics.text import fold

IGNORED = ""
"""What a district's own heading map says of a column that it wants passed over."""

_UNIT = ("Mã đơn vị", "Đơn vị", "Mã cơ quan", "Cơ quan", "Cơ quan, đơn vị", "Mã ĐVHC")

# Spellings are compared without case, diacritics, spaces and punctuation, so each stands here once: «Mã hồ sơ» is also ma_ho_so and MaHoSo.
HEADINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "dossiers": {
            "dossier_id": ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ"),
            "unit_code": (*_UNIT, "Đơn vị giải quyết", "Cơ quan giải quyết", "Đơn vị xử lý", "Cơ quan thực hiện"),
            "procedure_code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính"),
            "field": ("Lĩnh vực", "Mã lĩnh vực"),
            "channel": ("Kênh thực hiện", "Kênh tiếp nhận", "Hình thức tiếp nhận", "Hình thức nộp", "Kênh nộp"),
            "service_level": ("Mức độ", "Mức độ DVC", "Mức độ dịch vụ công", "Mức độ dịch vụ công trực tuyến"),
            "status": ("Trạng thái hồ sơ", "Trạng thái", "Tình trạng", "Tình trạng hồ sơ"),
            "submitted_at": ("Ngày nộp hồ sơ", "Ngày nộp", "Thời gian nộp", "Thời điểm nộp"),
            "received_at": ("Ngày tiếp nhận", "Thời gian tiếp nhận", "Thời điểm tiếp nhận", "Ngày nhận", "Ngày tiếp nhận hồ sơ"),
            "due_at": ("Ngày hẹn trả", "Ngày hẹn trả kết quả", "Hạn trả", "Hạn giải quyết", "Hạn xử lý", "Thời gian hẹn trả"),
            "ended_at": ("Ngày kết thúc xử lý", "Ngày kết thúc", "Ngày xử lý xong", "Ngày giải quyết xong", "Ngày hoàn thành"),
            "returned_at": ("Ngày trả", "Ngày trả kết quả", "Thời gian trả kết quả"),
            "term": ("Thời hạn", "Thời hạn giải quyết", "Thời hạn xử lý"),
            "term_unit": ("Đơn vị thời hạn", "Đơn vị tính thời hạn", "Đơn vị tính"),
            "paused_days": ("Số ngày tạm dừng", "Số ngày chờ bổ sung", "Số ngày chờ"),
            "supplement_requests": ("Số lần yêu cầu bổ sung", "Số lần bổ sung"),
            "postal_in": ("Nộp qua bưu chính", "Tiếp nhận qua bưu chính", "Nộp qua BCCI", "Tiếp nhận qua BCCI"),
            "postal_out": ("Trả qua bưu chính", "Trả kết quả qua bưu chính", "Trả qua BCCI", "Trả kết quả qua BCCI"),
            "fee_due": ("Có nghĩa vụ tài chính", "Phải nộp phí, lệ phí", "Có phí, lệ phí"),
            "paid_online": ("Thanh toán trực tuyến", "Được thanh toán trực tuyến"),
            "digitised": ("Số hóa", "Trạng thái số hóa", "Số hóa hồ sơ", "Hồ sơ có thành phần số hóa"),
        },
        "dossier_events": {
            "dossier_id": ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ"),
            "kind": ("Loại", "Diễn biến", "Sự kiện", "Nội dung"),
            "happened_at": ("Ngày", "Thời điểm", "Thời gian"),
            "due_at": ("Hẹn lại đến", "Ngày hẹn trả mới", "Hạn mới"),
        },
        "procedures": {
            "procedure_code": ("Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính"),
            "name": ("Tên TTHC", "Tên thủ tục", "Tên thủ tục hành chính"),
            "field": ("Lĩnh vực", "Mã lĩnh vực"),
            "channel": ("Kênh thực hiện", "Kênh tiếp nhận"),
            "valid_from": ("Hiệu lực từ", "Áp dụng từ"),
            "valid_to": ("Hiệu lực đến", "Áp dụng đến"),
            "term": ("Thời hạn", "Thời hạn giải quyết"),
            "term_unit": ("Đơn vị thời hạn", "Đơn vị tính"),
            "cut_off": ("Giờ chốt", "Giờ chốt tiếp nhận"),
        },
        "petitions": {
            "petition_id": ("Mã phản ánh, kiến nghị", "Mã PAKN", "Số PAKN"),
            "unit_code": (*_UNIT, "Đơn vị xử lý", "Đơn vị trả lời"),
            "topic": ("Chủ đề", "Lĩnh vực"),
            "received_at": ("Ngày tiếp nhận", "Ngày nhận"),
            "refused_at": ("Ngày từ chối",),
            "supplement_requested_at": ("Ngày yêu cầu bổ sung",),
            "resolved_at": ("Ngày trả lời", "Ngày xử lý xong"),
            "published_at": ("Ngày công khai", "Ngày công bố"),
            "satisfied": ("Hài lòng",),
        },
        "documents": {
            "document_id": ("Số, ký hiệu", "Số và ký hiệu", "Số ký hiệu văn bản", "Số văn bản", "Mã văn bản", "Số hiệu"),
            "unit_code": (*_UNIT, "Đơn vị ban hành", "Cơ quan ban hành"),
            "issued_on": ("Ngày ban hành", "Ngày văn bản", "Ngày ký"),
            "direction": ("Loại văn bản", "Chiều văn bản", "Văn bản đi/đến", "Hướng văn bản"),
            "electronic": ("Điện tử", "Văn bản điện tử"),
            "signed_by_person": ("Ký số cá nhân", "Chữ ký số cá nhân", "Ký số của người có thẩm quyền"),
            "signed_by_agency": ("Ký số cơ quan", "Chữ ký số cơ quan", "Ký số của cơ quan, tổ chức"),
            "exchanged": ("Gửi qua trục liên thông", "Gửi, nhận qua trục", "Liên thông", "Gửi điện tử liên thông", "Trao đổi qua trục"),
            "secrecy": ("Độ mật", "Mức độ mật"),
        },
        "meetings": {
            "meeting_id": ("Mã cuộc họp", "Số cuộc họp"),
            "unit_code": (*_UNIT, "Đơn vị tổ chức", "Đơn vị chủ trì", "Cơ quan chủ trì"),
            "kind": ("Loại cuộc họp", "Loại", "Loại họp", "Hình thức họp"),
            "status": ("Trạng thái", "Tình trạng"),
            "held_on": ("Ngày họp", "Ngày tổ chức", "Thời gian họp"),
            "paperless": ("Họp không giấy", "Không giấy", "Phòng họp không giấy", "Cuộc họp không giấy"),
            "secrecy": ("Độ mật", "Mức độ mật"),
        },
        "outreach": {
            "activity_id": ("Mã hoạt động", "Số hoạt động"),
            "unit_code": (*_UNIT, "Đơn vị thực hiện", "Đơn vị tổ chức"),
            "channel": ("Hình thức", "Hình thức tuyên truyền", "Kênh", "Kênh tuyên truyền"),
            "held_on": ("Ngày thực hiện", "Ngày tổ chức", "Ngày", "Thời gian thực hiện", "Ngày phát sóng"),
            "topic": ("Chủ đề", "Nội dung", "Nội dung tuyên truyền"),
            "reach": ("Số lượt", "Số người tiếp cận", "Lượt tiếp cận", "Số lượt tiếp cận", "Số người tham dự"),
        },
        "initiatives": {
            "initiative_id": ("Mã mô hình", "Mã sáng kiến"),
            "name": ("Tên mô hình", "Mô hình", "Tên sáng kiến", "Tên"),
            "unit_code": (*_UNIT, "Đơn vị áp dụng"),
            "adopted_on": ("Ngày áp dụng", "Ngày triển khai"),
            "status": ("Trạng thái", "Tình trạng"),
        },
        "surveys": {
            "response_id": ("Mã phiếu", "Số phiếu"),
            "unit_code": (*_UNIT, "Đơn vị được đánh giá", "Cơ quan được đánh giá"),
            "answered_on": ("Ngày trả lời", "Ngày khảo sát", "Ngày đánh giá"),
            "question": ("Câu hỏi", "Nội dung khảo sát", "Nội dung đánh giá"),
            "score": ("Điểm", "Mức độ hài lòng", "Mức hài lòng", "Trả lời"),
        },
    }
)
"""Kind → canonical column → the other headings by which it is known."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What the headings of a table were found to mean.

    Args:
        positions: canonical column → position of its heading, in the order of the headings.
        duplicates: (canonical column, the headings that all mean it); the table cannot be used, since choosing one would be a guess.
        missing: required columns without a heading; the table cannot be used.
        unknown: (position, nearest known heading or ``""``) of columns that are ignored.
    """

    positions: Mapping[str, int]
    duplicates: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[tuple[int, str], ...] = ()

    @property
    def usable(self) -> bool:
        """Whether every required column is there, and none twice."""
        return not self.duplicates and not self.missing


def heading_key(heading: str) -> str:
    """Return the form by which headings are compared: folded, and without spaces and punctuation.

    >>> heading_key("Mã hồ sơ (*)") == heading_key("MaHoSo") == heading_key("MÃ_HỒ_SƠ")
    True
    """
    return re.sub(r"[\W_]+", "", fold(heading))


def match_headings(kind: Kind, headings: Sequence[str], own: Mapping[str, str] | None = None) -> Matched:
    """Return what the headings of a kind's table mean; nothing is guessed from nearness.

    Args:
        kind: the kind.
        headings: the headings as written.
        own: the district's heading → canonical column (``""``: pass the column over); it wins over the packaged table.

    >>> from cchc_metrics.records.kinds import KINDS
    >>> found = match_headings(KINDS["surveys"], ["Ma phieu", "ĐƠN VỊ", "ngay_tra_loi", "Điểm", "Điện thoại"])
    >>> found.positions, found.unknown
    ({'response_id': 0, 'unit_code': 1, 'answered_on': 2, 'score': 3}, ((4, ''),))
    """
    places: dict[str, list[int]] = {}
    unknown = []
    for position, (heading, column) in enumerate(zip(headings, meanings(kind, headings, own), strict=True)):
        if column is None:
            unknown.append((position, did_you_mean(heading, spellings(kind)) if heading.strip() else ""))
        elif column != IGNORED:
            places.setdefault(column, []).append(position)
    return Matched(
        {column: found[0] for column, found in places.items()},
        tuple((column, tuple(headings[p] for p in found)) for column, found in places.items() if len(found) > 1),
        tuple(spec.name for spec in schema(kind.model) if spec.required and spec.name not in places),
        tuple(unknown),
    )


def meanings(kind: Kind, headings: Sequence[str], own: Mapping[str, str] | None = None) -> list[str | None]:
    """Return what each heading means: a canonical column, ``""`` for one to be passed over, None for one that is not known.

    Args:
        kind: the kind.
        headings: the headings as written.
        own: the district's heading → canonical column.
    """
    known = dict(known_headings(kind))
    known.update((heading_key(heading), column) for heading, column in (own or {}).items())
    return [known.get(heading_key(heading)) for heading in headings]


def known_positions(kind: Kind, headings: Sequence[str], own: Mapping[str, str] | None = None) -> list[int]:
    """Return the positions of the headings that mean a column; see ``meanings``."""
    return [position for position, column in enumerate(meanings(kind, headings, own)) if column]


def spellings(kind: Kind, column: str = "") -> tuple[str, ...]:
    """Return every heading by which the columns of a kind, or one of them, are known; canonical names first."""
    columns = [column] if column else [spec.name for spec in schema(kind.model)]
    return (*columns, *(other for name in columns for other in HEADINGS.get(kind.name, {}).get(name, ())))


@cache
def known_headings(kind: Kind) -> Mapping[str, str]:
    """Return compared form → canonical column, for one kind; a kind that is not packaged has its canonical names only."""
    return MappingProxyType(
        {heading_key(spelling): spec.name for spec in schema(kind.model) for spelling in spellings(kind, spec.name)},
    )
