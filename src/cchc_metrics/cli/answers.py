"""Commands that answer one question: the rows behind a figure, why it changed, what it scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cchc_metrics.cli.command import (
    as_of_option,
    baseline_option,
    end,
    folder_argument,
    lang_option,
    main,
    period_option,
    read,
    rules_option,
    say,
    scheme_option,
    scores_option,
    suppress_option,
    tell_errors,
    unit_option,
    working,
)

if TYPE_CHECKING:
    from cchc_metrics.text import Lang


@main.command()
@folder_argument
@click.argument("indicator")
@unit_option
@period_option
@as_of_option
@click.option("--breakdown", "-b", multiple=True, help="dimension=label, e.g. level=commune; may be repeated")
@rules_option
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="how many rows of each part are printed")
@suppress_option
@lang_option
def explain(folder: Path, indicator: str, unit: str, breakdown: tuple[str, ...], limit: int, lang: Lang, **chosen: Any) -> None:
    """Print the rows behind INDICATOR: in the numerator, the rest of the denominator, left out with the reason."""
    from cchc_metrics.report.explanation import explanation_text  # noqa: PLC0415  the command starts fast

    with working(lang) as progress:
        data = read(folder, progress, **chosen)
        pairs = {dim: label for dim, _, label in (text.partition("=") for text in breakdown)}
        text = explanation_text(data.explain(indicator, unit, **pairs), lang, limit=limit)
        errors = data.errors(data.catalogue.kinds_of(indicator))
    say(text, nl=False)
    tell_errors(errors, lang)
    raise SystemExit(1 if errors else 0)


@main.command()
@folder_argument
@click.argument("indicator")
@click.option(
    "--by", default="unit", show_default=True, help="unit, level, channel, field, procedure, or another dimension of the indicator"
)
@unit_option
@period_option
@as_of_option
@baseline_option
@click.option("--baseline-period", help="what to compare with; default: the same-named period one year earlier")
@rules_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="how many groups are printed")
@suppress_option
@lang_option
def why(folder: Path, indicator: str, by: str, unit: str, baseline_period: str | None, limit: int, lang: Lang, **chosen: Any) -> None:
    """Print why INDICATOR changed: what each group added by its own rate and by its part of the whole, exactly."""
    with working(lang) as progress:
        data = read(folder, progress, **chosen)
        text = data.contributions(by, indicator, unit, baseline_period=baseline_period).to_text(lang, rows=limit, width=None)
        errors = data.errors(data.catalogue.kinds_of(indicator))
    say(text)
    tell_errors(errors, lang, numbered=data.suppress_below is None)
    raise SystemExit(1 if errors else 0)


@main.command()
@folder_argument
@scheme_option
@scores_option
@period_option
@as_of_option
@click.option("--unit", help="unit code; default: every unit that scores are given for")
@click.option("--what-if", "changes", multiple=True, metavar="INPUT=VALUE", help="change an input, e.g. 2.1=95; may be repeated")
@click.option("--cheapest", type=int, help="the cheapest way to the next band with at most so many criteria")
@suppress_option
@lang_option
def score(folder: Path, unit: str | None, changes: tuple[str, ...], cheapest: int | None, lang: Lang, **chosen: Any) -> None:
    """Print the scorecards of FOLDER by a scoring scheme, and what would change them."""
    from cchc_metrics.score.text import score_text  # noqa: PLC0415  the command starts fast

    with working(lang) as progress:
        data = read(folder, progress, **chosen)
        inputs = data.inputs()
        assert data.scheme is not None  # noqa: S101  inputs() has asked
        text = score_text(inputs, data.scheme, reporting=data.unit, unit=unit, changes=changes, cheapest=cheapest, lang=lang)
    say(text)
    end(data.problems, lang)
