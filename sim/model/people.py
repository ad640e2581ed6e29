"""The population in columns: fixed traits drawn once, and the state that a run changes."""

from __future__ import annotations

from copy import deepcopy
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.beliefs import Belief
from sim.model.compiled import compiled
from sim.model.draws import Bools, Draws, Floats, Ints, poisson
from sim.parameters.world import Needs, World

NEVER = -1_000_000
FOREVER = 1 << 40  # weeks
GOOD, NONE, BAD = 1, 0, -1  # opinions


class Status(IntEnum):
    """Where a person stands with the firm."""

    PROSPECT = 0
    CUSTOMER = 1
    FORMER = 2
    LOST_FOR_GOOD = 3
    LEFT_CATEGORY = 4
    REJECTER = 5  # never bought; bad opinion of others turned them away


Codes = NDArray[np.int8]
Weeks = NDArray[np.int64]


class Columns(NamedTuple):
    """What compiled loops see of the people: the arrays themselves, so that writing into them changes the people."""

    need: Floats
    basket: Floats
    dropout: Floats
    sensitivity: Floats
    sees_deals: Bools
    tolerance: Floats
    reliability_good: Floats
    reliability_bad: Floats
    recovery_good: Floats
    recovery_bad: Floats
    status: Codes
    opinion: Codes
    expectation: Floats
    grievance: Floats
    habit: Floats
    looking: Floats
    problems: Ints
    advocacy: Floats
    returned: Bools
    promised: Floats
    put_off: Floats
    gets_messages: Bools
    leaving_as: Codes
    leaving_over: Codes
    joined: Weeks
    last_purchase: Weeks
    last_contact: Weeks
    next_need: Weeks
    in_use: Floats
    unanswered: Floats
    # Room to work in, kept between calls: fresh memory for everyone costs more than most loops do
    luck: Floats
    marked: Bools
    rows: Ints


