"""The bridge between two strategies as a picture and a sentence: what brings the difference, and what it costs."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from sim.experiment.bridge import PARTS, TOTAL, bridge
from sim.experiment.compare import Comparison
from sim.report import marks, theme
from sim.report.findings import best_other
from sim.report.marks import MONEY_AXIS, WIDTH, Chart
from sim.report.sentences import signed
from sim.report.words import horizon, money, titles

# part -> what it is called in the picture
NAMES = {
    "retention": "Retention",
    "repurchase": "Repurchase",
    "expansion": "Word of mouth: expansion",
    "acceleration": "Word of mouth: acceleration",
    "other newcomers": "Other newcomers",
    "cost to serve": "Cost to serve",
    "remedies and fees": "Remedies and fees",
    "price and promotion": "Price and promotion",
    TOTAL: "Difference",
}
# what it is called within a sentence
SAID = {part: part for part in PARTS} | {
    "expansion": "expansion of word of mouth",
    "acceleration": "acceleration of word of mouth",
}
SMALL = 0.01  # of the largest part: smaller ones are drawn, but not said


def bridge_chart(comparison: Comparison, strategy: str | None = None) -> Chart:
    """The bridge from the baseline to `strategy` (default: the best other): each part begins where the last one ended.

    A part has the colour of the strategy that it speaks for. Whiskers: the 95 % interval of each part alone.
    """
    strategy, baseline = strategy or best_other(comparison), comparison.strategies[0]
    title, chosen = titles(comparison), theme.colours(comparison.strategies)
    one, other = title[strategy], title[baseline]
    table = _drawn(bridge(comparison, strategy))
    table["for"] = [one if mean >= 0 else other for mean in table["mean"]]
    ends = [0.0, *table["from"], *table["to"], *table["low"], *table["high"]]
    scale = alt.Scale(domain=marks.axis_domain(ends, least=1000), nice=False, zero=False)
    axis = alt.Axis(labelExpr=MONEY_AXIS, tickCount=5)
    legend = alt.Legend(
        orient="top", title="speaks for", titleOrient="left", titleFontWeight="normal", symbolType="square"
    )
    colour = alt.Color("for:N", legend=legend).scale(domain=[one, other], range=[chosen[strategy], chosen[baseline]])
    names = alt.Axis(ticks=False, domain=False, labelLimit=240)
    y = alt.Y("name:N", title=None, sort=table["name"].to_list(), axis=names)
    on, width = alt.Chart(table), WIDTH - 240

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=None, scale=scale, axis=axis)

    bars = on.mark_bar(height=22).encode(x("from"), alt.X2("to:Q"), y, colour)
    steps = on.mark_rule(strokeWidth=1, color=theme.SOFT).encode(x("to"), y, alt.Y2("next:N"))
    whiskers = on.mark_rule(strokeWidth=2, color=theme.INK).encode(x("low"), alt.X2("high:Q"), y)
    values = on.mark_text(align="left", dx=12, fontSize=14).encode(y=y, x=alt.value(width), text="text:N")
    zero = marks.dashed_rule(pd.DataFrame({"zero": [0.0]}), x="zero")
    note = (
        f"Net present value of {one} less that of {other} over {horizon(comparison)}, $; each part begins where the "
        f"one above it ends. {marks.mean_of(comparison, 'whisker')}."
    )
    chart = alt.layer(zero, steps, bars, whiskers, values).properties(width=width, height=36 * len(table))
    return marks.titled(chart, bridge_headline(comparison, strategy), note, sized=True)


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    """What each row shows: name, next (name of the row below), from, to, low, high, text; the total begins at zero."""
    ends = [marks.drawable_ends(*row) for row in table[["mean", "low", "high"]].itertuples(index=False)]
    to = table["mean"].where(table["part"] == TOTAL, table["mean"].cumsum())
    start, name = to - table["mean"], table["part"].map(NAMES)
    return table.assign(
        text=[
            marks.with_half_width({"mean": mean, "low": low, "high": high})
            for mean, (low, high) in zip(table["mean"], ends, strict=True)
        ],
        low=start + [low for low, _ in ends],
        high=start + [high for _, high in ends],
        name=name,
        next=name.shift(-1, fill_value=name.iloc[-1]),
        to=to,
        **{"from": start},
    )


def bridge_headline(comparison: Comparison, strategy: str | None = None) -> str:
    """By what `strategy` (default: the best other) gains and loses most against the baseline: the chart's title."""
    strategy = strategy or best_other(comparison)
    gains, losses, within = _sides(bridge(comparison, strategy))
    one = titles(comparison)[strategy]
    if gains and losses:
        return f"{one} gains most by {gains[0]} and loses most by {losses[0]}"
    if gains:
        return f"{one} gains most by {gains[0]}; no part clearly speaks against it"
    if losses:
        return f"{one} loses most by {losses[0]}; no part clearly speaks for it"
    return f"Whatever {one} changes is within chance" if within else f"{one} changes nothing"


def bridge_sentence(comparison: Comparison, strategy: str | None = None) -> str:
    """What `strategy` (default: the best other) gains and loses against the baseline, part by part; Markdown."""
    strategy = strategy or best_other(comparison)
    table, title = bridge(comparison, strategy), titles(comparison)
    one, other, total = title[strategy], title[comparison.strategies[0]], float(table["mean"].iloc[-1])
    gains, losses, within = _sides(table)
    if not (gains or losses or within):
        return f"*{one}* and *{other}* come out the same over {horizon(comparison)}, part by part."
    text = f"*{one}* is worth {money(abs(total))} {'more' if total >= 0 else 'less'} than *{other}*"
    text = f"{text} over {horizon(comparison)}"
    said = [f"it {verb} by {_listed(parts)}" for verb, parts in (("gains", gains), ("loses", losses)) if parts]
    text = f"{text}: {', and '.join(said)}." if said else f"{text}."
    if comparison.replications < 2:
        return f"{text} One run has no interval to read these by."
    return f"{text} Within chance: {_listed(within)}." if within else text


def _listed(parts: list[str]) -> str:
    """'a, b and c'"""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _sides(table: pd.DataFrame) -> tuple[list[str], list[str], list[str]]:
    """(parts that bring more, parts that cost more, parts within chance), the largest first, each with its amount.

    Parts far smaller than the largest are left out. Of one run nothing can be said about chance: a part is what it is.
    """
    gains: list[str] = []
    losses: list[str] = []
    within: list[str] = []
    rows = table[table["part"] != TOTAL]
    size = rows["mean"].abs()
    rows = rows[(size > 0) & (size >= SMALL * size.max())].sort_values("mean", key=abs, ascending=False)
    for part, mean, low, high in zip(rows["part"], rows["mean"], rows["low"], rows["high"], strict=True):
        undecided = math.isfinite(low) and low <= 0 <= high
        (within if undecided else gains if mean > 0 else losses).append(f"{SAID[part]} ({signed(mean)})")
    return gains, losses, within
