"""One problem brought to the firm: what it is, what chance has in store for it, how it ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.model.draws import Draws, Floats, Ints
from sim.parameters.strategy import Desk as DeskParameters
from sim.parameters.world import Callers

RESOLVED, UNRESOLVED, ABANDONED, REFUSED, OPEN = range(5)
OUTCOMES = ("resolved", "unresolved", "abandoned", "refused", "open")


@dataclass(slots=True)
class Luck:
    """What chance has in store for one case, by contact number; fixed before the case opens."""

    handle: list[float]  # x mean handle time
    patience: list[float]  # hours
    settles: list[float]  # uniform
    escalates: list[float]  # uniform
    persists: list[float]  # uniform
    returns: list[float]  # hours
    back_office: list[float]  # hours
    handed_on: list[bool]
    defective: list[bool]  # the fix would not hold


@dataclass(slots=True, eq=False)
class Case:
    """One problem brought to the firm."""

    person: int
    week: int
    severity: float
    earlier: int
    covered: bool  # the firm will settle it; otherwise the desk must refuse
    fee: float  # share of the price, paid when settled
    luck: Luck
    kind: int = 0
    opened: float = 0.0  # hours
    closed: float = math.nan
    tier: int = 0
    contacts: int = 0
    hand_offs: int = 0
    defective_fixes: int = 0
    strain: float = 0.0  # of the desk at the last contact, 0 to 1
    waited: float = 0.0
    handled: float = 0.0
    outcome: int = OPEN
    joined: float = 0.0
    waiting: bool = False


def lucks(
    draws: Draws, desk: DeskParameters, callers: Callers, person: Ints, occasion: Ints | int, about: str = ""
) -> list[Luck]:
    """The luck of the cases that `person` (array) opens on `occasion` (a week): a pure function of both.

    `about` keeps cases of another sort, which the same person may open in the same week, apart.
    """
    contact = np.arange(desk.contacts)
    when = np.asarray(occasion).reshape(-1, 1) * 16 + contact
    who = person[:, None]

    def exponential(decision: str, mean: float) -> Floats:
        return draws.exponential(about + decision, who, when) * mean

    def uniform(decision: str) -> Floats:
        return draws.uniform(about + decision, who, when)

    def happens(decision: str, chance: float) -> np.ndarray:
        return uniform(decision) < chance if chance else np.zeros((person.size, contact.size), bool)

    if desk.handle_distribution == "exponential":
        handle = exponential("handle time", 1.0)
    else:
        handle = draws.lognormal(about + "handle time", desk.handle_sd, who, when)
    back_office = desk.back_office * np.exp(desk.back_office_sd * draws.normal(about + "back office", who, when))
    columns: Sequence[np.ndarray] = (
        handle,
        exponential("patience", callers.patience),
        uniform("settles"),
        uniform("escalates"),
        uniform("persists"),
        exponential("returns", callers.return_time),
        back_office,
        happens("handed on", desk.hand_off),
        happens("fix does not hold", desk.defective_fix),
    )
    return [Luck(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
