"""A finished sweep as pictures: what matters, where it flips, where it loses, what is regretted.

Each function takes what `sim.experiment.insight` found and returns an Altair chart whose title is the finding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.insight.discovery import Discovery, label_of
from sim.experiment.insight.frontier import Frontier
from sim.experiment.insight.paired import paired_means
from sim.experiment.insight.regret import regret as regret_table
from sim.experiment.insight.shares import Share, percent
from sim.report import marks, theme
from sim.report.marks import MONEY_AXIS, WIDTH, Chart
from sim.report.words import money

KINDS = {  # of worlds -> colour, shape
    "wins": (theme.VERMILION, "circle"),
    "undecided": ("#9a9a9a", "square"),
    "loses": (theme.BLUE, "triangle-up"),
}
ROW = 46  # pixels of a parameter or a strategy


def indices(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Chart:
    """Sobol indices, two bars a parameter with 95 % whiskers, the strongest first.

    Args:
        table: from `sensitivity.sobol`.
        labels: parameter -> what to call it.
    """
    table = table.sort_values("total", ascending=False)
    names = _labels(table.index, labels)
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
    title = f"{_capital(names[0])} explains {percent(first['total'])} % of how the difference varies"
    title += _rivalled(names, first["total_low"], table["total_high"])
    note = (
        "Share of the variance of the mean difference between the strategies, Sobol indices; whiskers: 95 % interval. "
        "Shares with interactions may add up to more than 100 %."
    )
    colours = {kind: colour for kind, (_, colour) in kinds.items()}
    return _bars(rows, names, colours, title, note, "share of the variance", alt.Axis(format=".0%", tickCount=6), 15)


def screening(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Chart:
    """Morris screening: how much the difference moves over the whole range of each parameter.

    Args:
        table: from `sensitivity.morris`, in $.
        labels: parameter -> what to call it.
    """
    table = table.sort_values("mu_star", ascending=False)
    names = _labels(table.index, labels)
    rows = [
        {"name": name, "kind": "effect", "value": row["mu_star"], "low": row["mu_star_low"],
         "high": row["mu_star_high"], "row": float(place)}
        for place, (name, (_, row)) in enumerate(zip(names, table.iterrows(), strict=True))
    ]  # fmt: skip
    title = f"{_capital(names[0])} moves the difference most: {money(table['mu_star'].iloc[0])} over its range"
    title += _rivalled(names, table["mu_star_low"].iloc[0], table["mu_star_high"])
    note = (
        "Mean size of the elementary effects on the difference between the strategies, $ of net present value for the "
        "whole range of a parameter; whiskers: 95 % interval."
    )
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    return _bars(rows, names, {"effect": theme.BLUE}, title, note, "effect over the whole range, $", axis, 22)


def frontier(
    found: Frontier,
    labels: Mapping[str, str] | None = None,
    here: tuple[float, float] | None = None,
    strategy: str = "The strategy",
) -> Chart:
    """Where the strategy wins, where it loses, and the break-even line with its 95 % band between the two.

    Args:
        found: from `frontier.frontier`.
        labels: parameter -> what to call it, with its unit.
        here: your own world, in units of x and y: a mark.
        strategy: what to call the one that is compared with the baseline.
    """
    x_name, y_name = _labels([found.x, found.y], labels)
    sides = np.where(found.band, "undecided", np.where(found.mean > 0, "wins", "loses"))
    cells = _cells(found, sides)
    x, y = (_axis(found, each) for each in ("x", "y"))
    area = (
        alt.Chart(cells)
        .mark_rect(opacity=0.4, strokeWidth=0)
        .encode(
            x("left", x_name), alt.X2("right"), y("bottom", y_name), alt.Y2("top"),
            alt.Color("kind:N", scale=_kind_colour(), title=None),
        )
    )  # fmt: skip
    layers: list[Any] = [area]
    corners = [
        {"x": float(a), "y": float(b), "piece": piece, "step": step}
        for piece, line in enumerate(found.lines)
        for step, (a, b) in enumerate(line)
    ]
    if corners:
        layers.append(
            alt.Chart(pd.DataFrame(corners))
            .mark_line(color=theme.INK, strokeWidth=2.5)
            .encode(x("x", x_name), y("y", y_name), detail="piece:N", order="step:Q")
        )
    wins = Share(int((sides == "wins").sum()), sides.size).value
    loses = Share(int((sides == "loses").sum()), sides.size).value
    if here is not None:
        layers += _here(found, here, x, y, x_name, y_name)
    if found.lines:
        title = f"{strategy} wins over {percent(wins)} % of the map and loses over {percent(loses)} %"
    elif not found.band.any():
        title = f"{strategy} {'wins' if wins else 'loses'} all over the map: there is no break-even"
    else:
        side = f"wins over {percent(wins)} %" if wins >= loses else f"loses over {percent(loses)} %"
        title = f"{strategy} {side} of the map and is undecided elsewhere"
    if here is not None:
        mean, sd = (float(value[0]) for value in found.predict(np.array([here])))
        title += f"; here it is worth {money(abs(mean))} {'more' if mean > 0 else 'less'} (± {money(1.96 * sd)})"
    note = (
        f"Mean difference of net present value between the strategies over {x_name} and {y_name}, fitted. "
        "Line: break-even. Grey: its 95 % band, where the sign is not decided."
    )
    return marks.titled(alt.layer(*layers), title, note)


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


def worlds(
    points: pd.DataFrame,
    deltas: pd.DataFrame,
    x: str,
    y: str,
    found: Discovery | None = None,
    labels: Mapping[str, str] | None = None,
    strategy: str = "The strategy",
) -> Chart:
    """Every world as a mark over two parameters: wins, loses or undecided, with the box that was found.

    Args:
        points, deltas: as everywhere in `sim.experiment.insight`; x and y are columns of numbers.
        found: from `discovery.discover`: its limits on x and y are drawn, those on others are in the note.
        labels: parameter -> what to call it, with its unit.
        strategy: what to call the one that is compared with the baseline.
    """
    means = paired_means(deltas[deltas["point"].isin(points.index)])
    kinds = means["sign"].map({1: "wins", 0: "undecided", -1: "loses"}).rename("kind")
    table = points.loc[means.index, [x, y]].set_axis(["x", "y"], axis=1).astype(float).assign(kind=kinds)
    x_name, y_name = _labels([x, y], labels)
    ends = {axis: marks.axis_domain(table[axis].to_list(), pad=0.03) for axis in ("x", "y")}
    scales = {axis: alt.Scale(domain=domain, nice=False, zero=False) for axis, domain in ends.items()}
    ticks, colour = alt.Axis(grid=False, tickCount=6), _kind_colour()
    shape = alt.Scale(domain=list(KINDS), range=[shape for _, shape in KINDS.values()])
    dots = (
        alt.Chart(table)
        .mark_point(size=55, filled=True, opacity=0.75)
        .encode(
            alt.X("x:Q", title=x_name, scale=scales["x"], axis=ticks),
            alt.Y("y:Q", title=y_name, scale=scales["y"], axis=ticks),
            alt.Color("kind:N", scale=colour, title=None), alt.Shape("kind:N", scale=shape, title=None),
        )
    )  # fmt: skip
    layers: list[Any] = [dots]
    drawn = [name for name in (x, y) if found is not None and name in found.limits]
    if found is not None and drawn:
        sides: dict[str, float] = {}
        for axis, name in (("x", x), ("y", y)):
            limit = found.limits.get(name)
            low, high = (limit.low, limit.high) if limit else (-np.inf, np.inf)
            sides |= {axis: max(low, ends[axis][0]), f"{axis}2": min(high, ends[axis][1])}
        frame = alt.Chart(pd.DataFrame([sides])).mark_rect(
            fill=None, stroke=theme.INK, strokeWidth=2, strokeDash=[6, 4]
        )
        layers.append(
            frame.encode(
                alt.X("x:Q", title=x_name, scale=scales["x"], axis=ticks), alt.X2("x2"),
                alt.Y("y:Q", title=y_name, scale=scales["y"], axis=ticks), alt.Y2("y2"),
            )
        )  # fmt: skip
    n = len(table)
    wins, loses = (Share(int((kinds == kind).sum()), n) for kind in ("wins", "loses"))
    title = f"{strategy} wins in {wins} and loses in {loses} of {n:,} worlds"
    note = "A mark a world; 95 % intervals. Undecided: the interval of its mean difference includes zero."
    if found is not None and found.found:
        verb = "loses" if found.loses else "wins"
        note += (
            f" {'Dashed: where' if drawn else 'Where'} {found.said} it {verb} in {found.held_out_density} of worlds "
            "held out from the search."
        )
    elif found is not None:
        note += f" {_capital(found.said)}."
    return marks.titled(alt.layer(*layers), title, note)


def _rivalled(names: list[str], low: float, highs: pd.Series) -> str:
    """The first place is not sure where another one's interval reaches its own."""
    return f"; {names[1]} may be as strong" if len(names) > 1 and highs.iloc[1:].max() >= low else ""


