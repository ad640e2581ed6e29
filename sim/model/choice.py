"""An occasion of need: the firm, a rival or nothing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model.beliefs import Prior, prior_risk, risk_of, risks_in
from sim.model.compiled import compiled
from sim.model.draws import Bools, Draws, Floats, Ints, chance
from sim.model.people import NEVER, Codes, Columns, People, Status
from sim.parameters.world import World

BUYS, SKIPS, TO_RIVAL = 0, 1, 2
CUSTOMER = int(Status.CUSTOMER)


class Terms(NamedTuple):
    """What a week's choices hang on besides the person."""

    week: int
    prior: Prior
    variance_aversion: float
    value: float
    risk_sensitivity: float
    habit_weight: float
    price_sensitivity: float  # in this week's times
    log_price: float
    newcomer_discount: float
    deal_tenure: float
    unfairness_weight: float
    messages: float
    fatigue_weight: float
    rival_present: bool
    rival: float  # exp of its utility
    gives_up: float


@compiled
def unfairness_of(terms: Terms, joined: int, sees_deals: bool) -> float:
    """What newcomers are let off, as a customer sees it who knows of it."""
    tenure = 0 if joined == NEVER else max(terms.week - joined, 0)  # who never bought is a newcomer
    known: float = terms.newcomer_discount * sees_deals
    return known * (1 - math.exp(-tenure / terms.deal_tenure))


# Columns are looked up before a loop: each look-up counts the column as in use, which costs more than the loop's work
@compiled
def utilities(people: Columns, terms: Terms, who: Ints, log_price: float) -> Floats:
    """Utility of buying from the firm at a price, relative to not buying, of each of `who`."""
    reliable, unreliable, mends = people.reliability_good, people.reliability_bad, people.recovery_good
    mends_not, habit, grievance, sensitivity = people.recovery_bad, people.habit, people.grievance, people.sensitivity
    joined, sees_deals, status, tolerance = people.joined, people.sees_deals, people.status, people.tolerance
    gets_messages = people.gets_messages
    good_q, bad_q, good_r, bad_r = terms.prior
    out = np.empty(who.size)
    for row in range(who.size):
        person = who[row]
        risk = risk_of(
            good_q + reliable[person], bad_q + unreliable[person], good_r + mends[person], bad_r + mends_not[person],
            terms.variance_aversion,
        )  # fmt: skip
        utility = terms.value - terms.risk_sensitivity * risk
        utility += terms.habit_weight * habit[person] - grievance[person]
        if log_price:
            utility -= terms.price_sensitivity * sensitivity[person] * log_price
        if terms.newcomer_discount:
            utility -= terms.unfairness_weight * unfairness_of(terms, joined[person], sees_deals[person])
        if terms.messages and gets_messages[person] and status[person] == CUSTOMER:
            utility -= terms.fatigue_weight * max(terms.messages - tolerance[person], 0.0)
        out[row] = utility
    return out


@compiled
def _probabilities(terms: Terms, utility: float, considers: bool) -> tuple[float, float]:
    firm = math.exp(min(max(utility, -500.0), 500.0))
    rival = terms.rival if considers and terms.rival_present else 0.0
    total = 1 + firm + rival
    buys = firm / total
    if not terms.rival_present:
        # Nowhere else to go: of those who would turn away only some can do without
        buys = 1 - (1 - buys) * terms.gives_up
    return buys, rival / total


@compiled
def _all_probabilities(terms: Terms, utility: Floats, considers: Bools) -> tuple[Floats, Floats]:
    firm, rival = np.empty(utility.size), np.empty(utility.size)
    for row in range(utility.size):
        firm[row], rival[row] = _probabilities(terms, utility[row], considers[row])
    return firm, rival


@compiled
def _decide(terms: Terms, who: Ints, utility: Floats, considers: Bools, key: np.uint64) -> Codes:
    """BUYS, SKIPS or TO_RIVAL, by one draw each."""
    out = np.empty(who.size, np.int8)
    for row in range(who.size):
        luck = chance(key, who[row], terms.week)
        buys, to_rival = _probabilities(terms, utility[row], considers[row])
        out[row] = BUYS if luck < buys else TO_RIVAL if luck < buys + to_rival else SKIPS
    return out


