"""Over two parameters: where the strategy wins on average, where it loses, and the line between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.insight.frontier import FEW, Frontier
from sim.experiment.insight.shares import Share, percent
from sim.model.draws import Floats
from sim.report import marks, theme
from sim.report.marks import Chart
from sim.report.sentences import signed
from sim.report.sweep_charts.names import capital, kind_colour, labelled
from sim.report.words import money


class Here(NamedTuple):
    """A world of your own on the map.

    Attributes:
        x, y: where, in units of the parameters.
        name: what to call it.
        worth, half_width: $ of the difference in that world itself and its 95 % interval; NaN if it was not run.
    """

    x: float
    y: float
    name: str = "this world"
    worth: float = math.nan
    half_width: float = math.nan


class Sharpened(NamedTuple):
    """Points that were put where the sign was in doubt: their x and y, (n, 2), and what was known without them."""

    places: Floats
    before: Frontier


def frontier(
    found: Frontier,
    labels: Mapping[str, str] | None = None,
    here: Here | None = None,
    strategy: str = "The strategy",
    sharpened: Sharpened | None = None,
) -> Chart:
    """Where the strategy wins, where it loses, and the break-even line with its 95 % band between the two.

    Args:
        found: from `frontier.frontier`.
        labels: parameter -> what to call it, with its unit.
        here: your own world: a mark that says what it is worth there itself, and what the map says of the place.
        strategy: what to call the one that is compared with the baseline.
        sharpened: dots, and how much less is in doubt by them.
    """
    x_name, y_name = labelled([found.x, found.y], labels)
    sides = np.where(found.band, "undecided", np.where(found.mean > 0, "wins", "loses"))
    x, y = (_axis(found, each) for each in ("x", "y"))
    area = (
        alt.Chart(_cells(found, sides))
        .mark_rect(opacity=0.4, strokeWidth=0)
        .encode(
            x("left", x_name), alt.X2("right"), y("bottom", y_name), alt.Y2("top"),
            alt.Color("kind:N", scale=kind_colour(), title=None),
        )
    )  # fmt: skip
    layers: list[Any] = [area]
    if sharpened is not None:
        dots = alt.Chart(pd.DataFrame(sharpened.places, columns=["x", "y"]))
        layers.append(dots.mark_point(size=9, filled=True, color=theme.INK).encode(x("x", x_name), y("y", y_name)))
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
    note = _about(found, sharpened)
    if here is not None and _inside(found, here):
        layers += _here(found, here, x, y, x_name, y_name)
    elif here is not None:
        note += f" {capital(here.name)} lies outside of the map."
    return marks.titled(alt.layer(*layers), _finding(found, sides, strategy), note)


def _finding(found: Frontier, sides: Any, strategy: str) -> str:
    wins, loses = (Share(int((sides == side).sum()), sides.size).value for side in ("wins", "loses"))
    if found.lines:
        return f"{strategy} on average wins over {percent(wins)} % of the map and loses over {percent(loses)} %"
    if not found.band.any():
        return f"{strategy} on average {'wins' if wins else 'loses'} all over the map: there is no break-even"
    side = f"wins over {percent(wins)} %" if wins >= loses else f"loses over {percent(loses)} %"
    return f"{strategy} on average {side} of the map and is undecided elsewhere"


def _about(found: Frontier, sharpened: Sharpened | None) -> str:
    note = (
        f"Mean difference of net present value, fitted to {found.n:,} worlds: a mean over all other parameters as they "
        "vary, of which a single world has one value each. Line: break-even of that mean. Grey: its 95 % band, where "
        "the sign is not decided."
    )
    if sharpened is not None:
        before, after = (percent(float(each.band.mean())) for each in (sharpened.before, found))
        note += (
            f" Dots: {len(sharpened.places):,} of the worlds, put where the sign was in doubt; without them {before} % "
            f"of the map is grey, with them {after} %."
        )
    if found.n < FEW:
        note += " With so few worlds the intervals are somewhat too narrow."
    return note


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


def _inside(found: Frontier, here: Here) -> bool:
    bounds = (found.bounds[found.x], found.bounds[found.y])
    return all(bound.low <= value <= bound.high for bound, value in zip(bounds, here[:2], strict=True))


def _here(found: Frontier, here: Here, x: Any, y: Any, x_name: str, y_name: str) -> list[Any]:
    """A mark with what the world itself is worth, and beside it what worlds at this place are on average."""
    at = np.array([here[:2]])
    across, upward = (float(bound.unit(at[:, axis])[0]) for axis, bound in enumerate(found.bounds.values()))
    late, low = across > 0.5, upward < 0.12
    mean, sd = (float(value[0]) for value in found.predict(at))
    itself = f"{here.name} itself: {_worth(here.worth, here.half_width)}"
    texts = [
        ("you are here", True),
        *([(itself, True)] if math.isfinite(here.worth) else []),
        (f"worlds at this place on average: {_worth(mean, 1.96 * sd)}", False),
    ]
    on = alt.Chart(pd.DataFrame([{"x": here.x, "y": here.y}]))
    mark = on.mark_point(shape="diamond", size=220, filled=True, opacity=1, color=theme.BLACK, stroke="white")
    layers = [mark.encode(x("x", x_name), y("y", y_name))]
    for row, (text, bold) in enumerate(texts):
        told = alt.Chart(pd.DataFrame([{"x": here.x, "y": here.y, "text": text}])).mark_text(
            align="right" if late else "left", dx=-13 if late else 13,
            dy=19 * (row - (len(texts) - 1 if low else 0)), fontSize=15 if row == 0 else 13,
            fontWeight="bold" if bold else "normal",
        )  # fmt: skip
        layers.append(told.encode(x("x", x_name), y("y", y_name), text="text:N"))
    return layers


def _worth(mean: float, half: float) -> str:
    return signed(mean) + (f" ± {money(half)}" if math.isfinite(half) else "")
