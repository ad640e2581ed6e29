"""The parts that the charts are made of: titles, axes, lines with bands, bars with whiskers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Any, TypeAlias

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.compare import Comparison
from sim.report import theme
from sim.report.findings import METRICS
from sim.report.sentences import PUBLISHED, payback, signed
from sim.report.words import MINUS, money, number, titles

Chart: TypeAlias = alt.LayerChart | alt.HConcatChart | alt.VConcatChart
WIDTH, HEIGHT = 640, 340
POINTS = 1500  # most points of all lines of one chart together

# $ on an axis as in the sentences: $20 k, $1.5 M
MONEY_AXIS = (
    "abs(datum.value) < 1 ? (datum.value == 0 ? '$0' : format(datum.value, '$.2f')) : "
    "replace(replace(replace(format(datum.value, '$~s'), 'k', ' k'), 'M', ' M'), 'G', ' B')"
)


GROUP_NAMES = {
    "recovered": "Problem put right",
    "none": "No problem",
    "unresolved": "Problem not put right",
    "silent": "Problem kept silent",
}
WAYS = {  # way of looking -> colour, shape
    "published": (theme.BLACK, "diamond"),
    "as a survey sees it here": (theme.ORANGE, "circle"),
    "as caused by the problem": (theme.GREEN, "square"),
}


# --- parts -------------------------------------------------------------------------------------------------------


def titled(chart: Any, text: str, note: str, sized: bool = False, width: int = WIDTH) -> Chart:
    """The chart with the finding above it, wrapped to its width."""
    title = alt.TitleParams(
        even_lines(text, width / 9.2), subtitle=even_lines(note, width / 6.3), anchor="start", frame="bounds"
    )
    chart = chart.properties(title=title)
    return chart if sized else chart.properties(width=WIDTH, height=HEIGHT)


def even_lines(text: str, width: float) -> list[str]:
    """The text in as few lines as fit the width (in letters), about equally long."""
    widest, text = round(width), re.sub(r"(\d) (?=(%|[kMB]|years?|weeks?)\b|%)", "\\1\N{NO-BREAK SPACE}", text)
    lines = wrap(text, widest)
    return next((even for narrow in range(12, widest) if len(even := wrap(text, narrow)) == len(lines)), lines) or [""]


def mean_of(comparison: Comparison, shape: str) -> str:
    return over_worlds(comparison.replications, shape)


def over_worlds(n: int, shape: str) -> str:
    """What a picture shows of n paired worlds: 'Mean of 6 paired worlds; bars: 95 % interval'."""
    return "One world only: no interval" if n < 2 else f"Mean of {n:,} paired worlds; {shape}: 95 % interval"


def strategy_colour(comparison: Comparison, strategies: Sequence[str]) -> alt.Color:
    chosen = theme.colours(comparison.strategies)
    scale = alt.Scale(domain=list(strategies), range=[chosen[name] for name in strategies])
    return alt.Color("strategy:N", scale=scale, legend=None)


def axis_domain(values: Sequence[float], pad: float = 0.06, least: float = 1.0) -> list[float]:
    """Ends of an axis that holds all finite values, with some air; around a single value at least `least`."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    air = pad * (high - low)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-6):
        air = max(0.05 * abs(high), least)
    return [float(low - air), float(high + air)]


def drawable_ends(mean: float, low: float, high: float) -> tuple[float, float]:
    """An interval that can be drawn: none (mean, mean) where it has no bounds."""
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (mean, mean)


def with_half_width(row: dict[str, Any]) -> str:
    half = (row["high"] - row["low"]) / 2
    return signed(row["mean"]) + (f" ± {money(half)}" if half > 0 else "")


def dashed_rule(table: pd.DataFrame, **at: str) -> alt.Chart:
    encodings = {channel: f"{field}:Q" for channel, field in at.items()}
    return alt.Chart(table).mark_rule(color=theme.SOFT, strokeWidth=1.5, strokeDash=[5, 4]).encode(**encodings)


# --- lines over time ---------------------------------------------------------------------------------------------


def horizon_weeks(comparison: Comparison) -> int:
    return comparison.scenarios[0].run.weeks


def in_years(comparison: Comparison) -> bool:
    return horizon_weeks(comparison) >= 78


