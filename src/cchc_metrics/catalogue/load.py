"""Loading a catalogue from TOML: every mistake at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from cchc_metrics.arguments import public
from cchc_metrics.catalogue.model import UNITS_KIND, Catalogue, Count, Indicator, OwnChange, event_sets, set_with
from cchc_metrics.declared import Mistakes, parse_toml
from cchc_metrics.declared.lines import Path
from cchc_metrics.errors import suggestion
from cchc_metrics.values import Scale, Text

Found = Iterator[tuple[Path, Text]]
"""What is wrong in a count or an indicator, each with its key."""


@cache
def default_catalogue() -> Catalogue:
    """Return the packaged catalogue; every kind has a file of its own."""
    folder = resources.files("cchc_metrics.catalogue").joinpath("data")
    found = Catalogue([], [])
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    for entry in sorted(files, key=lambda e: int(e.name.partition("_")[0])):
        found = load_catalogue(entry.read_text(encoding="utf-8"), file=entry.name, base=found)
    return found


@public
def load_catalogue(text: str | bytes, *, file: str = "catalogue.toml", base: Catalogue | None = None) -> Catalogue:
    """Return a catalogue extended by TOML text with ``[[count]]``, ``[[indicator]]`` and ``[[change]]`` tables.

    A ``[[change]]`` marks a day on which the series of an indicator breaks, one of the packaged too; see ``OwnChange``.

    Args:
        text: the TOML, as text or as the file's bytes.
        file: its name, for messages.
        base: what to extend; None for the packaged catalogue.

    Raises:
        MistakesError: lists every mistake, a line each: bad TOML, unknown keys, an id that is already taken, an unknown count, event set,
            dimension or label (with the nearest that exists), a breakdown that a count cannot give, a change of an unknown indicator or one
            whose day has a change already.

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
    mistakes = Mistakes(parse_toml(text, file))
    mistakes.unknown((), mistakes.source.data, ("count", "indicator", "change"))
    counts = dict(base.counts)
    for path, table in mistakes.tables("count"):
        count = mistakes.model(Count, table, path)
        if count is not None:
            _say(mistakes, path, [*_taken(count.id, counts), *_check_count(count)])
            counts[count.id] = count
    indicators = dict(base.indicators)
    for path, table in mistakes.tables("indicator"):
        indicator = mistakes.model(Indicator, table, path)
        if indicator is not None:
            _say(
                mistakes,
                path,
                [
                    *_taken(indicator.id, indicators),
                    *(_check_entered(indicator) if indicator.entered else _check_indicator(indicator, counts)),
                ],
            )
            indicators[indicator.id] = indicator
    for path, table in mistakes.tables("change"):
        change = mistakes.model(OwnChange, table, path)
        if change is None or mistakes.missing_name((*path, "indicator"), change.indicator, indicators, "chỉ tiêu", "indicator"):
            continue
        changed = indicators[change.indicator]
        if change.on in {changed.definition_changed_on, *(known.on for known in changed.changes)}:
            mistakes.say((*path, "on"), "ngày này đã có thay đổi", "there is a change on this day already")
            continue
        indicators[changed.id] = changed.model_copy(update={"changes": (*changed.changes, change.said)})
    mistakes.raise_if_any()
    return Catalogue(counts.values(), indicators.values())


def _say(mistakes: Mistakes, path: Path, found: list[tuple[Path, Text]]) -> None:
    for tail, text in found:
        mistakes.say((*path, *tail), text.vi, text.en)


def _taken(name: str, taken: Mapping[str, object]) -> Found:
    if name in taken:
        yield ("id",), Text("id đã có trong danh mục, đặt id khác", "the id is taken, choose another")


