"""What a comparison says, in plain words computed from its numbers; tables of what it rests on.

Sentences are Markdown: names of worlds and strategies in *italics*, nothing else. `plain` takes that off.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable
from typing import Any

import pandas as pd

from sim.experiment.compare import Comparison, Difference
from sim.experiment.metrics import SUPPORT
from sim.experiment.replicate import mean_interval
from sim.experiment.survey import wave_starts
from sim.parameters import (
    ParameterError,
    Scenario,
    Strategy,
    World,
    load_comparison,
    load_strategy,
    load_world,
    names,
)
from sim.parameters.table import rows

# Spend of respondents whose problem was solved, who had none, whose problem was not solved: the retailer's survey
PUBLISHED = {"recovered": 106, "none": 100, "unresolved": 20}
MINUS = "\N{MINUS SIGN}"
UNITS = ((1.0, ""), (1e3, " k"), (1e6, " M"), (1e9, " B"))

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
    "recommended": ("New customers won by a story", "%", 100),
    "settled": ("Problems put right", "% of all problems", 100),
}


# --- numbers and names -------------------------------------------------------------------------------------------


def money(dollars: float) -> str:
    """An amount as people say it: '$8.4 k', '$1.2 M', '−$126 k'; 'n/a' for NaN."""
    if math.isnan(dollars):
        return "n/a"
    sign, size = (MINUS if dollars < 0 else ""), abs(dollars)
    if math.isinf(size):
        return f"{sign}$∞"
    amounts = [(_amount(size / unit, small=unit == 1), name) for unit, name in UNITS]
    text, name = next((pair for pair in amounts if _value(pair[0]) < 1000), amounts[-1])
    return f"{sign if _value(text) else ''}${text}{name}"


def _value(text: str) -> float:
    return float(text.replace(",", ""))


def _amount(size: float, small: bool) -> str:
    if small:
        return f"{size:.2f}" if 0.005 <= size < 9.995 else f"{size:,.0f}"
    return f"{size:.1f}" if size < 99.95 else f"{size:,.0f}"


def number(value: float) -> str:
    """About three significant digits, without exponents: '13,672', '268', '45.4', '0.071'."""
    if math.isnan(value):
        return "n/a"
    size = abs(value)
    if size and size < 0.995:
        decimals = min(1 - math.floor(math.log10(size)), 6)
    else:
        decimals = 2 if size < 9.995 else 1 if size < 99.95 else 0
    text = f"{value:,.{decimals}f}"
    return "0" if _value(text) == 0 else text.replace("-", MINUS)


def percent(share: float) -> str:
    """A share as per cent: '0.4 %', '12 %'."""
    size = abs(100 * share)
    return f"{100 * share:.{0 if size >= 10 or size == 0 else 1}f} %".replace("-", MINUS)


def duration(weeks: int) -> str:
    """A number of weeks as people say it: '5 years', '1.5 years', '26 weeks'."""
    if weeks < 52 or (weeks < 78 and weeks % 52):
        return _count(weeks, "week")
    years = weeks / 52
    text = f"{years:.1f}".removesuffix(".0")
    return "1 year" if text == "1" else f"{text} years"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def titles(comparison: Comparison) -> dict[str, str]:
    """What to call each strategy: its title, or its name where there is none or two share it."""
    said = [scenario.strategy.title.strip() for scenario in comparison.scenarios]
    return {
        scenario.strategy_name: title if title and said.count(title) == 1 else scenario.strategy_name
        for scenario, title in zip(comparison.scenarios, said, strict=True)
    }


def world_title(comparison: Comparison) -> str:
    """What to call the world."""
    first = comparison.scenarios[0]
    return first.world.title.strip() or first.name


def horizon(comparison: Comparison) -> str:
    """How long was simulated, in words."""
    return duration(comparison.scenarios[0].run.weeks)


def plain(text: str) -> str:
    """A sentence without its Markdown."""
    return text.replace("*", "")


def say(text: str) -> None:
    """Shows a sentence in a notebook as text."""
    from IPython.display import Markdown, display

    # Two bare dollar signs would be read as the ends of a formula
    display(Markdown(text.replace("$", "<span>&#36;</span>")))


def show(table: pd.DataFrame) -> None:
    """Shows a whole table in a notebook: every row, every word, no row numbers."""
    from IPython.display import HTML, display

    with pd.option_context("display.max_colwidth", None):
        page = table.to_html(index=False, border=0, max_rows=None)
    # Notebooks align cells to the right, which is for columns of numbers
    for tag in ("th", "td"):
        page = page.replace(f"<{tag}>", f'<{tag} style="text-align: left">')
    display(HTML(page))


# --- sentences ---------------------------------------------------------------------------------------------------


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
        f"It wins in {_of(difference.wins, n)} paired worlds (chance of winning in one world: "
        f"{percent(difference.probability_low)} to {percent(difference.probability_high)})"
    )
    if difference.sign:
        return f"{opening}, {worth} over {over} ({interval}{share}). {wins}.{_payback(comparison, difference)}"
    return (
        f"{opening}, {n} paired worlds do not decide between *{one}* and *{other}* over {over}: "
        f"on average {worth}{share}, but the {interval} includes zero. {wins}."
        f"{_payback(comparison, difference)}"
    )


def _of(wins: int, n: int) -> str:
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
    table = _survey_values(comparison)
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


def _survey_values(comparison: Comparison) -> dict[str, dict[str, float]]:
    """Group -> column -> value of the survey's table."""
    table = comparison.survey()
    values = table.drop(columns="group").to_numpy(float)
    columns = [column for column in table.columns if column != "group"]
    return {str(group): dict(zip(columns, row, strict=True)) for group, row in zip(table["group"], values, strict=True)}


