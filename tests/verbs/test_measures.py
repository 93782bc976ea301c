"""Measures of one small office, by hand: how they are asked for, what stands beside a value and why there is none."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
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
from cchc_metrics.verbs.breakdowns import check_breakdown
from cchc_metrics.verbs.exact import Values, distinct, fits, sums
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


def measured(
    *periods: Period, as_of: date = date(2021, 12, 31), rows: list[Dossier] = ROWS, tree: UnitTree = TREE, **options: object
) -> Measures:
    columns = columns_of(Dossier, rows)
    counts = tally({"dossiers": columns}, periods=periods, rules=Rules.preset("default"), calendar=Calendar.official(), as_of=as_of)
    return measure(counts, CATALOGUE, units=tree, periods=periods, as_of=as_of, **options)  # type: ignore[arg-type]


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


def test_dimensions_that_are_counted_apart_only_are_no_breakdown_together() -> None:
    for dims in (["field"], ["outcome"]):
        assert len(measured(MARCH, breakdowns={"resolved_on_time": [dims]}))
    with pytest.raises(CchcError, match="cannot be broken down by field, outcome at the same time"):
        check_breakdown(CATALOGUE, "resolved_on_time", ["field", "outcome"])


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


def test_an_indicator_that_no_table_could_have_is_refused_and_the_nearest_is_named() -> None:
    with pytest.raises(CchcError, match="did you mean «resolved_on_time»"):
        measured(MARCH).filter(indicator="resolved_ontime")


def test_a_picture_of_what_the_table_does_not_have_says_whether_the_indicator_or_the_breakdown_is_missing() -> None:
    found = measured(MARCH)
    assert found.not_drawn("dossiers_receivd", ()).en == "the table has no indicator «dossiers_receivd»; did you mean «dossiers_received»?"
    for indicator in ("dossiers_received", "resolved_on_time"):
        assert found.not_drawn(indicator, (("channel", "online"),)).en == f"there is no value of «{indicator}» by channel=online"
    only = found.filter(indicator="resolved_on_time")
    assert "no indicator «dossiers_received»" in only.not_drawn("dossiers_received", ()).en


def test_groups_of_rows_with_equal_codes_are_numbered_and_of_no_rows_there_are_none() -> None:
    group, first = distinct(np.array([5, -1, 5, 7]), np.array([1, 1, 1, -1]))
    assert [group.tolist()[row] for row in first.tolist()] == sorted(set(group.tolist())) == [0, 1, 2]
    assert group.tolist()[0] == group.tolist()[2] != group.tolist()[3]
    large = np.array([2**40, 0, 2**40, 2**61])
    assert distinct(large, np.array([2**40, 2**60, 2**40, 1]))[0].tolist() == [1, 0, 1, 2]
    none = np.zeros(0, dtype=np.int64)
    assert [found.tolist() for found in distinct(none, none)] == [[], []]


def test_percent_is_a_hundred_times_the_quotient_in_lowest_terms_whatever_its_size() -> None:
    over, under = np.array([2, 2, 5]), np.array([6, 6, 0])
    found = Values.quotients(over, under, np.array([True, True, False]), hundredfold=np.array([True, False, True]))
    assert [found.at(row) for row in range(3)] == [Fraction(100, 3), Fraction(1, 3), None]
    big = 2**62
    found = Values.quotients(fits([big, -big]), fits([3, 4]), np.array([True, True]), hundredfold=np.array([True, False]))
    assert [found.at(row) for row in range(2)] == [Fraction(100 * big, 3), Fraction(-big, 4)]


def test_tables_of_unlike_units_and_periods_follow_each_other() -> None:
    found = measured(MARCH, APRIL)
    one, other = found.filter(period=MARCH, unit="TM"), found.filter(period=APRIL, unit="TM.01")
    other = Measures.of(list(other))  # which knows of its own units and periods only
    assert list(one.followed_by(other)) == [*one, *other]
    assert list(other.followed_by(one)) == [*other, *one]
    same = one.followed_by(one)
    assert list(same) == [*one, *one]


def test_a_unit_that_was_renamed_has_its_name_of_the_period() -> None:
    stages = [
        Unit(code="TM", name="Đồng Tháp", level="province"),
        Unit(code="TM.01", name="Mỹ An", kind="xã", level="commune", parent="TM", valid_to=MARCHS_END),
        Unit(code="TM.01", name="Mỹ An Mới", kind="phường", level="commune", parent="TM", valid_from=date(2021, 4, 1), continues=True),
    ]
    with pytest.raises(CchcError, match=r"the codes «TM\.01» were counted on days on which other units bore them"):
        measured(MARCH, APRIL, tree=UnitTree(stages))
    of_the_day = [row.model_copy(update={"unit_code": "TM.01@2021-03-31"}) for row in ROWS]
    found = measured(MARCH, APRIL, rows=of_the_day, tree=UnitTree(stages)).filter(indicator="dossiers_received", breakdown={})
    names = {(row["unit"], row["period"]): row["unit_name"] for row in found.to_dicts()}
    assert names["TM.01", "2021-03"] == "Mỹ An"
    assert names["TM.01", "2021-04"] == "Mỹ An Mới"
    assert {name for (unit, _), name in names.items() if unit == "TM"} == {"Đồng Tháp"}
