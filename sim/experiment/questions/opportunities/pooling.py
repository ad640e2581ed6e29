"""Figures from sums pooled over paired worlds, with an interval from leaving each world out in turn."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.questions.arms import Estimate, estimate

NOTHING = Estimate(math.nan, math.nan, math.nan, 0)
Figure = Callable[[Mapping[Any, Any]], float]


def pooled(table: pd.DataFrame, figure: Figure) -> Estimate:
    """A figure of the sums over all worlds: the jackknife's mean and 95 % t interval over paired worlds (Tukey 1958).

    Args:
        table: a row a run, with `replication` and columns that add up; runs of one replication are added.
        figure: from sums by name to a number, NaN where there is nothing to divide by.
    """
    sums = table.groupby("replication").sum(numeric_only=True)
    total = sums.sum()
    n, whole = len(sums), figure(total.to_dict())
    if not n or math.isnan(whole):
        return NOTHING
    if n == 1:
        return Estimate(whole, -math.inf, math.inf, 1)
    left_out = np.array([figure((total - sums.iloc[row]).to_dict()) for row in range(n)])
    if np.isnan(left_out).any():  # all of it comes from one world
        return Estimate(whole, -math.inf, math.inf, 1)
    return estimate(n * whole - (n - 1) * left_out)


def per(top: str, bottom: str, scale: float = 1.0) -> Figure:
    """The figure `scale` x top / bottom."""
    return lambda sums: scale * ratio(sums[top], sums[bottom])


def ratio(top: float, bottom: float) -> float:
    """top / bottom, NaN where there is nothing to divide by."""
    return float(top) / float(bottom) if bottom else math.nan
