"""What a broken chain is worth over many customers: how it is spread, who pays for it, whose costs most."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate
from sim.experiment.questions.broken_chain import Findings
from sim.experiment.questions.broken_chain.findings import IN_GROWTH, NO_RIVAL
from sim.experiment.questions.broken_chain.judged import told_in
from sim.experiment.questions.broken_chain.rule import by_world
from sim.experiment.questions.evidence import BASE
from sim.report import theme
from sim.report.marks import MONEY_AXIS, Chart, drawable_ends, titled
from sim.report.questions.broken_chain.story import HOP_COLOURS, NOBODY, WHO, nothing
from sim.report.questions.pictures import dots
from sim.report.sentences import signed
from sim.report.words import money, percent

BINS = 40
INTERVAL = "bars: 95 % interval over paired worlds"


def interval(found: Estimate) -> str:
    """'(95 % interval $1 to $3)'."""
    return "(one world, no interval)" if not np.isfinite(found.low) else (
        f"(95 % interval {money(found.low)} to {money(found.high)})"
    )  # fmt: skip


def clear(found: Estimate) -> bool:
    """Whether the interval lies on one side of nothing."""
    return bool(found.low > 0 or found.high < 0)


def distribution(found: Findings) -> Chart:
    """How often a broken chain costs how much: a histogram with its mean, median and tails."""
    cases = told_in(found, BASE)
    if not len(cases):
        return nothing(NOBODY)
    value, mean = cases["value"].to_numpy(float), by_world(cases, "value")
    low, median, high = np.quantile(value, [0.05, 0.5, 0.95])
    ends = np.quantile(value, [0.01, 0.99]) if value.size >= 100 else (value.min(), value.max())
    left, right = float(ends[0]), float(max(ends[1], ends[0] + 1))
    edges = np.linspace(left, right, BINS + 1)
    count, _ = np.histogram(np.clip(value, left, right), edges)
    bars = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "cases": count, "zero": 0})
    scale = alt.Scale(domain=[left, right], nice=False, zero=False)
    x = alt.X("from:Q", title="what the firm loses when the chain is broken, discounted", scale=scale,
              axis=alt.Axis(labelExpr=MONEY_AXIS, tickCount=8, grid=False))  # fmt: skip
    top = 1.08 * max(1, int(count.max()))
    axis = alt.Axis(tickMinStep=1, format="d")
    up = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y("cases:Q", title="problems", axis=axis, scale=up)
    ends_of_band = drawable_ends(*mean[:3])
    band = pd.DataFrame({"from": [max(ends_of_band[0], left)], "to": [min(ends_of_band[1], right)]})
    # Each to the right of its line, one below the other: to the left there may be no room
    lines = pd.DataFrame({"from": [mean.mean, median], "cases": [0.97 * top, 0.9 * top],
                          "name": [f"mean {money(mean.mean)}", f"median {money(float(median))}"]})  # fmt: skip
    layers: list[Any] = [
        alt.Chart(band).mark_rect(color=theme.ORANGE, opacity=0.3).encode(x, x2="to:Q"),
        alt.Chart(bars).mark_rect(color=theme.BLUE, stroke="white", strokeWidth=0.5).encode(
            x, alt.X2("to:Q"), y, alt.Y2("zero:Q")),
        alt.Chart(lines).mark_rule(color=theme.INK, strokeWidth=2, strokeDash=[5, 4]).encode(x),
        alt.Chart(lines).mark_text(align="left", dx=7, fontSize=15, fontWeight="bold").encode(x, y, text="name:N"),
    ]  # fmt: skip
    share = float((value < 0).mean())
    title = (
        f"A broken chain costs the firm {money(mean.mean)} on average {interval(mean)}, "
        f"{money(float(median))} in the middle case"
    )
    note = (
        f"{value.size:,} problems in twin worlds, each followed for {found.window} weeks. Nine in ten lie from "
        f"{money(float(low))} to {money(float(high))}; in {percent(share)} the firm is better off not to have put it "
        "right. What lies beyond the ends is drawn at the ends. Pale band: 95 % interval of the mean."
    )
    return titled(alt.layer(*layers), title, note)


def who_pays(found: Findings) -> Chart:
    """The loss by hop: from the customer, from those told first-hand, from those beyond; in each setting the total."""
    cases = told_in(found, BASE)
    if not len(cases):
        return nothing(NOBODY)
    rows = [{"name": f"from {name}", "group": name, **by_world(cases, f"hop_{hop}")._asdict()}
            for hop, name in enumerate(WHO)]  # fmt: skip
    for setting, label in ((BASE, "all together"), (found.second, f"all, {found.second}"),
                           (IN_GROWTH, f"all, {IN_GROWTH}"), (NO_RIVAL, f"all, {NO_RIVAL}")):  # fmt: skip
        rows.append({"name": label, "group": "all together", **by_world(told_in(found, setting), "value")._asdict()})
    others = by_world(cases.assign(others=cases["value"] - cases["hop_0"]), "others")
    title = f"Of a broken chain's cost {signed(others.mean)} come from other people {interval(others)}"
    if not clear(others):
        added = f"{signed(others.mean)} {interval(others)}"
        title = f"What other people add to the cost of a broken chain is not clear: {added}"
    reached = cases[["reached_1", "reached_2", "reached_3"]].mean()
    note = (
        f"Mean of {len(cases):,} problems; {INTERVAL}. One problem reaches {reached.iloc[0]:.1f} people at the first "
        f"hop, {reached.iloc[1]:.1f} at the second and {reached.iloc[2]:.1f} beyond"
    )
    return dots(pd.DataFrame(rows), title, note, "$ a problem, discounted to its closing", colours=HOP_COLOURS)


GROUPS = {
    "adopted": ("least of the market won", "some more", "most of the market won"),
    "tenure": ("newest customers", "in between", "oldest customers"),
    "degree": ("fewest ties", "in between", "most ties"),
}


def thirds(cases: pd.DataFrame, column: str) -> pd.Series:
    """0, 1 or 2: in which third of all cases each one is, by a column; those that are equal are together."""
    return (cases[column].rank(method="average", pct=True) * 3).astype(int).clip(upper=2)


def for_whom(found: Findings) -> Chart:
    """The loss by stage of the market, tenure and number of ties, each in thirds of the cases."""
    rows, biggest = [], ("", 0.0)
    for column, setting, what in (("adopted", IN_GROWTH, "market"), ("tenure", BASE, "tenure"),
                                  ("degree", BASE, "ties")):  # fmt: skip
        cases = told_in(found, setting)
        if len(cases) < 6:
            continue
        third = thirds(cases, column)
        for number, name in enumerate(GROUPS[column]):
            mine = cases[third == number]
            if len(mine):
                low, high = mine[column].min(), mine[column].max()
                span = f"{percent(low)} to {percent(high)}" if column == "adopted" else (
                    f"{low / 52:.1f} to {high / 52:.1f} years" if column == "tenure" else f"{low:.0f} to {high:.0f}"
                )  # fmt: skip
                rows.append({"name": f"{name}: {span}", "group": what, **by_world(mine, "value")._asdict()})
        gap = by_world(cases[third != 1].assign(
            more=np.where(third[third != 1] == 2, 1, -1) * cases["value"][third != 1] * 2), "more")  # fmt: skip
        if clear(gap) and abs(gap.mean) > abs(biggest[1]):
            biggest = (what, gap.mean)
    if not rows:
        return nothing(NOBODY)
    names = {"market": "the share of the market already won", "tenure": "tenure", "ties": "the number of ties"}
    title = "No clear difference by stage of the market, tenure or ties in what a broken chain costs"
    if biggest[0]:
        title = f"What a broken chain costs {'rises' if biggest[1] > 0 else 'falls'} with {names[biggest[0]]}"
    colours = {"market": theme.GREEN, "tenure": theme.BLUE, "ties": theme.PURPLE}
    note = f"Thirds of the cases, the market's {IN_GROWTH}; {INTERVAL}"
    return dots(pd.DataFrame(rows), title, note, "$ a problem, discounted to its closing", colours=colours)


def two_sides(found: Findings) -> Chart:
    """What the firm and what customers lose by one broken chain, in each setting."""
    rows, cases = [], told_in(found, BASE)
    if not len(cases):
        return nothing(NOBODY)
    for setting in (BASE, found.second, NO_RIVAL):
        for column, name in (("value", "the firm"), ("surplus", "customers")):
            rows.append(
                {"name": f"{name}, {setting}", "group": name, **by_world(told_in(found, setting), column)._asdict()}
            )
    firm, people = by_world(cases, "value"), by_world(cases, "surplus")
    sums = f"firm {signed(firm.mean)}, customers {signed(people.mean)}"
    lose = [name for name, each in (("the firm", firm), ("customers", people)) if each.low > 0]
    title = {
        0: f"Nobody clearly loses by a broken chain: {sums}",
        1: f"Of the firm and customers only {lose[0] if lose else ''} clearly lose by a broken chain: {sums}",
        2: f"When a chain is broken both the firm and customers lose: {sums}",
    }[len(lose)]
    colours = {"the firm": theme.BLUE, "customers": theme.ORANGE}
    note = f"Put right less not put right, mean of a problem; {INTERVAL}"
    return dots(pd.DataFrame(rows), title, note, "$ a problem, discounted to its closing", colours=colours)
