"""Deals for new customers: what they win, what they cost, and whom they offend."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, mean_of
from sim.experiment.questions.loyal.findings import AWARE, DEAL, DEALS, Findings, called, deal_name
from sim.experiment.questions.loyal.numbers_of import AS_IT_IS, lost
from sim.experiment.questions.loyal.numbers_of import DEALS as WITH_DEAL
from sim.report import theme
from sim.report.marks import Chart
from sim.report.questions.loyal.parts import figure, note, rows_of, told
from sim.report.questions.pictures import curves, dots
from sim.report.words import number, percent

COLOURS = dict(zip(AWARE, (theme.GREEN, theme.ORANGE, theme.VERMILION), strict=True))
OFFENDED = {
    "young": "The quarter with the shortest time here",
    "old": "The quarter with the longest time here",
    "unaware": "Two years here or more, do not see the deals",
    "aware": "Two years here or more, see the deals",
}


def deals(found: Findings) -> Chart:
    """What deals for newcomers are worth, by their size and by who sees them."""
    rows = []
    for seen in AWARE:
        rows.append({"x": 0.0, "group": seen, "mean": 0.0, "low": 0.0, "high": 0.0})
        for size in DEALS:
            rows.append({"x": size, "group": seen, **_worth(found, size, seen)._asdict()})
    said = {seen: told(_worth(found, DEAL, seen), "pay", "cost more than they bring", "make no clear difference")
            for seen in AWARE}  # fmt: skip
    nobody, some, everybody = said.values()
    title = f"Deals of {percent(DEAL)} off for newcomers {nobody} where nobody else sees them, "
    title += f"{some} where some do" + (
        f", {everybody} where everybody does" if everybody != some else " or everybody does"
    )
    share = found.scenarios[0].world.choice.deal_awareness
    below = note(found, "band", f"Some: {percent(share)}")
    return curves(pd.DataFrame(rows), title, below,
                  "Off a newcomer's first order", "Difference of net present value, $", x_unit="share",
                  colours=COLOURS)  # fmt: skip


def _worth(found: Findings, size: float, seen: str) -> Estimate:
    return difference(found.runs, "npv", called(deal_name(size, seen)), AS_IT_IS)


def fairness(found: Findings) -> Chart:
    """Whose orders deals for others cost."""
    cost = {text: estimate(lost(found.runs, who, WITH_DEAL, AS_IT_IS)) for who, text in OFFENDED.items()}
    gap = estimate(lost(found.runs, "aware", WITH_DEAL, AS_IT_IS) - lost(found.runs, "unaware", WITH_DEAL, AS_IT_IS))
    old = estimate(lost(found.runs, "old", WITH_DEAL, AS_IT_IS) - lost(found.runs, "young", WITH_DEAL, AS_IT_IS))
    title = told(
        gap,
        f"Old customers who see what newcomers get order {percent(gap.mean)} less than those who do not; ",
        f"Old customers who see what newcomers get order {percent(-gap.mean)} more than those who do not; ",
        "No clear difference between old customers who see what newcomers get and those who do not; ",
    ) + told(old, "the longer here, the more it costs", "the longer here, the less it costs",
             "how long they have been here makes no clear difference")  # fmt: skip
    return dots(rows_of(cost), title, note(found, more=f"Customers of week 0; a deal of {percent(DEAL)} off"),
                "Part of their orders that deals for newcomers cost", "share")  # fmt: skip


def deals_sentence(found: Findings) -> str:
    """Won, lost, and what goes to those who had left."""
    won = difference(found.runs, "newcomers", WITH_DEAL, AS_IT_IS)
    cost = estimate(lost(found.runs, "legacy", WITH_DEAL, AS_IT_IS))
    former = mean_of(found.runs, "deals_to_former", WITH_DEAL)
    back = difference(found.runs, "came_back", WITH_DEAL, AS_IT_IS)
    drawn = told(back, "they come back more often for it", "they come back less often for it",
                 "whether they come back more often for it is not clear")  # fmt: skip
    return (
        f"A deal of {percent(DEAL)} off wins {figure(won, 'newcomers more')} and costs {figure(cost, 'share')} of the "
        f"orders of those who were customers before. Of every {number(100)} dollars let off, "
        f"{number(100 * former.mean)} go to former customers; {drawn}."
    )
