"""Where a strategy breaks even, between any two parameters: a smooth fit, its zero line with a band, what to ask next.

The fit is a Gaussian process (Rasmussen & Williams 2006, doi:10.7551/mitpress/3206.001.0001) by scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.insight.designs import Floats, Range, checked, sobol
from sim.experiment.insight.paired import noise_variance, paired_means

LOOKED = 500  # points that the smoothness is judged by: its cost grows with the cube of their number
MOST = 2000  # points that the fit goes through
FEW = 60  # points; with fewer the band is somewhat too narrow, see `Frontier.band`
CANDIDATES = 512  # places that `where_next` chooses from
STEPS = 61  # of the grid that the zero line is drawn on, each way


@dataclass(frozen=True)
class Frontier:
    """The mean difference over two parameters, and where it is zero.

    Attributes:
        x, y: the parameters; every other one is averaged over as the points have it.
        bounds: their ranges, x first.
        along, up: (steps,) values of x and y on the grid.
        mean, sd: (steps, steps) $, rows up y: the fitted mean difference and its standard deviation.
        lines: pieces of the zero line, each (corners, 2) in units of x and y; empty where the sign never changes.
        n: points there were.
    """

    x: str
    y: str
    bounds: Mapping[str, Range]
    along: Floats
    up: Floats
    mean: Floats
    sd: Floats
    lines: tuple[Floats, ...]
    n: int
    model: Any
    unit: float  # $ in one unit of the model
    middle: float

    def predict(self, places: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation ($) of the mean difference at places (n, 2), in units of x and y."""
        mean, covariance = self._joint(places)
        return mean, np.sqrt(np.diag(covariance))

    @property
    def win(self) -> Floats:
        """(steps, steps) probability that the strategy wins on average."""
        from scipy.stats import norm

        return norm.cdf(self.mean / self.sd)

    @property
    def band(self) -> NDArray[np.bool_]:
        """(steps, steps) where the 95 % interval of the mean holds zero: the line may run here.

        Place by place, not for the whole line at once. Over 120 planted lines each, with scatter the same everywhere or
        growing along x, the line was within it at 94 to 97 % of its places with 80 points or more, at 91 % with 40 and
        at 88 % with 24: the most probable smoothness and scatter are taken for the true ones, of which a few points
        tell little (`FEW`).
        """
        return np.abs(self.mean) <= 1.96 * self.sd

    def _scatter(self, unit: Floats) -> Floats:
        """Variance of single worlds around the mean, in units of the model, at places of the unit square."""
        return self.model.kernel_.k2.diag(unit)

    def _joint(self, places: Floats) -> tuple[Floats, Floats]:
        unit = _unit(self.bounds, np.asarray(places, float))
        mean, covariance = self.model.predict(unit, return_cov=True)
        # What is left is the doubt about the mean, not the scatter of single worlds around it
        covariance = covariance - np.diag(self._scatter(unit))
        covariance[np.diag_indices_from(covariance)] = np.maximum(np.diag(covariance), 1e-12)
        return self.middle + self.unit * mean, self.unit**2 * covariance