class People:
    """N people. Every attribute is an array of length N; row i is person i.

    Traits: need (needs a week), basket ($), stake (scales severity), dropout (probability a purchase), sensitivity
    (x price sensitivity), sees_deals, opportunist, tolerance (messages a month).
    State: status, opinion (GOOD, NONE, BAD: what they would say), the two beliefs, grievance and habit (utility),
    expectation (of treatment, share), looking (0 to 1), in_use and unanswered (purchases still exposed to problems and
    to questions), last_purchase, last_contact and joined (weeks, NEVER), next_need (week; needs that do not come by
    chance), problems met so far, advocacy (share of the praise of others), returned (came
    back after leaving), promised (share off the next order), put_off (share of voice lost to effort),
    gets_messages, leaving_as (status at the next renewal, -1: stays), leaving_over (cause).
    """

    def __init__(self, world: World, draws: Draws) -> None:
        n = world.market.people
        everyone: Ints = np.arange(n)
        needs = world.needs
        self.n = n
        self.need = needs.mean * draws.gamma("need rate", needs.shape, everyone)
        if needs.kind != "occasional":
            self.need = np.full(n, 1 / needs.period if needs.kind != "one_off" else 0.0)
        self.basket = needs.basket * draws.lognormal("typical basket", needs.basket_sd_people, everyone)
        self.dropout = draws.beta("dropout", needs.dropout_a, needs.dropout_b, everyone)
        self.stake = draws.lognormal("stake", world.problems.stake_sd, everyone)
        self.sensitivity = draws.lognormal("price sensitivity", world.choice.sensitivity_sd, everyone)
        self.sees_deals = draws.uniform("sees deals", everyone) < world.choice.deal_awareness
        self.opportunist = draws.uniform("opportunist", everyone) < needs.opportunists
        self.tolerance = world.choice.tolerance * draws.exponential("tolerance", everyone)

        prior = world.beliefs
        self.reliability = Belief(n, prior.reliability, prior.reliability_strength)
        self.recovery = Belief(n, prior.recovery, prior.recovery_strength)
        self.opinion = np.zeros(n, np.int8)
        self.expectation = np.full(n, prior.expectation)
        self.grievance = np.zeros(n)
        self.habit = np.zeros(n)
        self.looking = np.zeros(n)
        self.problems = np.zeros(n, np.int64)
        self.advocacy = np.ones(n)
        self.returned = np.zeros(n, bool)
        self.promised = np.zeros(n)
        self.put_off = np.zeros(n)
        self.gets_messages = np.zeros(n, bool)
        self.leaving_as = np.full(n, -1, np.int8)
        self.leaving_over = np.zeros(n, np.int8)
        self._remember(world, draws, everyone)
        self.luck, self.marked, self.rows = np.empty(n), np.empty(n, np.bool_), np.empty(n, np.int64)
        beliefs = {
            f"{belief}_{evidence}": getattr(getattr(self, belief), evidence)
            for belief in ("reliability", "recovery")
            for evidence in ("good", "bad")
        }
        self.columns = Columns(*(beliefs[name] if name in beliefs else getattr(self, name) for name in Columns._fields))

    def _remember(self, world: World, draws: Draws, everyone: Ints) -> None:
        """Week 0 finds the firm in the middle of life: who bought before, how often, when last, who lost interest."""
        market, needs = world.market, world.needs
        bought = draws.uniform("bought before", everyone) < market.initial_buyers
        tenure = draws.uniform("tenure", everyone) * market.history
        if needs.kind == "occasional":
            rate = self.need * world.choice.untroubled_purchase
            repeats = poisson(draws.uniform("repeats before", everyone), rate * tenure)
            # The last of n purchases spread over a tenure T lies T u^(1/n) after its start
            last = tenure * (1 - draws.uniform("last purchase before", everyone) ** (1 / np.maximum(repeats, 1)))
            last = np.where(repeats > 0, last, tenure)
        else:
            rate = self.need
            repeats = (tenure * rate).astype(np.int64)
            last = tenure - repeats / np.where(rate > 0, rate, 1.0)
        life = self.until_next_need(needs, draws, everyone, 0)
        if needs.kind == "durable":
            # Products are of any age: the life that is left is a uniform share of it
            last = np.minimum(life * draws.uniform("age of the first product", everyone), tenure)
        repeats = np.where(bought, repeats, 0)
        alive = draws.uniform("interested so far", everyone) < (1 - self.dropout) ** repeats
        self.status = np.select(
            [bought & alive, bought], [Status.CUSTOMER, Status.LEFT_CATEGORY], Status.PROSPECT
        ).astype(np.int8)
        self.opinion[bought & alive] = GOOD
        self.last_purchase = np.where(bought, -1 - last.astype(np.int64), NEVER)
        self.last_contact = self.last_purchase.copy()
        self.joined = np.where(bought, -1 - tenure.astype(np.int64), NEVER)
        self.next_need = np.where(bought, self.last_purchase + life, 0)
        self.next_need = np.maximum(self.next_need, 0)
        elasticity = world.problems.use_elasticity
        self.in_use = np.where(bought, _exposure(world.problems.lag * elasticity, rate * alive, tenure), 0.0)
        self.unanswered = np.where(bought, _exposure(world.problems.question_lag, rate * alive, tenure), 0.0)
        kept = 0.5 ** (tenure / 2 / world.beliefs.half_life)
        self.reliability.good += np.where(bought, world.beliefs.success_weight * (1 + repeats) * kept, 0.0)

    def until_next_need(self, needs: Needs, draws: Draws, who: Ints, week: Ints | int) -> Ints:
        """Weeks from a purchase in `week` to the next need, where needs do not come by chance."""
        match needs.kind:
            case "subscription":
                return np.full(who.size, round(needs.period))
            case "durable":
                life = needs.period * draws.lognormal("product life", needs.period_sd, who, week)
                return np.maximum(1, np.rint(life)).astype(np.int64)
        return np.full(who.size, FOREVER)

    def forget(self, who: Ints) -> None:
        """Nothing the firm ever did counts any more for `who`; what they own they keep."""
        for belief in (self.reliability, self.recovery):
            belief.good[who] = belief.bad[who] = 0.0
        self.opinion[who] = NONE
        self.grievance[who] = self.habit[who] = 0.0
        self.joined[who] = NEVER

    def having(self, status: Status) -> Ints:
        """Rows of the people in a status, ascending."""
        return np.asarray(_having(self.status, int(status), self.marked, self.rows))

    def holding(self, opinion: int) -> Ints:
        """Rows of the people with an opinion, ascending."""
        return np.asarray(_having(self.opinion, opinion, self.marked, self.rows))

    def counts(self) -> Ints:
        """People in each status, in the order of `Status`."""
        return np.asarray(_counts(self.status, len(Status)))


@compiled
def rows_of(marked: Bools, rows: Ints) -> int:
    """Writes into `rows` who is marked, ascending. Returns how many.

    To mark in one loop and collect in another, neither with a branch, takes a fraction of what one loop with both does.
    """
    count = 0
    for person in range(marked.size):
        rows[count] = person
        count += marked[person]
    return count


@compiled
def _having(codes: Codes, code: int, marked: Bools, rows: Ints) -> Ints:
    for person in range(codes.size):
        marked[person] = codes[person] == code
    return rows[: rows_of(marked, rows)].copy()


@compiled
def _counts(status: Codes, statuses: int) -> Ints:
    counts = np.empty(statuses, np.int64)
    for one in range(statuses):  # one after the other: counting all in one loop takes longer
        count = 0
        for person in range(status.size):
            count += status[person] == one
        counts[one] = count
    return counts


def populate(world: World, draws: Draws) -> People:
    """The people of a replication as week 0 finds them, the same for every strategy: drawn once for all in turn."""
    return deepcopy(_drawn(world, draws.seed, draws.replication))


@lru_cache(maxsize=1)
def _drawn(world: World, seed: int, replication: int) -> People:
    return People(world, Draws(seed, replication))


def _exposure(lag: float, rate: Floats, tenure: Floats) -> Floats:
    """What is left of the exposure of purchases made at a steady rate, and of the first one; it fades with `lag`."""
    return np.asarray(lag * rate * (1 - np.exp(-tenure / lag)) + np.exp(-tenure / lag))
