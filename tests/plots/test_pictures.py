"""Every picture: what is drawn is what the table holds, on any number of units, the same every time, and nothing outside it is touched."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from tests.folders import DISTRICT, EXAMPLE, ROOT
from tests.verbs.fakes import made

import cchc_metrics as cm
from cchc_metrics.errors import CchcError
from cchc_metrics.plots import figure_svg
from cchc_metrics.reference.unit import Unit, UnitTree
from cchc_metrics.score import GivenPoints, qd766, score_units
from cchc_metrics.score.card import Scorecards
from cchc_metrics.values import Better, Measure, Scale, Status, Text
from cchc_metrics.verbs.compare import Deltas, compare
from cchc_metrics.verbs.form06 import Form06
from cchc_metrics.verbs.measures import Basis, Measures

NAMES = ("Mỹ An", "phường Tân Lập", "xã Nguyễn Thị Minh Khai Đông Hòa Hiệp Hưng Thạnh", "Thạnh Lợi", "Long Khánh A")
NAME = Text("Tỷ lệ hồ sơ giải quyết trước hạn và đúng hạn của cơ quan hành chính các cấp trên địa bàn tỉnh", "Dossiers resolved in time")
CHANGED = (date(2022, 6, 24), Text("chỉ tính dịch vụ công trực tuyến toàn trình và một phần", "only full and partial online services"))
BASIS = Basis("x", NAME, Scale.PERCENT, Better.HIGHER, date(2026, 12, 31), changed=CHANGED)


@cache
def data() -> Any:
    return cm.read_folder(EXAMPLE)


@cache
def quarters() -> Measures:
    found: Measures = data().measures(*(f"{year}-Q{n}" for year in (2020, 2021) for n in range(1, 5)))
    return found


def tabled(rows: list[Measure], basis: Basis = BASIS) -> Measures:
    return Measures.of(rows, bases={"x": basis})


def of_units(n: int, period: str = "2022", shift: int = 0) -> Measures:
    """Return n units with names of all lengths; of every eleventh there is no value, every fifth is estimated."""
    rows = []
    for i in range(n):
        row = made((i * 7 + i * i * 13) % 97 + 900 - (shift * i) % 40, 1000 + i % 9, unit=f"{i:05}", period=period)
        if i % 11 == 3:
            row = replace(row, status=Status.NO_DATA, numerator=None, reason=Text("thiếu cột due_at", "no column due_at"))
        elif i % 5 == 4:
            row = replace(row, status=Status.ESTIMATED, reason=Text("ước tính", "estimated"))
        rows.append(row)
    return replace(tabled(rows), names={f"{i:05}": NAMES[i % 5] for i in range(n)})


def of_changes(n: int) -> Deltas:
    tree = UnitTree([Unit(code=f"{i:05}", name=NAMES[i % 5], level="commune") for i in range(n)])
    return compare(of_units(n), of_units(n, "2021", 3), units=tree, definition_changes={})


def years() -> Measures:
    """Return eleven years of one unit: one without data, one estimated, and a new definition in between."""
    rows = []
    for year in range(2016, 2027):
        row = made(80 + year - 2016, 100, period=str(year))
        if year == 2019:
            row = replace(row, status=Status.NO_DATA, numerator=None, denominator=None)
        rows.append(replace(row, status=Status.ESTIMATED) if year == 2024 else row)
    return tabled(rows)


@cache
def cards(n: int = 6) -> Scorecards:
    ids = [c.id for field in qd766().fields for c in field.criteria]
    given = {}
    for k in range(n):
        some = [c for j, c in enumerate(ids) if k % 5 != 4 or j != k % 6]
        given[f"{k:05}"] = {c: GivenPoints(Fraction((j * k * 7) % 9 + 1, 9)) for j, c in enumerate(some)}
    return score_units(given, qd766())


def named(count: int) -> dict[str, str]:
    return {f"{k:05}": NAMES[k % 5] for k in range(count)}


PICTURES: dict[str, Callable[[Any], Any]] = {
    "over time": lambda lang: quarters().plot("resolved_on_time", DISTRICT, target={"2021-Q1": 95, "2021-Q2": 95}, lang=lang),
    "over time, gaps": lambda lang: years().plot("x", target=95, lang=lang),
    "over time, units": lambda lang: quarters().filter(unit=data().units.codes[:5]).plot("resolved_on_time", lang=lang),
    "over time, count": lambda lang: quarters().plot("dossiers_received", DISTRICT, lang=lang),
    "units": lambda lang: data().measures("2021").plot("resolved_on_time", DISTRICT, target=99, lang=lang),
    "units, sample": lambda lang: data().measures("2021").plot("satisfaction", DISTRICT, target=90, lang=lang),
    "units, days": lambda lang: data().measures("2021").plot("turnaround_mean", target=3, lang=lang),
    "1 unit": lambda lang: of_units(1).plot("x", target=95, lang=lang),
    "143 units": lambda lang: of_units(143).plot("x", target=95, lang=lang),
    "700 units": lambda lang: of_units(700).plot("x", target=95, lang=lang),
    "changes": lambda lang: data().deltas("2021").plot("resolved_on_time", lang=lang),
    "changes, count": lambda lang: data().deltas("2021").plot("dossiers_received", lang=lang),
    "143 changes": lambda lang: of_changes(143).plot("x", lang=lang),
    "form 06": lambda lang: data().form06("2021").plot(lang=lang),
    "form 06, communes": lambda lang: data().form06("2021").plot("commune", "Hộ tịch", lang=lang),
    "overdue": lambda lang: data().measures("2021").plot("dossiers_pending_overdue", by="age", lang=lang),
    "overdue, time": lambda lang: quarters().plot("dossiers_pending_overdue", DISTRICT, by="age", lang=lang),
    "why": lambda lang: data().contributions("field", "resolved_on_time", period="2021").plot(lang=lang),
    "why, units": lambda lang: data().contributions("unit", "dossiers_received", period="2021").plot(most=5, lang=lang),
    "card": lambda lang: cards()["00001"].plot(lang=lang),
    "cards": lambda lang: cards().plot(named(6), lang=lang),
    "143 cards": lambda lang: cards(143).plot(named(143), lang=lang),
}


def drawn(figure: Any, gid: str) -> list[Any]:
    return [artist for artist in figure.axes[0].get_children() if artist.get_gid() == gid]


def points(figure: Any, gid: str) -> dict[tuple[float, float], None]:
    return {(float(x), float(y)): None for line in drawn(figure, gid) for x, y in zip(*line.get_data(), strict=True)}


def boxes_of(figure: Any) -> list[tuple[str, Any]]:
    """Return the texts that are seen and where, after laying the picture out; a glyph that the font lacks is a warning, so an error."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    seen = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
    return [(t.get_text(), t.get_window_extent(renderer).padded(-1.5)) for t in seen if not t.get_rotation()]


