"""What customers do after problems that were handled in different ways."""

from __future__ import annotations

import pandas as pd

from sim.experiment.questions.arms import difference, estimate, mean_of
from sim.experiment.questions.handling import BASE, Findings, claimed, inflicted
from sim.report.marks import Chart
from sim.report.questions.handling.said import bars, points, told
from sim.report.questions.pictures import curves, dots, rows_of
from sim.report.words import number

KEPT = "Spend of the following year, next to the same people without the problem"
ONE_PROBLEM = {
    "put right": "put right within a day",
    "by many hands": "the same, after four contacts",
    "curtly": "the same, without respect",
    "with effort": "the same, with much effort of theirs",
    "explained": "explained only, with respect",
    "explained curtly": "explained only, without respect",
    "after eight weeks": "put right after eight weeks",
    "let down": "not put right",
}
PATHS = {
    "put right": "put right",
    "right, right": "put right, put right",
    "right three times": "put right three times",
    "let down": "let down",
    "right, down": "put right, then let down",
    "down, right": "let down, then put right",
    "down, down": "let down twice",
    "down three times": "let down three times",
}
AFTER = {"mild, put right": "after a mild problem", "put right": "after one as bad as the order is large",
         "right, right": "after a second one as bad", "grave, put right": "after one three times as bad"}  # fmt: skip
# --- one problem -------------------------------------------------------------------------------------------------


def handled(found: Findings) -> Chart:
    """What customers spend in the year after one problem, by how it was handled."""
    ways = found.ways[BASE]
    kept = {said: mean_of(ways, "kept", name) for name, said in ONE_PROBLEM.items()}
    lost = difference(ways, "kept", "put right", "let down")
    style = difference(ways, "kept", "put right", "explained curtly")
    title = (
        f"Whether it is put right decides {told(lost, 'most', 'nothing', 'perhaps something')}: "
        f"{points(lost)} of a year's spend; what is done and with what manners, {points(style)}"
    )
    return dots(rows_of(kept), title, f"{bars(lost)}. One problem as bad as the order is large, times what hangs on it",
                KEPT, "share", zero=1.0)  # fmt: skip


def delay(found: Findings) -> Chart:
    """What is kept by the days until the problem is put right."""
    ways = found.ways[BASE]
    names = {1: "put right"} | inflicted.DELAYS
    rows = pd.DataFrame([{"x": days, **mean_of(ways, "kept", name)._asdict()} for days, name in names.items()])
    gap = difference(ways, "kept", "put right", "after sixteen weeks")
    title = told(gap, "The same solution keeps less the later it comes", "A late solution keeps more than an early one",
                 "Between early and late solutions there is no clear difference")  # fmt: skip
    band = bars(gap, "band") + ". Next to the same people without the problem"
    return curves(rows, f"{title}: within a day less after sixteen weeks {points(gap)}", band,
                  "days until it is put right", "Spend of the following year", "share", zero=None)  # fmt: skip


def worth_more(found: Findings) -> Chart:
    """The share of customers who are likelier to buy after a problem put right than without it."""
    ways = found.ways[BASE]
    shares = {said: mean_of(ways, "better", name) for name, said in AFTER.items()}
    above = [said for said, share in shares.items() if share.low > 0.5]
    title = f"More than half are likelier to buy than without the problem {' and '.join(above)}" if above else (
        "After none of these problems are more than half likelier to buy than without it, for sure"
    )  # fmt: skip
    return dots(rows_of(shares), title, f"{bars(next(iter(shares.values())))}. Put right within a day, with respect",
                "Share of customers likelier to buy at the next need, a week later", "share", zero=0.5)  # fmt: skip


def moment(found: Findings) -> str:
    """How far a month moves customers, with a problem and without."""
    seen = found.moments
    ratio, orders = estimate(seen["spread_problem"] / seen["spread_none"]), estimate(seen["orders"])
    if pd.isna(ratio.mean):
        return "Too few problems were met to say how far they move customers."
    text = (
        f"The chance that a customer buys at the next need moves {number(ratio.mean)} times as far in a month with a "
        f"problem as in one without ({number(ratio.low)} to {number(ratio.high)})."
    )
    if pd.isna(orders.mean):
        return f"{text} The horizon has no room to see it in a year's orders."
    seen_there = "is seen in" if orders.low > 1 else "cannot be told from"
    return (
        f"{text} It {seen_there} the spread of the orders of the following year: their variance is "
        f"{number(orders.mean)} times ({number(orders.low)} to {number(orders.high)}) that of customers with the same "
        "need and no problem."
    )


# --- several problems --------------------------------------------------------------------------------------------


def paths(found: Findings) -> Chart:
    """What is kept after several problems, by what came of each."""
    ways = found.ways[BASE]
    kept = {said: mean_of(ways, "kept", name) for name, said in PATHS.items()}
    order = difference(ways, "kept", "down, right", "right, down")
    title = told(order, "The last one counts most: let down and then put right keeps more than the other way round",
                 "Put right and then let down keeps more than the other way round",
                 "Let down and then put right, or the other way round: no clear difference")  # fmt: skip
    return dots(rows_of(kept), f"{title}: {points(order)}", f"{bars(order)}. Problems eight weeks apart",
                KEPT, "share", zero=1.0)  # fmt: skip


def compounding(found: Findings) -> str:
    """Whether a failed recovery after an earlier failure is worse than the sum of both."""
    ways = found.ways[BASE]
    beyond, left = claimed.interaction(ways, "kept"), claimed.of_what_is_left(ways)
    if pd.isna(beyond.mean):
        return "There were no customers to let down twice."
    summed = told(beyond, "less than both alone add up to, since nobody can leave twice",
                  "more than both alone add up to", "about as much as both alone add up to")  # fmt: skip
    share = told(left, "a smaller part", "a larger part", "no clearly larger part")
    if pd.isna(left.mean):
        share = "an unknown part"
    return (
        f"A second failure to put it right, after a first, takes {summed} (difference {points(beyond)} of a year's "
        f"spend). Of what there still was to lose, it takes {share} than the first one does ({points(left)} of it)."
    )
