"""The disputed points of the field as named rules: data, not code, and named by every measure that used them."""

from __future__ import annotations

from datetime import time
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from pydantic import Field, field_validator

from cchc_metrics.arguments import public_methods
from cchc_metrics.declared import DeclaredModel, parse_toml
from cchc_metrics.errors import CatalogueError, CchcError, suggestion


@public_methods
class Rules(DeclaredModel):
    """How disputed points about dossiers are decided.

    Args:
        id: the name that measures carry.
        pauses: what waiting for a supplement or payment does. ``shift``: the due date moves by the time waited (provincial systems).
            ``subtract``: the due date stays, the waiting time is subtracted from the end (national portal). ``restart``: the term is
            counted again from the beginning after a complete supplement (some provincial systems; a reading of the decree, not checked).
        end: which date ends a dossier that has several. ``result`` (default): the end of processing (status 9), else the approval, else the
            hand-over (status 10), so that a citizen who comes late does not make the office late. ``approval``: the day the result was
            signed (ngày duyệt) first, then the end of processing, then the hand-over. ``approval_hand_over``: the same with the hand-over
            before the end of processing, as Bkav eGov decides. ``hand_over``: the day it was handed over first.
        compare: ``dates`` (default) or ``instants``: whether the end is compared with the due date by day or by the clock.
        stopped: whether status 8 (dừng xử lý) leaves the dossier ``pending`` (provincial systems) or ``ended`` (national portal).
        withdrawn: whether status 7 (rút hồ sơ) is ``ended`` and classed as such, or ``excluded`` from every count.
        refused: whether status 3 is out of every count (``excluded``) or counts as ``ended`` when it had been received (national portal).
        missing_due: what a dossier without a due date is: a ``bucket`` of its own, shown (default), or ``on_time`` (seen in one
            provincial system).
        given_due: whether a given ``due_at`` ``wins`` over the one computed from the term, or is ``ignored``.
        given_due_includes_pauses: whether a given ``due_at`` was already moved by the pauses (as one-stop systems export it).
        appointment: which due date counts after a re-appointment (hẹn lại): the ``original`` one (default) or the ``current`` one.
        two_supplements_late: whether two or more supplement requests make the dossier late (national portal).
        opening_hours: intervals of a working day, for terms in hours and the acceptance clock; empty: hours are counted in whole working
            days of 8 hours, a receipt taken at closing time.
        acceptance_hours: working hours within which an online dossier must be accepted (8 in the provincial systems seen).
        open_supplement: whether a dossier waiting for a supplement at the reporting date is ``pending`` like any other, or
            ``judged_at_request``: compared with its due date at the moment of the request (national portal, Bkav eGov). ``in_time``: the
            same, and one that waits to this day is in time from the request on, however late it was asked, or throughout where only its
            status says that it waits (Form 06a as printed).
        unresolved: how an end without a result (returned to the citizen, withdrawn, stopped, as far as the other rules take it for an end)
            is classed: ``by_date`` like any other (default), or ``on_due_date`` whatever its dates (Form 06a as printed).
        received_on_day_off: from which day the term of a dossier counts that was received on a day off: ``as_received``, that day itself
            (default); ``forward``, as if received on the next working day; ``back``, as if received on the working day before.
        calendar_terms: whether a term in calendar days or months that ends on a day off ``roll``s to the next working day (Civil Code 2015,
            art. 148; default), or ``stay``s where it ends (seen in one-stop systems).

    >>> Rules.preset("default").pauses
    'shift'
    """

    id: str = Field(min_length=1)
    vi: str = ""
    en: str = ""
    pauses: Literal["restart", "shift", "subtract"] = "shift"
    end: Literal["result", "approval", "approval_hand_over", "hand_over"] = "result"
    compare: Literal["dates", "instants"] = "dates"
    stopped: Literal["pending", "ended"] = "pending"
    withdrawn: Literal["ended", "excluded"] = "ended"
    refused: Literal["excluded", "ended"] = "excluded"
    missing_due: Literal["bucket", "on_time"] = "bucket"
    given_due: Literal["wins", "ignored"] = "wins"
    given_due_includes_pauses: bool = True
    appointment: Literal["original", "current"] = "original"
    two_supplements_late: bool = False
    opening_hours: tuple[tuple[time, time], ...] = ()
    acceptance_hours: int = 8
    open_supplement: Literal["pending", "judged_at_request", "in_time"] = "pending"
    unresolved: Literal["by_date", "on_due_date"] = "by_date"
    received_on_day_off: Literal["as_received", "forward", "back"] = "as_received"
    calendar_terms: Literal["roll", "stay"] = "roll"

    @field_validator("opening_hours")
    @classmethod
    def _in_order(cls, value: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
        moments = [at for interval in value for at in interval]
        if any(later <= earlier for earlier, later in pairwise(moments)):
            raise CchcError("giờ làm việc phải tăng dần, không chồng lấn", "opening hours must ascend without overlap")
        return value

    @classmethod
    def preset(cls, name: str) -> Rules:
        """Return packaged rules by name.

        Raises:
            CatalogueError: when there is no preset of this name; the message offers the nearest.
        """
        presets = rule_presets()
        if name not in presets:
            vi, en = suggestion(name, presets)
            raise CatalogueError(
                f"không có bộ quy tắc «{name}»{vi}; có: {', '.join(presets)}",
                f"there are no rules named «{name}»{en}; there are: {', '.join(presets)}",
            )
        return presets[name]


@cache
def rule_presets() -> dict[str, Rules]:
    """Return every packaged preset by name."""
    text = resources.files("cchc_metrics.reference").joinpath("data/rules.toml").read_text(encoding="utf-8")
    return {name: Rules(id=name, **values) for name, values in parse_toml(text, "rules.toml").data.items()}
