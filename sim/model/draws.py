"""Event-keyed chance: each draw is a pure function of (seed, replication, decision, person, occasion).

No generator is shared or advanced, so the same person has the same luck under every strategy, whatever else is drawn.
The function is SplitMix64's finaliser (Stafford's variant 13) applied to person and occasion in turn, under a
64-bit key made of seed, replication and the decision's name by BLAKE2b. Steele, Lea & Flood 2014.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = (np.uint64(bits) for bits in (30, 27, 31, 12))
_MASK = 2**64 - 1
_UNIT = 2.0**-52  # with half a unit added, 52 bits fill a double exactly: neither 0 nor 1 can come out


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Stafford's variant 13: every input bit reaches every output bit. Works in place, on an array of its caller's."""
    x ^= x >> _S30
    x *= _MIX_1
    x ^= x >> _S27
    x *= _MIX_2
    x ^= x >> _S31
    return x


class Draws:
    """The luck of one replication.

    Args:
        seed: any integer from 0 below 2**63.
        replication: number of the paired world, from 0.
        people: persons are numbered below this; makes draws for many of them faster, changes none. 0: any number.
    """

    def __init__(self, seed: int, replication: int, people: int = 0) -> None:
        self.seed = seed
        self.replication = replication
        self.people = people
        self._kept = lru_cache(maxsize=None)(lambda decision: self._of_people(decision, np.arange(people)))
        self._key = lru_cache(maxsize=None)(self._make_key)

    def _make_key(self, decision: str) -> np.uint64:
        text = f"{self.seed}/{self.replication}/{decision}".encode()
        return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))

    def uniform(self, decision: str, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Uniform draws strictly between 0 and 1, in the broadcast shape of `person` and `occasion` (integers)."""
        # Arrays of one dimension at least: their unsigned arithmetic wraps silently, as it must
        who = person if isinstance(person, np.ndarray) and person.ndim else np.atleast_1d(np.asarray(person))
        if isinstance(occasion, int):
            step: NDArray[np.uint64] | np.uint64 = np.uint64((occasion + 1) * int(_GOLDEN) & _MASK)
        else:
            step = (np.atleast_1d(np.asarray(occasion)).astype(np.uint64) + np.uint64(1)) * _GOLDEN
        if not who.size:
            return np.empty(np.broadcast_shapes(who.shape, np.shape(step)))
        # Asked of a good part of the people, a decision is asked week after week: their part of the hash is kept
        often = who.ndim == 1 and 8 * who.size > self.people > 0
        luck = self._kept(decision)[who] if often else self._of_people(decision, who)
        bits = _mix(luck + step)
        bits >>= _S12
        uniform = bits.astype(np.float64)
        uniform += 0.5
        uniform *= _UNIT
        return uniform

    def uniforms(self, decisions: Sequence[str], person: Ints, occasion: Ints) -> Floats:
        """What `uniform` gives for each of several decisions, in one go: shape (decisions, broadcast shape)."""
        keys = np.array([self._key(decision) for decision in decisions])
        who = person.astype(np.uint64) * _GOLDEN
        luck = _mix(keys.reshape(-1, *(1,) * who.ndim) + who)
        bits = _mix(luck + (occasion.astype(np.uint64) + np.uint64(1)) * _GOLDEN) >> _S12
        return (bits.astype(np.float64) + 0.5) * _UNIT

    def _of_people(self, decision: str, who: Ints) -> NDArray[np.uint64]:
        return _mix(who.astype(np.uint64) * _GOLDEN + self._key(decision))

    def exponential(self, decision: str, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Exponential draws of mean 1."""
        return -np.log(self.uniform(decision, person, occasion))

    def normal(self, decision: str, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Standard normal draws, by inversion."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(decision, person, occasion)))

    def lognormal(self, decision: str, sd: float, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Lognormal draws of mean 1 with standard deviation `sd` of the logarithm."""
        return np.exp(sd * self.normal(decision, person, occasion) - sd * sd / 2)

    def gamma(self, decision: str, shape: float, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Gamma draws of mean 1, by inversion."""
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(shape, self.uniform(decision, person, occasion))) / shape

    def beta(self, decision: str, a: float, b: float, person: ArrayLike, occasion: ArrayLike = 0) -> Floats:
        """Beta draws, by inversion."""
        from scipy.special import betaincinv

        return np.asarray(betaincinv(a, b, self.uniform(decision, person, occasion)))


def poisson(uniform: Floats, mean: Floats) -> Ints:
    """Poisson counts by inversion of `uniform`: the smallest k with P(N <= k) >= uniform.

    Means of a week are small: the probabilities are summed up in turn. Large ones go to SciPy's inverse.
    """
    from scipy.special import pdtrik

    count = np.zeros(uniform.shape, np.int64)
    large = mean > 30
    if large.any():
        count[large] = np.ceil(pdtrik(uniform[large], mean[large])).astype(np.int64)
    term = np.exp(-mean)
    cumulative = term.copy()
    left = ~large & (uniform > cumulative)
    while left.any():
        count[left] += 1
        term[left] *= mean[left] / count[left]
        cumulative[left] += term[left]
        # Beyond the mode, a term below the rounding of the sum ends it
        left &= (uniform > cumulative) & ((count < mean) | (term > 1e-17))
    return count
