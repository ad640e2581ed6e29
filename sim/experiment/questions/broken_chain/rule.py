"""Whom to pay: put right whatever costs less than the customer would be missed, against a fixed cap on each remedy.

Nothing is judged by what it was learnt from: what even paired worlds show decides in odd ones, and the other way round.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, estimate
from sim.model.draws import Floats

FEWEST = 8  # cases from which anything can be learnt
RULE, ONE_SALE, BEST_CAP, ALWAYS = "by what would be missed", "up to one sale", "up to the best cap", "always"


def expected(known: pd.DataFrame, cases: pd.DataFrame) -> Floats:
    """$ that each customer would be missed by: a line in their yearly margin, and what others bring on average."""
    missed = known["hop_0"] + known["cost"]
    x = np.column_stack([np.ones(len(known)), known["yearly"]])
    weights, *_ = np.linalg.lstsq(x, missed.to_numpy(float), rcond=None)
    others = float((known["value"] - known["hop_0"]).mean())
    return np.asarray(weights[0] + weights[1] * cases["yearly"].to_numpy(float) + others)


def best_cap(known: pd.DataFrame) -> float:
    """The cap under which most is gained; below all costs where nothing is gained."""
    ordered = known.sort_values("cost")
    gained = np.concatenate([[0.0], np.cumsum(ordered["value"])])
    return float(np.concatenate([[-1.0], ordered["cost"]])[int(np.argmax(gained))])


def decided(cases: pd.DataFrame) -> pd.DataFrame:
    """What each way to decide gains in each case, $: columns RULE, ONE_SALE, BEST_CAP, ALWAYS; and expected, cap, sale.

    Args:
        cases: rows of `chains.row_of` of one setting.

    Returns:
        The cases with these columns; none of them where there is too little to learn from.
    """
    parts = []
    for side in (0, 1):
        known = cases[cases["replication"] % 2 != side] if len(cases) else cases
        own = cases[cases["replication"] % 2 == side].copy() if len(cases) else cases
        if len(known) < FEWEST or own.empty:
            continue
        own["expected"], own["cap"], own["one_sale"] = expected(known, own), best_cap(known), known["sale"].mean()
        own[RULE] = np.where(own["cost"] < own["expected"], own["value"], 0.0)
        own[ONE_SALE] = np.where(own["cost"] <= own["one_sale"], own["value"], 0.0)
        own[BEST_CAP] = np.where(own["cost"] <= own["cap"], own["value"], 0.0)
        own[ALWAYS] = own["value"]
        parts.append(own)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def by_world(cases: pd.DataFrame, column: str) -> Estimate:
    """The mean of a case, with the interval over paired worlds: cases of one world share its people and luck."""
    if not len(cases):
        return estimate([])
    found = estimate(cases.groupby("replication")[column].mean())
    if not cases[column].any():  # what never happened in n cases may happen in 3 / n of them
        return Estimate(0.0, 0.0, 3 / len(cases), found.n)
    return found


def ratio_by_world(cases: pd.DataFrame, top: pd.Series, bottom: str) -> Estimate:
    """The same for the ratio of two sums."""
    if not len(cases):
        return estimate([])
    sums = pd.DataFrame({"top": top, "bottom": cases[bottom], "world": cases["replication"]}).groupby("world").sum()
    return estimate((sums["top"] / sums["bottom"].where(sums["bottom"] > 0)).to_numpy(float))


def over(cases: pd.DataFrame, better: str, than: str) -> Estimate:
    """What one way to decide gains over another, $ a case."""
    if not len(cases):
        return estimate([])
    return by_world(cases.assign(more=cases[better] - cases[than]), "more")
