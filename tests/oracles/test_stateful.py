"""A one-stop's dossiers come, change and go, and are counted in every way there is; a list of plain tuples says what is right."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import cchc_metrics as cm
from cchc_metrics.fold import id_hashes, repeated, settle, tally_batches

TODAY, PERIODS, COMMUNES = date(2025, 6, 10), ("2025-Q1", "2025-Q2"), ("A", "B")
UNITS = [
    {"code": "H", "name": "Tân Mai", "kind": "tỉnh", "level": "province"},
    *({"code": code, "name": f"Xã {code}", "kind": "xã", "level": "commune", "parent": "H"} for code in COMMUNES),
]
NAMES = ("dossier_id", "unit_code", "channel", "status", "received_at", "due_at", "ended_at")
SCHEMA = pa.schema([*((name, pa.string()) for name in NAMES[:4]), *((name, pa.date32()) for name in NAMES[4:])])
OPEN, OVER, WITHDRAWN = "processing", "resolved", "withdrawn"


@dataclass(frozen=True)
class Row:
    """What a one-stop knows of a dossier."""

    unit: str
    channel: str
    received: date
    due: date | None
    ended: date | None
    withdrawn: bool

    def cells(self, name: int) -> tuple[object, ...]:
        """Return its cells in the order of the headings."""
        status = OPEN if self.ended is None else WITHDRAWN if self.withdrawn else OVER
        return str(name), self.unit, self.channel, status, self.received, self.due, self.ended


Rows = dict[int, Row]


@st.composite
def dossier(draw: st.DrawFn) -> Row:
    """Return a strategy for a dossier of the first half of 2025."""
    received = draw(st.dates(date(2024, 12, 20), TODAY))
    due, ended = (draw(st.none() | st.integers(0, 40).map(lambda n: received + timedelta(days=n))) for _ in range(2))
    ended = ended if ended is None or ended <= TODAY else None
    return Row(
        draw(st.sampled_from(COMMUNES)), draw(st.sampled_from(["online", "counter", "postal"])), received, due, ended, draw(st.booleans())
    )


def table(rows: Rows) -> pa.Table:
    cells = [row.cells(name) for name, row in rows.items()]
    return pa.Table.from_arrays([pa.array([row[n] for row in cells], field.type) for n, field in enumerate(SCHEMA)], schema=SCHEMA)


def data(rows: pa.Table | cm.Columns | None = None) -> cm.Dataset:
    """Return the dataset of some rows."""
    found = cm.Dataset(UNITS, unit="H", as_of=TODAY)
    return found if rows is None else cm.Dataset(UNITS, unit="H", as_of=TODAY, dossiers=rows)


def counted(rows: pa.Table | cm.Columns) -> cm.Tally:
    made = data(rows)
    assert made.problems.rejected == 0
    return made.tally(PERIODS, sets=made.catalogue.event_sets())


def right(rows: Rows, first: date, last: date, unit: str) -> dict[str, tuple[int, int | None]]:
    """Go through the rows one by one."""
    own = [row for row in rows.values() if unit in ("H", row.unit)]
    came = [row for row in own if first <= row.received <= last]
    gone = [row for row in own if row.ended is not None and first <= row.ended <= last]
    left = [row for row in own if row.received <= last and (row.ended is None or row.ended > last)]
    dated = [row for row in gone if row.due is not None]
    in_time = [row for row in dated if row.ended is not None and row.due is not None and row.ended <= row.due]
    overdue = [row for row in left if row.due is not None and row.due < last]
    return {
        "dossiers_received": (len(came), None),
        "dossiers_resolved": (len(gone), None),
        "online_share": (sum(row.channel == "online" for row in came), len(came)),
        "dossiers_pending": (len(left), None),
        "dossiers_pending_overdue": (len(overdue), None),
        "resolved_on_time": (len(in_time), len(dated)),
        "resolved_or_overdue": (len(in_time), len(dated) + len(overdue)),
    }


INDICATORS = sorted(right({}, TODAY, TODAY, "H"))
CATALOGUE = cm.Catalogue.default().select(INDICATORS)
UNIT_TREE = data().units


class Counting(RuleBasedStateMachine):
    """The same dossiers as a list, in parts with a tally each, in a ledger and in a fold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.files = 0
        self.next_name = 0
        self.parts: list[tuple[Rows, cm.Tally]] = []
        self.ledger = data().ledger(self.folder / "so", *PERIODS)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(rows=st.lists(dossier(), min_size=1, max_size=5))
    def first_night(self, rows: list[Row]) -> None:
        self.come(rows, "arrow")

    @rule(rows=st.lists(dossier(), min_size=1, max_size=5), way=st.sampled_from(["arrow", "csv"]))
    def come(self, rows: list[Row], way: str) -> None:
        """Read new dossiers, from memory or from a file."""
        new = {self.next_name + n: row for n, row in enumerate(rows)}
        self.next_name += len(new)
        self.parts.append((new, self.read(new, way)))
        self.ledger.update(table(new), day=TODAY)

    @precondition(lambda self: self.parts)
    @rule(which=st.integers(0, 20), at=st.integers(0, 20), row=dossier(), stays=st.booleans())
    def change(self, which: int, at: int, row: Row, *, stays: bool) -> None:
        """Write another row over one, or take it away; the part in which it stands is read again."""
        at %= len(self.parts)
        rows, _ = self.parts[at]
        name = list(rows)[which % len(rows)]
        if stays:
            rows = rows | {name: row}
            self.ledger.update(table({name: row}), day=TODAY)
        else:
            rows = {other: kept for other, kept in rows.items() if other != name}
            self.ledger.update(day=TODAY, removed=[str(name)])
        self.parts[at : at + 1] = [(rows, self.read(rows, "arrow"))] if rows else []

    @precondition(lambda self: len(self.parts) > 1)
    @rule(at=st.integers(0, 20), way=st.sampled_from(["plus", "sum", "bytes", "json"]))
    def merge(self, at: int, way: str) -> None:
        """Add the tallies of two parts, as they are or as they were stored."""
        one = at % (len(self.parts) - 1)
        (rows, tally), (others, other) = self.parts[one : one + 2]
        ways: dict[str, Callable[[], cm.Tally]] = {
            "plus": lambda: tally + other,
            "sum": lambda: cm.Tally.sum([other, tally]),
            "bytes": lambda: cm.Tally.sum([tally.to_bytes(), other.to_bytes()]),
            "json": lambda: cm.Tally.from_json(other.to_json()) + cm.Tally.from_json(tally.to_json()),
        }
        self.parts[one : one + 2] = [(rows | others, ways[way]())]

    @rule()
    def the_ledger_is_kept_otherwise(self) -> None:
        """Put the segments of the ledger together."""
        self.ledger.compact(whole=True)

    @rule(cuts=st.sets(st.integers(0, 30), max_size=4), shift=st.integers(0, 10))
    def the_fold_says_so(self, cuts: set[int], shift: int) -> None:
        """Count the rows in batches, in another order."""
        names = list(self.rows)
        names = names[shift % (len(names) or 1) :] + names[: shift % (len(names) or 1)]
        whole = table({name: self.rows[name] for name in names})
        ask = data().ask("dossiers", *PERIODS, like=whole)
        bounds = sorted({0, len(names), *(cut for cut in cuts if cut < len(names))})
        batches = [whole.slice(a, b - a) for a, b in itertools.pairwise(bounds)] or [whole]
        ask = ask.with_repeated(repeated([id_hashes(ask, batch) for batch in batches]))
        parts = [tally_batches(ask, [batch]) for batch in batches]
        found = settle(ask, sum(parts[1:], parts[0]))
        assert found.counted is not None
        assert found.counted.to_bytes() == counted(whole).to_bytes()

    @property
    def rows(self) -> Rows:
        return {name: row for rows, _ in self.parts for name, row in rows.items()}

    def read(self, rows: Rows, way: str) -> cm.Tally:
        if way == "arrow":
            return counted(table(rows))
        self.files += 1
        path = self.folder / f"{self.files}.csv"
        path.write_text("\n".join(self.lines(rows)), encoding="utf-8")
        return counted(cm.read_file("dossiers", path, units=UNIT_TREE, extracted_on=TODAY).columns)

    @staticmethod
    def lines(rows: Rows) -> Iterator[str]:
        yield ",".join(NAMES)
        for name, row in rows.items():
            yield ",".join("" if cell is None else str(cell) for cell in row.cells(name))

    @invariant()
    def every_way_says_what_the_list_says(self) -> None:
        if not self.parts:
            return
        found = cm.Tally.sum([tally for _, tally in self.parts])
        assert found == self.ledger.tally()
        assert found.to_bytes() == self.ledger.tally().to_bytes()
        measures = cm.measure(found, CATALOGUE, units=UNIT_TREE, periods=PERIODS, coverage={"dossiers": (date(2024, 12, 1), TODAY)})
        for period in (cm.Period.parse(label) for label in PERIODS):
            for unit in ("H", *COMMUNES):
                expected = right(self.rows, period.first, min(period.last, TODAY), unit)
                for name, numbers in expected.items():
                    one = measures[name, unit, period.label]
                    assert (one.numerator, one.denominator) == numbers, one


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=15, stateful_step_count=10, deadline=None)
