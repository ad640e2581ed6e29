"""A comparison as pictures. Each function takes a Comparison and returns an Altair chart whose title is the finding.

Numbers are aggregated here, in pandas: a chart holds at most a few thousand rows. Marks and encodings are the basic
ones, which Vega-Lite 5 (JupyterLab) and 6 (the picture files) draw alike.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Any, TypeAlias

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.compare import Comparison
from sim.experiment.survey import FIRST, FOLLOW_UP, MONTH, wave_starts
from sim.model.ledger import ACCOUNTS
from sim.report import theme
from sim.report.findings import METRICS, headline
from sim.report.sentences import PUBLISHED, payback, signed
from sim.report.words import MINUS, horizon, money, number, titles

Chart: TypeAlias = alt.LayerChart | alt.HConcatChart | alt.VConcatChart
WIDTH, HEIGHT = 640, 340
POINTS = 1500  # most points of all lines of one chart together
DOTS = 400  # most dots of one strategy

# $ on an axis as in the sentences: $20 k, $1.5 M
MONEY_AXIS = (
    "abs(datum.value) < 1 ? (datum.value == 0 ? '$0' : format(datum.value, '$.2f')) : "
    "replace(replace(replace(format(datum.value, '$~s'), 'k', ' k'), 'M', ' M'), 'G', ' B')"
)

ACCOUNT_NAMES = {
    "sales": "Sales",
    "cost_of_goods": "Cost of goods",
    "support_fees": "Support fees",
    "support_labour": "Support labour",
    "self_service": "Self-service",
    "hiring": "Hiring",
    "remedies": "Remedies",
    "advertising": "Advertising",
}
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


def customers(comparison: Comparison) -> Chart:
    """Customers over time, a line a strategy, with the 95 % interval over runs."""
    table = _timed(comparison.over_time("customers"), comparison)
    lines = _lines(table, comparison, comparison.strategies, "customers", axis=alt.Axis(format=",d", tickCount=6))
    note = f"{_mean_of(comparison, 'band')}. The vertical axis does not begin at zero."
    return _titled(alt.layer(*lines), headline("customers", comparison), note)


def cash(comparison: Comparison) -> Chart:
    """Cumulative discounted cash less the baseline's, with its paired interval and the week of payback."""
    baseline, title = comparison.strategies[0], titles(comparison)
    weekly = comparison.cash_difference()
    table = _timed(weekly, comparison)
    zero = _rule(pd.DataFrame({"zero": [0.0]}), y="zero")
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    lines = _lines(
        table, comparison, comparison.strategies[1:], f"difference to {title[baseline]}", axis=axis, include=[0.0]
    )
    marks = _payback_marks(comparison, weekly, axis)
    note = f"Cumulative discounted cash less that of {title[baseline]}, $. {_mean_of(comparison, 'band')}."
    return _titled(alt.layer(zero, *lines, *marks), headline("cash", comparison), note)


