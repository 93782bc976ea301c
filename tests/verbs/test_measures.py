"""Measures of one small office, by hand: how they are asked for, what stands beside a value and why there is none."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.errors import CchcError
from cchc_metrics.records.choices import Channel
from cchc_metrics.records.choices import Status as Stage
from cchc_metrics.records.columns import columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import Scale, Status, Text
from cchc_metrics.verbs.exact import fits, sums
from cchc_metrics.verbs.measure import measure
from cchc_metrics.verbs.measures import Measures

TREE = UnitTree([Unit(code="TM", name="Đồng Tháp", level="province"), Unit(code="TM.01", name="Mỹ An", level="commune", parent="TM")])
JANUARY, MARCH, APRIL, MAY = (Period.parse(f"2021-{n:02d}") for n in (1, 3, 4, 5))
MARCHS_END = date(2021, 3, 31)
CATALOGUE = default_catalogue().select(["dossiers_received", "dossiers_pending", "resolved_on_time"])
COMMUNES = (("level", "commune"),)


def dossier(number: int, received: date, ended: date | None = None, channel: Channel = Channel.COUNTER) -> Dossier:
    stage = Stage.PROCESSING if ended is None else Stage.RESOLVED
    return Dossier(
        dossier_id=str(number),
        unit_code="TM.01",
        status=stage,
        received_at=received,
        due_at=date(2021, 3, 12),
        ended_at=ended,
        channel=channel,
    )


ROWS = [
    dossier(1, date(2021, 3, 1), date(2021, 3, 12)),
    dossier(2, date(2021, 3, 1), date(2021, 3, 10), Channel.ONLINE),
    dossier(3, date(2021, 3, 30)),
]


def measured(*periods: Period, as_of: date = date(2021, 12, 31), rows: list[Dossier] = ROWS, **options: object) -> Measures:
    columns = columns_of(Dossier, rows)
    counts = tally({"dossiers": columns}, periods=periods, rules=Rules.preset("default"), calendar=Calendar.official(), as_of=as_of)
    return measure(counts, CATALOGUE, units=TREE, periods=periods, as_of=as_of, **options)  # type: ignore[arg-type]


def test_a_key_has_two_to_four_parts() -> None:
    found = measured(MARCH)
    whole = found["dossiers_received", "TM"]
    assert whole == found["dossiers_received", "TM", "2021-03"] == found["dossiers_received", "TM", MARCH, ()]
    below = found["dossiers_received", "TM", MARCH, COMMUNES]
    assert (whole.breakdown, below.breakdown) == ((), COMMUNES)
    assert below == found["dossiers_received", "TM", {"level": "commune"}]
    for key in (("dossiers_received",), ("dossiers_received", "TM", "2021-03", (), "")):
        with pytest.raises(CchcError, match="the key of the table is"):
            found[key]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (("dossiers_receivd", "TM"), "no indicator «dossiers_receivd».*did you mean «dossiers_received»"),
        (("dossiers_received", "TM.02"), "no unit «TM.02».*did you mean «TM.01»"),
        (("dossiers_received", "TM", "2021-04"), "no period «2021-04»"),
        (("dossiers_received", "TM", MARCH, {"level": "ward"}), "no breakdown «level=ward»"),
    ],
)
def test_the_part_of_a_key_that_is_wrong_is_named(key: tuple[object, ...], said: str) -> None:
    with pytest.raises(CchcError, match=said):
        measured(MARCH)[key]


def test_all_of_all_is_a_hundred_percent_and_not_over_it() -> None:
    found = measured(MARCH)["resolved_on_time", "TM"]
    assert (found.status, found.numerator, found.denominator, found.value) == (Status.OK, 2, 2, Fraction(100))
    assert found.reason == Text()


def test_numbers_of_frames_are_those_of_the_fractions() -> None:
    rows = [*ROWS, dossier(4, date(2021, 3, 2), date(2021, 3, 15))]
    [row] = measured(MARCH, rows=rows).filter(unit="TM", breakdown={}, indicator="resolved_on_time").to_dicts()
    assert (row["numerator"], row["denominator"]) == (2, 3)
    assert float(str(row["value"])) == pytest.approx(200 / 3)


def test_a_table_of_measures_reads_back() -> None:
    found = measured(MARCH, APRIL)
    again = Measures.of(list(found))
    assert list(again) == list(found)
    assert Measures.of(found) is found
    assert list(found.filter(period=MARCH).followed_by(found.filter(period=APRIL))) == [
        m for p in (MARCH, APRIL) for m in found.filter(period=p)
    ]


def test_without_coverage_a_period_has_data_where_anything_of_the_kind_happens_in_it() -> None:
    found = measured(JANUARY, MARCH, APRIL)
    status = {p.label: found["dossiers_received", "TM", p].status for p in (JANUARY, MARCH, APRIL)}
    assert status == {"2021-01": Status.NO_DATA, "2021-03": Status.OK, "2021-04": Status.NO_DATA}


def test_what_has_not_begun_and_what_is_not_over_say_so() -> None:
    found = measured(JANUARY, MARCH, MAY, as_of=date(2021, 3, 15))
    reasons = {p.label: (m.status, m.reason.en) for p in (JANUARY, MARCH, MAY) for m in [found["dossiers_received", "TM", p]]}
    assert reasons["2021-05"] == (Status.NO_DATA, "the period has not begun")
    assert reasons["2021-03"] == (Status.PERIOD_OPEN, "the period is not over, data until 2021-03-15")
    assert reasons["2021-01"][0] is Status.NO_DATA
    assert "begun" not in reasons["2021-01"][1]
    over = measured(MARCH, as_of=MARCHS_END)["dossiers_received", "TM"]
    assert (over.status, over.reason) == (Status.OK, Text())


def test_a_breakdown_that_the_records_do_not_have_is_an_error_that_lists_those_they_have() -> None:
    with pytest.raises(CchcError, match="cannot be broken down by chanel; did you mean «channel»"):
        measured(MARCH, breakdowns={"dossiers_received": [["chanel"]]})
    found = measured(MARCH, breakdowns={"dossiers_received": [["channel"]]})
    assert found["dossiers_received", "TM", {"channel": "online"}].numerator == 1
    assert found["dossiers_received", "TM", {"channel": "counter"}].numerator == 2


def test_sums_leave_64_bits_without_a_loss() -> None:
    big = 2**62
    for values in ([big, big, 0], [-big, -big, 0], [-big, -big, 1, 2]):
        assert sums(fits(values), fits([0])).tolist() == [sum(values)]
    assert sums(fits([1, 2, 3]), fits([0, 2])).tolist() == [3, 3]


def test_a_measure_by_itself_says_what_it_is() -> None:
    found = measured(MARCH, breakdowns={"dossiers_received": [["channel"]]})
    rate, count = found["resolved_on_time", "TM"], found["dossiers_received", "TM", {"channel": "online"}]
    assert rate.key == ("resolved_on_time", "TM", "2021-03", ())
    assert str(rate) == "resolved_on_time · TM · 2021-03: 100 percent (2/2)"
    assert str(count) == "dossiers_received · TM · channel=online · 2021-03: 1 count"
    nothing = found["resolved_on_time", "TM", {"level": "province"}]
    assert (nothing.value, nothing.value_or(7), rate.value_or(7), rate.scale) == (None, 7, 100, Scale.PERCENT)
    assert str(nothing).endswith("zero_denominator (0/0)")
    kept = rate.to_dict()
    assert (kept["period"], kept["numerator"], kept["denominator"], kept["status"]) == ("2021-03", 2, 2, "ok")
    assert kept["as_of"] == "2021-12-31"
