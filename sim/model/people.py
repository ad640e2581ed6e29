"""The population in columns: fixed traits drawn once, and the state that a run changes."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from sim.model.beliefs import Belief
from sim.model.draws import Draws, Ints, poisson
from sim.parameters.world import World


class Status(IntEnum):
    """Where a person stands with the firm."""

    PROSPECT = 0
    CUSTOMER = 1
    FORMER = 2
    LOST_FOR_GOOD = 3
    LEFT_CATEGORY = 4


class People:
    """N people. Every attribute is an array of length N; row i is person i.

    Traits: need (needs a week), basket ($), stake (scales severity), dropout (probability a purchase).
    State: status, the two beliefs, grievance and habit (utility), looking (0 to 1), in_use (purchases still exposed to
    problems), last_purchase (week, very negative: never), problems met so far.
    """

    def __init__(self, world: World, draws: Draws) -> None:
        n = world.market.people
        everyone: Ints = np.arange(n)
        needs = world.needs
        self.n = n
        self.need = needs.mean * draws.gamma("need rate", needs.shape, everyone)
        self.basket = needs.basket * draws.lognormal("typical basket", needs.basket_sd_people, everyone)
        self.dropout = draws.beta("dropout", needs.dropout_a, needs.dropout_b, everyone)
        self.stake = draws.lognormal("stake", world.problems.stake_sd, everyone)

        prior = world.beliefs
        self.reliability = Belief(n, prior.reliability, prior.reliability_strength)
        self.recovery = Belief(n, prior.recovery, prior.recovery_strength)
        self.grievance = np.zeros(n)
        self.habit = np.zeros(n)
        self.looking = np.zeros(n)
        self.problems = np.zeros(n, np.int64)
        self._remember(world, draws, everyone)

    def _remember(self, world: World, draws: Draws, everyone: Ints) -> None:
        """Week 0 finds the firm in the middle of life: who bought before, how often, when last, who lost interest."""
        market = world.market
        bought = draws.uniform("bought before", everyone) < market.initial_buyers
        tenure = draws.uniform("tenure", everyone) * market.history
        mean = self.need * world.choice.untroubled_purchase * tenure
        repeats = np.where(bought, poisson(draws.uniform("repeats before", everyone), mean), 0)
        alive = draws.uniform("interested so far", everyone) < (1 - self.dropout) ** repeats
        self.status = np.select(
            [bought & alive, bought], [Status.CUSTOMER, Status.LEFT_CATEGORY], Status.PROSPECT
        ).astype(np.int8)
        # The last of n purchases spread over a tenure T lies T u^(1/n) after its start
        last = tenure * (1 - draws.uniform("last purchase before", everyone) ** (1 / np.maximum(repeats, 1)))
        self.last_purchase = np.where(bought, -1 - np.where(repeats > 0, last, tenure).astype(np.int64), NEVER)
        lag, rate = world.problems.lag * world.problems.use_elasticity, self.need * world.choice.untroubled_purchase
        # Exposure left of purchases made at a steady rate, and of the first one
        steady = np.where(alive, lag * rate * (1 - np.exp(-tenure / lag)), 0.0)
        exposure = steady + np.exp(-tenure / lag)
        self.in_use = np.where(bought, exposure, 0.0)
        kept = 0.5 ** (tenure / 2 / world.beliefs.half_life)
        self.reliability.good += np.where(bought, world.beliefs.success_weight * (1 + repeats) * kept, 0.0)

    def having(self, status: Status) -> Ints:
        """Rows of the people in a status, ascending."""
        return np.flatnonzero(self.status == status)

    def counts(self) -> Ints:
        """People in each status, in the order of `Status`."""
        return np.bincount(self.status, minlength=len(Status))


NEVER = -1_000_000
