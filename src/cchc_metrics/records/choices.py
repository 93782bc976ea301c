"""The closed lists of the field, with the codes and spellings that real exports use."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final, Self

from cchc_metrics.records.codes import Code
from cchc_metrics.records.fields import CellError, Choice, cell_text
from cchc_metrics.text import word_key

_BODY: Final = re.compile(r"\b(?:ubnd|hdnd|nhan dan)\b")
_TIMED: Final = re.compile(r"(?P<status>.+) (?:truoc|som|dung|trong|con|qua|tre|cham) (?:thoi )?han")
"""A status word, compared form, with a judgement of the timing behind it: «Đã giải quyết đúng hạn»."""
_AMOUNT: Final = r"(?:thoi )?(?:han\b|\d+ (?:ngai|gio)\b)"
_JUDGEMENTS: Final = {
    "early": re.compile(rf"\b(?:truoc|som) {_AMOUNT}"),
    "in_time": re.compile(rf"\b(?:dung|trong|con|con lai|chua den) {_AMOUNT}"),
    "late": re.compile(rf"\b(?:qua|tre|cham) {_AMOUNT}"),
}
_DENIED: Final = re.compile(r"\b(?:khong|chua (?!den))")


class Channel(Choice):
    """How a dossier came in (kênh thực hiện); the national portal reads an empty channel as counter."""

    COUNTER = "counter", "trực tiếp", ("1", "tại quầy", "một cửa", "tt", "nộp trực tiếp", "tại bộ phận một cửa")
    ONLINE = "online", "trực tuyến", ("2", "qua mạng", "nộp trực tuyến", "dvc trực tuyến", "dịch vụ công trực tuyến", "cổng dvc")
    POSTAL = "postal", "bưu chính công ích", ("3", "bưu chính", "bcci", "qua bcci", "bưu điện", "qua bưu điện", "dịch vụ bưu chính")

    @classmethod
    def blank(cls) -> Channel:
        """Return ``counter``, as the national portal does."""
        return cls.COUNTER


class ServiceLevel(Choice):
    """Level of the online service: mức độ 1–4 until 2022; toàn trình and một phần since NĐ 42/2022/NĐ-CP. Not mapped onto each other."""

    UNKNOWN = "unknown", "không rõ"
    LEVEL_1 = "level_1", "mức độ 1", ("1", "muc 1")
    LEVEL_2 = "level_2", "mức độ 2", ("2", "muc 2")
    LEVEL_3 = "level_3", "mức độ 3", ("3", "muc 3")
    LEVEL_4 = "level_4", "mức độ 4", ("4", "muc 4")
    PARTIAL = "partial", "một phần", ("dvc một phần",)
    FULL = "full", "toàn trình", ("dvc toàn trình",)

    @classmethod
    def blank(cls) -> ServiceLevel:
        """Return ``unknown``."""
        return cls.UNKNOWN


class ProactiveLevel(Choice):
    """Level of a proactive service (dịch vụ công chủ động) of NĐ 224/2026/NĐ-CP: levels of its own, not mức độ 1–4 of before 2022."""

    UNKNOWN = "unknown", "không rõ"
    NONE = "none", "không chủ động", ("0", "không")
    PROACTIVE_1 = "proactive_1", "chủ động mức độ 1", ("1", "mức độ 1", "mức 1")
    PROACTIVE_2 = "proactive_2", "chủ động mức độ 2", ("2", "mức độ 2", "mức 2")
    PROACTIVE_3 = "proactive_3", "chủ động mức độ 3", ("3", "mức độ 3", "mức 3")
    PROACTIVE_4 = "proactive_4", "chủ động mức độ 4", ("4", "mức độ 4", "mức 4")

    @classmethod
    def blank(cls) -> ProactiveLevel:
        """Return ``unknown``."""
        return cls.UNKNOWN


class Tier(Choice):
    """The level of government that handles a procedure (cấp thực hiện)."""

    UNKNOWN = "unknown", "không rõ"
    CENTRAL = "central", "cấp trung ương", ("trung ương", "bộ", "cấp bộ")
    PROVINCE = "province", "cấp tỉnh", ("tỉnh",)
    DISTRICT = "district", "cấp huyện", ("huyện",)
    COMMUNE = "commune", "cấp xã", ("xã",)

    @classmethod
    def blank(cls) -> Tier:
        """Return ``unknown``."""
        return cls.UNKNOWN


class Interlinked(Choice):
    """Whether a procedure is interlinked (liên thông): between agencies of one level, or of several."""

    UNKNOWN = "unknown", "không rõ"
    NONE = "none", "không liên thông", ("không",)
    SAME_LEVEL = "same_level", "liên thông cùng cấp", ("cùng cấp",)
    SEVERAL_LEVELS = "several_levels", "liên thông nhiều cấp", ("nhiều cấp", "giữa các cấp", "liên thông giữa các cấp")

    @classmethod
    def blank(cls) -> Interlinked:
        """Return ``unknown``."""
        return cls.UNKNOWN


class Status(Choice):
    """Status of a dossier in the national exchange (trạng thái hồ sơ), codes 1–10."""

    SUBMITTED = "submitted", "mới đăng ký", ("1", "mới", "chờ tiếp nhận", "hồ sơ chờ tiếp nhận")
    RECEIVED = "received", "được tiếp nhận", ("2", "đã tiếp nhận", "mới tiếp nhận")
    REFUSED = "refused", "không được tiếp nhận", ("3", "từ chối", "từ chối tiếp nhận", "không tiếp nhận", "trả lại hồ sơ")
    PROCESSING = (
        "processing",
        "đang xử lý",
        ("4", "đang giải quyết", "đang thụ lý", "chờ xử lý", "chờ phân công", "trình ký", "chờ ký"),
    )
    SUPPLEMENT_REQUESTED = (
        "supplement_requested",
        "yêu cầu bổ sung giấy tờ",
        ("5", "bổ sung", "chờ bổ sung", "yêu cầu bổ sung", "đang chờ bổ sung"),
    )
    PAYMENT_REQUESTED = "payment_requested", "yêu cầu thực hiện nghĩa vụ tài chính", ("6", "chờ thanh toán", "chờ nộp phí")
    WITHDRAWN = "withdrawn", "công dân yêu cầu rút hồ sơ", ("7", "rút hồ sơ", "công dân rút hồ sơ", "xin rút", "đã hủy")
    STOPPED = "stopped", "dừng xử lý", ("8", "tạm dừng")
    RESOLVED = (
        "resolved",
        "đã xử lý xong",
        ("9", "đã giải quyết", "hoàn thành", "đã hoàn thành", "đã có kết quả", "có kết quả", "chờ trả kết quả"),
    )
    RETURNED = "returned", "đã trả kết quả", ("10", "trả kết quả", "đã trả")

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the status that a cell means; a judgement of the timing behind it is not read: «Đã giải quyết đúng hạn» is resolved.

        >>> Status.parse("Hoàn thành trễ hạn").value, Status.parse("Đã trả kết quả (trước hạn)").value
        ('resolved', 'returned')
        """
        try:
            return super().parse(value)
        except CellError as error:
            timed = _TIMED.fullmatch(word_key(cell_text(value))) if error.code is Code.UNKNOWN_CODE else None
            if timed is None:
                raise
            for word in (timed["status"], f"{timed['status']} xong"):  # «Đã xử lý» alone could be one step of several
                with suppress(CellError):
                    return super().parse(word)
            raise