def _check_count(count: Count) -> Found:
    known = event_sets()
    for key, name in (("events", count.events), ("until", count.until)):
        if not name and key == "until":
            continue
        if name not in known:
            vi, en = suggestion(name, known)
            yield (key,), Text(f"không có «{name}»{vi}", f"there is no «{name}»{en}")
            continue
        full = set_with(name, count.dims)
        if full is None:
            dims = sorted({d.name for s in known if s == name for d in known[s].dims})
            why = Text(
                f"«{name}» không có đủ các chiều {sorted(count.dims)}; có: {', '.join(dims) or '—'}",
                f"«{name}» does not have all of {sorted(count.dims)}; it has: {', '.join(dims) or '—'}",
            )
            yield ("where",), why
            continue
        choices = {d.name: d.choice for d in known[full].dims}
        for dim, wanted in count.where.items():
            choice = choices.get(dim)
            for n, label in enumerate(wanted if choice is not None else ()):
                assert choice is not None  # noqa: S101  said in the line above
                if label not in choice.labels():
                    vi, en = suggestion(label, choice.labels())
                    yield ("where", dim, n), Text(f"không có «{label}»{vi}", f"there is no «{label}»{en}")
    if count.less and (count.less not in known or count.less.split(".")[0] != count.kind):
        vi, en = suggestion(count.less, [name for name in known if name.startswith(count.kind + ".")])
        yield ("less",), Text(f"không có «{count.less}»{vi}", f"there is no «{count.less}»{en}")
    if count.of == "value" and count.events in known and not known[count.events].value:
        yield ("of",), Text(f"«{count.events}» không mang số", f"«{count.events}» carries no number")
    if (count.of == "labels") != bool(count.labels_of):
        yield ("labels_of",), Text("đi cùng với of = labels", "goes together with of = labels")
    if count.until and count.at == "period":
        yield ("until",), Text("chỉ dùng với at = start hoặc end", "only with at = start or end")


_COUNTING = ("numerator", "denominator", "values_of", "quantile", "excluded", "breakdowns")


def _check_entered(indicator: Indicator) -> Found:
    for key in _COUNTING:
        if getattr(indicator, key):
            yield (key,), Text("chỉ tiêu nhập tay (entered) không đếm gì", "an indicator that is entered by hand counts nothing")


def _check_indicator(indicator: Indicator, counts: Mapping[str, Count]) -> Found:
    parts: list[tuple[Path, str]] = [
        *((("numerator", n), name.removeprefix("-")) for n, name in enumerate(indicator.numerator)),
        *((("denominator", n), name.removeprefix("-")) for n, name in enumerate(indicator.denominator)),
        *((("excluded", reason), name) for reason, name in indicator.excluded.items()),
        *(((key, n), name.removeprefix("-")) for key in ("unsaid", "cases") for n, name in enumerate(getattr(indicator, key))),
    ]
    for path, name in parts:
        if name not in counts:
            vi, en = suggestion(name, counts)
            yield path, Text(f"không có số đếm «{name}»{vi}", f"there is no count «{name}»{en}")
    if indicator.quantile:
        known = event_sets()
        if indicator.values_of not in known or not known[indicator.values_of].value:
            yield ("values_of",), Text("cần một nhóm sự kiện mang số", "a set of events with a number is needed")
    elif not indicator.numerator:
        yield ("numerator",), Text("không được trống", "must not be empty")
    if indicator.scale is Scale.COUNT and indicator.denominator:
        yield ("denominator",), Text("số đếm không có mẫu số", "a count has no denominator")
    if indicator.scale is not Scale.COUNT and not indicator.denominator and not indicator.quantile:
        yield ("denominator",), Text("không được trống", "must not be empty")
    for n, dims in enumerate(indicator.breakdowns):
        for _, name in parts:
            count = counts.get(name)
            if count is None or count.kind == UNITS_KIND:
                continue
            asked = [(count.events, count.dims), (count.until, count.dims), (count.less, frozenset())]
            for events, where in asked:
                if events in event_sets() and set_with(events, {*where, *dims}) is None:
                    why = Text(
                        f"số đếm «{name}» không chia được theo {', '.join(dims)}",
                        f"count «{name}» cannot be broken down by {', '.join(dims)}",
                    )
                    yield ("breakdowns", n), why
