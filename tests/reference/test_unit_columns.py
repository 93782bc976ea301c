"""The units of a tree as columns say of each unit what the tree says of it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from cchc_metrics.reference.days import date_of
from cchc_metrics.reference.level import LEVELS
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.reference.unit_columns import OPEN_END, OPEN_START, units_of

ENDED, BEGAN = date(2025, 6, 30), date(2025, 7, 1)
RENAMED = date(2024, 5, 1)


def commune(code: str, name: str, **more: object) -> dict[str, object]:
    return {"code": code, "name": name, "level": "commune", "parent": "T", **more}


TREE = UnitTree(
    Unit.model_validate(each)
    for each in (
        {"code": "T", "name": "Đồng Tháp", "level": "province"},
        commune("1", "Hưng Thạnh", valid_to=ENDED),
        commune("2", "Mỹ An", valid_to=RENAMED - timedelta(days=1)),
        commune("2", "Mỹ An Mới", valid_from=RENAMED, valid_to=ENDED, continues=True),
        commune("3", "Đốc Binh Kiều", valid_to=ENDED),
        commune("1", "Phương Thịnh", valid_from=BEGAN, predecessors=("1", "2")),
        commune("4", "Tháp Mười", valid_from=BEGAN, predecessors=("2", "3"), parts_of=("2",)),
    )
)


def test_columns_say_of_each_unit_what_the_tree_says() -> None:
    columns = TREE.columns
    assert columns is TREE.columns
    assert columns.codes == TREE.codes
    for at, code in enumerate(TREE.codes):
        since, until = TREE.days[code]
        assert columns.place[code] == at
        assert (columns.since[at] == OPEN_START) if since is None else (date_of(int(columns.since[at])) == since)
        assert (columns.until[at] == OPEN_END) if until is None else (date_of(int(columns.until[at])) == until)
        assert LEVELS[columns.level[at]] == TREE.unit(code).level
        pairs, n = columns.made_of(np.array([at]))
        before = [TREE.codes[place] for place in columns.before[pairs].tolist()]
        assert before == list(TREE.predecessors(code))
        assert n.tolist() == [len(before)]
        assert [b for b, split in zip(before, columns.split[pairs].tolist(), strict=True) if split] == list(TREE.split_predecessors(code))
        assert columns.meant.get(code, (code,)) == units_of(TREE, code)
        assert columns.is_shared[at] == (units_of(TREE, code) != (code,))
        assert columns.is_whole[at] == (TREE.whole(code) == code)


def test_a_code_that_two_bore_can_mean_both_and_one_of_an_earlier_stage_means_the_whole_unit() -> None:
    assert dict(TREE.columns.meant) == {"1": ("1@2025-06-30", "1"), "2@2024-04-30": ("2",)}


def test_places_are_found_of_all_units_and_of_any_labels() -> None:
    columns = TREE.columns
    assert columns.wholes == tuple(code for code in TREE.codes if TREE.whole(code) == code)
    for labels in (columns.wholes, ("4", "nobody", "T")):
        assert columns.places(labels).tolist() == [columns.place.get(label, -1) for label in labels]


def test_what_units_were_made_of_is_found_with_what_that_was_made_of() -> None:
    columns = TREE.columns
    found = columns.before_all(columns.places(("4", "1", "nobody")))
    assert sorted(columns.codes[at] for at in found.tolist()) == ["1@2025-06-30", "2", "3"]
    assert columns.before_all(np.arange(len(columns.codes))).tolist() == []
