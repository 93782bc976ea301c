"""The disputed points of the field as named rules: data, not code, and named by every measure that used them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, create_model, field_validator

from cchc_metrics.arguments import public_methods
from cchc_metrics.declared import DeclaredModel, parse_toml
from cchc_metrics.errors import CatalogueError, CchcError, suggestion
from cchc_metrics.reference.days import day_number


def _in_order(value: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    moments = [at for interval in value for at in interval]
    if any(later <= earlier for earlier, later in pairwise(moments)):
        raise CchcError("giờ làm việc phải tăng dần, không chồng lấn", "opening hours must ascend without overlap")
    return value


class RuleOptions(DeclaredModel):
    """The options of rules: how each disputed point about dossiers is decided.

    Args:
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
        boundary_free_clock: from when the term of a boundary-free dossier (phi địa giới) runs that was received elsewhere: its receipt at
            that ``counter`` (default), or its receipt by the ``competent`` agency (NĐ 309/2026/NĐ-CP, art. 8.3; a copy was read).
        transfer_cut_off: the time of day up to which a dossier received elsewhere is to be with the competent agency on the same working
            day; after it, or on a day off, on the next (NĐ 309/2026/NĐ-CP, art. 9; a copy was read). None: no time limit is known.
        cut_off: the time of day after which a receipt, or one on a day off, counts from the next working day, where the procedure has no
            cut-off of its own. None (default): a receipt in the afternoon moves nothing.
        notice_hours: working hours within which papers are to be asked for, from the submission, or where that is not known the receipt; a
            later request is reported. None: no time limit is known.
        closed_after: working days after a request for papers on the last of which a dossier is closed that still waits for them. None
            (default): it waits on.
        two_reappointments_late: whether two or more re-appointments make the dossier late.
    """

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
    opening_hours: Annotated[tuple[tuple[time, time], ...], AfterValidator(_in_order)] = ()
    acceptance_hours: int = 8
    open_supplement: Literal["pending", "judged_at_request", "in_time"] = "pending"
    unresolved: Literal["by_date", "on_due_date"] = "by_date"
    received_on_day_off: Literal["as_received", "forward", "back"] = "as_received"
    calendar_terms: Literal["roll", "stay"] = "roll"
    boundary_free_clock: Literal["counter", "competent"] = "counter"
    transfer_cut_off: time | None = None
    cut_off: time | None = None
    notice_hours: Annotated[int, Field(ge=1)] | None = None
    closed_after: Annotated[int, Field(ge=1)] | None = None
    two_reappointments_late: bool = False


OPTIONS: Final = tuple(RuleOptions.model_fields)
"""Names of the options."""


def _plain_day(value: object) -> object:
    if isinstance(value, datetime):
        raise CchcError(f"«{value}» phải là ngày, không có giờ", f"«{value}» must be a day, without a time")
    return value


class _Change(DeclaredModel):
    """Options that are decided anew for dossiers received from a day on; what is None stays as it was.

    Args:
        from_day: the first day (in TOML and JSON: ``from``).
        vi, en: what changed, and on what that rests.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_day: Annotated[date, BeforeValidator(_plain_day)] = Field(alias="from")
    vi: str = ""
    en: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """The options that are decided anew, by name."""
        return {name: value for name in OPTIONS if (value := getattr(self, name)) is not None}


if TYPE_CHECKING:

    class RuleChange(_Change):
        """See ``_Change``; it has every option of ``RuleOptions`` besides."""

        def __init__(self, **given: Any) -> None: ...
else:
    _ANY = {name: (Annotated[field.annotation, name, *field.metadata] | None, None) for name, field in RuleOptions.model_fields.items()}
    RuleChange = create_model("RuleChange", __base__=_Change, __module__=__name__, __doc__=_Change.__doc__, **_ANY)


