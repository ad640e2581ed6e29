"""Calibration of the default world to the stylised facts: approximate Bayesian computation by population Monte Carlo.

The first wave covers the prior evenly; each later one looks around the points nearest to the facts so far (Beaumont et
al. 2009; with a fixed effort a wave and a tolerance that falls by itself, Lenormand, Jabot & Deffuant 2013). All
points meet the same luck, so that points differ by their parameters only.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from tqdm import tqdm

from sim.experiment import facts as stylised
from sim.experiment.facts import judge
from sim.experiment.measure import measure
from sim.experiment.points import Points, digest, write
from sim.experiment.pool import spread
from sim.experiment.stylised import FACTS, Fact
from sim.experiment.survey import simulate_surveyed
from sim.model import version
from sim.model.draws import Floats
from sim.parameters.errors import ParameterError, shown
from sim.parameters.files import ROOT, load_comparison, read_file

OUT = ROOT / "calibration"
CALIBRATED: tuple[Fact, ...] = tuple(fact for fact in FACTS if fact.of != "pairs")  # those of ordinary runs
CAP = 5.0  # half-bands; what is further off is just wrong, and must not drown the other facts
_KEYS = ("low", "high", "scale", "why")


@dataclass(frozen=True)
class Free:
    """A parameter to calibrate and its prior: uniform from low to high, or in the logarithm."""

    key: str  # dotted, as in changes
    low: float
    high: float
    scale: str = "linear"
    why: str = ""

    def value(self, unit: Floats) -> Floats:
        """Values at so much of the prior, from 0 to 1; six digits are stored, so six digits are run."""
        if self.scale == "log":
            values = self.low * (self.high / self.low) ** unit
        else:
            values = self.low + (self.high - self.low) * unit
        return np.array([float(f"{value:.6g}") for value in values])

    def unit(self, value: Floats) -> Floats:
        """The inverse."""
        if self.scale == "log":
            return np.asarray(np.log(value / self.low) / math.log(self.high / self.low))
        return np.asarray((value - self.low) / (self.high - self.low))


def read_free(path: Path = OUT / "free.yaml") -> list[Free]:
    """The free parameters of a file; refuses what cannot be a prior."""
    tree = read_file(path)
    complaints, free = [], []
    for key, said in tree.items() if isinstance(tree, dict) else [("", tree)]:
        where = f"{path.name}, {key}"
        if not isinstance(said, dict) or not {"low", "high"} <= said.keys() <= set(_KEYS):
            complaints.append(f"{where}: got {shown(said)}; allowed: low and high, and perhaps scale and why.")
            continue
        low, high, scale = said["low"], said["high"], said.get("scale", "linear")
        numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high))
        if scale not in ("linear", "log"):
            complaints.append(f"{where}, scale: got {shown(scale)}; allowed: linear, log.")
        elif not numbers or not low < high or (scale == "log" and low <= 0):
            complaints.append(
                f"{where}: got low {shown(low)}, high {shown(high)}; allowed: low below high, above 0 in log."
            )
        else:
            free.append(Free(key, float(low), float(high), scale, str(said.get("why", ""))))
    if complaints:
        raise ParameterError("\n".join(complaints))
    return free


def distance(values: Mapping[str, float], which: Sequence[Fact] = CALIBRATED) -> float:
    """How far a table of facts is from the literature: the root mean square over facts of max(0, gap) / half-band.

    gap is what lies between the value and the nearer edge of its band, 0 inside: a band is the spread of published
    values, and its middle is no truer than its edges. More than CAP half-bands, or no value at all, count as CAP.
    """
    gaps = np.array([values[fact.key] for fact in which])
    low, high = np.array([fact.low for fact in which]), np.array([fact.high for fact in which])
    gaps = np.maximum(np.maximum(low - gaps, gaps - high), 0) / np.array([fact.half_band for fact in which])
    gaps = np.minimum(np.where(np.isnan(gaps), CAP, gaps), CAP)
    return float(np.sqrt(np.mean(gaps**2)))


def calibrate(
    points: int = 400,
    accept: int = 80,
    replications: int = 2,
    waves: int = 4,
    seed: int = 1,
    workers: int | None = None,
    out: Path = OUT,
    progress: bool | TextIO = True,
    world: str = "online_retail",
    strategies: Sequence[str] = ("cost_center", "profit_center"),
    changes: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Calibrates the parameters of `out`/free.yaml; returns the summary, a row a parameter.

    Leaves in `out`, each file written aside and then renamed: points.csv (every point with its facts and distance),
    posterior.csv (the accepted points with their weights) and summary.csv, both anew after each wave. Called again
    after it was stopped, it goes on where it was; called with more waves, it goes on from the last one. A point costs
    a run for each strategy and replication, and a tenth more for the survey; the facts of paired runs are left to
    the verification.

    Args:
        points: of the first wave; each later one has `points` - `accept` new ones.
        accept: points kept, the nearest of all so far.
        workers: processes; None for one a core. The result does not depend on them.
        progress: a bar on standard error or a stream of yours; False for none.
        changes: dotted keys said before the free parameters are set.
    """
    free = read_free(Path(out) / "free.yaml")
    base = load_comparison(world, strategies, changes, said_by="calibration")
    for end in ("low", "high"):
        asked = {**(changes or {}), **{one.key: getattr(one, end) for one in free}}
        load_comparison(world, strategies, asked, said_by=f"free.yaml, {end}")
    settings = {
        "replications": replications, "model": version.VERSION, "measurement": stylised.VERSION,
        # Defaults are the model's: one that changes raises its version, a new one that changes nothing does not count
        "scenarios": [scenario.model_dump(mode="json", exclude_defaults=True) for scenario in base],
    }  # fmt: skip
    at = partial(facts_at, replications=replications, world=world, strategies=tuple(strategies), changes=changes)
    return search(free, at, CALIBRATED, points, accept, waves, seed, workers, out, progress, settings)


