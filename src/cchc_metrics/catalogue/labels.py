"""The names of the labels by which counts are broken down: of closed lists and of levels; open words are their own names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from cchc_metrics.catalogue.model import event_sets
from cchc_metrics.records.fields import Choice
from cchc_metrics.records.kinds import KINDS
from cchc_metrics.reference.unit import LEVEL_NAMES, LEVELS
from cchc_metrics.text import Text


def label_name(dim: str, label: str) -> Text:
    """Return the name of a breakdown's label in both languages.

    >>> label_name("kind", "council_session").vi, label_name("level", "commune").en, label_name("question", "5 trong 1").vi
    ('kỳ họp HĐND', 'commune level', '5 trong 1')
    """
    if dim == "level" and label in LEVEL_NAMES:
        return Text(*LEVEL_NAMES[label])
    if (dim, label) in named_labels():
        found = named_labels()[dim, label]
        return Text(found.text("vi"), found.text("en"))
    return Text(label, label) if label else Text("không ghi", "not said")


@cache
def named_labels() -> Mapping[tuple[str, str], Choice]:
    """Return the members of every closed list that counts can be broken down by: dimension and label → member."""
    dims = [dim for found in event_sets().values() for dim in found.dims]
    return MappingProxyType({(d.name, label): d.choice.of(label) for d in dims if d.choice is not None for label in d.choice.labels()})


@cache
def labels_of(dim: str) -> tuple[str, ...] | None:
    """Return the labels that a dimension can have; None of one that has an open vocabulary.

    >>> labels_of("level"), labels_of("field")
    (('province', 'district', 'commune'), None)
    """
    if dim == "level":
        return LEVELS
    found = [d.choice for kind in KINDS.values() for events in kind.event_sets for d in events.dims if d.name == dim]
    if not found or None in found:
        return None
    return tuple(dict.fromkeys(str(label) for choice in found if choice is not None for label in choice))
