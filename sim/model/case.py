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
    opened: float = 0.0  # hours
    closed: float = math.nan
    tier: int = 0
    contacts: int = 0
    waited: float = 0.0
    handled: float = 0.0
    outcome: int = OPEN
    joined: float = 0.0
    waiting: bool = False


def lucks(draws: Draws, desk: DeskParameters, callers: Callers, person: Ints, occasion: Ints | int) -> list[Luck]:
    """The luck of the cases that `person` (array) opens on `occasion` (a week): a pure function of both."""
    contact = np.arange(desk.contacts)
    when = np.asarray(occasion).reshape(-1, 1) * 16 + contact
    who = person[:, None]

    def exponential(decision: str, mean: float) -> Floats:
        return draws.exponential(decision, who, when) * mean

    if desk.handle_distribution == "exponential":
        handle = exponential("handle time", 1.0)
    else:
        handle = draws.lognormal("handle time", desk.handle_sd, who, when)
    back_office = desk.back_office * np.exp(desk.back_office_sd * draws.normal("back office", who, when))
    columns: Sequence[Floats] = (
        handle,
        exponential("patience", callers.patience),
        draws.uniform("settles", who, when),
        draws.uniform("escalates", who, when),
        draws.uniform("persists", who, when),
        exponential("returns", callers.return_time),
        back_office,
    )
    return [Luck(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
