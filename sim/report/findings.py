"""What each picture finds: its title and one sentence, computed from the comparison."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.experiment.compare import Comparison
from sim.experiment.metrics import SUPPORT
from sim.experiment.survey import wave_starts
from sim.report.sentences import paired, payback, survey_values, wins_of
from sim.report.words import horizon, money, number, percent, titles

# metric -> (name, unit, factor from the metric's own unit)
METRICS: dict[str, tuple[str, str, float]] = {
    "cost_per_contact": ("Cost of a contact", "$", 1),
    "handle_time": ("Work on one contact", "minutes", 60),
    "occupancy": ("Agents at work", "% of staffed time", 100),
    "cost_per_hour": ("Cost of a staffed hour", "$", 1),
    "abandonment": ("Gave up waiting", "% of cases", 100),
    "first_contact_resolution": ("Settled at first contact", "% of cases", 100),
    "mean_wait": ("Wait in line", "opening hours", 1),
    "retention": ("Still customers a year later", "%", 100),
    "repurchase": ("Buy again within 13 weeks", "% of buyers", 100),
    "lifetime_value": ("Lifetime value of a new customer", "$ of margin", 1),
    "broken_chain": ("Lost with each who left over a problem", "$ a year", 1),
    "left_over_problems": ("Left over a problem", "customers a year", 1),
    "recommended": ("New customers won by word of mouth", "%", 100),
    "settled": ("Problems put right", "% of all problems", 100),
}


def headline(name: str, comparison: Comparison) -> str:
    """The finding of the chart `name` (a key of `sim.report.charts.ALL`): its title, without Markdown."""
    return {
        "customers": _customers,
        "cash": _cash,
        "npv_runs": _npv_runs,
        "sources": _sources,
        "lenses": _lenses,
        "survey": _survey,
    }[name](comparison)


_SHOWS = {
    "customers": "Customers week by week",
    "cash": "Cumulative discounted cash less the baseline's",
    "npv_runs": "Difference of net present value in each paired world",
    "sources": "The difference of net present value by account",
    "lenses": "Support through the cost-center lens and the profit-center lens",
    "survey": "Spend by what happened to the buyer: published, as seen in the simulation, as caused",
}


def caption(name: str, comparison: Comparison) -> str:
    """One sentence on the chart `name`: what it shows and what it finds."""
    return f"{_SHOWS[name]}: {headline(name, comparison)}."


def captions(comparison: Comparison) -> dict[str, str]:
    """The caption of every chart, in reading order."""
    return {name: caption(name, comparison) for name in _SHOWS}


def best_other(comparison: Comparison) -> str:
    """The strategy worth most on average, the baseline aside."""
    npv = comparison.by_run("npv").mean()
    return max(comparison.strategies[1:], key=lambda name: npv[name] if math.isfinite(npv[name]) else -math.inf)


def _customers(comparison: Comparison) -> str:
    title, baseline = titles(comparison), comparison.strategies[0]
    final = comparison.by_run("customers").mean()
    if len(comparison.strategies) > 2:
        best = max(comparison.strategies, key=lambda name: final[name])
        return f"{title[best]} ends with the most customers: {number(final[best])}"
    strategy = comparison.strategies[-1]
    mean, half = paired(comparison, "customers", strategy)
    one, other = title[strategy], title[baseline]
    if mean == 0 and not 0 < half < math.inf:
        return f"{one} and {other} end with the same number of customers"
    if math.isfinite(half) and abs(mean) <= half:
        return f"{one} and {other} end with about the same number of customers"
    share = f" ({percent(abs(mean) / final[baseline])})" if final[baseline] > 0 else ""
    people = f"{abs(mean):,.0f}" if abs(mean) >= 10 else f"{abs(mean):.2g}"
    return f"{one} ends with {people} {'more' if mean > 0 else 'fewer'} customers than {other}{share}"


def _cash(comparison: Comparison) -> str:
    title, others = titles(comparison), comparison.strategies[1:]
    if len(others) > 1:
        weeks = {name: week for name in others if (week := comparison.difference(name).payback_week) is not None}
        if not weeks:
            return f"None of the {len(others)} pays back within {horizon(comparison)}"
        first = min(weeks, key=lambda name: weeks[name])
        return f"{len(weeks)} of {len(others)} pay back; {title[first]} {payback(comparison, first)}"
    difference = comparison.difference()
    if math.isnan(difference.mean):
        return "The cash cannot be compared: a value is missing"
    if difference.mean == 0 and difference.payback_week == 0:
        return f"{title[others[0]]} and {title[comparison.strategies[0]]} bring the same cash"
    doubt = ", but that is within chance" if math.isfinite(difference.half_width) and not difference.sign else ""
    text, amount = f"{title[others[0]]} {payback(comparison, others[0])}", money(abs(difference.mean))
    if difference.payback_week is None:
        return f"{text}: {amount} behind at the end{doubt}"
    if difference.payback_week == 0:
        return f"{text}, by {amount} at the end{doubt}"
    return f"{text}; {amount} ahead at the end{doubt}"


def _npv_runs(comparison: Comparison) -> str:
    title, name = titles(comparison), best_other(comparison)
    difference, other = comparison.difference(name), title[comparison.strategies[0]]
    if math.isnan(difference.mean):
        return "Net present value cannot be compared: a value is missing"
    if difference.mean == 0 and not 0 < difference.half_width < math.inf:
        return f"{title[name]} is worth the same as {other} in every world"
    n, amount = difference.replications, money(abs(difference.mean))
    if n == 1:
        more = "more" if difference.wins else "less"
        return f"{title[name]} is worth {amount} {more} than {other} in the one world simulated"
    npv = comparison.by_run("npv")
    losses = int((npv[name] < npv[comparison.strategies[0]]).sum())
    more, times = ("more", difference.wins) if difference.wins or losses < n else ("less", losses)
    return f"{title[name]} is worth {more} than {other} in {wins_of(times, n)} paired worlds"


def _sources(comparison: Comparison) -> str:
    name = best_other(comparison)
    title, mean = titles(comparison)[name], comparison.sources(name).set_index("account")["mean"]
    margin, support = mean["sales"] + mean["cost_of_goods"], mean[list(SUPPORT)].sum(skipna=False)
    if math.isnan(margin) or math.isnan(support):
        return "The sources cannot be compared: a value is missing"
    if not mean.any():
        return f"{title} changes no account"
    same = money(abs(margin)) == "$0"
    earns = "the same gross margin" if same else f"{money(abs(margin))} {'more' if margin > 0 else 'less'} gross margin"
    spends = f"{money(abs(support))} {'less' if support >= 0 else 'more'} on support"
    joined = "and" if same or (margin > 0) == (support >= 0) else "but"
    return f"{title} earns {earns} {joined} spends {spends}"


def _lenses(comparison: Comparison) -> str:
    name = best_other(comparison)
    said = [
        _change(comparison, name, noun, metric)
        for noun, metric in (("a contact costs", "cost_per_contact"), ("a new customer is worth", "lifetime_value"))
    ]
    known = ", ".join(text for text in said if text)
    return (
        f"With {titles(comparison)[name]} {known}"
        if known
        else "Nothing was bought and nobody called: no value to show"
    )


def _change(comparison: Comparison, strategy: str, noun: str, metric: str) -> str:
    """'a contact costs 46 % more', '' where it cannot be said."""
    before = comparison.by_run(metric)[comparison.strategies[0]].mean()
    mean, half = paired(comparison, metric, strategy)
    if not (math.isfinite(mean) and before > 0):
        return ""
    if (mean == 0 and not 0 < half < math.inf) or (math.isfinite(half) and abs(mean) <= half):
        return f"{noun} {'' if mean == 0 else 'about '}the same"
    return f"{noun} {percent(abs(mean) / before)} {'more' if mean > 0 else 'less'}"


def _survey(comparison: Comparison) -> str:
    one = survey_values(comparison)["recovered"]
    if not wave_starts(comparison.scenarios[0].run.weeks):
        return f"A horizon of {horizon(comparison)} is too short for the survey"
    seen, caused = one["as_seen"], one["as_caused"]
    if math.isnan(seen) or math.isnan(caused):
        return "The survey met no buyers whose problem was put right"
    low, high = one["as_caused_low"], one["as_caused_high"]
    look = f"Recovered buyers spend {seen:.0f} where the untroubled spend 100"
    if high < 100:
        return f"{look}, {'yet' if seen > 100 else 'and'} the problem cost them {100 - caused:.0f} %"
    if low > 100:
        return f"{look}, and the problem put right gained {caused - 100:.0f} %"
    if comparison.replications < 2:
        return f"{look}, and {caused:.0f} for each 100 without the problem, in one run"
    return f"{look}; what the problem itself did is within chance"


def ablation_headline(comparison: Comparison, table: pd.DataFrame) -> str:
    """Whether the answer holds without each contested mechanism: the title of the chart."""
    if not len(table):
        return "No contested mechanism was switched off"
    name = best_other(comparison)
    rows = table[table["strategy"] == name].set_index("ablation")
    title = titles(comparison)[name]
    signs = np.where(rows["low"] > 0, 1, np.where(rows["high"] < 0, -1, 0))
    base, others = int(signs[0]), dict(zip(rows.index[1:], signs[1:].tolist(), strict=True))
    words = {1: "wins", -1: "loses", 0: "is undecided"}
    turned = [ablation for ablation, sign in others.items() if sign != base]
    if not turned:
        return f"{title} {words[base]} with and without each contested mechanism"
    listed = "; ".join(f"{SWITCHED[ablation]} it {words[others[ablation]]}" for ablation in turned)
    return f"{title} {words[base]} as it is; {listed}"


SWITCHED = {
    "equal news speed": "with news of equal speed",
    "m = 1": "with bad news weighing no more",
    "no network": "where nobody tells anybody",
    "no rival": "without a rival",
    "no learning": "without learning",
}
