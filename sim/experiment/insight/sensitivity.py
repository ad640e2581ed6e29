"""Which parameters the answer depends on: Morris screening and Sobol indices, both computed by SALib.

Sample with `morris_sample` or `sobol_sample`, simulate every row, and hand the results back in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.experiment.insight.designs import LEVELS, Floats, Given, checked, unit_problem
from sim.experiment.insight.designs import morris as morris_sample
from sim.experiment.insight.designs import sobol_indices as sobol_sample

__all__ = ["morris", "morris_sample", "problem_of", "sobol", "sobol_sample"]

RESAMPLES = 1000
SEED = 1  # of the bootstrap, not 0: SALib takes that for none and the intervals would change from call to call


def problem_of(bounds: Given) -> dict[str, Any]:
    """SALib's description of these parameters.

    Its bounds are those of the unit cube: logarithms and whole numbers are a matter of the design, and indices do not
    depend on a parameter's units.
    """
    return unit_problem(checked(bounds))


def sobol(problem: Mapping[str, Any], y: ArrayLike) -> pd.DataFrame:
    """First-order and total Sobol indices: shares of the variance of `y` over the design.

    The first-order index is what would vanish if the parameter alone were known; the total index what would remain if
    all others were. What total exceeds first by acts together with other parameters.

    Args:
        problem: from `problem_of`.
        y: (n x (parameters + 2),) results in the order of `sobol_sample`, such as mean deltas in $. Noise that differs
            from point to point counts as a cause that no parameter explains: it raises every total index.

    Returns:
        A row a parameter, in the problem's order: first, first_low, first_high, total, total_low, total_high. Estimates
        may leave 0 to 1. Intervals: 95 %, normal with a seeded bootstrap's standard deviation over the base points.

    Raises:
        ValueError: results of another number than the design's, one that is not finite, or all the same.
    """
    from SALib.analyze import sobol as analyzer

    size = problem["num_vars"] + 2
    y = _results(y, size, "sobol_sample")
    found = analyzer.analyze(
        dict(problem), y, calc_second_order=False, num_resamples=RESAMPLES, conf_level=0.95, seed=SEED
    )
    table: dict[str, Floats] = {}
    for column, name in (("first", "S1"), ("total", "ST")):
        value, half = np.asarray(found[name], float), np.asarray(found[f"{name}_conf"], float)
        table |= {column: value, f"{column}_low": value - half, f"{column}_high": value + half}
    return pd.DataFrame(table, index=pd.Index(problem["names"], name="parameter"))


def morris(problem: Mapping[str, Any], X: Floats, y: ArrayLike) -> pd.DataFrame:
    """Elementary effects: how much `y` moves when one parameter moves, all over the space (Morris 1991).

    Args:
        problem: from `problem_of`.
        X: (n x (parameters + 1), parameters) the design from `morris_sample`.
        y: (n x (parameters + 1),) results in its order.

    Returns:
        A row a parameter, in the problem's order, in units of `y` for the whole range of the parameter: mu_star (mean
        size of the effects; Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004) with mu_star_low and
        mu_star_high (95 %, seeded bootstrap over trajectories, not below 0), mu (mean effect), sigma (its standard
        deviation over the space: curvature, interaction, or noise).

    Raises:
        ValueError: results of another number than the design's, one that is not finite, or all the same.
    """
    from SALib.analyze import morris as analyzer

    y = _results(y, problem["num_vars"] + 1, "morris_sample")
    X = np.asarray(X, float)
    if X.shape != (y.size, problem["num_vars"]):
        raise ValueError(f"X must be {(y.size, problem['num_vars'])}, not {X.shape}")
    found = analyzer.analyze(
        dict(problem), X, y, num_resamples=RESAMPLES, conf_level=0.95, num_levels=LEVELS, seed=SEED
    )
    mu_star, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    table = {
        "mu_star": mu_star,
        "mu_star_low": np.maximum(mu_star - half, 0.0),
        "mu_star_high": mu_star + half,
        "mu": np.asarray(found["mu"], float),
        "sigma": np.asarray(found["sigma"], float),
    }
    return pd.DataFrame(table, index=pd.Index(problem["names"], name="parameter"))


def _results(y: ArrayLike, block: int, design: str) -> Floats:
    values = np.asarray(y, float)
    if values.ndim != 1 or values.size % block or values.size < 2 * block:
        raise ValueError(f"y must hold one result for each row of {design} ({block} x n), not shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"result {int(np.flatnonzero(~np.isfinite(values))[0])} is missing or infinite")
    if values.min() == values.max():
        raise ValueError("all results are the same: there is nothing to explain")
    return values
