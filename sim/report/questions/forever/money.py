"""No promotion, the same dollars elsewhere, to whom support is worth what: pictures and sentences."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import difference, estimate, of_arm
from sim.experiment.questions.forever import Findings, answers, dollars, plan
from sim.experiment.questions.forever.measures import YEAR, times
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.forever.words import names, row, told, within, worlds
from sim.report.questions.pictures import curves, dots
from sim.report.words import duration, money, number, percent


def no_promotion(found: Findings) -> Chart:
    """Customers over time without advertising, from many and from few buyers."""
    few = percent(plan.FEW)
    arms = {
        "as it is, advertised": (plan.KIND, theme.VERMILION), "as it is, no promotion": (plan.NO_ADS, theme.ORANGE),
        f"{few} bought, advertised": (plan.seed(plan.FEW, True), theme.BLUE),
        f"{few} bought, no promotion": (plan.seed(plan.FEW, False), theme.SKY),
    }  # fmt: skip
    people = found.kind.world.market.people
    rows = [
        {"group": name, "x": week / YEAR, **estimate(of_arm(found.runs, f"customers@{week}", arm) / people)._asdict()}
        for name, (arm, _) in arms.items()
        for week in (0, *times(found.weeks))
    ]
    gap = estimate(dollars.gained(found, plan.NO_ADS, plan.KIND, dollars.shipped_price(found)))
    title = told(gap, "$", "Without any promotion the firm is worth more, by", "Without any promotion the firm loses",
                  "No clear difference in value without any promotion")  # fmt: skip
    note = f"Customers as a share of all people. {worlds(found, 'bands')}"
    return curves(pd.DataFrame(rows), title, note, "years", "customers, share of people", "share", zero=None,
                  colours={name: colour for name, (_, colour) in arms.items()})  # fmt: skip


def seeds(found: Findings) -> str:
    """From how many buyers word of mouth alone holds its own, and how much later it gets as far as with promotion."""
    start, grown = [], []
    for name in (*(plan.seed(share, False) for share in plan.SEEDS), plan.NO_ADS):
        first, last = (of_arm(found.runs, f"customers@{week}", name).mean() for week in (0, found.weeks))
        start.append(first)
        grown.append(last / first if first else math.nan)
    people = found.kind.world.market.people
    times_as_many = ", ".join(
        f"{number(last)} x from {percent(first / people)}" for first, last in zip(start, grown, strict=True)
        if not math.isnan(last)
    )  # fmt: skip
    return (
        f"Without promotion the number of customers after {duration(found.weeks)} is, next to that of the start, "
        f"{times_as_many} of people. {_critical(found, np.array(start), np.array(grown))} {_later(found)}"
    )


def _critical(found: Findings, start: np.ndarray, grown: np.ndarray) -> str:
    """From where on customers do not grow any more, or where they begin to."""
    known = ~np.isnan(grown)
    if (grown[known] >= 1).all():
        return "Word of mouth carries the firm from the fewest buyers tried: there is no critical number among them."
    if (grown[known] < 1).all():
        return "From none of these numbers does word of mouth hold the number of customers."
    holds = start[known][grown[known] >= 1] / found.kind.world.market.people
    return f"It holds or grows from {percent(holds.min())} to {percent(holds.max())} of people, and shrinks elsewhere."


def _later(found: Findings) -> str:
    """How much earlier the advertised firm had as many customers as the other one ends with, from few buyers."""
    weeks = times(found.weeks)
    advertised, alone = (
        np.array([of_arm(found.runs, f"customers@{week}", plan.seed(plan.FEW, ads)).mean() for week in (0, *weeks)])
        for ads in (True, False)
    )
    if alone[-1] <= alone[0] or advertised.max() < alone[-1]:
        return f"From {percent(plan.FEW)} there is no growth without it by which to say how much time is lost."
    reached = float(np.interp(alone[-1], np.maximum.accumulate(advertised), np.array([0, *weeks], float)))
    earlier = duration(round(found.weeks - reached))
    return f"From {percent(plan.FEW)} buyers the promoted firm had as many customers {earlier} earlier."


def same_dollars(found: Findings) -> Chart:
    """What extra dollars gain in support, in advertising at two prices, and in a discount for newcomers."""
    shipped, elastic = dollars.shipped_price(found), dollars.elastic_price(found)
    extra = of_arm(found.runs, "support", plan.KIND) - of_arm(found.runs, "support", plan.LEAN)
    top = float(extra.mean())
    at = np.linspace(0, max(top, 1.0), 6)
    ways = {
        "better support": ([plan.HALF, plan.KIND], shipped, theme.VERMILION, True),
        "advertising, as priced": (dollars.ways()["advertising"], shipped, theme.BLUE, False),
        "advertising, dearer": (dollars.ways()["advertising"], elastic, theme.SKY, False),
        "discount for newcomers": (dollars.ways()["discount"], shipped, theme.GREEN, False),
    }
    rows = []
    for name, (arms, price, _, served) in ways.items():
        if math.isnan(price):
            continue
        spent = [dollars.served(found, arm) if served else dollars.bought(found, arm, price) for arm in arms]
        x = np.array(spent)
        y = np.array([dollars.gained(found, arm, plan.LEAN, price) for arm in arms])
        for spend in at:
            value = [dollars.at(float(spend), x[:, world], y[:, world]) for world in range(x.shape[1])]
            rows.append({"group": name, "x": float(spend), **estimate(value)._asdict()})
    against = answers.duel(found, "advertising", shipped)
    title = told(against, "$", "The dollars of better support gain more there than in advertising, by",
                  "The dollars of better support would gain more in advertising, by",
                  "No clear difference between the same dollars in support and in advertising")  # fmt: skip
    note = (
        f"Net present value gained by so many dollars more, spent before, at and after the sale. Dearer: at "
        f"{money(elastic)} a prospect a week instead of {money(shipped)}. {worlds(found, 'bands')}"
    )
    return curves(pd.DataFrame(rows), title, note, "extra dollars, discounted", "net present value gained, $",
                  x_unit="$", colours={name: colour for name, (*_, colour, _) in ways.items()})  # fmt: skip


def horizons(found: Findings) -> Chart:
    """What each policy has gained by when: the short and the long view."""
    table = answers.gains(found)
    near, far = (answers.choices(found, column) for column in (f"value@{times(found.weeks)[0]}", "npv"))
    one, other = (answers.MENU[max(set(each), key=each.count)] for each in (near, far))
    title = (
        f"A quarter and {duration(found.weeks)} choose the same: {one}" if one == other
        else f"Who looks a quarter ahead chooses: {one}; who looks {duration(found.weeks)} ahead: {other}"
    )  # fmt: skip
    note = f"Value up to each quarter, less that of staying lean. {worlds(found, 'bands')}"
    palette = (theme.SKY, theme.VERMILION, theme.ORANGE, theme.PURPLE, theme.GREEN, theme.BLUE, theme.BLACK)
    colours = dict(zip(dict.fromkeys(table["group"]), palette, strict=False))
    return curves(table, title, note, "years", "value more than staying lean, $", colours=colours)


def assurance(found: Findings) -> str:
    """What customers without any trouble do under either strategy."""
    gap, people = answers.assurance(found), found.pairs["untroubled"].mean()
    lean, kind = names(found)
    if math.isnan(gap.mean):
        return "Nobody here went without trouble under both strategies."
    says = told(gap, "", "more with the second, by", "fewer with the second, by", "no clear difference")
    away = answers.assurance(found, "there_")
    further = told(away, "", "more with the second, by", "fewer with the second, by", "no clear difference")
    return (
        f"Of the customers of the start, {number(people)} in a world met no problem and had no case under either "
        f"strategy. Orders of each a year: {number(found.pairs['orders_lean'].mean())} with *{lean}*, "
        f"{number(found.pairs['orders_kind'].mean())} with *{kind}*: {says} ({within(gap, '')}). "
        f"The same {found.elsewhere}: {further} ({within(away, '')})."
    )


def happier(found: Findings) -> Chart:
    """Good words by how people are treated."""
    first, *others = plan.TREATMENTS
    rows = [row(f"{name} treatment", difference(found.runs, "words", name, first)) for name in others]
    poor, decent, excellent = (of_arm(found.runs, "words", name) for name in plan.TREATMENTS)
    more, bend = estimate(excellent - poor), estimate(excellent - 2 * decent + poor)
    title = told(more, "", "Better treatment is spoken of more, good words a customer a year:",
                  "Better treatment is spoken of less, good words a customer a year:",
                  "No clear difference in how often people speak well of the firm")  # fmt: skip
    if not math.isnan(more.mean):
        title += f", of {number(poor.mean())} in all"
    curve = told(
        bend, "", "more than in proportion, by", "less than in proportion, by", "not clearly off a straight line"
    )
    note = f"Stories and recommendations, against {first} treatment. Second step against the first: {curve}."
    axis = "good words more, a customer a year"
    return dots(pd.DataFrame(rows), title, f"{note} {worlds(found)}", axis, "")


def reliability(found: Findings) -> Chart:
    """What better support is worth, by how many defects the product has, here and in the other world."""
    here, away = found.lean.world.title or "here", found.elsewhere.removeprefix("in ")
    said = {plan.DEFECTS[0]: "half the defects", 1.0: "today's defects", plan.DEFECTS[1]: "twice the defects"}
    rows = [
        row(f"{words}, {group}", estimate(answers.support_worth(found, factor, place=place)), group=group)
        for group, place, factors in ((here, plan.here, tuple(said)), (away, plan.there, tuple(said)[:2]))
        for factor, words in said.items()
        if factor in factors
    ]
    gap = estimate(answers.support_worth(found, plan.DEFECTS[0]) - answers.support_worth(found, 1.0))
    title = told(gap, "$", "Better support is worth more at half the defects, by",
                  "Better support is worth less at half the defects, by",
                  "No clear difference in what better support is worth at half the defects")  # fmt: skip
    note = f"Net present value of the second strategy less that of the first. {worlds(found)}"
    return dots(pd.DataFrame(rows), title, note, "value of better support, $",
                colours={here: theme.INK, away: theme.GREEN})  # fmt: skip


def triage(found: Findings) -> Chart:
    """The same support budget for all alike, or for one half of the customers first."""
    rows = [
        row("large orders first", answers.triage(found, plan.LARGE)),
        row("small orders first", answers.triage(found, plan.SMALL)),
    ]
    title = told(answers.triage(found, plan.LARGE), "$", "The support budget gains more if large orders come first:",
                  "The support budget loses if large orders come first:",
                  "No clear difference whether the support budget goes to large orders first")  # fmt: skip
    note = f"Against the same budget spent on all alike. {worlds(found)}"
    return dots(pd.DataFrame(rows), title, note, "net present value, less all alike, $")
