"""The firm's weekly decisions. In this house: how many agents, by Erlang planning from the demand it has seen."""

from __future__ import annotations

import math

import numpy as np

from sim.model.desk import Desk
from sim.model.problems import voice
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Staffing
from sim.parameters.world import Labour

SMALLEST_STEP = 0.02  # of an agent: twelve minutes of a ten-hour day


def erlang_c(agents: float, load: float) -> float:
    """P(wait) of an M/M/n queue with `load` = arrival rate x handle time, for any real `agents` above `load`.

    Erlang B is continued to real n by 1/B = integral of load exp(-load t) (1+t)^n dt (Jagerman 1974), which is
    exp(load) load^-n Gamma(n+1, load); C follows from B as for whole n.
    """
    from scipy.special import gammaincc, gammaln

    if load <= 0:
        return 0.0
    if agents <= load:
        return 1.0
    log_inverse_b = load - agents * math.log(load) + gammaln(agents + 1) + math.log(gammaincc(agents + 1, load))
    b = math.exp(-log_inverse_b)  # of a desk with many agents to spare, 0
    return float(agents * b / (agents - load * (1 - b)))


def mean_wait(agents: float, load: float, handle_time: float) -> float:
    """Mean wait of an M/M/n queue, in the unit of `handle_time`; infinite when the desk cannot keep up."""
    if load <= 0:
        return 0.0
    return math.inf if agents <= load else erlang_c(agents, load) * handle_time / (agents - load)


def agents_needed(staffing: Staffing, load: float, handle_time: float) -> float:
    """The fewest agents, in steps of a fiftieth, that keep occupancy and mean wait within the strategy's limits."""
    steps = max(1, math.ceil(load / staffing.occupancy / SMALLEST_STEP - 1e-9))
    while mean_wait(steps * SMALLEST_STEP, load, handle_time) > staffing.wait:
        steps += 1
    return round(steps * SMALLEST_STEP, 10)


class Planner:
    """Sets headcount as the strategy's staffing rule says.

    Args:
        scenario: the strategy's rule and the world's averages.
        customers: customers in week 0, for the demand to expect before any has been seen.
    """

    def __init__(self, scenario: Scenario, customers: int) -> None:
        self.scenario = scenario
        self.customers = customers
        self.headcount_now = (0.0, 0.0)
        self.seen = (0.0, 0.0)

    def headcount(self, week: int, desk: Desk) -> tuple[float, float]:
        """(agents, specialists) for this week: reviewed now and then, for the demand seen since the last review."""
        staffing = self.scenario.strategy.staffing
        if staffing.rule == "fixed":
            return staffing.agents, staffing.specialists
        if week % staffing.review:
            return self.headcount_now
        if week == 0:
            demand = self.expected_demand()
        else:
            now = (desk.tiers[0].demand_hours, desk.tiers[1].demand_hours)
            demand = ((now[0] - self.seen[0]) / staffing.review, (now[1] - self.seen[1]) / staffing.review)
            self.seen = now
        hours = self.scenario.world.labour.opening_hours
        agents, specialists = (
            agents_needed(staffing, work / hours, tier.handle_time)
            for work, tier in zip(demand, desk.tiers, strict=True)
        )
        self.headcount_now = (agents, specialists)
        return self.headcount_now

    def expected_demand(self) -> tuple[float, float]:
        """Hours of work a week that the first customers will bring to each tier, from the averages of the world."""
        world, strategy = self.scenario.world, self.scenario.strategy
        desk, again = strategy.desk, strategy.desk.contacts > 1
        orders = self.customers * world.needs.mean * world.choice.untroubled_purchase
        calls = float(voice(world.callers, strategy.access, np.array([world.problems.severity]))[0])
        cases = orders * world.problems.rate * calls
        unsettled = 1 - desk.first_contact_resolution
        returning = unsettled * (1 - desk.escalation) * world.callers.persistence * again
        escalated = unsettled * desk.escalation * again
        return cases * (1 + returning) * desk.handle_time, cases * escalated * desk.specialist_time


def hourly_cost(labour: Labour, specialist: bool) -> float:
    """Dollars an hour at the desk: wage with on-costs, over the share of paid time that is worked there."""
    wage = labour.wage * (labour.specialist_wage if specialist else 1.0)
    return wage * labour.on_costs / (1 - labour.shrinkage)
