"""The light world in SimPy: a process a customer, a process a case, a process a story; the desk is a resource."""

import math
from collections.abc import Generator
from random import Random

import networkx as nx
import simpy

from peers import rules
from peers.rules import Totals

RESOLVED, UNRESOLVED, ABANDONED = range(3)


class LightWorld:
    """What the processes share, and what is counted."""

    def __init__(self, people: int, agents: int, seed: int) -> None:
        self.env = simpy.Environment()
        self.random = Random(seed)
        self.desk = simpy.Resource(self.env, capacity=agents)
        self.purchases = self.opened = self.left = self.returned = 0
        self.good_stories = self.bad_stories = 0
        self.closed: list[tuple[Customer, int, int]] = []  # this week: whose, after how many problems, outcome
        self.outcomes = [0, 0, 0]
        self.hours_waited = 0.0
        # Events of the same time happen in the order in which they were scheduled: the week closes before it begins
        self.env.process(self.weeks())
        self.people = [Customer(self) for _ in range(people)]
        graph = nx.watts_strogatz_graph(people, rules.TIES, rules.REWIRED, seed=seed)
        for number, person in enumerate(self.people):
            person.neighbours = [self.people[other] for other in graph[number]]

    def weeks(self) -> Generator:
        """At the end of each week outcomes reach people."""
        while True:
            yield self.env.timeout(rules.HOURS)
            self.close_week()

    def close_week(self) -> None:
        """What happened at the desk in the week that ends."""
        closed, self.closed = self.closed, []
        for customer, earlier, outcome in closed:
            self.outcomes[outcome] += 1
            customer.learn(earlier, outcome)


class Customer:
    """Somebody who buys, may have a problem, and tells neighbours how it ended."""

    def __init__(self, world: LightWorld) -> None:
        self.world, self.env, self.random = world, world.env, world.random
        self.neighbours: list[Customer] = []
        self.no_need = math.exp(-self.random.gammavariate(rules.NEED_SHAPE, rules.NEED / rules.NEED_SHAPE))
        self.buys_here = True
        self.in_use = 1.0
        self.problems = 0
        self.reliable, self.unreliable = rules.SUCCESS, 0.0  # evidence on top of the prior
        self.mending, self.not_mending = 0.0, 0.0
        self.env.process(self.live())

    def live(self) -> Generator:
        """Week after week: choose, perhaps meet a problem, forget a little."""
        random = self.random.random
        while True:
            if self.buys_here:
                units, luck = 0, random()
                while luck > self.no_need:
                    units += 1
                    luck *= random()
                if units and self.chooses_firm():
                    self.buy(units)
            elif random() < rules.RETURNS and self.chooses_firm():
                self.buys_here = True
                self.world.returned += 1
                self.buy(1)
            if random() < 1 - math.exp(-rules.HAZARD * self.in_use):
                self.unreliable += rules.PROBLEM
                self.env.process(self.call(self.problems))
                self.problems += 1
            self.in_use *= rules.KEPT_IN_USE
            self.reliable *= rules.KEPT
            self.unreliable *= rules.KEPT
            self.mending *= rules.KEPT
            self.not_mending *= rules.KEPT
            yield self.env.timeout(rules.HOURS)

    def call(self, earlier: int) -> Generator:
        """A case: it comes in at any hour of the week and waits in line, not for ever."""
        world, env, random = self.world, self.env, self.random
        yield env.timeout(random.uniform(0, rules.HOURS))
        world.opened += 1
        joined = env.now
        with world.desk.request() as turn:
            yield turn | env.timeout(random.expovariate(1 / rules.PATIENCE))
            waited, outcome = env.now - joined, ABANDONED
            if turn.triggered:
                yield env.timeout(random.expovariate(1 / rules.SERVICE))
                outcome = RESOLVED if random.random() < rules.RESOLUTION else UNRESOLVED
        world.hours_waited += waited
        world.closed.append((self, earlier, outcome))

    def learn(self, earlier: int, outcome: int) -> None:
        """The outcome changes a mind, makes some leave, and is told."""
        good = outcome == RESOLVED
        if good:
            self.mending += rules.MENDED / (1 + earlier)
        else:
            self.not_mending += rules.LET_DOWN
            if self.buys_here and self.random.random() < rules.LEAVES:
                self.buys_here = False
                self.world.left += 1
        tells, delay = (rules.TELLS_GOOD, rules.DELAY_GOOD) if good else (rules.TELLS_BAD, rules.DELAY_BAD)
        for neighbour in self.neighbours:
            if self.random.random() < tells:
                self.env.process(neighbour.hear(good, int(self.random.expovariate(1 / delay))))

    def hear(self, good: bool, weeks: int) -> Generator:
        """A neighbour's story is heard in this week, or so many weeks later, and counts in both beliefs."""
        if weeks:
            yield self.env.timeout(weeks * rules.HOURS)
        if good:
            self.world.good_stories += 1
            self.reliable += rules.HEARSAY
            self.mending += rules.HEARSAY
        else:
            self.world.bad_stories += 1
            self.unreliable += rules.HEARSAY
            self.not_mending += rules.HEARSAY

    def chooses_firm(self) -> bool:
        """Logit choice between the firm and nothing."""
        utility = rules.VALUE - rules.RISK_SENSITIVITY * self.risk()
        return self.random.random() < 1 / (1 + math.exp(-utility))

    def risk(self) -> float:
        """That something goes wrong and is not put right."""
        good, bad = rules.RELIABLE + self.reliable, rules.UNRELIABLE + self.unreliable
        mends, not_mends = rules.MENDING + self.mending, rules.NOT_MENDING + self.not_mending
        return bad / (good + bad) * not_mends / (mends + not_mends)

    def buy(self, units: int) -> None:
        """One order."""
        self.in_use += units
        self.reliable += rules.SUCCESS * units
        self.world.purchases += 1


def run(people: int, weeks: int, agents: int, seed: int) -> Totals:
    """The light world in SimPy."""
    world = LightWorld(people, agents, seed)
    world.env.run(until=weeks * rules.HOURS)
    world.close_week()
    customers = [person for person in world.people if person.buys_here]
    return Totals(
        purchases=world.purchases,
        cases=world.opened,
        resolved=world.outcomes[RESOLVED],
        unresolved=world.outcomes[UNRESOLVED],
        abandoned=world.outcomes[ABANDONED],
        mean_wait=world.hours_waited / sum(world.outcomes),
        good_stories=world.good_stories,
        bad_stories=world.bad_stories,
        left=world.left,
        returned=world.returned,
        customers=len(customers),
        mean_risk=sum(person.risk() for person in customers) / len(customers),
    )
