"""Parts of the pages on trust: verdicts with their marks and colours, named rows, an empty chart."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt
import pandas as pd

from sim.report import theme
from sim.report.marks import Chart, even_lines, titled

LIMIT = 3.0  # standard errors, as in sim.experiment.ladder, which is slow to import: done where it is needed
EDGE = 12  # standard errors, the end of the axis
INSIDE, OUTSIDE = "in band", "outside"
KEPT, BROKEN = "as expected", "not as expected"
HOLDS, FAILS = "holds", "does not hold"
UNTESTED = "no error known"
GOOD = {INSIDE, KEPT, HOLDS}
MARKS = {"good": "\N{BLACK CIRCLE}", "bad": "\N{MULTIPLICATION X}", "none": "\N{WHITE CIRCLE}"}
COLOURS = {"good": theme.BLUE, "bad": theme.ORANGE, "none": theme.SOFT}
DARK_ORANGE = "#9A5B00"  # the orange of words and lines: dark enough to read on white


def truth(column: pd.Series) -> pd.Series:
    """A column of yes and no as it is, or as a file says it."""
    return column.map(lambda value: str(value).strip().lower() in ("true", "1", "1.0")).astype(bool)


def kind_of(verdict: str) -> str:
    return "none" if verdict == UNTESTED else "good" if verdict in GOOD else "bad"


def marked(verdict: str) -> str:
    """A verdict with its mark: '● in band', '✕ outside'."""
    return f"{MARKS[kind_of(verdict)]} {verdict}"


def show(table: pd.DataFrame) -> None:
    """Shows a table in a notebook, verdicts in their colour: blue or orange, never by colour alone."""
    from IPython.display import HTML, display

    with pd.option_context("display.max_colwidth", None):
        page = table.to_html(index=False, border=0, max_rows=None)
    for tag in ("th", "td"):
        page = page.replace(f"<{tag}>", f'<{tag} style="text-align: left">')
    for verdict in (INSIDE, OUTSIDE, KEPT, BROKEN, UNTESTED):
        kind = kind_of(verdict)
        ink = DARK_ORANGE if kind == "bad" else COLOURS[kind]
        style = f"text-align: left; white-space: nowrap; font-weight: bold; color: {ink}"
        page = page.replace(
            f'<td style="text-align: left">{marked(verdict)}</td>',
            f'<td style="{style}">{marked(verdict)}</td>',
        )
    display(HTML(page))


def named_rows(names: Sequence[str], field: str, limit: int = 270) -> alt.Y:
    """An axis with a named row for each whole number."""
    said = [even_lines(name, limit / 7) for name in names]
    tall = [row for row, lines in enumerate(said) if len(lines) > 1]
    axis = alt.Axis(
        values=list(range(len(names))),
        labelExpr=f"{json.dumps(said)}[datum.value]",
        labelLineHeight=15,
        labelOffset={"condition": {"test": f"indexof({tall}, datum.value) >= 0", "value": -8}, "value": 0},
        grid=False,
        ticks=False,
        domain=False,
        labelLimit=limit,
    )
    y = alt.Y(f"{field}:Q", title=None, axis=axis)
    return y.scale(domain=[max(len(names), 1) - 0.5, -0.5], nice=False, zero=False)


def verdict_marks(good: str, bad: str, present: set[str]) -> tuple[alt.Color, alt.Shape]:
    """Blue circle or orange cross, with one legend for both."""
    said = [verdict for verdict in (good, bad) if verdict in present]
    legend = alt.Legend(orient="top", title=None, values=said) if said else None
    colour = alt.Scale(domain=[good, bad], range=[COLOURS["good"], COLOURS["bad"]])
    shape = alt.Scale(domain=[good, bad], range=["circle", "M-1,-1L1,1M1,-1L-1,1"])
    return alt.Color("verdict:N", scale=colour, legend=legend), alt.Shape("verdict:N", scale=shape, legend=legend)


def nothing(text: str, note: str) -> Chart:
    """A chart that says that there is nothing to draw."""
    empty = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_point(opacity=0).encode(alt.X("x:Q", axis=None))
    return titled(alt.layer(empty).properties(width=480, height=20), text, note, sized=True)
