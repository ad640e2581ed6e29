"""How many agents: Erlang planning from the demand seen, hiring that takes time, agents who leave."""

from __future__ import annotations

import math

import numpy as np

from sim.model.desk import Desk
from sim.model.line import LONGER
from sim.model.problems import shares, voice
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Staffing
from sim.parameters.world import Labour

SMALLEST_STEP = 0.005  # of an agent: three minutes of a ten-hour day; the rest of it goes to other work


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
    """The fewest agents, in smallest steps, that keep occupancy and mean wait within the strategy's limits."""
    enough = max(1, math.ceil(load / staffing.occupancy / SMALLEST_STEP - 1e-9))
    too_few, further = enough - 1, 1
    while mean_wait(enough * SMALLEST_STEP, load, handle_time) > staffing.wait:
        too_few, enough, further = enough, enough + further, 2 * further
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if mean_wait(middle * SMALLEST_STEP, load, handle_time) > staffing.wait:
            too_few = middle
        else:
            enough = middle
    return round(enough * SMALLEST_STEP, 10)


class Tier:
    """The people employed in one tier, in full-time equivalents: who works, who learns, who is on the way.

    Those hired start `hiring_lag` weeks later and do half the work for `ramp_up` weeks.
    """

    def __init__(self, labour: Labour) -> None:
        self.labour = labour
        self.employed = 0.0
        self.coming: dict[int, float] = {}  # first week -> agents
        self.learning: dict[int, float] = {}  # first week of full work -> agents

    def week(self, week: int, wanted: float, occupancy: float) -> float:
        """A week passes: some leave, some start, some are let go or hired. Returns how many start."""
        strain = max(0.0, occupancy - 0.85) / 0.15
        leaving = 1 - (1 - self.labour.attrition) ** ((1 + self.labour.attrition_strain * strain) / 52)
        if week and leaving:
            self.employed *= 1 - leaving
            self.learning = {since: agents * (1 - leaving) for since, agents in self.learning.items()}
        missing = wanted - self.employed - sum(self.coming.values())
        if week == 0:
            self.employed = wanted
            return 0.0
        if missing > 1e-9:
            first = week + self.labour.hiring_lag
            self.coming[first] = self.coming.get(first, 0.0) + missing
        elif wanted < self.employed:
            self.learning = {since: agents * wanted / self.employed for since, agents in self.learning.items()}
            self.employed = wanted
        started = self.coming.pop(week, 0.0)
        self.employed += started
        if started and self.labour.ramp_up:
            self.learning[week + self.labour.ramp_up] = started
        self.learning = {since: agents for since, agents in self.learning.items() if since > week}
        return started

    @property
    def lost_to_learning(self) -> float:
        """Agents' worth of work that newcomers do not do yet."""
        return 0.5 * sum(self.learning.values())


class Planner:
    """Sets headcount as the strategy's staffing rule says, and lives with who is there.

    Args:
        scenario: the strategy's rule and the world's averages.
        orders: a week, that customers have placed of late: the demand to expect before any has been seen.
    """

    def __init__(self, scenario: Scenario, orders: float) -> None:
        self.scenario = scenario
        self.orders = orders
        self.wanted = (0.0, 0.0)
        self.seen = (0.0, 0.0)
        self.tiers = (Tier(scenario.world.labour), Tier(scenario.world.labour))

    def headcount(self, week: int, desk: Desk) -> tuple[float, float, float]:
        """(agents employed, specialists employed, how many of both start this week)."""
        staffing = self.scenario.strategy.staffing
        if staffing.rule == "fixed":
            self.tiers[0].employed, self.tiers[1].employed = staffing.agents, staffing.specialists
            return staffing.agents, staffing.specialists, 0.0
        if week % staffing.review == 0:
            self.wanted = self._review(week, desk)
        started = sum(
            tier.week(week, wanted, occupancy)
            for tier, wanted, occupancy in zip(self.tiers, self.wanted, desk.occupancy().tolist(), strict=True)
        )
        return self.tiers[0].employed, self.tiers[1].employed, started

    def _review(self, week: int, desk: Desk) -> tuple[float, float]:
        """Headcount for the demand seen since the last review; ordered early enough to make up for attrition."""
        staffing, labour = self.scenario.strategy.staffing, self.scenario.world.labour
        if week == 0:
            demand = self.expected_demand()
        else:
            now = tuple(desk.tiers["demand_hours"].tolist())
            demand = ((now[0] - self.seen[0]) / staffing.review, (now[1] - self.seen[1]) / staffing.review)
            self.seen = now
        away = min(0.9, labour.attrition * labour.hiring_lag / 52)
        needed = (
            agents_needed(staffing, work / labour.opening_hours, handle_time) / (1 - away)
            for work, handle_time in zip(demand, desk.tiers["handle_time"].tolist(), strict=True)
        )
        cap = math.inf if staffing.cap is None else staffing.cap
        agents, specialists = (min(round(number, 10), cap) for number in needed)
        return agents, specialists

    def expected_demand(self) -> tuple[float, float]:
        """Hours of work a week that the first customers will bring to each tier, from the averages of the world."""
        orders = self.orders
        world, strategy = self.scenario.world, self.scenario.strategy
        desk, access, trouble = strategy.desk, strategy.access, world.problems
        again = desk.contacts > 1
        calls = float(voice(world.callers, access, np.array([trouble.severity]))[0])
        asks = min(1.0, world.callers.question_voice * access.invitation) * (1 - access.self_service)
        served = access.self_service * math.exp(-trouble.severity)
        kinds = float(shares(trouble, strategy.product.problems, 1.0).sum())
        cases = orders * trouble.rate * kinds * calls * (1 - served)
        unsettled = 1 - desk.first_contact_resolution
        returning = unsettled * (1 - desk.escalation) * world.callers.persistence * again
        escalated = unsettled * desk.escalation * again
        work = world.labour.work * (1 + (LONGER - 1) * desk.hand_off)
        first = (cases * (1 + returning) + orders * trouble.questions * asks) * desk.handle_time * work
        return first, cases * escalated * desk.specialist_time * work


def hourly_cost(labour: Labour, specialist: bool, wage: float = 1.0) -> float:
    """Dollars an hour at the desk: wage with on-costs, over the share of paid time that is worked there.

    `wage` is what the strategy pays, x the market's.
    """
    paid = wage * labour.wage * (labour.specialist_wage if specialist else 1.0)
    return paid * labour.on_costs / (1 - labour.shrinkage)
