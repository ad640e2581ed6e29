"""One world under one strategy: the weekly rhythm of people, problems, desk and word of mouth on the SimPy clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import copy, deepcopy
from typing import Any

import numpy as np
import simpy

from sim.model import care, firm, market, outcomes, prospects, relationship
from sim.model.case import Forced
from sim.model.desk import DAYS_A_WEEK, Desk
from sim.model.draws import Ints
from sim.model.ledger import cents
from sim.model.people import BAD, GOOD, NONE, Status
from sim.model.persuasion import persuade
from sim.model.records import STATUS_COLUMNS, Run
from sim.model.state import State
from sim.parameters.scenario import Scenario
from sim.parameters.strategy import Strategy

CUSTOMER, REJECTER = int(Status.CUSTOMER), int(Status.REJECTER)


class Simulation:
    """One replication of a scenario.

    Args:
        scenario: world, strategy and run settings; never changed.
        replication: number of the paired world; with the seed it fixes all chance.
        problem_free: weeks in which nobody meets a problem, everything else equal: the causal question
            "what would the same people have done without that problem?".
        intervene: what is done to the state at the beginning of a week, from outside the model: another what-if.
        by_person: whether the ledger remembers whom each posting is about.
    """

    def __init__(
        self,
        scenario: Scenario,
        replication: int = 0,
        problem_free: range = range(0),
        intervene: Mapping[int, Callable[[State], None]] | None = None,
        by_person: bool = False,
    ) -> None:
        self.intervene = intervene or {}
        self.replication = replication
        self.state = State(scenario, replication, problem_free, by_person)
        self.env = simpy.Environment()
        relationship.sign_up(self.state)
        labour, day = scenario.world.labour, self.state.hours / DAYS_A_WEEK
        self.desk = Desk(self.env, scenario.strategy.desk, scenario.world.callers, day, labour.work)
        customers = self.state.people.having(Status.CUSTOMER)
        orders = float(self.state.people.need[customers].sum()) * scenario.world.choice.untroubled_purchase
        self.planner = firm.Planner(scenario, orders)
        self._go_on(0)

    def _go_on(self, week: int) -> None:
        self._weeks = self._rhythm(week)
        self.env.process(self._weeks)

    def close(self) -> None:
        """Nothing more will happen. Otherwise the clock would hold on to everyone, and everyone to the clock."""
        self._weeks.close()

    def advance(self, week: int) -> None:
        """Lives up to the beginning of a week, of which nothing has happened yet."""
        self.env.run(until=week * self.state.hours)

    def branch(self, problem_free: range = range(0), forced: Forced | None = None) -> Simulation:
        """The same world from the week on to which it has come, apart from this one: what if one thing were different?

        Args:
            problem_free: weeks in which nobody meets a problem.
            forced: how one problem ends that is not closed yet.
        """
        branch = copy(self)
        kept = (self.state.scenario, self.state.world, self.state.strategy, self.state.draws, self.state.talk.network)
        memo: dict[int, Any] = {id(shared): shared for shared in (*kept, self.env)}
        branch.state, branch.desk, branch.planner = deepcopy((self.state, self.desk, self.planner), memo)
        branch.state.problem_free, branch.state.forced = problem_free, forced
        branch.env = branch.desk.env = simpy.Environment(self.env.now)
        branch._go_on(round(self.env.now / self.state.hours))
        return branch

    def adopt(self, strategy: Strategy) -> None:
        """The firm supports its customers as another strategy says, from the week on to which the world has come.

        Cases of the week before, whose outcome is learned now, are made good by it already.

        Raises:
            ValueError: it would sell otherwise too, or give a case another number of contacts.
        """
        state = self.state
        for group in ("offer", "product", "promotion", "relationship"):
            if getattr(strategy, group) != getattr(state.strategy, group):
                raise ValueError(f"a strategy adopted midway keeps its {group}")
        self.desk.adopt(strategy.desk)
        state.scenario = self.planner.scenario = state.scenario.model_copy(update={"strategy": strategy})
        state.strategy = strategy

    def run(self) -> Run:
        """Runs the whole horizon."""
        state = self.state
        self.advance(state.horizon)
        self._close_week(state.horizon - 1)
        self.close()
        return Run(
            state.scenario, self.replication, state.weeks, state.ledger.entries, state.events, self.desk.open_cases
        )

    def _rhythm(self, first: int) -> simpy.events.ProcessGenerator:
        for week in range(first, self.state.horizon):
            if week:
                self._close_week(week - 1)
            self.state.begin(week)
            if week in self.intervene:
                self.intervene[week](self.state)
            self._firm_acts(week)
            recommended = self._hear_stories(week)
            market.choose(self.state, week)
            prospects.win_prospects(self.state, week, recommended, self._take_helped())
            care.bring_cases(self.state, self.desk, week)
            care.claim_falsely(self.state, week)
            self._forget(week)
            yield self.env.timeout(self.state.hours)  # the desk works

    def _firm_acts(self, week: int) -> None:
        """Sets the headcount and sends messages; hiring costs, letting go does not."""
        state, (first, second) = self.state, self.planner.tiers
        agents, specialists, started = self.planner.headcount(week, self.desk)
        self.desk.staff(agents - first.lost_to_learning, specialists - second.lost_to_learning)
        state.ledger.post(week, "hiring", -cents(started * state.world.labour.hiring_cost))
        state.weeks["agents"][week], state.weeks["specialists"][week] = agents, specialists
        relationship.send_messages(state, week)

    def _take_helped(self) -> Ints:
        """Prospects whom the desk helped last week and who now consider the firm."""
        state, who = self.state, np.array(self.state.helped, np.int64)
        state.helped = []
        return who[state.draws.uniform("considers after help", who, state.week) < state.world.market.helped_considers]

    def _hear_stories(self, week: int) -> Ints:
        """Stories due are heard, opinions noted. Returns the prospects that a story made consider the firm."""
        state = self.state
        state.talk.listen(state.people)
        state.weeks["good_mentions"][week], state.weeks["bad_mentions"][week] = state.talk.messages()
        heard = state.grapevine.hear(week)
        state.weeks["bad_stories"][week] = heard.bad.sum()
        state.weeks["good_stories"][week] = (~heard.bad).sum()
        columns = {name: getattr(heard, name) for name in ("story", "teller", "bad", "weight", "hop")}
        state.events.add("story", week, heard.listener, **columns)
        return persuade(state.world.word_of_mouth, state.people, heard, state.draws, week)

    def _forget(self, week: int) -> None:
        """A week passes over beliefs, grievances, habits, bad opinions and the urge to look around."""
        world, people = self.state.world, self.state.people
        kept = {name: math.exp(-math.log(2) / half_life) for name, half_life in (
            ("beliefs", world.beliefs.half_life), ("grievance", world.problems.grievance_half_life),
            ("habit", world.choice.habit_half_life), ("looking", world.rival.looking_half_life),
        )}  # fmt: skip
        people.reliability.fade(kept["beliefs"])
        people.recovery.fade(kept["beliefs"])
        people.grievance *= kept["grievance"]
        people.habit *= kept["habit"]
        people.looking *= kept["looking"]
        relationship.limit_returned(self.state)
        self._forgive()

    def _forgive(self) -> None:
        """Some who spoke ill of the firm do so no more."""
        people = self.state.people
        cross = people.holding(BAD)
        cross = cross[people.status[cross] != REJECTER]
        over = 1 - 0.5 ** (1 / self.state.world.problems.bad_opinion_half_life)
        calm = cross[self.state.draws.uniform("speaks ill no more", cross, self.state.week) < over]
        people.opinion[calm] = np.where(people.status[calm] == CUSTOMER, GOOD, NONE)

    def _close_week(self, week: int) -> None:
        """Outcomes reach people and the ledger closes the week."""
        state = self.state
        outcomes.learn_outcomes(state, week, self.desk.take_closed())
        worked = self.desk.take_work()
        for tier, hours in enumerate(worked.staffed):
            learning = self.planner.tiers[tier].lost_to_learning * state.hours
            hour = firm.hourly_cost(state.world.labour, tier == 1, state.strategy.staffing.wage)
            state.ledger.post(week, "support_labour", -cents((hours + learning) * hour))
        columns = {
            "hours_staffed": sum(worked.staffed),
            "hours_busy": sum(worked.busy),
            "hours_waited": sum(worked.waiting),
            "hours_opened": state.hours,
            "contacts": worked.contacts,
            "cases_opened": worked.opened,
            "hand_offs": worked.hand_offs,
            "defective_fixes": worked.defective_fixes,
            "paper_retained": np.count_nonzero(state.people.leaving_as >= 0),
        }
        columns |= dict(zip(STATUS_COLUMNS, state.people.counts().tolist(), strict=True))
        for name, value in columns.items():
            state.weeks[name][week] = value
        if columns["customers"]:
            state.weeks["risk"][week] = risk = state.choice.risk(state.people)
            state.choice.match(risk)


def simulate(
    scenario: Scenario,
    replication: int = 0,
    problem_free: range = range(0),
    intervene: Mapping[int, Callable[[State], None]] | None = None,
) -> Run:
    """One replication of a scenario; see `Simulation`."""
    return Simulation(scenario, replication, problem_free, intervene).run()
