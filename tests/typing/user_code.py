"""The public API as a user's own code calls it, checked against the installed wheel: py.typed is in it or this fails.

An ignored error is an assertion too: mypy reports the comment as unused when the error is gone.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import assert_type

import cchc_metrics as cm
import cchc_metrics.errors
from cchc_metrics.records import OutreachActivity
from cchc_metrics.tables import numbers
from cchc_metrics.text import Lang, fold, parse_number_vi


def share(done: str, total: str, lang: Lang) -> str:
    """Return a rate of two numbers that were written the Vietnamese way."""
    rate = 100 * parse_number_vi(done) / parse_number_vi(total)
    assert_type(rate, Fraction)
    return numbers.format_percent(rate, lang=lang)


def first_report(folder: str, out: str) -> Fraction | None:
    """Return one figure of a folder and write its report."""
    data = cm.read_folder(folder, rules="form06")
    assert_type(data, cm.Dataset)
    measures = data.measures("2021")
    assert_type(measures, cm.Measures)
    assert_type(measures.filter(unit="H20.38"), cm.Measures)
    assert_type(measures["electronic_exchange", "H20.38"], cm.Measure)
    assert_type(data.deltas("2021"), cm.Deltas)
    assert_type(data.problems, cm.Problems)
    data.report("2021").save(out, formats=("json",))
    return measures["electronic_exchange", "H20.38"].value


def compared(current: cm.Measures, earlier: list[cm.Measure], units: cm.UnitTree) -> cm.Deltas:
    """Return the change against measures that stand in a list, as somebody's own table of last year's figures gives them."""
    assert_type(cm.Dataset(units=units, baseline=earlier, as_of="2021-12-31").as_of, date | None)
    return cm.compare(current, earlier, units=units)


def reached(rows: list[dict[str, object]]) -> int:
    """Return a sum over records, whose fields are known by their kind."""
    return sum(activity.reach or 0 for activity in cm.read_rows("outreach", rows).columns.records(OutreachActivity))


assert_type(fold("Mã đơn vị"), str)
assert_type(numbers.round_half_up(Decimal("50.775"), 2), Fraction)
assert_type(cchc_metrics.errors.CchcError("a", "b").en, str)

try:
    numbers.format_number(0.5)  # type: ignore[arg-type]  # a float is an error before the program runs
except TypeError as error:
    assert "binary float" in str(error)
else:
    raise AssertionError("a float was accepted")

assert share("9.999", "10.000", "vi") == "99,99%"
