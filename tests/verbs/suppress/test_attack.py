"""No small number follows from what is published: drawn districts, periods, breakdowns and indicators, and a reader who computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.verbs.suppress.attacker import Form, given_away
from tests.verbs.suppress.test_small import is_without_notes

from cchc_metrics.catalogue.load import default_catalogue
from cchc_metrics.catalogue.model import Count
from cchc_metrics.reference.period import Period
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.values import REASONS, Breakdown, Measure, Scale, Status, Text
from cchc_metrics.verbs.measures import Measures
from cchc_metrics.verbs.suppress import suppress

CATALOGUE = default_catalogue()
AS_OF = date(2022, 1, 31)
BEFORE = date(2020, 12, 31)

# What there is, in the words of the definitions and not of the code: events on days, each with its labels.
ENDED = [
    {"timing": timing, "channel": channel, "fee_due": fee, "paid_online": paid}
    for timing, channel, (fee, paid) in product(
        ("early", "late", "no_due_date"), ("online", "counter"), (("yes", "national"), ("yes", "none"), ("unknown", "unknown"))
    )
]
RECEIVED = [{"channel": "online", "service_level": level} for level in ("full", "partial", "unknown")] + [
    {"channel": "counter", "service_level": "level_2"}
]
OF_ENDED = {"dossiers.ended": {}, "dossiers.paid": {}, "dossiers.ended_late": {"timing": "late"}}
RECEIVED = [{**labels, "standing": standing} for labels in RECEIVED for standing in ("in_time", "no_due_date")]
STOCKS = {  # what begins one of these, and what ends it
    "dossiers.overdue_begins": {"begins": ("", ""), "ended": ("timing", "late")},
    "dossiers.undated_begins": {"received": ("standing", "no_due_date"), "ended": ("timing", "no_due_date")},
}
INDICATORS = (
    "resolved_on_time", "handled_on_time", "resolved_or_overdue", "dossiers_received", "dossiers_resolved", "online_share",
    "online_full_share", "dossiers_online_partial_full", "dossiers_pending", "dossiers_pending_overdue", "paid_online",
)  # fmt: skip
BROKEN_DOWN = {"resolved_on_time", "dossiers_received"}
FIGURE = ("numerator", "denominator", "rest")
PERIODS = (
    ("2021",), ("2021-Q1", "2021-Q2"), ("2021", "2021-Q1"), ("2021-Q1", "2021-01", "2021-02", "2021-03"), ("2021-01", "2021-02"),
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Counts that are none or more.

    Args:
        tree: the units.
        periods: the periods.
        atoms: what each count is of: a set, a unit, a day, labels.
        truth: the counts.
        indicators: what is published.
        below: the least count that is shown.
    """

    tree: UnitTree
    periods: tuple[Period, ...]
    atoms: tuple[tuple[str, str, date, Mapping[str, str]], ...]
    truth: tuple[int, ...]
    indicators: tuple[str, ...]
    below: int

    def form(self, count: Count, codes: set[str], period: Period, labels: Breakdown) -> Form:
        """Return a count of some units as a sum of the world's counts."""
        found = {}
        for i, (kind, unit, day, said) in enumerate(self.atoms):
            if unit not in codes or any(said.get(dim, label) != label for dim, label in labels):
                continue
            if any(said.get(dim, next(iter(wanted))) not in wanted for dim, wanted in count.where.items()):
                continue
            factor = 0
            if count.events in STOCKS:
                dim, label = STOCKS[count.events].get(kind, ("", "never"))
                counted = day <= period.last and said.get(dim, "") == label and label in count.where.get("timing", (label,))
                factor = (-1 if kind == "ended" else 1) * int(counted)
            elif count.until:
                last = period.last if count.at == "end" else period.first - timedelta(days=1)
                factor = {"received": 1, "ended": -1}.get(kind, 0) * int(day <= last)
            elif count.events in OF_ENDED:
                more = OF_ENDED[count.events]
                factor = int(kind == "ended" and period.first <= day <= period.last and more.items() <= said.items())
            else:
                factor = int(kind == "received" and period.first <= day <= period.last)
            if factor:
                found[i] = factor
        return found

    def forms(self, indicator: str, codes: set[str], period: Period, labels: Breakdown) -> dict[str, Form]:
        """Return every number that a row shows."""
        defined = CATALOGUE[indicator]

        def total(names: tuple[str, ...]) -> Form:
            found: dict[int, int] = {}
            for name in names:
                for i, n in self.form(CATALOGUE.counts[name.removeprefix("-")], codes, period, labels).items():
                    found[i] = found.get(i, 0) + (-n if name.startswith("-") else n)
            return {i: n for i, n in found.items() if n}

        made = {"numerator": total(defined.numerator)}
        if defined.denominator:
            made["denominator"] = total(defined.denominator)
        made |= {why: total((count,)) for why, count in defined.excluded.items()}
        if defined.unsaid:
            made["unsaid"] = total(defined.unsaid)
        return made

    def of(self, form: Form) -> int:
        """Return a number."""
        return sum(factor * self.truth[i] for i, factor in form.items())

    def rows(self) -> Iterator[tuple[Measure, dict[str, Form]]]:
        """Yield every row, with its numbers as sums."""
        for indicator, period in product(self.indicators, self.periods):
            by: list[Breakdown] = [()]
            if indicator in BROKEN_DOWN:
                by += [(("channel", "counter"),), (("channel", "online"),)]
            for code in self.tree.codes:
                below = self.tree.subtree(code)
                levels = ("", *dict.fromkeys(self.tree.unit(each).level for each in below)) if len(below) > 1 else ("",)
                for level, labels in product(levels, by):
                    codes = {each for each in below if level in ("", self.tree.unit(each).level)}
                    forms = self.forms(indicator, codes, period, labels)
                    yield self.row(indicator, code, period, tuple(sorted((*labels, *([("level", level)] if level else [])))), forms), forms

    def row(self, indicator: str, code: str, period: Period, breakdown: Breakdown, forms: dict[str, Form]) -> Measure:
        """Return a row as the library gives it."""
        defined, said = CATALOGUE[indicator], {name: self.of(form) for name, form in forms.items()}
        under = said.get("denominator")
        status, reason = (Status.ZERO_DENOMINATOR, REASONS[Status.ZERO_DENOMINATOR]) if under == 0 else (Status.OK, Text())
        if said.get("unsaid") and status is Status.OK:
            status, reason = Status.ESTIMATED, Text("chưa chính xác", f"not exact: {said['unsaid']} cases that could change it do not say")
        excluded = {why: said[why] for why in defined.excluded if said[why]}
        return Measure(
            indicator, code, period, breakdown, AS_OF, status, said["numerator"], under, defined.scale, reason=reason, excluded=excluded
        )


