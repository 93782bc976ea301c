"""Documents (văn bản): what was issued, and how it was exchanged."""

from __future__ import annotations

from collections.abc import Iterator

from cchc_metrics.records.choices import Direction, Secrecy
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import Flag, Identifier, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Follows, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck
from cchc_metrics.text import word_key


class Document(Record):
    """A document (văn bản).

    Args:
        document_id: the number within the agency and year, e.g. ``11970/KH-UBND``; never printed for a secret document.
        unit_code: the unit that issued or received it.
        issued_on: date of issue.
        direction: outgoing, incoming or internal.
        electronic: whether it went in electronic form.
        signed_by_person, signed_by_agency: the two digital signatures of NĐ 30/2020/NĐ-CP.
        exchanged: whether it went through the linked document systems; e-mail and scans outside them do not (QĐ 28/2018/QĐ-TTg).
        secrecy: the secrecy mark; empty is ``unknown``, shown, and not read as not secret.

    >>> plan = Document(document_id="01/KH-UBND", unit_code="TM", issued_on="04/01/2021", direction="đi", electronic="có", secrecy="thường")
    >>> plan.secrecy.value
    'none'
    """

    document_id: Identifier
    unit_code: UnitCode
    issued_on: Moment
    direction: Direction = Direction.OUTGOING
    electronic: Flag = Flag.UNKNOWN
    signed_by_person: Flag = Flag.UNKNOWN
    signed_by_agency: Flag = Flag.UNKNOWN
    exchanged: Flag = Flag.UNKNOWN
    secrecy: Secrecy = Secrecy.UNKNOWN


Document.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "issued_on",
        record=lambda r: r.issued_on is None,
        columns=lambda c: c.days("issued_on") < 0,
    ),
)

# A table without a direction is a register of what its units issued: outgoing, the model's default.
ISSUED = EventSet(
    "issued",
    (
        Dim("direction", Direction, needs=()),
        Dim("electronic", Flag),
        Dim("signed_by_person", Flag),
        Dim("signed_by_agency", Flag),
        Dim("exchanged", Flag),
        Dim("secrecy", Secrecy),
    ),
    needs=("issued_on",),
)


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield one event for each document, on the day it was issued."""
    del context  # nothing about a document is disputed by rules or calendar
    yield events_from_columns(ISSUED, columns, columns.days("issued_on"))


SENT = {
    **dict.fromkeys(("trục liên thông", "qua trục liên thông", "liên thông", "trục liên thông văn bản"), "yes"),
    **dict.fromkeys(("giấy", "bản giấy", "văn bản giấy", "gửi giấy", "bưu điện", "trực tiếp"), "no"),
}
"""How a document was sent (hình thức gửi): over the linked systems, so electronic and exchanged, or on paper, so neither."""


def _sent(word: str) -> str | None:
    return {word_key(known): code for known, code in SENT.items()}.get(word_key(word))


KIND = Kind(
    "documents",
    "văn bản",
    Document,
    (ISSUED,),
    events,
    ("document_id", "unit_code", "issued_on"),
    headings={
        "document_id": ("Số, ký hiệu", "Số và ký hiệu", "Số ký hiệu văn bản", "Số văn bản", "Mã văn bản", "Số hiệu"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị ban hành", "Cơ quan ban hành"),
        "issued_on": ("Ngày ban hành", "Ngày văn bản", "Ngày ký", "Ngày tháng văn bản", "Ngày, tháng, năm văn bản"),
        "direction": ("Loại văn bản", "Chiều văn bản", "Văn bản đi/đến", "Hướng văn bản"),
        "electronic": ("Điện tử", "Văn bản điện tử"),
        "signed_by_person": ("Ký số cá nhân", "Chữ ký số cá nhân", "Ký số của người có thẩm quyền"),
        "signed_by_agency": ("Ký số cơ quan", "Chữ ký số cơ quan", "Ký số của cơ quan, tổ chức"),
        "exchanged": (
            "Gửi qua trục liên thông",
            "Gửi, nhận qua trục",
            "Liên thông",
            "Gửi điện tử liên thông",
            "Trao đổi qua trục",
            "Hình thức gửi",
        ),
        "secrecy": ("Độ mật", "Mức độ mật"),
    },
    by_words=frozenset({"Loại văn bản"}),
    weak=frozenset({"Hình thức gửi"}),
    words={"electronic": SENT, "exchanged": SENT},
    follows=(Follows("electronic", "exchanged", _sent),),
    dates=Dates("issued_on", ("issued_on",)),
)
