"""What each strategy leaves on the table in each world: regret (Savage 1951), for a choice without probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.experiment.insight.shares import Share

RESAMPLES = 2000
COLUMNS = (
    "mean", "mean_low", "mean_high", "maximum", "maximum_low", "maximum_high", "best", "best_low", "best_high", "worst",
)  # fmt: skip


def regrets(npv: pd.DataFrame) -> pd.DataFrame:
    """What the best strategy of each world is worth more than each of them ($): zero for the best, never below.

    Args:
        npv: a row a point, a column a strategy: mean net present value ($) over the same paired worlds.

    Raises:
        ValueError: no point, fewer than two strategies, or a value that is missing or infinite.
    """
    if len(npv) < 1 or npv.shape[1] < 2:
        raise ValueError(f"regret needs a point and two strategies, not {len(npv)} and {npv.shape[1]}")
    if not np.isfinite(npv.to_numpy(float)).all():
        raise ValueError("a net present value is missing or infinite")
    return (-npv).add(npv.max(axis=1), axis=0)


def regret(npv: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """How much each strategy is regretted over all worlds, and how often it is the best.

    Args:
        npv: as in `regrets`.
        seed: of the bootstrap over points.

    Returns:
        A row a strategy, in the order of the columns: mean and maximum regret ($) with 95 % bootstrap intervals over
        points; best, the share of points where it is worth most (ties are divided), with its Jeffreys interval; worst,
        the point of its maximum. A world worse than all that were sampled may exist: the interval of the maximum
        says only how much it rests on single points and never exceeds it.

    Raises:
        ValueError: as in `regrets`.
    """
    table = regrets(npv)
    values, n = table.to_numpy(float), len(table)
    draws = np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))
    bests = values == 0
    shares = [Share(float(count), n) for count in (bests / bests.sum(axis=1, keepdims=True)).sum(axis=0)]
    rows = {}
    for column, strategy in enumerate(table):
        drawn = values[draws, column]
        mean_low, mean_high = np.quantile(drawn.mean(axis=1), [0.025, 0.975])
        max_low, max_high = np.quantile(drawn.max(axis=1), [0.025, 0.975])
        best = shares[column]
        rows[strategy] = [
            values[:, column].mean(), mean_low, mean_high, values[:, column].max(), max_low, max_high,
            best.value, best.low, best.high, table.index[int(values[:, column].argmax())],
        ]  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("strategy")