def frontier(
    points: pd.DataFrame,
    deltas: pd.DataFrame,
    x: str,
    y: str,
    bounds: Mapping[str, tuple[Any, ...]] | None = None,
    seed: int = 1,
    keep: int = 0,
) -> Frontier:
    """Fits the mean difference over x and y and finds where it is zero.

    The noise that replications leave is taken from them. Scatter beyond it, as from other varied parameters, is fitted;
    it may grow along x and y (`scatter.py`).

    Args:
        points: a row a point; x and y are columns of numbers.
        deltas: columns point, replication, delta ($).
        bounds: the ranges of x and y (`designs.Range`: logarithms too); as far as the points reach if not given.
        seed: of the choice among more than 2000 points (500 to judge the smoothness by).
        keep: so many points, the last ones, are never left out of it.

    Raises:
        ValueError: x or y is no column of numbers, does not vary, or there are fewer than ten points.
    """
    from warnings import catch_warnings, simplefilter

    from contourpy import contour_generator
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    from sim.experiment.insight.scatter import Scatter
    from sim.experiment.insight.scatter import fitted as most_probable

    if x == y:
        raise ValueError(f"a frontier is between two parameters, not {x} and itself")
    for name in (x, y):
        if name not in points or not pd.api.types.is_numeric_dtype(points[name]):
            raise ValueError(f"{name} is not a column of numbers")
    means, noise = paired_means(deltas)["mean"], noise_variance(deltas)
    table = points.loc[points.index.intersection(means.index), [x, y]].astype(float)
    if len(table) < 10:
        raise ValueError(f"a frontier needs at least ten points, not {len(table)}")
    ends = {name: (table[name].min(), table[name].max()) for name in (x, y)} if bounds is None else bounds
    ranges = checked({name: ends[name] for name in (x, y)})
    first = len(table) - keep
    order = np.append(np.random.default_rng(seed).permutation(first)[: MOST - keep], np.arange(first, len(table)))
    table = table.iloc[order]
    values, variance = means.loc[table.index].to_numpy(float), noise.loc[table.index].to_numpy(float)
    middle, unit = float(values.mean()), float(values.std()) or 1.0
    places, target, alpha = _unit(ranges, table.to_numpy()), (values - middle) / unit, variance / unit**2 + 1e-8
    kernel = ConstantKernel(1.0, (1e-2, 1e3)) * Matern([0.5, 0.5], (0.05, 20.0), nu=2.5) + Scatter()
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)  # a parameter without effect drives its length to the end
        look = slice(LOOKED)
        model = GaussianProcessRegressor(
            kernel, alpha=alpha[look], optimizer=most_probable, n_restarts_optimizer=1, random_state=seed
        )
        model.fit(places[look], target[look])
        if len(table) > LOOKED:
            model = GaussianProcessRegressor(model.kernel_, alpha=alpha, optimizer=None).fit(places, target)
    steps = np.linspace(0, 1, STEPS)
    along, up = (_wide(each).scale(steps) for each in ranges.values())
    mean, sd = (grid.reshape(STEPS, STEPS) for grid in _grid(model, steps))
    mean, sd = middle + unit * mean, unit * sd
    # Traced in the unit square, where logarithmic axes are straight too
    traced: Any = contour_generator(steps, steps, mean).lines(0.0)
    lines = tuple(
        np.column_stack([_wide(each).scale(line[:, axis]) for axis, each in enumerate(ranges.values())])
        for line in traced
    )
    return Frontier(x, y, ranges, along, up, mean, sd, lines, first + keep, model, unit, middle)


def where_next(found: Frontier, n: int, seed: int = 1) -> Floats:
    """The places to sample next: where most is to be lost by trusting the sign of the fit.

    The first is where `expected_loss` is largest; the next one where it is once the doubt is smaller around the first,
    and so on. Near the line and where little is known both count.

    Returns:
        (n, 2) places in units of x and y, the most wanted first.
    """
    if not 1 <= n <= CANDIDATES:
        raise ValueError(f"n must be from 1 to {CANDIDATES}, not {n}")
    candidates = sobol(found.bounds, CANDIDATES, seed)
    mean, covariance = found._joint(candidates)
    noise = found._scatter(_unit(found.bounds, candidates)) + float(np.median(found.model.alpha))
    scatter = found.unit**2 * noise
    chosen: list[int] = []
    for _ in range(n):
        sd = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
        loss = expected_loss(mean, sd)
        loss[chosen] = -1.0
        best = int(np.argmax(loss))
        chosen.append(best)
        # What a sample there would leave in doubt does not depend on what it will be
        told = np.outer(covariance[best], covariance[best]) / (covariance[best, best] + scatter[best])
        covariance = covariance - told
    return candidates[chosen]


def expected_loss(mean: Floats, sd: Floats) -> Floats:
    """What one expects to lose ($) by taking the sign of the mean for the truth.

    It is sd φ(z) − |mean| Φ(−z) with z = |mean| / sd: the mean of what the wrong sign costs, under a normal doubt.
    """
    from scipy.stats import norm

    far = np.abs(mean) / sd
    return sd * norm.pdf(far) - np.abs(mean) * norm.cdf(-far)


def _grid(model: Any, steps: Floats) -> tuple[Floats, Floats]:
    across, upward = np.meshgrid(steps, steps)
    places = np.column_stack([across.ravel(), upward.ravel()])
    mean, sd = model.predict(places, return_std=True)
    return mean, np.sqrt(np.maximum(sd**2 - model.kernel_.k2.diag(places), 1e-12))


def _wide(given: Range) -> Range:
    """The same range, whole numbers or not: a line runs between them too."""
    return given._replace(integer=False)


def _unit(bounds: Mapping[str, Range], places: Floats) -> Floats:
    return np.column_stack([_wide(each).unit(places[:, axis]) for axis, each in enumerate(bounds.values())])