class StatedTiming(Choice):
    """What a file itself says of a dossier's timing: a judgement, compared with the dates and counted nowhere."""

    NOT_SAID = "not_said", "không ghi"
    EARLY = "early", "trước hạn"
    IN_TIME = "in_time", "đúng hạn", ("trong hạn", "còn hạn")
    LATE = "late", "quá hạn", ("trễ hạn",)

    @classmethod
    def blank(cls) -> StatedTiming:
        """Return ``not_said``."""
        return cls.NOT_SAID

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the judgement that a cell holds, in whatever words; one that denies, says several things or nothing is ``not_said``.

        >>> [StatedTiming.parse(text).value for text in ("Quá hạn 3 ngày", "Còn 2 ngày", "Hoàn thành sớm hạn", "Chưa quá hạn", "Xong")]
        ['late', 'in_time', 'early', 'not_said', 'not_said']
        """
        try:
            return super().parse(value)
        except CellError:
            key = word_key(cell_text(value))
            found = [code for code, words in _JUDGEMENTS.items() if words.search(key)]
            return cls.of(found[0]) if len(found) == 1 and not _DENIED.search(key) else cls.blank()


class TermUnit(Choice):
    """Unit of a term (đơn vị thời hạn); 8 hours are one working day."""

    NONE = "none", "không có"
    WORKING_DAYS = "working_days", "ngày làm việc", ("ngày lv", "nlv", "wd")
    CALENDAR_DAYS = "calendar_days", "ngày", ("ngày lịch", "days")
    HOURS = "hours", "giờ", ("giờ làm việc", "h")
    MONTHS = "months", "tháng", ("m",)

    @classmethod
    def blank(cls) -> TermUnit:
        """Return ``none``."""
        return cls.NONE


class Payment(Choice):
    """Online payment (thanh toán trực tuyến): through the national or a local gateway, or simply yes."""

    NO = "no", "không", ("0", "false", "f", "n")
    NATIONAL = "national", "cổng quốc gia", ("1",)
    LOCAL = "local", "cổng địa phương", ("2",)
    YES = "yes", "có", ("true", "t", "y", "x")
    UNKNOWN = "unknown", "không rõ", ("?",)

    @classmethod
    def blank(cls) -> Payment:
        """Return ``unknown``."""
        return cls.UNKNOWN


class Digitised(Choice):
    """Digitisation (số hóa): of this dossier, or reused from another component or result.

    ``not_required`` is what TT 03/2025/TT-VPCP art. 5.2 leaves out from 15/09/2025 and a row has to say: papers only shown, opinions of
    consulted bodies, secret papers. Online filings are left out by their channel.
    """

    NO = "no", "chưa số hóa", ("0", "không", "false", "f")
    DIGITISED = "digitised", "đã số hóa", ("1", "có", "yes", "true", "t", "x")
    REUSED_COMPONENT = "reused_component", "tái sử dụng thành phần", ("2",)
    REUSED_RESULT = "reused_result", "tái sử dụng kết quả", ("3",)
    NOT_DUE = "not_due", "không có kết quả giấy", ("không áp dụng",)
    NOT_REQUIRED = (
        "not_required",
        "không phải số hóa",
        (
            "không thuộc diện số hóa",
            "không yêu cầu số hóa",
            "chỉ xuất trình",
            "giấy tờ chỉ xuất trình",
            "ý kiến cơ quan phối hợp",
            "giấy tờ mật",
        ),
    )
    UNKNOWN = "unknown", "không rõ", ("?",)

    @classmethod
    def blank(cls) -> Digitised:
        """Return ``unknown``."""
        return cls.UNKNOWN


class Timing(Choice):
    """Class of an ended dossier: end before, on or after the due date (trước hạn, đúng hạn, quá hạn), or why it has none of these.

    ``no_due_date``: neither an appointment nor a term is given. ``calendar_missing``: there is one, but it lies, or what it is compared
    with lies, where the working calendar does not reach. ``wait_without_dates``: the term restarts after each wait, and the days waited
    have no dates. ``start_unknown``: the term runs from a receipt elsewhere that has no date. The last three are not known, and so never on
    time, under any rules.
    """

    EARLY = "early", "trước hạn"
    ON_DUE_DATE = "on_due_date", "đúng hạn"
    LATE = "late", "quá hạn"
    NO_DUE_DATE = "no_due_date", "không có hạn"
    CALENDAR_MISSING = "calendar_missing", "hạn trả nằm ngoài lịch làm việc"
    WAIT_WITHOUT_DATES = "wait_without_dates", "chờ bổ sung không rõ ngày"
    START_UNKNOWN = "start_unknown", "phi địa giới, không rõ ngày nơi khác tiếp nhận"


class Standing(Choice):
    """What has become of a received dossier by the day of the question: its class if it ended by then, else whether it is overdue.

    The last four are those of ``Timing``, of dossiers that ended as of those that did not.
    """

    IN_TIME = "in_time", "đã giải quyết, trước hạn hoặc đúng hạn"
    LATE = "late", "đã giải quyết, quá hạn"
    OPEN = "open", "chưa giải quyết, còn trong hạn"
    OVERDUE = "overdue", "chưa giải quyết, quá hạn"
    NO_DUE_DATE = "no_due_date", "không có hạn"
    CALENDAR_MISSING = "calendar_missing", "hạn trả nằm ngoài lịch làm việc"
    WAIT_WITHOUT_DATES = "wait_without_dates", "chờ bổ sung không rõ ngày"
    START_UNKNOWN = "start_unknown", "phi địa giới, không rõ ngày nơi khác tiếp nhận"


class Outcome(Choice):
    """How a dossier ended."""

    RESOLVED = "resolved", "đã giải quyết"
    WITHDRAWN = "withdrawn", "rút hồ sơ"
    STOPPED = "stopped", "dừng xử lý"
    REFUSED = "refused", "từ chối"


class Secrecy(Choice):
    """Secrecy mark (độ mật); urgency marks are not secrecy; a missing mark is ``unknown`` and is shown, never read as not secret."""

    NONE = "none", "không mật", ("thường", "bình thường", "0", "không", "no")
    MAT = "mat", "mật", ("m",)
    TOI_MAT = "toi_mat", "tối mật", ("tm",)
    TUYET_MAT = "tuyet_mat", "tuyệt mật", ("tdm",)
    UNKNOWN = "unknown", "không rõ", ("?",)

    @classmethod
    def blank(cls) -> Secrecy:
        """Return ``unknown``."""
        return cls.UNKNOWN


SECRET: Final = (Secrecy.MAT, Secrecy.TOI_MAT, Secrecy.TUYET_MAT)
"""The marks of what is secret: such rows are counted, and nothing else is said of them."""


class Direction(Choice):
    """Direction of a document: outgoing (văn bản đi), incoming (văn bản đến), internal (nội bộ)."""

    OUTGOING = "outgoing", "văn bản đi", ("đi", "phát hành")
    INCOMING = "incoming", "văn bản đến", ("đến",)
    INTERNAL = "internal", "nội bộ", ("văn bản nội bộ",)


class MeetingKind(Choice):
    """Kind of meeting: of the People's Committee (họp, hội nghị UBND), session of the People's Council (kỳ họp HĐND), or another."""

    COMMITTEE_MEETING = "committee_meeting", "họp UBND", ("họp Ủy ban nhân dân", "cuộc họp UBND")
    COMMITTEE_CONFERENCE = "committee_conference", "hội nghị UBND", ("hội nghị Ủy ban nhân dân", "hội nghị")
    COUNCIL_SESSION = "council_session", "kỳ họp HĐND", ("kỳ họp Hội đồng nhân dân", "họp HĐND")
    OTHER = "other", "khác"

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the kind that a cell means; the name of a meeting begins with its kind: «Họp UBND thường kỳ», «Kỳ họp HĐND lần thứ 3».

        Only words that name the body tell it in a name: a conference may be anybody's.
        """
        try:
            return super().parse(value)
        except CellError:
            text = word_key(cell_text(value)) + " "
            for member in cls:
                words = (word_key(spelling) for spelling in (member.vi, *member.aliases))
                if any(text.startswith(word + " ") for word in words if _BODY.search(word)):
                    return member
            raise


