"""Draws that come out the same on every version of Python, and the division of a total by weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws, fixed by a seed and a name; each table has its own, so a change to one leaves the others.

    Built on ``Random.random`` alone: of the generator's methods only that one is promised to stay the same.

    Args:
        seed: the seed of the whole example.
        name: what is drawn, e.g. ``"dossiers"``.

    >>> Draw(2021, "dossiers").below(1000) == Draw(2021, "dossiers").below(1000)
    True
    """

    def __init__(self, seed: int, name: str) -> None:
        self._random = Random(f"{seed}/{name}").random  # noqa: S311  nothing here is a secret

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to ``limit`` − 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both possible; ``low`` where ``high`` is smaller."""
        return low + self.below(max(high - low, 0) + 1)

    def chance(self, percent: float) -> bool:
        """Return true in ``percent`` of 100 draws."""
        return self._random() * 100 < percent

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items, each as likely."""
        return items[self.below(len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one of the keys, as likely as its weight says."""
        mark = self._random() * sum(weights.values())
        for item, weight in weights.items():
            mark -= weight
            if mark < 0:
                return item
        return list(weights)[-1]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Return the items in a drawn order."""
        found = list(items)
        for i in range(len(found) - 1, 0, -1):
            j = self.below(i + 1)
            found[i], found[j] = found[j], found[i]
        return found


def divide(total: int, weights: Mapping[T, float]) -> dict[T, int]:
    """Divide a total by weights into whole parts that add up to it; the largest remainders get what is left over.

    >>> divide(10, {"a": 1, "b": 1, "c": 1})
    {'a': 4, 'b': 3, 'c': 3}
    """
    whole = sum(weights.values())
    exact = {item: total * weight / whole for item, weight in weights.items()}
    parts = {item: int(share) for item, share in exact.items()}
    left = total - sum(parts.values())
    for item in sorted(exact, key=lambda item: parts[item] - exact[item])[:left]:
        parts[item] += 1
    return parts
