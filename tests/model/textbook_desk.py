"""The support desk as a textbook on SimPy would write it: a process a case, agents as a resource. Slow and plain."""

import math

import numpy as np
import simpy

from sim.model.case import ABANDONED, REFUSED, RESOLVED, UNRESOLVED, Cases
from sim.model.desk import Work
from sim.parameters.strategy import Desk as Rules
from sim.parameters.world import Callers

Steps = simpy.events.ProcessGenerator


class Tier(simpy.Resource):
    """Agents and the line before them; how many are on duty changes during the day."""

    def __init__(self, env: simpy.Environment, handle_time: float, resolution: float) -> None:
        super().__init__(env)
        self.env, self.handle_time, self.resolution = env, handle_time, resolution
        self.planned = self.demand = 0.0
        self.seen = [(env.now, 0, 0, 0)]  # hour from which on so many were on duty, at work and waiting
        self.hours = np.zeros(3)  # of all three, up to the last count
        self.on_duty(0)

    def on_duty(self, agents: int) -> None:
        """From now on."""
        self._capacity = agents
        self._trigger_put(None)
        self.note()

    def note(self) -> None:
        """Writes down how things stand."""
        self.seen.append((self.env.now, max(self.capacity, self.count), self.count, len(self.queue)))

    def so_far(self) -> np.ndarray:
        """Hours on duty, at work and waiting, of all together."""
        self.note()
        seen = np.array(self.seen)
        self.hours = self.hours + np.diff(seen[:, 0]) @ seen[:-1, 1:]
        self.seen = self.seen[-1:]
        return self.hours


class TextbookDesk:
    """Can do what `sim.model.desk.Desk` can."""

    def __init__(
        self, env: simpy.Environment, rules: Rules, callers: Callers, day_hours: float, work: float = 1.0
    ) -> None:
        self.env, self.rules, self.callers, self.day_hours = env, rules, callers, day_hours
        self._tiers = (
            Tier(env, work * rules.handle_time, rules.first_contact_resolution),
            Tier(env, work * rules.specialist_time, rules.specialist_resolution),
        )
        self.opened = self.contacts = self.hand_offs = self.defective_fixes = self.open_cases = 0
        self.closed: list[np.void] = []
        self.nothing: Cases | None = None
        self.works = False
        self.taken = np.zeros(10)

    def staff(self, agents: float, specialists: float) -> None:
        self._tiers[0].planned, self._tiers[1].planned = agents, specialists
        if not self.works:
            self.works = True
            for tier in self._tiers:
                self.env.process(self._days(tier))

    def expect(self, cases: Cases, luck: np.ndarray, hours: np.ndarray) -> None:
        cases, self.nothing = cases.copy(), cases[:0].copy()
        for row in range(cases.size):
            self.env.process(self._life(cases[row], luck[row], float(hours[row])))

    def take_closed(self) -> Cases:
        taken, self.closed = self.closed, []
        return np.array(taken, self.nothing.dtype) if taken else self.nothing

    def take_work(self) -> Work:
        staffed, busy, waiting = np.transpose([tier.so_far() for tier in self._tiers])
        counts = self.contacts, self.opened, self.hand_offs, self.defective_fixes
        now = np.concatenate([staffed, busy, waiting, counts])
        new, self.taken = now - self.taken, now
        return Work(tuple(new[0:2]), tuple(new[2:4]), tuple(new[4:6]), *(int(number) for number in new[6:]))

    @property
    def tiers(self) -> dict[str, np.ndarray]:
        return {
            "demand_hours": np.array([tier.demand for tier in self._tiers]),
            "handle_time": np.array([tier.handle_time for tier in self._tiers]),
        }

    def occupancy(self) -> np.ndarray:
        staffed, busy, _ = np.transpose([tier.so_far() for tier in self._tiers])
        return np.where(staffed > 0, busy / np.maximum(staffed, 1e-300), 0.0)

    # Agents come and go

    def _days(self, tier: Tier) -> Steps:
        while True:
            whole, part = divmod(round(tier.planned, 6), 1)
            tier.on_duty(int(whole) + (part > 0))
            if part:
                self.env.process(self._goes_home(tier, part * self.day_hours, int(whole)))
            yield self.env.timeout(self.day_hours)

    def _goes_home(self, tier: Tier, hours: float, left: int) -> Steps:
        yield self.env.timeout(hours)
        tier.on_duty(left)

    # Cases come, wait, are worked on and end

    def _life(self, case: np.void, luck: np.ndarray, hours: float) -> Steps:
        yield self.env.timeout(hours)
        case["opened"] = self.env.now
        self.opened += 1
        self.open_cases += 1
        outcome = None
        while outcome is None:
            outcome = yield from self._contact(case, *luck[:, case["contacts"]])
        case["outcome"], case["closed"] = outcome, self.env.now
        self.open_cases -= 1
        self.closed.append(case)

    def _contact(
        self, case, work, patience, settles, escalates, persists, returns, back_office, handed_on, fails
    ) -> Steps:  # fmt: skip
        """How the case ends with this contact; None where another one follows."""
        tier, joined = self._tiers[case["tier"]], self.env.now
        tier.demand += work * tier.handle_time
        agent = tier.request()
        tier.note()
        yield agent | self.env.timeout(patience)
        case["waited"] += self.env.now - joined
        if not agent.triggered:
            agent.cancel()
            tier.note()
            return ABANDONED
        tier.note()
        hours = work * tier.handle_time * (1.5 if handed_on else 1.0)
        case["handled"] += hours
        case["hand_offs"] += int(handed_on)
        self.hand_offs += int(handed_on)
        yield self.env.timeout(hours)

        case["contacts"] += 1
        self.contacts += 1
        settled = case["covered"] and settles < self._chance(case, tier, handed_on)
        tier.release(agent)
        tier.note()
        last = case["contacts"] == self.rules.contacts
        if not case["covered"]:
            return REFUSED
        if settled:
            if case["tier"] == 1:
                yield self.env.timeout(back_office)
            if not fails:
                return RESOLVED
            case["defective_fixes"] += 1
            self.defective_fixes += 1
        elif case["tier"] == 0 and not last and escalates < self.rules.escalation:
            case["tier"] = 1
            return None
        if last or persists >= self.callers.persistence:
            return UNRESOLVED
        yield self.env.timeout(returns)
        return None

    def _chance(self, case: np.void, tier: Tier, handed_on: float) -> float:
        """P(settled): the odds fall with severity, with ten waiting for each agent, and with a hand-off."""
        rules = self.rules
        case["strain"] = min(1.0, len(tier.queue) / 10 / max(tier.planned, 1e-9))
        if tier.resolution == 1:
            return 1.0
        odds = tier.resolution / (1 - tier.resolution)
        odds /= max(case["severity"], 1e-9) ** rules.severity_effect
        odds /= math.exp(rules.strain_effect * case["strain"] + rules.hand_off_effect * bool(handed_on))
        return odds / (1 + odds)