def timed(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """A weekly table with the time at the end of each week, thinned to what a picture can show; the last week stays."""
    step = math.ceil(len(table) / POINTS)
    last = table["week"].max()
    table = table[((last - table["week"]) % step) == 0].dropna(subset=["mean"])
    return table.assign(time=(table["week"] + 1) / (52 if in_years(comparison) else 1))


def time_axis(comparison: Comparison) -> alt.X:
    weeks, years = horizon_weeks(comparison), in_years(comparison)
    end = weeks / 52 if years else weeks
    ticks = alt.Axis(
        tickMinStep=1, tickCount=min(10, max(1, math.floor(end))), format="d", grid=False, labelFlush=False
    )
    return alt.X(
        "time:Q", title="years" if years else "weeks", axis=ticks,
        scale=alt.Scale(domain=[0, end], nice=False, zero=True),
    )  # fmt: skip


def lines_over_time(
    table: pd.DataFrame,
    comparison: Comparison,
    strategies: Sequence[str],
    unit: str,
    axis: alt.Axis,
    include: Sequence[float] = (),
) -> list[Any]:
    """Bands, lines and a label at the end of each line."""
    domain = axis_domain([*table["low"], *table["high"], *include], least=1000 if include else 1)
    scale, colour = alt.Scale(domain=domain, nice=False, zero=False), strategy_colour(comparison, strategies)
    x, y_title = time_axis(comparison), unit
    y = alt.Y("mean:Q", title=y_title, axis=axis, scale=scale)
    on = alt.Chart(table)
    ends = table[table["week"] == table["week"].max()].copy()
    ends["label"] = ends["strategy"].map(titles(comparison))
    ends["place"] = spread_apart(ends["mean"].to_list(), 19 / HEIGHT * (domain[1] - domain[0]), domain)
    band = on.mark_area(opacity=0.22).encode(
        x, alt.Y("low:Q", title=y_title, axis=axis, scale=scale), alt.Y2("high:Q"), colour
    )
    line = on.mark_line(strokeWidth=2.5, point={"size": 90} if horizon_weeks(comparison) <= 4 else False).encode(
        x, y, colour
    )
    label = (
        alt.Chart(ends)
        .mark_text(align="left", dx=7, fontSize=15, fontWeight="bold", limit=220)
        .encode(x, alt.Y("place:Q", title=y_title, axis=axis, scale=scale), colour, text="label:N")
    )
    return [band, line, label]


def spread_apart(values: list[float], gap: float, domain: list[float]) -> list[float]:
    """The values moved apart until neighbours are at least `gap` from each other, as near to home as that allows."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    placed = list(values)
    for before, index in pairwise(order):
        placed[index] = max(placed[index], placed[before] + gap)
    if not order:
        return placed
    moved = sum(placed) / len(placed) - sum(values) / len(values)
    low = min(max(placed[order[0]] - moved, domain[0]), domain[1])
    return [value + low - placed[order[0]] for value in placed]


def payback_marks(comparison: Comparison, weekly: pd.DataFrame, axis: alt.Axis) -> list[Any]:
    found = []
    for name in comparison.strategies[1:]:
        difference = comparison.difference(name)
        week = difference.payback_week
        if week:
            time = (week + 1) / (52 if in_years(comparison) else 1)
            found.append({"strategy": name, "time": time, "mean": 0.0, "label": payback(comparison, name)})
    if not found:
        return []
    table = pd.DataFrame(found)
    late = table["time"] > 0.6 * (horizon_weeks(comparison) / (52 if in_years(comparison) else 1))
    x, colour = time_axis(comparison), strategy_colour(comparison, comparison.strategies[1:])
    y = alt.Y("mean:Q")
    marks: list[Any] = [
        alt.Chart(table)
        .mark_point(size=160, filled=True, opacity=1, stroke="white", strokeWidth=1.5)
        .encode(x, y, colour)
    ]
    if len(table) == 1:  # more would cover each other; their weeks are in the title
        side: Any = "right" if late.iloc[0] else "left"
        text = alt.Chart(table).mark_text(
            align=side, dx=-8 if late.iloc[0] else 8, dy=-14, fontSize=14, fontWeight="bold"
        )
        marks.append(text.encode(x, y, colour, text="label:N"))
    return marks


# --- accounts ----------------------------------------------------------------------------------------------------


def account_bars(table: pd.DataFrame, colour: str, all_tables: Any) -> Any:
    """Horizontal bars with whiskers and their values in a column at the right; the last row is the total."""
    table = table.copy()
    drawn = [
        drawable_ends(mean, low, high)
        for mean, low, high in zip(table["mean"], table["low"], table["high"], strict=True)
    ]
    table["from"], table["to"] = [low for low, _ in drawn], [high for _, high in drawn]
    table["text"] = [
        with_half_width({"mean": m, "low": a, "high": b}) for m, (a, b) in zip(table["mean"], drawn, strict=True)
    ]
    table["kind"] = np.where(table["account"] == "total", "total", "account")
    ends = [0.0]
    for each in all_tables:
        ends += [*each["mean"], *each["low"], *each["high"]]
    scale = alt.Scale(domain=axis_domain(ends, least=1000), nice=False, zero=False)
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=5)
    order = table["name"].to_list()
    y = alt.Y("name:N", title=None, sort=order, axis=alt.Axis(ticks=False, domain=False, labelLimit=220))
    kinds = alt.Scale(domain=["account", "total"], range=["#9a9a9a", colour])
    on = alt.Chart(table)
    width = WIDTH - 220
    bars = on.mark_bar(height=22).encode(
        alt.X("mean:Q", title=None, scale=scale, axis=axis), y, alt.Color("kind:N", scale=kinds, legend=None)
    )
    whiskers = on.mark_rule(strokeWidth=2, color=theme.INK).encode(
        alt.X("from:Q", title=None, scale=scale, axis=axis), alt.X2("to:Q"), y
    )
    values = on.mark_text(align="left", dx=12, fontSize=14).encode(y=y, x=alt.value(width), text="text:N")
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0.0]}))
        .mark_rule(color=theme.SOFT, strokeWidth=1.5)
        .encode(alt.X("zero:Q", title=None, scale=scale, axis=axis))
    )
    return alt.layer(bars, zero, whiskers, values).properties(width=width, height=36 * len(table))


# --- lenses ------------------------------------------------------------------------------------------------------


def metric_rows(rows: pd.DataFrame, comparison: Comparison) -> Any:
    """One metric: a bar a strategy on a scale of its own, the values beside it."""
    metric = rows["metric"].iloc[0]
    name, unit, factor = METRICS.get(metric, (metric.replace("_", " ").capitalize(), rows["meaning"].iloc[0], 1.0))
    table = rows.assign(
        value=rows["mean"] * factor,
        title=rows["strategy"].map(titles(comparison)),
        row=range(len(rows)),
    )
    drawn = [
        drawable_ends(mean * factor, low * factor, high * factor)
        for mean, low, high in zip(rows["mean"], rows["low"], rows["high"], strict=True)
    ]
    table["from"], table["to"] = [low for low, _ in drawn], [high for _, high in drawn]
    table["text"] = [
        measured(value, (high - low) / 2) if math.isfinite(value) else "no value"
        for value, (low, high) in zip(table["value"], drawn, strict=True)
    ]
    top = axis_domain([0.0, *table["value"], *table["to"]], pad=0.0)[1]
    low_end = min([0.0, *(value for value in table["value"] if math.isfinite(value))])
    table["from"] = table["from"].clip(lower=low_end)  # a whisker below nothing says no more than one down to it
    scale = alt.Scale(domain=[low_end, top], nice=False, zero=False)
    width = 190
    y = alt.Y("strategy:N", sort=comparison.strategies, axis=None).scale(paddingInner=0.2, paddingOuter=0.05)
    colour = strategy_colour(comparison, comparison.strategies)
    on = alt.Chart(table[["strategy", "value", "from", "to", "text"]])
    bars = on.mark_bar().encode(alt.X("value:Q", scale=scale, axis=None), y, colour)
    whiskers = on.mark_rule(strokeWidth=2, color=theme.INK).encode(
        alt.X("from:Q", scale=scale, axis=None), alt.X2("to:Q"), y
    )
    values = on.mark_text(align="left", dx=8, fontSize=14).encode(y=y, x=alt.value(width), text="text:N")
    head = alt.TitleParams(
        f"{name}, {unit}", fontSize=14, fontWeight="normal", anchor="start", frame="group", offset=4, color=theme.INK
    )
    return alt.layer(bars, whiskers, values).properties(width=width, height=21 * len(comparison.strategies), title=head)


def measured(value: float, half: float) -> str:
    """A value to the place of the first digit of its half width."""
    if not half > 0:
        return number(value)
    decimals = max(0, -math.floor(math.log10(half)))
    return f"{value:,.{decimals}f} ± {half:,.{decimals}f}".replace("-", MINUS)


# --- survey ------------------------------------------------------------------------------------------------------


def survey_points(comparison: Comparison) -> pd.DataFrame:
    """A row a group and way of looking: row (place), value, low, high, way, text. Ways without a value are left out."""
    found, groups = [], list(GROUP_NAMES)
    for _, row in comparison.survey().iterrows():
        place = groups.index(row["group"])
        for lane, (way, column) in enumerate(zip(WAYS, ("published", "as_seen", "as_caused"), strict=True)):
            if column == "published":
                value = float(PUBLISHED.get(row["group"], math.nan))
                low = high = value
            else:
                value = float(row[column])
                low, high = drawable_ends(value, float(row[f"{column}_low"]), float(row[f"{column}_high"]))
                low = max(low, 0.0)  # nobody spends less than nothing
            if math.isfinite(value):
                found.append({"group": row["group"], "row": place + 0.26 * (lane - 1), "value": value, "low": low,
                              "high": high, "way": way, "text": f"{value:.0f}"})  # fmt: skip
    return pd.DataFrame(found, columns=["group", "row", "value", "low", "high", "way", "text"])
