"""A comparison as pictures. Each function takes a Comparison and returns an Altair chart whose title is the finding.

Numbers are aggregated here, in pandas: a chart holds at most a few thousand rows. Marks and encodings are the basic
ones, which Vega-Lite 5 (JupyterLab) and 6 (the picture files) draw alike.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.compare import Comparison
from sim.experiment.survey import FIRST, FOLLOW_UP, MONTH, wave_starts
from sim.model.ledger import ACCOUNTS
from sim.report import marks, theme
from sim.report.findings import ablation_headline, headline
from sim.report.marks import GROUP_NAMES, HEIGHT, MONEY_AXIS, WAYS, WIDTH, Chart
from sim.report.words import horizon, titles

DOTS = 400  # most dots of one strategy

ACCOUNT_NAMES = {
    "sales": "Sales",
    "cost_of_goods": "Cost of goods",
    "discounts": "Discounts",
    "support_fees": "Support fees",
    "support_labour": "Support labour",
    "self_service": "Self-service",
    "hiring": "Hiring",
    "remedies": "Remedies",
    "learning": "Learning",
    "promotion": "Promotion",
    "advertising": "Advertising",
}


def customers(comparison: Comparison) -> Chart:
    """Customers over time, a line a strategy, with the 95 % interval over runs."""
    table = marks.timed(comparison.over_time("customers"), comparison)
    lines = marks.lines_over_time(
        table, comparison, comparison.strategies, "customers", axis=alt.Axis(format=",d", tickCount=6)
    )
    note = f"{marks.mean_of(comparison, 'band')}. The vertical axis does not begin at zero."
    return marks.titled(alt.layer(*lines), headline("customers", comparison), note)


def cash(comparison: Comparison) -> Chart:
    """Cumulative discounted cash less the baseline's, with its paired interval and the week of payback."""
    baseline, title = comparison.strategies[0], titles(comparison)
    weekly = comparison.cash_difference()
    table = marks.timed(weekly, comparison)
    zero = marks.dashed_rule(pd.DataFrame({"zero": [0.0]}), y="zero")
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    lines = marks.lines_over_time(
        table, comparison, comparison.strategies[1:], f"difference to {title[baseline]}", axis=axis, include=[0.0]
    )
    payback = marks.payback_marks(comparison, weekly, axis)
    note = f"Cumulative discounted cash less that of {title[baseline]}, $. {marks.mean_of(comparison, 'band')}."
    return marks.titled(alt.layer(zero, *lines, *payback), headline("cash", comparison), note)


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
            low, high = marks.drawable_ends(difference.mean, difference.low, difference.high)
            means.append({"strategy": name, "mean": difference.mean, "low": low, "high": high, "row": row + 0.28})
    dot_table = pd.DataFrame(dots, columns=["strategy", "delta", "row"])
    mean_table = pd.DataFrame(means, columns=["strategy", "mean", "low", "high", "row"])
    mean_table["text"] = [marks.with_half_width(row) for row in means]
    ends = [0.0, *dot_table["delta"], *mean_table["low"], *mean_table["high"]]
    x = alt.Scale(domain=marks.axis_domain(ends, least=1000), nice=False, zero=False)
    y = alt.Y("row:Q", title=None).scale(domain=[len(others) - 0.45, -0.45], nice=False, zero=False)
    names = alt.Axis(
        values=list(range(len(others))), labelExpr=f"{json.dumps([title[name] for name in others])}[datum.value]",
        grid=False, ticks=False, domain=False, labelLimit=220,
    )  # fmt: skip
    y = y.axis(names if len(others) > 1 else None)
    colour = marks.strategy_colour(comparison, others)
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6)
    value = f"net present value less that of {title[baseline]}, $"
    zero = marks.dashed_rule(pd.DataFrame({"zero": [0.0]}), x="zero")
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
    mean_of = marks.mean_of(comparison, "bar")
    note = f"A dot a paired world{some}. " + (
        f"Diamond: {mean_of[0].lower()}{mean_of[1:]}." if means else f"{mean_of}."
    )
    chart = alt.layer(*layers).properties(width=WIDTH, height=max(130, 105 * len(others)))
    return marks.titled(chart, headline("npv_runs", comparison), note, sized=True)


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
        part = marks.account_bars(table, chosen[strategy], tables.values())
        if len(tables) > 1:
            part = part.properties(title=alt.TitleParams(title[strategy], fontSize=16, anchor="start", frame="group"))
        parts.append(part)
    note = (
        f"Net present value of each account less that of {title[baseline]}, $; they add up to the difference. "
        f"{marks.mean_of(comparison, 'whisker')}."
    )
    chart = parts[0] if len(parts) == 1 else alt.vconcat(*parts, spacing=22).resolve_scale(color="independent")
    return marks.titled(chart, headline("sources", comparison), note, sized=True)


