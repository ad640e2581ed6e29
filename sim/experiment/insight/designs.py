"""Where to sample a space of parameters: grids, space-filling designs, and the designs of sensitivity analyses.

Every design takes the bounds, a size and a seed, and returns an array (points, parameters) in the parameters' own
units, its columns in the order of the bounds. The same seed gives the same design.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVELS = 4  # of a Morris design: the usual choice, steps of two thirds of the range


class Range(NamedTuple):
    """What values a parameter may take, both ends included.

    Args:
        log: equal ratios are equally likely, not equal differences.
        integer: whole numbers only, each equally likely (without `log`).
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False

    def scale(self, unit: Floats) -> Floats:
        """Values in the parameter's units for places between 0 and 1."""
        top = self.high + 1 if self.integer else self.high  # the last whole number is as wide as the others
        wide = self.low * (top / self.low) ** unit if self.log else self.low + (top - self.low) * unit
        # A hair is added for 3, computed as 2.9999999999999996
        return np.clip(np.floor(wide + 1e-9) if self.integer else wide, self.low, self.high)

    def unit(self, values: Floats) -> Floats:
        """Places between 0 and 1 for values that are not rounded: undoes `scale`."""
        if self.log:
            return np.log(values / self.low) / math.log(self.high / self.low)
        return (values - self.low) / (self.high - self.low)


Bounds: TypeAlias = Mapping[str, Range]
# What may be given: (low, high) pairs are as good as `Range`s, and a list of them where names do not matter
Given: TypeAlias = Mapping[str, tuple[Any, ...]] | Sequence[tuple[Any, ...]]


def checked(bounds: Given) -> dict[str, Range]:
    """The bounds as `Range`s by name; parameters of a list are called by their place in it.

    Raises:
        ValueError: no parameter, an end that is not finite, low not below high, a logarithm of what is not positive,
            or ends of whole numbers that are none.
    """
    if not bounds:
        raise ValueError("a design needs at least one parameter")
    named = bounds if isinstance(bounds, Mapping) else {str(place): given for place, given in enumerate(bounds)}
    ranges = {name: Range(*given) for name, given in named.items()}
    for name, (low, high, log, integer) in ranges.items():
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"{name}: low must be below high, both finite, not {low} and {high}")
        if log and low <= 0:
            raise ValueError(f"{name}: a logarithmic scale needs values above 0, not {low}")
        if integer and (low % 1 or high % 1):
            raise ValueError(f"{name}: whole numbers must begin and end with one, not {low} and {high}")
    return ranges


def scaled(bounds: Bounds, unit: Floats) -> Floats:
    """Points of the unit cube (points, parameters) in units of the parameters."""
    return np.column_stack([given.scale(unit[:, column]) for column, given in enumerate(bounds.values())])


def grid(bounds: Given, n: int, seed: int = 0) -> Floats:
    """Every combination of `n` values of each parameter, ends included; the last parameter changes fastest.

    Whole numbers that fall together are there once, so there are at most n ** parameters points. A grid is not random:
    the seed changes nothing and is there for the sake of the other designs.
    """
    ranges = checked(bounds)
    _at_least(n, 2)
    axes = [np.unique(given.scale(np.linspace(0, 1, n))) for given in ranges.values()]
    return np.array(list(product(*axes)))


def latin_hypercube(bounds: Given, n: int, seed: int = 0) -> Floats:
    """`n` points of which each n-th of every parameter's range holds exactly one (McKay, Beckman & Conover 1979)."""
    from scipy.stats import qmc

    ranges = checked(bounds)
    _at_least(n, 1)
    return scaled(ranges, qmc.LatinHypercube(len(ranges), rng=np.random.default_rng(seed)).random(n))


def sobol(bounds: Given, n: int, seed: int = 0) -> Floats:
    """The first `n` points of a scrambled Sobol sequence (Owen 1998); best balanced where n is a power of two.

    A longer design of the same seed begins with a shorter one, so a sweep can be extended.
    """
    from scipy.stats import qmc

    ranges = checked(bounds)
    _at_least(n, 1)
    # 30 bits whatever n: the scrambling, and with it every point, depends on them
    sequence = qmc.Sobol(len(ranges), scramble=True, bits=30, rng=np.random.default_rng(seed))
    return scaled(ranges, sequence.random_base2(math.ceil(math.log2(n)))[:n])


def morris(bounds: Given, n: int, seed: int = 0) -> Floats:
    """`n` trajectories through a grid of four levels, each changing one parameter at a time (Morris 1991).

    Returns:
        n x (parameters + 1) points, trajectory after trajectory: the order `sensitivity.morris` needs.
    """
    from SALib.sample import morris as sampler

    ranges = checked(bounds)
    _at_least(n, 2)
    return scaled(ranges, sampler.sample(unit_problem(ranges), n, num_levels=LEVELS, seed=_generator(seed)))


def sobol_indices(bounds: Given, n: int, seed: int = 0) -> Floats:
    """The design for first-order and total Sobol indices (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018).

    Args:
        n: points of its base, a power of two.

    Returns:
        n x (parameters + 2) points in the order `sensitivity.sobol` needs.
    """
    from SALib.sample import sobol as sampler

    ranges = checked(bounds)
    _at_least(n, 2)
    if n & (n - 1):
        raise ValueError(f"n must be a power of two for this design, not {n}")
    return scaled(ranges, sampler.sample(unit_problem(ranges), n, calc_second_order=False, seed=_generator(seed)))


def unit_problem(bounds: Bounds) -> dict[str, Any]:
    """SALib's description of the unit cube with these parameters."""
    return {"num_vars": len(bounds), "names": list(bounds), "bounds": [[0.0, 1.0]] * len(bounds)}


def _generator(seed: int) -> np.random.Generator:
    """SALib takes the bare seed 0 for none at all in some places."""
    return np.random.default_rng(seed)


def _at_least(n: int, least: int) -> None:
    if n < least:
        raise ValueError(f"n must be at least {least}, not {n}")
