"""The same dollars elsewhere: what advertising costs, and what a way of spending brings at a given spend."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.experiment.questions.arms import Estimate, of_arm
from sim.experiment.questions.forever import plan
from sim.experiment.questions.forever.findings import Findings
from sim.model.draws import Floats

# Who advertises and prices best spends, of sales, the elasticity of advertising over that of price (Dorfman & Steiner
# 1954): .12 (short run; Sethuraman, Tellis & Briesch 2011) over 2.62 (Bijmolt, van Heerde & Pieters 2005)
OF_SALES = 0.12 / 2.62


Place = Callable[[str], str]  # the name of an arm -> its name in a world: `plan.here`, `plan.there`


def shipped_price(found: Findings, place: Place = plan.here) -> float:
    """$ a prospect a week of advertising, as the world has it."""
    lean = found.lean if place is plan.here else plan.elsewhere(plan.Firms(found.lean, found.kind)).lean
    return lean.world.market.advertising_cost


def elastic_price(found: Findings, place: Place = plan.here) -> float:
    """$ a prospect a week, such that the first firm spends on advertising the share of sales that `OF_SALES` says."""
    sales, reached = (of_arm(found.runs, column, place(plan.LEAN)).mean() for column in ("npv_sales", "reached"))
    return float(OF_SALES * sales / reached) if reached else float("nan")


def value(found: Findings, arm: str, price: float, place: Place = plan.here) -> Floats:
    """NPV of an arm, in each paired world, were advertising to cost so much. It moves no customer, only the books."""
    npv, reached = (of_arm(found.runs, column, place(arm)) for column in ("npv", "reached"))
    return np.asarray(npv - (price - shipped_price(found, place)) * reached)


def gained(found: Findings, arm: str, against: str, price: float, place: Place = plan.here) -> Floats:
    """NPV of an arm less that of another, by world, at a price of advertising."""
    return value(found, arm, price, place) - value(found, against, price, place)


def served(found: Findings, arm: str, place: Place = plan.here) -> Floats:
    """Discounted $ of support of an arm beyond those of the lean firm, by world."""
    return of_arm(found.runs, "support", place(arm)) - of_arm(found.runs, "support", place(plan.LEAN))


def bought(found: Findings, arm: str, price: float, place: Place = plan.here) -> Floats:
    """Discounted $ paid for advertising and discounts beyond those of the lean firm, by world.

    Not for the support of those who were won: that is in the value, as it is where support won them.
    """
    reached, discounts = (
        of_arm(found.runs, column, place(arm)) - of_arm(found.runs, column, place(plan.LEAN))
        for column in ("reached", "npv_discounts")
    )
    return np.asarray(price * reached - discounts)


def at(x: float, xs: Floats, ys: Floats) -> float:
    """The curve through 0 and the points, at x: straight between points and beyond the last, 0 below 0."""
    order = np.argsort(xs, kind="stable")
    xs, ys = np.concatenate([[0.0], xs[order]]), np.concatenate([[0.0], ys[order]])
    keep = np.concatenate([[True], np.diff(np.maximum.accumulate(xs)) > 0])
    xs, ys = xs[keep], ys[keep]
    if x <= xs[-1] or xs.size < 2:
        return float(np.interp(x, xs, ys))
    return float(ys[-1] + (x - xs[-1]) * (ys[-1] - ys[-2]) / (xs[-1] - xs[-2]))


def elsewhere(found: Findings, way: str, price: float, place: Place = plan.here) -> Floats:
    """What a way of winning people would have gained with the dollars that the kind firm puts into support more.

    Args:
        way: a key of `ways`.
    """
    arms, extra = ways(place)[way], served(found, plan.KIND, place)
    x = np.array([bought(found, arm, price, place) for arm in arms])
    y = np.array([gained(found, arm, plan.LEAN, price, place) for arm in arms])
    return np.array([at(extra[world], x[:, world], y[:, world]) for world in range(extra.size)])


def ways(place: Place = plan.here) -> dict[str, list[str]]:
    """Ways to spend the same dollars -> their arms in that world, from little to much."""
    factors = plan.ADVERTISING if place is plan.here else plan.ADVERTISING[:2]
    return {
        "advertising": [f"advertising x {factor:g}" for factor in factors],
        "discount": [f"discount {share:g}" for share in plan.DISCOUNTS],
    }


def targeted(found: Findings, first: str) -> Floats:
    """NPV of both halves of the customers where the support budget goes to one of them first, by world.

    Args:
        first: `plan.LARGE` or `plan.SMALL`; '': to both alike, half way between the two strategies. That sets the
            budget: the other half gets what is left when the first has as much as the second strategy gives.
    """
    (small_x, small_y), (large_x, large_y) = _curves(found, plan.SMALL), _curves(found, plan.LARGE)
    middle = plan.LEVELS.index(0.5)
    if not first:
        return np.asarray(small_y[middle] + large_y[middle])
    budget = small_x[middle] + large_x[middle]
    one, other = ((large_x, large_y), (small_x, small_y)) if first == plan.LARGE else (
        (small_x, small_y), (large_x, large_y))  # fmt: skip
    made = []
    for world in range(budget.size):
        lucky = min(budget[world] - other[0][0, world], one[0][-1, world])
        made.append(_on(lucky, one, world) + _on(budget[world] - lucky, other, world))
    return np.array(made)


def _curves(found: Findings, size: str) -> tuple[Floats, Floats]:
    """(support $, NPV) of a half by level and world."""
    names = [plan.of_class(size, level) for level in plan.LEVELS]
    return (
        np.array([of_arm(found.runs, "support", name) for name in names]),
        np.array([of_arm(found.runs, "npv", name) for name in names]),
    )


def _on(spend: float, curve: tuple[Floats, Floats], world: int) -> float:
    """NPV at a spend; a level that costs more than a higher one is passed over."""
    x, y = curve[0][:, world], curve[1][:, world]
    order = np.argsort(x, kind="stable")
    return float(np.interp(spend, x[order], y[order]))


def jackknife(function: Callable[..., float], *columns: Floats) -> Estimate:
    """A function of means over paired worlds, with a 95 % t interval from leaving out each world in turn."""
    from scipy.stats import t

    table = np.array(columns, float)
    table = table[:, ~np.isnan(table).any(axis=0)]
    n = table.shape[1]
    if not n:
        return Estimate(np.nan, np.nan, np.nan, 0)
    whole = function(*table.mean(axis=1))
    if n < 2 or not np.isfinite(whole):
        return Estimate(whole, *((-np.inf, np.inf) if np.isfinite(whole) else (np.nan, np.nan)), n)
    parts = np.array([function(*np.delete(table, world, axis=1).mean(axis=1)) for world in range(n)])
    half = t.ppf(0.975, n - 1) * np.sqrt((n - 1) / n * ((parts - parts.mean()) ** 2).sum())
    return Estimate(float(whole), float(whole - half), float(whole + half), n)
