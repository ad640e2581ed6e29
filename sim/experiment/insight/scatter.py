"""Scatter of single worlds around a smooth mean that is larger on one side than on the other, for scikit-learn's fit.

A firm that earns more has more to win and more to lose, so worlds differ more where margins and demand are high. Taken
for the same everywhere, scatter makes the band too narrow there and too wide elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.gaussian_process.kernels import Hyperparameter, Kernel

Floats = NDArray[np.float64]
SPREAD = 1.5  # prior standard deviation of the logarithm of a ratio: a few dozen points tell little about it


class Scatter(Kernel):
    """Independent scatter whose variance changes by a factor from one end of a parameter to the other.

    The variance at a place u of the unit square is level · ratio_x^(u_x − ½) · ratio_y^(u_y − ½).

    Args:
        level: variance in the middle.
        ratio: of the variances at the upper and the lower end, for each parameter.
    """

    def __init__(
        self,
        level: float = 0.1,
        ratio: tuple[float, ...] = (1.0, 1.0),
        level_bounds: tuple[float, float] = (1e-6, 10.0),
        ratio_bounds: tuple[float, float] = (1e-2, 1e2),
    ) -> None:
        self.level, self.ratio, self.level_bounds, self.ratio_bounds = level, ratio, level_bounds, ratio_bounds

    @property
    def hyperparameter_level(self) -> Any:
        return Hyperparameter("level", "numeric", self.level_bounds)

    @property
    def hyperparameter_ratio(self) -> Any:
        return Hyperparameter("ratio", "numeric", self.ratio_bounds, len(self.ratio))

    def diag(self, X: Floats) -> Floats:
        """Variances at places (n, parameters) of the unit square."""
        return self.level * np.exp((np.asarray(X) - 0.5) @ np.log(self.ratio))

    def __call__(self, X: Floats, Y: Floats | None = None, eval_gradient: bool = False) -> Any:
        if Y is not None:
            return np.zeros((len(X), len(Y)))
        X = np.asarray(X)
        variance = self.diag(X)
        if not eval_gradient:
            return np.diag(variance)
        gradient = np.zeros((len(X), len(X), 1 + len(self.ratio)))
        gradient[np.arange(len(X)), np.arange(len(X))] = np.column_stack([variance, variance[:, None] * (X - 0.5)])
        return np.diag(variance), gradient

    def is_stationary(self) -> bool:
        return False


def fitted(objective: Any, start: Floats, bounds: Floats) -> tuple[Floats, float]:
    """The most probable hyperparameters, the ratios (the last two) with a normal prior around "the same everywhere"."""

    def penalised(theta: Floats) -> tuple[float, Floats]:
        value, slope = objective(theta, eval_gradient=True)
        slope[-2:] += theta[-2:] / SPREAD**2
        return value + 0.5 * float(np.sum(theta[-2:] ** 2)) / SPREAD**2, slope

    found = minimize(penalised, start, method="L-BFGS-B", jac=True, bounds=bounds)
    return found.x, float(found.fun)
