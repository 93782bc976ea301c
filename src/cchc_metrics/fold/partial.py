"""A partial answer: what some rows of a table add to the whole; partial answers add up in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from cchc_metrics.arguments import public_methods
from cchc_metrics.count.tally import Tally
from cchc_metrics.errors import InputError, TallyMismatchError
from cchc_metrics.fold.ask import Ask
from cchc_metrics.fold.stored import Rest, bytes_of, parts_of_bytes, rest_of, stored_rest
from cchc_metrics.read.joins import Links
from cchc_metrics.records.columns import Array
from cchc_metrics.records.problems import Problems
from cchc_metrics.verbs.quality import Quality


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """Rows that are judged when all parts are together, since their ids stand elsewhere too.

    Args:
        rows: an Arrow table as it came, or ``Columns`` that were read.
        numbers: the number of each row (int64[n]); None where they are not known.
        sheet: the part file that they stand in, ``""`` where there is none.
    """

    rows: Any = field(repr=False)  # cells of persons and of what is secret may be among them
    numbers: Array | None = None
    sheet: str = ""


@public_methods
@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """What some rows of a table add to the whole; a commutative monoid under ``+``, whose identity is ``Partial.zero(ask)``.

    Args:
        mark: which question it answers, see ``Ask.mark``.
        tally: the counts of the rows that count.
        problems: what is wrong with single rows; ``problems.read`` is without the rows apart.
        quality: what the rules and the calendar find in dossiers.
        links: rows without a partner in another table, and which rows of others met one.
        apart: rows that are judged when all parts are together.
        met: what some row showed of its table: columns that follow from others, headings that mean their column by their words.
    """

    mark: int
    tally: Tally
    problems: Problems
    quality: Quality
    links: Links
    apart: tuple[Apart, ...] = ()
    met: frozenset[str] = frozenset()

    @classmethod
    def zero(cls, ask: Ask) -> Partial:
        """Return what no rows add."""
        return cls(ask.mark, Tally.zero(ask.frame), Problems(), Quality(Problems()), Links())

    def __add__(self, other: Partial) -> Partial:
        """Return what both add.

        Raises:
            TallyMismatchError: they answer unlike questions.
        """
        return replace(_beside(self, other), tally=self.tally + other.tally)

    @classmethod
    def sum(cls, partials: Iterable[Partial | bytes]) -> Partial:
        """Return the sum of many partial answers, at least one, with no more than one of them in memory beside it.

        Args:
            partials: partial answers, or the bytes that ``to_bytes`` wrote, which are added fastest.

        Raises:
            TallyMismatchError: they answer unlike questions.
            InputError: there is none, or bytes are damaged.

        >>> nothing = Partial.zero(Ask.of("meetings", "2021"))
        >>> Partial.sum([nothing, nothing.to_bytes()]).tally == nothing.tally
        True
        """
        rests: list[Partial] = []  # what was added up but for the tallies

        def tallies() -> Iterator[Tally | bytes]:
            for one in partials:
                counted: Tally | bytes
                if isinstance(one, Partial):
                    rest, counted = one, one.tally
                else:
                    counted, stored = parts_of_bytes(one)
                    rest = _of(stored, rests[0].tally if rests else Tally.from_bytes(counted))
                rests[:] = [_beside(rests[0], rest) if rests else rest]
                yield counted

        counted = tallies()
        first = next(counted, None)
        if first is None:
            raise InputError("không có phần nào để cộng", "there is nothing to add up")
        tally = Tally.sum(chain([first], counted))  # which goes through all of them
        return replace(rests[0], tally=tally)

    def to_bytes(self) -> bytes:
        """Return the partial answer as bytes, small to keep and to send; whatever the order in which it was added up, they are the same."""
        stored = Rest(
            self.mark,
            self.problems,
            self.quality,
            self.links,
            tuple((each.rows, each.numbers, each.sheet) for each in self.apart),
            self.met,
        )
        return bytes_of(self.tally.to_bytes(), stored_rest(stored))

    @classmethod
    def from_bytes(cls, data: bytes) -> Partial:
        """Return the partial answer that ``to_bytes`` wrote.

        Raises:
            TallyMismatchError: the bytes were written under another schema version.
            InputError: the bytes are no partial answer, or damaged.
        """
        counted, stored = parts_of_bytes(data)
        return _of(stored, Tally.from_bytes(counted))

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return (Partial.from_bytes, (self.to_bytes(),))


def _of(stored: bytes, tally: Tally) -> Partial:
    rest = rest_of(stored)
    return Partial(rest.mark, tally, rest.problems, rest.quality, rest.links, tuple(Apart(*each) for each in rest.apart), rest.met)


def _beside(one: Partial, other: Partial) -> Partial:
    """Return what both add but for the tally."""
    if one.mark != other.mark:
        raise TallyMismatchError(
            "không cộng được hai phần: chúng trả lời hai câu hỏi khác nhau (đơn vị, tiêu đề, mã lặp, ngày xuất … của Ask)",
            "the parts cannot be added: they answer unlike questions (units, headings, repeated ids, day of export … of their Ask)",
        )
    quality = one.quality + other.quality
    links = one.links + other.links
    return Partial(
        one.mark,
        one.tally,
        (one.problems + other.problems).ordered(),
        replace(quality, problems=quality.problems.ordered()),
        replace(links, problems=links.problems.ordered()),
        (*one.apart, *other.apart),
        one.met | other.met,
    )
