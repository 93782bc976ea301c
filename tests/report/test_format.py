"""Measures as printed: a value only where there is one, a name for everything that can be shown, in both languages."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.catalogue.labels import named_labels
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import event_sets
from cchc_metrics.records.choices import Channel, OutreachChannel
from cchc_metrics.reference.level import LEVELS
from cchc_metrics.reference.period import Period
from cchc_metrics.report.format import EXCLUDED_NAMES, counts_text, label_text, measure_text, no_value_text
from cchc_metrics.tables.numbers import format_percent
from cchc_metrics.text import Lang
from cchc_metrics.values import REASONS, Measure, Scale, Status, Text

YEAR = Period.parse("2021")
LANGS = st.sampled_from(["vi", "en"])


def made(
    status: Status, numerator: int | None, denominator: int | None, scale: Scale = Scale.PERCENT, quantile: Fraction | None = None
) -> Measure:
    return Measure("x", "TM", YEAR, (), date(2022, 1, 1), status, numerator, denominator, scale, reason=REASONS[status], quantile=quantile)


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    status, scale = draw(st.sampled_from(list(Status))), draw(st.sampled_from(list(Scale)))
    if status in (Status.NO_DATA, Status.NOT_APPLICABLE):
        return made(status, None, None, scale)
    numerator = draw(st.integers(0, 3000))
    if scale is Scale.COUNT:
        return made(status if status is not Status.ZERO_DENOMINATOR else Status.OK, numerator, None, scale)
    return made(status, 0, 0, scale) if status is Status.ZERO_DENOMINATOR else made(status, numerator, draw(st.integers(1, 3000)), scale)


@given(measures(), LANGS, st.booleans())
def test_there_are_digits_exactly_where_there_is_a_value(measure: Measure, lang: Lang, flag: bool) -> None:
    text = measure_text(measure, lang, flag=flag)
    assert text
    assert bool(re.search(r"[0-9]", text)) is (measure.value is not None)
    if measure.value is None:
        assert text == no_value_text(measure, lang)
        assert "%" not in text


@given(measures(), LANGS)
def test_a_rate_is_printed_as_a_percentage_and_only_that(measure: Measure, lang: Lang) -> None:
    text = measure_text(measure, lang)
    assert ("%" in text) is (measure.scale is Scale.PERCENT and measure.value is not None)
    if measure.scale is Scale.PERCENT and measure.value is not None:
        assert text == format_percent(measure.value, lang=lang)


@pytest.mark.parametrize(("lang", "words"), [("vi", "không có số liệu"), ("en", "no data")])
def test_nothing_of_nothing_and_nothing_known_are_no_data(lang: Lang, words: str) -> None:
    assert measure_text(made(Status.ZERO_DENOMINATOR, 0, 0), lang) == words
    assert measure_text(made(Status.NO_DATA, None, None), lang) == words
    assert measure_text(made(Status.OK, 0, 5), lang) == "0%"


@pytest.mark.parametrize(
    ("status", "vi", "en"),
    [
        (Status.OK, "50%", "50%"),
        (Status.ESTIMATED, "50% (ước tính)", "50% (estimated)"),
        (Status.PERIOD_OPEN, "50% (chưa hết kỳ)", "50% (period open)"),
    ],
)
def test_what_is_not_final_is_marked(status: Status, vi: str, en: str) -> None:
    assert (measure_text(made(status, 1, 2), "vi", flag=True), measure_text(made(status, 1, 2), "en", flag=True)) == (vi, en)
    assert measure_text(made(status, 1, 2), "vi") == "50%"


@pytest.mark.parametrize(
    ("scale", "vi", "en"),
    [
        (Scale.WORKING_DAYS, "1.250,5 ngày làm việc", "1,250.5 working days"),
        (Scale.CALENDAR_DAYS, "1.250,5 ngày", "1,250.5 days"),
        (Scale.POINTS, "1.250,5 điểm", "1,250.5 points"),
        (Scale.MEAN, "1.250,5", "1,250.5"),
    ],
)
def test_what_is_counted_in_is_said(scale: Scale, vi: str, en: str) -> None:
    measure = made(Status.OK, 2501, 2, scale)
    assert (measure_text(measure, "vi"), measure_text(measure, "en")) == (vi, en)
    assert measure_text(made(Status.OK, 9, 9, scale, quantile=Fraction(2501, 2)), "vi") == vi


def test_counts() -> None:
    assert counts_text(made(Status.OK, 6223, 6292)) == "6.223/6.292"
    assert counts_text(made(Status.OK, 6223, 6292), "en") == "6,223/6,292"
    assert counts_text(made(Status.ZERO_DENOMINATOR, 0, 0)) == "0/0"
    assert counts_text(made(Status.OK, 2096, None, Scale.COUNT)) == ""
    assert counts_text(made(Status.NO_DATA, None, None)) == ""


def test_every_label_of_a_closed_list_has_a_name_in_both_languages() -> None:
    """So that an indicator of a district's own can be broken down by any dimension there is."""
    closed = {(d.name, d.choice) for found in event_sets().values() for d in found.dims if d.choice is not None}
    assert {name for name, _ in closed} >= {"channel", "kind", "service_level", "timing", "outcome", "paid_online", "secrecy"}
    for name, choice in closed:
        for label in choice.labels():
            assert label_text(name, label) == choice.of(label).vi != ""
            assert label_text(name, label, "en") == choice.of(label).text("en") != ""
    # No label of a dimension means two things, or one of them would be printed for the other.
    assert len(named_labels()) == sum(len(choice.labels()) for _, choice in closed)


def test_labels() -> None:
    assert label_text("channel", Channel.POSTAL.value) == "bưu chính công ích"
    assert label_text("channel", OutreachChannel.PANEL.value, "en") == "panel"
    assert [label_text("level", level) for level in LEVELS] == ["cấp tỉnh", "cấp huyện", "cấp xã"]
    assert (label_text("question", ""), label_text("question", "", "en")) == ("không ghi", "not said")
    assert label_text("field", "Đất đai", "en") == "Đất đai"


def test_every_reason_for_leaving_out_has_a_name() -> None:
    reasons = {why for indicator in default_catalogue() for why in indicator.excluded}
    assert reasons == set(EXCLUDED_NAMES)
    assert all(vi and en and vi != en for vi, en in EXCLUDED_NAMES.values())


def test_a_reason_is_said_where_there_is_one() -> None:
    measure = Measure("x", "TM", YEAR, (), date(2022, 1, 1), Status.NOT_COMPARABLE, 1, 2, Scale.PERCENT, reason=Text("vì a", "since b"))
    assert (measure_text(measure), measure_text(measure, "en")) == ("vì a", "since b")
