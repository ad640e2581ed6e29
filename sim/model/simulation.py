"""One world under one strategy: the weekly rhythm of people, problems, desk and word of mouth on the SimPy clock."""

from __future__ import annotations

import math

import numpy as np
import simpy

from sim.model import care, firm, market
from sim.model.beliefs import perceived_risk
from sim.model.desk import DAYS_A_WEEK, Desk
from sim.model.draws import Ints
from sim.model.ledger import cents
from sim.model.people import Status
from sim.model.records import STATUS_COLUMNS, Run
from sim.model.state import State
from sim.model.word_of_mouth import persuade
from sim.parameters.scenario import Scenario


class Simulation:
    """One replication of a scenario.

    Args:
        scenario: world, strategy and run settings; never changed.
        replication: number of the paired world; with the seed it fixes all chance.
        problem_free: weeks in which nobody meets a problem, everything else equal: the causal question
            "what would the same people have done without that problem?".
    """

    def __init__(self, scenario: Scenario, replication: int = 0, problem_free: range = range(0)) -> None:
        self.replication = replication
        self.state = State(scenario, replication, problem_free)
        self.env = simpy.Environment()
        self.desk = Desk(self.env, scenario.strategy.desk, scenario.world.callers, self.state.hours / DAYS_A_WEEK)
        self.planner = firm.Planner(scenario, self.state.people.having(Status.CUSTOMER).size)

    def run(self) -> Run:
        """Runs the whole horizon."""
        state = self.state
        self.env.process(self._rhythm())
        self.env.run(until=state.horizon * state.hours)
        self._close_week(state.horizon - 1)
        return Run(
            state.scenario, self.replication, state.weeks, state.ledger.entries, state.events, self.desk.open_cases
        )

    def _rhythm(self) -> simpy.events.ProcessGenerator:
        for week in range(self.state.horizon):
            if week:
                self._close_week(week - 1)
            self._firm_acts(week)
            recommended = self._hear_stories(week)
            market.choose(self.state, week)
            market.win_prospects(self.state, week, recommended)
            care.meet_problems(self.state, self.desk, week)
            self._forget()
            yield self.env.timeout(self.state.hours)  # the desk works

    def _firm_acts(self, week: int) -> None:
        """Sets the headcount; hiring costs, letting go does not."""
        state, tiers = self.state, self.desk.tiers
        agents, specialists = self.planner.headcount(week, self.desk)
        hired = max(0.0, agents - tiers[0].agents) + max(0.0, specialists - tiers[1].agents) if week else 0.0
        self.desk.staff(agents, specialists)
        state.ledger.post(week, "hiring", -cents(hired * state.world.labour.hiring_cost))
        state.weeks["agents"][week], state.weeks["specialists"][week] = agents, specialists

    def _hear_stories(self, week: int) -> Ints:
        """Stories due are heard. Returns the prospects that one of them made consider the firm."""
        state = self.state
        heard = state.grapevine.hear(week)
        state.weeks["bad_stories"][week] = heard.bad.sum()
        state.weeks["good_stories"][week] = (~heard.bad).sum()
        columns = {name: getattr(heard, name) for name in ("story", "teller", "bad", "weight", "hop")}
        state.events.add("story", week, heard.listener, **columns)
        return persuade(state.world.word_of_mouth, state.people, heard, state.draws, week)

    def _forget(self) -> None:
        """A week passes over beliefs, grievances, habits and the urge to look around."""
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

    def _close_week(self, week: int) -> None:
        """Outcomes reach people and the ledger closes the week."""
        state = self.state
        care.learn_outcomes(state, week, self.desk.take_closed())
        worked = self.desk.take_work()
        for tier, hours in enumerate(worked.staffed):
            paid = hours * firm.hourly_cost(state.world.labour, specialist=tier == 1)
            state.ledger.post(week, "support_labour", -cents(paid))
        columns = {
            "hours_staffed": sum(worked.staffed),
            "hours_busy": sum(worked.busy),
            "hours_waited": sum(worked.waiting),
            "hours_opened": state.hours,
            "contacts": worked.contacts,
            "cases_opened": worked.opened,
        }
        columns |= dict(zip(STATUS_COLUMNS, state.people.counts().tolist(), strict=True))
        for name, value in columns.items():
            state.weeks[name][week] = value
        customers = state.people.having(Status.CUSTOMER)
        if customers.size:
            aversion = state.world.choice.variance_aversion
            risk = perceived_risk(state.people.reliability, state.people.recovery, aversion, customers)
            state.weeks["risk"][week] = np.mean(risk)


def simulate(scenario: Scenario, replication: int = 0, problem_free: range = range(0)) -> Run:
    """One replication of a scenario; see `Simulation`."""
    return Simulation(scenario, replication, problem_free).run()