@compiled
def _surplus(terms: Terms, sensitivity: Floats, who: Ints, utility: Floats, paid: Ints) -> float:
    total = 0.0
    for row in range(who.size):
        bounded = min(max(utility[row], -500.0), 500.0)
        worth = max(bounded, 0.0) + math.log1p(math.exp(-abs(bounded)))
        total += paid[row] / 100 * worth / (terms.price_sensitivity * sensitivity[who[row]])
    return total


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
        self.prior = (
            people.reliability.prior_good, people.reliability.prior_bad,
            people.recovery.prior_good, people.recovery.prior_bad,
        )  # fmt: skip
        self.prior_risk = prior_risk(people.reliability, people.recovery, choice.variance_aversion)
        p = choice.untroubled_purchase
        self.value = math.log(p / (1 - p)) + choice.risk_sensitivity * self.prior_risk
        self.log_price = math.log(price)
        self.newcomer_discount = newcomer_discount
        self.messages = messages
        self.thrift = 1.0  # x price sensitivity, in this week's times
        self.matched_risk = self.prior_risk  # what the rival's customers see
        self._terms: dict[tuple[int, float, float], Terms] = {}  # the last ones asked for

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

    def risk(self, people: People) -> float:
        """What customers perceive on average; nan where there are none."""
        seen, mends = people.reliability, people.recovery
        aversion = self.world.choice.variance_aversion
        customers, risks = people.status == CUSTOMER, people.luck
        risks_in(customers, self.prior, seen.good, seen.bad, mends.good, mends.bad, aversion, risks)
        count = np.count_nonzero(customers)
        return float(risks.sum() / count) if count else math.nan

    def match(self, risk: float) -> None:
        """Rivals follow the firm part of the way, to the risk that its customers see; they do not get worse."""
        gap = max(0.0, self.prior_risk - risk)
        self.matched_risk = self.prior_risk - self.world.rival.matches * gap

    def terms(self, week: int) -> Terms:
        """What this week's choices hang on."""
        hangs_on = week, self.thrift, self.matched_risk
        if hangs_on not in self._terms:
            self._terms = {hangs_on: self._make_terms(week)}
        return self._terms[hangs_on]

    def _make_terms(self, week: int) -> Terms:
        choice, present = self.world.choice, self.rival_present(week)
        return Terms(
            week=week,
            prior=self.prior,
            variance_aversion=choice.variance_aversion,
            value=self.value,
            risk_sensitivity=choice.risk_sensitivity,
            habit_weight=choice.habit_weight,
            price_sensitivity=choice.price_sensitivity * self.thrift,
            log_price=self.log_price,
            newcomer_discount=self.newcomer_discount,
            deal_tenure=choice.deal_tenure,
            unfairness_weight=choice.unfairness_weight,
            messages=self.messages,
            fatigue_weight=choice.fatigue_weight,
            rival_present=present,
            rival=math.exp(min(max(self.rival_utility(week), -500), 500)) if present else 0.0,
            gives_up=self.world.rival.gives_up,
        )

    def log_paid(self, discount: float) -> float:
        """Log of the price, relative to today's, with a share of it let off."""
        return self.log_price + (math.log1p(-discount) if discount else 0.0)

    def utility(self, people: People, who: Ints, week: int = 0, discount: float = 0.0) -> Floats:
        """Utility of buying from the firm, relative to not buying; `discount` is a share of the price."""
        return np.asarray(utilities(people.columns, self.terms(week), who, self.log_paid(discount)))

    def probabilities(
        self, people: People, who: Ints, week: int, considers: np.ndarray, discount: float = 0.0
    ) -> tuple[Floats, Floats]:
        """(P(firm), P(rival)) for each of `who`; `considers` says who weighs the rival too."""
        firm, rival = _all_probabilities(self.terms(week), self.utility(people, who, week, discount), considers)
        return firm, rival

    def decide(
        self,
        draws: Draws,
        people: People,
        who: Ints,
        week: int,
        considers: np.ndarray,
        name: str,
        discount: float = 0.0,
    ) -> Codes:
        """BUYS, SKIPS or TO_RIVAL for each of `who` (one draw each, named `name`)."""
        return self.decide_at(self.utility(people, who, week, discount), draws, who, week, considers, name)

    def decide_at(self, utility: Floats, draws: Draws, who: Ints, week: int, considers: np.ndarray, name: str) -> Codes:
        """The same, for people whose utility is known."""
        return np.asarray(_decide(self.terms(week), who, utility, considers, draws.key(name)))

    def surplus(self, people: People, who: Ints, week: int, paid: Ints, utility: Floats | None = None) -> float:
        """Dollars that buyers would have paid on top, in all: with utility b_p ln(price), price x ln(1 + exp U) / b_p.

        Args:
            paid: cents, by each of `who`.
            utility: of buying at the list price, where it is known.
        """
        terms = self.terms(week)
        if not terms.price_sensitivity:
            return 0.0
        if utility is None:
            utility = self.utility(people, who, week)
        return float(_surplus(terms, people.sensitivity, who, utility, paid))
