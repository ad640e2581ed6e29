"""What goes wrong, how badly, and who speaks up."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.compiled import compiled
from sim.model.draws import Bools, Draws, Floats, Ints, chance, draw_all
from sim.model.people import Columns, People, rows_of
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

    @classmethod
    def join(cls, *parts: Problems) -> Problems:
        """The rows of all parts in turn."""
        return cls._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


_NONE: Ints = np.empty(0, np.int64)
NO_PROBLEMS = Problems(_NONE, _NONE, np.empty(0), _NONE, _NONE)


@compiled
def _voice(severity: float, small: float, large: float, half: float, invitation: float) -> float:
    square = severity**2
    spoken = small + (large - small) * square / (square + half**2)
    return min(spoken * invitation, 1.0)


def voice(callers: Callers, access: Access, severity: Floats) -> Floats:
    """P(contact): from small to large problems by a Hill curve of order 2, times the firm's invitation."""
    terms = callers.voice_small, callers.voice_large, callers.voice_half, access.invitation
    return np.array([_voice(one, *terms) for one in severity])


def exposure_kept(trouble: Trouble) -> float:
    """Factor a week on what is in use, such that the hazard of a single purchase fades with mean `lag`."""
    return math.exp(-1 / (trouble.lag * trouble.use_elasticity))


def shares(trouble: Trouble, product: float, learned: float) -> Floats:
    """Problems of each kind, x all problems of today: a better product has fewer defects, learning helps with all."""
    service = trouble.service_share
    expectation = min(trouble.expectation_share, 1 - service)
    return learned * np.array([product * (1 - service - expectation), service, expectation])


class Trial(NamedTuple):
    """What makes a problem what it is, besides the person; names of draws are keys, see `Draws.key`."""

    week: int
    service_from: float  # of a draw over all kinds
    expectation_from: float
    all_kinds: float
    severity: float
    spread: float
    service_weight: float
    voice: tuple[float, float, float, float]
    self_service: float
    which_kind: np.uint64
    speaks: np.uint64
    serves_itself: np.uint64


@compiled
def _mark_unlucky(exposure: Floats, luck: Floats, marked: Bools, used_up: float, rate: float, least: float) -> None:
    """Marks whose draw is below rate x exposure (or x `least`, if that is more).

    A function of its own: within a longer one the compiler makes it three times as slow.
    """
    for person in range(exposure.size):
        marked[person] = (exposure[person] > used_up) & (luck[person] < rate * max(least, exposure[person]))


@compiled
def _who_meets(people: Columns, week: int, rate: float, elasticity: float, kept: float, key: np.uint64) -> Ints:
    """Owners who meet a problem, at a hazard of rate x exposure^elasticity; exposure is used up."""
    in_use, luck, marked, who, count = people.in_use, people.luck, people.marked, people.rows, 0
    draw_all(key, week, luck)
    # 1 - exp(-hazard) <= hazard <= rate x max(1, exposure): most draws need no power and no exponential
    rough = rate if elasticity <= 1 else math.inf
    _mark_unlucky(in_use, luck, marked, USED_UP ** (1 / elasticity), rough, 1.0)
    for person in who[: rows_of(marked, who)]:
        if luck[person] < 1 - math.exp(-rate * in_use[person] ** elasticity):
            who[count] = person
            count += 1
    for person in range(in_use.size):
        in_use[person] *= kept
    return who[:count].copy()


