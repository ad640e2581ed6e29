"""Who has strong ties to whom, as a symmetric CSR adjacency without self-ties."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array

from sim.model.draws import Draws, Ints
from sim.parameters.world import WordOfMouth


class Network:
    """Strong ties in CSR form: the neighbours of i are `neighbours[starts[i]:starts[i + 1]]`, ascending."""

    def __init__(self, people: int, one: Ints, other: Ints) -> None:
        """From an edge list (each tie named once or more, in any direction)."""
        keep = one != other
        one, other = one[keep], other[keep]
        ties = coo_array(
            (np.ones(2 * one.size, np.int8), (np.concatenate([one, other]), np.concatenate([other, one]))),
            shape=(people, people),
        )
        matrix = csr_array(ties)
        matrix.sum_duplicates()
        self.people = people
        self.starts: Ints = matrix.indptr.astype(np.int64)
        self.neighbours: Ints = matrix.indices.astype(np.int64)
        self.degree: Ints = np.diff(self.starts)

    def tie(self, person: Ints, uniform: np.ndarray, further: Ints | int = 0) -> Ints:
        """One strong tie of each person, `further` along from one chosen by `uniform`; -1 for those who have none."""
        degree = self.degree[person]
        pick = self.starts[person] + ((uniform * degree).astype(np.int64) + further) % np.maximum(degree, 1)
        if not self.neighbours.size:
            return np.full(person.shape, -1, np.int64)
        return np.where(degree > 0, self.neighbours[np.minimum(pick, self.neighbours.size - 1)], -1)


def build(world: WordOfMouth, people: int, draws: Draws) -> Network:
    """The network that the world asks for, the same for every strategy of a replication."""
    none = np.empty(0, np.int64)
    half = min(world.ties // 2, (people - 1) // 2)
    if world.network == "none" or half == 0:
        return Network(people, none, none)
    one = np.repeat(np.arange(people), half)
    step = np.tile(np.arange(1, half + 1), people)
    if world.ties % 2 and half < (people - 1) // 2:
        # An odd number of ties on average: every other person has one more
        every_other = np.arange(0, people, 2)
        one = np.concatenate([one, every_other])
        step = np.concatenate([step, np.full(every_other.size, half + 1)])
    if world.network == "small_world":
        # Watts & Strogatz 1998: a ring, the far end of each tie rewired with a small probability
        other = (one + step) % people
        rewired = draws.uniform("rewire a tie", one, step) < world.rewiring
    else:
        rewired = np.ones(one.size, bool)
        other = np.empty_like(one)
    other[rewired] = (draws.uniform("far end of a tie", one[rewired], step[rewired]) * people).astype(np.int64)
    return Network(people, one, other)