def npv_runs(comparison: Comparison) -> Chart:
    """The difference of net present value in each paired world, with mean and 95 % interval."""
    baseline, others, title = comparison.strategies[0], comparison.strategies[1:], titles(comparison)
    npv, dots, means = comparison.by_run("npv"), [], []
    for row, name in enumerate(others):
        delta = np.sort((npv[name] - npv[baseline]).dropna().to_numpy(float))
        shown = (
            delta[np.unique(np.linspace(0, delta.size - 1, min(delta.size, DOTS)).astype(int))] if delta.size else []
        )
        for place, value in enumerate(shown):
            # Neighbours apart, the same way each time
            dots.append({"strategy": name, "delta": float(value), "row": row - 0.12 + 0.13 * ((place * 3) % 5 / 2 - 1)})
        difference = comparison.difference(name)
        if math.isfinite(difference.mean) and difference.replications > 1:
            low, high = _ends(difference.mean, difference.low, difference.high)
            means.append({"strategy": name, "mean": difference.mean, "low": low, "high": high, "row": row + 0.28})
    dot_table = pd.DataFrame(dots, columns=["strategy", "delta", "row"])
    mean_table = pd.DataFrame(means, columns=["strategy", "mean", "low", "high", "row"])
    mean_table["text"] = [_with_half(row) for row in means]
    ends = [0.0, *dot_table["delta"], *mean_table["low"], *mean_table["high"]]
    x = alt.Scale(domain=_domain(ends, least=1000), nice=False, zero=False)
    y = alt.Y("row:Q", title=None).scale(domain=[len(others) - 0.45, -0.45], nice=False, zero=False)
    names = alt.Axis(
        values=list(range(len(others))), labelExpr=f"{json.dumps([title[name] for name in others])}[datum.value]",
        grid=False, ticks=False, domain=False, labelLimit=220,
    )  # fmt: skip
    y = y.axis(names if len(others) > 1 else None)
    colour = _colour(comparison, others)
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    value = f"net present value less that of {title[baseline]}, $"
    zero = _rule(pd.DataFrame({"zero": [0.0]}), x="zero")
    scattered = (
        alt.Chart(dot_table)
        .mark_circle(size=90, opacity=0.55)
        .encode(alt.X("delta:Q", title=value, scale=x, axis=axis), y, colour)
    )
    on = alt.Chart(mean_table)
    layers: list[Any] = [zero, scattered]
    layers.append(
        on.mark_rule(strokeWidth=4).encode(alt.X("low:Q", title=value, scale=x, axis=axis), alt.X2("high:Q"), y, colour)
    )
    layers.append(
        on.mark_point(shape="diamond", size=220, filled=True, opacity=1, stroke="white", strokeWidth=1).encode(
            alt.X("mean:Q", title=value, scale=x, axis=axis), y, colour
        )
    )
    layers.append(
        on.mark_text(dy=19, fontSize=14).encode(alt.X("mean:Q", title=value, scale=x, axis=axis), y, text="text:N")
    )
    some = f" ({DOTS} of {comparison.replications:,} shown)" if comparison.replications > DOTS else ""
    mean_of = _mean_of(comparison, "bar")
    note = f"A dot a paired world{some}. " + (
        f"Diamond: {mean_of[0].lower()}{mean_of[1:]}." if means else f"{mean_of}."
    )
    chart = alt.layer(*layers).properties(width=WIDTH, height=max(130, 105 * len(others)))
    return _titled(chart, headline("npv_runs", comparison), note, sized=True)


def sources(comparison: Comparison) -> Chart:
    """Where the difference of net present value comes from: the accounts and their total."""
    baseline, title = comparison.strategies[0], titles(comparison)
    used = [name for name in ACCOUNTS if np.any(comparison.by_run(f"npv_{name}").to_numpy(float) != 0)]
    tables = {}
    for strategy in comparison.strategies[1:]:
        table = comparison.sources(strategy)
        table = table[table["account"].isin(used)].assign(name=lambda rows: rows["account"].map(ACCOUNT_NAMES))
        difference = comparison.difference(strategy)
        total = {"name": "Difference", "mean": difference.mean, "low": difference.low, "high": difference.high}
        tables[strategy] = pd.concat([table, pd.DataFrame([{"account": "total", **total}])], ignore_index=True)
    chosen, parts = theme.colours(comparison.strategies), []
    for strategy, table in tables.items():
        part = _bars(table, chosen[strategy], tables.values())
        if len(tables) > 1:
            part = part.properties(title=alt.TitleParams(title[strategy], fontSize=16, anchor="start", frame="group"))
        parts.append(part)
    note = (
        f"Net present value of each account less that of {title[baseline]}, $; they add up to the difference. "
        f"{_mean_of(comparison, 'whisker')}."
    )
    chart = parts[0] if len(parts) == 1 else alt.vconcat(*parts, spacing=22).resolve_scale(color="independent")
    return _titled(chart, headline("sources", comparison), note, sized=True)