class MeetingStatus(Choice):
    """Whether a meeting took place; a postponed one counts only once it is held, in the period in which it is held."""

    PLANNED = "planned", "dự kiến", ("kế hoạch",)
    HELD = "held", "đã họp", ("đã tổ chức", "hoàn thành")
    POSTPONED = "postponed", "hoãn"
    CANCELLED = "cancelled", "hủy", ("huỷ",)


class OutreachChannel(Choice):
    """Channel of an outreach activity (hình thức tuyên truyền), as local plans name them."""

    RADIO = "radio", "hệ thống truyền thanh", ("truyền thanh", "đài truyền thanh", "loa")
    RADIO_STORY = "radio_story", "câu chuyện truyền thanh"
    TALK_SHOW = "talk_show", "tọa đàm", ("toạ đàm",)
    LEAFLET = "leaflet", "tờ rơi", ("tờ gấp",)
    PANEL = "panel", "panô", ("pa nô", "băng rôn")
    POSTER = "poster", "áp phích"
    SOCIAL_NETWORK = "social_network", "mạng xã hội", ("facebook", "zalo", "fanpage")
    MOBILE_APP = "mobile_app", "ứng dụng di động", ("ứng dụng trên điện thoại",)
    MOBILE_CAMPAIGN = "mobile_campaign", "tuyên truyền lưu động", ("xe loa", "xe lưu động")
    PERFORMANCE = "performance", "biểu diễn văn hóa, nghệ thuật", ("biểu diễn văn nghệ", "văn nghệ", "sân khấu hóa")
    PORTAL_NEWS = "portal_news", "tin, bài trên cổng thông tin", ("tin bài", "cổng thông tin điện tử", "website")
    STAFF_DIALOGUE = "staff_dialogue", "đối thoại với cán bộ, công chức, viên chức", ("đối thoại cán bộ",)
    CITIZEN_DIALOGUE = "citizen_dialogue", "đối thoại với người dân, doanh nghiệp", ("đối thoại người dân", "đối thoại")
    OTHER = "other", "hình thức khác", ("khác",)


class AdoptionStatus(Choice):
    """Whether a unit applies an initiative: adopted, planned, or exempt (leaves the units eligible)."""

    ADOPTED = "adopted", "đã áp dụng", ("áp dụng", "đã nhân rộng")
    PLANNED = "planned", "dự kiến", ("kế hoạch",)
    EXEMPT = "exempt", "không thuộc diện"


class Score(Choice):
    """An answer on the five-point scale of satisfaction."""

    VERY_DISSATISFIED = "1", "rất không hài lòng"
    DISSATISFIED = "2", "không hài lòng"
    NEUTRAL = "3", "bình thường"
    SATISFIED = "4", "hài lòng"
    VERY_SATISFIED = "5", "rất hài lòng"