def _index(value: float) -> str:
    return "n/a" if math.isnan(value) else f"{value:.0f}"


# --- what each chart finds ---------------------------------------------------------------------------------------


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


def paired(comparison: Comparison, column: str, strategy: str) -> tuple[float, float]:
    """Mean and half width (95 %) of a per-run column, strategy less baseline, over the runs that have both."""
    table = comparison.by_run(column)
    delta = (table[strategy] - table[comparison.strategies[0]]).dropna().to_numpy(float)
    if not delta.size:
        return math.nan, math.nan
    mean, half = mean_interval(delta)
    return float(mean), float(half)


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
    people = f"{abs(mean):,.0f}" if abs(mean) >= 10 else number(abs(mean))
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
    return f"{title[name]} is worth {more} than {other} in {_of(times, n)} paired worlds"


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
    one = _survey_values(comparison)["recovered"]
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


# --- tables ------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def assumptions(comparison: Comparison) -> pd.DataFrame:
    """Parameters without good evidence behind them: parameter, value, unit, meaning.

    Of the strategies those that all share; what differs between them is in `differences`.
    """
    first = comparison.scenarios[0]
    different = set(differences(comparison)["parameter"])
    found = rows("world", first.world) + rows("run", first.run) + rows("strategy", first.strategy)
    choices = {"run.weeks", "run.replications", "run.seed", "run.precision", "run.max_replications"} | different
    return pd.DataFrame(
        [
            {**{key: row[key] for key in ("parameter", "unit", "meaning")}, "value": _text(row["value"])}
            for row in found
            if "assumption" in row["source"] and row["parameter"] not in choices
        ],
        columns=["parameter", "value", "unit", "meaning"],
    )


def differences(comparison: Comparison) -> pd.DataFrame:
    """Every parameter in which the strategies differ: parameter, meaning, unit and a column a strategy."""
    title = titles(comparison)
    tables = {s.strategy_name: rows("strategy", s.strategy) for s in comparison.scenarios}
    found = []
    for group in zip(*tables.values(), strict=True):
        values = [row["value"] for row in group]
        if group[0]["parameter"] in ("strategy.title", "strategy.story") or all(v == values[0] for v in values):
            continue
        found.append(
            {key: group[0][key] for key in ("parameter", "meaning", "unit")}
            | {title[name]: _text(value) for name, value in zip(tables, values, strict=True)}
        )
    return pd.DataFrame(found, columns=["parameter", "meaning", "unit", *title.values()])


def identity(comparison: Comparison) -> pd.DataFrame:
    """What is needed to get the same numbers again: item, value."""
    from importlib.metadata import version

    first, title = comparison.scenarios[0], titles(comparison)
    items = {
        "World": f"{world_title(comparison)} ({first.name})",
        "Strategies": ", ".join(f"{title[name]} ({name})" for name in comparison.strategies),
        "Weeks": _text(first.run.weeks),
        "Paired worlds": _text(comparison.replications),
        "Seed": str(first.run.seed),
        "People": _text(first.world.market.people),
        "Version": f"support-whatif {version('support-whatif')}",
        "Identity": comparison.identity,
        "Again": command(comparison),
    }
    return pd.DataFrame({"item": list(items), "value": list(items.values())})


def command(comparison: Comparison) -> str:
    """The shell command that computes this comparison again, or the way to its saved parameters."""
    first = comparison.scenarios[0]
    if first.name not in names("world") or not set(comparison.strategies) <= set(names("strategy")):
        return "whatif compare, with the files in the folder parameters of the saved results"
    try:
        shipped = load_comparison(first.name, comparison.strategies)
    except ParameterError:
        return "whatif compare, with the files in the folder parameters of the saved results"
    said = ["whatif", "compare", "--world", first.name, "--strategies", *comparison.strategies]
    said += ["--replications", str(first.run.replications), "--seed", str(first.run.seed)]
    said += ["--weeks", str(first.run.weeks)]
    if first.run.precision is not None:
        said += ["--precision", str(first.run.precision)]
    changes = [f"{key}={value}" for key, value in _changes(comparison.scenarios, shipped)]
    return shlex.join(said + (["--set", *changes] if changes else []))


def _changes(ran: tuple[Scenario, ...], shipped: list[Scenario]) -> list[tuple[str, str]]:
    """(key, value) of all that differs from the files that ship, besides what has an option of its own."""
    own = {"run.weeks", "run.replications", "run.seed", "run.precision"}
    pairs = [("world", rows("world", ran[0].world), rows("world", shipped[0].world))]
    pairs += [("run", rows("run", ran[0].run), rows("run", shipped[0].run))]
    pairs += [
        (one.strategy_name, rows("strategy", one.strategy), rows("strategy", other.strategy))
        for one, other in zip(ran, shipped, strict=True)
    ]
    found = []
    for head, now, before in pairs:
        for row, old in zip(now, before, strict=True):
            if row["value"] != old["value"] and row["parameter"] not in own:
                key = f"{head}.{row['parameter'].split('.', 1)[1]}"
                found.append((key, "null" if row["value"] is None else str(row["value"])))
    return found


def shipped(kind: str) -> pd.DataFrame:
    """The files of params/<kind> ('world' or 'strategy') by name: name, title, story."""
    load: dict[str, Callable[[str], World | Strategy]] = {"world": load_world, "strategy": load_strategy}
    if kind not in load:
        raise ParameterError(f"shipped: got {kind!r}; allowed: {', '.join(load)}")
    found = [(name, load[kind](name)) for name in names(kind)]
    table = [{"name": name, "title": file.title, "story": " ".join(file.story.split())} for name, file in found]
    return pd.DataFrame(table, columns=["name", "title", "story"])
