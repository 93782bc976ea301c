"""What held after a night: which rows, which of them were replaced since, and the counts; written once, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from cchc_metrics.ledger.account import Account
from cchc_metrics.ledger.disk import Disk
from cchc_metrics.ledger.segment import UNTIL, VERDICT, Segment, counting
from cchc_metrics.ledger.store import LogLine, Store, damaged
from cchc_metrics.records.columns import Array
from cchc_metrics.records.kind import Kind
from cchc_metrics.tables.numbers import format_count
from cchc_metrics.text import Lang

NIGHT: Final = "night"
_TALLY: Final = "tally"
_GONE: Final = "gone"


class Night(NamedTuple):
    """What a night did.

    Args:
        day: the day up to which the ledger knows its rows since.
        what: ``update``, ``replace``, ``compact`` or ``recount``.
        new: ids that were not there.
        changed: ids whose row is another one.
        same: ids whose row is as it was.
        removed: ids that are not there any more.
        unknown: ids that were to be removed and were not there.
        rejected: rows of the table that do not count, those without an id among them.
        without_id: rows without an id that can be used; they are in no ledger.

    >>> print(Night(date(2026, 3, 1), "update", new=3).to_text("en"))
    2026-03-01 update: 3 ids new
    """

    day: date
    what: str
    new: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    unknown: int = 0
    rejected: int = 0
    without_id: int = 0

    def to_text(self, lang: Lang = "vi") -> str:
        """Return it as one line."""
        words = _NIGHT_WORDS[lang]
        did = ", ".join(f"{format_count(n, lang)} {words[name]}" for name, n in zip(self._fields[2:], self[2:], strict=True) if n)
        day = f"{self.day:%d/%m/%Y}" if lang == "vi" else self.day.isoformat()
        return f"{day} {words.get(self.what, self.what)}" + (f": {did}" if did else "")


_NIGHT_WORDS: Final[Mapping[Lang, Mapping[str, str]]] = {
    "vi": {
        "update": "cập nhật",
        "replace": "thay cả tháng",
        "compact": "gộp tệp",
        "recount": "đếm lại",
        "new": "mã mới",
        "changed": "mã đổi",
        "same": "mã như cũ",
        "removed": "mã bỏ",
        "unknown": "mã bỏ mà sổ không có",
        "rejected": "dòng bị loại",
        "without_id": "dòng không có mã",
    },
    "en": {
        "new": "ids new",
        "changed": "ids changed",
        "same": "ids as before",
        "removed": "ids removed",
        "unknown": "ids to remove that were not there",
        "rejected": "rows rejected",
        "without_id": "rows without an id",
    },
}


@dataclass(frozen=True, slots=True, eq=False)
class HeldRows:
    """A segment as it stands after a night.

    Args:
        name: its object.
        gone: the object that says which of its rows were replaced or removed; ``""`` where none was.
        segment: its rows.
        mask: which of them are gone (bool[n]).
    """

    name: str
    gone: str
    segment: Segment
    mask: Array

    @property
    def there(self) -> int:
        """How many of its rows are there."""
        return self.segment.rows - int(np.count_nonzero(self.mask))

    @property
    def rows_there(self) -> Array:
        """The positions of the rows that are there, ascending."""
        return np.flatnonzero(~self.mask)

    def later_than(self, day: int) -> Array:
        """Return the positions of the rows that are there and of which something happens after a day (since 1970-01-01)."""
        found = np.flatnonzero(self.segment.whole(UNTIL) > day)
        return found[~self.mask[found]]

    def without(self, store: Store, where: Array) -> HeldRows | None:
        """Return the segment without some rows; None where none is left."""
        if not len(where):
            return self
        mask = self.mask.copy()
        mask[where] = True
        if mask.all():
            return None
        return HeldRows(self.name, store.put([np.packbits(mask)], _GONE), self.segment, mask)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What held after a night.

    Args:
        night: what the night did.
        said: the question that is answered, see ``LedgerQuestion.said``.
        names: the columns of the table.
        held: the rows.
        settled: what those rows add of which nothing happens after the day: from then on it is the same every day.
        open: what all other rows add, as of the day; None where there are none.
    """

    night: Night
    said: Mapping[str, str]
    names: tuple[str, ...]
    held: tuple[HeldRows, ...]
    settled: Account
    open: Account | None
    objects: frozenset[str] = field(default=frozenset())

    @property
    def day(self) -> date:
        """The day up to which the rows are known."""
        return self.night.day

    @property
    def accounts(self) -> list[Account]:
        """What all rows add, in its parts."""
        return [self.settled, *([] if self.open is None else [self.open])]

    @property
    def rows(self) -> int:
        """How many ids there are."""
        return sum(each.there for each in self.held)

    def write(self, store: Store) -> LogLine:
        """Keep the state and return its line in the head, which is still to be written."""
        data = {
            "night": [self.night.day.isoformat(), *self.night[1:]],
            "question": dict(self.said),
            "columns": self.names,
            "rows": [[each.name, each.gone] for each in self.held],
            "settled": _written(store, self.settled),
            "open": None if self.open is None else _written(store, self.open),
        }
        text = json.dumps(data, ensure_ascii=False, indent=1).encode()
        return LogLine(self.night.day, self.night.what, store.put([text], NIGHT))

    @classmethod
    def read(cls, store: Store, name: str, kind: Kind, instead: Account | None = None) -> State:
        """Return what ``write`` kept.

        Args:
            store: where it is kept.
            name: its object.
            kind: what the rows are.
            instead: the counts, where those that are kept are not looked at.

        Raises:
            LedgerError: a file of it is not there or damaged.
        """
        data = _said(store, name)
        held = tuple(_held(store, row, gone, kind) for row, gone in data["rows"])
        return cls(
            _night(data),
            data["question"],
            tuple(data["columns"]),
            held,
            instead or _read(store, data["settled"]),
            None if instead is not None or data["open"] is None else _read(store, data["open"]),
        )

    def alive(self) -> Iterator[tuple[Segment, Array]]:
        """Yield the segments with the positions of the rows that are there."""
        yield from ((each.segment, each.rows_there) for each in self.held)

    def that_count(self) -> Iterator[tuple[Segment, Array]]:
        """Yield the segments with the positions of the rows that are there and that reading did not reject."""
        for each in self.held:
            valid = counting(each.segment.verdicts)[each.segment.whole(VERDICT)]
            yield each.segment, np.flatnonzero(valid & ~each.mask)