def facts_at(
    values: Mapping[str, Any],
    replications: int = 2,
    world: str = "online_retail",
    strategies: Sequence[str] = ("cost_center", "profit_center"),
    changes: Mapping[str, Any] | None = None,
) -> dict[str, float]:
    """The facts of ordinary runs where the free parameters have these values."""
    scenarios = load_comparison(world, strategies, {**(changes or {}), **values})
    rows = [
        [measure(*simulate_surveyed(each, replication)) for each in scenarios] for replication in range(replications)
    ]
    return dict(judge(rows, CALIBRATED)[["fact", "value"]].itertuples(index=False, name=None))


def search(
    free: Sequence[Free],
    at: Callable[[dict[str, float]], Mapping[str, float]],
    which: Sequence[Fact],
    points: int,
    accept: int,
    waves: int,
    seed: int,
    workers: int | None,
    out: Path,
    progress: bool | TextIO = True,
    settings: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The same for any function `at` of the free parameters that returns the facts `which`.

    `settings` identify what `at` does besides: points of other settings are not taken for one's own.
    """
    if not 2 <= accept < points:
        raise ParameterError(f"accept: got {accept}; allowed: at least 2 and fewer than points ({points}).")
    if waves < 1:
        raise ParameterError(f"waves: got {waves}; allowed: at least 1.")
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    asked = {
        "points": points, "accept": accept, "seed": seed, "free": [asdict(one) for one in free],
        "facts": [(fact.key, fact.low, fact.high, fact.half_band) for fact in which], **(settings or {}),
    }  # fmt: skip
    store = Points(out, [one.key for one in free], [fact.key for fact in which], digest(asked))
    drawn: list[Wave] = []
    unit, far, share = np.empty((0, len(free))), np.empty(0), np.empty(0)  # of the points kept
    total = points + (waves - 1) * (points - accept)
    with tqdm(
        total=total, desc="calibrating", unit="point", file=sys.stderr if isinstance(progress, bool) else progress,
        disable=progress is False, mininterval=0.5, ncols=88,
    ) as bar:  # fmt: skip
        for number in range(1, waves + 1):
            rng = np.random.default_rng([seed, number])
            wave = first_wave(points, len(free), rng) if number == 1 else next_wave(points - accept, unit, share, rng)
            drawn.append(wave)
            values = np.column_stack([one.value(column) for one, column in zip(free, wave.unit.T, strict=True)])
            missing = store.missing(number, values)
            bar.update(len(values) - len(missing))
            tasks = [(dict(zip(store.parameters, values[point].tolist(), strict=True)),) for point in missing]
            for task, found in spread(at, tasks, workers):
                store.add(number, missing[task], values[missing[task]], found, distance(found, which))
                bar.update()
            unit, far = np.vstack([unit, wave.unit]), np.append(far, store.distances(number))
            best = np.argsort(far, kind="stable")[:accept]  # of equals the earlier
            unit, far = unit[best], far[best]
            share = weights(unit, drawn)
            columns = {one.key: one.value(column) for one, column in zip(free, unit.T, strict=True)}
            accepted = pd.DataFrame({"weight": share, "distance": far, **columns})
            table = summary(free, accepted)
            write(out / "posterior.csv", accepted.to_csv(index=False))
            write(out / "summary.csv", table.to_csv(index=False))
    return table


# Points, in units of the prior: from 0 to 1 in each parameter


@dataclass(frozen=True)
class Wave:
    """Points drawn together, and how: evenly over the prior, or from a normal kernel around earlier points.

    Attributes:
        centres, share, covariance: of the kernel, which is cut off at the ends of the prior; no centres: the prior.
        inside: share of the kernel that lies within the prior.
    """

    unit: Floats  # a row a point, a column a parameter
    centres: Floats
    share: Floats
    covariance: Floats
    inside: float = 1.0

    def density(self, unit: Floats) -> Floats:
        """Density at `unit` of the distribution that the points were drawn from; that of the prior is 1."""
        from scipy.stats import multivariate_normal

        if not len(self.centres):
            return np.ones(len(unit))
        parts = (
            part * np.atleast_1d(multivariate_normal.pdf(unit, centre, self.covariance))
            for part, centre in zip(self.share, self.centres, strict=True)
        )
        return np.asarray(np.sum(list(parts), axis=0) / self.inside)


def first_wave(n: int, dimensions: int, rng: np.random.Generator) -> Wave:
    """A Latin hypercube over the prior."""
    from scipy.stats.qmc import LatinHypercube

    none = np.empty((0, dimensions))
    return Wave(LatinHypercube(dimensions, rng=rng).random(n), none, np.empty(0), np.eye(dimensions))


def next_wave(n: int, kept: Floats, share: Floats, rng: np.random.Generator) -> Wave:
    """n points around those kept: a normal kernel with twice their weighted covariance (Beaumont et al. 2009)."""
    dimensions = kept.shape[1]
    covariance = 2 * np.atleast_2d(np.cov(kept.T, aweights=share)) + 1e-9 * np.eye(dimensions)
    root = np.linalg.cholesky(covariance)
    found, drawn = np.empty((0, dimensions)), 0
    while len(found) < n:
        tried = kept[rng.choice(len(share), n, p=share)] + rng.standard_normal((n, dimensions)) @ root.T
        found = np.vstack([found, tried[((tried > 0) & (tried < 1)).all(axis=1)]])
        drawn += n
    return Wave(found[:n], kept, share, covariance, len(found) / drawn)


def weights(unit: Floats, waves: Sequence[Wave]) -> Floats:
    """Importance weights, adding up to 1: prior over the mixture of all waves drawn (Cornuet et al. 2012)."""
    weight = 1 / np.sum([len(wave.unit) * wave.density(unit) for wave in waves], axis=0)
    return np.asarray(weight / weight.sum())


def summary(free: Sequence[Free], accepted: pd.DataFrame) -> pd.DataFrame:
    """A row a parameter: its prior; median and 90 % interval of the accepted points; the value of the nearest one."""
    rows = []
    for one in free:
        low, median, high = _quantiles(accepted[one.key].to_numpy(), accepted["weight"].to_numpy(), (0.05, 0.5, 0.95))
        rows.append(
            {"parameter": one.key, "prior_low": one.low, "prior_high": one.high, "scale": one.scale, "median": median,
             "low": low, "high": high, "nearest": accepted[one.key].iloc[0], "why": one.why}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _quantiles(values: Floats, weight: Floats, at: Sequence[float]) -> list[float]:
    """Weighted quantiles: the smallest value with at least so much of the weight up to it."""
    order = np.argsort(values, kind="stable")
    up_to = np.cumsum(weight[order]) / weight.sum()
    where = np.searchsorted(up_to, np.asarray(at) - 1e-12).clip(0, values.size - 1)
    return [float(value) for value in values[order][where]]


# For later use


def posterior(out: Path = OUT) -> pd.DataFrame:
    """The accepted points of a calibration, the nearest first: weight (they add up to 1), distance, parameters."""
    path = Path(out) / "posterior.csv"
    if not path.is_file():
        raise ParameterError(f"calibration: {str(path)!r}: no such file; `whatif calibrate` writes it.")
    return pd.read_csv(path)


def posterior_scenarios(n: int, seed: int = 1, out: Path = OUT) -> list[dict[str, float]]:
    """n plausible worlds, as changes for `load_comparison`: accepted points drawn in proportion to their weights."""
    accepted = posterior(out)
    parameters = accepted.drop(columns=["weight", "distance"])
    # One draw for all (systematic resampling): as often as the weight says, to within one
    at = (np.arange(n) + np.random.default_rng(seed).random()) / n
    row = np.searchsorted(np.cumsum(accepted["weight"].to_numpy()), at).clip(0, len(accepted) - 1)
    return [{str(key): float(value) for key, value in parameters.iloc[number].items()} for number in row]


def nearest(out: Path = OUT) -> dict[str, float]:
    """The accepted point nearest to the facts, as changes for `load_comparison`: the one to verify in full."""
    return {
        str(key): float(value) for key, value in posterior(out).iloc[0].items() if key not in ("weight", "distance")
    }
