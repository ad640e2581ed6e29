"""What stories do to those who hear them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.compiled import compiled
from sim.model.draws import Bools, Draws, Ints, chance
from sim.model.people import Columns, People, Status
from sim.model.word_of_mouth import Stories
from sim.parameters.world import WordOfMouth

CUSTOMER, PROSPECT = int(Status.CUSTOMER), int(Status.PROSPECT)


class Effect(NamedTuple):
    """What stories do to those who hear them."""

    effect: float
    bad_multiplier: float
    customer_bad: float
    customer_good: float
    bad_story_looking: float
    recommendation: float


@compiled
def _persuade(people: Columns, heard: Stories, effect: Effect, looks: np.uint64, considers: np.uint64) -> Bools:
    """Moves beliefs; returns which listeners are prospects who now consider the firm."""
    status, looking = people.status, people.looking
    reliable, unreliable, mends = people.reliability_good, people.reliability_bad, people.recovery_good
    mends_not, listener, is_bad, weights, number = (
        people.recovery_bad, heard.listener, heard.bad, heard.weight, heard.story,
    )  # fmt: skip
    convinced = np.zeros(number.size, np.bool_)
    for row in range(number.size):
        person, story = listener[row], number[row]
        is_customer = status[person] == CUSTOMER
        amount = effect.effect * weights[row]
        if is_customer:
            amount *= effect.customer_bad if is_bad[row] else effect.customer_good
        if is_bad[row]:
            amount *= effect.bad_multiplier
            unreliable[person] += amount
            mends_not[person] += amount
            if is_customer and chance(looks, person, story) < effect.bad_story_looking:
                looking[person] = 1.0
        else:
            reliable[person] += amount
            mends[person] += amount
            if status[person] == PROSPECT:
                convinced[row] = chance(considers, person, story) < effect.recommendation * weights[row]
    return convinced


def persuade(world: WordOfMouth, people: People, heard: Stories, draws: Draws, week: int) -> Ints:
    """What is heard moves beliefs; bad stories make customers look around.

    Returns the prospects who now consider the firm, a row for each story that made them.
    """
    effect = Effect(*(getattr(world, name) for name in Effect._fields))
    keys = draws.key("bad story, looks around"), draws.key("recommendation")
    return np.asarray(heard.listener[_persuade(people.columns, heard, effect, *keys)])