@public_methods
class Rules(RuleOptions):
    """How disputed points about dossiers are decided; each dossier follows what held on the day of its receipt, for its whole life.

    The options are those of ``RuleOptions``.

    Args:
        id: the name that measures carry.
        vi, en: who decides so.
        changes: what is decided anew from which day on, the days strictly ascending.

    >>> Rules.preset("default").pauses
    'shift'
    >>> own = Rules(id="own", changes=[{"from": date(2026, 8, 5), "pauses": "restart"}])
    >>> own.on(date(2026, 8, 4)).pauses, own.on(date(2026, 8, 5)).pauses, own.name
    ('shift', 'restart', 'own@2026-08-05')
    """

    id: str = Field(min_length=1)
    vi: str = ""
    en: str = ""
    changes: tuple[RuleChange, ...] = ()

    @field_validator("id")
    @classmethod
    def _no_sign(cls, value: str) -> str:
        if "@" in value:
            raise CchcError(f"tên quy tắc «{value}» không được có @", f"the name of rules «{value}» must not contain @")
        return value

    @field_validator("changes")
    @classmethod
    def _ascending(cls, value: tuple[RuleChange, ...]) -> tuple[RuleChange, ...]:
        for earlier, later in pairwise(value):
            if later.from_day <= earlier.from_day:
                raise CchcError(
                    f"ngày thay đổi quy tắc phải tăng dần: {later.from_day:%d/%m/%Y} đứng sau {earlier.from_day:%d/%m/%Y}",
                    f"the days on which rules change must ascend: {later.from_day} stands after {earlier.from_day}",
                )
        return value

    @property
    def name(self) -> str:
        """The id, with the days on which the rules change: ``qd766@2026-08-05``."""
        return "@".join([self.id, ",".join(change.from_day.isoformat() for change in self.changes)]).rstrip("@")

    @property
    def versions(self) -> tuple[tuple[int, Rules], ...]:
        """The rules of each stretch of time, without changes, with the first day (since 1970-01-01) of each; the first holds before all."""
        return _versions(self)

    def on(self, day: date) -> Rules:
        """Return the rules of dossiers received on a day, without changes."""
        number = day_number(day)
        return next(rules for first, rules in reversed(self.versions) if first <= number)

    def with_options(self, id: str, options: Mapping[str, Any], changes: tuple[RuleChange, ...] = ()) -> Self:  # noqa: A002  its name
        """Return rules of which some options are decided otherwise on every day, and some from given days on.

        Args:
            id: the name of the new rules.
            options: decided so on every day, whatever changed in these rules.
            changes: decided anew from a day on; on the same day as a change of these rules they win.
        """
        found: dict[date, dict[str, Any]] = {}
        for change in self.changes:
            kept = {name: value for name, value in change.options.items() if name not in options}
            if kept or not change.options:
                found[change.from_day] = {**kept, "vi": change.vi, "en": change.en}
        for change in changes:
            said = {name: text for name, text in (("vi", change.vi), ("en", change.en)) if text}
            found[change.from_day] = {**found.get(change.from_day, {}), **change.options, **said}
        merged = tuple(RuleChange(from_day=day, **found[day]) for day in sorted(found))
        return type(self)(**{**dict(self), "id": id, **options, "changes": merged})

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


@cache
def _versions(rules: Rules) -> tuple[tuple[int, Rules], ...]:
    own = rules.model_copy(update={"changes": ()})
    found = [(_ALWAYS, own)]
    for change in rules.changes:
        own = own.model_copy(update=change.options)
        if own != found[-1][1]:
            found.append((day_number(change.from_day), own))
    return tuple(found)


_ALWAYS: Final = -(10**9)


def rules_id(name: str) -> str:
    """Return the id of rules, without the days on which they change.

    >>> rules_id("qd766@2026-08-05"), rules_id("qd766")
    ('qd766', 'qd766')
    """
    return name.partition("@")[0]


def rules_until(name: str, last: date) -> str:
    """Return the name of rules with the days of their changes up to a day; later ones decide nothing that is known by then.

    >>> rules_until("qd766@2026-08-05", date(2026, 8, 4)), rules_until("qd766@2026-08-05", date(2026, 8, 5))
    ('qd766', 'qd766@2026-08-05')
    """
    own, _, days = name.partition("@")
    return "@".join([own, ",".join(day for day in days.split(",") if day and day <= last.isoformat())]).rstrip("@")