TREES = (
    {"A": ""},
    {"D": "", "A": "D", "B": "D"},
    {"D": "", "A": "D", "B": "D", "C": "D"},
    {"P": "", "D": "P", "A": "D", "B": "D", "E": "P", "F": "E"},
)
LEVEL = {"P": "province", "D": "district", "E": "district"}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    above = draw(st.sampled_from(TREES))
    tree = UnitTree([Unit(code=code, name=code, level=LEVEL.get(code, "commune"), parent=parent) for code, parent in above.items()])
    periods = tuple(Period.parse(label) for label in draw(st.sampled_from(PERIODS)))
    indicators = tuple(sorted(draw(st.sets(st.sampled_from(INDICATORS), min_size=1, max_size=4))))
    counts = [CATALOGUE.counts[name] for indicator in indicators for name in CATALOGUE[indicator].counts]
    needed = {kind for c in counts for kind in STOCKS.get(c.events, {"ended": ()} if c.events in OF_ENDED else {"received": ()})}
    needed |= {"ended" for c in counts if c.until == "dossiers.ended"}
    dims = {dim for c in counts for dim in c.where} | ({"channel"} if BROKEN_DOWN & {*indicators} else set())
    dims |= {dim for c in counts for dim, _ in STOCKS.get(c.events, {}).values()}
    firsts = sorted({p.first for p in periods} | {p.last + timedelta(days=1) for p in periods})
    atoms, truth = [], []
    chance = Random(draw(st.integers(0, 2**32 - 1)))  # noqa: S311  one draw, where thousands would be slow
    rich = draw(st.sampled_from([0.1, 0.4, 0.8]))

    def size() -> int:
        return chance.choice((0, 1, 2, 3, 4)) if chance.random() > rich else chance.choice((5, 9, 30, 90))

    for unit in tree.codes:
        upper = unit in LEVEL and chance.random() < 0.5
        for kind, sorts in (("received", RECEIVED), ("ended", ENDED), ("begins", [{}])):
            distinct = {tuple(sorted((dim, v) for dim, v in labels.items() if dim in dims)) for labels in sorts}
            for day in firsts[:-1] if kind in needed else ():
                for labels in sorted(distinct):
                    atoms.append((kind, unit, day, dict(labels)))
                    truth.append(0 if upper else size())
        for standing in ("in_time", "no_due_date") if {"received", "ended"} <= needed else ():
            # on hand before: so many that it is never less than none
            atoms.append(("received", unit, BEFORE, {"channel": "counter", "service_level": "level_2", "standing": standing}))
            gone = sum(n for n, (kind, u, _, _) in zip(truth, atoms, strict=False) if u == unit and kind == "ended")
            truth.append(gone + size())
        if "begins" in needed:
            gone = sum(n for n, (kind, u, _, said) in zip(truth, atoms, strict=True) if u == unit and said.get("timing") == "late")
            atoms.append(("begins", unit, BEFORE, {}))
            truth.append(gone + size())
    return World(tree, periods, tuple(atoms), tuple(truth), indicators, draw(st.sampled_from([2, 3, 5])))