@compiled
def _describe(
    trial: Trial, who: Ints, normal: Floats, stake: Floats, put_off: Floats, problems: Ints
) -> tuple[Ints, Floats, Ints, Ints]:
    """(kind, severity, earlier, fate) of the problems of a week; raises each person's count of `problems`."""
    kind, fate, voiced = np.empty(who.size, np.int64), np.full(who.size, SILENT), np.empty(who.size)
    severity, earlier = np.empty(who.size), np.empty(who.size, np.int64)
    small, large, half, invitation = trial.voice
    for row in range(who.size):  # a loop of its own: to look up people all over memory is most of the work
        person = who[row]
        severity[row], voiced[row], earlier[row] = stake[person], 1 - put_off[person], problems[person]
        problems[person] += 1
    for row in range(who.size):
        person = who[row]
        which = chance(trial.which_kind, person, trial.week) * trial.all_kinds
        kind[row] = DEFECT if which < trial.service_from else SERVICE if which < trial.expectation_from else EXPECTATION
        weight = trial.service_weight if kind[row] == SERVICE else 1.0
        severity[row] = trial.severity * math.exp(trial.spread * normal[row]) * severity[row] * weight
        spoken = _voice(severity[row], small, large, half, invitation) * voiced[row]
        if chance(trial.speaks, person, trial.week) < spoken:
            serves = chance(trial.serves_itself, person, trial.week) < trial.self_service * math.exp(-severity[row])
            fate[row] = SELF_SERVED if serves else CALLS
    return kind, severity, earlier, fate


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
    trouble, callers = world.problems, world.callers
    defects, service, expectation = shares(trouble, product, learned).tolist()
    all_kinds = defects + service + expectation
    rate = trouble.rate * all_kinds * (1 - math.exp(-1 / trouble.lag))
    who = _who_meets(people.columns, week, rate, trouble.use_elasticity, exposure_kept(trouble), draws.key("problem"))
    trial = Trial(
        week, defects, defects + service, all_kinds, trouble.severity, trouble.severity_sd, trouble.service_weight,
        (callers.voice_small, callers.voice_large, callers.voice_half, access.invitation), access.self_service,
        draws.key("kind of problem"), draws.key("voice"), draws.key("self-service"),
    )  # fmt: skip
    normal = draws.normal("severity", who, week) if trouble.severity_sd else np.zeros(who.size)
    kind, severity, earlier, fate = _describe(trial, who, normal, people.stake, people.put_off, people.problems)
    return Problems(who, kind, severity, earlier, fate)


@compiled
def _who_wonders(people: Columns, week: int, rate: float, kept: float, key: np.uint64) -> Ints:
    """Owners who have a question; what they have not got used to yet fades."""
    unanswered, luck, marked, who, count = people.unanswered, people.luck, people.marked, people.rows, 0
    draw_all(key, week, luck)
    _mark_unlucky(unanswered, luck, marked, USED_UP, rate, 0.0)  # 1 - exp(-x) <= x
    for person in who[: rows_of(marked, who)]:
        if luck[person] < 1 - math.exp(-rate * unanswered[person]):
            who[count] = person
            count += 1
    for person in range(unanswered.size):
        unanswered[person] *= kept
    return who[:count].copy()


def ask(world: World, access: Access, people: People, draws: Draws, week: int) -> Problems:
    """Owners have questions: `questions` of them a purchase, `question_lag` weeks later on average.

    At most one a person a week. Uses up exposure. A question not asked is no problem.
    """
    trouble = world.problems
    if not trouble.questions:
        return NO_PROBLEMS
    kept = math.exp(-1 / trouble.question_lag)
    rate = trouble.questions * (1 - kept)
    key = draws.key("question")
    who = _who_wonders(people.columns, week, rate, kept, key)
    return _questions(world, access, people, draws, who, week)


def ask_outside(world: World, access: Access, people: People, draws: Draws, prospects: Ints, week: int) -> Problems:
    """Prospects have questions that the firm could help with, whoever sold them what they have."""
    wonders = draws.uniform("question outside", prospects, week) < world.market.questions_outside
    return _questions(world, access, people, draws, prospects[wonders], week)


@compiled
def _asks(
    problems: Ints, who: Ints, week: int, voiced: float, self_service: float, keys: NDArray[np.uint64]
) -> tuple[Ints, Ints, Ints]:
    """(who asks the firm, `problems` met before, fate)."""
    asking, earlier, fate, count = np.empty_like(who), np.empty_like(who), np.empty_like(who), 0
    for person in who:
        if chance(keys[0], person, week) < voiced:
            asking[count], earlier[count] = person, problems[person]
            fate[count] = SELF_SERVED if chance(keys[1], person, week) < self_service else CALLS
            count += 1
    return asking[:count], earlier[:count], fate[:count]


def _questions(world: World, access: Access, people: People, draws: Draws, who: Ints, week: int) -> Problems:
    voiced = world.callers.question_voice * access.invitation
    keys = draws.keys("asks the firm", "finds the answer")
    who, earlier, fate = _asks(people.problems, who, week, voiced, access.self_service, keys)
    severity = np.full(who.size, world.problems.question_severity)
    return Problems(who, np.full(who.size, QUESTION), severity, earlier, fate)
