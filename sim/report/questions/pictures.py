"""Pictures that several questions share: a number with its interval for each arm, and a number along a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from sim.experiment.questions.arms import Estimate
from sim.report import theme
from sim.report.marks import MONEY_AXIS, WIDTH, Chart, axis_domain, drawable_ends, spread_apart, titled
from sim.report.sentences import signed
from sim.report.words import money, number, percent

ROW = 46  # height of a row of dots


def rows_of(estimates: Mapping[str, Estimate], group: str = "") -> pd.DataFrame:
    """A row an estimate, as the common pictures want them."""
    return pd.DataFrame([{"name": name, "group": group, **each._asdict()} for name, each in estimates.items()])


def as_text(value: float, unit: str, difference: bool = False) -> str:
    """A value as people write it in that unit ('$', 'share', else the unit's name)."""
    if unit == "$":
        return signed(value) if difference else money(value)
    sign = "+" if difference and value > 0 else ""
    return f"{sign}{percent(value) if unit == 'share' else number(value)}"


def dots(
    table: pd.DataFrame,
    title: str,
    note: str,
    axis: str,
    unit: str = "$",
    colours: Mapping[str, str] | None = None,
    zero: float | None = 0.0,
    width: int = WIDTH - 200,
) -> Chart:
    """A dot with its interval and value for each row, from top to bottom.

    Args:
        table: columns name, mean, low, high; group where rows come in several colours (`colours`: group -> colour).
        axis: what is measured, with its unit.
        zero: where the rule stands; None for none. With a rule at 0 values are written as differences.
    """
    rows = table.reset_index(drop=True).copy()
    ends = [drawable_ends(m, a, b) for m, a, b in zip(rows["mean"], rows["low"], rows["high"], strict=True)]
    rows["low"], rows["high"] = [low for low, _ in ends], [high for _, high in ends]
    rows["text"] = ["no value" if pd.isna(m) else as_text(m, unit, zero == 0.0) for m in rows["mean"]]
    # Lines are broken by us: Vega-Lite cuts a long label off
    rows["label"] = rows["name"]
    scale = alt.Scale(domain=axis_domain([*rows["low"], *rows["high"], *([] if zero is None else [zero])], pad=0.08,
                                         least=0.01 if unit == "share" else 1.0), nice=False, zero=False)  # fmt: skip
    x_axis = alt.Axis(tickCount=5, **_labels(unit))
    y = alt.Y("label:N", sort=rows["label"].to_list(), title=None,
              axis=alt.Axis(ticks=False, domain=False, labelLimit=320))  # fmt: skip
    x = alt.X("mean:Q", title=axis, scale=scale, axis=x_axis)
    on = alt.Chart(rows)
    if "group" not in rows:
        rows["group"] = ""
    groups = list(dict.fromkeys(rows["group"]))
    palette = alt.Scale(domain=groups, range=[(colours or {}).get(group, theme.INK) for group in groups])
    legend = alt.Legend() if len(groups) > 1 else None
    colour = alt.Color("group:N", scale=palette, title=None, legend=legend)
    layers: list[alt.Chart] = []
    if zero is not None:
        rule = alt.Chart(pd.DataFrame({"zero": [zero]})).mark_rule(color=theme.SOFT, strokeDash=[5, 4], strokeWidth=1.5)
        layers.append(rule.encode(alt.X("zero:Q", title=axis, scale=scale, axis=x_axis)))
    layers.append(on.mark_rule(strokeWidth=3).encode(
        alt.X("low:Q", title=axis, scale=scale, axis=x_axis), alt.X2("high:Q"), y, colour))  # fmt: skip
    layers.append(on.mark_point(size=140, filled=True, opacity=1).encode(x, y, colour))
    layers.append(on.mark_text(align="left", dx=12, fontSize=14).encode(y=y, x=alt.value(width), text="text:N"))
    chart = alt.layer(*layers).properties(width=width, height=ROW * len(rows))
    return titled(chart, title, note, sized=True, width=width + 300)


def curves(
    table: pd.DataFrame,
    title: str,
    note: str,
    x_axis: str,
    y_axis: str,
    unit: str = "$",
    x_unit: str = "",
    colours: Mapping[str, str] | None = None,
    zero: float | None = 0.0,
    log: bool = False,
    order: Sequence[str] = (),
) -> Chart:
    """A number along a parameter: a line with its band for each group, its name at the end.

    Args:
        table: columns x, mean, low, high; group where there are several lines (`colours`: group -> colour).
        x_axis, y_axis: what they are, with units.
        unit, x_unit: of the labels: '$', 'share', '' for bare numbers.
        zero: where the rule stands; None for none.
        log: whether x is on a logarithmic scale.
    """
    rows = table.copy()
    if "group" not in rows:
        rows["group"] = ""
    groups = list(order) or list(dict.fromkeys(rows["group"]))
    ends = [drawable_ends(m, a, b) for m, a, b in zip(rows["mean"], rows["low"], rows["high"], strict=True)]
    rows["low"], rows["high"] = [low for low, _ in ends], [high for _, high in ends]
    domain = axis_domain([*rows["low"], *rows["high"], *([] if zero is None else [zero])],
                         least=0.01 if unit == "share" else 1.0)  # fmt: skip
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    x_scale = alt.Scale(type="log" if log else "linear", domain=[rows["x"].min(), rows["x"].max()], nice=False)
    x = alt.X("x:Q", title=x_axis, scale=x_scale, axis=alt.Axis(grid=False, tickCount=6, **_labels(x_unit)))
    y_of: dict[str, Any] = {"title": y_axis, "scale": scale, "axis": alt.Axis(tickCount=6, **_labels(unit))}
    palette = [(colours or {}).get(group, theme.INK) for group in groups]
    colour = alt.Color("group:N", scale=alt.Scale(domain=groups, range=palette), legend=None)
    on = alt.Chart(rows)
    layers: list[alt.Chart] = []
    if zero is not None:
        rule = alt.Chart(pd.DataFrame({"zero": [zero]})).mark_rule(color=theme.SOFT, strokeDash=[5, 4], strokeWidth=1.5)
        layers.append(rule.encode(alt.Y("zero:Q", **y_of)))
    layers.append(on.mark_area(opacity=0.2).encode(x, alt.Y("low:Q", **y_of), alt.Y2("high:Q"), colour))
    layers.append(
        on.mark_line(strokeWidth=2.5, point={"size": 60, "filled": True}).encode(x, alt.Y("mean:Q", **y_of), colour)
    )
    last = rows[rows["x"] == rows["x"].max()].copy()
    if len(groups) > 1:
        last["place"] = spread_apart(last["mean"].to_list(), 19 / 340 * (domain[1] - domain[0]), domain)
        text = alt.Chart(last).mark_text(align="left", dx=8, fontSize=15, fontWeight="bold", limit=260)
        layers.append(text.encode(x, alt.Y("place:Q", **y_of), colour, text="group:N"))
    return titled(alt.layer(*layers), title, note)


def _labels(unit: str) -> dict[str, Any]:
    if unit == "$":
        return {"labelExpr": MONEY_AXIS}
    return {"format": "~%"} if unit == "share" else {"format": ",~r"}
