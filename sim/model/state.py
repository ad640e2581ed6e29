"""What the parts of one run share: parameters, people, chance, and the books in which everything is written down."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.model.case import Forced
from sim.model.choice import Choice
from sim.model.draws import Draws, Floats, Ints
from sim.model.ledger import Ledger
from sim.model.network import build
from sim.model.people import BAD, NONE, Status, populate
from sim.model.records import WEEK_COLUMNS, Events
from sim.model.talk import Talk
from sim.model.word_of_mouth import Grapevine
from sim.parameters.scenario import Scenario


class State:
    """One world under one strategy, as it stands.

    Args:
        scenario: world, strategy and run settings; never changed.
        replication: number of the paired world; with the seed it fixes all chance.
        problem_free: weeks in which nobody meets a problem.
        by_person: whether the ledger remembers whom each posting is about.
    """

    def __init__(self, scenario: Scenario, replication: int, problem_free: range, by_person: bool = False) -> None:
        self.scenario, self.problem_free = scenario, problem_free
        self.world, self.strategy = scenario.world, scenario.strategy
        self.horizon = scenario.run.weeks
        self.price, self.margin = self.strategy.offer.price, scenario.margin
        self.hours = self.world.labour.opening_hours
        self.kind = self.world.needs.kind
        self.draws = Draws(scenario.run.seed, replication)
        self.people = populate(self.world, self.draws)
        promotion = self.strategy.promotion
        self.choice = Choice(self.world, self.people, self.price, promotion.newcomer_discount, promotion.messages)
        # Need grows with messages, by half of the most at one a month
        self.reminded = self.world.choice.reminder * promotion.messages / (promotion.messages + 1)
        network = build(self.world.word_of_mouth, self.people.n, self.draws)
        self.grapevine = Grapevine(self.world.word_of_mouth, network, self.draws)
        self.talk = Talk(self.world.word_of_mouth, network)
        self.week = 0
        self.analysed = 0.0  # cases whose cause was found
        self.helped: list[int] = []  # prospects whom the desk helped, to be heard of next week
        self.ledger = Ledger(self.horizon, by_person)
        self.forced: Forced | None = None  # how one problem ends, decided from outside the model
        self.events = Events()
        self.weeks: dict[str, NDArray[np.float64]] = {name: np.zeros(self.horizon) for name in WEEK_COLUMNS}

    @cached_property
    def times(self) -> Floats:
        """Demand index of each week, around 1: a stationary log AR(1), the same for every strategy; recessions."""
        economy = self.world.economy
        shocks = self.draws.normal("economy", 0, np.arange(self.horizon))
        path = [shocks[0]]
        for shock in shocks[1:]:
            path.append(economy.persistence * path[-1] + math.sqrt(1 - economy.persistence**2) * shock)
        index = np.exp(economy.swing * np.array(path) - economy.swing**2 / 2)
        if economy.recession_week is not None:
            index[economy.recession_week : economy.recession_week + economy.recession_length] *= (
                1 - economy.recession_depth
            )
        return np.asarray(index)

    def begin(self, week: int) -> None:
        """A week begins, in the times there are: in bad ones a price matters more."""
        self.week = week
        self.choice.thrift = 1 + self.world.economy.thrift * max(0.0, 1 - float(self.times[week]))

    def learned(self) -> float:
        """Problems left, as a share of those at the start: f = f_inf + (1 - f_inf) (1 + K / K0)^-b."""
        trouble = self.world.problems
        experience = 1000 * self.analysed / self.people.n / trouble.learning_cases
        gap: float = (1 + experience) ** -trouble.learning_exponent
        return trouble.learning_floor + (1 - trouble.learning_floor) * gap

    def depart(self, who: Ints, speak_ill: bool = False) -> None:
        """Removes people from the market for good, silently or as bad voices: a what-if, not something people do."""
        self.weeks["left"][self.week] += int((self.people.status[who] == Status.CUSTOMER).sum())
        self.people.status[who] = Status.LOST_FOR_GOOD
        self.people.leaving_as[who] = -1
        self.people.opinion[who] = BAD if speak_ill else NONE
