"""The models of a plan: targets, outreach quotas, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Self

from pydantic import Field, model_validator

from cchc_metrics.arguments import public_methods
from cchc_metrics.declared import Day, DeclaredModel, Exact, MisfitError
from cchc_metrics.declared.lines import Path
from cchc_metrics.declared.mistakes import written
from cchc_metrics.errors import CchcError
from cchc_metrics.plan.fields import Against, ChannelCode, Pairs, PathShape, Sign
from cchc_metrics.records.choices import OutreachChannel
from cchc_metrics.reference.period import Period, Regime
from cchc_metrics.reference.unit import Level
from cchc_metrics.tables.numbers import plain
from cchc_metrics.values import Scale, Text


class Milestone(DeclaredModel):
    """What must be reached by a day before the due date.

    Args:
        on: the day.
        value: the number, read like the target's own ``value`` and compared with it with the same comparator.
    """

    on: Day
    value: Exact


class Target(DeclaredModel):
    """A target (chỉ tiêu) of a plan.

    Args:
        id: unique in the plan.
        name, name_en: what the plan calls it; ``""`` for the indicator's own name.
        indicator: indicator id.
        breakdown: dimension → label, for one kind or channel only; a level is said by ``level``.
        comparator: see ``Comparator``.
        value: the number, in the indicator's scale (a percent is 0 to 100), or what ``against`` says; as text it may end in ``%``.
        upper: the upper end, for ``between`` only.
        against: see ``Against``.
        baseline: the period compared with (``"2020"``); ``""`` for the same-named period one year earlier.
        unit: unit code; ``""`` for the plan's own unit. The value covers the unit and everything below it.
        level: only the units of this level below ``unit``, taken together as one value.
        each: every unit of this level below ``unit`` has to reach it.
        units: every unit of this list has to reach it.
        at_least: with ``each`` or ``units``: it is enough that this many reach it.
        period: the period that is measured (``"2022-H1"``); ``""`` for the plan's year.
        due: the day by which it must be reached; None for the last day of ``period``. What happens after it does not count.
        valid_from, valid_to: the days between which the target is in force.
        milestones: in order of days; they take the place of ``path``.
        path: see ``PathShape``.
        weight: its weight among the targets.
        in_percent: that the numbers are percent though they are 1 or less; a number with ``%`` says so too.
        round_to: decimals to which the value is rounded, half-up, before it is judged; None to judge the exact value.

    >>> Target(id="t1", indicator="resolved_on_time", comparator="≥", value="99,5").value
    Fraction(199, 2)
    """

    id: str = Field(min_length=1)
    name: str = ""
    name_en: str = ""
    indicator: str = Field(min_length=1)
    breakdown: Pairs = ()
    comparator: Sign = ">="
    value: Exact
    upper: Exact | None = None
    against: Against = "absolute"
    baseline: str = ""
    unit: str = ""
    level: Level | None = None
    each: Level | None = None
    units: tuple[str, ...] = ()
    at_least: int | None = Field(default=None, ge=1, strict=True)
    period: str = ""
    due: Day | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    milestones: tuple[Milestone, ...] = ()
    path: PathShape = "pro_rata"
    weight: Exact = Fraction(1)
    in_percent: bool = Field(default=False, strict=True)
    round_to: int | None = Field(default=None, ge=0, le=10, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _percent_signs(cls, data: Any) -> Any:
        return _without_signs(data)[0] if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wrong = list(self._mistakes())
        if wrong:
            raise MisfitError(wrong)
        return self

    def _mistakes(self) -> Iterator[tuple[Path, Text]]:
        between = self.comparator == "between"
        k, n = self.at_least or 0, len(self.units)
        rules = (
            (
                between != (self.upper is not None),
                "upper" if self.upper is not None else "comparator",
                'upper đi cùng comparator = "between", và chỉ với nó',
                'upper goes with comparator = "between", and only with it',
            ),
            (self.upper is not None and self.upper < self.value, "upper", "upper nhỏ hơn value", "upper is below value"),
            (
                any(dim == "level" for dim, _ in self.breakdown),
                "breakdown",
                "cấp không đặt trong breakdown; dùng level = …",
                "the level does not go into breakdown; use level = …",
            ),
            (
                bool(self.units and (self.each or self.unit or self.level)),
                "units",
                "units không đi cùng unit, level hay each",
                "units does not go with unit, level or each",
            ),
            (bool(self.each and self.level), "each", "each không đi cùng level", "each does not go with level"),
            (k > 0 and not (self.each or n), "at_least", "at_least cần each hoặc units", "at_least needs each or units"),
            (0 < n < k, "at_least", f"at_least lớn hơn số đơn vị ({n})", f"at_least is more than there are units ({n})"),
            (len(set(self.units)) != n, "units", "units có mã lặp lại", "units names a code twice"),
            (
                self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from,
                "valid_to",
                "valid_to trước valid_from",
                "valid_to is before valid_from",
            ),
            (self.weight < 0, "weight", "weight âm", "weight is negative"),
            (
                bool(self.baseline) and self.against == "absolute",
                "baseline",
                'baseline chỉ dùng với against = "increase_…"',
                'baseline goes with against = "increase_…" only',
            ),
            (
                bool(self.milestones) and self.comparator in ("=", "between"),
                "milestones",
                "milestones chỉ dùng với >=, >, <=, <",
                "milestones go with >=, >, <=, < only",
            ),
            (
                any(a.on >= b.on for a, b in pairwise(self.milestones)),
                "milestones",
                "milestones phải theo thứ tự ngày",
                "milestones must be in order of days",
            ),
        )
        yield from (((key,), Text(vi, en)) for wrong, key, vi, en in rules if wrong)
        for key, label in (("period", self.period), ("baseline", self.baseline)):
            if label:
                yield from _period_mistake(key, label)

    def doubts(self, scale: Scale | None) -> Iterator[tuple[Path, Text]]:
        """Yield each number that may be a fraction where a percent is meant, with its key: 0,95 is less than one percent, not 95 %.

        Args:
            scale: the indicator's scale; None when it is not known.
        """
        if self.in_percent or not ((self.against == "absolute" and scale is Scale.PERCENT) or self.against == "increase_percent"):
            return
        most = Fraction(1) if self.against == "absolute" else Fraction(99, 100)  # an increase by 1 percent is nothing odd
        numbers: list[tuple[Path, Fraction | None]] = [(("value",), self.value), (("upper",), self.upper)]
        numbers += [(("milestones", n, "value"), milestone.value) for n, milestone in enumerate(self.milestones)]
        for path, number in numbers:
            if number is not None and 0 < number <= most:
                small, hundred = plain(number), plain(100 * number)
                vi = f"{small.replace('.', ',')} ở đây nghĩa là {small.replace('.', ',')} %; viết {hundred.replace('.', ',')}"
                en = f'{small} means {small} % here; write {hundred} if {hundred} % is meant, or "{small}%" if it is right'
                yield path, Text(f'{vi} nếu là {hundred.replace(".", ",")} %, hoặc "{small.replace(".", ",")}%" nếu đúng như vậy', en)

    @property
    def text(self) -> Text:
        """The plan's name for it in both languages, empty where the plan has none."""
        return Text(self.name, self.name_en or self.name)


