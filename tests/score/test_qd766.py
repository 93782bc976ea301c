"""QĐ 766: the portal's published figures, to the last printed digit; the rule sheet where it disagrees; what is not known is said."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_metrics.errors import CchcError
from cchc_metrics.score import GivenPoints, Inputs, Ratio, Scorecard, Value, check_scheme, qd766, score_scheme, with_choices
from cchc_metrics.tables.numbers import format_number
from cchc_metrics.values import Status

LEAVES = ("1", "2", "3", "P", "4", "5")
MAXIMA = {"1": 18, "2": 20, "3": 12, "P": 10, "4": 22, "5": 18}
PAYMENT: dict[str, Value] = {"P.a": Ratio(70, 331), "P.b": Ratio(125, 331), "P.c": Ratio(229394, 427521)}


def given_points(printed: dict[str, str]) -> dict[str, Value]:
    return {leaf: GivenPoints(Fraction(text.replace(",", "."))) for leaf, text in printed.items()}


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [
        ("1.1", Ratio(0, 79), "0"),
        ("1.2", Ratio(65, 80), "3,25"),
        ("1.3", Ratio(78, 80), "1,95"),
        ("2.1", Ratio(4358, 4474), "19,48"),
        ("4.2", Decimal("15.48"), "0,62"),
        ("4.2b", 100, "2"),
        ("4.3", Decimal("32.34"), "0,81"),
        ("5.2", Ratio(1000, 4506), "1,33"),
        ("5.4", Ratio(785199, 1065150), "4,91"),
    ],
)
def test_a_component_with_published_counts(name: str, value: Value, printed: str) -> None:
    line = score_scheme({name: value}, qd766())[name]
    assert line.points is not None
    assert format_number(line.points) == printed
    assert line.status is Status.OK


def test_online_payment_is_added_before_it_is_rounded() -> None:
    card = score_scheme(PAYMENT, qd766())
    parts = [card[name].points for name in PAYMENT]
    assert parts == [Fraction(2 * 7000, 331 * 80), Fraction(2 * 12500, 331 * 80), Fraction(6 * 229394, 427521)]
    assert card["P"].points == Fraction(469, 100)


# Which of the last two printed figures is digitisation and which satisfaction the source does not say; both fit both.
@pytest.mark.parametrize("last", list(permutations(("4", "5"))))
@pytest.mark.parametrize(
    ("unit", "figures", "total"),
    [("Hà Nội", "11,2 14,81 9,23 4,69 7,29 8,01", "55,23"), ("Đồng Tháp", "11,46 17,69 8,84 9,72 14,67 6,42", "68,8")],
)
def test_the_printed_total_is_the_sum_of_the_printed_groups(unit: str, figures: str, total: str, last: tuple[str, str]) -> None:
    leaves = ("1", "2", "3", "P", *last)
    card = score_scheme(given_points(dict(zip(leaves, figures.split(), strict=True))), qd766(), unit=unit)
    assert card.points == Fraction(total.replace(",", "."))
    assert card.share == card.points
    assert card.band is not None
    assert card.band.vi == "Trung bình"
    assert [format_number(card[leaf].points or Fraction(0)) for leaf in leaves] == figures.split()


def test_ha_noi_with_payment_from_its_counts() -> None:
    rest = given_points({"1": "11,2", "2": "14,81", "3": "9,23", "4": "7,29", "5": "8,01"})
    assert score_scheme({**rest, **PAYMENT}, qd766()).points == Fraction("55.23")


def test_five_groups_six_leaves_one_hundred_points() -> None:
    scheme = qd766()
    groups = {"transparency": 18, "progress": 20, "digitisation": 22, "online": 22, "satisfaction": 18}
    assert {field.id: field.full for field in scheme.fields} == {name: Fraction(points) for name, points in groups.items()}
    assert {c.id: c.full for f in scheme.fields for c in f.criteria} == {name: Fraction(points) for name, points in MAXIMA.items()}
    assert scheme.full == 100


def test_the_figures_and_the_sheet_disagree_about_4_2() -> None:
    inputs: dict[str, Value] = {"4.2": Decimal("15.48")}
    seen, sheet = (score_scheme(inputs, qd766(follows)) for follows in ("seen", "sheet"))
    assert seen["4.2"].points == Fraction("0.6192")
    assert sheet["4.2"].points == Fraction("0.774")
    assert (seen.scheme.variant, sheet.scheme.variant) == ("seen", "sheet")
    assert seen.scheme.version == sheet.scheme.version == "2026-10-10"


def test_without_the_split_online_services_have_no_points() -> None:
    online: dict[str, Value] = {"3.1": 90, "3.2": 50, "3.3": 25, "synchronisation_coefficient": Fraction(4, 5)}
    card = score_scheme(online, qd766())
    assert card["3"].points is None
    assert card["3"].status is Status.NO_DATA
    assert card["3"].missing == ("3.1", "3.2", "3.3")
    assert "maximum" in card["3.1"].reason.en
    assert [f.path[-1] for f in check_scheme(qd766()) if f.code == "no_maximum"] == [0, 1, 2]
    given = score_scheme(online, qd766(online_split=(5, 3, 4)))
    assert given["3"].points == Fraction(5 + Fraction(3, 2)) + Fraction(4 * 20, 50)
    assert not [f for f in check_scheme(given.scheme) if f.code == "no_maximum"]


def test_a_split_must_be_of_12() -> None:
    with pytest.raises(CchcError, match="12"):
        qd766(online_split=(4, 4, 5))


@pytest.mark.parametrize(("period", "divide_by"), [("year", 1), ("quarter", 4), ("month", 12)])
@pytest.mark.parametrize("denominator", [0, None])
def test_1_4_without_a_denominator_takes_last_years_total(period: str, divide_by: int, denominator: int | None) -> None:
    scheme = qd766(period=period)  # type: ignore[arg-type]  # pytest gives texts
    card = score_scheme({"1.4": Ratio(30, denominator), "dossiers_last_year": 1200}, scheme)
    assert card["1.4"].points == 6 * Fraction(30 * divide_by, 1200)
    none = score_scheme({"1.4": Ratio(0, denominator), "dossiers_last_year": 0}, scheme)
    assert none["1.4"].points == 0
    assert none["1.4"].notes


def test_what_is_shown_only_earns_nothing_and_is_never_missing() -> None:
    card = score_scheme({"2.1": 100}, qd766())
    assert card["2.2"].points == 0
    assert card["2"].points == 20


def test_nothing_in_it_is_a_mistake() -> None:
    for follows in ("seen", "sheet"):
        found = check_scheme(qd766(follows))
        assert not [str(f) for f in found if f.mistake]
        assert {f.code for f in found} == {"no_case", "no_maximum"}


RATES = {"1.1": 6, "1.2": 4, "1.3": 2, "1.4": 6, "2.1": 20, "4.1": 6, "4.2": 4, "4.2b": 2, "4.3": 2, "4.4": 4, "4.5a": 2, "4.5b": 2}
RATES |= {"3.1": 4, "3.2": 4, "3.3": 4, "P.a": 2, "P.b": 2, "P.c": 6, "5.2": 6, "5.3": 6, "5.4": 6}


def full_card(values: dict[str, Value], follows: str = "seen") -> Scorecard:
    scheme = qd766(follows, online_split=(4, 4, 4))  # type: ignore[arg-type]  # drawn from the two
    return score_scheme(Inputs({**values, "synchronisation_coefficient": 1}), scheme)


@given(st.dictionaries(st.sampled_from(sorted(RATES)), st.integers(0, 100), min_size=len(RATES)), st.sampled_from(["seen", "sheet"]))
def test_the_total_is_the_sum_of_six_rounded_leaves_within_0_and_100(rates: dict[str, int], follows: str) -> None:
    card = full_card(dict(rates), follows)
    leaves = [card[leaf].points for leaf in LEAVES]
    assert all(points is not None and (points * 100).denominator == 1 for points in leaves)
    assert card.points == sum(points for points in leaves if points is not None)
    assert 0 <= (card.points or 0) <= 100


def test_all_at_100_percent_is_100_points() -> None:
    card = full_card(dict.fromkeys(RATES, 100))
    assert card.points == 100
    assert card.band is not None
    assert card.band.id == "excellent"


@pytest.mark.parametrize(
    ("points", "band"),
    [("90", "Xuất sắc"), ("89.99", "Tốt"), ("80", "Tốt"), ("79.99", "Khá"), ("70", "Khá"), ("50", "Trung bình"), ("49.99", "Yếu")],
)
def test_the_bands_include_their_lower_end(points: str, band: str) -> None:
    rest = Fraction(points)
    values: dict[str, Value] = {}
    for leaf in ("2", "4", "1", "5", "P"):
        here = min(rest, Fraction(MAXIMA[leaf]))
        values[leaf] = GivenPoints(here)
        rest -= here
    card = score_scheme({**values, "3": GivenPoints(rest)}, qd766())
    assert card.band is not None
    assert card.band.vi == band


def test_the_group_sum_is_not_rounded_when_a_choice_says_so() -> None:
    exact = with_choices(qd766(), {"P:round": None})
    assert score_scheme(PAYMENT, exact)["P"].points == Fraction(2 * 7000 + 2 * 12500, 331 * 80) + Fraction(6 * 229394, 427521)