def lenses(comparison: Comparison) -> Chart:
    """The same support through two lenses: cost-center metrics on the left, profit-center metrics on the right."""
    table, title = comparison.lenses(), titles(comparison)
    colours = theme.colours(comparison.strategies)
    sides = []
    for lens, heading in (("cost-center", "Cost-center lens"), ("profit-center", "Profit-center lens")):
        side = table[table["lens"] == lens]
        rows = [_metric(side[side["metric"] == metric], comparison) for metric in side["metric"].unique()]
        head = alt.TitleParams(heading, fontSize=17, anchor="start", frame="group", color=theme.SOFT, offset=10)
        sides.append(alt.vconcat(*rows, spacing=14, title=head))
    lengthy = sum(len(title[name]) for name in comparison.strategies) > 60
    legend = alt.Legend(orient="top", symbolType="square", symbolOpacity=1, columns=2 if lengthy else 8, labelLimit=320)
    key = (
        alt.Chart(pd.DataFrame({"strategy": [title[name] for name in comparison.strategies]}))
        .mark_square(size=0)
        .encode(
            alt.Color("strategy:N", title=None, legend=legend)
            .scale(domain=[title[name] for name in comparison.strategies], range=list(colours.values()))
        )
        .properties(width=2, height=1)
    )  # fmt: skip
    note = f"{_mean_of(comparison, 'whisker')}. Each row has its own scale, from zero."
    chart = alt.vconcat(key, alt.hconcat(*sides, spacing=44), spacing=4).resolve_scale(color="independent")
    return _titled(chart, headline("lenses", comparison), note, sized=True, width=700)


def survey(comparison: Comparison) -> Chart:
    """The survey three ways: as published, as seen in the simulation, as caused by the problem."""
    points = _survey_points(comparison)
    groups = list(GROUP_NAMES)
    row = alt.Y("row:Q", title=None).scale(domain=[len(groups) - 0.5, -0.5], nice=False, zero=False)
    row = row.axis(
        alt.Axis(
            values=list(range(len(groups))), labelExpr=f"{json.dumps(list(GROUP_NAMES.values()))}[datum.value]",
            grid=False, ticks=False, domain=False, labelLimit=260,
        )
    )  # fmt: skip
    scale = alt.Scale(domain=_domain([0.0, 120.0, *points["low"], *points["high"]], pad=0.03), nice=False, zero=False)
    title = "spend in the following quarter (100: no problem)"
    axis = alt.Axis(tickCount=7)
    x = alt.X("value:Q", title=title, scale=scale, axis=axis)
    ways = alt.Scale(domain=list(WAYS), range=[colour for colour, _ in WAYS.values()])
    shapes = alt.Scale(domain=list(WAYS), range=[shape for _, shape in WAYS.values()])
    present = [way for way in WAYS if (points["way"] == way).any()]
    legend = alt.Legend(orient="top", title=None, columns=3, values=present)
    on = alt.Chart(points)
    chart = alt.layer(
        _rule(pd.DataFrame({"base": [100.0]}), x="base"),
        on.mark_rule(strokeWidth=3).encode(
            alt.X("low:Q", title=title, scale=scale, axis=axis), alt.X2("high:Q"), row,
            alt.Color("way:N", scale=ways, legend=legend),
        ),
        on.mark_point(size=170, filled=True, opacity=1).encode(
            x, row, alt.Color("way:N", scale=ways, legend=legend), alt.Shape("way:N", scale=shapes, legend=legend)
        ),
        on.mark_text(align="left", dx=9, fontSize=14).encode(
            alt.X("high:Q", title=title, scale=scale, axis=axis), row, text="text:N"
        ),
    ).properties(width=WIDTH - 40, height=HEIGHT + 20)  # fmt: skip
    weeks = comparison.scenarios[0].run.weeks
    if wave_starts(weeks):
        note = (
            "100: buyers without a problem; as caused: the same people in the same world without it. "
            f"{_mean_of(comparison, 'bar')}. Published: an online retailer's survey of about 1,000 buyers."
        )
    else:
        note = (
            f"A survey needs {FIRST} weeks before it, {MONTH} weeks of buyers and {FOLLOW_UP} weeks of spend; "
            f"{horizon(comparison)} have no room. Only the published survey is shown."
        )
    return _titled(chart, headline("survey", comparison), note, sized=True)


ALL: dict[str, Callable[[Comparison], Chart]] = {
    "customers": customers,
    "cash": cash,
    "npv_runs": npv_runs,
    "sources": sources,
    "lenses": lenses,
    "survey": survey,
}


# --- parts -------------------------------------------------------------------------------------------------------


def _titled(chart: Any, text: str, note: str, sized: bool = False, width: int = WIDTH) -> Chart:
    """The chart with the finding above it, wrapped to its width."""
    title = alt.TitleParams(_even(text, width / 9.2), subtitle=_even(note, width / 6.3), anchor="start", frame="bounds")
    chart = chart.properties(title=title)
    return chart if sized else chart.properties(width=WIDTH, height=HEIGHT)


