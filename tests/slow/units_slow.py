"""Units in time, as plainly as it can be said: a list of entries, looked through from end to end; nothing of the library's own code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Level = Literal["province", "district", "commune"]


@dataclass(frozen=True)
class Entry:
    """A unit, or one stage of it, between two days."""

    code: str
    level: Level
    parent: str = ""
    first: date = date.min
    last: date = date.max
    made_of: tuple[str, ...] = ()
    continues: bool = False


Days = tuple[date, date]


class Plain:
    """Answers from a list of entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = list(entries)

    def of_row(self, code: str, day: date) -> Entry:
        """The entry that a row's code means: of those that had not ended by its day the first, else the last."""
        bearers = sorted((e for e in self.entries if e.code == code), key=lambda e: e.first)
        return next((e for e in bearers if day <= e.last), bearers[-1])

    def stages(self, entry: Entry) -> list[Entry]:
        """Every entry of the same unit."""
        bearers = sorted((e for e in self.entries if e.code == entry.code), key=lambda e: e.first)
        runs: list[list[Entry]] = []
        for e in bearers:
            if e.continues:
                runs[-1].append(e)
            else:
                runs.append([e])
        return next(run for run in runs if entry in run)

    def key(self, entry: Entry) -> str:
        """What the unit is called by in answers."""
        last = self.stages(entry)[-1]
        final = max((e for e in self.entries if e.code == last.code), key=lambda e: e.first)
        return last.code if last == final else f"{last.code}@{last.last}"

    def above(self, entry: Entry) -> list[Entry]:
        """The entry and everything above it on its days."""
        found = [entry]
        while found[-1].parent:
            own = found[-1]
            there = [e for e in self.entries if e.code == own.parent and e.first <= own.last and e.last >= own.first]
            found.append(max(there, key=lambda e: e.first))
        return found

    def days(self, entry: Entry) -> Days:
        """First and last day of the unit."""
        stages = self.stages(entry)
        return stages[0].first, stages[-1].last

    def there(self, entry: Entry, days: Days) -> bool:
        """Whether the unit exists on any of some days."""
        first, last = self.days(entry)
        return first <= days[1] and last >= days[0]

    def covers(self, key: str, level: str, entry: Entry) -> bool:
        """Whether a value of a unit, or of one level of it, covers the rows of an entry."""
        return (not level or entry.level == level) and key in {self.key(e) for e in self.above(entry)}

    def before(self, entry: Entry) -> list[Entry]:
        """The units that a unit was made of: those that bore the codes when it began."""
        start = self.stages(entry)[0]
        return [self.of_row(code, start.first - timedelta(days=1)) for code in start.made_of]

    def after(self, entry: Entry) -> list[Entry]:
        """The units that a unit went into."""
        return [e for e in self.entries if self.key(entry) in {self.key(b) for b in self.before(e)}]

    def takers(self, entry: Entry, days: Days) -> list[Entry]:
        """The unit itself where it exists in some days, else those that took over from it, else from the nearest unit above it."""
        for above in self.above(self.stages(entry)[-1]):
            found: list[Entry] = []
            new = [above]
            while new:
                found += [a for a in new if self.there(a, days)]
                new = [a for b in new if not self.there(b, days) for a in self.after(b)]
            if found:
                return found
        return []

    def handed(self, key: str, level: str, entry: Entry, days: Days) -> bool:
        """Whether what became of an entry's rows in some days is missing in a value of a unit."""
        if entry.last >= days[0] or (level and entry.level != level) or key in {self.key(a) for a in self.above(entry)}:
            return False
        there = [[s for s in self.stages(taker) if s.first <= days[1] and s.last >= days[0]][-1] for taker in self.takers(entry, days)]
        return any(key == self.key(a) for stage in there for a in self.above(stage))
