"""Numbers that both the claims and the pictures need, from what was run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, of_arm
from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.forever import dollars, plan
from sim.experiment.questions.forever.dollars import Place
from sim.experiment.questions.forever.findings import Findings
from sim.experiment.questions.forever.inside import HALF_YEAR
from sim.experiment.questions.forever.measures import YEAR, times
from sim.model.draws import Floats

NO_VALUE = Estimate(np.nan, np.nan, np.nan, 0)
# What a firm may do instead of being lean, all in the notebook's own world
MENU = {
    plan.LEAN: "Stay lean", plan.HALF: "Half way", plan.KIND: "Better support",
    plan.HELP: "Support, and help for anyone",
    plan.INVITED: "Support, inviting calls", plan.posts(plan.LETTER): "Support and letters",
    f"advertising x {plan.ADVERTISING[0]:g}": "Twice the advertising", f"discount {plan.DISCOUNTS[-1]:g}": "A discount",
}  # fmt: skip
SUPPORT = tuple(MENU)[:-2]  # of these, the ones that spend nothing on winning people


def converted(found: Findings, prefix: str = "") -> Estimate:
    """What help changes in the share of people who buy within a year."""
    with_help, without = (found.pairs[f"{prefix}{name}"] for name in ("converted", "converted_without"))
    return estimate(with_help - without)


def cheaper(found: Findings, price: float) -> Estimate:
    """$ of help for outsiders less what as many new customers would have cost by more advertising."""
    paid, won = _advertised(found, price)
    cost, more = (found.pairs[name].to_numpy(float) for name in ("help_cost", "won"))
    return dollars.jackknife(lambda c, m, p, w: c - m * p / w if w > 0 else np.nan, cost, more, paid, won)


def each(found: Findings, price: float) -> tuple[Estimate, Estimate]:
    """$ for one more new customer: (by help, by twice the advertising); no value where none is won."""
    paid, won = _advertised(found, price)
    cost, more = (found.pairs[name].to_numpy(float) for name in ("help_cost", "won"))
    return tuple(  # type: ignore[return-value]
        dollars.jackknife(lambda top, bottom: top / bottom if bottom > 0 else np.nan, *pair)
        for pair in ((cost, more), (paid, won))
    )


def _advertised(found: Findings, price: float) -> tuple[Floats, Floats]:
    """($ more for advertising, new customers more) with twice the advertising."""
    arm = dollars.ways()["advertising"][0]
    reached, won = (of_arm(found.runs, name, arm) - of_arm(found.runs, name, plan.LEAN)
                    for name in ("reached", "newcomers"))  # fmt: skip
    return price * reached, won


def invitations(found: Findings) -> dict[str, tuple[str, str]]:
    """Setting -> (arm with, arm without an invitation)."""
    lean = found.lean.strategy.title.strip() or "the first strategy"
    first, second = plan.DESKS
    return {
        BASE: (plan.INVITED, plan.KIND),
        "at a desk that does not grow": (plan.desk(first, True), plan.desk(first, False)),
        f"at a desk of {100 * second:.0f} % of that": (plan.desk(second, True), plan.desk(second, False)),
        f"at the desk of {lean}": (plan.LEAN_INVITED, plan.LEAN),
        found.elsewhere: (plan.there(plan.INVITED), plan.there(plan.KIND)),
    }


def choices(found: Findings, until: str, place: Place = plan.here, menu: Sequence[str] = tuple(MENU)) -> list[str]:
    """The policy of the menu worth most up to a time (a column), for each world by the other half of the worlds."""
    values = np.array([of_arm(found.runs, until, place(name)) for name in menu])
    worlds = np.arange(values.shape[1])
    made = []
    for world in worlds:
        others = worlds % 2 != world % 2
        seen = values[:, others] if others.any() else values
        made.append(menu[int(seen.mean(axis=1).argmax())])
    return made


def chosen_apart(found: Findings, until: str, place: Place = plan.here, menu: Sequence[str] = tuple(MENU)) -> Estimate:
    """Value at the horizon: of what a long view chooses less what a short one chooses, in worlds neither has seen."""
    if until not in found.runs:
        return NO_VALUE
    worth = {name: of_arm(found.runs, "npv", place(name)) for name in menu}
    pairs = zip(choices(found, "npv", place, menu), choices(found, until, place, menu), strict=True)
    return estimate([worth[far][world] - worth[near][world] for world, (far, near) in enumerate(pairs)])


def loyal(found: Findings, setting: str, won_by: str, lag: int = HALF_YEAR) -> Floats:
    """Share of people won who are loyal so many weeks later, by world."""
    rows = found.loyalty.query("setting == @setting and won_by == @won_by and lag == @lag")
    return rows.sort_values("replication")["loyal"].to_numpy(float)


def support_worth(found: Findings, factor: float, kind: str = plan.KIND, place: Place = plan.here) -> Floats:
    """NPV of the kind firm less that of the lean one at so many defects, by world."""
    one, other = (of_arm(found.runs, "npv", place(plan.defects(factor, name))) for name in (kind, plan.LEAN))
    return np.asarray(one - other)


def assurance(found: Findings, prefix: str = "") -> Estimate:
    """Orders a year of the never troubled: under the second strategy less under the first."""
    return estimate(found.pairs[f"{prefix}orders_kind"] - found.pairs[f"{prefix}orders_lean"])


def duel(found: Findings, way: str, price: float, place: Place = plan.here) -> Estimate:
    """What the dollars gain in support less what they would have gained elsewhere."""
    gained = dollars.gained(found, plan.KIND, plan.LEAN, price, place)
    return estimate(gained - dollars.elsewhere(found, way, price, place))


def triage(found: Findings, first: str) -> Estimate:
    """NPV of one half first, less that of all alike, at the same budget."""
    return estimate(dollars.targeted(found, first) - dollars.targeted(found, ""))


def gains(found: Findings) -> pd.DataFrame:
    """Value of each policy of the menu less that of staying lean, by quarter: group, x (years), mean, low, high."""
    rows = [
        {"group": said, "x": week / YEAR, **difference(found.runs, f"value@{week}", name, plan.LEAN)._asdict()}
        for name, said in MENU.items()
        if name != plan.LEAN
        for week in times(found.weeks)
    ]
    return pd.DataFrame(rows)
