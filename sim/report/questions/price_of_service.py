"""Who pays for better service, and where it stops paying: pictures and verdicts."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sim.experiment.questions import price_of_service as question
from sim.experiment.questions.arms import difference, estimate, of_arm
from sim.experiment.questions.price_of_service import arms_of as arms
from sim.experiment.questions.price_of_service.arms_of import GOOD, LEVELS, POOR, PRICES, RATES, Findings
from sim.experiment.questions.price_of_service.claimed import (
    lost_a_dollar,
    map_table,
    sales_response,
    service_effect,
)
from sim.report import theme
from sim.report.marks import Chart, over_worlds, titled
from sim.report.notebook import Asked
from sim.report.questions.pictures import as_text, curves, dots
from sim.report.questions.verdicts import verdicts as judged
from sim.report.words import duration, money, number, percent, titles

NOTEBOOK = "08_what_does_it_cost"
# Mean elasticity of sales to advertising: short run, long run (doi:10.1509/jmkr.48.3.457)
ADVERTISING_STUDIES = (0.12, 0.24)


def ask(asked: Asked) -> Findings:
    """Runs the experiment of the notebook."""
    return question.ask(asked.scenarios, asked.workers)


def verdicts(found: Findings, asked: Asked) -> pd.DataFrame:
    """The claims of the notebook with their verdicts."""
    return judged(NOTEBOOK, question.evidence(found), asked)


def names(found: Findings) -> tuple[str, str]:
    """What to call the baseline and the strategy."""
    poor, good = titles(found).values()
    return poor, good


def cost_sentence(found: Findings) -> str:
    """What the service costs, in dollars and next to what is sold."""
    poor, good = names(found)
    over = duration(found.scenarios[0].run.weeks)
    if not found.sales > 0:
        return f"Nothing is sold in {over}."
    more = "more" if found.cost >= 0 else "less"
    return (
        f"*{good}* spends {money(abs(found.cost))} {more} on support than *{poor}* over {over}, discounted: "
        f"{percent(abs(found.cost) / found.sales)} of sales. Advertising takes {money(found.advertising)}."
    )


def _note(found: Findings, text: str, shape: str = "bar") -> str:
    return f"{text} {over_worlds(found.scenarios[0].run.replications, shape)}."


def _signed(found: Findings, name: str, against: str) -> tuple[float, bool]:
    """Mean difference of value, and whether its interval leaves its sign open."""
    delta = difference(found.runs, "npv", name, against)
    return delta.mean, not (delta.low > 0 or delta.high < 0)


# --- how much service --------------------------------------------------------------------------------------------


def levels(found: Findings) -> Chart:
    """Value of each support level, less that of the baseline, within several horizons."""
    rows = []
    for years in found.years:
        column = f"value_{years}_{RATES[0]:g}"
        for x in LEVELS:
            delta = difference(found.runs, column, arms.level(x), POOR)
            rows.append({"group": _within(years), "x": x, "mean": delta.mean, "low": delta.low, "high": delta.high})
    table = pd.DataFrame(rows, columns=["group", "x", "mean", "low", "high"])
    if table.empty:
        table = pd.DataFrame(
            [{"group": "", "x": x, "mean": math.nan, "low": math.nan, "high": math.nan} for x in LEVELS]
        )
    colours = dict(zip(dict.fromkeys(table["group"]), (theme.SKY, theme.PURPLE, theme.GREEN), strict=False))
    poor, good = names(found)
    note = _note(found, f"Net present value less that of {poor} (0); {good} is 1, 2 is twice the step up.", "band")
    return curves(table, levels_headline(found), note, "support level", "$ against the baseline", colours=colours)


def _within(years: int) -> str:
    return f"within {duration(52 * years)}"


def levels_headline(found: Findings) -> str:
    """Which level is best within which horizon."""
    if not found.years:
        return "The horizon is too short to tell the best support level"
    best = {}
    for years in found.years:
        means = [of_arm(found.runs, f"value_{years}_{RATES[0]:g}", arms.level(x)).mean() for x in LEVELS]
        best[years] = LEVELS[int(np.argmax(means))]
    said = ", ".join(f"{level:g} {_within(years)}" for years, level in best.items())
    return f"The best support level is {said}"


# --- who pays ----------------------------------------------------------------------------------------------------


def paying(found: Findings) -> Chart:
    """Ways of paying for the service: value against the baseline at today's price."""
    ways = {"The margin pays": GOOD, "The price pays": arms.BY_PRICE, "Advertising pays": arms.BY_ADVERTISING,
            "The product pays": arms.BY_PRODUCT}  # fmt: skip
    best = max(ways, key=lambda way: _signed(found, ways[way], POOR)[0])
    worth, unclear = _signed(found, ways[best], POOR)
    title = f"{best}: that is worth most, {as_text(worth, '$', True)}" + (", within chance" if unclear else "")
    note = _note(found, f"The same service, net present value less that of {names(found)[0]}.")
    return dots(_against(found, ways, POOR), title, note, _dollars(found))