def _bars(
    rows: list[dict[str, Any]], names: list[str], colours: Mapping[str, str], title: str, note: str, unit: str,
    axis: alt.Axis, thick: int,
) -> Chart:  # fmt: skip
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


def _kind_colour() -> alt.Scale:
    return alt.Scale(domain=list(KINDS), range=[colour for colour, _ in KINDS.values()])


def _cells(found: Frontier, sides: Any) -> pd.DataFrame:
    """Neighbouring grid places of one kind in a row as one rectangle: the picture in few rows."""
    edges = []
    for axis, values in (("x", found.along), ("y", found.up)):
        bound = found.bounds[found.x if axis == "x" else found.y]._replace(integer=False)
        unit = np.linspace(0, 1, len(values))
        middle = (unit[1:] + unit[:-1]) / 2
        edges.append(bound.scale(np.array([0.0, *middle, 1.0])))
    rows = []
    for row, kinds in enumerate(sides):
        turns = [0, *(np.flatnonzero(kinds[1:] != kinds[:-1]) + 1).tolist(), len(kinds)]
        for start, stop in pairwise(turns):
            rows.append({"left": edges[0][start], "right": edges[0][stop], "bottom": edges[1][row],
                         "top": edges[1][row + 1], "kind": str(kinds[start])})  # fmt: skip
    return pd.DataFrame(rows)


