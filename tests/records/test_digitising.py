"""From 15/09/2025 digitising leaves out what TT 03/2025/TT-VPCP art. 5.2 leaves out, by the day of receipt, in every engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.calendars import TO_2027

import cchc_metrics as cm
from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.engines import ENGINES
from cchc_metrics.count.tally import tally
from cchc_metrics.records.choices import Channel, Digitised
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.values import Status
from cchc_metrics.verbs.measure import measure

UNITS = cm.UnitTree([cm.Unit(code="TM", name="Tháp Mười", kind="xã", level="commune")])
SINCE = date(2025, 9, 15)
DONE = (Digitised.DIGITISED, Digitised.REUSED_COMPONENT, Digitised.REUSED_RESULT)
OWN = default_catalogue().select(["digitised", "data_reused"])


def dossier(n: int, received: date, channel: Channel, state: Digitised, elsewhere: date | None = None) -> Dossier:
    return Dossier(
        dossier_id=str(n),
        unit_code="TM",
        status="9",
        received_at=received,
        received_elsewhere_at=elsewhere,
        due_at=received + timedelta(days=9),
        ended_at=received + timedelta(days=2),
        channel=channel,
        digitised=state,
    )


DAYS = st.integers(-3, 3).map(lambda n: SINCE + timedelta(days=n))
ROWS = st.lists(
    st.tuples(DAYS, st.sampled_from(list(Channel)), st.sampled_from(list(Digitised)), st.sampled_from([None, 0, 1, 4])), max_size=25
).map(
    lambda cells: [
        dossier(n, day, way, state, None if k is None else day - timedelta(days=k)) for n, (day, way, state, k) in enumerate(cells)
    ]
)


def by_hand(rows: Sequence[Dossier], *, channels: bool) -> dict[str, int]:
    """Return what a clerk finds who takes up one dossier after the other."""
    found = dict.fromkeys(("done", "due", "no_paper_result", "not_to_be_digitised", "filed_online", "channel_not_said", "not_said"), 0)
    for row in rows:
        first = row.received_elsewhere_at or row.received_at
        assert isinstance(first, date)
        if row.digitised is Digitised.NOT_DUE:
            found["no_paper_result"] += 1
        elif row.digitised is Digitised.NOT_REQUIRED:
            found["not_to_be_digitised"] += 1
        elif first >= SINCE and not channels:
            found["channel_not_said"] += 1
        elif first >= SINCE and row.channel is Channel.ONLINE:
            found["filed_online"] += 1
        elif row.digitised is Digitised.UNKNOWN:
            found["not_said"] += 1
        else:
            found["due"] += 1
            found["done"] += row.digitised in DONE
    return found


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, channels=st.booleans())
def test_every_engine_counts_as_a_clerk_does(rows: list[Dossier], channels: bool) -> None:
    columns = columns_of(Dossier, rows)
    if not channels:
        columns = columns.without("channel")
    right = by_hand(rows, channels=channels)
    for engine in ENGINES:
        asked: dict[str, Any] = {"engine": engine, "calendar": TO_2027, "sets": OWN.event_sets(), "as_of": date(2025, 12, 31)}
        counted = tally({"dossiers": columns}, periods=["2025"], **asked)
        found = measure(counted, OWN, units=UNITS, coverage={"dossiers": (date(2025, 1, 1), date(2025, 12, 31))})["digitised", "TM", "2025"]
        names = {"digitisation_not_said": "not_said"}
        assert (found.numerator, found.denominator) == (right["done"], right["due"]), engine
        excluded = {why: right[names.get(why, why)] for why in OWN["digitised"].excluded}
        assert dict(found.excluded) == {why: n for why, n in excluded.items() if n}, engine
        assert sum(found.excluded.values()) + right["due"] == len(rows), "every dossier stands somewhere"


def share(*rows: Dossier, period: str = "2025-Q4", indicator: str = "digitised", **columns: str) -> cm.Measure:
    table = columns_of(Dossier, rows)
    for name in columns:
        table = table.without(name)
    return cm.Dataset(UNITS, unit="TM", as_of=date(2026, 3, 31), dossiers=table).measures(period)[indicator, "TM"]


@pytest.mark.parametrize(("received", "share_of"), [(date(2025, 9, 12), (1, 2)), (SINCE, (1, 1))])
def test_an_online_filing_leaves_the_denominator_from_the_day(received: date, share_of: tuple[int, int]) -> None:
    rows = [dossier(1, received, Channel.COUNTER, Digitised.DIGITISED), dossier(2, received, Channel.ONLINE, Digitised.NO)]
    found = share(*rows, period="2025-Q3")
    assert (found.numerator, found.denominator) == share_of
    assert dict(found.excluded) == ({"filed_online": 1} if received == SINCE else {})


def test_reused_data_of_online_filings_still_count_as_reused() -> None:
    rows = [dossier(n, date(2025, 10, 1), Channel.ONLINE, state) for n, state in enumerate((Digitised.REUSED_RESULT, Digitised.NO))]
    found = share(*rows, indicator="data_reused")
    assert (found.numerator, found.denominator) == (1, 2)
    assert share(*rows).status is Status.ZERO_DENOMINATOR


def test_without_channels_nothing_received_since_is_counted() -> None:
    found = share(dossier(1, date(2025, 10, 1), Channel.COUNTER, Digitised.DIGITISED), channel="")
    assert (found.value, dict(found.excluded)) == (None, {"channel_not_said": 1})


@pytest.mark.parametrize("word", ["không phải số hóa", "Không thuộc diện số hoá", "chỉ xuất trình", "giấy tờ mật", "not_required"])
def test_what_only_a_row_can_say_leaves_it_too(word: str) -> None:
    row = {"Mã hồ sơ": "1", "Đơn vị": "TM", "Trạng thái": "9", "Ngày tiếp nhận": "01/10/2025", "Ngày kết thúc": "02/10/2025"}
    rows = [row | {"Số hóa": word, "Kênh thực hiện": "trực tiếp"}, row | {"Mã hồ sơ": "2", "Số hóa": "có", "Kênh thực hiện": "trực tiếp"}]
    found = cm.Dataset(UNITS, unit="TM", as_of=date(2025, 12, 31), dossiers=rows).measures("2025-Q4")["digitised", "TM"]
    assert (found.numerator, found.denominator, dict(found.excluded)) == (1, 1, {"not_to_be_digitised": 1})


@pytest.mark.parametrize("name", ["digitised", "data_reused", "components_digitised"])
def test_a_comparison_across_the_day_is_refused_and_says_that_the_gazette_was_not_read(name: str) -> None:
    ((day, what),) = default_catalogue().definition_changes()[name]
    assert day == SINCE
    assert "not in the gazette" in what.en
    assert "chưa đối chiếu Công báo" in what.vi
    cells = {"components": 2, "components_digitised": 1}
    rows = [
        dossier(n, day, Channel.COUNTER, Digitised.DIGITISED).model_copy(update=cells)
        for n, day in enumerate((date(2025, 10, 1), date(2024, 10, 1), date(2026, 1, 5)))
    ]
    data = cm.Dataset(UNITS, unit="TM", as_of=date(2026, 3, 31), dossiers=rows)
    across = data.deltas("2025-Q4", baseline_period="2024-Q4")[name, "TM"]
    assert across.status is Status.NOT_COMPARABLE
    assert "TT 03/2025/TT-VPCP" in across.reason.en
    assert data.deltas("2026-Q1", baseline_period="2025-Q4")[name, "TM"].status is Status.OK