def _against(found: Findings, ways: dict[str, str], base: str, column: str = "npv") -> pd.DataFrame:
    return pd.DataFrame(
        [{"name": way, **difference(found.runs, column, name, base)._asdict()} for way, name in ways.items()]
    )


def _dollars(found: Findings) -> str:
    return f"$ over {duration(found.scenarios[0].run.weeks)}, discounted"


def price(found: Findings) -> Chart:
    """Gross margin at each price as a share of today's: simulated, and by the closed form of a single choice."""
    rows = []
    now = _margin(found, 1)
    for x in PRICES:
        change = estimate(_margin(found, x) / np.where(now != 0, now, np.nan))
        rows.append({"group": "simulated", "x": x, "mean": change.mean, "low": change.low, "high": change.high})
        one = closed_form(found, x)
        rows.append({"group": "closed form", "x": x, "mean": one, "low": one, "high": one})
    colours = {"simulated": theme.GREEN, "closed form": theme.BLACK}
    table = pd.DataFrame(rows)
    simulated = table.loc[table["group"] == "simulated", "mean"].fillna(-math.inf).to_numpy(float)
    best = PRICES[int(simulated.argmax())]
    theory = max(PRICES, key=lambda x: closed_form(found, x))
    title = f"The best of these prices is {best:g} x today's; without a memory it would be {theory:g} x"
    note = _note(
        found, "Gross margin at a price, with the better service. Closed form: one choice, nobody ever leaves.", "band"
    )
    axes = ("price, x today's", "gross margin, x today's")
    return curves(table, title, note, *axes, unit="", colours=colours, zero=1.0)


def _margin(found: Findings, price: float) -> np.ndarray:
    name = arms.priced(price, True)
    return of_arm(found.runs, "npv_sales", name) + of_arm(found.runs, "npv_cost_of_goods", name)


def closed_form(found: Findings, price: float) -> float:
    """Gross margin of an untroubled customer's occasion at a price, x today's: a logit against everything else.

    With odds o of buying today and sensitivity b, the share at price p is o p^-b / (1 + o p^-b); each sale earns
    p less the cost of goods.
    """
    choice, good = found.scenarios[1].world.choice, found.scenarios[1]
    odds = choice.untroubled_purchase / (1 - choice.untroubled_purchase)

    def share(at: float) -> float:
        return odds * at**-choice.price_sensitivity / (1 + odds * at**-choice.price_sensitivity)

    goods = 1 - good.margin
    earned = (price - goods) / (1 - goods) if goods < 1 else math.nan
    return share(price) / share(1) * earned


def appetite(found: Findings) -> Chart:
    """Orders that service adds at each price."""
    rows = [{"x": x, **estimate(service_effect(found, x))._asdict()} for x in PRICES]
    table = pd.DataFrame(rows)
    first, last = table["mean"].iloc[0], table["mean"].iloc[-1]
    if not first > 0:
        title = "Service adds no orders at today's price"
    else:
        title = f"Service adds {number(first)} orders at today's price, {number(last)} at {PRICES[-1]:g} x the price"
    poor, good = names(found)
    return curves(table, title, _note(found, f"Orders with {good} less orders with {poor}, at the same price.", "band"),
                  "price, x today's", "orders", unit="", colours={"": theme.GREEN})  # fmt: skip


# --- other uses of the money -------------------------------------------------------------------------------------


def budgets(found: Findings) -> Chart:
    """The same extra money on support, on the product, on both, on advertising: value against the baseline."""
    ways = {"All on support": GOOD}
    ways |= {f"{percent(x)} on support, rest on product": arms.split(x) for x in reversed(arms.SPLITS[1:-1])}
    ways |= {"All on the product": arms.split(0.0), "All on advertising": arms.MORE_ADVERTISING}
    best = max(ways, key=lambda way: _signed(found, ways[way], POOR)[0])
    worth, unclear = _signed(found, ways[best], POOR)
    title = f"{best}: the best use of {money(found.cost)}, {as_text(worth, '$', True)}" + (
        ", within chance" if unclear else ""
    )
    note = _note(found, f"Net present value less that of {names(found)[0]}, the same planned sum in every row.")
    return dots(_against(found, ways, POOR), title, note, _dollars(found))