def _axis(found: Frontier, axis: str) -> Any:
    bound = found.bounds[found.x if axis == "x" else found.y]
    ends = [bound.low, bound.high]
    linear = alt.Scale(domain=ends, nice=False, zero=False)
    scale = alt.Scale(domain=ends, type="log", nice=False) if bound.log else linear
    channel = alt.X if axis == "x" else alt.Y
    return lambda field, title: channel(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(grid=False, tickCount=6))


def _here(found: Frontier, here: tuple[float, float], x: Any, y: Any, x_name: str, y_name: str) -> list[Any]:
    bound = found.bounds[found.x]
    late = bool(bound.unit(np.array([here[0]]))[0] > 0.7)
    table = pd.DataFrame([{"x": here[0], "y": here[1], "text": "you are here"}])
    on = alt.Chart(table)
    mark = on.mark_point(shape="diamond", size=220, filled=True, opacity=1, color=theme.BLACK, stroke="white")
    text = on.mark_text(align="right" if late else "left", dx=-13 if late else 13, fontSize=15, fontWeight="bold")
    return [each.encode(x("x", x_name), y("y", y_name)) for each in (mark, text.encode(text="text:N"))]


def _labels(keys: Any, labels: Mapping[str, str] | None) -> list[str]:
    return [(labels or {}).get(str(key), label_of(str(key))) for key in keys]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
