"""One problem brought to the firm: what it is, what chance has in store for it, how it ended."""

from __future__ import annotations

import numpy as np

from sim.model.draws import Draws, Floats, Ints
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


def new_cases(
    person: Ints, week: int, kind: Ints, severity: Floats, earlier: Ints, covered: np.ndarray, fee: Floats
) -> Cases:
    """Cases that nothing has happened to yet."""
    cases = np.zeros(person.size, CASE)
    cases["week"], cases["outcome"], cases["closed"] = week, OPEN, np.nan
    cases["ahead"] = cases["behind"] = cases["place"] = NOWHERE
    for name, column in (
        ("person", person), ("kind", kind), ("severity", severity), ("earlier", earlier), ("covered", covered),
        ("fee", fee),
    ):  # fmt: skip
        cases[name] = column
    return cases


# What chance has in store for one contact of a case: x mean handle time, hours of patience, uniforms, hours until the
# customer returns, hours behind the desk; whether it is handed on and whether the fix would fail (0 or 1)
HANDLE, PATIENCE, SETTLES, ESCALATES, PERSISTS, RETURNS, BACK_OFFICE, HANDED_ON, DEFECTIVE = range(9)
DECISIONS = (
    "handle time", "patience", "settles", "escalates", "persists", "returns", "back office", "handed on", "fix fails",
)  # fmt: skip


def lucks(draws: Draws, desk: DeskParameters, callers: Callers, person: Ints, occasion: Ints | int) -> Floats:
    """The luck of the cases that `person` opens on `occasion` (a week): a pure function of both, known beforehand.

    Returns shape (cases, decisions, contacts).
    """
    from scipy.special import ndtri

    when = np.asarray(occasion).reshape(-1, 1) * 16 + np.arange(desk.contacts)
    luck = draws.uniforms(DECISIONS, person[:, None], np.broadcast_to(when, (person.size, desk.contacts)))
    if desk.handle_distribution == "exponential":
        luck[HANDLE] = -np.log(luck[HANDLE])
    else:
        luck[HANDLE] = np.exp(desk.handle_sd * ndtri(luck[HANDLE]) - desk.handle_sd**2 / 2)
    luck[PATIENCE] = -np.log(luck[PATIENCE]) * callers.patience
    luck[RETURNS] = -np.log(luck[RETURNS]) * callers.return_time
    luck[BACK_OFFICE] = desk.back_office * np.exp(desk.back_office_sd * ndtri(luck[BACK_OFFICE]))
    luck[HANDED_ON] = luck[HANDED_ON] < desk.hand_off
    luck[DEFECTIVE] = luck[DEFECTIVE] < desk.defective_fix
    return np.ascontiguousarray(np.moveaxis(luck, 0, 1))