def response_sentence(found: Findings) -> str:
    """How much more is sold for more advertising, next to what studies find: is the rival for the money a fair one?"""
    here = sales_response(found)
    if not here.n:
        return "How sales answer to advertising cannot be said here: no more of it was bought."
    over, (weeks, years) = duration(found.scenarios[0].run.weeks), ADVERTISING_STUDIES
    factor = number(found.more_advertising)
    if math.isfinite(here.low):
        sure = f" (95 % interval {number(here.low)} to {number(here.high)})"
        more = "more than" if here.low > years else "less than" if here.high < weeks else "about what"
    else:
        sure, more = "", "about what" if weeks <= here.mean <= years else "not what"
    return (
        f"*{names(found)[0]}* with {factor} times the advertising: each per cent more of it sells "
        f"{number(here.mean)} % more{sure} over {over}. That is {more} studies find: {number(weeks)} % within weeks, "
        f"{number(years)} % over the years (Sethuraman, Tellis and Briesch 2011)."
    )


def cuts(found: Findings) -> Chart:
    """Value lost for each dollar less on a budget line."""
    rows = [{"name": f"On {line}", **estimate(lost_a_dollar(found, line))._asdict()} for line in arms.CUTS]
    table = pd.DataFrame(rows)
    known = table.dropna(subset=["mean"])
    if known.empty:
        title = "There is nothing to cut: the service costs no more than the baseline"
    else:
        least = known.sort_values("mean").iloc[0]
        title = f"The dollar missed least is one {least['name'].lower()}: it is worth {money(least['mean'])}"
    note = _note(
        found,
        f"Value lost by a dollar less ({percent(arms.CUT)} of the service's cost is cut); above $1 more than it saves.",
    )
    return dots(table, title, note, "$ lost for a dollar saved", zero=1.0)


def gaps(found: Findings) -> Chart:
    """Orders with good service against a cheaper rival, less orders with poor service against an equal one."""
    poor, good = names(found)
    ways = {"Rival at the same price": GOOD} | {f"Rival {percent(x)} cheaper": arms.gap(x) for x in arms.GAPS}
    table = _against(found, ways, POOR, "orders")
    lost = [x for x, high in zip(arms.GAPS, table["high"].iloc[1:], strict=True) if high < 0]
    if lost:
        title = f"No service makes up for a rival {percent(lost[0])} cheaper"
    else:
        title = f"{good} holds its own against every rival tried"
    note = _note(found, f"Orders with {good} against the rival, less those with {poor} against an equally dear one.")
    return dots(table, title, note, f"orders over {duration(found.scenarios[0].run.weeks)}", unit="orders")


# --- other firms -------------------------------------------------------------------------------------------------


def firms(found: Findings) -> Chart:
    """The difference of value in firms of several margins and needs: green where above zero, purple where below."""
    table = map_table(found)
    table["sign"] = np.select([table["low"] > 0, table["high"] < 0], ["worth more", "worth less"], "not decided")
    half = (table["high"] - table["low"]) / 2
    table["text"] = [as_text(m, "$", True) for m in table["mean"]]
    table["about"] = [f"± {money(h)}" if math.isfinite(h) else "no interval" for h in half]
    table["margin"] = [percent(x) for x in table["margin"]]
    table["need"] = [f"{x:g} x" for x in table["need"]]
    scale = alt.Scale(domain=["worth more", "worth less", "not decided"], range=["#9fdcc8", "#ecc3da", "#e6e6e6"])
    axis: dict[str, Any] = {"axis": alt.Axis(labelAngle=0, ticks=False, domain=False)}
    x = alt.X("margin:N", sort=None, title="gross margin, share of price", **axis)
    y = alt.Y("need:N", sort=list(dict.fromkeys(table["need"]))[::-1], title="need, x this world's", **axis)
    on = alt.Chart(table)
    cells = on.mark_rect(stroke="white", strokeWidth=3).encode(x, y, alt.Color("sign:N", scale=scale, title=None))
    value = on.mark_text(fontSize=16, fontWeight="bold", dy=-9).encode(x, y, text="text:N")
    about = on.mark_text(fontSize=14, dy=12).encode(x, y, text="about:N")
    counts = table["sign"].value_counts()
    poor, good = names(found)
    title = (
        f"{good} is worth more in {counts.get('worth more', 0)} of {len(table)} firms, less in "
        f"{counts.get('worth less', 0)}"
    )
    note = f"Net present value less that of {poor}; ±: 95 % interval over {int(table['n'].max())} paired worlds each."
    chart = alt.layer(cells, value, about).properties(width=560, height=84 * len(arms.NEEDS))
    return titled(chart, title, note, sized=True)
