"""The light world in Mesa: an agent a person on a network, a step a week, the desk on Mesa's own event list."""

import math
from collections import defaultdict, deque

import mesa
import networkx as nx
from mesa.discrete_space import Cell, FixedAgent, Network
from mesa.experimental.devs import DEVSimulator, SimulationEvent

from peers import rules
from peers.rules import Totals

RESOLVED, UNRESOLVED, ABANDONED = range(3)


class Person(FixedAgent):
    """Somebody who buys, may have a problem, and tells neighbours how it ended."""

    def __init__(self, model: "LightWorld", cell: Cell, need: float) -> None:
        super().__init__(model)
        self.cell = cell
        self.no_need = math.exp(-need)  # probability of a week
        self.customer = True
        self.in_use = 1.0
        self.problems = 0
        self.reliable, self.unreliable = rules.SUCCESS, 0.0  # evidence on top of the prior
        self.mending, self.not_mending = 0.0, 0.0

    def risk(self) -> float:
        """That something goes wrong and is not put right."""
        good, bad = rules.RELIABLE + self.reliable, rules.UNRELIABLE + self.unreliable
        mends, not_mends = rules.MENDING + self.mending, rules.NOT_MENDING + self.not_mending
        return bad / (good + bad) * not_mends / (mends + not_mends)

    def step(self) -> None:
        """A week: choose, perhaps meet a problem, forget a little."""
        random = self.model.random.random
        if self.customer:
            units, luck = 0, random()
            while luck > self.no_need:
                units += 1
                luck *= random()
            if units and self.chooses_firm():
                self.buy(units)
        elif random() < rules.RETURNS and self.chooses_firm():
            self.customer = True
            self.model.returned += 1
            self.buy(1)
        if random() < 1 - math.exp(-rules.HAZARD * self.in_use):
            self.meet_problem()
        self.in_use *= rules.KEPT_IN_USE
        self.reliable *= rules.KEPT
        self.unreliable *= rules.KEPT
        self.mending *= rules.KEPT
        self.not_mending *= rules.KEPT

    def chooses_firm(self) -> bool:
        """Logit choice between the firm and nothing."""
        utility = rules.VALUE - rules.RISK_SENSITIVITY * self.risk()
        return self.model.random.random() < 1 / (1 + math.exp(-utility))

    def buy(self, units: int) -> None:
        """One order."""
        self.in_use += units
        self.reliable += rules.SUCCESS * units
        self.model.purchases += 1

    def meet_problem(self) -> None:
        """It will be called about in this week."""
        self.unreliable += rules.PROBLEM
        self.model.desk.expect(Case(self, self.problems))
        self.problems += 1

    def learn(self, case: "Case") -> None:
        """The outcome changes a mind, makes some leave, and is told."""
        good = case.outcome == RESOLVED
        if good:
            self.mending += rules.MENDED / (1 + case.earlier)
        else:
            self.not_mending += rules.LET_DOWN
            if self.customer and self.random.random() < rules.LEAVES:
                self.customer = False
                self.model.left += 1
        tells, delay = (rules.TELLS_GOOD, rules.DELAY_GOOD) if good else (rules.TELLS_BAD, rules.DELAY_BAD)
        for neighbour in self.cell.neighborhood.agents:
            if self.random.random() < tells:
                self.model.tell(neighbour, good, int(self.random.expovariate(1 / delay)))

    def hear(self, good: bool) -> None:
        """A neighbour's story counts in both beliefs."""
        if good:
            self.reliable += rules.HEARSAY
            self.mending += rules.HEARSAY
        else:
            self.unreliable += rules.HEARSAY
            self.not_mending += rules.HEARSAY


class Case:
    """A problem brought to the desk."""

    def __init__(self, person: Person, earlier: int) -> None:
        self.person = person
        self.earlier = earlier
        self.joined = 0.0
        self.waited = 0.0
        self.outcome = UNRESOLVED
        self.end_of_patience: SimulationEvent | None = None


