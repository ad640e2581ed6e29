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

DEFECT, SERVICE, EXPECTATION, QUESTION = range(4)
KINDS = ("product defect", "service error", "mis-set expectation", "question")
SILENT, SELF_SERVED, CALLS = 0, 1, 2
FATES = ("kept silent", "settled in self-service", "brought to the desk")
USED_UP = 0.001  # of the hazard of a new purchase: below, no more problems


class Problems(NamedTuple):
    """The problems of one week, a row each, ascending by person."""

    person: Ints
    kind: Ints  # DEFECT, SERVICE, EXPECTATION or QUESTION
    severity: Floats
    earlier: Ints  # problems this person met before
    fate: Ints  # SILENT, SELF_SERVED or CALLS

    def where(self, keep: np.ndarray) -> Problems:
        """The rows that `keep` selects."""
        return Problems(*(column[keep] for column in self))

    def of(self, fate: int) -> Problems:
        """The rows with that fate."""
        return self.where(self.fate == fate)


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


def shares(trouble: Trouble, product: float, learned: float) -> Floats:
    """Problems of each kind, x all problems of today: a better product has fewer defects, learning helps with all."""
    service = trouble.service_share
    expectation = min(trouble.expectation_share, 1 - service)
    return learned * np.array([product * (1 - service - expectation), service, expectation])


def meet(
    world: World, access: Access, people: People, draws: Draws, week: int, product: float = 1.0, learned: float = 1.0
) -> Problems:
    """Owners meet problems with what they bought: `rate` of them a purchase, `lag` weeks later on average.

    Whoever left or lost interest still owns what they bought, and may call.

    At most one problem a person a week. Raises each owner's count of problems and uses up exposure.

    Args:
        product: the strategy's defects, x today's.
        learned: what learning has left of all problems, as a share.
    """
    trouble = world.problems
    owners = np.flatnonzero(people.in_use > USED_UP ** (1 / trouble.use_elasticity))
    exposure = people.in_use[owners] ** trouble.use_elasticity
    by_kind = np.cumsum(shares(trouble, product, learned))
    hazard = trouble.rate * by_kind[-1] * (1 - math.exp(-1 / trouble.lag)) * exposure
    happens = draws.uniform("problem", owners, week) < 1 - np.exp(-hazard)
    people.in_use *= exposure_kept(trouble)

    who = owners[happens]
    kind = np.searchsorted(by_kind[:-1], draws.uniform("kind of problem", who, week) * by_kind[-1], side="right")
    spread = np.exp(world.problems.severity_sd * draws.normal("severity", who, week))
    weight = np.where(kind == SERVICE, trouble.service_weight, 1.0)
    severity = world.problems.severity * spread * people.stake[who] * weight
    earlier = people.problems[who]
    people.problems[who] += 1

    spoken = voice(world.callers, access, severity) * (1 - people.put_off[who])
    calls = draws.uniform("voice", who, week) < spoken
    served = calls & (draws.uniform("self-service", who, week) < access.self_service * np.exp(-severity))
    fate = np.where(served, SELF_SERVED, np.where(calls, CALLS, SILENT))
    return Problems(who, kind, severity, earlier, fate)


def ask(world: World, access: Access, people: People, draws: Draws, week: int) -> Problems:
    """Owners have questions: `questions` of them a purchase, `question_lag` weeks later on average.

    At most one a person a week. Uses up exposure. A question not asked is no problem.
    """
    trouble = world.problems
    if not trouble.questions:
        return Problems(*(np.empty(0, kind) for kind in (int, int, float, int, int)))
    owners = np.flatnonzero(people.unanswered > USED_UP)
    hazard = trouble.questions * (1 - math.exp(-1 / trouble.question_lag)) * people.unanswered[owners]
    people.unanswered *= math.exp(-1 / trouble.question_lag)
    wonders = draws.uniform("question", owners, week) < 1 - np.exp(-hazard)
    return _questions(world, access, people, draws, owners[wonders], week)


def ask_outside(world: World, access: Access, people: People, draws: Draws, prospects: Ints, week: int) -> Problems:
    """Prospects have questions that the firm could help with, whoever sold them what they have."""
    wonders = draws.uniform("question outside", prospects, week) < world.market.questions_outside
    return _questions(world, access, people, draws, prospects[wonders], week)


def _questions(world: World, access: Access, people: People, draws: Draws, who: Ints, week: int) -> Problems:
    asked = draws.uniform("asks the firm", who, week) < world.callers.question_voice * access.invitation
    who = who[asked]
    served = draws.uniform("finds the answer", who, week) < access.self_service
    severity = np.full(who.size, world.problems.question_severity)
    return Problems(
        who, np.full(who.size, QUESTION), severity, people.problems[who], np.where(served, SELF_SERVED, CALLS)
    )
