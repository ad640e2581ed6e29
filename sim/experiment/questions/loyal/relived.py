"""Runs lived again with somebody looking on, or thanking loyal customers: what records alone do not show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.experiment.metrics import ratio
from sim.experiment.questions.loyal.measures import LOYAL, RIVAL, measure
from sim.model.draws import Ints
from sim.model.ledger import cents
from sim.model.people import GOOD, NEVER, Status
from sim.model.records import Run
from sim.model.simulation import simulate
from sim.model.state import State

FIRST_THANKS, THANKS_EVERY = 13, 52  # weeks
GIFT = 0.05  # share off the next order
NOT_BETTER = -1


def watch(run: Run) -> dict[str, float]:
    """How long customers stay after the rival would suit them better, and what those who came back say of the firm.

    Returns `lag` (weeks from when the rival offered more than the firm, habit apart, to going there; 0 for those to
    whom it never did), `lag_habit` (the same, but with habit as a part of what the firm offers), `inert` (customers to
    whom the rival offers more, habit apart, and who are still here, as a share of all), `praise_back` and
    `praise_stayed` (what a customer who once left and one who never did give of full praise, at the end).
    """
    scenario = run.scenario
    horizon, n = scenario.run.weeks, scenario.world.market.people
    apart, counted = Inversions(horizon, n), Inversions(horizon, n)
    inert, customers, praise = 0.0, 0.0, {"praise_back": np.nan, "praise_stayed": np.nan}

    def look(state: State) -> None:
        nonlocal inert, customers
        week, who = state.week, state.people.having(Status.CUSTOMER)
        if state.choice.rival_present(week):
            ahead = state.choice.utility(state.people, who, week) - state.choice.rival_utility(week)
            habit = state.world.choice.habit_weight * state.people.habit[who]
            apart.note(week, who[ahead - habit < 0])
            counted.note(week, who[ahead < 0])
            inert += float((ahead - habit < 0).sum())
        customers += who.size
        if week == horizon - 1:
            praise.update(_praise(state, who))

    lived = simulate(scenario, run.replication, intervene=dict.fromkeys(range(horizon), look))
    lags = {"lag": apart.lag(lived), "lag_habit": counted.lag(lived)}
    return {**lags, "inert": ratio(inert, customers), **praise}


class Inversions:
    """Since when the rival has offered each person more: week by week, `NOT_BETTER` where it does not."""

    def __init__(self, horizon: int, n: int) -> None:
        self.since = np.full(n, NOT_BETTER, np.int32)
        self.history = np.full((horizon, n), NOT_BETTER, np.int32)

    def note(self, week: int, better: Ints) -> None:
        """In this week it does for those in `better`."""
        kept = self.since[better]
        self.since[:] = NOT_BETTER
        self.since[better] = np.where(kept == NOT_BETTER, week, kept)
        self.history[week] = self.since

    def lag(self, run: Run) -> float:
        """Mean weeks for which those who went to the rival had stayed on although it offered them more."""
        leaves = run.events.of("leaving")
        went = leaves["cause"] == RIVAL
        week = leaves["week"][went]
        since = self.history[week, leaves["person"][went]]
        waited = np.where(since == NOT_BETTER, 0, week - since)
        return ratio(float(waited.sum()), float(waited.size))


def _praise(state: State, who: Ints) -> dict[str, float]:
    given = state.people.advocacy[who] * (state.people.opinion[who] == GOOD)
    back = state.people.returned[who]
    return {name: ratio(float(given[group].sum()), float(group.sum()))
            for name, group in (("praise_back", back), ("praise_stayed", ~back))}  # fmt: skip


def thanked(run: Run) -> dict[str, float]:
    """The same life, but once a year everyone who has been a customer for two years is thanked with a small gift.

    A gesture teaches as much about the firm's care as an answered question does, costs a contact and `GIFT` off the
    next order, and makes as many look around as a message does (`world.choice.awakening`).
    """
    weeks = range(FIRST_THANKS, run.scenario.run.weeks, THANKS_EVERY)
    acts: dict[int, Callable[[State], None]] = dict.fromkeys(weeks, thank)
    return measure(simulate(run.scenario, run.replication, intervene=acts))


def thank(state: State) -> None:
    """Everyone who has been a customer long enough is thanked, now."""
    people, world, week = state.people, state.world, state.week
    who = people.having(Status.CUSTOMER)
    who = who[(people.joined[who] != NEVER) & (people.joined[who] <= week - LOYAL)]
    people.recovery.good[who] += world.beliefs.resolved_weight * world.beliefs.question_weight
    people.promised[who] = np.maximum(people.promised[who], GIFT)
    people.last_contact[who] = week
    state.ledger.post(week, "promotion", -cents(state.strategy.relationship.contact_cost) * who.size)
    if state.choice.rival_present(week):
        wakes = state.draws.uniform("wakes up, thanked", who, week) < world.choice.awakening
        people.looking[who[wakes]] = 1.0
