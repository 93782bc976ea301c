"""Survey answers (phiếu khảo sát) about the satisfaction of those served."""

from __future__ import annotations

from collections.abc import Iterator

from cchc_metrics.records.choices import Score
from cchc_metrics.records.codes import Code
from cchc_metrics.records.columns import Columns
from cchc_metrics.records.fields import Identifier, Label, Moment, UnitCode
from cchc_metrics.records.kind import UNIT_HEADINGS, Context, Dates, Dim, Events, EventSet, Kind, events_from_columns
from cchc_metrics.records.record import Record, RowCheck


class SurveyAnswer(Record):
    """One answer to one question.

    Args:
        response_id: the sheet or respondent; no names.
        unit_code: the unit that was judged.
        answered_on: day of the answer.
        question: what was asked about; open vocabulary.
        score: 1 (rất không hài lòng) to 5 (rất hài lòng).

    >>> SurveyAnswer(response_id="1", unit_code="MA", answered_on="2021-11-02", question="5 trong 1", score=5).score.vi
    'rất hài lòng'
    """

    response_id: Identifier
    unit_code: UnitCode
    answered_on: Moment
    question: Label = ""
    score: Score


SurveyAnswer.checks = (
    RowCheck(
        Code.MISSING_VALUE,
        "answered_on",
        record=lambda r: r.answered_on is None,
        columns=lambda c: c.days("answered_on") < 0,
    ),
)

ANSWERED = EventSet("answered", (Dim("question"), Dim("score", Score)), needs=("answered_on",))


def events(columns: Columns, context: Context) -> Iterator[Events]:
    """Yield one event for each answer."""
    del context  # nothing about answers is disputed by rules or calendar
    yield events_from_columns(ANSWERED, columns, columns.days("answered_on"))


KIND = Kind(
    "surveys",
    "phiếu khảo sát",
    SurveyAnswer,
    (ANSWERED,),
    events,
    ("response_id", "question"),
    headings={
        "response_id": ("Mã phiếu", "Số phiếu"),
        "unit_code": (*UNIT_HEADINGS, "Đơn vị được đánh giá", "Cơ quan được đánh giá"),
        "answered_on": ("Ngày trả lời", "Ngày khảo sát", "Ngày đánh giá"),
        "question": ("Câu hỏi", "Nội dung khảo sát", "Nội dung đánh giá"),
        "score": ("Điểm", "Mức độ hài lòng", "Mức hài lòng", "Trả lời"),
    },
    dates=Dates("answered_on", ("answered_on",)),
)
