"""What a comparison says, in plain words computed from its numbers.

Sentences are Markdown: names of worlds and strategies in *italics*, nothing else. `plain` takes that off.
"""

from __future__ import annotations

import math

from sim.experiment.compare import Comparison, Difference
from sim.experiment.replicate import mean_interval
from sim.experiment.survey import wave_starts
from sim.report.words import duration, horizon, money, percent, titles, world_title

# Spend of respondents whose problem was solved, who had none, whose problem was not solved: the retailer's survey
PUBLISHED = {"recovered": 106, "none": 100, "unresolved": 20}


def verdict(comparison: Comparison) -> str:
    """Which strategy is worth more, by how much, how surely, and when it pays back."""
    others, title = comparison.strategies[1:], titles(comparison)
    opening = f"In the world *{world_title(comparison)}*"
    if len(others) == 1:
        return _against_baseline(comparison, others[0], opening)
    npv = comparison.runs.groupby("strategy")["npv"].mean()
    if comparison.runs["npv"].isna().any():
        return f"{opening}, the difference cannot be said: a net present value is missing."
    baseline, best = comparison.strategies[0], max(comparison.strategies, key=lambda name: npv[name])
    clauses = "; ".join(_clause(comparison.difference(name), title[name]) for name in others)
    return (
        f"{opening}, of {len(comparison.strategies)} strategies *{title[best]}* is worth most on average over "
        f"{horizon(comparison)}: {money(npv[best])} net present value. Against *{title[baseline]}*: {clauses}."
    )


def _clause(difference: Difference, title: str) -> str:
    text = f"*{title}* {signed(difference.mean)}"
    if not math.isfinite(difference.half_width):
        return f"{text} (one run, no interval)"
    if difference.mean == difference.half_width == 0:
        return f"*{title}* exactly the same"
    undecided = "" if difference.sign else ", undecided"
    return f"{text} (95 % interval {money(difference.low)} to {money(difference.high)}{undecided})"


def signed(dollars: float) -> str:
    """Money with its sign: '+$8.4 k'."""
    text = money(dollars)
    return f"+{text}" if dollars > 0 and text != "$0" else text


def _against_baseline(comparison: Comparison, strategy: str, opening: str) -> str:
    difference, title, over = comparison.difference(strategy), titles(comparison), horizon(comparison)
    one, other, n = title[strategy], title[difference.baseline], difference.replications
    mean, half = difference.mean, difference.half_width
    if math.isnan(mean):
        return f"{opening}, the difference cannot be said: a net present value is missing."
    if mean == 0 and (half == 0 or n == 1):
        worlds = "the one paired world" if n == 1 else f"every one of {n} paired worlds"
        return (
            f"{opening}, *{one}* and *{other}* come out exactly the same over {over}, in {worlds}: "
            "what they differ in makes no difference there."
        )
    worth = f"*{one}* is worth {money(abs(mean))} {'more' if mean > 0 else 'less'} than *{other}*"
    share = ""
    if difference.baseline_npv > 0:
        share = f", {percent(abs(mean) / difference.baseline_npv)} of what *{other}* is worth"
    if not math.isfinite(half):
        return (
            f"In the one run of the world *{world_title(comparison)}*, {worth} over {over}{share}. One run has no "
            f"interval: ask for more replications before believing it.{_payback(comparison, difference)}"
        )
    interval = f"95 % interval {money(difference.low)} to {money(difference.high)}"
    wins = (
        f"It wins in {wins_of(difference.wins, n)} paired worlds (chance of winning in one world: "
        f"{percent(difference.probability_low)} to {percent(difference.probability_high)})"
    )
    if difference.sign:
        return f"{opening}, {worth} over {over} ({interval}{share}). {wins}.{_payback(comparison, difference)}"
    return (
        f"{opening}, {n} paired worlds do not decide between *{one}* and *{other}* over {over}: "
        f"on average {worth}{share}, but the {interval} includes zero. {wins}."
        f"{_payback(comparison, difference)}"
    )


def wins_of(wins: int, n: int) -> str:
    return f"none of {n}" if wins == 0 else f"all {n}" if wins == n else f"{wins} of {n}"


