"""What goes wrong, how badly, and who speaks up."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.model.draws import Draws, Floats, Ints
from sim.model.people import People
from sim.parameters.strategy import Access
from sim.parameters.world import Callers, World
from sim.parameters.world import Problems as Trouble


class Problems(NamedTuple):
    """The problems of one week, a row each, ascending by person."""

    person: Ints
    severity: Floats
    earlier: Ints  # problems this person met before
    fate: Ints  # SILENT, SELF_SERVED or CALLS

    def of(self, fate: int) -> Problems:
        """The rows with that fate."""
        return Problems(*(column[self.fate == fate] for column in self))


SILENT, SELF_SERVED, CALLS = 0, 1, 2
FATES = ("kept silent", "settled in self-service", "brought to the desk")
USED_UP = 0.001  # of the hazard of a new purchase: below, no more problems


def voice(callers: Callers, access: Access, severity: Floats) -> Floats:
    """P(contact): from small to large problems by a Hill curve of order 2, times the firm's invitation."""
    square = severity**2
    spoken = callers.voice_small + (callers.voice_large - callers.voice_small) * square / (
        square + callers.voice_half**2
    )
    return np.minimum(spoken * access.invitation, 1.0)


def exposure_kept(trouble: Trouble) -> float:
    """Factor a week on what is in use, such that the hazard of a single purchase fades with mean `lag`."""
    return math.exp(-1 / (trouble.lag * trouble.use_elasticity))


def meet(world: World, access: Access, people: People, draws: Draws, week: int) -> Problems:
    """Owners meet problems with what they bought: `rate` of them a purchase, `lag` weeks later on average.

    Whoever left or lost interest still owns what they bought, and may call.

    At most one problem a person a week. Raises each owner's count of problems and uses up exposure.
    """
    trouble = world.problems
    owners = np.flatnonzero(people.in_use > USED_UP ** (1 / trouble.use_elasticity))
    exposure = people.in_use[owners] ** trouble.use_elasticity
    hazard = trouble.rate * (1 - math.exp(-1 / trouble.lag)) * exposure
    happens = draws.uniform("problem", owners, week) < 1 - np.exp(-hazard)
    people.in_use *= exposure_kept(trouble)

    who = owners[happens]
    spread = np.exp(world.problems.severity_sd * draws.normal("severity", who, week))
    severity = world.problems.severity * spread * people.stake[who]
    earlier = people.problems[who]
    people.problems[who] += 1

    calls = draws.uniform("voice", who, week) < voice(world.callers, access, severity)
    served = calls & (draws.uniform("self-service", who, week) < access.self_service * np.exp(-severity))
    fate = np.where(served, SELF_SERVED, np.where(calls, CALLS, SILENT))
    return Problems(who, severity, earlier, fate)
