"""Over two parameters: every world as a mark, and the box that was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.insight.discovery import Discovery
from sim.experiment.insight.paired import paired_means
from sim.experiment.insight.shares import Share
from sim.report import marks, theme
from sim.report.marks import Chart
from sim.report.sweep_charts.names import KINDS, capital, kind_colour, labelled


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
    x_name, y_name = labelled([x, y], labels)
    ends = {axis: marks.axis_domain(table[axis].to_list(), pad=0.03) for axis in ("x", "y")}
    scales = {axis: alt.Scale(domain=domain, nice=False, zero=False) for axis, domain in ends.items()}
    ticks, colour = alt.Axis(grid=False, tickCount=6), kind_colour()
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
            f" {'Dashed: where' if drawn else 'Where'} {found.said} it {verb} on average in {found.held_out_density} "
            "of worlds held out from the search."
        )
    elif found is not None:
        note += f" {capital(found.said)}."
    return marks.titled(alt.layer(*layers), title, note)
