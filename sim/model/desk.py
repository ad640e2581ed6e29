"""The support desk: a continuous-time queue with patience, repeat contacts and two tiers, case by case.

Time is in opening hours on the SimPy clock. Each arrival, end of patience and end of work is one event in its own
moment; nothing is averaged. What nobody outside can see happens in one compiled loop when somebody looks: the desk is
brought up to the clock whenever it is asked or told anything. A case in motion has exactly one next event, kept in a
binary heap.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import simpy

from sim.model.case import (
    ABANDONED,
    BACK_OFFICE,
    CASE,
    DECISIONS,
    DEFECTIVE,
    ESCALATES,
    HANDED_ON,
    HANDLE,
    NOWHERE,
    PATIENCE,
    PERSISTS,
    REFUSED,
    RESOLVED,
    RETURNS,
    SETTLES,
    UNRESOLVED,
    Cases,
)  # fmt: skip
from sim.model.compiled import compiled
from sim.model.draws import Floats, Ints
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

DAYS_A_WEEK = 6
LONGER = 1.5  # x the work of a contact that is handed on: the second one has to read in

# One line and the agents who serve it, with its time integrals
TIER = np.dtype(
    [
        ("handle_time", np.float64),
        ("resolution", np.float64),
        ("agents", np.float64),  # planned
        ("rota", np.float64),  # the same, rounded; the part of an agent works a part of each day
        ("on_duty", np.int64),
        ("after", np.int64),  # on duty in the second part of this day
        ("day", np.int64),  # days begun
        ("next_shift", np.float64),
        ("busy", np.int64),
        ("waiting", np.int64),
        ("first", np.int64),  # of the line
        ("last", np.int64),
        ("last_change", np.float64),
        ("waiting_hours", np.float64),  # integral of the number waiting
        ("busy_hours", np.float64),  # integral of the number at work
        ("staffed_hours", np.float64),  # integral of the number on duty (at least those at work)
        ("demand_hours", np.float64),  # handle time of the work that joined the line
    ]
)
ARRIVES, WAITS, IS_SERVED, IS_AWAY, IS_BEHIND_THE_DESK = range(5)  # stages: what the next event ends
COMING, CLOSED, TURN, CONTACTS, OPENED, HAND_OFFS, DEFECTIVE_FIXES = range(7)  # counts


class Rules(NamedTuple):
    """What the desk goes by."""

    contacts: int
    escalation: float
    persistence: float
    severity_effect: float
    strain_effect: float
    hand_off_effect: float
    start: float  # hour of the first morning
    day_hours: float


class Room(NamedTuple):
    """All that moves: shapes are (slots,) but for luck (slots, decisions, contacts), tiers (2,) and counts.

    Cases and tiers are plain records: views with attributes take longer to hand over than a quiet week's work.
    """

    cases: Cases
    luck: Floats
    coming: Ints  # a heap of slots, by the time of their next event
    closed: Ints  # slots in the order of closing
    tiers: np.ndarray
    counts: Ints


@compiled
def _sooner(room: Room, one: int, other: int) -> bool:
    a, b = room.cases[one], room.cases[other]
    return a["next_at"] < b["next_at"] or (a["next_at"] == b["next_at"] and a["turn"] < b["turn"])


@compiled
def _put(room: Room, place: int, slot: int) -> None:
    room.coming[place] = slot
    room.cases[slot]["place"] = place


@compiled
def _rise(room: Room, place: int) -> None:
    slot = room.coming[place]
    while place > 0:
        parent = (place - 1) // 2
        if not _sooner(room, slot, room.coming[parent]):
            break
        _put(room, place, room.coming[parent])
        place = parent
    _put(room, place, slot)


@compiled
def _sink(room: Room, place: int) -> None:
    slot, size = room.coming[place], room.counts[COMING]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _sooner(room, room.coming[child + 1], room.coming[child]):
            child += 1
        if not _sooner(room, room.coming[child], slot):
            break
        _put(room, place, room.coming[child])
        place = child
    _put(room, place, slot)


@compiled
def _schedule(room: Room, slot: int, stage: int, when: float) -> None:
    """What happens to the case next, instead of anything planned so far; of two at once, the first planned."""
    case = room.cases[slot]
    case["stage"], case["next_at"], case["turn"] = stage, when, room.counts[TURN]
    room.counts[TURN] += 1
    if case["place"] == NOWHERE:
        _put(room, room.counts[COMING], slot)
        room.counts[COMING] += 1
        _rise(room, case["place"])
    else:
        _rise(room, case["place"])
        _sink(room, case["place"])


@compiled
def _unschedule(room: Room, slot: int) -> None:
    place, room.cases[slot]["place"] = room.cases[slot]["place"], NOWHERE
    room.counts[COMING] -= 1
    last = room.coming[room.counts[COMING]]
    if last != slot:
        _put(room, place, last)
        _rise(room, place)
        _sink(room, room.cases[last]["place"])


@compiled
def _integrate(tier: np.void, now: float) -> None:
    """Brings the time integrals up to date; called before any change."""
    gone = now - tier["last_change"]
    tier["waiting_hours"] += gone * tier["waiting"]
    tier["busy_hours"] += gone * tier["busy"]
    tier["staffed_hours"] += gone * max(tier["on_duty"], tier["busy"])
    tier["last_change"] = now


@compiled
def _leaves_line(room: Room, slot: int, now: float) -> None:
    case = room.cases[slot]
    tier = room.tiers[case["tier"]]
    if case["ahead"] == NOWHERE:
        tier["first"] = case["behind"]
    else:
        room.cases[case["ahead"]]["behind"] = case["behind"]
    if case["behind"] == NOWHERE:
        tier["last"] = case["ahead"]
    else:
        room.cases[case["behind"]]["ahead"] = case["ahead"]
    tier["waiting"] -= 1
    case["waited"] += now - case["joined"]


@compiled
def _serve(room: Room, tier: np.void, now: float) -> None:
    """Free agents take the longest waiting."""
    while tier["busy"] < tier["on_duty"] and tier["first"] != NOWHERE:
        slot = tier["first"]
        case = room.cases[slot]
        _leaves_line(room, slot, now)
        tier["busy"] += 1
        hours = room.luck[slot, HANDLE, case["contacts"]] * tier["handle_time"]
        if room.luck[slot, HANDED_ON, case["contacts"]]:
            hours *= LONGER
            case["hand_offs"] += 1
            room.counts[HAND_OFFS] += 1
        case["handled"] += hours
        _schedule(room, slot, IS_SERVED, now + hours)


@compiled
def _joins(room: Room, slot: int, now: float) -> None:
    case = room.cases[slot]
    tier = room.tiers[case["tier"]]
    _integrate(tier, now)
    tier["demand_hours"] += room.luck[slot, HANDLE, case["contacts"]] * tier["handle_time"]
    case["joined"] = now
    case["ahead"], case["behind"] = tier["last"], NOWHERE
    if tier["last"] == NOWHERE:
        tier["first"] = slot
    else:
        room.cases[tier["last"]]["behind"] = slot
    tier["last"] = slot
    tier["waiting"] += 1
    case["stage"] = WAITS
    _serve(room, tier, now)
    if case["stage"] == WAITS:
        _schedule(room, slot, WAITS, now + room.luck[slot, PATIENCE, case["contacts"]])


@compiled
def _closes(room: Room, slot: int, outcome: int, now: float) -> None:
    case = room.cases[slot]
    case["outcome"], case["closed"] = outcome, now
    room.closed[room.counts[CLOSED]] = slot
    room.counts[CLOSED] += 1


@compiled
def _gives_up(room: Room, slot: int, now: float) -> None:
    _integrate(room.tiers[room.cases[slot]["tier"]], now)
    _leaves_line(room, slot, now)
    _closes(room, slot, ABANDONED, now)


@compiled
def _comes_back(room: Room, rules: Rules, slot: int, now: float) -> None:
    """Unsettled after the last contact: the customer persists after a while, or lets it be."""
    case = room.cases[slot]
    attempt = case["contacts"] - 1
    if case["contacts"] < rules.contacts and room.luck[slot, PERSISTS, attempt] < rules.persistence:
        _schedule(room, slot, IS_AWAY, now + room.luck[slot, RETURNS, attempt])
    else:
        _closes(room, slot, UNRESOLVED, now)


@compiled
def _fixed(room: Room, rules: Rules, slot: int, now: float) -> None:
    """The fix holds, or the customer finds out that it does not."""
    case = room.cases[slot]
    if room.luck[slot, DEFECTIVE, case["contacts"] - 1]:
        case["defective_fixes"] += 1
        room.counts[DEFECTIVE_FIXES] += 1
        _comes_back(room, rules, slot, now)
    else:
        _closes(room, slot, RESOLVED, now)


@compiled
def _resolution(room: Room, rules: Rules, slot: int) -> float:
    """P(settled) in this contact: odds fall with severity, a hand-off, and the line waiting for each agent."""
    case = room.cases[slot]
    tier = room.tiers[case["tier"]]
    case["strain"] = min(1.0, tier["waiting"] / (10 * max(tier["agents"], 1e-9)))
    hindered = rules.strain_effect * case["strain"]
    if room.luck[slot, HANDED_ON, case["contacts"] - 1]:
        hindered += rules.hand_off_effect
    odds = max(case["severity"], 1e-9) ** -rules.severity_effect * math.exp(-hindered)
    share: float = tier["resolution"] * odds / (1 - tier["resolution"] + tier["resolution"] * odds)
    return share


@compiled
def _worked_on(room: Room, rules: Rules, slot: int, now: float) -> None:
    case = room.cases[slot]
    tier, in_first_tier = room.tiers[case["tier"]], case["tier"] == 0
    _integrate(tier, now)
    tier["busy"] -= 1
    attempt = case["contacts"]
    case["contacts"] += 1
    room.counts[CONTACTS] += 1
    escalates = False
    if not case["covered"]:
        _closes(room, slot, REFUSED, now)
    elif room.luck[slot, SETTLES, attempt] < _resolution(room, rules, slot):
        behind_the_desk = room.luck[slot, BACK_OFFICE, attempt]
        if in_first_tier or behind_the_desk <= 0:
            _fixed(room, rules, slot, now)
        else:
            _schedule(room, slot, IS_BEHIND_THE_DESK, now + behind_the_desk)
    elif case["contacts"] >= rules.contacts:
        _closes(room, slot, UNRESOLVED, now)
    elif in_first_tier and room.luck[slot, ESCALATES, attempt] < rules.escalation:
        escalates = True
    else:
        _comes_back(room, rules, slot, now)
    _serve(room, tier, now)
    if escalates:
        case["tier"] = 1
        _joins(room, slot, now)


@compiled
def _shift(room: Room, rules: Rules, tier: np.void) -> None:
    """Whole agents work all day, the fraction of one agent works that part of the day, from the morning."""
    now = tier["next_shift"]
    _integrate(tier, now)
    if tier["after"] >= 0:  # noon: the part-time agent goes
        tier["on_duty"], tier["after"] = tier["after"], -1
        tier["next_shift"] = rules.start + tier["day"] * rules.day_hours
    else:
        whole = math.floor(tier["rota"])
        part = tier["rota"] - whole
        morning = rules.start + tier["day"] * rules.day_hours
        tier["day"] += 1
        tier["on_duty"] = whole + (part > 0)
        if part > 0:
            tier["after"], tier["next_shift"] = whole, morning + part * rules.day_hours
        else:
            tier["next_shift"] = rules.start + tier["day"] * rules.day_hours
    _serve(room, tier, now)


@compiled
def _work(room: Room, rules: Rules, until: float) -> None:
    """All that happens before `until`, in its order."""
    cases, tiers = room.cases, room.tiers
    while True:
        tier = tiers[0] if tiers[0]["next_shift"] <= tiers[1]["next_shift"] else tiers[1]
        now, slot = tier["next_shift"], NOWHERE
        if room.counts[COMING] and cases[room.coming[0]]["next_at"] < now:
            slot = room.coming[0]
            now = cases[slot]["next_at"]
        if now >= until:
            break
        if slot == NOWHERE:
            _shift(room, rules, tier)
            continue
        _unschedule(room, slot)
        stage = cases[slot]["stage"]
        if stage == ARRIVES:
            room.counts[OPENED] += 1
            _joins(room, slot, now)
        elif stage == WAITS:
            _gives_up(room, slot, now)
        elif stage == IS_SERVED:
            _worked_on(room, rules, slot, now)
        elif stage == IS_AWAY:
            _joins(room, slot, now)
        else:
            _fixed(room, rules, slot, now)


@compiled
def _expect(room: Room, slots: Ints, cases: Cases, luck: Floats, when: Floats) -> None:
    """Cases come in at those hours on the clock."""
    rows, lucks = room.cases, room.luck
    for row in range(slots.size):
        slot = slots[row]
        rows[slot] = cases[row]
        rows[slot]["opened"] = when[row]
        for decision in range(luck.shape[1]):
            for contact in range(luck.shape[2]):
                lucks[slot, decision, contact] = luck[row, decision, contact]
        _schedule(room, slot, ARRIVES, when[row])


@compiled
def _take(room: Room) -> tuple[Ints, Cases]:
    """The closed cases with their slots, which are free again."""
    slots = room.closed[: room.counts[CLOSED]].copy()
    room.counts[CLOSED] = 0
    return slots, room.cases[slots]


@compiled
def _bring_up(room: Room, now: float) -> None:
    for number in range(room.tiers.size):
        _integrate(room.tiers[number], now)


@compiled
def _so_far(room: Room) -> Floats:
    """All work since the beginning, in the order of `Work`."""
    tiers, counts, work = room.tiers, room.counts, np.empty(10)
    for number in range(2):
        tier = tiers[number]
        work[number], work[2 + number] = tier["staffed_hours"], tier["busy_hours"]
        work[4 + number] = tier["waiting_hours"]
    work[6], work[7], work[8], work[9] = counts[CONTACTS], counts[OPENED], counts[HAND_OFFS], counts[DEFECTIVE_FIXES]
    return work


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
        _expect(self._room, slots, cases, luck, self.env.now + hours)

    def take_closed(self) -> Cases:
        """The cases closed since the last call, in the order of closing."""
        self._catch_up()
        slots, cases = _take(self._room)
        self._closed_before += slots.size
        self._free = np.sort(np.concatenate([self._free, slots]))  # few slots, one after the other, are near at hand
        return cases

    @property
    def tiers(self) -> np.ndarray:
        """Both tiers as they are now; see TIER."""
        self._catch_up()
        _bring_up(self._room, self.env.now)
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
        _bring_up(self._room, self.env.now)
        so_far = _so_far(self._room)
        hours, self._taken = (so_far - self._taken).tolist(), so_far
        return Work(tuple(hours[0:2]), tuple(hours[2:4]), tuple(hours[4:6]), *(int(number) for number in hours[6:]))

    def _catch_up(self) -> None:
        """Brings the desk up to the clock: all that happened before now."""
        _work(self._room, self.rules, self.env.now)

    def _make_room(self, wanted: int) -> None:
        """At least twice the slots, those in use as they are."""
        old = self._room
        before, more = old.cases.size, max(wanted, old.cases.size)

        def grown(column: np.ndarray) -> np.ndarray:
            return np.concatenate([column, np.zeros((more, *column.shape[1:]), column.dtype)])

        cases = grown(old.cases)
        self._room = Room(cases, grown(old.luck), grown(old.coming), grown(old.closed), old.tiers, old.counts)
        self._free = np.concatenate([self._free, np.arange(before, before + more)])
