"""A reader who knows no definition: whatever adds up in a whole published table is subtracted, all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from tests.folders import EXAMPLE

import cchc_metrics as cm
from cchc_metrics.values import Measure
from cchc_metrics.verbs.suppress.small import small_rows
from cchc_metrics.verbs.suppress.verb import without_numbers

Key = tuple[str, str, str, str, tuple[tuple[str, str], ...], str]
"""Indicator, numerator or denominator, unit, level, labels, period."""
BELOW = 5


def numbers(rows: Iterable[Measure]) -> dict[Key, int | None]:
    found: dict[Key, int | None] = {}
    for m in rows:
        labels = tuple(pair for pair in m.breakdown if pair[0] != "level")
        for part, n in (("n", m.numerator), ("d", m.denominator)):
            found[m.indicator, part, m.unit, dict(m.breakdown).get("level", ""), labels, m.period.label] = n
    return found


def sums(truth: dict[Key, int], tree: cm.UnitTree) -> Iterator[tuple[Key, list[Key]]]:
    """Yield what adds up by units, levels, labels and from one indicator to another, wherever it does so throughout."""
    below = {code: list(tree.subtree(code)) for code in tree.codes}
    rows = defaultdict(list)
    for key in truth:
        rows[key[0], key[1], key[2], key[3], key[5]].append(key)
    rules: dict[tuple[str, str, str], list[tuple[Key, list[Key]]]] = defaultdict(list)
    for key in truth:
        indicator, part, unit, level, labels, period = key
        inside = [code for code in below[unit] if tree.unit(code).level == level]
        if not level and len(below[unit]) > 1:
            levels = sorted({tree.unit(code).level for code in below[unit]})
            rules[indicator, part, "levels"].append((key, [(indicator, part, unit, each, labels, period) for each in levels]))
        elif level and inside != [unit]:
            own = [(indicator, part, code, level if len(below[code]) > 1 else "", labels, period) for code in inside]
            rules[indicator, part, "units"].append((key, own))
        beside = defaultdict(list)
        for other in rows[indicator, part, unit, level, period]:
            more = dict(set(other[4]) - set(labels))
            if set(labels) < set(other[4]) and len(more) == 1:
                beside[next(iter(more)), len(other[4])].append(other)
        for (dim, _), parts in beside.items():
            rules[indicator, part, dim].append((key, parts))
    for listed in rules.values():
        if all(all(each in truth for each in parts) and truth[key] == sum(truth[each] for each in parts) for key, parts in listed):
            yield from listed
    alike: dict[object, list[tuple[str, str]]] = defaultdict(list)
    for column in sorted({key[:2] for key in truth}):
        values = tuple(sorted((key[2:], n) for key, n in truth.items() if key[:2] == column and not key[4]))
        if sum(n for _, n in values) > 20:
            alike[values].append(column)
    for first, *others in alike.values():
        for indicator, part in others:
            pairs = ((key, (indicator, part, *key[2:])) for key in truth if key[:2] == first)
            yield from ((one, [other]) for one, other in pairs if truth.get(other) == truth[one])


def hidden_sums(rules: Iterable[tuple[Key, list[Key]]], hidden: dict[Key, int]) -> Iterator[dict[int, int]]:
    """Yield what is known of hidden numbers: position → how often it is in a sum whose value is known."""
    for key, parts in rules:
        row: dict[int, int] = defaultdict(int)
        for each, factor in ((key, 1), *((each, -1) for each in parts)):
            if each in hidden:
                row[hidden[each]] += factor
        if any(row.values()):
            yield {i: n for i, n in row.items() if n}


def parted(n: int, rows: Iterable[dict[int, int]]) -> list[int]:
    """Return a group for each of n positions; those that are in one row are in one group."""
    group = list(range(n))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = i = group[group[i]]
        return i

    for row in rows:
        for one, other in zip(row, list(row)[1:], strict=False):
            group[root(one)] = root(other)
    return [root(i) for i in range(n)]


def learnt(raw: cm.Measures, shown: cm.Measures, tree: cm.UnitTree) -> list[Key]:
    """Return every small number that follows from what is shown."""
    truth = {key: n for key, n in numbers(raw).items() if n is not None}
    seen = numbers(shown)
    hidden = {key: i for i, key in enumerate(key for key in truth if seen[key] is None)}
    rows = list(hidden_sums(sums(truth, tree), hidden))
    wanted = [(key, {i: 1}) for key, i in hidden.items() if 0 < truth[key] < BELOW]
    pairs = [(key, (key[0], "d", *key[2:])) for key in hidden if key[1] == "n"]
    wanted += [(n, {hidden[n]: -1, hidden[d]: 1}) for n, d in pairs if d in hidden and 0 < truth[d] - truth[n] < BELOW]
    group = parted(len(hidden), (*rows, *(target for _, target in wanted)))
    found: list[Key] = []
    for at in {group[next(iter(target))] for _, target in wanted}:
        place = {i: n for n, i in enumerate(i for i, each in enumerate(group) if each == at)}
        mine = [row for row in rows if group[next(iter(row))] == at]
        known = np.zeros((max(len(mine), 1), len(place)))
        for n, row in enumerate(mine):
            known[n, [place[i] for i in row]] = list(row.values())
        _, sizes, ways = np.linalg.svd(known)
        free = ways[int((sizes > 1e-9).sum()) :]
        for key, target in wanted:
            if next(iter(target)) in place and np.abs(free[:, [place[i] for i in target]] @ list(target.values())).max(initial=0) < 1e-7:
                found.append(key)
    return found


@pytest.mark.parametrize("covered", [True, False])
def test_nothing_small_follows_from_what_adds_up_in_the_example(*, covered: bool) -> None:
    data = cm.read_folder(EXAMPLE)
    raw = data.measures("2021", "2020")
    if covered:
        shown = data.replace(suppress_below=BELOW).measures("2021", "2020")
        assert learnt(raw, shown, data.units) == []
    else:  # where small rows alone are out, this reader learns of them
        small = small_rows(raw, BELOW, data.catalogue)
        assert learnt(raw, without_numbers(raw, small, small), data.units)