def minus(one: Form, other: Form) -> Form:
    found = dict(one)
    for i, n in other.items():
        found[i] = found.get(i, 0) - n
    return {i: n for i, n in found.items() if n}


def leaks(world: World) -> list[str]:
    """Return every small number of a figure that a reader of what is published knows, and of notes that a reader of notes does."""
    listed = list(world.rows())
    table = Measures.of([row for row, _ in listed])
    found = suppress(table, world.below, units=world.tree, catalogue=CATALOGUE)
    visible: dict[bool, set[tuple[tuple[int, int], ...]]] = {True: set(), False: set()}
    small: dict[tuple[bool, tuple[tuple[int, int], ...]], str] = {}
    for (before, forms), after in zip(listed, found, strict=True):
        withheld = is_without_notes(after, before)
        assert after == before or withheld or after.status is Status.SUPPRESSED
        wanted = dict(forms)
        if before.scale is Scale.PERCENT:
            wanted["rest"] = minus(forms["denominator"], forms["numerator"])
        for name, form in wanted.items():
            figure, key = name in FIGURE, tuple(sorted(form.items()))
            if after.status is not Status.SUPPRESSED and (figure or not withheld):
                visible[True].add(key)
                if not figure:
                    visible[False].add(key)
            if 0 < abs(world.of(form)) < world.below:
                small[figure, key] = f"{before.key} {name} = {world.of(form)}"
    known = {figure: [dict(form) for form in forms] for figure, forms in visible.items()}
    return [said for (figure, form), said in small.items() if given_away(known[figure], dict(form), world.truth)]


@settings(max_examples=20, deadline=None)
@given(worlds())
def test_no_small_number_follows_from_what_is_published(world: World) -> None:
    assert leaks(world) == []
