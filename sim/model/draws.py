"""Event-keyed chance: each draw is a pure function of (seed, replication, decision, person, occasion).

No generator is shared or advanced, so the same person has the same luck under every strategy, whatever else is drawn.
The function is SplitMix64's finaliser (Stafford's variant 13) applied to person and occasion in turn, under a
64-bit key made of seed, replication and the decision's name by BLAKE2b. Steele, Lea & Flood 2014.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.model.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ONE, _S30, _S27, _S31, _S12 = (np.uint64(bits) for bits in (1, 30, 27, 31, 12))
_UNIT = 2.0**-52


@compiled
def _mix(x: np.uint64) -> np.uint64:
    """Stafford's variant 13: every input bit reaches every output bit."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@compiled
def to_unit(bits: np.uint64) -> float:
    """52 bits and half a unit fill a double exactly: neither 0 nor 1 can come out."""
    return (float(np.int64(bits >> _S12)) + 0.5) * _UNIT


@compiled
def chance(key: np.uint64, person: int, occasion: int) -> float:
    """The uniform draw of one person on one occasion, strictly between 0 and 1; `key` says of what: `Draws.key`."""
    of_person = _mix(np.uint64(person) * _GOLDEN + key)
    return to_unit(_mix(of_person + (np.uint64(occasion) + _ONE) * _GOLDEN))


@compiled
def _chances(key: np.uint64, person: Ints, occasion: int) -> Floats:
    out = np.empty(person.size)
    for row in range(person.size):
        out[row] = chance(key, person[row], occasion)
    return out


@compiled
def _chances_of(keys: NDArray[np.uint64], person: Ints, occasion: Ints) -> Floats:
    """Draws of shape (keys, persons), with an occasion for each person."""
    out = np.empty((keys.size, person.size))
    for row in range(keys.size):
        for column in range(person.size):
            out[row, column] = chance(keys[row], person[column], occasion[column])
    return out


@compiled
def draw_all(key: np.uint64, occasion: int, luck: Floats) -> None:
    """Writes `chance` of everyone into `luck`: a loop without branches, which processors do several rows at a time."""
    for person in range(luck.size):
        luck[person] = chance(key, person, occasion)


class Draws:
    """The luck of one replication.

    Args:
        seed: any integer from 0 below 2**63.
        replication: number of the paired world, from 0.
    """

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication
        self.key = lru_cache(maxsize=None)(self._make_key)
        self._keys = lru_cache(maxsize=None)(lambda decisions: np.array([self.key(name) for name in decisions]))

    def _make_key(self, decision: str) -> np.uint64:
        text = f"{self.seed}/{self.replication}/{decision}".encode()
        return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))

    def keys(self, *decisions: str) -> NDArray[np.uint64]:
        """What `chance` needs to know of several decisions."""
        keys: NDArray[np.uint64] = self._keys(decisions)
        return keys

    def uniform(self, decision: str, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Uniform draws strictly between 0 and 1, in the broadcast shape of `person` and `occasion` (integers)."""
        who = np.atleast_1d(person)
        if isinstance(occasion, int) and who.ndim == 1:  # by far the most frequent
            return np.asarray(_chances(self.key(decision), who.astype(np.int64, copy=False), occasion))
        draws: Floats = self.uniforms((decision,), who, occasion)[0]
        return draws

    def uniforms(self, decisions: Sequence[str], person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """What `uniform` gives for each of several decisions: shape (decisions, broadcast shape)."""
        shape = np.broadcast_shapes(np.atleast_1d(person).shape, np.shape(occasion))
        who, when = (np.broadcast_to(numbers, shape).astype(np.int64).ravel() for numbers in (person, occasion))
        return _chances_of(self.keys(*decisions), who, when).reshape(len(decisions), *shape)

    def exponential(self, decision: str, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Exponential draws of mean 1."""
        return -np.log(self.uniform(decision, person, occasion))

    def normal(self, decision: str, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Standard normal draws, by inversion."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(decision, person, occasion)))

    def lognormal(self, decision: str, sd: float, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Lognormal draws of mean 1 with standard deviation `sd` of the logarithm."""
        if not sd:
            return np.ones(np.broadcast_shapes(np.shape(np.atleast_1d(person)), np.shape(occasion)))
        return np.exp(sd * self.normal(decision, person, occasion) - sd * sd / 2)

    def gamma(self, decision: str, shape: float, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Gamma draws of mean 1, by inversion."""
        from scipy.special import gammaincinv

        uniform = self.uniform(decision, person, occasion)
        if shape == 1:
            return -np.log1p(-uniform)
        return np.asarray(gammaincinv(shape, uniform)) / shape

    def beta(self, decision: str, a: float, b: float, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Beta draws, by inversion; 0 for everyone where `a` is."""
        from scipy.special import betaincinv

        if not a:
            return np.zeros(np.broadcast_shapes(np.shape(np.atleast_1d(person)), np.shape(occasion)))
        return np.asarray(betaincinv(a, b, self.uniform(decision, person, occasion)))


@compiled
def poisson_count(uniform: float, mean: float) -> int:
    """A Poisson count by inversion of `uniform`: the smallest k with P(N <= k) >= uniform.

    The probabilities are summed up in turn: from 0, or, of a large mean, from where they begin to matter.
    """
    if mean <= 30:
        return poisson_count_small(uniform, mean, math.exp(-mean))
    count = max(0, int(mean - 20 * math.sqrt(mean)))
    return _poisson_from(uniform, mean, count, math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0)))


@compiled
def poisson_count_small(uniform: float, mean: float, none: float) -> int:
    """The same of a mean up to 30, with P(N = 0) at hand. Up to 2 without a branch, which processors foresee badly."""
    one = none * mean
    two = one * (mean / 2)
    up_to_one = none + one
    up_to_two = up_to_one + two
    if uniform > up_to_two:
        return _poisson_from(uniform, mean, 0, none)
    return int(uniform > none) + int(uniform > up_to_one)


@compiled
def _poisson_from(uniform: float, mean: float, count: int, term: float) -> int:
    """The same from `count` on, which has the probability `term`."""
    cumulative = term
    # Beyond the mode, a term below the rounding of the sum ends it
    while uniform > cumulative and (count < mean or term > 1e-17):
        count += 1
        term *= mean / count
        cumulative += term
    return count


@compiled
def poisson(uniform: Floats, mean: Floats) -> Ints:
    """Poisson counts, one for each pair of a draw and a mean."""
    counts = np.empty(uniform.size, np.int64)
    for row in range(uniform.size):
        counts[row] = poisson_count(uniform[row], mean[row])
    return counts
