"""What happens at the desk, event by event: cases join a line, wait, are worked on, come back, close."""

from __future__ import annotations

import math

import numpy as np

from sim.model.case import (
    ABANDONED,
    BACK_OFFICE,
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
from sim.model.room import (
    ARRIVES,
    CLOSED,
    COMING,
    CONTACTS,
    DEFECTIVE_FIXES,
    HAND_OFFS,
    IS_AWAY,
    IS_BEHIND_THE_DESK,
    IS_SERVED,
    OPENED,
    WAITS,
    Room,
    Rules,
    schedule,
    unschedule,
)

LONGER = 1.5  # x the work of a contact that is handed on: the second one has to read in


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
        schedule(room, slot, IS_SERVED, now + hours)


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
        schedule(room, slot, WAITS, now + room.luck[slot, PATIENCE, case["contacts"]])


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
        schedule(room, slot, IS_AWAY, now + room.luck[slot, RETURNS, attempt])
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
            schedule(room, slot, IS_BEHIND_THE_DESK, now + behind_the_desk)
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
def work_until(room: Room, rules: Rules, until: float) -> None:
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
        unschedule(room, slot)
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
def expect(room: Room, slots: Ints, cases: Cases, luck: Floats, when: Floats) -> None:
    """Cases come in at those hours on the clock."""
    rows, lucks = room.cases, room.luck
    for row in range(slots.size):
        slot = slots[row]
        rows[slot] = cases[row]
        rows[slot]["opened"] = when[row]
        for decision in range(luck.shape[1]):
            for contact in range(luck.shape[2]):
                lucks[slot, decision, contact] = luck[row, decision, contact]
        schedule(room, slot, ARRIVES, when[row])


@compiled
def take(room: Room) -> tuple[Ints, Cases]:
    """The closed cases with their slots, which are free again."""
    slots = room.closed[: room.counts[CLOSED]].copy()
    room.counts[CLOSED] = 0
    return slots, room.cases[slots]


@compiled
def bring_up(room: Room, now: float) -> None:
    """The time integrals of both tiers, up to now."""
    for number in range(room.tiers.size):
        _integrate(room.tiers[number], now)


@compiled
def work_so_far(room: Room) -> Floats:
    """All work since the beginning, in the order of `Work`."""
    tiers, counts, work = room.tiers, room.counts, np.empty(10)
    for number in range(2):
        tier = tiers[number]
        work[number], work[2 + number] = tier["staffed_hours"], tier["busy_hours"]
        work[4 + number] = tier["waiting_hours"]
    work[6], work[7], work[8], work[9] = counts[CONTACTS], counts[OPENED], counts[HAND_OFFS], counts[DEFECTIVE_FIXES]
    return work
