"""What moves at the desk: cases, two lines and their agents, and a binary heap of what happens next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.model.case import NOWHERE, Cases
from sim.model.compiled import compiled
from sim.model.draws import Floats, Ints

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
def schedule(room: Room, slot: int, stage: int, when: float) -> None:
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
def unschedule(room: Room, slot: int) -> None:
    """Nothing happens to the case next until it is planned again."""
    place, room.cases[slot]["place"] = room.cases[slot]["place"], NOWHERE
    room.counts[COMING] -= 1
    last = room.coming[room.counts[COMING]]
    if last != slot:
        _put(room, place, last)
        _rise(room, place)
        _sink(room, room.cases[last]["place"])
