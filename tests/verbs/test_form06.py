"""Form 06: every row is the clerk's, its identities hold for any dossiers, and the checker reports whatever breaks one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.slow import calendar_slow, draw
from tests.slow.dossiers_slow import Book, chosen, fate_of, keep_book, story_of

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.count.tally import tally
from cchc_metrics.errors import CchcError
from cchc_metrics.records.choices import Channel
from cchc_metrics.records.columns import Columns, columns_of
from cchc_metrics.records.dossier import Dossier
from cchc_metrics.records.dossier_event import DossierEvent
from cchc_metrics.records.waits import attach_events
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.report.form06_table import failure_text, form06_table
from cchc_metrics.text import dictionary_order
from cchc_metrics.verbs.form06 import Failure, Form06, check_form06, form06
from cchc_metrics.verbs.form06_rows import NUMBERS, Form06Row
from cchc_metrics.verbs.measure import measure

OFFICIAL = Calendar.official()
SLOW = calendar_slow.official()
FORM = Rules.preset("form06")
FAR_AHEAD = date(2050, 12, 31)
TREE = UnitTree(
    [
        Unit(code="TM", name="Đồng Tháp", level="province"),
        Unit(code="TM.01", name="Tháp Mười", level="district", parent="TM", valid_to=date(2025, 6, 30)),
        Unit(code="TM.02", name="Mỹ Quý", level="commune", parent="TM.01"),
    ],
)
UNDER = {"TM": ("TM", "TM.01", "TM.02"), "TM.01": ("TM.01", "TM.02"), "TM.02": ("TM.02",)}
LEVELS = {"TM": "province", "TM.01": "district", "TM.02": "commune"}
PRINTED = NUMBERS[:11]
STOCK = "(6) kỳ sau = (11) kỳ này | (6) of the next period = (11)"

on_time = draw.rules().map(lambda rules: rules.model_copy(update={"missing_due": "on_time"}))


def dossiers(file: draw.Files) -> Columns:
    rows, events = file
    return attach_events(columns_of(Dossier, rows), columns_of(DossierEvent, events))


def forms(columns: Columns, periods: Sequence[Period], rules: Rules = FORM, unit: str = "TM", as_of: date = FAR_AHEAD) -> list[Form06]:
    counted = tally({"dossiers": columns}, periods=periods, rules=rules, calendar=OFFICIAL, as_of=as_of)
    return [form06(counted, units=TREE, unit=unit, period=p, as_of=as_of) for p in periods]


def months_about(first: date, n: int = 4) -> list[Period]:
    start = Period.of("month", first.year, first.month)
    found = [start]
    while len(found) < n:
        day = found[-1].last + timedelta(days=1)
        found.append(Period.of("month", day.year, day.month))
    return found


@st.composite
def questions(draw_: st.DrawFn) -> tuple[draw.Files, list[Period], date]:
    """Return a strategy for dossiers with their events, any list of periods that have begun, and the day of the question."""
    first, last = draw_(draw.windows)
    file = draw_(draw.files_in(first, last, max_size=8))
    periods = draw_(st.lists(draw.periods_about(first, last), min_size=1, max_size=3, unique_by=lambda p: p.label))
    begun = max(p.first for p in periods)
    return file, periods, draw_(st.dates(begun, begun + timedelta(days=100)) | st.just(FAR_AHEAD))


# --- the clerk's book -------------------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(question=questions(), rules=draw.rules())
def test_every_row_is_that_of_the_clerks_book(question: tuple[draw.Files, list[Period], date], rules: Rules) -> None:
    (rows, events), periods, as_of = question
    columns = dossiers((rows, events))
    fates = [f for d in rows if (f := fate_of(d, rules, SLOW, story_of(e for e in events if e.dossier_id == d.dossier_id)))]
    for unit, codes in UNDER.items():
        for form in forms(columns, periods, rules, unit, as_of):
            expected = []
            for level in dict.fromkeys(LEVELS[code] for code in codes):
                own = [f for f in fates if f.dossier.unit_code in codes and LEVELS[f.dossier.unit_code] == level]
                for name in sorted({d.field for d in rows}, key=dictionary_order):
                    of_field = chosen(own, field_of_work=name)
                    by_channel = {c: book(chosen(of_field, channel=c), form) for c in Channel}
                    row = as_row(level, name, book(of_field, form), by_channel)
                    if any(getattr(row, number) for number in NUMBERS):
                        expected.append(row)
                expected.append(as_row(level, None, book(own, form), {c: book(chosen(own, channel=c), form) for c in Channel}))
            everything = chosen(fates, units=codes)
            expected.append(as_row("", None, book(everything, form), {c: book(chosen(everything, channel=c), form) for c in Channel}))
            assert list(form.rows) == expected
            assert (form.unit, form.rules, form.as_of) == (unit, rules.id, as_of)


def book(fates: Sequence[Any], form: Form06) -> Book:
    return keep_book(fates, form.period.first, form.period.last, form.as_of, SLOW)


def as_row(level: str, field: str | None, whole: Book, by_channel: dict[Channel, Book]) -> Form06Row:
    return Form06Row(
        level=level,
        field=field,
        total=whole.received + whole.carried_over,
        online=by_channel[Channel.ONLINE].received,
        direct=by_channel[Channel.COUNTER].received + by_channel[Channel.POSTAL].received,
        carried_over=whole.carried_over,
        ended=whole.ended,
        early=whole.early,
        on_due_date=whole.on_due_date,
        late=whole.late,
        pending=whole.pending,
        in_time=whole.pending_in_time,
        overdue=whole.pending_overdue,
        ended_no_due_date=whole.ended_no_due_date,
        pending_no_due_date=whole.pending_no_due_date,
        ended_due_unknown=whole.ended_calendar_missing + whole.ended_wait_without_dates + whole.ended_start_unknown,
        pending_due_unknown=whole.pending_calendar_missing + whole.pending_wait_without_dates + whole.pending_start_unknown,
    )


# --- laws -------------------------------------------------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(question=questions(), rules=on_time)
def test_every_identity_holds_for_any_dossiers_and_periods(question: tuple[draw.Files, list[Period], date], rules: Rules) -> None:
    file, periods, as_of = question
    columns = dossiers(file)
    for unit in UNDER:
        for form in forms(columns, periods, rules, unit, as_of):
            assert len(form.check()) == sum((row.ended_due_unknown > 0) + (row.pending_due_unknown > 0) for row in form.rows)
            assert all(getattr(row, name) >= 0 for row in form.rows for name in NUMBERS)
            for row in form.rows:
                assert row.total == row.online + row.direct + row.carried_over == row.ended + row.pending
                assert row.ended == row.early + row.on_due_date + row.late + row.ended_due_unknown
                assert row.pending == row.in_time + row.overdue + row.pending_due_unknown
                assert row.ended_no_due_date == row.pending_no_due_date == 0


@settings(max_examples=15)
@given(data=st.data(), rules=on_time)
def test_what_one_period_leaves_the_next_takes_over(data: st.DataObject, rules: Rules) -> None:
    first, last = data.draw(draw.windows)
    columns = dossiers(data.draw(draw.files_in(first, last, max_size=8)))
    periods = months_about(first)
    made = forms(columns, periods, rules)
    for this, following in pairwise(made):
        assert check_form06(this.rows, following=following.rows) == this.check()
        assert len(this.check()) == sum((row.ended_due_unknown > 0) + (row.pending_due_unknown > 0) for row in this.rows)
        assert this.rows[-1].pending == following.rows[-1].carried_over
    # The months together are their whole: flows add, stocks are those of the ends.
    [whole] = forms(columns, [Period.custom(periods[0].first, periods[-1].last)], rules)
    assert whole.rows[-1].ended == sum(f.rows[-1].ended for f in made)
    assert whole.rows[-1].carried_over == made[0].rows[-1].carried_over
    assert whole.rows[-1].pending == made[-1].rows[-1].pending


@settings(max_examples=15)
@given(question=questions(), rules=draw.rules())
def test_fields_add_up_to_levels_levels_to_the_whole_and_units_to_the_unit_above(
    question: tuple[draw.Files, list[Period], date],
    rules: Rules,
) -> None:
    file, periods, as_of = question
    columns = dossiers(file)
    by_unit = {unit: forms(columns, periods, rules, unit, as_of) for unit in UNDER}
    for form in by_unit["TM"]:
        totals = {row.level: row for row in form.rows if row.field is None}
        assert list(totals) == ["province", "district", "commune", ""]
        for name in NUMBERS:
            for level in ("province", "district", "commune"):
                assert value(totals[level], name) == sum(value(r, name) for r in form.rows if r.level == level and r.field is not None)
            assert value(totals[""], name) == sum(value(totals[level], name) for level in ("province", "district", "commune"))
    for above, below in zip(by_unit["TM"], by_unit["TM.01"], strict=True):
        of_level = {row.level: row for row in above.rows if row.field is None}
        for row in below.rows:
            if row.field is None and row.level:
                assert row == of_level[row.level]  # the district stands alone on its level


def with_numbers(row: Form06Row, change: dict[str, int]) -> Form06Row:
    """Return a row with some of its numbers changed."""
    return Form06Row(row.level, row.field, *({name: value(row, name) for name in NUMBERS} | change).values())


def value(row: Form06Row, name: str) -> int:
    found = getattr(row, name)
    assert isinstance(found, int)
    return found


@settings(max_examples=12)
@given(question=questions(), rules=draw.rules())
def test_the_form_says_what_the_measures_say(question: tuple[draw.Files, list[Period], date], rules: Rules) -> None:
    file, periods, as_of = question
    counted = tally({"dossiers": dossiers(file)}, periods=periods, rules=rules, calendar=OFFICIAL, as_of=as_of)
    coverage = {"dossiers": (date(2000, 1, 1), FAR_AHEAD)}
    names = ["dossiers_received", "resolved_on_time", "handled_on_time", "not_late", "resolved_or_overdue", "dossiers_pending_overdue"]
    measures = measure(
        counted, default_catalogue().select(names), units=TREE, periods=periods, as_of=as_of, coverage=coverage, breakdowns={}
    )
    for unit in UNDER:
        for period in periods:
            form = form06(counted, units=TREE, unit=unit, period=period, as_of=as_of)
            for row in form.rows:
                if row.field is not None or not TREE.overlaps(unit, period.first, period.last):
                    continue
                level = (("level", row.level),) if row.level and len(TREE.subtree(unit)) > 1 else ()
                found = {name: measures.get(name, unit, period, level) for name in names}
                counts = {name: (m.numerator, m.denominator) for name, m in found.items() if m is not None and m.numerator is not None}
                expected = {
                    "dossiers_received": (row.online + row.direct, None),
                    "resolved_on_time": (row.early + row.on_due_date, row.early + row.on_due_date + row.late),
                    "handled_on_time": (
                        row.early + row.on_due_date + row.in_time,
                        row.early + row.on_due_date + row.late + row.in_time + row.overdue,
                    ),
                    "not_late": (
                        row.total - row.late - row.overdue - row.ended_due_unknown - row.pending_due_unknown,
                        row.total - row.ended_due_unknown - row.pending_due_unknown,
                    ),
                    "resolved_or_overdue": (row.early + row.on_due_date, row.early + row.on_due_date + row.late + row.overdue),
                    "dossiers_pending_overdue": (row.overdue, None),
                }
                assert counts == {name: expected[name] for name in counts}
                assert counts or level == (("level", "district"),)  # the level ended on 30/06/2025


@settings(max_examples=12)
@given(data=st.data())
def test_rules_that_keep_dossiers_without_a_due_date_apart_name_their_rows(data: st.DataObject) -> None:
    first, last = data.draw(draw.windows)
    columns = dossiers(data.draw(draw.files_in(first, last, max_size=8)))
    rules = data.draw(draw.rules()).model_copy(update={"missing_due": "bucket"})
    for form in forms(columns, months_about(first), rules):
        expected = []
        for number, row in enumerate(form.rows, start=1):
            for identity, left, apart, unknown in (
                ("(7) = (8)+(9)+(10)", row.ended, row.ended_no_due_date, row.ended_due_unknown),
                ("(11) = (12)+(13)", row.pending, row.pending_no_due_date, row.pending_due_unknown),
            ):
                said = [f"{apart} dossiers without a due date"] if apart else []
                said += [f"{unknown} dossiers whose due date could not be computed"] if unknown else []
                if said:
                    expected.append((number, identity, left, apart + unknown, "; ".join(said)))
        assert [(f.row, f.identity, f.left, f.difference, f.note.en) for f in form.check()] == expected


@settings(max_examples=15)
@given(data=st.data())
def test_the_form_of_a_sum_of_tallies_is_the_form_of_the_whole(data: st.DataObject) -> None:
    first, last = data.draw(draw.windows)
    rows = data.draw(draw.bundles_in(first, last, min_size=2))
    cut = data.draw(st.integers(0, len(rows)))
    [period] = months_about(first, 1)
    options: dict[str, Any] = {"periods": [period], "rules": FORM, "calendar": OFFICIAL, "as_of": FAR_AHEAD}
    parts = [tally({"dossiers": columns_of(Dossier, part)}, **options) for part in (rows[:cut], rows[cut:])]
    together = form06(parts[0] + parts[1], units=TREE, unit="TM", period=period, as_of=FAR_AHEAD)
    assert [together] == forms(columns_of(Dossier, rows), [period])


# --- the checker ------------------------------------------------------------------------------------------------------------------------

small = st.integers(0, 3000)


@st.composite
def published(draw_: st.DrawFn, field: str = "Hộ tịch") -> Form06Row:
    """Return a strategy for rows as offices print them, all identities in order."""
    early, on_due_date, late, in_time, overdue = (draw_(small) for _ in range(5))
    ended, pending = early + on_due_date + late, in_time + overdue
    online = draw_(st.integers(0, ended + pending))
    carried_over = draw_(st.integers(0, ended + pending - online))
    return Form06Row(
        level=draw_(st.sampled_from(["province", "district", "commune"])),
        field=field,
        total=ended + pending,
        online=online,
        direct=ended + pending - online - carried_over,
        carried_over=carried_over,
        ended=ended,
        early=early,
        on_due_date=on_due_date,
        late=late,
        pending=pending,
        in_time=in_time,
        overdue=overdue,
    )


published_forms = st.lists(st.sampled_from(["Hộ tịch", "Đất đai", "Chứng thực", ""]), min_size=1, max_size=4).flatmap(
    lambda names: st.tuples(*(published(name) for name in names))
)
COLUMNS_OF = {
    "(3) = (4)+(5)+(6)": {"total", "online", "direct", "carried_over"},
    "(7) = (8)+(9)+(10)": {"ended", "early", "on_due_date", "late"},
    "(11) = (12)+(13)": {"pending", "in_time", "overdue"},
    "(3) = (7)+(11)": {"total", "ended", "pending"},
}


@given(published_forms)
def test_a_published_form_in_order_has_no_failure(rows: tuple[Form06Row, ...]) -> None:
    assert check_form06(rows) == []


@given(rows=published_forms, data=st.data())
def test_a_single_changed_number_is_always_reported_and_nothing_is_repaired(rows: tuple[Form06Row, ...], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(PRINTED))
    before = value(rows[at], name)
    after = data.draw(st.integers(0, 5000).filter(lambda n: n != before))
    changed = [with_numbers(row, {name: after}) if i == at else row for i, row in enumerate(rows)]
    given_rows = list(changed)
    found = check_form06(changed)
    assert {f.row for f in found} == {at + 1}
    assert {f.identity for f in found} == {identity for identity, columns in COLUMNS_OF.items() if name in columns}
    assert {abs(f.difference) for f in found} == {abs(after - before)}
    assert changed == given_rows
    for f in found:
        assert (f.left - f.right, str(f.left) in failure_text(f, "en").replace(",", "")) == (f.difference, True)


@given(rows=published_forms, data=st.data())
def test_a_number_of_the_stock_that_differs_in_the_next_form_is_reported(rows: tuple[Form06Row, ...], data: st.DataObject) -> None:
    rows = tuple({(r.level, r.field): r for r in rows}.values())
    following = [replace(r, carried_over=r.pending) for r in rows]
    assert [f for f in check_form06(rows, following=following) if f.identity == STOCK] == []
    assert check_form06(rows, following=list(reversed(following))) == []  # found by level and field, not by place
    at = data.draw(st.integers(0, len(rows) - 1))
    wrong = data.draw(small.filter(lambda n: n != rows[at].pending))
    following[at] = replace(following[at], carried_over=wrong)
    assert check_form06(rows, following=following) == [Failure(at + 1, STOCK, wrong, rows[at].pending)]


def test_a_row_that_one_of_two_forms_does_not_have_is_zero_there() -> None:
    row = Form06Row("commune", "Hộ tịch", 10, 10, 0, 0, 7, 7, 0, 0, 3, 3, 0)
    done = replace(row, total=7, online=7, pending=0, in_time=0)
    other = Form06Row("commune", "Đất đai", 5, 0, 0, 5, 5, 5, 0, 0, 0, 0, 0)
    [missing] = check_form06([row], following=[])
    assert (missing.row, missing.left, missing.right, missing.note.en) == (1, 0, 3, "the next form does not have this row")
    assert check_form06([done], following=[]) == []
    [new] = check_form06([], following=[other])
    assert (new.row, new.left, new.right, new.note.en) == (0, 5, 0, "this form does not have the row «commune Đất đai»")
    assert failure_text(new, "en") == (
        "(6) of the next period = (11) does not hold: 5 and 0, difference 5 (this form does not have the row «commune Đất đai»)"
    )
    assert check_form06([], following=[replace(other, carried_over=0, direct=5)]) == []


BROKEN = [
    ({"online": 39}, ["(3) = (4)+(5)+(6)"]),
    ({"direct": 60}, ["(3) = (4)+(5)+(6)"]),
    ({"late": 0}, ["(7) = (8)+(9)+(10)"]),
    ({"overdue": 3}, ["(11) = (12)+(13)"]),
    ({"total": 101}, ["(3) = (4)+(5)+(6)", "(3) = (7)+(11)"]),
    ({"ended": 89}, ["(7) = (8)+(9)+(10)", "(3) = (7)+(11)"]),
    ({"pending": 0}, ["(11) = (12)+(13)", "(3) = (7)+(11)"]),
    ({"total": 101, "online": 41}, ["(3) = (7)+(11)"]),
]


@pytest.mark.parametrize(("change", "identities"), BROKEN)
def test_each_identity_can_break(change: dict[str, int], identities: list[str]) -> None:
    row = Form06Row("commune", "Hộ tịch", 100, 40, 55, 5, 90, 80, 8, 2, 10, 9, 1)
    good = replace(row, field="Đất đai")
    assert check_form06([good, row]) == []
    found = check_form06([good, with_numbers(row, change), good])
    assert [(f.row, f.identity) for f in found] == [(2, identity) for identity in identities]


# --- examples ---------------------------------------------------------------------------------------------------------------------------


def march() -> Columns:
    names = ("unit_code", "field", "channel", "received_at", "due_at", "ended_at")
    table = [
        ("TM.01", "Đất đai", "1", "25/02/2021", "05/03/2021", "06/03/2021"),  # carried over, late
        ("TM.01", "Đất đai", "3", "01/03/2021", "05/03/2021", "04/03/2021"),  # by post, early
        ("TM.02", "Hộ tịch", "2", "01/03/2021", "03/03/2021", "03/03/2021"),  # online, on its due date
        ("TM.02", "Hộ tịch", "2", "10/03/2021", "30/03/2021", None),  # online, pending and overdue
        ("TM.02", "", "", "31/03/2021", None, None),  # no channel is the counter; no due date
    ]
    rows = [dict(zip(names, line, strict=True)) for line in table]
    made = [Dossier.model_validate({"dossier_id": str(n), "status": "9" if r["ended_at"] else "4", **r}) for n, r in enumerate(rows)]
    return columns_of(Dossier, made)


def numbers(row: Form06Row) -> tuple[Any, ...]:
    return tuple(getattr(row, f.name) for f in fields_of(row))


def test_a_month_worked_by_hand() -> None:
    [form] = forms(march(), [Period.parse("2021-03")], unit="TM.01")
    assert [numbers(row) for row in form.rows] == [
        ("district", "Đất đai", 2, 0, 1, 1, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0),
        ("district", None, 2, 0, 1, 1, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0),
        ("commune", "", 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0),
        ("commune", "Hộ tịch", 2, 2, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0),
        ("commune", None, 3, 2, 1, 0, 1, 0, 1, 0, 2, 1, 1, 0, 0, 0, 0),
        ("", None, 5, 2, 2, 1, 3, 1, 1, 1, 2, 1, 1, 0, 0, 0, 0),
    ]
    assert form.check() == []


def test_the_form_as_a_table_has_the_printed_columns() -> None:
    [form] = forms(march(), [Period.parse("2021-03")], unit="TM.01")
    table = form06_table(form.rows)
    assert [h.text.split()[0] for h in table.headings] == ["(1)", *(f"({n})" for n in range(2, 14))]
    assert [tuple(cell.text for cell in row.cells[:3]) for row in table.rows] == [
        ("1", "cấp huyện: Đất đai", "2"),
        ("2", "TỔNG cấp huyện", "2"),
        ("3", "cấp xã: không ghi", "1"),
        ("4", "cấp xã: Hộ tịch", "2"),
        ("5", "TỔNG cấp xã", "3"),
        ("6", "TỔNG", "5"),
    ]
    assert form06_table(form.rows, "en").rows[-1].cells[1].text == "TOTAL"
    big = form06_table([Form06Row("commune", None, *([2096] * 13))])
    assert {(cell.text, cell.number) for cell in big.rows[0].cells[2:]} == {("2.096", 2096)}


def test_the_district_group_is_empty_after_the_level_ended() -> None:
    rows = [
        Dossier(dossier_id=code, unit_code=code, status="9", received_at="02/07/2025", due_at="04/07/2025", ended_at="03/07/2025")
        for code in ("TM", "TM.02")
    ]
    [form] = forms(columns_of(Dossier, rows), [Period.parse("2025-07")])
    assert [(row.level, row.field, row.total) for row in form.rows] == [
        ("province", "", 1),
        ("province", None, 1),
        ("district", None, 0),
        ("commune", "", 1),
        ("commune", None, 1),
        ("", None, 2),
    ]


def test_nothing_received_is_a_form_of_zeros_and_no_table_is_no_form() -> None:
    period = Period.parse("2021-03")
    [form] = forms(columns_of(Dossier, []), [period])
    assert [(row.level, sum(value(row, n) for n in NUMBERS)) for row in form.rows] == [
        ("province", 0),
        ("district", 0),
        ("commune", 0),
        ("", 0),
    ]
    without = tally({}, periods=[period], rules=FORM, calendar=OFFICIAL, as_of=FAR_AHEAD)
    with pytest.raises(CchcError, match="no table of dossiers"):
        form06(without, units=TREE, unit="TM", period=period, as_of=FAR_AHEAD)


def test_a_period_that_has_not_begun_has_no_form() -> None:
    with pytest.raises(CchcError, match="2021-03 has not begun on 2021-02-28"):
        forms(march(), [Period.parse("2021-03")], as_of=date(2021, 2, 28))


def test_rows_add_up() -> None:
    one = Form06Row("commune", "Hộ tịch", *range(1, 14))
    other = replace(one, field="Đất đai")
    assert one + other == Form06Row("commune", None, *range(2, 28, 2))
    assert one + replace(one, level="district") == Form06Row("", None, *range(2, 28, 2))
