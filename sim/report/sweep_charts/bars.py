"""A row a parameter or a strategy: what matters, what is regretted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from sim.experiment.insight.regret import regret as regret_table
from sim.experiment.insight.shares import Share, percent
from sim.report import marks, theme
from sim.report.marks import MONEY_AXIS, WIDTH, Chart
from sim.report.sweep_charts.names import capital, labelled
from sim.report.words import money

ROW = 46  # pixels of a parameter or a strategy


def indices(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Chart:
    """Sobol indices, two bars a parameter with 95 % whiskers, the strongest first.

    Args:
        table: from `sensitivity.sobol`.
        labels: parameter -> what to call it.
    """
    table = table.sort_values("total", ascending=False)
    names = labelled(table.index, labels)
    kinds = {"alone": ("first", theme.SKY), "with all it interacts with": ("total", theme.BLUE)}
    rows = [
        {
            "name": name, "kind": kind, "value": table[column].iloc[place], "low": table[f"{column}_low"].iloc[place],
            "high": table[f"{column}_high"].iloc[place], "row": place + 0.19 * (2 * lane - 1),
        }
        for place, name in enumerate(names)
        for lane, (kind, (column, _)) in enumerate(kinds.items())
    ]  # fmt: skip
    first = table.iloc[0]
    title = f"{capital(names[0])} explains {percent(first['total'])} % of how the difference varies"
    title += _rivalled(names, first["total_low"], table["total_high"])
    note = (
        "Share of the variance of the mean difference between the strategies, Sobol indices; whiskers: 95 % interval. "
        "Shares with interactions may add up to more than 100 %."
    )
    colours = {kind: colour for kind, (_, colour) in kinds.items()}
    return bar_rows(rows, names, colours, title, note, "share of the variance", alt.Axis(format=".0%", tickCount=6), 15)


def screening(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Chart:
    """Morris screening: how much the difference moves over the whole range of each parameter.

    Args:
        table: from `sensitivity.morris`, in $.
        labels: parameter -> what to call it.
    """
    table = table.sort_values("mu_star", ascending=False)
    names = labelled(table.index, labels)
    rows = [
        {"name": name, "kind": "effect", "value": row["mu_star"], "low": row["mu_star_low"],
         "high": row["mu_star_high"], "row": float(place)}
        for place, (name, (_, row)) in enumerate(zip(names, table.iterrows(), strict=True))
    ]  # fmt: skip
    title = f"{capital(names[0])} moves the difference most: {money(table['mu_star'].iloc[0])} over its range"
    title += _rivalled(names, table["mu_star_low"].iloc[0], table["mu_star_high"])
    note = (
        "Mean size of the elementary effects on the difference between the strategies, $ of net present value for the "
        "whole range of a parameter; whiskers: 95 % interval."
    )
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    return bar_rows(rows, names, {"effect": theme.BLUE}, title, note, "effect over the whole range, $", axis, 22)


def regret(
    npv: pd.DataFrame, titles: Mapping[str, str] | None = None, strategies: Sequence[str] | None = None
) -> Chart:
    """Mean regret of each strategy with its 95 % interval, and the regret in its worst world.

    Args:
        npv: a row a point, a column a strategy, mean net present value in $.
        titles: strategy -> what to call it.
        strategies: all strategies of the project at hand, for the same colours as in its other charts.
    """
    table = regret_table(npv).sort_values("mean")
    names = [(titles or {}).get(name, name) for name in table.index]
    chosen = theme.colours(list(strategies or npv.columns))
    colours = alt.Scale(domain=names, range=[chosen[name] for name in table.index])
    rows = pd.DataFrame(
        {
            "name": names, "row": range(len(names)), "mean": table["mean"].to_numpy(),
            "low": table["mean_low"].to_numpy(), "high": table["mean_high"].to_numpy(),
            "maximum": table["maximum"].to_numpy(),
            "text": [f"best in {Share(share * len(npv), len(npv))} of worlds" for share in table["best"]],
        }
    )  # fmt: skip
    scale = alt.Scale(domain=[0.0, marks.axis_domain([0.0, *rows["maximum"], *rows["high"]])[1]], nice=False)
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    title_of_x = "regret: net present value less than the best strategy's in that world, $"
    y, colour = _row_axis(names), alt.Color("name:N", scale=colours, legend=None)
    on = alt.Chart(rows)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=title_of_x, scale=scale, axis=axis)

    reach = on.mark_rule(strokeWidth=1.5, strokeDash=[4, 4]).encode(x("mean"), alt.X2("maximum"), y, colour)
    bars = on.mark_bar(height=20, opacity=0.75).encode(x("zero"), alt.X2("mean"), y, colour)
    bars.data = rows.assign(zero=0.0)
    whiskers = on.mark_rule(strokeWidth=2, color=theme.INK).encode(x("low"), alt.X2("high"), y)
    worst = on.mark_point(shape="diamond", size=150, filled=True, opacity=1).encode(x("maximum"), y, colour)
    texts = on.mark_text(align="left", dy=21, fontSize=13, color=theme.SOFT).encode(x=alt.value(4), y=y, text="text:N")
    best, mean = names[0], table["mean"].iloc[0]
    title = f"{best} is regretted least: {money(mean)} on average, {money(table['maximum'].iloc[0])} at worst"
    note = f"Bars: mean regret over {len(npv):,} worlds; whiskers: 95 % interval. Diamonds: the worst world simulated."
    chart = alt.layer(bars, reach, whiskers, worst, texts).properties(width=WIDTH, height=max(120, 66 * len(names)))
    return marks.titled(chart, title, note, sized=True)


def _rivalled(names: list[str], low: float, highs: pd.Series) -> str:
    """The first place is not sure where another one's interval reaches its own."""
    return f"; {names[1]} may be as strong" if len(names) > 1 and highs.iloc[1:].max() >= low else ""


def bar_rows(
    rows: list[dict[str, Any]], names: list[str], colours: Mapping[str, str], title: str, note: str, unit: str,
    axis: alt.Axis, thick: int,
) -> Chart:  # fmt: skip
    """Bars with whiskers: of each row its value, low and high, in the colour of its kind, at the place `row`."""
    table = pd.DataFrame(rows).assign(zero=0.0)
    domain = marks.axis_domain([0.0, *table["low"], *table["high"]], pad=0.04)
    scale = alt.Scale(domain=[min(domain[0], 0.0) if table["low"].min() < 0 else 0.0, domain[1]], nice=False)
    legend = alt.Legend(title=None) if len(colours) > 1 else None
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=list(colours), range=list(colours.values())), legend=legend, title=None
    )
    y, on = _row_axis(names), alt.Chart(table)
    bars = on.mark_bar(height=thick).encode(
        alt.X("zero:Q", title=unit, scale=scale, axis=axis), alt.X2("value"), y, colour
    )
    whiskers = on.mark_rule(strokeWidth=2, color=theme.INK).encode(
        alt.X("low:Q", title=unit, scale=scale, axis=axis), alt.X2("high"), y
    )
    chart = alt.layer(bars, whiskers).properties(width=WIDTH - 120, height=max(110, ROW * len(names)))
    return marks.titled(chart, title, note, sized=True)


def _row_axis(names: list[str]) -> alt.Y:
    labels = f"{json.dumps(names)}[datum.value]"
    axis = alt.Axis(
        values=list(range(len(names))), labelExpr=labels, grid=False, ticks=False, domain=False, labelLimit=240
    )
    scale = alt.Scale(domain=[len(names) - 0.45, -0.55], nice=False, zero=False)
    return alt.Y("row:Q", title=None, axis=axis, scale=scale)
