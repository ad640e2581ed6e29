"""The day on which the warranty ends: who leaves just before it and just after it."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate
from sim.experiment.questions.out_of_warranty import Findings
from sim.experiment.questions.out_of_warranty.arms_of import NEVER, REFUSE, called
from sim.experiment.questions.out_of_warranty.measures import jumps, line, sides, warranty
from sim.report import theme
from sim.report.marks import Chart, axis_domain, titled
from sim.report.questions.out_of_warranty.words import worlds
from sim.report.words import MINUS, duration, number

POLICIES = {"Refused after the last day": (REFUSE, theme.BLUE), "Never out of warranty": (NEVER, theme.GREEN)}


def expiry(found: Findings) -> Chart:
    """Share of customers lost within a quarter of a problem, by week since the purchase, under two policies."""
    ends = warranty(found.base)
    points = pd.concat([_points(found, title, ends) for title in POLICIES], ignore_index=True)
    lines = pd.concat([_lines(found, title, ends) for title in POLICIES], ignore_index=True)
    scale = alt.Scale(domain=axis_domain([0.0, *points["low"], *points["high"]], least=0.1), nice=False, zero=False)
    colour = alt.Color("policy:N", title=None, scale=alt.Scale(domain=list(POLICIES), range=[c for _, c in
                       POLICIES.values()]), legend=alt.Legend())  # fmt: skip
    last = float(points["age"].max()) + 0.5 if len(points) else ends + 1.0
    first = min([0.0, *points["age"] - 0.5])
    x = alt.X(
        "age:Q",
        title="weeks from the purchase to the problem",
        axis=alt.Axis(grid=False, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[first, last], nice=False),
    )
    shown: dict[str, Any] = {
        "title": "customers who leave within a quarter",
        "scale": scale,
        "axis": alt.Axis(format="~%", tickCount=6),
    }
    rule = alt.Chart(pd.DataFrame({"age": [float(ends)]})).mark_rule(color=theme.SOFT, strokeDash=[5, 4]).encode(x)
    text = alt.Chart(pd.DataFrame({"age": [float(ends)], "share": [scale.domain[1]], "text": ["warranty ends"]}))
    label = text.mark_text(align="left", dx=6, dy=10, color=theme.SOFT).encode(
        x, alt.Y("share:Q", **shown), text="text:N"
    )
    bars = alt.Chart(points).mark_rule(strokeWidth=2).encode(x, alt.Y("low:Q", **shown), alt.Y2("high:Q"), colour)
    dots = alt.Chart(points).mark_point(filled=True, size=70, opacity=1).encode(x, alt.Y("share:Q", **shown), colour)
    fits = alt.Chart(lines).mark_line(strokeWidth=2.5).encode(x, alt.Y("share:Q", **shown), colour, detail="side:N")
    many = found.base.run.replications != len(found.close["replication"].unique())
    note = (
        f"Of problems brought to the desk, by week since the purchase; {worlds(found.close)}, "
        f"{'more than elsewhere as few problems are so near the day; ' if many else ''}"
        "bars: 95 % interval; lines: straight lines fitted to either side."
    )
    return titled(alt.layer(rule, label, bars, fits, dots), _title(found), note)


def _points(found: Findings, title: str, ends: int) -> pd.DataFrame:
    """Mean share a week with its interval over worlds: of ratios of sums, by linearisation."""
    at, total, cases = sides(found.close, called(POLICIES[title][0]), "left")
    rows = []
    shift = 0.12 if title == next(iter(POLICIES)) else -0.12  # so that both can be seen
    for k, week in enumerate(at):
        n, left = cases[:, k], total[:, k]
        if n.sum():
            share = left.sum() / n.sum()
            around = estimate((left - share * n) / n.mean())
            low, high = (max(share + end, 0.0) if math.isfinite(end) else share for end in around[1:3])
            rows.append({"policy": title, "age": ends + week + 0.5 + shift, "share": share, "low": low,
                         "high": min(high, 1.0)})  # fmt: skip
    return pd.DataFrame(rows, columns=["policy", "age", "share", "low", "high"])


def _lines(found: Findings, title: str, ends: int) -> pd.DataFrame:
    """The lines of all worlds together, on either side."""
    at, total, cases = sides(found.close, called(POLICIES[title][0]), "left")
    rows = []
    for side, part in (("before", at < 0), ("after", at >= 0)):
        height, slope = line(at[part], total[:, part].sum(axis=0), cases[:, part].sum(axis=0))
        reach = (float(at[part].min()), 0.0) if side == "before" else (0.0, float(at[part].max()) + 1.0)
        for x in reach:
            if not math.isnan(height):
                rows.append({"policy": title, "side": side, "age": ends + x, "share": max(height + slope * x, 0.0)})
    return pd.DataFrame(rows, columns=["policy", "side", "age", "share"])


def _jump(found: Findings, policy: str, what: str = "left") -> Estimate:
    return estimate(jumps(found.close, called(policy), what))


def _title(found: Findings) -> str:
    refuse, never = _jump(found, REFUSE), _jump(found, NEVER)
    if math.isnan(refuse.mean):
        return "Too few problems just before and after the end of the warranty to see a jump"
    said = f"{points(refuse)} more customers leave from the day on which the warranty ends"
    if not refuse.low > 0:
        said = f"No clear jump of leaving at the end of the warranty ({points(refuse)})"
    rest = "no clear jump" if never.low <= 0 <= never.high or math.isnan(never.mean) else f"a jump of {points(never)}"
    return f"{said}; {rest} where nobody is ever out of it"


def points(found: Estimate) -> str:
    """'21 points (17 to 25)'."""
    mean, low, high = (f"{100 * value:.0f}".replace("-", MINUS) for value in found[:3])
    return f"{mean} points ({low} to {high})" if math.isfinite(found.low) else f"{mean} points"


def never_again_sentence(found: Findings) -> str:
    """Who is lost for a year, whom they warn, and how many never come back."""
    gone, told = _jump(found, REFUSE, "gone"), _jump(found, REFUSE, "told")
    more = difference(found.close, "never_again", called(REFUSE), called(NEVER))
    parts = []
    if not math.isnan(told.mean):
        parts.append(
            f"From one week to the next those who ask in vain warn {_interval(told)} people more at first hand"
        )
    if not math.isnan(gone.mean):
        parts.append(f"{points(gone)} more of them buy nothing for a year")
    if not parts:
        parts.append("Too few problems were brought around the end of the warranty to say what became of those people")
    people = found.base.world.market.people
    rest = (
        f"Over {duration(found.base.run.weeks)} refusal leaves {_interval(more)} more people of {people:,} who left "
        "over a problem and never came back than a warranty without end"
    )
    undecided = ", which is no clear difference" if more.low <= 0 <= more.high else ""
    return f"{'; '.join(parts)}. {rest}{undecided}."


def _interval(found: Estimate) -> str:
    if not math.isfinite(found.low):
        return number(found.mean)
    return f"{number(found.mean)} ({number(found.low)} to {number(found.high)})"
