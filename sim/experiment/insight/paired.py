"""What the replications of each point say together: mean, interval, sign."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ["mean", "half_width", "n", "sign"]


def paired_means(deltas: pd.DataFrame) -> pd.DataFrame:
    """The mean difference of each point with its 95 % t interval over replications.

    Args:
        deltas: columns point, replication, delta ($); a row a paired world.

    Returns:
        A row a point, indexed by its number in rising order: mean ($), half_width ($; infinite for one replication),
        n (replications), sign (1 or -1 where the interval excludes zero, else 0: undecided). One undecided point in
        forty is called by chance for each side.

    Raises:
        ValueError: a delta is missing or infinite, or a replication of a point is there twice.
    """
    from scipy.stats import t

    odd = deltas[~np.isfinite(deltas["delta"].to_numpy(float))]
    if len(odd):
        raise ValueError(f"the delta of point {odd['point'].iloc[0]} is missing or infinite ({len(odd)} such)")
    if deltas.duplicated(["point", "replication"]).any():
        raise ValueError("a replication of a point is there twice")
    groups = deltas.groupby("point", sort=True)["delta"]
    table = pd.DataFrame({"mean": groups.mean(), "n": groups.size()})
    several = table["n"] > 1
    half = t.ppf(0.975, np.maximum(table["n"] - 1, 1)) * groups.std(ddof=1) / np.sqrt(table["n"])
    table["half_width"] = half.where(several, np.inf)
    table["sign"] = np.where(table["mean"] - table["half_width"] > 0, 1, 0)
    table.loc[table["mean"] + table["half_width"] < 0, "sign"] = -1
    return table[COLUMNS]


def noise_variance(deltas: pd.DataFrame) -> pd.Series:
    """The variance ($²) that replications leave in the mean of each point, indexed as in `paired_means`.

    A handful of replications hardly tells a point's own variance, so it is drawn towards that of all points, the more
    the less points differ: the moderated variance of Smyth (2004, doi:10.2202/1544-6115.1027, sections 3 and 6.2). A
    point with one replication gets that of all. Zero where no point has more than one: nothing is known of it.
    """
    from scipy.optimize import brentq
    from scipy.special import digamma, polygamma

    groups = deltas.groupby("point", sort=True)["delta"]
    n = groups.size()
    own, free = groups.var(ddof=1), n - 1
    known = free > 0
    seen, half = own[known].to_numpy(float), free[known].to_numpy(float) / 2
    least = 1e-5 * float(np.median(seen)) if seen.size else 0.0
    if least == 0 or seen.size < 2:
        return own.fillna(seen.mean() if seen.size else 0.0) / n
    logs = np.log(np.maximum(seen, least)) - digamma(half) + np.log(half)
    spread = float(logs.var(ddof=1) - polygamma(1, half).mean())  # of the true variances, in logarithms
    if spread <= polygamma(1, 1e4):  # none to speak of
        common, prior = float(np.average(seen, weights=half)), 2e4
    else:
        shape = brentq(lambda value: polygamma(1, value) - spread, 1e-3, 1e4)
        common, prior = float(np.exp(logs.mean() + digamma(shape) - np.log(shape))), 2 * shape
    return (own.fillna(0.0) * free + prior * common) / (free + prior) / n
