"""An occasion of need: the firm, a rival or nothing."""

from __future__ import annotations

import math

import numpy as np

from sim.model.beliefs import perceived_risk, prior_risk
from sim.model.draws import Draws, Floats, Ints
from sim.model.people import NEVER, People, Status
from sim.parameters.world import World

BUYS, SKIPS, TO_RIVAL = 0, 1, 2


class Choice:
    """Multinomial logit with the looking state: the rival is considered only by those who look around.

    U_firm = v - b_p ln(price) - b_R R + habit - grievance - b_X unfairness - fatigue, U_nothing = 0,
    U_rival = v - b_R R_rival + advantage + growth + ln(number), with R_rival between the prior risk and what the firm's
    customers see, as far as rivals match it, `price` relative to today's, which the rival keeps, and v such that
    an untroubled customer buys with the stated probability at today's. What treatment below expectation does is part
    of grievance.

    Args:
        newcomer_discount: share of the price that new customers are let off; the others may know of it.
        messages: a month to each customer who gets them.
    """

    def __init__(
        self, world: World, people: People, price: float = 1.0, newcomer_discount: float = 0.0, messages: float = 0.0
    ) -> None:
        choice = world.choice
        self.world = world
        self.prior_risk = prior_risk(people.reliability, people.recovery, choice.variance_aversion)
        p = choice.untroubled_purchase
        self.value = math.log(p / (1 - p)) + choice.risk_sensitivity * self.prior_risk
        self.log_price = math.log(price)
        self.newcomer_discount = newcomer_discount
        self.messages = messages
        self.thrift = 1.0  # x price sensitivity, in this week's times
        self.matched_risk = self.prior_risk  # what the rival's customers see

    def rival_present(self, week: int) -> bool:
        """Whether there is anywhere else to go."""
        entry = self.world.rival.entry_week
        return entry is not None and week >= entry

    def rival_utility(self, week: int) -> float:
        """What the rival offers an average person in this week; several are worth ln(number) more."""
        rival = self.world.rival
        years = (week - (rival.entry_week or 0)) / 52
        seen = self.value - self.world.choice.risk_sensitivity * self.matched_risk
        return seen + rival.advantage + rival.improvement * years + math.log(rival.number)

    def match(self, risk: float) -> None:
        """Rivals follow the firm part of the way, to the risk that its customers see; they do not get worse."""
        gap = max(0.0, self.prior_risk - risk)
        self.matched_risk = self.prior_risk - self.world.rival.matches * gap

    def unfairness(self, people: People, who: Ints, week: int) -> Floats:
        """What newcomers are let off, as those see it who know of it: more so the longer they have been customers."""
        joined = people.joined[who]
        tenure = np.where(joined == NEVER, 0, np.maximum(week - joined, 0))  # who never bought is a newcomer
        weight = 1 - np.exp(-tenure / self.world.choice.deal_tenure)
        return np.asarray(self.newcomer_discount * people.sees_deals[who] * weight)

    def utility(self, people: People, who: Ints, week: int = 0, discount: float = 0.0) -> Floats:
        """Utility of buying from the firm, relative to not buying; `discount` is a share of the price."""
        choice = self.world.choice
        risk = perceived_risk(people.reliability, people.recovery, choice.variance_aversion, who)
        utility = (
            self.value
            - choice.risk_sensitivity * risk
            + choice.habit_weight * people.habit[who]
            - people.grievance[who]
        )
        log_price = self.log_price + (math.log1p(-discount) if discount else 0.0)
        if log_price:
            utility = utility - choice.price_sensitivity * self.thrift * people.sensitivity[who] * log_price
        if self.newcomer_discount:
            utility = utility - choice.unfairness_weight * self.unfairness(people, who, week)
        if self.messages:
            gets_them = people.gets_messages[who] & (people.status[who] == Status.CUSTOMER)
            beyond = np.maximum(self.messages - people.tolerance[who], 0) * gets_them
            utility = utility - choice.fatigue_weight * beyond
        return np.asarray(utility)

    def probabilities(
        self, people: People, who: Ints, week: int, considers: np.ndarray, discount: float = 0.0
    ) -> tuple[Floats, Floats]:
        """(P(firm), P(rival)) for each of `who`; `considers` says who weighs the rival too."""
        firm = np.exp(np.clip(self.utility(people, who, week, discount), -500, 500))
        rival = np.zeros_like(firm)
        if self.rival_present(week):
            rival = np.where(considers, math.exp(min(max(self.rival_utility(week), -500), 500)), 0.0)
        total = 1 + firm + rival
        p_firm = firm / total
        if not self.rival_present(week):
            # Nowhere else to go: of those who would turn away only some can do without
            p_firm = 1 - (1 - p_firm) * self.world.rival.gives_up
        return p_firm, rival / total

    def decide(
        self,
        draws: Draws,
        people: People,
        who: Ints,
        week: int,
        considers: np.ndarray,
        name: str,
        discount: float = 0.0,
    ) -> Ints:
        """BUYS, SKIPS or TO_RIVAL for each of `who` (one draw each, named `name`)."""
        if not who.size:
            return np.empty(0, np.int64)
        p_firm, p_rival = self.probabilities(people, who, week, considers, discount)
        luck = draws.uniform(name, who, week)
        return np.where(luck < p_firm, BUYS, np.where(luck < p_firm + p_rival, TO_RIVAL, SKIPS))

    def surplus(self, people: People, who: Ints, week: int, paid: Floats) -> Floats:
        """Dollars that buyers would have paid on top: with utility b_p ln(price), price x ln(1 + exp U) / b_p."""
        sensitivity = self.world.choice.price_sensitivity
        if not sensitivity:
            return np.zeros(who.size)
        worth = np.logaddexp(0, np.clip(self.utility(people, who, week), -500, 500))
        return np.asarray(paid * worth / (sensitivity * self.thrift * people.sensitivity[who]))
