"""Whom to pay: by what the customer would be missed, or up to a cap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.questions.broken_chain import Findings
from sim.experiment.questions.broken_chain.judged import sales_lost, told_in
from sim.experiment.questions.broken_chain.rule import ALWAYS, BEST_CAP, ONE_SALE, RULE, by_world, decided, over
from sim.experiment.questions.evidence import BASE
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.broken_chain.story import nothing
from sim.report.questions.broken_chain.worth import INTERVAL, clear, interval
from sim.report.questions.pictures import curves, dots
from sim.report.sentences import signed
from sim.report.words import money, number, percent

TOO_FEW = "too few problems to learn from and to judge by"
POINTS = 25


def compensate(found: Findings) -> Chart:
    """What each way to decide is worth, against putting nothing right."""
    cases = decided(told_in(found, BASE))
    if not len(cases):
        return nothing(TOO_FEW)
    share = {
        RULE: cases["cost"] < cases["expected"], ONE_SALE: cases["cost"] <= cases["one_sale"],
        BEST_CAP: cases["cost"] <= cases["cap"], ALWAYS: cases["cost"] < np.inf,
    }  # fmt: skip
    rows = [
        {"name": f"{name} ({percent(float(share[name].mean()))} of cases)", **by_world(cases, name)._asdict()}
        for name in (ALWAYS, ONE_SALE, BEST_CAP, RULE)
    ]
    gain = over(cases, RULE, ONE_SALE)
    said = f"{signed(gain.mean)} a case {interval(gain)}"
    title = f"Paying by what the customer would be missed gains, over a cap of one sale, {said}"
    if not clear(gain):
        title = f"No clear difference between the rule by lifetime and a cap of one sale: {said}"
    note = (
        f"Gain of a problem against putting none right; {INTERVAL}. The rule and the best cap are learnt in half of "
        "the paired worlds and judged in the other half"
    )
    return dots(pd.DataFrame(rows), title, note, "$ a problem", colours={"": theme.BLUE})


def capped(found: Findings) -> Chart:
    """The gain under any fixed cap on a remedy, and the rule's."""
    cases = decided(told_in(found, BASE))
    if not len(cases):
        return nothing(TOO_FEW)
    top = float(cases["cost"].quantile(0.98))
    rows = []
    rule = by_world(cases, RULE)
    for cap in np.linspace(0.0, max(top, 1.0), POINTS):
        gained = by_world(cases.assign(gain=np.where(cases["cost"] <= cap, cases["value"], 0.0)), "gain")
        rows.append({"x": cap, "group": "a fixed cap", **gained._asdict()})
        rows.append({"x": cap, "group": "the rule", **rule._asdict()})
    table = pd.DataFrame(rows)
    caps = table[table["group"] == "a fixed cap"]
    best = float(caps["x"].to_numpy()[int(caps["mean"].to_numpy().argmax())])
    gain = over(cases.assign(best=np.where(cases["cost"] <= best, cases["value"], 0.0)), RULE, "best")
    against = f"{signed(gain.mean)} against the best of all caps, {money(best)} {interval(gain)}"
    title = f"The rule gains {signed(rule.mean)} a case, {'' if clear(gain) else 'not clearly different: '}{against}"
    note = "The best of all caps is chosen here with hindsight. Bands: 95 % interval over paired worlds"
    return curves(table, title, note, "most that a remedy may cost", "gain of a problem", "$", "$",
                  colours={"a fixed cap": theme.BLUE, "the rule": theme.VERMILION})  # fmt: skip


def compensate_sentence(found: Findings) -> str:
    """What one broken chain costs next to one sale."""
    cases, sales = told_in(found, BASE), sales_lost(found, BASE)
    if not len(cases):
        return f"Nothing to decide: {TOO_FEW}."
    reach = "" if not np.isfinite(sales.low) else f" (95 % interval {number(sales.low)} to {number(sales.high)})"
    return (
        f"Remedies apart, one broken chain costs {number(sales.mean)} margins of one sale{reach}; a sale's margin is "
        f"{money(float(cases['sale'].mean()))} on average, to put a problem right costs "
        f"{money(float(cases['cost'].mean()))} besides the work."
    )
