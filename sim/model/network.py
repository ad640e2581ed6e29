"""Who has strong ties to whom, as a symmetric CSR adjacency without self-ties."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from sim.model.compiled import compiled
from sim.model.draws import Draws, Floats, Ints
from sim.parameters.edges import read_edges
from sim.parameters.world import WordOfMouth

_NOBODY: Ints = np.empty(0, np.int64)


class Ties(NamedTuple):
    """The network as compiled loops see it. In a complete one everyone has a tie to everyone: nothing is stored."""

    people: int
    complete: bool
    starts: Ints
    neighbours: NDArray[np.int32]


@compiled
def degree_of(ties: Ties, person: int) -> int:
    """Number of strong ties."""
    if ties.complete:
        return ties.people - 1
    return ties.starts[person + 1] - ties.starts[person]


@compiled
def tie_of(ties: Ties, person: int, uniform: float, further: int) -> int:
    """One strong tie of a person, `further` along from one chosen by `uniform`; -1 for who has none."""
    degree = degree_of(ties, person)
    if degree <= 0:
        return -1
    pick = (int(uniform * degree) + further) % degree
    if ties.complete:
        return (person + 1 + pick) % ties.people
    return ties.neighbours[ties.starts[person] + pick]


@compiled
def _ties_of(ties: Ties, person: Ints, uniform: Floats, further: Ints) -> Ints:
    out = np.empty(person.size, np.int64)
    for row in range(person.size):
        out[row] = tie_of(ties, person[row], uniform[row], further[row])
    return out


@compiled
def spread_one(ties: Ties, person: int, amount: float, onto: Floats) -> None:
    """Adds `amount` to the entry of each strong tie of a person (not in a complete network)."""
    for place in range(ties.starts[person], ties.starts[person + 1]):
        onto[ties.neighbours[place]] += amount


class Network:
    """Strong ties in CSR form: the neighbours of i are `neighbours[starts[i]:starts[i + 1]]`, ascending."""

    def __init__(self, people: int, one: Ints, other: Ints) -> None:
        """From an edge list (each tie named once or more, in any direction)."""
        keep = one != other
        ends = one[keep].astype(np.int32), other[keep].astype(np.int32)
        rows, columns = np.concatenate(ends), np.concatenate(ends[::-1])
        matrix = csr_array(coo_array((np.ones(rows.size, np.int8), (rows, columns)), shape=(people, people)))
        matrix.sum_duplicates()
        self.people = people
        self.starts: Ints = matrix.indptr.astype(np.int64)
        self.neighbours: NDArray[np.int32] = matrix.indices.astype(np.int32, copy=False)
        self.degree: Ints = np.diff(self.starts)
        self.ties = Ties(people, False, self.starts, self.neighbours)

    def tie(self, person: Ints, uniform: Floats, further: Ints | int = 0) -> Ints:
        """One strong tie of each person, `further` along from one chosen by `uniform`; -1 for those who have none."""
        return np.asarray(_ties_of(self.ties, person, uniform, np.broadcast_to(further, person.shape)))


class Complete(Network):
    """Everyone has a strong tie to everyone: nothing to store."""

    def __init__(self, people: int) -> None:
        super().__init__(people, _NOBODY, _NOBODY)
        self.degree = np.full(people, people - 1)
        self.ties = Ties(people, True, self.starts, self.neighbours)


def build(world: WordOfMouth, people: int, draws: Draws) -> Network:
    """The network that the world asks for, the same for every strategy of a replication: drawn once for all in turn."""
    if world.network == "edges":
        return Network(people, *read_edges(world.edges, people))
    return _drawn(world, people, draws.seed, draws.replication)


@lru_cache(maxsize=1)
def _drawn(world: WordOfMouth, people: int, seed: int, replication: int) -> Network:
    draws = Draws(seed, replication)
    half = min(world.ties // 2, (people - 1) // 2)
    match world.network:
        case "complete":
            return Complete(people)
        case "cliques":
            return Network(people, *_cliques(people, world.ties + 1))
        case "scale_free" if half and people > 1:
            return Network(people, *_scale_free(people, half, draws))
        case "small_world" | "random" if half:
            return Network(people, *_ring(world, people, half, draws))
    return Network(people, _NOBODY, _NOBODY)


def _ring(world: WordOfMouth, people: int, half: int, draws: Draws) -> tuple[Ints, Ints]:
    """Watts & Strogatz 1998: a ring, the far end of each tie rewired with a small probability (random: all of them)."""
    one = np.repeat(np.arange(people), half)
    step = np.tile(np.arange(1, half + 1), people)
    if world.ties % 2 and half < (people - 1) // 2:
        # An odd number of ties on average: every other person has one more
        every_other = np.arange(0, people, 2)
        one = np.concatenate([one, every_other])
        step = np.concatenate([step, np.full(every_other.size, half + 1)])
    other = (one + step) % people
    if world.network == "random":
        rewired = np.ones(one.size, bool)
    else:
        rewired = draws.uniform("rewire a tie", one, step) < world.rewiring
    other[rewired] = (draws.uniform("far end of a tie", one[rewired], step[rewired]) * people).astype(np.int64)
    return one, other


def _cliques(people: int, size: int) -> tuple[Ints, Ints]:
    """Closed groups of `size` neighbours in the numbering, everyone tied to everyone; the last may be smaller."""
    one = np.repeat(np.arange(people), size - 1)
    other = one + np.tile(np.arange(1, size), people)
    inside = (one // size == other // size) & (other < people)
    return one[inside], other[inside]


def _scale_free(people: int, links: int, draws: Draws) -> tuple[Ints, Ints]:
    """Barabasi & Albert 1999: each newcomer links to `links` others, in proportion to the ties these have.

    The end of a random earlier tie is such a person (Batagelj & Brandes 2005). Tie e has two ends: entry 2e is the
    newcomer, entry 2e + 1 a copy of a random entry before the newcomer's first; copies of copies are followed back.
    """
    one = np.repeat(np.arange(people), links)
    luck = draws.uniform("whom a newcomer knows", one, np.tile(np.arange(links), people))
    copied = (luck * 2 * links * one).astype(np.int64)
    entry = copied.copy()
    while (is_copy := entry % 2 == 1).any():
        entry[is_copy] = copied[entry[is_copy] // 2]
    return one, one[entry // 2]
