"""How numbers and names are written for people, in sentences and in pictures alike."""

from __future__ import annotations

import math
from typing import Protocol

import pandas as pd

from sim.experiment.compare import Comparison
from sim.parameters import Scenario

MINUS = "\N{MINUS SIGN}"
UNITS = ((1.0, ""), (1e3, " k"), (1e6, " M"), (1e9, " B"))


def money(dollars: float) -> str:
    """An amount as people say it: '$8.4 k', '$1.2 M', '−$126 k'; 'n/a' for NaN."""
    if math.isnan(dollars):
        return "n/a"
    sign, size = (MINUS if dollars < 0 else ""), abs(dollars)
    if math.isinf(size):
        return f"{sign}$∞"
    amounts = [(_amount(size / unit, small=unit == 1), name) for unit, name in UNITS]
    text, name = next((pair for pair in amounts if _value(pair[0]) < 1000), amounts[-1])
    return f"{sign if _value(text) else ''}${text}{name}"


def _value(text: str) -> float:
    return float(text.replace(",", ""))


def _amount(size: float, small: bool) -> str:
    if small:
        return f"{size:.2f}" if 0.005 <= size < 9.995 else f"{size:,.0f}"
    return f"{size:.1f}" if size < 99.95 else f"{size:,.0f}"


def number(value: float) -> str:
    """About three significant digits, without exponents: '13,672', '268', '45.4', '0.071'."""
    if math.isnan(value):
        return "n/a"
    size = abs(value)
    if size and size < 0.995:
        decimals = min(1 - math.floor(math.log10(size)), 6)
    else:
        decimals = 2 if size < 9.995 else 1 if size < 99.95 else 0
    text = f"{value:,.{decimals}f}"
    return "0" if _value(text) == 0 else text.replace("-", MINUS)


def percent(share: float) -> str:
    """A share as per cent: '0.4 %', '12 %'; 'n/a' for NaN."""
    if math.isnan(share):
        return "n/a"
    size = abs(100 * share)
    return f"{100 * share:.{0 if size >= 10 or size == 0 else 1}f} %".replace("-", MINUS)


def duration(weeks: int) -> str:
    """A number of weeks as people say it: '5 years', '1.5 years', '26 weeks'."""
    if weeks < 52 or (weeks < 78 and weeks % 52):
        return _count(weeks, "week")
    years = weeks / 52
    text = f"{years:.1f}".removesuffix(".0")
    return "1 year" if text == "1" else f"{text} years"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


class Compared(Protocol):
    """Whatever was run under several strategies."""

    @property
    def scenarios(self) -> tuple[Scenario, ...]: ...


def titles(comparison: Compared) -> dict[str, str]:
    """What to call each strategy: its title, or its name where there is none or two share it."""
    said = [scenario.strategy.title.strip() for scenario in comparison.scenarios]
    return {
        scenario.strategy_name: title if title and said.count(title) == 1 else scenario.strategy_name
        for scenario, title in zip(comparison.scenarios, said, strict=True)
    }


def world_title(comparison: Comparison) -> str:
    """What to call the world."""
    first = comparison.scenarios[0]
    return first.world.title.strip() or first.name


def horizon(comparison: Comparison) -> str:
    """How long was simulated, in words."""
    return duration(comparison.scenarios[0].run.weeks)


def plain(text: str) -> str:
    """A sentence without its Markdown."""
    return text.replace("*", "")


def say(text: str) -> None:
    """Shows a sentence in a notebook as text; a title in it that looks like HTML or a link stays what it is, text."""
    from html import escape

    from IPython.display import Markdown, display

    # Two bare dollar signs would be read as the ends of a formula
    text = escape(text, quote=False).replace("[", "&#91;").replace("$", "<span>&#36;</span>")
    display(Markdown(text))


def show(table: pd.DataFrame) -> None:
    """Shows a whole table in a notebook: every row, every word, no row numbers."""
    from IPython.display import HTML, display

    with pd.option_context("display.max_colwidth", None):
        page = table.to_html(index=False, border=0, max_rows=None)
    # Notebooks align cells to the right, which is for columns of numbers
    for tag in ("th", "td"):
        page = page.replace(f"<{tag}>", f'<{tag} style="text-align: left">')
    display(HTML(page))
