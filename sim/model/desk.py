"""The support desk: a continuous-time queue with patience, repeat contacts and two tiers, case by case.

Time is in opening hours on the SimPy clock. Each arrival, end of patience and end of work is one event in its own
moment; nothing is averaged. What nobody outside can see happens in one compiled loop when somebody looks: the desk is
brought up to the clock whenever it is asked or told anything. A case in motion has exactly one next event, kept in a
binary heap.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import simpy

from sim.model.case import CASE, DECISIONS, NOWHERE, Cases
from sim.model.draws import Floats, Ints
from sim.model.line import bring_up, expect, take, work_so_far, work_until
from sim.model.room import CLOSED, OPENED, TIER, Room, Rules
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

DAYS_A_WEEK = 6


class Work(NamedTuple):
    """Work of a desk: hours by tier, contacts worked on, cases that came in."""

    staffed: tuple[float, ...] = (0.0, 0.0)
    busy: tuple[float, ...] = (0.0, 0.0)
    waiting: tuple[float, ...] = (0.0, 0.0)
    contacts: int = 0
    opened: int = 0
    hand_offs: int = 0
    defective_fixes: int = 0


class Desk:
    """Two tiers on the clock of one SimPy environment. Closed cases collect until someone takes them.

    `work` multiplies the strategy's handle times: how much work a case is in this world.
    """

    def __init__(
        self, env: simpy.Environment, desk: DeskParameters, callers: Callers, day_hours: float, work: float = 1.0
    ) -> None:
        self.env, self.callers, self.work = env, callers, work
        self.rules = self._rules(desk, env.now, day_hours)
        tiers = np.zeros(2, TIER)
        self._instruct(tiers, desk)
        tiers["first"] = tiers["last"] = NOWHERE
        tiers["after"] = -1
        tiers["next_shift"] = np.inf  # nobody has come yet
        self._free: Ints = np.empty(0, np.int64)
        self._room = Room(
            np.zeros(0, CASE),
            np.zeros((0, len(DECISIONS), desk.contacts)),
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            tiers,
            np.zeros(7, np.int64),
        )
        self._closed_before = 0
        self._taken = np.zeros(10)

    def _rules(self, desk: DeskParameters, start: float, day_hours: float) -> Rules:
        return Rules(
            desk.contacts, desk.escalation, self.callers.persistence, desk.severity_effect, desk.strain_effect,
            desk.hand_off_effect, start, day_hours,
        )  # fmt: skip

    def _instruct(self, tiers: np.ndarray, desk: DeskParameters) -> None:
        tiers["handle_time"] = self.work * desk.handle_time, self.work * desk.specialist_time
        tiers["resolution"] = desk.first_contact_resolution, desk.specialist_resolution

    # What the firm and the customers do

    def adopt(self, desk: DeskParameters) -> None:
        """Works by other rules from now on, cases that are waiting included; as many contacts a case as before."""
        if desk.contacts != self.rules.contacts:
            raise ValueError(f"a desk at work keeps its {self.rules.contacts} contacts a case, not {desk.contacts}")
        self._catch_up()
        self.rules = self._rules(desk, self.rules.start, self.rules.day_hours)
        self._instruct(self._room.tiers, desk)

    def staff(self, agents: float, specialists: float) -> None:
        """Sets the planned headcount of both tiers; it works from the next opening day, the first time at once."""
        self._catch_up()
        tiers = self._room.tiers
        tiers["agents"] = agents, specialists
        tiers["rota"] = round(agents, 6), round(specialists, 6)
        tiers["next_shift"][np.isinf(tiers["next_shift"])] = self.rules.start

    def expect(self, cases: Cases, luck: Floats, hours: Floats) -> None:
        """Lets `cases` come in, each so many hours from now; `luck` is theirs."""
        if self._free.size < cases.size:
            self._make_room(cases.size)
        slots, self._free = self._free[: cases.size], self._free[cases.size :]
        expect(self._room, slots, cases, luck, self.env.now + hours)

    def take_closed(self) -> Cases:
        """The cases closed since the last call, in the order of closing."""
        self._catch_up()
        slots, cases = take(self._room)
        self._closed_before += slots.size
        self._free = np.sort(np.concatenate([self._free, slots]))  # few slots, one after the other, are near at hand
        return cases

    @property
    def tiers(self) -> np.ndarray:
        """Both tiers as they are now; see TIER."""
        self._catch_up()
        bring_up(self._room, self.env.now)
        return self._room.tiers

    def occupancy(self) -> Floats:
        """Share of staffed hours at work so far, by tier."""
        tiers = self.tiers
        staffed = tiers["staffed_hours"]
        return np.divide(tiers["busy_hours"], staffed, out=np.zeros(2), where=staffed > 0)

    @property
    def open_cases(self) -> int:
        """Cases that came in and are not closed (taken or not)."""
        self._catch_up()
        counts = self._room.counts
        return int(counts[OPENED] - counts[CLOSED]) - self._closed_before

    def take_work(self) -> Work:
        """The work done since the last call, by tier."""
        self._catch_up()
        bring_up(self._room, self.env.now)
        so_far = work_so_far(self._room)
        hours, self._taken = (so_far - self._taken).tolist(), so_far
        return Work(tuple(hours[0:2]), tuple(hours[2:4]), tuple(hours[4:6]), *(int(number) for number in hours[6:]))

    def _catch_up(self) -> None:
        """Brings the desk up to the clock: all that happened before now."""
        work_until(self._room, self.rules, self.env.now)

    def _make_room(self, wanted: int) -> None:
        """At least twice the slots, those in use as they are."""
        old = self._room
        before, more = old.cases.size, max(wanted, old.cases.size)

        def grown(column: np.ndarray) -> np.ndarray:
            return np.concatenate([column, np.zeros((more, *column.shape[1:]), column.dtype)])

        cases = grown(old.cases)
        self._room = Room(cases, grown(old.luck), grown(old.coming), grown(old.closed), old.tiers, old.counts)
        self._free = np.concatenate([self._free, np.arange(before, before + more)])
