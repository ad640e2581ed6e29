"""One problem brought to the firm: what it is, what chance has in store for it, how it ended."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.model.draws import Draws, Ints
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


DECISIONS = (
    "handle time", "patience", "settles", "escalates", "persists", "returns", "back office", "handed on", "fix fails",
)  # fmt: skip


def lucks(draws: Draws, desk: DeskParameters, callers: Callers, person: Ints, occasion: Ints | int) -> list[Luck]:
    """The luck of the cases that `person` (array) opens on `occasion` (a week): a pure function of both."""
    from scipy.special import ndtri

    if not person.size:
        return []
    when = np.asarray(occasion).reshape(-1, 1) * 16 + np.arange(desk.contacts)
    handle, patience, settles, escalates, persists, returns, back_office, handed_on, fails = draws.uniforms(
        DECISIONS, person[:, None], when
    )
    if desk.handle_distribution == "exponential":
        handle = -np.log(handle)
    else:
        handle = np.exp(desk.handle_sd * ndtri(handle) - desk.handle_sd**2 / 2)
    columns = (
        handle,
        -np.log(patience) * callers.patience,
        settles,
        escalates,
        persists,
        -np.log(returns) * callers.return_time,
        desk.back_office * np.exp(desk.back_office_sd * ndtri(back_office)),
        handed_on < desk.hand_off,
        fails < desk.defective_fix,
    )
    return [Luck(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