def night_of(store: Store, name: str) -> Night:
    """Return what a night did.

    Raises:
        LedgerError: its file is not there or damaged.
    """
    return _night(_said(store, name))


def _said(store: Store, name: str) -> Mapping[str, Any]:
    """Return what the file of a night says, of the form that ``State.write`` gives it.

    Raises:
        LedgerError: it is not there, damaged, or of another form: a name that is the checksum says nothing of who wrote it.
    """
    text, data = store.get(name), {}
    try:
        data = json.loads(text)
        night, question, accounts = data["night"], data["question"], [data["settled"], data["open"]]
        pairs = [tuple(pair) for pair in data["rows"]]
        texts = [night[1], *question, *question.values(), question["periods"], *data["columns"], *(each for pair in pairs for each in pair)]
        counts = list(night[2:])
        for account in accounts[: 1 if accounts[1] is None else 2]:
            texts += [account["tally"], *account["numbers"]]
            counts += account["numbers"].values()
        fits = all(isinstance(data[key], list) for key in ("night", "columns", "rows"))
        fits = fits and len(night) == len(Night._fields) and all(len(pair) == 2 for pair in pairs)
        fits = fits and all(isinstance(each, str) for each in texts) and all(type(n) is int and n >= 0 for n in counts)
        date.fromisoformat(night[0])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        fits = False
    if not fits:
        raise damaged(store.objects / name, "không ghi như một đêm của sổ", "it does not say what a night of a ledger does")
    return data


def _night(data: Mapping[str, Any]) -> Night:
    day, *rest = data["night"]
    return Night(date.fromisoformat(day), *rest)


def question_of(store: Store, name: str) -> Mapping[str, str]:
    """Return the question that was answered after a night, see ``LedgerQuestion.said``."""
    found: Mapping[str, str] = _said(store, name)["question"]
    return found


def kept_periods(path: Path) -> tuple[str, ...]:
    """Return the periods that the ledger of a folder counts; none where it has no night yet."""
    store = Store(path, Disk())
    log = store.log()
    if not log:
        return ()
    return tuple(question_of(store, log[-1].night)["periods"].split(", "))


def objects_of(store: Store, name: str) -> set[str]:
    """Return the names of the objects that a night needs, its own among them."""
    data = _said(store, name)
    accounts = (data["settled"], data["open"])
    return {name, *(each for pair in data["rows"] for each in pair if each), *(each["tally"] for each in accounts if each is not None)}


def _written(store: Store, account: Account) -> dict[str, Any]:
    return {"tally": store.put([account.to_bytes()], _TALLY), "numbers": dict(account.numbers)}


def _read(store: Store, data: Mapping[str, Any]) -> Account:
    return Account.from_bytes(store.get(data["tally"]), data["numbers"])


def _held(store: Store, name: str, gone: str, kind: Kind) -> HeldRows:
    segment = Segment.open(store, name, kind)
    if not gone:
        return HeldRows(name, gone, segment, np.zeros(segment.rows, dtype=bool))
    bits = np.frombuffer(store.get(gone), dtype=np.uint8)
    if len(bits) != -(-segment.rows // 8):
        raise damaged(store.objects / gone, "dài ngắn khác số dòng", "its length is not that of the rows")
    return HeldRows(name, gone, segment, np.unpackbits(bits, count=segment.rows).astype(bool))
