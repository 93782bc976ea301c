"""The words that one-stop, document and meeting software puts into closed columns are understood, in any spelling."""

from __future__ import annotations

import pytest

from cchc_metrics.records import choices
from cchc_metrics.records.choices import Channel, Secrecy, StatedTiming, Status
from cchc_metrics.records.fields import CellError, Choice, Flag
from cchc_metrics.text import word_key

STATUSES = {
    Status.SUBMITTED: "Mới, Mới đăng ký, Chờ tiếp nhận, Hồ sơ chờ tiếp nhận",
    Status.RECEIVED: "Đã tiếp nhận, Mới tiếp nhận",
    Status.PROCESSING: "Đang giải quyết, Đang xử lý, Đang xử lí, Đang thụ lý, Chờ xử lý, Chờ phân công, Trình ký, Chờ ký, "
    "Đang xử lý trong hạn, Đang xử lý quá hạn",
    Status.SUPPLEMENT_REQUESTED: "Chờ bổ sung, Yêu cầu bổ sung, Đang chờ bổ sung",
    Status.PAYMENT_REQUESTED: "Chờ nộp phí, Chờ thanh toán, Yêu cầu thực hiện nghĩa vụ tài chính",
    Status.STOPPED: "Tạm dừng, Dừng xử lý",
    Status.RESOLVED: "Đã có kết quả, Có kết quả, Chờ trả kết quả, Hoàn thành, Đã hoàn thành, Đã xử lý xong, Đã giải quyết, "
    "Hoàn thành đúng hạn, Hoàn thành trễ hạn, Đã xử lý đúng hạn, Đã xử lý trễ hạn",
    Status.RETURNED: "Đã trả kết quả, Đã trả",
    Status.REFUSED: "Từ chối, Từ chối tiếp nhận, Không tiếp nhận, Trả lại hồ sơ",
    Status.WITHDRAWN: "Đã hủy, Đã huỷ, Rút hồ sơ, Công dân rút hồ sơ, Xin rút",
}
CHANNELS = {
    Channel.COUNTER: "Trực tiếp, Tại bộ phận một cửa, Nộp trực tiếp, Tại quầy",
    Channel.ONLINE: "Trực tuyến, Nộp trực tuyến, Online, Qua mạng, DVC trực tuyến, Cổng DVC",
    Channel.POSTAL: "Bưu chính công ích, Qua BCCI, BCCI, Bưu điện, Qua bưu điện, Dịch vụ bưu chính",
}
SECRECIES = {Secrecy.NONE: "Thường, Bình thường, Không mật", Secrecy.MAT: "Mật", Secrecy.TOI_MAT: "Tối mật", Secrecy.TUYET_MAT: "Tuyệt mật"}
LISTS = [c for c in vars(choices).values() if isinstance(c, type) and issubclass(c, Choice) and c is not Choice]
CASES = [(member, word) for table in (STATUSES, CHANNELS, SECRECIES) for member, words in table.items() for word in words.split(", ")]


@pytest.mark.parametrize(("member", "word"), CASES, ids=str)
def test_a_word_of_real_software_is_understood_in_any_spelling(member: Choice, word: str) -> None:
    for spelling in (word, word.upper(), f"  {word.lower()} ", word.replace(" ", "-"), word.replace("lý", "lí")):
        assert type(member).parse(spelling) is member


@pytest.mark.parametrize("word", ["Quá hạn bổ sung", "Đúng hạn", "Trễ hạn"])
def test_a_judgement_is_no_status(word: str) -> None:
    with pytest.raises(CellError):
        Status.parse(word)


@pytest.mark.parametrize(
    "choice", [c for c in vars(choices).values() if isinstance(c, type) and issubclass(c, Choice) and c is not Choice] + [Flag]
)
def test_no_word_means_two_things(choice: type[Choice]) -> None:
    means: dict[str, set[str]] = {}
    for member in choice:
        for word in (member.value, member.vi, *member.aliases):
            means.setdefault(word_key(word), set()).add(member.value)
    assert {word: codes for word, codes in means.items() if len(codes) > 1} == {}


def test_a_wrong_word_is_answered_in_the_words_of_the_office() -> None:
    with pytest.raises(CellError) as raised:
        Channel.parse("bưu chánh công ích")
    assert raised.value.fix[0].startswith("; có phải «bưu chính công ích»?; có: trực tiếp, ")


def test_a_word_with_a_judgement_behind_it_is_the_status_and_the_judgement() -> None:
    said = {
        "Đã giải quyết đúng hạn": (Status.RESOLVED, StatedTiming.IN_TIME),
        "Hoàn thành (trễ hạn)": (Status.RESOLVED, StatedTiming.LATE),
        "ĐÃ TRẢ KẾT QUẢ - SỚM HẠN": (Status.RETURNED, StatedTiming.EARLY),
        "Đang giải quyết quá hạn": (Status.PROCESSING, StatedTiming.LATE),
        "Đang xử lí còn hạn": (Status.PROCESSING, StatedTiming.IN_TIME),
    }
    assert {word: (Status.parse(word), StatedTiming.parse(word)) for word in said} == said
    for word in ("Quá hạn bổ sung", "Đúng hạn", "Xong trễ hạn"):
        with pytest.raises(CellError):
            Status.parse(word)


@pytest.mark.parametrize("word", ["Không quá hạn", "Đúng hạn hoặc trễ hạn", "Hạn", "Còn", "5"])
def test_a_judgement_that_is_none_is_not_said(word: str) -> None:
    assert StatedTiming.parse(word) is StatedTiming.NOT_SAID
