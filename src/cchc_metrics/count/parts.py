"""Counting rows that come part by part: the tallies of the parts are the tally of the whole, and no part is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from cchc_metrics.count.tally import Engine, Frame, Tally, compiled_counter, tally
from cchc_metrics.records.columns import Columns
from cchc_metrics.reference.calendar import Calendar
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.rules import Rules


def tally_parts(
    kind: str,
    parts: Iterable[Columns],
    *,
    periods: Iterable[Period],
    rules: Rules,
    calendar: Calendar,
    as_of: date | None = None,
    sets: Mapping[str, Collection[str]] | None = None,
    engine: Engine = "auto",
) -> Tally:
    """Count the events of one kind whose rows come part by part, in the memory of one part.

    Args:
        kind: name of the kind.
        parts: columns of its valid rows, such as those of ``scan_parquet``; no part at all means that the kind was not supplied.
        periods: the periods to be measured.
        rules: how disputed points are decided.
        calendar: the working calendar.
        as_of: a day up to which a running period is to be read.
        sets: sets of events to count → dimensions to keep, as for ``tally``.
        engine: how dossiers are counted, as for ``tally``.

    Returns:
        The tally that ``tally`` makes of all rows together.

    >>> from cchc_metrics.records.columns import columns_of
    >>> from cchc_metrics.records.meeting import Meeting
    >>> held = [Meeting(meeting_id=n, unit_code="TM", kind="họp UBND", held_on="05/01/2021") for n in (1, 2)]
    >>> parts = (columns_of(Meeting, [meeting]) for meeting in held)
    >>> year, rules, calendar = [Period.parse("2021")], Rules.preset("default"), Calendar.official()
    >>> counted = tally_parts("meetings", parts, periods=year, rules=rules, calendar=calendar)
    >>> counted == tally({"meetings": columns_of(Meeting, held)}, periods=year, rules=rules, calendar=calendar)
    True
    """
    wanted = tuple(periods)
    counted = Tally.zero(Frame.of(wanted, rules, calendar, as_of=as_of))
    with ThreadPoolExecutor(1) as pool:
        if engine == "compiled" and kind == "dossiers":  # the compiler is loaded while the first part is read, which takes about as long
            pool.submit(compiled_counter)
        for part in parts:
            counted += tally({kind: part}, periods=wanted, rules=rules, calendar=calendar, as_of=as_of, sets=sets, engine=engine)
    return counted
