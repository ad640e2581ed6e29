"""The support desk: a continuous-time queue on the SimPy clock with patience, repeat contacts and two tiers.

Time is in opening hours. Each arrival, each end of patience, each end of work is one event; nothing is averaged.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import simpy

from sim.model.case import ABANDONED, REFUSED, RESOLVED, UNRESOLVED, Case
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

DAYS_A_WEEK = 6
HANDED_ON = 1.5  # x the work of a contact that is handed on: the second one has to read in


@dataclass(slots=True)
class Tier:
    """One line and the agents who serve it, with its time integrals."""

    handle_time: float
    resolution: float
    agents: float = 0.0  # planned; the part of an agent works a part of each day
    on_duty: int = 0
    busy: int = 0
    waiting: int = 0
    line: deque[Case] = field(default_factory=deque)
    last_change: float = 0.0
    waiting_hours: float = 0.0  # integral of the number waiting
    busy_hours: float = 0.0  # integral of the number at work
    staffed_hours: float = 0.0  # integral of the number on duty (at least those at work)
    demand_hours: float = 0.0  # handle time of the work that joined the line

    @property
    def occupancy(self) -> float:
        """Share of staffed hours at work, so far."""
        return self.busy_hours / self.staffed_hours if self.staffed_hours else 0.0

    def integrate(self, now: float) -> None:
        """Brings the time integrals up to date; called before any change."""
        gone = now - self.last_change
        self.waiting_hours += gone * self.waiting
        self.busy_hours += gone * self.busy
        self.staffed_hours += gone * max(self.on_duty, self.busy)
        self.last_change = now


class Work(NamedTuple):
    """Work of a desk: hours by tier, contacts worked on, cases that came in."""

    staffed: tuple[float, ...] = (0.0, 0.0)
    busy: tuple[float, ...] = (0.0, 0.0)
    waiting: tuple[float, ...] = (0.0, 0.0)
    contacts: int = 0
    opened: int = 0
    hand_offs: int = 0
    defective_fixes: int = 0

    def less(self, other: Work) -> Work:
        """What was added since `other`."""

        def hours(now: tuple[float, ...], then: tuple[float, ...]) -> tuple[float, ...]:
            return tuple(ours - theirs for ours, theirs in zip(now, then, strict=True))

        return Work(
            hours(self.staffed, other.staffed),
            hours(self.busy, other.busy),
            hours(self.waiting, other.waiting),
            self.contacts - other.contacts,
            self.opened - other.opened,
            self.hand_offs - other.hand_offs,
            self.defective_fixes - other.defective_fixes,
        )


class Desk:
    """Two tiers on one SimPy environment. Closed cases collect in `closed` until someone takes them.

    `work` multiplies the strategy's handle times: how much work a case is in this world.
    """

    def __init__(
        self, env: simpy.Environment, desk: DeskParameters, callers: Callers, day_hours: float, work: float = 1.0
    ) -> None:
        self.env = env
        self.desk = desk
        self.callers = callers
        self.day_hours = day_hours
        self.tiers = (
            Tier(work * desk.handle_time, desk.first_contact_resolution),
            Tier(work * desk.specialist_time, desk.specialist_resolution),
        )
        self.closed: list[Case] = []
        self.opened_cases = 0
        self.contacts = 0
        self.hand_offs = 0
        self.defective_fixes = 0
        self._closed_count = 0
        self._staffed = False
        self._taken = Work()

    # What the firm and the customers do

    def staff(self, agents: float, specialists: float) -> None:
        """Sets the planned headcount of both tiers; it works from the next opening day, the first time at once."""
        self.tiers[0].agents, self.tiers[1].agents = agents, specialists
        if not self._staffed:
            self._staffed = True
            for tier in self.tiers:
                self.env.process(self._shifts(tier))

    def expect(self, case: Case, hours: float) -> None:
        """Lets a case come in `hours` from now."""
        case.opened = self.env.now + hours
        self._later(hours, case, self._arrives)

    def take_closed(self) -> list[Case]:
        """The cases closed since the last call."""
        taken, self.closed = self.closed, []
        return taken

    @property
    def open_cases(self) -> int:
        """Cases that came in and are not closed (taken or not)."""
        return self.opened_cases - self._closed_count

    def take_work(self) -> Work:
        """The work done since the last call, by tier."""
        for tier in self.tiers:
            tier.integrate(self.env.now)
        total = Work(
            staffed=tuple(tier.staffed_hours for tier in self.tiers),
            busy=tuple(tier.busy_hours for tier in self.tiers),
            waiting=tuple(tier.waiting_hours for tier in self.tiers),
            contacts=self.contacts,
            opened=self.opened_cases,
            hand_offs=self.hand_offs,
            defective_fixes=self.defective_fixes,
        )
        work, self._taken = total.less(self._taken), total
        return work

    # The course of a case

    def _later(self, hours: float, case: Case, then: Callable[[Any], None]) -> None:
        self.env.timeout(hours, case).callbacks.append(then)

    def _arrives(self, event: Any) -> None:
        self.opened_cases += 1
        self._joins(event)

    def _joins(self, event: Any) -> None:
        case: Case = event.value
        tier = self.tiers[case.tier]
        tier.integrate(self.env.now)
        tier.demand_hours += case.luck.handle[case.contacts] * tier.handle_time
        case.joined = self.env.now
        case.waiting = True
        tier.waiting += 1
        tier.line.append(case)
        self._serve(tier)
        if case.waiting:
            self._later(case.luck.patience[case.contacts], case, self._gives_up)

    def _gives_up(self, event: Any) -> None:
        case: Case = event.value
        # The event outlives its purpose when the case was served or waits anew with later patience
        if case.waiting and self.env.now >= case.joined + case.luck.patience[case.contacts]:
            tier = self.tiers[case.tier]
            tier.integrate(self.env.now)
            case.waiting = False
            tier.waiting -= 1
            case.waited += self.env.now - case.joined
            self._closes(case, ABANDONED)

    def _serve(self, tier: Tier) -> None:
        """Free agents take the longest waiting; who gave up has left the line."""
        while tier.busy < tier.on_duty and tier.line:
            case = tier.line.popleft()
            if not case.waiting:
                continue
            case.waiting = False
            tier.waiting -= 1
            tier.busy += 1
            case.waited += self.env.now - case.joined
            work = case.luck.handle[case.contacts] * tier.handle_time
            if case.luck.handed_on[case.contacts]:
                work *= HANDED_ON
                case.hand_offs += 1
                self.hand_offs += 1
            case.handled += work
            self._later(work, case, self._worked_on)

    def _worked_on(self, event: Any) -> None:
        case: Case = event.value
        tier = self.tiers[case.tier]
        tier.integrate(self.env.now)
        tier.busy -= 1
        attempt, case.contacts = case.contacts, case.contacts + 1
        self.contacts += 1
        luck = case.luck
        if not case.covered:
            self._closes(case, REFUSED)
        elif luck.settles[attempt] < self._resolution(case, tier):
            self._settles(case, luck.back_office[attempt])
        elif case.contacts >= self.desk.contacts:
            self._closes(case, UNRESOLVED)
        elif case.tier == 0 and luck.escalates[attempt] < self.desk.escalation:
            case.tier = 1
            self._later(0.0, case, self._joins)
        else:
            self._comes_back(case)
        self._serve(tier)

    def _comes_back(self, case: Case) -> None:
        """Unsettled after the last contact: the customer persists after a while, or lets it be."""
        attempt = case.contacts - 1
        if case.contacts < self.desk.contacts and case.luck.persists[attempt] < self.callers.persistence:
            self._later(case.luck.returns[attempt], case, self._joins)
        else:
            self._closes(case, UNRESOLVED)

    def _resolution(self, case: Case, tier: Tier) -> float:
        """P(settled) in this contact: odds fall with severity, a hand-off, and the line waiting for each agent."""
        case.strain = min(1.0, tier.waiting / (10 * max(tier.agents, 1e-9)))
        hindered = self.desk.strain_effect * case.strain
        if case.luck.handed_on[case.contacts - 1]:
            hindered += self.desk.hand_off_effect
        odds = max(case.severity, 1e-9) ** -self.desk.severity_effect * math.exp(-hindered)
        return tier.resolution * odds / (1 - tier.resolution + tier.resolution * odds)

    def _settles(self, case: Case, back_office: float) -> None:
        if case.tier == 0 or back_office <= 0:
            self._fixed(case)
        else:
            self._later(back_office, case, lambda event: self._fixed(event.value))

    def _fixed(self, case: Case) -> None:
        """The fix holds, or the customer finds out that it does not."""
        if case.luck.defective[case.contacts - 1]:
            case.defective_fixes += 1
            self.defective_fixes += 1
            self._comes_back(case)
        else:
            self._closes(case, RESOLVED)

    def _closes(self, case: Case, outcome: int) -> None:
        case.outcome = outcome
        case.closed = self.env.now
        self._closed_count += 1
        self.closed.append(case)

    def _shifts(self, tier: Tier) -> simpy.events.ProcessGenerator:
        """Whole agents work all day, the fraction of one agent works that part of the day, from the morning."""
        while True:
            whole, part = divmod(round(tier.agents, 6), 1)
            for on_duty, share in ((int(whole) + (part > 0), part), (int(whole), 1 - part)):
                if share > 0:
                    tier.integrate(self.env.now)
                    tier.on_duty = on_duty
                    self._serve(tier)
                    yield self.env.timeout(share * self.day_hours)