class Desk:
    """One line, first come first served, for callers who may give up."""

    def __init__(self, model: "LightWorld", agents: int) -> None:
        self.random = model.random
        self.simulator = model.simulator
        self.free = agents
        self.line: deque[Case] = deque()
        self.opened = 0
        self.closed: list[Case] = []

    def expect(self, case: Case) -> None:
        """A call at any hour of the week."""
        self._later(self.arrive, self.random.uniform(0, rules.HOURS), case)

    def arrive(self, case: Case) -> None:
        """Served at once or in line."""
        self.opened += 1
        case.joined = self.simulator.time
        if self.free:
            self.serve(case)
        else:
            self.line.append(case)
            case.end_of_patience = self._later(self.give_up, self.random.expovariate(1 / rules.PATIENCE), case)

    def serve(self, case: Case) -> None:
        """An agent takes the case."""
        self.free -= 1
        case.waited = self.simulator.time - case.joined
        self._later(self.finish, self.random.expovariate(1 / rules.SERVICE), case)

    def finish(self, case: Case) -> None:
        """Settled or not; the next one, please."""
        case.outcome = RESOLVED if self.random.random() < rules.RESOLUTION else UNRESOLVED
        self.closed.append(case)
        self.free += 1
        if self.line:
            following = self.line.popleft()
            self.simulator.cancel_event(following.end_of_patience)
            self.serve(following)

    def give_up(self, case: Case) -> None:
        """Waited long enough."""
        self.line.remove(case)
        case.waited = self.simulator.time - case.joined
        case.outcome = ABANDONED
        self.closed.append(case)

    def _later(self, what, hours: float, case: Case) -> SimulationEvent:
        return self.simulator.schedule_event_relative(what, hours, function_args=[case])


class LightWorld(mesa.Model):
    """People on a small-world network and one desk."""

    def __init__(self, people: int, agents: int, seed: int) -> None:
        super().__init__(seed=seed)
        self.simulator = DEVSimulator()
        self.simulator.setup(self)
        self.desk = Desk(self, agents)
        graph = nx.watts_strogatz_graph(people, rules.TIES, rules.REWIRED, seed=seed)
        network = Network(graph, random=self.random)
        needs = self.rng.gamma(rules.NEED_SHAPE, rules.NEED / rules.NEED_SHAPE, people).tolist()
        Person.create_agents(self, people, cell=list(network.all_cells), need=needs)
        self.due: defaultdict[int, list[tuple[Person, bool]]] = defaultdict(list)  # by week
        self.purchases = self.left = self.returned = 0
        self.good_stories = self.bad_stories = 0
        self.outcomes = [0, 0, 0]
        self.hours_waited = 0.0

    def step(self) -> None:
        """A week. Nobody acts on another within it, so their order does not matter."""
        for person, good in self.due.pop(self.steps, ()):
            person.hear(good)
            self.good_stories += good
            self.bad_stories += not good
        self.agents.do("step")
        self.simulator.run_for(rules.HOURS)
        closed, self.desk.closed = self.desk.closed, []
        for case in closed:
            self.outcomes[case.outcome] += 1
            self.hours_waited += case.waited
            case.person.learn(case)

    def tell(self, listener: Person, good: bool, weeks: int) -> None:
        """A story is heard next week, or so many weeks later."""
        self.due[self.steps + 1 + weeks].append((listener, good))


def run(people: int, weeks: int, agents: int, seed: int) -> Totals:
    """The light world in Mesa."""
    model = LightWorld(people, agents, seed)
    for _ in range(weeks):
        model.step()
    customers = model.agents.select(lambda person: person.customer)
    return Totals(
        purchases=model.purchases,
        cases=model.desk.opened,
        resolved=model.outcomes[RESOLVED],
        unresolved=model.outcomes[UNRESOLVED],
        abandoned=model.outcomes[ABANDONED],
        mean_wait=model.hours_waited / sum(model.outcomes),
        good_stories=model.good_stories,
        bad_stories=model.bad_stories,
        left=model.left,
        returned=model.returned,
        customers=len(customers),
        mean_risk=sum(customers.map(Person.risk)) / len(customers),
    )
