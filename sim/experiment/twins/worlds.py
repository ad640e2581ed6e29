"""Twin worlds: one problem of one customer put right in one world and not in the other, everything else equal.

Chance is keyed by event, so whoever differs between the twins differs because of that problem. Whom it reaches is
found week by week from the whole state of every person: by a story that only one of the twins tells, or because a
friend speaks of the firm in another way. What it costs is found in the books, person by person, to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.ablate import changed
from sim.experiment.twins.books import money_of, summed
from sim.experiment.twins.chain import consequences, reached_by
from sim.model.case import RESOLVED, Forced
from sim.model.draws import Draws, Floats, Ints
from sim.model.firm import hourly_cost
from sim.model.ledger import ACCOUNTS, discount_factors
from sim.model.people import People, Status
from sim.model.problems import QUESTION
from sim.model.records import Events, Run
from sim.model.simulation import Simulation
from sim.parameters.scenario import Scenario

EVERYBODY = 100_000  # the most agents that can be asked for


def still(scenario: Scenario) -> Scenario:
    """The scenario without what ties people together who do not tell each other anything.

    Nobody waits at the desk, whose hours are counted but not paid for; the firm does not learn; rivals do not follow;
    what the firm is thought of comes up among friends but not among acquaintances, whom nobody could name.
    """
    everybody = min(scenario.world.market.people, EVERYBODY)
    return changed(
        scenario,
        {
            "strategy.staffing.rule": "fixed", "strategy.staffing.agents": float(everybody),
            "strategy.staffing.specialists": float(everybody), "strategy.staffing.wage": 0.0,
            "strategy.learning.analysis": 0.0, "world.rival.matches": 0.0, "world.word_of_mouth.mention_weak": 0.0,
        },
    )  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A problem brought to the desk: whose, when brought and closed (weeks), and how it ends by itself."""

    person: int
    opened: int
    closed: int
    about: int
    severity: float
    resolved: bool


