"""An occasion of need: the firm, a rival or nothing."""

from __future__ import annotations

import math

import numpy as np

from sim.model.beliefs import perceived_risk, prior_risk
from sim.model.draws import Draws, Floats, Ints
from sim.model.people import People
from sim.parameters.world import World

BUYS, SKIPS, TO_RIVAL = 0, 1, 2


class Choice:
    """Multinomial logit with the looking state: the rival is considered only by those who look around.

    U_firm = v - b_p ln(price) - b_R R + habit - grievance, U_nothing = 0, U_rival = v - b_R R_0 + advantage + growth,
    with `price` relative to today's, which the rival keeps, and v such that an untroubled customer buys with the
    stated probability at today's.
    """

    def __init__(self, world: World, people: People, price: float = 1.0) -> None:
        choice = world.choice
        self.world = world
        self.prior_risk = prior_risk(people.reliability, people.recovery, choice.variance_aversion)
        p = choice.untroubled_purchase
        self.value = math.log(p / (1 - p)) + choice.risk_sensitivity * self.prior_risk
        self.dearer = choice.price_sensitivity * math.log(price)

    def rival_present(self, week: int) -> bool:
        """Whether there is anywhere else to go."""
        entry = self.world.rival.entry_week
        return entry is not None and week >= entry

    def rival_utility(self, week: int) -> float:
        """What the rival offers an average person in this week."""
        rival = self.world.rival
        years = (week - (rival.entry_week or 0)) / 52
        untroubled = self.value - self.world.choice.risk_sensitivity * self.prior_risk
        return untroubled + rival.advantage + rival.improvement * years

    def utility(self, people: People, who: Ints) -> Floats:
        """Utility of buying from the firm, relative to not buying."""
        choice = self.world.choice
        risk = perceived_risk(people.reliability, people.recovery, choice.variance_aversion, who)
        habit = choice.habit_weight * people.habit[who]
        return self.value - self.dearer - choice.risk_sensitivity * risk + habit - people.grievance[who]

    def probabilities(self, people: People, who: Ints, week: int, considers: np.ndarray) -> tuple[Floats, Floats]:
        """(P(firm), P(rival)) for each of `who`; `considers` says who weighs the rival too."""
        firm = np.exp(np.clip(self.utility(people, who), -500, 500))
        rival = np.zeros_like(firm)
        if self.rival_present(week):
            rival = np.where(considers, math.exp(min(max(self.rival_utility(week), -500), 500)), 0.0)
        total = 1 + firm + rival
        p_firm = firm / total
        if not self.rival_present(week):
            # Nowhere else to go: of those who would turn away only some can do without
            p_firm = 1 - (1 - p_firm) * self.world.rival.gives_up
        return p_firm, rival / total

    def decide(self, draws: Draws, people: People, who: Ints, week: int, considers: np.ndarray, name: str) -> Ints:
        """BUYS, SKIPS or TO_RIVAL for each of `who` (one draw each, named `name`)."""
        p_firm, p_rival = self.probabilities(people, who, week, considers)
        luck = draws.uniform(name, who, week)
        return np.where(luck < p_firm, BUYS, np.where(luck < p_firm + p_rival, TO_RIVAL, SKIPS))