@cache
def laid_out(name: str, lang: str) -> tuple[Any, list[tuple[str, Any]]]:
    """Return the size of a picture, and its texts with their places."""
    figure = PICTURES[name](lang)
    return figure.bbox.size, boxes_of(figure)


def texts_of(figure: Any) -> set[str]:
    return {text for text, _ in boxes_of(figure)}


# --- every picture


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_text_is_inside_the_picture(name: str, lang: str) -> None:
    (width, height), seen = laid_out(name, lang)
    assert len(seen) > 3
    outside = [text for text, box in seen if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert outside == []


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_no_label_lies_over_another(name: str) -> None:
    _, found = laid_out(name, "vi")
    seen = [(text, box) for text, box in found if not text.endswith("\n ")]  # of a title, which has the room of what follows
    assert [(a, b) for n, (a, x) in enumerate(seen) for b, y in seen[:n] if x.overlaps(y)] == []


@pytest.mark.parametrize("name", ["over time, gaps", "143 units", "form 06", "why", "cards", "overdue"])
def test_the_same_table_gives_the_same_bytes(name: str) -> None:
    first = figure_svg(PICTURES[name]("vi"))
    assert figure_svg(PICTURES[name]("vi")) == first
    with mpl.rc_context({"font.family": "serif", "axes.facecolor": "black", "lines.linewidth": 9, "axes.grid": True, "svg.hashsalt": "x"}):
        assert figure_svg(PICTURES[name]("vi")) == first
    ids = re.findall(r' id="([^"]+)"', first)
    assert len(ids) == len(set(ids)) > 10
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', first)) <= set(ids)
    assert not set(ids) & set(re.findall(r'\bid="([^"]+)"', figure_svg(PICTURES["1 unit"]("vi"))))
    assert first.startswith('<svg role="img" aria-label="')
    assert "date" not in first.lower()
    assert "<style" not in first
    assert len(first) < 200_000


def test_nothing_global_is_changed_and_pyplot_is_not_loaded() -> None:
    before = dict(mpl.rcParams)
    for name in ("units", "form 06", "why"):
        figure_svg(PICTURES[name]("vi"))
    assert dict(mpl.rcParams) == before
    program = (
        "import sys, cchc_metrics as cm\n"
        "data = cm.read_folder('examples/thap-muoi')\n"
        "assert 'matplotlib' not in sys.modules\n"
        "shown = data.form06('2021').plot()._repr_svg_()\n"
        "print('matplotlib.pyplot' in sys.modules, shown[:4])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603  this text
    assert done.stdout.split() == ["False", "<svg"]


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from cchc_metrics.plots import style  # noqa: PLC0415  its cache is emptied here only

    style._picture.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure")
    with pytest.raises(CchcError, match=re.escape('pip install "cchc-metrics[plot]"')):
        PICTURES["units"]("vi")


# --- what is drawn is what the table holds


def test_a_line_has_every_value_and_breaks_where_there_is_none_or_another_definition() -> None:
    table = years()
    figure = table.plot("x", target=95)
    values = dict(enumerate(table.column("value")))
    known = {(float(n), float(v)) for n, v in values.items() if isinstance(v, Fraction)}
    assert set(points(figure, "values")) | set(points(figure, "estimated")) == known
    assert set(points(figure, "estimated")) == {(8.0, 88.0)}
    assert [x for x, _ in points(figure, "gaps")] == [3.0]
    runs = sorted(tuple(int(x) for x in line.get_xdata()) for line in drawn(figure, "line"))
    assert runs == [(0, 1, 2), (4, 5), (6, 7, 8, 9, 10)]  # without 2019, and cut before 2022
    assert {y for _, y in points(figure, "target")} == {95.0}
    assert figure.axes[0].get_ylim()[0] > 70  # what is missing is not drawn as 0, nor makes room for it


def test_units_are_drawn_at_their_values_the_best_on_top() -> None:
    table = data().measures("2021").filter(indicator="resolved_on_time", breakdown={})
    figure = table.plot("resolved_on_time", DISTRICT, target=99)
    communes = [(row["unit_name"], v) for row, v in zip(table.to_dicts(), table.column("value"), strict=True) if row["unit"] != DISTRICT]
    at = sorted(points(figure, "values"), key=lambda p: p[1])
    assert [x for x, _ in at] == [float(v) for _, v in sorted(communes, key=lambda each: -each[1])]
    order = [name for name, _ in sorted(communes, key=lambda each: -each[1])]
    assert [tick.get_text().split(" (")[0] for tick in figure.axes[0].get_yticklabels()] == order
    assert [y for _, y in at] == list(range(13))
    hollow = {line.get_xdata()[0] for line in drawn(figure, "values") if line.get_markerfacecolor() == "white"}
    assert hollow == {x for x, _ in at if x < 99}
    (whole,) = drawn(figure, "whole")
    assert whole.get_xdata()[0] == float(data().measures("2021")["resolved_on_time", DISTRICT].value)
    assert {"100,00%", "n = 209", "98,24%"} <= texts_of(figure)


def test_a_breakdown_stands_below_the_title() -> None:
    by_channel: dict[str, Any] = {"breakdown": {"channel": "online"}}
    pictures = [
        data().measures("2021").plot("resolved_on_time", DISTRICT, **by_channel),
        quarters().plot("resolved_on_time", DISTRICT, **by_channel),
        data().deltas("2021").plot("resolved_on_time", **by_channel),
    ]
    assert [next(text for text in texts_of(figure) if "trực tuyến" in text) for figure in pictures] == [
        "Tháp Mười · trực tuyến · Năm 2021 · xếp từ tốt đến kém",
        "Tháp Mười · trực tuyến",
        "trực tuyến · Năm 2021 so với năm 2020",
    ]


def test_a_sample_has_its_interval() -> None:
    table = data().measures("2021")
    figure = table.plot("satisfaction", DISTRICT)
    assert len(drawn(figure, "interval")) == 13
    for line, (x, y) in zip(drawn(figure, "interval"), points(figure, "values"), strict=True):
        low, high = line.get_xdata()
        assert low <= x <= high
        assert set(line.get_ydata()) == {y}
    assert not drawn(table.plot("resolved_on_time"), "interval")


@pytest.mark.parametrize("n", [143, 700])
def test_of_very_many_units_both_ends_are_shown_and_the_rest_is_said(n: int) -> None:
    table = of_units(n)
    figure = table.plot("x", most=10)
    values = sorted((float(v) for v in table.column("value") if isinstance(v, Fraction)), reverse=True)
    assert [x for x, _ in points(figure, "values")] == [*values[:5], *values[-5:]]
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert labels[5] == f"… còn {len(values) - 10} đơn vị ở giữa"
    without = n - len(values)
    assert labels[-1] == f"… còn {without - 4} đơn vị không có giá trị"
    assert len(points(figure, "gaps")) == 4
    assert all(x == figure.axes[0].get_xlim()[0] for x, _ in points(figure, "gaps"))


def test_changes_go_from_what_was_to_what_is() -> None:
    table = data().deltas("2021").filter(indicator="resolved_on_time", breakdown={})
    figure = table.plot("resolved_on_time")
    pairs = {tuple(map(float, pair)) for pair in zip(table.column("baseline_value"), table.column("value"), strict=True)}
    assert {tuple(line.get_xdata()) for line in drawn(figure, "change")} == pairs
    assert [x for x, _ in points(figure, "now")] == [now for _, now in sorted(pairs, key=lambda p: p[0] - p[1])]
    mine = of_changes(143)
    known = sum(d is not None for d in mine.column("difference"))
    assert len(drawn(mine.plot("x", most=200), "change")) == known < 143


def test_a_form_without_pending_dossiers_is_drawn() -> None:
    form: Form06 = data().form06("2021")
    row = replace(form["", None], carried_over=0, pending=0, in_time=0, overdue=0)
    row = replace(row, total=row.ended, direct=row.ended - row.online)
    figure = replace(form, rows=(row,)).plot()
    assert not {"box pending", "box overdue"} & {str(a.get_gid()) for a in figure.axes[0].patches}


def test_the_flow_is_as_high_as_its_numbers() -> None:
    form: Form06 = data().form06("2021")
    row = form["", None]
    figure = form.plot()
    patches: dict[str, Any] = {str(a.get_gid())[4:]: a for a in figure.axes[0].patches if str(a.get_gid()).startswith("box ")}
    unit = patches["total"].get_height() / row.total
    assert {name: round(box.get_height() / unit) for name, box in patches.items()} == {name: getattr(row, name) for name in patches}
    assert set(patches) >= {"online", "direct", "carried_over", "ended", "pending", "early", "on_due_date", "late", "in_time", "overdue"}
    bands = [a for a in figure.axes[0].patches if str(a.get_gid()).startswith("band ")]
    assert len(bands) == len(patches) - 1


def test_the_heat_map_has_the_numbers_of_the_table() -> None:
    table = data().measures("2021")
    figure = table.plot("dossiers_pending_overdue", by="age")
    sums = [text.get_text() for text in drawn(figure, "sum")]
    assert sums[0] == str(table["dossiers_pending_overdue", DISTRICT].numerator)
    numbers = [int(text.get_text()) for text in drawn(figure, "number")]
    assert numbers[:3] == [table[f"pending_overdue_{age}", DISTRICT].numerator for age in ("1_5", "6_10", "over_10")]
    assert sum(numbers) == sum(map(int, sums))
    over = quarters().plot("dossiers_pending_overdue", DISTRICT, by="age")
    assert len(drawn(over, "sum")) == 8


def test_the_steps_lead_from_what_was_to_what_is() -> None:
    table = data().contributions("field", "resolved_on_time", period="2021")
    figure = table.plot(most=4)
    steps = [(box.get_x(), box.get_width()) for box in drawn(figure, "step")]
    largest = [float(row.total) for row in table.rows[:3]]
    assert [width for _, width in steps] == pytest.approx([*largest, float(table.change) - sum(largest)], abs=1e-12)
    for (start, width), (following, _) in pairwise(steps):
        assert following == pytest.approx(start + width, abs=1e-12)
    delta = data().deltas("2021")["resolved_on_time", DISTRICT]
    assert [x for x, _ in points(figure, "whole")] == [float(delta.baseline.value), float(delta.current.value)]
    assert figure.axes[0].get_yticklabels()[-2].get_text() == f"{len(table) - 3} nhóm khác cộng lại"
    worse = [box for box in drawn(table.plot(), "step") if box.get_hatch()]
    assert len(worse) == sum(row.total < 0 for row in table) > 0


def test_scores_are_drawn_at_their_shares() -> None:
    card = cards()["00001"]
    figure = card.plot()
    shares = [float(line.share) for line in (*card.fields, card.total) if line.share is not None]
    assert [box.get_width() for box in drawn(figure, "share")] == pytest.approx(shares)
    many = cards().plot()
    missing = sum(line.share is None for c in cards().values() for line in (*c.fields, c.total))
    assert len(drawn(many, "gaps")) == missing > 0
    assert len(drawn(many, "number")) == 6 * (len(card.fields) + 1) - missing


# --- what cannot be drawn says why


def refused() -> Iterator[tuple[str, Callable[[], Any], str]]:
    measures, form = data().measures("2021"), data().form06("2021")
    yield "indicator", lambda: measures.plot("resolved_ontime"), "did you mean «resolved_on_time»"
    yield "breakdown", lambda: measures.plot("resolved_on_time", breakdown={"channel": "fax"}), "channel cannot be «fax»"
    yield "unit", lambda: measures.plot("resolved_on_time", "H20.39"), "did you mean «H20.38»"
    yield "language", lambda: measures.plot("resolved_on_time", lang="fr"), "no language «fr»"
    yield "way", lambda: measures.plot("resolved_on_time", by="month"), "nothing is drawn by «month»"
    yield "period", lambda: measures.plot("resolved_on_time", period="2019"), "no units in period 2019"
    yield "age", lambda: measures.plot("resolved_on_time", by="age"), "only «dossiers_pending_overdue»"
    yield "lines", lambda: measures.plot("resolved_on_time", by="period"), "14 units, at most 5"
    yield "few", lambda: measures.plot("resolved_on_time", most=2), "most is at least 4"
    yield "no value", lambda: tabled([made(0, 0)]).plot("x"), "no unit has a value"
    yield "no value ever", lambda: tabled([made(0, 0)]).plot("x", "TM", by="period"), "no period has a value"
    yield "no change", lambda: data().deltas("2021", baseline_period="2019").plot("resolved_on_time"), "there is no change"
    yield "form row", lambda: form.plot("commune", "Hộ tich"), "did you mean «Hộ tịch»"
    yield "form", lambda: replace(form, rows=(replace(form.rows[-1], late=0),)).plot(), "does not add up: ended"
    yield "several", lambda: data().deltas("2021").contributions("channel").plot(), "wholes; choose one"
    yield "scores", lambda: score_units({"A": {}}, qd766()).plot(), "no unit has points"


@pytest.mark.parametrize(("make", "said"), [(make, said) for _, make, said in refused()], ids=[name for name, _, _ in refused()])
def test_what_cannot_be_drawn_says_why(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(CchcError, match=re.escape(said)):
        make()


def test_the_pictures_of_the_page_are_those_that_are_drawn() -> None:
    wanted = set(runpy.run_path(str(ROOT / "docs" / "draw.py"))["PICTURES"])
    shown = set(re.findall(r"\]\(images/([\w-]+)\.png\)", (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")))
    assert shown == wanted <= {path.stem for path in (ROOT / "docs" / "images").iterdir()}


ODD: tuple[Any, ...] = (
    *(None, 5, -1, 10**30, 1.5, float("nan"), True, "x", "", b"x", "2021-13", [], {}, (), [None], ["x"], {"x": 1}, {None: None}),
    *(object(), date(1000, 1, 1)),
)
RATE = {"indicator": "resolved_on_time", "unit": DISTRICT}
ASKED: dict[str, tuple[Callable[[], Callable[..., Any]], dict[str, Any]]] = {
    "measures": (lambda: data().measures("2021").plot, {**RATE, "by": "unit", "period": "2021", "breakdown": (), "target": 95, "most": 9}),
    "over time": (lambda: quarters().plot, {**RATE, "by": "period", "target": 95, "lang": "vi"}),
    "ages": (lambda: quarters().plot, {"indicator": "dossiers_pending_overdue", "unit": DISTRICT, "by": "age", "most": 5, "lang": "vi"}),
    "deltas": (lambda: data().deltas("2021").plot, {"indicator": "resolved_on_time", "breakdown": (), "most": 9, "lang": "vi"}),
    "contributions": (lambda: data().deltas("2021").contributions, {"by": "channel", **RATE, "breakdown": (), "names": None}),
    "dataset": (lambda: data().contributions, {"by": "channel", **RATE, "period": "2021", "baseline_period": "2020"}),
    "waterfall": (lambda: data().contributions("channel", "resolved_on_time", period="2021").plot, {"most": 5, "lang": "vi"}),
    "form": (lambda: data().form06("2021").plot, {"level": "", "field": None, "lang": "vi"}),
    "card": (lambda: cards()["00001"].plot, {"lang": "vi"}),
    "cards": (lambda: cards().plot, {"names": None, "most": 5, "lang": "vi"}),
    "svg": (lambda: figure_svg, {"figure": None}),
}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_wrong_argument_is_an_error_of_the_library(name: str) -> None:
    call, right = ASKED[name]
    for argument in right:
        for odd in ODD:
            try:
                call()(**{**right, argument: odd})
            except CchcError as error:
                assert error.vi
                assert error.en
