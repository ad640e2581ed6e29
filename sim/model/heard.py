"""Who has heard which story: a set of numbers, compiled."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Bools, Ints

EMPTY = -1  # place in a set


@compiled
def _place(table: Ints, number: int) -> int:
    """Where a number is in an open-addressing set, whose size is a power of two, or would have to be put."""
    mask = table.size - 1
    scattered = np.uint64(number) * np.uint64(0x9E3779B97F4A7C15)
    place = int(scattered >> np.uint64(20)) & mask
    while table[place] != EMPTY and table[place] != number:
        place = (place + 1) & mask
    return place


@compiled
def _add(table: Ints, number: int) -> bool:
    """Adds a number to the set. Returns whether it is new."""
    place = _place(table, number)
    if table[place] == number:
        return False
    table[place] = number
    return True


@compiled
def _add_all(table: Ints, numbers: Ints) -> Bools:
    new = np.empty(numbers.size, np.bool_)
    for row in range(numbers.size):
        new[row] = _add(table, numbers[row])
    return new


@compiled
def _among(table: Ints, members: Ints, numbers: Ints) -> Bools:
    """Whether each number is one of the members, by an empty set with room for them."""
    for member in members:
        _add(table, member)
    found = np.empty(numbers.size, np.bool_)
    for row in range(numbers.size):
        place = _place(table, numbers[row])
        found[row] = table[place] == numbers[row]
    return found


def _empty_set(members: int) -> Ints:
    """Twice to four times as many places as members, so that few of them meet."""
    return np.full(1 << int(2 * members + 1).bit_length(), EMPTY)


class Heard:
    """Who has heard which story, as numbers story x people + listener, while the story is still going round."""

    def __init__(self, people: int) -> None:
        self.people = people
        self._table: Ints = np.full(1024, EMPTY)
        self._count = 0  # upper bound

    def add(self, story: Ints, listener: Ints, on_their_way: Iterable[Ints]) -> Bools:
        """Notes who hears what; returns for whom it is new. Of stories
        not in `on_their_way` any more nothing is remembered."""
        if 2 * (self._count + story.size) > self._table.size:
            kept = self._table[self._table != EMPTY]
            going_round = np.concatenate([story, *on_their_way])
            kept = kept[_among(_empty_set(going_round.size), going_round, kept // self.people)]
            self._table, self._count = _empty_set(4 * (kept.size + story.size)), kept.size
            _add_all(self._table, kept)
        self._count += story.size
        return np.asarray(_add_all(self._table, story * self.people + listener))