def payback(comparison: Comparison, strategy: str) -> str:
    """When a strategy has made up for what it cost more than the baseline, in a few words."""
    week = comparison.difference(strategy).payback_week
    if week is None:
        return f"does not pay back within {horizon(comparison)}"
    if week == 0:
        return "is ahead from the first week"
    return f"pays back after {duration(week + 1)}"


def _payback(comparison: Comparison, difference: Difference) -> str:
    text = payback(comparison, difference.strategy)
    return f" On average it {text}."


def pairing(comparison: Comparison, strategy: str | None = None) -> str:
    """How much the same luck for every strategy narrows the answer."""
    difference = comparison.difference(strategy)
    if difference.replications < 2:
        return "One run gives no interval, paired or not: ask for at least two replications."
    if math.isnan(difference.half_width):
        return "No interval can be said: a net present value is missing."
    paired, apart, gain = difference.half_width, difference.unpaired_half_width, difference.pairing_gain
    if paired == 0:
        return (
            "The difference is the same in every paired world, so its interval has no width; with independent seeds "
            f"the same runs would have given {money(difference.mean)} ± {money(apart)}."
        )
    opening = (
        f"Paired world by world the difference is {money(difference.mean)} ± {money(paired)} (95 % interval); with "
        f"independent seeds the same runs would have given ± {money(apart)}: "
    )
    if gain >= 1.05:
        worth = f"{gain**2:.{0 if gain > 3 else 1}f}"
        return f"{opening}pairing makes it {gain:.1f} times narrower, as {worth} times the runs would."
    if gain > 0.95:
        return f"{opening}pairing makes no difference here."
    return f"{opening}pairing does not help here, the interval is {1 / gain:.1f} times wider."


def survey_sentence(comparison: Comparison) -> str:
    """What the survey shows, what is behind it, and why the two differ."""
    table = survey_values(comparison)
    weeks = comparison.scenarios[0].run.weeks
    if not wave_starts(weeks):
        return f"A horizon of {horizon(comparison)} has no room for the survey: half a year, a month and a quarter."
    if not any(row["respondents"] for row in table.values()):
        return "The survey found no buyers to ask."
    asked = ["recovered", "none", "unresolved"]
    seen = " : ".join(_index(table[group]["as_seen"]) for group in asked)
    caused = " : ".join(_index(table[group]["as_caused"]) for group in asked)
    published = " : ".join(str(PUBLISHED[group]) for group in asked)
    text = (
        f"Spend of buyers with a problem put right : with none : with one not put right is {seen} as a survey sees it "
        f"(published: {published}). Next to what the same people would have spent without the problem it is {caused}."
    )
    if comparison.replications < 2:
        return f"{text} One run gives no interval to read these by."
    one = table["recovered"]
    if math.isnan(one["as_seen"]) or math.isnan(one["as_caused"]):
        return f"{text} Nobody whose problem was put right was asked."
    low, high = one["as_caused_low"], one["as_caused_high"]
    effect = 100 - one["as_caused"]
    if high < 100 < one["as_seen"]:
        return (
            f"{text} Recovered buyers look better than the untroubled, yet the problem cost them {effect:.0f} % of "
            "their spend: they are other people, who buy more and so meet more problems and report them."
        )
    if high < 100:
        return f"{text} Even put right, the problem cost them {effect:.0f} % of their spend."
    if low > 100:
        return f"{text} The problem put right gained {-effect:.0f} % of their spend: a true recovery paradox."
    return f"{text} Whether a problem put right costs or gains spend is not decided by these runs."


def survey_values(comparison: Comparison) -> dict[str, dict[str, float]]:
    """Group -> column -> value of the survey's table."""
    table = comparison.survey()
    values = table.drop(columns="group").to_numpy(float)
    columns = [column for column in table.columns if column != "group"]
    return {str(group): dict(zip(columns, row, strict=True)) for group, row in zip(table["group"], values, strict=True)}


def _index(value: float) -> str:
    return "n/a" if math.isnan(value) else f"{value:.0f}"


def paired(comparison: Comparison, column: str, strategy: str) -> tuple[float, float]:
    """Mean and half width (95 %) of a per-run column, strategy less baseline, over the runs that have both."""
    table = comparison.by_run(column)
    delta = (table[strategy] - table[comparison.strategies[0]]).dropna().to_numpy(float)
    if not delta.size:
        return math.nan, math.nan
    mean, half = mean_interval(delta)
    return float(mean), float(half)