def marks(people: People) -> NDArray[np.uint64]:
    """A number for each person that stands for all of their state."""
    total = np.zeros(people.n, np.uint64)
    for column in people.columns[:-3]:  # the last three are room to work in
        wide = column if column.dtype.itemsize == 8 else column.astype(np.int64)
        total = (total ^ wide.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        total ^= total >> np.uint64(29)
    return total


class World:
    """A world as it goes by itself, with what it takes to set a twin against it.

    Attributes:
        marks: of each person after the pulse of each week but the last, shape (weeks - 1, people).
        said: what each person says of the firm in that week, above 0 praise, below blame.
        status: where each person stands then.
    """

    def __init__(self, scenario: Scenario, replication: int = 0) -> None:
        simulation = Simulation(scenario, replication, by_person=True)
        weeks, people = scenario.run.weeks - 1, simulation.state.people
        self.scenario, self.replication = scenario, replication
        self.marks = np.empty((weeks, people.n), np.uint64)
        self.said, self.status = np.empty((weeks, people.n)), np.empty((weeks, people.n), np.int8)
        for week in range(weeks):
            simulation.advance(week + 1)
            self.marks[week], self.said[week] = marks(people), _said(simulation)
            self.status[week] = people.status
        self.run: Run = simulation.run()
        self.postings = simulation.state.ledger.postings
        self.network, self.people = simulation.state.talk.network, people

    def cases(self) -> list[Case]:
        """Problems of customers that the desk has closed, in the order of closing; the last two weeks' left out."""
        case = self.run.events.of("case")
        known = (case["about"] != QUESTION) & (case["week"] < len(self.status) - 1)
        known[known] = self.status[case["week"][known], case["person"][known]] == Status.CUSTOMER
        names = ("person", "opened_week", "week", "about", "severity", "outcome")
        rows = zip(*(case[name][known].tolist() for name in names), strict=True)
        return [
            Case(person, opened, closed, about, severity, outcome == RESOLVED)
            for person, opened, closed, about, severity, outcome in rows
        ]

    def sample(self, count: int, first: int, last: int) -> list[Case]:
        """Some of the cases closed in weeks `first` to `last`, by chance, spread over three equal stretches of time."""
        found: list[Case] = []
        draws = Draws(self.scenario.run.seed, self.replication)
        cases = [case for case in self.cases() if first <= case.closed <= last]
        edges = np.linspace(first, last + 1, 4)
        for part, (low, high) in enumerate(pairwise(edges.tolist())):
            there = [case for case in cases if low <= case.closed < high]
            luck = draws.uniform("told in twin worlds", [c.person for c in there], [c.opened for c in there])
            wanted = count * (part + 1) // 3 - count * part // 3
            found += [there[row] for row in sorted(np.argsort(luck)[:wanted].tolist())]
        return found

    def twins(self, cases: list[Case], window: int) -> list[Twin]:
        """A twin for each case, with the case's end turned round, followed for `window` weeks (fewer at the end)."""
        trunk, found, now = Simulation(self.scenario, self.replication, by_person=True), [], 0
        for case in sorted(cases, key=lambda case: case.closed):
            if case.closed + 1 > now:
                now = case.closed + 1
                trunk.advance(now)
            found.append(self._twin(trunk, case, min(case.closed + window, len(self.marks) - 1)))
        trunk.close()
        return found

    def _twin(self, trunk: Simulation, case: Case, end: int) -> Twin:
        """What differs in the weeks from the closing of the case up to, not including, `end`."""
        branch = trunk.branch(forced=Forced(case.person, case.opened, not case.resolved))
        since = np.full(self.people.n, -1)
        since[case.person] = case.closed
        speaks: dict[int, Ints] = {}
        for week in range(case.closed + 1, end + 1):
            branch.advance(week + 1)
            since[(marks(branch.state.people) != self.marks[week]) & (since < 0)] = week
            speaks[week] = np.flatnonzero(_said(branch) != self.said[week])
        branch.close()
        state = branch.state
        kept = 1 if case.resolved else -1  # resolved less unresolved
        start = len(trunk.state.ledger.postings)  # until then both are one
        money = money_of(self.postings[start:], state.ledger.postings[start:], end, kept, self.people.n)
        money = pd.concat([money, self._work(state.events, case.closed, end, kept)], ignore_index=True)
        surplus = kept * (self.run.weeks["surplus"] - state.weeks["surplus"])[case.closed : end]
        net = kept * (self.run.ledger - state.ledger.entries)[case.closed : end]
        rate = self.scenario.run.discount_rate
        now = discount_factors(end, rate) / discount_factors(case.closed + 1, rate)[-1]
        money["dollars"] = money["cents"] / 100 * now[money["week"].to_numpy()]
        reached = reached_by(case.person, since, speaks, self.network, self.run.events, state.events)
        events = (self.run.events, state.events) if case.resolved else (state.events, self.run.events)
        reached["what"], reached["lost"] = consequences(reached, money, *events, range(case.closed, end))
        discounted = float(surplus @ now[case.closed :])
        return Twin(self.replication, case, end, reached, money, net, discounted, now[case.closed :])

    def _work(self, events: Events, start: int, end: int, kept: int) -> pd.DataFrame:
        """Hours at the desk, at what an hour costs there by the world's wages."""
        labour, parts = self.scenario.world.labour, []
        for sign, side in ((kept, self.run.events), (-kept, events)):
            case = side.of("case")
            inside = (case["week"] >= start) & (case["week"] < end)
            hour = np.where(case["tier"][inside] == 1, hourly_cost(labour, True), hourly_cost(labour, False))
            cents = -np.rint(100 * case["hours_handled"][inside] * hour).astype(np.int64)
            parts.append((case["week"][inside], np.full(cents.size, len(ACCOUNTS)), case["person"][inside],
                          sign * cents))  # fmt: skip
        return summed(parts, self.people.n)


@dataclass(frozen=True)
class Twin:
    """What one problem makes, put right less not put right, from its closing on.

    Attributes:
        end: first week that does not count any more.
        reached: whoever differs: person, week (since when), hop (0: the customer; -1: nobody knows through whom),
            through (whom), way (story or mention), what (became of them, see `CONSEQUENCES`), lost (as a customer:
            times, where the problem is not put right).
        money: week, person (-1: nobody's), account (of the ledger, or WORK), cents, dollars (at the closing).
        net: cents by week and account of the ledger, from the books of the two worlds, not from `money`.
        surplus: $ that customers have of it, discounted to the closing.
        discount: of each week from the closing on.
    """

    replication: int
    case: Case
    end: int
    reached: pd.DataFrame
    money: pd.DataFrame
    net: Ints
    surplus: float
    discount: Floats

    @property
    def value(self) -> float:
        """$ that the firm has of it, the work at the desk paid, discounted to the closing."""
        return float(self.money["dollars"].sum())

    @property
    def npv(self) -> float:
        """The same from the books alone, without the work."""
        return float(self.net.sum(axis=1) @ self.discount / 100)

    def by_hop(self) -> pd.Series:
        """$ by hop."""
        hop = self.money["person"].map(self.reached.set_index("person")["hop"])
        return self.money["dollars"].groupby(hop.fillna(-1).astype(int)).sum()


def _said(simulation: Simulation) -> Floats:
    talk = simulation.state.talk
    return np.asarray(talk.praise - talk.blame)
