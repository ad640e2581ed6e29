"""A run that is watched: what each person believed week by week, and the same months once more without a problem.

Records say what happened, not what people thought. So the state is looked at (never touched) at the beginning of each
week, in the world as it is and in the paired worlds in which nobody meets a problem in the month surveyed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.survey import FOLLOW_UP, MONTH, spend, wave_starts
from sim.model.beliefs import perceived_risk
from sim.model.draws import Floats
from sim.model.records import Run
from sim.model.simulation import Simulation
from sim.model.state import State
from sim.parameters.scenario import Scenario

YEAR = 52
AFTER = MONTH + FOLLOW_UP  # weeks from the beginning of a month to the end of its follow-up
LONG = 3  # of the months, so many are followed for a year on top


@dataclass
class Diary:
    """What people believed at the beginning of weeks, a row a week; arrays of shape (weeks, people)."""

    reliability: NDArray[np.float32]  # mean of the belief that things go right
    recovery: NDArray[np.float32]  # mean of the belief that the firm puts it right
    risk: NDArray[np.float32]  # perceived risk
    status: NDArray[np.int8]
    said: Floats  # good mentions so far, expected, of each person
    buys: Floats  # P(buys at the next need) of each person, at the last look
    praise: dict[int, Floats] = field(default_factory=dict)  # week -> what was said so far

    @classmethod
    def blank(cls, weeks: int, people: int) -> Diary:
        """Nothing seen yet."""
        unknown = np.full((weeks, people), np.nan, np.float32)
        status = np.full((weeks, people), -1, np.int8)
        return cls(unknown, unknown.copy(), unknown.copy(), status, np.zeros(people), np.zeros(people))

    def note(self, week: int, last: bool, praised: bool, state: State) -> None:
        """Looks at the people as the week begins; `praised` keeps what they have said so far."""
        people = state.people
        self.reliability[week], self.recovery[week] = people.reliability.mean(), people.recovery.mean()
        aversion = state.world.choice.variance_aversion
        self.risk[week] = perceived_risk(people.reliability, people.recovery, aversion)
        self.status[week] = people.status
        self.said += state.talk.praise * state.talk.mentions
        if praised:
            self.praise[week] = self.said.copy()
        if last:
            utility = state.choice.utility(people, np.arange(people.n), week)
            self.buys = np.asarray(1 / (1 + np.exp(-np.clip(utility, -500, 500))))


@dataclass(frozen=True)
class Month:
    """A surveyed month in the paired world in which nobody met a problem then.

    Attributes:
        start: its first week.
        spend: dollars of each person in the three months after it.
        recovery, risk: week -> what each person believes at its beginning.
    """

    start: int
    spend: Floats
    recovery: dict[int, NDArray[np.float32]]
    risk: dict[int, NDArray[np.float32]]


@dataclass(frozen=True)
class Watched:
    """A run with its diary and its months without problems."""

    run: Run
    diary: Diary
    months: list[Month]


def watch(scenario: Scenario, replication: int, paired: bool = True) -> Watched:
    """One replication, watched.

    Args:
        paired: whether each month surveyed is lived once more without a problem.
    """
    weeks, people = scenario.run.weeks, scenario.world.market.people
    diary, starts = Diary.blank(weeks, people), wave_starts(weeks)
    marks = {*starts, *(start + AFTER for start in starts)}
    looks: dict[int, Callable[[State], None]] = {
        week: partial(diary.note, week, week == weeks - 1, week in marks) for week in range(weeks)
    }
    simulation, months = Simulation(scenario, replication, intervene=looks), []
    for number, start in enumerate(starts if paired else ()):
        simulation.advance(start)
        months.append(_without(simulation, start, number < LONG))
    return Watched(simulation.run(), diary, months)


def _without(simulation: Simulation, start: int, long: bool) -> Month:
    """A month from here on without a problem, and what follows."""
    scenario = simulation.state.scenario
    ends = [start + AFTER, *([start + MONTH + YEAR] if long else [])]
    ends = [week for week in ends if week < scenario.run.weeks]
    recovery: dict[int, Any] = {}
    risk: dict[int, Any] = {}

    def look(week: int, state: State) -> None:
        recovery[week] = state.people.recovery.mean().astype(np.float32)
        aversion = state.world.choice.variance_aversion
        risk[week] = perceived_risk(state.people.reliability, state.people.recovery, aversion).astype(np.float32)

    branch = simulation.branch(problem_free=range(start, start + MONTH))
    branch.intervene = {week: partial(look, week) for week in ends}
    branch.advance(max([start + AFTER, *(week + 1 for week in ends)]))  # a week is looked at as it begins
    branch.close()
    return Month(start, spend(branch.state.events, scenario.world.market.people, start), recovery, risk)


def count(values: np.ndarray) -> float:
    """How many are true."""
    return float(np.count_nonzero(values))