def _even(text: str, width: float) -> list[str]:
    """The text in as few lines as fit the width (in letters), about equally long."""
    widest, text = round(width), re.sub(r"(\d) (?=(%|[kMB]|years?|weeks?)\b|%)", "\\1\N{NO-BREAK SPACE}", text)
    lines = wrap(text, widest)
    return next((even for narrow in range(12, widest) if len(even := wrap(text, narrow)) == len(lines)), lines) or [""]


def _mean_of(comparison: Comparison, shape: str) -> str:
    n = comparison.replications
    if n < 2:
        return "One world only: no interval"
    return f"Mean of {n:,} paired worlds; {shape}: 95 % interval"


def _colour(comparison: Comparison, strategies: Sequence[str]) -> alt.Color:
    chosen = theme.colours(comparison.strategies)
    scale = alt.Scale(domain=list(strategies), range=[chosen[name] for name in strategies])
    return alt.Color("strategy:N", scale=scale, legend=None)


def _domain(values: Sequence[float], pad: float = 0.06, least: float = 1.0) -> list[float]:
    """Ends of an axis that holds all finite values, with some air; around a single value at least `least`."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    air = pad * (high - low)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-6):
        air = max(0.05 * abs(high), least)
    return [float(low - air), float(high + air)]


def _ends(mean: float, low: float, high: float) -> tuple[float, float]:
    """An interval that can be drawn: none (mean, mean) where it has no bounds."""
    return (low, high) if math.isfinite(low) and math.isfinite(high) else (mean, mean)


def _with_half(row: dict[str, Any]) -> str:
    half = (row["high"] - row["low"]) / 2
    return signed(row["mean"]) + (f" ± {money(half)}" if half > 0 else "")


def _rule(table: pd.DataFrame, **at: str) -> alt.Chart:
    encodings = {channel: f"{field}:Q" for channel, field in at.items()}
    return alt.Chart(table).mark_rule(color=theme.SOFT, strokeWidth=1.5, strokeDash=[5, 4]).encode(**encodings)


# --- lines over time ---------------------------------------------------------------------------------------------


def _weeks(comparison: Comparison) -> int:
    return comparison.scenarios[0].run.weeks


def _in_years(comparison: Comparison) -> bool:
    return _weeks(comparison) >= 78


def _timed(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """A weekly table with the time at the end of each week, thinned to what a picture can show; the last week stays."""
    step = math.ceil(len(table) / POINTS)
    last = table["week"].max()
    table = table[((last - table["week"]) % step) == 0].dropna(subset=["mean"])
    return table.assign(time=(table["week"] + 1) / (52 if _in_years(comparison) else 1))


def _time_axis(comparison: Comparison) -> alt.X:
    weeks, years = _weeks(comparison), _in_years(comparison)
    end = weeks / 52 if years else weeks
    ticks = alt.Axis(
        tickMinStep=1, tickCount=min(10, max(1, math.floor(end))), format="d", grid=False, labelFlush=False
    )
    return alt.X(
        "time:Q", title="years" if years else "weeks", axis=ticks,
        scale=alt.Scale(domain=[0, end], nice=False, zero=True),
    )  # fmt: skip


def _lines(
    table: pd.DataFrame,
    comparison: Comparison,
    strategies: Sequence[str],
    unit: str,
    axis: alt.Axis,
    include: Sequence[float] = (),
) -> list[Any]:
    """Bands, lines and a label at the end of each line."""
    domain = _domain([*table["low"], *table["high"], *include], least=1000 if include else 1)
    scale, colour = alt.Scale(domain=domain, nice=False, zero=False), _colour(comparison, strategies)
    x, y_title = _time_axis(comparison), unit
    y = alt.Y("mean:Q", title=y_title, axis=axis, scale=scale)
    on = alt.Chart(table)
    ends = table[table["week"] == table["week"].max()].copy()
    ends["label"] = ends["strategy"].map(titles(comparison))
    ends["place"] = _apart(ends["mean"].to_list(), 19 / HEIGHT * (domain[1] - domain[0]), domain)
    band = on.mark_area(opacity=0.22).encode(
        x, alt.Y("low:Q", title=y_title, axis=axis, scale=scale), alt.Y2("high:Q"), colour
    )
    line = on.mark_line(strokeWidth=2.5, point={"size": 90} if _weeks(comparison) <= 4 else False).encode(x, y, colour)
    label = (
        alt.Chart(ends)
        .mark_text(align="left", dx=7, fontSize=15, fontWeight="bold", limit=220)
        .encode(x, alt.Y("place:Q", title=y_title, axis=axis, scale=scale), colour, text="label:N")
    )
    return [band, line, label]


def _apart(values: list[float], gap: float, domain: list[float]) -> list[float]:
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


def _payback_marks(comparison: Comparison, weekly: pd.DataFrame, axis: alt.Axis) -> list[Any]:
    found = []
    for name in comparison.strategies[1:]:
        difference = comparison.difference(name)
        week = difference.payback_week
        if week:
            time = (week + 1) / (52 if _in_years(comparison) else 1)
            found.append({"strategy": name, "time": time, "mean": 0.0, "label": payback(comparison, name)})
    if not found:
        return []
    table = pd.DataFrame(found)
    late = table["time"] > 0.6 * (_weeks(comparison) / (52 if _in_years(comparison) else 1))
    x, colour = _time_axis(comparison), _colour(comparison, comparison.strategies[1:])
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


def _bars(table: pd.DataFrame, colour: str, all_tables: Any) -> Any:
    """Horizontal bars with whiskers and their values in a column at the right; the last row is the total."""
    table = table.copy()
    drawn = [_ends(mean, low, high) for mean, low, high in zip(table["mean"], table["low"], table["high"], strict=True)]
    table["from"], table["to"] = [low for low, _ in drawn], [high for _, high in drawn]
    table["text"] = [
        _with_half({"mean": m, "low": a, "high": b}) for m, (a, b) in zip(table["mean"], drawn, strict=True)
    ]
    table["kind"] = np.where(table["account"] == "total", "total", "account")
    ends = [0.0]
    for each in all_tables:
        ends += [*each["mean"], *each["low"], *each["high"]]
    scale = alt.Scale(domain=_domain(ends, least=1000), nice=False, zero=False)
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


def _metric(rows: pd.DataFrame, comparison: Comparison) -> Any:
    """One metric: a bar a strategy on a scale of its own, the values beside it."""
    metric = rows["metric"].iloc[0]
    name, unit, factor = METRICS.get(metric, (metric.replace("_", " ").capitalize(), rows["meaning"].iloc[0], 1.0))
    table = rows.assign(
        value=rows["mean"] * factor,
        title=rows["strategy"].map(titles(comparison)),
        row=range(len(rows)),
    )
    drawn = [
        _ends(mean * factor, low * factor, high * factor)
        for mean, low, high in zip(rows["mean"], rows["low"], rows["high"], strict=True)
    ]
    table["from"], table["to"] = [low for low, _ in drawn], [high for _, high in drawn]
    table["text"] = [
        _measured(value, (high - low) / 2) if math.isfinite(value) else "no value"
        for value, (low, high) in zip(table["value"], drawn, strict=True)
    ]
    top = _domain([0.0, *table["value"], *table["to"]], pad=0.0)[1]
    low_end = min([0.0, *(value for value in table["value"] if math.isfinite(value))])
    table["from"] = table["from"].clip(lower=low_end)  # a whisker below nothing says no more than one down to it
    scale = alt.Scale(domain=[low_end, top], nice=False, zero=False)
    width = 190
    y = alt.Y("strategy:N", sort=comparison.strategies, axis=None).scale(paddingInner=0.2, paddingOuter=0.05)
    colour = _colour(comparison, comparison.strategies)
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


def _measured(value: float, half: float) -> str:
    """A value to the place of the first digit of its half width."""
    if not half > 0:
        return number(value)
    decimals = max(0, -math.floor(math.log10(half)))
    return f"{value:,.{decimals}f} ± {half:,.{decimals}f}".replace("-", MINUS)


# --- survey ------------------------------------------------------------------------------------------------------


def _survey_points(comparison: Comparison) -> pd.DataFrame:
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
                low, high = _ends(value, float(row[f"{column}_low"]), float(row[f"{column}_high"]))
                low = max(low, 0.0)  # nobody spends less than nothing
            if math.isfinite(value):
                found.append({"group": row["group"], "row": place + 0.26 * (lane - 1), "value": value, "low": low,
                              "high": high, "way": way, "text": f"{value:.0f}"})  # fmt: skip
    return pd.DataFrame(found, columns=["group", "row", "value", "low", "high", "way", "text"])