@lru_cache(maxsize=1)  # shown, then written to a file: to put its thirty parts together takes longer than all others
def lenses(comparison: Comparison) -> Chart:
    """The same support through two lenses: cost-center metrics on the left, profit-center metrics on the right."""
    table, title = comparison.lenses(), titles(comparison)
    colours = theme.colours(comparison.strategies)
    sides = []
    for lens, heading in (("cost-center", "Cost-center lens"), ("profit-center", "Profit-center lens")):
        side = table[table["lens"] == lens]
        rows = [marks.metric_rows(side[side["metric"] == metric], comparison) for metric in side["metric"].unique()]
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
    note = f"{marks.mean_of(comparison, 'whisker')}. Each row has its own scale, from zero."
    chart = alt.vconcat(key, alt.hconcat(*sides, spacing=44), spacing=4).resolve_scale(color="independent")
    return marks.titled(chart, headline("lenses", comparison), note, sized=True, width=700)


def survey(comparison: Comparison) -> Chart:
    """The survey three ways: as published, as seen in the simulation, as caused by the problem."""
    points = marks.survey_points(comparison)
    groups = list(GROUP_NAMES)
    row = alt.Y("row:Q", title=None).scale(domain=[len(groups) - 0.5, -0.5], nice=False, zero=False)
    row = row.axis(
        alt.Axis(
            values=list(range(len(groups))), labelExpr=f"{json.dumps(list(GROUP_NAMES.values()))}[datum.value]",
            grid=False, ticks=False, domain=False, labelLimit=260,
        )
    )  # fmt: skip
    scale = alt.Scale(
        domain=marks.axis_domain([0.0, 120.0, *points["low"], *points["high"]], pad=0.03), nice=False, zero=False
    )
    title = "spend in the following quarter (100: no problem)"
    axis = alt.Axis(tickCount=7)
    x = alt.X("value:Q", title=title, scale=scale, axis=axis)
    ways = alt.Scale(domain=list(WAYS), range=[colour for colour, _ in WAYS.values()])
    shapes = alt.Scale(domain=list(WAYS), range=[shape for _, shape in WAYS.values()])
    present = [way for way in WAYS if (points["way"] == way).any()]
    legend = alt.Legend(orient="top", title=None, columns=3, values=present)
    on = alt.Chart(points)
    chart = alt.layer(
        marks.dashed_rule(pd.DataFrame({"base": [100.0]}), x="base"),
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
            f"{marks.mean_of(comparison, 'bar')}. Published: an online retailer's survey of about 1,000 buyers."
        )
    else:
        note = (
            f"A survey needs {FIRST} weeks before it, {MONTH} weeks of buyers and {FOLLOW_UP} weeks of spend; "
            f"{horizon(comparison)} have no room. Only the published survey is shown."
        )
    return marks.titled(chart, headline("survey", comparison), note, sized=True)


def ablations(comparison: Comparison, table: pd.DataFrame) -> Chart:
    """The difference of NPV with everything on and without each contested mechanism, a row each."""
    title, colours = titles(comparison), theme.colours(comparison.strategies)
    rows = table.assign(
        title=table["strategy"].map(title),
        text=[
            f"{marks.with_half_width({'mean': mean, 'low': low, 'high': high})}{'' if active else ' (off already)'}"
            for mean, low, high, active in table[["mean", "low", "high", "active"]].itertuples(index=False)
        ],
    )
    ends = [marks.drawable_ends(*row) for row in rows[["mean", "low", "high"]].itertuples(index=False)]
    rows["low"], rows["high"] = [low for low, _ in ends], [high for _, high in ends]
    scale = alt.Scale(domain=marks.axis_domain([0.0, *rows["low"], *rows["high"]], 0.1), nice=False, zero=False)
    axis, heading = alt.Axis(labelExpr=MONEY_AXIS, tickCount=6), "difference of net present value, $"
    x = alt.X("mean:Q", title=heading, axis=axis, scale=scale)
    row = alt.Y("ablation:N", sort=list(rows["ablation"].unique()), title=None)
    row = row.axis(alt.Axis(grid=False, ticks=False, domain=False, labelLimit=260))
    shown = [name for name in comparison.strategies[1:] if name in set(table["strategy"])]
    legend = alt.Legend(orient="top") if len(shown) > 1 else None
    colour = alt.Color("title:N", title=None, legend=legend).scale(
        domain=[title[name] for name in shown], range=[colours[name] for name in shown]
    )
    offset = alt.YOffset("title:N") if len(shown) > 1 else alt.YOffset()
    on = alt.Chart(rows)
    low = alt.X("low:Q", title=heading, axis=axis, scale=scale)
    chart = alt.layer(
        marks.dashed_rule(pd.DataFrame({"zero": [0.0]}), x="zero"),
        on.mark_rule(strokeWidth=3).encode(low, alt.X2("high:Q"), row, offset, colour),
        on.mark_point(size=150, filled=True, opacity=1).encode(x, row, offset, colour),
        on.mark_text(dy=-15, fontSize=14).encode(x, row, offset, text="text:N"),
    ).properties(width=WIDTH - 60, height=58 * rows["ablation"].nunique() * max(1, len(shown)))
    n = int(table["replications"].max()) if len(table) else 0
    note = (
        f"Net present value less that of {title[comparison.strategies[0]]}. The same {n:,} paired worlds in every row; "
        "bar: 95 % interval."
    )
    return marks.titled(chart, ablation_headline(comparison, table), note, sized=True)


ALL: dict[str, Callable[[Comparison], Chart]] = {
    "customers": customers,
    "cash": cash,
    "npv_runs": npv_runs,
    "sources": sources,
    "lenses": lenses,
    "survey": survey,
}
