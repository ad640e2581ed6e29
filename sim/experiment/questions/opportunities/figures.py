"""Figures computed from the sums and the arms: each a pure function, for evidence and pictures alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, difference, estimate, of_arm
from sim.experiment.questions.opportunities.asking import CARE, DROPS, Findings
from sim.experiment.questions.opportunities.loyalty import BINS
from sim.experiment.questions.opportunities.pooling import Figure, per, pooled, ratio
from sim.experiment.survey import GROUPS

POWER = 2.801585  # standard errors by which a true difference is found in four samples of five: z(.975) + z(.8)


def learned_by_kind(sums: Mapping[Any, Any]) -> float:
    """Trust gained by a defect put right less that by a mis-set expectation."""
    return ratio(sums["defect_learned"], sums["defect_settled"]) - ratio(
        sums["mistaken_learned"], sums["mistaken_settled"]
    )


def handled_to_order(sums: Mapping[Any, Any]) -> float:
    """Change of risk by one case, x that by one order."""
    moved, events = (sums[f"settled_{what}"] + sums[f"unsettled_{what}"] for what in ("moved", "events"))
    return ratio(ratio(moved, events), ratio(sums["order_moved"], sums["order_events"]))


def all_handled_to_orders(sums: Mapping[Any, Any]) -> float:
    """Change of risk by all cases, x that by all orders."""
    return ratio(sums["settled_moved"] + sums["unsettled_moved"], sums["order_moved"])


def risk_over_record(ending: str) -> Figure:
    """How much better perceived risk tells leavers than their record of orders does."""
    return lambda sums: ratio(sums[f"risk_tells{ending}"] - sums[f"record_tells{ending}"], sums[f"pairs{ending}"])


def camps(sums: Mapping[Any, Any], gone: bool = False) -> np.ndarray:
    """Shares of customers in each third of readiness to buy; who left is of the lowest, if they count."""
    thirds = np.array([sums[f"camp_{one}"] for one in range(BINS)], float).reshape(3, -1).sum(axis=1)
    if gone:
        thirds[0] += sums["gone"]
    return np.asarray(thirds / thirds.sum() if thirds.sum() else thirds * math.nan)


def camp_over_middle(camp: int, gone: bool = False) -> Figure:
    """Share of an end (0 or 2) less that of the middle third."""
    return lambda sums: float(camps(sums, gone)[camp] - camps(sums, gone)[1])


def as_seen(group: str) -> Figure:
    """Spend of a group for 100 of those without a problem."""
    return lambda sums: (
        100
        * ratio(ratio(sums[f"spend_{group}"], sums[f"asked_{group}"]), ratio(sums["spend_none"], sums["asked_none"]))
    )


def as_caused(group: str) -> Figure:
    """Spend of a group for 100 of what the same people spend without the problem."""
    return per(f"with_{group}", f"without_{group}", 100.0)


def respondents(group: str, percent: float, shares: tuple[float, float] | None = None) -> Figure:
    """Buyers to ask so that a difference in spend of so many per cent is found in four surveys of five.

    Both groups in the shares in which they come (or in `shares`), with the spread that each has:
    n = (z / d)^2 (v1 / s1 + v0 / s0).
    """

    def needed(sums: Mapping[Any, Any]) -> float:
        everyone = sum(sums[f"asked_{name}"] for name in GROUPS)
        base, noise = ratio(sums["spend_none"], sums["asked_none"]), 0.0
        for place, name in enumerate((group, "none")):
            n = sums[f"asked_{name}"]
            mean = ratio(sums[f"spend_{name}"], n)
            share = shares[place] if shares else ratio(n, everyone)
            noise += ratio(ratio(sums[f"square_{name}"], n) - mean**2, share)
        return ratio(noise * POWER**2, (percent / 100 * base) ** 2)

    return needed


def words_over_untroubled(stories: bool) -> Figure:
    """Good words of those whose problem was put right less those of the untroubled; mentions alone, or with stories."""

    def more(sums: Mapping[Any, Any]) -> float:
        said = {name: sums[f"mentions_{name}"] + stories * sums[f"stories_{name}"] for name in ("recovered", "none")}
        return ratio(said["recovered"], sums["asked_recovered"]) - ratio(said["none"], sums["asked_none"])

    return more


def good_share(arms: pd.DataFrame, name: str, against: str, kinds: Sequence[str]) -> Estimate:
    """Share of good ones among what is heard in one arm less that in another, paired."""
    share = {}
    for each in (name, against):
        good, bad = (sum(of_arm(arms, f"{what}_{kind}", each) for kind in kinds) for what in ("good", "bad"))
        share[each] = np.divide(good, good + bad, out=np.full_like(good, np.nan), where=(good + bad) > 0)
    return estimate(share[name] - share[against])


def good_words(arms: pd.DataFrame, name: str) -> np.ndarray:
    """Good stories and mentions heard, of each paired world."""
    return of_arm(arms, "good_stories", name) + of_arm(arms, "good_mentions", name)


def doubt_taken(found: Findings, what: str) -> Estimate:
    """Of every second person, left or orders in a year without any doubt less the same with it, per person."""
    both = found.months.merge(found.freed, on=["strategy", "replication"], suffixes=("", "_free"))
    return pooled(both, lambda sums: ratio(sums[f"followed_{what}_free"] - sums[f"followed_{what}"], sums["followed"]))


def cheap_curve(found: Findings, ending: str = "") -> pd.DataFrame:
    """Net present value of cheap contacts by how many fewer cases are settled at once: x, mean, low, high."""
    rows = [{"x": drop, **difference(found.arms, "npv", f"cheap {drop:g}{ending}", CARE)._asdict()} for drop in DROPS]
    return pd.DataFrame(rows)


def break_even(found: Findings, ending: str = "") -> Estimate:
    """By how much first-contact resolution may fall until half the wage saves nothing, by a straight line through the
    points of each paired world; the largest drop tried where it still pays there, 0 where it never does."""
    worth = np.array([of_arm(found.arms, "npv", f"cheap {drop:g}{ending}") for drop in DROPS])
    return estimate([_crossing(column) for column in (worth - of_arm(found.arms, "npv", CARE)).T])


def _crossing(worth: np.ndarray) -> float:
    slope, start = np.polyfit(DROPS, worth, 1)
    if slope >= 0:
        return DROPS[-1] if worth.mean() > 0 else 0.0
    return float(np.clip(-start / slope, 0.0, DROPS[-1]))
