"""Loading a catalogue from TOML: every mistake at once, each with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Count, Indicator, event_sets, set_with
from cchc_metrics.errors import CatalogueError, suggestion
from cchc_metrics.values import Scale, Text

M = TypeVar("M", bound=BaseModel)


@cache
def default_catalogue() -> Catalogue:
    """Return the packaged catalogue; every kind has a file of its own."""
    folder = resources.files("cchc_metrics.catalogue").joinpath("data")
    found = Catalogue([], [])
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            found = load_catalogue(entry.read_text(encoding="utf-8"), file=entry.name, base=found)
    return found


def load_catalogue(text: str, *, file: str = "catalogue.toml", base: Catalogue | None = None) -> Catalogue:
    """Return a catalogue extended by TOML text with ``[[count]]`` and ``[[indicator]]`` tables.

    Args:
        text: the TOML.
        file: its name, for messages.
        base: what to extend; None for the packaged catalogue.

    Raises:
        CatalogueError: lists every mistake, a line each: bad TOML, unknown keys, an id that is already taken, an unknown count, event set,
            dimension or label (with the nearest that exists), a breakdown that a count cannot give.

    >>> own = load_catalogue('''
    ... [[indicator]]
    ... id = "my_online_share"
    ... vi = "Tỷ lệ hồ sơ trực tuyến"
    ... en = "Online dossiers"
    ... numerator = ["dossiers.received_online"]
    ... denominator = ["dossiers.received"]
    ... scale = "percent"
    ... source = "own"
    ... ''')
    >>> own["my_online_share"].denominator
    ('dossiers.received',)
    """
    if base is None:
        base = default_catalogue()
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{file}: không phải TOML: {error}", f"{file}: not TOML: {error}") from None
    mistakes: list[Text] = [
        Text(f"{key}: khóa lạ{vi}", f"{key}: unknown key{en}")
        for key in data
        if key not in ("count", "indicator")
        for vi, en in [suggestion(key, ("count", "indicator"))]
    ]
    counts = _models(Count, data.get("count", []), "count", mistakes)
    indicators = _models(Indicator, data.get("indicator", []), "indicator", mistakes)
    all_counts = dict(base.counts)
    for place, count in counts:
        mistakes += _taken(place, count.id, all_counts)
        mistakes += _check_count(place, count)
        all_counts[count.id] = count
    all_indicators = dict(base.indicators)
    for place, indicator in indicators:
        mistakes += _taken(place, indicator.id, all_indicators)
        mistakes += _check_indicator(place, indicator, all_counts)
        all_indicators[indicator.id] = indicator
    if mistakes:
        raise CatalogueError(
            f"{file}: " + "; ".join(m.vi for m in mistakes),
            f"{file}: " + "; ".join(m.en for m in mistakes),
        )
    return Catalogue(all_counts.values(), all_indicators.values())


def _models(model: type[M], tables: list[Any], key: str, mistakes: list[Text]) -> list[tuple[str, M]]:
    found = []
    for number, table in enumerate(tables, start=1):
        name = table.get("id", "?") if isinstance(table, dict) else "?"
        place = f"{key}[{number}] «{name}»"
        try:
            found.append((place, model.model_validate(table)))
        except ValidationError as error:
            for e in error.errors():
                where = ".".join(str(part) for part in e["loc"])
                vi, en = suggestion(where, model.model_fields) if e["type"] == "extra_forbidden" else ("", "")
                mistakes.append(Text(f"{place}.{where}: {e['msg']}{vi}", f"{place}.{where}: {e['msg']}{en}"))
    return found


def _taken(place: str, name: str, taken: dict[str, Any]) -> Iterator[Text]:
    if name in taken:
        yield Text(f"{place}: id đã có trong danh mục, đặt id khác", f"{place}: the id is taken, choose another")


def _check_count(place: str, count: Count) -> Iterator[Text]:
    known = event_sets()
    for key, name in (("events", count.events), ("until", count.until)):
        if not name and key == "until":
            continue
        if name not in known:
            vi, en = suggestion(name, known)
            yield Text(f"{place}.{key}: không có «{name}»{vi}", f"{place}.{key}: there is no «{name}»{en}")
            continue
        full = set_with(name, count.where)
        if full is None:
            dims = sorted({d.name for s in known if s == name for d in known[s].dims})
            yield Text(
                f"{place}.where: «{name}» không có đủ các chiều {sorted(count.where)}; có: {', '.join(dims) or '—'}",
                f"{place}.where: «{name}» does not have all of {sorted(count.where)}; it has: {', '.join(dims) or '—'}",
            )
            continue
        choices = {d.name: d.choice for d in known[full].dims}
        for dim, wanted in count.where.items():
            choice = choices.get(dim)
            for label in wanted if choice is not None else ():
                assert choice is not None  # noqa: S101  said in the line above
                if label not in choice.labels():
                    vi, en = suggestion(label, choice.labels())
                    yield Text(f"{place}.where.{dim}: không có «{label}»{vi}", f"{place}.where.{dim}: there is no «{label}»{en}")
    if count.of == "value" and count.events in known and not known[count.events].value:
        yield Text(f"{place}.of: «{count.events}» không mang số", f"{place}.of: «{count.events}» carries no number")
    if count.until and count.at == "period":
        yield Text(f"{place}.until: chỉ dùng với at = start hoặc end", f"{place}.until: only with at = start or end")


def _check_indicator(place: str, indicator: Indicator, counts: dict[str, Count]) -> Iterator[Text]:
    parts = [
        *((f"numerator[{n}]", name.removeprefix("-")) for n, name in enumerate(indicator.numerator)),
        *((f"denominator[{n}]", name.removeprefix("-")) for n, name in enumerate(indicator.denominator)),
        *((f"excluded.{reason}", name) for reason, name in indicator.excluded.items()),
    ]
    for key, name in parts:
        if name not in counts:
            vi, en = suggestion(name, counts)
            yield Text(f"{place}.{key}: không có số đếm «{name}»{vi}", f"{place}.{key}: there is no count «{name}»{en}")
    if indicator.quantile:
        known = event_sets()
        if indicator.values_of not in known or not known[indicator.values_of].value:
            yield Text(f"{place}.values_of: cần một nhóm sự kiện mang số", f"{place}.values_of: a set of events with a number is needed")
    elif not indicator.numerator:
        yield Text(f"{place}.numerator: không được trống", f"{place}.numerator: must not be empty")
    if indicator.scale is Scale.COUNT and indicator.denominator:
        yield Text(f"{place}.denominator: số đếm không có mẫu số", f"{place}.denominator: a count has no denominator")
    if indicator.scale is not Scale.COUNT and not indicator.denominator and not indicator.quantile:
        yield Text(f"{place}.denominator: không được trống", f"{place}.denominator: must not be empty")
    for dims in indicator.breakdowns:
        for _, name in parts:
            count = counts.get(name)
            if count is None or count.kind == UNITS_KIND:
                continue
            for events in filter(None, (count.events, count.until)):
                if events in event_sets() and set_with(events, {*count.where, *dims}) is None:
                    yield Text(
                        f"{place}.breakdowns: số đếm «{name}» không chia được theo {', '.join(dims)}",
                        f"{place}.breakdowns: count «{name}» cannot be broken down by {', '.join(dims)}",
                    )
