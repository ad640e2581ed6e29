"""One problem brought to the firm: what it is, what chance has in store for it, how it ended."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.compiled import compiled
from sim.model.draws import Bools, Draws, Floats, Ints, chance
from sim.model.problems import QUESTION
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

RESOLVED, UNRESOLVED, ABANDONED, REFUSED, OPEN = range(5)
OUTCOMES = ("resolved", "unresolved", "abandoned", "refused", "open")
NOWHERE = -1

# A row a case. Hours are opening hours on the clock of the run
CASE = np.dtype(
    [
        ("person", np.int32),
        ("week", np.int32),
        ("kind", np.int8),  # problems.KINDS
        ("severity", np.float64),
        ("earlier", np.int32),  # problems this person met before
        ("covered", np.bool_),  # the firm will settle it; otherwise the desk must refuse
        ("fee", np.float64),  # share of the price, paid when settled
        ("opened", np.float64),  # hours
        ("closed", np.float64),  # hours
        ("outcome", np.int8),
        ("tier", np.int8),
        ("contacts", np.int32),
        ("hand_offs", np.int32),
        ("defective_fixes", np.int32),
        ("strain", np.float64),  # of the desk at the last contact, 0 to 1
        ("waited", np.float64),  # hours
        ("handled", np.float64),  # hours
        # Where it stands: what happens next and when, its neighbours in line, its place among the coming events
        ("joined", np.float64),
        ("stage", np.int8),
        ("next_at", np.float64),
        ("turn", np.int64),
        ("ahead", np.int32),
        ("behind", np.int32),
        ("place", np.int32),
    ]
)
Cases = np.ndarray


@dataclass(frozen=True)
class Forced:
    """A what-if: how one person's problem ends, whatever the desk made of it. Nothing else about the case changes.

    Attributes:
        week: in which the problem was brought to the desk.
        resolved: put right, or not.
    """

    person: int
    week: int
    resolved: bool

    def befall(self, cases: Cases) -> None:
        """Writes the outcome into the case, if it is among those that close."""
        rows = (cases["person"] == self.person) & (cases["week"] == self.week) & (cases["kind"] != QUESTION)
        cases["outcome"][rows] = RESOLVED if self.resolved else UNRESOLVED


def new_cases(
    person: Ints, week: int, kind: Ints, severity: Floats, earlier: Ints, covered: Bools, fee: Floats
) -> Cases:
    """Cases that nothing has happened to yet."""
    cases = np.zeros(person.size, CASE)
    _fill(cases, person, week, kind, severity, earlier, covered, fee)
    return cases


@compiled
def _fill(
    cases: Cases, person: Ints, week: int, kind: Ints, severity: Floats, earlier: Ints, covered: Bools, fee: Floats
) -> None:
    for row in range(cases.size):
        case = cases[row]
        case["person"], case["week"], case["kind"], case["severity"] = person[row], week, kind[row], severity[row]
        case["earlier"], case["covered"], case["fee"] = earlier[row], covered[row], fee[row]
        case["outcome"], case["closed"] = OPEN, np.nan
        case["ahead"] = case["behind"] = case["place"] = NOWHERE


# What chance has in store for one contact of a case: x mean handle time, hours of patience, uniforms, hours until the
# customer returns, hours behind the desk; whether it is handed on and whether the fix would fail (0 or 1)
HANDLE, PATIENCE, SETTLES, ESCALATES, PERSISTS, RETURNS, BACK_OFFICE, HANDED_ON, DEFECTIVE = range(9)
DECISIONS = (
    "handle time", "patience", "settles", "escalates", "persists", "returns", "back office", "handed on", "fix fails",
)  # fmt: skip


class Likely(NamedTuple):
    """What the luck of a contact is measured by."""

    exponential: bool  # handle times
    patience: float  # hours, mean
    return_time: float  # hours, mean
    hand_off: float
    defective_fix: float


def lucks(draws: Draws, desk: DeskParameters, callers: Callers, person: Ints, occasion: Ints | int) -> Floats:
    """The luck of the cases that `person` opens on `occasion` (a week): a pure function of both, known beforehand.

    Returns shape (cases, decisions, contacts).
    """
    from scipy.special import ndtri

    exponential = desk.handle_distribution == "exponential"
    likely = Likely(exponential, callers.patience, callers.return_time, desk.hand_off, desk.defective_fix)
    if isinstance(occasion, int):
        occasion = np.full(person.size, occasion)
    luck: Floats = _lucks(draws.keys(*DECISIONS), likely, person, occasion, desk.contacts)
    if not exponential:
        luck[:, HANDLE] = np.exp(desk.handle_sd * ndtri(luck[:, HANDLE]) - desk.handle_sd**2 / 2)
    if desk.back_office:
        luck[:, BACK_OFFICE] = desk.back_office * np.exp(desk.back_office_sd * ndtri(luck[:, BACK_OFFICE]))
    else:
        luck[:, BACK_OFFICE] = 0.0
    return luck


@compiled
def _lucks(keys: NDArray[np.uint64], likely: Likely, person: Ints, occasion: Ints, contacts: int) -> Floats:
    """The same, with uniforms where something is lognormal."""
    luck = np.zeros((person.size, keys.size, contacts))
    for row in range(person.size):
        who = person[row]
        for contact in range(contacts):
            when = occasion[row] * 16 + contact
            for decision in range(HANDED_ON):
                luck[row, decision, contact] = chance(keys[decision], who, when)
            if likely.exponential:
                luck[row, HANDLE, contact] = -math.log(luck[row, HANDLE, contact])
            luck[row, PATIENCE, contact] = -math.log(luck[row, PATIENCE, contact]) * likely.patience
            luck[row, RETURNS, contact] = -math.log(luck[row, RETURNS, contact]) * likely.return_time
            if likely.hand_off:
                luck[row, HANDED_ON, contact] = chance(keys[HANDED_ON], who, when) < likely.hand_off
            if likely.defective_fix:
                luck[row, DEFECTIVE, contact] = chance(keys[DEFECTIVE], who, when) < likely.defective_fix
    return luck
