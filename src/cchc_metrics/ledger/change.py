"""What a night changes: which rows replace which, and what the counts are then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from cchc_metrics.errors import InputError
from cchc_metrics.hashes import hashes_of
from cchc_metrics.ledger.account import balance
from cchc_metrics.ledger.night import NightRows
from cchc_metrics.ledger.question import LedgerQuestion
from cchc_metrics.ledger.segment import CELLS, UNTIL, KeptRows, Segment, write_segment
from cchc_metrics.ledger.state import HeldRows, Night, State
from cchc_metrics.ledger.store import Store
from cchc_metrics.records.columns import Array, Columns
from cchc_metrics.records.fields import CellError, parse_identifier
from cchc_metrics.reference.days import day_number


def after_night(
    store: Store,
    question: LedgerQuestion,
    state: State,
    what: str,
    day: date,
    night: NightRows | None,
    vanished: Callable[[State, NightRows], Iterable[str]],
) -> State:
    """Return what holds after a night; its rows are kept, and nothing names them yet.

    Args:
        store: where rows are kept.
        question: what is counted.
        state: what held before.
        what: what is done, as ``Night`` says it.
        day: the day of the night.
        night: its rows; None where rows are only removed.
        vanished: takes what held and the rows of the night, returns the ids that are there no more.

    Raises:
        InputError: the day is before that of the last night, the table has other columns, or an id is given and removed.
        LedgerError: the ledger is damaged.
    """
    if day < state.day:
        raise InputError(
            f"sổ đã đến ngày {state.day:%d/%m/%Y}, không nhận ngày {day:%d/%m/%Y} trước đó",
            f"the ledger is at {state.day.isoformat()} and takes no earlier day: {day.isoformat()}",
        )
    if night is None and not state.names:
        raise InputError(
            "đêm đầu tiên cần một bảng có tiêu đề, dù chưa có dòng nào: chưa biết sổ có cột nào",
            "the first night needs a table with headings, though it may have no rows: nothing says yet which columns the ledger has",
        )
    names = state.names if night is None else _names(question, state, night)
    night = night or NightRows(_no_rows(question), 0, 0, names)
    given, same, changed = night.rows, np.zeros(len(night.rows), dtype=bool), 0
    gone: list[Array] = []
    for each in state.held:
        which, where = _there(each, given.numbers, given.ids)
        alike = each.segment.arrays[CELLS][0][where] == given.cells[which]
        same[which[alike]] = True
        changed += int(np.count_nonzero(~alike))
        gone.append(where[~alike])
    kept = given.take(np.flatnonzero(~same), keep_ids=True) if same.any() else given
    numbers, ids = _ids(vanished(state, night))
    for name in sorted(set(ids) & set(given.ids)):
        text = name.decode()
        raise InputError(f"mã «{text}» vừa có dòng mới vừa nằm trong removed", f"the id «{text}» has a row and is among removed")
    removed = 0
    for at, each in enumerate(state.held):
        _, where = _there(each, numbers, ids)
        removed += len(where)
        gone[at] = np.sort(np.concatenate([gone[at], where]))
    did = Night(
        day,
        what,
        new=len(given) - changed - int(same.sum()),
        changed=changed,
        same=int(same.sum()),
        removed=removed,
        unknown=len(ids) - removed,
        rejected=night.rejected,
        without_id=night.without_id,
    )
    return _after(store, question, state, did, names, kept, gone)


def _after(
    store: Store, question: LedgerQuestion, state: State, night: Night, names: tuple[str, ...], kept: KeptRows, gone: Sequence[Array]
) -> State:
    """Return what holds when counts are moved to the day of the night, less what was replaced, with what is new or settled since."""
    day, before, now = night.day, day_number(state.day), day_number(night.day)
    replaced, settling, still = [], [], []
    held: list[HeldRows] = []
    for each, where in zip(state.held, gone, strict=True):
        until = each.segment.whole(UNTIL)
        replaced.append(each.segment.take(where[until[where] <= before]))
        left = each.without(store, where)
        if left is None:
            continue
        held.append(left)
        later = left.later_than(before)
        done = until[later] <= now
        settling.append(each.segment.take(later[done]))
        still.append(each.segment.take(later[~done]))
    if len(kept):
        name = write_segment(store, kept)
        held.append(HeldRows(name, "", Segment.open(store, name, question.kind), np.zeros(len(kept), dtype=bool)))
        settling.append(kept.take(np.flatnonzero(kept.until <= now)))
        still.append(kept.take(np.flatnonzero(kept.until > now)))
    moved = replace(state.settled.in_frame(question.frame(day)), bare=question.nothing(names, day).bare)
    add, take = question.account(settling, day), question.account(replaced, day)
    settled = balance([moved, *([] if add is None else [add])], [] if take is None else [take])
    return State(night, question.said, names, tuple(held), settled, question.account(still, day))


def ids_between(state: State, first: int, last: int) -> Iterator[bytes]:
    """Yield the ids of the rows whose main date lies between two days (since 1970-01-01), both inclusive; −1 is no day."""
    for segment, where in state.alive():
        main = segment.kind.dates.main
        if main in segment.arrays:
            own = segment.whole(main)[where]
            yield from segment.ids(where[(own >= first) & (own <= last)])
        elif first < 0:
            yield from segment.ids(where)


def _there(held: HeldRows, numbers: Array, ids: Sequence[bytes]) -> tuple[Array, Array]:
    """Return which of some ids are there (positions among them), and where (positions of rows, ascending)."""
    which, where = held.segment.find(numbers, ids)
    left = ~held.mask[where]
    order = np.argsort(where[left], kind="stable")
    return which[left][order], where[left][order]


def _ids(removed: Iterable[str]) -> tuple[Array, list[bytes]]:
    """Return ids with their numbers, in the order of these, each once."""
    try:
        texts = sorted({parse_identifier(each) for each in removed})
    except CellError as error:
        raise InputError(f"removed: {error.code.vi}", f"removed: {error.code.en}") from None
    numbers = hashes_of(texts)
    order = np.argsort(numbers, kind="stable")
    return numbers[order], [texts[at].encode() for at in order.tolist()]


def _names(question: LedgerQuestion, state: State, night: NightRows) -> tuple[str, ...]:
    """Return the columns of the ledger's table, which those of a night must be, but for what follows from the words of others."""
    if not state.names:
        return night.names
    follow = {rule.column for rule in question.kind.follows}
    lacks = [name for name in state.names if name not in night.names and name not in follow]
    more = [name for name in night.names if name not in state.names and name not in follow]
    if lacks or more:
        listed, beyond = ", ".join(lacks) or "—", ", ".join(more) or "—"
        raise InputError(
            f"bảng đêm nay có cột khác sổ: thiếu {listed}, thừa {beyond}; xuất đủ cột như trước, hoặc lập sổ mới từ toàn bộ dữ liệu",
            f"the columns of the table are not those of the ledger: it lacks {listed} and also has {beyond}; export the columns as before, "
            "or make a new ledger from all rows",
        )
    return tuple(dict.fromkeys([*state.names, *night.names]))


def _no_rows(question: LedgerQuestion) -> KeptRows:
    nothing = np.zeros(0, dtype=np.int32)
    return KeptRows(Columns(question.kind.model, {}, {}), nothing.astype(np.uint64), [], nothing, (), nothing, nothing.astype(np.uint64))