class Quota(DeclaredModel):
    """A quota of outreach activities (số lượng hoạt động tuyên truyền theo hình thức).

    Args:
        id: unique in the plan; ``""`` for one made of the channel and the scope.
        name, name_en: what the plan calls it; ``""`` for the channel's name.
        channel: a channel of ``OutreachChannel`` in any spelling that records may use; ``""`` for all channels together.
        at_least: how many activities.
        indicator: the count that is compared with the quota.
        unit, level, each, period, due, path, weight: as for ``Target``.

    >>> Quota(channel="tờ rơi", at_least=2, each="commune").channel
    'leaflet'
    """

    id: str = ""
    name: str = ""
    name_en: str = ""
    channel: ChannelCode = ""
    at_least: int = Field(ge=1, strict=True)
    indicator: str = Field(default="outreach_activities", min_length=1)
    unit: str = ""
    level: Level | None = None
    each: Level | None = None
    period: str = ""
    due: Day | None = None
    path: PathShape = "pro_rata"
    weight: Exact = Fraction(1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wrong = list(_period_mistake("period", self.period)) if self.period else []
        if self.each and self.level:
            wrong.append((("each",), Text("each không đi cùng level", "each does not go with level")))
        if wrong:
            raise MisfitError(wrong)
        return self

    @property
    def key(self) -> str:
        """The id, or one made of the channel and the scope: ``quota-leaflet-each-commune``."""
        each = f"each-{self.each}" if self.each else ""
        return self.id or "-".join(filter(None, ("quota", self.channel, self.unit, self.level, each, self.period)))

    @property
    def text(self) -> Text:
        """The plan's name for it, or the channel's, in both languages."""
        if self.name or not self.channel:
            return Text(self.name, self.name_en or self.name)
        channel = OutreachChannel.of(self.channel)
        return Text(f"Tuyên truyền: {channel.text('vi')}", f"Outreach: {channel.text('en')}")

    @property
    def target(self) -> Target:
        """The same as a target: at least so many activities through this channel."""
        return Target(
            id=self.key,
            name=self.text.vi,
            name_en=self.text.en,
            indicator=self.indicator,
            value=self.at_least,
            unit=self.unit,
            breakdown=(("channel", self.channel),) if self.channel else (),
            level=self.level,
            each=self.each,
            period=self.period,
            due=self.due,
            path=self.path,
            weight=self.weight,
        )


class Task(DeclaredModel):
    """A task (nhiệm vụ) of a plan.

    Args:
        id: unique in the plan.
        name, name_en: what is to be done.
        product: what it results in ("báo cáo", "kế hoạch").
        owner: who answers for it.
        due_on: last day on which it is in time.
        done_on: the day it was done; None while it is not.
        evidence: the document that shows it (number and date); needed for an excused task.
        excused: not done for objective reasons; leaves the denominator of every rate.

    >>> Task(id="n1", name="Ban hành kế hoạch", due_on="2022-01-31", done_on="2022-01-28", evidence="12/KH-UBND").done_on
    datetime.date(2022, 1, 28)
    """

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    name_en: str = ""
    product: str = ""
    owner: str = ""
    due_on: Day
    done_on: Day | None = None
    evidence: str = ""
    excused: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.excused and not self.evidence:
            why = Text("nhiệm vụ được loại trừ cần văn bản chứng minh: thêm evidence", "an excused task needs a document: add evidence")
            raise MisfitError([(("excused",), why)])
        return self

    @property
    def text(self) -> Text:
        """The name in both languages."""
        return Text(self.name, self.name_en or self.name)


@public_methods
class Plan(DeclaredModel):
    """A year's plan (kế hoạch cải cách hành chính).

    Args:
        number: number and sign of the document ("11970/KH-UBND").
        issued_on: its date.
        issuer: who issued it.
        title, title_en: its title.
        year: the year it is for.
        regime: the period's regime, ``calendar`` or ``nd09``.
        unit: code of the unit it is for; ``""`` for the root of the unit tree.
        illustrative: whether the targets are made up; every output says so.
        note_vi, note_en: printed with it.
        targets, quotas, tasks: what it asks for.
    """

    number: str = Field(min_length=1)
    issued_on: Day
    issuer: str = Field(min_length=1)
    title: str = ""
    title_en: str = ""
    year: int = Field(ge=1990, le=2099, strict=True)
    regime: Regime = "calendar"
    unit: str = ""
    illustrative: bool = Field(default=False, strict=True)
    note_vi: str = ""
    note_en: str = ""
    targets: tuple[Target, ...] = ()
    quotas: tuple[Quota, ...] = ()
    tasks: tuple[Task, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        wrong = [((*place, *path), text) for place, item in self.items() if not isinstance(item, Task) for path, text in self.misfits(item)]
        wrong += repeated((place, key_of(item)) for place, item in self.items())
        if wrong:
            raise MisfitError(wrong)
        return self

    @property
    def period(self) -> Period:
        """The plan's year as a period."""
        return Period.of("year", self.year, regime=self.regime)

    @property
    def note(self) -> Text:
        """The note in both languages."""
        return Text(self.note_vi, self.note_en)

    def period_of(self, item: Target | Quota) -> Period:
        """Return the period that a target or quota is measured over."""
        return Period.parse(item.period) if item.period else self.period

    def due_of(self, item: Target | Quota) -> date:
        """Return the day by which a target or quota must be reached."""
        return item.due or self.period_of(item).last

    def items(self) -> Iterator[tuple[Path, Target | Quota | Task]]:
        """Yield each item with its place: ``(("targets", 0), …)``."""
        tables: tuple[tuple[str, tuple[Target | Quota | Task, ...]], ...] = (
            ("targets", self.targets),
            ("quotas", self.quotas),
            ("tasks", self.tasks),
        )
        for key, found in tables:
            for number, item in enumerate(found):
                yield (key, number), item

    def misfits(self, item: Target | Quota) -> Iterator[tuple[Path, Text]]:
        """Yield what does not agree between a target or quota and the plan's year, with the key that it is at."""
        period, due = self.period_of(item), self.due_of(item)
        if due < period.first:
            text = Text(
                f"due {due:%d/%m/%Y} trước ngày đầu kỳ {period.first:%d/%m/%Y}",
                f"due {due} is before the period begins, {period.first}",
            )
            yield ("due",), text
        for number, milestone in enumerate(item.milestones if isinstance(item, Target) else ()):
            if not period.first <= milestone.on < due:
                text = Text(
                    f"mốc {milestone.on:%d/%m/%Y} không nằm giữa {period.first:%d/%m/%Y} và hạn {due:%d/%m/%Y}",
                    f"milestone {milestone.on} is not between {period.first} and the due date {due}",
                )
                yield ("milestones", number, "on"), text


def repeated(places: Iterable[tuple[Path, str]]) -> Iterator[tuple[Path, Text]]:
    """Yield each id that a later place repeats."""
    first: dict[str, Path] = {}
    for place, name in places:
        if name in first:
            there = written(first[name])
            yield (*place, "id"), Text(f"«{name}» đã có ở {there}", f"«{name}» is already at {there}")
        first.setdefault(name, place)


def key_of(item: Target | Quota | Task) -> str:
    """Return the id by which a plan knows an item."""
    return item.key if isinstance(item, Quota) else item.id


def _without_signs(data: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return a table without the percent signs of its numbers, and whether there were any; then it says ``in_percent``."""
    plain_data, signs = dict(data), False
    for key in ("value", "upper"):
        text = plain_data.get(key)
        if isinstance(text, str) and text.rstrip().endswith("%"):
            plain_data[key], signs = text.rstrip()[:-1], True
    milestones = plain_data.get("milestones")
    if isinstance(milestones, (list, tuple)):
        without = [_without_signs(inner) if isinstance(inner, Mapping) else (inner, False) for inner in milestones]
        plain_data["milestones"] = [{k: v for k, v in m.items() if k != "in_percent"} if s else m for m, s in without]
        signs = signs or any(s for _, s in without)
    return ({**plain_data, "in_percent": True} if signs else plain_data), signs


def _period_mistake(key: str, label: str) -> Iterator[tuple[Path, Text]]:
    try:
        Period.parse(label)
    except CchcError as error:
        yield (key,), Text(error.vi, error.en)
