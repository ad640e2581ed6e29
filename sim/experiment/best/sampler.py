"""Which point to try next: a Gaussian process with expected improvement, as an Optuna sampler.

Optuna's own `GPSampler` is the one its documentation advises for few, costly, noisy trials of a handful of numbers, but
it needs PyTorch, ten times as large as everything else here. This one needs scikit-learn, which is here anyway. It does
the same: Matérn kernel with a length for each parameter and fitted noise, expected improvement over the best fitted
mean (Jones, Schonlau & Welch 1998, doi:10.1023/A:1008306431147), weighted with the probability that the constraint
holds (Gardner et al. 2014), trials still running believed to give what is expected of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from sim.experiment.best.plan import Contender
from sim.experiment.insight.designs import Floats, sobol

CANDIDATES = 512  # places looked at all over the space, and as many around the best
NEAR = (-2.5, -0.5)  # powers of ten of the range: how far around the best


class Gaussian(BaseSampler):
    """Proposes points of a contender's levers.

    The same trials give the same next one, whatever was stopped in between: chance hangs on the seed and on the number
    of the trial only.

    Args:
        space: lever -> Optuna's distribution.
        design: as many first trials are spread evenly (Sobol), after what was enqueued.
    """

    def __init__(self, contender: Contender, space: Mapping[str, BaseDistribution], design: int, seed: int) -> None:
        self.contender, self.space, self.design, self.seed = contender, dict(space), design, seed
        self._fits: tuple[int, list[Any]] = (0, [])

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self.space

    def sample_independent(self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: Any) -> Any:
        raise NotImplementedError(f"{param_name} is no lever of {self.contender.name}")

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        trials = study.get_trials(deepcopy=False)
        done = [one for one in trials if one.state == TrialState.COMPLETE]
        if trial.number < self.design or len(done) < 2:
            unit = sobol([(0.0, 1.0)] * len(self.space), trial.number + 1, self.seed)[-1]
        else:
            running = [one for one in trials if one.state == TrialState.RUNNING and len(one.params) == len(self.space)]
            unit = self._promising(done, running, trial.number)
        return {lever.key: lever.value(place) for lever, place in zip(self.contender.levers, unit, strict=True)}

    def _promising(self, done: Sequence[FrozenTrial], running: Sequence[FrozenTrial], number: int) -> Floats:
        from scipy.stats import norm

        places = self._places(done)
        told = [np.array([one.value for one in done], float)]
        told += [np.array(column, float) for column in zip(*(one.constraints.values() for one in done), strict=True)]
        if self._fits[0] != len(done):
            self._fits = (len(done), [_fit(places, values) for values in told])
        models = self._fits[1]
        believed = self._places(running)
        if len(believed):
            joined = np.vstack([places, believed])
            models = [
                _fit(joined, np.append(values, model.predict(believed)), model.kernel_)
                for model, values in zip(models, told, strict=True)
            ]
        gain, *limits = models
        allowed = np.all(np.array(told[1:]) <= 0, axis=0) if limits else np.ones(len(places), bool)
        fitted = gain.predict(places)
        if allowed.any():
            centre = places[int(np.argmax(np.where(allowed, fitted, -np.inf)))]
        else:  # then around what is nearest to being so
            centre = places[int(np.argmin(np.sum(told[1:], axis=0)))]
        chance = np.random.default_rng([self.seed, number])
        candidates = np.vstack([sobol([(0.0, 1.0)] * len(centre), CANDIDATES, number + 1), _around(centre, chance)])
        score = np.ones(len(candidates))
        if allowed.any():
            mean, sd = _predict(gain, candidates)
            better = (mean - fitted[allowed].max()) / sd
            score = sd * (better * norm.cdf(better) + norm.pdf(better))
        for limit in limits:
            mean, sd = _predict(limit, candidates)
            score = score * norm.cdf(-mean / sd)
        return np.asarray(candidates[int(np.argmax(score))])

    def _places(self, trials: Sequence[FrozenTrial]) -> Floats:
        return np.array([self.contender.units(one.params) for one in trials]).reshape(len(trials), len(self.space))


def _around(centre: Floats, chance: np.random.Generator) -> Floats:
    """Places near the best, some levers moved and some not, ends of ranges among them."""
    shape = (CANDIDATES, len(centre))
    step = chance.normal(size=shape) * 10 ** chance.uniform(*NEAR, (CANDIDATES, 1))
    moved = chance.random(shape) < max(0.5, 1 / len(centre))
    return np.clip(centre + step * moved, 0.0, 1.0)


def _fit(places: Floats, values: Floats, kernel: Any = None) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    optimizer = None if kernel else "fmin_l_bfgs_b"
    smooth = ConstantKernel(1.0, (1e-2, 1e3)) * Matern([0.5] * places.shape[1], (0.05, 20.0), nu=2.5)
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)  # a lever without effect drives its length to the end
        return GaussianProcessRegressor(
            kernel or smooth + WhiteKernel(1e-3, (1e-6, 0.1)), optimizer=optimizer, normalize_y=True
        ).fit(places, values)


def _predict(model: Any, places: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the mean, without the noise of single trials."""
    mean, sd = model.predict(places, return_std=True)
    noise = model.kernel_.k2.noise_level * model._y_train_std**2
    return mean, np.sqrt(np.maximum(sd**2 - noise, 1e-12 * max(model._y_train_std**2, 1e-300)))
