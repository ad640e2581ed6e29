"""The words of a deck: its headline, charts in words, where the numbers come from, what the speaker reads."""

from __future__ import annotations

import math
import re
from importlib.metadata import version

from sim.experiment.compare import Comparison
from sim.report import tables
from sim.report.deck.figure import MONEY, Figure
from sim.report.findings import best_other
from sim.report.words import horizon, money, number, titles, world_title

KINDS = {"lines": "Line chart", "bars": "Bar chart", "dots": "Scatter chart"}
WITH_UNIT = re.compile(r"(?<=\d) (?=(?:%|[kMB]|years?|weeks?)(?:\W|$))|(?<=±) (?=\S)|(?<=\S) (?=±)")


def joined(text: str) -> str:
    """The text with its numbers and units kept on one line: '5.4 %', '$33.4 k ± $3.4 k'."""
    return WITH_UNIT.sub("\N{NO-BREAK SPACE}", text)


def headline(comparison: Comparison) -> str:
    """The answer in one line: the title of the first slide."""
    title, name, over = titles(comparison), best_other(comparison), horizon(comparison)
    difference = comparison.difference(name)
    one, other, mean = title[name], title[difference.baseline], difference.mean
    if not math.isfinite(mean):
        return "The difference cannot be said: a value is missing"
    if len(comparison.strategies) > 2:
        npv = comparison.by_run("npv").mean()
        best = max(comparison.strategies, key=lambda strategy: npv[strategy])
        return f"Of {len(comparison.strategies)} strategies {title[best]} is worth most over {over}: {money(npv[best])}"
    if mean == 0 and not 0 < difference.half_width < math.inf:
        return f"{one} and {other} are worth the same over {over}"
    if math.isfinite(difference.half_width) and not difference.sign:
        return f"{difference.replications} paired worlds do not decide between {one} and {other}"
    return f"{one} is worth {money(abs(mean))} {'more' if mean > 0 else 'less'} than {other} over {over}"


def source(comparison: Comparison) -> str:
    """Where the numbers of a slide come from, in one line."""
    n = comparison.replications
    return (
        f"Source: support-whatif {version('support-whatif')}, world {world_title(comparison)}, "
        f"{n:,} paired world{'s' if n > 1 else ''}, {horizon(comparison)}, seed {comparison.scenarios[0].run.seed}, "
        f"identity {comparison.identity}"
    )


def speaker(notes: tuple[str, ...], comparison: Comparison) -> str:
    """The notes of a slide: its own, then who ran what and the command that gives the same numbers again."""
    table = tables.identity(comparison)
    said = [f"{item}: {value}" for item, value in zip(table["item"], table["value"], strict=True)]
    return "\n".join([*notes, "Where these numbers come from", *said])


def in_words(finding: str, figure: Figure) -> str:
    """A chart for those who do not see it: its finding, what is drawn, and the numbers at its end or of each row."""
    if any(figure.shown):
        said = [f"{name} {text}" for name, text in zip(figure.categories, figure.shown, strict=True)]
    else:
        said = [text for one in figure.series if (text := _series(figure, one.name, one.values))]
    return f"{KINDS[figure.kind]}: {finding}. {figure.note} {'; '.join(said)}."


def _series(figure: Figure, name: str, values: tuple[float | None, ...]) -> str:
    write = money if figure.unit == MONEY else number
    known = [value for value in values if value is not None]
    if not known:
        return ""
    if figure.kind == "bars":
        pairs = zip(figure.categories, values, strict=True)
        return f"{name}: " + ", ".join(f"{category} {write(value)}" for category, value in pairs if value is not None)
    if figure.kind == "lines":
        return f"{name} ends at {write(known[-1])}" if len(known) > 1 else name
    return f"{name} {write(known[0])} to {write(known[-1])}" if len(known) > 1 else f"{name} {write(known[0])}"
