"""Numbers about several arms of the questions of loyalty."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, of_arm
from sim.experiment.questions.evidence import BASE
from sim.experiment.questions.loyal.findings import DEAL, ONE, OTHER, SAVE, Findings, called, deal_name
from sim.experiment.questions.loyal.quotients import Column, quotient

DEAR = 5.0  # times what advertising costs: that cost is an assumption in every world
AS_IT_IS, DEALS = called("as it is"), called(f"deal {DEAL:g}")
UNSEEN, SEEN = called(deal_name(DEAL, "nobody sees them")), called(deal_name(DEAL, "everybody sees them"))


def doubled(runs: pd.DataFrame, one: str, other: str) -> Estimate:
    """What the other strategy is worth more in the arms `one`, less what it is worth more in the arms `other`."""
    leads = (of_arm(runs, "npv", called(what, OTHER)) - of_arm(runs, "npv", called(what, ONE)) for what in (one, other))
    return estimate(next(leads) - next(leads))


def lead(runs: pd.DataFrame, what: str, column: str = "npv") -> Estimate:
    """What the other strategy is worth more than the one, in the arms of that name."""
    return difference(runs, column, called(what, OTHER), called(what, ONE))


def kept_by(runs: pd.DataFrame, arm: str, against: str) -> Column:
    """Customers whom one arm did not lose and the other did, at as many customer years."""
    saved = of_arm(runs, "switched", against) - of_arm(runs, "switched", arm)
    return saved * of_arm(runs, "customer_years", against)


def more(runs: pd.DataFrame, columns: tuple[str, ...], arm: str, against: str) -> Column:
    """The sum of columns in one arm less that in another."""
    return np.sum([of_arm(runs, name, arm) - of_arm(runs, name, against) for name in columns], axis=0)


def lost(runs: pd.DataFrame, whose: str, arm: str, against: str) -> Column:
    """The part of their orders that customers of week 0 made in one arm and not in the other."""
    before = of_arm(runs, f"orders_{whose}", against)
    return 1 - of_arm(runs, f"orders_{whose}", arm) / np.where(before > 0, before, np.nan)


def costs(found: Findings, place: str = "") -> dict[str, tuple[Column, Column]]:
    """($, customers) of winning by advertising and of keeping by support, in one of `PLACES`; 'offers': both by offers.

    Customers are those won or kept more, dollars those spent more for it.
    """
    runs, factor = found.runs, 1.0
    if place == "offers":
        before, dear, after = AS_IT_IS, DEALS, called(f"save {SAVE:g}")
        spent = -more(runs, ("npv_promotion", "npv_discounts"), after, before)
    else:
        few = "hardly any problems" if place == "few" else ""
        before, after = (called(few or "as it is", strategy) for strategy in (ONE, OTHER))
        dear = called("more advertising" + (f", {few}" if few else ""))
        spent, factor = more(runs, ("support",), after, before), DEAR if place == "dear" else 1.0
    paid, won = (more(runs, (column,), dear, before) for column in ("acquisition", "newcomers"))
    return {"winning": (factor * paid, won), "keeping": (spent, kept_by(runs, after, before))}


PLACES = {
    BASE: "",
    "by deals for newcomers and offers to stay": "offers",
    "where hardly anything goes wrong": "few",
    "where advertising costs five times as much": "dear",
}


def caused(found: Findings, with_reasons: str, without: str) -> Estimate:
    """The part of those going elsewhere who would not have gone without a reason of the firm's making."""
    left = (of_arm(found.runs, "switched", name) for name in (without, with_reasons))
    mean, low, high, n = quotient([next(left)], [next(left)])
    return Estimate(1 - mean, 1 - high, 1 - low, n)


def thanked(found: Findings, column: str, wakes: float) -> Estimate:
    """What a yearly gesture changes, at that probability of waking somebody."""
    name = called(f"thanked, {wakes:g} wake")
    return estimate(of_arm(found.thanked, column, name) - of_arm(found.runs, column, AS_IT_IS))
