"""How people react to a problem and its end: what it teaches, what they resent, who leaves and as what."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model import remedy
from sim.model.compiled import compiled
from sim.model.draws import Ints, chance
from sim.model.orders import turn_away
from sim.model.people import Codes, Status
from sim.model.state import State

CUSTOMER, PROSPECT, FORMER, LOST_FOR_GOOD, LEFT_CATEGORY = (
    int(status)
    for status in (Status.CUSTOMER, Status.PROSPECT, Status.FORMER, Status.LOST_FOR_GOOD, Status.LEFT_CATEGORY)
)
STAYS = -1  # instead of a status


class Lessons(NamedTuple):
    """What a problem and its end teach, besides the person and the case: see the world's beliefs and problems."""

    week: int
    hours: float  # of opening, a week
    price: float  # x a basket
    spoils: float
    problem_weight: float
    question_weight: float
    resolved_weight: float
    unresolved_weight: float  # with what the trouble of asking in vain adds
    recovery_patience: float  # days
    repeat_weight: float
    expectation_weight: float
    ratchet: float
    forgiveness: float
    grievance: float
    puts_off: float  # share of voice lost to effort


def lessons_of(state: State, week: int) -> Lessons:
    """What problems teach in this world, under the strategy as it is this week."""
    beliefs, trouble, effort = state.world.beliefs, state.world.problems, remedy.effort(state.strategy.remedy)
    return Lessons(
        week, state.hours, state.price, trouble.spoils, beliefs.problem_weight, beliefs.question_weight,
        beliefs.resolved_weight, beliefs.unresolved_weight * (1 + effort), beliefs.recovery_patience,
        beliefs.repeat_weight, beliefs.expectation_weight, beliefs.ratchet, beliefs.forgiveness, trouble.grievance,
        state.world.callers.effort_deterrence * effort,
    )  # fmt: skip


@compiled
def trust(lessons: Lessons, score: float, days: float, earlier: int) -> float:
    """They put it right: what a_r grows by, with justice, less for late and repeated cases."""
    return lessons.resolved_weight * score * math.exp(-days / lessons.recovery_patience) / (1 + earlier)


@compiled
def resented(lessons: Lessons, expected: float, score: float) -> float:
    """Treatment below expectation is resented."""
    return lessons.expectation_weight * max(expected - score, 0.0)


@compiled
def aggravated(repeat_weight: float, earlier: int) -> float:
    """How much worse a problem is for those before it: 1 + zeta n."""
    return 1 + repeat_weight * earlier


class Leaving(NamedTuple):
    """What customers do who were not helped, for one cause; names of draws are keys, see `Draws.key`."""

    leaves: float  # probability, at severity 1
    gives_up: float  # share of them who can do without, in a cornered market
    cornered: bool
    lost_for_good: float
    repeat_weight: float
    speaks_ill: np.uint64
    whether: np.uint64
    for_good: np.uint64


def leaving_of(state: State, cause: str) -> Leaving:
    """What customers do who were not helped ('unresolved'), or kept silent ('silent')."""
    trouble, draws, cornered = state.world.problems, state.draws, not state.choice.rival_present(state.week)
    return Leaving(
        trouble.leave_unresolved if cause == "unresolved" else trouble.leave_silent,
        state.world.rival.gives_up if cornered else 1.0, cornered, trouble.lost_for_good,
        state.world.beliefs.repeat_weight, draws.key(f"speaks ill, {cause}"),
        draws.key(f"leaves after a problem, {cause}"), draws.key("lost for good"),
    )  # fmt: skip


@compiled
def speaks_ill(leaving: Leaving, person: int, week: int, severity: float) -> bool:
    """The worse it was, the likelier."""
    return chance(leaving.speaks_ill, person, week) < 1 - math.exp(-severity)


@compiled
def leaves_as(leaving: Leaving, person: int, week: int, severity: float, earlier: int) -> int:
    """Some customers leave at once. In a cornered market only those do who can do without. Returns a status."""
    likely = 1 - (1 - leaving.leaves) ** (severity * aggravated(leaving.repeat_weight, earlier))
    if chance(leaving.whether, person, week) >= likely * leaving.gives_up:
        return STAYS
    if leaving.cornered:
        return LEFT_CATEGORY
    return LOST_FOR_GOOD if chance(leaving.for_good, person, week) < leaving.lost_for_good else FORMER


def turn_away_each(state: State, week: int, gone: Ints, status: Codes, cause: str) -> None:
    """They leave, each once, whatever went wrong besides."""
    if gone.size:
        for leaves_as in (Status.LEFT_CATEGORY, Status.LOST_FOR_GOOD, Status.FORMER):
            turn_away(state, week, _those(gone, status, int(leaves_as)), leaves_as, cause)


@compiled
def _those(gone: Ints, status: Codes, leaves_as: int) -> Ints:
    """Ascending, without repetition."""
    who, count = np.sort(gone[status == leaves_as]), 0
    for person in who:
        if not count or who[count - 1] != person:
            who[count] = person
            count += 1
    return who[:count]
